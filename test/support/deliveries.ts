/**
 * What an event arrives in, and through which handler: every wrapping of AWS, every encoding of a body, and the three front ends.
 */
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import type { EventCodec } from '../../src/core/receive/codec.ts';
import { eventBridge } from '../../src/core/receive/event-bridge.ts';
import type { EventHandlerOptions, EventHandlers } from '../../src/core/receive/handlers.ts';
import { sqs } from '../../src/core/receive/sqs.ts';
import { type Authenticator, webhook } from '../../src/core/receive/webhook.ts';

/** One way of wrapping an event. */
export interface Wrapping {
  readonly name: string;
  readonly wrap: (payload: object) => unknown;
  /** The id of the message that has to be reported with the event, if the wrapping has one. */
  readonly messageId?: string;
  /** A batch of a queue: a handler for EventBridge refuses it, with the name of the right one. */
  readonly isQueue?: boolean;
  /** Bytes, which no message of a queue can be. */
  readonly isBytes?: boolean;
}

const text = (payload: unknown): string => JSON.stringify(payload);
const base64 = (payload: object): string => Buffer.from(text(payload)).toString('base64');
const utf16 = (payload: object, isBig = false): Buffer => {
  const bytes = Buffer.from(text(payload), 'utf16le');
  return isBig ? bytes.swap16() : bytes;
};

/** A record of a queue, as Lambda gets it. */
export const sqsRecord = (body: unknown, messageId = 'm-1'): object => ({
  messageId,
  receiptHandle: 'receipt',
  body,
  attributes: { ApproximateReceiveCount: '1' },
  messageAttributes: {},
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:queue',
});

const notification = (payload: unknown): object => ({
  Type: 'Notification',
  MessageId: 'sns-1',
  TopicArn: 'arn:aws:sns:eu-west-1:123456789012:topic',
  Message: text(payload),
  Timestamp: '2026-01-01T00:00:00Z',
});

/** What Lambda sends to the failure destination of a function. */
const destinationRecord = (payload: object): object => ({
  version: '1.0',
  timestamp: '2026-01-01T00:00:00Z',
  requestContext: { requestId: 'r-1', functionArn: 'arn:aws:lambda:…', condition: 'RetriesExhausted', approximateInvokeCount: 3 },
  requestPayload: payload,
  responseContext: { statusCode: 200, functionError: 'Unhandled' },
  responsePayload: { errorMessage: 'database' },
});

export const wrappings: readonly Wrapping[] = [
  { name: 'an object', wrap: (payload) => payload },
  { name: 'a string', wrap: text },
  { name: 'a string with whitespace around it', wrap: (payload) => `\r\n\t ${text(payload)} \n` },
  { name: 'a string with a byte order mark', wrap: (payload) => `\uFEFF${text(payload)}` },
  { name: 'JSON in JSON', wrap: (payload) => text(text(payload)) },
  { name: 'JSON in JSON in JSON', wrap: (payload) => text(text(text(payload))) },
  { name: 'bytes', isBytes: true, wrap: (payload) => new TextEncoder().encode(text(payload)) },
  { name: 'an ArrayBuffer', isBytes: true, wrap: (payload) => new TextEncoder().encode(text(payload)).buffer },
  { name: 'a view into a larger buffer', isBytes: true, wrap: (payload) => Buffer.from(`xx${text(payload)}xx`).subarray(2, -2) },
  { name: 'UTF-8 with a byte order mark', isBytes: true, wrap: (payload) => Buffer.from(`\uFEFF${text(payload)}`) },
  { name: 'UTF-16 little-endian', isBytes: true, wrap: (payload) => utf16(payload) },
  { name: 'UTF-16 big-endian', isBytes: true, wrap: (payload) => utf16(payload, true) },
  { name: 'UTF-16 with a byte order mark', isBytes: true, wrap: (payload) => Buffer.concat([Buffer.from([0xff, 0xfe]), utf16(payload)]) },
  { name: 'a list of one', wrap: (payload) => [payload] },
  { name: 'a list of one string', wrap: (payload) => [text(payload)] },
  { name: 'an SQS batch', messageId: 'm-1', isQueue: true, wrap: (payload) => ({ Records: [sqsRecord(text(payload))] }) },
  {
    name: 'an SQS batch, encoded twice',
    messageId: 'm-1',
    isQueue: true,
    wrap: (payload) => ({ Records: [sqsRecord(text(text(payload)))] }),
  },
  { name: 'a batch of EventBridge Pipes', messageId: 'm-1', isQueue: true, wrap: (payload) => ({ Records: [sqsRecord(payload)] }) },
  { name: 'messages of ReceiveMessage', messageId: 'm-1', wrap: (payload) => ({ Messages: [{ MessageId: 'm-1', Body: text(payload) }] }) },
  { name: 'SNS to Lambda', messageId: 'sns-1', wrap: (payload) => ({ Records: [{ EventSource: 'aws:sns', Sns: notification(payload) }] }) },
  { name: 'SNS in SQS', messageId: 'm-1', isQueue: true, wrap: (payload) => ({ Records: [sqsRecord(text(notification(payload)))] }) },
  { name: 'an SNS notification', messageId: 'sns-1', wrap: notification },
  { name: 'a Lambda destination', wrap: destinationRecord },
  {
    name: 'a Lambda destination in SQS',
    messageId: 'm-1',
    isQueue: true,
    wrap: (payload) => ({ Records: [sqsRecord(text(destinationRecord(payload)))] }),
  },
  {
    name: 'a Lambda destination on an event bus',
    wrap: (payload) => ({
      version: '0',
      id: 'bus-1',
      'detail-type': 'Lambda Function Invocation Result - Failure',
      source: 'lambda',
      time: '2026-01-01T00:00:00Z',
      resources: [],
      detail: destinationRecord(payload),
    }),
  },
  {
    name: 'a dead letter of a function that read a queue',
    messageId: 'dlq-1',
    isQueue: true,
    wrap: (payload) => ({ Records: [sqsRecord(text({ Records: [sqsRecord(text(payload))] }), 'dlq-1')] }),
  },
  {
    name: 'Kinesis',
    messageId: 'shard:1',
    wrap: (payload) => ({ Records: [{ eventSource: 'aws:kinesis', eventID: 'shard:1', kinesis: { data: base64(payload) } }] }),
  },
  { name: 'Firehose', messageId: 'fire-1', wrap: (payload) => ({ records: [{ recordId: 'fire-1', data: base64(payload) }] }) },
  {
    name: 'Kafka',
    wrap: (payload) => ({ eventSource: 'aws:kafka', records: { 'topic-0': [{ topic: 'topic', partition: 0, value: base64(payload) }] } }),
  },
];

