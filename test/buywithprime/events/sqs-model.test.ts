import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sqsHandler } from '../../../src/buywithprime/events/handlers.ts';
import { type IdempotencyStore, MemoryIdempotencyStore } from '../../../src/core/idempotency.ts';
import { eventText, sqsRecord } from '../../support/buywithprime/fixtures.ts';

const VISIBILITY = 300;
/** Rounds after which something is stuck. */
const ROUNDS = 500;

/** A message on its way to the queue: its events, each with the number of times that the function fails for it. */
interface Sent {
  readonly group: string;
  readonly failing: readonly number[];
  readonly isBad: boolean;
}

/** The outcome of an invocation: `died` counts the steps until the process is gone; `twice` is two at once with the same messages. */
type Fate = 'good' | 'twice' | 'response lost' | { readonly died: number };

interface Queued {
  readonly id: string;
  readonly group: string;
  readonly body: string;
  readonly events: readonly string[];
  visibleAt: number;
}

/** SQS as its guide describes it: what was received is hidden for a while; in a FIFO queue, the whole group with it. */
class Queue {
  now = 0;
  readonly messages: Queued[];
  readonly #isFifo: boolean;

  constructor(messages: Queued[], isFifo: boolean) {
    this.messages = messages;
    this.#isFifo = isFifo;
  }

