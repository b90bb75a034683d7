import { describe, expect, test } from 'vitest';
import { sqlMigration } from '../../../src/stores/sql.ts';
import { json, waybill } from '../../support/cli/terminal.ts';

describe('waybill stores sql', () => {
  test('prints the migration as it is, however narrow the terminal is', async () => {
    const { code, stdout } = await waybill(['stores', 'sql']);
    expect([code, stdout]).toEqual([0, sqlMigration()]);
    expect(stdout).toMatch(/^CREATE TABLE IF NOT EXISTS waybill_idempotency /);
  });

  test('with the names that your tables have', async () => {
    const tables = { table: 'shop.events', tokenTable: 'shop.tokens' };
    const { stdout } = await waybill(['stores', 'sql', '--table', tables.table, '--token-table', tables.tokenTable, '--json']);
    expect(json(stdout)).toEqual({ sql: sqlMigration(tables) });
  });

  test.each(['--table', '--token-table'])('refuses a name that would become another statement, in %s', async (option) => {
    const { code, stdout, stderr } = await waybill(['stores', 'sql', option, 'a; DROP TABLE users']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`${option} must be a name of letters, digits and underscores`);
  });
});