/** Hands over what a wrapping makes; resolves with whether it counts as handled, so that it is not redelivered. */
type Deliver = (wrapped: unknown) => Promise<boolean>;

/** One way in. */
export interface Transport {
  readonly name: string;
  readonly accepts: (wrapping: Wrapping) => boolean;
  readonly open: <Event extends { readonly kind: string }>(
    codec: EventCodec<Event>,
    handlers: EventHandlers<Event, unknown>,
    options?: EventHandlerOptions<Event, unknown>,
  ) => Deliver;
}

/** Every request counts as authentic. */
const anybody: Authenticator = { authenticate: async () => undefined, challenge: () => 'None' };

const bytesOf = (wrapped: unknown): Uint8Array<ArrayBuffer> => {
  if (wrapped instanceof ArrayBuffer) return new Uint8Array(wrapped);
  if (ArrayBuffer.isView(wrapped)) return new Uint8Array(wrapped.buffer as ArrayBuffer, wrapped.byteOffset, wrapped.byteLength);
  return new TextEncoder().encode(typeof wrapped === 'string' ? wrapped : text(wrapped));
};

function webhookWith(encoding: string, encode: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array): Transport {
  return {
    name: encoding ? `a webhook, ${encoding}` : 'a webhook',
    // What is compressed does not depend on how.
    accepts: ({ name }) => encoding === '' || ['a string', 'JSON in JSON', 'UTF-16 with a byte order mark'].includes(name),
    open: (codec, handlers, options) => {
      const handler = webhook(codec, anybody, handlers, { onError: () => undefined, ...options });
      return async (wrapped) => {
        const headers = { 'content-type': 'application/json', ...(encoding && { 'content-encoding': encoding.split(' ')[0] as string }) };
        const body = new Uint8Array(encode(bytesOf(wrapped)));
        const { status } = await handler(new Request('https://shop.example/webhook', { method: 'POST', headers, body }));
        return status === 200;
      };
    },
  };
}

export const transports: readonly Transport[] = [
  webhookWith('', (bytes) => bytes),
  webhookWith('gzip', gzipSync),
  webhookWith('deflate', deflateSync),
  webhookWith('deflate without its header', deflateRawSync),
  webhookWith('br', brotliCompressSync),
  webhookWith('gzip, that is not compressed any more', (bytes) => bytes),
  {
    name: 'a Lambda function that EventBridge invokes',
    accepts: ({ isQueue }) => !isQueue,
    open: (codec, handlers, options) => {
      const handler = eventBridge(codec, 'handler()', handlers, { onError: () => undefined, ...options });
      return async (wrapped) => {
        const outcome = await Promise.allSettled([handler(wrapped)]);
        return outcome[0].status === 'fulfilled';
      };
    },
  },
  {
    name: 'a Lambda function that reads a queue',
    accepts: ({ isBytes }) => !isBytes,
    open: (codec, handlers, options) => {
      const handler = sqs(codec, 'handler()', handlers, { onError: () => undefined, ...options });
      return async (wrapped) => {
        const isBatch = text(wrapped).includes('"receiptHandle"');
        return (await handler(isBatch ? wrapped : { Records: [sqsRecord(wrapped)] })).batchItemFailures.length === 0;
      };
    },
  },
];
