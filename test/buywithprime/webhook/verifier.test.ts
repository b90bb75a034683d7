import { runInNewContext } from 'node:vm';
import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import type { BuyWithPrimeWebhookAuth } from '../../../src/buywithprime/webhook/options.ts';
import { BuyWithPrimeWebhookVerifier } from '../../../src/buywithprime/webhook/verifier.ts';
import { AuthenticationError, ConfigurationError, ValidationError } from '../../../src/core/errors.ts';
import { attachParsed } from '../../../src/core/receive/request.ts';
import { basicAuth, bearerToken, type NdrAuth } from '../../../src/shipping-ndr/webhook.ts';
import { fixture } from '../../support/buywithprime/fixtures.ts';
import { BODY, headersOf, makePair, post, signDer, signedPost } from '../../support/buywithprime/signing.ts';
import { everythingShownOf, thrownBy, waybillErrorOf } from '../../support/errors.ts';

const pair = makePair('key-1');
const verifier = new BuyWithPrimeWebhookVerifier({ keys: pair.jwk });
const headers = headersOf(signDer(pair, BODY), 'key-1');
const unsigned = { 'content-type': 'application/json' };
const EVENT = fixture('webhook-package-delivered.json');
const signedEvent = (changes: Record<string, unknown>): Request => signedPost(pair, JSON.stringify({ ...EVENT, ...changes }));

test('a mechanism of your own that returns false lets nobody in', async () => {
  const auth = { check: async () => false, challenge: () => 'X' } as unknown as BuyWithPrimeWebhookAuth;
  const guarded = new BuyWithPrimeWebhookVerifier({ keys: pair.jwk, auth });
  await expect(guarded.verify(signedEvent({}))).rejects.toMatchObject({ code: 'CONFIGURATION', option: 'auth' });
});

