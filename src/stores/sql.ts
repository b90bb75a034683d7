/**
 * Idempotency and access tokens in a SQL database, through the client library that you have: PostgreSQL (pg, postgres.js, Neon, PGlite),
 * SQLite (node:sqlite, better-sqlite3, libSQL) and Cloudflare D1. Each call is one statement, so it is atomic and costs one round trip.
 *
 * The database's own clock decides when a lease has passed, so the clocks of your processes do not matter.
 *
 * Create the tables first: {@link sqlMigration} returns the statements, and `waybill stores sql` prints them.
 *
 * @module waybill/stores/sql
 */
import type { AccessToken, TokenNeed, TokenStore } from '../core/call/tokens.ts';
import { assertOption } from '../core/errors.ts';
import { notify } from '../core/hooks.ts';
import { type Claim, COMPLETED_FOR, type IdempotencyStore, storeKey } from '../core/idempotency.ts';
import { checkStoreOptions, SURFACE } from './engine.ts';
import { ownerIn, type Query, queryOf, type SqlClient } from './sql-client.ts';

export type { AccessToken, TokenNeed, TokenStore } from '../core/call/tokens.ts';
export type { Claim, IdempotencyStore } from '../core/idempotency.ts';
export * from '../core/index.ts';
export type { LibsqlClient, PostgresClient, PostgresJsClient, SqlClient, SqliteClient } from './sql-client.ts';

/** Names of the tables. In PostgreSQL each may have a schema before it: `shop.waybill_tokens`. */
export interface SqlTables {
  /** @default 'waybill_idempotency' */
  readonly table?: string | undefined;
  /** @default 'waybill_tokens' */
  readonly tokenTable?: string | undefined;
}

const TABLE = 'waybill_idempotency';
const TOKEN_TABLE = 'waybill_tokens';

/**
 * The statements that create the tables, for PostgreSQL, SQLite and D1. They change nothing if the tables exist.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` for a name that is not one.
 *
 * @example
 * ```ts
 * import { Pool } from 'pg';
 * import { sqlMigration } from 'waybill/stores/sql';
 *
 * await new Pool().query(sqlMigration());
 * ```
 */
export function sqlMigration({ table = TABLE, tokenTable = TOKEN_TABLE }: SqlTables = {}): string {
  return `${createTable(table)}\n${createTokenTable(tokenTable)}\n`;
}

function createTable(table: string): string {
  checkTable('table', table);
  return `CREATE TABLE IF NOT EXISTS ${table} (id VARCHAR(256) PRIMARY KEY, owner VARCHAR(64) NOT NULL, done INTEGER NOT NULL, expires BIGINT NOT NULL);
CREATE INDEX IF NOT EXISTS ${table.replace(/.*\./, '')}_expires ON ${table} (expires);`;
}

function createTokenTable(table: string): string {
  checkTable('tokenTable', table);
  return `CREATE TABLE IF NOT EXISTS ${table} (id VARCHAR(256) PRIMARY KEY, owner VARCHAR(64) NOT NULL, token TEXT NOT NULL, expires BIGINT NOT NULL);`;
}

/** It becomes part of statements. */
function checkTable(option: string, table: string): void {
  const isName = typeof table === 'string' && /^(?:[a-z_]\w{0,50}\.)?[a-z_]\w{0,50}$/i.test(table);
  assertOption(isName, SURFACE, option, 'must be a name of letters, digits and underscores');
}

/** Options of {@link SqlIdempotencyStore}. */
export interface SqlIdempotencyStoreOptions extends Pick<SqlTables, 'table'> {
  /**
   * Milliseconds that a completed key is remembered. EventBridge redelivers for 24 hours.
   * @default 90_000_000 (25 hours)
   */
  readonly completedFor?: number | undefined;
}

/** Completions between two sweeps, and rows that one removes at most: it removes them faster than they come. */
const SWEEP_EVERY = 100;
const SWEEP_ROWS = 200;

