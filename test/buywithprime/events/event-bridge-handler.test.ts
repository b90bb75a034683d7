import type { EventBridgeHandler } from 'aws-lambda';
import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import { eventBridgeHandler } from '../../../src/buywithprime/events/handlers.ts';
import { TimeoutError } from '../../../src/core/errors.ts';
import { MemoryIdempotencyStore } from '../../../src/core/idempotency.ts';
import { deliveryInTransit, eventText, fixture, sqsRecord } from '../../support/buywithprime/fixtures.ts';

const failing = (error: unknown) => () => Promise.reject(error);

describe('eventBridgeHandler', () => {
  test('calls the function of the kind with the event and the context', async () => {
    const DELIVERY_IN_TRANSIT = vi.fn();
    const lambda = { awsRequestId: 'r-1' };
    expect(await eventBridgeHandler({ DELIVERY_IN_TRANSIT })(deliveryInTransit(), lambda)).toBeUndefined();
    expect(DELIVERY_IN_TRANSIT).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ kind: 'DELIVERY_IN_TRANSIT', deliveryId: 'delivery-id' }),
      { lambda, messageId: undefined, signal: expect.any(AbortSignal) },
    );
  });

  test('rejects with what the function threw, so that Lambda retries', async () => {
    const error = new Error('shop is down');
    const onError = vi.fn();
    const handler = eventBridgeHandler({ DELIVERY_IN_TRANSIT: failing(error) }, { onError });
    await expect(handler(deliveryInTransit())).rejects.toBe(error);
    expect(onError).toHaveBeenCalledExactlyOnceWith(error, { messageId: undefined, isSkipped: false });
  });

  test('acknowledges an event that has no function', async () => {
    const unknown = vi.fn();
    const handler = eventBridgeHandler({ unknown });
    await handler(deliveryInTransit());
    expect(unknown).not.toHaveBeenCalled();
    await handler(fixture('mock-2023-order-placed.json'));
    expect(unknown).toHaveBeenCalledOnce();
  });

  test.each<[string, unknown]>([
    ['is of a known type and lacks its path', deliveryInTransit({ resources: [] })],
    ['lost its envelope to an input transformer', { orderId: 'o' }],
    ['is nothing', undefined],
    ['is a getter that throws', Object.defineProperty({}, 'detail-type', { get: () => Promise.reject })],
  ])('rejects if the input %s, unless onInvalid accepts it', async (_, input) => {
    const DELIVERY_IN_TRANSIT = vi.fn();
    await expect(eventBridgeHandler({ DELIVERY_IN_TRANSIT })(input)).rejects.toMatchObject({ code: 'VALIDATION' });
    const onInvalid = vi.fn();
    await eventBridgeHandler({ DELIVERY_IN_TRANSIT }, { onInvalid })(input);
    expect(onInvalid).toHaveBeenCalledExactlyOnceWith(input, expect.objectContaining({ code: 'VALIDATION' }), expect.anything());
    expect(DELIVERY_IN_TRANSIT).not.toHaveBeenCalled();
  });

  test.each<[string, unknown, string]>([
    ['a batch of SQS', { Records: [sqsRecord(eventText('a'))] }, 'sqsHandler()'],
    ['an event of API Gateway', { httpMethod: 'POST', headers: {}, body: eventText('a') }, 'toLambdaHandler()'],
    ['a Request', new Request('http://localhost', { method: 'POST', body: eventText('a') }), 'webhook verifier'],
  ])('never handles %s, and names what does', async (_, input, hint) => {
    const [handle, onInvalid, onError] = [vi.fn(), vi.fn(), vi.fn()];
    await expect(eventBridgeHandler(handle, { onInvalid, onError })(input)).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringMatching(/^eventBridgeHandler\(\) accepts an event, got /),
      hint: expect.stringContaining(hint),
    });
    expect([handle, onInvalid].flatMap(({ mock }) => mock.calls)).toEqual([]);
  });

  test('handles an event once with a store, and again if it failed', async () => {
    const fates = [failing(new Error('first')), () => undefined, failing(new Error('never reached'))];
    const DELIVERY_IN_TRANSIT = vi.fn(() => fates.shift()?.());
    const handler = eventBridgeHandler({ DELIVERY_IN_TRANSIT }, { idempotencyStore: new MemoryIdempotencyStore() });
    await expect(handler(deliveryInTransit())).rejects.toThrow('first');
    await handler(deliveryInTransit());
    await handler(deliveryInTransit());
    expect(DELIVERY_IN_TRANSIT).toHaveBeenCalledTimes(2);
  });

  test('tries all events of a batch in their order, and throws the first failure', async () => {
    const handled: string[] = [];
    const onError = vi.fn();
    const handler = eventBridgeHandler(
      {
        DELIVERY_IN_TRANSIT: ({ orderId }) => {
          handled.push(orderId);
          if (orderId !== 'c') throw new Error(orderId);
        },
      },
      { onError },
    );
    const Records = ['a', 'b', 'c'].map((id) => ({ Sns: { MessageId: `sns-${id}`, Message: eventText(id) } }));
    await expect(handler({ Records })).rejects.toThrow(/^a$/);
    expect(handled).toEqual(['a', 'b', 'c']);
    expect(onError.mock.calls.map(([error, { messageId }]) => [error.message, messageId])).toEqual([
      ['a', 'sns-a'],
      ['b', 'sns-b'],
    ]);
    await handler([]);
  });

  test('aborts and rejects shortly before Lambda times out', async () => {
    const onError = vi.fn();
    let aborted: unknown;
    const DELIVERY_IN_TRANSIT = (_: unknown, { signal }: { readonly signal: AbortSignal }): Promise<void> =>
      new Promise(() => signal.addEventListener('abort', () => (aborted = signal.reason)));
    const handler = eventBridgeHandler({ DELIVERY_IN_TRANSIT }, { onError });
    await expect(handler(deliveryInTransit(), { getRemainingTimeInMillis: () => 40 })).rejects.toBeInstanceOf(TimeoutError);
    expect(aborted).toBeInstanceOf(TimeoutError);
    expect(onError).toHaveBeenCalledOnce();
  });

  test('reports an event that it did not start as skipped', async () => {
    const onError = vi.fn();
    let remaining = 10_000;
    const DELIVERY_IN_TRANSIT = vi.fn(() => {
      remaining = 0;
    });
    const handler = eventBridgeHandler({ DELIVERY_IN_TRANSIT }, { onError });
    await expect(handler([eventText('a'), eventText('b')], { getRemainingTimeInMillis: () => remaining })).rejects.toBeInstanceOf(
      TimeoutError,
    );
    expect(DELIVERY_IN_TRANSIT).toHaveBeenCalledOnce();
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.any(TimeoutError), { messageId: undefined, isSkipped: true });
  });

  test('fits the types of @types/aws-lambda', () => {
    const handler: EventBridgeHandler<'PACKAGE_DELIVERED', unknown, void> = eventBridgeHandler({
      DELIVERY_COMPLETED: ({ kind }, { signal }) => {
        expectTypeOf(kind).toEqualTypeOf<'DELIVERY_COMPLETED'>();
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      },
    });
    expect(handler.length).toBeLessThan(3);
  });
});
