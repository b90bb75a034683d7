import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  DeliveryTrackerClient,
  type DeliveryTrackerResult,
  type IdempotencyStore,
  MemoryIdempotencyStore,
  type Warning,
} from '../../src/amazonpay/index.ts';
import { echo, json, servePay } from './pay-server.ts';
import { pkcs8 } from './rsa.ts';

const make = (baseUrl: string): DeliveryTrackerClient =>
  new DeliveryTrackerClient({ publicKeyId: 'LIVE-AGC4SIRXYYTSA667HVXKNEIA', privateKey: pkcs8, region: 'na', rateLimiter: false, baseUrl });
const parcel = (number: number | string) => ({
  chargePermissionId: 'P01-1234567-1234567',
  carrierCode: 'UPS',
  trackingNumber: `1Z${number}`,
  row: number,
});

describe('createMany', () => {
  test('yields a result per input, with the very input and its index, and throws for none', async () => {
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

  test('an abort ends it with the reason; what was under way says so', async () => {
    const reason = new Error('closing time');
    const controller = new AbortController();
    // The second aborts both: until then the one that is first may be alone on its way.
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

  test('a key that comes along with the options is not used for all', async () => {
    const { url, received } = await servePay(echo);
    const options = { idempotencyKey: 'one', maxRetries: 0 };
    for await (const { error } of make(url).createMany([parcel(1), parcel(2)], options)) expect(error).toBeUndefined();
    expect(new Set(received.map(({ headers }) => headers['x-amz-pay-idempotency-key'])).size).toBe(2);
  });

  test('a bad call is refused at once', async () => {
    const client = make('http://127.0.0.1:1');
    for (const bad of [
      () => client.createMany('1Z' as never),
      () => client.createMany([], null as never),
      () => client.createMany([], { concurrency: 0 }),
      () => client.createMany([], { timeout: -1 }),
    ]) {
      expect(bad).toThrow(expect.objectContaining({ code: 'CONFIGURATION', surface: 'amazonpay' }));
    }
  });

  test('what was never sent says so: an input that is refused, and one that waited for its turn', async () => {
    const reason = new Error('closing time');
    const controller = new AbortController();
    const rateLimiter = { acquire: () => new Promise<never>(() => setTimeout(() => controller.abort(reason), 10)) };
    const client = new DeliveryTrackerClient({
      publicKeyId: 'LIVE-AGC4SIRXYYTSA667HVXKNEIA',
      privateKey: pkcs8,
      region: 'na',
      rateLimiter,
    });
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

  test('goes on where a batch broke off: what was accepted is not sent again, what failed is', async () => {
    const { url, received } = await servePay(echo, json(500, {}), echo, echo, echo, echo);
    const store = new MemoryIdempotencyStore();
    expect(await statuses(make(url), 3, store)).toEqual(['created', 'failed', 'created']);
    expect(await statuses(make(url), 4, store)).toEqual(['already-created', 'created', 'already-created', 'created']);
    expect(received).toHaveLength(5);
  });

  test('leaves to another process what it is at', async () => {
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
    const hooks = { onWarning: ({ code }: Warning) => warnings.push(code) };
    const options = { publicKeyId: 'LIVE-AGC4SIRXYYTSA667HVXKNEIA', privateKey: pkcs8, region: 'na', baseUrl: url, hooks } as const;
    const client = new DeliveryTrackerClient(options);
    expect(await statuses(client, 1, { claim: async () => 'claimed', complete: down, release: down })).toEqual(['created']);
    expect(warnings).toEqual(['STORE_FAILED']);
  });

  test('is refused at once where it is none', () => {
    for (const store of [null, {}, { claim: () => 'claimed' }]) {
      expect(() => make('http://127.0.0.1:1').createMany([], { idempotencyStore: store as never })).toThrow('idempotencyStore');
    }
  });
});
