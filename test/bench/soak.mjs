/**
 * `npm run soak`: 100,000 parcels through `createMany` and the emulator, with the quota off. Fails where the heap grows by more than 20 MB.
 *
 * Signing and verifying are replaced: they would take minutes, and hold no memory of ours.
 */
import { setImmediate } from 'node:timers/promises';
import { DeliveryTrackerClient } from 'waybill/amazonpay';
import { AmazonEmulator, testKeys } from 'waybill/testing';

const COUNT = 100_000;
const LIMIT = 20;

const { publicKeyId, publicKey } = await testKeys();
const amazon = new AmazonEmulator({ publicKeys: { [publicKeyId]: publicKey }, quota: false, verifySignature: () => true });
const client = new DeliveryTrackerClient({
  publicKeyId,
  privateKey: { sign: async () => new Uint8Array(256) },
  region: 'na',
  rateLimiter: false,
  // In memory nothing ever waits for a socket, and what only runs in microtasks is never collected.
  fetch: async (url, init) => {
    await setImmediate();
    return amazon.fetch(url, init);
  },
});

function* parcels() {
  for (let number = 0; number < COUNT; number += 1) {
    yield { chargePermissionId: 'S01-1234567-1234567', carrierCode: 'UPS', trackingNumber: `1Z${number}` };
  }
}

const heap = async () => {
  for (let times = 0; times < 3; times += 1) {
    globalThis.gc?.();
    await setImmediate();
  }
  return process.memoryUsage().heapUsed / 1e6;
};

if (!globalThis.gc) throw new Error('run with node --expose-gc');
let before = 0;
let peak = 0;
let created = 0;
const started = performance.now();
for await (const { status } of client.createMany(parcels(), { concurrency: 50 })) {
  if (status === 'created') created += 1;
  // After a fifth: the emulator keeps 10,000 records, and code has been compiled.
  if (created === COUNT / 5) before = await heap();
  else if (created % (COUNT / 10) === 0 && before > 0) peak = Math.max(peak, await heap());
}
const growth = Math.max(peak, await heap()) - before;
const seconds = (performance.now() - started) / 1_000;
console.log(`${created} of ${COUNT} created in ${seconds.toFixed(0)} s, heap growth ${growth.toFixed(1)} MB (at most ${LIMIT})`);
process.exitCode = created === COUNT && growth < LIMIT ? 0 : 1;
