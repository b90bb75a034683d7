import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { inspect } from 'node:util';
import { isWaybillError, type WaybillError } from '../../src/core/errors.ts';

/** What `run` throws or rejects with; the test fails if it does neither. */
export async function thrownBy(run: () => unknown): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** What `run` throws, which has to be a WaybillError. */
export async function waybillErrorOf(run: () => unknown): Promise<WaybillError> {
  const error = await thrownBy(run);
  if (!isWaybillError(error)) throw new Error(`not a WaybillError: ${inspect(error)}`);
  return error;
}

/** What a log usually makes of a value. */
export function everythingShownOf(value: unknown): string {
  return [inspect(value, { depth: 10, showHidden: true, getters: false }), JSON.stringify(value), String(value)].join('\n');
}

/** All that anything can make of a value: getters are run, hidden fields shown, stacks and causes followed. */
export function everyRenderingOf(value: unknown): string {
  const written: string[] = [];
  const stream = new Writable({ write: (chunk, _, done) => done(void written.push(String(chunk))) });
  const log = new Console({ stdout: stream, stderr: stream, inspectOptions: { depth: 20 } });
  log.error(value);
  log.dir(value, { depth: 20, showHidden: true });
  const seen = new Set<unknown>();
  const chain: unknown[] = [];
  for (let at = value; at instanceof Error && !seen.has(at); at = at.cause) {
    seen.add(at);
    chain.push(at.stack, at.message, JSON.stringify(at), JSON.stringify(Object.getOwnPropertyDescriptors(at)));
  }
  const inspected = inspect(value, { depth: 20, showHidden: true, getters: true, maxStringLength: null, maxArrayLength: null });
  return [inspected, JSON.stringify(value), String(value), ...chain, ...written].join('\n');
}
