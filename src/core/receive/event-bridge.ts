/**
 * A Lambda function that EventBridge invokes itself.
 *
 * @module
 * @see {@link https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html | Asynchronous invocation}
 */
import { tellError } from '../hooks.ts';
import type { EventCodec } from './codec.ts';
import { createDispatch, type EventHandlers } from './handlers.ts';
import { isOne, KeysOfDelivery } from './keys-of-delivery.ts';
import {
  checkTimeReserve,
  LAMBDA_OPTIONS,
  type LambdaContext,
  type LambdaEventContext,
  type LambdaHandlerOptions,
  withinTime,
} from './lambda.ts';
import { recognise, wrongInvocation } from './recognise.ts';

/** A Lambda function that EventBridge invokes. */
export type EventBridgeHandler = (input: unknown, context?: LambdaContext) => Promise<void>;

/**
 * Makes a Lambda function for a rule whose target is the function itself. Of several events all are tried, in their order, and the first
 * failure is thrown. `name` is the public function's, for errors.
 */
export function eventBridge<Event extends { readonly kind: string }>(
  codec: EventCodec<Event>,
  name: string,
  handlers: EventHandlers<Event, LambdaEventContext>,
  options: LambdaHandlerOptions<Event> = {},
): EventBridgeHandler {
  const { surface } = codec;
  const dispatch = createDispatch(codec, handlers, options, LAMBDA_OPTIONS);
  const { timeReserve } = options;
  checkTimeReserve(surface, timeReserve);

  return async (input, context) => {
    const kind = recognise(input);
    if (kind && kind !== 'event-bridge') throw wrongInvocation(surface, name, 'an event', input);
    const lambda = context ?? {};
    let failure: { readonly error: unknown } | undefined;
    let isOver = false;
    const fail = (error: unknown, messageId?: string, isSkipped = false): void => {
      // Work that continues after the timeout has been reported already.
      if (isOver) return;
      failure ??= { error };
      tellError(options.onError, error, { messageId, isSkipped });
    };
    try {
      await withinTime(surface, lambda, timeReserve, async ({ signal, check }) => {
        const all = codec.decode(input);
        const keys = isOne(all) ? undefined : new KeysOfDelivery(codec);
        for (const received of all) {
          const { messageId } = received;
          let isSkipped = true;
          try {
            check();
            isSkipped = false;
            await dispatch(received, { signal, lambda, messageId }, (await keys?.find(received))?.key);
          } catch (error) {
            fail(error, messageId, isSkipped);
          }
        }
      });
    } catch (error) {
      fail(error);
    }
    isOver = true;
    if (failure) throw failure.error;
  };
}
