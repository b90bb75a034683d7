/**
 * A fetch-style handler for Fastify.
 *
 * @module waybill/adapters/fastify
 */
import { misconfigured } from '../core/errors.ts';
import { receiveOf } from '../core/receive/request.ts';
import { attempt } from '../core/types.ts';
import { type AdapterOptions, checkHandler, type FetchHandler, respond } from './handler.ts';
import { Exchange, type NodeStream } from './node/exchange.ts';
import { type NodeRequest, toIncoming, toRequest } from './node/request.ts';

export type { AdapterOptions, FetchHandler } from './handler.ts';
export type { BodySource } from './node/body.ts';
export type { NodeStream } from './node/exchange.ts';
export type { NodeRequest } from './node/request.ts';

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
    /** `close` is used. */
    on(event: string, listener: () => void): unknown;
  };
  code(status: number): unknown;
  headers(headers: Record<string, string>): unknown;
  send(body?: unknown): unknown;
}

/** What is used of an instance of Fastify. */
export interface FastifyLike {
  /** Of this instance only. */
  removeAllContentTypeParsers(): unknown;
  /** Sets the parser of a content type. */
  addContentTypeParser(type: string, parser: (request: unknown, payload: NodeStream, done: FastifyParsed) => void): unknown;
  /** Runs before the body is read. */
  addHook(name: 'onRequest', hook: (request: FastifyRequestLike, reply: FastifyReplyLike, done: () => void) => void): unknown;
  /** Handles every method at a path. */
  all(path: string, handler: (request: FastifyRequestLike, reply: FastifyReplyLike) => Promise<unknown>): unknown;
}

/** Accepts the body from a parser. */
export type FastifyParsed = (error: Error | null, body?: unknown) => void;

/** What {@link toFastifyPlugin} returns: pass it to `register()`. */
export type FastifyWebhookPlugin = (instance: FastifyLike, options: unknown, done: () => void) => void;

/**
 * Makes a fetch-style handler a plugin of Fastify, 4.26 or newer, that handles every method at the `prefix` it is registered with.
 *
 * A plugin and not a route handler, because Fastify parses a body before a route sees it and would respond with 400, 413 and 415 itself. Here
 * the handler gets the bytes that were sent, which a signature needs, and your other routes keep their parsers. Hooks, logging and error handler
 * of Fastify are unchanged: what a handler throws goes to the error handler. If the client disconnects, `request.signal` aborts.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` if `handler` is not a function.
 *
 * @example
 * ```ts
 * app.register(toFastifyPlugin(verifier.handler(keep)), { prefix: '/amazon/ndr' });
 * ```
 *
 * @see {@link https://fastify.dev/docs/latest/Reference/ContentTypeParser/ | Fastify's content type parsers}
 */
export function toFastifyPlugin(handler: FetchHandler, options: AdapterOptions = {}): FastifyWebhookPlugin {
  checkHandler('toFastifyPlugin()', handler, options);
  const receive = receiveOf(handler);
  return (instance, _, done) => {
    checkInstance(instance);
    instance.removeAllContentTypeParsers();
    instance.addContentTypeParser('*', (_request, payload, parsed) => parsed(null, payload));
    // Fastify refuses a type that is not one with 415, before any parser; the original is in "rawHeaders".
    instance.addHook('onRequest', ({ raw: { headers } }, _reply, next) => {
      const type = headers['content-type'];
      if (type !== undefined && !CONTENT_TYPE.test(String(type))) Object.assign(headers, { 'content-type': 'application/octet-stream' });
      next();
    });
    instance.all('/', async ({ raw, body: payload }, reply) => {
      // A hook may have put another stream in the place of the request's own.
      const stream = (payload ?? raw) as NodeStream;
      const exchange = new Exchange(stream, reply.raw);
      if (!receive) return respond(handler, options, () => toRequest(raw, exchange, stream));
      const { status, headers, body } = await receive(toIncoming(raw, exchange, stream));
      reply.code(status);
      reply.headers(headers);
      reply.send(body);
      return reply;
    });
    done();
  };
}

const CONTENT_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(?:;.*)?$/;

/** Refuses anything else, such as the request that a route handler gets. */
function checkInstance(instance: unknown): void {
  const methods = ['removeAllContentTypeParsers', 'addContentTypeParser', 'addHook', 'all'];
  const isInstance = attempt(() => methods.every((name) => typeof (instance as Record<string, unknown>)[name] === 'function'));
  if (isInstance) return;
  const hint = "Register it: app.register(toFastifyPlugin(…), { prefix: '/amazon/ndr' }). A route handler gets the wrong arguments for it.";
  throw misconfigured('core', undefined, 'the plugin of toFastifyPlugin() was not called with an instance of Fastify', hint);
}
