/**
 * Strings, bytes and streams of bytes, on every runtime.
 *
 * @module
 */
import { attempt, type Bytes, isObject } from './types.ts';

// Made on first use, so that the package can be imported without them, as in jsdom.
let encoder: TextEncoder | undefined;
let decoder: TextDecoder | undefined;

/** UTF-8. A lone surrogate becomes U+FFFD, as everywhere on the web. */
export function encodeUtf8(text: string): Bytes {
  encoder ??= new TextEncoder();
  return encoder.encode(text);
}

/** UTF-8 to a string. A byte order mark is dropped, and bytes that are not UTF-8 become U+FFFD. */
export function decodeUtf8(bytes: ArrayBufferView | ArrayBuffer): string {
  decoder ??= new TextDecoder();
  return decoder.decode(bytes);
}

/** The string for exactly these bytes; `undefined` if they are not UTF-8. */
export function decodeStrictUtf8(bytes: ArrayBufferView | ArrayBuffer): string | undefined {
  return attempt(() => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
}

/** SHA-256 in lower-case hex, by WebCrypto. Where it must be synchronous, `digest.ts` has an implementation that costs 2.8 kB. */
export async function hashHex(data: string | Bytes | Uint16Array): Promise<string> {
  const bytes = typeof data === 'string' ? encodeUtf8(data) : data;
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Standard base64 with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Standard or URL-safe base64, with or without padding and whitespace, to bytes; `undefined` if it is not base64. */
export function decodeBase64(text: string): Bytes | undefined {
  const binary = attempt(() => atob(text.replace(/-/g, '+').replace(/_/g, '/')));
  return binary === undefined ? undefined : Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

/** Undoes percent-encoding. A string that is malformed stays as it is. */
export function decodePercent(text: string): string {
  return attempt(() => decodeURIComponent(text)) ?? text;
}

/**
 * Whether a string is the secret. The time depends on the length of that string only: not on how much of it is right, and not on the
 * length of the secret, which must not be empty.
 */
export function isSecret(given: string, secret: string): boolean {
  let difference = given.length ^ secret.length;
  for (let at = 0; at < given.length; at += 1) difference |= given.charCodeAt(at) ^ secret.charCodeAt(at % secret.length);
  return difference === 0;
}

/** The bytes of a view or a buffer of any realm, without a copy; `undefined` for anything else. */
export function bytesOf(value: unknown): Bytes | undefined {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength);
  // Most values are plain objects, and the tag costs more than all else that is done with some of them.
  if (!isObject(value) || !('byteLength' in value)) return undefined;
  // By tag, because an ArrayBuffer of another realm is not an instance.
  if (Object.prototype.toString.call(value) !== '[object ArrayBuffer]') return undefined;
  // A DataView refuses what only calls itself a buffer; Uint8Array would copy as many items as it says it has.
  return new Uint8Array(new DataView(value as unknown as ArrayBuffer).buffer);
}

/** Chunks as one. */
export function concatBytes(chunks: readonly Uint8Array[], size: number): Bytes {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk.subarray(0, size - at), at);
    at += chunk.length;
  }
  return bytes;
}

/** What was read of a stream. */
interface StreamContent {
  /** Up to the limit. */
  readonly bytes: Bytes;
  /** Whether there was more than the limit. */
  readonly isCut: boolean;
  /** Why it broke off, if it did. */
  readonly failure?: { readonly error: unknown };
}

/** A web stream, or one of Node's, as node-fetch has. */
type AnyStream = ReadableStream<Uint8Array> | AsyncIterable<unknown>;

/** Reads a stream, up to `limit` bytes: one that never ends must not fill the memory. Never throws. */
export async function readStream(stream: AnyStream, limit: number): Promise<StreamContent> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let failure: StreamContent['failure'];
  let reader: ReturnType<typeof readerOf> | undefined;
  try {
    reader = readerOf(stream);
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      // Frameworks that decode a body make streams of strings.
      const chunk: unknown = part.value;
      const bytes = typeof chunk === 'string' ? encodeUtf8(chunk) : bytesOf(chunk);
      if (!bytes) throw new TypeError('a chunk of the stream is not bytes');
      chunks.push(bytes);
      size += bytes.length;
      if (size > limit) break;
    }
  } catch (error) {
    failure = { error };
  }
  // Whatever ended it early: what is not read must not keep a connection.
  if (failure || size > limit) reader?.cancel().catch(() => undefined);
  return { bytes: concatBytes(chunks, Math.min(size, limit)), isCut: size > limit, ...(failure && { failure }) };
}

function readerOf(stream: AnyStream): { read(): Promise<IteratorResult<unknown>>; cancel(): Promise<unknown> } {
  if ('getReader' in stream) {
    const reader = stream.getReader();
    return { read: () => reader.read() as Promise<IteratorResult<unknown>>, cancel: async () => reader.cancel() };
  }
  const iterator = stream[Symbol.asyncIterator]();
  return { read: () => iterator.next(), cancel: async () => iterator.return?.() };
}
