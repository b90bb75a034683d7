/**
 * Amazon Shipping NDR: receive the shipments that could not be delivered, and say what is to happen with each.
 *
 * @module waybill/shipping-ndr
 */
export type { AccessToken, TokenStore } from '../core/call/access-token.ts';
export type { BatchOptions } from '../core/call/batch.ts';
export { type QuotaNews, type RateLimiter, TokenBucket, type TokenBucketOptions } from '../core/call/rate-limiter.ts';
export type { CallOptions, ClientOptions, Hooks, RequestInfo, ResponseInfo, RetryInfo, Warning } from '../core/options.ts';
export type { AnyIterable } from '../core/types.ts';
export {
  type NdrFeedbackCallOptions,
  NdrFeedbackClient,
  type NdrFeedbackClientOptions,
  type NdrFeedbackReceipt,
  type NdrFeedbackResult,
  type SubmitManyOptions,
} from './feedback/feedback.ts';
export type { FeedbackRules } from './feedback/feedback-rules.ts';
export type { NdrFeedback, ReattemptFeedback, RescheduleFeedback, ReturnToOriginFeedback } from './feedback/feedback-schemas.ts';
export type { LwaCredentials } from './feedback/lwa.ts';
export type { SellingPartnerRegion, ShippingBusinessId } from './feedback/regions.ts';
export { NdrFeedbackSchema } from './standard-schemas.ts';
export * from './webhook.ts';
