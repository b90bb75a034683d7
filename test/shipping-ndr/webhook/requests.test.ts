/** What a webhook makes of a request, whatever it looks like: nothing that may be an event gets a final response. */
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { apiKey, ConfigurationError, NdrTokenEndpoint, NdrWebhookVerifier, type ShippingEvent } from '../../../src/shipping-ndr/webhook.ts';
import { consoleLines } from '../../support/console.ts';
import { waybillErrorOf } from '../../support/errors.ts';
import { ndrEvent, ndrSample } from '../../support/shipping-ndr/samples.ts';

const KEY = 'abcdef12345';
const verifier = new NdrWebhookVerifier({ auth: apiKey({ keys: KEY }) });
const sample = JSON.stringify(ndrSample);
const notCalled = (): never => {
  throw new Error('must not be called');
};

/** What it responds with, what the function gets, and what onError hears. */
async function receive(request: Request, maxBodyBytes?: number) {
  const events: ShippingEvent[] = [];
  const onError = vi.fn();
  const response = await verifier.handler((event) => events.push(event), { onError, maxBodyBytes })(request);
  const [error, reported] = onError.mock.lastCall ?? [];
  if (response.status !== 200) expect(reported).toEqual({ status: response.status });
  return { status: response.status, events, error, headers: response.headers, message: await response.text() };
}

const request = (body: BodyInit | null, headers: Record<string, string> = {}, method = 'POST'): Request =>
  new Request('https://shop.example/ndr', { method, headers: { 'x-api-key': KEY, ...headers }, body });

describe('an event is accepted', () => {
  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'APPLICATION/JSON',
    'text/json',
    'text/plain',
    'text/plain;charset=UTF-8',
    'application/octet-stream',
    'application/x-amz-json-1.1',
    'application/cloudevents+json',
    'text/html',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'nonsense',
  ])('whatever its content type says: %s', async (contentType) => {
    expect(await receive(request(sample, { 'content-type': contentType }))).toMatchObject({ status: 200, events: [{ kind: 'ndr' }] });
  });

  test('without a content type', async () => {
    const untyped = request(new TextEncoder().encode(sample));
    expect(untyped.headers.has('content-type')).toBe(false);
    expect(await receive(untyped)).toMatchObject({ status: 200, events: [{ kind: 'ndr' }] });
  });

  test.each(['POST', 'PUT', 'PATCH'])('by %s', async (method) => {
    expect(await receive(request(sample, {}, method))).toMatchObject({ status: 200, events: [{ kind: 'ndr' }] });
  });

  test.each<[string, string, Uint8Array]>([
    ['gzip', 'gzip', gzipSync(sample)],
    ['gzip in capitals', 'GZIP', gzipSync(sample)],
    ['x-gzip', 'x-gzip', gzipSync(sample)],
    ['gzip without a header', '', gzipSync(sample)],
    ['deflate', 'deflate', deflateSync(sample)],
    ['deflate without its own header', 'deflate', deflateRawSync(sample)],
    ['br', 'br', brotliCompressSync(sample)],
    ['gzip twice', 'gzip, gzip', gzipSync(gzipSync(sample))],
    ['gzip after deflate', 'deflate, gzip', gzipSync(deflateSync(sample))],
    ['identity', 'identity', Buffer.from(sample)],
    ['gzip, decompressed on the way', 'gzip', Buffer.from(sample)],
  ])('in %s', async (_, encoding, body) => {
    const headers: Record<string, string> = encoding ? { 'content-encoding': encoding } : {};
    expect(await receive(request(new Uint8Array(body), headers))).toMatchObject({ status: 200, events: [{ ...ndrSample, kind: 'ndr' }] });
  });
});

