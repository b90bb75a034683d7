/**
 * Writes a CommonJS twin of every ESM file in `dist/`, declarations included.
 *
 * tsup could do it, but with `splitting` it turns ESM into CommonJS by sucrase, which writes a syntax error for
 * `super(message), this.name = name` after a class field: jose has that.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import ts from 'typescript';

/** @param {string} dist */
export async function writeCommonJs(dist) {
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' });
  await Promise.all(files.filter((file) => file.endsWith('.js')).map((file) => convertCode(join(dist, file))));
  for (const file of files.filter((name) => name.endsWith('.d.ts'))) convertDeclaration(join(dist, file));
}

/** @param {string} file */
async function convertCode(file) {
  await build({
    // Not as an entry point: in a file of a "type": "module" package, esbuild reads `default` as the whole of `module.exports`.
    stdin: { contents: readFileSync(file, 'utf8'), sourcefile: basename(file), resolveDir: dirname(file) },
    absWorkingDir: dirname(file),
    outfile: file.replace(/\.js$/, '.cjs'),
    bundle: true,
    treeShaking: false,
    format: 'cjs',
    // Lists the names where Node looks for them when ESM imports a CommonJS file.
    platform: 'node',
    target: 'es2022',
    // Jest in CommonJS cannot `import()`; a `require()` on first use is as lazy.
    supported: { 'dynamic-import': false },
    logLevel: 'error',
    plugins: [twins],
  });
}

/** Every import stays an import; one of a file beside it becomes one of that file's twin. */
const twins = {
  name: 'twins',
  /** @param {import('esbuild').PluginBuild} pluginBuild */
  setup(pluginBuild) {
    pluginBuild.onResolve({ filter: /.*/ }, ({ kind, path }) => (kind === 'entry-point' ? null : { path: twinOf(path), external: true }));
  },
};

/**
 * The declarations of both are the same text, 0.4 MB of it: ESM re-exports those of CommonJS, and not the other way round, which TypeScript
 * before 5.8 refuses. What imports a package keeps its own, because that package may declare other types for each.
 *
 * @param {string} file
 */
function convertDeclaration(file) {
  let text = readFileSync(file, 'utf8');
  const { importedFiles } = ts.preProcessFile(text, true, true);
  // From the end, so that the positions before it stay true.
  for (const { fileName, pos, end } of [...importedFiles].reverse()) {
    text = text.slice(0, pos) + text.slice(pos, end + 1).replace(fileName, twinOf(fileName)) + text.slice(end + 1);
  }
  writeFileSync(file.replace(/\.d\.ts$/, '.d.cts'), text);
  const isOurs = importedFiles.every(({ fileName }) => fileName.startsWith('.'));
  if (isOurs) writeFileSync(file, `export * from './${basename(file).replace(/\.d\.ts$/, '.cjs')}';\n`);
}

/** @param {string} specifier */
function twinOf(specifier) {
  return specifier.startsWith('.') ? specifier.replace(/\.js$/, '.cjs') : specifier;
}
