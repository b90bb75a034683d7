/** The site's own files: styles, scripts and the playground, which runs the built package. */
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, transform } from 'esbuild';
import { ensureBuilt } from '../build.mjs';
import { samples } from './samples.mjs';

/** One file for the page, on top of TypeDoc's style sheet, which is in a layer: what is said here wins. Later ones win over earlier ones. */
const STYLES = ['colors', 'page', 'menus', 'text', 'front', 'search', 'reference', 'narrow'];

const here = import.meta.dirname;
const root = join(here, '../..');

/** @param {string} site folder of the site */
export async function writeAssets(site) {
  await ensureBuilt();
  const assets = join(site, 'assets');
  const playground = join(root, 'docs/playground');
  const styles = STYLES.map((name) => readFileSync(join(here, `styles/${name}.css`), 'utf8')).join('\n');
  writeFileSync(join(assets, 'site.css'), (await transform(styles, { loader: 'css', minify: true })).code);
  copyFileSync(join(playground, 'playground.css'), join(assets, 'playground.css'));
  await Promise.all([
    bundle({ colors: join(here, 'client/colors.ts'), site: join(here, 'client/site.ts') }, assets, 'iife'),
    bundle({ playground: join(playground, 'playground.ts') }, assets, 'esm', { SAMPLES: JSON.stringify(await samples()) }),
  ]);
  // The licences of what is inlined in the package, and so in the playground.
  copyFileSync(join(root, 'THIRD-PARTY-NOTICES.md'), join(assets, 'THIRD-PARTY-NOTICES.md'));
}

/** Removes TypeDoc's own scripts, which no page loads. @param {string} site */
export function removeUnused(site) {
  for (const file of ['main.js', 'navigation.js', 'search.js', 'hierarchy.js', 'icons.js', 'icons.svg'])
    rmSync(join(site, 'assets', file), { force: true });
}

/**
 * @param {Record<string, string>} entryPoints
 * @param {string} outdir
 * @param {'iife' | 'esm'} format
 * @param {Record<string, string>} [define]
 */
function bundle(entryPoints, outdir, format, define = {}) {
  return build({
    entryPoints,
    outdir,
    format,
    define,
    bundle: true,
    minify: true,
    target: 'es2022',
    platform: 'browser',
    legalComments: 'none',
    logLevel: 'error',
    // Without the tsconfig of this repository, which leads to the sources: the playground runs what is published.
    tsconfigRaw: {},
    absWorkingDir: root,
  });
}
