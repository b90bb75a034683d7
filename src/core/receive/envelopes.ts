/**
 * Finds events in what AWS wraps them in: SQS, SNS, Kinesis, Firehose, Kafka, Lambda destinations, dead-letter queues. Recognised by shape,
 * because nothing says what it is.
 *
 * Each step opens one layer. A batch of SQS whose messages came through SNS is opened so: `{ Records }`, which contains messages;
 * `{ messageId, body }`, whose content is JSON; `{ Type: 'Notification', Message }`, the same; `{ 'detail-type', … }`, an event.
 *
 * @module
 * @see {@link https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html | Structure of an EventBridge event}
 */
import { decodeBase64 } from '../bytes.ts';
import { type Issue, isObject, type Surface } from '../types.ts';
import { typeName } from '../wording.ts';
import type { Received, Unreadable } from './codec.ts';
import { decodeJson } from './decode.ts';

/** A parsed JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** An event in its own envelope, or what could not be unwrapped. */
export type Unwrapped = {
  readonly messageId: string | undefined;
  /** Indexes of the lists that it is in. */
  readonly at: readonly number[];
} & (
  | {
      readonly envelope: JsonObject;
      /** Nobody else holds it: it was parsed here. */
      readonly isOurs: boolean;
    }
  | Unreadable
);

/** An event in its own envelope. */
export type Enveloped = Extract<Unwrapped, { readonly envelope: JsonObject }>;

/** What an envelope is called in errors. */
const NAMES: Readonly<Partial<Record<Surface, string>>> = {
  'shipping-ndr': 'an Amazon Shipping event',
  buywithprime: 'a Buy with Prime event',
};

/** An event in a notification in a queue in a destination's record is four. */
const MAX_DEPTH = 8;

/** Items of a list that are read. SQS hands over ten thousand records at most. */
export const MAX_ITEMS = 100_000;

const TOO_MANY = `A function for batches, such as parseAll(), accepts less than ${MAX_ITEMS} items.`;

interface Budget {
  /** Counted over all batches together: otherwise ten levels of ten items would multiply. */
  items: number;
}

interface Place {
  readonly surface: Surface;
  readonly messageId: string | undefined;
  readonly depth: number;
  readonly at: readonly number[];
  readonly budget: Budget;
  readonly isOurs: boolean;
}

/**
 * The envelopes in `input`, in order. What cannot be unwrapped takes its place. Lazy; never throws. With `maxItems` 0 a batch is refused,
 * also one of a single record: the next one may have more.
 */
export function unwrap(surface: Surface, input: unknown, maxItems: number = MAX_ITEMS): Iterable<Unwrapped> | readonly [Unwrapped] {
  let place: Place = { surface, messageId: undefined, depth: 0, at: [], budget: { items: maxItems }, isOurs: false };
  let step = openSafely(input, place);
  // An event, or a message with one in it, is the usual case: it needs no machinery for batches.
  while ('items' in step && step.items.length === 1 && !step.isList) {
    place = inside(place, step, 0);
    step = openSafely(step.items[0], place);
  }
  return 'items' in step ? unwrapAll(step, place) : [step];
}

/** What `read` makes of an envelope; what could not be unwrapped stays as it is. Never throws. */
export function readEnvelope<Result>(
  surface: Surface,
  unwrapped: Unwrapped,
  read: (enveloped: Enveloped) => Result,
): Result | (Unwrapped & Unreadable) {
  if (!('envelope' in unwrapped)) return unwrapped;
  try {
    return read(unwrapped);
  } catch {
    // Thrown by the value itself: a getter, a proxy.
    const { envelope, messageId, at } = unwrapped;
    return unreadable(envelope, { surface, messageId, at }, 'a value that cannot be read');
  }
}

/** Makes the `decode` of a codec out of a function for one envelope, which must not throw. */
export function decoder<Event>(
  surface: Surface,
  read: (unwrapped: Unwrapped) => Received<Event>,
): (value: unknown) => Iterable<Received<Event>> {
  return (value) => {
    const unwrapped = unwrap(surface, value);
    return Array.isArray(unwrapped) ? [read(unwrapped[0])] : readEach(unwrapped, read);
  };
}

