import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { BuyWithPrimeWebhookVerifier } from '../../../src/buywithprime/webhook/verifier.ts';
import { ConfigurationError, ConnectionError } from '../../../src/core/errors.ts';
import { outcomeFor, serveKeys } from '../../support/buywithprime/key-server.ts';
import { BODY, headersOf, makePair, type Pair, signDer, signedPost } from '../../support/buywithprime/signing.ts';
import { everythingShownOf, waybillErrorOf } from '../../support/errors.ts';
import { ecPair, edPair, rsaPair } from '../../support/jwt.ts';

const pair = makePair('key-1');
const next = makePair('key-2');
const attacker = makePair('key-1');

const signed = (by: Pair, keyId: string | undefined = by.keyId) => ({ headers: headersOf(signDer(by, BODY), keyId), body: BODY });
const RIGHT = signed(pair);
const outcomeOf = (verifier: BuyWithPrimeWebhookVerifier, request: Parameters<typeof verifier.verify>[0] = RIGHT) =>
  outcomeFor(verifier, request);
const FORGED = signDer(attacker, BODY);

/** Stops the clock that durations are measured with. The result advances it. */
function stopClock(): (milliseconds: number) => void {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  return (milliseconds) => void vi.advanceTimersByTime(milliseconds);
}

describe('the key set', () => {
  test("is Amazon's by default", async () => {
    const fetched: unknown[] = [];
    const fetch = async (url: string, { method, redirect }: RequestInit) => {
      fetched.push([url, method, redirect]);
      return Response.json({ keys: [pair.jwk] });
    };
    expect(await outcomeOf(new BuyWithPrimeWebhookVerifier({ fetch }))).toBe('verified');
    expect(fetched).toEqual([['https://api.buywithprime.amazon.com/jwks.json', 'GET', 'manual']]);
  });

  test('is not fetched before there is something to verify', async () => {
    const server = await serveKeys(pair.jwk);
    const verifier = server.verifier({ jwks: new URL(server.jwks) });
    expect(await outcomeOf(verifier, { headers: {}, body: BODY })).toBe('missing');
    expect(await outcomeOf(verifier, { headers: headersOf('nonsense', 'key-1'), body: BODY })).toBe('malformed');
    expect(server.fetched).toBe(0);
    expect(await outcomeOf(verifier)).toBe('verified');
    expect(server.seen).toEqual([['GET', '/jwks.json?secret=1']]);
  });

  test('is fetched once for a thousand concurrent requests', { timeout: 30_000 }, async () => {
    const server = await serveKeys(pair.jwk);
    const verifier = server.verifier();
    const outcomes = await Promise.all(Array.from({ length: 1_000 }, () => outcomeOf(verifier)));
    expect(new Set(outcomes)).toEqual(new Set(['verified']));
    expect(server.fetched).toBe(1);
  });

  test('is fetched for a new key, and the old one is accepted as long as it is published', async () => {
    const advance = stopClock();
    const server = await serveKeys(pair.jwk);
    const verifier = server.verifier();
    expect(await outcomeOf(verifier)).toBe('verified');
    server.keys = [pair.jwk, next.jwk];
    advance(30_001);
    expect(await outcomeOf(verifier, signed(next))).toBe('verified');
    expect(await outcomeOf(verifier)).toBe('verified');
    expect(server.fetched).toBe(2);

    server.keys = [next.jwk];
    advance(599_000);
    expect(await outcomeOf(verifier)).toBe('verified');
    advance(1_000);
    expect(await outcomeOf(verifier)).toBe('mismatch');
    expect(await outcomeOf(verifier, signed(next))).toBe('verified');
    expect(server.fetched).toBe(3);
  });

  test.each([
    ['made up', 'nobody'],
    ['huge', 'x'.repeat(1_000_000)],
    ['a path', '../../../etc/passwd'],
    ['SQL', "' OR 1=1 --"],
    ['a property of every object', '__proto__'],
    ['another one', 'constructor'],
    ['not normalised', 'KEY-1'],
    ['in spaces', ' key-1 '],
    ['two', 'key-1, key-1'],
    ['a number', 1 as unknown as string],
  ])('has no key with an id that is %s', async (_, keyId) => {
    const server = await serveKeys(pair.jwk);
    const verifier = server.verifier();
    // What is not a string is not a header: then every key is tried.
    const outcome = typeof keyId === 'string' ? 'mismatch' : 'verified';
    expect(await outcomeOf(verifier, { headers: { ...headersOf(signDer(pair, BODY)), 'x-amzn-kid': keyId }, body: BODY })).toBe(outcome);
    expect(server.fetched).toBe(1);
  });

  test('is not fetched more than twice a minute, however many key ids are made up', { timeout: 30_000 }, async () => {
    const advance = stopClock();
    const server = await serveKeys(pair.jwk);
    const verifier = server.verifier();
    for (let minute = 0; minute < 4; minute += 1) {
      const flood = Array.from({ length: 100 }, (_, at) =>
        outcomeOf(verifier, { headers: headersOf(FORGED, `${minute}-${at}`), body: BODY }),
      );
      expect(new Set(await Promise.all(flood))).toEqual(new Set(['mismatch']));
      expect(server.fetched).toBe(minute + 1);
      advance(30_001);
    }
    expect(await outcomeOf(verifier)).toBe('verified');
  });

  test('is tried key by key for a request that does not name one', async () => {
    const server = await serveKeys(rsaPair('rsa').jwk, next.jwk, attacker.jwk, pair.jwk, makePair('other').jwk);
    const verifier = server.verifier();
    const { 'x-amzn-kid': _, ...headers } = RIGHT.headers;
    expect(await outcomeOf(verifier, { headers, body: BODY })).toBe('verified');
    expect(await outcomeOf(verifier, { headers: { ...headers, 'x-amzn-kid': '' }, body: BODY })).toBe('verified');
    expect(await outcomeOf(verifier, { headers: headersOf(signDer(makePair('x'), BODY)), body: BODY })).toBe('mismatch');
  });

  test('may have two keys with one id', async () => {
    for (const keys of [
      [attacker.jwk, pair.jwk],
      [pair.jwk, attacker.jwk],
      [{ ...rsaPair('key-1').jwk }, pair.jwk],
    ]) {
      const server = await serveKeys(...keys);
      expect(await outcomeOf(server.verifier())).toBe('verified');
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
    ['without an id', { ...pair.jwk, kid: undefined }],
    ['that is a secret', { kty: 'oct', k: 'c2VjcmV0', kid: 'key-1' }],
  ])('has a key %s skipped', async (_, jwk) => {
    const server = await serveKeys(jwk, attacker.jwk);
    expect(await outcomeOf(server.verifier())).toBe('mismatch');
    server.keys = [jwk, pair.jwk];
    expect(await outcomeOf(server.verifier())).toBe('verified');
  });

  test.each<[string, readonly unknown[]]>([
    ['without keys', []],
    ['with a key for encryption alone', [{ ...pair.jwk, use: 'enc' }]],
    ['with a secret alone', [{ kty: 'oct', k: 'c2VjcmV0' }]],
  ])('%s proves nothing about a signature', async (_, keys) => {
    const server = await serveKeys(...keys);
    expect(await outcomeOf(server.verifier())).toBe('CONNECTION');
  });

  const damaged = { ...pair.jwk, x: 'AAAA' };
  test.each<[string, readonly unknown[]]>([
    ['that is damaged', [damaged]],
    ['two of which are damaged', [damaged, { ...damaged, y: 'AAAA' }]],
    ['that is private', [{ ...pair.privateKey.export({ format: 'jwk' }), kid: 'key-1' }]],
  ])('with a key %s proves nothing about a signature', async (_, keys) => {
    const server = await serveKeys(...keys);
    const error = await waybillErrorOf(() => server.verifier().verify(RIGHT));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ surface: 'buywithprime', attempts: 1, retryable: true, message: expect.stringContaining('key') });
    expect(everythingShownOf(error)).not.toMatch(/secret=1|AAAA/);
  });

  test('without the key of a signature refuses it, and says so', async () => {
    const server = await serveKeys(next.jwk);
    expect(await waybillErrorOf(() => server.verifier().verify(RIGHT))).toMatchObject({
      code: 'AUTHENTICATION',
      surface: 'buywithprime',
      reason: 'mismatch',
      message: 'the signature is by a key that is not in the key set',
    });
  });

  test('may name the algorithm as AWS does', async () => {
    // The id is not changed, whatever it says.
    const named = makePair('ECDSA_SHA_384');
    const server = await serveKeys({ ...named.jwk, alg: 'ECDSA_SHA_384' });
    expect(await outcomeOf(server.verifier(), signed(named))).toBe('verified');
    server.keys = [{ ...named.jwk, alg: 'ECDSA_SHA_256' }];
    expect(await outcomeOf(server.verifier(), signed(named))).toBe('mismatch');
  });

  test('with one damaged key beside a good one with the same id is enough', async () => {
    const server = await serveKeys(damaged, pair.jwk);
    expect(await outcomeOf(server.verifier())).toBe('verified');
  });
});

