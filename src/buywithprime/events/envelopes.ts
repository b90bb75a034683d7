/**
 * Takes events out of what AWS wraps them in: SQS, SNS, Lambda, dead-letter queues. Recognised by shape, because nothing
 * says what it is.
 *
 * @module
 * @see {@link https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html | Structure of an EventBridge event}
 */
import { ValidationError } from '../../core/errors.ts';
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

/** Items of a list that are read. SQS hands over ten thousand records at most, and the largest event has room for fewer paths. */
export const MAX_ITEMS = 100_000;

/** The one envelope in `input`. A batch is refused, also one of a single record: the next one may hold more. */
export function unwrapOne(input: unknown): JsonObject {
  const [item] = unwrapAll(input, 0) as readonly [Unwrapped];
  if ('error' in item) throw item.error;
  return item.envelope;
}

/** The envelopes inside `input`, in order. What can't be unwrapped takes its place as an error. Never throws. */
export function unwrapAll(input: unknown, maxItems: number = MAX_ITEMS): readonly Unwrapped[] {
  const found: Unwrapped[] = [];
  // Counted over all batches together, or ten that hold each other would make a hundred million. A batch counts too, though empty.
  let room = maxItems;

  const unwrap = (raw: unknown, outerId: string | undefined, depth: number): void => {
    let messageId = outerId;
    try {
      if (depth > MAX_DEPTH) throw notAnEvent(`something nested more than ${MAX_DEPTH} deep`);
      const value = asObject(decodeJson(raw));
      if (isEnvelope(value)) {
        found.push({ messageId, raw, envelope: value });
        return;
      }
      const batch = batchOf(value);
      if (batch) {
        if (batch.length >= room) {
          throw notAnEvent(`a batch of ${batch.length}`, `Use parseAll(), which takes batches of less than ${MAX_ITEMS}.`);
        }
        room -= batch.length + 1;
        for (const item of batch) unwrap(item, messageId, depth + 1);
        return;
      }
      // The outermost counts: it is the queue, and not the topic behind it, that is told which messages failed.
      messageId ??= idOf(value);
      unwrap(contentOf(value), messageId, depth + 1);
    } catch (error) {
      found.push({ messageId, raw, error: asValidationError(error) });
    }
  };

  unwrap(input, undefined, 0);
  return found;
}

/** An error of ours as it is. Anything else was thrown by the value itself: a getter, a proxy. */
export function asValidationError(error: unknown): ValidationError {
  try {
    // What was thrown may be a proxy that does not bear to be looked at.
    if (error instanceof ValidationError) return error;
  } catch {}
  return notAnEvent('a value that can not be read');
}

function batchOf(value: JsonObject): readonly unknown[] | undefined {
  // To a Lambda function, and from ReceiveMessage.
  const { Records, Messages } = value;
  return [value, Records, Messages].find((batch) => Array.isArray(batch));
}

function asObject(value: unknown): JsonObject {
  if (typeof value !== 'object' || value === null) throw notAnEvent(value === null ? 'null' : typeof value);
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
    return notAnEvent('a dead letter of a custom event bus, which names events and holds none', 'Replay them from an archive.');
  }
  if (typeof Type === 'string') return notAnEvent('a message of SNS that is no notification');
  if ('DetailType' in value || 'detailType' in value) {
    return notAnEvent('an object that spells "detail-type" in another way', 'Pass the event as EventBridge delivers it.');
  }
  return notAnEvent(
    'an object with neither "detail-type" nor "eventDescriptor"',
    'The target of an EventBridge rule may have an input path or an input transformer: let it have the matched event whole.',
  );
}
