import { beforeEach, describe, expect, test, vi } from 'vitest';
import { type AccessToken, AccessTokens, type AccessTokensOptions } from '../../../src/core/call/tokens.ts';
import { everyRenderingOf, waybillErrorOf } from '../../support/errors.ts';

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
    key: () => 'k',
    ...options,
  });
  return { subject, fetchToken };
}

function memoryStore() {
  const map = new Map<string, AccessToken>();
  return { get: async (key: string) => map.get(key), set: async (key: string, token: AccessToken) => void map.set(key, token) };
}

describe('a token', () => {
  test('is fetched once for all that wait, and kept', async () => {
    const { subject, fetchToken } = tokens();
    expect(await Promise.all(Array.from({ length: 50 }, () => subject.get()))).toEqual(new Array(50).fill('token-1'));
    expect(await subject.get()).toBe('token-1');
    expect(fetchToken).toHaveBeenCalledOnce();
  });

  test.each(['WebSocketPair', 'EdgeRuntime'])('is fetched by each request alone on a runtime with %s', async (name) => {
    vi.stubGlobal(name, class {});
    try {
      // The request that asked first was cancelled: what it waits for never comes.
      const fetchToken = vi.fn(async () => ({ accessToken: 'token', expiresIn: 3_600 })).mockReturnValueOnce(new Promise(() => undefined));
      const { subject } = tokens({ fetchToken });
      subject.get().catch(() => undefined);
      expect(await Promise.race([subject.get(), new Promise((resolve) => setTimeout(resolve, 1_000, 'none'))])).toBe('token');
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test('is renewed before it expires', async () => {
    const { subject } = tokens();
    await subject.get();
    now += 3_539_000;
    expect(await subject.get()).toBe('token-1');
    now += 1_000;
    expect(await subject.get()).toBe('token-2');
  });

  test('is asked for again if the function that supplies it hangs once', async () => {
    const fetchToken = vi.fn(async () => ({ accessToken: 'token', expiresIn: 3_600 })).mockReturnValueOnce(new Promise(() => undefined));
    const { subject } = tokens({ fetchToken, limit: 10 });
    const error = await waybillErrorOf(() => subject.get());
    expect(error).toMatchObject({ code: 'TIMEOUT', message: 'there was no access token within 10 ms', retryable: true });
    expect(await subject.get()).toBe('token');
  });

  test('is fetched again after a failure', async () => {
    const { subject, fetchToken } = tokens();
    fetchToken.mockRejectedValueOnce(new Error('down'));
    await expect(subject.get()).rejects.toThrow('down');
    expect(await subject.get()).toBe('token-1');
  });

  test('arrives for the others if one of those that wait gives up', async () => {
    const { subject } = tokens();
    const signal = AbortSignal.abort('enough');
    const [impatient, patient] = await Promise.allSettled([subject.get(signal), subject.get()]);
    expect(impatient).toEqual({ status: 'rejected', reason: 'enough' });
    expect(patient).toEqual({ status: 'fulfilled', value: 'token-1' });
  });

  test.each(['', 'a b', 'secret\nsecret', 'sécret', undefined])(
    'is refused, and not shown, if no header can contain it: %j',
    async (accessToken) => {
      const { subject } = tokens({ fetchToken: async () => ({ accessToken: accessToken as never, expiresIn: 1 }) });
      const error = await waybillErrorOf(() => subject.get());
      expect(error).toMatchObject({
        code: 'VALIDATION',
        direction: 'response',
        issues: [{ path: ['access_token'], message: 'expected a token that a header can contain' }],
      });
      expect(everyRenderingOf(error)).not.toMatch(/s.cret/);
    },
  );
});

describe('a token that the API refused', () => {
  test('is replaced, once for all that were refused', async () => {
    const { subject, fetchToken } = tokens({ store: memoryStore() });
    const old = await subject.get();
    for (let times = 0; times < 5; times += 1) expect(subject.refuse(old)).toBe(true);
    expect(await Promise.all([subject.get(), subject.get()])).toEqual(['token-2', 'token-2']);
    // The response to a call that was sent before.
    expect(subject.refuse(old)).toBe(true);
    expect(await subject.get()).toBe('token-2');
    expect(fetchToken).toHaveBeenCalledTimes(2);
  });

  test('is used again if the server insists on it, and not fetched for each call', async () => {
    const fetchToken = vi.fn(async () => ({ accessToken: 'the-only-one', expiresIn: 3_600 }));
    const { subject } = tokens({ fetchToken });
    subject.refuse(await subject.get());
    for (let times = 0; times < 5; times += 1) {
      const token = await subject.get();
      expect(token).toBe('the-only-one');
      expect(subject.refuse(token)).toBe(false);
    }
    expect(fetchToken).toHaveBeenCalledTimes(2);
  });

  test('is not replaced over and over if every token is refused: 50 calls fetch two', async () => {
    const { subject, fetchToken } = tokens();
    const helped: boolean[] = [];
    for (let call = 0; call < 50; call += 1) helped.push(subject.refuse(await subject.get()));
    expect(helped.filter(Boolean)).toHaveLength(1);
    expect(fetchToken).toHaveBeenCalledTimes(2);
  });

  test('is replaced once more if it is refused a minute after it replaced another: it was revoked', async () => {
    vi.useFakeTimers();
    try {
      const { subject } = tokens();
      subject.refuse(await subject.get());
      expect(subject.refuse(await subject.get())).toBe(false);
      vi.advanceTimersByTime(60_000);
      expect(subject.refuse(await subject.get())).toBe(true);
      expect(await subject.get()).toBe('token-3');
    } finally {
      vi.useRealTimers();
    }
  });

  test('is replaced if it followed an expired one, however long ago another was refused', async () => {
    const { subject } = tokens();
    subject.refuse(await subject.get());
    await subject.get();
    now += 3_600_000;
    expect(subject.refuse(await subject.get())).toBe(true);
  });

  test('is not taken from the store again, also after the one that replaced it has expired', async () => {
    const store = { get: async () => ({ accessToken: 'refused', expiresAt: 9e15 }), set: async () => undefined };
    const { subject } = tokens({ store });
    expect(subject.refuse(await subject.get())).toBe(true);
    expect(await subject.get()).toBe('token-1');
    now += 3_600_000;
    expect(await subject.get()).toBe('token-2');
  });

  test('is not taken from the store again, and one that another process stored is tried first', async () => {
    const store = memoryStore();
    const [one, other] = [tokens({ store }), tokens({ store })];
    one.subject.refuse(await one.subject.get());
    await store.set('k', { accessToken: 'from-another-process', expiresAt: 9e15 });
    expect(await one.subject.get()).toBe('from-another-process');
    // That one may be revoked too.
    expect(one.subject.refuse('from-another-process')).toBe(true);
    expect(await one.subject.get()).toBe('token-2');
    expect(await other.subject.get()).toBe('token-2');
  });
});

describe('a store', () => {
  test('is refused if it is not one', () => {
    for (const store of [null, {}, { get: async () => undefined }]) {
      expect(() => tokens({ store: store as never })).toThrow(expect.objectContaining({ code: 'CONFIGURATION', option: 'tokenStore' }));
    }
  });

  test('shares tokens among processes', async () => {
    const store = memoryStore();
    const [one, other] = [tokens({ store }), tokens({ store })];
    expect(await one.subject.get()).toBe('token-1');
    expect(await other.subject.get()).toBe('token-1');
    expect(other.fetchToken).not.toHaveBeenCalled();
  });

  test.each<[string, (key: string) => unknown, boolean]>([
    ['is down', () => Promise.reject(new Error('no store')), true],
    [
      'fails at once',
      () => {
        throw new Error('no store');
      },
      true,
    ],
    ['answers at once', () => undefined, false],
    ['returns nothing', async () => null, false],
    ['returns what is not a token', async () => ({ expiresAt: 9e15 }), false],
    ['returns a string', async () => 'token', false],
    ['returns a token that no header can contain', async () => ({ accessToken: 'a\nb', expiresAt: 9e15 }), false],
    ['returns a token whose expiry is not a time', async () => ({ accessToken: 'old', expiresAt: 'soon' }), false],
    ['returns a token that has expired', async () => ({ accessToken: 'old', expiresAt: 5 }), false],
  ])('that %s is bypassed', async (_, answer, isFailure) => {
    const onStoreFailure = vi.fn();
    const { subject } = tokens({ store: { get: answer, set: answer } as never, onStoreFailure });
    expect(await subject.get()).toBe('token-1');
    subject.refuse('token-1');
    await subject.get();
    expect(onStoreFailure).toHaveBeenCalledTimes(isFailure ? 1 : 0);
  });

  test('that has the token is not told it again', async () => {
    const store = memoryStore();
    await store.set('k', { accessToken: 'kept', expiresAt: 9e15 });
    const set = vi.spyOn(store, 'set');
    expect(await tokens({ store }).subject.get()).toBe('kept');
    expect(set).not.toHaveBeenCalled();
  });

  test('that is not there cannot fail, whether the token is fetched or not', async () => {
    const onStoreFailure = vi.fn();
    const { subject, fetchToken } = tokens({ onStoreFailure });
    fetchToken.mockRejectedValueOnce(new Error('down'));
    await expect(subject.get()).rejects.toThrow('down');
    expect(await subject.get()).toBe('token-1');
    expect(onStoreFailure).not.toHaveBeenCalled();
  });

  test('that answers at once leaves no timer', async () => {
    vi.useFakeTimers();
    try {
      expect(await tokens({ store: memoryStore() }).subject.get()).toBe('token-1');
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  test('that never answers is bypassed after 2 seconds, and leaves no timer', async () => {
    vi.useFakeTimers();
    try {
      const hangs = (): Promise<never> => new Promise(() => undefined);
      const onStoreFailure = vi.fn();
      const { subject } = tokens({ store: { get: hangs, set: hangs }, onStoreFailure });
      const token = subject.get();
      await vi.advanceTimersByTimeAsync(4_000);
      expect(await token).toBe('token-1');
      expect(onStoreFailure).toHaveBeenCalledOnce();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  test('may answer without a promise', async () => {
    const store = { get: () => ({ accessToken: 'kept', expiresAt: 9e15 }), set: () => undefined };
    expect(await tokens({ store: store as never }).subject.get()).toBe('kept');
  });

  test('is asked under a key that is made only if there is a store', async () => {
    const key = vi.fn(async () => 'k');
    await tokens({ key }).subject.get();
    expect(key).not.toHaveBeenCalled();
    await tokens({ key, store: memoryStore() }).subject.get();
    expect(key).toHaveBeenCalledOnce();
  });
});
