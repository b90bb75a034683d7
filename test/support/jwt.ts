import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { ours, type RsaKeys } from './rsa.ts';

/** A key pair, with the public half as it stands in a key set. */
export interface Pair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly jwk: { readonly kty: string; readonly kid: string; readonly [parameter: string]: unknown };
}

export function rsaPair(kid: string, keys: RsaKeys = ours): Pair {
  return withJwk(kid, keys);
}

export function ecPair(kid: string, namedCurve = 'P-256'): Pair {
  return withJwk(kid, generateKeyPairSync('ec', { namedCurve }));
}

export function edPair(kid: string): Pair {
  return withJwk(kid, generateKeyPairSync('ed25519'));
}

function withJwk(kid: string, pair: RsaKeys): Pair {
  return { ...pair, jwk: { ...pair.publicKey.export({ format: 'jwk' }), kid, use: 'sig' } as Pair['jwk'] };
}

const encode = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A token made by hand, so that it can also be one that no library would make. */
export function token(header: Readonly<Record<string, unknown>>, claims: unknown, key: KeyObject | Uint8Array | string): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${signature(String(header['alg']), input, key)}`;
}

function signature(alg: string, input: string, key: KeyObject | Uint8Array | string): string {
  const hash = `sha${alg.slice(2)}`;
  const data = Buffer.from(input);
  if (alg.startsWith('HS'))
    return createHmac(hash, key as Uint8Array)
      .update(data)
      .digest('base64url');
  if (alg.startsWith('RS')) return sign(hash, data, key as KeyObject).toString('base64url');
  if (alg.startsWith('ES')) return sign(hash, data, { key: key as KeyObject, dsaEncoding: 'ieee-p1363' }).toString('base64url');
  if (alg.startsWith('PS')) {
    const options = { key: key as KeyObject, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
    return sign(hash, data, options).toString('base64url');
  }
  return alg === 'EdDSA' || alg === 'Ed25519' ? sign(null, data, key as KeyObject).toString('base64url') : '';
}
