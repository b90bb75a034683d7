import { describe, expect, test } from 'vitest';
import { type NdrFeedback, ValidationError } from '../../../src/shipping-ndr/index.ts';
import { everythingShownOf, waybillErrorOf } from '../../support/errors.ts';
import { clientOf, startAmazon } from '../../support/shipping-ndr/amazon.ts';

const NOW = new Date('2023-12-01T00:00:00Z');
const clock = (): Date => NOW;
const trackingId = '1582657452914';
const rto: NdrFeedback = { trackingId, ndrAction: 'RTO' };

describe('feedback is refused before it is sent', () => {
  const notes = (additionalAddressNotes: unknown): unknown => ({
    trackingId,
    ndrAction: 'REATTEMPT',
    ndrRequestData: { additionalAddressNotes },
  });
  const date = (rescheduleDate: unknown): unknown => ({ trackingId, ndrAction: 'RESCHEDULE', ndrRequestData: { rescheduleDate } });

  test.each<[unknown, string]>([
    [undefined, 'expected object, got nothing'],
    [null, 'expected object, got null'],
    [[], 'expected object, got an array'],
    ['RTO', 'expected object, got string'],
    [{}, 'ndrAction: expected RESCHEDULE, REATTEMPT or RTO'],
    [{ ndrAction: 'RTO' }, 'trackingId: expected string, got nothing'],
    [{ ...rto, trackingId: 1582657452914 }, 'trackingId: expected string, got number'],
    [{ ...rto, trackingId: '' }, 'trackingId: expected the id of a parcel'],
    [{ ...rto, trackingId: ' 1' }, 'trackingId: expected the id of a parcel'],
    [{ ...rto, trackingId: '1\ud800' }, 'trackingId: expected the id of a parcel'],
    [{ ...rto, ndrAction: 'Reschedule' }, 'ndrAction: expected RESCHEDULE, REATTEMPT or RTO'],
    [{ ...rto, ndrAction: 'constructor' }, 'ndrAction: expected RESCHEDULE, REATTEMPT or RTO'],
    [{ ...rto, ndrAction: '__proto__' }, 'ndrAction: expected RESCHEDULE, REATTEMPT or RTO'],
    [{ trackingId }, 'ndrAction: expected RESCHEDULE, REATTEMPT or RTO'],
    [{ ...rto, ndrRequestData: {} }, 'ndrRequestData: must be left out'],
    [{ ...rto, ndrRequestData: null }, 'ndrRequestData: must be left out'],
    [{ ...rto, rescheduleDate: '2023-12-12T05:24:00Z' }, 'unknown properties: rescheduleDate'],
    [{ trackingId, ndrAction: 'RESCHEDULE' }, 'ndrRequestData: expected object, got nothing'],
    [{ trackingId, ndrAction: 'RESCHEDULE', ndrRequestData: 'x' }, 'ndrRequestData: expected object, got string'],
    [{ trackingId, ndrAction: 'REATTEMPT', ndrRequestData: {} }, 'ndrRequestData.additionalAddressNotes: expected string, got nothing'],
    [
      { trackingId, ndrAction: 'RESCHEDULE', ndrRequestData: { rescheduleDate: '2023-12-12T05:24:00Z', additionalAddressNotes: '' } },
      'ndrRequestData.additionalAddressNotes: expected notes, got an empty string',
    ],
    [
      { trackingId, ndrAction: 'REATTEMPT', ndrRequestData: { additionalAddressNotes: 'x', rescheduleDate: '2023-12-12' } },
      'ndrRequestData.rescheduleDate: expected a Date, or a string such as',
    ],
    [
      { trackingId, ndrAction: 'REATTEMPT', ndrRequestData: { additionalAddressNotes: 'x', rescheduleDate: NOW } },
      'ndrRequestData.rescheduleDate: must be in the future',
    ],
    [
      {
        trackingId,
        ndrAction: 'RESCHEDULE',
        ndrRequestData: { rescheduleDate: '2123-12-12T05:24:00Z', additionalAddressNotes: 'call 9876543210' },
      },
      'ndrRequestData.additionalAddressNotes: looks as if it contained a phone number',
    ],
    [
      { trackingId, ndrAction: 'RESCHEDULE', ndrRequestData: { rescheduleDate: '2023-12-12T05:24:00Z', notes: 'x' } },
      'ndrRequestData: unknown properties: notes',
    ],
    [
      date(undefined),
      'ndrRequestData.rescheduleDate: expected a Date, or a string such as 2026-03-01T09:00:00+05:30 with a time of day and an offset; got nothing',
    ],
    [date(1702358640000), 'got number'],
    [date({}), 'got object'],
    [date(new Date('tomorrow')), 'got an invalid Date'],
    [date(new Date('+010000-01-01T00:00:00Z')), 'got one before 1970 or after 9999'],
    [date('2023-12-12'), 'got a day without a time, which leaves open when it starts'],
    [date('2023-12-12T05:24:00'), 'got a time without an offset'],
    [date(new Date(-1)), 'got one before 1970 or after 9999'],
    [date('2023-02-30T05:24:00Z'), 'got another string, or a day that is not in the calendar'],
    [date('12 December 2023'), 'with a time of day and an offset'],
    [date('9999-12-31T23:59:59-05:30'), 'got one before 1970 or after 9999'],
    [date('2'.repeat(10_000_000)), 'with a time of day and an offset'],
    [date('2023-11-30T23:59:59Z'), 'ndrRequestData.rescheduleDate: must be in the future'],
    [date(NOW), 'must be in the future'],
    [date('2023-12-01T05:30:00+05:30'), 'must be in the future'],
    [notes(''), 'expected notes, got an empty string'],
    [notes(' \n'), 'expected notes, got an empty string'],
    [notes({ street: 'MG Road' }), 'expected string, got object'],
    [notes('half of 🏠: \ud83c'), 'expected well-formed Unicode'],
    [notes('x'.repeat(257)), 'expected at most 256 characters, got 257'],
    [notes('🏠'.repeat(257)), 'expected at most 256 characters, got 257'],
    [notes('x'.repeat(10_000_000)), 'expected at most 256 characters'],
    [notes('Call 98765 43210 at the gate'), 'looks as if it contained a phone number'],
    [notes('write to asha@example.in'), 'looks as if it contained an e-mail address'],
  ])('%#: %j', async (feedback, message) => {
    const amazon = await startAmazon();
    const error = (await waybillErrorOf(() => clientOf(amazon, { clock }).submit(feedback as NdrFeedback))) as ValidationError;
    expect(error).toBeInstanceOf(ValidationError);
    expect(error.direction).toBe('request');
    expect(error.message).toContain(message);
    expect(everythingShownOf(error)).not.toMatch(/1582657452914|asha|98765|MG Road/);
    expect(amazon.tokenRequests.length + amazon.feedbackRequests.length).toBe(0);
  });

  test.each(['x', 'x'.repeat(256), '🏠'.repeat(256)])('but not notes of 1 to 256 code points: %#', async (text) => {
    const amazon = await startAmazon();
    await clientOf(amazon).reattempt(trackingId, text);
    expect(JSON.parse(String(amazon.feedbackRequests[0]?.body)).ndrRequestData.additionalAddressNotes).toBe(text);
  });

  test('but not if notes only look like contact data, and the caller says so', async () => {
    const amazon = await startAmazon();
    expect((await waybillErrorOf(() => clientOf(amazon).reattempt(trackingId, 'Plot 98765 43210'))).hint).toContain(
      'allowContactData: true',
    );
    await clientOf(amazon).reattempt(trackingId, 'Plot 98765 43210', { allowContactData: true });
    expect(amazon.feedbackRequests).toHaveLength(1);
  });

  test('if the due date has passed, and it was passed', async () => {
    const amazon = await startAmazon();
    const client = clientOf(amazon, { clock });
    expect((await waybillErrorOf(() => client.submit(rto, { dueDate: '2023-11-30T23:59:59Z' }))).message).toContain('has passed');
    for (const dueDate of ['soon', new Date(Number.NaN), 0]) {
      const { message, hint } = await waybillErrorOf(() => client.submit(rto, { dueDate } as never));
      expect([message, hint]).toEqual([
        expect.stringMatching(/^"dueDate" must be a Date, or a time/),
        expect.stringContaining('leave "dueDate" out'),
      ]);
    }
    for (const dueDate of [new Date(NOW.getTime() + 1), null]) await client.submit(rto, { dueDate });
    expect(amazon.feedbackRequests).toHaveLength(2);
  });
});

