/** The schema of feedback: what it says, what its JSON Schema says, and what the client does. */
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import * as z from 'zod/mini';
import * as declared from '../../../src/shipping-ndr/feedback/feedback.ts';
import { isWaybillError, type NdrAction, type NdrFeedback, NdrFeedbackClient, NdrFeedbackSchema } from '../../../src/shipping-ndr/index.ts';
import { anyInvalidNdrFeedback, anyNdrFeedback } from '../../../src/testing/arbitraries.ts';
import { expectAgreement, isValid, undescribed } from '../../support/json-schema.ts';
import { credentials } from '../../support/shipping-ndr/amazon.ts';
import { anyCharacter } from '../../support/text.ts';

const trackingId = '1582657452914';
const RESCHEDULE = { trackingId, ndrAction: 'RESCHEDULE', ndrRequestData: { rescheduleDate: '2026-03-02T09:00:00+05:30' } };
const REATTEMPT = { trackingId, ndrAction: 'REATTEMPT', ndrRequestData: { additionalAddressNotes: 'Second gate' } };
const RTO = { trackingId, ndrAction: 'RTO' };
const validate = (value: unknown) => NdrFeedbackSchema['~standard'].validate(value);
const accepts = (value: unknown): boolean => z.safeParse(declared.NdrFeedbackSchema, value).success;

/** Feedback as it may come out of a spreadsheet, a form or a wrong program. */
const almost = fc.record(
  {
    trackingId: fc.constantFrom<unknown>(
      trackingId,
      '',
      ' 1',
      '1 ',
      'a b',
      'a  b',
      'a\u200bb',
      '1\ud800',
      'x'.repeat(300),
      '1',
      'n/a',
      '1;2',
      '000',
      '1234567.0',
      7,
      null,
    ),
    ndrAction: fc.constantFrom<unknown>('RESCHEDULE', 'REATTEMPT', 'RTO', 'rto', '', null, 7),
    ndrRequestData: fc.oneof(
      fc.constantFrom<unknown>(null, {}, [], 'x', undefined),
      fc.record(
        {
          rescheduleDate: fc.constantFrom<unknown>(
            ...['2026-03-02T09:00:00Z', '2026-03-02t09:00z', '2026-03-02T09:00:00+0530', '2026-03-02T09:00:00.123456789-08:00'],
            ...[
              '2026-03-02',
              '2026-03-02T09:00:00',
              '2026-03-02 09:00Z',
              '2026-03-02T09:00:00+05',
              `2026-03-02T09:00:00.${'1'.repeat(100)}Z`,
            ],
            ...[7, null, 'tomorrow'],
          ),
          additionalAddressNotes: fc.oneof(
            fc.constantFrom<unknown>(
              'Second gate',
              '',
              ' \n',
              'x'.repeat(256),
              'x'.repeat(257),
              '🏠'.repeat(256),
              '🏠'.repeat(257),
              '\ud83c',
            ),
            fc.string({ unit: anyCharacter, maxLength: 300 }),
            fc.constantFrom<unknown>(7, null, {}),
          ),
          other: fc.constant(1),
        },
        { requiredKeys: [] },
      ),
    ),
    other: fc.constant(1),
  },
  { requiredKeys: [] },
);

describe('the schema for any validator', () => {
  test.each([RESCHEDULE, REATTEMPT, RTO, { ...RTO, ndrRequestData: undefined }])('accepts %j, and returns it unchanged', (feedback) => {
    expect(validate(feedback)).toEqual({ value: feedback });
  });

  test('accepts a date of any realm', () => {
    for (const rescheduleDate of [new Date('2026-03-02T09:00:00Z'), runInNewContext("new Date('2026-03-02T09:00:00Z')") as Date]) {
      expect(validate({ ...RESCHEDULE, ndrRequestData: { rescheduleDate } })).not.toHaveProperty('issues');
    }
  });

  test.each<[unknown, readonly (readonly PropertyKey[] | undefined)[]]>([
    [{ ...RESCHEDULE, ndrAction: 'RTO' }, [['ndrRequestData']]],
    [{ ...RTO, ndrAction: 'RESCHEDULE' }, [['ndrRequestData']]],
    [{ ...REATTEMPT, ndrRequestData: RESCHEDULE.ndrRequestData }, [['ndrRequestData', 'additionalAddressNotes']]],
    [{ ...RTO, trackingId: '', ndrRequestData: {} }, [['trackingId'], ['ndrRequestData']]],
    [{ ...RTO, note: 'x' }, [undefined]],
    [{ ndrAction: 'RTO' }, [['trackingId']]],
    [{ trackingId }, [['ndrAction']]],
    [null, [undefined]],
  ])('says what is wrong with %j, and where', (feedback, paths) => {
    const result = validate(feedback);
    expect('issues' in result && result.issues.map(({ path }) => path)).toEqual(paths);
    expect(JSON.stringify(result)).not.toContain(trackingId);
  });
});

