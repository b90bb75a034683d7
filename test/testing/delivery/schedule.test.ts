import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Schedule } from '../../../src/testing/delivery/schedule.ts';

const skipping = { timeScale: Number.POSITIVE_INFINITY, parallel: 2 };

describe('a schedule', () => {
  test('without items waits for what is in flight, and then finishes', () => {
    const schedule = new Schedule(skipping);
    expect([schedule.next(0, 1), schedule.next(0, 0)]).toEqual([{ do: 'wait' }, { do: 'finish' }]);
  });

  test('sends what is due, the earliest first, and in the order of adding at the same time', () => {
    const schedule = new Schedule<string>(skipping);
    for (const [item, due] of [
      ['c', 20],
      ['a', 10],
      ['d', 20],
      ['b', 10],
    ] as const)
      schedule.add(item, due);
    const sent = Array.from({ length: 4 }, () => schedule.next(20, 0));
    expect(sent).toEqual(['a', 'b', 'c', 'd'].map((item) => ({ do: 'send', item })));
    expect(schedule.next(20, 0)).toEqual({ do: 'finish' });
  });

  test('has no more in flight than it may', () => {
    const schedule = new Schedule<string>(skipping);
    schedule.add('a', 0);
    expect([schedule.next(0, 2), schedule.next(0, 1)]).toEqual([{ do: 'wait' }, { do: 'send', item: 'a' }]);
  });

  test('skips the time only when nothing is in flight: a response may add something that is due earlier', () => {
    const schedule = new Schedule<string>(skipping);
    schedule.add('late', 60_000);
    expect(schedule.next(0, 1)).toEqual({ do: 'wait' });
    schedule.add('earlier', 1_000);
    expect(schedule.next(0, 0)).toEqual({ do: 'skip', to: 1_000 });
    expect(schedule.next(1_000, 0)).toEqual({ do: 'send', item: 'earlier' });
  });

  test('sleeps in real time if the scale says so, also while something is in flight', () => {
    const schedule = new Schedule<string>({ timeScale: 50, parallel: 2 });
    schedule.add('a', 1_000);
    expect(schedule.next(0, 1)).toEqual({ do: 'sleep', milliseconds: 20, to: 1_000 });
    expect(schedule.next(500, 0)).toEqual({ do: 'sleep', milliseconds: 10, to: 1_000 });
  });

  test('never sleeps longer than a timer can', () => {
    const schedule = new Schedule<string>({ timeScale: 1, parallel: 1 });
    schedule.add('a', 2 ** 40);
    expect(schedule.next(0, 0)).toMatchObject({ do: 'sleep', milliseconds: 2 ** 31 - 1 });
  });

  test('is empty after clear()', () => {
    const schedule = new Schedule<string>(skipping);
    schedule.add('a', 0);
    schedule.clear();
    expect([schedule.size, schedule.next(0, 0)]).toEqual([0, { do: 'finish' }]);
  });

  test('sends everything once, in the order of a stable sort, whatever is added', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 20 })), (times) => {
        const schedule = new Schedule<number>(skipping);
        for (const [item, due] of times.entries()) schedule.add(item, due);
        const sent: number[] = [];
        let now = 0;
        for (let step = schedule.next(now, 0); step.do !== 'finish'; step = schedule.next(now, 0)) {
          if (step.do === 'send') sent.push(step.item);
          if (step.do === 'skip') now = step.to;
        }
        const sorted = [...times.keys()].sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
        expect(sent).toEqual(sorted);
      }),
    );
  });
});
