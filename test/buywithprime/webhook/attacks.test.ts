/** What a hostile sender can send to the webhook, and what a proxy can make of a good request. */
import { createHmac, createPublicKey, sign } from 'node:crypto';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { BuyWithPrimeWebhookVerifierOptions } from '../../../src/buywithprime/webhook/options.ts';
import { type BuyWithPrimeWebhookHandlerOptions, BuyWithPrimeWebhookVerifier } from '../../../src/buywithprime/webhook/verifier.ts';
import { AuthenticationError } from '../../../src/core/errors.ts';
import { MemoryIdempotencyStore } from '../../../src/core/idempotency.ts';
import { fixture } from '../../support/buywithprime/fixtures.ts';
import { BODY, headersOf, makePair, post, signDer, signedPost } from '../../support/buywithprime/signing.ts';

const pair = makePair('key-1');
const next = makePair('key-2');
const EVENT = fixture('webhook-package-delivered.json');
const signature = signDer(pair, BODY).toString('base64');
const right = headersOf(signature, 'key-1');

/** The status of a response, and how many events were handled. */
async function outcomeOf(
  request: Request,
  options: BuyWithPrimeWebhookVerifierOptions = { keys: pair.jwk },
  handlerOptions: BuyWithPrimeWebhookHandlerOptions = {},
): Promise<readonly [status: number, handled: number]> {
  const handle = vi.fn();
  const verifier = new BuyWithPrimeWebhookVerifier(options);
  const { status } = await verifier.handler(handle, { onError: () => undefined, ...handlerOptions })(request);
  return [status, handle.mock.calls.length];
}

async function reasonOf(headers: unknown, body: string | Uint8Array = BODY): Promise<string> {
  try {
    await new BuyWithPrimeWebhookVerifier({ keys: pair.jwk }).verify({ headers: headers as Record<string, string>, body });
    return 'verified';
  } catch (error) {
    if (error instanceof AuthenticationError) return error.reason;
    throw error;
  }
}

