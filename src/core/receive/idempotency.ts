/**
 * Remembers which events were handled, so that one that is delivered again is not handled again.
 *
 * @module
 */
import { InProgressError, type Surface } from '../errors.ts';
import { misconfigured, readClock } from '../options.ts';

/** What {@link IdempotencyStore.claim} found: the key is the caller's now, somebody works on it, or it is done. */
export type Claim = 'claimed' | 'in-progress' | 'completed';

/**
 * Where handled events are remembered. {@link MemoryIdempotencyStore} serves one process; for more, write these three
 * over Redis (`SET NX PX`), DynamoDB (a conditional put) or a unique index.
 */
export interface IdempotencyStore {
  /** Takes the key, atomically: of all who ask at once, one gets `claimed`. A claim that is neither completed nor released lapses. */
  claim(key: string): Promise<Claim>;
  /** The work is done: from now on `claim` answers `completed`. */
  complete(key: string): Promise<void>;
  /** The work failed: the next one may claim the key. */
  release(key: string): Promise<void>;
}

/** Refuses what is no store when it is given, and not with the first event. */
export function checkIdempotencyStore(surface: Surface, store: IdempotencyStore | undefined): void {
  if (store === undefined || [store?.claim, store?.complete, store?.release].every((method) => typeof method === 'function')) return;
  throw misconfigured(surface, '"idempotencyStore" must have claim(), complete() and release()');
}

/** How long a {@link MemoryIdempotencyStore} remembers, and how much. */
export interface MemoryIdempotencyStoreOptions {
  /**
   * Milliseconds that a completed key is remembered. EventBridge delivers again for 24 hours.
   * @default 90_000_000 (25 hours)
   */
  readonly completedFor?: number;
  /**
   * Milliseconds after which a claim lapses whose owner was never heard of again.
   * @default 60_000
   */
  readonly claimedFor?: number;
  /**
   * Keys that are kept at most; the oldest go first.
   * @default 100_000
   */
  readonly maxKeys?: number;
  /**
   * The present time.
   * @default () => new Date()
   */
  readonly clock?: () => Date;
}

/** Remembers in memory: for one process, and for tests. */
export class MemoryIdempotencyStore implements IdempotencyStore {
  readonly #keys = new Map<string, { readonly claim: 'in-progress' | 'completed'; readonly until: number }>();
  readonly #limits: Required<Omit<MemoryIdempotencyStoreOptions, 'clock'>>;
  readonly #clock: (() => Date) | undefined;

  /** @throws {@link ConfigurationError} `CONFIGURATION` for options that can't work. */
  constructor(options: MemoryIdempotencyStoreOptions = {}) {
    const { completedFor = 90_000_000, claimedFor = 60_000, maxKeys = 100_000, clock } = options ?? {};
    this.#limits = { completedFor, claimedFor, maxKeys };
    for (const [name, value] of Object.entries(this.#limits)) {
      if (!(typeof value === 'number' && value >= 1)) throw misconfigured('core', `"${name}" must be a number, at least 1`);
    }
    if (clock !== undefined && typeof clock !== 'function') throw misconfigured('core', '"clock" must be a function');
    this.#clock = clock;
  }

  async claim(key: string): Promise<Claim> {
    const known = this.#keys.get(key);
    if (known && known.until > this.#now()) return known.claim;
    this.#set(key, 'in-progress', this.#limits.claimedFor);
    return 'claimed';
  }

  async complete(key: string): Promise<void> {
    this.#set(key, 'completed', this.#limits.completedFor);
  }

  async release(key: string): Promise<void> {
    this.#keys.delete(key);
  }

  #set(key: string, claim: 'in-progress' | 'completed', milliseconds: number): void {
    // Deleted first, so that the map's order is the order of age.
    this.#keys.delete(key);
    this.#keys.set(key, { claim, until: this.#now() + milliseconds });
    if (this.#keys.size > this.#limits.maxKeys) this.#keys.delete(this.#keys.keys().next().value as string);
  }

  #now(): number {
    return readClock('core', this.#clock).getTime();
  }
}

/** Handles an event unless that is done. Throws where another call is at it, and where the store fails, so that the event comes again. */
export async function once(
  surface: Surface,
  id: string | undefined,
  store: IdempotencyStore | undefined,
  work: () => Promise<void>,
): Promise<void> {
  // An empty id names no event.
  const { claim } = await workOnce(id ? store : undefined, id ?? '', work, (error) => {
    throw error;
  });
  if (claim === 'in-progress') throw new InProgressError('another call works on this event', { surface });
}

/**
 * Does the work unless a store knows it to be done, or under way elsewhere, and has the store remember it. `onForgotten` hears of what the
 * store fails at afterwards: what succeeded may not have to become a failure for that.
 */
export async function workOnce<Result>(
  store: IdempotencyStore | undefined,
  key: string,
  work: () => Promise<Result>,
  onForgotten: (error: unknown) => void,
): Promise<{ readonly claim: 'claimed'; readonly result: Result } | { readonly claim: 'in-progress' | 'completed' }> {
  const claim = await store?.claim(key);
  // To any other answer the work is done: twice is better than never.
  if (claim === 'in-progress' || claim === 'completed') return { claim };
  let result: Result;
  try {
    result = await work();
  } catch (error) {
    try {
      await store?.release(key);
    } catch {
      // The claim lapses by itself; the work's error is the one to show.
    }
    throw error;
  }
  try {
    await store?.complete(key);
  } catch (error) {
    onForgotten(error);
  }
  return { claim: 'claimed', result };
}
