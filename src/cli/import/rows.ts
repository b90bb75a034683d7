/**
 * The rows of a CSV file, read bit by bit, so that a file of a million rows costs no more memory than a small one.
 *
 * @module
 */
import { Readable } from 'node:stream';
import { CsvError, type InfoRecord, parse } from 'csv-parse';
import { EXIT, UsageError } from '../failure.ts';
import { readChunks, SHEET } from '../files.ts';
import type { Context } from '../terminal.ts';

/** One row of a file. */
export interface Row {
  readonly cells: readonly string[];
  /** As a spreadsheet counts: the head is row 1, and a line break within quotes does not start a row. */
  readonly row: number;
  /** As an editor counts: the line in which the row starts. */
  readonly line: number;
}

/**
 * A row is returned when so much after it has been read. A damaged file that is smaller is refused as a whole: nothing in it was sent.
 * A double quote that is not closed swallows no more than that either.
 */
const AHEAD = 1024 * 1024;

/** The separator that the first line has most of, outside of quotation marks. */
function guessSeparator(text: string): string {
  const head = /[^\r\n]+/.exec(text.replace(/"[^"]*"/g, ''))?.[0] ?? '';
  const count = (character: string): number => head.split(character).length;
  return [',', ';', '\t'].sort((a, b) => count(b) - count(a))[0] as string;
}

/** The rows of a file, in order. Empty rows are left out, and counted as a spreadsheet counts them. */
export class Rows {
  readonly separator: string;
  readonly #source: Readable;
  readonly #lineOffset: number;
  #read = 0;
  #bytes = 0;
  #isDone = false;

  private constructor(text: AsyncIterable<string>, separator: string, lineOffset: number) {
    this.separator = separator;
    this.#source = Readable.from(text);
    this.#lineOffset = lineOffset;
  }

  /** Opens a file. Reads no more than its first line. */
  static async open(file: string, context: Context): Promise<Rows> {
    const chunks = readChunks(file, context, SHEET);
    let start = '';
    while (!/[^\r\n][\r\n]/.test(start) && start.length < AHEAD) {
      const { value, done } = await chunks.next();
      if (done) break;
      start += value;
    }
    // Excel writes the separator into the first line if it is told to.
    const [mark = '', separator] = /^sep=(.)(?:\r?\n|$)/i.exec(start) ?? [];
    async function* text(): AsyncGenerator<string> {
      yield start.slice(mark.length);
      yield* chunks;
    }
    return new Rows(text(), separator ?? guessSeparator(start), mark ? 1 : 0);
  }

  /** Rows that were read so far, without the head and without empty ones. */
  get count(): number {
    return Math.max(0, this.#read - 1);
  }

  /** How many rows the file probably has; `size` is that of the file in bytes. */
  estimate(size: number | undefined): number {
    return this.#isDone || !size || this.#bytes === 0 ? this.count : Math.max(this.count, Math.round((this.count * size) / this.#bytes));
  }

  /** Whether the whole file was read. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** Can be called once. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Row> {
    let row = 0;
    let line = 1 + this.#lineOffset;
    const keep = (cells: readonly string[], { lines, bytes }: InfoRecord): Held => {
      row += 1;
      const record = { row: { cells, row, line }, end: bytes };
      line = lines + 1 + this.#lineOffset;
      return record;
    };
    const parser = parse({
      // A mark of inches in the notes must not cost a row. A row with too many cells is refused by itself.
      relax_column_count: true,
      relax_quotes: true,
      delimiter: this.separator,
      max_record_size: AHEAD,
      // Its types know no records but lists of strings.
      on_record: keep as never,
    });
    this.#source.on('error', (error) => parser.destroy(error));
    let held: Held[] = [];
    let next = 0;
    let hasReturned = false;
    try {
      for await (const record of this.#source.pipe(parser) as AsyncIterable<Held>) {
        this.#bytes = record.end;
        if (!record.row.cells.some((cell) => cell.trim())) continue;
        this.#read += 1;
        held.push(record);
        for (let first = held[next]; first && record.end - first.end > AHEAD; first = held[next]) {
          hasReturned = true;
          next += 1;
          yield first.row;
        }
        if (next > 1024) {
          held = held.slice(next);
          next = 0;
        }
      }
      this.#isDone = true;
      for (const { row: last } of held.slice(next)) yield last;
    } catch (error) {
      // Not in the types of the parser. An error has only what was true of the cell before.
      const { state } = parser as { readonly state?: { readonly quoting?: boolean } };
      throw this.#explain(error, { line, hasReturned, isQuoted: state?.quoting ?? false });
    } finally {
      this.#source.destroy();
      parser.destroy();
    }
  }

  /** The parser's own message quotes the file. */
  #explain(error: unknown, { line, hasReturned, isQuoted }: Place): unknown {
    if (!(error instanceof CsvError)) return error;
    const isTooLong = error.code === 'CSV_MAX_RECORD_SIZE' && !isQuoted;
    const fault = isTooLong ? 'is too long: it has more than 1 MB' : 'has a double quote that is not closed';
    const what = `the row that starts in line ${line} ${fault}`;
    const rest = hasReturned ? 'The rows before it were read. Fix it, and run the same command again.' : 'Nothing was sent.';
    return new UsageError(what, rest, hasReturned ? EXIT.failed : EXIT.usage);
  }
}

/** Where the parser gave up. */
interface Place {
  readonly line: number;
  readonly hasReturned: boolean;
  /** Whether it was inside a double quote. */
  readonly isQuoted: boolean;
}

/** A row, and where it ends in the file. */
interface Held {
  readonly row: Row;
  readonly end: number;
}
