import { inspect } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { apiKey, MemoryIdempotencyStore, NdrWebhookVerifier } from '../../src/shipping-ndr/webhook.ts';
import {
  AmazonEmulator,
  buyWithPrimeEvent,
  type DeliverOptions,
  type DeliveryAuth,
  ndrEvent,
  trackingEvent,
} from '../../src/testing/index.ts';
import { type Reply, receiver } from './receiver.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});
async function listen(...replies: readonly Reply[]) {
  const server = await receiver(...replies);
  closing.push(server.close);
  return server;
}

const HOUR = 3_600_000;
const START = new Date('2026-01-15T10:00:00Z');
const emulate = (delivery = {}) => new AmazonEmulator({ clock: () => START, delivery });
const ok = () => new Response(null, { status: 200 });
const answering = (...statuses: readonly (number | ResponseInit)[]) => {
  let count = 0;
  return () => {
    const next = statuses[Math.min(count++, statuses.length - 1)] as number | ResponseInit;
    return new Response(null, typeof next === 'number' ? { status: next } : next);
  };
};
const deliver = async (event: unknown, options: DeliverOptions, emulator = emulate()) => {
  emulator.deliver(event, options);
  return emulator.report();
};

describe('what goes over the wire', () => {
  test('is a POST with the headers of API destinations', async () => {
    const server = await listen(200);
    const event = ndrEvent();
    const { delivered, dropped } = await deliver(event, { to: `${server.url}/ndr?a=1` });
    expect(dropped).toEqual([]);
    expect(delivered).toMatchObject([{ id: event.id, type: 'NDR Events', to: `${server.url}/ndr`, attempts: [{ status: 200, copy: 1 }] }]);
    expect(server.got).toMatchObject([
      {
        method: 'POST',
        url: '/ndr?a=1',
        headers: {
          'user-agent': 'Amazon/EventBridge/ApiDestinations',
          'content-type': 'application/json; charset=utf-8',
          range: 'bytes=0-1048575',
          // fetch adds "identity" to whatever asks for a range.
          'accept-encoding': expect.stringMatching(/^gzip,deflate\b/),
          connection: 'close',
          'content-length': String(Buffer.byteLength(JSON.stringify(event))),
          host: new URL(server.url).host,
        },
      },
    ]);
    expect(JSON.parse(server.got[0]?.body ?? '')).toEqual(event);
  });

  test.each<[string, DeliveryAuth, object]>([
    ['an API key', { type: 'apiKey', key: 'k' }, { headers: { 'x-api-key': 'k' } }],
    ['a query parameter', { type: 'query', name: 'token', value: 'a&b' }, { url: '/?token=a%26b' }],
    [
      'a user and a password',
      { type: 'basic', username: 'u', password: 'p:ä' },
      { headers: { authorization: `Basic ${Buffer.from('u:p:ä').toString('base64')}` } },
    ],
    ['a bearer token', { type: 'bearer', token: 't' }, { headers: { authorization: 'Bearer t' } }],
  ])('carries %s, and the report does not', async (_, auth, expected) => {
    const server = await listen(403);
    const report = await deliver({ id: 'e' }, { to: `${server.url}/`, auth });
    expect(server.got).toMatchObject([expected]);
    expect(report.dropped).toMatchObject([{ to: `${server.url}/`, id: 'e' }]);
    expect(inspect(report, { depth: 10, showHidden: true })).not.toMatch(/a%26b|a&b|p:ä|x-api-key|Bearer|Basic/);
  });

  test.each([
    ['an event of a tracking push', trackingEvent({ id: 't' }), 't', 'Tracking Detail'],
    ['an event of Buy with Prime', buyWithPrimeEvent('PACKAGE_DELIVERED', { id: 'b' }), 'b', 'PACKAGE_DELIVERED'],
    ['the body of its webhook', { eventId: 'w', eventDescriptor: 'PACKAGE_DELIVERED' }, 'w', 'PACKAGE_DELIVERED'],
    ['an array', [{ id: 'x' }], undefined, undefined],
    ['a text as it is', '{"cut', undefined, undefined],
    ['a text that is an event', JSON.stringify({ id: 's', 'detail-type': 'D' }), 's', 'D'],
  ])('can be %s', async (_, event, id, type) => {
    const bodies: string[] = [];
    const report = await deliver(event, {
      to: async (request) => {
        bodies.push(await request.text());
        return ok();
      },
    });
    expect(bodies).toEqual([typeof event === 'string' ? event : JSON.stringify(event)]);
    expect(report.delivered).toMatchObject([{ id, type, to: 'handler' }]);
  });

  test('is what the event was when it was handed over', async () => {
    const event = { id: 'before' };
    const emulator = emulate();
    let seen = '';
    emulator.deliver(event, {
      to: async (request) => {
        seen = await request.text();
        return ok();
      },
    });
    event.id = 'after';
    await emulator.report();
    expect(seen).toBe('{"id":"before"}');
  });

  test('goes to a handler at the URL that it is given', async () => {
    const urls: string[] = [];
    const to = (request: Request) => {
      urls.push(request.url);
      return ok();
    };
    const emulator = emulate();
    emulator.deliver({}, { to });
    emulator.deliver({}, { to, url: 'https://shop.test/hooks/ndr' });
    await emulator.report();
    expect(urls).toEqual(['https://shop.example/amazon', 'https://shop.test/hooks/ndr']);
  });
});

