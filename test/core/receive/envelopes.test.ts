import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type JsonObject, MAX_ITEMS, type Unwrapped, unwrap } from '../../../src/core/receive/envelopes.ts';

const text = JSON.stringify;
const base64 = (value: unknown): string => Buffer.from(text(value)).toString('base64');
const event = (id: string | number = 'e1'): object => ({ id, 'detail-type': 'ORDER_PLACED', detail: {} });

const all = (input: unknown, maxItems?: number): Unwrapped[] => [...unwrap('core', input, maxItems)];
const idsOf = (found: readonly Unwrapped[]): unknown[] =>
  found.map((one) => ('envelope' in one ? one.envelope['id'] : one.issues[0].message));

/** What holds one thing. */
const wrappings: Readonly<Record<string, (value: unknown) => unknown>> = {
  'an SQS record': (value) => ({ messageId: 'sqs', receiptHandle: 'r', body: text(value), eventSource: 'aws:sqs' }),
  'an SQS record whose body EventBridge Pipes has parsed': (value) => ({ messageId: 'sqs', body: value }),
  'a message of ReceiveMessage': (value) => ({ MessageId: 'received', Body: text(value) }),
  'an SNS record': (value) => ({ EventSource: 'aws:sns', Sns: { Type: 'Notification', MessageId: 'sns', Message: text(value) } }),
  'an SNS notification in a queue': (value) => ({ Type: 'Notification', MessageId: 'sns', Message: text(value) }),
  'a record of a failure destination': (value) => ({ version: '1.0', requestContext: {}, requestPayload: value, responsePayload: {} }),
  'a failure destination that is an event bus': (value) => ({
    id: 'bus',
    'detail-type': 'Lambda Function Invocation Result - Failure',
    source: 'lambda',
    detail: { requestPayload: value, responsePayload: {} },
  }),
  'what a pipe has read, on an event bus': (value) => ({
    id: 'pipe',
    'detail-type': 'Event from aws:sqs',
    source: 'Pipe x',
    detail: { messageId: 'sqs', eventSource: 'aws:sqs', body: value },
  }),
  'a Kinesis record that a pipe has read, on an event bus': (value) => ({
    'detail-type': 'Event from aws:kinesis',
    detail: { eventSource: 'aws:kinesis', eventID: 'kinesis', data: base64(value) },
  }),
  'what a pipe with a type of its own has read': (value) => ({
    'detail-type': 'ndr',
    source: 'Pipe ndr-to-bus',
    detail: { messageId: 'sqs', body: text(value) },
  }),
  'a Kinesis record': (value) => ({ eventID: 'kinesis', kinesis: { data: base64(value), sequenceNumber: '1' } }),
  'a Kinesis record through Pipes': (value) => ({ eventSource: 'aws:kinesis', eventID: 'kinesis', data: base64(value) }),
  'a Firehose record': (value) => ({ recordId: 'firehose', data: base64(value) }),
  'a Kafka record': (value) => ({ topic: 'events', partition: 0, value: base64(value) }),
  'JSON in JSON': (value) => text(text(value)),
};

/** What holds several things. */
const batches: Readonly<Record<string, (values: readonly unknown[]) => unknown>> = {
  'a list': (values) => values,
  Records: (values) => ({ Records: values }),
  Messages: (values) => ({ Messages: values }),
  records: (values) => ({ deliveryStreamArn: 'arn', records: values }),
  'records by partition': (values) => ({
    eventSource: 'aws:kafka',
    records: { 'events-0': values.slice(0, 1), 'events-1': values.slice(1) },
  }),
};

describe.each(Object.entries(wrappings))('%s', (_, wrap) => {
  test('is unwrapped', () => {
    expect(idsOf(all(wrap(event())))).toEqual(['e1']);
    expect(idsOf(all(text(wrap(event()))))).toEqual(['e1']);
    expect(idsOf(all(Buffer.from(text(wrap(event())))))).toEqual(['e1']);
  });
});

test.each([
  ['an SQS record', 'sqs'],
  ['a message of ReceiveMessage', 'received'],
  ['an SNS record', 'sns'],
  ['an SNS notification in a queue', 'sns'],
  ['a Kinesis record', 'kinesis'],
  ['a Firehose record', 'firehose'],
])('%s has the message id %s', (name, messageId) => {
  expect(all(wrappings[name]?.(event()))).toEqual([expect.objectContaining({ messageId })]);
});

