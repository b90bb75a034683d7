import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import * as z from 'zod/mini';
import { DeliveryTrackerInputSchema, DeliveryTrackerResponseSchema, parseInput } from '../../src/amazonpay/delivery-tracker.ts';
import * as amazonpay from '../../src/amazonpay/index.ts';
import { isCarrierCode } from '../../src/amazonpay/index.ts';
import { bareText } from '../../src/core/cells.ts';
import { safeParseSchema } from '../../src/core/schema.ts';
import { everythingShownOf, waybillErrorOf } from '../support/errors.ts';
import { anyCharacter } from '../support/text.ts';

const valid = { chargePermissionId: 'P01-1234567-1234567', carrierCode: 'UPS', trackingNumber: '1Z999AA10123456784' };

/** The messages of all issues of an input, with their paths. */
async function problemsOf(input: unknown): Promise<string[]> {
  const error = await waybillErrorOf(() => parseInput(input));
  if (!(error instanceof amazonpay.ValidationError)) throw error;
  return error.issues.map(({ path, message }) => [...(path ?? []), message].join(': '));
}

describe('the tracking number', () => {
  test.each([
    ['1Z999AA10123456784', '1Z999AA10123456784'],
    [' 1Z999AA10123456784\n', '1Z999AA10123456784'],
    ['="00340434161094000001"', '00340434161094000001'],
    ['"00340434161094000001"', '00340434161094000001'],
    ["'00340434161094000001", '00340434161094000001'],
    ["'00340434161094000001'", '00340434161094000001'],
    ['\'="00340434161094000001"', '00340434161094000001'],
    [' =" 00340434161094000001 " ', '00340434161094000001'],
    // Marks that are not around all of it belong to the number.
    ["1Z'999", "1Z'999"],
    ["'1Z'999", "'1Z'999"],
    ['1Z"999"', '1Z"999"'],
    ['"1Z"999', '"1Z"999'],
    ['1Z 999 AA1 01 2345 6784', '1Z 999 AA1 01 2345 6784'],
    ['0034 0434 1610 9400 0001', '0034 0434 1610 9400 0001'],
    ['DHL 00340434161094000001', 'DHL 00340434161094000001'],
    ['00340434161094000001 (1/2)', '00340434161094000001 (1/2)'],
    ['123-4567/89', '123-4567/89'],
    ['5E10', '5E10'],
    ['Paket-7-荷物', 'Paket-7-荷物'],
    ['１２３４５６', '123456'],
    ['١٢٣٤٥٦', '123456'],
    ['\u200b00340434161094000001', '00340434161094000001'],
    ['00340434\u200b161094000001', '00340434161094000001'],
    ['00340434161094000001\u202c', '00340434161094000001'],
    ['1Z999AA1\u00ad0123456784', '1Z999AA10123456784'],
    ['=00340434161094000001', '00340434161094000001'],
    ['‘00340434161094000001', '00340434161094000001'],
    ['="\'00340434161094000001"', '00340434161094000001'],
    ['00340434161094000001,', '00340434161094000001'],
    ['00340434161094000001;', '00340434161094000001'],
    ['123456.7', '123456.7'],
    ['12345.0', '12345.0'],
    ['00000001', '00000001'],
    ['1', '1'],
    ['test 123', 'test 123'],
  ])('%j is sent as %j', (trackingNumber, sent) => {
    expect(parseInput({ ...valid, trackingNumber }).trackingNumber).toBe(sent);
  });

  const SEVERAL = 'got several numbers';
  test.each([
    ['', 'must not be empty'],
    [' \t\n', 'must not be empty'],
    ["'", 'must not be empty'],
    ['=""', 'must not be empty'],
    ['x1'.repeat(251), 'must have at most 500 characters'],
    ['n/a', 'must contain a digit'],
    ['N/A', 'must contain a digit'],
    ['none', 'must contain a digit'],
    ['test', 'must contain a digit'],
    ['-', 'must contain a digit'],
    ['#', 'must contain a digit'],
    ['Selbstabholung', 'must contain a digit'],
    ['3.40434E+19', 'got scientific notation'],
    ['3,40434E+19', 'got scientific notation'],
    ['1.8E12', 'got scientific notation'],
    ['1e+18', 'got scientific notation'],
    ['="3.40434E+19"', 'got scientific notation'],
    ['https://track.example/1Z999AA10123456784', 'got a link'],
    ['http://t.example/1', 'got a link'],
    ['HTTPS://track.example/1Z', 'got a link'],
    ['www.dhl.de/piececode=00340434161094000001', 'got a link'],
    ['WWW.UPS.COM/1Z999', 'got a link'],
    ['dhl.de/sendung?id=00340434161094000001', 'got a link'],
    ['ftp://x/1234567890', 'got a link'],
    ['//x.example/12345678', 'got a link'],
    ['track.dhl.example?n=1234567890', 'got a link'],
    ['mailto:a@b.c1', 'got a link'],
    ['tel:+491701234567', 'got a link'],
    ['=HYPERLINK("https://t.example/1","1234567890")', 'got a formula'],
    ['=A1', 'got a formula'],
    ['1234567,8', 'got a decimal'],
    ['1,234,567,890', 'got thousands separators'],
    ['1.234.567.890,0', 'got thousands separators'],
    ['1 234 567 890,00', 'got thousands separators'],
    ['<b>1234567890</b>', 'got HTML or JSON'],
    ['1234567890&nbsp;', 'got HTML or JSON'],
    ['["1234567890"]', 'got HTML or JSON'],
    ['00340434161094000001-00340434161094000002', SEVERAL],
    ['0000-0000-0000', 'must not have only zeros'],
    ['000 000 000', 'must not have only zeros'],
    ['00340434161094000001, 00340434161094000002', SEVERAL],
    ['00340434161094000001;00340434161094000002', SEVERAL],
    ['1;2', SEVERAL],
    ['00340434161094000001\n00340434161094000002', SEVERAL],
    ['00340434161094000001\t00340434161094000002', SEVERAL],
    ['00340434161094000001|00340434161094000002', SEVERAL],
    ['00340434161094000001/00340434161094000002', SEVERAL],
    ['00340434161094000001、00340434161094000002', SEVERAL],
    ['00340434161094000001，00340434161094000002', SEVERAL],
    ['00340434161094000001；00340434161094000002', SEVERAL],
    ['00340434161094000001｜00340434161094000002', SEVERAL],
    ['00340434161094000001<br>00340434161094000002', SEVERAL],
    ['00340434161094000001<BR/>00340434161094000002', SEVERAL],
    ['１;２', SEVERAL],
    ['1809561149386.0', 'got a decimal that a spreadsheet has made of the number'],
    ['1809561149386.00', 'got a decimal'],
    ['1809561149386,0', 'got a decimal'],
    ['="1809561149386.0"', 'got a decimal'],
    ['0', 'must not have only zeros'],
    ['00000000', 'must not have only zeros'],
    ['０００', 'must not have only zeros'],
    ['1Z\u202e999', 'must not contain control characters'],
    ['1Z999AA10123456784 / 1Z999AA10123456785', SEVERAL],
    ['1Z999AA10123456784 & 1Z999AA10123456785', SEVERAL],
    ['1Z999AA10123456784 + 1Z999AA10123456785', SEVERAL],
    ['1Z999AA10123456784 1Z999AA10123456785', SEVERAL],
    ['1Z999AA10123456784 and 1Z999AA10123456785', SEVERAL],
    ['JJD000390007827356 und JJD000390007827357', SEVERAL],
    ['1Z\u00002', 'must not contain control characters'],
    ['1Z\ud800', 'must not contain control characters or unpaired surrogates'],
  ])('%j is refused: %s', async (trackingNumber, problem) => {
    const problems = await problemsOf({ ...valid, trackingNumber });
    expect(problems).toEqual([expect.stringContaining(`trackingNumber: ${problem}`)]);
    if (trackingNumber.length > 5) expect(problems.join()).not.toContain(trackingNumber);
  });

  test.each([
    ['１２３４－５６７８－９０１２', '1234-5678-9012'],
    ['１２３４ー５６７８', '1234-5678'],
    ['1234ｰ5678', '1234-5678'],
    ['ＲＲ１２３４５６７８５ＪＰ', 'RR123456785JP'],
    ['1234–5678—9012‐3456−7890', '1234-5678-9012-3456-7890'],
  ])('%s, as an input method or a word processor writes it, is %s', (typed, trackingNumber) => {
    expect(parseInput({ ...valid, trackingNumber: typed })).toEqual({ ...valid, trackingNumber });
  });

  test('of 500 characters is accepted', () => {
    expect(parseInput({ ...valid, trackingNumber: '7'.repeat(500) }).trackingNumber).toHaveLength(500);
  });

  test.each([
    'a1 ',
    '1a',
    'a.',
    '1,234',
    ' 123',
    '1-',
    '&a',
    'a-',
    '[',
    ' ',
    '/',
    'aaaaaaaaa1 ',
    'aaaaaaaaaaa ',
    '1/',
    'A&',
    "'",
    '="',
    '1,',
    'a.a/',
    ',',
    '<br',
    '0',
  ])('does not hang the check with many of %j', (piece) => {
    const longest = { ...valid, trackingNumber: `7${piece.repeat(500).slice(0, 498)}7` };
    expect(safeParseSchema(DeliveryTrackerInputSchema, longest)).toBeTypeOf('object');
    const tooLong = { ...valid, trackingNumber: `7${piece.repeat(500_000)}7` };
    expect(safeParseSchema(DeliveryTrackerInputSchema, tooLong)).toMatchObject({
      issues: [{ message: 'must have at most 500 characters' }],
    });
  });
});

