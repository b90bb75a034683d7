import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Amazon, startAmazon, temporaryFolder } from './amazon.ts';
import { json, jsonLines, unwrapped, waybill } from './terminal.ts';

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

const tomorrow = new Date(Date.now() + 86_400_000).toISOString();

/** Writes a file and imports it. */
async function importText(text: string | Uint8Array, ...options: string[]) {
  const file = folder.path('decisions.csv');
  writeFileSync(file, text);
  const outcome = await waybill(['ndr', 'import', file, ...options], amazon);
  const report = folder.path('decisions.report.csv');
  return {
    ...outcome,
    report: existsSync(report)
      ? readFileSync(report, 'utf8')
          .trim()
          .split('\n')
          .map((line) => line.split(','))
      : [],
  };
}

const sent = (): string[] => amazon.emulator.ndrFeedback.map(({ trackingId, ndrAction }) => `${trackingId} ${ndrAction}`).sort();

describe('waybill ndr', () => {
  test.each([
    ['reschedule', ['--date', tomorrow], { ndrAction: 'RESCHEDULE', ndrRequestData: { rescheduleDate: tomorrow } }],
    ['reattempt', ['--notes', 'Second gate'], { ndrAction: 'REATTEMPT', ndrRequestData: { additionalAddressNotes: 'Second gate' } }],
    ['rto', [], { ndrAction: 'RTO' }],
  ])('%s tells Amazon', async (name, options, expected) => {
    const { code, stdout } = await waybill(['ndr', name, '1809561149386', ...options, '--json'], amazon);
    const [feedback] = amazon.emulator.ndrFeedback;
    expect(code).toBe(0);
    expect(feedback).toMatchObject({ trackingId: '1809561149386', ...expected });
    expect(json(stdout)).toEqual({ status: 'submitted', ndrAction: expected.ndrAction, requestId: feedback?.requestId, attempts: 1 });
  });

  test.each([
    ['a day alone', ['reschedule', '1', '--date', '2099-03-02'], /rescheduleDate: expected.*a day alone/],
    ['a date gone by', ['reschedule', '1', '--date', '2020-03-02T09:00:00Z'], /rescheduleDate: expected a time that lies ahead/],
    ['a phone number', ['reattempt', '1', '--notes', 'call 9876543210'], /phone number.*pass --allow-contact-data/],
    ['feedback that is too late', ['rto', '1', '--due-date', '2020-03-02T09:00:00Z'], /time for feedback.*has passed/],
  ])('refuses %s and sends nothing', async (_, argv, message) => {
    const { code, stderr } = await waybill(['ndr', ...argv], amazon);
    expect(code).toBe(2);
    expect(unwrapped(stderr)).toMatch(message);
    expect(amazon.emulator.requests).toEqual([]);
  });

  test('ends with 3 where the same command can succeed later', async () => {
    amazon.emulator.fail({ path: '/shipping/v2/ndrFeedback', status: 503, times: 4, headers: { 'retry-after': '0' } });
    expect((await waybill(['ndr', 'rto', '1'], amazon)).code).toBe(3);
  });

  test('says which credentials are refused, with 1', async () => {
    const env = { ...amazon.env, LWA_CLIENT_SECRET: 'hunter2' };
    const { code, stderr } = await waybill(['ndr', 'rto', '1'], { env });
    expect(code).toBe(1);
    expect(unwrapped(stderr)).toMatch(/invalid_client.*180 days/);
    expect(stderr).not.toContain('hunter2');
  });
});

