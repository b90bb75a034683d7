/** The package as the registry would serve it: what is checked and measured must be what a user installs. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';

export const root = join(import.meta.dirname, '..');

/**
 * Builds the package if needed, packs it and unpacks it as `node_modules/waybill` of an empty project, which is removed when the process ends.
 *
 * @returns {Promise<{ tarball: string, project: string, installed: string }>} the paths of the tarball, of the project and of the package in it
 */
export async function installPacked() {
  await ensureBuilt();
  const project = mkdtempSync(join(tmpdir(), 'waybill-packed-'));
  process.on('exit', () => rmSync(project, { recursive: true, force: true }));
  const installed = join(project, 'node_modules/waybill');
  const tarball = packInto(root, project);
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1']);
  return { tarball, project, installed };
}

/**
 * Packs what is built, and returns the path of the tarball.
 *
 * @param {string} repository
 * @param {string} folder where it is written
 */
export function packInto(repository, folder) {
  // Without scripts, because `prepack` would build again.
  const output = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: repository,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  const packed = JSON.parse(output);
  const { filename } = Array.isArray(packed) ? packed[0] : Object.values(packed)[0];
  return join(folder, filename);
}
