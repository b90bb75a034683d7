import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { type BatchTask, runBatch } from '../../src/core/call/batch.ts';

const later = (milliseconds = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
const double: BatchTask<number, number> = async (input) => input * 2;

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Numbers from 0, with a count of how many were read and whether it was closed. */
function source(length: number): { read: number; closed: boolean; [Symbol.iterator](): Iterator<number> } {
  return {
    read: 0,
    closed: false,
    *[Symbol.iterator]() {
      try {
        while (this.read < length) yield this.read++;
      } finally {
        this.closed = true;
      }
    },
  };
}

describe('runBatch', () => {
  test.each<[string, () => Iterable<number> | AsyncIterable<number>]>([
    ['an array', () => [1, 2, 3]],
    ['a set', () => new Set([1, 2, 3])],
    [
      'an async generator',
      async function* () {
        yield* [1, 2, 3];
      },
    ],
    ['a stream', () => Readable.from([1, 2, 3])],
  ])('takes %s', async (_, inputs) => {
    expect((await collect(runBatch('core', inputs(), double, {}))).sort()).toEqual([2, 4, 6]);
  });

  test('takes nothing', async () => {
    expect(await collect(runBatch('core', [], double, {}))).toEqual([]);
  });

  test('yields in the order of completion, with the index of each', async () => {
    const waits = [30, 1, 15];
    const order = await collect(runBatch('core', waits, async (wait, index) => later(wait).then(() => index), {}));
    expect(order).toEqual([1, 2, 0]);
  });

  test('works on no more than it may, and reads no further', async () => {
    let running = 0;
    let most = 0;
    const inputs = source(50);
    const task: BatchTask<number, number> = async (input) => {
      most = Math.max(most, ++running);
      expect(inputs.read - input).toBeLessThanOrEqual(4);
      await later();
      running -= 1;
      return input;
    };
    expect(await collect(runBatch('core', inputs, task, { concurrency: 4 }))).toHaveLength(50);
    expect(most).toBe(4);
  });

  test('reads nothing before it is asked, and no more while the consumer is busy', async () => {
    const inputs = source(1_000_000);
    const results = runBatch('core', inputs, double, { concurrency: 5 })[Symbol.asyncIterator]();
    await later();
    expect(inputs.read).toBe(0);
    await results.next();
    await later(5);
    expect(inputs.read).toBeLessThanOrEqual(6);
    await results.return?.();
    expect(inputs.closed).toBe(true);
  });

  test('yields what is done while the source takes its time', async () => {
    let release = (): void => undefined;
    const inputs = (async function* () {
      yield 1;
      await new Promise<void>((resolve) => (release = resolve));
      yield 2;
    })();
    const results = runBatch('core', inputs, double, {})[Symbol.asyncIterator]();
    expect(await results.next()).toEqual({ done: false, value: 2 });
    release();
    expect(await results.next()).toEqual({ done: false, value: 4 });
    expect(await results.next()).toEqual({ done: true, value: undefined });
  });

  test('the fault of a source comes after the results of what it gave', async () => {
    const fault = new Error('the file ended');
    const seen: number[] = [];
    const inputs = (function* () {
      yield* [1, 2];
      throw fault;
    })();
    const run = async (): Promise<void> => {
      for await (const result of runBatch('core', inputs, async (n) => later(5).then(() => n), {})) seen.push(result);
    };
    await expect(run()).rejects.toBe(fault);
    expect(seen).toEqual([1, 2]);
  });

  test('an abort ends the reading, lets what is under way report, and throws the reason', async () => {
    const reason = new Error('closing time');
    const controller = new AbortController();
    const inputs = source(100);
    const seen: unknown[] = [];
    const task: BatchTask<number, unknown> = (_, __, signal) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason), { once: true }));
    setTimeout(() => controller.abort(reason), 5);
    const run = async (): Promise<void> => {
      for await (const result of runBatch('core', inputs, task, { concurrency: 3, signal: controller.signal })) seen.push(result);
    };
    await expect(run()).rejects.toBe(reason);
    expect(seen).toEqual([reason, reason, reason]);
    expect(inputs).toMatchObject({ read: 3, closed: true });
  });

  test('an abort does not wait for a source that never gives', async () => {
    const reason = new Error('enough');
    const never = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }) };
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 5);
    await expect(collect(runBatch('core', never, double, { signal: controller.signal }))).rejects.toBe(reason);
    const aborted = AbortSignal.abort(reason);
    await expect(collect(runBatch('core', source(3), double, { signal: aborted }))).rejects.toBe(reason);
  });

  test('leaving the loop aborts what is under way and closes the source', async () => {
    const inputs = source(100);
    const aborted: number[] = [];
    const task: BatchTask<number, number> = async (input, _, signal) => {
      if (input === 0) return input;
      signal.addEventListener('abort', () => aborted.push(input));
      return new Promise<never>(() => undefined);
    };
    for await (const result of runBatch('core', inputs, task, { concurrency: 3 })) {
      expect(result).toBe(0);
      break;
    }
    expect(aborted).toContain(1);
    expect(inputs.closed).toBe(true);
  });

  test('gives each item a signal of its own, so that nothing piles up on one', async () => {
    const signals = await collect(runBatch('core', source(30), async (_, __, signal) => signal, { signal: new AbortController().signal }));
    expect(new Set(signals).size).toBe(30);
  });

  test('a hundred thousand items leave nothing behind', async () => {
    let count = 0;
    for await (const _ of runBatch('core', source(100_000), double, { concurrency: 50 })) count += 1;
    expect(count).toBe(100_000);
  });

  test.each([undefined, null, 7, 'text', {}, () => []])('refuses inputs that are %s', (inputs) => {
    expect(() => runBatch('core', inputs as never, double, {})).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '3', null])('refuses a concurrency of %s', (concurrency) => {
    expect(() => runBatch('core', [], double, { concurrency: concurrency as never })).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION' }),
    );
  });
});
