/**
 * What the handlers for AWS Lambda share: the time that is left, and one record through the caller's functions.
 *
 * @module
 * @see {@link https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html | Lambda's context}
 */
import { waitFor } from '../../core/call/abort.ts';
import { TimeoutError, type ValidationError } from '../../core/errors.ts';
import { misconfigured } from '../../core/options.ts';
import { checkIdempotencyStore, type IdempotencyStore, once } from '../../core/receive/idempotency.ts';
import { type BuyWithPrimeEventHandlers, handlerFinder } from './event-handlers.ts';
import type { ParsedRecord } from './parser.ts';

/** Lambda's context, as far as it is used. That of `@types/aws-lambda` fits. */
export interface LambdaContext {
  /** Id of the invocation. */
  readonly awsRequestId?: string;
  /** Milliseconds until Lambda ends the invocation. Without it there is no limit. */
  readonly getRemainingTimeInMillis?: () => number;
}

/** What a function for events is told beside the event. */
export interface LambdaEventContext {
  /** Aborts shortly before Lambda's time is up; the event then comes again. Hand it to `fetch` and to the client. */
  readonly signal: AbortSignal;
  /** Lambda's own context, as it came. */
  readonly lambda: LambdaContext;
  /** The message that holds the event; `undefined` where EventBridge invoked the function itself. */
  readonly messageId: string | undefined;
}

/** What failed. */
export interface LambdaEventFailure {
  /** The message; `undefined` where EventBridge invoked the function itself. */
  readonly messageId: string | undefined;
  /** Whether nothing was tried: the time was up, or an earlier message of the same group failed. */
  readonly isSkipped: boolean;
}

/** How events are handled. */
export interface LambdaHandlerOptions {
  /**
   * Remembers what was handled, by `event.idempotencyKey`. Without it an event that is delivered twice is handled twice. A replay from
   * an archive may have the key of the original (not documented): what is remembered as handled is then not handled again.
   */
  readonly idempotencyStore?: IdempotencyStore;
  /**
   * Gets, raw, what could not be read: no event, or one of a known type that lacks its ids. When it returns, that counts as handled.
   * Without it that is a failure: it comes again, and ends in a dead-letter queue where there is one.
   */
  readonly onInvalid?: (raw: unknown, error: ValidationError, context: LambdaEventContext) => unknown;
  /**
   * Hears of each failure, with what your function threw, or a {@link ValidationError} for what could not be read; of a message with
   * several events, with the first. What it throws is ignored.
   */
  readonly onError?: (error: unknown, failure: LambdaEventFailure) => void;
  /**
   * Milliseconds of Lambda's time that are kept back, at most half of what there is at the start. When they begin nothing more is begun; at
   * their half the signal aborts; at their last quarter the answer goes out, whatever is still running.
   * @default 2_000
   */
  readonly timeReserve?: number;
}

/** The time that Lambda leaves. */
export interface LambdaTime {
  readonly signal: AbortSignal;
  /** Throws when it is too late to begin anything. */
  readonly check: () => void;
}

/** Calls the caller's function for one record; rejects when it failed. */
export type Consume = (record: ParsedRecord, context: LambdaEventContext) => Promise<void>;

/** Checks what the caller gave, and makes one function of it. */
export function createConsumer(handlers: BuyWithPrimeEventHandlers<LambdaEventContext>, options: LambdaHandlerOptions): Consume {
  const findHandler = handlerFinder(handlers);
  if (typeof options !== 'object' || options === null) throw misconfigured('buywithprime', 'the options must be an object');
  const { idempotencyStore, onInvalid, onError, timeReserve = 0 } = options;
  checkIdempotencyStore('buywithprime', idempotencyStore);
  for (const [name, value] of Object.entries({ onInvalid, onError })) {
    if (value !== undefined && typeof value !== 'function') throw misconfigured('buywithprime', `"${name}" must be a function`);
  }
  if (!(typeof timeReserve === 'number' && timeReserve >= 0)) {
    throw misconfigured('buywithprime', '"timeReserve" must be a number of milliseconds');
  }

  return async (record, context) => {
    if (record.success) {
      const handler = findHandler(record.event);
      if (handler)
        await once('buywithprime', record.event.idempotencyKey, idempotencyStore, async () => void (await handler(record.event, context)));
    } else if (onInvalid) await onInvalid(record.raw, record.error, context);
    else throw record.error;
  };
}

/** Settles as the work does, or rejects with a {@link TimeoutError} shortly before Lambda would end the invocation. */
export async function withinTime<Result>(
  lambda: LambdaContext,
  timeReserve: number | undefined,
  work: (time: LambdaTime) => Promise<Result>,
): Promise<Result> {
  const remaining = (): number => lambda.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY;
  const atStart = remaining();
  const reserve = Math.min(timeReserve ?? 2_000, atStart / 2);
  const timeout = (): TimeoutError =>
    new TimeoutError('total', 'the time that Lambda gives is nearly up', {
      surface: 'buywithprime',
      attempts: 1,
      hint: 'Raise the timeout of the function, or lower the size of its batches.',
    });
  const [soft, hard] = [new AbortController(), new AbortController()];
  const check = (): void => {
    soft.signal.throwIfAborted();
    if (remaining() < reserve) throw timeout();
  };
  // No limit, or none that a timer could hold: Lambda gives 15 minutes at most.
  const abortAt = (controller: AbortController, milliseconds: number): ReturnType<typeof setTimeout> | undefined =>
    milliseconds < 2 ** 31 ? setTimeout(() => controller.abort(timeout()), milliseconds) : undefined;
  const timers = [abortAt(soft, atStart - reserve / 2), abortAt(hard, atStart - reserve / 4)];
  try {
    return await waitFor(work({ signal: soft.signal, check }), hard.signal);
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}
