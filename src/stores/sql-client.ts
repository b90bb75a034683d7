/**
 * SQL clients: how each is recognised, and how it runs a statement.
 *
 * @module
 */
import { assertOption } from '../core/errors.ts';
import { callEngine, type KnownFault, SURFACE, wordsOf } from './engine.ts';

/** `Pool` or `Client` of pg, of Neon's driver (also its function for HTTP), of PGlite. */
export interface PostgresClient {
  query(text: string, values: unknown[]): Promise<unknown>;
}

/** postgres.js. */
export interface PostgresJsClient {
  unsafe(text: string, values: never[], options: { readonly prepare: boolean }): PromiseLike<unknown>;
}

/** node:sqlite, better-sqlite3, libsql, and Cloudflare D1. */
export interface SqliteClient {
  prepare(text: string): unknown;
}

/** @libsql/client, for Turso too. */
export interface LibsqlClient {
  execute(statement: { sql: string; args: (string | number)[] }): Promise<unknown>;
}

/** A client of one of the libraries. */
export type SqlClient = PostgresClient | PostgresJsClient | SqliteClient | LibsqlClient;

type Row = Readonly<Record<string, unknown>>;

/** Runs a statement with `$1`, `$2` … as placeholders, and `:now` for the time in milliseconds. */
export type Query = (text: string, ...values: (string | number)[]) => Promise<readonly Row[]>;

/**
 * The engine's clock: beside the placeholders the only difference between the statements. In PostgreSQL it stands still while a statement
 * runs: with `clock_timestamp()` one row could be judged at two times. It is not `now()`, which is the beginning of a transaction that the
 * caller may have opened long ago.
 */
const NOW: Readonly<Record<'postgres' | 'sqlite', string>> = {
  postgres: 'CAST(EXTRACT(EPOCH FROM statement_timestamp()) * 1000 AS BIGINT)',
  sqlite: "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
};

/** Above READ COMMITTED, PostgreSQL refuses one of two that change a row at the same time: serialization_failure, deadlock_detected. */
const CONFLICT = /40001|40P01/;
const MAX_CONFLICTS = 30;
/** Milliseconds at most until it is tried again. */
const PAUSE = 50;

const EXPECTED = 'must be a client of pg, postgres.js, Neon, PGlite, node:sqlite, better-sqlite3, libSQL or Cloudflare D1';

interface Methods {
  query?: PostgresClient['query'];
  unsafe?: PostgresJsClient['unsafe'];
  execute?: LibsqlClient['execute'];
  prepare?: (text: string) => { bind?(...values: unknown[]): { all(): unknown }; all(...values: unknown[]): unknown };
}

/** Recognises the client by its methods. */
export function queryOf(client: SqlClient, migration: string): Query {
  const methods = (client ?? {}) as Methods;
  const has = (name: keyof Methods): boolean => typeof methods[name] === 'function';
  const isPostgres = has('unsafe') || has('query');
  // mysql2 has two of them, Bun's SQLite too.
  const isKnown = has('execute') || has('prepare') ? !isPostgres && has('execute') !== has('prepare') : isPostgres;
  assertOption(isKnown, SURFACE, 'client', EXPECTED, "Pass the driver's client, not that of an ORM.");
  const now = NOW[isPostgres ? 'postgres' : 'sqlite'];
  const run = (text: string, values: (string | number)[]): unknown => {
    // postgres.js asks for the types of the parameters first unless the statement is prepared: two round trips.
    if (has('unsafe')) return methods.unsafe?.(text, values as never[], { prepare: true });
    if (has('query')) return methods.query?.(text, values);
    // Each `?` gets its own value, because better-sqlite3 takes `?1` for a name.
    const args: (string | number)[] = [];
    const sql = text.replace(/\$(\d)/g, (_, place) => {
      args.push(values[place - 1] as string | number);
      return '?';
    });
    if (has('execute')) return methods.execute?.({ sql, args });
    const statement = methods.prepare?.(sql);
    return statement?.bind ? statement.bind(...args).all() : statement?.all(...args);
  };
  const faults = faultsOf(migration);
  return (text, ...values) =>
    callEngine(
      async () => {
        const sql = text.replaceAll(':now', now);
        for (let conflicts = 0; ; conflicts += 1) {
          try {
            const result = (await run(sql, values)) as { rows?: Row[]; results?: Row[] } | Row[] | undefined;
            const rows = Array.isArray(result) ? result : (result?.rows ?? result?.results);
            assertOption(Array.isArray(rows), SURFACE, 'client', EXPECTED, 'It returned no rows: a client with callbacks is another one.');
            return rows;
          } catch (error) {
            if (conflicts === MAX_CONFLICTS || !CONFLICT.test(wordsOf(error))) throw error;
            await new Promise((resolve) => setTimeout(resolve, Math.random() * PAUSE));
          }
        }
      },
      faults,
      values.map(String),
    );
}

/** The owner in the row that every claim returns. Without it each event would count as another process's. */
export function ownerIn(row: Row | undefined): string {
  const owner = row?.['owner'];
  assertOption(typeof owner === 'string', SURFACE, 'client', 'must return rows as objects with the names of their columns, as they are');
  return owner as string;
}

function faultsOf(migration: string): readonly KnownFault[] {
  const run = `Run: ${migration}`;
  return [
    [/42P01|no such table/, 'client', 'has no such table', run],
    // Also without its primary key.
    [/42703|42P10|no such column|no column named|any PRIMARY KEY/, 'client', 'has a table of another shape', `Drop it. ${run}`],
    [/42501/, 'client', 'may not use the table', 'Grant SELECT, INSERT, UPDATE and DELETE.'],
    [
      /SQLITE_BUSY|is locked/,
      'client',
      'is locked by another process',
      'Run: PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000; (@libsql/client: pass timeout: 5000)',
    ],
  ];
}
