/** Where the suite runs, and how each runtime is started. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const modules = join(import.meta.dirname, 'node_modules');
const hosts = join(import.meta.dirname, 'hosts');

/**
 * How workers are configured that have nothing of Node: an old compatibility date, so that nothing newer is relied on, and the
 * newest, where `nodejs_compat` is on unless both of its halves are switched off.
 */
const WORKERS = [
  { date: '2024-01-01', flags: '' },
  { date: '2026-10-23', flags: '"no_nodejs_compat", "no_nodejs_compat_v2"' },
];

/**
 * @typedef {object} Runtime
 * @property {string} name
 * @property {Promise<string | undefined>} version  `undefined` if it is not installed.
 * @property {[file: string, ...args: string[]]} command
 * @property {Record<string, string>} [env]
 */

/** No permission but the one to reach the suite's own server: the package needs none. */
const DENO_FLAGS = ['--no-prompt', '--no-remote', '--cached-only', '--node-modules-dir=manual', '--allow-net=127.0.0.1'];

/** The suite as it is, and turned into CommonJS, which requires the package. */
const FORMATS = { ESM: 'hosts/process.mjs', CommonJS: 'bundles/process.cjs' };

/**
 * @param {string} project  The folder with the suite, its bundles and the installed package.
 * @returns {Runtime[]}
 */
export function runtimes(project) {
  const chromium = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
  return [
    ...[20, 22, 24, 26].flatMap((major) => inBothFormats(`Node ${major}`, `node${major}`, (file) => [node(major), file])),
    {
      // As in Node before 20.19 and in Jest: an ESM-only library that was not inlined would fail here.
      name: 'Node 20, CommonJS without require(esm)',
      version: installed('node20'),
      command: [node(20), '--no-experimental-require-module', FORMATS.CommonJS],
    },
    ...inBothFormats('Deno', 'deno', (file) => [program('deno'), 'run', ...DENO_FLAGS, file], { DENO_NO_UPDATE_CHECK: '1' }),
    ...inBothFormats('Bun', 'bun', (file) => [program('bun'), '--no-install', file]),
    ...WORKERS.map((worker) => {
      /** @type {Runtime['command']} */
      const command = [program('workerd'), 'test', workerdConfig(project, worker)];
      return { name: `workerd ${worker.date}, no nodejs_compat`, version: installed('workerd'), command };
    }),
    {
      name: 'edge-runtime',
      version: installed('@edge-runtime/vm'),
      command: [process.execPath, join(hosts, 'edge-runtime.mjs'), join(project, 'bundles/edge-runtime.js')],
    },
    {
      name: 'Chromium, headless',
      version: installed('playwright-core').then((driver) => (driver && existsSync(chromium) ? versionOf(chromium) : undefined)),
      command: [process.execPath, join(hosts, 'chromium.mjs'), project, chromium],
    },
  ];
}

/**
 * @param {string} name
 * @param {string} dependency
 * @param {(file: string) => Runtime['command']} command
 * @param {Record<string, string>} env
 * @returns {Runtime[]}
 */
function inBothFormats(name, dependency, command, env = {}) {
  return Object.entries(FORMATS).map(([format, file]) => ({
    name: `${name}, ${format}`,
    version: installed(dependency),
    command: command(file),
    env,
  }));
}

/** @param {number} major */
function node(major) {
  return join(modules, `node${major}/bin/node`);
}

/** @param {string} dependency */
function program(dependency) {
  return join(modules, '.bin', dependency);
}

/** The configuration of a worker that may use Web APIs only, and of the loopback network. */
function workerdConfig(project, { date, flags }) {
  const file = join(project, `workerd-${date}.capnp`);
  writeFileSync(
    file,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "conformance", worker = (
      modules = [(name = "worker", esModule = embed "bundles/workerd.mjs")],
      bindings = [(name = "SELF", service = "conformance")],
      compatibilityDate = "${date}",
      compatibilityFlags = [${flags}],
    )),
    (name = "internet", network = (allow = ["private"])),
  ],
);
`,
  );
  return file;
}

async function installed(dependency) {
  const manifest = join(modules, dependency, 'package.json');
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).version : undefined;
}

async function versionOf(program) {
  const { stdout } = await promisify(execFile)(program, ['--version']);
  return stdout.match(/\d+(\.\d+)+/)?.[0];
}
