/**
 * A Lambda function that reads a queue: what failed is named to SQS, and only that comes again.
 *
 * @module
 * @see {@link https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html | Partial batch responses}
 */
import { ValidationError } from '../../core/errors.ts';
import { misconfigured, tell } from '../../core/options.ts';
import { typeName } from '../../core/schema.ts';
import type { BuyWithPrimeEventHandlers } from './event-handlers.ts';
import {
  type Consume,
  createConsumer,
  type LambdaContext,
  type LambdaEventContext,
  type LambdaHandlerOptions,
  type LambdaTime,
  withinTime,
} from './lambda.ts';
import { BuyWithPrimeEventParser } from './parser.ts';

/** How a batch is handled. */
export interface SqsHandlerOptions extends LambdaHandlerOptions {
  /**
   * Messages that are handled at a time; of a FIFO queue, groups.
   * @default 10
   */
  readonly concurrency?: number;
}

/** The messages that shall come again, as Lambda wants them named. */
export interface SqsBatchResponse {
  batchItemFailures: { itemIdentifier: string }[];
}

/** One message of a batch. */
interface Message {
  readonly record: unknown;
  readonly id: string | undefined;
  /** The queue keeps order, within this group. */
  readonly fifoGroup: string | undefined;
}

/**
 * Makes a Lambda function for a queue of events, whichever way they got there: from a rule, through SNS, out of a dead-letter queue.
 *
 * **Switch on `ReportBatchItemFailures` for the queue's event source: without it Lambda ignores what is returned, and what failed is
 * lost.**
 *
 * - A message fails when a function of yours does, when an event in it can't be read, or when the time is up. It comes again after the
 *   queue's visibility timeout, and after `maxReceiveCount` times goes to the dead-letter queue.
 * - Of a FIFO queue (its ARN ends with `.fifo`) order is kept in each group: what comes after a failure is given back untried. Of a
 *   standard queue no order is kept, whether its messages have groups or not.
 * - An event that comes twice in a batch is handled once.
 * - Of a message with several events all are tried (in a FIFO queue, up to the first failure). When one fails, the message comes again:
 *   with an `idempotencyStore` those that are done are not repeated.
 * - Where a failed record has no `messageId`, the batch fails as a whole, after the others were tried.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` for what can't work, when it is made and not with the first batch.
 *
 * @example
 * ```ts
 * export const handler = sqsHandler(
 *   {
 *     DELIVERY_IN_TRANSIT: async (event, { signal }) => markAsShipped(event.orderId, await client.resolveDelivery(event, { signal })),
 *     REFUND_REQUESTED: (event) => refund(event.orderId, event.refundId),
 *   },
 *   { onError: (error, { messageId }) => console.error(messageId, error) },
 * );
 * ```
 */
export function sqsHandler(
  handlers: BuyWithPrimeEventHandlers<LambdaEventContext>,
  options: SqsHandlerOptions = {},
): (batch: unknown, context?: LambdaContext) => Promise<SqsBatchResponse> {
  const consume = createConsumer(handlers, options);
  const { concurrency = 10, timeReserve } = options;
  if (!(Number.isInteger(concurrency) && concurrency > 0)) {
    throw misconfigured('buywithprime', '"concurrency" must be a whole number, 1 or more');
  }

  return async (batch, context) => {
    const lambda = context ?? {};
    const messages = readMessages(batch);
    const states = new Map<Message, 'begun' | 'done' | 'failed'>();
    const fail = (message: Message, error: unknown, isSkipped: boolean): void => {
      // What goes on after the time was up has been reported already.
      if (states.get(message) === 'failed') return;
      states.set(message, 'failed');
      tell(() => options.onError?.(error, { messageId: message.id, isSkipped }));
    };

    const handle = handleOnce(consume, lambda);
    const runLane = async (lane: readonly Message[], time: LambdaTime): Promise<void> => {
      for (const [at, message] of lane.entries()) {
        try {
          time.check();
          states.set(message, 'begun');
          await handle(message, time);
          states.set(message, 'done');
        } catch (error) {
          for (const given of lane.slice(at)) fail(given, error, !states.has(given));
          return;
        }
      }
    };

    try {
      await withinTime(lambda, timeReserve, async (time) => {
        // They share the iterator: each takes the next lane when it is done with one.
        const lanes = toLanes(messages).values();
        const work = async (): Promise<void> => {
          for (const lane of lanes) await runLane(lane, time);
        };
        await Promise.all(Array.from({ length: Math.min(concurrency, messages.length) }, work));
      });
    } catch (error) {
      for (const message of messages) if (states.get(message) !== 'done') fail(message, error, !states.has(message));
    }
    return nameFailures(messages.filter((message) => states.get(message) !== 'done'));
  };
}

