import { constants, sign } from 'node:crypto';
import { expect, vi } from 'vitest';
import { AmazonPaySigner, type DeliveryTrackerClient, MemoryIdempotencyStore, DeliveryTrackerClient as Trackers } from 'waybill/amazonpay';
import { AmazonEmulator } from 'waybill/testing';
import type { Guide, Kit } from './kit.ts';

const PARCEL = { chargePermissionId: 'P02-0000000-0000000', carrierCode: 'DHL_DE', trackingNumber: 'JJD000390007827356' };

export function trackers({ amazon }: Pick<Kit, 'amazon'>): DeliveryTrackerClient {
  const { publicKeyId, privateKey } = amazon.keys;
  return new Trackers({ publicKeyId, privateKey, region: 'eu', fetch: amazon.emulator.fetch, rateLimiter: false });
}

export const amazonPay: Guide = [
  {
    block: "trackingNumber: 'JJD000390007827356' });",
    does: 'creates a delivery tracker',
    async run({ load, amazon }) {
      await load();
      expect(amazon.emulator.deliveryTrackers).toEqual([expect.objectContaining(PARCEL)]);
    },
  },
  {
    block: 'announce(parcel',
    does: 'never throws, and says whether a retry can help',
    async run(kit) {
      const { announce } = await kit.load({ trackers: trackers(kit) });
      expect(await announce(PARCEL)).toBe('announced');
      expect(await announce({ ...PARCEL, carrierCode: '' })).toBe('failed');
      kit.amazon.emulator.fail({ path: '/v2/deliveryTrackers', status: 503, times: 9 });
      vi.spyOn(globalThis, 'setTimeout').mockImplementation(((task: () => void) => setImmediate(task)) as never);
      expect(await announce({ ...PARCEL, trackingNumber: 'JJD000390007827357' })).toBe('retry later');
    },
  },
  {
    block: 'onShipmentSaved',
    does: 'announces each number of a shipment once, however often it is saved',
    async run(kit) {
      const { onShipmentSaved } = await kit.load();
      const store = new MemoryIdempotencyStore();
      const { chargePermissionId, carrierCode } = PARCEL;
      const save = (...trackingNumbers: string[]) =>
        onShipmentSaved(trackers(kit), { chargePermissionId, carrierCode, trackingNumbers }, store);
      expect(await save('JJD000390007827356', 'JJD000390007827357')).toHaveLength(2);
      // Saved again; then the rest of the order, and a number that was changed.
      expect(await save('JJD000390007827356', 'JJD000390007827357')).toEqual([]);
      expect(await save('JJD000390007827356', 'JJD000390007827358')).toEqual(['JJD000390007827358']);
      expect(await save('n/a')).toEqual([]);
      expect(kit.amazon.emulator.deliveryTrackers.map(({ trackingNumber }) => trackingNumber).sort()).toEqual([
        'JJD000390007827356',
        'JJD000390007827357',
        'JJD000390007827358',
      ]);
    },
  },
  {
    block: 'onMonthlyParcel',
    does: 'announces several parcels of one recurring charge permission',
    async run(kit) {
      const subscription = { chargePermissionId: 'B02-0000000-0000000' };
      const { onMonthlyParcel } = await kit.load({ trackers: trackers(kit), subscription });
      for (const number of ['JJD000390007827356', 'JJD000390007827357']) await onMonthlyParcel(number);
      expect(kit.amazon.emulator.deliveryTrackers).toEqual([expect.objectContaining(subscription), expect.objectContaining(subscription)]);
    },
  },
  {
    block: 'chargePermissionOf',
    does: 'reads the charge permission of a charge, with a signed request',
    async run({ load, amazon }) {
      const { publicKeyId, privateKey } = amazon.keys;
      const requests: Request[] = [];
      const { chargePermissionOf } = await load();
      vi.stubGlobal('fetch', async (request: Request) => {
        requests.push(request);
        return Response.json({ chargePermissionId: PARCEL.chargePermissionId });
      });
      const signer = new AmazonPaySigner({ publicKeyId, privateKey, region: 'eu' });
      for (const stored of ['P02-0000000-0000000-C000001', 'P02-0000000-0000000-C000001-capture']) {
        expect(await chargePermissionOf(signer, stored)).toBe(PARCEL.chargePermissionId);
      }
      expect(requests.map(({ url }) => url)).toEqual(new Array(2).fill('https://pay-api.amazon.eu/v2/charges/P02-0000000-0000000-C000001'));
      expect(requests[0]?.headers.get('authorization')).toMatch(/^AMZN-PAY-RSASSA-PSS-V2 /);
      await expect(chargePermissionOf(signer, 'S02-0000000-0000000')).rejects.toThrow('not the id of a charge');
    },
  },
  {
    block: 'carrierCodeOf',
    does: 'returns the code of a carrier only if it is certain',
    async run({ load, printed }) {
      const { carrierCodeOf } = await load();
      const names = ['Hermes', 'Deutsche Post DHL', 'Royal Mail', 'bpost'];
      expect(names.map(carrierCodeOf)).toEqual(['HERMES_DE', 'DHL_DE', undefined, 'BPOST']);
      expect(printed).toEqual([
        ['Royal Mail', 'unsupported', expect.stringContaining('Royal Mail')],
        ['bpost', 'found', expect.stringContaining('may refuse it')],
      ]);
    },
  },
  {
    block: 'carriers.filter',
    does: 'has every carrier for a select box',
    async run({ load }) {
      const { options } = await load();
      expect(options).toContainEqual({ value: 'UPS', label: expect.any(String) });
      expect(options).toHaveLength(474);
    },
  },
  {
    block: 'announceAll',
    does: 'returns the parcels that can succeed later',
    async run(kit) {
      const { announceAll } = await kit.load();
      async function* parcels() {
        yield PARCEL;
        yield { ...PARCEL, carrierCode: '' };
      }
      expect(await announceAll(trackers(kit), parcels())).toEqual([]);
      expect(kit.amazon.emulator.deliveryTrackers).toHaveLength(1);
    },
  },
  {
    block: 'announceOnce',
    does: 'sends each parcel once, although the batch runs twice',
    async run(kit) {
      const { announceOnce } = await kit.load();
      const store = new MemoryIdempotencyStore();
      const parcels = [PARCEL, { ...PARCEL, trackingNumber: 'JJD000390007827357' }];
      expect([await announceOnce(trackers(kit), parcels, store), await announceOnce(trackers(kit), parcels, store)]).toEqual([0, 0]);
      expect(kit.amazon.emulator.requests).toHaveLength(2);
    },
  },
  {
    block: 'knowsCarrier: isCarrierCode',
    does: 'warns of a carrier that Amazon does not list',
    async run({ load, printed }) {
      const { trackers: client } = await load();
      await client.create({ ...PARCEL, carrierCode: 'DHL_MARS' }).catch(() => undefined);
      expect(printed).toContainEqual(['CARRIER_UNKNOWN', 'carrierCode', expect.any(String)]);
    },
  },
  {
    block: 'hsm.signPss',
    does: 'signs with a key that is stored elsewhere',
    async run({ load, amazon }) {
      const key = { key: amazon.keys.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
      const { trackers: client } = await load({ hsm: { signPss: async (_: string, bytes: Uint8Array) => sign('sha256', bytes, key) } });
      const emulator = new AmazonEmulator({ publicKeys: { 'LIVE-AGC4SIRXYYTSA667HVXKNEIA': amazon.keys.publicKey } });
      vi.stubGlobal('fetch', emulator.fetch);
      await client.create(PARCEL);
      expect(emulator.deliveryTrackers).toHaveLength(1);
    },
  },
  {
    block: 'MAX_CLIENTS',
    does: 'keeps the clients of active merchants',
    async run({ load, amazon }) {
      const { clientOf } = await load({}, (code) => code.replace('MAX_CLIENTS = 1000', 'MAX_CLIENTS = 2'));
      const options = { publicKeyId: amazon.keys.publicKeyId, privateKey: amazon.keys.privateKey, region: 'eu' };
      const first = clientOf('a', options);
      clientOf('b', options);
      expect(clientOf('a', options)).toBe(first);
      clientOf('c', options);
      expect(clientOf('a', options)).toBe(first);
    },
  },
];

export const migrateFromAmazonPaySdk: Guide = [
  {
    block: 'console.log(deliveryDetails, requestId)',
    does: 'creates a tracker with the files that the official SDK used',
    async run({ load, amazon, printed }) {
      const emulator = new AmazonEmulator({ publicKeys: { 'SANDBOX-AGC4SIRXYYTSA667HVXKNEIA': amazon.keys.publicKey } });
      const edit = (code: string): string =>
        code.replace("readFileSync('private.pem')", 'given.privateKey').replace("region: 'us',", "region: 'us', fetch: given.fetch,");
      await load({ given: { privateKey: Buffer.from(amazon.keys.privateKey), fetch: emulator.fetch } }, edit);
      expect(printed).toEqual([[[{ trackingNumber: '1Z999AA10123456784', carrierCode: 'UPS' }], expect.any(String)]]);
    },
  },
  { block: 'sandbox: true', because: "it is the official SDK's code, which the guide replaces" },
  { block: 'client.deliveryTrackers(', because: "it is the official SDK's code, which the guide replaces" },
  { block: 'getSignedHeaders', because: "it is the official SDK's code, which the guide replaces" },
  {
    block: 'new AmazonPaySigner',
    does: 'signs the headers of any request',
    async run({ load }) {
      await load({}, (code) => `${code}\nexport { headers };`).then(({ headers }) => {
        expect(headers.authorization).toMatch(/^AMZN-PAY-RSASSA-PSS-V2 PublicKeyId=LIVE-/);
      });
    },
  },
];
