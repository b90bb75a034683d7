import { connect } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { SqlIdempotencyStore, SqlTokenStore, sqlMigration } from '../../../src/stores/sql.ts';
import { type Library, OPEN } from '../support/clients.ts';
import { engineContract } from '../support/contract.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { newFolder } from '../support/processes.ts';
import { type FaultyProxy, startProxy } from '../support/proxy.ts';
import { nonsenseRows, sqlBulk } from '../support/sql.ts';

describe('PostgreSQL', () => {
  let engine: Postgres;
  let proxy: FaultyProxy;
  let pool: pg.Pool;
  let neon: WebSocketServer;
  beforeAll(async () => {
    engine = await startPostgres();
    proxy = await startProxy(engine.port);
    neon = startNeonProxy(engine.port);
    pool = new pg.Pool({ connectionString: engine.url, max: 4 });
    pool.on('error', () => undefined);
    await pool.query(sqlMigration());
  });
  afterAll(async () => {
    await pool.end();
    neon.close();
    await proxy.close();
    await engine.stop();
  });
  const run = async (text: string): Promise<readonly Record<string, unknown>[]> => (await pool.query(text)).rows;

  engineContract('PostgreSQL through pg', {
    open: () => OPEN.pg({ port: engine.port }),
    reach: () => ({ library: 'pg', address: { port: engine.port } }),
    breakable: async () => ({ ...(await OPEN.pg({ port: proxy.port })), breakNext: (when) => proxy.breakNext(when) }),
    restart: (pause) => engine.restart(pause),
    nonsense: nonsenseRows(run),
    bulk: sqlBulk(run, 'SELECT n FROM generate_series(1, COUNT) AS n'),
  });

  for (const library of ['postgres.js', 'postgres.js without prepared statements', 'pg, repeatable read'] as const satisfies Library[]) {
    engineContract(`PostgreSQL through ${library}`, {
      // Above READ COMMITTED, 64 claims of one key take a while, because PostgreSQL refuses all but one at a time.
      lease: library === 'pg, repeatable read' ? 3_000 : 1_500,
      open: () => OPEN[library]({ port: engine.port }),
      ...(library === 'pg, repeatable read' && { reach: () => ({ library, address: { port: engine.port } }) }),
      breakable: async () => ({ ...(await OPEN[library]({ port: proxy.port })), breakNext: (when) => proxy.breakNext(when) }),
    });
  }

  engineContract("PostgreSQL through Neon's Pool", {
    open: () => OPEN['Neon Pool']({ port: (neon.address() as { port: number }).port }),
  });

  test('a claim and its completion are two statements', async () => {
    let statements = 0;
    const counting = {
      query: (text: string, values: unknown[]) => {
        statements += 1;
        return pool.query(text, values);
      },
    };
    const store = new SqlIdempotencyStore(counting);
    await store.claim('counted', { owner: 'a', lease: 60_000 });
    await store.complete('counted', 'a');
    expect(statements - Number(statements === 3)).toBe(2);
  });

  test('completions sweep: what expired is removed faster than it comes', async () => {
    const store = new SqlIdempotencyStore(pool, { completedFor: 1 });
    const count = async (): Promise<number> =>
      Number((await run("SELECT COUNT(*) AS n FROM waybill_idempotency WHERE id LIKE 'swept-%'"))[0]?.['n']);
    for (let at = 0; at < 1_000; at += 1) await store.complete(`swept-${at}`, 'a');
    expect(await count()).toBeLessThan(300);
  });

  test('a sweep leaves a claim that was taken over meanwhile', async () => {
    await run("INSERT INTO waybill_idempotency VALUES ('taken-over', 'old', 0, 1)");
    const other = await pool.connect();
    await other.query('BEGIN');
    const store = new SqlIdempotencyStore(other);
    expect(await store.claim('taken-over', { owner: 'new', lease: 60_000 })).toBe('claimed');
    // It has selected the row, and waits for the transaction that changes it.
    const swept = new SqlIdempotencyStore(pool).sweep(100_000);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await other.query('COMMIT');
    other.release();
    await swept;
    expect(await store.claim('taken-over', { owner: 'another', lease: 60_000 })).toBe('in-progress');
  });

  describe('a database that is not set up', () => {
    const refused = async (call: Promise<unknown>): Promise<unknown> => call.catch((error: unknown) => error);

    test.each([
      ['has no table', '', /no such table/, /CREATE TABLE IF NOT EXISTS other_a .*PRIMARY KEY/],
      ['has a table with other columns', 'CREATE TABLE other_b (id INT PRIMARY KEY)', /another shape/, /Drop it. Run: CREATE TABLE/],
      ['has a table without a key', 'CREATE TABLE other_c (id TEXT, owner TEXT, done INT, expires BIGINT)', /another shape/, /PRIMARY KEY/],
    ])('and %s: the error says which statement to run', async (_, statement, message, hint) => {
      if (statement) await run(statement);
      const table = statement.match(/other_\w/)?.[0] ?? 'other_a';
      const error = await refused(new SqlIdempotencyStore(pool, { table }).claim('key', { owner: 'a', lease: 1_000 }));
      expect(error).toMatchObject({
        code: 'CONFIGURATION',
        option: 'client',
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      });
    });

    test('and does not allow it: the error says what to grant', async () => {
      await run('CREATE ROLE stranger LOGIN');
      const poor = new pg.Pool({ connectionString: engine.url.replace('waybill@', 'stranger@'), max: 1 });
      const error = await refused(new SqlTokenStore(poor).get('key'));
      expect(error).toMatchObject({ code: 'CONFIGURATION', hint: expect.stringContaining('Grant') });
      await poor.end();
    });

    test('the migration may run again, and in a schema', async () => {
      await run('CREATE SCHEMA shop');
      const tables = { table: 'shop.events', tokenTable: 'shop.tokens' };
      for (let times = 0; times < 2; times += 1) await pool.query(sqlMigration(tables));
      const store = new SqlIdempotencyStore(pool, { table: tables.table });
      expect(await store.claim('a', { owner: 'a', lease: 1_000 })).toBe('claimed');
      expect(await new SqlTokenStore(pool, { tokenTable: tables.tokenTable }).get('a')).toBeUndefined();
    });
  });
});

describe('PGlite', () => {
  const folder = `${newFolder('pglite')}/data`;
  let stores: Awaited<ReturnType<typeof OPEN.PGlite>>;
  beforeAll(async () => {
    stores = await OPEN.PGlite({ file: folder });
  });
  engineContract('PGlite', { open: async () => stores });
});

/** Neon's driver speaks PostgreSQL through a WebSocket: what its service does is done here for ours. */
function startNeonProxy(port: number): WebSocketServer {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (near) => {
    const far = connect(port, '127.0.0.1');
    near.on('message', (data: Buffer) => far.write(data)).on('close', () => far.destroy());
    far
      .on('data', (data) => near.send(data))
      .on('close', () => near.close())
      .on('error', () => near.close());
  });
  return server;
}
