/**
 * Private keys as they really arrive: from a file, an environment variable, a secret store, a form field.
 *
 * @module
 */
import { decodeBase64, decodePercent, decodeUtf8 } from '../../core/bytes.ts';
import { ConfigurationError } from '../../core/errors.ts';
import { requireString } from '../../core/options.ts';
import { copyError } from '../../core/redact.ts';
import type { Bytes, WebCryptoKey } from '../../core/types.ts';
import { SURFACE } from '../surface.ts';

const MIN_BITS = 2048;
/** A key of 16,384 bits has 13,000 characters, base64 of it a third more, and percent-encoding at most three times as many. */
const MAX_CHARACTERS = 100_000;

/**
 * Imports a private key for signing. The imported key cannot be exported.
 *
 * Accepts PKCS#8 (`BEGIN PRIVATE KEY`, the format of Seller Central) and PKCS#1 (`BEGIN RSA PRIVATE KEY`) of at least 2048 bits, whatever
 * an environment variable or a secret store did to it: line breaks written as `\n`, CRLF, a single line, quotes, no-break spaces, a byte
 * order mark, UTF-16, percent-encoding, `+` turned into spaces; base64 of the PEM; or only the DER inside, as bytes or base64. A key that
 * is marked for RSASSA-PSS only is accepted too.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` that says what it is instead: an OpenSSH, encrypted, public or EC key, a certificate,
 *   the path of a file, a key that is too small or cut off. No error contains any part of the key.
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
export async function importPkcs8(pkcs8: Bytes): Promise<WebCryptoKey> {
  let key: WebCryptoKey;
  try {
    key = await crypto.subtle.importKey('pkcs8', pkcs8, { name: 'RSA-PSS', hash: 'SHA-256' }, false, ['sign']);
  } catch (error) {
    throw unusable('it looks like an RSA key, but WebCrypto rejects it', COPY, error);
  }
  checkCryptoKey(key);
  return key;
}

/** Refuses a WebCrypto key that cannot make Amazon Pay's signatures. */
export function checkCryptoKey({ type, algorithm, usages }: WebCryptoKey): void {
  const { name, hash, modulusLength } = (algorithm ?? {}) as Partial<RsaHashedKeyAlgorithm>;
  if (type !== 'private' || name !== 'RSA-PSS' || hash?.name !== 'SHA-256' || !usages?.includes('sign')) {
    throw unusable(
      'it must be a PEM string, bytes, a Signer, or a private CryptoKey for RSA-PSS with SHA-256 and the usage "sign"',
      'importPrivateKey() returns such a CryptoKey.',
    );
  }
  if (!(Number(modulusLength) >= MIN_BITS)) throw unusable(`it has ${modulusLength} bits, and at least ${MIN_BITS} are needed`, NEW_KEY);
}

/** The PKCS#8 structure in a string or in DER. Synchronous, so that a client refuses a bad key at construction. */
export function readPrivateKey(key: string | Uint8Array): Bytes {
  if (ArrayBuffer.isView(key)) return key[0] === 0x30 && key[1] !== 0 ? readDer(key) : readText(decodeText(key));
  // For its words about a setting that is missing or empty. Spaces and quotes around a key do no harm.
  const isEmpty = typeof key !== 'string' || (key.length < 100 && key.trim() === '');
  return readText(isEmpty ? requireString(SURFACE, 'privateKey', key, PEM) : key);
}

/** UTF-8, or UTF-16 without its zero bytes: a key is ASCII. */
function decodeText(bytes: Uint8Array): string {
  return decodeUtf8(bytes.length <= MAX_CHARACTERS * 2 && bytes.includes(0) ? bytes.filter((byte) => byte !== 0) : bytes);
}

function readText(key: string): Bytes {
  if (key.length > MAX_CHARACTERS) throw unusable('it is longer than any key');
  const text = normalise(key);
  if (!text) throw unusable('it is empty');
  if (text.includes('-----BEGIN ')) return readPem(text);
  // A path may consist of characters of base64 only.
  if (/^[.~/\\]|^[a-z]:\\|\.(?:pem|key|der|p8|txt)$/i.test(text)) {
    throw unusable('it is the path of a file', 'Read the file and pass its content.');
  }
  const bytes = decodeKey(text);
  if (bytes?.[0] === 0x30) return readDer(bytes);
  const inner = bytes && decodeUtf8(bytes);
  if (inner?.includes('-----BEGIN ')) return readText(inner);
  throw unusable('it does not contain "-----BEGIN PRIVATE KEY-----"');
}

