import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { compileSchema, describedAs, parseSchema, safeParseSchema, toStandardSchema } from '../../src/core/schema.ts';

const Schema = z.looseObject({
  name: z.string().check(z.refine((name) => name.length > 1, 'expected two characters')),
  tags: z.array(z.string()),
  place: z.optional(z.strictObject({ city: z.string() })),
});
const good = { name: 'xx', tags: ['t'] };

describe('parseSchema', () => {
  test.each([
    [null, 'expected object, got null'],
    [[], 'expected object, got an array'],
    [undefined, 'expected object, got nothing'],
    [{ ...good, name: 5 }, 'name: expected string, got number'],
    [{ ...good, name: 'x' }, 'name: expected two characters'],
    [{ ...good, tags: ['t', null] }, 'tags.1: expected string, got null'],
    [{ ...good, place: { city: 'B', street: 'secret', no: 1 } }, 'place: unknown properties: street, no'],
  ])('says of %j what is wrong and where', (value, message) => {
    const parse = () => parseSchema(Schema, value, { surface: 'core', direction: 'event', hint: 'look' });
    expect(parse).toThrow(expect.objectContaining({ code: 'VALIDATION', direction: 'event', hint: 'look', message }));
  });

  test('says where the value is in the whole', () => {
    const subject = { surface: 'core', direction: 'response', at: ['data', 0], requestId: 'r-1', attempts: 2 } as const;
    expect(() => parseSchema(Schema, { ...good, tags: [1] }, subject)).toThrow(
      expect.objectContaining({ message: 'data.0.tags.0: expected string, got number', requestId: 'r-1', attempts: 2 }),
    );
    expect(() => parseSchema(Schema, 1, subject)).toThrow('data.0: expected object, got number');
  });

  test('keeps what it does not know, and no key reaches a prototype', () => {
    const value = JSON.parse('{"name":"xx","tags":[],"more":1,"__proto__":{"polluted":true},"constructor":2}');
    const parsed = parseSchema(Schema, value, { surface: 'core', direction: 'event' });
    expect(parsed).toMatchObject({ more: 1, constructor: 2 });
    expect('polluted' in parsed).toBe(false);
  });
});

describe('every issue has plain words, never the value', () => {
  const number = z.number();
  test.each<[string, z.core.$ZodType, unknown, string]>([
    ['a type', z.string(), 5, 'expected string, got number'],
    ['not a number', number, Number.NaN, 'expected number, got NaN'],
    ['an infinite number', number, Number.POSITIVE_INFINITY, 'expected number, got Infinity'],
    ['a fraction', z.int(), 1.5, 'expected whole number, got number'],
    ['what must be left out', z.strictObject({ a: z.optional(z.never()) }), { a: 1 }, 'a: must be left out'],
    ['a literal', z.literal('a'), 'secret', 'expected a'],
    ['an enum', z.enum(['a', 'b', 'c']), 'secret', 'expected a, b or c'],
    ['a union', z.union([z.string(), number]), null, 'expected string or number, got null'],
    ['a union of literals', z.union([z.literal('a'), z.literal('b')]), 'secret', 'expected a or b, got string'],
    ['a union of objects', z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]), {}, 'expected string, got object'],
    [
      'a discriminator',
      z.discriminatedUnion('k', [z.object({ k: z.literal('a') }), z.object({ k: z.literal('b') })]),
      { k: 'secret' },
      'k: expected a or b',
    ],
    ['an empty string', z.string().check(z.minLength(1)), '', 'must not be empty'],
    ['a short string', z.string().check(z.minLength(3)), 'x', 'must have at least 3 characters'],
    ['a long string', z.string().check(z.maxLength(3)), 'secret', 'must have at most 3 characters'],
    ['an empty list', z.array(z.string()).check(z.minLength(1)), [], 'must not be empty'],
    ['a long list', z.array(z.string()).check(z.maxLength(1)), ['a', 'b'], 'must have at most 1 items'],
    ['a small number', number.check(z.minimum(5)), 1, 'must be at least 5'],
    ['a large number', number.check(z.maximum(5)), 9, 'must be at most 5'],
    ['the bound itself', number.check(z.gt(5)), 5, 'must be more than 5'],
    ['the upper bound itself', number.check(z.lt(5)), 5, 'must be less than 5'],
    ['a remainder', number.check(z.multipleOf(2)), 3, 'must be a multiple of 2'],
    ['a format', z.string().check(z.regex(/^a/)), 'secret', 'has the wrong format'],
    ['a format in words of its own', z.string().check(z.regex(/^a/, 'must start with a')), 'secret', 'must start with a'],
    ['a check', z.string().check(z.refine(() => false)), 'secret', 'has the wrong format'],
    ['long names', z.strictObject({}), { ['x'.repeat(1_000)]: 1 }, `unknown properties: ${'x'.repeat(60)}`],
  ])('%s', (_, schema, value, message) => {
    const result = safeParseSchema(schema as z.ZodMiniType, value);
    const [issue] = 'issues' in result ? result.issues : [];
    expect([...(issue?.path ?? []).map(String), issue?.message].join(': ')).toBe(message);
  });
});