describe('the JSON Schema', () => {
  const json = { input: z.toJSONSchema(declared.NdrFeedbackSchema, { io: 'input' }), output: z.toJSONSchema(declared.NdrFeedbackSchema) };

  test.each(['input', 'output'] as const)('describes everything in the %s', (io) => {
    expect(undescribed(json[io])).toEqual([]);
    for (const feedback of [RESCHEDULE, REATTEMPT, RTO]) expect(isValid(json[io], feedback)).toBe(true);
  });

  test.each(['input', 'output'] as const)('says of any value what the schema says of it: %s', (io) => {
    const value = fc.oneof(almost, anyNdrFeedback(), fc.jsonValue());
    fc.assert(
      fc.property(value, (each) => expectAgreement(json[io], accepts, each)),
      { numRuns: 500 },
    );
  });

  test('cannot say only that a day must exist and be between 1970 and 9999', () => {
    for (const rescheduleDate of ['2026-02-30T00:00:00Z', '1969-12-31T23:59:59Z', '2026-01-01T25:00:00Z', '0000-01-01T00:00:00Z']) {
      const feedback = { ...RESCHEDULE, ndrRequestData: { rescheduleDate } };
      expect([isValid(json.input, feedback), accepts(feedback)]).toEqual([true, false]);
    }
  });
});

describe('the client', () => {
  /** Whether it sends the feedback; what it throws otherwise has to be ours. */
  async function sends(feedback: unknown): Promise<boolean> {
    let sent = false;
    const fetch = async (url: string): Promise<Response> => {
      if (url.includes('/auth/')) return Response.json({ access_token: 'Atza|x' });
      sent = true;
      return new Response(null, { status: 204 });
    };
    const client = new NdrFeedbackClient({ credentials, fetch, rateLimiter: false, clock: () => new Date('2000-01-01T00:00:00Z') });
    await client.submit(feedback as NdrFeedback, { allowContactData: true }).catch((error: unknown) => {
      if (!isWaybillError(error) || error.code !== 'VALIDATION') throw error;
    });
    return sent;
  }

  test('sends what the schema accepts, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(almost, anyNdrFeedback()), async (feedback) => {
        expect(await sends(feedback)).toBe(accepts(feedback));
      }),
    );
  });

  test('refuses feedback with one thing wrong, at the place where it is', async () => {
    await fc.assert(
      fc.asyncProperty(anyInvalidNdrFeedback(), async ({ value, path }) => {
        const result = validate(value);
        const paths = 'issues' in result ? result.issues.map(({ path: at }) => at?.join('.')) : [];
        expect(paths).toContain(path.join('.'));
        expect(await sends(value)).toBe(false);
      }),
    );
  });
});

test('the compiler knows what each action needs', () => {
  expectTypeOf<NdrAction>().toEqualTypeOf<'RESCHEDULE' | 'REATTEMPT' | 'RTO'>();
  expectTypeOf<{ trackingId: string; ndrAction: 'RESCHEDULE' }>().not.toExtend<NdrFeedback>();
  expectTypeOf<{ trackingId: string; ndrAction: 'RTO' }>().toExtend<NdrFeedback>();
  expectTypeOf<{ trackingId: string; ndrAction: 'RTO'; ndrRequestData: undefined }>().toExtend<NdrFeedback>();
  expectTypeOf<{ trackingId: string; ndrAction: 'REATTEMPT'; ndrRequestData: { rescheduleDate: Date } }>().not.toExtend<NdrFeedback>();
  type Output = NonNullable<(typeof NdrFeedbackSchema)['~standard']['types']>['output'];
  expectTypeOf<Output>().toEqualTypeOf<NdrFeedback>();
});
