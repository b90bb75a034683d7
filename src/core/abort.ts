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

/** Settles as the promise does, or rejects with `signal.reason` when it is aborted first; what the promise does is then no longer waited for. */
export function waitFor<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
