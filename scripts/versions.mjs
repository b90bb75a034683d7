/** The one version of the package, in every file that holds it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const NUMBER = '\\d+\\.\\d+\\.\\d+(?:-[\\w.]+)?';

/** Each file with what stands before the version in it, and how often. */
const PLACES = /** @type {const} */ ([
  ['package.json', /^ {2}"version": "/, 1],
  ['jsr.json', /^ {2}"version": "/, 1],
  // Of the package itself: the entries of what is installed are indented further.
  ['package-lock.json', /^ {2}"version": "|^ {6}"name": "waybill",\n {6}"version": "/, 2],
  ['src/core/version.ts', /^export const VERSION = '/, 1],
]);

/**
 * @param {string} root
 * @param {string} file
 */
export function readJson(root, file) {
  return JSON.parse(readFileSync(join(root, file), 'utf8'));
}

/** @param {string} root @returns {string} */
export function currentVersion(root) {
  return readJson(root, 'package.json').version;
}

/**
 * Writes the version into every file that holds it.
 *
 * @param {string} root
 * @param {string} version
 */
export function writeVersion(root, version) {
  for (const [file, before, count] of PLACES) {
    const text = readFileSync(join(root, file), 'utf8');
    const pattern = new RegExp(`(${before.source})${NUMBER}`, 'gm');
    const found = text.match(pattern)?.length ?? 0;
    if (found !== count) throw new Error(`${file} holds the version ${found} times, and not ${count}: see scripts/versions.mjs`);
    writeFileSync(
      join(root, file),
      text.replace(pattern, (_, start) => `${start}${version}`),
    );
  }
}

/**
 * The versions that each file holds.
 *
 * @param {string} root
 * @returns {Record<string, string[]>}
 */
export function versionsIn(root) {
  return Object.fromEntries(
    PLACES.map(([file, before]) => {
      const text = readFileSync(join(root, file), 'utf8');
      return [file, [...text.matchAll(new RegExp(`(?:${before.source})(${NUMBER})`, 'gm'))].map((match) => match[1] ?? '')];
    }),
  );
}
