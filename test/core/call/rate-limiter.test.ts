import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { TokenBucket } from '../../../src/core/call/rate-limiter.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** When each of `count` requests that ask at once may be sent, in milliseconds. */
async function schedule(bucket: TokenBucket, count: number): Promise<number[]> {
  const start = performance.now();
  const times = Array.from({ length: count }, () => bucket.acquire().then(() => performance.now() - start));
  await vi.runAllTimersAsync();
  return (await Promise.all(times)).map(Math.round);
}

describe('TokenBucket', () => {
  test('permits its capacity at once and then keeps the rate, in order', async () => {
    expect(await schedule(new TokenBucket({ capacity: 3, refillPerSecond: 2 }), 6)).toEqual([0, 0, 0, 500, 1_000, 1_500]);
  });

  test('fills up while no request asks, and never above its capacity', async () => {
    const bucket = new TokenBucket({ capacity: 2, refillPerSecond: 1 });
    await schedule(bucket, 2);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(await schedule(bucket, 3)).toEqual([0, 0, 1_000]);
  });

  test('a request that gives up makes room', async () => {
    const bucket = new TokenBucket({ capacity: 1, refillPerSecond: 1 });
    await bucket.acquire();
    const impatient = new AbortController();
    const call = bucket.acquire(impatient.signal);
    impatient.abort('enough');
    await expect(call).rejects.toBe('enough');
    expect(await schedule(bucket, 1)).toEqual([1_000]);
    await expect(bucket.acquire(AbortSignal.abort('no'))).rejects.toBe('no');
  });

  test('a request that has given up before it asks uses no token', async () => {
    const bucket = new TokenBucket({ capacity: 1, refillPerSecond: 1 });
    await expect(bucket.acquire(AbortSignal.abort('no'))).rejects.toBe('no');
    expect(await schedule(bucket, 1)).toEqual([0]);
  });

  test('has one timer, however many wait', async () => {
    const bucket = new TokenBucket({ capacity: 1, refillPerSecond: 1 });
    const times = schedule(bucket, 20);
    expect(vi.getTimerCount()).toBe(1);
    expect(await times).toHaveLength(20);
  });

  test('keeps the order, and forgets none, if the event loop was blocked', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
    onTestFinished(() => clock.mockRestore());
    const bucket = new TokenBucket({ capacity: 1, refillPerSecond: 1 });
    await bucket.acquire();
    const order: string[] = [];
    const first = bucket.acquire().then(() => order.push('first'));
    // Its token has come in long ago, and its timer has not fired yet.
    clock.mockReturnValue(5_000);
    const second = bucket.acquire().then(() => order.push('second'));
    await vi.runAllTimersAsync();
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'second']);
  });

  test('a request that gives up in the middle does not make two others go at once', async () => {
    const bucket = new TokenBucket({ capacity: 1, refillPerSecond: 1 });
    await bucket.acquire();
    const impatient = new AbortController();
    const call = bucket.acquire(impatient.signal);
    const behind = schedule(bucket, 1);
    impatient.abort('enough');
    await expect(call).rejects.toBe('enough');
    expect([...(await behind), ...(await schedule(bucket, 1))]).toEqual([1_000, 1_000]);
  });

  test('a new rate applies to those that wait already, and keeps what has come in', async () => {
    const bucket = new TokenBucket({ capacity: 1, refillPerSecond: 1 });
    const times = schedule(bucket, 3);
    // At 500 ms half a token is there; the other half comes in another 500 ms at the old rate, in 50 at the new one.
    setTimeout(() => bucket.setRate(10), 500);
    expect(await times).toEqual([0, 550, 650]);
  });

  test('a wait that is too long for a timer ends when the rate is raised', async () => {
    const bucket = new TokenBucket({ capacity: 1, refillPerSecond: 1e-9 });
    const times = schedule(bucket, 2);
    setTimeout(() => bucket.setRate(1), 1_000);
    expect(await times).toEqual([0, 2_000]);
  });

  test('emptied, it permits no request until it is refilled', async () => {
    const bucket = new TokenBucket({ capacity: 10, refillPerSecond: 2 });
    await bucket.acquire();
    bucket.drain();
    bucket.drain();
    expect(await schedule(bucket, 2)).toEqual([500, 1_000]);
  });

  test('an infinite rate is a request per millisecond', async () => {
    expect(await schedule(new TokenBucket({ capacity: 1, refillPerSecond: Number.POSITIVE_INFINITY }), 3)).toEqual([0, 1, 2]);
  });

  test('trusts a timer if the clock stands still', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const bucket = new TokenBucket({ capacity: 1, refillPerSecond: 1 });
    const both = Promise.all([bucket.acquire(), bucket.acquire()]);
    await vi.runAllTimersAsync();
    expect(await both).toHaveLength(2);
  });

  test.each([0, -1, Number.NaN, undefined, null, '5', Symbol('5')])('refuses the rate %s and keeps its own', async (rate) => {
    const bucket = new TokenBucket({ capacity: 1, refillPerSecond: 2 });
    expect(() => bucket.setRate(rate as never)).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION', surface: 'core', option: 'refillPerSecond' }),
    );
    expect(await schedule(bucket, 2)).toEqual([0, 500]);
  });

  test.each([
    [{ capacity: 0, refillPerSecond: 1 }, 'capacity'],
    [{ capacity: 1, refillPerSecond: 0 }, 'refillPerSecond'],
    [{ capacity: Number.NaN, refillPerSecond: 1 }, 'capacity'],
    [{ capacity: '5', refillPerSecond: 1 }, 'capacity'],
    [{ capacity: 1, refillPerSecond: Number.NaN }, 'refillPerSecond'],
    [{}, 'capacity'],
  ])('refuses %j', (options, option) => {
    expect(() => new TokenBucket(options as never)).toThrow(expect.objectContaining({ code: 'CONFIGURATION', surface: 'core', option }));
  });
});

