/**
 * The webhook that Buy with Prime posts signed events to.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/steps-to-subscribe-to-buy-with-prime-events-using-webhook-events | Webhook events}
 */
import { decodeUtf8, encodeUtf8 } from '../../core/bytes.ts';
import { parseJson } from '../../core/call/response.ts';
import { AuthenticationError } from '../../core/errors.ts';
import { misconfigured } from '../../core/options.ts';
import { demandRawBody } from '../../core/receive/parsed-body.ts';
import { createWebhookHandler, type Received, type WebhookContext, type WebhookHandlerOptions } from '../../core/receive/webhook.ts';
import { headerValues, isRequest, MAX_BODY_BYTES, notAnEvent, readBytes, type WebhookRequest } from '../../core/receive/webhook-request.ts';
import { typeName } from '../../core/schema.ts';
import type { WebCryptoKey } from '../../core/types.ts';
import type { BuyWithPrimeEvent } from '../events/event.ts';
import { type BuyWithPrimeEventHandler, type BuyWithPrimeEventHandlers, handlerFinder } from '../events/event-handlers.ts';
import { BuyWithPrimeEventParser } from '../events/parser.ts';
import { ALGORITHMS, readSignature } from './signature.ts';
import { SURFACE } from './webhook-keys.ts';
import { type BuyWithPrimeWebhookVerifierOptions, readOptions, type WebhookSettings } from './webhook-options.ts';

/** How {@link BuyWithPrimeWebhookVerifier.handler} answers. */
export interface BuyWithPrimeWebhookHandlerOptions extends Omit<WebhookHandlerOptions<BuyWithPrimeEvent>, 'onUnknown'> {}

/**
 * Verifies the signature of what Buy with Prime posts, and reads the event.
 *
 * The signature is ECDSA over the body, byte for byte: a body that was parsed and written again does not verify. It covers nothing
 * else, no time either, so whoever gets hold of a request can send it again: give {@link BuyWithPrimeWebhookVerifier.handler} an
 * `idempotencyStore`, or remember `event.idempotencyKey` yourself. How it is signed is known from public code alone (inferred), so
 * each part of it is an option.
 *
 * @example On anything that speaks fetch
 * ```ts
 * const verifier = new BuyWithPrimeWebhookVerifier();
 * export default { fetch: verifier.handler((event) => queue.send(event), { idempotencyStore }) };
 * ```
 *
 * @example In Express, with the raw body
 * ```ts
 * app.post('/bwp', express.raw({ type: '*\/*' }), async (request, response) => {
 *   const event = await verifier.verify(request);
 *   await queue.send(event);
 *   response.sendStatus(200);
 * });
 * ```
 *
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/steps-to-subscribe-to-buy-with-prime-events-using-webhook-events | Webhook events}
 */
export class BuyWithPrimeWebhookVerifier {
  readonly #settings: WebhookSettings;
  readonly #parser: BuyWithPrimeEventParser = new BuyWithPrimeEventParser();

  /** @throws {@link ConfigurationError} `CONFIGURATION` for options that can't work, or that would let in anybody. */
  constructor(options: BuyWithPrimeWebhookVerifierOptions = {}) {
    this.#settings = readOptions(options);
  }

  /**
   * Verifies a request and reads the event in it. Takes a `Request`, whose body must not have been read and is read up to 1 MiB, or
   * its parts as a framework has them: the body as the text or the bytes that came, never parsed.
   *
   * @throws {@link AuthenticationError} `AUTHENTICATION` where the signature is missing or wrong: answer 401.
   * @throws {@link ValidationError} `VALIDATION` where what Amazon signed can't be read: keep it, or answer 503.
   * @throws {@link ConnectionError}, {@link TimeoutError} or {@link ApiError} where the keys can't be had: answer 503.
   * @throws {@link ConfigurationError} `CONFIGURATION` where the body was parsed already, or a function of yours supplies no keys.
   */
  async verify(request: Request | WebhookRequest): Promise<BuyWithPrimeEvent> {
    if (typeof request !== 'object' || request === null) {
      throw notAnEvent(SURFACE, 'expected a Request, or an object with headers and body');
    }
    await this.#authenticate(request);
    const body = isRequest(request) ? await readBytes(SURFACE, request, MAX_BODY_BYTES) : rawBytes(request.body);
    await this.#verifySignature(request, body);
    const received = this.#receive(body);
    if ('error' in received) throw received.error;
    return received.event;
  }

