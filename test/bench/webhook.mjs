/** From an NDR webhook's body to a typed event, and from its request to the answer; beside each, what is the least that could be done. */
import assert from 'node:assert/strict';
import { apiKey, NdrWebhookVerifier } from 'waybill/shipping-ndr/webhook';
import { NDR_EVENT } from '../runtime/suite/samples.mjs';
import { compare, printRates } from './measure.mjs';

const key = 'a-key-that-nobody-guesses';
const body = JSON.stringify(NDR_EVENT);
const bytes = new TextEncoder().encode(body);
const headers = { 'content-type': 'application/json', 'x-api-key': key };
const verifier = new NdrWebhookVerifier({ auth: apiKey({ keys: key }) });
const handler = verifier.handler(() => undefined);

const request = () => new Request('https://shop.example/ndr', { method: 'POST', headers, body: bytes });
const verify = () => verifier.verify({ headers, body });

const event = await verify();
assert.equal(event.kind, 'ndr');
assert.equal(event.kind === 'ndr' && event.detail.trackingId, NDR_EVENT.detail.trackingId);
await assert.rejects(verifier.verify({ headers: { 'x-api-key': 'another' }, body }), { code: 'AUTHENTICATION' });
assert.equal((await handler(request())).status, 200);

console.log('text to event, and how many times the rate of the last line');
printRates(await compare({ 'NdrWebhookVerifier.verify(), apiKey()': verify, 'JSON.parse() alone': () => JSON.parse(body) }));
console.log('Request to Response');
printRates(
  await compare({
    'NdrWebhookVerifier.handler(), apiKey()': () => handler(request()),
    'a handler that reads the JSON and checks nothing': async () => Response.json((await request().json()).id),
  }),
);
