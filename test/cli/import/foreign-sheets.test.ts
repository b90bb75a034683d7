/** The sheets of couriers and aggregators, and what the flags of `waybill ndr import` say about them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readTime } from '../../../src/cli/import/values.ts';
import { type Amazon, startAmazon, temporaryFolder } from '../../support/cli/amazon.ts';
import { accepted, importFile } from '../../support/cli/import.ts';
import { json, jsonLines, unwrapped, waybill } from '../../support/cli/terminal.ts';

let amazon: Amazon;
let folder: ReturnType<typeof temporaryFolder>;
beforeAll(async () => {
  amazon = await startAmazon();
});
beforeEach(() => {
  amazon.emulator.reset();
  folder = temporaryFolder();
});
afterEach(() => folder.remove());
afterAll(() => amazon.close());

const DAY = 86_400_000;
const day = (days: number): string => new Date(Date.now() + days * DAY).toISOString().slice(0, 10);
const named = (days: number, month: 'short' | 'long'): string => {
  const name = new Date(`${day(days)}T00:00:00Z`).toLocaleString('en-US', { month, timeZone: 'UTC' });
  return `${day(days).slice(8)} ${name} ${day(days).slice(0, 4)}`;
};
const dayFirst = (days: number): string => day(days).split('-').reverse().join('-');

/** Checks a sheet without sending anything. */
async function check(input: string, ...options: string[]) {
  const { code, stdout, stderr } = await waybill(['ndr', 'import', '-', '--dry-run', ...options], { input });
  return { code, text: unwrapped(stdout), error: unwrapped(stderr) };
}

describe('known names', () => {
  test.each([
    ['AWB,Seller Action,Seller Remark', 'Re-attempt,"Opp. water tank"', 'REATTEMPT'],
    ['AWB Code,Action,Comments', 're-attempt,"Opp. water tank"', 'REATTEMPT'],
    ['waybill,act,add', 'RE-ATTEMPT,"Opp. water tank"', 'REATTEMPT'],
    ['Waybill No.,act,landmark', 'RAD,"Opp. water tank"', 'REATTEMPT'],
    ['ShippingID,Seller Action,Remarks', 'Reattempt with Address Notes,"Opp. water tank"', 'REATTEMPT'],
    ['AWB Number,Action,Remarks', 'Return,', 'RTO'],
    ['awb,action,remarks', 'INITIATE_RTO,', 'RTO'],
    ['awb_code,Action,Remarks', 'Return to Origin,', 'RTO'],
    ['AWB,Action,Address Notes', 'Re-attempt with additional notes,"Opp. water tank"', 'REATTEMPT'],
    ['AWB,Action,Remarks', 'Retry,"Opp. water tank"', 'REATTEMPT'],
    ['AWB,Action,Remarks', 'Return to origin approved,', 'RTO'],
    ['AWB,Action,Remarks', 'RTO Approved,', 'RTO'],
  ])('are read in %s: %s', async (head, row, action) => {
    await importFile(`${head}\n1809561149386,${row}\n`, { amazon, folder });
    expect(accepted(amazon)).toEqual([`1809561149386 ${action}`]);
    const notes = action === 'REATTEMPT' ? 'Opp. water tank' : undefined;
    expect(amazon.emulator.ndrFeedback[0]?.ndrRequestData?.additionalAddressNotes).toBe(notes);
  });

  test('join the parts of an address after the remark, and a postal code is said to be a note only', async () => {
    const text = 'AWB,Action,Remarks,Address1,Landmark,Pincode\n1809561149386,RA,Ring twice,Plot 12,"Water tank, left",201310\n';
    const { stdout } = await importFile(text, { amazon, folder });
    expect(amazon.emulator.ndrFeedback[0]?.ndrRequestData?.additionalAddressNotes).toBe('Ring twice, Plot 12, Water tank, left, 201310');
    expect(unwrapped(stdout)).toContain('note: column "Pincode" is sent as a note: it does not change the address (row 2)');
  });

  test('of telephone numbers lead nowhere', async () => {
    const text = 'AWB,Action,Remarks,Phone,AlternateCustomerMobileNumber\n1809561149386,RA,Ring twice,9876543210,9876543211\n';
    const { stdout, report } = await importFile(text, { amazon, folder });
    expect(JSON.stringify(amazon.emulator.requests)).not.toContain('987654321');
    expect(JSON.stringify(report)).not.toContain('987654321');
    expect(unwrapped(stdout)).toContain(
      'column "Phone", "AlternateCustomerMobileNumber" is never sent: enter a phone number in Amazon\'s portal',
    );
  });

  test('that two columns could have are refused, with the way to choose', async () => {
    const { code, error } = await check('AWB,Action,Remarks,Seller Remark\n1809561149386,RTO,,\n');
    expect([code, error]).toEqual([
      2,
      expect.stringContaining('may be "Remarks", "Seller Remark" Say which: --columns additionalAddressNotes='),
    ]);
    const chosen = await check(
      'AWB,Action,Remarks,Seller Remark\n1809561149386,RA,no,yes\n',
      '--columns',
      'additionalAddressNotes=Seller Remark',
    );
    expect(chosen.code).toBe(0);
  });

  test("lose against waybill's own", async () => {
    await importFile('trackingId,AWB,ndrAction,Action\n1809561149386,7,RTO,Hold\n', { amazon, folder });
    expect(accepted(amazon)).toEqual(['1809561149386 RTO']);
  });
});

