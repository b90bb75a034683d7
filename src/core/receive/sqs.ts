/**
 * A Lambda function that reads a queue: the failed messages are named to SQS, and only those are redelivered.
 *
 * @module
 * @see {@link https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html | Partial batch responses}
 */
import { ValidationError } from '../errors.ts';
import { tellError } from '../hooks.ts';
import { checkWholeNumbers } from '../options.ts';
import type { Surface } from '../types.ts';
import type { EventCodec } from './codec.ts';
import { createDispatch, type Dispatch, type EventHandlers } from './handlers.ts';
import { type DeliveredEvent, KeysOfDelivery } from './keys-of-delivery.ts';
import {
  checkTimeReserve,
  LAMBDA_OPTIONS,
  type LambdaContext,
  type LambdaEventContext,
  type LambdaHandlerOptions,
  type LambdaTime,
  withinTime,
} from './lambda.ts';
import { wrongInvocation } from './recognise.ts';

/** Options of a handler for a queue. */
export interface SqsHandlerOptions<Event> extends LambdaHandlerOptions<Event> {
  /**
   * Messages that are handled concurrently; of a FIFO queue, groups.
   * @default 10
   */
  readonly concurrency?: number | undefined;
}

/** The messages to redeliver, as Lambda wants them named. */
export interface SqsBatchResponse {
  batchItemFailures: { itemIdentifier: string }[];
}

/** A Lambda function that reads a queue. */
export type SqsHandler = (batch: unknown, context?: LambdaContext) => Promise<SqsBatchResponse>;

/** One message of a batch, and what its first event is delivered as. */
interface Message extends DeliveredEvent {
  readonly id: string | undefined;
  /** In a FIFO queue, the group within which order is kept. */
  readonly fifoGroup: string | undefined;
  /** The next one of its group. */
  next: Message | undefined;
  state: 'waiting' | 'started' | 'done' | 'failed';
}

/** Makes a Lambda function for a queue. `name` is the public function's, for errors. */
export function sqs<Event extends { readonly kind: string }>(
  codec: EventCodec<Event>,
  name: string,
  handlers: EventHandlers<Event, LambdaEventContext>,
  options: SqsHandlerOptions<Event> = {},
): SqsHandler {
  const { surface } = codec;
  const dispatch = createDispatch(codec, handlers, options, { ...LAMBDA_OPTIONS, concurrency: ['parallelism'] });
  const { concurrency = 10, timeReserve } = options;
  checkTimeReserve(surface, timeReserve);
  checkWholeNumbers(surface, { concurrency });

  return async (batch, context) => {
    const lambda = context ?? {};
    const messages = readMessages(surface, name, batch);
    const fail = (message: Message, error: unknown): void => {
      // Work that continues after the timeout has been reported already.
      if (message.state === 'failed') return;
      const isSkipped = message.state === 'waiting';
      message.state = 'failed';
      tellError(options.onError, error, { messageId: message.id, isSkipped });
    };

    const handle = handleOnce(codec, dispatch, lambda);
    // The workers share the iterator: each starts the next lane when it is done with one.
    const lanes = linkGroups(messages).values();
    const work = async (time: LambdaTime): Promise<void> => {
      for (const first of lanes) {
        let message: Message | undefined = first;
        try {
          for (; message; message = message.next) await handle(message, time);
        } catch (error) {
          for (; message; message = message.next) fail(message, error);
        }
      }
    };

    try {
      await withinTime(surface, lambda, timeReserve, async (time) => {
        await Promise.all(Array.from({ length: Math.min(concurrency, messages.length) }, () => work(time)));
      });
    } catch (error) {
      for (const message of messages) if (message.state !== 'done') fail(message, error);
    }
    return nameFailures(
      surface,
      messages.filter(({ state }) => state !== 'done'),
    );
  };
}

/** Handles the events of a message, but none that this batch has had already: the second has the outcome of the first. */
function handleOnce<Event extends { readonly kind: string }>(
  codec: EventCodec<Event>,
  dispatch: Dispatch<Event, LambdaEventContext>,
  lambda: LambdaContext,
): (message: Message, time: LambdaTime) => Promise<void> {
  const keys = new KeysOfDelivery(codec);
  return async (message, { signal, check }) => {
    check();
    message.state = 'started';
    const { id, fifoGroup } = message;
    const context: LambdaEventContext = { signal, lambda, messageId: id };
    let failure: { readonly error: unknown } | undefined;
    let first = readableAgain(message);
    // Read when it is handled and not before: all events of a batch of ten thousand at once double the work, most of it garbage collection.
    for (const received of codec.decode(message.record)) {
      try {
        signal.throwIfAborted();
        const found = keys.find(received, first);
        first = undefined;
        const delivered = found instanceof Promise ? await found : found;
        const outcome = delivered?.outcome ?? dispatch(received, context, delivered?.key);
        if (delivered?.key) delivered.outcome = outcome;
        await outcome;
      } catch (error) {
        if (fifoGroup !== undefined) throw error;
        failure ??= { error };
      }
    }
    if (failure) throw failure.error;
    message.state = 'done';
  };
}

/** Not a body that was parsed before: that is the event itself, which a handler may change. */
function readableAgain(message: Message): Message | undefined {
  const { body } = (message.record ?? {}) as { readonly body?: unknown };
  return typeof body === 'string' ? message : undefined;
}

/** Links what has to be handled one after another, the messages of a group in a FIFO queue, and returns the first of each. */
function linkGroups(messages: readonly Message[]): readonly Message[] {
  const last = new Map<string, Message>();
  return messages.filter((message) => {
    if (message.fifoGroup === undefined) return true;
    const before = last.get(message.fifoGroup);
    if (before) before.next = message;
    last.set(message.fifoGroup, message);
    return !before;
  });
}

function readMessages(surface: Surface, name: string, batch: unknown): readonly Message[] {
  // To a Lambda function, and from EventBridge Pipes.
  const records: unknown = Array.isArray(batch) ? batch : (batch as { readonly Records?: unknown } | null | undefined)?.Records;
  if (Array.isArray(records)) return records.map(readMessage);
  throw wrongInvocation(surface, name, 'a batch of SQS', batch);
}

function readMessage(record: unknown): Message {
  const { messageId, eventSourceARN, attributes } = (record ?? {}) as Readonly<Record<string, unknown>>;
  const group = (attributes as Readonly<Record<string, unknown>> | null | undefined)?.['MessageGroupId'];
  // Standard queues have groups too, for fairness and without order.
  const isFifo = typeof eventSourceARN === 'string' && eventSourceARN.endsWith('.fifo');
  return {
    record,
    id: typeof messageId === 'string' ? messageId : undefined,
    fifoGroup: isFifo ? (typeof group === 'string' ? group : '') : undefined,
    next: undefined,
    state: 'waiting',
    key: undefined,
    outcome: undefined,
    content: undefined,
    sorted: undefined,
  };
}

function nameFailures(surface: Surface, failed: readonly Message[]): SqsBatchResponse {
  const ids = new Set(failed.map(({ id }) => id));
  if (ids.has(undefined) || ids.has('')) {
    throw new ValidationError('event', [{ message: 'a record that failed has no messageId, so the whole batch is redelivered' }], {
      surface,
      hint: 'Is the function invoked by SQS?',
    });
  }
  return { batchItemFailures: [...(ids as Set<string>)].map((itemIdentifier) => ({ itemIdentifier })) };
}
