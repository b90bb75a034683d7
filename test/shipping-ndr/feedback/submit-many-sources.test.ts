/** Batches from sources that reuse objects, are slow, fail or never end, and with stores that hang. */
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  type IdempotencyStore,
  MemoryIdempotencyStore,
  type NdrFeedback,
  NdrFeedbackClient,
  type NdrFeedbackClientOptions,
  type NdrFeedbackResult,
} from '../../../src/shipping-ndr/index.ts';
import { consoleLines } from '../../support/console.ts';
import { thrownBy } from '../../support/errors.ts';
import { credentials } from '../../support/shipping-ndr/amazon.ts';

const DUE = '2099-01-01T00:00:00Z';

/** A client whose requests are recorded; `respond` decides what comes back. */
function recording(
  respond: () => Response | Promise<Response> = () => new Response(null, { status: 204 }),
  options: Partial<NdrFeedbackClientOptions> = {},
) {
  const sent: { trackingId: string; ndrRequestData?: { additionalAddressNotes: string } }[] = [];
  const fetch = async (url: string, { body }: { readonly body?: Uint8Array }): Promise<Response> => {
    if (url.includes('/auth/')) return Response.json({ access_token: 'Atza|x' });
    sent.push(JSON.parse(new TextDecoder().decode(body)));
    return respond();
  };
  const client = new NdrFeedbackClient({ credentials, fetch, rateLimiter: false, maxRetries: 0, ...options });
  return { client, sent };
}

async function resultsOf(run: AsyncIterable<NdrFeedbackResult>): Promise<NdrFeedbackResult[]> {
  const results: NdrFeedbackResult[] = [];
  for await (const result of run) results.push(result);
  return results;
}

/** A row that is the same object for each item, as a cursor or a CSV reader may have it. */
async function* reused(ids: readonly string[], wait: () => Promise<void>): AsyncGenerator<NdrFeedback> {
  const row = { trackingId: '', ndrAction: 'REATTEMPT' as const, ndrRequestData: { additionalAddressNotes: '' } };
  for (const id of ids) {
    row.trackingId = id;
    row.ndrRequestData.additionalAddressNotes = `notes of ${id}`;
    await wait();
    yield row;
    row.trackingId = 'overwritten';
    row.ndrRequestData.additionalAddressNotes = 'overwritten';
  }
}

describe('a source that reuses one object', () => {
  test('has each feedback sent once, as it was when it was read, with and without a store', async () => {
    const ids = fc.uniqueArray(fc.stringMatching(/^[1-4]{1,8}$/), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(ids, fc.integer({ min: 1, max: 5 }), fc.boolean(), fc.boolean(), async (parcels, concurrency, isSlow, hasStore) => {
        const { client, sent } = recording();
        const memory = new MemoryIdempotencyStore();
        const slow = <Value>(value: Promise<Value>): Promise<Value> => Promise.resolve().then(() => value);
        const idempotencyStore: IdempotencyStore = {
          claim: (key, options) => slow(memory.claim(key, options)),
          complete: (key, owner) => slow(memory.complete(key, owner)),
          release: (key, owner) => slow(memory.release(key, owner)),
        };
        const wait = (): Promise<void> => (isSlow ? new Promise((resolve) => setTimeout(resolve)) : Promise.resolve());
        const options = { concurrency, ...(hasStore && { idempotencyStore }) };
        const results = await resultsOf(client.submitMany(reused(parcels, wait), options));
        expect(results.map(({ status }) => status)).toEqual(parcels.map(() => 'submitted'));
        expect(sent.map(({ trackingId }) => trackingId).sort()).toEqual([...parcels].sort());
        for (const { trackingId, ndrRequestData } of sent) expect(ndrRequestData?.additionalAddressNotes).toBe(`notes of ${trackingId}`);
      }),
      { numRuns: 40 },
    );
  });

  test('may reuse the due date too', async () => {
    const { client, sent } = recording();
    const due = new Date(DUE);
    const dueDateOf = (_: NdrFeedback, index: number): Date => {
      due.setTime(index === 1 ? 0 : Date.parse(DUE));
      return due;
    };
    const feedbacks = ['1', '2', '3'].map((trackingId) => ({ trackingId, ndrAction: 'RTO' }) as const);
    const results = await resultsOf(client.submitMany(feedbacks, { dueDateOf }));
    expect(new Map(results.map(({ index, status }) => [index, status]))).toEqual(
      new Map([
        [0, 'submitted'],
        [1, 'failed'],
        [2, 'submitted'],
      ]),
    );
    expect(sent.map(({ trackingId }) => trackingId)).toEqual(['1', '3']);
  });
});

