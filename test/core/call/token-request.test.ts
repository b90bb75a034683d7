import { describe, expect, test } from 'vitest';
import { HttpClient } from '../../../src/core/call/http.ts';
import { requestToken, type TokenRequest } from '../../../src/core/call/token-request.ts';
import { respond, type Step, serveSteps } from '../../support/core/calls.ts';
import { everyRenderingOf, waybillErrorOf } from '../../support/errors.ts';
import { type Recorded, record } from '../../support/server.ts';

describe('a request for a token', () => {
  const secrets = { client_secret: 'old style 64 hex 5f3a9c0de1b24f67', refresh_token: 'opaque+refresh/token=' };

  async function ask(...steps: Step[]) {
    const requests: Promise<Recorded>[] = [];
    const server = await serveSteps(
      ...steps.map<Step>((step) => (request, response) => {
        requests.push(record(request));
        step(request, response);
      }),
    );
    const http = new HttpClient('core', { maxRetries: 1, rateLimiter: { acquire: () => new Promise<never>(() => undefined) } });
    const hint = (reasonCode: string | undefined, status: number): string => `${reasonCode} ${status}`;
    const form = async () => ({ grant_type: 'refresh_token', client_id: 'my-client', ...secrets });
    const request: TokenRequest = {
      surface: 'core',
      server: 'The server',
      url: `${server.url}/token`,
      urlOption: 'tokenUrl',
      form,
      secrets: Object.keys(secrets),
      lifetime: 900,
      hint,
    };
    return { run: () => requestToken(http, request), requests };
  }
  const json = (status: number, body: unknown): Step =>
    respond(status, typeof body === 'string' ? body : JSON.stringify(body), { 'content-type': 'application/json', 'retry-after': '0' });

  test('is a form, and does not wait for the rate limiter', async () => {
    const { run, requests } = await ask(json(200, { access_token: 't', expires_in: 3_600 }));
    expect(await run()).toEqual({ accessToken: 't', expiresIn: 3_600 });
    const [request] = await Promise.all(requests);
    expect(request).toMatchObject({
      method: 'POST',
      path: '/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8', accept: 'application/json' },
    });
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toMatchObject(secrets);
  });

  test.each([
    [3_600, 3_600],
    ['3600', 3_600],
    [undefined, 900],
    [null, 900],
    [0, 900],
    [-5, 900],
    ['soon', 900],
    ['Infinity', 900],
  ])('with the lifetime %j lives for %d s', async (expires_in, expiresIn) => {
    const { run } = await ask(json(200, { access_token: 't', expires_in }));
    expect(await run()).toEqual({ accessToken: 't', expiresIn });
  });

  test.each<[number, unknown, object, string]>([
    [401, { error: 'invalid_client' }, { reasonCode: 'invalid_client', retryable: false }, 'invalid_client'],
    [400, { error: 'invalid_grant', error_description: 'is revoked' }, { retryable: false }, 'invalid_grant, is revoked'],
    [200, { error: 'slow_down' }, { reasonCode: 'slow_down', retryable: false }, 'slow_down'],
    [404, '<html>', { retryable: false }, 'status 404'],
    [400, null, { retryable: false }, 'status 400'],
    [400, 7, { retryable: false }, 'status 400'],
    [503, '', { retryable: true, attempts: 2 }, 'status 503'],
    [400, { error: 'server_error' }, { retryable: true, attempts: 2 }, 'server_error'],
    [400, { error: 'temporarily_unavailable' }, { retryable: true, attempts: 2 }, 'temporarily_unavailable'],
  ])('that is refused with %d %j is an ApiError', async (status, body, fields, words) => {
    const { run } = await ask(json(status, body));
    expect(await waybillErrorOf(run)).toMatchObject({
      code: 'API',
      status,
      message: `The server issued no access token: ${words}`,
      hint: expect.stringMatching(new RegExp(` ${status}$`)),
      ...fields,
    });
  });

  test.each<[string, unknown, string]>([
    ['nothing', '', 'an empty body'],
    ['HTML', '<html>Sign in</html>', '20 characters of application/json'],
    ['no token', { token_type: 'bearer' }, '23 characters of application/json'],
    ['an empty token', { access_token: '' }, '19 characters of application/json'],
    ['a token that is not a string', { access_token: { a: 1 } }, '24 characters of application/json'],
    ['null', null, '4 characters of application/json'],
    ['a list', [], '2 characters of application/json'],
  ])('whose response is a success with %s is a ValidationError, and is not retried', async (_, body, found) => {
    const { run, requests } = await ask(json(200, body));
    expect(await waybillErrorOf(run)).toMatchObject({
      code: 'VALIDATION',
      direction: 'response',
      attempts: 1,
      message: `The server issued no access token: it responded 200 with ${found}`,
      hint: 'undefined 200',
    });
    expect(requests).toHaveLength(1);
  });

  test('shows no secret, in whatever spelling the server repeats it', async () => {
    const [secret, refresh] = Object.values(secrets) as [string, string];
    const words = [secret, encodeURIComponent(refresh), JSON.stringify(refresh), new URLSearchParams({ a: secret }).toString()].join(' | ');
    for (const [status, body] of [
      [401, { error: words, error_description: words, [secret]: [words] }],
      [401, words],
      [200, words],
      [200, { error_description: words }],
    ] as const) {
      const { run } = await ask(json(status, body));
      const shown = everyRenderingOf(await waybillErrorOf(run));
      for (const hidden of [secret, refresh, encodeURIComponent(refresh), '64+hex']) expect(shown).not.toContain(hidden);
    }
  });
});
