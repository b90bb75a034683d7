/** The client against `waybill/testing`, which was written from Amazon's pages separately: each judges the other. */
import { describe, expect, test } from 'vitest';
import { type AmazonPayAlgorithm, DeliveryTrackerClient, type DeliveryTrackerClientOptions } from '../../src/amazonpay/index.ts';
import { AmazonEmulator, testKeys } from '../../src/testing/index.ts';
import { pkcs8 } from '../support/rsa.ts';

const input = { chargePermissionId: 'S02-1234567-1234567', carrierCode: 'DHL_DE', trackingNumber: 'JJD000390007827356' } as const;
const keys = testKeys();

async function start(
  options: Partial<DeliveryTrackerClientOptions> = {},
): Promise<{ emulator: AmazonEmulator; client: DeliveryTrackerClient }> {
  const { publicKeyId, privateKey, publicKey } = await keys;
  const emulator = new AmazonEmulator({ publicKeys: { [publicKeyId]: publicKey } });
  const client = new DeliveryTrackerClient({ publicKeyId, privateKey, region: 'eu', fetch: emulator.fetch, maxRetries: 0, ...options });
  return { emulator, client };
}

describe('the emulator', () => {
  test.each<AmazonPayAlgorithm>(['AMZN-PAY-RSASSA-PSS', 'AMZN-PAY-RSASSA-PSS-V2'])('accepts what is signed with %s', async (algorithm) => {
    const { emulator, client } = await start({ algorithm });
    await client.create(input);
    expect(emulator.deliveryTrackers).toHaveLength(1);
  });

  test('refuses another key, and the hint says that it is the key', async () => {
    const { emulator, client } = await start({ privateKey: pkcs8 });
    const hint = expect.stringContaining('"privateKey" does not belong to "publicKeyId"');
    await expect(client.create(input)).rejects.toMatchObject({ reasonCode: 'InvalidRequestSignature', hint });
    expect(emulator.deliveryTrackers).toHaveLength(0);
  });

  test.each([
    ['a space after the body', (body: string) => `${body} `, 'changes the body, the path or a signed header'],
    ['no body', () => '', 'The body did not arrive'],
  ])('refuses %s, and the hint says so', async (_, change, hint) => {
    const { emulator } = await start();
    const fetch: DeliveryTrackerClientOptions['fetch'] = (url, init) =>
      emulator.fetch(url, { ...init, body: change(new TextDecoder().decode(init.body as Uint8Array)) });
    const { client } = await start({ fetch });
    await expect(client.create(input)).rejects.toMatchObject({
      reasonCode: 'InvalidRequestSignature',
      hint: expect.stringContaining(hint),
    });
  });

  test('refuses a clock that is ahead, and the client corrects it', async () => {
    const { emulator, client } = await start({ clock: () => new Date(Date.now() + 86_400_000), rateLimiter: false });
    const outcome = await client.create(input).catch((error: unknown) => error);
    expect(outcome).toMatchObject({ attempts: 2 });
    expect(emulator.deliveryTrackers).toHaveLength(1);
  });
});
