import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  ApiError,
  AuthenticationError,
  type BearerJwtOptions,
  bearerJwt,
  ConnectionError,
  type NdrAuth,
  TimeoutError,
} from '../../../../src/shipping-ndr/webhook.ts';
import { monotonicClock } from '../../../support/clock.ts';
import { everythingShownOf, thrownBy, waybillErrorOf } from '../../../support/errors.ts';
import { rsaPair, token } from '../../../support/jwt.ts';
import { theirs } from '../../../support/rsa.ts';
import { listen } from '../../../support/server.ts';
import { bearer, refusalOf, responseTo } from '../../../support/shipping-ndr/auth.ts';
import { claims, ec, forged, required, rs256, rsa } from '../../../support/shipping-ndr/jwt.ts';

const secret = randomBytes(64);

describe('a key set at a URL', () => {
  /** Serves keys that the test can change, and counts how often they are fetched. */
  async function serveKeys(keys: readonly unknown[]) {
    const state = { keys, fetched: 0, respond: undefined as RequestListener | undefined };
    const url = await listen((incoming, outgoing) => {
      state.fetched += 1;
      if (state.respond) state.respond(incoming, outgoing);
      else outgoing.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: state.keys }));
    });
    return Object.assign(state, { jwks: `${url}/jwks?policy=b2c` });
  }
  const withSet = (jwks: string, options: Partial<BearerJwtOptions> = {}): NdrAuth =>
    bearerJwt({ ...required, jwks, ...options } as BearerJwtOptions);

  test.each(['WebSocketPair', 'EdgeRuntime'])('is fetched by each request for itself if %s says that they are separate', async (name) => {
    vi.stubGlobal(name, 'here');
    onTestFinished(() => void vi.unstubAllGlobals());
    const server = await serveKeys([rsa.jwk]);
    const auth = withSet(server.jwks);
    expect(await Promise.all([refusalOf(auth, rs256()), refusalOf(auth, rs256())])).toEqual([undefined, undefined]);
    expect(server.fetched).toBe(2);
  });

  test('is fetched once for many tokens', async () => {
    const server = await serveKeys([ec.jwk, rsa.jwk]);
    const auth = bearerJwt({ ...required, jwks: new URL(server.jwks) });
    expect(server.fetched).toBe(0);
    expect(await Promise.all(Array.from({ length: 20 }, () => refusalOf(auth, rs256())))).toEqual(new Array(20).fill(undefined));
    expect(server.fetched).toBe(1);
  });

  test('finds the key of a token that does not name it among several, while keys are rotated', async () => {
    const unknown = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const server = await serveKeys([forged.jwk, rsa.jwk, { ...forged.jwk, kid: 'x' }]);
    const auth = withSet(server.jwks);
    const unnamed = token({ alg: 'RS256' }, claims, rsa.privateKey);
    expect(await refusalOf(auth, unnamed)).toBeUndefined();
    expect(await refusalOf(auth, token({ alg: 'RS256' }, claims, unknown.privateKey))).toMatchObject({ reason: 'mismatch' });
    expect(await refusalOf(auth, token({ alg: 'RS256' }, { ...claims, exp: 1 }, rsa.privateKey))).toMatchObject({ reason: 'expired' });
  });

  test('is not fetched for each key that it does not have', async () => {
    const server = await serveKeys([rsa.jwk]);
    const auth = withSet(server.jwks);
    for (const kid of ['other', '../../etc/passwd', "' OR 1=1 --", '__proto__', 7]) {
      expect(await refusalOf(auth, token({ alg: 'RS256', kid }, claims, forged.privateKey))).toMatchObject({ reason: 'mismatch' });
    }
    expect(server.fetched).toBe(1);
  });

  test('is fetched once for many concurrent tokens with keys that it does not have, and not again for half a minute', async () => {
    const pass = monotonicClock();
    const server = await serveKeys([rsa.jwk]);
    const auth = withSet(server.jwks);
    const presentMany = (): Promise<unknown> =>
      Promise.all(
        Array.from({ length: 50 }, async (_, kid) => {
          const refusal = await refusalOf(auth, token({ alg: 'RS256', kid: `${kid}` }, claims, forged.privateKey));
          expect(refusal).toMatchObject({ reason: 'mismatch' });
        }),
      );
    expect(await refusalOf(auth, rs256())).toBeUndefined();
    pass(30_001);
    await presentMany();
    expect(server.fetched).toBe(2);
    pass(29_000);
    await presentMany();
    expect(server.fetched).toBe(2);
  });

  const fresh = rsaPair('rsa-2', theirs);
  const byFresh = token({ alg: 'RS256', kid: 'rsa-2' }, claims, fresh.privateKey);

  test('follows a rotation: the old key, both, the new one', async () => {
    const pass = monotonicClock();
    const server = await serveKeys([rsa.jwk]);
    const auth = withSet(server.jwks);
    expect(await refusalOf(auth, rs256())).toBeUndefined();
    pass(30_001);
    server.keys = [fresh.jwk, rsa.jwk];
    expect([await refusalOf(auth, byFresh), await refusalOf(auth, rs256())]).toEqual([undefined, undefined]);
    server.keys = [fresh.jwk];
    expect(await refusalOf(auth, rs256())).toBeUndefined();
    expect(server.fetched).toBe(2);
    pass(600_001);
    expect(await refusalOf(auth, byFresh)).toBeUndefined();
    expect(await refusalOf(auth, rs256())).toMatchObject({ reason: 'mismatch' });
    expect(server.fetched).toBe(3);
  });

  test.each<[string, RequestListener, new (...args: never[]) => Error]>([
    ['is down', (_, outgoing) => outgoing.writeHead(503).end(), ApiError],
    ['is slow', (_, outgoing) => void setTimeout(() => outgoing.end(JSON.stringify({ keys: [fresh.jwk] })), 5_000).unref(), TimeoutError],
    ['responds with garbage', (_, outgoing) => outgoing.end(Buffer.from([0xff, 0, 0x7b])), ConnectionError],
  ])('that %s later stays valid for a day for the keys in it, and decides nothing about others', async (_, respond, kind) => {
    const pass = monotonicClock();
    const server = await serveKeys([rsa.jwk]);
    const auth = withSet(server.jwks, { timeout: kind === TimeoutError ? 300 : 2_000 });
    expect(await refusalOf(auth, rs256())).toBeUndefined();
    server.respond = respond;
    for (const milliseconds of [30_001, 86_400_000]) {
      pass(milliseconds);
      expect(await waybillErrorOf(() => auth.check(bearer(byFresh)))).toBeInstanceOf(kind);
      expect(await refusalOf(auth, rs256())).toBeUndefined();
    }
    pass(600_000);
    expect(await waybillErrorOf(() => auth.check(bearer(rs256())))).toBeInstanceOf(kind);
    server.respond = undefined;
    server.keys = [fresh.jwk];
    pass(1_000);
    expect(await refusalOf(auth, byFresh)).toBeUndefined();
  });

  test('that is unavailable is fetched once for all that wait', async () => {
    const server = await serveKeys([rsa.jwk]);
    const auth = withSet(server.jwks);
    server.respond = (_, outgoing) => outgoing.writeHead(500).end();
    const errors = await Promise.all(Array.from({ length: 50 }, () => waybillErrorOf(() => auth.check(bearer(rs256())))));
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['API']));
    expect(server.fetched).toBe(1);
  });

  test('is not waited for longer than its timeout, also if the fetch ignores its signal', async () => {
    const auth = withSet('https://login.example.com/jwks', { fetch: () => new Promise(() => undefined), timeout: 1 });
    expect(await waybillErrorOf(() => auth.check(bearer(rs256())))).toBeInstanceOf(TimeoutError);
  });

  test.each<[string, RequestListener, new (...args: never[]) => Error]>([
    ['responds with 500', (_, outgoing) => outgoing.writeHead(500).end('{"keys":[]}'), ApiError],
    ['responds with 404', (_, outgoing) => outgoing.writeHead(404).end(), ApiError],
    ['redirects', (_, outgoing) => outgoing.writeHead(302, { location: '/elsewhere' }).end(), ApiError],
    ['responds with HTML', (_, outgoing) => outgoing.end('<html>'), ConnectionError],
    ['responds with something else', (_, outgoing) => outgoing.end('{"keys":"none"}'), ConnectionError],
    ['hangs up', (incoming) => incoming.socket.destroy(), ConnectionError],
    ['is silent', () => undefined, TimeoutError],
    ['stops halfway', (_, outgoing) => void outgoing.writeHead(200, { 'content-length': 99 }).write('{"keys":['), TimeoutError],
  ])('that %s makes a token neither right nor wrong, and is fetched again a second later', async (_, respond, kind) => {
    const pass = monotonicClock();
    const server = await serveKeys([rsa.jwk]);
    const auth = withSet(server.jwks, { timeout: kind === TimeoutError ? 1_000 : 20_000 });
    server.respond = respond;
    const error = await waybillErrorOf(() => auth.check(bearer(rs256())));
    expect(error).toBeInstanceOf(kind);
    expect(error).not.toBeInstanceOf(AuthenticationError);
    expect(everythingShownOf(error)).not.toMatch(/eyJ|policy=b2c/);

    const response = await responseTo(auth, rs256());
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '60']);
    server.respond = undefined;
    expect((await responseTo(auth, rs256())).status).toBe(503);
    expect(server.fetched).toBe(1);
    pass(1_000);
    expect((await responseTo(auth, rs256())).status).toBe(200);
  });

  test('that publishes a private key is not trusted', async () => {
    const server = await serveKeys([{ ...rsa.privateKey.export({ format: 'jwk' }), kid: 'rsa-1' }]);
    const error = await waybillErrorOf(() => withSet(server.jwks).check(bearer(rs256())));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.message).toContain('is not a JSON Web Key Set of public keys');
  });

  test('in which all keys are damaged authenticates nobody', async () => {
    const damaged = { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' };
    const { jwks } = await serveKeys([damaged, damaged]);
    expect(await refusalOf(withSet(jwks), token({ alg: 'ES256' }, claims, ec.privateKey))).toMatchObject({ reason: 'mismatch' });
  });

  test('is not fetched for a token that cannot be valid', async () => {
    const server = await serveKeys([]);
    const auth = withSet(server.jwks);
    const notAccepted = { reason: 'mismatch', message: 'the token is signed with an algorithm that is not accepted' };
    for (const [jwt, refusal] of [
      ['opaque', { reason: 'malformed', message: 'the token is not a signed JSON Web Token' }],
      [token({ alg: 'none' }, claims, ''), notAccepted],
      [token({ alg: 'HS256' }, claims, secret), notAccepted],
    ] as const) {
      expect(await refusalOf(auth, jwt)).toMatchObject({ code: 'AUTHENTICATION', ...refusal });
    }
    expect(server.fetched).toBe(0);
  });

  test('can be fetched by a function of your own, and its failure is not the fault of the token', async () => {
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

  test('is shared by verifiers that are made per request, as on Workers', async () => {
    const server = await serveKeys([rsa.jwk]);
    for (let request = 0; request < 5; request += 1) expect((await responseTo(withSet(server.jwks), rs256())).status).toBe(200);
    expect(server.fetched).toBe(1);
    const fetch = vi.fn(async () => Response.json({ keys: [rsa.jwk] }));
    for (let request = 0; request < 5; request += 1) {
      expect(await refusalOf(withSet('https://login.example.com/jwks', { fetch }), rs256())).toBeUndefined();
    }
    expect(fetch).toHaveBeenCalledOnce();
    expect(await refusalOf(withSet('https://login.example.com/other', { fetch }), rs256())).toBeUndefined();
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  test('stays valid if the wall clock is set back, because only the time that has passed counts', async () => {
    const server = await serveKeys([rsa.jwk]);
    const auth = withSet(server.jwks);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
    onTestFinished(() => void vi.useRealTimers());
    expect(await refusalOf(auth, rs256())).toBeUndefined();
    vi.setSystemTime(Date.now() - 7_200_000);
    expect(await refusalOf(auth, rs256())).toBeUndefined();
    expect(server.fetched).toBe(1);
  });
});
