/**
 * The feedback of a shipper to an NDR event: its schema, the rules beyond the schema, and what is sent of it.
 *
 * @module
 * @see {@link https://developer-docs.amazon.com/amazon-shipping/docs/tutorial-use-the-ndrfeedback-api-to-submit-non-delivery-reports-for-eligible-shipments | Tutorial}
 */
import * as z from 'zod/mini';
import { hashHex } from '../../core/bytes.ts';
import { asciiDigits, bareText, firstOf, isScientific, type Rule, TRACKING_NUMBER_RULES } from '../../core/cells.ts';
import { ValidationError } from '../../core/errors.ts';
import { describedAs, parseSchema } from '../../core/schema.ts';
import type { Issue } from '../../core/types.ts';
import { nearest, typeName } from '../../core/wording.ts';
import { MAX_TIME_LENGTH, parseTime, TIME } from '../events/schemas.ts';
import { SURFACE } from '../surface.ts';

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
  const expected = 'expected a Date, or a string such as 2026-03-01T09:00:00+05:30 with a time of day and an offset';
  const schema = z.unknown().check(({ value, issues }) => {
    if (!toDate(value)) issues.push({ code: 'custom', message: `${expected}; got ${kindOfDate(value)}`, input: value });
  });
  // What JSON can carry of it. That the calendar has the day is checked too.
  return describedAs(schema, { type: 'string', pattern: TIME.source, maxLength: MAX_TIME_LENGTH });
}

