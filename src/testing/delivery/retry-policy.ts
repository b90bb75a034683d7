/**
 * Which answers bring an event back, when, and for how long: the rules of EventBridge API destinations.
 *
 * | rule | source |
 * | --- | --- |
 * | 2xx is success; 401, 407, 409, 429, 5xx and time-outs are repeated; all else is not | documented by AWS |
 * | up to 185 retries and 24 hours, exponential back-off with jitter | documented by AWS |
 * | `Retry-After` is heeded, the longer wait wins, a negative one ends the retries | documented by AWS |
 * | the waits: 1 s, doubled each time up to 10 minutes, of which half to all is waited | inferred |
 * | connection faults are repeated as time-outs are | inferred |
 *
 * That Amazon Shipping delivers in this way is inferred too, and nothing is known of how webhooks of Buy with Prime do.
 *
 * @module
 * @see {@link https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html | API destinations}
 * @see {@link https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html | Retry policy}
 */
import type { Random } from '../builders/random.ts';

/** How long an event is tried. */
export interface RetryPolicy {
  /**
   * How often it is sent again at most; 0 for never.
   * @default 185
   */
  readonly maxRetries?: number;
  /**
   * Milliseconds after which it is not sent again.
   * @default 86_400_000 (24 hours)
   */
  readonly maxAge?: number;
}

/** Which limit of the policy ended the retries, in the words of EventBridge's dead-letter queues. */
export type ExhaustedRetryCondition = 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds';

/** What came of one attempt: an answer, or why there is none. */
export interface Outcome {
  readonly status?: number;
  /** What the answer asks for, in milliseconds; negative for "never again". */
  readonly retryAfter?: number | undefined;
  readonly error?: string;
}

/** What comes of the event by it. */
export type Verdict =
  | { readonly is: 'delivered' }
  /** Again, after so many milliseconds. */
  | { readonly is: 'repeated'; readonly wait: number }
  | { readonly is: 'dropped'; readonly reason: string; readonly exhausted?: ExhaustedRetryCondition };

/** What an event has behind it. */
export interface Progress extends Required<RetryPolicy> {
  readonly retries: number;
  /** Milliseconds since it was handed over. */
  readonly age: number;
  readonly random: Random;
}

const FIRST_WAIT = 1_000;
const MAX_WAIT = 600_000;

/** Decides what comes of an event after an attempt. */
export function judge({ status = 0, retryAfter = 0, error }: Outcome, { retries, age, random, maxRetries, maxAge }: Progress): Verdict {
  if (isDelivered(status)) return { is: 'delivered' };
  if (error === undefined && !isRepeated(status)) return { is: 'dropped', reason: explainAnswer(status) };
  if (retryAfter < 0) return { is: 'dropped', reason: `answered ${status} with a negative Retry-After, which asks for no other attempt` };
  // The more conservative of the two.
  const wait = Math.max(backOff(retries, random), retryAfter);
  if (retries < maxRetries && age + wait <= maxAge) return { is: 'repeated', wait };
  return {
    is: 'dropped',
    reason: explainExhaustion(status, error, retries, age),
    exhausted: retries < maxRetries ? 'MaximumEventAgeInSeconds' : 'MaximumRetryAttempts',
  };
}

/** Whether an answer means that the event has arrived. */
export function isDelivered(status: number): boolean {
  return status >= 200 && status < 300;
}

/** Whether an answer brings the event back. */
export function isRepeated(status: number): boolean {
  return [401, 407, 409, 429].includes(status) || status >= 500;
}

/** Milliseconds until the next time, after so many retries. */
function backOff(retries: number, random: Random): number {
  const wait = Math.min(MAX_WAIT, FIRST_WAIT * 2 ** Math.min(retries, 32));
  return Math.round(wait * (0.5 + random() / 2));
}

/** What a status means for the event, and what to answer instead; for people. */
export function explainAnswer(status: number): string {
  const answered = `answered ${status}`;
  if (isDelivered(status)) return `${answered}: delivered`;
  if (isRepeated(status)) return `${answered}: EventBridge sends it again, for 24 hours and 185 times at most`;
  // A browser shows a redirect as status 0.
  if (status < 200) return `${answered}: EventBridge follows no redirect and takes nothing below 200 for an answer; answer 200`;
  if (status < 400) return `${answered}: EventBridge follows no redirect and sends nothing again for one; answer 200 at this very URL`;
  const instead =
    { 400: 'answer 200 and park what you can not read, or 503 to get it again', 403: 'answer 401 where the credentials are wrong' }[
      status
    ] ?? 'answer 200 and park the event, or 503 to get it again';
  return `${answered}: EventBridge repeats no 4xx but 401, 407, 409 and 429; ${instead}`;
}

/** The wait that an answer asks for, in milliseconds; negative for "never again". `undefined` where it asks for none. */
export function readRetryAfter(headers: Headers, now: number): number | undefined {
  const text = headers.get('retry-after')?.trim();
  if (!text) return undefined;
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  // By the receiver's own clock where it says what that shows. A date gone by asks for no wait, and is no refusal.
  const since = Date.parse(headers.get('date') ?? '') || now;
  const until = Date.parse(text);
  return Number.isNaN(until) ? undefined : Math.max(0, until - since);
}

/** Why an event is given up that was sent again and again; for people. */
function explainExhaustion(status: number, error: string | undefined, retries: number, milliseconds: number): string {
  const hours = milliseconds / 3_600_000;
  const time = hours >= 1 ? `${hours.toFixed(1)} h` : `${Math.ceil(milliseconds / 1_000)} s`;
  const isRefused = status === 401 || status === 407;
  return [
    `${error ?? `answered ${status}`} at the last of ${retries + 1} attempts within ${time}`,
    ': EventBridge gives up after 185 retries or 24 hours, or what you set; ',
    isRefused ? 'compare the credentials with those that it was given' : 'keep the event, answer 200, and work on it afterwards',
  ].join('');
}
