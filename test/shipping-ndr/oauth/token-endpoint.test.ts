import { createHmac, randomBytes } from 'node:crypto';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { AuthenticationError, bearerJwt, type PrivateJwk } from '../../../src/shipping-ndr/webhook.ts';
import { ecPair, edPair, token as handmade, type Pair, rsaPair } from '../../support/jwt.ts';
import {
  AUDIENCE,
  endpointWith,
  form,
  handlerWith,
  ID,
  ISSUER,
  inBody,
  isAccepted,
  signingSecret,
  tokenFrom,
} from '../../support/shipping-ndr/token-endpoint.ts';

describe('a token', () => {
  test('is an RFC 9068 JWT that node:crypto finds signed with the secret', async () => {
    const now = new Date('2026-01-01T00:00:00.999Z');
    const response = await handlerWith({ clock: () => now })(form(inBody));
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': expect.stringMatching(/^application\/json/),
      'cache-control': 'no-store',
      pragma: 'no-cache',
    });
    const { access_token, ...rest } = await tokenFrom(response);
    expect(rest).toEqual({ token_type: 'Bearer', expires_in: 900 });

    const [header = '', payload = '', signature] = access_token.split('.');
    expect(createHmac('sha256', signingSecret).update(`${header}.${payload}`).digest('base64url')).toBe(signature);
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'HS256', typ: 'at+jwt' });
    const iat = Date.parse('2026-01-01T00:00:00Z') / 1000;
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toEqual({
      iss: ISSUER,
      aud: AUDIENCE,
      sub: ID,
      client_id: ID,
      iat,
      exp: iat + 900,
      jti: expect.stringMatching(/^[\da-f-]{36}$/),
    });
  });

  test('has another id each time', async () => {
    const handler = handlerWith();
    const ids = await Promise.all(
      Array.from({ length: 20 }, async () => decodeJwt((await tokenFrom(await handler(form(inBody)))).access_token).jti),
    );
    expect(new Set(ids).size).toBe(20);
  });

  test.each<[string, Pair, Partial<PrivateJwk>]>([
    ['RS256', rsaPair('k'), {}],
    ['PS384', rsaPair('k'), { alg: 'PS384' }],
    ['ES256', ecPair('k'), {}],
    ['ES384', ecPair('k', 'P-384'), {}],
    ['ES512', ecPair('k', 'P-521'), {}],
    ['EdDSA', edPair('k'), {}],
    ['Ed25519', edPair('k'), { alg: 'Ed25519' }],
  ])('can be signed with %s, and jose verifies it with the published key', async (alg, pair, changes) => {
    const keys = { ...pair.privateKey.export({ format: 'jwk' }), kid: 'k', ...changes } as PrivateJwk;
    const endpoint = endpointWith({ keys });
    const { access_token } = await tokenFrom(await endpoint.handler()(form(inBody)));
    expect(decodeProtectedHeader(access_token)).toEqual({ alg, kid: 'k', typ: 'at+jwt' });
    const published = await endpoint.jwks();
    const { payload } = await jwtVerify(access_token, createLocalJWKSet(published as never), {
      issuer: ISSUER,
      audience: AUDIENCE,
      typ: 'at+jwt',
      requiredClaims: ['exp', 'iat', 'jti', 'sub', 'client_id'],
    });
    expect(payload['client_id']).toBe(ID);
    // With the key as it was made, and not as it was published.
    await jwtVerify(access_token, pair.publicKey as never);
    expect(await isAccepted(endpoint.auth(), access_token)).toBe(true);
    expect(Object.isFrozen(keys)).toBe(false);
  });

  test('has the scopes that were requested, or all', async () => {
    const handler = handlerWith({ scope: ['ndr:write', 'tracking'] });
    for (const [scope, granted] of [
      [undefined, 'ndr:write tracking'],
      ['', 'ndr:write tracking'],
      [' ', 'ndr:write tracking'],
      ['  ', 'ndr:write tracking'],
      ['tracking', 'tracking'],
      ['tracking ', 'tracking'],
      [' tracking', 'tracking'],
      ['tracking  ndr:write', 'tracking ndr:write'],
      ['tracking tracking', 'tracking'],
      ['tracking ndr:write', 'tracking ndr:write'],
    ] as const) {
      const token = await tokenFrom(await handler(form(scope === undefined ? inBody : { ...inBody, scope })));
      expect(token.scope).toBe(granted);
      expect(decodeJwt(token.access_token)['scope']).toBe(granted);
    }
  });

  test('lives as long as is configured', async () => {
    const { access_token, expires_in } = await tokenFrom(await handlerWith({ lifetime: 3_600 })(form(inBody)));
    const { iat = 0, exp = 0 } = decodeJwt(access_token);
    expect([expires_in, exp - iat]).toEqual([3_600, 3_600]);
  });
});

describe('auth()', () => {
  const NOW = Date.parse('2026-01-01T00:00:00Z');

  test('accepts a token until it expires', async () => {
    let now = NOW;
    const endpoint = endpointWith({ clock: () => new Date(now), lifetime: 60 });
    const { access_token } = await tokenFrom(await endpoint.handler()(form(inBody)));
    const auth = endpoint.auth();
    expect(await isAccepted(auth, access_token)).toBe(true);
    now += 89_000;
    expect(await isAccepted(auth, access_token)).toBe(true);
    now += 1_000;
    expect(await isAccepted(auth, access_token)).toBe(false);
    expect(auth.challenge(new AuthenticationError('expired', '', { surface: 'shipping-ndr' }))).toBe('Bearer error="invalid_token"');
  });

  test('refuses a token of another issuer, for another audience or with another key', async () => {
    const auth = endpointWith().auth();
    for (const other of [{ issuer: 'https://other.example' }, { audience: 'https://other.example' }, { keys: randomBytes(32) }]) {
      const { access_token } = await tokenFrom(await handlerWith(other)(form(inBody)));
      expect(await isAccepted(auth, access_token)).toBe(false);
    }
  });

  test('refuses everything else that is signed with the key', async () => {
    const claims = { iss: ISSUER, aud: AUDIENCE, exp: Math.floor(Date.now() / 1_000) + 600 };
    const auth = endpointWith().auth();
    expect(await isAccepted(auth, handmade({ alg: 'HS256', typ: 'at+jwt' }, claims, signingSecret))).toBe(true);
    expect(await isAccepted(auth, handmade({ alg: 'HS256', typ: 'JWT' }, claims, signingSecret))).toBe(false);
    expect(await isAccepted(auth, handmade({ alg: 'HS256' }, claims, signingSecret))).toBe(false);
  });

  test('is what bearerJwt() would be with the same options', async () => {
    const { access_token } = await tokenFrom(await handlerWith({ scope: 'ndr:write' })(form(inBody)));
    const auth = bearerJwt({
      issuer: ISSUER,
      audience: AUDIENCE,
      keys: signingSecret,
      algorithms: ['HS256'],
      clientId: ID,
      scope: 'ndr:write',
    });
    expect(await isAccepted(auth, access_token)).toBe(true);
  });
});