describe('a source', () => {
  test('that fails ends the batch with its error, after the results of what it supplied', async () => {
    const { client } = recording();
    const failure = new Error('the cursor is gone');
    async function* failing(): AsyncGenerator<NdrFeedback> {
      yield { trackingId: '1', ndrAction: 'RTO' };
      throw failure;
    }
    const seen: string[] = [];
    const run = async (): Promise<void> => {
      for await (const { status } of client.submitMany(failing())) seen.push(status);
    };
    expect(await thrownBy(run)).toBe(failure);
    expect(seen).toEqual(['submitted']);
  });

  test('that never ends is read no further than its consumer works, and is closed when that stops', async () => {
    const { client } = recording();
    let read = 0;
    const closed = vi.fn();
    async function* endless(): AsyncGenerator<NdrFeedback> {
      try {
        for (;;) yield { trackingId: `id-${read++}`, ndrAction: 'RTO' };
      } finally {
        closed();
      }
    }
    let results = 0;
    for await (const { status } of client.submitMany(endless(), { concurrency: 3 })) {
      expect(status).toBe('submitted');
      if (++results === 20) break;
    }
    expect(read).toBeLessThanOrEqual(24);
    expect(closed).toHaveBeenCalledOnce();
  });

  test('that never supplies its next item does not hold up an abort', async () => {
    const { client } = recording();
    async function* stuck(): AsyncGenerator<NdrFeedback> {
      yield { trackingId: '1', ndrAction: 'RTO' };
      await new Promise(() => undefined);
    }
    const controller = new AbortController();
    const seen: string[] = [];
    const run = async (): Promise<void> => {
      for await (const { status } of client.submitMany(stuck(), { signal: controller.signal })) {
        seen.push(status);
        controller.abort(new Error('closing time'));
      }
    };
    expect(await thrownBy(run)).toMatchObject({ message: 'closing time' });
    expect(seen).toEqual(['submitted']);
  });
});

describe('a store that hangs', () => {
  const never = (): Promise<never> => new Promise(() => undefined);
  const feedbacks = ['1', '2', '3'].map((trackingId) => ({ trackingId, ndrAction: 'RTO' }) as const);

  test.each<[keyof IdempotencyStore, number, string, boolean]>([
    ['claim', 204, 'failed', false],
    ['complete', 204, 'submitted', true],
    ['release', 404, 'failed', true],
  ])(
    'in %s() does not hold up the batch beyond totalTimeout, and what Amazon responded is reported',
    async (method, status, outcome, isSent) => {
      consoleLines();
      const { client, sent } = recording(() => new Response(null, { status }), { totalTimeout: 300 });
      const memory = new MemoryIdempotencyStore();
      const idempotencyStore: IdempotencyStore = {
        claim: (key, options) => memory.claim(key, options),
        complete: (key, owner) => memory.complete(key, owner),
        release: (key, owner) => memory.release(key, owner),
        [method]: never,
      };
      const results = await resultsOf(client.submitMany(feedbacks, { idempotencyStore }));
      expect(results.map((result) => result.status)).toEqual([outcome, outcome, outcome]);
      for (const result of results) if (result.status === 'failed') expect(result.sent).toBe(isSent);
      expect(sent).toHaveLength(isSent ? 3 : 0);
    },
  );

  test.each(['claim', 'complete', 'release'] as const)('in %s() does not hold up an abort', async (method) => {
    consoleLines();
    const { client } = recording(() => new Response(null, { status: method === 'release' ? 404 : 204 }));
    const memory = new MemoryIdempotencyStore();
    const controller = new AbortController();
    const hang = (): Promise<never> => {
      controller.abort(new Error('closing time'));
      return never();
    };
    const idempotencyStore: IdempotencyStore = {
      claim: (key, options) => memory.claim(key, options),
      complete: (key, owner) => memory.complete(key, owner),
      release: (key, owner) => memory.release(key, owner),
      [method]: hang,
    };
    const run = (): Promise<unknown> =>
      resultsOf(client.submitMany(feedbacks, { idempotencyStore, signal: controller.signal, concurrency: 1 }));
    expect(await thrownBy(run)).toMatchObject({ message: 'closing time' });
  });
});
