import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decode, encode, readCorpus } from './corpus.ts';
import { replay } from './fuzz.ts';
import { value } from './inputs.ts';
import { targets } from './targets.ts';

const folder = join(import.meta.dirname, 'corpus');

test('no input of the corpus fails again', async () => {
  const failures: string[] = [];
  const count = await replay(targets, folder, (name, _, error) => failures.push(`${name}: ${String(error)}`));
  expect(failures).toEqual([]);
  expect(count).toBeGreaterThan(0);
});

test('every file of the corpus belongs to a target, and each target has its own name', () => {
  const names = targets.map(({ name }) => name);
  expect([...readCorpus(folder).keys()].filter((name) => !names.includes(name))).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
});

// With a seed: the nightly run looks for what is new.
test.each(targets.map((target) => [target.name, target] as const))('%s holds for fifty inputs', async (_, { input, check }) => {
  await fc.assert(fc.asyncProperty(input, check), { numRuns: 50, seed: 2026 });
});

test('the corpus keeps every value as it is', () => {
  fc.assert(
    fc.property(value, (kept) => {
      expect(decode(JSON.parse(JSON.stringify(encode(kept))))).toEqual(kept);
    }),
  );
});
