/** toNodeHandler() on Node's own servers. The frameworks are in test/frameworks. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, request, type ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import { type FetchHandler, type NodeRequest, type NodeResponse, toNodeHandler } from '../../src/adapters/node.ts';
import { checks } from './conformance.mjs';
import { closeAll, listen, privateKey, raw, routes, serve } from './servers.ts';

afterAll(closeAll);

describe('the table', () => {
  const host = { name: 'node:http', url: '', privateKey };
  beforeAll(async () => {
    const handlers = Object.fromEntries(Object.entries(routes).map(([path, handler]) => [path, toNodeHandler(handler)]));
    host.url = await listen(createServer((incoming, outgoing) => void handlers[incoming.url?.split('?')[0] ?? '']?.(incoming, outgoing)));
  });
  for (const { name, run } of checks) test(name, () => run(host), 60_000);
});

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
    const response = await raw(
      url,
      `OPTIONS ${path} HTTP/1.1\r\nHost: ${host}\r\nX-Forwarded-Host: evil.example\r\nConnection: close\r\n\r\n`,
    );
    expect(response).toContain(`\r\n${expected}\r\n`);
  });

  test('has a host if none is sent', async () => {
    expect(await raw(await serve(showUrl), 'GET /a HTTP/1.0\r\n\r\n')).toMatch(/\r\n\r\nhttp:\/\/localhost\/a$/);
  });

  test('is the whole one in a mounted router', async () => {
    const url = await serve(showUrl, {}, (incoming) => Object.assign(incoming, { originalUrl: '/amazon/ndr?a=b', url: '/ndr?a=b' }));
    expect(await (await fetch(url)).text()).toBe(`${url}/amazon/ndr?a=b`);
  });
});

test('a stream that was set to strings yields its bytes', async () => {
  const url = await serve(
    async (given) => new Response(await given.arrayBuffer()),
    {},
    (incoming) => incoming.setEncoding('utf8'),
  );
  expect(await (await fetch(url, { method: 'POST', body: 'ä' })).text()).toBe('ä');
});

test('a request without rawHeaders, as mocks and some hosts make it, has its headers', async () => {
  const headers = { 'x-one': '1', 'x-two': ['2', '3'], 'x-none': undefined };
  const incoming: NodeRequest = Object.assign(new PassThrough(), { method: 'GET', url: '/', headers, socket: { encrypted: true } });
  const url = await listen(
    createServer((_, outgoing) => void toNodeHandler(({ url: whole, headers: all }) => Response.json([whole, ...all]))(incoming, outgoing)),
  );
  expect(await (await fetch(url)).json()).toEqual(['https://localhost/', ['x-one', '1'], ['x-two', '2, 3']]);
});

test('a response without a body says so, and one to HEAD keeps its length', async () => {
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
