import { describe, expect, expectTypeOf, test } from 'vitest';
import { DeliveryTrackerClient, type DeliveryTrackerResult } from '../../src/amazonpay/index.ts';
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
    const { url } = await servePay(() => controller.abort(reason));
    const results: DeliveryTrackerResult[] = [];
    const endless = (function* () {
      for (let number = 0; ; number += 1) yield parcel(number);
    })();
    const run = async (): Promise<void> => {
      for await (const result of make(url).createMany(endless, { concurrency: 2, signal: controller.signal })) results.push(result);
    };
    await expect(run()).rejects.toBe(reason);
    expect(results.map(({ error }) => error)).toEqual([reason, reason]);
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

  test('a result has a tracker or an error', () => {
    expectTypeOf<DeliveryTrackerResult>().toExtend<{ index: number }>();
    const narrow = (result: DeliveryTrackerResult): number | undefined =>
      result.tracker ? result.tracker.attempts : void expectTypeOf(result.tracker).toBeUndefined();
    expect(narrow({ index: 0, input: parcel(1), error: new Error('x') })).toBeUndefined();
  });
});
