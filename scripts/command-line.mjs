/**
 * Bundles the `waybill` command: everything is inlined, also what the library leaves to its user, so that `npx waybill` needs nothing else.
 *
 * A build of its own, beside the library's files and not among them: nothing of it can get into a user's bundle.
 */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

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
    // Half as much for Node to read. Names stay, for what an error says.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    define: { 'process.env.NODE_ENV': '"production"' },
    // Commander is CommonJS, and requires what Node has.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    metafile: true,
    logLevel: 'error',
  });
  chmodSync(join(outdir, 'main.js'), 0o755);
  return metafile;
}