describe("the order's id", () => {
  const CHARGE = 'got the id of a charge or refund';

  test.each([
    'P01-1234567-1234567-C123456',
    'P01-1234567-1234567-R123456',
    'P01-1234567-1234567-A123456',
    'P01-1234567-1234567-B123456',
    'S02-0000000-0000000-C012345-capture',
    'S02-0000000-0000000-C012345-refund-1',
    'S02-0000000-0000000-C012345_1',
    'S02-0000000-0000000-c012345',
    'S02-0000000-0000000/C012345',
    'S02-0000000-0000000-C01234',
    'S02-0000000-0000000-capture',
  ])('%s is that of a charge or refund, and the hint says where the right one is', async (id) => {
    for (const name of ['chargePermissionId', 'amazonOrderReferenceId'] as const) {
      const error = await waybillErrorOf(() => parseInput({ [name]: id, carrierCode: 'UPS', trackingNumber: '1Z999' }));
      expect(error.message).toContain(`${name}: ${CHARGE}`);
      expect(error.hint).toContain('AmazonPaySigner');
      expect(everythingShownOf(error)).not.toContain(id.slice(0, 19));
    }
  });

  test.each([
    ['', 'must not be empty'],
    [' ', 'must not be empty'],
    ['P01 1234567', 'must not contain spaces'],
    ['P01\u00001234567', 'must not contain control characters'],
    ['x'.repeat(501), 'must have at most 500 characters'],
  ])('%j is refused: %s', async (chargePermissionId, problem) => {
    expect(await problemsOf({ ...valid, chargePermissionId })).toEqual([expect.stringContaining(`chargePermissionId: ${problem}`)]);
  });

  test.each(['P01-1234567-1234567', 'B01-1234567-1234567', '511b6c3a-0b0c-4b0e-8d0a-000000000000', 'X-C12345', 'P01-C1234567'])(
    '%s is accepted',
    (chargePermissionId) => {
      expect(parseInput({ ...valid, chargePermissionId })).toEqual({ ...valid, chargePermissionId });
    },
  );
});

