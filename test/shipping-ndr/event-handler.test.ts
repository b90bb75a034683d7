import type { EventBridgeEvent } from 'aws-lambda';
import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import {
  ConfigurationError,
  MemoryIdempotencyStore,
  type NdrEvent,
  type ShippingEventHandlerOptions,
  shippingEventHandler,
  type TrackingEvent,
  type UnknownShippingEvent,
} from '../../src/shipping-ndr/webhook.ts';
import { everythingShownOf, thrownBy, waybillErrorOf } from './errors.ts';
import { ndrEvent, ndrSample, trackingSample } from './samples.ts';

const unknown = { ...ndrSample, id: 'new', 'detail-type': 'New', detail: [1] };
const changed = { ...ndrEvent({ trackingId: 7 }), id: 'changed' };
const notCalled = (): never => {
  throw new Error('must not be called');
};

describe('shippingEventHandler', () => {
  test('gives the event as Lambda hands it over, and resolves to nothing', async () => {
    const events: unknown[] = [];
    const handler = shippingEventHandler(async (event) => events.push(event));
    expect(await handler(ndrSample)).toBeUndefined();
    await handler(trackingSample);
    expect(events).toEqual([
      { ...ndrSample, kind: 'ndr' },
      { ...trackingSample, kind: 'tracking' },
    ]);
  });

  test.each([
    ['text', JSON.stringify(ndrSample)],
    ['bytes', new TextEncoder().encode(JSON.stringify(ndrSample))],
    ['an array of one', [ndrSample]],
  ])('takes %s too', async (_, input) => {
    const onEvent = vi.fn();
    await shippingEventHandler(onEvent)(input);
    expect(onEvent).toHaveBeenCalledExactlyOnceWith({ ...ndrSample, kind: 'ndr' });
  });

  test('forgets types that it does not know, or hands them to onUnknown', async () => {
    await shippingEventHandler(notCalled)(unknown);
    const onUnknown = vi.fn();
    await shippingEventHandler(notCalled, { onUnknown })(unknown);
    expect(onUnknown).toHaveBeenCalledExactlyOnceWith({ ...unknown, kind: 'unknown' });
  });

  test('rejects for an event that does not fit, or hands it to onInvalid, raw', async () => {
    const error = await waybillErrorOf(() => shippingEventHandler(notCalled)(changed));
    expect(error).toMatchObject({ code: 'VALIDATION', issues: [{ path: ['detail', 'trackingId'] }] });
    const onInvalid = vi.fn();
    await shippingEventHandler(notCalled, { onInvalid })(changed);
    expect(onInvalid).toHaveBeenCalledExactlyOnceWith(changed, expect.objectContaining({ code: 'VALIDATION' }));
  });

  test.each([undefined, null, 7, '', '{"detail-type":', {}, [], [7], ndrSample.detail])(
    'rejects for what is no event: %j',
    async (input) => {
      const options = { onUnknown: notCalled, onInvalid: notCalled };
      expect(await waybillErrorOf(() => shippingEventHandler(notCalled, options)(input))).toMatchObject({ code: 'VALIDATION' });
    },
  );

  test('rejects with what a function throws, so that Lambda gives the event again', async () => {
    const failure = new Error('database');
    expect(await thrownBy(() => shippingEventHandler(() => Promise.reject(failure))(ndrSample))).toBe(failure);
    const options = {
      onUnknown: () => {
        throw failure;
      },
      onInvalid: () => Promise.reject(failure),
    };
    expect(await thrownBy(() => shippingEventHandler(notCalled, options)(unknown))).toBe(failure);
    expect(await thrownBy(() => shippingEventHandler(notCalled, options)(changed))).toBe(failure);
    expect(await Promise.allSettled([shippingEventHandler(() => Promise.reject())(ndrSample)])).toMatchObject([{ status: 'rejected' }]);
  });

  test('handles an array to its end, and rejects with the first failure', async () => {
    const seen: string[] = [];
    const handler = shippingEventHandler(({ id }) => {
      seen.push(id);
      if (id !== 'c') throw new Error(id);
    });
    const batch = ['a', 'b', 'c'].map((id) => ({ ...ndrSample, id }));
    expect(await thrownBy(() => handler(batch))).toMatchObject({ message: 'a' });
    expect(seen).toEqual(['a', 'b', 'c']);
  });

  test('handles an event once, and one that failed again', async () => {
    const onEvent = vi.fn().mockRejectedValueOnce(new Error('database'));
    const handler = shippingEventHandler(onEvent, { idempotencyStore: new MemoryIdempotencyStore() });
    expect(await thrownBy(() => handler(ndrSample))).toMatchObject({ message: 'database' });
    await handler(ndrSample);
    await handler(ndrSample);
    expect(onEvent).toHaveBeenCalledTimes(2);
  });

  test('rejects while another process works on the event', async () => {
    const store = new MemoryIdempotencyStore();
    await store.claim(ndrSample.id);
    const error = await waybillErrorOf(() => shippingEventHandler(notCalled, { idempotencyStore: store })(ndrSample));
    expect(error).toMatchObject({ code: 'IN_PROGRESS', retryable: true, surface: 'shipping-ndr' });
    expect(everythingShownOf(error)).not.toContain(ndrSample.id);
  });

  test('rejects where the store is down', async () => {
    const down = () => Promise.reject(new Error('no store'));
    const idempotencyStore = { claim: down, complete: down, release: down };
    expect(await thrownBy(() => shippingEventHandler(notCalled, { idempotencyStore })(ndrSample))).toMatchObject({ message: 'no store' });
  });

  test.each([
    [undefined, {}],
    ['function', {}],
    [notCalled, null],
    [notCalled, 'options'],
    [notCalled, { idempotencyStore: {} }],
  ])('is not made with %o and %j', async (onEvent, options) => {
    expect(await waybillErrorOf(() => shippingEventHandler(onEvent as never, options as never))).toBeInstanceOf(ConfigurationError);
  });

  test('is what Lambda wants of a handler', () => {
    const handler = shippingEventHandler(() => undefined);
    expectTypeOf(handler).toExtend<(event: EventBridgeEvent<'NDR Events', unknown>) => Promise<void>>();
    expectTypeOf(shippingEventHandler).parameter(0).parameter(0).toEqualTypeOf<NdrEvent | TrackingEvent>();
    expectTypeOf<NonNullable<ShippingEventHandlerOptions['onUnknown']>>().parameter(0).toEqualTypeOf<UnknownShippingEvent>();
  });
});
