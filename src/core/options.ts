/**
 * The options that every client takes, and every call.
 *
 * @module
 */

import type { RateLimiter } from './call/rate-limiter.ts';
import { ConfigurationError, type Surface, type WaybillError } from './errors.ts';
import type { Fetch } from './types.ts';

/** A request as a hook sees it: without headers, body or query, where secrets and personal data are. */
export interface RequestInfo {
  /** Whose client it is. */
  readonly surface: Surface;
  /** In upper case. */
  readonly method: string;
  /** Scheme, host and path. */
  readonly url: string;
  /** 1 for the first time it is sent. */
  readonly attempt: number;
}

/** An answer as a hook sees it. */
export interface ResponseInfo extends RequestInfo {
  /** HTTP status. */
  readonly status: number;
  /** From sending to the last byte, in milliseconds. */
  readonly duration: number;
  /** Amazon's id of the request. */
  readonly requestId?: string;
}

/** A repetition as a hook sees it. */
export interface RetryInfo extends RequestInfo {
  /** Why the last attempt failed. */
  readonly error: WaybillError;
  /** How long it waits before it sends again, in milliseconds. */
  readonly delay: number;
}

/** Something that is sent as it is, and looks wrong. */
export interface Warning {
  /** Whose client it is. */
  readonly surface: Surface;
  /** What looks wrong, for `switch`; more may come. */
  readonly code: string;
  /** In words. Never holds the value itself. */
  readonly message: string;
  /** Where in the input or the options. */
  readonly path: readonly PropertyKey[];
}

/** Functions that watch a client, for logs and metrics. What they throw is ignored: a log line must never fail a call. */
export interface Hooks {
  /** Before each attempt. */
  readonly onRequest?: (info: RequestInfo) => void;
  /** After each answer, whatever its status. */
  readonly onResponse?: (info: ResponseInfo) => void;
  /** Before the wait that precedes each repetition. */
  readonly onRetry?: (info: RetryInfo) => void;
  /** Before an error is thrown to the caller. Aborts are not reported. */
  readonly onError?: (error: WaybillError) => void;
  /** Before something is sent that looks wrong and is not certainly so. */
  readonly onWarning?: (warning: Warning) => void;
}

/** What every client can be told. */
export interface ClientOptions {
  /**
   * Sends the requests, for a proxy or a test. Called as `fetch(url, init)`.
   * @default globalThis.fetch
   */
  readonly fetch?: Fetch;
  /**
   * The present time.
   * @default () => new Date()
   */
  readonly clock?: () => Date;
  /**
   * Milliseconds for one attempt, from sending to the last byte of the answer.
   * @default 10_000
   */
  readonly timeout?: number;
  /**
   * Milliseconds for a whole call: all attempts, the waits between them and the wait for the rate limiter.
   * @default 30_000
   */
  readonly totalTimeout?: number;
  /**
   * How often a call is repeated after 408, 425, 429, 5xx, a time-out or a connection fault; 0 for never.
   * @default 3
   */
  readonly maxRetries?: number;
  /** Takes the place of the client's own token bucket; `false` switches it off. */
  readonly rateLimiter?: RateLimiter | false;
  /** Watch the client, for logs and metrics. */
  readonly hooks?: Hooks;
  /** Put behind `waybill/x.y.z` in the user agent, such as `my-shop/1.2`. */
  readonly userAgent?: string;
  /** Takes the place of Amazon's host, for an emulator or a gateway. Scheme, host and an optional path. */
  readonly baseUrl?: string;
}

