/**
 * How fast feedback is sent, and what Amazon's answers say about it.
 *
 * @module
 * @see {@link https://developer-docs.amazon.com/sp-api/docs/usage-plans-and-rate-limits | Usage plans and rate limits}
 */
import { type QuotaNews, type RateLimiter, TokenBucket } from '../../core/call/rate-limiter.ts';
import type { HttpResponse } from '../../core/call/response.ts';

/** By Amazon's page 5 a second; its model on GitHub says 80. The burst is inferred. */
const RATE = { capacity: 10, refillPerSecond: 5 };

/** Between these Amazon is believed (inferred): slower, calls would use up their time waiting; no source names more than 80. */
const SLOWEST = 0.5;
const FASTEST = 80;

/** A client's own token bucket. It follows what Amazon grants, and is empty when Amazon's is. */
export class FeedbackBucket extends TokenBucket {
  constructor() {
    super(RATE);
  }

  adapt({ perSecond, exceeded }: QuotaNews): void {
    if (perSecond) this.setRate(perSecond);
    if (exceeded) this.drain();
  }
}

/** The rate that an answer says is granted: a decimal text, on some answers only. `undefined` where it makes no sense. */
export function readRateLimit({ headers }: Pick<HttpResponse, 'headers'>): number | undefined {
  const text = headers.get('x-amzn-ratelimit-limit')?.trim() ?? '';
  return /^\d{1,6}(?:\.\d{1,9})?$/.test(text) && Number(text) > 0 ? Number(text) : undefined;
}

/** Tells a limiter that wants to hear of it what an answer says of the quota. What it throws must not make a failure of a success. */
export function tellLimiter(limiter: RateLimiter | undefined, response: HttpResponse): void {
  const granted = readRateLimit(response);
  const exceeded = response.status === 429;
  if (!granted && !exceeded) return;
  const news = { ...(granted && { perSecond: Math.min(Math.max(granted, SLOWEST), FASTEST) }), exceeded };
  const tell = async (): Promise<void> => limiter?.adapt?.(news);
  tell().catch(() => undefined);
}
