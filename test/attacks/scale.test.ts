/**
 * Much of everything: items, events, sources that never end, bodies that are as large as they may be. What counts is that work is bounded and others
 * get their turn, so nothing here is timed: requests, calls and turns of the event loop are counted.
 */
import { describe, expect, test, vi } from 'vitest';
import { DeliveryTrackerClient } from '../../src/amazonpay/index.ts';
import { BuyWithPrimeWebhookVerifier, sqsHandler } from '../../src/buywithprime/index.ts';
import { type ItemOutcome, runIdempotentBatch } from '../../src/core/call/batch.ts';
import { MemoryIdempotencyStore } from '../../src/core/idempotency.ts';
import { NdrFeedbackClient } from '../../src/shipping-ndr/index.ts';
import { apiKey, NdrWebhookVerifier, shippingSqsHandler } from '../../src/shipping-ndr/webhook.ts';
import { headersOf, makePair, signDer } from '../support/buywithprime/signing.ts';
import { sqsRecord } from '../support/deliveries.ts';
import { pkcs8 } from '../support/rsa.ts';
import { ndrSample } from '../support/shipping-ndr/samples.ts';

const credentials = { clientId: 'c', clientSecret: 's', refreshToken: 'Atzr|r' };
const toOk = async (url: string): Promise<Response> =>
  url.includes('token')
    ? Response.json({ access_token: 'Atza|t', token_type: 'bearer', expires_in: 3_600 })
    : new Response(null, { status: 204 });
const client = (fetch = toOk) => new NdrFeedbackClient({ credentials, fetch, rateLimiter: false, hooks: { onWarning: () => undefined } });
const rto = (at: number) => ({ trackingId: `18${String(at).padStart(11, '0')}`, ndrAction: 'RTO' }) as const;

describe('a batch', () => {
  test('of 100,000 items with a store does each once, and a second run does none', { timeout: 120_000 }, async () => {
    const store = new MemoryIdempotencyStore({ maxKeys: 200_000 });
    let sent = 0;
    function* numbers() {
      for (let at = 0; at < 100_000; at += 1) yield at;
    }
    for (const status of ['done', 'completed']) {
      let results = 0;
      const read = (item: number) => ({ key: `key-${item}`, send: async () => ++sent });
      const toResult = (_: number, __: number, outcome: ItemOutcome<number>) => outcome.status;
      const batch = {
        surface: 'core',
        idempotencyStore: store,
        totalTimeout: undefined,
        read,
        toResult,
        onStoreFailure: expect.unreachable,
      } as const;
      for await (const result of runIdempotentBatch(numbers(), { ...batch, concurrency: 100 })) {
        if (result !== status) expect(result).toBe(status);
        results += 1;
      }
      expect([results, sent]).toEqual([100_000, 100_000]);
    }
  });

  test.each<[string, () => Iterable<object> | AsyncIterable<object>]>([
    [
      'a generator',
      function* () {
        for (let at = 0; ; at += 1) yield rto(at);
      },
    ],
    [
      'an asynchronous generator',
      async function* () {
        for (let at = 0; ; at += 1) yield rto(at);
      },
    ],
    ['an iterator without return()', () => ({ [Symbol.iterator]: () => ({ next: () => ({ done: false, value: rto(1) }) }) })],
    [
      'items that are all refused',
      function* () {
        for (;;) yield { trackingId: '', ndrAction: 'NO' };
      },
    ],
  ])('from a source that never ends, %s, is read no further than it works, and ends with the loop or the signal', async (_, make) => {
    let read = 0;
    async function* counted() {
      for await (const item of make()) {
        read += 1;
        yield item;
      }
    }
    let results = 0;
    for await (const _result of client().submitMany(counted() as never, { concurrency: 5 })) {
      results += 1;
      expect(read).toBeLessThanOrEqual(results + 6);
      if (results === 500) break;
    }
    expect(results).toBe(500);

    const abort = new AbortController();
    const loop = (async () => {
      for await (const _result of client().submitMany(make() as never, { signal: abort.signal })) {
        results += 1;
        if (results === 1_000) abort.abort(new Error('enough'));
      }
    })();
    await expect(loop).rejects.toThrow('enough');
  });

  test('from a source that never supplies an item ends with the signal, and closes it', async () => {
    const abort = new AbortController();
    const close = vi.fn(async () => ({ done: true as const, value: undefined }));
    const source = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined), return: close }) };
    const loop = (async () => {
      for await (const _ of client().submitMany(source)) expect.unreachable();
    })();
    const aborted = (async () => {
      for await (const _ of client().submitMany(source, { signal: abort.signal })) expect.unreachable();
    })();
    abort.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    expect(close).toHaveBeenCalledOnce();
    void loop;
  });

  test('of inputs that are 10,000 properties large is refused item by item, before anything is signed', async () => {
    const huge = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`field-${at}`, 'x'.repeat(100)]));
    const fetch = vi.fn();
    const pay = new DeliveryTrackerClient({ publicKeyId: 'SANDBOX-ABCDEFGHIJKLMNOPQRSTUVWX', privateKey: pkcs8, region: 'eu', fetch });
    for await (const { status, error } of pay.createMany(Array.from({ length: 20 }, () => huge as never))) {
      expect(status).toBe('failed');
      expect((error as Error).message.length).toBeLessThan(2_000);
    }
    expect(fetch).not.toHaveBeenCalled();
  });
});

