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
export type { Open, WebCryptoKey } from '../core/types.ts';
export type { NdrDetail, NdrEventPayload, TrackingDetail, TrackingEventPayload } from '../shipping-ndr/event-schemas.ts';
export type { DeliveryTrackerRecord } from './amazon-pay-service.ts';
export type { SignatureInput, VerifySignature } from './amazon-pay-signature.ts';
export { type AuthenticatedRequestOptions, authenticatedRequest, type WebhookAuth } from './authenticated-request.ts';
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
export type { DeliveryTrackerBody } from './delivery-tracker.ts';
export { AmazonEmulator } from './emulator.ts';
export type { AmazonEmulatorOptions, EmulatorCredentials, EmulatorQuota } from './emulator-options.ts';
export type { EventSubscriptionRecord } from './event-subscriptions.ts';
export type { FaultRule } from './faults.ts';
export type { NdrFeedbackRecord } from './feedback-service.ts';
export type { GraphQLFaultType } from './graphql-fault.ts';
export type { QuotaLimit } from './quota.ts';
export type { RequestRecord } from './request-record.ts';
export { type EventOverrides, ndrEvent, trackingEvent } from './shipping-events.ts';
export { type TestKeys, type TestKeysOptions, testKeys } from './test-keys.ts';
