import { describe, expect, test, vi } from 'vitest';
import { type RedisClient, RedisIdempotencyStore, RedisTokenStore } from '../../src/stores/redis.ts';
import { everyRenderingOf, waybillErrorOf } from '../support/errors.ts';

/** A client that records the calls of its methods, by the way that its library has. */
function ioredis(reply: unknown = 'claimed') {
  const calls: unknown[][] = [];
  const method =
    (name: string) =>
    async (...args: unknown[]) => {
      calls.push([name, ...args]);
      if (reply instanceof Error) throw reply;
      return reply;
    };
  return { calls, client: { evalsha: method('evalsha'), eval: method('eval') } as RedisClient };
}
const LEASE = { owner: 'owner', lease: 1_000 };

describe('a claim', () => {
  test('is one EVALSHA on one key, by ioredis', async () => {
    const { calls, client } = ioredis();
    expect(await new RedisIdempotencyStore(client).claim('event', LEASE)).toBe('claimed');
    expect(calls).toEqual([['evalsha', expect.stringMatching(/^[0-9a-f]{40}$/), 1, 'waybill:key:event', 'claim', 'owner', '1000']]);
  });

  test('is one EVALSHA on one key, by node-redis', async () => {
    const evalSha = vi.fn(async () => 'in-progress');
    const store = new RedisIdempotencyStore({ evalSha, eval: vi.fn() });
    expect(await store.claim('event', LEASE)).toBe('in-progress');
    expect(evalSha).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/^[0-9a-f]{40}$/), {
      keys: ['waybill:key:event'],
      arguments: ['claim', 'owner', '1000'],
    });
  });

  test('is one EVALSHA on one key, by GLIDE', async () => {
    const customCommand = vi.fn(async () => 'completed');
    expect(await new RedisIdempotencyStore({ customCommand }).claim('event', LEASE)).toBe('completed');
    expect(customCommand).toHaveBeenCalledExactlyOnceWith([
      'EVALSHA',
      expect.any(String),
      '1',
      'waybill:key:event',
      'claim',
      'owner',
      '1000',
    ]);
  });

  test('sends whole milliseconds, because Redis accepts no other', async () => {
    const { calls, client } = ioredis();
    await new RedisIdempotencyStore(client).claim('event', { owner: 'owner', lease: 0.2 });
    expect(calls[0]?.at(-1)).toBe('1');
  });

  test('reads replies that a client returns as bytes', async () => {
    const { client } = ioredis(Buffer.from('completed'));
    expect(await new RedisIdempotencyStore(client).claim('event', LEASE)).toBe('completed');
  });
});

test.each([
  ['ioredis', 'NOSCRIPT No matching script. Please use EVAL.'],
  ['GLIDE', 'An error was signalled by the server: - NoScriptError: No matching script.'],
])('a script that Redis does not know is sent, in the words of %s', async (_, message) => {
  const calls: unknown[][] = [];
  const client: RedisClient = {
    evalsha: async () => {
      throw new Error(message);
    },
    eval: async (...args: unknown[]) => {
      calls.push(args);
      return 'yes';
    },
  };
  expect(await new RedisIdempotencyStore(client).complete('event', 'owner')).toBe(true);
  expect(calls).toEqual([[expect.stringContaining("redis.call('GET', KEYS[1])"), 1, 'waybill:key:event', 'complete', 'owner', '90000000']]);
});

test('the prefix begins every key, and completedFor is how long a key is remembered', async () => {
  const { calls, client } = ioredis('yes');
  await new RedisIdempotencyStore(client, { prefix: 'shop:', completedFor: 5_000 }).complete('event', 'owner');
  await new RedisTokenStore(client, { prefix: 'shop:' }).release('hash', 'owner');
  expect(calls.map((call) => call.slice(3))).toEqual([
    ['shop:key:event', 'complete', 'owner', '5000'],
    ['shop:token:hash', 'release', 'owner', '0'],
  ]);
});

test.each([
  ['yes', true],
  ['no', false],
])('the reply %s to a completion, a release or an extension is %s', async (reply, isDone) => {
  const store = new RedisIdempotencyStore(ioredis(reply).client);
  expect([await store.complete('a', 'o'), await store.release('a', 'o'), await store.extend('a', 'o', 1)]).toEqual([
    isDone,
    isDone,
    isDone,
  ]);
});

