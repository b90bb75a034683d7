/** toFastifyPlugin() on what it uses of Fastify; Fastify itself is in test/frameworks. */
import { PassThrough } from 'node:stream';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  type FastifyLike,
  type FastifyReplyLike,
  type FastifyRequestLike,
  type FetchHandler,
  toFastifyPlugin,
} from '../../src/adapters/fastify.ts';
import type { NodeStream } from '../../src/adapters/node.ts';
import { apiKey, NdrWebhookVerifier } from '../../src/shipping-ndr/webhook.ts';
import { event, KEY } from './webhook-server.ts';

/** An instance that records what a plugin registers, and runs its route as Fastify does. */
function fastify(handler: FetchHandler, options: Parameters<typeof toFastifyPlugin>[1] = {}) {
  const calls: unknown[] = [];
  let parse: Parameters<FastifyLike['addContentTypeParser']>[1] | undefined;
  let route: Parameters<FastifyLike['all']>[1] | undefined;
  let before: Parameters<FastifyLike['addHook']>[1] | undefined;
  const instance: FastifyLike = {
    removeAllContentTypeParsers: () => calls.push('removeAllContentTypeParsers'),
    addContentTypeParser: (type, parser) => {
      calls.push(type);
      parse = parser;
    },
    addHook: (name, hook) => {
      calls.push(name);
      before = hook;
    },
    all: (path, listener) => {
      calls.push(path);
      route = listener;
    },
  };
  const done = vi.fn();
  toFastifyPlugin(handler, options)(instance, {}, done);
  const inject = async (headers: Record<string, string>, stream: PassThrough, replaced: NodeStream = stream) => {
    const raw = Object.assign(stream, { method: 'POST', url: '/ndr?a=1', headers });
    await new Promise<void>((resolve) => before?.({ raw, body: undefined }, {} as FastifyReplyLike, resolve));
    const body = await new Promise((resolve, reject) => {
      parse?.({}, replaced, (error, parsed) => (error ? reject(error) : resolve(parsed)));
    });
    const outgoing = Object.assign(new PassThrough(), { destroyed: false });
    const sent: Record<string, unknown> = {};
    const reply: FastifyReplyLike = {
      raw: outgoing,
      code: (status) => Object.assign(sent, { status }),
      headers: (values) => Object.assign(sent, { headers: values }),
      send: (text) => Object.assign(sent, { body: text }),
    };
    const result = await route?.({ raw, body } as FastifyRequestLike, reply);
    return { sent, result, reply, outgoing };
  };
  return { calls, done, inject };
}

const stream = (text: string): PassThrough => {
  const body = new PassThrough();
  body.end(text);
  return body;
};
const webhook = (handle: () => unknown, onError: (error: unknown) => void = () => undefined): FetchHandler =>
  new NdrWebhookVerifier({ auth: apiKey({ keys: KEY }) }).handler(handle, { onError });
const headers = { 'x-api-key': KEY, 'content-type': 'application/json' };

describe('toFastifyPlugin', () => {
  test('replaces the parsers of its instance only, and handles every method at its prefix', () => {
    const { calls, done } = fastify(webhook(() => undefined));
    expect(calls).toEqual(['removeAllContentTypeParsers', '*', 'onRequest', '/']);
    expect(done).toHaveBeenCalledExactlyOnceWith();
  });

  test.each([
    ['', 'application/octet-stream'],
    ['json', 'application/octet-stream'],
    ['application/json, application/json', 'application/octet-stream'],
    ['application/json charset=utf-8', 'application/octet-stream'],
    ['application/json; charset=utf-8', 'application/json; charset=utf-8'],
    ['text/plain ; a', 'text/plain ; a'],
  ])('shows Fastify the type %j as %j, or it would respond with 415 itself', async (type, shown) => {
    const handle = vi.fn();
    const given = { 'x-api-key': KEY, 'content-type': type };
    const { sent } = await fastify(webhook(handle)).inject(given, stream(event('e-1')));
    expect([given['content-type'], sent['status'], handle.mock.calls.length]).toEqual([shown, 200, 1]);
  });

  test('passes the bytes to a webhook, and its response to the reply', async () => {
    const handle = vi.fn();
    const { sent, result, reply } = await fastify(webhook(handle)).inject(headers, stream(event('e-1')));
    expect([sent, result]).toEqual([{ status: 200, headers: {}, body: '' }, reply]);
    expect(handle).toHaveBeenCalledOnce();
    const refused = await fastify(webhook(handle)).inject({}, stream(event('e-1')));
    expect(refused.sent).toMatchObject({ status: 401, headers: { 'www-authenticate': 'ApiKey' } });
    expect(handle).toHaveBeenCalledOnce();
  });

  test('reads the stream that a hook has put in the place of the body', async () => {
    const handle = vi.fn();
    const { sent } = await fastify(webhook(handle)).inject(headers, new PassThrough(), stream(event('e-1')));
    expect([sent['status'], handle.mock.calls.length]).toEqual([200, 1]);
  });

  test('responds with 503 if the client breaks off, and reports it', async () => {
    const onError = vi.fn();
    const body = new PassThrough();
    onTestFinished(() => void body.destroy());
    body.write('{"id');
    setTimeout(() => body.destroy(new Error('aborted')), 10);
    const { sent } = await fastify(webhook(() => undefined, onError)).inject(headers, body);
    expect(sent).toMatchObject({ status: 503 });
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'CONNECTION' }), { status: 503 });
  });

  test('returns the Response of any other handler, and rejects with what it throws', async () => {
    const { result } = await fastify(async (request) => new Response(`${request.url} ${await request.text()}`)).inject(
      { host: 'shop.example' },
      stream('ä'),
    );
    expect(await (result as Response).text()).toBe('http://shop.example/ndr?a=1 ä');
    const failure = new Error('the database is down');
    await expect(fastify(() => Promise.reject(failure)).inject({}, stream(''))).rejects.toBe(failure);
    await expect(fastify(() => 'text' as never).inject({}, stream(''))).rejects.toMatchObject({ code: 'CONFIGURATION' });
  });
});

test.each([
  ['a request, as a route handler gets it', { raw: {}, log: {}, headers: {} }],
  ['nothing', undefined],
  ['an instance of something else', { all: () => undefined }],
])('refuses to be called with %s, and says how to register it', (_, instance) => {
  const plugin = toFastifyPlugin(() => new Response());
  expect(() => plugin(instance as never, {}, () => undefined)).toThrow(
    expect.objectContaining({ code: 'CONFIGURATION', hint: expect.stringContaining('app.register(toFastifyPlugin(…)') }),
  );
});
