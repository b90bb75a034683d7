/**
 * The signature of an Amazon Pay request, checked from what arrived. Written from Amazon's page alone and apart from
 * `waybill/amazonpay`, so that the one judges the other.
 *
 * @module
 * @see {@link https://developer.amazon.com/docs/amazon-pay-api-v2/signing-requests.html | Signing requests}
 */

import { ConfigurationError } from '../../../core/errors.ts';
import type { WebCryptoKey } from '../../../core/types.ts';
import type { Received } from '../service.ts';

/** Bytes of salt that each algorithm's name stands for. */
const SALT_LENGTH = { 'AMZN-PAY-RSASSA-PSS': 20, 'AMZN-PAY-RSASSA-PSS-V2': 32 } as const;

/** What a function that takes the place of WebCrypto is given. */
export interface SignatureInput {
  /** The public key, as it was given to the emulator. */
  readonly publicKey: string | WebCryptoKey;
  /** The string to sign, as bytes. */
  readonly data: Uint8Array<ArrayBuffer>;
  readonly signature: Uint8Array<ArrayBuffer>;
  /** Bytes of salt: 20, or 32 for `AMZN-PAY-RSASSA-PSS-V2`. */
  readonly saltLength: 20 | 32;
}

/** Whether an RSASSA-PSS signature over SHA-256 is right. */
export type VerifySignature = (input: SignatureInput) => boolean | Promise<boolean>;

/** An `Authorization` header taken apart. */
export interface PayAuthorization {
  readonly algorithm: keyof typeof SALT_LENGTH;
  readonly saltLength: 20 | 32;
  readonly publicKeyId: string;
  readonly signedHeaders: readonly string[];
  /** As sent, base64. */
  readonly signature: string;
}

/** Reads an `Authorization` header; `undefined` where it is not of Amazon Pay's form. */
export function parseAuthorization(header: string): PayAuthorization | undefined {
  const parts = /^(AMZN-PAY-RSASSA-PSS(?:-V2)?) PublicKeyId=([^,\s]+), SignedHeaders=([^,\s]+), Signature=([A-Za-z0-9+/]+={0,2})$/.exec(
    header,
  );
  if (!parts) return undefined;
  const [, algorithm, publicKeyId, names, signature] = parts as unknown as [string, keyof typeof SALT_LENGTH, string, string, string];
  // What can be no header's name is in nobody's canonical form but the sender's, which is then found out by the signature.
  const signedHeaders = names.split(';').filter((name) => /^[\w!#$%&'*+.^`|~-]+$/.test(name));
  return { algorithm, saltLength: SALT_LENGTH[algorithm], publicKeyId, signedHeaders, signature };
}

/** The string that the sender must have signed, going by the request that arrived. */
export async function expectedStringToSign(request: Received, { algorithm, signedHeaders }: PayAuthorization): Promise<string> {
  // A sender that lists them in another way signs another string, and is found out by that.
  const names = [...new Set(signedHeaders.map((name) => name.toLowerCase()))].sort();
  const lines = names.map((name) => `${name}:${(request.headers.get(name) ?? '').trim().replace(/\s+/g, ' ')}\n`);
  const canonicalRequest = [
    request.method,
    request.url.pathname,
    canonicalQuery(request.url),
    lines.join(''),
    names.join(';'),
    await sha256(request.body),
  ].join('\n');
  return `${algorithm}\n${await sha256(new TextEncoder().encode(canonicalRequest))}`;
}

/** Verifies with the platform's own cryptography. Keys in PEM are imported once. */
export function webCryptoVerifier(): VerifySignature {
  const imported = new Map<string, Promise<WebCryptoKey>>();
  return async ({ publicKey, data, signature, saltLength }) => {
    let key = publicKey;
    if (typeof key === 'string') {
      const pending = imported.get(key) ?? importPublicKey(key);
      imported.set(key, pending);
      key = await pending;
    }
    return crypto.subtle.verify({ name: 'RSA-PSS', saltLength }, key, signature, data);
  };
}

async function importPublicKey(pem: string): Promise<WebCryptoKey> {
  try {
    const base64 = /-----BEGIN PUBLIC KEY-----([\s\S]+?)-----END PUBLIC KEY-----/.exec(pem)?.[1] ?? '';
    const der = Uint8Array.from(atob(base64.replace(/\s/g, '')), (char) => char.charCodeAt(0));
    return await crypto.subtle.importKey('spki', der, { name: 'RSA-PSS', hash: 'SHA-256' }, false, ['verify']);
  } catch {
    throw new ConfigurationError('a key in "publicKeys" is no RSA public key in PEM', {
      surface: 'testing',
      hint: 'It starts with "-----BEGIN PUBLIC KEY-----"; testKeys() makes a pair.',
    });
  }
}

function canonicalQuery({ search }: URL): string {
  const encode = (text: string): string =>
    encodeURIComponent(safeDecode(text)).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  const pairs = search.slice(1).split('&').filter(Boolean);
  const encoded = pairs.map((pair) => {
    const [name, ...value] = pair.split('=') as [string, ...string[]];
    return [encode(name), encode(value.join('='))] as const;
  });
  const order = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
  return encoded
    .sort((a, b) => order(a[0], b[0]) || order(a[1], b[1]))
    .map((pair) => pair.join('='))
    .join('&');
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
