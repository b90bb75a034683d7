import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RedisIdempotencyStore, RedisTokenStore } from '../../../src/stores/redis.ts';
import { OPEN } from '../support/clients.ts';
import { engineContract } from '../support/contract.ts';
import { type FaultyProxy, startProxy } from '../support/proxy.ts';
import { cli, type Engine, startRedis } from '../support/redis.ts';

describe('one redis-server', () => {
  let engine: Engine;
  let proxy: FaultyProxy;
  beforeAll(async () => {
    engine = await startRedis();
    proxy = await startProxy(engine.port);
  });
  afterAll(async () => {
    await proxy.close();
    await engine.stop();
  });
  const keyOf = (key: string): string => `waybill:key:${key}`;

  for (const library of ['ioredis 6', 'node-redis 6', 'GLIDE', 'ioredis 5', 'iovalkey', 'node-redis 5'] as const) {
    const isFirst = library === 'ioredis 6';
    const isCurrent = isFirst || library === 'node-redis 6' || library === 'GLIDE';
    engineContract(`Redis through ${library}`, {
      open: () => OPEN[library]({ port: engine.port }),
      // Eight processes each; the engine is the same for all of them.
      ...(isFirst && { reach: () => ({ library, address: { port: engine.port } }) }),
      ...(isCurrent && { restart: (pause?: number) => engine.restart(pause) }),
      breakable: async () => ({ ...(await OPEN[library]({ port: proxy.port })), breakNext: (when) => proxy.breakNext(when) }),
      ...(isFirst && {
        nonsense: {
          'a value of another program': (key) => cli(engine.port, 'set', keyOf(key), 'nonsense'),
          'an empty value': (key) => cli(engine.port, 'set', keyOf(key), ''),
          'a list': (key) => cli(engine.port, 'rpush', keyOf(key), 'd:owner'),
          'a claim that never lapses': (key) => cli(engine.port, 'set', keyOf(key), 'p:owner'),
        },
        bulk: {
          fill: async (count) => {
            const redis = new Redis(engine.port);
            for (let at = 0; at < count; at += 1_000) {
              const batch = redis.pipeline();
              for (let key = at; key < at + 1_000; key += 1) batch.set(keyOf(`many-${key}`), 'd:owner', 'PX', 2_000);
              await batch.exec();
            }
            redis.disconnect();
          },
          expire: async (store) => {
            let longest = 0;
            for (const until = performance.now() + 6_000; performance.now() < until; ) {
              const since = performance.now();
              await store.claim('probe', { owner: 'probe', lease: 1_000 });
              longest = Math.max(longest, performance.now() - since);
            }
            return longest;
          },
          count: async () =>
            Number(
              cli(
                engine.port,
                'eval',
                "local n = 0 for _, k in ipairs(redis.call('KEYS', 'waybill:key:many-*')) do if redis.call('EXISTS', k) == 1 then n = n + 1 end end return n",
                '0',
              ),
            ),
        },
      }),
    });
  }

  test('a server that has forgotten the scripts gets them again', async () => {
    const stores = await OPEN['ioredis 6']({ port: engine.port });
    const store = stores.idempotency();
    await store.claim('flushed', { owner: 'a', lease: 60_000 });
    cli(engine.port, 'script', 'flush');
    expect(await store.complete('flushed', 'a')).toBe(true);
    await stores.close();
  });

  test('a claim and its completion cost two round trips', async () => {
    const redis = new Redis(engine.port);
    const store = new RedisIdempotencyStore(redis);
    await store.claim('warm', { owner: 'a', lease: 60_000 });
    let commands = 0;
    const { sendCommand } = redis;
    redis.sendCommand = (...args) => {
      commands += 1;
      return sendCommand.apply(redis, args);
    };
    await store.claim('counted', { owner: 'a', lease: 60_000 });
    await store.complete('counted', 'a');
    expect(commands).toBe(2);
    redis.disconnect();
  });

  test('a prefix keeps applications apart', async () => {
    const redis = new Redis(engine.port);
    const claims: string[] = [];
    for (const prefix of ['one:', 'two:', 'two:']) {
      claims.push(await new RedisIdempotencyStore(redis, { prefix }).claim('shared', { owner: prefix + claims.length, lease: 60_000 }));
    }
    expect(claims).toEqual(['claimed', 'claimed', 'in-progress']);
    redis.disconnect();
  });

  test('a completed key is remembered as long as the options say', async () => {
    const redis = new Redis(engine.port);
    await new RedisIdempotencyStore(redis, { completedFor: 123_456 }).complete('for-a-while', 'a');
    const remaining = Number(cli(engine.port, 'pttl', keyOf('for-a-while')));
    expect(remaining).toBeGreaterThan(100_000);
    expect(remaining).toBeLessThanOrEqual(123_456);
    await new RedisTokenStore(redis).set('t', { accessToken: 'a', expiresAt: Date.now() + 50_000 });
    expect(Number(cli(engine.port, 'pttl', 'waybill:token:t'))).toBeLessThanOrEqual(50_000);
    redis.disconnect();
  });
});

test('the hashes are those of the scripts', async () => {
  const asked: { sha: string; text: string }[] = [];
  const client = {
    evalsha: async (sha: string) => {
      asked.push({ sha, text: '' });
      throw new Error('NOSCRIPT No matching script. Please use EVAL.');
    },
    eval: async (text: string) => {
      Object.assign(asked.at(-1) ?? {}, { text });
      return 'yes';
    },
  };
  await new RedisIdempotencyStore(client).complete('key', 'owner');
  await new RedisTokenStore(client).get('key');
  expect(asked).toHaveLength(2);
  for (const { sha, text } of asked) expect(createHash('sha1').update(text).digest('hex')).toBe(sha);
});
