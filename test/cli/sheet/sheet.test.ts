import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ndrEvent, sqsEvent, trackingEvent } from '../../../src/testing/index.ts';
import { type Amazon, startAmazon, temporaryFolder } from '../../support/cli/amazon.ts';
import { onFullDisk } from '../../support/cli/disk.ts';
import { accepted } from '../../support/cli/import.ts';
import { json, unwrapped, waybill } from '../../support/cli/terminal.ts';

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

const HOUR = 3_600_000;
const inHours = (hours: number): string => new Date(Date.now() + hours * HOUR).toISOString();
const sqlite = await import('node:sqlite').catch(() => undefined);

const EVENTS = [
  ndrEvent({
    detail: { trackingId: '1809561149301', referenceID: '000123', ndrDueDate: inHours(30), latestDeliveryAttemptedDate: inHours(-20) },
  }),
  ndrEvent({ detail: { trackingId: '1809561149302', referenceID: '=1+1', reasonCode: 'ADDRESS_NOT_FOUND', ndrDueDate: inHours(4) } }),
  // The next attempt at the first one.
  ndrEvent({
    detail: {
      trackingId: '1809561149301',
      referenceID: '000123',
      ndrDueDate: inHours(40),
      deliveryAttemptCount: '2',
      latestDeliveryAttemptedDate: inHours(-2),
    },
  }),
  ndrEvent({ detail: { trackingId: '1809561149303', ndrDueDate: inHours(-1) } }),
  ndrEvent({ detail: { trackingId: '1809561149304', ndrDueDate: inHours(9), latestDeliveryAttemptedDate: inHours(-5) } }),
  trackingEvent({ detail: { trackingId: '1809561149304', eventCode: 'Delivered', eventTime: inHours(-1), shipmentType: 'FORWARD' } }),
  ndrEvent({ detail: { trackingId: '1809561149305', ndrDueDate: inHours(9), latestDeliveryAttemptedDate: inHours(-5) } }),
  trackingEvent({
    detail: {
      trackingId: '999',
      alternateLegTrackingId: '1809561149305',
      eventCode: 'Departed',
      eventTime: inHours(-1),
      shipmentType: 'RETURNS',
    },
  }),
  // Delivered to nobody before the attempt that failed.
  trackingEvent({ detail: { trackingId: '1809561149302', eventCode: 'Delivered', eventTime: inHours(-90), shipmentType: 'FORWARD' } }),
];
const LINES = `${EVENTS.map((event) => JSON.stringify(event)).join('\n')}\n`;

function rowsOf(csv: string): Record<string, string>[] {
  return parse(csv, { bom: true, columns: true });
}

async function sheetOf(input: string, ...options: string[]) {
  const { code, stdout, stderr } = await waybill(['ndr', 'sheet', '-', ...options], { input });
  return { code, csv: stdout, rows: rowsOf(stdout), notes: unwrapped(stderr) };
}

