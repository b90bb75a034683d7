import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ApiError, type BearerIntrospectionOptions, type NdrAuth, webhookStatus } from '../../../../src/shipping-ndr/webhook.ts';
import { monotonicClock, stoppedClock } from '../../../support/clock.ts';
import { thrownBy, waybillErrorOf } from '../../../support/errors.ts';
import { bearer, refusalOf as refusalOfToken, responseTo } from '../../../support/shipping-ndr/auth.ts';
import { active, authorizationServer, mechanism, NOW, SECONDS, TOKEN } from '../../../support/shipping-ndr/introspection.ts';

const request = (token = TOKEN) => bearer(token);
const refusalOf = (auth: NdrAuth, token = TOKEN) => refusalOfToken(auth, token);

describe('a token is cached', () => {
  /** A mechanism with clocks that can be put forward. */
  async function withClock(options: Partial<BearerIntrospectionOptions> = {}) {
    const server = await authorizationServer();
    const passMonotonic = monotonicClock();
    let now = NOW.getTime();
    const auth = mechanism(server.endpoint, { clock: () => new Date(now), ...options });
    const pass = (seconds: number): void => {
      now += seconds * 1_000;
      passMonotonic(seconds * 1_000);
    };
    return { server, auth, pass };
  }

  test('for a minute, if it is valid', async () => {
    const { server, auth, pass } = await withClock();
    for (const seconds of [0, 59.9]) {
      pass(seconds);
      expect(await refusalOf(auth)).toBeUndefined();
    }
    expect(server.calls).toHaveLength(1);
    pass(1);
    server.description = { active: false };
    expect(await refusalOf(auth)).toMatchObject({ reason: 'mismatch' });
    expect(server.calls).toHaveLength(2);
  });

  test('never longer than it lives', async () => {
    const { server, auth, pass } = await withClock();
    server.description = { ...active, exp: SECONDS + 10 };
    expect(await refusalOf(auth)).toBeUndefined();
    pass(10);
    expect(await refusalOf(auth)).toBeUndefined();
    expect(server.calls).toHaveLength(2);
    pass(30);
    expect(await refusalOf(auth)).toMatchObject({ reason: 'expired' });
  });

  test('not at all, if maxCacheAge is 0, not even in the same moment', async () => {
    const { server, auth } = await withClock({ maxCacheAge: 0 });
    stoppedClock();
    for (let call = 1; call <= 3; call += 1) {
      expect(await refusalOf(auth)).toBeUndefined();
      expect(server.calls).toHaveLength(call);
    }
  });

  test('for ten seconds, if it is invalid: the server may learn of it later', async () => {
    const { server, auth, pass } = await withClock();
    server.description = { active: false };
    for (let request = 0; request < 20; request += 1) expect(await refusalOf(auth)).toMatchObject({ reason: 'mismatch' });
    expect(server.calls).toHaveLength(1);
    server.description = active;
    pass(9.5);
    expect(await refusalOf(auth)).toMatchObject({ reason: 'mismatch' });
    pass(1);
    expect(await refusalOf(auth)).toBeUndefined();
    expect(server.calls).toHaveLength(2);
  });

  test.each<[Partial<BearerIntrospectionOptions>, Record<string, unknown>, string]>([
    [{}, { ...active, exp: SECONDS - 60 }, 'expired'],
    [{ clientId: 'other' }, active, 'mismatch'],
    [{ scope: 'other:scope' }, active, 'mismatch'],
    [{ maxCacheAge: 0 }, { active: false }, 'mismatch'],
  ])('for ten seconds with the reason of its refusal: %#', async (options, description, reason) => {
    const { server, auth } = await withClock(options);
    server.description = description;
    for (let request = 0; request < 3; request += 1) expect(await refusalOf(auth)).toMatchObject({ reason });
    expect(server.calls).toHaveLength(1);
  });

  test('by the time that has passed, not by the wall clock', async () => {
    const server = await authorizationServer();
    let now = NOW.getTime();
    const auth = mechanism(server.endpoint, { clock: () => new Date(now) });
    expect(await refusalOf(auth)).toBeUndefined();
    now -= 3_600_000;
    expect(await refusalOf(auth)).toBeUndefined();
    expect(server.calls).toHaveLength(1);
  });

  test('never, if the server fails', async () => {
    const { server, auth } = await withClock();
    server.respond = (_, outgoing) => outgoing.writeHead(503).end();
    expect(await waybillErrorOf(() => auth.check(request()))).toBeInstanceOf(ApiError);
    server.respond = undefined;
    expect(await refusalOf(auth)).toBeUndefined();
  });

  test('within a bound, and the oldest go first', async () => {
    let requests = 0;
    const fetch = async (): Promise<Response> => Response.json({ active: true, requests: requests++ });
    const auth = mechanism('https://login.example.com/introspect', { fetch, maxCacheAge: 3_600 });
    for (let token = 0; token < 1_000; token += 1) await auth.check(request(`t${token}`));
    for (let token = 0; token < 1_000; token += 1) await auth.check(request(`t${token}`));
    expect(requests).toBe(1_000);
    await auth.check(request('t1000'));
    expect(requests).toBe(1_001);
    await auth.check(request('t1000'));
    expect(requests).toBe(1_001);
    await auth.check(request('t0'));
    expect(requests).toBe(1_002);
  });

  test('for itself, and for no other', async () => {
    const { auth } = await withClock();
    expect(await refusalOf(auth)).toBeUndefined();
    for (const other of [`x${TOKEN}`, TOKEN.toUpperCase(), TOKEN.slice(0, -1)]) {
      expect(await refusalOf(auth, other)).toMatchObject({ reason: 'mismatch' });
    }
  });
});

