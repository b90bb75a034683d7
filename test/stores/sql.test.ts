import { describe, expect, test, vi } from 'vitest';
import { type SqlClient, SqlIdempotencyStore, SqlTokenStore, sqlMigration } from '../../src/stores/sql.ts';
import { waybillErrorOf } from '../support/errors.ts';

const LEASE = { owner: 'owner', lease: 1_000 };
const CLAIMED = [{ owner: 'owner', done: 0 }];

/** Every shape of client, each recording the statement and its values, each returning the rows in its own way. */
function clients(rows: readonly object[] = CLAIMED) {
  const calls: [text: string, values: unknown[]][] = [];
  const record = (text: string, values: unknown[]) => {
    calls.push([text, values]);
    return rows;
  };
  const shapes: Record<string, SqlClient> = {
    'pg, PGlite': { query: async (text, values) => ({ rows: record(text, values) }) },
    "Neon's function": Object.assign(() => undefined, { query: async (text: string, values: unknown[]) => record(text, values) }),
    'postgres.js': Object.assign(() => undefined, { unsafe: async (text: string, values: never[]) => record(text, values) }),
    'node:sqlite, libsql': { prepare: (text) => ({ all: (...values: unknown[]) => record(text, values) }) },
    'better-sqlite3': {
      prepare: (text) => ({ bind: (...values: unknown[]) => ({ all: () => record(text, values) }), all: () => undefined }),
    },
    '@libsql/client': { execute: async ({ sql, args }) => ({ rows: record(sql, args) }) },
    'Cloudflare D1': {
      prepare: (text) => ({ bind: (...values: unknown[]) => ({ all: async () => ({ results: record(text, values), success: true }) }) }),
    },
  };
  return { calls, shapes };
}
const SHAPES = Object.keys(clients().shapes);
const shapeOf = (name: string, rows?: readonly object[]) => {
  const { calls, shapes } = clients(rows);
  return { calls, client: shapes[name] as SqlClient };
};

describe.each(SHAPES)('through %s', (name) => {
  const isPostgres = name.includes('pg') || name.includes('Neon') || name.includes('postgres');

  test('a claim is one statement, with as many values as placeholders', async () => {
    const { calls, client } = shapeOf(name);
    expect(await new SqlIdempotencyStore(client).claim('event', LEASE)).toBe('claimed');
    expect(calls).toHaveLength(1);
    const [text, values] = calls[0] as [string, unknown[]];
    const placeholders = text.match(isPostgres ? /\$\d/g : /\?/g) ?? [];
    expect(isPostgres ? new Set(placeholders).size : placeholders.length).toBe(values.length);
    expect(values).toEqual(['event', 'owner', 1_000]);
    expect(text).not.toContain(':now');
    expect(text).toContain(isPostgres ? 'statement_timestamp()' : "julianday('now')");
  });

  test('a parameter that is used more than once is passed each time, unless it has a number', async () => {
    const { calls, client } = shapeOf(name, [{ owner: 'owner', token: '', expires: 5 }]);
    const need = { ...LEASE, expiresAfter: 7.2, refused: 'old' };
    expect(await new SqlTokenStore(client).claim('hash', need)).toBe('claimed');
    const values = calls[0]?.[1];
    if (isPostgres) expect(values).toEqual(['hash', 'owner', 1_000, 8, 'old']);
    else expect(values).toEqual(['hash', 'owner', 1_000, 'old', 8, 'old', 8, 'old', 8]);
  });
});

test.each([
  [{ owner: 'owner', done: 0 }, 'claimed'],
  [{ owner: 'another', done: 0 }, 'in-progress'],
  [{ owner: 'another', done: 1 }, 'completed'],
  [{ owner: 'owner', done: 1 }, 'completed'],
  [{ owner: 'another', done: 1n }, 'completed'],
  [{ owner: 'another', done: '1' }, 'completed'],
  [{ owner: 'another', done: 7 }, 'in-progress'],
])('the row %o means %s', async (row, claim) => {
  expect(await new SqlIdempotencyStore(shapeOf('pg, PGlite', [row]).client).claim('event', LEASE)).toBe(claim);
});

