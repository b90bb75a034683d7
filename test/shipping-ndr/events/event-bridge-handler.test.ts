import type { EventBridgeEvent, EventBridgeHandler as LambdaHandler } from 'aws-lambda';
import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import {
  ConfigurationError,
  type LambdaEventContext,
  MemoryIdempotencyStore,
  type NdrEvent,
  type ShippingEvent,
  type ShippingEventHandlers,
  shippingEventBridgeHandler,
} from '../../../src/shipping-ndr/webhook.ts';
import { consoleLines } from '../../support/console.ts';
import { everythingShownOf, thrownBy, waybillErrorOf } from '../../support/errors.ts';
import { buyWithPrimeSample, ndrEvent, ndrSample, trackingSample } from '../../support/shipping-ndr/samples.ts';

const unknown = { ...ndrSample, id: 'new', 'detail-type': 'New', detail: [1] };
const changed = { ...ndrEvent({ trackingId: {} }), id: 'changed' };
const notCalled = (): never => {
  throw new Error('must not be called');
};

describe('shippingEventBridgeHandler', () => {
  test('passes the event on as Lambda hands it over, with the context, and resolves with nothing', async () => {
    const calls: [ShippingEvent, LambdaEventContext][] = [];
    const handler = shippingEventBridgeHandler(async (event, context) => calls.push([event, context]));
    const lambda = { awsRequestId: 'r-1' };
    expect(await handler(ndrSample, lambda)).toBeUndefined();
    await handler(trackingSample);
    expect(calls.map(([event]) => event)).toEqual([
      { ...ndrSample, kind: 'ndr' },
      { ...trackingSample, kind: 'tracking' },
    ]);
    expect(calls[0]?.[1]).toMatchObject({ lambda, messageId: undefined, signal: { aborted: false } });
  });

  test('passes each kind to its own function, and the others to `otherwise`', async () => {
    const [ndr, otherwise] = [vi.fn(), vi.fn()];
    const handler = shippingEventBridgeHandler({ ndr, otherwise });
    for (const event of [ndrSample, trackingSample, unknown]) await handler(event);
    expect(ndr.mock.calls.map(([{ kind }]) => kind)).toEqual(['ndr']);
    expect(otherwise.mock.calls.map(([{ kind }]) => kind)).toEqual(['tracking', 'unknown']);
  });

  test('passes types that it does not know to `unknown`, or to the function for all events', async () => {
    const [onUnknown, onEvent] = [vi.fn(), vi.fn()];
    await shippingEventBridgeHandler({ unknown: onUnknown, otherwise: notCalled })(unknown);
    await shippingEventBridgeHandler(onEvent)(unknown);
    for (const { mock } of [onUnknown, onEvent]) expect(mock.lastCall?.[0]).toEqual({ ...unknown, kind: 'unknown' });
  });

  test('drops types without a function, and reports each to the console once, or to onUnhandled', async () => {
    const lines = consoleLines();
    const handler = shippingEventBridgeHandler({ ndr: notCalled });
    for (const type of ['New', 'New', 'Newer', 'a\nb']) await handler({ ...unknown, 'detail-type': type });
    await handler(trackingSample);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toContain('shipping-ndr: events of the unknown type "New" are acknowledged and dropped');
    expect(lines[2]).not.toContain('a\nb');
    const onUnhandled = vi.fn();
    await shippingEventBridgeHandler({ ndr: notCalled }, { onUnhandled })(unknown);
    await shippingEventBridgeHandler({ ndr: notCalled }, { onUnhandled })(trackingSample);
    expect(onUnhandled.mock.calls.map(([{ kind }]) => kind)).toEqual(['unknown', 'tracking']);
    expect(lines).toHaveLength(3);
  });

  test('fails for an event that cannot be read, or passes it to onInvalid, raw', async () => {
    const error = await waybillErrorOf(() => shippingEventBridgeHandler(notCalled)(changed));
    expect(error).toMatchObject({ code: 'VALIDATION', issues: [{ path: ['detail', 'trackingId'] }] });
    const onInvalid = vi.fn();
    await shippingEventBridgeHandler(notCalled, { onInvalid })(changed);
    expect(onInvalid).toHaveBeenCalledExactlyOnceWith(changed, expect.objectContaining({ code: 'VALIDATION' }), expect.anything());
  });

  test.each([undefined, null, 7, '', '{"detail-type":', {}, [7], ndrSample.detail, { detailType: 'NDR Events' }])(
    'fails for what is not an event: %j',
    async (input) => {
      expect(await waybillErrorOf(() => shippingEventBridgeHandler(notCalled)(input))).toMatchObject({ code: 'VALIDATION' });
    },
  );

  test('fails for an event of Buy with Prime, which one bus for both surfaces would lose, unless a function accepts it', async () => {
    const error = await waybillErrorOf(() => shippingEventBridgeHandler({ ndr: notCalled })(buyWithPrimeSample));
    expect(error).toMatchObject({
      code: 'VALIDATION',
      message: expect.stringContaining('an event of Buy with Prime'),
      hint: expect.any(String),
    });
    const otherwise = vi.fn();
    await shippingEventBridgeHandler({ ndr: notCalled, otherwise })(buyWithPrimeSample);
    expect(otherwise).toHaveBeenCalledOnce();
  });

  test.each<[string, unknown, string]>([
    ['a batch of SQS', { Records: [{ receiptHandle: 'r', body: '{}' }] }, 'shippingSqsHandler()'],
    ['an HTTP event', { requestContext: { http: {} }, rawPath: '/ndr', body: '{}' }, 'toLambdaHandler()'],
    ['an event of API Gateway', { httpMethod: 'POST', path: '/ndr', body: '{}' }, 'toLambdaHandler()'],
    ['a Request', new Request('https://shop.example/ndr', { method: 'POST', body: '{}' }), 'webhook verifier'],
  ])('fails for %s, and names the right handler', async (_, input, right) => {
    const onInvalid = vi.fn();
    const error = await waybillErrorOf(() => shippingEventBridgeHandler(notCalled, { onInvalid })(input));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.hint).toContain(right);
    expect(onInvalid).not.toHaveBeenCalled();
  });

  test('fails with what a function throws, so that Lambda retries it', async () => {
    const failure = new Error('database');
    const failing = (): Promise<never> => Promise.reject(failure);
    expect(await thrownBy(() => shippingEventBridgeHandler(failing)(ndrSample))).toBe(failure);
    const handler = shippingEventBridgeHandler({ unknown: failing, otherwise: notCalled }, { onInvalid: failing });
    expect(await thrownBy(() => handler(unknown))).toBe(failure);
    expect(await thrownBy(() => handler(changed))).toBe(failure);
    expect(await Promise.allSettled([shippingEventBridgeHandler(() => Promise.reject())(ndrSample)])).toMatchObject([
      { status: 'rejected' },
    ]);
  });

  test('handles a list to its end, tells onError of each failure, and fails with the first', async () => {
    const seen: unknown[] = [];
    const onError = vi.fn();
    const handler = shippingEventBridgeHandler(
      ({ id }) => {
        seen.push(id);
        if (id !== 'c') throw new Error(String(id));
      },
      { onError },
    );
    const batch = ['a', 'b', 'c'].map((id) => ({ ...ndrSample, id }));
    expect(await thrownBy(() => handler(batch))).toMatchObject({ message: 'a' });
    expect(seen).toEqual(['a', 'b', 'c']);
    expect(onError.mock.calls.map(([error, { isSkipped }]) => [error.message, isSkipped])).toEqual([
      ['a', false],
      ['b', false],
    ]);
  });

  test('handles an event once, and retries one that failed', async () => {
    const onEvent = vi.fn().mockRejectedValueOnce(new Error('database'));
    const handler = shippingEventBridgeHandler(onEvent, { idempotencyStore: new MemoryIdempotencyStore() });
    expect(await thrownBy(() => handler(ndrSample))).toMatchObject({ message: 'database' });
    await handler(ndrSample);
    await handler(ndrSample);
    expect(onEvent).toHaveBeenCalledTimes(2);
  });

  test('fails while another process handles the event', async () => {
    const store = new MemoryIdempotencyStore();
    await store.claim(ndrSample.id);
    const error = await waybillErrorOf(() => shippingEventBridgeHandler(notCalled, { idempotencyStore: store })(ndrSample));
    expect(error).toMatchObject({ code: 'IN_PROGRESS', retryable: true, surface: 'shipping-ndr' });
    expect(everythingShownOf(error)).not.toContain(ndrSample.id);
  });

  test('fails if the store is down', async () => {
    const down = (): Promise<never> => Promise.reject(new Error('no store'));
    const idempotencyStore = { claim: down, complete: down, release: down };
    const error = await thrownBy(() => shippingEventBridgeHandler(notCalled, { idempotencyStore })(ndrSample));
    expect(error).toMatchObject({ message: 'no store' });
  });

  test('starts nothing when the time of Lambda is nearly used up', async () => {
    const onError = vi.fn();
    let left = 10_000;
    const handler = shippingEventBridgeHandler(() => (left = 100), { onError });
    const context = { getRemainingTimeInMillis: () => left };
    const batch = ['a', 'b'].map((id) => ({ ...ndrSample, id }));
    expect(await waybillErrorOf(() => handler(batch, context))).toMatchObject({ code: 'TIMEOUT' });
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.anything(), { messageId: undefined, isSkipped: true });
  });

  test.each<[unknown, unknown, string]>([
    [undefined, {}, 'must be a function'],
    ['function', {}, 'must be a function'],
    [{}, {}, 'must be a function'],
    [{ ndr: undefined }, {}, 'must be a function'],
    [{ ndr: 'function' }, {}, '"ndr" must be a function'],
    [{ nrd: notCalled }, {}, 'is not a kind of event'],
    [{ 'NDR Events': notCalled }, {}, 'is not a kind of event'],
    [notCalled, null, 'the options must be an object'],
    [notCalled, 'options', 'the options must be an object'],
    [notCalled, { idempotencyStore: {} }, '"idempotencyStore" must have claim()'],
    [notCalled, { onUnknown: notCalled }, '"onUnknown" is not an option'],
    [notCalled, { onInvalid: 'log' }, '"onInvalid" must be a function'],
    [notCalled, { onUnhandled: 'log' }, '"onUnhandled" must be a function'],
    [notCalled, { onError: 'log' }, '"onError" must be a function'],
    [notCalled, { timeReserve: '2s' }, '"timeReserve" must be a number of milliseconds'],
    [notCalled, { idempotencyLease: 0 }, '"idempotencyLease" must be a whole number'],
  ])('refuses %o with %j', async (handlers, options, message) => {
    const error = await waybillErrorOf(() => shippingEventBridgeHandler(handlers as never, options as never));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.message).toContain(message);
  });

  test('is what Lambda expects of a handler', () => {
    const handler = shippingEventBridgeHandler(() => undefined);
    expectTypeOf(handler).toExtend<(event: EventBridgeEvent<'NDR Events', unknown>) => Promise<void>>();
    expectTypeOf(handler).toExtend<LambdaHandler<'NDR Events', unknown, void>>();
    type Functions = Exclude<ShippingEventHandlers<LambdaEventContext>, (...args: never[]) => unknown>;
    expectTypeOf<NonNullable<Functions['ndr']>>().parameter(0).toEqualTypeOf<NdrEvent & { readonly kind: 'ndr' }>();
    expectTypeOf<NonNullable<Functions['otherwise']>>().parameter(0).toEqualTypeOf<ShippingEvent>();
  });
});