describe("the carrier's code", () => {
  const hintOf = async (carrierCode: unknown, knowsCarrier?: amazonpay.CarrierCheck): Promise<string | undefined> =>
    (await waybillErrorOf(() => parseInput({ ...valid, carrierCode }, knowsCarrier))).hint;

  test.each(['ups', 'UPS Ground', 'dhl DE', 'x UPS', 'Royal Mail', 'DHL-DE', 'ÜPS', 'U'.repeat(101)])(
    '%j is refused, and the hint names findCarrier()',
    async (carrierCode) => {
      expect(await problemsOf({ ...valid, carrierCode })).toEqual([
        `carrierCode: expected a code of Amazon's list, such as "UPS" or "DHL_DE"`,
      ]);
      expect(await hintOf(carrierCode)).toContain("findCarrier() finds the code for a carrier's name.");
    },
  );

  test.each([
    ['ups', 'UPS'],
    ['UPS Ground', 'UPS'],
    ['dhl_de', 'DHL_DE'],
    ['Fed Ex', 'FEDEX'],
    ['Purolater', 'PUROLATOR'],
  ])('%j gets the nearest codes if the list is loaded: %s', async (carrierCode, codes) => {
    expect(await hintOf(carrierCode, isCarrierCode)).toContain(`The nearest codes are ${codes}.`);
  });

  test('is named by the hint also if it is not all that is wrong, and only if it is wrong', async () => {
    const nothingSent = 'Nothing was sent, so the tracking number is not used up.';
    const hint = async (fields: object) => (await waybillErrorOf(() => parseInput({ ...valid, ...fields }))).hint;
    expect(await hint({ trackingNumber: '' })).toBe(nothingSent);
    expect(await hint({ carrierCode: 'ups' })).toBe(`findCarrier() finds the code for a carrier's name. ${nothingSent}`);
    expect(await hint({ carrierCode: 'ups', trackingNumber: '' })).toBe(await hint({ carrierCode: 'ups' }));
    expect(await hint({ chargePermissionId: 'P01-1234567-1234567-C123456', trackingNumber: '' })).toContain('AmazonPaySigner');
  });

  test('gets no code that is not near, and none for what is not a string', async () => {
    expect(await hintOf('Zustellung durch Nachbarn', isCarrierCode)).not.toContain('nearest');
    expect(await hintOf(7, isCarrierCode)).not.toContain('findCarrier');
    expect(await hintOf('ups', () => false)).not.toContain('nearest');
  });

  test.each(['UPS', 'DHL_DE', 'NEW_CARRIER_2031', '="UPS"', ' UPS ', 'U'.repeat(100)])('%j is accepted', (carrierCode) => {
    expect(parseInput({ ...valid, carrierCode }).carrierCode).toMatch(/^[A-Z0-9_]+$/);
  });
});

