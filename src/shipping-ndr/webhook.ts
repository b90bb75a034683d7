/**
 * Amazon Shipping's webhook and queues: the receiving half of `waybill/shipping-ndr`, which never loads an HTTP client.
 *
 * @module waybill/shipping-ndr/webhook
 */
export {
  type Claim,
  type IdempotencyStore,
  MemoryIdempotencyStore,
  type MemoryIdempotencyStoreOptions,
} from '../core/idempotency.ts';
export * from '../core/index.ts';
export type { Jwk } from '../core/keys/jwk.ts';
export type { EventBridgeHandler } from '../core/receive/event-bridge.ts';
export type { EventHandler, EventHandlerOptions, EventHandlers } from '../core/receive/handlers.ts';
export type { LambdaContext, LambdaEventContext, LambdaEventFailure, LambdaHandlerOptions } from '../core/receive/lambda.ts';
export type { FetchHandler, WebhookRequest } from '../core/receive/request.ts';
export type { SqsBatchResponse, SqsHandler, SqsHandlerOptions } from '../core/receive/sqs.ts';
export { type WebhookContext, type WebhookHandlerOptions, webhookStatus } from '../core/receive/webhook.ts';
export { type NdrAction, type NdrSuggestion, type SuggestedNdrAction, suggestNdrActions } from './events/actions.ts';
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
export { parseShippingEvent, type ShippingEventHandlers, shippingEventBridgeHandler, shippingSqsHandler } from './events/handlers.ts';
export { type NdrReasonGroup, ndrReasonGroup, readNdrReason } from './events/reasons.ts';
export {
  deliveryAttempts,
  type NdrDetail,
  type NdrEvent,
  type NdrEventPayload,
  parseTime,
  type ShippingEvent,
  type ShippingEventEnvelope,
  type TrackingDetail,
  type TrackingEvent,
  type TrackingEventPayload,
  type TrackingLocation,
  type UnknownShippingEvent,
} from './events/schemas.ts';
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
export { bearerToken, type TokenGrant } from './webhook/auth/bearer-token.ts';
export type { JwtAlgorithm, JwtKey, JwtKeys } from './webhook/auth/jwt-keys.ts';
export type { NdrAuth } from './webhook/auth/mechanism.ts';
export { type QueryParameterOptions, queryParameter } from './webhook/auth/query-parameter.ts';
export type { IntrospectionCredentials } from './webhook/auth/token-introspector.ts';
export { type NdrWebhookHandlerOptions, NdrWebhookVerifier, type NdrWebhookVerifierOptions } from './webhook/verifier.ts';
