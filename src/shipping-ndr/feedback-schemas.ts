/**
 * What a shipper answers to an NDR event.
 *
 * @module
 * @see {@link https://developer-docs.amazon.com/amazon-shipping/docs/tutorial-use-the-ndrfeedback-api-to-submit-non-delivery-reports-for-eligible-shipments | Tutorial}
 */
import * as z from 'zod/mini';
import type { Issue } from '../core/errors.ts';
import { typeName } from '../core/schema.ts';
import { parseTime } from './event-values.ts';

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
    for (const { message, path } of findIssues(value)) issues.push({ code: 'custom', message, input: value, path: [...path] });
  });
  return feedback as z.ZodMiniType<unknown> as z.ZodMiniType<NdrFeedback>;
})();

interface Located extends Issue {
  readonly path: readonly PropertyKey[];
}

function findIssues(feedback: {
  readonly trackingId: string;
  readonly ndrAction: string;
  readonly ndrRequestData?: unknown;
}): readonly Located[] {
  const { trackingId, ndrAction, ndrRequestData } = feedback;
  return [
    ...(isId(trackingId) ? [] : [{ path: ['trackingId'], message: 'expected the id of a parcel, without blanks around it' }]),
    ...(isAction(ndrAction)
      ? findDataIssues(DATA[ndrAction], ndrRequestData)
      : [{ path: ['ndrAction'], message: `expected ${Object.keys(DATA).join(', ')}` }]),
  ];
}

function findDataIssues(needed: (typeof DATA)[NdrAction], data: unknown): readonly Located[] {
  const path = ['ndrRequestData'];
  if (!needed) return data === undefined ? [] : [{ path, message: 'expected nothing: RTO takes no data' }];
  const [name, whatIsWrong] = needed;
  if (typeof data !== 'object' || data === null) return [{ path, message: `expected an object with "${name}", got ${typeName(data)}` }];
  const { [name]: value, ...others } = data as Readonly<Record<string, unknown>>;
  const message = whatIsWrong(value);
  return [
    ...(message ? [{ path: [...path, name], message }] : []),
    ...Object.keys(others).map((other) => ({ path: [...path, other], message: `expected "${name}" alone` })),
  ];
}

function isAction(text: string): text is NdrAction {
  return Object.hasOwn(DATA, text);
}

function isId(text: string): boolean {
  return /^[^\s\p{C}]+(?: [^\s\p{C}]+)*$/u.test(text);
}

function whatIsWrongWithDate(value: unknown): string | undefined {
  if (typeof value === 'string') {
    if (parseTime(value)) return undefined;
    const why = /^\d{4}-\d{2}-\d{2}$/.test(value) ? 'a day alone leaves open when it begins, so it would be a guess' : 'got another text';
    return `expected a time of day and an offset, as in 2026-03-01T09:00:00+05:30: ${why}`;
  }
  if (!(value instanceof Date)) return `expected a Date or a text, got ${typeName(value)}`;
  // toISOString() writes any other year with a sign and six digits.
  return value.getTime() >= 0 && value.getUTCFullYear() <= 9999 ? undefined : 'expected a Date that is valid, up to the year 9999';
}

function whatIsWrongWithNotes(text: unknown): string | undefined {
  if (typeof text !== 'string') return `expected a text, got ${typeName(text)}`;
  if (text.trim() === '') return 'expected notes, got a blank text';
  if (/\p{Surrogate}/u.test(text)) return 'expected well-formed Unicode, got half of a surrogate pair';
  // Code points are at most two units each, and not counted where there are far too many.
  const tooLong = text.length > 2 * MAX_NOTES || [...text].length > MAX_NOTES;
  return tooLong ? `expected at most ${MAX_NOTES} characters: shorten them, for half an address can be worse than none` : undefined;
}
