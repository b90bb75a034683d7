/**
 * What is due when, and what to do next.
 *
 * @module
 */

/** The next thing to do. */
export type Step<Item> =
  /** The item is due. It is not in the schedule any more. */
  | { readonly do: 'send'; readonly item: Item }
  /** Nothing is due and nothing is in flight: move the time forward. */
  | { readonly do: 'skip'; readonly to: number }
  /** Nothing is due yet: sleep, then move the time forward. */
  | { readonly do: 'sleep'; readonly milliseconds: number; readonly to: number }
  /** Until one of the requests in flight has ended. */
  | { readonly do: 'wait' }
  /** Nothing is left. */
  | { readonly do: 'finish' };

/** How a {@link Schedule} works. */
export interface ScheduleOptions {
  /** How many times faster than real time the waits pass; `Infinity` skips them. */
  readonly timeScale: number;
  /** Requests that may be in flight at once. */
  readonly parallel: number;
}

/** setTimeout stores milliseconds in 32 bits. */
const MAX_SLEEP = 2 ** 31 - 1;

/** Items by the time that they are due; those that are due at the same time in the order in which they were added. */
export class Schedule<Item> {
  readonly #options: ScheduleOptions;
  readonly #entries: { readonly item: Item; readonly due: number }[] = [];

  constructor(options: ScheduleOptions) {
    this.#options = options;
  }

  /** How many items are waiting. */
  get size(): number {
    return this.#entries.length;
  }

  /** Adds an item that is due at a time in epoch milliseconds. */
  add(item: Item, due: number): void {
    let [from, to] = [0, this.#entries.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.#entries[middle] as { due: number }).due > due) to = middle;
      else from = middle + 1;
    }
    this.#entries.splice(from, 0, { item, due });
  }

  /** What to do at the time `now` while `inFlight` requests have no response yet. */
  next(now: number, inFlight: number): Step<Item> {
    const { timeScale, parallel } = this.#options;
    const [first] = this.#entries;
    if (!first) return { do: inFlight > 0 ? 'wait' : 'finish' };
    if (inFlight >= parallel) return { do: 'wait' };
    const { item, due } = first;
    if (due <= now) {
      this.#entries.shift();
      return { do: 'send', item };
    }
    if (timeScale !== Number.POSITIVE_INFINITY) {
      return { do: 'sleep', milliseconds: Math.min(MAX_SLEEP, (due - now) / timeScale), to: due };
    }
    // What is in flight may still add something that is due earlier.
    return inFlight > 0 ? { do: 'wait' } : { do: 'skip', to: due };
  }

  /** Removes every item. */
  clear(): void {
    this.#entries.length = 0;
  }
}
