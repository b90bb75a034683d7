import { describe, expect, test, vi } from 'vitest';
import { decodeUtf8 } from '../../src/core/bytes.ts';
import { AuthenticationError, ConnectionError, InProgressError, ValidationError } from '../../src/core/errors.ts';
import { MemoryIdempotencyStore } from '../../src/core/receive/idempotency.ts';
import { createWebhookHandler, type Received, type WebhookHandlerOptions, type WebhookReceiver } from '../../src/core/receive/webhook.ts';
import { jsonBody } from '../../src/core/receive/webhook-request.ts';

interface Event {
  readonly id: string;
  readonly type: string;
}

const surface = 'core' as const;
const receiver: WebhookReceiver<Event> = {
  surface,
  authenticate: async ({ headers }) => {
    const key = headers.get('x-api-key');
    if (key === 'invalid') throw new ValidationError('response', [{ message: 'the key server changed its answer' }], { surface });
    if (key === 'unreachable') throw new ConnectionError('no answer from the key server', { surface, attempts: 1 });
    if (key !== 'right') throw new AuthenticationError(key === null ? 'missing' : 'mismatch', 'the API key does not match', { surface });
  },
  receive: async (_, body): Promise<readonly Received<Event>[]> =>
    [jsonBody(surface, decodeUtf8(body))].flat().map((raw) => {
      const event = raw as Event;
      const error = new ValidationError('event', [{ message: 'changed' }], { surface });
      return event.type === 'broken' ? { id: event.id, raw, error } : { id: event.id, event };
    }),
  isUnknown: ({ type }) => type === 'new',
  challenge: ({ reason }) => `ApiKey reason="${reason}"`,
};

const post = (body: unknown, headers: Record<string, string> = {}): Request =>
  new Request('https://shop.example/hook?token=secret', {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8', 'x-api-key': 'right', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

const handler = (onEvent: (event: Event) => unknown, options?: WebhookHandlerOptions<Event>) =>
  createWebhookHandler(receiver, onEvent, options);
const event = { id: 'e1', type: 'known' };

describe('answers', () => {
  test('200 and nothing else when the event is kept', async () => {
    const onEvent = vi.fn();
    const response = await handler(onEvent)(post(event));
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(onEvent).toHaveBeenCalledExactlyOnceWith(event, { signal: expect.any(AbortSignal) });
  });

  test.each([
    ['405 with Allow', new Request('https://x/'), 405, { allow: 'POST' }],
    [
      '401 with a challenge for a wrong key',
      post(event, { 'x-api-key': 'wrong' }),
      401,
      { 'www-authenticate': 'ApiKey reason="mismatch"' },
    ],
    ['503 where the key could not be checked', post(event, { 'x-api-key': 'unreachable' }), 503, { 'retry-after': '60' }],
    ['503 where its check failed in another way', post(event, { 'x-api-key': 'invalid' }), 503, { 'retry-after': '60' }],
    ['415 for a form', post(event, { 'content-type': 'application/x-www-form-urlencoded' }), 415, {}],
    ['400 for what is no JSON', post('{"id":'), 400, {}],
    ['400 for an empty body', post(' '), 400, {}],
    ['413 for a body that says it is too large', post(event, { 'content-length': '9999999' }), 413, {}],
    ['413 for a body that is too large', post({ ...event, padding: 'x'.repeat(1_100_000) }), 413, {}],
    ['503 for a known type that does not fit', post({ id: 'e', type: 'broken' }), 503, { 'retry-after': '60' }],
  ])('%s', async (_, request, status, headers) => {
    const onEvent = vi.fn();
    const onError = vi.fn();
    const response = await handler(onEvent, { onError })(request);
    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject(headers);
    expect(await response.json()).toEqual({ message: expect.any(String) });
    expect(onEvent).not.toHaveBeenCalled();
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.any(Error), { status });
  });

  test('application/eventbridge+json and a missing content type are let through', async () => {
    for (const type of ['application/eventbridge+json', ''])
      expect((await handler(() => undefined)(post(event, { 'content-type': type }))).status).toBe(type ? 200 : 415);
    const bare = post(event);
    bare.headers.delete('content-type');
    expect((await handler(() => undefined)(bare)).status).toBe(200);
  });

  test('503 when the handler fails, whatever it throws, and nothing of it goes out', async () => {
    const errors = [
      new Error('db password hunter2'),
      new AuthenticationError('missing', 'of another call', { surface }),
      'text',
      undefined,
    ];
    for (const error of errors) {
      const onError = vi.fn();
      const response = await handler(() => Promise.reject(error), { onError, retryAfter: 7 })(post(event));
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '7']);
      expect(await response.text()).not.toContain('hunter2');
      expect(onError).toHaveBeenCalledExactlyOnceWith(error, { status: 503 });
    }
  });

  test('503 when the time is up, the signal tells the handler, and its own failure is heard of too', async () => {
    const onError = vi.fn();
    const onEvent = (_: Event, { signal }: { signal: AbortSignal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('given up'))));
    const response = await createWebhookHandler(receiver, onEvent, { timeBudget: 20, onError })(post(event));
    expect(response.status).toBe(503);
    await vi.waitFor(() => expect(onError).toHaveBeenCalledTimes(2));
    expect(onError.mock.calls.map(([error]) => error.message)).toEqual([expect.stringContaining('20 ms'), 'given up']);
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('logger down');
      },
    ],
    // A rejection that nobody hears of would end the process.
    ['rejects with', () => Promise.reject(new Error('logger down'))],
  ])('what onError %s changes nothing', async (_, onError: () => void) => {
    expect((await handler(() => undefined, { onError })(new Request('https://x/'))).status).toBe(405);
  });

  test('503 where a challenge is nothing that a header can hold', async () => {
    const onError = vi.fn();
    const broken = createWebhookHandler({ ...receiver, challenge: () => 'Basic realm="\u2192"' }, () => undefined, { onError });
    expect((await broken(post(event, { 'x-api-key': 'wrong' }))).status).toBe(503);
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.any(Error), { status: 503 });
  });

  test('401 also for an error of another copy of the package', async () => {
    vi.resetModules();
    const copy = await import('../../src/core/errors.ts');
    expect(copy.AuthenticationError).not.toBe(AuthenticationError);
    const authenticate = () => Promise.reject(new copy.AuthenticationError('mismatch', 'no', { surface }));
    expect((await createWebhookHandler({ ...receiver, authenticate }, () => undefined)(post(event))).status).toBe(401);
  });

  test('503 for a body that somebody has read already', async () => {
    const request = post(event);
    await request.text();
    const onError = vi.fn();
    expect((await handler(() => undefined, { onError })(request)).status).toBe(503);
    expect(onError.mock.calls[0]?.[0]).toMatchObject({ code: 'CONFIGURATION', message: expect.stringContaining('read already') });
  });
});

