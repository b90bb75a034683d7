import type { SQSHandler } from 'aws-lambda';
import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import {
  ConfigurationError,
  type LambdaEventContext,
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
const message = (id: string, payload: object = { ...ndrSample, id }): object => sqsRecord(JSON.stringify(payload), id);

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
    expect(await failuresOf([message('a'), message('b', trackingSample)], handlers)).toEqual([]);
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
    const records = [message('a', { ...ndrSample, detail: {} }), { ...sqsRecord('{"detail-type":"NDR', 'b') }, message('c')];
    expect(await failuresOf(records, () => undefined)).toEqual(['a', 'b']);
    const onInvalid = vi.fn();
    expect(await failuresOf(records, () => undefined, { onInvalid })).toEqual([]);
    expect(onInvalid.mock.calls.map(([raw]) => raw)).toEqual([{ ...ndrSample, detail: {} }, '{"detail-type":"NDR']);
  });

  test('names events of Buy with Prime that no function accepts', async () => {
    expect(await failuresOf([message('a', buyWithPrimeSample), message('b')], { ndr: () => undefined })).toEqual(['a']);
  });

  test('handles an event that is in a batch twice once, and both messages share the outcome', async () => {
    const onEvent = vi.fn();
    expect(await failuresOf([message('a', ndrSample), message('b', ndrSample)], onEvent)).toEqual([]);
    expect(onEvent).toHaveBeenCalledOnce();
    const failing = vi.fn(() => Promise.reject(new Error('database')));
    expect(await failuresOf([message('a', ndrSample), message('b', ndrSample)], failing)).toEqual(['a', 'b']);
    expect(failing).toHaveBeenCalledOnce();
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