test('nothing of what attackers send is kept in memory', { timeout: 30_000 }, async () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const server = await serveKeys(pair.jwk);
  const verifier = server.verifier();
  const heapAfter = async (from: number, to: number): Promise<number> => {
    for (let at = from; at < to; at += 1) {
      await outcomeOf(verifier, { headers: headersOf(FORGED, Buffer.alloc(10_000, `${at} `).toString('latin1')), body: BODY });
    }
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = await heapAfter(0, 200);
  // The ids would be 20 MB.
  expect((await heapAfter(200, 2_200)) - before).toBeLessThan(5_000_000);
});

describe('your own keys', () => {
  test('are a JSON Web Key, a CryptoKey, several, a key set, or a function', async () => {
    const key = await crypto.subtle.importKey('jwk', pair.jwk, { name: 'ECDSA', namedCurve: 'P-384' }, false, ['verify']);
    const { kid: _, ...unnamed } = pair.jwk;
    const set = { keys: [rsaPair('key-1').jwk, next.jwk, pair.jwk] };
    // A member of your own, with the name of a property of a CryptoKey.
    const withMember = { ...pair.jwk, algorithm: 'ECDSA' };
    for (const keys of [
      pair.jwk,
      unnamed,
      withMember,
      key,
      [next.jwk, key],
      [attacker.jwk, pair.jwk],
      set,
      () => pair.jwk,
      async () => set,
    ]) {
      const verifier = new BuyWithPrimeWebhookVerifier({ keys });
      expect(await outcomeOf(verifier)).toBe('verified');
      expect(await outcomeOf(verifier, signed(pair, 'any other id'))).toBe('verified');
      expect(await outcomeOf(verifier, signed(makePair('key-1')))).toBe('mismatch');
    }
  });

  test('are read for each request if a function supplies them', async () => {
    let keys: unknown = pair.jwk;
    const verifier = new BuyWithPrimeWebhookVerifier({ keys: () => keys as never });
    expect(await outcomeOf(verifier)).toBe('verified');
    keys = next.jwk;
    expect(await outcomeOf(verifier)).toBe('mismatch');
    keys = [];
    expect(await outcomeOf(verifier)).toBe('CONFIGURATION');
    keys = undefined;
    expect(await outcomeOf(verifier)).toBe('CONFIGURATION');
  });

  test('whose function fails get a response 503, and the error only goes to onError', async () => {
    const errors: unknown[] = [];
    const failure = new Error('the vault is sealed');
    const verifier = new BuyWithPrimeWebhookVerifier({ keys: () => Promise.reject(failure) });
    const response = await verifier.handler(() => undefined, { onError: (error) => errors.push(error) })(signedPost(pair));
    expect(response.status).toBe(503);
    expect(await response.text()).not.toContain('vault');
    expect(errors).toEqual([failure]);
  });

  test('are not changed', async () => {
    const jwk = { ...pair.jwk };
    expect(await outcomeOf(new BuyWithPrimeWebhookVerifier({ keys: jwk }))).toBe('verified');
    expect(jwk).toEqual(pair.jwk);
    expect(Object.isFrozen(jwk)).toBe(false);
  });

  const privateJwk = pair.privateKey.export({ format: 'jwk' }) as Record<string, string>;
  test.each<[string, unknown]>([
    ['none', []],
    ['an empty set', { keys: [] }],
    ['null', null],
    ['a string', 'PEM'],
    ['bytes', new Uint8Array(96)],
    ['a private key', privateJwk],
    ['a private key among others', [pair.jwk, privateJwk]],
    ['RSA only', rsaPair('key-1').jwk],
    ['another curve', ecPair('key-1').jwk],
    ['another kind of key that names the curve', { ...pair.jwk, kty: 'OKP' }],
    ['an object that looks like a CryptoKey', { type: 'public', usages: [], algorithm: null }],
    [
      'an object that looks like a CryptoKey of another algorithm',
      { type: 'public', usages: ['verify'], algorithm: { name: 'ECDH', namedCurve: 'P-384' } },
    ],
  ])('are refused if they are %s', async (_, keys) => {
    const error = await waybillErrorOf(() => new BuyWithPrimeWebhookVerifier({ keys: keys as never }));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ surface: 'buywithprime', option: 'keys' });
    expect(everythingShownOf(error)).not.toContain(privateJwk['d']);
  });

  test('of which none fits the algorithm are refused with what is needed', async () => {
    for (const keys of [rsaPair('key-1').jwk, [ecPair('key-1').jwk]]) {
      const error = await waybillErrorOf(() => new BuyWithPrimeWebhookVerifier({ keys }));
      expect(error.message).toBe('"keys" has no key for ES384: an EC key on the curve P-384 that may verify');
    }
  });

  test('of which one is damaged are a configuration error that does not show it', async () => {
    const damaged = { ...pair.jwk, x: 'AAAA' };
    for (const keys of [damaged, [pair.jwk, damaged], () => damaged]) {
      const error = await waybillErrorOf(() => new BuyWithPrimeWebhookVerifier({ keys }).verify(RIGHT));
      expect(error).toMatchObject({
        code: 'CONFIGURATION',
        surface: 'buywithprime',
        option: 'keys',
        message: '"keys" has a key that cannot be imported',
        hint: 'Its "x" and "y" must be a point on the curve, in base64url.',
      });
      expect(everythingShownOf(error)).not.toContain('AAAA');
    }
  });

  test.each(['ECDSA', 'ECDH'])('are refused if they are a CryptoKey that cannot verify: %s', async (name) => {
    const { publicKey } = await crypto.subtle.generateKey({ name, namedCurve: name === 'ECDSA' ? 'P-256' : 'P-384' }, false, [
      ...(name === 'ECDSA' ? (['sign', 'verify'] as const) : (['deriveBits'] as const)),
    ]);
    expect(await waybillErrorOf(() => new BuyWithPrimeWebhookVerifier({ keys: publicKey }))).toBeInstanceOf(ConfigurationError);
  });
});
