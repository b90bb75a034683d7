/** toNodeHandler() on node:http2. */
import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect as connectHttp2,
  constants,
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { describe, expect, expectTypeOf, onTestFinished, test, vi } from 'vitest';
import { type FetchHandler, type NodeHandler, toNodeHandler } from '../../src/adapters/node.ts';
import { apiKey, NdrWebhookVerifier } from '../../src/shipping-ndr/webhook.ts';
import { event, KEY, until } from './webhook-server.ts';

test('HTTP/2 requests have no pseudo headers, and the host of :authority', async () => {
  const handler: FetchHandler = async (given) =>
    Response.json(
      { url: given.url, headers: [...given.headers.keys()], text: await given.text() },
      {
        headers: [
          ['set-cookie', 'a=1'],
          ['set-cookie', 'b=2'],
        ],
      },
    );
  const server = createHttp2Server(toNodeHandler(handler));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const session = connectHttp2(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
  const stream = session.request({ ':method': 'POST', ':path': '/a?b=c', ':authority': 'shop.example', 'x-api-key': 'key' });
  stream.end('text');
  const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders];
  const body = JSON.parse(Buffer.concat(await stream.toArray()).toString());
  session.close();
  server.close();
  expect(body).toEqual({ url: 'http://shop.example/a?b=c', headers: ['x-api-key'], text: 'text' });
  expect(headers['set-cookie']).toEqual(['a=1', 'b=2']);
});

test('HTTP/2 aborts the signal when the client cancels its request', async () => {
  let onAbort = (): void => undefined;
  const aborted = new Promise<void>((resolve) => {
    onAbort = resolve;
  });
  const server = createHttp2Server(
    toNodeHandler(({ signal }) => {
      stream.close(constants.NGHTTP2_CANCEL);
      signal.addEventListener('abort', () => onAbort());
      return new Promise(() => undefined);
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const session = connectHttp2(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
  const stream = session.request({ ':method': 'POST' });
  await aborted;
  session.close();
  server.close();
});

describe('a webhook', () => {
  const headers = { ':method': 'POST', ':path': '/ndr', 'x-api-key': KEY, 'content-type': 'application/json' };

  async function serve(handle: () => unknown = () => undefined) {
    const errors: unknown[] = [];
    const handler = new NdrWebhookVerifier({ auth: apiKey({ keys: KEY }) }).handler(handle, { onError: (error) => errors.push(error) });
    const server = createHttp2Server(toNodeHandler(handler)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    onTestFinished(() => {
      session.close();
      server.close();
    });
    return { session, errors };
  }

  async function statusOf(session: ClientHttp2Session, more: OutgoingHttpHeaders, body?: string): Promise<unknown> {
    const stream = session.request({ ...headers, ...more });
    stream.end(body);
    const [{ ':status': status }] = (await once(stream, 'response')) as [IncomingHttpHeaders & { ':status'?: number }];
    stream.resume();
    return status;
  }

  test('responds as over HTTP/1.1, and the session stays usable', async () => {
    const handle = vi.fn();
    const { session } = await serve(handle);
    expect([
      await statusOf(session, {}, event('e-1')),
      await statusOf(session, { 'x-api-key': 'wrong' }, event('e-2')),
      await statusOf(session, {}, event('large', 1_048_577)),
      await statusOf(session, {}, event('cut').slice(0, -9)),
      await statusOf(session, { ':method': 'GET' }),
      await statusOf(session, { ':method': 'HEAD' }),
      await statusOf(session, {}, event('limit', 1_048_576)),
    ]).toEqual([200, 401, 413, 503, 405, 405, 200]);
    expect(handle).toHaveBeenCalledTimes(2);
  });

  test('does not handle an upload that breaks off, and reports it', async () => {
    const handle = vi.fn();
    const { session, errors } = await serve(handle);
    const stream = session.request(headers).on('error', () => undefined);
    stream.write('{"id');
    // close() would end the body first.
    setTimeout(() => session.destroy(), 30);
    await until(() => errors.length > 0);
    expect(errors).toMatchObject([{ code: 'CONNECTION' }]);
    expect(handle).not.toHaveBeenCalled();
  });
});

test('the handler has the type of a listener of HTTP/2', () => {
  expectTypeOf<NodeHandler>().toExtend<(request: Http2ServerRequest, response: Http2ServerResponse) => void>();
});
