/**
 * Tells Amazon Pay which parcel belongs to an order, so that Alexa announces its delivery.
 *
 * @module
 */
import { encodeUtf8 } from '../core/bytes.ts';
import { runIdempotentBatch } from '../core/call/batch.ts';
import { type Exchange, HttpClient, type OutgoingRequest } from '../core/call/http.ts';
import { TokenBucket } from '../core/call/rate-limiter.ts';
import { describeBody, type HttpResponse, isSuccess, parseJson } from '../core/call/response.ts';
import { sha256Hex } from '../core/digest.ts';
import { ApiError, assertOption, ValidationError } from '../core/errors.ts';
import { checkCall, checkFunctions, checkOptions, checkUrl } from '../core/options.ts';
import { safeParseSchema } from '../core/schema.ts';
import type { AnyIterable } from '../core/types.ts';
import { isClockRejected, toApiError } from './api-error.ts';
import {
  type CreateManyOptions,
  callerHeaders,
  type DeliveryTrackerCallOptions,
  type DeliveryTrackerClientOptions,
  type DeliveryTrackerResult,
  SETTINGS,
} from './client-options.ts';
import {
  type Circumstances,
  type DeliveryTracker,
  type DeliveryTrackerInput,
  DeliveryTrackerResponseSchema,
  parseInput,
  requestBody,
  warningsAbout,
  warningsAboutKeyId,
} from './delivery-tracker.ts';
import { checkPublicKeyId, resolveEndpoint, resolveRegion } from './regions.ts';
import { AmazonPaySigner, IDEMPOTENCY_HEADER, type SignedHeaders } from './signing/signer.ts';
import { SURFACE } from './surface.ts';

/**
 * What Amazon grants: live 10 at once and then one a second, in the sandbox one a second. A tenth of the latter is held back: without a burst, each
 * request that is faster on its way than the one before it is refused (7 of 15, with a latency of 0 to 60 ms).
 */
const QUOTAS = { live: { capacity: 10, refillPerSecond: 1 }, sandbox: { capacity: 1, refillPerSecond: 0.9 } };

/** A delivery that has been read and checked. Nothing reads the caller's object after that: it may be reused. */
interface Parcel {
  readonly delivery: DeliveryTrackerInput;
  readonly idempotencyKey: string;
}

/**
 * Creates delivery trackers.
 *
 * Cheap to construct: the key is imported on first use. Use one client for each set of credentials. A client keeps to Amazon's quota (live
 * 10 calls at once, then one a second; sandbox one a second); clients that share an account need a shared `rateLimiter`.
 *
 * @example
 * ```ts
 * const client = new DeliveryTrackerClient({
 *   publicKeyId: 'LIVE-AGC4SIRXYYTSA667HVXKNEIA',
 *   privateKey: env.AMAZON_PAY_PRIVATE_KEY,
 *   region: 'na',
 * });
 * await client.create({ chargePermissionId: 'P01-1234567-1234567', carrierCode: 'UPS', trackingNumber: '1Z999AA10123456784' });
 * ```
 *
 * @see {@link https://developer.amazon.com/docs/amazon-pay-checkout/setting-up-delivery-notifications.html | Delivery notifications}
 */
export class DeliveryTrackerClient {
  readonly #http: HttpClient;
  readonly #signer: AmazonPaySigner;
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #totalTimeout: number | undefined;
  readonly #circumstances: Circumstances;
  /** Milliseconds that Amazon's clock is ahead of this one; known once Amazon rejected a date. */
  #clockOffset = 0;

