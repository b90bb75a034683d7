/** The menu of the site, and the links from a guide to the next one. */
import { JSX } from 'typedoc';
import { chaptersOf } from './chapters.mjs';
import { fileOf } from './router.mjs';

const h = JSX.createElement;

/** @typedef {import('typedoc').DefaultThemeRenderContext} Context */

/**
 * The title of the chapter that a guide is in.
 *
 * @param {Context} context
 * @param {import('typedoc').DocumentReflection} document
 */
export function chapterOf(context, document) {
  return chapters(context).find(({ guides }) => guides.some((guide) => guide.document === document))?.title ?? '';
}

/**
 * Guides by chapter, then the entry points, of which the current one shows what it exports.
 *
 * @param {Context} context
 * @param {import('typedoc').PageEvent<import('typedoc').Reflection>} page
 */
export function siteMenu(context, page) {
  const modules = page.project.children ?? [];
  const here = moduleOf(page.model);
  /** @param {import('typedoc').Reflection} target @param {string} name */
  const link = (target, name) => {
    const isHere = target === page.model && page.url !== 'index.html';
    return h('a', { href: context.urlTo(target), 'aria-current': isHere ? 'page' : undefined }, breakable(name));
  };
  const guides = chapters(context).map(({ title, guides }) => {
    const items = guides.map((guide) => h('li', null, link(guide.document, guide.title)));
    return h('section', null, h('h2', null, title), h('ul', null, items));
  });
  const entries = modules.map((module) => h('li', null, link(module, module.name), module === here ? exportsOf(module, link) : null));
  return h(JSX.Fragment, null, guides, h('section', null, h('h2', null, 'Reference'), h('ul', null, entries)));
}

/**
 * A name that may be broken before its words and parts, and nowhere else: `BuyWithPrime|Order|Payload`.
 *
 * @param {string} name
 */
function breakable(name) {
  return name.split(/(?<=[a-z])(?=[A-Z])|(?<=\/)/).flatMap((part, at) => (at === 0 ? [part] : [h('wbr', null), part]));
}

/**
 * The guides before and after, and this one as Markdown.
 *
 * @param {Context} context
 * @param {import('typedoc').DocumentReflection} document
 */
export function nextGuides(context, document) {
  const guides = chapters(context)
    .flatMap((chapter) => chapter.guides)
    .filter(({ file }) => file !== 'playground');
  const at = guides.findIndex((guide) => guide.document === document);
  if (at === -1) return null;
  /** @param {typeof guides[number] | undefined} guide @param {string} rel @param {string} label */
  const link = (guide, rel, label) =>
    guide ? h('a', { class: `wb-${rel}`, rel, href: context.urlTo(guide.document) }, h('span', null, label), guide.title) : null;
  const links = [link(guides[at - 1], 'prev', 'Before'), link(guides[at + 1], 'next', 'Next')];
  return h(
    JSX.Fragment,
    null,
    h('nav', { class: 'wb-turn', 'aria-label': 'Other guides' }, links),
    h('p', { class: 'wb-markdown' }, h('a', { href: `${fileOf(document)}.md` }, 'This page as Markdown')),
  );
}

/** @param {Context} context @returns {ReturnType<typeof chaptersOf<import('typedoc').DocumentReflection>>} */
function chapters({ page }) {
  return chaptersOf(new Map((page.project.documents ?? []).map((document) => [fileOf(document), document])));
}

/**
 * @param {import('typedoc').DeclarationReflection} module
 * @param {(target: import('typedoc').Reflection, name: string) => JSX.Element} link
 */
function exportsOf(module, link) {
  const groups = (module.groups ?? []).map(({ title, children }) => {
    const items = children.filter((child) => !child.isReference()).map((child) => h('li', null, link(child, child.name)));
    return items.length > 0 ? h('li', null, h('span', { class: 'wb-group' }, title), h('ul', null, items)) : null;
  });
  return h('ul', { class: 'wb-exports' }, groups);
}

/** The entry point that something is exported by. @param {import('typedoc').Reflection} reflection */
function moduleOf(reflection) {
  let at = reflection;
  while (at.parent && !at.parent.isProject()) at = at.parent;
  return at;
}
