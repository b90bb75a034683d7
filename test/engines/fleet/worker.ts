/**
 * One process of the fleet: a webhook for NDR events that remembers what it handled in a shared store, and a client that sends feedback with
 * the fleet's token and within the fleet's quota. The parent kills it without warning.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import { RateLimiterPostgres, RateLimiterRedis } from 'rate-limiter-flexible';
import { toNodeHandler } from '../../../src/adapters/node.ts';
import { apiKey, NdrFeedbackClient, NdrWebhookVerifier } from '../../../src/shipping-ndr/index.ts';
import { FleetRateLimiter, type QuotaWindow } from '../../../src/stores/rate-limiter.ts';
import { RedisIdempotencyStore, RedisTokenStore } from '../../../src/stores/redis.ts';
import { SqlIdempotencyStore, SqlTokenStore } from '../../../src/stores/sql.ts';

/** What a worker is started with. */
export interface WorkerOptions {
  readonly engine: 'redis' | 'postgres';
  readonly enginePort: number;
  readonly amazon: string;
  readonly key: string;
  readonly credentials: { readonly clientId: string; readonly clientSecret: string; readonly refreshToken: string };
  readonly quota: { readonly perSecond: number; readonly burst: number };
  /** Milliseconds. */
  readonly lease: number;
}

/** What a worker tells the parent. */
export type WorkerMessage =
  | { readonly port: number }
  /** An event was handled. `trips` counts the calls of the store since this process was started. */
  | { readonly handled: string; readonly startedAt: number; readonly trips: number };

const { engine, enginePort, amazon, key, credentials, quota, lease } = JSON.parse(process.argv[2] as string) as WorkerOptions;
// A parent that is killed alone must leave no worker behind.
process.on('disconnect', () => process.exit());
/** The callback takes the error of a parent that has gone. */
const tell = (message: WorkerMessage): void => void process.send?.(message, () => undefined);

let trips = 0;
const { idempotencyStore, tokenStore, createLimiter } = engine === 'redis' ? onRedis() : onPostgres();
const rateLimiter = new FleetRateLimiter(createLimiter, { key: 'ndr-feedback', ...quota, onError: () => undefined });
const client = new NdrFeedbackClient({
  credentials,
  tokenStore,
  rateLimiter,
  baseUrl: amazon,
  tokenUrl: `${amazon}/auth/o2/token`,
  totalTimeout: 600_000,
  hooks: { onWarning: () => undefined },
});

const verifier = new NdrWebhookVerifier({ auth: apiKey({ keys: key }) });
const handler = verifier.handler(
  async (event) => {
    const startedAt = Date.now();
    // Some work of the shop.
    await sleep(5);
    tell({ handled: String(event.id), startedAt, trips });
    // Beside the event: a webhook must not wait for a quota.
    if (event.kind === 'ndr') client.returnToOrigin(event.detail.trackingId).catch(() => undefined);
  },
  { idempotencyStore, idempotencyLease: lease, retryAfter: 5, onError: () => undefined },
);
const server = createServer(toNodeHandler(handler));
server.listen(0, '127.0.0.1', () => tell({ port: (server.address() as AddressInfo).port }));

function onRedis() {
  const redis = new Redis({ host: '127.0.0.1', port: enginePort, commandTimeout: 1_500, maxRetriesPerRequest: 1 });
  redis.on('error', () => undefined);
  const counted = {
    evalsha: (...args: [string, number, ...string[]]) => {
      trips += 1;
      return redis.evalsha(...args);
    },
    eval: (...args: [string, number, ...string[]]) => {
      trips += 1;
      return redis.eval(...args);
    },
  };
  return {
    idempotencyStore: new RedisIdempotencyStore(counted),
    tokenStore: new RedisTokenStore(redis),
    createLimiter: (window: QuotaWindow) => new RateLimiterRedis({ storeClient: redis, ...window }),
  };
}

function onPostgres() {
  const pool = new pg.Pool({
    host: '127.0.0.1',
    port: enginePort,
    user: 'waybill',
    database: 'postgres',
    max: 6,
    connectionTimeoutMillis: 1_500,
    query_timeout: 1_500,
  });
  // Without a listener, pg ends the process when the server closes an idle connection.
  pool.on('error', () => undefined);
  const counted = {
    query: (text: string, values: unknown[]) => {
      trips += 1;
      return pool.query(text, values);
    },
  };
  return {
    idempotencyStore: new SqlIdempotencyStore(counted),
    tokenStore: new SqlTokenStore(pool),
    createLimiter: (window: QuotaWindow) =>
      new RateLimiterPostgres({ storeClient: pool, tableName: 'limits', tableCreated: true, ...window }),
  };
}
