/**
 * Writes a sheet of the shipments that wait for a decision. Filled in, `waybill ndr import` reads it.
 *
 * @module
 */
import { EXIT } from '../failure.ts';
import { writeWhole } from '../files.ts';
import { cell } from '../import/report.ts';
import type { Context } from '../terminal.ts';
import { readKept } from './kept-events.ts';
import { collect, type Shipments, type Waiting } from './shipments.ts';

/** Options of `waybill ndr sheet`. */
export interface SheetOptions {
  readonly out?: string;
  readonly all?: boolean;
}

const KNOWN = ['trackingId', 'order', 'reason', 'attempts', 'payment', 'ndrDueDate', 'advice'] as const satisfies (keyof Waiting)[];
/** What people fill in. */
const OPEN = ['ndrAction', 'rescheduleDate', 'additionalAddressNotes'];
/** Problems that are printed. */
const SHOWN = 20;

/** Reads what was stored, and writes the sheet. */
export async function writeSheet(events: string, options: SheetOptions, context: Context): Promise<void> {
  const { out } = context;
  const shipments = await collect(readKept(events, context), options.all ?? false, new Date());
  const { waiting, settled, expired, unreadable } = shipments;
  if (unreadable.length > 0) context.exitCode = EXIT.failed;
  const csv = toCsv(shipments);
  // Never over a sheet in which somebody may have filled in something.
  if (options.out !== undefined) await writeWhole(options.out, csv, { keeps: true, mode: 0o600 });
  const summary = { waiting: waiting.length, settled, expired, unreadable: unreadable.length, sheet: options.out ?? null };
  if (out.json) return out.show({ ...summary, problems: unreadable, shipments: waiting }, () => '');
  if (options.out === undefined) out.raw(csv);
  for (const problem of unreadable.slice(0, SHOWN)) out.note(problem);
  if (unreadable.length > SHOWN) out.note(`and ${unreadable.length - SHOWN} more`);
  out.note(
    `${waiting.length} waiting for a decision` +
      `${settled ? `, ${settled} settled since` : ''}${expired ? `, ${expired} whose time has passed (--all shows them)` : ''}` +
      `${unreadable.length ? `, ${unreadable.length} not readable` : ''}.`,
  );
}

/** With a byte order mark, without which Excel takes UTF-8 for something else. */
function toCsv({ waiting }: Shipments): string {
  const rows = waiting.map((shipment) => [...KNOWN.map((name) => textCell(shipment[name])), ...OPEN.map(() => '')]);
  return `\ufeff${[[...KNOWN, ...OPEN], ...rows].map((cells) => `${cells.join(',')}\n`).join('')}`;
}

/** A cell that a spreadsheet neither rounds nor runs. */
function textCell(value: string): string {
  return /^(?:\d{12,}|0\d+)$/.test(value) ? `"=""${value}"""` : cell(value);
}
