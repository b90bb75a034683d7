import type { RequestListener } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  ApiError,
  AuthenticationError,
  BuyWithPrimeWebhookVerifier,
  type BuyWithPrimeWebhookVerifierOptions,
  ConfigurationError,
  ConnectionError,
  TimeoutError,
  type WaybillError,
} from '../../src/buywithprime/index.ts';
import { everythingShownOf, waybillErrorOf } from '../shipping-ndr/errors.ts';
import { ecPair, edPair, rsaPair } from '../shipping-ndr/jwt.ts';
import { listen } from '../shipping-ndr/server.ts';
import { BODY, headersOf, makePair, type Pair, signDer, signedPost } from './signing.ts';

const pair = makePair('key-1');
const next = makePair('key-2');
const stranger = makePair('key-1');

const signed = (by: Pair, keyId: string | undefined = by.keyId) => ({ headers: headersOf(signDer(by, BODY), keyId), body: BODY });
const RIGHT = signed(pair);
const STRANGE = signDer(stranger, BODY);

/** What becomes of a request: `let in`, or why not. */
async function outcomeOf(verifier: BuyWithPrimeWebhookVerifier, request: Parameters<typeof verifier.verify>[0] = RIGHT): Promise<string> {
  try {
    await verifier.verify(request);
    return 'let in';
  } catch (error) {
    return error instanceof AuthenticationError ? error.reason : (error as WaybillError).code;
  }
}

/** Serves keys that the test can change, and counts how often they are asked for. */
async function serveKeys(...keys: readonly unknown[]) {
  const state = { keys, asked: 0, answer: undefined as RequestListener | undefined, seen: [] as unknown[] };
  const url = await listen((incoming, outgoing) => {
    state.asked += 1;
    state.seen.push([incoming.method, incoming.url]);
    if (state.answer) state.answer(incoming, outgoing);
    else outgoing.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: state.keys }));
  });
  const jwks = `${url}/jwks.json?secret=1`;
  return Object.assign(state, {
    jwks,
    verifier: (options: BuyWithPrimeWebhookVerifierOptions = {}) => new BuyWithPrimeWebhookVerifier({ jwks, ...options }),
  });
}

const unavailable: RequestListener = (_, outgoing) => outgoing.writeHead(503).end();

/** Lets the clock stand, until it is told to go on. */
function stopClock(): (milliseconds: number) => void {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  return (milliseconds) => void vi.setSystemTime(Date.now() + milliseconds);
}

