/**
 * From bytes or a string to JSON, however it arrives: compressed, in UTF-16, with a byte order mark, or encoded twice.
 *
 * @module
 */
import { bytesOf, decodeUtf8, readStream } from '../bytes.ts';
import { ConnectionError, misconfigured } from '../errors.ts';
import { attempt, type Bytes, type Surface } from '../types.ts';

/** JSON, or why it is not. */
export type Decoded = { readonly value: unknown } | { readonly problem: string };

/** JSON that was encoded more often than this is not read. */
const MAX_ENCODINGS = 8;

/** Parses a string or bytes as JSON, also if it was encoded more than once. Anything else is returned as it is. */
export function decodeJson(input: unknown): Decoded {
  let text = typeof input === 'string' ? input : textOf(input);
  if (text === undefined) return { value: input };
  for (let encodings = 0; encodings < MAX_ENCODINGS; encodings += 1) {
    let value: unknown;
    try {
      // Of what trim() removes, JSON.parse() would not accept a byte order mark and a no-break space.
      value = JSON.parse(text.trim());
    } catch {
      // The parser's message quotes the input, and differs from runtime to runtime.
      return { problem: problemOf(text) };
    }
    if (typeof value !== 'string') return { value };
    text = value;
  }
  return { problem: `JSON that was encoded more than ${MAX_ENCODINGS} times` };
}

function textOf(value: unknown): string | undefined {
  const bytes = bytesOf(value);
  return bytes && decodeText(bytes);
}

/** UTF-8, or UTF-16 with or without a byte order mark: JSON starts with an ASCII character, which has a zero byte there. */
export function decodeText(bytes: Bytes): string {
  const [first = 0, second = 0] = bytes;
  const isLittle = (first === 0xff && second === 0xfe) || (first !== 0 && second === 0 && bytes.length > 1);
  const isBig = (first === 0xfe && second === 0xff) || (first === 0 && second !== 0);
  if (!isLittle && !isBig) return decodeUtf8(bytes);
  const units = new Uint16Array(bytes.length >> 1);
  for (let at = 0; at < units.length; at += 1) {
    const [low, high] = [bytes[2 * at + (isLittle ? 0 : 1)] as number, bytes[2 * at + (isLittle ? 1 : 0)] as number];
    units[at] = low | (high << 8);
  }
  // Not TextDecoder: not every runtime has UTF-16BE.
  let text = '';
  for (let at = 0; at < units.length; at += 8_192) text += String.fromCharCode(...units.subarray(at, at + 8_192));
  return text.replace(/^\uFEFF/, '');
}

function problemOf(text: string): string {
  if (text === '') return 'an empty string';
  const count = text.length === 1 ? '1 character that is' : `${text.length} characters that are`;
  return `${count} not JSON: ${causeOf(text)}`;
}

function causeOf(text: string): string {
  const trimmed = text.trim();
  const start = trimmed.slice(0, 64);
  if (start === '') return 'there is only whitespace';
  if (start.startsWith('[object ')) return 'an object was converted to a string without JSON.stringify()';
  if (start.startsWith('businessProduct/')) return 'a resource path without its event, as an input path of a rule target may leave it';
  if (start.startsWith('<')) return 'it looks like HTML or XML';
  if (/^[\w+/-]{16,}={0,2}$/.test(start)) return 'it looks like base64, which must be decoded first';
  // Amazon's own samples have them.
  const comma = text.search(/,\s*[}\]]/) + 1;
  if (comma) return `probably because of the trailing comma at character ${comma}`;
  return /[}\]]/.test(trimmed.slice(-1)) ? 'there is a syntax error' : 'it does not end with } or ], so it may be cut off';
}

/** What `Content-Encoding` calls a format, and what `DecompressionStream` calls it. */
const FORMATS: Readonly<Record<string, string>> = { gzip: 'gzip', 'x-gzip': 'gzip', deflate: 'deflate', br: 'brotli' };

/** Decompressed bytes, up to a limit. */
export interface Decompressed {
  readonly bytes: Bytes;
  /** Whether there was more than the limit: a decompression bomb, or a body that is too large. */
  readonly isCut: boolean;
}

