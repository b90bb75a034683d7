import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type { BuyWithPrimeEvent, BuyWithPrimeEventOf } from '../../../src/buywithprime/events/event.ts';
import type { BuyWithPrimeEventKind } from '../../../src/buywithprime/events/kinds.ts';
import { BuyWithPrimeEventSchema } from '../../../src/buywithprime/events/parser.ts';
import { deliveryInTransit, fixture } from '../../support/buywithprime/fixtures.ts';
import { encoded, parser, path, refusal } from '../../support/buywithprime/parsing.ts';

describe('parse', () => {
  test.each<[string, unknown]>([
    ['a string', JSON.stringify(deliveryInTransit())],
    ['a string with a byte order mark', `\uFEFF${JSON.stringify(deliveryInTransit())}`],
    ['bytes', new TextEncoder().encode(JSON.stringify(deliveryInTransit()))],
    ['a Buffer', Buffer.from(JSON.stringify(deliveryInTransit()))],
    ['an ArrayBuffer', new TextEncoder().encode(JSON.stringify(deliveryInTransit())).buffer],
    ['a DataView', new DataView(new TextEncoder().encode(JSON.stringify(deliveryInTransit())).buffer)],
    ['JSON that was encoded twice', JSON.stringify(JSON.stringify(deliveryInTransit()))],
    ['JSON that was encoded eight times', encoded(8)],
    ['UTF-16 with a byte order mark', Buffer.from(`\uFEFF${JSON.stringify(deliveryInTransit())}`, 'utf16le')],
    ['UTF-16 without one', Buffer.from(JSON.stringify(deliveryInTransit()), 'utf16le')],
    ['UTF-16, big endian', Buffer.from(JSON.stringify(deliveryInTransit()), 'utf16le').swap16()],
    ['an object', deliveryInTransit()],
  ])('reads %s', (_, input) => {
    expect(parser.parse(input)).toMatchObject({ kind: 'DELIVERY_IN_TRANSIT', orderId: 'order-id' });
  });

  test('reads only its own part of a larger buffer', () => {
    const bytes = Buffer.from(`xx${JSON.stringify(deliveryInTransit())}xx`);
    expect(parser.parse(bytes.subarray(2, -2)).kind).toBe('DELIVERY_IN_TRANSIT');
  });

  test('reads an event without detail, as the variable aws.events.event of an input transformer holds it', () => {
    expect(parser.parse(deliveryInTransit({ detail: undefined }))).toMatchObject({ kind: 'DELIVERY_IN_TRANSIT', data: undefined });
  });

  test('reads only the detail if it is the copied body, as an input path leaves it', () => {
    const { detail } = fixture('eventbridge-package-delivered-copied-detail.json');
    expect(parser.parse(detail)).toMatchObject({ kind: 'DELIVERY_COMPLETED', idempotencyKey: 'example-idempotency-key' });
  });

  test('throws the error that safeParse returns', () => {
    expect(() => parser.parse({})).toThrow(expect.objectContaining({ code: 'VALIDATION', message: refusal({}) }));
  });

  test('reads what it returned before, also through JSON', () => {
    const event = parser.parse(deliveryInTransit());
    expect(parser.parse(event)).toEqual(event);
    expect(parser.parse(JSON.stringify(event))).toEqual(event);
  });

  test('reads an event with a cycle or a bigint in it: nothing of it is serialised', () => {
    const event = deliveryInTransit({ id: undefined, time: undefined, resources: [path('order/o/delivery/d'), 1n] });
    event['detail'] = event;
    expect(parser.parse(event)).toMatchObject({ kind: 'DELIVERY_IN_TRANSIT', deliveryId: 'd' });
  });

  test('names the archive replay', () => {
    expect(parser.parse(deliveryInTransit({ 'replay-name': 'monday' }))).toMatchObject({
      replayName: 'monday',
      kind: 'DELIVERY_IN_TRANSIT',
    });
  });

  test('reads the ids from the first path that has them, and returns all paths', () => {
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

  test('does not combine two paths into one delivery', () => {
    expect(refusal(deliveryInTransit({ resources: [path('order/o1'), path('delivery/d2')] }))).toContain('orderId and deliveryId');
  });

  test('finds the paths in the copied body if the envelope lost them', () => {
    const sample = fixture('eventbridge-package-delivered-copied-detail.json');
    expect(parser.parse({ ...sample, resources: [] })).toMatchObject({ kind: 'DELIVERY_COMPLETED', deliveryId: 'delivery-id' });
  });

  test.each([
    ['no resources', [], 'resources: DELIVERY_IN_TRANSIT needs a resource path with orderId and deliveryId'],
    ['none at all', undefined, 'resources: DELIVERY_IN_TRANSIT needs'],
    ['a string', 'businessProduct/b/order/o/delivery/d', 'resources: DELIVERY_IN_TRANSIT needs'],
    ['a path without the delivery', [path('order/o')], 'resources: DELIVERY_IN_TRANSIT needs'],
    ['a malformed path', [path('locker/L7'), path('order/o/delivery')], 'resources.1: the key in segment 5 has no id after it'],
  ])('refuses an event of a known type with %s', (_, resources, message) => {
    expect(refusal(deliveryInTransit({ resources }))).toContain(message);
  });

  test('reads an event of an unknown type, whatever its resources', () => {
    expect(parser.parse(deliveryInTransit({ 'detail-type': 'LOCKER_OPENED', resources: [path('locker/L7'), 'x', null] }))).toMatchObject({
      kind: 'unknown',
      eventType: 'LOCKER_OPENED',
      businessProductId: 'business-product-id',
      resources: [{ segments: [expect.anything(), ['locker', 'L7']] }],
    });
  });

  test.each(['constructor', '__proto__', 'toString', 'unknown', '', '\ud800', 'delivery_in_transit'])(
    'reads %j as an unknown type',
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
    ['a string', 'example-event-id'],
    [null, 'example-event-id'],
    [[], 'example-event-id'],
  ])('with detail %j is %s', (detail, key) => {
    expect(keyOf({ detail })).toBe(key);
  });

  test('is type, first resource and time if there is neither key nor id, so that a redelivery has the same', () => {
    const sample = deliveryInTransit({ id: undefined });
    const key = [sample['detail-type'], (sample['resources'] as string[])[0], sample['time']].join('|');
    expect(parser.parse(sample).idempotencyKey).toBe(key);
    expect(keyOf({ id: undefined, account: 'another' })).toBe(keyOf({ id: undefined }));
    expect(keyOf({ id: undefined, time: '2023-10-27T12:34:57Z' })).not.toBe(keyOf({ id: undefined }));
  });

  test.each([
    ['time', { time: undefined }],
    ['resources', { resources: [], detail: { resources: [] } }],
    ['short resource', { resources: [path(`order/${'o'.repeat(1_000)}`)] }],
  ])('is random without id and %s: handled twice is better than never', (_, changes) => {
    const bare = { id: undefined, 'detail-type': 'NEW', ...changes };
    expect(keyOf(bare)).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    expect(keyOf(bare)).not.toBe(keyOf(bare));
  });

  test('differs for different events, also without key, id and time', () => {
    const bare = { id: undefined, time: undefined };
    const keys = [keyOf(bare), keyOf({ ...bare, detail: { a: 1 } }), keyOf({ ...bare, resources: [path('order/o/delivery/d')] })];
    expect(new Set(keys).size).toBe(3);
  });
});

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

  test('returns a result for every value', () => {
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

  test('reads the same from an object, its JSON and its bytes', () => {
    fc.assert(
      fc.property(likely, (value) => {
        const text = JSON.stringify(value);
        const [fromText, fromBytes] = [parser.safeParse(text), parser.safeParse(new TextEncoder().encode(text))];
        expect(fromText.success).toBe(fromBytes.success);
        if (!fromText.success || !fromBytes.success) return;
        const { idempotencyKey, ...event } = parser.parse(JSON.parse(text));
        expect(fromText.event).toMatchObject(event);
        // Of an event without an id the key is random.
        if (event.id !== undefined) expect(fromText.event.idempotencyKey).toBe(idempotencyKey);
      }),
    );
  });
});

describe('what a hostile event costs', () => {
  test('no more than the first 100,000 resources are read', () => {
    const resources = new Array(100_001).fill(path('order/o/delivery/d'));
    expect(parser.parse(deliveryInTransit({ resources })).resources).toHaveLength(100_000);
    expect(parser.parse(deliveryInTransit({ resources: resources.slice(1) })).resources).toHaveLength(100_000);
    expect(refusal(deliveryInTransit({ resources: [...new Array(100_000).fill(path('order/o')), path('order/o/delivery/d')] }))).toContain(
      'orderId and deliveryId',
    );
  });

  test('no more than five of its resources are named in an error', () => {
    const result = parser.safeParse(deliveryInTransit({ resources: new Array(100).fill('no path') }));
    if (result.success) throw new Error('was read as an event');
    expect(result.error.issues.map(({ path }) => path)).toEqual([
      ['resources'],
      ...[0, 1, 2, 3].map((index) => ['resources', index]),
      undefined,
    ]);
    expect(result.error.issues.at(-1)?.message).toBe('and 1 more');
  });

  test('a key that is made of its content has at most 512 characters', () => {
    const time = '2024-01-01T00:00:00Z';
    const keyOf = (length: number): string => {
      const rest = length - `DELIVERY_IN_TRANSIT||${time}`.length - path('order/o/delivery/').length;
      const resources = [path(`order/o/delivery/${'d'.repeat(rest)}`)];
      return parser.parse(deliveryInTransit({ id: undefined, detail: {}, time, resources, 'detail-type': 'DELIVERY_IN_TRANSIT' }))
        .idempotencyKey;
    };
    expect(keyOf(512)).toHaveLength(512);
    expect(keyOf(512)).toBe(keyOf(512));
    expect(keyOf(513)).toMatch(/^[0-9a-f-]{36}$/);
  });
});

test('the body of a webhook may have a field that is called detail', () => {
  const detail = { idempotencyKey: 'of the field', resources: [path('order/wrong/delivery/wrong')] };
  const body = { eventDescriptor: 'PACKAGE_DELIVERED', idempotencyKey: 'k', resources: [path('order/o/delivery/d')], detail };
  expect(parser.parse(body)).toMatchObject({ kind: 'DELIVERY_COMPLETED', idempotencyKey: 'k', orderId: 'o', deliveryId: 'd' });
});

test('BuyWithPrimeEventSchema is the parser as a Standard Schema', async () => {
  const { validate, version, vendor } = BuyWithPrimeEventSchema['~standard'];
  expect([version, vendor]).toEqual([1, 'waybill']);
  expect(await validate(JSON.stringify(deliveryInTransit()))).toEqual({ value: parser.parse(deliveryInTransit()) });
  expect(await validate(deliveryInTransit({ resources: [] }))).toEqual({
    issues: [{ path: ['resources'], message: expect.stringContaining('needs a resource path') }],
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
