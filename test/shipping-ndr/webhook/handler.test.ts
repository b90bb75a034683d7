import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import {
  AuthenticationError,
  apiKey,
  bearerToken,
  ConfigurationError,
  MemoryIdempotencyStore,
  type NdrEvent,
  type NdrWebhookHandlerOptions,
  NdrWebhookVerifier,
  type ShippingEvent,
  type ShippingEventHandlers,
  type TrackingEvent,
  type UnknownShippingEvent,
  type WebhookContext,
} from '../../../src/shipping-ndr/webhook.ts';
import { consoleLines } from '../../support/console.ts';
import { waybillErrorOf } from '../../support/errors.ts';
import { buyWithPrimeSample, ndrEvent, ndrSample, trackingSample } from '../../support/shipping-ndr/samples.ts';

const KEY = 'abcdef12345';
const verifier = new NdrWebhookVerifier({ auth: apiKey({ keys: KEY }) });
const headers = { 'content-type': 'application/json', 'x-api-key': KEY };
const bodyOf = (body: unknown): BodyInit =>
  typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body);
const post = (body: unknown, more: Record<string, string> = headers): Request =>
  new Request('https://shop.example/ndr', { method: 'POST', headers: more, body: bodyOf(body) });
const notCalled = (): never => {
  throw new Error('must not be called');
};
const unknown = { ...ndrSample, 'detail-type': 'New', detail: [1] };
/** An event that cannot be read. */
const changed = ndrEvent({ trackingId: { value: '1809561149386' } });

