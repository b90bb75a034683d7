import { describe, expect, expectTypeOf, onTestFinished, test, vi } from 'vitest';
import type {
  BuyWithPrimeEvent,
  DeliveryEvent,
  PackageTrackerEvent,
  RefundEvent,
  UnknownBuyWithPrimeEvent,
} from '../../../src/buywithprime/events/event.ts';
import { type BuyWithPrimeEventHandlers, buyWithPrimeCodec, eventBridgeHandler } from '../../../src/buywithprime/events/handlers.ts';
import { BuyWithPrimeEventParser } from '../../../src/buywithprime/events/parser.ts';
import { createDispatch, type EventHandlersByKind } from '../../../src/core/receive/handlers.ts';
import type { LambdaEventContext } from '../../../src/core/receive/lambda.ts';
import { deliveryInTransit, eventBridgeSamples } from '../../support/buywithprime/fixtures.ts';

const parser = new BuyWithPrimeEventParser();
const call = <Context>(handlers: BuyWithPrimeEventHandlers<Context>, event: BuyWithPrimeEvent, context: Context): Promise<void> =>
  createDispatch(buyWithPrimeCodec, handlers, {}, {})({ event }, context);
const named = (type: string): BuyWithPrimeEvent => parser.parse(deliveryInTransit({ 'detail-type': type }));

