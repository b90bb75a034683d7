/**
 * All of `waybill/amazonpay` but the carriers: what `waybill` re-exports.
 *
 * @module
 */
export type { BatchOptions } from '../core/batch.ts';
export * from '../core/errors.ts';
export {
  type Claim,
  type IdempotencyStore,
  MemoryIdempotencyStore,
  type MemoryIdempotencyStoreOptions,
} from '../core/idempotency.ts';
export type { CallOptions, ClientOptions, Hooks, RequestInfo, ResponseInfo, RetryInfo, Warning } from '../core/options.ts';
export { type QuotaNews, type RateLimiter, TokenBucket, type TokenBucketOptions } from '../core/rate-limiter.ts';
export type { AnyIterable, Fetch, Open, StandardSchemaV1, WebCryptoKey } from '../core/types.ts';
export type { AmazonPayAlgorithm } from './algorithms.ts';
export type { AmazonPayReasonCode } from './api-error.ts';
export { canonicalRequest, type HeadersLike, type SignableRequest, stringToSign } from './canonical-request.ts';
export type { Carrier, CarrierCode, ListedCarrierCode } from './carriers.ts';
export {
  type CreateManyOptions,
  type DeliveryTrackerCallOptions,
  DeliveryTrackerClient,
  type DeliveryTrackerClientOptions,
  type DeliveryTrackerResult,
} from './client.ts';
export type {
  ChargePermissionDelivery,
  DeliveryDetail,
  DeliveryTracker,
  DeliveryTrackerInput,
  DeliveryTrackerResponse,
  OrderReferenceDelivery,
} from './delivery-tracker.ts';
export { importPrivateKey } from './private-key.ts';
export type { AmazonPayEnvironment, AmazonPayRegion, AmazonPayRegionName } from './regions.ts';
export { AmazonPaySigner, type AmazonPaySignerOptions, type SignedHeaders, type Signer } from './signer.ts';
export { DeliveryTrackerInputSchema, DeliveryTrackerResponseSchema } from './standard-schemas.ts';
