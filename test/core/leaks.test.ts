/**
 * Everything that core shows of a call, by every way that a log has to look at it: no secret, no personal value, no body.
 */
import ky from 'ky';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { fetchText } from '../../src/core/call/fetch-text.ts';
import { type Exchange, HttpClient } from '../../src/core/call/http.ts';
import { describeBody, failureOf, type HttpResponse, parseJson } from '../../src/core/call/response.ts';
import { requestToken } from '../../src/core/call/token-request.ts';
import { AccessTokens } from '../../src/core/call/tokens.ts';
import { ApiError, GraphQLError, ValidationError } from '../../src/core/errors.ts';
import type { Hooks } from '../../src/core/hooks.ts';
import { remoteKeySet } from '../../src/core/keys/key-set.ts';
import type { Fetch } from '../../src/core/types.ts';
import { disconnect, neverRespond, respond, type Step, serveSteps, stall } from '../support/core/calls.ts';
import { ECHO, expectNoSecret, listenToAll, SECRET, secrets } from '../support/core/secrets.ts';
import { everyRenderingOf, thrownBy } from '../support/errors.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Sends what a surface sends, and returns all that came out: the error, what the hooks heard, what the console was told. */
async function call(fetch: Fetch | undefined, url: string, read: (response: HttpResponse) => unknown = readAll): Promise<unknown[]> {
  const { heard, note } = listenToAll();
  // No wait between attempts.
  vi.spyOn(Math, 'random').mockReturnValue(0);
  const hooks: Hooks = { onRequest: note, onResponse: note, onRetry: note, onError: note };
  const client = new HttpClient('core', { fetch, hooks, timeout: 150, maxRetries: 1, headers: { 'x-gateway-key': SECRET.gatewayKey } });
  const exchange: Exchange<unknown> = {
    prepare: () => ({
      method: 'POST',
      url: `${url}/path?trace=${SECRET.query}`,
      headers: { authorization: `Bearer ${SECRET.token}`, 'x-signature': SECRET.signature },
      body: new TextEncoder().encode(JSON.stringify(SECRET)),
    }),
    read,
    hide: () => secrets,
  };
  client.warn({ code: 'ODD', path: ['input'], message: 'looks odd' });
  const error = await thrownBy(() => client.send(exchange));
  return [error, client, ...heard];
}

function readAll(response: HttpResponse): never {
  const data = parseJson(response) as { message?: unknown } | undefined;
  const words = response.redact(typeof data?.message === 'string' ? data.message : response.text, 500);
  throw new ApiError(`refused: ${words}`, { ...failureOf(response), surface: 'core', reasonCode: response.redact(words, 100) });
}

describe('a call shows nothing of itself if the server', () => {
  const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
    respond(status, JSON.stringify(body), { 'content-type': 'application/json', 'retry-after': '0', ...headers });

  test.each<[string, Step]>([
    ['repeats it in words', respond(400, `bad request: ${ECHO}`)],
    ['repeats it in JSON', json(400, { message: ECHO, detail: { deep: [ECHO, { [SECRET.note]: SECRET.trackingNumber }] } })],
    ['repeats it in JSON as a number', json(400, { message: 'no', trackingId: Number(SECRET.trackingNumber) })],
    ['repeats it in HTML', respond(502, `<pre>${ECHO.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}</pre>`, { 'retry-after': '0' })],
    ['repeats it in headers', json(500, {}, { 'x-amzn-requestid': SECRET.signature, 'content-type': SECRET.query })],
    ['repeats it in a redirect', respond(302, ECHO, { location: `/path?trace=${SECRET.query}` })],
    [
      'repeats it in a body that breaks off',
      (_, response) => void response.writeHead(500, { 'content-length': 99_999, 'retry-after': '0' }).write(ECHO, () => response.destroy()),
    ],
    ['answers with something that is not HTTP', (request) => request.socket.end(`Bad gateway: ${ECHO.slice(0, 900)}\r\n\r\n`)],
    ['answers with broken headers', (request) => request.socket.end(`HTTP/1.1 200 OK\r\n${ECHO.slice(0, 900)}\r\n\r\n`)],
    ['breaks the connection', disconnect],
    ['is silent', neverRespond],
    ['stalls in a success', stall(200)],
    ['stalls in a failure', stall(500)],
  ])('%s', async (_, step) => {
    const server = await serveSteps(step);
    expectNoSecret(...(await call(undefined, server.url)));
    expectNoSecret(...(await call(ky as Fetch, server.url)));
  });

  test.each<[string, (response: HttpResponse) => never]>([
    [
      'as an error of GraphQL',
      (response) => {
        const { redact, requestId, attempts } = response;
        const errors = [{ message: redact(response.text, 500), path: ['order'] }] as const;
        throw new GraphQLError({ surface: 'core', errors, requestId, attempts, retryable: false, data: failureOf(response).data });
      },
    ],
    [
      'as a response that is not the documented one',
      (response) => {
        throw new ValidationError('response', [{ message: `expected JSON, got ${describeBody(response)}` }], { surface: 'core' });
      },
    ],
    [
      'as an error that is not ours',
      (response) => {
        throw new TypeError(response.redact(response.text));
      },
    ],
  ])('repeats it, %s', async (_, read) => {
    const server = await serveSteps(respond(200, ECHO));
    expectNoSecret(...(await call(undefined, server.url, read)));
  });
});