test('a Standard Schema returns the value or worded issues', () => {
  const { validate, version, vendor } = toStandardSchema(Schema)['~standard'];
  expect([version, vendor]).toEqual([1, 'waybill']);
  expect(validate(good)).toEqual({ value: good });
  expect(validate({ ...good, name: 1 })).toEqual({ issues: [{ message: 'expected string, got number', path: ['name'] }] });
  expect(safeParseSchema(Schema, 1)).toEqual({ issues: [{ message: 'expected object, got number' }] });
});

test.each<[string, unknown]>([
  ['a getter that throws', Object.defineProperty({ ...good }, 'name', { enumerable: true, get: () => JSON.parse('secret') })],
  ['a revoked proxy', Proxy.revocable({}, {}).proxy],
])('never throws, not even for %s', (_, value) => {
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  for (const each of [value, revoked.proxy]) {
    const result = toStandardSchema(Schema)['~standard'].validate(each);
    expect(JSON.stringify(result)).toMatch(/^\{"issues":\[\{"message":"expected .*\}\]\}$/);
    expect(JSON.stringify(result)).not.toContain('secret');
  }
});

test('a check of its own has the JSON Schema that is given with it', () => {
  const schema = describedAs(
    z.custom<string>(() => true),
    { type: 'string', format: 'date-time' },
  );
  expect(z.toJSONSchema(z.object({ at: schema }))).toMatchObject({ properties: { at: { type: 'string', format: 'date-time' } } });
});

describe('a compiled schema', () => {
  interface Depth {
    readonly schema: z.core.$ZodType;
  }
  const leaf: fc.Arbitrary<Depth> = fc
    .constantFrom<() => z.core.$ZodType>(
      () => z.string(),
      () => z.boolean(),
      () => z.unknown(),
      () => z.number(),
      () => z.literal('a'),
      () => z.enum(['a', 'b']),
      () => z.string().check(z.minLength(1)),
    )
    .map((make) => ({ schema: make() }));
  const { schema: anySchema } = fc.letrec<{ schema: Depth }>((tie) => ({
    schema: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      tie('schema').map(({ schema }) => ({ schema: z.optional(schema) })),
      tie('schema').map(({ schema }) => ({ schema: z.nullable(schema) })),
      tie('schema').map(({ schema }) => ({ schema: z.nullish(schema) })),
      tie('schema').map(({ schema }) => ({ schema: z.array(schema) })),
      fc.tuple(tie('schema'), tie('schema')).map(([a, b]) => ({ schema: z.union([a.schema, b.schema]) })),
      fc.tuple(tie('schema'), tie('schema')).map(([a, b]) => ({ schema: z.looseObject({ a: a.schema, b: b.schema }) })),
      fc.tuple(tie('schema'), tie('schema')).map(([a, b]) => ({ schema: z.strictObject({ a: a.schema, b: b.schema }) })),
      fc.tuple(tie('schema'), tie('schema')).map(([a, b]) => ({ schema: z.object({ a: a.schema, b: b.schema }) })),
    ),
  }));
  const key = fc.constantFrom('a', 'b', 'c', 'constructor');
  const { value: anyValue } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<unknown>(undefined, null, true, 0, Number.NaN, '', 'a', 'b', 'x', []),
      fc.dictionary(key, tie('value')),
      fc.array(tie('value'), { maxLength: 3 }),
    ),
  }));

  test('accepts what the schema accepts, and nothing else', () => {
    fc.assert(
      fc.property(anySchema, fc.array(anyValue, { minLength: 5, maxLength: 10 }), ({ schema }, values) => {
        const fits = compileSchema(schema);
        for (const value of values) expect(fits(value)).toBe(z.safeParse(schema, value).success);
      }),
      { numRuns: 400 },
    );
  });

  test('leaves an object with a property __proto__ to the schema, which drops that property', () => {
    expect(compileSchema(z.looseObject({}))(JSON.parse('{"__proto__":{}}'))).toBe(false);
  });
});
