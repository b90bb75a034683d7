import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { checkIdempotency, MemoryIdempotencyStore, storeKey } from '../../src/core/idempotency.ts';
import { idempotencyContract } from '../support/core/idempotency-contract.ts';

idempotencyContract('MemoryIdempotencyStore', () => {
  let now = 1_000_000;
  return {
    store: new MemoryIdempotencyStore({ clock: () => new Date(now) }),
    elapse: (milliseconds) => {
      now += milliseconds;
    },
  };
});

describe('by its own clock', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  idempotencyContract('MemoryIdempotencyStore', () => ({
    store: new MemoryIdempotencyStore(),
    elapse: (milliseconds) => void vi.advanceTimersByTime(milliseconds),
  }));
});

describe('MemoryIdempotencyStore', () => {
  const claim = (store: MemoryIdempotencyStore, key: string) => store.claim(key, { owner: crypto.randomUUID(), lease: 60_000 });

  test('drops completed keys before claims, and the oldest first', async () => {
    const store = new MemoryIdempotencyStore({ maxKeys: 3 });
    await claim(store, 'in flight');
    for (const key of ['old', 'new', 'newest']) {
      await store.claim(key, { owner: key, lease: 60_000 });
      await store.complete(key, key);
    }
    expect([await claim(store, 'in flight'), await claim(store, 'newest'), await claim(store, 'new')]).toEqual([
      'in-progress',
      'completed',
      'completed',
    ]);
    expect(await claim(store, 'old')).toBe('claimed');
  });

  test('holds no more keys than it may, whatever happens to them', async () => {
    const store = new MemoryIdempotencyStore({ maxKeys: 10 });
    for (let at = 0; at < 1_000; at += 1) {
      await store.claim(`key-${at}`, { owner: 'a', lease: 60_000 });
      if (at % 3 === 0) await store.complete(`key-${at}`, 'a');
      if (at % 3 === 1) await store.release(`key-${at}`, 'a');
    }
    const known = await Promise.all(Array.from({ length: 1_000 }, (_, at) => store.extend(`key-${at}`, 'a', 60_000)));
    expect(known.filter(Boolean).length).toBeLessThanOrEqual(10);
  });

  test('forgets a completed key after completedFor', async () => {
    let now = 0;
    const store = new MemoryIdempotencyStore({ clock: () => new Date(now), completedFor: 100 });
    await store.claim('a', { owner: 'a', lease: 10 });
    await store.complete('a', 'a');
    now = 99;
    expect(await claim(store, 'a')).toBe('completed');
    now = 100;
    expect(await claim(store, 'a')).toBe('claimed');
  });

  test('is not confused by a wall clock that goes back', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const store = new MemoryIdempotencyStore();
      await store.claim('a', { owner: 'a', lease: 20 });
      vi.setSystemTime(Date.now() - 3_600_000);
      await new Promise((resolve) => setTimeout(resolve, 40));
      expect(await claim(store, 'a')).toBe('claimed');
    } finally {
      vi.useRealTimers();
    }
  });

  test('without an owner each claim is its own, as a test may use it', async () => {
    const store = new MemoryIdempotencyStore();
    expect([await store.claim('a'), await store.claim('a')]).toEqual(['claimed', 'in-progress']);
    expect(await store.complete('a')).toBe(true);
    expect(await store.claim('a')).toBe('completed');
    await store.claim('b');
    await store.release('b');
    expect(await store.claim('b')).toBe('claimed');
  });

  test.each<[unknown, string]>([
    [{ completedFor: Number.NaN }, 'completedFor'],
    [{ completedFor: '1 day' }, 'completedFor'],
    [{ completedFor: '60000' }, 'completedFor'],
    [{ maxKeys: 0 }, 'maxKeys'],
    [{ maxKeys: null }, 'maxKeys'],
    [{ clock: new Date() }, 'clock'],
    [{ ttl: 60 }, 'ttl'],
    [{ completed_for: 60 }, 'completed_for'],
  ])('refuses %o', (options, option) => {
    expect(() => new MemoryIdempotencyStore(options as never)).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION', surface: 'core', option }),
    );
  });

  test.each([
    ['ttl', 'completedFor'],
    ['max', 'maxKeys'],
    ['maxSize', 'maxKeys'],
    ['maxKey', 'maxKeys'],
    ['clok', 'clock'],
  ])('refuses %s, and the hint names %s', (option, meant) => {
    expect(() => new MemoryIdempotencyStore({ [option]: 1 } as never)).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION', option, hint: `Did you mean "${meant}"?` }),
    );
  });

  test.each([null, 'options'])('refuses the options %o', (options) => {
    expect(() => new MemoryIdempotencyStore(options as never)).toThrow(expect.objectContaining({ code: 'CONFIGURATION', surface: 'core' }));
  });

  test('refuses a clock that does not return a time', async () => {
    const store = new MemoryIdempotencyStore({ clock: () => new Date(Number.NaN) });
    await expect(claim(store, 'a')).rejects.toMatchObject({ code: 'CONFIGURATION', surface: 'core', option: 'clock' });
  });

  test('may be as small as one key', async () => {
    const store = new MemoryIdempotencyStore({ maxKeys: 1 });
    expect([await claim(store, 'a'), await claim(store, 'b'), await claim(store, 'b')]).toEqual(['claimed', 'claimed', 'in-progress']);
  });

  test('remembers who completed a key whose claim had lapsed', async () => {
    const store = new MemoryIdempotencyStore();
    expect([await store.complete('a', 'me'), await store.complete('a', 'me'), await store.complete('a', 'other')]).toEqual([
      true,
      true,
      false,
    ]);
  });
});

test.each<[unknown, string]>([
  [null, 'idempotencyStore'],
  [{}, 'idempotencyStore'],
  [{ claim: () => 'claimed', complete: () => true }, 'idempotencyStore'],
  ['redis://localhost', 'idempotencyStore'],
  [{ claim: () => 'claimed', complete: () => true, release: () => true, extend: 60_000 }, 'idempotencyStore.extend'],
])('%o is not a store', (store, option) => {
  expect(() => checkIdempotency('core', store as never)).toThrow(expect.objectContaining({ code: 'CONFIGURATION', option }));
});

describe('a key as a store keeps it', () => {
  test.each(['a', 'Ä😀 \n', 'x'.repeat(256)])('%j stays as it is', (key) => {
    expect(storeKey(key)).toBe(key);
  });

  test.each(['x'.repeat(257), 'a\0', 's\ud800', 'sha256:abc'])('%j is hashed, always the same', async (key) => {
    expect(await storeKey(key)).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(await storeKey(key)).toBe(await storeKey(key));
  });
});

test.each([7, {}, null, undefined])('a key that is %j is refused: all of them would be one', async (key) => {
  await expect(new MemoryIdempotencyStore().claim(key as never)).rejects.toMatchObject({ code: 'CONFIGURATION' });
});
