/**
 * A token bucket, so that a client does not cause a 429 by itself.
 *
 * @module
 */
import { isTiedToRequest, MAX_MILLISECONDS, onAbort } from '../async.ts';
import { assertOption } from '../errors.ts';

/** What a response says about the quota. */
export interface QuotaNews {
  /** Requests a second that are granted, if the response says so; within what is plausible. */
  readonly perSecond?: number;
  /** Whether the request was refused because there had been too many. */
  readonly exceeded: boolean;
}

/** Permits requests in the order of `acquire()`. Replace it to share one quota among processes. */
export interface RateLimiter {
  /** Resolves when one request may be sent. Rejects with `signal.reason` if it is aborted first. */
  acquire(signal?: AbortSignal): Promise<void>;
  /**
   * If it exists, `NdrFeedbackClient` reports each response that says something about the quota. {@link TokenBucket} has none: the rate
   * that you chose stays. What it throws is ignored.
   */
  adapt?(news: QuotaNews): void;
}

/** How fast a {@link TokenBucket} permits requests. */
export interface TokenBucketOptions {
  /** Requests that may be sent at once after a pause; at least 1. */
  readonly capacity: number;
  /** Requests a second after that; more than 0. */
  readonly refillPerSecond: number;
}

/** Tolerance, in tokens, for floating-point error. */
const EPSILON = 1e-6;

/** A request that waits for its token. */
interface Waiter {
  timer?: ReturnType<typeof setTimeout>;
  /** When its timer fires. */
  due: number;
  readonly resolve: () => void;
}

/** A timer that is later than this belongs to a request that has ended, on runtimes that tie timers to requests. */
const MAX_LATENESS = 100;

/**
 * Permits `capacity` requests at once and `refillPerSecond` a second after that, first come, first served.
 *
 * @example Half of Amazon Pay's live quota, to share it with another system
 * ```ts
 * new DeliveryTrackerClient({ ...options, rateLimiter: new TokenBucket({ capacity: 5, refillPerSecond: 0.5 }) });
 * ```
 *
 * @example One for several clients of an account that follows the rate that Amazon grants
 * ```ts
 * class SharedQuota extends TokenBucket {
 *   adapt({ perSecond, exceeded }: QuotaNews): void {
 *     if (perSecond) this.setRate(perSecond);
 *     if (exceeded) this.drain();
 *   }
 * }
 * ```
 */
export class TokenBucket implements RateLimiter {
  readonly #capacity: number;
  #perMillisecond = 0;
  /** How many there were at `#countedAt`. */
  #tokens: number;
  #countedAt = 0;
  /** In the order of `acquire()`. No promise leads from one to the next: a request that has ended must not stop those behind it. */
  readonly #waiting = new Set<Waiter>();

  /** @throws {@link ConfigurationError} `CONFIGURATION` for numbers out of range. */
  constructor(options: TokenBucketOptions) {
    const { capacity, refillPerSecond } = (options ?? {}) as Partial<TokenBucketOptions>;
    assertOption(typeof capacity === 'number' && capacity >= 1, 'core', 'capacity', 'must be a number, at least 1');
    this.#capacity = capacity;
    this.#tokens = capacity;
    this.setRate(refillPerSecond as number);
  }

  acquire(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (isTiedToRequest()) this.#forget(performance.now() - MAX_LATENESS);
    if (this.#waiting.size === 0 && this.#count() >= 1 - EPSILON) {
      this.#tokens -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        due: Number.POSITIVE_INFINITY,
        resolve: () => {
          off?.();
          resolve();
        },
      };
      const off = signal && onAbort(signal, () => this.#leave(waiter, () => reject(signal.reason)));
      this.#waiting.add(waiter);
      if (this.#waiting.size === 1 || isTiedToRequest()) this.#schedule(waiter);
    });
  }

  /**
   * Changes the rate from now on, also for those that wait already. (On Cloudflare Workers and Vercel Edge they keep the time that they
   * were given, unless it is too early now.) The tokens in the bucket stay.
   *
   * @param refillPerSecond Requests a second; more than 0.
   * @throws {@link ConfigurationError} `CONFIGURATION` for any other number. The rate stays as it was.
   */
  setRate(refillPerSecond: number): void {
    const isRate = typeof refillPerSecond === 'number' && refillPerSecond > 0;
    assertOption(isRate, 'core', 'refillPerSecond', 'must be a number, more than 0');
    // Infinity times no time at all is not a number.
    const perMillisecond = Math.min(refillPerSecond, Number.MAX_VALUE) / 1_000;
    if (perMillisecond === this.#perMillisecond) return;
    this.#count();
    this.#perMillisecond = perMillisecond;
    this.#scheduleFirst();
  }

  /** Empties the bucket, as Amazon's is after it refused a request: the next requests wait for the refill. */
  drain(): void {
    this.#tokens = Math.min(this.#count(), 0);
    this.#scheduleFirst();
  }

  /** Grants the tokens that have come in, in order, and schedules who is first then. */
  #serve(now: number): void {
    this.#count(now);
    for (const waiter of this.#waiting) {
      if (this.#tokens < 1 - EPSILON) break;
      this.#grant(waiter);
    }
    this.#scheduleFirst();
  }

  /** Grants a token to one request, whose timer has fired. Each is granted its own: no other request may resolve its promise. */
  #serveOne(waiter: Waiter): void {
    this.#count(waiter.due);
    this.#forget(waiter.due);
    if (this.#tokens >= 1 - EPSILON) this.#grant(waiter);
    else {
      this.#waiting.add(waiter);
      this.#schedule(waiter);
    }
  }

  /** Drops requests that have ended without an abort: their timers would have fired. */
  #forget(before: number): void {
    for (const waiter of this.#waiting) if (waiter.due < before) this.#waiting.delete(waiter);
  }

  #grant(waiter: Waiter): void {
    this.#tokens -= 1;
    this.#waiting.delete(waiter);
    clearTimeout(waiter.timer);
    waiter.resolve();
  }

  #leave(waiter: Waiter, reject: () => void): void {
    clearTimeout(waiter.timer);
    this.#waiting.delete(waiter);
    reject();
    this.#scheduleFirst();
  }

  #scheduleFirst(): void {
    const [first] = this.#waiting;
    if (first && !isTiedToRequest()) this.#schedule(first);
  }

  /** Sleeps until the token of this waiter has come in. */
  #schedule(waiter: Waiter): void {
    const place = isTiedToRequest() ? [...this.#waiting].indexOf(waiter) + 1 : 1;
    const missing = place - this.#count() - EPSILON;
    const wait = Math.min(Math.max(Math.ceil(missing / this.#perMillisecond), 0), MAX_MILLISECONDS);
    // A timer can fire just before performance.now() reaches its time. It is right then, or this would never end.
    waiter.due = this.#countedAt + wait;
    clearTimeout(waiter.timer);
    waiter.timer = setTimeout(() => {
      if (isTiedToRequest()) this.#serveOne(waiter);
      else this.#serve(waiter.due);
    }, wait);
  }

  /** Adds the tokens that came in since the last time, and returns how many there are. */
  #count(at = performance.now()): number {
    const now = Math.max(at, this.#countedAt, performance.now());
    this.#tokens = Math.min(this.#tokens + (now - this.#countedAt) * this.#perMillisecond, this.#capacity);
    this.#countedAt = now;
    return this.#tokens;
  }
}
