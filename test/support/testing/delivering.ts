/** What every test of deliveries needs. */
import { AmazonEmulator, type DeliverOptions, type DeliverySettings } from '../../../src/testing/index.ts';

/** When every delivery of a test starts. */
export const START = new Date('2026-01-15T10:00:00Z');

/** An emulator whose clock stands still. */
export const emulate = (delivery: DeliverySettings = {}) => new AmazonEmulator({ clock: () => START, delivery });

export const ok = () => new Response(null, { status: 200 });

/** A handler that gives each request the next of the responses, and the last one from then on. */
export const respondingWith = (...responses: readonly (number | ResponseInit)[]) => {
  let count = 0;
  return () => {
    const next = responses[Math.min(count++, responses.length - 1)] as number | ResponseInit;
    return new Response(null, typeof next === 'number' ? { status: next } : next);
  };
};

/** Delivers one event, and waits for the report. */
export const deliver = async (event: unknown, options: DeliverOptions, emulator = emulate()) => {
  emulator.deliver(event, options);
  return emulator.report();
};
