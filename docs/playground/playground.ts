/** The playground: the real library in the page. Panes are data; this makes forms of them, runs them, and keeps their state in the address. */
import { type Child, el, nodes } from './dom.ts';
import { type Field, failure, type Pane, type Values } from './pane.ts';
import { carrierPane } from './panes/carrier.ts';
import { eventPane } from './panes/event.ts';
import { ndrPane } from './panes/ndr.ts';
import { pathPane } from './panes/path.ts';
import { patternPane } from './panes/pattern.ts';
import { signPane } from './panes/sign.ts';
import { readState, writeState } from './state.ts';

/** Typing pauses for this long before the result is computed. */
const PAUSE = 120;

interface Shown {
  readonly pane: Pane;
  readonly tab: HTMLElement;
  readonly section: HTMLElement;
  readonly controls: ReadonlyMap<string, Control>;
  update(): Promise<void>;
}

interface Control {
  readonly field: Field;
  get(): string;
  set(value: string): void;
}

const root = document.querySelector<HTMLElement>('#playground-app');
const panes = [eventPane, carrierPane, signPane, patternPane, pathPane, ndrPane].map(show);
let current = panes[0] as Shown;

if (root) void start(root);

async function start(parent: HTMLElement): Promise<void> {
  const tabs = el(
    'div',
    { role: 'tablist', class: 'wb-tablist', 'aria-label': 'What to try' },
    panes.map(({ tab }) => tab),
  );
  tabs.addEventListener('keydown', onKey);
  parent.replaceChildren(tabs, shareButton(), ...panes.map(({ section }) => section));
  addEventListener('hashchange', () => void restore());
  await restore();
  parent.dataset['ready'] = '';
}

function show(pane: Pane): Shown {
  const { id, name, about, fields, actions = [] } = pane;
  const tab = el('button', { type: 'button', role: 'tab', id: `tab-${id}`, 'aria-controls': `pane-${id}` }, name);
  const controls = new Map(fields.map((field) => [field.name, makeControl(pane, field)] as const));
  const result = el('div', { class: 'pg-result', role: 'region', 'aria-label': `${name}: result` });
  const spoken = el('p', { class: 'wb-hidden', role: 'status' });

  let turn = 0;
  const update = async (): Promise<void> => {
    turn += 1;
    const mine = turn;
    const shown = await run(pane, valuesOf(controls));
    // An earlier run that took longer.
    if (mine !== turn) return;
    result.replaceChildren(...nodes(shown));
    const first = result.querySelector('.pg-verdict')?.textContent ?? '';
    if (spoken.textContent !== first) spoken.textContent = first;
  };

  const buttons = actions.map(([label, act]) => {
    const button = el('button', { type: 'button', class: 'wb-tool' }, label);
    button.addEventListener('click', async () => {
      for (const [field, value] of Object.entries(await act())) controls.get(field)?.set(value);
      await changed();
    });
    return button;
  });
  const form = el(
    'form',
    { class: 'pg-form' },
    [...controls.values()].map(({ element }) => element),
    buttons,
  );
  form.addEventListener('submit', (event) => event.preventDefault());
  let timer: ReturnType<typeof setTimeout> | undefined;
  form.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => void changed(), PAUSE);
  });
  const section = el(
    'section',
    { role: 'tabpanel', id: `pane-${id}`, 'aria-labelledby': `tab-${id}`, class: 'pg-pane' },
    el('p', { class: 'pg-about' }, about),
    el('div', { class: 'pg-columns' }, form, el('div', {}, spoken, result)),
  );
  tab.addEventListener('click', () => void choose(id).then(save));
  return { pane, tab, section, controls, update };
}

async function run(pane: Pane, values: Values): Promise<Child> {
  try {
    return await pane.run(values);
  } catch (error) {
    return failure(error);
  }
}

function makeControl(pane: Pane, field: Field): Control & { readonly element: HTMLElement } {
  const id = `${pane.id}-${field.name}`;
  const hint = field.hint ? el('p', { class: 'pg-hint', id: `${id}-hint` }, field.hint) : undefined;
  const described = field.hint ? { 'aria-describedby': `${id}-hint` } : {};
  if (field.kind === 'checks') return checks(field, id, hint);
  const input = makeInput(field, id, described);
  input.value = field.value;
  const samples =
    field.samples && el('select', { class: 'pg-samples', 'aria-label': 'Put in a sample' }, el('option', { value: '' }, 'Put in a sample'));
  for (const [index, { name }] of (field.samples ?? []).entries()) samples?.append(el('option', { value: String(index) }, name));
  samples?.addEventListener('input', () => {
    const sample = field.samples?.[Number(samples.value)];
    if (samples.value !== '' && sample) input.value = sample.text;
    samples.value = '';
  });
  const label = el('div', { class: 'pg-label' }, el('label', { for: id }, field.label), samples);
  const element = el('div', { class: field.isShort ? 'pg-field pg-half' : 'pg-field' }, label, input, hint);
  return {
    field,
    element,
    get: () => input.value,
    set: (value) => {
      input.value = value;
    },
  };
}

