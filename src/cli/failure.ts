/**
 * Failures as a command reports them: an exit code for scripts, and an error in the words of the command line.
 *
 * @module
 */
import { isWaybillError } from '../core/errors.ts';
import { redactor, summarise } from '../core/redact.ts';

/** Exit codes. They are part of the interface: documented in the guide and in `--help`. */
export const EXIT = { ok: 0, failed: 1, usage: 2, retry: 3, unprinted: 4, interrupted: 130 } as const;

/** The command line, a file or a variable is wrong. Nothing was sent, unless the exit code says otherwise. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** What to do next. */
  readonly hint: string | undefined;
  readonly exitCode: number;

  constructor(message: string, hint?: string, exitCode: number = EXIT.usage) {
    super(message);
    this.hint = hint;
    this.exitCode = exitCode;
  }
}

/** A failure, as it is shown and as `--json` prints it. */
export interface Failure {
  readonly exitCode: number;
  /** What went wrong, for `switch`: a code of waybill's errors, `USAGE`, `INTERRUPTED` or `UNEXPECTED`. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  /** The other fields of a waybill error: status, reason code, request id. */
  readonly [detail: string]: unknown;
}

/** What the command line calls options of the library and parts of an input, by their dotted path. */
export type Names = Record<string, string>;

/** What an error is described with. */
export interface Terms {
  readonly names: Names;
  /** What no error may contain. */
  readonly secrets: readonly string[];
}

/** What an error means to the person who typed the command. */
export function describeFailure(error: unknown, { names, secrets }: Terms): Failure {
  if (error instanceof UsageError) return { exitCode: error.exitCode, code: 'USAGE', message: error.message, hint: error.hint };
  if (!isWaybillError(error)) return describeForeign(error, secrets);
  const { name: _, ...fields } = error.toJSON();
  // By path and not by words: the same input is a flag of one command and a column of another's file.
  const message =
    error.code === 'VALIDATION'
      ? error.issues.map((issue) => [nameOf(issue.path, names), translate(issue.message, names)].filter(Boolean).join(': ')).join('; ')
      : translate(error.message, names);
  const hint = error.code === 'TIMEOUT' && error.retryable ? TRY_AGAIN : error.hint && translate(error.hint, names);
  return { exitCode: exitCodeOf(error), code: error.code, ...fields, message, ...(hint && { hint }) };
}

/** The library's hint is an option that no command has. */
const TRY_AGAIN = 'Run the same command again. The request may have arrived all the same.';

function describeForeign(error: unknown, secrets: readonly string[]): Failure {
  const { name, message } = summarise(error, redactor(secrets));
  if (name === 'AbortError') return { exitCode: EXIT.interrupted, code: 'INTERRUPTED', message: 'interrupted' };
  return {
    exitCode: EXIT.failed,
    code: 'UNEXPECTED',
    message: message || name,
    hint: 'This looks like a fault in waybill. Please report it, with the command and without anything secret.',
  };
}

function exitCodeOf(error: { readonly code: string; readonly retryable: boolean; readonly direction?: string }): number {
  if (error.retryable) return EXIT.retry;
  return error.code === 'CONFIGURATION' || error.direction === 'request' ? EXIT.usage : EXIT.failed;
}

function nameOf(path: readonly PropertyKey[] | undefined, names: Names): string {
  const dotted = (path ?? []).map(String).join('.');
  return (Object.hasOwn(names, dotted) && names[dotted]) || dotted;
}

/** Replaces the names of options, which the library writes in quotes, as `name: true` or as `name()`. */
function translate(text: string, names: Names): string {
  return text.replace(/"([A-Za-z.]+)"|\b([A-Za-z]+)(?:: true|\(\))/g, (found, quoted, code) => {
    const name: string = quoted ?? code;
    return (Object.hasOwn(names, name) && names[name]) || found;
  });
}
