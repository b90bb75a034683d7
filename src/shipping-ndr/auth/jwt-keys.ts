/**
 * Keys that a token may be signed with.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc7518 | RFC 7518}
 */
import type { Open, Provided, WebCryptoKey } from '../../core/types.ts';
import { demand } from '../configuration.ts';
import type { OneOrMany } from './secrets.ts';

/**
 * A public JSON Web Key, as `crypto.subtle.exportKey('jwk', …)` and an authorization server's key set give it.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7517#section-4 | RFC 7517, section 4}
 */
export interface Jwk {
  /** Kind of key; has to be there. Optional here because the platform's own type has it so. */
  readonly kty?: Open<'RSA' | 'EC' | 'OKP'> | undefined;
  /** Its name in the key set. */
  readonly kid?: string | undefined;
  /** The one algorithm that it is for. */
  readonly alg?: string | undefined;
  /** `sig` for signatures. */
  readonly use?: string | undefined;
  /** What it may be used for. */
  readonly key_ops?: readonly string[] | undefined;
  /** Whether it may be exported. */
  readonly ext?: boolean | undefined;
  /** Modulus of an RSA key. */
  readonly n?: string | undefined;
  /** Exponent of an RSA key. */
  readonly e?: string | undefined;
  /** Curve of an EC or OKP key. */
  readonly crv?: string | undefined;
  /** First coordinate of an EC key, or the OKP key itself. */
  readonly x?: string | undefined;
  /** Second coordinate of an EC key. */
  readonly y?: string | undefined;
  /** Its certificates. */
  readonly x5c?: readonly string[] | undefined;
}

/** A public key, or, for the HS algorithms, the shared secret as bytes. */
export type JwtKey = Jwk | WebCryptoKey | Uint8Array;

/** The keys themselves: one, several, or a JSON Web Key Set; or a function that supplies them. */
export type JwtKeys = Provided<OneOrMany<JwtKey> | { readonly keys: readonly Jwk[] }>;

const ASYMMETRIC = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const;
const SYMMETRIC = ['HS256', 'HS384', 'HS512'] as const;

/** An algorithm that a token may be signed with. There is no `none`. */
export type JwtAlgorithm = (typeof ASYMMETRIC)[number] | (typeof SYMMETRIC)[number];

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
  const set = (keys as { readonly keys?: unknown } | null | undefined)?.keys;
  const list: readonly unknown[] = [Array.isArray(set) ? set : keys].flat();
  demand(list.length > 0, '"keys" must not be empty, or nobody could be let in');
  const check = algorithms.some(isSymmetric) ? checkSecret : checkPublicKey;
  for (const key of list) check(key, algorithms);
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

function checkPublicKey(key: unknown): void {
  const { type, kty, d, k } = (key ?? {}) as Readonly<Partial<Record<'type' | 'kty' | 'd' | 'k', unknown>>>;
  demand(
    d === undefined && k === undefined && type !== 'private' && type !== 'secret',
    '"keys" holds a private or secret key where the public one is needed',
    'Whoever has it can make tokens: replace it if it has been anywhere else.',
  );
  demand(
    type === 'public' || typeof kty === 'string',
    '"keys" must hold JSON Web Keys or CryptoKeys',
    'A shared secret, as Uint8Array, takes "algorithms": [\'HS256\'].',
  );
}
