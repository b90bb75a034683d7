/** PostgreSQL of Debian, with a data folder of its own. */
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { end, eventually, freePort, newFolder, programOf, start } from './processes.ts';
import type { Engine } from './redis.ts';

/** PostgreSQL refuses to run as root. */
const USER = 'postgres';

/** A running PostgreSQL. */
export interface Postgres extends Engine {
  readonly url: string;
}

/** Starts PostgreSQL. */
export async function startPostgres(): Promise<Postgres> {
  const program = (name: string): string => programOf(name, 'postgresql', debianFolders());
  const [initdb, server] = [program('initdb'), program('postgres')];
  const folder = newFolder('postgres');
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  // Another user has to pass through it, and to write into what is in it.
  chmodSync(folder, 0o755);
  const log = join(folder, 'log');
  writeFileSync(log, '');
  const asUser = process.getuid?.() === 0 ? [`--reuid=${USER}`, `--regid=${USER}`, '--clear-groups'] : [];
  if (asUser.length > 0) chownSync(data, idOf('-u'), idOf('-g'));
  execFileSync('setpriv', [...asUser, initdb, '-D', data, '-U', 'waybill', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C'], {
    cwd: '/',
    stdio: 'ignore',
  });
  const port = await freePort();
  const url = `postgres://waybill@127.0.0.1:${port}/postgres`;
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200'].flatMap((each) => ['-c', each]);
  const launch = async () => {
    const child = start(server, ['-D', data, '-p', `${port}`, ...settings], { log, user: USER });
    await eventually('PostgreSQL did not start', async () => {
      const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
      await client.connect();
      await client.end();
    });
    return child;
  };
  let child = await launch();
  return {
    port,
    url,
    restart: async (pause = 0) => {
      await end(child, 'SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, pause));
      child = await launch();
    },
    stop: () => end(child, 'SIGQUIT'),
  };
}

/** Debian puts the server's programs on no PATH. */
function debianFolders(): string[] {
  try {
    return readdirSync('/usr/lib/postgresql')
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => `/usr/lib/postgresql/${version}/bin`);
  } catch {
    return [];
  }
}

function idOf(option: '-u' | '-g'): number {
  return Number(execFileSync('id', [option, USER], { encoding: 'utf8' }));
}
