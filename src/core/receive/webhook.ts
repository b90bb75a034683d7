/**
 * A webhook, from request to response: bounds, authentication, responses that lose no event, and de-duplication.
 *
 * The responses are chosen for a sender that redelivers after 401, 407, 409, 429 and 5xx and drops an event after every other 4xx, as
 * EventBridge API destinations do. That Amazon sends through them is (inferred).
 *
 * @module
 * @see {@link https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html | API destinations}
 */
import { encodeUtf8 } from '../bytes.ts';
import { type AuthenticationError, misconfigured } from '../errors.ts';
import { checkWholeNumbers } from '../options.ts';
import type { Bytes, Surface } from '../types.ts';
import { typeName } from '../wording.ts';
import { type EventCodec, type Received, toError, type Unreadable } from './codec.ts';
import { decompress } from './decode.ts';
import { createDispatch, type EventHandlerOptions, type EventHandlers } from './handlers.ts';
import { isOne, KeysOfDelivery } from './keys-of-delivery.ts';
import {
  checkRead,
  checkType,
  type FetchHandler,
  headerValues,
  type IncomingRequest,
  inCharset,
  MAX_BODY_BYTES,
  type OutgoingResponse,
  rejection,
  toFetchHandler,
  tooLarge,
} from './request.ts';
import { answerInTime, isAuthenticationError, type Refuse, refuser, type WebhookContext } from './respond.ts';

export { answerInTime, isAuthenticationError, type WebhookContext, webhookStatus } from './respond.ts';

/**
 * Checks the signature of a body. Rejects with an {@link AuthenticationError} if it does not verify. `undefined` stands for a body that a
 * framework has parsed: its bytes are gone.
 */
export type BodyCheck = (body: Bytes | undefined) => Promise<void>;

/** What a surface contributes to its webhook beside the codec. */
export interface Authenticator {
  /**
   * Checks what can be checked before the body is read. Rejects with an {@link AuthenticationError} if the request is not authentic, and
   * with anything else if that could not be found out. Resolves with a check of the body, if it is signed.
   */
  authenticate(request: IncomingRequest): Promise<BodyCheck | undefined>;
  /** The value of `WWW-Authenticate` in a response 401. */
  challenge(error: AuthenticationError): string;
}

/** Refuses a result of a mechanism, such as `false`, a response or an error, by which a user's own may mean no: it would accept everybody. */
export function assertAccepted(surface: Surface, result: unknown): void {
  if (result === undefined || result === true) return;
  const hint = 'Return nothing to accept a request; reject with an AuthenticationError to refuse it.';
  throw misconfigured(surface, 'auth', `check() returned ${result === false ? 'false' : typeName(result)}`, hint);
}

/** Options of a webhook handler. */
export interface WebhookHandlerOptions<Event> extends EventHandlerOptions<Event, WebhookContext> {
  /**
   * Maximum size of a body in bytes, after decompression; a larger one gets 413.
   * @default 1_048_576, the largest event that EventBridge sends (inferred)
   */
  readonly maxBodyBytes?: number | undefined;
  /**
   * Milliseconds until the response 503 is sent, so that it comes before the sender's own limit of 5 seconds (inferred).
   * @default 4_000
   */
  readonly timeBudget?: number | undefined;
  /**
   * Seconds in `Retry-After` of a response 503.
   * @default 60
   */
  readonly retryAfter?: number | undefined;
  /**
   * Called for every response other than 200, with the error and the status. What it throws is ignored.
   * @default one line a minute for each error code and status to `console.warn`, without what your own code said; each configuration error to
   * `console.error`
   */
  readonly onError?: ((error: unknown, response: { readonly status: number }) => void) | undefined;
}

/** Names of the options that only a webhook has. */
const OPTIONS = { maxBodyBytes: ['maxBodySize', 'bodyLimit'], timeBudget: ['timeout', 'totalTimeout'], retryAfter: [] };

