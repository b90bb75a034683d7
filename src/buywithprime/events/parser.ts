/**
 * From whatever AWS delivers to typed Buy with Prime events.
 *
 * The inner loop is written by hand: it is the hot path, and the smallest import. The wire format has declared schemas in `wire.ts`, and a
 * property test holds the two together.
 *
 * @module
 */
import type { ValidationError } from '../../core/errors.ts';
import { toError, type Unreadable } from '../../core/receive/codec.ts';
import { type Enveloped, type JsonObject, located, MAX_ITEMS, readEnvelope, type Unwrapped, unwrap } from '../../core/receive/envelopes.ts';
import type { Issue, StandardSchemaV1 } from '../../core/types.ts';
import { SURFACE } from '../surface.ts';
import type { BuyWithPrimeEvent, BuyWithPrimeEventBase } from './event.ts';
import { findEventKind, type IdName } from './kinds.ts';
import { type ResourcePath, readResourcePath } from './resource-path.ts';

/** Malformed paths that an error names. */
const MAX_ISSUES = 5;

/** Longest idempotency key that is derived from an event without an id. */
const MAX_KEY = 512;

/** The result of {@link BuyWithPrimeEventParser.safeParse}. */
export type ParseResult = ParseSuccess | ParseFailure;

/** An event was read. */
export interface ParseSuccess {
  /** Distinguishes it from {@link ParseFailure}. */
  readonly success: true;
  /** The event, also one of an unknown type. */
  readonly event: BuyWithPrimeEvent;
}

/** No event could be read. */
export interface ParseFailure {
  /** Distinguishes it from {@link ParseSuccess}. */
  readonly success: false;
  /** What was found instead of an event, or what the event lacks. Contains nothing of the payload. */
  readonly error: ValidationError;
  /** What could not be read, as it arrived, as far as it could be unwrapped: store it, and nothing is lost. */
  readonly raw: unknown;
}

/** What {@link BuyWithPrimeEventParser.parseAll} returns for one record. */
export type ParsedRecord = ParseResult & {
  /** The queue's or topic's id of the message, for `batchItemFailures`; `undefined` if it has no id. */
  readonly messageId: string | undefined;
};

/**
 * Reads Buy with Prime events of every generation from every envelope that they arrive in.
 *
 * It accepts an event of EventBridge (also replayed from an archive) and the body of a webhook, as an object, a string or bytes; `parseAll`
 * accepts batches of them, such as SQS passes to a Lambda function. Signatures are not checked here.
 *
 * Amazon adds types and fields without notice: an unknown type becomes `{ kind: 'unknown' }`, unknown fields are in `event.raw`. An event of a
 * known type whose path lacks an id is an error. An event of Amazon Shipping is read as `unknown` too: if one queue has both, try
 * `parseShippingEvent` first.
 *
 * @example Handle the event that EventBridge invokes a Lambda function with
 * ```ts
 * const parser = new BuyWithPrimeEventParser();
 *
 * export async function handler(input: unknown) {
 *   const event = parser.parse(input);
 *   if (event.kind === 'DELIVERY_IN_TRANSIT') await markAsShipped(event.orderId, event.deliveryId);
 * }
 * ```
 *
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/subscribe-to-events | Subscribe to events}
 */
export class BuyWithPrimeEventParser {
  /**
   * Reads one event. A batch is refused, whatever its size: use {@link BuyWithPrimeEventParser.parseAll}.
   *
   * @throws {@link ValidationError} `VALIDATION` if there is no event, or one of a known type that lacks its ids.
   */
  parse(input: unknown): BuyWithPrimeEvent {
    const result = this.safeParse(input);
    if (!result.success) throw result.error;
    return result.event;
  }

  /**
   * Reads one event and never throws.
   *
   * @example
   * ```ts
   * const result = parser.safeParse(await request.text());
   * if (!result.success) await keepForLater(result.raw, result.error.message);
   * ```
   */
  safeParse(input: unknown): ParseResult {
    for (const unwrapped of unwrap(SURFACE, input, 0)) {
      const read = readUnwrapped(unwrapped);
      return 'issues' in read ? failure(read, input) : { success: true, event: read };
    }
    return failure({ issues: [{ message: 'expected one event, got none' }] }, input);
  }

  /**
   * Reads all events in a batch and never throws: a bad record is a result beside the good ones, in its place.
   *
   * It accepts a Lambda function's SQS, SNS, Kinesis and Kafka events, SNS notifications in SQS, messages of a dead-letter queue, the record of a
   * Lambda destination, arrays of any of these, and all that `parse` accepts. The result for an empty batch is an empty array, and for one of a
   * hundred thousand items or more a single failure: SQS never delivers that many.
   *
   * In a Lambda function use {@link sqsHandler} or {@link eventBridgeHandler}.
   *
   * @example Work through messages that you received yourself
   * ```ts
   * const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
   * for (const record of parser.parseAll(Messages)) {
   *   if (record.success) await handle(record.event);
   *   else console.warn(record.messageId, record.error.message);
   * }
   * ```
   */
  parseAll(input: unknown): readonly ParsedRecord[] {
    const records: ParsedRecord[] = [];
    for (const unwrapped of unwrap(SURFACE, input)) {
      const { messageId } = unwrapped;
      const read = readUnwrapped(unwrapped);
      records.push('issues' in read ? { messageId, ...failure(read, read.raw) } : { messageId, success: true, event: read });
    }
    return records;
  }
}

/**
 * Accepts what {@link BuyWithPrimeEventParser.parse} accepts, and returns the typed event: for middleware that validates with a Standard
 * Schema. `waybill/schemas` has the wire format as zod schemas.
 */
