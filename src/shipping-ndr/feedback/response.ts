/**
 * What the Selling Partner API's responses say: why feedback was not accepted, and how fast it may be sent.
 *
 * @module
 * @see {@link https://developer-docs.amazon.com/sp-api/docs/response-format | Response format},
 *   {@link https://developer-docs.amazon.com/sp-api/docs/usage-plans-and-rate-limits | Usage plans and rate limits}
 */
import { type QuotaNews, type RateLimiter, TokenBucket } from '../../core/call/rate-limiter.ts';
import { describeBody, failureOf, type HttpResponse, headerOf, parseJson } from '../../core/call/response.ts';
import { ApiError, ValidationError } from '../../core/errors.ts';
import { notify } from '../../core/hooks.ts';
import { SURFACE } from '../surface.ts';

interface Fault {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly details?: unknown;
}

/** More are not shown, and not read: a body may contain a million. */
const MAX_FAULTS = 3;

/** The error for a response that does not accept the feedback. */
export function feedbackError(response: HttpResponse): ApiError | ValidationError {
  const { status, redact, requestId, attempts } = response;
  const data = parseJson(response);
  const clean = (word: unknown): string => (typeof word === 'string' ? redact(word, 500) : '');
  const faults = faultsOf(data);
  const words = faults.map(({ code, message, details }) => sentences([code, message, details].map(clean))).filter(Boolean);
  if (status < 300) {
    const found = [`${status} with ${describeBody(response)}`, words.join('; ')].filter(Boolean).join(': ');
    const issue = { message: `expected 204, which says that feedback was accepted, got ${found}` };
    return new ValidationError('response', [issue], {
      surface: SURFACE,
      requestId,
      attempts,
      hint: 'Amazon may have accepted the feedback all the same. Check "baseUrl", and what a proxy on the way does.',
    });
  }
  const outcome = `Amazon refused the feedback with ${status}${words.length > 0 ? '' : ', without a reason'}`;
  return new ApiError([outcome, words.join('; ')].filter(Boolean).join(': '), {
    ...failureOf(response),
    surface: SURFACE,
    reasonCode: clean(faults[0]?.code) || undefined,
    hint: hintFor(status, data === undefined),
  });
}

function sentences(words: readonly string[]): string {
  return words.filter(Boolean).reduce((text, word) => `${text}${text && (/[.!?]$/.test(text) ? ' ' : '. ')}${word}`, '');
}

/** Whether another access token can help. A missing role or authorization looks the same, but its details are empty. */
export function isTokenRefused({ status, data }: ApiError): boolean {
  const words = faultsOf(data).map(({ message, details }) => [message, details]);
  return status === 401 || (status === 403 && /access token|expired|revoked/i.test(JSON.stringify(words)));
}

function faultsOf(data: unknown): Fault[] {
  const { errors } = (data ?? {}) as { readonly errors?: unknown };
  return Array.isArray(errors) ? errors.slice(0, MAX_FAULTS).map((fault) => (fault ?? {}) as Fault) : [];
}

function hintFor(status: number, isNotJson: boolean): string {
  if (status >= 500) return 'Retry later; give Amazon the request id if it persists.';
  if (status === 429) return 'Send more slowly. If several clients use the account, share one "rateLimiter" among them.';
  // Every error of Amazon Shipping is JSON.
  if (isNotJson) return 'It came from a gateway and not from Amazon Shipping: check "baseUrl", "headers" and proxies on the way.';
  switch (status) {
    case 400:
      return 'Check that the shipment waits for feedback and that its ndrDueDate has not passed. Amazon documents no error code for either.';
    case 401:
    case 403:
      return 'Check the region, that the application has the role Amazon Logistics (or Direct To Consumer), and that the shipper authorized it.';
    case 404:
      return 'Check the tracking id, "region", "businessId" and "sandbox".';
    default:
      return 'Check "baseUrl", "headers" and proxies on the way.';
  }
}

/** By Amazon's page 5 a second; its model on GitHub says 80. The burst is (inferred). */
const RATE = { capacity: 10, refillPerSecond: 5 };

/** Amazon is believed between these (inferred): slower, calls would use up their time waiting; no source names more than 80. */
const SLOWEST = 0.5;
const FASTEST = 80;

/** A client's own token bucket. It follows the rate that Amazon grants, and is empty when Amazon's is. */
export class FeedbackBucket extends TokenBucket {
  constructor() {
    super(RATE);
  }

  adapt({ perSecond, exceeded }: QuotaNews): void {
    if (perSecond) this.setRate(perSecond);
    if (exceeded) this.drain();
  }
}

/** The rate that a response says is granted: a decimal, on some responses only. `undefined` if it makes no sense. */
export function readRateLimit(response: Pick<HttpResponse, 'headers'>): number | undefined {
  const text = headerOf(response, 'x-amzn-ratelimit-limit') ?? '';
  return /^\d{1,6}(?:\.\d{1,9})?$/.test(text) && Number(text) > 0 ? Number(text) : undefined;
}

/** Tells a limiter what a response says about the quota. What it throws must not turn a success into a failure. */
export function tellLimiter(limiter: RateLimiter | undefined, response: HttpResponse): void {
  const granted = readRateLimit(response);
  const exceeded = response.status === 429;
  if (!granted && !exceeded) return;
  const news = { ...(granted && { perSecond: Math.min(Math.max(granted, SLOWEST), FASTEST) }), exceeded };
  notify(() => limiter?.adapt?.(news));
}
