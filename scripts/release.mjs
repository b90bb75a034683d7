/**
 * `npm run release`: prepares a release. The changesets become a section of CHANGELOG.md, and the version is written into every file that holds
 * it. Nothing is published: commit the result and push the tag that it prints.
 *
 * A version without a section in the changelog was never released, and is released as it is. `-- --dry-run` writes nothing.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nextVersion, readChangesets, SECTIONS } from './changesets.mjs';
import { currentVersion, writeVersion } from './versions.mjs';

const UNRELEASED = '## [Unreleased]';

if (process.argv[1] === import.meta.filename) {
  const root = join(import.meta.dirname, '..');
  const { version, changesets } = prepareRelease(root, new Date(), process.argv.includes('--dry-run'));
  console.log(`${version}, of ${changesets.length} changesets`);
  console.log(`Next: npm run check && git commit -am "Release ${version}" && git tag v${version} && git push --follow-tags`);
}

/**
 * @param {string} root
 * @param {Date} date
 * @param {boolean} [isDryRun]
 */
export function prepareRelease(root, date, isDryRun = false) {
  const file = join(root, 'CHANGELOG.md');
  const changelog = readFileSync(file, 'utf8');
  const current = currentVersion(root);
  const changesets = readChangesets(root);
  const isReleased = changelog.includes(`## [${current}]`);
  if (isReleased && changesets.length === 0) throw new Error('nothing to release: .changeset/ has no changeset');
  const version = isReleased ? nextVersion(current, changesets) : current;
  const released = withRelease(changelog, version, date.toISOString().slice(0, 10), changesets);
  if (!isDryRun) {
    writeFileSync(file, released);
    writeVersion(root, version);
    for (const changeset of changesets) rmSync(join(root, changeset.file));
  }
  return { version, changesets, changelog: released };
}

/**
 * The changelog with what is unreleased as a release, and an empty section for what comes next.
 *
 * @param {string} changelog
 * @param {string} version
 * @param {string} day
 * @param {import('./changesets.mjs').Changeset[]} changesets
 */
function withRelease(changelog, version, day, changesets) {
  const [before, rest] = changelog.split(`${UNRELEASED}\n`);
  if (before === undefined || rest === undefined) throw new Error(`CHANGELOG.md has no section "${UNRELEASED}", or several`);
  const end = rest.search(/^## \[/m);
  const [unreleased, older] = end === -1 ? [rest, ''] : [rest.slice(0, end), rest.slice(end)];
  const written = sectionsOf(unreleased);
  const names = [...new Set([...Object.keys(SECTIONS), ...written.keys()])];
  const sections = names.flatMap((name) => {
    const items = changesets.filter(({ section }) => section === name).map(toItem);
    const text = [written.get(name), items.join('\n')].filter(Boolean).join('\n\n');
    return text ? [`### ${name}\n\n${text}\n`] : [];
  });
  return `${before}${UNRELEASED}\n\n${[`## [${version}] - ${day}\n`, ...sections].join('\n')}${older && `\n${older}`}`;
}

/** The text of each section by its name. @param {string} text @returns {Map<string, string>} */
function sectionsOf(text) {
  const [head = '', ...parts] = text.split(/^### /m);
  if (head.trim() !== '') throw new Error('CHANGELOG.md has unreleased changes outside of a section such as "### Added"');
  return new Map(parts.map((part) => [part.slice(0, part.indexOf('\n')).trim(), part.slice(part.indexOf('\n')).trim()]));
}

/** @param {import('./changesets.mjs').Changeset} changeset */
function toItem({ breaking, text }) {
  return `- ${breaking ? '**Breaking.** ' : ''}${text.replaceAll('\n', '\n  ').replace(/^- /, '')}`;
}
