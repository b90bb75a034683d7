/** Runs the suite on runtimes with a process: Node, Deno, Bun. */
import process from 'node:process';
import { runConformance } from '../conformance.mjs';

// No top-level await: this becomes CommonJS too.
void runConformance().then(({ failed }) => {
  process.exitCode = failed === 0 ? 0 : 1;
});
