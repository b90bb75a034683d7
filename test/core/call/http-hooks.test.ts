/**
 * What a client tells its hooks, and the console if there are none.
 */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { HttpClient } from '../../../src/core/call/http.ts';
import type { Hooks } from '../../../src/core/hooks.ts';
import { disconnect, neverRespond, read, request, respond, SECRETS, send, sendBy, serveSteps } from '../../support/core/calls.ts';
import { everyRenderingOf, thrownBy, waybillErrorOf } from '../../support/errors.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Hooks that write down what they hear. */
function recorder() {
  const heard: [name: string, ...args: unknown[]][] = [];
  const note =
    (name: string) =>
    (...args: unknown[]): void =>
      void heard.push([name, ...args]);
  const hooks: Hooks = {
    onRequest: note('request'),
    onResponse: note('response'),
    onRetry: note('retry'),
    onError: note('error'),
    onWarning: note('warning'),
  };
  return { heard, hooks };
}

describe('hooks', () => {
  test('hear of each attempt in order, with one number for the call', async () => {
    const server = await serveSteps(respond(500), respond(200, 'ok', { 'x-amzn-requestid': 'r-1' }));
    const { heard, hooks } = recorder();
    await send(server.url, { hooks });
    const [, first] = heard[0] as [string, { call: number }];
    const common = { surface: 'core', call: first.call, method: 'POST', url: `${server.url}/path` };
    const duration = expect.any(Number);
    expect(heard).toEqual([
      ['request', { ...common, attempt: 1 }],
      ['response', { ...common, attempt: 1, status: 500, duration }],
      ['retry', { ...common, attempt: 1, error: expect.objectContaining({ status: 500 }), delay: expect.any(Number) }],
      ['request', { ...common, attempt: 2 }],
      ['response', { ...common, attempt: 2, status: 200, duration, requestId: 'r-1' }],
    ]);
  });

  test('tell calls apart that run at once, also those of several clients', async () => {
    const { heard, hooks } = recorder();
    const fetch = async () => new Response('ok');
    await Promise.all(Array.from({ length: 20 }, () => sendBy(fetch, { hooks })));
    const numbers = heard.flatMap(([name, info]) => (name === 'request' ? [(info as { call: number }).call] : []));
    expect(new Set(numbers).size).toBe(20);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  });

  test('hear how long a response took', async () => {
    const { heard, hooks } = recorder();
    const start = performance.now();
    await sendBy(async () => new Response('ok'), { hooks });
    const most = performance.now() - start;
    const [, { duration }] = heard.at(-1) as [string, { readonly duration: number }];
    expect(duration).toBeGreaterThanOrEqual(0);
    expect(duration).toBeLessThanOrEqual(most);
  });

  test('hear nothing of an error that is not of this package', async () => {
    const { heard, hooks } = recorder();
    const own = new Error('no key today');
    await expect(new HttpClient('core', { hooks }).send({ prepare: () => Promise.reject(own), read })).rejects.toBe(own);
    expect(heard).toEqual([]);
  });

  test('hear of an error before the caller does, and of nothing after a success', async () => {
    const server = await serveSteps(respond(400), respond(200));
    const { heard, hooks } = recorder();
    const error = await thrownBy(() => send(server.url, { hooks }));
    const last = heard.at(-1);
    expect(last?.[1]).toBe(error);
    expect(last?.[2]).toEqual({ surface: 'core', call: expect.any(Number) });
    await send(server.url, { hooks });
    expect(heard.filter(([name]) => name === 'error')).toHaveLength(1);
  });

  test('hear no header, body, query, secret or personal value, whatever goes wrong', async () => {
    const echo = SECRETS.join(' ');
    const { heard, hooks } = recorder();
    const steps = [
      respond(500, echo),
      respond(429, JSON.stringify({ echo })),
      disconnect,
      respond(400, echo, { 'x-echo': SECRETS[0] ?? '' }),
    ];
    const server = await serveSteps(...steps);
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const error = await waybillErrorOf(() => send(server.url, { hooks, maxRetries: 3 }));
    expect(heard.filter(([name]) => name === 'retry')).toHaveLength(3);
    for (const secret of SECRETS) expect(everyRenderingOf([heard, error])).not.toContain(secret);
  });

  test.each([
    [
      'throw',
      () => {
        throw new Error('the log is full');
      },
    ],
    ['reject', () => Promise.reject(new Error('the log is full'))],
    ['throw what cannot be looked at', () => Promise.reject(Proxy.revocable({}, {}).proxy)],
  ])('that %s change nothing', async (_, fail) => {
    const server = await serveSteps(respond(500, '', { 'retry-after': '0' }), respond(200, 'ok'));
    const hooks = { onRequest: fail, onResponse: fail, onRetry: fail, onError: fail } as Hooks;
    await expect(send(server.url, { hooks })).resolves.toBe('ok');
    // A rejection that nobody handles is reported by now, and fails the run.
    await new Promise((resolve) => setTimeout(resolve));
  });

  test('that never return do not hold up the call', async () => {
    const forever = () => new Promise<never>(() => undefined);
    const hooks = { onRequest: forever, onResponse: forever } as Hooks;
    await expect(sendBy(async () => new Response('ok'), { hooks })).resolves.toBe('ok');
  });

  test('are called as methods, so that they may be an object of a class', async () => {
    class Metrics {
      requests = 0;
      onRequest(): void {
        this.requests += 1;
      }
    }
    const hooks = new Metrics();
    await sendBy(async () => new Response('ok'), { hooks });
    expect(hooks.requests).toBe(1);
  });

  test('hear of no response to an attempt that timed out', async () => {
    const server = await serveSteps(neverRespond);
    const { heard, hooks } = recorder();
    await thrownBy(() => send(server.url, { hooks, timeout: 30, maxRetries: 0 }));
    expect(heard.map(([name]) => name)).toEqual(['request', 'error']);
  });
});

