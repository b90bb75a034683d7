/**
 * A token bucket, so that a client does not earn a 429 by itself.
 *
 * @module
 */
import { sleep, waitFor } from './abort.ts';
import { ConfigurationError } from './errors.ts';

/** Hands out permission to send, in the order of the asking. Replace it to share one quota among processes. */
export interface RateLimiter {
  /** Resolves when one request may be sent. Rejects with `signal.reason` when it is aborted first. */
  acquire(signal?: AbortSignal): Promise<void>;
}

/** How fast a {@link TokenBucket} lets requests through. */
export interface TokenBucketOptions {
  /** Requests that may be sent at once after a pause; at least 1. */
  readonly capacity: number;
  /** Requests a second after that; more than 0. */
  readonly refillPerSecond: number;
}

/**
 * Lets `capacity` requests through at once and `refillPerSecond` a second after that, first come, first served.
 *
 * @example Half of Amazon Pay's live quota, to share it with another system
 * ```ts
 * new DeliveryTrackerClient({ ...options, rateLimiter: new TokenBucket({ capacity: 5, refillPerSecond: 0.5 }) });
 * ```
 */
export class TokenBucket implements RateLimiter {
  readonly #capacity: number;
  readonly #millisecondsPerToken: number;
  /** When the bucket is full again if nobody asks. */
  #fullAt = 0;
  /** Settles when the last who asked has a token or gave up. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: TokenBucketOptions) {
    const { capacity, refillPerSecond } = (options ?? {}) as Partial<TokenBucketOptions>;
    // Negated, so that NaN is refused too.
    if (!(capacity && capacity >= 1 && refillPerSecond && refillPerSecond > 0)) {
      throw new ConfigurationError('"capacity" must be at least 1 and "refillPerSecond" more than 0', { surface: 'core' });
    }
    this.#capacity = capacity;
    this.#millisecondsPerToken = 1_000 / refillPerSecond;
  }

  acquire(signal?: AbortSignal): Promise<void> {
    const turn = this.#queue.then(() => this.#take(signal));
    // Who gave up does not use its place.
    this.#queue = turn.catch(() => undefined);
    return waitFor(turn, signal);
  }

  async #take(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const token = this.#millisecondsPerToken;
    const now = performance.now();
    const wait = Math.max(now, this.#fullAt) + token - now - this.#capacity * token;
    if (wait > 0) await sleep(wait, signal);
    this.#fullAt = Math.max(now, this.#fullAt) + token;
  }
}