describe('an answer', () => {
  test.each([200, 201, 202, 204, 299])('of %i is success', async (status) => {
    expect(await deliver({ id: 'e' }, { to: answering(status) })).toMatchObject({ delivered: [{ id: 'e' }], dropped: [] });
  });

  test.each([401, 407, 409, 429, 500, 501, 502, 503, 504, 599])('of %i brings the event back', async (status) => {
    const { delivered } = await deliver({}, { to: answering(status, status, 200) });
    expect(delivered).toMatchObject([{ attempts: [{ status }, { status }, { status: 200 }] }]);
  });

  test.each([
    [400, /^answered 400: EventBridge repeats no 4xx but 401, 407, 409 and 429; answer 200 and park what you can not read/],
    [402, /answer 200 and park the event, or 503 to get it again$/],
    [403, /answer 401 where the credentials are wrong$/],
    [404, /^answered 404: EventBridge repeats no 4xx but 401, 407, 409 and 429; answer 200 and park the event, or 503 to get it again$/],
    [408, /repeats no 4xx/],
    [410, /repeats no 4xx/],
    [413, /repeats no 4xx/],
    [415, /repeats no 4xx/],
    [422, /repeats no 4xx/],
    [425, /repeats no 4xx/],
    [301, /^answered 301: EventBridge follows no redirect/],
    [302, /follows no redirect/],
    [304, /follows no redirect/],
    [307, /follows no redirect/],
  ])('of %i loses the event, and the reason says what to do', async (status, reason) => {
    const event = { id: 'lost' };
    const { delivered, dropped } = await deliver(event, { to: answering(status) });
    expect(delivered).toEqual([]);
    expect(dropped).toEqual([
      {
        id: 'lost',
        type: undefined,
        to: 'handler',
        duplicates: 0,
        attempts: [{ copy: 1, at: START, latency: 0, status }],
        reason: expect.stringMatching(reason),
        event,
      },
    ]);
  });

  test('that redirects is not followed', async () => {
    const server = await listen([302, { location: '/elsewhere' }]);
    const { dropped } = await deliver({}, { to: `${server.url}/` });
    expect(server.got.map(({ url }) => url)).toEqual(['/']);
    expect(dropped).toMatchObject([{ attempts: [{ status: 302 }], reason: expect.stringContaining('redirect') }]);
  });
});

