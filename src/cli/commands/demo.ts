/**
 * `waybill demo`: all three surfaces against a served emulator.
 *
 * @module
 */
import { constants, verify } from 'node:crypto';
import type { Command } from 'commander';
import { DeliveryTrackerClient } from '../../amazonpay/index.ts';
import { BuyWithPrimeClient, BuyWithPrimeEventParser } from '../../buywithprime/index.ts';
import type { ResponseInfo } from '../../core/options.ts';
import { apiKey, type NdrEvent, NdrFeedbackClient, NdrWebhookVerifier, suggestNdrActions } from '../../shipping-ndr/index.ts';
import { AmazonEmulator, authenticatedRequest, buyWithPrimeEvent, buyWithPrimeOrder, ndrEvent, testKeys } from '../../testing/index.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../failure.ts';
import type { Output } from '../output.ts';
import { serve } from '../server.ts';
import { addJson } from '../settings.ts';

/** Makes the command. */
export function define(command: Command, context: Context): void {
  addJson(command)
    .description("Drives all three surfaces against an emulator of Amazon's side, on loopback. Needs no keys and no network.")
    .addHelpText('after', '\nEnds with 1 where something is not as expected.')
    .action(() => demonstrate(context));
}

async function demonstrate(context: Context): Promise<void> {
  const { out, signal } = context;
  const story = new Story(out);
  const started = performance.now();
  const keys = await testKeys();
  const emulator = new AmazonEmulator({
    publicKeys: { [keys.publicKeyId]: keys.publicKey },
    // Another judge than the one that signs, which is WebCrypto.
    verifySignature: ({ publicKey, data, signature, saltLength }) =>
      verify('sha256', data, { key: publicKey as string, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }, signature),
    orders: [buyWithPrimeOrder()],
  });
  const amazon = await serve(emulator.fetch);
  story.line('Amazon is at', amazon.url);
  try {
    for (const act of [amazonPay, shippingNdr, buyWithPrime]) {
      signal.throwIfAborted();
      await act({ story, emulator, keys, url: amazon.url });
    }
  } finally {
    amazon.close();
  }
  context.exitCode = story.finish(performance.now() - started);
}

interface Stage {
  readonly story: Story;
  readonly emulator: AmazonEmulator;
  readonly keys: Awaited<ReturnType<typeof testKeys>>;
  readonly url: string;
}

async function amazonPay({ story, emulator, keys: { publicKeyId, privateKey }, url }: Stage): Promise<void> {
  story.heading('1. Amazon Pay: a parcel is on its way, and Alexa is to announce it');
  const client = new DeliveryTrackerClient({ publicKeyId, privateKey, region: 'eu', baseUrl: url, hooks: story.hooks });
  const parcel = { chargePermissionId: 'S02-0000000-0000000', carrierCode: 'DHL_DE', trackingNumber: 'JJD000390007827356' };
  for (const [name, value] of Object.entries(parcel)) story.line(name, value);
  const tracker = await client.create(parcel);
  const [kept] = emulator.deliveryTrackers;
  story.expect('the signature verifies with node:crypto, and Amazon keeps the parcel', kept?.trackingNumber === parcel.trackingNumber);
  story.expect('Amazon echoes it', tracker.deliveryDetails[0]?.trackingNumber === parcel.trackingNumber);
}

