import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  type DeliveryTrackerCallOptions,
  DeliveryTrackerClient,
  type DeliveryTrackerClientOptions,
  type DeliveryTrackerInput,
  isWaybillError,
  type RetryInfo,
  type Signer,
  type WaybillError,
} from '../../src/amazonpay/index.ts';
import { type Answer, authorizationOf, echo, isSignatureRight, json, servePay } from './pay-server.ts';
import { pkcs8, secretOf } from './rsa.ts';

const LEGACY = 'AGC4SIRXYYTSA667HVXKNEIA';
const input = { chargePermissionId: 'P01-1234567-1234567', carrierCode: 'UPS', trackingNumber: '1Z999AA10123456784' } as const;
const derivedKey = createHash('sha256').update('P01-1234567-1234567|UPS|1Z999AA10123456784').digest('hex').slice(0, 32);

const make = (options: Partial<DeliveryTrackerClientOptions> = {}): DeliveryTrackerClient =>
  new DeliveryTrackerClient({ publicKeyId: `LIVE-${LEGACY}`, privateKey: pkcs8, region: 'na', rateLimiter: false, ...options });

async function failureOf(promise: Promise<unknown>): Promise<WaybillError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isWaybillError(error)) throw new Error('expected an error of ours', { cause: error });
  return error;
}

const busy = json(503, { reasonCode: 'ServiceUnavailable', message: 'later' }, { 'retry-after': '0' });

