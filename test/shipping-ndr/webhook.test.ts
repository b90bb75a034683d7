import { request as send } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import {
  AuthenticationError,
  apiKey,
  basicAuth,
  bearerToken,
  ConfigurationError,
  MemoryIdempotencyStore,
  type NdrAuth,
  type NdrEvent,
  type NdrWebhookHandlerOptions,
  NdrWebhookVerifier,
  queryParameter,
  type ShippingEvent,
  type TrackingEvent,
  type UnknownShippingEvent,
} from '../../src/shipping-ndr/webhook.ts';
import { everythingShownOf, thrownBy, waybillErrorOf } from './errors.ts';
import { ndrEvent, ndrSample, trackingSample } from './samples.ts';
import { serve } from './server.ts';

const KEY = 'abcdef12345';
const verifier = new NdrWebhookVerifier({ auth: apiKey({ keys: KEY }) });
const json = { 'content-type': 'application/json; charset=utf-8' };
const eventBridge = {
  ...json,
  'x-api-key': KEY,
  'user-agent': 'Amazon/EventBridge/ApiDestinations',
  range: 'bytes=0-1048575',
  'accept-encoding': 'gzip,deflate',
};
const bodyOf = (body: unknown): string | Uint8Array<ArrayBuffer> =>
  typeof body === 'string' || body instanceof Uint8Array ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body);
const post = (body: unknown, headers: Record<string, string> = eventBridge): Request =>
  new Request('https://shop.example/ndr', { method: 'POST', headers, body: bodyOf(body) });

describe('NdrWebhookVerifier', () => {
  test.each([
    undefined,
    null,
    'auth',
    {},
    { auth: [] },
    { auth: 'abcdef12345' },
    { auth: [apiKey({ keys: KEY }), null] },
    { auth: apiKey },
    { auth: { check: async () => undefined } },
  ])('is not made with %j', async (options) => {
    expect(await waybillErrorOf(() => new NdrWebhookVerifier(options as never))).toBeInstanceOf(ConfigurationError);
  });

  test('shows no secret', () => {
    expect(everythingShownOf(verifier)).not.toContain(KEY);
  });
});

describe('verify', () => {
  test.each([
    ['a Request', post(ndrSample)],
    ['parts with text', { headers: { 'X-API-Key': KEY }, body: JSON.stringify(ndrSample) }],
    ['parts with bytes', { headers: { 'x-api-key': KEY }, body: Buffer.from(JSON.stringify(ndrSample)) }],
    ['parts as Express has them', { headers: { 'x-api-key': KEY }, url: '/ndr', body: ndrSample, method: 'POST' }],
    ['parts with Headers', { headers: new Headers({ 'x-api-key': KEY }), body: [ndrSample] }],
  ])('takes %s', async (_, request) => {
    expect(await verifier.verify(request)).toEqual({ ...ndrSample, kind: 'ndr' });
  });

  test('gives several events to verifyAll only', async () => {
    const request = { headers: { 'x-api-key': KEY }, body: [ndrSample, trackingSample, { ...ndrSample, 'detail-type': 'OTP' }] };
    expect((await verifier.verifyAll(request)).map(({ kind }) => kind)).toEqual(['ndr', 'tracking', 'unknown']);
    const error = await waybillErrorOf(() => verifier.verify(request));
    expect(error).toMatchObject({ code: 'VALIDATION', hint: expect.stringContaining('verifyAll()') });
  });

  test('looks at the credential before the body', async () => {
    const request = post('no JSON', json);
    expect(await waybillErrorOf(() => verifier.verify(request))).toBeInstanceOf(AuthenticationError);
    expect(request.bodyUsed).toBe(false);
  });

  test.each([undefined, null, 'body', 7])('refuses %j', async (request) => {
    expect(await waybillErrorOf(() => verifier.verify(request as never))).toMatchObject({ code: 'VALIDATION' });
  });

  test.each([{}, { headers: undefined }, { headers: [] }, { body: ndrSample }])('finds no credential in %j', async (request) => {
    expect(await waybillErrorOf(() => verifier.verify(request as never))).toMatchObject({ code: 'AUTHENTICATION', reason: 'missing' });
  });

  test('refuses a Request that is larger than any event', async () => {
    const error = await waybillErrorOf(() => verifier.verify(post(' '.repeat(10_000_000))));
    expect(error.message).toBe('the body is larger than 1048576 bytes');
  });

  test('says when the body was read before', async () => {
    const request = post(ndrSample);
    await request.text();
    expect(await waybillErrorOf(() => verifier.verify(request))).toBeInstanceOf(ConfigurationError);
  });
});

