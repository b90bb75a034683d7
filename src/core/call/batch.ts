/**
 * Many items through one asynchronous task, some of them concurrently.
 *
 * @module
 */
import { MAX_MILLISECONDS, onAbort, sleep } from '../async.ts';
import { assertOption } from '../errors.ts';
import { checkIdempotency, type IdempotencyStore, runIdempotent } from '../idempotency.ts';
import { checkWholeNumbers } from '../options.ts';
import type { AnyIterable, Surface } from '../types.ts';

/** Options of a batch. */
export interface BatchOptions {
  /**
   * Items in flight; no more than these are held in memory. Each waits for the rate limiter within its own `totalTimeout`, so with Amazon's
   * quota a large number only makes items time out.
   * @default 10
   */
  readonly concurrency?: number | undefined;
  /**
   * Ends the batch: no further item is read, items in flight are aborted and yielded as failed, then `signal.reason` is thrown. An item
   * that the source was about to supply is yielded as not sent, if it arrives within a second.
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * With an `idempotencyStore`: milliseconds after which the claim of a process that died lapses, so that a batch that is restarted sends the
   * items that were in flight. An item that takes longer extends it.
   * @default 60_000
   */
  readonly idempotencyLease?: number | undefined;
}

/** Works on one item. Called before the next item is read, because a source may reuse one object. Must not reject. */
export type BatchTask<Input, Result> = (input: Input, index: number, signal: AbortSignal) => Promise<Result>;

/** Milliseconds that an aborted batch waits for the item that its source was about to supply, and for its source to close. */
const GRACE = 1_000;

/**
 * Yields the result of `task` for each input, in the order of completion. Reads no further ahead than it works, and stops reading while the
 * consumer is busy. An error from the source is rethrown after the results of the items already read. Leaving the loop aborts the items in
 * flight.
 */
export function runBatch<Input, Result>(
  surface: Surface,
  inputs: AnyIterable<Input>,
  task: BatchTask<Input, Result>,
  { concurrency = 10, signal }: BatchOptions,
): AsyncIterable<Result> {
  type Method = (() => Source<Input>) | null | undefined;
  const { [Symbol.asyncIterator]: asynchronous, [Symbol.iterator]: synchronous } = (inputs ?? {}) as unknown as Record<symbol, Method>;
  const method = asynchronous ?? synchronous;
  const assertIterable = (isIterable: boolean): void =>
    assertOption(isIterable, surface, undefined, 'the inputs must be an array or another iterable, synchronous or not');
  // A string is iterable too, and never what was meant.
  assertIterable(typeof inputs !== 'string' && typeof method === 'function');
  checkWholeNumbers(surface, { concurrency });
  const iterate = (): Source<Input> => {
    const source = method?.call(inputs);
    assertIterable(typeof source?.next === 'function');
    return source as Source<Input>;
  };
  return new Batch(task, concurrency, signal).results(iterate, !asynchronous);
}

type Source<Input> = Iterator<Input> | AsyncIterator<Input>;

/** A batch that is running: one reader, which starts tasks, and the results that they leave. */
class Batch<Input, Result> {
  readonly #task: BatchTask<Input, Result>;
  readonly #signal: AbortSignal | undefined;
  /** For so many more items, each from when it is read until the consumer is done with its result. */
  #room: number;
  /** In the order in which they come. */
  readonly #results: Result[] = [];
  /** One for each item in flight: what runtimes attach to a signal stays there as long as the signal lives. */
  readonly #controllers = new Set<AbortController>();
  /** The reader, and every item in flight. */
  #open = 1;
  /** Whether an item was requested and the source has not supplied it yet. */
  #isReading = false;
  /** Whether nothing further is read. */
  #isStopped = false;
  /** Whether what is open is not waited for any more. */
  #isLate = false;
  /** Whether the source has ended by itself, and needs no closing. */
  #isExhausted = false;
  #failure: { readonly error: unknown } | undefined;
  #late: ReturnType<typeof setTimeout> | undefined;
  /** The reader and the consumer, if they wait. */
  readonly #waiting: (() => void)[] = [];

  constructor(task: BatchTask<Input, Result>, concurrency: number, signal: AbortSignal | undefined) {
    this.#task = task;
    this.#signal = signal;
    this.#room = concurrency;
  }

