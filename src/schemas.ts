/**
 * The schemas of all payloads as zod schemas, to compose with your own. Here zod is yours (an optional peer, version 4); everywhere else it
 * is inlined. Without zod, each surface exports the same schemas as Standard Schemas.
 *
 * @example An order system's own message around Amazon's event
 * ```ts
 * import * as z from 'zod/mini';
 * import { NdrEventSchema } from 'waybill/schemas';
 *
 * const Message = z.object({ shop: z.string(), event: NdrEventSchema });
 * ```
 *
 * @module waybill/schemas
 */
// The types too, so that a library that exports one of these schemas can emit declarations.
export type { CarrierCode } from './amazonpay/carriers/carriers.ts';
export {
  type ChargePermissionDelivery,
  type DeliveryDetail,
  type DeliveryTrackerInput,
  DeliveryTrackerInputSchema,
  type DeliveryTrackerResponse,
  DeliveryTrackerResponseSchema,
  type OrderReferenceDelivery,
} from './amazonpay/delivery-tracker.ts';
export {
  type BuyWithPrimeInventoryItem,
  BuyWithPrimeInventoryItemSchema,
  type BuyWithPrimeProduct,
  BuyWithPrimeProductSchema,
  type ProductIdentifier,
  ProductIdentifierSchema,
} from './buywithprime/api/catalog.ts';
export { type PersonalDataTask, PersonalDataTaskSchema } from './buywithprime/api/personal-data-task.ts';
export {
  BuyWithPrimeEventBridgeEventSchema,
  type BuyWithPrimeEventBridgePayload,
  type BuyWithPrimeEventPayload,
  BuyWithPrimeEventPayloadSchema,
  BuyWithPrimeWebhookEventSchema,
  type BuyWithPrimeWebhookPayload,
} from './buywithprime/events/wire.ts';
export {
  type BuyWithPrimeOrderPayload,
  BuyWithPrimeOrderPayloadSchema,
  type OrderIdentifier,
  OrderIdentifierSchema,
} from './buywithprime/orders/order.ts';
export { type BuyWithPrimeRefundPayload, BuyWithPrimeRefundPayloadSchema } from './buywithprime/orders/refund.ts';
export { type BuyWithPrimeRefundUpdate, BuyWithPrimeRefundUpdateSchema } from './buywithprime/orders/refund-update.ts';
export { type BuyWithPrimeReturnPayload, BuyWithPrimeReturnPayloadSchema } from './buywithprime/orders/return.ts';
export {
  type BuyWithPrimeTrackerPayload,
  BuyWithPrimeTrackerPayloadSchema,
  type PackageTrackerIdentifier,
  PackageTrackerIdentifierSchema,
} from './buywithprime/orders/tracking.ts';
export {
  type AuthProfileInput,
  AuthProfileInputSchema,
  type AuthProfileUpdate,
  AuthProfileUpdateSchema,
  type WebhookAuthConfig,
  WebhookAuthConfigSchema,
} from './buywithprime/subscriptions/auth-profile.ts';
export { type EventSubscriptionDestination, EventSubscriptionDestinationSchema } from './buywithprime/subscriptions/destination.ts';
export {
  type EventSubscriptionInput,
  EventSubscriptionInputSchema,
  type EventSubscriptionPayload,
  EventSubscriptionPayloadSchema,
} from './buywithprime/subscriptions/subscription.ts';
export type { Open } from './core/types.ts';
export {
  type NdrDetail,
  NdrDetailSchema,
  type NdrEventPayload,
  NdrEventSchema,
  type ShippingEventEnvelope,
  ShippingEventEnvelopeSchema,
  type TrackingDetail,
  TrackingDetailSchema,
  type TrackingEventPayload,
  TrackingEventSchema,
  type TrackingLocation,
} from './shipping-ndr/events/schemas.ts';
export {
  type NdrFeedback,
  NdrFeedbackSchema,
  type ReattemptFeedback,
  type RescheduleFeedback,
  type ReturnToOriginFeedback,
} from './shipping-ndr/feedback/feedback.ts';