  /**
   * Makes a fetch-style handler of POST requests. It takes functions by kind, or one for every event, also for those of types that this
   * version does not know (`event.kind` is then `unknown`). It never throws; it answers
   *
   * - 200 when your function is done, and where there is none for an event
   * - 401 with `WWW-Authenticate` for a signature that is missing or wrong
   * - 400, 405, 413 and 415 for what can be no event
   * - 503 with `Retry-After` when your function fails or the time is up, when the keys can't be had, and for what Amazon signed and
   *   this version can't read, unless `onInvalid` takes it
   *
   * What Amazon repeats, how often and until when is not documented. Work that takes long belongs behind a queue: keep the event,
   * return, and work on it then.
   *
   * @throws {@link ConfigurationError} `CONFIGURATION` for options that can't work, where there is no function, and for one under a name
   *   that is no kind.
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
  handler(
    handlers: BuyWithPrimeEventHandlers<WebhookContext> | BuyWithPrimeEventHandler<BuyWithPrimeEvent, WebhookContext>,
    options?: BuyWithPrimeWebhookHandlerOptions,
  ): (request: Request) => Promise<Response> {
    const { auth } = this.#settings;
    const findHandler = handlerFinder(typeof handlers === 'function' ? { otherwise: handlers } : handlers);
    return createWebhookHandler<BuyWithPrimeEvent>(
      {
        surface: SURFACE,
        authenticate: (request) => this.#authenticate(request),
        receive: async (request, body) => {
          await this.#verifySignature(request, body);
          return [this.#receive(body)];
        },
        isUnknown: () => false,
        challenge: (error) => ['Signature', ...(auth ? [auth.challenge(error)] : [])].join(', '),
      },
      (event, context) => findHandler(event)?.(event, context),
      options,
    );
  }

  /** What can't be read is Amazon's all the same, for it was signed: never refused for good. */
  #receive(body: Uint8Array): Received<BuyWithPrimeEvent> {
    const text = decodeUtf8(body);
    const raw = parseJson({ text }) ?? text;
    const result = this.#parser.safeParse(raw);
    return result.success ? { id: result.event.idempotencyKey, event: result.event } : { raw, error: result.error };
  }

  /** What can be checked before the body is read. */
  async #authenticate(request: Request | WebhookRequest): Promise<void> {
    await this.#settings.auth?.check(request);
    this.#signatureOf(request);
  }

  /** The signature's text; `undefined` where there is none and none is needed. */
  #signatureOf(request: Request | WebhookRequest): string | undefined {
    const { signatureHeader, isSignatureRequired } = this.#settings;
    const [text, second] = headerValues(request, signatureHeader);
    if (second !== undefined) throw refused('malformed', `the header "${signatureHeader}" is there more than once`);
    if (!text && isSignatureRequired) throw refused('missing', `the header "${signatureHeader}" is missing`);
    return text || undefined;
  }

  async #verifySignature(request: Request | WebhookRequest, body: Uint8Array<ArrayBuffer>): Promise<void> {
    const text = this.#signatureOf(request);
    if (text === undefined) return;
    demandRawBody(SURFACE, request);
    const { algorithm, signatureHeader, keyIdHeader, signedBytes, findKeys } = this.#settings;
    const { hash, size } = ALGORITHMS[algorithm];
    const signatures = readSignature(text, size);
    if (signatures.length === 0) throw refused('malformed', `the header "${signatureHeader}" holds no signature for ${algorithm}`);
    const signed = await signedBytes(body, request);
    const [keyId] = headerValues(request, keyIdHeader);
    for await (const key of await findKeys(keyId)) {
      for (const signature of signatures) {
        if (await verifyWith(hash, key, signature, signed)) return;
      }
    }
    throw refused('mismatch', 'the signature does not verify: another key, or other bytes than were signed');
  }
}

/** The bytes that came. Copied, so that what is read afterwards is what was verified, whoever writes to the caller's buffer meanwhile. */
function rawBytes(body: unknown): Uint8Array<ArrayBuffer> {
  if (typeof body === 'string') return encodeUtf8(body);
  // By tag and shape: bytes of another realm, such as a Buffer inside Jest, are no instances of ours.
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice() as Uint8Array<ArrayBuffer>;
  if (Object.prototype.toString.call(body) === '[object ArrayBuffer]') return new Uint8Array(body as ArrayBuffer).slice();
  throw misconfigured(
    SURFACE,
    `"body" is ${typeName(body)}, as a parser leaves it; the signature covers the raw bytes`,
    'Pass the text or the bytes that came: in Express, give the route express.raw({ type: "*/*" }) and no express.json() before it.',
  );
}

async function verifyWith(
  hash: string,
  key: WebCryptoKey,
  signature: Uint8Array<ArrayBuffer>,
  signed: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  try {
    return await crypto.subtle.verify({ name: 'ECDSA', hash }, key, signature, signed);
  } catch {
    throw misconfigured(SURFACE, 'the platform can not verify with that: look at "keys", and at what "signedBytes" returns');
  }
}

function refused(reason: AuthenticationError['reason'], message: string): AuthenticationError {
  return new AuthenticationError(reason, message, { surface: SURFACE });
}
