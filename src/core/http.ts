/**
 * One request, sent until it is answered: retries, budgets, hooks and bounds over `fetch`. What is repeated, when, and what
 * the caller sees is decided here; p-retry does the repeating.
 *
 * @module
 */
import pRetry from 'p-retry';
import { sleep, waitFor } from './abort.ts';
import { ApiError, ConnectionError, isWaybillError, type Surface, TimeoutError, type WaybillError } from './errors.ts';
import { type CallOptions, type ClientOptions, callHeaders, checkCall, checkOptions, type Hooks, type RequestInfo } from './options.ts';
import type { RateLimiter } from './rate-limiter.ts';
import { type HttpResponse, readText, retryDelay } from './response.ts';
import { VERSION } from './version.ts';

/** A request as it goes over the wire. Made anew for each attempt, so that date, signature and token are fresh. */
export interface OutgoingRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
}

/** What a surface adds to the sending of a request. */
export interface Exchange<Result> {
  /** Builds and signs the request. What it throws ends the call: it is not repeated. */
  readonly prepare: () => OutgoingRequest | Promise<OutgoingRequest>;
  /** Turns an answer of any status but a redirect's into a result, or throws the error to show; a `retryable` one is repeated. */
  readonly read: (response: HttpResponse) => Result;
  /**
   * Looks at a failure and says whether its cause (a clock, a token) is mended now; the request is then repeated at
   * once, one time in a call.
   */
  readonly recover?: (error: WaybillError, response: HttpResponse) => boolean | Promise<boolean>;
}

/** Sends the requests of one client. */
export class HttpClient {
  readonly #surface: Surface;
  readonly #options: ClientOptions;
  readonly #rateLimiter: RateLimiter | undefined;
  readonly #requestIdHeader: string;

  constructor(surface: Surface, options: ClientOptions, rateLimiter?: RateLimiter, requestIdHeader = 'x-amzn-requestid') {
    checkOptions(surface, options);
    this.#surface = surface;
    this.#options = options;
    this.#rateLimiter = options.rateLimiter === false ? undefined : (options.rateLimiter ?? rateLimiter);
    this.#requestIdHeader = requestIdHeader;
  }

  /** The user agent, with the caller's own part behind ours. */
  get userAgent(): string {
    const { userAgent } = this.#options;
    return `waybill/${VERSION}${userAgent ? ` ${userAgent}` : ''}`;
  }

  now(): Date {
    return this.#options.clock?.() ?? new Date();
  }

