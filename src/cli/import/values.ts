/**
 * What people write into a sheet: actions under other names, days without a time, and digits of other scripts.
 *
 * @module
 */
import { bareText } from '../../core/cells.ts';
import { parseTime } from '../../shipping-ndr/events/schemas.ts';
import { UsageError } from '../failure.ts';

/** Names of an action in sheets of Amazon, shops, couriers and aggregators, without case, spaces and punctuation. */
const ACTIONS: Readonly<Record<string, string>> = {
  RESCHEDULE: 'reschedule rescheduled reschedule-delivery defer defer-dlv defer-delivery',
  REATTEMPT: 'reattempt reattempt-delivery reattempt-with-address-notes reattempt-with-additional-notes retry ra rad',
  RTO: 'rto rto-approved return return-to-origin return-to-origin-approved return-to-seller initiate-rto',
};

/** Actions that others have and Amazon does not. */
const NOT_AMAZONS = 'hold fake-attempt edit-details escalate';

/** What people write if nothing is decided yet. */
const UNDECIDED = 'n/a none pending';

/** Without case, spaces and the punctuation that people vary. Vowel signs and symbols stay: "❌ RTO" is not RTO. */
export const key = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_.,:;'’`/\\\p{Pd}]/gu, '');
const BY_NAME: ReadonlyMap<string, string> = new Map(
  Object.entries({ ...ACTIONS, '': UNDECIDED }).flatMap(([action, names]) => names.split(' ').map((name) => [key(name), action])),
);
const UNKNOWN: ReadonlySet<string> = new Set(NOT_AMAZONS.split(' ').map(key));

/** What a cell says that names an action: empty if nothing is decided, and in capitals if it is not an action. */
export interface ActionCell {
  readonly action: string;
  readonly problem?: string;
}

/** Reads names of actions; `own` are those that the caller has defined, by {@link readPairs}. */
export class ActionNames {
  readonly #own: ReadonlyMap<string, string>;

  constructor(own: readonly (readonly [name: string, value: string])[] = []) {
    this.#own = new Map(own.map(([name, value]) => [toName(name), toAction(value)]));
  }

  read(cell: string): ActionCell {
    const name = key(cell);
    const action = this.#own.get(name) ?? BY_NAME.get(name);
    if (action !== undefined) return { action };
    // Dashes and the like.
    if (/^[\s\p{P}]*$/u.test(cell)) return { action: '' };
    if (!UNKNOWN.has(name)) return { action: cell.trim().toUpperCase(), problem: NOT_AN_ACTION };
    const problem = 'Amazon has no action such as hold, escalate or edit: leave the cell empty, or say what it means with --actions';
    return { action: '', problem };
  }

  /** Whether a cell is the name of an action, and nothing else. */
  has(cell: string): boolean {
    const name = key(cell);
    return this.#own.has(name) || Boolean(BY_NAME.get(name)) || UNKNOWN.has(name);
  }
}

const NOT_AN_ACTION = 'expected RESCHEDULE, REATTEMPT or RTO: say what another name means with --actions NAME=RTO';

/** A name without letters and digits would be that of every empty cell. */
function toName(name: string): string {
  if (key(name) === '') throw new UsageError('--actions has a name without letters and digits');
  return key(name);
}

function toAction(value: string): string {
  const action = value === '' ? '' : BY_NAME.get(key(value)) || undefined;
  if (action === undefined) throw new UsageError('--actions must lead to RESCHEDULE, REATTEMPT, RTO or nothing');
  return action;
}

/** Reads a list such as `trackingId=AWB,ndrAction="Seller Action"`. */
export function readPairs(flag: string, text: string | undefined): readonly (readonly [name: string, value: string])[] {
  const pairs: (readonly [string, string])[] = [];
  const pattern = /\s*(?:"([^"]*)"|([^=",]+?))\s*=\s*(?:"([^"]*)"|([^",]*?))\s*(?:,|$)/y;
  while (text && pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (!match) throw new UsageError(`${flag} must be a list such as NAME=VALUE,NAME="VALUE WITH, A COMMA"`);
    pairs.push([match[1] ?? match[2] ?? '', match[3] ?? match[4] ?? '']);
  }
  return pairs;
}

/** The time of day with an offset that `--day-at` was passed. */
export function readDayAt(text: string | undefined): string | undefined {
  if (text === undefined || (/^\d\d:\d\d/.test(text) && parseTime(`2000-01-01T${text}`))) return text?.toUpperCase();
  throw new UsageError('--day-at must be a time of day with an offset, such as 09:00+05:30');
}

const MONTHS = 'january february march april may june july august september october november december'.split(' ');
const EXAMPLE = '2026-03-02T09:00:00+05:30';

/** A cell that should be a time: the time as text, or why it is none. */
export type TimeCell = { readonly time: string } | { readonly problem: string };

/** Reads a time. A day alone becomes the time of it that `dayAt` says, or is refused without it. */
export function readTime(cell: string, dayAt: string | undefined): TimeCell {
  const text = bareText(cell);
  if (parseTime(text)) return { time: text };
  if (/^\d{1,2}[/.]\d{1,2}[/.]\d{2,4}$/.test(text) || /^\d{1,2}-\d{1,2}-\d{2}$/.test(text)) {
    return { problem: 'could be two days, because day and month can be swapped: write it as 2026-03-02 or 02-03-2026 (day first)' };
  }
  const day = readDay(text);
  if (!day) return { problem: `must be a date and a time with an offset, such as ${EXAMPLE}` };
  if (dayAt === undefined) return { problem: `is a day without a time: pass --day-at 09:00+05:30, or write ${EXAMPLE}` };
  const time = `${day}T${dayAt}`;
  return parseTime(time) ? { time } : { problem: 'is a day that the calendar does not have' };
}

/** A day that can be read in one way only: year first, day first with dashes, or with the name of the month. */
function readDay(text: string): string | undefined {
  const named = /^(\d{1,2})[- ]([A-Za-z]{3,})[- ](\d{4}|\d\d)$/.exec(text);
  const month = named ? MONTHS.findIndex((name) => isMonth(name, (named[2] as string).toLowerCase())) + 1 : 0;
  const iso = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})$/.exec(text);
  const dayFirst = /^(\d{1,2})-(\d{1,2})-(\d{4})$/.exec(text);
  const parts = iso?.slice(1) ?? dayFirst?.slice(1).reverse() ?? (named && month ? [named[3], String(month), named[1]] : undefined);
  if (!parts) return undefined;
  const [year = '', ...others] = parts;
  return [year.padStart(4, '20'), ...others.map((part = '') => part.padStart(2, '0'))].join('-');
}

function isMonth(name: string, text: string): boolean {
  return text === name || text === name.slice(0, 3) || (text === 'sept' && name === 'september');
}
