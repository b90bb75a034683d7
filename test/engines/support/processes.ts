/**
 * Programs of Debian that are started for a test, on loopback, with a folder of their own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The path of a program. Nothing is skipped if it is missing. */
export function programOf(name: string, debianPackage: string, folders: readonly string[] = []): string {
  const found = [...folders, ...(process.env['PATH'] ?? '').split(':')]
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
  if (found) return found;
  throw new Error(`${name} is missing. Run: apt-get install -y --no-install-recommends ${debianPackage}`);
}

const folders = new Set<string>();
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/**
 * A new folder, removed at the end. In memory if there is room: engines are told to write everything to disk at once, so that a kill loses
 * nothing, and on a busy disk the tests would measure that.
 */
export function newFolder(name: string): string {
  const folder = mkdtempSync(join(hasRoom('/dev/shm') ? '/dev/shm' : tmpdir(), `waybill-${name}-`));
  folders.add(folder);
  return folder;
}

function hasRoom(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize > 2 ** 31;
  } catch {
    return false;
  }
}

/** Ports that were handed out: a server may not listen yet. */
const taken = new Set<number>();

/** A free port below the ephemeral range, and below 55,535: a node of a Redis cluster needs the port 10,000 above it too. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    if (taken.has(port) || !(await canListen(port))) continue;
    taken.add(port);
    return port;
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** How a program is started. */
export interface Start {
  readonly log: string;
  /** If this process is root. */
  readonly user?: string;
  readonly cwd?: string;
}

/** Starts a program that ends with this process, whatever ends this one. */
export function start(program: string, args: readonly string[], { log, user, cwd = '/' }: Start): ChildProcess {
  const asUser = user && process.getuid?.() === 0 ? [`--reuid=${user}`, `--regid=${user}`, '--clear-groups'] : [];
  const output = openSync(log, 'a');
  const child = spawn('setpriv', [...asUser, '--pdeathsig=KILL', program, ...args], { cwd, stdio: ['ignore', output, output] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  child.once('error', (error) => {
    throw new Error(`setpriv cannot be started, which is part of util-linux: ${error.message}`);
  });
  return child;
}

/** Ends a program and its children, and waits until they are gone: a new one could not start before. */
export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const pids = [child.pid as number, ...childrenOf(child.pid as number)];
  child.kill(signal);
  for (let waited = 0; pids.some(isAlive); waited += 20) {
    if (waited > 20_000) throw new Error(`process ${pids.find(isAlive)} does not end`);
    await sleep(20);
  }
}

function isAlive(pid: number): boolean {
  try {
    // One that nobody has waited for yet is gone all the same.
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

function childrenOf(parent: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) . /s, '')
        .startsWith(`${parent} `);
    } catch {
      return false;
    }
  });
}

/** Tries something until it works. */
export async function eventually<Value>(what: string, attempt: () => Promise<Value> | Value, milliseconds = 60_000): Promise<Value> {
  const deadline = performance.now() + milliseconds;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw new Error(`${what} within ${milliseconds} ms: ${error}`, { cause: error });
      await sleep(50);
    }
  }
}
