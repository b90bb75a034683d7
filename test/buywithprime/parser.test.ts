import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type { BuyWithPrimeEvent, BuyWithPrimeEventOf } from '../../src/buywithprime/events/event.ts';
import type { BuyWithPrimeEventKind } from '../../src/buywithprime/events/event-kinds.ts';
import { BuyWithPrimeEventParser } from '../../src/buywithprime/events/parser.ts';
import { deliveryInTransit, eventBridgeSamples, fixture, fixtureText } from './fixtures.ts';

const parser = new BuyWithPrimeEventParser();
const path = (rest: string): string => `businessProduct/business-product-id/${rest}`;

/** The error's message; fails where there is none. */
function refusal(input: unknown): string {
  const result = parser.safeParse(input);
  if (result.success) throw new Error('was taken for an event');
  expect(result.error).toMatchObject({ code: 'VALIDATION', direction: 'event', surface: 'buywithprime', retryable: false });
  expect(result.raw).toBe(input);
  return result.error.message;
}

describe("Amazon's samples", () => {
  const expected: Record<string, [kind: BuyWithPrimeEventKind, ids: Record<string, string>]> = {
    DELIVERY_IN_TRANSIT: ['DELIVERY_IN_TRANSIT', { orderId: 'order-id', deliveryId: 'delivery-id' }],
    ITEM_IN_TRANSIT: ['DELIVERY_IN_TRANSIT', { orderId: 'order-id', deliveryId: 'delivery-id' }],
    PACKAGE_DELIVERY_IN_TRANSIT: ['DELIVERY_IN_TRANSIT', { orderId: 'order-id', deliveryId: 'delivery-id' }],
    DELIVERY_COMPLETED: ['DELIVERY_COMPLETED', { orderId: 'order-id', deliveryId: 'delivery-id' }],
    ITEM_DELIVERED: ['DELIVERY_COMPLETED', { orderId: 'order-id', deliveryId: 'delivery-id' }],
    PACKAGE_DELIVERED: ['DELIVERY_COMPLETED', { orderId: 'order-id', deliveryId: 'delivery-id' }],
    DELIVERY_CANCELLED: ['DELIVERY_CANCELLED', { orderId: 'order-id', deliveryId: 'delivery-id' }],
    ITEM_CANCELLED: ['DELIVERY_CANCELLED', { orderId: 'order-id', deliveryId: 'delivery-id' }],
    PACKAGE_DELIVERY_CANCELLED: ['DELIVERY_CANCELLED', { orderId: 'order-id', deliveryId: 'delivery-id' }],
    PACKAGE_TRACKER_MILESTONE_CHANGED: [
      'PACKAGE_TRACKER_MILESTONE_CHANGED',
      { carrierCode: 'carrier-code', trackingNumber: 'tracking-number' },
    ],
    REFUND_REQUESTED: ['REFUND_REQUESTED', { orderId: 'order-id', refundId: 'refund-id' }],
    REFUND_COMPLETED: ['REFUND_COMPLETED', { orderId: 'order-id', refundId: 'refund-id' }],
    RETURN_STARTED: ['RETURN_STARTED', { orderId: 'order-id', returnId: 'return-id' }],
    RETURN_COMPLETED: ['RETURN_COMPLETED', { orderId: 'order-id', returnId: 'return-id' }],
    RETURN_ITEM_GRADED: ['RETURN_ITEM_GRADED', { orderId: 'order-id', returnId: 'return-id' }],
    RETURN_DELIVERY_IN_TRANSIT: ['RETURN_DELIVERY_IN_TRANSIT', { orderId: 'order-id', returnId: 'return-id' }],
    RETURN_PACKAGE_IN_TRANSIT: ['RETURN_DELIVERY_IN_TRANSIT', { orderId: 'order-id', returnId: 'return-id' }],
    RETURN_DELIVERY_COMPLETED: ['RETURN_DELIVERY_COMPLETED', { orderId: 'order-id', returnId: 'return-id' }],
    RETURN_PACKAGE_DELIVERED: ['RETURN_DELIVERY_COMPLETED', { orderId: 'order-id', returnId: 'return-id' }],
    RETURN_DELIVERY_FAILED: ['RETURN_DELIVERY_FAILED', { orderId: 'order-id', returnId: 'return-id' }],
    RETURN_PACKAGE_DELIVERY_FAILED: ['RETURN_DELIVERY_FAILED', { orderId: 'order-id', returnId: 'return-id' }],
    BUYABILITY_CHANGED: ['BUYABILITY_CHANGED', { itemId: 'item-id' }],
    INVENTORY_CHANGED: ['INVENTORY_CHANGED', { itemId: 'item-id' }],
    PERSONAL_DATA_DELETION_TASK_COMPLETED: ['PERSONAL_DATA_DELETION_TASK_COMPLETED', { taskId: 'task-id' }],
    PERSONAL_DATA_DELETION_TASK_FAILED: ['PERSONAL_DATA_DELETION_TASK_FAILED', { taskId: 'task-id' }],
    PERSONAL_DATA_RETRIEVAL_TASK_COMPLETED: ['PERSONAL_DATA_RETRIEVAL_TASK_COMPLETED', { taskId: 'task-id' }],
    PERSONAL_DATA_RETRIEVAL_TASK_FAILED: ['PERSONAL_DATA_RETRIEVAL_TASK_FAILED', { taskId: 'task-id' }],
  };

  test('are one for each documented event type', () => {
    expect(eventBridgeSamples.map(({ event }) => event['detail-type']).sort()).toEqual(Object.keys(expected).sort());
  });

  test.each(eventBridgeSamples.map(({ event }) => [event['detail-type'] as string, event]))('%s', (eventType, sample) => {
    const [kind, ids] = expected[eventType] as [string, Record<string, string>];
    expect(parser.parse(sample)).toEqual({
      kind,
      eventType,
      ...ids,
      businessProductId: 'business-product-id',
      idempotencyKey: 'example-event-id',
      id: 'example-event-id',
      time: sample['time'],
      source: 'aws.partner/buywithprime/partner-event-source-name',
      replayName: undefined,
      apiVersion: undefined,
      subscriptionId: undefined,
      resources: [expect.objectContaining({ businessProductId: 'business-product-id', ...ids })],
      data: {},
      raw: sample,
    });
  });

  test.each([
    ['webhook-package-delivered.json', 'DELIVERY_COMPLETED', 'PACKAGE_DELIVERED'],
    ['webhook-buyability-changed.json', 'BUYABILITY_CHANGED', 'BUYABILITY_CHANGED'],
    ['webhook-return-item-graded.json', 'RETURN_ITEM_GRADED', 'RETURN_ITEM_GRADED'],
  ])('%s, the body of a webhook', (name, kind, eventType) => {
    expect(parser.parse(fixtureText(name))).toMatchObject({
      kind,
      eventType,
      idempotencyKey: 'example-idempotency-key',
      id: 'example-event-id',
      time: '2025-01-20T12:34:56Z',
      source: undefined,
      apiVersion: '2024-11-01',
      subscriptionId: 'example-subscription-id',
      data: {},
    });
  });

  test.each(eventBridgeSamples.map(({ event }) => event))('$detail-type as the body of a webhook, and with it as detail', (sample) => {
    const { time, resources, 'detail-type': eventDescriptor } = sample;
    const body = { idempotencyKey: 'key', eventId: 'e-1', eventTime: time, eventDescriptor, resources, apiVersion: '2024-11-01', data: {} };
    const { raw: _, id, source, ...expected } = parser.parse(sample);
    const news = { idempotencyKey: 'key', apiVersion: '2024-11-01' };
    expect(parser.parse(body)).toEqual({ ...expected, ...news, id: 'e-1', source: undefined, raw: body });
    const copied = { ...sample, detail: body };
    expect(parser.parse(copied)).toEqual({ ...expected, ...news, id, source, raw: copied });
  });

  test('PRODUCT_INVENTORY_CHANGED, as one table of a page spells it', () => {
    const resources = [path('item-quantities/i')];
    expect(parser.parse(deliveryInTransit({ 'detail-type': 'PRODUCT_INVENTORY_CHANGED', resources }))).toMatchObject({
      kind: 'INVENTORY_CHANGED',
      eventType: 'PRODUCT_INVENTORY_CHANGED',
      itemId: 'i',
    });
  });

  test('EventBridge with the body of a webhook as detail: its idempotency key is the better one', () => {
    expect(parser.parse(fixture('eventbridge-package-delivered-copied-detail.json'))).toMatchObject({
      kind: 'DELIVERY_COMPLETED',
      deliveryId: 'delivery-id',
      idempotencyKey: 'example-idempotency-key',
      source: 'aws.partner/buywithprime/partner-event-source-name',
      apiVersion: '2024-11-01',
      data: {},
    });
  });

  test.each([
    ['package-delivered', 'DELIVERY_COMPLETED', { packageInformation: { details: [{ id: 'delivery-id', state: 'DELIVERED' }] } }],
    ['refund-requested', 'REFUND_REQUESTED', { refunds: { details: [{ id: 'refund-id' }] } }],
    ['refund-completed', 'REFUND_COMPLETED', { refunds: [{ details: { id: 'refund-id' } }] }],
    ['return-completed', 'RETURN_COMPLETED', { returns: { details: [{ id: 'return-id' }] } }],
  ])('fat data of %s comes through as it is', (name, kind, order) => {
    const event = parser.parse(fixture(`eventbridge-${name}-fat.json`));
    expect(event).toMatchObject({ kind, orderId: 'order-id', idempotencyKey: 'example-idempotency-key', data: { order } });
  });

  test.each(['order-placed', 'refund-success', 'inventory-availability-changed', 'buyability-status-change'])(
    'the mock of 2023, %s, comes through as unknown',
    (name) => {
      const sample = fixture(`mock-2023-${name}.json`);
      expect(parser.parse(sample)).toMatchObject({
        kind: 'unknown',
        eventType: sample['detail-type'],
        idempotencyKey: 'example-event-id',
        businessProductId: undefined,
        resources: [],
        data: sample['detail'],
        raw: sample,
      });
    },
  );

  test('as Amazon prints it, it is not JSON, and the error says where the comma is', () => {
    const printed = fixtureText('delivery-in-transit-as-printed.txt');
    const comma = printed.indexOf(',', printed.indexOf('delivery-id')) + 1;
    expect(refusal(printed)).toContain(`trailing comma at character ${comma}`);
    expect(parser.parse(printed.replace('delivery-id",', 'delivery-id"')).kind).toBe('DELIVERY_IN_TRANSIT');
  });
});

