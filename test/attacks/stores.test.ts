/**
 * Every way in with an idempotency store that fails in every way: an event is never acknowledged unless it was handled, and nothing shows its key.
 * What one claim does is in `test/core/run-idempotent.test.ts`, batches in `test/core/call/idempotent-batch.test.ts`, engines in `test/engines`.
 */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { isWaybillError } from '../../src/core/errors.ts';
import { type IdempotencyStore, MemoryIdempotencyStore } from '../../src/core/idempotency.ts';
import { shippingCodec } from '../../src/shipping-ndr/events/handlers.ts';
import { transports } from '../support/deliveries.ts';
import { everyRenderingOf } from '../support/errors.ts';
import { ndrSample } from '../support/shipping-ndr/samples.ts';

const KEY = ndrSample.id;
const secret = new Error(`duplicate key value (${KEY}) violates postgres://user:pass-k4711@db`);
const never = (): Promise<never> => new Promise(() => undefined);

afterEach(() => {
  vi.useRealTimers();
});

type Faulty = (store: IdempotencyStore) => Partial<Record<keyof IdempotencyStore, unknown>>;

/** What is wrong with the store, how often the event is handled, and whether it is acknowledged. */
const faults: readonly (readonly [name: string, faulty: Faulty, handled: number, isAcknowledged: boolean])[] = [
  ['nothing', () => ({}), 1, true],
  ['claim() rejects', () => ({ claim: () => Promise.reject(secret) }), 0, false],
  [
    'claim() throws',
    () => ({
      claim: () => {
        throw secret;
      },
    }),
    0,
    false,
  ],
  ['claim() hangs', () => ({ claim: never }), 0, false],
  ['claim() says that another owner is at it', () => ({ claim: async () => 'in-progress' }), 0, false],
  ['claim() says that it is done', () => ({ claim: async () => 'completed' }), 0, true],
  ['claim() returns a driver\'s "OK"', () => ({ claim: async () => 'OK' }), 0, false],
  ['claim() returns true', () => ({ claim: async () => true }), 0, false],
  ['claim() returns nothing', () => ({ claim: async () => undefined }), 0, false],
  [
    'claim() returns an object that throws',
    () => ({
      claim: async () => ({
        toString() {
          throw secret;
        },
      }),
    }),
    0,
    false,
  ],
  ['complete() rejects', () => ({ complete: () => Promise.reject(secret) }), 1, false],
  [
    'complete() throws',
    () => ({
      complete: () => {
        throw secret;
      },
    }),
    1,
    false,
  ],
  ['complete() hangs', () => ({ complete: never }), 1, false],
  ['release() rejects', () => ({ release: () => Promise.reject(secret) }), 1, true],
  ['extend() rejects', () => ({ extend: () => Promise.reject(secret) }), 1, true],
  ['it rejects with nothing', () => ({ claim: () => Promise.reject(undefined) }), 0, false],
  ['it rejects with a string', () => ({ claim: () => Promise.reject(`${KEY} is locked`) }), 0, false],
];

const plain = transports.filter(({ name }) =>
  ['a webhook', 'a Lambda function that EventBridge invokes', 'a Lambda function that reads a queue'].includes(name),
);

describe.each(plain)('$name', ({ open }) => {
  test.each(faults)('if %s', async (_, faulty, handled, isAcknowledged) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const memory = new MemoryIdempotencyStore();
    const bound = { claim: memory.claim.bind(memory), complete: memory.complete.bind(memory), release: memory.release.bind(memory) };
    const idempotencyStore = { ...bound, ...faulty(bound) } as IdempotencyStore;
    const told: unknown[] = [];
    const handle = vi.fn();
    const options = { idempotencyStore, onError: (error: unknown) => void told.push(error) };
    const delivery = open(shippingCodec, handle, options)(JSON.stringify(ndrSample));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await delivery).toBe(isAcknowledged);
    expect(handle).toHaveBeenCalledTimes(handled);
    expect(told.length > 0).toBe(!isAcknowledged);
    // What the caller's own store throws reaches the caller as it is; an error of waybill repeats nothing of it.
    for (const error of told.filter(isWaybillError)) expect(everyRenderingOf(error)).not.toMatch(/pass-k4711|48af9743/);
  });

  test('an event whose handler fails is released, and handled when it is redelivered', async () => {
    const idempotencyStore = new MemoryIdempotencyStore();
    const handle = vi.fn().mockRejectedValueOnce(new Error('database'));
    const deliver = open(shippingCodec, handle, { idempotencyStore });
    expect(await deliver(JSON.stringify(ndrSample))).toBe(false);
    expect(await deliver(JSON.stringify(ndrSample))).toBe(true);
    expect(await deliver(JSON.stringify(ndrSample))).toBe(true);
    expect(handle).toHaveBeenCalledTimes(2);
  });
});
