/**
 * All three surfaces on Amazon's own samples, against an emulator of Amazon's side that is served over HTTP on loopback.
 * Uses the built package, as your program would.
 *
 *     npm run demo
 */
import { constants, verify } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { DeliveryTrackerClient } from 'waybill/amazonpay';
import { BuyWithPrimeClient, BuyWithPrimeEventParser } from 'waybill/buywithprime';
import { apiKey, NdrFeedbackClient, NdrWebhookVerifier, suggestNdrActions } from 'waybill/shipping-ndr';
import { AmazonEmulator, authenticatedRequest, buyWithPrimeOrder, testKeys } from 'waybill/testing';
import { exchange, expect, finish, heading, line } from './report.mjs';
import { serve } from './serve.mjs';

/** @param {string} name */
const sample = (name) => readFile(new URL(`./samples/${name}`, import.meta.url), 'utf8');
const hooks = { onResponse: exchange };
const start = performance.now();

let verified = 0;
const keys = await testKeys();
const emulator = new AmazonEmulator({
  publicKeys: { [keys.publicKeyId]: keys.publicKey },
  // Another judge than the one that signs: the package signs by WebCrypto.
  verifySignature({ publicKey, data, signature, saltLength }) {
    if (typeof publicKey !== 'string') return false;
    const valid = verify('sha256', data, { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }, signature);
    if (valid) verified += 1;
    return valid;
  },
  credentials: { buyWithPrime: { targetId: 'business-product-id' } },
  orders: [buyWithPrimeOrder({ id: 'order-id', deliveries: [{ id: 'delivery-id', state: 'IN_TRANSIT' }] })],
});
const amazon = await serve(emulator.fetch);
heading("waybill: Amazon's three delivery interfaces, on an emulator of Amazon's side");
line('Amazon is at', amazon.url);

try {
  await amazonPay();
  await shippingNdr();
  await buyWithPrime();
  finish(performance.now() - start);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  amazon.close();
}

async function amazonPay() {
  heading('1. Amazon Pay: a parcel is on its way, Alexa is to announce it');
  const { publicKeyId, privateKey } = keys;
  const client = new DeliveryTrackerClient({ publicKeyId, privateKey, region: 'eu', baseUrl: amazon.url, hooks });
  const input = { chargePermissionId: 'S02-0000000-0000000', carrierCode: 'DHL_DE', trackingNumber: 'JJD000390007827356' };
  for (const [name, value] of Object.entries(input)) line(name, value);
  const tracker = await client.create(input);
  line('request id', tracker.requestId);

  expect('the RSASSA-PSS signature verifies with node:crypto', verified === 1);
  const [kept] = emulator.deliveryTrackers;
  expect(
    'Amazon keeps this parcel for this order',
    kept?.trackingNumber === input.trackingNumber && kept.chargePermissionId === input.chargePermissionId,
  );
  expect('Amazon echoes it', tracker.deliveryDetails[0]?.trackingNumber === input.trackingNumber);
}

async function shippingNdr() {
  heading('2. Amazon Shipping: a parcel could not be delivered, what now?');
  const key = 'abcdef12345';
  /** @type {import('waybill/shipping-ndr').NdrEvent[]} */
  const events = [];
  const verifier = new NdrWebhookVerifier({ auth: apiKey({ keys: key }) });
  // Keeps the event and answers; the work is done afterwards.
  const webhook = await serve(verifier.handler((event) => void (event.kind === 'ndr' && events.push(event))));
  const text = await sample('ndr-event.json');
  /** @param {string} presented */
  const post = async (presented) => {
    const sent = performance.now();
    const request = authenticatedRequest(text, { url: `${webhook.url}/amazon/ndr`, auth: { type: 'apiKey', key: presented } });
    const { status } = await fetch(request);
    exchange({ method: 'POST', url: request.url, status, duration: performance.now() - sent }, '<-');
    return status;
  };
  expect('the webhook turns wrong credentials away, so that Amazon tries again', (await post('wrong-key')) === 401);
  expect('the webhook takes the right ones', (await post(key)) === 200);
  webhook.close();
  const [event] = events;
  expect("the one event is Amazon's sample", events.length === 1 && event?.id === '48af9743-336e-00eb-7194-de9975baa012');
  if (!event) return;

  const { trackingId, shipmentStatus, reasonCode } = event.detail;
  line('parcel', trackingId);
  line('what happened', `${shipmentStatus}: ${reasonCode}`);
  line('Amazon advises', advice(event));
  const other = { ...event, detail: { ...event.detail, reasonCode: 'Customer unavailable' } };
  line('when nobody is there', advice(other));
  expect("the advice is that of Amazon's table", suggestNdrActions(other).actions[0]?.ndrAction === 'RESCHEDULE');

  const client = new NdrFeedbackClient({
    credentials: emulator.credentials.lwa,
    baseUrl: amazon.url,
    tokenUrl: `${amazon.url}/auth/o2/token`,
    hooks,
  });
  const day = new Date(Date.now() + 2 * 24 * 3_600_000);
  const receipt = await client.reschedule(trackingId, day);
  line('request id', receipt.requestId);
  const [feedback] = emulator.ndrFeedback;
  expect('Amazon is to deliver it the day after tomorrow', feedback?.ndrAction === 'RESCHEDULE' && feedback.trackingId === trackingId);
  expect('the date arrived', Date.parse(feedback?.ndrRequestData?.rescheduleDate ?? '') === day.getTime());
}

/** @param {import('waybill/shipping-ndr').NdrEvent} event */
function advice(event) {
  const { actions } = suggestNdrActions(event);
  return actions.map(({ ndrAction, advice: words }) => `${ndrAction}. ${words}`).join(' ') || 'nothing for this reason: you choose';
}

async function buyWithPrime() {
  heading('3. Buy with Prime: an order is on its way, which items are in it?');
  const event = new BuyWithPrimeEventParser().parse(await sample('delivery-in-transit.json'));
  line('event', event.kind);
  expect("the event is Amazon's sample", event.kind === 'DELIVERY_IN_TRANSIT' && event.id === 'example-event-id');
  if (event.kind !== 'DELIVERY_IN_TRANSIT') return;
  line('order', event.orderId);
  line('delivery', event.deliveryId);

  const { targetId, ...credentials } = emulator.credentials.buyWithPrime;
  const client = new BuyWithPrimeClient({ credentials, targetId, baseUrl: amazon.url, hooks });
  const resolution = await client.resolveDelivery(event);
  expect('GraphQL finds the delivery', resolution.status === 'found');
  if (resolution.status !== 'found') return;
  line('state', resolution.delivery.state);
  const items = resolution.lineItems.map(({ id }) => id);
  for (const id of items) line('line item', id);
  expect('it is in transit, with both line items', resolution.delivery.state === 'IN_TRANSIT' && items.length === 2);
}
