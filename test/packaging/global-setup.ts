import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** These tests read `dist/`: a fresh clone has none, and an old one would pass for what the sources no longer are. */
export function setup(): void {
  const root = join(import.meta.dirname, '../..');
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs'), '--if-needed'], { cwd: root, stdio: 'inherit' });
}
