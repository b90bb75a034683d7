/**
 * Takes events out of what AWS wraps them in: SQS, SNS, Lambda, dead-letter queues. Recognised by shape, because nothing
 * says what it is.
 *
 * @module
 * @see {@link https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html | Structure of an EventBridge event}
 */
import { ValidationError } from '../core/errors.ts';
import { decodeJson, notAnEvent } from './json-text.ts';

/** A parsed JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** An event's envelope, or why there is none. */
export type Unwrapped = { readonly messageId: string | undefined; readonly raw: unknown } & (
  | { readonly envelope: JsonObject }
  | { readonly error: ValidationError }
);

/** An event in a notification in a queue in a destination's record is four. */
const MAX_DEPTH = 8;

/** The envelopes inside `input`, in order. What can't be unwrapped takes its place as an error. Never throws. */
export function unwrapAll(input: unknown): readonly Unwrapped[] {
  const found: Unwrapped[] = [];
  unwrap(input, undefined, 0, found);
  return found;
}

/** The one envelope in `input`. A batch is refused, also one of a single record: the next one may hold more. */
export function unwrapOne(input: unknown): JsonObject {
  const value = decodeJson(input);
  const items = unwrapAll(value);
  const [item] = items;
  if (!item || items.length > 1 || batchOf(value)) throw notAnEvent(`a batch of ${items.length}`, 'Use parseAll(), which takes batches.');
  if ('error' in item) throw item.error;
  return item.envelope;
}

function unwrap(input: unknown, outerId: string | undefined, depth: number, found: Unwrapped[]): void {
  let messageId = outerId;
  try {
    if (depth > MAX_DEPTH) throw notAnEvent(`something nested more than ${MAX_DEPTH} deep`);
    const value = decodeJson(input);
    const batch = batchOf(value);
    if (batch) {
      for (const item of batch) unwrap(item, messageId, depth + 1, found);
      return;
    }
    const object = asObject(value);
    if (isEnvelope(object)) {
      found.push({ messageId, raw: input, envelope: object });
      return;
    }
    // The outermost counts: it is the queue, and not the topic behind it, that is told which messages failed.
    messageId ??= idOf(object);
    unwrap(contentOf(object), messageId, depth + 1, found);
  } catch (error) {
    found.push({ messageId, raw: input, error: asValidationError(error) });
  }
}

/** An error of ours as it is. Anything else was thrown by the value itself: a getter, a proxy. */
export function asValidationError(error: unknown): ValidationError {
  return error instanceof ValidationError ? error : notAnEvent('a value that can not be read');
}

function batchOf(value: unknown): readonly unknown[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  // To a Lambda function, and from ReceiveMessage.
  const { Records, Messages } = value as JsonObject;
  return [value, Records, Messages].find((batch) => Array.isArray(batch));
}

function asObject(value: unknown): JsonObject {
  if (typeof value !== 'object' || value === null) {
    throw notAnEvent(value === undefined ? 'nothing' : value === null ? 'null' : `a ${typeof value}`);
  }
  return value as JsonObject;
}

/** EventBridge's envelope, or the webhook's. */
function isEnvelope(value: JsonObject): boolean {
  return typeof value['detail-type'] === 'string' || typeof value['eventDescriptor'] === 'string';
}

/** What a wrapping holds. */
function contentOf(value: JsonObject): unknown {
  const { body, Body, Sns, Message, requestPayload } = value;
  // SQS, to a Lambda function and from ReceiveMessage; a dead-letter queue of EventBridge is such a queue.
  if (typeof body === 'string' && !('headers' in value)) return body;
  if (typeof Body === 'string') return Body;
  // SNS, to a Lambda function and to a queue.
  if (typeof Sns === 'object' && Sns) return Sns;
  if (typeof Message === 'string' && (value['Type'] ?? 'Notification') === 'Notification') return Message;
  // A Lambda function's destination: what it could not handle.
  if (typeof requestPayload === 'object' && requestPayload) return requestPayload;
  throw unrecognised(value);
}

function idOf({ messageId, MessageId }: JsonObject): string | undefined {
  const id = messageId ?? MessageId;
  return typeof id === 'string' ? id : undefined;
}

function unrecognised(value: JsonObject): ValidationError {
  const { Type, headers, failedMessages, then } = value;
  if (typeof then === 'function') return notAnEvent('a promise', 'Await it first.');
  if (headers) return notAnEvent('an HTTP request', 'Check its signature first, then pass its body.');
  if (failedMessages) {
    return notAnEvent(
      "a dead-letter document of a custom event bus, which names events and doesn't hold them",
      'Replay them from an archive.',
    );
  }
  if (typeof Type === 'string') return notAnEvent('a message of SNS that is no notification');
  if ('DetailType' in value || 'detailType' in value) {
    return notAnEvent('an object that spells "detail-type" in another way', 'Pass the event as EventBridge delivers it.');
  }
  return notAnEvent(
    Object.keys(value).length === 0 ? 'an empty object' : 'an object with neither "detail-type" nor "eventDescriptor"',
    'If it comes from an EventBridge rule, its target may have an input path or an input transformer: send the matched event whole.',
  );
}
