/**
 * What every store promises on its real engine, beside the contract that the memory store keeps too: with many processes, wrong clocks, broken
 * connections, an engine that is killed, nonsense in its table, every character in a key and a hundred thousand keys.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type IdempotencyStore, runIdempotent } from '../../../src/core/idempotency.ts';
import { idempotencyContract } from '../../support/core/idempotency-contract.ts';
import type { ClaimerOptions, Found, FoundTokens } from './claimer.ts';
import type { Stores } from './clients.ts';
import { ask, forkBundle } from './fork.ts';
import { eventually } from './processes.ts';
import { tokenContract } from './token-contract.ts';

/** An engine behind a client library. */
export interface Subject {
  /** Stores on a client of their own. */
  readonly open: () => Promise<Stores>;
  /** Milliseconds of a lease that the engine is quick enough for, also on a busy machine. */
  readonly lease?: number;
  /** Milliseconds by which the engine's clock may be wrong, because it is coarse. */
  readonly precision?: number;
  /** One that is slow cannot serve several tests at once: leases would lapse while it works on the others. */
  readonly isSlow?: boolean;
  /** Clients that ask for a token at once, in each process. One that is slow cannot serve many: each asks again and again. */
  readonly askers?: number;
  /** How other processes reach the engine. Without it only this one can, as with PGlite and in workerd. */
  readonly reach?: () => Omit<ClaimerOptions, 'skew'>;
  /** Stores whose connection can be broken. Without it there is no connection to break. */
  readonly breakable?: () => Promise<Stores & { breakNext(when: 'before' | 'after'): void }>;
  /** Kills the engine and starts it again. */
  readonly restart?: (pause?: number) => Promise<void>;
  /** Ways to write nonsense where a key is stored. */
  readonly nonsense?: Readonly<Record<string, (key: string) => Promise<unknown> | unknown>>;
  readonly bulk?: Bulk;
}

/** How a hundred thousand keys come and go. */
export interface Bulk {
  /** Fewer for an emulator that writes slowly. */
  readonly keys?: number;
  /** Stores so many keys that expire at once, or have expired. */
  fill(count: number): Promise<unknown>;
  /** Removes what has expired, in the way that the store or the engine does it. Resolves with the longest time that it held others up. */
  expire(store: IdempotencyStore): Promise<number>;
  /** How many of them are stored. Without it the engine does not remove them. */
  count?(): Promise<number>;
}

const MINUTES = 60_000;

/** A busy machine can stall for longer than a lease. */
const PACED = { retry: 3 };

/** Runs the contract. */
export function engineContract(name: string, subject: Subject): void {
  const { lease = 1_500, precision = 0, askers = 11 } = subject;
  const opened: Stores[] = [];
  const open = async (): Promise<Stores> => {
    const stores = await subject.open();
    opened.push(stores);
    return stores;
  };
  let shared: Stores;

  describe(name, () => {
    beforeAll(async () => {
      shared = await open();
    });
    afterAll(async () => {
      for (const stores of opened) await stores.close();
    });

    // At once: most of it waits for leases.
    (subject.isSlow ? describe : describe.concurrent)('to which nothing happens', () => {
      idempotencyContract(name, () => ({ store: shared.idempotency(), elapse: (milliseconds) => sleep(milliseconds) }), { lease });
      tokenContract(name, () => shared.tokens(), { lease });
      longWork(() => shared.idempotency(), lease);
      characters(() => shared.idempotency());
    });
    if (subject.reach) processes(subject.reach, { precision, askers });
    if (subject.breakable) brokenConnections(subject.breakable);
    if (subject.nonsense) nonsense(subject.nonsense, () => shared.idempotency(), lease);
    if (subject.bulk) manyKeys(name, subject.bulk, () => shared);
    if (subject.restart) restarts(subject.restart, open);
  });
}

const claim = (store: IdempotencyStore, key: string, owner: string = randomUUID(), lease = MINUTES) => store.claim(key, { owner, lease });

