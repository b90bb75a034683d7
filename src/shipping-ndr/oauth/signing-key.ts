/**
 * Keys that a token endpoint signs with, and their public halves.
 *
 * @module
 * @see {@link https://www.rfc-editor.org/rfc/rfc7518 | RFC 7518}
 */
import { type Jwk, listKeys } from '../../core/keys/jwk.ts';
import { demand, SURFACE } from '../configuration.ts';
import { ASYMMETRIC, isSymmetric, type JwtAlgorithm } from '../webhook/auth/jwt-keys.ts';

/** A private JSON Web Key, as `crypto.subtle.exportKey('jwk', …)` gives it. */
export interface PrivateJwk extends Jwk {
  /** What makes it private; has to be there. Optional here because the platform's own type has it so. */
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

/** A secret of 32 bytes or more, for HS256; or a private key, for the algorithm that its `alg` names or its kind is for. */
export type SigningKey = Uint8Array | PrivateJwk;

/** A key ring: the first signs, all verify. */
export interface SigningKeys {
  readonly key: SigningKey;
  readonly header: { readonly alg: JwtAlgorithm; readonly kid?: string };
  /** What verifies: public keys, or the secrets themselves. */
  readonly verification: readonly (Uint8Array | Jwk)[];
  readonly algorithms: readonly JwtAlgorithm[];
}

/** Refuses what can't sign, and keys of both kinds. */
export function toSigningKeys(keys: unknown): SigningKeys {
  const all = listKeys(SURFACE, keys) as readonly SigningKey[];
  for (const key of all) checkKey(key);
  const algorithms = [...new Set(all.map(algorithmOf))];
  // Not beside one another: a public key could be taken for a secret.
  demand(
    all.every((key) => key instanceof Uint8Array) || algorithms.every((name) => ASYMMETRIC.includes(name)),
    '"keys" must hold secrets alone, or private keys alone, each for an algorithm that signs',
  );
  // Copied, because jose freezes what it is given.
  const [first] = all.map((key) => (key instanceof Uint8Array ? key : { ...key })) as [SigningKey];
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

function checkKey(key: unknown): void {
  if (key instanceof Uint8Array) {
    demand(key.length >= 32, `a secret in "keys" has ${key.length} bytes; RFC 7518 asks for 32 or more`);
    return;
  }
  const { kty, d } = (key ?? {}) as Partial<PrivateJwk>;
  demand(
    typeof kty === 'string' && typeof d === 'string',
    '"keys" must hold secrets as Uint8Array, or private JSON Web Keys',
    "new TextEncoder().encode(secretText), for one; crypto.subtle.exportKey('jwk', privateKey) for the other.",
  );
}

function algorithmOf(key: SigningKey): JwtAlgorithm {
  return (key instanceof Uint8Array ? 'HS256' : (key.alg ?? usualAlgorithm(key))) as JwtAlgorithm;
}

/** What a key is good for that does not say so; of an unknown kind, nothing that is accepted. */
function usualAlgorithm({ kty, crv }: PrivateJwk): string {
  switch (kty === 'RSA' ? kty : crv) {
    case 'RSA':
      return 'RS256';
    case 'P-256':
      return 'ES256';
    case 'P-384':
      return 'ES384';
    case 'P-521':
      return 'ES512';
    case 'Ed25519':
      return 'EdDSA';
    default:
      return 'none';
  }
}

/** What may be published: named one by one, so that nothing private slips through. */
function publicHalf(key: PrivateJwk): Jwk {
  const { kty, crv, x, y, n, e, kid } = key;
  const named = { kty, crv, x, y, n, e, kid, alg: algorithmOf(key), use: 'sig' };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
}
