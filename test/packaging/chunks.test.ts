import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

interface Output {
  readonly entryPoint?: string;
  readonly imports: readonly { readonly path: string; readonly kind: string; readonly external?: boolean }[];
  readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>;
}

const root = join(import.meta.dirname, '../..');
const { outputs }: { outputs: Record<string, Output> } = JSON.parse(readFileSync(join(root, '.build/metafile-main.json'), 'utf8'));

/** The output file of an entry and all that is loaded with it, before anything is called. */
function loadedWith(entryPoint: string): Output[] {
  const first = Object.keys(outputs).find((file) => outputs[file]?.entryPoint === entryPoint);
  const seen = new Set<string>(first ? [first] : []);
  for (const file of seen) {
    for (const { path, kind, external } of outputs[file]?.imports ?? []) {
      if (kind === 'import-statement' && !external) seen.add(path);
    }
  }
  return [...seen].flatMap((file) => outputs[file] ?? []);
}

/** Whether any code of a file whose path matches is in these outputs. */
function contains(files: readonly Output[], pattern: RegExp): boolean {
  return files.some(({ inputs }) => Object.entries(inputs).some(([path, { bytesInOutput }]) => bytesInOutput > 0 && pattern.test(path)));
}

const entries = [
  'src/index.ts',
  'src/amazonpay/index.ts',
  'src/shipping-ndr/index.ts',
  'src/shipping-ndr/webhook.ts',
  'src/buywithprime/index.ts',
  'src/buywithprime/events.ts',
];

describe('what is loaded when an entry point is imported', () => {
  test.each(entries)('%s is built', (entry) => {
    expect(loadedWith(entry).length).toBeGreaterThan(0);
  });

  test.each(entries)('%s has no code of the emulator', (entry) => {
    expect(contains(loadedWith(entry), /^src\/testing\//)).toBe(false);
  });

  test.each([
    ['src/amazonpay/index.ts', /^src\/(shipping-ndr|buywithprime)\//],
    ['src/shipping-ndr/index.ts', /^src\/(amazonpay|buywithprime)\//],
    ['src/buywithprime/index.ts', /^src\/(amazonpay|shipping-ndr)\//],
  ])("%s has no other surface's code", (entry, others) => {
    expect(contains(loadedWith(entry), others)).toBe(false);
  });

  test('the events of Buy with Prime are in few files, and none of them has code of zod', () => {
    const loaded = loadedWith('src/buywithprime/events.ts');
    expect(loaded.length).toBeLessThanOrEqual(6);
    expect(contains(loaded, /node_modules\/zod\//)).toBe(false);
  });

  test('what every entry point needs is one file', () => {
    const parts = ['async', 'errors', 'hooks', 'options', 'redact'].map((name) => `src/core/${name}.ts`);
    const files = parts.map((part) => Object.keys(outputs).filter((file) => outputs[file]?.inputs[part]?.bytesInOutput));
    expect(new Set(files.flat()).size).toBe(1);
  });

  const httpClient = /^src\/core\/call\/http\.ts$/;

  test.each(['src/shipping-ndr/webhook.ts', 'src/buywithprime/events.ts'])('%s never loads an HTTP client', (entry) => {
    expect(contains(loadedWith(entry), httpClient)).toBe(false);
  });

  test.each(['src/shipping-ndr/index.ts', 'src/buywithprime/index.ts', 'src/amazonpay/index.ts'])('%s loads it', (entry) => {
    expect(contains(loadedWith(entry), httpClient)).toBe(true);
  });
});

describe('what is not in the package', () => {
  const externals = Object.entries(outputs).flatMap(([file, { imports }]) =>
    imports.filter(({ external }) => external).map(({ path }) => ({ file, library: path })),
  );

  test('is the optional peers of the testing entry points, and nothing else', () => {
    expect(externals.filter(({ library }) => !/^(fast-check|graphql|msw)(\/|$)/.test(library))).toEqual([]);
  });

  test.each(entries)('%s works without any peer', (entry) => {
    const imports = loadedWith(entry).flatMap((output) => output.imports);
    expect(imports.filter(({ external }) => external)).toEqual([]);
  });
});
