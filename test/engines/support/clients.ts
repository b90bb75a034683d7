/**
 * Every client library that the stores accept, opened in the way that its manual shows. Each is loaded when it is opened: a process that
 * claims keys needs one of them.
 */
import type { TokenStore } from '../../../src/core/call/tokens.ts';
import type { IdempotencyStore } from '../../../src/core/idempotency.ts';
import { DynamoDBIdempotencyStore, DynamoDBTokenStore } from '../../../src/stores/dynamodb.ts';
import { type RedisClient, RedisIdempotencyStore, RedisTokenStore } from '../../../src/stores/redis.ts';
import { type SqlClient, SqlIdempotencyStore, SqlTokenStore, sqlMigration } from '../../../src/stores/sql.ts';

/** Stores on a client of their own. */
export interface Stores {
  idempotency(options?: { readonly completedFor?: number }): IdempotencyStore;
  tokens(): TokenStore;
  close(): Promise<unknown> | unknown;
}

/** Where an engine is: a port, ports of a cluster, or a file. */
export interface Address {
  readonly port?: number;
  readonly ports?: readonly number[];
  readonly file?: string;
}

const host = '127.0.0.1';
const nothing = (): void => undefined;

function onRedis(client: RedisClient, close: () => unknown): Stores {
  return {
    idempotency: (options = {}) => new RedisIdempotencyStore(client, options),
    tokens: () => new RedisTokenStore(client),
    close,
  };
}

function onSql(client: SqlClient, close: () => unknown): Stores {
  return {
    idempotency: (options = {}) => new SqlIdempotencyStore(client, options),
    tokens: () => new SqlTokenStore(client),
    close,
  };
}

/** Commands of a client that is cut off fail. In production they should fail sooner, but here 64 at once wait for a busy machine. */
const TIMEOUT = 10_000;
const IOREDIS = { commandTimeout: TIMEOUT, maxRetriesPerRequest: 2 };

