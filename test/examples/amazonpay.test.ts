import { constants, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { DeliveryTrackerClient } from 'waybill/amazonpay';
import { type Kms, kmsSigner, type SignInput } from '../../examples/aws-kms-signer.ts';
import { MerchantClients } from '../../examples/several-merchants.ts';
import { runExample, stage } from '../support/examples.ts';

const amazon = stage();
const parcel = { chargePermissionId: 'P02-0000000-0000000', carrierCode: 'DHL_DE', trackingNumber: 'JJD000390007827356' };

test('amazonpay.ts hands over a tracking number, and says what is wrong with another', async () => {
  const { chargePermissionId, carrierCode, trackingNumber } = parcel;
  const { code, output } = await runExample('amazonpay.ts', [chargePermissionId, carrierCode, trackingNumber], amazon.amazonPay);
  expect([code, output.trim()]).toEqual([0, `Amazon has it, request ${amazon.emulator.deliveryTrackers[0]?.requestId}`]);
  const other = await runExample('amazonpay.ts', ['P02-0000000-0000001', carrierCode, trackingNumber], amazon.amazonPay);
  expect(other.code).toBe(1);
  expect(other.output).toMatch(/^ApiError: /);
});

test('aws-kms-signer.ts signs with a key that stays in KMS', async () => {
  const requested: SignInput[] = [];
  // KMS's part is done by node:crypto, with the length of salt that KMS has.
  const kms: Kms = {
    async sign(input) {
      requested.push(input);
      const key = { key: amazon.keys.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
      return { Signature: sign('sha256', input.Message, key) };
    },
  };
  const options = {
    publicKeyId: amazon.keys.publicKeyId,
    privateKey: kmsSigner(kms, 'alias/amazon-pay'),
    region: 'eu' as const,
    baseUrl: amazon.url,
  };
  const { requestId } = await new DeliveryTrackerClient(options).create(parcel);
  expect(requestId).toBe(amazon.emulator.deliveryTrackers[0]?.requestId);
  const { Message, ...input } = requested[0] as SignInput;
  expect(input).toEqual({ KeyId: 'alias/amazon-pay', MessageType: 'RAW', SigningAlgorithm: 'RSASSA_PSS_SHA_256' });
  // The most that KMS accepts as RAW.
  expect(Message.length).toBeLessThanOrEqual(4096);
  // The limit that its docstring names: the older algorithm needs a salt of 20 bytes.
  const older = new DeliveryTrackerClient({ ...options, algorithm: 'AMZN-PAY-RSASSA-PSS' });
  await expect(older.create({ ...parcel, trackingNumber: 'JJD000390007827357' })).rejects.toMatchObject({
    reasonCode: 'InvalidRequestSignature',
  });
  const silent = kmsSigner({ sign: async () => ({}) }, 'alias/amazon-pay');
  await expect(silent.sign(new Uint8Array(1))).rejects.toThrow(/KMS returned no signature/);
});

test('several-merchants.ts imports a key once, keeps the clients in use, and keeps no failure', async () => {
  let imports = 0;
  const { importKey } = crypto.subtle;
  // Only a private key has this format; the emulator's keys have another.
  crypto.subtle.importKey = ((...args: unknown[]) => {
    if (args[0] === 'pkcs8') imports += 1;
    return Reflect.apply(importKey, crypto.subtle, args);
  }) as typeof importKey;
  try {
    const reads: string[] = [];
    const clients = new MerchantClients(async (merchantId) => {
      reads.push(merchantId);
      const merchant = amazon.merchants[Number(merchantId)];
      if (!merchant) throw new Error('no such merchant');
      return { publicKeyId: merchant.publicKeyId, privateKey: merchant.privateKey, region: 'eu', baseUrl: amazon.url };
    }, 2);
    const create = async (merchantId: string, number: number): Promise<unknown> =>
      (await clients.of(merchantId)).create({
        chargePermissionId: `P02-000000${merchantId}-000000${number}`,
        carrierCode: 'DHL_DE',
        trackingNumber: `JJD00039000782735${number}`,
      });
    const [first, same] = await Promise.all([clients.of('0'), clients.of('0')]);
    expect(first).toBe(same);
    await clients.of('1');
    expect(imports, 'before a key is used').toBe(0);
    await Promise.all([create('0', 1), create('0', 2), create('1', 3)]);
    expect(imports, 'each key once').toBe(2);
    await create('0', 4);
    // The third takes the place of 1, the least recently used.
    await create('2', 5);
    expect(await clients.of('0')).toBe(first);
    expect(reads).toEqual(['0', '1', '2']);
    await create('1', 6);
    expect(reads).toEqual(['0', '1', '2', '1']);
    expect(imports).toBe(4);
    await expect(clients.of('9')).rejects.toThrow(/no such merchant/);
    await expect(clients.of('9')).rejects.toThrow(/no such merchant/);
    clients.forget('1');
    await clients.of('1');
    expect(reads.slice(4)).toEqual(['9', '9', '1']);
    expect(amazon.emulator.deliveryTrackers).toHaveLength(6);
  } finally {
    crypto.subtle.importKey = importKey;
  }
});
