/**
 * What an item costs among 1, 10, 100, 1,000 and 10,000: it must not cost more the more there are. What holds all of them at once is compared with
 * `JSON.parse()` that does, because the garbage collector makes that dearer too. Beside it the memory that all take at their peak, over what
 * was there before. The batches of SQS are in `sqs.mjs`.
 */
import assert from 'node:assert/strict';
import { DeliveryTrackerClient } from 'waybill/amazonpay';
import { BuyWithPrimeEventParser } from 'waybill/buywithprime/events';
import { NdrFeedbackClient } from 'waybill/shipping-ndr';
import { apiKey, NdrWebhookVerifier } from 'waybill/shipping-ndr/webhook';
import { DELIVERY_EVENT, NDR_EVENT } from '../runtime/suite/samples.mjs';
import { compare, peakOf, printTarget } from './measure.mjs';

const SIZES = [1, 10, 100, 1_000, 10_000];

const respond = (/** @type {unknown} */ body) => {
  const text = body === undefined ? '' : JSON.stringify(body);
  const arrayBuffer = async () => new TextEncoder().encode(text).buffer;
  return { status: body === undefined ? 204 : 200, headers: new Headers(), text: async () => text, arrayBuffer };
};
const common = { rateLimiter: /** @type {const} */ (false) };
const trackers = new DeliveryTrackerClient({
  ...common,
  publicKeyId: 'SANDBOX-ABCDEFGHIJKLMNOPQRSTUVWX',
  // A signature takes many times as long as all the rest, and always the same.
  privateKey: { sign: async () => new Uint8Array(256) },
  region: 'na',
  fetch: async () =>
    respond({ chargePermissionId: 'S01-0000000-0000000', deliveryDetails: [{ trackingNumber: '1Z', carrierCode: 'UPS' }] }),
});
const feedback = new NdrFeedbackClient({
  ...common,
  credentials: { clientId: 'amzn1.application-oa2-client.0', clientSecret: 'secret', refreshToken: 'Atzr|token' },
  fetch: async (url) =>
    respond(String(url).includes('/auth/') ? { access_token: 'Atza|token', token_type: 'bearer', expires_in: 3_600 } : undefined),
});
const parser = new BuyWithPrimeEventParser();
const key = 'a-key-that-nobody-guesses';
const webhook = new NdrWebhookVerifier({ auth: apiKey({ keys: key }) }).handler(() => undefined, { maxBodyBytes: 100_000_000 });

/**
 * Makes the work for so many items, which resolves with how many went well, and what to compare it with.
 *
 * @type {Record<string, (size: number) => { work: () => unknown, json?: () => unknown }>}
 */
const WORK = {
  'BuyWithPrimeEventParser.parseAll()': (size) => {
    const records = Array.from({ length: size }, (_, at) => ({
      messageId: `m${at}`,
      body: JSON.stringify({ ...DELIVERY_EVENT, id: `e${at}` }),
    }));
    return {
      work: () => parser.parseAll({ Records: records }).filter(({ success }) => success).length,
      json: () => records.map(({ body }) => JSON.parse(body)),
    };
  },
  'NdrWebhookVerifier.handler(), a list of events': (size) => {
    const body = JSON.stringify(Array.from({ length: size }, (_, at) => ({ ...NDR_EVENT, id: `e${at}` })));
    const init = { method: 'POST', headers: { 'x-api-key': key, 'content-type': 'application/json' }, body };
    return {
      work: async () => ((await webhook(new Request('https://shop.example/ndr', init))).status === 200 ? size : 0),
      json: async () => (await new Request('https://shop.example/ndr', init).json()).length,
    };
  },
  'DeliveryTrackerClient.createMany()': (size) => {
    const parcels = Array.from({ length: size }, (_, at) => ({
      chargePermissionId: 'S01-0000000-0000000',
      carrierCode: 'UPS',
      trackingNumber: `1Z${String(at).padStart(16, '0')}`,
    }));
    const work = async () => {
      let right = 0;
      for await (const { status } of trackers.createMany(parcels)) if (status === 'created') right += 1;
      return right;
    };
    return { work };
  },
  'NdrFeedbackClient.submitMany()': (size) => {
    const items = Array.from({ length: size }, (_, at) => ({
      trackingId: `${1_809_561_149_386 + at}`,
      ndrAction: /** @type {const} */ ('RTO'),
    }));
    const work = async () => {
      let right = 0;
      for await (const { status } of feedback.submitMany(items)) if (status === 'submitted') right += 1;
      return right;
    };
    return { work };
  },
};

for (const [name, make] of Object.entries(WORK)) {
  console.log(`${name}: items, µs an item, times JSON.parse(), peak kB an item`);
  /** @type {Map<number, number>} */
  const costs = new Map();
  for (const size of SIZES) {
    const { work, json } = make(size);
    assert.equal(await work(), size);
    /** @type {Record<string, () => unknown>} */
    const tasks = json ? { work, json } : { work };
    const { work: measured } = await compare(tasks, { perRun: size, rounds: size > 1_000 ? 7 : 21 });
    const [microseconds, times] = [1e6 / (measured?.rate ?? Number.NaN), json ? 1 / (measured?.times ?? Number.NaN) : undefined];
    costs.set(size, times ?? microseconds);
    const cells = [size.toLocaleString('en'), microseconds.toFixed(2), times?.toFixed(2) ?? '', (await peakOf(work, size)).toFixed(2)];
    console.log(cells.map((cell) => cell.padStart(10)).join(''));
  }
  const growth = (costs.get(10_000) ?? Number.NaN) / (costs.get(100) ?? Number.NaN);
  printTarget(`${name}, an item among 10,000, times one among 100`, growth, { atMost: 1.25 });
}
