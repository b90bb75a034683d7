/**
 * From the bytes of an NDR event to a typed one: ours against `constructEvent` of stripe and `verify` of standardwebhooks on bodies of the
 * same size. Then from its request to the answer, beside the least that could be done.
 *
 * The work is not the same. Amazon signs nothing, so ours hashes a key of some twenty characters and then checks the shape; the other two
 * authenticate every byte, and hand out whatever JSON it is.
 */
import assert from 'node:assert/strict';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { apiKey, NdrWebhookVerifier } from 'waybill/shipping-ndr/webhook';
import { NDR_EVENT } from '../runtime/suite/samples.mjs';
import { compare, printRates, printTarget } from './measure.mjs';

const key = 'a-key-that-nobody-guesses';
const bytes = Buffer.from(JSON.stringify(NDR_EVENT));
const headers = { 'content-type': 'application/json', 'x-api-key': key };
const verifier = new NdrWebhookVerifier({ auth: apiKey({ keys: key }) });
const handler = verifier.handler(() => undefined);
const verify = () => verifier.verify({ headers, body: bytes });

/** Their own fields, and then as many more bytes as it takes. @param {object} event */
const padded = (event) => {
  const { length } = JSON.stringify({ ...event, remarks: '' });
  return Buffer.from(JSON.stringify({ ...event, remarks: 'x'.repeat(bytes.length - length) }));
};
const secret = 'whsec_c2l4dGVlbiBieXRlcyBhbmQgYSBmZXcgbW9yZQ==';
const stripe = new Stripe('sk_test_none');
const stripeBody = padded({ id: 'evt_1', object: 'event', type: 'shipping.undelivered', data: { object: { id: '1809561149386' } } });
const stripeHeader = stripe.webhooks.generateTestHeaderString({ payload: stripeBody.toString(), secret });
const constructEvent = () => stripe.webhooks.constructEvent(stripeBody, stripeHeader, secret);
const standard = new Webhook(secret);
const standardBody = padded({ type: 'shipping.undelivered', timestamp: NDR_EVENT.time, data: { id: '1809561149386' } });
const sent = new Date();
const standardHeaders = {
  'webhook-id': 'msg_1',
  'webhook-timestamp': String(Math.floor(sent.getTime() / 1000)),
  'webhook-signature': standard.sign('msg_1', sent, standardBody.toString()),
};
const standardVerify = () => standard.verify(standardBody, standardHeaders);

const event = await verify();
assert.equal(event.kind === 'ndr' && event.detail.trackingId, NDR_EVENT.detail.trackingId);
await assert.rejects(verifier.verify({ headers: { 'x-api-key': 'another' }, body: bytes }), { code: 'AUTHENTICATION' });
assert.equal(constructEvent().id, 'evt_1');
assert.throws(() => stripe.webhooks.constructEvent(stripeBody, stripeHeader, 'whsec_other'));
assert.equal(/** @type {{ type: string }} */ (standardVerify()).type, 'shipping.undelivered');
assert.throws(() => standard.verify(standardBody, { ...standardHeaders, 'webhook-id': 'msg_2' }));
assert.deepEqual([stripeBody.length, standardBody.length], [bytes.length, bytes.length]);

console.log(`${bytes.length} bytes to an event, and how many times the rate of the last line`);
const ours = 'NdrWebhookVerifier.verify(), apiKey()';
const results = await compare({
  [ours]: verify,
  'stripe, webhooks.constructEvent()': constructEvent,
  'standardwebhooks, Webhook.verify()': standardVerify,
  'JSON.parse() alone': () => JSON.parse(bytes.toString()),
});
printRates(results);
const times = (/** @type {string} */ other) => (results[ours]?.times ?? Number.NaN) / (results[other]?.times ?? Number.NaN);
printTarget("verify and parse, times stripe's rate", times('stripe, webhooks.constructEvent()'), { atLeast: 1.15 });
printTarget("verify and parse, times standardwebhooks' rate", times('standardwebhooks, Webhook.verify()'), { atLeast: 1 });

const request = () => new Request('https://shop.example/ndr', { method: 'POST', headers, body: bytes });
assert.equal((await handler(request())).status, 200);
console.log('Request to Response');
printRates(
  await compare({
    'NdrWebhookVerifier.handler(), apiKey()': () => handler(request()),
    'a handler that reads the JSON and checks nothing': async () => Response.json((await request().json()).id),
  }),
);
