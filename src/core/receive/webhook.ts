/**
 * What every webhook of Amazon's needs between a `Request` and a `Response`: bounds, answers that lose no event, and
 * de-duplication. Knows nothing of credentials, signatures or event types: a surface brings those.
 *
 * The answers are chosen for a sender that repeats 401, 407, 409, 429 and 5xx and drops every other 4xx, as
 * EventBridge API destinations do. That Amazon sends through them is inferred, not documented.
 *
 * @module
 * @see {@link https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html | API destinations}
 */
import { type AuthenticationError, isWaybillError, type Surface, TimeoutError, ValidationError } from '../errors.ts';
import { misconfigured, tell } from '../options.ts';
import { checkIdempotencyStore, type IdempotencyStore, once } from './idempotency.ts';
import { MAX_BODY_BYTES, notAnEvent, readBytes } from './webhook-request.ts';

/** What came of one event in a request. */
export type Received<Event> =
  | { readonly id?: string | undefined; readonly event: Event }
  /** Of a known type, but not of its shape: Amazon changed something. */
  | { readonly id?: string | undefined; readonly raw: unknown; readonly error: ValidationError };

/** What a surface brings. */
export interface WebhookReceiver<Event> {
  readonly surface: Surface;
  /** Checks what can be checked before the body is read. */
  readonly authenticate?: (request: Request) => Promise<void>;
  /** Takes the events out of a body, and checks its signature where there is one. */
  readonly receive: (request: Request, body: Uint8Array<ArrayBuffer>) => Promise<readonly Received<Event>[]>;
  readonly isUnknown: (event: Event) => boolean;
  /** The value of `WWW-Authenticate` for an answer 401. */
  readonly challenge: (error: AuthenticationError) => string;
}

/** What a handler of events is told beside the event. */
export interface WebhookContext {
  /** Aborts when the time budget is used up and the answer 503 goes out; the event is then delivered again. */
  readonly signal: AbortSignal;
}

/** How a webhook answers. `Event` is what the surface makes of a body. */
export interface WebhookHandlerOptions<Event> {
  /**
   * Bytes of a body that are read at most; more is answered 413.
   * @default 1_048_576, the largest event that EventBridge sends (inferred)
   */
  readonly maxBodyBytes?: number;
  /**
   * Milliseconds until the answer 503 goes out, so that it comes before the sender's own limit of 5 seconds (inferred).
   * @default 4_000
   */
  readonly timeBudget?: number;
  /**
   * Seconds in `Retry-After` of an answer 503.
   * @default 60
   */
  readonly retryAfter?: number;
  /** Gets events of types that this version does not know. Without it they are acknowledged and forgotten. */
  readonly onUnknown?: (event: Event, context: WebhookContext) => unknown;
  /**
   * Gets, raw, what is of a known type but not of its shape. Without it the answer is 503, so that the event comes again
   * while you look into it.
   */
  readonly onInvalid?: (raw: unknown, error: ValidationError, context: WebhookContext) => unknown;
  /** Hears of everything that is not answered 200, with the status that is. What it throws is ignored. */
  readonly onError?: (error: unknown, answer: { readonly status: number }) => void;
  /** Remembers what was handled. Without it an event that is delivered twice is handled twice. */
  readonly idempotencyStore?: IdempotencyStore;
}