describe('a sheet that is not understood', () => {
  test('is refused with its columns, what is needed, and the flag that would do', async () => {
    const { code, error } = await check('Kenn-Nr,Was tun\n1809561149386,RTO\n1809561149387,Return\n');
    expect(code).toBe(2);
    expect(error).toContain('there is no column "trackingId" and no column "ndrAction"');
    expect(error).toContain('The columns found are "Kenn-Nr", "Was tun".');
    expect(error).toContain('--columns trackingId="Kenn-Nr",ndrAction="Was tun"');
  });

  test('is read with that flag', async () => {
    const columns = ['--columns', 'trackingId="Kenn-Nr",ndrAction="Was tun"'];
    expect(await check('Kenn-Nr,Was tun\n1809561149386,RTO\n', ...columns)).toMatchObject({ code: 0 });
  });

  test.each([
    ['--columns', 'trackingId', /--columns must be a list such as/],
    ['--columns', 'trackingID=AWB', /--columns has a name that is not a part of a decision.*trackingId, ndrAction/],
    ['--columns', 'trackingId=Nothing', /--columns names a column that does not exist.*"AWB", "Action"/],
    ['--only', 'Courier=Amazon', /--only names a column that does not exist.*"AWB", "Action"/],
    ['--actions', 'Hold=EXPLODE', /--actions must lead to RESCHEDULE, REATTEMPT, RTO or nothing/],
    ['--actions', '-=RTO', /--actions has a name without letters and digits/],
    ['--actions', 'Hold=pending', /--actions must lead to RESCHEDULE, REATTEMPT, RTO or nothing/],
    ['--day-at', '9:00', /--day-at must be a time of day with an offset/],
    ['--day-at', '25:00+05:30', /--day-at must be a time of day with an offset/],
  ])('%s %s is refused', async (flag, value, message) => {
    const { code, error } = await check('AWB,Action\n1809561149386,RTO\n', flag, value);
    expect([code, error]).toEqual([2, expect.stringMatching(message)]);
  });
});