test('of nested messages the outermost counts: the queue is told which one failed', () => {
  const notification = wrappings['an SNS notification in a queue']?.(event());
  expect(all(wrappings['an SQS record']?.(notification))).toEqual([expect.objectContaining({ messageId: 'sqs' })]);
});

test('an envelope is known to be ours if it was parsed here, and not if somebody else holds it', () => {
  const isOurs = (input: unknown): unknown[] => all(input).map((one) => 'isOurs' in one && one.isOurs);
  const given = event();
  expect([isOurs(given), isOurs([given]), isOurs({ Records: [{ messageId: 'a', body: given }] })]).toEqual([[false], [false], [false]]);
  expect([isOurs(text(given)), isOurs([text(given)]), isOurs(wrappings['an SQS record']?.(given))]).toEqual([[true], [true], [true]]);
});

test('indexes of bare lists are kept for the issues; those of batches are not, because messages have ids', () => {
  const at = (input: unknown): unknown[] => all(input).map((one) => one.at);
  expect(at([event(), [event(), event()]])).toEqual([[0], [1, 0], [1, 1]]);
  expect(at({ Records: [{ messageId: 'a', body: text([event(), event()]) }] })).toEqual([[0], [1]]);
  expect(all([5])).toEqual([expect.objectContaining({ issues: [{ message: expect.any(String), path: [0] }] })]);
});

test('whatever events are nested in, exactly those that were put in come out, in their order', () => {
  type Tree = { readonly events: readonly string[]; readonly value: unknown; readonly depth: number };
  let next = 0;
  const leaf = fc.constant(null).map((): Tree => {
    const id = `event-${next++}`;
    return { events: [id], value: event(id), depth: 0 };
  });
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      leaf,
      fc.tuple(fc.constantFrom(...Object.values(wrappings)), tie('tree')).map(([wrap, { events, value, depth }]) => ({
        events,
        value: wrap(value),
        depth: depth + 2,
      })),
      fc.tuple(fc.constantFrom(...Object.values(batches)), fc.array(tie('tree'), { maxLength: 4 })).map(([batch, trees]) => ({
        events: trees.flatMap(({ events }) => events),
        value: batch(trees.map(({ value }) => value)),
        depth: 1 + Math.max(0, ...trees.map(({ depth }) => depth)),
      })),
    ),
  }));
  fc.assert(
    fc.property(
      tree.filter(({ depth }) => depth <= 8),
      ({ events, value }) => {
        expect(idsOf(all(value))).toEqual(events);
        expect(idsOf(all(text(value)))).toEqual(events);
        expect(idsOf(all(Buffer.from(text(value), 'utf16le')))).toEqual(events);
      },
    ),
    { numRuns: 500 },
  );
});

describe('what is not an event says what it is', () => {
  test.each<[unknown, string, boolean?]>([
    [undefined, 'expected an event, got nothing', true],
    [null, 'expected an event, got null', true],
    [5, 'expected an event, got number', true],
    ['5', 'expected an event, got number', true],
    [{}, 'expected an event, got an object without "detail-type" or "eventDescriptor"', true],
    [{ DetailType: 'x' }, 'got an object that spells "detail-type" in another way', false],
    [{ detailType: 'x' }, 'got an object that spells "detail-type" in another way', false],
    [{ 'detail-type': 5 }, 'got an object without "detail-type"', false],
    [{ headers: {}, body: '{}' }, 'got an HTTP request', false],
    [Promise.resolve(event()), 'got a promise', true],
    [{ Type: 'SubscriptionConfirmation', Message: 'You have chosen to subscribe' }, 'got an SNS message that is not a notification', false],
    [{ failedMessages: [{}] }, 'got a dead letter of a custom event bus', false],
    [{ kinesis: { data: 'not base64!' } }, 'got an object without', false],
    [{ messageId: 'a', body: '' }, 'got an empty string'],
    [{ messageId: 'a', body: '{"secret":' }, 'got 10 characters that are not JSON'],
    ['{"secret":', 'got 10 characters that are not JSON'],
  ])('%o', (input, message, isNoEvent) => {
    const [found, ...others] = all(input);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ raw: expect.toSatisfy(() => true), issues: [{ message: expect.stringContaining(message) }] });
    expect(found && 'isNoEvent' in found ? found.isNoEvent : undefined).toBe(isNoEvent);
    expect(text(found && 'issues' in found && found.issues)).not.toContain('secret');
  });

  test('a success of a Lambda function, and a failure without its event, are events of their own', () => {
    for (const fields of [
      { 'detail-type': 'Lambda Function Invocation Result - Success', detail: { requestPayload: event() } },
      { 'detail-type': 'Lambda Function Invocation Result - Failure', detail: {} },
      { 'detail-type': 'Lambda Function Invocation Result - Failure', detail: null },
    ]) {
      expect(idsOf(all({ id: 'own', ...fields }))).toEqual(['own']);
    }
  });

  test('an event that was parsed before, and queued, is the one that Amazon sent', () => {
    const parsed = { kind: 'placed', id: 'x', raw: event('sent') };
    for (const value of [parsed, text(parsed), { messageId: 'sqs', body: text(parsed) }]) expect(idsOf(all(value))).toEqual(['sent']);
    expect(idsOf(all({ kind: 'placed', raw: {} }))).toEqual([expect.stringContaining('without "detail-type"')]);
  });

  test('an event that was put on an event bus as it was is the one inside', () => {
    expect(idsOf(all({ id: 'outer', 'detail-type': 'forward', source: 'my.bus', detail: event('inner') }))).toEqual(['inner']);
  });

  test('one item in the middle takes its place', () => {
    expect(idsOf(all([event('a'), 'x', event('b')]))).toEqual(['a', expect.stringContaining('not JSON'), 'b']);
  });
});

