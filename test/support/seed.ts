/**
 * Properties try the same values in every run, so that a failure comes from the change that it follows. The nightly workflow looks for new
 * ones, with `SEED=random`. The seed of a failure is in its message: `SEED=1958156697 npm test` repeats it.
 *
 * @module
 */
import { randomInt } from 'node:crypto';
import fc from 'fast-check';

const { SEED = '20261130' } = process.env;
fc.configureGlobal({ seed: SEED === 'random' ? randomInt(2 ** 31) : Number(SEED) });