  receive(most: number): readonly Queued[] {
    const hidden = new Set(this.messages.filter(({ visibleAt }) => visibleAt > this.now).map(({ group }) => group));
    const visible = this.messages.filter(({ visibleAt, group }) => (this.#isFifo ? !hidden.has(group) : visibleAt <= this.now));
    // Those that have waited longest; in a stable order, so that a FIFO queue keeps its own.
    const received = visible.sort((a, b) => (this.#isFifo ? 0 : a.visibleAt - b.visibleAt)).slice(0, most);
    for (const message of received) message.visibleAt = this.now + VISIBILITY;
    return received;
  }

  remove(ids: readonly string[]): void {
    for (const id of ids) {
      const at = this.messages.findIndex((message) => message.id === id);
      if (at !== -1) this.messages.splice(at, 1);
    }
  }
}

/** Works a queue off, except for what cannot be read. Returns what was handled, in order, and the events for which nothing is promised. */
async function run(sent: readonly Sent[], fates: readonly Fate[], isFifo: boolean, hasStore: boolean, most: number) {
  const queue = new Queue(
    sent.map(({ group, failing, isBad }, index) => {
      const events = isBad ? [] : failing.map((_, at) => `${group}-${index}-${at}`);
      return {
        id: `m-${index}`,
        group,
        events,
        body: isBad ? '{"detail-type"' : `[${events.map((id) => eventText(id)).join()}]`,
        visibleAt: 0,
      };
    }),
    isFifo,
  );
  const all = [...queue.messages];
  const failing = new Map(sent.flatMap((message, index) => message.failing.map((times, at) => [`${message.group}-${index}-${at}`, times])));
  const memory = new MemoryIdempotencyStore({ clock: () => new Date(queue.now) });
  const handled: string[] = [];
  // Handled, but the process died before it could store that.
  const untold = new Set<string>();

  const invoke = async (records: readonly Queued[], fate: Fate): Promise<readonly string[] | undefined> => {
    let steps = typeof fate === 'object' ? fate.died : Number.POSITIVE_INFINITY;
    let die: (value: undefined) => void;
    const died = new Promise<undefined>((resolve) => (die = resolve));
    const step = async (): Promise<void> => {
      steps -= 1;
      if (steps >= 0) return;
      die(undefined);
      await new Promise(() => undefined);
    };
    const idempotencyStore: IdempotencyStore = {
      claim: (key, claim) => step().then(() => memory.claim(key, claim)),
      complete: async (key, owner) => {
        await step();
        untold.delete(key);
        return memory.complete(key, owner);
      },
      release: (key, owner) => step().then(() => memory.release(key, owner)),
    };
    const handle = sqsHandler(
      {
        DELIVERY_IN_TRANSIT: async ({ orderId }) => {
          await step();
          const times = failing.get(orderId) ?? 0;
          failing.set(orderId, times - 1);
          if (times > 0) throw new Error('failed');
          handled.push(orderId);
          untold.add(orderId);
        },
      },
      { concurrency: 3, ...(hasStore && { idempotencyStore, idempotencyLease: VISIBILITY / 2 }) },
    );
    const Records = records.map(({ body, id, group }) => sqsRecord(body, id, isFifo ? group : undefined));
    const response = await Promise.race([handle({ Records }), died]);
    if (!response || fate === 'response lost') return undefined;
    const failed = new Set(response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    return records.flatMap(({ id }) => (failed.has(id) ? [] : [id]));
  };

  const deaths = new Set<string>();
  for (let round = 0; round < ROUNDS && queue.messages.some(({ events }) => events.length > 0); round += 1) {
    const fate = fates[round] ?? 'good';
    const records = queue.receive(most);
    if (records.length > 0) {
      const calls = fate === 'twice' ? [invoke(records, fate), invoke(records, fate)] : [invoke(records, fate)];
      for (const done of await Promise.all(calls)) queue.remove(done ?? []);
      if (typeof fate === 'object') {
        for (const id of untold) deaths.add(id);
        untold.clear();
      }
    }
    // Sooner than the visibility ends, so that rounds overlap.
    queue.now += VISIBILITY / 3;
  }
  return { all, left: queue.messages, handled, deaths };
}

const sent = (isBad: fc.Arbitrary<boolean>): fc.Arbitrary<Sent[]> =>
  fc.array(
    fc.record({
      group: fc.constantFrom('x', 'y', 'z'),
      failing: fc.array(fc.constantFrom(0, 0, 0, 1, 2), { minLength: 1, maxLength: 3 }),
      isBad,
    }),
    { minLength: 1, maxLength: 15 },
  );
const died = fc.record({ died: fc.nat({ max: 20 }) });
const most = fc.constantFrom(1, 3, 10);

test('every event of a standard queue is handled, and exactly once with a store; what cannot be read stays', async () => {
  const fates = fc.array(fc.oneof(fc.constantFrom<Fate>('good', 'twice', 'response lost'), died), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(sent(fc.boolean()), fates, fc.boolean(), most, async (messages, happening, hasStore, size) => {
      const { all, left, handled, deaths } = await run(messages, happening, false, hasStore, size);
      expect(left.map(({ id }) => id)).toEqual(all.filter(({ events }) => events.length === 0).map(({ id }) => id));
      for (const event of all.flatMap(({ events }) => events)) {
        const times = handled.filter((one) => one === event).length;
        expect(times).toBeGreaterThanOrEqual(1);
        if (hasStore && !deaths.has(event)) expect(times).toBe(1);
      }
    }),
    { numRuns: 150 },
  );
});

test('each group of a FIFO queue is handled in its order, whatever fails and whenever the process dies', async () => {
  // A FIFO queue delivers a message to one receiver only.
  const fates = fc.array(fc.oneof(fc.constantFrom<Fate>('good', 'response lost'), died), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(sent(fc.constant(false)), fates, fc.boolean(), most, async (messages, happening, hasStore, size) => {
      const { all, left, handled, deaths } = await run(messages, happening, true, hasStore, size);
      expect(left).toEqual([]);
      for (const group of ['x', 'y', 'z']) {
        const inOrder = all.filter((message) => message.group === group).flatMap(({ events }) => events);
        expect([...new Set(handled.filter((event) => event.startsWith(group)))]).toEqual(inOrder);
      }
      for (const event of handled) {
        if (hasStore && !deaths.has(event)) expect(handled.filter((one) => one === event).length).toBe(1);
      }
    }),
    { numRuns: 150 },
  );
});
