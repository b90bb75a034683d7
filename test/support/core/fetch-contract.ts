/** What a caller sees must not depend on which `fetch` was passed: each is driven over real sockets. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Fetch } from '../../../src/core/types.ts';
import { everyRenderingOf, thrownBy, waybillErrorOf } from '../errors.ts';
import { listen, type Recorded, record } from '../server.ts';
import { breakOff, disconnect, neverRespond, respond, SECRETS, type Step, send, serveSteps, stall } from './calls.ts';

const body = '{"name":"Zoë","list":[1,2]}';

/** Several files, so that they run side by side: most of it is waiting. */
export function describeFetches(fetches: Readonly<Record<string, Fetch>>): void {
  beforeAll(() => {
    // No wait between attempts.
    vi.spyOn(Math, 'random').mockReturnValue(0);
  });
  afterAll(() => {
    vi.restoreAllMocks();
  });
  describe.each(Object.entries(fetches))('%s', describeFetch);
}

function describeFetch(name: string, fetch: Fetch): void {
  test('sends method, headers and body as they are, and the body of a success is the result', async () => {
    let seen: Promise<Recorded> | undefined;
    const url = await listen(async (incoming, response) => {
      seen = record(incoming);
      await seen;
      response.end(body);
    });
    expect(await send(url, { fetch })).toBe(body);
    expect(await seen).toMatchObject({
      method: 'POST',
      path: '/path?key=query-secret',
      headers: { authorization: 'Bearer top-secret-token', 'content-type': 'application/json' },
      body: JSON.stringify({ note: SECRETS[1] }),
    });
  });

  test.each([400, 401, 404, 409])('a refusal %d is read once, with status, headers and body', async (status) => {
    const server = await serveSteps(
      respond(status, '{"reasonCode":"X"}', { 'content-type': 'application/json', 'x-amzn-requestid': 'r-1' }),
    );
    expect(await waybillErrorOf(() => send(server.url, { fetch }))).toMatchObject({
      code: 'API',
      status,
      attempts: 1,
      requestId: 'r-1',
      data: { reasonCode: 'X' },
    });
    expect(server.requests()).toBe(1);
  });

  test('a refusal that is not JSON is read too', async () => {
    const server = await serveSteps(respond(403, '<html>Blocked</html>', { 'content-type': 'text/html' }));
    expect(await waybillErrorOf(() => send(server.url, { fetch }))).toMatchObject({ status: 403, data: '<html>Blocked</html>' });
  });

  test.each([429, 500, 503])('a failure %d is retried as often as we say, and no more', async (status) => {
    const server = await serveSteps(respond(status, '', { 'retry-after': '0' }));
    expect(await waybillErrorOf(() => send(server.url, { fetch, maxRetries: 1 }))).toMatchObject({ status, attempts: 2, retryAfter: 0 });
    expect(server.requests()).toBe(2);
  });

  test('a redirect is not followed', async () => {
    const other = await serveSteps(respond(200, 'stolen'));
    const server = await serveSteps(respond(307, '', { location: other.url }));
    expect(await waybillErrorOf(() => send(server.url, { fetch }))).toMatchObject({ code: 'API', status: 307, retryable: false });
    expect(other.requests()).toBe(0);
  });

  test('a success without a body is one', async () => {
    const server = await serveSteps(respond(204));
    expect(await send(server.url, { fetch })).toBe('');
  });

  test('a success whose body breaks off is not retried', async () => {
    const server = await serveSteps(breakOff(200));
    const error = await waybillErrorOf(() => send(server.url, { fetch, timeout: 500 }));
    // node-fetch 2 does not notice: its stream neither ends nor fails.
    expect(['CONNECTION', ...(name === 'node-fetch 2' || name === 'cross-fetch' ? ['TIMEOUT'] : [])]).toContain(error.code);
    expect(error).toMatchObject({ retryable: false, attempts: 1 });
    expect(error.message).toContain('the response 200');
    expect(server.requests()).toBe(1);
  });

  test('a success whose body stalls is not retried', async () => {
    const server = await serveSteps(stall(200));
    const error = await waybillErrorOf(() => send(server.url, { fetch, timeout: 700 }));
    expect(error).toMatchObject({ code: 'TIMEOUT', budget: 'attempt', retryable: false, attempts: 1 });
    expect(error.message).toContain('the response 200');
    expect(server.requests()).toBe(1);
  });

  test('a body without end is cut off', async () => {
    const chunk = Buffer.alloc(1_000_000, 'x');
    let sent = 0;
    const server = await serveSteps((_, response) => {
      response.writeHead(200);
      const pump = (): void => {
        while (!response.destroyed && response.write(chunk)) sent += 1;
        if (!response.destroyed) response.once('drain', pump);
      };
      pump();
    });
    expect(await send(server.url, { fetch })).toHaveLength(8 * 1024 * 1024);
    expect(sent).toBeLessThan(100);
  });

  test('no response in time is a TimeoutError, and is retried', async () => {
    const server = await serveSteps(neverRespond, respond(200, 'late'));
    expect(await send(server.url, { fetch, timeout: 500 })).toBe('late');
    const silent = await serveSteps(neverRespond);
    const error = await waybillErrorOf(() => send(silent.url, { fetch, timeout: 60, maxRetries: 0 }));
    expect(error).toMatchObject({ code: 'TIMEOUT', budget: 'attempt', retryable: true });
  });

  test('a broken connection has the code of the system, and is retried', async () => {
    const server = await serveSteps(disconnect, respond(200, 'ok'));
    expect(await send(server.url, { fetch, maxRetries: 1 })).toBe('ok');
    const broken = await serveSteps(disconnect);
    const error = await waybillErrorOf(() => send(broken.url, { fetch, maxRetries: 0 }));
    expect(error).toMatchObject({ code: 'CONNECTION', systemCode: expect.stringMatching(/^(?:UND_ERR_SOCKET|ECONNRESET)$/) });
  });

  test('an abort goes through unchanged', async () => {
    const reason = { mine: true };
    for (const step of [neverRespond, stall(200)]) {
      const server = await serveSteps(step);
      const controller = new AbortController();
      setTimeout(() => controller.abort(reason), 50);
      expect(await thrownBy(() => send(server.url, { fetch }, { signal: controller.signal }))).toBe(reason);
    }
  });

  test.each<[string, Step]>([
    ['echoes the request in its refusal', (_, response) => response.writeHead(400).end(SECRETS.join(' '))],
    ['breaks the connection', disconnect],
    ['sends no HTTP, and the request back', (incoming) => incoming.socket.end(`Bad gateway: ${SECRETS.join('\r\n')}\r\n\r\n`)],
    ['echoes the request in a header', (_, response) => response.writeHead(500, { 'x-echo': SECRETS[0] ?? '', 'retry-after': '0' }).end()],
    ['stalls', neverRespond],
  ])('no secret is in the error, or on the way to it, if the server %s', async (_, step) => {
    const server = await serveSteps(step);
    const heard: unknown[] = [];
    const note = (...args: unknown[]): void => void heard.push(...args);
    const hooks = { onRequest: note, onResponse: note, onRetry: note, onError: note };
    const error = await waybillErrorOf(() => send(server.url, { fetch, hooks, timeout: 100, maxRetries: 1 }));
    expect(['API', 'CONNECTION', 'TIMEOUT']).toContain(error.code);
    const shown = everyRenderingOf([error, heard, ...heard]);
    for (const secret of SECRETS) expect(shown).not.toContain(secret);
  });
}
