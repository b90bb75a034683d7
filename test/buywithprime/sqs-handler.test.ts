import { inspect } from 'node:util';
import type { Context, SQSBatchResponse, SQSEvent, SQSHandler } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, expectTypeOf, test, vi } from 'vitest';
import type { LambdaContext, LambdaEventFailure } from '../../src/buywithprime/events/lambda.ts';
import { sqsHandler } from '../../src/buywithprime/events/sqs-handler.ts';
import { TimeoutError } from '../../src/core/errors.ts';
import { MemoryIdempotencyStore } from '../../src/core/receive/idempotency.ts';
import { eventText, fixtureText, sqsRecord } from './fixtures.ts';

const failures = (...ids: string[]): SQSBatchResponse => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

/** Notes the orders it gets, and fails for those that are named. */
function recorder(...failing: string[]) {
  const handled: string[] = [];
  const DELIVERY_IN_TRANSIT = async ({ orderId }: { readonly orderId: string }): Promise<void> => {
    handled.push(orderId);
    await undefined;
    if (failing.includes(orderId)) throw new Error(`failed: ${orderId}`);
  };
  return { handled, handlers: { DELIVERY_IN_TRANSIT } };
}

/** Collects what onError hears. */
function listener() {
  const heard: [messageId: string | undefined, message: string, isSkipped: boolean][] = [];
  const onError = (error: unknown, { messageId, isSkipped }: LambdaEventFailure): void => {
    heard.push([messageId, (error as Error).message, isSkipped]);
  };
  return { heard, onError };
}

