/**
 * An esbuild plugin that gives the inlined zod a configuration of its own.
 *
 * zod keeps its configuration in `globalThis.__zod_globalConfig`, which every copy of zod shares. An application's `z.config()` would change
 * this package's messages, and an import would throw if `globalThis` is frozen.
 */
import { readFile } from 'node:fs/promises';

// The exact lines of zod's `core/core.js`. If a newer zod has others, the build fails, so that no update brings the global back silently.
/** @type {readonly (readonly [from: string, to: string])[]} */
const REPLACED = [
  ['var _a;\n', ''],
  ['(_a = globalThis).__zod_globalConfig ?? (_a.__zod_globalConfig = {});\n', ''],
  ['export const globalConfig = globalThis.__zod_globalConfig;', 'export const globalConfig = {};'],
  ['globalThis.__zod_globalConfig?.postProcessor', 'globalConfig.postProcessor'],
];

/** @type {import('esbuild').Plugin} */
export const ownZod = {
  name: 'own-zod',
  setup(build) {
    build.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]core[\\/]core\.js$/ }, async ({ path }) => {
      let contents = await readFile(path, 'utf8');
      for (const [from, to] of REPLACED) {
        if (contents.split(from).length !== 2) throw new Error(`${path} no longer says "${from.trim()}" once: see scripts/own-zod.mjs`);
        contents = contents.replace(from, () => to);
      }
      return { contents, loader: 'js' };
    });
  },
};
