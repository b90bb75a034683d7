import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TokenBucket } from '../../src/core/rate-limiter.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** When each of `count` requests that are asked for at once may go, in milliseconds. */
async function schedule(bucket: TokenBucket, count: number): Promise<number[]> {
  const start = performance.now();
  const times = Array.from({ length: count }, () => bucket.acquire().then(() => performance.now() - start));
  await vi.runAllTimersAsync();
  return (await Promise.all(times)).map(Math.round);
}

describe('TokenBucket', () => {
  test('lets its capacity through at once and then keeps the rate, in order', async () => {
    expect(await schedule(new TokenBucket({ capacity: 3, refillPerSecond: 2 }), 6)).toEqual([0, 0, 0, 500, 1_000, 1_500]);
  });

  test('fills up while nobody asks, and never above its capacity', async () => {
    const bucket = new TokenBucket({ capacity: 2, refillPerSecond: 1 });
    await schedule(bucket, 2);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(await schedule(bucket, 3)).toEqual([0, 0, 1_000]);
  });

  test('who gives up makes room', async () => {
    const bucket = new TokenBucket({ capacity: 1, refillPerSecond: 1 });
    await bucket.acquire();
    const impatient = new AbortController();
    const given = bucket.acquire(impatient.signal);
    impatient.abort('enough');
    await expect(given).rejects.toBe('enough');
    expect(await schedule(bucket, 1)).toEqual([1_000]);
    await expect(bucket.acquire(AbortSignal.abort('no'))).rejects.toBe('no');
  });

  test('who gives up in the middle does not make two others go at once', async () => {
    const bucket = new TokenBucket({ capacity: 1, refillPerSecond: 1 });
    await bucket.acquire();
    const impatient = new AbortController();
    const given = bucket.acquire(impatient.signal);
    const behind = schedule(bucket, 1);
    impatient.abort('enough');
    await expect(given).rejects.toBe('enough');
    expect([...(await behind), ...(await schedule(bucket, 1))]).toEqual([1_000, 1_000]);
  });

  test.each([
    [{ capacity: 0, refillPerSecond: 1 }],
    [{ capacity: 1, refillPerSecond: 0 }],
    [{ capacity: Number.NaN, refillPerSecond: 1 }],
    [{}],
  ])('refuses %j', (options) => {
    expect(() => new TokenBucket(options as never)).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
  });
});