/**
 * Remembers handled events in a SQL database, for any number of processes: one statement for a claim, one for its completion.
 *
 * A row takes about 150 bytes, twice that with its index. Expired rows are removed in small bites, with every hundredth completion; see
 * {@link sweep} to do it yourself.
 *
 * Pass the pool, not a connection on which a transaction is open: what is rolled back was never claimed. SQLite needs
 * `PRAGMA journal_mode = WAL` and `PRAGMA busy_timeout = 5000` as soon as two processes use the file; `@libsql/client` opens its own connections
 * and needs the option `timeout: 5000` for the second.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` at construction for another client or for options that cannot work, and at a call if
 *   the table is missing or is another one, with the statement to run, or if SQLite is locked.
 *
 * @example PostgreSQL
 * ```ts
 * import { Pool } from 'pg';
 * import { SqlIdempotencyStore } from 'waybill/stores/sql';
 *
 * const pool = new Pool({ max: 6, connectionTimeoutMillis: 1_500, query_timeout: 1_500 });
 * // Without a listener, pg ends the process when the server closes an idle connection.
 * pool.on('error', (error) => console.error(error));
 * const idempotencyStore = new SqlIdempotencyStore(pool);
 * ```
 *
 * @example Cloudflare D1
 * ```ts
 * import { type SqlClient, SqlIdempotencyStore } from 'waybill/stores/sql';
 *
 * export const storeOf = (env: { readonly DB: SqlClient }) => new SqlIdempotencyStore(env.DB);
 * ```
 */
export class SqlIdempotencyStore implements Required<IdempotencyStore> {
  readonly #query: Query;
  readonly #table: string;
  readonly #completedFor: number;
  /** Not the same in each process: one that lives for a few events only must sweep now and then too. */
  #untilSweep: number = Math.ceil(Math.random() * SWEEP_EVERY);

  constructor(client: SqlClient, options: SqlIdempotencyStoreOptions = {}) {
    checkStoreOptions(options, ['table', 'completedFor']);
    const { table = TABLE, completedFor = COMPLETED_FOR } = options;
    this.#query = queryOf(client, createTable(table));
    this.#table = table;
    this.#completedFor = completedFor;
  }

  // One statement that always returns a row: with a second one to see who holds the key, it could have changed in between.
  async claim(key: string, { owner, lease }: { readonly owner: string; readonly lease: number }): Promise<Claim> {
    const [row] = await this.#query(
      `INSERT INTO ${this.#table} AS t (id, owner, done, expires) VALUES ($1, $2, 0, :now + CAST($3 AS BIGINT)) ON CONFLICT (id) DO UPDATE SET
owner = CASE WHEN t.expires <= :now THEN excluded.owner ELSE t.owner END,
done = CASE WHEN t.expires <= :now THEN 0 ELSE t.done END,
expires = CASE WHEN t.expires <= :now OR (t.done = 0 AND t.owner = excluded.owner) THEN excluded.expires ELSE t.expires END
RETURNING owner, done`,
      await storeKey(key),
      owner,
      Math.ceil(lease),
    );
    const isMine = ownerIn(row) === owner;
    if (Number(row?.['done']) === 1) return 'completed';
    return isMine ? 'claimed' : 'in-progress';
  }

  async complete(key: string, owner: string): Promise<boolean> {
    this.#untilSweep -= 1;
    if (this.#untilSweep <= 0) {
      this.#untilSweep = SWEEP_EVERY;
      // Not waited for. If it fails, a later one does its work.
      notify(() => this.sweep(SWEEP_ROWS));
    }
    const rows = await this.#query(
      `INSERT INTO ${this.#table} AS t (id, owner, done, expires) VALUES ($1, $2, 1, :now + CAST($3 AS BIGINT)) ON CONFLICT (id) DO UPDATE SET
owner = excluded.owner, done = 1, expires = excluded.expires WHERE t.owner = excluded.owner OR t.expires <= :now RETURNING done`,
      await storeKey(key),
      owner,
      Math.ceil(this.#completedFor),
    );
    return rows.length > 0;
  }

  async release(key: string, owner: string): Promise<boolean> {
    const sql = `DELETE FROM ${this.#table} WHERE id = $1 AND owner = $2 AND done = 0 RETURNING done`;
    return (await this.#query(sql, await storeKey(key), owner)).length > 0;
  }

  async extend(key: string, owner: string, lease: number): Promise<boolean> {
    const rows = await this.#query(
      `UPDATE ${this.#table} SET expires = :now + CAST($3 AS BIGINT) WHERE id = $1 AND owner = $2 AND done = 0 RETURNING done`,
      await storeKey(key),
      owner,
      Math.ceil(lease),
    );
    return rows.length > 0;
  }

  /**
   * Removes expired rows, the oldest first, and returns how many. Call it from a schedule if the automatic sweep is not enough: after a long
   * pause, or to keep the table small at night.
   *
   * @param limit Rows at most. Small bites hold locks for a short time only.
   *
   * @example
   * ```ts
   * import { Pool } from 'pg';
   * import { SqlIdempotencyStore } from 'waybill/stores/sql';
   *
   * const store = new SqlIdempotencyStore(new Pool());
   * while ((await store.sweep(1_000)) === 1_000);
   * ```
   */
  async sweep(limit = 1_000): Promise<number> {
    // Twice, because a row may be claimed after it was selected.
    const rows = await this.#query(
      `DELETE FROM ${this.#table} WHERE id IN (SELECT id FROM ${this.#table} WHERE expires <= :now ORDER BY expires LIMIT $1) AND expires <= :now RETURNING done`,
      limit,
    );
    return rows.length;
  }
}

