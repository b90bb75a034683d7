import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { toNodeHandler } from '../../../src/adapters/node.ts';
import { apiKey, NdrWebhookVerifier } from '../../../src/shipping-ndr/webhook.ts';
import { AmazonEmulator } from '../../../src/testing/index.ts';
import { deliver, emulate, ok, respondingWith, START } from '../../support/testing/delivering.ts';
import { type Reply, receiver } from '../../support/testing/receiver.ts';

const HOUR = 3_600_000;
const verifier = new NdrWebhookVerifier({ auth: apiKey({ keys: 'abcdef12345' }) });

describe('a response', () => {
  test.each([200, 201, 202, 204, 299])('of %i is success', async (status) => {
    expect(await deliver({ id: 'e' }, { to: respondingWith(status) })).toMatchObject({ delivered: [{ id: 'e' }], dropped: [] });
  });

  test.each([401, 407, 409, 429, 500, 501, 502, 503, 504, 599])('of %i leads to a retry', async (status) => {
    const { delivered } = await deliver({}, { to: respondingWith(status, status, 200) });
    expect(delivered).toMatchObject([{ attempts: [{ status }, { status }, { status: 200 }] }]);
  });

  test.each([
    [
      400,
      /^responded with 400: of all 4xx, EventBridge retries only 401, 407, 409 and 429; respond with 200 and store what you cannot read/,
    ],
    [402, /respond with 200 and store the event, or with 503 to have it retried$/],
    [403, /respond with 401 if the credentials are wrong$/],
    [404, /^responded with 404: of all 4xx, .* 429; respond with 200 and store the event, or with 503 to have it retried$/],
    [408, /of all 4xx, EventBridge retries only/],
    [410, /of all 4xx, EventBridge retries only/],
    [413, /of all 4xx, EventBridge retries only/],
    [415, /of all 4xx, EventBridge retries only/],
    [422, /of all 4xx, EventBridge retries only/],
    [425, /of all 4xx, EventBridge retries only/],
    [301, /^responded with 301: EventBridge follows no redirect/],
    [302, /follows no redirect/],
    [304, /follows no redirect/],
    [307, /follows no redirect/],
  ])('of %i loses the event, and the reason says what to do', async (status, reason) => {
    const event = { id: 'lost' };
    const { delivered, dropped } = await deliver(event, { to: respondingWith(status) });
    expect(delivered).toEqual([]);
    expect(dropped).toEqual([
      {
        deliveryId: 1,
        id: 'lost',
        type: undefined,
        to: 'handler',
        outcome: 'dropped',
        duplicates: 0,
        attempts: [{ copy: 1, at: START, latency: 0, status }],
        reason: expect.stringMatching(reason),
        event,
      },
    ]);
  });

  test('that redirects is not followed', async () => {
    const server = await receiver([302, { location: '/elsewhere' }]);
    const { dropped } = await deliver({}, { to: `${server.url}/` });
    expect(server.got.map(({ url }) => url)).toEqual(['/']);
    expect(dropped).toMatchObject([{ attempts: [{ status: 302 }], reason: expect.stringContaining('redirect') }]);
  });
});

