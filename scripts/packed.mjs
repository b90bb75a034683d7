/** The package as the registry would serve it: what is checked and measured must be what a user installs. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..');

/**
 * Packs the package and unpacks it as `node_modules/waybill` of an empty project, which is removed when the process ends.
 *
 * @returns the paths of the tarball, of the project and of the package in it
 */
export function installPacked() {
  const project = mkdtempSync(join(tmpdir(), 'waybill-packed-'));
  process.on('exit', () => rmSync(project, { recursive: true, force: true }));
  const installed = join(project, 'node_modules/waybill');
  // Without scripts: the caller has built, and `prepack` would build again.
  const answer = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', project], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  const packed = JSON.parse(answer);
  const { filename } = Array.isArray(packed) ? packed[0] : Object.values(packed)[0];
  const tarball = join(project, filename);
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1']);
  return { tarball, project, installed };
}
