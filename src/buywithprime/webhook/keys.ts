/**
 * ECDSA signatures in both encodings that are in use, and the keys that they are verified with: Amazon's published ones, or the caller's own.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc7518#section-3.4 | RFC 7518, section 3.4}
 */
import { DER } from '@noble/curves/abstract/der.js';
import { numberToBytesBE } from '@noble/curves/utils.js';
import { decodeBase64 } from '../../core/bytes.ts';
import { AuthenticationError, assertOption, ConnectionError, misconfigured } from '../../core/errors.ts';
import { checkPublicKey, type Jwk, listKeys } from '../../core/keys/jwk.ts';
import { codeOf, type KeySetOptions, NO_KEY, remoteKeySet } from '../../core/keys/key-set.ts';
import { provided } from '../../core/options.ts';
import type { Bytes, OneOrMany, Provided, WebCryptoKey } from '../../core/types.ts';
import { SURFACE } from '../surface.ts';

/** Parameters of each algorithm for WebCrypto: the curve, the hash, and how many bytes a coordinate has. */
export const ALGORITHMS = {
  ES256: { namedCurve: 'P-256', hash: 'SHA-256', size: 32 },
  ES384: { namedCurve: 'P-384', hash: 'SHA-384', size: 48 },
  ES512: { namedCurve: 'P-521', hash: 'SHA-512', size: 66 },
} as const;

/** ECDSA as JSON Web Algorithms name it: the curve and the hash together. */
export type SignatureAlgorithm = keyof typeof ALGORITHMS;

/** The longest one in base64 has under 200 characters; a longer value is not worth decoding. */
const MAX_LENGTH = 1_024;

/**
 * A signature in base64, as the bytes that WebCrypto verifies: r and s side by side (IEEE P1363). None if it is not a signature; two in the rare
 * case that the bytes make sense in either encoding, because 0x30 can be the first byte of r as well as of DER.
 */
export function readSignature(text: string, size: number): readonly Bytes[] {
  const bytes = text.length <= MAX_LENGTH ? decodeBase64(text) : undefined;
  if (!bytes) return [];
  const raw = bytes.length === 2 * size ? [bytes] : [];
  try {
    const { r, s } = DER.toSig(bytes);
    return [...raw, Uint8Array.of(...numberToBytesBE(r, size), ...numberToBytesBE(s, size))];
  } catch {
    return raw;
  }
}

/** Public keys: one, several, a JSON Web Key Set, or a function that supplies them and is called for every request. */
export type BuyWithPrimeWebhookKeys = Provided<OneOrMany<Jwk | WebCryptoKey> | { readonly keys: readonly Jwk[] }>;

/** Finds the keys that a signature may be made with, by the id that was sent with it. */
export type FindKeys = (keyId: string | undefined) => Promise<readonly WebCryptoKey[]>;

/** Keys that are published. Those of another kind, curve or use are skipped. */
export function publishedKeys(algorithm: SignatureAlgorithm, options: Omit<KeySetOptions, 'surface'>): FindKeys {
  const keySet = remoteKeySet({ ...options, surface: SURFACE });
  return async (keyId) => {
    const keys = await keySet({ alg: algorithm, ...(keyId && { kid: keyId }) }).catch((error: unknown) => {
      if (codeOf(error) !== NO_KEY) throw error;
      throw new AuthenticationError('mismatch', 'the signature is by a key that is not in the key set', { surface: SURFACE });
    });
    if (keys.length > 0) return keys as readonly WebCryptoKey[];
    throw new ConnectionError('none of the keys in the key set can be used', { surface: SURFACE, attempts: 1 });
  };
}

/** The caller's own keys, all of them whatever their ids: they are few. */
export function ownKeys(algorithm: SignatureAlgorithm, keys: BuyWithPrimeWebhookKeys): FindKeys {
  // By the object, so that what a function supplies repeatedly is imported once.
  const imported = new WeakMap<object, Promise<WebCryptoKey>>();
  const importAll = (list: readonly (Jwk | WebCryptoKey)[]): Promise<WebCryptoKey[]> =>
    Promise.all(
      list.map((key) => {
        const known = imported.get(key) ?? importKey(key, algorithm);
        imported.set(key, known);
        return known;
      }),
    );
  const list = provided(keys, (supplied) => checkKeys(supplied, algorithm));
  return async () => importAll(await list());
}

/** The keys that fit the algorithm. Refuses private ones, and a list in which none fits. */
function checkKeys(keys: unknown, algorithm: SignatureAlgorithm): readonly (Jwk | WebCryptoKey)[] {
  const list = listKeys(SURFACE, keys) as readonly (Jwk | WebCryptoKey)[];
  for (const key of list) checkPublicKey(SURFACE, key);
  const { namedCurve } = ALGORITHMS[algorithm];
  const fitting = list.filter((key) => {
    if (!isCryptoKey(key)) return key.kty === 'EC' && key.crv === namedCurve;
    const { name, namedCurve: curve } = (key.algorithm ?? {}) as { readonly name: string; readonly namedCurve?: string };
    return name === 'ECDSA' && curve === namedCurve && key.usages.includes('verify');
  });
  const problem = `has no key for ${algorithm}: an EC key on the curve ${namedCurve} that may verify`;
  assertOption(fitting.length > 0, SURFACE, 'keys', problem);
  return fitting;
}

async function importKey(key: Jwk | WebCryptoKey, algorithm: SignatureAlgorithm): Promise<WebCryptoKey> {
  if (isCryptoKey(key)) return key;
  const { kty, crv, x, y } = key;
  try {
    // Without the rest, about which runtimes differ.
    const jwk = { kty, crv, x, y } as JsonWebKey;
    return await crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: ALGORITHMS[algorithm].namedCurve }, false, ['verify']);
  } catch {
    // The platform's own message may quote the key.
    const hint = 'Its "x" and "y" must be a point on the curve, in base64url.';
    throw misconfigured(SURFACE, 'keys', 'has a key that cannot be imported', hint);
  }
}

/** By shape: a CryptoKey of another realm or of a polyfill is not an instance. */
function isCryptoKey(key: Jwk | WebCryptoKey): key is WebCryptoKey {
  return 'usages' in key && 'algorithm' in key;
}
