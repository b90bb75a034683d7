/**
 * `npm run fuzz -- --seconds 60`: fuzzes every public function of the receiving half and every parser. `--seed N` repeats a run, and words
 * choose targets: `npm run fuzz -- --seconds 10 webhook`. What fails is added to `corpus/`, which the tests try again.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const here = import.meta.dirname;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string', default: String(Date.now() % 2 ** 31) } },
});
const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
if (!(seconds > 0) || !Number.isInteger(seed)) throw new Error('--seconds must be a number above 0, and --seed a whole number');

// Node before 22.18 does not read TypeScript. Beside the sources, so that libraries are found as the sources find them.
const folder = mkdtempSync(join(here, '.bundle-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const outfile = join(folder, 'fuzz.mjs');
await build({
  entryPoints: [join(here, 'fuzz.ts')],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  packages: 'external',
  logLevel: 'error',
});
const { fuzz } = await import(pathToFileURL(outfile).href);
const failed = await fuzz({ seconds, seed, folder: join(here, 'corpus'), names: positionals, log: console.log });
process.exit(failed === 0 ? 0 : 1);
