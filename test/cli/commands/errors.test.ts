/** Faults of Amazon and of the network, as commands print them. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Amazon, startAmazon } from '../../support/cli/amazon.ts';
import { json, unwrapped, waybill } from '../../support/cli/terminal.ts';

describe('a command prints', () => {
  let amazon: Amazon;
  beforeAll(async () => {
    amazon = await startAmazon();
  });
  beforeEach(() => amazon.emulator.reset());
  afterAll(() => amazon.close());
  const track = [
    'track',
    '--charge-permission-id',
    'S02-0000000-0000000',
    '--carrier-code',
    'UPS',
    '--tracking-number',
    '1Z999AA10123456784',
  ];

  test.each<[string, readonly string[], Parameters<Amazon['emulator']['fail']>[0], number, RegExp]>([
    [
      'a wrong body of a success',
      track,
      { status: 200, body: { nonsense: 1 } },
      1,
      /^error: deliveryDetails: expected array, got nothing.* 200 .*number is used up/,
    ],
    [
      'a body that breaks off',
      track,
      { truncate: 10 },
      1,
      /^error: the response 200 of 127\.0\.0\.1:\d+ broke off.*The request was accepted, so it is not retried\./,
    ],
    ['a redirect', track, { status: 302 }, 1, /^error: the response is a redirect \(302\).*Check AMAZON_PAY_URL, and whether a proxy/],
    ['a page of a proxy', track, { status: 400, body: '<html>' }, 1, /^error: Amazon Pay responded with 400.*check AMAZON_PAY_URL.*proxy/],
    [
      'an outage',
      ['ndr', 'rto', '1'],
      { path: '/shipping/v2/ndrFeedback', status: 503, times: 4, headers: { 'retry-after': '0' } },
      3,
      /^error: .*503/,
    ],
    [
      'a refused token',
      ['ndr', 'rto', '1'],
      { path: '/auth/o2/token', status: 400, body: { error: 'invalid_grant' } },
      1,
      /^error: Login with Amazon issued no access token: invalid_grant.*have the shipper authorize again/,
    ],
    [
      'a refused role',
      ['ndr', 'rto', '1'],
      { path: '/shipping/v2/ndrFeedback', status: 403, body: { errors: [{ code: 'Unauthorized', message: 'x' }] } },
      1,
      /^error: .*403/,
    ],
  ])('%s', async (_, argv, fault, exitCode, message) => {
    amazon.emulator.fail({ path: '/v2/deliveryTrackers', ...fault });
    const { code, stdout, stderr } = await waybill(argv, amazon);
    expect([code, stdout, unwrapped(stderr)]).toEqual([exitCode, '', expect.stringMatching(message)]);
    // No name of an option that only the library has.
    expect(stderr).not.toMatch(/"(baseUrl|region|environment|publicKeyId|privateKey|credentials|tokenUrl)/);
  });

  test('a refused connection by the name that the system has for it', async () => {
    const closed = await startAmazon();
    closed.close();
    const { code, stderr } = await waybill([...track, '--json'], { env: { ...amazon.env, AMAZON_PAY_URL: closed.url } });
    expect(code).toBe(3);
    expect(json(stderr)).toMatchObject({
      error: { code: 'CONNECTION', systemCode: 'ECONNREFUSED', message: expect.stringContaining('ECONNREFUSED') },
    });
  });
});