describe('the key set', () => {
  test("is Amazon's, unless one says otherwise", async () => {
    const asked: unknown[] = [];
    const fetch = async (url: string, { method, redirect }: RequestInit) => {
      asked.push([url, method, redirect]);
      return Response.json({ keys: [pair.jwk] });
    };
    expect(await outcomeOf(new BuyWithPrimeWebhookVerifier({ fetch }))).toBe('let in');
    expect(asked).toEqual([['https://api.buywithprime.amazon.com/jwks.json', 'GET', 'manual']]);
  });

  test('is not asked before there is something to verify', async () => {
    const server = await serveKeys(pair.jwk);
    const verifier = server.verifier({ jwks: new URL(server.jwks) });
    expect(await outcomeOf(verifier, { headers: {}, body: BODY })).toBe('missing');
    expect(await outcomeOf(verifier, { headers: headersOf('nonsense', 'key-1'), body: BODY })).toBe('malformed');
    expect(server.asked).toBe(0);
    expect(await outcomeOf(verifier)).toBe('let in');
    expect(server.seen).toEqual([['GET', '/jwks.json?secret=1']]);
  });

  test('is asked once for a thousand requests at a time', { timeout: 30_000 }, async () => {
    const server = await serveKeys(pair.jwk);
    const verifier = server.verifier();
    const outcomes = await Promise.all(Array.from({ length: 1_000 }, () => outcomeOf(verifier)));
    expect(new Set(outcomes)).toEqual(new Set(['let in']));
    expect(server.asked).toBe(1);
  });

  test('is asked for a new key, while the old one stays good as long as it is published', async () => {
    const goOn = stopClock();
    const server = await serveKeys(pair.jwk);
    const verifier = server.verifier();
    expect(await outcomeOf(verifier)).toBe('let in');
    server.keys = [pair.jwk, next.jwk];
    goOn(30_001);
    expect(await outcomeOf(verifier, signed(next))).toBe('let in');
    expect(await outcomeOf(verifier)).toBe('let in');
    expect(server.asked).toBe(2);

    server.keys = [next.jwk];
    goOn(599_000);
    expect(await outcomeOf(verifier)).toBe('let in');
    goOn(1_000);
    expect(await outcomeOf(verifier)).toBe('mismatch');
    expect(await outcomeOf(verifier, signed(next))).toBe('let in');
    expect(server.asked).toBe(3);
  });

  test.each([
    ['made up', 'nobody'],
    ['huge', 'x'.repeat(1_000_000)],
    ['a path', '../../../etc/passwd'],
    ['SQL', "' OR 1=1 --"],
    ['a property of every object', '__proto__'],
    ['another one', 'constructor'],
    ['not normalised', 'KEY-1'],
    ['blank around', ' key-1 '],
    ['two', 'key-1, key-1'],
    ['a number', 1 as unknown as string],
  ])('has no key of an id that is %s', async (_, keyId) => {
    const server = await serveKeys(pair.jwk);
    const verifier = server.verifier();
    // What is no text is no header: then every key is tried, and the right one is let in.
    const outcome = typeof keyId === 'string' ? 'mismatch' : 'let in';
    expect(await outcomeOf(verifier, { headers: { ...headersOf(signDer(pair, BODY)), 'x-amzn-kid': keyId }, body: BODY })).toBe(outcome);
    expect(server.asked).toBe(1);
  });

  test('is not asked more than twice a minute, however many key ids a stranger makes up', { timeout: 30_000 }, async () => {
    const goOn = stopClock();
    const server = await serveKeys(pair.jwk);
    const verifier = server.verifier();
    for (let minute = 0; minute < 4; minute += 1) {
      const flood = Array.from({ length: 100 }, (_, at) =>
        outcomeOf(verifier, { headers: headersOf(STRANGE, `${minute}-${at}`), body: BODY }),
      );
      expect(new Set(await Promise.all(flood))).toEqual(new Set(['mismatch']));
      expect(server.asked).toBe(minute + 1);
      goOn(30_001);
    }
    expect(await outcomeOf(verifier)).toBe('let in');
  });

  test('has each of its keys tried for a request that does not name one', async () => {
    const server = await serveKeys(rsaPair('rsa').jwk, next.jwk, stranger.jwk, pair.jwk, makePair('other').jwk);
    const verifier = server.verifier();
    const { 'x-amzn-kid': _, ...headers } = RIGHT.headers;
    expect(await outcomeOf(verifier, { headers, body: BODY })).toBe('let in');
    expect(await outcomeOf(verifier, { headers: { ...headers, 'x-amzn-kid': '' }, body: BODY })).toBe('let in');
    expect(await outcomeOf(verifier, { headers: headersOf(signDer(makePair('x'), BODY)), body: BODY })).toBe('mismatch');
  });

  test('may have two keys of one id', async () => {
    for (const keys of [
      [stranger.jwk, pair.jwk],
      [pair.jwk, stranger.jwk],
      [{ ...rsaPair('key-1').jwk }, pair.jwk],
    ]) {
      const server = await serveKeys(...keys);
      expect(await outcomeOf(server.verifier())).toBe('let in');
      expect(await outcomeOf(server.verifier(), signed(makePair('key-1')))).toBe('mismatch');
    }
  });

  test.each<[string, unknown]>([
    ['of RSA', rsaPair('key-1').jwk],
    ['of Ed25519', edPair('key-1').jwk],
    ['on P-256', ecPair('key-1').jwk],
    ['on P-521', ecPair('key-1', 'P-521').jwk],
    ['for encryption', { ...pair.jwk, use: 'enc' }],
    ['for another algorithm', { ...pair.jwk, alg: 'ECDH-ES' }],
    ['to sign with', { ...pair.jwk, key_ops: ['sign'] }],
    ['with no id', { ...pair.jwk, kid: undefined }],
    ['that is a secret', { kty: 'oct', k: 'c2VjcmV0', kid: 'key-1' }],
  ])('has a key %s passed over', async (_, jwk) => {
    const server = await serveKeys(jwk);
    expect(await outcomeOf(server.verifier())).toBe('mismatch');
    server.keys = [jwk, pair.jwk];
    expect(await outcomeOf(server.verifier())).toBe('let in');
  });

  const damaged = { ...pair.jwk, x: 'AAAA' };
  test.each<[string, readonly unknown[]]>([
    ['that is damaged', [damaged]],
    ['two of which are damaged', [damaged, { ...damaged, y: 'AAAA' }]],
    ['that is private', [{ ...pair.privateKey.export({ format: 'jwk' }), kid: 'key-1' }]],
  ])('with a key %s can tell nothing of a signature', async (_, keys) => {
    const server = await serveKeys(...keys);
    const error = await waybillErrorOf(() => server.verifier().verify(RIGHT));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(everythingShownOf(error)).not.toMatch(/secret=1|AAAA/);
  });

  test('may name the algorithm as AWS does', async () => {
    // The id is left as it is, whatever it says.
    const named = makePair('ECDSA_SHA_384');
    const server = await serveKeys({ ...named.jwk, alg: 'ECDSA_SHA_384' });
    expect(await outcomeOf(server.verifier(), signed(named))).toBe('let in');
    server.keys = [{ ...named.jwk, alg: 'ECDSA_SHA_256' }];
    expect(await outcomeOf(server.verifier(), signed(named))).toBe('mismatch');
  });

  test('with one damaged key beside a good one of the same id is good enough', async () => {
    const server = await serveKeys(damaged, pair.jwk);
    expect(await outcomeOf(server.verifier())).toBe('let in');
  });
});

