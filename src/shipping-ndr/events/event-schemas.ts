/**
 * What Amazon Shipping posts to a webhook: an envelope, and in it what happened.
 *
 * Read leniently: unknown properties are kept, lists of values are open, and only what Amazon documents as part of an
 * event has to be there.
 *
 * @module
 * @see {@link https://developer-docs.amazon.com/amazon-shipping/docs/ndr-api-push-notifications | NDR push notifications}
 */
import * as z from 'zod/mini';
import type { Open } from '../../core/types.ts';
import type { NdrReason, NdrStatus, TrackingDetailCode, TrackingEventCode } from './codes.ts';

/**
 * What every event has around its detail: the envelope of AWS EventBridge. Names are as on the wire.
 *
 * @see {@link https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html | Structure of an event}
 */
export interface ShippingEventEnvelope {
  /** Unique per event, and the same when it is delivered again: de-duplicate on it. */
  readonly id: string;
  /** What type of event this is; new ones appear without notice. */
  readonly 'detail-type': Open<'NDR Events' | 'Tracking Detail'>;
  /** When it was published, ISO 8601. In Amazon's sample two months after everything in its detail. */
  readonly time: string;
  /** Who sent it. */
  readonly source?: Open<'AmazonShipping'> | undefined;
  /** Version of the envelope, a text; not to be confused with the `version` in the detail. */
  readonly version?: string | undefined;
  /** The sender's AWS account, 12 digits. May differ per market, and is no authentication. */
  readonly account?: string | undefined;
  /** The sender's AWS region. */
  readonly region?: string | undefined;
  /** Empty in Amazon's sample. */
  readonly resources?: readonly string[] | undefined;
}

/** A shipment that could not be delivered. The first six properties are in Amazon's table, the others in its sample only. */
export interface NdrDetail {
  /** Amazon's id of the parcel, and what feedback is given for. Digits in the sample, but a text. */
  readonly trackingId: string;
  /** When the last attempt was made, ISO 8601 in UTC. */
  readonly latestDeliveryAttemptedDate: string;
  readonly shipmentStatus: NdrStatus;
  /** Why it failed: a text for people, not a code. */
  readonly reasonCode: NdrReason;
  /** Until when feedback is taken, ISO 8601 in UTC. In the sample 26.5 hours after the last attempt. */
  readonly ndrDueDate: string;
  /** When the delivery was to be expected, ISO 8601 in UTC. */
  readonly expectedDeliveryDate: string;
  /** Written with a capital ID, unlike the others. */
  readonly referenceID?: string | null | undefined;
  /** How often delivery was attempted: a number, written as a text in Amazon's sample. {@link deliveryAttempts} reads both. */
  readonly deliveryAttemptCount?: string | number | null | undefined;
  /** How the customer pays; no other value is documented. */
  readonly paymentType?: Open<'CollectOnDelivery'> | null | undefined;
  readonly shippingPartyAccountId?: string | null | undefined;
  /** The Application ID that was given to Amazon at onboarding. */
  readonly appId?: string | null | undefined;
  /** Version of the record; not to be confused with the envelope's. */
  readonly version?: number | string | null | undefined;
  /** Epoch seconds. In Amazon's sample in the past already. */
  readonly timeToLive?: number | string | null | undefined;
}

/** Where something happened to a parcel. */
export interface TrackingLocation {
  readonly city?: string | null | undefined;
  readonly stateOrRegion?: string | null | undefined;
  /** ISO 3166-1, two letters. */
  readonly countryCode?: string | null | undefined;
  readonly postalCode?: string | null | undefined;
}

/**
 * Something happened to a parcel. Amazon's complete sample is not public: the properties are those of its model and of a
 * public receiver, and only the first two have to be there.
 */
export interface TrackingDetail {
  /** Amazon's id of the parcel. */
  readonly trackingId: string;
  readonly eventCode: TrackingEventCode;
  /** When it happened, ISO 8601. */
  readonly eventTime?: string | null | undefined;
  /** On the way to the customer, or back. */
  readonly shipmentType?: Open<'FORWARD' | 'RETURNS'> | null | undefined;
  /** The parcel's id on the other leg; empty where there is none. */
  readonly alternateLegTrackingId?: string | null | undefined;
  readonly location?: TrackingLocation | null | undefined;
  /** Finer codes, for each leg. */
  readonly trackingDetailCodes?:
    | {
        readonly forward?: readonly TrackingDetailCode[] | null | undefined;
        readonly returns?: readonly TrackingDetailCode[] | null | undefined;
      }
    | null
    | undefined;
}

