/** The declared schemas of the wire format and the parser, which is written by hand, agree. */
import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import * as z from 'zod/mini';
import { eventKinds, eventTypesOf } from '../../../src/buywithprime/events/kinds.ts';
import { BuyWithPrimeEventParser } from '../../../src/buywithprime/events/parser.ts';
import {
  BuyWithPrimeEventBridgeEventSchema,
  type BuyWithPrimeEventBridgePayload,
  type BuyWithPrimeEventPayload,
  BuyWithPrimeEventPayloadSchema,
  BuyWithPrimeWebhookEventSchema,
  type BuyWithPrimeWebhookPayload,
} from '../../../src/buywithprime/events/wire.ts';
import { anyBuyWithPrimeArrival, anyBuyWithPrimeEvent, anyInvalidResourcePath, anyResourcePath } from '../../../src/testing/arbitraries.ts';
import { damagedEvent } from '../../../src/testing/builders/damaged-event.ts';
import { deliveryInTransit, eventBridgeSamples, fixture } from '../../support/buywithprime/fixtures.ts';

const parser = new BuyWithPrimeEventParser();
const accepts = (schema: z.ZodMiniType<unknown>, value: unknown): boolean => z.safeParse(schema, value).success;
const isWire = (value: unknown): boolean => accepts(BuyWithPrimeEventPayloadSchema, value);

/** Whether the parser reads the value as one event, without an envelope around it. */
function isRead(value: unknown): boolean {
  const result = parser.safeParse(value);
  return result.success && result.event.raw === value;
}

const types = eventKinds.flatMap(eventTypesOf);
const wrongValue = fc.oneof(fc.constantFrom(null, '', 0, true, [], {}), fc.jsonValue({ maxDepth: 2 }));
const type = fc.oneof(fc.constantFrom<string>(...types), fc.constantFrom('LOCKER_OPENED', '', 'constructor', 'delivery_completed'));
const resource = fc.oneof(
  anyResourcePath(),
  anyInvalidResourcePath(),
  fc.constant('businessProduct/b/order/o/order/p/delivery/d'),
  wrongValue,
);
const resources = fc.oneof(fc.array(resource, { maxLength: 4 }), wrongValue);
const field = <Value>(value: fc.Arbitrary<Value>) =>
  fc.option(fc.oneof({ weight: 4, arbitrary: value }, { weight: 1, arbitrary: wrongValue }));

/** Objects that are nearly events: every field that counts, right, wrong or missing. */
const nearlyEvent = fc
  .record({
    'detail-type': field(type),
    eventDescriptor: field(type),
    resources,
    detail: field(fc.record({ resources, eventDescriptor: type }, { requiredKeys: [] })),
    id: wrongValue,
    time: wrongValue,
  })
  .chain((whole) => fc.subarray(Object.entries(whole)).map((entries) => Object.fromEntries(entries) as Record<string, unknown>));

/** Good events with one to three fields replaced or removed. */
const damagedCopy = fc
  .tuple(
    anyBuyWithPrimeEvent(),
    fc.boolean(),
    fc.array(fc.tuple(fc.constantFrom('detail-type', 'eventDescriptor', 'resources', 'detail', 'detail.resources', 'id'), wrongValue), {
      minLength: 1,
      maxLength: 3,
    }),
  )
  .map(([event, isBody, damages]) => {
    const copy: Record<string, unknown> = structuredClone(isBody ? { ...event.detail } : { ...event }) as Record<string, unknown>;
    for (const [name, value] of damages) {
      const [outer = '', inner] = name.split('.');
      const at = inner === undefined ? copy : copy[outer];
      if (typeof at !== 'object' || at === null) continue;
      (at as Record<string, unknown>)[inner ?? outer] = structuredClone(value);
    }
    return copy;
  });

