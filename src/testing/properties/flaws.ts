/**
 * Values that are valid except for one thing.
 *
 * @module
 */
import * as fc from 'fast-check';

/** A value with one thing wrong. */
export interface Flawed {
  readonly value: unknown;
  /** Where it is. */
  readonly path: readonly string[];
}

/** A value that replaces a valid one; `undefined` removes it. */
export interface Flaw {
  readonly path: readonly string[];
  readonly put: unknown;
}

/** Values of `valid`, each with one of the flaws. */
export function flawed(valid: fc.Arbitrary<object>, flaws: readonly Flaw[]): fc.Arbitrary<Flawed> {
  return fc.tuple(valid, fc.constantFrom(...flaws)).map(([value, { path, put }]) => ({ value: replace(value, path, put), path }));
}

/** One flaw for each value that is wrong at this path. */
export function flawsAt(path: readonly string[], wrong: readonly unknown[]): readonly Flaw[] {
  return wrong.map((put) => ({ path, put }));
}

function replace(value: unknown, [key, ...rest]: readonly string[], put: unknown): unknown {
  if (key === undefined) return put;
  const { [key]: inner, ...others } = value as Readonly<Record<string, unknown>>;
  const replaced = replace(inner, rest, put);
  return replaced === undefined ? others : { ...others, [key]: replaced };
}