describe('rows', () => {
  const SHEET = 'AWB,Courier,Action\n1809561149386,Amazon Shipping,RTO\n1809561149387,Delhivery,RTO\n1809561149388,amazon  shipping,\n';

  test('of other carriers are left out by --only, and refused without it', async () => {
    const only = await importFile(SHEET, { amazon, folder }, '--only', 'Courier=Amazon Shipping');
    expect([only.code, unwrapped(only.stdout)]).toEqual([
      0,
      expect.stringContaining('1 submitted, 0 skipped, 0 invalid, 0 failed, 1 undecided, 1 left out by --only'),
    ]);
    expect(accepted(amazon)).toEqual(['1809561149386 RTO']);
    const { code, text } = await check(SHEET);
    expect([code, text]).toEqual([1, expect.stringContaining('row 3: column "Courier" names another carrier: pass --only')]);
  });

  test('of other carriers are refused also if --only is about something else, or is passed twice', async () => {
    const sheet = 'AWB,Courier,Warehouse,Action\n1809561149386,Amazon Shipping,Pune,RTO\n1809561149387,Delhivery,Pune,RTO\n';
    const other = await check(sheet, '--only', 'Warehouse=Pune');
    expect([other.code, other.text]).toEqual([
      1,
      expect.stringContaining('row 3: column "Courier" names another carrier: pass --only "Courier"="Amazon Shipping"'),
    ]);
    for (const both of [
      ['--only', 'Courier="Amazon Shipping"', '--only', 'Warehouse=Pune'],
      ['--only', 'Warehouse=Pune', '--only', 'Courier="Amazon Shipping",'],
      ['--only', 'Warehouse=Pune,', '--only=Courier=Amazon Shipping'],
    ]) {
      expect(await check(sheet, ...both)).toMatchObject({
        code: 0,
        text: expect.stringContaining('1 can be sent, 0 skipped, 0 invalid, 1 left out by --only'),
      });
    }
  });

  test('with --columns and --actions in parts are read as if each were one list', async () => {
    const sheet = 'Nr,Was,Wo\n1809561149386,Zurück,\n1809561149387,Warten,\n';
    const parts = ['--columns', 'trackingId=Nr', '--columns', 'ndrAction=Was', '--actions', 'Zurück=RTO', '--actions', 'Warten='];
    expect(await check(sheet, ...parts)).toMatchObject({
      code: 0,
      text: expect.stringContaining('1 can be sent, 0 skipped, 0 invalid, 1 undecided'),
    });
  });

  test.each([
    ['account_code,cp_id', 'Delhivery Surface,2', 'account_code'],
    ['cp_id,account_code', '2,Delhivery Surface', 'account_code'],
    ['Courier Company', 'BlueDart', 'Courier Company'],
    ['Delivery Partner', 'Xpressbees', 'Delivery Partner'],
    ['courier service', 'Ekart', 'courier service'],
    ['Courier,courier_name', 'Amazon Shipping,Delhivery', 'courier_name'],
    ['Courier', 'Non-Amazon', 'Courier'],
    ['Courier', 'NON AMAZON', 'Courier'],
    ['Courier', 'not_amzn', 'Courier'],
    ['Courier', 'Flatspeed', 'Courier'],
  ])('of another carrier are recognised in %s: %s', async (head, cells, column) => {
    const { code, text } = await check(`AWB,${head},Action\n1809561149387,${cells},RTO\n`);
    expect([code, text]).toEqual([1, expect.stringContaining(`row 2: column "${column}" names another carrier`)]);
  });

  test.each([
    ['Courier', 'Amazon Shipping'],
    ['courier_name', 'amazonshipping'],
    ['Courier', 'AMZN_SURFACE'],
    ['account_code,cp_id', 'ats_surface,2'],
    ['Courier,Delivery Partner', ','],
  ])("of Amazon's are recognised in %s: %s", async (head, cells) => {
    const { code, text } = await check(`AWB,${head},Action\n1809561149387,${cells},RTO\n`);
    expect([code, text]).toEqual([0, expect.stringMatching(/^1 row: 1 can be sent/)]);
  });

  test('that have only a number for the carrier can be sent, with a note', async () => {
    const sheet = 'AWB,cp_id,Action\n1809561149387,2,RTO\n';
    const note = 'note: column "cp_id" has only a number for the carrier: if there are parcels of others, pass --only "cp_id"=NUMBER';
    expect(await check(sheet)).toMatchObject({ code: 0, text: expect.stringContaining(note) });
    expect((await check(sheet, '--only', 'cp_id=2')).text).not.toContain('note:');
  });

  test.each([
    ['Courier="Amazon Shippin"', 'Column "Courier" has, among others, "Amazon Shipping", "Delhivery".'],
    ['Courier=', 'Column "Courier" has, among others, "Amazon Shipping", "Delhivery".'],
    ['Customer=Asha', 'Look at the values of column "Customer".'],
  ])('that --only %s leaves out completely are an error, with what was found but no personal data', async (only, found) => {
    const sheet = 'AWB,Courier,Customer,Action\n1809561149386,Amazon Shipping,Ravi,RTO\n1809561149387,Delhivery,Ravi,RTO\n';
    const { code, text, error } = await check(sheet, '--only', only);
    expect([code, text, error]).toEqual([2, '', expect.stringContaining('--only leaves out every row Nothing was sent.')]);
    expect(error).toContain(found);
    expect(error).not.toMatch(/Ravi|Asha/);
    const sent = await importFile(sheet, { amazon, folder }, '--only', only);
    expect([sent.code, unwrapped(sent.stderr)]).toEqual([2, error]);
    expect(accepted(amazon)).toEqual([]);
  });

  test('of many carriers that --only leaves out completely: some of their names are shown', async () => {
    const sheet = `AWB,Courier,Action\n${Array.from({ length: 9 }, (_, at) => `180956114938${at},Carrier ${at},RTO\n`).join('')}`;
    const { error } = await check(sheet, '--only', 'Courier=Amazon');
    expect(error).toContain('Column "Courier" has, among others, "Carrier 0", "Carrier 1", "Carrier 2", "Carrier 3", "Carrier 4".');
  });

  test.each(['N/A', 'n.a.', '-', '--', '–', 'none', 'Pending', ' '])('with the action %j are undecided', async (action) => {
    expect(await check(`AWB,Action,Remarks\n1809561149386,${action},call 9876543210\n`)).toMatchObject({
      code: 0,
      text: expect.stringContaining('0 can be sent, 0 skipped, 0 invalid, 1 undecided'),
    });
  });

  test('with an unknown action say how to define it, and nothing about what it leaves out', async () => {
    const { code, text } = await check(`AWB,Action,Remarks,Deferred Date\n1809561149386,Redeliver,Ring twice,${day(3)}\n`);
    expect([code, text]).toEqual([
      1,
      expect.stringContaining('row 2: column "Action": expected RESCHEDULE, REATTEMPT or RTO: say what another name means with --actions'),
    ]);
    expect(text).not.toContain('note:');
  });

  test('without an action are undecided, whatever else is in them, and are no failure', async () => {
    const text =
      'trackingId,ndrAction,rescheduleDate,additionalAddressNotes\n1809561149386,,soon,call 9876543210\n1.8E+12,,,\n1809561149387,RTO,,\n';
    const { code, stdout, report } = await importFile(text, { amazon, folder }, '--json');
    expect(code).toBe(0);
    expect(jsonLines(stdout).at(-1)).toMatchObject({ rows: 3, submitted: 1, undecided: 2, invalid: 0, readToEnd: true });
    expect(report).toHaveLength(2);
  });

  test('keep what their action has a use for, and the report says what was left out', async () => {
    const text = `AWB,Action,Deferred Date,Remarks\n1809561149386,Reschedule,${day(3)},Customer will be home\n1809561149387,RTO,,Refused\n1809561149388,RA,${day(3)},SBI ATM\n`;
    const { code, report } = await importFile(text, { amazon, folder }, '--day-at', '09:00+05:30');
    expect(code).toBe(0);
    const sent = amazon.emulator.ndrFeedback.map(({ trackingId, ndrRequestData = {} }) => [trackingId, ndrRequestData] as const);
    expect(Object.fromEntries(sent)).toEqual({
      1809561149386: { rescheduleDate: `${day(3)}T03:30:00.000Z` },
      1809561149387: {},
      1809561149388: { additionalAddressNotes: 'SBI ATM' },
    });
    expect(report.map((cells) => cells.join(',')).join('\n')).toContain('column ""Remarks"" is left out for RTO, which needs no such data');
  });

  test('with a date and no notes are rescheduled only if --dates-reschedule says so', async () => {
    const text = `AWB,Action,Deferred Date,Remarks\n1809561149386,re-attempt,${day(3)},\n`;
    const refused = await check(text, '--day-at', '09:00+05:30');
    expect([refused.code, refused.text]).toEqual([
      1,
      expect.stringContaining('with --dates-reschedule, a row with a date and no notes is RESCHEDULE'),
    ]);
    expect((await check(text, '--day-at', '09:00+05:30', '--dates-reschedule')).text).toContain('RESCHEDULE 1.');
  });

  test('have the actions that --actions says', async () => {
    const text = 'AWB,Action,Address1\n1809561149386,EDIT_DETAILS,Plot 12\n1809561149387,Hold,\n';
    const { code, text: shown } = await check(text, '--actions', 'EDIT_DETAILS=REATTEMPT,Hold=');
    expect([code, shown]).toEqual([
      0,
      expect.stringContaining('1 can be sent, 0 skipped, 0 invalid, 1 undecided. Nothing was sent. REATTEMPT 1.'),
    ]);
  });

  test('that a stray quote has swallowed are found, with the line of the quote', async () => {
    const text =
      'AWB,Action,Remarks\n1809561149386,RA,"Two\nlines"\n1809561149387,RA,"Second gate\n1809561149388,Return,"\n1809561149389,RTO,\n';
    const { code, text: shown } = await check(text);
    expect([code, shown]).toEqual([
      1,
      expect.stringContaining('row 3: the next row is inside the notes: look for a double quote in line 4 that'),
    ]);
    expect(shown).toContain('3 rows: 2 can be sent, 0 skipped, 1 invalid');
  });
});

