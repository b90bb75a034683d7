import { createPublicKey, verify } from 'node:crypto';
import { createLocalJWKSet } from 'jose';
import { describe, expect, test } from 'vitest';
import { BuyWithPrimeWebhookVerifier, ConfigurationError, type WaybillError } from '../../../src/buywithprime/index.ts';
import { AmazonEmulator, buyWithPrimeEvent, signedWebhook, WebhookSigningKeys } from '../../../src/testing/index.ts';
import { everythingShownOf, waybillErrorOf } from '../../support/errors.ts';
import { serve } from '../../support/server.ts';

const keys = new WebhookSigningKeys();
const event = buyWithPrimeEvent('PACKAGE_DELIVERED');

/** Whether node:crypto verifies the signature of a request with the key of that id. */
async function isVerified(request: Request, encoding: 'der' | 'ieee-p1363', by = keys): Promise<boolean> {
  const jwk = by.jwks.keys.find(({ kid }) => kid === request.headers.get('x-amzn-kid'));
  const key = createPublicKey({ key: jwk as never, format: 'jwk' });
  const signature = Buffer.from(request.headers.get('x-amzn-signature') as string, 'base64');
  return verify('sha384', Buffer.from(await request.arrayBuffer()), { key, dsaEncoding: encoding }, signature);
}

describe('signedWebhook', () => {
  test.each(['der', 'ieee-p1363'] as const)('makes a request that node:crypto verifies: %s', async (encoding) => {
    const request = signedWebhook(event, { keys, encoding, url: 'https://shop.example/bwp?x=1' });
    expect([request.method, request.url, request.headers.get('content-type')]).toEqual([
      'POST',
      'https://shop.example/bwp?x=1',
      'application/json',
    ]);
    expect(await isVerified(request.clone(), encoding)).toBe(true);
    expect(await request.json()).toEqual(event.detail);
    expect(await isVerified(signedWebhook('no event, ä', { keys, encoding }), encoding)).toBe(true);
  });

  test('sends an event without a webhook body as it is', async () => {
    const old = buyWithPrimeEvent('DELIVERY_COMPLETED');
    expect(await signedWebhook(old, { keys }).json()).toEqual(old);
    expect(await signedWebhook(event.detail, { keys }).json()).toEqual(event.detail);
  });

  test('signs deterministically, with the key that is named', async () => {
    const own = new WebhookSigningKeys({ seed: 'a seed' });
    const first = own.keyId;
    own.rotate();
    const signature = (keyId?: string) => signedWebhook(event, { keys: own, ...(keyId && { keyId }) }).headers.get('x-amzn-signature');
    expect(signature()).toBe(signature());
    expect(signature(first)).not.toBe(signature());
    own.withdraw();
    expect(signature(first)).toBe(new WebhookSigningKeys({ seed: 'a seed' }).sign(JSON.stringify(event.detail)));
  });

  test.each<[string, unknown, unknown]>([
    ['no options', event, undefined],
    ['no keys', event, {}],
    ['keys without sign()', event, { keys: { keyId: 'x', sign: 1 } }],
    ['a key that is not there', event, { keys, keyId: 'nobody' }],
    ['an unknown encoding', event, { keys, encoding: 'pem' }],
    ['a relative URL', event, { keys, url: '/bwp' }],
    ['a function instead of an event', () => event, { keys }],
    ['an event that JSON cannot hold', { n: 1n }, { keys }],
  ])('refuses %s', async (_, body, options) => {
    expect(await waybillErrorOf(() => signedWebhook(body, options as never))).toBeInstanceOf(ConfigurationError);
  });
});

