/**
 * From a signed webhook's bytes to a typed event. ECDSA on P-384 is nearly all of it: beside it stand the verification alone, by the
 * platform in both of its forms, and stripe's, whose HMAC is another order of magnitude.
 */
import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import Stripe from 'stripe';
import { BuyWithPrimeWebhookVerifier } from 'waybill/buywithprime';
import { buyWithPrimeEvent, WebhookSigningKeys } from 'waybill/testing';
import { compare, printRates, printTarget } from './measure.mjs';

const keys = new WebhookSigningKeys();
const [jwk] = keys.jwks.keys;
assert(jwk);
const body = new TextEncoder().encode(JSON.stringify(buyWithPrimeEvent('PACKAGE_DELIVERED').detail));
const key = createPublicKey({ key: /** @type {import('node:crypto').JsonWebKey} */ (jwk), format: 'jwk' });
const headersOf = (/** @type {'der' | 'ieee-p1363'} */ encoding) => ({
  'x-amzn-kid': keys.keyId,
  'x-amzn-signature': keys.sign(body, { encoding }),
});
const der = headersOf('der');
const p1363 = headersOf('ieee-p1363');
const derBytes = Buffer.from(der['x-amzn-signature'], 'base64');
const p1363Bytes = Buffer.from(p1363['x-amzn-signature'], 'base64');

const own = new BuyWithPrimeWebhookVerifier({ keys: jwk });
const published = new BuyWithPrimeWebhookVerifier({ fetch: async () => Response.json(keys.jwks) });
const handler = own.handler(() => undefined);
const request = () =>
  new Request('https://shop.example/bwp', { method: 'POST', headers: { ...der, 'content-type': 'application/json' }, body });

const cryptoKey = await crypto.subtle.importKey('jwk', /** @type {JsonWebKey} */ (jwk), { name: 'ECDSA', namedCurve: 'P-384' }, false, [
  'verify',
]);
const byNode = () => verify('sha384', body, { key, dsaEncoding: 'der' }, derBytes);
const byWebCrypto = () => crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-384' }, cryptoKey, p1363Bytes, body);

const stripe = new Stripe('sk_test_none');
const payload = JSON.stringify({ id: 'evt_1', object: 'event', data: { object: JSON.parse(new TextDecoder().decode(body)) } });
const header = stripe.webhooks.generateTestHeaderString({ payload, secret: 'whsec_test' });
const constructEvent = () => stripe.webhooks.constructEvent(payload, header, 'whsec_test');

const { privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-384' }, true, ['sign', 'verify']);
const stranger = createPrivateKey({ key: Buffer.from(await crypto.subtle.exportKey('pkcs8', privateKey)), format: 'der', type: 'pkcs8' });
const forged = sign('sha384', body, stranger).toString('base64');
for (const verifier of [own, published]) {
  for (const headers of [der, p1363]) assert.equal((await verifier.verify({ headers, body })).kind, 'DELIVERY_COMPLETED');
  await assert.rejects(verifier.verify({ headers: { ...der, 'x-amzn-signature': forged }, body }), { code: 'AUTHENTICATION' });
}
assert.equal((await handler(request())).status, 200);
assert.equal(byNode() && (await byWebCrypto()), true);
assert.equal(constructEvent().id, 'evt_1');

console.log('bytes to event, and how many times the rate of the last line');
const ours = 'BuyWithPrimeWebhookVerifier.verify(), DER';
const theirs = 'WebCrypto: verify() alone';
const results = await compare({
  [ours]: () => own.verify({ headers: der, body }),
  'the same, IEEE P1363': () => own.verify({ headers: p1363, body }),
  'the same, with a published key set': () => published.verify({ headers: der, body }),
  'BuyWithPrimeWebhookVerifier.handler()': () => handler(request()),
  "stripe's constructEvent() (HMAC)": constructEvent,
  [theirs]: byWebCrypto,
  'node:crypto: verify() alone': byNode,
});
printRates(results);
printTarget("verify a Buy with Prime webhook, times WebCrypto's rate alone", (results[ours]?.times ?? 0) / (results[theirs]?.times ?? 1), {
  atLeast: 0.85,
});