  async *results(iterate: () => Source<Input>, isSync: boolean): AsyncGenerator<Result, void, undefined> {
    const source = iterate();
    const off = this.#signal && onAbort(this.#signal, () => this.#stop());
    let hasFailed = false;
    try {
      this.#signal?.throwIfAborted();
      void this.#read(source, isSync);
      while (await this.#hasResult()) {
        yield this.#results.shift() as Result;
        this.#room += 1;
        this.#wake();
      }
      this.#signal?.throwIfAborted();
      if (this.#failure) throw this.#failure.error;
    } catch (error) {
      hasFailed = true;
      throw error;
    } finally {
      off?.();
      this.#stop();
      clearTimeout(this.#late);
      // What happens meanwhile does not replace the error that ended the loop.
      if (!this.#isExhausted) await (hasFailed ? this.#close(source).catch(() => undefined) : this.#close(source));
    }
  }

  async #read(source: Source<Input>, isSync: boolean): Promise<void> {
    let next: IteratorResult<Input> | undefined;
    try {
      for (let index = 0; await this.#hasRoom(); index += 1) {
        next = undefined;
        // One by one: the task reads an item before the next one is requested.
        this.#isReading = true;
        const step = source.next();
        next = 'then' in step ? await step : step;
        this.#isReading = false;
        this.#isExhausted = next.done === true;
        const input = isSync ? await next.value : next.value;
        if (next.done) return;
        this.#start(input, index);
      }
    } catch (error) {
      // An item that is a promise can fail, and its source still has to be closed.
      this.#isExhausted ||= next === undefined;
      this.#failure = { error };
    } finally {
      this.#finish();
    }
  }

  #start(input: Input, index: number): void {
    const controller = new AbortController();
    if (this.#isStopped) controller.abort(this.#signal?.reason);
    this.#controllers.add(controller);
    this.#open += 1;
    void this.#task(input, index, controller.signal).then((result) => {
      this.#controllers.delete(controller);
      this.#results.push(result);
      this.#finish();
    });
  }

  #finish(): void {
    this.#open -= 1;
    this.#wake();
  }

  async #hasRoom(): Promise<boolean> {
    while (this.#room === 0 && !this.#isStopped) await this.#change();
    this.#room -= 1;
    return !this.#isStopped;
  }

  async #hasResult(): Promise<boolean> {
    while (this.#results.length === 0 && this.#open > 0 && !this.#isLate) await this.#change();
    return this.#results.length > 0;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #stop(): void {
    this.#isStopped = true;
    this.#wake();
    for (const controller of this.#controllers) controller.abort(this.#signal?.reason);
    // A source that hangs does not delay an abort.
    this.#late ??= setTimeout(() => {
      this.#isLate = true;
      this.#wake();
    }, GRACE);
  }

  async #close(source: Source<Input>): Promise<void> {
    const closed = Promise.resolve(source.return?.());
    // It may fail before it is awaited.
    closed.catch(() => undefined);
    // A generator that has its next item ready supplies it first.
    if (this.#isReading) await sleep(0);
    // Not awaited while it is busy: a generator that waits closes only after that.
    if (this.#isReading) return;
    // Nor for long after an abort or an error: a generator may hang in its `finally`.
    const grace = new Promise((resolve) => {
      this.#late = setTimeout(resolve, GRACE);
    });
    await Promise.race([closed, grace]).finally(() => clearTimeout(this.#late));
  }
}

/** One item of a batch that can resume: what the store remembers it by, and how it is sent. */
interface IdempotentItem<Value> {
  readonly key: string | Promise<string>;
  /** Sends it; calls `onSent` when a request is about to leave. */
  readonly send: (signal: AbortSignal, onSent: () => void) => Promise<Value>;
}

/** What became of an item. */
export type ItemOutcome<Value> =
  | { readonly status: 'done'; readonly value: Value }
  /** By the store: done before, or in progress elsewhere. Nothing was sent. */
  | { readonly status: 'completed' }
  | { readonly status: 'in-progress' }
  | { readonly status: 'failed'; readonly error: unknown; readonly sent: boolean };

/** How a batch that can resume works. */
export interface IdempotentBatch<Input, Value, Result> extends BatchOptions {
  readonly surface: Surface;
  readonly idempotencyStore?: IdempotencyStore | undefined;
  /** Milliseconds for an item; no wait for the store is longer. */
  readonly totalTimeout: number | undefined;
  /** Reads an input, once and at once: the object may be reused for the next one. Throws if it cannot be right. */
  readonly read: (input: Input, index: number) => IdempotentItem<Value>;
  readonly toResult: (input: Input, index: number, outcome: ItemOutcome<Value>) => Result;
  /** Called if the store could not remember that an item is done. */
  readonly onStoreFailure: () => void;
}

/** Runs a batch that can resume after an interruption: a store remembers what was done. */
export function runIdempotentBatch<Input, Value, Result>(
  inputs: AnyIterable<Input>,
  batch: IdempotentBatch<Input, Value, Result>,
): AsyncIterable<Result> {
  const { surface, idempotencyStore: store, idempotencyLease: lease, totalTimeout = MAX_MILLISECONDS } = batch;
  const { read, toResult, onStoreFailure } = batch;
  checkIdempotency(surface, store, lease);
  const work: BatchTask<Input, ItemOutcome<Value>> = async (input, index, signal) => {
    let sent = false;
    try {
      const { key, send } = read(input, index);
      signal.throwIfAborted();
      const onSent = (): void => {
        sent = true;
      };
      const limits = { surface, store, lease, signal, storeTimeout: totalTimeout };
      const outcome = await runIdempotent(await key, () => send(signal, onSent), limits);
      if (outcome.claim !== 'claimed') return { status: outcome.claim };
      if (outcome.storeFailure) onStoreFailure();
      return { status: 'done', value: outcome.result };
    } catch (error) {
      return { status: 'failed', error, sent };
    }
  };
  return runBatch(surface, inputs, async (input, index, signal) => toResult(input, index, await work(input, index, signal)), batch);
}
