/** Runs the bundled suite in Vercel's edge-runtime VM. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

// Not by import: it is installed in test/runtime alone.
const { EdgeVM } = createRequire(import.meta.url)('@edge-runtime/vm');

const vm = new EdgeVM();
vm.context.print = console.log;
vm.evaluate(readFileSync(/** @type {string} */ (process.argv[2]), 'utf8'));
const { failed } = await vm.evaluate('conformance.runConformance(print)');
process.exitCode = failed === 0 ? 0 : 1;
