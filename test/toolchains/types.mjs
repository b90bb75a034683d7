/** A user's program, compiled by versions of TypeScript in the modes that projects use, with the checks of libraries on. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The versions of a default run: the oldest that works, the oldest for entries with zod's types, the last of its line, the newest. */
const DEFAULT_VERSIONS = ['5.0', '5.4', '5.9', '7.0'];
const ALL_VERSIONS = ['5.0', '5.1', '5.2', '5.3', '5.4', '5.5', '5.6', '5.7', '5.8', '5.9', '6.0', '7.0'];

/** Each mode with its compiler options, and the kind of module that its package.json says. */
const MODES = [
  { name: 'commonjs, node10', module: 'commonjs', moduleResolution: 'node10', type: 'commonjs', isDefault: true },
  { name: 'esnext, node10', module: 'esnext', moduleResolution: 'node10', type: 'module', isDefault: false },
  { name: 'node16, ESM', module: 'node16', moduleResolution: 'node16', type: 'module', isDefault: true },
  { name: 'node16, CommonJS', module: 'node16', moduleResolution: 'node16', type: 'commonjs', isDefault: true },
  { name: 'nodenext, ESM', module: 'nodenext', moduleResolution: 'nodenext', type: 'module', isDefault: true },
  { name: 'nodenext, CommonJS', module: 'nodenext', moduleResolution: 'nodenext', type: 'commonjs', isDefault: false },
  { name: 'esnext, bundler', module: 'esnext', moduleResolution: 'bundler', type: 'module', isDefault: true },
];

/** Entries whose types are those of an optional peer. They work from the version on that the peer's types need. */
const WITH_PEER = /^waybill\/(?:schemas|testing\/)/;
const PEERS_SINCE = 5.4;

/**
 * The compilations as checks.
 *
 * @param {{ work: string, entries: readonly string[], isAll: boolean, run: (script: string, args: string[]) => Promise<string> }} options
 */
export function compilations({ work, entries, isAll, run }) {
  const versions = isAll ? ALL_VERSIONS : DEFAULT_VERSIONS;
  const modes = MODES.filter(({ isDefault }) => isAll || isDefault);
  return versions.flatMap((version) =>
    modes.map((mode) => ({
      name: `TypeScript ${version}, ${mode.name}`,
      run: () => compile({ version, mode, work, entries, run }),
    })),
  );
}

/** @param {{ version: string, mode: typeof MODES[number], work: string, entries: readonly string[], run: (script: string, args: string[]) => Promise<string> }} options */
async function compile({ version, mode, work, entries, run }) {
  const { module, moduleResolution, type } = mode;
  const isNode10 = moduleResolution === 'node10';
  const folder = join(work, 'types', `${version}-${mode.name.replace(', ', '-')}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type }));
  const alone = entries.filter((entry) => !WITH_PEER.test(entry));
  const options = {
    target: 'es2022',
    lib: ['es2022', 'dom', 'dom.iterable'],
    module,
    moduleResolution,
    types: [],
    strict: true,
    noEmit: true,
    ...(version === '6.0' && isNode10 && { ignoreDeprecations: '6.0' }),
  };
  const compiler = join(work, 'node_modules', `typescript-${version}`, 'bin/tsc');
  const compileWith = (name, skipLibCheck, files, source) => {
    writeFileSync(join(folder, 'entries.ts'), source);
    writeFileSync(join(folder, name), JSON.stringify({ compilerOptions: { ...options, skipLibCheck }, files }));
    return run(compiler, ['-p', join(folder, name)]);
  };
  const list = (names) => names.map((entry, at) => `export * as entry${at} from '${entry}';\n`).join('');
  try {
    await compileWith('tsconfig.json', false, ['../../consumer/types.ts', 'entries.ts'], list(alone));
  } catch (error) {
    // TypeScript 7 has no node10. That it says so is checked, so that a mistake in the options is not taken for it.
    if (version === '7.0' && isNode10 && /TS5108/.test(String(error))) return 'it has no node10 any more';
    throw error;
  }
  if (Number(version) < PEERS_SINCE) return undefined;
  await compileWith('tsconfig.peers.json', true, ['entries.ts'], list(entries));
  return undefined;
}
