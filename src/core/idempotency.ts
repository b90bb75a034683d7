/**
 * Remembers what was handled, so that an event that is redelivered is not handled again and a batch can resume.
 *
 * @module
 */
import { raceAbort, withTimeout } from './async.ts';
import { hashHex } from './bytes.ts';
import { assertOption, misconfigured, TimeoutError, type WaybillError } from './errors.ts';
import { notify } from './hooks.ts';
import { checkFunctions, checkNames, checkWholeNumbers, readClock } from './options.ts';
import type { Surface } from './types.ts';

/** What {@link IdempotencyStore.claim} found: the key is yours now, another owner holds it, or the work is done. */
export type Claim = 'claimed' | 'in-progress' | 'completed';

/**
 * Where handled events are remembered. {@link MemoryIdempotencyStore} serves one process; `waybill/stores/*` has stores on Redis, SQL,
 * DynamoDB and Durable Objects.
 *
 * Every attempt has a different owner, a fresh UUID. A method may be called a second time with the same owner and must then return the
 * same: a reply may have been lost. A call that takes longer than 2 seconds counts as failed.
 */
export interface IdempotencyStore {
  /**
   * Claims the key for `owner`, atomically: of all concurrent callers, one gets `claimed`. The claim lapses after `lease` milliseconds
   * unless it is extended, completed or released.
   */
  claim(key: string, options: { readonly owner: string; readonly lease: number }): Promise<Claim>;
  /** The work is done: from now on `claim` returns `completed`. Resolves with `false` if the lease has passed to another owner. */
  complete(key: string, owner: string): Promise<unknown>;
  /** The work failed: the next owner may claim the key. Does nothing if another owner holds it, or if it is completed. */
  release(key: string, owner: string): Promise<unknown>;
  /**
   * The work takes long: the lease restarts. Resolves with `false` if it has passed to another owner. Without it, leases are not extended.
   */
  extend?(key: string, owner: string, lease: number): Promise<unknown>;
}

/** A claim of a process that died lapses after this. */
const DEFAULT_LEASE = 60_000;

/** Refuses what is not a store, or not a lease, when it is passed, and not with the first event. */
export function checkIdempotency(surface: Surface, store: IdempotencyStore | undefined, lease: number = DEFAULT_LEASE): void {
  checkWholeNumbers(surface, { idempotencyLease: lease });
  if (store === undefined) return;
  const isStore = [store?.claim, store?.complete, store?.release].every((method) => typeof method === 'function');
  assertOption(isStore, surface, 'idempotencyStore', 'must have claim(), complete() and release()');
  checkFunctions(surface, { extend: store.extend }, 'idempotencyStore.');
}

/** How long a lease is extended, in milliseconds. Work that hangs must not keep its event from everybody for ever. */
const MAX_EXTENDED = 3_600_000;

/** Some clients wait without a limit: ioredis does while Redis is unavailable. */
const STORE_TIMEOUT = 2_000;

/** Milliseconds that the store gets after an abort to remember what became of the work. A batch waits longer than that for its items. */
const GRACE = 500;

/** How {@link runIdempotent} works. */
export interface IdempotentOptions {
  readonly surface: Surface;
  readonly store: IdempotencyStore | undefined;
  /** Milliseconds. */
  readonly lease?: number | undefined;
  /** Milliseconds that each call of the store may take; at most 2,000. */
  readonly storeTimeout?: number | undefined;
  /** Ends the wait for the claim, and soon after the other waits for the store; not the work. */
  readonly signal?: AbortSignal | undefined;
}

/** What became of the work. */
export type IdempotentOutcome<Result> =
  | { readonly claim: 'in-progress' | 'completed' }
  | {
      readonly claim: 'claimed';
      readonly result: Result;
      /** Why the store could not remember that the work is done, if it could not. */
      readonly storeFailure?: { readonly error: unknown };
    };

/**
 * Does the work unless a store knows it to be done, or in progress elsewhere, and has the store remember it. A long work extends its lease
 * at half its length, for an hour. Rejects with the work's own error, or with the store's if it could not claim.
 */
