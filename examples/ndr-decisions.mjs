/**
 * Submits a CSV file of what is to happen with undelivered shipments, and reports on each row.
 *
 *     npm install waybill csv-parse
 *     node examples/ndr-decisions.mjs decisions.csv report.csv
 *
 * The first line of decisions.csv names its columns, in any order and case: trackingId, ndrAction (RESCHEDULE, REATTEMPT or RTO), and as
 * far as needed rescheduleDate (2026-03-01T09:00:00+05:30), additionalAddressNotes and ndrDueDate; others are your own. Commas, semicolons
 * or tabs, in UTF-8. It is read bit by bit, so it may be as long as you like.
 *
 * Run it again after whatever happened, with the same report: what is submitted is not submitted again, and new lines are added. A row
 * that fails stops no other. The exit code is 0 when every row went through, 1 when one did not, 2 when the rest was left for later.
 *
 * LWA_CLIENT_ID, LWA_CLIENT_SECRET, LWA_REFRESH_TOKEN
 * SP_API_URL, LWA_URL       only for an emulator
 */
import { createHash } from 'node:crypto';
import { createReadStream, ftruncateSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { parse } from 'csv-parse';
import { isWaybillError, NdrFeedbackClient } from 'waybill/shipping-ndr';

/** @typedef {import('waybill/shipping-ndr').NdrFeedback} NdrFeedback */
/** @typedef {{ row: number, trackingId: string, ndrAction: string, dueDate: string, decision: string }} Row */
/** @typedef {{ code?: string | undefined, message: string, hint?: string | undefined, requestId?: string | undefined }} Failure */
/** @typedef {{ status: 'submitted' | 'failed', sent: boolean, requestId?: string | undefined } & Partial<Failure>} Outcome */

const COLUMNS = /** @type {const} */ (['trackingId', 'ndrAction', 'rescheduleDate', 'additionalAddressNotes', 'ndrDueDate']);
const REPORT = /** @type {const} */ ([
  'row',
  'trackingId',
  'ndrAction',
  'status',
  'sent',
  'code',
  'message',
  'hint',
  'requestId',
  'decision',
]);

const [file = '', reportFile = ''] = process.argv.slice(2);
const { LWA_CLIENT_ID = '', LWA_CLIENT_SECRET = '', LWA_REFRESH_TOKEN = '', SP_API_URL: baseUrl, LWA_URL: tokenUrl } = process.env;
const count = { submitted: 0, failed: 0, before: 0 };
const stop = new AbortController();
process.once('SIGINT', () => stop.abort(new Error('interrupted')));

try {
  if (!file || !reportFile) throw new Error('usage: node ndr-decisions.mjs decisions.csv report.csv');
  const client = new NdrFeedbackClient({
    credentials: { clientId: LWA_CLIENT_ID, clientSecret: LWA_CLIENT_SECRET, refreshToken: LWA_REFRESH_TOKEN },
    ...(baseUrl && { baseUrl }),
    ...(tokenUrl && { tokenUrl }),
  });
  const { report, done } = await openReport();
  /** What is under way, and no more. @type {Map<NdrFeedback, Row>} */
  const rows = new Map();
  /** @type {(row: Row, outcome: Outcome) => void} */
  const tell = (row, outcome) => {
    count[outcome.status] += 1;
    const cells = { ...row, ...outcome, sent: outcome.sent ? 'yes' : 'no' };
    // At once, so that it is there whatever happens next.
    writeSync(report, line(REPORT.map((column) => cells[column])));
  };

  const decisions = readDecisions(file, done, rows, tell);
  const dueDateOf = (/** @type {NdrFeedback} */ feedback) => rows.get(feedback)?.dueDate || undefined;
  for await (const { feedback, ...result } of client.submitMany(decisions, { dueDateOf, signal: stop.signal })) {
    const row = /** @type {Row} */ (rows.get(feedback));
    rows.delete(feedback);
    if (result.status === 'submitted') tell(row, { status: 'submitted', sent: true, requestId: result.receipt.requestId });
    else if (result.status === 'failed') {
      tell(row, { status: 'failed', sent: result.sent, ...describe(result.error) });
      if (concernsAll(result.error)) stop.abort(result.error);
    }
  }
  process.exitCode = count.failed > 0 ? 1 : 0;
} catch (error) {
  const { message, hint = '' } = describe(error);
  console.error(`${message}${hint && `. ${hint}`}`);
  process.exitCode = 2;
}
console.log(`${count.submitted} submitted, ${count.failed} failed, ${count.before} submitted before`);

/**
 * Gives what is to be submitted, row by row, and keeps in `rows` where each came from.
 *
 * @param {string} path
 * @param {ReadonlySet<string>} done
 * @param {Map<NdrFeedback, Row>} rows
 * @param {(row: Row, outcome: Outcome) => void} tell Hears of rows that can't be what was meant
 * @returns {AsyncGenerator<NdrFeedback>}
 */
async function* readDecisions(path, done, rows, tell) {
  /** Which column of the file each of ours is. @type {Record<string, number> | undefined} */
  let head;
  let width = 0;
  let row = 0;
  /** Where each parcel was decided about. @type {Map<string, Pick<Row, 'row' | 'decision'>>} */
  const decided = new Map();
  const input = await open(path);
  const csv = parse({
    bom: true,
    delimiter: await guessDelimiter(input),
    relax_column_count: true,
    // An inch mark or a "name" in notes is no reason to lose the row.
    relax_quotes: true,
    skip_records_with_error: true,
    on_skip: () => {
      const here = { row: csv.info.records + 1, trackingId: '', ndrAction: '', dueDate: '', decision: '' };
      tell(here, failure('not readable from here on: look for a double quote that is not closed'));
      return undefined;
    },
  });
  const bytes = input.createReadStream({ start: 0 }).on('error', (error) => csv.destroy(error));
  for await (const cells of bytes.pipe(csv)) {
    // As a spreadsheet counts, where a line break within quotes begins no row.
    row += 1;
    if (!head) {
      head = readHead(cells);
      width = cells.length;
      continue;
    }
    const [trackingId, ndrAction, rescheduleDate, additionalAddressNotes, dueDate] = COLUMNS.map((name) =>
      (cells[head?.[name] ?? -1] ?? '').trim(),
    );
    if (!cells.some((/** @type {string} */ cell) => cell.trim())) continue;
    const action = ndrAction.toUpperCase();
    const decision = createHash('sha256')
      .update(JSON.stringify([trackingId, action, rescheduleDate, additionalAddressNotes, dueDate]))
      .digest('hex')
      .slice(0, 24);
    const here = { row, trackingId, ndrAction: action, dueDate, decision };
    const earlier = decided.get(trackingId);
    if (trackingId && !earlier) decided.set(trackingId, { row, decision });
    if (done.has(decision) || earlier?.decision === decision) {
      count.before += 1;
      continue;
    }
    const damage = findDamage(cells, width, trackingId, additionalAddressNotes);
    if (damage) tell(here, failure(damage));
    else if (earlier) tell(here, failure(`row ${earlier.row} decides otherwise about this parcel: keep one of them`));
    else {
      const data = { ...(rescheduleDate && { rescheduleDate }), ...(additionalAddressNotes && { additionalAddressNotes }) };
      // The client says what is wrong with it.
      const feedback = /** @type {NdrFeedback} */ ({
        trackingId,
        ndrAction: action,
        ...(Object.keys(data).length > 0 && { ndrRequestData: data }),
      });
      rows.set(feedback, here);
      yield feedback;
    }
  }
  if (!head) throw new Error(`${path} is empty`);
}

/** @param {string[]} cells */
function readHead(cells) {
  const names = cells.map((name) => name.toLowerCase().replace(/[\s_-]/g, ''));
  const head = Object.fromEntries(COLUMNS.map((name) => [name, names.indexOf(name.toLowerCase())]));
  for (const name of COLUMNS.slice(0, 2)) {
    if (head[name] === -1) throw new Error(`there is no column "${name}": the first line must name the columns, and the file be UTF-8`);
  }
  return head;
}

/**
 * What a spreadsheet, or a missing quote, has made of a row, where that shows.
 *
 * @param {string[]} cells
 * @param {number} width
 * @param {string} trackingId
 * @param {string} notes
 */
function findDamage(cells, width, trackingId, notes) {
  if (cells.slice(width).some((cell) => cell.trim()))
    return 'more cells than the first line: put texts with a comma or a semicolon into double quotes';
  if (cells.some((cell) => cell.includes('\ufffd'))) return 'not UTF-8: save the file as "CSV UTF-8"';
  if (/^\d([.,]\d+)?E\+?\d+$/i.test(trackingId))
    return 'the spreadsheet has rounded the tracking id: make the column text, and fill it in again';
  if (/[\r\n].*\b(RESCHEDULE|REATTEMPT|RTO)\b/i.test(notes))
    return 'the next row is within the notes: look for a double quote that is not closed';
  return undefined;
}

/** The one of three that the first line has most of. @param {import('node:fs/promises').FileHandle} input */
async function guessDelimiter(input) {
  const { buffer, bytesRead } = await input.read({ position: 0, length: 4096 });
  const [head = ''] = buffer.toString('utf8', 0, bytesRead).split(/[\r\n]/);
  const [delimiter = ','] = [',', ';', '\t'].sort((a, b) => head.split(b).length - head.split(a).length);
  return delimiter;
}

/** Opens the report to go on with it, or begins it; with the decisions that an earlier run has submitted. */
async function openReport() {
  const report = openSync(reportFile, 'a+');
  const { size } = statSync(reportFile);
  const tail = Buffer.alloc(Math.min(size, 65_536));
  readSync(report, tail, 0, tail.length, size - tail.length);
  const end = size - tail.length + tail.lastIndexOf('\n') + 1;
  // Before a byte is changed: it may be a file of another kind, even the decisions.
  const done = await readReport(end);
  if (end === 0 && !line(REPORT).startsWith(tail.toString())) throw noReport();
  // What a crash has left of a line would be joined to the next one.
  ftruncateSync(report, end);
  if (end === 0) writeSync(report, line(REPORT));
  return { report, done };
}

/** The decisions that an earlier run has submitted. @param {number} end Bytes of whole lines */
async function readReport(end) {
  const done = new Set();
  if (end === 0) return done;
  const columns = (/** @type {string[]} */ names) => {
    if (!names.includes('decision')) throw noReport();
    return names;
  };
  const reader = createReadStream(reportFile, { end: end - 1 }).pipe(parse({ bom: true, columns, relax_column_count: true }));
  for await (const { status, decision } of reader) if (status === 'submitted') done.add(decision);
  return done;
}

function noReport() {
  return new Error(`${reportFile} is there, and is no report of this program: choose another`);
}

/**
 * A line of CSV, and one line only. A spreadsheet would run what begins like a formula: the apostrophe makes it text.
 *
 * @param {readonly unknown[]} cells
 */
function line(cells) {
  const quoted = cells.map((cell) => {
    const text = String(cell ?? '')
      .replace(/\s+/g, ' ')
      .replace(/^[=+\-@]/, "'$&");
    return /[",;]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return `${quoted.join(',')}\n`;
}

/** @param {string} message @returns {Outcome} */
function failure(message) {
  return { status: 'failed', sent: false, code: 'CSV', message };
}

/** @param {unknown} error @returns {Failure} */
function describe(error) {
  if (!isWaybillError(error)) return { message: error instanceof Error ? error.message : String(error) };
  const { code, message, hint } = error;
  if (error.code !== 'API') return { code, message, hint };
  return { code: error.reasonCode ?? String(error.status), message, hint, requestId: error.requestId };
}

/** Whether no other row would fare better: options, credentials, roles. @param {unknown} error */
function concernsAll(error) {
  if (!isWaybillError(error)) return false;
  if (error.code !== 'API') return error.code === 'CONFIGURATION';
  return [401, 403].includes(error.status) || /^(invalid_|unauthorized_|access_denied)/.test(error.reasonCode ?? '');
}
