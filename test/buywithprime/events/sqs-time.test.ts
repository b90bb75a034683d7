import type { SQSBatchResponse } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sqsHandler } from '../../../src/buywithprime/events/handlers.ts';
import { TimeoutError } from '../../../src/core/errors.ts';
import { MemoryIdempotencyStore } from '../../../src/core/idempotency.ts';
import type { LambdaContext, LambdaEventFailure } from '../../../src/core/receive/lambda.ts';
import { eventText, sqsRecord } from '../../support/buywithprime/fixtures.ts';

const failures = (...ids: string[]): SQSBatchResponse => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

/** Records the calls of onError. */
function listener() {
  const heard: [messageId: string | undefined, message: string, isSkipped: boolean][] = [];
  const onError = (error: unknown, { messageId, isSkipped }: LambdaEventFailure): void => {
    heard.push([messageId, (error as Error).message, isSkipped]);
  };
  return { heard, onError };
}

describe('near the timeout of Lambda, sqsHandler', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const lambdaFor = (milliseconds: number): LambdaContext => {
    const end = Date.now() + milliseconds;
    return { getRemainingTimeInMillis: () => end - Date.now() };
  };
  const records = (count: number) => Array.from({ length: count }, (_, index) => sqsRecord(eventText(`o-${index}`), `m-${index}`));
  const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

  test('starts nothing in the reserve, and returns it untried', async () => {
    const { heard, onError } = listener();
    const DELIVERY_IN_TRANSIT = vi.fn(() => sleep(2_100));
    const result = sqsHandler({ DELIVERY_IN_TRANSIT }, { concurrency: 1, onError })({ Records: records(6) }, lambdaFor(10_000));
    await vi.advanceTimersByTimeAsync(10_000);
    // Started at 0, 2.1, 4.2 and 6.3 s; at 8.4 s the reserve of 2 s has started.
    expect(await result).toEqual(failures('m-4', 'm-5'));
    expect(DELIVERY_IN_TRANSIT).toHaveBeenCalledTimes(4);
    expect(heard).toEqual([
      ['m-4', expect.stringContaining('nearly used up'), true],
      ['m-5', expect.stringContaining('nearly used up'), true],
    ]);
  });

  test('aborts what is running halfway into the reserve, and returns before Lambda times out', async () => {
    const { heard, onError } = listener();
    const start = Date.now();
    let [abortedAt, returnedAt] = [0, 0];
    const DELIVERY_IN_TRANSIT = vi.fn(({ orderId }: { readonly orderId: string }, { signal }: { readonly signal: AbortSignal }) => {
      signal.addEventListener('abort', () => {
        abortedAt = Date.now() - start;
        expect(signal.reason).toBeInstanceOf(TimeoutError);
      });
      return orderId === 'o-0' ? undefined : new Promise<void>(() => undefined);
    });
    const result = sqsHandler({ DELIVERY_IN_TRANSIT }, { timeReserve: 4_000, onError })({ Records: records(3) }, lambdaFor(10_000));
    void result.then(() => (returnedAt = Date.now() - start));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await result).toEqual(failures('m-1', 'm-2'));
    expect([abortedAt, returnedAt]).toEqual([8_000, 9_000]);
    expect(heard.map(([id, , isSkipped]) => [id, isSkipped])).toEqual([
      ['m-1', false],
      ['m-2', false],
    ]);
  });

  test('returns at once when what was running stops with its signal', async () => {
    const start = Date.now();
    const DELIVERY_IN_TRANSIT = (_: unknown, { signal }: { readonly signal: AbortSignal }): Promise<void> =>
      new Promise((__, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const store = new MemoryIdempotencyStore({ clock: () => new Date(start) });
    const result = sqsHandler({ DELIVERY_IN_TRANSIT }, { idempotencyStore: store })({ Records: records(20) }, lambdaFor(10_000));
    await vi.advanceTimersByTimeAsync(9_000);
    expect((await result).batchItemFailures.length).toBe(20);
    expect(Date.now() - start).toBe(9_000);
    // Released, so that the next owner need not wait for the claim to lapse.
    expect(await store.claim('o-0', { owner: 'next', lease: 60_000 })).toBe('claimed');
  });

  test('starts no other event of a message once its signal has aborted', async () => {
    const DELIVERY_IN_TRANSIT = vi.fn(() => sleep(9_100));
    const result = sqsHandler({ DELIVERY_IN_TRANSIT })(
      { Records: [sqsRecord(`[${eventText('a')},${eventText('b')}]`)] },
      lambdaFor(10_000),
    );
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await result).toEqual(failures('m-1'));
    expect(DELIVERY_IN_TRANSIT).toHaveBeenCalledOnce();
  });

  test('does not report twice what continues after the timeout', async () => {
    const { heard, onError } = listener();
    const DELIVERY_IN_TRANSIT = () => sleep(60_000).then(() => Promise.reject(new Error('late')));
    const result = sqsHandler({ DELIVERY_IN_TRANSIT }, { onError })({ Records: records(1) }, lambdaFor(3_000));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await result).toEqual(failures('m-0'));
    expect(heard.length).toBe(1);
  });

  test('starts something even if the reserve is longer than the time that is left', async () => {
    const DELIVERY_IN_TRANSIT = vi.fn();
    const handle = sqsHandler({ DELIVERY_IN_TRANSIT }, { timeReserve: 60_000 });
    expect(await handle({ Records: records(1) }, lambdaFor(3_000))).toEqual(failures());
    expect(DELIVERY_IN_TRANSIT).toHaveBeenCalledOnce();
  });

  test.each([undefined, {}, { getRemainingTimeInMillis: () => Number.NaN }, { getRemainingTimeInMillis: () => 2 ** 40 }])(
    'has no limit without a remaining time that makes sense',
    async (lambda) => {
      const result = sqsHandler({ DELIVERY_IN_TRANSIT: () => sleep(3_600_000) })({ Records: records(1) }, lambda);
      await vi.advanceTimersByTimeAsync(3_600_000);
      expect(await result).toEqual(failures());
    },
  );

  test('leaves no timer behind', async () => {
    await sqsHandler({ DELIVERY_IN_TRANSIT: vi.fn() })({ Records: records(1) }, lambdaFor(10_000));
    expect(vi.getTimerCount()).toBe(0);
  });
});
