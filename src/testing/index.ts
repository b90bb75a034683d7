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
export type { Jwk } from '../core/keys/jwk.ts';
export type { Open, WebCryptoKey } from '../core/types.ts';
export type { NdrDetail, NdrEventPayload, TrackingDetail, TrackingEventPayload } from '../shipping-ndr/events/event-schemas.ts';
export { type AuthenticatedRequestOptions, authenticatedRequest, type WebhookAuth } from './builders/authenticated-request.ts';
export type { BuilderOptions } from './builders/builder-options.ts';
export {
  type BuyWithPrimeEventBody,
  type BuyWithPrimeEventOverrides,
  type BuyWithPrimeIds,
  buyWithPrimeEvent,
  buyWithPrimeOrder,
} from './builders/buywithprime-event.ts';
export { type EventOverrides, ndrEvent, trackingEvent } from './builders/shipping-events.ts';
export { type SignedWebhookOptions, signedWebhook } from './builders/signed-webhook.ts';
export { type SqsEvent, type SqsEventOptions, type SqsRecord, sqsEvent } from './builders/sqs-event.ts';
export { type TestKeys, type TestKeysOptions, testKeys } from './builders/test-keys.ts';
export {
  type SignatureEncoding,
  type SignOptions,
  WebhookSigningKeys,
  type WebhookSigningKeysOptions,
} from './builders/webhook-signing-keys.ts';
export type { DeliveryAuth, OAuthDeliveryAuth, SignatureDeliveryAuth } from './delivery/delivery-auth.ts';
export type { DeliverOptions } from './delivery/delivery-letter.ts';
export type { DeliveryAttempt, DeliveryReport, DroppedEvent, EventReport } from './delivery/delivery-report.ts';
export type { DeliveryTarget } from './delivery/delivery-target.ts';
export type { DeliverySettings } from './delivery/event-delivery.ts';
export type { ExhaustedRetryCondition, RetryPolicy } from './delivery/retry-policy.ts';
export type { DeliveryTrackerRecord } from './emulator/amazon-pay/amazon-pay-service.ts';
export type { SignatureInput, VerifySignature } from './emulator/amazon-pay/amazon-pay-signature.ts';
export type { DeliveryTrackerBody } from './emulator/amazon-pay/delivery-tracker.ts';
export type { AuthProfileRecord } from './emulator/buywithprime/auth-profiles.ts';
export type {
  EmulatedAlias,
  EmulatedDelivery,
  EmulatedLineItem,
  EmulatedOrder,
  EmulatedRefund,
  EmulatedReturn,
  EmulatedTracker,
} from './emulator/buywithprime/buywithprime-order.ts';
export { buyWithPrimeSchema } from './emulator/buywithprime/buywithprime-schema.ts';
export type { EventSubscriptionRecord } from './emulator/buywithprime/event-subscriptions.ts';
export type { GraphQLFaultType } from './emulator/buywithprime/graphql-fault.ts';
export type { EmulatedInventoryItem } from './emulator/buywithprime/inventory.ts';
export { AmazonEmulator } from './emulator/emulator.ts';
export type { AmazonEmulatorOptions, EmulatorCredentials, EmulatorQuota } from './emulator/emulator-options.ts';
export type { FaultRule } from './emulator/faults.ts';
export type { NdrFeedbackRecord } from './emulator/feedback-service.ts';
export type { QuotaLimit } from './emulator/quota.ts';
export type { RequestRecord } from './emulator/request-record.ts';
