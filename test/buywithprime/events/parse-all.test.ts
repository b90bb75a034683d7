import { describe, expect, test } from 'vitest';
import { BuyWithPrimeEventParser, type ParsedRecord } from '../../../src/buywithprime/events/parser.ts';
import { deliveryInTransit, fixture, fixtureText, sqsRecord } from '../../support/buywithprime/fixtures.ts';

const parser = new BuyWithPrimeEventParser();
const text = JSON.stringify(deliveryInTransit());

const notification = (message: string) => ({
  Type: 'Notification',
  MessageId: 'sns-1',
  TopicArn: 'arn:aws:sns:us-east-1:123456789012:topic',
  Message: message,
  Timestamp: '2023-10-27T12:34:56.000Z',
  SignatureVersion: '1',
  Signature: 'EXAMPLE',
  SigningCertURL: 'https://sns.us-east-1.amazonaws.com/cert.pem',
  UnsubscribeURL: 'https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe',
});

const summary = (records: readonly ParsedRecord[]): unknown[] =>
  records.map((record) => [record.messageId, record.success ? record.event.kind : 'failure']);

function throwRevoked(): never {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  throw proxy;
}

describe('parseAll reads', () => {
  test.each<[string, unknown, string | undefined]>([
    ['the event that EventBridge invokes a Lambda function with', deliveryInTransit(), undefined],
    ['a replay from an archive', deliveryInTransit({ 'replay-name': 'monday' }), undefined],
    ['the body of a webhook', { ...fixture('webhook-package-delivered.json'), eventDescriptor: 'DELIVERY_IN_TRANSIT' }, undefined],
    ['a string', text, undefined],
    ['bytes', new TextEncoder().encode(text), undefined],
    ["a Lambda function's SQS event", { Records: [sqsRecord(text)] }, 'm-1'],
    ['only the records, as EventBridge Pipes sends them', [sqsRecord(text)], 'm-1'],
    ['one SQS record', sqsRecord(text), 'm-1'],
    ['a message of ReceiveMessage', { MessageId: 'm-1', ReceiptHandle: 'r', MD5OfBody: 'x', Body: text }, 'm-1'],
    ['a response of ReceiveMessage as JSON', JSON.stringify([{ MessageId: 'm-1', Body: text }]), 'm-1'],
    ['an SNS notification in SQS', { Records: [sqsRecord(JSON.stringify(notification(text)))] }, 'm-1'],
    ['raw SNS delivery in SQS', { Records: [sqsRecord(text)] }, 'm-1'],
    ['an SNS notification over HTTP', JSON.stringify(notification(text)), 'sns-1'],
    [
      "a Lambda function's SNS event",
      { Records: [{ EventSource: 'aws:sns', EventVersion: '1.0', EventSubscriptionArn: 'arn', Sns: notification(text) }] },
      'sns-1',
    ],
    [
      'a message of a dead-letter queue of EventBridge',
      {
        Records: [
          {
            ...sqsRecord(text),
            messageAttributes: {
              RULE_ARN: { stringValue: 'arn:aws:events:us-east-1:123456789012:rule/r', dataType: 'String' },
              TARGET_ARN: { stringValue: 'arn:aws:lambda:us-east-1:123456789012:function:f', dataType: 'String' },
              ERROR_CODE: { stringValue: 'SDK_CLIENT_ERROR', dataType: 'String' },
              EXHAUSTED_RETRY_CONDITION: { stringValue: 'MaximumRetryAttempts', dataType: 'String' },
              RETRY_ATTEMPTS: { stringValue: '185', dataType: 'String' },
            },
          },
        ],
      },
      'm-1',
    ],
    [
      "a record of a Lambda function's destination",
      sqsRecord(JSON.stringify({ version: '1.0', requestContext: { condition: 'RetriesExhausted' }, requestPayload: deliveryInTransit() })),
      'm-1',
    ],
  ])('%s', (_, input, messageId) => {
    expect(summary(parser.parseAll(input))).toEqual([[messageId, 'DELIVERY_IN_TRANSIT']]);
  });

  test('nothing in an empty batch', () => {
    expect(parser.parseAll({ Records: [] })).toEqual([]);
    expect(parser.parseAll([])).toEqual([]);
  });
});

