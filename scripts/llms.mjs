/**
 * Writes `llms.txt`: for a program that reads an installed package, what is in it. The site has one of its own, with addresses of pages.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHAPTERS } from './site/chapters.mjs';

const root = join(import.meta.dirname, '..');

if (process.argv[1] === import.meta.filename) writeLlms(root);

/** @param {string} folder of the package */
export function writeLlms(folder) {
  writeFileSync(join(folder, 'llms.txt'), llmsText(folder));
}

/**
 * @param {string} folder
 * @returns {string}
 */
export function llmsText(folder) {
  const { name, version, description, exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const chapters = CHAPTERS.map(({ title, guides }) => {
    const shipped = guides.filter(({ file }) => existsSync(join(folder, guidePath(file))));
    const lines = shipped.map((guide) => `- [${guide.title}](${guidePath(guide.file)}): ${guide.words}`);
    return { title, files: shipped.map(({ file }) => `${file}.md`), lines };
  });
  const listed = new Set(chapters.flatMap(({ files }) => files));
  const missing = readdirSync(join(folder, 'docs/guides')).filter((file) => !listed.has(file));
  if (missing.length > 0) throw new Error(`scripts/site/chapters.mjs does not list ${missing.join(', ')}`);
  const entries = Object.entries(exports).filter(([, entry]) => typeof entry === 'object');
  return [
    `# ${name} ${version}`,
    '',
    `> ${description}`,
    '',
    '- [How to use it, in two minutes](SKILL.md)',
    '- [README](README.md)',
    '- [Changes](CHANGELOG.md)',
    '- `npx waybill help --json` describes the command line',
    '',
    ...chapters.flatMap(({ title, lines }) => (lines.length > 0 ? [`## ${title}`, '', ...lines, ''] : [])),
    '## Declarations',
    '',
    ...entries.map(([path, { import: entry }]) => `- [${path.replace('.', name)}](${entry.types.replace('./', '')})`),
    '',
  ].join('\n');
}

/** @param {string} file */
function guidePath(file) {
  return `docs/guides/${file}.md`;
}
