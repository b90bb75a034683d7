/**
 * `waybill stores`: what a store needs before it is used.
 *
 * @module
 */
import type { Command } from 'commander';
import { ConfigurationError } from '../../core/errors.ts';
import { type SqlTables, sqlMigration } from '../../stores/sql.ts';
import { UsageError } from '../failure.ts';
import { addHelp } from '../help.ts';
import type { Context } from '../terminal.ts';

/** Defines the command and its own one. */
export function define(command: Command, context: Context): void {
  command.description('Prepares an engine that remembers events and tokens for many processes.');
  addHelp(command, context.out, { examples: ['waybill stores sql | psql "$DATABASE_URL"'] });
  const sql = command
    .command('sql')
    .summary('print the statements that create the tables')
    .description('Prints the statements that create the tables of waybill/stores/sql, for PostgreSQL, SQLite and Cloudflare D1.')
    .optionsGroup('Tables:')
    .option('--table <name>', 'the table of events; in PostgreSQL also with a schema: shop.events', 'waybill_idempotency')
    .option('--token-table <name>', 'the table of access tokens', 'waybill_tokens')
    .action((tables: SqlTables) => {
      const statements = migrationOf(tables);
      context.out.show({ sql: statements }, () => statements.trimEnd());
    });
  addHelp(sql, context.out, {
    about: ['They change nothing if the tables exist. Nothing is sent: pipe them into the client of your database.'],
    examples: [
      'waybill stores sql | psql "$DATABASE_URL"',
      'waybill stores sql | sqlite3 waybill.db',
      'waybill stores sql > migrations/0001_waybill.sql',
    ],
  });
}

/** The statements. An error names the option of the command, and not that of the function. */
function migrationOf(tables: SqlTables): string {
  try {
    return sqlMigration(tables);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const option = error.option === 'table' ? '--table' : '--token-table';
    throw new UsageError(`${option} must be a name of letters, digits and underscores`);
  }
}