describe('the header with the signature', () => {
  test.each<[string, unknown, string]>([
    ['is missing', {}, 'missing'],
    ['is empty', { 'x-amzn-signature': '' }, 'missing'],
    ['is undefined', { 'x-amzn-signature': undefined }, 'missing'],
    ['is null', { 'x-amzn-signature': null }, 'missing'],
    ['is a number', { 'x-amzn-signature': 7 }, 'missing'],
    ['is an empty list', { 'x-amzn-signature': [] }, 'missing'],
    ['has another name', { 'x-amz-signature': signature }, 'missing'],
    ['has a name with an underscore', { x_amzn_signature: signature }, 'missing'],
    ['has a name with a long s', { 'x-amzn-ſignature': signature }, 'missing'],
    ['has a name with a Kelvin sign', { 'x-amzn-signature': signature, 'x-amzn-\u212aid': 'another' }, 'verified'],
    ['is only on the prototype', Object.create({ 'x-amzn-signature': signature }), 'missing'],
    ['is in another case', { 'X-AMZN-SIGNATURE': signature }, 'verified'],
    ['is there twice, in two cases', { 'x-amzn-signature': signature, 'X-Amzn-Signature': signature }, 'malformed'],
    ['is there twice, as a list', { 'x-amzn-signature': [signature, signature] }, 'malformed'],
    ['is a list of one', { 'x-amzn-signature': [signature] }, 'verified'],
    ['is there twice, the first one empty', { 'x-amzn-signature': ['', signature] }, 'malformed'],
    ['is joined with another', { 'x-amzn-signature': `${signature}, ${signature}` }, 'malformed'],
    ['has a scheme before it', { 'x-amzn-signature': `ES384 ${signature}` }, 'malformed'],
    ['has a version before it', { 'x-amzn-signature': `v1=${signature}` }, 'malformed'],
    ['is in quotes', { 'x-amzn-signature': `"${signature}"` }, 'malformed'],
    ['is percent-encoded', { 'x-amzn-signature': encodeURIComponent(signature) }, 'malformed'],
    ['has a line break in it', { 'x-amzn-signature': `${signature.slice(0, 60)}\r\n ${signature.slice(60)}` }, 'verified'],
    ['has a NUL behind it', { 'x-amzn-signature': `${signature}\0` }, 'malformed'],
    ['has a NUL in it', { 'x-amzn-signature': `${signature.slice(0, 8)}\0${signature.slice(8)}` }, 'malformed'],
    [
      'is in full width',
      { 'x-amzn-signature': signature.replace(/[A-Z]/, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0)) },
      'malformed',
    ],
    ['is JSON', { 'x-amzn-signature': JSON.stringify({ signature }) }, 'malformed'],
    ['is a JWS', { 'x-amzn-signature': `eyJhbGciOiJub25lIn0.${Buffer.from(BODY).toString('base64url')}.` }, 'malformed'],
  ])('%s', async (_, headers, outcome) => {
    expect(await reasonOf(headers)).toBe(outcome);
  });

  test('is refused by its form before a key is fetched or the body is read', async () => {
    const fetch = vi.fn();
    const request = post(BODY, { 'x-amzn-signature': 'nonsense' });
    expect(await outcomeOf(request, { fetch })).toEqual([401, 0]);
    expect([fetch.mock.calls.length, request.bodyUsed]).toEqual([0, false]);
  });

  test('is refused in linear time, however long it is', async () => {
    for (const text of ['A'.repeat(10_000_000), ' '.repeat(10_000_000), '='.repeat(10_000_000), `${'A'.repeat(1_020)}====`]) {
      expect(await reasonOf({ 'x-amzn-signature': text })).toBe('malformed');
    }
  });

  test('is never accepted if it is random', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.base64String(), fc.uint8Array({ minLength: 90, maxLength: 110 })), async (value) => {
        const text = typeof value === 'string' ? value : Buffer.from(value).toString('base64');
        expect(['missing', 'malformed', 'mismatch']).toContain(await reasonOf({ 'x-amzn-signature': text }));
      }),
      { numRuns: 300 },
    );
  });
});