describe('sqsHandler', () => {
  test('handles every message, and has nothing to name', async () => {
    const { handled, handlers } = recorder();
    const Records = ['a', 'b', 'c'].map((id) => sqsRecord(eventText(id), id));
    expect(await sqsHandler(handlers)({ Records })).toEqual(failures());
    expect(handled).toEqual(['a', 'b', 'c']);
    expect(await sqsHandler(handlers)({ Records: [] })).toEqual(failures());
    expect(await sqsHandler(handlers)(Records)).toEqual(failures());
  });

  test('names what failed and what could not be read, and nothing else', async () => {
    const { handled, handlers } = recorder('b');
    const { heard, onError } = listener();
    const Records = [
      sqsRecord(eventText('a'), 'a'),
      sqsRecord(eventText('b'), 'b'),
      sqsRecord('{"detail-type"', 'c'),
      sqsRecord(fixtureText('custom-bus-dead-letter.json'), 'd'),
      sqsRecord(eventText('e', { resources: [] }), 'e'),
      sqsRecord(eventText('f'), 'f'),
      sqsRecord(eventText('g', { 'detail-type': 'LOCKER_OPENED' }), 'g'),
      sqsRecord(eventText('h', { 'detail-type': 'DELIVERY_COMPLETED' }), 'h'),
      sqsRecord('[]', 'i'),
    ];
    expect(await sqsHandler(handlers, { onError })({ Records })).toEqual(failures('b', 'c', 'd', 'e'));
    expect(handled).toEqual(['a', 'b', 'f']);
    expect(heard.sort()).toEqual([
      ['b', 'failed: b', false],
      ['c', expect.stringContaining('cut off'), false],
      ['d', expect.stringContaining('dead letter'), false],
      ['e', expect.stringContaining('needs a resource path'), false],
    ]);
  });

  test('hands what can not be read to onInvalid, raw, and counts it as handled when that returns', async () => {
    const kept: unknown[] = [];
    const onInvalid = (raw: unknown, error: Error, { messageId }: { readonly messageId: string | undefined }): void => {
      kept.push([raw, error.name, messageId]);
      if (raw === 'worse') throw new Error('not kept');
    };
    const handle = sqsHandler({ DELIVERY_IN_TRANSIT: vi.fn() }, { onInvalid });
    expect(await handle({ Records: [sqsRecord('bad', 'a'), sqsRecord('worse', 'b')] })).toEqual(failures('b'));
    expect(kept).toEqual([
      ['bad', 'ValidationError', 'a'],
      ['worse', 'ValidationError', 'b'],
    ]);
  });

  test("tells the function which message it is, and gives it Lambda's own context", async () => {
    const DELIVERY_IN_TRANSIT = vi.fn();
    const lambda = { awsRequestId: 'r-1', getRemainingTimeInMillis: () => 30_000 };
    await sqsHandler({ DELIVERY_IN_TRANSIT })({ Records: [sqsRecord(eventText('a'), 'm-1')] }, lambda);
    expect(DELIVERY_IN_TRANSIT).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ orderId: 'a' }), {
      messageId: 'm-1',
      lambda,
      signal: expect.any(AbortSignal),
    });
  });

  test('of 10,000 records, mixed good and bad, exactly the bad ones fail', async () => {
    const bad = ['nonsense', '{}', 'null', '{"Message": 7}', eventText('x', { resources: ['x'] }), '[1]'];
    const isBad = (index: number): boolean => (index * 7919) % 13 < 4;
    const Records = Array.from({ length: 10_000 }, (_, index) =>
      sqsRecord(isBad(index) ? (bad[index % bad.length] as string) : eventText(`o-${index}`), `m-${index}`),
    );
    const { handled, handlers } = recorder();
    const { batchItemFailures } = await sqsHandler(handlers, { idempotencyStore: new MemoryIdempotencyStore() })({ Records });
    expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(
      Records.flatMap(({ messageId }, index) => (isBad(index) ? [messageId] : [])),
    );
    expect(handled.length).toBe(Records.filter((_, index) => !isBad(index)).length);
  });

  test('never calls more functions at a time than it may', async () => {
    for (const [options, most] of [
      [{}, 10],
      [{ concurrency: 3 }, 3],
    ] as const) {
      let [now, peak] = [0, 0];
      const DELIVERY_IN_TRANSIT = async (): Promise<void> => {
        now += 1;
        peak = Math.max(peak, now);
        await new Promise((resolve) => setTimeout(resolve, 1));
        now -= 1;
      };
      const Records = Array.from({ length: 40 }, (_, index) => sqsRecord(eventText(`o-${index}`), `m-${index}`));
      expect(await sqsHandler({ DELIVERY_IN_TRANSIT }, options)({ Records })).toEqual(failures());
      expect(peak).toBe(most);
    }
  });

  describe('of an event that comes twice in a batch', () => {
    test('handles one, and both messages have its outcome', async () => {
      const { handled, handlers } = recorder('b');
      const Records = ['a', 'b', 'a', 'b'].map((id, index) => sqsRecord(eventText(id), `m-${index}`));
      expect(await sqsHandler(handlers)({ Records })).toEqual(failures('m-1', 'm-3'));
      expect(handled).toEqual(['a', 'b']);
    });

    test('names a message that comes twice once', async () => {
      const record = sqsRecord('bad', 'm-1');
      expect(await sqsHandler(recorder().handlers)({ Records: [record, record] } as never)).toEqual(failures('m-1'));
    });
  });

  describe('of a message with several events', () => {
    const several = (...ids: string[]): string => `[${ids.map((id) => eventText(id)).join()}]`;

    test('tries all, and fails it as a whole', async () => {
      const { handled, handlers } = recorder('b');
      expect(await sqsHandler(handlers)({ Records: [sqsRecord(several('a', 'b', 'c'), 'm-1')] })).toEqual(failures('m-1'));
      expect(handled).toEqual(['a', 'b', 'c']);
    });

    test('repeats, with a store, only those that were not done', async () => {
      const failing = ['b'];
      const handled: string[] = [];
      const handle = sqsHandler(
        {
          DELIVERY_IN_TRANSIT: ({ orderId }) => {
            if (failing.includes(orderId)) throw new Error('failed');
            handled.push(orderId);
          },
        },
        { idempotencyStore: new MemoryIdempotencyStore() },
      );
      const batch = { Records: [sqsRecord(several('a', 'b', 'c'), 'm-1')] };
      expect(await handle(batch)).toEqual(failures('m-1'));
      failing.pop();
      expect(await handle(batch)).toEqual(failures());
      expect(handled).toEqual(['a', 'c', 'b']);
    });

    test('stops in a FIFO queue at the first failure', async () => {
      const { handled, handlers } = recorder('b');
      expect(await sqsHandler(handlers)({ Records: [sqsRecord(several('a', 'b', 'c'), 'm-1', 'g')] })).toEqual(failures('m-1'));
      expect(handled).toEqual(['a', 'b']);
    });
  });

  describe('of a FIFO queue', () => {
    const fifo = (id: string, group: string) => sqsRecord(eventText(id), id, group);

    test('gives back, untried, what comes after a failure in its group, and goes on with the other groups', async () => {
      const { handled, handlers } = recorder('x2');
      const { heard, onError } = listener();
      const Records = [fifo('x1', 'x'), fifo('y1', 'y'), fifo('x2', 'x'), fifo('x3', 'x'), fifo('y2', 'y'), fifo('x4', 'x')];
      expect(await sqsHandler(handlers, { onError })({ Records })).toEqual(failures('x2', 'x3', 'x4'));
      expect(handled.sort()).toEqual(['x1', 'x2', 'y1', 'y2']);
      expect(heard).toEqual([
        ['x2', 'failed: x2', false],
        ['x3', 'failed: x2', true],
        ['x4', 'failed: x2', true],
      ]);
    });

    test('stops a group at what can not be read', async () => {
      const { handled, handlers } = recorder();
      expect(await sqsHandler(handlers)({ Records: [sqsRecord('bad', 'a', 'g'), fifo('b', 'g')] })).toEqual(failures('a', 'b'));
      expect(handled).toEqual([]);
    });

    test('handles the messages of a group one after another, and groups side by side', async () => {
      const log: string[] = [];
      const DELIVERY_IN_TRANSIT = async ({ orderId }: { readonly orderId: string }): Promise<void> => {
        log.push(`${orderId} begins`);
        await new Promise((resolve) => setTimeout(resolve, 1));
        log.push(`${orderId} ends`);
      };
      await sqsHandler({ DELIVERY_IN_TRANSIT })({ Records: [fifo('x1', 'x'), fifo('x2', 'x'), fifo('y1', 'y')] });
      expect(log.filter((line) => line.startsWith('x'))).toEqual(['x1 begins', 'x1 ends', 'x2 begins', 'x2 ends']);
      expect(log.indexOf('y1 begins')).toBeLessThan(log.indexOf('x1 ends'));
    });

    test('takes messages that name no group for one group', async () => {
      const { handled, handlers } = recorder('a');
      const Records = [{}, { MessageGroupId: { toString: 1 } }].map((attributes, at) => ({ ...fifo('ab'[at] as string, 'g'), attributes }));
      expect(await sqsHandler(handlers)({ Records })).toEqual(failures('a', 'b'));
      expect(handled).toEqual(['a']);
    });
  });

  test('keeps no order in a standard queue whose messages have groups, as for fair queues', async () => {
    const { handled, handlers } = recorder('a');
    const Records = ['a', 'b'].map((id) => ({
      ...sqsRecord(eventText(id), id, 'tenant'),
      eventSourceARN: 'arn:aws:sqs:us-east-1:1:queue',
    }));
    expect(await sqsHandler(handlers)({ Records })).toEqual(failures('a'));
    expect(handled).toEqual(['a', 'b']);
  });

  describe('where a record has no messageId', () => {
    const { messageId: _, ...nameless } = sqsRecord('bad');

    test.each<[string, unknown]>([
      ['none', nameless],
      ['an empty one', sqsRecord('bad', '')],
      ['a number', { ...nameless, messageId: 7 }],
      ['no record', null],
      ['a notification of SNS', { EventSource: 'aws:sns', Sns: { MessageId: 'sns-1', Message: 'bad' } }],
    ])('fails as a whole when it failed, after the others: %s', async (__, record) => {
      const { handled, handlers } = recorder();
      const Records = [record, sqsRecord(eventText('a'), 'a')];
      await expect(sqsHandler(handlers)({ Records })).rejects.toMatchObject({
        code: 'VALIDATION',
        message: expect.stringContaining('no messageId'),
      });
      expect(handled).toEqual(['a']);
    });

    test('does not mind when it was handled', async () => {
      const { handled, handlers } = recorder();
      expect(await sqsHandler(handlers)({ Records: [{ ...nameless, body: eventText('a') }] })).toEqual(failures());
      expect(handled).toEqual(['a']);
    });
  });

  test.each<[string, unknown, string]>([
    ['an event of EventBridge', JSON.parse(eventText('a')), 'an object without "Records"'],
    ['nothing', undefined, 'got nothing'],
    ['null', null, 'got null'],
    ['text', 'x', 'got string'],
    ['Records that are no list', { Records: 7 }, 'an object without "Records"'],
  ])('throws, so that nothing is taken for handled, on %s', async (_, batch, message) => {
    await expect(sqsHandler(recorder().handlers)(batch)).rejects.toMatchObject({
      code: 'VALIDATION',
      message: expect.stringContaining(message),
      hint: expect.stringContaining('eventBridgeHandler'),
    });
  });

  test('does not mind an onError that throws, at once or later', async () => {
    const throwing = (): never => {
      throw new Error('log is full');
    };
    for (const onError of [throwing, async () => throwing()]) {
      const handle = sqsHandler(recorder('a').handlers, { onError });
      expect(await handle({ Records: [sqsRecord(eventText('a'), 'a')] })).toEqual(failures('a'));
    }
  });

  test('says nothing, in what onError hears and what it throws, of what is in a message', async () => {
    const errors: unknown[] = [];
    const onError = (...heard: unknown[]): void => void errors.push(...heard);
    const handle = sqsHandler(recorder().handlers, { onError });
    const bodies = ['secret-4711', '{"detail-type":"secret-4711"', eventText('a', { resources: ['secret-4711/x'] }), '["secret-4711"]'];
    const Records = bodies.map((body, index) => sqsRecord(body, `m-${index}`));
    expect((await handle({ Records })).batchItemFailures.length).toBe(4);
    await handle({ Records: [{ ...Records[0], messageId: undefined }] }).catch((error) => errors.push(error));
    await handle({ detail: 'secret-4711' }).catch((error) => errors.push(error));
    expect(errors.length).toBe(12);
    for (const error of errors) {
      const shown = [inspect(error, { depth: 10, showHidden: true }), JSON.stringify(error), String(error)].join();
      expect(shown).not.toContain('4711');
    }
  });

  test('leaves to the queue what another call works on, and what the store can not say', async () => {
    const store = new MemoryIdempotencyStore();
    const { handled, handlers } = recorder();
    await store.claim('a');
    const batch = { Records: [sqsRecord(eventText('a'), 'a')] };
    expect(await sqsHandler(handlers, { idempotencyStore: store })(batch)).toEqual(failures('a'));
    const down = { claim: () => Promise.reject(new Error('down')), complete: vi.fn(), release: vi.fn() };
    expect(await sqsHandler(handlers, { idempotencyStore: down })(batch)).toEqual(failures('a'));
    expect(handled).toEqual([]);
  });

  test('asks the store for nothing where there is no function', async () => {
    const store = { claim: vi.fn(), complete: vi.fn(), release: vi.fn() };
    const batch = { Records: [sqsRecord(eventText('a'), 'a')] };
    expect(await sqsHandler({ REFUND_REQUESTED: vi.fn() }, { idempotencyStore: store })(batch)).toEqual(failures());
    expect(store.claim).not.toHaveBeenCalled();
  });

  test.each<[unknown, unknown, string]>([
    [{}, {}, 'at least one function'],
    [{ unknown: vi.fn() }, null, 'the options must be an object'],
    [{ unknown: vi.fn() }, { concurrency: 0 }, '"concurrency" must be'],
    [{ unknown: vi.fn() }, { concurrency: 1.5 }, '"concurrency" must be'],
    [{ unknown: vi.fn() }, { concurrency: '3' }, '"concurrency" must be'],
    [{ unknown: vi.fn() }, { timeReserve: -1 }, '"timeReserve" must be'],
    [{ unknown: vi.fn() }, { timeReserve: '1s' }, '"timeReserve" must be'],
    [{ unknown: vi.fn() }, { timeReserve: Number.NaN }, '"timeReserve" must be'],
    [{ unknown: vi.fn() }, { onError: 'x' }, '"onError" must be a function'],
    [{ unknown: vi.fn() }, { onInvalid: {} }, '"onInvalid" must be a function'],
    [{ unknown: vi.fn() }, { idempotencyStore: new Map() }, '"idempotencyStore" must have'],
  ])('refuses %j with %j when it is made', (handlers, options, message) => {
    expect(() => sqsHandler(handlers as never, options as never)).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION', message: expect.stringContaining(message) }),
    );
  });

  test('fits the types of @types/aws-lambda', () => {
    const handler: SQSHandler = sqsHandler({ DELIVERY_IN_TRANSIT: (event) => expectTypeOf(event.deliveryId).toEqualTypeOf<string>() });
    expectTypeOf(handler).parameter(0).toEqualTypeOf<SQSEvent>();
    expectTypeOf<Context>().toExtend<LambdaContext>();
    expectTypeOf<ReturnType<typeof sqsHandler>>().returns.resolves.toEqualTypeOf<SQSBatchResponse>();
  });
});

