import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { checkTimeReserve, type LambdaTime, withinTime } from '../../../src/core/receive/lambda.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Lambda's context, with a time that runs out. */
function lambda(milliseconds: number) {
  const end = performance.now() + milliseconds;
  return { getRemainingTimeInMillis: () => end - performance.now() };
}

describe('the time that Lambda leaves', () => {
  /** What happens in each tenth of the time of work that never ends. */
  async function watch(milliseconds: number, timeReserve?: number) {
    const log: string[] = [];
    const note = (what: string): void => void log.push(`${Math.round(performance.now() - start)} ${what}`);
    const start = performance.now();
    let time: LambdaTime | undefined;
    const result = withinTime('core', lambda(milliseconds), timeReserve, (given) => {
      time = given;
      given.signal.addEventListener('abort', () => note('abort'));
      return new Promise(() => undefined);
    }).catch((error: { message: string; code: string }) => note(`respond ${error.code}: ${error.message}`));
    let isOpen = true;
    for (let at = 0; at < milliseconds; at += 50) {
      try {
        time?.check();
      } catch {
        if (isOpen) note('no new work');
        isOpen = false;
      }
      await vi.advanceTimersByTimeAsync(50);
    }
    await result;
    return log;
  }

  test('is reserved step by step: no new work, abort, response', async () => {
    expect(await watch(10_000)).toEqual(['8050 no new work', '9000 abort', "9500 respond TIMEOUT: Lambda's time is nearly used up"]);
  });

  test('may be reserved differently', async () => {
    expect((await watch(10_000, 4_000)).map((line) => Number.parseInt(line, 10))).toEqual([6_050, 8_000, 9_000]);
  });

  test('is never reserved by more than half', async () => {
    expect((await watch(2_000, 60_000)).map((line) => Number.parseInt(line, 10))).toEqual([1_050, 1_500, 1_750]);
  });

  test.each([
    ['without a context', {}],
    ['beyond what a timer can hold', { getRemainingTimeInMillis: () => 2 ** 40 }],
  ])('has no limit %s', async (_, context) => {
    const work = withinTime('core', context, undefined, async ({ check, signal }) => {
      check();
      return signal.aborted;
    });
    expect(await work).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('is over with the work, and leaves no timer', async () => {
    expect(await withinTime('core', lambda(10_000), undefined, async () => 'done')).toBe('done');
    await expect(withinTime('core', lambda(10_000), undefined, () => Promise.reject('fault'))).rejects.toBe('fault');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('work that fails after the response is not an unhandled rejection', async () => {
    const late = withinTime(
      'core',
      lambda(1_000),
      undefined,
      () => new Promise((_, reject) => setTimeout(reject, 2_000, new Error('late'))),
    );
    const failed = late.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await failed).toMatchObject({ code: 'TIMEOUT', budget: 'total', surface: 'core', attempts: 1, hint: expect.any(String) });
  });
});

test.each([-1, Number.NaN, '2000', null])('a reserve of %o is refused', (timeReserve) => {
  expect(() => checkTimeReserve('core', timeReserve)).toThrow(expect.objectContaining({ code: 'CONFIGURATION', option: 'timeReserve' }));
});

test.each([undefined, 0, 0.5, 60_000, Number.POSITIVE_INFINITY])('a reserve of %o is accepted', (timeReserve) => {
  expect(() => checkTimeReserve('core', timeReserve)).not.toThrow();
});
