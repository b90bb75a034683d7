import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  type CreateManyOptions,
  DeliveryTrackerClient,
  type DeliveryTrackerClientOptions,
  type DeliveryTrackerInput,
  type DeliveryTrackerResult,
  type IdempotencyStore,
  MemoryIdempotencyStore,
  type Warning,
} from '../../src/amazonpay/index.ts';
import { echo, json, servePay } from '../support/pay-server.ts';
import { pkcs8 } from '../support/rsa.ts';

const hooks = { onWarning: () => undefined };
const key = { publicKeyId: 'LIVE-AGC4SIRXYYTSA667HVXKNEIA', privateKey: pkcs8, region: 'na' } as const;
const make = (baseUrl: string, options: Partial<DeliveryTrackerClientOptions> = {}): DeliveryTrackerClient =>
  new DeliveryTrackerClient({ ...key, rateLimiter: false, baseUrl, hooks, ...options });
const parcel = (number: number | string) => ({
  chargePermissionId: 'P01-1234567-1234567',
  carrierCode: 'UPS',
  trackingNumber: `1Z${number}`,
  row: number,
});

describe('createMany', () => {
  test('yields a result for each input, with the same object and its index, and throws for none', async () => {
    const { url, received } = await servePay((response, request) => {
      if (request.body.includes('1Z13')) json(400, { reasonCode: 'InvalidParameterValue', message: 'm' })(response, request);
      else echo(response, request);
    });
    const inputs = [...Array.from({ length: 20 }, (_, index) => parcel(index)), null as never, { ...parcel(7), trackingNumber: '' }];
    const results: DeliveryTrackerResult<(typeof inputs)[number]>[] = [];
    for await (const result of make(url).createMany(inputs, { concurrency: 4 })) results.push(result);
    expect(results).toHaveLength(22);
    for (const { index, input } of results) expect(input).toBe(inputs[index]);
    const failed = results.filter(({ error }) => error !== undefined).sort((a, b) => a.index - b.index);
    expect(failed.map(({ index, error }) => [index, (error as { code: string }).code])).toEqual([
      [13, 'API'],
      [20, 'VALIDATION'],
      [21, 'VALIDATION'],
    ]);
    expect(results.filter(({ tracker }) => tracker?.requestId === 'req-1')).toHaveLength(19);
    expect(received).toHaveLength(20);
  });

  test('an abort ends it with the reason; what was in flight says so', async () => {
    const reason = new Error('closing time');
    const controller = new AbortController();
    // The second aborts both: until it arrives, only one may be in flight.
    const { url } = await servePay(
      () => undefined,
      () => controller.abort(reason),
    );
    const results: DeliveryTrackerResult[] = [];
    const endless = (function* () {
      for (let number = 0; ; number += 1) yield parcel(number);
    })();
    const run = async (): Promise<void> => {
      for await (const result of make(url).createMany(endless, { concurrency: 2, signal: controller.signal })) results.push(result);
    };
    await expect(run()).rejects.toBe(reason);
    expect(results.map(({ error }) => error)).toEqual([reason, reason]);
    expect(results.map((result) => 'sent' in result && result.sent)).toEqual([true, true]);
  });

  test('a key among the options is refused: it would be the same for all', () => {
    const options = { idempotencyKey: 'one', maxRetries: 0 };
    expect(() => make('http://127.0.0.1:1').createMany([parcel(1), parcel(2)], options)).toThrow(
      expect.objectContaining({
        code: 'CONFIGURATION',
        option: 'idempotencyKey',
        hint: expect.stringContaining('derived from each parcel'),
      }),
    );
  });

  test('a bad call is refused at once', async () => {
    const client = make('http://127.0.0.1:1');
    for (const bad of [
      () => client.createMany('1Z' as never),
      () => client.createMany([], null as never),
      () => client.createMany([], { concurrency: 0 }),
      () => client.createMany([], { idempotencyLease: 0 }),
      () => client.createMany([], { timeout: -1 }),
      () => client.createMany([], { concurency: 3 } as never),
      () => client.createMany([], { 'x-amz-pay-idempotency-key': 'a' } as never),
      () => client.createMany([], { headers: { 'x-amz-pay-idempotency-key': 'a' } }),
    ]) {
      expect(bad).toThrow(expect.objectContaining({ code: 'CONFIGURATION', surface: 'amazonpay' }));
    }
  });

  test('what was never sent says so: an input that is refused, and one that waited for the rate limiter', async () => {
    const reason = new Error('closing time');
    const controller = new AbortController();
    const rateLimiter = { acquire: () => new Promise<never>(() => setTimeout(() => controller.abort(reason), 10)) };
    const client = new DeliveryTrackerClient({ ...key, hooks, rateLimiter });
    const results: DeliveryTrackerResult[] = [];
    const run = async (): Promise<void> => {
      const inputs = [{ ...parcel(1), trackingNumber: '' }, parcel(2)];
      for await (const result of client.createMany(inputs, { signal: controller.signal })) results.push(result);
    };
    await expect(run()).rejects.toBe(reason);
    expect(results).toMatchObject([
      { index: 0, status: 'failed', sent: false },
      { index: 1, status: 'failed', sent: false, error: reason },
    ]);
  });

  test('a result is discriminated by its status', () => {
    const narrow = (result: DeliveryTrackerResult): number | undefined => {
      if (result.status === 'created') return result.tracker.attempts;
      expectTypeOf(result.tracker).toBeUndefined();
      return undefined;
    };
    expect(narrow({ index: 0, input: parcel(1), status: 'already-created' })).toBeUndefined();
  });
});

