/**
 * What feedback has to be like beyond its shape, and what is sent of it.
 *
 * @module
 */
import { sha256Hex } from '../../core/bytes.ts';
import { type Issue, ValidationError } from '../../core/errors.ts';
import { parseSchema } from '../../core/schema.ts';
import { SURFACE } from '../configuration.ts';
import { findContactData } from './contact-data.ts';
import { type NdrFeedback, NdrFeedbackSchema, toDate } from './feedback-schemas.ts';

/** Rules that a call can change. */
export interface FeedbackRules {
  /**
   * Sends notes that look as if they held a phone number or an e-mail address, where they hold none. Amazon forbids both.
   * @default false
   */
  readonly allowContactData?: boolean;
  /**
   * The `ndrDueDate` of the event; once it has passed, feedback is refused here. What Amazon does then is not documented.
   * @default not checked
   */
  readonly dueDate?: Date | string;
}

/** Feedback as it goes over the wire. */
export interface FeedbackBody {
  readonly trackingId: string;
  readonly ndrAction: string;
  readonly ndrRequestData?: { readonly rescheduleDate?: string; readonly additionalAddressNotes?: string };
}

/** Checks feedback, and gives what is to be sent. */
export function checkFeedback(input: NdrFeedback, now: Date, rules: FeedbackRules): FeedbackBody {
  const body = readFeedback(input);
  checkRules(body, now, rules);
  return body;
}

/** Checks the shape of feedback, and gives what is to be sent. */
export function readFeedback(input: NdrFeedback): FeedbackBody {
  const feedback = parseSchema(NdrFeedbackSchema, input, { surface: SURFACE, direction: 'request' });
  const { trackingId, ndrAction } = feedback;
  switch (ndrAction) {
    case 'RESCHEDULE': {
      const date = toDate(feedback.ndrRequestData.rescheduleDate) as Date;
      // Some calls of the Selling Partner API refuse offsets.
      return { trackingId, ndrAction, ndrRequestData: { rescheduleDate: date.toISOString() } };
    }
    case 'REATTEMPT':
      return { trackingId, ndrAction, ndrRequestData: { additionalAddressNotes: feedback.ndrRequestData.additionalAddressNotes } };
    default:
      return { trackingId, ndrAction };
  }
}

/** Checks what depends on the time and on the caller. */
export function checkRules({ ndrRequestData }: FeedbackBody, now: Date, { allowContactData, dueDate }: FeedbackRules): void {
  const { rescheduleDate, additionalAddressNotes = '' } = ndrRequestData ?? {};
  if (dueDate !== undefined && readDueDate(dueDate) < now) {
    throw invalid(
      { message: 'the time for feedback about this shipment has passed: "dueDate" lies behind' },
      'It went back to the shipper, or waits for a later attempt and its own event. To send it all the same, leave "dueDate" out.',
    );
  }
  if (rescheduleDate !== undefined && new Date(rescheduleDate) <= now) {
    throw invalid({ path: ['ndrRequestData', 'rescheduleDate'], message: 'expected a time that lies ahead' });
  }
  const found = allowContactData ? undefined : findContactData(additionalAddressNotes);
  if (found) {
    const path = ['ndrRequestData', 'additionalAddressNotes'];
    throw invalid(
      { path, message: `looks as if it held ${found}, which Amazon forbids here` },
      'Take it out; where it is none, pass allowContactData: true.',
    );
  }
}

/** What a feedback is remembered by; with the due date, because a later attempt at the same parcel has another. */
export function feedbackKey(body: FeedbackBody, dueDate: FeedbackRules['dueDate']): string {
  return sha256Hex(JSON.stringify([body, dueDate === undefined ? null : readDueDate(dueDate)]));
}

function readDueDate(dueDate: Date | string): Date {
  const due = toDate(dueDate);
  if (!due) throw invalid({ message: 'expected "dueDate" to be the ndrDueDate of the event' });
  return due;
}

function invalid(issue: Issue, hint?: string): ValidationError {
  return new ValidationError('request', [issue], { surface: SURFACE, hint });
}
