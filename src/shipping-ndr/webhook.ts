/**
 * Amazon Shipping's webhook: the receiving half of `waybill/shipping-ndr`, which never loads an HTTP client.
 *
 * @module waybill/shipping-ndr/webhook
 */
export * from '../core/errors.ts';
export type { Jwk } from '../core/keys/jwk.ts';
export {
  type Claim,
  type IdempotencyStore,
  MemoryIdempotencyStore,
  type MemoryIdempotencyStoreOptions,
} from '../core/receive/idempotency.ts';
export type { WebhookContext, WebhookHandlerOptions } from '../core/receive/webhook.ts';
export type { WebhookRequest } from '../core/receive/webhook-request.ts';
export type { Fetch, Open, Provided, StandardSchemaV1, WebCryptoKey } from '../core/types.ts';
export { type NdrSuggestion, type SuggestedNdrAction, suggestNdrActions } from './events/actions.ts';
export {
  type NdrReason,
  type NdrStatus,
  ndrReasons,
  ndrStatuses,
  type TrackingDetailCode,
  type TrackingEventCode,
  trackingDetailCodes,
  trackingEventCodes,
} from './events/codes.ts';
export { type ShippingEventHandlerOptions, shippingEventHandler } from './events/event-handler.ts';
export { parseShippingEvent } from './events/event-parser.ts';
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
} from './events/event-schemas.ts';
export { deliveryAttempts, parseTime } from './events/event-values.ts';
export type { NdrAction } from './feedback/feedback-schemas.ts';
export type { PrivateJwk, SigningKey } from './oauth/signing-key.ts';
export {
  type NdrTokenClient,
  NdrTokenEndpoint,
  type NdrTokenEndpointOptions,
  type NdrTokenHandlerOptions,
} from './oauth/token-endpoint.ts';
export { NdrDetailSchema, NdrEventSchema, TrackingDetailSchema, TrackingEventSchema } from './standard-schemas.ts';
export { type ApiKeyOptions, apiKey } from './webhook/auth/api-key.ts';
export { type BasicAuthOptions, type BasicAuthUser, basicAuth } from './webhook/auth/basic-auth.ts';
export { type BearerIntrospectionOptions, bearerIntrospection } from './webhook/auth/bearer-introspection.ts';
export {
  type BearerJwtClaims,
  type BearerJwtOptions,
  bearerJwt,
  type LocalJwtKeys,
  type RemoteJwtKeys,
} from './webhook/auth/bearer-jwt.ts';
export { bearerToken } from './webhook/auth/bearer-token.ts';
export type { JwtAlgorithm, JwtKey, JwtKeys } from './webhook/auth/jwt-keys.ts';
export type { NdrAuth } from './webhook/auth/mechanism.ts';
export { type QueryParameterOptions, queryParameter } from './webhook/auth/query-parameter.ts';
export type { OneOrMany } from './webhook/auth/secrets.ts';
export type { TokenGrant } from './webhook/auth/token-grant.ts';
export type { IntrospectionCredentials } from './webhook/auth/token-introspector.ts';
export { type NdrWebhookHandlerOptions, NdrWebhookVerifier, type NdrWebhookVerifierOptions } from './webhook/verifier.ts';
