/** For machines and for those who read without a browser: each guide as Markdown, and `llms.txt`, which lists them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chaptersOf } from './chapters.mjs';
import { fileOf } from './router.mjs';

/**
 * @param {import('typedoc').Application} app
 * @param {import('typedoc').ProjectReflection} project
 * @param {string} folder
 */
export function writeCopies(app, project, folder) {
  const { router } = app.renderer;
  if (!router) throw new Error('pages have no addresses before they are rendered');
  const documents = new Map((project.documents ?? []).map((document) => [fileOf(document), document]));
  const lines = [
    `# waybill ${project.packageVersion ?? ''}`,
    '',
    "> Typed SDK for Amazon's three delivery-notification APIs. Apache-2.0.",
    '',
  ];
  for (const { title, guides } of chaptersOf(documents)) {
    const copied = guides.filter(({ file }) => file !== 'playground');
    if (copied.length === 0) continue;
    lines.push(`## ${title}`, '');
    for (const guide of copied) {
      const path = router.getFullUrl(guide.document).replace(/\.html$/, '.md');
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), textOf(router, project, guide.document));
      lines.push(`- [${guide.document.name}](${path})`);
    }
    lines.push('');
  }
  lines.push('## Reference', '', ...(project.children ?? []).map((module) => `- [${module.name}](${router.getFullUrl(module)})`), '');
  writeFileSync(join(folder, 'llms.txt'), lines.join('\n'));
}

/**
 * A guide's source, with links that lead to the copies of other guides, to the pages of the reference and to pictures.
 *
 * @param {import('typedoc').Router} router
 * @param {import('typedoc').ProjectReflection} project
 * @param {import('typedoc').DocumentReflection} document
 */
function textOf(router, project, document) {
  const parts = document.content.map((part) => {
    if (part.kind === 'inline-tag') return `\`${part.text}\``;
    if (part.kind !== 'relative-link') return part.text;
    const target = typeof part.target === 'number' ? project.files.resolve(part.target, project) : part.target;
    // A picture, which is copied beside the pages.
    const media = typeof part.target === 'number' && typeof target !== 'object' && project.files.getName(part.target);
    if (media) return router.baseRelativeUrl(document, `media/${media}`);
    if (typeof target !== 'object' || target === null || !router.hasUrl(target)) return part.text;
    const anchor = part.targetAnchor ? `#${part.targetAnchor}` : '';
    const path = router.relativeUrl(document, target);
    const hasCopy = target.isDocument() && fileOf(target) !== 'playground';
    return `${hasCopy ? path.replace(/\.html$/, '.md') : path}${anchor}`;
  });
  return `${parts.join('').trim()}\n`;
}
