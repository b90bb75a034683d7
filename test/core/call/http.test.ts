import { describe, expect, test, vi } from 'vitest';
import { HttpClient } from '../../../src/core/call/http.ts';
import type { HttpResponse } from '../../../src/core/call/response.ts';
import { ConnectionError } from '../../../src/core/errors.ts';
import { breakOff, disconnect, read, request, respond, type Step, send, sendBy, serveSteps, stall } from '../../support/core/calls.ts';
import { waybillErrorOf } from '../../support/errors.ts';

describe('a call is retried', () => {
  test.each([408, 425, 429, 500, 502, 503, 504, 599])('after status %d, and the next response is the result', async (status) => {
    const server = await serveSteps(respond(status, '', { 'retry-after': '0' }), respond(200, 'kept'));
    await expect(send(server.url)).resolves.toBe('kept');
    expect(server.requests()).toBe(2);
  });

  test('if the connection breaks before a response, and in the body of a failure', async () => {
    const server = await serveSteps(disconnect, breakOff(500, 'half', { 'retry-after': '0' }), respond(200, 'whole'));
    await expect(send(server.url)).resolves.toBe('whole');
    expect(server.requests()).toBe(3);
  });

  test('until maxRetries is used up, and the last response is shown', async () => {
    const server = await serveSteps(respond(503, 'busy'));
    expect(await waybillErrorOf(() => send(server.url, { maxRetries: 1 }))).toMatchObject({ status: 503, attempts: 2, data: 'busy' });
    expect(server.requests()).toBe(2);
  });

  test('after as long as Retry-After says', async () => {
    const delays: number[] = [];
    const server = await serveSteps(respond(429, '', { 'retry-after': '1' }), respond(200));
    await send(server.url, { hooks: { onRetry: ({ delay }) => delays.push(delay) } });
    expect(delays).toEqual([1_000]);
  });

  test('once without a wait if recover() has fixed the cause; that does not count as a retry', async () => {
    const server = await serveSteps(respond(403), respond(403));
    const recover = vi.fn(() => true);
    const acquire = vi.fn(() => undefined as never);
    const client = new HttpClient('core', { maxRetries: 0, rateLimiter: { acquire } });
    const error = await waybillErrorOf(() => client.send({ prepare: () => request(server.url), read, recover }));
    expect(error).toMatchObject({ status: 403, attempts: 2 });
    expect(recover).toHaveBeenCalledOnce();
    // The quota counts it all the same.
    expect(acquire).toHaveBeenCalledTimes(2);
  });

  test('with a request that is built anew, so that dates and signatures are fresh', async () => {
    const seen: (string | undefined)[] = [];
    const note: Step = (incoming, response) => {
      seen.push(incoming.headers['x-date'] as string);
      response.writeHead(seen.length < 3 ? 503 : 200, { 'retry-after': '0' }).end();
    };
    const server = await serveSteps(note);
    let count = 0;
    const prepare = () => ({ method: 'GET' as const, url: server.url, headers: { 'x-date': String(++count) } });
    await new HttpClient('core', {}).send({ prepare, read });
    expect(seen).toEqual(['1', '2', '3']);
  });
});

