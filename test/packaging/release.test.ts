/** How a release is made: changesets, versions, the changelog, and the report of the public API. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { namesIn } from '../../scripts/api-report.mjs';
import { nextVersion, parseChangeset, readChangesets } from '../../scripts/changesets.mjs';
import { prepareRelease } from '../../scripts/release.mjs';
import { currentVersion, versionsIn, writeVersion } from '../../scripts/versions.mjs';

const root = join(import.meta.dirname, '../..');
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A copy of the files that a release changes. */
function copy({ changelog, changesets = {} }: { changelog?: string; changesets?: Record<string, string> } = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-release-'));
  folders.push(folder);
  for (const file of ['package.json', 'package-lock.json', 'jsr.json', 'src/core/version.ts', 'CHANGELOG.md']) {
    cpSync(join(root, file), join(folder, file), { recursive: true });
  }
  if (changelog !== undefined) writeFileSync(join(folder, 'CHANGELOG.md'), changelog);
  mkdirSync(join(folder, '.changeset'));
  writeFileSync(join(folder, '.changeset/README.md'), '# Not a changeset');
  for (const [name, text] of Object.entries(changesets)) writeFileSync(join(folder, `.changeset/${name}.md`), text);
  return folder;
}

const changeset = (section: string, text: string, breaking = false): string =>
  `---\nsection: ${section}\nbreaking: ${breaking}\n---\n\n${text}\n`;
const DATE = new Date('2026-12-01T10:00:00Z');

describe('the version', () => {
  test('is the same in every file that holds it', () => {
    expect(new Set(Object.values(versionsIn(root)).flat())).toEqual(new Set([currentVersion(root)]));
  });

  test('is written into every file, and nothing else changes', () => {
    const folder = copy();
    const before = currentVersion(folder);
    writeVersion(folder, '7.8.9');
    expect(versionsIn(folder)).toEqual({
      'package.json': ['7.8.9'],
      'jsr.json': ['7.8.9'],
      'package-lock.json': ['7.8.9', '7.8.9'],
      'src/core/version.ts': ['7.8.9'],
    });
    writeVersion(folder, before);
    for (const file of Object.keys(versionsIn(folder))) {
      expect(readFileSync(join(folder, file), 'utf8'), file).toBe(readFileSync(join(root, file), 'utf8'));
    }
  });

  test('is not written if a file does not hold it where it is expected', () => {
    const folder = copy();
    writeFileSync(join(folder, 'src/core/version.ts'), 'export const OTHER = 1;\n');
    expect(() => writeVersion(folder, '7.8.9')).toThrow('src/core/version.ts holds the version 0 times, and not 1');
  });

  test.each([
    ['0.1.0', [{ section: 'Fixed', breaking: false }], '0.1.1'],
    ['0.1.9', [{ section: 'Security', breaking: false }], '0.1.10'],
    [
      '0.1.3',
      [
        { section: 'Fixed', breaking: false },
        { section: 'Added', breaking: false },
      ],
      '0.2.0',
    ],
    ['0.1.3', [{ section: 'Removed', breaking: true }], '0.2.0'],
    ['0.1.3', [{ section: 'Fixed', breaking: true }], '0.2.0'],
    ['1.4.2', [{ section: 'Fixed', breaking: false }], '1.4.3'],
    ['1.4.2', [{ section: 'Changed', breaking: false }], '1.5.0'],
    ['1.4.2', [{ section: 'Fixed', breaking: true }], '2.0.0'],
  ] as const)('after %s with %j is %s', (version, changesets, next) => {
    expect(nextVersion(version, [...changesets])).toBe(next);
  });
});

describe('a changeset', () => {
  test('is read with its section, and is not breaking unless it says so', () => {
    expect(parseChangeset('a.md', '---\nsection: Added\n---\n\nA thing.\n')).toEqual({
      file: 'a.md',
      section: 'Added',
      breaking: false,
      text: 'A thing.',
    });
  });

  test.each([
    ['A thing.', 'does not start with a head'],
    ['---\nsection: Add\n---\n\nA thing.', 'expected section: Added, Changed'],
    ['---\nsection: toString\n---\n\nA thing.', 'expected section: Added, Changed'],
    ['---\nsection: Added\nbreaking: yes\n---\n\nA thing.', 'expected breaking: true or false'],
    ['---\nsection: Added\nbump: minor\n---\n\nA thing.', 'the unknown field "bump"'],
    ['---\nsection: Added\n---\n\n', 'does not say what changes'],
  ])('is refused: %j', (text, reason) => {
    expect(() => parseChangeset('.changeset/a.md', text)).toThrow(reason);
    expect(() => parseChangeset('.changeset/a.md', text)).toThrow('.changeset/a.md');
  });

  test('of this repository can be read, each of them', () => {
    expect(() => readChangesets(root)).not.toThrow();
  });
});

