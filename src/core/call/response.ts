/**
 * A response, read to its end and within bounds.
 *
 * @module
 */
import { decodeUtf8, encodeUtf8, readStream } from '../bytes.ts';
import { ApiError, type ApiErrorDetails, assertOption, type WaybillError } from '../errors.ts';
import { type Redact, redactJson } from '../redact.ts';
import { attempt, type Fetch, type FetchInit, type FetchResponse, type Surface } from '../types.ts';

/** A response, read to its end. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: FetchResponse['headers'];
  readonly text: string;
  /** How many times the request had been sent when this response arrived. */
  readonly attempts: number;
  /** Amazon's id of the request: bounded, and free of secrets. */
  readonly requestId: string | undefined;
  /** Redacts Amazon's words: it knows the secrets and the personal data of this call. */
  readonly redact: Redact;
}

/** An error page of Amazon's has a few kB, an order some hundred. */
const MAX_BYTES = 8 * 1024 * 1024;
/** What decoding may have taken from a body that was cut: a byte order mark, and half of a character. */
const MAX_LOST = 8;
const FIRST_DELAY = 500;
const MAX_DELAY = 20_000;

/** Whether a `fetch` returned a response. By shape: that of a library, a polyfill or another realm is not an instance. */
export function isResponse(value: unknown): value is FetchResponse & { readonly body?: unknown; readonly bodyUsed?: boolean } {
  const { status, headers, arrayBuffer, text } = (value ?? {}) as Partial<FetchResponse & { readonly text: unknown }>;
  return (
    Number.isInteger(status) && typeof headers?.get === 'function' && (typeof arrayBuffer === 'function' || typeof text === 'function')
  );
}

/**
 * Reads a body as text, up to 8 MiB. The body of a success that breaks off throws, because it may be half a response; of a failure, the
 * part that arrived is enough, because its status is known.
 */
export async function readText(response: FetchResponse): Promise<string> {
  const { body } = response as { readonly body?: unknown };
  if (isStream(body)) {
    const { bytes, failure } = await readStream(body, MAX_BYTES);
    if (failure && isSuccess(response.status)) throw failure.error;
    return decodeUtf8(bytes);
  }
  try {
    // There is no property for the body (whatwg-fetch, React Native), or no body.
    const { text } = response as { readonly text?: () => Promise<string> };
    if (typeof response.arrayBuffer === 'function') return decodeUtf8((await response.arrayBuffer()).slice(0, MAX_BYTES));
    return ((await text?.call(response)) ?? '').slice(0, MAX_BYTES);
  } catch (error) {
    if (isSuccess(response.status)) throw error;
    return '';
  }
}

/** ky throws an HTTPError for a status that is not a success: the response is in it, and its body in `data` if ky has read it. */
export function responseInError(error: unknown): FetchResponse {
  const { response, data } = (error ?? {}) as { readonly response?: unknown; readonly data?: unknown };
  if (!isResponse(response)) throw error;
  if (!response.bodyUsed) return response;
  const { status, headers } = response;
  // ky leaves out the data of an empty body.
  const text = typeof data === 'string' ? data : (JSON.stringify(data) ?? '');
  return { status, headers, arrayBuffer: async () => encodeUtf8(text).buffer };
}

/** Calls a `fetch`, by default the platform's. Refuses what is not a response, as a mock may return. */
export async function fetchResponse(surface: Surface, fetch: Fetch | undefined, url: string, init: FetchInit): Promise<FetchResponse> {
  // Looked up now, so that a fetch that was patched after import is used; called bare, or workerd refuses it.
  const send = async (): Promise<unknown> => (fetch ? fetch(url, init) : globalThis.fetch(url, init));
  const response = await send().catch(responseInError);
  const hint =
    'A mock must return new Response(body, { status, headers }), or an object with "status", "headers" and arrayBuffer() or text().';
  assertOption(isResponse(response), surface, 'fetch', 'returned something that is not a Response', hint);
  return response as FetchResponse;
}

function isStream(body: unknown): body is Parameters<typeof readStream>[0] {
  const { getReader, [Symbol.asyncIterator]: iterate } = (body ?? {}) as Partial<ReadableStream & AsyncIterable<unknown>>;
  return typeof getReader === 'function' || typeof iterate === 'function';
}

/** A header; `undefined` if it is missing. The headers of a mock may be a `Map`, whose values are anything. */
export function headerOf({ headers }: Pick<FetchResponse, 'headers'>, name: string): string | undefined {
  const value: unknown = headers.get(name);
  return typeof value === 'string' ? value.trim() : undefined;
}

/** The body as JSON; `undefined` if it is not: empty, cut off, or HTML from a proxy. */
export function parseJson({ text }: Pick<HttpResponse, 'text'>): unknown {
  // Cut off at the limit. To find out that it does not end can take seconds, in which nothing else runs.
  if (text.length >= MAX_BYTES / 4 && encodeUtf8(text).length > MAX_BYTES - MAX_LOST) return undefined;
  return attempt(() => JSON.parse(text) as unknown);
}

/** What a body is, for an error that must not contain it: its type and length. */
export function describeBody(response: Pick<HttpResponse, 'text' | 'headers'>): string {
  const { text } = response;
  if (text === '') return 'an empty body';
  const type = headerOf(response, 'content-type')?.split(';')[0]?.trim() ?? '';
  return `${text.length} characters of ${/^[\w.+/-]{1,60}$/.test(type) ? type : 'an unknown type'}`;
}

/** Whether a status means that the request was accepted. */
export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** Whether a status means that the same request can succeed later. */
export function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/** The fields of an {@link ApiError} that come from the response. */
export function failureOf(response: HttpResponse): Omit<ApiErrorDetails, 'surface'> {
  const { status, attempts, requestId, redact } = response;
  const data = parseJson(response);
  return {
    status,
    requestId,
    attempts,
    retryAfter: retryAfter(response),
    retryable: isRetryableStatus(status),
    data: data === undefined ? redact(response.text) : redactJson(data, redact),
  };
}

/** `Retry-After` in milliseconds: a number of seconds or a date; the first one if the header was sent twice. */
function retryAfter(response: Pick<FetchResponse, 'headers'>): number | undefined {
  const text = headerOf(response, 'retry-after');
  if (!text) return undefined;
  const seconds = /^\+?([\d.]+) ?s?\s*(?:,|$)/i.exec(text)?.[1];
  // A date has letters. In other strings, such as "-2099", the parser finds a year. A year at the end is that of C's asctime(), which means GMT.
  const date = /[a-z]/i.test(text) ? Date.parse(text.replace(/GMT\s*,.*/i, 'GMT').replace(/ \d{4}$/, '$& GMT')) : Number.NaN;
  // By the clock of the sender, if it says what it shows: the one here may be wrong.
  const now = Date.parse(headerOf(response, 'date') ?? '') || Date.now();
  const milliseconds = seconds ? Math.ceil(Number(seconds) * 1_000) : date - now;
  return milliseconds >= 0 && Number.isFinite(milliseconds) ? milliseconds : undefined;
}

/** The wait before the next attempt: what Amazon requests, however long, or exponential backoff with full jitter, 20 s at most. */
export function retryDelay(error: WaybillError, attempts: number): number {
  if (error instanceof ApiError && error.retryAfter !== undefined) return error.retryAfter;
  return Math.random() * Math.min(MAX_DELAY, FIRST_DELAY * 2 ** (attempts - 1));
}