describe('a key set that can not be had', () => {
  const outages: readonly (readonly [string, RequestListener, new (...args: never[]) => Error])[] = [
    ['answers 500', (_, outgoing) => outgoing.writeHead(500).end(JSON.stringify({ keys: [pair.jwk] })), ApiError],
    ['answers 404', (_, outgoing) => outgoing.writeHead(404).end(), ApiError],
    ['answers 204', (_, outgoing) => outgoing.writeHead(204).end(), ApiError],
    ['redirects', (_, outgoing) => outgoing.writeHead(302, { location: '/elsewhere' }).end(), ApiError],
    ['answers HTML', (_, outgoing) => outgoing.end('<html>'), ConnectionError],
    ['answers with nothing', (_, outgoing) => outgoing.end(), ConnectionError],
    ['answers with keys that are none', (_, outgoing) => outgoing.end('{"keys":["a",1,null]}'), ConnectionError],
    ['answers with ten megabytes', (_, outgoing) => outgoing.end(`{"keys":[],"x":"${'x'.repeat(10_000_000)}"}`), ConnectionError],
    ['hangs up', (incoming) => incoming.socket.destroy(), ConnectionError],
    ['is silent', () => undefined, TimeoutError],
    ['stops halfway', (_, outgoing) => void outgoing.writeHead(200, { 'content-length': 99 }).write('{"keys":['), TimeoutError],
  ];

  test.each(outages)('because it %s is no fault of the request: 503, and then 200', async (_, answer, kind) => {
    const goOn = stopClock();
    const server = await serveKeys(pair.jwk);
    server.answer = answer;
    const errors: unknown[] = [];
    const handler = server.verifier({ timeout: 1_000 }).handler(() => undefined, { onError: (error) => errors.push(error) });
    const response = await handler(signedPost(pair));
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '60']);
    expect(errors[0]).toBeInstanceOf(kind);
    expect(errors[0]).not.toBeInstanceOf(AuthenticationError);
    expect(everythingShownOf(errors[0])).not.toContain('secret=1');
    server.answer = undefined;
    goOn(1_001);
    expect((await handler(signedPost(pair))).status).toBe(200);
  });

  test.each(outages)('because it %s is done without for a day', async (_, answer) => {
    const goOn = stopClock();
    const server = await serveKeys(pair.jwk);
    const verifier = server.verifier({ timeout: 1_000 });
    expect(await outcomeOf(verifier)).toBe('let in');
    server.answer = answer;
    goOn(86_400_000 + 599_000);
    expect(await outcomeOf(verifier)).toBe('let in');
    expect(await outcomeOf(verifier, signed(stranger))).toBe('mismatch');
    // It may be a key that was published meanwhile.
    expect(['API', 'CONNECTION', 'TIMEOUT']).toContain(await outcomeOf(verifier, signed(next)));
    goOn(2_000);
    expect(['API', 'CONNECTION', 'TIMEOUT']).toContain(await outcomeOf(verifier));
    server.answer = undefined;
    server.keys = [next.jwk];
    goOn(1_001);
    expect(await outcomeOf(verifier, signed(next))).toBe('let in');
    expect(await outcomeOf(verifier)).toBe('mismatch');
  });

  test('is not done without, if one likes', async () => {
    const goOn = stopClock();
    const server = await serveKeys(pair.jwk);
    const verifier = server.verifier({ staleIfError: 0, cacheMaxAge: 60_000 });
    expect(await outcomeOf(verifier)).toBe('let in');
    server.answer = unavailable;
    goOn(59_999);
    expect(await outcomeOf(verifier)).toBe('let in');
    goOn(1);
    expect(await outcomeOf(verifier)).toBe('API');
  });

  test('is asked once a second by however many requests', { timeout: 30_000 }, async () => {
    const goOn = stopClock();
    const server = await serveKeys(pair.jwk);
    server.answer = unavailable;
    const verifier = server.verifier();
    const asked: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      const outcomes = await Promise.all(Array.from({ length: 50 }, () => outcomeOf(verifier)));
      expect(new Set(outcomes)).toEqual(new Set(['API']));
      asked.push(server.asked);
      goOn(300);
    }
    expect(asked).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3, 3]);
  });

  test('says nothing of a key that may be new, though it was asked for a moment ago', async () => {
    const goOn = stopClock();
    const server = await serveKeys(pair.jwk);
    const verifier = server.verifier({ cacheMaxAge: 1_000 });
    expect(await outcomeOf(verifier)).toBe('let in');
    server.answer = unavailable;
    goOn(1_000);
    expect([await outcomeOf(verifier), await outcomeOf(verifier, signed(next))]).toEqual(['let in', 'API']);
  });

  test('is given up in time, whatever the fetch that was given does', async () => {
    const verifier = new BuyWithPrimeWebhookVerifier({ fetch: () => new Promise(() => undefined), timeout: 50 });
    expect(await outcomeOf(verifier)).toBe('TIMEOUT');
    const stuck = new ReadableStream({ pull: () => new Promise(() => undefined) });
    const halfway = new BuyWithPrimeWebhookVerifier({ fetch: async () => new Response(stuck), timeout: 50 });
    expect(await outcomeOf(halfway)).toBe('TIMEOUT');
  });

  test.each([[undefined], [null], [{}], [{ status: 200 }], [{ status: 200, body: 'text' }], ['text']])(
    'because the fetch that was given returns %j is out of reach',
    async (answer) => {
      const verifier = new BuyWithPrimeWebhookVerifier({ fetch: (async () => answer) as never });
      expect(['CONNECTION', 'API']).toContain(await outcomeOf(verifier));
    },
  );
});

