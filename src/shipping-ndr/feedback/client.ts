/**
 * Tells Amazon what to do with a shipment that could not be delivered.
 *
 * @module
 */
import { encodeUtf8 } from '../../core/bytes.ts';
import { runIdempotentBatch } from '../../core/call/batch.ts';
import { type Exchange, HttpClient } from '../../core/call/http.ts';
import type { RateLimiter } from '../../core/call/rate-limiter.ts';
import type { AccessTokens } from '../../core/call/tokens.ts';
import { ApiError, assertOption } from '../../core/errors.ts';
import { assertObject, checkBooleans, checkCall, checkFunctions, checkUrl } from '../../core/options.ts';
import type { AnyIterable } from '../../core/types.ts';
import { SURFACE } from '../surface.ts';
import {
  CALL_OPTIONS,
  CLIENT_OPTIONS,
  type NdrFeedbackCallOptions,
  type NdrFeedbackClientOptions,
  type NdrFeedbackReceipt,
  type NdrFeedbackResult,
  RENAMED_OPTIONS,
  SUBMIT_MANY_OPTIONS,
  type SubmitManyOptions,
  sellingPartnerHost,
  sellingPartnerUserAgent,
} from './client-options.ts';
import { checkRules, type FeedbackBody, feedbackKey, type NdrFeedback, readFeedback } from './feedback.ts';
import { lwaTokens } from './lwa.ts';
import { FeedbackBucket, feedbackError, isTokenRefused, readRateLimit, tellLimiter } from './response.ts';

