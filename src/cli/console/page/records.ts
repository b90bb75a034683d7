/**
 * The records of the emulator: what Amazon accepted, and what Buy with Prime has.
 *
 * @module
 */
import type { EditableCollection } from '../actions.ts';
import { type Collection, type Entry, MAX_LISTED, type Messages } from '../view.ts';
import { act, button, byId, el, json, onSubmit, readJson } from './dom.ts';

const TITLES: Readonly<Record<Collection, string>> = {
  deliveryTrackers: 'Delivery trackers',
  ndrFeedback: 'NDR feedback',
  orders: 'Orders',
  inventory: 'Catalog items',
  personalDataTasks: 'Privacy tasks',
  eventSubscriptions: 'Event subscriptions',
  authProfiles: 'Auth profiles',
};
const EDITABLE: readonly string[] = ['orders', 'inventory', 'personalDataTasks'] satisfies readonly EditableCollection[];
const EXAMPLES: Readonly<Record<EditableCollection, object>> = {
  orders: { id: '322-NEW1-AAAAAA', lineItems: [{ id: 'line-1' }], deliveries: [{ id: 'delivery-1', state: 'IN_TRANSIT' }] },
  inventory: { amazonSku: 'MY-SKU-1', buyableQuantity: 12 },
  personalDataTasks: { kind: 'deletion', status: 'COMPLETED' },
};

const collections = new Map<Collection, ReturnType<typeof makeCollection>>();
const form = onSubmit('saveRecord', ({ of, id = '', record = '' }) => {
  return { of: of as EditableCollection, id, record: readJson(record, 'record') as object };
});
const kind = byId<HTMLSelectElement>('of');
const idField = byId<HTMLInputElement>('record-id');
const text = byId<HTMLTextAreaElement>('record');

/** Shows these records only. */
export function setRecords(records: Readonly<Record<Collection, readonly Entry[]>>): void {
  for (const [of, entries] of Object.entries(records) as [Collection, readonly Entry[]][]) {
    const shown = collections.get(of) ?? makeCollection(of);
    shown.entries.clear();
    for (const { id, record } of entries) shown.entries.set(id, record);
    shown.render();
  }
}

/** Shows that a record was created, changed or removed. */
export function changeRecord({ of, action, id, record }: Messages['record']): void {
  const shown = collections.get(of);
  if (action === 'removed') shown?.entries.delete(id);
  else shown?.entries.set(id, record);
  // All of them are rendered again with each change.
  for (const oldest of [...(shown?.entries.keys() ?? [])].slice(0, -MAX_LISTED)) shown?.entries.delete(oldest);
  shown?.render();
}

function makeCollection(of: Collection): { readonly entries: Map<string | number, object>; readonly render: () => void } {
  const entries = new Map<string | number, object>();
  const summary = el('summary');
  const list = el('ul');
  const render = (): void => {
    summary.textContent = `${TITLES[of]} (${entries.size < MAX_LISTED ? entries.size : `the newest ${MAX_LISTED}`})`;
    list.replaceChildren(...[...entries].reverse().map(([id, record]) => itemOf(of, id, record, summary)));
    if (entries.size === 0) list.append(el('li', { class: 'aside' }, 'none'));
  };
  byId('collections').append(el('details', { 'data-collection': of }, summary, list));
  const made = { entries, render };
  collections.set(of, made);
  return made;
}

function itemOf(of: Collection, id: string | number, record: object, summary: HTMLElement): HTMLLIElement {
  const content = json(record, `${TITLES[of]}: ${id}`);
  if (!EDITABLE.includes(of)) return el('li', {}, el('code', {}, String(id)), content);
  const editable = of as EditableCollection;
  const remove = async (): Promise<void> => {
    // The button is about to go away.
    summary.focus();
    await act('removeRecord', { of: editable, id: String(id) });
  };
  const buttons = el(
    'span',
    {},
    button('Edit', () => edit(editable, String(id), record), `Edit ${id}`),
    ' ',
    button('Remove', remove, `Remove ${id}`),
  );
  return el('li', {}, el('div', { class: 'entry' }, el('code', {}, String(id)), buttons), content);
}

function edit(of: EditableCollection, id: string, record: object): void {
  kind.value = of;
  idField.value = id;
  text.value = JSON.stringify(record, null, 2);
  showIdField();
  byId<HTMLDetailsElement>('edit').open = true;
  form.scrollIntoView({ block: 'nearest' });
  text.focus();
}

/** An order has its id in it. */
function showIdField(): void {
  byId('record-id-field').hidden = kind.value === 'orders';
}

kind.addEventListener('change', () => {
  showIdField();
  idField.value = '';
  text.value = JSON.stringify(EXAMPLES[kind.value as EditableCollection], null, 2);
});
showIdField();
text.value = JSON.stringify(EXAMPLES.orders, null, 2);