function longWork(storeOf: () => IdempotencyStore, lease: number): void {
  describe('a handler that outlives its lease', () => {
    test('keeps others out as long as it runs, and is done for all afterwards', PACED, async () => {
      const store = storeOf();
      const key = randomUUID();
      let isDone = false;
      const running = runIdempotent(key, () => sleep(5 * lease, 'done'), { surface: 'core', store, lease });
      void running.finally(() => {
        isDone = true;
      });
      await sleep(lease / 4);
      const seen = new Set<string>();
      while (!isDone) {
        seen.add(await claim(store, key));
        await sleep(lease / 5);
      }
      expect(await running).toEqual({ claim: 'claimed', result: 'done' });
      seen.delete('completed');
      expect([...seen]).toEqual(['in-progress']);
      expect(await claim(store, key)).toBe('completed');
    });

    test('hears of it if it could not extend the lease and another owner took over', PACED, async () => {
      const store = storeOf();
      const withoutExtend: IdempotencyStore = {
        claim: (...args) => store.claim(...args),
        complete: (...args) => store.complete(...args),
        release: (...args) => store.release(...args),
      };
      const key = randomUUID();
      const running = runIdempotent(key, () => sleep(4 * lease), { surface: 'core', store: withoutExtend, lease });
      await sleep(2 * lease);
      expect(await claim(store, key, 'another')).toBe('claimed');
      expect(await running).toMatchObject({ storeFailure: { error: { code: 'TIMEOUT' } } });
      expect(await claim(store, key)).toBe('in-progress');
      expect(await store.complete(key, 'another')).not.toBe(false);
    });
  });
}

/** Every UTF-16 code unit, in keys of 64. Neighbours differ in one character only. */
function characters(storeOf: () => IdempotencyStore): void {
  test('keys with every character are keys of their own', async () => {
    const store = storeOf();
    const prefix = randomUUID().slice(0, 8);
    const keys = Array.from({ length: 1_024 }, (_, chunk) =>
      String.fromCharCode(...Array.from({ length: 64 }, (__, at) => chunk * 64 + at)),
    ).map((text) => prefix + text);
    for (let at = 0; at < keys.length; at += 32) {
      const some = keys.slice(at, at + 32);
      expect(await Promise.all(some.map((key) => claim(store, key, 'a')))).toEqual(some.map(() => 'claimed'));
    }
    // Each is still its own: none was overwritten by another one.
    for (let at = 0; at < keys.length; at += 32) {
      const some = keys.slice(at, at + 32);
      expect(await Promise.all(some.map((key) => store.complete(key, 'a')))).not.toContain(false);
      expect(await Promise.all(some.map((key) => claim(store, key, 'b')))).toEqual(some.map(() => 'completed'));
    }
  });
}

