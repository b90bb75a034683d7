import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { MemoryIdempotencyStore } from '../../../src/core/idempotency.ts';
import { type SqsHandlerOptions, sqs } from '../../../src/core/receive/sqs.ts';
import { codec, envelope, record, type TestEvent } from '../../support/core/codec.ts';
import { thrownBy, waybillErrorOf } from '../../support/errors.ts';

const FIFO = { eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:queue.fifo' };
const fifo = (id: string, group: string) => record(id, envelope(id), { ...FIFO, attributes: { MessageGroupId: group } });
const handlerOf = (handlers: unknown, options?: SqsHandlerOptions<TestEvent>) => sqs(codec, 'testHandler()', handlers as never, options);
const batch = (...Records: object[]) => ({ Records });
const failures = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });
const failOn =
  (...ids: string[]) =>
  ({ id }: TestEvent): void => {
    if (ids.includes(id)) throw new Error(`${id} failed`);
  };

test('a message that was parsed before is compared as it came: its handler may change it', async () => {
  const seen: string[] = [];
  const handle = handlerOf((event: TestEvent) => {
    seen.push(event.id);
    Object.assign(event.detail as object, { seen: true });
  });
  const parsed = (messageId: string) => ({ messageId, eventSource: 'aws:sqs', body: envelope('a', { detail: { item: 1 } }) });
  expect(await handle([parsed('1'), parsed('2')])).toEqual(failures());
  expect(seen).toEqual(['a']);
});

describe('a batch', () => {
  test('whose messages are all handled has no failures', async () => {
    const handler = vi.fn();
    expect(await handlerOf(handler)(batch(record('a', envelope('a')), record('b', envelope('b'))), { awsRequestId: 'r' })).toEqual(
      failures(),
    );
    expect(handler.mock.calls.map(([event, context]) => [event.id, context.messageId, context.lambda.awsRequestId])).toEqual([
      ['a', 'a', 'r'],
      ['b', 'b', 'r'],
    ]);
  });

  test('names the messages that failed, and only those', async () => {
    const onError = vi.fn();
    const messages = ['a', 'b', 'c', 'd'].map((id) => record(id, envelope(id)));
    expect(await handlerOf(failOn('b', 'd'), { onError })(batch(...messages))).toEqual(failures('b', 'd'));
    expect(onError.mock.calls.map(([error, failure]) => [error.message, failure])).toEqual([
      ['b failed', { messageId: 'b', isSkipped: false }],
      ['d failed', { messageId: 'd', isSkipped: false }],
    ]);
  });

  test('may be a list, as EventBridge Pipes passes it, and empty', async () => {
    const handler = vi.fn();
    expect(await handlerOf(handler)([record('a', envelope('a'))])).toEqual(failures());
    expect(await handlerOf(handler)(batch())).toEqual(failures());
    expect(handler).toHaveBeenCalledOnce();
  });

  test('with damaged messages fails for those, unless onInvalid accepts them', async () => {
    const messages = [
      record('a', '{"id":'),
      record('b', envelope('b')),
      record('c', envelope('c', { detail: 'broken' })),
      null as never,
      {},
    ];
    const run = (options?: object) => handlerOf(vi.fn(), options)(batch(...messages));
    expect(await waybillErrorOf(run)).toMatchObject({
      code: 'VALIDATION',
      surface: 'core',
      direction: 'event',
      message: expect.stringContaining('has no messageId'),
      hint: expect.any(String),
    });
    expect(await handlerOf(vi.fn())(batch(...messages.slice(0, 3)))).toEqual(failures('a', 'c'));
    const onInvalid = vi.fn();
    expect(await run({ onInvalid })).toEqual(failures());
    expect(onInvalid).toHaveBeenCalledTimes(4);
  });

  test('is handled concurrently, and no more messages at once than it may', async () => {
    let running = 0;
    let most = 0;
    const handler = async (): Promise<void> => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve));
      running -= 1;
    };
    const messages = Array.from({ length: 30 }, (_, at) => record(`m${at}`, envelope(`e${at}`)));
    await handlerOf(handler, { concurrency: 4 })(batch(...messages));
    expect(most).toBe(4);
  });

  test('of the same event twice handles it once, and the second message has the outcome of the first', async () => {
    const handler = vi.fn(failOn('x'));
    const messages = [record('a', envelope('x')), record('b', envelope('x')), record('c', envelope('y')), record('d', envelope('y'))];
    expect(await handlerOf(handler)(batch(...messages))).toEqual(failures('a', 'b'));
    expect(handler).toHaveBeenCalledTimes(2);
  });

  test('of different events with one id handles each, once', async () => {
    const handler = vi.fn();
    const messages = [0, 1, 2].map((item) => record(`m${item}`, envelope('x', { detail: { item } })));
    const run = handlerOf(handler, { idempotencyStore: new MemoryIdempotencyStore() });
    await run(batch(...messages));
    expect(handler).toHaveBeenCalledTimes(3);
    await run(batch(...messages));
    expect(handler).toHaveBeenCalledTimes(3);
  });

  test('of an event that came behind another in an earlier message handles it once', async () => {
    const handler = vi.fn();
    const messages = [record('a', [envelope('x'), envelope('y')]), record('b', envelope('y'))];
    await handlerOf(handler, { concurrency: 1 })(batch(...messages));
    expect(handler.mock.calls.map(([{ id }]) => id)).toEqual(['x', 'y']);
  });

  test('that is redelivered is not handled again if there is a store', async () => {
    const handler = vi.fn(failOn('b')).mockName('handler');
    const run = handlerOf(handler, { idempotencyStore: new MemoryIdempotencyStore() });
    const messages = batch(record('a', envelope('a')), record('b', envelope('b')));
    expect([await run(messages), await run(messages)]).toEqual([failures('b'), failures('b')]);
    expect(handler.mock.calls.map(([{ id }]) => id)).toEqual(['a', 'b', 'b']);
  });

  test('with a message of several events tries all of them', async () => {
    const seen: string[] = [];
    const handler = (event: TestEvent): void => {
      seen.push(event.id);
      failOn('x', 'y')(event);
    };
    expect(await handlerOf(handler)(batch(record('a', [envelope('x'), envelope('y'), envelope('z')])))).toEqual(failures('a'));
    expect(seen).toEqual(['x', 'y', 'z']);
  });
});

