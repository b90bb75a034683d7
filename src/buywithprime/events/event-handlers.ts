/**
 * Functions for events, one for each kind.
 *
 * @module
 */
import { misconfigured } from '../../core/options.ts';
import type { BuyWithPrimeEvent, BuyWithPrimeEventOf } from './event.ts';
import { type BuyWithPrimeEventKind, isEventKind, notAKind } from './event-kinds.ts';

/** Gets an event. It counts as handled when what is returned, a promise or not, does not fail. */
export type BuyWithPrimeEventHandler<Event, Context> = (event: Event, context: Context) => unknown;

/**
 * Functions by canonical kind. Old and new names of an event reach the same one, with the event narrowed to its kind.
 *
 * What has no function is acknowledged and forgotten: give `otherwise` to hear of it.
 */
export type BuyWithPrimeEventHandlers<Context = unknown> = {
  readonly [Kind in BuyWithPrimeEventKind]?: BuyWithPrimeEventHandler<BuyWithPrimeEventOf<Kind>, Context>;
} & {
  /** Gets events of types that this version does not know. */
  readonly unknown?: BuyWithPrimeEventHandler<BuyWithPrimeEventOf<'unknown'>, Context>;
  /** Gets every event that has no function of its own, whether its type is known or not. */
  readonly otherwise?: BuyWithPrimeEventHandler<BuyWithPrimeEvent, Context>;
};

/** Checks the functions, and gives for an event the one that it goes to. */
export function handlerFinder<Context>(
  handlers: BuyWithPrimeEventHandlers<Context>,
): (event: BuyWithPrimeEvent) => BuyWithPrimeEventHandler<BuyWithPrimeEvent, Context> | undefined {
  const entries = typeof handlers === 'object' && handlers !== null ? Object.entries(handlers) : [];
  for (const [name, handler] of entries) {
    // Its events would be lost without a word.
    if (!isEventKind(name) && name !== 'unknown' && name !== 'otherwise') throw notAKind(name);
    if (handler !== undefined && typeof handler !== 'function') throw misconfigured('buywithprime', `"${name}" must be a function`);
  }
  if (!entries.some(([, handler]) => handler)) {
    throw misconfigured('buywithprime', 'the handlers must be an object with at least one function, such as { DELIVERY_IN_TRANSIT }');
  }
  return ({ kind }) => {
    // The function under a kind takes the events of that kind, which the compiler can't follow.
    const handler = (handlers[kind] ?? handlers.otherwise) as BuyWithPrimeEventHandler<BuyWithPrimeEvent, Context> | undefined;
    return handler?.bind(handlers);
  };
}