describe('create', () => {
  test('sends one signed request and gives the echo', async () => {
    const { url, received } = await servePay(echo);
    expect(await make({ baseUrl: url, userAgent: 'shop/1' }).create(input)).toEqual({
      chargePermissionId: 'P01-1234567-1234567',
      deliveryDetails: [{ trackingNumber: '1Z999AA10123456784', carrierCode: 'UPS' }],
      requestId: 'req-1',
      attempts: 1,
    });
    expect(received).toHaveLength(1);
    const [request] = received as [(typeof received)[number]];
    expect(isSignatureRight(request)).toBe(true);
    expect(request).toMatchObject({ method: 'POST', path: '/v2/deliveryTrackers' });
    expect(request.body.toString()).toBe(
      '{"chargePermissionId":"P01-1234567-1234567","deliveryDetails":[{"trackingNumber":"1Z999AA10123456784","carrierCode":"UPS"}]}',
    );
    expect(request.headers).toMatchObject({
      accept: 'application/json',
      'content-type': 'application/json',
      'x-amz-pay-host': '127.0.0.1',
      'x-amz-pay-idempotency-key': derivedKey,
      'x-amz-pay-region': 'na',
      'user-agent': expect.stringMatching(/^waybill\/\S+ shop\/1$/),
    });
    expect(authorizationOf(request.headers)).toMatchObject({
      algorithm: 'AMZN-PAY-RSASSA-PSS-V2',
      names: ['accept', 'content-type', 'x-amz-pay-date', 'x-amz-pay-host', 'x-amz-pay-idempotency-key', 'x-amz-pay-region'],
    });
  });

  test('trims, sends the older id, and leaves out what a row has beside', async () => {
    const { url, received } = await servePay(echo);
    const row = { amazonOrderReferenceId: ' P02-1 ', carrierCode: 'DHL_DE ', trackingNumber: '\tPaket-Ä-荷物\n', orderNumber: 7 };
    await make({ baseUrl: url }).create(row);
    expect(received[0]?.body.toString()).toBe(
      '{"amazonOrderReferenceId":"P02-1","deliveryDetails":[{"trackingNumber":"Paket-Ä-荷物","carrierCode":"DHL_DE"}]}',
    );
    expect(isSignatureRight(received[0] as never)).toBe(true);
  });

  test('keeps what Amazon adds to its answer', async () => {
    const answer = {
      ...JSON.parse('{"__proto__": {"polluted": true}}'),
      deliveryDetails: [{ trackingNumber: '1', carrierCode: 'X', eta: 1 }],
      state: 'NEW',
    };
    const { url } = await servePay(json(200, answer));
    const tracker = await make({ baseUrl: url }).create(input);
    expect(tracker).toMatchObject({ deliveryDetails: [{ eta: 1 }], state: 'NEW' });
    expect('polluted' in tracker).toBe(false);
  });

  test('signs each attempt anew and keeps the idempotency key and the body', async () => {
    const { url, received } = await servePay(busy, busy, echo);
    let seconds = 0;
    const clock = (): Date => new Date(Date.UTC(2026, 0, 15, 10, 15, seconds++));
    const retries: RetryInfo[] = [];
    const tracker = await make({ baseUrl: url, clock, hooks: { onRetry: (info) => retries.push(info) } }).create(input);
    expect(tracker.attempts).toBe(3);
    expect(retries.map(({ error }) => error.code)).toEqual(['API', 'API']);
    expect(received.map(isSignatureRight)).toEqual([true, true, true]);
    expect(new Set(received.map(({ headers }) => headers['x-amz-pay-date']))).toEqual(
      new Set(['20260115T101500Z', '20260115T101501Z', '20260115T101502Z']),
    );
    expect(new Set(received.map(({ headers }) => headers.authorization)).size).toBe(3);
    expect(new Set(received.map(({ headers }) => headers['x-amz-pay-idempotency-key']))).toEqual(new Set([derivedKey]));
    expect(new Set(received.map(({ body }) => body.toString())).size).toBe(1);
  });

  test.each([408, 425, 429, 500, 502, 503, 504])('repeats after %i', async (status) => {
    const { url, received } = await servePay(json(status, {}, { 'retry-after': '0' }), echo);
    expect(await make({ baseUrl: url }).create(input)).toMatchObject({ attempts: 2 });
    expect(received).toHaveLength(2);
  });

  test.each([400, 401, 403, 404, 405, 409, 422, 426])('does not repeat after %i', async (status) => {
    const { url, received } = await servePay(json(status, { reasonCode: 'X', message: 'm' }));
    expect(await failureOf(make({ baseUrl: url }).create(input))).toMatchObject({ code: 'API', status, retryable: false, attempts: 1 });
    expect(received).toHaveLength(1);
  });

  test('repeats after a connection that breaks, and says in the end what was wrong', async () => {
    const reset: Answer = (response) => response.socket?.destroy();
    const half: Answer = (response) =>
      response.writeHead(200, { 'content-length': '500' }).write('{"delivery', () => response.socket?.destroy());
    const { url, received } = await servePay(reset, half, echo);
    vi.spyOn(Math, 'random').mockReturnValue(0);
    expect(await make({ baseUrl: url }).create(input)).toMatchObject({ attempts: 3 });
    expect(received.map(isSignatureRight)).toEqual([true, true, true]);
    vi.restoreAllMocks();
    const gone = await servePay(reset);
    expect(await failureOf(make({ baseUrl: gone.url, maxRetries: 0 }).create(input))).toMatchObject({
      code: 'CONNECTION',
      attempts: 1,
      retryable: true,
    });
  });

  test('ends with each of the two budgets', async () => {
    const { url, received } = await servePay(() => undefined);
    const client = make({ baseUrl: url });
    expect(await failureOf(client.create(input, { timeout: 60, maxRetries: 0 }))).toMatchObject({ code: 'TIMEOUT', budget: 'attempt' });
    expect(await failureOf(client.create(input, { totalTimeout: 60 }))).toMatchObject({ code: 'TIMEOUT', budget: 'total' });
    expect(received.length).toBeGreaterThan(0);
  });

  test('passes the reason of an abort through, before and while it waits', async () => {
    const reason = new Error('the user left');
    const controller = new AbortController();
    const { url, received } = await servePay(() => controller.abort(reason));
    const client = make({ baseUrl: url });
    await expect(client.create(input, { signal: controller.signal })).rejects.toBe(reason);
    await expect(client.create(input, { signal: controller.signal })).rejects.toBe(reason);
    expect(received).toHaveLength(1);
  });

  test('follows no redirect', async () => {
    const elsewhere = await servePay(echo);
    const { url } = await servePay((response) => response.writeHead(307, { location: elsewhere.url }).end());
    expect(await failureOf(make({ baseUrl: url }).create(input))).toMatchObject({ code: 'API', status: 307 });
    expect(elsewhere.received).toHaveLength(0);
  });

  test("takes a caller's headers, but not in place of its own, in whatever spelling", async () => {
    const { url, received } = await servePay(echo);
    const headers = {
      'X-Shop': '1',
      Accept: 'text/html',
      'X-Amz-Pay-Date': '20000101T000000Z',
      Authorization: 'none',
      'X-AMZ-PAY-REGION': 'jp',
    };
    await make({ baseUrl: url }).create(input, { headers });
    expect(received[0]?.headers).toMatchObject({ 'x-shop': '1', accept: 'application/json', 'x-amz-pay-region': 'na' });
    expect(isSignatureRight(received[0] as never)).toBe(true);
  });

  test('takes an idempotency key', async () => {
    const { url, received } = await servePay(busy, echo);
    await make({ baseUrl: url }).create(input, { idempotencyKey: 'Parcel_7-a' });
    expect(received.map(({ headers }) => headers['x-amz-pay-idempotency-key'])).toEqual(['Parcel_7-a', 'Parcel_7-a']);
  });

  test.each([
    ['LIVE', 10],
    ['SANDBOX', 1],
  ])('sends no more at once than the quota of %s: %i', async (prefix, capacity) => {
    const { url, received } = await servePay(echo);
    // Time stands still for the bucket, so that it does not fill up again on a slow machine.
    const now = vi.spyOn(performance, 'now').mockReturnValue(performance.now());
    onTestFinished(() => now.mockRestore());
    const client = new DeliveryTrackerClient({ publicKeyId: `${prefix}-${LEGACY}`, privateKey: pkcs8, region: 'na', baseUrl: url });
    await Promise.all(Array.from({ length: capacity }, () => client.create(input)));
    const reason = new Error('it waits');
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 50);
    await expect(client.create(input, { signal: controller.signal })).rejects.toBe(reason);
    expect(received).toHaveLength(capacity);
  });

  test('asks a limiter that takes the place of its own, before each attempt', async () => {
    const { url } = await servePay(busy, echo);
    const acquire = vi.fn(async () => undefined);
    await make({ baseUrl: url, rateLimiter: { acquire } }).create(input);
    expect(acquire).toHaveBeenCalledTimes(2);
  });
});