describe('a request that cannot be an event', () => {
  test.each<[string, Request, number, Record<string, string>, RegExp]>([
    ['nothing', request(''), 503, {}, /please retry/],
    ['an empty object', request('{}'), 400, {}, /an object without "detail-type"/],
    ['an empty list', request('[]'), 400, {}, /an empty list/],
    ['an SQS batch without records', request('{"Records":[]}'), 400, {}, /an empty list/],
    ['a number', request('7'), 400, {}, /got number/],
    ['null', request('null'), 400, {}, /got null/],
    ['a list of numbers', request('[1,2,3]'), 400, {}, /got number/],
    ['an HTML page', request('<html>', { 'content-type': 'text/html' }), 415, {}, /got text\/html/],
    ['a form', request('a=b', { 'content-type': 'application/x-www-form-urlencoded' }), 415, {}, /got application\/x-www-form-urlencoded/],
    ['an image', request('\x89PNG', { 'content-type': 'image/png' }), 415, {}, /got image\/png/],
    ['a GET', request(null, {}, 'GET'), 405, { allow: 'POST, PUT, PATCH' }, /got GET/],
    ['a HEAD', request(null, {}, 'HEAD'), 405, { allow: 'POST, PUT, PATCH' }, /got HEAD/],
    ['a DELETE', request(null, {}, 'DELETE'), 405, { allow: 'POST, PUT, PATCH' }, /got DELETE/],
    ['an OPTIONS', request(null, {}, 'OPTIONS'), 405, { allow: 'POST, PUT, PATCH' }, /got OPTIONS/],
    ['a body that is too large', request('x'.repeat(1_048_577)), 413, {}, /larger than 1048576 bytes/],
  ])('%s is refused for good, and the response says what was received', async (_, bad, status, headers, message) => {
    const received = await receive(bad);
    expect(received).toMatchObject({ status, events: [] });
    expect(Object.fromEntries(received.headers)).toMatchObject(headers);
    expect((JSON.parse(received.message) as { message: string }).message).toMatch(message);
    expect(received.message).not.toContain(KEY);
  });

  test.each(['404', '403', '422'])('is never refused with %s', async (status) => {
    for (const body of [
      '{}',
      '[]',
      '<html>',
      JSON.stringify({ 'detail-type': 'x' }),
      JSON.stringify(ndrEvent({ trackingId: 'unknown' })),
    ]) {
      expect(String((await receive(request(body))).status)).not.toBe(status);
    }
  });
});

describe('what an authenticated sender sent, and cannot be read, is redelivered', () => {
  test.each<[string, Request]>([
    ['JSON that was cut off', request(sample.slice(0, 100))],
    ['JSON with a trailing comma', request(`${sample.slice(0, -1)},}`)],
    ['single quotes', request("{'detail-type':'NDR Events'}")],
    ['base64', request(Buffer.from(sample).toString('base64'))],
    ['bytes that are not a string', request(new Uint8Array([0xff, 0xfe, 0x00]))],
    ['an object converted to a string', request('[object Object]')],
    ['an event with another detail', request(JSON.stringify({ ...ndrSample, detail: [] }))],
    ['an event in a list of something else', request(JSON.stringify([1, { ...ndrSample, detail: null }]))],
    ['damaged gzip', request(new Uint8Array(gzipSync(sample).subarray(0, 60)), { 'content-encoding': 'gzip' })],
    ['an encoding that no runtime knows', request(new Uint8Array(gzipSync(sample)), { 'content-encoding': 'compress' })],
    ['fewer bytes than were announced', request(sample.slice(0, 50), { 'content-length': '500' })],
  ])('%s', async (_, bad) => {
    const { status, headers, events, message, error } = await receive(bad);
    expect([status, headers.get('retry-after'), events]).toEqual([503, '60', []]);
    expect(JSON.parse(message)).toEqual({ message: 'not handled, please retry' });
    expect(error.message).not.toMatch(/1809561149386|NDR Events/);
  });
});

