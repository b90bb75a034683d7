/**
 * Tells Amazon Pay which parcel belongs to an order, so that Alexa announces its delivery.
 *
 * @module
 * @see {@link https://developer.amazon.com/docs/amazon-pay-checkout/setting-up-delivery-notifications.html | Delivery notifications}
 */

import { encodeUtf8, sha256Hex } from '../core/bytes.ts';
import { type BatchOptions, runBatch } from '../core/call/batch.ts';
import { type Exchange, HttpClient, type OutgoingRequest } from '../core/call/http.ts';
import { TokenBucket } from '../core/call/rate-limiter.ts';
import { parseJson } from '../core/call/response.ts';
import { ApiError } from '../core/errors.ts';
import { type CallOptions, type ClientOptions, callHeaders, checkCall, checkOptions, checkUrl, misconfigured } from '../core/options.ts';
import { checkIdempotencyStore, type IdempotencyStore, workOnce } from '../core/receive/idempotency.ts';
import type { AnyIterable } from '../core/types.ts';
import { isClockRejected, toApiError } from './api-error.ts';
import { type DeliveryTracker, type DeliveryTrackerInput, isResponse, readInput, requestBody } from './delivery-tracker.ts';
import { doubtsAbout, doubtsAboutKeyId } from './doubts.ts';
import { type AmazonPayEnvironment, resolveEndpoint, resolveRegion } from './regions.ts';
import { AmazonPaySigner, type AmazonPaySignerOptions, type SignedHeaders } from './signing/signer.ts';

/** What a {@link DeliveryTrackerClient} is made with. */
export interface DeliveryTrackerClientOptions extends ClientOptions, AmazonPaySignerOptions {
  /**
   * Only for a key id without `LIVE-` or `SANDBOX-` in front: such an id says the environment itself, and must agree. Sandbox calls take any
   * tracking number and announce nothing.
   * @default 'live'
   */
  readonly environment?: AmazonPayEnvironment;
  /**
   * Says whether Amazon lists a carrier; `hooks.onWarning` hears of the codes that it does not know, which are sent all the same. Pass
   * `isCarrierCode`: the client does not load the list by itself.
   * @default every code is taken
   */
  readonly knowsCarrier?: (code: string) => boolean;
}

/** What a single call can be told. */
export interface DeliveryTrackerCallOptions extends CallOptions {
  /**
   * At most 32 letters, digits, `-` and `_`. The same for all attempts of a call, and kept by Amazon for good. Amazon recommends a random
   * one; that a derived one serves as well is inferred, and so is that this call heeds either.
   * @default the first 32 hex digits of SHA-256 over `id|carrierCode|trackingNumber`, so that a call repeated elsewhere is recognised
   */
  readonly idempotencyKey?: string | undefined;
}

/** What {@link DeliveryTrackerClient.createMany} can be told. */
export interface CreateManyOptions extends BatchOptions, Omit<CallOptions, 'signal'> {
  /**
   * Remembers what Amazon accepted, by the derived idempotency key: a batch that was broken off can be started again as a whole, and what
   * is done is not sent again. For more than one process and for a restart, keep it outside the process.
   * @default nothing is remembered
   */
  readonly idempotencyStore?: IdempotencyStore;
}

/** What became of one input of {@link DeliveryTrackerClient.createMany}, discriminated by `status`. */
export type DeliveryTrackerResult<Input extends DeliveryTrackerInput = DeliveryTrackerInput> = {
  /** The input's place in the iterable, from 0. */
  readonly index: number;
  /** The very input. */
  readonly input: Input;
} & (
  | {
      readonly status: 'created';
      /** What Amazon accepted. */
      readonly tracker: DeliveryTracker;
      readonly error?: undefined;
    }
  | {
      /** By the store: accepted before; or another call is at it, or broke off less than its claim's time ago. Nothing was sent. */
      readonly status: 'already-created' | 'in-progress';
      readonly tracker?: undefined;
      readonly error?: undefined;
    }
  | {
      readonly status: 'failed';
      /** A waybill error, the reason of an abort, or what a signer or a store of your own threw. */
      readonly error: unknown;
      /** Whether a request may have left before it failed: the tracker may then exist. */
      readonly sent: boolean;
      readonly tracker?: undefined;
    }
);