describe('several mechanisms', () => {
  const refusing = (reason: AuthenticationError['reason']): NdrAuth => ({
    check: async () => {
      throw new AuthenticationError(reason, reason, { surface: 'shipping-ndr' });
    },
    challenge: () => reason,
  });
  const failing: NdrAuth = {
    check: async () => {
      throw new Error('out of reach');
    },
    challenge: () => 'Failing',
  };
  const passing: NdrAuth = { check: async () => undefined, challenge: () => 'Passing' };
  const check = (...auth: NdrAuth[]): Promise<ShippingEvent> => new NdrWebhookVerifier({ auth }).verify({ headers: {}, body: ndrSample });

  test('any one of them lets a request in', async () => {
    const auth = [
      apiKey({ keys: 'k' }),
      basicAuth({ users: { username: 'u', password: 'p' } }),
      queryParameter({ name: 'q', values: 'v' }),
    ];
    const several = new NdrWebhookVerifier({ auth });
    for (const parts of [{ headers: { 'x-api-key': 'k' } }, { headers: { authorization: 'Basic dTpw' } }, { headers: {}, url: '/?q=v' }]) {
      expect((await several.verify({ ...parts, body: ndrSample })).kind).toBe('ndr');
    }
    expect((await check(failing, refusing('mismatch'), passing)).kind).toBe('ndr');
  });

  test('what could not be checked comes before what is wrong', async () => {
    expect(await thrownBy(() => check(refusing('mismatch'), failing))).toMatchObject({ message: 'out of reach' });
  });

  test('a credential that is wrong says more than one that is missing', async () => {
    expect(await waybillErrorOf(() => check(refusing('missing'), refusing('expired'), refusing('missing')))).toMatchObject({
      reason: 'expired',
    });
  });

  test('all of them challenge', async () => {
    const auth = [apiKey({ keys: 'k' }), bearerToken(() => false)];
    const handler = new NdrWebhookVerifier({ auth }).handler(() => undefined);
    const response = await handler(post(ndrSample, { ...json, authorization: 'Bearer old' }));
    expect(response.headers.get('www-authenticate')).toBe('ApiKey, Bearer error="invalid_token"');
  });
});