/** Makes a webhook handler. Whatever happens becomes a response; only an input that is not a request is an error. */
export function webhook<Event extends { readonly kind: string }>(
  codec: EventCodec<Event>,
  authenticator: Authenticator,
  handlers: EventHandlers<Event, WebhookContext>,
  options: WebhookHandlerOptions<Event> = {},
): FetchHandler {
  const { surface } = codec;
  const dispatch = createDispatch(codec, handlers, options, OPTIONS);
  const { maxBodyBytes = MAX_BODY_BYTES, timeBudget = 4_000, retryAfter = 60, onError } = options;
  checkWholeNumbers(surface, { maxBodyBytes, timeBudget, retryAfter });
  const refuse = refuser({ retryAfter, onError });

  const handle = async (request: IncomingRequest, context: WebhookContext): Promise<OutgoingResponse> => {
    let received: Iterable<Received<Event>>;
    try {
      received = await readEvents(codec, authenticator, request, maxBodyBytes);
    } catch (error) {
      if (!isAuthenticationError(error)) return refuse(error);
      return refuse(error, { status: 401, headers: { 'www-authenticate': authenticator.challenge(error) } });
    }
    const keys = options.idempotencyStore && !isOne(received) ? new KeysOfDelivery(codec) : undefined;
    const dispatchOne = async (item: Received<Event>): Promise<void> => dispatch(item, context, (await keys?.find(item))?.key);
    return (await dispatchAll(surface, received, dispatchOne, context, refuse, !options.onInvalid)) ?? ACCEPTED;
  };
  return toFetchHandler(surface, (request) => answerInTime({ surface, timeBudget, refuse }, (context) => handle(request, context)));
}

const ACCEPTED: OutgoingResponse = { status: 200, headers: {}, body: '' };

/** A proxy or a gateway may replace POST. The response 405 names them all. */
const METHODS = ['POST', 'PUT', 'PATCH'];

/** Authenticates a request, and reads the events in its body. */
export async function readEvents<Event extends { readonly kind: string }>(
  codec: EventCodec<Event>,
  authenticator: Authenticator,
  request: IncomingRequest,
  maxBodyBytes: number,
): Promise<Iterable<Received<Event>>> {
  const { surface } = codec;
  const method = request.method.toUpperCase();
  if (!METHODS.includes(method)) {
    const got = /^[A-Z]{1,20}$/.test(method) ? method : 'another method';
    throw rejection(405, surface, `events are sent with POST, PUT or PATCH, got ${got}`, 'Send health checks to another path.');
  }
  const checkBody = await authenticator.authenticate(request);
  if (request.parsed || !request.read) {
    await checkBody?.(undefined);
    const body = request.parsed?.body;
    checkRead(surface, { headers: request.headers, body });
    return mayBeEvents(codec, request, body);
  }
  const sent = await request.read(maxBodyBytes);
  const contentEncoding = headerValues(request, 'content-encoding').join(',');
  // What is neither signed nor compressed needs no bytes.
  if (typeof sent === 'string' && !checkBody && !contentEncoding) return mayBeEvents(codec, request, sent);
  const bytes = typeof sent === 'string' ? encodeUtf8(sent) : sent;
  // Which bytes are signed, the compressed ones or the others, is not documented.
  const refusal = checkBody && (await refusalOf(checkBody(bytes)));
  const inflated = await decompress(surface, bytes, contentEncoding, maxBodyBytes).catch((error: unknown) => {
    throw refusal ?? error;
  });
  if (inflated.isCut) throw tooLarge(surface, maxBodyBytes);
  if (refusal) {
    if (inflated.bytes === bytes) throw refusal;
    await checkBody?.(inflated.bytes);
  }
  return mayBeEvents(codec, request, inCharset(request, inflated.bytes));
}

/** Why a credential does not verify; `undefined` if it does. */
async function refusalOf(check: Promise<void>): Promise<AuthenticationError | undefined> {
  try {
    await check;
    return undefined;
  } catch (error) {
    if (isAuthenticationError(error)) return error;
    throw error;
  }
}