describe('an input in the form of the official SDK', () => {
  test.each([
    { chargePermissionId: valid.chargePermissionId, deliveryDetails: [{ trackingNumber: '1Z999', carrierCode: 'UPS' }] },
    { chargePermissionId: valid.chargePermissionId, deliveryDetails: { trackingNumber: '1Z999', carrierCode: 'UPS' } },
    { deliveryDetails: [] },
  ])('is refused with a hint at the flat one: %j', async (input) => {
    const error = await waybillErrorOf(() => parseInput(input));
    expect(error.message).toContain('trackingNumber: expected string, got nothing; carrierCode: expected string, got nothing');
    expect(error.hint).toContain('The input is flat here');
    expect(error.hint).toContain('migrate-from-amazon-pay-sdk.md');
  });
});

describe('DeliveryTrackerInputSchema', () => {
  const text = fc.oneof(
    fc.constantFrom(
      '',
      ' ',
      'UPS',
      ' UPS ',
      'ups',
      'DHL_DE',
      valid.chargePermissionId,
      'P01-1234567-1234567-C123456',
      'a\nb',
      '="7"',
      '1;2',
    ),
    fc.string({ unit: anyCharacter }),
  );
  const value = fc.oneof({ weight: 5, arbitrary: text }, fc.constantFrom(null, undefined, 7, true, [], {}));
  const inputs = fc.record(
    { chargePermissionId: value, amazonOrderReferenceId: value, carrierCode: value, trackingNumber: value, other: value },
    { requiredKeys: [] },
  );

  test('is what the client checks with: every input has the same issues and the same value', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const result = safeParseSchema(DeliveryTrackerInputSchema, input);
        if ('value' in result) expect(parseInput(input)).toEqual(result.value);
        else expect(() => parseInput(input)).toThrow(expect.objectContaining({ issues: result.issues }));
      }),
      { numRuns: 500 },
    );
  });

  test('accepts its own output, unchanged', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const result = safeParseSchema(DeliveryTrackerInputSchema, input);
        if ('value' in result) expect(safeParseSchema(DeliveryTrackerInputSchema, result.value)).toEqual(result);
      }),
      { examples: [[{ ...valid, trackingNumber: '\'="7"' }], [{ ...valid, carrierCode: '"UPS"' }]] },
    );
  });

  test('says everything that is wrong at once', async () => {
    expect(await problemsOf({ trackingNumber: 'n/a', carrierCode: 7 })).toEqual([
      'trackingNumber: must contain a digit: this is a placeholder or a name',
      'carrierCode: expected string, got number',
      'expected either chargePermissionId or amazonOrderReferenceId, got neither',
    ]);
    expect(await problemsOf({ ...valid, amazonOrderReferenceId: 'P01-1234567-1234567' })).toEqual([
      'expected either chargePermissionId or amazonOrderReferenceId, got both: each parcel belongs to one order',
    ]);
  });

  test.each(['output', 'input'] as const)('as JSON Schema says what is checked, of the %s', (io) => {
    const schema = z.toJSONSchema(DeliveryTrackerInputSchema, { io });
    const string = { type: 'string', minLength: 1, maxLength: 500 };
    const patterns = (count: number) => ({ ...string, allOf: Array.from({ length: count }, () => ({ pattern: expect.any(String) })) });
    expect(schema).toEqual({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: {
        chargePermissionId: patterns(3),
        amazonOrderReferenceId: patterns(3),
        trackingNumber: patterns(13),
        carrierCode: { ...string, pattern: '^[A-Z0-9_]{1,100}$' },
      },
      required: ['trackingNumber', 'carrierCode'],
      oneOf: [{ required: ['chargePermissionId'] }, { required: ['amazonOrderReferenceId'] }],
      ...(io === 'output' && { additionalProperties: false }),
    });
  });

  test('as JSON Schema agrees with the check, for every string without what is removed', () => {
    const { properties = {} } = z.toJSONSchema(DeliveryTrackerInputSchema);
    const { allOf = [], maxLength = 0 } = properties['trackingNumber'] as { allOf?: { pattern: string }[]; maxLength?: number };
    const plain = fc
      .oneof(
        fc.string({ unit: anyCharacter, minLength: 1 }),
        fc.stringMatching(/^[1A;/ ,E+.]{1,30}$/),
        fc.stringMatching(/^[10.、<br]{1,12}$/),
      )
      .filter((string) => string === bareText(string));
    fc.assert(
      fc.property(plain, (trackingNumber) => {
        const isValid = trackingNumber.length <= maxLength && allOf.every(({ pattern }) => new RegExp(pattern, 'u').test(trackingNumber));
        expect('value' in safeParseSchema(DeliveryTrackerInputSchema, { ...valid, trackingNumber })).toBe(isValid);
      }),
      { numRuns: 500 },
    );
  });

  test('is the interface', () => {
    expectTypeOf<z.output<typeof DeliveryTrackerInputSchema>>().toEqualTypeOf<amazonpay.DeliveryTrackerInput>();
    expectTypeOf(amazonpay.DeliveryTrackerInputSchema).toEqualTypeOf<amazonpay.StandardSchemaV1<unknown, amazonpay.DeliveryTrackerInput>>();
    expect(safeParseSchema(DeliveryTrackerInputSchema, valid)).toEqual({ value: valid });
  });

  test('is a Standard Schema too', () => {
    const { validate, vendor, version } = amazonpay.DeliveryTrackerInputSchema['~standard'];
    expect({ vendor, version }).toEqual({ vendor: 'waybill', version: 1 });
    expect(validate({ ...valid, trackingNumber: ' 1Z ', more: 1 })).toEqual({ value: { ...valid, trackingNumber: '1Z' } });
    expect(validate({ ...valid, trackingNumber: 7 })).toEqual({
      issues: [{ path: ['trackingNumber'], message: 'expected string, got number' }],
    });
    expect(validate(null)).toEqual({ issues: [{ message: 'expected object, got null' }] });
  });
});

