/**
 * Amazon Shipping's events for handlers: how an event is read from whatever it arrives in, and the handlers for AWS Lambda.
 *
 * @module
 * @see {@link https://docs.aws.amazon.com/lambda/latest/dg/services-eventbridge.html | Lambda and EventBridge}
 */
import type * as z from 'zod/mini';
import { ValidationError } from '../../core/errors.ts';
import { type EventCodec, type Received, toError } from '../../core/receive/codec.ts';
import { decoder, type Enveloped, type JsonObject, located, readEnvelope } from '../../core/receive/envelopes.ts';
import { type EventBridgeHandler, eventBridge } from '../../core/receive/event-bridge.ts';
import type { EventHandlers } from '../../core/receive/handlers.ts';
import type { LambdaEventContext, LambdaHandlerOptions } from '../../core/receive/lambda.ts';
import { type SqsHandler, type SqsHandlerOptions, sqs } from '../../core/receive/sqs.ts';
import { compileSchema, safeParseSchema, type Test } from '../../core/schema.ts';
import type { Issue } from '../../core/types.ts';
import { SURFACE } from '../surface.ts';
import { NdrEventSchema, type ShippingEvent, ShippingEventEnvelopeSchema, TEXTS, TrackingEventSchema } from './schemas.ts';

/** How the events of a type are read. */
interface EventType {
  readonly kind: ShippingEvent['kind'];
  readonly schema: z.ZodMiniType<object>;
  readonly fits: Test;
}

/** Reads Amazon Shipping's events. */
export const shippingCodec: EventCodec<ShippingEvent> = {
  surface: SURFACE,
  kinds: ['ndr', 'tracking'],
  decode: /* @__PURE__ */ decoder(SURFACE, (unwrapped) => readEnvelope(SURFACE, unwrapped, readEvent)),
  keyOf: (event) => event.id || deriveKey(event),
  contentOf: (event) => [event['detail-type'], event.detail],
  typeOf: (event) => event['detail-type'],
  foreign: (event) => {
    const { source, resources } = event;
    const isBuyWithPrime = source?.startsWith('aws.partner/buywithprime/') || resources?.[0]?.startsWith('businessProduct/');
    return event.kind === 'unknown' && isBuyWithPrime ? 'an event of Buy with Prime' : undefined;
  },
};

/**
 * Reads one event of Amazon Shipping that is known to be genuine: taken from a queue, or passed to a Lambda function by EventBridge. A webhook
 * needs {@link NdrWebhookVerifier}.
 *
 * Accepts an event as an object, a string or bytes, also inside SQS, SNS or a dead letter, and the JSON of an event that was read before.
 * Types that this version does not know are returned as `kind: 'unknown'`; unknown properties are kept.
 *
 * @throws {@link ValidationError} `VALIDATION` if it is not an event, or if it has no `trackingId`.
 *
 * @example
 * ```ts
 * const event = parseShippingEvent(message.body);
 * if (event.kind === 'ndr') console.log(event.detail.reasonCode);
 * ```
 */
export function parseShippingEvent(input: unknown): ShippingEvent {
  return theOnly(allEvents(shippingCodec.decode(input)));
}

/** All events. Throws for the first that cannot be read. */
export function allEvents(received: Iterable<Received<ShippingEvent>>): readonly ShippingEvent[] {
  const events: ShippingEvent[] = [];
  for (const item of received) {
    if (!('event' in item)) throw toError(SURFACE, item);
    events.push(item.event);
  }
  return events;
}

/** The event, if there is only one. */
export function theOnly(events: readonly ShippingEvent[]): ShippingEvent {
  const [event, ...others] = events;
  if (event && others.length === 0) return event;
  throw new ValidationError('event', [{ message: `expected one event, got a list of ${events.length}` }], {
    surface: SURFACE,
    hint: 'verifyAll() and handler() accept several.',
  });
}

/** Functions for events of Amazon Shipping: one for all, or by kind. */
export type ShippingEventHandlers<Context = unknown> = EventHandlers<ShippingEvent, Context>;

/**
 * Makes a Lambda function for an EventBridge rule whose target is the function itself. Events arrive without HTTP, and so without a
 * credential: everything that may invoke the function is trusted. Amazon's page mentions a webhook only; use this for events on your own event
 * bus, such as those that your webhook puts there.
 *
 * The function fails if a handler fails, if an event cannot be read, or if the time is nearly used up. Lambda then retries, twice by default,
 * and sends the event to the function's dead-letter queue or failure destination: **set one up, or the event is lost**. If there are several
 * events, all are tried in their order, and the first failure is thrown: all are redelivered, so pass an `idempotencyStore`.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` for what cannot work, when it is made and not with the first event.
 *
 * @example
 * ```ts
 * export const handler = shippingEventBridgeHandler({
 *   ndr: (event) => decisions.put(event.id, event.detail),
 *   otherwise: (event) => console.info('not handled:', event['detail-type']),
 * });
 * ```
 */
export function shippingEventBridgeHandler(
  handlers: ShippingEventHandlers<LambdaEventContext>,
  options?: LambdaHandlerOptions<ShippingEvent>,
): EventBridgeHandler {
  return eventBridge(shippingCodec, 'shippingEventBridgeHandler()', handlers, options);
}

