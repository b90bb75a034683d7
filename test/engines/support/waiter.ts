/** A process whose requests wait for the fleet's quota. Bundled, and forked by the suite of the limits. */
import { Redis } from 'ioredis';
import pg from 'pg';
import { RateLimiterPostgres, RateLimiterRedis } from 'rate-limiter-flexible';
import { FleetRateLimiter, type Quota, type QuotaWindow } from '../../../src/stores/rate-limiter.ts';

/** What a waiter is started with. */
export interface WaiterOptions {
  readonly engine: 'redis' | 'postgres';
  readonly port: number;
  readonly quota: Quota;
}

/** When each request was granted, and how long it had waited, in milliseconds. */
export type Granted = readonly { readonly at: number; readonly waited: number }[];

const { engine, port, quota } = JSON.parse(process.argv[2] as string) as WaiterOptions;
process.on('disconnect', () => process.exit());

const limiter = new FleetRateLimiter(engine === 'redis' ? onRedis : onPostgres, { key: 'limits', ...quota, onError: () => undefined });

process.on('message', ({ waiters, aborted }: { waiters: number; aborted: number }) => {
  const since = Date.now();
  const controller = new AbortController();
  const leaving = Array.from({ length: aborted }, () => limiter.acquire(controller.signal).catch(() => undefined));
  const waiting = Array.from({ length: waiters }, async () => {
    await limiter.acquire();
    return { at: Date.now(), waited: Date.now() - since };
  });
  controller.abort();
  void Promise.all([Promise.all(waiting), ...leaving]).then(([granted]) => process.send?.(granted));
});
process.send?.('ready');

function onRedis(window: QuotaWindow): RateLimiterRedis {
  const redis = new Redis({ port, commandTimeout: 1_500, maxRetriesPerRequest: 1 });
  redis.on('error', () => undefined);
  return new RateLimiterRedis({ storeClient: redis, ...window });
}

function onPostgres(window: QuotaWindow): RateLimiterPostgres {
  const pool = new pg.Pool({ host: '127.0.0.1', port, user: 'waybill', database: 'postgres', max: 2, query_timeout: 1_500 });
  pool.on('error', () => undefined);
  return new RateLimiterPostgres({ storeClient: pool, tableName: 'limits', tableCreated: true, ...window });
}