describe('another algorithm does not verify', () => {
  const publicPem = createPublicKey(pair.privateKey).export({ type: 'spki', format: 'pem' }) as string;

  test.each<[string, Uint8Array]>([
    ['an HMAC with the public key as secret', createHmac('sha384', publicPem).update(BODY).digest()],
    ['an HMAC with the coordinate as secret', createHmac('sha384', Buffer.from(pair.jwk.x, 'base64url')).update(BODY).digest()],
    [
      'two HMACs, as long as a signature',
      Buffer.concat([createHmac('sha384', 'a').update(BODY).digest(), createHmac('sha384', 'b').update(BODY).digest()]),
    ],
    ['a hash of the body', Buffer.alloc(96, createHmac('sha384', '').update(BODY).digest())],
    ['ECDSA with SHA-256', sign('sha256', Buffer.from(BODY), { key: pair.privateKey, dsaEncoding: 'ieee-p1363' })],
    ['ECDSA with SHA-512', sign('sha512', Buffer.from(BODY), { key: pair.privateKey, dsaEncoding: 'der' })],
    ['no algorithm', new Uint8Array()],
    ['zeros', new Uint8Array(96)],
  ])('%s', async (_, bytes) => {
    expect(await outcomeOf(post(BODY, headersOf(bytes, 'key-1')))).toEqual([401, 0]);
  });

  test('a header that names an algorithm, a key or its URL has no effect', async () => {
    const attacker = makePair('key-1');
    const fetch = vi.fn();
    for (const name of ['x-amzn-alg', 'x-amzn-algorithm', 'x-amzn-jwk', 'x-amzn-jku', 'x-amzn-cert-url', 'x-amzn-x5u']) {
      const headers = { ...headersOf(signDer(attacker, BODY), 'key-1'), [name]: JSON.stringify(attacker.jwk).replace(/"/g, '') };
      expect(await outcomeOf(post(BODY, headers), { keys: pair.jwk, fetch })).toEqual([401, 0]);
    }
    expect(fetch).not.toHaveBeenCalled();
  });

  test('keys of every other algorithm in the key set are skipped, whatever the key id says', async () => {
    const others = ['P-256', 'P-521'].map((curve) => makePair('key-1', curve));
    const keySet = { keys: [...others.map(({ jwk }) => jwk), { kty: 'oct', k: 'c2VjcmV0', kid: 'key-1' }] };
    const options = { fetch: async () => Response.json(keySet) };
    for (const { privateKey } of others) {
      const bytes = sign('sha384', Buffer.from(BODY), { key: privateKey, dsaEncoding: 'der' });
      expect(await outcomeOf(post(BODY, headersOf(bytes, 'key-1')), options)).toEqual([401, 0]);
    }
  });
});

describe('keys that are rotated', () => {
  const options = (keys: () => readonly unknown[]): BuyWithPrimeWebhookVerifierOptions => ({
    cooldown: 0,
    fetch: async () => Response.json({ keys: keys() }),
  });

  test('are accepted before, during and after, and the old one is refused when it is gone', async () => {
    let published: unknown[] = [pair.jwk];
    const handler = new BuyWithPrimeWebhookVerifier({ ...options(() => published), cacheMaxAge: 0, staleIfError: 0 }).handler(
      () => undefined,
    );
    const statuses = async () => [(await handler(signedPost(pair))).status, (await handler(signedPost(next))).status];
    expect(await statuses()).toEqual([200, 401]);
    published = [pair.jwk, next.jwk];
    expect(await statuses()).toEqual([200, 200]);
    published = [next.jwk];
    expect(await statuses()).toEqual([401, 200]);
  });

  test('an empty key set is a mistake of the server, or an emergency: nothing is accepted, and nothing is lost', async () => {
    const handler = new BuyWithPrimeWebhookVerifier(options(() => [])).handler(() => undefined, { onError: () => undefined });
    expect([401, 503]).toContain((await handler(signedPost(pair))).status);
  });

  test('a key set of 200 keys is read, and each of them verifies', async () => {
    const many = Array.from({ length: 200 }, (_, index) => ({ ...next.jwk, kid: `other-${index}` }));
    const keys = [...many.slice(0, 100), pair.jwk, ...many.slice(100)];
    expect(
      await outcomeOf(
        signedPost(pair),
        options(() => keys),
      ),
    ).toEqual([200, 1]);
    const { 'x-amzn-kid': _, ...unnamed } = right;
    expect(
      await outcomeOf(
        post(BODY, unnamed),
        options(() => keys),
      ),
    ).toEqual([200, 1]);
  });
});

describe('a good request that a proxy has changed', () => {
  const bytes = Buffer.from(BODY);

  test.each<[string, Buffer, string]>([
    ['gzip', gzipSync(bytes), 'gzip'],
    ['deflate', deflateSync(bytes), 'deflate'],
    ['brotli', brotliCompressSync(bytes), 'br'],
    ['two of them', gzipSync(deflateSync(bytes)), 'deflate, gzip'],
  ])('is read if it was compressed with %s, with the signature of the bytes before', async (_, body, encoding) => {
    expect(await outcomeOf(post(body, { ...right, 'content-encoding': encoding }))).toEqual([200, 1]);
    const overCompressed = headersOf(signDer(pair, body), 'key-1');
    expect(await outcomeOf(post(body, { ...overCompressed, 'content-encoding': encoding }))).toEqual([200, 1]);
  });

  test('is refused if it was compressed and changed', async () => {
    const forged = gzipSync(BODY.replace('order-id', 'order-of-another'));
    expect(await outcomeOf(post(forged, { ...right, 'content-encoding': 'gzip' }))).toEqual([401, 0]);
  });

  test('is cut at the limit if it is a decompression bomb, before its signature is checked', async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000, ' '));
    expect(bomb.length).toBeLessThan(1_048_576);
    expect(await outcomeOf(post(bomb, { ...headersOf(signDer(pair, bomb), 'key-1'), 'content-encoding': 'gzip' }))).toEqual([413, 0]);
  });

  test.each(['text/plain', 'application/octet-stream', 'application/x-amz-json-1.1', 'application/cloudevents+json', 'nonsense', ''])(
    'is read with the content type %j',
    async (type) => {
      expect(await outcomeOf(post(BODY, { ...right, 'content-type': type }))).toEqual([200, 1]);
      const form = signedPost(pair);
      form.headers.delete('content-type');
      expect(await outcomeOf(form)).toEqual([200, 1]);
    },
  );

  test.each(['PUT', 'PATCH'])('is read if it comes with %s', async (method) => {
    const request = new Request('https://shop.example/bwp', { method, headers: right, body: BODY });
    expect(await outcomeOf(request)).toEqual([200, 1]);
  });

  test('gets 503 and not a final status if its body was dropped on the way', async () => {
    const request = new Request('https://shop.example/bwp', { method: 'POST', headers: { ...right, 'content-length': '700' } });
    expect(await outcomeOf(request)).toEqual([503, 0]);
  });
});

