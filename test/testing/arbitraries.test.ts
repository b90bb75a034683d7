import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { DeliveryTrackerClient, type DeliveryTrackerInput, DeliveryTrackerInputSchema } from '../../src/amazonpay/index.ts';
import { BuyWithPrimeEventParser, parseResourcePath } from '../../src/buywithprime/index.ts';
import type { ValidationError } from '../../src/index.ts';
import {
  type NdrFeedback,
  NdrFeedbackClient,
  NdrFeedbackSchema,
  parseShippingEvent,
  shippingSqsHandler,
} from '../../src/shipping-ndr/index.ts';
import {
  anyBuyWithPrimeArrival,
  anyBuyWithPrimeEvent,
  anyDeliveryTrackerInput,
  anyInvalidDeliveryTrackerInput,
  anyInvalidNdrEvent,
  anyInvalidNdrFeedback,
  anyInvalidResourcePath,
  anyNdrEvent,
  anyNdrFeedback,
  anyResourcePath,
  anyShippingArrival,
  anyTrackingEvent,
} from '../../src/testing/arbitraries.ts';
import { AmazonEmulator } from '../../src/testing/index.ts';
import { pkcs8 } from '../support/rsa.ts';
import { LIVE, NOW, publicKeys, SANDBOX, signedRequest } from '../support/testing/signed-request.ts';

const schemaAccepts = (schema: { '~standard': { validate: (value: unknown) => object } }, value: unknown) =>
  'value' in schema['~standard'].validate(value);

/** Where the issues are that a call fails with; the one of a value as a whole has no path. */
async function pathsOf(call: () => unknown) {
  const error: unknown = await (async () => call())().catch((thrown: unknown) => thrown);
  return (error as ValidationError).issues?.map(({ path = [] }) => path);
}

describe('Amazon Shipping', () => {
  test('every event is one that the parser reads, also after its way through JSON', () => {
    fc.assert(
      fc.property(anyNdrEvent(), (event) => {
        expect(parseShippingEvent(JSON.stringify(event))).toEqual({ ...event, kind: 'ndr' });
      }),
    );
    fc.assert(
      fc.property(anyTrackingEvent(), (event) => {
        expect(parseShippingEvent(event)).toEqual({ ...event, kind: 'tracking' });
      }),
    );
  });

  test('however events arrive, the handler of a queue or the parser reads all of them, in order', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(anyShippingArrival(), async ({ via, input, events }) => {
        seen.add(via);
        const handled: unknown[] = [];
        const handler = shippingSqsHandler((event) => handled.push(event), { concurrency: 1 });
        const batch = via.includes('sqs') ? input : [{ messageId: 'm', body: JSON.stringify(input) }];
        expect(await handler(batch)).toEqual({ batchItemFailures: [] });
        expect(handled).toMatchObject(events.map((event) => ({ id: event.id, 'detail-type': event['detail-type'] })));
      }),
      { numRuns: 300 },
    );
    expect([...seen].sort()).toEqual(['eventbridge', 'json', 'lambda destination', 'sns in sqs', 'sqs', 'webhook']);
  });

  test('every invalid event is refused, at the path that it names', async () => {
    await fc.assert(
      fc.asyncProperty(anyInvalidNdrEvent(), async ({ value, path }) => {
        expect(await pathsOf(() => parseShippingEvent(value))).toEqual([path]);
      }),
    );
  });

  test('every feedback is accepted by schema, client and emulator', async () => {
    const emulator = new AmazonEmulator({ quota: false });
    const client = new NdrFeedbackClient({ credentials: emulator.credentials.lwa, fetch: emulator.fetch, rateLimiter: false });
    await fc.assert(
      fc.asyncProperty(anyNdrFeedback(), async (feedback) => {
        expect(schemaAccepts(NdrFeedbackSchema, feedback)).toBe(true);
        await client.submit(feedback);
        const { trackingId, ndrAction, ndrRequestData } = emulator.ndrFeedback.at(-1) ?? {};
        expect({ trackingId, ndrAction }).toEqual({ trackingId: feedback.trackingId, ndrAction: feedback.ndrAction });
        const date = feedback.ndrAction === 'RESCHEDULE' ? new Date(feedback.ndrRequestData.rescheduleDate).toISOString() : undefined;
        expect(ndrRequestData?.rescheduleDate && new Date(ndrRequestData.rescheduleDate).toISOString()).toBe(date);
      }),
    );
  });

  test('every invalid feedback is refused by the schema, and by the emulator as it is', async () => {
    const emulator = new AmazonEmulator({ quota: false });
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: emulator.credentials.lwa.clientId,
      client_secret: emulator.credentials.lwa.clientSecret,
      refresh_token: emulator.credentials.lwa.refreshToken,
    });
    const response = await emulator.fetch('https://api.amazon.com/auth/o2/token', { method: 'POST', body: form });
    const { access_token: token } = (await response.json()) as { access_token: string };
    await fc.assert(
      fc.asyncProperty(anyInvalidNdrFeedback(), async ({ value, path }) => {
        expect(path.length).toBeGreaterThan(0);
        expect(schemaAccepts(NdrFeedbackSchema, value)).toBe(false);
        const { status } = await emulator.fetch('https://sellingpartnerapi-eu.amazon.com/shipping/v2/ndrFeedback', {
          method: 'POST',
          headers: {
            'x-amz-access-token': token,
            'x-amzn-shipping-business-id': 'AmazonShipping_IN',
            'content-type': 'application/json',
            'user-agent': 'my-shop/1.2 (Language=JavaScript)',
          },
          body: JSON.stringify(value),
        });
        expect(status).toBe(400);
      }),
    );
  });

  test('every invalid feedback is refused by the client, at the path that it names', async () => {
    const emulator = new AmazonEmulator();
    const client = new NdrFeedbackClient({ credentials: emulator.credentials.lwa, fetch: emulator.fetch });
    await fc.assert(
      fc.asyncProperty(anyInvalidNdrFeedback(), async ({ value, path }) => {
        expect(await pathsOf(() => client.submit(value as NdrFeedback))).toEqual([path]);
      }),
      { numRuns: 300 },
    );
    expect(emulator.requests).toEqual([]);
  });

  test('dates are in the week after the one that is passed', () => {
    const after = new Date('2030-01-01T00:00:00Z');
    fc.assert(
      fc.property(anyNdrFeedback({ after }), (feedback) => {
        if (feedback.ndrAction !== 'RESCHEDULE') return;
        const time = new Date(feedback.ndrRequestData.rescheduleDate).getTime();
        expect(time).toBeGreaterThanOrEqual(after.getTime());
        expect(time).toBeLessThanOrEqual(after.getTime() + 7 * 86_400_000);
      }),
    );
  });
});

