import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FleetRateLimiter, type FlexibleLimiter, quotaWindow } from '../../src/stores/rate-limiter.ts';
import { consoleLines } from '../support/console.ts';
import { waybillErrorOf } from '../support/errors.ts';

describe('quotaWindow', () => {
  test.each([
    // NDR feedback, Amazon Pay live, a large quota, and slow ones.
    [
      { perSecond: 5, burst: 10 },
      { points: 4, duration: 1 },
    ],
    [
      { perSecond: 1, burst: 10 },
      { points: 4, duration: 5 },
    ],
    [
      { perSecond: 80, burst: 160 },
      { points: 72, duration: 1 },
    ],
    [
      { perSecond: 0.0167, burst: 20 },
      { points: 9, duration: 599 },
    ],
    [
      { perSecond: 1, burst: 2 },
      { points: 1, duration: 2 },
    ],
  ])('of %o is %o', (quota, window) => {
    expect(quotaWindow(quota)).toEqual(window);
  });

  const quotas = fc.record({
    perSecond: fc.double({ min: 0.001, max: 1_000, noNaN: true }),
    burst: fc.integer({ min: 2, max: 500 }),
  });

  test('never exceeds the quota, wherever windows meet, and holds a tenth of it back', () => {
    const property = fc.property(quotas, fc.double({ min: 0, max: 0.999, noNaN: true }), (quota, phase) => {
      const { points, duration } = quotaWindow(quota);
      expect(Number.isInteger(points) && Number.isInteger(duration)).toBe(true);
      expect(points / duration).toBeLessThanOrEqual(0.9 * quota.perSecond + 1e-9);
      // The worst that windows allow: all at the end of one, all at the beginning of the next, and so on.
      let [tokens, since] = [quota.burst, 0];
      for (let window = 0; window < 50; window += 1) {
        const at = window === 0 ? duration * 0.999 : window * duration + phase * 1e-3;
        tokens = Math.min(quota.burst, tokens + (at - since) * quota.perSecond) - points;
        since = at;
        expect(tokens).toBeGreaterThan(-1e-6);
      }
    });
    fc.assert(property, { numRuns: 500 });
  });

  test.each([
    [{ perSecond: 1, burst: 1 }, 'burst'],
    [{ perSecond: 0, burst: 10 }, 'perSecond'],
    [{ perSecond: Number.NaN, burst: 10 }, 'perSecond'],
    [{ perSecond: '5', burst: null }, 'burst'],
    [{}, 'perSecond'],
  ])('refuses %o', async (quota, option) => {
    expect(await waybillErrorOf(() => quotaWindow(quota as never))).toMatchObject({ code: 'CONFIGURATION', option });
  });
});