describe('WebhookSigningKeys', () => {
  test('publish public keys that jose accepts, and a seed gives the same ones', async () => {
    const [one, two, other] = ['a', 'a', 'b'].map((seed) => new WebhookSigningKeys({ seed })) as [
      WebhookSigningKeys,
      WebhookSigningKeys,
      WebhookSigningKeys,
    ];
    one.rotate();
    two.rotate();
    expect(one.jwks).toEqual(two.jwks);
    expect(new Set([...one.jwks.keys, ...other.jwks.keys, ...keys.jwks.keys].map(({ x }) => x)).size).toBe(4);
    for (const jwk of one.jwks.keys) {
      expect(Object.keys(jwk).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
      expect(await createLocalJWKSet(one.jwks as never)({ alg: 'ES384', kid: jwk.kid as string })).toMatchObject({ type: 'public' });
    }
  });

  test('sign with the newest, and withdraw the others or one', async () => {
    const own = new WebhookSigningKeys();
    const published = (): unknown => own.jwks.keys.map(({ kid }) => kid);
    const first = own.keyId;
    const second = own.rotate();
    expect([own.keyId, published()]).toEqual([second, [first, second]]);
    const third = own.rotate();
    own.withdraw(second);
    expect([own.keyId, published()]).toEqual([third, [first, third]]);
    own.withdraw();
    expect(published()).toEqual([third]);
    own.republish();
    expect(published()).toEqual([first, second, third]);
    expect(await waybillErrorOf(() => own.withdraw('nobody'))).toBeInstanceOf(ConfigurationError);
  });

  test.each<[unknown]>([[null], ['seed'], [{ seed: 7 }]])('refuse %j as options', async (options) => {
    expect(await waybillErrorOf(() => new WebhookSigningKeys(options as never))).toBeInstanceOf(ConfigurationError);
  });

  test('refuse to sign what has no bytes', async () => {
    for (const body of [undefined, {}, 7]) {
      expect(await waybillErrorOf(() => keys.sign(body as never))).toBeInstanceOf(ConfigurationError);
    }
  });

  test('show no secret', () => {
    const own = new WebhookSigningKeys({ seed: 'seed-k4711' });
    own.rotate();
    expect(everythingShownOf(own)).not.toMatch(/seed-k4711|Uint8Array/);
  });
});

describe('a webhook behind the emulator', () => {
  test('follows the keys through a rotation, an outage, and the withdrawal of a key', async () => {
    const emulator = new AmazonEmulator();
    const verifier = new BuyWithPrimeWebhookVerifier({ fetch: emulator.fetch, cooldown: 0, cacheMaxAge: 0 });
    const outcomeOf = (keyId?: string): Promise<string> =>
      verifier.verify(signedWebhook(event, { keys: emulator.signingKeys, ...(keyId && { keyId }) })).then(
        ({ kind }) => kind,
        ({ code }: WaybillError) => code,
      );
    const first = emulator.signingKeys.keyId;
    expect(await outcomeOf()).toBe('DELIVERY_COMPLETED');
    emulator.fail({ path: '/jwks.json', status: 503 });
    const second = emulator.signingKeys.rotate();
    // Known from before, and not known yet.
    expect(await outcomeOf(first)).toBe('DELIVERY_COMPLETED');
    emulator.fail({ path: '/jwks.json', status: 503, times: 2 });
    expect(await outcomeOf(second)).toBe('API');
    emulator.reset();
    expect([await outcomeOf(first), await outcomeOf(second)]).toEqual(['DELIVERY_COMPLETED', 'DELIVERY_COMPLETED']);
    emulator.signingKeys.withdraw();
    expect([await outcomeOf(first), await outcomeOf(second)]).toEqual(['AUTHENTICATION', 'DELIVERY_COMPLETED']);
  });

  test('finds the key set at its URL, over HTTP too', async () => {
    const emulator = new AmazonEmulator();
    const url = await serve(emulator.fetch);
    const verifier = new BuyWithPrimeWebhookVerifier({ jwks: `${url}/jwks.json` });
    expect((await verifier.verify(signedWebhook(event, { keys: emulator.signingKeys }))).eventType).toBe('PACKAGE_DELIVERED');
    expect(await (await fetch(`${url}/jwks.json`)).json()).toEqual(emulator.signingKeys.jwks);
    const posted = await fetch(`${url}/jwks.json`, { method: 'POST' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET']);
    expect((await emulator.fetch('https://api.amazon.com/jwks.json')).status).toBe(404);
    expect((await emulator.fetch('https://api.buywithprime.amazon.com/jwks.json')).status).toBe(200);
  });
});
