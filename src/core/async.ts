/**
 * Waiting: with a time limit, until an abort, or together with others.
 *
 * @module
 */

/** setTimeout stores milliseconds in 32 bits. */
export const MAX_MILLISECONDS = 2_147_483_647;

/** Resolves after some milliseconds; rejects with `signal.reason` if it is aborted first. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout>;
  const slept = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  return raceAbort(slept, signal).finally(() => clearTimeout(timer));
}

/**
 * Settles as the value does, which may be a promise, or rejects with `signal.reason` if it is aborted first: `grace` milliseconds after the
 * abort. What the promise does after that is ignored.
 */
export async function raceAbort<Value>(value: Value | Promise<Value>, signal: AbortSignal | undefined, grace = 0): Promise<Value> {
  if (!signal) return value;
  return new Promise<Value>((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const off = onAbort(signal, () => {
      if (grace === 0) reject(signal.reason);
      else timer = setTimeout(reject, grace, signal.reason);
    });
    void Promise.resolve(value)
      .then(resolve, reject)
      .finally(() => {
        off();
        clearTimeout(timer);
      });
  });
}

/**
 * Settles as the task does, or rejects with the error of `late` if it takes longer. With `isBackground`, the wait does not keep the process
 * alive.
 */
export async function withTimeout<Value>(
  milliseconds: number,
  task: () => Promise<Value>,
  late: () => Error,
  isBackground = false,
): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), milliseconds);
    if (isBackground) (timer as { unref?: () => void }).unref?.();
  });
  try {
    return await Promise.race([task(), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** The functions to call when a signal aborts. */
const callbacks = /* @__PURE__ */ new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls a function when the signal aborts, or at once if it has aborted. Returns a function that removes the callback. There is one
 * listener for each signal, however many callbacks: Node warns of a leak at the eleventh.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  if (signal.aborted) {
    callback();
    return () => undefined;
  }
  const waiting = callbacks.get(signal) ?? listen(signal);
  // Wrapped, so that the same function can wait twice.
  const call = (): void => callback();
  waiting.add(call);
  return () => waiting.delete(call);
}

function listen(signal: AbortSignal): Set<() => void> {
  const waiting = new Set<() => void>();
  callbacks.set(signal, waiting);
  const callAll = (): void => {
    callbacks.delete(signal);
    for (const call of waiting) call();
  };
  signal.addEventListener('abort', callAll, { once: true });
  return waiting;
}

/** Cloudflare Workers and Vercel Edge tie a promise or a timer to the request that created it: no other request may depend on it. */
export function isTiedToRequest(): boolean {
  return 'WebSocketPair' in globalThis || 'EdgeRuntime' in globalThis;
}

/**
 * Single flight: starts the work, or waits for the same work that is already in flight. On runtimes that tie a promise to a request, each
 * caller starts its own.
 */
export function singleFlight<Value>(inFlight: Map<string, Promise<Value>>, key: string, work: () => Promise<Value>): Promise<Value> {
  const shared = inFlight.get(key);
  if (shared !== undefined) return shared;
  const own = work().finally(() => inFlight.delete(key));
  if (!isTiedToRequest()) inFlight.set(key, own);
  return own;
}