describe('handler', () => {
  const notCalled = (): never => {
    throw new Error('must not be called');
  };

  test('gives the event and answers 200', async () => {
    const events: unknown[] = [];
    const handler = verifier.handler(async (event, { signal }) => events.push(event, signal.aborted));
    const response = await handler(post(ndrSample));
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(events).toEqual([{ ...ndrSample, kind: 'ndr' }, false]);
  });

  const badRequests: readonly (readonly [string, number, () => Request, Record<string, string>])[] = [
    ['no key', 401, () => post(ndrSample, json), { 'www-authenticate': 'ApiKey' }],
    ['a wrong key', 401, () => post(ndrSample, { ...json, 'x-api-key': 'wrong' }), { 'www-authenticate': 'ApiKey' }],
    ['a wrong key and a body that is too large', 401, () => post('x'.repeat(2_000_000), { ...json, 'x-api-key': 'wrong' }), {}],
    ['no JSON', 400, () => post('{"detail-type":'), {}],
    ['bytes that are no text', 400, () => post(new Uint8Array([0xff, 0xfe, 0x00])), {}],
    ['nothing', 400, () => post(''), {}],
    ['no event', 400, () => post({}), {}],
    ['an array without an event', 400, () => post([]), {}],
    ['a GET', 405, () => new Request('https://shop.example/ndr', { headers: eventBridge }), { allow: 'POST' }],
    ['a body that is too large', 413, () => post('x'.repeat(1_048_577)), {}],
    ['a form', 415, () => post('a=b', { ...eventBridge, 'content-type': 'application/x-www-form-urlencoded' }), {}],
  ];

  test.each(badRequests)('to %s it answers %i', async (_, status, makeRequest, headers) => {
    const onError = vi.fn();
    const response = await verifier.handler(notCalled, { onError })(makeRequest());
    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject(headers);
    expect(await response.text()).not.toContain(KEY);
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.any(Error), { status });
  });

  test('does not read the body of a request that is not authentic', async () => {
    const request = post(ndrSample, json);
    await verifier.handler(notCalled)(request);
    expect(request.bodyUsed).toBe(false);
  });

  test('acknowledges types that it does not know', async () => {
    expect((await verifier.handler(notCalled)(post({ ...ndrSample, 'detail-type': 'New' }))).status).toBe(200);
  });

  test('hands types that it does not know to onUnknown, and what it throws brings them back', async () => {
    const onUnknown = vi.fn((_: UnknownShippingEvent): void => undefined);
    const handler = verifier.handler(notCalled, { onUnknown });
    const event = { ...ndrSample, 'detail-type': 'New', detail: [1] };
    expect((await handler(post(event))).status).toBe(200);
    expect(onUnknown.mock.lastCall?.[0]).toEqual({ ...event, kind: 'unknown' });
    onUnknown.mockImplementation(notCalled);
    expect((await handler(post(event))).status).toBe(503);
  });

  const changed = ndrEvent({ trackingId: 1809561149386 });

  test.each([
    ['detail has changed', changed],
    ['envelope has lost its id', { ...ndrSample, id: undefined }],
  ])('asks again for an event of a known type whose %s', async (_, event) => {
    const response = await verifier.handler(notCalled)(post(event));
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('60');
  });

  test('hands such an event to onInvalid, raw and with what is wrong', async () => {
    const onInvalid = vi.fn();
    expect((await verifier.handler(notCalled, { onInvalid })(post(changed))).status).toBe(200);
    expect(onInvalid).toHaveBeenCalledExactlyOnceWith(
      changed,
      expect.objectContaining({ issues: [{ path: ['detail', 'trackingId'], message: 'expected string, got number' }] }),
      expect.anything(),
    );
  });

  test.each<[string, NdrWebhookHandlerOptions, () => unknown]>([
    ['throws', {}, notCalled],
    ['rejects', {}, () => Promise.reject(new Error('database'))],
    ['throws what a mechanism would throw', {}, () => Promise.reject(new AuthenticationError('mismatch', '', { surface: 'shipping-ndr' }))],
    ['takes too long', { timeBudget: 20 }, () => new Promise(() => undefined)],
  ])('answers 503 where the function %s', async (_, options, onEvent) => {
    const response = await verifier.handler(onEvent, { ...options, retryAfter: 7 })(post(ndrSample));
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '7']);
    expect(await response.json()).toEqual({ message: 'not handled, send it again' });
  });

  test('answers 503 where a mechanism could not check', async () => {
    const auth = bearerToken(() => Promise.reject(new Error('database')));
    const response = await new NdrWebhookVerifier({ auth }).handler(notCalled)(post(ndrSample, { ...json, authorization: 'Bearer t' }));
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([503, null]);
  });

  test('handles an array event by event, and after a failure only what was not done', async () => {
    const done: string[] = [];
    let broken = true;
    const handler = verifier.handler(
      ({ id }) => {
        if (broken && id === 'c') throw new Error('not yet');
        done.push(id);
      },
      { idempotencyStore: new MemoryIdempotencyStore(), onInvalid: (raw) => done.push(String(raw)) },
    );
    const batch = ['a', 'b', 'c'].map((id) => ({ ...ndrSample, id }));
    expect((await handler(post([batch[0], 'stray', ...batch.slice(1)]))).status).toBe(503);
    broken = false;
    expect((await handler(post(batch))).status).toBe(200);
    expect(done).toEqual(['a', 'stray', 'b', 'c']);
  });

  test('handles a redelivery once', async () => {
    const onEvent = vi.fn();
    const handler = verifier.handler(onEvent, { idempotencyStore: new MemoryIdempotencyStore() });
    expect([(await handler(post(ndrSample))).status, (await handler(post(ndrSample))).status]).toEqual([200, 200]);
    expect(onEvent).toHaveBeenCalledOnce();
  });

  test.each([
    [undefined, {}],
    [() => undefined, null],
    [() => undefined, 'options'],
    [() => undefined, { timeBudget: -1 }],
    [() => undefined, { maxBodyBytes: 'many' }],
  ])('is not made with %#', async (onEvent, options) => {
    expect(await waybillErrorOf(() => verifier.handler(onEvent as never, options as never))).toBeInstanceOf(ConfigurationError);
  });

  test('gives the function events that are known, and onUnknown the others', () => {
    expectTypeOf(verifier.handler).parameter(0).parameter(0).toEqualTypeOf<NdrEvent | TrackingEvent>();
    expectTypeOf<NonNullable<NdrWebhookHandlerOptions['onUnknown']>>().parameter(0).toEqualTypeOf<UnknownShippingEvent>();
    expectTypeOf(verifier.verify).returns.resolves.toEqualTypeOf<ShippingEvent>();
  });
});