/** Handles the events of a message, but none that this batch has had already: that one's outcome is its own. */
function handleOnce(consume: Consume, lambda: LambdaContext): (message: Message, time: LambdaTime) => Promise<void> {
  const outcomes = new Map<string, Promise<void>>();
  const share = (key: string, work: () => Promise<void>): Promise<void> => {
    const outcome = outcomes.get(key) ?? work();
    outcomes.set(key, outcome);
    return outcome;
  };
  return async ({ record, id, fifoGroup }, { signal }) => {
    let failure: { readonly error: unknown } | undefined;
    for (const parsed of new BuyWithPrimeEventParser().parseAll(record)) {
      try {
        signal.throwIfAborted();
        const work = (): Promise<void> => consume(parsed, { signal, lambda, messageId: id });
        if (parsed.success) await share(parsed.event.idempotencyKey, work);
        else await work();
      } catch (error) {
        if (fifoGroup !== undefined) throw error;
        failure ??= { error };
      }
    }
    if (failure) throw failure.error;
  };
}

/** What has to be handled one after another: the messages of a group in a FIFO queue, else each on its own. */
function toLanes(messages: readonly Message[]): readonly (readonly Message[])[] {
  const lanes = new Map<unknown, Message[]>();
  for (const message of messages) {
    const key = message.fifoGroup ?? message;
    const lane = lanes.get(key);
    if (lane) lane.push(message);
    else lanes.set(key, [message]);
  }
  return [...lanes.values()];
}

function readMessages(batch: unknown): readonly Message[] {
  // To a Lambda function, and from EventBridge Pipes.
  const records: unknown = Array.isArray(batch) ? batch : (batch as { readonly Records?: unknown } | null | undefined)?.Records;
  if (Array.isArray(records)) return records.map(readMessage);
  const found = typeof batch === 'object' && batch !== null ? 'an object without "Records"' : typeName(batch);
  throw new ValidationError('event', [{ message: `expected a batch of SQS, got ${found}` }], {
    surface: 'buywithprime',
    hint: 'Where EventBridge invokes the function itself, use eventBridgeHandler().',
  });
}

function readMessage(record: unknown): Message {
  const { messageId, eventSourceARN, attributes } = (record ?? {}) as Readonly<Record<string, unknown>>;
  const group = (attributes as Readonly<Record<string, unknown>> | null | undefined)?.['MessageGroupId'];
  // Standard queues have groups too, for fairness: there they mean no order.
  const isFifo = typeof eventSourceARN === 'string' && eventSourceARN.endsWith('.fifo');
  return {
    record,
    id: typeof messageId === 'string' ? messageId : undefined,
    fifoGroup: isFifo ? (typeof group === 'string' ? group : '') : undefined,
  };
}

function nameFailures(failed: readonly Message[]): SqsBatchResponse {
  const ids = new Set(failed.map(({ id }) => id));
  if (ids.has(undefined) || ids.has('')) {
    throw new ValidationError('event', [{ message: 'a record that failed has no messageId, so the whole batch has to come again' }], {
      surface: 'buywithprime',
      hint: 'Is the function invoked by SQS?',
    });
  }
  return { batchItemFailures: [...(ids as Set<string>)].map((itemIdentifier) => ({ itemIdentifier })) };
}
