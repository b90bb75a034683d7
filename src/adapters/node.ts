/**
 * A fetch-style handler for Node's `http` and what is built on it.
 *
 * @module waybill/adapters/node
 */
import { misconfigured } from '../core/errors.ts';
import { tellError } from '../core/hooks.ts';
import { describeInput, recognise } from '../core/receive/recognise.ts';
import { receiveOf } from '../core/receive/request.ts';
import { attempt } from '../core/types.ts';
import { type AdapterOptions, checkHandler, type FetchHandler, respond } from './handler.ts';
import { Exchange } from './node/exchange.ts';
import { type NodeRequest, toIncoming, toRequest } from './node/request.ts';
import { type NodeResponse, sendOutgoing, sendResponse } from './node/response.ts';

export type { AdapterOptions, FetchHandler } from './handler.ts';
export type { BodySource } from './node/body.ts';
export type { NodeStream } from './node/exchange.ts';
export type { NodeRequest } from './node/request.ts';
export type { NodeResponse } from './node/response.ts';

/** What {@link toNodeHandler} returns. The promise resolves when the response is written, also if the handler failed. */
export type NodeHandler = (incoming: NodeRequest, outgoing: NodeResponse, next?: (error?: unknown) => void) => Promise<void>;

/**
 * Makes a fetch-style handler fit Node's `http`, `https` and `http2`, Express 4 and 5, Connect, Koa and the pages of Next.js.
 *
 * A webhook of this package reads the body from the stream, or, if a parser has read it, from `rawBody` or `body`. For NDR the result of
 * `express.json()` is as good; the signature of Buy with Prime cannot be checked then, and its webhook says so. Any other handler gets a
 * `Request`. Duplicate headers stay duplicate. The URL has the whole path and query; its host is what the client claims, and `X-Forwarded-*` is not
 * used. If the client disconnects, `request.signal` aborts, but not the signal of a clone.
 *
 * If a handler throws, `next(error)` is called, or the response is 500 if there is no `next`. What cannot be a `Request` gets 400.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` if `handler` or `onError` is not a function. With something that is not a request of Node's
 *   the result rejects with one that names the right adapter.
 *
 * @example
 * ```ts
 * createServer(toNodeHandler(verifier.handler(keep))).listen(8080);
 * ```
 *
 * @example In Express, also behind express.json()
 * ```ts
 * app.post('/amazon/ndr', toNodeHandler(verifier.handler(keep)));
 * ```
 *
 * @see {@link https://nodejs.org/api/http.html | Node's http}
 */
export function toNodeHandler(handler: FetchHandler, options: AdapterOptions = {}): NodeHandler {
  checkHandler('toNodeHandler()', handler, options);
  const receive = receiveOf(handler);
  return async (incoming, outgoing, next) => {
    checkPair(incoming, outgoing);
    const exchange = new Exchange(incoming, outgoing);
    const isHead = incoming.method === 'HEAD';
    try {
      if (receive) sendOutgoing(outgoing, await receive(toIncoming(incoming, exchange)), isHead);
      else await sendResponse(outgoing, await respond(handler, options, () => toRequest(incoming, exchange)), isHead, exchange);
    } catch (error) {
      if (next && !outgoing.headersSent) return next(error);
      tellError(options.onError, error);
      const internal = { status: 500, headers: { 'content-type': 'application/json' }, body: '{"message":"internal error"}' };
      if (!outgoing.headersSent) sendOutgoing(outgoing, internal, isHead);
      // A response that has started can only be cut off: the client must not read it as complete.
      else if (!outgoing.writableEnded) outgoing.destroy();
    }
  };
}

/** Refuses what is not a request and a response of Node's: Fastify's reply, a context of Koa, an event of Lambda. */
function checkPair(incoming: unknown, outgoing: unknown): void {
  const isPair = attempt(() => {
    const { writeHead } = (outgoing ?? {}) as Partial<NodeResponse>;
    const { on } = (incoming ?? {}) as Partial<NodeRequest>;
    return typeof writeHead === 'function' && typeof on === 'function';
  });
  if (isPair) return;
  // A request of Node's may come without its response.
  const [what, hint] = (recognise(incoming) !== 'node' && describeInput(incoming)) || [
    'another input',
    "Call it with Node's request and response.",
  ];
  throw misconfigured('core', undefined, `toNodeHandler() was called with ${what}`, hint);
}