test.each([
  ['commas', ','],
  ['semicolons', ';'],
])('a stray quote in a sheet of ids that are marked as text is found, with %s', async (_, separator) => {
  const id = (last: number): string => `"=""180956114938${last}"""`;
  const text = `AWB,Action,Remarks\n${id(7)},RA,"Second gate\n${id(8)},,\n${id(9)},RTO,\n`.replaceAll(',', separator);
  const { code, text: shown } = await check(text);
  expect([code, shown]).toEqual([
    1,
    expect.stringContaining('row 2: the next row is inside the notes: look for a double quote in line 2 that'),
  ]);
});

describe('days and digits', () => {
  test.each([
    ['year first', day(5)],
    ['day first with dashes', dayFirst(5)],
    ['with slashes and the year first', day(5).replaceAll('-', '/')],
    ['with the short name of the month', named(5, 'short')],
    ['with the name of the month', named(5, 'long')],
    ['with the name of the month and dashes', named(5, 'long').replaceAll(' ', '-')],
    ['with an apostrophe before it', `'${day(5)}`],
    ['with a text mark', `"=""${day(5)}"""`],
    ['in full-width digits', day(5).replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)))],
    ['in Devanagari digits', day(5).replace(/\d/g, (digit) => String.fromCharCode(0x0966 + Number(digit)))],
  ])('%s is the time that --day-at says', async (_, date) => {
    await importFile(`AWB,Action,Preferred Date\n1809561149386,DEFER_DLV,${date}\n`, { amazon, folder }, '--day-at', '09:00+05:30');
    expect(amazon.emulator.ndrFeedback[0]?.ndrRequestData).toEqual({ rescheduleDate: `${day(5)}T03:30:00.000Z` });
  });

  test.each([
    ['10/08/2027', 'could be two days'],
    ['10-08-27', 'could be two days'],
    ['10.08.2027', 'could be two days'],
    ['30-02-2027', 'is a day that the calendar does not have'],
    ['10 Marigold 2027', 'must be a date and a time with an offset'],
    ['10-Janitor-27', 'must be a date and a time with an offset'],
    ['10 Sepia 2027', 'must be a date and a time with an offset'],
    ['46000', 'must be a date and a time with an offset'],
    ['tomorrow', 'must be a date and a time with an offset'],
    ['10-08-2569', 'is more than a year ahead'],
    ['9999-12-31', 'is more than a year ahead'],
  ])('%s is refused: it %s', async (date, problem) => {
    const { code, text } = await check(`AWB,Action,Deferred Date\n1809561149386,Reschedule,${date}\n`, '--day-at', '09:00+05:30');
    expect([code, text]).toEqual([1, expect.stringContaining(`row 2: column "Deferred Date" ${problem}`)]);
  });

  test('a due date without a time ends with its day, and a column that only may be one is not checked', async () => {
    const head = 'AWB,Action,Due Date\n1809561149386,RTO,';
    expect(await check(`${head}${day(-2)}\n`, '--day-at', '09:00+05:30')).toMatchObject({
      code: 1,
      text: expect.stringContaining('has passed'),
    });
    expect(await check(`${head}${day(2)}\n`, '--day-at', '09:00+05:30')).toMatchObject({ code: 0 });
    expect(await check(`${head}24 h\n`)).toMatchObject({
      code: 0,
      text: expect.stringContaining('is not a time with an offset, so that it is not checked'),
    });
  });

  test.each(['١٨٠٩٥٦١١٤٩٣٨٦', '۱۸۰۹۵۶۱۱۴۹۳۸۶', '１８０９５６１１４９３８６', '१८०९५६११४९३८६'])('the id %s is sent in ASCII', async (id) => {
    await importFile(`trackingId,ndrAction\n${id},RTO\n`, { amazon, folder });
    expect(accepted(amazon)).toEqual(['1809561149386 RTO']);
  });
});