describe('FleetRateLimiter', () => {
  const QUOTA = { key: 'quota', perSecond: 5, burst: 10 };
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Fixed windows that begin with their first use, as those of rate-limiter-flexible do. */
  function fixedWindows(points = 4, duration = 1) {
    const asked: number[] = [];
    let [used, until] = [0, 0];
    const limiter: FlexibleLimiter & { consume: (key: string) => Promise<unknown> } = {
      points,
      duration,
      consume: async () => {
        const now = performance.now();
        asked.push(now);
        if (now >= until) [used, until] = [0, now + duration * 1_000];
        used += 1;
        // As rate-limiter-flexible does it: a rejection that is no Error.
        if (used > points) return Promise.reject({ msBeforeNext: until - now, remainingPoints: 0 });
        return { remainingPoints: points - used };
      },
    };
    return { limiter, asked };
  }
  const make = (limiter: FlexibleLimiter, more: object = {}) => new FleetRateLimiter(() => limiter, { ...QUOTA, ...more });

  test('passes the window to the function that creates the limiter', () => {
    const create = vi.fn(() => fixedWindows().limiter);
    const limiter = new FleetRateLimiter(create, QUOTA);
    expect(create).toHaveBeenCalledExactlyOnceWith({ points: 4, duration: 1 });
    expect(limiter).toBeInstanceOf(FleetRateLimiter);
  });

  test('grants in the order of arrival, and only the first asks the engine', async () => {
    const { limiter, asked } = fixedWindows();
    const fleet = make(limiter);
    const order: number[] = [];
    for (let at = 0; at < 50; at += 1) void fleet.acquire().then(() => order.push(at));
    await vi.advanceTimersByTimeAsync(100);
    expect(order).toEqual([0, 1, 2, 3]);
    // Four grants and one refusal.
    expect(asked).toHaveLength(5);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(order).toEqual(Array.from({ length: 50 }, (_, at) => at));
    expect(asked.length).toBeLessThan(80);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('an abort takes a request out before it asks', async () => {
    const { limiter, asked } = fixedWindows();
    const fleet = make(limiter);
    for (let at = 0; at < 4; at += 1) await fleet.acquire();
    const controller = new AbortController();
    const leaving = fleet.acquire(controller.signal).catch((reason: unknown) => reason);
    const granted = vi.fn();
    const staying = fleet.acquire().then(granted);
    await vi.advanceTimersByTimeAsync(500);
    controller.abort('enough');
    expect(await leaving).toBe('enough');
    await vi.advanceTimersByTimeAsync(600);
    await staying;
    expect(granted).toHaveBeenCalledOnce();
    // One refusal for the one that left, one grant for the one that stayed.
    expect(asked).toHaveLength(6);
  });

  test('the last one that leaves ends the wait, so that the process can end', async () => {
    const fleet = make(fixedWindows(1, 60).limiter);
    await fleet.acquire();
    const controller = new AbortController();
    const leaving = fleet.acquire(controller.signal).catch(() => 'left');
    await vi.advanceTimersByTimeAsync(1_000);
    controller.abort();
    expect(await leaving).toBe('left');
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a request that has been aborted already asks nothing', async () => {
    const { limiter, asked } = fixedWindows();
    await expect(make(limiter).acquire(AbortSignal.abort('no'))).rejects.toBe('no');
    expect(asked).toEqual([]);
  });

  test('a request that comes when all others have been granted is served too', async () => {
    const { limiter } = fixedWindows();
    const fleet = make(limiter);
    for (let round = 0; round < 5; round += 1) {
      await fleet.acquire();
      await vi.advanceTimersByTimeAsync(3_000);
    }
    expect(vi.getTimerCount()).toBe(0);
  });

  describe('whose engine is down', () => {
    const broken = (failures: number, limiter = fixedWindows().limiter): FlexibleLimiter => {
      let left = failures;
      return {
        ...limiter,
        consume: (key) => {
          left -= 1;
          return left >= 0
            ? Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }))
            : limiter.consume(key);
        },
      };
    };

    test.each([
      ['nothing', () => undefined],
      [
        'what cannot be read',
        () => ({
          get msBeforeNext() {
            throw new Error('not yours');
          },
        }),
      ],
    ])('is asked again if it throws %s', async (_, thrown) => {
      consoleLines();
      const { limiter } = fixedWindows();
      const consume = vi.fn(limiter.consume).mockImplementationOnce(() => Promise.reject(thrown()));
      const granted = vi.fn();
      void make({ ...limiter, consume })
        .acquire()
        .then(granted);
      await vi.advanceTimersByTimeAsync(600);
      expect(granted).toHaveBeenCalledOnce();
    });

    test('waits until it is back, and says so once', async () => {
      const warnings = consoleLines();
      const granted = vi.fn();
      void make(broken(3)).acquire().then(granted);
      await vi.advanceTimersByTimeAsync(1_500);
      expect(granted).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(600);
      expect(granted).toHaveBeenCalledOnce();
      expect(warnings).toEqual([
        expect.stringContaining('the engine of the rate limiter failed, and requests wait for it: connect ECONNREFUSED'),
      ]);
    });

    test.each([30 * 86_400_000, -1])('and says to wait %d ms: it is asked now and then', async (msBeforeNext) => {
      let asked = 0;
      const { limiter } = fixedWindows();
      const consume = (): Promise<never> => {
        asked += 1;
        return Promise.reject({ msBeforeNext });
      };
      void make({ ...limiter, consume }).acquire();
      await vi.advanceTimersByTimeAsync(120_000);
      expect(asked).toBeGreaterThan(1);
      expect(asked).toBeLessThan(300);
    });

    test('tells onError each time, with an error of its own', async () => {
      const errors: unknown[] = [];
      void make(broken(3), { onError: (error: unknown) => errors.push(error) }).acquire();
      await vi.advanceTimersByTimeAsync(5_000);
      expect(errors).toHaveLength(3);
      expect(errors[0]).toMatchObject({ code: 'CONNECTION', systemCode: 'ECONNREFUSED', retryable: true });
    });

    test('and never answers: it counts as failed after 2 seconds', async () => {
      const errors: unknown[] = [];
      const { limiter } = fixedWindows();
      let calls = 0;
      const hanging: FlexibleLimiter = {
        ...limiter,
        consume: (key) => {
          calls += 1;
          return calls === 1 ? new Promise(() => undefined) : limiter.consume(key);
        },
      };
      const granted = vi.fn();
      void make(hanging, { onError: (error: unknown) => errors.push(error) })
        .acquire()
        .then(granted);
      await vi.advanceTimersByTimeAsync(1_999);
      expect(errors).toEqual([]);
      await vi.advanceTimersByTimeAsync(700);
      expect([errors.length, granted.mock.calls.length]).toEqual([1, 1]);
    });
  });

  test.each<[unknown, object, string]>([
    [undefined, {}, 'createLimiter'],
    [() => undefined, {}, 'createLimiter'],
    [() => ({ consume: 5 }), {}, 'createLimiter'],
    [() => ({ consume: async () => undefined }), {}, 'createLimiter'],
    [() => fixedWindows(5, 1).limiter, {}, 'createLimiter'],
    [() => fixedWindows(4, 0.5).limiter, {}, 'createLimiter'],
    [() => fixedWindows().limiter, { onError: 'x' }, 'onError'],
    [() => fixedWindows().limiter, { key: '' }, 'key'],
    [() => fixedWindows().limiter, { burst: 1 }, 'burst'],
    [() => fixedWindows().limiter, { points: 4 }, 'points'],
  ])('refuses %o with %o', async (create, more, option) => {
    const error = await waybillErrorOf(() => new FleetRateLimiter(create as never, { ...QUOTA, ...more }));
    expect(error).toMatchObject({ code: 'CONFIGURATION', option });
  });
});
