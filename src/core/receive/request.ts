/**
 * A request on its way in, whichever front end hands it over: fetch, Node's `http`, Lambda. `Request` and `Response` are one front end
 * among them: on Node they cost ten times what the webhook itself does.
 *
 * @module
 */
import { bytesOf, decodeStrictUtf8, encodeUtf8, readStream } from '../bytes.ts';
import { ConnectionError, isWaybillError, misconfigured, ValidationError } from '../errors.ts';
import { copyError } from '../redact.ts';
import { attempt, type Bytes, isObject, type Surface } from '../types.ts';
import { decodeText } from './decode.ts';
import { wrongInput } from './recognise.ts';

/** Headers of any platform: `Headers`, a plain object, or any object with `get()`. */
type HeadersReader = { get(name: string): string | null } | Readonly<Record<string, string | readonly string[] | undefined>>;

/** The parts of a request that a verifier reads. A `Request` is one, and so is what Express or Lambda hands over. */
export interface WebhookRequest {
  readonly headers: HeadersReader;
  /** Absolute, or path and query. */
  readonly url?: string | undefined;
  /** A string, bytes, or parsed JSON if a framework has read it already. */
  readonly body?: unknown;
}

/** A request as the webhook works on it. Nothing of it is made before it is used. */
export interface IncomingRequest extends Omit<WebhookRequest, 'body'> {
  readonly method: string;
  readonly url: string;
  /** The body, if a framework has parsed it and its bytes are gone. */
  readonly parsed?: { readonly body: unknown } | undefined;
  /** Reads the body otherwise: a string stands for its UTF-8. Throws a rejection with 413 if it has more than `limit` bytes. */
  readonly read?: ((limit: number) => Bytes | string | Promise<Bytes>) | undefined;
}

/** What the webhook responds with. */
export interface OutgoingResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Handles a request. Never rejects. */
export type Receive = (request: IncomingRequest) => Promise<OutgoingResponse>;

/** A fetch-style handler. */
export type FetchHandler = (request: Request) => Promise<Response>;

/** The largest event that EventBridge sends. */
export const MAX_BODY_BYTES = 1_048_576;

// By name, so that an adapter of another copy of this package finds it too. The number changes with the types above.
const RECEIVE = Symbol.for('waybill.receive.1');
const PARSED = Symbol.for('waybill.parsed-body');
const STATUS = Symbol.for('waybill.status');

/** Makes a fetch-style handler. Adapters find the faster function in it. */
export function toFetchHandler(surface: Surface, receive: Receive): FetchHandler {
  const handler = async (request: Request): Promise<Response> => {
    if (!isRequest(request)) throw wrongInput(surface, request);
    const { status, headers, body } = await receive(fromRequest(surface, request));
    return new Response(body || null, { status, headers });
  };
  return Object.defineProperty(handler, RECEIVE, { value: receive });
}

/** The function behind a handler of waybill, which needs no `Request`; `undefined` for any other handler. */
export function receiveOf(handler: unknown): Receive | undefined {
  return (handler as { readonly [RECEIVE]?: Receive })[RECEIVE];
}

/** Whether it is a `Request`. By shape: that of another realm or of a polyfill is not an instance. */
export function isRequest(value: unknown): value is Request {
  const isOne = attempt(() => {
    const { method, url, headers, arrayBuffer } = (value ?? {}) as Partial<Request>;
    return typeof method === 'string' && typeof url === 'string' && typeof headers?.get === 'function' && typeof arrayBuffer === 'function';
  });
  return isOne === true;
}

/** A `Request` as the webhook works on it. */
export function fromRequest(surface: Surface, request: Request): IncomingRequest {
  const { method, headers, url } = request;
  if (PARSED in request) return { method, headers, url, parsed: { body: request[PARSED] } };
  return { method, headers, url, read: (limit) => readRequest(surface, request, limit) };
}

/**
 * Converts the argument of `verify()`: a `Request`, or its parts as a framework has them.
 *
 * @throws {@link ValidationError} `VALIDATION` if it is neither.
 */