async function shippingNdr({ story, emulator, url }: Stage): Promise<void> {
  story.heading('2. Amazon Shipping: a parcel could not be delivered; what now?');
  const events: NdrEvent[] = [];
  const verifier = new NdrWebhookVerifier({ auth: apiKey({ keys: 'abcdef12345' }) });
  const webhook = await serve(verifier.handler((event) => void (event.kind === 'ndr' && events.push(event))));
  const sent = ndrEvent({ detail: { reasonCode: 'Customer unavailable' } });
  const post = async (key: string): Promise<number> => {
    const started = performance.now();
    const { status } = await fetch(authenticatedRequest(sent, { url: `${webhook.url}/amazon/ndr`, auth: { type: 'apiKey', key } }));
    story.exchange('<-', 'POST', '/amazon/ndr', status, performance.now() - started);
    return status;
  };
  story.expect('your webhook turns wrong credentials away, so that Amazon tries again', (await post('wrong')) === 401);
  story.expect('it takes the right ones', (await post('abcdef12345')) === 200);
  webhook.close();
  const [event] = events;
  story.expect('the event has arrived once', events.length === 1 && event?.id === sent.id);
  if (!event) return;
  const { trackingId, shipmentStatus, reasonCode } = event.detail;
  const [advice] = suggestNdrActions(event).actions;
  story.line('parcel', trackingId);
  story.line('what happened', `${shipmentStatus}: ${reasonCode}`);
  story.line('Amazon advises', `${advice?.ndrAction}. ${advice?.advice}`);
  const client = new NdrFeedbackClient({
    credentials: emulator.credentials.lwa,
    baseUrl: url,
    tokenUrl: `${url}/auth/o2/token`,
    hooks: story.hooks,
  });
  await client.reschedule(trackingId, new Date(Date.now() + 2 * 86_400_000));
  story.expect('Amazon is to deliver it the day after tomorrow', emulator.ndrFeedback[0]?.ndrAction === 'RESCHEDULE');
}

async function buyWithPrime({ story, emulator, url }: Stage): Promise<void> {
  story.heading('3. Buy with Prime: an order is on its way; which items are in it?');
  const event = new BuyWithPrimeEventParser().parse(JSON.stringify(buyWithPrimeEvent('PACKAGE_DELIVERY_IN_TRANSIT')));
  story.line('event', `${event.eventType}, which is ${event.kind}`);
  if (event.kind !== 'DELIVERY_IN_TRANSIT') return story.expect('the event is known', false);
  story.line('order', event.orderId);
  story.line('delivery', event.deliveryId);
  const { targetId, ...credentials } = emulator.credentials.buyWithPrime;
  const client = new BuyWithPrimeClient({ credentials, targetId, baseUrl: url, hooks: story.hooks });
  const resolved = await client.resolveDelivery(event);
  const items = resolved.status === 'found' ? resolved.lineItems.map(({ id }) => id) : [];
  for (const id of items) story.line('line item', id);
  story.expect(
    'it is in transit, with both line items',
    resolved.status === 'found' && resolved.delivery.state === 'IN_TRANSIT' && items.length === 2,
  );
}

/** Tells what happens, and counts what is as expected. */
class Story {
  readonly #out: Output;
  readonly #checks: { readonly what: string; readonly ok: boolean }[] = [];

  constructor(out: Output) {
    this.#out = out;
  }

  /** Watch a client. */
  readonly hooks = {
    onResponse: ({ method, url, status, duration }: ResponseInfo): void =>
      this.exchange('->', method, new URL(url).pathname, status, duration),
  };

  heading(text: string): void {
    this.#print(`\n${this.#out.style('bold', text)}`);
  }

  line(name: string, value: string): void {
    for (const line of this.#out.fields({ [name.padEnd(18)]: value }, 2)) this.#print(line);
  }

  exchange(direction: '->' | '<-', method: string, path: string, status: number, duration: number): void {
    const request = `${direction} ${method} ${path}`.padEnd(58);
    this.#print(
      `  ${this.#out.style('cyan', request)}${this.#out.style(status < 400 ? 'green' : 'yellow', String(status))}${`${duration.toFixed(0)} ms`.padStart(9)}`,
    );
  }

  expect(what: string, ok: boolean): void {
    this.#checks.push({ what, ok });
    this.#print(`  ${ok ? this.#out.style('green', 'ok    ') : this.#out.style('red', 'FAILED')} ${what}`);
  }

  /** The last line, and the exit code. */
  finish(milliseconds: number): number {
    const failed = this.#checks.filter(({ ok }) => !ok).length;
    const all = this.#checks.length;
    this.#out.show({ ok: failed === 0, checks: this.#checks }, () =>
      failed === 0
        ? `\n${this.#out.style('green', `Everything as expected: ${all} checks in ${(milliseconds / 1_000).toFixed(1)} s.`)}\n\nNext: waybill emulator, waybill --help`
        : `\n${this.#out.style('red', `${failed} of ${all} checks failed.`)}`,
    );
    return failed === 0 ? EXIT.ok : EXIT.failed;
  }

  #print(text: string): void {
    if (!this.#out.json) this.#out.raw(`${text}\n`);
  }
}
