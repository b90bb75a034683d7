import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DeliveryTrackerClient, MemoryIdempotencyStore } from 'waybill/amazonpay';
import { apiKey, NdrWebhookVerifier } from 'waybill/shipping-ndr';
import { authenticatedRequest, ndrEvent, trackingEvent } from 'waybill/testing';
import { POST } from '../../examples/next/app/amazon/ndr/route.ts';
import { orderFulfilled } from '../../examples/order-fulfilled.ts';
import { orderNotes } from '../../examples/order-notes.ts';
import { serve } from '../../examples/serve.mjs';
import { stage } from '../support/examples.ts';

const amazon = stage();
const KEY = 'abcdef12345';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe('order-fulfilled.ts', () => {
  const SECRET = 'the-secret-of-the-hook';
  const order = {
    id: 820982911946154500,
    fulfillments: [
      { tracking_company: 'UPS', tracking_numbers: ['1Z999AA10123456784', '1Z999AA10123456785'] },
      { tracking_company: 'My cousin', tracking_numbers: ['42'] },
      { tracking_company: null, tracking_numbers: [] },
      // The rest of the order, in a parcel that has left already.
      { tracking_company: 'UPS', tracking_numbers: ['1Z999AA10123456785'] },
    ],
  };
  let hook: (request: Request) => Promise<Response>;
  let warnings: unknown[][];

  beforeEach(() => {
    warnings = [];
    vi.spyOn(console, 'warn').mockImplementation((...words) => void warnings.push(words));
    const { publicKeyId, privateKey } = amazon.keys;
    const client = new DeliveryTrackerClient({
      publicKeyId,
      privateKey,
      region: 'na',
      baseUrl: amazon.url,
      maxRetries: 0,
      rateLimiter: false,
    });
    hook = orderFulfilled({
      secret: SECRET,
      client,
      chargePermissionOf: async ({ id }) => (id === order.id ? 'P01-0000000-0000000' : undefined),
      idempotencyStore: new MemoryIdempotencyStore(),
    });
  });

  async function post(body: string, signature = createHmac('sha256', SECRET).update(body).digest('base64')): Promise<number> {
    const request = new Request('http://shop.test/hook', { method: 'POST', body, headers: { 'x-shopify-hmac-sha256': signature } });
    return (await hook(request)).status;
  }

  test('creates a tracker for each parcel once, and none if the carrier is in doubt', async () => {
    const body = JSON.stringify(order);
    expect([await post(body), await post(body)]).toEqual([200, 200]);
    const created = amazon.emulator.deliveryTrackers.map(({ carrierCode, trackingNumber }) => `${carrierCode} ${trackingNumber}`);
    expect(created.sort()).toEqual(['UPS 1Z999AA10123456784', 'UPS 1Z999AA10123456785']);
    expect(warnings).toContainEqual(['order', order.id, expect.any(String)]);
  });

  test('has the shop call again after a temporary failure, and loses nothing', async () => {
    amazon.emulator.fail({ path: '/v2/deliveryTrackers', status: 503 });
    expect(await post(JSON.stringify(order))).toBe(503);
    expect(await post(JSON.stringify(order))).toBe(200);
    expect(amazon.emulator.deliveryTrackers).toHaveLength(2);
  });

  test('has it call again while another call is sending the same parcels, because that call may die', async () => {
    amazon.emulator.fail({ path: '/v2/deliveryTrackers', delay: 300, times: 2, handled: true });
    const body = JSON.stringify(order);
    expect((await Promise.all([post(body), post(body)])).sort()).toEqual([200, 503]);
    expect(await post(body)).toBe(200);
    expect(amazon.emulator.deliveryTrackers).toHaveLength(2);
  });

  test('does not have it call again for what Amazon refuses', async () => {
    amazon.emulator.fail({ path: '/v2/deliveryTrackers', status: 400, times: 2 });
    expect(await post(JSON.stringify(order))).toBe(200);
    expect(amazon.emulator.deliveryTrackers).toHaveLength(0);
  });

  test('leaves orders alone that were paid otherwise', async () => {
    expect(await post(JSON.stringify({ ...order, id: 7 }))).toBe(200);
    expect(amazon.emulator.requests).toHaveLength(0);
  });

  test.each(['', 'x', `${'_'.repeat(43)}=`, btoa('wrong'), createHmac('sha256', 'another').update(JSON.stringify(order)).digest('base64')])(
    'refuses the signature %j',
    async (signature) => {
      expect(await post(JSON.stringify(order), signature)).toBe(401);
    },
  );
});

describe('order-notes.ts', () => {
  test('writes a note, has the event redelivered if the shop fails, and skips orders that are gone', async () => {
    const notes: unknown[] = [];
    let status = 201;
    let code = '';
    const shop = await serve(async (request) => {
      if (status === 201) notes.push([new URL(request.url).pathname, request.headers.get('authorization'), await request.json()]);
      return Response.json({ code }, { status });
    });
    const write = orderNotes({ url: shop.url, key: 'ck_1', secret: 'cs_1' });
    const receive = new NdrWebhookVerifier({ auth: apiKey({ keys: KEY }) }).handler(write, { onError: () => undefined });
    const post = async (event: unknown): Promise<number> =>
      (await receive(authenticatedRequest(event, { auth: { type: 'apiKey', key: KEY } }))).status;
    const event = ndrEvent({
      detail: {
        referenceID: '4711',
        reasonCode: 'Address not found',
        deliveryAttemptCount: '2',
        latestDeliveryAttemptedDate: '2026-03-01T06:30:00Z',
        ndrDueDate: '2026-03-02T12:30:00Z',
      },
    });
    expect(await post(event)).toBe(200);
    expect(notes).toEqual([
      [
        '/wp-json/wc/v3/orders/4711/notes',
        `Basic ${btoa('ck_1:cs_1')}`,
        {
          note: expect.stringMatching(
            /^Delivery attempt 2 failed on 1 Mar 2026, 12:00: Address not found\. Describe how to find the address\. Tell Amazon until 2 Mar 2026, 18:00\.$/,
          ),
          customer_note: false,
        },
      ],
    ]);
    status = 500;
    expect(await post(event)).toBe(503);
    status = 404;
    code = 'rest_no_route';
    expect(await post(event)).toBe(503);
    code = 'woocommerce_rest_order_invalid_id';
    expect(await post(event)).toBe(200);
    for (const other of [trackingEvent(), ndrEvent({ detail: { referenceID: '../users/1' } })]) expect(await post(other)).toBe(200);
    expect(notes).toHaveLength(1);
    shop.close();
  });
});

test('next/app/amazon/ndr/route.ts receives an event, and authenticates', async () => {
  vi.stubEnv('NDR_API_KEY', KEY);
  const lines: unknown[] = [];
  vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(line));
  const warnings: unknown[][] = [];
  vi.spyOn(console, 'warn').mockImplementation((...words) => void warnings.push(words));
  const event = ndrEvent();
  const post = async (key: string): Promise<number> => (await POST(authenticatedRequest(event, { auth: { type: 'apiKey', key } }))).status;
  expect([await post('wrong'), await post(KEY)]).toEqual([401, 200]);
  expect(lines).toEqual([JSON.stringify({ id: event.id, kind: 'ndr' })]);
  expect(warnings).toEqual([[401, expect.stringContaining('x-api-key')]]);
});
