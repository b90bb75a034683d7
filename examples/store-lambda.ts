/**
 * Two Lambda functions behind SQS that share a table in DynamoDB. SQS delivers a message at least once, and a sum that is counted twice is
 * wrong: the store lets each event count once.
 *
 *     aws dynamodb create-table --table-name waybill ...      # see DynamoDBIdempotencyStore
 *
 * Both event sources need `ReportBatchItemFailures`, and a visibility timeout that is longer than the lease.
 */
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { sqsHandler } from 'waybill/buywithprime/events';
import { shippingSqsHandler } from 'waybill/shipping-ndr/webhook';
import { DynamoDBIdempotencyStore } from 'waybill/stores/dynamodb';

const dynamodb = new DynamoDB();
const options = {
  idempotencyStore: new DynamoDBIdempotencyStore(dynamodb),
  idempotencyLease: 30_000,
  onError: (error: unknown, { messageId }: { readonly messageId?: string | undefined }) =>
    console.error(messageId, error instanceof Error ? error.message : error),
};

/** For the queue of Buy with Prime. */
export const buyWithPrime = sqsHandler({ DELIVERY_COMPLETED: (event, { signal }) => count('delivered', event.orderId, signal) }, options);

/** For the queue of Amazon Shipping. */
export const shipping = shippingSqsHandler({ ndr: (event, { signal }) => count('undelivered', event.detail.trackingId, signal) }, options);

async function count(what: 'delivered' | 'undelivered', id: string, abortSignal: AbortSignal): Promise<void> {
  const input = {
    TableName: 'parcels',
    Key: { id: { S: `${what}:${id}` } },
    UpdateExpression: 'ADD #times :one',
    ExpressionAttributeNames: { '#times': 'times' },
    ExpressionAttributeValues: { ':one': { N: '1' } },
  };
  await dynamodb.updateItem(input, { abortSignal });
}
