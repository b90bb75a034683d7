/**
 * The webhook that Amazon Shipping posts to.
 *
 * @module
 */
import type { AuthenticationError } from '../../core/errors.ts';
import {
  createWebhookHandler,
  isAuthenticationError,
  type WebhookContext,
  type WebhookHandlerOptions,
} from '../../core/receive/webhook.ts';
import { isRequest, MAX_BODY_BYTES, notAnEvent, readBytes, type WebhookRequest } from '../../core/receive/webhook-request.ts';
import { demand, demandOptions, SURFACE } from '../configuration.ts';
import { isUnknown, parseShippingEvents, receiveEvents, theOnly } from '../events/event-parser.ts';
import type { NdrEvent, ShippingEvent, TrackingEvent, UnknownShippingEvent } from '../events/event-schemas.ts';
import type { NdrAuth } from './auth/mechanism.ts';

/** What {@link NdrWebhookVerifier} needs to know. */
export interface NdrWebhookVerifierOptions {
  /** The mechanism that you agreed on with Amazon; of several, any one lets a request in. */
  readonly auth: NdrAuth | readonly NdrAuth[];
}

/** How {@link NdrWebhookVerifier.handler} answers. */
export interface NdrWebhookHandlerOptions extends WebhookHandlerOptions<UnknownShippingEvent> {}

/**
 * Authenticates what Amazon Shipping posts and reads it.
 *
 * Amazon signs nothing: a request is as genuine as the secret that it presents. Every event can come twice and in any order. That
 * Amazon delivers through EventBridge, and with it the 5 seconds to answer and which answers bring an event back, is inferred.
 *
 * @example On anything that speaks fetch
 * ```ts
 * const verifier = new NdrWebhookVerifier({ auth: apiKey({ keys: env.NDR_KEY }) });
 * export default { fetch: verifier.handler(async (event) => queue.send(event)) };
 * ```
 *
 * @example In Express, behind express.json() or not, with toNodeHandler of waybill/adapters/node
 * ```ts
 * app.post('/ndr', toNodeHandler(verifier.handler(async (event) => queue.send(event))));
 * ```
 *
 * @see {@link https://developer-docs.amazon.com/amazon-shipping/docs/ndr-api-push-notifications | NDR push notifications}
 */
export class NdrWebhookVerifier {
  readonly #mechanisms: readonly NdrAuth[];

  /** @throws {@link ConfigurationError} `CONFIGURATION` where `auth` is no mechanism. */
  constructor(options: NdrWebhookVerifierOptions) {
    demandOptions('NdrWebhookVerifier', options);
    const mechanisms = [options.auth].flat() as readonly NdrAuth[];
    demand(
      mechanisms.length > 0 && mechanisms.every((auth) => typeof auth?.check === 'function' && typeof auth.challenge === 'function'),
      '"auth" must be what apiKey() or another mechanism returns, or an array of such',
    );
    this.#mechanisms = mechanisms;
  }

  /**
   * Authenticates a request and reads the one event in it. Takes a `Request`, whose body must not have been read and is read up to
   * 1 MiB, or its parts as a framework has them: the body as text, bytes or parsed JSON.
   *
   * @throws {@link AuthenticationError} `AUTHENTICATION`: answer 401, after which the event comes again.
   * @throws {@link ValidationError} `VALIDATION` where the body is no event (answer 400), where it is one of a known type but not
   *   of its shape (keep it, or answer 503), or where it holds several.
   * @throws {@link ConnectionError} or {@link ApiError} where the credential could not be checked or the body breaks off, and whatever a
   *   function that you gave to the mechanism throws: answer 503.
   */
  async verify(request: Request | WebhookRequest): Promise<ShippingEvent> {
    return theOnly(await this.verifyAll(request));
  }

  /**
   * Like {@link NdrWebhookVerifier.verify}, for a body that may be an array of events. Throws for all where one of them is not as
   * it should be.
   */
  async verifyAll(request: Request | WebhookRequest): Promise<readonly ShippingEvent[]> {
    if (typeof request !== 'object' || request === null)
      throw notAnEvent(SURFACE, 'expected a Request, or an object with headers and body');
    await this.#authenticate(request);
    return parseShippingEvents(isRequest(request) ? await readBytes(SURFACE, request, MAX_BODY_BYTES) : request.body);
  }

  /**
   * Makes a fetch-style handler of POST requests. It never throws; it answers
   *
   * - 200 when your function is done, and for types that this version does not know
   * - 401 with `WWW-Authenticate` for a credential that is missing or wrong, before the body is read; EventBridge repeats these
   * - 400, 405, 413 and 415 for what can be no event; EventBridge drops these
   * - 503 with `Retry-After` when your function or a mechanism fails or the time is up, and for an event of a known type that is
   *   not of its shape, unless `onInvalid` takes it
   *
   * Work that takes long belongs behind a queue: keep the event, return, and work on it then. An array of events is handled one
   * after another to its end, whatever becomes of each, and answered 200 where all were handled; with an `idempotencyStore` those
   * that were done are not done again when the request is repeated.
   *
   * @throws {@link ConfigurationError} `CONFIGURATION` for options that can't work.
   *
   * @example
   * ```ts
   * const handler = verifier.handler(
   *   async (event) => {
   *     if (event.kind === 'ndr') await decisions.put(event.id, event.detail);
   *   },
   *   { idempotencyStore: new MemoryIdempotencyStore(), onError: (error, { status }) => console.warn(status, error) },
   * );
   * const response = await handler(request);
   * ```
   */
  handler(
    onEvent: (event: NdrEvent | TrackingEvent, context: WebhookContext) => unknown,
    options?: NdrWebhookHandlerOptions,
  ): (request: Request) => Promise<Response> {
    return createWebhookHandler<ShippingEvent>(
      {
        surface: SURFACE,
        authenticate: (request) => this.#authenticate(request),
        receive: async (_, body) => receiveEvents(body),
        isUnknown,
        challenge: (error) => this.#mechanisms.map((auth) => auth.challenge(error)).join(', '),
      },
      // The machinery gives unknown events to onUnknown alone.
      onEvent as (event: ShippingEvent, context: WebhookContext) => unknown,
      options as WebhookHandlerOptions<ShippingEvent> | undefined,
    );
  }

  /** Any mechanism may let the request in. What could not be checked comes before what is wrong: it may have been right. */
  async #authenticate(request: WebhookRequest): Promise<void> {
    let refusal: AuthenticationError | undefined;
    let failure: { readonly error: unknown } | undefined;
    for (const auth of this.#mechanisms) {
      try {
        return await auth.check(request);
      } catch (error) {
        if (!isAuthenticationError(error)) failure ??= { error };
        // A credential that is there and wrong says more than one that is missing.
        else if (!refusal || refusal.reason === 'missing') refusal = error;
      }
    }
    throw failure ? failure.error : refusal;
  }
}