describe('a clock that is wrong', () => {
  const DAY = 86_400_000;
  const refuseDates: Answer = (response, received) => {
    const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(received.headers['x-amz-pay-date'])) ?? [];
    const [year = 0, month = 1, ...rest] = parts.map(Number);
    const skew = Date.UTC(year, month - 1, ...rest) - Date.now();
    if (Math.abs(skew) < 60_000) return echo(response, received);
    const message = `The value ${received.headers['x-amz-pay-date']} provided for x-amz-pay-date should not be in future`;
    return json(400, { reasonCode: 'InvalidHeaderValue', message })(response, received);
  };

  test.each([DAY, -DAY])('by %i ms is set right from the answer, once and for all', async (skew) => {
    const { url, received } = await servePay(refuseDates);
    const client = make({ baseUrl: url, clock: () => new Date(Date.now() + skew), maxRetries: 0 });
    expect(await client.create(input)).toMatchObject({ attempts: 2 });
    expect(await client.create(input)).toMatchObject({ attempts: 1 });
    expect(received.map(isSignatureRight)).toEqual([true, true, true]);
  });

  test('is an error with a hint when the answer does not help', async () => {
    const refuse =
      (headers: Record<string, string>): Answer =>
      (response, received) => {
        response.sendDate = false;
        json(400, { reasonCode: 'InvalidHeaderValue', message: 'x-amz-pay-date should not be in future' }, headers)(response, received);
      };
    const without = await servePay(refuse({}));
    expect(await failureOf(make({ baseUrl: without.url }).create(input))).toMatchObject({
      reasonCode: 'InvalidHeaderValue',
      attempts: 1,
      hint: expect.stringContaining('clock'),
    });
    const garbage = await servePay(refuse({ date: 'yesterday' }));
    expect(await failureOf(make({ baseUrl: garbage.url }).create(input))).toMatchObject({ attempts: 1 });
    const stubborn = await servePay(refuse({ date: new Date().toUTCString() }));
    expect(await failureOf(make({ baseUrl: stubborn.url }).create(input))).toMatchObject({ attempts: 2 });
  });
});

describe('the address', () => {
  test.each<[Partial<DeliveryTrackerClientOptions>, string]>([
    [{}, 'https://pay-api.amazon.com/v2/deliveryTrackers'],
    [{ publicKeyId: `live-${LEGACY}`, region: 'us' }, 'https://pay-api.amazon.com/v2/deliveryTrackers'],
    [{ publicKeyId: `SANDBOX-${LEGACY}`, region: 'eu' }, 'https://pay-api.amazon.eu/v2/deliveryTrackers'],
    [{ publicKeyId: `SANDBOX-${LEGACY}`, environment: 'sandbox', region: 'jp' }, 'https://pay-api.amazon.jp/v2/deliveryTrackers'],
    [{ publicKeyId: LEGACY, region: 'uk' }, 'https://pay-api.amazon.eu/live/v2/deliveryTrackers'],
    [{ publicKeyId: LEGACY, environment: 'live', region: 'de' }, 'https://pay-api.amazon.eu/live/v2/deliveryTrackers'],
    [{ publicKeyId: LEGACY, environment: 'sandbox', region: 'jp' }, 'https://pay-api.amazon.jp/sandbox/v2/deliveryTrackers'],
    [{ baseUrl: 'https://gateway.example:8443/pay/' }, 'https://gateway.example:8443/pay/v2/deliveryTrackers'],
  ])('for %j is %s', async (options, url) => {
    const request = await make(options).prepare(input);
    expect(request.url).toBe(url);
    expect(request.headers.get('x-amz-pay-host')).toBe(new URL(url).hostname);
  });
});

