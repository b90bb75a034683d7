import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import type {
  BuyWithPrimeEvent,
  DeliveryEvent,
  PackageTrackerEvent,
  RefundEvent,
  UnknownBuyWithPrimeEvent,
} from '../../src/buywithprime/events/event.ts';
import { type BuyWithPrimeEventHandlers, handlerFinder } from '../../src/buywithprime/events/event-handlers.ts';
import { BuyWithPrimeEventParser } from '../../src/buywithprime/events/parser.ts';
import type { WebhookContext } from '../../src/core/receive/webhook.ts';
import { deliveryInTransit, eventBridgeSamples } from './fixtures.ts';

const parser = new BuyWithPrimeEventParser();
const call = <Context>(handlers: BuyWithPrimeEventHandlers<Context>, event: BuyWithPrimeEvent, context: Context): unknown =>
  handlerFinder(handlers)(event)?.(event, context);
const named = (type: string): BuyWithPrimeEvent => parser.parse(deliveryInTransit({ 'detail-type': type }));

describe('handlerFinder', () => {
  test.each(eventBridgeSamples.map(({ event }) => [event['detail-type'] as string, event]))(
    'finds the function of its kind for %s',
    (_, sample) => {
      const event = parser.parse(sample);
      const [own, otherwise] = [vi.fn(() => 'own'), vi.fn()];
      expect(call({ [event.kind]: own, otherwise }, event, 'context')).toBe('own');
      expect(own).toHaveBeenCalledExactlyOnceWith(event, 'context');
      expect(otherwise).not.toHaveBeenCalled();
    },
  );

  test.each(['DELIVERY_IN_TRANSIT', 'PACKAGE_DELIVERY_IN_TRANSIT', 'ITEM_IN_TRANSIT'])('knows %s under its canonical name', (name) => {
    const DELIVERY_IN_TRANSIT = vi.fn();
    call({ DELIVERY_IN_TRANSIT }, named(name), undefined);
    expect(DELIVERY_IN_TRANSIT).toHaveBeenCalledOnce();
  });

  test('gives types that are not known to unknown, or else to otherwise', () => {
    const [unknown, otherwise] = [vi.fn(), vi.fn()];
    call({ unknown, otherwise }, named('LOCKER_OPENED'), undefined);
    expect(unknown).toHaveBeenCalledOnce();
    call({ otherwise }, named('LOCKER_OPENED'), undefined);
    expect(otherwise).toHaveBeenCalledOnce();
  });

  test('gives kinds without a function to otherwise, or else forgets them', () => {
    const [unknown, otherwise] = [vi.fn(), vi.fn()];
    call({ unknown, otherwise }, named('DELIVERY_IN_TRANSIT'), undefined);
    expect(otherwise).toHaveBeenCalledOnce();
    expect(call({ unknown }, named('DELIVERY_IN_TRANSIT'), undefined)).toBeUndefined();
    expect(unknown).not.toHaveBeenCalled();
  });

  test('calls them as methods of the object that holds them', () => {
    const handlers: BuyWithPrimeEventHandlers = {
      DELIVERY_IN_TRANSIT(event) {
        return this.otherwise?.(event, undefined);
      },
      otherwise: () => 'reached',
    };
    expect(call(handlers, named('DELIVERY_IN_TRANSIT'), undefined)).toBe('reached');
  });

  test.each<[unknown, string, string?]>([
    [{}, 'at least one function'],
    [{ DELIVERY_IN_TRANSIT: undefined }, 'at least one function'],
    [null, 'at least one function'],
    [() => 1, 'at least one function'],
    [{ DELIVERY_IN_TRANSIT: 'x' }, '"DELIVERY_IN_TRANSIT" must be a function'],
    [{ PACKAGE_DELIVERED: () => 1 }, '"PACKAGE_DELIVERED" is another name of DELIVERY_COMPLETED', 'Use DELIVERY_COMPLETED'],
    [{ DELIVERD: () => 1 }, '"DELIVERD" is no kind'],
    [{ constructor: () => 1 }, '"constructor" is no kind'],
    [JSON.parse('{"__proto__": 1}'), '"__proto__" is no kind'],
    [{ ['x'.repeat(1_000)]: () => 1 }, `"${'x'.repeat(64)}" is no kind`],
  ])('refuses %j', (handlers, message, hint = '') => {
    expect(() => handlerFinder(handlers as never)).toThrow(
      expect.objectContaining({
        code: 'CONFIGURATION',
        surface: 'buywithprime',
        message: expect.stringContaining(message),
        ...(hint && { hint: expect.stringContaining(hint) }),
      }),
    );
  });

  test('narrows the event by the kind', () => {
    handlerFinder<WebhookContext>({
      DELIVERY_CANCELLED: (event, { signal }) => {
        expectTypeOf(event).toExtend<DeliveryEvent>();
        expectTypeOf(event.kind).toEqualTypeOf<'DELIVERY_CANCELLED'>();
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      },
      REFUND_REQUESTED: (event) => expectTypeOf(event).toExtend<RefundEvent>(),
      PACKAGE_TRACKER_MILESTONE_CHANGED: (event) => expectTypeOf(event).toExtend<PackageTrackerEvent>(),
      unknown: (event) => expectTypeOf(event).toExtend<UnknownBuyWithPrimeEvent>(),
      otherwise: (event) => expectTypeOf(event).toEqualTypeOf<BuyWithPrimeEvent>(),
    });
    // @ts-expect-error the old and the new names are one kind
    expect(() => handlerFinder({ PACKAGE_DELIVERED: () => 1 })).toThrow();
  });
});
