/**
 * What a delivery sends: the event as a body, in one of the forms that senders and proxies give it.
 *
 * @module
 */
import { concatBytes, encodeUtf8, readStream } from '../../core/bytes.ts';
import { assertOption } from '../../core/errors.ts';
import type { Bytes } from '../../core/types.ts';
import { readGroup, toJson } from '../builders/arguments.ts';
import { SURFACE } from '../surface.ts';

/** How the request is written. A webhook of waybill accepts every form. */
export interface RequestFormat {
  /** @default 'POST' */
  readonly method?: 'POST' | 'PUT' | 'PATCH' | undefined;
  /**
   * The header `Content-Type`; an empty string for none.
   * @default 'application/json; charset=utf-8', as EventBridge sends it; without `charset` for Buy with Prime's signature
   */
  readonly contentType?: string | undefined;
  /**
   * How the JSON becomes bytes. `json-string` is JSON in JSON.
   * @default 'utf-8'
   */
  readonly encoding?: 'utf-8' | 'utf-8-bom' | 'utf-16' | 'json-string' | 'gzip' | undefined;
}

/** A request without URL and credential. */
export interface Message {
  readonly method: string;
  /** Headers that replace those of the mechanism; an empty value removes one. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Bytes;
}

/** An event without a special format, to try a mechanism with. */
export const EMPTY_MESSAGE: Message = { method: 'POST', headers: {}, body: new Uint8Array() };

const METHODS = ['POST', 'PUT', 'PATCH'];
const ENCODINGS = ['utf-8', 'utf-8-bom', 'utf-16', 'json-string', 'gzip'];

/** Reads the format, and returns a function that makes the message; made at the first call, because compression is asynchronous. */
export function messageMaker(event: unknown, given: RequestFormat | undefined): () => Promise<Message> {
  const { method = 'POST', contentType, encoding = 'utf-8' } = readGroup('format', given, ['method', 'contentType', 'encoding']);
  assertOption(METHODS.includes(method), SURFACE, 'format.method', 'must be POST, PUT or PATCH');
  assertOption(ENCODINGS.includes(encoding), SURFACE, 'format.encoding', `must be one of ${ENCODINGS.join(', ')}`);
  const isHeader = contentType === undefined || (typeof contentType === 'string' && /^[\x20-\x7e]*$/.test(contentType));
  assertOption(isHeader, SURFACE, 'format.contentType', 'must be a header value, or an empty string for none');
  const text = toJson(event);
  const make = async (): Promise<Message> => ({
    method,
    headers: {
      ...(contentType !== undefined && { 'content-type': contentType }),
      ...(encoding === 'gzip' && { 'content-encoding': 'gzip' }),
    },
    body: await encode(text, encoding),
  });
  let made: Promise<Message> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

async function encode(text: string, encoding: RequestFormat['encoding']): Promise<Bytes> {
  switch (encoding) {
    case 'utf-8-bom':
      return encodeUtf8(`\uFEFF${text}`);
    case 'json-string':
      return encodeUtf8(JSON.stringify(text));
    case 'utf-16':
      return encodeUtf16(text);
    case 'gzip':
      return compress(encodeUtf8(text));
    default:
      return encodeUtf8(text);
  }
}

/** Little-endian, with a byte order mark. */
function encodeUtf16(text: string): Bytes {
  const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  const bytes = units.map((unit) => new Uint8Array([unit & 0xff, unit >> 8]));
  return concatBytes([new Uint8Array([0xff, 0xfe]), ...bytes], 2 + 2 * units.length);
}

async function compress(bytes: Bytes): Promise<Bytes> {
  const gzip = new CompressionStream('gzip') as unknown as ReadableWritablePair<Uint8Array, Uint8Array>;
  return (await readStream(new Blob([bytes]).stream().pipeThrough(gzip), Number.POSITIVE_INFINITY)).bytes;
}
