/**
 * Where a delivery goes: over the network or into a function, with a limit of time either way.
 *
 * @module
 */
import { waitFor } from '../../core/call/abort.ts';
import { ConfigurationError, isWaybillError } from '../../core/errors.ts';
import { readStream } from '../../core/receive/stream.ts';

/** A URL, or a fetch-style handler such as `NdrWebhookVerifier.handler()` makes. */
export type DeliveryTarget = string | URL | ((request: Request) => Response | Promise<Response>);

/** An answer, read to its end. */
export interface TargetAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** There was no answer; the message says why, in words that hold nothing of the request. */
export class NoAnswer extends Error {}

/** Where a request to a handler seems to go. */
const HANDLER_URL = 'https://shop.example/amazon';
/** What EventBridge's `Range` asks for. */
const MAX_BYTES = 1_048_576;

/** The URL of a target: its own, or `url` for a handler, which has none. Refuses what no request can be sent to. */
export function urlOf(name: string, target: DeliveryTarget, url: string | URL = HANDLER_URL): URL {
  const own: unknown = typeof target === 'function' ? url : target;
  const parsed = (typeof own === 'string' || own instanceof URL) && URL.canParse(String(own)) ? new URL(own) : undefined;
  // What fetch says of a user name in a URL quotes it.
  if (parsed && /^https?:$/.test(parsed.protocol) && !parsed.username && !parsed.password) return parsed;
  throw new ConfigurationError(`"${name}" must be an http(s) URL without a user name, or a function that takes a Request`, {
    surface: 'testing',
  });
}

/** Sends a request and reads the answer within `timeout` milliseconds. Throws {@link NoAnswer}, or the reason of `signal`. */
export async function ask(
  target: DeliveryTarget,
  makeRequest: (signal: AbortSignal) => Request,
  timeout: number,
  signal: AbortSignal,
): Promise<TargetAnswer> {
  const over = new AbortController();
  const stop = (): void => over.abort(signal.reason);
  const timer = setTimeout(() => over.abort(new NoAnswer(`no answer within ${timeout} ms`)), timeout);
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    const request = makeRequest(over.signal);
    const sent = typeof target === 'function' ? invoke(target, request) : globalThis.fetch(request, { redirect: 'manual' });
    // Neither a handler nor a stream of its own need heed a signal.
    return await waitFor(read(sent), over.signal);
  } catch (error) {
    if (over.signal.aborted) throw over.signal.reason;
    if (error instanceof NoAnswer || isWaybillError(error)) throw error;
    const what =
      typeof target === 'function' ? "the body of the handler's Response could not be read" : 'no connection, or one that broke off';
    throw new NoAnswer(`${what} (${codeOf(error)})`);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

async function invoke(handler: (request: Request) => unknown, request: Request): Promise<Response> {
  let response: unknown;
  try {
    response = await handler(request);
  } catch (error) {
    throw new NoAnswer(`the handler threw ${codeOf(error)}`);
  }
  // By shape: frameworks bring a Response of their own.
  const { status, headers } = (response ?? {}) as Partial<Response>;
  if (typeof status !== 'number' || typeof headers?.get !== 'function') throw new NoAnswer('the handler returned no Response');
  return response as Response;
}

async function read(sent: Promise<Response>): Promise<TargetAnswer> {
  const { status, headers, body } = await sent;
  const { bytes, failure } = await readStream(body, MAX_BYTES);
  if (failure) throw failure.error;
  return { status, headers, body: bytes };
}

/** The code or the name of an error. Not its message, which may quote a URL, and with it a credential. */
function codeOf(error: unknown): string {
  const { cause, code, name } = (error ?? {}) as {
    readonly cause?: { readonly code?: unknown };
    readonly code?: unknown;
    readonly name?: unknown;
  };
  const words = [cause?.code, code, name].find((word) => typeof word === 'string' && /^\w{1,60}$/.test(word));
  return String(words ?? 'something that is no error');
}
