/**
 * The webhook that Buy with Prime posts signed events to.
 *
 * @module
 */
import { AuthenticationError, misconfigured } from '../../core/errors.ts';
import { toError } from '../../core/receive/codec.ts';
import { assertCalled } from '../../core/receive/recognise.ts';
import { type FetchHandler, headerValues, MAX_BODY_BYTES, toIncoming, type WebhookRequest } from '../../core/receive/request.ts';
import {
  type Authenticator,
  assertAccepted,
  type BodyCheck,
  readEvents,
  type WebhookContext,
  type WebhookHandlerOptions,
  webhook,
} from '../../core/receive/webhook.ts';
import type { Bytes, WebCryptoKey } from '../../core/types.ts';
import type { BuyWithPrimeEvent } from '../events/event.ts';
import { type BuyWithPrimeEventHandlers, buyWithPrimeCodec } from '../events/handlers.ts';
import { SURFACE } from '../surface.ts';
import { ALGORITHMS, readSignature } from './keys.ts';
import { type BuyWithPrimeWebhookVerifierOptions, readOptions, type WebhookSettings } from './options.ts';

/** Options of {@link BuyWithPrimeWebhookVerifier.handler}. */
export type BuyWithPrimeWebhookHandlerOptions = WebhookHandlerOptions<BuyWithPrimeEvent>;

/**
 * Verifies the signature of what Buy with Prime posts, and reads the event.
 *
 * The signature is ECDSA over the body, byte for byte: a body that was parsed and serialised again does not verify. It covers nothing else, no
 * time either, so a captured request can be replayed: pass {@link BuyWithPrimeWebhookVerifier.handler} an `idempotencyStore`, or remember
 * `event.idempotencyKey` yourself. How it is signed is known from public code only (inferred), so each part of it is an option of `scheme`.
 *
 * @example On every platform with a fetch-style handler
 * ```ts
 * const verifier = new BuyWithPrimeWebhookVerifier();
 * export default { fetch: verifier.handler((event) => queue.send(event), { idempotencyStore }) };
 * ```
 *
 * @example In Express, before every body parser
 * ```ts
 * app.post('/bwp', toNodeHandler(verifier.handler((event) => queue.send(event), { idempotencyStore })));
 * ```
 *
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/steps-to-subscribe-to-buy-with-prime-events-using-webhook-events | Webhook events}
 */
export class BuyWithPrimeWebhookVerifier {
  readonly #authenticator: Authenticator;

