/** Elements made of names, attributes and text. Nothing is ever read as HTML, because everything shown here was pasted by somebody. */

export type Child = Node | string | undefined | false | null | readonly Child[];

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

export function el<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(key, value === true ? '' : String(value));
  }
  element.append(...nodes(children));
  return element;
}

export function nodes(children: Child): readonly (Node | string)[] {
  if (Array.isArray(children)) return children.flatMap(nodes);
  return children === undefined || children === null || children === false ? [] : [children as Node | string];
}

/** The result in one line. Said by a sign and a word, and not by its colour only. */
export function verdict(kind: 'good' | 'bad' | 'warn', text: string): HTMLElement {
  const signs = { good: '✓', bad: '✗', warn: '!' };
  return el('p', { class: `pg-verdict pg-${kind}` }, el('span', { 'aria-hidden': 'true' }, `${signs[kind]} `), text);
}

export function heading(text: string): HTMLElement {
  return el('h3', {}, text);
}

export function note(...children: readonly Child[]): HTMLElement {
  return el('p', { class: 'pg-note' }, ...children);
}

/** Names and values; what is undefined is left out. */
export function facts(values: Readonly<Record<string, Child>>): HTMLElement {
  const rows = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
  return el(
    'dl',
    { class: 'pg-facts' },
    rows.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value))),
  );
}

export function code(text: string): HTMLElement {
  return el('code', {}, text);
}

/** Text in a box of its own, with a button that copies it. Long lines are wrapped. */
export function block(text: string, label: string, style = ''): HTMLElement {
  const copy = el('button', { type: 'button', class: 'pg-copy', 'aria-label': `Copy: ${label}` }, 'Copy');
  copy.addEventListener('click', async () => {
    copy.textContent = await navigator.clipboard.writeText(text).then(
      () => 'Copied',
      () => 'Not allowed',
    );
    setTimeout(() => {
      copy.textContent = 'Copy';
    }, 1500);
  });
  return el(
    'div',
    { class: `pg-block ${style}`.trim() },
    el('pre', { tabindex: 0, role: 'region', 'aria-label': label }, code(text)),
    copy,
  );
}

/** Text in which each line counts: a line that is too long is not wrapped. */
export function lines(text: string, label: string): HTMLElement {
  return block(text, label, 'pg-lines');
}

/** A value as JSON, without what an event holds twice. */
export function json(value: unknown, label: string): HTMLElement {
  return block(
    JSON.stringify(value, (key, inner: unknown) => (key === 'raw' ? undefined : inner), 2),
    label,
  );
}

/** A part that can be folded away. */
export function fold(title: string, isOpen: boolean, ...children: readonly Child[]): HTMLElement {
  return el('details', { open: isOpen }, el('summary', {}, title), ...children);
}
