/**
 * Public keys as JSON.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc7517 | RFC 7517}
 */
import { assertOption } from '../errors.ts';
import type { Open, Surface } from '../types.ts';

/**
 * A public JSON Web Key, as `crypto.subtle.exportKey('jwk', …)` and a published key set return it.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7517#section-4 | RFC 7517, section 4}
 */
export interface Jwk {
  /** Kind of key; required. Optional here because it is in the platform's own type. */
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

/** Keys as a list: one, several, or a JSON Web Key Set. Refuses an empty one. */
export function listKeys(surface: Surface, keys: unknown): readonly unknown[] {
  assertOption(keys !== undefined && keys !== null, surface, 'keys', 'is missing');
  const set = (keys as { readonly keys?: unknown }).keys;
  const list: readonly unknown[] = [Array.isArray(set) ? set : keys].flat();
  assertOption(list.length > 0, surface, 'keys', 'must not be empty: nobody could authenticate');
  return list;
}

/** Whether a key may verify signatures, as far as it says what it is for. */
export function isForSignatures(key: Pick<Jwk, 'kty' | 'use' | 'key_ops'>): boolean {
  const { kty, use = 'sig', key_ops = ['verify'] } = key;
  return kty !== 'oct' && use === 'sig' && Array.isArray(key_ops) && key_ops.includes('verify');
}

/** Refuses what is not a public key. `hint` is for what is not a key at all. */
export function checkPublicKey(surface: Surface, key: unknown, hint?: string): void {
  const { type, kty, d, k } = (key ?? {}) as Readonly<Partial<Record<'type' | 'kty' | 'd' | 'k', unknown>>>;
  const isPublic = d === undefined && k === undefined && type !== 'private' && type !== 'secret';
  const leaked = 'Anyone who has it can sign: replace it if it has been anywhere else.';
  assertOption(isPublic, surface, 'keys', 'contains a private or secret key, but the public one is needed', leaked);
  const isPem = typeof key === 'string' && key.includes('-----BEGIN ');
  const convert = 'Convert it: crypto.createPublicKey(pem).export({ format: "jwk" }).';
  const isKey = type === 'public' || typeof kty === 'string';
  assertOption(isKey, surface, 'keys', 'must be JSON Web Keys or CryptoKeys', isPem ? convert : hint);
}
