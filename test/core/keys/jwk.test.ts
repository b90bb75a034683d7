import { generateKeyPairSync, webcrypto } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { checkPublicKey, listKeys } from '../../../src/core/keys/jwk.ts';
import { everyRenderingOf, waybillErrorOf } from '../../support/errors.ts';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const publicJwk = publicKey.export({ format: 'jwk' });
const privateJwk = privateKey.export({ format: 'jwk' });
const pair = (await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
  'sign',
  'verify',
])) as webcrypto.CryptoKeyPair;
const secret = await webcrypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, true, ['sign', 'verify']);

describe('keys as a list', () => {
  test.each<[string, unknown, unknown[]]>([
    ['one key', publicJwk, [publicJwk]],
    ['several', [publicJwk, publicJwk], [publicJwk, publicJwk]],
    ['a key set', { keys: [publicJwk] }, [publicJwk]],
    ['a list of key sets is a list', [{ keys: [] }], [{ keys: [] }]],
    ['a string', 'pem', ['pem']],
  ])('%s', (_, keys, list) => {
    expect(listKeys('core', keys)).toEqual(list);
  });

  test.each<[unknown, string]>([
    [undefined, '"keys" is missing'],
    [null, '"keys" is missing'],
    [[], '"keys" must not be empty: nobody could authenticate'],
    [{ keys: [] }, '"keys" must not be empty: nobody could authenticate'],
  ])('%o is refused', (keys, message) => {
    expect(() => listKeys('core', keys)).toThrow(expect.objectContaining({ code: 'CONFIGURATION', option: 'keys', message }));
  });
});

describe('a public key', () => {
  test.each<[string, unknown]>([
    ['as JSON', publicJwk],
    ['of WebCrypto', pair.publicKey],
  ])('%s is accepted', (_, key) => {
    expect(() => checkPublicKey('core', key)).not.toThrow();
  });

  test.each<[string, unknown]>([
    ['a private key as JSON', privateJwk],
    ['a symmetric key as JSON', { kty: 'oct', k: 'c2VjcmV0LXNlY3JldA' }],
    ['a private key of WebCrypto', pair.privateKey],
    ['a symmetric key of WebCrypto', secret],
  ])('is not %s, and the refusal does not show it', async (_, key) => {
    const error = await waybillErrorOf(() => checkPublicKey('core', key));
    expect(error).toMatchObject({ option: 'keys', message: expect.stringContaining('private or secret key') });
    expect(everyRenderingOf(error)).not.toContain(privateJwk.d);
    expect(everyRenderingOf(error)).not.toContain('c2VjcmV0');
  });

  test.each([undefined, null, 'pem', 5, {}, [], { kty: 5 }])('is not %o', (key) => {
    expect(() => checkPublicKey('core', key, 'Convert it first.')).toThrow(
      expect.objectContaining({ message: '"keys" must be JSON Web Keys or CryptoKeys', hint: 'Convert it first.' }),
    );
  });
});
