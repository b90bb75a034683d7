/**
 * What a webhook does with events that are not the usual, and with those that are redelivered.
 */
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { InProgressError } from '../../../src/core/errors.ts';
import { type IdempotencyStore, MemoryIdempotencyStore } from '../../../src/core/idempotency.ts';
import { type WebhookHandlerOptions, webhook } from '../../../src/core/receive/webhook.ts';
import { authenticator, codec, envelope, post, type TestEvent } from '../../support/core/codec.ts';

const handler = (onEvent: (event: TestEvent) => unknown, options?: WebhookHandlerOptions<TestEvent>) =>
  webhook(codec, authenticator, onEvent, options);
const event = envelope('e1');
const broken = envelope('e0', { detail: 'broken' });

describe('events that are not the usual', () => {
  test('one of an unknown type is acknowledged, and told to onUnhandled or the console', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    const [placed, onUnhandled, unknown] = [vi.fn(), vi.fn(), vi.fn()];
    const body = envelope('e2', { 'detail-type': 'NEW' });
    const statusOf = async (handlers: object, options?: object) =>
      (await webhook(codec, authenticator, handlers as never, options)(post(body))).status;
    expect(await statusOf({ placed })).toBe(200);
    expect(warn).toHaveBeenCalledOnce();
    expect(await statusOf({ placed }, { onUnhandled })).toBe(200);
    expect(await statusOf({ placed, unknown }, { onUnhandled })).toBe(200);
    expect([placed, onUnhandled, unknown].map(({ mock }) => mock.calls.length)).toEqual([0, 1, 1]);
    warn.mockRestore();
  });

  test('one that cannot be read goes to onInvalid, raw and with the reason', async () => {
    const onInvalid = vi.fn();
    expect((await handler(() => undefined, { onInvalid })(post(broken))).status).toBe(200);
    expect(onInvalid).toHaveBeenCalledExactlyOnceWith(broken, expect.objectContaining({ code: 'VALIDATION' }), expect.anything());
  });

  test('a body that is not JSON goes there too', async () => {
    const onInvalid = vi.fn();
    expect((await handler(() => undefined, { onInvalid })(post('{"id":'))).status).toBe(200);
    expect(Buffer.from(onInvalid.mock.calls[0]?.[0]).toString()).toBe('{"id":');
  });

  test('one that is twice in one body is handled once, also if its handler changes it', async () => {
    const seen: unknown[] = [];
    const change = (received: TestEvent): void => {
      seen.push(received.id);
      Object.assign(received.detail as object, { seen: true });
    };
    await handler(change, { idempotencyStore: new MemoryIdempotencyStore() })(post([event, event, envelope('e2'), event]));
    expect(seen).toEqual(['e1', 'e2']);
  });

  test.each([
    ['iso-8859-1', Buffer.from('Zoë', 'latin1'), 'Zoë'],
    ['"windows-1252"', Buffer.from([0xdf, 0x2d, 0x31]), 'ß-1'],
    ['iso-8859-1', Buffer.from('Zoë'), 'Zoë'],
    ['utf-8', Buffer.from('Zoë', 'latin1'), 'Zo\ufffd'],
  ])('one in %s is read in it, unless it is UTF-8 after all', async (charset, name, expected) => {
    const seen: unknown[] = [];
    const [head = '', tail = ''] = JSON.stringify(envelope('e1', { detail: { name: '#' } })).split('#');
    const body = Buffer.concat([Buffer.from(head), name, Buffer.from(tail)]);
    const type = { 'content-type': `application/json; charset=${charset}` };
    for (const request of [post(body, type), post(gzipSync(body), { ...type, 'content-encoding': 'gzip' })]) {
      await handler(({ detail }) => seen.push(detail))(request);
    }
    expect(seen).toEqual([{ name: expected }, { name: expected }]);
  });

  test('several in one body are handled in order', async () => {
    const seen: string[] = [];
    await handler(({ id }) => seen.push(id))(post([event, envelope('e2'), envelope('e3')]));
    expect(seen).toEqual(['e1', 'e2', 'e3']);
  });

  test('a good one is handled also behind one that cannot be read or fails, and onError hears of every failure', async () => {
    const seen: string[] = [];
    const onError = vi.fn();
    const onEvent = ({ id }: TestEvent): void => {
      seen.push(id);
      if (id === 'e1') throw new Error('e1 failed');
    };
    const response = await handler(onEvent, { onError })(post([broken, event, envelope('e2')]));
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '60']);
    expect(seen).toEqual(['e1', 'e2']);
    expect(onError.mock.calls.map(([error]) => error.message)).toEqual(['0.detail: expected object, got string', 'e1 failed']);
  });

  test('two different ones with one id in one body are both handled; the same one twice is handled once', async () => {
    const onEvent = vi.fn();
    const handle = handler(onEvent, { idempotencyStore: new MemoryIdempotencyStore() });
    const other = envelope('e1', { detail: { other: true } });
    for (let delivery = 0; delivery < 2; delivery += 1) expect((await handle(post([event, other, event]))).status).toBe(200);
    expect(onEvent.mock.calls.map(([{ detail }]) => detail)).toEqual([{}, { other: true }]);
  });

  test.each([
    ['behind the event', `[${JSON.stringify(event)}${',1'.repeat(99_000)}]`],
    ['before the event', `[${'{},'.repeat(99_000)}${JSON.stringify(event)}]`],
  ])('a hundred thousand items that are not events, %s, are one failure, and the event loop has turns meanwhile', async (_, body) => {
    const onError = vi.fn();
    const onEvent = vi.fn();
    let turns = 0;
    const ticking = setInterval(() => {
      turns += 1;
    }, 1);
    const response = await handler(onEvent, { onError, timeBudget: 60_000 })(post(body));
    clearInterval(ticking);
    expect(response.status).toBe(503);
    expect(onEvent).toHaveBeenCalledOnce();
    expect(onError.mock.calls.length).toBe(6);
    expect(onError.mock.calls.at(-1)?.[0].message).toBe('98995 more items of the body are not events');
    // How many depends on the machine.
    expect(turns).toBeGreaterThan(2);
  });

  test('a sender that needs longer than the time budget gets 503 in time, and the rest is not read', async () => {
    const onInvalid = vi.fn(() => {
      const until = performance.now() + 5;
      while (performance.now() < until);
    });
    const response = await handler(vi.fn(), { onInvalid, timeBudget: 50, onError: vi.fn() })(
      post(`[${JSON.stringify(event)}${',1'.repeat(9_000)}]`),
    );
    expect(response.status).toBe(503);
    const calls = onInvalid.mock.calls.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(onInvalid.mock.calls.length - calls).toBeLessThan(20);
  });
});

