/**
 * What is signed: a request written down in the one form that Amazon's side writes it down too.
 *
 * @module
 * @see {@link https://developer.amazon.com/docs/amazon-pay-api-v2/signing-requests.html | Signing requests}
 */
import { sha256Hex } from '../../core/bytes.ts';
import { ValidationError } from '../../core/errors.ts';
import { typeName } from '../../core/schema.ts';
import { type AmazonPayAlgorithm, saltLength } from './algorithms.ts';

/** Headers by name, as pairs, or the platform's own object. */
export type HeadersLike = Readonly<Record<string, string>> | Iterable<readonly [name: string, value: string]>;

/** A request as far as its signature covers it. */
export interface SignableRequest {
  /** Upper or lower case. */
  readonly method: string;
  /**
   * A `URL` as `fetch` sends it. A string is read as it stands, by RFC 3986 and not by the rules of browsers: with or without scheme and
   * host, unescaped characters allowed. What follows a leading `//` up to the next `/` is a host, not a path.
   */
  readonly url: string | URL;
  /** The headers to sign, and no others. Names in any case. */
  readonly headers?: HeadersLike | undefined;
  /** Exactly what is sent: a string is taken as UTF-8. Nothing is the same as empty. */
  readonly body?: string | Uint8Array | undefined;
}

/**
 * Writes a request in Amazon Pay's canonical form, with exactly the headers it is given. Pure and synchronous.
 *
 * - Path: percent-escapes are decoded, `.`, `..` and empty segments removed as by RFC 3986 (a slash at the end stays), each segment
 *   encoded once. A malformed escape counts as plain text. A path without segments is `/`.
 * - Query: names and values are decoded (`+` is a blank, as `URLSearchParams` writes it), encoded by RFC 3986 and sorted in byte
 *   order, by name and then by value. A name without value ends in `=`.
 * - Headers: names in lower case, sorted; values trimmed, runs of blanks made one; a name that comes twice is joined with a comma.
 * - Body: the SHA-256 of its bytes. A lone surrogate in text counts as U+FFFD, as `fetch` sends it.
 *
 * @throws {@link ValidationError} `VALIDATION` where a part is of the wrong type.
 *
 * @example
 * ```ts
 * canonicalRequest({ method: 'POST', url: 'https://pay-api.amazon.com/v2/deliveryTrackers', headers: { accept: 'application/json' }, body: '{}' });
 * ```
 *
 * @see {@link https://developer.amazon.com/docs/amazon-pay-api-v2/signing-requests.html | Signing requests}
 */
export function canonicalRequest(request: SignableRequest): string {
  if (typeof request !== 'object' || request === null) throw invalid('request', 'an object', request);
  const { method, url, headers, body } = request;
  if (typeof method !== 'string') throw invalid('method', 'a string', method);
  if (body !== undefined && typeof body !== 'string' && !ArrayBuffer.isView(body)) throw invalid('body', 'a string or bytes', body);
  const [path, query] = splitUrl(url);
  const signed = [...canonicalHeaders(headers)].sort(([a], [b]) => order(a, b));
  return [
    method.toUpperCase(),
    canonicalPath(path),
    canonicalQuery(query),
    ...signed.map(([name, value]) => `${name}:${value}`),
    '',
    signed.map(([name]) => name).join(';'),
    // Bytes of any kind, from any realm: the hash function is choosy.
    sha256Hex(ArrayBuffer.isView(body) ? new Uint8Array(body.buffer, body.byteOffset, body.byteLength) : (body ?? '')),
  ].join('\n');
}

/**
 * The text that the private key signs: the algorithm's name and the hash of the canonical request. Pure and synchronous.
 *
 * Amazon prints its own when it rejects a signature; comparing the two says whether the request or the key is at fault.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` for an algorithm that Amazon does not know.
 *
 * @example
 * ```ts
 * stringToSign('AMZN-PAY-RSASSA-PSS-V2', canonicalRequest(request));
 * // 'AMZN-PAY-RSASSA-PSS-V2\n39ec317bb918945a…'
 * ```
 */
export function stringToSign(algorithm: AmazonPayAlgorithm, canonicalRequest: string): string {
  saltLength(algorithm);
  if (typeof canonicalRequest !== 'string') throw invalid('canonicalRequest', 'a string', canonicalRequest);
  return `${algorithm}\n${sha256Hex(canonicalRequest)}`;
}

/** Names in lower case, values trimmed and joined; in the order they came. */
export function canonicalHeaders(headers: HeadersLike = {}): Map<string, string> {
  if (typeof headers !== 'object' || headers === null) throw invalid('headers', 'an object', headers);
  const canonical = new Map<string, string>();
  for (const pair of Symbol.iterator in headers ? headers : Object.entries(headers)) {
    const [name, value] = Array.isArray(pair) ? pair : [];
    if (typeof name !== 'string' || typeof value !== 'string') {
      throw invalid('headers', 'names with values that are strings', typeof name === 'string' ? value : name);
    }
    const key = name.toLowerCase();
    const before = canonical.get(key);
    const text = value.trim().replace(/\s+/g, ' ');
    canonical.set(key, before === undefined ? text : `${before},${text}`);
  }
  return canonical;
}

function splitUrl(url: string | URL): readonly [path: string, query: string] {
  // Not instanceof: a test runner's URL may come from another realm.
  if (typeof url === 'object' && typeof url?.pathname === 'string') return [url.pathname, url.search];
  if (typeof url !== 'string') throw invalid('url', 'a string or a URL', url);
  // RFC 3986, appendix B: scheme, authority, path, query.
  const [, path = '', query = ''] = /^(?:[^:/?#]+:)?(?:\/\/[^/?#]*)?([^?#]*)(\?[^#]*)?/.exec(url) ?? [];
  return [path, query];
}

function canonicalPath(path: string): string {
  const segments = path.split('/').map(decodeSegment);
  const last = segments.at(-1);
  const kept: string[] = [];
  for (const segment of segments) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(encodeRfc3986(segment));
  }
  // "/a/." and "/a/b/.." name a folder as "/a/" does.
  if (kept.length > 0 && (last === '' || last === '.' || last === '..')) kept.push('');
  return `/${kept.join('/')}`;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function canonicalQuery(query: string): string {
  if (!query) return '';
  return [...new URLSearchParams(query)]
    .map(([name, value]) => [encodeRfc3986(name), encodeRfc3986(value)] as const)
    .sort(([a, x], [b, y]) => order(a, b) || order(x, y))
    .map((pair) => pair.join('='))
    .join('&');
}

/** By code unit; encoded text and header names are ASCII, where that is byte order. */
function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Keeps `A-Z a-z 0-9 - _ . ~` alone. */
function encodeRfc3986(text: string): string {
  // With the u flag this finds surrogates without their other half, on which encodeURIComponent throws.
  const wellFormed = text.replace(/[\ud800-\udfff]/gu, '\ufffd');
  return encodeURIComponent(wellFormed).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function invalid(name: string, expected: string, value: unknown): ValidationError {
  return new ValidationError('request', [{ path: [name], message: `expected ${expected}, got ${typeName(value)}` }], {
    surface: 'amazonpay',
  });
}
