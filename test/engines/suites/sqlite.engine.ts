import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import Libsql from 'libsql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SqlIdempotencyStore, type SqliteClient, sqlMigration } from '../../../src/stores/sql.ts';
import { type Library, OPEN, type Stores } from '../support/clients.ts';
import { engineContract } from '../support/contract.ts';
import { forkBundle } from '../support/fork.ts';
import { newFolder } from '../support/processes.ts';
import { nonsenseRows, sqlBulk } from '../support/sql.ts';

/** Node has SQLite from 22 on. run.mjs runs this file on such a Node too. */
const hasSqlite = Number(process.versions.node.split('.')[0]) >= 22;
/** Compiled for minutes, so it is not among the dependencies: `npm install --no-save better-sqlite3` and set this. */
const hasBetter = process.env['WAYBILL_BETTER_SQLITE3'] === '1';
const libraries: readonly Library[] = hasSqlite
  ? ['node:sqlite']
  : ['libsql', '@libsql/client', ...(hasBetter ? (['better-sqlite3'] as const) : [])];

for (const [at, library] of libraries.entries()) {
  describe(`SQLite through ${library}`, () => {
    const file = `${newFolder('sqlite')}/waybill.db`;
    let own: Stores;
    beforeAll(async () => {
      own = await OPEN[library]({ file });
    });
    afterAll(() => own.close());
    const run = async (text: string) => {
      const database = await openSqlite(library, file);
      const rows = database.prepare(text).all();
      database.close();
      return rows;
    };

    engineContract(`SQLite through ${library}`, {
      open: () => OPEN[library]({ file }),
      reach: () => ({ library, address: { file } }),
      ...(at === 0 && {
        nonsense: nonsenseRows(run),
        bulk: sqlBulk(
          run,
          'WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < COUNT) SELECT n FROM numbers',
        ),
      }),
    });

    test('a process that is killed in the midst of its claims leaves a file that the others go on with', async () => {
      const keys = Array.from({ length: 2_000 }, (_, key) => `killed-${key}`);
      const child = await forkBundle('support/claimer.ts', { library, address: { file }, skew: 0 });
      child.send({ keys, owners: 1, lease: 300 });
      await sleep(200);
      child.kill('SIGKILL');
      await once(child, 'exit');
      await sleep(500);
      const store = own.idempotency();
      for (const key of keys.slice(0, 50)) {
        expect(await store.claim(key, { owner: 'survivor', lease: 60_000 })).toBe('claimed');
        expect(await store.complete(key, 'survivor')).toBe(true);
      }
    });
  });
}

test.runIf(!hasSqlite)('a file that another process has locked is an error that says what to set', async () => {
  const file = `${newFolder('sqlite')}/locked.db`;
  const holder = new Libsql(file);
  holder.exec(sqlMigration());
  holder.exec('BEGIN EXCLUSIVE');
  const store = new SqlIdempotencyStore(new Libsql(file));
  const error: unknown = await store.claim('key', { owner: 'a', lease: 1_000 }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: 'CONFIGURATION',
    message: expect.stringContaining('locked'),
    hint: expect.stringContaining('busy_timeout'),
  });
  holder.exec('ROLLBACK');
});

test.runIf(!hasSqlite).each([
  ['has no table', '', /no such table/],
  ['has a table with other columns', 'CREATE TABLE waybill_idempotency (id INT PRIMARY KEY)', /another shape/],
  ['has a table without a key', 'CREATE TABLE waybill_idempotency (id TEXT, owner TEXT, done INT, expires BIGINT)', /another shape/],
])('a file that %s: the error says which statement to run', async (_, statement, message) => {
  const database = new Libsql(':memory:');
  if (statement) database.exec(statement);
  const store = new SqlIdempotencyStore(database as SqliteClient);
  const error: unknown = await store.claim('key', { owner: 'a', lease: 1_000 }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: 'CONFIGURATION',
    message: expect.stringMatching(message),
    hint: expect.stringContaining('CREATE TABLE'),
  });
});

interface Sqlite {
  prepare(text: string): { all(): Readonly<Record<string, unknown>>[] };
  close(): void;
}

/** The file, past the store. */
async function openSqlite(library: Library, file: string): Promise<Sqlite> {
  if (library !== 'node:sqlite') return new Libsql(file) as unknown as Sqlite;
  const { DatabaseSync } = await import('node:sqlite');
  return new DatabaseSync(file) as unknown as Sqlite;
}
