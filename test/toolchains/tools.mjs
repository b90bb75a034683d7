/** Bundlers, runners and test frameworks: each imports every entry, and runs what it made of it. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * @typedef {object} Workshop
 * @property {string} work a folder with the tools and the package in `node_modules`
 * @property {string} bundles a folder in which neither is found
 * @property {readonly string[]} entries
 * @property {(script: string, args: string[], options?: { cwd?: string, env?: Record<string, string> }) => Promise<string>} run
 */

/** @param {Workshop} workshop */
export function toolChecks(workshop) {
  return [
    ...[29, 30].flatMap((version) => ['node', 'jsdom'].map((environment) => jest(workshop, version, environment))),
    ...webpack(workshop),
    ...vite(workshop),
    rollup(workshop),
    ...esbuild(workshop),
    wrangler(workshop),
    tsNode(workshop),
    ...tsx(workshop),
  ];
}

/** msw's own code for Node needs servers; a page has its service worker. */
const isForBrowsers = (entry) => !entry.startsWith('waybill/testing/msw');

/** msw 2 brings a library that is ESM only, which Jest and tsx cannot require. */
const isForCommonJs = isForBrowsers;

const expected = (entries) => `all ${entries.length} entries work`;

/** A program that imports the entries and checks them. */
function program(entries) {
  const imports = entries.map((entry, at) => `import * as entry${at} from '${entry}';`);
  return [...imports, "import { check } from '../consumer/check.mjs';", report(entries)].join('\n');
}

/** The same for CommonJS. */
function commonJs(entries) {
  const requires = entries.map((entry, at) => `const entry${at} = require('${entry}');`);
  return [...requires, "const { check } = require('../consumer/check.cjs');", report(entries)].join('\n');
}

function report(entries) {
  const list = entries.map((entry, at) => `'${entry}': entry${at}`).join(', ');
  return `console.log(\`all \${check({ ${list} })} entries work\`);\n`;
}

