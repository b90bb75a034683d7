/** toNodeHandler() on Node's own servers, and what only a made-up request shows. The frameworks are in test/frameworks. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, request, type ServerResponse } from 'node:http';
import {
  connect as connectHttp2,
  constants,
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type IncomingHttpHeaders,
} from 'node:http2';
import { type AddressInfo, connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { inspect } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, expectTypeOf, test, vi } from 'vitest';
import { type FetchHandler, type NodeHandlerOptions, type NodeRequest, type NodeResponse, toNodeHandler } from '../../src/adapters/node.ts';
import { demandRawBody } from '../../src/core/receive/parsed-body.ts';
// @ts-expect-error It is plain JavaScript, for the frameworks run it without a compiler.
import { checks } from './conformance.mjs';
import { closeAll, listen, privateKey, routes } from './servers.ts';

afterAll(closeAll);

describe('the table', () => {
  const host = { name: 'node:http', url: '', privateKey };
  beforeAll(async () => {
    const handlers = Object.fromEntries(Object.entries(routes).map(([path, handler]) => [path, toNodeHandler(handler)]));
    host.url = await listen(createServer((incoming, outgoing) => void handlers[incoming.url?.split('?')[0] ?? '']?.(incoming, outgoing)));
  });
  for (const { name, run } of checks) test(name, () => run(host), 60_000);
});

/** Serves a handler, with what a framework would do to a request before it. */
function serve(handler: FetchHandler, options: NodeHandlerOptions = {}, before: (incoming: IncomingMessage) => unknown = () => undefined) {
  const receive = toNodeHandler(handler, options);
  const listener: RequestListener = async (incoming, outgoing) => {
    await before(incoming);
    await receive(incoming, outgoing);
  };
  return listen(createServer(listener));
}

/** What the wire says to bytes that no client would write. */
async function raw(url: string, text: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('latin1').on('data', (part) => {
    answer += part;
  });
  socket.end(text);
  await once(socket, 'close');
  return answer;
}

const showUrl: FetchHandler = ({ url }) => new Response(url);