describe('a FIFO queue', () => {
  test('keeps the order of a group, and fails all of it behind a failure', async () => {
    const seen: string[] = [];
    const onError = vi.fn();
    const handler = async (event: TestEvent): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
      seen.push(event.id);
      failOn('a2')(event);
    };
    const messages = [fifo('a1', 'a'), fifo('b1', 'b'), fifo('a2', 'a'), fifo('a3', 'a'), fifo('b2', 'b')];
    expect(await handlerOf(handler, { onError })(batch(...messages))).toEqual(failures('a2', 'a3'));
    expect(seen.filter((id) => id.startsWith('a'))).toEqual(['a1', 'a2']);
    expect(seen.filter((id) => id.startsWith('b'))).toEqual(['b1', 'b2']);
    expect(onError.mock.calls.map(([, failure]) => failure)).toEqual([
      { messageId: 'a2', isSkipped: false },
      { messageId: 'a3', isSkipped: true },
    ]);
  });

  test('beside a message of another queue keeps its order', async () => {
    const messages = [record('s', envelope('s')), fifo('a1', 'a'), fifo('a2', 'a')];
    expect(await handlerOf(failOn('a1'))(batch(...messages))).toEqual(failures('a1', 'a2'));
  });

  test('stops at the first failure inside a message too', async () => {
    const handler = vi.fn(failOn('x'));
    await handlerOf(handler)(batch(record('a', [envelope('x'), envelope('y')], { ...FIFO, attributes: { MessageGroupId: 'g' } })));
    expect(handler).toHaveBeenCalledOnce();
  });

  test('groups of a standard queue mean no order', async () => {
    const message = (id: string) => record(id, envelope(id), { attributes: { MessageGroupId: 'g' } });
    expect(await handlerOf(failOn('a'))(batch(message('a'), message('b')))).toEqual(failures('a'));
  });

  test('whatever fails, no message is handled after a failure of its group, and each is reported or handled', async () => {
    const message = fc.record({ group: fc.constantFrom('a', 'b', 'c'), fails: fc.boolean(), wait: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 15 }), fc.integer({ min: 1, max: 5 }), async (plan, concurrency) => {
        const handled: number[] = [];
        const handler = async ({ id }: TestEvent): Promise<void> => {
          const at = Number(id);
          if (plan[at]?.wait) await new Promise((resolve) => setTimeout(resolve));
          if (plan[at]?.fails) throw new Error('fault');
          handled.push(at);
        };
        const result = await handlerOf(handler, { concurrency })(batch(...plan.map(({ group }, at) => fifo(String(at), group))));
        const failed = result.batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier));
        expect([...failed, ...handled].sort((a, b) => a - b)).toEqual(plan.map((_, at) => at));
        for (const at of handled) {
          const before = failed.filter((each) => each < at && plan[each]?.group === plan[at]?.group);
          expect(before).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('time', () => {
  test('when there is none left nothing more is started, and what was not is reported as skipped', async () => {
    const left = [10_000, 10_000, 5];
    const getRemainingTimeInMillis = () => (left.length > 1 ? (left.shift() as number) : 5);
    const onError = vi.fn();
    const handler = vi.fn();
    const messages = ['a', 'b', 'c'].map((id) => record(id, envelope(id)));
    expect(await handlerOf(handler, { concurrency: 1, onError })(batch(...messages), { getRemainingTimeInMillis })).toEqual(
      failures('b', 'c'),
    );
    expect(handler).toHaveBeenCalledOnce();
    expect(onError.mock.calls.map(([{ code }, { isSkipped }]) => [code, isSkipped])).toEqual([
      ['TIMEOUT', true],
      ['TIMEOUT', true],
    ]);
  });

  test('when it is used up the signal aborts, and what still runs is redelivered and told of once', async () => {
    const onError = vi.fn();
    const signals: AbortSignal[] = [];
    const handler = ({ id }: TestEvent, { signal }: { signal: AbortSignal }) => {
      signals.push(signal);
      return id === 'a' ? undefined : new Promise((_, reject) => setTimeout(reject, 900, new Error('late')));
    };
    const end = performance.now() + 800;
    const lambda = { getRemainingTimeInMillis: () => end - performance.now() };
    const messages = ['a', 'b'].map((id) => record(id, envelope(id)));
    expect(await handlerOf(handler, { onError })(batch(...messages), lambda)).toEqual(failures('b'));
    expect(signals[1]?.aborted).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(onError.mock.calls.map(([{ code }]) => code)).toEqual(['TIMEOUT']);
  });
});

describe('a wrong input', () => {
  test.each<[string, unknown, RegExp]>([
    ['an event of EventBridge', envelope('a'), /got an event of EventBridge/],
    ['an HTTP request', { httpMethod: 'POST', headers: {}, body: '{}' }, /got an HTTP request/],
    ['a Request', new Request('http://x'), /got an HTTP request/],
    ['nothing', undefined, /got nothing/],
    ['a string', '{"Records":[]}', /got string/],
    ['an object', { records: [] }, /got an object without "Records"/],
  ])('%s is refused with the name of the right function', async (_, input, message) => {
    expect(await waybillErrorOf(() => handlerOf(vi.fn())(input))).toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringMatching(message),
    });
  });

  test.each<[unknown, object]>([
    [{}, {}],
    [() => 1, { concurrency: 0 }],
    [() => 1, { concurrency: 1.5 }],
    [() => 1, { timeReserve: 'soon' }],
    [() => 1, { batchSize: 5, concurrenc: 5 }],
    [() => 1, { timeReserv: 5 }],
  ])('%o with %o is refused at construction', (handlers, options) => {
    expect(() => handlerOf(handlers, options)).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
  });
});

test('ten messages that pass the signal on have one listener on it', async () => {
  const warnings: unknown[] = [];
  const note = (warning: unknown): void => void warnings.push(warning);
  process.on('warning', note);
  try {
    const { raceAbort } = await import('../../../src/core/async.ts');
    const wait = (_: TestEvent, { signal }: { signal: AbortSignal }) => raceAbort(new Promise((resolve) => setTimeout(resolve, 5)), signal);
    await handlerOf(wait)(batch(...Array.from({ length: 20 }, (_, at) => record(`m${at}`, envelope(`e${at}`)))));
    await new Promise((resolve) => setTimeout(resolve));
  } finally {
    process.off('warning', note);
  }
  expect(warnings).toEqual([]);
});

test('an error of the batch itself is thrown, never swallowed', async () => {
  const getter = {
    get Records(): never {
      throw new Error('cannot be read');
    },
  };
  expect(await thrownBy(() => handlerOf(vi.fn())(getter))).toMatchObject({ message: 'cannot be read' });
});
