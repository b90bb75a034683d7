import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { DeliveryTrackerClient, type DeliveryTrackerClientOptions, isCarrierCode, type Warning } from '../../src/amazonpay/index.ts';
import { echo, servePay } from './pay-server.ts';
import { pkcs8 } from './rsa.ts';

const good = { chargePermissionId: 'P01-1234567-1234567', carrierCode: 'UPS', trackingNumber: '1Z999AA10123456784' };

/** What the hook hears when a delivery is sent. */
async function warningsOf(delivery: Partial<typeof good>, options: Partial<DeliveryTrackerClientOptions> = {}): Promise<Warning[]> {
  const { url, received } = await servePay(echo);
  const warnings: Warning[] = [];
  const hooks = { onWarning: (warning: Warning) => warnings.push(warning) };
  const key = { publicKeyId: 'LIVE-AGC4SIRXYYTSA667HVXKNEIA', privateKey: pkcs8, region: 'na' } as const;
  await new DeliveryTrackerClient({ ...key, baseUrl: url, hooks, knowsCarrier: isCarrierCode, ...options }).create({
    ...good,
    ...delivery,
  });
  expect(received).toHaveLength(1);
  return warnings;
}

describe('onWarning', () => {
  test('hears nothing of a delivery that is as Amazon shows it', async () => {
    expect(await warningsOf({})).toEqual([]);
    expect(await warningsOf({ chargePermissionId: 'B01-1234567-1234567' })).toEqual([]);
    expect(await warningsOf({ chargePermissionId: 'P00-0000000-0000000' })).toEqual([]);
    expect(await warningsOf({ carrierCode: 'NO_SUCH_CARRIER' }, { knowsCarrier: () => true })).toEqual([]);
  });

  test.each([
    [{ chargePermissionId: 'X-1' }, {}, 'ORDER_ID_SHAPE', 'chargePermissionId'],
    [{ chargePermissionId: 'S01-1234567-1234567' }, {}, 'ORDER_ID_ENVIRONMENT', 'chargePermissionId'],
    [{ chargePermissionId: 'C01-1234567-1234567' }, {}, 'ORDER_ID_ENVIRONMENT', 'chargePermissionId'],
    [{}, { publicKeyId: 'SANDBOX-AGC4SIRXYYTSA667HVXKNEIA' }, 'ORDER_ID_ENVIRONMENT', 'chargePermissionId'],
    [{ chargePermissionId: 'P02-1234567-1234567' }, {}, 'ORDER_ID_REGION', 'chargePermissionId'],
    [{ trackingNumber: '1Z 999 AA1' }, {}, 'TRACKING_NUMBER_BLANKS', 'trackingNumber'],
    [{ carrierCode: 'NO_SUCH_CARRIER' }, {}, 'CARRIER_UNKNOWN', 'carrierCode'],
    [{}, { publicKeyId: 'LIVE-short' }, 'PUBLIC_KEY_ID_SHAPE', 'publicKeyId'],
  ] as const)('of %j with %j hears %s, once, and it is sent all the same', async (delivery, options, code, path) => {
    const warnings = await warningsOf(delivery, options);
    expect(warnings).toEqual([{ surface: 'amazonpay', code, path: [path], message: expect.any(String) }]);
  });

  test('is told no id and no number', async () => {
    const delivery = { chargePermissionId: 'odd-secret-id', trackingNumber: 'secret number', carrierCode: 'SECRET_CARRIER' };
    const warnings = await warningsOf(delivery);
    expect(warnings).toHaveLength(3);
    expect(inspect(warnings)).not.toMatch(/secret/i);
  });

  test('a check of carriers that is none is refused', () => {
    const options = {
      publicKeyId: 'LIVE-AGC4SIRXYYTSA667HVXKNEIA',
      privateKey: pkcs8,
      region: 'na',
      knowsCarrier: ['UPS'] as never,
    } as const;
    expect(() => new DeliveryTrackerClient(options)).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
  });
});
