import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import * as z from 'zod/mini';
import type { BuyWithPrimeEvent } from '../../src/buywithprime/events/event.ts';
import { BuyWithPrimeEventSchema as StandardEventSchema } from '../../src/buywithprime/events/event-schema.ts';
import { BuyWithPrimeEventParser } from '../../src/buywithprime/events/parser.ts';
import type { BuyWithPrimeOrderPayload, BuyWithPrimeTrackerPayload } from '../../src/buywithprime/orders/order-payload.ts';
import type { BuyWithPrimeRefundPayload } from '../../src/buywithprime/orders/refund.ts';
import type { BuyWithPrimeReturnPayload } from '../../src/buywithprime/orders/return.ts';
import * as schemas from '../../src/buywithprime/schemas.ts';
import * as standard from '../../src/buywithprime/standard-schemas.ts';
import type { EventSubscriptionPayload } from '../../src/buywithprime/subscriptions/event-subscription.ts';
import type { StandardSchemaV1 } from '../../src/core/types.ts';
import { deliveryInTransit, eventBridgeSamples, fixture } from './fixtures.ts';

const parser = new BuyWithPrimeEventParser();

describe('the schemas of events', () => {
  test.each(eventBridgeSamples.map(({ event }) => event))('read what the parser reads: $detail-type', (sample) => {
    const event = parser.parse(sample);
    expect(StandardEventSchema['~standard'].validate(sample)).toEqual({ value: event });
    expect(z.parse(schemas.BuyWithPrimeEventSchema, sample)).toEqual(event);
  });

  test('take what the parser takes and refuse what it refuses, with its issues', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.constant(deliveryInTransit({ resources: ['x', 7] }))), (value) => {
        const expected = parser.safeParse(value);
        const result = StandardEventSchema['~standard'].validate(value);
        expect('issues' in result ? result.issues : undefined).toEqual(expected.success ? undefined : expected.error.issues);
        const fromZod = z.safeParse(schemas.BuyWithPrimeEventSchema, value);
        expect(fromZod.error?.issues.map(({ message, path }) => (path.length ? { message, path } : { message }))).toEqual(
          expected.success ? undefined : expected.error.issues,
        );
      }),
    );
  });

  test('have the types of the parser', () => {
    expectTypeOf<z.output<typeof schemas.BuyWithPrimeEventSchema>>().toEqualTypeOf<BuyWithPrimeEvent>();
  });
});

describe('the schema of an order', () => {
  const sample = (fixture('graphql-order-2024-04-01.json')['data'] as { order: object }).order;

  test('keeps what it does not know', () => {
    expect(standard.BuyWithPrimeOrderPayloadSchema['~standard'].validate({ ...sample, extra: 1 })).toEqual({
      value: { ...sample, extra: 1 },
    });
  });

  test.each<[unknown, string]>([
    [undefined, 'expected object, got nothing'],
    [{ lineItems: [] }, 'expected string, got nothing'],
    [{ id: 'o', lineItems: [{ id: 7 }] }, 'expected string, got number'],
  ])('refuses %j', (value, message) => {
    expect(standard.BuyWithPrimeOrderPayloadSchema['~standard'].validate(value)).toMatchObject({ issues: [{ message }] });
  });
});

type Complete<Value> = Value extends readonly (infer Item)[]
  ? readonly Complete<NonNullable<Item>>[]
  : Value extends object
    ? { readonly [Key in keyof Value]-?: Complete<NonNullable<Value[Key]>> }
    : Value;

