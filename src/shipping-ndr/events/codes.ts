/**
 * The known values in Amazon Shipping's events. Amazon adds values without notice, so every type here accepts any other string too; an editor
 * completes the known ones.
 *
 * @module
 * @see {@link https://developer-docs.amazon.com/amazon-shipping/docs/ndr-api-push-notifications | NDR push notifications}
 */
import type { Open } from '../../core/types.ts';

/** Every status that Amazon documents for a shipment in an NDR event. */
export const ndrStatuses = ['Attempted', 'Rejected', 'Undeliverable'] as const;

/** The status of a shipment that could not be delivered: one of {@link ndrStatuses}, or one that Amazon has added since. */
export type NdrStatus = Open<(typeof ndrStatuses)[number]>;

/**
 * Every reason that Amazon documents, in the order of its page, each once. They are words for people, with spaces. Which reason belongs to
 * which status is not documented.
 */
export const ndrReasons = [
  'Not required',
  'No items delivered',
  'Customer rejected',
  'Other',
  'Inaccessible delivery location',
  'Customer unavailable',
  'Payment not ready',
  'Unable to contact customer',
  'Rescheduled by customer',
  'OTP not available',
  'Bad weather',
  'Business closed',
  'Address not found',
  'Customer not at address',
  'Out of jurisdiction',
  'Wrong address',
  'Unable to access',
] as const;

/** Why a delivery failed: one of {@link ndrReasons}, or one that Amazon has added since. */
export type NdrReason = Open<(typeof ndrReasons)[number]>;

/**
 * Every event code of a tracking event in Amazon's model or changelog. `Delivered` on the leg `RETURNS` means that the parcel is back at the
 * shipper.
 */
export const trackingEventCodes = [
  'ReadyForReceive',
  'PickupDone',
  'Delivered',
  'Departed',
  'DeliveryAttempted',
  'Lost',
  'OutForDelivery',
  'ArrivedAtCarrierFacility',
  'Rejected',
  'Undeliverable',
  'PickupCancelled',
  'ReturnInitiated',
  'AvailableForPickup',
  'RecipientRequestedAlternateDeliveryTiming',
  'PackageReceivedByCarrier',
] as const;

/** What happened to a parcel: one of {@link trackingEventCodes}, or one that Amazon has added since. */
export type TrackingEventCode = Open<(typeof trackingEventCodes)[number]>;

/** Every detail code of a tracking event in Amazon's model. */
export const trackingDetailCodes = [
  'BusinessClosed',
  'CustomerUnavailable',
  'PaymentNotReady',
  'OtpNotAvailable',
  'DeliveryAttempted',
  'UnableToAccess',
  'UnableToContactRecipient',
  'DeliveredToBehindWheelieBin',
  'DeliveredToPorch',
  'DeliveredToGarage',
  'DeliveredToGarden',
  'DeliveredToGreenhouse',
  'DeliveredToMailSlot',
  'DeliveredToMailRoom',
  'DeliveredToNeighbor',
  'DeliveredToRearDoor',
  'DeliveredToReceptionist',
  'DeliveredToShed',
  'DeliveredWithOTP',
  'Signed',
  'Damaged',
  'IncorrectItems',
  'NotRequired',
  'Rejected',
  'RejectedByRecipientWithVerification',
  'CancelledByRecipient',
  'AddressNotFound',
  'HazmatShipment',
  'Undeliverable',
  'ArrivedAtLocalFacility',
] as const;

/** What happened in more detail: one of {@link trackingDetailCodes}, or one that Amazon has added since. */
export type TrackingDetailCode = Open<(typeof trackingDetailCodes)[number]>;
