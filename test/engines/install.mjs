/** What run.mjs, fleet.mjs and bench.mjs have in common: engines, client libraries, and TypeScript on Node 20. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const here = import.meta.dirname;

/** Installs redis-server and PostgreSQL from Debian if they are missing. Nothing is skipped if that fails. */
export function installPrograms() {
  const isOnPath = (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, 'redis-server')));
  // Debian puts PostgreSQL's programs on no PATH.
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : [];
  const hasPostgres = versions.some((version) => existsSync(`/usr/lib/postgresql/${version}/bin/postgres`));
  const missing = [...(isOnPath ? [] : ['redis-server']), ...(hasPostgres ? [] : ['postgresql'])];
  if (missing.length === 0) return;
  const admin = process.getuid?.() === 0 ? [] : ['sudo'];
  const isInstalled = [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', ...missing],
  ].every((args) => {
    const [program = '', ...rest] = [...admin, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args];
    return spawnSync(program, rest, { stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
  });
  if (isInstalled) return;
  console.error(`${missing.join(' and ')} cannot be installed: apt-get reached no Debian mirror. Nothing is skipped for that.`);
  process.exit(1);
}

/** Downloads the client libraries: the first time, and again after their lock file has changed. */
export function install() {
  const lock = join(here, 'package-lock.json');
  const installed = join(here, 'node_modules/.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  console.log('Downloading the engines and their client libraries (about 700 MB on disk) into test/engines/node_modules');
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: here, stdio: ['ignore', 'inherit', 'inherit'] });
}

/**
 * Bundles a file of this folder, and loads it.
 *
 * @param {string} file
 */
export async function loadBundle(file) {
  installPrograms();
  install();
  const { build } = await import('esbuild');
  const outfile = join(here, `.build/${file.replace(/\W/g, '-')}.mjs`);
  mkdirSync(join(here, '.build'), { recursive: true });
  await build({
    entryPoints: [join(here, file)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    tsconfig: join(here, '../../tsconfig.test.json'),
    define: { 'import.meta.dirname': JSON.stringify(join(here, 'support')) },
  });
  return import(pathToFileURL(outfile).href);
}