function processes(
  reach: () => Omit<ClaimerOptions, 'skew'>,
  { precision, askers }: { readonly precision: number; readonly askers: number },
): void {
  describe('eight processes, two of them with clocks that are 10 minutes off', () => {
    const SKEWS = [0, 10 * MINUTES, 0, -10 * MINUTES, 0, 0, 0, 0];
    const children: Awaited<ReturnType<typeof forkBundle>>[] = [];
    beforeAll(async () => {
      children.push(...(await Promise.all(SKEWS.map((skew) => forkBundle('support/claimer.ts', { ...reach(), skew })))));
    });
    afterAll(() => {
      for (const child of children) child.kill('SIGKILL');
    });
    const claimIn = (child: number, keys: readonly string[], owners: number, lease: number) =>
      ask<Found>(children[child] as never, { keys, owners, lease });

    test('of 64 claimers of one key, one gets it and 63 hear that it is in progress', async () => {
      const keys = Array.from({ length: 20 }, () => randomUUID());
      const found = await Promise.all(children.map((_, child) => claimIn(child, keys, 8, MINUTES)));
      for (const [at] of keys.entries()) {
        const ofKey = found.map((each) => each[at] as Found[number]);
        expect(ofKey.flatMap(({ other }) => other)).toEqual([]);
        expect(ofKey.reduce((sum, { claimed }) => sum + claimed, 0)).toBe(1);
        expect(ofKey.reduce((sum, { inProgress }) => sum + inProgress, 0)).toBe(63);
      }
    });

    test.each([
      [1, 'ahead'],
      [3, 'behind'],
    ])('process %i, whose clock is %s, steals no claim, and its own claims hold', async (skewed) => {
      const [theirs, ours] = [randomUUID(), randomUUID()];
      expect((await claimIn(0, [theirs], 1, MINUTES))[0]?.claimed).toBe(1);
      expect((await claimIn(skewed, [theirs, ours], 1, MINUTES)).map(({ claimed }) => claimed)).toEqual([0, 1]);
      expect((await claimIn(2, [ours], 1, MINUTES))[0]?.inProgress).toBe(1);
    });

    test('a claim of the process that is ahead, and died, lapses in time for the others', async () => {
      const key = randomUUID();
      expect((await claimIn(1, [key], 1, 1_000))[0]?.claimed).toBe(1);
      await sleep(1_500 + precision);
      expect((await claimIn(3, [key], 1, MINUTES))[0]?.claimed).toBe(1);
    });

    test('all that need a token fetch one', async () => {
      const token = `hash-${randomUUID()}`;
      // Those whose clocks are right: when a token expires is for each process to say.
      const alike = SKEWS.flatMap((skew, child) => (skew === 0 ? [child] : []));
      const found = await Promise.all(alike.map((child) => ask<FoundTokens>(children[child] as never, { token, askers })));
      expect(found.reduce((sum, { fetched }) => sum + fetched, 0)).toBe(1);
      expect(new Set(found.flatMap(({ tokens }) => tokens)).size).toBe(1);
    });
  });
}

function brokenConnections(open: () => Promise<Stores & { breakNext(when: 'before' | 'after'): void }>): void {
  describe('a connection that breaks', () => {
    let stores: Awaited<ReturnType<typeof open>>;
    beforeAll(async () => {
      stores = await open();
    });
    afterAll(() => stores.close());

    /** The client may retry by itself, and then succeeds. */
    const broken = async <Reply>(when: 'before' | 'after', call: () => Promise<Reply>): Promise<Reply | 'failed'> => {
      stores.breakNext(when);
      return call().catch(() => 'failed' as const);
    };
    const again = <Reply>(call: () => Promise<Reply>) => eventually('the client did not connect again', call, 10_000);

    test.each(['before', 'after'] as const)('%s a claim was written: the same owner claims again, and no other can', async (when) => {
      const store = stores.idempotency();
      const key = randomUUID();
      await again(() => claim(store, randomUUID()));
      expect(['failed', 'claimed']).toContain(await broken(when, () => claim(store, key, 'a')));
      expect(await again(() => claim(store, key, 'a'))).toBe('claimed');
      expect(await claim(store, key, 'b')).toBe('in-progress');
    });

    test.each(['before', 'after'] as const)('%s a completion was written: the same owner completes again', async (when) => {
      const store = stores.idempotency();
      const key = randomUUID();
      await again(() => claim(store, key, 'a'));
      expect(['failed', true]).toContain(await broken(when, () => store.complete(key, 'a')));
      expect(await again(() => store.complete(key, 'a'))).not.toBe(false);
      expect(await claim(store, key, 'b')).toBe('completed');
    });

    test.each(['before', 'after'] as const)('%s a release was written: the key is free after a second one', async (when) => {
      const store = stores.idempotency();
      const key = randomUUID();
      await again(() => claim(store, key, 'a'));
      await broken(when, () => store.release(key, 'a'));
      await again(() => store.release(key, 'a'));
      expect(await claim(store, key, 'b')).toBe('claimed');
    });

    test('an error of the client shows neither the key nor the owner once it has left the library', async () => {
      const store = stores.idempotency();
      const key = `secret-${randomUUID()}`;
      await again(() => claim(store, randomUUID()));
      stores.breakNext('before');
      const error: unknown = await runIdempotent(key, async () => 'done', { surface: 'core', store }).catch((thrown: unknown) => thrown);
      expect(String(error)).not.toContain(key);
    });
  });
}