describe('no response leads to a retry', () => {
  test.each<[string, Reply, RegExp]>([
    ['a connection that is reset', (response) => response.socket?.destroy(), /^no connection, or it broke off \(\w+\)$/],
    [
      'a response that breaks off',
      (response) => response.writeHead(200, { 'content-length': 99 }).write('{', () => response.socket?.destroy()),
      /broke off/,
    ],
    ['a server that is silent', () => undefined, /^no response within 40 ms$/],
    ['a response that never ends', (response) => response.writeHead(200).write('{'), /^no response within 40 ms$/],
  ])('%s', async (_, reply, error) => {
    const server = await receiver(reply, 200);
    const { delivered } = await deliver({}, { to: server.url, timeout: error.source.includes('within') ? 40 : 5_000 });
    // On a busy machine a good response may be too late, once or twice.
    expect([delivered[0]?.attempts[0]?.error, delivered[0]?.attempts.at(-1)?.status]).toEqual([expect.stringMatching(error), 200]);
  });

  test('a port that nobody listens at, until the event is dropped', async () => {
    const server = await receiver();
    server.close();
    const { dropped } = await deliver({}, { to: `${server.url}/?token=geheim`, maxRetries: 2 });
    expect(dropped).toMatchObject([{ attempts: [{}, {}, {}], exhausted: 'MaximumRetryAttempts' }]);
    expect(dropped[0]?.reason).toMatch(/^no connection, or it broke off \(ECONNREFUSED\) at the last of 3 attempts within \d+ s/);
    expect(dropped[0]?.reason).toMatch(/\. Nothing listens at that address: start the webhook, or correct the URL$/);
    expect(inspect(dropped, { depth: 10 })).not.toContain('geheim');
  });

  test.each<[string, () => unknown, string]>([
    ['a handler that throws', () => Promise.reject(new TypeError('token=geheim')), 'the handler threw TypeError'],
    ['a handler that throws a string', () => Promise.reject('geheim'), 'the handler threw a value that is not an error'],
    [
      'a handler that throws a secret as its code',
      () => Promise.reject({ code: 'geheim', name: 'geheim' }),
      'the handler threw a value that is not an error',
    ],
    ['a handler that returns nothing', () => undefined, 'the handler returned no Response'],
    ['a handler that returns something like a Response', () => ({ status: 200 }), 'the handler returned no Response'],
    [
      'a handler whose response has been read',
      async () => {
        const read = new Response('geheim');
        await read.text();
        return read;
      },
      expect.stringMatching(/^the body of the handler's Response could not be read \(\w+\)$/) as unknown as string,
    ],
    ['a handler that never ends', () => new Promise(() => undefined), 'no response within 20 ms'],
  ])('%s', async (_, handler, error) => {
    let count = 0;
    const to = (() => (++count === 1 ? handler() : ok())) as () => Response;
    const report = await deliver({}, { to, timeout: 20 });
    expect(report.delivered).toMatchObject([{ attempts: [{ error }, { status: 200 }] }]);
    expect(inspect(report, { depth: 10 })).not.toContain('geheim');
  });

  test.each<[string, () => unknown, RegExp]>([
    [
      'an error',
      () => Promise.reject(new TypeError('geheim')),
      /^the handler threw TypeError at .*\. Fix what the handler throws: a server would respond with 500$/,
    ],
    [
      "an error of waybill's",
      () => verifier.verify(new Request('https://shop.example/', { method: 'POST', body: '{}' })),
      /^the handler threw AUTHENTICATION: .+ at the last of 3 attempts within \d+ s: .*that you set\. \w.*\w$/,
    ],
    ['no Response', () => undefined, /^the handler returned no Response at .*\. Return a Response, or serve a handler of another kind/],
  ])('that is not the fault of a missing store: %s', async (_, handler, reason) => {
    const { dropped } = await deliver({}, { to: handler as () => Response, maxRetries: 2 });
    expect(dropped).toMatchObject([{ reason: expect.stringMatching(reason), attempts: [{}, {}, {}], exhausted: 'MaximumRetryAttempts' }]);
    expect(inspect(dropped, { depth: 10 })).not.toMatch(/geheim|Store the event/);
  });

  test('but not if waybill is set up wrongly: message and hint say how', async () => {
    const handler = toNodeHandler(verifier.handler(() => undefined)) as unknown as () => Response;
    const { dropped } = await deliver({ id: 'e' }, { to: handler });
    const message = 'toNodeHandler() was called with a Request';
    expect(dropped).toMatchObject([{ id: 'e', attempts: [{ error: `the handler threw CONFIGURATION: ${message}` }] }]);
    expect(dropped[0]?.attempts).toHaveLength(1);
    expect(dropped[0]?.reason).toBe(
      `the handler threw CONFIGURATION: ${message}: no retry can help. It needs no adapter: pass it to the handler itself`,
    );
    expect(dropped[0]).not.toHaveProperty('exhausted');
  });

  test('the handler is told when its time is up', async () => {
    let aborted: unknown;
    const to = (request: Request) =>
      new Promise<Response>(() => request.signal.addEventListener('abort', () => (aborted = request.signal.aborted)));
    await deliver({}, { to, timeout: 10, maxRetries: 0 });
    expect(aborted).toBe(true);
  });
});

describe('the retries', () => {
  test('continue 185 times, further and further apart, within 24 hours', async () => {
    const { dropped } = await deliver({}, { to: respondingWith(503) });
    const [event] = dropped;
    expect(event).toMatchObject({
      exhausted: 'MaximumRetryAttempts',
      reason: expect.stringContaining('responded with 503 at the last of 186 attempts'),
    });
    const times = event?.attempts.map(({ at }) => at.getTime() - START.getTime()) ?? [];
    const waits = times.slice(1).map((time, at) => time - (times[at] ?? 0));
    expect(times).toHaveLength(186);
    expect(times.at(-1)).toBeLessThanOrEqual(24 * HOUR);
    expect(times.at(-1)).toBeGreaterThan(12 * HOUR);
    for (const [at, wait] of waits.entries()) {
      const most = Math.min(600_000, 1_000 * 2 ** at);
      expect(wait).toBeGreaterThanOrEqual(most / 2);
      expect(wait).toBeLessThanOrEqual(most);
    }
    // Jitter: the longest waits differ.
    expect(new Set(waits.slice(10)).size).toBeGreaterThan(100);
  });

  test('end with the age that is set', async () => {
    const { dropped } = await deliver({}, { to: respondingWith(500), maxAge: 60_000 });
    expect(dropped).toMatchObject([{ exhausted: 'MaximumEventAgeInSeconds' }]);
    expect(dropped[0]?.attempts.length).toBeGreaterThan(5);
    expect((dropped[0]?.attempts.at(-1)?.at.getTime() ?? 0) - START.getTime()).toBeLessThanOrEqual(60_000);
  });

  test('that end with refused credentials say so', async () => {
    const { dropped } = await deliver({}, { to: respondingWith(401), maxRetries: 2 });
    expect(dropped[0]?.reason).toMatch(/^responded with 401 at the last of 3 attempts within \d+ s: .*\. Compare the credentials/);
  });

  test('are none if maxRetries is 0', async () => {
    const { dropped } = await deliver({}, { to: respondingWith(500), maxRetries: 0 });
    expect(dropped).toMatchObject([
      { attempts: [{ status: 500 }], reason: expect.stringMatching(/^responded with 500 at the only attempt: /) },
    ]);
  });

  const waitAfter = async (headers: Record<string, string>) => {
    const { delivered } = await deliver({}, { to: respondingWith({ status: 503, headers }, 200) });
    const [first, second] = delivered[0]?.attempts ?? [];
    return (second?.at.getTime() ?? 0) - (first?.at.getTime() ?? 0);
  };

  test.each<[Record<string, string>, number, number]>([
    [{ 'retry-after': '3600' }, HOUR, HOUR],
    [{ 'retry-after': 'Thu, 15 Jan 2026 12:00:00 GMT' }, 2 * HOUR, 2 * HOUR],
    [{ 'retry-after': 'Thu, 15 Jan 2026 12:00:00 GMT', date: 'Thu, 15 Jan 2026 11:30:00 GMT' }, HOUR / 2, HOUR / 2],
    // Shorter than the policy's own wait, which then counts.
    [{ 'retry-after': '0' }, 500, 1_000],
    [{ 'retry-after': 'Thu, 15 Jan 2026 09:00:00 GMT' }, 500, 1_000],
    [{ 'retry-after': 'soon' }, 500, 1_000],
    [{ 'retry-after': '' }, 500, 1_000],
  ])('respect %j if it is longer', async (headers, least, most) => {
    const wait = await waitAfter(headers);
    expect(wait).toBeGreaterThanOrEqual(least);
    expect(wait).toBeLessThanOrEqual(most);
  });

  test('end at a negative Retry-After, and at one beyond their age', async () => {
    const negative = await deliver({}, { to: respondingWith({ status: 503, headers: { 'retry-after': '-1' } }) });
    expect(negative.dropped).toMatchObject([{ attempts: [{ status: 503 }], reason: expect.stringContaining('negative Retry-After') }]);
    const late = await deliver({}, { to: respondingWith({ status: 503, headers: { 'retry-after': '90000' } }) });
    expect(late.dropped).toMatchObject([{ attempts: [{ status: 503 }], exhausted: 'MaximumEventAgeInSeconds' }]);
  });

  test.each([
    [
      { 'retry-after': '100000' },
      {},
      /^responded with 503 at the only attempt, and its Retry-After requests a wait of 27\.8 h: .*24 hours.* Request a shorter wait$/,
    ],
    [{ 'retry-after': '90' }, { maxAge: 60_000 }, /Retry-After requests a wait of 90 s/],
    // It is not the reason: the retries have ended anyway.
    [{ 'retry-after': '100000' }, { maxRetries: 0 }, /^responded with 503 at the only attempt: .* Store the event/],
    [{ 'retry-after': '100000' }, { maxAge: 100 }, /^responded with 503 at the only attempt: .* Store the event/],
  ])('that end with %j and %j name the wait only if it is the reason', async (headers, limits, reason) => {
    const { dropped } = await deliver({}, { to: respondingWith({ status: 503, headers }), ...limits });
    expect(dropped).toMatchObject([{ attempts: [{ status: 503 }], reason: expect.stringMatching(reason) }]);
  });

  test('pass in real time if the scale says so', async () => {
    const began = performance.now();
    const emulator = new AmazonEmulator({ delivery: { timeScale: 50 } });
    const { delivered } = await deliver({}, { to: respondingWith(503, 503, 200) }, emulator);
    const [first, , third] = delivered[0]?.attempts ?? [];
    // Two waits, of 0.5 to 1 s and of 1 to 2 s, fifty times as fast.
    expect(performance.now() - began).toBeGreaterThan(25);
    expect((third?.at.getTime() ?? 0) - (first?.at.getTime() ?? 0)).toBeGreaterThanOrEqual(1_500);
  });

  test('pass as fast while other events are delivered every moment, which adds nothing to their latency', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const emulator = new AmazonEmulator({ delivery: { timeScale: 1_000 } });
    const settled: number[] = [];
    const latencies: number[] = [];
    emulator.on('settled', ({ deliveryId }) => settled.push(deliveryId));
    emulator.on('attempt', ({ latency }) => latencies.push(latency));
    const retried = emulator.deliver({}, { to: respondingWith(503, 503, 503, 503, 503, 200) });
    for (let count = 0; count < 100; count += 1) {
      emulator.deliver({}, { to: () => new Promise((resolve) => setTimeout(() => resolve(new Response()), 7)) });
      await vi.advanceTimersByTimeAsync(5);
    }
    // At most 31 seconds, a thousand times as fast: less than seven others take.
    expect(settled.slice(0, 20)).toContain(retried.id);
    expect(Math.max(...latencies)).toBe(7);
  });

  test('move deliveryTime', async () => {
    const emulator = emulate();
    expect(emulator.deliveryTime).toEqual(START);
    await deliver({}, { to: respondingWith({ status: 503, headers: { 'retry-after': '3600' } }, 200) }, emulator);
    expect(emulator.deliveryTime).toEqual(new Date(START.getTime() + HOUR));
  });

  test('are announced by each attempt: the wait, what was asked for, and when the next one is due', async () => {
    const { delivered } = await deliver({}, { to: respondingWith({ status: 503, headers: { 'retry-after': '7' } }, 500, 200) });
    const [first, second, third] = delivered[0]?.attempts ?? [];
    expect(first).toMatchObject({ retryAfter: 7_000, wait: 7_000, nextAt: second?.at });
    expect(second).toMatchObject({ wait: expect.any(Number), nextAt: third?.at });
    expect(second).not.toHaveProperty('retryAfter');
    expect(third).toEqual({ copy: 1, at: expect.any(Date), latency: 0, status: 200 });
  });
});