  /** @throws {@link ConfigurationError} `CONFIGURATION` for an option or a key that cannot work. */
  constructor(options: DeliveryTrackerClientOptions) {
    // First, because a misspelt or foreign name explains better what the others would say.
    checkOptions(SURFACE, options, SETTINGS);
    const { publicKeyId, privateKey, algorithm, environment, knowsCarrier, baseUrl, allowHttp } = options;
    checkFunctions(SURFACE, { knowsCarrier });
    checkPublicKeyId(publicKeyId);
    const region = resolveRegion(options.region);
    const endpoint = resolveEndpoint(publicKeyId, region, environment);
    const clock = (): Date => new Date(this.#http.now().getTime() + this.#clockOffset);
    this.#signer = new AmazonPaySigner({ publicKeyId, privateKey, region, algorithm, clock });
    this.#circumstances = { environment: endpoint.environment, region, knowsCarrier };
    this.#url = checkUrl(SURFACE, 'baseUrl', baseUrl ?? endpoint.origin, allowHttp) + endpoint.path;
    this.#headers = callerHeaders(options);
    this.#totalTimeout = options.totalTimeout;
    const rateLimiter = new TokenBucket(QUOTAS[endpoint.environment]);
    this.#http = new HttpClient(SURFACE, options, { ...SETTINGS, rateLimiter });
    for (const warning of warningsAboutKeyId(publicKeyId)) this.#http.warn(warning);
  }

  /**
   * Tells Amazon Pay about a parcel. Call it when the parcel is shipped and its number is known. A failure must not hold up the shipping.
   *
   * A tracking number can be used once, so a wrong call cannot be corrected. Each retry is signed again and has the same idempotency key.
   * If Amazon rejects the date because the clock here is wrong, the call is retried once with the time of Amazon's response, and later
   * calls use that offset.
   *
   * @throws {@link ValidationError} `VALIDATION`, direction `request`, for an input that cannot be right: nothing was sent. Direction
   *   `response` if Amazon responded with a success but an unreadable body: the tracker most likely exists.
   * @throws {@link ApiError} `API` if Amazon refuses. `reasonCode` and `hint` say why.
   * @throws {@link ConnectionError} `CONNECTION`, {@link TimeoutError} `TIMEOUT` without a complete response. The tracker may exist.
   * @throws {@link ConfigurationError} `CONFIGURATION` for a key that turns out to be damaged, or a call option that cannot work.
   *
   * @example
   * ```ts
   * try {
   *   await client.create({ chargePermissionId, carrierCode: 'DHL_DE', trackingNumber });
   * } catch (error) {
   *   if (!isWaybillError(error)) throw error;
   *   console.warn(error.message, error.hint); // and ship all the same
   * }
   * ```
   *
   * @see {@link https://developer.amazon.com/docs/amazon-pay-api-v2/delivery-tracker.html | Create delivery tracker}
   */
  async create(input: DeliveryTrackerInput, options: DeliveryTrackerCallOptions = {}): Promise<DeliveryTracker> {
    return this.#http.send(this.#exchange(this.#read(input, options)), options);
  }

  /**
   * Tells Amazon Pay about many parcels, one call for each. Yields a result for each input in the order of completion and throws for none
   * of them.
   *
   * Each input is read once, before the next one is requested from the iterable, so that an iterable may reuse one object. Holds
   * `concurrency` inputs in memory, however long the iterable is. The loop throws if the iterable itself throws or `signal` is aborted:
   * calls in flight are yielded first, with `sent` saying whether a request may have arrived, and nothing more is read. Leaving the loop
   * early aborts the calls in flight.
   *
   * @throws {@link ConfigurationError} `CONFIGURATION` for inputs that are not iterable, or an option that cannot work.
   *
   * @example
   * ```ts
   * for await (const { input, status, error } of client.createMany(shipments, { idempotencyStore })) {
   *   if (status === 'failed') console.warn(error);
   *   else if (status !== 'in-progress') await markSent(input);
   * }
   * ```
   */
  createMany<Input extends DeliveryTrackerInput>(
    inputs: AnyIterable<Input>,
    options: CreateManyOptions = {},
  ): AsyncIterable<DeliveryTrackerResult<Input>> {
    checkCall(SURFACE, options, [...SETTINGS.ownCall, 'idempotencyStore', 'idempotencyLease', 'concurrency']);
    const { idempotencyKey } = options as DeliveryTrackerCallOptions;
    const hint = 'Leave it out: it is derived from each parcel.';
    assertOption(idempotencyKey === undefined, SURFACE, 'idempotencyKey', 'would be the same for all parcels', hint);
    callerHeaders(options);
    const { idempotencyStore, idempotencyLease, concurrency, signal, totalTimeout = this.#totalTimeout, ...others } = options;
    const call: DeliveryTrackerCallOptions = { ...others, totalTimeout };
    return runIdempotentBatch<Input, DeliveryTracker, DeliveryTrackerResult<Input>>(inputs, {
      surface: SURFACE,
      idempotencyStore,
      idempotencyLease,
      concurrency,
      signal,
      totalTimeout,
      read: (input) => {
        const parcel = this.#read(input, call);
        const send = (itemSignal: AbortSignal, onSent: () => void): Promise<DeliveryTracker> =>
          this.#http.send(this.#exchange(parcel, onSent), { ...call, signal: itemSignal });
        return { key: parcel.idempotencyKey, send };
      },
      toResult: (input, index, outcome) => {
        if (outcome.status === 'done') return { index, input, status: 'created', tracker: outcome.value };
        return outcome.status === 'completed' ? { index, input, status: 'already-created' } : { index, input, ...outcome };
      },
      onStoreFailure: () => {
        const message = 'could not remember that a tracker was created: the same batch would send it again';
        this.#http.warn({ code: 'STORE_FAILED', path: ['idempotencyStore'], message });
      },
    });
  }

  /**
   * Builds and signs the request of {@link DeliveryTrackerClient.create} without sending it, to look at it or to send it by other means.
   * Send it soon: its date is signed. It does not follow redirects.
   *
   * @throws {@link ValidationError} `VALIDATION` for an input that cannot be right.
   * @throws {@link ConfigurationError} `CONFIGURATION` for a key that turns out to be damaged, or a call option that cannot work.
   *
   * @example
   * ```ts
   * const request = await client.prepare({ chargePermissionId, carrierCode: 'UPS', trackingNumber });
   * const response = await fetch(request);
   * ```
   */
  async prepare(input: DeliveryTrackerInput, options: DeliveryTrackerCallOptions = {}): Promise<Request> {
    const exchange = this.#exchange(this.#read(input, options));
    const own = { ...this.#headers, ...callerHeaders(options) };
    const { url, method, headers, body } = await exchange.prepare();
    return new Request(url, { method, headers: { ...own, ...headers }, body: body ?? null, redirect: 'manual' });
  }

  /** Reads and checks everything that the caller passed, at once. */
  #read(input: DeliveryTrackerInput, options: DeliveryTrackerCallOptions): Parcel {
    checkCall(SURFACE, options, SETTINGS.ownCall);
    callerHeaders(options);
    const delivery = parseInput(input, this.#circumstances.knowsCarrier);
    const { idempotencyKey = deriveIdempotencyKey(delivery) } = options;
    const isKey = typeof idempotencyKey === 'string' && /^[\w-]{1,32}$/.test(idempotencyKey);
    const hint = 'A UUID without its dashes is such a key.';
    assertOption(isKey, SURFACE, 'idempotencyKey', 'must be 1 to 32 letters, digits, "-" and "_"', hint);
    return { delivery, idempotencyKey };
  }

  #exchange({ delivery, idempotencyKey }: Parcel, onSigned?: () => void): Exchange<DeliveryTracker> {
    for (const warning of warningsAbout(delivery, this.#circumstances)) this.#http.warn(warning);
    // Once for all attempts: the bytes that are hashed are the bytes that are sent.
    const body = encodeUtf8(requestBody(delivery));
    const request = { method: 'POST', url: this.#url, headers: { [IDEMPOTENCY_HEADER]: idempotencyKey }, body } as const;
    let signed: SignedHeaders | undefined;

    return {
      prepare: async (): Promise<OutgoingRequest> => {
        signed = await this.#signer.signHeaders(request);
        onSigned?.();
        return { ...request, headers: { ...signed.headers, 'user-agent': this.#http.userAgent } };
      },
      read: (response) => readTracker(response, signed),
      hide: () => [delivery.trackingNumber, signed?.headers['authorization']?.split('Signature=')[1]],
      recover: (error, { headers }) => {
        if (!(error instanceof ApiError && isClockRejected(error))) return false;
        const offset = Date.parse(headers.get('date') ?? '') - this.#http.now().getTime();
        if (Number.isNaN(offset)) return false;
        this.#clockOffset = offset;
        return true;
      },
    };
  }
}

function readTracker(response: HttpResponse, signed: SignedHeaders | undefined): DeliveryTracker {
  const { status, requestId, attempts } = response;
  if (!isSuccess(status)) throw toApiError(response, signed);
  const data = parseJson(response);
  const result = safeParseSchema(DeliveryTrackerResponseSchema, data);
  if ('value' in result) return { ...result.value, requestId, attempts };
  const found = `${status} with ${describeBody(response)}`;
  const [first, ...others] = result.issues;
  const issue =
    data === undefined
      ? { message: `expected a delivery tracker in JSON, got ${found}` }
      : { ...first, message: `${first.message}, in a response ${found}` };
  throw new ValidationError('response', [issue, ...others], {
    surface: SURFACE,
    requestId,
    attempts,
    hint: 'Amazon most likely accepted the tracker, so its number is used up. If a proxy responded, Amazon got nothing.',
  });
}

function deriveIdempotencyKey({ chargePermissionId, amazonOrderReferenceId, carrierCode, trackingNumber }: DeliveryTrackerInput): string {
  return sha256Hex(`${chargePermissionId ?? amazonOrderReferenceId}|${carrierCode}|${trackingNumber}`).slice(0, 32);
}
