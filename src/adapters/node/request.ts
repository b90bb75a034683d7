/**
 * A request of Node's as the webhook works on it, or as one of the web's.
 *
 * @module
 */
import { encodeUtf8 } from '../../core/bytes.ts';
import { attachParsed, type IncomingRequest } from '../../core/receive/request.ts';
import type { Bytes } from '../../core/types.ts';
import { makeHeaders, makeUrl } from '../handler.ts';
import { type Body, type BodySource, findBody, toWebStream, withinLimits } from './body.ts';
import type { Exchange, NodeStream } from './exchange.ts';

/**
 * What is used of a request of Node's. `http`, `https` and `http2` have one, and so do Express, Connect, Koa, NestJS, the pages of Next.js and
 * Cloud Functions.
 */
export interface NodeRequest extends NodeStream, BodySource {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** The whole path, if a mounted router of Express or Connect has cut `url`. */
  readonly originalUrl?: string | undefined;
  /** Names and values in turn, as they were sent: of several `Authorization`, `headers` has kept one. */
  readonly rawHeaders?: readonly string[] | undefined;
  /** Distinguishes `https` from `http`. */
  readonly socket?: unknown;
}

/** The request for a webhook of this package, without a `Request`: on Node that and its streams take ten times as long as the webhook does. */
export function toIncoming(incoming: NodeRequest, exchange: Exchange, stream: NodeStream = incoming): IncomingRequest {
  const { method = 'GET', rawHeaders } = incoming;
  const headers = rawHeaders ? new RawHeaders(rawHeaders) : incoming.headers;
  let body: Body;
  try {
    body = findBody(incoming, stream, exchange);
  } catch (error) {
    // Thrown when the body is read, so that the webhook responds with 503 and calls its onError.
    body = { read: () => Promise.reject(error) };
  }
  return new NodeIncoming(incoming, method, headers, body);
}

/** A class: a literal with a getter costs 1 µs, and garbage that lives long. */
class NodeIncoming implements IncomingRequest {
  readonly method: string;
  readonly headers: IncomingRequest['headers'];
  readonly parsed: IncomingRequest['parsed'];
  readonly read: IncomingRequest['read'];
  readonly #incoming: NodeRequest;

  constructor(incoming: NodeRequest, method: string, headers: IncomingRequest['headers'], body: Body) {
    this.method = method;
    this.headers = headers;
    this.#incoming = incoming;
    if ('parsed' in body) this.parsed = { body: body.parsed };
    else this.read = 'read' in body ? body.read : (limit) => withinLimits(body.bytes, limit);
  }

  get url(): string {
    return urlOf(this.#incoming);
  }
}

/** The headers of a request as they were sent, found without making a `Headers` of all of them. Can be passed to `new Headers()`. */
class RawHeaders implements Iterable<[string, string]> {
  readonly #raw: readonly string[];

  constructor(raw: readonly string[]) {
    this.#raw = raw;
  }

  /** The value; several are joined, as on the web. */
  get(name: string): string | null {
    const wanted = name.toLowerCase();
    let found: string | null = null;
    for (let at = 0; at < this.#raw.length; at += 2) {
      const key = this.#raw[at] as string;
      if (key.length !== wanted.length || key.toLowerCase() !== wanted) continue;
      const value = this.#raw[at + 1] as string;
      found = found === null ? value : `${found}, ${value}`;
    }
    return found;
  }

  has(name: string): boolean {
    return this.get(name) !== null;
  }

  *[Symbol.iterator](): IterableIterator<[string, string]> {
    yield* makeHeaders(pairsOf(this.#raw));
  }
}

function* pairsOf(raw: readonly string[]): Generator<[string, string]> {
  for (let at = 0; at < raw.length; at += 2) {
    const [name, value] = [raw[at] as string, raw[at + 1] as string];
    // HTTP/2 has method and path among them.
    if (!name.startsWith(':')) yield [name, value];
  }
}

/** The `Request` for other handlers. Throws for what the web does not allow, such as the method TRACE. */
export function toRequest(incoming: NodeRequest, exchange: Exchange, stream: NodeStream = incoming): Request {
  const { method = 'GET', rawHeaders } = incoming;
  const headers = makeHeaders(rawHeaders ? pairsOf(rawHeaders) : flat(incoming.headers));
  const make = (body?: BodyInit): Request => {
    // Node's fetch requires "duplex" for a body that is a stream; the types of the web do not know it.
    const request = new Request(urlOf(incoming), { method, headers, ...(body && { body, duplex: 'half' }) });
    // Few use it, and passed to the constructor it would take Node a third of all its time for a request.
    return Object.defineProperty(request, 'signal', { get: () => exchange.signal });
  };
  if (method === 'GET' || method === 'HEAD') return make();
  const body = findBody(incoming, stream, exchange);
  if ('read' in body) return make(body.stream ? toWebStream(body.stream, exchange) : asStream(body.read));
  // The length is another one now, and the body is not compressed any more.
  for (const name of ['content-length', 'content-encoding', 'transfer-encoding']) headers.delete(name);
  if ('bytes' in body) return make(body.bytes);
  const request = make(encodeUtf8(serialise(body.parsed, headers)));
  attachParsed(request, body.parsed);
  return request;
}

function* flat(headers: NodeRequest['headers']): Generator<[string, string]> {
  for (const [name, values] of Object.entries(headers)) {
    if (!name.startsWith(':')) for (const value of [values ?? []].flat() as readonly string[]) yield [name, value];
  }
}

function urlOf({ url, originalUrl, headers, socket }: NodeRequest): string {
  const { encrypted } = (socket ?? {}) as { encrypted?: boolean };
  const host = headers['host'] ?? headers[':authority'] ?? '';
  return makeUrl(encrypted ? 'https' : 'http', String(host), originalUrl ?? url ?? '');
}

/** A body that is read as a whole, when it is read. */
function asStream(read: (limit: number) => Promise<Bytes>): ReadableStream<Uint8Array> {
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    controller.enqueue(await read(Number.POSITIVE_INFINITY));
    controller.close();
  };
  return new ReadableStream({ pull }, { highWaterMark: 0 });
}

/** Serialises a form or JSON that a parser has read, as it may have been sent. */
function serialise(body: unknown, headers: Headers): string {
  if (!/^application\/x-www-form-urlencoded\b/i.test(headers.get('content-type') ?? '')) return JSON.stringify(body);
  const pairs = Object.entries(body as object).flatMap(([name, values]) => [values].flat().map((value) => [name, String(value)]));
  return new URLSearchParams(pairs).toString();
}
