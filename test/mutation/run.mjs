/**
 * `npm run test:mutation`: changes the sources in thousands of places and lists the changes that no test notices. In minutes for an area.
 *
 * Words choose areas, `--today` two small ones by the date, and MUTATION=all all of them. An area fails if its tests notice less of what
 * they judge than its `goal` in areas.mjs. Changes that change nothing are in equivalent.json, each with its reason.
 *
 * Constants of modules are set at import, so that each of their mutants needs a process: `--constants` tries them too, in about five seconds
 * each. What no test reaches is listed and not judged.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { areas } from './areas.mjs';
import { instrument } from './instrument.mjs';

const here = import.meta.dirname;
const root = join(here, '../..');
const build = join(here, '.build');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { today: { type: 'boolean', default: false }, constants: { type: 'boolean', default: false } },
});
const unknown = positionals.filter((name) => !Object.hasOwn(areas, name));
if (unknown.length > 0) throw new Error(`there is no area ${unknown.join(', ')}; there are ${Object.keys(areas).join(', ')}`);
/** @type {{ file: string, original: string, replacement: string, reason: string }[]} */
const equivalent = JSON.parse(readFileSync(join(here, 'equivalent.json'), 'utf8'));

install();
const results = [];
for (const name of chosen()) results.push(await tryArea(name));
console.log(`\n${results.map(({ name, text }) => `${name}: ${text}`).join('\n')}`);
process.exit(results.every(({ isGood }) => isGood) ? 0 : 1);

function chosen() {
  if (positionals.length > 0) return positionals;
  if (process.env['MUTATION'] === 'all' || !values.today) return Object.keys(areas);
  const small = Object.keys(areas).filter((name) => areas[name]?.isSmall);
  const day = Math.floor(Date.now() / 86_400_000);
  return [0, 1].map((at) => small[(2 * day + at) % small.length] ?? '');
}

/** Downloads the instrumenter: the first time, and again after its lock file has changed. */
function install() {
  const installed = join(here, 'node_modules/.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(here, 'package-lock.json')).mtimeMs) return;
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: here, stdio: ['ignore', 'inherit', 'inherit'] });
}