describe('the id of a parcel', () => {
  test.each([
    ['="1582657452914"', trackingId],
    ["'1582657452914", trackingId],
    [' ="1582657452914" ', trackingId],
    ['AB 12', 'AB 12'],
    ['ü-७', 'ü-7'],
    ['１５８２６５７４５２９１４', trackingId],
    ['1582657\u200b452914\u202c', trackingId],
    ['=1582657452914', trackingId],
    ['="\'1582657452914"', trackingId],
    ['\u20181582657452914,', trackingId],
  ])('is sent without the mark of a spreadsheet: %s', async (marked, sent) => {
    const amazon = await startAmazon();
    await clientOf(amazon).returnToOrigin(marked);
    expect(JSON.parse(String(amazon.feedbackRequests[0]?.body)).trackingId).toBe(sent);
  });

  test.each(['1.58266E+12', '1,58266E+12', '1e12', '="1.58266E+12"'])('is refused if a spreadsheet has rounded it: %s', async (rounded) => {
    const amazon = await startAmazon();
    const error = await waybillErrorOf(() => clientOf(amazon).returnToOrigin(rounded));
    expect(error).toMatchObject({
      code: 'VALIDATION',
      issues: [{ path: ['trackingId'] }],
      hint: expect.stringContaining('format the column as text'),
    });
    expect(everythingShownOf(error)).not.toContain('1.58266');
  });

  test.each(['', '=""', "'", ' ', '\t', '\u200b', '1\n2', '1  2', '1 ', ' 1', '1\u00a02', '\u202e1'])(
    'is refused if it is not one: %j',
    async (id) => {
      const amazon = await startAmazon();
      expect(await waybillErrorOf(() => clientOf(amazon).returnToOrigin(id))).toMatchObject({
        code: 'VALIDATION',
        issues: [{ path: ['trackingId'] }],
      });
      expect(amazon.tokenRequests).toHaveLength(0);
    },
  );
});

