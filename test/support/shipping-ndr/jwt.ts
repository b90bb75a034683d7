/** Tokens of an authorization server, and what a webhook expects of them. */
import { type BearerJwtOptions, bearerJwt, type NdrAuth } from '../../../src/shipping-ndr/webhook.ts';
import { ecPair, edPair, rsaPair, token } from '../jwt.ts';
import { theirs } from '../rsa.ts';

export const NOW = new Date('2026-01-01T00:00:00Z');
export const SECONDS = NOW.getTime() / 1000;
export const claims = {
  iss: 'https://login.example.com/',
  aud: 'https://shop.example.com/ndr',
  exp: SECONDS + 600,
  iat: SECONDS,
  client_id: 'amazon-shipping',
  scope: 'ndr:write other',
};
export const required = { issuer: claims.iss, audience: claims.aud, clock: (): Date => NOW };

export const rsa = rsaPair('rsa-1');
export const ec = ecPair('ec-1');
export const ed = edPair('ed-1');
/** Keys of an attacker, under the same names. */
export const [forged, forgedEc] = [rsaPair('rsa-1', theirs), ecPair('ec-1')];

/** A mechanism with local keys. */
export function withKeys(options: Partial<BearerJwtOptions> = {}): NdrAuth {
  return bearerJwt({ ...required, keys: rsa.jwk, ...options } as BearerJwtOptions);
}

/** A valid token with some changes. */
export function rs256(changes: Record<string, unknown> = {}, header: Record<string, unknown> = {}): string {
  return token({ alg: 'RS256', kid: 'rsa-1', typ: 'at+jwt', ...header }, { ...claims, ...changes }, rsa.privateKey);
}