test('without a row a completion, a release and an extension failed', async () => {
  const store = (rows: readonly object[]) => new SqlIdempotencyStore(shapeOf('pg, PGlite', rows).client);
  for (const [rows, isDone] of [
    [[{ done: 1 }], true],
    [[], false],
  ] as const) {
    expect([await store(rows).complete('a', 'o'), await store(rows).release('a', 'o'), await store(rows).extend('a', 'o', 5)]).toEqual([
      isDone,
      isDone,
      isDone,
    ]);
  }
});

test('a token that PostgreSQL returns with a BIGINT as a string has a number', async () => {
  const { client } = shapeOf('pg, PGlite', [{ owner: '', token: 'Atza|x', expires: '1800000000000' }]);
  const store = new SqlTokenStore(client);
  const token = { accessToken: 'Atza|x', expiresAt: 1_800_000_000_000 };
  expect([await store.get('hash'), await store.claim('hash', { ...LEASE, expiresAfter: 0 })]).toEqual([token, token]);
});

test('the automatic sweep comes with every hundredth completion, in each process at another time', async () => {
  const { calls, client } = shapeOf('pg, PGlite', [{ done: 1 }]);
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  const store = new SqlIdempotencyStore(client);
  vi.restoreAllMocks();
  for (let at = 0; at < 400; at += 1) await store.complete(`event-${at}`, 'owner');
  const sweeps = calls.flatMap(([text], at) => (text.includes('LIMIT') ? [at] : []));
  expect(sweeps).toHaveLength(4);
  expect(sweeps[0]).toBe(49);
  expect(calls.filter(([text]) => text.includes('LIMIT')).every(([, values]) => values[0] === 200)).toBe(true);
});

test('a sweep that fails does not disturb the completion', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.001);
  const client: SqlClient = {
    query: async (text) => {
      if (text.includes('LIMIT')) throw new Error('deadlock');
      return { rows: [{ done: 1 }] };
    },
  };
  const store = new SqlIdempotencyStore(client);
  vi.restoreAllMocks();
  expect(await store.complete('event', 'owner')).toBe(true);
});

describe('a conflict above READ COMMITTED', () => {
  const conflict = (code: string) => Object.assign(new Error('could not serialize access'), { code });

  test.each(['40001', '40P01'])('%s is tried again', async (code) => {
    let attempts = 0;
    const client: SqlClient = {
      query: async () => {
        attempts += 1;
        if (attempts < 4) throw conflict(code);
        return { rows: CLAIMED };
      },
    };
    expect(await new SqlIdempotencyStore(client).claim('event', LEASE)).toBe('claimed');
    expect(attempts).toBe(4);
  });

  test('that never ends is an error', async () => {
    let attempts = 0;
    const error = conflict('40001');
    const client: SqlClient = {
      query: async () => {
        attempts += 1;
        throw error;
      },
    };
    const thrown = await waybillErrorOf(() => new SqlIdempotencyStore(client).claim('event', LEASE));
    expect(thrown).toMatchObject({ code: 'CONNECTION', systemCode: '40001', message: `the store failed: ${error.message}` });
    expect(attempts).toBe(31);
  });
});

describe('a client that cannot work is refused with the names of those that can', () => {
  test.each<[string, unknown]>([
    ['none', undefined],
    ['null', null],
    ['a URL', 'postgres://localhost'],
    ['an empty object', {}],
    ['mysql2', { query: async () => [[], []], execute: async () => [[], []] }],
    ["Bun's SQLite", { query: () => ({ all: () => [] }), prepare: () => undefined }],
    ["Prisma's client", { $queryRaw: async () => [] }],
    ['a client of Redis', { get: async () => '', evalsha: async () => '' }],
  ])('%s', async (_, client) => {
    for (const create of [() => new SqlIdempotencyStore(client as never), () => new SqlTokenStore(client as never)]) {
      const error = await waybillErrorOf(create);
      expect(error).toMatchObject({ code: 'CONFIGURATION', option: 'client', message: expect.stringContaining('pg, postgres.js, Neon') });
    }
  });
});

