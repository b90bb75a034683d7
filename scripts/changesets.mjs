/**
 * Changesets: a file in `.changeset/` for each change that users see. They become the next section of CHANGELOG.md and decide the next version.
 *
 * ```md
 * ---
 * section: Added
 * breaking: false
 * ---
 *
 * `waybill contracts` writes the JSON Schema of each payload.
 * ```
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The sections of Keep a Changelog in their order, each with what it changes of a version. */
export const SECTIONS = { Added: 'minor', Changed: 'minor', Deprecated: 'minor', Removed: 'minor', Fixed: 'patch', Security: 'patch' };

/**
 * @typedef {object} Changeset
 * @property {string} file
 * @property {keyof typeof SECTIONS} section
 * @property {boolean} breaking
 * @property {string} text
 */

/**
 * @param {string} root
 * @returns {Changeset[]}
 */
export function readChangesets(root) {
  const folder = join(root, '.changeset');
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'README.md');
  return names.sort().map((name) => parseChangeset(`.changeset/${name}`, readFileSync(join(folder, name), 'utf8')));
}

/**
 * @param {string} file
 * @param {string} content
 * @returns {Changeset}
 */
export function parseChangeset(file, content) {
  const [, head, text = ''] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(content) ?? [];
  if (head === undefined) throw new Error(`${file} does not start with a head between two lines "---": see .changeset/README.md`);
  const fields = Object.fromEntries(head.split('\n').map((line) => line.split(/:\s*/, 2)));
  const { section, breaking = 'false', ...others } = fields;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new Error(`${file} has the unknown field "${unknown}": expected section and breaking`);
  if (!Object.hasOwn(SECTIONS, section)) throw new Error(`${file}: expected section: ${Object.keys(SECTIONS).join(', ')}`);
  if (!['true', 'false'].includes(breaking)) throw new Error(`${file}: expected breaking: true or false`);
  if (text.trim() === '') throw new Error(`${file} does not say what changes for a user`);
  return { file, section, breaking: breaking === 'true', text: text.trim() };
}

/**
 * The next version by Semantic Versioning. Before 1.0.0 a breaking change is a minor version.
 *
 * @param {string} version
 * @param {Pick<Changeset, 'section' | 'breaking'>[]} changesets
 */
export function nextVersion(version, changesets) {
  const [major = 0, minor = 0, patch = 0] = version.split('-', 1)[0]?.split('.').map(Number) ?? [];
  if (changesets.some(({ breaking }) => breaking) && major > 0) return `${major + 1}.0.0`;
  const isMinor = changesets.some(({ section, breaking }) => breaking || SECTIONS[section] === 'minor');
  return isMinor ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`;
}
