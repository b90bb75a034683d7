import { createHash } from 'node:crypto';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  AmazonPaySigner,
  type DeliveryTrackerCallOptions,
  DeliveryTrackerClient,
  type DeliveryTrackerClientOptions,
  type DeliveryTrackerInput,
  type RetryInfo,
  type Signer,
} from '../../src/amazonpay/index.ts';
import { everythingShownOf, waybillErrorOf } from '../support/errors.ts';
import { type Answer, authorizationOf, echo, isSignatureRight, json, servePay } from '../support/pay-server.ts';
import { pkcs8, secretOf } from '../support/rsa.ts';

const LEGACY = 'AGC4SIRXYYTSA667HVXKNEIA';
const input = { chargePermissionId: 'P01-1234567-1234567', carrierCode: 'UPS', trackingNumber: '1Z999AA10123456784' } as const;
const derivedKey = createHash('sha256').update('P01-1234567-1234567|UPS|1Z999AA10123456784').digest('hex').slice(0, 32);

const make = (options: Partial<DeliveryTrackerClientOptions> = {}): DeliveryTrackerClient =>
  new DeliveryTrackerClient({ publicKeyId: `LIVE-${LEGACY}`, privateKey: pkcs8, region: 'na', rateLimiter: false, ...options });

const busy = json(503, { reasonCode: 'ServiceUnavailable', message: 'later' }, { 'retry-after': '0' });

