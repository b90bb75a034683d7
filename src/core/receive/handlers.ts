/**
 * The functions that get events, the same on every surface and transport.
 *
 * @module
 */
import { hashHex } from '../bytes.ts';
import { assertOption, InProgressError, misconfigured, type ValidationError } from '../errors.ts';
import { notify, report } from '../hooks.ts';
import { checkIdempotency, type IdempotencyStore, runIdempotent } from '../idempotency.ts';
import { checkFunctions, checkNames } from '../options.ts';
import { type Bytes, isObject, type Surface } from '../types.ts';
import { nearest } from '../wording.ts';
import { type EventCodec, type Received, toError } from './codec.ts';
import { decodeText } from './decode.ts';
import { sorted, toJson } from './keys-of-delivery.ts';

/** The event of one kind. */
type EventOf<Event extends { readonly kind: string }, Kind extends string> = Event extends { readonly kind: infer Kinds }
  ? Kind extends Kinds
    ? Event & { readonly kind: Kind }
    : never
  : never;

/** Handles an event. The event counts as handled when the function returns, or when the promise that it returns resolves. */
export type EventHandler<Event, Context> = (event: Event, context: Context) => unknown;

/** Functions by kind. */
export type EventHandlersByKind<Event extends { readonly kind: string }, Context> = {
  readonly [Kind in Exclude<Event['kind'], 'unknown'>]?: EventHandler<EventOf<Event, Kind>, Context> | undefined;
} & {
  /** Receives events of types that this version does not know; not those of another surface, which it does know. */
  readonly unknown?: EventHandler<EventOf<Event, 'unknown'>, Context> | undefined;
  /** Receives every event that has no handler above, whether its type is known or not. */
  readonly otherwise?: EventHandler<Event, Context> | undefined;
};

/**
 * A function that receives every event (`kind` is `unknown` for types that this version does not know), or functions by kind.
 *
 * An event without a handler is acknowledged and dropped: `onUnhandled` is called.
 */
export type EventHandlers<Event extends { readonly kind: string }, Context> =
  | EventHandler<Event, Context>
  | EventHandlersByKind<Event, Context>;

/** Options of every handler, whatever the transport. */
export interface EventHandlerOptions<Event, Context> {
  /** Remembers what was handled. Without it an event that is redelivered is handled again. */
  readonly idempotencyStore?: IdempotencyStore | undefined;
  /**
   * Milliseconds after which the claim of a process that died lapses, so that another one may handle its event. A handler that takes longer
   * extends it, for an hour: one that hangs must not keep its event for ever.
   * @default 60_000
   */
  readonly idempotencyLease?: number | undefined;
  /**
   * Stands before the keys in the store. Handlers that do different things with the same events need different ones: a webhook that only puts
   * its events into a queue would otherwise have the worker behind it take each of them for handled.
   * @default ''
   */
  readonly idempotencyPrefix?: string | undefined;
  /**
   * Receives the raw value of what could not be read: a damaged event, or one of a known type without its ids. When it returns, the value
   * counts as handled. Without it that is a failure: the value is redelivered, and ends in a dead-letter queue if there is one.
   */
  readonly onInvalid?: ((raw: unknown, error: ValidationError, context: Context) => unknown) | undefined;
  /**
   * Receives every event that has no handler. What it throws is ignored.
   * @default events of unknown types are reported to `console.warn`, once per type
   */
  readonly onUnhandled?: ((event: Event, context: Context) => void) | undefined;
}

/** Options, each with the names that other libraries have for it. */
export type NamesOfOptions = Readonly<Record<string, readonly string[]>>;

/** Those of {@link EventHandlerOptions}, and `onError`, which every transport has. */
const OPTIONS: NamesOfOptions = {
  idempotencyStore: ['store', 'dedupe', 'deduplicate', 'idempotency', 'persistenceStore', 'persistenceLayer'],
  idempotencyLease: ['lease'],
  idempotencyPrefix: ['prefix'],
  onInvalid: [],
  onUnhandled: ['onUnknown'],
  onError: [],
};

/** Passes an event to its function unless it has been handled before. Rejects if it must be redelivered. */
export type Dispatch<Event, Context> = (received: Received<Event>, context: Context, key?: string) => Promise<void>;