function* readEach<Event>(
  envelopes: Iterable<Unwrapped>,
  read: (unwrapped: Unwrapped) => Received<Event>,
): Generator<Received<Event>, void, undefined> {
  for (const unwrapped of envelopes) yield read(unwrapped);
}

/** What a layer contains: a batch, or the content of one message. */
interface Contents {
  readonly items: readonly unknown[];
  readonly messageId: string | undefined;
  readonly isOurs: boolean;
  /** A bare list: issues name the index. The messages of a batch have ids. */
  readonly isList?: boolean;
}

function* unwrapAll(contents: Contents, outer: Place): Generator<Unwrapped, void, undefined> {
  const { items } = contents;
  for (let index = 0; index < items.length; index += 1) {
    const place = inside(outer, contents, index);
    const step = openSafely(items[index], place);
    if ('items' in step) yield* unwrapAll(step, place);
    else yield step;
  }
}

function inside({ surface, depth, budget, at }: Place, { messageId, isOurs, isList }: Contents, index: number): Place {
  return { surface, messageId, depth: depth + 1, budget, isOurs, at: isList ? [...at, index] : at };
}

function openSafely(raw: unknown, place: Place): Unwrapped | Contents {
  try {
    return open(raw, place);
  } catch {
    // Thrown by the value itself: a getter, a proxy.
    return unreadable(raw, place, 'a value that cannot be read');
  }
}

/** One layer: an envelope, what is in a wrapping, or why there is neither. */
function open(raw: unknown, place: Place): Unwrapped | Contents {
  const { messageId, depth, budget, at } = place;
  if (depth > MAX_DEPTH) return unreadable(raw, place, `something nested more than ${MAX_DEPTH} deep`);
  const decoded = decodeJson(raw);
  if ('problem' in decoded) return unreadable(raw, place, decoded.problem);
  const { value } = decoded;
  const isOurs = place.isOurs || value !== raw;
  if (!isObject(value)) return { ...unreadable(raw, place, typeName(value)), isNoEvent: true };
  if (isEnvelope(value)) {
    const carried = carriedBy(value);
    return carried ? { items: [carried], messageId, isOurs } : { messageId, at, envelope: value, isOurs };
  }
  const batch = batchOf(value);
  if (batch) {
    if (batch.length >= budget.items) return unreadable(raw, place, `a batch of ${batch.length}`, TOO_MANY);
    budget.items -= batch.length + 1;
    return { items: batch, messageId, isOurs, isList: Array.isArray(value) };
  }
  const content = contentOf(value);
  // The outermost id counts: failed messages are reported to the queue, not to the topic behind it.
  const id = messageId ?? idOf(value);
  if (content === undefined) {
    // With properties it may be an event that something on the way has changed: a final response would lose it.
    const isNoEvent = Object.keys(value).length === 0;
    return { ...unreadable(raw, { ...place, messageId: id }, ...explain(value)), isNoEvent };
  }
  return { items: [content], messageId: id, isOurs };
}

/** EventBridge's envelope, or that of Buy with Prime's webhook. */
function isEnvelope(value: JsonObject): boolean {
  return typeof value['detail-type'] === 'string' || typeof value['eventDescriptor'] === 'string';
}

/**
 * What an event of an event bus carries in place of a detail: the event that a Lambda function failed to handle (a success needs no second
 * try), what a pipe has read, or an event that was put on the bus as it was.
 */
function carriedBy(event: JsonObject): unknown {
  const { 'detail-type': type, source, detail } = event;
  if (typeof type !== 'string' || !isObject(detail) || detail === event) return undefined;
  const { requestPayload, 'detail-type': inner, eventDescriptor, raw } = detail;
  if (type.startsWith('Lambda Function Invocation Result')) return type.endsWith('Success') ? undefined : (requestPayload ?? undefined);
  const isFromPipe = type.startsWith('Event from aws:') || (typeof source === 'string' && source.startsWith('Pipe '));
  if (isFromPipe || typeof inner === 'string') return detail;
  // What was parsed before, or a body of Buy with Prime's webhook; in Amazon's own events that is the detail.
  if (isObject(raw) && isEnvelope(raw)) return raw;
  return typeof eventDescriptor === 'string' && !isAmazons(source) ? detail : undefined;
}

