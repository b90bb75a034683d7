/**
 * Tells Amazon what to do with a shipment that could not be delivered.
 *
 * @module
 */
import type { AccessTokens, TokenStore } from '../core/access-token.ts';
import { type BatchOptions, runBatch } from '../core/batch.ts';
import { encodeUtf8 } from '../core/bytes.ts';
import { ApiError } from '../core/errors.ts';
import { type Exchange, HttpClient } from '../core/http.ts';
import { type CallOptions, type ClientOptions, checkCall, checkUrl } from '../core/options.ts';
import { TokenBucket } from '../core/rate-limiter.ts';
import type { AnyIterable } from '../core/types.ts';
import { demand, demandOptions, SURFACE } from './configuration.ts';
import { checkFeedback, type FeedbackRules } from './feedback-rules.ts';
import type { NdrFeedback } from './feedback-schemas.ts';
import { type LwaCredentials, lwaTokens } from './lwa.ts';
import { type SellingPartnerRegion, type ShippingBusinessId, sellingPartnerHost } from './regions.ts';
import { isTokenRefused, spApiError } from './sp-api-error.ts';
import { sellingPartnerUserAgent } from './user-agent.ts';

/** What {@link NdrFeedbackClient} needs to know. */
export interface NdrFeedbackClientOptions extends ClientOptions {
  /** Of your application, and of the shipper that it acts for. */
  readonly credentials: LwaCredentials;
  /**
   * Region of the Selling Partner API. NDR exists for India only, which the European host serves.
   * @default 'eu'
   */
  readonly region?: SellingPartnerRegion;
  /**
   * The business of Amazon Shipping, sent as `x-amzn-shipping-business-id`. Left out, Amazon would take the one for the UK.
   * @default 'AmazonShipping_IN'
   */
  readonly businessId?: ShippingBusinessId;
  /**
   * Calls the sandbox. By public account it does not work for this call.
   * @default false
   */
  readonly sandbox?: boolean;
  /**
   * Where access tokens are fetched. That the American host serves India too is inferred from integrations that do so.
   * @default 'https://api.amazon.com/auth/o2/token'
   */
  readonly tokenUrl?: string;
  /** Shares access tokens among processes. */
  readonly tokenStore?: TokenStore;
}

/** What a call that gives feedback can be told. */
export interface NdrFeedbackCallOptions extends CallOptions, FeedbackRules {}

/** What {@link NdrFeedbackClient.submitMany} can be told. */
export interface SubmitManyOptions extends BatchOptions, Omit<NdrFeedbackCallOptions, 'signal' | 'dueDate'> {}

/** What became of one feedback of {@link NdrFeedbackClient.submitMany}, discriminated by `status`. */
export type NdrFeedbackResult<Feedback extends NdrFeedback = NdrFeedback> = {
  /** The feedback's place in the iterable, from 0. */
  readonly index: number;
  /** The very feedback. */
  readonly feedback: Feedback;
} & (
  | {
      readonly status: 'submitted';
      /** That Amazon took it. */
      readonly receipt: NdrFeedbackReceipt;
      readonly error?: undefined;
    }
  | {
      readonly status: 'failed';
      /** A waybill error, the reason of an abort, or what a function of your own threw. */
      readonly error: unknown;
      readonly receipt?: undefined;
    }
);

/** That Amazon took a feedback: its answer is empty but for its headers. */
export interface NdrFeedbackReceipt {
  /** Amazon's id of the request: what their support asks for. */
  readonly requestId?: string;
  /** Requests a second that Amazon grants, where it says so. */
  readonly rateLimit?: number;
  /** How many times the request was sent. */
  readonly attempts: number;
}

/** By Amazon's page 5 a second; its model on GitHub says 80. The burst is inferred. */
const RATE = { capacity: 10, refillPerSecond: 5 };

/**
 * Tells Amazon what to do with a shipment that could not be delivered: deliver on another day, deliver with better directions, or
 * send it back.
 *
 * A client sends 10 calls at once and then 5 a second; clients that share an account need a shared `rateLimiter`. Feedback is
 * checked before it is sent. A call is repeated after a passing fault; the feedback may then arrive twice, which is probably
 * harmless, but not documented. Whether a shipment takes feedback, and how far ahead it can be rescheduled, only Amazon knows.
 *
 * @example
 * ```ts
 * const client = new NdrFeedbackClient({
 *   credentials: { clientId: env.LWA_CLIENT_ID, clientSecret: env.LWA_CLIENT_SECRET, refreshToken: env.LWA_REFRESH_TOKEN },
 * });
 * await client.reschedule(event.detail.trackingId, new Date('2026-03-02T09:00:00+05:30'));
 * ```
 *
 * @see {@link https://developer-docs.amazon.com/amazon-shipping/docs/tutorial-use-the-ndrfeedback-api-to-submit-non-delivery-reports-for-eligible-shipments | Tutorial}
 */
