/**
 * What the handlers for AWS Lambda share: the context, the options and the time that is left.
 *
 * @module
 * @see {@link https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html | Lambda's context}
 */
import { MAX_MILLISECONDS, withTimeout } from '../async.ts';
import { assertOption, TimeoutError } from '../errors.ts';
import type { Surface } from '../types.ts';
import type { EventHandlerOptions, NamesOfOptions } from './handlers.ts';

/** Lambda's context, as far as it is used. That of `@types/aws-lambda` fits. */
export interface LambdaContext {
  /** Id of the invocation. */
  readonly awsRequestId?: string | undefined;
  /** Milliseconds until Lambda ends the invocation. Without it there is no limit. */
  readonly getRemainingTimeInMillis?: (() => number) | undefined;
}

/** The second argument of a handler. */
export interface LambdaEventContext {
  /** Aborts shortly before Lambda ends the invocation; the event is then redelivered. Pass it to `fetch` and to the client. */
  readonly signal: AbortSignal;
  /** Lambda's own context, as it came. */
  readonly lambda: LambdaContext;
  /** The message that contains the event; `undefined` if EventBridge invoked the function itself. */
  readonly messageId: string | undefined;
}

/** What failed. */
export interface LambdaEventFailure {
  /** The message; `undefined` if EventBridge invoked the function itself. */
  readonly messageId: string | undefined;
  /** Whether nothing was tried: there was no time left, or an earlier message of the same group failed. */
  readonly isSkipped: boolean;
}

/** Options of a handler for AWS Lambda. */
export interface LambdaHandlerOptions<Event> extends EventHandlerOptions<Event, LambdaEventContext> {
  /**
   * Called for each failure with what your function threw, or with a {@link ValidationError} for what could not be read; for a message with
   * several events once, with the first error. What it throws is ignored.
   * @default one line a minute for each error code and status to `console.warn`, without what your own code said; each configuration error to
   * `console.error`
   */
  readonly onError?: ((error: unknown, failure: LambdaEventFailure) => void) | undefined;
  /**
   * Milliseconds reserved before Lambda's timeout, at most half of the time at the start. At the start of the reserve no new work starts;
   * halfway in, `signal` aborts; at three quarters the handler returns.
   * @default 2_000
   */
  readonly timeReserve?: number | undefined;
}

/** Names of the options that only a handler for Lambda has. */
export const LAMBDA_OPTIONS: NamesOfOptions = { timeReserve: ['timeout', 'totalTimeout'] };

/** The time that Lambda leaves. */
export interface LambdaTime {
  readonly signal: AbortSignal;
  /** Throws if it is too late to start anything. */
  readonly check: () => void;
}

/** Refuses a reserve that is not a time. */
export function checkTimeReserve(surface: Surface, timeReserve: unknown): void {
  const isTime = timeReserve === undefined || (typeof timeReserve === 'number' && timeReserve >= 0);
  assertOption(isTime, surface, 'timeReserve', 'must be a number of milliseconds');
}

/** Settles as the work does, or rejects with a {@link TimeoutError} shortly before Lambda would end the invocation. */
export async function withinTime<Result>(
  surface: Surface,
  lambda: LambdaContext,
  timeReserve: number | undefined,
  work: (time: LambdaTime) => Promise<Result>,
): Promise<Result> {
  const remaining = (): number => lambda.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY;
  const atStart = remaining();
  const reserve = Math.min(timeReserve ?? 2_000, atStart / 2);
  const [noNewWork, abort, respond] = [reserve, reserve / 2, reserve / 4];
  const timeout = (): TimeoutError =>
    new TimeoutError('total', "Lambda's time is nearly used up", {
      surface,
      attempts: 1,
      hint: 'Raise the timeout of the function, or lower the size of its batches.',
    });
  const controller = new AbortController();
  const { signal } = controller;
  const check = (): void => {
    signal.throwIfAborted();
    if (remaining() < noNewWork) throw timeout();
  };
  // No limit, none that a timer could hold, or no number: Lambda allows 15 minutes at most.
  if (!(atStart - respond <= MAX_MILLISECONDS)) return work({ signal, check });
  const timer = setTimeout(() => controller.abort(timeout()), atStart - abort);
  try {
    return await withTimeout(atStart - respond, () => work({ signal, check }), timeout);
  } finally {
    clearTimeout(timer);
  }
}
