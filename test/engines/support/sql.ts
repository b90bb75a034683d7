/** What the contract needs of a SQL engine, whatever runs its statements. */
import type { Bulk, Subject } from './contract.ts';

/** Runs a statement. */
export type Run = (
  statement: string,
) => Promise<readonly Readonly<Record<string, unknown>>[]> | readonly Readonly<Record<string, unknown>>[];

/** Rows that the store did not write. A row has `NOT NULL` columns, so nonsense is limited to values. */
export function nonsenseRows(run: Run): NonNullable<Subject['nonsense']> {
  const insert = (key: string, owner: string, done: number | string, expires: number | string) =>
    run(`INSERT INTO waybill_idempotency (id, owner, done, expires) VALUES ('${key}', '${owner}', ${done}, ${expires})`);
  return {
    'an owner without a name that never lapses': (key) => insert(key, '', 0, 9_000_000_000_000_000),
    'done is neither 0 nor 1': (key) => insert(key, 'owner', 7, 9_000_000_000_000_000),
    'done is negative, and it has expired': (key) => insert(key, 'owner', -1, -5),
  };
}

/** `series` selects the numbers from 1 to COUNT as `n`. */
export function sqlBulk(run: Run, series: string): Bulk {
  return {
    fill: async (count) => {
      const insert = `INSERT INTO waybill_idempotency (id, owner, done, expires) SELECT 'many-' || n, 'owner', n % 2, n`;
      await run(`${insert} FROM (${series.replace('COUNT', `${count}`)}) AS numbers`);
    },
    expire: async (store) => {
      const { sweep } = store as unknown as { sweep(limit: number): Promise<number> };
      let longest = 0;
      for (let removed = 1_000; removed === 1_000; ) {
        const since = performance.now();
        removed = await sweep.call(store, 1_000);
        longest = Math.max(longest, performance.now() - since);
      }
      return longest;
    },
    count: async () => Number((await run("SELECT COUNT(*) AS n FROM waybill_idempotency WHERE id LIKE 'many-%'"))[0]?.['n']),
  };
}