describe('a release', () => {
  const changelog = '# Changelog\n\nIntroduction.\n\n## [Unreleased]\n\n### Fixed\n\n- By hand.\n';
  const released = `${changelog}\n## [0.1.0] - 2026-11-01\n\n### Added\n\n- Everything.\n`;

  test('the first one has the version that package.json says', () => {
    const folder = copy({ changelog });
    expect(prepareRelease(folder, DATE).version).toBe('0.1.0');
    expect(readFileSync(join(folder, 'CHANGELOG.md'), 'utf8')).toBe(
      '# Changelog\n\nIntroduction.\n\n## [Unreleased]\n\n## [0.1.0] - 2026-12-01\n\n### Fixed\n\n- By hand.\n',
    );
  });

  test('a later one has its changesets in their sections, and uses them up', () => {
    const folder = copy({
      changelog: released,
      changesets: { a: changeset('Fixed', 'A fault.'), b: changeset('Added', 'A thing.\n\nWith more.', true) },
    });
    expect(prepareRelease(folder, DATE).version).toBe('0.2.0');
    expect(readFileSync(join(folder, 'CHANGELOG.md'), 'utf8')).toBe(
      '# Changelog\n\nIntroduction.\n\n## [Unreleased]\n\n## [0.2.0] - 2026-12-01\n\n' +
        '### Added\n\n- **Breaking.** A thing.\n  \n  With more.\n\n### Fixed\n\n- By hand.\n\n- A fault.\n\n' +
        '## [0.1.0] - 2026-11-01\n\n### Added\n\n- Everything.\n',
    );
    expect(new Set(Object.values(versionsIn(folder)).flat())).toEqual(new Set(['0.2.0']));
    expect(readdirSync(join(folder, '.changeset'))).toEqual(['README.md']);
  });

  test('is refused without a changeset', () => {
    expect(() => prepareRelease(copy({ changelog: released }), DATE)).toThrow('nothing to release');
  });

  test('that is tried changes nothing', () => {
    const folder = copy({ changelog: released, changesets: { a: changeset('Fixed', 'A fault.') } });
    expect(prepareRelease(folder, DATE, true).changelog).toContain('## [0.1.1] - 2026-12-01');
    expect(readFileSync(join(folder, 'CHANGELOG.md'), 'utf8')).toBe(released);
    expect(currentVersion(folder)).toBe('0.1.0');
    expect(existsSync(join(folder, '.changeset/a.md'))).toBe(true);
  });

  test('can be made of this changelog', () => {
    expect(() => prepareRelease(copy(), DATE, true)).not.toThrow();
  });
});

describe('the names in a report of the API', () => {
  const report = [
    '# waybill/x\n\n## Exports\n\n```ts\nexport class Client {\n    #private;\n    constructor(options: Options);\n    create(input: string): void;\n}\n',
    'export interface Options {\n    readonly region?: string;\n    "quoted-name": number;\n}\n\nexport const LIST: readonly string[];\n',
    'export type Input = {\n    id: string;\n};\n\nexport type Kind = "a" | "b";\n\nexport function parse(text: string): Input;\n```\n',
    "\n## Exports of other entry points\n\n```ts\nexport {\n    ApiError,\n} from 'waybill/y';\n```\n",
    '\n## Named by these, and not exported\n\n```ts\ninterface Hidden {\n    a: string;\n}\n```\n',
  ].join('');

  test('are the exports and their members, without what is private or hidden', () => {
    expect([...namesIn(report)].sort()).toEqual(
      [
        'ApiError',
        'Client',
        'Client.create',
        'Input',
        'Input.id',
        'Kind',
        'LIST',
        'Options',
        'Options."quoted-name"',
        'Options.region',
        'parse',
      ].sort(),
    );
  });
});