/**
 * Makes a Lambda function for a queue of events, whatever put them there: your webhook, an EventBridge rule, an SNS topic, or a redrive from a
 * dead-letter queue.
 *
 * **Switch on `ReportBatchItemFailures` for the queue's event source: without it Lambda ignores what is returned, and failed messages are
 * lost.**
 *
 * - A message fails if a handler fails, if an event in it cannot be read, or if the time is used up. It is redelivered after the queue's
 *   visibility timeout, and goes to the dead-letter queue after `maxReceiveCount` deliveries.
 * - In a FIFO queue, order is kept within each group: messages after a failure are returned untried. A standard queue keeps no order.
 * - An event that is in a batch twice is handled once.
 * - If a message contains several events, all are tried (in a FIFO queue, up to the first failure). If one fails, the message is redelivered:
 *   with an `idempotencyStore`, the events that are done are skipped.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` for what cannot work, when it is made and not with the first batch.
 *
 * @example
 * ```ts
 * export const handler = shippingSqsHandler(
 *   { ndr: async (event) => decide(event) },
 *   { onError: (error, { messageId }) => console.error(messageId, error) },
 * );
 * ```
 *
 * @see {@link https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html | Partial batch responses}
 */
export function shippingSqsHandler(
  handlers: ShippingEventHandlers<LambdaEventContext>,
  options?: SqsHandlerOptions<ShippingEvent>,
): SqsHandler {
  return sqs(shippingCodec, 'shippingSqsHandler()', handlers, options);
}

function readEvent({ envelope, isOurs, messageId, at }: Enveloped): Received<ShippingEvent> {
  // A copy takes half as long as parsing, so what was parsed here is not copied. Checked after that: a copy has no inherited properties.
  const event = (isOurs ? envelope : { ...envelope }) as Record<string, unknown>;
  if (event['detail-type'] === undefined && event['eventDescriptor'] !== undefined) {
    const issue = { message: 'expected an Amazon Shipping event, got the body of a Buy with Prime webhook' };
    return { messageId, raw: envelope, issues: [located(issue, at)], hint: 'Route each surface to a separate webhook or queue.' };
  }
  const { kind, schema, fits } = typeOf(event['detail-type']);
  if (fits(event)) return { messageId, event: complete(event, kind) };
  const result = safeParseSchema(schema, event);
  if ('value' in result) return { messageId, event: complete(result.value as Record<string, unknown>, kind) };
  return {
    messageId,
    raw: envelope,
    issues: result.issues.map((issue) => located(issue, at)) as [Issue, ...Issue[]],
    key: typeof event['id'] === 'string' ? event['id'] : undefined,
    hint: 'Amazon may have changed the format: store the raw event, or respond with 503 so that it is redelivered.',
  };
}

/** Adds `kind`. Last, so that no property of the envelope can replace it. */
function complete(event: Record<string, unknown>, kind: ShippingEvent['kind']): ShippingEvent {
  if (kind !== 'unknown') event['detail'] = withTexts(event['detail'] as JsonObject, TEXTS[kind]);
  event['kind'] = kind;
  return event as unknown as ShippingEvent;
}

function withTexts(detail: JsonObject, names: readonly string[]): JsonObject {
  const numbers = names.filter((name) => typeof detail[name] === 'number');
  const texts = Object.fromEntries(numbers.map((name) => [name, String(detail[name])]));
  const { location } = detail as { readonly location?: JsonObject | null };
  const place = location ? withTexts(location, TEXTS.location) : location;
  if (numbers.length === 0 && place === location) return detail;
  return { ...detail, ...texts, ...(place && { location: place }) };
}

/** A key for an event without an id, which no documented event is. Without a time it is random: handled twice is better than never. */
function deriveKey(event: ShippingEvent): string {
  const detail = (event.kind === 'unknown' ? {} : event.detail) as JsonObject;
  // Any of them may be null or empty.
  const moment = detail['latestDeliveryAttemptedDate'] || detail['eventTime'] || event.time;
  if (event.kind === 'unknown' || !moment) return crypto.randomUUID();
  const state = ['deliveryAttemptCount', 'shipmentStatus', 'reasonCode', 'eventCode'].map((name) => detail[name] ?? '');
  return [event['detail-type'], event.detail.trackingId, moment, ...state].join('|');
}

const TYPES: Readonly<Record<'ndr' | 'tracking' | 'unknown', EventType>> = /* @__PURE__ */ (() => {
  const make = (kind: ShippingEvent['kind'], schema: z.ZodMiniType<object>): EventType => ({ kind, schema, fits: compileSchema(schema) });
  return {
    ndr: make('ndr', NdrEventSchema),
    tracking: make('tracking', TrackingEventSchema),
    unknown: make('unknown', ShippingEventEnvelopeSchema),
  };
})();

function typeOf(detailType: unknown): EventType {
  if (detailType === 'NDR Events') return TYPES.ndr;
  return detailType === 'Tracking Detail' ? TYPES.tracking : TYPES.unknown;
}