describe('createMany with a store', () => {
  const statuses = async (client: DeliveryTrackerClient, count: number, idempotencyStore: IdempotencyStore): Promise<string[]> => {
    const found: string[] = [];
    const inputs = Array.from({ length: count }, (_, index) => parcel(index));
    for await (const { index, status } of client.createMany(inputs, { idempotencyStore, concurrency: 1, maxRetries: 0 }))
      found[index] = status;
    return found;
  };

  test('resumes after an interruption: what was accepted is not sent again, what failed is', async () => {
    const { url, received } = await servePay(echo, json(500, {}), echo, echo, echo, echo);
    const store = new MemoryIdempotencyStore();
    expect(await statuses(make(url), 3, store)).toEqual(['created', 'failed', 'created']);
    expect(await statuses(make(url), 4, store)).toEqual(['already-created', 'created', 'already-created', 'created']);
    expect(received).toHaveLength(5);
  });

  test('leaves to another process what that one works on', async () => {
    const { url, received } = await servePay(echo);
    const store = { claim: async () => 'in-progress' as const, complete: async () => undefined, release: async () => undefined };
    expect(await statuses(make(url), 2, store)).toEqual(['in-progress', 'in-progress']);
    expect(received).toHaveLength(0);
  });

  test('a store that fails before sending fails the item; one that fails after it only warns', async () => {
    const { url, received } = await servePay(echo);
    const down = () => Promise.reject(new Error('no store'));
    const works = async () => undefined;
    expect(await statuses(make(url), 1, { claim: down, complete: works, release: works })).toEqual(['failed']);
    expect(received).toHaveLength(0);
    const warnings: string[] = [];
    const client = make(url, { hooks: { onWarning: ({ code }: Warning) => warnings.push(code) } });
    expect(await statuses(client, 1, { claim: async () => 'claimed', complete: down, release: down })).toEqual(['created']);
    expect(warnings).toEqual(['TRACKING_NUMBER_SHORT', 'STORE_FAILED']);
  });

  test('is refused at once if it is not a store', () => {
    for (const store of [null, {}, { claim: () => 'claimed' }]) {
      expect(() => make('http://127.0.0.1:1').createMany([], { idempotencyStore: store as never })).toThrow('idempotencyStore');
    }
  });
});

