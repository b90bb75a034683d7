/**
 * Where a delivery goes: over the network or into a function, within a time limit either way.
 *
 * @module
 */
import { onAbort, raceAbort } from '../../core/async.ts';
import { readStream } from '../../core/bytes.ts';
import { assertOption, isWaybillError } from '../../core/errors.ts';
import type { Bytes } from '../../core/types.ts';
import { SURFACE } from '../surface.ts';

/** A URL, or a fetch-style handler such as `NdrWebhookVerifier.handler()` makes. */
export type DeliveryTarget = string | URL | ((request: Request) => Response | Promise<Response>);

/** A response, read to its end. */
export interface TargetResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Bytes;
}

/** Why there is no response, in words that contain nothing of the request. */
export interface Failure {
  readonly message: string;
  /** What to do, if that is known: sentences without the last full stop. */
  readonly advice?: string | undefined;
  /** Whether no retry can help. */
  readonly isFinal?: boolean | undefined;
}

/** There is no response. */
export class NoResponse extends Error implements Failure {
  readonly advice: string | undefined;
  readonly isFinal: boolean;

  constructor(message: string, { advice, isFinal = false }: Omit<Failure, 'message'> = {}) {
    super(message);
    this.advice = advice;
    this.isFinal = isFinal;
  }
}

/** The failure that an error is. Message and hint of waybill's own errors contain no secret. */
export function failureOf(error: unknown): Failure {
  if (error instanceof NoResponse) return error;
  if (!isWaybillError(error)) return { message: 'the request could not be made' };
  return { message: error.message, advice: error.hint?.replace(/\.$/, ''), isFinal: error.code === 'CONFIGURATION' };
}

/** The URL of a request to a handler. */
const HANDLER_URL = 'https://shop.example/amazon';
/** What EventBridge's `Range` asks for. */
const MAX_BYTES = 1_048_576;

/**
 * Ports that fetch does not connect to. Its error does not say so: it would look like a connection that failed, and be retried.
 *
 * @see {@link https://fetch.spec.whatwg.org/#port-blocking | Port blocking}
 */
const BLOCKED_PORTS: ReadonlySet<number> = new Set([
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110, 111, 113, 115, 117,
  119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636,
  989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);

/** Whether fetch refuses this port of a URL; a URL without one has the port of its scheme, which is none of them. */
export function isBlockedPort(port: string): boolean {
  return port !== '' && BLOCKED_PORTS.has(Number(port));
}

/** The URL of a target: its own, or `url` for a handler, which has none. Refuses what no request can be sent to. */
export function urlOf(option: string, target: DeliveryTarget, url: string | URL = HANDLER_URL): URL {
  const isHandler = typeof target === 'function';
  const own: unknown = isHandler ? url : target;
  const parsed = (typeof own === 'string' || own instanceof URL) && URL.canParse(String(own)) ? new URL(own) : undefined;
  // fetch would quote a user name in an error.
  const isUsable = parsed && /^https?:$/.test(parsed.protocol) && !parsed.username && !parsed.password;
  const what = isHandler ? 'must be an http(s) URL without a user name' : 'must be an http(s) URL without a user name, or a handler';
  assertOption(isUsable, SURFACE, isHandler ? 'url' : option, what);
  const isBlocked = !isHandler && isBlockedPort(parsed.port);
  assertOption(
    !isBlocked,
    SURFACE,
    option,
    `has port ${parsed.port}, which fetch does not connect to`,
    'Have the server listen at another port.',
  );
  return parsed;
}

/** Sends a request and reads the response, within `timeout` milliseconds. Throws {@link NoResponse}, or the reason of `signal`. */
export async function sendTo(
  target: DeliveryTarget,
  makeRequest: (signal: AbortSignal) => Request,
  timeout: number,
  signal: AbortSignal,
): Promise<TargetResponse> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(new NoResponse(`no response within ${timeout} ms`)), timeout);
  const off = onAbort(signal, () => over.abort(signal.reason));
  try {
    signal.throwIfAborted();
    const request = makeRequest(over.signal);
    const sent = typeof target === 'function' ? invoke(target, request) : globalThis.fetch(request, { redirect: 'manual' });
    // A handler and its stream may ignore the signal.
    return await raceAbort(read(sent), over.signal);
  } catch (error) {
    if (over.signal.aborted) throw over.signal.reason;
    if (error instanceof NoResponse || isWaybillError(error)) throw error;
    const what = typeof target === 'function' ? "the body of the handler's Response could not be read" : 'no connection, or it broke off';
    throw new NoResponse(`${what} (${codeOf(error)})`);
  } finally {
    clearTimeout(timer);
    off();
  }
}

const THROWN = 'Fix what the handler throws: a server would respond with 500';
const NO_RESPONSE = 'Return a Response, or serve a handler of another kind and pass its URL as "to"';

async function invoke(handler: (request: Request) => unknown, request: Request): Promise<Response> {
  let response: unknown;
  try {
    response = await handler(request);
  } catch (error) {
    if (!isWaybillError(error)) throw new NoResponse(`the handler threw ${codeOf(error)}`, { advice: THROWN });
    const { message, advice = THROWN, isFinal } = failureOf(error);
    throw new NoResponse(`the handler threw ${error.code}: ${message}`, { advice, isFinal });
  }
  // By shape: frameworks have their own Response.
  const { status, headers } = (response ?? {}) as Partial<Response>;
  if (typeof status !== 'number' || typeof headers?.get !== 'function') {
    throw new NoResponse('the handler returned no Response', { advice: NO_RESPONSE });
  }
  return response as Response;
}

async function read(sent: Promise<Response>): Promise<TargetResponse> {
  const response = await sent;
  const { status, headers, body } = response;
  if (typeof body?.getReader === 'function') {
    const { bytes, failure } = await readStream(body, MAX_BYTES);
    if (failure) throw failure.error;
    return { status, headers, body: bytes };
  }
  return { status, headers, body: new Uint8Array((await response.arrayBuffer?.()) ?? 0) };
}

/** The code or the name of an error. Not its message, which may quote a URL, and with it a credential. */
function codeOf(error: unknown): string {
  const { cause, code, name } = (error ?? {}) as {
    readonly cause?: { readonly code?: unknown } | null;
    readonly code?: unknown;
    readonly name?: unknown;
  };
  const words = [cause?.code, code, name].find((word) => typeof word === 'string' && /^[A-Z]\w{1,59}$/.test(word));
  return String(words ?? 'a value that is not an error');
}
