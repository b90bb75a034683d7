/**
 * One request, sent until it is answered: retries, budgets, hooks and bounds over `fetch`. What is repeated, when, and what
 * the caller sees is decided here; p-retry does the repeating.
 *
 * @module
 */
import pRetry from 'p-retry';
import { ApiError, ConnectionError, isWaybillError, type Surface, TimeoutError, type WaybillError } from '../errors.ts';
import {
  type CallOptions,
  type ClientOptions,
  callHeaders,
  checkCall,
  checkOptions,
  type Hooks,
  type RequestInfo,
  readClock,
  tell,
  type Warning,
} from '../options.ts';
import { redact } from '../redact.ts';
import { VERSION } from '../version.ts';
import { sleep, waitFor } from './abort.ts';
import type { RateLimiter } from './rate-limiter.ts';
import { type HttpResponse, readText, retryDelay } from './response.ts';

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
   * Looks at a failure and says whether its cause (a clock, a token) is mended now; the request is then repeated without a wait, one
   * time in a call and not counted as a retry.
   */
  readonly recover?: (error: WaybillError, response: HttpResponse) => boolean;
  /**
   * Whether a failure that is `retryable` is worth another attempt here; by default each is. For what must not be done twice: a request
   * that was not answered may have been carried out.
   */
  readonly isRepeatable?: (error: WaybillError) => boolean;
}

/** A call under way. */
interface Call {
  readonly headers: Readonly<Record<string, string>>;
  readonly timeout: number;
  readonly maxRetries: number;
  readonly deadline: number;
  /** Aborted when the caller or the total budget ends the call. */
  readonly over: AbortSignal;
  /** How many times the request was sent. */
  attempts: number;
  /** Why the last attempt failed. */
  last?: WaybillError;
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
    return readClock(this.#surface, this.#options.clock);
  }

