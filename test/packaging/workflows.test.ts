/** What the workflows and the guide for contributors name must exist: no check runs them before they run elsewhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const manifest = JSON.parse(read('package.json'));
const workflows = readdirSync(join(root, '.github/workflows')).map((name) => `.github/workflows/${name}`);

describe('npm scripts', () => {
  test.each([...workflows, '.ci/run', 'CONTRIBUTING.md'])('that %s names exist', (file) => {
    const named = [...read(file).matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name);
    expect(named.filter((name) => !Object.hasOwn(manifest.scripts, name ?? ''))).toEqual([]);
  });

  test('of checks that install something of their own are named by CONTRIBUTING.md', () => {
    const checks = Object.keys(manifest.scripts).filter((name) => /^test:/.test(name));
    expect(checks.filter((name) => !read('CONTRIBUTING.md').includes(`npm run ${name}\``))).toEqual([]);
  });
});

describe.each(workflows)('%s', (file) => {
  const text = read(file);

  test('pins every action by the hash of a commit, with its version beside it', () => {
    const uses = [...text.matchAll(/uses: (.+)$/gm)].map(([, action]) => action);
    expect(uses.length).toBeGreaterThan(0);
    expect(uses.filter((action) => !/^[\w-]+\/[\w/.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action ?? ''))).toEqual([]);
  });

  test('starts with no more than the right to read, and leaves no credentials behind', () => {
    expect(text).toMatch(/^permissions:(?: \{\}|\n {2}contents: read)$/m);
    expect(text.match(/actions\/checkout@/g)?.length ?? 0).toBe(text.match(/persist-credentials: false/g)?.length ?? 0);
  });

  test('has no secret: releases are published by OpenID Connect', () => {
    expect(text).not.toContain('secrets.');
  });
});

test('the matrix has the Node versions that the runtime matrix has, from the oldest that is supported', () => {
  const runtimes = Object.keys(JSON.parse(read('test/runtime/package.json')).optionalDependencies).map((name) => name.replace('node', ''));
  const [, list = ''] = /node: \[(.+)\]/.exec(read('.github/workflows/ci.yml')) ?? [];
  const versions = list.split(', ').map((version) => version.replaceAll('"', ''));
  expect(versions[0]).toBe(manifest.engines.node.replace('>=', ''));
  expect(versions.map((version) => version.split('.')[0])).toEqual(runtimes);
});

test('Dependabot watches every folder that installs something', () => {
  const { directories } = /directories:\s+(?<directories>\[.+?\])/s.exec(read('.github/dependabot.yml'))?.groups ?? {};
  const folders: string[] = JSON.parse(directories?.replace(/,\s*\]/, ']') ?? '[]');
  const parents = ['test', 'examples'].flatMap((parent) => readdirSync(join(root, parent)).map((name) => `/${parent}/${name}`));
  const installing = parents.filter((folder) => existsSync(join(root, folder, 'package-lock.json')));
  expect(folders.toSorted()).toEqual(['/', ...installing].toSorted());
});