  /** Amazon's id of the request that this answers. */
  requestId({ headers }: Pick<HttpResponse, 'headers'>): string | undefined {
    return headers.get(this.#requestIdHeader) ?? undefined;
  }

  /** Sends, and sends again where that can help, until there is a result or the budgets are used up. */
  async send<Result>(exchange: Exchange<Result>, call: CallOptions = {}): Promise<Result> {
    checkCall(this.#surface, call);
    const headers = callHeaders(this.#surface, call);
    const { signal } = call;
    signal?.throwIfAborted();
    const timeout = call.timeout ?? this.#options.timeout ?? 10_000;
    const totalTimeout = call.totalTimeout ?? this.#options.totalTimeout ?? 30_000;
    const deadline = performance.now() + totalTimeout;

    let attempts = 0;
    let recovered = false;
    let info: RequestInfo | undefined;
    let last: WaybillError | undefined;
    let preparation: { readonly error: unknown } | undefined;

    // One signal for all that ends a call: the caller, the total budget and, so that nothing waits on, its own end.
    const over = new AbortController();
    const onAbort = (): void => over.abort(signal?.reason);
    const timer = setTimeout(() => over.abort(this.#timeout('total', totalTimeout, attempts, last)), totalTimeout);
    signal?.addEventListener('abort', onAbort, { once: true });

    const sendOnce = async (attempt: AbortSignal): Promise<HttpResponse> => {
      const request = await Promise.resolve(exchange.prepare()).catch((error: unknown) => {
        preparation = { error };
        throw error;
      });
      // A signer may take longer than the attempt may last.
      attempt.throwIfAborted();
      attempts += 1;
      info = { surface: this.#surface, method: request.method, url: request.url.replace(/[?#].*$/s, ''), attempt: attempts };
      return this.#fetch({ ...request, headers: { ...headers, ...request.headers } }, info, attempt);
    };
    const sendAndRead = async (attempt: AbortSignal): Promise<Result> => {
      const response = await sendOnce(attempt);
      try {
        return exchange.read(response);
      } catch (error) {
        if (recovered || !isWaybillError(error) || !(await exchange.recover?.(error, response))) throw error;
        recovered = true;
        return exchange.read(await sendOnce(attempt));
      }
    };
    const attempt = async (): Promise<Result> => {
      // Outside the attempt's time: to wait for one's turn is not Amazon's delay.
      if (this.#rateLimiter) await waitFor(this.#rateLimiter.acquire(over.signal), over.signal);
      const ended = new AbortController();
      const onTimeout = setTimeout(() => ended.abort(this.#timeout('attempt', timeout, attempts, last)), timeout);
      const onOver = (): void => ended.abort(over.signal.reason);
      over.signal.addEventListener('abort', onOver, { once: true });
      try {
        // Not left to fetch alone: one of the caller's own may not heed its signal.
        return await waitFor(sendAndRead(ended.signal), ended.signal);
      } finally {
        clearTimeout(onTimeout);
        over.signal.removeEventListener('abort', onOver);
      }
    };
    const shouldRetry = async (error: unknown): Promise<boolean> => {
      if (preparation || over.signal.aborted || !isWaybillError(error) || !error.retryable) return false;
      last = error;
      const delay = retryDelay(error, attempts);
      // To wait for what can't come any more would turn the last answer into a time-out.
      if (performance.now() + delay >= deadline) return false;
      if (info) this.#observe('onRetry', { ...info, error, delay });
      await sleep(delay, over.signal);
      return true;
    };

    try {
      return await pRetry(attempt, {
        retries: call.maxRetries ?? this.#options.maxRetries ?? 3,
        // All the waiting is done in shouldRetry, which knows what Amazon asks for.
        minTimeout: 0,
        shouldRetry: ({ error }) => shouldRetry(error),
      });
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (over.signal.aborted) throw this.#observed(over.signal.reason);
      // p-retry replaces what is thrown and is no Error.
      throw this.#observed(preparation ? preparation.error : error);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      over.abort();
    }
  }

  async #fetch({ method, url, headers, body }: OutgoingRequest, info: RequestInfo, signal: AbortSignal): Promise<HttpResponse> {
    // Looked up now, so that a fetch that was patched after import is used; called bare, or workerd refuses it.
    const { fetch = (...request) => globalThis.fetch(...request) } = this.#options;
    this.#observe('onRequest', info);
    const start = performance.now();
    // A signed or authorised request that follows a redirect hands its credentials to another host.
    const init: RequestInit = { method, headers, redirect: 'manual', signal, ...(body && { body }) };
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, init);
      text = await readText(response);
    } catch (error) {
      // A fetch of the caller's own may know better what is wrong.
      if (signal.aborted || isWaybillError(error)) throw error;
      throw new ConnectionError(`no answer from ${new URL(url).host}${error instanceof Error ? `: ${error.message}` : ''}`, {
        surface: this.#surface,
        attempts: info.attempt,
        cause: error,
        hint: 'Check the network, DNS, TLS and proxies on the way. The request may have arrived all the same.',
      });
    }
    const { status } = response;
    const requestId = this.requestId(response);
    this.#observe('onResponse', { ...info, status, duration: performance.now() - start, ...(requestId && { requestId }) });
    // A browser hides what a redirect says: its type is all there is.
    if (response.type === 'opaqueredirect' || (status >= 300 && status < 400)) throw this.#redirected(status, info);
    return { status, headers: response.headers, text, attempts: info.attempt };
  }

  #redirected(status: number, { attempt }: RequestInfo): ApiError {
    return new ApiError(`the answer is a redirect${status ? ` (${status})` : ''}, and redirects are not followed`, {
      surface: this.#surface,
      status,
      attempts: attempt,
      retryable: false,
      hint: 'Check "baseUrl", and whether a proxy or a captive portal stands in between.',
    });
  }

  #timeout(budget: TimeoutError['budget'], milliseconds: number, attempts: number, cause: WaybillError | undefined): TimeoutError {
    const scope = budget === 'total' ? 'for all attempts together' : 'for one attempt';
    return new TimeoutError(budget, `no answer within ${milliseconds} ms ${scope}`, {
      surface: this.#surface,
      attempts,
      cause,
      hint: `Raise "${budget === 'total' ? 'totalTimeout' : 'timeout'}", or call again. The request may have arrived all the same.`,
    });
  }

  #observed(error: unknown): unknown {
    if (isWaybillError(error)) this.#observe('onError', error);
    return error;
  }

  /** Tells a hook; what it throws is ignored, for a log line must never fail a call. */
  #observe<Name extends keyof Hooks>(name: Name, ...args: Parameters<NonNullable<Hooks[Name]>>): void {
    try {
      (this.#options.hooks?.[name] as ((...args: unknown[]) => void) | undefined)?.(...args);
    } catch {}
  }
}
