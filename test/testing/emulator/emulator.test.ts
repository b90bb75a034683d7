import { inspect } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import { toNodeHandler } from '../../../src/adapters/node.ts';
import { AmazonEmulator, buyWithPrimeOrder, isWaybillError } from '../../../src/testing/index.ts';
import { listen } from '../../support/server.ts';
import { body, LIVE, NOW, publicKeys, signedRequest } from '../../support/testing/signed-request.ts';

const PATH = '/v2/deliveryTrackers';
const emulate = () => new AmazonEmulator({ publicKeys, clock: () => NOW, quota: false });
let parcel = 0;
const track = (emulator: AmazonEmulator, init?: RequestInit) => {
  parcel += 1;
  return emulator.fetch(signedRequest({ body: body(`N${parcel}`) }), init);
};

describe('faults', () => {
  test('respond with a status as often as told, in the format of the service', async () => {
    const emulator = emulate();
    emulator.fail({ path: PATH, status: 503, times: 2, headers: { 'retry-after': '7' } });
    const responses = [await track(emulator), await track(emulator), await track(emulator)];
    expect(responses.map(({ status }) => status)).toEqual([503, 503, 200]);
    expect(responses[0]?.headers.get('retry-after')).toBe('7');
    expect(await responses[0]?.json()).toMatchObject({ reasonCode: 'ServiceUnavailable' });
    expect(emulator.deliveryTrackers).toHaveLength(1);
  });

  test.each([
    ['/auth/o2/token', 503, { error: 'temporarily_unavailable' }],
    ['/auth/o2/token', 401, { error: 'invalid_client' }],
    ['/shipping/v2/ndrFeedback', 429, { errors: [{ code: 'TooManyRequests' }] }],
    ['/shipping/v2/ndrFeedback', 502, { errors: [{ code: 'InternalError' }] }],
    ['/graphql', 500, { errors: [{ extensions: { classification: { type: 'InternalServerError' } } }] }],
    ['/graphql', 400, { errors: [{ extensions: { classification: { type: 'ValidationError' } } }] }],
    ['/shipping/v2/ndrFeedback', 422, { errors: [{ code: 'InvalidRequest' }] }],
    ['/v2/deliveryTrackers', 422, { reasonCode: 'InvalidRequest' }],
    ['/nowhere', 500, { message: 'An injected fault' }],
  ])('at %s with %i', async (path, status, expected) => {
    const emulator = emulate();
    emulator.fail({ path, status });
    const response = await emulator.fetch(`http://127.0.0.1${path}`, { method: 'POST' });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject(expected);
  });

  test('affect the path that they name, whatever the environment before it', async () => {
    const emulator = emulate();
    emulator.fail({ path: '/graphql', status: 500 });
    emulator.fail({ path: PATH, status: 500 });
    emulator.fail({ path: /o2/, status: 500 });
    expect((await emulator.fetch('https://pay-api.amazon.com/live/v2/deliveryTrackers', { method: 'POST' })).status).toBe(500);
    expect((await track(emulator)).status).toBe(200);
    expect((await emulator.fetch('http://127.0.0.1/auth/o2/token')).status).toBe(500);
    expect((await emulator.fetch('http://127.0.0.1/graphql')).status).toBe(500);
  });

  test('without a path affect every request; those added first are used first', async () => {
    const emulator = emulate();
    emulator.fail({ status: 500 });
    emulator.fail({ status: 408 });
    expect([(await track(emulator)).status, (await track(emulator)).status, (await track(emulator)).status]).toEqual([500, 408, 200]);
  });

  test('close the connection, before or after the request is processed', async () => {
    const emulator = emulate();
    emulator.fail({ reset: true });
    emulator.fail({ reset: true, handled: true });
    await expect(track(emulator)).rejects.toMatchObject({ name: 'TypeError', message: 'fetch failed', cause: { code: 'ECONNRESET' } });
    expect(emulator.deliveryTrackers).toHaveLength(0);
    await expect(track(emulator)).rejects.toThrow('fetch failed');
    expect(emulator.deliveryTrackers).toHaveLength(1);
    expect(emulator.requests.map(({ status }) => status)).toEqual([0, 0]);
  });

  test('cut a response off', async () => {
    const emulator = emulate();
    emulator.fail({ truncate: 10 });
    const reader = (await track(emulator)).body?.getReader();
    expect((await reader?.read())?.value).toHaveLength(10);
    await expect(reader?.read()).rejects.toThrow('terminated');
  });

  test('replace a body', async () => {
    const emulator = emulate();
    emulator.fail({ status: 502, body: '<html>' });
    emulator.fail({ status: 502, body: '<xml/>', headers: { 'content-type': 'text/xml' } });
    emulator.fail({ body: { surprise: true } });
    const html = await track(emulator);
    expect([html.status, await html.text(), html.headers.get('content-type')]).toEqual([502, '<html>', 'text/html']);
    expect((await track(emulator)).headers.get('content-type')).toBe('text/xml');
    const json = await track(emulator);
    expect([json.status, await json.json(), json.headers.get('x-amz-pay-request-id')]).toEqual([
      200,
      { surprise: true },
      expect.any(String),
    ]);
    emulator.fail({ status: 200 });
    const empty = await track(emulator);
    expect([empty.status, await empty.text()]).toEqual([200, '']);
    emulator.fail({ status: 204 });
    expect((await track(emulator)).status).toBe(204);
    emulator.fail({ status: 204, body: 'a success with a body' });
    const success = await track(emulator);
    expect([success.status, await success.text()]).toEqual([200, 'a success with a body']);
  });

  test('respond to a GraphQL request with an error of a classification', async () => {
    const emulator = emulate();
    emulator.fail({ path: '/graphql', classification: 'ThrottlingError' });
    const response = await emulator.fetch('https://api.buywithprime.amazon.com/graphql', { method: 'POST' });
    expect([response.status, await response.json()]).toEqual([
      200,
      { data: null, errors: [{ message: 'Too many requests.', extensions: { classification: { type: 'ThrottlingError' } } }] },
    ]);
  });

  test('of a classification affect GraphQL only: no other service has them', async () => {
    const emulator = emulate();
    emulator.fail({ classification: 'ThrottlingError' });
    expect((await track(emulator)).status).toBe(200);
    expect(emulator.faults).toHaveLength(1);
    const response = await emulator.fetch('https://api.buywithprime.amazon.com/graphql', { method: 'POST' });
    expect(await response.json()).toMatchObject({ errors: [{ message: 'Too many requests.' }] });
    expect(() => emulator.fail({ path: PATH, classification: 'ThrottlingError' })).toThrow('must be "/graphql" for a classification');
  });

  test('at a misspelt path are refused, because they would never be used', () => {
    const misspelt = expect.objectContaining({ option: 'path', hint: 'Did you mean "/v2/deliveryTrackers"?' });
    for (const path of ['/v2/deliveryTracker', '/v2/deliverytrackers', '/v2/DeliveryTrackers']) {
      expect(() => emulate().fail({ path, status: 503 })).toThrow(misspelt);
    }
  });

  test('delay the response; an abort ends the wait, and the request is processed', async () => {
    const emulator = emulate();
    emulator.fail({ delay: 1 });
    expect((await track(emulator)).status).toBe(200);
    emulator.fail({ delay: 2 ** 31 - 1 });
    const waiting = new AbortController();
    const response = track(emulator, { signal: waiting.signal });
    while (emulator.deliveryTrackers.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    waiting.abort(new Error('enough'));
    await expect(response).rejects.toThrow('enough');
    await expect(track(emulator, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
    // The last one was never sent.
    expect(emulator.requests).toMatchObject([{ status: 200 }, { status: 0, faultId: expect.any(Number), checks: expect.any(Array) }]);
  });

  test('delay the response until a reset, which drops them', async () => {
    const emulator = emulate();
    emulator.fail({ delay: 2 ** 31 - 1 });
    const response = emulator.fetch('https://api.buywithprime.amazon.com/jwks.json');
    await vi.waitUntil(() => emulator.faults.length === 0, { timeout: 20_000 });
    emulator.reset();
    expect((await response).status).toBe(200);
    expect(emulator.requests).toEqual([]);
  });

  test('delay the response of a server until the client disconnects', async () => {
    const emulator = emulate();
    const url = await listen(toNodeHandler(emulator.fetch));
    emulator.fail({ path: '/jwks.json', delay: 2 ** 31 - 1 });
    const waiting = new AbortController();
    const response = fetch(`${url}/jwks.json`, { signal: waiting.signal });
    await vi.waitUntil(() => emulator.faults.length === 0, { timeout: 20_000 });
    waiting.abort(new Error('enough'));
    await expect(response).rejects.toThrow('enough');
    await vi.waitUntil(() => emulator.requests.length === 1, { timeout: 20_000 });
    expect(emulator.requests).toMatchObject([{ status: 0 }]);
  });

  test.each([
    [undefined],
    [null],
    [{ times: 0 }],
    [{ times: 1.5 }],
    [{ times: Number.NaN }],
    [{ delay: -1 }],
    [{ delay: 2 ** 31 }],
    [{ status: 99 }],
    [{ status: '500' }],
    [{ truncate: -1 }],
    [{ path: 7 }],
    [{ headers: { 'bad name': 'x' } }],
    [{ body: 7n }],
    [{ staus: 503 }],
    [{ statusCode: 503 }],
    [{ path: 'v2/deliveryTrackers', status: 503 }],
    [{ path: '/v2/deliveryTrackers/', status: 503 }],
    [{ path: '/v2/deliveryTrackers' }],
    [{ path: '/graphql?x', status: 503 }],
    [{ path: '/graphql#x', status: 503 }],
    [{}],
  ])('refuses a rule (case %#)', (rule) => {
    expect(() => emulate().fail(rule as never)).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
  });
});

describe('state', () => {
  test('is what happened, until reset()', async () => {
    const emulator = new AmazonEmulator({
      publicKeys,
      clock: () => NOW,
      orders: [buyWithPrimeOrder()],
      quota: { live: { burst: 1, perSecond: 1 } },
    });
    expect((await track(emulator)).status).toBe(200);
    emulator.orders.clear();
    emulator.fail({ status: 500, times: 9 });
    emulator.reset();
    expect([emulator.deliveryTrackers, emulator.requests, emulator.orders.size]).toEqual([[], [], 1]);
    expect((await track(emulator)).status).toBe(200);
  });

  test('does not survive a reset: orders changed in place, and signing keys that were withdrawn', () => {
    const orders = [buyWithPrimeOrder()];
    const emulator = new AmazonEmulator({ orders });
    const { signingKeys } = emulator;
    const change = (): void => {
      const [delivery] = emulator.orders.get('322-ABC1-AAAAAA')?.deliveries ?? [];
      (delivery as { state: string }).state = 'DELIVERED';
    };
    change();
    signingKeys.withdraw(signingKeys.keyId);
    expect(signingKeys.jwks.keys).toEqual([]);
    for (const _ of [1, 2]) {
      emulator.reset();
      expect(emulator.orders.get('322-ABC1-AAAAAA')?.deliveries?.[0]?.state).toBe('IN_TRANSIT');
      change();
    }
    expect(orders[0]?.deliveries?.[0]?.state).toBe('IN_TRANSIT');
    expect(signingKeys.jwks.keys).toMatchObject([{ kid: signingKeys.keyId }]);
  });

  test('has a quota that recovers after the clock went back', async () => {
    const quota = { live: { burst: 2, perSecond: 1 } };
    const advanced = { dateTolerance: { past: 7_200_000 } };
    const emulator = new AmazonEmulator({ publicKeys, clock: () => NOW, quota, advanced });
    const statuses = async () => [(await track(emulator)).status, (await track(emulator)).status];
    emulator.advance(3_600_000);
    expect(await statuses()).toEqual([200, 200]);
    emulator.setTime(NOW);
    expect(await statuses()).toEqual([429, 429]);
    emulator.advance(1_000);
    expect(await statuses()).toEqual([200, 429]);
  });

  test('is bounded', async () => {
    const emulator = new AmazonEmulator({ publicKeys, clock: () => NOW, quota: false, maxRecords: 2 });
    for (const trackingNumber of ['a', 'b', 'c']) await emulator.fetch(signedRequest({ body: body(trackingNumber) }));
    expect(emulator.deliveryTrackers.map(({ trackingNumber }) => trackingNumber)).toEqual(['b', 'c']);
    for (let at = 0; at < 1_001; at += 1) await emulator.fetch('http://127.0.0.1/');
    expect(emulator.requests).toHaveLength(1_000);
  });

  test('has every record even if all request ids are the same', async () => {
    const emulator = new AmazonEmulator({ publicKeys, clock: () => NOW, advanced: { randomId: () => 'same' } });
    await track(emulator);
    await track(emulator);
    expect([emulator.deliveryTrackers.length, emulator.requests.length, emulator.requests[0]?.requestId]).toEqual([2, 2, 'same']);
  });
});

describe('a record', () => {
  test('of a request contains no signature, token or credential', async () => {
    const emulator = emulate();
    const { clientSecret, refreshToken, clientId } = emulator.credentials.lwa;
    const request = signedRequest({ sentBody: '{}' });
    const signature = /Signature=(.*)/.exec(request.headers.get('authorization') ?? '')?.[1] ?? '';
    const refused = await emulator.fetch(request);
    expect(await refused.text()).toContain(signature);
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: clientId,
      client_secret: clientSecret,
      refresh_token: refreshToken,
    });
    const issued = await emulator.fetch('https://api.amazon.com/auth/o2/token?secret=in-query', { method: 'POST', body: form });
    const { access_token: token } = (await issued.json()) as { access_token: string };
    const headers = { 'x-amz-access-token': token, authorization: 'Basic c2VjcmV0' };
    await emulator.fetch('https://sellingpartnerapi-eu.amazon.com/shipping/v2/ndrFeedback', { method: 'POST', headers });
    for (const shown of [
      inspect(emulator, { depth: 10, showHidden: true }),
      JSON.stringify(emulator.requests),
      inspect(emulator.requests, { depth: 10 }),
    ]) {
      for (const secret of [signature, clientSecret, refreshToken, token, 'c2VjcmV0', 'in-query']) expect(shown).not.toContain(secret);
    }
    expect(emulator.requests[0]).toMatchObject({
      method: 'POST',
      url: 'https://pay-api.amazon.com/v2/deliveryTrackers',
      status: 403,
      code: 'InvalidRequestSignature',
      reason: expect.stringContaining('signing String'),
      headers: { authorization: expect.stringMatching(new RegExp(`PublicKeyId=${LIVE}, .*Signature=\\[redacted\\]$`)) },
    });
  });
});

describe('nonsense', () => {
  test.each([
    [null],
    [{ publicKeys: null }],
    [{ publicKeys: { a: 'not a key' } }],
    [{ publicKeys: { a: 7 } }],
    [{ orders: {} }],
    [{ orders: [null] }],
    [{ clock: 7 }],
    [{ advanced: null }],
    [{ advanced: { randomId: 'x' } }],
    [{ advanced: { verifySignature: true } }],
    [{ maxRecords: 0 }],
    [{ maxRecords: Number.NaN }],
    [{ quota: { live: { burst: 0, perSecond: 1 } } }],
    [{ quota: { sandbox: { burst: 1, perSecond: 0 } } }],
    [{ quota: { live: null } }],
    [{ credentials: null }],
    [{ credentials: { lwa: { clientSecret: null } } }],
    [{ credentials: { lwa: { clientSecret: '' } } }],
    [{ credentials: { buywithprime: {} } }],
    [{ advanced: { carrierCodes: 7 } }],
    [{ advanced: { carrierCodes: 'UPS' } }],
    [{ advanced: { dateTolerance: { past: 'x' } } }],
    [{ advanced: { dateTolerance: 7 } }],
    [{ quotas: false }],
  ])('as options is refused: %j', (options) => {
    let error: unknown;
    try {
      new AmazonEmulator(options as never);
    } catch (thrown) {
      error = thrown;
    }
    expect(isWaybillError(error) && error.code).toBe('CONFIGURATION');
  });

  test('as options is named by its path, and an option that has moved by its new one', () => {
    const optionOf = (options: unknown) => {
      try {
        new AmazonEmulator(options as never);
        return undefined;
      } catch (error) {
        return isWaybillError(error) && error.code === 'CONFIGURATION' ? [error.option, error.hint] : error;
      }
    };
    expect(optionOf({ quota: { live: { burst: 0 } } })).toEqual(['quota.live', undefined]);
    expect(optionOf({ credentials: { lwa: { clientId: 7 } } })).toEqual(['credentials.lwa.clientId', undefined]);
    expect(optionOf({ advanced: { randomIds: 7 } })).toEqual(['advanced.randomIds', 'Did you mean "advanced.randomId"?']);
    expect(optionOf({ verifySignature: () => true })).toEqual(['verifySignature', 'Did you mean "advanced.verifySignature"?']);
  });

  test('is not `undefined`: it stands for the default, at every level', async () => {
    const emulator = new AmazonEmulator({
      publicKeys: undefined,
      quota: { live: undefined },
      credentials: { lwa: { clientSecret: undefined } },
      delivery: { seed: undefined },
      clock: undefined,
      advanced: { dateTolerance: { past: undefined }, randomId: undefined },
    });
    expect(emulator.credentials).toEqual(new AmazonEmulator().credentials);
    expect((await emulator.fetch('http://127.0.0.1/jwks.json')).status).toBe(200);
  });

  test.each([[undefined], ['not a url'], ['/relative'], [7], [{}]])('as a request is refused: %j', async (input) => {
    await expect(emulate().fetch(input as never)).rejects.toMatchObject({ code: 'CONFIGURATION', surface: 'testing' });
  });

  test.each([
    'https://example.com/x',
    'https://pay-api.amazon.com/graphql',
    'https://api.amazon.com/v2/deliveryTrackers',
    'http://127.0.0.1/v1/deliveryTrackers',
  ])('has nothing at %s', async (url) => {
    const response = await emulate().fetch(url, { method: 'POST' });
    expect([response.status, await response.json()]).toEqual([404, { message: expect.stringContaining(new URL(url).pathname) }]);
  });

  test.each([
    '\u0000',
    '{"__proto__":{"chargePermissionId":"P01-0000000-0000000"}}',
    '"\ud800"',
    '{'.repeat(100_000),
    JSON.stringify({ chargePermissionId: 'x'.repeat(10_000_000) }),
  ])('as a body gets a response (case %#)', async (text) => {
    const response = await emulate().fetch(signedRequest({ body: text }));
    expect(response.status).toBe(400);
  });

  test('as bytes that are not UTF-8 gets a response', async () => {
    const emulator = emulate();
    const response = await emulator.fetch('https://api.amazon.com/auth/o2/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new Uint8Array([0x7b, 0xff, 0x7d]),
    });
    expect(response.status).toBe(400);
  });
});
