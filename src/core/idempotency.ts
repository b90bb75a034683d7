/**
 * Remembers which events were handled, so that one that is delivered again is not handled again.
 *
 * @module
 */
import type { Surface } from './errors.ts';
import { misconfigured } from './options.ts';

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
  /** @default () => new Date() */
  readonly clock?: () => Date;
}

/** Remembers in memory: for one process, and for tests. */
export class MemoryIdempotencyStore implements IdempotencyStore {
  readonly #keys = new Map<string, { readonly claim: 'in-progress' | 'completed'; readonly until: number }>();
  readonly #options: Required<MemoryIdempotencyStoreOptions>;

  constructor(options: MemoryIdempotencyStoreOptions = {}) {
    const { completedFor = 90_000_000, claimedFor = 60_000, maxKeys = 100_000, clock = () => new Date() } = options ?? {};
    this.#options = { completedFor, claimedFor, maxKeys, clock };
  }

  async claim(key: string): Promise<Claim> {
    const known = this.#keys.get(key);
    if (known && known.until > this.#options.clock().getTime()) return known.claim;
    this.#set(key, 'in-progress', this.#options.claimedFor);
    return 'claimed';
  }

  async complete(key: string): Promise<void> {
    this.#set(key, 'completed', this.#options.completedFor);
  }

  async release(key: string): Promise<void> {
    this.#keys.delete(key);
  }

  #set(key: string, claim: 'in-progress' | 'completed', milliseconds: number): void {
    // Deleted first, so that the map's order is the order of age.
    this.#keys.delete(key);
    this.#keys.set(key, { claim, until: this.#options.clock().getTime() + milliseconds });
    if (this.#keys.size > this.#options.maxKeys) this.#keys.delete(this.#keys.keys().next().value as string);
  }
}
