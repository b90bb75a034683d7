/** fast-check with few runs and without shrinking: a mutant only has to be noticed. */
import real from '../../node_modules/fast-check/lib/fast-check.js';

export * from '../../node_modules/fast-check/lib/fast-check.js';

export const assert = (property, parameters = {}) =>
  real.assert(property, { ...parameters, numRuns: Math.min(parameters.numRuns ?? 100, 40), endOnFailure: true });
export default { ...real, assert };
