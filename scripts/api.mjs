/**
 * `npm run api`: compares the public API of each entry point with its report in `api/`. A difference fails until the report is committed with
 * it: `npm run api -- --write`. What is removed since the last release needs a changeset that is marked breaking.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createReports, namesIn } from './api-report.mjs';
import { ensureBuilt } from './build.mjs';
import { readChangesets } from './changesets.mjs';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'api');

if (process.argv[1] === import.meta.filename) {
  await ensureBuilt();
  const complaints = checkApi(createReports(root), process.argv.includes('--write'));
  for (const complaint of complaints) console.log(complaint);
  if (complaints.length === 0) console.log(`The public API is that of api/, in ${readdirSync(folder).length} entry points`);
  process.exitCode = complaints.length === 0 ? 0 : 1;
}

/**
 * @param {Record<string, string>} reports
 * @param {boolean} isWriting
 * @returns {string[]} what is wrong
 */
function checkApi(reports, isWriting) {
  const removed = Object.entries(releasedReports()).flatMap(([file, text]) => {
    const names = namesIn(reports[file] ?? '');
    return [...namesIn(text)].filter((name) => !names.has(name)).map((name) => `  ${name}, of api/${file}`);
  });
  if (removed.length > 0 && !readChangesets(root).some(({ breaking }) => breaking)) {
    return ['Removed, and no changeset in .changeset/ is marked "breaking: true":', ...removed];
  }
  if (isWriting) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    for (const [file, text] of Object.entries(reports)) writeFileSync(join(folder, file), text);
  }
  const committed = existsSync(folder) ? readdirSync(folder) : [];
  const files = [...new Set([...Object.keys(reports), ...committed])].sort();
  const differences = files.flatMap((file) => differencesIn(file, committed.includes(file) ? read(file) : '', reports[file] ?? ''));
  return differences.length > 0 ? [...differences, 'If this is meant: npm run api -- --write, and commit api/.'] : [];
}

/** @param {string} file */
function read(file) {
  return readFileSync(join(folder, file), 'utf8');
}

/** The lines that only one of two reports has. @param {string} file @param {string} before @param {string} now */
function differencesIn(file, before, now) {
  if (before === now) return [];
  const [old, current] = [before.split('\n'), now.split('\n')];
  const lines = [
    ...old.filter((line) => !current.includes(line)).map((line) => `  - ${line}`),
    ...current.filter((line) => !old.includes(line)).map((line) => `  + ${line}`),
  ];
  return [`api/${file} differs:`, ...(lines.length > 0 ? lines.slice(0, 40) : ['  the order of its lines'])];
}

/**
 * The reports of the last release; before the first one, those of the last commit. None in a folder without git.
 *
 * @returns {Record<string, string>}
 */
function releasedReports() {
  const tag = git('describe', '--tags', '--abbrev=0', '--match', 'v*')?.trim() ?? 'HEAD';
  const names = git('ls-tree', '--name-only', `${tag}:api`)?.split('\n').filter(Boolean) ?? [];
  return Object.fromEntries(names.map((file) => [file, git('show', `${tag}:api/${file}`) ?? '']));
}

/** @param {...string} args */
function git(...args) {
  try {
    return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}
