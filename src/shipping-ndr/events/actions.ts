/**
 * Amazon's advice for a shipment that could not be delivered.
 *
 * @module
 */
import { ValidationError } from '../../core/errors.ts';
import { typeName } from '../../core/wording.ts';
import { SURFACE } from '../surface.ts';
import { readNdrReason } from './reasons.ts';
import { type NdrEvent, parseTime } from './schemas.ts';

/** What to do with a shipment that could not be delivered. `RTO` is the return to its origin. */
export type NdrAction = 'RESCHEDULE' | 'REATTEMPT' | 'RTO';

/** An action that Amazon advises. */
export interface SuggestedNdrAction {
  readonly ndrAction: NdrAction;
  /** What must be sent with it. */
  readonly requires?: 'rescheduleDate' | 'additionalAddressNotes';
  /** What to do before or with it, in one sentence. */
  readonly advice: string;
}

/** Amazon's advice for an event. */
export interface NdrSuggestion {
  /** In Amazon's order; empty for reasons without advice: then every action is possible. */
  readonly actions: readonly SuggestedNdrAction[];
  /** `advised`; or why there is no advice: Amazon has none for this reason, or the event contains no reason. */
  readonly basis: 'advised' | 'no-advice-for-reason' | 'no-reason-given';
  /** The end of the time for feedback: `ndrDueDate`. Absent if that is not a time. */
  readonly deadline?: Date;
}

function reschedule(advice: string): SuggestedNdrAction {
  return { ndrAction: 'RESCHEDULE', requires: 'rescheduleDate', advice };
}

function reattempt(advice: string): SuggestedNdrAction {
  return { ndrAction: 'REATTEMPT', requires: 'additionalAddressNotes', advice };
}

/** Amazon's table, from the questions and answers on its page. */
function actionsFor(reason: string): readonly SuggestedNdrAction[] {
  switch (readNdrReason(reason)) {
    case 'Address not found':
      return [reattempt('Describe how to find the address.')];
    case 'Unable to contact customer':
      // Amazon's table is about its spreadsheet, whose notes may contain another phone number; here they must not.
      return [
        reattempt(
          'Ask the customer how to find the address. A phone number must not be in the notes: only column K of the bulk upload accepts one.',
        ),
      ];
    case 'Customer unavailable':
      return [reschedule('Ask the customer for a day on which somebody is at home.')];
    case 'Payment not ready':
      return [reschedule('Ask the customer for a day on which the payment is ready.')];
    case 'Not required':
      return [
        { ndrAction: 'RTO', advice: 'Ask the customer first, and send it back if they do not want it.' },
        reschedule('If the customer wants it after all: on the day that suits them.'),
        reattempt('If the customer wants it after all: with directions.'),
      ];
    default:
      return [];
  }
}

/**
 * Amazon's advice for an event: which actions, what each needs, and until when.
 *
 * The reason is recognised in any spelling that {@link readNdrReason} knows. It is advice, never a rule: nothing shows that Amazon refuses
 * another action. Amazon advises on 5 of its 17 reasons; for the others, and for reasons that are new or missing, `actions` is empty,
 * `basis` says why, and every action is possible.
 *
 * @throws {@link ValidationError} `VALIDATION` if it is not an NDR event, or if its reason is not a string.
 *
 * @example
 * ```ts
 * const { actions, deadline } = suggestNdrActions(event);
 * for (const { ndrAction, requires, advice } of actions) console.log(ndrAction, requires, advice, deadline);
 * ```
 *
 * @see {@link https://developer-docs.amazon.com/amazon-shipping/docs/ndr-api-push-notifications | NDR push notifications}, question 7
 */
export function suggestNdrActions(event: Pick<NdrEvent, 'detail'>): NdrSuggestion {
  const detail: unknown = (event as Pick<NdrEvent, 'detail'> | null | undefined)?.detail;
  if (typeof detail !== 'object' || detail === null) throw invalid(['detail'], 'expected the detail of an NDR event');
  const { reasonCode, ndrDueDate } = detail as NdrEvent['detail'];
  if (typeof (reasonCode ?? '') !== 'string') throw invalid(['detail', 'reasonCode'], `expected string, got ${typeName(reasonCode)}`);
  const reason = reasonCode?.trim() ?? '';
  const actions = actionsFor(reason);
  const deadline = parseTime(ndrDueDate);
  const withoutAdvice = reason ? 'no-advice-for-reason' : 'no-reason-given';
  return { actions, basis: actions.length > 0 ? 'advised' : withoutAdvice, ...(deadline && { deadline }) };
}

function invalid(path: readonly string[], message: string): ValidationError {
  return new ValidationError('event', [{ path, message }], { surface: SURFACE, hint: 'Pass an event of kind "ndr" as a whole.' });
}
