/** Which shipments a list shows, and in which order. */
import { STATES, type State } from './shipment.ts';
import { dayOf } from './time.ts';

export const DUE = { open: 'not passed', today: 'today', passed: 'passed' } as const;
export const PAYMENTS = { cod: 'cash on delivery', other: 'other' } as const;
export const ATTEMPTS = { one: '1', two: '2', more: '3 or more' } as const;

export interface Filter {
  readonly state: State;
  /** Part of a tracking id or of an order id. */
  readonly search?: string | undefined;
  readonly reason?: string | undefined;
  readonly payment?: keyof typeof PAYMENTS | undefined;
  readonly attempts?: keyof typeof ATTEMPTS | undefined;
  readonly due?: keyof typeof DUE | undefined;
  /** Only those for which a day was asked that has passed without an attempt. */
  readonly isMissed?: boolean | undefined;
}

/** Reads the parameters of an address; what is not one of the choices is left out. */
export function readFilter(query: Readonly<Record<string, string>>): Filter {
  return {
    state: STATES.find((state) => state === query['tab']) ?? 'action-required',
    search: query['search']?.trim().slice(0, 100) || undefined,
    reason: query['reason'] || undefined,
    payment: keyOf(PAYMENTS, query['payment']),
    attempts: keyOf(ATTEMPTS, query['attempts']),
    due: keyOf(DUE, query['due']),
    isMissed: query['missed'] === '1' || undefined,
  };
}

function keyOf<Choices extends object>(choices: Choices, word: string | undefined): keyof Choices | undefined {
  return word !== undefined && Object.hasOwn(choices, word) ? (word as keyof Choices) : undefined;
}

/** The parameters of a filter, for a link to it. */
export function filterQuery({ state, isMissed, ...others }: Filter): Record<string, string> {
  const entries = Object.entries({ tab: state, ...others, missed: isMissed ? '1' : undefined });
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));
}

const MISSED = '(asked_day IS NOT NULL AND went_out IS NULL AND asked_day < :today)';

const ORDER: Readonly<Record<State, string>> = {
  // What can still be answered comes first. Among those that are due on one day, cash on delivery.
  'action-required': 'COALESCE(due < :now, 0), due IS NULL, due_day, is_cod DESC, due, tracking_id',
  requested: `${MISSED} DESC, asked_day IS NULL, asked_day, is_cod DESC, state_since, tracking_id`,
  delivered: 'state_since DESC, tracking_id',
  returned: 'state_since DESC, tracking_id',
};

const ATTEMPTS_SQL: Readonly<Record<keyof typeof ATTEMPTS, string>> = { one: 'attempts <= 1', two: 'attempts = 2', more: 'attempts >= 3' };
const DUE_SQL: Readonly<Record<keyof typeof DUE, string>> = {
  open: '(due IS NULL OR due >= :now)',
  today: 'due_day = :today',
  passed: 'due < :now',
};

/** The conditions and the order of a statement, and its parameters. */
export function listQuery(
  filter: Filter,
  now: Date,
): { readonly where: string; readonly order: string; readonly values: Record<string, string> } {
  const { state, search = '', reason = '', payment, attempts, due, isMissed } = filter;
  const where = [
    'state = :state',
    search && '(instr(tracking_id, :search) > 0 OR instr(order_id, :search) > 0)',
    reason && 'reason = :reason',
    payment && `is_cod = ${payment === 'cod' ? 1 : 0}`,
    attempts && ATTEMPTS_SQL[attempts],
    due && DUE_SQL[due],
    isMissed && MISSED,
  ];
  const values = { now: now.toISOString(), today: dayOf(now), state, search, reason };
  return { where: where.filter(Boolean).join(' AND '), order: ORDER[state], values };
}
