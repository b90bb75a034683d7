import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

const src = join(import.meta.dirname, '../src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts'));

/** What each folder may import from, apart from itself. Imports point one way: cli, testing, adapters -> surfaces -> core. */
const ALLOWED: Record<string, readonly string[]> = {
  core: [],
  amazonpay: ['core'],
  'shipping-ndr': ['core'],
  buywithprime: ['core'],
  adapters: ['core'],
  stores: ['core'],
  testing: ['core', 'amazonpay', 'shipping-ndr', 'buywithprime'],
  cli: ['core', 'amazonpay', 'shipping-ndr', 'buywithprime', 'testing', 'adapters', 'stores'],
};

/** What the folders inside a folder may import from each other; files directly in it may be imported by all and import all. */
const INSIDE: Record<string, Readonly<Record<string, readonly string[]>>> = {
  core: { call: [], receive: [], keys: ['call'] },
  amazonpay: { signing: [], carriers: [] },
  'shipping-ndr': { events: [], feedback: ['events'], webhook: ['events'], oauth: ['webhook'] },
  buywithprime: {
    events: [],
    orders: ['events'],
    subscriptions: ['events'],
    webhook: ['events'],
    api: ['events', 'orders', 'subscriptions'],
  },
};

/** Loaded with `import()` on first use, so that they are files of their own however small they are. */
const LAZY = /(?:^|\/)jose(?:-[\w-]+)?\.ts$/;
const GENERATED = ['amazonpay/carriers/table.ts'];
const ENTRIES = files.filter((file) =>
  /^(?:index|schemas)\.ts$|^[\w-]+\/(?:index|webhook|events)\.ts$|^(?:testing|adapters|stores)\/[\w-]+\.ts$|^cli\/main\.ts$/.test(file),
);

const read = (file: string): string => readFileSync(join(src, file), 'utf8');
const lines = new Map(files.map((file) => [file, read(file).split('\n').length - 1]));
const imports = new Map(
  files.map((file) => [
    file,
    ts
      .preProcessFile(read(file), true, true)
      .importedFiles.map(({ fileName }) => fileName)
      .filter((target) => target.startsWith('.'))
      .map((target) => posix.normalize(posix.join(posix.dirname(file), target))),
  ]),
);
const importersOf = (file: string): string[] => files.filter((other) => imports.get(other)?.includes(file));
const folderOf = (file: string, level = 0): string => file.split('/').slice(0, -1)[level] ?? '';

/** Imports from one folder into another that the table does not list. */
function crossings(level: number, allowed: Readonly<Record<string, readonly string[]>>, isInside: (file: string) => boolean): string[] {
  return files.filter(isInside).flatMap((file) => {
    const from = folderOf(file, level);
    return (imports.get(file) ?? [])
      .filter((target) => isInside(target))
      .filter((target) => {
        const to = folderOf(target, level);
        return from !== '' && to !== '' && to !== from && !allowed[from]?.includes(to);
      })
      .map((target) => `${file} -> ${target}`);
  });
}

describe('imports point one way', () => {
  test('between the folders of src', () => {
    expect(crossings(0, ALLOWED, () => true)).toEqual([]);
  });

  test.each(Object.entries(INSIDE))('inside src/%s', (folder, allowed) => {
    expect(crossings(1, allowed, (file) => folderOf(file) === folder)).toEqual([]);
    const folders = new Set(files.filter((file) => folderOf(file) === folder).map((file) => folderOf(file, 1)));
    expect([...folders].filter((name) => name !== '' && !(name in allowed))).toEqual([]);
  });

  test('and every folder has a rule', () => {
    expect(Object.keys(ALLOWED).sort()).toEqual([...new Set(files.map((file) => folderOf(file)).filter(Boolean))].sort());
  });
});

describe('a reader finds each thing', () => {
  test('an index only re-exports', () => {
    const statements = files
      .filter((file) => /(^|\/)index\.ts$/.test(file))
      .flatMap((file) =>
        ts
          .createSourceFile(file, read(file), ts.ScriptTarget.Latest)
          .statements.map((statement) => ({ file, kind: ts.SyntaxKind[statement.kind] })),
      );
    expect(statements.length).toBeGreaterThan(0);
    expect(statements.filter(({ kind }) => kind !== 'ExportDeclaration')).toEqual([]);
  });

  test('no folder lists more than 14 files', () => {
    const perFolder = new Map<string, number>();
    for (const file of files) perFolder.set(posix.dirname(file), (perFolder.get(posix.dirname(file)) ?? 0) + 1);
    expect([...perFolder].filter(([, count]) => count > 14)).toEqual([]);
  });

  test('no file has more than 300 lines, except for generated ones', () => {
    expect([...lines].filter(([file, count]) => count > 300 && !GENERATED.includes(file))).toEqual([]);
  });

  test('no file under 40 lines has a single importer: it belongs into that one', () => {
    const small = files.filter((file) => (lines.get(file) ?? 0) < 40 && !ENTRIES.includes(file) && !LAZY.test(file));
    expect(small.filter((file) => importersOf(file).length === 1)).toEqual([]);
  });
});
