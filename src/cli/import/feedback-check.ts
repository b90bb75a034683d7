/**
 * Checks feedback with the rules of the client, before anything is sent and in the words of the command line.
 *
 * @module
 */
import { parseTime } from '../../shipping-ndr/events/schemas.ts';
import { checkRules, type FeedbackBody, type FeedbackRules, readFeedback } from '../../shipping-ndr/feedback/feedback.ts';
import type { NdrFeedback } from '../../shipping-ndr/index.ts';
import { type Names, UsageError } from '../failure.ts';

/** What each action needs. */
const NEEDS: Readonly<Record<string, string | undefined>> = {
  RESCHEDULE: 'rescheduleDate',
  REATTEMPT: 'additionalAddressNotes',
  RTO: undefined,
};

const YEAR = 366 * 86_400_000;

/** The body to send. Throws for feedback that cannot be right. */
export function checkFeedback(feedback: NdrFeedback, rules: FeedbackRules, names: Names): FeedbackBody {
  const { ndrAction } = feedback;
  const data: Readonly<Record<string, unknown>> = { ...feedback.ndrRequestData };
  const needed = Object.hasOwn(NEEDS, ndrAction) ? NEEDS[ndrAction] : undefined;
  if (needed && !data[needed]) throw new UsageError(`${names[`ndrRequestData.${needed}`]} is empty, and ${ndrAction} needs it`);
  checkTime(names['ndrRequestData.rescheduleDate'], data['rescheduleDate']);
  checkTime(names['dueDate'], rules.dueDate);
  const body = readFeedback(feedback);
  checkRules(body, new Date(), rules);
  return body;
}

function checkTime(name: string | undefined, time: unknown): void {
  if (time === undefined) return;
  const date = parseTime(time as string);
  if (!date) throw new UsageError(`${name} must be a date and a time with an offset, such as 2026-03-02T09:00:00+05:30`);
  // 2569 is a year of the Buddhist calendar, and 9999 stands for "never".
  if (date.getTime() > Date.now() + YEAR) throw new UsageError(`${name} is more than a year ahead: is the year right?`);
}
