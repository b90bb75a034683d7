/**
 * The figures and the code on the front page, read from where they are measured, run and asserted: the README's tables (`npm run size`,
 * `npm run test:runtime`), its code blocks, and package.json. None is written a second time.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/**
 * Fills in `<!-- figures -->`, `<!-- sizes -->` and `<!-- code: word -->`, which is the README's block with that word.
 *
 * @param {string} text
 */
export function fillIn(text) {
  return text
    .replace('<!-- figures -->', facts)
    .replace('<!-- sizes -->', () => sizes().join('\n'))
    .replace(/<!-- code: (.+?) -->/g, (_, word) => code(word));
}

/** @param {string} word */
function code(word) {
  const block = [...read('README.md').matchAll(/^```ts\n[\s\S]*?^```$/gm)].map(([text]) => text).find((text) => text.includes(word));
  if (block === undefined) throw new Error(`README.md has no code block with "${word}"`);
  return block;
}

function facts() {
  const { dependencies = {} } = JSON.parse(read('package.json'));
  const kB = sizes()
    .slice(2)
    .map((row) => Number.parseFloat(row.split('|').at(-2) ?? ''));
  const runtimes = rows(/## Runtimes\n.*?\n(\|.*?)\n\n/s, 'the runtimes');
  const shown = [
    [String(Object.keys(dependencies).length), 'runtime dependencies'],
    [`${Math.min(...kB).toFixed(1)} to ${Math.max(...kB).toFixed(1)} kB`, 'gzip, from one function to everything'],
    [`${runtimes.length - 2} runtimes`, 'run the same conformance suite'],
    ['ESM and CommonJS', 'with types for both'],
  ];
  // A definition list is term first; the style sheet shows the figure above it.
  const items = shown.map(([figure, what]) => `<div><dt>${what}</dt><dd>${figure}</dd></div>`);
  return `<dl class="wb-figures">${items.join('')}</dl>`;
}

function sizes() {
  return rows(/<!-- sizes -->\n(.*?)\n<!-- \/sizes -->/s, 'the sizes; run npm run size -- --write');
}

/**
 * The rows of a table in the README.
 *
 * @param {RegExp} pattern
 * @param {string} what
 */
function rows(pattern, what) {
  const [, table = ''] = pattern.exec(read('README.md')) ?? [];
  const found = table.split('\n').filter((line) => line.startsWith('|'));
  // The head, the line under it, and at least one row.
  if (found.length < 3) throw new Error(`README.md has no table of ${what}`);
  return found;
}

/** @param {string} file */
function read(file) {
  return readFileSync(join(root, file), 'utf8');
}
