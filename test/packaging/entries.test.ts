import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
/** Entries with code: the others are files as they are. */
const subpaths = Object.keys(manifest.exports).filter((subpath) => manifest.exports[subpath].import);

/** The names that each entry point exports, read by a Node process of its own as a user's program would. */
function exportedNames(inputType: 'module' | 'commonjs', specifiers: readonly string[], ...flags: string[]): Record<string, string[]> {
  const load = inputType === 'module' ? 'await import(specifier)' : 'require(specifier)';
  const script = `const names = {};
    for (const specifier of ${JSON.stringify(specifiers)}) names[specifier] = Object.keys(${load}).filter((name) => name !== '__esModule').sort();
    console.log(JSON.stringify(names));`;
  return JSON.parse(execFileSync(process.execPath, [`--input-type=${inputType}`, ...flags, '-e', script], { cwd: root, encoding: 'utf8' }));
}

describe('package.json', () => {
  test('names no runtime dependency', () => {
    expect(manifest).not.toHaveProperty('dependencies');
    expect(manifest).not.toHaveProperty('optionalDependencies');
  });

  test('makes every peer optional', () => {
    for (const peer of Object.keys(manifest.peerDependencies)) {
      expect(manifest.peerDependenciesMeta[peer], peer).toEqual({ optional: true });
    }
  });

  test.each(subpaths)('points to four files that exist: %s', (subpath) => {
    const { import: esm, require: cjs } = manifest.exports[subpath];
    for (const file of [esm.types, esm.default, cjs.types, cjs.default]) {
      expect(existsSync(join(root, file)), file).toBe(true);
    }
  });

  test('puts types first, where TypeScript looks for them', () => {
    for (const subpath of subpaths) {
      for (const conditions of Object.values(manifest.exports[subpath])) {
        expect(Object.keys(conditions as object)).toEqual(['types', 'default']);
      }
    }
  });

  test('shows TypeScript without "exports" the same declarations', () => {
    const declared = Object.fromEntries(
      Object.entries<readonly string[]>(manifest.typesVersions['*']).map(([subpath, [file]]) => [`./${subpath}`, file]),
    );
    const expected = subpaths.map((subpath) => [subpath, manifest.exports[subpath].require.types]);
    expect({ '.': manifest.types, ...declared }).toEqual(Object.fromEntries(expected));
  });

  test('has a build entry and a JSR export for every subpath', () => {
    const jsr = JSON.parse(readFileSync(join(root, 'jsr.json'), 'utf8'));
    expect(Object.keys(jsr.exports)).toEqual(subpaths);
    expect(jsr.version).toBe(manifest.version);
    for (const source of Object.values<string>(jsr.exports)) expect(existsSync(join(root, source)), source).toBe(true);
  });
});

describe('the built package', () => {
  const specifiers = subpaths.map((subpath) => subpath.replace('.', 'waybill'));

  test('exports the same names as ESM and as CommonJS', () => {
    expect(exportedNames('commonjs', specifiers)).toEqual(exportedNames('module', specifiers));
  });

  // An ESM-only library that was not inlined would load here, by require(esm), but in neither Jest nor an older Node.
  test.runIf(process.allowedNodeEnvironmentFlags.has('--experimental-require-module'))('requires no ESM from CommonJS', () => {
    // msw itself does so.
    const ours = specifiers.filter((specifier) => specifier !== 'waybill/testing/msw');
    expect(Object.keys(exportedNames('commonjs', ours, '--no-experimental-require-module'))).toEqual(ours);
  });
});