  /** Amazon's id of the request that this answers. */
  requestId({ headers }: Pick<HttpResponse, 'headers'>): string | undefined {
    return headers.get(this.#requestIdHeader) ?? undefined;
  }

  /** Tells the hook of something doubtful. */
  warn(warning: Omit<Warning, 'surface'>): void {
    this.#observe('onWarning', { surface: this.#surface, ...warning });
  }

  /** Sends, and sends again where that can help, until there is a result or the budgets are used up. */
  async send<Result>(exchange: Exchange<Result>, options: CallOptions = {}): Promise<Result> {
    checkCall(this.#surface, options);
    const headers = callHeaders(this.#surface, options);
    const { signal } = options;
    signal?.throwIfAborted();
    const { timeout = 10_000, totalTimeout = 30_000, maxRetries = 3 } = this.#options;
    const total = options.totalTimeout ?? totalTimeout;

    // One signal for the two that end a call at any moment: the caller and the total budget.
    const over = new AbortController();
    const call: Call = {
      headers,
      timeout: options.timeout ?? timeout,
      maxRetries: options.maxRetries ?? maxRetries,
      deadline: performance.now() + total,
      over: over.signal,
      attempts: 0,
    };
    const timer = setTimeout(() => over.abort(this.#timeout('total', total, call)), total);
    const onAbort = (): void => over.abort(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await this.#repeat(exchange, call);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      const shown: unknown = over.signal.aborted ? over.signal.reason : error;
      if (isWaybillError(shown)) this.#observe('onError', shown);
      throw shown;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  async #repeat<Result>(exchange: Exchange<Result>, call: Call): Promise<Result> {
    const { maxRetries, deadline, over } = call;
    let recovered = false;
    let sent: { readonly info: RequestInfo; readonly error: WaybillError } | undefined;
    let thrown: unknown;

    const once = async (): Promise<Result> => {
      sent = undefined;
      // Outside the attempt: to wait for one's turn, or for a signature, is not Amazon's delay, and what is thrown there is not repeated.
      await waitFor(this.#rateLimiter?.acquire(over), over);
      const request = await waitFor(exchange.prepare(), over);
      call.attempts += 1;
      const { method, url } = request;
      const info: RequestInfo = { surface: this.#surface, method, url: url.replace(/[?#].*$/s, ''), attempt: call.attempts };
      let response: HttpResponse | undefined;
      try {
        response = await this.#attempt(request, info, call);
        return exchange.read(response);
      } catch (error) {
        if (over.aborted || !isWaybillError(error)) throw error;
        sent = { info, error };
        call.last = error;
        if (!response || recovered || !exchange.recover?.(error, response)) throw error;
        recovered = true;
      }
      return once();
    };
    const shouldRetry = async (): Promise<boolean> => {
      if (!sent?.error.retryable || exchange.isRepeatable?.(sent.error) === false) return false;
      const delay = retryDelay(sent.error, call.attempts);
      // To wait for what can't come any more would turn the last answer into a time-out.
      if (performance.now() + delay >= deadline) return false;
      this.#observe('onRetry', { ...sent.info, error: sent.error, delay });
      await sleep(delay, over);
      return true;
    };

    const attempt = (): Promise<Result> =>
      once().catch((error: unknown) => {
        thrown = error;
        throw error;
      });
    // Without a wait of its own: how long is Amazon's to say. What it throws may be its own, in place of what is no Error.
    return pRetry(attempt, { retries: maxRetries, minTimeout: 0, shouldRetry }).catch(() => {
      throw thrown;
    });
  }

  /** Sends once; ends with the attempt's time or the call, whichever is over first. */
  async #attempt(request: OutgoingRequest, info: RequestInfo, call: Call): Promise<HttpResponse> {
    const { timeout, over, headers } = call;
    const ended = new AbortController();
    const timer = setTimeout(() => ended.abort(this.#timeout('attempt', timeout, call)), timeout);
    const onOver = (): void => ended.abort(over.reason);
    over.addEventListener('abort', onOver, { once: true });
    try {
      over.throwIfAborted();
      const sent = this.#fetch({ ...request, headers: { ...headers, ...request.headers } }, info, ended.signal);
      // Not left to fetch alone: one of the caller's own may not heed its signal.
      return await waitFor(sent, ended.signal);
    } finally {
      clearTimeout(timer);
      over.removeEventListener('abort', onOver);
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
    let requestId: string | undefined;
    try {
      response = await fetch(url, init);
      text = await readText(response);
      requestId = this.requestId(response);
      // Of a failure's body readText takes what came; nobody waits for it any more.
      signal.throwIfAborted();
    } catch (error) {
      // A fetch of the caller's own may know better what is wrong.
      if (signal.aborted || isWaybillError(error)) throw error;
      throw new ConnectionError(`no answer from ${new URL(url).host}${error instanceof Error ? `: ${redact(error.message, 300)}` : ''}`, {
        surface: this.#surface,
        attempts: info.attempt,
        cause: error,
        hint: 'Check the network, DNS, TLS and proxies on the way. The request may have arrived all the same.',
      });
    }
    const { status } = response;
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

  #timeout(budget: TimeoutError['budget'], milliseconds: number, { attempts, last }: Call): TimeoutError {
    const details = { surface: this.#surface, attempts, cause: last };
    if (attempts === 0) {
      return new TimeoutError(budget, `nothing was sent within ${milliseconds} ms: the call waited for its turn, or for a token`, {
        ...details,
        hint: 'Have fewer calls under way at a time, or raise "totalTimeout".',
      });
    }
    const scope = budget === 'total' ? 'for all attempts together' : 'for one attempt';
    return new TimeoutError(budget, `no answer within ${milliseconds} ms ${scope}`, {
      ...details,
      hint: `Raise "${budget === 'total' ? 'totalTimeout' : 'timeout'}", or call again. The request may have arrived all the same.`,
    });
  }

  #observe<Name extends keyof Hooks>(name: Name, ...args: Parameters<NonNullable<Hooks[Name]>>): void {
    tell(() => (this.#options.hooks?.[name] as ((...args: unknown[]) => unknown) | undefined)?.(...args));
  }
}
