/**
 * Public keys as JSON.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc7517 | RFC 7517}
 */
import type { Surface } from '../errors.ts';
import { misconfigured } from '../options.ts';
import type { Open } from '../types.ts';

/**
 * A public JSON Web Key, as `crypto.subtle.exportKey('jwk', …)` and a published key set give it.
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

/** Keys as a list: one, several, or a JSON Web Key Set. Refuses an empty one. */
export function listKeys(surface: Surface, keys: unknown): readonly unknown[] {
  const set = (keys as { readonly keys?: unknown } | null | undefined)?.keys;
  const list: readonly unknown[] = [Array.isArray(set) ? set : keys].flat();
  if (list.length > 0) return list;
  throw misconfigured(surface, '"keys" must not be empty, or nobody could be let in');
}

/** Refuses what is no public key. `hint` is for what is no key at all. */
export function checkPublicKey(surface: Surface, key: unknown, hint?: string): void {
  const { type, kty, d, k } = (key ?? {}) as Readonly<Partial<Record<'type' | 'kty' | 'd' | 'k', unknown>>>;
  if (d !== undefined || k !== undefined || type === 'private' || type === 'secret') {
    throw misconfigured(
      surface,
      '"keys" holds a private or secret key where the public one is needed',
      'Whoever has it can sign: replace it if it has been anywhere else.',
    );
  }
  if (type !== 'public' && typeof kty !== 'string') throw misconfigured(surface, '"keys" must hold JSON Web Keys or CryptoKeys', hint);
}
