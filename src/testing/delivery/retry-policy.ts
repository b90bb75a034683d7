/**
 * Which responses lead to a retry, when, and for how long: the rules of EventBridge API destinations.
 *
 * | rule | source |
 * | --- | --- |
 * | 2xx is success; 401, 407, 409, 429, 5xx and timeouts are retried; everything else is not | documented by AWS |
 * | up to 185 retries and 24 hours, exponential backoff with jitter | documented by AWS |
 * | `Retry-After` is respected, the longer wait wins, a negative one ends the retries | documented by AWS |
 * | the waits: 1 s, doubled each time up to 10 minutes; half to all of it is waited | (inferred) |
 * | connection failures are retried as timeouts are | (inferred) |
 *
 * That Amazon Shipping delivers in this way is (inferred) too. How webhooks of Buy with Prime are retried is not known.
 *
 * @module
 * @see {@link https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html | API destinations}
 * @see {@link https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html | Retry policy}
 */
import type { Random } from '../builders/random.ts';
import type { Failure } from './target.ts';

/** How long an event is retried. */
export interface RetryPolicy {
  /**
   * How often it is retried at most; 0 for never.
   * @default 185
   */
  readonly maxRetries?: number | undefined;
  /**
   * Milliseconds after which it is not retried any more.
   * @default 86_400_000 (24 hours)
   */
  readonly maxAge?: number | undefined;
}

/** Which limit of the policy ended the retries, in the words of EventBridge's dead-letter queues. */
export type ExhaustedRetryCondition = 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds';

/** The result of one attempt: a response, or why it is missing. */
export interface AttemptResult {
  readonly status?: number;
  /** The wait that the response asks for, in milliseconds; negative for "never again". */
  readonly retryAfter?: number | undefined;
  readonly failure?: Failure;
}

/** What happens to the event after an attempt. */
export type Verdict =
  | { readonly is: 'delivered' }
  /** It is retried after so many milliseconds. */
  | { readonly is: 'retried'; readonly wait: number }
  | { readonly is: 'dropped'; readonly reason: string; readonly exhausted?: ExhaustedRetryCondition };

/** How far the delivery of an event has come. */
export interface Progress {
  readonly maxRetries: number;
  readonly maxAge: number;
  /** Retries so far. */
  readonly retries: number;
  /** Milliseconds since it was passed to `deliver()`. */
  readonly age: number;
  readonly random: Random;
}

const FIRST_WAIT = 1_000;
const MAX_WAIT = 600_000;

/** Decides what happens to an event after an attempt. */
export function judge(result: AttemptResult, progress: Progress): Verdict {
  const { status = 0, retryAfter = 0, failure } = result;
  const { retries, age, random, maxRetries, maxAge } = progress;
  if (isDelivered(status)) return { is: 'delivered' };
  if (failure?.isFinal) {
    return { is: 'dropped', reason: [`${failure.message}: no retry can help`, failure.advice].filter(Boolean).join('. ') };
  }
  if (!failure && !isRetried(status)) return { is: 'dropped', reason: explainStatus(status) };
  if (retryAfter < 0) {
    return { is: 'dropped', reason: `responded with ${status} and a negative Retry-After, which asks for no other attempt` };
  }
  const ownWait = backoff(retries, random);
  const wait = Math.max(ownWait, retryAfter);
  const canRetry = retries < maxRetries;
  if (canRetry && age + wait <= maxAge) return { is: 'retried', wait };
  const isWaitTooLong = canRetry && age + ownWait <= maxAge;
  return {
    is: 'dropped',
    reason: `${lastAttempt(result, progress)}${isWaitTooLong ? explainWait(retryAfter) : explainLimits(result)}`,
    exhausted: canRetry ? 'MaximumEventAgeInSeconds' : 'MaximumRetryAttempts',
  };
}

/** Whether a response with this status means that the event was delivered. */
export function isDelivered(status: number): boolean {
  return status >= 200 && status < 300;
}

/** Whether a response with this status leads to a retry. */
export function isRetried(status: number): boolean {
  return [401, 407, 409, 429].includes(status) || status >= 500;
}

/** Milliseconds until the next attempt, after so many retries. */
function backoff(retries: number, random: Random): number {
  const wait = Math.min(MAX_WAIT, FIRST_WAIT * 2 ** Math.min(retries, 32));
  return Math.round(wait * (0.5 + random() / 2));
}

/** What a status means for the event, and what to respond with instead; for people. */
export function explainStatus(status: number): string {
  const responded = `responded with ${status}`;
  if (isDelivered(status)) return `${responded}: delivered`;
  if (isRetried(status)) return `${responded}: EventBridge retries it, up to 185 times within 24 hours`;
  // A browser reports a redirect as status 0.
  if (status < 200) return `${responded}: EventBridge follows no redirect and does not retry this status; respond with 200`;
  if (status < 400) {
    return `${responded}: EventBridge follows no redirect and does not retry after one; respond with 200 at this very URL`;
  }
  const instead =
    {
      400: 'respond with 200 and store what you cannot read, or with 503 to have it retried',
      403: 'respond with 401 if the credentials are wrong',
    }[status] ?? 'respond with 200 and store the event, or with 503 to have it retried';
  return `${responded}: of all 4xx, EventBridge retries only 401, 407, 409 and 429; ${instead}`;
}

/** The wait that a response asks for, in milliseconds; negative for "never again", `undefined` if it asks for none. */
export function readRetryAfter(headers: Headers, now: number): number | undefined {
  const text = headers.get('retry-after')?.trim();
  if (!text) return undefined;
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  // By the receiver's own clock if the response has its time. A date in the past asks for no wait, and is not a refusal.
  const since = Date.parse(headers.get('date') ?? '') || now;
  const until = Date.parse(text);
  return Number.isNaN(until) ? undefined : Math.max(0, until - since);
}

/** What the last attempt led to, and which one it was; for people. */
function lastAttempt({ status, failure }: AttemptResult, { retries, age }: Progress): string {
  const result = failure?.message ?? `responded with ${status}`;
  return `${result} at ${retries === 0 ? 'the only attempt' : `the last of ${retries + 1} attempts within ${describeTime(age)}`}`;
}

function explainWait(milliseconds: number): string {
  const limit = 'EventBridge gives up after 24 hours, or the limit that you set';
  return `, and its Retry-After requests a wait of ${describeTime(milliseconds)}: ${limit}. Request a shorter wait`;
}

function explainLimits(result: AttemptResult): string {
  return `: EventBridge gives up after 185 retries or 24 hours, or the limits that you set. ${adviceFor(result)}`;
}

function adviceFor({ status, failure }: AttemptResult): string {
  if (failure?.advice) return failure.advice;
  if (status === 401 || status === 407) return 'Compare the credentials with those of the delivery';
  if (failure?.message.includes('ECONNREFUSED')) return 'Nothing listens at that address: start the webhook, or correct the URL';
  return 'Store the event, respond with 200, and process it afterwards';
}

function describeTime(milliseconds: number): string {
  const hours = milliseconds / 3_600_000;
  return hours >= 1 ? `${hours.toFixed(1)} h` : `${Math.ceil(milliseconds / 1_000)} s`;
}
