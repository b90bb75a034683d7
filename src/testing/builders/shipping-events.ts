/**
 * Events of Amazon Shipping, as they come over the wire.
 *
 * @module
 * @see {@link https://developer-docs.amazon.com/amazon-shipping/docs/ndr-api-push-notifications | NDR push notifications}
 */

import { type NdrReason, type NdrStatus, trackingEventCodes } from '../../shipping-ndr/events/codes.ts';
import type { NdrDetail, NdrEventPayload, TrackingDetail, TrackingEventPayload } from '../../shipping-ndr/events/event-schemas.ts';
import { asOptions } from './arguments.ts';
import { type BuilderOptions, isoSeconds, readBuilderOptions, type Workbench } from './builder-options.ts';
import { between, pick, type Random, signs, uuid } from './random.ts';

/** What shall differ from a usual event; `detail` can be given in part. */
export type EventOverrides<Payload extends { readonly detail: object }> = Partial<Omit<Payload, 'detail'>> & {
  readonly detail?: Partial<Payload['detail']>;
};

const HOUR = 3_600_000;
const DIGITS = '0123456789';
const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** Which reasons come with which status: inferred, for Amazon's page lists them all together. */
export const reasonsOfStatus: readonly (readonly [status: NdrStatus, reasons: readonly NdrReason[]])[] = [
  ['Rejected', ['Not required', 'No items delivered', 'Customer rejected', 'Other']],
  [
    'Attempted',
    [
      'Inaccessible delivery location',
      'Customer unavailable',
      'Payment not ready',
      'Unable to contact customer',
      'Rescheduled by customer',
      'OTP not available',
      'Other',
      'Bad weather',
      'Business closed',
      'Address not found',
      'Customer not at address',
    ],
  ],
  ['Undeliverable', ['Out of jurisdiction', 'Wrong address', 'Unable to access', 'Customer rejected']],
];

/** Places in India, with the state's code and a postal code. */
export const indianPlaces: readonly Required<NonNullable<TrackingDetail['location']>>[] = [
  { city: 'Bengaluru', stateOrRegion: 'KA', countryCode: 'IN', postalCode: '560001' },
  { city: 'Mumbai', stateOrRegion: 'MH', countryCode: 'IN', postalCode: '400001' },
  { city: 'New Delhi', stateOrRegion: 'DL', countryCode: 'IN', postalCode: '110001' },
  { city: 'Chennai', stateOrRegion: 'TN', countryCode: 'IN', postalCode: '600001' },
  { city: 'Kolkata', stateOrRegion: 'WB', countryCode: 'IN', postalCode: '700001' },
];

/**
 * A valid NDR event with an id of its own: a parcel that was tried an hour ago, with a day left to answer. With a seed also the parcel,
 * the reason and the hours are chosen.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` where the overrides are no object or an option is none.
 *
 * @example
 * ```ts
 * const event = ndrEvent({ detail: { reasonCode: 'Customer unavailable', shipmentStatus: 'Attempted' } });
 * const same = ndrEvent({}, { seed: 7, clock: () => new Date('2026-01-15T10:00:00Z') });
 * ```
 */
export function ndrEvent(overrides?: EventOverrides<NdrEventPayload>, options?: BuilderOptions): NdrEventPayload {
  const { detail, ...others } = asOptions('ndrEvent', overrides);
  const bench = readBuilderOptions('ndrEvent', options);
  const { random, now } = bench;
  return {
    ...envelope(bench),
    'detail-type': 'NDR Events',
    ...others,
    detail: {
      trackingId: '1809561149386',
      referenceID: '795817695',
      latestDeliveryAttemptedDate: isoSeconds(now - HOUR),
      deliveryAttemptCount: '1',
      shipmentStatus: 'Undeliverable',
      reasonCode: 'Customer rejected',
      paymentType: 'CollectOnDelivery',
      ndrDueDate: isoSeconds(now + 26 * HOUR),
      expectedDeliveryDate: isoSeconds(now + 48 * HOUR),
      shippingPartyAccountId: 'A109W4MEBUBWQI',
      appId: 'amzn1.sp.solution.00000000-0000-0000-0000-000000000000',
      version: 1,
      timeToLive: Math.floor(now / 1_000) + 90 * 24 * 3_600,
      ...(random && chooseNdr(random, now)),
      ...detail,
    },
  };
}

/**
 * A valid tracking event with an id of its own. Amazon's complete sample is not public; this has the properties that a
 * public receiver reads. With a seed also parcel, place and what happened are chosen.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` where the overrides are no object or an option is none.
 *
 * @example
 * ```ts
 * const event = trackingEvent({ detail: { eventCode: 'Delivered' } });
 * ```
 */
export function trackingEvent(overrides?: EventOverrides<TrackingEventPayload>, options?: BuilderOptions): TrackingEventPayload {
  const { detail, ...others } = asOptions('trackingEvent', overrides);
  const bench = readBuilderOptions('trackingEvent', options);
  const { random, now } = bench;
  return {
    ...envelope(bench),
    'detail-type': 'Tracking Detail',
    ...others,
    detail: {
      trackingId: '1809561149386',
      alternateLegTrackingId: '',
      eventCode: 'DeliveryAttempted',
      eventTime: isoSeconds(now - HOUR),
      shipmentType: 'FORWARD',
      location: indianPlaces[0],
      ...(random && chooseTracking(random, now)),
      ...detail,
    },
  };
}

function chooseNdr(random: Random, now: number): Partial<NdrDetail> {
  const [shipmentStatus, reasons] = pick(random, reasonsOfStatus);
  const attempts = between(random, 1, 4);
  const attempted = now - between(random, 1, 12 * 60) * 60_000;
  return {
    trackingId: trackingId(random),
    referenceID: signs(random, DIGITS, 9),
    latestDeliveryAttemptedDate: isoSeconds(attempted),
    deliveryAttemptCount: String(attempts),
    shipmentStatus,
    reasonCode: pick(random, reasons),
    ndrDueDate: isoSeconds(attempted + 26.5 * HOUR),
    expectedDeliveryDate: isoSeconds(attempted + between(random, 27, 96) * HOUR),
    shippingPartyAccountId: `A${signs(random, CAPITALS, 13)}`,
    appId: `amzn1.sp.solution.${uuid(random)}`,
    version: attempts,
  };
}

function chooseTracking(random: Random, now: number): Partial<TrackingDetail> {
  return {
    trackingId: trackingId(random),
    eventCode: pick(random, trackingEventCodes),
    eventTime: isoSeconds(now - between(random, 1, 12 * 60) * 60_000),
    shipmentType: pick(random, ['FORWARD', 'RETURNS']),
    location: pick(random, indianPlaces),
  };
}

/** Thirteen digits, as in Amazon's samples. */
function trackingId(random: Random): string {
  return `1${signs(random, DIGITS, 12)}`;
}

function envelope({ newId, now }: Workbench): Required<Omit<NdrEventPayload, 'detail' | 'detail-type'>> {
  return {
    version: '0',
    id: newId(),
    source: 'AmazonShipping',
    account: '111122223333',
    time: isoSeconds(now),
    region: 'eu-west-1',
    resources: [],
  };
}
