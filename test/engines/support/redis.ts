/** redis-server of Debian: alone, or three that are a cluster. Nothing that it was told is lost when it is killed. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { end, eventually, freePort, newFolder, programOf, start } from './processes.ts';

/** A running engine that can be killed. */
export interface Engine {
  readonly port: number;
  /** Kills it and starts it again, with a pause in between. */
  restart(pause?: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts one redis-server. */
export async function startRedis(more: readonly string[] = []): Promise<Engine> {
  const server = programOf('redis-server', 'redis-server');
  const port = await freePort();
  const folder = newFolder('redis');
  const args = [
    '--bind',
    '127.0.0.1',
    '--port',
    `${port}`,
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'yes',
    '--appendfsync',
    'always',
  ];
  const launch = async () => {
    const child = start(server, [...args, '--maxmemory-policy', 'noeviction', ...more], { log: join(folder, 'log'), cwd: folder });
    await eventually('redis-server did not start', () => {
      if (cli(port, 'ping') !== 'PONG') throw new Error('it is loading');
    });
    return child;
  };
  let child = await launch();
  return {
    port,
    restart: async (pause = 0) => {
      await end(child, 'SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, pause));
      child = await launch();
    },
    stop: () => end(child, 'SIGKILL'),
  };
}

/** Starts three that are one cluster. */
export async function startRedisCluster(): Promise<{ readonly ports: readonly number[]; stop(): Promise<void> }> {
  const nodes: Engine[] = [];
  for (let node = 0; node < 3; node += 1) {
    // By default the second port is the first and 10,000, which the system may have given to a connection.
    const bus = `${await freePort()}`;
    nodes.push(await startRedis(['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf', '--cluster-port', bus]));
  }
  const ports = nodes.map(({ port }) => port);
  execFileSync('redis-cli', ['--cluster', 'create', ...ports.map((port) => `127.0.0.1:${port}`), '--cluster-yes'], { stdio: 'ignore' });
  await eventually('the cluster did not form', () => {
    for (const port of ports) if (!cli(port, 'cluster', 'info').includes('cluster_state:ok')) throw new Error('not yet');
  });
  return {
    ports,
    stop: async () => {
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}

/** Runs a command of redis-cli. */
export function cli(port: number, ...command: readonly string[]): string {
  return execFileSync('redis-cli', ['-h', '127.0.0.1', '-p', `${port}`, ...command], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}
