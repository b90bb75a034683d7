import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { HttpClient } from '../../src/core/call/http.ts';
import { failureOf, type HttpResponse } from '../../src/core/call/response.ts';
import { ApiError, ConfigurationError, ConnectionError, type WaybillError } from '../../src/core/errors.ts';
import type { ClientOptions } from '../../src/core/options.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, attempt: number) => void;

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** A real server whose n-th request is answered by the n-th handler, and by the last one after that. */
async function serve(...handlers: Handler[]): Promise<{ url: string; requests: () => number }> {
  let requests = 0;
  const server = createServer((request, response) => {
    request.resume();
    handlers[Math.min(requests++, handlers.length - 1)]?.(request, response, requests);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests: () => requests };
}

const answer =
  (status: number, body = '', headers: Record<string, string> = {}): Handler =>
  (_, response) =>
    response.writeHead(status, headers).end(body);

function read(response: HttpResponse): string {
  const { status, text } = response;
  if (status < 300) return text;
  throw new ApiError(`status ${status}`, { ...failureOf(response, undefined), surface: 'core' });
}

function send(url: string, options: ClientOptions = {}, call: Parameters<HttpClient['send']>[1] = {}): Promise<string> {
  const client = new HttpClient('core', { maxRetries: 3, ...options });
  const prepare = () => ({
    method: 'POST' as const,
    url,
    headers: { authorization: 'Bearer top-secret-token' },
    body: new TextEncoder().encode('{}'),
  });
  return client.send({ prepare, read }, call);
}

const failure = (promise: Promise<unknown>): Promise<WaybillError & Record<string, unknown>> =>
  promise.then(
    () => {
      throw new Error('it should have failed');
    },
    (error) => error,
  );

describe('what is repeated', () => {
  test.each([408, 425, 429, 500, 502, 503, 504, 599])('%d is, and the answer after it is the result', async (status) => {
    const server = await serve(answer(status, '', { 'retry-after': '0' }), answer(200, 'kept'));
    await expect(send(server.url)).resolves.toBe('kept');
    expect(server.requests()).toBe(2);
  });

  test.each([400, 401, 403, 404, 405, 409, 413, 422, 426])('%d is not', async (status) => {
    const server = await serve(answer(status, 'why'));
    expect(await failure(send(server.url))).toMatchObject({ name: 'ApiError', status, attempts: 1, data: 'why' });
    expect(server.requests()).toBe(1);
  });

  test('a connection that breaks is, before and inside the body of a success', async () => {
    const server = await serve(
      (request) => request.socket.destroy(),
      (_, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('half');
        setTimeout(() => response.destroy(), 20);
      },
      answer(200, 'whole'),
    );
    await expect(send(server.url)).resolves.toBe('whole');
    expect(server.requests()).toBe(3);
  });

  test('stops after maxRetries and shows the last answer', async () => {
    const server = await serve(answer(503, 'busy'));
    expect(await failure(send(server.url, { maxRetries: 1 }))).toMatchObject({ status: 503, attempts: 2, data: 'busy' });
    expect(server.requests()).toBe(2);
  });

  test('waits as long as Retry-After says', async () => {
    const delays: number[] = [];
    const server = await serve(answer(429, '', { 'retry-after': '1' }), answer(200));
    await send(server.url, { hooks: { onRetry: ({ delay }) => delays.push(delay) } });
    expect(delays).toEqual([1_000]);
  });

  test('gives the answer at once where the wait would not fit into the budget', async () => {
    const server = await serve(answer(503, 'busy', { 'retry-after': '60' }));
    expect(await failure(send(server.url, { totalTimeout: 1_000 }))).toMatchObject({ name: 'ApiError', status: 503, retryAfter: 60_000 });
  });

  test('what prepare throws ends the call and is left as it is', async () => {
    const own = Object.assign(new Error('no key today'), { retryable: true });
    const prepare = vi.fn(() => Promise.reject(own));
    await expect(new HttpClient('core', {}).send({ prepare, read })).rejects.toBe(own);
    expect(prepare).toHaveBeenCalledOnce();
  });

  test('also what is no Error, is thrown at once, or comes from a rate limiter', async () => {
    const prepare = () => Promise.reject('no key today');
    await expect(new HttpClient('core', {}).send({ prepare, read })).rejects.toBe('no key today');
    const thrown = new ConnectionError('no token today', { surface: 'core', attempts: 1 });
    const atOnce = vi.fn(() => {
      throw thrown;
    });
    await expect(new HttpClient('core', {}).send({ prepare: atOnce, read })).rejects.toBe(thrown);
    expect(atOnce).toHaveBeenCalledOnce();
    await expect(send('http://127.0.0.1:9/', { rateLimiter: { acquire: () => Promise.reject('no turn') } })).rejects.toBe('no turn');
  });

  test('recover mends a cause once, without counting as a retry', async () => {
    const server = await serve(answer(403), answer(403));
    const recover = vi.fn(() => true);
    const acquire = vi.fn(() => undefined as never);
    const client = new HttpClient('core', { maxRetries: 0, rateLimiter: { acquire } });
    const call = client.send({ prepare: () => ({ method: 'POST', url: server.url, headers: {} }), read, recover });
    expect(await failure(call)).toMatchObject({ status: 403, attempts: 2 });
    expect(recover).toHaveBeenCalledOnce();
    // The quota counts it all the same.
    expect(acquire).toHaveBeenCalledTimes(2);
  });
});

describe('what the caller sees', () => {
  test('a failure that breaks off is still a failure with its status', async () => {
    const server = await serve((_, response) => {
      response.writeHead(404, { 'content-length': '100' }).write('half');
      setTimeout(() => response.destroy(), 20);
    });
    expect(await failure(send(server.url))).toMatchObject({ name: 'ApiError', status: 404, data: 'half' });
  });

  test('a body without end is cut off', async () => {
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    const server = await serve((_, response) => {
      response.writeHead(400);
      const pump = (): void => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', pump);
      };
      pump();
    });
    const sizes: number[] = [];
    const measure = (response: HttpResponse): string => {
      sizes.push(response.text.length);
      return read(response);
    };
    const prepare = () => ({ method: 'POST' as const, url: server.url, headers: {} });
    expect(await failure(new HttpClient('core', {}).send({ prepare, read: measure }))).toMatchObject({ status: 400 });
    expect(sizes).toEqual([8 * 1024 * 1024]);
  });

  test.each([301, 302, 303, 307, 308])('a redirect %d is not followed', async (status) => {
    const other = await serve(answer(200, 'stolen'));
    const server = await serve(answer(status, '', { location: other.url }));
    expect(await failure(send(server.url))).toMatchObject({ name: 'ApiError', status, retryable: false });
    expect(other.requests()).toBe(0);
  });

  test('a refused connection names the host and keeps the cause', async () => {
    const server = await serve(answer(200));
    await open.splice(0)[0]?.();
    const error = await failure(send(server.url, { maxRetries: 0 }));
    expect(error).toMatchObject({ name: 'ConnectionError', code: 'CONNECTION', retryable: true, attempts: 1 });
    expect(error.message).toContain(new URL(server.url).host);
    expect(error.cause).toBeInstanceOf(TypeError);
  });

  test('a stall in the headers and one in the body both end with the attempt', async () => {
    const headers = await serve(() => undefined);
    const body = await serve((_, response) => void response.writeHead(200).write('x'));
    for (const { url } of [headers, body]) {
      expect(await failure(send(url, { timeout: 80, maxRetries: 1 }))).toMatchObject({
        name: 'TimeoutError',
        budget: 'attempt',
        attempts: 2,
      });
    }
  });

  test('the total budget ends a call whose attempts would go on', async () => {
    const server = await serve(() => undefined);
    expect(await failure(send(server.url, { timeout: 60, totalTimeout: 150, maxRetries: 100 }))).toMatchObject({
      code: expect.stringMatching(/TIMEOUT/),
    });
    const stalled = await serve(() => undefined);
    expect(await failure(send(stalled.url, { totalTimeout: 80, maxRetries: 0 }))).toMatchObject({ budget: 'total' });
  });

  test('a fetch that heeds no signal, and a rate limiter that never answers, end with the call all the same', async () => {
    const never = () => new Promise<never>(() => undefined);
    const url = 'http://127.0.0.1:9/';
    expect(await failure(send(url, { fetch: never, timeout: 30, maxRetries: 0 }))).toMatchObject({ budget: 'attempt' });
    expect(await failure(send(url, { rateLimiter: { acquire: never }, totalTimeout: 30 }))).toMatchObject({ budget: 'total', attempts: 0 });
    await expect(send(url, { fetch: never }, { signal: AbortSignal.timeout(30) })).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  test('what comes after the time of an attempt changes nothing', async () => {
    let answerLate = (_: Response): void => undefined;
    const late = new Promise<Response>((resolve) => (answerLate = resolve));
    const fetch = async (): Promise<Response> => {
      if (onRequest.mock.calls.length === 1) return late;
      answerLate(new Response('', { status: 403 }));
      await new Promise((resolve) => setTimeout(resolve, 5));
      return new Response('in time');
    };
    const onRequest = vi.fn();
    const onResponse = vi.fn();
    const recover = vi.fn(() => true);
    const client = new HttpClient('core', { fetch, timeout: 40, hooks: { onRequest, onResponse } });
    const call = client.send({ prepare: () => ({ method: 'POST', url: 'http://127.0.0.1:9/', headers: {} }), read, recover });
    expect(await call).toBe('in time');
    expect(recover).not.toHaveBeenCalled();
    expect(onResponse).toHaveBeenCalledOnce();
  });

  test('a fetch that gives no Response, or says a secret, is a connection that failed', async () => {
    for (const answer of [undefined, null, {}, { ok: true, status: 200 }, 'text']) {
      const error = await failure(send('http://127.0.0.1:9/', { fetch: async () => answer as never, maxRetries: 0 }));
      expect(error).toMatchObject({ code: 'CONNECTION', attempts: 1 });
    }
    const fetch = () => Promise.reject(new Error('bad header "Bearer top-secret-token"'));
    expect(JSON.stringify(await failure(send('http://127.0.0.1:9/', { fetch, maxRetries: 0 })))).not.toContain('top-secret');
  });

  test('an error of ours that a fetch throws is not wrapped', async () => {
    const own = new ConfigurationError('install graphql', { surface: 'testing' });
    await expect(send('http://127.0.0.1:9/', { fetch: () => Promise.reject(own) })).rejects.toBe(own);
  });

  test('an abort goes through unchanged: before, during, and while it waits to repeat', async () => {
    const reason = { mine: true };
    const server = await serve(() => undefined);
    await expect(send(server.url, {}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const during = new AbortController();
    setTimeout(() => during.abort(reason), 30);
    await expect(send(server.url, {}, { signal: during.signal })).rejects.toBe(reason);
    const waiting = new AbortController();
    const busy = await serve(answer(503, '', { 'retry-after': '15' }));
    const call = send(busy.url, { hooks: { onRetry: () => setTimeout(() => waiting.abort(reason), 10) } }, { signal: waiting.signal });
    await expect(call).rejects.toBe(reason);
  });

  test('hooks see no header, body or query, and what they throw changes nothing', async () => {
    const server = await serve(answer(500), answer(200, 'ok', { 'x-amzn-requestid': 'r-1' }));
    const seen: unknown[] = [];
    const watch = (info: unknown): never => {
      seen.push(info);
      throw new Error('a hook is at fault');
    };
    const hooks = { onRequest: watch, onResponse: watch, onRetry: watch, onError: watch };
    await expect(send(`${server.url}/path?token=query-secret`, { hooks })).resolves.toBe('ok');
    expect(seen).toHaveLength(5);
    expect(seen.at(-1)).toMatchObject({ status: 200, requestId: 'r-1', attempt: 2, url: `${server.url}/path` });
    expect(inspect(seen, { depth: 9 })).not.toMatch(/secret/);
  });

  test('a hook that fails later changes nothing either', async () => {
    const server = await serve(answer(500, '', { 'retry-after': '0' }), answer(200, 'ok'));
    const watch = () => Promise.reject(new Error('the log is full'));
    const hooks = { onRequest: watch, onResponse: watch, onRetry: watch, onError: watch };
    await expect(send(server.url, { hooks })).resolves.toBe('ok');
    // What is rejected and not handled is reported by now, and fails the run.
    await new Promise((resolve) => setTimeout(resolve));
  });

  test('no error holds the request', async () => {
    const stall = await serve(() => undefined);
    const broken = await serve((request) => request.socket.destroy());
    for (const { url } of [stall, broken]) {
      const error = await failure(send(url, { timeout: 50, maxRetries: 0 }));
      expect(inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error)).not.toContain('top-secret');
    }
  });
});

test.each([
  [{ timeout: 0 }, '"timeout" must be'],
  [{ timeout: Number.NaN }, '"timeout" must be'],
  [{ totalTimeout: 2 ** 31 }, '"totalTimeout" must be'],
  [{ maxRetries: -1 }, '"maxRetries" must be'],
  [{ maxRetries: 1.5 }, '"maxRetries" must be'],
  [{ fetch: 'fetch' }, '"fetch" must be a function'],
  [{ hooks: null }, '"hooks" must be an object'],
  [{ rateLimiter: {} }, '"rateLimiter" must have acquire()'],
  [{ userAgent: 'shop\r\nx-evil: 1' }, '"userAgent" must be printable'],
  [{ baseUrl: 'pay-api.amazon.com' }, '"baseUrl" must be a URL'],
  [{ baseUrl: 'ftp://x' }, '"baseUrl" must be a URL'],
  [{ baseUrl: 'https://user:pw@x' }, 'must not hold a user name'],
  [{ baseUrl: Symbol('x') }, '"baseUrl" must be a URL'],
  [{ baseUrl: Object.create(null) }, '"baseUrl" must be a URL'],
])('refuses %j at construction', (options, reason) => {
  expect(() => new HttpClient('core', options as never)).toThrow(
    expect.objectContaining({ code: 'CONFIGURATION', message: expect.stringContaining(reason) }),
  );
});

test.each([() => new Date(Number.NaN), () => undefined, () => null, () => 1_768_472_130_000, () => '2026-01-15'])(
  'refuses a clock that says %s',
  (clock) => {
    expect(() => new HttpClient('core', { clock: clock as never }).now()).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
  },
);
