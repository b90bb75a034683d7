/**
 * Private keys as they really arrive: from a file, an environment variable, a secret store, a form field.
 *
 * @module
 */

import { decodeBase64, decodeUtf8 } from '../../core/bytes.ts';
import { ConfigurationError } from '../../core/errors.ts';
import type { WebCryptoKey } from '../../core/types.ts';

const MIN_BITS = 2048;
/** A key of 16,384 bits has 13,000, and base64 of it a third more. */
const MAX_CHARACTERS = 100_000;
/** PKCS#8's name for an RSA key: a sequence of the object identifier rsaEncryption and NULL. */
const RSA_ENCRYPTION = /* @__PURE__ */ Uint8Array.of(
  0x30,
  0x0d,
  0x06,
  0x09,
  0x2a,
  0x86,
  0x48,
  0x86,
  0xf7,
  0x0d,
  0x01,
  0x01,
  0x01,
  0x05,
  0x00,
);

/**
 * Imports a private key for signing. The key can't be exported again.
 *
 * Takes PKCS#8 (`BEGIN PRIVATE KEY`, what Seller Central gives) and PKCS#1 (`BEGIN RSA PRIVATE KEY`), in whatever state an environment
 * variable leaves them: with line breaks written as `\n`, with CRLF, on one line, in quotes, with a byte order mark, as base64 of the PEM,
 * or as the base64 or the bytes of the DER inside. At least 2048 bits.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` that says what it is instead: an OpenSSH, encrypted, public or EC key, a
 *   certificate, a file's path, a key that is too small or cut off. Never shows any of the text.
 *
 * @example
 * ```ts
 * const privateKey = await importPrivateKey(env.AMAZON_PAY_PRIVATE_KEY);
 * const client = new DeliveryTrackerClient({ publicKeyId: 'LIVE-AGC4SIRXYYTSA667HVXKNEIA', privateKey, region: 'na' });
 * ```
 *
 * @see {@link https://developer.amazon.com/docs/amazon-pay-checkout/get-set-up-for-integration.html | Keys in Seller Central}
 */
export async function importPrivateKey(key: string | Uint8Array): Promise<WebCryptoKey> {
  return importPkcs8(readPrivateKey(key));
}

/** The WebCrypto key in a PKCS#8 structure. */
export async function importPkcs8(pkcs8: Uint8Array<ArrayBuffer>): Promise<WebCryptoKey> {
  let key: WebCryptoKey;
  try {
    key = await crypto.subtle.importKey('pkcs8', pkcs8, { name: 'RSA-PSS', hash: 'SHA-256' }, false, ['sign']);
  } catch (cause) {
    throw unusable('it looks like an RSA key, but WebCrypto does not take it', COPY, cause);
  }
  checkCryptoKey(key);
  return key;
}

/** Refuses a WebCrypto key that can't make Amazon Pay's signatures. */
export function checkCryptoKey({ type, algorithm, usages }: WebCryptoKey): void {
  const { name, hash, modulusLength } = (algorithm ?? {}) as Partial<RsaHashedKeyAlgorithm>;
  if (type !== 'private' || name !== 'RSA-PSS' || hash?.name !== 'SHA-256' || !usages?.includes('sign')) {
    throw unusable('the CryptoKey must be private, for RSA-PSS with SHA-256 and the usage "sign"', 'importPrivateKey() makes one.');
  }
  if (!(Number(modulusLength) >= MIN_BITS)) throw unusable(`it has ${modulusLength} bits, and at least ${MIN_BITS} are needed`);
}

/** The PKCS#8 structure in a text or in DER. Synchronous, so that a client can refuse a bad key when it is made. */
export function readPrivateKey(key: string | Uint8Array): Uint8Array<ArrayBuffer> {
  if (typeof key === 'string') return readText(key);
  if (ArrayBuffer.isView(key)) return key[0] === 0x30 ? readDer(key) : readText(decodeUtf8(key));
  throw unusable('it must be text or bytes');
}

