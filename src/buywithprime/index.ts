/**
 * Buy with Prime: read its events, whatever they are wrapped in, and ask its API for the delivery that they name.
 *
 * @module waybill/buywithprime
 */
export type { AccessToken, TokenStore } from '../core/call/access-token.ts';
export { type QuotaNews, type RateLimiter, TokenBucket, type TokenBucketOptions } from '../core/call/rate-limiter.ts';
export type { Jwk } from '../core/keys/jwk.ts';
export type { CallOptions, ClientOptions, Hooks, RequestInfo, ResponseInfo, RetryInfo, Warning } from '../core/options.ts';
export {
  type Claim,
  type IdempotencyStore,
  MemoryIdempotencyStore,
  type MemoryIdempotencyStoreOptions,
} from '../core/receive/idempotency.ts';
export type { WebhookContext, WebhookHandlerOptions } from '../core/receive/webhook.ts';
export type { WebhookRequest } from '../core/receive/webhook-request.ts';
export type { Fetch, Provided, WebCryptoKey } from '../core/types.ts';
export { BuyWithPrimeClient } from './api/client.ts';
export type { BuyWithPrimeClientOptions, BuyWithPrimeDocuments } from './api/client-options.ts';
export type { BuyWithPrimeCredentials, BuyWithPrimeToken } from './api/token.ts';
export * from './events.ts';
export type { DeliveryResolution, ResolvedDelivery, UnresolvedDelivery } from './orders/delivery.ts';
export type { BuyWithPrimeApiVersion } from './orders/documents.ts';
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
} from './orders/order.ts';
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
} from './orders/order-payload.ts';
export type { BuyWithPrimePackageTracker, PackageTrackerIdentifier } from './orders/package-tracker.ts';
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
} from './orders/refund.ts';
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
} from './orders/return.ts';
export type { BuyWithPrimeEstimate, BuyWithPrimeMilestone, BuyWithPrimePlace, BuyWithPrimeTracking } from './orders/tracking.ts';
export {
  BuyWithPrimeOrderPayloadSchema,
  BuyWithPrimeRefundPayloadSchema,
  BuyWithPrimeReturnPayloadSchema,
  BuyWithPrimeTrackerPayloadSchema,
  EventSubscriptionPayloadSchema,
} from './standard-schemas.ts';
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
} from './subscriptions/event-subscription.ts';
export type { EventSubscriptionReference, EventSubscriptionsOptions } from './subscriptions/event-subscription-list.ts';
export type { SignatureAlgorithm } from './webhook/signature.ts';
export { type BuyWithPrimeWebhookHandlerOptions, BuyWithPrimeWebhookVerifier } from './webhook/webhook.ts';
export type { BuyWithPrimeWebhookKeys } from './webhook/webhook-keys.ts';
export type { BuyWithPrimeWebhookAuth, BuyWithPrimeWebhookVerifierOptions } from './webhook/webhook-options.ts';
