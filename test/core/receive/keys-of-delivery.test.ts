import { describe, expect, test, vi } from 'vitest';
import { KeysOfDelivery } from '../../../src/core/receive/keys-of-delivery.ts';
import { codec, type TestEvent } from '../../support/core/codec.ts';

const event = (id: string, fields: object = {}): TestEvent => ({ kind: 'placed', id, type: 'ORDER_PLACED', detail: {}, ...fields });

async function keysOf(...events: readonly TestEvent[]): Promise<(string | undefined)[]> {
  const keys = new KeysOfDelivery(codec);
  const found: (string | undefined)[] = [];
  for (const each of events) found.push((await keys.find({ event: each }))?.key);
  return found;
}

describe('events of one delivery', () => {
  test('have their own keys, and the same event has the same key', async () => {
    expect(await keysOf(event('a'), event('b'), event('a'))).toEqual(['a', 'b', 'a']);
  });

  test('that share a key but not their content are told apart, always in the same way', async () => {
    const events = [
      event('a'),
      event('a', { detail: { item: 1 } }),
      event('a', { detail: { item: 2 } }),
      event('a', { detail: { item: 1 } }),
    ];
    const [first, second, third, again] = await keysOf(...events);
    expect(first).toBe('a');
    expect(second).toMatch(/^a#[0-9a-f]{32}$/);
    expect(new Set([first, second, third]).size).toBe(3);
    expect(again).toBe(second);
    expect(await keysOf(...events)).toEqual([first, second, third, again]);
  });

  test('are compared as they came: a handler may change them', async () => {
    const keys = new KeysOfDelivery(codec);
    const first = event('a', { detail: { item: 1 } });
    await keys.find({ event: first });
    Object.assign(first.detail as object, { item: 2 });
    expect((await keys.find({ event: event('a', { detail: { item: 1 } }) }))?.key).toBe('a');
    expect((await keys.find({ event: event('a', { detail: { item: 2 } }) }))?.key).toMatch(/^a#/);
  });

  test('cost no more if the first of them is large', async () => {
    const parse = vi.spyOn(JSON, 'parse');
    const others = Array.from({ length: 50 }, (_, item) => event('a', { detail: { item } }));
    await keysOf(event('a', { detail: { large: 'x'.repeat(10_000) } }), ...others);
    const large = parse.mock.calls.filter(([text]) => text.length > 10_000);
    parse.mockRestore();
    expect(large).toHaveLength(1);
  });

  test('are the same if only what the transport adds is different', async () => {
    expect(await keysOf(event('a', { raw: { time: 1 }, replayName: 'r' }), event('a', { raw: { time: 2 } }))).toEqual(['a', 'a']);
  });

  test('are different if a property of their content has such a name', async () => {
    const [first, second] = await keysOf(event('a', { detail: { raw: 1 } }), event('a', { detail: { raw: 2 } }));
    expect(first).not.toBe(second);
  });

  test('are the same whatever the order of their properties', async () => {
    const [first, second] = await keysOf(
      event('a', { detail: { b: { y: 1, x: [2] }, a: 1 } }),
      event('a', { detail: { a: 1, b: { x: [2], y: 1 } } }),
    );
    expect(second).toBe(first);
  });

  test('are told apart by the key only if their content cannot be written down', async () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    expect(await keysOf(event('a', { detail: circular }), event('a', { detail: 5n }))).toEqual(['a', 'a']);
  });
});

test('what could not be read has no key', () => {
  expect(new KeysOfDelivery(codec).find({ raw: 'x', issues: [{ message: 'x' }], key: 'a' })).toBeUndefined();
});
