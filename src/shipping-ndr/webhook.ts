/**
 * Amazon Shipping's webhook: the receiving half of `waybill/shipping-ndr`, which never loads an HTTP client.
 *
 * @module waybill/shipping-ndr/webhook
 */
export * from '../core/errors.ts';
export {
  type Claim,
  type IdempotencyStore,
  MemoryIdempotencyStore,
  type MemoryIdempotencyStoreOptions,
} from '../core/idempotency.ts';
export type { Jwk } from '../core/jwk.ts';
export type { Fetch, Open, Provided, StandardSchemaV1, WebCryptoKey } from '../core/types.ts';
export type { WebhookContext, WebhookHandlerOptions } from '../core/webhook.ts';
export type { WebhookRequest } from '../core/webhook-request.ts';
export { type NdrSuggestion, type SuggestedNdrAction, suggestNdrActions } from './actions.ts';
export { type ApiKeyOptions, apiKey } from './auth/api-key.ts';
export { type BasicAuthOptions, type BasicAuthUser, basicAuth } from './auth/basic-auth.ts';
export { type BearerIntrospectionOptions, bearerIntrospection } from './auth/bearer-introspection.ts';
export {
  type BearerJwtClaims,
  type BearerJwtOptions,
  bearerJwt,
  type LocalJwtKeys,
  type RemoteJwtKeys,
} from './auth/bearer-jwt.ts';
export { bearerToken } from './auth/bearer-token.ts';
export type { JwtAlgorithm, JwtKey, JwtKeys } from './auth/jwt-keys.ts';
export type { NdrAuth } from './auth/mechanism.ts';
export { type QueryParameterOptions, queryParameter } from './auth/query-parameter.ts';
export type { OneOrMany } from './auth/secrets.ts';
export type { TokenGrant } from './auth/token-grant.ts';
export type { IntrospectionCredentials } from './auth/token-introspector.ts';
export {
  type NdrReason,
  type NdrStatus,
  ndrReasons,
  ndrStatuses,
  type TrackingDetailCode,
  type TrackingEventCode,
  trackingDetailCodes,
  trackingEventCodes,
} from './codes.ts';
export { type ShippingEventHandlerOptions, shippingEventHandler } from './event-handler.ts';
export { parseShippingEvent } from './event-parser.ts';
export type {
  NdrDetail,
  NdrEvent,
  NdrEventPayload,
  ShippingEvent,
  ShippingEventEnvelope,
  TrackingDetail,
  TrackingEvent,
  TrackingEventPayload,
  TrackingLocation,
  UnknownShippingEvent,
} from './event-schemas.ts';
export { deliveryAttempts, parseTime } from './event-values.ts';
export type { NdrAction } from './feedback-schemas.ts';
export type { PrivateJwk, SigningKey } from './signing-key.ts';
export { NdrDetailSchema, NdrEventSchema, TrackingDetailSchema, TrackingEventSchema } from './standard-schemas.ts';
export { type NdrTokenClient, NdrTokenEndpoint, type NdrTokenEndpointOptions, type NdrTokenHandlerOptions } from './token-endpoint.ts';
export { type NdrWebhookHandlerOptions, NdrWebhookVerifier, type NdrWebhookVerifierOptions } from './verifier.ts';