describe('a handler', () => {
  test('passes the event on and responds with 200', async () => {
    const events: unknown[] = [];
    const handler = verifier.handler(async (event, { signal }) => events.push(event, signal.aborted));
    const response = await handler(post(ndrSample));
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(events).toEqual([{ ...ndrSample, kind: 'ndr' }, false]);
  });

  test('passes each kind to its own function, with the object that it is in as `this`', async () => {
    const seen: string[] = [];
    const handlers = {
      ndr(this: unknown, event: NdrEvent): void {
        seen.push(`${this === handlers} ${event.kind}`);
      },
      otherwise(this: unknown, event: ShippingEvent): void {
        seen.push(`${this === handlers} otherwise ${event.kind}`);
      },
    };
    const handler = verifier.handler(handlers);
    for (const event of [ndrSample, trackingSample, unknown]) expect((await handler(post(event))).status).toBe(200);
    expect(seen).toEqual(['true ndr', 'true otherwise tracking', 'true otherwise unknown']);
  });

  test('acknowledges types without a function, and reports them to the console once, or to onUnhandled', async () => {
    const lines = consoleLines();
    const handler = verifier.handler({ ndr: notCalled });
    for (let delivery = 0; delivery < 3; delivery += 1) expect((await handler(post(unknown))).status).toBe(200);
    expect(lines).toEqual([expect.stringContaining('the unknown type "New"')]);
    const onUnhandled = vi.fn(notCalled);
    expect((await verifier.handler({ ndr: notCalled }, { onUnhandled })(post(unknown))).status).toBe(200);
    expect(onUnhandled).toHaveBeenCalledExactlyOnceWith({ ...unknown, kind: 'unknown' }, expect.anything());
  });

  test('responds with 503 if the function for unknown types fails', async () => {
    const onUnknown = vi.fn((_: UnknownShippingEvent): void => undefined);
    const handler = verifier.handler({ unknown: onUnknown, otherwise: notCalled });
    expect((await handler(post(unknown))).status).toBe(200);
    expect(onUnknown.mock.lastCall?.[0]).toEqual({ ...unknown, kind: 'unknown' });
    onUnknown.mockImplementation(notCalled);
    expect((await handler(post(unknown))).status).toBe(503);
  });

  test('does not acknowledge an event of Buy with Prime unless a function accepts it', async () => {
    const onError = vi.fn();
    expect((await verifier.handler({ ndr: notCalled }, { onError })(post(buyWithPrimeSample))).status).toBe(503);
    expect(onError.mock.lastCall?.[0].message).toContain('an event of Buy with Prime');
    expect((await verifier.handler({ ndr: notCalled, otherwise: () => undefined })(post(buyWithPrimeSample))).status).toBe(200);
  });

  test.each([
    ['detail has changed', changed],
    ['parcel has no id', ndrEvent({ trackingId: undefined })],
    ['id is a number', { ...ndrSample, id: 7 }],
  ])('responds with 503 to an event of a known type whose %s, so that it is redelivered', async (_, event) => {
    const response = await verifier.handler(notCalled, { onError: () => undefined })(post(event));
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('60');
  });

  test('passes such an event to onInvalid, raw and with what is wrong, and responds with 200 if that returns', async () => {
    const onInvalid = vi.fn();
    expect((await verifier.handler(notCalled, { onInvalid })(post(changed))).status).toBe(200);
    expect(onInvalid).toHaveBeenCalledExactlyOnceWith(
      changed,
      expect.objectContaining({ issues: [{ path: ['detail', 'trackingId'], message: 'expected string or number, got object' }] }),
      expect.objectContaining({ signal: expect.anything() }),
    );
    onInvalid.mockRejectedValue(new Error('database'));
    expect((await verifier.handler(notCalled, { onInvalid })(post(changed))).status).toBe(503);
  });

  test.each<[string, NdrWebhookHandlerOptions, () => unknown]>([
    ['throws', {}, notCalled],
    ['rejects', {}, () => Promise.reject(new Error('database'))],
    ['throws what a mechanism would throw', {}, () => Promise.reject(new AuthenticationError('mismatch', '', { surface: 'shipping-ndr' }))],
    ['takes too long', { timeBudget: 20 }, () => new Promise(() => undefined)],
  ])('responds with 503 if the function %s', async (_, options, onEvent) => {
    const onError = vi.fn();
    const response = await verifier.handler(onEvent, { onError, ...options, retryAfter: 7 })(post(ndrSample));
    expect([response.status, response.headers.get('retry-after'), response.headers.get('www-authenticate')]).toEqual([503, '7', null]);
    expect(await response.json()).toEqual({ message: 'not handled, please retry' });
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.any(Error), { status: 503 });
  });

  test('passes what the function throws to onError unchanged, and nothing of it to the sender', async () => {
    const failure = new TypeError('cannot read properties of undefined: 1809561149386');
    const onError = vi.fn();
    const response = await verifier.handler(() => Promise.reject(failure), { onError })(post(ndrSample));
    expect(onError.mock.lastCall?.[0]).toBe(failure);
    expect(await response.text()).not.toContain('1809561149386');
  });

  test('aborts the signal of a function that takes too long, and reports a late failure', async () => {
    const onError = vi.fn();
    let fail: (error: Error) => void = notCalled;
    let signal: AbortSignal | undefined;
    const late = (_: ShippingEvent, context: WebhookContext): Promise<void> => {
      signal = context.signal;
      return new Promise((_resolve, reject) => (fail = reject));
    };
    expect((await verifier.handler(late, { timeBudget: 20, onError })(post(ndrSample))).status).toBe(503);
    expect(signal?.aborted).toBe(true);
    fail(new Error('late'));
    await vi.waitUntil(() => onError.mock.calls.length === 2, { timeout: 20_000 });
    expect(onError.mock.calls.map(([{ message }]) => message)).toEqual(['the request was not handled within 20 ms', 'late']);
  });

  test('responds with 503 if a mechanism could not check', async () => {
    const auth = bearerToken(() => Promise.reject(new Error('database')));
    const response = await new NdrWebhookVerifier({ auth }).handler(notCalled)(post(ndrSample, { ...headers, authorization: 'Bearer t' }));
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([503, null]);
  });

  test('writes a configuration error to the console if nobody listens: it fails every event', async () => {
    const lines = consoleLines();
    const auth = apiKey({ keys: () => '' });
    const failing = new NdrWebhookVerifier({ auth });
    expect((await failing.handler(notCalled)(post(ndrSample))).status).toBe(503);
    expect(lines).toEqual([expect.stringContaining('"keys" is empty')]);
    expect((await failing.handler(notCalled, { onError: notCalled })(post(ndrSample))).status).toBe(503);
    expect(lines).toHaveLength(1);
  });
});

