/**
 * Events of either surface as a Lambda function behind a queue gets them.
 *
 * @module
 * @see {@link https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html | Lambda with SQS}
 */
import { assertOption } from '../../core/errors.ts';
import { SURFACE } from '../surface.ts';
import { isObject, toJson } from './arguments.ts';
import { type BuilderOptions, isoSeconds, readBuilderOptions } from './builder-options.ts';

/** A message of a queue, as a Lambda function gets it. */
export interface SqsRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: {
    readonly ApproximateReceiveCount: string;
    readonly SentTimestamp: string;
    readonly SenderId: string;
    readonly ApproximateFirstReceiveTimestamp: string;
    /** Of a FIFO queue. */
    readonly MessageGroupId?: string;
  };
  readonly messageAttributes: Readonly<Record<string, never>>;
  /** Not computed: 32 zeros. */
  readonly md5OfBody: string;
  readonly eventSource: 'aws:sqs';
  readonly eventSourceARN: string;
  readonly awsRegion: string;
}

/** A batch of messages, as a Lambda function gets it. */
export interface SqsEvent {
  readonly Records: SqsRecord[];
}

/** Options of {@link sqsEvent}. */
export interface SqsEventOptions extends BuilderOptions {
  /**
   * Whether the events came to the queue through an SNS topic without raw delivery, which wraps each in a notification.
   * @default false
   */
  readonly sns?: boolean | undefined;
  /** Makes it a FIFO queue: the group of every message, or a function that returns the group of each event. */
  readonly messageGroupId?: string | ((event: unknown, index: number) => string) | undefined;
  /**
   * How often SQS has handed the messages over, this time included.
   * @default 1
   */
  readonly receiveCount?: number | undefined;
}

/**
 * The batch that a Lambda function behind a queue gets, with a message for each event: for `shippingSqsHandler()` and `sqsHandler()` alike.
 * The queue is in the region of the first event. A Lambda function that EventBridge invokes itself gets the event as the builder returns it.
 *
 * @param events Each is written as JSON; a string is used as it is, for messages that are not an event.
 * @throws {@link ConfigurationError} `CONFIGURATION` for an event that JSON cannot hold, or an option that cannot work.
 *
 * @example Amazon Shipping
 * ```ts
 * const handler = shippingSqsHandler((event) => store.put(event));
 * const { batchItemFailures } = await handler(sqsEvent([ndrEvent(), trackingEvent(), '{"broken']));
 * ```
 *
 * @example Buy with Prime, in a FIFO queue
 * ```ts
 * const { batchItemFailures } = await handler(sqsEvent([buyWithPrimeEvent('PACKAGE_DELIVERED')], { messageGroupId: 'order-1' }));
 * ```
 */
export function sqsEvent(events: readonly unknown[], options: SqsEventOptions = {}): SqsEvent {
  const { newId, now } = readBuilderOptions('sqsEvent', options, { own: ['sns', 'messageGroupId', 'receiveCount'] });
  const { sns = false, messageGroupId, receiveCount = 1 } = options;
  assertOption(Array.isArray(events), SURFACE, undefined, 'sqsEvent() accepts an array of events');
  assertOption(Number.isInteger(receiveCount) && receiveCount >= 1, SURFACE, 'receiveCount', 'must be a whole number, 1 or more');
  const isGroup = messageGroupId === undefined || typeof messageGroupId === 'string' || typeof messageGroupId === 'function';
  assertOption(isGroup, SURFACE, 'messageGroupId', 'must be a string or a function');
  const region = events.map(regionOf).find(Boolean) ?? 'us-east-1';
  const notify = (message: string): string =>
    JSON.stringify({
      Type: 'Notification',
      MessageId: newId(),
      TopicArn: `arn:aws:sns:${region}:111122223333:amazon-events`,
      Message: message,
      Timestamp: isoSeconds(now),
    });
  const Records = events.map((event, index): SqsRecord => {
    const text = toJson(event);
    const group = typeof messageGroupId === 'function' ? messageGroupId(event, index) : messageGroupId;
    return {
      messageId: newId(),
      receiptHandle: newId(),
      body: sns ? notify(text) : text,
      attributes: {
        ApproximateReceiveCount: String(receiveCount),
        SentTimestamp: String(now),
        SenderId: 'AIDAEXAMPLE',
        ApproximateFirstReceiveTimestamp: String(now),
        ...(group !== undefined && { MessageGroupId: group }),
      },
      messageAttributes: {},
      md5OfBody: '0'.repeat(32),
      eventSource: 'aws:sqs',
      eventSourceARN: `arn:aws:sqs:${region}:111122223333:amazon-events${messageGroupId === undefined ? '' : '.fifo'}`,
      awsRegion: region,
    };
  });
  return { Records };
}

function regionOf(event: unknown): string | undefined {
  const region = isObject(event) ? event['region'] : undefined;
  return typeof region === 'string' ? region : undefined;
}