describe.each(['WebSocketPair', 'EdgeRuntime'])('on a runtime with %s, where timers belong to a request,', (name) => {
  beforeEach(() => {
    vi.stubGlobal(name, class {});
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test('the rate is the same', async () => {
    expect(await schedule(new TokenBucket({ capacity: 3, refillPerSecond: 2 }), 6)).toEqual([0, 0, 0, 500, 1_000, 1_500]);
  });

  test('requests that ended while they waited stop none behind them', async () => {
    const bucket = new TokenBucket({ capacity: 1, refillPerSecond: 1 });
    await bucket.acquire();
    // Their timers never fire, and they do not abort.
    const { setTimeout } = globalThis;
    globalThis.setTimeout = (() => 0) as never;
    for (let ended = 0; ended < 3; ended += 1) void bucket.acquire();
    globalThis.setTimeout = setTimeout;
    expect(await schedule(bucket, 2)).toEqual([4_000, 5_000]);
    expect(await schedule(bucket, 1)).toEqual([1_000]);
  });

  test.each([
    ['one that comes later is granted at once', 1, 60_000, [0]],
    ['one that comes right behind one that was granted does not wait for them', 1_000, 0, [4, 1]],
  ])('requests that ended are dropped: %s', async (_, refillPerSecond, pause, times) => {
    const bucket = new TokenBucket({ capacity: 1, refillPerSecond });
    await bucket.acquire();
    const { setTimeout } = globalThis;
    globalThis.setTimeout = (() => 0) as never;
    for (let ended = 0; ended < 3; ended += 1) void bucket.acquire();
    globalThis.setTimeout = setTimeout;
    await vi.advanceTimersByTimeAsync(pause);
    const found: number[] = [];
    for (const _time of times) found.push(...(await schedule(bucket, 1)));
    expect(found).toEqual(times);
  });

  test('one that gives up makes room', async () => {
    const bucket = new TokenBucket({ capacity: 1, refillPerSecond: 1 });
    await bucket.acquire();
    const impatient = new AbortController();
    const call = bucket.acquire(impatient.signal);
    impatient.abort('enough');
    await expect(call).rejects.toBe('enough');
    expect(await schedule(bucket, 1)).toEqual([1_000]);
  });

  test('a lower rate makes those that wait check again, and none is forgotten', async () => {
    const bucket = new TokenBucket({ capacity: 1, refillPerSecond: 10 });
    const times = schedule(bucket, 4);
    setTimeout(() => bucket.setRate(1), 150);
    const [first, ...others] = await times;
    expect(first).toBe(0);
    for (const [at, time] of others.entries()) expect(time).toBeGreaterThan(others[at - 1] ?? 0);
    expect(others).toHaveLength(3);
  });
});

describe('whatever happens to a TokenBucket', () => {
  type Action = { readonly after: number } & (
    | { readonly type: 'acquire'; readonly patience?: number | undefined }
    | { readonly type: 'rate'; readonly perSecond: number }
    | { readonly type: 'drain' }
  );
  const perSecond = fc.constantFrom(0.5, 1, 2, 5, 7, 80);
  const after = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2_500 }));
  const action: fc.Arbitrary<Action> = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ after, type: fc.constant('acquire'), patience: fc.option(fc.nat(4_000), { freq: 4, nil: undefined }) }),
    },
    { weight: 2, arbitrary: fc.record({ after, type: fc.constant('rate'), perSecond }) },
    { weight: 1, arbitrary: fc.record({ after, type: fc.constant('drain') }) },
  );
  const script = fc.record({ capacity: fc.integer({ min: 1, max: 5 }), first: perSecond, actions: fc.array(action, { maxLength: 30 }) });

  interface Entry {
    readonly at: number;
    readonly what: 'asked' | 'granted' | 'gave up' | 'drained' | { readonly perSecond: number };
    readonly who?: number;
  }

  /** What happened, in its order. */
  async function play({ capacity, first, actions }: typeof script extends fc.Arbitrary<infer Script> ? Script : never): Promise<Entry[]> {
    const start = performance.now();
    const log: Entry[] = [];
    const note = (what: Entry['what'], who?: number): void => {
      log.push({ at: Math.round(performance.now() - start), what, ...(who !== undefined && { who }) });
    };
    const bucket = new TokenBucket({ capacity, refillPerSecond: first });
    for (const [who, act] of actions.entries()) {
      await vi.advanceTimersByTimeAsync(act.after);
      if (act.type === 'rate') {
        bucket.setRate(act.perSecond);
        note({ perSecond: act.perSecond });
      } else if (act.type === 'drain') {
        bucket.drain();
        note('drained');
      } else {
        const controller = new AbortController();
        if (act.patience !== undefined) setTimeout(() => controller.abort(), act.patience);
        note('asked', who);
        void bucket.acquire(controller.signal).then(
          () => note('granted', who),
          () => note('gave up', who),
        );
      }
      await vi.advanceTimersByTimeAsync(0);
    }
    await vi.runAllTimersAsync();
    return log;
  }

  test.each([
    ['in order, never too many, none too late, and forgets none', false],
    ['never too many and forgets none on a runtime that ties timers to requests', true],
  ])('it permits %s', async (_, isTied) => {
    if (isTied) vi.stubGlobal('WebSocketPair', class {});
    onTestFinished(() => void vi.unstubAllGlobals());
    await fc.assert(
      fc.asyncProperty(script, async (given) => {
        const log = await play(given);
        const grants = log.filter(({ what }) => what === 'granted');
        const asked = log.filter(({ what }) => what === 'asked');
        expect(log.filter(({ what }) => what === 'gave up').length + grants.length).toBe(asked.length);
        const order = grants.map(({ who }) => Number(who));
        if (!isTied) expect(order).toEqual([...order].sort((a, b) => a - b));

        // Counted again, independently: what would be in the bucket, millisecond by millisecond.
        const times = grants.map(({ at }) => at);
        const rates: number[] = [];
        let tokens = given.capacity;
        let rate = given.first / 1_000;
        let now = 0;
        /** Those that wait for a token, and since when there is one. */
        const waiting = new Set<number>();
        let ready: number | undefined;
        for (const { at, what, who } of log) {
          for (; now < at; now += 1) {
            rates.push(rate);
            tokens = Math.min(given.capacity, tokens + rate);
            if (waiting.size > 0 && tokens >= 1) ready ??= now + 1;
          }
          if (what === 'asked') waiting.add(Number(who));
          else if (what === 'drained') tokens = Math.min(tokens, 0);
          else if (typeof what === 'object') rate = what.perSecond / 1_000;
          else {
            waiting.delete(Number(who));
            if (what === 'granted') {
              tokens -= 1;
              expect(tokens).toBeGreaterThan(-1e-3);
              if (!isTied) expect(at - (ready ?? at)).toBeLessThan(2);
            }
            ready = waiting.size > 0 && tokens >= 1 ? now : undefined;
          }
        }
        // What the name promises, for any period.
        for (const [first, from] of times.entries()) {
          for (const [last, to] of times.entries()) {
            const refilled = rates.slice(from, to).reduce((sum, each) => sum + each, 0);
            if (last >= first) expect(last - first + 1).toBeLessThanOrEqual(given.capacity + refilled + 1e-3);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