describe('de-duplication', () => {
  test('an event that is redelivered is not handled again', async () => {
    const onEvent = vi.fn();
    const handle = handler(onEvent, { idempotencyStore: new MemoryIdempotencyStore() });
    expect([(await handle(post(event))).status, (await handle(post(event))).status]).toEqual([200, 200]);
    expect(onEvent).toHaveBeenCalledOnce();
  });

  test('one whose handler failed is handled again', async () => {
    const onEvent = vi.fn().mockRejectedValueOnce(new Error('db down'));
    const handle = handler(onEvent, { idempotencyStore: new MemoryIdempotencyStore() });
    expect([(await handle(post(event))).status, (await handle(post(event))).status]).toEqual([503, 200]);
    expect(onEvent).toHaveBeenCalledTimes(2);
  });

  test('one that another call is handling gets 503', async () => {
    let finish = (): void => undefined;
    const onError = vi.fn();
    const onEvent = () => new Promise<void>((resolve) => (finish = resolve));
    const handle = handler(onEvent, { idempotencyStore: new MemoryIdempotencyStore(), onError });
    const first = handle(post(event));
    await vi.waitFor(async () => expect((await handle(post(event))).status).toBe(503), { timeout: 20_000 });
    expect(onError).toHaveBeenLastCalledWith(expect.any(InProgressError), { status: 503 });
    finish();
    expect((await first).status).toBe(200);
    expect((await handle(post(event))).status).toBe(200);
  });

  test('one that was handled after the time was used up is not handled again', async () => {
    let calls = 0;
    const slow = () => new Promise<void>((resolve) => setTimeout(resolve, 60, calls++));
    const handle = handler(slow, { idempotencyStore: new MemoryIdempotencyStore(), timeBudget: 20 });
    expect((await handle(post(event))).status).toBe(503);
    await vi.waitFor(async () => expect((await handle(post(event))).status).toBe(200), { timeout: 20_000 });
    expect(calls).toBe(1);
  });

  test('a store that is down loses nothing', async () => {
    const onEvent = vi.fn();
    const down = () => Promise.reject(new Error('no store'));
    const store = { claim: down, complete: down, release: down };
    expect((await handler(onEvent, { idempotencyStore: store })(post(event))).status).toBe(503);
    expect(onEvent).not.toHaveBeenCalled();
    // It is done, but a duplicate would be done again: 503 until the store remembers it.
    const failing = { claim: async () => 'claimed' as const, complete: down, release: down };
    expect((await handler(onEvent, { idempotencyStore: failing })(post(event))).status).toBe(503);
    expect(onEvent).toHaveBeenCalledOnce();
  });

  test('what a store that is not asynchronous throws does not hide the failure of the handler', async () => {
    const onError = vi.fn();
    const release = (): never => {
      throw new Error('no store');
    };
    const store = { claim: () => 'claimed', complete: () => undefined, release } as never;
    const failure = new Error('db down');
    expect((await handler(() => Promise.reject(failure), { idempotencyStore: store, onError })(post(event))).status).toBe(503);
    expect(onError).toHaveBeenCalledExactlyOnceWith(failure, { status: 503 });
  });

  test('events with an empty id are not confused with one another', async () => {
    const onEvent = vi.fn();
    const handle = handler(onEvent, { idempotencyStore: new MemoryIdempotencyStore() });
    for (const type of ['ORDER_PLACED', 'ORDER_SHIPPED'])
      expect((await handle(post(envelope('', { 'detail-type': type })))).status).toBe(200);
    expect(onEvent).toHaveBeenCalledTimes(2);
  });

  test.each([true, 1, 'OK', 'done', null, undefined])(
    'a store that answers %j to a claim is an error: 503, and nothing is handled',
    async (claim) => {
      const [onEvent, onError] = [vi.fn(), vi.fn()];
      const store = { claim: () => claim, complete: () => undefined, release: () => undefined } as never;
      expect((await handler(onEvent, { idempotencyStore: store, onError })(post(event))).status).toBe(503);
      expect(onEvent).not.toHaveBeenCalled();
      expect(onError.mock.calls[0]?.[0]).toMatchObject({ code: 'CONFIGURATION', option: 'idempotencyStore' });
    },
  );

  describe('with a store that hangs', () => {
    beforeEach(() => {
      vi.useFakeTimers();
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    test.each(['claim', 'complete', 'release'] as const)('in %s() the response comes before the sender gives up', async (what) => {
      const memory = new MemoryIdempotencyStore();
      const store: IdempotencyStore = {
        claim: (...args) => memory.claim(...args),
        complete: (...args) => memory.complete(...args),
        release: (...args) => memory.release(...args),
        [what]: () => new Promise(() => undefined),
      };
      const onEvent = what === 'release' ? () => Promise.reject(new Error('db down')) : () => undefined;
      const response = handler(onEvent, { idempotencyStore: store, onError: vi.fn() })(post(event));
      await vi.advanceTimersByTimeAsync(4_000);
      expect((await response).status).toBe(503);
    });
  });
});

test.each<[unknown, unknown]>([
  [undefined, {}],
  [() => 0, { maxBodyBytes: 0 }],
  [() => 0, { timeBudget: 'soon' }],
  [() => 0, { timeBudget: '4000' }],
  [() => 0, { timeBudget: 4000n }],
  [() => 0, { timeBudget: 2 ** 31 }],
  [() => 0, { maxBodyBytes: Symbol('many') }],
  [() => 0, { retryAfter: 0.5 }],
  [() => 0, null],
  [() => 0, 'options'],
  [() => 0, { retryAfter: Number.NaN }],
  [() => 0, { idempotencyStore: null }],
  [() => 0, { idempotencyStore: { claim: () => 'claimed' } }],
  [() => 0, { timebudget: 5 }],
  [() => 0, { onUnknown: () => 0 }],
])('refuses %o with %o at construction', (onEvent, options) => {
  expect(() => webhook(codec, authenticator, onEvent as never, options as never)).toThrow(
    expect.objectContaining({ code: 'CONFIGURATION' }),
  );
});
