import { describe, expect, test } from 'vitest';
import { type FetchTextOptions, fetchText } from '../../../src/core/call/fetch-text.ts';
import { breakOff, disconnect, neverRespond, respond, serveSteps, stall } from '../../support/core/calls.ts';
import { everyRenderingOf, waybillErrorOf } from '../../support/errors.ts';
import { listen } from '../../support/server.ts';

const SECRET = 'opaque-token-k4711';
const post = (url: string, options: Partial<FetchTextOptions> = {}): Promise<string> =>
  fetchText(
    { method: 'POST', headers: { authorization: `Bearer ${SECRET}` }, body: new TextEncoder().encode(`token=${SECRET}`) },
    { surface: 'core', url, task: 'token introspection', hint: 'Check "endpoint".', hide: [SECRET], ...options },
  );

describe('one request', () => {
  test('returns the body of a response 200', async () => {
    const server = await serveSteps(respond(200, '{"active":true}'));
    expect(await post(server.url)).toBe('{"active":true}');
  });

  test.each([201, 204, 301, 302, 400, 401, 404, 429, 500, 503])('is an ApiError after %d, and is not retried', async (status) => {
    const server = await serveSteps(respond(status, `no: ${SECRET}`, { location: '/other' }));
    const error = await waybillErrorOf(() => post(server.url));
    expect(error).toMatchObject({ code: 'API', status, attempts: 1, retryable: status === 429 || status >= 500 });
    expect(error.message).toBe(`token introspection at ${new URL(server.url).host} failed with ${status}`);
    expect(error.hint).toBe('Check "endpoint". Redirects are not followed.');
    expect(everyRenderingOf(error)).not.toContain(SECRET);
    expect(server.requests()).toBe(1);
  });

  test.each([
    ['is broken before the response', disconnect, /^token introspection failed: no response from 127/],
    ['is broken in the body', breakOff(200), /^token introspection failed: the response 200 of 127[^ ]* broke off/],
  ])('is a ConnectionError if the connection %s', async (_, step, message) => {
    const server = await serveSteps(step);
    const error = await waybillErrorOf(() => post(server.url));
    expect(error).toMatchObject({ code: 'CONNECTION', attempts: 1, message: expect.stringMatching(message), hint: 'Check "endpoint".' });
    expect(error).toHaveProperty('systemCode');
    expect(everyRenderingOf(error)).not.toContain(SECRET);
    expect(server.requests()).toBe(1);
  });

  test.each([
    ['before the response', neverRespond],
    ['in the body', stall(200)],
    ['in the body of a failure', stall(503)],
  ])('is a TimeoutError if the server stalls %s', async (_, step) => {
    const server = await serveSteps(step);
    const error = await waybillErrorOf(() => post(server.url, { timeout: 40 }));
    expect(error).toMatchObject({
      code: 'TIMEOUT',
      budget: 'attempt',
      retryable: true,
      message: expect.stringMatching(/took longer than 40 ms$/),
    });
    expect(everyRenderingOf(error)).not.toContain(SECRET);
  });

  test('ends in time if fetch ignores its signal', async () => {
    const fetch = () => new Promise<never>(() => undefined);
    expect(await waybillErrorOf(() => post('https://as.example', { timeout: 20, fetch }))).toMatchObject({ code: 'TIMEOUT' });
  });

  test('reads no more than 8 MiB', async () => {
    const url = await listen((_, response) => response.end(Buffer.alloc(9_000_000, 'x')));
    expect(await post(url)).toHaveLength(8 * 1024 * 1024);
  });

  test('is a ConfigurationError if fetch returns something else', async () => {
    for (const returned of [undefined, null, {}, 'text', { ok: true, status: 200, json: async () => ({}) }]) {
      const error = await waybillErrorOf(() => post('https://as.example', { fetch: async () => returned as never }));
      expect(error).toMatchObject({ code: 'CONFIGURATION', option: 'fetch' });
    }
  });

  test('reads the response in an error of ky', async () => {
    const fetch = () => Promise.reject(Object.assign(new Error('HTTPError'), { response: new Response('no', { status: 401 }) }));
    expect(await waybillErrorOf(() => post('https://as.example', { fetch }))).toMatchObject({ code: 'API', status: 401 });
  });

  test('keeps nothing of an error that contains the request', async () => {
    const fetch = (_: string, init: unknown) =>
      Promise.reject(Object.assign(new Error(`bad header Bearer ${SECRET}`), { init, cause: init }));
    const error = await waybillErrorOf(() => post('https://as.example', { fetch }));
    expect(error.code).toBe('CONNECTION');
    expect(everyRenderingOf(error)).not.toContain(SECRET);
  });

  test('uses a fetch that was patched after the import', async () => {
    const original = globalThis.fetch;
    globalThis.fetch = async () => new Response('patched');
    try {
      expect(await post('https://as.example')).toBe('patched');
    } finally {
      globalThis.fetch = original;
    }
  });
});
