import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import * as schemas from '../src/schemas.ts';
import { expectAgreement, undescribed } from './support/json-schema.ts';

const all = Object.entries(schemas) as readonly (readonly [string, z.ZodMiniType])[];

test('waybill/schemas exports schemas only', () => {
  expect(all.length).toBeGreaterThan(20);
  expect(all.filter(([name]) => !name.endsWith('Schema'))).toEqual([]);
});

describe.each(all)('%s', (_, schema) => {
  test.each(['input', 'output'] as const)('has a JSON Schema of its %s that says something of every field', (io) => {
    expect(undescribed(z.toJSONSchema(schema, { io }))).toEqual([]);
  });

  test('and it accepts what the schema accepts, of arbitrary JSON', () => {
    const json = z.toJSONSchema(schema, { io: 'input' });
    fc.assert(fc.property(fc.jsonValue(), (value) => expectAgreement(json, (input) => z.safeParse(schema, input).success, value)));
  });
});