describe('the functions by kind', () => {
  test.each(eventBridgeSamples.map(({ event }) => [event['detail-type'] as string, event]))(
    'the function of its kind gets %s',
    async (_, sample) => {
      const event = parser.parse(sample);
      const [own, otherwise] = [vi.fn(), vi.fn()];
      await call({ [event.kind]: own, otherwise }, event, 'context');
      expect(own).toHaveBeenCalledExactlyOnceWith(event, 'context');
      expect(otherwise).not.toHaveBeenCalled();
    },
  );

  test.each(['DELIVERY_IN_TRANSIT', 'PACKAGE_DELIVERY_IN_TRANSIT', 'ITEM_IN_TRANSIT'])(
    'the function of the canonical kind gets %s',
    async (name) => {
      const DELIVERY_IN_TRANSIT = vi.fn();
      await call({ DELIVERY_IN_TRANSIT }, named(name), undefined);
      expect(DELIVERY_IN_TRANSIT).toHaveBeenCalledOnce();
    },
  );

  test('events of unknown types go to unknown, or else to otherwise', async () => {
    const [unknown, otherwise] = [vi.fn(), vi.fn()];
    await call({ unknown, otherwise }, named('LOCKER_OPENED'), undefined);
    expect(unknown).toHaveBeenCalledOnce();
    await call({ otherwise }, named('LOCKER_OPENED'), undefined);
    expect(otherwise).toHaveBeenCalledOnce();
  });

  test('kinds without a function go to otherwise, or else are acknowledged and dropped', async () => {
    const [unknown, otherwise] = [vi.fn(), vi.fn()];
    await call({ unknown, otherwise }, named('DELIVERY_IN_TRANSIT'), undefined);
    expect(otherwise).toHaveBeenCalledOnce();
    await call({ unknown }, named('DELIVERY_IN_TRANSIT'), undefined);
    expect(unknown).not.toHaveBeenCalled();
  });

  test('an event of an unknown type without a function is reported to console.warn, once for each type', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    onTestFinished(() => warn.mockRestore());
    const handle = eventBridgeHandler({ REFUND_REQUESTED: vi.fn() });
    const types = ['LOCKER_OPENED', 'LOCKER_OPENED', 'LOCKER_CLOSED', 'DELIVERY_IN_TRANSIT', `secret\u001b[31m${'x'.repeat(200)}`];
    for (const type of types) await handle(deliveryInTransit({ 'detail-type': type }));
    expect(warn.mock.calls.map(([line]) => String(line).match(/unknown type( "\w+")? are/)?.[1])).toEqual([
      ' "LOCKER_OPENED"',
      ' "LOCKER_CLOSED"',
      undefined,
    ]);
    for (let at = 0; at < 1_000; at += 1) await handle(deliveryInTransit({ 'detail-type': `MADE_UP_${at}` }));
    expect(warn.mock.calls.length).toBe(100);
  });

  test('an event without a function goes to onUnhandled, and to nothing else', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    onTestFinished(() => warn.mockRestore());
    const onUnhandled = vi.fn(() => {
      throw new Error('ignored');
    });
    const handle = eventBridgeHandler({ REFUND_REQUESTED: vi.fn() }, { onUnhandled });
    for (const type of ['LOCKER_OPENED', 'DELIVERY_IN_TRANSIT']) await handle(deliveryInTransit({ 'detail-type': type }));
    expect(onUnhandled.mock.calls.map(([event]: unknown[]) => (event as BuyWithPrimeEvent).kind)).toEqual([
      'unknown',
      'DELIVERY_IN_TRANSIT',
    ]);
    expect(warn).not.toHaveBeenCalled();
  });

  test('are called as methods of their object', async () => {
    const otherwise = vi.fn();
    const handlers: EventHandlersByKind<BuyWithPrimeEvent, unknown> = {
      DELIVERY_IN_TRANSIT(event) {
        return this.otherwise?.(event, undefined);
      },
      otherwise,
    };
    await call(handlers, named('DELIVERY_IN_TRANSIT'), undefined);
    expect(otherwise).toHaveBeenCalledOnce();
  });

  test.each<[unknown, string, string?]>([
    [{}, 'the handlers must be a function, or an object of functions'],
    [{ DELIVERY_IN_TRANSIT: undefined }, 'the handlers must be a function, or an object of functions'],
    [null, 'the handlers must be a function, or an object of functions'],
    ['DELIVERY_IN_TRANSIT', 'the handlers must be a function, or an object of functions'],
    [{ DELIVERY_IN_TRANSIT: 'x' }, '"DELIVERY_IN_TRANSIT" must be a function'],
    [{ PACKAGE_DELIVERED: () => 1 }, '"PACKAGE_DELIVERED" is another name of DELIVERY_COMPLETED', 'Use DELIVERY_COMPLETED'],
    [{ DELIVERY_COMPLETD: () => 1 }, '"DELIVERY_COMPLETD" is not a kind of event', 'Did you mean DELIVERY_COMPLETED?'],
    [{ delivery_completed: () => 1 }, '"delivery_completed" is not a kind of event', 'DELIVERY_COMPLETED'],
    [{ constructor: () => 1 }, '"constructor" is not a kind of event', 'The kinds are DELIVERY_IN_TRANSIT'],
    [JSON.parse('{"__proto__": 1}'), '"__proto__" is not a kind of event'],
    [{ ['x'.repeat(1_000)]: () => 1 }, '"string" is not a kind of event'],
  ])('%j is refused', (handlers, message, hint = '') => {
    expect(() => eventBridgeHandler(handlers as never)).toThrow(
      expect.objectContaining({
        code: 'CONFIGURATION',
        surface: 'buywithprime',
        message: expect.stringContaining(message),
        ...(hint && { hint: expect.stringContaining(hint) }),
      }),
    );
  });

  test('get an event that is narrowed by its kind', () => {
    const handlers: BuyWithPrimeEventHandlers<LambdaEventContext> = {
      DELIVERY_CANCELLED: (event, { signal }) => {
        expectTypeOf(event).toExtend<DeliveryEvent>();
        expectTypeOf(event.kind).toEqualTypeOf<'DELIVERY_CANCELLED'>();
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      },
      REFUND_REQUESTED: (event) => expectTypeOf(event).toExtend<RefundEvent>(),
      PACKAGE_TRACKER_MILESTONE_CHANGED: (event) => expectTypeOf(event).toExtend<PackageTrackerEvent>(),
      unknown: (event) => expectTypeOf(event).toExtend<UnknownBuyWithPrimeEvent>(),
      otherwise: (event) => expectTypeOf(event).toEqualTypeOf<BuyWithPrimeEvent>(),
    };
    eventBridgeHandler(handlers);
    eventBridgeHandler((event, { messageId }) => {
      expectTypeOf(event).toEqualTypeOf<BuyWithPrimeEvent>();
      expectTypeOf(messageId).toEqualTypeOf<string | undefined>();
    });
    // @ts-expect-error the old and the new names are one kind
    expect(() => eventBridgeHandler({ PACKAGE_DELIVERED: () => 1 })).toThrow();
  });
});
