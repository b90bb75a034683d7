/**
 * The feedback of a shipper to an NDR event.
 *
 * @module
 * @see {@link https://developer-docs.amazon.com/amazon-shipping/docs/tutorial-use-the-ndrfeedback-api-to-submit-non-delivery-reports-for-eligible-shipments | Tutorial}
 */
import * as z from 'zod/mini';
import { firstOf, type Rule, TRACKING_NUMBER_RULES } from '../../core/cells.ts';
import { describedAs } from '../../core/schema.ts';
import { typeName } from '../../core/wording.ts';
import { MAX_TIME_LENGTH, parseTime, TIME } from '../events/schemas.ts';

/** Deliver on a given date. */
export interface RescheduleFeedback {
  /** The parcel's id, as in the event. */
  readonly trackingId: string;
  readonly ndrAction: 'RESCHEDULE';
  readonly ndrRequestData: {
    /**
     * When to deliver: a `Date`, or ISO 8601 with a time of day and an offset. Sent in UTC. It must be in the future; how far ahead is not
     * documented.
     */
    readonly rescheduleDate: Date | string;
    /** Sent too, as Amazon's model allows. Its pages name notes for REATTEMPT only: whether a driver sees them is not documented. */
    readonly additionalAddressNotes?: string | undefined;
  };
}

/** Deliver again, with notes about the address. */
export interface ReattemptFeedback {
  /** The parcel's id, as in the event. */
  readonly trackingId: string;
  readonly ndrAction: 'REATTEMPT';
  readonly ndrRequestData: {
    /**
     * How to find the address, 1 to 256 characters. Amazon documents the limit without its unit; Unicode code points are counted (inferred).
     * Amazon forbids phone numbers and the like.
     */
    readonly additionalAddressNotes: string;
    /** Sent too, as Amazon's model allows. Its pages name a date for RESCHEDULE only: whether it counts is not documented. */
    readonly rescheduleDate?: Date | string | undefined;
  };
}

/** Send it back. */
export interface ReturnToOriginFeedback {
  /** The parcel's id, as in the event. */
  readonly trackingId: string;
  readonly ndrAction: 'RTO';
  /** RTO has no data. */
  readonly ndrRequestData?: undefined;
}

/** Feedback to an NDR event, discriminated by `ndrAction`. */
export type NdrFeedback = RescheduleFeedback | ReattemptFeedback | ReturnToOriginFeedback;

const ID: Rule = [/^[^\s\p{C}]+(?: [^\s\p{C}]+)*$/u, 'expected the id of a parcel, without spaces around it'];

/** Longest notes, in code points. */
const MAX_NOTES = 256;

/** Feedback to an NDR event. That a date is in the future and that notes contain no contact data is checked when it is sent. */
export const NdrFeedbackSchema: z.ZodMiniType<NdrFeedback> = /* @__PURE__ */ z.lazy(() => {
  const trackingId = z
    .string()
    .check(...firstOf([z.maxLength(500), ...[ID, ...TRACKING_NUMBER_RULES].map(([pattern, problem]) => z.regex(pattern, problem))]));
  const feedback = z.discriminatedUnion('ndrAction', [
    z.strictObject({
      trackingId,
      ndrAction: z.literal('RESCHEDULE'),
      ndrRequestData: z.strictObject({ rescheduleDate: dateSchema(), additionalAddressNotes: z.optional(notesSchema()) }),
    }),
    z.strictObject({
      trackingId,
      ndrAction: z.literal('REATTEMPT'),
      ndrRequestData: z.strictObject({ additionalAddressNotes: notesSchema(), rescheduleDate: z.optional(dateSchema()) }),
    }),
    z.strictObject({ trackingId, ndrAction: z.literal('RTO'), ndrRequestData: z.optional(z.never()) }),
  ]);
  return feedback as z.ZodMiniType<unknown> as z.ZodMiniType<NdrFeedback>;
});

function notesSchema() {
  const tooLong = ({ input }: { readonly input: unknown }): string => {
    const length = [...String(input).slice(0, 10_000)].length;
    return `expected at most ${MAX_NOTES} characters, got ${length}: shorten them, because half an address can be worse than none`;
  };
  return z.string().check(
    z.regex(/\S/, 'expected notes, got an empty string'),
    z.regex(/^\P{Surrogate}*$/u, 'expected well-formed Unicode, got half of a surrogate pair'),
    // In code points, as JSON Schema counts too.
    z.regex(new RegExp(`^[\\s\\S]{0,${MAX_NOTES}}$`, 'u'), { error: tooLong as never }),
  );
}

function dateSchema() {
  const error = ({ input }: { readonly input?: unknown }): string =>
    `expected a Date, or a string such as 2026-03-01T09:00:00+05:30 with a time of day and an offset; got ${kindOfDate(input)}`;
  const schema = z.custom<Date | string>((value) => toDate(value) !== undefined, { error });
  // What JSON can carry of it. That the calendar has the day is checked too.
  return describedAs(schema, { type: 'string', pattern: TIME.source, maxLength: MAX_TIME_LENGTH });
}

/** A date of the caller's, if it can be sent: `toISOString()` writes a year after 9999 with six digits. */
export function toDate(value: unknown): Date | undefined {
  const date = isDate(value) ? value : parseTime(value as string);
  return date && date.getTime() >= 0 && date.getUTCFullYear() <= 9999 ? date : undefined;
}

/** By tag, because a date of another realm is not an instance of this `Date`. */
function isDate(value: unknown): value is Date {
  return Object.prototype.toString.call(value) === '[object Date]';
}

function kindOfDate(value: unknown): string {
  if (isDate(value) && Number.isNaN(value.getTime())) return 'an invalid Date';
  if (isDate(value) || parseTime(value as string)) return 'one before 1970 or after 9999';
  if (typeof value !== 'string') return typeName(value);
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return 'a day without a time, which leaves open when it starts';
  if (/^\d{4}-\d{2}-\d{2}T[\d:.]{5,20}$/.test(value)) return 'a time without an offset, which leaves open its time zone';
  return 'another string, or a day that is not in the calendar';
}