describe('behind a real server', () => {
  /** Sends as it is told, a header twice too, which fetch would not. */
  function raw(url: string, method: string, headers: readonly (readonly [string, string])[], body: string) {
    return new Promise<{ status: number | undefined; headers: NodeJS.Dict<string | string[]>; body: string }>((resolve, reject) => {
      const lines = headers.flat();
      const request = send(url, {
        method,
        headers: [...lines, 'host', new URL(url).host, 'content-length', String(Buffer.byteLength(body))],
      });
      request.on('response', async (response) =>
        resolve({ status: response.statusCode, headers: response.headers, body: await text(response) }),
      );
      request.on('error', reject).end(body);
    });
  }
  const headers = Object.entries(eventBridge);
  const sample = JSON.stringify(ndrSample);

  test.each<[string, string, readonly (readonly [string, string])[], string, number]>([
    ['the sample', 'POST', headers, sample, 200],
    ['the sample with a byte order mark', 'POST', headers, `\uFEFF${sample}`, 200],
    ['a type that is new', 'POST', headers, JSON.stringify({ ...ndrSample, 'detail-type': 'New' }), 200],
    ['a key that is there twice', 'POST', [...headers, ['x-api-key', KEY]], sample, 401],
    ['no key', 'POST', Object.entries(json), sample, 401],
    ['a truncated body', 'POST', headers, sample.slice(0, 100), 400],
    ['a HEAD', 'HEAD', headers, '', 405],
    ['a large body', 'POST', headers, ' '.repeat(1_100_000), 413],
    [
      'a form',
      'POST',
      [
        ['content-type', 'text/plain'],
        ['x-api-key', KEY],
      ],
      sample,
      415,
    ],
    ['a detail that has changed', 'POST', headers, JSON.stringify(ndrEvent({ reasonCode: null })), 503],
  ])('%s', async (_, method, lines, body, status) => {
    const events: ShippingEvent[] = [];
    const url = await serve(verifier.handler((event) => events.push(event)));
    const response = await raw(`${url}/ndr`, method, lines, body);
    expect(response.status).toBe(status);
    expect(events).toHaveLength(status === 200 && body.includes('NDR Events') ? 1 : 0);
    expect(response.headers['www-authenticate']).toBe(status === 401 ? 'ApiKey' : undefined);
    expect(response.headers['retry-after']).toBe(status === 503 ? '60' : undefined);
  });
});
