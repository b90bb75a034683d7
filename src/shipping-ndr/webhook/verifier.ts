/**
 * The webhook that Amazon Shipping posts to.
 *
 * @module
 */
import { type AuthenticationError, assertOption } from '../../core/errors.ts';
import { checkNames } from '../../core/options.ts';
import { assertCalled } from '../../core/receive/recognise.ts';
import { type FetchHandler, MAX_BODY_BYTES, toIncoming, type WebhookRequest } from '../../core/receive/request.ts';
import {
  type Authenticator,
  assertAccepted,
  isAuthenticationError,
  readEvents,
  type WebhookContext,
  type WebhookHandlerOptions,
  webhook,
} from '../../core/receive/webhook.ts';
import { allEvents, type ShippingEventHandlers, shippingCodec, theOnly } from '../events/handlers.ts';
import type { ShippingEvent } from '../events/schemas.ts';
import { SURFACE } from '../surface.ts';
import type { NdrAuth } from './auth/mechanism.ts';

/** Options of {@link NdrWebhookVerifier}. */
export interface NdrWebhookVerifierOptions {
  /** The mechanism that you agreed on with Amazon. Of several, any one authenticates a request. */
  readonly auth: NdrAuth | readonly NdrAuth[];
}

/** Options of {@link NdrWebhookVerifier.handler}. */
export type NdrWebhookHandlerOptions = WebhookHandlerOptions<ShippingEvent>;

/**
 * Authenticates what Amazon Shipping posts and reads it.
 *
 * Amazon signs nothing: a request is as genuine as the secret that it presents. Every event can be delivered twice and in any order. That
 * Amazon delivers through EventBridge, and with it the 5 seconds for the response and which responses lead to a redelivery, is (inferred).
 *
 * @example On every platform with a fetch-style handler
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
  readonly #authenticator: Authenticator;

  /** @throws {@link ConfigurationError} `CONFIGURATION` if `auth` is not a mechanism. */
  constructor(options: NdrWebhookVerifierOptions) {
    checkNames(SURFACE, options, ['auth'], { authentication: 'auth', apiKey: 'auth', secret: 'auth' });
    assertOption(options.auth !== undefined, SURFACE, 'auth', 'is missing', 'Pass apiKey({ keys }) or another mechanism.');
    const mechanisms = [options.auth].flat() as readonly NdrAuth[];
    const isMechanism = (auth: NdrAuth): boolean => typeof auth?.check === 'function' && typeof auth.challenge === 'function';
    const areMechanisms = mechanisms.length > 0 && mechanisms.every(isMechanism);
    assertOption(areMechanisms, SURFACE, 'auth', 'must be the result of apiKey() or another mechanism, or an array of these');
    this.#authenticator = {
      authenticate: (request) => authenticateWithAny(mechanisms, request),
      challenge: (error) => mechanisms.map((auth) => auth.challenge(error)).join(', '),
    };
  }

  /**
   * Authenticates a request and reads the one event in it. Accepts a `Request`, whose body must not have been read and is read up to 1 MiB, or
   * its parts as a framework has them: the body as a string, bytes or parsed JSON. `webhookStatus(error)` is the status to respond with if it
   * throws.
   *
   * @throws {@link AuthenticationError} `AUTHENTICATION`: respond with 401, after which the event is redelivered.
   * @throws {@link ValidationError} `VALIDATION` if the body is not an event, if it has no `trackingId`, or if it contains several events.
   * @throws {@link ConnectionError} or {@link ApiError} if the credential could not be checked or the body broke off, and whatever a function
   *   that you passed to the mechanism throws: respond with 503.
   */
  async verify(request: Request | WebhookRequest): Promise<ShippingEvent> {
    return theOnly(await this.verifyAll(request));
  }

  /**
   * Like {@link NdrWebhookVerifier.verify}, but the body may contain several events. Throws if one of them cannot be read.
   */
  async verifyAll(request: Request | WebhookRequest): Promise<readonly ShippingEvent[]> {
    return allEvents(await readEvents(shippingCodec, this.#authenticator, toIncoming(SURFACE, request), MAX_BODY_BYTES));
  }

  /**
   * Makes a fetch-style handler of POST requests. It accepts a function that gets every event (`kind` is `unknown` for types that this
   * version does not know), or functions by kind. It responds with
   *
   * - 200 when your function is done
   * - 401 with `WWW-Authenticate` if the credential is missing or wrong, before the body is read; EventBridge redelivers these
   * - 400, 405, 413 and 415 for what cannot be an event; EventBridge drops these
   * - 503 with `Retry-After` when your function or a mechanism fails or the time is used up, and for what cannot be read, unless `onInvalid`
   *   accepts it
   *
   * Put long work behind a queue: store the event, return, and do the work later. If the body contains several events, they are handled one
   * after another, and the response is 200 if all were handled. With an `idempotencyStore`, those that are done are skipped when the request
   * is redelivered.
   *
   * @throws {@link ConfigurationError} `CONFIGURATION` for options that cannot work. The handler rejects with one if it is called with
   *   something that is not a `Request`: the error names the right adapter.
   *
   * @example
   * ```ts
   * const handler = verifier.handler(
   *   {
   *     ndr: (event) => decisions.put(event.id, event.detail),
   *     tracking: (event) => parcels.update(event.detail.trackingId, event.detail.eventCode),
   *   },
   *   { idempotencyStore: new MemoryIdempotencyStore(), onError: (error, { status }) => console.warn(status, error) },
   * );
   * const response = await handler(request);
   * ```
   */
  handler(handlers: ShippingEventHandlers<WebhookContext>, options?: NdrWebhookHandlerOptions): FetchHandler {
    assertCalled(SURFACE, this instanceof NdrWebhookVerifier, handlers);
    return webhook(shippingCodec, this.#authenticator, handlers, options);
  }
}

/** Any mechanism may authenticate the request. What could not be checked outranks what is wrong: it may have been right. */
async function authenticateWithAny(mechanisms: readonly NdrAuth[], request: WebhookRequest): Promise<undefined> {
  let refusal: AuthenticationError | undefined;
  let failure: { readonly error: unknown } | undefined;
  for (const auth of mechanisms) {
    try {
      assertAccepted(SURFACE, await auth.check(request));
      return;
    } catch (error) {
      if (!isAuthenticationError(error)) failure ??= { error };
      // A credential that is present and wrong says more than one that is missing.
      else if (!refusal || refusal.reason === 'missing') refusal = error;
    }
  }
  throw failure ? failure.error : refusal;
}