describe('a list of events', () => {
  test('is handled event by event, and after a failure only the rest is', async () => {
    const done: string[] = [];
    let broken = true;
    const handler = verifier.handler(
      ({ id }) => {
        if (broken && id === 'c') throw new Error('not yet');
        done.push(String(id));
      },
      { idempotencyStore: new MemoryIdempotencyStore(), onInvalid: (raw) => done.push(String(raw)) },
    );
    const batch = ['a', 'b', 'c'].map((id) => ({ ...ndrSample, id }));
    expect((await handler(post([batch[0], 'stray', ...batch.slice(1)]))).status).toBe(503);
    broken = false;
    expect((await handler(post(batch))).status).toBe(200);
    expect(done).toEqual(['a', 'stray', 'b', 'c']);
  });

  test('with two different events of one id is two events, also when it is redelivered', async () => {
    const seen: unknown[] = [];
    const handler = verifier.handler(({ detail }) => seen.push(detail), { idempotencyStore: new MemoryIdempotencyStore() });
    const batch = [ndrSample, ndrEvent({ trackingId: '2' }), ndrSample];
    expect([(await handler(post(batch))).status, (await handler(post(batch))).status]).toEqual([200, 200]);
    expect(seen).toEqual([ndrSample.detail, { ...ndrSample.detail, trackingId: '2' }]);
  });

  test('with a good and an unreadable event of one id has both handled, each once', async () => {
    const [ndr, onInvalid] = [vi.fn(), vi.fn()];
    const handler = verifier.handler({ ndr }, { idempotencyStore: new MemoryIdempotencyStore(), onInvalid });
    for (const batch of [[ndrSample, changed], [changed], [ndrSample]]) expect((await handler(post(batch))).status).toBe(200);
    expect([ndr.mock.calls.length, onInvalid.mock.calls.length]).toEqual([1, 1]);
  });

  test('without an id is deduplicated by parcel and moment, so that a later attempt is another event', async () => {
    const seen: unknown[] = [];
    const handler = verifier.handler((event) => seen.push(event.time), { idempotencyStore: new MemoryIdempotencyStore() });
    const { id: _, ...event } = ndrSample;
    const attempt = (time: string): object => ({ ...event, time, detail: { ...event.detail, latestDeliveryAttemptedDate: time } });
    for (const time of ['1', '2', '1', '2']) expect((await handler(post(attempt(time)))).status).toBe(200);
    expect(seen).toEqual(['1', '2']);
    const corrected = { ...event, time: '3', detail: { ...event.detail, latestDeliveryAttemptedDate: '1', reasonCode: 'Other' } };
    for (let delivery = 0; delivery < 2; delivery += 1) expect((await handler(post(corrected))).status).toBe(200);
    expect(seen).toEqual(['1', '2', '3']);
  });

  test.each([null, ''])('without an id and with %j for a time is handled each time', async (time) => {
    const onEvent = vi.fn();
    const handler = verifier.handler(onEvent, { idempotencyStore: new MemoryIdempotencyStore() });
    const { id: _, ...event } = ndrSample;
    const timeless = { ...event, time, detail: { ...event.detail, latestDeliveryAttemptedDate: time } };
    for (let delivery = 0; delivery < 2; delivery += 1) expect((await handler(post(timeless))).status).toBe(200);
    expect(onEvent).toHaveBeenCalledTimes(2);
  });
});