describe('waybill ndr sheet', () => {
  test('has a row for each shipment that waits, from its latest event, the most urgent first', async () => {
    const { code, rows, notes } = await sheetOf(LINES);
    expect(code).toBe(0);
    expect(rows).toEqual([
      {
        trackingId: '="1809561149302"',
        order: "'=1+1",
        reason: 'ADDRESS_NOT_FOUND',
        attempts: '1',
        payment: 'CollectOnDelivery',
        ndrDueDate: EVENTS[1]?.detail && 'ndrDueDate' in EVENTS[1].detail ? EVENTS[1].detail.ndrDueDate : '',
        advice: 'REATTEMPT: Describe how to find the address.',
        ndrAction: '',
        rescheduleDate: '',
        additionalAddressNotes: '',
      },
      expect.objectContaining({ trackingId: '="1809561149301"', order: '="000123"', attempts: '2' }),
    ]);
    expect(notes).toContain('2 waiting for a decision, 2 settled since, 1 whose time has passed (--all shows them).');
  });

  test('has shipments whose time has passed with --all, and JSON for programs', async () => {
    const { code, stdout } = await waybill(['ndr', 'sheet', '-', '--all', '--json'], { input: LINES });
    const { shipments, ...counts } = json(stdout) as { shipments: { trackingId: string }[] };
    expect([code, shipments.map(({ trackingId }) => trackingId)]).toEqual([0, ['1809561149303', '1809561149302', '1809561149301']]);
    expect(counts).toEqual({ waiting: 3, settled: 2, expired: 0, unreadable: 0, sheet: null, problems: [] });
  });

  test('puts cash on delivery first among shipments of one due date', async () => {
    const due = inHours(5);
    const prepaid = ndrEvent({ detail: { trackingId: '1809561149301', ndrDueDate: due, paymentType: 'Prepaid' } });
    const { rows } = await sheetOf(
      `${JSON.stringify(prepaid)}\n${JSON.stringify(ndrEvent({ detail: { trackingId: '1809561149302', ndrDueDate: due } }))}`,
    );
    expect(rows.map(({ trackingId }) => trackingId)).toEqual(['="1809561149302"', '="1809561149301"']);
  });

  test('reads envelopes, one document of several lines, and a folder in the order of its names', async () => {
    mkdirSync(folder.path('events'));
    writeFileSync(folder.path('events/2.json'), JSON.stringify(EVENTS[2], null, 2));
    writeFileSync(folder.path('events/1.ndjson'), JSON.stringify(sqsEvent([EVENTS[0], EVENTS[1]])));
    writeFileSync(folder.path('events/notes.txt'), 'not an event');
    const { code, stdout } = await waybill(['ndr', 'sheet', folder.path('events')]);
    expect([code, rowsOf(stdout).map(({ trackingId, attempts }) => [trackingId, attempts])]).toEqual([
      0,
      [
        ['="1809561149302"', '1'],
        ['="1809561149301"', '2'],
      ],
    ]);
  });

  test('reads documents of several lines from standard input, one after another', async () => {
    const input = [EVENTS[0], EVENTS[1]].map((event) => `${JSON.stringify({ Messages: [{ Body: JSON.stringify(event) }] }, null, 4)}\n`);
    const { code, stdout, stderr } = await waybill(['ndr', 'sheet', '-', '--json'], { input: input.join('') });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/1809561149301.*1809561149302|1809561149302.*1809561149301/s);
  });

  test('says where something is that is not an event, and writes the rest', async () => {
    const { code, rows, notes } = await sheetOf(`${JSON.stringify(EVENTS[1])}\n{"broken\n\n{"detail-type":"NDR Events"}\n`);
    expect([code, rows.length]).toEqual([1, 1]);
    expect(notes).toMatch(/standard input, line 2: .*standard input, line 4: .*1 waiting for a decision, 2 not readable\./);
  });

  test('says which message of a document over several lines is not an event', async () => {
    const messages = [EVENTS[1], 'hello', EVENTS[0], {}].map((event, at) => ({ MessageId: `m-${at}`, Body: JSON.stringify(event) }));
    const { code, rows, notes } = await sheetOf(`${JSON.stringify({ Messages: messages }, null, 4)}\n{"broken\n`);
    expect([code, rows.length]).toEqual([1, 2]);
    expect(notes).toMatch(/input, line 8, message m-1: .*input, line 16, message m-3: .*input, line 21: .*3 not readable\./);
  });

  test('never overwrites a sheet, and writes one that only its owner can read', async () => {
    const out = folder.path('today.csv');
    expect(await waybill(['ndr', 'sheet', '-', '--out', out], { input: LINES })).toMatchObject({ code: 0, stdout: '' });
    if (process.platform !== 'win32') expect(statSync(out).mode & 0o077).toBe(0);
    const before = readFileSync(out, 'utf8');
    const { code, stderr } = await waybill(['ndr', 'sheet', '-', '--out', out], { input: '' });
    expect([code, unwrapped(stderr)]).toEqual([2, expect.stringMatching(/it exists already\s+Choose another name, or delete the file\./)]);
    expect(readFileSync(out, 'utf8')).toBe(before);
  });

  test('writes a whole sheet or nothing', async () => {
    const out = folder.path('today.csv');
    const argv = ['ndr', 'sheet', '-', '--out', out];
    const { code, stderr } = await onFullDisk(() => waybill(argv, { input: LINES }));
    expect([code, unwrapped(stderr)]).toEqual([2, expect.stringMatching(/cannot write .*today\.csv: the disk is full/)]);
    expect(readdirSync(folder.path('.'))).toEqual([]);

    writeFileSync(out, 'mine');
    expect(await onFullDisk(() => waybill(argv, { input: LINES }))).toMatchObject({ code: 2, stderr: expect.stringContaining('exists') });
    expect([readdirSync(folder.path('.')), readFileSync(out, 'utf8')]).toEqual([['today.csv'], 'mine']);
  });

  test.each([
    ['a file that does not exist', 'nothing.ndjson', /cannot read .*there is no such file or folder/],
    ['a folder without events', '', /has no file that ends with \.json, \.ndjson or \.jsonl/],
  ])('refuses %s', async (_, name, message) => {
    const { code, stderr } = await waybill(['ndr', 'sheet', folder.path(name)]);
    expect([code, unwrapped(stderr)]).toEqual([2, expect.stringMatching(message)]);
  });

  test.runIf(sqlite)('reads the table ndr_events of a database', async () => {
    const file = folder.path('desk.sqlite');
    const database = new (sqlite as NonNullable<typeof sqlite>).DatabaseSync(file);
    database.exec('CREATE TABLE ndr_events (id TEXT PRIMARY KEY, received TEXT NOT NULL, event TEXT NOT NULL)');
    const insert = database.prepare('INSERT INTO ndr_events VALUES (?, ?, ?)');
    for (const [at, event] of EVENTS.entries()) insert.run(String(at), inHours(0), JSON.stringify(event));
    database.close();
    expect(rowsOf((await waybill(['ndr', 'sheet', file])).stdout)).toHaveLength(2);
  });

  test.skipIf(sqlite)('says which Node reads a database, and what does it without', async () => {
    writeFileSync(folder.path('desk.sqlite'), 'SQLite format 3\0 and pages');
    const { code, stderr } = await waybill(['ndr', 'sheet', folder.path('desk.sqlite')]);
    expect([code, unwrapped(stderr)]).toEqual([2, expect.stringMatching(/from Node 22\.13 on.*SELECT event FROM ndr_events/)]);
  });
});

