/**
 * What every idempotency store promises, whatever its engine. Runs against any store: pass how to make one and how to let time pass.
 */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { IdempotencyStore } from '../../../src/core/idempotency.ts';

export interface StoreUnderTest {
  readonly store: IdempotencyStore;
  /** Lets time pass on the engine's clock: a fake clock is set, a real one is waited for. */
  readonly elapse: (milliseconds: number) => void | Promise<void>;
}

/** Milliseconds: long enough for most engines, short enough to wait for. */
const DEFAULT_LEASE = 400;

/** Milliseconds: no lease of a test passes by itself. */
const LONG = 60_000;

/** A busy machine can stall for longer than a lease. */
const PACED = { retry: 3 };

/** Keys that engines limit, refuse or mix up. Each must be a key of its own. */
const DIFFICULT_KEYS: readonly string[] = [
  'a',
  'A',
  'a ',
  ' a',
  'ä',
  'a\u0308',
  '\0',
  'a\0b',
  'a\0c',
  's\ud800',
  's\ud801',
  's\ufffd',
  '😀',
  "'; DROP TABLE waybill_idempotency; --",
  '%',
  '_',
  '*',
  'a:b',
  'a/b',
  '{a}',
  '__proto__',
  'constructor',
  'x'.repeat(256),
  'x'.repeat(257),
  'x'.repeat(258),
  `${'x'.repeat(10_000)}a`,
  `${'x'.repeat(10_000)}b`,
  'sha256:a',
];

export function idempotencyContract(
  name: string,
  makeStore: () => StoreUnderTest | Promise<StoreUnderTest>,
  { lease: LEASE = DEFAULT_LEASE }: { readonly lease?: number } = {},
): void {
  describe(`${name} keeps the contract of an idempotency store`, () => {
    /** A store, a key of its own, and short forms of the calls. */
    async function setUp(lease: number = LEASE) {
      const { store, elapse } = await makeStore();
      const key = randomUUID();
      return {
        store,
        elapse,
        key,
        claim: (owner: string) => store.claim(key, { owner, lease }),
        complete: (owner: string) => store.complete(key, owner),
        release: (owner: string) => store.release(key, owner),
        extend: (owner: string) => store.extend?.(key, owner, lease),
      };
    }

    test('a key is claimed by one owner, and is in progress for the others', async () => {
      const { claim } = await setUp(LONG);
      expect([await claim('a'), await claim('b'), await claim('c')]).toEqual(['claimed', 'in-progress', 'in-progress']);
    });

    test('of 64 owners that claim at once, one gets it', async () => {
      const { claim } = await setUp(LONG);
      const claims = await Promise.all(Array.from({ length: 64 }, (_, at) => claim(`owner-${at}`)));
      expect(claims.filter((each) => each === 'claimed')).toHaveLength(1);
      expect(claims.filter((each) => each === 'in-progress')).toHaveLength(63);
    });

    test('the same owner may claim again: a reply may have been lost', async () => {
      const { claim } = await setUp(LONG);
      expect([await claim('a'), await claim('a'), await claim('b')]).toEqual(['claimed', 'claimed', 'in-progress']);
    });

    test('a completed key is completed for everyone', async () => {
      const { claim, complete } = await setUp(LONG);
      await claim('a');
      expect(await complete('a')).not.toBe(false);
      expect([await claim('b'), await claim('c')]).toEqual(['completed', 'completed']);
    });

    test('the same owner may complete again', async () => {
      const { claim, complete } = await setUp(LONG);
      await claim('a');
      expect([await complete('a'), await complete('a')]).not.toContain(false);
      expect(await claim('b')).toBe('completed');
    });

    test('a completed key outlives the lease', async () => {
      const { claim, complete, elapse } = await setUp();
      await claim('a');
      await complete('a');
      await elapse(2 * LEASE);
      expect(await claim('b')).toBe('completed');
    });

    test('a released key can be claimed at once', async () => {
      const { claim, release } = await setUp(LONG);
      await claim('a');
      await release('a');
      await release('a');
      expect(await claim('b')).toBe('claimed');
    });

    test('a claim lapses after its lease, and not before', PACED, async () => {
      const { claim, elapse } = await setUp();
      await claim('a');
      await elapse(LEASE / 4);
      expect(await claim('b')).toBe('in-progress');
      await elapse(LEASE);
      expect(await claim('b')).toBe('claimed');
    });

    test('an extended claim lasts for another lease', PACED, async () => {
      const { store, claim, extend, elapse } = await setUp();
      if (!store.extend) return;
      await claim('a');
      for (let times = 0; times < 3; times += 1) {
        await elapse(LEASE / 2);
        expect(await extend('a')).not.toBe(false);
      }
      expect(await claim('b')).toBe('in-progress');
      await elapse(2 * LEASE);
      expect(await claim('b')).toBe('claimed');
    });

    test('an owner whose lease has passed to another changes nothing any more', PACED, async () => {
      const { store, claim, complete, release, extend, elapse } = await setUp();
      await claim('a');
      await elapse(2 * LEASE);
      expect(await claim('b')).toBe('claimed');
      await release('a');
      expect(await complete('a')).toBe(false);
      if (store.extend) expect(await extend('a')).toBe(false);
      expect(await claim('c')).toBe('in-progress');
      expect(await complete('b')).not.toBe(false);
      // A late failure of the first owner does not delete the mark of the second.
      await release('a');
      expect(await claim('c')).toBe('completed');
    });

    test('a completed key cannot be released, not even by its owner', async () => {
      const { claim, complete, release } = await setUp(LONG);
      await claim('a');
      await complete('a');
      await release('a');
      expect(await claim('b')).toBe('completed');
    });

    test('an owner whose lease lapsed, but whose key nobody took, may still complete', async () => {
      const { claim, complete, elapse } = await setUp();
      await claim('a');
      await elapse(2 * LEASE);
      expect(await complete('a')).not.toBe(false);
      expect(await claim('b')).toBe('completed');
    });

    test('releasing and extending a key that nobody holds change nothing', async () => {
      const { store, claim, release, extend } = await setUp(LONG);
      await release('a');
      if (store.extend) expect(await extend('a')).toBe(false);
      expect(await claim('b')).toBe('claimed');
    });

    test('keys that engines limit, refuse or mix up are keys of their own', async () => {
      const { store } = await makeStore();
      const prefix = randomUUID().slice(0, 8);
      for (const [at, key] of DIFFICULT_KEYS.entries()) {
        // Before the others only the first character differs, so that a store that cuts keys is found.
        const full = at === 0 ? prefix : `${prefix}${key}`;
        expect(await store.claim(full, { owner: `owner-${at}`, lease: 60_000 }), JSON.stringify(key).slice(0, 40)).toBe('claimed');
        expect(await store.complete(full, `owner-${at}`)).not.toBe(false);
        expect(await store.claim(full, { owner: 'another', lease: 60_000 })).toBe('completed');
      }
    });
  });
}