/** Opens stores through a library, by its name. */
export const OPEN = {
  'ioredis 6': async ({ port = 0, ports }: Address) => {
    const { Cluster, Redis } = await import('ioredis');
    const client = ports ? new Cluster(nodes(ports)) : new Redis({ host, port, ...IOREDIS });
    client.on('error', nothing);
    return onRedis(client, () => client.disconnect());
  },
  'ioredis 5': async ({ port = 0, ports }: Address) => {
    const { Cluster, Redis } = await import('ioredis-5');
    const client = ports ? new Cluster(nodes(ports)) : new Redis({ host, port, ...IOREDIS });
    client.on('error', nothing);
    return onRedis(client, () => client.disconnect());
  },
  iovalkey: async ({ port = 0, ports }: Address) => {
    const { Cluster, Redis } = await import('iovalkey');
    const client = ports ? new Cluster(nodes(ports)) : new Redis({ host, port, ...IOREDIS });
    client.on('error', nothing);
    return onRedis(client, () => client.disconnect());
  },
  'node-redis 6': async ({ port = 0, ports }: Address) => {
    const { createClient, createCluster } = await import('redis');
    const client = ports ? createCluster({ rootNodes: urls(ports) }) : createClient({ url: `redis://${host}:${port}` });
    client.on('error', nothing);
    await client.connect();
    return onRedis(client, () => client.destroy());
  },
  'node-redis 5': async ({ port = 0, ports }: Address) => {
    const { createClient, createCluster } = await import('redis-5');
    const client = ports ? createCluster({ rootNodes: urls(ports) }) : createClient({ url: `redis://${host}:${port}` });
    client.on('error', nothing);
    await client.connect();
    return onRedis(client, () => client.destroy());
  },
  GLIDE: async ({ port = 0, ports }: Address) => {
    const { GlideClient, GlideClusterClient, Logger } = await import('@valkey/valkey-glide');
    // It prints each script that the server does not know yet.
    Logger.setLoggerConfig('off');
    const options = { addresses: nodes(ports ?? [port]), requestTimeout: TIMEOUT };
    const client = ports ? await GlideClusterClient.createClient(options) : await GlideClient.createClient(options);
    return onRedis(client, () => client.close());
  },
  pg: async ({ port = 0 }: Address) => {
    const { default: pg } = await import('pg');
    const pool = new pg.Pool({ ...connection(port), max: 8, connectionTimeoutMillis: TIMEOUT, query_timeout: TIMEOUT });
    pool.on('error', nothing);
    return onSql(pool, () => pool.end());
  },
  'pg, repeatable read': async ({ port = 0 }: Address) => {
    const { default: pg } = await import('pg');
    const options = '-c default_transaction_isolation=repeatable\\ read';
    const pool = new pg.Pool({ ...connection(port), options, max: 64, query_timeout: TIMEOUT });
    pool.on('error', nothing);
    return onSql(pool, () => pool.end());
  },
  'postgres.js': async ({ port = 0 }: Address) => {
    const { default: postgres } = await import('postgres');
    const sql = postgres({ ...connection(port), max: 8, connect_timeout: 2, onnotice: nothing });
    return onSql(sql, () => sql.end({ timeout: 1 }));
  },
  'postgres.js without prepared statements': async ({ port = 0 }: Address) => {
    const { default: postgres } = await import('postgres');
    const sql = postgres({ ...connection(port), max: 8, prepare: false, onnotice: nothing });
    return onSql(sql, () => sql.end({ timeout: 1 }));
  },
  'Neon Pool': async ({ port = 0 }: Address) => {
    const { neonConfig, Pool } = await import('@neondatabase/serverless');
    const { WebSocket } = await import('ws');
    Object.assign(neonConfig, { webSocketConstructor: WebSocket, useSecureWebSocket: false, pipelineTLS: false, pipelineConnect: false });
    neonConfig.wsProxy = () => `${host}:${port}/`;
    const pool = new Pool({ ...connection(port), max: 8 });
    pool.on('error', nothing);
    return onSql(pool, () => pool.end());
  },
  PGlite: async ({ file = '' }: Address) => {
    const { PGlite } = await import('@electric-sql/pglite');
    const database = new PGlite(file);
    await database.exec(sqlMigration());
    return onSql(database, () => database.close());
  },
  libsql: async ({ file = '' }: Address) => {
    const { default: Database } = await import('libsql');
    const database = new Database(file);
    database.exec(PRAGMAS + sqlMigration());
    return onSql(database, () => database.close());
  },
  '@libsql/client': async ({ file = '' }: Address) => {
    const { createClient } = await import('@libsql/client');
    const client = createClient({ url: `file:${file}`, timeout: 5_000 });
    await client.executeMultiple(PRAGMAS + sqlMigration());
    return onSql(client, () => client.close());
  },
  'node:sqlite': async ({ file = '' }: Address) => {
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(file);
    database.exec(PRAGMAS + sqlMigration());
    return onSql(database, () => database.close());
  },
  'better-sqlite3': async ({ file = '' }: Address) => {
    // Not in package.json: it is compiled for minutes.
    const name = 'better-sqlite3';
    const { default: Database } = await import(name);
    const database = new Database(file);
    database.exec(PRAGMAS + sqlMigration());
    return onSql(database, () => database.close());
  },
  DynamoDB: async ({ port = 0 }: Address) => {
    const { DynamoDB } = await import('@aws-sdk/client-dynamodb');
    const credentials = { accessKeyId: 'made-up', secretAccessKey: 'made-up' };
    const client = new DynamoDB({ endpoint: `http://${host}:${port}`, region: 'eu-west-1', credentials, maxAttempts: 2 });
    return {
      idempotency: (options = {}) => new DynamoDBIdempotencyStore(client, options),
      tokens: () => new DynamoDBTokenStore(client),
      close: () => client.destroy(),
    };
  },
} satisfies Record<string, (address: Address) => Promise<Stores>>;

/** A library. */
export type Library = keyof typeof OPEN;

/** What SQLite needs as soon as two processes use a file. */
const PRAGMAS = 'PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000;';

function nodes(ports: readonly number[]): { host: string; port: number }[] {
  return ports.map((port) => ({ host, port }));
}

function urls(ports: readonly number[]): { url: string }[] {
  return ports.map((port) => ({ url: `redis://${host}:${port}` }));
}

function connection(port: number): { host: string; port: number; user: string; database: string } {
  return { host, port, user: 'waybill', database: 'postgres' };
}
