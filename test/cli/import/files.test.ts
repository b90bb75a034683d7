/** The files that `waybill ndr import` accepts, as spreadsheets and editors write them. */
import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Amazon, startAmazon, temporaryFolder } from '../../support/cli/amazon.ts';
import { accepted, goodRows, importFile } from '../../support/cli/import.ts';
import { unwrapped, waybill } from '../../support/cli/terminal.ts';

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

const utf16 = (text: string, order: 'le' | 'be'): Buffer => {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
  return order === 'le' ? bytes : bytes.swap16();
};
const crlf = goodRows.replaceAll('\n', '\r\n');
const tabs = goodRows.replaceAll(/,(?! )/g, '\t');

describe('waybill ndr import', () => {
  test.each<[string, string | Uint8Array]>([
    ['semicolons', goodRows.replaceAll(/,(?! )/g, ';')],
    ['tabs', tabs],
    ['the separator in the first line, as Excel writes it', `sep=;\r\n${crlf.replaceAll(/,(?! )/g, ';')}`],
    ['the same behind a byte order mark', `\ufeffsep=;\r\n${crlf.replaceAll(/,(?! )/g, ';')}`],
    ['a byte order mark and CR LF', `\ufeff${crlf}`],
    ['CR LF without an end of the last line', crlf.trimEnd()],
    ["UTF-16 with tabs, Excel's Unicode text", utf16(tabs.replaceAll('\n', '\r\n'), 'le')],
    ['UTF-16 in the other byte order', utf16(goodRows, 'be')],
    [
      'other cases and columns, in another order',
      goodRows
        .replace('trackingId,ndrAction', 'TRACKING ID,NdrAction')
        .replaceAll(/^(.*)$/gm, 'mine,$1')
        .replace('mine,\n', '\n')
        .replace(/mine,$/, '')
        .replaceAll('RTO', 'rto'),
    ],
    ['empty lines and spaces around cells', goodRows.replaceAll('\n', '\n\n').replace('1,RTO', ' 1 , RTO ')],
    ['missing cells at the end of a row', goodRows.replace('1,RTO,,', '1,RTO')],
    ['ids that are marked as text', goodRows.replace('1,RTO', '"=""1""",RTO').replace('2,RESC', "'2,RESC")],
  ])('reads %s', async (_, text) => {
    expect(await importFile(text, { amazon, folder })).toMatchObject({ code: 0 });
    expect(accepted(amazon)).toEqual(['1 RTO', '2 RESCHEDULE', '3 REATTEMPT']);
  });

  test('reads standard input', async () => {
    const report = folder.path('r.csv');
    expect(await waybill(['ndr', 'import', '-', '--report', report], { ...amazon, input: goodRows })).toMatchObject({ code: 0 });
    expect(accepted(amazon)).toHaveLength(3);
    expect(existsSync(report)).toBe(true);
  });

  test('keeps quotes inside a cell', async () => {
    const text = 'trackingId;ndrAction;additionalAddressNotes\n1;REATTEMPT;behind 24" pipe\n2;REATTEMPT;"the ""old"" mill"\n';
    await importFile(text, { amazon, folder });
    expect(amazon.emulator.ndrFeedback.map(({ ndrRequestData }) => ndrRequestData?.additionalAddressNotes).sort()).toEqual([
      'behind 24" pipe',
      'the "old" mill',
    ]);
  });

  test.each<[string, string | Uint8Array, RegExp]>([
    [
      'a quote that is not closed',
      `${goodRows}4,REATTEMPT,,"Second gate\n`,
      /the row that starts in line 5 has a double quote that is not closed.*Nothing was sent/,
    ],
    [
      'a cell that is too long',
      `${goodRows}4,REATTEMPT,,Second gate ${'x'.repeat(1_100_000)}\n`,
      /the row that starts in line 5 is too long: it has more than 1 MB.*Nothing was sent/,
    ],
    [
      'a quote before a long rest that does not close it',
      `${goodRows}4,REATTEMPT,,"Second gate\n${'5,RTO,,\n'.repeat(150_000)}`,
      /the row that starts in line 5 has a double quote that is not closed.*Nothing was sent/,
    ],
    ['a missing column', 'trackingId\n1\n', /no column "ndrAction".*trackingId, ndrAction, rescheduleDate/],
    ['two columns of one name', 'trackingId,ndrAction,NDR_ACTION\n1,RTO,RTO\n', /two columns "ndrAction"/],
    ['two columns of exactly one name', 'trackingId,trackingId,ndrAction\n1,1,RTO\n', /two columns "trackingId" Rename one of them/],
    ['two such columns of another name', 'AWB,AWB,ndrAction\n1,1,RTO\n', /trackingId may be "AWB", "AWB" Rename one of them/],
    ['another encoding', Buffer.from('trackingId,ndrAction\nä,RTO\n', 'latin1'), /not UTF-8.*CSV UTF-8/],
    ['half a character of UTF-16', utf16(goodRows, 'le').subarray(0, -1), /not UTF-8/],
    ['an empty file', '', /decisions\.csv is empty The first line must name the columns/],
    ['a file of empty lines', '\n,,\n', /is empty/],
    [
      'UTF-16 without a byte order mark',
      utf16(goodRows, 'le').subarray(2),
      /is UTF-16 without a byte order mark Save it as UTF-8.*"CSV UTF-8"/,
    ],
    ['the same in the other byte order', utf16(goodRows, 'be').subarray(2), /is UTF-16 without a byte order mark/],
    ['a file without rows', 'trackingId,ndrAction\n', /has no rows/],
    ['__proto__ as a column', '__proto__,constructor\n1,RTO\n', /no column "trackingId"/],
    [
      'the report of an import',
      'row,trackingId,ndrAction,status,sent,code,message,hint,requestId,decision\n2,1,RTO,invalid,no,USAGE,row 3 has another,,,1/RTO\n',
      /decisions\.csv is the report of an import, and not a sheet Import the sheet again: rows that the report lists as submitted are/,
    ],
    [
      'such a report as a spreadsheet saves it, with a column of its own',
      '\ufeffrow;trackingId ;ndrAction;status;sent;code;message;hint;requestId;decision;done\r\n2;1;RTO;invalid;no;;;;;;x\r\n',
      /is the report of an import, and not a sheet/,
    ],
    ['a workbook of Excel', Buffer.from('504b0304140006000800ff00ee', 'hex'), /is a workbook of Excel.*CSV UTF-8/],
  ])('refuses %s as a whole', async (_, text, message) => {
    const { code, stderr, report } = await importFile(text, { amazon, folder });
    expect(code).toBe(2);
    expect(unwrapped(stderr)).toMatch(message);
    expect(stderr).not.toContain('Second');
    expect([amazon.emulator.requests, report]).toEqual([[], []]);
  });

  test('writes nothing into the report that a spreadsheet would run', async () => {
    const formulas = ['=HYPERLINK("http://evil1","x")', '+1+1', '-2', '@SUM(A1)'];
    const rows = formulas.map((text) => `"${text.replaceAll('"', '""')}",RTO`);
    await importFile(`trackingId,ndrAction\n${rows.join('\n')}\n`, { amazon, folder });
    // The first is refused: it is what a cell shows that counts.
    expect(amazon.emulator.ndrFeedback).toHaveLength(3);
    const { report } = await importFile('trackingId,ndrAction\n1,RTO\n', { amazon, folder });
    const text = report.map((cells) => cells.join(',')).join('\n');
    for (const formula of formulas) expect(text).toContain(`'${formula.replaceAll('"', '""')}`);
    expect(text).not.toMatch(/(^|,)"?[=+@-]/m);
  });
});
