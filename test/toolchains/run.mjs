/**
 * `npm run test:toolchains`: the packed package with the compilers, bundlers and test runners that users have.
 *
 * Four versions of TypeScript in five modes and every tool, in minutes. `TYPES=all` compiles with twelve versions in seven modes, and
 * `TOOLCHAINS=all` is the same. Words after it choose checks: `npm run test:toolchains -- jest`. What is missing fails, it is never skipped.
 */
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPacked } from '../../scripts/packed.mjs';
import { documentChecks } from './documents.mjs';
import { toolChecks } from './tools.mjs';
import { compilations } from './types.mjs';

const here = import.meta.dirname;
const root = join(here, '../..');
const isAll = [process.env['TYPES'], process.env['TOOLCHAINS']].includes('all');
/** Two, because each is a compiler or a bundler and takes a core and hundreds of megabytes. */
const AT_ONCE = 2;
/** Longer than the slowest check on a busy machine: a tool that hangs is a failure and not a job that never ends. */
const TIME_LIMIT = 300_000;

installTools();
const { installed } = await installPacked();
const { work, bundles } = prepare(installed);
const { exports } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
const entries = Object.keys(exports)
  .filter((subpath) => exports[subpath].import)
  .map((subpath) => subpath.replace('.', 'waybill'));

const wanted = process.argv.slice(2).map((word) => word.toLowerCase());
const checks = [
  ...compilations({ work, entries, isAll, run }),
  ...toolChecks({ work, bundles, entries, run }),
  ...documentChecks({ here, root, installed }),
].filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.toLowerCase().includes(word)));

let failed = 0;
const queue = checks.slice();
await Promise.all(Array.from({ length: AT_ONCE }, takeChecks));
console.log(`\n${checks.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 && checks.length > 0 ? 0 : 1;

async function takeChecks() {
  for (let check = queue.shift(); check; check = queue.shift()) {
    const started = performance.now();
    const problem = await check.run().then(
      (note) => ({ note }),
      (error) => ({ error }),
    );
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const { error, note } = /** @type {{ error?: Error, note?: string }} */ (problem);
    if (error) failed += 1;
    console.log(`${error ? 'FAILED' : 'ok    '} ${check.name.padEnd(44)}${seconds.padStart(7)} s${note ? `  (${note})` : ''}`);
    if (error) console.log(String(error.message).slice(0, 4_000));
  }
}

/** Downloads the tools, once and again when their lock file has changed. The other versions of TypeScript are its development dependencies. */
function installTools() {
  const lock = join(here, 'package-lock.json');
  const stamp = join(here, 'node_modules/.package-lock.json');
  const isFresh = existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(lock).mtimeMs;
  if (isFresh && (!isAll || existsSync(join(here, 'node_modules/typescript-5.1')))) return;
  console.log('Downloading the tools (about 1 GB on disk) into test/toolchains/node_modules');
  const omit = isAll ? [] : ['--omit=dev'];
  execFileSync('npm', ['ci', ...omit, '--no-audit', '--no-fund'], {
    cwd: here,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
}

/**
 * A project outside the repository, in which the tools and the package are found as in a user's, and a folder in which they are not.
 *
 * @param {string} packed
 */
function prepare(packed) {
  const target = join(here, 'node_modules/waybill');
  rmSync(target, { recursive: true, force: true });
  cpSync(packed, target, { recursive: true });
  const folder = temporaryFolder('toolchains');
  const bundles = temporaryFolder('bundles');
  // Not a file link: Windows would ask for a right that few have.
  symlinkSync(join(here, 'node_modules'), join(folder, 'node_modules'), 'junction');
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true }));
  cpSync(join(here, 'consumer'), join(folder, 'consumer'), { recursive: true });
  const check = readFileSync(join(here, 'consumer/check.mjs'), 'utf8');
  writeFileSync(join(folder, 'consumer/check.cjs'), `${check.replace('export function', 'function')}\nmodule.exports = { check };\n`);
  return { work: folder, bundles };
}

/** A folder that is removed at the end. @param {string} name */
function temporaryFolder(name) {
  const folder = mkdtempSync(join(tmpdir(), `waybill-${name}-`));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * Runs a script with Node, and returns what it prints. Rejects with it unless the script exits with 0.
 *
 * @param {string} script
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string> }} [options]
 * @returns {Promise<string>}
 */
function run(script, args, { cwd = work, env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const options = {
      cwd,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', ...env },
      timeout: TIME_LIMIT,
      maxBuffer: 64 * 1024 * 1024,
    };
    execFile(process.execPath, [script, ...args], options, (error, stdout, stderr) => {
      if (error) reject(new Error(`${error.killed ? `it was not done after ${TIME_LIMIT} ms\n` : ''}${stdout}${stderr}` || error.message));
      else resolve(`${stdout}${stderr}`);
    });
  });
}
