/** Our clients against the emulator, in memory and over a real server. */
import { createHash } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { DeliveryTrackerClient } from '../../../src/amazonpay/index.ts';
import { type BuyWithPrimeApiVersion, BuyWithPrimeClient, BuyWithPrimeEventParser } from '../../../src/buywithprime/index.ts';
import { serve } from '../../../src/cli/server.ts';
import {
  apiKey,
  basicAuth,
  bearerToken,
  type NdrAuth,
  NdrFeedbackClient,
  NdrWebhookVerifier,
  queryParameter,
} from '../../../src/shipping-ndr/index.ts';
import {
  AmazonEmulator,
  authenticatedRequest,
  buyWithPrimeEvent,
  buyWithPrimeOrder,
  ndrEvent,
  testKeys,
  trackingEvent,
  type WebhookAuth,
} from '../../../src/testing/index.ts';

const keys = await testKeys({ environment: 'live' });
const emulator = new AmazonEmulator({ publicKeys: { [keys.publicKeyId]: keys.publicKey }, orders: [buyWithPrimeOrder()], quota: false });
const server = await serve(emulator.fetch);
beforeEach(() => emulator.reset());
afterAll(() => server.close());

describe.each([
  ['in memory', { fetch: emulator.fetch }, undefined],
  ['over HTTP', { baseUrl: server.url }, server.url],
])('%s', (_, transport, url) => {
  describe('DeliveryTrackerClient', () => {
    const input = { chargePermissionId: 'P02-0000000-0000000', carrierCode: 'DHL_DE', trackingNumber: 'JJD000390007827356' };
    const client = () =>
      new DeliveryTrackerClient({
        publicKeyId: keys.publicKeyId,
        privateKey: keys.privateKey,
        region: 'eu',
        rateLimiter: false,
        ...transport,
      });

    test.each(['AMZN-PAY-RSASSA-PSS', 'AMZN-PAY-RSASSA-PSS-V2'] as const)('creates a tracker, signed by %s', async (algorithm) => {
      const { publicKeyId, privateKey } = keys;
      const tracker = await new DeliveryTrackerClient({ publicKeyId, privateKey, region: 'eu', algorithm, ...transport }).create(input);
      expect(emulator.deliveryTrackers).toMatchObject([{ ...input, environment: 'live', region: 'eu', requestId: tracker.requestId }]);
    });

    test('makes one tracker for a call that is retried after its response was lost', async () => {
      emulator.fail({ path: '/v2/deliveryTrackers', reset: true, handled: true });
      expect(await client().create(input)).toMatchObject({ attempts: 2 });
      await client().create(input);
      const idempotencyKey = createHash('sha256').update('P02-0000000-0000000|DHL_DE|JJD000390007827356').digest('hex').slice(0, 32);
      expect(emulator.deliveryTrackers).toMatchObject([{ idempotencyKey }]);
      expect(emulator.requests.map(({ status }) => status)).toEqual([0, 200, 200]);
    });

    test('is told why it is refused', async () => {
      await client().create(input);
      const again = client().create({ ...input, chargePermissionId: 'P02-0000000-0000001' });
      await expect(again).rejects.toMatchObject({ code: 'API', status: 400, reasonCode: 'InvalidParameterValue' });
    });
  });

  test('NdrFeedbackClient submits every action with one token', async () => {
    const client = new NdrFeedbackClient({
      credentials: emulator.credentials.lwa,
      ...transport,
      ...(url && { tokenUrl: `${url}/auth/o2/token` }),
    });
    const date = new Date(Date.now() + 24 * 3_600_000);
    const receipts = await Promise.all([
      client.reschedule('1', date),
      client.reattempt('2', 'Second gate, beside the water tank'),
      client.returnToOrigin('3'),
    ]);
    expect(receipts.map(({ requestId }) => requestId).sort()).toEqual(emulator.ndrFeedback.map(({ requestId }) => requestId).sort());
    expect(Object.fromEntries(emulator.ndrFeedback.map(({ trackingId, ndrAction }) => [trackingId, ndrAction]))).toEqual({
      1: 'RESCHEDULE',
      2: 'REATTEMPT',
      3: 'RTO',
    });
    expect(emulator.requests.filter(({ url: at }) => at.endsWith('/auth/o2/token'))).toHaveLength(1);
    emulator.revokeTokens();
    await client.returnToOrigin('4');
    expect(emulator.ndrFeedback).toHaveLength(4);
  });

  describe('BuyWithPrimeClient', () => {
    const { targetId, ...credentials } = emulator.credentials.buyWithPrime;
    const client = (apiVersion?: BuyWithPrimeApiVersion) =>
      new BuyWithPrimeClient({ credentials, targetId, ...transport, ...(apiVersion && { apiVersion }) });
    const event = (ids = {}) => {
      const parsed = new BuyWithPrimeEventParser().parse(buyWithPrimeEvent('DELIVERY_IN_TRANSIT', { ids }));
      if (parsed.kind !== 'DELIVERY_IN_TRANSIT') throw new Error(`unexpected ${parsed.kind}`);
      return parsed;
    };

    test.each(['2024-01-01', '2024-04-01', '2024-11-01'] as const)('finds a delivery in API version %s', async (apiVersion) => {
      expect(await client(apiVersion).resolveDelivery(event())).toMatchObject({
        status: 'found',
        delivery: { id: 'd5013dfc-2ae6-4f58-bc69-cae5d5323d30', state: 'IN_TRANSIT' },
        lineItems: [{ id: '88eaa8941c-b27324fb27' }, { id: '6aa26b8761-0868dbc493' }],
      });
    });

    test.each(['2024-01-01', '2024-04-01', '2024-11-01'] as const)('finds an order by its alias in %s', async (apiVersion) => {
      emulator.orders.set('o', buyWithPrimeOrder({ id: 'o', aliases: [{ aliasType: 'EXTERNAL_ID', aliasId: 'shop-7' }] }));
      expect(await client(apiVersion).order({ alias: { aliasType: 'EXTERNAL_ID', aliasId: 'shop-7' } })).toMatchObject({ id: 'o' });
    });

    test('does not find one that was split, nor an order that does not exist', async () => {
      expect(await client().resolveDelivery(event({ deliveryId: 'gone' }))).toMatchObject({ reason: 'delivery-not-in-order' });
      expect(await client().resolveDelivery(event({ orderId: 'gone' }))).toMatchObject({ reason: 'order-not-found' });
    });

    test('uses its token beyond every reset', async () => {
      const amazon = new AmazonEmulator({ orders: [buyWithPrimeOrder()], quota: false });
      const shared = new BuyWithPrimeClient({ credentials: amazon.credentials.buyWithPrime, targetId, fetch: amazon.fetch });
      for (let times = 0; times < 4; times += 1) {
        amazon.reset();
        expect(await shared.order('322-ABC1-AAAAAA')).toMatchObject({ id: '322-ABC1-AAAAAA' });
        expect(amazon.requests.map(({ url: at }) => new URL(at).pathname)).toEqual(times === 0 ? ['/token', '/graphql'] : ['/graphql']);
      }
    });

    test('retries what was throttled, and renews a token that was revoked', async () => {
      const shared = client();
      emulator.fail({ path: '/graphql', classification: 'ThrottlingError' });
      expect(await shared.order('322-ABC1-AAAAAA')).toMatchObject({ id: '322-ABC1-AAAAAA' });
      emulator.revokeTokens();
      expect(await shared.order('322-ABC1-AAAAAA')).toMatchObject({ id: '322-ABC1-AAAAAA' });
    });
  });
});

