/**
 * What the installed package weighs on disk, what `waybill --version` costs over bare Node, and what each entry costs a cold Lambda: the
 * processor time to load its bundle, over an empty one.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { installPacked, root } from '../../scripts/packed.mjs';
import { median, printTarget } from './measure.mjs';

const STARTS = Number(process.env['STARTS'] ?? 15);

const { installed } = await installPacked();
console.log('MB on disk');
const ours = sizeOf(installed);
for (const [name, bytes] of Object.entries({
  waybill: ours,
  ...Object.fromEntries(['stripe', 'zod'].map((name) => [name, sizeOf(join(root, 'node_modules', name))])),
})) {
  console.log(name.padEnd(56), (bytes / 1e6).toFixed(1).padStart(8));
}
printTarget('the installed package, MB on disk', ours / 1e6, { atMost: 2.5 });

const folder = mkdtempSync(join(tmpdir(), 'cold-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
writeFileSync(
  join(folder, 'cpu.cjs'),
  "process.on('exit', () => require('node:fs').writeFileSync(process.env.CPU_FILE, JSON.stringify(process.cpuUsage())));",
);

const command = join(installed, 'dist/cli/main.js');
const version = median(Array.from({ length: STARTS }, () => cpu([command, '--version']) - cpu(['-e', '0'])));
printTarget('waybill --version over bare Node, ms of processor time', version / 1_000, { atMost: 15 });

const ENTRIES = ['buywithprime/events', 'amazonpay', 'shipping-ndr/webhook', 'shipping-ndr', 'buywithprime'];
const files = ['empty', ...ENTRIES].map((entry) => join(folder, `${entry.replaceAll('/', '-')}.cjs`));
writeFileSync(files[0] ?? '', '');
for (const [at, entry] of ENTRIES.entries()) {
  await build({
    stdin: { contents: `export * from 'waybill/${entry}';`, resolveDir: dirname(dirname(installed)) },
    bundle: true,
    minify: true,
    format: 'cjs',
    platform: 'node',
    outfile: files[at + 1] ?? '',
    logLevel: 'error',
  });
}
/** @type {number[][]} */
const added = ENTRIES.map(() => []);
for (let start = 0; start < STARTS; start += 1) {
  const empty = cpu([files[0] ?? '']);
  for (const [at] of ENTRIES.entries()) added[at]?.push(cpu([files[at + 1] ?? '']) - empty);
}
for (const [at, entry] of ENTRIES.entries()) {
  printTarget(`cold load of the bundle of waybill/${entry}, ms of processor time`, median(added[at] ?? []) / 1_000, { atMost: 8 });
}

/** @param {string} path */
function sizeOf(path) {
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(path, name)))
    .reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0);
}

/**
 * Microseconds of processor time of a process of Node.
 *
 * @param {string[]} parameters
 */
function cpu(parameters) {
  const env = { ...process.env, CPU_FILE: join(folder, 'cpu.json'), NODE_OPTIONS: `--require=${join(folder, 'cpu.cjs')}` };
  const { status, stderr } = spawnSync(process.execPath, parameters, { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`node ${parameters.join(' ')} failed: ${stderr}`);
  const { user, system } = JSON.parse(readFileSync(env.CPU_FILE, 'utf8'));
  return user + system;
}