describe('parse', () => {
  test.each<[string, unknown]>([
    ['text', JSON.stringify(deliveryInTransit())],
    ['text with a byte order mark', `\uFEFF${JSON.stringify(deliveryInTransit())}`],
    ['bytes', new TextEncoder().encode(JSON.stringify(deliveryInTransit()))],
    ['a Buffer', Buffer.from(JSON.stringify(deliveryInTransit()))],
    ['an ArrayBuffer', new TextEncoder().encode(JSON.stringify(deliveryInTransit())).buffer],
    ['a DataView', new DataView(new TextEncoder().encode(JSON.stringify(deliveryInTransit())).buffer)],
    ['JSON that was encoded twice', JSON.stringify(JSON.stringify(deliveryInTransit()))],
    ['an object', deliveryInTransit()],
  ])('takes %s', (_, input) => {
    expect(parser.parse(input)).toMatchObject({ kind: 'DELIVERY_IN_TRANSIT', orderId: 'order-id' });
  });

  test('reads only its own part of a larger buffer', () => {
    const bytes = Buffer.from(`xx${JSON.stringify(deliveryInTransit())}xx`);
    expect(parser.parse(bytes.subarray(2, -2)).kind).toBe('DELIVERY_IN_TRANSIT');
  });

  test('takes an event without detail, as the variable aws.events.event of an input transformer holds it', () => {
    expect(parser.parse(deliveryInTransit({ detail: undefined }))).toMatchObject({ kind: 'DELIVERY_IN_TRANSIT', data: undefined });
  });

  test('takes the detail alone where it is the copied body, as an input path leaves it', () => {
    const { detail } = fixture('eventbridge-package-delivered-copied-detail.json');
    expect(parser.parse(detail)).toMatchObject({ kind: 'DELIVERY_COMPLETED', idempotencyKey: 'example-idempotency-key' });
  });

  test('throws what safeParse answers', () => {
    expect(() => parser.parse({})).toThrow(expect.objectContaining({ code: 'VALIDATION', message: refusal({}) }));
  });

  test('says of a replay that it is one', () => {
    expect(parser.parse(deliveryInTransit({ 'replay-name': 'monday' }))).toMatchObject({
      replayName: 'monday',
      kind: 'DELIVERY_IN_TRANSIT',
    });
  });

  test('takes the ids of the first path that has them, and keeps all paths', () => {
    const event = parser.parse(
      deliveryInTransit({
        resources: [path('locker/L7'), path('order/o1/delivery/d1'), 'no path', 7, path('order/o1/delivery/d2')],
      }),
    );
    expect(event).toMatchObject({ kind: 'DELIVERY_IN_TRANSIT', orderId: 'o1', deliveryId: 'd1' });
    expect(event.resources.map(({ deliveryId }) => deliveryId)).toEqual([undefined, 'd1', 'd2']);
  });

  test.each(['Records', 'Messages'])('is not misled by a field of the event that is called %s', (name) => {
    const event = deliveryInTransit({ [name]: [] });
    expect(parser.parse(event).kind).toBe('DELIVERY_IN_TRANSIT');
    expect(parser.parseAll(event)).toMatchObject([{ success: true }]);
  });

  test('does not make one delivery of two paths', () => {
    expect(refusal(deliveryInTransit({ resources: [path('order/o1'), path('delivery/d2')] }))).toContain('orderId and deliveryId');
  });

  test('finds the paths in the copied body where the envelope lost them', () => {
    const sample = fixture('eventbridge-package-delivered-copied-detail.json');
    expect(parser.parse({ ...sample, resources: [] })).toMatchObject({ kind: 'DELIVERY_COMPLETED', deliveryId: 'delivery-id' });
  });

  test.each([
    ['no resources', [], 'resources: DELIVERY_IN_TRANSIT needs a resource path with orderId and deliveryId'],
    ['none at all', undefined, 'resources: DELIVERY_IN_TRANSIT needs'],
    ['no array', 'businessProduct/b/order/o/delivery/d', 'resources: DELIVERY_IN_TRANSIT needs'],
    ['a path without the delivery', [path('order/o')], 'resources: DELIVERY_IN_TRANSIT needs'],
    ['a malformed path', [path('locker/L7'), path('order/o/delivery')], 'resources.1: the key in segment 5 has no id after it'],
  ])('refuses an event of a known type with %s', (_, resources, message) => {
    expect(refusal(deliveryInTransit({ resources }))).toContain(message);
  });

  test('lets an event of an unknown type through, whatever its resources', () => {
    expect(parser.parse(deliveryInTransit({ 'detail-type': 'LOCKER_OPENED', resources: [path('locker/L7'), 'x', null] }))).toMatchObject({
      kind: 'unknown',
      eventType: 'LOCKER_OPENED',
      businessProductId: 'business-product-id',
      resources: [{ segments: [expect.anything(), ['locker', 'L7']] }],
    });
  });

  test.each(['constructor', '__proto__', 'toString', 'unknown', '', '\ud800', 'delivery_in_transit'])(
    'takes %j for a type it does not know',
    (eventType) => {
      expect(parser.parse(deliveryInTransit({ 'detail-type': eventType }))).toMatchObject({ kind: 'unknown', eventType });
    },
  );

  test('is not touched by __proto__ and constructor in the payload', () => {
    const event = parser.parse(
      `{"__proto__":{"id":"evil"},"constructor":"c","detail-type":"REFUND_REQUESTED","resources":["businessProduct/__proto__/order/__proto__/refund/constructor"],"detail":{"__proto__":{"idempotencyKey":"evil"}}}`,
    );
    expect(event).toMatchObject({ kind: 'REFUND_REQUESTED', orderId: '__proto__', refundId: 'constructor', id: undefined });
    expect(event.idempotencyKey).not.toBe('evil');
    expect(Object.getPrototypeOf(event)).toBe(Object.prototype);
  });
});