describe('a store', () => {
  test('has a redelivery handled once', async () => {
    const onEvent = vi.fn();
    const handler = verifier.handler(onEvent, { idempotencyStore: new MemoryIdempotencyStore() });
    expect([(await handler(post(ndrSample))).status, (await handler(post(ndrSample))).status]).toEqual([200, 200]);
    expect(onEvent).toHaveBeenCalledOnce();
  });

  test.each(['claim', 'complete'] as const)('that fails in %s() is 503, so that nothing is lost', async (method) => {
    const store = new MemoryIdempotencyStore();
    vi.spyOn(store, method).mockRejectedValue(new Error('down'));
    const onError = vi.fn();
    expect((await verifier.handler(() => undefined, { idempotencyStore: store, onError })(post(ndrSample))).status).toBe(503);
    expect(onError.mock.lastCall?.[0]).toMatchObject({ message: 'down' });
  });

  test('that fails in release() does not hide why the function failed', async () => {
    const store = new MemoryIdempotencyStore();
    vi.spyOn(store, 'release').mockRejectedValue(new Error('down'));
    const onError = vi.fn();
    const failing = (): Promise<never> => Promise.reject(new Error('database'));
    expect((await verifier.handler(failing, { idempotencyStore: store, onError })(post(ndrSample))).status).toBe(503);
    expect(onError.mock.lastCall?.[0]).toMatchObject({ message: 'database' });
  });
});

describe('options', () => {
  test.each<[unknown, unknown, string]>([
    [undefined, {}, 'the handlers must be a function'],
    [null, {}, 'the handlers must be a function'],
    [{}, {}, 'the handlers must be a function'],
    [{ ndr: undefined }, {}, 'the handlers must be a function'],
    [{ NDR: notCalled }, {}, 'is not a kind of event'],
    [{ tracking: 'log' }, {}, '"tracking" must be a function'],
    [() => undefined, null, 'the options must be an object'],
    [() => undefined, 'options', 'the options must be an object'],
    [() => undefined, { timeBudget: -1 }, '"timeBudget" must be a whole number'],
    [() => undefined, { timeBudget: 4_000.5 }, '"timeBudget" must be a whole number'],
    [() => undefined, { maxBodyBytes: 'many' }, '"maxBodyBytes" must be a whole number'],
    [() => undefined, { retryAfter: Number.NaN }, '"retryAfter" must be a whole number'],
    [() => undefined, { onUnknown: () => undefined }, '"onUnknown" is not an option'],
    [() => undefined, { store: new MemoryIdempotencyStore() }, '"store" is not an option'],
    [() => undefined, { idempotencyStor: new MemoryIdempotencyStore() }, '"idempotencyStor" is not an option'],
    [() => undefined, { idempotencyStore: new Map() }, '"idempotencyStore" must have claim()'],
    [() => undefined, { onError: 'console' }, '"onError" must be a function'],
  ])('%# are refused with the reason', async (onEvent, options, message) => {
    const error = await waybillErrorOf(() => verifier.handler(onEvent as never, options as never));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.message).toContain(message);
  });

  test('name the kind that was probably meant', async () => {
    const hintOf = async (handlers: unknown) => (await waybillErrorOf(() => verifier.handler(handlers as never))).hint;
    expect(await hintOf({ trakcing: notCalled })).toBe('Did you mean tracking?');
    expect(await hintOf({ NDR: notCalled })).toBe('Did you mean ndr?');
    expect(await hintOf({ DELIVERY_IN_TRANSIT: notCalled })).toBe('The kinds are ndr, tracking.');
  });

  test('have types by kind', () => {
    type Functions = Exclude<ShippingEventHandlers<WebhookContext>, (...args: never[]) => unknown>;
    expectTypeOf<Parameters<NonNullable<Functions['ndr']>>[0]['detail']>().toEqualTypeOf<NdrEvent['detail']>();
    expectTypeOf<Parameters<NonNullable<Functions['tracking']>>[0]['detail']>().toEqualTypeOf<TrackingEvent['detail']>();
    expectTypeOf<Parameters<NonNullable<Functions['unknown']>>[0]['detail']>().toEqualTypeOf<unknown>();
    expectTypeOf<Parameters<NonNullable<Functions['otherwise']>>[0]>().toEqualTypeOf<ShippingEvent>();
    expectTypeOf<NdrWebhookHandlerOptions['onInvalid']>().toExtend<((raw: unknown, ...rest: never[]) => unknown) | undefined>();
    expectTypeOf<{ timeBudget: undefined; onError: undefined }>().toExtend<NdrWebhookHandlerOptions>();
  });
});
