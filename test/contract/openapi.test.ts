/** The OpenAPI document that is shipped, compared with the parsers, and with what the clients send and the emulator responds. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DeliveryTrackerClient } from '../../src/amazonpay/index.ts';
import { BuyWithPrimeClient, BuyWithPrimeEventParser } from '../../src/buywithprime/index.ts';
import type { Fetch } from '../../src/core/types.ts';
import { NdrFeedbackClient, parseShippingEvent } from '../../src/shipping-ndr/index.ts';
import * as any from '../../src/testing/arbitraries.ts';
import { AmazonEmulator, buyWithPrimeOrder, testKeys } from '../../src/testing/index.ts';
import { damaged } from '../support/damaged-events.ts';
import { waybillErrorOf } from '../support/errors.ts';
import {
  asJson,
  type Body,
  basicAuthConfig,
  bodyOf,
  fixtures,
  isFilled,
  isValid,
  type Json,
  type Operation,
  openApi,
  validator,
} from './contracts.ts';

describe('webhooks of the OpenAPI document', () => {
  const bodySchema = (name: string): Json => openApi.webhooks[name]?.post.requestBody.content?.['application/json']?.schema as Json;

  test('accept every event that the parsers of the library know, and no other kind', () => {
    fc.assert(
      fc.property(any.anyNdrEvent(), any.anyTrackingEvent(), (ndr, tracking) => {
        expect(parseShippingEvent(ndr).kind).toBe('ndr');
        expect([ndr, tracking].map((event) => isValid(bodySchema('ndr'), event))).toEqual([true, false]);
        expect([ndr, tracking].map((event) => isValid(bodySchema('tracking'), event))).toEqual([false, true]);
      }),
    );
  });

  test.each(['ndr', 'tracking'])('%s: a damaged body that is accepted is an event of that kind', (name) => {
    const event = name === 'ndr' ? any.anyNdrEvent() : any.anyTrackingEvent();
    fc.assert(
      fc.property(
        event.chain((value) => damaged([value as unknown as Json])),
        (input) => {
          const value = asJson(input);
          if (isValid(bodySchema(name), value)) expect(parseShippingEvent(value as never).kind).toBe(name);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('buyWithPrime: the parser agrees about bodies of webhooks, whole and damaged, and about every fixture', () => {
    const parser = new BuyWithPrimeEventParser();
    const bodies = any.anyBuyWithPrimeEvent().map(bodyOf).filter(isFilled);
    const check = (value: unknown): void => {
      if (isValid(bodySchema('buyWithPrime'), value))
        expect({ value, success: parser.safeParse(value).success }).toEqual({ value, success: true });
    };
    fc.assert(
      fc.property(
        fc.oneof(
          bodies,
          bodies.chain((value) => damaged([value as Json])),
        ),
        (value) => check(asJson(value)),
      ),
      { numRuns: 300 },
    );
    for (const { value } of fixtures) check(value);
    const webhooks = fixtures.filter(({ name }) => name.startsWith('webhook-'));
    expect(webhooks.length).toBeGreaterThan(2);
    for (const { name, value } of webhooks) expect(isValid(bodySchema('buyWithPrime'), value), name).toBe(true);
  });
});

describe('paths of the OpenAPI document', () => {
  const seen = new Set<string>();

  /** The emulator's `fetch`: what is sent and received must be in the document. */
  function watched(emulator: AmazonEmulator): Fetch {
    return async (url, init) => {
      const response = await emulator.fetch(url, init as RequestInit);
      const { pathname } = new URL(url);
      const operation = openApi.paths[pathname]?.post as Operation;
      expect(init.method, pathname).toBe('POST');
      const [type, { schema }] = Object.entries(operation.requestBody.content ?? {})[0] as [string, { schema: Json }];
      expect(init.headers['content-type'], pathname).toContain(type);
      const sent = new TextDecoder().decode(init.body);
      const body: unknown = type === 'application/json' ? JSON.parse(sent) : Object.fromEntries(new URLSearchParams(sent));
      const validate = validator(schema);
      expect({ pathname, body, isValid: validate(body), errors: validate.errors }).toMatchObject({ isValid: true });
      for (const { name, required, schema: described } of operation.parameters ?? []) {
        const value = init.headers[name];
        if (required || value !== undefined) expect(isValid(described, value), `${pathname} ${name}: ${value}`).toBe(true);
      }
      const documented = operation.responses[response.status] as Body;
      expect(documented, `${pathname} ${response.status}`).toBeDefined();
      const text = await response.clone().text();
      const expected = documented.content?.['application/json']?.schema;
      if (expected) expect({ pathname, text, isValid: isValid(expected, JSON.parse(text)) }).toMatchObject({ isValid: true });
      else expect(text).toBe('');
      seen.add(`${pathname} ${response.status}`);
      return response;
    };
  }

  const hooks = { onWarning: () => undefined };
  const keys = Promise.all([testKeys(), testKeys()]);

  test.each([
    ['LIVE-AGC4SIRXYYTSA667HVXKNEIA', undefined, '/v2'],
    ['AGC4SIRXYYTSA667HVXKNEIA', 'live', '/live/v2'],
    ['AGC4SIRXYYTSA667HVXKNEIA', 'sandbox', '/sandbox/v2'],
  ] as const)('Amazon Pay with the key %s, %s: accepted and refused', async (publicKeyId, environment, prefix) => {
    const [{ publicKey, privateKey }, other] = await keys;
    const emulator = new AmazonEmulator({ publicKeys: { [publicKeyId]: publicKey }, quota: false });
    const fetch = watched(emulator);
    const client = new DeliveryTrackerClient({
      publicKeyId,
      privateKey,
      region: 'na',
      environment,
      fetch,
      hooks,
      maxRetries: 0,
      rateLimiter: false,
    });
    await fc.assert(
      fc.asyncProperty(any.anyDeliveryTrackerInput({ environment: environment ?? 'live' }), async (input) => {
        // One number may be generated twice, and is refused then.
        await client.create(input).catch(() => undefined);
      }),
      { numRuns: 10 },
    );
    const another = new DeliveryTrackerClient({
      publicKeyId,
      privateKey: other.privateKey,
      region: 'na',
      environment,
      fetch,
      hooks,
      rateLimiter: false,
    });
    const chargePermissionId = environment === 'sandbox' ? 'S01-0000000-0000000' : 'P01-0000000-0000000';
    await waybillErrorOf(() => another.create({ chargePermissionId, trackingNumber: '1Z999AA10123456784', carrierCode: 'UPS' }));
    for (const status of [403, 404, 429, 500, 503]) {
      emulator.fail({ status });
      await waybillErrorOf(() => client.create({ chargePermissionId, trackingNumber: `1Z${status}`, carrierCode: 'UPS' }));
    }
    expect(seen).toContain(`${prefix}/deliveryTrackers 200`);
    expect(seen).toContain(`${prefix}/deliveryTrackers 503`);
  });

  test('Amazon Shipping: every feedback, and every documented fault', async () => {
    const emulator = new AmazonEmulator({ quota: false });
    const credentials = emulator.credentials.lwa;
    const client = new NdrFeedbackClient({ credentials, fetch: watched(emulator), maxRetries: 0, rateLimiter: false });
    await fc.assert(
      fc.asyncProperty(any.anyNdrFeedback(), async (feedback) => void (await client.submit(feedback))),
      { numRuns: 10 },
    );
    for (const status of [400, 403, 404, 413, 415, 429, 500, 503]) {
      emulator.fail({ path: '/shipping/v2/ndrFeedback', status });
      await waybillErrorOf(() => client.submit({ trackingId: '1', ndrAction: 'RTO' }));
      expect(seen).toContain(`/shipping/v2/ndrFeedback ${status}`);
    }
    for (const status of [400, 401, 500, 503]) {
      emulator.revokeTokens();
      emulator.fail({ path: '/auth/o2/token', status });
      await waybillErrorOf(() => new NdrFeedbackClient({ credentials, fetch: watched(emulator), maxRetries: 0 }).returnToOrigin('1'));
      expect(seen).toContain(`/auth/o2/token ${status}`);
    }
    expect(seen).toContain('/shipping/v2/ndrFeedback 204');
  });

  test('Buy with Prime: an order, subscriptions, profiles, and classified errors', async () => {
    const emulator = new AmazonEmulator();
    const { targetId, ...credentials } = emulator.credentials.buyWithPrime;
    const client = new BuyWithPrimeClient({ credentials, targetId, fetch: watched(emulator), maxRetries: 0 });
    const order = buyWithPrimeOrder();
    emulator.orders.set(order.id, order);
    await client.order(order.id);
    const { authProfileId } = await client.createAuthProfile({ authConfig: { basicAuthConfig } });
    const webhook = { url: 'https://shop.example.com', authProfileId };
    await client.createEventSubscription({ eventType: 'PACKAGE_DELIVERED', destination: { webhook } });
    for await (const subscription of client.eventSubscriptions()) expect(subscription).toBeDefined();
    emulator.fail({ path: '/graphql', classification: 'ThrottlingError' });
    await waybillErrorOf(() => client.order(order.id));
    expect(seen).toContain('/graphql 200');
    expect(seen).toContain('/token 200');
  });
});
