/** `npm run check:package`: what a user's tools will say of the tarball, asked before a user does. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { compileConsumers } from './consumer-types.mjs';
import { installPacked, root } from './packed.mjs';
import { compareWithSecondBuild } from './reproducible.mjs';
import { findForeignTypes } from './type-leaks.mjs';

const packed = await installPacked();

/** @type {[title: string, check: () => boolean][]} */
const checks = [
  ['publint', () => run('node_modules/publint/src/cli.js', ['run', packed.tarball, '--strict'])],
  ['are the types wrong', () => run('node_modules/@arethetypeswrong/cli/dist/index.js', [packed.tarball, '--no-emoji'])],
  ['no type of an inlined library in a declaration', () => report(findForeignTypes(packed.installed))],
  ['declarations compile in a consumer', () => report(compileConsumers(packed))],
  ['a second build is the same bytes', () => report(compareWithSecondBuild(packed))],
];

const failed = checks.filter(([title, check]) => {
  const ok = check();
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${title}`);
  return !ok;
});
process.exitCode = failed.length === 0 ? 0 : 1;

/**
 * @param {string} script
 * @param {string[]} args
 */
function run(script, args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, script), ...args], { cwd: root, encoding: 'utf8' });
  if (status !== 0) console.log(`${stdout}${stderr}`);
  return status === 0;
}

/** @param {string[]} complaints */
function report(complaints) {
  for (const complaint of complaints) console.log(`  ${complaint}`);
  return complaints.length === 0;
}
