import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type IdempotencyStore, MemoryIdempotencyStore } from '../../src/core/receive/idempotency.ts';
import { createWebhookHandler, type WebhookReceiver } from '../../src/core/receive/webhook.ts';

const receiver: WebhookReceiver<string> = {
  surface: 'core',
  receive: async (_, body) => [{ id: new TextDecoder().decode(body), event: new TextDecoder().decode(body) }],
  isUnknown: () => false,
  challenge: () => 'None',
};

/** What happens to a delivery; a crash leaves the claim behind, as a process that dies does. */
const FATES = ['good', 'handler fails', 'crash before the work', 'crash after the work', 'store is down'] as const;
type Fate = (typeof FATES)[number];

test('of 10,000 redeliveries with crashes each event is handled at least once, and exactly once where nothing failed', async () => {
  const random = fc.sample(fc.constantFrom<Fate>(...FATES, 'good', 'good'), { numRuns: 10_000, seed: 20_261_122 });
  let now = 0;
  const memory = new MemoryIdempotencyStore({ clock: () => new Date(now), claimedFor: 1_000 });
  const events = Array.from({ length: 500 }, (_, index) => `event-${index}`);
  const pending = new Set(events);
  const handled = new Map<string, number>();
  const troubled = new Set<string>();

  for (let at = 0; at < random.length || pending.size > 0; at += 1) {
    const event = events[at % events.length] as string;
    // The sender gives up no event, so the last rounds are good.
    const fate = random[at] ?? 'good';
    const crash = () => Promise.reject(new Error(fate));
    const store: IdempotencyStore = {
      claim: (key) => (fate === 'store is down' ? crash() : memory.claim(key)),
      complete: (key) => (fate === 'crash after the work' ? crash() : memory.complete(key)),
      release: (key) => (fate === 'handler fails' ? memory.release(key) : crash()),
    };
    const before = handled.get(event) ?? 0;
    const handler = createWebhookHandler(
      receiver,
      async () => {
        if (fate === 'handler fails' || fate === 'crash before the work') await crash();
        handled.set(event, before + 1);
      },
      { idempotencyStore: store },
    );
    const { status } = await handler(
      new Request('https://shop.example/', { method: 'POST', headers: { 'content-type': 'application/json' }, body: event }),
    );
    expect([200, 503]).toContain(status);
    if (status === 200) {
      // What is acknowledged is done: a sender drops it now.
      expect(handled.get(event)).toBeGreaterThan(0);
      pending.delete(event);
    }
    if (fate === 'crash after the work') troubled.add(event);
    now += 3;
  }

  for (const event of events) {
    const times = handled.get(event) ?? 0;
    expect(times, event).toBeGreaterThanOrEqual(1);
    if (!troubled.has(event)) expect(times, event).toBe(1);
  }
  expect(troubled.size).toBeGreaterThan(100);
}, 20_000);
