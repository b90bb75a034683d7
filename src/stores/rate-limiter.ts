/**
 * One quota for many processes: `rate-limiter-flexible` counts in Redis, PostgreSQL, DynamoDB or another engine, and this adapter makes
 * waybill's clients wait for it.
 *
 * @module waybill/stores/rate-limiter
 * @see {@link https://github.com/animir/node-rate-limiter-flexible | rate-limiter-flexible}
 */
import { onAbort, sleep, withTimeout } from '../core/async.ts';
import type { RateLimiter } from '../core/call/rate-limiter.ts';
import { assertOption, type ConnectionError } from '../core/errors.ts';
import { notify, report } from '../core/hooks.ts';
import { checkFunctions } from '../core/options.ts';
import { attempt } from '../core/types.ts';
import { checkStoreOptions, engineFailure, SURFACE } from './engine.ts';

export type { RateLimiter } from '../core/call/rate-limiter.ts';
export * from '../core/index.ts';

/** What Amazon grants to an account. */
export interface Quota {
  /** Requests a second. */
  readonly perSecond: number;
  /** Requests at once after a pause; at least 2. */
  readonly burst: number;
}

/** What a limiter of `rate-limiter-flexible` is created with. */
export interface QuotaWindow {
  /** Requests in a window. */
  readonly points: number;
  /** Length of a window, in whole seconds. */
  readonly duration: number;
}

/** A limiter of `rate-limiter-flexible`: `RateLimiterRedis`, `RateLimiterPostgres`, `RateLimiterDynamo` and others. */
export interface FlexibleLimiter extends QuotaWindow {
  consume(key: string): Promise<unknown>;
}

/** Options of {@link FleetRateLimiter}. */
export interface FleetRateLimiterOptions extends Quota {
  /** Names the quota in the engine: the same in all processes that share it, such as `ndr-feedback`. */
  readonly key: string;
  /**
   * Hears of each failure of the engine. Requests wait until it is back. What it throws is ignored.
   * @default the first failure of an outage is written to `console.warn`
   */
  readonly onError?: ((error: ConnectionError) => void) | undefined;
}

/** Amazon counts requests when they arrive, and on the way they can come closer together. */
const HELD_BACK = 0.1;

/** Windows up to this length, in seconds, and numbers of requests are tried. */
const MAX_TRIED = 60;

/**
 * The window that keeps a quota, also at its edges: a moment can touch two windows, so one holds at most half of the burst. 10 % of the quota
 * are held back, because Amazon counts arrivals.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` for a quota that no window keeps, such as a burst of 1.
 *
 * @example
 * ```ts
 * quotaWindow({ perSecond: 5, burst: 10 }); // { points: 4, duration: 1 }
 * ```
 */
export function quotaWindow({ perSecond, burst }: Quota): QuotaWindow {
  assertOption(perSecond > 0 && perSecond <= 1e6, SURFACE, 'perSecond', 'must be a number, more than 0 and at most 1e6');
  const hint = 'A burst of 1 is exceeded where two windows meet.';
  assertOption(burst >= 2 && burst <= 1e6, SURFACE, 'burst', 'must be a number, from 2 to 1e6', hint);
  const rate = perSecond * (1 - HELD_BACK);
  const most = Math.max(1, Math.floor((burst * (1 - HELD_BACK)) / 2));
  let best: QuotaWindow = { points: 1, duration: Math.ceil(1 / rate) };
  const consider = (points: number, duration: number): void => {
    if (points > 0 && points / duration > best.points / best.duration) best = { points, duration };
  };
  for (let tried = 1; tried <= MAX_TRIED; tried += 1) {
    consider(Math.min(most, Math.floor(rate * tried)), tried);
    consider(Math.min(most, tried), Math.ceil(Math.min(most, tried) / rate));
  }
  return best;
}

/** Milliseconds: the engine counts as failed after this, as a token store does. */
const TIMEOUT = 2_000;

/** Milliseconds between two questions while the engine is down. */
const PAUSE = 500;

/** Milliseconds after which the engine is asked again, however long it says to wait: a timer holds 25 days at most. */
const MAX_WAIT = 60_000;

/** Milliseconds by which processes ask at different moments. */
const JITTER = 50;

