import { describe, expect, test, vi } from 'vitest';
import { MemoryIdempotencyStore } from '../../../src/core/idempotency.ts';
import { eventBridge } from '../../../src/core/receive/event-bridge.ts';
import { codec, envelope, record } from '../../support/core/codec.ts';
import { thrownBy, waybillErrorOf } from '../../support/errors.ts';

const handlerOf = (handlers: Parameters<typeof eventBridge<never>>[2], options?: object) =>
  eventBridge(codec, 'testHandler()', handlers as never, options);

describe('a function that EventBridge invokes', () => {
  test('passes the event on, with signal and context', async () => {
    const handler = vi.fn();
    const lambda = { awsRequestId: 'r-1', getRemainingTimeInMillis: () => 10_000 };
    expect(await handlerOf(handler)(envelope('e1'), lambda)).toBeUndefined();
    expect(handler).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ kind: 'placed', id: 'e1' }), {
      signal: expect.any(AbortSignal),
      lambda,
      messageId: undefined,
    });
  });

  test.each<[string, unknown]>([
    ['a string', JSON.stringify(envelope('e1'))],
    ['an SNS batch', { Records: [{ EventSource: 'aws:sns', Sns: { Message: JSON.stringify(envelope('e1')) } }] }],
    ['a record of a failure destination', { requestPayload: envelope('e1') }],
  ])('accepts %s', async (_, input) => {
    const handler = vi.fn();
    await handlerOf(handler)(input);
    expect(handler).toHaveBeenCalledOnce();
  });

  test('fails as its handler does, so that Lambda invokes it again', async () => {
    const fault = new Error('db down');
    const onError = vi.fn();
    expect(await thrownBy(() => handlerOf(() => Promise.reject(fault), { onError })(envelope('e1')))).toBe(fault);
    expect(onError).toHaveBeenCalledExactlyOnceWith(fault, { messageId: undefined, isSkipped: false });
  });

  test('tries all of several events in order, and fails as the first failure', async () => {
    const seen: string[] = [];
    const onError = vi.fn();
    const handler = ({ id }: { id: string }): void => {
      seen.push(id);
      if (id !== 'c') throw new Error(`${id} failed`);
    };
    const run = () => handlerOf(handler, { onError })([envelope('a'), envelope('b'), envelope('c')]);
    expect(await thrownBy(run)).toMatchObject({ message: 'a failed' });
    expect(seen).toEqual(['a', 'b', 'c']);
    expect(onError.mock.calls.map(([error, failure]) => [error.message, failure])).toEqual([
      ['a failed', { messageId: undefined, isSkipped: false }],
      ['b failed', { messageId: undefined, isSkipped: false }],
    ]);
  });

  test('fails for what it cannot read, unless onInvalid accepts it', async () => {
    const broken = envelope('e1', { detail: 'broken' });
    expect(await waybillErrorOf(() => handlerOf(vi.fn())(broken))).toMatchObject({ code: 'VALIDATION', direction: 'event' });
    const onInvalid = vi.fn();
    await handlerOf(vi.fn(), { onInvalid })(broken);
    expect(onInvalid).toHaveBeenCalledOnce();
  });

  test('handles an event once if there is a store, and again if it failed', async () => {
    const handler = vi.fn().mockRejectedValueOnce(new Error('db down'));
    const run = handlerOf(handler, { idempotencyStore: new MemoryIdempotencyStore() });
    await expect(run(envelope('e1'))).rejects.toThrow('db down');
    for (let times = 0; times < 3; times += 1) await run(envelope('e1'));
    expect(handler).toHaveBeenCalledTimes(2);
  });

  test('starts nothing when there is no time left, and says so', async () => {
    const handler = vi.fn();
    const onError = vi.fn();
    const error = await waybillErrorOf(() =>
      handlerOf(handler, { onError })(envelope('e1'), { getRemainingTimeInMillis: steps(10_000, 5) }),
    );
    expect(error).toMatchObject({ code: 'TIMEOUT' });
    expect(handler).not.toHaveBeenCalled();
    expect(onError).toHaveBeenCalledExactlyOnceWith(error, { messageId: undefined, isSkipped: true });
  });

  test('fails when the time is used up while it works', async () => {
    const hangs = () => new Promise(() => undefined);
    expect(await waybillErrorOf(() => handlerOf(hangs)(envelope('e1'), { getRemainingTimeInMillis: () => 40 }))).toMatchObject({
      code: 'TIMEOUT',
    });
  });

  test('reports nothing more of what continues after that', async () => {
    const onError = vi.fn();
    const failures: ((error: Error) => void)[] = [];
    const slow = vi.fn(() => new Promise((_, reject) => failures.push(reject)));
    const batch = [envelope('e1'), envelope('e2')];
    await waybillErrorOf(() => handlerOf(slow, { onError })(batch, { getRemainingTimeInMillis: () => 40 }));
    expect(onError).toHaveBeenCalledOnce();
    failures[0]?.(new Error('late'));
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect([onError.mock.calls.length, slow.mock.calls.length]).toEqual([1, 1]);
  });

  test.each<[string, unknown, RegExp]>([
    ['an SQS batch', { Records: [record('m', envelope('e1'))] }, /got a batch of messages/],
    ['an HTTP request of API Gateway', { requestContext: {}, headers: {}, body: JSON.stringify(envelope('e1')) }, /got an HTTP request/],
    ['a Request', new Request('http://x'), /got an HTTP request/],
  ])('refuses %s, with the name of the right function', async (_, input, message) => {
    const handler = vi.fn();
    expect(await waybillErrorOf(() => handlerOf(handler)(input))).toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringMatching(message),
    });
    expect(handler).not.toHaveBeenCalled();
  });

  test.each([undefined, null, {}, 5, 'x'])('fails for %o: that is not a success', async (input) => {
    expect(await waybillErrorOf(() => handlerOf(vi.fn())(input))).toMatchObject({ code: 'VALIDATION' });
  });

  test.each<[unknown, object]>([
    [undefined, {}],
    [() => 1, { timeReserve: -1 }],
    [() => 1, { concurrencyy: 5, timereserve: 5 }],
    [() => 1, { onError: 'log' }],
  ])('refuses %o with %o at construction', (handlers, options) => {
    expect(() => handlerOf(handlers as never, options)).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
  });
});

/** What is left at each call; the last one stays. */
function steps(...left: number[]): () => number {
  return () => (left.length > 1 ? (left.shift() as number) : (left[0] as number));
}
