/**
 * `waybill demo`: all three surfaces against a served emulator.
 *
 * @module
 */
import { constants, verify } from 'node:crypto';
import type { Command } from 'commander';
import ky from 'ky';
import { DeliveryTrackerClient } from '../../amazonpay/index.ts';
import { BuyWithPrimeClient, BuyWithPrimeEventParser } from '../../buywithprime/index.ts';
import type { ResponseInfo } from '../../core/hooks.ts';
import { apiKey, type NdrEvent, NdrFeedbackClient, NdrWebhookVerifier, suggestNdrActions } from '../../shipping-ndr/index.ts';
import {
  AmazonEmulator,
  authenticatedRequest,
  buyWithPrimeEvent,
  buyWithPrimeOrder,
  ndrEvent,
  type TestKeys,
  testKeys,
} from '../../testing/index.ts';
import { EXIT } from '../failure.ts';
import { addHelp } from '../help.ts';
import { serve } from '../server.ts';
import type { Context, Output } from '../terminal.ts';

/** Defines the command. */
export function define(command: Command, context: Context): void {
  command
    .description('Tries all three surfaces against an emulator of Amazon, without keys and without a network.')
    .action(() => demonstrate(context));
  addHelp(command, context.out, { exitCodes: { 1: 'a check failed' }, examples: ['waybill demo', 'waybill demo --json'] });
}

/** What each part of the demo uses. */
interface Stage {
  readonly story: Story;
  readonly emulator: AmazonEmulator;
  readonly keys: TestKeys;
  readonly url: string;
}

async function demonstrate(context: Context): Promise<void> {
  const story = new Story(context.out);
  const started = performance.now();
  const keys = await testKeys();
  const emulator = new AmazonEmulator({
    publicKeys: { [keys.publicKeyId]: keys.publicKey },
    orders: [buyWithPrimeOrder()],
    advanced: {
      // Not by WebCrypto, which signs: a second implementation has to agree.
      verifySignature: ({ publicKey, data, signature, saltLength }) =>
        verify('sha256', data, { key: publicKey as string, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }, signature),
    },
  });
  const amazon = await serve(emulator.fetch);
  story.fields({ emulator: amazon.url });
  try {
    for (const act of [amazonPay, shippingNdr, buyWithPrime]) {
      context.signal.throwIfAborted();
      await act({ story, emulator, keys, url: amazon.url });
    }
  } finally {
    amazon.close();
  }
  context.exitCode = story.finish(performance.now() - started);
}

async function amazonPay({ story, emulator, keys: { publicKeyId, privateKey }, url }: Stage): Promise<void> {
  story.heading('1. Amazon Pay: a parcel is shipped, and Alexa is to announce it');
  const client = new DeliveryTrackerClient({ publicKeyId, privateKey, region: 'eu', baseUrl: url, hooks: story.hooks });
  const parcel = { chargePermissionId: 'S02-0000000-0000000', carrierCode: 'DHL_DE', trackingNumber: 'JJD000390007827356' };
  story.fields(parcel);
  const tracker = await client.create(parcel);
  const [stored] = emulator.deliveryTrackers;
  story.expect('node:crypto verifies the signature, and Amazon stores the parcel', stored?.trackingNumber === parcel.trackingNumber);
  story.expect('the response names the parcel', tracker.deliveryDetails[0]?.trackingNumber === parcel.trackingNumber);
}