export function toIncoming(surface: Surface, request: Request | WebhookRequest): IncomingRequest {
  if (isRequest(request)) return fromRequest(surface, request);
  if (!isObject(request)) {
    throw rejection(400, surface, 'expected a Request, or an object with headers and body');
  }
  const { headers, url = '', body } = request;
  // A copy: what is verified must be what is read, and a server may reuse its buffer while the key is fetched.
  const sent = typeof body === 'string' ? body : bytesOf(body)?.slice();
  // A parsed body has no bytes to read.
  return sent === undefined ? { method: 'POST', headers, url, parsed: { body } } : { method: 'POST', headers, url, read: () => sent };
}

/** Refuses, for now, a parsed body that nobody has read: to refuse it as empty would lose an event. */
export function checkRead(surface: Surface, { headers, body }: Pick<WebhookRequest, 'headers' | 'body'>): void {
  const { then, getReader, stream } = (body ?? {}) as Readonly<Record<string, unknown>>;
  const what = typeof then === 'function' ? 'a promise' : typeof (getReader ?? stream) === 'function' && 'a stream or a Blob';
  if (what) {
    throw misconfigured(surface, undefined, `the body is ${what}`, 'Pass what it contains: a string, bytes or parsed JSON.');
  }
  // What a framework leaves of a body of another type; "{}" and "[]" may also be all that was sent.
  const isEmpty = body === undefined || body === null || (typeof body === 'object' && Object.keys(body).length === 0);
  if (!isEmpty) return;
  if (headerValues({ headers }, 'transfer-encoding').length > 0) throw unread(surface, 'the body has not been read');
  // Of "null", of "{}" or "[]", and of nothing.
  const left = body === null ? 4 : body ? 2 : 0;
  checkLength(surface, left, headerValues({ headers }, 'content-length')[0], undefined);
}

/** Attaches the body that a framework has parsed to a `Request`, whose original bytes are gone. */
export function attachParsed(request: Request, body: unknown): void {
  Object.defineProperty(request, PARSED, { value: body });
}

/** Every value of a header; `Headers` joins several into one, a plain object may hold an array. */
export function headerValues({ headers }: Pick<WebhookRequest, 'headers'>, name: string): readonly string[] {
  if (!isObject(headers)) return [];
  if (typeof headers.get === 'function') {
    const value: unknown = headers.get(name);
    return typeof value === 'string' ? [value] : [];
  }
  const values: string[] = [];
  for (const key of Object.keys(headers)) {
    // Most names differ in length already, and this is the hot path.
    if (key.length !== name.length || key.toLowerCase() !== name.toLowerCase()) continue;
    const value = (headers as Readonly<Record<string, unknown>>)[key];
    for (const each of Array.isArray(value) ? value : [value]) if (typeof each === 'string') values.push(each);
  }
  return values;
}

