import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type IdempotencyStore, type IdempotentOptions, MemoryIdempotencyStore, runIdempotent } from '../../src/core/idempotency.ts';
import { everyRenderingOf, waybillErrorOf } from '../support/errors.ts';

describe('runIdempotent', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const run = (work: () => Promise<unknown>, store: Partial<IdempotencyStore> | undefined, options: Partial<IdempotentOptions> = {}) =>
    runIdempotent('key', work, { surface: 'core', store: store && { ...stub, ...store }, ...options });
  const stub: IdempotencyStore = { claim: async () => 'claimed', complete: async () => true, release: async () => undefined };
  const never = (): Promise<never> => new Promise(() => undefined);
  const done = async (): Promise<string> => 'done';

  test('only does the work if there is no store', async () => {
    expect(await run(done, undefined)).toEqual({ claim: 'claimed', result: 'done' });
  });

  test('claims, does the work and completes, all as one owner', async () => {
    const calls: unknown[] = [];
    const store: IdempotencyStore = {
      claim: async (...args) => {
        calls.push(['claim', ...args]);
        return 'claimed';
      },
      complete: async (...args) => void calls.push(['complete', ...args]),
      release: async (...args) => void calls.push(['release', ...args]),
    };
    expect(await run(async () => calls.push('work'), store, { lease: 5_000 })).toEqual({ claim: 'claimed', result: 2 });
    const [, , { owner }] = calls[0] as [string, string, { owner: string }];
    expect(calls).toEqual([['claim', 'key', { owner, lease: 5_000 }], 'work', ['complete', 'key', owner]]);
    expect(owner).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('releases the key if the work fails, and throws its error', async () => {
    const fault = new Error('database');
    const release = vi.fn(async () => undefined);
    await expect(run(() => Promise.reject(fault), { release })).rejects.toBe(fault);
    expect(release).toHaveBeenCalledOnce();
  });

  test.each(['completed', 'in-progress'] as const)('does no work if the key is %s', async (claim) => {
    const work = vi.fn(done);
    expect(await run(work, { claim: async () => claim })).toEqual({ claim });
    expect(work).not.toHaveBeenCalled();
  });

  test.each([true, 1, 'OK', 'done', '', null, undefined, {}])(
    'a store that answers %o to a claim is misconfigured, and no work is done',
    async (claim) => {
      const work = vi.fn(done);
      const error = await waybillErrorOf(() => run(work, { claim: (async () => claim) as never }));
      expect(error).toMatchObject({ code: 'CONFIGURATION', option: 'idempotencyStore', message: expect.stringContaining('"in-progress"') });
      expect(work).not.toHaveBeenCalled();
    },
  );

  test('a store that answers without promises works', async () => {
    const store = { claim: () => 'claimed', complete: () => undefined, release: () => undefined, extend: () => undefined };
    const outcome = run(() => new Promise((resolve) => setTimeout(resolve, 100_000, 'done')), store as never, { lease: 1_000 });
    await vi.advanceTimersByTimeAsync(100_000);
    expect(await outcome).toEqual({ claim: 'claimed', result: 'done' });
  });

  describe('a store that is down', () => {
    const fault = new Error('connection refused');

    test.each([
      ['rejects', () => Promise.reject(fault)],
      [
        'throws',
        () => {
          throw fault;
        },
      ],
    ])('and %s: no claim means no work; after the work it is reported', async (_, fail) => {
      const work = vi.fn(done);
      await expect(run(work, { claim: fail })).rejects.toBe(fault);
      expect(work).not.toHaveBeenCalled();
      expect(await run(work, { complete: fail })).toEqual({ claim: 'claimed', result: 'done', storeFailure: { error: fault } });
      await expect(run(() => Promise.reject('work'), { release: fail })).rejects.toBe('work');
    });

    test.each([
      [undefined, 2_000],
      [500, 500],
      [60_000, 2_000],
    ])('and never answers: with a limit of %s it counts as failed after %d ms', async (storeTimeout, limit) => {
      const options = { storeTimeout };
      const claimed = waybillErrorOf(() => run(done, { claim: never }, options));
      const completed = run(done, { complete: never }, options);
      const released = run(() => Promise.reject('work'), { release: never }, options).catch((error: unknown) => error);
      const settled = vi.fn();
      void Promise.all([claimed, completed, released]).then(settled);
      await vi.advanceTimersByTimeAsync(limit - 1);
      expect(settled).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(1);
      const message = `the idempotency store did not respond within ${limit} ms`;
      expect(await claimed).toMatchObject({
        code: 'TIMEOUT',
        budget: 'attempt',
        surface: 'core',
        attempts: 1,
        message,
        hint: expect.any(String),
        retryable: true,
      });
      expect(await completed).toMatchObject({ result: 'done', storeFailure: { error: { code: 'TIMEOUT', message } } });
      expect(await released).toBe('work');
      expect(vi.getTimerCount()).toBe(0);
    });

    test('and claims too late: the claim is released, because nobody would complete it', async () => {
      const release = vi.fn(() => Promise.reject(new Error('still down')));
      const claim = () => new Promise<'claimed'>((resolve) => setTimeout(resolve, 5_000, 'claimed'));
      const outcome = waybillErrorOf(() => run(done, { claim, release }));
      await vi.advanceTimersByTimeAsync(2_000);
      expect(await outcome).toMatchObject({ code: 'TIMEOUT' });
      expect(release).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(3_000);
      expect(release).toHaveBeenCalledExactlyOnceWith('key', expect.any(String));
    });
  });

  test('a store that answers too late that another owner has the key is not asked to release it', async () => {
    const release = vi.fn(async () => undefined);
    const claim = () => new Promise<'in-progress'>((resolve) => setTimeout(resolve, 5_000, 'in-progress'));
    const outcome = waybillErrorOf(() => run(done, { claim, release }));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await outcome).toMatchObject({ code: 'TIMEOUT' });
    expect(release).not.toHaveBeenCalled();
  });

  test('an abort ends the waits for the store, that for the result of the work half a second later, but not the work', async () => {
    const controller = new AbortController();
    const claiming = run(done, { claim: never }, { signal: controller.signal }).catch((error: unknown) => error);
    const working = run(
      () => new Promise((resolve) => setTimeout(resolve, 1_000, 'done')),
      { complete: never },
      { signal: controller.signal },
    );
    await vi.advanceTimersByTimeAsync(500);
    controller.abort('enough');
    expect(await claiming).toBe('enough');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await working).toEqual({ claim: 'claimed', result: 'done', storeFailure: { error: 'enough' } });
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each<['complete' | 'release', () => Promise<unknown>]>([
    ['complete', done],
    ['release', () => Promise.reject('work')],
  ])('after an abort, %s() has some time left', async (method, work) => {
    const controller = new AbortController();
    const remembered = vi.fn();
    const slow = () => new Promise((resolve) => setTimeout(resolve, 400, true)).then(remembered);
    const options = { signal: controller.signal };
    const outcome = run(work, { [method]: slow }, options).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(10);
    controller.abort('enough');
    await vi.advanceTimersByTimeAsync(390);
    expect(await outcome).toEqual(method === 'complete' ? { claim: 'claimed', result: 'done' } : 'work');
    expect(remembered).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });

  describe('work that takes longer than its lease', () => {
    const work = (milliseconds: number) => () => new Promise((resolve) => setTimeout(resolve, milliseconds, 'done'));

    test('extends it at half its length, and stops with the work', async () => {
      const extend = vi.fn(async () => true);
      const outcome = run(work(3_300), { extend }, { lease: 1_000 });
      await vi.advanceTimersByTimeAsync(3_300);
      expect(await outcome).toEqual({ claim: 'claimed', result: 'done' });
      expect(extend.mock.calls).toHaveLength(6);
      expect(extend).toHaveBeenCalledWith('key', expect.any(String), 1_000);
      await vi.advanceTimersByTimeAsync(10_000);
      expect(extend.mock.calls).toHaveLength(6);
    });

    test('that hangs is extended for an hour, and then another owner may claim the key', async () => {
      let now = 0;
      const store = new MemoryIdempotencyStore({ clock: () => new Date(now) });
      const extend = vi.fn((...args: Parameters<typeof store.extend>) => store.extend(...args));
      void run(never, { claim: (...args) => store.claim(...args), extend }, { lease: 60_000 });
      while (now < 3_600_000) {
        now += 30_000;
        await vi.advanceTimersByTimeAsync(30_000);
      }
      expect(extend).toHaveBeenCalledTimes(120);
      expect(vi.getTimerCount()).toBe(0);
      expect(await store.claim('key', { owner: 'another', lease: 1_000 })).toBe('in-progress');
      now += 60_000;
      expect(await store.claim('key', { owner: 'another', lease: 1_000 })).toBe('claimed');
    });

    test('stops extending if it fails', async () => {
      const extend = vi.fn(async () => true);
      const outcome = run(() => work(1_200)().then(() => Promise.reject('fault')), { extend }, { lease: 1_000 }).catch(() => 'failed');
      await vi.advanceTimersByTimeAsync(10_000);
      expect(await outcome).toBe('failed');
      expect(extend).toHaveBeenCalledTimes(2);
      expect(vi.getTimerCount()).toBe(0);
    });

    test.each<[string, () => unknown]>([
      ['rejects', () => Promise.reject(new Error('down'))],
      [
        'throws',
        () => {
          throw new Error('down');
        },
      ],
      ['returns nothing', () => undefined],
      ['never answers', never],
    ])('is not disturbed by an extend() that %s', async (_, extend) => {
      const outcome = run(work(3_000), { extend } as never, { lease: 1_000 });
      await vi.advanceTimersByTimeAsync(3_000);
      expect(await outcome).toEqual({ claim: 'claimed', result: 'done' });
    });

    test('keeps another owner out as long as it lasts', async () => {
      let now = 0;
      const store = new MemoryIdempotencyStore({ clock: () => new Date(now) });
      const outcome = run(
        work(10_000),
        { claim: (...a) => store.claim(...a), complete: (...a) => store.complete(...a), extend: (...a) => store.extend(...a) },
        { lease: 1_000 },
      );
      for (let second = 0; second < 10; second += 1) {
        for (let half = 0; half < 2; half += 1) {
          now += 500;
          await vi.advanceTimersByTimeAsync(500);
        }
        expect(await store.claim('key', { owner: 'another', lease: 1_000 })).toBe(second < 9 ? 'in-progress' : 'completed');
      }
      expect(await outcome).toEqual({ claim: 'claimed', result: 'done' });
    });

    test('and lost it, says so, with what to do', async () => {
      const outcome = await run(done, { complete: async () => false });
      const { storeFailure } = outcome as { storeFailure: { error: unknown } };
      expect(storeFailure.error).toMatchObject({ code: 'TIMEOUT', budget: 'total', hint: expect.stringContaining('Raise the lease') });
    });
  });

  test('no error shows the key, which may be personal', async () => {
    const errors = await Promise.all([
      waybillErrorOf(() => run(done, { claim: (async () => 'nonsense') as never })),
      run(done, { complete: async () => false }),
    ]);
    expect(everyRenderingOf(errors)).not.toContain("'key'");
  });
});
