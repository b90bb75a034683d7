/**
 * From a body to events.
 *
 * @module
 */
import type * as z from 'zod/mini';
import { type Issue, ValidationError } from '../../core/errors.ts';
import type { Received } from '../../core/receive/webhook.ts';
import { jsonBody } from '../../core/receive/webhook-request.ts';
import { safeParseSchema, typeName } from '../../core/schema.ts';
import { SURFACE } from '../configuration.ts';
import { NdrEventSchema, type ShippingEvent, ShippingEventEnvelopeSchema, TrackingEventSchema } from './event-schemas.ts';

/**
 * Reads one event of Amazon Shipping that is known to be genuine: taken from a queue, or by EventBridge invoking a Lambda. A
 * webhook needs {@link NdrWebhookVerifier}.
 *
 * Takes parsed JSON, text or bytes, and also what `JSON.stringify` makes of an event that was read before. Types that this version
 * does not know come back as `kind: 'unknown'`; unknown properties are kept.
 *
 * @throws {@link ValidationError} `VALIDATION` where it is no event, or of a known type but not of its shape.
 *
 * @example
 * ```ts
 * const event = parseShippingEvent(message.body);
 * if (event.kind === 'ndr') console.log(event.detail.reasonCode);
 * ```
 */
export function parseShippingEvent(input: unknown): ShippingEvent {
  return theOnly(parseShippingEvents(input));
}

/** Reads all events of a body: one, or an array. Throws for the first that is not as it should be. */
export function parseShippingEvents(input: unknown): readonly ShippingEvent[] {
  return receiveEvents(input).map((received) => {
    if ('error' in received) throw received.error;
    return received.event;
  });
}

/** The event, where there is one only. */
export function theOnly(events: readonly ShippingEvent[]): ShippingEvent {
  const [event, ...others] = events;
  if (event && others.length === 0) return event;
  throw new ValidationError('event', [{ message: `expected one event, got an array of ${events.length}` }], {
    surface: SURFACE,
    hint: 'verifyAll() and handler() take several.',
  });
}

/**
 * Reads all events of a body. Throws where there is none in it; what looks like an event and is not of its type's shape comes back
 * raw, for a good event beside it must not be lost.
 */
export function receiveEvents(input: unknown): readonly Received<ShippingEvent>[] {
  const body = jsonBody(SURFACE, input);
  const isArray = Array.isArray(body);
  const items: readonly unknown[] = isArray ? body : [body];
  if (items.some(isEnvelope)) return items.map((item, index) => receive(item, isArray ? [index] : []));
  throw new ValidationError('event', [notAnEvent(body, [])], {
    surface: SURFACE,
    hint: 'An input transformer on the way may have dropped the envelope around "detail".',
  });
}

/** Whether this version does not know the type of an event. */
export function isUnknown({ kind }: ShippingEvent): boolean {
  return kind === 'unknown';
}

function receive(value: unknown, at: readonly PropertyKey[]): Received<ShippingEvent> {
  if (!isEnvelope(value)) return { raw: value, error: new ValidationError('event', [notAnEvent(value, at)], { surface: SURFACE }) };
  const id = typeof value.id === 'string' ? value.id : undefined;
  const [kind, schema] = typeOf(value['detail-type']);
  const result = safeParseSchema(schema, value);
  // Last, so that no property of the envelope can take its place; into the schema's own copy, which nobody else has.
  if ('value' in result) return { id, event: Object.assign(result.value, { kind }) as ShippingEvent };
  const [first, ...others] = result.issues.map(({ message, path = [] }): Issue => ({ message, path: [...at, ...path] }));
  const hint = 'Amazon may have changed it: keep it raw, or answer 503 to get it again.';
  return { id, raw: value, error: new ValidationError('event', [first as Issue, ...others], { surface: SURFACE, hint }) };
}

function typeOf(detailType: string): readonly [ShippingEvent['kind'], z.ZodMiniType<object>] {
  switch (detailType) {
    case 'NDR Events':
      return ['ndr', NdrEventSchema];
    case 'Tracking Detail':
      return ['tracking', TrackingEventSchema];
    default:
      return ['unknown', ShippingEventEnvelopeSchema];
  }
}

/** Whether a value says what type of event it is: then it is one, however broken. */
function isEnvelope(value: unknown): value is { readonly 'detail-type': string; readonly id?: unknown } {
  return typeof (value as { readonly 'detail-type'?: unknown } | null)?.['detail-type'] === 'string';
}

function notAnEvent(value: unknown, path: readonly PropertyKey[]): Issue {
  return { message: `expected an event, but ${typeName(value)} has no "detail-type"`, path };
}