const time = '2024-07-04T05:54:53Z';
const milestone = {
  status: { code: 'LOST', message: { locale: 'en_US', value: 'Lost' } },
  address: { locality: 'Seattle', region: 'WA', country: 'US' },
  occurredAt: time,
};
const tracker: Complete<BuyWithPrimeTrackerPayload> = {
  packageTrackerIdentifier: { carrierCode: 'ups', trackingNumber: '1Z' },
  trackingUrl: 'https://tracking.example',
  estimatedDeliveryDate: { earliest: time, latest: time },
  latestMilestone: milestone,
  milestones: [milestone],
};
const aliases = [{ aliasId: 'a', aliasType: 'EXTERNAL_ID' }];
const deliveries = {
  details: [{ id: 'd', state: 'CANCELLED', reason: 'UNDELIVERABLE', estimatedDeliveryDate: time, packageTracker: tracker }],
};
const amount = { unit: 'ONE', value: 1 };
const quantity = { unit: 'ONE', amount: 1 };
const shares = [{ lineItem: { id: 'l', aliases }, amount, refundedQuantity: quantity }];
const order: Complete<BuyWithPrimeOrderPayload> = {
  id: 'o',
  aliases,
  lineItems: [{ id: 'l', aliases, amount, quantity, deliveryInformation: deliveries, packageInformation: deliveries }],
};
const refund: Complete<BuyWithPrimeRefundPayload> = {
  id: 'r',
  aliases,
  state: 'PENDING',
  createdAt: time,
  updatedAt: time,
  refundRequestReason: 'NOT_DELIVERED',
  refundTotal: { totalAmount: { amount: 20, currencyCode: 'USD' } },
  refundFor: { orderLineItems: shares },
};
const returnFor = { orderLineItemAmounts: shares };
const returned: Complete<BuyWithPrimeReturnPayload> = {
  id: 'r',
  aliases,
  state: 'CREATED',
  createdAt: time,
  updatedAt: time,
  expiresAt: time,
  returnFor,
  returnPackageDetails: [{ id: 'p', state: 'FAILED', reason: 'SHIPMENT_LOST', returnPackageFor: returnFor, packageTracker: tracker }],
};
const subscription: Complete<EventSubscriptionPayload> = {
  subscriptionId: 's',
  targetId: 'bp-1',
  eventSubscriptionDetails: { eventType: 'REFUND_REQUESTED', destination: { __typename: 'EventBridgeData', arn: 'arn:aws:events' } },
};

/** The value once for each of its parts, with that part of another type. */
function spoiled(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [[]];
  const copies = Object.entries(value).flatMap(([key, item]) =>
    spoiled(item).map((bad) => Object.assign(structuredClone(value), { [key]: bad })),
  );
  return [7, ...copies];
}

describe.each<[string, z.ZodMiniType<unknown>, StandardSchemaV1<unknown, unknown>, object]>([
  ['an order', schemas.BuyWithPrimeOrderPayloadSchema, standard.BuyWithPrimeOrderPayloadSchema, order],
  ['a refund', schemas.BuyWithPrimeRefundPayloadSchema, standard.BuyWithPrimeRefundPayloadSchema, refund],
  ['a return', schemas.BuyWithPrimeReturnPayloadSchema, standard.BuyWithPrimeReturnPayloadSchema, returned],
  ['a tracker', schemas.BuyWithPrimeTrackerPayloadSchema, standard.BuyWithPrimeTrackerPayloadSchema, tracker],
  ['an event subscription', schemas.EventSubscriptionPayloadSchema, standard.EventSubscriptionPayloadSchema, subscription],
])('the schema of %s', (_, schema, standardSchema, complete) => {
  test('takes one with every field of its type, and keeps what it does not know', () => {
    expect(z.parse(schema, { ...complete, extra: 1 })).toEqual({ ...complete, extra: 1 });
    expect(standardSchema['~standard'].validate(complete)).toEqual({ value: complete });
  });

  test('refuses it with any field of another type', () => {
    const bad = spoiled(complete);
    expect(bad.length).toBeGreaterThan(Object.keys(complete).length + 1);
    for (const value of bad) {
      expect(z.safeParse(schema, value).success).toBe(false);
      expect(standardSchema['~standard'].validate(value)).toHaveProperty('issues');
    }
  });
});

test('the schemas have the types that are written beside them', () => {
  expectTypeOf<z.output<typeof schemas.BuyWithPrimeOrderPayloadSchema>>().toEqualTypeOf<BuyWithPrimeOrderPayload>();
  expectTypeOf<z.output<typeof schemas.BuyWithPrimeRefundPayloadSchema>>().toEqualTypeOf<BuyWithPrimeRefundPayload>();
  expectTypeOf<z.output<typeof schemas.BuyWithPrimeReturnPayloadSchema>>().toEqualTypeOf<BuyWithPrimeReturnPayload>();
  expectTypeOf<z.output<typeof schemas.BuyWithPrimeTrackerPayloadSchema>>().toEqualTypeOf<BuyWithPrimeTrackerPayload>();
  expectTypeOf<z.output<typeof schemas.EventSubscriptionPayloadSchema>>().toEqualTypeOf<EventSubscriptionPayload>();
});
