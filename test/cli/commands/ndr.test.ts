import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Amazon, startAmazon } from '../../support/cli/amazon.ts';
import { json, unwrapped, waybill } from '../../support/cli/terminal.ts';

let amazon: Amazon;
beforeAll(async () => {
  amazon = await startAmazon();
});
beforeEach(() => amazon.emulator.reset());
afterAll(() => amazon.close());

const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
const host = (): string => new URL(amazon.url).host;

const ACTIONS = [
  ['reschedule', ['--date', tomorrow], { ndrAction: 'RESCHEDULE', ndrRequestData: { rescheduleDate: tomorrow } }],
  ['reattempt', ['--notes', 'Second gate'], { ndrAction: 'REATTEMPT', ndrRequestData: { additionalAddressNotes: 'Second gate' } }],
  ['rto', [], { ndrAction: 'RTO' }],
] as const;

describe('waybill ndr', () => {
  test.each(ACTIONS)('%s tells Amazon', async (name, options, expected) => {
    const { code, stdout } = await waybill(['ndr', name, '1809561149386', ...options, '--json'], amazon);
    const [feedback] = amazon.emulator.ndrFeedback;
    expect(code).toBe(0);
    expect(feedback).toMatchObject({ trackingId: '1809561149386', ...expected });
    expect(json(stdout)).toEqual({
      status: 'submitted',
      trackingId: '1809561149386',
      ndrAction: expected.ndrAction,
      host: host(),
      requestId: feedback?.requestId,
      attempts: 1,
    });
  });

  test.each(ACTIONS)('%s checks and sends nothing with --dry-run, and needs no settings for it', async (name, options, expected) => {
    const { code, stdout } = await waybill(['ndr', name, '1', ...options, '--dry-run', '--json']);
    expect([code, json(stdout)]).toEqual([0, { status: 'not-sent', feedback: { trackingId: '1', ...expected } }]);
    expect((await waybill(['ndr', name, '1', ...options, '--dry-run'], amazon)).stdout).toMatch(/\nNothing was sent\.\n$/);
    expect(amazon.emulator.requests).toEqual([]);
  });

  test.each(['１８０９５６１１４９３８６', '\u200b1809561149386', '=1809561149386'])('sends and prints the plain id of %j', async (id) => {
    const { code, stdout } = await waybill(['ndr', 'rto', id], amazon);
    expect([code, stdout]).toEqual([0, expect.stringContaining('Amazon accepted RTO for 1809561149386 (')]);
    expect(amazon.emulator.ndrFeedback).toMatchObject([{ trackingId: '1809561149386' }]);
  });

  test('names the host and the request id', async () => {
    const { stdout } = await waybill(['ndr', 'rto', '1'], amazon);
    const id = amazon.emulator.ndrFeedback[0]?.requestId;
    expect(stdout).toBe(`Amazon accepted RTO for 1 (${host()}).\nRequest id: ${id}\n`);
  });

  test.each([
    ['a day without a time', ['reschedule', '1', '--date', '2099-03-02'], /--date must be a date and a time with an offset/],
    ['a time without an offset', ['reschedule', '1', '--date', '2099-03-02T09:00:00'], /--date must be a date and a time with an offset/],
    ['a day that does not exist', ['reschedule', '1', '--date', '2099-02-30T09:00:00Z'], /--date must be a date and a time/],
    ['a date in the past', ['reschedule', '1', '--date', '2020-03-02T09:00:00Z'], /--date: must be in the future/],
    ['an empty date', ['reschedule', '1', '--date', ''], /--date is empty, and RESCHEDULE needs it/],
    ['a phone number', ['reattempt', '1', '--notes', 'call 9876543210'], /--notes: .*phone number.*pass --allow-contact-data/],
    ['notes that are too long', ['reattempt', '1', '--notes', 'x'.repeat(300)], /--notes: expected at most 256 characters, got 300/],
    ['an id with spaces around it', ['rto', ' 1'], /<tracking-id>: expected the id of a parcel/],
    ['an id that a spreadsheet has rounded', ['rto', '1.80956E+12'], /<tracking-id>: .*a spreadsheet has rounded/],
    ['an id that a spreadsheet has made a decimal of', ['rto', '1809561149386.0'], /<tracking-id>: got a decimal/],
    ['several ids', ['rto', '1809561149386；1809561149387'], /<tracking-id>: got several numbers/],
    [
      'feedback that is too late',
      ['rto', '1', '--due-date', '2020-03-02T09:00:00Z'],
      /has passed: --due-date is in the past.*leave --due-date out/,
    ],
    ['a due date that is not a time', ['rto', '1', '--due-date', 'soon'], /--due-date must be a date and a time/],
    ['a business id with spaces', ['rto', '1', '--business-id', 'a b'], /--business-id must be an id such as AmazonShipping_IN/],
  ])('refuses %s and sends nothing', async (_, argv, message) => {
    const { code, stderr } = await waybill(['ndr', ...argv], amazon);
    expect(code).toBe(2);
    expect(unwrapped(stderr)).toMatch(message);
    expect(amazon.emulator.requests).toEqual([]);
  });

  test('sends notes with a number if it is told to', async () => {
    const argv = ['ndr', 'reattempt', '1', '--notes', 'call 9876543210', '--allow-contact-data'];
    expect(await waybill(argv, amazon)).toMatchObject({ code: 0 });
  });

  test('ends with 3 if the same command can succeed later', async () => {
    amazon.emulator.fail({ path: '/shipping/v2/ndrFeedback', status: 503, times: 4, headers: { 'retry-after': '0' } });
    expect((await waybill(['ndr', 'rto', '1'], amazon)).code).toBe(3);
  });

  test('says which credentials are refused, and ends with 1', async () => {
    const env = { ...amazon.env, LWA_CLIENT_SECRET: 'hunter2' };
    const { code, stderr } = await waybill(['ndr', 'rto', '1'], { env });
    expect(code).toBe(1);
    expect(unwrapped(stderr)).toMatch(/invalid_client.*180 days/);
    expect(stderr).not.toContain('hunter2');
  });
});
