/**
 * From a request of Node's to one of the web's.
 *
 * @module
 */
import { encodeUtf8 } from '../core/bytes.ts';
import { misconfigured } from '../core/options.ts';
import { markRewritten } from '../core/receive/parsed-body.ts';
import type { Exchange, NodeStream } from './exchange.ts';
import { makeUrl } from './fetch-handler.ts';

/**
 * What is used of a request of Node's. `http`, `https` and `http2` hand one over, and so do Express, Connect, Koa, NestJS, the pages
 * of Next.js and Cloud Functions.
 */
export interface NodeRequest extends NodeStream {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** The whole path, where a mounted router of Express or Connect has cut `url`. */
  readonly originalUrl?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Names and values in turn, as they were sent: of several `Authorization`, `headers` has kept one. */
  readonly rawHeaders?: readonly string[] | undefined;
  /** Tells `https` from `http`. */
  readonly socket?: unknown;
  /** What a parser has made of the body; looked at only where the stream was read already. */
  readonly body?: unknown;
  /** The bytes of the body, where a framework keeps them: Cloud Functions, NestJS, or a `verify` of `express.json()`. */
  readonly rawBody?: unknown;
}

/** Makes a `Request` of it. Throws for what the web allows no request to be, such as one with the method TRACE. */
export function toRequest(incoming: NodeRequest, exchange: Exchange, stream: NodeStream = incoming): Request {
  const { method = 'GET', rawBody } = incoming;
  const headers = headersOf(incoming);
  const url = urlOf(incoming, headers);
  const make = (body?: BodyInit): Request => {
    // Node's fetch demands "duplex" where a body is a stream; the types of the web do not know it.
    const request = new Request(url, { method, headers, ...(body && { body, duplex: 'half' }) });
    // Few ask for it, and given to the constructor it would cost Node a third of all its work for a request.
    return Object.defineProperty(request, 'signal', { get: () => exchange.signal });
  };
  if (method === 'GET' || method === 'HEAD') return make();
  const isUnread = !stream.readableDidRead && (!stream.readableEnded || exchange.isOver);
  if (isUnread && !isRaw(rawBody)) return make(toWebStream(stream, exchange));

  const body = isRaw(rawBody) ? rawBody : (incoming.body ?? nothing(stream));
  // The length is another one now, and what was compressed is not any more.
  for (const name of ['content-length', 'content-encoding', 'transfer-encoding']) headers.delete(name);
  if (isRaw(body)) return make(toBytes(body));
  const request = make(toBytes(rewrite(body, headers)));
  markRewritten(request);
  return request;
}

/** All that were sent; those of one name are joined, as the web does it. */
function headersOf({ headers, rawHeaders }: NodeRequest): Headers {
  const all = new Headers();
  const pairs = rawHeaders?.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1]] as const] : []));
  for (const [name, values] of pairs ?? Object.entries(headers)) {
    // HTTP/2 has method and path among them.
    if (!name.startsWith(':')) for (const value of [values ?? []].flat()) all.append(name, value);
  }
  return all;
}

function urlOf({ url, originalUrl, headers: { ':authority': authority }, socket }: NodeRequest, headers: Headers): string {
  const { encrypted } = (socket ?? {}) as { encrypted?: boolean };
  return makeUrl(encrypted ? 'https' : 'http', headers.get('host') ?? String(authority ?? ''), originalUrl ?? url ?? '');
}

/** Whether it is text or bytes, and not what a parser has made of them. */
function isRaw(body: unknown): body is string | Uint8Array<ArrayBuffer> {
  // Bytes of another realm, such as a Buffer inside Jest, are no instances of ours.
  return typeof body === 'string' || ArrayBuffer.isView(body);
}

/** Never text: it would bring a content type of its own. */
function toBytes(body: string | Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return typeof body === 'string' ? encodeUtf8(body) : body;
}

/** The body where no parser has left one. */
function nothing({ readableDidRead }: NodeStream): string {
  if (!readableDidRead) return '';
  throw misconfigured(
    'core',
    'the body has been read already, and neither "body" nor "rawBody" of the request holds it',
    'Mount the handler before what reads the body.',
  );
}

/** Writes a form or JSON as it may have been before a parser took it apart. */
function rewrite(body: unknown, headers: Headers): string {
  if (!/^application\/x-www-form-urlencoded\b/i.test(headers.get('content-type') ?? '')) return JSON.stringify(body);
  const pairs = Object.entries(body as object).flatMap(([name, values]) => [values].flat().map((value) => [name, String(value)]));
  return new URLSearchParams(pairs).toString();
}

/** Reads no sooner and no faster than it is read itself. */
function toWebStream(stream: NodeStream, exchange: Exchange): ReadableStream<Uint8Array> {
  let state: 'untouched' | 'open' | 'over' = 'untouched';
  const end = (finish: () => void): void => {
    if (state === 'open') finish();
    state = 'over';
  };
  const gone = (): Error => new Error('the client is gone, or has its answer');
  let isCut = false;
  const listen = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    stream.on('data', (chunk) => {
      if (state === 'over') return;
      isCut ||= exchange.isOver;
      if (isCut) return;
      stream.pause();
      controller.enqueue(toBytes(chunk as string | Uint8Array<ArrayBuffer>));
    });
    stream.on('end', () => end(() => (isCut ? controller.error(gone()) : controller.close())));
    stream.on('error', (error) => end(() => controller.error(error)));
    stream.on('close', () => end(() => controller.error(gone())));
  };
  return new ReadableStream(
    {
      pull(controller) {
        if (state === 'untouched') {
          // Its events have been.
          if (exchange.isOver) return controller.error(gone());
          state = 'open';
          listen(controller);
        }
        stream.resume();
      },
      cancel() {
        state = 'over';
        stream.resume();
      },
    },
    { highWaterMark: 0 },
  );
}
