/**
 * Bundles the `waybill` command: everything is inlined, also what the library leaves to its user, so that `npx waybill` needs nothing else.
 *
 * A build of its own, beside the library's files and not among them: nothing of it can get into a user's bundle.
 */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { ownZod } from './own-zod.mjs';

const root = join(import.meta.dirname, '..');

/**
 * @param {string} outdir
 * @returns {Promise<import('esbuild').Metafile>}
 */
export async function buildCommandLine(outdir) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [join(root, 'src/cli/main.ts')],
    outdir,
    bundle: true,
    // Each command is a file of its own, and loaded when it is called.
    splitting: true,
    chunkNames: '[name]-[hash]',
    format: 'esm',
    platform: 'node',
    // graphql's ESM is its "module".
    mainFields: ['module', 'main'],
    target: 'node20.19',
    // Half as much for Node to read. Functions and classes keep their names, for what an error says.
    minify: true,
    keepNames: true,
    legalComments: 'none',
    define: { 'process.env.NODE_ENV': '"production"' },
    // Commander is CommonJS, and requires what Node has.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    metafile: true,
    plugins: [ownZod],
    logLevel: 'error',
  });
  chmodSync(join(outdir, 'main.js'), 0o755);
  writeFileSync(join(outdir, 'console.html'), await buildConsolePage());
  return metafile;
}

/** The page of the emulator's console: one file, with its styles and its script in it. */
export async function buildConsolePage() {
  const page = join(root, 'src/cli/console/page');
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [join(page, 'main.ts'), join(page, 'console.css')],
    // Never written; esbuild wants a place for several files.
    outdir: join(root, '.build/console'),
    write: false,
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'error',
  });
  const textOf = (/** @type {string} */ ending) => outputFiles.find(({ path }) => path.endsWith(ending))?.text.trim();
  return readFileSync(join(page, 'console.html'), 'utf8')
    .replace('<!--styles-->', () => `<style>${textOf('.css')}</style>`)
    .replace('<!--script-->', () => `<script>${textOf('.js')}</script>`);
}