describe('waybill ndr import', () => {
  const rows = `trackingId,ndrAction,rescheduleDate,additionalAddressNotes
1,RTO,,
2,RESCHEDULE,${tomorrow},
3,REATTEMPT,,"Second gate, beside the tank"
`;

  test('submits each row, and reports on each', async () => {
    const { code, stdout, stderr, report } = await importText(rows);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^3 rows: 3 submitted, 0 skipped, 0 invalid, 0 failed\.\nReport: .*decisions\.report\.csv\n$/);
    expect(sent()).toEqual(['1 RTO', '2 RESCHEDULE', '3 REATTEMPT']);
    expect(amazon.emulator.ndrFeedback.find(({ trackingId }) => trackingId === '3')?.ndrRequestData).toEqual({
      additionalAddressNotes: 'Second gate, beside the tank',
    });
    expect(report[0]).toEqual('row,trackingId,ndrAction,status,sent,code,message,hint,requestId,decision'.split(','));
    expect(
      report
        .slice(1)
        .map(([row, id, , status, sent]) => `${row} ${id} ${status} ${sent}`)
        .sort(),
    ).toEqual(['2 1 submitted yes', '3 2 submitted yes', '4 3 submitted yes']);
  });

  test.each([
    ['semicolons', rows.replaceAll(/,(?! )/g, ';')],
    ['tabs', rows.replaceAll(/,(?! )/g, '\t')],
    ['a byte order mark, and CR LF', `\ufeff${rows.replaceAll('\n', '\r\n')}`],
    ['UTF-16, as Excel writes it', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(rows, 'utf16le')])],
    [
      'other cases and columns, in another order',
      rows
        .replace('trackingId,ndrAction', 'TRACKING ID,NdrAction')
        .replaceAll(/^(.*)$/gm, 'mine,$1')
        .replace('mine,\n', '\n')
        .replace(/mine,$/, '')
        .replaceAll('RTO', 'rto'),
    ],
    ['blank lines and blanks', rows.replaceAll('\n', '\n\n').replace('1,RTO', ' 1 , RTO ')],
    ['cells that are left out', rows.replace('1,RTO,,', '1,RTO')],
  ])('reads %s', async (_, text) => {
    expect(await importText(text)).toMatchObject({ code: 0 });
    expect(sent()).toEqual(['1 RTO', '2 RESCHEDULE', '3 REATTEMPT']);
  });

  test('reads standard input', async () => {
    const report = folder.path('r.csv');
    expect(await waybill(['ndr', 'import', '-', '--report', report], { ...amazon, input: rows })).toMatchObject({ code: 0 });
    expect(sent()).toHaveLength(3);
    expect(existsSync(report)).toBe(true);
  });

  test.each([
    ['a quote that is not closed', `${rows}4,REATTEMPT,,"Second gate\n`, /broken at line \d+.*double quote/],
    ['a column that is missing', 'trackingId\n1\n', /no column "ndrAction"/],
    ['a column that is there twice', 'trackingId,ndrAction,NDR_ACTION\n1,RTO,RTO\n', /"ndrAction" is there twice/],
    ['another encoding', Buffer.from('trackingId,ndrAction\nä,RTO\n', 'latin1'), /not UTF-8/],
    ['no rows', 'trackingId,ndrAction\n', /has no rows/],
    ['__proto__ for a column', '__proto__,constructor\n1,RTO\n', /no column "trackingId"/],
  ])('refuses %s as a whole', async (_, text, message) => {
    const { code, stderr, report } = await importText(text);
    expect(code).toBe(2);
    expect(unwrapped(stderr)).toMatch(message);
    expect(stderr).not.toContain('Second');
    expect([amazon.emulator.requests, report]).toEqual([[], []]);
  });

  const bad = `${rows}4,EXPLODE,,
5,RESCHEDULE,2020-01-01T00:00:00Z,
6,REATTEMPT,,call 9876543210
1.80956E+12,RTO,,
,RTO,,
7,REATTEMPT,,Second gate, beside the tank
1,RESCHEDULE,${tomorrow},
8,REATTEMPT,,"Second gate
9,RTO,,"
`;

  test('submits the rows that are right beside those that are not, and ends with 1', async () => {
    const { code, stdout } = await importText(bad);
    expect(code).toBe(1);
    expect(sent()).toEqual(['1 RTO', '2 RESCHEDULE', '3 REATTEMPT']);
    expect(stdout).toMatch(
      /^row 5: ndrAction: expected RESCHEDULE.*row 6: rescheduleDate.*row 7: .*phone.*row 8: .*spreadsheet.*row 9: trackingId.*row 10: more cells.*row 11: row 2 decides otherwise.*row 12: the next row is within/s,
    );
    expect(stdout).toContain('11 rows: 3 submitted, 0 skipped, 8 invalid, 0 failed.');
  });

  test('checks every row with --dry-run and sends nothing, without settings and without a report', async () => {
    const { code, stdout } = await waybill(['ndr', 'import', '-', '--dry-run'], { input: bad });
    expect(code).toBe(1);
    expect(stdout).toContain('11 rows: 3 can be sent, 0 are there twice, 8 are invalid. Nothing was sent.');
    expect(existsSync('ndr-report.csv')).toBe(false);
  });

  test('goes on by the report: what was submitted is not sent again, what failed is', async () => {
    amazon.emulator.fail({ path: '/shipping/v2/ndrFeedback', status: 400 });
    const first = await importText(rows, '--concurrency', '1');
    expect(first).toMatchObject({ code: 1, stdout: expect.stringContaining('2 submitted, 0 skipped, 0 invalid, 1 failed') });
    const second = await importText(rows);
    expect(second).toMatchObject({ code: 0, stdout: expect.stringContaining('1 submitted, 2 skipped, 0 invalid, 0 failed') });
    expect(sent()).toEqual(['1 RTO', '2 RESCHEDULE', '3 REATTEMPT']);
    const third = await importText(`${rows}1,RTO,,\n`);
    expect(third).toMatchObject({ code: 0, stdout: expect.stringContaining('0 submitted, 4 skipped') });
  });

  test('sends a row that is there twice once, and none whose time is over', async () => {
    const text = `trackingId,ndrAction,ndrDueDate\n1,RTO,${tomorrow}\n1,RTO,${tomorrow}\n2,RTO,2020-01-01T00:00:00Z\n`;
    expect(await importText(text)).toMatchObject({ code: 1, stdout: expect.stringContaining('1 submitted, 1 skipped, 1 invalid') });
    expect(sent()).toEqual(['1 RTO']);
  });

  test('takes quotes within a text as they are', async () => {
    await importText('trackingId;ndrAction;additionalAddressNotes\n1;REATTEMPT;behind 24" pipe\n2;REATTEMPT;"the ""old"" mill"\n');
    expect(amazon.emulator.ndrFeedback.map(({ ndrRequestData }) => ndrRequestData?.additionalAddressNotes).sort()).toEqual([
      'behind 24" pipe',
      'the "old" mill',
    ]);
  });

  test('mends a report whose last line was cut off, and leaves other files alone', async () => {
    await importText(rows);
    const report = folder.path('decisions.report.csv');
    writeFileSync(report, readFileSync(report, 'utf8').replace(/\n[^\n]*\n$/, '\n9,"cut'));
    amazon.emulator.reset();
    expect(await importText(rows)).toMatchObject({ code: 0, stdout: expect.stringContaining('1 submitted, 2 skipped') });
    expect(readFileSync(report, 'utf8')).not.toContain('cut');

    writeFileSync(folder.path('mine.csv'), 'my,own\n');
    const { code, stderr } = await importText(rows, '--report', folder.path('mine.csv'));
    expect(code).toBe(2);
    expect(unwrapped(stderr)).toMatch(/is there already and is no report/);
    expect(readFileSync(folder.path('mine.csv'), 'utf8')).toBe('my,own\n');
  });

  test('writes nothing that a spreadsheet would run', async () => {
    const formulas = ['=HYPERLINK("http://evil","x")', '+1+1', '-2', '@SUM(A1)'];
    await importText(`trackingId,ndrAction\n${formulas.map((text) => `"${text.replaceAll('"', '""')}",RTO`).join('\n')}\n`);
    const text = readFileSync(folder.path('decisions.report.csv'), 'utf8');
    expect(amazon.emulator.ndrFeedback).toHaveLength(4);
    for (const formula of formulas) expect(text).toContain(`'${formula.replaceAll('"', '""')}`);
    expect(text).not.toMatch(/(^|,)"?[=+@-]/m);
  });

  test('stops at once where no row can fare better, and says why', async () => {
    const many = `trackingId,ndrAction\n${Array.from({ length: 40 }, (_, at) => `${at},RTO`).join('\n')}\n`;
    const { env } = amazon;
    writeFileSync(folder.path('many.csv'), many);
    const { code, stderr } = await waybill(['ndr', 'import', folder.path('many.csv'), '--concurrency', '2'], {
      env: { ...env, LWA_CLIENT_SECRET: 'hunter2' },
    });
    expect(code).toBe(1);
    expect(unwrapped(stderr)).toMatch(/Stopped.*Run the same command again.*error:.*invalid_client/);
    expect(amazon.emulator.requests.length).toBeLessThan(5);
    expect(sent()).toEqual([]);
  });

  test('prints a line of JSON for each row, then a summary', async () => {
    const { stdout, stderr } = await importText(bad, '--json');
    const lines = jsonLines(stdout);
    expect(stderr).toBe('');
    expect(lines).toHaveLength(12);
    expect(lines.at(-1)).toMatchObject({ type: 'summary', rows: 11, submitted: 3, skipped: 0, invalid: 8, failed: 0 });
    expect(lines.filter(({ status }) => status === 'invalid')).toHaveLength(8);
    for (const line of lines.slice(0, -1)) expect(line).toMatchObject({ type: 'row', row: expect.any(Number) });
  });

  test('draws a bar on a terminal alone, and takes it away', async () => {
    writeFileSync(folder.path('d.csv'), rows);
    const { stderr } = await waybill(['ndr', 'import', folder.path('d.csv')], { ...amazon, isTTY: true });
    expect(stderr).toContain('] 3/3');
    expect(stderr.endsWith('\r\u001b[K')).toBe(true);
  });

  test('ends with 130 when it is interrupted, having reported what was done', async () => {
    amazon.emulator.fail({ path: '/shipping/v2/ndrFeedback', delay: 5_000, times: 100 });
    const interrupted = new AbortController();
    const file = folder.path('d.csv');
    writeFileSync(file, rows);
    const running = waybill(['ndr', 'import', file], { ...amazon, signal: interrupted.signal });
    while (amazon.emulator.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    interrupted.abort(new DOMException('interrupted', 'AbortError'));
    const { code, stdout, stderr } = await running;
    expect(code).toBe(130);
    expect(stdout).toContain('3 rows: 0 submitted');
    expect(stderr).toMatch(/Run the same command again to go on/);
    expect(readFileSync(folder.path('d.report.csv'), 'utf8').match(/interrupted/g)).toHaveLength(3);
  });
});