describe('the idempotency key', () => {
  const keyOf = (changes: Record<string, unknown>): string => parser.parse(deliveryInTransit(changes)).idempotencyKey;

  test.each([
    [{ idempotencyKey: 'k' }, 'k'],
    [{ idempotencyKey: '' }, 'example-event-id'],
    [{ idempotencyKey: 7 }, 'example-event-id'],
    ['text', 'example-event-id'],
    [null, 'example-event-id'],
    [[], 'example-event-id'],
  ])('with detail %j is %s', (detail, key) => {
    expect(keyOf({ detail })).toBe(key);
  });

  test('is a hash of type, resources and time where there is neither key nor id', () => {
    const sample = deliveryInTransit({ id: undefined });
    const text = JSON.stringify([sample['detail-type'], sample['resources'], sample['time']]);
    expect(parser.parse(sample).idempotencyKey).toBe(createHash('sha256').update(text).digest('hex'));
    expect(keyOf({ id: undefined, account: 'another' })).toBe(keyOf({ id: undefined }));
  });

  test('differs for different events, also without key, id and time', () => {
    const bare = { id: undefined, time: undefined };
    const keys = [keyOf(bare), keyOf({ ...bare, detail: { a: 1 } }), keyOf({ ...bare, resources: [path('order/o/delivery/d')] })];
    expect(new Set(keys).size).toBe(3);
  });
});

