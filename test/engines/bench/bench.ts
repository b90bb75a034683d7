/** What each store costs on the way of an event through a webhook, measured in turns, so that a busy moment of the machine hits all of them. */
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { Redis } from 'ioredis';
import Libsql from 'libsql';
import pg from 'pg';
import { type IdempotencyStore, MemoryIdempotencyStore } from '../../../src/core/idempotency.ts';
import { apiKey, NdrWebhookVerifier } from '../../../src/shipping-ndr/webhook.ts';
import { DynamoDBIdempotencyStore } from '../../../src/stores/dynamodb.ts';
import { RedisIdempotencyStore } from '../../../src/stores/redis.ts';
import { SqlIdempotencyStore, type SqliteClient, sqlMigration } from '../../../src/stores/sql.ts';
import { authenticatedRequest, ndrEvent } from '../../../src/testing/index.ts';
import { startCloudflare } from '../support/cloudflare.ts';
import { startDynamoDB } from '../support/dynamodb.ts';
import { startPostgres } from '../support/postgres.ts';
import { newFolder } from '../support/processes.ts';
import { startRedis } from '../support/redis.ts';

/** What a store costs. */
export interface StoreCost {
  readonly name: string;
  /** Calls of the engine for each event: a claim and its completion. Unknown in workerd. */
  readonly trips: number | undefined;
  /** Milliseconds for an event, one after another. */
  readonly latency: number;
  /** How many times as long as with the memory store. */
  readonly ratio: number;
  /** Events a second, 32 at once. */
  readonly throughput: number;
}

/** A store that is measured. */
interface Contender {
  readonly name: string;
  /** Handles so many events, so many at once. */
  readonly run: (events: number, concurrency: number) => Promise<unknown>;
  readonly trips?: () => number;
  /** The name of what it is compared with. */
  readonly memory: string;
}

const KEY = 'a-key-that-nobody-guesses';
const ROUNDS = 5;
const CONCURRENCY = 32;

/** Measures the stores. */
export async function measureStores(events: number): Promise<readonly StoreCost[]> {
  const engines = { redis: await startRedis(), postgres: await startPostgres(), dynamodb: await startDynamoDB() };
  const cloudflare = await startCloudflare();
  const redis = new Redis(engines.redis.port);
  const pool = new pg.Pool({ connectionString: engines.postgres.url, max: 8 });
  await pool.query(sqlMigration());
  const sqlite = new Libsql(`${newFolder('sqlite')}/waybill.db`);
  sqlite.exec(`PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000; ${sqlMigration()}`);
  const credentials = { accessKeyId: 'made-up', secretAccessKey: 'made-up' };
  const dynamodb = new DynamoDB({ endpoint: `http://127.0.0.1:${engines.dynamodb.port}`, region: 'eu-west-1', credentials });

  const contenders: Contender[] = [
    inNode('memory', new MemoryIdempotencyStore()),
    counted('Redis (ioredis)', redis, ['evalsha', 'eval'], (client) => new RedisIdempotencyStore(client)),
    counted('PostgreSQL (pg)', pool, ['query'], (client) => new SqlIdempotencyStore(client)),
    counted('SQLite (libsql)', sqlite as SqliteClient, ['prepare'], (client) => new SqlIdempotencyStore(client)),
    counted('DynamoDB (dynalite)', dynamodb, ['updateItem', 'getItem'], (client) => new DynamoDBIdempotencyStore(client)),
    ...['memory in workerd', 'D1 in workerd', 'Durable Object in workerd'].map((name) => inWorkerd(cloudflare, name)),
  ];
  const migration = sqlMigration().split(';\n').filter(Boolean);
  for (const text of migration) await cloudflare.worker.dispatchFetch('http://worker/sql', post({ text, values: [] }));

  const latencies = new Map<string, number[]>();
  const rates = new Map<string, number[]>();
  // Each has its scripts, connections and statements ready.
  for (const { run } of contenders) await run(10, CONCURRENCY).catch(() => undefined);
  const tripsBefore = contenders.map(({ trips }) => trips?.());
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { name, run } of contenders) {
      latencies.set(name, [...(latencies.get(name) ?? []), (await timed(() => run(events, 1))) / events]);
      rates.set(name, [...(rates.get(name) ?? []), (events * 1_000) / (await timed(() => run(events, CONCURRENCY)))]);
    }
  }
  const costs = contenders.map(({ name, trips, memory }, at) => ({
    name,
    trips: trips && (trips() - (tripsBefore[at] ?? 0)) / (2 * ROUNDS * events),
    latency: median(latencies.get(name)),
    ratio: median(latencies.get(name)) / median(latencies.get(memory)),
    throughput: median(rates.get(name)),
  }));
  redis.disconnect();
  await pool.end();
  sqlite.close();
  dynamodb.destroy();
  await cloudflare.stop();
  for (const engine of Object.values(engines)) await engine.stop();
  return costs;
}

function inNode(name: string, idempotencyStore: IdempotencyStore): Contender {
  const verifier = new NdrWebhookVerifier({ auth: apiKey({ keys: KEY }) });
  const handle = verifier.handler(() => undefined, { idempotencyStore });
  const run = async (events: number, concurrency: number): Promise<void> => {
    const requests = Array.from({ length: events }, () => authenticatedRequest(ndrEvent(), { auth: { type: 'apiKey', key: KEY } }));
    const work = async (): Promise<void> => {
      for (let request = requests.pop(); request; request = requests.pop()) {
        const { status } = await handle(request);
        if (status !== 200) throw new Error(`${name}: the webhook responded with ${status}`);
      }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
  };
  return { name, run, memory: 'memory' };
}

/** Counts the calls of some methods of the client. */
function counted<Client extends object>(
  name: string,
  client: Client,
  methods: readonly string[],
  storeOf: (client: Client) => IdempotencyStore,
): Contender {
  let trips = 0;
  const counting = new Proxy(client, {
    get: (target, property) => {
      const value: unknown = Reflect.get(target, property);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        if (methods.includes(String(property))) trips += 1;
        return value.apply(target, args);
      };
    },
  });
  return { ...inNode(name, storeOf(counting)), trips: () => trips };
}

/** The Worker runs them by itself: what Node and workerd say to each other is not part of it. */
function inWorkerd({ worker }: Awaited<ReturnType<typeof startCloudflare>>, name: string): Contender {
  const run = async (events: number, concurrency: number): Promise<void> => {
    const response = await worker.dispatchFetch(`http://worker/handle/${name.split(' ')[0]}`, post({ events, concurrency }));
    if (!response.ok) throw new Error(`${name}: ${await response.text()}`);
  };
  return { name, run, memory: 'memory in workerd' };
}

function post(body: unknown) {
  return { method: 'POST', body: JSON.stringify(body) };
}

async function timed(task: () => Promise<unknown>): Promise<number> {
  const since = performance.now();
  await task();
  return performance.now() - since;
}

function median(values: readonly number[] = []): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
