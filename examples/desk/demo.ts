/**
 * `npm run demo`: the desk with an emulator of Amazon and a few weeks of made-up events, so that there is something to look at. Nothing leaves
 * this machine, and nothing is stored.
 */
import { serve } from '@hono/node-server';
import { NdrFeedbackClient, parseShippingEvent } from 'waybill/shipping-ndr';
import { AmazonEmulator, ndrEvent, trackingEvent } from 'waybill/testing';
import { createApp } from './src/app.ts';
import { openDatabase } from './src/database.ts';
import { Desk } from './src/desk.ts';
import { addDays, dayOf, deliveryOn } from './src/time.ts';

const HOUR = 3_600_000;
const port = Number(process.env['PORT'] ?? '8080');

/** Set while the past is made up. */
let past: number | undefined;
const clock = (): Date => new Date(past ?? Date.now());
const amazon = new AmazonEmulator({ clock });
const db = openDatabase(':memory:');
const desk = new Desk(db, new NdrFeedbackClient({ credentials: amazon.credentials.lwa, fetch: amazon.fetch, clock }), clock);
const iso = (time: number): string => new Date(time).toISOString();

/** Reports a shipment whose delivery failed some hours ago. Feedback is possible for 26.5 hours. */
function report(trackingId: string, hoursAgo: number, reasonCode: string, { attempts = 1, isCod = true } = {}): void {
  const at = Date.now() - hoursAgo * HOUR;
  past = at + 10 * 60_000;
  const detail = {
    trackingId,
    reasonCode,
    referenceID: `40${trackingId.slice(-5)}`,
    deliveryAttemptCount: String(attempts),
    latestDeliveryAttemptedDate: iso(at),
    ndrDueDate: iso(at + 26.5 * HOUR),
    // Amazon documents no other value; it is absent for what was paid before.
    paymentType: isCod ? 'CollectOnDelivery' : undefined,
  };
  desk.store(parseShippingEvent(JSON.stringify(ndrEvent({ detail }))));
}

function move(trackingId: string, hoursAgo: number, eventCode: string, shipmentType = 'FORWARD'): void {
  past = Date.now() - hoursAgo * HOUR;
  const event = trackingEvent({ detail: { trackingId, eventCode, shipmentType, eventTime: iso(past) } });
  desk.store(parseShippingEvent(JSON.stringify(event)));
}

// Five weeks of the past: most are delivered at a later attempt, some go back.
const REASONS = ['Customer unavailable', 'Address not found', 'Unable to contact customer', 'Payment not ready', 'Not required'];
for (let number = 0; number < 64; number += 1) {
  const trackingId = `18${String(36_512_407 + number * 7_919).padStart(11, '0')}`;
  const hoursAgo = (5 + number * 0.5) * 24;
  report(trackingId, hoursAgo, REASONS[(number * number + number) % REASONS.length] ?? '', {
    attempts: 1 + (number % 3),
    isCod: number % 4 !== 0,
  });
  if (number % 5 === 1) move(trackingId, hoursAgo - 60, 'Delivered', 'RETURNS');
  else move(trackingId, hoursAgo - 40, 'Delivered');
}

// What waits for a decision.
report('1809561149386', 4, 'Customer unavailable');
report('1809561149401', 21, 'Address not found', { attempts: 2 });
report('1809561149527', 22, 'Unable to contact customer', { attempts: 2, isCod: false });
report('1809561149688', 9, 'Payment not ready');
report('1809561149714', 3, 'Business closed', { isCod: false });
report('1809561149832', 2, 'Not required', { attempts: 3 });
report('1809561149950', 6, 'Wrong address', { isCod: false });
report('1809561150011', 40, 'OTP not available');

// What was answered: one is on its way, for one nothing happened on the day that was asked for.
for (const [trackingId, hoursAgo, day] of [
  ['1809561148110', 80, -2],
  ['1809561148225', 30, 0],
] as const) {
  report(trackingId, hoursAgo, 'Customer unavailable');
  await desk.decide([{ trackingId, ndrAction: 'RESCHEDULE', data: deliveryOn(addDays(dayOf(new Date()), day)) }], 'ravi').done;
}
move('1809561148225', 2, 'OutForDelivery');

past = undefined;
const password = 'only-for-the-demo';
const origin = `http://127.0.0.1:${port}`;
const app = createApp({ desk, db, users: [{ username: 'asha', password }], apiKey: password, origin });
serve({ fetch: app.fetch, hostname: '127.0.0.1', port }, () => {
  console.log(`The desk is at ${origin}: user asha, password ${password}`);
});