/**
 * Shares a quota among all processes that use the same engine and key: a `rateLimiter` for any client.
 *
 * Requests of a process wait in order, and only the first asks the engine: fifty that wait cost no more than one. An abort takes a request out
 * before it asks. While the engine is down requests wait, each within its `totalTimeout`.
 *
 * Not for Cloudflare Workers and Vercel Edge: there no request may wait for another.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` at construction for a quota that cannot be kept, and for a limiter that was not created
 *   with the window.
 *
 * @example Eight workers that share the quota for NDR feedback
 * ```ts
 * import { Redis } from 'ioredis';
 * import { RateLimiterRedis } from 'rate-limiter-flexible';
 * import { NdrFeedbackClient } from 'waybill/shipping-ndr';
 * import { FleetRateLimiter } from 'waybill/stores/rate-limiter';
 *
 * const redis = new Redis();
 * const rateLimiter = new FleetRateLimiter((window) => new RateLimiterRedis({ storeClient: redis, ...window }), {
 *   key: 'ndr-feedback',
 *   perSecond: 5,
 *   burst: 10,
 * });
 * const credentials = { clientId: 'amzn1.application-oa2-client.1', clientSecret: 'amzn1.oa2-cs.v1.1', refreshToken: 'Atzr|1' };
 * const client = new NdrFeedbackClient({ credentials, rateLimiter, totalTimeout: 120_000 });
 * ```
 */
export class FleetRateLimiter implements RateLimiter {
  readonly #limiter: FlexibleLimiter;
  readonly #options: FleetRateLimiterOptions;
  /** In the order in which they asked. */
  readonly #waiting = new Set<() => void>();
  #serving: AbortController | undefined;
  #isDown = false;

  constructor(createLimiter: (window: QuotaWindow) => FlexibleLimiter, options: FleetRateLimiterOptions) {
    checkStoreOptions(options, ['key', 'perSecond', 'burst', 'onError']);
    checkFunctions(SURFACE, { onError: options.onError });
    assertOption(typeof createLimiter === 'function', SURFACE, 'createLimiter', 'must be a function that returns a limiter');
    assertOption(typeof options.key === 'string' && options.key !== '', SURFACE, 'key', 'must be a string, and not empty');
    const window = quotaWindow(options);
    const limiter = createLimiter(window);
    assertOption(typeof limiter?.consume === 'function', SURFACE, 'createLimiter', 'must return a limiter of rate-limiter-flexible');
    const isRight = limiter.points <= window.points && limiter.duration >= window.duration;
    const problem = `must create it with points: ${window.points} and duration: ${window.duration}`;
    assertOption(isRight, SURFACE, 'createLimiter', problem, 'Spread the window that it is passed into the options of the limiter.');
    this.#limiter = limiter;
    this.#options = options;
  }

  acquire(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const grant = (): void => {
        off?.();
        resolve();
      };
      const off =
        signal &&
        onAbort(signal, () => {
          this.#waiting.delete(grant);
          if (this.#waiting.size === 0) this.#serving?.abort();
          reject(signal.reason);
        });
      this.#waiting.add(grant);
      if (!this.#serving) void this.#serve();
    });
  }

  /** Asks for one after another. Ends when nobody waits. */
  async #serve(): Promise<void> {
    while (this.#waiting.size > 0) {
      const idle = new AbortController();
      this.#serving = idle;
      const wait = await this.#ask();
      if (wait > 0) await sleep(wait, idle.signal).catch(() => undefined);
      else {
        // The first of the queue at this moment: the caller that was first before may have left.
        const [grant] = this.#waiting;
        if (grant) this.#waiting.delete(grant);
        grant?.();
      }
    }
    this.#serving = undefined;
  }

  /** Asks the engine for one request. Returns 0 if it is granted, else the milliseconds to wait. */
  async #ask(): Promise<number> {
    try {
      // A late grant is lost, which keeps the quota.
      const consume = (): Promise<unknown> => this.#limiter.consume(this.#options.key);
      await withTimeout(TIMEOUT, consume, () => new Error('it is too slow'));
      this.#isDown = false;
      return 0;
    } catch (error) {
      const msBeforeNext = attempt(() => (error as { readonly msBeforeNext?: unknown }).msBeforeNext);
      const isRefusal = typeof msBeforeNext === 'number';
      if (!isRefusal) this.#tell(error);
      // A negative one means for ever.
      return (isRefusal && msBeforeNext >= 0 ? Math.min(Math.max(msBeforeNext, 1), MAX_WAIT) : PAUSE) + Math.random() * JITTER;
    }
  }

  #tell(thrown: unknown): void {
    const error = engineFailure('the engine of the rate limiter failed, and requests wait for it', thrown);
    const { onError } = this.#options;
    if (onError) notify(() => onError(error));
    else if (!this.#isDown) report('warn', `core: ${error.message}`);
    this.#isDown = true;
  }
}
