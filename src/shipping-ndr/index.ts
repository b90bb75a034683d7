/**
 * Amazon Shipping NDR: receive the shipments that could not be delivered, and say what is to happen with each.
 *
 * @module waybill/shipping-ndr
 */
export type { AccessToken, TokenStore } from '../core/access-token.ts';
export type { BatchOptions } from '../core/batch.ts';
export type { CallOptions, ClientOptions, Hooks, RequestInfo, ResponseInfo, RetryInfo, Warning } from '../core/options.ts';
export { type QuotaNews, type RateLimiter, TokenBucket, type TokenBucketOptions } from '../core/rate-limiter.ts';
export type { AnyIterable } from '../core/types.ts';
export {
  type NdrFeedbackCallOptions,
  NdrFeedbackClient,
  type NdrFeedbackClientOptions,
  type NdrFeedbackReceipt,
  type NdrFeedbackResult,
  type SubmitManyOptions,
} from './feedback.ts';
export type { FeedbackRules } from './feedback-rules.ts';
export type { NdrFeedback, ReattemptFeedback, RescheduleFeedback, ReturnToOriginFeedback } from './feedback-schemas.ts';
export type { LwaCredentials } from './lwa.ts';
export type { SellingPartnerRegion, ShippingBusinessId } from './regions.ts';
export { NdrFeedbackSchema } from './standard-schemas.ts';
export * from './webhook.ts';