/**
 * Tells Amazon what to do with a shipment that could not be delivered: deliver on another day, deliver with better directions, or send it
 * back.
 *
 * A client sends 10 calls at once and then 5 a second, or as many as Amazon says that it grants; clients that share an account need a shared
 * `rateLimiter`. Feedback is checked before it is sent. A call is retried after a temporary failure; the feedback may then arrive twice, which
 * is probably harmless (inferred). Only Amazon knows whether a shipment accepts feedback, and how far ahead it can be rescheduled.
 *
 * An access token lasts an hour and is shared by concurrent calls. (Workers and Edge cannot share a pending fetch between requests, so there
 * concurrent first calls each fetch a token.)
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
  readonly #secrets: () => readonly (string | undefined)[];
  readonly #limiter: RateLimiter | undefined;
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #totalTimeout: number | undefined;

  /** @throws {@link ConfigurationError} `CONFIGURATION` for options that cannot work. Nothing is sent. */
  constructor(options: NdrFeedbackClientOptions) {
    assertObject(SURFACE, options);
    const { region = 'eu', businessId = 'AmazonShipping_IN', sandbox = false, baseUrl, userAgent, allowHttp } = options;
    const { rateLimiter = new FeedbackBucket() } = options;
    const settings = { own: CLIENT_OPTIONS, renamed: RENAMED_OPTIONS, ownCall: CALL_OPTIONS };
    this.#http = new HttpClient(SURFACE, { ...options, rateLimiter }, settings);
    this.#limiter = rateLimiter || undefined;
    checkBooleans(SURFACE, { sandbox });
    const host = sellingPartnerHost(region, sandbox);
    const isId = typeof businessId === 'string' && /^[\w-]+$/.test(businessId);
    assertOption(isId, SURFACE, 'businessId', 'must be an id such as AmazonShipping_IN');
    const { tokens, secrets } = lwaTokens(this.#http, options);
    this.#tokens = tokens;
    this.#secrets = secrets;
    this.#totalTimeout = options.totalTimeout;
    this.#url = `${baseUrl === undefined ? host : checkUrl(SURFACE, 'baseUrl', baseUrl, allowHttp)}/shipping/v2/ndrFeedback`;
    this.#headers = {
      'content-type': 'application/json',
      accept: 'application/json',
      'user-agent': sellingPartnerUserAgent(userAgent),
      'x-amzn-shipping-business-id': businessId,
    };
  }

  /**
   * Gives feedback for one shipment. Resolves when Amazon has accepted it.
   *
   * @throws {@link ValidationError} `VALIDATION` if the feedback cannot be right: nothing was sent then. With `direction` `response` Amazon's
   *   response is not the documented one.
   * @throws {@link ApiError} `API` if Amazon, or Login with Amazon, refuses.
   * @throws {@link ConnectionError} `CONNECTION` or {@link TimeoutError} `TIMEOUT` if there was no response; the feedback may have arrived.
   *
   * @example
   * ```ts
   * await client.submit({ trackingId, ndrAction: 'REATTEMPT', ndrRequestData: { additionalAddressNotes: 'Second gate' } });
   * ```
   * @see {@link https://developer-docs.amazon.com/amazon-shipping/reference/submitndrfeedback | submitNdrFeedback}
   */
  async submit(feedback: NdrFeedback, options: NdrFeedbackCallOptions = {}): Promise<NdrFeedbackReceipt> {
    checkCallOptions(options, CALL_OPTIONS);
    const body = readFeedback(feedback);
    checkRules(body, this.#http.now(), options);
    return this.#send(body, options);
  }

  /**
   * Gives feedback for many shipments, one call each. Yields a result for each in the order of completion and throws for none of them.
   *
   * Holds `concurrency` of them in memory, whatever the length of the iterable. The loop ends with an error if the iterable itself throws or
   * `signal` is aborted: items in flight are yielded first, with `sent` saying whether they may have arrived, and nothing further is read.
   * Leaving the loop early aborts the calls in flight.
   *
   * @throws {@link ConfigurationError} `CONFIGURATION` for inputs that are not iterable, or an option that cannot work.
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
    checkCallOptions(options, SUBMIT_MANY_OPTIONS);
    const { idempotencyStore, idempotencyLease, dueDateOf, concurrency, signal, ...call } = options;
    checkFunctions(SURFACE, { dueDateOf });
    return runIdempotentBatch<Feedback, NdrFeedbackReceipt, NdrFeedbackResult<Feedback>>(feedbacks, {
      surface: SURFACE,
      idempotencyStore,
      idempotencyLease,
      concurrency,
      signal,
      totalTimeout: call.totalTimeout ?? this.#totalTimeout,
      read: (feedback, index) => {
        const body = readFeedback(feedback);
        const given = dueDateOf?.(feedback, index);
        // A copy, because a source may reuse one object.
        const dueDate = given instanceof Date ? new Date(given) : given;
        return {
          key: feedbackKey(body, dueDate),
          send: async (itemSignal, onSent) => {
            checkRules(body, this.#http.now(), { ...call, dueDate });
            return this.#send(body, { ...call, signal: itemSignal }, onSent);
          },
        };
      },
      toResult: (feedback, index, outcome) => {
        if (outcome.status === 'done') return { index, feedback, status: 'submitted', receipt: outcome.value };
        return outcome.status === 'completed' ? { index, feedback, status: 'already-submitted' } : { index, feedback, ...outcome };
      },
      onStoreFailure: () => {
        const message = 'could not remember that feedback was accepted: a batch that is restarted may send it twice';
        this.#http.warn({ code: 'STORE_FAILED', path: ['idempotencyStore'], message });
      },
    });
  }

  /**
   * Requests delivery on another day.
   *
   * @param rescheduleDate A `Date`, or ISO 8601 with a time of day and an offset. A day without a time is refused: it leaves open when it
   *   starts.
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
   * Requests another delivery attempt, with notes about the address.
   *
   * @param additionalAddressNotes 1 to 256 characters. Phone numbers and e-mail addresses are refused, because Amazon forbids them.
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
   * Requests the return of a shipment to its origin.
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

  #send(feedback: FeedbackBody, options: NdrFeedbackCallOptions, onPrepared?: () => void): Promise<NdrFeedbackReceipt> {
    const body = encodeUtf8(JSON.stringify(feedback));
    let token = '';
    const exchange: Exchange<NdrFeedbackReceipt> = {
      prepare: async () => {
        token = await this.#tokens.get(options.signal);
        onPrepared?.();
        return { method: 'POST', url: this.#url, headers: { ...this.#headers, 'x-amz-access-token': token }, body };
      },
      hide: () => [token, ...this.#secrets(), feedback.trackingId, feedback.ndrRequestData?.additionalAddressNotes],
      read: (response) => {
        tellLimiter(this.#limiter, response);
        const { status, requestId, attempts } = response;
        if (status !== 204) throw feedbackError(response);
        const rateLimit = readRateLimit(response);
        return { ...(requestId && { requestId }), ...(rateLimit && { rateLimit }), attempts };
      },
      recover: (error) => error instanceof ApiError && isTokenRefused(error) && this.#tokens.refuse(token),
      isRepeatable: (error) => options.retryUnanswered !== false || (error instanceof ApiError && error.status === 429),
    };
    return this.#http.send(exchange, options);
  }
}

function checkCallOptions(options: NdrFeedbackCallOptions, names: readonly string[]): void {
  checkCall(SURFACE, options, names);
  const { retryUnanswered, allowContactData } = options;
  checkBooleans(SURFACE, { retryUnanswered, allowContactData });
}
