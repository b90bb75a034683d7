/**
 * `npm run test:site`: builds the documentation site and tests it in headless Chromium: links, search, widths, accessibility, the playground,
 * and that no request leaves a page.
 *
 * The browser is `/usr/bin/chromium`, or the one in the variable CHROMIUM. With `--no-build` the site in `docs/site` is tested as it is.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;
const root = join(here, '../..');

installBrowserDriver();
if (!process.argv.includes('--no-build')) {
  execFileSync(process.execPath, [join(root, 'node_modules/typedoc/bin/typedoc')], { cwd: root, stdio: 'inherit' });
}
const files = readdirSync(here).filter((name) => name.endsWith('.test.mjs'));
const { status } = spawnSync(
  process.execPath,
  ['--test', '--test-concurrency=2', '--test-reporter=spec', ...files.map((name) => join(here, name))],
  { stdio: 'inherit' },
);
process.exitCode = status ?? 1;

/** Downloads what drives the browser, once and again when the lock file has changed. */
function installBrowserDriver() {
  const lock = join(here, 'package-lock.json');
  const installed = join(here, 'node_modules/.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: here, stdio: ['ignore', 'inherit', 'inherit'] });
}
