/**
 * What Amazon can send, and what can be sent to Amazon, for property tests with fast-check. Needs fast-check 4.
 *
 * Every value is valid by Amazon's references, except those of the functions with `Invalid` in their name: these have one thing wrong, and
 * say where. All shrink towards small and plain values.
 *
 * @example Whatever Amazon sends, the webhook accepts it
 * ```ts
 * import fc from 'fast-check';
 * import { authenticatedRequest } from 'waybill/testing';
 * import { anyNdrEvent } from 'waybill/testing/arbitraries';
 *
 * const auth = { type: 'apiKey', key: 'abcdef12345' } as const;
 * await fc.assert(
 *   fc.asyncProperty(anyNdrEvent(), async (event) => (await handler(authenticatedRequest(event, { auth }))).status === 200),
 * );
 * ```
 *
 * @module waybill/testing/arbitraries
 * @see {@link https://fast-check.dev | fast-check}
 */

export type { BuyWithPrimeEventBody } from './builders/buywithprime-event.ts';
export type { EventArrival } from './properties/arrivals.ts';
export {
  anyBuyWithPrimeArrival,
  anyBuyWithPrimeEvent,
  anyInvalidResourcePath,
  anyResourcePath,
} from './properties/buywithprime-arbitraries.ts';
export {
  anyDeliveryTrackerInput,
  anyInvalidDeliveryTrackerInput,
  type DeliveryTrackerArbitraryOptions,
} from './properties/delivery-tracker-arbitraries.ts';
export type { Flawed } from './properties/flaws.ts';
export {
  anyInvalidNdrEvent,
  anyInvalidNdrFeedback,
  anyNdrEvent,
  anyNdrFeedback,
  anyShippingArrival,
  anyTrackingEvent,
  type NdrFeedbackArbitraryOptions,
} from './properties/shipping-arbitraries.ts';
