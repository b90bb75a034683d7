/**
 * `npm run build`: writes `dist/` and `THIRD-PARTY-NOTICES.md` from nothing.
 * With `--if-needed` it does so only if a source is newer than the last build.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildCommandLine } from './command-line.mjs';
import { writeCommonJs } from './commonjs.mjs';
import { writeContracts } from './contracts/contracts.mjs';
import { setFileModes } from './file-modes.mjs';
import { writeLlms } from './llms.mjs';
import { writeSbom } from './sbom.mjs';
import { writeNotices } from './third-party-notices.mjs';

const root = join(import.meta.dirname, '..');
const stamp = join(root, '.build/stamp');
const SOURCES = ['src', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.json', 'tsup.config.ts'];

if (process.argv[1] === import.meta.filename) {
  if (process.argv.includes('--if-needed')) await ensureBuilt();
  else await build();
}

/** Builds if a source is newer than the last build. */
export async function ensureBuilt() {
  if (isOutdated()) await build();
}

async function build() {
  const started = Date.now();
  console.log('Building dist/');
  // Chunks of an earlier build would be published with this one.
  for (const old of ['dist', '.build']) rmSync(join(root, old), { recursive: true, force: true });
  execFileSync(process.execPath, [join(root, 'node_modules/tsup/dist/cli-default.js'), '--silent'], { cwd: root, stdio: 'inherit' });
  await writeCommonJs(join(root, 'dist'));
  // After it, because a command needs no CommonJS twin.
  const metafile = await buildCommandLine(join(root, 'dist/cli'));
  writeFileSync(join(root, '.build/metafile-cli.json'), JSON.stringify(metafile));
  writeNotices(root);
  writeLlms(root);
  writeSbom(root);
  await writeContracts(root);
  setFileModes(root);
  // The start, because a source that changed meanwhile is not in it.
  writeFileSync(stamp, String(started));
  console.log(`Built in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

function isOutdated() {
  if (!existsSync(join(root, 'dist/index.js')) || !existsSync(stamp)) return true;
  const built = Number(readFileSync(stamp, 'utf8'));
  return SOURCES.some((source) => newest(join(root, source)) > built);
}

/** @param {string} path */
function newest(path) {
  const entry = statSync(path);
  if (!entry.isDirectory()) return entry.mtimeMs;
  return Math.max(entry.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}
