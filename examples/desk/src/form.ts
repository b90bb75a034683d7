/** The form that decides about shipments: those that are ticked, or one alone. */
import type { NdrAction } from 'waybill/shipping-ndr';
import type { Answer } from './desk.ts';
import { STATES, type State } from './shipment.ts';
import { deliveryOn } from './time.ts';

/** What can be wrong with it, by the names that stand in the address of the page that says so. */
export const FORM_ERRORS: ReadonlyMap<string, string> = new Map([
  ['none', 'Nothing was sent: tick at least one shipment.'],
  ['day', 'Nothing was sent: choose a day for the delivery.'],
  ['notes', 'Nothing was sent: say how to find the address.'],
  ['action', 'Nothing was sent: choose what to do.'],
  ['file', 'Nothing was sent: choose a CSV file.'],
  ['csv', 'Nothing was sent: the file is not CSV in UTF-8 or UTF-16.'],
  ['columns', 'Nothing was sent: the first line of the file must name the columns trackingId and ndrAction.'],
  ['many', 'Nothing was sent: the file has more than 10,000 decisions. Send it in parts.'],
  ['empty', 'Nothing was sent: no line of the file has something in the column ndrAction.'],
]);

export interface DecisionForm {
  readonly answers: readonly Answer[];
  /** The state that the page showed. */
  readonly seen: State | undefined;
  readonly error: string | undefined;
  readonly needsConfirmation: boolean;
  /** The page that the form is on, with parameters. */
  back(parameters: Record<string, string>): string;
}

type Body = Readonly<Record<string, string | File | (string | File)[]>>;

const ACTIONS: readonly NdrAction[] = ['RESCHEDULE', 'REATTEMPT', 'RTO'];

export function readForm(body: Body): DecisionForm {
  const text = (name: string): string => (typeof body[name] === 'string' ? body[name].trim() : '');
  const ids = [body['id'] ?? []].flat().filter((id) => typeof id === 'string');
  const ndrAction = ACTIONS.find((action) => action === text('ndrAction'));
  const day = text('day');
  const data = { RESCHEDULE: day && deliveryOn(day), REATTEMPT: text('notes'), RTO: undefined }[ndrAction ?? 'RTO'];
  const seen = STATES.find((state) => state === text('seen'));
  const isOne = body['one'] !== undefined;
  return {
    answers: ndrAction ? ids.map((trackingId) => ({ trackingId, ndrAction, data })) : [],
    seen,
    error: findError(ids, ndrAction, data),
    // What goes back does not come again.
    needsConfirmation: ndrAction === 'RTO' && text('confirmed') !== 'yes',
    back(parameters) {
      const query = new URLSearchParams(isOne ? {} : text('filter'));
      for (const [name, value] of Object.entries(parameters)) query.set(name, value);
      if (parameters['error'] && !isOne) for (const id of ids.slice(0, 100)) query.append('id', id);
      return `${isOne ? `/shipments/${encodeURIComponent(ids[0] ?? '')}` : '/'}?${query}`;
    },
  };
}

function findError(ids: readonly string[], ndrAction: NdrAction | undefined, data: string | undefined): string | undefined {
  if (ids.length === 0) return 'none';
  if (!ndrAction) return 'action';
  if (ndrAction === 'RESCHEDULE' && !data) return 'day';
  return ndrAction === 'REATTEMPT' && !data ? 'notes' : undefined;
}