describe('an id that is not a number of a parcel', () => {
  test.each([
    // Longer than any, so that no pattern searches a megabyte.
    ['1'.repeat(501), 'must have at most 500 characters'],
    ['n/a', 'must contain a digit'],
    ['test', 'must contain a digit'],
    ['a b', 'must contain a digit'],
    ['1,2', 'got several numbers'],
    ['1582657452914<br>1582657452915', 'got several numbers'],
    ['1582657452914.0', 'got a decimal that a spreadsheet has made of the number'],
    ['00000000', 'must not have only zeros'],
    ['www.track.example/1582657452914', 'got a link'],
  ])('%j is refused, as in every command: %s', async (id, problem) => {
    const amazon = await startAmazon();
    const error = await waybillErrorOf(() => clientOf(amazon).returnToOrigin(id));
    expect(error).toMatchObject({
      code: 'VALIDATION',
      direction: 'request',
      issues: [{ path: ['trackingId'], message: expect.stringContaining(problem) }],
    });
    expect(everythingShownOf(error)).not.toContain('1582657452914');
    expect(amazon.tokenRequests).toHaveLength(0);
  });
});

describe('a hint', () => {
  test.each([
    [{ ...rto, ndrAction: 'Reschedule' }, 'Did you mean RESCHEDULE?'],
    [{ ...rto, ndrAction: 'reattempt' }, 'Did you mean REATTEMPT?'],
    [{ ...rto, ndrAction: 'RE_ATTEMPT' }, 'Did you mean REATTEMPT?'],
    [{ ...rto, ndrAction: 'rto' }, 'Did you mean RTO?'],
    [
      { trackingId, ndrAction: 'RESCHEDULE', rescheduleDate: '2023-12-12T05:24:00Z' },
      '"rescheduleDate" and "additionalAddressNotes" belong in "ndrRequestData".',
    ],
    [
      { trackingId, ndrAction: 'REATTEMPT', additionalAddressNotes: 'x' },
      '"rescheduleDate" and "additionalAddressNotes" belong in "ndrRequestData".',
    ],
    [{ ...rto, ndrAction: 'Return to origin approved' }, undefined],
    [{ ...rto, trackingId: 7 }, undefined],
    [null, undefined],
    ['RTO', undefined],
  ])('says what was meant by %j', async (feedback, hint) => {
    const amazon = await startAmazon();
    expect((await waybillErrorOf(() => clientOf(amazon).submit(feedback as NdrFeedback))).hint).toBe(hint);
  });
});

describe('an option of a call', () => {
  test.each(['false', 'true', 1, null, {}])('allowContactData must be true or false, got %j', async (allowContactData) => {
    const amazon = await startAmazon();
    const error = await waybillErrorOf(() => clientOf(amazon).submit(rto, { allowContactData } as never));
    expect(error).toMatchObject({ code: 'CONFIGURATION', option: 'allowContactData' });
    expect(amazon.feedbackRequests).toHaveLength(0);
  });

  test.each([
    [{ dueDte: '2023-11-30T23:59:59Z' }, 'dueDte', 'Did you mean "dueDate"?'],
    [{ allowContactdata: true }, 'allowContactdata', 'Did you mean "allowContactData"?'],
    [{ retries: 0 }, 'retries', 'Did you mean "maxRetries"?'],
  ])('that is misspelt is refused: %j', async (options, option, hint) => {
    const amazon = await startAmazon();
    expect(await waybillErrorOf(() => clientOf(amazon).submit(rto, options as never))).toMatchObject({
      code: 'CONFIGURATION',
      option,
      hint,
    });
  });
});
