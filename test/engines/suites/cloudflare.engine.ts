import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DurableObjectIdempotencyStore, DurableObjectTokenStore, type ObjectNamespace } from '../../../src/stores/durable-object.ts';
import { type SqlClient, SqlIdempotencyStore, SqlTokenStore, sqlMigration } from '../../../src/stores/sql.ts';
import type { Stores } from '../support/clients.ts';
import { type Cloudflare, startCloudflare } from '../support/cloudflare.ts';
import { engineContract } from '../support/contract.ts';
import { eventually } from '../support/processes.ts';
import { nonsenseRows, sqlBulk } from '../support/sql.ts';

let cloudflare: Cloudflare;
beforeAll(async () => {
  cloudflare = await startCloudflare();
});
afterAll(() => cloudflare.stop());

/** Asks the Worker, which has the bindings. */
async function askWorker(path: string, body?: unknown, headers: Record<string, string> = {}) {
  const init = body === undefined ? {} : { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers };
  return cloudflare.worker.dispatchFetch(`http://worker${path}`, init);
}

/** Of 64 claims of one key in the Worker: how many got it, and how many heard that it is in progress. */
async function claimInWorker(binding: string): Promise<readonly [number, number]> {
  const claims = (await (await askWorker(`/claim/${binding}?key=${randomUUID()}`)).json()) as string[];
  return [claims.filter((claim) => claim === 'claimed').length, claims.filter((claim) => claim === 'in-progress').length];
}

describe('Cloudflare D1', () => {
  const all = async (text: string, ...values: unknown[]) => {
    const response = await askWorker('/sql', { text, values });
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as { results: Record<string, unknown>[] };
  };
  const client: SqlClient = { prepare: (text) => ({ bind: (...values: unknown[]) => ({ all: () => all(text, ...values) }) }) };
  const run = async (text: string) => (await all(text)).results;
  beforeAll(async () => {
    for (const statement of sqlMigration().split(';\n').filter(Boolean)) await run(statement);
  });

  engineContract('Cloudflare D1', {
    lease: 1_500,
    isSlow: true,
    open: async (): Promise<Stores> => ({
      idempotency: (options = {}) => new SqlIdempotencyStore(client, options),
      tokens: () => new SqlTokenStore(client),
      close: () => undefined,
    }),
    restart: () => cloudflare.restart(),
    nonsense: nonsenseRows(run),
    bulk: sqlBulk(
      run,
      'WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < COUNT) SELECT n FROM numbers',
    ),
  });

  test('of 64 claimers in a Worker, one gets the key', async () => {
    expect(await claimInWorker('D1')).toEqual([1, 63]);
  });

  test('without its table it says which statement to run', async () => {
    const store = new SqlIdempotencyStore(client, { table: 'missing' });
    const error: unknown = await store.claim('key', { owner: 'a', lease: 1_000 }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringContaining('no such table'),
      hint: expect.stringContaining('CREATE TABLE'),
    });
  });
});

describe('a Durable Object', () => {
  const bound = (binding: string): ObjectNamespace => ({
    idFromName: (id) => id,
    get: (id: string) => ({ fetch: (_, { body }) => askWorker(`/object/${binding}/${id}`, body) }),
  });
  const namespace = bound('WAYBILL');
  /** Runs a statement in each object. */
  const run = async (text: string): Promise<Record<string, unknown>[]> => {
    const rows: Record<string, unknown>[] = [];
    for (let shard = 0; shard < 8; shard += 1) {
      const response = await askWorker(`/object/WAYBILL/waybill-${shard}`, '{}', { 'x-sql': text });
      rows.push(...((await response.json()) as Record<string, unknown>[]));
    }
    return rows;
  };
  const insert = (key: string, owner: string, value: string, expires: string) =>
    run(`INSERT INTO waybill VALUES ('key:${key}', '${owner}', '${value}', ${expires})`);

  engineContract('a Durable Object', {
    lease: 1_500,
    isSlow: true,
    open: async (): Promise<Stores> => ({
      idempotency: (options = {}) => new DurableObjectIdempotencyStore(namespace, options),
      tokens: () => new DurableObjectTokenStore(namespace),
      close: () => undefined,
    }),
    restart: () => cloudflare.restart(),
    nonsense: {
      'an owner without a name that never lapses': (key) => insert(key, '', '', '9000000000000000'),
      'an expiry that is a string': (key) => insert(key, 'owner', '', "'tomorrow'"),
      'it has expired': (key) => insert(key, 'owner', 'done', '-5'),
    },
    bulk: {
      fill: (count) =>
        run(
          `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count / 8}) INSERT INTO waybill SELECT 'key:many-' || n, 'owner', 'done', n FROM numbers`,
        ),
      expire: async (store) => {
        let longest = 0;
        await eventually('the alarms did not remove it', async () => {
          const since = performance.now();
          await store.claim(randomUUID(), { owner: 'probe', lease: 60_000 });
          longest = Math.max(longest, performance.now() - since);
          const counts = await run("SELECT COUNT(*) AS n FROM waybill WHERE id LIKE 'key:many-%'");
          if (counts.some((row) => Number(row['n']) > 0)) throw new Error('not yet');
        });
        return longest;
      },
      count: async () => (await run("SELECT 1 FROM waybill WHERE id LIKE 'key:many-%'")).length,
    },
  });

  test('of 64 claimers in a Worker, one gets the key', async () => {
    expect(await claimInWorker('WAYBILL')).toEqual([1, 63]);
  });

  test('the keys are spread evenly over the objects', async () => {
    const store = new DurableObjectIdempotencyStore(namespace);
    await Promise.all(Array.from({ length: 400 }, (_, at) => store.claim(`even-${at}`, { owner: 'a', lease: 60_000 })));
    const counts = (await run("SELECT COUNT(*) AS n FROM waybill WHERE id LIKE 'key:even-%'")).map((row) => Number(row['n']));
    expect(counts).toHaveLength(8);
    expect(Math.min(...counts)).toBeGreaterThan(25);
  });

  test('a binding of another class is an error that says so', async () => {
    const store = new DurableObjectIdempotencyStore(bound('OTHER'));
    const error: unknown = await store.claim('key', { owner: 'a', lease: 1_000 }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'CONFIGURATION', option: 'namespace', hint: expect.stringContaining('class_name') });
  });
});