describe('prepare', () => {
  test('gives the request that create sends, and sends nothing', async () => {
    const { url, received } = await servePay(echo);
    const client = make({ baseUrl: url });
    const request = await client.prepare(input, { headers: { 'X-Shop': '1', ACCEPT: 'x' }, idempotencyKey: 'abc' });
    expect(received).toHaveLength(0);
    expect(request.redirect).toBe('manual');
    expect((await fetch(request)).status).toBe(200);
    expect(received[0]?.headers).toMatchObject({ 'x-shop': '1', accept: 'application/json', 'x-amz-pay-idempotency-key': 'abc' });
    expect(isSignatureRight(received[0] as never)).toBe(true);
  });
});

describe('nonsense', () => {
  const long = 'x'.repeat(10_000_000);

  test.each<[unknown, string]>([
    [undefined, 'expected an object, got nothing'],
    [null, 'expected an object, got null'],
    ['1Z', 'expected an object, got string'],
    [[], 'carrierCode: expected string, got nothing'],
    [{}, 'expected either chargePermissionId or amazonOrderReferenceId'],
    [{ ...input, amazonOrderReferenceId: 'P01-1234567-1234567' }, 'expected either chargePermissionId or amazonOrderReferenceId'],
    [{ ...input, chargePermissionId: undefined }, 'expected either chargePermissionId or amazonOrderReferenceId'],
    [{ ...input, chargePermissionId: null }, 'chargePermissionId: expected string, got null'],
    [{ ...input, chargePermissionId: ' ' }, 'chargePermissionId: expected text'],
    [{ ...input, chargePermissionId: 'P01-1234567-1234567-C123456' }, 'chargePermissionId: expected the id of the order'],
    [{ ...input, chargePermissionId: 'P01-1234567-1234567-R123456' }, 'chargePermissionId: expected the id of the order'],
    [{ ...input, chargePermissionId: 'P01 1234567' }, 'chargePermissionId: expected an id without blanks'],
    [{ ...input, chargePermissionId: long }, 'chargePermissionId: expected at most 500 characters'],
    [{ ...input, trackingNumber: undefined }, 'trackingNumber: expected string, got nothing'],
    [{ ...input, trackingNumber: 1e21 }, 'trackingNumber: expected string, got number'],
    [{ ...input, trackingNumber: '\n' }, 'trackingNumber: expected text'],
    [{ ...input, trackingNumber: 'HTTPS://track.example/1Z' }, 'trackingNumber: expected the number itself, got a URL'],
    [{ ...input, trackingNumber: '1Z\ud800' }, 'trackingNumber: expected text without control characters'],
    [{ ...input, trackingNumber: '1Z\u00002' }, 'trackingNumber: expected text without control characters'],
    [{ ...input, trackingNumber: long }, 'trackingNumber: expected at most 500 characters'],
    [{ ...input, trackingNumber: ['1Z'] }, 'trackingNumber: expected string, got an array'],
    [{ ...input, carrierCode: '' }, 'carrierCode: expected a code'],
    [{ ...input, carrierCode: 'ups' }, 'carrierCode: expected a code'],
    [{ ...input, carrierCode: 'Royal Mail' }, 'carrierCode: expected a code'],
    [{ ...input, carrierCode: long }, 'carrierCode: expected a code'],
    [JSON.parse('{"__proto__": {"chargePermissionId": "P01-1234567-1234567"}}'), 'carrierCode: expected string, got nothing'],
    [
      { chargePermissionId: input.chargePermissionId, deliveryDetails: [input] },
      'trackingNumber: expected string, got nothing; carrierCode',
    ],
  ])('input %# is refused before anything is sent', async (bad, message) => {
    const { url, received } = await servePay(echo);
    const client = make({ baseUrl: url });
    for (const call of [client.create(bad as DeliveryTrackerInput), client.prepare(bad as DeliveryTrackerInput)]) {
      const error = await failureOf(call);
      expect(error).toMatchObject({ code: 'VALIDATION', direction: 'request', surface: 'amazonpay' });
      expect(error.message).toContain(message);
      expect(inspect(error)).not.toMatch(/1Z999AA|track\.example|x{100}/);
    }
    expect(received).toHaveLength(0);
  });

  test.each<unknown>([
    null,
    7,
    { timeout: 0 },
    { totalTimeout: '1' },
    { maxRetries: -1 },
    { signal: {} },
    { headers: null },
    { headers: { 'a b': 'c' } },
    { headers: { a: 'b\r\nc: d' } },
    { headers: { a: '荷' } },
    { idempotencyKey: '' },
    { idempotencyKey: 7 },
    { idempotencyKey: null },
    { idempotencyKey: 'a'.repeat(33) },
    { idempotencyKey: '5f0c4a0b-8c6e-4d0b-9a3f-2e1d0c9b8a76' },
    { idempotencyKey: 'a\nb' },
    { idempotencyKey: 'é' },
  ])('call options %j are refused before anything is sent', async (options) => {
    const { url, received } = await servePay(echo);
    expect(await failureOf(make({ baseUrl: url }).create(input, options as DeliveryTrackerCallOptions))).toMatchObject({
      code: 'CONFIGURATION',
    });
    expect(received).toHaveLength(0);
  });

  test.each<unknown>([
    undefined,
    null,
    'options',
    {},
    { environment: 'test' },
    { environment: 'sandbox' },
    { publicKeyId: `SANDBOX-${LEGACY}`, environment: 'live' },
    { publicKeyId: 'LIVE-A\r\nX: y' },
    { publicKeyId: undefined },
    { region: 'mars' },
    { region: null },
    { algorithm: 'none' },
    { privateKey: undefined },
    { privateKey: 'key.pem' },
    { baseUrl: 'pay-api.amazon.com' },
    { baseUrl: 'ftp://x' },
    { baseUrl: 'https://user:secret-word@x' },
    { fetch: 7 },
    { clock: 7 },
    { rateLimiter: {} },
    { userAgent: 'a\nb' },
    { hooks: 7 },
    { timeout: -1 },
  ])('client options %j are refused', (options) => {
    const full = typeof options === 'object' && options !== null && Object.keys(options).length > 0;
    const all = full ? { publicKeyId: `LIVE-${LEGACY}`, privateKey: pkcs8, region: 'na', ...(options as object) } : options;
    const construct = (): DeliveryTrackerClient => new DeliveryTrackerClient(all as never);
    expect(construct).toThrow(expect.objectContaining({ code: 'CONFIGURATION', surface: 'amazonpay' }));
    expect(construct).not.toThrow(/secret-word/);
  });
});

