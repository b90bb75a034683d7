import { runInNewContext } from 'node:vm';
import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import {
  AuthenticationError,
  type BuyWithPrimeEvent,
  type BuyWithPrimeEventHandlers,
  type BuyWithPrimeWebhookAuth,
  type BuyWithPrimeWebhookHandlerOptions,
  BuyWithPrimeWebhookVerifier,
  ConfigurationError,
  type DeliveryEvent,
  MemoryIdempotencyStore,
  ValidationError,
} from '../../src/buywithprime/index.ts';
import { markRewritten } from '../../src/core/receive/parsed-body.ts';
import type { WebhookContext } from '../../src/core/receive/webhook.ts';
import { basicAuth, bearerToken, type NdrAuth } from '../../src/shipping-ndr/webhook.ts';
import { everythingShownOf, thrownBy, waybillErrorOf } from '../shipping-ndr/errors.ts';
import { serve } from '../shipping-ndr/server.ts';
import { fixture, fixtureText } from './fixtures.ts';
import { BODY, headersOf, makePair, post, signDer, signedPost } from './signing.ts';

const pair = makePair('key-1');
const verifier = new BuyWithPrimeWebhookVerifier({ keys: pair.jwk });
const headers = headersOf(signDer(pair, BODY), 'key-1');
const unsigned = { 'content-type': 'application/json' };
const EVENT = fixture('webhook-package-delivered.json');
const signedEvent = (changes: Record<string, unknown>): Request => signedPost(pair, JSON.stringify({ ...EVENT, ...changes }));

describe('BuyWithPrimeWebhookVerifier', () => {
  const auth = basicAuth({ users: { username: 'amazon', password: 'secret' } });

  test.each<[string, unknown]>([
    ['null', null],
    ['a text', 'options'],
    ['a key set on a disk', { jwks: 'file:///etc/jwks' }],
    ['a key set that has no URL', { jwks: '/jwks.json' }],
    ['a key set that is an object', { jwks: {} }],
    ['a key set that is a symbol', { jwks: Symbol('jwks') }],
    ['a password in the URL of the key set', { jwks: 'https://user:password@keys.example/' }],
    ['keys from two places', { jwks: 'https://keys.example/', keys: pair.jwk }],
    ['a fetch that is none', { fetch: 'fetch' }],
    ['no time for the key set', { timeout: 0 }],
    ['a maximum age that is none', { cacheMaxAge: Number.NaN }],
    ['a cooldown that is negative', { cooldown: -1 }],
    ['a text for a time', { staleIfError: '86400000' }],
    ['a check that is a function', { auth: () => true }],
    ['a check that has no challenge', { auth: { check: async () => undefined } }],
    ['a check that is null', { auth: null }],
    ['a signature that nobody knows', { signature: 'never' }],
    ['nothing that has to be right', { signature: 'optional' }],
    ['a header that has no name', { signatureHeader: '' }],
    ['a header with a blank', { keyIdHeader: 'x kid' }],
    ['an algorithm without a key', { algorithm: 'none' }],
    ['an algorithm with a shared secret', { algorithm: 'HS384' }],
    ['an algorithm of Object.prototype', { algorithm: 'constructor' }],
    ['an algorithm that is an object', { algorithm: Object.create(null) }],
    ['bytes in place of a function that gives them', { signedBytes: new Uint8Array(1) }],
  ])('is not made with %s', async (_, options) => {
    expect(await waybillErrorOf(() => new BuyWithPrimeWebhookVerifier(options as never))).toBeInstanceOf(ConfigurationError);
  });

  test('shows neither its keys nor its options', () => {
    const shown = everythingShownOf(new BuyWithPrimeWebhookVerifier({ keys: pair.jwk, auth }));
    expect(shown).not.toMatch(/secret|amazon|key-1/);
    expect(shown).not.toContain(pair.jwk.x);
  });
});

