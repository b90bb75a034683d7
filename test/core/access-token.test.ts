import { beforeEach, describe, expect, test, vi } from 'vitest';
import { type AccessToken, AccessTokens, type AccessTokensOptions } from '../../src/core/access-token.ts';

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

  test('shares tokens among processes through a store', async () => {
    const store = memoryStore();
    const [one, other] = [tokens({ store }), tokens({ store })];
    expect(await one.subject.get()).toBe('token-1');
    expect(await other.subject.get()).toBe('token-1');
    expect(other.fetchToken).not.toHaveBeenCalled();
  });

  test('works without a store that is down', async () => {
    const down = () => Promise.reject(new Error('no store'));
    expect(await tokens({ store: { get: down, set: down } }).subject.get()).toBe('token-1');
  });

  test('who gives up waiting does not stop the others', async () => {
    const { subject } = tokens();
    const signal = AbortSignal.abort('enough');
    const [impatient, patient] = await Promise.allSettled([subject.get(signal), subject.get()]);
    expect(impatient).toEqual({ status: 'rejected', reason: 'enough' });
    expect(patient).toEqual({ status: 'fulfilled', value: 'token-1' });
  });

  test('refuses an answer without a token', async () => {
    const { subject } = tokens({ fetchToken: async () => ({ accessToken: '', expiresIn: 1 }) });
    await expect(subject.get()).rejects.toMatchObject({ code: 'VALIDATION', direction: 'response' });
  });
});
