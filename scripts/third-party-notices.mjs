/**
 * Writes `THIRD-PARTY-NOTICES.md`: the licence of every package whose code is in `dist/`, by esbuild's own account of it.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// Those that ask for no more than their own text, which this file gives.
const PERMISSIVE = new Set(['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Apache-2.0', 'CC0-1.0']);

/** @param {string} root */
export function writeNotices(root) {
  const sections = inlinedComponents(root).map(
    ({ name, version, license, text }) => `## ${name} ${version}\n\nLicence: ${license}\n\n\`\`\`text\n${text.trim()}\n\`\`\`\n`,
  );
  const head = '# Third-party notices\n\nThe files in `dist/` contain code of these packages. Each is used under its own licence.\n';
  writeFileSync(join(root, 'THIRD-PARTY-NOTICES.md'), [head, ...sections].join('\n'));
}

/**
 * Everything in `dist/` that others have written.
 *
 * @param {string} root
 * @returns {{ folder?: string, name: string, version: string, license: string, text: string }[]}
 */
export function inlinedComponents(root) {
  return [...inlinedPackages(root).map((folder) => describe(root, folder)), carrierTable(root)];
}

/**
 * The one thing that is inlined without being a dependency: a table that `npm run carriers` made of a package's data.
 *
 * @param {string} root
 */
function carrierTable(root) {
  const header = readFileSync(join(root, 'src/amazonpay/carriers/table.ts'), 'utf8').split('@module')[0] ?? '';
  const [, name, version] = /npm package (\S+) (\S+),/.exec(header) ?? [];
  const text = header.slice(header.indexOf('Copyright')).replaceAll(/^ \* ?/gm, '');
  if (!name || !version || !text.includes('Permission is hereby granted')) throw new Error('table.ts does not say where it is from');
  return { name, version, license: 'MIT', text };
}

/**
 * Folders in `node_modules` of which at least one byte is in the output.
 *
 * @param {string} root
 */
function inlinedPackages(root) {
  const folders = new Set();
  for (const file of readdirSync(join(root, '.build')).filter((name) => name.startsWith('metafile-'))) {
    const { outputs } = JSON.parse(readFileSync(join(root, '.build', file), 'utf8'));
    for (const { inputs } of Object.values(outputs)) {
      for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
        const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
        if (folder && bytesInOutput > 0) folders.add(folder);
      }
    }
  }
  return [...folders].sort();
}

/**
 * @param {string} root
 * @param {string} folder
 */
function describe(root, folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  if (!PERMISSIVE.has(license)) {
    throw new Error(`${name} ${version} is inlined, but its licence (${license}) is not one of ${[...PERMISSIVE].join(', ')}`);
  }
  const file = readdirSync(join(root, folder)).find((entry) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(entry));
  if (!file) throw new Error(`${name} ${version} is inlined, but ${folder} holds no licence text to pass on`);
  return { folder, name, version, license, text: readFileSync(join(root, folder, file), 'utf8') };
}
