import { constants, sign as nodeSign } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import {
  type AmazonPayAlgorithm,
  AmazonPaySigner,
  type AmazonPaySignerOptions,
  importPrivateKey,
  type Signer,
} from '../../src/amazonpay/index.ts';
import { authorizationOf } from './pay-server.ts';
import { pkcs1, pkcs8, privateKey, secretOf, verifies } from './rsa.ts';

const publicKeyId = 'LIVE-AGC4SIRXYYTSA667HVXKNEIA';
const url = 'https://pay-api.amazon.com/v2/deliveryTrackers';
const clock = (): Date => new Date('2026-01-15T10:15:30.999Z');
const make = (options: Partial<AmazonPaySignerOptions> = {}): AmazonPaySigner =>
  new AmazonPaySigner({ publicKeyId, privateKey: pkcs8, region: 'na', clock, ...options });

/** A key in an HSM: node:crypto in its stead. */
const hsm = (saltLength: number): Signer => ({
  sign: async (bytes) => nodeSign('sha256', bytes, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }),
});

describe.each<[AmazonPayAlgorithm, number]>([
  ['AMZN-PAY-RSASSA-PSS', 20],
  ['AMZN-PAY-RSASSA-PSS-V2', 32],
])('%s', (algorithm, saltLength) => {
  test.each<[string, () => AmazonPaySignerOptions['privateKey'] | Promise<CryptoKey>]>([
    ['PKCS#8', () => pkcs8],
    ['PKCS#1', () => pkcs1],
    ['a Buffer, as readFileSync gives it', () => Buffer.from(pkcs8)],
    ['a CryptoKey', () => importPrivateKey(pkcs8)],
    ['a Signer', () => hsm(saltLength)],
  ])('node:crypto verifies what it signs with %s', async (_, key) => {
    const signed = await make({ algorithm, privateKey: await key() }).signHeaders({ method: 'POST', url, body: '{"ä":1}' });
    const { signature, ...authorization } = authorizationOf(signed.headers);
    expect(authorization).toEqual({
      algorithm,
      publicKeyId,
      names: ['accept', 'content-type', 'x-amz-pay-date', 'x-amz-pay-host', 'x-amz-pay-region'],
    });
    expect(signed.stringToSign.startsWith(`${algorithm}\n`)).toBe(true);
    expect(verifies(signed.stringToSign, signature, algorithm)).toBe(true);
    const other = algorithm === 'AMZN-PAY-RSASSA-PSS' ? 'AMZN-PAY-RSASSA-PSS-V2' : 'AMZN-PAY-RSASSA-PSS';
    expect(verifies(signed.stringToSign, signature, other)).toBe(false);
  });
});

describe('signHeaders', () => {
  test('gives the headers to set and what they were made from', async () => {
    const body =
      '{"chargePermissionId":"S01-0000000-0000000","deliveryDetails":[{"trackingNumber":"1Z999AA10123456784","carrierCode":"UPS"}]}';
    const signed = await make().signHeaders({ method: 'post', url, body });
    expect(signed.headers).toEqual({
      accept: 'application/json',
      'content-type': 'application/json',
      'x-amz-pay-date': '20260115T101530Z',
      'x-amz-pay-host': 'pay-api.amazon.com',
      'x-amz-pay-region': 'na',
      authorization: expect.any(String),
    });
    // Section 3.6 of the reference, row 1.
    expect(signed.stringToSign).toBe('AMZN-PAY-RSASSA-PSS-V2\n39ec317bb918945a92df503e0b8187eabf005122bf305ea96f1152fa6c440b4d');
  });

  test('signs an idempotency key that is there, and no other header', async () => {
    const headers = { 'X-Amz-Pay-Idempotency-Key': 'abc', 'User-Agent': 'shop', 'x-amz-pay-authtoken': 'token' };
    const signed = await make().signHeaders({ method: 'POST', url, headers });
    expect(authorizationOf(signed.headers).names).toEqual([
      'accept',
      'content-type',
      'x-amz-pay-date',
      'x-amz-pay-host',
      'x-amz-pay-idempotency-key',
      'x-amz-pay-region',
    ]);
    expect(signed.headers).toHaveProperty('x-amz-pay-idempotency-key', 'abc');
    expect(signed.headers).not.toHaveProperty('user-agent');
  });

  test.each([
    ['https://pay-api.amazon.eu/v2/x', 'uk', 'pay-api.amazon.eu', 'eu'],
    ['https://PAY-API.amazon.jp:8443/v2/x', 'JP', 'pay-api.amazon.jp', 'jp'],
    ['http://127.0.0.1:3000/x', 'us', '127.0.0.1', 'na'],
    ['http://[::1]:3000/x', 'de', '[::1]', 'eu'],
  ])('the host of %s and the region %s are signed as %s and %s', async (target, region, host, value) => {
    const { headers } = await make({ region: region as never }).signHeaders({ method: 'GET', url: target });
    expect(headers).toMatchObject({ 'x-amz-pay-host': host, 'x-amz-pay-region': value });
  });

  test('signs the path that fetch sends, not the one that was written', async () => {
    const { canonicalRequest } = await make().signHeaders({ method: 'GET', url: 'https://pay-api.amazon.com/v2\\a/../b c?x=1 2' });
    expect(canonicalRequest.split('\n').slice(0, 3)).toEqual(['GET', '/v2/b%20c', 'x=1%202']);
  });
});

