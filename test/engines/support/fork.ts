/** Child processes that run TypeScript of this folder: bundled once, because Node 20 runs none. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const here = join(import.meta.dirname, '..');
const bundles = new Map<string, Promise<string>>();
const children = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** The path of a bundle of a file in this folder. The client libraries are not in it. */
export function bundle(file: string): Promise<string> {
  const known = bundles.get(file);
  if (known !== undefined) return known;
  const made = (async () => {
    // Beside node_modules, so that the client libraries are found. One for each process, because suites run in several.
    const outfile = join(here, `.build/${file.replace(/\W/g, '-')}-${process.pid}.mjs`);
    process.on('exit', () => rmSync(outfile, { force: true }));
    mkdirSync(join(here, '.build'), { recursive: true });
    // All in one file, which starts twice as fast. What has binaries stays outside.
    const banner = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
    await build({
      entryPoints: [join(here, file)],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      external: ['pg-native', 'libsql', '@libsql/*', '@electric-sql/*', '@valkey/*', 'better-sqlite3'],
      banner: { js: banner },
      // The examples import the package by its name, and client libraries that are installed here only.
      tsconfig: join(here, '../../tsconfig.test.json'),
      nodePaths: [join(here, 'node_modules')],
      logLevel: 'error',
    });
    return outfile;
  })();
  bundles.set(file, made);
  return made;
}

/** Starts a process, and waits until it says that it is ready. `onMessage` hears that too. */
export async function forkBundle(file: string, argument: unknown, onMessage?: (message: unknown) => void): Promise<ChildProcess> {
  const path = await bundle(file);
  const child = fork(path, [JSON.stringify(argument)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: ['--no-warnings'] });
  children.add(child);
  child.once('exit', () => children.delete(child));
  if (onMessage) child.on('message', onMessage);
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error(`${file} ended before it was ready`))),
  ]);
  return child;
}

/** Sends a message to a process, and waits for its reply. */
export async function ask<Reply>(child: ChildProcess, message: object): Promise<Reply> {
  child.send(message);
  const [reply] = await once(child, 'message');
  return reply as Reply;
}
