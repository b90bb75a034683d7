/** Deliveries to our own webhooks: what Amazon may send, and what may go wrong with it. */
import { describe, expect, test } from 'vitest';
import { apiKey, MemoryIdempotencyStore, NdrWebhookVerifier, type ShippingEvent } from '../../../src/shipping-ndr/webhook.ts';
import { AmazonEmulator, type DeliverOptions, type EventDamage, ndrEvent, type RequestFormat } from '../../../src/testing/index.ts';
import { emulate } from '../../support/testing/delivering.ts';

const auth = { type: 'apiKey', key: 'abcdef12345' } as const;
const verifier = new NdrWebhookVerifier({ auth: apiKey({ keys: 'abcdef12345' }) });

/** Delivers one event to a webhook, and returns its report, what was handled, and what was invalid. */
async function receive(options: Partial<DeliverOptions>, onInvalid?: (raw: unknown) => void) {
  const events: ShippingEvent[] = [];
  const to = verifier.handler((event) => events.push(event), { onError: () => undefined, ...(onInvalid && { onInvalid }) });
  const event = ndrEvent();
  const report = await emulate().deliver(event, { to, auth, maxRetries: 2, ...options }).done;
  return { event, events, report };
}

describe('whatever form an event has, the webhook reads it', () => {
  test.each<RequestFormat>([
    { method: 'PUT' },
    { method: 'PATCH' },
    { contentType: '' },
    { contentType: 'text/plain' },
    { contentType: 'application/octet-stream' },
    { contentType: 'application/x-amz-json-1.1' },
    { encoding: 'utf-8-bom' },
    { encoding: 'utf-16' },
    { encoding: 'json-string' },
    { encoding: 'gzip' },
    { method: 'PUT', contentType: '', encoding: 'gzip' },
  ])('%j', async (format) => {
    const { event, events, report } = await receive({ format });
    expect(report.attempts).toMatchObject([{ status: 200 }]);
    expect(events).toEqual([{ ...event, kind: 'ndr' }]);
  });
});

describe('an event that cannot be read', () => {
  const damages: EventDamage[] = ['truncated', 'incomplete', 'empty', 'html', 'foreign'];
  test.each(damages)('is not acknowledged, and so is retried: %s', async (damage) => {
    const { events, report } = await receive({ damage });
    expect(report.attempts.map(({ status }) => status)).toEqual([503, 503, 503]);
    expect(report).toMatchObject({ outcome: 'dropped', exhausted: 'MaximumRetryAttempts' });
    expect(events).toEqual([]);
  });

  test.each(damages)('is acknowledged when onInvalid has taken it: %s', async (damage) => {
    const invalid: unknown[] = [];
    const { events, report } = await receive({ damage }, (raw) => invalid.push(raw));
    expect(report.attempts).toMatchObject([{ status: 200 }]);
    expect([events.length, invalid.length]).toEqual([0, 1]);
  });

  test('and cannot be an event gets a final response: a page with the content type of one', async () => {
    const { report } = await receive({ damage: 'html', format: { contentType: 'text/html; charset=utf-8' } });
    expect(report).toMatchObject({ outcome: 'dropped', attempts: [{ status: 415 }] });
    expect(report).not.toHaveProperty('exhausted');
  });

  test('is refused with 401 if the credentials are wrong, whatever the body', async () => {
    const { report } = await receive({ damage: 'truncated', auth: { type: 'apiKey', key: 'wrong' }, maxRetries: 0 });
    expect(report.attempts).toMatchObject([{ status: 401 }]);
  });
});

test('our own webhook loses nothing through a day of outages, duplicates, disorder and damaged copies, and handles each event once', async () => {
  const emulator = new AmazonEmulator();
  const handled = new Map<string, number>();
  let calls = 0;
  const handler = new NdrWebhookVerifier({ auth: apiKey({ keys: 'abcdef12345' }) }).handler(
    async ({ id = '' }) => {
      calls += 1;
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (calls % 3 === 0) throw new Error('the queue is down');
      handled.set(String(id), (handled.get(String(id)) ?? 0) + 1);
    },
    { idempotencyStore: new MemoryIdempotencyStore({ clock: () => emulator.deliveryTime }), onError: () => undefined },
  );
  const events = Array.from({ length: 60 }, () => ndrEvent());
  for (const event of events) {
    emulator.deliver(event, { to: handler, auth, duplicates: 0.5, disorder: 60_000 });
    // Damaged on one way, and whole on another: what cannot be read must not count as handled.
    emulator.deliver(event, { to: handler, auth, damage: 'truncated', disorder: 60_000, maxRetries: 3 });
  }
  const { delivered, dropped } = await emulator.report();
  expect(dropped.map(({ attempts }) => attempts.map(({ status }) => status))).toEqual(
    Array.from({ length: 60 }, () => [503, 503, 503, 503]),
  );
  expect(delivered).toHaveLength(60);
  expect([...handled.keys()].sort()).toEqual(events.map(({ id }) => id).sort());
  expect([...handled.values()].every((times) => times === 1)).toBe(true);
});