describe('no secret is shown', () => {
  test('by the client, its errors or its hooks', async () => {
    const { url, received } = await servePay(busy, (response, { headers }) => {
      const message = `Unable to verify signature, signing String [AMZN-PAY-RSASSA-PSS-V2\n${'0'.repeat(64)}], signature [${authorizationOf(headers).signature}] for ${input.trackingNumber}`;
      json(403, { reasonCode: 'InvalidRequestSignature', message })(response, undefined as never);
    });
    const seen: unknown[] = [];
    const note = (info: unknown): void => void seen.push(info);
    const client = make({ baseUrl: url, hooks: { onRequest: note, onResponse: note, onRetry: note, onError: note } });
    const error = await failureOf(client.create(input));
    expect(error.message).toContain('Unable to verify signature');
    seen.push(error, client);
    const shown = seen.map((it) => `${inspect(it, { depth: 10, showHidden: true })}${JSON.stringify(it)}${String(it)}`).join();
    const signatures = received.map(({ headers }) => authorizationOf(headers).signature);
    for (const secret of [...signatures, secretOf(pkcs8), input.trackingNumber]) expect(shown).not.toContain(secret);
    expect(seen.length).toBeGreaterThan(6);
  });
});

test('the fault of a signer reaches the caller as it is, and nothing is sent', async () => {
  const { url, received } = await servePay(echo);
  const fault = new Error('KMS is down');
  const privateKey: Signer = { sign: () => Promise.reject(fault) };
  await expect(make({ baseUrl: url, privateKey }).create(input)).rejects.toBe(fault);
  expect(received).toHaveLength(0);
});