const MEBIBYTE = 1_048_576;
const fill = (part: string, start = '', end = ''): string =>
  start + part.repeat(Math.floor((MEBIBYTE - start.length - end.length - 10) / part.length)) + end;
const sample = JSON.stringify(ndrSample);

/** Bodies of a mebibyte from an authenticated sender, and what is answered. */
const bodies: readonly (readonly [name: string, body: string, statuses: readonly number[]])[] = [
  ['numbers beside an envelope', fill(',1', `[${sample}`, ']'), [503]],
  ['empty objects', fill('{},', '[', '{}]'), [400, 503]],
  ['empty lists in lists', fill('[],', '[', '[]]'), [400, 503]],
  ['lists as deep as they go', fill('[', '', ''), [503]],
  ['lists as deep as they go, and closed', '['.repeat(MEBIBYTE / 2 - 10) + ']'.repeat(MEBIBYTE / 2 - 10), [400, 503]],
  ['damaged events', fill('{"detail-type":"NDR Events"},', '[', '{}]'), [503]],
  ['whole events', fill(`${sample},`, '[', `${sample}]`), [200]],
  ['records of a queue without a body', fill('{"messageId":"m"},', '{"Records":[', '{}]}'), [400, 503]],
  ['JSON in JSON in JSON', JSON.stringify(JSON.stringify(JSON.stringify(fill('a').slice(0, 250_000)))), [400, 503]],
  ['backslashes', `"${'\\\\'.repeat(MEBIBYTE / 2 - 10)}"`, [503]],
  ['one name a hundred thousand times', fill('"a":1,', '{', '"a":1}'), [400, 503]],
  ['whitespace', ' '.repeat(MEBIBYTE - 10), [503]],
  ['commas that trail', fill(', ', '[1', ']'), [503]],
  ['a number of a million digits', '9'.repeat(MEBIBYTE - 10), [400, 503]],
  ['slashes', JSON.stringify({ 'detail-type': 'NDR Events', detail: { trackingId: '/'.repeat(1_000_000) } }), [503, 200]],
];

describe('a body of a mebibyte', () => {
  test.each(bodies)(
    'of %s is answered with a bounded number of errors, and others get their turn',
    { timeout: 120_000 },
    async (_, body, statuses) => {
      const onError = vi.fn();
      const handler = new NdrWebhookVerifier({ auth: apiKey({ keys: 'k' }) }).handler(() => undefined, { onError, timeBudget: 100_000 });
      const post = (content: string) =>
        handler(
          new Request('https://a/', { method: 'POST', headers: { 'x-api-key': 'k', 'content-type': 'application/json' }, body: content }),
        );
      const response = await post(body);
      expect(statuses).toContain(response.status);
      expect(onError.mock.calls.length).toBeLessThanOrEqual(6);
      for (const [error] of onError.mock.calls) expect((error as Error).message.length).toBeLessThan(2_000);
      expect((await response.text()).length).toBeLessThan(2_000);
    },
  );

  test('does not make a small one wait for its end', { timeout: 120_000 }, async () => {
    const order: string[] = [];
    const handler = new NdrWebhookVerifier({ auth: apiKey({ keys: 'k' }) }).handler(() => undefined, {
      onError: () => undefined,
      timeBudget: 100_000,
    });
    const post = async (name: string, body: string): Promise<void> => {
      await handler(new Request('https://a/', { method: 'POST', headers: { 'x-api-key': 'k' }, body }));
      order.push(name);
    };
    await Promise.all([post('large', fill(',{"detail-type":"NDR Events"}', `[${sample}`, ']')), post('small', sample)]);
    expect(order).toEqual(['small', 'large']);
  });

  test('that is signed is answered likewise', { timeout: 120_000 }, async () => {
    const pair = makePair('key-1');
    const body = fill('{"a":1},', '[', '{}]');
    const onError = vi.fn();
    const handler = new BuyWithPrimeWebhookVerifier({ keys: pair.jwk }).handler(() => undefined, { onError, timeBudget: 100_000 });
    const response = await handler(new Request('https://a/', { method: 'POST', headers: headersOf(signDer(pair, body), 'key-1'), body }));
    expect(response.status).toBe(503);
    expect(onError.mock.calls.length).toBeLessThanOrEqual(6);
  });
});

test.each([
  ['Amazon Shipping', shippingSqsHandler, { ...ndrSample }],
  [
    'Buy with Prime',
    sqsHandler,
    { id: 'e', 'detail-type': 'DELIVERY_IN_TRANSIT', resources: ['businessProduct/b/order/o/delivery/d'], detail: {} },
  ],
] as const)('a batch of 10,000 messages of %s is handled once each, ten concurrently', { timeout: 120_000 }, async (_, make, event) => {
  let [running, most, handled] = [0, 0, 0];
  const handler = make(async () => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    running -= 1;
    handled += 1;
  });
  const Records = Array.from({ length: 10_000 }, (__, at) => sqsRecord(JSON.stringify({ ...event, id: `e-${at}` }), `m-${at}`));
  expect(await handler({ Records })).toEqual({ batchItemFailures: [] });
  expect(handled).toBe(10_000);
  expect(most).toBeLessThanOrEqual(10);
});