/** What a single call can be told. */
export interface CallOptions {
  /** Ends the call at any moment, also while it waits. The call then rejects with `signal.reason`. */
  readonly signal?: AbortSignal;
  /** As in the client's options. */
  readonly timeout?: number;
  /** As in the client's options. */
  readonly totalTimeout?: number;
  /** As in the client's options. */
  readonly maxRetries?: number;
  /** Added to the request. Headers that the client sets itself can't be replaced. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Tells a hook. What it throws, at once or later, is ignored: a log line must never fail a call. */
export function tell(hook: () => unknown): void {
  const told = async (): Promise<unknown> => hook();
  told().catch(() => undefined);
}

/** setTimeout takes 32 bits. */
export const MAX_MILLISECONDS = 2_147_483_647;

/** Refuses what no client can work with; `options` may come from JavaScript, so nothing is taken for granted. */
export function checkOptions(surface: Surface, options: ClientOptions): void {
  if (typeof options !== 'object' || options === null) throw misconfigured(surface, 'the options must be an object');
  checkBudgets(surface, options);
  const { fetch, clock, hooks, rateLimiter, userAgent, baseUrl } = options;
  for (const [name, value] of Object.entries({ fetch, clock })) {
    if (value !== undefined && typeof value !== 'function') throw misconfigured(surface, `"${name}" must be a function`);
  }
  if (hooks !== undefined && (typeof hooks !== 'object' || hooks === null)) throw misconfigured(surface, '"hooks" must be an object');
  if (rateLimiter && typeof rateLimiter.acquire !== 'function')
    throw misconfigured(surface, '"rateLimiter" must have acquire(), or be false');
  // A header can't hold a line break, and a user agent that is not ASCII is refused by some runtimes only.
  if (userAgent !== undefined && !(typeof userAgent === 'string' && /^[\x20-\x7e]*$/.test(userAgent))) {
    throw misconfigured(surface, '"userAgent" must be printable ASCII');
  }
  if (baseUrl !== undefined) checkUrl(surface, 'baseUrl', baseUrl);
}

/** Refuses what no call can work with. */
export function checkCall(surface: Surface, call: CallOptions): void {
  if (typeof call !== 'object' || call === null) throw misconfigured(surface, 'the call options must be an object');
  checkBudgets(surface, call);
  if (call.signal !== undefined && typeof call.signal?.throwIfAborted !== 'function') {
    throw misconfigured(surface, '"signal" must be an AbortSignal');
  }
}

/** The caller's headers, names in lower case: spelt otherwise, one would be joined to the client's own and break a signature. */
export function callHeaders(surface: Surface, { headers }: CallOptions): Readonly<Record<string, string>> {
  if (headers === undefined) return {};
  try {
    return Object.fromEntries(new Headers(headers));
  } catch {
    throw misconfigured(surface, '"headers" must have names and values that HTTP allows');
  }
}

/** Refuses budgets that are no number of milliseconds. */
function checkBudgets(surface: Surface, options: CallOptions): void {
  const { timeout, totalTimeout, maxRetries } = options;
  for (const [name, value] of Object.entries({ timeout, totalTimeout })) {
    if (value !== undefined && !(typeof value === 'number' && value > 0 && value <= MAX_MILLISECONDS)) {
      throw misconfigured(surface, `"${name}" must be a number of milliseconds, more than 0 and at most ${MAX_MILLISECONDS}`);
    }
  }
  if (maxRetries !== undefined && !(Number.isInteger(maxRetries) && maxRetries >= 0)) {
    throw misconfigured(surface, '"maxRetries" must be a whole number, 0 or more');
  }
}

/** The URL without a slash at its end. Refuses what is no http(s) URL, and user names and passwords, which would end up in logs. */
export function checkUrl(surface: Surface, name: string, text: string): string {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw misconfigured(surface, `"${name}" must be a URL that starts with https://`);
  }
  if (url.username || url.password) throw misconfigured(surface, `"${name}" must not hold a user name or password`);
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

/** The time that a clock tells, which may be the caller's own. */
export function readClock(surface: Surface, clock: (() => Date) | undefined): Date {
  const now = clock ? clock() : new Date();
  if (!Number.isFinite(now?.getTime?.())) throw misconfigured(surface, '"clock" must return a valid Date');
  return now;
}

export function misconfigured(surface: Surface, message: string, hint?: string): ConfigurationError {
  return new ConfigurationError(message, { surface, hint });
}