describe('verify', () => {
  const bytes = Buffer.from(BODY);
  test.each<[string, Parameters<typeof verifier.verify>[0]]>([
    ['a Request', post(BODY, headers)],
    ['parts with text', { headers, body: BODY }],
    ['parts with a Buffer', { headers, body: bytes }],
    ['parts with a part of an ArrayBuffer', { headers, body: Uint8Array.from(Buffer.from(`xx${BODY}x`)).subarray(2, -1) }],
    ['parts with an ArrayBuffer', { headers, body: Uint8Array.from(bytes).buffer }],
    ['parts with a DataView', { headers, body: new DataView(Uint8Array.from(bytes).buffer) }],
    ['parts with bytes of another realm', { headers, body: runInNewContext('Uint8Array.from(bytes)', { bytes: [...bytes] }) }],
    ['parts with Headers', { headers: new Headers(headers), body: BODY }],
    ['parts with headers as Node has them', { headers: { ...headers, 'set-cookie': ['a', 'b'] }, url: '/bwp', body: bytes }],
    [
      'parts with headers in another case',
      { headers: { 'X-AMZN-Signature': headers['x-amzn-signature'], 'X-Amzn-Kid': 'key-1' }, body: BODY },
    ],
  ])('takes %s', async (_, request) => {
    expect(await verifier.verify(request)).toMatchObject({
      kind: 'DELIVERY_COMPLETED',
      eventType: 'PACKAGE_DELIVERED',
      idempotencyKey: EVENT['idempotencyKey'],
      raw: EVENT,
    });
  });

  test.each([
    ['an object', EVENT],
    ['an array', [EVENT]],
    ['what express.raw() leaves of no body', {}],
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
  ])('refuses %s for a body, and says why', async (_, body) => {
    const error = await waybillErrorOf(() => verifier.verify({ headers, body }));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.message).toContain('the signature covers the raw bytes');
    expect(error.hint).toContain('express.raw(');
  });

  test('looks for a signature before it looks at the body', async () => {
    const request = post(BODY, unsigned);
    expect(await waybillErrorOf(() => verifier.verify(request))).toMatchObject({ code: 'AUTHENTICATION', reason: 'missing' });
    expect(request.bodyUsed).toBe(false);
    expect(await waybillErrorOf(() => verifier.verify({ headers: {}, body: EVENT }))).toBeInstanceOf(AuthenticationError);
  });

  test('says that a parser has taken the body of a Request', async () => {
    const request = signedPost(pair);
    markRewritten(request);
    expect(await waybillErrorOf(() => verifier.verify(request))).toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringContaining('express.json()'),
    });
    const read = signedPost(pair);
    await read.text();
    expect(await waybillErrorOf(() => verifier.verify(read))).toBeInstanceOf(ConfigurationError);
  });

  test('reads what it has verified, whoever writes to the buffer meanwhile', async () => {
    const body = Buffer.from(BODY);
    const keys = async () => {
      body.fill(0);
      return pair.jwk;
    };
    expect((await new BuyWithPrimeWebhookVerifier({ keys }).verify({ headers, body })).eventType).toBe('PACKAGE_DELIVERED');
  });

  test.each([
    ['no JSON', 'nonsense'],
    ['nothing', ''],
    ['no event', '{}'],
    ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe, 0])],
    ['an event of a known type that lacks its path', JSON.stringify({ ...EVENT, resources: [] })],
    ['a prototype', '{"__proto__":{"eventDescriptor":"PACKAGE_DELIVERED"}}'],
    ['an array of two', `[${BODY},${BODY}]`],
  ])('throws a ValidationError for %s that is signed', async (_, body) => {
    const error = await waybillErrorOf(() => verifier.verify({ headers: headersOf(signDer(pair, body)), body }));
    expect(error).toBeInstanceOf(ValidationError);
  });

  test('takes a type that is new', async () => {
    const event = await verifier.verify(signedEvent({ eventDescriptor: 'PACKAGE_TELEPORTED' }));
    expect(event).toMatchObject({ kind: 'unknown', eventType: 'PACKAGE_TELEPORTED' });
  });

  test('refuses what is larger than any event', async () => {
    const body = JSON.stringify({ ...EVENT, data: 'x'.repeat(1_100_000) });
    expect(await waybillErrorOf(() => verifier.verify(signedPost(pair, body)))).toBeInstanceOf(ValidationError);
  });

  test.each([undefined, null, 'body', 7])('refuses %j', async (request) => {
    expect(await waybillErrorOf(() => verifier.verify(request as never))).toBeInstanceOf(ValidationError);
  });

  test.each([{}, { headers: undefined }, { headers: [] }, { headers: 7 }, { body: BODY }])('finds no signature in %j', async (request) => {
    expect(await waybillErrorOf(() => verifier.verify(request as never))).toMatchObject({ code: 'AUTHENTICATION', reason: 'missing' });
  });

  test('shows nothing of the signature or of the event in an error', async () => {
    const wrong = headersOf(signDer(makePair('other'), BODY), 'key-of-a-stranger');
    for (const request of [
      { headers: wrong, body: BODY },
      { headers: { ...headers, 'x-amzn-signature': `${headers['x-amzn-signature']}!` }, body: BODY },
      { headers, body: EVENT },
      { headers: headersOf(signDer(pair, 'no event: secret-4711')), body: 'no event: secret-4711' },
    ]) {
      const shown = everythingShownOf(await waybillErrorOf(() => verifier.verify(request)));
      for (const secret of [
        'secret-4711',
        'key-of-a-stranger',
        'example-idempotency-key',
        'order-id',
        ...Object.values(wrong).slice(1),
        ...Object.values(headers).slice(1),
      ]) {
        if (secret !== 'key-1') expect(shown).not.toContain(secret);
      }
    }
  });
});