describe('a warning', () => {
  const warning = { code: 'ODD', path: ['a', 0], message: 'looks odd' };

  test('goes to onWarning each time', () => {
    const { heard, hooks } = recorder();
    const client = new HttpClient('core', { hooks });
    for (let times = 0; times < 3; times += 1) client.warn({ ...warning, call: times });
    expect(heard).toEqual([0, 1, 2].map((call) => ['warning', { surface: 'core', ...warning, call }]));
  });

  test('goes to console.warn once per code and client without it', () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    const client = new HttpClient('core', {});
    for (let times = 0; times < 3; times += 1) client.warn(warning);
    client.warn({ ...warning, code: 'OTHER' });
    new HttpClient('core', {}).warn(warning);
    client.warn({ code: 'WHOLE', path: [], message: 'the input looks odd' });
    expect(warn.mock.calls).toEqual([
      ['waybill: core: a.0 looks odd (ODD)'],
      ['waybill: core: a.0 looks odd (OTHER)'],
      ['waybill: core: a.0 looks odd (ODD)'],
      ['waybill: core: the input looks odd (WHOLE)'],
    ]);
  });

  test('changes nothing if there is no console, or a broken one', () => {
    vi.stubGlobal('console', undefined);
    try {
      new HttpClient('core', {}).warn(warning);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

test('the user agent names the package, and what the caller appends', () => {
  expect(new HttpClient('core', {}).userAgent).toMatch(/^waybill\/\d+\.\d+\.\d+$/);
  expect(new HttpClient('core', { userAgent: 'my-shop/1.2' }).userAgent).toMatch(/^waybill\/\S+ my-shop\/1\.2$/);
});

test('headers of the client and of the call are sent, and none replaces a header of the surface', async () => {
  const seen: unknown[] = [];
  const fetch = async (_: string, init: { headers: unknown }) => {
    seen.push(init.headers);
    return new Response('ok');
  };
  const client = new HttpClient('core', { fetch: fetch as never, headers: { 'X-Shop': 'a', 'x-both': 'client', Authorization: 'none' } });
  await client.send(
    { prepare: () => request('http://127.0.0.1:9/'), read },
    { headers: { 'X-Both': 'call', 'content-type': 'text/plain' } },
  );
  expect(seen).toEqual([{ 'x-shop': 'a', 'x-both': 'call', authorization: 'Bearer top-secret-token', 'content-type': 'application/json' }]);
});
