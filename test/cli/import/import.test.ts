import fs, { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Amazon, startAmazon, temporaryFolder } from '../../support/cli/amazon.ts';
import { accepted, goodRows, type ImportOutcome, importFile, tomorrow } from '../../support/cli/import.ts';
import { jsonLines, unwrapped, waybill } from '../../support/cli/terminal.ts';

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

const imported = (text: string, ...options: string[]): Promise<ImportOutcome> => importFile(text, { amazon, folder }, ...options);

/** Three good rows, and what people get wrong. */
const bad = `${goodRows}4,EXPLODE,,
5,RESCHEDULE,2020-01-01T00:00:00Z,
6,REATTEMPT,,call 9876543210
1.80956E+12,RTO,,
,RTO,,
7,REATTEMPT,,Second gate, beside the tank
1,RESCHEDULE,${tomorrow},
8,REATTEMPT,,"Second gate
9,RTO,,"
`;

describe('waybill ndr import', () => {
  test('submits each row and reports on each', async () => {
    const { code, stdout, stderr, report } = await imported(goodRows);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(unwrapped(stdout)).toContain(
      'note: column trackingId has fewer than 6 characters: is it the whole number? (3 rows, the first is row 2)',
    );
    expect(stdout).toMatch(/\n\n3 rows: 3 submitted, 0 skipped, 0 invalid, 0 failed\.\nReport: .*decisions\.report\.csv\n$/);
    expect(accepted(amazon)).toEqual(['1 RTO', '2 RESCHEDULE', '3 REATTEMPT']);
    expect(amazon.emulator.ndrFeedback.find(({ trackingId }) => trackingId === '3')?.ndrRequestData).toEqual({
      additionalAddressNotes: 'Second gate, beside the tank',
    });
    expect(report[0]).toEqual('row,trackingId,ndrAction,status,sent,code,message,hint,requestId,decision'.split(','));
    const results = report.slice(1).map(([row, id, , status, sent]) => `${row} ${id} ${status} ${sent}`);
    expect(results.sort()).toEqual(['2 1 submitted yes', '3 2 submitted yes', '4 3 submitted yes']);
  });

  test('submits the good rows beside the bad ones, and ends with 1', async () => {
    const { code, stdout } = await imported(bad);
    expect(code).toBe(1);
    expect(accepted(amazon)).toEqual(['1 RTO', '2 RESCHEDULE', '3 REATTEMPT']);
    const words = [
      'row 5: column ndrAction: expected RESCHEDULE, REATTEMPT or RTO',
      'row 6: column rescheduleDate: must be in the future',
      'row 7: column additionalAddressNotes: looks as if it contained a phone number',
      'row 8: column trackingId: a spreadsheet has rounded the number',
      'row 9: column trackingId: expected the id of a parcel',
      'row 10: there are more cells than in the first line',
      'row 11: row 2 has another decision about this parcel',
      'row 12: the next row is inside the notes',
    ];
    for (const line of words) expect(unwrapped(stdout)).toContain(line);
    expect(stdout).toContain('11 rows: 3 submitted, 0 skipped, 8 invalid, 0 failed.');
  });

  test.each([
    ['7,RESCHEDULE,,', 'column rescheduleDate is empty, and RESCHEDULE needs it'],
    ['7,REATTEMPT,,', 'column additionalAddressNotes is empty, and REATTEMPT needs it'],
    ['7,RESCHEDULE,2099-03-02,', 'column rescheduleDate is a day without a time: pass --day-at 09:00+05:30'],
    ['7,RESCHEDULE,2569-03-02T09:00:00Z,', 'column rescheduleDate is more than a year ahead'],
    ['7,RESCHEDULE,9999-12-31T09:00:00Z,', 'column rescheduleDate is more than a year ahead'],
    ['7,RESCHEDULE,03/04/2027,', 'column rescheduleDate could be two days'],
    ['n/a,RTO,,', 'column trackingId: must contain a digit: this is a placeholder or a name'],
    ['www.track.example/1,RTO,,', 'column trackingId: got a link'],
    ['"1809561149386;1809561149387",RTO,,', 'column trackingId: got several numbers: make one call, or write one row, for each parcel'],
    ['7,Hold,,', 'column ndrAction: Amazon has no action such as hold'],
    ['7,constructor,,', 'column ndrAction: expected RESCHEDULE, REATTEMPT or RTO'],
    ['7,Explode,,', 'column ndrAction: expected RESCHEDULE, REATTEMPT or RTO: say what another name means with --actions NAME=RTO'],
    ['1809561149386.0,RTO,,', 'column trackingId: got a decimal that a spreadsheet has made of the number'],
    ['00000000,RTO,,', 'column trackingId: must not have only zeros: this is a placeholder'],
    ['"1809561149386、1809561149387",RTO,,', 'column trackingId: got several numbers'],
    ['"1809561149386<br>1809561149387",RTO,,', 'column trackingId: got several numbers'],
  ])('says in the words of the file what is wrong with %j', async (row, problem) => {
    const { code, stdout } = await waybill(['ndr', 'import', '-', '--dry-run'], { input: `${goodRows}${row}\n` });
    expect([code, unwrapped(stdout)]).toEqual([1, expect.stringContaining(`row 5: ${problem}`)]);
  });

  test('refuses each rounded number by itself, and does not take two of them for duplicates', async () => {
    const input = 'trackingId,ndrAction\n1.80956E+12,RTO\n1.80956E+12,RTO\n';
    const { stdout } = await waybill(['ndr', 'import', '-', '--dry-run'], { input });
    expect(stdout).toMatch(/row 2: .*row 3: .*2 rows: 0 can be sent, 0 skipped, 2 invalid/s);
  });

  test('names the line of a duplicate, sends it once, and sends no row whose time has passed', async () => {
    const text = `trackingId,ndrAction,ndrDueDate\n1,RTO,${tomorrow}\n1,RTO,${tomorrow}\n2,RTO,2020-01-01T00:00:00Z\n`;
    const { code, stdout } = await imported(text);
    expect(code).toBe(1);
    expect(stdout).toContain('row 3: the same as row 2, so it is skipped');
    expect(unwrapped(stdout)).toContain('row 4: the time for feedback about this shipment has passed: column ndrDueDate is in the past');
    expect(stdout).toContain('1 submitted, 1 skipped, 1 invalid');
    expect(accepted(amazon)).toEqual(['1 RTO']);
  });

  test('sends neither of two decisions about one parcel if the first is invalid', async () => {
    await imported(`${goodRows}7,RESCHEDULE,2020-01-01T00:00:00Z,\n7,RTO,,\n`);
    expect(accepted(amazon)).not.toContain('7 RTO');
  });

  test('checks every row with --dry-run and sends nothing, without settings and without a report', async () => {
    const { code, stdout } = await waybill(['ndr', 'import', '-', '--dry-run'], { input: bad });
    expect(code).toBe(1);
    expect(stdout).toContain('11 rows: 3 can be sent, 0 skipped, 8 invalid. Nothing was sent.');
    expect(existsSync('ndr-report.csv')).toBe(false);
  });

  test('resumes: what was submitted is not sent again, what failed is', async () => {
    amazon.emulator.fail({ path: '/shipping/v2/ndrFeedback', status: 400 });
    const first = await imported(goodRows, '--concurrency', '1');
    expect(first).toMatchObject({ code: 1, stdout: expect.stringContaining('2 submitted, 0 skipped, 0 invalid, 1 failed') });
    const second = await imported(goodRows);
    expect(second).toMatchObject({ code: 0, stdout: expect.stringContaining('1 submitted, 2 skipped, 0 invalid, 0 failed') });
    expect(accepted(amazon)).toEqual(['1 RTO', '2 RESCHEDULE', '3 REATTEMPT']);
    const third = await imported(`${goodRows}1,RTO,,\n`);
    expect(third).toMatchObject({ code: 0, stdout: expect.stringContaining('0 submitted, 4 skipped') });
  });

  test('skips a submitted row also when its date is in the past by now', async () => {
    const text = `trackingId,ndrAction,rescheduleDate\n1,RESCHEDULE,${tomorrow}\n`;
    expect(await imported(text)).toMatchObject({ code: 0 });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 86_400_000 });
    try {
      expect(await imported(text)).toMatchObject({ code: 0, stdout: expect.stringContaining('0 submitted, 1 skipped, 0 invalid') });
    } finally {
      vi.useRealTimers();
    }
  });

  test('ends with 3 if every failure is temporary', async () => {
    amazon.emulator.fail({ path: '/shipping/v2/ndrFeedback', status: 503, times: 12, headers: { 'retry-after': '0' } });
    const { code, stdout } = await imported(goodRows);
    expect([code, stdout]).toEqual([3, expect.stringContaining('3 failed')]);
  });

  test('repairs a report whose last line is incomplete, and does not touch other files', async () => {
    await imported(goodRows);
    const report = folder.path('decisions.report.csv');
    writeFileSync(report, readFileSync(report, 'utf8').replace(/\n[^\n]*\n$/, '\n9,"cut'));
    amazon.emulator.reset();
    expect(await imported(goodRows)).toMatchObject({ code: 0, stdout: expect.stringContaining('1 submitted, 2 skipped') });
    expect(readFileSync(report, 'utf8')).not.toContain('cut');

    writeFileSync(folder.path('mine.csv'), 'my,own\n');
    const { code, stderr } = await imported(goodRows, '--report', folder.path('mine.csv'));
    expect(code).toBe(2);
    expect(unwrapped(stderr)).toMatch(/exists and is not a report/);
    expect(readFileSync(folder.path('mine.csv'), 'utf8')).toBe('my,own\n');
  });

  test('stops if the report cannot be written any more, because unrecorded rows would be sent twice', async () => {
    const { writeSync } = fs;
    let lines = 0;
    fs.writeSync = ((...args: Parameters<typeof writeSync>) => {
      // Not the number of the process in the lock.
      if (String(args[1]).endsWith('\n')) lines += 1;
      if (lines > 2) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      return writeSync(...args);
    }) as typeof writeSync;
    syncBuiltinESMExports();
    try {
      const { code, stdout, stderr } = await imported(goodRows, '--concurrency', '1');
      expect(code).toBe(1);
      expect(stdout).toMatch(/1 may have arrived|2 submitted/);
      expect(unwrapped(stderr)).toMatch(/error: cannot write .*decisions\.report\.csv: the disk is full/);
      expect(accepted(amazon).length).toBeLessThan(3);
    } finally {
      fs.writeSync = writeSync;
      syncBuiltinESMExports();
    }
  });

  test('stops at once if all other rows would fail too, and says why', async () => {
    const many = `trackingId,ndrAction\n${Array.from({ length: 40 }, (_, at) => `${at + 1},RTO`).join('\n')}\n`;
    writeFileSync(folder.path('many.csv'), many);
    const { code, stdout, stderr } = await waybill(['ndr', 'import', folder.path('many.csv'), '--concurrency', '2'], {
      env: { ...amazon.env, LWA_CLIENT_SECRET: 'hunter2' },
    });
    expect(code).toBe(1);
    expect(stdout).toMatch(/40 rows: 0 submitted, 0 skipped, 0 invalid, 1 failed, 39 not sent\./);
    expect(unwrapped(stderr)).toMatch(/Stopped.*Run the same command again.*error:.*invalid_client/);
    expect(amazon.emulator.requests.length).toBeLessThan(5);
    expect(accepted(amazon)).toEqual([]);
  });

  test('prints one line of JSON for each row, then a summary', async () => {
    const { stdout, stderr } = await imported(bad, '--json');
    const lines = jsonLines(stdout);
    expect(stderr).toBe('');
    expect(lines).toHaveLength(12);
    expect(lines.at(-1)).toMatchObject({ type: 'summary', rows: 11, submitted: 3, skipped: 0, invalid: 8, failed: 0, notSent: 0 });
    expect(lines.filter(({ status }) => status === 'invalid')).toHaveLength(8);
    for (const line of lines.slice(0, -1)) expect(line).toMatchObject({ type: 'row', row: expect.any(Number) });
  });

  test('draws a progress bar only on a terminal, and removes it', async () => {
    writeFileSync(folder.path('d.csv'), goodRows);
    const { stderr } = await waybill(['ndr', 'import', folder.path('d.csv')], { ...amazon, isTTY: true });
    expect(stderr).toContain('] 3/3');
    expect(stderr.endsWith('\r\u001b[K')).toBe(true);
  });

  test('ends with 130 after Ctrl-C, says so once, counts what was not sent, and reports what may have arrived', async () => {
    amazon.emulator.fail({ path: '/shipping/v2/ndrFeedback', delay: 5_000, times: 100 });
    const delayed = new Promise<void>((resolve) => {
      amazon.emulator.on('fault', ({ action }) => action === 'used' && resolve());
    });
    const interrupted = new AbortController();
    const file = folder.path('d.csv');
    writeFileSync(file, goodRows);
    const running = waybill(['ndr', 'import', file, '--concurrency', '1'], { ...amazon, signal: interrupted.signal });
    await delayed;
    interrupted.abort(new DOMException('interrupted', 'AbortError'));
    const { code, stdout, stderr } = await running;
    expect(code).toBe(130);
    expect(unwrapped(stdout)).toContain('3 rows: 0 submitted, 0 skipped, 0 invalid, 0 failed, 1 may have arrived, 2 not sent.');
    expect(stderr).toBe('Run the same command again to send the rest.\nerror: interrupted\n');
    expect(readFileSync(folder.path('d.report.csv'), 'utf8').match(/,interrupted,yes,/g)).toHaveLength(1);
  });
});