describe('DeliveryTrackerResponseSchema', () => {
  const sample = {
    amazonOrderReferenceId: 'P00-0000000-0000000',
    deliveryDetails: [{ trackingNumber: '1Z999AA10123456784', carrierCode: 'UPS', eta: 'soon' }],
    state: { new: true },
  };

  test("reads Amazon's sample and keeps what is new", () => {
    expect(safeParseSchema(DeliveryTrackerResponseSchema, sample)).toEqual({ value: sample });
    expect(amazonpay.DeliveryTrackerResponseSchema['~standard'].validate({})).toEqual({
      issues: [{ path: ['deliveryDetails'], message: 'expected array, got nothing' }],
    });
  });

  test.each([
    [{ ...sample, chargePermissionId: 7 }, ['chargePermissionId']],
    [{ ...sample, amazonOrderReferenceId: null }, ['amazonOrderReferenceId']],
    [{ ...sample, deliveryDetails: {} }, ['deliveryDetails']],
    [{ ...sample, deliveryDetails: [{ trackingNumber: 1, carrierCode: 'UPS' }] }, ['deliveryDetails', 0, 'trackingNumber']],
    [{ ...sample, deliveryDetails: [{ trackingNumber: '1' }] }, ['deliveryDetails', 0, 'carrierCode']],
  ])('refuses %j at %j', (value, path) => {
    expect(safeParseSchema(DeliveryTrackerResponseSchema, value)).toMatchObject({ issues: [{ path }] });
  });

  test.each(['output', 'input'] as const)('as JSON Schema says what is checked, of the %s', (io) => {
    const detail = { type: 'object', properties: { trackingNumber: { type: 'string' }, carrierCode: { type: 'string' } } };
    expect(z.toJSONSchema(DeliveryTrackerResponseSchema, { io })).toMatchObject({
      properties: {
        chargePermissionId: { type: 'string' },
        amazonOrderReferenceId: { type: 'string' },
        deliveryDetails: { type: 'array', items: { ...detail, required: ['trackingNumber', 'carrierCode'] } },
      },
      required: ['deliveryDetails'],
    });
  });

  test('is the interface', () => {
    expectTypeOf<z.output<typeof DeliveryTrackerResponseSchema>>().toEqualTypeOf<amazonpay.DeliveryTrackerResponse>();
    const inferred = z.looseObject({
      chargePermissionId: z.optional(z.string()),
      amazonOrderReferenceId: z.optional(z.string()),
      deliveryDetails: z.array(z.looseObject({ trackingNumber: z.string(), carrierCode: z.string() })),
    });
    expectTypeOf<z.output<typeof inferred>>().toExtend<amazonpay.DeliveryTrackerResponse>();
    expect(safeParseSchema(inferred, sample)).toEqual(safeParseSchema(DeliveryTrackerResponseSchema, sample));
  });
});

