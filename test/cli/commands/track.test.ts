import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Amazon, startAmazon, temporaryFolder } from '../../support/cli/amazon.ts';
import { json, unwrapped, waybill } from '../../support/cli/terminal.ts';

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
  test('accepts a carrier by its name, and prints its code, the environment, the host and the request id', async () => {
    const { code, stdout, stderr } = await waybill(['track', ...parcel, '--carrier', 'DHL Paket'], amazon);
    const [tracker] = amazon.emulator.deliveryTrackers;
    expect(tracker).toMatchObject({ carrierCode: 'DHL_DE', trackingNumber: 'JJD000390007827356' });
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: `Amazon Pay accepted the parcel (sandbox, ${new URL(amazon.url).host}).\nRequest id: ${tracker?.requestId}\n`,
      stderr: 'Carrier DHL_DE: Deutsche Post DHL.\n',
    });
  });

  test('prints one JSON document with the warnings, and nothing else', async () => {
    const { code, stdout, stderr } = await waybill(['track', '--json', ...parcel, '--carrier-code', 'NEW_ONE'], amazon);
    expect([code, stderr]).toEqual([0, '']);
    expect(json(stdout)).toMatchObject({
      status: 'created',
      environment: 'sandbox',
      attempts: 1,
      warnings: [{ code: 'CARRIER_UNKNOWN', surface: 'amazonpay' }],
    });
  });

  test('prints warnings in the words of the command line', async () => {
    const { stderr } = await waybill(['track', ...parcel, '--carrier-code', 'NEW_ONE'], amazon);
    expect(stderr).toMatch(/^warning: --carrier-code is not on Amazon's list/);
  });

  test('ends with 1 if Amazon refuses, and says what to do', async () => {
    await waybill(['track', ...parcel, '--carrier-code', 'UPS'], amazon);
    const used = ['--charge-permission-id', 'S02-0000000-0000001', '--tracking-number', 'JJD000390007827356'];
    const argv = ['track', ...used, '--carrier-code', 'UPS'];
    const { code, stderr } = await waybill(argv, amazon);
    expect(code).toBe(1);
    expect(unwrapped(stderr)).toMatch(/^error: Amazon Pay responded with 400 InvalidParameterValue.*A number can be used only once/);
    const { error } = json((await waybill([...argv, '--json'], amazon)).stderr) as { error: object };
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

  test('sends the idempotency key that it is passed', async () => {
    await waybill(['track', ...parcel, '--carrier-code', 'UPS', '--idempotency-key', 'my-key-1'], amazon);
    expect(amazon.emulator.requests[0]?.headers['x-amz-pay-idempotency-key']).toBe('my-key-1');
  });

  test('reads settings from a file below the environment, and a key from its own file', async () => {
    const { AMAZON_PAY_PRIVATE_KEY = '', ...others } = amazon.env;
    const settings = folder.path('settings');
    const lines = Object.entries({ ...others, AMAZON_PAY_REGION: 'mars' }).map((pair) => pair.join('='));
    writeFileSync(settings, lines.join('\r\n'));
    writeFileSync(folder.path('key.pem'), AMAZON_PAY_PRIVATE_KEY);
    const argv = ['track', ...parcel, '--carrier-code', 'UPS', '--settings', settings];
    const fromFile = await waybill([...argv, '--private-key-file', folder.path('key.pem')], { env: { AMAZON_PAY_REGION: 'eu' } });
    expect(fromFile).toMatchObject({ code: 0, stderr: '' });
    amazon.emulator.reset();
    const fromStdin = await waybill([...argv, '--private-key-file', '-', '--region', 'eu'], { input: AMAZON_PAY_PRIVATE_KEY });
    expect(fromStdin).toMatchObject({ code: 0, stderr: '' });
    expect(await waybill([...argv, '--private-key-file', '-'], { input: AMAZON_PAY_PRIVATE_KEY })).toMatchObject({ code: 2 });
  });

  test('reads all settings from standard input', async () => {
    const input = Object.entries(amazon.env)
      .map(([name, value]) => `${name}="${value.replaceAll('\n', '\\n')}"`)
      .join('\n');
    expect(await waybill(['track', ...parcel, '--carrier-code', 'UPS', '--settings', '-'], { input })).toMatchObject({ code: 0 });
  });

  test('calls http: hosts in a private network only with --allow-http', async () => {
    const argv = ['track', ...parcel, '--carrier-code', 'UPS', '--dry-run', '--base-url', 'http://10.0.0.1:4020'];
    const { code, stderr } = await waybill(argv, amazon);
    expect(code).toBe(2);
    expect(unwrapped(stderr)).toMatch(/--base-url must start with https:.*Pass --allow-http/);
    expect(await waybill([...argv, '--allow-http'], amazon)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^POST http:\/\/10\.0\.0\.1:4020\//),
    });
  });

  test.each([
    ['UPS Netherlands', /it starts with a name of UPS.*--carrier-code UPS /],
    ['Hermes', /it may be HERMES.*--carrier-code HERMES_DE .*Hermes Germany/],
    ['Royal Mail', /there is no code for Royal Mail.*See waybill carriers/],
  ])('sends nothing if the carrier is not certain: %s', async (carrier, message) => {
    const { code, stderr } = await waybill(['track', ...parcel, '--carrier', carrier], amazon);
    expect([code, amazon.emulator.requests]).toEqual([2, []]);
    expect(unwrapped(stderr)).toMatch(message);
    expect(stderr).toContain('Nothing was sent.');
  });
});