describe('a token', () => {
  test('is stored until it expires, at least for a second, whatever the clock says', async () => {
    const { calls, client } = ioredis('OK');
    const store = new RedisTokenStore(client);
    const inAnHour = Date.now() + 3_600_000.7;
    for (const expiresAt of [inAnHour, 5, 9e15]) await store.set('hash', { accessToken: 'Atza|x', expiresAt });
    const remaining = calls.map((call) => Number(call.at(-1)));
    expect(remaining[0]).toBeGreaterThan(3_590_000);
    expect(remaining.slice(1)).toEqual([1_000, 1e12]);
    expect(calls[0]?.[5]).toBe(`t:${Math.floor(inAnHour)}:Atza|x`);
  });

  test.each([
    ['', undefined],
    ['p:owner', undefined],
    ['t:123:a:b', { accessToken: 'a:b', expiresAt: 123 }],
    ['nonsense', undefined],
  ])('that is stored as %j is read as %o', async (reply, token) => {
    expect(await new RedisTokenStore(ioredis(reply).client).get('hash')).toEqual(token);
  });

  test('is claimed with what is of no use', async () => {
    const { calls, client } = ioredis('claimed');
    const need = { ...LEASE, expiresAfter: 1_234.5, refused: 'old' };
    expect(await new RedisTokenStore(client).claim('hash', need)).toBe('claimed');
    expect(calls[0]?.slice(4)).toEqual(['claim', 'owner', '1000', '1234.5', 'old']);
  });
});

describe('a client that cannot work is refused with the names of those that can', () => {
  test.each<[string, unknown]>([
    ['none', undefined],
    ['null', null],
    ['a URL', 'redis://localhost'],
    ['an empty object', {}],
    ['a function', () => undefined],
    ["Upstash's client", { evalsha: async () => '', eval: async () => '', createScript: () => undefined }],
    ['a client of memcached', { get: async () => '', set: async () => '' }],
  ])('%s', async (_, client) => {
    for (const create of [() => new RedisIdempotencyStore(client as never), () => new RedisTokenStore(client as never)]) {
      const error = await waybillErrorOf(create);
      expect(error).toMatchObject({ code: 'CONFIGURATION', option: 'client', message: expect.stringContaining('node-redis, ioredis') });
    }
  });

  test('and node-redis 3, which takes callbacks, at its first call', async () => {
    const client = { evalsha: () => true, eval: () => true };
    const error = await waybillErrorOf(() => new RedisIdempotencyStore(client as never).claim('a', LEASE));
    expect(error).toMatchObject({ code: 'CONFIGURATION', option: 'client', hint: expect.stringContaining('version 4') });
  });
});

test.each([
  [{ ttl: 5 }, 'ttl'],
  [{ keyPrefix: 'a' }, 'keyPrefix'],
  [{ prefix: 7 }, 'prefix'],
  [{ completedFor: 0 }, 'completedFor'],
  [{ completedFor: '1 day' }, 'completedFor'],
  [{ completedFor: Number.NaN }, 'completedFor'],
  [{ completedFor: Number.POSITIVE_INFINITY }, 'completedFor'],
  [null, undefined],
])('the options %o are refused', async (options, option) => {
  const error = await waybillErrorOf(() => new RedisIdempotencyStore(ioredis().client, options as never));
  expect(error).toMatchObject({ code: 'CONFIGURATION' });
  expect((error as { option?: string }).option).toBe(option);
});

test.each([
  ['ERR Error running script (call to f_1): @user_script:5: WAYBILL a foreign value', 'prefix', /another program/],
  ['WRONGTYPE Operation against a key holding the wrong kind of value', 'prefix', /another program/],
  ['NOPERM this user has no permissions to run the evalsha command', 'client', /not allowed/],
  ['NOAUTH Authentication required.', 'client', /not allowed/],
])('%s: the error says what to change', async (message, option, problem) => {
  const error = await waybillErrorOf(() => new RedisIdempotencyStore(ioredis(new Error(message)).client).claim('a', LEASE));
  expect(error).toMatchObject({ code: 'CONFIGURATION', option, message: expect.stringMatching(problem), hint: expect.any(String) });
});

test('a client of node-redis that is not connected is an error that says to connect it', async () => {
  const closed = Object.assign(new Error('The client is closed'), { name: 'ClientClosedError' });
  const error = await waybillErrorOf(() => new RedisIdempotencyStore(ioredis(closed).client).claim('a', LEASE));
  expect(error).toMatchObject({ code: 'CONFIGURATION', hint: expect.stringContaining('connect()') });
});

test('any other failure is a ConnectionError that has nothing of the command', async () => {
  const key = 'NDR Events|1809561149386';
  // As ioredis makes it.
  const failure = Object.assign(new Error(`READONLY You cannot write, EVALSHA waybill:key:${key}`), {
    code: 'READONLY',
    command: { name: 'evalsha', args: [key] },
  });
  const error = await waybillErrorOf(() => new RedisIdempotencyStore(ioredis(failure).client).claim(key, LEASE));
  expect(error).toMatchObject({ code: 'CONNECTION', systemCode: 'READONLY', retryable: true, hint: expect.stringContaining('reachable') });
  expect(error.message).toBe('the store failed: READONLY You cannot write, EVALSHA [redacted]');
  expect(everyRenderingOf(error)).not.toContain('1809561149386');
});

test.each([undefined, null, 'gone', 7, { name: 'TimeoutError' }])('also one that is %o', async (thrown) => {
  const fail = () => Promise.reject(thrown);
  const error = await waybillErrorOf(() => new RedisIdempotencyStore({ evalsha: fail, eval: fail } as never).claim('a', LEASE));
  expect(error).toMatchObject({ code: 'CONNECTION', message: expect.stringMatching(/^the store failed: \S/) });
});
