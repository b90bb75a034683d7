import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig, type Options } from 'tsup';
import { ownZod } from './scripts/own-zod.mjs';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

/** Keeps esbuild's metafiles beside `dist` and not in it: the licence notices and the packaging tests read them. */
const keepMetafile = (name: string): Plugin => ({
  name: 'keep-metafile',
  setup(build) {
    build.onEnd(({ metafile }) => {
      mkdirSync('.build', { recursive: true });
      writeFileSync(`.build/metafile-${name}.json`, JSON.stringify(metafile));
    });
  },
});

/** Modules of `src/core` that share a file, and the entry points that load it; without `entries`, all of them. */
const TOGETHER: readonly { readonly modules: readonly string[]; readonly entries?: readonly string[] }[] = [
  {
    modules: [
      ...['async', 'bytes', 'errors', 'hooks', 'idempotency', 'index', 'options', 'redact', 'wording'],
      ...['receive/decode', 'receive/recognise', 'receive/request'],
    ],
  },
  {
    modules: ['cells', 'schema', 'call/response'],
    entries: ['index', 'amazonpay/index', 'shipping-ndr/index', 'shipping-ndr/webhook', 'buywithprime/index'],
  },
  // Not for the webhook, which never loads an HTTP client.
  {
    modules: ['call/batch', 'call/http', 'call/rate-limiter'],
    entries: ['index', 'amazonpay/index', 'shipping-ndr/index', 'buywithprime/index'],
  },
];

/**
 * Puts what most entry points need into few files. esbuild makes one for each set of entry points that share a module, so each entry point of a row
 * imports the whole row; and every file adds to a cold import: `waybill/shipping-ndr` takes 13.1 ms with 13 files, and 15.0 with 17.
 */
const fewFiles: Plugin = {
  name: 'few-files',
  setup({ initialOptions, onLoad }) {
    const names = new Map(
      Object.entries(initialOptions.entryPoints as Record<string, string>).map(([name, path]) => [resolve(path), name]),
    );
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const name = names.get(path);
      if (name === undefined) return undefined;
      const modules = TOGETHER.flatMap(({ modules, entries }) => (entries?.includes(name) === false ? [] : modules));
      const imports = modules.map((module) => `import ${JSON.stringify(resolve(`src/core/${module}.ts`))};`);
      return { contents: `${readFileSync(path, 'utf8')}\n${imports.join('\n')}`, loader: 'ts' };
    });
  },
};

const base: Options = {
  // scripts/commonjs.mjs makes the other one of it.
  format: ['esm'],
  target: 'es2022',
  platform: 'neutral',
  dts: true,
  // So that error classes exist once, and jose stays a file of its own that is loaded on first use.
  splitting: true,
  // Rollup's pass would drop the PURE comments that let a user's bundler drop an unused schema.
  treeshake: false,
  sourcemap: false,
  clean: false,
  external: ['fast-check', 'graphql', 'msw'],
};

export default defineConfig([
  {
    ...base,
    entry: {
      index: 'src/index.ts',
      'amazonpay/index': 'src/amazonpay/index.ts',
      'shipping-ndr/index': 'src/shipping-ndr/index.ts',
      'shipping-ndr/webhook': 'src/shipping-ndr/webhook.ts',
      'buywithprime/index': 'src/buywithprime/index.ts',
      'buywithprime/events': 'src/buywithprime/events.ts',
      'adapters/node': 'src/adapters/node.ts',
      'adapters/fastify': 'src/adapters/fastify.ts',
      'adapters/lambda': 'src/adapters/lambda.ts',
      'stores/redis': 'src/stores/redis.ts',
      'stores/sql': 'src/stores/sql.ts',
      'stores/dynamodb': 'src/stores/dynamodb.ts',
      'stores/durable-object': 'src/stores/durable-object.ts',
      'stores/rate-limiter': 'src/stores/rate-limiter.ts',
      'testing/index': 'src/testing/index.ts',
      'testing/msw': 'src/testing/msw.ts',
      'testing/arbitraries': 'src/testing/arbitraries.ts',
    },
    noExternal: ['jose', /^zod(\/|$)/, /^@noble\//],
    esbuildPlugins: [fewFiles, ownZod, keepMetafile('main')],
  },
  {
    // A build of its own, because here zod is the user's: a schema must compose with the user's schemas.
    ...base,
    entry: { schemas: 'src/schemas.ts' },
    external: [/^zod(\/|$)/],
    noExternal: ['jose', /^@noble\//],
    esbuildPlugins: [keepMetafile('schemas')],
  },
]);