describe('what is inferred can be told otherwise', () => {
  test('the names of the headers', async () => {
    const own = new BuyWithPrimeWebhookVerifier({ keys: pair.jwk, signatureHeader: 'X-Signature', keyIdHeader: 'X-Key' });
    expect(await thrownBy(() => own.verify(signedPost(pair)))).toBeInstanceOf(AuthenticationError);
    expect((await own.verify({ headers: { 'x-signature': headers['x-amzn-signature'] as string }, body: BODY })).kind).toBe(
      'DELIVERY_COMPLETED',
    );
  });

  test('the bytes that are signed', async () => {
    const signedBytes = vi.fn(async (body: Uint8Array, { headers: sent }: { readonly headers: unknown }) =>
      Buffer.concat([Buffer.from(`${(sent as Headers).get('x-amzn-time')}.`), body]),
    );
    const own = new BuyWithPrimeWebhookVerifier({ keys: pair.jwk, signedBytes });
    const request = (time: string): Request => post(BODY, { ...headersOf(signDer(pair, `1.${BODY}`)), 'x-amzn-time': time });
    expect((await own.verify(request('1'))).kind).toBe('DELIVERY_COMPLETED');
    expect(await waybillErrorOf(() => own.verify(request('2')))).toMatchObject({ reason: 'mismatch' });
    const nonsense = new BuyWithPrimeWebhookVerifier({ keys: pair.jwk, signedBytes: () => 'text' as never });
    expect(await waybillErrorOf(() => nonsense.verify(request('1')))).toBeInstanceOf(ConfigurationError);
  });
});

describe("beside a signature, a check of one's own", () => {
  const users = { username: 'amazon', password: 'p:ä' };
  const authorization = `Basic ${Buffer.from(`${users.username}:${users.password}`).toString('base64')}`;
  const auth: BuyWithPrimeWebhookAuth = basicAuth({ users });

  test('has to let the request in too', async () => {
    const both = new BuyWithPrimeWebhookVerifier({ keys: pair.jwk, auth });
    expect((await both.verify(post(BODY, { ...headers, authorization }))).kind).toBe('DELIVERY_COMPLETED');
    for (const request of [post(BODY, headers), post(BODY, { ...headers, authorization: 'Basic eA==' }), post(BODY, { authorization })]) {
      expect(await waybillErrorOf(() => both.verify(request))).toBeInstanceOf(AuthenticationError);
    }
  });

  test('is enough where the signature is optional; one that is there has to be right', async () => {
    const either = new BuyWithPrimeWebhookVerifier({ keys: pair.jwk, auth, signature: 'optional' });
    expect((await either.verify(post(BODY, { authorization }))).kind).toBe('DELIVERY_COMPLETED');
    expect((await either.verify(post(BODY, { ...headers, authorization }))).kind).toBe('DELIVERY_COMPLETED');
    for (const request of [
      post(BODY, unsigned),
      post(BODY, headers),
      post(`${BODY} `, { ...headers, authorization }),
      post(BODY, { ...headersOf('nonsense'), authorization }),
    ]) {
      expect(await waybillErrorOf(() => either.verify(request))).toBeInstanceOf(AuthenticationError);
    }
  });

  test('challenges, and is heard before the body is read', async () => {
    const handler = new BuyWithPrimeWebhookVerifier({ keys: pair.jwk, auth }).handler(() => undefined);
    const request = post(BODY, headers);
    const response = await handler(request);
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([
      401,
      'Signature, Basic realm="Amazon Shipping", charset="UTF-8"',
    ]);
    expect(request.bodyUsed).toBe(false);
  });

  test('makes the answer 503 where it could not be done', async () => {
    const broken = bearerToken(() => Promise.reject(new Error('the database is down')));
    const handler = new BuyWithPrimeWebhookVerifier({ keys: pair.jwk, auth: broken }).handler(() => undefined);
    expect((await handler(post(BODY, { ...headers, authorization: 'Bearer x' }))).status).toBe(503);
  });

  test('can be any of those for Amazon Shipping', () => {
    expectTypeOf<NdrAuth>().toExtend<BuyWithPrimeWebhookAuth>();
  });
});

