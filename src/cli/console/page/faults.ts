/**
 * Faults: switches for the usual ones, a form for the others, and what is left of each.
 *
 * @module
 */
import type { ActionInputs } from '../actions.ts';
import type { Fault, Sent } from '../view.ts';
import { act, button, byId, count, el, onSubmit } from './dom.ts';

type Rule = ActionInputs['addFault']['rule'];

/** Each stays until it is switched off. */
const SWITCHES: readonly (readonly [label: string, rule: Rule])[] = [
  ['Outage: 503', { status: 503 }],
  ['Amazon Pay: 429', { path: '/v2/deliveryTrackers', status: 429 }],
  ['Feedback: 500', { path: '/shipping/v2/ndrFeedback', status: 500 }],
  ['GraphQL: throttled', { path: '/graphql', classification: 'ThrottlingError' }],
  ['3 s late', { delay: 3_000 }],
  ['Connection closed', { reset: true }],
  ['Response lost', { reset: true, handled: true }],
];

/** Label and default of the field that each kind of fault needs. */
const VALUES: Readonly<Record<string, readonly [label: string, value: string]>> = {
  status: ['Status', '503'],
  classification: ['Classification', 'ThrottlingError'],
  truncate: ['After bytes', '10'],
  delay: ['Milliseconds', '6000'],
};

let faults: readonly Sent<Fault>[] = [];
const switches = SWITCHES.map(([label, rule]) => {
  const made = button(label, () => {
    const on = faults.find((fault) => isSame(fault.rule, rule));
    return on ? act('removeFault', { id: on.id }) : act('addFault', { rule: { ...rule, times: null } });
  });
  made.className = '';
  return { rule, made };
});
byId('switches').append(...switches.map(({ made }) => made));

/** Shows these faults. */
export function setFaults(now: readonly Sent<Fault>[]): void {
  faults = now;
  for (const { rule, made } of switches) made.setAttribute('aria-pressed', String(faults.some((fault) => isSame(fault.rule, rule))));
  byId('faults-count').textContent = faults.length === 0 ? 'No fault is on.' : `${count(faults.length, 'fault')} on, used in this order:`;
  byId('fault-list').replaceChildren(
    ...faults.map(({ id, rule, left }) => {
      const remove = async (): Promise<void> => {
        // The button is about to go away.
        switches[0]?.made.focus();
        await act('removeFault', { id });
      };
      // JSON has no infinity.
      const often = left === null ? 'until removed' : `${left} left`;
      return el(
        'li',
        {},
        el('span', {}, `#${id} `, el('code', {}, describe(rule)), ` ${often}`),
        button('Remove', remove, `Remove fault ${id}`),
      );
    }),
  );
}

function describe({ path, times: _, ...effects }: Sent<Fault>['rule']): string {
  const parts = Object.entries(effects).map(([name, value]) => (value === true ? name : `${name} ${JSON.stringify(value)}`));
  return `${typeof path === 'string' ? path : 'every path'}: ${parts.join(', ') || 'nothing'}`;
}

/** Whether two rules are the same, and the first one stays until it is removed. */
function isSame({ times, ...rule }: Sent<Fault>['rule'], { times: _, ...other }: Rule): boolean {
  const sorted = (value: object): string => JSON.stringify(Object.entries(value).sort());
  return times === null && sorted(rule) === sorted(other);
}

const what = byId<HTMLSelectElement>('what');
what.addEventListener('change', () => {
  const [label, value] = VALUES[what.value] ?? [];
  byId('value-field').hidden = label === undefined;
  byId('value-label').textContent = label ?? '';
  byId<HTMLInputElement>('value').value = value ?? '';
});

onSubmit('addFault', ({ path = '', what: effect = '', value = '', times = '', retryAfter = '', handled }) => {
  const rule: Record<string, unknown> = { times: times === '' ? null : Number(times) };
  if (path !== '') rule['path'] = path;
  if (effect === 'reset') rule['reset'] = true;
  else rule[effect] = effect === 'classification' ? value : Number(value);
  if (retryAfter !== '') rule['headers'] = { 'retry-after': retryAfter };
  if (handled !== undefined) rule['handled'] = true;
  return { rule };
});
