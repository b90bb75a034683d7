import { readFileSync } from 'node:fs';
import type { SQSRecord } from 'aws-lambda';

/** A sample as text. */
export function fixtureText(name: string): string {
  return readFileSync(new URL(`../../fixtures/buywithprime/${name}`, import.meta.url), 'utf8');
}

/** A sample as JSON. */
export function fixture(name: string): Record<string, unknown> {
  return JSON.parse(fixtureText(name));
}

/** Every sample of an EventBridge event, by its name. */
export const eventBridgeSamples: readonly { readonly page: string; readonly event: Record<string, unknown> }[] = JSON.parse(
  fixtureText('eventbridge-samples.json'),
);

/** Amazon's first sample, with changes. */
export function deliveryInTransit(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return { ...eventBridgeSamples[0]?.event, ...changes };
}

/** A record of the batch that SQS hands to a Lambda function; with a group, of a FIFO queue. */
export function sqsRecord(body: string, messageId = 'm-1', group?: string): SQSRecord {
  return {
    messageId,
    receiptHandle: 'receipt-handle',
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '1698410096000',
      SenderId: 'sender',
      ApproximateFirstReceiveTimestamp: '1698410096001',
      ...(group !== undefined && { MessageGroupId: group }),
    },
    messageAttributes: {},
    md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:us-east-1:123456789012:queue${group === undefined ? '' : '.fifo'}`,
    awsRegion: 'us-east-1',
  };
}

/** The text of an event about one order; its id is the order's. */
export function eventText(orderId: string, changes: Record<string, unknown> = {}): string {
  return JSON.stringify(deliveryInTransit({ id: orderId, resources: [`businessProduct/bp/order/${orderId}/delivery/d`], ...changes }));
}