describe('a long file', () => {
  /** Rows without end; `read` counts those that were handed out. */
  function endless() {
    const source = { read: 0 };
    async function* rows(): AsyncGenerator<string> {
      yield 'trackingId,ndrAction\n';
      for (;;) {
        yield Array.from({ length: 1_000 }, (_, at) => `${1_809_561_000_000 + source.read + at},RTO\n`).join('');
        source.read += 1_000;
      }
    }
    return { source, rows };
  }

  test('is sent while it is read', async () => {
    const { Rows } = await import('../../../src/cli/import/rows.ts');
    const { source, rows } = endless();
    const stdin = { [Symbol.asyncIterator]: () => rows() };
    const context = { stdin, signal: new AbortController().signal, out: { note: () => undefined } };
    const opened = await Rows.open('-', context as never);
    let first: number | undefined;
    let count = 0;
    for await (const { row } of opened) {
      first ??= source.read;
      count += 1;
      if (row !== count || count === 10_000) break;
    }
    expect(count).toBe(10_000);
    // A row has 18 bytes: one mebibyte ahead, and what the streams between hold.
    expect(first).toBeLessThan(80_000);
    expect(source.read - count).toBeLessThan(80_000);
    expect(opened.isDone).toBe(false);
  });
});

test('the JSON of a dry run has the counts by action', async () => {
  const { stdout } = await waybill(['ndr', 'import', '-', '--dry-run', '--json'], { input: 'AWB,Action\n1809561149386,RTO\n' });
  expect(json(stdout)).toMatchObject({ type: 'summary', actions: { RTO: 1 }, notSent: 1, remarks: [], report: null });
});

