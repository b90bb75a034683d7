/** The search dialog: opened by its button, by `/` and by Ctrl-K. The index is loaded when it is first opened. */
import { type Result, type SearchIndex, search } from './ranking.ts';

declare global {
  interface Window {
    waybillSearch?: SearchIndex;
  }
}

const base = document.documentElement.dataset['base'] ?? './';

export function connectSearch(): void {
  const open = document.querySelector<HTMLButtonElement>('#search-open');
  if (!open) return;
  open.hidden = false;
  const { dialog, input, list, status } = makeDialog();

  const update = (): void => {
    const index = window.waybillSearch;
    if (!index) return;
    const results = search(index, input.value);
    list.replaceChildren(...results.map((result) => toItem(result, input.value)));
    if (input.value.trim() === '') status.textContent = '';
    else status.textContent = results.length === 0 ? 'Nothing found. Try a name, a status or an error code.' : `${results.length} results`;
  };
  const show = (): void => {
    if (dialog.open) return;
    dialog.showModal();
    input.select();
    void loadIndex().then(update, () => {
      status.textContent = 'The search index could not be loaded.';
    });
  };

  open.addEventListener('click', show);
  input.addEventListener('input', update);
  document.addEventListener('keydown', (event) => {
    const isTyping = (event.target as Element).matches?.('input, textarea, select');
    const isShortcut = (event.key === 'k' && (event.ctrlKey || event.metaKey)) || (event.key === '/' && !isTyping && !event.ctrlKey);
    if (!isShortcut) return;
    event.preventDefault();
    show();
  });
  dialog.addEventListener('click', (event) => {
    // Outside of what it contains: on the backdrop.
    if (event.target === dialog) dialog.close();
    if ((event.target as Element).closest('a')) dialog.close();
  });
  dialog.addEventListener('keydown', (event) => {
    const links = [...list.querySelectorAll('a')];
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    if (event.key === 'Enter' && document.activeElement === input) links[0]?.click();
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    const next = at + (event.key === 'ArrowDown' ? 1 : -1);
    (next < 0 ? input : links[Math.min(next, links.length - 1)])?.focus();
  });
}

function makeDialog(): {
  readonly dialog: HTMLDialogElement;
  readonly input: HTMLInputElement;
  readonly list: HTMLElement;
  readonly status: HTMLElement;
} {
  const dialog = document.createElement('dialog');
  dialog.className = 'wb-search';
  dialog.id = 'search';
  dialog.setAttribute('aria-label', 'Search');
  const input = Object.assign(document.createElement('input'), {
    type: 'search',
    id: 'search-input',
    placeholder: 'Search guides and reference',
  });
  for (const [name, value] of Object.entries({ 'aria-label': 'Search', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false' })) {
    input.setAttribute(name, value);
  }
  const close = Object.assign(document.createElement('button'), { type: 'button', className: 'wb-tool', textContent: 'Close' });
  close.addEventListener('click', () => dialog.close());
  const list = Object.assign(document.createElement('ul'), { className: 'wb-results', id: 'search-results' });
  const status = Object.assign(document.createElement('p'), { className: 'wb-status', id: 'search-status' });
  status.setAttribute('role', 'status');
  const head = Object.assign(document.createElement('div'), { className: 'wb-search-head' });
  head.append(input, close);
  const box = Object.assign(document.createElement('div'), { className: 'wb-search-box' });
  box.append(head, status, list);
  dialog.append(box);
  document.body.append(dialog);
  return { dialog, input, list, status };
}

function toItem({ title, place, url, excerpt }: Result, query: string): HTMLElement {
  const item = document.createElement('li');
  const link = document.createElement('a');
  link.href = base + url;
  const heading = document.createElement('span');
  heading.className = 'wb-result-title';
  heading.append(...marked(title, query));
  const where = document.createElement('span');
  where.className = 'wb-result-place';
  where.textContent = place;
  const text = document.createElement('span');
  text.className = 'wb-result-text';
  text.append(...marked(excerpt, query));
  link.append(heading, where, text);
  item.append(link);
  return item;
}

/** The words of the query, marked. As nodes, so that nothing is ever read as HTML. */
function marked(text: string, query: string): readonly (Node | string)[] {
  const terms = query
    .split(/\s+/)
    .filter(Boolean)
    .map((term) => term.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  if (terms.length === 0) return [text];
  return text.split(new RegExp(`(${terms.join('|')})`, 'gi')).map((part, at) => {
    if (at % 2 === 0) return part;
    const mark = document.createElement('mark');
    mark.textContent = part;
    return mark;
  });
}

let loading: Promise<void> | undefined;

/** As a script and not by fetch, so that the page's policy can forbid every connection. */
function loadIndex(): Promise<void> {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = `${base}assets/search-index.js`;
    script.addEventListener('load', () => resolve());
    script.addEventListener('error', () => {
      loading = undefined;
      reject(new Error('not found'));
    });
    document.head.append(script);
  });
  return loading;
}
