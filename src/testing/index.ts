/**
 * Amazon on your own machine: an emulator of every service that waybill talks to, and builders of the events and requests that Amazon sends.
 *
 * @module waybill/testing
 */
export * from '../core/index.ts';
export type { Jwk } from '../core/keys/jwk.ts';
export type { NdrDetail, NdrEventPayload, TrackingDetail, TrackingEventPayload } from '../shipping-ndr/events/schemas.ts';
export { type AuthenticatedRequestOptions, authenticatedRequest, type WebhookAuth } from './builders/authenticated-request.ts';
export type { BuilderOptions } from './builders/builder-options.ts';
export {
  type BuyWithPrimeEventBody,
  type BuyWithPrimeEventOverrides,
  type BuyWithPrimeIds,
  buyWithPrimeEvent,
  buyWithPrimeOrder,
} from './builders/buywithprime-event.ts';
export { damagedEvent, type EventDamage } from './builders/damaged-event.ts';
export { type EventOverrides, type NdrEventBody, ndrEvent, type TrackingEventBody, trackingEvent } from './builders/shipping-events.ts';
export { type SignedWebhookOptions, signedWebhook } from './builders/signed-webhook.ts';
export { type SqsEvent, type SqsEventOptions, type SqsRecord, sqsEvent } from './builders/sqs-event.ts';
export { type TestKeys, type TestKeysOptions, testKeys } from './builders/test-keys.ts';
export {
  type SignatureEncoding,
  type SignOptions,
  WebhookSigningKeys,
  type WebhookSigningKeysOptions,
} from './builders/webhook-signing-keys.ts';
export type { DeliveryAuth, OAuthDeliveryAuth, SignatureDeliveryAuth } from './delivery/auth.ts';
export type { DeliverOptions, StartedDelivery } from './delivery/delivery.ts';
export type { DeliverySettings } from './delivery/event-delivery.ts';
export type { RequestFormat } from './delivery/message.ts';
export type {
  AttemptRecord,
  DeliveredEvent,
  DeliveryAttempt,
  DeliveryLabel,
  DeliveryReport,
  DroppedEvent,
  EventReport,
} from './delivery/report.ts';
export type { ExhaustedRetryCondition, RetryPolicy } from './delivery/retry-policy.ts';
export type { DeliveryTarget } from './delivery/target.ts';
export type { DeliveryTrackerRecord } from './emulator/amazon-pay/service.ts';
export type { SignatureInput, VerifySignature } from './emulator/amazon-pay/signature.ts';
export type { DeliveryTrackerBody } from './emulator/amazon-pay/tracker-body.ts';
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
export type { EmulatedPersonalDataTask } from './emulator/buywithprime/personal-data-tasks.ts';
export { AmazonEmulator } from './emulator/emulator.ts';
export type { FaultChange, FaultRule, InjectedFault } from './emulator/faults.ts';
export type { EmulatorEvents } from './emulator/listeners.ts';
export type { AdvancedEmulatorOptions, AmazonEmulatorOptions, EmulatorCredentials, EmulatorQuota } from './emulator/options.ts';
export type { QuotaLimit } from './emulator/quota.ts';
export type { RequestCheck, RequestRecord } from './emulator/request-record.ts';
export type { NdrFeedbackRecord } from './emulator/shipping/feedback-service.ts';
export type { RecordChange, StateChange } from './emulator/state-change.ts';
