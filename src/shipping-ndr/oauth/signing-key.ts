/**
 * Keys that a token endpoint signs with, and their public halves.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc7518 | RFC 7518}
 */
import { bytesOf } from '../../core/bytes.ts';
import { assertOption } from '../../core/errors.ts';
import { type Jwk, listKeys } from '../../core/keys/jwk.ts';
import { SURFACE } from '../surface.ts';
import { ASYMMETRIC, isSymmetric, type JwtAlgorithm } from '../webhook/auth/jwt-keys.ts';

/** A private JSON Web Key, as `crypto.subtle.exportKey('jwk', …)` returns it. */
export interface PrivateJwk extends Jwk {
  /** What makes it private; required. Optional here because it is in the platform's own type. */
  readonly d?: string | undefined;
  /** First prime of an RSA key. */
  readonly p?: string | undefined;
  /** Second prime of an RSA key. */
  readonly q?: string | undefined;
  /** Exponent for the first prime. */
  readonly dp?: string | undefined;
  /** Exponent for the second prime. */
  readonly dq?: string | undefined;
  /** Coefficient of an RSA key. */
  readonly qi?: string | undefined;
}

/** A secret of 32 bytes or more, for HS256; or a private key, for the algorithm in its `alg` or the usual one of its kind. */
export type SigningKey = Uint8Array | PrivateJwk;

/** A key ring: the first signs, all verify. */
export interface SigningKeys {
  readonly key: SigningKey;
  readonly header: { readonly alg: JwtAlgorithm; readonly kid?: string };
  /** What verifies: public keys, or the secrets themselves. */
  readonly verification: readonly (Uint8Array | Jwk)[];
  readonly algorithms: readonly JwtAlgorithm[];
}

/** Refuses keys that cannot sign, and keys of both kinds. `bearerJwt()` refuses short secrets. */
export function toSigningKeys(keys: unknown): SigningKeys {
  const all = listKeys(SURFACE, keys).map(toSigningKey);
  const algorithms = [...new Set(all.map(algorithmOf))];
  // Never both: a public key could be taken for a secret.
  const isOneKind = all.every((key) => key instanceof Uint8Array) || algorithms.every((name) => ASYMMETRIC.includes(name));
  assertOption(isOneKind, SURFACE, 'keys', 'must be only secrets or only private keys, each for an algorithm that signs');
  const [first] = all as [SigningKey];
  const { kid } = first as PrivateJwk;
  return {
    key: first,
    header: { alg: algorithmOf(first), ...(kid !== undefined && { kid }) },
    verification: all.map((key) => (key instanceof Uint8Array ? key : publicHalf(key))),
    algorithms,
  };
}

/** The public keys of a key ring; none of secrets. */
export function publicKeys({ verification, algorithms }: SigningKeys): readonly Jwk[] {
  return algorithms.some(isSymmetric) ? [] : (verification as readonly Jwk[]);
}

/** A copy of the key, because jose freezes its input. The bytes may be of another realm, as in test runners. */
function toSigningKey(key: unknown): SigningKey {
  const secret = bytesOf(key)?.slice();
  if (secret) return secret;
  const { kty, d } = (key ?? {}) as Partial<PrivateJwk>;
  const hint = "new TextEncoder().encode(secret) makes one; crypto.subtle.exportKey('jwk', privateKey) makes the other.";
  const isKey = typeof kty === 'string' && typeof d === 'string';
  assertOption(isKey, SURFACE, 'keys', 'must be secrets as Uint8Array, or private JSON Web Keys', hint);
  return { ...(key as PrivateJwk) };
}

/** The algorithm of a key that does not name one, by its kind or its curve. */
const USUAL: Readonly<Record<string, string>> = { RSA: 'RS256', 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512', Ed25519: 'EdDSA' };

/** For a key of an unknown kind, an algorithm that is not accepted. */
function algorithmOf(key: SigningKey): JwtAlgorithm {
  if (key instanceof Uint8Array) return 'HS256';
  const { kty, crv = '', alg } = key;
  const kind = kty === 'RSA' ? kty : crv;
  return (alg ?? (Object.hasOwn(USUAL, kind) ? USUAL[kind] : 'none')) as JwtAlgorithm;
}

/** What may be published: listed one by one, so that nothing private is included. */
function publicHalf(key: PrivateJwk): Jwk {
  const { kty, crv, x, y, n, e, kid } = key;
  const named = { kty, crv, x, y, n, e, kid, alg: algorithmOf(key), use: 'sig' };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
}
