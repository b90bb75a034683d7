/**
 * Many items through one asynchronous task, a few at a time.
 *
 * @module
 */
import type { Surface } from '../errors.ts';
import { misconfigured } from '../options.ts';
import type { AnyIterable } from '../types.ts';

/** How a batch is worked off. */
export interface BatchOptions {
  /**
   * Items that are worked on at a time; no more than these are held in memory. Each waits for the rate limiter within its own
   * `totalTimeout`, so with Amazon's quota a large number only makes items time out.
   * @default 10
   */
  readonly concurrency?: number;
  /** Ends the batch: nothing more is read, what is under way is aborted and yielded as failed, then `signal.reason` is thrown. */
  readonly signal?: AbortSignal;
}

/** Works on one item. Must not reject: a failure is a result too. */
export type BatchTask<Input, Result> = (input: Input, index: number, signal: AbortSignal) => Promise<Result>;

/**
 * Yields the result of `task` for each input, in the order of completion. Reads no further ahead than it works, and stops reading while
 * the consumer is busy. What the source throws comes after the results of what it gave before; leaving the loop aborts what is under way.
 */
export function runBatch<Input, Result>(
  surface: Surface,
  inputs: AnyIterable<Input>,
  task: BatchTask<Input, Result>,
  { concurrency = 10, signal }: BatchOptions,
): AsyncIterable<Result> {
  // A string is iterable too, and never what was meant.
  if (typeof inputs !== 'object' || inputs === null || !(Symbol.asyncIterator in inputs || Symbol.iterator in inputs)) {
    throw misconfigured(surface, 'the inputs must be an array or another iterable, synchronous or not');
  }
  if (!(Number.isInteger(concurrency) && concurrency > 0)) throw misconfigured(surface, '"concurrency" must be a whole number, 1 or more');
  return generate(inputs, task, concurrency, signal);
}

async function* generate<Input, Result>(
  inputs: AnyIterable<Input>,
  task: BatchTask<Input, Result>,
  concurrency: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Result, void, undefined> {
  const source = Symbol.asyncIterator in inputs ? inputs[Symbol.asyncIterator]() : inputs[Symbol.iterator]();
  // One for each item under way: what runtimes hang on a signal stays there as long as the signal lives.
  const underWay = new Set<AbortController>();
  const results: Result[] = [];
  let started = 0;
  let reading = false;
  let exhausted = false;
  let over = false;
  let failure: { readonly error: unknown } | undefined;
  let wake = (): void => undefined;

  const fill = async (): Promise<void> => {
    if (reading) return;
    reading = true;
    try {
      while (!exhausted && !over && underWay.size + results.length < concurrency) {
        const next = await source.next();
        if (next.done) exhausted = true;
        else start(next.value);
      }
    } catch (error) {
      exhausted = true;
      failure = { error };
    } finally {
      reading = false;
      wake();
    }
  };
  const start = (input: Input): void => {
    const controller = new AbortController();
    if (over) controller.abort(signal?.reason);
    underWay.add(controller);
    void task(input, started++, controller.signal).then((result) => {
      results.push(result);
      underWay.delete(controller);
      wake();
    });
  };
  const stop = (): void => {
    over = true;
    for (const controller of underWay) controller.abort(signal?.reason);
    wake();
  };

  signal?.addEventListener('abort', stop, { once: true });
  try {
    signal?.throwIfAborted();
    for (;;) {
      void fill();
      if (results.length > 0) yield results.shift() as Result;
      // A source that is slow to give its next item does not hold up an abort.
      else if (underWay.size > 0 || (reading && !over)) await new Promise<void>((resolve) => (wake = resolve));
      else break;
    }
    signal?.throwIfAborted();
    if (failure) throw failure.error;
  } finally {
    signal?.removeEventListener('abort', stop);
    stop();
    // A source that is still busy closes when it can; there is nobody to tell any more.
    const closed = exhausted ? undefined : Promise.resolve(source.return?.());
    if (reading) void closed?.catch(() => undefined);
    else await closed;
  }
}
