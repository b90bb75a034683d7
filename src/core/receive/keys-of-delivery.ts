/**
 * The keys of the events in one delivery: two events with one id are two events.
 *
 * @module
 */
import { hashHex } from '../bytes.ts';
import { attempt, isObject } from '../types.ts';
import type { EventCodec, Received } from './codec.ts';

/** An event of a delivery, however often it comes in it. */
export interface DeliveredEvent {
  /** Set when it is first found. */
  key: string | undefined;
  /** What became of it, set when it is passed to its handler. A second copy in the delivery is not handled again. */
  outcome: Promise<void> | undefined;
  /** What it can be read from again, as the first event, as long as `content` is not set. */
  readonly record: unknown;
  /** What it says, as JSON: set when a second event has its key, or at once if there is no `record`. */
  content: string | undefined;
  /** The same, sorted: set when another content has its key. */
  sorted: string | undefined;
}

/** Whether a delivery has one event, which is the usual case and needs no telling apart. */
export function isOne(received: Iterable<unknown>): boolean {
  return Array.isArray(received) && received.length === 1;
}

/** Tells events of one body or batch apart that have the same key but another content. */
export class KeysOfDelivery<Event extends { readonly kind: string }> {
  readonly #codec: EventCodec<Event>;
  readonly #delivered = new Map<string, DeliveredEvent>();

  constructor(codec: EventCodec<Event>) {
    this.#codec = codec;
  }

  /**
   * Finds the event among those that came before; `undefined` for what is not an event. `message` stands for the first event of a message.
   * With it nothing else is kept of the event: ten thousand of them at once would be most of the work of a batch.
   */
  find(received: Received<Event>, message?: DeliveredEvent): DeliveredEvent | undefined | Promise<DeliveredEvent> {
    if (!('event' in received)) return undefined;
    const { event } = received;
    const key = this.#codec.keyOf(event);
    const first = this.#delivered.get(key);
    // Written down at once: a handler may change its event.
    if (first === undefined) return this.#add(key, message ?? written(this.#contentOf(event)));
    first.content ??= this.#contentOf(this.#read(first.record));
    const content = this.#contentOf(event);
    // Sorted only if they differ: that is several times as slow as writing, and most copies are equal as they are.
    if (first.content === content) return first;
    // Once: the first event may be large, and thousands may have its key.
    first.sorted ??= sorted(first.content);
    const own = sorted(content);
    return first.sorted === own ? first : this.#other(key, own);
  }

  #add(key: string, delivered: DeliveredEvent): DeliveredEvent {
    delivered.key = key;
    this.#delivered.set(key, delivered);
    return delivered;
  }

  /** The event with this content, of several that have the key. */
  async #other(key: string, content: string): Promise<DeliveredEvent> {
    const own = `${key}#${(await hashHex(content)).slice(0, 32)}`;
    return this.#delivered.get(own) ?? this.#add(own, written(content));
  }

  /** What makes an event another one, though it has the same key; empty for what no JSON has, such as a cycle or a bigint. */
  #contentOf(event: Event | undefined): string {
    return event === undefined ? '' : toJson(this.#codec.contentOf(event));
  }

  /** The first event of a message. */
  #read(record: unknown): Event | undefined {
    for (const received of this.#codec.decode(record)) return 'event' in received ? received.event : undefined;
    return undefined;
  }
}

function written(content: string): DeliveredEvent {
  return { key: undefined, outcome: undefined, record: undefined, content, sorted: undefined };
}

/** A value as JSON; empty if it has none. */
export function toJson(value: unknown): string {
  return attempt(() => JSON.stringify(value)) ?? '';
}

/** JSON with the properties of all objects in the same order. */
export function sorted(json: string): string {
  if (json === '') return '';
  return JSON.stringify(JSON.parse(json), (_, item: unknown) => {
    return isObject(item) && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([one], [other]) => (one < other ? -1 : 1)))
      : item;
  });
}
