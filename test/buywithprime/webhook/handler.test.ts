import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import type { BuyWithPrimeEvent, DeliveryEvent } from '../../../src/buywithprime/events/event.ts';
import type { BuyWithPrimeEventHandlers } from '../../../src/buywithprime/events/handlers.ts';
import { type BuyWithPrimeWebhookHandlerOptions, BuyWithPrimeWebhookVerifier } from '../../../src/buywithprime/webhook/verifier.ts';
import { ConfigurationError, type ValidationError } from '../../../src/core/errors.ts';
import { MemoryIdempotencyStore } from '../../../src/core/idempotency.ts';
import { attachParsed } from '../../../src/core/receive/request.ts';
import type { WebhookContext } from '../../../src/core/receive/webhook.ts';
import { fixture, fixtureText } from '../../support/buywithprime/fixtures.ts';
import { BODY, headersOf, makePair, post, signDer, signedPost } from '../../support/buywithprime/signing.ts';
import { waybillErrorOf } from '../../support/errors.ts';
import { serve } from '../../support/server.ts';

const pair = makePair('key-1');
const verifier = new BuyWithPrimeWebhookVerifier({ keys: pair.jwk });
const headers = headersOf(signDer(pair, BODY), 'key-1');
const unsigned = { 'content-type': 'application/json' };
const EVENT = fixture('webhook-package-delivered.json');
const signedEvent = (changes: Record<string, unknown>): Request => signedPost(pair, JSON.stringify({ ...EVENT, ...changes }));