async function shippingNdr({ story, emulator, url }: Stage): Promise<void> {
  story.heading('2. Amazon Shipping: a parcel could not be delivered');
  const events: NdrEvent[] = [];
  const verifier = new NdrWebhookVerifier({ auth: apiKey({ keys: 'abcdef12345' }) });
  const receive = verifier.handler((event) => void (event.kind === 'ndr' && events.push(event)), {
    // A wrong key is one of the checks.
    onError: () => undefined,
  });
  const webhook = await serve(receive);
  const sent = ndrEvent({ detail: { reasonCode: 'Customer unavailable' } });
  const post = async (key: string): Promise<number> => {
    const started = performance.now();
    const request = authenticatedRequest(sent, { url: `${webhook.url}/amazon/ndr`, auth: { type: 'apiKey', key } });
    const { status } = await ky(request, { throwHttpErrors: false, retry: 0 });
    story.exchange('<- POST /amazon/ndr', status, performance.now() - started);
    return status;
  };
  story.expect('your webhook refuses wrong credentials, and Amazon retries', (await post('wrong')) === 401);
  story.expect('it accepts the right ones', (await post('abcdef12345')) === 200);
  webhook.close();
  const [event] = events;
  story.expect('the event has arrived once', events.length === 1 && event?.id === sent.id);
  if (!event) return;
  const { trackingId, shipmentStatus, reasonCode } = event.detail;
  const [advice] = suggestNdrActions(event).actions;
  const what = { parcel: trackingId, 'what happened': `${shipmentStatus}: ${reasonCode}` };
  story.fields({ ...what, 'Amazon advises': `${advice?.ndrAction}. ${advice?.advice}` });
  const { lwa: credentials } = emulator.credentials;
  const client = new NdrFeedbackClient({ credentials, baseUrl: url, tokenUrl: `${url}/auth/o2/token`, hooks: story.hooks });
  await client.reschedule(trackingId, new Date(Date.now() + 2 * 86_400_000));
  story.expect('Amazon will deliver it the day after tomorrow', emulator.ndrFeedback[0]?.ndrAction === 'RESCHEDULE');
}

async function buyWithPrime({ story, emulator, url }: Stage): Promise<void> {
  story.heading('3. Buy with Prime: an order is in transit, and you need its items');
  const event = new BuyWithPrimeEventParser().parse(JSON.stringify(buyWithPrimeEvent('PACKAGE_DELIVERY_IN_TRANSIT')));
  if (event.kind !== 'DELIVERY_IN_TRANSIT') return story.expect('the event is known', false);
  story.fields({ event: event.eventType, kind: event.kind, order: event.orderId, delivery: event.deliveryId });
  const { targetId, ...credentials } = emulator.credentials.buyWithPrime;
  const client = new BuyWithPrimeClient({ credentials, targetId, baseUrl: url, hooks: story.hooks });
  const resolved = await client.resolveDelivery(event);
  const items = resolved.status === 'found' ? resolved.lineItems.map(({ id }) => id) : [];
  story.fields({ 'line items': items.join('\n') });
  const isInTransit = resolved.status === 'found' && resolved.delivery.state === 'IN_TRANSIT';
  story.expect('the delivery is in transit, with both line items', isInTransit && items.length === 2);
}

/** Prints what happens, and counts the checks. */
class Story {
  readonly #out: Output;
  readonly #checks: { readonly what: string; readonly ok: boolean }[] = [];

  constructor(out: Output) {
    this.#out = out;
  }

  /** Watch a client. */
  readonly hooks = {
    onResponse: ({ method, url, status, duration }: ResponseInfo): void =>
      this.exchange(`-> ${method} ${new URL(url).pathname}`, status, duration),
  };

  heading(text: string): void {
    this.#print(`\n${this.#out.style('bold', text)}`);
  }

  fields(entries: Readonly<Record<string, string>>): void {
    const aligned = Object.entries(entries).map(([name, value]) => [name.padEnd(18), value]);
    this.#print(this.#out.fields(Object.fromEntries(aligned), 2).join('\n'));
  }

  exchange(request: string, status: number, duration: number): void {
    const start = this.#out.style('cyan', request.padEnd(Math.min(58, this.#out.width - 18)));
    const result = this.#out.style(status < 400 ? 'green' : 'yellow', String(status));
    this.#print(`  ${start} ${result}${`${duration.toFixed(0)} ms`.padStart(9)}`);
  }

  expect(what: string, ok: boolean): void {
    this.#checks.push({ what, ok });
    this.#print(`  ${ok ? this.#out.style('green', 'ok    ') : this.#out.style('red', 'FAILED')} ${what}`);
  }

  /** Prints the last lines, and returns the exit code. */
  finish(milliseconds: number): number {
    const failed = this.#checks.filter(({ ok }) => !ok).length;
    const all = this.#checks.length;
    const passed = `All ${all} checks passed in ${(milliseconds / 1_000).toFixed(1)} s.`;
    this.#out.show({ ok: failed === 0, checks: this.#checks }, () =>
      failed > 0
        ? `\n${this.#out.style('red', `${failed} of ${all} checks failed.`)}`
        : `\n${this.#out.style('green', passed)}\n\nNext: waybill emulator, waybill --help`,
    );
    return failed === 0 ? EXIT.ok : EXIT.failed;
  }

  #print(text: string): void {
    if (!this.#out.json) this.#out.raw(`${text}\n`);
  }
}
