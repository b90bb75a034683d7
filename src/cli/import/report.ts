/**
 * The report of an import: a CSV file with a line for each row that was tried, by which a later run knows what is done.
 *
 * @module
 */
import { closeSync, existsSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { UsageError } from '../failure.ts';
import { unreadable } from '../files.ts';

/** What became of one row. */
export interface ReportRow {
  readonly row: number;
  readonly trackingId: string;
  readonly ndrAction: string;
  readonly status: 'submitted' | 'failed' | 'invalid' | 'interrupted';
  /** Whether it may have arrived. */
  readonly sent: boolean;
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  readonly hint?: string | undefined;
  readonly requestId?: string | undefined;
  /** By which another run knows it. */
  readonly decision: string;
}

const COLUMNS = ['row', 'trackingId', 'ndrAction', 'status', 'sent', 'code', 'message', 'hint', 'requestId', 'decision'] as const;
const HEAD = COLUMNS.join(',');

/** Appends to a report; each line is written as soon as it is known, and survives the process. */
export class Report {
  readonly path: string;
  readonly #submitted: ReadonlySet<string>;
  readonly #file: number;

  /** Opens a report, or begins it. Takes off what a run that was killed has left of a last line. */
  constructor(path: string) {
    this.path = path;
    try {
      const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
      if (text !== '' && !text.startsWith(`${HEAD}\n`)) {
        throw new UsageError(`${path} is there already and is no report of this command`, 'Choose another file with --report.');
      }
      const whole = text.slice(0, text.lastIndexOf('\n') + 1);
      if (whole !== text) truncateSync(path, Buffer.byteLength(whole));
      const rows: readonly Partial<Record<string, string>>[] = parse(whole, { columns: true, relax_column_count: true });
      this.#submitted = new Set(rows.flatMap(({ status, decision }) => (status === 'submitted' && decision ? [decision] : [])));
      this.#file = openSync(path, 'a');
      if (whole === '') writeSync(this.#file, `${HEAD}\n`);
    } catch (error) {
      throw error instanceof UsageError ? error : unreadable('use', path, error);
    }
  }

  /** Whether an earlier run has submitted this. */
  isSubmitted(decision: string): boolean {
    return this.#submitted.has(decision);
  }

  add(row: ReportRow): void {
    const cells = { ...row, sent: row.sent ? 'yes' : 'no' };
    writeSync(this.#file, `${COLUMNS.map((column) => cell(cells[column] ?? '')).join(',')}\n`);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** One cell on one line. Spreadsheets run what begins like a formula, and a tracking id is a stranger's text: an apostrophe makes it text. */
function cell(value: unknown): string {
  const line = String(value).replace(/\s+/g, ' ');
  const text = /^[=+\-@]/.test(line) ? `'${line}` : line;
  return /[",;]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
