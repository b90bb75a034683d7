/**
 * Tells Amazon what to do with a shipment that could not be delivered.
 *
 * @module
 */

import { encodeUtf8 } from '../../core/bytes.ts';
import type { AccessTokens, TokenStore } from '../../core/call/access-token.ts';
import { type BatchOptions, runBatch } from '../../core/call/batch.ts';
import { type Exchange, HttpClient } from '../../core/call/http.ts';
import type { RateLimiter } from '../../core/call/rate-limiter.ts';
import { ApiError } from '../../core/errors.ts';
import { type CallOptions, type ClientOptions, checkCall, checkUrl } from '../../core/options.ts';
import { checkIdempotencyStore, type IdempotencyStore, workOnce } from '../../core/receive/idempotency.ts';
import type { AnyIterable } from '../../core/types.ts';
import { demand, demandOptions, SURFACE } from '../configuration.ts';
import { FeedbackBucket, readRateLimit, tellLimiter } from './feedback-rate.ts';
import { checkFeedback, checkRules, type FeedbackBody, type FeedbackRules, feedbackKey, readFeedback } from './feedback-rules.ts';
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
export interface SubmitManyOptions<Feedback extends NdrFeedback = NdrFeedback>
  extends BatchOptions,
    Omit<NdrFeedbackCallOptions, 'signal' | 'dueDate'> {
  /**
   * The `ndrDueDate` of the event that a feedback answers: each has its own. As `dueDate` of {@link NdrFeedbackClient.submit}.
   * @default not checked
   */
  readonly dueDateOf?: (feedback: Feedback, index: number) => Date | string | undefined;
  /**
   * Remembers what Amazon took, so that a batch that was broken off can be started again as a whole. Give `dueDateOf` too: without it the
   * same feedback about a later attempt at the same parcel is taken for done, as long as the store remembers the first.
   * @default nothing is remembered
   */
  readonly idempotencyStore?: IdempotencyStore;
}

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
      /** By the store: taken before; or another call is at it, or broke off less than its claim's time ago. Nothing was sent. */
      readonly status: 'already-submitted' | 'in-progress';
      readonly receipt?: undefined;
      readonly error?: undefined;
    }
  | {
      readonly status: 'failed';
      /** A waybill error, the reason of an abort, or what a function of your own threw. */
      readonly error: unknown;
      /** Whether a request may have left before it failed: Amazon may have taken the feedback. */
      readonly sent: boolean;
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

/**
 * Tells Amazon what to do with a shipment that could not be delivered: deliver on another day, deliver with better directions, or
 * send it back.
 *
 * A client sends 10 calls at once and then 5 a second, or as many as Amazon says that it grants; clients that share an account need a
 * shared `rateLimiter`. Feedback is checked before it is sent. A call is repeated after a passing fault; the feedback may then arrive
 * twice, which is probably harmless, but not documented. Whether a shipment takes feedback, and how far ahead it can be rescheduled,
 * only Amazon knows.
 *
 * An access token lasts an hour and is shared by concurrent calls. (On Cloudflare Workers and Vercel Edge no request may wait for
 * another's: as long as there is none, calls at once fetch one each.)
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
  readonly #limiter: RateLimiter | undefined;
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  /** @throws {@link ConfigurationError} `CONFIGURATION` for options that can't work. Nothing is sent. */
  constructor(options: NdrFeedbackClientOptions) {
    demandOptions('NdrFeedbackClient', options);
    const { region = 'eu', businessId = 'AmazonShipping_IN', sandbox = false, baseUrl, userAgent } = options;
    const host = sellingPartnerHost(region, sandbox);
    demand(typeof businessId === 'string' && /^[\w-]+$/.test(businessId), '"businessId" must be one like AmazonShipping_IN');
    demand(typeof sandbox === 'boolean', '"sandbox" must be true or false');
    const { rateLimiter = new FeedbackBucket() } = options;
    this.#limiter = rateLimiter || undefined;
    this.#http = new HttpClient(SURFACE, { ...options, rateLimiter });
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
    return this.#send(checkFeedback(feedback, this.#http.now(), options), options);
  }

  /**
   * Gives feedback for many shipments, one call each. Yields a result for each in the order of completion and throws for none of them.
   *
   * Holds `concurrency` of them in memory, whatever the length of the iterable. The loop ends with an error where the iterable itself
   * throws or `signal` is aborted: what was under way is yielded first, with `sent` saying whether it may have arrived, and nothing
   * further is read. Leaving the loop early aborts the calls under way.
   *
   * @throws {@link ConfigurationError} `CONFIGURATION` for inputs that are not iterable, or an option that can't work.
   *
   * @example
   * ```ts
   * for await (const { index, status, error } of client.submitMany(decisions)) {
   *   if (status === 'failed') console.warn(index, error);
   * }
   * ```
   */
  submitMany<Feedback extends NdrFeedback>(
    feedbacks: AnyIterable<Feedback>,
    options: SubmitManyOptions<Feedback> = {},
  ): AsyncIterable<NdrFeedbackResult<Feedback>> {
    checkCall(SURFACE, options);
    const { idempotencyStore, dueDateOf, ...rest } = options;
    checkIdempotencyStore(SURFACE, idempotencyStore);
    demand(dueDateOf === undefined || typeof dueDateOf === 'function', '"dueDateOf" must be a function');
    const task = async (feedback: Feedback, index: number, signal: AbortSignal): Promise<NdrFeedbackResult<Feedback>> => {
      let sent = false;
      try {
        const body = readFeedback(feedback);
        const dueDate = dueDateOf?.(feedback, index);
        const call = { ...rest, signal, ...(dueDate !== undefined && { dueDate }) };
        const send = async (): Promise<NdrFeedbackReceipt> => {
          checkRules(body, this.#http.now(), call);
          return this.#send(body, call, () => {
            sent = true;
          });
        };
        const done = await workOnce(idempotencyStore, feedbackKey(body, dueDate), send, () => {
          this.#http.warn({ code: 'STORE_FAILED', path: ['idempotencyStore'], message: 'could not keep that feedback was taken' });
        });
        if (done.claim === 'claimed') return { index, feedback, status: 'submitted', receipt: done.result };
        return { index, feedback, status: done.claim === 'completed' ? 'already-submitted' : 'in-progress' };
      } catch (error) {
        return { index, feedback, status: 'failed', error, sent };
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

  #send(feedback: FeedbackBody, options: CallOptions, onPrepared?: () => void): Promise<NdrFeedbackReceipt> {
    const body = encodeUtf8(JSON.stringify(feedback));
    let token = '';
    const exchange: Exchange<NdrFeedbackReceipt> = {
      prepare: async () => {
        token = await this.#tokens.get(options.signal);
        onPrepared?.();
        return { method: 'POST', url: this.#url, headers: { ...this.#headers, 'x-amz-access-token': token }, body };
      },
      read: (response) => {
        tellLimiter(this.#limiter, response);
        const requestId = this.#http.requestId(response);
        if (response.status !== 204) throw spApiError(response, requestId, feedback);
        const rateLimit = readRateLimit(response);
        return { ...(requestId && { requestId }), ...(rateLimit && { rateLimit }), attempts: response.attempts };
      },
      recover: (error) => {
        if (!(error instanceof ApiError && isTokenRefused(error))) return false;
        this.#tokens.refuse(token);
        return true;
      },
    };
    return this.#http.send(exchange, options);
  }
}