describe('bounds', () => {
  test('what is nested without end is refused', () => {
    let value: unknown = event();
    for (let depth = 0; depth < 8; depth += 1) value = [value];
    expect(idsOf(all(value))).toEqual(['e1']);
    expect(idsOf(all([value]))).toEqual(['expected an event, got something nested more than 8 deep']);
  });

  test('a list that contains itself ends', () => {
    const list: unknown[] = [];
    list.push(list, event());
    expect(all(list).length).toBeLessThan(20);
  });

  test('more items than can be read are one that is refused', () => {
    expect(idsOf(all(new Array(MAX_ITEMS).fill(1)))).toEqual([`expected an event, got a batch of ${MAX_ITEMS}`]);
    expect(all(new Array(MAX_ITEMS - 1).fill(1))).toHaveLength(MAX_ITEMS - 1);
  });

  test('items are counted over all lists together', () => {
    const thousand = new Array(1_000).fill(1);
    const found = all(new Array(1_000).fill(thousand));
    expect(found.length).toBeLessThanOrEqual(MAX_ITEMS);
    expect(idsOf(found.slice(-1))).toEqual(['expected an event, got a batch of 1000']);
  });

  test('lists count as items too, also empty ones', () => {
    const found = all(new Array(60_000).fill([]));
    expect(found.length).toBeGreaterThan(1_000);
    expect(idsOf(found.slice(-1))).toEqual(['expected an event, got a batch of 0']);
  });

  test('with no room for items a batch is refused, also one of a single record', () => {
    expect(idsOf(all({ Records: [wrappings['an SQS record']?.(event())] }, 0))).toEqual(['expected an event, got a batch of 1']);
    expect(idsOf(all(event(), 0))).toEqual(['e1']);
    expect(idsOf(all(wrappings['an SQS record']?.(event()), 0))).toEqual(['e1']);
  });

  test('nothing is read before it is asked for', () => {
    let reads = 0;
    const lazy = new Proxy(event(), {
      get: (target, name) => {
        reads += 1;
        return (target as JsonObject)[name as string];
      },
    });
    const [first] = unwrap('core', [event('a'), lazy]);
    expect([first && 'envelope' in first && first.envelope['id'], reads]).toEqual(['a', 0]);
  });

  test('what throws when it is looked at is unreadable, and does not end the rest', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const getter = Object.defineProperty({}, 'Records', { get: () => JSON.parse('secret') });
    expect(idsOf(all([proxy, getter, event('b')]))).toEqual([
      'expected an event, got a value that cannot be read',
      'expected an event, got a value that cannot be read',
      'b',
    ]);
  });

  test('whatever comes, it neither throws nor goes on for ever', () => {
    const key = fc.constantFrom(
      'Records',
      'body',
      'Body',
      'Sns',
      'Message',
      'Type',
      'requestPayload',
      'kinesis',
      'data',
      'topic',
      'value',
      'detail-type',
      'detail',
    );
    const { value: anything } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 6 }, fc.anything(), fc.dictionary(key, tie('value')), fc.array(tie('value')), fc.json()),
    }));
    fc.assert(
      fc.property(anything, (input) => {
        expect(all(input).length).toBeLessThan(MAX_ITEMS);
      }),
      { numRuns: 500 },
    );
  });
});

