/**
 * Amazon Shipping NDR: receive the shipments that could not be delivered, and decide what happens with each.
 *
 * @module waybill/shipping-ndr
 */
export type { BatchOptions } from '../core/call/batch.ts';
export { type QuotaNews, type RateLimiter, TokenBucket, type TokenBucketOptions } from '../core/call/rate-limiter.ts';
export type { AccessToken, TokenStore } from '../core/call/tokens.ts';
export type { CallInfo, Hooks, RequestInfo, ResponseInfo, RetryInfo, Warning } from '../core/hooks.ts';
export type { CallOptions, ClientOptions } from '../core/options.ts';
export type { AnyIterable } from '../core/types.ts';
export { NdrFeedbackClient } from './feedback/client.ts';
export type {
  NdrFeedbackCallOptions,
  NdrFeedbackClientOptions,
  NdrFeedbackReceipt,
  NdrFeedbackResult,
  SellingPartnerRegion,
  ShippingBusinessId,
  SubmitManyOptions,
} from './feedback/client-options.ts';
export type { FeedbackRules, NdrFeedback, ReattemptFeedback, RescheduleFeedback, ReturnToOriginFeedback } from './feedback/feedback.ts';
export type { LwaCredentials } from './feedback/lwa.ts';
export { NdrFeedbackSchema } from './standard-schemas.ts';
export * from './webhook.ts';