describe('BuyWithPrimeWebhookVerifier', () => {
  const auth = basicAuth({ users: { username: 'amazon', password: 'secret' } });

  test.each<[string, unknown]>([
    ['null', null],
    ['a string', 'options'],
    ['a key set in a file', { jwks: 'file:///etc/jwks' }],
    ['a key set that has no URL', { jwks: '/jwks.json' }],
    ['a key set that is an object', { jwks: {} }],
    ['a key set that is a symbol', { jwks: Symbol('jwks') }],
    ['a password in the URL of the key set', { jwks: 'https://user:password@keys.example/' }],
    ['keys from two places', { jwks: 'https://keys.example/', keys: pair.jwk }],
    ['a fetch that is not a function', { fetch: 'fetch' }],
    ['a timeout of 0', { timeout: 0 }],
    ['a maximum age that is not a number', { cacheMaxAge: Number.NaN }],
    ['a cooldown that is negative', { cooldown: -1 }],
    ['a string for a duration', { staleIfError: '86400000' }],
    ['a check that is a function', { auth: () => true }],
    ['a check that has no challenge', { auth: { check: async () => undefined } }],
    ['a check that is null', { auth: null }],
    ['an unknown mode of the signature', { signature: 'never' }],
    ['no credential that must be right', { signature: 'optional' }],
    ['a header without a name', { scheme: { signatureHeader: '' } }],
    ['a header with a space', { scheme: { keyIdHeader: 'x kid' } }],
    ['an algorithm without a key', { scheme: { algorithm: 'none' } }],
    ['an algorithm with a shared secret', { scheme: { algorithm: 'HS384' } }],
    ['an algorithm of Object.prototype', { scheme: { algorithm: 'constructor' } }],
    ['an algorithm that is an object', { scheme: { algorithm: Object.create(null) } }],
    ['bytes in place of a function', { scheme: { signedBytes: new Uint8Array(1) } }],
    ['a scheme that is not an object', { scheme: 'ES384' }],
    ['a part of the scheme outside of it', { signatureHeader: 'x-signature' }],
    ['a misspelt part of the scheme', { scheme: { signatureheader: 'x-signature' } }],
    ['the name that jose has for the key set', { jwksUri: 'https://keys.example/' }],
    ['a misspelt option', { cacheMaxage: 1 }],
    ['http: for a host beyond this machine', { jwks: 'http://keys.example/' }],
  ])('refuses %s at once', async (_, options) => {
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
    ['parts with a string', { headers, body: BODY }],
    ['parts with a Buffer', { headers, body: bytes }],
    ['parts with a part of an ArrayBuffer', { headers, body: Uint8Array.from(Buffer.from(`xx${BODY}x`)).subarray(2, -1) }],
    ['parts with an ArrayBuffer', { headers, body: Uint8Array.from(bytes).buffer }],
    ['parts with a DataView', { headers, body: new DataView(Uint8Array.from(bytes).buffer) }],
    ['parts with bytes of another realm', { headers, body: runInNewContext('Uint8Array.from(bytes)', { bytes: [...bytes] }) }],
    ['parts with Headers', { headers: new Headers(headers), body: BODY }],
    ['parts with the headers of Node', { headers: { ...headers, 'set-cookie': ['a', 'b'] }, url: '/bwp', body: bytes }],
    [
      'parts with headers in another case',
      { headers: { 'X-AMZN-Signature': headers['x-amzn-signature'], 'X-Amzn-Kid': 'key-1' }, body: BODY },
    ],
  ])('accepts %s', async (_, request) => {
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
    ['the {} that express.raw() leaves for an empty body', {}],
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
  ])('refuses %s as a body, and says why', async (_, body) => {
    const error = await waybillErrorOf(() => verifier.verify({ headers, body }));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.message).toContain('the body was parsed before the webhook saw it');
    expect(error.hint).toContain('express.raw(');
  });

  test('checks for a signature before it reads the body', async () => {
    const request = post(BODY, unsigned);
    expect(await waybillErrorOf(() => verifier.verify(request))).toMatchObject({ code: 'AUTHENTICATION', reason: 'missing' });
    expect(request.bodyUsed).toBe(false);
    expect(await waybillErrorOf(() => verifier.verify({ headers: {}, body: EVENT }))).toBeInstanceOf(AuthenticationError);
  });

  test('says that a parser has read the body of a Request', async () => {
    const request = signedPost(pair);
    attachParsed(request, EVENT);
    expect(await waybillErrorOf(() => verifier.verify(request))).toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringContaining('express.json()'),
    });
    const read = signedPost(pair);
    await read.text();
    expect(await waybillErrorOf(() => verifier.verify(read))).toBeInstanceOf(ConfigurationError);
  });

  test('reads the bytes that it verified, also if the buffer is overwritten meanwhile', async () => {
    const body = Buffer.from(BODY);
    const keys = async () => {
      body.fill(0);
      return pair.jwk;
    };
    expect((await new BuyWithPrimeWebhookVerifier({ keys }).verify({ headers, body })).eventType).toBe('PACKAGE_DELIVERED');
  });

  test.each([
    ['what is not JSON', 'nonsense'],
    ['an empty body', ''],
    ['what is not an event', '{}'],
    ['bytes that are not UTF-8', Buffer.from([0xff, 0xfe, 0])],
    ['an event of a known type that lacks its path', JSON.stringify({ ...EVENT, resources: [] })],
    ['a prototype', '{"__proto__":{"eventDescriptor":"PACKAGE_DELIVERED"}}'],
    ['an array of two', `[${BODY},${BODY}]`],
  ])('throws a ValidationError for %s, if it is signed', async (_, body) => {
    const error = await waybillErrorOf(() => verifier.verify({ headers: headersOf(signDer(pair, body)), body }));
    expect(error).toBeInstanceOf(ValidationError);
  });

  test('says that a list of events is for handler()', async () => {
    const body = `[${BODY},${BODY}]`;
    expect(await waybillErrorOf(() => verifier.verify(signedPost(pair, body)))).toMatchObject({
      code: 'VALIDATION',
      surface: 'buywithprime',
      direction: 'event',
      issues: [{ message: 'expected one event, got a list' }],
      hint: 'handler() accepts several.',
    });
  });

  test.each<[string, Record<string, string | readonly string[]>, string, string]>([
    ['missing', unsigned, 'missing', 'the header "x-amzn-signature" is missing'],
    ['not base64', headersOf('nonsense!'), 'malformed', 'the header "x-amzn-signature" is not a signature for ES384'],
    ['there twice', { 'x-amzn-signature': ['a', 'b'] }, 'malformed', 'the header "x-amzn-signature" was sent more than once'],
    [
      'of other bytes',
      headersOf(signDer(pair, 'other')),
      'mismatch',
      'the signature does not verify: another key, or other bytes than were signed',
    ],
  ])('says what is wrong with a signature that is %s', async (_, sent, reason, message) => {
    const error = await waybillErrorOf(() => verifier.verify({ headers: sent, body: BODY }));
    expect(error).toMatchObject({ code: 'AUTHENTICATION', surface: 'buywithprime', reason, message });
  });

  test('accepts a type that is new', async () => {
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
    const wrong = headersOf(signDer(makePair('other'), BODY), 'key-of-an-attacker');
    for (const request of [
      { headers: wrong, body: BODY },
      { headers: { ...headers, 'x-amzn-signature': `${headers['x-amzn-signature']}!` }, body: BODY },
      { headers, body: EVENT },
      { headers: headersOf(signDer(pair, 'no event: secret-k4711')), body: 'no event: secret-k4711' },
    ]) {
      const shown = everythingShownOf(await waybillErrorOf(() => verifier.verify(request)));
      for (const secret of [
        'secret-k4711',
        'key-of-an-attacker',
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

describe('each inferred part of the scheme can be replaced', () => {
  test('the names of the headers', async () => {
    const own = new BuyWithPrimeWebhookVerifier({
      keys: pair.jwk,
      scheme: { signatureHeader: 'X-Signature', keyIdHeader: 'X-Key' },
    });
    expect(await thrownBy(() => own.verify(signedPost(pair)))).toBeInstanceOf(AuthenticationError);
    expect((await own.verify({ headers: { 'x-signature': headers['x-amzn-signature'] as string }, body: BODY })).kind).toBe(
      'DELIVERY_COMPLETED',
    );
  });

  test('the bytes that are signed', async () => {
    const signedBytes = vi.fn(async (body: Uint8Array, { headers: sent }: { readonly headers: unknown }) =>
      Buffer.concat([Buffer.from(`${(sent as Headers).get('x-amzn-time')}.`), body]),
    );
    const own = new BuyWithPrimeWebhookVerifier({ keys: pair.jwk, scheme: { signedBytes } });
    const request = (time: string): Request => post(BODY, { ...headersOf(signDer(pair, `1.${BODY}`)), 'x-amzn-time': time });
    expect((await own.verify(request('1'))).kind).toBe('DELIVERY_COMPLETED');
    expect(await waybillErrorOf(() => own.verify(request('2')))).toMatchObject({ reason: 'mismatch' });
    const nonsense = new BuyWithPrimeWebhookVerifier({ keys: pair.jwk, scheme: { signedBytes: () => 'text' as never } });
    expect(await waybillErrorOf(() => nonsense.verify(request('1')))).toBeInstanceOf(ConfigurationError);
  });
});

describe('a check in addition to the signature', () => {
  const users = { username: 'amazon', password: 'p:ä' };
  const authorization = `Basic ${Buffer.from(`${users.username}:${users.password}`).toString('base64')}`;
  const auth: BuyWithPrimeWebhookAuth = basicAuth({ users });

  test('must accept the request too', async () => {
    const both = new BuyWithPrimeWebhookVerifier({ keys: pair.jwk, auth });
    expect((await both.verify(post(BODY, { ...headers, authorization }))).kind).toBe('DELIVERY_COMPLETED');
    for (const request of [post(BODY, headers), post(BODY, { ...headers, authorization: 'Basic eA==' }), post(BODY, { authorization })]) {
      expect(await waybillErrorOf(() => both.verify(request))).toBeInstanceOf(AuthenticationError);
    }
  });

  test('is enough if the signature is optional, but a signature that is present must be right', async () => {
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

  test('adds its challenge, and runs before the body is read', async () => {
    const handler = new BuyWithPrimeWebhookVerifier({ keys: pair.jwk, auth }).handler(() => undefined);
    const request = post(BODY, headers);
    const response = await handler(request);
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([
      401,
      'Signature, Basic realm="Amazon Shipping", charset="UTF-8"',
    ]);
    expect(request.bodyUsed).toBe(false);
  });

  test('gets a response 503 if it could not be done', async () => {
    const broken = bearerToken(() => Promise.reject(new Error('the database is down')));
    const handler = new BuyWithPrimeWebhookVerifier({ keys: pair.jwk, auth: broken }).handler(() => undefined);
    expect((await handler(post(BODY, { ...headers, authorization: 'Bearer x' }))).status).toBe(503);
  });

  test('can be any mechanism of Amazon Shipping', () => {
    expectTypeOf<NdrAuth>().toExtend<BuyWithPrimeWebhookAuth>();
  });
});

test.each(['jwksUrl', 'publicKeys', 'audience'])('the option %s, which would check nothing, is refused', (name) => {
  expect(() => new BuyWithPrimeWebhookVerifier({ [name]: 'x' })).toThrow(expect.objectContaining({ code: 'CONFIGURATION', option: name }));
});