describe('concurrent requests', () => {
  test('share one request for one token', async () => {
    const server = await authorizationServer();
    const auth = mechanism(server.endpoint, { maxCacheAge: 0 });
    expect(await Promise.all(Array.from({ length: 50 }, () => refusalOf(auth)))).toEqual(new Array(50).fill(undefined));
    expect(server.calls).toHaveLength(1);
    await Promise.all([refusalOf(auth, 'a'), refusalOf(auth, 'b'), refusalOf(auth, 'a')]);
    expect(server.calls).toHaveLength(3);
  });

  test('share one failure too', async () => {
    const server = await authorizationServer();
    server.respond = (_, outgoing) => outgoing.writeHead(500).end();
    const auth = mechanism(server.endpoint);
    const errors = await Promise.all(Array.from({ length: 50 }, () => waybillErrorOf(() => auth.check(request()))));
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['API']));
    expect(server.calls).toHaveLength(1);
  });

  test.each(['WebSocketPair', 'EdgeRuntime'])('send one each if %s says that they are separate', async (name) => {
    vi.stubGlobal(name, 'here');
    onTestFinished(() => void vi.unstubAllGlobals());
    const server = await authorizationServer();
    const auth = mechanism(server.endpoint);
    await Promise.all([refusalOf(auth), refusalOf(auth)]);
    expect(server.calls).toHaveLength(2);
  });
});

describe('a function for the credentials that never returns', () => {
  test.each(['the same token', 'other tokens'])('does not stop %s for ever', async (which) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    let isHanging = true;
    const auth = mechanism('https://login.example.com/introspect', {
      fetch: async () => Response.json({ active: true }),
      credentials: () => (isHanging ? new Promise(() => undefined) : { clientId: 'webhook', clientSecret: 's3cret' }),
    });
    const tokens = Array.from({ length: 20 }, (_, at) => (which === 'other tokens' ? `token${at}` : TOKEN));
    const failures = Promise.all(tokens.map((token) => waybillErrorOf(() => auth.check(request(token)))));
    // The eight that ask for them, and those that wait for these eight.
    await vi.advanceTimersByTimeAsync(20_000);
    const [first] = await failures;
    expect(first).toMatchObject({ code: 'TIMEOUT', surface: 'shipping-ndr', message: expect.stringContaining('"credentials"') });
    isHanging = false;
    expect(await refusalOf(auth)).toBeUndefined();
  });
});