describe('no answer brings the event back', () => {
  test.each<[string, Reply, RegExp]>([
    ['a connection that is reset', (response) => response.socket?.destroy(), /^no connection, or one that broke off \(\w+\)$/],
    [
      'an answer that breaks off',
      (response) => response.writeHead(200, { 'content-length': 99 }).write('{', () => response.socket?.destroy()),
      /broke off/,
    ],
    ['a server that is silent', () => undefined, /^no answer within 40 ms$/],
    ['an answer that never ends', (response) => response.writeHead(200).write('{'), /^no answer within 40 ms$/],
  ])('%s', async (_, reply, error) => {
    const server = await listen(reply, 200);
    const { delivered } = await deliver({}, { to: server.url, timeout: error.source.includes('within') ? 40 : 5_000 });
    // On a busy machine a good answer may come too late, once or twice.
    expect([delivered[0]?.attempts[0]?.error, delivered[0]?.attempts.at(-1)?.status]).toEqual([expect.stringMatching(error), 200]);
  });

  test('a port that nobody listens at, until it is given up', async () => {
    const server = await receiver();
    server.close();
    const { dropped } = await deliver({}, { to: `${server.url}/?token=geheim`, maxRetries: 2 });
    expect(dropped).toMatchObject([{ attempts: [{}, {}, {}], exhausted: 'MaximumRetryAttempts' }]);
    expect(dropped[0]?.reason).toMatch(/^no connection, or one that broke off \(ECONNREFUSED\) at the last of 3 attempts within \d+ s/);
    expect(inspect(dropped, { depth: 10 })).not.toContain('geheim');
  });

  test.each<[string, () => unknown, string]>([
    ['a handler that throws', () => Promise.reject(new TypeError('token=geheim')), 'the handler threw TypeError'],
    ['a handler that throws what is no error', () => Promise.reject('geheim'), 'the handler threw something that is no error'],
    ['a handler that returns nothing', () => undefined, 'the handler returned no Response'],
    ['a handler that returns something like a Response', () => ({ status: 200 }), 'the handler returned no Response'],
    [
      'a handler whose answer has been read before',
      async () => {
        const read = new Response('geheim');
        await read.text();
        return read;
      },
      expect.stringMatching(/^the body of the handler's Response could not be read \(\w+\)$/) as unknown as string,
    ],
    ['a handler that never ends', () => new Promise(() => undefined), 'no answer within 20 ms'],
  ])('%s', async (_, handler, error) => {
    let count = 0;
    const to = (() => (++count === 1 ? handler() : ok())) as () => Response;
    const report = await deliver({}, { to, timeout: 20 });
    expect(report.delivered).toMatchObject([{ attempts: [{ error }, { status: 200 }] }]);
    expect(inspect(report, { depth: 10 })).not.toContain('geheim');
  });

  test('the handler hears of the end of its time', async () => {
    let aborted: unknown;
    const to = (request: Request) =>
      new Promise<Response>(() => request.signal.addEventListener('abort', () => (aborted = request.signal.aborted)));
    await deliver({}, { to, timeout: 10, maxRetries: 0 });
    expect(aborted).toBe(true);
  });
});

describe('the retries', () => {
  test('go on for 185 times, further and further apart, within 24 hours', async () => {
    const { dropped } = await deliver({}, { to: answering(503) });
    const [event] = dropped;
    expect(event).toMatchObject({
      exhausted: 'MaximumRetryAttempts',
      reason: expect.stringContaining('answered 503 at the last of 186 attempts'),
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
    // Jitter: no two of the longest waits are alike by design.
    expect(new Set(waits.slice(10)).size).toBeGreaterThan(100);
  });

  test('end with the age that is set', async () => {
    const { dropped } = await deliver({}, { to: answering(500), maxAge: 60_000 });
    expect(dropped).toMatchObject([{ exhausted: 'MaximumEventAgeInSeconds' }]);
    expect(dropped[0]?.attempts.length).toBeGreaterThan(5);
    expect((dropped[0]?.attempts.at(-1)?.at.getTime() ?? 0) - START.getTime()).toBeLessThanOrEqual(60_000);
  });

  test('that end at refused credentials say so', async () => {
    const { dropped } = await deliver({}, { to: answering(401), maxRetries: 2 });
    expect(dropped[0]?.reason).toMatch(/^answered 401 at the last of 3 attempts within \d+ s: .*; compare the credentials/);
  });

  test('end after none, where none is set', async () => {
    expect((await deliver({}, { to: answering(500), maxRetries: 0 })).dropped).toMatchObject([{ attempts: [{ status: 500 }] }]);
  });

  const waitAfter = async (headers: Record<string, string>) => {
    const { delivered } = await deliver({}, { to: answering({ status: 503, headers }, 200) });
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
  ])('heed %j where it is longer', async (headers, least, most) => {
    const wait = await waitAfter(headers);
    expect(wait).toBeGreaterThanOrEqual(least);
    expect(wait).toBeLessThanOrEqual(most);
  });

  test('end at a negative Retry-After, and at one beyond their age', async () => {
    const negative = await deliver({}, { to: answering({ status: 503, headers: { 'retry-after': '-1' } }) });
    expect(negative.dropped).toMatchObject([{ attempts: [{ status: 503 }], reason: expect.stringContaining('negative Retry-After') }]);
    const late = await deliver({}, { to: answering({ status: 503, headers: { 'retry-after': '90000' } }) });
    expect(late.dropped).toMatchObject([{ attempts: [{ status: 503 }], exhausted: 'MaximumEventAgeInSeconds' }]);
  });

  test('pass in real time where the scale says so', async () => {
    const began = performance.now();
    const emulator = new AmazonEmulator({ delivery: { timeScale: 50 } });
    const { delivered } = await deliver({}, { to: answering(503, 503, 200) }, emulator);
    const [first, , third] = delivered[0]?.attempts ?? [];
    // Two waits, of 0.5 to 1 s and of 1 to 2 s, fifty times as fast.
    expect(performance.now() - began).toBeGreaterThan(25);
    expect((third?.at.getTime() ?? 0) - (first?.at.getTime() ?? 0)).toBeGreaterThanOrEqual(1_500);
  });

  test('let the time pass that deliveryTime tells', async () => {
    const emulator = emulate();
    expect(emulator.deliveryTime).toEqual(START);
    await deliver({}, { to: answering({ status: 503, headers: { 'retry-after': '3600' } }, 200) }, emulator);
    expect(emulator.deliveryTime).toEqual(new Date(START.getTime() + HOUR));
  });
});

describe('duplicates and disorder', () => {
  test('duplicates have the same id, and one that arrives is enough', async () => {
    const bodies: string[] = [];
    const to = async (request: Request) => {
      bodies.push(await request.text());
      return new Response(null, { status: bodies.length === 2 ? 200 : 404 });
    };
    const { delivered, dropped } = await deliver(ndrEvent({ id: 'e' }), { to, duplicates: 2 });
    expect(new Set(bodies).size).toBe(1);
    expect(delivered).toMatchObject([{ id: 'e', duplicates: 2 }]);
    expect(delivered[0]?.attempts.map(({ copy }) => copy).sort()).toEqual([1, 2, 3]);
    expect(dropped).toEqual([]);
  });

  test('a fraction is a chance', async () => {
    const emulator = emulate();
    for (let count = 0; count < 500; count += 1) emulator.deliver({}, { to: ok, duplicates: 0.2 });
    const { delivered } = await emulator.report();
    const doubled = delivered.filter(({ duplicates }) => duplicates === 1).length;
    expect(delivered).toHaveLength(500);
    expect(doubled).toBeGreaterThan(60);
    expect(doubled).toBeLessThan(140);
  });

  const order = async (seed: number, disorder: number) => {
    const emulator = emulate({ seed });
    const ids: string[] = [];
    const to = async (request: Request) => {
      ids.push(((await request.json()) as { id: string }).id);
      return ok();
    };
    for (let count = 0; count < 20; count += 1) emulator.deliver({ id: `e${count}` }, { to, disorder });
    await emulator.report();
    return ids;
  };

  test('events come in order unless disorder is asked for, and then in one that the seed decides', async () => {
    const inOrder = await order(1, 0);
    expect(inOrder).toEqual(Array.from({ length: 20 }, (_, at) => `e${at}`));
    const shuffled = await order(1, 60_000);
    expect(shuffled).not.toEqual(inOrder);
    expect([...shuffled].sort()).toEqual([...inOrder].sort());
    expect(await order(1, 60_000)).toEqual(shuffled);
    expect(await order(2, 60_000)).not.toEqual(shuffled);
  });

  test('what chance decides does not hang on which answer comes first', async () => {
    const times = async (slow: number) => {
      const emulator = emulate();
      for (let count = 0; count < 5; count += 1) {
        const answer = answering(503, 503, 200);
        emulator.deliver(
          { id: count },
          {
            to: async () => {
              await new Promise((resolve) => setTimeout(resolve, count === slow ? 5 : 0));
              return answer();
            },
          },
        );
      }
      const { delivered } = await emulator.report();
      return delivered.map(({ attempts }) => attempts.length);
    };
    expect(await times(0)).toEqual(await times(4));
  });
});

test('ten requests are under way at a time, without a warning of listeners that leak', async () => {
  const warnings: string[] = [];
  const listener = ({ name }: Error) => warnings.push(name);
  process.on('warning', listener);
  let underWay = 0;
  let most = 0;
  const to = async () => {
    most = Math.max(most, ++underWay);
    await new Promise((resolve) => setTimeout(resolve, 2));
    underWay -= 1;
    return ok();
  };
  const emulator = emulate();
  for (let count = 0; count < 40; count += 1) emulator.deliver({}, { to });
  expect((await emulator.report()).delivered).toHaveLength(40);
  expect(most).toBe(10);
  await new Promise((resolve) => setTimeout(resolve, 0));
  process.off('warning', listener);
  expect(warnings).toEqual([]);
});

describe('report', () => {
  test('of nothing is empty, and of all that went before where it is asked again', async () => {
    const emulator = emulate();
    expect(await emulator.report()).toEqual({ delivered: [], dropped: [] });
    await deliver({ id: 'a' }, { to: ok }, emulator);
    expect(await deliver({ id: 'b' }, { to: answering(404) }, emulator)).toMatchObject({
      delivered: [{ id: 'a' }],
      dropped: [{ id: 'b' }],
    });
  });

  test('begins with what matters where it is printed', async () => {
    const { dropped } = await deliver(ndrEvent(), { to: answering(404) });
    expect(Object.keys(dropped[0] ?? {})).toEqual(['id', 'type', 'to', 'reason', 'attempts', 'duplicates', 'event']);
  });

  test('a dropped event can be delivered again', async () => {
    const emulator = emulate();
    const { dropped } = await deliver(ndrEvent({ id: 'again' }), { to: answering(404) }, emulator);
    for (const { event } of dropped) emulator.deliver(event, { to: ok });
    expect((await emulator.report()).delivered).toMatchObject([{ id: 'again', type: 'NDR Events' }]);
  });

  test('keeps the newest, the lost apart from the delivered', async () => {
    const emulator = new AmazonEmulator({ maxRecords: 2 });
    for (const id of ['a', 'b', 'c', 'd']) emulator.deliver({ id }, { to: answering(id === 'a' ? 404 : 200) });
    const { delivered, dropped } = await emulator.report();
    expect([delivered.map(({ id }) => id), dropped.map(({ id }) => id)]).toEqual([['c', 'd'], ['a']]);
  });

  test('waits for what a handler delivers in turn', async () => {
    const emulator = emulate();
    emulator.deliver(
      { id: 'first' },
      {
        to: () => {
          emulator.deliver({ id: 'second' }, { to: ok });
          return ok();
        },
      },
    );
    expect((await emulator.report()).delivered).toHaveLength(2);
  });
});

describe('reset', () => {
  test('ends what is under way: nothing is sent or waited for any more', async () => {
    const emulator = new AmazonEmulator({ delivery: { timeScale: 1 } });
    let calls = 0;
    emulator.deliver(
      { id: 'retried' },
      {
        to: () => {
          calls += 1;
          return new Response(null, { status: 503 });
        },
      },
    );
    let signal: AbortSignal | undefined;
    emulator.deliver(
      { id: 'hangs' },
      {
        to: (request) => {
          signal = request.signal;
          return new Promise(() => undefined);
        },
      },
    );
    const waiting = emulator.report();
    while (calls === 0 || !signal) await new Promise((resolve) => setTimeout(resolve, 1));
    emulator.reset();
    expect(await waiting).toEqual({ delivered: [], dropped: [] });
    expect(signal.aborted).toBe(true);
    expect(await deliver({ id: 'fresh' }, { to: ok }, emulator)).toMatchObject({ delivered: [{ id: 'fresh' }] });
    expect(calls).toBe(1);
  });
});

test('no timer is left running after the report', async () => {
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  const running = new Set<unknown>();
  let count = 0;
  const setSpy = vi.spyOn(globalThis, 'setTimeout').mockImplementation(((task: () => void, milliseconds: number) => {
    count += 1;
    const timer = set(() => {
      running.delete(timer);
      task();
    }, milliseconds);
    running.add(timer);
    return timer;
  }) as never);
  const clearSpy = vi.spyOn(globalThis, 'clearTimeout').mockImplementation(((timer: never) => {
    running.delete(timer);
    clear(timer);
  }) as never);
  try {
    await deliver({}, { to: answering(503), maxRetries: 5 });
    await deliver({}, { to: () => new Promise(() => undefined), timeout: 5, maxRetries: 1 });
    const emulator = new AmazonEmulator({ delivery: { timeScale: 1 } });
    emulator.deliver({}, { to: answering(503) });
    await new Promise((resolve) => set(resolve, 20));
    emulator.reset();
  } finally {
    setSpy.mockRestore();
    clearSpy.mockRestore();
  }
  expect(count).toBeGreaterThan(8);
  expect(running.size).toBe(0);
});

describe('nonsense is refused with a typed error', () => {
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  const throwing = Object.defineProperty({}, 'id', {
    enumerable: true,
    get: () => {
      throw new Error('geheim');
    },
  });
  test.each<[string, unknown, unknown]>([
    ['no options', {}, undefined],
    ['options that are none', {}, 'x'],
    ['no target', {}, {}],
    ['a target that is no URL', {}, { to: 'shop' }],
    ['a target of another scheme', {}, { to: 'file:///etc/passwd' }],
    ['a target that is a number', {}, { to: 7 }],
    ['a URL that is none', {}, { to: ok, url: '/relative' }],
    ['credentials in the URL', {}, { to: 'https://user:geheim@shop.example/' }],
    ['an unknown mechanism', {}, { to: ok, auth: { type: 'mtls' } }],
    ['no mechanism', {}, { to: ok, auth: null }],
    ['a key that no header holds', {}, { to: ok, auth: { type: 'apiKey', key: 'geheim\nx' } }],
    ['OAuth without an endpoint', {}, { to: ok, auth: { type: 'oauth', clientId: 'a', clientSecret: 'b' } }],
    ['OAuth without a secret', {}, { to: ok, auth: { type: 'oauth', tokenEndpoint: ok, clientId: 'a' } }],
    [
      'OAuth in another format',
      {},
      { to: ok, auth: { type: 'oauth', tokenEndpoint: ok, clientId: 'a', clientSecret: 'b', format: 'xml' } },
    ],
    ['a timeout of 0', {}, { to: ok, timeout: 0 }],
    ['a timeout that is text', {}, { to: ok, timeout: 'x' }],
    ['a negative number of retries', {}, { to: ok, maxRetries: -1 }],
    ['NaN as an age', {}, { to: ok, maxAge: Number.NaN }],
    ['a million duplicates', {}, { to: ok, duplicates: 1e6 }],
    ['endless disorder', {}, { to: ok, disorder: Number.POSITIVE_INFINITY }],
    ['nothing as an event', undefined, { to: ok }],
    ['a function as an event', ok, { to: ok }],
    ['a cycle', cyclic, { to: ok }],
    ['a bigint', 7n, { to: ok }],
    ['a getter that throws', throwing, { to: ok }],
  ])('%s', async (_, event, options) => {
    const emulator = emulate();
    expect(() => emulator.deliver(event, options as never)).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION', surface: 'testing', message: expect.not.stringContaining('geheim') }),
    );
    expect(await emulator.report()).toEqual({ delivered: [], dropped: [] });
  });

  test.each([{ seed: 1.5 }, { timeScale: 0 }, { timeScale: Number.NaN }])('%j as settings', (delivery) => {
    expect(() => new AmazonEmulator({ delivery })).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
  });
});

test('our own webhook loses nothing through a day of outages, duplicates and disorder, and handles each event once', async () => {
  const emulator = new AmazonEmulator();
  const handled = new Map<string, number>();
  let calls = 0;
  const handler = new NdrWebhookVerifier({ auth: apiKey({ keys: 'abcdef12345' }) }).handler(
    async ({ id }) => {
      calls += 1;
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (calls % 3 === 0) throw new Error('the queue is down');
      handled.set(id, (handled.get(id) ?? 0) + 1);
    },
    { idempotencyStore: new MemoryIdempotencyStore({ clock: () => emulator.deliveryTime }) },
  );
  const events = Array.from({ length: 60 }, () => ndrEvent());
  for (const event of events) {
    emulator.deliver(event, { to: handler, auth: { type: 'apiKey', key: 'abcdef12345' }, duplicates: 0.5, disorder: 60_000 });
  }
  const { delivered, dropped } = await emulator.report();
  expect(dropped).toEqual([]);
  expect(delivered).toHaveLength(60);
  expect([...handled.keys()].sort()).toEqual(events.map(({ id }) => id).sort());
  expect([...handled.values()].every((times) => times === 1)).toBe(true);
});
