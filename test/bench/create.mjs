/**
 * Whole calls over loopback HTTPS: `DeliveryTrackerClient.create()` against the official Node SDK's `deliveryTrackers()`, and `createMany()` of
 * 1,000 parcels against a loop over the SDK with the same concurrency.
 *
 * Each client has a process of its own, and so has the server, which verifies every signature by node:crypto. The clients take turns.
 */
import { fork } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, printRates, printTarget } from './measure.mjs';
import { startCaller } from './pay-caller.mjs';
import { accept, makeCertificate, servePay, skipWithoutCertificate } from './pay-server.mjs';

const ROUNDS = 15;
const MILLISECONDS_PER_TURN = 300;

if (process.argv[2] === 'serve') {
  process.once('message', async (/** @type {{ certificate: string, publicKey: string }} */ { certificate, publicKey }) => {
    const { host } = await servePay(certificate, accept(publicKey));
    process.send?.({ host });
  });
} else {
  const certificate = makeCertificate();
  if (certificate) await measure(certificate);
  else skipWithoutCertificate();
}

/** @param {string} certificate */
async function measure(certificate) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const folder = mkdtempSync(join(tmpdir(), 'create-'));
  const file = join(folder, 'certificate.pem');
  writeFileSync(file, certificate, { mode: 0o600 });
  const server = fork(import.meta.filename, ['serve']);
  const callers = {
    'DeliveryTrackerClient.create()': startCaller('waybill', file),
    'official SDK, deliveryTrackers()': startCaller('sdk', file),
  };
  try {
    server.send({ certificate, publicKey });
    const [{ host }] = await once(server, 'message');
    for (const [inFlight, words] of /** @type {const} */ ([
      [1, 'one after another'],
      [50, '50 in flight'],
    ])) {
      console.log(words);
      printRates(await compare(callers, (caller) => caller.run({ host, privateKey, inFlight, milliseconds: MILLISECONDS_PER_TURN })));
    }
    console.log('a batch of 1,000, 50 in flight');
    const results = await compare(callers, (caller) => caller.batch({ host, privateKey, inFlight: 50, parcels: 1_000 }), 5);
    printRates(results);
    printTarget('createMany(), times the rate of a loop over the official SDK', Object.values(results)[0]?.times ?? 0, { atLeast: 2.5 });
  } finally {
    for (const { stop } of Object.values(callers)) stop();
    server.kill();
    rmSync(folder, { recursive: true });
  }
}

/**
 * Calls a second, and how many times the rate of the last: medians over rounds. A call that fails ends it.
 *
 * @param {Record<string, ReturnType<typeof startCaller>>} callers
 * @param {(caller: ReturnType<typeof startCaller>) => Promise<number>} ask
 */
async function compare(callers, ask, rounds = ROUNDS) {
  const names = Object.keys(callers);
  /** @type {number[][]} */
  const rates = names.map(() => []);
  // The first round opens connections and warms the code, and is thrown away.
  for (let round = 0; round <= rounds; round += 1) {
    for (const [at, caller] of Object.values(callers).entries()) {
      const rate = await ask(caller);
      if (round > 0) rates[at]?.push(rate);
    }
  }
  const base = rates.at(-1) ?? [];
  const entries = names.map((name, at) => {
    const own = rates[at] ?? [];
    return [name, { rate: median(own), times: median(own.map((rate, round) => rate / (base[round] ?? Number.NaN))) }];
  });
  return Object.fromEntries(entries);
}