describe('handler', () => {
  const handler = (
    handlers: BuyWithPrimeEventHandlers<WebhookContext> | ((event: BuyWithPrimeEvent) => unknown) = () => undefined,
    options?: BuyWithPrimeWebhookHandlerOptions,
  ) => verifier.handler(handlers, options);

  test('gives the event and answers 200', async () => {
    const onEvent = vi.fn();
    const response = await handler(onEvent)(signedPost(pair));
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(onEvent).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ kind: 'DELIVERY_COMPLETED', deliveryId: 'delivery-id' }), {
      signal: expect.any(AbortSignal),
    });
  });

  const large = JSON.stringify({ ...EVENT, data: 'x'.repeat(1_100_000) });
  test.each<[string, number, () => Request, Record<string, string>]>([
    ['no signature', 401, () => post(BODY, unsigned), { 'www-authenticate': 'Signature' }],
    ['a signature that is none', 401, () => post(BODY, headersOf('nonsense')), { 'www-authenticate': 'Signature' }],
    ['a forged event', 401, () => post(BODY.replace('order-id', 'order-of-another'), headers), { 'www-authenticate': 'Signature' }],
    ['a GET', 405, () => new Request('https://shop.example/', { headers }), { allow: 'POST' }],
    ['a form', 415, () => post(BODY, { ...headers, 'content-type': 'application/x-www-form-urlencoded' }), {}],
    ['a large body', 413, () => signedPost(pair, large), {}],
    ['signed nonsense', 503, () => signedPost(pair, 'nonsense'), { 'retry-after': '60' }],
    ['a signed object that is no event', 503, () => signedPost(pair, '{"challenge":1}'), { 'retry-after': '60' }],
    ['a known type that lacks its ids', 503, () => signedEvent({ resources: [] }), { 'retry-after': '60' }],
  ])('to %s it answers %i', async (_, status, request, expected) => {
    const onEvent = vi.fn();
    const onError = vi.fn();
    const response = await handler(onEvent, { onError })(request());
    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject(expected);
    expect(onEvent).not.toHaveBeenCalled();
    expect(onError).toHaveBeenCalledOnce();
    expect(await response.text()).not.toMatch(/order-of-another|challenge|nonsense/);
  });

  test('answers 503 where a parser has taken the bytes: the event comes again when that is put right', async () => {
    const errors: unknown[] = [];
    const request = signedPost(pair);
    markRewritten(request);
    expect((await handler(undefined, { onError: (error) => errors.push(error) })(request)).status).toBe(503);
    expect(errors[0]).toBeInstanceOf(ConfigurationError);
  });

  test('hands what it can not read to onInvalid, as JSON or as text', async () => {
    const raws: unknown[] = [];
    const onInvalid = (raw: unknown, error: ValidationError): void => void raws.push(raw, error.direction);
    for (const request of [signedEvent({ resources: [] }), signedPost(pair, 'nonsense')]) {
      expect((await handler(undefined, { onInvalid })(request)).status).toBe(200);
    }
    expect(raws).toEqual([{ ...EVENT, resources: [] }, 'event', 'nonsense', 'event']);
  });

  test('calls the function of the kind, under any of its names, with the context', async () => {
    const DELIVERY_COMPLETED = vi.fn();
    const REFUND_REQUESTED = vi.fn();
    expect((await handler({ DELIVERY_COMPLETED, REFUND_REQUESTED })(signedPost(pair))).status).toBe(200);
    expect(DELIVERY_COMPLETED).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ eventType: 'PACKAGE_DELIVERED' }), {
      signal: expect.any(AbortSignal),
    });
    expect(REFUND_REQUESTED).not.toHaveBeenCalled();
  });

  test('answers 503 where the function of the kind fails', async () => {
    const DELIVERY_COMPLETED = () => Promise.reject(new Error('shop is down'));
    expect((await handler({ DELIVERY_COMPLETED })(signedPost(pair))).status).toBe(503);
  });

  test('acknowledges what has no function', async () => {
    const REFUND_REQUESTED = vi.fn();
    for (const request of [signedPost(pair), signedEvent({ eventDescriptor: 'NEW' })]) {
      expect((await handler({ REFUND_REQUESTED })(request)).status).toBe(200);
    }
    expect(REFUND_REQUESTED).not.toHaveBeenCalled();
  });

  test('gives types that are new to one function for all, and to "unknown" or "otherwise" of several', async () => {
    const onEvent = vi.fn();
    for (const handlers of [onEvent, { unknown: onEvent }, { otherwise: onEvent }]) {
      expect((await handler(handlers)(signedEvent({ eventDescriptor: 'NEW' }))).status).toBe(200);
      expect(onEvent).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ kind: 'unknown', eventType: 'NEW' }), expect.anything());
      onEvent.mockClear();
    }
  });

  test.each([[undefined], [null], [{}], ['x'], [{ PACKAGE_DELIVERED: vi.fn() }]])('is not made with %j', async (handlers) => {
    expect(await waybillErrorOf(() => verifier.handler(handlers as never))).toBeInstanceOf(ConfigurationError);
  });

  test("handles an event once, by Amazon's key, though it is signed anew and written otherwise", async () => {
    const onEvent = vi.fn();
    const once = handler(onEvent, { idempotencyStore: new MemoryIdempotencyStore() });
    const [first, again] = [signedPost(pair), signedEvent({ eventId: 'another', subscriptionId: 'another' })];
    expect([(await once(first)).status, (await once(again)).status]).toEqual([200, 200]);
    expect(onEvent).toHaveBeenCalledTimes(1);
    expect((await once(signedEvent({ idempotencyKey: 'another' }))).status).toBe(200);
    expect(onEvent).toHaveBeenCalledTimes(2);
  });

  test('lets nobody take the key of an event by a forged one', async () => {
    const onEvent = vi.fn();
    const once = handler(onEvent, { idempotencyStore: new MemoryIdempotencyStore() });
    expect((await once(post(`${BODY} `, headers))).status).toBe(401);
    expect((await once(signedPost(pair))).status).toBe(200);
    expect(onEvent).toHaveBeenCalledTimes(1);
  });

  test('knows the types of the events', () => {
    verifier.handler((event, { signal }) => {
      expectTypeOf(event).toEqualTypeOf<BuyWithPrimeEvent>();
      if (event.kind === 'DELIVERY_COMPLETED') expectTypeOf(event).toEqualTypeOf<DeliveryEvent>();
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
    });
    verifier.handler({
      DELIVERY_COMPLETED: (event, { signal }) => {
        expectTypeOf(event.kind).toEqualTypeOf<'DELIVERY_COMPLETED'>();
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      },
    });
  });

  test('serves over HTTP, with every sample of a webhook', async () => {
    const kinds: string[] = [];
    const url = await serve(handler((event) => kinds.push(event.kind)));
    for (const name of ['package-delivered', 'buyability-changed', 'return-item-graded']) {
      // As it stands in the file, blanks and all.
      const body = fixtureText(`webhook-${name}.json`);
      const response = await fetch(url, { method: 'POST', headers: headersOf(signDer(pair, body), 'key-1'), body });
      expect(response.status).toBe(200);
    }
    expect(kinds).toEqual(['DELIVERY_COMPLETED', 'BUYABILITY_CHANGED', 'RETURN_ITEM_GRADED']);
    expect((await fetch(url, { method: 'POST', headers, body: `${BODY}\n` })).status).toBe(401);
  });
});
