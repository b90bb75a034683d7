import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type AccessToken, AccessTokens, type TokenNeed, type TokenStore } from '../../src/core/call/tokens.ts';

/** How a client uses a token store with single flight across processes. Each AccessTokens stands for a process. */
describe('a token store that can be claimed', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  class Store implements TokenStore {
    readonly calls: string[] = [];
    readonly needs: TokenNeed[] = [];
    token: AccessToken | undefined;
    holder: { readonly owner: string; readonly until: number } | undefined;

    async get(): Promise<AccessToken | undefined> {
      this.calls.push('get');
      return this.token;
    }
    async set(_: string, token: AccessToken): Promise<void> {
      this.calls.push('set');
      this.token = token;
      this.holder = undefined;
    }
    async claim(_: string, need: TokenNeed): Promise<AccessToken | 'claimed' | 'in-progress'> {
      this.calls.push('claim');
      this.needs.push(need);
      const { token, holder } = this;
      if (token && token.accessToken !== need.refused && token.expiresAt > need.expiresAfter) return token;
      if (holder && holder.owner !== need.owner && holder.until > Date.now()) return 'in-progress';
      this.token = undefined;
      this.holder = { owner: need.owner, until: Date.now() + need.lease };
      return 'claimed';
    }
    async release(_: string, owner: string): Promise<void> {
      this.calls.push('release');
      if (this.holder?.owner === owner) this.holder = undefined;
    }
  }

  let issued = 0;
  function processOn(store: TokenStore, fetchFor = 500, fails = false) {
    const fetchToken = vi.fn(async () => {
      await new Promise((resolve) => setTimeout(resolve, fetchFor));
      if (fails) throw new Error('invalid_client');
      issued += 1;
      return { accessToken: `token-${issued}`, expiresIn: 3_600 };
    });
    const onStoreFailure = vi.fn();
    const now = () => new Date();
    const tokens = new AccessTokens({ surface: 'core', store, fetchToken, now, key: () => 'hash', onStoreFailure });
    return { tokens, fetchToken, onStoreFailure };
  }

  test('of eight processes one fetches a token, and the others wait for it', async () => {
    const store = new Store();
    const processes = Array.from({ length: 8 }, () => processOn(store));
    const tokens = Promise.all(processes.map((each) => each.tokens.get()));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(new Set(await tokens).size).toBe(1);
    expect(processes.reduce((sum, { fetchToken }) => sum + fetchToken.mock.calls.length, 0)).toBe(1);
    expect(store.calls).not.toContain('get');
  });

  test('a claim is asked for with what is of no use, and for longer than a request takes', async () => {
    const store = new Store();
    const { tokens } = processOn(store);
    const got = tokens.get();
    await vi.advanceTimersByTimeAsync(500);
    await got;
    expect(store.needs).toEqual([
      { owner: expect.stringMatching(/^[\da-f-]{36}$/), lease: 15_000, expiresAfter: 1_060_000, refused: undefined },
    ]);
  });

  test('those that wait ask less and less often', async () => {
    const store = new Store();
    store.holder = { owner: 'another', until: Number.POSITIVE_INFINITY };
    const { tokens } = processOn(store);
    void tokens.get();
    await vi.advanceTimersByTimeAsync(9_900);
    expect(store.calls.length).toBeGreaterThan(10);
    expect(store.calls.length).toBeLessThan(25);
  });

  test('a wait is bounded: after 10 seconds a process fetches its own token', async () => {
    const store = new Store();
    store.holder = { owner: 'another', until: Number.POSITIVE_INFINITY };
    const { tokens, fetchToken } = processOn(store);
    const got = tokens.get();
    await vi.advanceTimersByTimeAsync(9_900);
    expect(fetchToken).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await got).toMatch(/^token-/);
  });

  test('if the one that fetches dies, another one does it when its lease has passed', async () => {
    const store = new Store();
    store.holder = { owner: 'dead', until: Date.now() + 3_000 };
    const processes = Array.from({ length: 4 }, () => processOn(store));
    const tokens = Promise.all(processes.map((each) => each.tokens.get()));
    await vi.advanceTimersByTimeAsync(6_000);
    expect(new Set(await tokens).size).toBe(1);
    expect(processes.reduce((sum, { fetchToken }) => sum + fetchToken.mock.calls.length, 0)).toBe(1);
  });

  test('if the fetch fails the claim is released, and the error is that of the fetch', async () => {
    const store = new Store();
    const failing = processOn(store, 500, true);
    const other = processOn(store);
    const failed = failing.tokens.get().catch((error: Error) => error.message);
    const got = other.tokens.get();
    await vi.advanceTimersByTimeAsync(2_500);
    expect(await failed).toBe('invalid_client');
    expect(await got).toMatch(/^token-/);
    expect(store.calls).toContain('release');
  });

  test('a token that was refused is replaced by one process, and the others get the new one', async () => {
    const store = new Store();
    const processes = Array.from({ length: 4 }, () => processOn(store));
    const first = Promise.all(processes.map((each) => each.tokens.get()));
    await vi.advanceTimersByTimeAsync(2_000);
    const [old = ''] = await first;
    for (const { tokens } of processes) tokens.refuse(old);
    const second = Promise.all(processes.map((each) => each.tokens.get()));
    await vi.advanceTimersByTimeAsync(2_000);
    const renewed = new Set(await second);
    expect(renewed.size).toBe(1);
    expect(renewed.has(old)).toBe(false);
    expect(processes.reduce((sum, { fetchToken }) => sum + fetchToken.mock.calls.length, 0)).toBe(2);
  });

  test.each<[string, () => unknown]>([
    ['fails', () => Promise.reject(new Error('down'))],
    ['never answers', () => new Promise(() => undefined)],
    ['answers nonsense', () => 'nonsense'],
    ['answers with a token that is none', () => ({ accessToken: 7, expiresAt: 'soon' })],
  ])('that %s is bypassed', async (_, claim) => {
    const store = { get: async () => undefined, set: async () => undefined, claim: async () => claim(), release: async () => undefined };
    const { tokens } = processOn(store as never);
    const got = tokens.get();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await got).toMatch(/^token-/);
  });

  test('without release() works too', async () => {
    const { get, set, claim } = new Store();
    const store = { get, set, claim, calls: [], needs: [] } as unknown as TokenStore;
    const { tokens } = processOn(store, 10, true);
    const failed = tokens.get().catch((error: Error) => error.message);
    await vi.advanceTimersByTimeAsync(100);
    expect(await failed).toBe('invalid_client');
  });
});
