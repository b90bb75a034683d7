/**
 * What is signed: a request in its canonical form, which Amazon's side computes too, and the algorithms.
 *
 * @module
 */
import { bytesOf, decodePercent } from '../../core/bytes.ts';
import { sha256Hex } from '../../core/digest.ts';
import { assertOption, ValidationError } from '../../core/errors.ts';
import { isObject } from '../../core/types.ts';
import { typeName } from '../../core/wording.ts';
import { SURFACE } from '../surface.ts';

/** Name of a signature algorithm: RSASSA-PSS over SHA-256. `-V2` has a salt of 32 bytes, the other one of 20. */
export type AmazonPayAlgorithm = 'AMZN-PAY-RSASSA-PSS' | 'AMZN-PAY-RSASSA-PSS-V2';

/** Never changed in a minor version: that broke the users of Amazon's SDKs in January 2022. */
export const DEFAULT_ALGORITHM: AmazonPayAlgorithm = 'AMZN-PAY-RSASSA-PSS-V2';

const SALT_LENGTHS: Readonly<Record<AmazonPayAlgorithm, number>> = { 'AMZN-PAY-RSASSA-PSS': 20, 'AMZN-PAY-RSASSA-PSS-V2': 32 };

/** Bytes of salt. Refuses a name that Amazon does not know. */
export function saltLength(algorithm: AmazonPayAlgorithm): number {
  const isKnown = typeof algorithm === 'string' && Object.hasOwn(SALT_LENGTHS, algorithm);
  assertOption(isKnown, SURFACE, 'algorithm', `must be one of ${Object.keys(SALT_LENGTHS).join(', ')}`);
  return SALT_LENGTHS[algorithm];
}

/** Headers by name, as pairs, or the platform's own object. */
export type HeadersLike = Readonly<Record<string, string>> | Iterable<readonly [name: string, value: string]>;

/** The parts of a request that its signature covers. */
export interface SignableRequest {
  /** Upper or lower case. */
  readonly method: string;
  /**
   * A `URL` as `fetch` sends it, or a string. A string is parsed by RFC 3986 and not by the rules of browsers: scheme and host are optional
   * and unescaped characters are allowed. The part between a leading `//` and the next `/` is a host, not a path.
   */
  readonly url: string | URL;
  /** The headers to sign; all of them are signed, and no others. Names in any case. */
  readonly headers?: HeadersLike | undefined;
  /** Exactly what is sent. A string is encoded as UTF-8. No body is the same as an empty one. */
  readonly body?: string | Uint8Array | undefined;
}

/**
 * Returns a request in Amazon Pay's canonical form, with exactly the headers of its argument. Pure and synchronous.
 *
 * - Path: percent-escapes are decoded; `.`, `..` and empty segments are removed as RFC 3986 says (a slash at the end stays); each segment
 *   is encoded once. A malformed escape is kept as it is and encoded. A path without segments is `/`.
 * - Query: names and values are decoded (`+` is a space, as `URLSearchParams` writes it), encoded by RFC 3986 and sorted in byte order, by
 *   name and then by value. A name without a value ends with `=`.
 * - Headers: names in lower case, sorted; values trimmed, with each run of whitespace as one space. Values of the same name are joined with
 *   a comma.
 * - Body: the SHA-256 of its bytes. An unpaired surrogate in a string becomes U+FFFD, as in `fetch`.
 *
 * @throws {@link ValidationError} `VALIDATION` if a part is of the wrong type.
 *
 * @example
 * ```ts
 * const url = 'https://pay-api.amazon.com/v2/deliveryTrackers';
 * canonicalRequest({ method: 'POST', url, headers: { accept: 'application/json' }, body: '{}' });
 * ```
 *
 * @see {@link https://developer.amazon.com/docs/amazon-pay-api-v2/signing-requests.html | Signing requests}
 */
export function canonicalRequest(request: SignableRequest): string {
  if (!isObject(request)) throw invalid('request', 'an object', request);
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
    // The hash function accepts only a Uint8Array of the same realm.
    sha256Hex(typeof body === 'string' ? body : (bytesOf(body) ?? '')),
  ].join('\n');
}

/**
 * Returns the string that the private key signs: the algorithm's name and the hash of the canonical request. Pure and synchronous.
 *
 * Amazon prints its string to sign when it rejects a signature. If the two are equal, the key is at fault; otherwise the request is.
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

/** Names in lower case, values trimmed and joined, in their original order. */
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
  // By shape, not by instanceof: a URL may come from another realm, as in test runners.
  if (typeof url === 'object' && typeof url?.pathname === 'string') return [url.pathname, url.search];
  if (typeof url !== 'string') throw invalid('url', 'a string or a URL', url);
  // RFC 3986, appendix B: scheme, authority, path, query.
  const [, path = '', query = ''] = /^(?:[^:/?#]+:)?(?:\/\/[^/?#]*)?([^?#]*)(\?[^#]*)?/.exec(url) ?? [];
  return [path, query];
}

function canonicalPath(path: string): string {
  const segments = path.split('/').map(decodePercent);
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

function canonicalQuery(query: string): string {
  if (!query) return '';
  return [...new URLSearchParams(query)]
    .map(([name, value]) => [encodeRfc3986(name), encodeRfc3986(value)] as const)
    .sort(([a, x], [b, y]) => order(a, b) || order(x, y))
    .map((pair) => pair.join('='))
    .join('&');
}

/** By code unit. Encoded strings and header names are ASCII, so this is byte order. */
function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Encodes everything but `A-Z a-z 0-9 - _ . ~`. */
function encodeRfc3986(text: string): string {
  // With the u flag this matches unpaired surrogates only, for which encodeURIComponent throws.
  const wellFormed = text.replace(/[\ud800-\udfff]/gu, '\ufffd');
  return encodeURIComponent(wellFormed).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function invalid(name: string, expected: string, value: unknown): ValidationError {
  return new ValidationError('request', [{ path: [name], message: `expected ${expected}, got ${typeName(value)}` }], {
    surface: SURFACE,
  });
}
