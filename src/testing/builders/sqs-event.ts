/**
 * What AWS makes of events on their way through a queue.
 *
 * @module
 * @see {@link https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html | Lambda with SQS}
 */
import { ConfigurationError } from '../../core/errors.ts';
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

/** What the messages are wrapped in. */
export interface SqsEventOptions extends BuilderOptions {
  /**
   * Whether the events came to the queue through a topic of SNS without raw delivery, which wraps each in a notification.
   * @default false
   */
  readonly sns?: boolean;
  /** The group of a FIFO queue that the messages are of. */
  readonly messageGroupId?: string;
}

/**
 * The batch that a Lambda function behind a queue gets, with a message for each event.
 *
 * @param events Each is written as JSON; a text goes as it is, for messages that are no event.
 * @throws {@link ConfigurationError} `CONFIGURATION` where an event does not fit into JSON or an option is none.
 *
 * @example
 * ```ts
 * const { batchItemFailures } = await handler(sqsEvent([buyWithPrimeEvent('PACKAGE_DELIVERED'), '{"broken']));
 * ```
 */
export function sqsEvent(events: readonly unknown[], options: SqsEventOptions = {}): SqsEvent {
  const { newId, now } = readBuilderOptions('sqsEvent', options);
  const { sns = false, messageGroupId } = options;
  if (!Array.isArray(events)) throw new ConfigurationError('sqsEvent() takes an array of events', { surface: 'testing' });
  const notify = (message: string): string =>
    JSON.stringify({
      Type: 'Notification',
      MessageId: newId(),
      TopicArn: 'arn:aws:sns:us-east-1:111122223333:amazon-events',
      Message: message,
      Timestamp: isoSeconds(now),
    });
  const Records = events.map((event): SqsRecord => {
    const text = asText(event);
    return {
      messageId: newId(),
      receiptHandle: newId(),
      body: sns ? notify(text) : text,
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: String(now),
        SenderId: 'AIDAEXAMPLE',
        ApproximateFirstReceiveTimestamp: String(now),
        ...(messageGroupId !== undefined && { MessageGroupId: messageGroupId }),
      },
      messageAttributes: {},
      md5OfBody: '0'.repeat(32),
      eventSource: 'aws:sqs',
      eventSourceARN: `arn:aws:sqs:us-east-1:111122223333:amazon-events${messageGroupId === undefined ? '' : '.fifo'}`,
      awsRegion: 'us-east-1',
    };
  });
  return { Records };
}

function asText(event: unknown): string {
  try {
    const text: unknown = typeof event === 'string' ? event : JSON.stringify(event);
    if (typeof text === 'string') return text;
  } catch {}
  throw new ConfigurationError('an event does not fit into JSON', { surface: 'testing' });
}
