/** The unit tests of one area on its mutated sources: what run.mjs starts, with the path of the plan in MUTATION_PLAN. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';

const here = import.meta.dirname;
const root = join(here, '../..');
const { tests, sources, workers } = JSON.parse(readFileSync(process.env['MUTATION_PLAN'] ?? '', 'utf8'));
const mutated = new Map(Object.entries(sources).map(([file, source]) => [join(root, file), source]));
const order = tests.map((test) => join(root, test));

/** As listed: the tests of the file itself notice most, and soonest. */
class AsListed extends BaseSequencer {
  /** @override */
  async sort(files) {
    return files.sort((a, b) => order.indexOf(a.moduleId) - order.indexOf(b.moduleId));
  }
}

/** The mutant of a constant, which modules read once: the tests then run as usual, each such mutant in a process of its own. */
const isConstant = process.env['__STRYKER_ACTIVE_MUTANT__'] !== undefined;

export default defineConfig({
  root,
  plugins: [{ name: 'mutants', enforce: 'pre', load: (id) => mutated.get(id) }],
  resolve: { alias: [{ find: /^fast-check$/, replacement: join(here, 'fast-check.mjs') }] },
  test: {
    include: tests,
    setupFiles: [join(root, 'test/support/seed.ts')],
    ...(isConstant ? { bail: 1 } : { runner: join(here, 'runner.mjs') }),
    maxWorkers: workers,
    sequence: { sequencer: AsListed },
    isolate: false,
    // The runner limits each run.
    testTimeout: isConstant ? 60_000 : 3_600_000,
    hookTimeout: 120_000,
    dangerouslyIgnoreUnhandledErrors: true,
    silent: true,
  },
});
