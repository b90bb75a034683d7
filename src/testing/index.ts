/**
 * Amazon's side on your desk: an emulator of every interface that waybill talks to, and builders of the events and
 * requests that Amazon sends.
 *
 * @module waybill/testing
 */
export {
  type AnyWaybillError,
  ConfigurationError,
  type ErrorCode,
  type ErrorDetails,
  isWaybillError,
  type Surface,
  WaybillError,
} from '../core/errors.ts';
export type { Jwk } from '../core/jwk.ts';
export type { Open, WebCryptoKey } from '../core/types.ts';
export type { NdrDetail, NdrEventPayload, TrackingDetail, TrackingEventPayload } from '../shipping-ndr/event-schemas.ts';
export type { DeliveryTrackerRecord } from './amazon-pay-service.ts';
export type { SignatureInput, VerifySignature } from './amazon-pay-signature.ts';
export type { AuthProfileRecord } from './auth-profiles.ts';
export { type AuthenticatedRequestOptions, authenticatedRequest, type WebhookAuth } from './authenticated-request.ts';
export type { BuilderOptions } from './builder-options.ts';
export {
  type BuyWithPrimeEventBody,
  type BuyWithPrimeEventOverrides,
  type BuyWithPrimeIds,
  buyWithPrimeEvent,
  buyWithPrimeOrder,
} from './buywithprime-event.ts';
export type {
  EmulatedAlias,
  EmulatedDelivery,
  EmulatedLineItem,
  EmulatedOrder,
  EmulatedRefund,
  EmulatedReturn,
  EmulatedTracker,
} from './buywithprime-order.ts';
export { buyWithPrimeSchema } from './buywithprime-schema.ts';
export type { DeliveryAuth, OAuthDeliveryAuth, SignatureDeliveryAuth } from './delivery-auth.ts';
export type { DeliverOptions } from './delivery-letter.ts';
export type { DeliveryAttempt, DeliveryReport, DroppedEvent, EventReport } from './delivery-report.ts';
export type { DeliveryTarget } from './delivery-target.ts';
export type { DeliveryTrackerBody } from './delivery-tracker.ts';
export { AmazonEmulator } from './emulator.ts';
export type { AmazonEmulatorOptions, EmulatorCredentials, EmulatorQuota } from './emulator-options.ts';
export type { DeliverySettings } from './event-delivery.ts';
export type { EventSubscriptionRecord } from './event-subscriptions.ts';
export type { FaultRule } from './faults.ts';
export type { NdrFeedbackRecord } from './feedback-service.ts';
export type { GraphQLFaultType } from './graphql-fault.ts';
export type { EmulatedInventoryItem } from './inventory.ts';
export type { QuotaLimit } from './quota.ts';
export type { RequestRecord } from './request-record.ts';
export type { ExhaustedRetryCondition, RetryPolicy } from './retry-policy.ts';
export { type EventOverrides, ndrEvent, trackingEvent } from './shipping-events.ts';
export { type SignedWebhookOptions, signedWebhook } from './signed-webhook.ts';
export { type SqsEvent, type SqsEventOptions, type SqsRecord, sqsEvent } from './sqs-event.ts';
export { type TestKeys, type TestKeysOptions, testKeys } from './test-keys.ts';
export {
  type SignatureEncoding,
  type SignOptions,
  WebhookSigningKeys,
  type WebhookSigningKeysOptions,
} from './webhook-signing-keys.ts';