export const BuyWithPrimeEventSchema: StandardSchemaV1<unknown, BuyWithPrimeEvent> = {
  '~standard': {
    version: 1,
    vendor: 'waybill',
    validate: (input) => {
      const result = new BuyWithPrimeEventParser().safeParse(input);
      return result.success ? { value: result.event } : { issues: result.error.issues };
    },
  },
};

function failure(unreadable: Pick<Unreadable, 'issues' | 'hint'>, raw: unknown): ParseFailure {
  return { success: false, error: toError(SURFACE, unreadable), raw };
}

/** The event in an envelope, or what it lacks. Never throws. */
export function readUnwrapped(unwrapped: Unwrapped): BuyWithPrimeEvent | Unreadable {
  return readEnvelope(SURFACE, unwrapped, readEvent);
}

function readEvent({ envelope, at }: Enveloped): BuyWithPrimeEvent | Unreadable {
  const { 'detail-type': detailType, source, id, time, detail } = envelope;
  // Without a "detail-type" it is the body of a webhook. Since 2025 "detail" is a copy of such a body; before, it was empty.
  const hasDetail = typeof detailType === 'string' && typeof detail === 'object' && detail !== null;
  const inner = hasDetail ? (detail as JsonObject) : envelope;
  const eventType = typeof detailType === 'string' ? detailType : (envelope['eventDescriptor'] as string);
  const resources = listOf(envelope['resources']) ?? listOf(inner['resources']) ?? NONE;
  const eventId = text(id) ?? text(inner['eventId']);
  const eventTime = text(time) ?? text(inner['eventTime']);

  const read = readPaths(resources);
  const paths = read.every(isPath) ? read : read.filter(isPath);
  const known = findEventKind(eventType);
  const path = known ? firstWith(paths, known.ids) : paths[0];
  if (known && !path) {
    const missing = { path: ['resources'], message: `${known.kind} needs a resource path with ${known.ids.join(' and ')}` };
    const issues = [missing, ...malformed(read)].map((issue) => located(issue, at)) as [Issue, ...Issue[]];
    return { raw: envelope, issues, key: eventId };
  }

  // Its ids are those of its kind, which the compiler cannot follow.
  const event: Record<string, unknown> & BuyWithPrimeEventBase<BuyWithPrimeEvent['kind']> = {
    kind: known?.kind ?? 'unknown',
    eventType,
    idempotencyKey: text(inner['idempotencyKey']) ?? eventId ?? deriveKey(eventType, resources[0], eventTime),
    id: eventId,
    time: eventTime,
    source: text(source),
    replayName: text(envelope['replay-name']),
    apiVersion: text(inner['apiVersion']),
    subscriptionId: text(inner['subscriptionId']),
    businessProductId: path?.businessProductId,
    resources: paths,
    data: typeof inner['eventDescriptor'] === 'string' ? inner['data'] : detail,
    raw: envelope,
  };
  if (known && path) addIds(event, path, known.ids);
  return event as unknown as BuyWithPrimeEvent;
}

/** Adds the ids by name: in a loop over the names, an event takes 8 % longer. */
function addIds(event: Record<string, unknown>, path: ResourcePath, ids: readonly IdName[]): void {
  if (ids[0] === 'orderId') event['orderId'] = path.orderId;
  switch (ids.at(-1)) {
    case 'deliveryId':
      event['deliveryId'] = path.deliveryId;
      break;
    case 'refundId':
      event['refundId'] = path.refundId;
      break;
    case 'returnId':
      event['returnId'] = path.returnId;
      break;
    case 'trackingNumber':
      event['carrierCode'] = path.carrierCode;
      event['trackingNumber'] = path.trackingNumber;
      break;
    case 'itemId':
      event['itemId'] = path.itemId;
      break;
    case 'taskId':
      event['taskId'] = path.taskId;
  }
}

/** Each path, or why it is none. */
function readPaths(resources: readonly unknown[]): readonly (ResourcePath | string)[] {
  // Not map(), which skips holes, and at its size, because push() makes room for sixteen.
  const read = new Array<ResourcePath | string>(resources.length);
  for (let index = 0; index < resources.length; index += 1) read[index] = readResourcePath(resources[index]);
  return read;
}

function isPath(read: ResourcePath | string): read is ResourcePath {
  return typeof read === 'object';
}

function malformed(read: readonly (ResourcePath | string)[]): readonly Issue[] {
  const issues = read.map((message, index) => ({ path: ['resources', index], message }));
  return issues.filter((issue): issue is Issue & typeof issue => typeof issue.message === 'string').slice(0, MAX_ISSUES);
}

/** A key for an event without an id. Every documented event has one. Without a time the key is random: handled twice is better than never. */
function deriveKey(eventType: string, resource: unknown, time: string | undefined): string {
  if (time === undefined || typeof resource !== 'string') return crypto.randomUUID();
  const key = `${eventType}|${resource}|${time}`;
  return key.length <= MAX_KEY ? key : crypto.randomUUID();
}

/** The first path that has all these ids. */
function firstWith(paths: readonly ResourcePath[], names: readonly (keyof ResourcePath)[]): ResourcePath | undefined {
  search: for (const path of paths) {
    for (const name of names) if (path[name] === undefined) continue search;
    return path;
  }
  return undefined;
}

const NONE: readonly unknown[] = [];

/** A list that is not empty, up to what is read of it. */
function listOf(value: unknown): readonly unknown[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return value.length > MAX_ITEMS ? value.slice(0, MAX_ITEMS) : value;
}

/** A string that is not empty. */
function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
