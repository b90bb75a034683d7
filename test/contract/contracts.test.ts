/** The JSON Schemas that are shipped: what each accepts the library accepts, and the other way round. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as schemas from '../../src/schemas.ts';
import { damaged } from '../support/damaged-events.ts';
import { ajv, asJson, files, fixtures, isFilled, isValid, type Json, parse, schemaOf, valid } from './contracts.ts';

const titles = Object.keys(schemas).map((name) => name.replace(/Schema$/, ''));

test('every schema of the library has a contract, and is tried with valid values', () => {
  expect(Object.values(files).map(({ title }) => title)).toEqual(expect.arrayContaining(titles));
  expect(Object.keys(valid).sort()).toEqual([...titles].sort());
  for (const [file, schema] of Object.entries(files)) {
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: `urn:waybill:contracts:${file.replace('.json', '')}`,
    });
    expect(schema['description'], file).toMatch(/\w\.|\)\.$/);
    expect(JSON.stringify(schema), file).not.toContain('"$ref"');
    expect(() => ajv.compile(schema), file).not.toThrow();
  }
});

describe.each(titles)('%s', (title) => {
  const schema = schemaOf(title);
  const values = valid[title] as fc.Arbitrary<unknown>;

  test('accepts what the library accepts, as the library passes it on', () => {
    fc.assert(
      fc.property(values, (value) => {
        const { success, data, error } = parse(title, value);
        expect(error).toBeUndefined();
        expect({ value, isValid: success && isValid(schema, asJson(data)) }).toEqual({ value, isValid: true });
      }),
    );
  });

  test('and accepts nothing that the library refuses, of damaged and of arbitrary values', () => {
    const inputs = fc.oneof(
      values.chain((value) => (isFilled(value) ? damaged([asJson(value) as Json]) : fc.jsonValue())),
      fc.jsonValue(),
      fc.constantFrom(...fixtures.map(({ value }) => value)),
    );
    fc.assert(
      fc.property(inputs, (input) => {
        const value = asJson(input);
        if (isValid(schema, value)) expect({ value, issues: parse(title, value).error?.issues }).toEqual({ value, issues: undefined });
      }),
      { numRuns: 300 },
    );
  });
});

describe('what changes a value or calculates', () => {
  test.each([
    ['DeliveryTrackerInput', 'chargePermissionId', "''"],
    ['DeliveryTrackerInput', 'chargePermissionId', '="P01-1234567-1234567"'],
    ['DeliveryTrackerInput', 'trackingNumber', ' 1Z999AA10123456784'],
    ['DeliveryTrackerInput', 'trackingNumber', "'1809561149386"],
  ])('%s takes a %s in its canonical form only: %s', (title, name, value) => {
    const input = { chargePermissionId: 'P01-1234567-1234567', trackingNumber: '1Z999AA10123456784', carrierCode: 'UPS' };
    expect(isValid(schemaOf(title), input)).toBe(true);
    expect(isValid(schemaOf(title), { ...input, [name]: value })).toBe(false);
  });

  const days = fc.tuple(fc.integer({ min: 1_900, max: 3_100 }), fc.nat({ max: 13 }), fc.nat({ max: 32 }));
  const clocks = fc.tuple(fc.nat({ max: 25 }), fc.nat({ max: 61 }), fc.constantFrom('Z', '+05:30', '-0800', '+24:00', ''));
  const two = (number: number): string => String(number).padStart(2, '0');
  const feedback = (rescheduleDate: string) => ({ trackingId: '1', ndrAction: 'RESCHEDULE', ndrRequestData: { rescheduleDate } });

  test('NdrFeedback has no date that the library refuses', () => {
    let accepted = 0;
    fc.assert(
      fc.property(days, clocks, ([year, month, day], [hour, minute, offset]) => {
        const value = feedback(`${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:00${offset}`);
        if (!isValid(schemaOf('NdrFeedback'), value)) return;
        accepted += 1;
        expect({ value, issues: parse('NdrFeedback', value).error?.issues }).toEqual({ value, issues: undefined });
      }),
      { numRuns: 3_000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  test('and has every day of the calendar, with leap years', () => {
    for (let day = Date.UTC(2095, 0, 1); day < Date.UTC(2105, 0, 1); day += 86_400_000) {
      const date = new Date(day).toISOString();
      expect(isValid(schemaOf('NdrFeedback'), feedback(date)), date).toBe(true);
    }
    expect(isValid(schemaOf('NdrFeedback'), feedback('2000-02-29T00:00:00Z'))).toBe(true);
    expect(isValid(schemaOf('NdrFeedback'), feedback('2100-02-29T00:00:00Z'))).toBe(false);
  });
});
