import { describe, expect, test } from 'vitest';
import { json, unwrapped, waybill } from '../../support/cli/terminal.ts';

describe('waybill carriers', () => {
  test('prints the code of a name, and other carriers that contain it', async () => {
    const { code, stdout } = await waybill(['carriers', 'yamato']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^The code is TAQBIN_JP\.\n\ncode +list +name\nTAQBIN_JP +v2 +Yamato Japan\n$/);
  });

  test('finds a part of a name in any case', async () => {
    const { stdout } = await waybill(['carriers', 'POST', '--json']);
    const { carriers } = json(stdout) as { carriers: { code: string; name: string }[] };
    expect(carriers.length).toBeGreaterThan(20);
    expect(carriers.filter(({ code, name }) => !/post/i.test(code + name)).length).toBeLessThan(6);
  });

  test.each(['Custom', 'Other', 'Flat rate (3-5 days)', 'null', 'n/a', 'Priority'])(
    'lists no carrier for %s, which is not the name of one',
    async (name) => {
      const { code, stdout } = await waybill(['carriers', name]);
      expect(code).toBe(1);
      expect(unwrapped(stdout).trim()).toBe("Not found: it is not a carrier's name, but a placeholder or a shipping method.");
      expect(json((await waybill(['carriers', name, '--json'])).stdout)).toMatchObject({ outcome: 'unknown', code: null, carriers: [] });
    },
  );

  test.each(['post', 'freight'])('lists the carriers with the word %s, although it is a placeholder too', async (word) => {
    const { code, stdout } = await waybill(['carriers', word]);
    expect(code).toBe(0);
    expect(stdout.match(new RegExp(word, 'gi'))?.length).toBeGreaterThan(9);
  });

  test('ranks by country', async () => {
    const { stdout } = await waybill(['carriers', 'hermes', '--country', 'DE', '--json']);
    expect(json(stdout)).toMatchObject({ outcome: 'ambiguous', code: null, carriers: [{ code: 'HERMES_DE' }, {}, {}, {}] });
  });

  test('lists all carriers without a name, within 80 columns', async () => {
    const { stdout } = await waybill(['carriers', '--json']);
    expect(json(stdout)['carriers']).toHaveLength(509);
    expect((await waybill(['carriers'])).stdout.split('\n').every((line) => line.length <= 80)).toBe(true);
  });

  test.each([
    ['Royal Mail', 1, /^Not supported: there is no code/],
    ['xyzzyq', 1, /^Not found: no carrier is known by this name/],
    ['DHL', 0, /^Not certain: it may be DHL, DHL_DE/],
    ['UPS Netherlands', 0, /^Probably this one: it starts with a name of UPS/],
  ])('explains %s, and ends with %d', async (name, exitCode, words) => {
    const { code, stdout } = await waybill(['carriers', name]);
    expect([code, unwrapped(stdout)]).toEqual([exitCode, expect.stringMatching(words)]);
  });
});
