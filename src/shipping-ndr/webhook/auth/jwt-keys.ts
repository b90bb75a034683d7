/**
 * Keys that a token may be signed with.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc7518 | RFC 7518}
 */
import { bytesOf } from '../../../core/bytes.ts';
import { assertOption } from '../../../core/errors.ts';
import { checkPublicKey, isForSignatures, type Jwk, listKeys as listAnyKeys } from '../../../core/keys/jwk.ts';
import type { OneOrMany, Provided, WebCryptoKey } from '../../../core/types.ts';
import { SURFACE } from '../../surface.ts';

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
 * The algorithms to accept: by default all with a public key. Those with a shared secret only if no other is named, or a public key could be
 * taken for a secret.
 */
export function checkAlgorithms(algorithms: unknown = ASYMMETRIC): readonly JwtAlgorithm[] {
  const kinds: readonly (readonly string[])[] = [ASYMMETRIC, SYMMETRIC];
  const isRight =
    Array.isArray(algorithms) && algorithms.length > 0 && kinds.some((known) => algorithms.every((name) => known.includes(name)));
  const known = kinds.map((kind) => kind.join(', ')).join(', or, for a shared secret, of ');
  assertOption(isRight, SURFACE, 'algorithms', `must be an array of some of ${known}`);
  return algorithms as readonly JwtAlgorithm[];
}

/** Whether an algorithm signs with a shared secret. */
export function isSymmetric(algorithm: string): boolean {
  return algorithm.startsWith('HS');
}

/** The keys as a list. Refuses those that the algorithms cannot use. */
export function listKeys(keys: unknown, algorithms: readonly JwtAlgorithm[]): readonly JwtKey[] {
  if (algorithms.some(isSymmetric)) return listAnyKeys(SURFACE, keys).map((key) => toSecret(key, algorithms));
  const list = listAnyKeys(SURFACE, keys);
  for (const key of list) checkPublicKey(SURFACE, key, 'A shared secret, as Uint8Array, needs "algorithms": [\'HS256\'].');
  // Copied, because jose freezes its input.
  const named = list.map((key) => (isJwk(key) ? { ...key, alg: algorithmOf(key) } : (key as JwtKey)));
  const usable = named.filter((key) => !isJwk(key) || fits(key, algorithms));
  assertOption(usable.length > 0, SURFACE, 'keys', 'has no key with which a token could be verified', UNUSABLE);
  return usable;
}

const CURVES: Readonly<Record<string, JwtAlgorithm>> = { 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512' };

/**
 * The one algorithm of a key; `undefined` if there are several. Of a curve it is known, and jose would fail on a token for another one; a key
 * on Ed25519 is for both names of its algorithm, whichever it has.
 */
function algorithmOf({ kty, crv, alg }: Jwk): string | undefined {
  if (kty === 'OKP') return undefined;
  return alg ?? CURVES[String(crv)];
}

const UNUSABLE = 'Look at "kty", "use", "key_ops" and "alg".';

function fits(key: Jwk, algorithms: readonly JwtAlgorithm[]): boolean {
  const { alg, n, e, x, y } = key;
  // Node reads both alphabets, with padding or without.
  const isEncoded = [n, e, x, y].every((number) => number === undefined || /^[\w+/-]+=*\s*$/.test(number));
  assertOption(isEncoded, SURFACE, 'keys', 'has a key whose numbers are not base64url');
  const isAccepted = alg === undefined || algorithms.includes(alg as JwtAlgorithm);
  return isForSignatures(key) && isAccepted;
}

function isJwk(key: unknown): key is Jwk {
  return typeof (key as Partial<Jwk>).kty === 'string';
}

/** A copy of a secret. The bytes may be of another realm, as in test runners. */
function toSecret(key: unknown, algorithms: readonly JwtAlgorithm[]): JwtKey {
  const secret = bytesOf(key)?.slice();
  assertOption(secret, SURFACE, 'keys', 'must be the shared secret as Uint8Array if "algorithms" names HS256, HS384 or HS512');
  const needed = Math.max(...algorithms.map((name) => Number(name.slice(2)) / 8));
  const problem = `contains a secret of ${secret.length} bytes; RFC 7518 asks for ${needed} or more`;
  assertOption(secret.length >= needed, SURFACE, 'keys', problem);
  return secret;
}
