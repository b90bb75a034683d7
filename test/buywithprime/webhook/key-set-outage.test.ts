import type { RequestListener } from 'node:http';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { BuyWithPrimeWebhookVerifier } from '../../../src/buywithprime/webhook/verifier.ts';
import { ApiError, AuthenticationError, ConnectionError, TimeoutError } from '../../../src/core/errors.ts';
import { outcomeFor, serveKeys } from '../../support/buywithprime/key-server.ts';
import { BODY, headersOf, makePair, type Pair, signDer, signedPost } from '../../support/buywithprime/signing.ts';
import { everythingShownOf } from '../../support/errors.ts';

const pair = makePair('key-1');
const next = makePair('key-2');
const attacker = makePair('key-1');

const signed = (by: Pair, keyId: string | undefined = by.keyId) => ({ headers: headersOf(signDer(by, BODY), keyId), body: BODY });
const RIGHT = signed(pair);
const outcomeOf = (verifier: BuyWithPrimeWebhookVerifier, request: Parameters<typeof verifier.verify>[0] = RIGHT) =>
  outcomeFor(verifier, request);

const unavailable: RequestListener = (_, outgoing) => outgoing.writeHead(503).end();

/** Stops the clock that durations are measured with. The result advances it. */
function stopClock(): (milliseconds: number) => void {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  return (milliseconds) => void vi.advanceTimersByTime(milliseconds);
}

describe('an unavailable key set', () => {
  const outages: readonly (readonly [string, RequestListener, new (...args: never[]) => Error])[] = [
    ['responds with 500', (_, outgoing) => outgoing.writeHead(500).end(JSON.stringify({ keys: [pair.jwk] })), ApiError],
    ['responds with 404', (_, outgoing) => outgoing.writeHead(404).end(), ApiError],
    ['responds with 204', (_, outgoing) => outgoing.writeHead(204).end(), ApiError],
    ['redirects', (_, outgoing) => outgoing.writeHead(302, { location: '/elsewhere' }).end(), ApiError],
    ['responds with HTML', (_, outgoing) => outgoing.end('<html>'), ConnectionError],
    ['responds with an empty body', (_, outgoing) => outgoing.end(), ConnectionError],
    ['responds with what are not keys', (_, outgoing) => outgoing.end('{"keys":["a",1,null]}'), ConnectionError],
    ['responds with ten megabytes', (_, outgoing) => outgoing.end(`{"keys":[],"x":"${'x'.repeat(10_000_000)}"}`), ConnectionError],
    ['hangs up', (incoming) => incoming.socket.destroy(), ConnectionError],
    ['is silent', () => undefined, TimeoutError],
    ['stops halfway', (_, outgoing) => void outgoing.writeHead(200, { 'content-length': 99 }).write('{"keys":['), TimeoutError],
  ];

  test.each(outages)('that %s is not the fault of the request: 503, and then 200', async (_, respond, kind) => {
    const advance = stopClock();
    const server = await serveKeys(pair.jwk);
    server.respond = respond;
    const errors: unknown[] = [];
    const handler = server.verifier({ timeout: 1_000 }).handler(() => undefined, { onError: (error) => errors.push(error) });
    const response = await handler(signedPost(pair));
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '60']);
    expect(errors[0]).toBeInstanceOf(kind);
    expect(errors[0]).not.toBeInstanceOf(AuthenticationError);
    expect(everythingShownOf(errors[0])).not.toContain('secret=1');
    server.respond = undefined;
    advance(1_001);
    expect((await handler(signedPost(pair))).status).toBe(200);
  });

  test.each(outages)('that %s is replaced by the cached one for a day', async (_, respond) => {
    const advance = stopClock();
    const server = await serveKeys(pair.jwk);
    const verifier = server.verifier({ timeout: 1_000 });
    expect(await outcomeOf(verifier)).toBe('verified');
    server.respond = respond;
    advance(86_400_000 + 599_000);
    expect(await outcomeOf(verifier)).toBe('verified');
    expect(await outcomeOf(verifier, signed(attacker))).toBe('mismatch');
    // It may be a key that has been published since.
    expect(['API', 'CONNECTION', 'TIMEOUT']).toContain(await outcomeOf(verifier, signed(next)));
    advance(2_000);
    expect(['API', 'CONNECTION', 'TIMEOUT']).toContain(await outcomeOf(verifier));
    server.respond = undefined;
    server.keys = [next.jwk];
    advance(1_001);
    expect(await outcomeOf(verifier, signed(next))).toBe('verified');
    expect(await outcomeOf(verifier)).toBe('mismatch');
  });

  test('is not replaced by the cached one with staleIfError: 0', async () => {
    const advance = stopClock();
    const server = await serveKeys(pair.jwk);
    const verifier = server.verifier({ staleIfError: 0, cacheMaxAge: 60_000 });
    expect(await outcomeOf(verifier)).toBe('verified');
    server.respond = unavailable;
    advance(59_999);
    expect(await outcomeOf(verifier)).toBe('verified');
    advance(1);
    expect(await outcomeOf(verifier)).toBe('API');
  });

  test('is fetched once a second, however many requests there are', { timeout: 30_000 }, async () => {
    const advance = stopClock();
    const server = await serveKeys(pair.jwk);
    server.respond = unavailable;
    const verifier = server.verifier();
    const fetched: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      const outcomes = await Promise.all(Array.from({ length: 50 }, () => outcomeOf(verifier)));
      expect(new Set(outcomes)).toEqual(new Set(['API']));
      fetched.push(server.fetched);
      advance(300);
    }
    expect(fetched).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3, 3]);
  });

  test('proves nothing about a key that may be new, although it was fetched a moment ago', async () => {
    const advance = stopClock();
    const server = await serveKeys(pair.jwk);
    const verifier = server.verifier({ cacheMaxAge: 1_000 });
    expect(await outcomeOf(verifier)).toBe('verified');
    server.respond = unavailable;
    advance(1_000);
    expect([await outcomeOf(verifier), await outcomeOf(verifier, signed(next))]).toEqual(['verified', 'API']);
  });

  test('times out, whatever the fetch option does', async () => {
    const verifier = new BuyWithPrimeWebhookVerifier({ fetch: () => new Promise(() => undefined), timeout: 50 });
    expect(await outcomeOf(verifier)).toBe('TIMEOUT');
    const stuck = new ReadableStream({ pull: () => new Promise(() => undefined) });
    const halfway = new BuyWithPrimeWebhookVerifier({ fetch: async () => new Response(stuck), timeout: 50 });
    expect(await outcomeOf(halfway)).toBe('TIMEOUT');
  });

  test.each([[undefined], [null], [{}], [{ status: 200 }], [{ status: 200, body: 'text' }], ['text']])(
    'a fetch option that returns %j is a configuration error',
    async (value) => {
      const verifier = new BuyWithPrimeWebhookVerifier({ fetch: (async () => value) as never });
      expect(await outcomeOf(verifier)).toBe('CONFIGURATION');
    },
  );
});
