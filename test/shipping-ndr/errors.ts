import { inspect } from 'node:util';
import { isWaybillError, type WaybillError } from '../../src/core/errors.ts';

/** What `run` throws or rejects with; a failure of the test where it does neither. */
export async function thrownBy(run: () => unknown): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** What `run` throws, which has to be one of ours. */
export async function waybillErrorOf(run: () => unknown): Promise<WaybillError> {
  const error = await thrownBy(run);
  if (!isWaybillError(error)) throw new Error(`not an error of ours: ${inspect(error)}`);
  return error;
}

/** Everything that a log can make of a value. */
export function everythingShownOf(value: unknown): string {
  return [inspect(value, { depth: 10, showHidden: true, getters: false }), JSON.stringify(value), String(value)].join('\n');
}
