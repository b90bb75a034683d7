/**
 * The list as a CSV file, which can be filled in and uploaded: here, or to `waybill ndr import`. Columns may have any order; those that the
 * desk does not need are ignored.
 */
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { type NdrAction, suggestNdrActions } from 'waybill/shipping-ndr';
import type { Answer } from './desk.ts';
import type { Shipment } from './shipment.ts';
import { deliveryOn } from './time.ts';

export function writeShipments(shipments: readonly Shipment[]): string {
  const rows = shipments.map(({ tracking_id, order_id, reason, attempts, is_cod, due, state, asked_day }) => ({
    trackingId: tracking_id,
    ndrAction: '',
    rescheduleDate: '',
    additionalAddressNotes: '',
    ndrDueDate: due,
    reasonCode: reason,
    advice: suggestNdrActions({ detail: { trackingId: tracking_id, reasonCode: reason } })
      .actions.map(({ ndrAction }) => ndrAction)
      .join(' or '),
    deliveryAttemptCount: attempts,
    paymentType: is_cod ? 'CollectOnDelivery' : '',
    referenceID: order_id,
    state,
    askedDay: asked_day,
  }));
  // A byte order mark for Excel, and no cell that a spreadsheet would compute.
  return stringify(rows, { header: true, bom: true, escape_formulas: true, record_delimiter: 'windows', cast: { string: mark } });
}

/** Marks digits that a spreadsheet would round or cut: it shows 13 of them as 1.80956E+12, and saves what it shows. */
function mark(cell: string): string | { readonly value: string; readonly escape_formulas: boolean } {
  return /^(?:\d{12,}|0\d+)$/.test(cell) ? { value: `="${cell}"`, escape_formulas: false } : cell;
}

/** More would keep the desk from responding to Amazon in time while they are stored. */
const MAX_ANSWERS = 10_000;

interface Row {
  readonly info: { readonly lines: number };
  readonly record: readonly string[];
}

/** Reads a file of decisions. Lines without an action are left out. */
export function readDecisions(
  bytes: Buffer,
): { readonly answers: readonly Answer[] } | { readonly error: 'csv' | 'columns' | 'empty' | 'many' } {
  let rows: readonly Row[];
  try {
    const text = new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : 'utf-8', { fatal: true }).decode(bytes);
    rows = parse(text, { info: true, delimiter: separatorOf(text), relax_column_count: true, skip_empty_lines: true, trim: true }) as never;
  } catch {
    return { error: 'csv' };
  }
  const [head, ...lines] = rows;
  const names = head?.record.map((name) => name.toLowerCase()) ?? [];
  if (head && !(names.includes('trackingid') && names.includes('ndraction'))) return { error: 'columns' };
  const answers = lines.flatMap((line) => toAnswer(names, line));
  if (answers.length > MAX_ANSWERS) return { error: 'many' };
  return answers.length > 0 ? { answers } : { error: 'empty' };
}

/** The separator that the first line has most of: in a note another one is a part of a sentence. */
function separatorOf(text: string): string {
  const [head = ''] = /[^\r\n]+/.exec(text) ?? [];
  const count = (separator: string): number => head.split(separator).length;
  return [',', ';', '\t'].sort((one, other) => count(other) - count(one))[0] ?? ',';
}

function toAnswer(names: readonly string[], { info, record }: Row): readonly Answer[] {
  const cell = (name: string): string => unmark(record[names.indexOf(name)] ?? '').trim();
  // Whether it is an action is found out when it is sent, so that the other lines are sent all the same.
  const ndrAction = cell('ndraction').toUpperCase() as NdrAction;
  if (!ndrAction) return [];
  const date = cell('rescheduledate');
  const data = ndrAction === 'REATTEMPT' ? cell('additionaladdressnotes') : /^\d{4}-\d{2}-\d{2}$/.test(date) ? deliveryOn(date) : date;
  const trackingId = cell('trackingid');
  const problem = record.slice(names.length).some(Boolean) ? MORE_CELLS : /^\d[.,]\d+E\+\d+$/i.test(trackingId) ? ROUNDED : undefined;
  return [{ trackingId, ndrAction, data: ndrAction === 'RTO' ? undefined : data, line: info.lines, problem }];
}

const MORE_CELLS = 'It has more cells than the first line: put notes into double quotes.';
const ROUNDED = 'The tracking id lost its last digits, because a spreadsheet has rounded it: download the list once more.';

/** Takes off what keeps a spreadsheet from reading a cell as a number or a formula: `'+` and `="…"`. */
const unmark = (cell: string): string => cell.replace(/^'(?=[=+\-@\t\r\d])/, '').replace(/^="(.*)"$/, '$1');
