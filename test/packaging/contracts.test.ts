/** What the package contains beside code: contracts and a bill of materials. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createContracts } from '../../scripts/contracts/contracts.mjs';
import * as schemas from '../../src/schemas.ts';

const root = join(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const read = (file: string) => JSON.parse(readFileSync(join(root, 'dist', file), 'utf8'));
const expected = createContracts(schemas, manifest.version);

describe('contracts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-contracts-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const waybill = (...args: string[]): string =>
    execFileSync(process.execPath, [join(root, manifest.bin.waybill), ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

  test('are built of the schemas as they are now', () => {
    const built = readdirSync(join(root, 'dist/contracts')).map((name) => [name, read(`contracts/${name}`)]);
    expect(Object.fromEntries(built)).toEqual(JSON.parse(JSON.stringify(expected)));
  });

  test('are found under waybill/contracts/', () => {
    const require = createRequire(join(root, 'test/packaging/contracts.test.ts'));
    expect(require('waybill/contracts/openapi.json')).toMatchObject({ openapi: '3.1.0', info: { version: manifest.version } });
    expect(require('waybill/contracts/ndr-event.json')).toMatchObject({ title: 'NdrEvent' });
  });

  test('are written by the command, into a folder that it creates', () => {
    const out = join(folder, 'new/contracts');
    expect(waybill('contracts', '--out', out)).toBe(`Wrote ${Object.keys(expected).length} files into ${out}.\n`);
    expect(readdirSync(out).sort()).toEqual(Object.keys(expected).sort());
    // One line in the package, and indented for people.
    expect(readFileSync(join(root, 'dist/contracts/ndr-event.json'), 'utf8').trim()).not.toContain('\n');
    expect(readFileSync(join(out, 'ndr-event.json'), 'utf8')).toBe(`${JSON.stringify(read('contracts/ndr-event.json'), null, 2)}\n`);
    expect(JSON.parse(waybill('contracts', '--out', out, '--json')).files).toHaveLength(Object.keys(expected).length);
  });

  test('are not written where a file is: the command says so, with exit code 2', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(() => waybill('contracts', '--out', file)).toThrow(
      expect.objectContaining({ status: 2, stderr: expect.stringContaining(`cannot write ${file}`) }),
    );
  });
});

describe('the bill of materials', () => {
  const sbom = read('sbom.cdx.json');
  const notices = readFileSync(join(root, 'THIRD-PARTY-NOTICES.md'), 'utf8');

  test('lists what the notices list, each with the hash of its tarball if there is one', () => {
    const names = sbom.components.map(
      ({ group, name, version }: Record<string, string>) => `${group ? `${group}/` : ''}${name} ${version}`,
    );
    expect(names).toEqual([...notices.matchAll(/^## (.+)$/gm)].map(([, name]) => name));
    expect(names.length).toBeGreaterThan(5);
    const hashed = sbom.components.filter(({ hashes }: { hashes?: { content: string }[] }) =>
      /^[0-9a-f]{128}$/.test(hashes?.[0]?.content ?? ''),
    );
    // The table of carriers is of a package that is not installed.
    expect(hashed).toHaveLength(names.length - 1);
  });

  test('says nothing that differs between two builds', () => {
    expect(sbom).not.toHaveProperty('serialNumber');
    expect(sbom.metadata).not.toHaveProperty('timestamp');
    expect(JSON.stringify(sbom)).not.toContain(root);
  });
});