export class NdrFeedbackClient {
  readonly #http: HttpClient;
  readonly #tokens: AccessTokens;
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  /** @throws {@link ConfigurationError} `CONFIGURATION` for options that can't work. Nothing is sent. */
  constructor(options: NdrFeedbackClientOptions) {
    demandOptions('NdrFeedbackClient', options);
    const { region = 'eu', businessId = 'AmazonShipping_IN', sandbox = false, baseUrl, userAgent } = options;
    const host = sellingPartnerHost(region, sandbox);
    demand(typeof businessId === 'string' && /^[\w-]+$/.test(businessId), '"businessId" must be one like AmazonShipping_IN');
    this.#http = new HttpClient(SURFACE, options, new TokenBucket(RATE));
    this.#tokens = lwaTokens(options);
    this.#url = `${baseUrl === undefined ? host : checkUrl(SURFACE, 'baseUrl', baseUrl)}/shipping/v2/ndrFeedback`;
    this.#headers = {
      'content-type': 'application/json',
      accept: 'application/json',
      'user-agent': sellingPartnerUserAgent(userAgent),
      'x-amzn-shipping-business-id': businessId,
    };
  }

  /**
   * Gives feedback for one shipment. Resolves when Amazon has taken it.
   *
   * @throws {@link ValidationError} `VALIDATION` where it is not as Amazon wants it; nothing was sent then.
   * @throws {@link ApiError} `API` where Amazon, or Login with Amazon, refuses.
   * @throws {@link ConnectionError} `CONNECTION` or {@link TimeoutError} `TIMEOUT` where no answer came; the feedback may have arrived.
   *
   * @example
   * ```ts
   * await client.submit({ trackingId, ndrAction: 'REATTEMPT', ndrRequestData: { additionalAddressNotes: 'Second gate' } });
   * ```
   */
  async submit(feedback: NdrFeedback, options: NdrFeedbackCallOptions = {}): Promise<NdrFeedbackReceipt> {
    checkCall(SURFACE, options);
    const feedbackBody = checkFeedback(feedback, this.#http.now(), options);
    const body = encodeUtf8(JSON.stringify(feedbackBody));
    let token = '';
    const exchange: Exchange<NdrFeedbackReceipt> = {
      prepare: async () => {
        token = await this.#tokens.get(options.signal);
        return { method: 'POST', url: this.#url, headers: { ...this.#headers, 'x-amz-access-token': token }, body };
      },
      read: (response) => {
        const { status, headers, attempts } = response;
        const requestId = this.#http.requestId(response);
        if (status !== 204) throw spApiError(response, requestId, feedbackBody);
        const rateLimit = Number(headers.get('x-amzn-ratelimit-limit'));
        return { ...(requestId && { requestId }), ...(rateLimit > 0 && { rateLimit }), attempts };
      },
      recover: (error) => {
        if (!(error instanceof ApiError && isTokenRefused(error))) return false;
        this.#tokens.refuse(token);
        return true;
      },
    };
    return this.#http.send(exchange, options);
  }

  /**
   * Gives feedback for many shipments, one call each. Yields a result for each in the order of completion and throws for none of them.
   *
   * Holds `concurrency` of them in memory, whatever the length of the iterable. The loop ends with an error where the iterable
   * itself throws or `signal` is aborted. Leaving the loop early aborts the calls under way.
   *
   * @throws {@link ConfigurationError} `CONFIGURATION` for inputs that are not iterable, or an option that can't work.
   *
   * @example
   * ```ts
   * for await (const { feedback, error } of client.submitMany(decisions)) {
   *   if (error) console.warn(feedback.ndrAction, error);
   * }
   * ```
   */
  submitMany<Feedback extends NdrFeedback>(
    feedbacks: AnyIterable<Feedback>,
    options: SubmitManyOptions = {},
  ): AsyncIterable<NdrFeedbackResult<Feedback>> {
    checkCall(SURFACE, options);
    const task = async (feedback: Feedback, index: number, signal: AbortSignal): Promise<NdrFeedbackResult<Feedback>> => {
      try {
        return { index, feedback, status: 'submitted', receipt: await this.submit(feedback, { ...options, signal }) };
      } catch (error) {
        return { index, feedback, status: 'failed', error };
      }
    };
    return runBatch(SURFACE, feedbacks, task, options);
  }

  /**
   * Has a shipment delivered on another day.
   *
   * @param rescheduleDate A `Date`, or ISO 8601 with a time of day and an offset. A day alone is refused: it leaves open when it
   *   begins.
   * @throws As {@link NdrFeedbackClient.submit}.
   *
   * @example
   * ```ts
   * await client.reschedule('1809561149386', '2026-03-02T09:00:00+05:30');
   * ```
   */
  reschedule(trackingId: string, rescheduleDate: Date | string, options?: NdrFeedbackCallOptions): Promise<NdrFeedbackReceipt> {
    return this.submit({ trackingId, ndrAction: 'RESCHEDULE', ndrRequestData: { rescheduleDate } }, options);
  }

  /**
   * Has a shipment delivered again, with notes about the address.
   *
   * @param additionalAddressNotes 1 to 256 characters. Phone numbers and e-mail addresses are refused, for Amazon forbids them.
   * @throws As {@link NdrFeedbackClient.submit}.
   *
   * @example
   * ```ts
   * await client.reattempt('1809561149386', 'Second gate, beside the water tank');
   * ```
   */
  reattempt(trackingId: string, additionalAddressNotes: string, options?: NdrFeedbackCallOptions): Promise<NdrFeedbackReceipt> {
    return this.submit({ trackingId, ndrAction: 'REATTEMPT', ndrRequestData: { additionalAddressNotes } }, options);
  }

  /**
   * Has a shipment sent back to where it came from.
   *
   * @throws As {@link NdrFeedbackClient.submit}.
   *
   * @example
   * ```ts
   * await client.returnToOrigin('1809561149386');
   * ```
   */
  returnToOrigin(trackingId: string, options?: NdrFeedbackCallOptions): Promise<NdrFeedbackReceipt> {
    return this.submit({ trackingId, ndrAction: 'RTO' }, options);
  }
}
