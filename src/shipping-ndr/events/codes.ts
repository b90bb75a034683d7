/**
 * The values that Amazon Shipping is known to put into its events. Amazon adds to them without notice, so every type
 * here completes them in an editor and takes any other text too.
 *
 * @module
 * @see {@link https://developer-docs.amazon.com/amazon-shipping/docs/ndr-api-push-notifications | NDR push notifications}
 */
import type { Open } from '../../core/types.ts';

/** Every status that Amazon documents for a shipment in an NDR event. */
export const ndrStatuses = ['Attempted', 'Rejected', 'Undeliverable'] as const;

/** Where a shipment stands that could not be delivered: one of {@link ndrStatuses}, or one that Amazon added since. */
export type NdrStatus = Open<(typeof ndrStatuses)[number]>;

/**
 * Every reason that Amazon documents, in the order of its page, without the repetitions. They are texts for people, blanks included.
 * Which reason comes with which status is not documented.
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

/** Why a delivery failed: one of {@link ndrReasons}, or one that Amazon added since. */
export type NdrReason = Open<(typeof ndrReasons)[number]>;

/**
 * Every event code of a tracking event that Amazon's model or changelog names. `Delivered` on the leg `RETURNS` means back at the
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

/** What happened to a parcel: one of {@link trackingEventCodes}, or one that Amazon added since. */
export type TrackingEventCode = Open<(typeof trackingEventCodes)[number]>;

/** Every detail code of a tracking event that Amazon's model names. */
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

/** A finer account of what happened: one of {@link trackingDetailCodes}, or one that Amazon added since. */
export type TrackingDetailCode = Open<(typeof trackingDetailCodes)[number]>;
