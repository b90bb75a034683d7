/**
 * `sqsHandler()` with a function that does nothing, against `JSON.parse()` of all bodies, by the size of the batch: a message must not cost more
 * the more there are. Beside it the memory that the batch takes at its peak, over what was there before.
 */
import assert from 'node:assert/strict';
import { sqsHandler } from 'waybill/buywithprime/events';
import { shippingSqsHandler } from 'waybill/shipping-ndr/webhook';
import { DELIVERY_EVENT, NDR_EVENT } from '../runtime/suite/samples.mjs';
import { compare, peakOf, printTarget } from './measure.mjs';

const SIZES = [1, 10, 100, 1_000, 10_000];

/** @type {Record<string, { event: object, make: (handled: () => void) => (batch: unknown) => Promise<unknown> }>} */
const HANDLERS = {
  'sqsHandler()': { event: DELIVERY_EVENT, make: (handled) => sqsHandler(handled) },
  'shippingSqsHandler()': { event: NDR_EVENT, make: (handled) => shippingSqsHandler(handled) },
};

for (const [name, { event, make }] of Object.entries(HANDLERS)) {
  console.log(`${name}: messages, µs a message, times JSON.parse() of the bodies, peak kB a message`);
  for (const size of SIZES) {
    const batch = batchOf(event, size);
    let count = 0;
    const counting = make(() => {
      count += 1;
    });
    assert.deepEqual(await counting(batch), { batchItemFailures: [] });
    assert.equal(count, size);

    const handle = make(() => undefined);
    const results = await compare(
      { ours: () => handle(batch), json: () => batch.Records.map(({ body }) => JSON.parse(body)) },
      { perRun: size, rounds: size > 1_000 ? 15 : 31 },
    );
    const times = 1 / results.ours.times;
    const cells = [
      size.toLocaleString('en'),
      (1e6 / results.ours.rate).toFixed(2),
      times.toFixed(2),
      (await peakOf(() => handle(batch), size)).toFixed(2),
    ];
    console.log(cells.map((cell) => cell.padStart(10)).join(''));
    if (size === 100 || size === 10_000) {
      printTarget(`${name}, a batch of ${size.toLocaleString('en')}, times JSON.parse() of the bodies`, times, { atMost: 3 });
    }
  }
}

/**
 * @param {object} event
 * @param {number} size
 */
function batchOf(event, size) {
  const Records = Array.from({ length: size }, (_, index) => ({
    messageId: `m${index}`,
    eventSource: 'aws:sqs',
    // With an id each: one that comes twice in a batch is handled once.
    body: JSON.stringify({ ...event, id: `6a7e8feb-b491-4cf7-a9f1-${index}` }),
  }));
  return { Records };
}