describe('the error names what it saw instead', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'got undefined'],
    ['null', null, 'got null'],
    ['a number', 42, 'got number'],
    ['JSON null', 'null', 'got null'],
    ['blanks', ' \n', 'they are blank'],
    ['an empty buffer', new Uint8Array(), 'they are blank'],
    ['a resource path in JSON', JSON.stringify(path('order/o/delivery/d')), 'a resource path without its event'],
    ['String(object)', String({}), 'without JSON.stringify()'],
    ['base64', Buffer.from(JSON.stringify(deliveryInTransit())).toString('base64'), 'base64'],
    ['HTML', '<!doctype html><html></html>', 'HTML'],
    ['text that is cut off', JSON.stringify(deliveryInTransit()).slice(0, 200), 'it may be cut off'],
    ['single quotes', "{'detail-type': 'DELIVERY_IN_TRANSIT'}", 'mistake in the syntax'],
    ['UTF-16', Buffer.from(JSON.stringify(deliveryInTransit()), 'utf16le'), 'not JSON'],
    ['gzip', Uint8Array.of(0x1f, 0x8b, 8, 0, 0), 'not JSON'],
    ['a resource path alone', path('order/o/delivery/d'), 'a resource path without its event'],
    ['the detail alone', {}, 'neither "detail-type" nor "eventDescriptor"'],
    ['what an input transformer made', { orderId: 'o' }, 'neither "detail-type" nor "eventDescriptor"'],
    ['what an input path left of it', [path('order/o/delivery/d')], 'a batch of 1'],
    ['CDK spelling', { detailType: ['DELIVERY_IN_TRANSIT'] }, 'spells "detail-type" in another way'],
    ['a PutEvents entry', { Source: 's', DetailType: 'DELIVERY_IN_TRANSIT', Detail: '{}' }, 'spells "detail-type" in another way'],
    ['a function URL request', { headers: {}, body: '{}', requestContext: {} }, 'an HTTP request'],
    ['a Request', new Request('http://localhost', { method: 'POST', body: '{}' }), 'an HTTP request'],
    ['a promise', Promise.resolve({}), 'a promise'],
    ['an SNS confirmation', { Type: 'SubscriptionConfirmation', Message: 'x', Token: 't' }, 'no notification'],
    ["a custom bus's dead letter", fixture('custom-bus-dead-letter.json'), 'a dead letter of a custom event bus'],
    ['a batch', { Records: [{ messageId: 'm', body: JSON.stringify(deliveryInTransit()) }] }, 'a batch of 1'],
    ['an array', [deliveryInTransit(), deliveryInTransit()], 'a batch of 2'],
    ['an empty array', [], 'a batch of 0'],
    ['an empty batch in a notification', { Message: '[]' }, 'a batch of 0'],
    ['a hundred thousand arrays', nested(100_000), 'got'],
    ['a hundred thousand objects', `${'{"Message":'.repeat(100_000)}1${'}'.repeat(100_000)}`, 'got'],
    ['a batch of one in a notification', { Message: JSON.stringify([deliveryInTransit()]) }, 'a batch of 1'],
    ['a function', () => 1, 'got function'],
    ['a symbol', Symbol('s'), 'got symbol'],
    ['a bigint', 1n, 'got bigint'],
    ['a revoked proxy', revoked(), 'a value that can not be read'],
    ['a throwing getter', throwing(new RangeError('secret-4711')), 'a value that can not be read'],
    ['a getter that throws what can not be looked at', throwing(revoked()), 'a value that can not be read'],
    ['a bigint within', deliveryInTransit({ id: undefined, resources: [path('order/o/delivery/d'), 1n] }), 'a value that can not be read'],
    // As an array-like it would be copied item by item: four billion.
    ['what calls itself a buffer', { [Symbol.toStringTag]: 'ArrayBuffer', length: 2 ** 32 - 1 }, 'a value that can not be read'],
    ['a list of four billion holes', new Array(2 ** 32 - 1), 'a batch of 4294967295'],
    ['resources of four billion holes', deliveryInTransit({ resources: new Array(2 ** 32 - 1) }), 'resources.0: expected a string'],
    ['a circle', circle(), 'a value that can not be read'],
  ])('%s', (_, input, message) => {
    expect(refusal(input)).toContain(message);
  });

  test('and never quotes the payload', () => {
    for (const input of [
      '{"secret-4711": ',
      { 'secret-4711': 'secret-4711' },
      deliveryInTransit({ resources: ['secret-4711/secret-4711/x'] }),
    ]) {
      const result = parser.safeParse(input);
      expect(JSON.stringify({ ...result, raw: 0 })).not.toContain('4711');
    }
  });

  test.each<[string, unknown]>([
    ['of letters', 'x'.repeat(10_000_000)],
    ['of blanks', ' '.repeat(10_000_000)],
    ['of commas', '{,'.repeat(5_000_000)],
    ['of commas and blanks', `{,${' '.repeat(10_000_000)}`],
    ['of quotes', `"${'\\"'.repeat(5_000_000)}`],
    ['of resources', deliveryInTransit({ resources: new Array(1_000_000).fill('businessProduct/') })],
    ['of an id', deliveryInTransit({ resources: [path(`order/${'o'.repeat(10_000_000)}`)] })],
    ['of a type', deliveryInTransit({ 'detail-type': 7, detail: 'x'.repeat(10_000_000) })],
  ])('after ten million characters %s', (_, input) => {
    expect(refusal(input).length).toBeLessThan(1_000);
  });
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function throwing(what: object): object {
  return {
    get 'detail-type'(): string {
      throw what;
    },
  };
}