describe('while the time runs out, sqsHandler', () => {
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

  test('begins nothing more in the reserve, and gives it back', async () => {
    const { heard, onError } = listener();
    const DELIVERY_IN_TRANSIT = vi.fn(() => sleep(2_100));
    const answer = sqsHandler({ DELIVERY_IN_TRANSIT }, { concurrency: 1, onError })({ Records: records(6) }, lambdaFor(10_000));
    await vi.advanceTimersByTimeAsync(10_000);
    // Begun at 0, 2.1, 4.2 and 6.3 s; at 8.4 s the reserve of 2 s has begun.
    expect(await answer).toEqual(failures('m-4', 'm-5'));
    expect(DELIVERY_IN_TRANSIT).toHaveBeenCalledTimes(4);
    expect(heard).toEqual([
      ['m-4', expect.stringContaining('nearly up'), true],
      ['m-5', expect.stringContaining('nearly up'), true],
    ]);
  });

  test('aborts what is running at half of the reserve, and answers before Lambda ends it', async () => {
    const { heard, onError } = listener();
    const start = Date.now();
    let [abortedAt, answeredAt] = [0, 0];
    const DELIVERY_IN_TRANSIT = vi.fn(({ orderId }: { readonly orderId: string }, { signal }: { readonly signal: AbortSignal }) => {
      signal.addEventListener('abort', () => {
        abortedAt = Date.now() - start;
        expect(signal.reason).toBeInstanceOf(TimeoutError);
      });
      return orderId === 'o-0' ? undefined : new Promise<void>(() => undefined);
    });
    const answer = sqsHandler({ DELIVERY_IN_TRANSIT }, { timeReserve: 4_000, onError })({ Records: records(3) }, lambdaFor(10_000));
    void answer.then(() => (answeredAt = Date.now() - start));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await answer).toEqual(failures('m-1', 'm-2'));
    expect([abortedAt, answeredAt]).toEqual([8_000, 9_000]);
    expect(heard.map(([id, , isSkipped]) => [id, isSkipped])).toEqual([
      ['m-1', false],
      ['m-2', false],
    ]);
  });

  test('answers at once when what was running gives up with its signal', async () => {
    const start = Date.now();
    const DELIVERY_IN_TRANSIT = (_: unknown, { signal }: { readonly signal: AbortSignal }): Promise<void> =>
      new Promise((__, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const store = new MemoryIdempotencyStore({ clock: () => new Date(start) });
    const answer = sqsHandler({ DELIVERY_IN_TRANSIT }, { idempotencyStore: store })({ Records: records(20) }, lambdaFor(10_000));
    await vi.advanceTimersByTimeAsync(9_000);
    expect((await answer).batchItemFailures.length).toBe(20);
    expect(Date.now() - start).toBe(9_000);
    // Released, so that whoever gets it next need not wait for the claim to lapse.
    expect(await store.claim('o-0')).toBe('claimed');
  });

  test('begins no other event of a message once its signal has aborted', async () => {
    const DELIVERY_IN_TRANSIT = vi.fn(() => sleep(9_100));
    const answer = sqsHandler({ DELIVERY_IN_TRANSIT })(
      { Records: [sqsRecord(`[${eventText('a')},${eventText('b')}]`)] },
      lambdaFor(10_000),
    );
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await answer).toEqual(failures('m-1'));
    expect(DELIVERY_IN_TRANSIT).toHaveBeenCalledOnce();
  });

  test('does not tell twice of what goes on after the time was up', async () => {
    const { heard, onError } = listener();
    const DELIVERY_IN_TRANSIT = () => sleep(60_000).then(() => Promise.reject(new Error('late')));
    const answer = sqsHandler({ DELIVERY_IN_TRANSIT }, { onError })({ Records: records(1) }, lambdaFor(3_000));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await answer).toEqual(failures('m-0'));
    expect(heard.length).toBe(1);
  });

  test('begins something even where the reserve is more than all the time that there is', async () => {
    const DELIVERY_IN_TRANSIT = vi.fn();
    const handle = sqsHandler({ DELIVERY_IN_TRANSIT }, { timeReserve: 60_000 });
    expect(await handle({ Records: records(1) }, lambdaFor(3_000))).toEqual(failures());
    expect(DELIVERY_IN_TRANSIT).toHaveBeenCalledOnce();
  });

  test.each([undefined, {}, { getRemainingTimeInMillis: () => Number.NaN }, { getRemainingTimeInMillis: () => 2 ** 40 }])(
    'sets no limit without a time that makes sense',
    async (lambda) => {
      const answer = sqsHandler({ DELIVERY_IN_TRANSIT: () => sleep(3_600_000) })({ Records: records(1) }, lambda);
      await vi.advanceTimersByTimeAsync(3_600_000);
      expect(await answer).toEqual(failures());
    },
  );

  test('leaves no timer behind', async () => {
    await sqsHandler(recorder().handlers)({ Records: records(1) }, lambdaFor(10_000));
    expect(vi.getTimerCount()).toBe(0);
  });
});