/** A date of the caller's, if it can be sent: `toISOString()` writes a year after 9999 with six digits. */
function toDate(value: unknown): Date | undefined {
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

/** Rules that a call can change. */
export interface FeedbackRules {
  /**
   * Sends notes that look as if they contained a phone number or an e-mail address although they do not. Amazon forbids both.
   * @default false
   */
  readonly allowContactData?: boolean | undefined;
  /**
   * The `ndrDueDate` of the event. Once it has passed, feedback is refused here. What Amazon does then is not documented. A string that is not a
   * time is refused too: `parseTime(detail.ndrDueDate)` is `undefined` then.
   * @default not checked
   */
  readonly dueDate?: Date | string | null | undefined;
}

/** Feedback as it is sent. */
export interface FeedbackBody {
  readonly trackingId: string;
  readonly ndrAction: string;
  readonly ndrRequestData?: { readonly rescheduleDate?: string; readonly additionalAddressNotes?: string };
}

/** Checks feedback, and returns what is sent. What spreadsheets put around and into an id is removed. */
export function readFeedback(given: NdrFeedback): FeedbackBody {
  const input = withBareId(given);
  const feedback = parseSchema(NdrFeedbackSchema, input, { surface: SURFACE, direction: 'request', hint: hintFor(input) });
  const { trackingId, ndrAction } = feedback;
  if (feedback.ndrAction === 'RTO') return { trackingId, ndrAction };
  const { rescheduleDate, additionalAddressNotes } = feedback.ndrRequestData;
  const ndrRequestData = {
    // In UTC: some calls of the Selling Partner API refuse offsets.
    ...(rescheduleDate !== undefined && { rescheduleDate: (toDate(rescheduleDate) as Date).toISOString() }),
    ...(additionalAddressNotes !== undefined && { additionalAddressNotes }),
  };
  return { trackingId, ndrAction, ndrRequestData };
}

/** The hint for feedback that is spelt as on Amazon's pages, or with its data in the wrong place. */
function hintFor(input: unknown): string | undefined {
  const { ndrAction, rescheduleDate, additionalAddressNotes } = (input ?? {}) as Readonly<Record<string, unknown>>;
  if (rescheduleDate !== undefined || additionalAddressNotes !== undefined) {
    return '"rescheduleDate" and "additionalAddressNotes" belong in "ndrRequestData".';
  }
  const meant = typeof ndrAction === 'string' ? nearest(ndrAction, ['RESCHEDULE', 'REATTEMPT', 'RTO']) : undefined;
  return meant && meant !== ndrAction ? `Did you mean ${meant}?` : undefined;
}

function withBareId(input: NdrFeedback): NdrFeedback {
  const trackingId: unknown = (input as NdrFeedback | null | undefined)?.trackingId;
  if (typeof trackingId !== 'string') return input;
  const bare = bareText(trackingId);
  if (isScientific(bare)) {
    throw invalid(
      { path: ['trackingId'], message: 'expected the id of a parcel, got a number that a spreadsheet has rounded' },
      'Its last digits are lost: format the column as text, and export it once more.',
    );
  }
  // Spaces around an id are refused, and not taken off: they may be half of something else.
  return bare === trackingId.trim() ? input : { ...input, trackingId: bare };
}

/** Checks what depends on the time and on the caller. */
export function checkRules({ ndrRequestData }: FeedbackBody, now: Date, { allowContactData, dueDate }: FeedbackRules): void {
  const { rescheduleDate, additionalAddressNotes = '' } = ndrRequestData ?? {};
  const due = readDueDate(dueDate);
  if (due && due < now) {
    throw invalid(
      { message: 'the time for feedback about this shipment has passed: "dueDate" is in the past' },
      'The parcel may have gone back, or a later attempt has its own event. To send the feedback anyway, leave "dueDate" out.',
    );
  }
  if (rescheduleDate !== undefined && new Date(rescheduleDate) <= now) {
    throw invalid({ path: ['ndrRequestData', 'rescheduleDate'], message: 'must be in the future' });
  }
  const found = allowContactData ? undefined : findContactData(additionalAddressNotes);
  if (found) {
    const path = ['ndrRequestData', 'additionalAddressNotes'];
    throw invalid(
      { path, message: `looks as if it contained ${found}, which Amazon forbids here` },
      'Remove it; if it is not one, pass allowContactData: true.',
    );
  }
}

/** What a store remembers a feedback by; with the due date, because a later attempt at the same parcel has another. */
export function feedbackKey(body: FeedbackBody, dueDate: FeedbackRules['dueDate']): Promise<string> {
  return hashHex(JSON.stringify([body, readDueDate(dueDate) ?? null]));
}

/** A database has null for a date that is not known. */
function readDueDate(dueDate: FeedbackRules['dueDate']): Date | undefined {
  if (dueDate === undefined || dueDate === null) return undefined;
  const due = toDate(dueDate);
  if (!due) {
    throw invalid(
      { message: '"dueDate" must be a Date, or a time such as 2026-03-01T18:00:00Z' },
      'If the ndrDueDate of the event cannot be read, leave "dueDate" out.',
    );
  }
  return due;
}

function invalid(issue: Issue, hint?: string): ValidationError {
  return new ValidationError('request', [issue], { surface: SURFACE, hint });
}

const EMAIL = /[^\s@]@[^\s@]+\.[^\s@]/;

/**
 * Groups of digits as phone numbers are written. Not matched: four digits and six, in one or in two groups, which are a flat and an Indian
 * postal code, unless they start like a mobile number; digits joined by slashes, like house numbers; and decimals, like coordinates.
 */
const PHONE =
  /(?<!\d|\d{2}\.)(?:\+\d(?:[\s().-]{0,2}\d){7,14}|\d{10,15}|(?:0|91[\s.-]?)?\d{5}[\s.,_-]\d{5}|\(?\d{2,4}\)?[\s._-]\d{3,4}[\s._-]\d{4}|[6-9]\d{3}(?:[_-]\d{3}|[\s._-]\d{3}[\s._-])\d{3}|[6-9]\d{3}[\s.,_-]\d{2}[\s.,_-]\d{4}|[6-9]\d(?:[\s.,_-]\d{2}){4}|[6-9](?:[\s.,_-]\d){9}|\(?0\d{2,4}\)?[\s._-]\d{6,8})(?!\d)/;

/** What looks like contact data in notes: a guess, and in doubt `undefined`. */
export function findContactData(text: string): 'a phone number' | 'an e-mail address' | undefined {
  // As copied from address books and spreadsheets: full-width, in digits of another script, with dashes of any kind, or with invisible marks.
  const plain = asciiDigits(text.normalize('NFKC'))
    .replace(/\p{Cf}/gu, '')
    .replace(/\p{Pd}/gu, '-');
  if (EMAIL.test(plain)) return 'an e-mail address';
  return PHONE.test(plain) ? 'a phone number' : undefined;
}
