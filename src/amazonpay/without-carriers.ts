/**
 * All of `waybill/amazonpay` but the carriers: what `waybill` re-exports. The table of carriers would be a fifth of the package.
 *
 * @module
 */
export type { BatchOptions } from '../core/call/batch.ts';
export { type QuotaNews, type RateLimiter, TokenBucket, type TokenBucketOptions } from '../core/call/rate-limiter.ts';
export type { CallInfo, Hooks, RequestInfo, ResponseInfo, RetryInfo, Warning } from '../core/hooks.ts';
export { type Claim, type IdempotencyStore, MemoryIdempotencyStore, type MemoryIdempotencyStoreOptions } from '../core/idempotency.ts';
export * from '../core/index.ts';
export type { CallOptions, ClientOptions } from '../core/options.ts';
export type { AnyIterable } from '../core/types.ts';
export type { AmazonPayReasonCode } from './api-error.ts';
export type { Carrier, CarrierCheck, CarrierCode, ListedCarrierCode } from './carriers/carriers.ts';
export { DeliveryTrackerClient } from './client.ts';
export type {
  CreateManyOptions,
  DeliveryTrackerCallOptions,
  DeliveryTrackerClientOptions,
  DeliveryTrackerResult,
} from './client-options.ts';
export {
  type ChargePermissionDelivery,
  type DeliveryDetail,
  type DeliveryTracker,
  type DeliveryTrackerInput,
  type DeliveryTrackerResponse,
  type OrderReferenceDelivery,
  StandardDeliveryTrackerInputSchema as DeliveryTrackerInputSchema,
  StandardDeliveryTrackerResponseSchema as DeliveryTrackerResponseSchema,
} from './delivery-tracker.ts';
export type { AmazonPayEnvironment, AmazonPayRegion, AmazonPayRegionName } from './regions.ts';
export {
  type AmazonPayAlgorithm,
  canonicalRequest,
  type HeadersLike,
  type SignableRequest,
  stringToSign,
} from './signing/canonical-request.ts';
export { importPrivateKey } from './signing/private-key.ts';
export { AmazonPaySigner, type AmazonPaySignerOptions, type SignedHeaders, type Signer } from './signing/signer.ts';
