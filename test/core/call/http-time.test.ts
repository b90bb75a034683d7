/**
 * Budgets and aborts of a call.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Exchange, HttpClient } from '../../../src/core/call/http.ts';
import { TimeoutError } from '../../../src/core/errors.ts';
import { neverRespond, read, request, respond, send, sendBy, serveSteps } from '../../support/core/calls.ts';
import { thrownBy, waybillErrorOf } from '../../support/errors.ts';

describe('time', () => {
  beforeEach(() => {
    // No wait between attempts.
    vi.spyOn(Math, 'random').mockReturnValue(0);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test('a stall before the response ends with the attempt', async () => {
    const server = await serveSteps(neverRespond);
    const error = await waybillErrorOf(() => send(server.url, { timeout: 60, maxRetries: 1 }));
    expect(error).toMatchObject({ name: 'TimeoutError', budget: 'attempt', attempts: 2, retryable: true });
    expect(error.message).toBe('no response within 60 ms in one attempt');
  });

  test('the total budget ends a call whose attempts would go on, and says why the last one failed', async () => {
    const server = await serveSteps(neverRespond);
    const error = await waybillErrorOf(() => send(server.url, { timeout: 60, totalTimeout: 150, maxRetries: 100 }));
    expect(error).toMatchObject({ code: expect.stringMatching(/TIMEOUT/) });
    const stalled = await serveSteps(neverRespond);
    expect(await waybillErrorOf(() => send(stalled.url, { totalTimeout: 80, maxRetries: 0 }))).toMatchObject({ budget: 'total' });
  });

  test('options of a call replace those of the client', async () => {
    const server = await serveSteps(neverRespond);
    const error = await waybillErrorOf(() => send(server.url, { timeout: 9_000, maxRetries: 5 }, { timeout: 40, maxRetries: 0 }));
    expect(error).toMatchObject({ budget: 'attempt', attempts: 1 });
  });

  test('a fetch that ignores its signal, and a rate limiter that never answers, end with the call all the same', async () => {
    const never = () => new Promise<never>(() => undefined);
    expect(await waybillErrorOf(() => sendBy(never, { timeout: 30 }))).toMatchObject({ budget: 'attempt' });
    const limited = await waybillErrorOf(() => sendBy(never, { rateLimiter: { acquire: never }, totalTimeout: 30 }));
    expect(limited).toMatchObject({ budget: 'total', attempts: 0, hint: expect.stringContaining('totalTimeout') });
    expect(limited.message).toContain('before sending');
    await expect(sendBy(never, {}, { signal: AbortSignal.timeout(30) })).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  test('a wait between two attempts is not called an incomplete response', async () => {
    let acquired = 0;
    const acquire = () => (++acquired === 1 ? Promise.resolve() : new Promise<never>(() => undefined));
    const refuse = async () => new Response('busy', { status: 503, headers: { 'retry-after': '0' } });
    const error = await waybillErrorOf(() => sendBy(refuse, { rateLimiter: { acquire }, totalTimeout: 50, maxRetries: 1 }));
    expect(error.message).toBe('timed out after 50 ms before attempt 2, waiting for the rate limiter or an access token');
    expect(error).toMatchObject({ budget: 'total', attempts: 1, cause: { status: 503 } });
  });

  test('what comes after the time of an attempt changes nothing', async () => {
    let respondLate = (_: Response): void => undefined;
    const late = new Promise<Response>((resolve) => (respondLate = resolve));
    const fetch = async (): Promise<Response> => {
      if (onRequest.mock.calls.length === 1) return late;
      respondLate(new Response('', { status: 403 }));
      await new Promise((resolve) => setTimeout(resolve, 5));
      return new Response('in time');
    };
    const onRequest = vi.fn();
    const onResponse = vi.fn();
    const recover = vi.fn(() => true);
    const client = new HttpClient('core', { fetch, timeout: 40, hooks: { onRequest, onResponse } });
    expect(await client.send({ prepare: () => request('http://127.0.0.1:9/'), read, recover })).toBe('in time');
    expect(recover).not.toHaveBeenCalled();
    expect(onResponse).toHaveBeenCalledOnce();
  });

  test('the head of a response that comes after its attempt says nothing of the next one', async () => {
    const late = { status: 200, headers: new Headers(), arrayBuffer: () => new Promise<never>(() => undefined) };
    let attempts = 0;
    const fetch = () => {
      attempts += 1;
      return attempts === 1 ? new Promise((resolve) => setTimeout(resolve, 60, late)) : new Promise<never>(() => undefined);
    };
    const error = await waybillErrorOf(() => sendBy(fetch, { timeout: 40, maxRetries: 1 }));
    expect(error).toMatchObject({ code: 'TIMEOUT', attempts: 2, retryable: true, message: 'no response within 40 ms in one attempt' });
  });

  test('an abort after the call changes nothing any more', async () => {
    const controller = new AbortController();
    const signals: AbortSignal[] = [];
    const fetch = async (_: string, init: { signal: AbortSignal }) => {
      signals.push(init.signal);
      return new Response('ok');
    };
    await sendBy(fetch, {}, { signal: controller.signal });
    controller.abort();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });

  test('an abort goes through unchanged: before, during, and during the wait for a retry', async () => {
    const reason = { mine: true };
    const onError = vi.fn();
    const server = await serveSteps(neverRespond);
    await expect(send(server.url, {}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const during = new AbortController();
    setTimeout(() => during.abort(reason), 30);
    await expect(send(server.url, { hooks: { onError } }, { signal: during.signal })).rejects.toBe(reason);
    const waiting = new AbortController();
    const busy = await serveSteps(respond(503, '', { 'retry-after': '15' }));
    const hooks = { onRetry: () => setTimeout(() => waiting.abort(reason), 10), onError };
    await expect(send(busy.url, { hooks }, { signal: waiting.signal })).rejects.toBe(reason);
    expect(onError).not.toHaveBeenCalled();
  });

  test('an abort whose reason is an error that could be retried, as that of another call, ends the call all the same', async () => {
    const reason = new TimeoutError('total', 'the request was not handled in time', { surface: 'core', attempts: 1 });
    expect(reason.retryable).toBe(true);
    const onError = vi.fn();
    const controller = new AbortController();
    const fetch = vi.fn(() => {
      controller.abort(reason);
      return new Promise<never>(() => undefined);
    });
    const call = sendBy(fetch, { maxRetries: 3, hooks: { onError } }, { signal: controller.signal });
    await expect(call).rejects.toBe(reason);
    expect(fetch).toHaveBeenCalledOnce();
    expect(onError).not.toHaveBeenCalled();
  });

  test('an abort ends the waits for the rate limiter and for the request', async () => {
    const never = () => new Promise<never>(() => undefined);
    for (const [options, prepare] of [
      [{ rateLimiter: { acquire: never } }, () => request('http://127.0.0.1:9/')],
      [{}, never],
    ] as const) {
      const controller = new AbortController();
      const exchange: Exchange<string> = { prepare, read };
      const call = thrownBy(() => new HttpClient('core', options).send(exchange, { signal: controller.signal }));
      controller.abort('enough');
      expect(await call).toBe('enough');
    }
  });

  test('nothing of a call is left when it is over: no timer, no listener on its signal', async () => {
    vi.useFakeTimers();
    try {
      const { signal } = new AbortController();
      const add = vi.spyOn(signal, 'addEventListener');
      for (let call = 0; call < 50; call += 1) await sendBy(async () => new Response('ok'), {}, { signal });
      expect(vi.getTimerCount()).toBe(0);
      expect(add.mock.calls.length).toBeLessThanOrEqual(1);
    } finally {
      vi.useRealTimers();
    }
  });
});