function circle(): object {
  const event = deliveryInTransit({ id: undefined, time: undefined });
  event['detail'] = event;
  return event;
}

describe('safeParse', () => {
  const likely = fc.record(
    {
      'detail-type': fc.oneof(fc.constantFrom('DELIVERY_IN_TRANSIT', 'REFUND_REQUESTED', 'NEW'), fc.jsonValue()),
      eventDescriptor: fc.oneof(fc.constant('PACKAGE_DELIVERED'), fc.jsonValue()),
      id: fc.jsonValue(),
      time: fc.jsonValue(),
      resources: fc.oneof(fc.array(fc.oneof(fc.constant(path('order/o/delivery/d')), fc.string(), fc.jsonValue())), fc.jsonValue()),
      detail: fc.jsonValue(),
      Records: fc.oneof(fc.array(fc.jsonValue()), fc.jsonValue()),
      body: fc.jsonValue(),
      Message: fc.jsonValue(),
      Sns: fc.jsonValue(),
      requestPayload: fc.jsonValue(),
      headers: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );

  test('gives a result for every value', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.jsonValue(), likely, fc.anything({ withBigInt: true, withNullPrototype: true, withTypedArray: true })),
        (value) => {
          const result = parser.safeParse(value);
          if (result.success) expect(typeof result.event.idempotencyKey).toBe('string');
          else expect(result.error.code).toBe('VALIDATION');
          for (const record of parser.parseAll(value)) expect(typeof record.success).toBe('boolean');
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test('reads the same out of an object, its text and its bytes', () => {
    fc.assert(
      fc.property(likely, (value) => {
        const text = JSON.stringify(value);
        const [fromText, fromBytes] = [parser.safeParse(text), parser.safeParse(new TextEncoder().encode(text))];
        expect(fromText.success).toBe(fromBytes.success);
        if (fromText.success && fromBytes.success) expect(fromText.event).toEqual(parser.parse(JSON.parse(text)));
      }),
    );
  });
});

test('the types know the ids of each kind', () => {
  type IdsOf<Kind extends BuyWithPrimeEventKind> = keyof BuyWithPrimeEventOf<Kind> &
    ('orderId' | 'deliveryId' | 'refundId' | 'returnId' | 'itemId' | 'taskId' | 'carrierCode' | 'trackingNumber');
  expectTypeOf<{ [Kind in BuyWithPrimeEventKind]: IdsOf<Kind> }>().toEqualTypeOf<{
    DELIVERY_IN_TRANSIT: 'orderId' | 'deliveryId';
    DELIVERY_COMPLETED: 'orderId' | 'deliveryId';
    DELIVERY_CANCELLED: 'orderId' | 'deliveryId';
    PACKAGE_TRACKER_MILESTONE_CHANGED: 'carrierCode' | 'trackingNumber';
    REFUND_REQUESTED: 'orderId' | 'refundId';
    REFUND_COMPLETED: 'orderId' | 'refundId';
    RETURN_STARTED: 'orderId' | 'returnId';
    RETURN_COMPLETED: 'orderId' | 'returnId';
    RETURN_ITEM_GRADED: 'orderId' | 'returnId';
    RETURN_DELIVERY_IN_TRANSIT: 'orderId' | 'returnId';
    RETURN_DELIVERY_COMPLETED: 'orderId' | 'returnId';
    RETURN_DELIVERY_FAILED: 'orderId' | 'returnId';
    BUYABILITY_CHANGED: 'itemId';
    INVENTORY_CHANGED: 'itemId';
    PERSONAL_DATA_DELETION_TASK_COMPLETED: 'taskId';
    PERSONAL_DATA_DELETION_TASK_FAILED: 'taskId';
    PERSONAL_DATA_RETRIEVAL_TASK_COMPLETED: 'taskId';
    PERSONAL_DATA_RETRIEVAL_TASK_FAILED: 'taskId';
  }>();
  expectTypeOf<BuyWithPrimeEvent['kind']>().toEqualTypeOf<BuyWithPrimeEventKind | 'unknown'>();
  expectTypeOf<BuyWithPrimeEventOf<'DELIVERY_IN_TRANSIT'>['kind']>().toEqualTypeOf<'DELIVERY_IN_TRANSIT'>();
});
