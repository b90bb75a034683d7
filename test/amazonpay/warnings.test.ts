import { inspect } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import { warningsAboutKeyId } from '../../src/amazonpay/delivery-tracker.ts';
import {
  DeliveryTrackerClient,
  type DeliveryTrackerClientOptions,
  type DeliveryTrackerInput,
  isCarrierCode,
  type Warning,
} from '../../src/amazonpay/index.ts';
import { echo, servePay } from '../support/pay-server.ts';
import { pkcs8 } from '../support/rsa.ts';

const parcel = { carrierCode: 'UPS', trackingNumber: '1Z999AA10123456784' };
const good = { chargePermissionId: 'P01-1234567-1234567', ...parcel };
const key = { publicKeyId: 'LIVE-AGC4SIRXYYTSA667HVXKNEIA', privateKey: pkcs8, region: 'na' } as const;

/** The warnings of a delivery, which is sent nevertheless. */
async function warningsOf(delivery: DeliveryTrackerInput, options: Partial<DeliveryTrackerClientOptions> = {}): Promise<Warning[]> {
  const { url, received } = await servePay(echo);
  const warnings: Warning[] = [];
  const hooks = { onWarning: (warning: Warning) => warnings.push(warning) };
  await new DeliveryTrackerClient({ ...key, baseUrl: url, hooks, knowsCarrier: isCarrierCode, ...options }).create(delivery);
  expect(received).toHaveLength(1);
  return warnings;
}

describe('onWarning', () => {
  test.each<[DeliveryTrackerInput, Partial<DeliveryTrackerClientOptions>]>([
    [good, {}],
    [{ ...good, chargePermissionId: 'B01-1234567-1234567' }, {}],
    [{ ...good, chargePermissionId: 'P00-0000000-0000000' }, {}],
    [{ ...good, chargePermissionId: 'P03-1234567-1234567' }, { region: 'jp' }],
    [{ ...parcel, amazonOrderReferenceId: 'P01-1234567-1234567' }, {}],
    [
      { ...parcel, amazonOrderReferenceId: 'S02-1234567-1234567' },
      { publicKeyId: 'SANDBOX-AGC4SIRXYYTSA667HVXKNEIA', region: 'eu' },
    ],
    [{ ...good, carrierCode: 'NO_SUCH_CARRIER' }, { knowsCarrier: () => true }],
    [{ ...good, carrierCode: 'NO_SUCH_CARRIER' }, { knowsCarrier: undefined }],
    [{ ...good, trackingNumber: '123456' }, {}],
  ])('is not called for %j with %o', async (delivery, options) => {
    expect(await warningsOf(delivery, options)).toEqual([]);
  });

  test.each<[DeliveryTrackerInput, Partial<DeliveryTrackerClientOptions>, string, string]>([
    [{ ...good, chargePermissionId: 'X-1' }, {}, 'ORDER_ID_SHAPE', 'chargePermissionId'],
    [{ ...good, chargePermissionId: 'XP01-1234567-1234567' }, {}, 'ORDER_ID_SHAPE', 'chargePermissionId'],
    [{ ...good, chargePermissionId: 'P01-1234567-12345678' }, {}, 'ORDER_ID_SHAPE', 'chargePermissionId'],
    [{ ...parcel, amazonOrderReferenceId: 'X-1' }, {}, 'ORDER_ID_SHAPE', 'amazonOrderReferenceId'],
    [{ ...good, chargePermissionId: 'S01-1234567-1234567' }, {}, 'ORDER_ID_ENVIRONMENT', 'chargePermissionId'],
    [{ ...good, chargePermissionId: 'C01-1234567-1234567' }, {}, 'ORDER_ID_ENVIRONMENT', 'chargePermissionId'],
    [{ ...parcel, amazonOrderReferenceId: 'S01-1234567-1234567' }, {}, 'ORDER_ID_ENVIRONMENT', 'amazonOrderReferenceId'],
    [good, { publicKeyId: 'SANDBOX-AGC4SIRXYYTSA667HVXKNEIA' }, 'ORDER_ID_ENVIRONMENT', 'chargePermissionId'],
    [{ ...good, chargePermissionId: 'P02-1234567-1234567' }, {}, 'ORDER_ID_REGION', 'chargePermissionId'],
    [{ ...good, chargePermissionId: 'P03-1234567-1234567' }, {}, 'ORDER_ID_REGION', 'chargePermissionId'],
    [{ ...good, trackingNumber: '1Z 999 AA1' }, {}, 'TRACKING_NUMBER_SPACES', 'trackingNumber'],
    [{ ...good, trackingNumber: '12345' }, {}, 'TRACKING_NUMBER_SHORT', 'trackingNumber'],
    [{ ...good, trackingNumber: '7' }, {}, 'TRACKING_NUMBER_SHORT', 'trackingNumber'],
    [{ ...good, carrierCode: 'NO_SUCH_CARRIER' }, {}, 'CARRIER_UNKNOWN', 'carrierCode'],
    [{ ...good, carrierCode: 'CUSTOM' }, {}, 'CARRIER_UNKNOWN', 'carrierCode'],
    [good, { publicKeyId: 'LIVE-short' }, 'PUBLIC_KEY_ID_SHAPE', 'publicKeyId'],
  ])('for %j with %o is called once, with %s, and it is sent nevertheless', async (delivery, options, code, path) => {
    expect(await warningsOf(delivery, options)).toEqual([{ surface: 'amazonpay', code, path: [path], message: expect.any(String) }]);
  });

  test('names the nearest code for one that is misspelt, if the check knows it', async () => {
    const misspelt = { ...good, carrierCode: 'FEDXE' };
    expect(await warningsOf(misspelt)).toMatchObject([{ message: "is not on Amazon's list; the nearest code is FEDEX" }]);
    expect(await warningsOf(misspelt, { knowsCarrier: () => false })).toMatchObject([{ message: "is not on Amazon's list" }]);
  });

  test('never contains an id or a number', async () => {
    const delivery = { chargePermissionId: 'odd-secret-id', trackingNumber: 'secret number 7', carrierCode: 'SECRET_CARRIER' };
    const warnings = await warningsOf(delivery);
    expect(warnings).toHaveLength(3);
    expect(inspect(warnings)).not.toMatch(/secret/i);
  });
});

test('a client without onWarning writes each code to the console, once', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const { url } = await servePay(echo);
  const client = new DeliveryTrackerClient({ ...key, baseUrl: url, rateLimiter: false });
  for (let call = 0; call < 3; call += 1) await client.create({ ...good, chargePermissionId: 'S01-1234567-1234567' });
  expect(warn.mock.calls).toEqual([[expect.stringContaining('ORDER_ID_ENVIRONMENT')]]);
  warn.mockRestore();
});

describe('a public key id', () => {
  test.each(['LIVE-AGC4SIRXYYTSA667HVXKNEIA', 'SANDBOX-AGC4SIRXYYTSA667HVXKNEIA', 'AGC4SIRXYYTSA667HVXKNEIA'])(
    '%s is as Amazon makes it',
    (id) => {
      expect(warningsAboutKeyId(id)).toEqual([]);
    },
  );

  test.each(['LIVE-short', 'live-AGC4SIRXYYTSA667HVXKNEIA', 'XLIVE-AGC4SIRXYYTSA667HVXKNEIA', 'AGC4SIRXYYTSA667HVXKNEIA7'])(
    '%s is not',
    (id) => {
      expect(warningsAboutKeyId(id)).toEqual([
        { code: 'PUBLIC_KEY_ID_SHAPE', path: ['publicKeyId'], message: expect.stringContaining('does not look like') },
      ]);
    },
  );
});
