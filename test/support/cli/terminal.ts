import { PassThrough } from 'node:stream';
import { run } from '../../../src/cli/run.ts';
import type { Environment } from '../../../src/cli/terminal.ts';

/** What a command printed, and its exit code. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command runs in. */
export interface Surroundings {
  readonly env?: Environment;
  /** Standard input; an error is thrown when it is read. */
  readonly input?: string | Uint8Array | Error;
  readonly signal?: AbortSignal;
  /** Called with everything that was printed so far. */
  readonly onStdout?: (text: string) => void;
  /** Whether standard error is a terminal. */
  readonly isTTY?: boolean;
  /** Whether standard input is a terminal. */
  readonly isInputTTY?: boolean;
  /** The width of the terminal. */
  readonly columns?: number;
}

/** Runs a command in this process, with its own streams. */
export async function waybill(argv: readonly string[], surroundings: Surroundings = {}): Promise<Outcome> {
  const {
    env = {},
    input = '',
    signal = new AbortController().signal,
    onStdout,
    isTTY = false,
    isInputTTY = false,
    columns,
  } = surroundings;
  let [stdout, stderr] = ['', ''];
  const outSink = Object.assign(new PassThrough(), columns !== undefined && { columns });
  const errorSink = Object.assign(new PassThrough(), { isTTY });
  outSink.on('data', (chunk) => {
    stdout += chunk;
    onStdout?.(stdout);
  });
  errorSink.on('data', (chunk) => {
    stderr += chunk;
  });
  async function* stdin(): AsyncGenerator<Uint8Array> {
    if (input instanceof Error) throw input;
    yield Buffer.from(input as string);
  }
  const code = await run({ argv, env, stdin: Object.assign(stdin(), { isTTY: isInputTTY }), stdout: outSink, stderr: errorSink, signal });
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

/** A text as it was before it was wrapped to the width of the terminal. */
export function unwrapped(text: string): string {
  return text.replace(/\s+/g, ' ');
}