/**
 * Refuses a body that cannot be an event, even from an authenticated sender. Everything else may be an event, and never gets a final
 * response.
 */
function mayBeEvents<Event extends { readonly kind: string }>(
  codec: EventCodec<Event>,
  request: IncomingRequest,
  body: unknown,
): Iterable<Received<Event>> | Promise<Iterable<Received<Event>>> {
  const received = codec.decode(body);
  // One event is the usual case.
  if (Array.isArray(received) && 'event' in received[0]) return received;
  return skipNoEvents(codec.surface, request, body, received);
}

async function skipNoEvents<Event>(
  surface: Surface,
  request: IncomingRequest,
  body: unknown,
  received: Iterable<Received<Event>>,
): Promise<Iterable<Received<Event>>> {
  const turns = new Turns();
  const iterator = received[Symbol.iterator]();
  const skipped: Received<Event>[] = [];
  for (let next = iterator.next(); !next.done; next = iterator.next()) {
    const item = next.value;
    // What says whether it is an event was JSON, whatever type it was sent with.
    if ('raw' in item && item.raw === body && item.isNoEvent === undefined) checkType(surface, request, body);
    skipped.push(item);
    // A list may begin with something else.
    if (!('raw' in item && item.isNoEvent)) return chain(skipped, iterator);
    if (turns.isDue()) await turns.take();
  }
  const [first] = skipped;
  if (!first) throw rejection(400, surface, 'expected an event, got an empty list');
  const { issues, hint } = first as Unreadable;
  throw rejection(400, surface, issues[0].message, hint);
}

function* chain<Item>(first: readonly Item[], rest: Iterator<Item>): Generator<Item, void, undefined> {
  yield* first;
  yield* { [Symbol.iterator]: () => rest };
}

/** Failures that are reported one by one; the others are counted. */
const MAX_FAILURES = 5;

/**
 * Turns of the event loop between items: a body with a hundred thousand of them must not block it, or outlast the time budget. By `Date`, because
 * the first use of `performance` costs Node 2 to 4 ms: half of the first event of a cold start.
 */
class Turns {
  #next = Date.now() + TURN;

  isDue(): boolean {
    return Date.now() > this.#next;
  }

  async take(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve));
    this.#next = Date.now() + TURN;
  }
}

/** In milliseconds. */
const TURN = 20;

/**
 * Passes every event to its function, one after another, because their order may matter, and to the end, or one that never succeeds would
 * lose those behind it. Returns the response of the last failure, if there is one.
 */
async function dispatchAll<Event>(
  surface: Surface,
  received: Iterable<Received<Event>>,
  dispatch: (item: Received<Event>) => Promise<void>,
  context: WebhookContext,
  refuse: Refuse,
  isUnreadableFailure: boolean,
): Promise<OutgoingResponse | undefined> {
  let response: OutgoingResponse | undefined;
  let unreadable = 0;
  const turns = new Turns();
  for (const item of received) {
    if (turns.isDue()) {
      await turns.take();
      if (context.signal.aborted) return undefined;
    }
    if ('raw' in item && isUnreadableFailure && unreadable >= MAX_FAILURES) {
      // Creating an error for each would cost most of the time.
      unreadable += 1;
      continue;
    }
    try {
      await dispatch(item);
    } catch (error) {
      if ('raw' in item) unreadable += 1;
      // Never final: a handler may throw the error of another webhook, which has a status.
      if (!('raw' in item) || unreadable <= MAX_FAILURES) response = refuse(error, { status: 503 });
    }
  }
  if (unreadable <= MAX_FAILURES) return response;
  const others = unreadable - MAX_FAILURES;
  const message = others === 1 ? '1 more item of the body is not an event' : `${others} more items of the body are not events`;
  return refuse(toError(surface, { issues: [{ message }] }));
}
