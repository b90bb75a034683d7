/** What every token store promises. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { TokenNeed, TokenStore } from '../../../src/core/call/tokens.ts';

/** Runs the contract. */
export function tokenContract(name: string, makeStore: () => TokenStore, { lease }: { readonly lease: number }): void {
  describe(`${name} keeps the contract of a token store`, () => {
    const HOUR = 3_600_000;
    const setUp = () => {
      const store = makeStore();
      const key = `hash-${randomUUID()}`;
      const token = { accessToken: `Atza|${'x'.repeat(2_000)}~+/=-_.:${randomUUID()}`, expiresAt: Date.now() + HOUR };
      const claim = (owner: string, need: Partial<TokenNeed> = {}) =>
        store.claim?.(key, { owner, lease: 60_000, expiresAfter: Date.now() + 60_000, ...need });
      return { store, key, token, claim };
    };

    test('there is no token before one was stored', async () => {
      const { store, key } = setUp();
      expect(await store.get(key)).toBeUndefined();
    });

    test('a token is returned as it was stored, until another one replaces it', async () => {
      const { store, key, token } = setUp();
      await store.set(key, token);
      expect(await store.get(key)).toEqual(token);
      const other = { accessToken: 'other', expiresAt: token.expiresAt + 5 };
      await store.set(key, other);
      expect(await store.get(key)).toEqual(other);
    });

    test('of 64 that need a token one fetches it, and the others get it afterwards', async () => {
      const { store, key, token, claim } = setUp();
      const claims = await Promise.all(Array.from({ length: 64 }, (_, at) => claim(`owner-${at}`)));
      expect(claims.filter((each) => each === 'claimed')).toHaveLength(1);
      expect(claims.filter((each) => each === 'in-progress')).toHaveLength(63);
      expect(await store.get(key)).toBeUndefined();
      await store.set(key, token);
      expect(await claim('late')).toEqual(token);
    });

    test('the same owner may claim again: a reply may have been lost', async () => {
      const { claim } = setUp();
      expect([await claim('a'), await claim('a'), await claim('b')]).toEqual(['claimed', 'claimed', 'in-progress']);
    });

    test('a token that expires too soon is fetched anew, by one', async () => {
      const { store, key, token, claim } = setUp();
      await store.set(key, token);
      expect(await claim('a', { expiresAfter: token.expiresAt - 1 })).toEqual(token);
      expect(await claim('a', { expiresAfter: token.expiresAt })).toBe('claimed');
      expect(await claim('b', { expiresAfter: token.expiresAt })).toBe('in-progress');
    });

    test('a token that was refused is fetched anew, by one', async () => {
      const { store, key, token, claim } = setUp();
      await store.set(key, token);
      expect(await claim('a', { refused: 'another' })).toEqual(token);
      expect(await claim('a', { refused: token.accessToken })).toBe('claimed');
      expect(await claim('b', { refused: token.accessToken })).toBe('in-progress');
      const fresh = { accessToken: 'fresh', expiresAt: token.expiresAt };
      await store.set(key, fresh);
      expect(await claim('b', { refused: token.accessToken })).toEqual(fresh);
    });

    // A busy machine can stall for longer than a lease.
    test('a claim lapses after its lease', { retry: 3 }, async () => {
      const { claim } = setUp();
      expect(await claim('a', { lease })).toBe('claimed');
      expect(await claim('b')).toBe('in-progress');
      await sleep(1.5 * lease);
      expect(await claim('b')).toBe('claimed');
    });

    test('a released claim is free at once, but only its owner can release it, and a token is not released', async () => {
      const { store, key, token, claim } = setUp();
      await claim('a');
      await store.release?.(key, 'b');
      expect(await claim('b')).toBe('in-progress');
      await store.release?.(key, 'a');
      expect(await claim('b')).toBe('claimed');
      await store.set(key, token);
      await store.release?.(key, 'b');
      expect(await store.get(key)).toEqual(token);
    });
  });
}