test('no memory is kept of what strangers send', { timeout: 30_000 }, async () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const server = await serveKeys(pair.jwk);
  const verifier = server.verifier();
  const heapAfter = async (from: number, to: number): Promise<number> => {
    for (let at = from; at < to; at += 1) {
      await outcomeOf(verifier, { headers: headersOf(STRANGE, Buffer.alloc(10_000, `${at} `).toString('latin1')), body: BODY });
    }
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = await heapAfter(0, 200);
  // Kept, the ids alone would be 20 MB.
  expect((await heapAfter(200, 2_200)) - before).toBeLessThan(5_000_000);
});

describe('keys of your own', () => {
  test('are a JSON Web Key, a CryptoKey, several, a key set, or a function', async () => {
    const key = await crypto.subtle.importKey('jwk', pair.jwk, { name: 'ECDSA', namedCurve: 'P-384' }, false, ['verify']);
    const { kid: _, ...unnamed } = pair.jwk;
    const set = { keys: [rsaPair('key-1').jwk, next.jwk, pair.jwk] };
    for (const keys of [pair.jwk, unnamed, key, [next.jwk, key], [stranger.jwk, pair.jwk], set, () => pair.jwk, async () => set]) {
      const verifier = new BuyWithPrimeWebhookVerifier({ keys });
      expect(await outcomeOf(verifier)).toBe('let in');
      expect(await outcomeOf(verifier, signed(pair, 'any other id'))).toBe('let in');
      expect(await outcomeOf(verifier, signed(makePair('key-1')))).toBe('mismatch');
    }
  });

  test('are asked for anew with each request, where a function supplies them', async () => {
    let keys: unknown = pair.jwk;
    const verifier = new BuyWithPrimeWebhookVerifier({ keys: () => keys as never });
    expect(await outcomeOf(verifier)).toBe('let in');
    keys = next.jwk;
    expect(await outcomeOf(verifier)).toBe('mismatch');
    keys = [];
    expect(await outcomeOf(verifier)).toBe('CONFIGURATION');
    keys = undefined;
    expect(await outcomeOf(verifier)).toBe('CONFIGURATION');
  });

  test('whose function fails make the answer 503, with the error for your ears only', async () => {
    const errors: unknown[] = [];
    const failure = new Error('the vault is sealed');
    const verifier = new BuyWithPrimeWebhookVerifier({ keys: () => Promise.reject(failure) });
    const response = await verifier.handler(() => undefined, { onError: (error) => errors.push(error) })(signedPost(pair));
    expect(response.status).toBe(503);
    expect(await response.text()).not.toContain('vault');
    expect(errors).toEqual([failure]);
  });

  test('are left as they were', async () => {
    const jwk = { ...pair.jwk };
    expect(await outcomeOf(new BuyWithPrimeWebhookVerifier({ keys: jwk }))).toBe('let in');
    expect(jwk).toEqual(pair.jwk);
    expect(Object.isFrozen(jwk)).toBe(false);
  });

  const privateJwk = pair.privateKey.export({ format: 'jwk' }) as Record<string, string>;
  test.each<[string, unknown]>([
    ['none', []],
    ['an empty set', { keys: [] }],
    ['null', null],
    ['a text', 'PEM'],
    ['bytes', new Uint8Array(96)],
    ['a private key', privateJwk],
    ['a private key among others', [pair.jwk, privateJwk]],
    ['RSA only', rsaPair('key-1').jwk],
    ['another curve', ecPair('key-1').jwk],
    ['a thing with the look of a CryptoKey', { type: 'public', usages: [], algorithm: null }],
  ])('are refused where they are %s', async (_, keys) => {
    const error = await waybillErrorOf(() => new BuyWithPrimeWebhookVerifier({ keys: keys as never }));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(everythingShownOf(error)).not.toContain(privateJwk['d']);
  });

  test.each(['ECDSA', 'ECDH'])('are refused where they are a CryptoKey that can not verify: %s', async (name) => {
    const { publicKey } = await crypto.subtle.generateKey({ name, namedCurve: name === 'ECDSA' ? 'P-256' : 'P-384' }, false, [
      ...(name === 'ECDSA' ? (['sign', 'verify'] as const) : (['deriveBits'] as const)),
    ]);
    expect(await waybillErrorOf(() => new BuyWithPrimeWebhookVerifier({ keys: publicKey }))).toBeInstanceOf(ConfigurationError);
  });
});
