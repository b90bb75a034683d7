/**
 * `npm run test:examples`: installs each example that has packages of its own, and runs its tests with the built package.
 *
 * Names run only those: `npm run test:examples -- desk`. The CDK has its own command, and the stores are tested with their engines.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'examples');
const wanted = process.argv.slice(2);
const names = readdirSync(folder).filter(
  (name) => name !== 'cdk' && !name.startsWith('store-') && existsSync(join(folder, name, 'package-lock.json')),
);
const chosen = names.filter((name) => wanted.length === 0 || wanted.includes(name));
if (chosen.length === 0) throw new Error(`no such example; there are ${names.join(', ')}`);

execFileSync(process.execPath, [join(root, 'scripts/build.mjs'), '--if-needed'], { cwd: root, stdio: 'inherit' });
const failed = chosen.filter((name) => {
  const options = /** @type {const} */ ({ cwd: join(folder, name), stdio: 'inherit' });
  console.log(`\n# examples/${name}`);
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], options);
  return spawnSync('npm', ['test'], options).status !== 0;
});
console.log(failed.length > 0 ? `\nfailed: ${failed.join(', ')}` : `\n${chosen.length} passed: ${chosen.join(', ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;
