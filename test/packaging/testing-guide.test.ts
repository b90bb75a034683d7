/** The samples of the testing guide, run as a reader would: with the built package in `node_modules`, by the framework that they are for. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { afterAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const guide = readFileSync(join(root, 'docs/guides/testing.md'), 'utf8');
const blocks = [...guide.matchAll(/^```(ts|js)\n(.*?)^```/gms)].map(([, language = '', code = '']) => ({ language, code }));
const blocksWith = (text: string) => blocks.filter(({ code }) => code.includes(text)).map(({ code }) => code);

const folder = mkdtempSync(join(root, '.build/guide-'));
mkdirSync(join(folder, 'node_modules'));
// Not a file link: Windows would ask for a right that few have.
symlinkSync(root, join(folder, 'node_modules/waybill'), 'junction');
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, code: string): string {
  const file = join(folder, name);
  writeFileSync(file, code);
  return file;
}

function run(...args: readonly string[]): string {
  return execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1' } });
}

describe('the samples of the testing guide', () => {
  test('for node:test pass', { timeout: 240_000 }, () => {
    const samples = blocksWith("from 'node:test'");
    const files = samples.map((code, at) => write(`node-${at}.test.mjs`, transformSync(code, { loader: 'ts' }).code));
    expect(run('--test', '--test-reporter=tap', ...files)).toMatch(new RegExp(`# pass ${samples.length}\\n# fail 0`));
    expect(samples).toHaveLength(2);
  });

  test('for vitest pass', { timeout: 240_000 }, () => {
    const samples = blocksWith("from 'vitest'");
    for (const [at, code] of samples.entries()) write(`sample-${at}.spec.ts`, code);
    write('vitest.config.mjs', "export default { test: { include: ['*.spec.ts'] } };");
    const output = run(join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder);
    expect(output).toMatch(new RegExp(`Test Files +${samples.length} passed`));
    expect(samples).toHaveLength(3);
  });

  test('for Jest pass as CommonJS, with node:test in the place of Jest', () => {
    const [sample = '', ...others] = blocksWith('require(');
    const globals = `
      const assert = require('node:assert/strict');
      const { test, before: beforeAll, beforeEach } = require('node:test');
      const subset = (value, of) => Array.isArray(value)
        ? value.map((item, at) => subset(item, of[at]))
        : Object.fromEntries(Object.keys(of).map((key) => [key, value[key]]));
      const expect = (value) => ({ toMatchObject: (wanted) => assert.deepEqual(subset(value, wanted), wanted) });`;
    const flags = process.allowedNodeEnvironmentFlags.has('--experimental-require-module') ? ['--no-experimental-require-module'] : [];
    expect(run(...flags, '--test', '--test-reporter=tap', write('jest.test.cjs', globals + sample))).toMatch(/# pass 1\n# fail 0/);
    expect(others).toEqual([]);
  });
});
