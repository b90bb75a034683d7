import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import * as z from 'zod/mini';
import type { BuyWithPrimeEvent } from '../../src/buywithprime/event.ts';
import { BuyWithPrimeEventSchema as StandardEventSchema } from '../../src/buywithprime/event-schema.ts';
import type { BuyWithPrimeOrderPayload } from '../../src/buywithprime/order-payload.ts';
import { BuyWithPrimeEventParser } from '../../src/buywithprime/parser.ts';
import { BuyWithPrimeEventSchema, BuyWithPrimeOrderPayloadSchema } from '../../src/buywithprime/schemas.ts';
import { BuyWithPrimeOrderPayloadSchema as StandardOrderSchema } from '../../src/buywithprime/standard-schemas.ts';
import { deliveryInTransit, eventBridgeSamples, fixture } from './fixtures.ts';

const parser = new BuyWithPrimeEventParser();

describe('the schemas of events', () => {
  test.each(eventBridgeSamples.map(({ event }) => event))('read what the parser reads: $detail-type', (sample) => {
    const event = parser.parse(sample);
    expect(StandardEventSchema['~standard'].validate(sample)).toEqual({ value: event });
    expect(z.parse(BuyWithPrimeEventSchema, sample)).toEqual(event);
  });

  test('take what the parser takes and refuse what it refuses, with its issues', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.constant(deliveryInTransit({ resources: ['x', 7] }))), (value) => {
        const expected = parser.safeParse(value);
        const result = StandardEventSchema['~standard'].validate(value);
        expect('issues' in result ? result.issues : undefined).toEqual(expected.success ? undefined : expected.error.issues);
        const fromZod = z.safeParse(BuyWithPrimeEventSchema, value);
        expect(fromZod.error?.issues.map(({ message, path }) => (path.length ? { message, path } : { message }))).toEqual(
          expected.success ? undefined : expected.error.issues,
        );
      }),
    );
  });

  test('have the types of the parser', () => {
    expectTypeOf<z.output<typeof BuyWithPrimeEventSchema>>().toEqualTypeOf<BuyWithPrimeEvent>();
  });
});

describe('the schema of an order', () => {
  const sample = (fixture('graphql-order-2024-04-01.json')['data'] as { order: object }).order;

  test('keeps what it does not know', () => {
    expect(StandardOrderSchema['~standard'].validate({ ...sample, extra: 1 })).toEqual({ value: { ...sample, extra: 1 } });
  });

  test.each<[unknown, string]>([
    [undefined, 'expected object, got nothing'],
    [{ lineItems: [] }, 'expected string, got nothing'],
    [{ id: 'o', lineItems: [{ id: 7 }] }, 'expected string, got number'],
  ])('refuses %j', (value, message) => {
    expect(StandardOrderSchema['~standard'].validate(value)).toMatchObject({ issues: [{ message }] });
  });

  type Complete<Value> = Value extends object ? { readonly [Key in keyof Value]-?: Complete<NonNullable<Value[Key]>> } : Value;
  const estimate = { earliest: '2024-07-04T05:00:00Z', latest: '2024-07-04T09:00:00Z' };
  const deliveries = {
    details: [
      {
        id: 'd',
        state: 'CANCELLED',
        reason: 'UNDELIVERABLE',
        estimatedDeliveryDate: '2024-07-04T05:54:53Z',
        packageTracker: {
          packageTrackerIdentifier: { carrierCode: 'ups', trackingNumber: '1Z' },
          trackingUrl: 'https://tracking.example',
          estimatedDeliveryDate: estimate,
          latestMilestone: { status: { code: 'LOST' }, occurredAt: '2024-07-04T05:54:53Z' },
        },
      },
    ],
  };
  const aliases = [{ aliasId: 'a', aliasType: 'EXTERNAL_ID' }];
  const complete: Complete<BuyWithPrimeOrderPayload> = {
    id: 'o',
    aliases,
    lineItems: [
      {
        id: 'l',
        aliases,
        amount: { unit: 'ONE', value: 1 },
        quantity: { unit: 'ONE', amount: 1 },
        deliveryInformation: deliveries,
        packageInformation: deliveries,
      },
    ],
  };

  /** The value once for each of its parts, with that part of another type. */
  function spoiled(value: unknown): unknown[] {
    if (typeof value !== 'object' || value === null) return [[]];
    const copies = Object.entries(value).flatMap(([key, item]) =>
      spoiled(item).map((bad) => Object.assign(structuredClone(value), { [key]: bad })),
    );
    return [7, ...copies];
  }

  test('takes an order with every field of its type', () => {
    expect(z.parse(BuyWithPrimeOrderPayloadSchema, complete)).toEqual(complete);
    expectTypeOf<z.output<typeof BuyWithPrimeOrderPayloadSchema>>().toEqualTypeOf<BuyWithPrimeOrderPayload>();
  });

  test('refuses it with any field of another type', () => {
    const bad = spoiled(complete);
    expect(bad.length).toBeGreaterThan(40);
    for (const value of bad) expect(z.safeParse(BuyWithPrimeOrderPayloadSchema, value).success).toBe(false);
  });
});
