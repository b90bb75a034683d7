/** Seven requests to create a delivery tracker, with the hashes of the reference. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { canonicalRequest, stringToSign } from '../../src/amazonpay/index.ts';

const KEY = '5f0c4a0b8c6e4d0b9a3f2e1d0c9b8a76';
const UPS = ['1Z999AA10123456784', 'UPS'] as const;
const DHL = ['JJD000390007827356', 'DHL_DE'] as const;

const cases = [
  [
    'com',
    'na',
    '/v2/deliveryTrackers',
    'chargePermissionId',
    'S01-0000000-0000000',
    UPS,
    false,
    'f58aa42cc214',
    '39ec317bb918945a92df503e0b8187eabf005122bf305ea96f1152fa6c440b4d',
  ],
  [
    'com',
    'na',
    '/v2/deliveryTrackers',
    'chargePermissionId',
    'P01-0000000-0000000',
    UPS,
    true,
    '5d7aaf84faa7',
    '7df6b9217e916e831228fe3e6d1cab061e17b97b87662ca75c75073044a1605c',
  ],
  [
    'eu',
    'eu',
    '/sandbox/v2/deliveryTrackers',
    'chargePermissionId',
    'S02-0000000-0000000',
    DHL,
    false,
    'f33262145c15',
    'dcacf946ec8033b939eacb9b60c3af932f67b00bdd4a052b928b868d3f37b368',
  ],
  [
    'eu',
    'eu',
    '/live/v2/deliveryTrackers',
    'chargePermissionId',
    'P02-0000000-0000000',
    DHL,
    true,
    '37acacaedf19',
    '1e85594a496f71cb75f00ccde15961eaeb86b3ab2f54cbb07cd05f691b662f87',
  ],
  [
    'jp',
    'jp',
    '/v2/deliveryTrackers',
    'chargePermissionId',
    'P03-0000000-0000000',
    ['123456789012', 'TAQBIN_JP'],
    true,
    '2a9feaa7e74c',
    'a3a09a23554763fe0dc4926862cee2078575be17262de8cd4e05170583dbe1c1',
  ],
  [
    'com',
    'na',
    '/live/v1/deliveryTrackers',
    'amazonOrderReferenceId',
    'P01-0000000-0000000',
    UPS,
    false,
    '5ec4682703ce',
    'f5b7cb4c7ae7c59ec95445d31be1996c14b32396887e092dc37a1a90dc93b0be',
  ],
  [
    'eu',
    'eu',
    '/v2/deliveryTrackers',
    'chargePermissionId',
    'S02-0000000-0000000',
    ['Paket-Ä-荷物', 'DHL_DE'],
    false,
    '9df77bdfc2e0',
    'cf328c09b5b4544fec8ad5beb35549c1c378fbfe6e643e47f63f7e53b429b964',
  ],
] as const;

describe('Create Delivery Tracker', () => {
  test.each(cases)(
    'pay-api.amazon.%s, region %s, %s, %s %s',
    (domain, region, path, field, id, [trackingNumber, carrierCode], hasKey, bodyHash, hash) => {
      const body = JSON.stringify({ [field]: id, deliveryDetails: [{ trackingNumber, carrierCode }] });
      expect(createHash('sha256').update(body).digest('hex')).toMatch(new RegExp(`^${bodyHash}`));
      const canonical = canonicalRequest({
        method: 'POST',
        url: `https://pay-api.amazon.${domain}${path}`,
        headers: {
          accept: 'application/json',
          'content-type': 'application/json',
          'x-amz-pay-date': '20260115T101530Z',
          'x-amz-pay-host': `pay-api.amazon.${domain}`,
          'x-amz-pay-region': region,
          ...(hasKey && { 'x-amz-pay-idempotency-key': KEY }),
        },
        body,
      });
      expect(stringToSign('AMZN-PAY-RSASSA-PSS-V2', canonical)).toBe(`AMZN-PAY-RSASSA-PSS-V2\n${hash}`);
    },
  );

  test('the first, in full', () => {
    const headers = new Headers({
      accept: 'application/json',
      'content-type': 'application/json',
      'x-amz-pay-date': '20260115T101530Z',
      'x-amz-pay-host': 'pay-api.amazon.com',
      'x-amz-pay-region': 'na',
    });
    const body =
      '{"chargePermissionId":"S01-0000000-0000000","deliveryDetails":[{"trackingNumber":"1Z999AA10123456784","carrierCode":"UPS"}]}';
    expect(canonicalRequest({ method: 'POST', url: '/v2/deliveryTrackers', headers, body })).toBe(`POST
/v2/deliveryTrackers

accept:application/json
content-type:application/json
x-amz-pay-date:20260115T101530Z
x-amz-pay-host:pay-api.amazon.com
x-amz-pay-region:na

accept;content-type;x-amz-pay-date;x-amz-pay-host;x-amz-pay-region
f58aa42cc2143383ad2c34c05d0addf1dc1dcadd1d2b4d4dbfec47335ea81f54`);
  });
});
