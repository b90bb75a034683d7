import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { parseSchema, safeParseSchema, toStandardSchema } from '../../src/core/schema.ts';

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

  test('keeps what it does not know, and no key reaches a prototype', () => {
    const value = JSON.parse('{"name":"xx","tags":[],"more":1,"__proto__":{"polluted":true},"constructor":2}');
    const parsed = parseSchema(Schema, value, { surface: 'core', direction: 'event' });
    expect(parsed).toMatchObject({ more: 1, constructor: 2 });
    expect('polluted' in parsed).toBe(false);
  });
});

test('a Standard Schema gives the value or worded issues', () => {
  const { validate, version, vendor } = toStandardSchema(Schema)['~standard'];
  expect([version, vendor]).toEqual([1, 'waybill']);
  expect(validate(good)).toEqual({ value: good });
  expect(validate({ ...good, name: 1 })).toEqual({ issues: [{ message: 'expected string, got number', path: ['name'] }] });
  expect(safeParseSchema(Schema, 1)).toEqual({ issues: [{ message: 'expected object, got number' }] });
});
