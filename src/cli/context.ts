/**
 * What a command has to do with the world: nothing in the commands names `process`, so that tests run them in their own.
 *
 * @module
 */
import type { Output } from './output.ts';

/** Where texts go: a stream of Node's, maybe a terminal. */
export type Sink = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** Where texts come from. */
type Source = AsyncIterable<Uint8Array | string> & { readonly isTTY?: boolean };

/** Variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The process, as far as a command sees it. */
export interface Terminal {
  /** What stands behind `waybill`. */
  readonly argv: readonly string[];
  readonly env: Environment;
  readonly stdin: Source;
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** What a command is given. */
export interface Context extends Pick<Terminal, 'env' | 'stdin' | 'signal'> {
  readonly out: Output;
  /** What the process ends with, where the command does not throw. */
  exitCode: number;
}