describe('the types', () => {
  test('require one id and refuse two', () => {
    expectTypeOf(valid).toExtend<amazonpay.DeliveryTrackerInput>();
    expectTypeOf<{
      amazonOrderReferenceId: string;
      carrierCode: 'NEW_ONE';
      trackingNumber: string;
    }>().toExtend<amazonpay.DeliveryTrackerInput>();
    expectTypeOf<{ carrierCode: string; trackingNumber: string }>().not.toExtend<amazonpay.DeliveryTrackerInput>();
    expectTypeOf<typeof valid & { amazonOrderReferenceId: string }>().not.toExtend<amazonpay.DeliveryTrackerInput>();
    expect(parseInput(valid)).toEqual(valid);
  });

  test('accept undefined wherever an option is optional', () => {
    expectTypeOf<{ signal: undefined; timeout: undefined; idempotencyKey: undefined }>().toExtend<amazonpay.DeliveryTrackerCallOptions>();
    expectTypeOf<{ idempotencyStore: undefined; concurrency: undefined; signal: undefined }>().toExtend<amazonpay.CreateManyOptions>();
    type Optional = Omit<amazonpay.DeliveryTrackerClientOptions, 'publicKeyId' | 'privateKey' | 'region'>;
    expectTypeOf<{ [Name in keyof Optional]: undefined }>().toExtend<Optional>();
    expect(parseInput({ ...valid, amazonOrderReferenceId: undefined })).toEqual(valid);
  });
});
