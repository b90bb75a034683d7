import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type BatchTask, runBatch } from '../../../src/core/call/batch.ts';

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
    ['promises', () => [Promise.resolve(1), 2, Promise.resolve(3)] as Iterable<number>],
    [
      'a source without the asynchronous method',
      () => ({ [Symbol.asyncIterator]: undefined, [Symbol.iterator]: () => [1, 2, 3].values() }),
    ],
    ['a source with null for it', () => ({ [Symbol.asyncIterator]: null, [Symbol.iterator]: () => [1, 2, 3].values() })],
    ['a function that is iterable', () => Object.assign(() => 0, { [Symbol.iterator]: () => [1, 2, 3].values() })],
  ])('accepts %s', async (_, inputs) => {
    expect((await collect(runBatch('core', inputs(), double, {}))).sort()).toEqual([2, 4, 6]);
  });

  test('accepts an empty source', async () => {
    expect(await collect(runBatch('core', [], double, {}))).toEqual([]);
  });

  test('yields in the order of completion, with the index of each', async () => {
    const waits = [30, 1, 15];
    const order = await collect(runBatch('core', waits, async (wait, index) => later(wait).then(() => index), {}));
    expect(order).toEqual([1, 2, 0]);
  });

  test('works on no more items than it may, and reads no further', async () => {
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

  test('reads nothing before the first request for a result, and nothing while the consumer is busy', async () => {
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

  test('yields results while the source is slow', async () => {
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

  test('an error from the source comes after the results of the items before it', async () => {
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

  test('a promise that rejects is an error from the source, which is closed', async () => {
    const fault = new Error('the row cannot be read');
    const close = vi.fn(() => ({ done: true as const, value: undefined }));
    const promises = [Promise.resolve(1), Promise.reject(fault), Promise.resolve(3)].values();
    const inputs = { [Symbol.iterator]: () => ({ next: () => promises.next(), return: close }) };
    const seen: number[] = [];
    const run = async (): Promise<void> => {
      for await (const result of runBatch<number, number>('core', inputs as never, double, {})) seen.push(result);
    };
    await expect(run()).rejects.toBe(fault);
    expect([seen, close.mock.calls.length]).toEqual([[2], 1]);
  });

  test('of a source that is asynchronous, a promise is an item', async () => {
    const item = Promise.resolve(1);
    const results = [item].values();
    const inputs = { [Symbol.asyncIterator]: () => ({ next: async () => results.next() }) };
    expect(await collect(runBatch('core', inputs, async (input) => input === item, {}))).toEqual([true]);
  });

  test('an abort ends the reading, lets items in flight report, and throws the reason', async () => {
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

  test('an abort does not wait for a source that never supplies an item', async () => {
    const reason = new Error('enough');
    const never = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }) };
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 5);
    await expect(collect(runBatch('core', never, double, { signal: controller.signal }))).rejects.toBe(reason);
    const aborted = AbortSignal.abort(reason);
    await expect(collect(runBatch('core', source(3), double, { signal: aborted }))).rejects.toBe(reason);
  });

  test('an abort does not wait for a source that would close only after its next item', async () => {
    const inputs = (async function* () {
      yield await new Promise<never>(() => undefined);
    })();
    const controller = new AbortController();
    setTimeout(() => controller.abort('enough'), 5);
    await expect(collect(runBatch('core', inputs, double, { signal: controller.signal }))).rejects.toBe('enough');
  });

  test('an abort before the first item closes the source', async () => {
    const close = vi.fn(() => ({ done: true as const, value: undefined }));
    const inputs = { [Symbol.iterator]: () => ({ next: () => ({ done: false as const, value: 1 }), return: close }) };
    await expect(collect(runBatch('core', inputs, double, { signal: AbortSignal.abort('enough') }))).rejects.toBe('enough');
    expect(close).toHaveBeenCalledOnce();
  });

  test('an abort waits until the source is closed if it is not busy', async () => {
    const controller = new AbortController();
    let isClosed = false;
    const inputs = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false as const, value: 1 }),
        return: async () => {
          await later(5);
          isClosed = true;
          return { done: true as const, value: undefined };
        },
      }),
    };
    const task: BatchTask<number, number> = (input, _, signal) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve(input), { once: true }));
    setTimeout(() => controller.abort('enough'), 5);
    await expect(collect(runBatch('core', inputs, task, { concurrency: 2, signal: controller.signal }))).rejects.toBe('enough');
    expect(isClosed).toBe(true);
  });

  describe('a source that hangs while it is closed', () => {
    const fault = new Error('enough');
    const hang = (): Promise<never> => new Promise(() => undefined);
    async function* numbers(): AsyncGenerator<number> {
      try {
        for (let number = 0; ; number += 1) yield number;
      } finally {
        await hang();
      }
    }
    const failing = {
      [Symbol.iterator]: () => {
        const promises = [Promise.reject(fault)].values();
        return { next: () => promises.next(), return: hang };
      },
    };

    beforeEach(() => {
      vi.useFakeTimers();
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    test.each<[string, () => Promise<unknown>, unknown]>([
      [
        'an abort',
        async () => {
          const controller = new AbortController();
          for await (const _ of runBatch('core', numbers(), double, { signal: controller.signal })) controller.abort(fault);
        },
        fault,
      ],
      [
        'the end of a loop that is left after an abort',
        async () => {
          const controller = new AbortController();
          for await (const _ of runBatch('core', numbers(), double, { signal: controller.signal })) {
            controller.abort(fault);
            await null;
            await null;
            break;
          }
        },
        undefined,
      ],
      ['its own error', () => collect(runBatch('core', failing as never, double, {})), fault],
    ])('delays %s for a second at most', async (_, run, outcome) => {
      const onEnd = vi.fn();
      const running = run().then(onEnd, onEnd);
      await vi.advanceTimersByTimeAsync(999);
      expect(onEnd).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(1);
      await running;
      expect(onEnd).toHaveBeenCalledExactlyOnceWith(outcome);
      expect(vi.getTimerCount()).toBe(0);
    });
  });

  test.each<[string, () => IteratorResult<number>]>([
    ['has ended', () => ({ done: true, value: undefined })],
    [
      'has failed',
      () => {
        throw new Error('the file ended');
      },
    ],
  ])('a source that %s is not closed again', async (_, end) => {
    const close = vi.fn();
    let steps = 0;
    const next = (): IteratorResult<number> => (++steps < 3 ? { done: false, value: steps } : end());
    const inputs = { [Symbol.iterator]: () => ({ next, return: close }) };
    await collect(runBatch('core', inputs as Iterable<number>, double, {})).catch(() => undefined);
    expect(close).not.toHaveBeenCalled();
  });

  test('the loop may be left while the last items of a source that has ended are in flight', async () => {
    const seen: number[] = [];
    const task: BatchTask<number, number> = async (input) => (input === 1 ? input : new Promise<never>(() => undefined));
    for await (const result of runBatch('core', [1, 2, 3], task, {})) {
      await later();
      seen.push(result);
      break;
    }
    expect(seen).toEqual([1]);
  });

  test('an item that the source supplies after the loop was left has a signal that has aborted', async () => {
    let supply = (_: number): void => undefined;
    const inputs = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<IteratorResult<number>>((resolve) => (supply = (value) => resolve({ done: false, value }))),
      }),
    };
    const aborted: [number, boolean][] = [];
    const task: BatchTask<number, number> = async (input, _, signal) => {
      aborted.push([input, signal.aborted]);
      return input;
    };
    const results = runBatch('core', inputs, task, {})[Symbol.asyncIterator]();
    const first = results.next();
    await later();
    supply(1);
    await first;
    // The loop is left while the source is about to supply the next one.
    await later();
    await results.return?.();
    supply(2);
    await later();
    expect(aborted).toEqual([
      [1, false],
      [2, true],
    ]);
  });

  test('leaving the loop aborts items in flight and closes the source', async () => {
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

  test('each item has its own signal, so that nothing piles up on one', async () => {
    const signals = await collect(runBatch('core', source(30), async (_, __, signal) => signal, { signal: new AbortController().signal }));
    expect(new Set(signals).size).toBe(30);
  });

  test('an item that a slow source supplies after an abort is yielded, with a signal that has aborted', async () => {
    const controller = new AbortController();
    let supply = (_: number): void => undefined;
    const inputs = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<IteratorResult<number>>((resolve) => (supply = (value) => resolve({ done: false, value }))),
      }),
    };
    const seen: unknown[] = [];
    const run = async (): Promise<void> => {
      const task: BatchTask<number, unknown> = async (input, _, signal) => [input, signal.aborted, signal.reason];
      for await (const result of runBatch('core', inputs, task, { signal: controller.signal })) seen.push(result);
    };
    const running = run();
    await later(5);
    controller.abort('closing time');
    supply(7);
    await expect(running).rejects.toBe('closing time');
    expect(seen).toEqual([[7, true, 'closing time']]);
  });

  test('the source is closed once, also if it never ends, and what its return() throws is the error', async () => {
    const fault = new Error('the file cannot be closed');
    let closed = 0;
    const endless = {
      [Symbol.iterator]: () => ({
        next: () => ({ done: false as const, value: 1 }),
        return: () => {
          closed += 1;
          throw fault;
        },
      }),
    };
    const run = async (): Promise<void> => {
      for await (const _ of runBatch('core', endless as Iterable<number>, double, {})) break;
    };
    await expect(run()).rejects.toBe(fault);
    expect(closed).toBe(1);
  });

  test.each([
    [1, 5],
    [3, 5],
    [10, 5],
    [10, 0],
  ])('a loop that is left waits until the source is closed, with %d items in flight, after %d ms', async (concurrency, wait) => {
    const fault = new Error('the cursor cannot be closed');
    const order: string[] = [];
    async function* cursor(): AsyncGenerator<number> {
      try {
        for (let number = 0; ; number += 1) yield number;
      } finally {
        if (wait > 0) await later(wait);
        order.push('closed');
        // biome-ignore lint/correctness/noUnsafeFinally: as a driver would.
        throw fault;
      }
    }
    const run = async (): Promise<void> => {
      for await (const _ of runBatch('core', cursor(), double, { concurrency })) break;
    };
    await run().catch((error: unknown) => order.push(error === fault ? 'failed' : String(error)));
    expect(order).toEqual(['closed', 'failed']);
  });

  test.each([
    ['waits for no timer if the source has nothing to do', 'idle', undefined],
    ['does not wait for a source that waits itself', 'busy', 0],
  ])('a loop that is left %s', async (_, state, wait) => {
    vi.useFakeTimers();
    try {
      async function* source(): AsyncGenerator<number> {
        yield 1;
        if (state === 'busy') await new Promise(() => undefined);
        yield 2;
      }
      const run = async (): Promise<string> => {
        for await (const _result of runBatch('core', source(), double, { concurrency: state === 'busy' ? 2 : 1 })) break;
        return 'left';
      };
      const left = run();
      if (wait !== undefined) await vi.advanceTimersByTimeAsync(wait);
      expect(await left).toBe('left');
    } finally {
      vi.useRealTimers();
    }
  });

  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('the file cannot be closed');
      },
    ],
    ['rejects', () => Promise.reject(new Error('the file cannot be closed'))],
  ])('an abort has its own reason, also if the return() of the source %s', async (_, close) => {
    const inputs = { [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false as const, value: 1 }), return: close }) };
    const controller = new AbortController();
    const run = async (): Promise<void> => {
      for await (const _ of runBatch('core', inputs as AsyncIterable<number>, double, { signal: controller.signal }))
        controller.abort('enough');
    };
    await expect(run()).rejects.toBe('enough');
  });

  test.each([
    ['is not an object', 5],
    ['is missing', undefined],
  ])('a step of the source that %s is an error of the source', async (_, step) => {
    const broken = { [Symbol.iterator]: () => ({ next: () => step }) };
    await expect(collect(runBatch('core', broken as never, double, {}))).rejects.toBeInstanceOf(TypeError);
  });

  test('one signal for a thousand items has one listener', async () => {
    const { signal } = new AbortController();
    const add = vi.spyOn(signal, 'addEventListener');
    expect(await collect(runBatch('core', source(1_000), double, { signal, concurrency: 50 }))).toHaveLength(1_000);
    expect(add.mock.calls.length).toBeLessThanOrEqual(1);
  });

  test('whatever the source, concurrency and durations, each item has one result', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(3), { maxLength: 40 }),
        fc.integer({ min: 1, max: 12 }),
        fc.boolean(),
        async (waits, concurrency, isAsync) => {
          async function* slowly() {
            for (const wait of waits) {
              if (wait === 3) await later();
              yield wait;
            }
          }
          const task: BatchTask<number, number> = async (wait, index) => {
            for (let turn = 0; turn < wait; turn += 1) await null;
            return index;
          };
          const results = await collect(runBatch('core', isAsync ? slowly() : waits, task, { concurrency }));
          expect(results.sort((a, b) => a - b)).toEqual(waits.map((_, index) => index));
        },
      ),
    );
  });

  test('a hundred thousand items leave nothing behind', async () => {
    let count = 0;
    for await (const _ of runBatch('core', source(100_000), double, { concurrency: 50 })) count += 1;
    expect(count).toBe(100_000);
  });

  test.each([
    undefined,
    null,
    7,
    'text',
    {},
    () => [],
    { [Symbol.iterator]: 3 },
    { [Symbol.asyncIterator]: 3, [Symbol.iterator]: () => [].values() },
  ])('refuses inputs that are %s', (inputs) => {
    expect(() => runBatch('core', inputs as never, double, {})).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
  });

  test.each([3, undefined, null, {}, { next: 3 }])('refuses inputs whose iterator is %o', async (iterator) => {
    for (const method of [Symbol.iterator, Symbol.asyncIterator]) {
      const results = runBatch('core', { [method]: () => iterator } as never, double, {});
      const message = 'the inputs must be an array or another iterable, synchronous or not';
      await expect(collect(results)).rejects.toMatchObject({ code: 'CONFIGURATION', message });
    }
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '3', null])('refuses a concurrency of %s', (concurrency) => {
    expect(() => runBatch('core', [], double, { concurrency: concurrency as never })).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION', option: 'concurrency' }),
    );
  });
});
