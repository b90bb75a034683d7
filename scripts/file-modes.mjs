/**
 * Sets the modes of everything that is published. `npm pack` keeps them, and a file that was made under another umask would make another
 * tarball of the same contents.
 */
import { chmodSync, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from './versions.mjs';

/** @param {string} root */
export function setFileModes(root) {
  const { files, bin } = readJson(root, 'package.json');
  const executables = Object.values(bin).map((file) => join(root, file));
  for (const file of ['package.json', ...files].flatMap((name) => filesAt(join(root, name)))) {
    chmodSync(file, executables.includes(file) ? 0o755 : 0o644);
  }
}

/** @param {string} path @returns {string[]} */
function filesAt(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((name) => filesAt(join(path, name)));
}
