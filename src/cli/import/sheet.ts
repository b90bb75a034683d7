/**
 * The sheet of an import: its rows as decisions, one by one, as the flags say.
 *
 * @module
 */
import { type Names, UsageError } from '../failure.ts';
import { nameOf } from '../files.ts';
import type { Context } from '../terminal.ts';
import { Columns } from './columns.ts';
import { type Decision, type Reading, toDecision } from './decisions.ts';
import { isReport } from './report.ts';
import { type Row, Rows } from './rows.ts';
import { ActionNames, readDayAt, readPairs } from './values.ts';

/** Flags about the sheet. */
export interface SheetOptions {
  readonly columns?: string;
  readonly only?: string;
  readonly actions?: string;
  readonly dayAt?: string;
  readonly datesReschedule?: boolean;
}

/** Decisions, read when they are needed. */
export interface Sheet {
  /** Can be read once. */
  readonly decisions: AsyncIterable<Decision>;
  /** What errors call the parts of a row. */
  readonly names: Names;
  /** Rows that were read so far and that `--only` leaves out. */
  readonly others: number;
  /** Rows that were read so far, with those. */
  readonly rows: number;
  /** Whether every row was read. */
  readonly isDone: boolean;
  /** Throws if every row was read and `--only` leaves out all of them. */
  checkSelection(): void;
  /** How many rows there are; `size` is that of the file in bytes. */
  estimate(size: number | undefined): number;
}

/** Rows from which a missing column is guessed. */
const SAMPLES = 20;

/** Opens a sheet, and reads its columns. */
export async function openSheet(file: string, options: SheetOptions, context: Context): Promise<Sheet> {
  const dayAt = readDayAt(options.dayAt);
  const actions = new ActionNames(readPairs('--actions', options.actions));
  const flags = { columns: readPairs('--columns', options.columns), only: readPairs('--only', options.only) };
  const rows = await Rows.open(file, context);
  const source = rows[Symbol.asyncIterator]();
  const first: Row[] = [];
  while (first.length <= SAMPLES) {
    const { value, done } = await source.next();
    if (done) break;
    first.push(value);
  }
  const [head, ...samples] = first;
  if (!head) throw new UsageError(`${nameOf(file)} is empty`, 'The first line must name the columns, such as trackingId,ndrAction.');
  if (isReport(head.cells)) {
    // It has the columns of a sheet: rows that an import has refused would be sent.
    const hint = 'Import the sheet again: rows that the report lists as submitted are skipped.';
    throw new UsageError(`${nameOf(file)} is the report of an import, and not a sheet`, hint);
  }
  const cells = samples.map((sample) => sample.cells);
  const columns = new Columns(head.cells, cells, flags, actions);
  if (samples.length === 0) throw new UsageError(`${nameOf(file)} has no rows`, 'The first line names the columns.');
  const reading = { columns, actions, dayAt, separator: rows.separator, datesReschedule: options.datesReschedule ?? false };
  return new OpenSheet(rows, samples, source, reading);
}

class OpenSheet implements Sheet {
  others = 0;
  readonly decisions: AsyncIterable<Decision>;
  readonly #rows: Rows;
  readonly #columns: Columns;

  constructor(rows: Rows, samples: readonly Row[], source: AsyncIterable<Row>, reading: Reading) {
    this.#rows = rows;
    this.#columns = reading.columns;
    this.decisions = this.#read(samples, source, reading);
  }

  get names(): Names {
    return this.#columns.names;
  }

  get rows(): number {
    return this.#rows.count;
  }

  get isDone(): boolean {
    return this.#rows.isDone;
  }

  estimate(size: number | undefined): number {
    return this.#rows.estimate(size);
  }

  checkSelection(): void {
    if (this.isDone && this.others === this.rows) throw this.#columns.nothingSelected();
  }

  async *#read(samples: readonly Row[], source: AsyncIterable<Row>, reading: Reading): AsyncGenerator<Decision> {
    for (const row of samples) if (this.#isSelected(row)) yield toDecision(row, reading);
    for await (const row of source) if (this.#isSelected(row)) yield toDecision(row, reading);
  }

  #isSelected({ cells }: Row): boolean {
    const isSelected = this.#columns.selects(cells);
    if (!isSelected) this.others += 1;
    return isSelected;
  }
}