describe('a request that is replayed', () => {
  test('is verified, because the signature has no time, and handled once with a store', async () => {
    const store = { idempotencyStore: new MemoryIdempotencyStore() };
    const replay = () => outcomeOf(post(BODY, right), { keys: pair.jwk }, store);
    expect(await replay()).toEqual([200, 1]);
    expect(await replay()).toEqual([200, 0]);
    // What is not signed makes no difference.
    const elsewhere = new Request('https://shop.example/other?a=1', { method: 'POST', headers: { ...right, 'x-other': '1' }, body: BODY });
    expect(await outcomeOf(elsewhere, { keys: pair.jwk }, store)).toEqual([200, 0]);
  });

  test('a hundred times at once is handled once; the others are redelivered or done', async () => {
    const handle = vi.fn(() => new Promise((resolve) => setTimeout(resolve, 5)));
    const options = { idempotencyStore: new MemoryIdempotencyStore(), onError: () => undefined };
    const handler = new BuyWithPrimeWebhookVerifier({ keys: pair.jwk }).handler(handle, options);
    const statuses = await Promise.all(Array.from({ length: 100 }, async () => (await handler(post(BODY, right))).status));
    expect(handle).toHaveBeenCalledOnce();
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(0);
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
    expect((await handler(post(BODY, right))).status).toBe(200);
    expect(handle).toHaveBeenCalledOnce();
  });

  test('in one body with others is handled as often as it is another event', async () => {
    const other = { ...EVENT, resources: ['businessProduct/bp/order/other/delivery/d'] };
    const body = JSON.stringify([EVENT, other, EVENT]);
    const store = { idempotencyStore: new MemoryIdempotencyStore() };
    expect(await outcomeOf(signedPost(pair, body), { keys: pair.jwk }, store)).toEqual([200, 2]);
    expect(await outcomeOf(signedPost(pair, body), { keys: pair.jwk }, store)).toEqual([200, 0]);
  });
});

test('an authenticated body of half a million items that are not events does not outlast the time budget', async () => {
  const body = `[${BODY}${',1'.repeat(500_000)}]`;
  const errors: unknown[] = [];
  const handle = vi.fn();
  const handler = new BuyWithPrimeWebhookVerifier({ keys: pair.jwk }).handler(handle, { onError: (error) => errors.push(error) });
  expect((await handler(signedPost(pair, body))).status).toBe(503);
  expect(errors.length).toBeLessThan(10);
});