describe('Amazon Pay', () => {
  test.each([
    ['live', LIVE],
    ['sandbox', SANDBOX],
  ] as const)('every parcel, %s, is accepted by the schema and the emulator', async (environment, publicKeyId) => {
    const emulator = new AmazonEmulator({ publicKeys, clock: () => NOW, quota: false });
    const used = new Set<string>();
    await fc.assert(
      fc.asyncProperty(anyDeliveryTrackerInput({ environment }), async (input) => {
        expect(schemaAccepts(DeliveryTrackerInputSchema, input)).toBe(true);
        const { trackingNumber, carrierCode, ...id } = input;
        const body = JSON.stringify({ ...id, deliveryDetails: [{ trackingNumber, carrierCode }] });
        const { status } = await emulator.fetch(signedRequest({ publicKeyId, body }));
        expect(status).toBe(used.has(trackingNumber) ? 400 : 200);
        used.add(trackingNumber);
      }),
      { numRuns: 50 },
    );
  });

  test('every invalid parcel is refused by the client, at the path that it names', async () => {
    const emulator = new AmazonEmulator();
    const client = new DeliveryTrackerClient({ publicKeyId: LIVE, privateKey: pkcs8, region: 'na', fetch: emulator.fetch });
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(anyInvalidDeliveryTrackerInput(), async ({ value, path }) => {
        seen.add(path.join('.'));
        expect(await pathsOf(() => client.create(value as DeliveryTrackerInput))).toEqual([path]);
      }),
      { numRuns: 300 },
    );
    expect([...seen].sort()).toEqual(['', 'carrierCode', 'chargePermissionId', 'trackingNumber']);
    expect(emulator.requests).toEqual([]);
  });

  test('every invalid parcel is refused by the schema', () => {
    fc.assert(
      fc.property(anyInvalidDeliveryTrackerInput(), ({ value }) => {
        expect(schemaAccepts(DeliveryTrackerInputSchema, value)).toBe(false);
      }),
    );
  });
});

