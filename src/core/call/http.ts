/**
 * One request, sent until there is a result: retries, budgets, hooks and bounds over `fetch`.
 *
 * @module
 */
import { onAbort, raceAbort, sleep } from '../async.ts';
import { ApiError, isWaybillError, type WaybillError } from '../errors.ts';
import { type Hooks, notify, type RequestInfo, report, type Warning } from '../hooks.ts';
import { type CallOptions, type ClientOptions, checkCall, checkOptions, type OptionNames, readClock, readHeaders } from '../options.ts';
import { credentialsIn, type Redact, redactor } from '../redact.ts';
import type { Bytes, FetchInit, FetchResponse, Surface } from '../types.ts';
import { VERSION } from '../version.ts';
import { connectionError, timeoutError, type UrlOption } from './connection-error.ts';
import type { RateLimiter } from './rate-limiter.ts';
import { fetchResponse, type HttpResponse, headerOf, readText, retryDelay } from './response.ts';

/** A request as it is sent. Built anew for each attempt, so that date, signature and token are fresh. */
export interface OutgoingRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Bytes;
  /**
   * The option that the URL comes from, for hints.
   * @default 'baseUrl'
   */
  readonly urlOption?: UrlOption;
}

/** What a surface adds to the sending of a request. */
export interface Exchange<Result> {
  /** Builds and signs the request. What it throws ends the call: it is not retried. */
  readonly prepare: () => OutgoingRequest | Promise<OutgoingRequest>;
  /** Converts a response (any status but a redirect) to a result, or throws. An error with `retryable: true` is retried. */
  readonly read: (response: HttpResponse) => Result;
  /** Secrets and personal data of this call: no error, hook or log may contain them. */
  readonly hide?: () => readonly (string | undefined)[];
  /**
   * Returns true if the cause of the failure (a clock, a token) has just been fixed. The request is then retried at once, one time in a
   * call, and not counted in `maxRetries`.
   */
  readonly recover?: (error: WaybillError, response: HttpResponse) => boolean;
  /** Return false for non-idempotent requests: an unanswered one may still have been processed. By default every failure may be retried. */
  readonly isRepeatable?: (error: WaybillError) => boolean;
  /** Sent without the rate limiter. */
  readonly isUnlimited?: boolean;
}

/** What a surface knows of its client. */
export interface HttpSettings extends OptionNames {
  /** Names of the call options that only this surface has. */
  readonly ownCall?: readonly string[];
  /** The client's own rate limiter, unless the caller has one. */
  readonly rateLimiter?: RateLimiter;
  /** @default 'x-amzn-requestid' */
  readonly requestIdHeader?: string;
}

/** A call in flight. */
interface Call {
  readonly id: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeout: number;
  /** How many times the request was sent. */
  attempts: number;
  /** Whether it waits for the rate limiter, a signature or a token. */
  isWaiting: boolean;
  /** The status of the current attempt, once the head of a response has arrived. */
  status: number | undefined;
  /** Why the last attempt failed. */
  last?: WaybillError;
  /** Why the call ended, if the caller or the total budget ended it. */
  over?: { readonly reason: unknown };
  /** Aborts the current attempt or wait. */
  current: AbortController;
}

let calls = 0;

/** Sends the requests of one client. */
export class HttpClient {
  readonly #surface: Surface;
  readonly #options: ClientOptions;
  readonly #settings: HttpSettings;
  readonly #rateLimiter: RateLimiter | undefined;
  readonly #headers: Readonly<Record<string, string>>;
  /** Codes of warnings that went to the console. */
  readonly #reported = new Set<string>();

  constructor(surface: Surface, options: ClientOptions, settings: HttpSettings = { own: [] }) {
    checkOptions(surface, options, settings);
    this.#surface = surface;
    this.#options = options;
    this.#settings = settings;
    this.#rateLimiter = options.rateLimiter === false ? undefined : (options.rateLimiter ?? settings.rateLimiter);
    this.#headers = readHeaders(surface, options);
  }