describe('sign', () => {
  test('gives a signed request with the same body that follows no redirect', async () => {
    const body = JSON.stringify({ note: 'Ä荷' });
    const original = new Request(url, {
      method: 'POST',
      body,
      headers: { 'x-shop': '1', Accept: 'text/html', 'x-amz-pay-idempotency-key': 'k' },
    });
    const request = await make().sign(original);
    expect(request).toMatchObject({ method: 'POST', url, redirect: 'manual' });
    expect(Object.fromEntries(request.headers)).toMatchObject({
      accept: 'application/json',
      'content-type': 'application/json',
      'x-amz-pay-idempotency-key': 'k',
      'x-shop': '1',
    });
    const { headers, stringToSign } = await make().signHeaders({
      method: 'POST',
      url,
      body,
      headers: { 'x-amz-pay-idempotency-key': 'k' },
    });
    const { signature } = authorizationOf({ authorization: request.headers.get('authorization') ?? '' });
    expect(verifies(stringToSign, signature, 'AMZN-PAY-RSASSA-PSS-V2')).toBe(true);
    expect(request.headers.get('x-amz-pay-date')).toBe(headers['x-amz-pay-date']);
    expect(await request.text()).toBe(body);
  });

  test('signs a request without a body, a streamed one, and one with an empty body', async () => {
    const get = await make().sign(new Request(url));
    expect(await get.text()).toBe('');
    const stream = new Blob(['a', 'b']).stream();
    const streamed = await make().sign(new Request(url, { method: 'POST', body: stream, duplex: 'half' } as RequestInit));
    expect(await streamed.text()).toBe('ab');
    const empty = await make().sign(new Request(url, { method: 'POST', body: '' }));
    expect(await empty.text()).toBe('');
  });

  test('replaces a signature that is there', async () => {
    const twice = await make().sign(await make().sign(new Request(url)));
    expect(authorizationOf({ authorization: twice.headers.get('authorization') ?? '' }).publicKeyId).toBe(publicKeyId);
  });

  test('refuses a request whose body was read', async () => {
    const request = new Request(url, { method: 'POST', body: 'x' });
    const reader = request.body?.getReader();
    await expect(make().sign(request)).rejects.toThrow('its body was read already');
    reader?.releaseLock();
    await request.text();
    await expect(make().sign(request)).rejects.toThrow('its body was read already');
  });
});

describe('the key', () => {
  test('is imported on first use, once for all who wait', async () => {
    const importKey = vi.spyOn(crypto.subtle, 'importKey');
    const signer = make();
    expect(importKey).not.toHaveBeenCalled();
    await Promise.all(Array.from({ length: 20 }, () => signer.signHeaders({ method: 'GET', url })));
    await signer.signHeaders({ method: 'GET', url });
    expect(importKey).toHaveBeenCalledTimes(1);
    importKey.mockRestore();
  });

  test('that could not be imported is tried again', async () => {
    const importKey = vi.spyOn(crypto.subtle, 'importKey').mockRejectedValueOnce(new Error('a moment ago'));
    const signer = make();
    await expect(signer.signHeaders({ method: 'GET', url })).rejects.toMatchObject({ code: 'CONFIGURATION' });
    await expect(signer.signHeaders({ method: 'GET', url })).resolves.toHaveProperty('headers.authorization');
    importKey.mockRestore();
  });

  test('is never shown', async () => {
    const signer = make();
    await signer.signHeaders({ method: 'GET', url });
    for (const held of [signer, make({ privateKey: pkcs1 }), make({ privateKey: hsm(32) })]) {
      const shown = inspect(held, { depth: 10, showHidden: true }) + JSON.stringify(held);
      for (const pem of [pkcs8, pkcs1]) expect(shown).not.toContain(secretOf(pem));
    }
  });

  test('the fault of a signer reaches the caller as it is', async () => {
    const fault = new Error('AccessDeniedException');
    await expect(make({ privateKey: { sign: () => Promise.reject(fault) } }).signHeaders({ method: 'GET', url })).rejects.toBe(fault);
  });

  test.each([undefined, null, 'text', new ArrayBuffer(256), new Uint8Array(), new Uint8Array(64)])(
    'a signer may not resolve with %s',
    async (result) => {
      const privateKey = { sign: async () => result } as never;
      await expect(make({ privateKey }).signHeaders({ method: 'GET', url })).rejects.toMatchObject({
        code: 'CONFIGURATION',
        message: expect.stringContaining('RSA signature'),
      });
    },
  );
});

