/**
 * Events of Amazon Shipping, as they are sent.
 *
 * @module
 * @see {@link https://developer-docs.amazon.com/amazon-shipping/docs/ndr-api-push-notifications | NDR push notifications}
 */

import { checkNames } from '../../core/options.ts';
import { type NdrReason, type NdrStatus, trackingEventCodes } from '../../shipping-ndr/events/codes.ts';
import type {
  NdrDetail,
  NdrEventPayload,
  ShippingEventEnvelope,
  TrackingDetail,
  TrackingEventPayload,
} from '../../shipping-ndr/events/schemas.ts';
import { SURFACE } from '../surface.ts';
import { asOptions, inGroup, isObject } from './arguments.ts';
import { type BuilderContext, type BuilderOptions, isoSeconds, readBuilderOptions } from './builder-options.ts';
import { between, characters, pick, type Random, uuid } from './random.ts';

/** Properties that replace those of the default event; of `detail`, only those that are given. */
export type EventOverrides<Payload extends { readonly detail: object }> = {
  readonly [Name in Exclude<keyof Payload, 'detail'>]?: Payload[Name] | undefined;
} & {
  readonly detail?: { readonly [Name in keyof Payload['detail']]?: Payload['detail'][Name] | undefined } | undefined;
};

/**
 * An envelope of the form that types for AWS Lambda have too.
 * @inline
 */
type EnvelopeBody = { readonly [Name in Exclude<keyof ShippingEventEnvelope, 'detail-type' | 'resources'>]-?: string } & {
  readonly 'detail-type': ShippingEventEnvelope['detail-type'];
  readonly resources: string[];
};

/** What {@link ndrEvent} returns: every property that Amazon's sample has, unless an override removes it. */
export type NdrEventBody = EnvelopeBody & {
  readonly detail: { readonly [Name in keyof NdrDetail]-?: NonNullable<NdrDetail[Name]> };
};

/** What {@link trackingEvent} returns. */
export type TrackingEventBody = EnvelopeBody & {
  readonly detail: {
    readonly [Name in Exclude<keyof TrackingDetail, 'trackingDetailCodes'>]-?: NonNullable<TrackingDetail[Name]>;
  } & Pick<TrackingDetail, 'trackingDetailCodes'>;
};

const ENVELOPE = ['version', 'id', 'detail-type', 'source', 'account', 'time', 'region', 'resources', 'detail'];
const NDR_DETAIL =
  'trackingId referenceID latestDeliveryAttemptedDate deliveryAttemptCount shipmentStatus reasonCode paymentType ndrDueDate expectedDeliveryDate shippingPartyAccountId appId version timeToLive'.split(
    ' ',
  );
const TRACKING_DETAIL = 'trackingId alternateLegTrackingId eventCode eventTime shipmentType location trackingDetailCodes'.split(' ');

const HOUR = 3_600_000;
const DIGITS = '0123456789';
const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** Which reasons come with which status (inferred): Amazon's page lists them all together. */
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
 * A valid NDR event with a new id: a parcel whose delivery was attempted an hour ago, with a day left for feedback. Its reason is one that
 * `suggestNdrActions()` has advice for. With a seed, the parcel, the reason and the times are chosen too. A reason that is overridden brings a
 * status that fits it.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` for overrides that are not an object, or an option that cannot work.
 *
 * @example
 * ```ts
 * const event = ndrEvent({ detail: { trackingId: '1234567890123', reasonCode: 'Wrong address' } });
 * const same = ndrEvent({}, { seed: 7, clock: () => new Date('2026-01-15T10:00:00Z') });
 * ```
 */
export function ndrEvent(overrides?: EventOverrides<NdrEventPayload>, options?: BuilderOptions): NdrEventBody {
  const { detail, ...others } = readOverrides('ndrEvent', overrides, NDR_DETAIL);
  const context = readBuilderOptions('ndrEvent', options);
  const { random, now } = context;
  return {
    ...envelope(context),
    'detail-type': 'NDR Events',
    ...others,
    detail: {
      trackingId: '1809561149386',
      referenceID: '795817695',
      latestDeliveryAttemptedDate: isoSeconds(now - HOUR),
      deliveryAttemptCount: '1',
      reasonCode: 'Customer unavailable',
      paymentType: 'CollectOnDelivery',
      ndrDueDate: isoSeconds(now + 26 * HOUR),
      expectedDeliveryDate: isoSeconds(now + 48 * HOUR),
      shippingPartyAccountId: 'A109W4MEBUBWQI',
      appId: 'amzn1.sp.solution.00000000-0000-0000-0000-000000000000',
      version: 1,
      timeToLive: Math.floor(now / 1_000) + 90 * 24 * 3_600,
      ...(random && chooseNdr(random, now)),
      ...(detail?.reasonCode !== undefined || !random ? { shipmentStatus: statusOf(detail?.reasonCode as NdrReason) } : {}),
      ...detail,
    },
  } as NdrEventBody;
}

/**
 * A valid tracking event with a new id. Amazon's complete sample is not public; this has the properties that a public receiver reads. With a
 * seed, the parcel, the place and what happened are chosen too.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` for overrides that are not an object, or an option that cannot work.
 *
 * @example
 * ```ts
 * const event = trackingEvent({ detail: { eventCode: 'Delivered' } });
 * ```
 */
export function trackingEvent(overrides?: EventOverrides<TrackingEventPayload>, options?: BuilderOptions): TrackingEventBody {
  const { detail, ...others } = readOverrides('trackingEvent', overrides, TRACKING_DETAIL);
  const context = readBuilderOptions('trackingEvent', options);
  const { random, now } = context;
  return {
    ...envelope(context),
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
  } as TrackingEventBody;
}

/** The overrides of an event. Refuses a name of its detail beside it, and misspelt names: the event would be the one without them. */
function readOverrides<Overrides extends { readonly detail?: object | undefined }>(
  name: string,
  overrides: Overrides | undefined,
  namesOfDetail: readonly string[],
): Partial<Overrides> {
  const given = asOptions(name, overrides, ENVELOPE, inGroup('detail', namesOfDetail));
  if (isObject(given.detail)) checkNames(SURFACE, given.detail, namesOfDetail, {}, 'detail.');
  return given;
}

/** The first status that a reason comes with; that of the default reason for one that Amazon may add. */
function statusOf(reason: NdrReason | null = 'Customer unavailable'): NdrStatus {
  return reasonsOfStatus.find(([, reasons]) => reason !== null && reasons.includes(reason))?.[0] ?? 'Attempted';
}

function chooseNdr(random: Random, now: number): Partial<NdrDetail> {
  const [shipmentStatus, reasons] = pick(random, reasonsOfStatus);
  const attempts = between(random, 1, 4);
  const attempted = now - between(random, 1, 12 * 60) * 60_000;
  return {
    trackingId: trackingId(random),
    referenceID: characters(random, DIGITS, 9),
    latestDeliveryAttemptedDate: isoSeconds(attempted),
    deliveryAttemptCount: String(attempts),
    shipmentStatus,
    reasonCode: pick(random, reasons),
    ndrDueDate: isoSeconds(attempted + 26.5 * HOUR),
    expectedDeliveryDate: isoSeconds(attempted + between(random, 27, 96) * HOUR),
    shippingPartyAccountId: `A${characters(random, CAPITALS, 13)}`,
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
  return `1${characters(random, DIGITS, 12)}`;
}

function envelope({ newId, now }: BuilderContext): Omit<NdrEventBody, 'detail' | 'detail-type'> {
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
