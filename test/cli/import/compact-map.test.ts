import { expect, test } from 'vitest';
import { CompactMap } from '../../../src/cli/import/compact-map.ts';

test('a CompactMap finds what was put into it, also after it has grown, and nothing else', () => {
  const map = new CompactMap();
  for (let at = 1; at <= 20_000; at += 1) map.set(`key ${at}`, at);
  map.set('key 7', 99);
  for (let at = 1; at <= 20_000; at += 1) expect(map.get(`key ${at}`)).toBe(at === 7 ? 99 : at);
  for (const key of ['', 'key 0', 'key 20001', '__proto__']) expect(map.get(key)).toBeUndefined();
});
