/**
 * A fetch-style handler for Node's `http` and what is built on it.
 *
 * @module waybill/adapters/node
 */
import { misconfigured, tell } from '../core/options.ts';
import { Exchange } from './exchange.ts';
import { answer, checkHandler, type FetchHandler, refusal } from './fetch-handler.ts';
import { type NodeRequest, toRequest } from './node-request.ts';
import { type NodeResponse, sendResponse } from './node-response.ts';

export type { NodeStream } from './exchange.ts';
export type { FetchHandler } from './fetch-handler.ts';
export type { NodeRequest } from './node-request.ts';
export type { NodeResponse } from './node-response.ts';

/** How {@link toNodeHandler} tells of failures. */
export interface NodeHandlerOptions {
  /**
   * Hears of what is answered 500 where there is no `next`, and of an answer that broke off. The handlers of this package never
   * throw: they have an `onError` of their own. What it throws is ignored.
   */
  readonly onError?: (error: unknown) => void;
}

/** What {@link toNodeHandler} returns. The promise is kept when the answer is written, whatever came of it. */
export type NodeHandler = (incoming: NodeRequest, outgoing: NodeResponse, next?: (error?: unknown) => void) => Promise<void>;

/**
 * Makes a fetch-style handler fit Node's `http`, `https` and `http2`, Express 4 and 5, Connect, Koa and the pages of Next.js.
 *
 * The body comes as the stream that it is, or, where a parser has read it, as what that has left in `rawBody` or `body`. An object
 * out of `express.json()` is written anew. For NDR that is as good; the signature of Buy with Prime can't be checked then, and its
 * webhook says so. Doubled headers stay doubled. The URL has the whole path and query; its host is the client's word, and
 * `X-Forwarded-*` is not looked at. When the client goes away, `request.signal` aborts, and not that of a clone.
 *
 * Where the handler throws, `next(error)` is called, or the answer is 500 where there is no `next`. What can be no `Request` is
 * answered 400.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` where `handler` or `onError` is no function.
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
export function toNodeHandler(handler: FetchHandler, options?: NodeHandlerOptions): NodeHandler {
  checkHandler('toNodeHandler()', handler);
  const { onError } = options ?? {};
  if (onError !== undefined && typeof onError !== 'function') throw misconfigured('core', '"onError" must be a function');
  return async (incoming, outgoing, next) => {
    const exchange = new Exchange(incoming, outgoing);
    const send = (response: Response): Promise<void> => sendResponse(outgoing, response, incoming.method === 'HEAD', exchange);
    try {
      await send(await answer(handler, () => toRequest(incoming, exchange)));
    } catch (error) {
      if (next && !outgoing.headersSent) return next(error);
      tell(() => onError?.(error));
      if (!outgoing.headersSent) await send(refusal(500, 'it failed'));
      // What has begun can only be broken off, so that nobody takes it for whole.
      else if (!outgoing.writableEnded) outgoing.destroy();
    }
  };
}
