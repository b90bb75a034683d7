/**
 * What a shipper answers to an NDR event.
 *
 * @module
 * @see {@link https://developer-docs.amazon.com/amazon-shipping/docs/tutorial-use-the-ndrfeedback-api-to-submit-non-delivery-reports-for-eligible-shipments | Tutorial}
 */
import * as z from 'zod/mini';
import { typeName } from '../../core/schema.ts';
import { parseTime } from '../events/event-values.ts';

/** What is to happen with a shipment that could not be delivered. */
export type NdrAction = NdrFeedback['ndrAction'];

/** Deliver on a given date. */
export interface RescheduleFeedback {
  /** The parcel's id, as in the event. */
  readonly trackingId: string;
  readonly ndrAction: 'RESCHEDULE';
  readonly ndrRequestData: {
    /**
     * When to deliver: a `Date`, or ISO 8601 with a time of day and an offset. Sent in UTC. It has to lie ahead; how far ahead is
     * not documented.
     */
    readonly rescheduleDate: Date | string;
  };
}

/** Deliver again, with notes about the address. */
export interface ReattemptFeedback {
  /** The parcel's id, as in the event. */
  readonly trackingId: string;
  readonly ndrAction: 'REATTEMPT';
  readonly ndrRequestData: {
    /**
     * How to find the address, 1 to 256 characters. Amazon documents the limit without its unit; Unicode code points are counted
     * (inferred). Amazon forbids phone numbers and the like.
     */
    readonly additionalAddressNotes: string;
  };
}

/** Send it back. */
export interface ReturnToOriginFeedback {
  /** The parcel's id, as in the event. */
  readonly trackingId: string;
  readonly ndrAction: 'RTO';
  /** There is none. */
  readonly ndrRequestData?: undefined;
}

/** An answer to an NDR event, discriminated by `ndrAction`. */
export type NdrFeedback = RescheduleFeedback | ReattemptFeedback | ReturnToOriginFeedback;

/** Longest notes, in code points. */
const MAX_NOTES = 256;

/** What each action needs to be told, and what can be wrong with it. */
const DATA: Readonly<Record<NdrAction, readonly [name: string, whatIsWrong: (value: unknown) => string | undefined] | undefined>> = {
  RESCHEDULE: ['rescheduleDate', whatIsWrongWithDate],
  REATTEMPT: ['additionalAddressNotes', whatIsWrongWithNotes],
  RTO: undefined,
};

/** An answer to an NDR event. That a date lies ahead and that notes hold no contact data is checked when it is sent. */
export const NdrFeedbackSchema: z.ZodMiniType<NdrFeedback> = /* @__PURE__ */ (() => {
  const shape = z.strictObject({ trackingId: z.string(), ndrAction: z.string(), ndrRequestData: z.optional(z.unknown()) });
  // Not a union of three: that alone costs a kilobyte in every bundle.
  const feedback = shape.check(({ value, issues }) => {
    for (const [message, ...path] of findIssues(value)) issues.push({ code: 'custom', message, input: value, path });
  });
  return feedback as z.ZodMiniType<unknown> as z.ZodMiniType<NdrFeedback>;
})();

/** What is wrong, and where. */
function* findIssues(feedback: {
  readonly trackingId: string;
  readonly ndrAction: string;
  readonly ndrRequestData?: unknown;
}): Generator<readonly [message: string, ...path: string[]], void> {
  const { trackingId, ndrAction, ndrRequestData: data } = feedback;
  if (!isId(trackingId)) yield ['expected the id of a parcel, without blanks around it', 'trackingId'];
  if (!isAction(ndrAction)) yield ['expected RESCHEDULE, REATTEMPT or RTO, in capitals', 'ndrAction'];
  else if (!DATA[ndrAction]) {
    if (data !== undefined) yield ['expected nothing: RTO takes no data', 'ndrRequestData'];
  } else {
    const [name, whatIsWrong] = DATA[ndrAction];
    if (typeof data !== 'object' || data === null) {
      yield [`expected an object with "${name}", got ${typeName(data)}`, 'ndrRequestData'];
      return;
    }
    const { [name]: value, ...others } = data as Readonly<Record<string, unknown>>;
    const message = whatIsWrong(value);
    if (message) yield [message, 'ndrRequestData', name];
    for (const other of Object.keys(others)) yield [`expected "${name}" alone`, 'ndrRequestData', other];
  }
}

function isAction(text: string): text is NdrAction {
  return Object.hasOwn(DATA, text);
}

function isId(text: string): boolean {
  return /^[^\s\p{C}]+(?: [^\s\p{C}]+)*$/u.test(text);
}

/** A date of the caller's, where it is one that goes over the wire: `toISOString()` writes a year after 9999 in six digits. */
export function toDate(value: unknown): Date | undefined {
  const date = value instanceof Date ? value : parseTime(value as string);
  return date && date.getTime() >= 0 && date.getUTCFullYear() <= 9999 ? date : undefined;
}

function whatIsWrongWithDate(value: unknown): string | undefined {
  if (toDate(value)) return undefined;
  return `expected a Date, or a text like 2026-03-01T09:00:00+05:30, with time of day and offset; got ${kindOfDate(value)}`;
}

function kindOfDate(value: unknown): string {
  if (value instanceof Date && Number.isNaN(value.getTime())) return 'an invalid Date';
  if (value instanceof Date || parseTime(value as string)) return 'one before 1970 or after 9999';
  if (typeof value !== 'string') return typeName(value);
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return 'a day alone, which leaves open when it begins';
  if (/^\d{4}-\d{2}-\d{2}T[\d:.]{5,20}$/.test(value)) return 'a time without an offset, which leaves open whose time it is';
  return 'another text, or a day that is in no calendar';
}

function whatIsWrongWithNotes(text: unknown): string | undefined {
  if (typeof text !== 'string') return `expected a text, got ${typeName(text)}`;
  if (text.trim() === '') return 'expected notes, got a blank text';
  if (/\p{Surrogate}/u.test(text)) return 'expected well-formed Unicode, got half of a surrogate pair';
  // In code points, but where there are far too many to be worth the counting.
  const length = text.length > 10_000 ? text.length : [...text].length;
  if (length <= MAX_NOTES) return undefined;
  return `expected at most ${MAX_NOTES} characters, got ${length}: shorten them, for half an address can be worse than none`;
}
