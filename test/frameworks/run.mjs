/**
 * `npm run test:frameworks`: the conformance table of the adapters with the real frameworks over HTTP, each against the packed package.
 *
 * Words after it choose frameworks: `npm run test:frameworks -- fastify next`. What is missing fails, it is never skipped.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { cpSync, existsSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installPacked } from '../../scripts/packed.mjs';
import { runTable } from '../adapters/conformance.mjs';
import { createRoutes } from '../adapters/handlers.mjs';
import { hosts } from './hosts.mjs';

const here = import.meta.dirname;
// Otherwise Express responds with the stack of an error, and Connect prints it.
process.env['NODE_ENV'] = 'production';
// @hono/node-server prints responses that break off, and one is meant to.
console.error = () => undefined;

installFrameworks();
await installWaybill();
const resolve = createRequire(import.meta.url).resolve;
const [shippingNdr, buyWithPrime] = await Promise.all(
  ['waybill/shipping-ndr/webhook', 'waybill/buywithprime'].map((name) => import(pathToFileURL(resolve(name)).href)),
);
const keys = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const { privateKey } = keys;
const publicKey = keys.publicKey.export({ format: 'jwk' });
const routes = createRoutes({ ...shippingNdr, ...buyWithPrime }, publicKey);

const wanted = process.argv.slice(2).map((word) => word.toLowerCase());
const chosen = hosts.filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.toLowerCase().includes(word)));
let passed = 0;
let failed = 0;
checkTypes();
for (const { name, limits, start } of chosen) {
  const started = performance.now();
  const { url, close } = await start(routes, publicKey);
  const report = await runTable({ name, url, privateKey, ...(limits && { limits }) });
  await close();
  passed += report.passed;
  failed += report.failures.length;
  const ms = (performance.now() - started).toFixed(0);
  console.log(
    `${report.failures.length ? 'FAILED' : 'ok    '} ${name.padEnd(60)}${String(report.passed).padStart(4)} checks${ms.padStart(8)} ms`,
  );
  for (const failure of report.failures) console.log(`\n# ${failure.name}\n`, failure.error);
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

/** Whether the adapters fit the frameworks' own types. */
function checkTypes() {
  const options = [
    '--ignoreConfig',
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--target',
    'es2022',
    '--module',
    'nodenext',
    '--types',
    'node',
  ];
  const compiler = join(here, '../../node_modules/typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [compiler, ...options, 'types.mts'], { cwd: here, encoding: 'utf8' });
  if (status === 0) passed += 1;
  else failed += 1;
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} types\n${stdout}`.trim());
}

/** Downloads the frameworks, once and again when their lock file has changed. */
function installFrameworks() {
  const lock = join(here, 'package-lock.json');
  const installed = join(here, 'node_modules/.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  console.log('Downloading the frameworks (about 400 MB on disk) into test/frameworks/node_modules');
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: here, stdio: ['ignore', 'inherit', 'inherit'] });
}

/** Puts the packed package beside them, where a user's program finds it. */
async function installWaybill() {
  const target = join(here, 'node_modules/waybill');
  rmSync(target, { recursive: true, force: true });
  cpSync((await installPacked()).installed, target, { recursive: true });
}
