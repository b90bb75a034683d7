import { createServer } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { inspect } from 'node:util';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { type FetchHandler, type NodeRequest, type NodeResponse, toNodeHandler } from '../../src/adapters/node.ts';
import { everythingShownOf } from '../support/errors.ts';
import { closeAll, listen, raw, serve } from './servers.ts';

afterAll(closeAll);

describe('failures', () => {
  const secret = 'https://shop.example/?key=secret';
  const failing: FetchHandler = () => Promise.reject(new Error(secret));

  test('get a response 500 that says nothing, and are reported to onError, which may fail too', async () => {
    const onError = vi.fn(() => {
      throw new Error('the log is full');
    });
    const response = await fetch(await serve(failing, { onError }));
    expect([response.status, await response.text()]).toEqual([500, '{"message":"internal error"}']);
    expect(onError).toHaveBeenCalledExactlyOnceWith(new Error(secret));
  });

  test('go to next() if there is one, and only to it', async () => {
    const onError = vi.fn();
    const receive = toNodeHandler(failing, { onError });
    const seen: unknown[] = [];
    const url = await listen(
      createServer((incoming, outgoing) => {
        void receive(incoming, outgoing, (error) => {
          seen.push(error);
          outgoing.writeHead(418).end();
        });
      }),
    );
    expect((await fetch(url, { method: 'POST', body: 'x'.repeat(100_000) })).status).toBe(418);
    expect(seen).toEqual([new Error(secret)]);
    expect(onError).not.toHaveBeenCalled();
  });

  test.each([
    ['nothing', undefined],
    ['a string', 'text'],
    ['Response.error()', Response.error()],
    ['a Response that was read already', null],
  ])('are %s in place of a Response', async (_, given) => {
    const onError = vi.fn();
    const used = async (): Promise<Response> => {
      const response = new Response('text');
      await response.text();
      return response;
    };
    const url = await serve((async () => (given === null ? used() : given)) as FetchHandler, { onError });
    expect((await fetch(url)).status).toBe(500);
    expect(onError).toHaveBeenCalledOnce();
  });

  test('of the client get a response 400, and onError hears of them without the URL', async () => {
    const onError = vi.fn();
    const url = await serve(() => new Response(), { onError });
    expect(await raw(url, 'TRACE /?key=secret HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect(onError).toHaveBeenCalledOnce();
    expect(everythingShownOf(onError.mock.calls)).not.toContain('secret');
  });

  test('after another response was sent leave that whole', async () => {
    const receive = toNodeHandler(() => new Response('late'));
    const url = await listen(
      createServer((incoming, outgoing) => {
        outgoing.end('early');
        void receive(incoming, outgoing);
      }),
    );
    expect(await (await fetch(url)).text()).toBe('early');
  });

  test('are refused at once if it is not a handler', () => {
    expect(() => toNodeHandler(undefined as never)).toThrow('toNodeHandler() accepts a function from Request to Response');
  });

  test('never show the request', async () => {
    const errors: unknown[] = [];
    const url = await serve(
      () => new Response(),
      { onError: (error) => errors.push(error) },
      (incoming) => incoming.toArray(),
    );
    await fetch(`${url}?key=parameter-secret`, { method: 'POST', headers: { 'x-api-key': 'header-secret' }, body: 'body-secret' });
    expect(errors).toHaveLength(1);
    for (const text of [inspect(errors, { depth: 10, showHidden: true }), JSON.stringify(errors), String(errors[0])]) {
      expect(text).not.toContain('secret');
    }
  });
});

/** A promise to settle from outside; Promise.withResolvers() is not in Node 20. */
function deferred<Value>(): { readonly promise: Promise<Value>; readonly resolve: (value: Value | Promise<Value>) => void } {
  let resolve!: (value: Value | Promise<Value>) => void;
  const promise = new Promise<Value>((keep) => {
    resolve = keep;
  });
  return { promise, resolve };
}

describe('a client that is gone before the handler is called', () => {
  const seen: unknown[] = [];
  const receive = toNodeHandler(async (given) => {
    seen.push(given.signal.aborted, await given.text().catch(String));
    return new Response('to nobody');
  });
  const expected = [true, 'Error: the client has disconnected, or has its response'];
  /** Calls the handler when the client is gone. */
  const ended = async (incoming: NodeRequest, outgoing: NodeResponse): Promise<void> => {
    await new Promise<void>((resolve) => outgoing.on('close', resolve));
    await receive(incoming, outgoing);
  };

  test('is noticed, and leaves nothing hanging', async () => {
    seen.length = 0;
    const whole = deferred<void>();
    const url = await listen(createServer((incoming, outgoing) => whole.resolve(ended(incoming, outgoing))));
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{}', () => setTimeout(() => socket.destroy(), 50));
    await whole.promise;
    expect(seen).toEqual(expected);
  });

  test('is noticed over HTTP/2 too', async () => {
    seen.length = 0;
    const whole = deferred<void>();
    const server = createHttp2Server((incoming, outgoing) => whole.resolve(ended(incoming, outgoing)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const sent = session.request({ ':method': 'POST', ':path': '/' }).on('error', () => undefined);
    sent.write('{}', () => setTimeout(() => session.destroy(), 50));
    await whole.promise;
    expect(seen).toEqual(expected);
    server.close();
  });
});

test('a body that is read after the response is not a whole body', async () => {
  const late = deferred<string>();
  const url = await serve((given) => {
    setTimeout(() => late.resolve(given.text().catch(String)), 100);
    return new Response('early');
  });
  await (await fetch(url, { method: 'POST', body: '{}' })).text();
  expect(await late.promise).toBe('Error: the client has disconnected, or has its response');
});

test('a body of which a handler reads only the start does not block the connection', async () => {
  const url = await serve(async ({ body }) => {
    const reader = body?.getReader();
    await reader?.read();
    return new Response('enough');
  });
  const head = 'POST / HTTP/1.1\r\nHost: a\r\n';
  const large = 'x'.repeat(2_000_000);
  const last = `${head}Content-Length: 2\r\nConnection: close\r\n\r\n{}`;
  const responses = await raw(url, `${head}Content-Length: ${large.length}\r\n\r\n${large}${last}`);
  expect(responses.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
});

describe('what is not a request and a response of Node', () => {
  const reply = { code: () => undefined, send: () => undefined };
  test.each<[string, readonly unknown[], string]>([
    ['of Fastify', [{ raw: {}, server: {}, body: {} }, reply], 'toFastifyPlugin'],
    ['of Koa', [{ req: {}, res: {}, app: {} }, () => undefined], 'context.req and context.res'],
    ['of Hono', [{ req: { raw: new Request('http://a/') } }, () => undefined], 'context.req.raw'],
    ['of the web', [new Request('http://a/')], 'needs no adapter'],
    ['of Lambda', [{ httpMethod: 'POST', headers: {}, body: '{}', requestContext: {} }, { awsRequestId: 'r' }], 'toLambdaHandler'],
    ['of no framework', [], "Node's request and response"],
    ['without a response', [Object.assign(new PassThrough(), { headers: {}, rawHeaders: [] })], "Node's request and response"],
  ])('is never answered, and the error names what is right: %s', async (_, input, hint) => {
    const handle = vi.fn();
    const receive = toNodeHandler(handle) as (...args: readonly unknown[]) => Promise<void>;
    await expect(receive(...input)).rejects.toMatchObject({ code: 'CONFIGURATION', hint: expect.stringContaining(hint) });
    expect(handle).not.toHaveBeenCalled();
  });
});