function makeInput(
  field: Field,
  id: string,
  described: Record<string, string>,
): HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement {
  if (field.kind === 'choice') {
    return el(
      'select',
      { id, ...described },
      (field.options ?? []).map(([value, label]) => el('option', { value }, label)),
    );
  }
  const plain = { id, ...described, spellcheck: 'false', autocapitalize: 'off', autocomplete: 'off', autocorrect: 'off' };
  return field.kind === 'area' ? el('textarea', { ...plain, rows: field.rows ?? 6 }) : el('input', { ...plain, type: 'text' });
}

/** Boxes to tick, by group. */
function checks(field: Field, id: string, hint: HTMLElement | undefined): Control & { readonly element: HTMLElement } {
  const groups = new Map<string, HTMLElement[]>();
  const boxes = (field.options ?? []).map(([value, group]) => {
    const box = el('input', { type: 'checkbox', id: `${id}-${value}`, value });
    groups.set(group, [...(groups.get(group) ?? []), el('label', { class: 'pg-check' }, box, el('code', {}, value))]);
    return box;
  });
  const set = (value: string): void => {
    const chosen = value.split(' ');
    for (const box of boxes) box.checked = chosen.includes(box.value);
  };
  set(field.value);
  const parts = [...groups].map(([group, labels]) =>
    el('div', { class: 'pg-group', role: 'group', 'aria-label': group }, el('p', { 'aria-hidden': 'true' }, group), labels),
  );
  const get = (): string =>
    boxes
      .filter(({ checked }) => checked)
      .map(({ value }) => value)
      .join(' ');
  return { field, get, set, element: el('fieldset', { class: 'pg-field' }, el('legend', {}, field.label), hint, parts) };
}

function valuesOf(controls: ReadonlyMap<string, Control>): Values {
  return Object.fromEntries([...controls].map(([name, control]) => [name, control.get()]));
}

async function choose(id: string): Promise<void> {
  current = panes.find(({ pane }) => pane.id === id) ?? current;
  for (const { pane, tab, section } of panes) {
    const isChosen = pane === current.pane;
    tab.setAttribute('aria-selected', String(isChosen));
    tab.tabIndex = isChosen ? 0 : -1;
    section.hidden = !isChosen;
  }
  await current.update();
}

async function changed(): Promise<void> {
  await Promise.all([current.update(), save()]);
}

/** What differs from the initial values. A secret never leaves its field. */
async function save(): Promise<void> {
  const changedValues = [...current.controls.values()].filter(({ field, get }) => field.isSecret !== true && get() !== field.value);
  const values = Object.fromEntries(changedValues.map(({ field, get }) => [field.name, get()]));
  history.replaceState(null, '', await writeState({ pane: current.pane.id, values }));
}

async function restore(): Promise<void> {
  const state = await readState(location.hash);
  const shown = panes.find(({ pane }) => pane.id === state?.pane);
  for (const { field, set } of shown?.controls.values() ?? []) {
    if (field.isSecret !== true) set(state?.values[field.name] ?? field.value);
  }
  await choose(shown?.pane.id ?? current.pane.id);
}

function onKey(event: KeyboardEvent): void {
  const at = panes.indexOf(current);
  const last = panes.length - 1;
  const moves: Partial<Record<string, number>> = {
    ArrowRight: at === last ? 0 : at + 1,
    ArrowLeft: at === 0 ? last : at - 1,
    Home: 0,
    End: last,
  };
  const to = panes[moves[event.key] ?? -1];
  if (!to) return;
  event.preventDefault();
  void choose(to.pane.id).then(save);
  to.tab.focus();
}

function shareButton(): HTMLElement {
  const address = el('input', { type: 'text', readonly: true, class: 'pg-address', 'aria-label': 'Address of this case', hidden: true });
  const button = el('button', { type: 'button', class: 'wb-tool' }, 'Copy a link to this case');
  button.addEventListener('click', async () => {
    await save();
    const copied = await navigator.clipboard.writeText(location.href).then(
      () => true,
      () => false,
    );
    // Without permission to write to the clipboard the reader copies it.
    address.hidden = copied;
    address.value = location.href;
    if (!copied) address.select();
    button.textContent = copied ? 'Copied' : 'Copy it from here:';
    setTimeout(() => {
      button.textContent = 'Copy a link to this case';
    }, 2000);
  });
  return el('p', { class: 'pg-share' }, button, address);
}