describe('a sheet that is filled in', () => {
  /** What a person does with the two rows, in the words of the sheet or of their own. */
  const fillIn = (rows: Record<string, string>[]): string[][] =>
    rows.map((row) => {
      // A spreadsheet evaluates the mark, and saves the text.
      const cells = { ...row, trackingId: row['trackingId']?.replace(/^="(.*)"$/, '$1') ?? '', order: row['order'] ?? '' };
      return row['reason'] === 'ADDRESS_NOT_FOUND'
        ? Object.values({ ...cells, ndrAction: 'Re-attempt', additionalAddressNotes: 'Blue gate, "Shanti" house' })
        : Object.values({ ...cells, ndrAction: 'Reschedule', rescheduleDate: inHours(60).slice(0, 10), additionalAddressNotes: 'at home' });
    });
  const quote = (cell: string): string => (/[",;\t\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  const save = (rows: string[][], separator: string): string => rows.map((cells) => `${cells.map(quote).join(separator)}\r\n`).join('');

  test.each([
    ['CSV UTF-8', (rows: string[][]) => `\ufeff${save(rows, ',')}`],
    ['CSV with semicolons and its separator line', (rows: string[][]) => `sep=;\r\n${save(rows, ';')}`],
    ['Unicode text', (rows: string[][]) => Buffer.from(`\ufeff${save(rows, '\t')}`, 'utf16le')],
  ])('is imported as %s', async (_, write) => {
    const { rows } = await sheetOf(LINES);
    const file = folder.path('filled.csv');
    writeFileSync(file, write([Object.keys(rows[0] ?? {}), ...fillIn(rows)]));
    const { code, stdout } = await waybill(['ndr', 'import', file, '--day-at', '10:00+05:30'], amazon);
    expect([code, unwrapped(stdout)]).toEqual([0, expect.stringContaining('2 rows: 2 submitted')]);
    expect(accepted(amazon)).toEqual(['1809561149301 RESCHEDULE', '1809561149302 REATTEMPT']);
    const notes = amazon.emulator.ndrFeedback.map(({ ndrRequestData }) => ndrRequestData?.additionalAddressNotes);
    expect(notes.filter(Boolean)).toEqual(['Blue gate, "Shanti" house']);
  });

  test('is imported as it was written, with nothing decided, as a success that sends nothing', async () => {
    const file = folder.path('open.csv');
    await waybill(['ndr', 'sheet', '-', '--out', file], { input: LINES });
    const { code, stdout } = await waybill(['ndr', 'import', file], amazon);
    expect([code, unwrapped(stdout)]).toEqual([0, expect.stringContaining('0 submitted, 0 skipped, 0 invalid, 0 failed, 2 undecided')]);
    expect(amazon.emulator.requests).toEqual([]);
    expect(existsSync(folder.path('open.report.csv'))).toBe(true);
  });
});