/**
 * Creates delivery trackers.
 *
 * Cheap to make: the key is imported on first use, and one client a set of credentials is the way to serve several sellers. A client keeps
 * to Amazon's quota by itself (live 10 calls at once, then one a second; sandbox one a second); clients that share an account need a
 * shared `rateLimiter`.
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
  readonly #doubtsAbout: (delivery: DeliveryTrackerInput) => ReturnType<typeof doubtsAbout>;
  /** Milliseconds that Amazon's clock is ahead of this one; known once Amazon refused a date. */
  #clockOffset = 0;

  /** @throws {@link ConfigurationError} `CONFIGURATION` for an option or a key that can't work. */
  constructor(options: DeliveryTrackerClientOptions) {
    checkOptions('amazonpay', options);
    this.#signer = new AmazonPaySigner({ ...options, clock: () => new Date(this.#http.now().getTime() + this.#clockOffset) });
    const { publicKeyId, environment, knowsCarrier } = options;
    const region = resolveRegion(options.region);
    const endpoint = resolveEndpoint(publicKeyId, region, environment);
    if (knowsCarrier !== undefined && typeof knowsCarrier !== 'function')
      throw misconfigured('amazonpay', '"knowsCarrier" must be a function');
    this.#doubtsAbout = (delivery) => doubtsAbout(delivery, { environment: endpoint.environment, region, knowsCarrier });
    const { baseUrl = endpoint.origin } = options;
    this.#url = checkUrl('amazonpay', 'baseUrl', baseUrl) + endpoint.path;
    const quota = new TokenBucket({ capacity: endpoint.environment === 'live' ? 10 : 1, refillPerSecond: 1 });
    this.#http = new HttpClient('amazonpay', options, quota, 'x-amz-pay-request-id');
    for (const doubt of doubtsAboutKeyId(publicKeyId)) this.#http.warn(doubt);
  }

  /**
   * Tells Amazon Pay about a parcel. Call it when the parcel is shipped and its number is known; a failure must not hold up the shipping.
   *
   * A tracking number can be used once, so a wrong call can't be corrected. Attempts after the first are signed anew and have the same
   * idempotency key. When Amazon refuses the date because the clock here is wrong, the offset is taken from its answer, the call
   * repeated once and the offset kept.
   *
   * @throws {@link ValidationError} `VALIDATION` for an input that can't be right; nothing was sent.
   * @throws {@link ApiError} `API` when Amazon refuses. `reasonCode` and `hint` say why; a status of 200 means that the answer is not readable.
   * @throws {@link ConnectionError} `CONNECTION`, {@link TimeoutError} `TIMEOUT` when no answer came. The tracker may exist all the same.
   * @throws {@link ConfigurationError} `CONFIGURATION` for a key that turns out to be damaged, or a call option that can't work.
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
    return this.#http.send(this.#exchange(input, options), options);
  }

  /**
   * Tells Amazon Pay about many parcels, one call each. Yields a result per input in the order of completion and throws for none of them.
   *
   * Holds `concurrency` inputs in memory, whatever the length of the iterable. The loop ends with an error where the iterable itself throws
   * or `signal` is aborted: what was under way is yielded first, with `sent` saying whether it may have arrived, and nothing further is read.
   * Leaving the loop early aborts the calls under way.
   *
   * @throws {@link ConfigurationError} `CONFIGURATION` for inputs that are not iterable, or an option that can't work.
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
    checkCall('amazonpay', options);
    const { idempotencyStore: store } = options;
    checkIdempotencyStore('amazonpay', store);
    const task = async (input: Input, index: number, signal: AbortSignal): Promise<DeliveryTrackerResult<Input>> => {
      let sent = false;
      try {
        const key = deriveIdempotencyKey(readInput(input));
        // A key that came along would be one for all.
        const call = { ...options, idempotencyKey: key, signal };
        const send = (): Promise<DeliveryTracker> => {
          const exchange = this.#exchange(input, call, () => {
            sent = true;
          });
          return this.#http.send(exchange, call);
        };
        const done = await workOnce(store, key, send, () => {
          this.#http.warn({ code: 'STORE_FAILED', path: ['idempotencyStore'], message: 'could not keep that a tracker was created' });
        });
        if (done.claim === 'claimed') return { index, input, status: 'created', tracker: done.result };
        return { index, input, status: done.claim === 'completed' ? 'already-created' : 'in-progress' };
      } catch (error) {
        return { index, input, status: 'failed', error, sent };
      }
    };
    return runBatch('amazonpay', inputs, task, options);
  }

  /**
   * Builds and signs the request of {@link DeliveryTrackerClient.create}, and does not send it: for a look at it, or for sending it by
   * other means. Send it soon, for its date is signed; it follows no redirect.
   *
   * @throws {@link ValidationError} `VALIDATION` for an input that can't be right.
   * @throws {@link ConfigurationError} `CONFIGURATION` for a key that turns out to be damaged, or a call option that can't work.
   *
   * @example
   * ```ts
   * const request = await client.prepare({ chargePermissionId, carrierCode: 'UPS', trackingNumber });
   * const response = await fetch(request);
   * ```
   */
  async prepare(input: DeliveryTrackerInput, options: DeliveryTrackerCallOptions = {}): Promise<Request> {
    const { url, method, headers, body } = await this.#exchange(input, options).prepare();
    const merged = { ...callHeaders('amazonpay', options), ...headers };
    return new Request(url, { method, headers: merged, body: body ?? null, redirect: 'manual' });
  }

  #exchange(input: DeliveryTrackerInput, options: DeliveryTrackerCallOptions, onSigned?: () => void): Exchange<DeliveryTracker> {
    checkCall('amazonpay', options);
    const delivery = readInput(input);
    for (const doubt of this.#doubtsAbout(delivery)) this.#http.warn(doubt);
    // Once for all attempts: what is hashed is what is sent.
    const body = encodeUtf8(requestBody(delivery));
    const { idempotencyKey = deriveIdempotencyKey(delivery) } = options;
    if (typeof idempotencyKey !== 'string' || !/^[\w-]{1,32}$/.test(idempotencyKey)) {
      throw misconfigured('amazonpay', '"idempotencyKey" must be 1 to 32 letters, digits, "-" and "_"', 'A UUID without its dashes fits.');
    }
    const request = { method: 'POST', url: this.#url, headers: { 'x-amz-pay-idempotency-key': idempotencyKey }, body } as const;
    let signed: SignedHeaders | undefined;

    return {
      prepare: async (): Promise<OutgoingRequest> => {
        signed = await this.#signer.signHeaders(request);
        onSigned?.();
        return { ...request, headers: { ...signed.headers, 'user-agent': this.#http.userAgent } };
      },
      read: (response) => {
        const data = parseJson(response);
        const requestId = this.#http.requestId(response);
        const { status, attempts } = response;
        if (status >= 200 && status < 300 && isResponse(data)) return { ...data, requestId, attempts };
        throw toApiError({ response, requestId, signed, trackingNumber: delivery.trackingNumber });
      },
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

function deriveIdempotencyKey({ chargePermissionId, amazonOrderReferenceId, carrierCode, trackingNumber }: DeliveryTrackerInput): string {
  return sha256Hex(`${chargePermissionId ?? amazonOrderReferenceId}|${carrierCode}|${trackingNumber}`).slice(0, 32);
}
