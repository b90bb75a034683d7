/**
 * What Amazon Shipping posts to a webhook: an envelope, and in it what happened; and strings of an event as what they mean.
 *
 * Read leniently: unknown properties are kept, lists of values are open, and only the id of the parcel is required.
 *
 * @module
 * @see {@link https://developer-docs.amazon.com/amazon-shipping/docs/ndr-api-push-notifications | NDR push notifications}
 */
import * as z from 'zod/mini';
import { describedAs } from '../../core/schema.ts';
import type { Open } from '../../core/types.ts';
import type { NdrReason, NdrStatus, TrackingDetailCode, TrackingEventCode } from './codes.ts';

/**
 * The envelope of every event: that of AWS EventBridge. Names are as on the wire.
 *
 * @see {@link https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html | Structure of an event}
 */
export interface ShippingEventEnvelope {
  /** The type of event. New ones appear without notice. */
  readonly 'detail-type': Open<'NDR Events' | 'Tracking Detail'>;
  /** Unique per event, and the same when it is redelivered. In every sample. */
  readonly id?: string | null | undefined;
  /** When it was published, ISO 8601. In Amazon's sample two months after everything in its detail. */
  readonly time?: string | null | undefined;
  /** The sender. */
  readonly source?: Open<'AmazonShipping'> | null | undefined;
  /** Version of the envelope, a string; not to be confused with the `version` in the detail. */
  readonly version?: string | number | null | undefined;
  /** The sender's AWS account, 12 digits. May differ per market, and is not authentication. */
  readonly account?: string | number | null | undefined;
  /** The sender's AWS region. */
  readonly region?: string | null | undefined;
  /** Empty in Amazon's sample. */
  readonly resources?: readonly string[] | null | undefined;
}

