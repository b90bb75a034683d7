import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type IdempotentBatch, type ItemOutcome, runIdempotentBatch } from '../../../src/core/call/batch.ts';
import { type IdempotencyStore, MemoryIdempotencyStore } from '../../../src/core/idempotency.ts';

interface Row {
  id: number;
}
type Result = ItemOutcome<string> & { readonly index: number; readonly id: number };

/** Sends rows to nowhere, and writes down what was sent. */
function batchOf(inputs: Iterable<Row> | AsyncIterable<Row>, options: Partial<IdempotentBatch<Row, string, Result>> = {}) {
  const sent: string[] = [];
  const onStoreFailure = vi.fn();
  const results = runIdempotentBatch<Row, string, Result>(inputs, {
    surface: 'core',
    idempotencyStore: undefined,
    totalTimeout: undefined,
    read: ({ id }) => {
      const body = `row ${id}`;
      return {
        key: `key ${id}`,
        send: async (signal, onSent) => {
          await Promise.resolve();
          signal.throwIfAborted();
          onSent();
          sent.push(body);
          return `accepted ${body}`;
        },
      };
    },
    toResult: ({ id }, index, outcome) => ({ ...outcome, index, id }),
    onStoreFailure,
    ...options,
  });
  return { results, sent, onStoreFailure };
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const rows = (count: number): Row[] => Array.from({ length: count }, (_, id) => ({ id }));
const never = (): Promise<never> => new Promise(() => undefined);

describe('a batch', () => {
  test('sends each item once, and says so', async () => {
    const { results, sent } = batchOf(rows(3));
    expect((await collect(results)).map(({ status, index }) => [status, index]).sort()).toEqual([0, 1, 2].map((index) => ['done', index]));
    expect(sent.sort()).toEqual(['row 0', 'row 1', 'row 2']);
  });

  test('that was interrupted resumes: what is done is not sent again', async () => {
    const store = new MemoryIdempotencyStore();
    for await (const _ of batchOf(rows(10), { idempotencyStore: store, concurrency: 1 }).results) if (_.index === 3) break;
    const { results, sent } = batchOf(rows(10), { idempotencyStore: store });
    const statuses = (await collect(results)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 'completed').length).toBeGreaterThanOrEqual(4);
    expect(sent.length + statuses.filter((status) => status === 'completed').length).toBe(10);
  });

  test.each(['aborted', 'left'])('that is %s while the store remembers its items: they are not sent again', async (how) => {
    const store = new MemoryIdempotencyStore();
    const complete = store.complete.bind(store);
    const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
    // The first item is remembered at once, and the others while the batch ends.
    const slow = vi.spyOn(store, 'complete').mockImplementation((...args) => pause(20).then(() => complete(...args)));
    slow.mockImplementationOnce(complete);
    const controller = new AbortController();
    const interrupted = batchOf(rows(5), { idempotencyStore: store, signal: controller.signal });
    const run = async (): Promise<void> => {
      for await (const _ of interrupted.results) {
        if (how === 'left') break;
        controller.abort('enough');
      }
    };
    await run().catch((reason: unknown) => expect(reason).toBe('enough'));
    await pause(100);
    const again = batchOf(rows(5), { idempotencyStore: store });
    await collect(again.results);
    expect([...interrupted.sent, ...again.sent].sort()).toEqual(rows(5).map(({ id }) => `row ${id}`));
    expect(interrupted.onStoreFailure).not.toHaveBeenCalled();
  });

  test('sends nothing that another process is sending', async () => {
    const store = new MemoryIdempotencyStore();
    await store.claim('key 1', { owner: 'another', lease: 60_000 });
    const { results, sent } = batchOf(rows(2), { idempotencyStore: store });
    expect((await collect(results)).map(({ status }) => status).sort()).toEqual(['done', 'in-progress']);
    expect(sent).toEqual(['row 0']);
  });

  test.each([
    [undefined, 60_000],
    [5_000, 5_000],
  ])('claims each item with the lease %s', async (idempotencyLease, lease) => {
    const store = new MemoryIdempotencyStore();
    const claim = vi.spyOn(store, 'claim');
    await collect(batchOf(rows(1), { idempotencyStore: store, idempotencyLease }).results);
    expect(claim.mock.calls).toEqual([['key 0', { owner: expect.any(String), lease }]]);
  });

  test('two items with one key are sent once', async () => {
    const { results, sent } = batchOf([{ id: 1 }, { id: 1 }], { idempotencyStore: new MemoryIdempotencyStore() });
    expect((await collect(results)).map(({ status }) => status).sort()).not.toEqual(['done', 'done']);
    expect(sent).toHaveLength(1);
  });

  test('yields what fails with whether it may have arrived, and the others', async () => {
    const fault = new Error('refused');
    const { results } = batchOf(rows(3), {
      read: ({ id }) => {
        if (id === 0) throw fault;
        return {
          key: `key ${id}`,
          send: (_, onSent) => {
            if (id === 1) onSent();
            return Promise.reject(fault);
          },
        };
      },
    });
    const failed = { status: 'failed', error: fault };
    expect((await collect(results)).sort((a, b) => a.index - b.index)).toEqual([
      { ...failed, sent: false, index: 0, id: 0 },
      { ...failed, sent: true, index: 1, id: 1 },
      { ...failed, sent: false, index: 2, id: 2 },
    ]);
  });

  test.each([null, {}, { claim: async () => 'claimed' }])('refuses the store %o before anything is read', (store) => {
    const read = vi.fn();
    expect(() => batchOf(rows(1), { idempotencyStore: store as never, read })).toThrow(
      expect.objectContaining({ option: 'idempotencyStore' }),
    );
    expect(read).not.toHaveBeenCalled();
  });
});

