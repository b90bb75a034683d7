/**
 * Waiting that can be given up.
 *
 * @module
 */

/** Resolves after some milliseconds; rejects with `signal.reason` when it is aborted first. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout>;
  const slept = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  return waitFor(slept, signal).finally(() => clearTimeout(timer));
}

/**
 * Settles as the value does, which may be a promise, or rejects with `signal.reason` when it is aborted first; what the promise does then
 * is ignored.
 */
export async function waitFor<Value>(value: Value | Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (!signal) return value;
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
  });
  return Promise.race([aborted, value]).finally(() => signal.removeEventListener('abort', onAbort));
}