/**
 * Shares access tokens through a SQL database, so that a thousand workers fetch one token and not a thousand: one process fetches it, the
 * others wait for it. The tokens are secrets, stored as they are: guard the table as you guard your credentials.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` at construction for another client or for options that cannot work.
 *
 * @example
 * ```ts
 * import { Pool } from 'pg';
 * import { NdrFeedbackClient } from 'waybill/shipping-ndr';
 * import { SqlTokenStore } from 'waybill/stores/sql';
 *
 * const credentials = { clientId: 'amzn1.application-oa2-client.1', clientSecret: 'amzn1.oa2-cs.v1.1', refreshToken: 'Atzr|1' };
 * const client = new NdrFeedbackClient({ credentials, tokenStore: new SqlTokenStore(new Pool()) });
 * ```
 */
export class SqlTokenStore implements Required<TokenStore> {
  readonly #query: Query;
  readonly #table: string;

  constructor(client: SqlClient, options: Pick<SqlTables, 'tokenTable'> = {}) {
    checkStoreOptions(options, ['tokenTable']);
    const { tokenTable = TOKEN_TABLE } = options;
    this.#query = queryOf(client, createTokenTable(tokenTable));
    this.#table = tokenTable;
  }

  async get(key: string): Promise<AccessToken | undefined> {
    const [row] = await this.#query(`SELECT token, expires FROM ${this.#table} WHERE id = $1 AND token <> ''`, key);
    return row && toToken(row);
  }

  async set(key: string, { accessToken, expiresAt }: AccessToken): Promise<void> {
    await this.#query(
      `INSERT INTO ${this.#table} AS t (id, owner, token, expires) VALUES ($1, '', $2, CAST($3 AS BIGINT)) ON CONFLICT (id) DO UPDATE SET
owner = '', token = excluded.token, expires = excluded.expires RETURNING owner`,
      key,
      accessToken,
      Math.floor(expiresAt),
    );
  }

  async claim(key: string, { owner, lease, refused = '', expiresAfter }: TokenNeed): Promise<AccessToken | 'claimed' | 'in-progress'> {
    const keep = `(t.token <> '' AND t.token <> $5 AND t.expires > CAST($4 AS BIGINT)) OR (t.token = '' AND t.owner <> excluded.owner AND t.expires > :now)`;
    const [row] = await this.#query(
      `INSERT INTO ${this.#table} AS t (id, owner, token, expires) VALUES ($1, $2, '', :now + CAST($3 AS BIGINT)) ON CONFLICT (id) DO UPDATE SET
owner = CASE WHEN ${keep} THEN t.owner ELSE excluded.owner END,
token = CASE WHEN ${keep} THEN t.token ELSE '' END,
expires = CASE WHEN ${keep} THEN t.expires ELSE excluded.expires END
RETURNING owner, token, expires`,
      key,
      owner,
      Math.ceil(lease),
      Math.ceil(expiresAfter),
      refused,
    );
    const isMine = ownerIn(row) === owner;
    if (row?.['token']) return toToken(row);
    return isMine ? 'claimed' : 'in-progress';
  }

  async release(key: string, owner: string): Promise<void> {
    await this.#query(`DELETE FROM ${this.#table} WHERE id = $1 AND owner = $2 AND token = '' RETURNING owner`, key, owner);
  }
}

/** PostgreSQL returns a BIGINT as a string. */
function toToken({ token, expires }: Readonly<Record<string, unknown>>): AccessToken {
  return { accessToken: String(token), expiresAt: Number(expires) };
}