describe('a source that reuses one object', () => {
  const reuses: readonly (readonly [string, (count: number) => Iterable<Row> | AsyncIterable<Row>])[] = [
    [
      'at once',
      function* (count) {
        const row: Row = { id: -1 };
        for (let id = 0; id < count; id += 1) {
          row.id = id;
          yield row;
        }
      },
    ],
    [
      'after a while',
      async function* (count) {
        const row: Row = { id: -1 };
        for (let id = 0; id < count; id += 1) {
          await Promise.resolve();
          row.id = id;
          yield row;
          row.id = -5;
        }
      },
    ],
  ];

  test.each(reuses)('%s does not mix up items, whatever the store and the concurrency', async (_, make) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(30), fc.integer({ min: 1, max: 12 }), fc.boolean(), async (count, concurrency, hasStore) => {
        const store = hasStore ? slowStore() : undefined;
        const { results, sent } = batchOf(make(count), { idempotencyStore: store, concurrency });
        expect(await collect(results)).toHaveLength(count);
        expect(sent.sort()).toEqual(
          rows(count)
            .map(({ id }) => `row ${id}`)
            .sort(),
        );
      }),
      { numRuns: 40 },
    );
  });

  function slowStore(): IdempotencyStore {
    const memory = new MemoryIdempotencyStore();
    const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
    return {
      claim: async (...args) => pause().then(() => memory.claim(...args)),
      complete: (...args) => memory.complete(...args),
      release: (...args) => memory.release(...args),
    };
  }
});

describe('a store that hangs', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const hanging = (what: keyof IdempotencyStore): IdempotencyStore => {
    const memory = new MemoryIdempotencyStore();
    return {
      claim: (...args) => memory.claim(...args),
      complete: (...args) => memory.complete(...args),
      release: (...args) => memory.release(...args),
      [what]: never,
    };
  };

  test.each<[keyof IdempotencyStore, string, number]>([
    ['claim', 'failed', 0],
    ['complete', 'done', 3],
    ['extend', 'done', 3],
  ])('in %s() does not hold up the batch beyond totalTimeout: %s', async (what, status, count) => {
    const { results, sent, onStoreFailure } = batchOf(rows(3), { idempotencyStore: hanging(what), totalTimeout: 500 });
    const collected = collect(results);
    await vi.advanceTimersByTimeAsync(500);
    expect((await collected).map((result) => result.status)).toEqual([status, status, status]);
    expect(sent).toHaveLength(count);
    expect(onStoreFailure).toHaveBeenCalledTimes(what === 'complete' ? 3 : 0);
  });

  test('in release() does not hide the error of the item', async () => {
    const fault = new Error('refused');
    const read = () => ({ key: 'k', send: () => Promise.reject(fault) });
    const { results } = batchOf(rows(1), { idempotencyStore: hanging('release'), totalTimeout: 500, read });
    const collected = collect(results);
    await vi.advanceTimersByTimeAsync(500);
    expect(await collected).toMatchObject([{ status: 'failed', error: fault }]);
  });

  test.each<[keyof IdempotencyStore, number]>([
    ['claim', 0],
    ['complete', 500],
    ['release', 500],
  ])('in %s() does not hold up an abort longer than %d ms', async (what, most) => {
    const controller = new AbortController();
    const fail = what === 'release';
    const { results, sent } = batchOf(rows(3), {
      idempotencyStore: hanging(what),
      signal: controller.signal,
      ...(fail && { read: ({ id }) => ({ key: `key ${id}`, send: () => Promise.reject(new Error('refused')) }) }),
    });
    const seen: string[] = [];
    const run = (async () => {
      for await (const { status } of results) seen.push(status);
    })();
    const ended = run.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(100);
    controller.abort('enough');
    await vi.advanceTimersByTimeAsync(most);
    expect(await ended).toBe('enough');
    // What was accepted is reported as that.
    expect(seen).toEqual(new Array(3).fill(what === 'complete' ? 'done' : 'failed'));
    expect(sent).toHaveLength(what === 'complete' ? 3 : 0);
  });
});
