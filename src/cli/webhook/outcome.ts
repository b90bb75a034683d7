/**
 * What the response of a webhook means for an event, by the rules of EventBridge API destinations.
 *
 * @module
 */
import { isDelivered, isRetried } from '../../testing/delivery/retry-policy.ts';
import { EXIT } from '../failure.ts';

/** What happens to an event. */
export type Outcome = 'delivered' | 'retried' | 'lost';

/** What happens to an event after a response; `null` stands for none. */
export function outcomeOf(status: number | null): Outcome {
  if (status === null || isRetried(status)) return 'retried';
  return isDelivered(status) ? 'delivered' : 'lost';
}

/** How each is shown, and the exit code. */
export const OUTCOMES = {
  delivered: { colour: 'green', word: 'delivered', exitCode: EXIT.ok },
  retried: { colour: 'yellow', word: 'redelivered', exitCode: EXIT.retry },
  lost: { colour: 'red', word: 'lost', exitCode: EXIT.failed },
} as const;