/** A shipment could not be delivered and waits for feedback. */
export interface NdrEvent extends ShippingEventEnvelope {
  readonly kind: 'ndr';
  readonly detail: NdrDetail;
}

/** Something happened to a parcel. Sent to the same webhook where tracking push is set up for it. */
export interface TrackingEvent extends ShippingEventEnvelope {
  readonly kind: 'tracking';
  readonly detail: TrackingDetail;
}

/** An event of a type that this version does not know, as it came. */
export interface UnknownShippingEvent extends ShippingEventEnvelope {
  readonly kind: 'unknown';
  readonly detail?: unknown;
}

/** What a webhook of Amazon Shipping gets, discriminated by `kind`. */
export type ShippingEvent = NdrEvent | TrackingEvent | UnknownShippingEvent;

/** An NDR event as it is posted. */
export type NdrEventPayload = Omit<NdrEvent, 'kind'>;

/** A tracking event as it is posted. */
export type TrackingEventPayload = Omit<TrackingEvent, 'kind'>;

/** What every event has around its detail, whatever its type. */
export const ShippingEventEnvelopeSchema: z.ZodMiniType<ShippingEventEnvelope> = /* @__PURE__ */ (() => z.looseObject(envelope()))();

/** The detail of an NDR event. */
export const NdrDetailSchema: z.ZodMiniType<NdrDetail> = /* @__PURE__ */ (() => {
  const text = z.nullish(z.string());
  const count = z.nullish(counted());
  return z.looseObject({
    trackingId: z.string(),
    latestDeliveryAttemptedDate: z.string(),
    shipmentStatus: z.string(),
    reasonCode: z.string(),
    ndrDueDate: z.string(),
    expectedDeliveryDate: z.string(),
    referenceID: text,
    deliveryAttemptCount: count,
    paymentType: text,
    shippingPartyAccountId: text,
    appId: text,
    version: count,
    timeToLive: count,
  });
})();

/** The detail of a tracking event. */
export const TrackingDetailSchema: z.ZodMiniType<TrackingDetail> = /* @__PURE__ */ (() => {
  const text = z.nullish(z.string());
  const codes = z.nullish(texts());
  return z.looseObject({
    trackingId: z.string(),
    eventCode: z.string(),
    eventTime: text,
    shipmentType: text,
    alternateLegTrackingId: text,
    location: z.nullish(z.looseObject({ city: text, stateOrRegion: text, countryCode: text, postalCode: text })),
    trackingDetailCodes: z.nullish(z.looseObject({ forward: codes, returns: codes })),
  });
})();

/** An NDR event as it is posted. */
export const NdrEventSchema: z.ZodMiniType<NdrEventPayload> = /* @__PURE__ */ (() =>
  z.looseObject({ ...envelope(), detail: NdrDetailSchema }))();

/** A tracking event as it is posted. */
export const TrackingEventSchema: z.ZodMiniType<TrackingEventPayload> = /* @__PURE__ */ (() =>
  z.looseObject({ ...envelope(), detail: TrackingDetailSchema }))();

/** The properties of {@link ShippingEventEnvelope}. */
function envelope() {
  const text = z.optional(z.string());
  return {
    id: z.string(),
    'detail-type': z.string(),
    time: z.string(),
    source: text,
    version: text,
    account: text,
    region: text,
    resources: z.optional(texts()),
  };
}

// Checks of our own: a union and an array of zod's would cost more than half a kilobyte in every bundle, a custom type of zod's half of that.
function counted(): z.ZodMiniType<string | number> {
  return checked((value) => typeof value === 'string' || typeof value === 'number', 'expected a number, or a text with one');
}

function texts(): z.ZodMiniType<readonly string[]> {
  return checked((value) => Array.isArray(value) && value.every((item) => typeof item === 'string'), 'expected an array of texts');
}

function checked<Value>(isRight: (value: unknown) => boolean, message: string): z.ZodMiniType<Value> {
  const schema = z.unknown().check(({ value, issues }) => {
    if (!isRight(value)) issues.push({ code: 'custom', message, input: value });
  });
  return schema as z.ZodMiniType<Value>;
}