describe('a call is not retried', () => {
  test.each([400, 401, 403, 404, 405, 409, 413, 422, 426])('after status %d', async (status) => {
    const server = await serveSteps(respond(status, 'why'));
    expect(await waybillErrorOf(() => send(server.url))).toMatchObject({ name: 'ApiError', status, attempts: 1, data: 'why' });
    expect(server.requests()).toBe(1);
  });

  test.each([200, 201, 202])('if the body of a success, %d, breaks off: the request was accepted', async (status) => {
    const server = await serveSteps(breakOff(status), respond(200, 'again'));
    const error = await waybillErrorOf(() => send(server.url));
    expect(error).toMatchObject({ code: 'CONNECTION', retryable: false, attempts: 1, hint: expect.stringContaining('accepted') });
    expect(error.message).toMatch(new RegExp(`^the response ${status} of 127.0.0.1:\\d+ broke off`));
    expect(server.requests()).toBe(1);
  });

  test('if the body of a success stalls', async () => {
    const server = await serveSteps(stall(200), respond(200, 'again'));
    const error = await waybillErrorOf(() => send(server.url, { timeout: 700 }));
    expect(error).toMatchObject({ code: 'TIMEOUT', budget: 'attempt', retryable: false, attempts: 1 });
    expect(error.message).toBe('the response 200 was not complete within 700 ms');
    expect(server.requests()).toBe(1);
  });

  test('if isRepeatable() says no', async () => {
    const server = await serveSteps(disconnect);
    const isRepeatable = vi.fn(() => false);
    const call = () => new HttpClient('core', {}).send({ prepare: () => request(server.url), read, isRepeatable });
    expect(await waybillErrorOf(call)).toMatchObject({ code: 'CONNECTION', retryable: true, attempts: 1 });
    expect(isRepeatable).toHaveBeenCalledExactlyOnceWith(expect.any(ConnectionError));
  });

  test('if the wait would not fit into the budget: the response is thrown at once', async () => {
    const server = await serveSteps(respond(503, 'busy', { 'retry-after': '60' }));
    const error = await waybillErrorOf(() => send(server.url, { totalTimeout: 1_000 }));
    expect(error).toMatchObject({ name: 'ApiError', status: 503, retryAfter: 60_000, attempts: 1 });
    // Also with the usual budget of 30 s: to ask before that would be refused.
    expect(await waybillErrorOf(() => send(server.url, {}))).toMatchObject({ name: 'ApiError', status: 503, attempts: 1 });
  });

  test('if prepare() fails, and its error is left as it is', async () => {
    const own = Object.assign(new Error('no key today'), { retryable: true });
    const prepare = vi.fn(() => Promise.reject(own));
    await expect(new HttpClient('core', {}).send({ prepare, read })).rejects.toBe(own);
    expect(prepare).toHaveBeenCalledOnce();
  });

  test('also if what it throws is not an Error, is thrown at once, or comes from a rate limiter', async () => {
    await expect(new HttpClient('core', {}).send({ prepare: () => Promise.reject('no key today'), read })).rejects.toBe('no key today');
    const thrown = new ConnectionError('no token today', { surface: 'core', attempts: 1 });
    const atOnce = vi.fn(() => {
      throw thrown;
    });
    await expect(new HttpClient('core', {}).send({ prepare: atOnce, read })).rejects.toBe(thrown);
    expect(atOnce).toHaveBeenCalledOnce();
    const acquire = () => Promise.reject('no turn');
    await expect(send('http://127.0.0.1:9', { rateLimiter: { acquire } })).rejects.toBe('no turn');
  });
});

describe('a response', () => {
  test('that is a failure keeps its status also if its body breaks off', async () => {
    const server = await serveSteps(breakOff(404));
    expect(await waybillErrorOf(() => send(server.url))).toMatchObject({ name: 'ApiError', status: 404, data: 'half' });
  });

  test('without end is cut off at 8 MiB', async () => {
    const chunk = 'x'.repeat(1_000_000);
    const server = await serveSteps((_, response) => {
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
    const call = () => new HttpClient('core', {}).send({ prepare: () => request(server.url), read: measure });
    expect(await waybillErrorOf(call)).toMatchObject({ status: 400 });
    expect(sizes).toEqual([8 * 1024 * 1024]);
  });

  test.each([300, 301, 302, 303, 304, 307, 308])('that is a redirect, %d, is not followed', async (status) => {
    const other = await serveSteps(respond(200, 'stolen'));
    const server = await serveSteps(respond(status, '', { location: other.url }));
    const error = await waybillErrorOf(() => send(server.url));
    expect(error).toMatchObject({ name: 'ApiError', status, retryable: false, hint: expect.stringContaining('"baseUrl"') });
    expect(other.requests()).toBe(0);
  });

  test('whose redirect a browser hides is one all the same', async () => {
    const opaque = { type: 'opaqueredirect', status: 0, headers: new Headers(), arrayBuffer: async () => new ArrayBuffer(0) };
    const error = await waybillErrorOf(() => sendBy(async () => opaque));
    expect(error).toMatchObject({ code: 'API', status: 0, message: 'the response is a redirect, and redirects are not followed' });
  });

  test.each([
    ['a usual one', 'req-1', 'req-1'],
    ['one with all characters of base64', 'aZ09+/=', 'aZ09+/='],
    ['one that is too long', 'x'.repeat(129), undefined],
    ['one with a space', 'a b', undefined],
    ['one that is a token by its form', 'Atza|IwEB-tok', undefined],
    ['one that is a secret of this call', 'top-secret-token', undefined],
    ['one that is empty', '', undefined],
  ])('has a request id: %s', async (_, sent, shown) => {
    const server = await serveSteps(respond(400, '', { 'x-amzn-requestid': sent }));
    expect(await waybillErrorOf(() => send(server.url))).toEqual(
      shown === undefined ? expect.not.objectContaining({ requestId: expect.anything() }) : expect.objectContaining({ requestId: shown }),
    );
  });
});
