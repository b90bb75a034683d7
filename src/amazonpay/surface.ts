/**
 * All of `waybill/amazonpay` but the carriers: what `waybill` re-exports.
 *
 * @module
 */
export type { BatchOptions } from '../core/call/batch.ts';
export { type QuotaNews, type RateLimiter, TokenBucket, type TokenBucketOptions } from '../core/call/rate-limiter.ts';
export * from '../core/errors.ts';
export type { CallOptions, ClientOptions, Hooks, RequestInfo, ResponseInfo, RetryInfo, Warning } from '../core/options.ts';
export {
  type Claim,
  type IdempotencyStore,
  MemoryIdempotencyStore,
  type MemoryIdempotencyStoreOptions,
} from '../core/receive/idempotency.ts';
export type { AnyIterable, Fetch, Open, StandardSchemaV1, WebCryptoKey } from '../core/types.ts';
export type { AmazonPayReasonCode } from './api-error.ts';
export type { Carrier, CarrierCode, ListedCarrierCode } from './carriers/carriers.ts';
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
export type { AmazonPayEnvironment, AmazonPayRegion, AmazonPayRegionName } from './regions.ts';
export type { AmazonPayAlgorithm } from './signing/algorithms.ts';
export { canonicalRequest, type HeadersLike, type SignableRequest, stringToSign } from './signing/canonical-request.ts';
export { importPrivateKey } from './signing/private-key.ts';
export { AmazonPaySigner, type AmazonPaySignerOptions, type SignedHeaders, type Signer } from './signing/signer.ts';
export { DeliveryTrackerInputSchema, DeliveryTrackerResponseSchema } from './standard-schemas.ts';
