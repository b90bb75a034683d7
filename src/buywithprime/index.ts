/**
 * Buy with Prime: read its events, whatever they are wrapped in, and ask its API for the delivery that they name.
 *
 * @module waybill/buywithprime
 */
export type { AccessToken, TokenStore } from '../core/access-token.ts';
export {
  type Claim,
  type IdempotencyStore,
  MemoryIdempotencyStore,
  type MemoryIdempotencyStoreOptions,
} from '../core/idempotency.ts';
export type { Jwk } from '../core/jwk.ts';
export type { CallOptions, ClientOptions, Hooks, RequestInfo, ResponseInfo, RetryInfo, Warning } from '../core/options.ts';
export { type QuotaNews, type RateLimiter, TokenBucket, type TokenBucketOptions } from '../core/rate-limiter.ts';
export type { Fetch, Provided, WebCryptoKey } from '../core/types.ts';
export type { WebhookContext, WebhookHandlerOptions } from '../core/webhook.ts';
export type { WebhookRequest } from '../core/webhook-request.ts';
export { BuyWithPrimeClient } from './client.ts';
export type { BuyWithPrimeClientOptions, BuyWithPrimeDocuments } from './client-options.ts';
export type { DeliveryResolution, ResolvedDelivery, UnresolvedDelivery } from './delivery.ts';
export type { BuyWithPrimeApiVersion } from './documents.ts';
export type {
  EventBridgeDestination,
  EventDestinationPayload,
  EventSubscription,
  EventSubscriptionDestination,
  EventSubscriptionDetailsPayload,
  EventSubscriptionInput,
  EventSubscriptionPayload,
  WebhookDestination,
  WebhookOAuthConfig,
} from './event-subscription.ts';
export type { EventSubscriptionReference, EventSubscriptionsOptions } from './event-subscription-list.ts';
export * from './events.ts';
export type {
  BuyWithPrimeAlias,
  BuyWithPrimeDelivery,
  BuyWithPrimeDeliveryState,
  BuyWithPrimeLineItem,
  BuyWithPrimeLineItemShare,
  BuyWithPrimeOrder,
  BuyWithPrimeOrderReference,
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
  BuyWithPrimeLineItemReferencePayload,
  BuyWithPrimeLineItemSharePayload,
  BuyWithPrimeLineItemSharesPayload,
  BuyWithPrimeMessagePayload,
  BuyWithPrimeMilestonePayload,
  BuyWithPrimeMilestoneStatusPayload,
  BuyWithPrimeOrderPayload,
  BuyWithPrimePlacePayload,
  BuyWithPrimeQuantityPayload,
  BuyWithPrimeTrackerIdentifierPayload,
  BuyWithPrimeTrackerPayload,
  Nullish,
} from './order-payload.ts';
export type { BuyWithPrimePackageTracker, PackageTrackerIdentifier } from './package-tracker.ts';
export type {
  BuyWithPrimeMoney,
  BuyWithPrimeMoneyPayload,
  BuyWithPrimeRefund,
  BuyWithPrimeRefundForPayload,
  BuyWithPrimeRefundPayload,
  BuyWithPrimeRefundState,
  BuyWithPrimeRefundTotalPayload,
  RefundResolution,
  ResolvedRefund,
  UnresolvedRefund,
} from './refund.ts';
export type {
  BuyWithPrimeReturn,
  BuyWithPrimeReturnForPayload,
  BuyWithPrimeReturnPackage,
  BuyWithPrimeReturnPackagePayload,
  BuyWithPrimeReturnPackageState,
  BuyWithPrimeReturnPayload,
  BuyWithPrimeReturnState,
  ResolvedReturn,
  ReturnResolution,
  UnresolvedReturn,
} from './return.ts';
export type { SignatureAlgorithm } from './signature.ts';
export {
  BuyWithPrimeOrderPayloadSchema,
  BuyWithPrimeRefundPayloadSchema,
  BuyWithPrimeReturnPayloadSchema,
  BuyWithPrimeTrackerPayloadSchema,
  EventSubscriptionPayloadSchema,
} from './standard-schemas.ts';
export type { BuyWithPrimeCredentials, BuyWithPrimeToken } from './token.ts';
export type { BuyWithPrimeEstimate, BuyWithPrimeMilestone, BuyWithPrimePlace, BuyWithPrimeTracking } from './tracking.ts';
export { type BuyWithPrimeWebhookHandlerOptions, BuyWithPrimeWebhookVerifier } from './webhook.ts';
export type { BuyWithPrimeWebhookKeys } from './webhook-keys.ts';
export type { BuyWithPrimeWebhookAuth, BuyWithPrimeWebhookVerifierOptions } from './webhook-options.ts';
