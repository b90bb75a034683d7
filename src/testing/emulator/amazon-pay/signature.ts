/**
 * The signature of an Amazon Pay request, checked from what arrived. Written from Amazon's page only and independent of `waybill/amazonpay`,
 * so that each can find mistakes of the other.
 *
 * @module
 * @see {@link https://developer.amazon.com/docs/amazon-pay-api-v2/signing-requests.html | Signing requests}
 */
import { misconfigured } from '../../../core/errors.ts';
import type { Bytes, WebCryptoKey } from '../../../core/types.ts';
import { SURFACE } from '../../surface.ts';
import type { Received } from '../service.ts';

/** Bytes of salt of each algorithm. */
const SALT_LENGTH = { 'AMZN-PAY-RSASSA-PSS': 20, 'AMZN-PAY-RSASSA-PSS-V2': 32 } as const;

/** The argument of a function that replaces WebCrypto. */
export interface SignatureInput {
  /** The public key, as it was passed to the emulator. */
  readonly publicKey: string | WebCryptoKey;
  /** The string to sign, as bytes. */
  readonly data: Bytes;
  readonly signature: Bytes;
  /** Bytes of salt: 20, or 32 for `AMZN-PAY-RSASSA-PSS-V2`. */
  readonly saltLength: 20 | 32;
}

/** Returns whether an RSASSA-PSS signature over SHA-256 verifies. */
export type VerifySignature = (input: SignatureInput) => boolean | Promise<boolean>;

/** The parts of an `Authorization` header. */
export interface PayAuthorization {
  readonly algorithm: keyof typeof SALT_LENGTH;
  readonly saltLength: 20 | 32;
  readonly publicKeyId: string;
  readonly signedHeaders: readonly string[];
  /** As sent, base64. */
  readonly signature: string;
}

/** Reads an `Authorization` header; `undefined` if it does not have Amazon Pay's form. */
export function parseAuthorization(header: string): PayAuthorization | undefined {
  const parts = /^(AMZN-PAY-RSASSA-PSS(?:-V2)?) PublicKeyId=([^,\s]+), SignedHeaders=([^,\s]+), Signature=([A-Za-z0-9+/]+={0,2})$/.exec(
    header,
  );
  if (!parts) return undefined;
  const [, algorithm, publicKeyId, names, signature] = parts as unknown as [string, keyof typeof SALT_LENGTH, string, string, string];
  // What cannot be a header's name is dropped: the sender signed it, so the signature will not verify.
  const signedHeaders = names.split(';').filter((name) => /^[\w!#$%&'*+.^`|~-]+$/.test(name));
  return { algorithm, saltLength: SALT_LENGTH[algorithm], publicKeyId, signedHeaders, signature };
}

/** The string that the sender must have signed, according to the request that arrived. */
export async function expectedStringToSign(request: Received, { algorithm, signedHeaders }: PayAuthorization): Promise<string> {
  // A sender that lists them in another way signs another string, so the signature will not verify.
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

/** Verifies with WebCrypto. Keys in PEM are imported once. */
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
    const hint = 'It starts with "-----BEGIN PUBLIC KEY-----"; testKeys() makes a pair.';
    throw misconfigured(SURFACE, 'publicKeys', 'has a key that is not an RSA public key in PEM', hint);
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

async function sha256(bytes: Bytes): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
