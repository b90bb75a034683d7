import { constants, sign as nodeSign } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import {
  type AmazonPayAlgorithm,
  AmazonPaySigner,
  type AmazonPaySignerOptions,
  importPrivateKey,
  type Signer,
} from '../../../src/amazonpay/index.ts';
import { authorizationOf } from '../../support/pay-server.ts';
import { pkcs1, pkcs8, privateKey, secretOf, verifies } from '../../support/rsa.ts';

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

test('a signer says which algorithm it signs with, also if none was chosen', () => {
  expect(make().algorithm).toBe('AMZN-PAY-RSASSA-PSS-V2');
  expect(make({ algorithm: 'AMZN-PAY-RSASSA-PSS' }).algorithm).toBe('AMZN-PAY-RSASSA-PSS');
});

describe('signHeaders', () => {
  test('returns the headers to set and what they were made from', async () => {
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

  test('signs an idempotency key of the request, and no other header', async () => {
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

  test('signs a URL object as its string', async () => {
    const text = 'https://pay-api.amazon.com/v2/charges/P01?b=2&a=1 x';
    const [ofString, ofUrl] = await Promise.all([text, new URL(text)].map((url) => make().signHeaders({ method: 'GET', url })));
    expect(ofUrl?.canonicalRequest).toBe(ofString?.canonicalRequest);
    expect(ofUrl?.headers['x-amz-pay-host']).toBe('pay-api.amazon.com');
  });

  test('signs the path that fetch sends, not the one that was written', async () => {
    const { canonicalRequest } = await make().signHeaders({ method: 'GET', url: 'https://pay-api.amazon.com/v2\\a/../b c?x=1 2' });
    expect(canonicalRequest.split('\n').slice(0, 3)).toEqual(['GET', '/v2/b%20c', 'x=1%202']);
  });
});

describe('sign', () => {
  test('returns a signed request with the same body, which does not follow redirects', async () => {
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

  test.each(['WIDGET', 'HEADER'])('sends the body of %s, whose name only looks like that of a request without one', async (method) => {
    const signed = await make().sign(new Request(url, { method, body: 'x' }));
    expect(await signed.text()).toBe('x');
  });

  test('replaces an earlier signature', async () => {
    const twice = await make().sign(await make().sign(new Request(url)));
    expect(authorizationOf({ authorization: twice.headers.get('authorization') ?? '' }).publicKeyId).toBe(publicKeyId);
  });

  test('refuses a request whose body has been read', async () => {
    const request = new Request(url, { method: 'POST', body: 'x' });
    const reader = request.body?.getReader();
    await expect(make().sign(request)).rejects.toThrow('its body has been read already');
    reader?.releaseLock();
    await request.text();
    await expect(make().sign(request)).rejects.toThrow('its body has been read already');
  });
});

describe('the key', () => {
  test('is imported once, on first use, also for calls at the same time', async () => {
    const importKey = vi.spyOn(crypto.subtle, 'importKey');
    const signer = make();
    expect(importKey).not.toHaveBeenCalled();
    await Promise.all(Array.from({ length: 20 }, () => signer.signHeaders({ method: 'GET', url })));
    await signer.signHeaders({ method: 'GET', url });
    expect(importKey).toHaveBeenCalledTimes(1);
    importKey.mockRestore();
  });

  test('that could not be imported is imported again by the next call', async () => {
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

  test('an error of the signer reaches the caller unchanged', async () => {
    const fault = new Error('AccessDeniedException');
    await expect(make({ privateKey: { sign: () => Promise.reject(fault) } }).signHeaders({ method: 'GET', url })).rejects.toBe(fault);
  });

  test.each([undefined, null, 'text', new ArrayBuffer(256), new Uint8Array(), new Uint8Array(64)])(
    'a signer may not resolve with %s',
    async (result) => {
      const privateKey = { sign: async () => result } as never;
      await expect(make({ privateKey }).signHeaders({ method: 'GET', url })).rejects.toMatchObject({
        code: 'CONFIGURATION',
        option: 'privateKey',
        message: expect.stringContaining('RSA signature'),
      });
    },
  );
});

describe('nonsense', () => {
  const algorithm = { name: 'RSA-PSS', hash: { name: 'SHA-256' }, modulusLength: 2048 };
  const cryptoKey = { type: 'private', algorithm, usages: ['sign'] };
  const ecKey = crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
  const rsaKey = (hash: string, name = 'RSA-PSS', modulusLength = 2048): Promise<CryptoKeyPair> =>
    crypto.subtle.generateKey({ name, hash, modulusLength, publicExponent: Uint8Array.of(1, 0, 1) }, false, [
      'sign',
      'verify',
    ]) as Promise<CryptoKeyPair>;

  test.each<[string, () => unknown, string]>([
    ['no options', () => undefined, 'the options must be an object'],
    ['null', () => null, 'the options must be an object'],
    ['a string', () => 'options', 'the options must be an object'],
    ['no publicKeyId', () => ({ publicKeyId: undefined }), '"publicKeyId" is missing'],
    ['an empty publicKeyId', () => ({ publicKeyId: '' }), '"publicKeyId" is empty: is the environment variable set?'],
    ['a publicKeyId with a line break', () => ({ publicKeyId: 'LIVE-A\nx' }), 'without spaces, commas and quotes'],
    ['a publicKeyId with a comma', () => ({ publicKeyId: 'LIVE-A,x' }), 'without spaces, commas and quotes'],
    ['a publicKeyId in quotes', () => ({ publicKeyId: '"LIVE-A"' }), '"publicKeyId" is in quotes'],
    ['the name of a key file as publicKeyId', () => ({ publicKeyId: 'AmazonPay_LIVE-A.pem' }), '"publicKeyId" is the name of a file'],
    ['a key as publicKeyId', () => ({ publicKeyId: pkcs8.trim() }), '"publicKeyId" must be an id'],
    ['a publicKeyId that is not a string', () => ({ publicKeyId: 7 }), '"publicKeyId" must be a string, got number'],
    ['a publicKeyId of 10 MB', () => ({ publicKeyId: 'A'.repeat(10_000_000) }), '"publicKeyId" must be an id'],
    ['no region', () => ({ region: undefined }), '"region" is missing'],
    ['an unknown region', () => ({ region: 'cn' }), '"region" must be na (us), eu (uk, de) or jp'],
    ['a region by a name of Object.prototype', () => ({ region: 'constructor' }), '"region" must be na (us), eu (uk, de) or jp'],
    ['an unknown algorithm', () => ({ algorithm: 'RS256' }), '"algorithm" must be one of'],
    ['a clock that is not a function', () => ({ clock: 7 }), '"clock" must be a function'],
    ['a misspelt option', () => ({ algoritm: 'AMZN-PAY-RSASSA-PSS' }), '"algoritm" is not an option'],
    ['no privateKey', () => ({ privateKey: undefined }), '"privateKey" is missing'],
    ['a privateKey that is null', () => ({ privateKey: null }), '"privateKey" is missing'],
    ['a privateKey that is a number', () => ({ privateKey: 7 }), '"privateKey" must be a string, got number'],
    ['a privateKey that is an object', () => ({ privateKey: {} }), 'it must be a PEM string'],
    ['a privateKey that is a function', () => ({ privateKey: () => pkcs8 }), '"privateKey" must be a string, got function'],
    ['a privateKey that is a path', () => ({ privateKey: './key.pem' }), 'it is the path of a file'],
    ['an EC CryptoKey', async () => ({ privateKey: (await ecKey).privateKey }), 'a private CryptoKey for RSA-PSS'],
    ['a public CryptoKey', async () => ({ privateKey: (await rsaKey('SHA-256')).publicKey }), 'a private CryptoKey for RSA-PSS'],
    ['a CryptoKey for SHA-1', async () => ({ privateKey: (await rsaKey('SHA-1')).privateKey }), 'a private CryptoKey for RSA-PSS'],
    [
      'a CryptoKey for PKCS#1 v1.5',
      async () => ({ privateKey: (await rsaKey('SHA-256', 'RSASSA-PKCS1-v1_5')).privateKey }),
      'a private CryptoKey for RSA-PSS',
    ],
    ['what looks like a public CryptoKey that signs', () => ({ privateKey: { ...cryptoKey, type: 'public' } }), 'a private CryptoKey'],
    ['what looks like a CryptoKey without a hash', () => ({ privateKey: { ...cryptoKey, algorithm: { name: 'RSA-PSS' } } }), 'SHA-256'],
    ['what looks like a CryptoKey without usages', () => ({ privateKey: { ...cryptoKey, usages: undefined } }), 'the usage "sign"'],
    ['a CryptoKey of 1024 bits', async () => ({ privateKey: (await rsaKey('SHA-256', 'RSA-PSS', 1024)).privateKey }), 'it has 1024 bits'],
  ])('%s is a ConfigurationError at construction', async (_, make, message) => {
    const options = await make();
    const all = typeof options === 'object' && options !== null ? { publicKeyId, privateKey: pkcs8, region: 'na', ...options } : options;
    const construct = (): AmazonPaySigner => new AmazonPaySigner(all as never);
    expect(construct).toThrow(expect.objectContaining({ code: 'CONFIGURATION', surface: 'amazonpay' }));
    expect(construct).toThrow(message);
    expect(construct).not.toThrow(secretOf(pkcs8));
  });

  test.each([
    ['publicKeyID', 'publicKeyId'],
    ['private_key', 'privateKey'],
    ['regoin', 'region'],
    ['algoritm', 'algorithm'],
    ['clok', 'clock'],
  ])('the misspelt option %s is refused, and the hint names %s', (option, meant) => {
    expect(() => make({ [option]: 'x' })).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION', option, hint: `Did you mean "${meant}"?` }),
    );
  });

  test.each([undefined, null, 'https://x', {}, { url, headers: 1 }])('sign(%j) is refused as a whole', async (request) => {
    await expect(make().sign(request as never)).rejects.toMatchObject({
      code: 'VALIDATION',
      direction: 'request',
      surface: 'amazonpay',
      issues: [expect.not.objectContaining({ path: expect.anything() })],
      message: 'expected a Request',
    });
  });

  test.each([undefined, null, '/v2/x', new Date()])('the URL %j is refused, and the error names it', async (url) => {
    await expect(make().signHeaders({ method: 'GET', url: url as never })).rejects.toMatchObject({
      code: 'VALIDATION',
      direction: 'request',
      issues: [{ path: ['url'], message: 'expected an absolute URL' }],
    });
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
    await expect(make().signHeaders(request as never)).rejects.toMatchObject({ code: 'VALIDATION', surface: 'amazonpay' });
  });

  test.each([() => new Date(Number.NaN), () => undefined, () => 1_768_472_130_000, () => '2026-01-15'])(
    'a clock that returns %s is refused',
    async (clock) => {
      const call = make({ clock: clock as never }).signHeaders({ method: 'GET', url });
      await expect(call).rejects.toMatchObject({ code: 'CONFIGURATION', surface: 'amazonpay', option: 'clock' });
    },
  );
});
