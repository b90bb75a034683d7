import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import type { Outcome } from './terminal.ts';

/** How a process is started. */
interface Launch {
  readonly env?: Readonly<Record<string, string>>;
  /** Left open if it is `undefined`. */
  readonly input?: string | undefined;
  /** Options of Node. */
  readonly node?: readonly string[];
}

/** A process that runs. */
interface Launched {
  readonly child: ChildProcess & { readonly stdout: NodeJS.ReadableStream & { destroy(): void } };
  readonly ended: Promise<Outcome & { readonly signal: string | null }>;
  /** Waits for something to be printed. */
  readonly printed: (pattern: RegExp) => Promise<void>;
}

/** The command as it is published, in a folder that is removed after the tests of this file. */
export interface InstalledCommand {
  readonly path: (name: string) => string;
  readonly launch: (argv: readonly string[], options?: Launch) => Launched;
  readonly run: (argv: readonly string[], options?: Launch) => Launched['ended'];
}

/** Builds the command for the tests of a file. */
export function installCommand(): InstalledCommand {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-cli-'));
  const main = join(folder, 'cli/main.js');
  const running = new Set<ChildProcess>();
  // Processes need longer if others use the machine too.
  vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
  beforeAll(async () => {
    // By a path that the compiler does not know, because the script is JavaScript.
    const { buildCommandLine } = await import(join(import.meta.dirname, '../../../scripts/command-line.mjs'));
    await buildCommandLine(join(folder, 'cli'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  });
  afterEach(() => {
    for (const child of running) child.kill('SIGKILL');
  });
  afterAll(() => {
    vi.resetConfig();
    rmSync(folder, { recursive: true });
  });

  function launch(argv: readonly string[], { env = {}, node = [], ...options }: Launch = {}): Launched {
    const child = spawn(process.execPath, [...node, main, ...argv], { cwd: folder, env: { PATH: process.env['PATH'] ?? '', ...env } });
    running.add(child);
    const text = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (chunk) => {
        text[name] += chunk;
      });
    }
    child.stdin.on('error', () => undefined);
    const { input = '' } = options;
    if (!('input' in options) || options.input !== undefined) child.stdin.end(input);
    const ended = new Promise<Outcome & { readonly signal: string | null }>((resolve) => {
      child.on('close', (code, signal) => {
        running.delete(child);
        resolve({ code: code ?? -1, signal, ...text });
      });
    });
    const printed = async (pattern: RegExp): Promise<void> => {
      while (!pattern.test(text.stdout)) {
        if (child.exitCode !== null) throw new Error(`it ended: ${text.stdout}${text.stderr}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    return { child, ended, printed };
  }
  return { path: (name) => join(folder, name), launch, run: (argv, options) => launch(argv, options).ended };
}