describe('a body is bounded', () => {
  const bomb = new Uint8Array(gzipSync(Buffer.alloc(50_000_000, ' ')));

  test.each([
    ['gzip', bomb],
    ['gzip, gzip', new Uint8Array(gzipSync(bomb))],
    ['br', new Uint8Array(brotliCompressSync(Buffer.alloc(50_000_000, ' ')))],
    ['deflate', new Uint8Array(deflateSync(Buffer.alloc(50_000_000, ' ')))],
  ])('after decompression too: %s', async (encoding, body) => {
    expect(body.length).toBeLessThan(1_048_576);
    expect(await receive(request(body, { 'content-encoding': encoding }))).toMatchObject({ status: 413, events: [] });
  });

  test('by maxBodyBytes, to the byte', async () => {
    expect(await receive(request(sample), sample.length)).toMatchObject({ status: 200 });
    expect(await receive(request(sample), sample.length - 1)).toMatchObject({ status: 413 });
    expect(await receive(request(new Uint8Array(gzipSync(sample)), { 'content-encoding': 'gzip' }), sample.length)).toMatchObject({
      status: 200,
    });
  });

  test('in what it costs: half a million items that are not events', async () => {
    const onError = vi.fn();
    const body = `[{"detail-type":"x"}${',1'.repeat(500_000)}]`;
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    consoleLines();
    const response = await verifier.handler(() => undefined, { onError })(request(body));
    clearInterval(timer);
    expect(response.status).toBe(503);
    expect(onError.mock.calls.length).toBeLessThanOrEqual(10);
  });

  test('in what it costs: an event nested as deep as a body can be', async () => {
    const depth = 100_000;
    expect((await receive(request(`${'['.repeat(depth)}${sample}${']'.repeat(depth)}`))).status).toBe(503);
    const detail = JSON.stringify({ ...ndrSample, detail: 0 }).replace(
      '"detail":0',
      `"detail":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
    );
    expect((await receive(request(detail))).status).toBe(503);
  });
});

describe('something else than a Request', () => {
  const endpoint = new NdrTokenEndpoint({
    clients: { id: 'a', secrets: 's' },
    keys: new Uint8Array(32).fill(1),
    issuer: 'i',
    audience: 'a',
  });
  const handlers = [
    ['the webhook', verifier.handler(notCalled)],
    ['the token endpoint', endpoint.handler()],
  ] as const;
  const inputs: readonly (readonly [string, unknown, RegExp])[] = [
    [
      'an event of API Gateway',
      { version: '2.0', rawPath: '/ndr', requestContext: { http: { method: 'POST' } }, body: sample },
      /toLambdaHandler/,
    ],
    ['an event of API Gateway v1', { httpMethod: 'POST', path: '/ndr', headers: {}, body: sample }, /toLambdaHandler/],
    ['an event of a load balancer', { requestContext: { elb: {} }, httpMethod: 'POST', body: sample }, /toLambdaHandler/],
    ['an event of EventBridge', ndrSample, /shippingEventBridgeHandler\(\)/],
    ['a batch of SQS', { Records: [{ eventSource: 'aws:sqs', receiptHandle: 'r', body: sample }] }, /shippingSqsHandler\(\)/],
    ['a request of Express', { headers: {}, rawHeaders: [], socket: {}, pipe: notCalled, body: ndrSample }, /toNodeHandler/],
    ['a request of Fastify', { raw: { headers: {} }, server: {}, body: ndrSample }, /toFastifyPlugin/],
    ['a context of Koa', { req: {}, res: {}, app: {} }, /context\.req and context\.res/],
    ['a context of Hono', { req: { raw: request(sample) } }, /context\.req\.raw/],
    ['an event of SvelteKit', { request: request(sample), url: new URL('https://shop.example') }, /"request"/],
    ['a string', sample, /Pass the Request/],
    ['nothing', undefined, /Pass the Request/],
    ['null', null, /Pass the Request/],
    ['a number', 7, /Pass the Request/],
    ['half a request', { method: 'POST', headers: {} }, /Pass the Request/],
  ];

  test.each(handlers.flatMap(([name, handler]) => inputs.map(([what, input, hint]) => [name, what, handler, input, hint] as const)))(
    'makes %s reject, and name the right adapter: %s',
    async (_, __, handler, input, hint) => {
      const error = await waybillErrorOf(() => handler(input as never));
      expect(error).toBeInstanceOf(ConfigurationError);
      expect(error.hint).toMatch(hint);
    },
  );

  test.each<[string, () => unknown]>([
    ['verifier.handler', () => (verifier.handler as unknown as (request: Request) => unknown)(request(sample))],
    ['endpoint.handler', () => (endpoint.handler as unknown as (request: Request) => unknown)(request(sample))],
    ['verifier.handler with a request', () => verifier.handler(request(sample) as never)],
    ['verifier.handler with an event', () => verifier.handler({ rawPath: '/ndr', requestContext: {} } as never)],
    ['verifier.handler without `this`', () => verifier.handler.call(undefined as never, notCalled)],
  ])('is what a handler method gets that was passed on without being called: %s', async (_, run) => {
    const error = await waybillErrorOf(async () => run());
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.message).toContain('passed on without being called');
  });
});