describe('Buy with Prime', () => {
  test('every resource path can be parsed, and no invalid one', () => {
    fc.assert(
      fc.property(anyResourcePath(), (path) => {
        expect(parseResourcePath(path).segments.flat().join('/')).toBe(path);
      }),
    );
    fc.assert(
      fc.property(anyInvalidResourcePath(), (path) => {
        expect(() => parseResourcePath(path)).toThrow(expect.objectContaining({ code: 'VALIDATION' }));
      }),
    );
  });

  test('every event is of a known kind, with the ids of its first path', () => {
    fc.assert(
      fc.property(anyBuyWithPrimeEvent(), (event) => {
        const parsed = new BuyWithPrimeEventParser().parse(event);
        expect(parsed.kind).not.toBe('unknown');
        expect(parsed).toMatchObject({ eventType: event['detail-type'], id: event.id, raw: event });
        expect(parsed.resources).toHaveLength(event.resources.length);
        const { segments: _, ...ids } = parsed.resources[0] ?? { segments: [] };
        for (const [name, id] of Object.entries(ids)) if (id !== undefined) expect(parsed).toHaveProperty(name, id);
      }),
    );
  });

  test('has only the types that are passed', () => {
    fc.assert(
      fc.property(anyBuyWithPrimeEvent(['PACKAGE_DELIVERED', 'ITEM_DELIVERED']), (event) => {
        expect(new BuyWithPrimeEventParser().parse(event).kind).toBe('DELIVERY_COMPLETED');
      }),
    );
  });

  test('however events arrive, all are read, in order', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(anyBuyWithPrimeArrival(), ({ via, input, events }) => {
        seen.add(via);
        const results = new BuyWithPrimeEventParser().parseAll(input);
        expect(results.map((result) => result.success && result.event.eventType)).toEqual(events.map((event) => event['detail-type']));
        expect(results.every(({ messageId }) => (messageId !== undefined) === via.includes('sqs'))).toBe(true);
      }),
      { numRuns: 300 },
    );
    expect([...seen].sort()).toEqual(['archive replay', 'eventbridge', 'json', 'lambda destination', 'sns in sqs', 'sqs', 'webhook']);
  });
});

test('every kind, status and reason occurs', () => {
  const sample = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.sample(arbitrary, { numRuns: 1_000, seed: 1 });
  expect(new Set(sample(anyBuyWithPrimeEvent()).map((event) => event['detail-type'])).size).toBe(28);
  expect(new Set(sample(anyNdrEvent()).map(({ detail }) => detail.reasonCode)).size).toBe(17);
  expect(new Set(sample(anyNdrFeedback()).map(({ ndrAction }) => ndrAction)).size).toBe(3);
  const details = sample(anyBuyWithPrimeEvent()).map(({ detail }) => detail);
  expect(details.filter((detail) => Object.keys(detail).length === 0).length).toBeGreaterThan(200);
});

describe('a failure shrinks to something small', () => {
  const smallest = <Value>(arbitrary: fc.Arbitrary<Value>, isRight: (value: Value) => boolean): Value => {
    const { counterexample } = fc.check(fc.property(arbitrary, isRight), { seed: 7, numRuns: 1_000 });
    if (!counterexample) throw new Error('nothing failed');
    return counterexample[0];
  };

  test("an NDR event to the properties of Amazon's table", () => {
    const event = smallest(anyNdrEvent(), ({ detail }) => detail.reasonCode !== 'Bad weather');
    expect(Object.keys(event.detail).sort()).toEqual([
      'expectedDeliveryDate',
      'latestDeliveryAttemptedDate',
      'ndrDueDate',
      'reasonCode',
      'shipmentStatus',
      'trackingId',
    ]);
    expect(event.detail).toMatchObject({ shipmentStatus: 'Attempted', trackingId: '1000000000000', ndrDueDate: '2024-01-01T00:00:00Z' });
  });

  test('a batch to one event about one thing', () => {
    const { events } = smallest(anyBuyWithPrimeArrival(), ({ via }) => via !== 'sqs');
    expect(events).toHaveLength(1);
    expect(events[0]?.resources).toHaveLength(1);
  });

  test('notes to a few letters', () => {
    const feedback = smallest(
      anyNdrFeedback(),
      (one) => one.ndrAction !== 'REATTEMPT' || one.ndrRequestData.additionalAddressNotes.length < 20,
    );
    expect(feedback).toMatchObject({ ndrRequestData: { additionalAddressNotes: `gate ${'a'.repeat(15)}` } });
  });
});

test('options that are not an object are refused with a typed error', () => {
  for (const options of [null, 'x', 7]) {
    expect(() => anyDeliveryTrackerInput(options as never)).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
    expect(() => anyNdrFeedback(options as never)).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
  }
});

test("the types are those of the parser's input", () => {
  expectTypeOf(anyNdrEvent()).toExtend<fc.Arbitrary<{ readonly detail: { readonly trackingId: string | number } }>>();
});
