/**
 * From a row of a sheet to a decision about an undelivered shipment.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { bareText, isScientific, SHORT_NUMBER } from '../../core/cells.ts';
import { type NdrFeedback, parseTime } from '../../shipping-ndr/index.ts';
import type { Columns } from './columns.ts';
import type { Row } from './rows.ts';
import { type ActionNames, readTime } from './values.ts';

/** One row of a sheet. */
export interface Decision {
  readonly row: number;
  readonly trackingId: string;
  /** In capitals, also if it is not an action. Empty if nothing is decided yet. */
  readonly ndrAction: string;
  readonly feedback: NdrFeedback;
  readonly dueDate: string | undefined;
  /** The same for a row with the same content, in another run too. */
  readonly key: string;
  /** What is wrong with the cells, if that can be seen: damage by a spreadsheet or a missing quote, a day that is none. */
  readonly problem: string | undefined;
  /** What is left out of what is sent, and what looks odd. */
  readonly remarks: readonly string[];
}

/** How rows are read. */
export interface Reading {
  readonly columns: Columns;
  readonly actions: ActionNames;
  readonly separator: string;
  /** The time of day for a day alone. */
  readonly dayAt: string | undefined;
  /** Whether a reattempt with a date and no notes is a reschedule. */
  readonly datesReschedule: boolean;
}

/** The cells of a row that make a decision. */
interface Cells {
  readonly trackingId: string;
  readonly date: string;
  readonly notes: string;
  readonly dueDate: string;
}

/** Reads a row. Never throws. */
export function toDecision(row: Row, reading: Reading): Decision {
  const { columns, actions } = reading;
  const read = (field: Parameters<Columns['read']>[1]): string => columns.read(row.cells, field);
  const cells: Cells = {
    trackingId: bareText(read('trackingId')),
    date: read('rescheduleDate'),
    notes: read('additionalAddressNotes'),
    dueDate: read('ndrDueDate'),
  };
  const named = actions.read(read('ndrAction'));
  const isDated = reading.datesReschedule && cells.date !== '' && cells.notes === '';
  const ndrAction = named.action === 'REATTEMPT' && isDated ? 'RESCHEDULE' : named.action;
  const isAction = ndrAction !== '' && named.problem === undefined;
  const { trackingId } = cells;

  const data = dataFor(ndrAction, cells, reading);
  const due = isAction ? readDueDate(cells.dueDate, reading) : { remarks: [] };
  const problems = [
    findDamage(row, reading),
    named.problem && `${columns.names['ndrAction']}: ${named.problem}`,
    ...(isAction ? [problemOfId(trackingId, columns), data.problem, due.problem, columns.foreignCarrier(row.cells)] : []),
  ];
  const { rescheduleDate, additionalAddressNotes } = data;
  const sent = { ...(rescheduleDate && { rescheduleDate }), ...(additionalAddressNotes && { additionalAddressNotes }) };
  // The same moment may be spelt in several ways.
  const momentOf = (time: string | undefined): string => parseTime(time)?.toISOString() ?? time ?? '';
  const content = [trackingId, ndrAction, momentOf(rescheduleDate), additionalAddressNotes ?? '', momentOf(due.time)];
  return {
    row: row.row,
    trackingId,
    ndrAction,
    // Checked before it is sent, action by action.
    feedback: { trackingId, ndrAction, ...(Object.keys(sent).length > 0 && { ndrRequestData: sent }) } as unknown as NdrFeedback,
    dueDate: due.time,
    key: createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 24),
    problem: problems.find((problem) => problem !== undefined),
    remarks: isAction ? remarksOn(ndrAction, cells, row, columns).concat(due.remarks) : [],
  };
}

/** What goes with an action. */
function dataFor(
  action: string,
  { date, notes }: Cells,
  { columns, dayAt }: Reading,
): { readonly rescheduleDate?: string; readonly additionalAddressNotes?: string; readonly problem?: string } {
  if (action === 'RESCHEDULE' && date) {
    const time = readTime(date, dayAt);
    return 'time' in time
      ? { rescheduleDate: time.time }
      : { problem: `${columns.names['ndrRequestData.rescheduleDate']} ${time.problem}` };
  }
  if (action !== 'REATTEMPT') return {};
  if (notes || !date) return { additionalAddressNotes: notes };
  const way = 'with --dates-reschedule, a row with a date and no notes is RESCHEDULE';
  return { problem: `${columns.names['ndrRequestData.additionalAddressNotes']} is empty, and REATTEMPT needs it; ${way}` };
}

function problemOfId(trackingId: string, { names }: Columns): string | undefined {
  if (!isScientific(trackingId)) return undefined;
  return `${names['trackingId']}: a spreadsheet has rounded the number: format the column as text, and fill it in again`;
}

function remarksOn(action: string, { trackingId, date, notes }: Cells, { cells }: Row, columns: Columns): string[] {
  const { names } = columns;
  const unused = [
    ...(date && action !== 'RESCHEDULE' ? ['rescheduleDate'] : []),
    ...(notes && action !== 'REATTEMPT' ? ['additionalAddressNotes'] : []),
  ];
  const isShort = trackingId !== '' && trackingId.length < SHORT_NUMBER;
  return [
    ...(isShort ? [`${names['trackingId']} has fewer than ${SHORT_NUMBER} characters: is it the whole number?`] : []),
    ...unused.map((name) => `${names[`ndrRequestData.${name}`]} is left out for ${action}, which needs no such data`),
    ...columns.remarksOn(cells),
  ];
}

interface DueDate {
  readonly time?: string;
  readonly problem?: string;
  readonly remarks: readonly string[];
}

/** A day alone ends at midnight where `--day-at` is. */
function readDueDate(cell: string, { dayAt, columns }: Reading): DueDate {
  if (cell === '') return { remarks: [] };
  const due = readTime(cell, dayAt?.replace(/^\d\d:\d\d(:\d\d)?(\.\d+)?/, '23:59:59'));
  if ('time' in due) return { ...due, remarks: [] };
  const name = columns.names['dueDate'];
  // In a column that only may be it, such as "SLA", there can be anything.
  if (name !== 'column ndrDueDate') return { remarks: [`${name} is not a time with an offset, so that it is not checked`] };
  return { problem: `${name} ${due.problem}`, remarks: [] };
}

const LINE_BREAK = /\r\n|\r|\n/;

function findDamage({ cells, line }: Row, { columns, separator, actions }: Reading): string | undefined {
  if (cells.slice(columns.width).some((cell) => cell.trim())) {
    return 'there are more cells than in the first line: put a cell with a comma or a semicolon in double quotes';
  }
  const isRow = (text: string, isOpen: boolean): boolean => {
    const parts = text.split(separator);
    // Quotation marks of the file, and of a cell that is marked as text: "=""1809""".
    const isOne = (part: string): boolean => /^\d{11,}$/.test(bareText(part.replaceAll('"', ''))) || actions.has(part);
    return (parts.length > 1 || isOpen) && parts.some(isOne);
  };
  // A row within a cell: what stands between its separators is an action, or a number as long as an id. The quotation mark before a cell
  // stays if the one that should close it belongs to the next row, whose first cell ends the cell then.
  const swallowing = cells.findIndex((cell) =>
    cell
      .split(LINE_BREAK)
      .slice(1)
      .some((text) => isRow(text, cell.startsWith('"'))),
  );
  if (swallowing === -1) return undefined;
  const start = line + cells.slice(0, swallowing).join('').split(LINE_BREAK).length - 1;
  return `the next row is inside the notes: look for a double quote in line ${start} that is not closed`;
}
