import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type IdempotencyStore, MemoryIdempotencyStore, runIdempotent } from '../../src/core/idempotency.ts';
import { webhook } from '../../src/core/receive/webhook.ts';
import { authenticator, codec, envelope, post } from '../support/core/codec.ts';

/** What happens to a delivery; a crash leaves the claim behind, as a process that dies does. */
const FATES = ['good', 'handler fails', 'crash before the work', 'crash after the work', 'store is down'] as const;
type Fate = (typeof FATES)[number];

const LEASE = 1_000;

/** The memory store as a process with that fate sees it. */
function storeFor(memory: MemoryIdempotencyStore, fate: Fate): IdempotencyStore {
  const crash = () => Promise.reject(new Error(fate));
  return {
    claim: (...args) => (fate === 'store is down' ? crash() : memory.claim(...args)),
    complete: (...args) => (fate === 'crash after the work' ? crash() : memory.complete(...args)),
    release: (...args) => (fate === 'handler fails' ? memory.release(...args) : crash()),
  };
}

test('of 10,000 redeliveries with crashes each event is handled at least once, and exactly once if nothing failed', async () => {
  const random = fc.sample(fc.constantFrom<Fate>(...FATES, 'good', 'good'), { numRuns: 10_000, seed: 20_261_122 });
  let now = 0;
  const memory = new MemoryIdempotencyStore({ clock: () => new Date(now) });
  const events = Array.from({ length: 500 }, (_, index) => `event-${index}`);
  const pending = new Set(events);
  const handled = new Map<string, number>();
  const troubled = new Set<string>();

  for (let at = 0; at < random.length || pending.size > 0; at += 1) {
    const event = events[at % events.length] as string;
    // The sender gives up no event, so the last rounds are good.
    const fate = random[at] ?? 'good';
    const before = handled.get(event) ?? 0;
    const handler = webhook(
      codec,
      authenticator,
      async () => {
        if (fate === 'handler fails' || fate === 'crash before the work') throw new Error(fate);
        handled.set(event, before + 1);
      },
      { idempotencyStore: storeFor(memory, fate), idempotencyLease: LEASE, onError: () => undefined },
    );
    const { status } = await handler(post(envelope(event)));
    expect([200, 503]).toContain(status);
    if (status === 200) {
      // What is acknowledged is done: the sender drops it now.
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
}, 60_000);

describe('however processes share a store, crash, hang and lose replies', () => {
  /** One attempt of a process to handle the event. */
  interface Attempt {
    readonly after: number;
    readonly works: number;
    readonly fate: Fate | 'reply to claim is lost' | 'reply to complete is lost';
  }
  const attempt: fc.Arbitrary<Attempt> = fc.record({
    after: fc.integer({ min: 0, max: 800 }),
    works: fc.integer({ min: 0, max: 2_500 }),
    fate: fc.constantFrom(...FATES, 'reply to claim is lost', 'reply to complete is lost'),
  });

  test('an event is acknowledged only after it was handled, and never handled by two owners within a lease', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(attempt, { minLength: 1, maxLength: 12 }), async (attempts) => {
        let now = 0;
        const memory = new MemoryIdempotencyStore({ clock: () => new Date(now) });
        const waiting: { readonly at: number; readonly run: () => void }[] = [];
        const wait = (milliseconds: number): Promise<void> =>
          new Promise((resolve) => waiting.push({ at: now + milliseconds, run: resolve }));
        const lose = (): never => {
          throw new Error('the reply was lost');
        };
        let handled = 0;
        let running = 0;
        let mostWithinLease = 0;
        let isCompleted = false;
        let handledAfterCompletion = 0;

        const play = async ({ after, works, fate }: Attempt): Promise<void> => {
          await wait(after);
          const known = fate as Fate;
          const crashing = storeFor(memory, known);
          const store: IdempotencyStore = {
            ...crashing,
            claim: (...args) => crashing.claim(...args).then((claim) => (fate === 'reply to claim is lost' ? lose() : claim)),
            complete: async (...args) => {
              const isMine = await crashing.complete(...args);
              if (isMine !== false) isCompleted = true;
              return fate === 'reply to complete is lost' ? lose() : isMine;
            },
          };
          const work = async (): Promise<string> => {
            const isShort = works < LEASE;
            if (isCompleted) handledAfterCompletion += 1;
            if (isShort) mostWithinLease = Math.max(mostWithinLease, ++running);
            await wait(works);
            if (isShort) running -= 1;
            if (fate === 'handler fails' || fate === 'crash before the work') throw new Error(fate);
            handled += 1;
            return 'handled';
          };
          const outcome = await runIdempotent('event', work, { surface: 'core', store, lease: LEASE }).catch(() => undefined);
          const isAcknowledged = outcome?.claim === 'completed' || (outcome?.claim === 'claimed' && !outcome.storeFailure);
          if (isAcknowledged) expect(handled).toBeGreaterThan(0);
        };

        const all = Promise.all(attempts.map(play));
        // The clock moves when nothing else can.
        for (let idle = 0; idle < 20; ) {
          await new Promise((resolve) => setImmediate(resolve));
          waiting.sort((a, b) => a.at - b.at);
          const next = waiting.shift();
          idle = next ? 0 : idle + 1;
          now = Math.max(now, next?.at ?? now);
          next?.run();
        }
        await all;
        expect(mostWithinLease).toBeLessThanOrEqual(1);
        expect(handledAfterCompletion).toBe(0);
      }),
      { numRuns: 150 },
    );
  }, 30_000);
});
