/**
 * `npm run soak`: 100,000 parcels through createMany(), then 75,000 calls and events through the other clients, the emulator and its
 * deliveries, with the quota off. Fails where the heap grows by more than 20 MB in any of them. Takes about two minutes.
 *
 * Signing and verifying are replaced: they would take minutes, and hold no memory of ours.
 */
import { setImmediate } from 'node:timers/promises';
import { DeliveryTrackerClient } from 'waybill/amazonpay';
import { BuyWithPrimeClient } from 'waybill/buywithprime';
import { apiKey, MemoryIdempotencyStore, NdrFeedbackClient, NdrWebhookVerifier } from 'waybill/shipping-ndr';
import { AmazonEmulator, buyWithPrimeOrder, ndrEvent, testKeys } from 'waybill/testing';

const LIMIT = 20;

const { publicKeyId, publicKey } = await testKeys();
const amazon = new AmazonEmulator({
  publicKeys: { [publicKeyId]: publicKey },
  quota: false,
  advanced: { verifySignature: () => true },
  orders: [buyWithPrimeOrder()],
  // So that a fifth of each run fills what is kept on purpose.
  maxRecords: 1_000,
});
/** In memory nothing ever waits for a socket, and what only runs in microtasks is never collected. @type {typeof amazon.fetch} */
const fetch = async (input, init) => {
  await setImmediate();
  return amazon.fetch(input, init);
};

/** Each counts what went well; `done` is told of every one. @type {[name: string, count: number, run: (count: number, done: () => Promise<void>) => Promise<number>][]} */
const runs = [
  ['delivery trackers', 100_000, deliveryTrackers],
  ['tokens', 20_000, tokens],
  ['NDR feedback', 30_000, feedback],
  ['orders', 5_000, orders],
  ['deliveries of events', 20_000, deliveries],
];

/** @param {number} count @param {() => Promise<void>} done */
async function deliveryTrackers(count, done) {
  const client = new DeliveryTrackerClient({
    publicKeyId,
    privateKey: { sign: async () => new Uint8Array(256) },
    region: 'na',
    rateLimiter: false,
    fetch,
  });
  function* parcels() {
    for (let number = 0; number < count; number += 1) {
      yield { chargePermissionId: 'S01-1234567-1234567', carrierCode: 'UPS', trackingNumber: `1Z${number}` };
    }
  }
  let right = 0;
  for await (const { status } of client.createMany(parcels(), { concurrency: 50 })) {
    if (status === 'created') right += 1;
    await done();
  }
  return right;
}

/** @param {number} count @param {() => Promise<void>} done */
async function tokens(count, done) {
  const { clientId: client_id, clientSecret: client_secret, refreshToken: refresh_token } = amazon.credentials.lwa;
  let right = 0;
  for (let number = 0; number < count; number += 1) {
    const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token, client_id, client_secret });
    const response = await fetch('https://api.amazon.com/auth/o2/token', { method: 'POST', body });
    if ((await response.json()).access_token) right += 1;
    await done();
  }
  return right;
}

/** @param {number} count @param {() => Promise<void>} done */
async function feedback(count, done) {
  const client = new NdrFeedbackClient({ credentials: amazon.credentials.lwa, rateLimiter: false, fetch });
  let right = 0;
  for (let number = 0; number < count; number += 1) {
    // As long as a real one: a short number may be part of a request's id, which is then left out.
    if ((await client.returnToOrigin(String(361_000_000_000 + number))).requestId) right += 1;
    await done();
  }
  return right;
}

/** @param {number} count @param {() => Promise<void>} done */
async function orders(count, done) {
  const { targetId, ...credentials } = amazon.credentials.buyWithPrime;
  const client = new BuyWithPrimeClient({ credentials, targetId, fetch });
  let right = 0;
  for (let number = 0; number < count; number += 1) {
    if ((await client.order('322-ABC1-AAAAAA'))?.lineItems.length === 2) right += 1;
    await done();
  }
  return right;
}

/** A quarter twice, a tenth to be sent again, and one in fifty lost. @param {number} count @param {() => Promise<void>} done */
async function deliveries(count, done) {
  const store = new MemoryIdempotencyStore({ clock: () => amazon.deliveryTime, maxKeys: 1_000 });
  let kept = 0;
  const keep = new NdrWebhookVerifier({ auth: apiKey({ keys: 'abcdef12345' }) }).handler(
    async () => {
      await setImmediate();
      if (Math.random() < 0.1) throw new Error('later');
      kept += 1;
    },
    { idempotencyStore: store },
  );
  let lost = 0;
  for (let number = 0; number < count; number += 1) {
    const isLost = number % 50 === 0;
    if (isLost) lost += 1;
    const to = isLost ? async () => new Response(null, { status: 404 }) : keep;
    amazon.deliver(ndrEvent(), { to, auth: { type: 'apiKey', key: 'abcdef12345' }, duplicates: 0.25, disorder: 1_000 });
    // Not all at once: what waits takes room, and should.
    if (number % 100 === 99) await amazon.report();
    await done();
  }
  const { dropped } = await amazon.report();
  return dropped.length === Math.min(lost, 1_000) ? kept + lost : 0;
}

const heap = async () => {
  for (let times = 0; times < 3; times += 1) {
    globalThis.gc?.();
    await setImmediate();
  }
  return process.memoryUsage().heapUsed / 1e6;
};

if (!globalThis.gc) throw new Error('run with node --expose-gc');
for (const [name, count, run] of runs) {
  amazon.reset();
  let before = 0;
  let peak = 0;
  let seen = 0;
  const started = performance.now();
  const right = await run(count, async () => {
    seen += 1;
    // After a fifth: the emulator keeps what it shall keep, and code has been compiled.
    if (seen === count / 5) before = await heap();
    else if (seen % (count / 10) === 0 && before > 0) peak = Math.max(peak, await heap());
  });
  const growth = Math.max(peak, await heap()) - before;
  const seconds = (performance.now() - started) / 1_000;
  console.log(`${name.padEnd(22)}${right} of ${count} in ${seconds.toFixed(0)} s, heap growth ${growth.toFixed(1)} MB (at most ${LIMIT})`);
  if (right !== count || growth >= LIMIT) process.exitCode = 1;
}
