/**
 * How many calls Amazon accepts.
 *
 * @module
 */

/** A leaky bucket: `burst` calls at once, `perSecond` after that. */
export interface QuotaLimit {
  /** Calls that are accepted at once after a pause. */
  readonly burst: number;
  /** Calls per second after that. */
  readonly perSecond: number;
}

/** Counts calls against a limit, by a clock that the caller reads. */
export class Quota {
  readonly #limit: QuotaLimit;
  /** When the bucket will be full if nobody calls: this is its whole state. */
  #fullAt = 0;

  constructor(limit: QuotaLimit) {
    this.#limit = limit;
  }

  /** Whether a call at `now` is within the limit. A call beyond it does not count. */
  take(now: Date): boolean {
    const { burst, perSecond } = this.#limit;
    const time = now.getTime();
    const longest = (burst * 1_000) / perSecond;
    // The clock may have gone back: a bucket is never emptier than empty.
    this.#fullAt = Math.min(this.#fullAt, time + longest);
    const fullAt = Math.max(time, this.#fullAt) + 1_000 / perSecond;
    if (fullAt - time > longest) return false;
    this.#fullAt = fullAt;
    return true;
  }
}
