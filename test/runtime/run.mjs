/**
 * `npm run test:runtime`: the conformance suite on every runtime that the README names, each against the packed tarball.
 *
 * Words after it choose runtimes: `npm run test:runtime -- deno bun`; `--verbose` shows every check and not those of failed runs alone.
 * What is missing fails, it is never skipped.
 */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { installPacked } from '../../scripts/packed.mjs';
import { startPeer } from './peer.mjs';
import { runtimes } from './runtimes.mjs';

const here = import.meta.dirname;
/** Longer than the slowest run by far: a runtime that hangs is a failure and not a job that never ends. */
const TIME_LIMIT = 120_000;

installRuntimes();
const { project } = await installPacked();
const peer = await startPeer();
await writeProject();

const verbose = process.argv.includes('--verbose');
const wanted = process.argv.slice(2).flatMap((word) => (word.startsWith('--') ? [] : word.toLowerCase()));
const chosen = runtimes(project).filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.toLowerCase().includes(word)));
if (chosen.length === 0) console.error(`No runtime is called ${wanted.join(' or ')}.`);
const reports = [];
// One after another: they share the machine's cores, and two at once would say little about either's time.
for (const runtime of chosen) reports.push(await run(runtime));
peer.close();

// A runtime that ran fewer checks than another is not as good as it looks.
const expected = Math.max(1, ...reports.map(({ passed, failed }) => passed + failed));
for (const report of reports) report.failed = Math.max(report.failed, expected - report.passed);
printTable();
const passed = reports.reduce((sum, report) => sum + report.passed, 0);
const failed = reports.reduce((sum, report) => sum + report.failed, 0);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

/** Downloads the runtimes, once and again when their lock file has changed. */
function installRuntimes() {
  const lock = join(here, 'package-lock.json');
  const installed = join(here, 'node_modules/.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  console.log('Downloading the runtimes (about 1 GB on disk) into test/runtime/node_modules');
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: here, stdio: ['ignore', 'inherit', 'inherit'] });
}

/** Puts the suite beside the installed package, where `waybill` is found as in a user's program, and not in this repository. */
async function writeProject() {
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'conformance', private: true, type: 'module' }));
  for (const part of ['conformance.mjs', 'suite', 'hosts']) cpSync(join(here, part), join(project, part), { recursive: true });
  writeFileSync(join(project, 'suite/peer-url.mjs'), `export const PEER_URL = '${peer.url}';\n`);
  mkdirSync(join(project, 'bundles'));
  const bundle = (entry, outfile, options) =>
    build({
      entryPoints: [join(project, entry)],
      outfile: join(project, 'bundles', outfile),
      bundle: true,
      target: 'es2022',
      logLevel: 'error',
      // An optional peer, loaded when the emulator needs it.
      external: ['graphql'],
      ...options,
    });
  await Promise.all([
    // Only the suite becomes CommonJS: it then requires the package, as a program does that a compiler made.
    bundle('hosts/process.mjs', 'process.cjs', { format: 'cjs', platform: 'node', external: ['waybill', 'waybill/*'] }),
    bundle('hosts/workerd.mjs', 'workerd.mjs', { format: 'esm', platform: 'browser', conditions: ['workerd', 'worker'] }),
    bundle('conformance.mjs', 'edge-runtime.js', { format: 'iife', platform: 'browser', globalName: 'conformance' }),
  ]);
}

/** @param {import('./runtimes.mjs').Runtime} runtime */
async function run({ name, version, command, env }) {
  const started = performance.now();
  const installed = await version.catch(() => undefined);
  const { output, trouble } = installed
    ? await outputOf(command, { ...process.env, ...env })
    : { output: '', trouble: 'it is not installed: see test/runtime/package.json; Chromium comes from the system' };
  const ms = performance.now() - started;
  const [, passed = 0, failed = 0] = (output.match(/^(\d+) passed, (\d+) failed$/m) ?? []).map(Number);
  const complaint = trouble ?? (passed + failed === 0 ? 'it ended before the suite did' : undefined);
  if (verbose || complaint || failed > 0) console.log(`\n# ${name}\n${output}`);
  console.log(complaint ? `FAILED ${name}: ${complaint}` : `${failed > 0 ? 'FAILED' : 'ok    '} ${name}`);
  return { name, version: installed ?? 'missing', passed, failed: Math.max(failed, complaint ? 1 : 0), ms };
}

/**
 * What a command prints, and what went wrong with it.
 *
 * @param {[file: string, ...args: string[]]} command
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ output: string, trouble?: string }>}
 */
function outputOf([file, ...args], env) {
  return new Promise((resolve) => {
    // Its own group, so that its children end with it.
    const child = spawn(file, args, { cwd: project, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    let overdue = false;
    const kill = (signal) => {
      overdue = true;
      process.kill(-(/** @type {number} */ (child.pid)), signal);
    };
    // First politely, so that a browser is closed, which has its own group; then for certain.
    const timers = [setTimeout(kill, TIME_LIMIT, 'SIGTERM'), setTimeout(kill, TIME_LIMIT + 5_000, 'SIGKILL')];
    const end = (reason) => {
      for (const timer of timers) clearTimeout(timer);
      const trouble = overdue ? `it was not done after ${TIME_LIMIT} ms` : reason;
      resolve({ output, ...(trouble && { trouble }) });
    };
    child.on('error', (error) => end(error.message));
    child.on('close', (code, signal) => end(code === 0 ? undefined : `it ended with ${signal ?? `exit code ${code}`}`));
  });
}

function printTable() {
  console.log(`\n${'runtime'.padEnd(40)}${'version'.padEnd(15)}${'checks passed'.padStart(14)}${'ms'.padStart(8)}`);
  for (const { name, version, passed, failed, ms } of reports) {
    const checks = `${passed} of ${passed + failed}`;
    console.log(`${name.padEnd(40)}${version.padEnd(15)}${checks.padStart(14)}${ms.toFixed(0).padStart(8)}${failed ? '  FAILED' : ''}`);
  }
}