function nonsense(ways: NonNullable<Subject['nonsense']>, storeOf: () => IdempotencyStore, lease: number): void {
  describe('nonsense where a key is stored', () => {
    test.each(Object.entries(ways))('%s: the event counts neither as claimed by two nor as handled', async (_, write) => {
      const store = storeOf();
      const key = randomUUID();
      await write(key);
      const claims = await Promise.all(
        Array.from({ length: 8 }, (__, at) => claim(store, key, `owner-${at}`, lease).catch((error: { code: string }) => error.code)),
      );
      expect(claims.filter((each) => each === 'claimed').length).toBeLessThanOrEqual(1);
      expect(claims).not.toContain('completed');
      expect(claims.filter((each) => !['claimed', 'in-progress', 'CONFIGURATION'].includes(String(each)))).toEqual([]);
      // Other keys are not affected.
      expect(await claim(store, randomUUID())).toBe('claimed');
    });
  });
}

function manyKeys(name: string, bulk: Bulk, storesOf: () => Stores): void {
  const { keys = 100_000 } = bulk;
  test(`${keys} keys expire in small bites, and a claim in the midst of them stays`, async () => {
    const store = storesOf().idempotency();
    const key = randomUUID();
    await claim(store, key, 'a', 60 * MINUTES);
    await bulk.fill(keys);
    const longest = await bulk.expire(store);
    if (bulk.count) expect(await bulk.count()).toBe(0);
    expect(await claim(store, key, 'b')).toBe('in-progress');
    console.log(`${name}: ${keys} keys expired; nothing else waited longer than ${longest.toFixed(0)} ms`);
  }, 600_000);
}

function restarts(restart: NonNullable<Subject['restart']>, open: () => Promise<Stores>): void {
  test('an engine that is killed in mid-run remembers what it confirmed, and the same client goes on', async () => {
    const stores = await open();
    const store = stores.idempotency();
    const run = randomUUID();
    const handled = new Map<string, number>();
    const confirmed: string[] = [];
    let isOver = false;
    const work = async (worker: number): Promise<void> => {
      for (let at = 0; !isOver || at < 20; at += 1) {
        const key = `${run}-${worker}-${at}`;
        // Redelivered until it is confirmed, as Amazon does.
        for (let isConfirmed = false; !isConfirmed; ) {
          const outcome = await runIdempotent(key, async () => handled.set(key, (handled.get(key) ?? 0) + 1), {
            surface: 'core',
            store,
            lease: 1_000,
          }).catch(() => undefined);
          isConfirmed = outcome?.claim === 'completed' || (outcome?.claim === 'claimed' && !outcome.storeFailure);
          if (!isConfirmed) await sleep(100);
        }
        confirmed.push(key);
      }
    };
    const workers = Array.from({ length: 4 }, (_, worker) => work(worker));
    await sleep(1_000);
    await restart(1_000);
    await sleep(1_000);
    isOver = true;
    await Promise.all(workers);
    expect(confirmed.length).toBeGreaterThanOrEqual(80);
    const claims = new Set<string>();
    for (const key of confirmed) claims.add(await claim(store, key));
    expect([...claims]).toEqual(['completed']);
    // One whose completion was cut off may have been handled twice, and no other.
    const twice = [...handled.values()].filter((times) => times > 1).length;
    expect(twice).toBeLessThanOrEqual(4 * 2);
  });
}
