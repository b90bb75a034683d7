import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isTiedToRequest, onAbort, raceAbort, singleFlight, sleep } from '../../src/core/async.ts';

const never = (): Promise<never> => new Promise(() => undefined);

describe('sleep', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('resolves after its time and not before', async () => {
    const done = vi.fn();
    void sleep(1_000).then(done);
    await vi.advanceTimersByTimeAsync(999);
    expect(done).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(done).toHaveBeenCalledOnce();
  });

  test('ends with an abort, and leaves no timer', async () => {
    const controller = new AbortController();
    const slept = sleep(1_000, controller.signal);
    controller.abort('enough');
    await expect(slept).rejects.toBe('enough');
    await expect(sleep(1_000, AbortSignal.abort('no'))).rejects.toBe('no');
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('raceAbort', () => {
  test.each([
    ['a value', 5, 5],
    ['undefined', undefined, undefined],
    ['a promise', Promise.resolve(5), 5],
    // biome-ignore lint/suspicious/noThenProperty: a promise of another library.
    ['a thenable', { then: (resolve: (value: number) => void) => resolve(5) }, 5],
  ])('settles as %s does', async (_, value, result) => {
    expect(await raceAbort(value, undefined)).toBe(result);
    expect(await raceAbort(value, new AbortController().signal)).toBe(result);
  });

  test('rejects as the promise does', async () => {
    const own = new Error('own');
    await expect(raceAbort(Promise.reject(own), new AbortController().signal)).rejects.toBe(own);
  });

  test('rejects with the reason of an abort, whatever it is, also if the promise never settles', async () => {
    for (const reason of [new Error('x'), 'x', 0, null, { mine: true }]) {
      const controller = new AbortController();
      const race = raceAbort(never(), controller.signal);
      controller.abort(reason);
      await expect(race).rejects.toBe(reason);
    }
    await expect(raceAbort(never(), AbortSignal.abort('before'))).rejects.toBe('before');
  });

  test('a promise that fails after the abort is not an unhandled rejection', async () => {
    const controller = new AbortController();
    const late = new Promise((_, reject) => setTimeout(reject, 5, new Error('late')));
    const race = raceAbort(late, controller.signal);
    controller.abort('enough');
    await expect(race).rejects.toBe('enough');
    await expect(late).rejects.toThrow('late');
  });

  test('leaves nothing on the signal', async () => {
    const { signal } = new AbortController();
    for (let times = 0; times < 100; times += 1) await raceAbort(times, signal);
    expect(getEventListeners(signal, 'abort').length).toBeLessThanOrEqual(1);
  });
});

describe('onAbort', () => {
  test('calls at once if the signal has aborted', () => {
    const callback = vi.fn();
    onAbort(AbortSignal.abort(), callback)();
    expect(callback).toHaveBeenCalledOnce();
  });

  test('a thousand callbacks are one listener, and each is called once', () => {
    const controller = new AbortController();
    const callbacks = Array.from({ length: 1_000 }, () => vi.fn());
    for (const callback of callbacks) onAbort(controller.signal, callback);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    controller.abort();
    for (const callback of callbacks) expect(callback).toHaveBeenCalledOnce();
  });

  test('one that was taken back is not called, and the same function can wait twice', () => {
    const controller = new AbortController();
    const callback = vi.fn();
    onAbort(controller.signal, callback);
    onAbort(controller.signal, callback)();
    controller.abort();
    expect(callback).toHaveBeenCalledOnce();
  });

  test('one that takes another back, or adds one, during the abort', () => {
    const controller = new AbortController();
    const [second, added] = [vi.fn(), vi.fn()];
    onAbort(controller.signal, () => {
      off();
      onAbort(controller.signal, added);
    });
    const off = onAbort(controller.signal, second);
    controller.abort();
    expect([second.mock.calls.length, added.mock.calls.length]).toEqual([0, 1]);
  });
});

describe('singleFlight', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test('those that ask at once share one flight, and the next one starts another', async () => {
    const inFlight = new Map<string, Promise<number>>();
    let flights = 0;
    const work = async () => ++flights;
    expect(await Promise.all(Array.from({ length: 50 }, () => singleFlight(inFlight, 'a', work)))).toEqual(new Array(50).fill(1));
    expect(await singleFlight(inFlight, 'a', work)).toBe(2);
    expect(await Promise.all([singleFlight(inFlight, 'a', work), singleFlight(inFlight, 'b', work)])).toEqual([3, 4]);
    expect(inFlight.size).toBe(0);
  });

  test('a failure reaches all of them and is not remembered', async () => {
    const inFlight = new Map<string, Promise<number>>();
    const work = vi.fn(async () => 5).mockRejectedValueOnce(new Error('down'));
    const both = await Promise.allSettled([singleFlight(inFlight, 'a', work), singleFlight(inFlight, 'a', work)]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await singleFlight(inFlight, 'a', work)).toBe(5);
  });

  test.each(['WebSocketPair', 'EdgeRuntime'])(
    'each has a flight of its own on a runtime with %s, where a promise belongs to a request',
    async (name) => {
      expect(isTiedToRequest()).toBe(false);
      vi.stubGlobal(name, class {});
      expect(isTiedToRequest()).toBe(true);
      const inFlight = new Map<string, Promise<number>>();
      // The request that asked first was cancelled: what it waits for never comes.
      void singleFlight(inFlight, 'a', never);
      expect(await singleFlight(inFlight, 'a', async () => 5)).toBe(5);
    },
  );
});