describe('a call shows nothing of itself if fetch', () => {
  const init = (parameters: Parameters<Fetch>): object => ({ url: parameters[0], ...parameters[1], secrets: SECRET });

  test.each<[string, Fetch]>([
    [
      'throws an error with the request, as axios does',
      (...args) => Promise.reject(Object.assign(new Error('failed'), { config: init(args), request: init(args) })),
    ],
    ['throws an error whose message is the request', (...args) => Promise.reject(new Error(JSON.stringify(init(args)) + ECHO))],
    ['throws an error whose cause is the request', (...args) => Promise.reject(new Error('failed', { cause: init(args) }))],
    [
      'throws a chain of errors',
      () => Promise.reject(new Error('a', { cause: new Error(ECHO, { cause: Object.assign(new Error(ECHO), { data: ECHO }) }) })),
    ],
    ['throws several errors', () => Promise.reject(new AggregateError([new Error(ECHO), new Error(ECHO)], ECHO))],
    [
      'throws an error whose code and name are secrets',
      () => Promise.reject(Object.assign(new Error('x'), { code: 'K_77', name: SECRET.note })),
    ],
    [
      'throws an error whose stack has the request',
      () => Promise.reject(Object.assign(new Error('x'), { stack: `Error: x\n    at ${SECRET.note}:1:2\n${ECHO}` })),
    ],
    ['throws a string', () => Promise.reject(ECHO)],
    ['throws the request', (...args) => Promise.reject(init(args))],
    ['returns the request', async (...args) => init(args) as never],
    [
      'returns a body that fails with the request',
      async (...args) => ({
        status: 200,
        headers: new Headers(),
        arrayBuffer: () => Promise.reject(Object.assign(new Error(ECHO), init(args))),
      }),
    ],
  ])('%s', async (_, fetch) => {
    expectNoSecret(...(await call(fetch, 'https://api.example')));
  });
});

describe('what a webhook asks other servers shows nothing', () => {
  const body = new TextEncoder().encode(`token=${SECRET.token}`);
  const ask = (fetch: Fetch) => () =>
    fetchText(
      { method: 'POST', headers: { authorization: `Basic ${SECRET.clientSecret}` }, body },
      { surface: 'core', url: 'https://as.example', task: 'x', hint: 'y', hide: secrets, timeout: 50, fetch },
    );

  test.each<[string, Fetch]>([
    ['if it is refused', async () => new Response(ECHO, { status: 401 })],
    ['if the connection fails', (_, init) => Promise.reject(Object.assign(new Error(ECHO), { init }))],
    [
      'if it takes too long',
      (_, init) =>
        new Promise((_resolve, reject) => init.signal.addEventListener('abort', () => reject(Object.assign(new Error(ECHO), { init })))),
    ],
    ['if fetch returns something else', async (_, init) => init as never],
  ])('%s', async (_, fetch) => {
    expectNoSecret(await thrownBy(ask(fetch)));
  });

  test('if a key set is none', async () => {
    const jwks = `https://keys.example/leaks?key=${SECRET.query}`;
    const find = remoteKeySet({ surface: 'core', jwks, fetch: async () => new Response(ECHO) });
    expectNoSecret(await thrownBy(() => find({ alg: 'ES256' })));
  });
});

describe('a token shows nothing', () => {
  const form = () => ({ client_secret: SECRET.clientSecret, refresh_token: SECRET.refreshToken, note: SECRET.note });
  const server = { surface: 'core', server: 'The server', url: 'https://as.example/token', urlOption: 'tokenUrl' } as const;
  const settings = { ...server, form, lifetime: 5, hint: () => 'x' };

  test.each<[string, () => Response]>([
    ['if the server refuses and repeats', () => Response.json({ error: SECRET.clientSecret, error_description: ECHO }, { status: 401 })],
    ['if the server repeats in words', () => new Response(ECHO, { status: 400 })],
    ['if there is none in a success', () => Response.json({ accessToken: SECRET.token, refreshToken: [SECRET.refreshToken] })],
  ])('%s', async (_, make) => {
    const http = new HttpClient('core', { fetch: async () => make(), maxRetries: 0 });
    const names = ['client_secret', 'refresh_token', 'note'];
    const error = await thrownBy(() => requestToken(http, { ...settings, secrets: names }));
    const text = everyRenderingOf(error);
    for (const secret of [SECRET.clientSecret, SECRET.refreshToken, SECRET.note]) expect(text).not.toContain(secret);
    if (!text.includes('401') && !text.includes('400')) expect(text).not.toContain(SECRET.token);
  });

  test('if no header can contain it', async () => {
    const fetchToken = async () => ({ accessToken: `${SECRET.note}\n`, expiresIn: 5 });
    const options = { surface: 'core', fetchToken, now: () => new Date(), key: () => 'k' } as const;
    expectNoSecret(await thrownBy(() => new AccessTokens(options).get()));
  });
});