describe('handler', () => {
  const handler = (
    handlers: BuyWithPrimeEventHandlers<WebhookContext> | ((event: BuyWithPrimeEvent) => unknown) = () => undefined,
    options?: BuyWithPrimeWebhookHandlerOptions,
  ) => verifier.handler(handlers, options);

  test('passes the event on and responds with 200', async () => {
    const onEvent = vi.fn();
    const response = await handler(onEvent)(signedPost(pair));
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(onEvent).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ kind: 'DELIVERY_COMPLETED', deliveryId: 'delivery-id' }), {
      signal: expect.any(AbortSignal),
    });
  });

  const signedForm = (body: string, type = 'application/x-www-form-urlencoded'): Request =>
    post(body, { ...headersOf(signDer(pair, body), 'key-1'), 'content-type': type });
  const large = JSON.stringify({ ...EVENT, data: 'x'.repeat(1_100_000) });
  test.each<[string, number, () => Request, Record<string, string>]>([
    ['no signature', 401, () => post(BODY, unsigned), { 'www-authenticate': 'Signature' }],
    ['a malformed signature', 401, () => post(BODY, headersOf('nonsense')), { 'www-authenticate': 'Signature' }],
    ['a forged event', 401, () => post(BODY.replace('order-id', 'order-of-another'), headers), { 'www-authenticate': 'Signature' }],
    ['a GET', 405, () => new Request('https://shop.example/', { headers }), { allow: 'POST, PUT, PATCH' }],
    ['a signed form', 415, () => signedForm('a=1'), {}],
    ['a signed HTML page', 415, () => signedForm('<html></html>', 'text/html'), {}],
    ['a large body', 413, () => signedPost(pair, large), {}],
    ['signed nonsense', 503, () => signedPost(pair, 'nonsense'), { 'retry-after': '60' }],
    ['a signed empty body', 503, () => signedPost(pair, ''), { 'retry-after': '60' }],
    ['a signed object that is not an event', 503, () => signedPost(pair, '{"challenge":1}'), { 'retry-after': '60' }],
    ['a signed empty object', 400, () => signedPost(pair, '{}'), {}],
    ['a signed list without an event', 400, () => signedPost(pair, '[{},2]'), {}],
    ['a signed empty list', 400, () => signedPost(pair, '[]'), {}],
    ['a known type that lacks its ids', 503, () => signedEvent({ resources: [] }), { 'retry-after': '60' }],
  ])('responds to %s with %i', async (_, status, request, expected) => {
    const onEvent = vi.fn();
    const onError = vi.fn();
    const response = await handler(onEvent, { onError })(request());
    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject(expected);
    expect(onEvent).not.toHaveBeenCalled();
    expect(onError).toHaveBeenCalledOnce();
    expect(await response.text()).not.toMatch(/order-of-another|challenge|nonsense/);
  });

  test('responds with 503 if a parser has read the bytes: the event is redelivered when that is fixed', async () => {
    const errors: unknown[] = [];
    const request = signedPost(pair);
    attachParsed(request, EVENT);
    expect((await handler(undefined, { onError: (error) => errors.push(error) })(request)).status).toBe(503);
    expect(errors[0]).toBeInstanceOf(ConfigurationError);
  });

  test('passes what it cannot read to onInvalid, as JSON or as a string', async () => {
    const raws: unknown[] = [];
    const onInvalid = (raw: unknown, error: ValidationError): void => void raws.push(raw, error.direction);
    for (const request of [signedEvent({ resources: [] }), signedPost(pair, 'nonsense')]) {
      expect((await handler(undefined, { onInvalid })(request)).status).toBe(200);
    }
    expect(raws).toEqual([{ ...EVENT, resources: [] }, 'event', 'nonsense', 'event']);
  });

  test('calls the function of the kind, under any of its names, with the context', async () => {
    const DELIVERY_COMPLETED = vi.fn();
    const REFUND_REQUESTED = vi.fn();
    expect((await handler({ DELIVERY_COMPLETED, REFUND_REQUESTED })(signedPost(pair))).status).toBe(200);
    expect(DELIVERY_COMPLETED).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ eventType: 'PACKAGE_DELIVERED' }), {
      signal: expect.any(AbortSignal),
    });
    expect(REFUND_REQUESTED).not.toHaveBeenCalled();
  });

  test('responds with 503 if the function of the kind fails', async () => {
    const DELIVERY_COMPLETED = () => Promise.reject(new Error('shop is down'));
    expect((await handler({ DELIVERY_COMPLETED })(signedPost(pair))).status).toBe(503);
  });

  test('acknowledges an event without a function', async () => {
    const REFUND_REQUESTED = vi.fn();
    for (const request of [signedPost(pair), signedEvent({ eventDescriptor: 'NEW' })]) {
      expect((await handler({ REFUND_REQUESTED }, { onUnhandled: () => undefined })(request)).status).toBe(200);
    }
    expect(REFUND_REQUESTED).not.toHaveBeenCalled();
  });

  test('passes new types to a function for all, and to "unknown" or "otherwise"', async () => {
    const onEvent = vi.fn();
    for (const handlers of [onEvent, { unknown: onEvent }, { otherwise: onEvent }]) {
      expect((await handler(handlers)(signedEvent({ eventDescriptor: 'NEW' }))).status).toBe(200);
      expect(onEvent).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ kind: 'unknown', eventType: 'NEW' }), expect.anything());
      onEvent.mockClear();
    }
  });

  test.each([[undefined], [null], [{}], ['x'], [{ PACKAGE_DELIVERED: vi.fn() }]])('refuses %j at once', async (handlers) => {
    expect(await waybillErrorOf(() => verifier.handler(handlers as never))).toBeInstanceOf(ConfigurationError);
  });

  test("handles an event once, by Amazon's key, also if it is signed and serialised in another way", async () => {
    const onEvent = vi.fn();
    const once = handler(onEvent, { idempotencyStore: new MemoryIdempotencyStore() });
    const [first, again] = [signedPost(pair), signedEvent({ eventId: 'another', subscriptionId: 'another' })];
    expect([(await once(first)).status, (await once(again)).status]).toEqual([200, 200]);
    expect(onEvent).toHaveBeenCalledTimes(1);
    expect((await once(signedEvent({ idempotencyKey: 'another' }))).status).toBe(200);
    expect(onEvent).toHaveBeenCalledTimes(2);
  });

  test('does not let a forged event claim the key of a real one', async () => {
    const onEvent = vi.fn();
    const once = handler(onEvent, { idempotencyStore: new MemoryIdempotencyStore() });
    expect((await once(post(`${BODY} `, headers))).status).toBe(401);
    expect((await once(signedPost(pair))).status).toBe(200);
    expect(onEvent).toHaveBeenCalledTimes(1);
  });

  test('knows the types of the events', () => {
    verifier.handler((event, { signal }) => {
      expectTypeOf(event).toEqualTypeOf<BuyWithPrimeEvent>();
      if (event.kind === 'DELIVERY_COMPLETED') expectTypeOf(event).toEqualTypeOf<DeliveryEvent>();
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
    });
    verifier.handler({
      DELIVERY_COMPLETED: (event, { signal }) => {
        expectTypeOf(event.kind).toEqualTypeOf<'DELIVERY_COMPLETED'>();
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      },
    });
  });

  test('serves over HTTP, with every sample of a webhook', async () => {
    const kinds: string[] = [];
    const url = await serve(verifier.handler((event) => kinds.push(event.kind)));
    for (const name of ['package-delivered', 'buyability-changed', 'return-item-graded']) {
      // As it is in the file, with its whitespace.
      const body = fixtureText(`webhook-${name}.json`);
      const response = await fetch(url, { method: 'POST', headers: headersOf(signDer(pair, body), 'key-1'), body });
      expect(response.status).toBe(200);
    }
    expect(kinds).toEqual(['DELIVERY_COMPLETED', 'BUYABILITY_CHANGED', 'RETURN_ITEM_GRADED']);
    expect((await fetch(url, { method: 'POST', headers, body: `${BODY}\n` })).status).toBe(401);
  });
});
