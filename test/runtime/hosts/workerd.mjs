/** Runs the suite as the test of a worker. */
import { runConformance } from '../conformance.mjs';

export default {
  async test() {
    if ('process' in globalThis || 'Buffer' in globalThis) throw new Error('this worker has nodejs_compat, and must not');
    const { failed } = await runConformance();
    if (failed > 0) throw new Error(`${failed} checks failed`);
  },
};