test.each<[string, object]>([
  ['sqlite3, which has callbacks', { prepare: () => ({ all: () => undefined }) }],
  ['mysql 1, which has events', { query: () => ({ on: () => undefined }) }],
  ['rows that are arrays', { query: async () => ({ rows: [['owner', 0]] }) }],
  ['columns in capitals', { query: async () => ({ rows: [{ OWNER: 'owner', DONE: 0 }] }) }],
  ['no row', { query: async () => ({ rows: [] }) }],
])('a claim through %s is refused, and not in progress for ever', async (_, client) => {
  const claims = [
    () => new SqlIdempotencyStore(client as never).claim('event', LEASE),
    () => new SqlTokenStore(client as never).claim('hash', { ...LEASE, expiresAfter: 1 }),
  ];
  for (const claim of claims) expect(await waybillErrorOf(claim)).toMatchObject({ code: 'CONFIGURATION', option: 'client' });
});

test.each([
  [{ table: null }, 'table'],
  [{ table: ['a'] }, 'table'],
  [{ table: true }, 'table'],
  [{ table: 'a; DROP TABLE b' }, 'table'],
  [{ table: '' }, 'table'],
  [{ table: 'a.b.c' }, 'table'],
  [{ table: '1a' }, 'table'],
  [{ table: 'a"b' }, 'table'],
  [{ table: `${'a'.repeat(60)}` }, 'table'],
  [{ tableName: 'a' }, 'tableName'],
  [{ completedFor: -1 }, 'completedFor'],
])('the options %o are refused', async (options, option) => {
  const error = await waybillErrorOf(() => new SqlIdempotencyStore(shapeOf('pg, PGlite').client, options as never));
  expect(error).toMatchObject({ code: 'CONFIGURATION', option });
});

test('the table of the tokens is checked too', async () => {
  expect(await waybillErrorOf(() => new SqlTokenStore(shapeOf('pg, PGlite').client, { tokenTable: 'a b' }))).toMatchObject({
    option: 'tokenTable',
  });
  expect(await waybillErrorOf(() => sqlMigration({ tokenTable: "x'" }))).toMatchObject({ option: 'tokenTable' });
});

describe('the migration', () => {
  test('creates both tables and the index, and may run again', () => {
    const statements = sqlMigration()
      .split(';\n')
      .filter((statement) => statement.trim() !== '');
    expect(statements.map((statement) => statement.split(' (')[0])).toEqual([
      'CREATE TABLE IF NOT EXISTS waybill_idempotency',
      'CREATE INDEX IF NOT EXISTS waybill_idempotency_expires ON waybill_idempotency',
      'CREATE TABLE IF NOT EXISTS waybill_tokens',
    ]);
  });

  test('names the index after the table, without its schema', () => {
    expect(sqlMigration({ table: 'shop.events' })).toContain('INDEX IF NOT EXISTS events_expires ON shop.events ');
  });
});

test.each([
  [{ code: '42P01', message: 'relation "x" does not exist' }, /no such table/, /^Run: CREATE TABLE/],
  [{ message: 'no such table: waybill_idempotency' }, /no such table/, /^Run: CREATE TABLE/],
  [{ message: 'D1_ERROR: no such table: waybill_idempotency: SQLITE_ERROR' }, /no such table/, /^Run: CREATE TABLE/],
  [{ code: '42703', message: 'column "t" does not exist' }, /another shape/, /Drop it/],
  [{ code: '42P10', message: 'there is no unique or exclusion constraint' }, /another shape/, /Drop it/],
  [{ code: '42501', message: 'permission denied for table x' }, /may not use/, /Grant/],
  [{ code: 'SQLITE_BUSY', message: 'database is locked' }, /locked/, /busy_timeout/],
])('%o: the error says what to do', async (details, problem, hint) => {
  const client: SqlClient = { query: () => Promise.reject(Object.assign(new Error(details.message), details)) };
  for (const call of [() => new SqlIdempotencyStore(client).claim('event', LEASE), () => new SqlTokenStore(client).get('hash')]) {
    const error = await waybillErrorOf(call);
    expect(error).toMatchObject({
      code: 'CONFIGURATION',
      option: 'client',
      message: expect.stringMatching(problem),
      hint: expect.stringMatching(hint),
    });
  }
});