  /** The user agent, with the caller's own part appended. */
  get userAgent(): string {
    const { userAgent } = this.#options;
    return `waybill/${VERSION}${userAgent ? ` ${userAgent}` : ''}`;
  }

  now(): Date {
    return readClock(this.#surface, this.#options.clock);
  }

  /** Reports something that looks wrong. */
  warn(warning: Omit<Warning, 'surface'>): void {
    const { code, path, message } = warning;
    if (this.#options.hooks?.onWarning) this.#notify('onWarning', { surface: this.#surface, ...warning });
    else if (!this.#reported.has(code)) {
      this.#reported.add(code);
      report('warn', `${this.#surface}: ${[path.map(String).join('.'), message].filter(Boolean).join(' ')} (${code})`);
    }
  }

  /** Sends, and retries if that can help, until there is a result or a budget is used up. */
  async send<Result>(exchange: Exchange<Result>, options: CallOptions = {}): Promise<Result> {
    checkCall(this.#surface, options, this.#settings.ownCall);
    const { signal } = options;
    signal?.throwIfAborted();
    const { timeout = 10_000, totalTimeout = 30_000, maxRetries = 3 } = this.#options;
    const total = options.totalTimeout ?? totalTimeout;
    const call: Call = {
      id: ++calls,
      headers: { ...this.#headers, ...readHeaders(this.#surface, options) },
      timeout: options.timeout ?? timeout,
      attempts: 0,
      isWaiting: true,
      status: undefined,
      current: new AbortController(),
    };
    const end = (reason: unknown): void => {
      call.over ??= { reason };
      call.current.abort(reason);
    };
    const deadline = performance.now() + total;
    const timer = setTimeout(() => end(timeoutError(this.#surface, 'total', total, call)), total);
    const off = signal ? onAbort(signal, () => end(signal.reason)) : undefined;
    try {
      return await this.#attempts(exchange, call, options.maxRetries ?? maxRetries, deadline);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      const shown: unknown = call.over ? call.over.reason : error;
      if (isWaybillError(shown)) this.#notify('onError', shown, { surface: this.#surface, call: call.id });
      throw shown;
    } finally {
      clearTimeout(timer);
      off?.();
    }
  }

  async #attempts<Result>(exchange: Exchange<Result>, call: Call, maxRetries: number, deadline: number): Promise<Result> {
    const limiter = exchange.isUnlimited ? undefined : this.#rateLimiter;
    let retries = 0;
    let hasRecovered = false;
    for (;;) {
      // Outside the attempt: the wait for the rate limiter or for a signature is not Amazon's delay, and what is thrown there is not
      // retried.
      if (limiter) await raceAbort(limiter.acquire(call.current.signal), call.current.signal);
      const request = await raceAbort(exchange.prepare(), call.current.signal);
      call.attempts += 1;
      call.isWaiting = false;
      const info = this.#infoOf(request, call);
      let response: HttpResponse | undefined;
      try {
        response = await this.#attempt(request, info, call, redactorOf(exchange, request, call));
        return exchange.read(response);
      } catch (error) {
        if (call.over || !isWaybillError(error)) throw error;
        startAnew(call, error);
        if (response && !hasRecovered && exchange.recover?.(error, response)) {
          hasRecovered = true;
          continue;
        }
        const delay = retryDelay(error, call.attempts);
        const canHelp = retries < maxRetries && error.retryable && exchange.isRepeatable?.(error) !== false;
        // A wait that cannot end in time would turn this response into a timeout.
        if (!canHelp || performance.now() + delay >= deadline) throw error;
        retries += 1;
        this.#notify('onRetry', { ...info, error, delay });
        await sleep(delay, call.current.signal);
      }
    }
  }

  /** Sends once. Ends with the attempt's time or with the call, whichever comes first. */
  async #attempt(request: OutgoingRequest, info: RequestInfo, call: Call, clean: Redact): Promise<HttpResponse> {
    const { current, timeout } = call;
    const timer = setTimeout(() => current.abort(timeoutError(this.#surface, 'attempt', timeout, call)), timeout);
    try {
      // A custom fetch may ignore its signal.
      return await raceAbort(this.#fetch(request, info, call, clean), current.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  async #fetch(request: OutgoingRequest, info: RequestInfo, call: Call, clean: Redact): Promise<HttpResponse> {
    const { method, url, body, urlOption = 'baseUrl' } = request;
    const { signal } = call.current;
    const { attempt } = info;
    this.#notify('onRequest', info);
    const start = performance.now();
    const headers = { ...call.headers, ...request.headers };
    const init: FetchInit = { method, headers, redirect: 'manual', signal, ...(body && { body }) };
    let response: FetchResponse;
    let text: string;
    try {
      response = await fetchResponse(this.#surface, this.#options.fetch, url, init);
      if (!signal.aborted) call.status = response.status;
      text = await readText(response);
      // Of a failure, readText returns the part that arrived, also after the end of the attempt.
      signal.throwIfAborted();
    } catch (error) {
      // A custom fetch may throw a WaybillError.
      if (signal.aborted || isWaybillError(error)) throw error;
      throw connectionError(error, { surface: this.#surface, url, attempts: attempt, status: call.status, urlOption, clean });
    }
    const { status } = response;
    const requestId = this.#requestId(response, clean);
    this.#notify('onResponse', { ...info, status, duration: performance.now() - start, ...(requestId && { requestId }) });
    // A browser hides status and headers of a redirect: only its type is known.
    if (response.type === 'opaqueredirect' || (status >= 300 && status < 400)) throw this.#redirected(status, info, urlOption);
    return { status, headers: response.headers, text, attempts: attempt, requestId, redact: clean };
  }

  /** Amazon's id of the request; `undefined` if it could be something else. */
  #requestId(response: Pick<FetchResponse, 'headers'>, clean: Redact): string | undefined {
    const id = headerOf(response, this.#settings.requestIdHeader ?? 'x-amzn-requestid');
    return id !== undefined && /^[\w.:/+=@-]{1,128}$/.test(id) && clean(id) === id ? id : undefined;
  }

  #infoOf({ method, url }: OutgoingRequest, { id, attempts }: Call): RequestInfo {
    return { surface: this.#surface, call: id, method, url: url.replace(/[?#].*$/s, ''), attempt: attempts };
  }

  #redirected(status: number, { attempt }: RequestInfo, urlOption: UrlOption): ApiError {
    return new ApiError(`the response is a redirect${status ? ` (${status})` : ''}, and redirects are not followed`, {
      surface: this.#surface,
      status,
      attempts: attempt,
      retryable: false,
      hint: `Check "${urlOption}", and whether a proxy or a captive portal is in between.`,
    });
  }

  #notify<Name extends keyof Hooks>(name: Name, ...args: Parameters<NonNullable<Hooks[Name]>>): void {
    const hook = this.#options.hooks?.[name] as ((...args: unknown[]) => unknown) | undefined;
    if (hook) notify(() => hook.apply(this.#options.hooks, args));
  }
}

/** A redactor that is made when it is first used: most calls succeed. */
function redactorOf(exchange: Pick<Exchange<unknown>, 'hide'>, { headers }: OutgoingRequest, call: Pick<Call, 'headers'>): Redact {
  let clean: Redact | undefined;
  const make = (): Redact => {
    return redactor([...(exchange.hide?.() ?? []), ...credentialsIn(headers), ...Object.values(call.headers)]);
  };
  return (text, limit) => {
    clean ??= make();
    return clean(text, limit);
  };
}

function startAnew(call: Call, error: WaybillError): void {
  call.last = error;
  call.isWaiting = true;
  call.status = undefined;
  // An attempt that timed out has used its signal up.
  if (call.current.signal.aborted) call.current = new AbortController();
}