/** @param {string} name */
async function tryArea(name) {
  const since = performance.now();
  const area = areas[name];
  if (!area) throw new Error(`there is no area ${name}`);
  const { files, tests } = area;
  const { sources, mutants } = await instrument(root, files);
  const folder = join(build, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const [plan, log] = [join(folder, 'plan.json'), join(folder, 'log.jsonl')];
  const workers = Number(process.env['MUTATION_WORKERS'] ?? 2);
  writeFileSync(plan, JSON.stringify({ tests: tests.flatMap(testsIn), sources, workers }));
  writeFileSync(log, '');
  const output = runTests({ MUTATION_PLAN: plan, MUTATION_LOG: log }).output;
  writeFileSync(join(folder, 'vitest.txt'), output);
  const outcome = readLog(log);
  if (outcome.tests === 0) console.log(`no test ran:\n${output.slice(-2_000)}`);
  // The tests that were left in that process were not tried.
  if (/Worker exited unexpectedly|Worker forks emitted error/.test(output))
    console.log(`a process ended early: see ${join(folder, 'vitest.txt')}`);
  if (values.constants) tryConstants(plan, mutants, outcome);
  return report(name, area, mutants, outcome, since);
}

/** @param {Record<string, string>} settings */
function runTests(settings) {
  const vitest = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', join(here, 'vitest.config.mjs')];
  const env = { ...process.env, ...settings };
  const { status, stdout, stderr } = spawnSync(process.execPath, vitest, { cwd: root, env, encoding: 'utf8', maxBuffer: 2 ** 28 });
  return { isGreen: status === 0, output: stdout + stderr };
}

/**
 * Adds what the tests say of mutants that were reached by the import of a module only.
 *
 * @param {string} plan
 * @param {readonly import('./instrument.mjs').Mutant[]} mutants
 * @param {ReturnType<typeof readLog>} outcome
 */
function tryConstants(plan, mutants, { constants, reached, killed }) {
  const isGreen = (mutant) => runTests({ MUTATION_PLAN: plan, __STRYKER_ACTIVE_MUTANT__: mutant }).isGreen;
  if (!isGreen('none')) throw new Error('the tests fail without any mutant, so that they cannot judge one');
  for (const { id } of mutants.filter(({ id }) => constants.has(id) && !reached.has(id))) {
    reached.add(id);
    if (!isGreen(id)) killed.add(id);
  }
}

/**
 * A test file, or the test files of a folder.
 *
 * @param {string} path
 */
function testsIn(path) {
  if (path.endsWith('.test.ts')) return [path];
  const names = readdirSync(join(root, path), { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/'));
  return names.filter((name) => name.endsWith('.test.ts')).map((name) => `${path}/${name}`);
}

/** @param {string} log */
function readLog(log) {
  const reached = new Set();
  const killed = new Set();
  const late = new Set();
  const constants = new Set();
  const unusable = [];
  let tests = 0;
  for (const line of readFileSync(log, 'utf8').split('\n').filter(Boolean)) {
    const entry = JSON.parse(line);
    if (entry.test) tests += 1;
    for (const id of entry.reached ?? []) reached.add(id);
    for (const id of entry.left ?? []) late.add(id);
    for (const id of entry.constants ?? []) constants.add(id);
    if (entry.killed) killed.add(entry.killed);
    if (entry.restored) killed.delete(entry.restored);
    if (entry.unusable) unusable.push(`${entry.unusable}: ${entry.why}`);
  }
  return { reached, killed, late, constants, unusable, tests };
}

/**
 * @param {string} name
 * @param {import('./areas.mjs').Area} area
 * @param {readonly import('./instrument.mjs').Mutant[]} mutants
 * @param {ReturnType<typeof readLog>} outcome
 * @param {number} since
 */
function report(name, { files, goal }, mutants, { reached, killed, late, constants, unusable, tests }, since) {
  const knownAs = ({ file, original, replacement }) =>
    equivalent.find((known) => known.file === file && known.original === original && known.replacement === replacement);
  const judged = mutants.filter((mutant) => killed.has(mutant.id) || (reached.has(mutant.id) && !knownAs(mutant)));
  const rows = [...files, 'all'].map((file) => {
    const isHere = (mutant) => file === 'all' || mutant.file === file;
    const [of, judgedOf] = [mutants.filter(isHere), judged.filter(isHere)];
    const noticed = judgedOf.filter(({ id }) => killed.has(id)).length;
    const percent = judgedOf.length === 0 ? 100 : (100 * noticed) / judgedOf.length;
    return { file, mutants: of.length, judged: judgedOf.length, killed: noticed, '%': percent.toFixed(1) };
  });
  console.log(`\n=== ${name}: ${tests} tests, ${((performance.now() - since) / 1_000).toFixed(0)} s`);
  console.table(rows);
  for (const mutant of mutants) {
    if (killed.has(mutant.id) || knownAs(mutant)) continue;
    const [isReached, isConstant] = [reached.has(mutant.id), constants.has(mutant.id)];
    const unreached = isConstant ? 'a constant, tried with --constants' : 'not reached by a test';
    const state = !isReached ? unreached : late.has(mutant.id) ? 'survived (not tried with all tests)' : 'survived';
    console.log(`${mutant.file}:${mutant.line}:${mutant.column} ${state}\n    - ${mutant.original}\n    + ${mutant.replacement}`);
  }
  for (const test of unusable) console.log(`not used: ${test}`);
  const meantBy = (known) => mutants.filter((mutant) => knownAs(mutant) === known);
  const entries = equivalent.filter(({ file }) => files.includes(file));
  const stale = entries.filter((known) => meantBy(known).length === 0);
  for (const { file, original } of stale) console.log(`equivalent.json: there is no such mutant in ${file}: ${original}`);
  for (const known of entries.filter((known) => !stale.includes(known) && meantBy(known).every(({ id }) => killed.has(id)))) {
    console.log(`equivalent.json: a test notices it: ${known.file}: ${known.original}`);
  }
  const all = rows.at(-1);
  const isEnough = tests > 0 && Number(all?.['%']) >= goal;
  const problem = stale.length > 0 ? 'equivalent.json has entries without a mutant' : isEnough ? '' : `the goal is ${goal} %`;
  const noticed = `${all?.killed} of ${all?.judged} noticed, ${all?.['%']} %`;
  return { name, isGood: !problem, text: problem ? `${noticed} (${problem})` : noticed };
}
