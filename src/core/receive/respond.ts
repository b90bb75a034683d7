/**
 * The response of a webhook: which status an error gets, and what is sent when the time is used up.
 *
 * @module
 */
import { type AuthenticationError, isWaybillError, TimeoutError, type WaybillError } from '../errors.ts';
import { tellError } from '../hooks.ts';
import type { Surface } from '../types.ts';
import { type OutgoingResponse, statusOf } from './request.ts';

/** The second argument of a handler. */
export interface WebhookContext {
  /** Aborts when the time budget is used up and the response 503 is sent; the event is then redelivered. */
  readonly signal: AbortSignal;
}

/** What a response that is not a success needs. */
interface RefuserOptions {
  readonly retryAfter: number;
  readonly onError?: ((error: unknown, response: { readonly status: number }) => void) | undefined;
}

/** Turns an error into a response, and calls `onError`. By default the status is that of the error. */
export type Refuse = (error: unknown, response?: Partial<Pick<OutgoingResponse, 'status' | 'headers'>>) => OutgoingResponse;

/** Makes a {@link Refuse}. Only an error with a status gets a final one: everything else may be an event, and gets 503. */
export function refuser({ retryAfter, onError }: RefuserOptions): Refuse {
  return (error, { status: wanted = statusOf(error) ?? 503, headers = {} } = {}) => {
    // A challenge may contain what a header cannot.
    const isSendable = Object.values(headers).every((value) => /^[\x20-\x7e]*$/.test(value));
    const status = isSendable ? wanted : 503;
    tellError(onError, error, { status });
    const message = messageOf(status, error);
    return {
      status,
      headers: {
        'content-type': 'application/json',
        ...(isSendable && headers),
        ...(status === 405 && { allow: 'POST, PUT, PATCH' }),
        ...(status === 503 && { 'retry-after': String(retryAfter) }),
      },
      body: JSON.stringify({ message }),
    };
  };
}

/** Do not leak the handler's own errors to the sender. */
function messageOf(status: number, error: unknown): string {
  if (status === 401) return 'unauthorized';
  return status === 503 ? 'not handled, please retry' : (error as WaybillError).message;
}

/** What a handler is passed. The signal is created on first use: it costs as much as reading and checking an event (2.3 µs on Node 20). */
class Context implements WebhookContext {
  /** One getter for all: a literal with a getter costs 1 µs and garbage that lives long (this: 0.1 µs). */
  static readonly #SIGNAL = {
    enumerable: true,
    get(this: Context): AbortSignal {
      return this.#start();
    },
  };
  declare readonly signal: AbortSignal;
  #budget: AbortController | undefined;
  #late: TimeoutError | undefined;

  constructor() {
    // A property of the object, not of the class, so that a handler can copy it.
    Object.defineProperty(this, 'signal', Context.#SIGNAL);
  }

  #start(): AbortSignal {
    this.#budget ??= new AbortController();
    if (this.#late) this.#budget.abort(this.#late);
    return this.#budget.signal;
  }

  /** Aborts the signal, also if it is created later. */
  end(late: TimeoutError): void {
    this.#late = late;
    this.#budget?.abort(late);
  }
}

/** Responds when the work is done or times out, whichever comes first. Never rejects. */
export function answerInTime(
  { surface, timeBudget, refuse }: { readonly surface: Surface; readonly timeBudget: number; readonly refuse: Refuse },
  work: (context: WebhookContext) => Promise<OutgoingResponse>,
): Promise<OutgoingResponse> {
  return new Promise((resolve) => {
    const context = new Context();
    const timer = setTimeout(() => {
      const late = new TimeoutError('total', `the request was not handled within ${timeBudget} ms`, {
        surface,
        attempts: 1,
        hint: 'Store the event and return; process it from a queue.',
      });
      resolve(refuse(late));
      context.end(late);
    }, timeBudget);
    // The first to settle wins; onError is still called for a failure after that.
    const settle = (response: OutgoingResponse): void => {
      clearTimeout(timer);
      resolve(response);
    };
    work(context).then(settle, (error: unknown) => settle(refuse(error)));
  });
}

/** Whether an error says that a credential does not verify, also if it is from another copy of this package. */
export function isAuthenticationError(error: unknown): error is AuthenticationError {
  return isWaybillError(error) && error.code === 'AUTHENTICATION';
}

/**
 * The HTTP status to respond with to a request whose `verify()` failed: 401 for a credential or signature that does not verify, 400, 405,
 * 413 or 415 for what cannot be an event, 503 for everything else, so that it is redelivered.
 *
 * @example
 * ```ts
 * try {
 *   await store(await verifier.verify(request));
 *   response.sendStatus(200);
 * } catch (error) {
 *   response.sendStatus(webhookStatus(error));
 * }
 * ```
 */
export function webhookStatus(error: unknown): number {
  if (isAuthenticationError(error)) return 401;
  return statusOf(error) ?? 503;
}
