import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Amazon, startAmazon, temporaryFolder } from './amazon.ts';
import { json, unwrapped, waybill } from './terminal.ts';

let amazon: Amazon;
const folder = temporaryFolder();
beforeAll(async () => {
  amazon = await startAmazon();
});
beforeEach(() => amazon.emulator.reset());
afterAll(() => {
  amazon.close();
  folder.remove();
});

const parcel = ['--charge-permission-id', 'S02-0000000-0000000', '--tracking-number', 'JJD000390007827356'];

describe('waybill track', () => {
  test('takes a carrier by its name, says which it is, and gives the request id', async () => {
    const { code, stdout, stderr } = await waybill(['track', ...parcel, '--carrier', 'DHL Paket'], amazon);
    const [tracker] = amazon.emulator.deliveryTrackers;
    expect(tracker).toMatchObject({ carrierCode: 'DHL_DE', trackingNumber: 'JJD000390007827356' });
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: `Amazon has it: request ${tracker?.requestId}.\n`,
      stderr: 'Carrier DHL_DE: Deutsche Post DHL.\n',
    });
  });

  test('prints a JSON document, doubts included, and nothing else', async () => {
    const { code, stdout, stderr } = await waybill(['track', '--json', ...parcel, '--carrier-code', 'NEW_ONE'], amazon);
    expect([code, stderr]).toEqual([0, '']);
    expect(json(stdout)).toMatchObject({ status: 'created', attempts: 1, warnings: [{ code: 'CARRIER_UNKNOWN' }] });
  });

  test('says what Amazon refuses, with 1, and what to do', async () => {
    await waybill(['track', ...parcel, '--carrier-code', 'UPS'], amazon);
    const again = [
      'track',
      '--charge-permission-id',
      'S02-0000000-0000001',
      '--tracking-number',
      'JJD000390007827356',
      '--carrier-code',
      'UPS',
    ];
    const { code, stderr } = await waybill(again, amazon);
    expect(code).toBe(1);
    expect(unwrapped(stderr)).toMatch(/^error: Amazon Pay answered 400 InvalidParameterValue.*A number can be used only once/);
    const { error } = json((await waybill([...again, '--json'], amazon)).stderr) as { error: object };
    expect(error).toMatchObject({
      exitCode: 1,
      code: 'API',
      status: 400,
      reasonCode: 'InvalidParameterValue',
      requestId: expect.any(String),
    });
  });

  test('sends nothing with --dry-run, and hides the signature', async () => {
    const { code, stdout } = await waybill(['track', ...parcel, '--carrier-code', 'UPS', '--dry-run'], amazon);
    expect(code).toBe(0);
    expect(amazon.emulator.requests).toEqual([]);
    expect(stdout).toMatch(/^POST http.*\/v2\/deliveryTrackers\n/);
    expect(stdout).toMatch(/Signature=\[hidden\]/);
    expect(stdout).toContain('"trackingNumber":"JJD000390007827356"');
  });

  test('reads settings from a file, below the environment, and a key from a file of its own', async () => {
    const { AMAZON_PAY_PRIVATE_KEY = '', ...others } = amazon.env;
    const settings = folder.path('settings');
    writeFileSync(
      settings,
      Object.entries({ ...others, AMAZON_PAY_REGION: 'mars' })
        .map((pair) => pair.join('='))
        .join('\r\n'),
    );
    writeFileSync(folder.path('key.pem'), AMAZON_PAY_PRIVATE_KEY);
    const argv = ['track', ...parcel, '--carrier-code', 'UPS', '--settings', settings];
    const fromFile = await waybill([...argv, '--private-key-file', folder.path('key.pem')], { env: { AMAZON_PAY_REGION: 'eu' } });
    expect(fromFile).toMatchObject({ code: 0, stderr: '' });
    amazon.emulator.reset();
    const fromStdin = await waybill([...argv, '--private-key-file', '-', '--region', 'eu'], { input: AMAZON_PAY_PRIVATE_KEY });
    expect(fromStdin).toMatchObject({ code: 0, stderr: '' });
    expect(await waybill([...argv, '--private-key-file', '-'], { input: AMAZON_PAY_PRIVATE_KEY })).toMatchObject({ code: 2 });
  });

  test('takes all settings from standard input', async () => {
    const input = Object.entries(amazon.env)
      .map(([name, value]) => `${name}="${value.replaceAll('\n', '\\n')}"`)
      .join('\n');
    expect(await waybill(['track', ...parcel, '--carrier-code', 'UPS', '--settings', '-'], { input })).toMatchObject({ code: 0 });
  });

  test.each([
    ['a key that is none', { AMAZON_PAY_PRIVATE_KEY: 'hunter2' }, /AMAZON_PAY_PRIVATE_KEY can't be used/],
    [
      'a key id for the other environment',
      { AMAZON_PAY_ENVIRONMENT: 'live' },
      /AMAZON_PAY_ENVIRONMENT \(or --environment\) is live, but AMAZON_PAY_PUBLIC_KEY_ID is for sandbox/,
    ],
    ['an address that is none', { AMAZON_PAY_URL: 'not a url' }, /AMAZON_PAY_URL \(or --base-url\) must be a URL/],
  ])('refuses %s, in its own words', async (_, env, message) => {
    const { code, stderr } = await waybill(['track', ...parcel, '--carrier-code', 'UPS'], { env: { ...amazon.env, ...env } });
    expect(code).toBe(2);
    expect(unwrapped(stderr)).toMatch(message);
    expect(stderr).not.toContain('hunter2');
  });
});

describe('waybill carriers', () => {
  test('says what a name means, and lists what else has it', async () => {
    const { code, stdout } = await waybill(['carriers', 'yamato']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^This is TAQBIN_JP\.\n\ncode +list +name\nTAQBIN_JP +v2 +Yamato Japan\n$/);
  });

  test('finds a part of a name, whatever its case', async () => {
    const { stdout } = await waybill(['carriers', 'POST', '--json']);
    const { carriers } = json(stdout) as { carriers: { code: string; name: string }[] };
    expect(carriers.length).toBeGreaterThan(20);
    expect(carriers.filter(({ code, name }) => !/post/i.test(code + name)).length).toBeLessThan(6);
  });

  test('ranks by country', async () => {
    const { stdout } = await waybill(['carriers', 'hermes', '--country', 'DE', '--json']);
    expect(json(stdout)).toMatchObject({ outcome: 'ambiguous', code: null, carriers: [{ code: 'HERMES_DE' }, {}, {}, {}] });
  });

  test('lists all without a name', async () => {
    const { stdout } = await waybill(['carriers', '--json']);
    expect(json(stdout)['carriers']).toHaveLength(509);
    expect((await waybill(['carriers'])).stdout.split('\n').every((line) => line.length <= 80)).toBe(true);
  });

  test('ends with 1 where nothing is found, and says why', async () => {
    expect(await waybill(['carriers', 'Royal Mail'])).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^Not supported: there is no code/),
    });
    expect(await waybill(['carriers', 'xyzzyq'])).toMatchObject({ code: 1 });
  });
});
