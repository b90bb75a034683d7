/**
 * What feedback has to be like beyond its shape, and what is sent of it.
 *
 * @module
 */
import { type Issue, ValidationError } from '../core/errors.ts';
import { parseSchema } from '../core/schema.ts';
import { SURFACE } from './configuration.ts';
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
export function checkFeedback(input: NdrFeedback, now: Date, { allowContactData, dueDate }: FeedbackRules): FeedbackBody {
  const feedback = parseSchema(NdrFeedbackSchema, input, { surface: SURFACE, direction: 'request' });
  const { trackingId, ndrAction } = feedback;
  if (dueDate !== undefined) {
    const due = toDate(dueDate);
    if (!due) throw invalid({ message: 'expected "dueDate" to be the ndrDueDate of the event' });
    if (due < now) throw invalid({ message: 'the time for feedback about this shipment has passed' });
  }
  switch (ndrAction) {
    case 'RESCHEDULE': {
      const path = ['ndrRequestData', 'rescheduleDate'];
      const date = toDate(feedback.ndrRequestData.rescheduleDate) as Date;
      if (date <= now) throw invalid({ path, message: 'expected a time that lies ahead' });
      // Some calls of the Selling Partner API refuse offsets.
      return { trackingId, ndrAction, ndrRequestData: { rescheduleDate: date.toISOString() } };
    }
    case 'REATTEMPT': {
      const { additionalAddressNotes } = feedback.ndrRequestData;
      const found = allowContactData ? undefined : findContactData(additionalAddressNotes);
      if (!found) return { trackingId, ndrAction, ndrRequestData: { additionalAddressNotes } };
      const path = ['ndrRequestData', 'additionalAddressNotes'];
      throw invalid(
        { path, message: `looks as if it held ${found}, which Amazon forbids here` },
        'Where it is none, pass allowContactData: true.',
      );
    }
    default:
      return { trackingId, ndrAction };
  }
}

function invalid(issue: Issue, hint?: string): ValidationError {
  return new ValidationError('request', [issue], { surface: SURFACE, hint });
}