describe('events that are not the usual', () => {
  test('an unknown one is acknowledged, or handed to onUnknown', async () => {
    const [onEvent, onUnknown] = [vi.fn(), vi.fn()];
    const unknown = { id: 'e2', type: 'new' };
    expect((await handler(onEvent)(post(unknown))).status).toBe(200);
    expect((await handler(onEvent, { onUnknown })(post(unknown))).status).toBe(200);
    expect(onUnknown).toHaveBeenCalledExactlyOnceWith(unknown, expect.anything());
    expect(onEvent).not.toHaveBeenCalled();
  });

  test('one that does not fit is handed to onInvalid, raw and with the reason', async () => {
    const onInvalid = vi.fn();
    const broken = { id: 'e3', type: 'broken' };
    expect((await handler(() => undefined, { onInvalid })(post(broken))).status).toBe(200);
    expect(onInvalid).toHaveBeenCalledExactlyOnceWith(broken, expect.objectContaining({ code: 'VALIDATION' }), expect.anything());
  });

  test('several in one body are handled in order', async () => {
    const seen: string[] = [];
    await handler(({ id }) => seen.push(id))(post([event, { ...event, id: 'e2' }, { ...event, id: 'e3' }]));
    expect(seen).toEqual(['e1', 'e2', 'e3']);
  });

  test('a good one is handled also behind one that does not fit or fails, and every failure is heard of', async () => {
    const seen: string[] = [];
    const onError = vi.fn();
    const onEvent = ({ id }: Event): void => {
      seen.push(id);
      if (id === 'e1') throw new Error('e1 failed');
    };
    const response = await handler(onEvent, { onError })(post([{ id: 'e0', type: 'broken' }, event, { ...event, id: 'e2' }]));
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '60']);
    expect(seen).toEqual(['e1', 'e2']);
    expect(onError.mock.calls.map(([error]) => error.message)).toEqual(['changed', 'e1 failed']);
  });
});

