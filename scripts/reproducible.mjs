/** Builds and packs the sources once more, in another folder, with other modes and times of files: the tarball must be the same bytes. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packInto, root } from './packed.mjs';
import { readJson } from './versions.mjs';

/** What a build reads, beside `node_modules`. */
const SOURCES = ['src', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.json', 'tsup.config.ts'];
const OTHER_TIME = new Date('2001-02-03T04:05:06Z');

/**
 * @param {{ tarball: string, installed: string }} packed the package as it was built here
 * @returns {string[]} one line for each file that differs
 */
export function compareWithSecondBuild({ tarball, installed }) {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-rebuilt-'));
  const umask = process.umask(0o077);
  try {
    const { files } = readJson(root, 'package.json');
    for (const name of new Set([...SOURCES, ...files])) {
      if (name !== 'dist' && existsSync(join(root, name))) cpSync(join(root, name), join(folder, name), { recursive: true });
    }
    changeEverything(folder);
    copyModules(join(folder, 'node_modules'));
    execFileSync(process.execPath, [join(folder, 'scripts/build.mjs')], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
    const again = packInto(folder, mkdtempSync(join(folder, 'packed-')));
    if (hashOf(tarball) === hashOf(again)) return [];
    const unpacked = join(folder, 'unpacked');
    mkdirSync(unpacked);
    execFileSync('tar', ['-xzf', again, '-C', unpacked, '--strip-components=1']);
    const differing = differences(installed, unpacked);
    return differing.length > 0 ? differing : ['the files are the same, and the tarballs differ: in modes, in order, or by another zlib'];
  } finally {
    process.umask(umask);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As if they came from another checkout, under another umask. @param {string} path */
function changeEverything(path) {
  const isFolder = statSync(path).isDirectory();
  if (isFolder) for (const name of readdirSync(path)) changeEverything(join(path, name));
  chmodSync(path, isFolder ? 0o700 : 0o600);
  utimesSync(path, OTHER_TIME, OTHER_TIME);
}

/**
 * A link to the folder would not do: esbuild follows it, and names the files by where they are.
 *
 * @param {string} target
 */
function copyModules(target) {
  const source = join(root, 'node_modules');
  try {
    // Hard links take seconds; without them, as on Windows or on another disk, everything is copied.
    execFileSync('cp', ['-al', source, target], { stdio: 'ignore' });
  } catch {
    rmSync(target, { recursive: true, force: true });
    cpSync(source, target, { recursive: true, verbatimSymlinks: true });
  }
}

/** @param {string} file */
function hashOf(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** @param {string} one @param {string} other */
function differences(one, other) {
  const list = (folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(folder, name)).isFile());
  const names = [...new Set([...list(one), ...list(other)])].sort();
  return names.flatMap((name) => {
    const [a, b] = [join(one, name), join(other, name)];
    if (!existsSync(a) || !existsSync(b)) return [`${name} is in one of the two only`];
    if (hashOf(a) !== hashOf(b)) return [`${name} has other contents`];
    return statSync(a).mode === statSync(b).mode ? [] : [`${name} has another mode`];
  });
}
