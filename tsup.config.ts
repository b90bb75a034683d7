import { mkdirSync, writeFileSync } from 'node:fs';
import { defineConfig, type Options } from 'tsup';

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
      'testing/index': 'src/testing/index.ts',
      'testing/msw': 'src/testing/msw.ts',
      'testing/arbitraries': 'src/testing/arbitraries.ts',
    },
    noExternal: ['jose', 'p-retry', 'is-network-error', /^zod(\/|$)/, /^@noble\//],
    esbuildPlugins: [keepMetafile('main')],
  },
  {
    // A build of its own, because here zod is the user's: a schema must compose with the user's schemas.
    ...base,
    entry: { schemas: 'src/schemas.ts' },
    external: [/^zod(\/|$)/],
    noExternal: ['jose', 'p-retry', 'is-network-error', /^@noble\//],
    esbuildPlugins: [keepMetafile('schemas')],
  },
]);