describe('de-duplication', () => {
  test('an event that is delivered again is not handled again', async () => {
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

  test('one in flight elsewhere is sent back', async () => {
    let finish = (): void => undefined;
    const onError = vi.fn();
    const onEvent = () => new Promise<void>((resolve) => (finish = resolve));
    const handle = handler(onEvent, { idempotencyStore: new MemoryIdempotencyStore(), onError });
    const first = handle(post(event));
    await vi.waitFor(async () => expect((await handle(post(event))).status).toBe(503));
    expect(onError).toHaveBeenLastCalledWith(expect.any(InProgressError), { status: 503 });
    finish();
    expect((await first).status).toBe(200);
    expect((await handle(post(event))).status).toBe(200);
  });

  test('one that was handled after the time was up is not handled again', async () => {
    let calls = 0;
    const slow = () => new Promise<void>((resolve) => setTimeout(resolve, 60, calls++));
    const handle = handler(slow, { idempotencyStore: new MemoryIdempotencyStore(), timeBudget: 20 });
    expect((await handle(post(event))).status).toBe(503);
    await vi.waitFor(async () => expect((await handle(post(event))).status).toBe(200));
    expect(calls).toBe(1);
  });

  test('a store that is down loses nothing', async () => {
    const onEvent = vi.fn();
    const down = () => Promise.reject(new Error('no store'));
    const store = { claim: down, complete: down, release: down };
    expect((await handler(onEvent, { idempotencyStore: store })(post(event))).status).toBe(503);
    const failing = { claim: async () => 'claimed' as const, complete: down, release: down };
    expect((await handler(onEvent, { idempotencyStore: failing })(post(event))).status).toBe(503);
    expect(onEvent).toHaveBeenCalledOnce();
  });

  test('what a store that is not asynchronous throws hides no failure of the handler', async () => {
    const onError = vi.fn();
    const release = (): never => {
      throw new Error('no store');
    };
    const store = { claim: () => 'claimed', complete: () => undefined, release } as never;
    const failure = new Error('db down');
    expect((await handler(() => Promise.reject(failure), { idempotencyStore: store, onError })(post(event))).status).toBe(503);
    expect(onError).toHaveBeenCalledExactlyOnceWith(failure, { status: 503 });
  });

  test('events with an empty id are not taken for one another', async () => {
    const onEvent = vi.fn();
    const handle = handler(onEvent, { idempotencyStore: new MemoryIdempotencyStore() });
    for (const type of ['known', 'another']) expect((await handle(post({ id: '', type }))).status).toBe(200);
    expect(onEvent).toHaveBeenCalledTimes(2);
  });

  test.each([true, 1, 'OK', null, undefined])(
    'a store that answers %j to a claim does not keep an event from being handled',
    async (claim) => {
      const onEvent = vi.fn();
      const store = { claim: () => claim, complete: () => undefined, release: () => undefined } as never;
      expect((await handler(onEvent, { idempotencyStore: store })(post(event))).status).toBe(200);
      expect(onEvent).toHaveBeenCalledOnce();
    },
  );

  test.each([
    { completedFor: Number.NaN },
    { completedFor: '1 day' },
    { claimedFor: 0 },
    { maxKeys: 0 },
    { maxKeys: null },
    { clock: new Date() },
  ])('a MemoryIdempotencyStore that would forget, or never, is not made: %j', (options) => {
    expect(() => new MemoryIdempotencyStore(options as never)).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
  });

  test('claims lapse, and the oldest keys go first', async () => {
    let now = 0;
    const store = new MemoryIdempotencyStore({ clock: () => new Date(now), claimedFor: 10, completedFor: 100, maxKeys: 2 });
    expect(await store.claim('a')).toBe('claimed');
    expect(await store.claim('a')).toBe('in-progress');
    now = 11;
    expect(await store.claim('a')).toBe('claimed');
    await store.complete('a');
    expect(await store.claim('a')).toBe('completed');
    await store.claim('b');
    await store.claim('c');
    expect(await store.claim('a')).toBe('claimed');
  });
});

test.each([
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
])('refuses %o with %o at construction', (onEvent, options) => {
  expect(() => createWebhookHandler(receiver, onEvent as never, options as never)).toThrow(
    expect.objectContaining({ code: 'CONFIGURATION' }),
  );
});
