import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import * as z from 'zod/mini';
import { readInput } from '../../src/amazonpay/delivery-tracker.ts';
import * as standard from '../../src/amazonpay/index.ts';
import { DeliveryTrackerInputSchema, DeliveryTrackerResponseSchema } from '../../src/amazonpay/schemas.ts';
import { safeParseSchema } from '../../src/core/schema.ts';

const valid = { chargePermissionId: 'P01-1234567-1234567', carrierCode: 'UPS', trackingNumber: '1Z999AA10123456784' };

/** What the client's own check says, in the shape in which a schema says it. */
function check(input: unknown): object {
  try {
    return { value: readInput(input) };
  } catch (error) {
    if (!standard.isWaybillError(error) || error.code !== 'VALIDATION') throw error;
    return { issues: error.issues };
  }
}

const text = fc.oneof(
  fc.constantFrom(
    '',
    '  ',
    'UPS',
    ' UPS ',
    'ups',
    'DHL_DE',
    valid.chargePermissionId,
    'P01-1234567-1234567-C123456',
    'https://x',
    'a\nb',
    'a b',
    'x'.repeat(501),
  ),
  fc.string({ unit: 'binary' }),
);
const value = fc.oneof({ weight: 5, arbitrary: text }, fc.constantFrom(null, undefined, 7, true, [], {}));

describe('DeliveryTrackerInputSchema', () => {
  test("says what the client's own check says, of every input", () => {
    const inputs = fc.record(
      { chargePermissionId: value, amazonOrderReferenceId: value, carrierCode: value, trackingNumber: value, other: value },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(inputs, (input) => {
        const ours = check(input);
        const theirs = safeParseSchema(DeliveryTrackerInputSchema, input);
        if (!('issues' in theirs)) {
          expect(ours).toEqual(theirs);
          return;
        }
        expect(ours).toHaveProperty('issues');
        // zod does not go on to the rule about both ids when a property is wrong.
        expect((ours as typeof theirs).issues).toEqual(expect.arrayContaining([...theirs.issues]));
      }),
      { numRuns: 1_000 },
    );
  });

  test('is the interface', () => {
    expectTypeOf<z.output<typeof DeliveryTrackerInputSchema>>().toEqualTypeOf<standard.DeliveryTrackerInput>();
    expectTypeOf(standard.DeliveryTrackerInputSchema).toEqualTypeOf<standard.StandardSchemaV1<unknown, standard.DeliveryTrackerInput>>();
  });

  test('is a Standard Schema too', () => {
    const { validate, vendor, version } = standard.DeliveryTrackerInputSchema['~standard'];
    expect({ vendor, version }).toEqual({ vendor: 'waybill', version: 1 });
    expect(validate({ ...valid, trackingNumber: ' 1Z ', more: 1 })).toEqual({ value: { ...valid, trackingNumber: '1Z' } });
    expect(validate({ ...valid, trackingNumber: 7 })).toEqual({
      issues: [{ path: ['trackingNumber'], message: 'expected string, got number' }],
    });
    expect(validate(null)).toEqual({ issues: [{ message: 'expected object, got null' }] });
  });
});

describe('DeliveryTrackerResponseSchema', () => {
  test("reads Amazon's sample and keeps what is new", () => {
    const sample = {
      amazonOrderReferenceId: 'P00-0000000-0000000',
      deliveryDetails: [{ trackingNumber: '1Z999AA10123456784', carrierCode: 'UPS', eta: 'soon' }],
      state: { new: true },
    };
    expect(safeParseSchema(DeliveryTrackerResponseSchema, sample)).toEqual({ value: sample });
    expect(standard.DeliveryTrackerResponseSchema['~standard'].validate({})).toEqual({
      issues: [{ path: ['deliveryDetails'], message: 'expected array, got nothing' }],
    });
  });

  test('is the interface', () => {
    expectTypeOf<z.output<typeof DeliveryTrackerResponseSchema>>().toEqualTypeOf<standard.DeliveryTrackerResponse>();
    const inferred = z.looseObject({
      chargePermissionId: z.optional(z.string()),
      amazonOrderReferenceId: z.optional(z.string()),
      deliveryDetails: z.array(z.looseObject({ trackingNumber: z.string(), carrierCode: z.string() })),
    });
    expectTypeOf<z.output<typeof inferred>>().toExtend<standard.DeliveryTrackerResponse>();
  });
});

describe('the types', () => {
  test('ask for one id and not for both', () => {
    expectTypeOf(valid).toExtend<standard.DeliveryTrackerInput>();
    expectTypeOf<{
      amazonOrderReferenceId: string;
      carrierCode: 'NEW_ONE';
      trackingNumber: string;
    }>().toExtend<standard.DeliveryTrackerInput>();
    expectTypeOf<{ carrierCode: string; trackingNumber: string }>().not.toExtend<standard.DeliveryTrackerInput>();
    expectTypeOf<typeof valid & { amazonOrderReferenceId: string }>().not.toExtend<standard.DeliveryTrackerInput>();
  });
});
