/** What a user bundles for production from the built package holds nothing of the test kit. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { exports: Record<string, { import?: object }> };
const subpaths = Object.keys(exports).filter((subpath) => exports[subpath]?.import && !subpath.startsWith('./testing'));

/** Words that stand in the test kit alone. */
const MARKS = ['AmazonEmulator', 'emulator', 'of all 4xx, EventBridge retries only'];

const ESM = (specifier: string) => `export * from '${specifier}';`;
const COMMONJS = (specifier: string) => `module.exports = require('${specifier}');`;

async function bundle(contents: string) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    write: false,
    metafile: true,
    platform: 'neutral',
    external: ['zod', 'zod/*', 'graphql', 'msw', 'fast-check', 'node:*'],
    logLevel: 'error',
  });
  return { code: outputFiles.map(({ text }) => text).join('\n'), inputs: Object.keys(metafile.inputs) };
}

describe.each([
  ['import', ESM],
  ['require', COMMONJS],
])('by %s', (_, load) => {
  test.each(subpaths)('%s brings nothing of the test kit', async (subpath) => {
    const { code, inputs } = await bundle(load(subpath.replace('.', 'waybill')));
    expect(inputs.filter((file) => file.startsWith('dist/')).length).toBeGreaterThan(0);
    expect(inputs.filter((file) => file.startsWith('dist/testing/'))).toEqual([]);
    expect(MARKS.filter((mark) => code.includes(mark))).toEqual([]);
  });

  test('the words are found where the test kit is', async () => {
    const { code } = await bundle(load('waybill/testing'));
    expect(MARKS.filter((mark) => code.includes(mark))).toEqual(MARKS);
  });
});
