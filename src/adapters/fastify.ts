/**
 * A fetch-style handler for Fastify.
 *
 * @module waybill/adapters/fastify
 */
import { Exchange, type NodeStream } from './exchange.ts';
import { answer, checkHandler, type FetchHandler } from './fetch-handler.ts';
import { type NodeRequest, toRequest } from './node-request.ts';

export type { NodeStream } from './exchange.ts';
export type { FetchHandler } from './fetch-handler.ts';
export type { NodeRequest } from './node-request.ts';

/** What is used of a request of Fastify's. */
export interface FastifyRequestLike {
  readonly raw: NodeRequest;
  readonly body: unknown;
}

/** What is used of a reply of Fastify's. */
export interface FastifyReplyLike {
  readonly raw: {
    readonly writableEnded: boolean;
    readonly destroyed?: boolean | undefined;
    /** `close` is listened to. */
    on(event: string, listener: () => void): unknown;
  };
}

/** What is used of an instance of Fastify. */
export interface FastifyLike {
  /** Of this instance alone. */
  removeAllContentTypeParsers(): unknown;
  /** Says who reads a body. */
  addContentTypeParser(type: string, parser: (request: unknown, payload: NodeStream, done: FastifyParsed) => void): unknown;
  /** Answers every method at a path. */
  all(path: string, handler: (request: FastifyRequestLike, reply: FastifyReplyLike) => Promise<Response>): unknown;
}

/** Takes what a parser has made of a body. */
export type FastifyParsed = (error: Error | null, body?: unknown) => void;

/** What {@link toFastifyPlugin} returns: hand it to `register()`. */
export type FastifyWebhookPlugin = (instance: FastifyLike, options: unknown, done: () => void) => void;

/**
 * Makes a fetch-style handler a plugin of Fastify, 4.26 or newer, that answers every method at the `prefix` it is registered with.
 *
 * A plugin and no route handler, because Fastify parses a body before a route sees it and would answer 400, 413 and 415 itself.
 * Here the handler gets the bytes that were sent, which a signature needs, and no other route of yours parses less for it. Hooks,
 * logging and error handler of Fastify stay as they are: what the handler throws goes to the latter. When the client goes away,
 * `request.signal` aborts.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` where `handler` is no function.
 *
 * @example
 * ```ts
 * app.register(toFastifyPlugin(verifier.handler(keep)), { prefix: '/amazon/ndr' });
 * ```
 *
 * @see {@link https://fastify.dev/docs/latest/Reference/ContentTypeParser/ | Fastify's content type parsers}
 */
export function toFastifyPlugin(handler: FetchHandler): FastifyWebhookPlugin {
  checkHandler('toFastifyPlugin()', handler);
  return (instance, _, done) => {
    instance.removeAllContentTypeParsers();
    instance.addContentTypeParser('*', (_request, payload, parsed) => parsed(null, payload));
    instance.all('/', ({ raw, body }, reply) => {
      // A hook may have put another stream in the place of the request's own.
      const stream = (body ?? raw) as NodeStream;
      return answer(handler, () => toRequest(raw, new Exchange(stream, reply.raw), stream));
    });
    done();
  };
}
