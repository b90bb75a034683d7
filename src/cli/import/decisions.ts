/**
 * A CSV file of what is to happen with undelivered shipments.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { CsvError, parse } from 'csv-parse/sync';
import type { NdrFeedback } from '../../shipping-ndr/index.ts';
import { UsageError } from '../failure.ts';

/** One row of the file. */
export interface Decision {
  /** As a spreadsheet counts: the head is row 1, and a line break within quotes begins none. */
  readonly row: number;
  readonly trackingId: string;
  /** In capitals; whether it is one is checked with the rest. */
  readonly ndrAction: string;
  readonly feedback: NdrFeedback;
  readonly dueDate: string | undefined;
  /** The same for a row that says the same, in another run too. */
  readonly key: string;
  /** What a spreadsheet, or a missing quote, has made of the row, where that shows. */
  readonly damage: string | undefined;
}

const COLUMNS = ['trackingId', 'ndrAction', 'rescheduleDate', 'additionalAddressNotes', 'ndrDueDate'] as const;

/** Reads a file: columns in any order and case, split by commas, semicolons or tabs, with or without a byte order mark. */
export function readDecisions(text: string): readonly Decision[] {
  let rows: readonly (readonly string[])[];
  try {
    // An inch mark in notes is no reason to lose a row; one that has too many cells says so itself.
    rows = parse(text, { bom: true, delimiter: guessDelimiter(text), relax_column_count: true, relax_quotes: true });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // Its own words quote the file.
    const hint = 'Nothing was sent. Look for a double quote that is not closed.';
    throw new UsageError(`the CSV is broken at line ${error['lines'] ?? '?'} (${error.code})`, hint);
  }
  const [head = [], ...others] = rows;
  const places = readHead(head);
  return others.flatMap((cells, at) => (cells.some((cell) => cell.trim()) ? [toDecision(cells, head.length, places, at + 2)] : []));
}

/** The one of three that the first line has most of. */
function guessDelimiter(text: string): string {
  const head = /^[^\r\n]*/.exec(text)?.[0] ?? '';
  const count = (character: string): number => head.split(character).length;
  return [',', ';', '\t'].sort((a, b) => count(b) - count(a))[0] as string;
}

/** In which cell each column is; -1 for none. */
function readHead(head: readonly string[]): readonly number[] {
  const names = head.map((name) => name.toLowerCase().replace(/[\s_-]/g, ''));
  const places = COLUMNS.map((name) => names.indexOf(name.toLowerCase()));
  for (const [at, name] of COLUMNS.entries()) {
    if (at < 2 && places[at] === -1) {
      throw new UsageError(`there is no column "${name}"`, `The first line must name the columns: ${COLUMNS.join(', ')}.`);
    }
    if (names.lastIndexOf(name.toLowerCase()) !== places[at]) throw new UsageError(`the column "${name}" is there twice`);
  }
  return places;
}

function toDecision(cells: readonly string[], width: number, places: readonly number[], row: number): Decision {
  const [trackingId = '', action = '', rescheduleDate = '', additionalAddressNotes = '', dueDate = ''] = places.map((place) =>
    (cells[place] ?? '').trim(),
  );
  const ndrAction = action.toUpperCase();
  const key = createHash('sha256').update(JSON.stringify([trackingId, ndrAction, rescheduleDate, additionalAddressNotes, dueDate]));
  const data = { ...(rescheduleDate && { rescheduleDate }), ...(additionalAddressNotes && { additionalAddressNotes }) };
  const hasData = Object.keys(data).length > 0;
  return {
    row,
    trackingId,
    ndrAction,
    // Checked before it is sent, action by action.
    feedback: { trackingId, ndrAction, ...(hasData && { ndrRequestData: data }) } as unknown as NdrFeedback,
    dueDate: dueDate || undefined,
    key: key.digest('hex').slice(0, 24),
    damage: findDamage(cells.slice(width), trackingId, additionalAddressNotes),
  };
}

function findDamage(surplus: readonly string[], trackingId: string, notes: string): string | undefined {
  if (surplus.some((cell) => cell.trim())) {
    return 'more cells than the first line: put texts with a comma or a semicolon into double quotes';
  }
  if (/^\d([.,]\d+)?e\+?\d+$/i.test(trackingId)) {
    return 'a spreadsheet has rounded the tracking id: make the column text, and fill it in again';
  }
  return /[\r\n].*\b(RESCHEDULE|REATTEMPT|RTO)\b/i.test(notes)
    ? 'the next row is within the notes: look for a double quote that is not closed'
    : undefined;
}