/** The compressions of a body, by its header, outermost last. Bytes that start like gzip are compressed without a header too. */
export function encodingsOf(bytes: Bytes, contentEncoding: string | undefined): string[] {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!contentEncoding) return isGzip ? ['gzip'] : [];
  const names = contentEncoding.split(',').map((name) => name.trim().toLowerCase());
  const encodings = names.filter((name) => name !== '' && name !== 'identity').slice(-3);
  return encodings.length === 0 && isGzip ? ['gzip'] : encodings;
}

/**
 * Undoes `Content-Encoding`. Bytes that do not decompress but are text are returned as they are, because frameworks decompress and leave
 * the header.
 *
 * @throws {@link ConnectionError} `CONNECTION` if the bytes are damaged or cut off.
 * @throws {@link ConfigurationError} `CONFIGURATION` for an encoding that this runtime cannot undo.
 */
export async function decompress(
  surface: Surface,
  bytes: Bytes,
  contentEncoding: string | undefined,
  limit: number,
): Promise<Decompressed> {
  let result: Decompressed = { bytes, isCut: false };
  for (const encoding of encodingsOf(bytes, contentEncoding).reverse()) {
    const inflated = await inflate(encoding, result.bytes, limit);
    if (typeof inflated === 'object') result = inflated;
    else if (!looksLikeText(result.bytes)) throw notDecompressed(surface, encoding, inflated);
    if (result.isCut) return result;
  }
  return result;
}

type Failure = 'damaged' | 'unsupported';

function notDecompressed(surface: Surface, encoding: string, failure: Failure): Error {
  const name = JSON.stringify(encoding.slice(0, 20));
  if (failure === 'damaged') {
    const hint = 'It is redelivered. If it happens each time, check the proxy in front of the webhook.';
    return new ConnectionError(`the body is damaged or cut off: it does not decompress with ${name}`, { surface, attempts: 1, hint });
  }
  const hint = 'Decompress it before the webhook, or have the proxy send it uncompressed.';
  return misconfigured(surface, undefined, `the body is compressed with ${name}, which this runtime cannot decompress`, hint);
}

async function inflate(encoding: string, bytes: Bytes, limit: number): Promise<Decompressed | Failure> {
  const format = Object.hasOwn(FORMATS, encoding) ? FORMATS[encoding] : undefined;
  if (!format) return 'unsupported';
  // "deflate" is zlib's format by RFC 9110, and the bare one from servers that got it wrong.
  for (const each of format === 'deflate' ? ['deflate', 'deflate-raw'] : [format]) {
    const stream = decompressor(each);
    if (!stream) return format === 'brotli' ? unbrotli(bytes, limit) : 'unsupported';
    const { bytes: inflated, isCut, failure } = await readStream(new Blob([bytes]).stream().pipeThrough(stream), limit);
    if (!failure) return { bytes: inflated, isCut };
  }
  return 'damaged';
}

/** Not every runtime has Brotli. */
function decompressor(format: string): ReadableWritablePair<Uint8Array, Uint8Array> | undefined {
  return attempt(() => new DecompressionStream(format as CompressionFormat) as unknown as ReadableWritablePair<Uint8Array, Uint8Array>);
}

/** Node's zlib, as far as it is used. */
interface Zlib {
  brotliDecompressSync(bytes: Uint8Array, options: { readonly maxOutputLength: number }): Uint8Array;
}

/** Brotli by Node's own zlib, before Node 22.20: loaded at run time and not imported, so that the other runtimes do not need it. */
function unbrotli(bytes: Bytes, limit: number): Decompressed | Failure {
  const { process } = globalThis as { readonly process?: { getBuiltinModule?(name: string): unknown } };
  const zlib = process?.getBuiltinModule?.('node:zlib') as Zlib | undefined;
  if (!zlib) return 'unsupported';
  try {
    return { bytes: new Uint8Array(zlib.brotliDecompressSync(bytes, { maxOutputLength: limit })), isCut: false };
  } catch (error) {
    const isCut = (error as { readonly code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE';
    return isCut ? { bytes: bytes.subarray(0, 0), isCut } : 'damaged';
  }
}

/** Compressed data has control characters in its first bytes; JSON has none but whitespace, or zeros in UTF-16. */
function looksLikeText(bytes: Bytes): boolean {
  return bytes.subarray(0, 16).every((byte) => byte >= 0x20 || byte === 0 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}
