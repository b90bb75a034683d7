/** What must hold whatever is passed. */
import { inspect } from 'node:util';
import { isWaybillError } from '../../src/core/errors.ts';
import { MARKER } from '../support/damaged-events.ts';
import { SECRET } from './inputs.ts';

/** Throws if a claim does not hold. Not `assert`: its message prints the values, and the corpus keeps the message. */
export function claim(holds: boolean, problem: string): asserts holds {
  if (!holds) throw new Error(problem);
}

/** The result of a call, if it does not throw. What it throws must be a WaybillError that does not repeat its input. */
export async function resultOf<Result>(call: () => Result | Promise<Result>): Promise<{ readonly value: Result } | undefined> {
  try {
    return { value: await call() };
  } catch (error) {
    claim(isWaybillError(error), `threw ${inspect(error, { depth: 1 }).slice(0, 500)}`);
    const shown = [inspect(error, { depth: 8, showHidden: true }), JSON.stringify(error), String(error)].join('\n');
    claim(!shown.includes(SECRET) && !shown.includes(MARKER), 'the error repeats its input');
    return undefined;
  } finally {
    claim(!('polluted' in {}) && Object.keys(Object.prototype).length === 0, 'Object.prototype was changed');
  }
}
