import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  formatResourcePath,
  parseResourcePath,
  type ResourceIds,
  type ResourcePath,
  type ResourcePathOf,
} from '../../../src/buywithprime/events/resource-path.ts';
import { isWaybillError } from '../../../src/core/errors.ts';
import { anyCharacter } from '../../support/text.ts';

const segment = fc.oneof(
  fc.string({ minLength: 1, unit: anyCharacter }).filter((text) => !text.includes('/')),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'order', 'delivery', 'businessProduct', '\ud800', '%2F'),
);
const segments = fc
  .tuple(segment, fc.array(fc.tuple(segment, segment)))
  .map(([id, steps]): [string, string][] => [['businessProduct', id], ...steps]);

describe('parseResourcePath', () => {
  test.each([
    ['businessProduct/b/order/o/delivery/d', { businessProductId: 'b', orderId: 'o', deliveryId: 'd' }],
    ['businessProduct/b/order/o/refund/r', { businessProductId: 'b', orderId: 'o', refundId: 'r' }],
    ['businessProduct/b/order/o/return/r', { businessProductId: 'b', orderId: 'o', returnId: 'r' }],
    ['businessProduct/b/carrier/ups/tracker/1Z', { businessProductId: 'b', carrierCode: 'ups', trackingNumber: '1Z' }],
    ['businessProduct/b/items/i', { businessProductId: 'b', itemId: 'i' }],
    ['businessProduct/b/item-quantities/i', { businessProductId: 'b', itemId: 'i' }],
    ['businessProduct/b/personalDataDeletionTask/t', { businessProductId: 'b', taskId: 't' }],
    ['businessProduct/b/personalDataRetrievalTask/t', { businessProductId: 'b', taskId: 't' }],
  ])('reads the ids of the documented path %s', (path, ids) => {
    const { segments: _, ...found } = parseResourcePath(path);
    expect(found).toEqual(ids);
  });

  test('keeps a key that Amazon has not documented', () => {
    const path = parseResourcePath('businessProduct/bp/locker/L7');
    expect(path).toEqual({
      businessProductId: 'bp',
      segments: [
        ['businessProduct', 'bp'],
        ['locker', 'L7'],
      ],
    });
  });

  test.each([
    ['', 'segment 1 of 1 is empty'],
    ['/', 'segment 1 of 2 is empty'],
    ['businessProduct', 'the key in segment 1 has no id'],
    ['businessProduct/bp/order', 'the key in segment 3 has no id'],
    ['businessProduct//order/o', 'segment 2 of 4 is empty'],
    ['businessProduct/bp/order/', 'segment 4 of 4 is empty'],
    ['businessProduct/bp/order//delivery/d', 'segment 4 of 6 is empty'],
    ['businessProduct/bp//o', 'segment 3 of 4 is empty'],
    ['businessProduct/bp/order/o/', 'segment 5 of 5 is empty'],
    ['/businessProduct/bp', 'segment 1 of 3 is empty'],
    ['order/o', 'segment 1 must be "businessProduct"'],
    ['__proto__/o', 'segment 1 must be "businessProduct"'],
    [null, 'expected a string, got null'],
    [undefined, 'expected a string, got undefined'],
    [42, 'expected a string, got number'],
    [['businessProduct/bp'], 'expected a string, got object'],
  ])('refuses %j and says where', (bad, reason) => {
    try {
      parseResourcePath(bad as never);
      expect.unreachable();
    } catch (error) {
      if (!isWaybillError(error) || error.code !== 'VALIDATION') throw error;
      expect(error).toMatchObject({ direction: 'event', surface: 'buywithprime' });
      expect(error.message).toContain(reason);
    }
  });

  test('says nothing of the ids in its errors', () => {
    expect(() => parseResourcePath('businessProduct/bp/carrier/ups/tracker/1Z999/')).toThrow(/^(?!.*1Z999)/);
  });

  test('parses strings that are key and id in turn, and no others', () => {
    const part = fc.constantFrom('', 'businessProduct', 'order', 'x');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 7 }), (parts) => {
        const path = parts.join('/');
        if (parts[0] === 'businessProduct' && parts.length % 2 === 0 && !parts.includes('')) {
          expect(parseResourcePath(path).segments.flat()).toEqual(parts);
        } else {
          expect(() => parseResourcePath(path)).toThrow('not a Buy with Prime resource path');
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('reads ids that are names of Object.prototype as plain ids', () => {
    const path = parseResourcePath('businessProduct/__proto__/order/constructor/__proto__/polluted');
    expect(path.orderId).toBe('constructor');
    expect(path.businessProductId).toBe('__proto__');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('reads the first id of a key that is there twice', () => {
    expect(parseResourcePath('businessProduct/mine/businessProduct/theirs').businessProductId).toBe('mine');
  });

  test.each([
    ['/'.repeat(10_000_000)],
    [`businessProduct/${'x'.repeat(10_000_000)}/order`],
    [`businessProduct/b${'/a/b'.repeat(500_000)}/a`],
  ])('comes to an end on ten million characters', (path) => {
    expect(() => parseResourcePath(path)).toThrow('not a Buy with Prime resource path');
  });

  test('knows the ids of a literal at compile time', () => {
    expectTypeOf<ResourcePathOf<`businessProduct/${string}/order/${string}`>>().toEqualTypeOf<{
      readonly businessProductId: string;
      readonly orderId: string;
    }>();
    expectTypeOf<ResourcePathOf<'businessProduct/a/order/b/delivery/c'>>().toEqualTypeOf<{
      readonly businessProductId: 'a';
      readonly orderId: 'b';
      readonly deliveryId: 'c';
    }>();
    expectTypeOf<ResourcePathOf<'businessProduct/a/order/b/refund/c'>['refundId']>().toEqualTypeOf<'c'>();
    expectTypeOf<ResourcePathOf<'businessProduct/a/order/b/return/c'>['returnId']>().toEqualTypeOf<'c'>();
    expectTypeOf<ResourcePathOf<'businessProduct/a/carrier/b/tracker/c'>>().toEqualTypeOf<{
      readonly businessProductId: 'a';
      readonly carrierCode: 'b';
      readonly trackingNumber: 'c';
    }>();
    expectTypeOf<ResourcePathOf<'businessProduct/a/items/b'>['itemId']>().toEqualTypeOf<'b'>();
    expectTypeOf<ResourcePathOf<'businessProduct/a/item-quantities/b'>['itemId']>().toEqualTypeOf<'b'>();
    expectTypeOf<ResourcePathOf<'businessProduct/a/personalDataDeletionTask/b'>['taskId']>().toEqualTypeOf<'b'>();
    expectTypeOf<ResourcePathOf<'businessProduct/a/personalDataRetrievalTask/b'>['taskId']>().toEqualTypeOf<'b'>();
    expectTypeOf<ResourcePathOf<'businessProduct/a/locker/L7'>>().toEqualTypeOf<{ readonly businessProductId: 'a' }>();
    expectTypeOf(parseResourcePath<'businessProduct/a/order/b'>)
      .returns.toHaveProperty('orderId')
      .toEqualTypeOf<'b'>();
    expectTypeOf(parseResourcePath<string>)
      .returns.toHaveProperty('orderId')
      .toEqualTypeOf<string | undefined>();
  });
});

describe('formatResourcePath', () => {
  test('is undone by parseResourcePath, and undoes it, for every well-formed path', () => {
    fc.assert(
      fc.property(segments, (steps) => {
        const path = formatResourcePath({ segments: steps });
        expect(parseResourcePath(path).segments).toEqual(steps);
        expect(formatResourcePath(parseResourcePath(path))).toBe(path);
      }),
    );
  });

  test.each<[ResourceIds, string]>([
    [{ businessProductId: 'b' }, 'businessProduct/b'],
    [{ deliveryId: 'd', orderId: 'o', businessProductId: 'b' }, 'businessProduct/b/order/o/delivery/d'],
    [{ businessProductId: 'b', orderId: 'o', refundId: 'r' }, 'businessProduct/b/order/o/refund/r'],
    [{ businessProductId: 'b', orderId: 'o', returnId: 'r' }, 'businessProduct/b/order/o/return/r'],
    [{ trackingNumber: '1Z', carrierCode: 'ups', businessProductId: 'b' }, 'businessProduct/b/carrier/ups/tracker/1Z'],
  ])('writes the documented path of %j', (ids, path) => {
    expect(formatResourcePath(ids)).toBe(path);
    expect(parseResourcePath(path)).toMatchObject(ids);
  });

  test.each([
    [{ segments: [['order', 'o']] }, 'segment 1 must be "businessProduct"'],
    [{ segments: [['businessProduct', 'a/b']] }, 'segment 2 of 2 must be a string without "/"'],
    [{ segments: [['businessProduct', '']] }, 'segment 2 of 2 is empty'],
    [{ segments: [['businessProduct', 'b'], null] }, 'segment 3 of 3 must be a string'],
    [{ segments: [['businessProduct', 'b', 'order']] }, 'the key in segment 3 has no id'],
    [{ segments: 'businessProduct/b' }, 'segment 1 must be'],
    [{ businessProductId: 'b', orderId: undefined, deliveryId: 'd' }, 'segment 4 of 6 must be a string'],
    [{ orderId: 'o' }, 'segment 1 must be "businessProduct"'],
    [{ businessProductId: 'b', itemId: 'i' }, '"itemId" can stand under two keys'],
    [{ businessProductId: 'b', taskId: 't' }, '"taskId" can stand under two keys'],
    [{}, 'segment 1 must be "businessProduct"'],
    [null, 'segment 1 must be "businessProduct"'],
    ['businessProduct/b', 'segment 1 must be "businessProduct"'],
  ])('refuses %j, which would not read back', (bad, reason) => {
    try {
      formatResourcePath(bad as never);
      expect.unreachable();
    } catch (error) {
      if (!isWaybillError(error) || error.code !== 'VALIDATION') throw error;
      expect(error.direction).toBe('request');
      expect(error.message).toContain(reason);
    }
  });

  test('does not take the ids of an item by its types', () => {
    expectTypeOf<{ businessProductId: string; itemId: string }>().not.toExtend<ResourceIds>();
    expectTypeOf<ResourcePath>().toExtend<Parameters<typeof formatResourcePath>[0]>();
  });
});
