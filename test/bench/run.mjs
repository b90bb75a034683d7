/**
 * `npm run bench`: every benchmark, each in a process of its own, so that none inherits another's warm code or garbage. With names it runs
 * only these. `--write` puts the figures into the guide and the README.
 *
 * Times are reported and never asserted: the exit code says whether what was measured gave right results.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const ALL = [
  'signing',
  'create',
  'parse',
  'sqs',
  'growth',
  'webhook',
  'webhook-http',
  'lambda',
  'signature',
  'constant-time',
  'import',
  'install',
];
const root = join(import.meta.dirname, '../..');
const { values, positionals } = parseArgs({ options: { write: { type: 'boolean' } }, allowPositionals: true });
const folder = mkdtempSync(join(tmpdir(), 'figures-'));
const file = join(folder, 'figures.jsonl');
writeFileSync(file, '');

// With every core busy, what is in flight at once has nothing to run on.
const machine = `Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model.trim()}`;
console.log(`${machine}, load ${loadavg()[0]?.toFixed(1)}`);
for (const name of positionals.length > 0 ? positionals : ALL) {
  console.log(`\n## ${name}`);
  const env = { ...process.env, FIGURES: file };
  const { status } = spawnSync(process.execPath, ['--expose-gc', join(import.meta.dirname, `${name}.mjs`)], { stdio: 'inherit', env });
  if (status !== 0) process.exitCode = 1;
}
if (values.write && !process.exitCode) write();
rmSync(folder, { recursive: true });

function write() {
  /** @type {{ what: string, measured: number, aim: string }[]} */
  const figures = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const rows = figures.map(({ what, measured, aim }) => `| ${what} | ${measured.toFixed(2)} | ${aim} |`);
  const table = [`Measured with ${machine}.`, '', '| work | measured | aim |', '| --- | --- | --- |', ...rows, ''].join('\n');
  replace('docs/guides/edge-runtimes-and-sizes.md', /(?<=<!-- speed -->\n).*?(?=<!-- \/speed -->)/s, `${table}`);

  const figureOf = (/** @type {RegExp} */ name) => figures.find(({ what }) => name.test(what))?.measured.toFixed(1);
  const [signing, first] = [figureOf(/signHeaders.*one after another/), figureOf(/first event of a fresh process/)];
  const words = `Signs at ${signing} times the rate of the official SDK; handles the first event of a cold Lambda in ${first} ms of processor time.`;
  replace('README.md', /(?<=<!-- figure:speed -->).*?(?=<!-- \/figure -->)/s, words);
}

/**
 * @param {string} path
 * @param {RegExp} pattern
 * @param {string} text
 */
function replace(path, pattern, text) {
  const target = join(root, path);
  const before = readFileSync(target, 'utf8');
  if (!pattern.test(before)) throw new Error(`${path} has no place for ${pattern}`);
  writeFileSync(
    target,
    before.replace(pattern, () => text),
  );
}
