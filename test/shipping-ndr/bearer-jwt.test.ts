import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  ApiError,
  AuthenticationError,
  type BearerJwtOptions,
  bearerJwt,
  ConfigurationError,
  ConnectionError,
  type NdrAuth,
  NdrWebhookVerifier,
  TimeoutError,
} from '../../src/shipping-ndr/webhook.ts';
import { answerTo, bearer, refusalOf } from './bearer.ts';
import { everythingShownOf, thrownBy, waybillErrorOf } from './errors.ts';
import { ecPair, edPair, rsaPair, token } from './jwt.ts';
import { listen } from './server.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const SECONDS = NOW.getTime() / 1000;
const ISSUER = 'https://login.example.com/';
const AUDIENCE = 'https://shop.example.com/ndr';
const claims = { iss: ISSUER, aud: AUDIENCE, exp: SECONDS + 600, iat: SECONDS, client_id: 'amazon-shipping', scope: 'ndr:write other' };

const rsa = rsaPair('rsa-1');
const stranger = rsaPair('rsa-1');
const ec = ecPair('ec-1');
const ed = edPair('ed-1');
const secret = randomBytes(64);

const required = { issuer: ISSUER, audience: AUDIENCE, clock: () => NOW };
const withKeys = (options: Partial<BearerJwtOptions> = {}): NdrAuth =>
  bearerJwt({ ...required, keys: rsa.jwk, ...options } as BearerJwtOptions);
const rs256 = (changes: Record<string, unknown> = {}, header: Record<string, unknown> = {}): string =>
  token({ alg: 'RS256', kid: 'rsa-1', typ: 'at+jwt', ...header }, { ...claims, ...changes }, rsa.privateKey);