describe('NdrWebhookVerifier behind a real server', () => {
  const mechanisms: [string, NdrAuth, right: WebhookAuth, wrong: WebhookAuth][] = [
    ['an API key', apiKey({ keys: 'right-key' }), { type: 'apiKey', key: 'right-key' }, { type: 'apiKey', key: 'wrong-key' }],
    [
      'a query parameter',
      queryParameter({ name: 'token', values: 'r&ght' }),
      { type: 'query', name: 'token', value: 'r&ght' },
      { type: 'query', name: 'token', value: 'r' },
    ],
    [
      'user and password',
      basicAuth({ users: { username: 'amazon', password: 'pä:ss' } }),
      { type: 'basic', username: 'amazon', password: 'pä:ss' },
      { type: 'basic', username: 'amazon', password: 'pä' },
    ],
    ['a bearer token', bearerToken((token) => token === 'right'), { type: 'bearer', token: 'right' }, { type: 'bearer', token: 'wrong' }],
  ];

  test.each(mechanisms)('with %s accepts the right credential and refuses the wrong one', async (_, auth, right, wrong) => {
    const events: unknown[] = [];
    const webhook = await serve(new NdrWebhookVerifier({ auth }).handler((event) => events.push(event)));
    const send = async (event: unknown, with_: WebhookAuth) =>
      (await fetch(authenticatedRequest(event, { url: `${webhook.url}/ndr`, auth: with_ }))).status;
    const sent = [ndrEvent(), trackingEvent()];
    expect([
      await send(sent[0], right),
      await send(sent[1], right),
      await send(ndrEvent(), wrong),
      await send(ndrEvent(), { type: 'none' }),
    ]).toEqual([200, 200, 401, 401]);
    expect(events).toMatchObject(sent);
    webhook.close();
  });
});