describe('an input is read once, when the iterable supplies it', () => {
  interface Row {
    chargePermissionId: string;
    carrierCode: string;
    trackingNumber: string;
  }
  const rowOf = (number: number): Row => ({
    chargePermissionId: `P01-1234567-${1_000_000 + number}`,
    carrierCode: 'UPS',
    trackingNumber: `1Z999AA1${10_000_000 + number}`,
  });
  const keyOf = ({ chargePermissionId, carrierCode, trackingNumber }: Row): string =>
    createHash('sha256').update(`${chargePermissionId}|${carrierCode}|${trackingNumber}`).digest('hex').slice(0, 32);

  /** Supplies one object over and over, as cursors and CSV readers do. */
  function* reused(count: number): Generator<Row> {
    const row = rowOf(0);
    for (let number = 0; number < count; number += 1) yield Object.assign(row, rowOf(number));
  }
  async function* reusedSlowly(count: number, wait: number): AsyncGenerator<Row> {
    for (const row of reused(count)) {
      if (wait > 0) await sleep(wait);
      yield row;
    }
  }
  /** Objects of their own, each changed as soon as the next one is requested. */
  function* spoilt(count: number): Generator<Row> {
    for (let number = 0; number < count; number += 1) {
      const row = rowOf(number);
      yield row;
      Object.assign(row, { chargePermissionId: 'spoilt', carrierCode: 'SPOILT', trackingNumber: 'spoilt' });
    }
  }
  /** A store that takes its time. */
  const slowStore = (wait: number): IdempotencyStore => {
    const memory = new MemoryIdempotencyStore();
    return {
      claim: async (id, options) => {
        if (wait > 0) await sleep(wait);
        return memory.claim(id, options);
      },
      complete: (id, owner) => memory.complete(id, owner),
      release: (id, owner) => memory.release(id, owner),
    };
  };

  test('so that rows that are reused or changed later arrive right, each with its own key', async () => {
    const { url, received } = await servePay(echo);
    const client = make(url);
    const sources = {
      reused,
      spoilt,
      'reused, asynchronous': (count: number) => reusedSlowly(count, 0),
      'reused, slow': (count: number) => reusedSlowly(count, 1),
    };
    const scenario = fc.record({
      source: fc.constantFrom(...(Object.keys(sources) as (keyof typeof sources)[])),
      count: fc.integer({ min: 1, max: 8 }),
      concurrency: fc.integer({ min: 1, max: 4 }),
      storeWait: fc.constantFrom(undefined, 0, 2),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ source, count, concurrency, storeWait }) => {
        received.length = 0;
        const options: CreateManyOptions = { concurrency, idempotencyStore: storeWait === undefined ? undefined : slowStore(storeWait) };
        const indexes: number[] = [];
        for await (const { index, status } of client.createMany(sources[source](count), options)) {
          expect(status).toBe('created');
          indexes.push(index);
        }
        expect(indexes.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index));
        const arrived = received.map(({ headers, body }) => {
          const { chargePermissionId, deliveryDetails } = JSON.parse(body.toString());
          return { key: headers['x-amz-pay-idempotency-key'], row: { chargePermissionId, ...deliveryDetails[0] } as Row };
        });
        const expected = Array.from({ length: count }, (_, number) => rowOf(number));
        const byNumber = (a: { row: Row }, b: { row: Row }): number => (a.row.trackingNumber < b.row.trackingNumber ? -1 : 1);
        expect(arrived.sort(byNumber)).toEqual(expected.map((row) => ({ key: keyOf(row), row: { ...row } })));
      }),
      { numRuns: 40 },
    );
  });

  test('and what changes after a call of create() or prepare() is not sent', async () => {
    const { url, received } = await servePay(echo);
    const client = make(url);
    const row = rowOf(1);
    const headers = { 'x-shop': '1' };
    const created = client.create(row, { headers });
    const prepared = client.prepare(row, { headers });
    Object.assign(row, rowOf(2));
    headers['x-shop'] = '2';
    await created;
    const request = await prepared;
    expect(JSON.parse(received[0]?.body.toString() ?? '')).toMatchObject({ chargePermissionId: rowOf(1).chargePermissionId });
    expect(received[0]?.headers).toMatchObject({ 'x-shop': '1', 'x-amz-pay-idempotency-key': keyOf(rowOf(1)) });
    expect(request.headers.get('x-shop')).toBe('1');
    expect(await request.json()).toMatchObject({ deliveryDetails: [{ trackingNumber: rowOf(1).trackingNumber }] });
  });

  test('and nothing of it is read after the call', () => {
    let isOver = false;
    const row = new Proxy(rowOf(1), {
      get: (target, name, receiver) => {
        if (isOver) throw new Error('read too late');
        return Reflect.get(target, name, receiver);
      },
    });
    const call = make('http://127.0.0.1:1', { maxRetries: 0 }).create(row as DeliveryTrackerInput);
    isOver = true;
    return expect(call).rejects.toMatchObject({ code: 'CONNECTION' });
  });
});

describe('a store that hangs', () => {
  const never = (): Promise<never> => new Promise(() => undefined);
  const works = async () => undefined;
  const claimed = async () => 'claimed' as const;

  test.each<[string, IdempotencyStore, 'created' | 'failed', number]>([
    ['claim()', { claim: never, complete: works, release: works }, 'failed', 0],
    ['complete()', { claim: claimed, complete: never, release: works }, 'created', 2],
    ['release()', { claim: claimed, complete: works, release: never }, 'failed', 2],
  ])('in %s ends with totalTimeout, and what Amazon responded is reported', async (method, idempotencyStore, status, arrived) => {
    const refuses = method === 'release()';
    const { url, received } = await servePay(refuses ? json(400, { reasonCode: 'InvalidParameterValue', message: 'm' }) : echo);
    const results: DeliveryTrackerResult[] = [];
    const inputs = [parcel('1234567'), parcel('1234568')];
    for await (const result of make(url, { totalTimeout: 300 }).createMany(inputs, { idempotencyStore })) results.push(result);
    expect(results.map((result) => result.status)).toEqual([status, status]);
    expect(received).toHaveLength(arrived);
    if (refuses) expect(results).toMatchObject([{ error: { code: 'API', status: 400 } }, { error: { code: 'API', status: 400 } }]);
  });

  test('ends with an abort', async () => {
    const reason = new Error('closing time');
    const controller = new AbortController();
    const claim = (): Promise<never> => {
      setTimeout(() => controller.abort(reason), 10);
      return never();
    };
    const results: DeliveryTrackerResult[] = [];
    const run = async (): Promise<void> => {
      const options = { idempotencyStore: { claim, complete: works, release: works }, signal: controller.signal };
      for await (const result of make('http://127.0.0.1:1').createMany([parcel('1234567')], options)) results.push(result);
    };
    await expect(run()).rejects.toBe(reason);
    expect(results).toMatchObject([{ status: 'failed', sent: false, error: reason }]);
  });
});
