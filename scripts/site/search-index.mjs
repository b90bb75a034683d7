/**
 * What the search box searches: the sections of every guide with their text, and the names of the reference with their first sentence.
 * Our own in place of TypeDoc's, which searches names only, has no sections, and makes pages wait for it.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReflectionKind } from 'typedoc';
import { chaptersOf } from './chapters.mjs';
import { fileOf } from './router.mjs';

/** What of the reference is found. What is inside of a type is found by the type. */
const KINDS = {
  [ReflectionKind.Module]: 'entry point',
  [ReflectionKind.Class]: 'class',
  [ReflectionKind.Function]: 'function',
  [ReflectionKind.Interface]: 'interface',
  [ReflectionKind.TypeAlias]: 'type',
  [ReflectionKind.Variable]: 'value',
  [ReflectionKind.Method]: 'method',
  [ReflectionKind.Accessor]: 'property',
  [ReflectionKind.Property]: 'property',
};

/** @type {WeakMap<import('typedoc').Reflection, readonly { readonly link: string, readonly text: string }[]>} */
const headings = new WeakMap();

/**
 * Remembers the headings of a page as they were rendered, with their addresses.
 *
 * @param {import('typedoc').PageEvent} page
 */
export function rememberHeadings(page) {
  if (page.isReflectionEvent()) headings.set(page.model, [...page.pageHeadings]);
}

/**
 * @param {import('typedoc').Application} app
 * @param {import('typedoc').ProjectReflection} project
 * @param {string} folder
 */
export function writeSearchIndex(app, project, folder) {
  const { router } = app.renderer;
  if (!router) throw new Error('pages have no addresses before they are rendered');
  const documents = new Map((project.documents ?? []).map((document) => [fileOf(document), document]));
  const pages = chaptersOf(documents).flatMap(({ title: chapter, guides }) =>
    guides.map(({ title, words, document }) => ({
      title: document.name,
      short: title,
      chapter,
      url: router.getFullUrl(document),
      words: words.split(' ').filter(Boolean),
      sections: sectionsOf(document),
    })),
  );
  const names = router.getLinkTargets().flatMap((target) => nameOf(router, target));
  writeFileSync(join(folder, 'assets/search-index.js'), `window.waybillSearch=${JSON.stringify({ pages, names })};\n`);
}

/**
 * The sections of a guide: heading, anchor and text.
 *
 * @param {import('typedoc').DocumentReflection} document
 */
function sectionsOf(document) {
  const source = document.content.map(({ kind, text }) => (kind === 'relative-link' ? '' : text)).join('');
  const rendered = headings.get(document) ?? [];
  /** @type {[heading: string, anchor: string, text: string][]} */
  const sections = [['', '', '']];
  let isCode = false;
  let at = 0;
  for (const line of source.split('\n')) {
    if (line.startsWith('```')) isCode = !isCode;
    if (!isCode && /^#{1,6} /.test(line)) {
      const { text = '', link = '' } = rendered[at] ?? {};
      at += 1;
      // The page's own title is its heading already.
      sections.push([at === 1 ? '' : text, at === 1 ? '' : link, '']);
    } else {
      const section = sections.at(-1);
      if (section && !line.startsWith('```')) section[2] += `${line}\n`;
    }
  }
  return sections.map(([heading, anchor, text]) => [heading, anchor, plain(text)]).filter(([heading, , text]) => heading || text);
}

/** Markdown as what a reader sees of it. @param {string} text */
function plain(text) {
  return text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])/g, '$1')
    .replace(/^\[[^\]]*\]: .*$/gm, '')
    .replace(/^[|:\- ]+$/gm, '')
    .replace(/[*`|]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/**
 * @param {import('typedoc').Router} router
 * @param {import('typedoc').RouterTarget} target
 * @returns {readonly (readonly [name: string, kind: string, parent: string, url: string, summary: string])[]}
 */
function nameOf(router, target) {
  if (!('kind' in target) || !target.isDeclaration() || target.isReference()) return [];
  const kind = KINDS[target.kind];
  const { parent } = target;
  if (!kind || !parent) return [];
  const isMember = !parent.isProject() && !parent.kindOf(ReflectionKind.Module);
  // What is in an object literal, or in a class of TypeScript's own, would bury what is ours.
  if (isMember && (!parent.kindOf(ReflectionKind.ClassOrInterface) || target.flags.isExternal || target.inheritedFrom)) return [];
  const comment = target.comment ?? target.signatures?.[0]?.comment ?? target.getSignature?.comment;
  const summary = (comment?.summary ?? [])
    .map(({ text }) => text)
    .join('')
    .replace(/`/g, '');
  const [first = ''] = summary.replace(/\s+/g, ' ').split(/(?<=[.:])\s/);
  return [[target.name, kind, parent.isProject() ? '' : parent.name, router.getFullUrl(target), first]];
}