export async function runIdempotent<Result>(
  key: string,
  work: () => Promise<Result>,
  { surface, store, lease = DEFAULT_LEASE, storeTimeout = STORE_TIMEOUT, signal }: IdempotentOptions,
): Promise<IdempotentOutcome<Result>> {
  if (!store) return { claim: 'claimed', result: await work() };
  const limit = Math.min(storeTimeout, STORE_TIMEOUT);
  const owner = crypto.randomUUID();
  const late = (): WaybillError => slow(surface, limit);
  const within = <Value>(call: () => Promise<Value>, grace?: number): Promise<Value> =>
    withTimeout(limit, () => raceAbort(call(), signal, grace), late);

  let isLate = false;
  const claim = await within(async () => {
    const found = await store.claim(key, { owner, lease });
    // A claim that comes too late would not be completed.
    if (isLate && found === 'claimed') await store.release(key, owner);
    return found;
  }).catch((error: unknown) => {
    isLate = true;
    throw error;
  });
  if (claim === 'in-progress' || claim === 'completed') return { claim };
  if (claim !== 'claimed') {
    throw misconfigured(surface, 'idempotencyStore', 'must return "claimed", "in-progress" or "completed" from claim()');
  }

  // A failure changes nothing: complete() says whether the lease has passed.
  let beats = 0;
  const heartbeat =
    store.extend &&
    setInterval(() => {
      beats += 1;
      if ((beats * lease) / 2 >= MAX_EXTENDED) clearInterval(heartbeat);
      notify(() => store.extend?.(key, owner, lease));
    }, lease / 2);
  let result: Result;
  try {
    result = await work();
  } catch (error) {
    clearInterval(heartbeat);
    // If it fails the claim lapses by itself; the work's error is the one to show.
    await within(() => store.release(key, owner), GRACE).catch(() => undefined);
    throw error;
  }
  clearInterval(heartbeat);
  try {
    const isMine = await within(() => store.complete(key, owner), GRACE);
    return isMine === false ? { claim, result, storeFailure: { error: lost(surface, limit) } } : { claim, result };
  } catch (error) {
    return { claim, result, storeFailure: { error } };
  }
}

function slow(surface: Surface, limit: number): WaybillError {
  return new TimeoutError('attempt', `the idempotency store did not respond within ${limit} ms`, {
    surface,
    attempts: 1,
    hint: 'Check that the store is reachable. Nothing is done until it is.',
  });
}

function lost(surface: Surface, limit: number): WaybillError {
  return new TimeoutError('total', 'the work outlived its lease, and another owner has claimed it meanwhile', {
    surface,
    attempts: 1,
    hint: `It may have been done twice. Raise the lease, or use a store whose extend() responds within ${limit} ms.`,
  });
}

/** Milliseconds that every store remembers a completed key by default: EventBridge redelivers for 24 hours. */
export const COMPLETED_FOR = 90_000_000;

/** How long a {@link MemoryIdempotencyStore} remembers, and how much. */
export interface MemoryIdempotencyStoreOptions {
  /**
   * Milliseconds that a completed key is remembered. EventBridge redelivers for 24 hours.
   * @default 90_000_000 (25 hours)
   */
  readonly completedFor?: number | undefined;
  /**
   * Keys that are stored at most; the oldest are dropped first, completed ones before claims.
   * @default 100_000
   */
  readonly maxKeys?: number | undefined;
  /**
   * The current time.
   * @default a monotonic clock
   */
  readonly clock?: (() => Date) | undefined;
}

interface Entry {
  readonly owner: string;
  readonly until: number;
}

/** For a call without an owner, as in a test: each is a new owner. */
const NOBODY = () => ({ owner: crypto.randomUUID() as string, lease: DEFAULT_LEASE });