/** A shipment that could not be delivered. The first six properties are in Amazon's table, the others in its sample only. */
export interface NdrDetail {
  /** Amazon's id of the parcel; feedback is given for it. */
  readonly trackingId: string;
  /** When the last attempt was made, ISO 8601 in UTC. */
  readonly latestDeliveryAttemptedDate?: string | null | undefined;
  readonly shipmentStatus?: NdrStatus | null | undefined;
  /** Why it failed: words for people, not a code. */
  readonly reasonCode?: NdrReason | null | undefined;
  /** The end of the time for feedback, ISO 8601 in UTC. In the sample 26.5 hours after the last attempt. */
  readonly ndrDueDate?: string | null | undefined;
  /** When the delivery was expected, ISO 8601 in UTC. */
  readonly expectedDeliveryDate?: string | null | undefined;
  /** Spelt with a capital ID, unlike the others. The event has no address: look the order up by this. */
  readonly referenceID?: string | null | undefined;
  /** How many delivery attempts were made: a number, written as a string in Amazon's sample. {@link deliveryAttempts} reads both. */
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

/** Something happened to a parcel. Amazon's complete sample is not public: the properties are those of its model and of a public receiver. */
export interface TrackingDetail {
  /** Amazon's id of the parcel. */
  readonly trackingId: string;
  readonly eventCode?: TrackingEventCode | null | undefined;
  /** When it happened, ISO 8601. */
  readonly eventTime?: string | null | undefined;
  /** On the way to the customer, or back. */
  readonly shipmentType?: Open<'FORWARD' | 'RETURNS'> | null | undefined;
  /** The parcel's id on the other leg; empty if it has no other leg. */
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

/** Something happened to a parcel. Sent to the same webhook if tracking push is set up for it. */
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

/** The detail of a payload: here any string may be a number. */
type Numbered<Detail> = {
  readonly [Name in keyof Detail]: Name extends 'location'
    ? Numbered<TrackingLocation> | null | undefined
    : Name extends 'trackingDetailCodes'
      ? Detail[Name]
      : Detail[Name] | number;
};

/** An NDR event as it is posted. */
export interface NdrEventPayload extends ShippingEventEnvelope {
  readonly detail: Numbered<NdrDetail>;
}

/** A tracking event as it is posted. */
export interface TrackingEventPayload extends ShippingEventEnvelope {
  readonly detail: Numbered<TrackingDetail>;
}

/** A string that may be null, and that may be left out. */
const text: z.ZodMiniType<string | null | undefined> = /* @__PURE__ */ (() => z.nullish(z.string()))();

/** Amazon writes some numbers as strings. */
const number: z.ZodMiniType<string | number | null | undefined> = /* @__PURE__ */ (() => z.nullish(z.union([z.string(), z.number()])))();

const { MAX_SAFE_INTEGER: MAX } = Number;

/** A number for an id: beyond 2^53 it has lost its last digits. Not z.int(), which weighs half a kilobyte. */
const whole: z.ZodMiniType<number> = /* @__PURE__ */ (() => {
  const schema = z.number().check(({ value, issues }) => {
    if (Number.isSafeInteger(value)) return;
    const isWhole = Number.isInteger(value);
    const limit = value > 0 ? `at most ${MAX}` : `at least ${-MAX}`;
    const message = isWhole ? `must be ${limit}` : 'expected whole number';
    // A number of the right kind that is too large: a union with strings need not name the string.
    issues.push({ code: 'custom', message, input: value, continue: isWhole });
  });
  return describedAs(schema, { type: 'integer', minimum: -MAX, maximum: MAX });
})();

/** And it may write some strings as numbers. */
const textOrNumber: z.ZodMiniType<string | number | null | undefined> = /* @__PURE__ */ (() => z.nullish(z.union([z.string(), whole])))();

/** What is read as a string, however Amazon writes it. */
export const TEXTS = {
  ndr: [
    'trackingId',
    'latestDeliveryAttemptedDate',
    'shipmentStatus',
    'reasonCode',
    'ndrDueDate',
    'expectedDeliveryDate',
    'referenceID',
    'paymentType',
    'shippingPartyAccountId',
    'appId',
  ],
  tracking: ['trackingId', 'eventCode', 'eventTime', 'shipmentType', 'alternateLegTrackingId'],
  location: ['city', 'stateOrRegion', 'countryCode', 'postalCode'],
} as const;

function texts<Name extends string>(names: readonly Name[]): Readonly<Record<Name, typeof textOrNumber>> {
  return Object.fromEntries(names.map((name) => [name, textOrNumber])) as Record<Name, typeof textOrNumber>;
}

/** Digits in the sample, and a string. */
const parcel: z.ZodMiniType<string | number> = /* @__PURE__ */ (() => z.union([z.string().check(z.minLength(1)), whole]))();

/** The envelope of every event, whatever its type. */
export const ShippingEventEnvelopeSchema: z.ZodMiniType<ShippingEventEnvelope> = /* @__PURE__ */ z.lazy(() => z.looseObject(envelope()));

/** The detail of an NDR event. */
export const NdrDetailSchema: z.ZodMiniType<NdrEventPayload['detail']> = /* @__PURE__ */ z.lazy(() =>
  z.looseObject({ ...texts(TEXTS.ndr), trackingId: parcel, deliveryAttemptCount: number, version: number, timeToLive: number }),
);

/** The detail of a tracking event. */
export const TrackingDetailSchema: z.ZodMiniType<TrackingEventPayload['detail']> = /* @__PURE__ */ z.lazy(() => {
  const codes = z.nullish(z.array(z.string()));
  return z.looseObject({
    ...texts(TEXTS.tracking),
    trackingId: parcel,
    location: z.nullish(z.looseObject(texts(TEXTS.location))),
    trackingDetailCodes: z.nullish(z.looseObject({ forward: codes, returns: codes })),
  });
});

/** An NDR event as it is posted. */
export const NdrEventSchema: z.ZodMiniType<NdrEventPayload> = /* @__PURE__ */ z.lazy(() =>
  z.looseObject({ ...envelope(), detail: NdrDetailSchema }),
);

/** A tracking event as it is posted. */
export const TrackingEventSchema: z.ZodMiniType<TrackingEventPayload> = /* @__PURE__ */ z.lazy(() =>
  z.looseObject({ ...envelope(), detail: TrackingDetailSchema }),
);

function envelope() {
  const resources = z.nullish(z.array(z.string()));
  return {
    'detail-type': z.string(),
    id: text,
    time: text,
    source: text,
    version: number,
    account: textOrNumber,
    region: text,
    resources,
  };
}

/** ISO 8601 with a time of day and an offset. Without flags, so that it can be part of a JSON Schema. */
export const TIME: RegExp = /^(\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)([Zz]|[+-]\d{2}:?\d{2})$/;

/** Fractions of a second may have any number of digits. */
export const MAX_TIME_LENGTH = 100;

/**
 * Reads a time in an event as a `Date`: ISO 8601 with a time of day and an offset. Returns `undefined` if the string is anything else, is
 * absent, or names a day that the calendar does not have.
 *
 * @example
 * ```ts
 * const due = parseTime(event.detail.ndrDueDate);
 * ```
 */
export function parseTime(text: string | null | undefined): Date | undefined {
  const [, local = '', offset = ''] = (typeof text === 'string' && text.length <= MAX_TIME_LENGTH && TIME.exec(text.toUpperCase())) || [];
  // Some engines roll 30 February over into March.
  const day = local.slice(0, 10);
  const midnight = new Date(`${day}T00:00:00Z`);
  // Not every engine reads an offset without a colon.
  const date = new Date(`${local}${offset.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2')}`);
  if (!day || Number.isNaN(midnight.getTime()) || Number.isNaN(date.getTime())) return undefined;
  return midnight.toISOString().startsWith(day) ? date : undefined;
}

/**
 * Reads the number of delivery attempts; Amazon writes it as a string. Returns `undefined` if it is absent or not a whole number.
 *
 * @example
 * ```ts
 * if ((deliveryAttempts(event.detail) ?? 0) >= 3) await client.returnToOrigin(event.detail.trackingId);
 * ```
 */
export function deliveryAttempts(detail: Pick<NdrDetail, 'deliveryAttemptCount'>): number | undefined {
  const count: unknown = detail?.deliveryAttemptCount;
  const text = typeof count === 'string' || typeof count === 'number' ? String(count).trim() : '';
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
