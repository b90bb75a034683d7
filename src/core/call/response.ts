/**
 * An answer, read to its end and within bounds.
 *
 * @module
 */
import { decodeUtf8 } from '../bytes.ts';
import { ApiError, type ApiErrorDetails, type WaybillError } from '../errors.ts';
import { readStream } from '../receive/stream.ts';
import { redact, redactJson } from '../redact.ts';

/** An answer, read to its end. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** How many times the request had been sent when this came. */
  readonly attempts: number;
}

/** An error page of Amazon's is a few kB, an order some hundred. */
const MAX_BYTES = 8 * 1024 * 1024;
const FIRST_DELAY = 500;
const MAX_DELAY = 20_000;

/**
 * Reads a body as text, up to 8 MiB. A success that breaks off throws, for it may be half an answer; of a failure what
 * came is enough: its status says the rest.
 */
export async function readText(response: Response): Promise<string> {
  const { bytes, failure } = await readStream(response.body, MAX_BYTES);
  if (failure && response.ok) throw failure.error;
  return decodeUtf8(bytes);
}

/** The body as JSON; `undefined` where it is none: empty, cut off, or HTML from a proxy. */
export function parseJson({ text }: Pick<HttpResponse, 'text'>): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a status says that the same request can succeed later. */
export function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/** What every {@link ApiError} says of the answer that it is about; without what looks like a secret. */
export function failureOf(response: HttpResponse, requestId: string | undefined): Omit<ApiErrorDetails, 'surface'> {
  const { status, headers, attempts } = response;
  const data = parseJson(response);
  return {
    status,
    requestId,
    attempts,
    retryAfter: retryAfter(headers),
    retryable: isRetryableStatus(status),
    data: data === undefined ? redact(response.text) : redactJson(data),
  };
}

/** `Retry-After` in milliseconds: a number of seconds or a date. */
function retryAfter(headers: Headers): number | undefined {
  const text = headers.get('retry-after')?.trim();
  if (!text) return undefined;
  const milliseconds = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return milliseconds >= 0 ? milliseconds : undefined;
}

/** How long to wait before the next attempt: what Amazon asks for, or full jitter over an exponential back-off. At most 20 s. */
export function retryDelay(error: WaybillError, attempts: number): number {
  if (error instanceof ApiError && error.retryAfter !== undefined) return Math.min(error.retryAfter, MAX_DELAY);
  return Math.random() * Math.min(MAX_DELAY, FIRST_DELAY * 2 ** (attempts - 1));
}
