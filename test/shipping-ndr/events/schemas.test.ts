import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import * as z from 'zod/mini';
import { compileSchema } from '../../../src/core/schema.ts';
import * as schemas from '../../../src/shipping-ndr/events/schemas.ts';
import { NdrDetailSchema, NdrEventSchema, TrackingDetailSchema, TrackingEventSchema } from '../../../src/shipping-ndr/index.ts';
import { damaged } from '../../support/damaged-events.ts';
import { expectAgreement, undescribed } from '../../support/json-schema.ts';
import { ndrEvent, ndrSample, trackingSample } from '../../support/shipping-ndr/samples.ts';

describe('schemas for any validator', () => {
  test.each([
    [NdrEventSchema, ndrSample],
    [NdrDetailSchema, ndrSample.detail],
    [TrackingEventSchema, trackingSample],
    [TrackingDetailSchema, trackingSample.detail],
  ])('accept what is right, and return it unchanged: %#', (schema, value) => {
    expect(schema['~standard'].validate(value)).toEqual({ value });
    expect(schema['~standard'].validate({ ...value, added: { later: [1] } })).toEqual({ value: { ...value, added: { later: [1] } } });
  });

  test.each(Object.keys(ndrSample.detail))('check %s of the detail', (name) => {
    expect(NdrDetailSchema['~standard'].validate({ ...ndrSample.detail, [name]: true })).toMatchObject({ issues: [{ path: [name] }] });
  });

  test.each([
    ['eventCode', true],
    ['eventTime', true],
    ['shipmentType', true],
    ['alternateLegTrackingId', true],
    ['location', 7],
    ['trackingDetailCodes', 7],
  ])('check %s of a tracking detail', (name, value) => {
    expect(TrackingDetailSchema['~standard'].validate({ ...trackingSample.detail, [name]: value })).toMatchObject({
      issues: [{ path: [name] }],
    });
    expect(TrackingDetailSchema['~standard'].validate({ ...trackingSample.detail, [name]: null })).not.toHaveProperty('issues');
  });

  test.each([
    ['location', 'city'],
    ['location', 'stateOrRegion'],
    ['location', 'countryCode'],
    ['location', 'postalCode'],
    ['trackingDetailCodes', 'forward'],
    ['trackingDetailCodes', 'returns'],
  ])('check %s.%s', (outer, inner) => {
    const issues = TrackingDetailSchema['~standard'].validate({ ...trackingSample.detail, [outer]: { [inner]: { 0: 7 } } });
    expect(issues).toMatchObject({ issues: [{ path: [outer, inner] }] });
  });

  test.each(['id', 'time', 'source', 'version', 'account', 'region', 'resources'])(
    'check %s of the envelope, which is optional',
    (name) => {
      const { [name as 'source']: _, ...without } = ndrSample;
      expect(NdrEventSchema['~standard'].validate(without)).toEqual({ value: without });
      expect(NdrEventSchema['~standard'].validate({ ...ndrSample, [name]: true })).toMatchObject({ issues: [{ path: [name] }] });
    },
  );

  test.each(['detail-type', 'detail'])('require %s', (name) => {
    const { [name as 'detail']: _, ...without } = ndrSample;
    expect(NdrEventSchema['~standard'].validate(without)).toMatchObject({ issues: [{ path: [name] }] });
  });
});

const { detail: _, ...envelope } = ndrSample;
const declared = [
  ['ShippingEventEnvelopeSchema', schemas.ShippingEventEnvelopeSchema, [envelope]],
  ['NdrEventSchema', schemas.NdrEventSchema, [{ ...ndrSample }, { ...ndrEvent({ trackingId: 7, deliveryAttemptCount: 4 }) }]],
  ['NdrDetailSchema', schemas.NdrDetailSchema, [{ ...ndrSample.detail }]],
  ['TrackingEventSchema', schemas.TrackingEventSchema, [{ ...trackingSample }]],
  ['TrackingDetailSchema', schemas.TrackingDetailSchema, [{ ...trackingSample.detail }]],
] as const;

describe.each(declared)('the JSON Schema of %s', (_, schema, samples) => {
  const accepts = (value: unknown): boolean => z.safeParse(schema, value).success;
  const json = { input: z.toJSONSchema(schema, { io: 'input' }), output: z.toJSONSchema(schema, { io: 'output' }) };

  test.each(['input', 'output'] as const)('describes every property of its %s', (io) => {
    expect(undescribed(json[io])).toEqual([]);
    for (const sample of samples) expect(Object.keys(json[io].properties ?? {})).toEqual(expect.arrayContaining(Object.keys(sample)));
  });

  test.each(['input', 'output'] as const)('says of any value what the schema says of it: %s', (io) => {
    const value = fc.oneof(damaged(samples), fc.constantFrom<unknown>(...samples), fc.jsonValue());
    fc.assert(fc.property(value, (each) => expectAgreement(json[io], accepts, each)));
  });

  test('is what the compiled test on the hot path accepts too', () => {
    const fits = compileSchema(schema);
    fc.assert(fc.property(fc.oneof(damaged(samples), fc.anything()), (value) => fits(value) === accepts(value)));
  });
});

test('the lists of exported schemas and of schemas with a JSON Schema are the same', () => {
  expect(declared.map(([name]) => name).sort()).toEqual(
    Object.keys(schemas)
      .filter((name) => name.endsWith('Schema'))
      .sort(),
  );
});

test('the compiler knows what each schema returns', () => {
  type OutputOf<Schema> = Schema extends { '~standard': { types?: { output: infer Output } | undefined } } ? Output : never;
  expectTypeOf<OutputOf<typeof NdrEventSchema>>().toEqualTypeOf<schemas.NdrEventPayload>();
  expectTypeOf<OutputOf<typeof NdrDetailSchema>>().toEqualTypeOf<schemas.NdrEventPayload['detail']>();
  expectTypeOf<OutputOf<typeof TrackingEventSchema>>().toEqualTypeOf<schemas.TrackingEventPayload>();
  expectTypeOf<schemas.NdrEventPayload['detail']['trackingId']>().toEqualTypeOf<string | number>();
});
