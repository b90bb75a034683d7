/**
 * Values that are valid except for one thing.
 *
 * @module
 */
import * as fc from 'fast-check';

/** A value with one thing wrong. */
export interface Flawed {
  readonly value: unknown;
  /** The `path` of the issue. Empty if the value as a whole is wrong: that issue has no `path`. */
  readonly path: readonly string[];
}

/** A value that replaces a valid one; `undefined` removes it. */
export interface Flaw {
  readonly at: readonly string[];
  readonly put: unknown;
  /** What the issue says. */
  readonly path: readonly string[];
}

/** Values of `valid`, each with one of the flaws. */
export function flawed(valid: fc.Arbitrary<object>, flaws: readonly Flaw[]): fc.Arbitrary<Flawed> {
  return fc.tuple(valid, fc.constantFrom(...flaws)).map(([value, { at, put, path }]) => ({ value: replace(value, at, put), path }));
}

/** One flaw for each value that is wrong at a place. `path` is what the issue says if it is another. */
export function flawsAt(at: readonly string[], wrong: readonly unknown[], path: readonly string[] = at): readonly Flaw[] {
  return wrong.map((put) => ({ at, put, path }));
}

function replace(value: unknown, [key, ...rest]: readonly string[], put: unknown): unknown {
  if (key === undefined) return put;
  const { [key]: inner, ...others } = value as Readonly<Record<string, unknown>>;
  const replaced = replace(inner, rest, put);
  return replaced === undefined ? others : { ...others, [key]: replaced };
}
