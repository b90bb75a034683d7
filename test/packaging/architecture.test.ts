import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

const src = join(import.meta.dirname, '../../src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts'));

/** What each folder may import from, itself aside. Imports point one way: cli, testing -> surfaces -> core. */
const ALLOWED: Record<string, readonly string[]> = {
  core: [],
  amazonpay: ['core'],
  'shipping-ndr': ['core'],
  buywithprime: ['core'],
  testing: ['core', 'amazonpay', 'shipping-ndr', 'buywithprime'],
  adapters: ['core'],
  cli: ['core', 'amazonpay', 'shipping-ndr', 'buywithprime', 'testing', 'adapters'],
};

const text = (file: string): string => readFileSync(join(src, file), 'utf8');
const imports = (file: string): string[] => ts.preProcessFile(text(file), true, true).importedFiles.map(({ fileName }) => fileName);
const folderOf = (file: string): string => file.split('/')[0] ?? '';

describe.each(Object.entries(ALLOWED))('src/%s', (folder, allowed) => {
  test(`imports from ${allowed.join(', ') || 'nothing'} beside itself`, () => {
    const crossing = files
      .filter((file) => folderOf(file) === folder)
      .flatMap((file) => imports(file).map((target) => ({ file, target })))
      .filter(({ target }) => target.startsWith('.'))
      .map(({ file, target }) => ({ file, to: folderOf(posix.normalize(posix.join(posix.dirname(file), target))) }))
      .filter(({ to }) => to !== folder && !allowed.includes(to));
    expect(crossing).toEqual([]);
  });
});

test('every folder has a rule', () => {
  const folders = new Set(files.filter((file) => file.includes('/')).map(folderOf));
  expect(Object.keys(ALLOWED)).toEqual(expect.arrayContaining([...folders]));
});

test('an index only re-exports', () => {
  const statements = files
    .filter((file) => /(^|\/)index\.ts$/.test(file))
    .flatMap((file) =>
      ts
        .createSourceFile(file, text(file), ts.ScriptTarget.Latest)
        .statements.map((statement) => ({ file, kind: ts.SyntaxKind[statement.kind] })),
    );
  expect(statements.length).toBeGreaterThan(0);
  expect(statements.filter(({ kind }) => kind !== 'ExportDeclaration')).toEqual([]);
});