describe('nonsense', () => {
  const ecKey = crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
  const rsaKey = (hash: string, name = 'RSA-PSS', modulusLength = 2048): Promise<CryptoKeyPair> =>
    crypto.subtle.generateKey({ name, hash, modulusLength, publicExponent: Uint8Array.of(1, 0, 1) }, false, [
      'sign',
      'verify',
    ]) as Promise<CryptoKeyPair>;

  test.each<[string, () => unknown]>([
    ['no options', () => undefined],
    ['null', () => null],
    ['text', () => 'options'],
    ['no publicKeyId', () => ({ publicKeyId: undefined })],
    ['an empty publicKeyId', () => ({ publicKeyId: '' })],
    ['a publicKeyId with a line break', () => ({ publicKeyId: 'LIVE-A\nx' })],
    ['a publicKeyId with a comma', () => ({ publicKeyId: 'LIVE-A, x' })],
    ['a publicKeyId that is no text', () => ({ publicKeyId: 7 })],
    ['a publicKeyId of 10 MB', () => ({ publicKeyId: 'A'.repeat(10_000_000) })],
    ['no region', () => ({ region: undefined })],
    ['a region that is none', () => ({ region: 'cn' })],
    ['a region by a name of Object.prototype', () => ({ region: 'constructor' })],
    ['an algorithm that is none', () => ({ algorithm: 'RS256' })],
    ['a clock that is none', () => ({ clock: 7 })],
    ['no privateKey', () => ({ privateKey: undefined })],
    ['a privateKey that is a number', () => ({ privateKey: 7 })],
    ['a privateKey that is an object', () => ({ privateKey: {} })],
    ['a privateKey that is a function', () => ({ privateKey: () => pkcs8 })],
    ['a privateKey that is a path', () => ({ privateKey: './key.pem' })],
    ['an EC CryptoKey', async () => ({ privateKey: (await ecKey).privateKey })],
    ['a public CryptoKey', async () => ({ privateKey: (await rsaKey('SHA-256')).publicKey })],
    ['a CryptoKey for SHA-1', async () => ({ privateKey: (await rsaKey('SHA-1')).privateKey })],
    ['a CryptoKey for PKCS#1 v1.5', async () => ({ privateKey: (await rsaKey('SHA-256', 'RSASSA-PKCS1-v1_5')).privateKey })],
    ['a CryptoKey of 1024 bits', async () => ({ privateKey: (await rsaKey('SHA-256', 'RSA-PSS', 1024)).privateKey })],
  ])('%s is a ConfigurationError at construction', async (_, make) => {
    const options = await make();
    const all = typeof options === 'object' && options !== null ? { publicKeyId, privateKey: pkcs8, region: 'na', ...options } : options;
    expect(() => new AmazonPaySigner(all as never)).toThrow(expect.objectContaining({ code: 'CONFIGURATION', surface: 'amazonpay' }));
  });

  test.each([undefined, null, 'https://x', {}, { url, headers: 1 }])('sign(%j) is refused', async (request) => {
    await expect(make().sign(request as never)).rejects.toMatchObject({ code: 'VALIDATION' });
  });

  test.each([
    undefined,
    null,
    {},
    { method: 'GET' },
    { method: 'GET', url: '/v2/x' },
    { method: 'GET', url: 'data:x' },
    { method: 'GET', url: Symbol('x') },
    { method: 'GET', url: Object.create(null) },
    { url },
    { method: 'GET', url, headers: 1 },
    { method: 'GET', url, body: 1 },
  ])('signHeaders(%j) is refused', async (request) => {
    await expect(make().signHeaders(request as never)).rejects.toMatchObject({ code: 'VALIDATION' });
  });

  test.each([() => new Date(Number.NaN), () => undefined, () => 1_768_472_130_000, () => '2026-01-15'])(
    'a clock that says %s is refused',
    async (clock) => {
      await expect(make({ clock: clock as never }).signHeaders({ method: 'GET', url })).rejects.toMatchObject({ code: 'CONFIGURATION' });
    },
  );
});
