/**
 * Joins the command to the process that it runs in: streams, signals, exit code.
 *
 * @module
 */
import { run } from './run.ts';

/** How long a command may take to end after Ctrl-C, in milliseconds. */
const GRACE = 2_000;

/** Runs the command line of this process. */
export async function start(): Promise<void> {
  const { argv, env, stdin, stdout, stderr } = process;
  const interrupted = new AbortController();
  const interrupt = (): void => {
    interrupted.abort(new DOMException('interrupted', 'AbortError'));
    // A command that reads it would wait for ever.
    stdin.destroy();
    setTimeout(() => process.exit(130), GRACE).unref();
  };
  // Once: who presses Ctrl-C again does not want to wait.
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, interrupt);
  for (const stream of [stdout, stderr]) {
    stream.on('error', ({ code }: NodeJS.ErrnoException) => {
      // Nobody reads any more, as behind `| head`. Not the end at once: a report may have to be written.
      if (code === 'EPIPE') interrupt();
      else process.exit(1);
    });
  }
  // Not exit(): what a pipe has not taken yet would be lost.
  process.exitCode = await run({ argv: argv.slice(2), env, stdin, stdout, stderr, signal: interrupted.signal });
}
