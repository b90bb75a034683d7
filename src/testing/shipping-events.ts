/**
 * Events of Amazon Shipping, as they come over the wire.
 *
 * @module
 * @see {@link https://developer-docs.amazon.com/amazon-shipping/docs/ndr-api-push-notifications | NDR push notifications}
 */

import type { NdrEventPayload, TrackingEventPayload } from '../shipping-ndr/event-schemas.ts';
import { asOptions } from './arguments.ts';

/** What shall differ from a usual event; `detail` can be given in part. */
export type EventOverrides<Payload extends { readonly detail: object }> = Partial<Omit<Payload, 'detail'>> & {
  readonly detail?: Partial<Payload['detail']>;
};

const HOUR = 3_600_000;

/**
 * A valid NDR event with an id of its own: a parcel that was tried an hour ago, with a day left to answer.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` where the overrides are no object.
 *
 * @example
 * ```ts
 * const event = ndrEvent({ detail: { reasonCode: 'Customer unavailable', shipmentStatus: 'Attempted' } });
 * ```
 */
export function ndrEvent(overrides?: EventOverrides<NdrEventPayload>): NdrEventPayload {
  const { detail, ...others } = asOptions('ndrEvent', overrides);
  const now = Date.now();
  return {
    ...envelope(now),
    'detail-type': 'NDR Events',
    ...others,
    detail: {
      trackingId: '1809561149386',
      referenceID: '795817695',
      latestDeliveryAttemptedDate: seconds(now - HOUR),
      deliveryAttemptCount: '1',
      shipmentStatus: 'Undeliverable',
      reasonCode: 'Customer rejected',
      paymentType: 'CollectOnDelivery',
      ndrDueDate: seconds(now + 26 * HOUR),
      expectedDeliveryDate: seconds(now + 48 * HOUR),
      shippingPartyAccountId: 'A109W4MEBUBWQI',
      appId: 'amzn1.sp.solution.00000000-0000-0000-0000-000000000000',
      version: 1,
      timeToLive: Math.floor(now / 1_000) + 90 * 24 * 3_600,
      ...detail,
    },
  };
}

/**
 * A valid tracking event with an id of its own. Amazon's complete sample is not public; this has the properties that a
 * public receiver reads.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` where the overrides are no object.
 *
 * @example
 * ```ts
 * const event = trackingEvent({ detail: { eventCode: 'Delivered' } });
 * ```
 */
export function trackingEvent(overrides?: EventOverrides<TrackingEventPayload>): TrackingEventPayload {
  const { detail, ...others } = asOptions('trackingEvent', overrides);
  const now = Date.now();
  return {
    ...envelope(now),
    'detail-type': 'Tracking Detail',
    ...others,
    detail: {
      trackingId: '1809561149386',
      alternateLegTrackingId: '',
      eventCode: 'DeliveryAttempted',
      eventTime: seconds(now - HOUR),
      shipmentType: 'FORWARD',
      location: { city: 'Bengaluru', stateOrRegion: 'KA', countryCode: 'IN', postalCode: '560001' },
      ...detail,
    },
  };
}

function envelope(now: number): Required<Omit<NdrEventPayload, 'detail' | 'detail-type'>> {
  return {
    version: '0',
    id: crypto.randomUUID(),
    source: 'AmazonShipping',
    account: '111122223333',
    time: seconds(now),
    region: 'eu-west-1',
    resources: [],
  };
}

/** ISO 8601 in UTC without milliseconds, as in Amazon's sample. */
function seconds(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}
