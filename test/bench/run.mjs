/**
 * `npm run bench`: every benchmark, each in a process of its own, so that none inherits another's warm code or garbage.
 *
 * Times are reported and never asserted: the exit code says whether what was measured gave right results.
 */
import { spawnSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';

// With every core busy, what is in flight at once has nothing to run on.
console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model.trim()}, load ${loadavg()[0]?.toFixed(1)}`);
for (const name of ['signing', 'create', 'parse', 'webhook', 'webhook-http', 'signature', 'constant-time', 'import']) {
  console.log(`\n## ${name}`);
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.mjs`)], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