/** Undoes what files, variables, shells and forms do to a PEM. */
function normalise(key: string): string {
  let text = key
    // UTF-16 that was read as another encoding: its mark, and a zero byte beside each character.
    .replace(/^(?:\ufeff|\ufffd{1,2}|\u00ff\u00fe|\u00fe\u00ff)|\0/g, '')
    .replace(/[\u200b-\u200d\u2060\ufeff]/g, '')
    .replace(/[\p{Zs}\t]/gu, ' ');
  if (/%[0-9a-f]{2}/i.test(text)) text = decodePercent(text);
  text = text
    // A form writes spaces as "+".
    .replace(/-----(?:BEGIN|END)\+[A-Z0-9+]{1,40}-----/g, (line) => line.replaceAll('+', ' '))
    .replace(/\\{1,4}r/g, '')
    .replace(/\\{1,4}n/g, '\n')
    .trim();
  return (/^(["'`])([\s\S]*)\1$/.exec(text)?.[2] ?? text).trim();
}

/**
 * The bytes of base64. If a URL or a form turned its `+` into spaces, the structure is incomplete until they are restored: each space is a
 * `+`, but one after 64 characters may be a line break.
 */
function decodeKey(text: string): Bytes | undefined {
  const body = text.replace(/\r/g, '').replace(/^\s+|\n+$/g, '');
  const lines = body.replace(/ $/, '').replace(/([^\n]{64}) /g, '$1\n');
  const spellings = [body, body.replaceAll(' ', '+'), lines.replaceAll(' ', '+')];
  const decoded = spellings.map(decodeBase64);
  return decoded.find(isComplete) ?? decoded[0];
}

function isComplete(der: Bytes | undefined): boolean {
  return der?.[0] === 0x30 && contentOf(der)[1] === der.length;
}

const PEM = 'Pass the content of the .pem file that Seller Central offers.';
const COPY = 'Copy the whole key again. A value that went through a URL or a form may have lost characters.';
const NEW_KEY = 'Create a new pair in Seller Central, or upload the public half of one that has at least 2048 bits.';
const NOT_RSA = ['it is not an RSA key', 'Amazon Pay accepts RSA keys of at least 2048 bits only.'] as const;
const WRONG_LABELS: readonly (readonly [label: RegExp, reason: string, hint?: string])[] = [
  [/OPENSSH/, 'it is in OpenSSH format', 'Convert a copy: ssh-keygen -p -m PKCS8 -N "" -f copy.pem'],
  [/ENCRYPTED/, 'it is encrypted', 'Decrypt it: openssl pkcs8 -in key.pem -out plain.pem'],
  [/PUBLIC/, 'it is the public key', 'Pass the private half. If it is lost, create a new pair in Seller Central.'],
  [/CERT/, 'it is a certificate', 'Pass the private key that belongs to your public key id.'],
  [/^(?!RSA |PRIVATE|$)/, ...NOT_RSA],
];

function readPem(text: string): Bytes {
  // A file may hold a certificate beside the key, or parameters before it.
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]*)(-----END \1-----)?/g)];
  const [, label = '', body = '', end] = blocks.find(([, name]) => name?.endsWith('PRIVATE KEY')) ?? blocks[0] ?? [];
  // PKCS#1 says it in a header: "Proc-Type: 4,ENCRYPTED".
  const kind = text.includes('4,ENCRYPTED') ? 'ENCRYPTED' : label;
  for (const [wrong, reason, hint] of WRONG_LABELS) if (wrong.test(kind)) throw unusable(reason, hint);
  if (!end) throw unusable('it is cut off: it has no END line', 'Copy all of it: a variable may have kept only the first line.');
  const der = decodeKey(body);
  if (der?.[0] !== 0x30) throw unusable('there is no key between its BEGIN and END lines', COPY);
  return readDer(der);
}

/** PKCS#8's version and its name of an RSA key: a sequence of the object identifier rsaEncryption and NULL. */
const PKCS8_RSA = [2, 1, 0, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00] as const;
/** The object identifier rsaEncryption or RSASSA-PSS, without its last byte. */
const RSA_IDENTIFIER = /* @__PURE__ */ PKCS8_RSA.slice(5, 15);
const RSASSA_PSS = 0x0a;

/**
 * Recognises a structure by what follows its header: PKCS#8 is version and algorithm, PKCS#1 version and modulus. WebCrypto imports PKCS#8
 * with the identifier rsaEncryption only, so other keys are put into such a structure (RFC 5208; RFC 8017, appendix A).
 */
function readDer(der: Uint8Array): Bytes {
  const [start, end] = contentOf(der);
  if (end > der.length) throw unusable('it is cut off', COPY);
  const content = der.subarray(start, end);
  const [integer, length, version, next, algorithmLength = 0] = content;
  if (integer === 0x30) throw unusable('it is a public key, a certificate or an encrypted key', 'Pass the private key, decrypted.');
  if (integer !== 0x02 || length !== 1) throw unusable(...NOT_RSA);
  if (version === 0 && next === 0x02) return wrapPkcs1(der.subarray(0, end));
  if (next === 0x30 && RSA_IDENTIFIER.every((byte, at) => content[5 + at] === byte)) {
    if (content[15] === PKCS8_RSA[15]) return der.slice(0, end);
    if (content[15] === RSASSA_PSS && algorithmLength < 0x80) return wrapPkcs1(octets(content.subarray(5 + algorithmLength)));
  }
  throw unusable(...NOT_RSA);
}

function wrapPkcs1(pkcs1: Uint8Array): Bytes {
  return tagged(0x30, Uint8Array.from(PKCS8_RSA), tagged(0x04, pkcs1));
}

/** The content of an octet string. */
function octets(der: Uint8Array): Uint8Array {
  const [start, end] = contentOf(der);
  if (der[0] !== 0x04 || end > der.length) throw unusable(...NOT_RSA);
  return der.subarray(start, end);
}

/** The bounds of the content of the outermost structure. */
function contentOf(der: Uint8Array): readonly [start: number, end: number] {
  const first = der[1] ?? 0;
  // Below 0x80 it is the length itself; otherwise it is the number of bytes that the length has.
  const start = 2 + (first & 0x80 ? first & 0x7f : 0);
  const length = first & 0x80 ? der.subarray(2, start).reduce((sum, byte) => sum * 256 + byte, 0) : first;
  return [start, start + length];
}

/** A DER value of 256 bytes to 64 kB, as every part of a large enough RSA key is. */
function tagged(tag: number, ...parts: readonly Uint8Array[]): Bytes {
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

function unusable(reason: string, hint = PEM, cause?: unknown): ConfigurationError {
  return new ConfigurationError(`"privateKey" cannot be used: ${reason}`, {
    surface: SURFACE,
    option: 'privateKey',
    hint,
    cause: cause === undefined ? undefined : copyError(cause),
  });
}
