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
  return stringify(rows, { header: true, bom: true, escape_formulas: true, record_delimiter: 'windows' });
}

/** Reads a file of decisions. Lines without an action are left out. */
export function readDecisions(bytes: Buffer): { readonly answers: readonly Answer[] } | { readonly error: 'csv' | 'columns' | 'empty' } {
  let rows: { readonly info: { readonly lines: number }; readonly record: Record<string, string> }[];
  try {
    rows = parse(bytes, {
      bom: true,
      info: true,
      delimiter: [',', ';', '\t'],
      columns: (names: string[]) => names.map((name) => name.trim().toLowerCase()),
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as never;
  } catch {
    return { error: 'csv' };
  }
  const names = Object.keys(rows[0]?.record ?? {});
  if (rows.length > 0 && !(names.includes('trackingid') && names.includes('ndraction'))) return { error: 'columns' };
  const answers = rows.flatMap(({ info, record }) => toAnswer(record, info.lines));
  return answers.length > 0 ? { answers } : { error: 'empty' };
}

function toAnswer(record: Readonly<Record<string, string>>, line: number): readonly Answer[] {
  const cell = (name: string): string => unmark(record[name] ?? '').trim();
  // Whether it is an action is found out when it is sent, so that the other lines are sent all the same.
  const ndrAction = cell('ndraction').toUpperCase() as NdrAction;
  if (!ndrAction) return [];
  const date = cell('rescheduledate');
  const data = ndrAction === 'REATTEMPT' ? cell('additionaladdressnotes') : /^\d{4}-\d{2}-\d{2}$/.test(date) ? deliveryOn(date) : date;
  return [{ trackingId: cell('trackingid'), ndrAction, data: ndrAction === 'RTO' ? undefined : data, line }];
}

/** Takes off what keeps a spreadsheet from reading a cell as a number or a formula: `'+` and `="…"`. */
const unmark = (cell: string): string => cell.replace(/^'(?=[=+\-@\t\r\d])/, '').replace(/^="(.*)"$/, '$1');