function readText(key: string): Uint8Array<ArrayBuffer> {
  if (key.length > MAX_CHARACTERS) throw unusable('it is longer than any key');
  const unescaped = key
    .replace(/\\{1,4}r/g, '')
    .replace(/\\{1,4}n/g, '\n')
    .trim();
  const text = (/^(["'`])([\s\S]*)\1$/.exec(unescaped)?.[2] ?? unescaped).trim();
  if (!text) throw unusable('it is empty');
  if (text.includes('-----BEGIN ')) return readPem(text);
  // A bare path is base64 too, as far as its characters go.
  if (/^[.~/\\]|^[a-z]:\\|\.(?:pem|key|der|p8|txt)$/i.test(text))
    throw unusable('it is the path of a file', 'Read the file and pass its content.');
  const bytes = decodeBase64(text);
  if (bytes?.[0] === 0x30) return readDer(bytes);
  const inner = bytes && decodeUtf8(bytes);
  if (inner?.includes('-----BEGIN ')) return readText(inner);
  throw unusable('no "-----BEGIN PRIVATE KEY-----" is in it');
}

const COPY = 'Copy it again as a whole.';
const NO_RSA = ['it is not an RSA key', 'Amazon Pay takes RSA keys of at least 2048 bits.'] as const;
const WRONG_LABELS: readonly (readonly [label: RegExp, reason: string, hint?: string])[] = [
  [/OPENSSH/, 'it is in OpenSSH format', 'Convert a copy: ssh-keygen -p -m PKCS8 -N "" -f copy.pem'],
  [/ENCRYPTED/, 'it is encrypted', 'Decrypt it: openssl pkcs8 -in key.pem -out plain.pem'],
  [/PUBLIC/, 'it is the public key', 'Pass the private half. If it is lost, create a new pair in Seller Central.'],
  [/CERT/, 'it is a certificate', 'Pass the private key that belongs to your public key id.'],
  [/^(?!RSA |PRIVATE|$)/, ...NO_RSA],
];

function readPem(text: string): Uint8Array<ArrayBuffer> {
  // A file may hold a certificate beside the key, or parameters before it.
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]*)(-----END \1-----)?/g)];
  const [, label = '', body = '', end] = blocks.find(([, name]) => name?.endsWith('PRIVATE KEY')) ?? blocks[0] ?? [];
  // PKCS#1 says it in a header: "Proc-Type: 4,ENCRYPTED".
  const kind = text.includes('4,ENCRYPTED') ? 'ENCRYPTED' : label;
  for (const [wrong, reason, hint] of WRONG_LABELS) if (wrong.test(kind)) throw unusable(reason, hint);
  if (!end) throw unusable('it is cut off: it has no END line', 'Copy it as a whole: a variable may have kept its first line alone.');
  const der = decodeBase64(body);
  if (der?.[0] !== 0x30) throw unusable('there is no key between its BEGIN and END lines', COPY);
  return readDer(der);
}

/**
 * Knows a structure by what follows its header: PKCS#8 is version and algorithm, PKCS#1 version and modulus. WebCrypto takes
 * PKCS#8 alone, so PKCS#1 is wrapped into it (RFC 5208, RFC 8017 appendix A).
 */
function readDer(der: Uint8Array): Uint8Array<ArrayBuffer> {
  const [start, end] = contentOf(der);
  if (end > der.length) throw unusable('it is cut off', COPY);
  const content = der.subarray(start, end);
  const [integer, length, version, next] = content;
  if (integer === 0x30) throw unusable('it is a public key, a certificate or an encrypted key', 'Pass the private key, decrypted.');
  if (integer === 0x02 && length === 1 && version === 0 && next === 0x02) {
    return tagged(0x30, Uint8Array.of(2, 1, 0), RSA_ENCRYPTION, tagged(0x04, der.subarray(0, end)));
  }
  if (integer === 0x02 && length === 1 && next === 0x30 && RSA_ENCRYPTION.every((byte, at) => content[3 + at] === byte))
    return der.slice(0, end);
  throw unusable(...NO_RSA);
}

/** Where the content of the outermost structure starts and ends. */
function contentOf(der: Uint8Array): readonly [start: number, end: number] {
  const first = der[1] ?? 0;
  // Below 0x80 it is the length itself, above it says how many bytes the length has.
  const start = 2 + (first & 0x80 ? first & 0x7f : 0);
  const length = first & 0x80 ? der.subarray(2, start).reduce((sum, byte) => sum * 256 + byte, 0) : first;
  return [start, start + length];
}

/** A DER value of 256 bytes to 64 kB, as every part of an RSA key that is large enough is. */
function tagged(tag: number, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const bytes = new Uint8Array(4 + length);
  bytes.set([tag, 0x82, length >> 8, length]);
  let at = 4;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function unusable(
  reason: string,
  hint = 'Pass the RSA private key that Seller Central gave as a .pem file.',
  cause?: unknown,
): ConfigurationError {
  return new ConfigurationError(`"privateKey" can't be used: ${reason}`, { surface: 'amazonpay', hint, cause });
}