describe('parseAll', () => {
  test.each<[string, string, string]>([
    ['a dead letter of a custom event bus', fixtureText('custom-bus-dead-letter.json'), 'a dead letter of a custom event bus'],
    ['what an input path left of an event', JSON.stringify(deliveryInTransit()['resources']), 'a resource path without its event'],
    ['what an input transformer made of it', '{"orderId":"322-ABC1-AAAAAA"}', 'input transformer'],
    ['what an input transformer made of it, without quotes', '{"orderId": 322-ABC1-AAAAAA}', 'a syntax error'],
    ["Amazon's sample as printed", fixtureText('delivery-in-transit-as-printed.txt'), 'trailing comma'],
  ])('names what a message is: %s', (_, body, message) => {
    const [record, second] = parser.parseAll({ Records: [sqsRecord(body), sqsRecord(text, 'm-2')] });
    expect(second).toMatchObject({ messageId: 'm-2', success: true });
    if (record?.success !== false) throw new Error('was read as an event');
    expect(record.messageId).toBe('m-1');
    expect(`${record.error.message} ${record.error.hint}`).toContain(message);
  });

  test('reads events that were encoded twice on their way', () => {
    const twice = JSON.stringify(JSON.stringify(deliveryInTransit()));
    expect(summary(parser.parseAll({ Records: [sqsRecord(twice)] }))).toEqual([['m-1', 'DELIVERY_IN_TRANSIT']]);
  });

  test('keeps good records and bad ones in their order, each bad one with its message and its reason', () => {
    const bad = '{"detail-type":';
    const records = parser.parseAll({
      Records: [
        sqsRecord(text, 'm-1'),
        sqsRecord(bad, 'm-2'),
        sqsRecord(JSON.stringify(notification(JSON.stringify(notification('{}')))), 'm-3'),
        sqsRecord(fixtureText('mock-2023-order-placed.json'), 'm-4'),
        { messageId: 'm-5', eventSource: 'aws:sqs' },
        null,
        sqsRecord(JSON.stringify(deliveryInTransit({ resources: [] })), 'm-7'),
        sqsRecord(text, 'm-8'),
      ],
    });
    expect(summary(records)).toEqual([
      ['m-1', 'DELIVERY_IN_TRANSIT'],
      ['m-2', 'failure'],
      ['m-3', 'failure'],
      ['m-4', 'unknown'],
      ['m-5', 'failure'],
      [undefined, 'failure'],
      ['m-7', 'failure'],
      ['m-8', 'DELIVERY_IN_TRANSIT'],
    ]);
    expect(records.flatMap((record) => (record.success ? [] : [[record.raw, record.error.message]]))).toEqual([
      [bad, expect.stringContaining('cut off')],
      ['{}', expect.stringContaining('an object without "detail-type" or "eventDescriptor"')],
      [{ messageId: 'm-5', eventSource: 'aws:sqs' }, expect.stringContaining('an object without "detail-type" or "eventDescriptor"')],
      [null, expect.stringContaining('got null')],
      [deliveryInTransit({ resources: [] }), expect.stringContaining('resources: DELIVERY_IN_TRANSIT needs')],
    ]);
  });

  test.each<[string, unknown]>([
    ['garbage', 'garbage'],
    ['nothing', undefined],
    ['a batch that is a batch that is a batch', [[[[[[[[[[[[]]]]]]]]]]]]],
    ['four billion holes', new Array(2 ** 32 - 1)],
    ['a getter that throws a revoked proxy', Object.defineProperty({}, 'Records', { get: throwRevoked })],
    ['arrays without end', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['notifications without end', Array.from({ length: 12 }).reduce<string>((inner) => JSON.stringify({ Message: inner }), text)],
  ])('returns one failure for %s', (_, input) => {
    expect(summary(parser.parseAll(input))).toEqual([[undefined, 'failure']]);
  });

  test('ends if a few arrays, nested, make a million million', () => {
    const bomb = Array.from({ length: 6 }).reduce<unknown[]>((inner) => new Array(100).fill(inner), []);
    const records = parser.parseAll(bomb);
    expect(records.length).toBeGreaterThan(0);
    expect(records.every(({ success }) => !success)).toBe(true);
  });

  test('reads what comes before and after a list that is too long', () => {
    expect(summary(parser.parseAll([text, { Records: new Array(100_000) }, [text]]))).toEqual([
      [undefined, 'DELIVERY_IN_TRANSIT'],
      [undefined, 'failure'],
      [undefined, 'DELIVERY_IN_TRANSIT'],
    ]);
  });

  test('reads ten thousand records, each tenth of them bad', () => {
    const Records = Array.from({ length: 10_000 }, (_, index) => sqsRecord(index % 10 === 0 ? 'bad' : text, `m-${index}`));
    const records = parser.parseAll({ Records });
    expect(records.length).toBe(10_000);
    expect(records.filter(({ success }) => !success).map(({ messageId }) => messageId)).toEqual(
      Records.filter(({ body }) => body === 'bad').map(({ messageId }) => messageId),
    );
  });
});
