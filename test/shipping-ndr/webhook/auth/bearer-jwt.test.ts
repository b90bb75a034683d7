import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import type { AuthenticationError, BearerJwtOptions } from '../../../../src/shipping-ndr/webhook.ts';
import { everythingShownOf } from '../../../support/errors.ts';
import { ecPair, rsaPair, token } from '../../../support/jwt.ts';
import { refusalOf } from '../../../support/shipping-ndr/auth.ts';
import { claims, ec, ed, forged, rs256, rsa, SECONDS, withKeys } from '../../../support/shipping-ndr/jwt.ts';

const secret = randomBytes(64);

describe('a token is accepted', () => {
  test.each([
    ['RS256', rsa],
    ['RS512', rsa],
    ['PS256', rsa],
    ['PS384', rsa],
    ['ES256', ec],
    ['ES384', ecPair('ec-2', 'P-384')],
    ['EdDSA', ed],
    ['Ed25519', ed],
  ])('if it is signed with %s', async (alg, { jwk, privateKey }) => {
    const auth = withKeys({ keys: [jwk] });
    expect(await refusalOf(auth, token({ alg, kid: jwk.kid }, claims, privateKey))).toBeUndefined();
    expect(await refusalOf(auth, token({ alg }, claims, privateKey))).toBeUndefined();
  });

  test.each(['HS256', 'HS384', 'HS512'] as const)('if it is signed with a shared secret, and %s is named', async (alg) => {
    const auth = withKeys({ keys: secret, algorithms: [alg] });
    expect(await refusalOf(auth, token({ alg }, claims, secret))).toBeUndefined();
    expect(await refusalOf(auth, token({ alg }, claims, randomBytes(64)))).toMatchObject({ reason: 'mismatch' });
  });

  test('if it is signed with a shared secret of another realm, as in a test runner, which may be erased after that', async () => {
    const foreign = runInNewContext('new Uint8Array(64).fill(7)') as Uint8Array;
    const auth = withKeys({ keys: foreign, algorithms: ['HS512'] });
    foreign.fill(0);
    expect(await refusalOf(auth, token({ alg: 'HS512' }, claims, Buffer.alloc(64, 7)))).toBeUndefined();
    expect(await refusalOf(auth, token({ alg: 'HS512' }, claims, Buffer.alloc(64)))).toMatchObject({ reason: 'mismatch' });
  });

  test('with a key that is a CryptoKey, in a key set or from a function', async () => {
    const key = await crypto.subtle.importKey('jwk', rsa.jwk as JsonWebKey, { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, false, [
      'verify',
    ]);
    for (const keys of [key, [ec.jwk, key], { keys: [ec.jwk, rsa.jwk] }, () => rsa.jwk, async () => [rsa.jwk]]) {
      expect(await refusalOf(withKeys({ keys }), rs256())).toBeUndefined();
    }
  });

  test('whichever of several keys it is signed with', async () => {
    const unknown = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const auth = withKeys({ keys: [forged.jwk, ec.jwk, ed.jwk, rsa.jwk] });
    expect(await refusalOf(auth, rs256())).toBeUndefined();
    expect(await refusalOf(auth, token({ alg: 'ES256' }, claims, ec.privateKey))).toBeUndefined();
    expect(await refusalOf(auth, token({ alg: 'EdDSA' }, claims, ed.privateKey))).toBeUndefined();
    expect(await refusalOf(auth, token({ alg: 'RS256' }, claims, unknown.privateKey))).toMatchObject({ reason: 'mismatch' });
  });

  test('whichever of several curves its key is on, and with no other key', async () => {
    const pairs = [ecPair('a', 'P-256'), ecPair('b', 'P-384'), ecPair('c', 'P-521')] as const;
    const algorithms = ['ES256', 'ES384', 'ES512'];
    for (const keys of [pairs, pairs.toReversed()]) {
      const auth = withKeys({ keys: keys.map(({ jwk }) => ({ ...jwk, alg: undefined })) });
      for (const [at, { privateKey }] of pairs.entries()) {
        const valid = token({ alg: algorithms[at] }, claims, privateKey);
        expect(await refusalOf(auth, valid)).toBeUndefined();
        expect(await refusalOf(auth, valid.replace(/[^.]+$/, 'AAAA'))).toMatchObject({ reason: 'mismatch' });
      }
    }
    const one = withKeys({ keys: { ...pairs[0].jwk, alg: undefined } });
    expect(await refusalOf(one, token({ alg: 'ES384' }, claims, pairs[1].privateKey))).toMatchObject({ reason: 'mismatch' });
  });

  test.each(['EdDSA', 'Ed25519'])('under both names of its algorithm with a key that is for %s', async (name) => {
    const auth = withKeys({ keys: { ...ed.jwk, alg: name } });
    for (const alg of ['EdDSA', 'Ed25519']) expect(await refusalOf(auth, token({ alg }, claims, ed.privateKey))).toBeUndefined();
  });

  test.each<[string, Partial<BearerJwtOptions>, Record<string, unknown>]>([
    ['an audience among several', { audience: ['https://other.example', claims.aud] }, { aud: ['x', claims.aud] }],
    ['its client', { clientId: 'amazon-shipping' }, {}],
    ['one of several clients', { clientId: ['old', 'amazon-shipping'] }, {}],
    ['its client in azp', { clientId: 'amazon-shipping' }, { client_id: undefined, azp: 'amazon-shipping' }],
    ['a scope', { scope: 'ndr:write' }, {}],
    ['scopes in an array', { scope: ['b', 'a'] }, { scope: ['a', 'b', 'c'] }],
    ['scopes in scp', { scope: ['b', 'a'] }, { scope: undefined, scp: ['a', 'b'] }],
    ['a type', { typ: 'at+jwt' }, {}],
    ['an expiry that is 29 seconds past', {}, { exp: SECONDS - 29 }],
    ['a start that is 29 seconds ahead', {}, { nbf: SECONDS + 29 }],
    ['scopes in roles', { scope: ['b', 'a'] }, { scope: undefined, roles: ['a', 'b'] }],
    ['a type with its prefix', { typ: 'application/at+jwt' }, {}],
    ['no audience, as of Amazon Cognito', { audience: false, clientId: 'amazon-shipping' }, { aud: undefined, token_use: 'access' }],
    ['no audience, and a scope', { audience: false, scope: 'ndr:write' }, { aud: undefined }],
    ['a tolerance of an hour', { clockTolerance: 3_600 }, { exp: SECONDS - 3_599 }],
  ])('with %s', async (_, options, changes) => {
    expect(await refusalOf(withKeys(options), rs256(changes))).toBeUndefined();
  });

  test('and the keys that were passed stay as they were', async () => {
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
    ['that is not signed, in another case', token({ alg: 'nOnE' }, claims, ''), 'mismatch'],
    [
      'that claims to be unsigned, with a right signature',
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.${signature}`,
      'mismatch',
    ],
    ['without a signature', `${header}.${payload}.`, 'mismatch'],
    ['whose public key was taken for a secret', token({ alg: 'HS256' }, claims, publicPem), 'mismatch'],
    ['whose modulus was taken for a secret', token({ alg: 'HS256' }, claims, String(rsa.jwk['n'])), 'mismatch'],
    ['that a forged signed', token({ alg: 'RS256', kid: 'rsa-1' }, claims, forged.privateKey), 'mismatch'],
    ['that brings its own key', token({ alg: 'RS256', kid: 'rsa-1', jwk: forged.jwk }, claims, forged.privateKey), 'mismatch'],
    [
      'that says where its key is published',
      token({ alg: 'RS256', kid: 'rsa-1', jku: 'http://127.0.0.1:1/' }, claims, forged.privateKey),
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
    ['that never expires', rs256({ exp: undefined }), 'mismatch'],
    ['whose expiry is a string', rs256({ exp: String(SECONDS + 600) }), 'mismatch'],
    ['that has expired', rs256({ exp: SECONDS - 31 }), 'expired'],
    ['that is not valid yet', rs256({ nbf: SECONDS + 31 }), 'mismatch'],
    ['with an extension that must be understood', rs256({}, { crit: ['x'], x: 1 }), 'mismatch'],
    ['with a payload that is not encoded, as b64 allows', rs256({}, { crit: ['b64'], b64: false }), 'malformed'],
    ['of four parts', `${header}.${payload}.${signature}.x`, 'malformed'],
    ['of five parts', 'a.b.c.d.e', 'malformed'],
    ['that is not a JSON Web Token', 'opaque', 'malformed'],
    ['with a header that is not JSON', `bm8.${payload}.${signature}`, 'malformed'],
    ['with claims that are not an object', token({ alg: 'RS256' }, '[]', rsa.privateKey), 'malformed'],
    ['nested in another', token({ alg: 'RS256', cty: 'JWT' }, rs256(), rsa.privateKey), 'malformed'],
    ['with a signature that is not base64', `${header}.${payload}.!!!`, 'malformed'],
    ['that is too large', rs256({ padding: 'x'.repeat(16_384) }), 'malformed'],
  ])('%s', async (_, jwt, reason) => {
    const refusal = await refusalOf(withKeys(), jwt);
    expect(refusal).toMatchObject({ code: 'AUTHENTICATION', reason, surface: 'shipping-ndr' });
    expect(everythingShownOf(refusal)).not.toMatch(/mallory|amazon-shipping|eyJ/);
  });

  test.each<[string, Partial<BearerJwtOptions>, Record<string, unknown>, Record<string, unknown>?]>([
    ['of another client', { clientId: ['amazon', 'shipping'] }, {}],
    ['of no client', { clientId: 'amazon-shipping' }, { client_id: undefined }],
    ['of a client that is not a string', { clientId: 'amazon-shipping' }, { client_id: ['amazon-shipping'] }],
    ['of another client, with azp that names the right one', { clientId: 'amazon-shipping' }, { client_id: 'x', azp: 'amazon-shipping' }],
    ['that lacks a scope', { scope: ['ndr:write', 'ndr:admin'] }, {}],
    ['with part of a scope', { scope: 'ndr' }, {}],
    ['without scopes', { scope: 'ndr:write' }, { scope: undefined }],
    ['whose scopes are an object', { scope: 'ndr:write' }, { scope: { 'ndr:write': true } }],
    ['of another type', { typ: 'JWT' }, {}],
    ['without a type', { typ: 'at+jwt' }, {}, { typ: undefined }],
    ['without an audience, and of another client', { audience: false, clientId: 'amazon' }, { aud: undefined }],
    [
      'without an audience, which is the ID token of a user',
      { audience: false, clientId: 'amazon-shipping' },
      { client_id: undefined, aud: 'amazon-shipping' },
    ],
    ['without an audience and without the scope', { audience: false, scope: 'ndr:admin' }, { aud: undefined }],
    ['with an algorithm that is not accepted', { algorithms: ['PS256', 'ES256'] }, {}],
  ])('%s', async (_, options, changes, header) => {
    expect(await refusalOf(withKeys(options), rs256(changes, header))).toMatchObject({ reason: 'mismatch' });
  });

  test.each([
    [{ iss: 'x' }, '"iss" of the token is not as expected'],
    [{ iss: 'https://login.example.com' }, '"iss" of the token is not as expected: it differs from "issuer" in a slash at the end'],
    [{ iss: 'https://login.example.com//' }, '"iss" of the token is not as expected: it differs from "issuer" in a slash at the end'],
    [{ iss: 'https://login.example.com/x' }, '"iss" of the token is not as expected'],
    [{ iss: undefined }, '"iss" of the token is missing'],
    [{ iss: [claims.iss] }, '"iss" of the token is not as expected'],
    [{ aud: 'x' }, '"aud" of the token is not as expected'],
    [{ aud: undefined }, '"aud" of the token is missing'],
    [{ exp: undefined }, '"exp" of the token is missing'],
    [{ exp: 'x' }, '"exp" of the token is not as expected'],
    [{ nbf: SECONDS + 31 }, '"nbf" of the token is not as expected'],
  ])('with the name of the claim that is wrong, and without its value: %j', async (changes, message) => {
    const refusal = await refusalOf(withKeys(), rs256(changes));
    expect(refusal?.message).toBe(message);
    expect(refusal?.hint).toEqual('aud' in changes && changes.aud === undefined ? expect.stringContaining('audience: false') : undefined);
  });

  test('and a wrong type is not taken for a wrong issuer', async () => {
    const refusal = await refusalOf(withKeys({ typ: 'JWT' }), rs256({ iss: 'https://login.example.com' }));
    expect(refusal?.message).toBe('"typ" of the token is not as expected');
  });

  test('that is signed with a key that is too small', async () => {
    const small = rsaPair('small', generateKeyPairSync('rsa', { modulusLength: 1024 }));
    const refusal = await refusalOf(withKeys({ keys: small.jwk }), token({ alg: 'RS256' }, claims, small.privateKey));
    expect(refusal).toMatchObject({ reason: 'mismatch' });
  });
});
