/**
 * Buy with Prime: read its events, whatever they are wrapped in, ask its API for the delivery, refund or return that they name, and settle
 * refunds.
 *
 * @module waybill/buywithprime
 */
export { type QuotaNews, type RateLimiter, TokenBucket, type TokenBucketOptions } from '../core/call/rate-limiter.ts';
export type { AccessToken, TokenStore } from '../core/call/tokens.ts';
export type { CallInfo, Hooks, RequestInfo, ResponseInfo, RetryInfo, Warning } from '../core/hooks.ts';
export type { Jwk } from '../core/keys/jwk.ts';
export type { CallOptions, ClientOptions } from '../core/options.ts';
export type { WebhookRequest } from '../core/receive/request.ts';
export type { WebhookContext, WebhookHandlerOptions } from '../core/receive/webhook.ts';
export type { BuyWithPrimeInventoryItem, BuyWithPrimeProduct } from './api/catalog.ts';
export { BuyWithPrimeClient } from './api/client.ts';
export type { BuyWithPrimeClientOptions } from './api/client-options.ts';
export type { PersonalDataTask } from './api/personal-data-task.ts';
export * from './events.ts';
export type { BuyWithPrimeApiVersion } from './operation.ts';
export type { BuyWithPrimeDelivery } from './orders/delivery.ts';
export type { BuyWithPrimeLineItemShare } from './orders/line-item.ts';
export type { BuyWithPrimeLineItem, BuyWithPrimeOrder, OrderIdentifier } from './orders/order.ts';
export type { BuyWithPrimeRefund, RefundResolution } from './orders/refund.ts';
export type { BuyWithPrimeRefundUpdate } from './orders/refund-update.ts';
export type { DeliveryResolution } from './orders/resolution.ts';
export type { BuyWithPrimeReturn, ReturnResolution } from './orders/return.ts';
export type { BuyWithPrimeTracking } from './orders/tracking.ts';
export {
  AuthProfileInputSchema,
  BuyWithPrimeOrderPayloadSchema,
  BuyWithPrimeRefundPayloadSchema,
  BuyWithPrimeRefundUpdateSchema,
  BuyWithPrimeReturnPayloadSchema,
  BuyWithPrimeTrackerPayloadSchema,
  EventSubscriptionInputSchema,
  EventSubscriptionPayloadSchema,
} from './standard-schemas.ts';
export type { WebhookAuthConfig } from './subscriptions/auth-profile.ts';
export type { EventSubscription, EventSubscriptionInput } from './subscriptions/subscription.ts';
export type { BuyWithPrimeWebhookKeys, SignatureAlgorithm } from './webhook/keys.ts';
export type { BuyWithPrimeSignatureScheme, BuyWithPrimeWebhookAuth, BuyWithPrimeWebhookVerifierOptions } from './webhook/options.ts';
export { type BuyWithPrimeWebhookHandlerOptions, BuyWithPrimeWebhookVerifier } from './webhook/verifier.ts';
