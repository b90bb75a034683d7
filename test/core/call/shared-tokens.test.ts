import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type AccessToken, AccessTokens, type TokenNeed, type TokenStore } from '../../../src/core/call/tokens.ts';

describe('a store with single flight across processes', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** What a store on an engine does, for all processes that share it. */
  function sharedStore() {
    let token: AccessToken | undefined;
    let claim: { owner: string; until: number } | undefined;
    const store: Required<TokenStore> = {
      get: async () => token,
      set: async (_, fetched) => {
        token = fetched;
        claim = undefined;
      },
      claim: async (_, { owner, lease, expiresAfter, refused }) => {
        if (token && token.expiresAt > expiresAfter && token.accessToken !== refused) return token;
        if (claim && claim.owner !== owner && claim.until > performance.now()) return 'in-progress';
        claim = { owner, until: performance.now() + lease };
        return 'claimed';
      },
      release: async (_, owner) => {
        if (claim?.owner === owner) claim = undefined;
      },
    };
    return store;
  }

  const slowly =
    <Value>(value: () => Value) =>
    (): Promise<Value> =>
      new Promise((resolve, reject) =>
        setTimeout(() => {
          try {
            resolve(value());
          } catch (error) {
            reject(error);
          }
        }, 300),
      );

  /** Several processes that need a token at once. */
  async function fleet(store: TokenStore, size: number, fetched: () => string) {
    let fetches = 0;
    const fetchToken = slowly(() => {
      fetches += 1;
      return { accessToken: fetched(), expiresIn: 3_600 };
    });
    const options = { surface: 'core', store, fetchToken, now: () => new Date(), key: () => 'k' } as const;
    const processes = Array.from({ length: size }, () => new AccessTokens(options));
    const get = async () => {
      const all = Promise.allSettled(processes.map((process) => process.get()));
      await vi.advanceTimersByTimeAsync(60_000);
      return (await all).map((one) => (one.status === 'fulfilled' ? one.value : one.reason));
    };
    return { processes, get, fetches: () => fetches };
  }

  test('64 processes fetch one token', async () => {
    const { get, fetches } = await fleet(sharedStore(), 64, () => 'token');
    expect(await get()).toEqual(new Array(64).fill('token'));
    expect(fetches()).toBe(1);
  });

  test('64 processes whose token was refused fetch one more', async () => {
    let issued = 0;
    const { processes, get, fetches } = await fleet(sharedStore(), 64, () => `token-${++issued}`);
    await get();
    for (const process of processes) process.refuse('token-1');
    expect(await get()).toEqual(new Array(64).fill('token-2'));
    expect(fetches()).toBe(2);
  });

  test('if the fetch fails, the next process tries', async () => {
    let tries = 0;
    const { get, fetches } = await fleet(sharedStore(), 5, () => {
      tries += 1;
      if (tries === 1) throw new Error('down');
      return 'token';
    });
    const results = await get();
    expect(results.filter((result) => result === 'token')).toHaveLength(4);
    expect(fetches()).toBe(2);
  });

  describe('is told that a fetch failed', () => {
    const failing = async (store: Partial<TokenStore>) => {
      const onStoreFailure = vi.fn();
      const fetchToken = () => Promise.reject(new Error('down'));
      const options = { surface: 'core', fetchToken, now: () => new Date(), key: () => 'k', onStoreFailure } as const;
      await expect(new AccessTokens({ ...options, store: { ...sharedStore(), ...store } }).get()).rejects.toThrow('down');
      expect(onStoreFailure).not.toHaveBeenCalled();
    };

    test('by the owner of the claim', async () => {
      const claim = vi.fn(async () => 'claimed' as const);
      const release = vi.fn(async () => undefined);
      await failing({ claim, release });
      const [[, need]] = claim.mock.calls as unknown as [[string, TokenNeed]];
      expect(release).toHaveBeenCalledExactlyOnceWith('k', need.owner);
    });

    test('only if there was a claim', async () => {
      const release = vi.fn(async () => undefined);
      await failing({ claim: undefined as never, release });
      expect(release).not.toHaveBeenCalled();
    });

    test.each([undefined, true])('only if it can be: release is %s', async (release) => {
      await failing({ release: release as never });
    });
  });

  test.each([
    [0, [25, 50, 100, 200, 400, 500, 500]],
    [1, [50, 100, 200, 400, 800, 1_000, 1_000]],
  ])('is asked less and less often while another process fetches, and with jitter: %d', async (random, pauses) => {
    vi.spyOn(Math, 'random').mockReturnValue(random);
    const times: number[] = [];
    const needs: TokenNeed[] = [];
    const claim = async (_: string, need: TokenNeed) => {
      times.push(performance.now());
      needs.push(need);
      return 'in-progress' as const;
    };
    const now = Date.now();
    const { get } = await fleet({ ...sharedStore(), claim }, 1, () => 'token');
    expect(await get()).toEqual(['token']);
    vi.restoreAllMocks();
    expect(times.slice(1, 8).map((time, at) => Math.round(time - (times[at] ?? 0)))).toEqual(pauses);
    // What another process has stored must be of use for a while.
    expect(needs[0]).toEqual({ owner: expect.any(String), lease: 15_000, expiresAfter: now + 60_000, refused: undefined });
  });

  test.each<[string, Partial<TokenStore>]>([
    ['says for ever that another process fetches', { claim: async () => 'in-progress' }],
    ['answers nonsense', { claim: async () => 'OK' as never }],
    ['fails', { claim: () => Promise.reject(new Error('no store')), release: () => Promise.reject(new Error('no store')) }],
    ['never answers', { claim: () => new Promise(() => undefined) }],
    ['has a claim that is not a function', { claim: true as never }],
  ])('that %s is bypassed', async (_, broken) => {
    const { get } = await fleet({ ...sharedStore(), ...broken }, 3, () => 'token');
    expect(await get()).toEqual(['token', 'token', 'token']);
    expect(vi.getTimerCount()).toBe(0);
  });
});
