/** The schema that the emulator executes, type by type beside the one that was put together from Amazon's pages. */
import { existsSync, readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { buyWithPrimeSchema } from '../../src/testing/index.ts';
import { fixtureText } from '../support/buywithprime/fixtures.ts';
import { DIFFERENCES, shapeOf } from '../support/buywithprime/schema-shape.ts';

const file = new URL('../../../shared/domain/buy-with-prime.graphql', import.meta.url);
const isHere = existsSync(file);
const title = isHere
  ? "the schema of Amazon's pages"
  : "the schema of Amazon's pages: SKIPPED, because buy-with-prime.graphql is not beside this clone";

describe.skipIf(!isHere)(title, () => {
  const documented = isHere ? shapeOf(buildSchema(readFileSync(file, 'utf8'))) : [];

  test('is the one that the fixture lists, which every clone has', () => {
    expect(documented).toEqual(fixtureText('graphql-shape.txt').trim().split('\n'));
  });

  test('is what the emulator executes, but for differences that have a reason', () => {
    const emulated = shapeOf(buildSchema(buyWithPrimeSchema));
    expect(documented.filter((line) => !emulated.includes(line))).toEqual(DIFFERENCES.flatMap((one) => one.documented).sort());
    expect(emulated.filter((line) => !documented.includes(line))).toEqual(DIFFERENCES.flatMap((one) => one.emulated).sort());
    for (const { reason } of DIFFERENCES) expect(reason).not.toBe('');
  });
});