test.each([
  ['10 Sep 2026', '2026-09-10'],
  ['10 sept 2026', '2026-09-10'],
  ['1-September-26', '2026-09-01'],
  ['31 MAY 2026', '2026-05-31'],
])('%s is %s', (cell, expected) => {
  expect(readTime(cell, '09:00+05:30')).toEqual({ time: `${expected}T09:00+05:30` });
});

describe('what is compared', () => {
  const head = 'trackingId,ndrAction,Status';

  test.each([
    ['✓', ['✓', '', '✗', '-'], 1],
    ['+', ['+', '-', ''], 1],
    ['हाँ', ['हाँ', 'हे', 'ह'], 1],
    ['In Transit', ['in-transit', 'IN TRANSIT', 'intransit'], 3],
  ])('--only Status=%s takes rows with that value alone', async (value, cells, count) => {
    const sheet = [head, ...cells.map((cell, at) => `180956114938${at},RTO,${cell}`), ''].join('\n');
    const { text } = await check(sheet, '--only', `Status=${value}`);
    expect(text).toMatch(new RegExp(`RTO +${count}\\b`));
  });

  test.each(['RTO ✗', '❌ RTO', 'RTO?', 'RTO!'])('%s is not an action', async (cell) => {
    const { code, text, error } = await check(`trackingId,ndrAction\n1809561149386,${cell}\n`);
    expect([code, `${text}${error}`]).toEqual([1, expect.stringContaining('expected RESCHEDULE, REATTEMPT or RTO')]);
  });

  test('an action of your own is not that of a word with other vowel signs', async () => {
    const { code, text } = await check('trackingId,ndrAction\n1,मना\n2,माना\n3,मान\n', '--actions', 'मना=RTO');
    expect(code).toBe(1);
    expect(text).toMatch(/RTO +1\b/);
  });

  test('the same moment is the same decision, however it is spelt', async () => {
    const row = (time: string) => `trackingId,ndrAction,rescheduleDate\n1809561149410,RESCHEDULE,${time}\n`;
    for (const time of [`${day(3)}T09:00:00+05:30`, `${day(3)}T09:00+05:30`, `${day(3)}T03:30:00.000Z`]) {
      expect((await importFile(row(time), { amazon, folder })).code).toBe(0);
    }
    expect(amazon.emulator.ndrFeedback).toHaveLength(1);
  });

  test('a report that a spreadsheet has saved is read', async () => {
    const sheet = 'trackingId,ndrAction\n1809561149386,RTO\n';
    await importFile(sheet, { amazon, folder });
    const path = folder.path('decisions.report.csv');
    writeFileSync(path, `\ufeff${readFileSync(path, 'utf8').replaceAll('\n', '\r\n')}`);
    expect((await importFile(sheet, { amazon, folder })).code).toBe(0);
    expect(amazon.emulator.ndrFeedback).toHaveLength(1);
  });

  test('another file in the place of the report is refused, also if it begins like one', async () => {
    const sheet = 'trackingId,ndrAction\n1809561149386,RTO\n';
    await importFile(sheet, { amazon, folder });
    const path = folder.path('decisions.report.csv');
    for (const change of [(text: string) => text.replace('\n', ',mine\n'), () => 'trackingId\n1\n']) {
      writeFileSync(path, change(readFileSync(path, 'utf8')));
      const { code, stderr } = await importFile(sheet, { amazon, folder });
      expect([code, unwrapped(stderr)]).toEqual([2, expect.stringContaining('is not a report of this command')]);
    }
    expect(amazon.emulator.ndrFeedback).toHaveLength(1);
  });

  test.each(['\ntrackingId;ndrAction\n1;RTO\n', 'trackingId;ndrAction;"a,b,c,d"\n1;RTO;x\n'])(
    'the separator of %j is found',
    async (sheet) => {
      expect((await check(sheet)).code).toBe(0);
    },
  );
});
