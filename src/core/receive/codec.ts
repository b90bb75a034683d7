/**
 * What a surface contributes to receive its events: everything else about webhooks, queues and Lambda is written once, here.
 *
 * @module
 */
import { ValidationError } from '../errors.ts';
import type { Issue, Surface } from '../types.ts';

/** Reads the events of one surface out of whatever they arrive in. */
export interface EventCodec<Event extends { readonly kind: string }> {
  readonly surface: Surface;
  /** Kinds that can have a handler. */
  readonly kinds: readonly string[];
  /** Another name of a kind, so that a handler under it is refused with the right name. */
  readonly kindOf?: (name: string) => string | undefined;
  /** Every event in a value: events, and what is an event but cannot be read. Lazy, and bounded in depth and items. Never throws. */
  decode(value: unknown): Iterable<Received<Event>>;
  /** The same for every delivery of the same event. */
  keyOf(event: Event): string;
  /** What the event says, without what each delivery or subscription adds. */
  contentOf(event: Event): unknown;
  /** The event's type as Amazon spells it. */
  typeOf(event: Event): string;
  /** What an event of an unknown type is, if it belongs to another surface: one queue for both would lose one of them. */
  foreign(event: Event): string | undefined;
}

/** One event of a delivery, or what could not be read. */
export type Received<Event> = { readonly messageId?: string | undefined } & ({ readonly event: Event } | Unreadable);

/** What could not be read. An error is made only when one is shown: a body can have half a million of these. */
export interface Unreadable {
  readonly raw: unknown;
  readonly issues: readonly [Issue, ...Issue[]];
  readonly hint?: string | undefined;
  /** The event's key, if it is known. */
  readonly key?: string | undefined;
  /** It is not an object, or an empty one: whatever happened on the way, it was never an event. */
  readonly isNoEvent?: boolean;
}

/** An error names as many issues; the others are counted. */
const MAX_ISSUES = 5;

/** The error for what could not be read. */
export function toError(surface: Surface, { issues, hint }: Pick<Unreadable, 'issues' | 'hint'>): ValidationError {
  const shown = issues.slice(0, MAX_ISSUES) as [Issue, ...Issue[]];
  if (issues.length > MAX_ISSUES) shown.push({ message: `and ${issues.length - MAX_ISSUES} more` });
  return new ValidationError('event', shown, { surface, hint });
}
