import { PassThrough } from 'node:stream';
import type { Environment } from '../../src/cli/context.ts';
import { run } from '../../src/cli/run.ts';

/** What a command printed, and what it ended with. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command is run. */
export interface Surroundings {
  readonly env?: Environment;
  readonly input?: string | Uint8Array;
  readonly signal?: AbortSignal;
  /** Hears of what is printed while it runs. */
  readonly onStdout?: (text: string) => void;
  /** Whether standard error is a terminal. */
  readonly isTTY?: boolean;
}

/** Runs a command in this process, with streams of its own. */
export async function waybill(argv: readonly string[], surroundings: Surroundings = {}): Promise<Outcome> {
  const { env = {}, input = '', signal = new AbortController().signal, onStdout, isTTY = false } = surroundings;
  let [stdout, stderr] = ['', ''];
  const outSink = new PassThrough();
  const errorSink = Object.assign(new PassThrough(), { isTTY });
  outSink.on('data', (chunk) => {
    stdout += chunk;
    onStdout?.(stdout);
  });
  errorSink.on('data', (chunk) => {
    stderr += chunk;
  });
  async function* stdin(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(input as string);
  }
  const code = await run({ argv, env, stdin: stdin(), stdout: outSink, stderr: errorSink, signal });
  await new Promise((resolve) => setImmediate(resolve));
  return { code, stdout, stderr };
}

/** Each line of JSON. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** The one document of JSON. */
export function json(text: string): Record<string, unknown> {
  const lines = jsonLines(text);
  if (lines.length !== 1) throw new Error(`expected one document, got ${lines.length}: ${text}`);
  return lines[0] as Record<string, unknown>;
}

/** A text as it was before it was wrapped at the width of the terminal. */
export function unwrapped(text: string): string {
  return text.replace(/\s+/g, ' ');
}