/** Makes a fetch-style handler. It never throws: whatever happens becomes an answer. */
export function createWebhookHandler<Event>(
  receiver: WebhookReceiver<Event>,
  onEvent: (event: Event, context: WebhookContext) => unknown,
  options: WebhookHandlerOptions<Event> = {},
): (request: Request) => Promise<Response> {
  const { surface } = receiver;
  if (typeof onEvent !== 'function' || typeof options !== 'object' || options === null) {
    throw misconfigured(surface, 'handler() takes a function for the events, and an object of options');
  }
  const { maxBodyBytes = MAX_BODY_BYTES, timeBudget = 4_000, retryAfter = 60 } = options;
  checkWholeNumbers(surface, { maxBodyBytes, timeBudget, retryAfter });
  checkIdempotencyStore(surface, options.idempotencyStore);

  const handlers = { ...options, onEvent };
  const handle = async (request: Request, context: WebhookContext): Promise<Response> => {
    if (request.method !== 'POST') throw new Refusal(405, notAnEvent(surface, 'events are sent with POST'), { allow: 'POST' });
    await receiver.authenticate?.(request).catch(unauthorized);
    // No Content-Type at all is let through: what counts is whether the body is JSON.
    const type = request.headers.get('content-type') ?? 'application/json';
    if (!/[/+]json\b/i.test(type)) throw new Refusal(415, notAnEvent(surface, 'events are application/json'));
    const body = await readBytes(surface, request, maxBodyBytes).catch(invalid(413));
    const received = await receiver.receive(request, body).catch(unauthorized).catch(invalid(400));
    let answer = new Response(null, { status: 200 });
    // One after another, for their order may matter; to the end, or one that never succeeds would lose those behind it.
    for (const item of received) {
      try {
        await dispatch(item, receiver, handlers, context);
      } catch (error) {
        answer = refuse(error);
      }
    }
    return answer;
  };

  // Only while it is verified: the same errors out of the caller's own function are a failure like any other.
  const unauthorized = (error: unknown): never => {
    if (!isAuthenticationError(error)) throw error;
    throw new Refusal(401, error, { 'www-authenticate': receiver.challenge(error) }, 'unauthorized');
  };
  const invalid =
    (status: number) =>
    (error: unknown): never => {
      throw error instanceof ValidationError ? new Refusal(status, error) : error;
    };

  const refuse = (error: unknown): Response => {
    // Of a failure of the caller's own a stranger learns nothing.
    const again = (): Refusal => new Refusal(503, error, { 'retry-after': String(retryAfter) }, 'not handled, send it again');
    const refusal = error instanceof Refusal ? error : again();
    tell(() => options.onError?.(refusal.cause, { status: refusal.status }));
    return Response.json({ message: refusal.message }, refusal);
  };

  return (request) => answerInTime(surface, timeBudget, (signal) => handle(request, { signal }), refuse);
}

/** Where events go. */
export interface EventHandlers<Event, Context extends readonly unknown[]> {
  readonly onEvent: (event: Event, ...context: Context) => unknown;
  readonly onUnknown?: ((event: Event, ...context: Context) => unknown) | undefined;
  readonly onInvalid?: ((raw: unknown, error: ValidationError, ...context: Context) => unknown) | undefined;
  readonly idempotencyStore?: IdempotencyStore | undefined;
}

/** Gives an event to the function that is for it, unless that was done before. Throws where it must come again. */
export function dispatch<Event, Context extends readonly unknown[]>(
  item: Received<Event>,
  { surface, isUnknown }: Pick<WebhookReceiver<Event>, 'surface' | 'isUnknown'>,
  { onEvent, onUnknown, onInvalid, idempotencyStore }: EventHandlers<Event, Context>,
  ...context: Context
): Promise<void> {
  return once(surface, item.id, idempotencyStore, async () => {
    if ('error' in item) {
      if (!onInvalid) throw item.error;
      await onInvalid(item.raw, item.error, ...context);
    } else if (isUnknown(item.event)) await onUnknown?.(item.event, ...context);
    else await onEvent(item.event, ...context);
  });
}

/** Answers when `handle` is done or the time is up, whichever is first. Never throws as long as `refuse` does not. */
export function answerInTime(
  surface: Surface,
  timeBudget: number,
  handle: (signal: AbortSignal) => Promise<Response>,
  refuse: (error: unknown) => Response,
): Promise<Response> {
  return new Promise((resolve) => {
    const budget = new AbortController();
    const timer = setTimeout(() => {
      const error = new TimeoutError('total', `the request was not handled within ${timeBudget} ms`, { surface, attempts: 1 });
      resolve(refuse(error));
      budget.abort(error);
    }, timeBudget);
    // Whoever comes second finds the answer given; a failure after the time is up is still heard of.
    void handle(budget.signal)
      .catch(refuse)
      .then(resolve)
      .finally(() => clearTimeout(timer));
  });
}

/** Refuses what is no whole number above 0, or too large for a timer. */
export function checkWholeNumbers(surface: Surface, options: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (!(Number.isInteger(value) && (value as number) > 0 && (value as number) < 2 ** 31)) {
      throw misconfigured(surface, `"${name}" must be a whole number, 1 or more`);
    }
  }
}

/** A failure with the answer it gets. */
class Refusal extends Error {
  readonly status: number;
  readonly headers: Headers;

  constructor(status: number, cause: unknown, headers: Readonly<Record<string, string>> = {}, message?: string) {
    super(message ?? (cause as Error).message, { cause });
    this.status = status;
    // Made here, so that a challenge that no header can hold is a failure like any other, and not one of the answer.
    this.headers = new Headers(headers);
  }
}

/** Whether a credential does not verify; an error of another copy of this package says so too. */
export function isAuthenticationError(error: unknown): error is AuthenticationError {
  return isWaybillError(error) && error.code === 'AUTHENTICATION';
}
