/** Compiles a user's program against the packed declarations, as ESM and as CommonJS. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './packed.mjs';

const PEERS = ['zod', 'graphql', 'msw', 'fast-check'];
const NEEDS_PEER = /^\.\/(schemas|testing)/;

const strict = { strict: true, noEmit: true, target: 'es2022', module: 'node20', exactOptionalPropertyTypes: true };

/**
 * Library checks stay on where no peer is installed: then every type that is complained of is ours.
 *
 * @param {{ project: string, installed: string }} packed
 * @returns one line for each complaint
 */
export function compileConsumers({ project, installed }) {
  const { exports } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  const subpaths = Object.keys(exports).filter((subpath) => exports[subpath].import);
  const alone = subpaths.filter((subpath) => !NEEDS_PEER.test(subpath));
  const web = compile(project, 'web', alone, { lib: ['es2022', 'dom', 'dom.iterable'], types: [], skipLibCheck: false });
  link(project, '@types/node');
  const node = compile(project, 'node', alone, { lib: ['es2022'], types: ['node'], skipLibCheck: false });
  for (const peer of PEERS) link(project, peer);
  const peers = compile(project, 'peers', subpaths, { lib: ['es2022', 'dom', 'dom.iterable'], types: ['node'], skipLibCheck: true });
  return [...web, ...node, ...peers];
}

/**
 * @param {string} project
 * @param {string} name
 * @param {string[]} subpaths
 * @param {object} compilerOptions
 */
function compile(project, name, subpaths, compilerOptions) {
  const folder = join(project, name);
  mkdirSync(folder, { recursive: true });
  const source = subpaths.map((subpath, at) => `export * as entry${at} from '${subpath.replace('.', 'waybill')}';\n`).join('');
  // The extension decides which half of the exports map is read.
  for (const file of ['esm.mts', 'commonjs.cts']) writeFileSync(join(folder, file), source);
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...strict, ...compilerOptions }, files: ['esm.mts', 'commonjs.cts'] }),
  );
  const { status, stdout } = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], {
    encoding: 'utf8',
  });
  return status === 0
    ? []
    : stdout
        .trim()
        .split('\n')
        .map((line) => `${name}: ${line}`);
}

/**
 * @param {string} project
 * @param {string} library
 */
function link(project, library) {
  const target = join(project, 'node_modules', library);
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(join(root, 'node_modules', library), target, 'junction');
}