describe('a token is let in', () => {
  test.each([
    ['RS256', rsa],
    ['RS512', rsa],
    ['PS256', rsa],
    ['PS384', rsa],
    ['ES256', ec],
    ['ES384', ecPair('ec-2', 'P-384')],
    ['EdDSA', ed],
    ['Ed25519', ed],
  ])('that is signed with %s', async (alg, { jwk, privateKey }) => {
    const auth = withKeys({ keys: [jwk] });
    expect(await refusalOf(auth, token({ alg, kid: jwk.kid }, claims, privateKey))).toBeUndefined();
    expect(await refusalOf(auth, token({ alg }, claims, privateKey))).toBeUndefined();
  });

  test.each(['HS256', 'HS384', 'HS512'] as const)('that is signed with a shared secret, where %s is named', async (alg) => {
    const auth = withKeys({ keys: secret, algorithms: [alg] });
    expect(await refusalOf(auth, token({ alg }, claims, secret))).toBeUndefined();
    expect(await refusalOf(auth, token({ alg }, claims, randomBytes(64)))).toMatchObject({ reason: 'mismatch' });
  });

  test('whose key is given as CryptoKey, as key set or by a function', async () => {
    const key = await crypto.subtle.importKey('jwk', rsa.jwk as JsonWebKey, { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, false, [
      'verify',
    ]);
    for (const keys of [key, [ec.jwk, key], { keys: [ec.jwk, rsa.jwk] }, () => rsa.jwk, async () => [rsa.jwk]]) {
      expect(await refusalOf(withKeys({ keys }), rs256())).toBeUndefined();
    }
  });

  test('whichever of several keys it is signed with', async () => {
    const auth = withKeys({ keys: [stranger.jwk, ec.jwk, ed.jwk, rsa.jwk] });
    expect(await refusalOf(auth, rs256())).toBeUndefined();
    expect(await refusalOf(auth, token({ alg: 'ES256' }, claims, ec.privateKey))).toBeUndefined();
    expect(await refusalOf(auth, token({ alg: 'EdDSA' }, claims, ed.privateKey))).toBeUndefined();
    expect(await refusalOf(auth, token({ alg: 'RS256' }, claims, rsaPair('new').privateKey))).toMatchObject({ reason: 'mismatch' });
  });

  test.each<[string, Partial<BearerJwtOptions>, Record<string, unknown>]>([
    ['an audience among several', { audience: ['https://other.example', AUDIENCE] }, { aud: ['x', AUDIENCE] }],
    ['its client', { clientId: 'amazon-shipping' }, {}],
    ['one of several clients', { clientId: ['old', 'amazon-shipping'] }, {}],
    ['its client in azp', { clientId: 'amazon-shipping' }, { client_id: undefined, azp: 'amazon-shipping' }],
    ['a scope', { scope: 'ndr:write' }, {}],
    ['scopes in an array', { scope: ['b', 'a'] }, { scope: ['a', 'b', 'c'] }],
    ['scopes in scp', { scope: ['b', 'a'] }, { scope: undefined, scp: ['a', 'b'] }],
    ['a type', { typ: 'at+jwt' }, {}],
    ['an end that is 29 seconds past', {}, { exp: SECONDS - 29 }],
    ['a beginning that is 29 seconds ahead', {}, { nbf: SECONDS + 29 }],
  ])('with %s', async (_, options, changes) => {
    expect(await refusalOf(withKeys(options), rs256(changes))).toBeUndefined();
  });

  test('and the keys that were given are left as they were', async () => {
    const jwk = { ...rsa.jwk };
    expect(await refusalOf(withKeys({ keys: jwk }), rs256())).toBeUndefined();
    expect(Object.isFrozen(jwk)).toBe(false);
  });
});

describe('a token is refused', () => {
  const publicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string;
  const [header, payload, signature] = rs256().split('.') as [string, string, string];
  const otherPayload = Buffer.from(JSON.stringify({ ...claims, client_id: 'mallory' })).toString('base64url');

  test.each<[string, string, AuthenticationError['reason']]>([
    ['that is not signed', token({ alg: 'none' }, claims, ''), 'mismatch'],
    ['that is not signed, spelt otherwise', token({ alg: 'nOnE' }, claims, ''), 'mismatch'],
    [
      'that claims to be unsigned, with a right signature',
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.${signature}`,
      'mismatch',
    ],
    ['without a signature', `${header}.${payload}.`, 'mismatch'],
    ['whose public key was taken for a secret', token({ alg: 'HS256' }, claims, publicPem), 'mismatch'],
    ['whose modulus was taken for a secret', token({ alg: 'HS256' }, claims, String(rsa.jwk['n'])), 'mismatch'],
    ['that a stranger signed', token({ alg: 'RS256', kid: 'rsa-1' }, claims, stranger.privateKey), 'mismatch'],
    ['that brings its own key', token({ alg: 'RS256', kid: 'rsa-1', jwk: stranger.jwk }, claims, stranger.privateKey), 'mismatch'],
    [
      'that says where its key is',
      token({ alg: 'RS256', kid: 'rsa-1', jku: 'http://127.0.0.1:1/' }, claims, stranger.privateKey),
      'mismatch',
    ],
    ['that was changed', `${header}.${otherPayload}.${signature}`, 'mismatch'],
    [
      'that is signed with another algorithm of the same key',
      token({ alg: 'RS256' }, claims, rsa.privateKey).replace(/^[^.]+/, Buffer.from('{"alg":"PS256"}').toString('base64url')),
      'mismatch',
    ],
    ['of another issuer', rs256({ iss: 'https://login.example.com' }), 'mismatch'],
    ['without an issuer', rs256({ iss: undefined }), 'mismatch'],
    ['for another audience', rs256({ aud: 'https://shop.example.com/' }), 'mismatch'],
    ['for no audience', rs256({ aud: [] }), 'mismatch'],
    ['that never ends', rs256({ exp: undefined }), 'mismatch'],
    ['whose end is a text', rs256({ exp: String(SECONDS + 600) }), 'mismatch'],
    ['that has ended', rs256({ exp: SECONDS - 31 }), 'expired'],
    ['that does not hold yet', rs256({ nbf: SECONDS + 31 }), 'mismatch'],
    ['with an extension that must be understood', rs256({}, { crit: ['x'], x: 1 }), 'mismatch'],
    ['with a payload that is not encoded', rs256({}, { crit: ['b64'], b64: false }), 'malformed'],
    ['of four parts', `${header}.${payload}.${signature}.x`, 'malformed'],
    ['of five parts', 'a.b.c.d.e', 'malformed'],
    ['that is none', 'opaque', 'malformed'],
    ['with a header that is no JSON', `bm8.${payload}.${signature}`, 'malformed'],
    ['with claims that are no object', token({ alg: 'RS256' }, '[]', rsa.privateKey), 'malformed'],
    ['nested in another', token({ alg: 'RS256', cty: 'JWT' }, rs256(), rsa.privateKey), 'malformed'],
    ['with a signature that is no base64', `${header}.${payload}.!!!`, 'malformed'],
    ['that is too large', rs256({ padding: 'x'.repeat(16_384) }), 'malformed'],
  ])('%s', async (_, jwt, reason) => {
    const refusal = await refusalOf(withKeys(), jwt);
    expect(refusal).toMatchObject({ code: 'AUTHENTICATION', reason, surface: 'shipping-ndr' });
    expect(everythingShownOf(refusal)).not.toMatch(/mallory|amazon-shipping|eyJ/);
  });

  test.each<[string, Partial<BearerJwtOptions>, Record<string, unknown>]>([
    ['of another client', { clientId: ['amazon', 'shipping'] }, {}],
    ['of no client', { clientId: 'amazon-shipping' }, { client_id: undefined }],
    ['of a client that is no text', { clientId: 'amazon-shipping' }, { client_id: ['amazon-shipping'] }],
    ['without a client where azp names one for others', { clientId: 'amazon-shipping' }, { client_id: 'x', azp: 'amazon-shipping' }],
    ['that lacks a scope', { scope: ['ndr:write', 'ndr:admin'] }, {}],
    ['with part of a scope', { scope: 'ndr' }, {}],
    ['without scopes', { scope: 'ndr:write' }, { scope: undefined }],
    ['whose scopes are an object', { scope: 'ndr:write' }, { scope: { 'ndr:write': true } }],
    ['of another type', { typ: 'JWT' }, {}],
    ['with an algorithm that is not accepted', { algorithms: ['PS256', 'ES256'] }, {}],
  ])('%s', async (_, options, changes) => {
    expect(await refusalOf(withKeys(options), rs256(changes))).toMatchObject({ reason: 'mismatch' });
  });

  test('by name of the claim that is wrong', async () => {
    expect((await refusalOf(withKeys(), rs256({ iss: 'x' })))?.message).toBe('"iss" of the token is not as expected');
    expect((await refusalOf(withKeys(), rs256({ exp: undefined })))?.message).toBe('"exp" of the token is missing');
  });

  test('that is signed with a key too small', async () => {
    const small = rsaPair('small', 1024);
    const refusal = await refusalOf(withKeys({ keys: small.jwk }), token({ alg: 'RS256' }, claims, small.privateKey));
    expect(refusal).toMatchObject({ reason: 'mismatch' });
  });
});

describe('bearerJwt is not made', () => {
  const privateJwk = rsa.privateKey.export({ format: 'jwk' });

  test.each<[string, unknown]>([
    ['without options', undefined],
    ['without an issuer', { audience: AUDIENCE, keys: rsa.jwk }],
    ['without an audience', { issuer: ISSUER, keys: rsa.jwk }],
    ['with no audience', { ...required, audience: [], keys: rsa.jwk }],
    ['without keys', required],
    ['with keys from two places', { ...required, keys: rsa.jwk, jwks: 'https://login.example.com/jwks' }],
    ['with no keys', { ...required, keys: [] }],
    ['with an empty key set', { ...required, keys: { keys: [] } }],
    ['with a PEM', { ...required, keys: rsa.publicKey.export({ type: 'spki', format: 'pem' }) }],
    ['with a private key', { ...required, keys: privateJwk }],
    ['with a secret key', { ...required, keys: { kty: 'oct', k: 'c2VjcmV0' } }],
    ['with a secret and no algorithm', { ...required, keys: secret }],
    ['with a short secret', { ...required, keys: randomBytes(31), algorithms: ['HS256'] }],
    ['with a secret too short for the longest algorithm', { ...required, keys: randomBytes(32), algorithms: ['HS256', 'HS512'] }],
    ['with a public key for a secret', { ...required, keys: rsa.jwk, algorithms: ['HS256'] }],
    ['with algorithms of both kinds', { ...required, keys: [rsa.jwk, secret], algorithms: ['HS256', 'RS256'] }],
    ['with none', { ...required, keys: rsa.jwk, algorithms: ['none'] }],
    ['with no algorithm', { ...required, keys: rsa.jwk, algorithms: [] }],
    ['with an algorithm of Object.prototype', { ...required, keys: rsa.jwk, algorithms: ['constructor'] }],
    ['with a secret algorithm and a published key set', { ...required, jwks: 'https://login.example.com/jwks', algorithms: ['HS256'] }],
    ['with a key set that has no URL', { ...required, jwks: '/jwks' }],
    ['with a key set that is no URL', { ...required, jwks: Object.create(null) }],
    ['with a key set that is null', { ...required, jwks: null }],
    ['with a key set on a disk', { ...required, jwks: 'file:///etc/jwks' }],
    ['with a password in the URL', { ...required, jwks: 'https://user:password@login.example.com/jwks' }],
    ['with a time limit that is none', { ...required, jwks: 'https://login.example.com/jwks', timeout: 0 }],
    ['with a tolerance of a day', { ...required, keys: rsa.jwk, clockTolerance: 86_400 }],
    ['with a tolerance that is none', { ...required, keys: rsa.jwk, clockTolerance: Number.NaN }],
    ['with a clock that does not tick', { ...required, keys: rsa.jwk, clock: NOW }],
    ['with a scope that is none', { ...required, keys: rsa.jwk, scope: [] }],
    ['with several types', { ...required, keys: rsa.jwk, typ: ['at+jwt'] }],
    ['with a type that is blank', { ...required, keys: rsa.jwk, typ: ' ' }],
    ['with audiences of which one is none', { ...required, keys: rsa.jwk, audience: [AUDIENCE, ['x']] }],
    ['with a client that is none', { ...required, keys: rsa.jwk, clientId: '' }],
  ])('%s', async (_, options) => {
    const error = await waybillErrorOf(() => bearerJwt(options as BearerJwtOptions));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(everythingShownOf(error)).not.toContain(String(privateJwk.d));
  });

  test.each([[secret], [[]], [privateJwk], ['PEM'], [undefined]])(
    'and a function that supplies %# says nothing of the token',
    async (supplied) => {
      const auth = withKeys({ keys: (() => supplied) as never });
      expect(await waybillErrorOf(() => auth.check(bearer(rs256())))).toBeInstanceOf(ConfigurationError);
    },
  );

  test('and a key that is damaged says nothing of the token', async () => {
    const auth = withKeys({ keys: { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' } });
    const error = await waybillErrorOf(() => auth.check(bearer(token({ alg: 'ES256' }, claims, ec.privateKey))));
    expect(error).toMatchObject({ code: 'CONFIGURATION', message: 'a key in "keys" can\'t be imported' });
  });
});

test.each([() => new Date(Number.NaN), () => 0, () => undefined])('a clock that tells no time lets nobody in: %#', async (clock) => {
  const auth = withKeys({ clock: clock as never });
  expect(await waybillErrorOf(() => auth.check(bearer(rs256({ exp: 1 }))))).toBeInstanceOf(ConfigurationError);
});

describe('a key set at a URL', () => {
  /** Serves keys that the test can change, and counts how often they are asked for. */
  async function serveKeys(keys: readonly unknown[]) {
    const state = { keys, asked: 0, answer: undefined as RequestListener | undefined };
    const url = await listen((incoming, outgoing) => {
      state.asked += 1;
      if (state.answer) state.answer(incoming, outgoing);
      else outgoing.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: state.keys }));
    });
    return Object.assign(state, { jwks: `${url}/jwks?policy=b2c` });
  }
  const withSet = (jwks: string, options: Partial<BearerJwtOptions> = {}): NdrAuth =>
    bearerJwt({ ...required, jwks, ...options } as BearerJwtOptions);

  test.each(['WebSocketPair', 'EdgeRuntime'])('is fetched by each request for itself where %s says that they are apart', async (name) => {
    vi.stubGlobal(name, 'here');
    onTestFinished(() => void vi.unstubAllGlobals());
    const server = await serveKeys([rsa.jwk]);
    const auth = withSet(server.jwks);
    expect(await Promise.all([refusalOf(auth, rs256()), refusalOf(auth, rs256())])).toEqual([undefined, undefined]);
    expect(server.asked).toBe(2);
  });

  test('is fetched once for many tokens', async () => {
    const server = await serveKeys([ec.jwk, rsa.jwk]);
    const auth = bearerJwt({ ...required, jwks: new URL(server.jwks) });
    expect(server.asked).toBe(0);
    expect(await Promise.all(Array.from({ length: 20 }, () => refusalOf(auth, rs256())))).toEqual(new Array(20).fill(undefined));
    expect(server.asked).toBe(1);
  });

  test('finds the key of a token that does not name it among several, while keys are rotated', async () => {
    const server = await serveKeys([stranger.jwk, rsa.jwk, { ...stranger.jwk, kid: 'x' }]);
    const auth = withSet(server.jwks);
    const unnamed = token({ alg: 'RS256' }, claims, rsa.privateKey);
    expect(await refusalOf(auth, unnamed)).toBeUndefined();
    expect(await refusalOf(auth, token({ alg: 'RS256' }, claims, rsaPair('y').privateKey))).toMatchObject({ reason: 'mismatch' });
    expect(await refusalOf(auth, token({ alg: 'RS256' }, { ...claims, exp: 1 }, rsa.privateKey))).toMatchObject({ reason: 'expired' });
  });

  test('is not asked again and again for keys that it does not have', async () => {
    const server = await serveKeys([rsa.jwk]);
    const auth = withSet(server.jwks);
    for (const kid of ['other', '../../etc/passwd', "' OR 1=1 --", '__proto__', 7]) {
      expect(await refusalOf(auth, token({ alg: 'RS256', kid }, claims, stranger.privateKey))).toMatchObject({ reason: 'mismatch' });
    }
    expect(server.asked).toBe(1);
  });

  test('is asked once for many tokens at a time whose keys it does not have, and not again for half a minute', async () => {
    const server = await serveKeys([rsa.jwk]);
    const auth = withSet(server.jwks);
    const strangers = (): Promise<unknown> =>
      Promise.all(
        Array.from({ length: 50 }, async (_, kid) => {
          const refusal = await refusalOf(auth, token({ alg: 'RS256', kid: `${kid}` }, claims, stranger.privateKey));
          expect(refusal).toMatchObject({ reason: 'mismatch' });
        }),
      );
    expect(await refusalOf(auth, rs256())).toBeUndefined();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 30_001 });
    onTestFinished(() => void vi.useRealTimers());
    await strangers();
    expect(server.asked).toBe(2);
    vi.setSystemTime(Date.now() + 29_000);
    await strangers();
    expect(server.asked).toBe(2);
  });

  /** Puts forward the clock that the age of a key set is told by. */
  const pass = (milliseconds: number): void => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds });
    onTestFinished(() => void vi.useRealTimers());
  };
  const fresh = rsaPair('rsa-2');
  const byFresh = token({ alg: 'RS256', kid: 'rsa-2' }, claims, fresh.privateKey);

  test('is followed through a rotation: the old key, both, the new one', async () => {
    const server = await serveKeys([rsa.jwk]);
    const auth = withSet(server.jwks);
    expect(await refusalOf(auth, rs256())).toBeUndefined();
    pass(30_001);
    server.keys = [fresh.jwk, rsa.jwk];
    expect([await refusalOf(auth, byFresh), await refusalOf(auth, rs256())]).toEqual([undefined, undefined]);
    server.keys = [fresh.jwk];
    expect(await refusalOf(auth, rs256())).toBeUndefined();
    expect(server.asked).toBe(2);
    pass(600_001);
    expect(await refusalOf(auth, byFresh)).toBeUndefined();
    expect(await refusalOf(auth, rs256())).toMatchObject({ reason: 'mismatch' });
    expect(server.asked).toBe(3);
  });

  test.each<[string, RequestListener, new (...args: never[]) => Error]>([
    ['is down', (_, outgoing) => outgoing.writeHead(503).end(), ApiError],
    ['is slow', (_, outgoing) => void setTimeout(() => outgoing.end(JSON.stringify({ keys: [fresh.jwk] })), 5_000).unref(), TimeoutError],
    ['answers garbage', (_, outgoing) => outgoing.end(Buffer.from([0xff, 0, 0x7b])), ConnectionError],
  ])('that %s later goes on to serve for the keys it gave for a day, and says nothing of others', async (_, answer, kind) => {
    const server = await serveKeys([rsa.jwk]);
    const auth = withSet(server.jwks, { timeout: 600 });
    expect(await refusalOf(auth, rs256())).toBeUndefined();
    server.answer = answer;
    for (const milliseconds of [30_001, 86_400_000]) {
      pass(milliseconds);
      expect(await waybillErrorOf(() => auth.check(bearer(byFresh)))).toBeInstanceOf(kind);
      expect(await refusalOf(auth, rs256())).toBeUndefined();
    }
    pass(600_000);
    expect(await waybillErrorOf(() => auth.check(bearer(rs256())))).toBeInstanceOf(kind);
    server.answer = undefined;
    server.keys = [fresh.jwk];
    pass(1_000);
    expect(await refusalOf(auth, byFresh)).toBeUndefined();
  });

  test('that is out of reach is asked once for all who wait', async () => {
    const server = await serveKeys([rsa.jwk]);
    const auth = withSet(server.jwks);
    server.answer = (_, outgoing) => outgoing.writeHead(500).end();
    const errors = await Promise.all(Array.from({ length: 50 }, () => waybillErrorOf(() => auth.check(bearer(rs256())))));
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['API']));
    expect(server.asked).toBe(1);
  });

  test('is waited for a fraction of a millisecond, if one likes', async () => {
    const server = await serveKeys([rsa.jwk]);
    server.answer = () => undefined;
    const auth = withSet(server.jwks, { timeout: 0.5 });
    expect(await waybillErrorOf(() => auth.check(bearer(rs256())))).toBeInstanceOf(TimeoutError);
  });

  test.each<[string, RequestListener, new (...args: never[]) => Error]>([
    ['answers 500', (_, outgoing) => outgoing.writeHead(500).end('{"keys":[]}'), ApiError],
    ['answers 404', (_, outgoing) => outgoing.writeHead(404).end(), ApiError],
    ['redirects', (_, outgoing) => outgoing.writeHead(302, { location: '/elsewhere' }).end(), ApiError],
    ['answers HTML', (_, outgoing) => outgoing.end('<html>'), ConnectionError],
    ['answers something else', (_, outgoing) => outgoing.end('{"keys":"none"}'), ConnectionError],
    ['hangs up', (incoming) => incoming.socket.destroy(), ConnectionError],
    ['is silent', () => undefined, TimeoutError],
    ['stops halfway', (_, outgoing) => void outgoing.writeHead(200, { 'content-length': 99 }).write('{"keys":['), TimeoutError],
  ])('that %s makes a token neither right nor wrong, and is asked again a second later', async (_, answer, kind) => {
    const server = await serveKeys([rsa.jwk]);
    const auth = withSet(server.jwks, { timeout: 1_000 });
    server.answer = answer;
    const error = await waybillErrorOf(() => auth.check(bearer(rs256())));
    expect(error).toBeInstanceOf(kind);
    expect(error).not.toBeInstanceOf(AuthenticationError);
    expect(everythingShownOf(error)).not.toMatch(/eyJ|policy=b2c/);

    const response = await answerTo(auth, rs256());
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '60']);
    server.answer = undefined;
    pass(1_000);
    expect((await answerTo(auth, rs256())).status).toBe(200);
  });

  test('that publishes a private key can be trusted in nothing', async () => {
    const server = await serveKeys([{ ...rsa.privateKey.export({ format: 'jwk' }), kid: 'rsa-1' }]);
    const error = await waybillErrorOf(() => withSet(server.jwks).check(bearer(rs256())));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.message).toContain('no JSON Web Key Set of public keys');
  });

  test('whose keys are all damaged lets nobody in', async () => {
    const damaged = { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' };
    const { jwks } = await serveKeys([damaged, damaged]);
    expect(await refusalOf(withSet(jwks), token({ alg: 'ES256' }, claims, ec.privateKey))).toMatchObject({ reason: 'mismatch' });
  });

  test('that is out of reach is not asked for a token that can be no good', async () => {
    const server = await serveKeys([]);
    const auth = withSet(server.jwks);
    for (const jwt of ['opaque', token({ alg: 'none' }, claims, ''), token({ alg: 'HS256' }, claims, secret)]) {
      expect(await refusalOf(auth, jwt)).toBeInstanceOf(AuthenticationError);
    }
    expect(server.asked).toBe(0);
  });

  test("can be fetched by a function of yours, whose failure is not the token's", async () => {
    const calls: string[] = [];
    const fetch = async (url: string, init: RequestInit): Promise<Response> => {
      calls.push(`${init.method} ${url} ${init.redirect}`);
      return Response.json({ keys: [rsa.jwk] });
    };
    expect(await refusalOf(withSet('https://login.example.com/jwks', { fetch }), rs256())).toBeUndefined();
    expect(calls).toEqual(['GET https://login.example.com/jwks manual']);
    const failing = withSet('https://login.example.com/jwks', { fetch: () => Promise.reject('no error at all') });
    expect(await thrownBy(() => failing.check(bearer(rs256())))).toBeInstanceOf(ConnectionError);
  });
});

test('no key shows', () => {
  const auth = bearerJwt({ ...required, keys: secret, algorithms: ['HS256'] });
  expect(everythingShownOf([auth, new NdrWebhookVerifier({ auth })])).not.toMatch(/Uint8Array|Buffer/);
});