describe('what only looks like a wrapping', () => {
  test.each<[string, object]>([
    ['a body that Pipes has parsed, without the id of a message', { body: event() }],
    ['a body that is a number', { messageId: 'm', body: 7 }],
    ['a body that is null', { messageId: 'm', body: null }],
    ['Sns that is a string', { Sns: text(event()) }],
    ['a request payload that is a number', { requestPayload: 7 }],
    ['a topic that is a number', { topic: 7, value: base64(event()) }],
    ['a value without a topic', { value: base64(event()) }],
    ['a value that is not base64', { topic: 't', value: 7 }],
    ['records that are null', { records: null }],
  ])('%s is not opened', (_, input) => {
    expect(all(input)).toMatchObject([{ issues: [{ message: expect.stringContaining('an object without "detail-type"') }] }]);
  });

  test.each([null, 'x', 7])('%j under one name does not hide what is under another', (other) => {
    for (const name of ['Sns', 'requestPayload', 'kinesis'].filter((name) => name !== 'requestPayload' || other !== 'x')) {
      expect(idsOf(all({ [name]: other, topic: 't', value: base64(event()) }))).toEqual(['e1']);
    }
  });

  test('an event of another type whose detail has a request payload is that event', () => {
    expect(idsOf(all({ id: 'outer', 'detail-type': 'JOB_FAILED', detail: { requestPayload: event('inner') } }))).toEqual(['outer']);
  });

  test('an id of a message that is not a string is none', () => {
    expect(all({ messageId: 7, body: text(event()) })[0]?.messageId).toBeUndefined();
  });
});

test('a request payload may be a string', () => {
  expect(idsOf(all({ requestPayload: text(event()) }))).toEqual(['e1']);
});

test.each<[string, object]>([
  ['a promise', Promise.resolve()],
  ['an HTTP request', { headers: { host: 'x' } }],
  ['a dead letter of a custom bus', { failedMessages: [1] }],
  ['another spelling', { DetailType: 'x' }],
  ['an object without its envelope', { a: 1 }],
])('%s comes with a hint', (_, input) => {
  const [found] = all(input);
  expect(found).toMatchObject({ hint: expect.stringMatching(/^[A-Z].*\.$/) });
});

test('the issue of an input that is not in a list has no path', () => {
  const [found] = all(7);
  expect(found && 'issues' in found && Object.keys(found.issues[0])).toEqual(['message']);
});

describe('an empty list under the name of a batch', () => {
  test.each([
    { Records: [] },
    { Messages: [], $metadata: { httpStatusCode: 200 } },
    { invocationId: 'i', deliveryStreamArn: 'arn', region: 'eu-west-1', records: [] },
    { eventSource: 'aws:kafka', eventSourceArn: 'arn', bootstrapServers: 'b', records: {} },
    { records: { 'topic-0': [] } },
    { Records: [], window: {}, state: {}, shardId: 's', eventSourceARN: 'arn', isFinalInvokeForWindow: true },
    { ResponseMetadata: {}, Messages: [] },
  ])('is a batch without messages: %j', (batch) => {
    expect(all(batch)).toEqual([]);
  });

  test.each([{ trackingId: '1', Records: [] }, { orderId: '1', Messages: [] }, { records: { a: 1 } }, { id: 'x', records: {} }])(
    'is not a batch if there is something else: %j',
    (value) => {
      expect(all(value)).toMatchObject([{ raw: value, isNoEvent: false }]);
    },
  );
});

describe('what was put on an event bus', () => {
  const body = { eventDescriptor: 'REFUND_REQUESTED', resources: ['businessProduct/b/order/o/refund/r'] };

  test.each([
    ['the body of a webhook', { 'detail-type': 'shop.amazon', source: 'shop', detail: body }, body],
    ['the body of a webhook under its own type', { 'detail-type': 'REFUND_REQUESTED', source: 'shop', id: 'bus', detail: body }, body],
    ['an event that was parsed before', { 'detail-type': 'shop.amazon', source: 'shop', detail: { kind: 'x', raw: event() } }, event()],
  ])('is read if it is %s', (_, carrier, carried) => {
    expect(all(carrier)).toMatchObject([{ envelope: carried }]);
  });

  test.each([
    { 'detail-type': 'REFUND_REQUESTED', detail: body },
    {
      'detail-type': 'PACKAGE_DELIVERED',
      source: 'aws.partner/buywithprime/shop',
      detail: { ...body, eventDescriptor: 'DELIVERY_COMPLETED' },
    },
  ])('is not unpacked if the detail is its own: %#', (own) => {
    expect(all(own)).toMatchObject([{ envelope: own }]);
  });
});
