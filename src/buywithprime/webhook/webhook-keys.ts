/**
 * The keys that a webhook's signature is verified with: Amazon's published ones, or the caller's own.
 *
 * @module
 */
import { AuthenticationError, ConnectionError } from '../../core/errors.ts';
import { checkPublicKey, type Jwk, listKeys } from '../../core/keys/jwk.ts';
import { codeOf, type KeySetOptions, NO_KEY, remoteKeySet, SEVERAL_KEYS } from '../../core/keys/key-set.ts';
import { misconfigured } from '../../core/options.ts';
import type { AnyIterable, Provided, WebCryptoKey } from '../../core/types.ts';
import { ALGORITHMS, type SignatureAlgorithm } from './signature.ts';

/** This surface, in errors. */
export const SURFACE = 'buywithprime';

/** Public keys: one, several, a JSON Web Key Set, or a function that supplies them and is asked for every request. */
export type BuyWithPrimeWebhookKeys = Provided<Jwk | WebCryptoKey | readonly (Jwk | WebCryptoKey)[] | { readonly keys: readonly Jwk[] }>;

/** Gives the keys that a signature may be of, by the id that it came with. */
export type FindKeys = (keyId: string | undefined) => Promise<AnyIterable<WebCryptoKey>>;

/** Keys that are published. Those of another kind, curve or use are passed over. */
export function publishedKeys(algorithm: SignatureAlgorithm, options: Omit<KeySetOptions, 'surface'>): FindKeys {
  const keySet = remoteKeySet({ ...options, surface: SURFACE });
  return async (keyId) => {
    try {
      return [(await keySet({ alg: algorithm, ...(keyId && { kid: keyId }) }, { payload: '', signature: '' })) as WebCryptoKey];
    } catch (error) {
      if (codeOf(error) === SEVERAL_KEYS) return usable(error as AsyncIterable<WebCryptoKey>);
      if (codeOf(error) !== NO_KEY) throw error;
      throw new AuthenticationError('mismatch', 'the signature is by a key that is not in the key set', { surface: SURFACE });
    }
  };
}

/** Of several keys, one that is damaged is passed over; where all are, nothing was found out of the signature. */
async function* usable(keys: AsyncIterable<WebCryptoKey>): AsyncGenerator<WebCryptoKey> {
  let found = false;
  for await (const key of keys) {
    found = true;
    yield key;
  }
  if (!found) throw new ConnectionError('none of the keys in the key set can be used', { surface: SURFACE, attempts: 1 });
}

/** The caller's own keys, all of them whatever their ids: they are few. */
export function ownKeys(algorithm: SignatureAlgorithm, keys: BuyWithPrimeWebhookKeys): FindKeys {
  // By the object, so that what a function supplies again and again is imported once.
  const imported = new WeakMap<object, Promise<WebCryptoKey>>();
  const importAll = (list: readonly (Jwk | WebCryptoKey)[]): Promise<WebCryptoKey[]> =>
    Promise.all(
      list.map((key) => {
        const known = imported.get(key) ?? importKey(key, algorithm);
        imported.set(key, known);
        return known;
      }),
    );
  if (typeof keys === 'function') return async () => importAll(checkKeys(await keys(), algorithm));
  const list = checkKeys(keys, algorithm);
  return () => importAll(list);
}

/** The keys that fit the algorithm; refuses private ones, and a list in which none fits. */
function checkKeys(keys: unknown, algorithm: SignatureAlgorithm): readonly (Jwk | WebCryptoKey)[] {
  const list = listKeys(SURFACE, keys) as readonly (Jwk | WebCryptoKey)[];
  for (const key of list) checkPublicKey(SURFACE, key);
  const { namedCurve } = ALGORITHMS[algorithm];
  const fitting = list.filter((key) => {
    if (!isCryptoKey(key)) return key.kty === 'EC' && key.crv === namedCurve;
    const { name, namedCurve: curve } = (key.algorithm ?? {}) as { readonly name: string; readonly namedCurve?: string };
    return name === 'ECDSA' && curve === namedCurve && key.usages.includes('verify');
  });
  if (fitting.length > 0) return fitting;
  throw misconfigured(SURFACE, `"keys" holds no key for ${algorithm}: an EC key on the curve ${namedCurve}, to verify with`);
}

async function importKey(key: Jwk | WebCryptoKey, algorithm: SignatureAlgorithm): Promise<WebCryptoKey> {
  if (isCryptoKey(key)) return key;
  const { kty, crv, x, y } = key;
  try {
    // Without the rest, about which runtimes differ.
    const jwk = { kty, crv, x, y } as JsonWebKey;
    return await crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: ALGORITHMS[algorithm].namedCurve }, false, ['verify']);
  } catch {
    // What the platform says may quote the key.
    throw misconfigured(SURFACE, 'a key in "keys" can\'t be imported', 'Its "x" and "y" must be a point on the curve, in base64url.');
  }
}

/** By shape: a CryptoKey of another realm or of a polyfill is no instance of ours. */
function isCryptoKey(key: Jwk | WebCryptoKey): key is WebCryptoKey {
  return 'usages' in key && 'algorithm' in key;
}
