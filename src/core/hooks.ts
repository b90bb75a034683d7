/**
 * Functions that watch a client or a handler, for logs and metrics.
 *
 * @module
 */
import { type AnyWaybillError, isWaybillError } from './errors.ts';
import type { Surface } from './types.ts';

/** Which call a hook is about. */
export interface CallInfo {
  /** The surface of the client. */
  readonly surface: Surface;
  /** A number that all hooks of one call share; a request for a token is another call. Unique in the process. */
  readonly call: number;
}

/** A request as a hook sees it: without headers, body and query, which hold secrets and personal data. */
export interface RequestInfo extends CallInfo {
  /** In upper case. */
  readonly method: string;
  /** Scheme, host and path. */
  readonly url: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
}

/** A response as a hook sees it. */
export interface ResponseInfo extends RequestInfo {
  /** HTTP status. */
  readonly status: number;
  /** From sending to the last byte, in milliseconds. */
  readonly duration: number;
  /** Amazon's id of the request. */
  readonly requestId?: string;
}

/** A retry as a hook sees it. */
export interface RetryInfo extends RequestInfo {
  /** Why the last attempt failed. */
  readonly error: AnyWaybillError;
  /** Milliseconds before the retry. */
  readonly delay: number;
}

/** Something that is sent as it is although it looks wrong. */
export interface Warning {
  /** The surface of the client. */
  readonly surface: Surface;
  /** What looks wrong, for `switch`. Minor versions may add codes. */
  readonly code: string;
  /** In words. Never contains the value. */
  readonly message: string;
  /** Where in the input or the options. */
  readonly path: readonly PropertyKey[];
  /** As in {@link CallInfo}. Absent for a warning about the options or the input, which comes before the call. */
  readonly call?: number;
}

/** Functions that watch a client. What they throw is ignored: a log line must never fail a call. */
export interface Hooks {
  /** Before each attempt. */
  readonly onRequest?: ((info: RequestInfo) => void) | undefined;
  /** After each response, whatever its status. */
  readonly onResponse?: ((info: ResponseInfo) => void) | undefined;
  /** Before the wait that precedes each retry. */
  readonly onRetry?: ((info: RetryInfo) => void) | undefined;
  /** Before an error is thrown to the caller. Aborts are not reported. */
  readonly onError?: ((error: AnyWaybillError, info: CallInfo) => void) | undefined;
  /**
   * Before something is sent that looks wrong but may be right.
   * @default each code is written to `console.warn` once per client
   */
  readonly onWarning?: ((warning: Warning) => void) | undefined;
}

/** Calls a hook. What it throws, at once or later, is ignored. */
export function notify(hook: () => unknown): void {
  const notified = async (): Promise<unknown> => hook();
  notified().catch(() => undefined);
}

/** Writes a message for which there is no hook, because silence would hide it. */
export function report(level: 'warn' | 'error', message: string): void {
  // biome-ignore lint/suspicious/noConsole: the one place that writes to it.
  notify(() => console[level](`waybill: ${message}`));
}

/** Milliseconds in which a kind of failure is reported once: a webhook on the internet gets made-up requests all day. */
const REPORT_EVERY = 60_000;
const quietUntil = /* @__PURE__ */ new Map<string, number>();

/** What code of the user says may be personal, and is left out. */
const FOREIGN = { code: '', message: 'your code threw an error', hint: 'Pass onError to see it.' };

/**
 * Calls `onError`; what it throws is ignored. Without one the console says what failed, because the sender only redelivers: each configuration
 * error, which redelivery cannot help, and of all others one of each code and status a minute. A health check that gets 405 must not hide what
 * else is invalid.
 */
export function tellError<Details extends readonly [details?: { readonly status?: number; readonly messageId?: unknown }]>(
  onError: ((error: unknown, ...details: Details) => unknown) | undefined,
  error: unknown,
  ...details: Details
): void {
  if (onError) {
    notify(() => onError(error, ...details));
    return;
  }
  const { code, message, hint } = isWaybillError(error) ? error : FOREIGN;
  const level = code === 'CONFIGURATION' ? 'error' : 'warn';
  const kind = `${code}${details[0]?.status}`;
  const now = performance.now();
  if (level === 'warn' && now < (quietUntil.get(kind) ?? 0)) return;
  quietUntil.set(kind, now + REPORT_EVERY);
  report(level, hint ? `${message}. ${hint}` : message);
}
