/**
 * What Amazon advises for a shipment that could not be delivered.
 *
 * @module
 */
import { ValidationError } from '../../core/errors.ts';
import { SURFACE } from '../configuration.ts';
import type { NdrAction } from '../feedback/feedback-schemas.ts';
import type { NdrEvent } from './event-schemas.ts';
import { parseTime } from './event-values.ts';

/** An action that Amazon advises. */
export interface SuggestedNdrAction {
  readonly ndrAction: NdrAction;
  /** What has to be sent with it. */
  readonly requires?: 'rescheduleDate' | 'additionalAddressNotes';
  /** What to do before or with it, in one sentence. */
  readonly advice: string;
}

/** Amazon's advice for an event. */
export interface NdrSuggestion {
  /** In Amazon's order; empty for the reasons that it gives no advice for. */
  readonly actions: readonly SuggestedNdrAction[];
  /** Until when feedback is taken: `ndrDueDate`. Absent where that is no time. */
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
  switch (reason.trim().toLowerCase()) {
    case 'address not found':
      return [reattempt('Describe how to find the address.')];
    case 'unable to contact customer':
      // Amazon's table means the excel, where another phone number goes into the notes; here they must not hold one.
      return [reattempt('Ask the customer how to find the address. A phone number must not be in the notes; give it in the portal.')];
    case 'customer unavailable':
      return [reschedule('Ask the customer for a day on which somebody is there.')];
    case 'payment not ready':
      return [reschedule('Ask the customer for a day on which the payment is ready.')];
    case 'not required':
      return [
        { ndrAction: 'RTO', advice: 'Ask the customer first: send it back if it is not wanted.' },
        reschedule('Where the customer wants it after all, on that day.'),
        reattempt('Where the customer wants it after all, with directions.'),
      ];
    default:
      return [];
  }
}

/**
 * Gives Amazon's advice for an event: which actions, what each needs, and until when.
 *
 * It is advice, never a rule: nothing shows that Amazon refuses another action. Amazon advises on 5 of its 17 reasons; for the
 * others, and for reasons that are new, `actions` is empty and every action is possible.
 *
 * @throws {@link ValidationError} `VALIDATION` where it is no NDR event.
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
  const { reasonCode, ndrDueDate } = ((event as Pick<NdrEvent, 'detail'> | null | undefined)?.detail ?? {}) as Partial<NdrEvent['detail']>;
  if (typeof reasonCode !== 'string') {
    throw new ValidationError('event', [{ path: ['detail', 'reasonCode'], message: 'expected the reason of an NDR event' }], {
      surface: SURFACE,
    });
  }
  const deadline = parseTime(ndrDueDate);
  return { actions: actionsFor(reasonCode), ...(deadline && { deadline }) };
}