/** Every value of a query parameter. */
export function queryValues({ url }: Pick<WebhookRequest, 'url'>, name: string): readonly string[] {
  const query = typeof url === 'string' ? url.replace(/#.*$/s, '').split('?').slice(1).join('?') : '';
  return new URLSearchParams(query).getAll(name);
}

const NOT_JSON = /^\s*(text\/html|text\/xml|application\/xml|application\/x-www-form-urlencoded|multipart|image|audio|video)\b/i;

/** What starts like JSON: a value of a form, a part of one; for any other type, the whole. */
const STARTS: Readonly<Record<string, RegExp>> = {
  'application/x-www-form-urlencoded': /(?:^|[=&])[\s+]*(?:[{["]|%(?:7B|5B|22))/i,
  multipart: /^\s*[{["]/m,
};
const START = /^\s*[{["]/;

/** Characters that are searched: a part of a form has headers of its own before its content. */
const MAX_START = 2_000;

/**
 * Refuses a body that was not JSON, does not claim to be, and does not look like JSON that was damaged or lost on the way. A `Content-Type` is
 * believed as little as possible: what may be an event must not get a final response.
 */
export function checkType(surface: Surface, request: IncomingRequest, body: unknown): void {
  const [type = ''] = headerValues(request, 'content-type');
  const [, name = ''] = NOT_JSON.exec(type) ?? [];
  const bytes = bytesOf(body)?.subarray(0, MAX_START);
  const start = bytes ? decodeText(bytes) : String(body).slice(0, MAX_START);
  if (name === '' || start === '' || (STARTS[name.toLowerCase()] ?? START).test(start)) return;
  throw rejection(415, surface, `events are application/json, got ${type.split(';')[0]?.trim().slice(0, 60)}`, 'Check what sends it.');
}

/** windows-1252 is what the web reads all of them as. */
const LATIN = /;\s*charset\s*=\s*"?(?:iso-8859-1|latin-?1|windows-1252)\b/i;

/** The body as a string, if it says that it is Latin-1 and is not UTF-8, which JSON should be: otherwise names would be damaged. */
export function inCharset(request: IncomingRequest, bytes: Bytes): Bytes | string {
  const [type = ''] = headerValues(request, 'content-type');
  const isLatin = LATIN.test(type) && decodeStrictUtf8(bytes) === undefined;
  return isLatin ? new TextDecoder('windows-1252').decode(bytes) : bytes;
}

async function readRequest(surface: Surface, request: Request, limit: number): Promise<Bytes> {
  if (request.bodyUsed) {
    throw misconfigured(
      surface,
      undefined,
      'the body has been read already',
      'Pass the request on before anything reads it, or use verify() with the body that was read.',
    );
  }
  const announced = request.headers.get('content-length') ?? undefined;
  if (Number(announced) > limit) throw tooLarge(surface, limit);
  const { bytes, isCut, failure } = request.body
    ? await readStream(request.body, limit)
    : { bytes: new Uint8Array(await request.arrayBuffer()), isCut: false, failure: undefined };
  if (failure) throw brokenOff(surface, failure.error);
  if (isCut || bytes.length > limit) throw tooLarge(surface, limit);
  checkLength(surface, bytes.length, announced, headerValues(request, 'content-encoding')[0]);
  return bytes;
}

/** The bytes of a body, if they are still available; `undefined` for a body that was parsed. */
export function rawBytes(body: unknown): Bytes | undefined {
  return typeof body === 'string' ? encodeUtf8(body) : bytesOf(body);
}

/**
 * Refuses a body with fewer bytes than were announced: something has read or dropped it (SvelteKit does, without a Content-Type), and it
 * may be an event.
 */
export function checkLength(surface: Surface, length: number, announced: string | undefined, encoding: string | undefined): void {
  // A framework that decompresses the body leaves both headers.
  if (encoding || announced === undefined || !/^\d+$/.test(announced) || length >= Number(announced)) return;
  throw unread(surface, `the body has ${length} bytes, and Content-Length announced ${announced}`);
}

function unread(surface: Surface, message: string): ConnectionError {
  const hint = 'Something before the webhook reads or drops the body: mount the webhook first.';
  return new ConnectionError(message, { surface, attempts: 1, hint });
}

/** The sender, or something in between, closed the connection too early. */
export function brokenOff(surface: Surface, error: unknown): ConnectionError {
  return new ConnectionError('the body broke off', { surface, attempts: 1, cause: copyError(error) });
}

export function tooLarge(surface: Surface, limit: number): ValidationError {
  return rejection(413, surface, `the body is larger than ${limit} bytes`, 'Raise "maxBodyBytes" if an event can be so large.');
}

/** The error for what cannot be an event, with the status to respond with. */
export function rejection(status: number, surface: Surface, message: string, hint?: string): ValidationError {
  const error = new ValidationError('event', [{ message }], { surface, hint });
  return Object.defineProperty(error, STATUS, { value: status });
}

/** The status that an error brings, if it does. */
export function statusOf(error: unknown): number | undefined {
  return isWaybillError(error) && STATUS in error ? (error[STATUS] as number) : undefined;
}
