/**
 * Makes tabs of `<div class="wb-tabs"><h3>…</h3>…<h3>…</h3>…</div>`: what follows a heading becomes its panel. Without script the parts stand
 * one under the other.
 */

let count = 0;

/** Keys by the ARIA Authoring Practices: arrows, Home and End. */
export function makeTabs(group: HTMLElement): void {
  count += 1;
  const list = document.createElement('div');
  list.className = 'wb-tablist';
  list.setAttribute('role', 'tablist');
  list.setAttribute('aria-label', group.dataset['label'] ?? 'Code');
  const tabs: { readonly tab: HTMLButtonElement; readonly panel: HTMLElement }[] = [];
  for (const child of [...group.children]) {
    if (child.tagName !== 'H3') {
      tabs.at(-1)?.panel.append(child);
      continue;
    }
    const panel = document.createElement('div');
    panel.setAttribute('role', 'tabpanel');
    panel.id = `panel-${count}-${tabs.length}`;
    const tab = document.createElement('button');
    tab.type = 'button';
    tab.id = `tab-${count}-${tabs.length}`;
    tab.textContent = child.textContent.trim();
    tab.setAttribute('role', 'tab');
    tab.setAttribute('aria-controls', panel.id);
    panel.setAttribute('aria-labelledby', tab.id);
    tabs.push({ tab, panel });
  }
  const show = (at: number): void => {
    for (const [index, { tab, panel }] of tabs.entries()) {
      tab.setAttribute('aria-selected', String(index === at));
      tab.tabIndex = index === at ? 0 : -1;
      panel.hidden = index !== at;
    }
  };
  for (const [index, { tab }] of tabs.entries()) {
    tab.addEventListener('click', () => show(index));
    tab.addEventListener('keydown', (event) => {
      const last = tabs.length - 1;
      const moves: Partial<Record<string, number>> = {
        ArrowRight: index === last ? 0 : index + 1,
        ArrowLeft: index === 0 ? last : index - 1,
        Home: 0,
        End: last,
      };
      const to = moves[event.key];
      if (to === undefined) return;
      event.preventDefault();
      show(to);
      tabs[to]?.tab.focus();
    });
  }
  list.append(...tabs.map(({ tab }) => tab));
  group.replaceChildren(list, ...tabs.map(({ panel }) => panel));
  show(0);
}
