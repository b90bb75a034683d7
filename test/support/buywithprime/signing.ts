import { generateKeyPairSync, type KeyObject, sign, webcrypto } from 'node:crypto';
import { p384 } from '@noble/curves/nist.js';
import type { BuyWithPrimeWebhookVerifier } from '../../../src/buywithprime/webhook/verifier.ts';
import { AuthenticationError } from '../../../src/core/errors.ts';
import { fixture } from './fixtures.ts';

/** A key pair on P-384, in the forms that each of the three implementations takes. */
export interface Pair {
  readonly keyId: string;
  readonly privateKey: KeyObject;
  readonly jwk: { readonly kty: string; readonly crv: string; readonly x: string; readonly y: string; readonly kid: string };
  readonly secret: Uint8Array;
}

/** Makes a key pair. */
export function makePair(keyId: string, namedCurve = 'P-384'): Pair {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve });
  const { d, ...jwk } = privateKey.export({ format: 'jwk' }) as Record<string, string>;
  return { keyId, privateKey, jwk: { ...jwk, kid: keyId } as Pair['jwk'], secret: Buffer.from(d as string, 'base64url') };
}

/** Who signs, and how it is written. Each gives the bytes of a signature. */
export const SIGNERS: Readonly<Record<string, (pair: Pair, body: Uint8Array) => Promise<Uint8Array> | Uint8Array>> = {
  'node:crypto, DER': ({ privateKey: key }, body) => sign('sha384', body, { key, dsaEncoding: 'der' }),
  'node:crypto, IEEE P1363': ({ privateKey: key }, body) => sign('sha384', body, { key, dsaEncoding: 'ieee-p1363' }),
  '@noble/curves, DER': ({ secret }, body) => p384.sign(body, secret, { lowS: false, format: 'der' }),
  '@noble/curves, IEEE P1363': ({ secret }, body) => p384.sign(body, secret, { lowS: false }),
  'WebCrypto, IEEE P1363': async ({ privateKey }, body) => {
    const jwk = privateKey.export({ format: 'jwk' });
    const key = await webcrypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-384' }, false, ['sign']);
    return new Uint8Array(await webcrypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-384' }, key, body));
  },
};

/** The body of a webhook, as Amazon's page shows it. */
export const BODY: string = JSON.stringify(fixture('webhook-package-delivered.json'));

/** A DER signature by node:crypto. */
export function signDer({ privateKey: key }: Pair, body: string | Uint8Array): Buffer {
  return sign('sha384', Buffer.from(body), { key, dsaEncoding: 'der' });
}

/** Both halves as numbers of bytes: r and s. */
export function signParts({ privateKey: key }: Pair, body: string | Uint8Array): readonly [r: Buffer, s: Buffer] {
  const bytes = sign('sha384', Buffer.from(body), { key, dsaEncoding: 'ieee-p1363' });
  const half = bytes.length / 2;
  return [bytes.subarray(0, half), bytes.subarray(half)];
}

/** The headers that Amazon sends with a signature. */
export function headersOf(signature: Uint8Array | string, keyId?: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    'x-amzn-signature': typeof signature === 'string' ? signature : Buffer.from(signature).toString('base64'),
    ...(keyId !== undefined && { 'x-amzn-kid': keyId }),
  };
}

/** A request as it comes to a fetch-style handler. */
export function post(body: string | Uint8Array, headers: Readonly<Record<string, string>>): Request {
  return new Request('https://shop.example/bwp', { method: 'POST', headers, body: body as Uint8Array<ArrayBuffer> });
}

/** A request that is signed as it should be. */
export function signedPost(pair: Pair, body: string = BODY): Request {
  return post(body, headersOf(signDer(pair, body), pair.keyId));
}

/** Why a verifier refuses a signature; `undefined` if it accepts it. */
export async function refusalBy(
  verifier: BuyWithPrimeWebhookVerifier,
  signature: Uint8Array | string,
  body: string | Uint8Array = BODY,
): Promise<AuthenticationError['reason'] | undefined> {
  try {
    await verifier.verify({ headers: headersOf(signature, 'key-1'), body });
    return undefined;
  } catch (error) {
    if (error instanceof AuthenticationError) return error.reason;
    throw error;
  }
}
