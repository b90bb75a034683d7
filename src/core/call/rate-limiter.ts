/**
 * A token bucket, so that a client does not earn a 429 by itself.
 *
 * @module
 */

import { MAX_MILLISECONDS, misconfigured } from '../options.ts';
import { sleep, waitFor } from './abort.ts';

/** What an answer told about the quota. */
export interface QuotaNews {
  /** Requests a second that are granted, where the answer said so; within what is plausible. */
  readonly perSecond?: number;
  /** Whether the request was refused because there had been too many. */
  readonly exceeded: boolean;
}

/** Hands out permission to send, in the order of the asking. Replace it to share one quota among processes. */
export interface RateLimiter {
  /** Resolves when one request may be sent. Rejects with `signal.reason` when it is aborted first. */
  acquire(signal?: AbortSignal): Promise<void>;
  /**
   * Where it is there, `NdrFeedbackClient` tells it of each answer that says something of the quota. {@link TokenBucket} leaves it out: a
   * rate that you chose stays. What it throws is ignored.
   */
  adapt?(news: QuotaNews): void;
}

/** How fast a {@link TokenBucket} lets requests through. */
export interface TokenBucketOptions {
  /** Requests that may be sent at once after a pause; at least 1. */
  readonly capacity: number;
  /** Requests a second after that; more than 0. */
  readonly refillPerSecond: number;
}

/** Of a token: less than this is an error of floating point. */
const EPSILON = 1e-6;

/**
 * Lets `capacity` requests through at once and `refillPerSecond` a second after that, first come, first served.
 *
 * @example Half of Amazon Pay's live quota, to share it with another system
 * ```ts
 * new DeliveryTrackerClient({ ...options, rateLimiter: new TokenBucket({ capacity: 5, refillPerSecond: 0.5 }) });
 * ```
 *
 * @example One for several clients of an account, that follows what Amazon grants
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
  /** Settles when the last who asked has a token or gave up. */
  #queue: Promise<unknown> = Promise.resolve();
  /** Has the one whose turn it is count again. */
  #wake = (): void => undefined;

  /** @throws {@link ConfigurationError} `CONFIGURATION` for numbers out of range. */
  constructor(options: TokenBucketOptions) {
    const { capacity, refillPerSecond } = (options ?? {}) as Partial<TokenBucketOptions>;
    // Negated, so that NaN is refused too.
    if (!(typeof capacity === 'number' && capacity >= 1)) throw misconfigured('core', '"capacity" must be a number, at least 1');
    this.#capacity = capacity;
    this.#tokens = capacity;
    this.setRate(refillPerSecond as number);
  }

  acquire(signal?: AbortSignal): Promise<void> {
    const turn = this.#queue.then(() => this.#take(signal));
    // Who gave up does not use its place.
    this.#queue = turn.catch(() => undefined);
    return waitFor(turn, signal);
  }

  /**
   * Changes the rate from now on, also for those who wait already. What the bucket holds stays.
   *
   * @param refillPerSecond Requests a second; more than 0.
   * @throws {@link ConfigurationError} `CONFIGURATION` for any other number. The rate stays as it was.
   */
  setRate(refillPerSecond: number): void {
    if (!(typeof refillPerSecond === 'number' && refillPerSecond > 0)) {
      throw misconfigured('core', '"refillPerSecond" must be a number, more than 0');
    }
    // Infinity times no time at all is no number.
    const perMillisecond = Math.min(refillPerSecond, Number.MAX_VALUE) / 1_000;
    if (perMillisecond === this.#perMillisecond) return;
    this.#count();
    this.#perMillisecond = perMillisecond;
    this.#wake();
  }

  /** Empties the bucket, as that of the other side is after it refused a request: the next ones wait for the refill. */
  drain(): void {
    this.#tokens = Math.min(this.#count(), 0);
    this.#wake();
  }

  async #take(signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      const missing = 1 - this.#count() - EPSILON;
      if (missing <= 0) break;
      await this.#wait(Math.min(Math.ceil(missing / this.#perMillisecond), MAX_MILLISECONDS), signal);
    }
    this.#tokens -= 1;
  }

  /** Waits for so long, or until there is a reason to count again. */
  async #wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    const end = this.#countedAt + milliseconds;
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    signal?.addEventListener('abort', this.#wake, { once: true });
    // A timer may be a trifle ahead of the clock, and is right then: to ask the clock alone could mean to wait for ever.
    await sleep(milliseconds, woken.signal).then(
      () => this.#count(end),
      () => undefined,
    );
    signal?.removeEventListener('abort', this.#wake);
  }

  /** Adds what came in since the last time, and says how many there are. */
  #count(at = performance.now()): number {
    const now = Math.max(at, this.#countedAt);
    this.#tokens = Math.min(this.#tokens + (now - this.#countedAt) * this.#perMillisecond, this.#capacity);
    this.#countedAt = now;
    return this.#tokens;
  }
}