describe('the schemas of the wire format', () => {
  test.each(eventBridgeSamples.map(({ event }) => event))("accept Amazon's sample of $detail-type, and the parser reads it", (event) => {
    expect([accepts(BuyWithPrimeEventBridgeEventSchema, event), isRead(event)]).toEqual([true, true]);
    expect(accepts(BuyWithPrimeWebhookEventSchema, event)).toBe(false);
  });

  test.each([
    'eventbridge-package-delivered-copied-detail',
    'eventbridge-package-delivered-fat',
    'eventbridge-refund-requested-fat',
    'eventbridge-refund-completed-fat',
    'eventbridge-return-completed-fat',
    'mock-2023-order-placed',
    'mock-2023-buyability-status-change',
  ])('accept %s', (name) => {
    const event = fixture(`${name}.json`);
    expect([accepts(BuyWithPrimeEventBridgeEventSchema, event), isRead(event)]).toEqual([true, true]);
  });

  test.each(['package-delivered', 'buyability-changed', 'return-item-graded'])('accept the body of a webhook, %s', (name) => {
    const body = fixture(`webhook-${name}.json`);
    expect([accepts(BuyWithPrimeWebhookEventSchema, body), isRead(body)]).toEqual([true, true]);
    expect(accepts(BuyWithPrimeEventBridgeEventSchema, body)).toBe(false);
  });

  test('accept every event of every documented generation, and the parser reads it', () => {
    fc.assert(
      fc.property(anyBuyWithPrimeEvent(), (event) => {
        expect([accepts(BuyWithPrimeEventBridgeEventSchema, event), isRead(event)]).toEqual([true, true]);
        if (!('eventDescriptor' in event.detail)) return;
        expect([accepts(BuyWithPrimeWebhookEventSchema, event.detail), isRead(event.detail)]).toEqual([true, true]);
      }),
      { numRuns: 300 },
    );
  });

  test('return the event as it is, with the fields that they do not name', () => {
    fc.assert(
      fc.property(anyBuyWithPrimeEvent(), (event) => {
        expect(z.parse(BuyWithPrimeEventPayloadSchema, event)).toEqual(event);
      }),
    );
  });

  test('accept exactly what the parser reads, of damaged events', () => {
    fc.assert(
      fc.property(fc.oneof(nearlyEvent, damagedCopy), (value) => {
        expect(isWire(value)).toBe(isRead(value));
      }),
      { numRuns: 1_000 },
    );
  });

  test('accept exactly what the parser reads, of what the builders damage', () => {
    const damage = fc.constantFrom('truncated', 'incomplete', 'empty', 'html', 'foreign' as const);
    fc.assert(
      fc.property(anyBuyWithPrimeEvent(), damage, (event, how) => {
        const value = damagedEvent(event, how as Parameters<typeof damagedEvent>[1]);
        expect([isWire(value), isRead(value)]).toEqual([false, false]);
      }),
    );
  });

  test('accept nothing that the parser does not read, of any value', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.anything({ withNullPrototype: true })), (value) => {
        expect(isWire(value)).toBe(isRead(value));
      }),
      { numRuns: 500 },
    );
  });

  test('describe an event, and none of the envelopes that the parser opens', () => {
    fc.assert(
      fc.property(
        anyBuyWithPrimeArrival().filter(({ via }) => !['eventbridge', 'archive replay', 'webhook'].includes(via)),
        ({ input, events }) => {
          expect(isWire(input)).toBe(false);
          expect(parser.parseAll(input).map((record) => record.success && record.event.eventType)).toEqual(
            events.map((event) => event['detail-type']),
          );
        },
      ),
    );
  });

  test('know nothing of two limits of the parser, as their documentation says', () => {
    const failed = { 'detail-type': 'Lambda Function Invocation Result - Failure', detail: { requestPayload: deliveryInTransit() } };
    expect([isWire(failed), isRead(failed), parser.parse(failed).kind]).toEqual([true, false, 'DELIVERY_IN_TRANSIT']);
    const late = deliveryInTransit({ resources: [...new Array(100_000).fill('x'), 'businessProduct/b/order/o/delivery/d'] });
    expect([isWire(late), isRead(late)]).toEqual([true, false]);
  });

  test('run in a time that is linear in the length of a path', () => {
    for (const filler of ['/a/b', '/order/o', '/', 'a', '//', '/order']) {
      const paths = ['', 'businessProduct/b', 'businessProduct/'].map((start) => start + filler.repeat(100_000));
      // A quadratic one would take minutes.
      for (const path of paths)
        expect(isWire(deliveryInTransit({ resources: [path] }))).toBe(isRead(deliveryInTransit({ resources: [path] })));
    }
  });

  test.each([
    ['EventBridge', BuyWithPrimeEventBridgeEventSchema],
    ['webhook', BuyWithPrimeWebhookEventSchema],
    ['all', BuyWithPrimeEventPayloadSchema],
  ])('have a JSON Schema that describes what they check: %s', (_, schema) => {
    for (const io of ['input', 'output'] as const) {
      const described = JSON.stringify(z.toJSONSchema(schema, { io }));
      for (const name of types) expect(described).toContain(`"${name}"`);
      expect(described).toContain('"contains":{"type":"string","pattern":"^businessProduct');
      expect(described).toMatch(/"required":\["(detail-type|eventDescriptor)"/);
    }
  });

  test('have the types of the payloads', () => {
    expectTypeOf<z.output<typeof BuyWithPrimeEventBridgeEventSchema>>().toEqualTypeOf<BuyWithPrimeEventBridgePayload>();
    expectTypeOf<z.output<typeof BuyWithPrimeWebhookEventSchema>>().toEqualTypeOf<BuyWithPrimeWebhookPayload>();
    expectTypeOf<z.output<typeof BuyWithPrimeEventPayloadSchema>>().toEqualTypeOf<BuyWithPrimeEventPayload>();
  });
});
