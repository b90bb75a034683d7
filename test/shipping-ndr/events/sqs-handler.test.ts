import type { SQSHandler } from 'aws-lambda';
import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import {
  ConfigurationError,
  type LambdaEventContext,
  MemoryIdempotencyStore,
  type ShippingEvent,
  type ShippingEventHandlers,
  type SqsHandlerOptions,
  shippingSqsHandler,
} from '../../../src/shipping-ndr/webhook.ts';
import { sqsRecord } from '../../support/deliveries.ts';
import { waybillErrorOf } from '../../support/errors.ts';
import { buyWithPrimeSample, ndrSample, trackingSample } from '../../support/shipping-ndr/samples.ts';

const notCalled = (): never => {
  throw new Error('must not be called');
};
const ndr = (id: string): object => ({ ...ndrSample, id });
const message = (id: string, group?: string, payload: unknown = ndr(id)): object => ({
  ...sqsRecord(JSON.stringify(payload), id),
  ...(group !== undefined && { eventSourceARN: 'arn:aws:sqs:eu-west-1:1:queue.fifo', attributes: { MessageGroupId: group } }),
});

/** Runs a batch; the ids of the messages that are redelivered. */
async function failuresOf(
  records: readonly object[],
  handlers: ShippingEventHandlers<LambdaEventContext>,
  options: SqsHandlerOptions<ShippingEvent> = {},
): Promise<string[]> {
  const { batchItemFailures } = await shippingSqsHandler(handlers, { onError: () => undefined, ...options })({ Records: records });
  return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
}

