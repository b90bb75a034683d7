import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterUnion } from 'rate-limiter-flexible';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FleetRateLimiter, type Quota, quotaWindow } from '../../../src/stores/rate-limiter.ts';
import { ask, forkBundle } from '../support/fork.ts';
import { startPostgres } from '../support/postgres.ts';
import { type Engine, startRedis } from '../support/redis.ts';
import type { Granted, WaiterOptions } from '../support/waiter.ts';

let redis: Engine;
let postgres: Engine;
beforeAll(async () => {
  redis = await startRedis();
  const engine = await startPostgres();
  postgres = engine;
  const client = new pg.Client({ connectionString: engine.url });
  await client.connect();
  await client.query('CREATE TABLE limits (key VARCHAR(255) PRIMARY KEY, points INTEGER NOT NULL DEFAULT 0, expire BIGINT)');
  await client.end();
});
afterAll(async () => {
  await redis.stop();
  await postgres.stop();
});

/** By Amazon's page on NDR feedback; the burst is (inferred). */
const QUOTA: Quota = { perSecond: 5, burst: 10 };
const PROCESSES = 8;
const WAITERS = 50;

/** Eight processes with fifty requests each, all at once, and ten in each that leave before they ask. */
async function drain(options: WaiterOptions, during?: () => Promise<void>): Promise<Granted> {
  const children = await Promise.all(Array.from({ length: PROCESSES }, () => forkBundle('support/waiter.ts', options)));
  const granted = Promise.all(children.map((child) => ask<Granted>(child, { waiters: WAITERS, aborted: 10 })));
  await during?.();
  const all = (await granted).flat().sort((a, b) => a.at - b.at);
  for (const child of children) child.kill('SIGKILL');
  return all;
}

/** Replays the grants through Amazon's bucket: how many it refuses, and how empty it gets. */
function replay(
  granted: Granted,
  { perSecond, burst }: Quota,
): { readonly refused: number; readonly lowest: number; readonly peak: number } {
  let [tokens, lowest, refused, peak, from] = [burst, burst, 0, 0, 0];
  let since = granted[0]?.at ?? 0;
  for (const [index, { at }] of granted.entries()) {
    tokens = Math.min(burst, tokens + ((at - since) / 1_000) * perSecond);
    since = at;
    if (tokens < 1) refused += 1;
    else tokens -= 1;
    lowest = Math.min(lowest, tokens);
    while ((granted[from]?.at ?? 0) <= at - 1_000) from += 1;
    peak = Math.max(peak, index - from + 1);
  }
  return { refused, lowest, peak };
}

describe('eight processes with fifty waiters each', () => {
  test('never exceed the quota, on Redis and on PostgreSQL, also if Redis is killed meanwhile', async () => {
    const names = ['Redis', 'PostgreSQL'];
    const runs = await Promise.all([
      drain({ engine: 'redis', port: redis.port, quota: QUOTA }, async () => {
        await sleep(10_000);
        await redis.restart(3_000);
      }),
      drain({ engine: 'postgres', port: postgres.port, quota: QUOTA }),
    ]);
    const { points, duration } = quotaWindow(QUOTA);
    for (const [at, granted] of runs.entries()) {
      const { refused, lowest, peak } = replay(granted, QUOTA);
      const seconds = ((granted.at(-1)?.at ?? 0) - (granted[0]?.at ?? 0)) / 1_000;
      const longest = Math.max(...granted.map(({ waited }) => waited)) / 1_000;
      console.log(
        `${names[at]}: ${granted.length} granted in ${seconds.toFixed(1)} s (at best ${(granted.length / (points / duration)).toFixed(0)} s), ` +
          `at most ${peak} in any second, longest wait ${longest.toFixed(1)} s; Amazon's bucket never below ${lowest.toFixed(2)}`,
      );
      expect(granted).toHaveLength(PROCESSES * WAITERS);
      expect(refused).toBe(0);
      expect(peak).toBeLessThanOrEqual(2 * points);
    }
  }, 300_000);
});

describe('a limiter of rate-limiter-flexible', () => {
  test('that was not created with the window is refused', () => {
    const create = () => new RateLimiterMemory({ points: 5, duration: 1 });
    expect(() => new FleetRateLimiter(create, { key: 'a', ...QUOTA })).toThrow(
      expect.objectContaining({
        code: 'CONFIGURATION',
        option: 'createLimiter',
        message: expect.stringContaining('points: 4 and duration: 1'),
      }),
    );
  });

  test('of several limits is refused, because its window cannot be read', () => {
    const create = () => new RateLimiterUnion(new RateLimiterMemory({ points: 1, duration: 1 })) as never;
    expect(() => new FleetRateLimiter(create, { key: 'a', ...QUOTA })).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
  });

  test('whose engine is down makes requests wait, and an abort ends the wait', async () => {
    const down = new Redis({ port: 1, maxRetriesPerRequest: 0, retryStrategy: () => null });
    down.on('error', () => undefined);
    const errors: string[] = [];
    const limiter = new FleetRateLimiter((window) => new RateLimiterRedis({ storeClient: down, ...window }), {
      key: 'a',
      ...QUOTA,
      onError: ({ code }) => errors.push(code),
    });
    const controller = new AbortController();
    const waiting = limiter.acquire(controller.signal).catch((reason: unknown) => reason);
    await sleep(700);
    controller.abort('enough');
    expect(await waiting).toBe('enough');
    expect(errors).toContain('CONNECTION');
  });
});