describe('create', () => {
  test('sends one signed request and returns the echo', async () => {
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

  test('trims, sends the older id, and leaves out other properties of a row', async () => {
    const { url, received } = await servePay(echo);
    const row = { amazonOrderReferenceId: ' P02-1 ', carrierCode: 'DHL_DE ', trackingNumber: '\tPaket-7-Ä-荷物\n', orderNumber: 7 };
    await make({ baseUrl: url }).create(row);
    expect(received[0]?.body.toString()).toBe(
      '{"amazonOrderReferenceId":"P02-1","deliveryDetails":[{"trackingNumber":"Paket-7-Ä-荷物","carrierCode":"DHL_DE"}]}',
    );
    expect(isSignatureRight(received[0] as never)).toBe(true);
  });

  test('keeps what Amazon adds to its response', async () => {
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

  test('signs each attempt again and keeps the idempotency key and the body', async () => {
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

  test.each([408, 425, 429, 500, 502, 503, 504])('retries after %i', async (status) => {
    const { url, received } = await servePay(json(status, {}, { 'retry-after': '0' }), echo);
    expect(await make({ baseUrl: url }).create(input)).toMatchObject({ attempts: 2 });
    expect(received).toHaveLength(2);
  });

  test.each([400, 401, 403, 404, 405, 409, 422, 426])('does not retry after %i', async (status) => {
    const { url, received } = await servePay(json(status, { reasonCode: 'X', message: 'm' }));
    expect(await waybillErrorOf(() => make({ baseUrl: url }).create(input))).toMatchObject({
      code: 'API',
      status,
      retryable: false,
      attempts: 1,
    });
    expect(received).toHaveLength(1);
  });

  test('retries after a connection that breaks, and says in the end what was wrong', async () => {
    const reset: Answer = (response) => response.socket?.destroy();
    const { url, received } = await servePay(reset, echo);
    vi.spyOn(Math, 'random').mockReturnValue(0);
    expect(await make({ baseUrl: url }).create(input)).toMatchObject({ attempts: 2 });
    expect(received.map(isSignatureRight)).toEqual([true, true]);
    vi.restoreAllMocks();
    const gone = await servePay(reset);
    expect(await waybillErrorOf(() => make({ baseUrl: gone.url, maxRetries: 0 }).create(input))).toMatchObject({
      code: 'CONNECTION',
      attempts: 1,
      retryable: true,
    });
  });

  test('does not retry what Amazon accepted, even if the rest of the response is lost', async () => {
    const half: Answer = (response) =>
      response.writeHead(200, { 'content-length': '500' }).write('{"delivery', () => response.socket?.destroy());
    const { url, received } = await servePay(half);
    expect(await waybillErrorOf(() => make({ baseUrl: url }).create(input))).toMatchObject({
      code: 'CONNECTION',
      attempts: 1,
      retryable: false,
    });
    expect(received).toHaveLength(1);
  });

  test('ends with each of the two budgets', async () => {
    const { url, received } = await servePay(() => undefined);
    const client = make({ baseUrl: url });
    expect(await waybillErrorOf(() => client.create(input, { timeout: 60, maxRetries: 0 }))).toMatchObject({
      code: 'TIMEOUT',
      budget: 'attempt',
    });
    expect(await waybillErrorOf(() => client.create(input, { totalTimeout: 60 }))).toMatchObject({ code: 'TIMEOUT', budget: 'total' });
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
    expect(await waybillErrorOf(() => make({ baseUrl: url }).create(input))).toMatchObject({ code: 'API', status: 307 });
    expect(elsewhere.received).toHaveLength(0);
  });

  test("sends the caller's headers, but not in place of its own, in whatever spelling", async () => {
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

  test('accepts an idempotency key', async () => {
    const { url, received } = await servePay(busy, echo);
    await make({ baseUrl: url }).create(input, { idempotencyKey: 'Parcel_7-a' });
    expect(received.map(({ headers }) => headers['x-amz-pay-idempotency-key'])).toEqual(['Parcel_7-a', 'Parcel_7-a']);
  });

  test.each([
    ['LIVE', 10, 1_000],
    // A tenth less than Amazon grants.
    ['SANDBOX', 1, 1_112],
  ])('keeps to the quota of %s: %i at once, and then one in %i ms', async (prefix, capacity, pause) => {
    const { url, received } = await servePay(echo);
    // Time stands still for the bucket, so that it does not fill up again on a slow machine.
    const start = performance.now();
    const now = vi.spyOn(performance, 'now').mockReturnValue(start);
    onTestFinished(() => now.mockRestore());
    const client = new DeliveryTrackerClient({ publicKeyId: `${prefix}-${LEGACY}`, privateKey: pkcs8, region: 'na', baseUrl: url });
    await Promise.all(Array.from({ length: capacity }, () => client.create(input)));
    const reason = new Error('it waits');
    for (const time of [start, start + pause - 100]) {
      now.mockReturnValue(time);
      const controller = new AbortController();
      setTimeout(() => controller.abort(reason), 50);
      await expect(client.create(input, { signal: controller.signal })).rejects.toBe(reason);
    }
    expect(received).toHaveLength(capacity);
    now.mockReturnValue(start + pause);
    await client.create(input);
  });

  test("waits for the caller's own rate limiter before each attempt", async () => {
    const { url } = await servePay(busy, echo);
    const acquire = vi.fn(async () => undefined);
    await make({ baseUrl: url, rateLimiter: { acquire } }).create(input);
    expect(acquire).toHaveBeenCalledTimes(2);
  });
});

describe('a wrong clock', () => {
  const DAY = 86_400_000;
  const refuseDates: Answer = (response, received) => {
    const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(received.headers['x-amz-pay-date'])) ?? [];
    const [year = 0, month = 1, ...rest] = parts.map(Number);
    const skew = Date.UTC(year, month - 1, ...rest) - Date.now();
    if (Math.abs(skew) < 60_000) return echo(response, received);
    const message = `The value ${received.headers['x-amz-pay-date']} provided for x-amz-pay-date should not be in future`;
    return json(400, { reasonCode: 'InvalidHeaderValue', message })(response, received);
  };

  test.each([DAY, -DAY])('by %i ms is corrected from the response, once and for all', async (skew) => {
    const { url, received } = await servePay(refuseDates);
    const client = make({ baseUrl: url, clock: () => new Date(Date.now() + skew), maxRetries: 0 });
    expect(await client.create(input)).toMatchObject({ attempts: 2 });
    expect(await client.create(input)).toMatchObject({ attempts: 1 });
    expect(received.map(isSignatureRight)).toEqual([true, true, true]);
  });

  test('is an error with a hint if the response does not help', async () => {
    const refuse =
      (headers: Record<string, string>): Answer =>
      (response, received) => {
        response.sendDate = false;
        json(400, { reasonCode: 'InvalidHeaderValue', message: 'x-amz-pay-date should not be in future' }, headers)(response, received);
      };
    const without = await servePay(refuse({}));
    expect(await waybillErrorOf(() => make({ baseUrl: without.url }).create(input))).toMatchObject({
      reasonCode: 'InvalidHeaderValue',
      attempts: 1,
      hint: expect.stringContaining('clock'),
    });
    const garbage = await servePay(refuse({ date: 'yesterday' }));
    expect(await waybillErrorOf(() => make({ baseUrl: garbage.url }).create(input))).toMatchObject({ attempts: 1 });
    const stubborn = await servePay(refuse({ date: new Date().toUTCString() }));
    expect(await waybillErrorOf(() => make({ baseUrl: stubborn.url }).create(input))).toMatchObject({ attempts: 2 });
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
    // Only what an id starts with is left out of the path.
    [{ publicKeyId: `MY-SANDBOX-${LEGACY}`, region: 'na' }, 'https://pay-api.amazon.com/sandbox/v2/deliveryTrackers'],
    [{ publicKeyId: `MY-LIVE-${LEGACY}`, region: 'na' }, 'https://pay-api.amazon.com/live/v2/deliveryTrackers'],
    [{ publicKeyId: `MY-LIVE-${LEGACY}`, environment: 'sandbox', region: 'na' }, 'https://pay-api.amazon.com/sandbox/v2/deliveryTrackers'],
    // These only contain what the name of a file starts or ends with.
    [{ publicKeyId: `My-AmazonPay_${LEGACY}`, region: 'na' }, 'https://pay-api.amazon.com/live/v2/deliveryTrackers'],
    [{ publicKeyId: `LIVE-${LEGACY}.pem2`, region: 'na' }, 'https://pay-api.amazon.com/v2/deliveryTrackers'],
    [{ baseUrl: 'https://gateway.example:8443/pay/' }, 'https://gateway.example:8443/pay/v2/deliveryTrackers'],
  ])('for %j is %s', async (options, url) => {
    const request = await make(options).prepare(input);
    expect(request.url).toBe(url);
    expect(request.headers.get('x-amz-pay-host')).toBe(new URL(url).hostname);
  });
});

describe('prepare', () => {
  test('returns the request that create sends, and sends nothing', async () => {
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
    [undefined, 'expected object, got nothing'],
    [null, 'expected object, got null'],
    ['1Z', 'expected object, got string'],
    [[], 'expected object, got an array'],
    [{}, 'expected either chargePermissionId or amazonOrderReferenceId'],
    [{ ...input, amazonOrderReferenceId: 'P01-1234567-1234567' }, 'expected either chargePermissionId or amazonOrderReferenceId'],
    [{ ...input, chargePermissionId: undefined }, 'expected either chargePermissionId or amazonOrderReferenceId'],
    [{ ...input, chargePermissionId: null }, 'chargePermissionId: expected string, got null'],
    [{ ...input, trackingNumber: undefined }, 'trackingNumber: expected string, got nothing'],
    [{ ...input, trackingNumber: 1e21 }, 'trackingNumber: expected string, got number'],
    [{ ...input, trackingNumber: ['1Z'] }, 'trackingNumber: expected string, got an array'],
    [{ ...input, trackingNumber: 'n/a' }, 'trackingNumber: must contain a digit'],
    [{ ...input, trackingNumber: long }, 'trackingNumber: must have at most 500 characters'],
    [{ ...input, carrierCode: 'Royal Mail' }, 'carrierCode: expected a code'],
    [{ ...input, carrierCode: long }, 'carrierCode: must have at most 500 characters'],
    [JSON.parse('{"__proto__": {"chargePermissionId": "P01-1234567-1234567"}}'), 'carrierCode: expected string, got nothing'],
  ])('input %# is refused before anything is sent', async (bad, message) => {
    const { url, received } = await servePay(echo);
    const client = make({ baseUrl: url });
    for (const call of [() => client.create(bad as DeliveryTrackerInput), () => client.prepare(bad as DeliveryTrackerInput)]) {
      const error = await waybillErrorOf(call);
      expect(error).toMatchObject({ code: 'VALIDATION', direction: 'request', surface: 'amazonpay' });
      expect(error.message).toContain(message);
      expect(error.hint).toContain('Nothing was sent');
      expect(everythingShownOf(error)).not.toMatch(/1Z999AA|x{100}/);
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
    { idempotencykey: 'abc' },
    { 'x-amz-pay-idempotency-key': 'abc' },
    { headers: { 'X-Amz-Pay-Idempotency-Key': 'abc' } },
    { retries: 1 },
    { timeOut: 1 },
  ])('call options %j are refused before anything is sent', async (options) => {
    const { url, received } = await servePay(echo);
    expect(await waybillErrorOf(() => make({ baseUrl: url }).create(input, options as DeliveryTrackerCallOptions))).toMatchObject({
      code: 'CONFIGURATION',
    });
    expect(received).toHaveLength(0);
  });

  test.each<[options: unknown, option: string | undefined, message: string]>([
    [undefined, undefined, 'the options must be an object'],
    [null, undefined, 'the options must be an object'],
    ['options', undefined, 'the options must be an object'],
    [{}, 'publicKeyId', 'is missing'],
    [{ environment: 'test' }, 'environment', 'must be "live" or "sandbox"'],
    [{ publicKeyId: LEGACY, environment: 'test' }, 'environment', 'must be "live" or "sandbox"'],
    [{ environment: 'sandbox' }, 'environment', 'is sandbox, but "publicKeyId" is for live'],
    [{ publicKeyId: `SANDBOX-${LEGACY}`, environment: 'live' }, 'environment', 'is live, but "publicKeyId" is for sandbox'],
    [{ publicKeyId: `MY-SANDBOX-${LEGACY}`, environment: 'live' }, 'environment', 'is live, but "publicKeyId" is for sandbox'],
    [{ publicKeyId: `LIVE-SANDBOX-${LEGACY}` }, 'publicKeyId', 'contains both LIVE and SANDBOX'],
    [{ publicKeyId: undefined }, 'publicKeyId', 'is missing'],
    [{ publicKeyId: '' }, 'publicKeyId', 'is empty'],
    [{ publicKeyId: 7 }, 'publicKeyId', 'must be a string, got number'],
    [{ publicKeyId: ` LIVE-${LEGACY}\n` }, 'publicKeyId', 'has spaces or a line break around it'],
    [{ publicKeyId: `"SANDBOX-${LEGACY}"` }, 'publicKeyId', 'is in quotes'],
    [{ publicKeyId: `'SANDBOX-${LEGACY}` }, 'publicKeyId', 'without spaces, commas and quotes'],
    [{ publicKeyId: `“SANDBOX-${LEGACY}”` }, 'publicKeyId', 'without spaces, commas and quotes'],
    [{ publicKeyId: `SANDBOX ${LEGACY}` }, 'publicKeyId', 'without spaces, commas and quotes'],
    [{ publicKeyId: 'LIVE-A\r\nX: y' }, 'publicKeyId', 'without spaces, commas and quotes'],
    [{ publicKeyId: `AmazonPay_SANDBOX-${LEGACY}.pem` }, 'publicKeyId', 'is the name of a file'],
    [{ publicKeyId: `AmazonPay_SANDBOX-${LEGACY}` }, 'publicKeyId', 'is the name of a file'],
    [{ publicKeyId: `keys/SANDBOX-${LEGACY}` }, 'publicKeyId', 'is the name of a file'],
    [{ publicKeyId: `SANDBOX-${LEGACY}.PEM` }, 'publicKeyId', 'is the name of a file'],
    [{ region: 'mars' }, 'region', 'must be na (us), eu (uk, de) or jp'],
    [{ region: 'constructor' }, 'region', 'must be na (us), eu (uk, de) or jp'],
    [{ region: null }, 'region', 'is missing'],
    [{ algorithm: 'none' }, 'algorithm', 'must be one of AMZN-PAY-RSASSA-PSS, AMZN-PAY-RSASSA-PSS-V2'],
    [{ privateKey: undefined }, 'privateKey', 'is missing'],
    [{ privateKey: 'key.pem' }, 'privateKey', 'cannot be used: it is the path of a file'],
    [{ baseUrl: 'pay-api.amazon.com' }, 'baseUrl', 'must be a URL'],
    [{ baseUrl: 'ftp://x' }, 'baseUrl', 'must be a URL'],
    [{ baseUrl: 'http://gateway.example' }, 'baseUrl', 'must start with https://'],
    [{ baseUrl: 'https://user:secret-word@x' }, 'baseUrl', 'must not contain a user name or password'],
    [{ fetch: 7 }, 'fetch', 'must be a function'],
    [{ clock: 7 }, 'clock', 'must be a function'],
    [{ knowsCarrier: ['UPS'] }, 'knowsCarrier', 'must be a function'],
    [{ rateLimiter: {} }, 'rateLimiter', 'must have an acquire() method'],
    [{ userAgent: 'a\nb' }, 'userAgent', 'must be printable ASCII'],
    [{ hooks: 7 }, 'hooks', 'must be an object'],
    [{ timeout: -1 }, 'timeout', 'must be a number of milliseconds'],
    [{ headers: { 'x-amz-pay-idempotency-key': 'one-for-all' } }, 'headers', 'must not contain x-amz-pay-idempotency-key'],
  ])('client options %# are refused: %j', (options, option, message) => {
    const full = typeof options === 'object' && options !== null && Object.keys(options).length > 0;
    const all = full ? { publicKeyId: `LIVE-${LEGACY}`, privateKey: pkcs8, region: 'na', ...(options as object) } : options;
    const construct = (): DeliveryTrackerClient => new DeliveryTrackerClient(all as never);
    expect(construct).toThrow(expect.objectContaining({ code: 'CONFIGURATION', surface: 'amazonpay' }));
    expect(construct).toThrow(message);
    if (option) expect(construct).toThrow(expect.objectContaining({ option }));
    expect(construct).not.toThrow(/secret-word/);
  });
});

describe('options of other SDKs', () => {
  test.each([
    ['sandbox', 'environment'],
    ['overrideServiceUrl', 'baseUrl'],
    ['override_service_url', 'baseUrl'],
    ['integratorId', 'headers'],
    ['integratorVersion', 'headers'],
    ['platformVersion', 'headers'],
    ['public_key_id', 'publicKeyId'],
    ['publicKeyID', 'publicKeyId'],
    ['private_key', 'privateKey'],
    ['enviroment', 'environment'],
    ['algoritm', 'algorithm'],
    ['retries', 'maxRetries'],
  ])('%s is refused, and the hint names %s', (name, meant) => {
    const options = { publicKeyId: LEGACY, privateKey: pkcs8, region: 'na', [name]: 'x' } as const;
    expect(() => make(options as never)).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION', option: name, hint: `Did you mean "${meant}"?` }),
    );
  });

  test('a public key is refused, and the hint says where it belongs', () => {
    const options = { publicKeyId: LEGACY, privateKey: pkcs8, publicKey: 'x', region: 'na' } as const;
    const hint = 'The public key belongs in Seller Central: a client needs the private one only.';
    const refusal = expect.objectContaining({ code: 'CONFIGURATION', option: 'publicKey', hint });
    expect(() => make(options as never)).toThrow(refusal);
    expect(() => new AmazonPaySigner(options)).toThrow(refusal);
  });

  test('what is set to undefined counts as absent, and an unrelated name is accepted', async () => {
    const options = { sandbox: undefined, environment: undefined, knowsCarrier: undefined, algorithm: undefined, shopName: 'x' };
    expect((await make(options as never).prepare(input)).url).toBe('https://pay-api.amazon.com/v2/deliveryTrackers');
  });
});

describe('an id that contains SANDBOX', () => {
  test.each([`SANDBOX-${LEGACY}`, `sandbox-${LEGACY}`, `MY-SANDBOX-${LEGACY}`, `${LEGACY}.sandbox`])(
    '%s never calls live',
    async (publicKeyId) => {
      const request = await make({ publicKeyId, hooks: { onWarning: () => undefined } }).prepare(input);
      expect(new URL(request.url).pathname).toMatch(/^(?:\/sandbox)?\/v2\/deliveryTrackers$/);
      expect(request.url).not.toContain('/live/');
    },
  );
});

describe('no secret or personal datum is shown', () => {
  test('by the client, its errors or its hooks', async () => {
    const { url, received } = await servePay(busy, (response, { headers }) => {
      const message = `Unable to verify signature, signing String [AMZN-PAY-RSASSA-PSS-V2\n${'0'.repeat(64)}], signature [${authorizationOf(headers).signature}] for ${input.trackingNumber}`;
      json(403, { reasonCode: 'InvalidRequestSignature', message })(response, undefined as never);
    });
    const seen: unknown[] = [];
    const note = (info: unknown): void => void seen.push(info);
    const client = make({ baseUrl: url, hooks: { onRequest: note, onResponse: note, onRetry: note, onError: note } });
    const error = await waybillErrorOf(() => client.create(input));
    expect(error.message).toContain('Unable to verify signature');
    seen.push(error, client);
    const shown = seen.map(everythingShownOf).join();
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
