/**
 * From whatever AWS hands over to typed Buy with Prime events.
 *
 * @module
 */
import { sha256Hex } from '../../core/bytes.ts';
import { type Issue, ValidationError } from '../../core/errors.ts';
import { asValidationError, type JsonObject, MAX_ITEMS, unwrapAll, unwrapOne } from './envelopes.ts';
import type { BuyWithPrimeEvent, BuyWithPrimeEventBase } from './event.ts';
import { findEventKind } from './event-kinds.ts';
import { type ResourcePath, readResourcePath } from './resource-path.ts';

/** Malformed paths that an error names. */
const MAX_ISSUES = 5;

/** What {@link BuyWithPrimeEventParser.safeParse} answers. */
export type ParseResult = ParseSuccess | ParseFailure;

/** An event could be read. */
export interface ParseSuccess {
  /** Tells it from {@link ParseFailure}. */
  readonly success: true;
  /** The event, also one of a type that is not known. */
  readonly event: BuyWithPrimeEvent;
}

/** No event could be read. */
export interface ParseFailure {
  /** Tells it from {@link ParseSuccess}. */
  readonly success: false;
  /** What was found in place of an event, or what the event lacks. Holds nothing of the payload. */
  readonly error: ValidationError;
  /** What could not be read, as it came and as far as it could be unwrapped: keep it, and nothing is lost. */
  readonly raw: unknown;
}

/** What {@link BuyWithPrimeEventParser.parseAll} makes of one record. */
export type ParsedRecord = ParseResult & {
  /** The queue's or topic's id of the message, for `batchItemFailures`; `undefined` where there was none. */
  readonly messageId: string | undefined;
};

/**
 * Reads Buy with Prime events of every generation, out of every envelope they come in.
 *
 * Understood are an event of EventBridge (also replayed from an archive), the body of a webhook, and both as an object, as
 * text or as bytes; `parseAll` takes batches of them, such as SQS hands to a Lambda function. Signatures are not checked here.
 *
 * Amazon adds types and fields without notice: an unknown type becomes `{ kind: 'unknown' }`, unknown fields stay in
 * `event.raw`. An event of a known type whose path lacks an id is an error, so that it is not mistaken for a good one.
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
   * @throws {@link ValidationError} `VALIDATION` where there is no event, or one of a known type that lacks its ids.
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
    try {
      return { success: true, event: readEvent(unwrapOne(input)) };
    } catch (error) {
      return { success: false, error: asValidationError(error), raw: input };
    }
  }

  /**
   * Reads all events in a batch and never throws: a bad record is a result beside the good ones, in its place.
   *
   * Understood are a Lambda function's SQS and SNS events, SNS notifications in SQS, messages of a dead-letter queue, a Lambda
   * destination's record, arrays of any of these, and all that `parse` takes. An empty batch gives an empty array, and one of a
   * hundred thousand or more a single failure: SQS never hands over as many.
   *
   * For a Lambda function {@link sqsHandler} and {@link eventBridgeHandler} do the rest too.
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
    return unwrapAll(input).map((item) => {
      const { messageId, raw } = item;
      try {
        if ('error' in item) throw item.error;
        return { messageId, success: true, event: readEvent(item.envelope) };
      } catch (error) {
        return { messageId, success: false, error: asValidationError(error), raw };
      }
    });
  }
}

function readEvent(envelope: JsonObject): BuyWithPrimeEvent {
  const { source, id, time, detail, resources } = envelope;
  // Since 2025 "detail" is a copy of what a webhook gets; before, it was empty.
  const inner = (typeof detail === 'object' && detail !== null ? detail : envelope) as JsonObject;
  const eventType = text(envelope['detail-type']) ?? text(inner['eventDescriptor']) ?? '';
  const named = listOf(resources) ?? listOf(inner['resources']) ?? [];
  const { paths, issues } = readPaths(named);
  const known = findEventKind(eventType);
  const path = paths.find((candidate) => known?.ids.every((name) => candidate[name] !== undefined) ?? true);
  if (known && !path) {
    const missing: Issue = { path: ['resources'], message: `${known.kind} needs a resource path with ${known.ids.join(' and ')}` };
    throw new ValidationError('event', [missing, ...issues], { surface: 'buywithprime' });
  }

  const eventId = text(id) ?? text(inner['eventId']);
  const eventTime = text(time) ?? text(inner['eventTime']);
  // Its ids are those of its kind, which the compiler can't follow.
  const event: Record<string, unknown> & BuyWithPrimeEventBase<BuyWithPrimeEvent['kind']> = {
    kind: known?.kind ?? 'unknown',
    eventType,
    // Without a time the whole envelope is hashed, or two events without ids would pass for one.
    idempotencyKey: text(inner['idempotencyKey']) ?? eventId ?? sha256Hex(JSON.stringify([eventType, named, eventTime ?? envelope])),
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
  for (const name of known?.ids ?? []) event[name] = path?.[name];
  return event as unknown as BuyWithPrimeEvent;
}

/** Every well-formed path, and what is wrong with the first of the others. */
function readPaths(resources: readonly unknown[]): { readonly paths: readonly ResourcePath[]; readonly issues: readonly Issue[] } {
  const paths: ResourcePath[] = [];
  const issues: Issue[] = [];
  for (const [index, resource] of resources.entries()) {
    const path = readResourcePath(resource);
    if (typeof path === 'object') paths.push(path);
    else if (issues.length < MAX_ISSUES) issues.push({ path: ['resources', index], message: path });
  }
  return { paths, issues };
}

/** A list that holds something, up to what is read of it. */
function listOf(value: unknown): readonly unknown[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return value.length > MAX_ITEMS ? value.slice(0, MAX_ITEMS) : value;
}

/** A text that says something. */
function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
