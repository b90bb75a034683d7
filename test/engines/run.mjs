/**
 * `npm run test:engines`: the stores on real engines, and the examples that use them. `-- redis postgres` runs the suites with such names.
 *
 * Installs what is missing, checks the types of this folder, runs the suites, and that of SQLite again on each Node that has `node:sqlite`.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { install, installPrograms } from './install.mjs';

const here = import.meta.dirname;
const root = join(here, '../..');
const names = process.argv.slice(2);

installPrograms();
install();
if (names.length === 0) run('types', process.execPath, ['node_modules/typescript/bin/tsc', '-p', join(here, 'tsconfig.examples.json')]);
const vitest = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', join(here, 'vitest.config.ts')];
run('suites', process.execPath, [...vitest, ...names]);
if (names.length === 0 || names.includes('sqlite')) {
  for (const version of ['22', '24']) {
    const node = join(here, `node_modules/node${version}/bin/node`);
    run(`SQLite on Node ${version}`, node, ['--no-warnings', ...vitest, 'sqlite']);
  }
}

/**
 * @param {string} what
 * @param {string} program
 * @param {string[]} args
 */
function run(what, program, args) {
  console.log(`\n=== ${what}`);
  const since = performance.now();
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error) console.error(`${program} cannot be started: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
  console.log(`--- ${what}: ${((performance.now() - since) / 1_000).toFixed(0)} s`);
}