describe('the URL', () => {
  test.each([
    ['/a?b=c', 'shop.example', 'http://shop.example/a?b=c'],
    ['/a', 'shop.example:8080', 'http://shop.example:8080/a'],
    ['/a', '[::1]:80', 'http://[::1]/a'],
    ['http://other.example/a?b', 'shop.example', 'http://shop.example/a?b'],
    ['//other.example/a', 'shop.example', 'http://shop.example//other.example/a'],
    ['*', 'shop.example', 'http://shop.example/*'],
    ['/a?b=c', 'shop.example/x?y=', 'http://localhost/a?b=c'],
    ['/a', 'user:secret@shop.example', 'http://localhost/a'],
    ['/a', '1.2.3.4.5', 'http://localhost/a'],
    ['/a', '', 'http://localhost/a'],
  ])('of %s at "%s" is %s', async (path, host, expected) => {
    const url = await serve(showUrl);
    const answer = await raw(
      url,
      `OPTIONS ${path} HTTP/1.1\r\nHost: ${host}\r\nX-Forwarded-Host: evil.example\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toContain(`\r\n${expected}\r\n`);
  });

  test('has a host where none is sent', async () => {
    expect(await raw(await serve(showUrl), 'GET /a HTTP/1.0\r\n\r\n')).toMatch(/\r\n\r\nhttp:\/\/localhost\/a$/);
  });

  test('is the whole one in a mounted router', async () => {
    const url = await serve(showUrl, {}, (incoming) => Object.assign(incoming, { originalUrl: '/amazon/ndr?a=b', url: '/ndr?a=b' }));
    expect(await (await fetch(url)).text()).toBe(`${url}/amazon/ndr?a=b`);
  });
});

describe('a body that a parser has read', () => {
  const read = async (incoming: IncomingMessage): Promise<Buffer> => Buffer.concat(await incoming.toArray());
  const echo: FetchHandler = async (given) => {
    demandRawBody('core', given);
    return Response.json({ text: await given.text(), headers: Object.fromEntries(given.headers) });
  };
  const post = (url: string, body: string, type = 'application/json') =>
    fetch(url, { method: 'POST', body, headers: { 'content-type': type } });

  test.each([
    ['bytes', (incoming: IncomingMessage, bytes: Buffer) => Object.assign(incoming, { body: bytes })],
    ['text', (incoming: IncomingMessage, bytes: Buffer) => Object.assign(incoming, { body: bytes.toString() })],
    ['an object beside the raw bytes', (incoming: IncomingMessage, bytes: Buffer) => Object.assign(incoming, { body: {}, rawBody: bytes })],
  ])('to %s is the one that was sent', async (_, keep) => {
    const url = await serve(echo, {}, async (incoming) => keep(incoming, await read(incoming)));
    expect(await (await post(url, '{ "a": "ä" }')).json()).toMatchObject({ text: '{ "a": "ä" }' });
  });

  test('that was compressed, to the raw bytes, is not called compressed any more', async () => {
    const url = await serve(echo, {}, async (incoming) => Object.assign(incoming, { rawBody: gunzipSync(await read(incoming)), body: {} }));
    const body = gzipSync('{}');
    const answer = await fetch(url, { method: 'POST', body, headers: { 'content-encoding': 'gzip', 'content-type': 'application/json' } });
    const { text, headers } = (await answer.json()) as { text: string; headers: object };
    expect(text).toBe('{}');
    expect(headers).not.toHaveProperty('content-encoding');
    expect(headers).not.toHaveProperty('content-length');
  });

  test('to an object is written anew, without the headers that were true of the old one, and no signature is checked over it', async () => {
    const errors: unknown[] = [];
    const parse = async (incoming: IncomingMessage) => Object.assign(incoming, { body: JSON.parse(String(await read(incoming))) });
    const open = await serve(async (given) => Response.json([await given.json(), Object.fromEntries(given.headers)]), {}, parse);
    const [body, headers] = (await (await post(open, '{ "__proto__": 1, "a": [2] }')).json()) as [object, object];
    expect(JSON.stringify(body)).toBe('{"__proto__":1,"a":[2]}');
    expect(headers).toMatchObject({ 'content-type': 'application/json' });
    expect(headers).not.toHaveProperty('content-length');

    const strict = await serve(echo, { onError: (error) => errors.push(error) }, parse);
    expect((await post(strict, '{}')).status).toBe(500);
    expect(errors).toMatchObject([
      { code: 'CONFIGURATION', message: expect.stringContaining('express.json()'), hint: expect.stringContaining('express.raw') },
    ]);
  });

  test('to a form is written as a form, doubled names included', async () => {
    const body = { grant_type: 'client_credentials', scope: ['a b', 'c&d'] };
    const handler: FetchHandler = async (given) => Response.json([...new URLSearchParams(await given.text())]);
    const url = await serve(handler, {}, async (incoming) => Object.assign(incoming, { body: await read(incoming).then(() => body) }));
    const answer = await post(url, 'ignored', 'application/x-www-form-urlencoded;charset=utf-8');
    expect(await answer.json()).toEqual([
      ['grant_type', 'client_credentials'],
      ['scope', 'a b'],
      ['scope', 'c&d'],
    ]);
  });

  test('is not looked at while the stream is unread, as Express 4 leaves {} there', async () => {
    const url = await serve(echo, {}, (incoming) => Object.assign(incoming, { body: {} }));
    expect(await (await post(url, '{"a":1}')).json()).toMatchObject({ text: '{"a":1}' });
  });

  test('and that nobody kept is a mistake that is named; an empty one is empty', async () => {
    const onError = vi.fn();
    const url = await serve(echo, { onError }, read);
    expect((await post(url, '{}')).status).toBe(500);
    expect(onError.mock.lastCall?.[0]).toMatchObject({ code: 'CONFIGURATION', message: expect.stringContaining('has been read already') });
    expect(await (await post(url, '')).json()).toMatchObject({ text: '' });
  });
});

describe('failures', () => {
  const secret = 'https://shop.example/?key=secret';
  const failing: FetchHandler = () => Promise.reject(new Error(secret));

  test('are answered 500 without a word of what they are, and told to onError, which may fail too', async () => {
    const onError = vi.fn(() => {
      throw new Error('the log is full');
    });
    const answer = await fetch(await serve(failing, { onError }));
    expect([answer.status, await answer.text()]).toEqual([500, '{"message":"it failed"}']);
    expect(onError).toHaveBeenCalledExactlyOnceWith(new Error(secret));
  });

  test('go to next() where there is one, and to it alone', async () => {
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
    ['a text', 'text'],
    ['Response.error()', Response.error()],
    ['an answer that was read already', null],
  ])('are %s for an answer', async (_, given) => {
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

  test('of the client are answered 400, and the URL is in no error', async () => {
    const onError = vi.fn();
    const url = await serve(() => new Response(), { onError });
    expect(await raw(url, 'TRACE /?key=secret HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect(onError).not.toHaveBeenCalled();
  });

  test('after the answer was given by somebody else leave it whole', async () => {
    const receive = toNodeHandler(() => new Response('late'));
    const url = await listen(
      createServer((incoming, outgoing) => {
        outgoing.end('early');
        void receive(incoming, outgoing);
      }),
    );
    expect(await (await fetch(url)).text()).toBe('early');
  });

  test('are refused at once where it is no handler', () => {
    expect(() => toNodeHandler(undefined as never)).toThrow('toNodeHandler() takes a function from Request to Response');
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

test('HTTP/2 has its pseudo headers taken out and the host taken from them', async () => {
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

test('HTTP/2 aborts the signal when the client takes its request back', async () => {
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

test('a stream that was told to give text gives its bytes', async () => {
  const url = await serve(
    async (given) => new Response(await given.arrayBuffer()),
    {},
    (incoming) => incoming.setEncoding('utf8'),
  );
  expect(await (await fetch(url, { method: 'POST', body: 'ä' })).text()).toBe('ä');
});

test('a request without rawHeaders, as mocks and some hosts make it, has the headers that it has', async () => {
  const headers = { 'x-one': '1', 'x-two': ['2', '3'], 'x-none': undefined };
  const incoming: NodeRequest = Object.assign(new PassThrough(), { method: 'GET', url: '/', headers, socket: { encrypted: true } });
  const url = await listen(
    createServer((_, outgoing) => void toNodeHandler(({ url: whole, headers: all }) => Response.json([whole, ...all]))(incoming, outgoing)),
  );
  expect(await (await fetch(url)).json()).toEqual(['https://localhost/', ['x-one', '1'], ['x-two', '2, 3']]);
});

test('an answer without a body says so, and one to HEAD keeps its length', async () => {
  const url = await serve(({ method }) =>
    method === 'HEAD' ? new Response(null, { headers: { 'content-length': '7' } }) : new Response(null, { status: 413 }),
  );
  const headers = async (method: string): Promise<string | undefined> => {
    const [incoming] = (await once(request(url, { method }).end(), 'response')) as [IncomingMessage];
    incoming.resume();
    return incoming.headers['content-length'];
  };
  expect([await headers('GET'), await headers('HEAD')]).toEqual(['0', '7']);
});

test("fits Node's types", () => {
  expectTypeOf<IncomingMessage>().toExtend<NodeRequest>();
  expectTypeOf<ServerResponse>().toExtend<NodeResponse>();
  expectTypeOf<Http2ServerRequest>().toExtend<NodeRequest>();
  expectTypeOf<Http2ServerResponse>().toExtend<NodeResponse>();
  expectTypeOf(toNodeHandler(showUrl)).toExtend<RequestListener>();
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
  const expected = [true, 'Error: the client is gone, or has its answer'];
  /** Calls the handler when the client has gone, and tells when that has come to its end. */
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

test('a body that is read after the answer is no whole body', async () => {
  const late = deferred<string>();
  const url = await serve((given) => {
    setTimeout(() => late.resolve(given.text().catch(String)), 100);
    return new Response('early');
  });
  await (await fetch(url, { method: 'POST', body: '{}' })).text();
  expect(await late.promise).toBe('Error: the client is gone, or has its answer');
});
