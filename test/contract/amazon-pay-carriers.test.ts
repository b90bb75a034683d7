import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { carriers } from '../../src/amazonpay/index.ts';

const file = new URL('../../../shared/data/amazon-pay-carriers.csv', import.meta.url);
const isHere = existsSync(file);
const [header, ...rows] = isHere ? readFileSync(file, 'utf8').trimEnd().split(/\r?\n/) : [];

const title = isHere
  ? "Amazon's published lists"
  : "Amazon's published lists: SKIPPED, because amazon-pay-carriers.csv is not beside this clone";

describe.skipIf(!isHere)(title, () => {
  const listed = rows.map((row) => /^([^,]+),(.+),([01]),([01])$/.exec(row)?.slice(1) ?? [row]);

  test('are read as what they are', () => {
    expect(header).toBe('code,name,in_v1,in_v2');
    expect(listed).toHaveLength(509);
    expect(listed.filter(([, , , inV2]) => inV2 === '1')).toHaveLength(474);
    // Version 2 removed carriers and added none.
    expect(listed.filter(([, , inV1]) => inV1 !== '1')).toEqual([]);
  });

  test('agree with ours in every code, name and list', () => {
    expect(carriers.map(({ code, name, list }) => ({ code, name, list }))).toEqual(
      listed.map(([code, name, , inV2]) => ({ code, name, list: inV2 === '1' ? 'v2' : 'v1' })),
    );
  });
});
