/**
 * What every part of the page uses: elements, times, actions. Text is only ever set as text, never as markup.
 *
 * @module
 */
import type { ActionInputs } from '../actions.ts';

type Child = Node | string | false | undefined;

/** Makes an element. `false` and `undefined` among the children are left out. */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string | undefined>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(name, value);
  element.append(...children.filter((child): child is Node | string => child !== false && child !== undefined && child !== ''));
  return element;
}

/** The element of the page with this id. */
export function byId<Type extends HTMLElement = HTMLElement>(id: string): Type {
  return document.getElementById(id) as Type;
}

/** A button that does something. */
export function button(label: string, onClick: () => unknown, name = label): HTMLButtonElement {
  const made = el('button', { type: 'button', class: 'small', ...(name !== label && { 'aria-label': name }) }, label);
  made.addEventListener('click', onClick);
  return made;
}

/** A value as JSON, in a box that scrolls. */
export function json(value: unknown, label: string): HTMLPreElement {
  return el(
    'pre',
    { tabindex: '0', role: 'group', 'aria-label': label },
    typeof value === 'string' ? value : JSON.stringify(value, null, 2),
  );
}

/** Names and values; those without a value are left out. */
export function fields(values: Readonly<Record<string, string | undefined>>): HTMLDListElement {
  const known = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return el('dl', {}, ...known.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]));
}

/** The time of day in UTC, for lists. */
export function clockOf(iso: string): HTMLTimeElement {
  return el('time', { datetime: iso, title: iso }, iso.slice(11, 19));
}

/** Milliseconds in the unit that people would use. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1_000;
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}

/** A sentence begins. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** "1 request", "2 requests". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Has the emulator do something. Returns what is wrong with the input, or nothing. */
export async function act<Name extends keyof ActionInputs>(name: Name, input: ActionInputs[Name]): Promise<string | undefined> {
  try {
    const response = await fetch(`/do/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(input),
    });
    const { error, hint } = (await response.json()) as { readonly error?: string; readonly hint?: string };
    return error && [`${capital(error)}.`, hint].filter(Boolean).join('\n');
  } catch {
    return 'The emulator does not respond.';
  }
}

/** The fields of a form, by name. */
function valuesOf(form: HTMLFormElement): Readonly<Record<string, string>> {
  return Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
}

/** Calls the action of a form when it is sent. What is wrong is shown at its end. */
export function onSubmit<Name extends keyof ActionInputs>(
  name: Name,
  read: (values: Readonly<Record<string, string>>) => ActionInputs[Name],
): HTMLFormElement {
  const form = document.querySelector(`form[data-action="${name}"]`) as HTMLFormElement;
  const error = form.querySelector('.error') as HTMLElement;
  const send = async (): Promise<void> => {
    let problem: string | undefined;
    try {
      problem = await act(name, read(valuesOf(form)));
    } catch (thrown) {
      problem = (thrown as Error).message;
    }
    error.textContent = problem ?? '';
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void send();
  });
  return form;
}

/** A field with JSON. Empty is nothing. */
export function readJson(text: string, field: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`"${field}" is not JSON: ${(error as Error).message}`);
  }
}
