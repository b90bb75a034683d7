import { inspect } from 'node:util';
import type { Context, SQSBatchResponse, SQSEvent, SQSHandler } from 'aws-lambda';
import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import { sqsHandler } from '../../../src/buywithprime/events/handlers.ts';
import { MemoryIdempotencyStore } from '../../../src/core/idempotency.ts';
import type { LambdaContext } from '../../../src/core/receive/lambda.ts';
import { failures, listener, recorder } from '../../support/buywithprime/batches.ts';
import { eventText, fixtureText, sqsRecord } from '../../support/buywithprime/fixtures.ts';

describe('sqsHandler', () => {
  test('handles every message, and names none', async () => {
    const { handled, handlers } = recorder();
    const Records = ['a', 'b', 'c'].map((id) => sqsRecord(eventText(id), id));
    expect(await sqsHandler(handlers)({ Records })).toEqual(failures());
    expect(handled).toEqual(['a', 'b', 'c']);
    expect(await sqsHandler(handlers)({ Records: [] })).toEqual(failures());
    expect(await sqsHandler(handlers)(Records)).toEqual(failures());
  });

  test('handles an event once that two subscriptions deliver in one batch, each in its own envelope', async () => {
    const detail = { eventDescriptor: 'PACKAGE_DELIVERED', idempotencyKey: 'one', resources: [], data: {} };
    const paths = ['businessProduct/b/order/o/delivery/d'];
    const events = [
      {
        id: '1',
        time: '2026-01-01T00:00:00Z',
        'detail-type': 'PACKAGE_DELIVERED',
        resources: paths,
        detail: { ...detail, subscriptionId: 's1' },
      },
      {
        id: '2',
        time: '2026-01-01T00:00:09Z',
        'detail-type': 'DELIVERY_COMPLETED',
        resources: paths,
        detail: { ...detail, subscriptionId: 's2' },
      },
      { ...detail, eventId: '3', resources: paths },
      { ...detail, eventId: '4', resources: ['businessProduct/b/order/o/delivery/another'] },
    ];
    const handle = vi.fn();
    const Records = events.map((event, at) => sqsRecord(JSON.stringify(event), `m${at}`));
    const idempotencyStore = new MemoryIdempotencyStore();
    for (const options of [{}, { idempotencyStore }]) expect(await sqsHandler(handle, options)({ Records })).toEqual(failures());
    expect(handle.mock.calls.map(([event]) => event.deliveryId)).toEqual(['d', 'another', 'd', 'another']);
  });

  test('names the messages that failed or could not be read, and no others', async () => {
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
    const onUnhandled = vi.fn();
    expect(await sqsHandler(handlers, { onError, onUnhandled })({ Records })).toEqual(failures('b', 'c', 'd', 'e'));
    expect(onUnhandled).toHaveBeenCalledTimes(2);
    expect(handled).toEqual(['a', 'b', 'f']);
    expect(heard.sort()).toEqual([
      ['b', 'failed: b', false],
      ['c', expect.stringContaining('cut off'), false],
      ['d', expect.stringContaining('dead letter'), false],
      ['e', expect.stringContaining('needs a resource path'), false],
    ]);
  });

  test('passes what cannot be read to onInvalid, raw, and counts it as handled when that returns', async () => {
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

  test("passes the message id and Lambda's own context to the function", async () => {
    const DELIVERY_IN_TRANSIT = vi.fn();
    const lambda = { awsRequestId: 'r-1', getRemainingTimeInMillis: () => 30_000 };
    await sqsHandler({ DELIVERY_IN_TRANSIT })({ Records: [sqsRecord(eventText('a'), 'm-1')] }, lambda);
    expect(DELIVERY_IN_TRANSIT).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ orderId: 'a' }), {
      messageId: 'm-1',
      lambda,
      signal: expect.any(AbortSignal),
    });
  });

  test('names exactly the bad ones of 10,000 records', async () => {
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

  test('never calls more functions concurrently than it may', async () => {
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

  describe('if an event is in a batch twice', () => {
    test('handles it once, and both messages have the outcome', async () => {
      const { handled, handlers } = recorder('b');
      const Records = ['a', 'b', 'a', 'b'].map((id, index) => sqsRecord(eventText(id), `m-${index}`));
      expect(await sqsHandler(handlers)({ Records })).toEqual(failures('m-1', 'm-3'));
      expect(handled).toEqual(['a', 'b']);
    });

    test('handles two different events that have one id', async () => {
      const { handled, handlers } = recorder('b');
      const Records = ['a', 'b', 'a'].map((order, index) => sqsRecord(eventText(order, { id: 'one-id' }), `m-${index}`));
      const options = { concurrency: 1, idempotencyStore: new MemoryIdempotencyStore() };
      expect(await sqsHandler(handlers, options)({ Records })).toEqual(failures('m-1'));
      expect(handled).toEqual(['a', 'b']);
    });

    test('names a message once', async () => {
      const record = sqsRecord('bad', 'm-1');
      expect(await sqsHandler(recorder().handlers)({ Records: [record, record] } as never)).toEqual(failures('m-1'));
    });
  });

  describe('if a record has no messageId', () => {
    const { messageId: _, ...nameless } = sqsRecord('bad');

    test.each<[string, unknown]>([
      ['it is missing', nameless],
      ['it is empty', sqsRecord('bad', '')],
      ['it is a number', { ...nameless, messageId: 7 }],
      ['the record is null', null],
      ['a notification of SNS', { EventSource: 'aws:sns', Sns: { MessageId: 'sns-1', Message: 'bad' } }],
    ])('the batch fails as a whole if the record fails, after the others were tried: %s', async (__, record) => {
      const { handled, handlers } = recorder();
      const Records = [record, sqsRecord(eventText('a'), 'a')];
      await expect(sqsHandler(handlers)({ Records })).rejects.toMatchObject({
        code: 'VALIDATION',
        message: expect.stringContaining('no messageId'),
      });
      expect(handled).toEqual(['a']);
    });

    test('nothing happens if it was handled', async () => {
      const { handled, handlers } = recorder();
      expect(await sqsHandler(handlers)({ Records: [{ ...nameless, body: eventText('a') }] })).toEqual(failures());
      expect(handled).toEqual(['a']);
    });
  });

  test.each<[string, unknown, string]>([
    ['an event of EventBridge', JSON.parse(eventText('a')), 'an event of EventBridge'],
    ['an HTTP request of API Gateway', { requestContext: {}, headers: {}, body: '{}' }, 'an HTTP request'],
    ['a Request', new Request('http://localhost'), 'an HTTP request'],
    ['nothing', undefined, 'got nothing'],
    ['null', null, 'got null'],
    ['a string', 'x', 'got string'],
    ['Records that are not a list', { Records: 7 }, 'an object without "Records"'],
  ])('rejects, so that nothing counts as handled, for %s', async (_, batch, message) => {
    await expect(sqsHandler(recorder().handlers)(batch)).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringMatching(new RegExp(`^sqsHandler\\(\\) accepts a batch of SQS, got .*${message.replace('got ', '')}`)),
      hint: expect.stringMatching(/eventBridgeHandler\(\)|toLambdaHandler\(\)|webhook verifier/),
    });
  });

  test('ignores what onError throws, at once or later', async () => {
    const throwing = (): never => {
      throw new Error('log is full');
    };
    for (const onError of [throwing, async () => throwing()]) {
      const handle = sqsHandler(recorder('a').handlers, { onError });
      expect(await handle({ Records: [sqsRecord(eventText('a'), 'a')] })).toEqual(failures('a'));
    }
  });

  test('shows nothing of a message in errors', async () => {
    const errors: unknown[] = [];
    const onError = (...heard: unknown[]): void => void errors.push(...heard);
    const handle = sqsHandler(recorder().handlers, { onError });
    const bodies = ['secret-k4711', '{"detail-type":"secret-k4711"', eventText('a', { resources: ['secret-k4711/x'] }), '["secret-k4711"]'];
    const Records = bodies.map((body, index) => sqsRecord(body, `m-${index}`));
    expect((await handle({ Records })).batchItemFailures.length).toBe(4);
    await handle({ Records: [{ ...Records[0], messageId: undefined }] }).catch((error) => errors.push(error));
    await handle({ detail: 'secret-k4711' }).catch((error) => errors.push(error));
    expect(errors.length).toBe(12);
    for (const error of errors) {
      const shown = [inspect(error, { depth: 10, showHidden: true }), JSON.stringify(error), String(error)].join();
      expect(shown).not.toContain('k4711');
    }
  });

  test('leaves to the queue what another call is handling, and everything while the store is down', async () => {
    const store = new MemoryIdempotencyStore();
    const { handled, handlers } = recorder();
    await store.claim('a', { owner: 'another', lease: 60_000 });
    const batch = { Records: [sqsRecord(eventText('a'), 'a')] };
    expect(await sqsHandler(handlers, { idempotencyStore: store })(batch)).toEqual(failures('a'));
    const down = { claim: () => Promise.reject(new Error('down')), complete: vi.fn(), release: vi.fn() };
    expect(await sqsHandler(handlers, { idempotencyStore: down })(batch)).toEqual(failures('a'));
    expect(handled).toEqual([]);
  });

  test('does not call the store if there is no function', async () => {
    const store = { claim: vi.fn(), complete: vi.fn(), release: vi.fn() };
    const batch = { Records: [sqsRecord(eventText('a'), 'a')] };
    expect(await sqsHandler({ REFUND_REQUESTED: vi.fn() }, { idempotencyStore: store })(batch)).toEqual(failures());
    expect(store.claim).not.toHaveBeenCalled();
  });

  test.each<[unknown, unknown, string]>([
    [{}, {}, 'the handlers must be a function, or an object of functions'],
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
  ])('%j with %j is refused at once', (handlers, options, message) => {
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