function isAmazons(source: unknown): boolean {
  return source === undefined || (typeof source === 'string' && source.startsWith('aws.partner/'));
}

function batchOf(value: JsonObject): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  // To a Lambda function; from ReceiveMessage; from Firehose; from Kafka, where a list stands under each partition.
  const { Records, Messages, records } = value;
  const batch = [Records, Messages, records].find(Array.isArray) ?? partitionsOf(records);
  if (batch?.length !== 0) return batch;
  // An event may have an empty list of that name, and must not pass for a batch without messages.
  return EVENT_NAMES.some((name) => name in value) ? undefined : batch;
}

/** Names in events, and not in the batches of AWS. */
const EVENT_NAMES = ['detail', 'source', 'id', 'resources', 'eventId', 'data', 'idempotencyKey', 'trackingId', 'orderId'];

function partitionsOf(records: unknown): readonly unknown[] | undefined {
  if (!isObject(records)) return undefined;
  const partitions = Object.values(records);
  return partitions.every(Array.isArray) ? partitions.flat() : undefined;
}

/** What a wrapping contains. */
function contentOf(value: JsonObject): unknown {
  const { body, Body, Sns, Message, requestPayload, kinesis, data, eventSource, recordId, topic, raw } = value;
  // SQS, to a Lambda function; EventBridge Pipes parse the body.
  if (!('headers' in value) && (typeof body === 'string' || (isObject(body) && 'messageId' in value))) return body;
  // What was parsed before, and queued.
  if (isObject(raw) && isEnvelope(raw)) return raw;
  // SQS, from ReceiveMessage. A dead-letter queue of EventBridge is such a queue.
  if (typeof Body === 'string') return Body;
  // SNS, to a Lambda function and to a queue.
  if (isObject(Sns)) return Sns;
  if (typeof Message === 'string' && (value['Type'] ?? 'Notification') === 'Notification') return Message;
  // The record of a Lambda function's failure destination.
  if (isObject(requestPayload) || typeof requestPayload === 'string') return requestPayload;
  // Kinesis, and through EventBridge Pipes; Firehose; Kafka.
  if (isObject(kinesis)) return decoded(kinesis['data']);
  if (eventSource === 'aws:kinesis' || recordId !== undefined) return decoded(data);
  if (typeof topic === 'string') return decoded(value['value']);
  return undefined;
}

function decoded(base64: unknown): unknown {
  return typeof base64 === 'string' ? decodeBase64(base64) : undefined;
}

function idOf({ messageId, MessageId, eventID, recordId }: JsonObject): string | undefined {
  const id = messageId ?? MessageId ?? eventID ?? recordId;
  return typeof id === 'string' ? id : undefined;
}

/** What an object is that contains no event, and what to do about it. */
function explain(value: JsonObject): readonly [found: string, hint?: string] {
  const { Type, headers, failedMessages, then } = value;
  if (typeof then === 'function') return ['a promise', 'Await it first.'];
  if (headers) return ['an HTTP request', 'Authenticate it first, then pass its body: a webhook verifier does both.'];
  if (failedMessages) {
    return ['a dead letter of a custom event bus, which names events and contains none', 'Replay them from an archive.'];
  }
  if (typeof Type === 'string') return ['an SNS message that is not a notification'];
  if ('DetailType' in value || 'detailType' in value) {
    return ['an object that spells "detail-type" in another way', 'Pass the event as EventBridge delivers it.'];
  }
  return [
    Array.isArray(value) ? 'an array' : 'an object without "detail-type" or "eventDescriptor"',
    'An input path or input transformer of the rule may drop the envelope: pass the matched event whole.',
  ];
}

/** The issue with the indexes of the lists that its event is in. */
export function located(issue: Issue, at: readonly number[]): Issue {
  return at.length > 0 ? { ...issue, path: [...at, ...(issue.path ?? [])] } : issue;
}

function unreadable(
  raw: unknown,
  { surface, messageId, at }: Pick<Place, 'surface' | 'messageId' | 'at'>,
  found: string,
  hint?: string,
): Unwrapped & Unreadable {
  const issue = located({ message: `expected ${NAMES[surface] ?? 'an event'}, got ${found}` }, at);
  return { messageId, at, raw, issues: [issue], hint };
}