/** Remembers in memory: for one process, and for tests. */
export class MemoryIdempotencyStore implements Required<IdempotencyStore> {
  /** In the order of age. */
  readonly #claims = new Map<string, Entry>();
  readonly #completed = new Map<string, Entry>();
  readonly #limits: { readonly completedFor: number; readonly maxKeys: number };
  readonly #clock: (() => Date) | undefined;

  /** @throws {@link ConfigurationError} `CONFIGURATION` for options that cannot work. */
  constructor(options: MemoryIdempotencyStoreOptions = {}) {
    checkNames('core', options, ['completedFor', 'maxKeys', 'clock'], { ttl: 'completedFor', max: 'maxKeys', maxSize: 'maxKeys' });
    const { completedFor = COMPLETED_FOR, maxKeys = 100_000, clock } = options;
    this.#limits = { completedFor, maxKeys };
    for (const [name, value] of Object.entries(this.#limits)) {
      assertOption(typeof value === 'number' && value >= 1, 'core', name, 'must be a number, at least 1');
    }
    checkFunctions('core', { clock });
    this.#clock = clock;
  }

  async claim(key: string, { owner, lease }: { readonly owner: string; readonly lease: number } = NOBODY()): Promise<Claim> {
    const id = await storeKey(key);
    if (this.#find(this.#completed, id)) return 'completed';
    const holder = this.#find(this.#claims, id)?.owner;
    if (holder !== undefined && holder !== owner) return 'in-progress';
    this.#set(this.#claims, id, owner, lease);
    return 'claimed';
  }

  async complete(key: string, owner?: string): Promise<boolean> {
    const id = await storeKey(key);
    const holder = (this.#find(this.#completed, id) ?? this.#find(this.#claims, id))?.owner;
    if (holder !== undefined && holder !== (owner ?? holder)) return false;
    this.#claims.delete(id);
    this.#set(this.#completed, id, owner ?? holder ?? '', this.#limits.completedFor);
    return true;
  }

  async release(key: string, owner?: string): Promise<void> {
    const id = await storeKey(key);
    const holder = this.#claims.get(id)?.owner;
    if (holder === (owner ?? holder)) this.#claims.delete(id);
  }

  async extend(key: string, owner: string, lease: number): Promise<boolean> {
    const id = await storeKey(key);
    const isMine = this.#find(this.#claims, id)?.owner === owner;
    if (isMine) this.#set(this.#claims, id, owner, lease);
    return isMine;
  }

  #find(entries: Map<string, Entry>, id: string): Entry | undefined {
    const entry = entries.get(id);
    return entry && entry.until > this.#now() ? entry : undefined;
  }

  #set(entries: Map<string, Entry>, id: string, owner: string, milliseconds: number): void {
    // Deleted first, so that the map's order is the order of age.
    entries.delete(id);
    entries.set(id, { owner, until: this.#now() + milliseconds });
    if (this.#claims.size + this.#completed.size <= this.#limits.maxKeys) return;
    // A claim that is dropped lets a second owner do the same work at the same time.
    const oldest = this.#completed.size > 0 ? this.#completed : this.#claims;
    oldest.delete(oldest.keys().next().value as string);
  }

  #now(): number {
    return this.#clock ? readClock('core', this.#clock).getTime() : performance.now();
  }
}

/**
 * Engines limit the length of a key, and refuse or mix up NUL and lone surrogates. A key that looks like a hash must not be taken for one.
 */
const UNSAFE = /^sha256:|[\0\p{Surrogate}]/u;

/** The key as a store keeps it: hashed if it is longer than 256 characters, or if an engine could refuse it or take it for another. */
export function storeKey(key: string): string | Promise<string> {
  // Otherwise all that are not would be one key.
  assertOption(typeof key === 'string', 'core', undefined, 'the key of an event must be a string');
  return key.length <= 256 && !UNSAFE.test(key) ? key : hashKey(key);
}

async function hashKey(key: string): Promise<string> {
  // By code units: in UTF-8 all lone surrogates are the same character.
  const units = Uint16Array.from({ length: key.length }, (_, at) => key.charCodeAt(at));
  return `sha256:${await hashHex(units)}`;
}
