/** Runs the examples as a user would: as programs of their own, with the built package, against an emulator of Amazon's side. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { AmazonEmulator, buyWithPrimeOrder, type TestKeys, testKeys } from 'waybill/testing';
import { serve } from '../../examples/serve.mjs';

const root = join(import.meta.dirname, '../..');

type Variables = Readonly<Record<string, string>>;

/** A program that runs. */
interface Program {
  /** Its exit code. */
  readonly ended: Promise<number | null>;
  readonly output: () => string;
  readonly stop: () => void;
}

/** Amazon's side, and the variables that lead an example to it. */
export interface Stage {
  emulator: AmazonEmulator;
  url: string;
  folder: string;
  keys: TestKeys;
  merchants: readonly TestKeys[];
  amazonPay: Variables;
  shipping: Variables;
  buyWithPrime: Variables;
}

const running = new Set<ChildProcess>();

/** Serves an emulator for the tests of a file. */
export function stage(): Stage {
  const stage = {} as Stage;
  let close: (() => void) | undefined;
  beforeAll(async () => {
    mkdirSync(join(root, '.build'), { recursive: true });
    stage.folder = mkdtempSync(join(root, '.build/examples-'));
    stage.keys = await testKeys({ environment: 'live' });
    stage.merchants = await Promise.all([1, 2, 3].map(() => testKeys({ environment: 'live' })));
    const publicKeys = Object.fromEntries([stage.keys, ...stage.merchants].map(({ publicKeyId, publicKey }) => [publicKeyId, publicKey]));
    stage.emulator = new AmazonEmulator({ publicKeys, orders: [buyWithPrimeOrder()] });
    const server = await serve(stage.emulator.fetch);
    close = server.close;
    stage.url = server.url;
    const { lwa, buyWithPrime } = stage.emulator.credentials;
    stage.amazonPay = {
      AMAZON_PAY_PUBLIC_KEY_ID: stage.keys.publicKeyId,
      // As it looks in an environment variable.
      AMAZON_PAY_PRIVATE_KEY: stage.keys.privateKey.replaceAll('\n', '\\n'),
      AMAZON_PAY_REGION: 'eu',
      AMAZON_PAY_URL: server.url,
    };
    stage.shipping = {
      NDR_API_KEY: 'abcdef12345',
      LWA_CLIENT_ID: lwa.clientId,
      LWA_CLIENT_SECRET: lwa.clientSecret,
      LWA_REFRESH_TOKEN: lwa.refreshToken,
      SP_API_URL: server.url,
      LWA_URL: `${server.url}/auth/o2/token`,
    };
    stage.buyWithPrime = {
      BWP_CLIENT_ID: buyWithPrime.clientId,
      BWP_CLIENT_SECRET: buyWithPrime.clientSecret,
      BWP_TARGET_ID: buyWithPrime.targetId,
      BWP_URL: server.url,
    };
  });
  beforeEach(() => stage.emulator.reset());
  afterAll(() => {
    for (const child of running) child.kill();
    close?.();
    rmSync(stage.folder, { recursive: true, force: true });
  });
  return stage;
}

/** Runs a program to its end. */
export async function run(
  file: string,
  args: readonly string[],
  env: Variables,
  input = '',
): Promise<{ readonly code: number | null; readonly output: string }> {
  const program = launch(file, args, env, input);
  return { code: await program.ended, output: program.output() };
}

/** Runs an example on this Node. */
export async function runExample(name: string, args: readonly string[], env: Variables, input = ''): ReturnType<typeof run> {
  return run(process.execPath, [await bundleExample(name), ...args], env, input);
}

/** An example as JavaScript, because not every supported Node reads TypeScript. The package stays outside, as in a user's program. */
export function bundleExample(name: string): Promise<string> {
  const outfile = join(root, '.build/examples', name.replace(/ts$/, 'mjs'));
  return bundle(outfile, { entryPoints: [join(root, 'examples', name)], platform: 'node', packages: 'external' });
}

/** Starts a server and waits until it responds. */
export async function start(url: string, file: string, args: readonly string[], env: Variables): Promise<Program> {
  const program = launch(file, args, env);
  let hasEnded = false;
  void program.ended.finally(() => {
    hasEnded = true;
  });
  while (!(await fetch(url, { method: 'POST', body: '' }).catch(() => undefined))) {
    assert(!hasEnded, `it ended: ${program.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return program;
}

function launch(file: string, args: readonly string[], env: Variables, input = ''): Program {
  const { PATH = '', HOME = '' } = process.env;
  // The time limit ends what hangs, and with it the wait for it.
  const child = spawn(file, args, { cwd: root, env: { PATH, HOME, ...env }, timeout: 60_000 });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data));
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', resolve).on('error', ({ message }) => {
      output += message;
      resolve(null);
    });
  });
  return { ended: ended.finally(() => running.delete(child)), output: () => output, stop: () => void child.kill() };
}

/** A port that nothing listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** One file with the built package in it, as a deployment makes it. */
export async function bundle(outfile: string, options: BuildOptions): Promise<string> {
  // Without the tsconfig of this repository, which leads to the sources.
  await build({
    bundle: true,
    format: 'esm',
    target: 'es2022',
    logLevel: 'error',
    absWorkingDir: root,
    tsconfigRaw: {},
    outfile,
    ...options,
  });
  return outfile;
}

/** Where `npm run test:runtime` installs a runtime; `undefined` if it has not. */
export function findRuntime(name: string): string | undefined {
  const program = join(root, 'test/runtime/node_modules/.bin', name);
  return existsSync(program) ? program : undefined;
}