describe('made-up tokens', () => {
  /** A server that knows the tokens that start with `good`, and responds when the test says so. */
  function slowServer() {
    const state = { isSlow: true, calls: 0, open: 0, most: 0, pending: [] as (() => void)[] };
    const fetch: NonNullable<BearerIntrospectionOptions['fetch']> = async (_, { body }) => {
      state.calls += 1;
      state.open += 1;
      state.most = Math.max(state.most, state.open);
      if (state.isSlow) await new Promise<void>((resolve) => state.pending.push(resolve));
      state.open -= 1;
      return Response.json({
        active: Buffer.from(body ?? [])
          .toString()
          .startsWith('token=good'),
      });
    };
    const respond = async (until: () => boolean): Promise<void> => {
      while (!until()) {
        for (const resolve of state.pending.splice(0)) resolve();
        await new Promise((resolve) => setTimeout(resolve));
      }
    };
    return Object.assign(state, { fetch, respond });
  }
  const endpoint = 'https://login.example.com/introspect';

  /** How many of 2,000 guesses at once end with each status; `during` runs while the server has eight requests. */
  async function flood(auth: NdrAuth, server: ReturnType<typeof slowServer>, during = (): void => undefined) {
    const counts: Record<string, number> = {};
    let done = 0;
    const guesses = Array.from({ length: 2_000 }, async (_, guess) => {
      const status = webhookStatus(await thrownBy(() => auth.check(request(`guess${guess}`))));
      counts[status] = (counts[status] ?? 0) + 1;
      done += 1;
    });
    while (server.calls < 8) await new Promise((resolve) => setTimeout(resolve));
    during();
    await server.respond(() => done === guesses.length);
    return counts;
  }

  test('do not overload the server: eight requests at once, a hundred wait, and the others get 503', async () => {
    stoppedClock();
    const server = slowServer();
    const auth = mechanism(endpoint, { fetch: server.fetch, timeout: 2_147_483_647 });
    expect(await flood(auth, server)).toEqual({ 401: 108, 503: 1_892 });
    expect([server.calls, server.most]).toEqual([108, 8]);
  });

  test('are not checked any more once their webhook has responded', async () => {
    const pass = stoppedClock();
    const server = slowServer();
    const auth = mechanism(endpoint, { fetch: server.fetch, timeout: 2_147_483_647 });
    expect(await flood(auth, server, () => pass(4_000))).toEqual({ 401: 8, 503: 1_992 });
    expect(server.calls).toBe(8);
    server.isSlow = false;
    expect(await refusalOf(auth, 'good')).toBeUndefined();
  });

  test('do not push a valid token out, and do not hold it up', async () => {
    const server = slowServer();
    const auth = mechanism(endpoint, { fetch: server.fetch });
    server.isSlow = false;
    expect(await refusalOf(auth, 'good')).toBeUndefined();
    for (let guess = 0; guess < 1_500; guess += 1) expect(await refusalOf(auth, `guess${guess}`)).toMatchObject({ reason: 'mismatch' });
    server.isSlow = true;
    const flood = Array.from({ length: 500 }, (_, guess) => responseTo(auth, `flood${guess}`));
    const { calls } = server;
    expect(await refusalOf(auth, 'good')).toBeUndefined();
    expect(server.calls).toBe(calls);
    let ended = 0;
    for (const each of flood) void each.then(() => (ended += 1));
    await server.respond(() => ended === flood.length);
  });

  test('are not checked if no token has such characters', async () => {
    const server = await authorizationServer();
    for (const token of ['a"b', 'a,b', 'a;b', '<script>', '{}', 'a\\b', '(1)', '=', 'a=b', '$where', "'--", '%00']) {
      expect(await refusalOf(mechanism(server.endpoint), token)).toMatchObject({ reason: 'malformed' });
    }
    expect(server.calls).toHaveLength(0);
    for (const token of ['1|laravel', 'urn:token:1', 'a.b-c_d~e+f/g==']) {
      expect(await refusalOf(mechanism(server.endpoint), token)).toMatchObject({ reason: 'mismatch' });
    }
    expect(server.calls).toHaveLength(3);
  });

  test.each(['WebSocketPair', 'EdgeRuntime'])(
    'whose requests are cancelled do not stop the others if %s says that they are separate',
    async (name) => {
      vi.stubGlobal(name, 'here');
      onTestFinished(() => void vi.unstubAllGlobals());
      const pass = stoppedClock();
      const hanging = vi.fn((): Promise<Response> => new Promise(() => undefined));
      let fetch: () => Promise<Response> = hanging;
      const auth = mechanism(endpoint, { fetch: () => fetch(), timeout: 2_147_483_647 });
      for (let guess = 0; guess < 150; guess += 1) void refusalOf(auth, `guess${guess}`).catch(() => undefined);
      await vi.waitUntil(() => hanging.mock.calls.length === 100, { timeout: 20_000 });
      fetch = async () => Response.json({ active: true });
      for (const milliseconds of [0, 30_000]) {
        pass(milliseconds);
        expect(await waybillErrorOf(() => auth.check(request('good')))).toMatchObject({
          code: 'CONNECTION',
          surface: 'shipping-ndr',
          attempts: 1,
          message: 'too many tokens are being checked',
          hint: 'Somebody may be guessing tokens. The event is redelivered.',
        });
      }
      pass(1);
      expect(await refusalOf(auth, 'good')).toBeUndefined();
    },
  );

  test.each(['WebSocketPair', 'EdgeRuntime'])(
    'do not count any more once they are checked if %s says that requests are separate',
    async (name) => {
      vi.stubGlobal(name, 'here');
      onTestFinished(() => void vi.unstubAllGlobals());
      const auth = mechanism(endpoint, { fetch: async () => Response.json({ active: false }) });
      for (let guess = 0; guess < 150; guess += 1) expect(await refusalOf(auth, `guess${guess}`)).toMatchObject({ reason: 'mismatch' });
    },
  );
});
