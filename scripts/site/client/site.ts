/** What every page does: colours, the menu of a phone, copying code, tabs, boxes that scroll, and the search. */

import { connectSearch } from './search.ts';
import { makeTabs } from './tabs.ts';

chooseColors();
openMenu();
addCopyButtons();
for (const group of document.querySelectorAll<HTMLElement>('.wb-tabs')) makeTabs(group);
letBoxesScroll();
showCurrent();
connectSearch();

function chooseColors(): void {
  const select = document.querySelector<HTMLSelectElement>('#colors');
  if (!select) return;
  select.value = document.documentElement.dataset['theme'] ?? 'os';
  select.addEventListener('change', () => {
    const { value } = select;
    if (value === 'os') document.documentElement.removeAttribute('data-theme');
    else document.documentElement.dataset['theme'] = value;
    try {
      localStorage.setItem('waybill-colors', value);
    } catch {
      // Storage is switched off: the choice lasts for this page.
    }
  });
}

function openMenu(): void {
  const button = document.querySelector<HTMLButtonElement>('#menu-open');
  const menu = document.querySelector<HTMLElement>('#site-menu');
  if (!button || !menu) return;
  const show = (isOpen: boolean): void => {
    button.setAttribute('aria-expanded', String(isOpen));
    document.documentElement.classList.toggle('wb-menu-is-open', isOpen);
  };
  button.addEventListener('click', () => {
    const isOpen = button.getAttribute('aria-expanded') !== 'true';
    show(isOpen);
    if (isOpen) (menu.querySelector<HTMLElement>('[aria-current="page"]') ?? menu.querySelector('a'))?.focus();
  });
  document.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || button.getAttribute('aria-expanded') !== 'true') return;
    show(false);
    button.focus();
  });
  // A link to a heading of the same page loads no page, so nothing else closes the menu.
  menu.addEventListener('click', ({ target }) => {
    if ((target as Element).closest('a')) show(false);
  });
}

function addCopyButtons(): void {
  for (const box of document.querySelectorAll('.wb-code')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'wb-copy';
    button.textContent = 'Copy';
    button.addEventListener('click', async () => {
      const code = box.querySelector('code')?.textContent ?? '';
      button.textContent = await navigator.clipboard.writeText(code.trim()).then(
        () => 'Copied',
        () => 'Not allowed',
      );
      setTimeout(() => {
        button.textContent = 'Copy';
      }, 1500);
    });
    box.append(button);
  }
}

/** A box that scrolls must be reachable by keyboard; one that does not would only be in the way. */
function letBoxesScroll(): void {
  const boxes = document.querySelectorAll<HTMLElement>('.wb-content pre, .wb-scroll, .tsd-signature');
  const update = (): void => {
    for (const box of boxes) {
      const scrolls = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
      if (!scrolls) {
        for (const name of ['tabindex', 'role', 'aria-label']) box.removeAttribute(name);
        continue;
      }
      box.tabIndex = 0;
      box.setAttribute('role', 'region');
      box.setAttribute('aria-label', box.matches('.wb-scroll') ? 'Table or diagram' : 'Code');
    }
  };
  update();
  addEventListener('resize', update);
}

/** Scrolls the menu to the page that is shown. */
function showCurrent(): void {
  const menu = document.querySelector<HTMLElement>('#site-menu');
  const current = menu?.querySelector<HTMLElement>('[aria-current="page"]');
  if (!menu || !current || current.offsetTop + current.clientHeight < menu.clientHeight) return;
  menu.scrollTop = current.offsetTop - menu.clientHeight / 3;
}
