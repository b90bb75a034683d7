/**
 * The report of an import: a CSV file with a line for each row that was tried, from which a later run knows what is done.
 *
 * @module
 */
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { EXIT, UsageError } from '../failure.ts';
import { fileError } from '../files.ts';
import { CompactMap } from './compact-map.ts';
import { lock } from './lock.ts';

/** The result of one row. */
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
  /** What a later run recognises it by. */
  readonly decision: string;
}

const COLUMNS = ['row', 'trackingId', 'ndrAction', 'status', 'sent', 'code', 'message', 'hint', 'requestId', 'decision'] as const;
const HEAD = COLUMNS.join(',');
const STATUS = COLUMNS.indexOf('status');
const DECISION = COLUMNS.indexOf('decision');
const CHUNK = 1024 * 1024;

/** Whether the head of a file is that of a report, also if somebody has added columns or changed their order. */
export function isReport(head: readonly string[]): boolean {
  const names = new Set(head.map((name) => name.trim()));
  return COLUMNS.every((column) => names.has(column));
}

/** Appends to a report. Each line is written at once, so that it survives the process. */
export class Report {
  readonly path: string;
  readonly #submitted: CompactMap = new CompactMap();
  readonly #file: number;
  #unlock: (() => void) | undefined;

  /** Opens or creates a report. Throws if another import is using it. */
  constructor(path: string) {
    this.path = path;
    try {
      this.#file = openSync(path, 'a+');
    } catch (error) {
      throw fileError('use', path, error);
    }
    try {
      this.#start();
    } catch (error) {
      this.close();
      throw fileError('use', path, error);
    }
  }

  /** Reads what was submitted. Removes the part of a last line that a killed run may have left. */
  #start(): void {
    // A device, such as /dev/null, is not shared: nobody reads it.
    if (fstatSync(this.#file).isFile()) this.#unlock = lock(this.path);
    // Now, because another import may have added lines until here.
    const { size } = fstatSync(this.#file);
    const whole = this.#readSubmitted(size);
    if (whole < size) ftruncateSync(this.#file, whole);
    if (whole === 0) writeSync(this.#file, `${HEAD}\n`);
  }

  /** Whether an earlier run has submitted it. */
  isSubmitted(decision: string): boolean {
    return this.#submitted.get(decision) !== undefined;
  }

  /** Throws if the disk is full: what is not recorded would be sent twice. */
  add(row: ReportRow): void {
    const cells = { ...row, sent: row.sent ? 'yes' : 'no' };
    try {
      writeSync(this.#file, `${COLUMNS.map((column) => cell(cells[column] ?? '')).join(',')}\n`);
    } catch (error) {
      throw fileError('write', this.path, error, EXIT.failed);
    }
  }

  close(): void {
    closeSync(this.#file);
    this.#unlock?.();
  }

  /** Reads what was submitted, bit by bit. Returns where the last whole line ends. */
  #readSubmitted(size: number): number {
    const chunk = Buffer.alloc(CHUNK);
    let rest = Buffer.alloc(0);
    let whole = 0;
    for (let at = 0; at < size; ) {
      const read = readSync(this.#file, chunk, 0, CHUNK, at);
      if (read === 0) break;
      const bytes = Buffer.concat([rest, chunk.subarray(0, read)]);
      // A spreadsheet that has saved it adds a byte order mark, and ends lines as Windows does.
      if (at === 0 && /^\ufeff?(.*?)\r?\n/.exec(bytes.toString())?.[1] !== HEAD) {
        throw new UsageError(`${this.path} exists and is not a report of this command`, 'Choose another file with --report.');
      }
      const end = bytes.lastIndexOf('\n') + 1;
      // No line break is inside a cell.
      const lines: readonly (readonly string[])[] = parse(bytes.subarray(0, end).toString(), { relax_column_count: true });
      for (const cells of lines) if (cells[STATUS] === 'submitted') this.#submitted.set(cells[DECISION] ?? '', 1);
      whole += end;
      at += read;
      rest = bytes.subarray(end);
    }
    return whole;
  }
}

/** One cell, on one line. Spreadsheets run what looks like a formula, and a tracking id is untrusted input: an apostrophe makes it text. */
export function cell(value: unknown): string {
  const line = String(value).replace(/\s+/g, ' ');
  const text = /^[=+\-@]/.test(line) ? `'${line}` : line;
  return /[",;]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
