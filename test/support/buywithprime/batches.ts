/** Handlers for batches of SQS that record what they get. */
import type { SQSBatchResponse } from 'aws-lambda';
import type { LambdaEventFailure } from '../../../src/core/receive/lambda.ts';

/** The response that names these messages. */
export const failures = (...ids: string[]): SQSBatchResponse => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

/** Records the orders it gets, and fails for those that are named. */
export function recorder(...failing: string[]) {
  const handled: string[] = [];
  const DELIVERY_IN_TRANSIT = async ({ orderId }: { readonly orderId: string }): Promise<void> => {
    handled.push(orderId);
    await undefined;
    if (failing.includes(orderId)) throw new Error(`failed: ${orderId}`);
  };
  return { handled, handlers: { DELIVERY_IN_TRANSIT } };
}

/** Records the calls of onError. */
export function listener() {
  const heard: [messageId: string | undefined, message: string, isSkipped: boolean][] = [];
  const onError = (error: unknown, { messageId, isSkipped }: LambdaEventFailure): void => {
    heard.push([messageId, (error as Error).message, isSkipped]);
  };
  return { heard, onError };
}