/** @param {Workshop} workshop @param {string} name @param {string} content */
function file({ work }, name, content) {
  const path = join(work, 'programs', name);
  mkdirSync(join(work, 'programs'), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** Fails unless the output says that all entries work. */
function expectAll(output, entries) {
  if (!output.includes(expected(entries))) throw new Error(`expected "${expected(entries)}", got:\n${output}`);
}

/** Runs a bundle with Node. It must bring everything with it: it lies where no package is found. */
async function runBundle({ run, bundles }, path, entries) {
  expectAll(await run(path, [], { cwd: bundles }), entries);
}

function jest(workshop, version, environment) {
  const { work, run } = workshop;
  const entries = workshop.entries.filter(isForCommonJs);
  return {
    name: `Jest ${version}, CommonJS, ${environment}`,
    run: async () => {
      const root = join(work, `jest-${version}-${environment}`);
      mkdirSync(root);
      const body = commonJs(entries).replace('console.log(', 'process.stdout.write(').replaceAll('\n', '\n  ');
      writeFileSync(join(root, 'entries.test.cjs'), `test('every entry', () => {\n  ${body}\n});\n`);
      const name = version === 29 ? 'jest29' : 'jest';
      const testEnvironment = createRequire(join(work, 'node_modules', name, 'package.json')).resolve(
        environment === 'jsdom' && version === 29 ? 'jest-environment-jsdom-29' : `jest-environment-${environment}`,
      );
      const settings = { rootDir: root, testMatch: ['**/*.test.cjs'], testEnvironment, transform: {} };
      writeFileSync(join(root, 'jest.config.json'), JSON.stringify(settings));
      const bin = join(work, 'node_modules', name, 'bin/jest.js');
      expectAll(await run(bin, ['--config', join(root, 'jest.config.json'), '--no-cache', '--runInBand', '--ci'], { cwd: root }), entries);
    },
  };
}

/** @param {Workshop} workshop */
function webpack(workshop) {
  const { work, bundles, run, entries } = workshop;
  const variants = [
    { name: 'webpack, import, for Node', target: 'node', chosen: entries, input: 'webpack-import.mjs', source: program },
    {
      name: 'webpack, require, for Node',
      target: 'node',
      chosen: entries.filter(isForCommonJs),
      input: 'webpack-require.cjs',
      source: commonJs,
    },
    {
      name: 'webpack, import, for the web',
      target: 'web',
      chosen: entries.filter(isForBrowsers),
      input: 'webpack-web.mjs',
      source: program,
    },
  ];
  return variants.map(({ name, target, chosen, input, source }) => ({
    name,
    run: async () => {
      const entry = file(workshop, input, source(chosen));
      const output = input.replace(/\.\w+$/, '.cjs');
      const config = {
        mode: 'development',
        devtool: false,
        target,
        entry,
        context: work,
        output: { path: bundles, filename: output, publicPath: '', globalObject: 'globalThis' },
      };
      const script = file(
        workshop,
        `run-${input.replace('.cjs', '.mjs')}`.replace(/\.\w+$/, '.mjs'),
        `import webpack from 'webpack';
        webpack(${JSON.stringify(config)}, (error, stats) => {
          const problems = error ?? (stats.hasErrors() || stats.hasWarnings() ? stats.toString('errors-warnings') : undefined);
          if (problems) { console.error(problems); process.exitCode = 1; }
        });`,
      );
      await run(script, [], { cwd: work });
      await runBundle(workshop, join(bundles, output), chosen);
    },
  }));
}

/** @param {Workshop} workshop */
function vite(workshop) {
  const { work, bundles, run, entries } = workshop;
  const variants = [
    { name: 'Vite, for a server', ssr: true, chosen: entries },
    { name: 'Vite, for a browser', ssr: false, chosen: entries.filter(isForBrowsers) },
  ];
  return variants.map(({ name, ssr, chosen }) => ({
    name,
    run: async () => {
      const label = ssr ? 'vite-server' : 'vite-browser';
      const entry = file(workshop, `${label}.mjs`, program(chosen));
      const config = {
        configFile: false,
        root: work,
        logLevel: 'error',
        ssr: { noExternal: true },
        build: {
          ssr: ssr ? entry : false,
          outDir: join(bundles, label),
          minify: false,
          rollupOptions: { input: entry, output: { entryFileNames: 'bundle.mjs' } },
        },
      };
      const script = file(workshop, `run-${label}.mjs`, `import { build } from 'vite';\nawait build(${JSON.stringify(config)});\n`);
      await run(script, [], { cwd: work });
      await runBundle(workshop, join(bundles, label, 'bundle.mjs'), chosen);
    },
  }));
}

/** @param {Workshop} workshop */
function rollup(workshop) {
  const { work, bundles, run } = workshop;
  // Without plugins for CommonJS, which the peers need.
  const entries = workshop.entries.filter((entry) => !/testing/.test(entry));
  return {
    name: 'Rollup with @rollup/plugin-node-resolve',
    run: async () => {
      const entry = file(workshop, 'rollup.mjs', program(entries));
      const output = join(bundles, 'rollup');
      const script = file(
        workshop,
        'run-rollup.mjs',
        `import { rollup } from 'rollup';
        import resolve from '@rollup/plugin-node-resolve';
        // zod's own comments, which Rollup drops.
        const onwarn = (warning) => { if (!warning.message.includes('node_modules/zod/')) throw new Error(warning.message); };
        const bundle = await rollup({ input: ${JSON.stringify(entry)}, plugins: [resolve()], onwarn });
        await bundle.write({ dir: ${JSON.stringify(output)}, entryFileNames: 'bundle.mjs', chunkFileNames: '[name].mjs' });`,
      );
      await run(script, [], { cwd: work });
      await runBundle(workshop, join(output, 'bundle.mjs'), entries);
    },
  };
}

/** @param {Workshop} workshop */
function esbuild(workshop) {
  const { work, bundles, run, entries } = workshop;
  const variants = [
    { name: 'esbuild, import', input: 'esbuild.mjs', chosen: entries, source: program, options: { format: 'esm', platform: 'node' } },
    { name: 'esbuild, require', input: 'esbuild.cjs', chosen: entries, source: commonJs, options: { format: 'cjs', platform: 'node' } },
    {
      name: 'esbuild, for a browser',
      input: 'esbuild-browser.mjs',
      chosen: entries.filter(isForBrowsers),
      source: program,
      options: { format: 'esm', platform: 'browser' },
    },
  ];
  return variants.map(({ name, input, chosen, source, options }) => ({
    name,
    run: async () => {
      const entry = file(workshop, input, source(chosen));
      const outfile = join(bundles, input);
      // What msw inlines requires Node's own modules.
      const banner =
        options.format === 'esm' && options.platform === 'node'
          ? { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" }
          : {};
      const config = { entryPoints: [entry], outfile, bundle: true, logLevel: 'warning', banner, ...options };
      const script = file(
        workshop,
        `run-${input.replace('.', '-')}.mjs`,
        `import { build } from 'esbuild';\nawait build(${JSON.stringify(config)});\n`,
      );
      await run(script, [], { cwd: work });
      await runBundle(workshop, outfile, chosen);
    },
  }));
}

/** @param {Workshop} workshop */
function wrangler(workshop) {
  const { work, bundles, run } = workshop;
  const entries = workshop.entries.filter(isForBrowsers);
  return {
    name: 'wrangler, for Cloudflare Workers',
    run: async () => {
      const worker = `${program(entries).replace('console.log(', 'const result = (')}export default { fetch: () => new Response(result) };\n`;
      const main = file(workshop, 'worker.mjs', worker);
      const output = join(bundles, 'worker');
      const config = { name: 'waybill', main, compatibility_date: '2026-01-01', send_metrics: false };
      writeFileSync(join(work, 'wrangler.json'), JSON.stringify(config));
      const args = ['deploy', '--dry-run', '--outdir', output, '--config', join(work, 'wrangler.json')];
      await run(join(work, 'node_modules/wrangler/bin/wrangler.js'), args, { cwd: work, env: { CI: '1', WRANGLER_SEND_METRICS: 'false' } });
      const bundle = readdirSync(output).find((name) => /\.m?js$/.test(name)) ?? '';
      const script = file(
        workshop,
        'run-worker.mjs',
        `import worker from ${JSON.stringify(pathToFileURL(join(output, bundle)).href)};\nconsole.log(await worker.fetch().text());\n`,
      );
      expectAll(await run(script, [], { cwd: work }), entries);
    },
  };
}

/** @param {Workshop} workshop */
function tsNode(workshop) {
  const { work, run } = workshop;
  const entries = workshop.entries.filter(isForCommonJs);
  return {
    name: 'ts-node, CommonJS',
    run: async () => {
      const imports = entries.map((entry, at) => `import * as entry${at} from '${entry}';`).join('\n');
      const check = "const { check } = require('../consumer/check.cjs') as { check: (modules: object) => number };\n";
      const script = file(workshop, 'ts-node.cts', `${imports}\n${check}${report(entries)}`);
      const options = { module: 'node16', moduleResolution: 'node16', target: 'es2022', strict: true, skipLibCheck: true, types: ['node'] };
      const env = {
        TS_NODE_COMPILER: createRequire(join(work, 'package.json')).resolve('typescript-5.9'),
        TS_NODE_SKIP_PROJECT: 'true',
        TS_NODE_COMPILER_OPTIONS: JSON.stringify(options),
      };
      expectAll(await run(join(work, 'node_modules/ts-node/dist/bin.js'), [script], { cwd: work, env }), entries);
    },
  };
}

/** @param {Workshop} workshop */
function tsx(workshop) {
  const { work, run, entries } = workshop;
  const variants = [
    { name: 'tsx, ESM', input: 'tsx.mts', chosen: entries, source: program },
    { name: 'tsx, CommonJS', input: 'tsx.cts', chosen: entries.filter(isForCommonJs), source: commonJs },
  ];
  return variants.map(({ name, input, chosen, source }) => ({
    name,
    run: async () => {
      const script = file(workshop, input, source(chosen));
      expectAll(await run(join(work, 'node_modules/tsx/dist/cli.mjs'), [script], { cwd: work }), chosen);
    },
  }));
}
