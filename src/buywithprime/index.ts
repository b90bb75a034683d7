/**
 * Buy with Prime: read its events, whatever they are wrapped in, and ask its API for the delivery that they name.
 *
 * @module waybill/buywithprime
 */
export type { AccessToken, TokenStore } from '../core/access-token.ts';
export type { CallOptions, ClientOptions, Hooks, RequestInfo, ResponseInfo, RetryInfo, Warning } from '../core/options.ts';
export { type RateLimiter, TokenBucket, type TokenBucketOptions } from '../core/rate-limiter.ts';
export type { Fetch, Provided } from '../core/types.ts';
export type { BuyWithPrimeApiVersion } from './api-version.ts';
export { BuyWithPrimeClient, type BuyWithPrimeClientOptions } from './client.ts';
export type { DeliveryResolution, ResolvedDelivery, UnresolvedDelivery } from './delivery.ts';
export * from './events.ts';
export type {
  BuyWithPrimeAlias,
  BuyWithPrimeDelivery,
  BuyWithPrimeDeliveryState,
  BuyWithPrimeEstimate,
  BuyWithPrimeLineItem,
  BuyWithPrimeMilestone,
  BuyWithPrimeOrder,
  BuyWithPrimeTracking,
  OrderAliasIdentifier,
  OrderIdentifier,
} from './order.ts';
export type {
  BuyWithPrimeAliasPayload,
  BuyWithPrimeAmountPayload,
  BuyWithPrimeDateRangePayload,
  BuyWithPrimeDeliveriesPayload,
  BuyWithPrimeDeliveryPayload,
  BuyWithPrimeLineItemPayload,
  BuyWithPrimeMilestonePayload,
  BuyWithPrimeMilestoneStatusPayload,
  BuyWithPrimeOrderPayload,
  BuyWithPrimeQuantityPayload,
  BuyWithPrimeTrackerIdentifierPayload,
  BuyWithPrimeTrackerPayload,
  Nullish,
} from './order-payload.ts';
export { BuyWithPrimeOrderPayloadSchema } from './standard-schemas.ts';
export type { BuyWithPrimeCredentials, BuyWithPrimeToken } from './token.ts';
