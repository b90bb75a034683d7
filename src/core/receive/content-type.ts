/**
 * What a `Content-Type` says of a body. It is believed as little as possible: what may be an event must not get a final response.
 *
 * @module
 */
import { bytesOf, decodeStrictUtf8 } from '../bytes.ts';
import type { Bytes, Surface } from '../types.ts';
import { decodeText } from './decode.ts';
import { headerValues, type IncomingRequest, rejection } from './request.ts';

const NOT_JSON = /^\s*(text\/html|text\/xml|application\/xml|application\/x-www-form-urlencoded|multipart|image|audio|video)\b/i;

/** What starts like JSON: a value of a form, a part of one; for any other type, the whole. */
const STARTS: Readonly<Record<string, RegExp>> = {
  'application/x-www-form-urlencoded': /(?:^|[=&])[\s+]*(?:[{["]|%(?:7B|5B|22))/i,
  multipart: /(?:^|\n)\s*[{["]/,
};
const START = /^\s*[{["]/;

/** Characters that are searched: a part of a form has headers of its own before its content. */
const MAX_START = 2_000;

/** Refuses a body that was not JSON, does not claim to be, and does not look like JSON that was damaged or lost on the way. */
export function checkType(surface: Surface, request: IncomingRequest, body: unknown): void {
  const [type = ''] = headerValues(request, 'content-type');
  const [, name = ''] = NOT_JSON.exec(type) ?? [];
  const bytes = bytesOf(body)?.subarray(0, MAX_START);
  const start = bytes ? decodeText(bytes) : String(body).slice(0, MAX_START);
  if (name === '' || start === '' || (STARTS[name.toLowerCase()] ?? START).test(start)) return;
  throw rejection(415, surface, `events are application/json, got ${type.split(';')[0]?.trim().slice(0, 60)}`, 'Check what sends it.');
}

/** windows-1252 is what the web reads all of them as. */
const LATIN = /;\s*charset\s*=\s*"?(?:iso-8859-1|latin-?1|windows-1252)\b/i;

/** The body as a string, if it says that it is Latin-1 and is not UTF-8, which JSON should be: otherwise names would be damaged. */
export function inCharset(request: IncomingRequest, bytes: Bytes): Bytes | string {
  const [type = ''] = headerValues(request, 'content-type');
  const isLatin = LATIN.test(type) && decodeStrictUtf8(bytes) === undefined;
  return isLatin ? new TextDecoder('windows-1252').decode(bytes) : bytes;
}
