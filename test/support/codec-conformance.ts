/**
 * What every codec of events has to do, whichever surface it is of: one suite, run by each surface with its own samples.
 */
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { MemoryIdempotencyStore } from '../../src/core/idempotency.ts';
import { type EventCodec, type Received, toError, type Unreadable } from '../../src/core/receive/codec.ts';
import type { EventHandlers } from '../../src/core/receive/handlers.ts';
import { damaged, hostile, MARKER } from './damaged-events.ts';
import { sqsRecord, type Transport, transports, type Wrapping, wrappings } from './deliveries.ts';
import { everythingShownOf } from './errors.ts';

export { MARKER } from './damaged-events.ts';

/** A payload as Amazon sends it. */
interface GoodSample {
  readonly name: string;
  /** The kind that it is read as; `unknown` for a type that the codec does not know. */
  readonly kind: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** A payload that is an event, and cannot be read. Its values contain {@link MARKER}. */
interface BadSample {
  readonly name: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** What the first issue says. */
  readonly says: string | RegExp;
  /** Where, if it says where. */
  readonly path?: readonly PropertyKey[];
}

/** What the suite runs with. */
export interface CodecUnderTest<Event extends { readonly kind: string }> {
  readonly codec: EventCodec<Event>;
  /** Each another event; at least one of an unknown type. */
  readonly good: readonly GoodSample[];
  readonly bad: readonly BadSample[];
  /** Events of the other surface. */
  readonly foreign: readonly Readonly<Record<string, unknown>>[];
  /** Two different events with the same id. */
  readonly sameId: readonly [Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>];
}

/** Declares the tests. */
export function testCodec<Event extends { readonly kind: string }>(subject: CodecUnderTest<Event>): void {
  const { codec, good, bad, foreign } = subject;
  const payloads = good.map(({ payload }) => payload);
  const all = (value: unknown): Received<Event>[] => [...codec.decode(value)];
  const eventOf = (value: unknown): Event => {
    const [item, ...others] = all(value);
    if (!item || !('event' in item)) throw new Error(`not an event: ${inspect(item)}`);
    expect(others).toEqual([]);
    return item.event;
  };
  const unreadableOf = (value: unknown): Unreadable => {
    const [item, ...others] = all(value);
    if (!item || !('raw' in item)) throw new Error(`not unreadable: ${inspect(item)}`);
    expect(others).toEqual([]);
    return item;
  };

  describe('the codec', () => {
    test.each(good)('reads $name, and knows its kind and its type', ({ kind, payload }) => {
      const event = eventOf(payload);
      expect(event.kind).toBe(kind);
      const type = codec.typeOf(event);
      expect(type).toBe(payload['detail-type'] ?? payload['eventDescriptor']);
      if (kind === 'unknown') expect(codec.kindOf?.(type)).toBeUndefined();
      else expect([codec.kinds.includes(kind), codec.kindOf?.(type) ?? kind]).toEqual([true, kind]);
    });

    test('names each kind once, and none of them has another name', () => {
      expect(new Set(codec.kinds).size).toBe(codec.kinds.length);
      expect(codec.kinds.map((kind) => codec.kindOf?.(kind) ?? kind)).toEqual(codec.kinds);
      expect(good.map(({ kind }) => kind)).toContain('unknown');
    });

    test.each(good)('changes nothing of what it reads: $name', ({ payload }) => {
      const frozen = deepFreeze(structuredClone(payload));
      expect(eventOf(frozen)).toEqual(eventOf(structuredClone(payload)));
      expect(frozen).toEqual(payload);
    });

    test.each(good)('has one key for every delivery of $name', ({ payload }) => {
      const key = codec.keyOf(eventOf(payload));
      expect(key).toEqual(expect.stringMatching(/./));
      const replayed = 'detail-type' in payload ? { ...payload, 'replay-name': 'replay-1' } : payload;
      for (const delivered of [structuredClone(payload), replayed, JSON.stringify(payload, undefined, 2)]) {
        expect(codec.keyOf(eventOf(delivered))).toBe(key);
      }
      for (const { wrap } of wrappings) expect(codec.keyOf(eventOf(wrap(payload)))).toBe(key);
    });

    test('has another key for another event, also without an id', () => {
      const keys = payloads.map((payload) => codec.keyOf(eventOf(payload)));
      expect(new Set(keys).size).toBe(good.length);
      for (const payload of payloads) {
        const { id: _, eventId: __, idempotencyKey: ___, ...without } = payload;
        const items = all(without);
        for (const item of items) if ('event' in item) keys.push(codec.keyOf(item.event));
      }
      expect(new Set(keys).size).toBe(keys.length);
    });

    test.each(wrappings.filter(({ messageId }) => messageId !== undefined))(
      'names the message of an event in $name',
      ({ wrap, messageId }) => {
        expect(all(wrap(payloads[0] ?? {})).map((item) => item.messageId)).toEqual([messageId]);
      },
    );

    test.each(foreign)('recognises an event of the other surface: %#', (payload) => {
      const event = eventOf(payload);
      expect(event.kind).toBe('unknown');
      expect(codec.foreign(event)).toEqual(expect.stringMatching(/^an event of /));
    });

    test.each(good)('does not take $name for an event of the other surface', ({ payload }) => {
      expect(codec.foreign(eventOf(payload))).toBeUndefined();
    });

    test.each(bad)('says what is wrong with $name, keeps it, and shows none of its values', ({ payload, says, path }) => {
      expect(JSON.stringify(payload)).toContain(MARKER);
      const unreadable = unreadableOf(payload);
      expect(unreadable.raw).toEqual(payload);
      expect(unreadable.isNoEvent).not.toBe(true);
      expect(unreadable.issues[0].message).toMatch(says);
      if (path) expect(unreadable.issues[0].path).toEqual(path);
      expect(shownOf(codec, unreadable)).not.toContain(MARKER);
    });

    test.each(bad)('says in which item of a list it is: $name', ({ payload, path = [] }) => {
      const [, item] = all([good[0]?.payload, payload]);
      expect(item && 'raw' in item && item.issues[0].path).toEqual([1, ...path]);
    });

    test('reads a list to its end, whatever is in between', () => {
      const items = all([...good, ...bad].flatMap(({ payload }) => [payload, MARKER, 7, null]));
      expect(items).toHaveLength(4 * (good.length + bad.length));
      expect(items.filter((item) => 'event' in item)).toHaveLength(good.length);
      for (const item of items) if ('raw' in item) expect(shownOf(codec, item)).not.toContain(MARKER);
    });

    test('is lazy, and bounded in items and in depth', () => {
      const payload = good[0]?.payload;
      const [first] = codec.decode(new Array(99_999).fill(payload));
      expect(first && 'event' in first).toBe(true);
      expect(unreadableOf(new Array(100_000).fill(payload)).issues[0].message).toContain('a batch of 100000');
      let nested: unknown = payload;
      for (let depth = 0; depth < 50; depth += 1) nested = [nested];
      expect(unreadableOf(nested).issues[0].message).toContain('nested more than');
      let text = JSON.stringify(payload);
      for (let depth = 0; depth < 12; depth += 1) text = JSON.stringify(text);
      expect(unreadableOf(text).issues[0].message).toContain('encoded more than');
    });

    test('has an event, or what could not be read, for any value, and never throws', () => {
      const anything = fc.anything({ withBigInt: true, withBoxedValues: true, withDate: true, withMap: true, withNullPrototype: true });
      fc.assert(fc.property(fc.oneof(anything, damaged(payloads)), (value) => isSound(codec, all(value))));
    });

    test.each(hostile.map((make, index) => [index, make] as const))('survives a value that does harm: %i', (_, make) => {
      for (const value of [make(), [make()], { Records: [sqsRecord(make())] }, { detail: make(), 'detail-type': 'X' }]) {
        const items = all(value);
        expect(isSound(codec, items)).toBe(true);
        for (const item of items) if ('raw' in item) expect(shownOf(codec, item)).not.toContain(MARKER);
      }
    });

    test.each(good)('shows no value of a damaged copy of $name, and keeps it', ({ payload }) => {
      fc.assert(
        fc.property(damaged([payload]), (copy) => {
          for (const item of all(copy)) {
            if (!('raw' in item)) continue;
            expect(item.raw).toEqual(copy);
            expect(shownOf(codec, item)).not.toContain(MARKER);
          }
        }),
      );
    });
  });

  describe.each(transports)('through $name', (transport) => {
    const wraps = wrappings.filter((wrapping) => transport.accepts(wrapping));
    test.each(wraps)('every event arrives in $name as it is, once', async (wrapping) => {
      for (const { payload } of good) {
        const seen: Event[] = [];
        expect(await openSilently(transport, codec, (event) => seen.push(event))(wrapping.wrap(payload))).toBe(true);
        expect(seen).toEqual([eventOf(structuredClone(payload))]);
      }
    });

    test.each(wraps)('nothing in $name is lost if a handler fails, or if it cannot be read', async (wrapping) => {
      await testLosses(transport, wrapping, subject);
    });

    test('a redelivery is handled once, and two events with one id are two', async () => {
      const handler = vi.fn();
      const deliver = openSilently(transport, codec, handler, { idempotencyStore: new MemoryIdempotencyStore() });
      expect([await deliver(subject.sameId), await deliver(subject.sameId)]).toEqual([true, true]);
      expect(handler).toHaveBeenCalledTimes(2);
    });

    const ids = { id: 'same', eventId: 'same', idempotencyKey: 'same' };
    // But for those whose id is what is wrong.
    const withIds = bad.filter(({ payload }) => all({ ...payload, ...ids }).every((item) => 'raw' in item));
    test.each(withIds)('$name is stored, and the good event with its id is handled all the same', async ({ payload }) => {
      const [sample] = good;
      const [handler, onInvalid] = [vi.fn(), vi.fn()];
      const deliver = openSilently(transport, codec, handler, { idempotencyStore: new MemoryIdempotencyStore(), onInvalid });
      for (const each of [payload, sample?.payload, payload, sample?.payload]) expect(await deliver({ ...each, ...ids })).toBe(true);
      expect([onInvalid.mock.calls.length, handler.mock.calls.length]).toEqual([1, 1]);
    });
  });
}

const openSilently = <Event extends { readonly kind: string }>(
  transport: Transport,
  codec: EventCodec<Event>,
  handlers: EventHandlers<Event, unknown>,
  options: Parameters<Transport['open']>[2] = {},
): ReturnType<Transport['open']> => transport.open(codec, handlers, { onUnhandled: () => undefined, ...(options as object) });

async function testLosses<Event extends { readonly kind: string }>(
  transport: Transport,
  { wrap }: Wrapping,
  { codec, good, bad, foreign }: CodecUnderTest<Event>,
): Promise<void> {
  const failing = openSilently(transport, codec, () => Promise.reject(new Error('database')));
  for (const { payload } of good) expect(await failing(wrap(payload))).toBe(false);
  for (const { payload } of bad) {
    const handler = vi.fn();
    expect(await openSilently(transport, codec, handler)(wrap(payload))).toBe(false);
    const raws: unknown[] = [];
    const options = { onInvalid: (raw: unknown) => raws.push(raw) };
    expect(await openSilently(transport, codec, handler, options)(wrap(payload))).toBe(true);
    expect(raws).toEqual([payload]);
    expect(handler).not.toHaveBeenCalled();
  }
  for (const payload of foreign) {
    const [kind = ''] = codec.kinds;
    const byKind = { [kind]: () => undefined } as unknown as EventHandlers<Event, unknown>;
    expect(await openSilently(transport, codec, byKind)(wrap(payload))).toBe(false);
    const otherwise = vi.fn();
    expect(await openSilently(transport, codec, { ...byKind, otherwise } as typeof byKind)(wrap(payload))).toBe(true);
    expect(otherwise).toHaveBeenCalledOnce();
  }
}

/** All that a log can show of what could not be read, but for what it is itself. */
function shownOf(codec: Pick<EventCodec<never>, 'surface'>, { issues, hint }: Unreadable): string {
  return [JSON.stringify(issues), hint, everythingShownOf(toError(codec.surface, { issues, hint }))].join('\n');
}

/** Whether every item is an event of a kind with a key, or says what is wrong. */
function isSound<Event extends { readonly kind: string }>(codec: EventCodec<Event>, items: readonly Received<Event>[]): boolean {
  return items.every((item) => {
    if (!('event' in item)) return item.issues.length > 0 && 'raw' in item;
    const { event } = item;
    return [...codec.kinds, 'unknown'].includes(event.kind) && codec.keyOf(event) !== '' && typeof codec.typeOf(event) === 'string';
  });
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) deepFreeze(item);
  return Object.freeze(value);
}
