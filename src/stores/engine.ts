/**
 * Calls of an engine: a fault of the set-up becomes an error that says what to change.
 *
 * @module
 */
import { assertOption, ConnectionError, isWaybillError, misconfigured } from '../core/errors.ts';
import { assertObject, refuseUnknown } from '../core/options.ts';
import { type Redact, redact, summarise } from '../core/redact.ts';
import type { Surface } from '../core/types.ts';

/** Stores belong to no surface: all of them share one. */
export const SURFACE: Surface = 'core';

/** A fault of the set-up: how it is recognised by code, name and message, and the error for it. */
export type KnownFault = readonly [pattern: RegExp, option: string, problem: string, hint?: string];

/**
 * Calls the engine. Rejects with a `ConfigurationError` for a known fault, with a `ConnectionError` for any other: a driver's error has the
 * key, and the token if one was to be stored. `hidden` are the values that no message may contain.
 */
export async function callEngine<Reply>(
  call: () => Reply | PromiseLike<Reply>,
  faults: readonly KnownFault[],
  hidden: readonly (string | undefined)[],
): Promise<Reply> {
  try {
    return await call();
  } catch (error) {
    if (isWaybillError(error)) throw error;
    const words = wordsOf(error);
    const [, ...fault] = faults.find(([pattern]) => pattern.test(words)) ?? [];
    throw fault.length > 0 ? misconfigured(SURFACE, ...(fault as [string, string])) : engineFailure('the store failed', error, hidden);
  }
}

/** The error for a fault of the engine. A driver's own has the command that failed: `hidden` are the values in it. */
export function engineFailure(problem: string, thrown: unknown, hidden: readonly (string | undefined)[] = []): ConnectionError {
  // Not redactor(), which knows more spellings and is half of a store's size. Drivers write values as they are, as JSON, or a body of JSON so.
  const spellings = hidden.flatMap((value = '') => (value.length > 3 ? [value, quoted(value), quoted(quoted(value))] : []));
  const clean: Redact = (text, limit) =>
    redact(
      spellings.reduce((rest, value) => rest.replaceAll(value, '[redacted]'), text),
      limit,
    );
  const { message, name, code } = summarise(thrown, clean);
  const hint = 'Check that the engine is reachable, and what it logs.';
  return new ConnectionError(`${problem}: ${message || name}`, { surface: SURFACE, attempts: 1, systemCode: code, hint });
}

function quoted(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** Code, name and message of a foreign error. */
export function wordsOf(error: unknown): string {
  const { code, name, message } = (error ?? {}) as Readonly<Record<string, unknown>>;
  return `${code} ${name}: ${message}`;
}

/**
 * Refuses options that cannot work. A name that is none of theirs is refused without a look for the one that was meant: that would be a fifth
 * of a store's size.
 */
export function checkStoreOptions(options: object, names: readonly string[]): void {
  assertObject(SURFACE, options);
  refuseUnknown(SURFACE, options, names);
  const { prefix = '', completedFor = 1 } = options as { readonly prefix?: unknown; readonly completedFor?: unknown };
  assertOption(typeof prefix === 'string', SURFACE, 'prefix', 'must be a string');
  const isDuration = typeof completedFor === 'number' && completedFor >= 1 && completedFor <= 1e12;
  assertOption(isDuration, SURFACE, 'completedFor', 'must be a number of milliseconds, from 1 to 1e12');
}