describe('shippingSqsHandler', () => {
  test('passes every event on with its message, and names no failure', async () => {
    const seen: unknown[] = [];
    const handlers = (event: ShippingEvent, { messageId }: LambdaEventContext) => seen.push([messageId, event.kind]);
    expect(await failuresOf([message('a'), message('b', undefined, trackingSample)], handlers)).toEqual([]);
    expect(seen).toEqual([
      ['a', 'ndr'],
      ['b', 'tracking'],
    ]);
  });

  test('names the messages that failed, and no other', async () => {
    const onError = vi.fn();
    const fails = ({ id }: ShippingEvent): void => {
      if (id === 'b') throw new Error('database');
    };
    expect(await failuresOf([message('a'), message('b'), message('c')], fails, { onError })).toEqual(['b']);
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: 'database' }), { messageId: 'b', isSkipped: false });
  });

  test('names messages that cannot be read, unless onInvalid accepts them', async () => {
    const records = [message('a', undefined, { ...ndrSample, detail: {} }), { ...sqsRecord('{"detail-type":"NDR', 'b') }, message('c')];
    expect(await failuresOf(records, () => undefined)).toEqual(['a', 'b']);
    const onInvalid = vi.fn();
    expect(await failuresOf(records, () => undefined, { onInvalid })).toEqual([]);
    expect(onInvalid.mock.calls.map(([raw]) => raw)).toEqual([{ ...ndrSample, detail: {} }, '{"detail-type":"NDR']);
  });

  test('names events of Buy with Prime that no function accepts', async () => {
    expect(await failuresOf([message('a', undefined, buyWithPrimeSample), message('b')], { ndr: () => undefined })).toEqual(['a']);
  });

  test('keeps the order within a group of a FIFO queue, and returns what comes after a failure untried', async () => {
    const seen: string[] = [];
    const onError = vi.fn();
    const handlers = ({ id }: ShippingEvent): void => {
      seen.push(String(id));
      if (id === 'a1') throw new Error('database');
    };
    const records = [message('a1', 'a'), message('b1', 'b'), message('a2', 'a'), message('b2', 'b')];
    expect(await failuresOf(records, handlers, { onError, concurrency: 1 })).toEqual(['a1', 'a2']);
    expect(seen).toEqual(['a1', 'b1', 'b2']);
    expect(onError.mock.calls.map(([, { messageId, isSkipped }]) => [messageId, isSkipped])).toEqual([
      ['a1', false],
      ['a2', true],
    ]);
  });

  test('handles an event that is in a batch twice once, and both messages share the outcome', async () => {
    const onEvent = vi.fn();
    expect(await failuresOf([message('a', undefined, ndrSample), message('b', undefined, ndrSample)], onEvent)).toEqual([]);
    expect(onEvent).toHaveBeenCalledOnce();
    const failing = vi.fn(() => Promise.reject(new Error('database')));
    expect(await failuresOf([message('a', undefined, ndrSample), message('b', undefined, ndrSample)], failing)).toEqual(['a', 'b']);
    expect(failing).toHaveBeenCalledOnce();
  });

  test('handles an event that is redelivered once, with a store', async () => {
    const idempotencyStore = new MemoryIdempotencyStore();
    const onEvent = vi.fn();
    for (let delivery = 0; delivery < 3; delivery += 1) expect(await failuresOf([message('a')], onEvent, { idempotencyStore })).toEqual([]);
    expect(onEvent).toHaveBeenCalledOnce();
  });

  test('tries every event of a message, and fails it if one fails', async () => {
    const seen: string[] = [];
    const handlers = ({ id }: ShippingEvent): void => {
      seen.push(String(id));
      if (id === 'x') throw new Error('database');
    };
    expect(await failuresOf([message('m', undefined, [ndr('x'), ndr('y')])], handlers)).toEqual(['m']);
    expect(seen).toEqual(['x', 'y']);
  });

  test('runs as many messages concurrently as it is told', async () => {
    let open = 0;
    let most = 0;
    const handlers = async (): Promise<void> => {
      most = Math.max(most, ++open);
      await new Promise((resolve) => setTimeout(resolve));
      open -= 1;
    };
    const records = Array.from({ length: 12 }, (_, at) => message(`m${at}`));
    await failuresOf(records, handlers, { concurrency: 3 });
    expect(most).toBe(3);
  });

  test('starts no message when the time of Lambda is nearly used up, and returns those', async () => {
    let left = 60_000;
    const handler = shippingSqsHandler(() => (left = 100), { onError: () => undefined, concurrency: 1 });
    const { batchItemFailures } = await handler(
      { Records: [message('a'), message('b'), message('c')] },
      { getRemainingTimeInMillis: () => left },
    );
    expect(batchItemFailures).toEqual([{ itemIdentifier: 'b' }, { itemIdentifier: 'c' }]);
  });

  test.each<[string, unknown, string]>([
    ['an event of EventBridge', ndrSample, 'shippingEventBridgeHandler()'],
    ['an HTTP event', { requestContext: { http: {} }, rawPath: '/ndr', body: '{}' }, 'toLambdaHandler()'],
    ['a Request', new Request('https://shop.example/ndr', { method: 'POST', body: '{}' }), 'webhook verifier'],
    ['nothing', undefined, 'shippingSqsHandler()'],
    ['an object', {}, 'shippingSqsHandler()'],
    ['a string', JSON.stringify(ndrSample), 'shippingSqsHandler()'],
  ])('fails for %s, and names the right handler', async (_, input, right) => {
    const error = await waybillErrorOf(() => shippingSqsHandler(notCalled)(input));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(`${error.message} ${error.hint}`).toContain(right);
  });

  test('has the whole batch redelivered if a failed record has no id that could be named', async () => {
    const { messageId: _, ...nameless } = message('a') as { messageId: string };
    const handler = shippingSqsHandler(() => Promise.reject(new Error('database')), { onError: () => undefined });
    expect(await waybillErrorOf(() => handler({ Records: [nameless] }))).toMatchObject({ code: 'VALIDATION' });
  });

  test.each<[unknown, unknown]>([
    [undefined, {}],
    [{ nrd: notCalled }, {}],
    [notCalled, { concurrency: 0 }],
    [notCalled, { timeReserve: -1 }],
    [notCalled, { batchSize: 'x', concurency: 3 }],
  ])('refuses %o with %j', async (handlers, options) => {
    expect(await waybillErrorOf(() => shippingSqsHandler(handlers as never, options as never))).toBeInstanceOf(ConfigurationError);
  });

  test('is what Lambda expects of a handler', () => {
    expectTypeOf(shippingSqsHandler(() => undefined)).toExtend<SQSHandler>();
  });
});
