import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

interface Output {
  readonly entryPoint?: string;
  readonly imports: readonly { readonly path: string; readonly kind: string; readonly external?: boolean }[];
  readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>;
}

const root = join(import.meta.dirname, '../..');
const read = (name: string): Record<string, Output> => JSON.parse(readFileSync(join(root, '.build', name), 'utf8')).outputs;
const command = read('metafile-cli.json');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const files = readdirSync(join(root, 'dist/cli'));

/** What is loaded with a file before anything is called. */
function loadedWith(entryPoint: string): string[] {
  const first = Object.keys(command).filter((file) => command[file]?.entryPoint === entryPoint);
  const seen = new Set(first);
  for (const file of seen) {
    for (const { path, kind, external } of command[file]?.imports ?? []) if (kind === 'import-statement' && !external) seen.add(path);
  }
  return [...seen].flatMap((file) => Object.keys(command[file]?.inputs ?? {}));
}

describe('the waybill command', () => {
  test('is where package.json says, can be executed, and says its version', () => {
    const file = join(root, manifest.bin.waybill);
    expect(readFileSync(file, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o111).toBe(0o111);
    expect(execFileSync(process.execPath, [file, '--version'], { encoding: 'utf8' })).toBe(`${manifest.version}\n`);
  });

  test('keeps the names of its functions and classes, for what an error says', () => {
    const code = files.filter((file) => file.endsWith('.js')).map((file) => readFileSync(join(root, 'dist/cli', file), 'utf8'));
    for (const name of ['readRecording', 'UsageError'])
      expect(
        code.some((text) => text.includes(`"${name}"`)),
        name,
      ).toBe(true);
  });

  test('needs nothing but Node', () => {
    const externals = Object.values(command).flatMap(({ imports }) => imports.filter(({ external }) => external).map(({ path }) => path));
    expect(externals.length).toBeGreaterThan(0);
    // Node 20 does not list it: it has no module of that name.
    expect(externals.filter((path) => !isBuiltin(path) && path !== 'node:sqlite')).toEqual([]);
  });

  test('loads nothing before it has looked at the version of Node', () => {
    expect(loadedWith('src/cli/main.ts')).toEqual(['src/cli/main.ts']);
  });

  test('loads for its help no surface, no emulator and no parser', () => {
    const loaded = loadedWith('src/cli/run.ts');
    expect(loaded).toContain('src/cli/run.ts');
    const heavy =
      /^src\/(amazonpay|shipping-ndr|buywithprime|testing|adapters|cli\/commands)\/|node_modules\/(graphql|zod|jose|csv-parse|@noble)/;
    expect(loaded.filter((file) => heavy.test(file))).toEqual([]);
  });

  test('loads graphql only for what needs it', () => {
    const inputs = Object.values(command).flatMap(({ entryPoint }) => (entryPoint?.startsWith('src/cli/') ? loadedWith(entryPoint) : []));
    expect(inputs.filter((file) => file.includes('node_modules/graphql/'))).toEqual([]);
  });

  test('has separate files, without declarations and without CommonJS twins, and the page of the console', () => {
    expect(files.filter((file) => !/^[\w-]+\.js$/.test(file))).toEqual(['console.html']);
  });
});

describe('the library', () => {
  test.each(['metafile-main.json', 'metafile-schemas.json'])('has nothing of the command in it: %s', (name) => {
    const inputs = Object.values(read(name)).flatMap((output) => Object.keys(output.inputs));
    expect(inputs.length).toBeGreaterThan(0);
    expect(inputs.filter((file) => /^src\/cli\/|node_modules\/(commander|csv-parse|graphql)\//.test(file))).toEqual([]);
  });

  test('loads no file of it', () => {
    const others = readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' }).filter(
      (file) => /\.c?js$/.test(file) && !/^cli[/\\]/.test(file),
    );
    expect(others.length).toBeGreaterThan(0);
    expect(
      others.filter((file) => /from\s*"[^"]*\/cli\/|require\("[^"]*\/cli\//.test(readFileSync(join(root, 'dist', file), 'utf8'))),
    ).toEqual([]);
  });
});

test.each(['commander', 'csv-parse', 'graphql', 'ky'])('the licence of %s is passed on', (name) => {
  expect(readFileSync(join(root, 'THIRD-PARTY-NOTICES.md'), 'utf8')).toMatch(new RegExp(`^## ${name} \\d`, 'm'));
});
