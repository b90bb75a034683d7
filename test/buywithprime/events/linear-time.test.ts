import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BuyWithPrimeEventParser } from '../../../src/buywithprime/events/parser.ts';
import { deliveryInTransit, sqsRecord } from '../../support/buywithprime/fixtures.ts';

const parser = new BuyWithPrimeEventParser();

/** The value, with every access counted: reading a property, checking for one, listing them. */
function watch<Value>(value: Value, counter: { looks: number }): Value {
  if (typeof value !== 'object' || value === null) return value;
  const trap =
    <Args extends unknown[], Result>(look: (...args: Args) => Result) =>
    (...args: Args): Result => {
      counter.looks += 1;
      return look(...args);
    };
  const copy = Array.isArray(value) ? [] : {};
  for (const [key, inner] of Object.entries(value)) Object.defineProperty(copy, key, own(watch(inner, counter)));
  return new Proxy(copy, {
    get: trap(Reflect.get),
    has: trap(Reflect.has),
    ownKeys: trap(Reflect.ownKeys),
    getOwnPropertyDescriptor: trap(Reflect.getOwnPropertyDescriptor),
  }) as Value;
}

const own = (value: unknown): PropertyDescriptor => ({ value, enumerable: true, configurable: true, writable: true });

/** How many values there are in a value, itself included. */
const sizeOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? Object.values(value).reduce<number>((sum, inner) => sum + sizeOf(inner), 1) : 1;

function looksAt(parse: (value: unknown) => unknown, value: unknown): number {
  const counter = { looks: 0 };
  parse(watch(value, counter));
  return counter.looks;
}

const path = fc.constantFrom('businessProduct/b/order/o/delivery/d', 'businessProduct/b/order/o', '/', '');
const event = fc.record(
  {
    'detail-type': fc.oneof(fc.constantFrom('DELIVERY_IN_TRANSIT', 'NEW'), fc.jsonValue()),
    id: fc.oneof(fc.string(), fc.jsonValue()),
    resources: fc.array(fc.oneof(path, fc.jsonValue()), { maxLength: 200 }),
    detail: fc.jsonValue(),
  },
  { requiredKeys: [] },
);
const batch = fc.record({ Records: fc.array(fc.oneof(event, fc.jsonValue()), { maxLength: 100 }) });

test('looks at every value in any JSON a bounded number of times', () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue({ maxDepth: 6 }), event, batch), (value) => {
      for (const parse of [parser.safeParse, parser.parseAll]) {
        // The constant: the fields that an envelope is recognised by, each read a few times.
        expect(looksAt(parse.bind(parser), value)).toBeLessThanOrEqual(60 * sizeOf(value));
      }
    }),
    { numRuns: 500 },
  );
});

test.each<[string, (size: number) => unknown]>([
  [
    'resources',
    (size) => deliveryInTransit({ id: undefined, time: undefined, resources: new Array(size).fill('businessProduct/b/locker/l') }),
  ],
  ['records', (size) => ({ Records: Array.from({ length: size }, () => ({ messageId: 'm', body: 'x' })) })],
  ['good records', (size) => ({ Records: Array.from({ length: size }, () => sqsRecord(JSON.stringify(deliveryInTransit()))) })],
  ['batches in a batch', (size) => Array.from({ length: size }, () => [[[]]])],
  ['unknown fields', (size) => Object.fromEntries(Array.from({ length: size }, (_, at) => [`field-${at}`, at]))],
])('twice the %s is twice the work', (_, make) => {
  const parse = (value: unknown): unknown => [parser.safeParse(value), parser.parseAll(value)];
  const [small, large] = [500, 1_000].map((size) => looksAt(parse, make(size))) as [number, number];
  expect(large).toBeLessThanOrEqual(2 * small);
});
