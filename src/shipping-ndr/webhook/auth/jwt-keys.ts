/**
 * Keys that a token may be signed with.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc7518 | RFC 7518}
 */
import { checkPublicKey, type Jwk, listKeys as listAnyKeys } from '../../../core/keys/jwk.ts';
import type { Provided, WebCryptoKey } from '../../../core/types.ts';
import { demand, SURFACE } from '../../configuration.ts';
import type { OneOrMany } from './secrets.ts';

/** A public key, or, for the HS algorithms, the shared secret as bytes. */
export type JwtKey = Jwk | WebCryptoKey | Uint8Array;

/** The keys themselves: one, several, or a JSON Web Key Set; or a function that supplies them. */
export type JwtKeys = Provided<OneOrMany<JwtKey> | { readonly keys: readonly Jwk[] }>;

/** An algorithm that a token may be signed with. There is no `none`. */
export type JwtAlgorithm = `${'RS' | 'PS' | 'ES' | 'HS'}${256 | 384 | 512}` | 'EdDSA' | 'Ed25519';

/** Those with a public key. */
export const ASYMMETRIC: readonly JwtAlgorithm[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
const SYMMETRIC: readonly JwtAlgorithm[] = ['HS256', 'HS384', 'HS512'];

/**
 * The algorithms to accept: all with a public key, unless told otherwise. Those with a shared secret only where they alone are
 * named, or a public key could be taken for a secret.
 */
export function checkAlgorithms(algorithms: unknown = ASYMMETRIC): readonly JwtAlgorithm[] {
  const kinds: readonly (readonly string[])[] = [ASYMMETRIC, SYMMETRIC];
  demand(
    Array.isArray(algorithms) && algorithms.length > 0 && kinds.some((known) => algorithms.every((name) => known.includes(name))),
    `"algorithms" must be an array of some of ${kinds.map((known) => known.join(', ')).join(', or, for a shared secret, of ')}`,
  );
  return algorithms;
}

/** Whether an algorithm signs with a shared secret. */
export function isSymmetric(algorithm: string): boolean {
  return algorithm.startsWith('HS');
}

/** The keys as a list. Refuses those that the algorithms can't be used with. */
export function listKeys(keys: unknown, algorithms: readonly JwtAlgorithm[]): readonly JwtKey[] {
  const list = listAnyKeys(SURFACE, keys);
  for (const key of list) {
    if (algorithms.some(isSymmetric)) checkSecret(key, algorithms);
    else checkPublicKey(SURFACE, key, 'A shared secret, as Uint8Array, takes "algorithms": [\'HS256\'].');
  }
  // Copied, because jose freezes what it is given.
  return list.map((key) => (isJwk(key) ? { ...key } : (key as JwtKey)));
}

function isJwk(key: unknown): key is Jwk {
  return typeof (key as Partial<Jwk>).kty === 'string';
}

function checkSecret(key: unknown, algorithms: readonly JwtAlgorithm[]): void {
  demand(key instanceof Uint8Array, '"keys" must hold the shared secret as Uint8Array where "algorithms" names HS256, HS384 or HS512');
  const needed = Math.max(...algorithms.map((name) => Number(name.slice(2)) / 8));
  demand(key.length >= needed, `a secret in "keys" has ${key.length} bytes; RFC 7518 asks for ${needed} or more`);
}