/** Checks handlers and options when they are passed, and not with the first event. */
export function createDispatch<Event extends { readonly kind: string }, Context>(
  codec: EventCodec<Event>,
  handlers: EventHandlers<Event, Context>,
  options: EventHandlerOptions<Event, Context>,
  ownOptions: NamesOfOptions,
): Dispatch<Event, Context> {
  const { surface } = codec;
  const find = handlerFinder(codec, handlers);
  const all = { ...OPTIONS, ...ownOptions };
  const renamed = Object.entries(all).flatMap(([name, others]) => others.map((other) => [other, name]));
  checkNames(surface, options, Object.keys(all), Object.fromEntries(renamed));
  const { idempotencyStore: store, idempotencyLease: lease, idempotencyPrefix: prefix = '', onInvalid, onUnhandled } = options;
  assertOption(typeof prefix === 'string', surface, 'idempotencyPrefix', 'must be a string');
  checkIdempotency(surface, store, lease);
  checkFunctions(surface, { onInvalid, onUnhandled, onError: (options as { readonly onError?: unknown }).onError });
  const reported = new Set<string>();

  const unhandled = (event: Event, context: Context): void => {
    const foreign = codec.foreign(event);
    if (foreign) throw toError(surface, { issues: [{ message: `got ${foreign}, and no handler accepts it` }], hint: FOREIGN });
    const type = codec.typeOf(event);
    if (onUnhandled) notify(() => onUnhandled(event, context));
    else if (event.kind === 'unknown' && !reported.has(type) && reported.size < MAX_REPORTED) {
      reported.add(type);
      const name = /^[\w .:/-]{1,100}$/.test(type) ? ` "${type}"` : '';
      report(
        'warn',
        `${surface}: events of the unknown type${name} are acknowledged and dropped. Pass "unknown" or "otherwise", or onUnhandled.`,
      );
    }
  };
  const once = async (key: string | undefined, work: () => unknown): Promise<void> => {
    // An event without a key is handled on each delivery: twice is better than never.
    if (!store || !key) return void (await work());
    const outcome = await runIdempotent(`${prefix}${key}`, async () => work(), { surface, store, lease });
    if (outcome.claim === 'in-progress') throw inProgress(surface);
    // A failure, because after a success that is not remembered a duplicate would be handled too.
    if ('storeFailure' in outcome && outcome.storeFailure) throw outcome.storeFailure.error;
  };

  return async (received, context, key) => {
    if (!('event' in received)) {
      const error = toError(surface, received);
      if (!onInvalid) throw error;
      const { raw, key: id } = received;
      // Not the key of a good event with the same id, or of another damaged one: one of them would count as handled.
      const own = store && id && `unreadable|${id}|${await hashHex(sorted(toJson(raw)))}`;
      return once(own, () => onInvalid(legible(raw), error, context));
    }
    const { event } = received;
    const handler = find(event);
    if (!handler) return unhandled(event, context);
    if (store) return once(key ?? codec.keyOf(event), () => handler(event, context));
    // Without what it returns, which a queue would keep until the end of the batch.
    await handler(event, context);
  };
}

function inProgress(surface: Surface): InProgressError {
  return new InProgressError('another call is handling this event', { surface, hint: 'Nothing is lost: the event is redelivered.' });
}

const FOREIGN = 'Route these events elsewhere, or pass "otherwise".';

/** Bytes as a string, if nothing is lost by that: stored as JSON, it stays readable. */
function legible(raw: unknown): unknown {
  const text = ArrayBuffer.isView(raw) ? decodeText(raw as Bytes) : '\ufffd';
  return text.includes('\ufffd') ? raw : text;
}

/** Types are untrusted input: not every made-up one gets a line in the log. */
const MAX_REPORTED = 100;

/** Checks the functions, and returns the one that an event goes to. */
function handlerFinder<Event extends { readonly kind: string }, Context>(
  codec: EventCodec<Event>,
  handlers: EventHandlers<Event, Context>,
): (event: Event) => EventHandler<Event, Context> | undefined {
  if (typeof handlers === 'function') return () => handlers;
  const { surface, kinds } = codec;
  const given: Readonly<Record<string, unknown>> = isObject(handlers) ? handlers : {};
  const names = [...kinds, 'unknown', 'otherwise'];
  // Its events would be lost silently. An instance of a class may have fields.
  const isInstance = ![Object.prototype, null].includes(Object.getPrototypeOf(given));
  for (const name of Object.keys(given)) {
    if (!names.includes(name) && (!isInstance || typeof given[name] === 'function')) throw notAKind(codec, name);
  }
  // Methods of a class are not its own properties.
  const entries = names.filter((name) => name in given).map((name) => [name, given[name]] as const);
  for (const [name, handler] of entries) {
    assertOption(handler === undefined || typeof handler === 'function', surface, name, 'must be a function');
  }
  const isUsable = entries.some(([, handler]) => handler);
  assertOption(isUsable, surface, undefined, `the handlers must be a function, or an object of functions such as { ${kinds[0]} }`);
  const byKind = new Map<string, EventHandler<Event, Context>>();
  // Each gets the events of its kind, which the compiler cannot follow.
  for (const [name, handler] of entries) if (handler) byKind.set(name, (handler as EventHandler<Event, Context>).bind(handlers));
  // A function for types that Amazon adds, which often only logs them, would lose the events of a surface that shares the queue.
  return (event) => byKind.get(codec.foreign(event) ? 'otherwise' : event.kind) ?? byKind.get('otherwise');
}

/** The error for a name that is not a kind of event. */
export function notAKind({ surface, kinds, kindOf }: Pick<EventCodec<never>, 'surface' | 'kinds' | 'kindOf'>, name: unknown): Error {
  const text = typeof name === 'string' ? name : '';
  const kind = kindOf?.(text);
  if (kind) return misconfigured(surface, text, `is another name of ${kind}`, `Use ${kind}: it stands for all its names.`);
  const shown = /^[\w .:/-]{1,64}$/.test(text) ? text : typeof name;
  const meant = nearest(text, kinds);
  return misconfigured(surface, shown, 'is not a kind of event', meant ? `Did you mean ${meant}?` : `The kinds are ${kinds.join(', ')}.`);
}
