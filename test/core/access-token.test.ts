import { beforeEach, describe, expect, test, vi } from 'vitest';
import { type AccessToken, AccessTokens, type AccessTokensOptions } from '../../src/core/call/access-token.ts';

let now = 1_000_000;
beforeEach(() => {
  now = 1_000_000;
});

function tokens(options: Partial<AccessTokensOptions> = {}) {
  let issued = 0;
  const fetchToken = vi.fn(async () => ({ accessToken: `token-${++issued}`, expiresIn: 3_600 }));
  const subject = new AccessTokens({
    surface: 'core',
    fetchToken,
    now: () => new Date(now),
    renewBefore: 60_000,
    key: () => 'k',
    ...options,
  });
  return { subject, fetchToken };
}

function memoryStore() {
  const map = new Map<string, AccessToken>();
  return { get: async (key: string) => map.get(key), set: async (key: string, token: AccessToken) => void map.set(key, token) };
}

describe('AccessTokens', () => {
  test('asks once for all who wait and keeps what it got', async () => {
    const { subject, fetchToken } = tokens();
    expect(await Promise.all(Array.from({ length: 50 }, () => subject.get()))).toEqual(new Array(50).fill('token-1'));
    expect(await subject.get()).toBe('token-1');
    expect(fetchToken).toHaveBeenCalledOnce();
  });

  test.each(['WebSocketPair', 'EdgeRuntime'])('asks for each by itself where %s says that requests are apart', async (name) => {
    vi.stubGlobal(name, class {});
    try {
      // The request that asked first was cancelled: what it waits for never comes.
      const fetchToken = vi.fn(async () => ({ accessToken: 'token', expiresIn: 3_600 })).mockReturnValueOnce(new Promise(() => undefined));
      const { subject } = tokens({ fetchToken });
      void subject.get();
      expect(await Promise.race([subject.get(), new Promise((resolve) => setTimeout(resolve, 1_000, 'none'))])).toBe('token');
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test('renews a token before it ends', async () => {
    const { subject } = tokens();
    await subject.get();
    now += 3_539_000;
    expect(await subject.get()).toBe('token-1');
    now += 1_000;
    expect(await subject.get()).toBe('token-2');
  });

  test('does not remember a failure', async () => {
    const { subject, fetchToken } = tokens();
    fetchToken.mockRejectedValueOnce(new Error('down'));
    await expect(subject.get()).rejects.toThrow('down');
    expect(await subject.get()).toBe('token-1');
  });

  test('fetches another for one that was refused, and once for all who were refused', async () => {
    const { subject, fetchToken } = tokens({ store: memoryStore() });
    const old = await subject.get();
    for (let times = 0; times < 5; times += 1) subject.refuse(old);
    expect(await Promise.all([subject.get(), subject.get()])).toEqual(['token-2', 'token-2']);
    subject.refuse(old);
    expect(await subject.get()).toBe('token-2');
    expect(fetchToken).toHaveBeenCalledTimes(2);
  });

  test('takes a token that was refused where the server insists on it, and does not fetch it again for each call', async () => {
    const fetchToken = vi.fn(async () => ({ accessToken: 'the-only-one', expiresIn: 3_600 }));
    const { subject } = tokens({ fetchToken });
    subject.refuse(await subject.get());
    for (let times = 0; times < 5; times += 1) expect(await subject.get()).toBe('the-only-one');
    expect(fetchToken).toHaveBeenCalledTimes(2);
  });

  test('refuses a store that is none', () => {
    for (const store of [null, {}, { get: async () => undefined }]) {
      expect(() => tokens({ store: store as never })).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
    }
  });

  test('shares tokens among processes through a store', async () => {
    const store = memoryStore();
    const [one, other] = [tokens({ store }), tokens({ store })];
    expect(await one.subject.get()).toBe('token-1');
    expect(await other.subject.get()).toBe('token-1');
    expect(other.fetchToken).not.toHaveBeenCalled();
  });

  test.each<[string, (key: string) => unknown]>([
    ['is down', () => Promise.reject(new Error('no store'))],
    [
      'fails at once',
      () => {
        throw new Error('no store');
      },
    ],
    ['answers at once', () => undefined],
    ['gives nothing', async () => null],
    ['gives what is no token', async () => ({ expiresAt: 9e15 })],
    ['gives a token that no header can hold', async () => ({ accessToken: 'a\nb', expiresAt: 9e15 })],
    ['gives a token whose end is no time', async () => ({ accessToken: 'old', expiresAt: 'soon' })],
  ])('works without a store that %s', async (_, answer) => {
    expect(await tokens({ store: { get: answer, set: answer } as never }).subject.get()).toBe('token-1');
  });

  test('works without a store that does not answer', async () => {
    vi.useFakeTimers();
    try {
      const hangs = (): Promise<never> => new Promise(() => undefined);
      const { subject } = tokens({ store: { get: hangs, set: hangs } });
      const token = subject.get();
      await vi.runAllTimersAsync();
      expect(await token).toBe('token-1');
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  test('takes what a store gives at once', async () => {
    const store = { get: () => ({ accessToken: 'kept', expiresAt: 9e15 }), set: () => undefined };
    expect(await tokens({ store: store as never }).subject.get()).toBe('kept');
  });

  test('who gives up waiting does not stop the others', async () => {
    const { subject } = tokens();
    const signal = AbortSignal.abort('enough');
    const [impatient, patient] = await Promise.allSettled([subject.get(signal), subject.get()]);
    expect(impatient).toEqual({ status: 'rejected', reason: 'enough' });
    expect(patient).toEqual({ status: 'fulfilled', value: 'token-1' });
  });

  test.each(['', 'a b', 'secret\nsecret', 'sécret', undefined])(
    'refuses an answer with the token %j, and does not show it',
    async (accessToken) => {
      const { subject } = tokens({ fetchToken: async () => ({ accessToken: accessToken as never, expiresIn: 1 }) });
      const error = await subject.get().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'VALIDATION', direction: 'response' });
      expect(String(error)).not.toMatch(/s.cret/);
    },
  );
});