  /** @throws {@link ConfigurationError} `CONFIGURATION` for options that cannot work, or with which anybody could authenticate. */
  constructor(options: BuyWithPrimeWebhookVerifierOptions = {}) {
    const settings = readOptions(options);
    const { auth } = settings;
    this.#authenticator = {
      authenticate: (request) => authenticate(settings, request),
      challenge: (error) => ['Signature', ...(auth ? [auth.challenge(error)] : [])].join(', '),
    };
  }

  /**
   * Verifies a request and reads the event in it. Accepts a `Request`, whose body must not have been read and is read up to 1 MiB, or its parts
   * as a framework has them: the body as the string or the bytes that arrived, never parsed. `webhookStatus(error)` is the status to respond
   * with if it throws.
   *
   * @throws {@link AuthenticationError} `AUTHENTICATION` if the signature is missing or wrong: respond with 401.
   * @throws {@link ValidationError} `VALIDATION` if what Amazon signed cannot be read: store it, or respond with 503.
   * @throws {@link ConnectionError}, {@link TimeoutError} or {@link ApiError} if the keys are unavailable: respond with 503.
   * @throws {@link ConfigurationError} `CONFIGURATION` if the body was parsed already, or your function supplies no keys.
   */
  async verify(request: Request | WebhookRequest): Promise<BuyWithPrimeEvent> {
    const received = await readEvents(buyWithPrimeCodec, this.#authenticator, toIncoming(SURFACE, request), MAX_BODY_BYTES);
    const [first, second] = received;
    if (!first || second)
      throw toError(SURFACE, { issues: [{ message: 'expected one event, got a list' }], hint: 'handler() accepts several.' });
    if (!('event' in first)) throw toError(SURFACE, first);
    return first.event;
  }

  /**
   * Makes a fetch-style handler of POST requests. It accepts functions by kind, or one that gets every event (`kind` is `unknown` for types that
   * this version does not know). It responds with
   *
   * - 200 when your function is done, and for an event without a function
   * - 401 with `WWW-Authenticate` if the signature is missing or wrong
   * - 400, 405, 413 and 415 for what cannot be an event
   * - 503 with `Retry-After` if your function fails or the time budget is used up, if the keys are unavailable, and for what Amazon signed and
   *   cannot be read, unless `onInvalid` accepts it
   *
   * Amazon does not document what it redelivers, how often and until when. Put long work behind a queue: store the event and return.
   *
   * @throws {@link ConfigurationError} `CONFIGURATION` for options that cannot work, if there is no function, and for one under a name that is
   *   not a kind. The handler rejects with one if it is called with something that is not a `Request`: the error names the right adapter.
   *
   * @example
   * ```ts
   * const handler = verifier.handler(
   *   {
   *     REFUND_REQUESTED: (event) => refunds.put(event.idempotencyKey, event),
   *     otherwise: (event) => console.info('not handled:', event.eventType),
   *   },
   *   { idempotencyStore: new MemoryIdempotencyStore(), onError: (error, { status }) => console.warn(status, error) },
   * );
   * const response = await handler(request);
   * ```
   */
  handler(handlers: BuyWithPrimeEventHandlers<WebhookContext>, options?: BuyWithPrimeWebhookHandlerOptions): FetchHandler {
    assertCalled(SURFACE, this instanceof BuyWithPrimeWebhookVerifier, handlers);
    return webhook(buyWithPrimeCodec, this.#authenticator, handlers, options);
  }
}

/** Checks what can be checked before the body is read, the form of the signature and its key included. */
async function authenticate(settings: WebhookSettings, request: WebhookRequest): Promise<BodyCheck | undefined> {
  const { auth, signatureHeader, keyIdHeader, isSignatureRequired, algorithm, findKeys } = settings;
  assertAccepted(SURFACE, await auth?.check(request));
  const [text, second] = headerValues(request, signatureHeader);
  if (second !== undefined) throw refused('malformed', `the header "${signatureHeader}" was sent more than once`);
  if (!text) {
    if (isSignatureRequired) throw refused('missing', `the header "${signatureHeader}" is missing`);
    return undefined;
  }
  const signatures = readSignature(text, ALGORITHMS[algorithm].size);
  if (signatures.length === 0) throw refused('malformed', `the header "${signatureHeader}" is not a signature for ${algorithm}`);
  const [keyId] = headerValues(request, keyIdHeader);
  const keys = await findKeys(keyId);
  return (body) => verifyBody(settings, request, { body, keys, signatures });
}

/** What a signature is checked with. */
interface Signed {
  readonly body: Bytes | undefined;
  readonly keys: readonly WebCryptoKey[];
  readonly signatures: readonly Bytes[];
}

async function verifyBody(settings: WebhookSettings, request: WebhookRequest, { body, keys, signatures }: Signed): Promise<void> {
  if (!body) {
    throw misconfigured(
      SURFACE,
      undefined,
      'the signature cannot be checked: the body was parsed before the webhook saw it, by express.json() or a similar parser',
      'Mount the webhook before express.json(), give its route express.raw({ type: "*/*" }), or keep the bytes in request.rawBody.',
    );
  }
  const signed = await settings.signedBytes(body, request);
  const { hash } = ALGORITHMS[settings.algorithm];
  for (const key of keys) {
    for (const signature of signatures) {
      if (await verifyWith(hash, key, signature, signed)) return;
    }
  }
  throw refused('mismatch', 'the signature does not verify: another key, or other bytes than were signed');
}

async function verifyWith(hash: string, key: WebCryptoKey, signature: Bytes, signed: Bytes): Promise<boolean> {
  try {
    return await crypto.subtle.verify({ name: 'ECDSA', hash }, key, signature, signed);
  } catch {
    throw misconfigured(SURFACE, undefined, 'the platform cannot verify with that: check "keys", and what "scheme.signedBytes" returns');
  }
}

function refused(reason: AuthenticationError['reason'], message: string): AuthenticationError {
  return new AuthenticationError(reason, message, { surface: SURFACE });
}
