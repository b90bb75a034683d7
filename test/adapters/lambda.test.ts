/** toLambdaHandler() behind each kind of gateway, and with AWS's own samples. */
import type {
  ALBHandler,
  APIGatewayProxyHandler,
  APIGatewayProxyHandlerV2,
  EventBridgeEvent,
  LambdaFunctionURLHandler,
  SQSEvent,
} from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, expectTypeOf, test, vi } from 'vitest';
import { type LambdaHttpEvent, type LambdaHttpHandler, toLambdaHandler } from '../../src/adapters/lambda.ts';
import { BuyWithPrimeWebhookVerifier } from '../../src/buywithprime/webhook/verifier.ts';
import { apiKey, NdrWebhookVerifier } from '../../src/shipping-ndr/webhook.ts';
import { NDR_EVENT } from '../runtime/suite/samples.mjs';
import { headersOf, makePair } from '../support/buywithprime/signing.ts';
import { checks } from './conformance.mjs';
import { balancerEvent, createGateway, httpEvent, latticeEvent, oldLatticeEvent, restEvent } from './lambda-gateway.mjs';
import { closeAll, listen, privateKey, routes } from './servers.ts';

afterAll(closeAll);

const GATEWAYS = [
  { name: 'a REST API', kind: 'rest', limits: {} },
  { name: 'an HTTP API or function URL', kind: 'http', limits: {} },
  { name: 'a load balancer', kind: 'balancer', limits: { losesDoubles: true } },
  { name: 'a load balancer with multi-value headers', kind: 'multiValueBalancer', limits: {} },
] as const;

describe.each(GATEWAYS)('the table, behind $name', ({ name, kind, limits }) => {
  const host = { name, url: '', privateKey, limits: { ...limits, isGateway: true } as Record<string, true> };
  beforeAll(async () => {
    const functions = Object.fromEntries(Object.entries(routes).map(([path, handler]) => [path, toLambdaHandler(handler)]));
    host.url = await listen(createGateway(kind, (path: string) => functions[path] as LambdaHttpHandler));
  });
  for (const { name: check, without, run } of checks) if (!without || !host.limits[without]) test(check, () => run(host), 60_000);
});

/** The request that a handler gets for an event. */
async function received(event: unknown): Promise<Request> {
  let request: Request | undefined;
  const handler = toLambdaHandler((given) => {
    request = given;
    return new Response();
  });
  await handler(event as LambdaHttpEvent);
  if (!request) throw new Error('the handler was not called');
  return request;
}

/** An NDR webhook. */
const verifier = (errors: unknown[]) =>
  new NdrWebhookVerifier({ auth: apiKey({ keys: 'key' }) }).handler(() => undefined, { onError: (error) => errors.push(error) });
const signed = () => ({
  ...httpEvent(incoming),
  headers: { 'x-api-key': 'key', 'content-type': 'application/json' },
  body: JSON.stringify(NDR_EVENT),
});

const headers: [string, string][] = [['Host', 'shop.example']];
const incoming = { method: 'POST', path: '/amazon/ndr', query: 'a=1&a=%26', headers, body: Buffer.from('{}') };

describe('the request', () => {
  test('has the URL that the client requested, with the stage', async () => {
    const rest = restEvent(incoming);
    rest.requestContext.path = '/prod/amazon/ndr';
    expect((await received(rest)).url).toBe('https://70ixmpl4fl.execute-api.us-east-2.amazonaws.com/prod/amazon/ndr?a=1&a=%26');
    const http = { ...httpEvent(incoming), rawPath: '/prod/amazon/ndr' };
    expect((await received(http)).url).toBe('https://r3pmxmplak.execute-api.us-east-2.amazonaws.com/prod/amazon/ndr?a=1&a=%26');
    for (const event of [balancerEvent(incoming, { multiValue: true }), latticeEvent(incoming), oldLatticeEvent(incoming)]) {
      expect((await received(event)).url).toBe('https://shop.example/amazon/ndr?a=1&a=%26');
    }
    const { path: _, ...elsewhere } = latticeEvent(incoming);
    expect((await received({ ...elsewhere, path: '/amazon/ndr' })).url).toBe('https://shop.example/amazon/ndr?a=1&a=%26');
  });

  test('has no question mark without a query', async () => {
    expect((await received(restEvent({ ...incoming, query: '' }))).url).toMatch(/\/amazon\/ndr$/);
  });

  test('has the cookies that format 2.0 removes from the headers', async () => {
    const request = await received(
      httpEvent({
        ...incoming,
        headers: [
          ['Cookie', 'a=1; b=2'],
          ['cookie', 'c=3'],
        ],
      }),
    );
    expect(request.headers.get('cookie')).toBe('a=1; b=2; c=3');
  });

  test("can be what the console's test button sends", async () => {
    const nothing = {
      headers: null,
      multiValueHeaders: null,
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      body: null,
    };
    const request = await received({ ...restEvent(incoming), ...nothing });
    expect([...request.headers]).toEqual([]);
    expect(await request.text()).toBe('');
  });

  test('gets a response 400 for a method that the web refuses, and onError hears of it', async () => {
    const onError = vi.fn();
    const handler = toLambdaHandler(() => new Response(), { onError });
    expect(await handler({ ...httpEvent(incoming), requestContext: { http: { method: 'TRACE' } } })).toMatchObject({ statusCode: 400 });
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'VALIDATION' }));
  });

  test('has headers that the web refuses repaired, or else dropped', async () => {
    const headers = { 'x-city': 'Pēṟūr', 'x-folded': 'a\r\n b', 'x bad name': '1', 'x-empty': '', 'x-nul': 'a\0b', 'x-half': 'a\ud800b' };
    expect([...(await received({ ...httpEvent(incoming), headers })).headers]).toEqual([
      ['x-city', 'P%C4%93%E1%B9%9F%C5%ABr'],
      ['x-empty', ''],
      ['x-folded', 'a b'],
      ['x-half', 'a%EF%BF%BDb'],
      ['x-nul', 'a b'],
    ]);
  });

  test.each<[string, unknown, string]>([['a body that is not base64', { body: '*', isBase64Encoded: true }, 'the body is not base64']])(
    'is never answered with a success or a final status for %s',
    async (_, change, message) => {
      const errors: unknown[] = [];
      const handler = toLambdaHandler(verifier(errors));
      expect(await handler({ ...signed(), ...(change as object) })).toMatchObject({ statusCode: 503 });
      expect(String(errors[0])).toContain(message);
    },
  );

  test('may have a body that a middleware such as middy has parsed: NDR reads it, and a signature cannot be checked', async () => {
    const errors: unknown[] = [];
    expect(await toLambdaHandler(verifier(errors))({ ...signed(), body: NDR_EVENT as never })).toMatchObject({ statusCode: 200 });
    expect(await (await received({ ...signed(), body: NDR_EVENT })).json()).toEqual(NDR_EVENT);
    const bwp = new BuyWithPrimeWebhookVerifier({ keys: makePair('k').jwk }).handler(() => undefined, { onError: (e) => errors.push(e) });
    const event = { ...signed(), headers: headersOf(Buffer.alloc(96, 1)), body: { eventDescriptor: 'NEW' } as never };
    expect(await toLambdaHandler(bwp)(event)).toMatchObject({ statusCode: 503 });
    expect(errors).toMatchObject([{ code: 'CONFIGURATION', message: expect.stringContaining('parsed before the webhook saw it') }]);
  });
});

describe('the result', () => {
  const respond = (): Response => {
    const response = new Response(Uint8Array.of(0xff, 0xfe, 0), { status: 202, headers: { 'x-a': '1' } });
    response.headers.append('set-cookie', 'a=1');
    response.headers.append('set-cookie', 'b=2');
    return response;
  };
  const body = { statusCode: 202, body: '//4A', isBase64Encoded: true };

  test.each([
    ['format 2.0', httpEvent(incoming), { ...body, headers: { 'x-a': '1' }, cookies: ['a=1', 'b=2'] }],
    ['format 1.0', restEvent(incoming), { ...body, multiValueHeaders: { 'x-a': ['1'], 'set-cookie': ['a=1', 'b=2'] } }],
    ['a load balancer', balancerEvent(incoming, { multiValue: false }), { ...body, headers: { 'x-a': '1', 'set-cookie': 'b=2' } }],
    ['VPC Lattice', latticeEvent(incoming), { ...body, headers: { 'x-a': '1', 'set-cookie': 'b=2' } }],
    ['VPC Lattice, version 1', oldLatticeEvent(incoming), { ...body, headers: { 'x-a': '1', 'set-cookie': 'b=2' } }],
  ])('has the shape of %s', async (_, event, result) => {
    expect(await toLambdaHandler(respond)(event as LambdaHttpEvent)).toEqual(result);
  });

  test('keeps a byte order mark', async () => {
    const handler = toLambdaHandler(() => new Response('\ufeffa'));
    expect(await handler(httpEvent(incoming))).toMatchObject({ body: '\ufeffa', isBase64Encoded: false });
  });
});

describe('what is not an HTTP request', () => {
  const bridge = NDR_EVENT as EventBridgeEvent<'NDR Events', object>;

  test.each([
    [bridge, 'an event of EventBridge'],
    [{ Records: [] } satisfies SQSEvent, 'a batch of messages'],
    [{}, 'an event of another kind'],
    [null, 'null'],
    ['a string', 'string'],
    [{ httpMethod: 'POST', requestContext: {} }, 'an event of another kind'],
    [undefined, 'nothing'],
  ])('is refused, and the right handler is named: %j', async (event, what) => {
    const refused = toLambdaHandler(() => new Response())(event as never);
    await expect(refused).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: `expected an HTTP request, got ${what}`,
      hint: expect.stringMatching(/shippingEventBridgeHandler\(\).*shippingSqsHandler\(\).*eventBridgeHandler\(\).*sqsHandler\(\)/),
    });
  });
});

describe('what a framework passes to its routes, which would take the result for a response 200', () => {
  const node = { on: () => undefined, pipe: () => undefined, method: 'POST', headers: {}, rawHeaders: [], url: '/' };
  const refuse = (): never => {
    throw new Error('hunter2');
  };

  test.each<[string, object, string, RegExp]>([
    ['a request of Fastify', { raw: node, log: {}, method: 'POST', headers: {}, body: {} }, 'a request of Fastify', /toFastifyPlugin/],
    ['a context of Koa', { req: node, res: {}, app: {}, method: 'POST', headers: {} }, 'a context of Koa', /context\.req/],
    ['a request of Express', { ...node, params: {}, body: {} }, 'a request of Node or Express', /toNodeHandler/],
    ['an event of h3', { node: { req: node, res: {} }, method: 'POST', headers: new Headers() }, 'an event of h3', /event\.node\.req/],
    ['a Request', new Request('https://x', { method: 'POST', body: '{}' }), 'a Request', /needs no adapter/],
    ['an object with a method, headers and a body', { method: 'POST', headers: {}, body: '{}' }, 'an event of another kind', /Lambda/],
    ['headers of the web', { httpMethod: 'POST', headers: new Headers(), body: '{}' }, 'an event of another kind', /Lambda/],
    ['a value that cannot be read', new Proxy({}, { get: refuse, has: refuse }), 'an event of another kind', /Lambda/],
  ])('is refused: %s', async (_, input, what, hint) => {
    const handler = toLambdaHandler(new NdrWebhookVerifier({ auth: apiKey({ keys: 'abcdef12345' }) }).handler(() => undefined));
    // Express passes its response as the second argument, which has a write().
    await expect((handler as (...args: unknown[]) => unknown)(input, { write: () => true })).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: `expected an HTTP request, got ${what}`,
      hint: expect.stringMatching(hint),
    });
  });
});

test('refuses to run with response streaming, which would send 200 whatever the result', async () => {
  const stream = { write: () => true, end: () => undefined, setContentType: () => undefined };
  const handler = toLambdaHandler(() => new Response()) as (...args: unknown[]) => Promise<unknown>;
  await expect(handler(httpEvent(incoming), stream, {})).rejects.toMatchObject({
    code: 'CONFIGURATION',
    message: expect.stringContaining('response stream'),
    hint: expect.stringContaining('BUFFERED'),
  });
  expect(await handler(httpEvent(incoming), { awsRequestId: 'r-1', getRemainingTimeInMillis: () => 3_000 })).toMatchObject({
    statusCode: 200,
  });
});

test('refuses what is not a handler, at once', () => {
  expect(() => toLambdaHandler({} as never)).toThrow('toLambdaHandler() accepts a function from Request to Response');
});

test('rejects with what the handler throws, and with a ConfigurationError if it returns no Response', async () => {
  const failure = new Error('the database is down');
  await expect(toLambdaHandler(() => Promise.reject(failure))(httpEvent(incoming))).rejects.toBe(failure);
  await expect(toLambdaHandler(() => undefined as never)(httpEvent(incoming))).rejects.toMatchObject({ code: 'CONFIGURATION' });
});

test('handles 1,000 concurrent invocations', async () => {
  const handler = toLambdaHandler(async (request) => new Response(await request.text()));
  const bodies = Array.from({ length: 1000 }, (_, at) => String(at));
  const results = await Promise.all(bodies.map((body) => handler({ ...httpEvent(incoming), body })));
  expect(results.map(({ body }) => body)).toEqual(bodies);
});

test("fits AWS's types", () => {
  const handler = toLambdaHandler(() => new Response());
  expectTypeOf(handler).toExtend<APIGatewayProxyHandler>();
  expectTypeOf(handler).toExtend<APIGatewayProxyHandlerV2>();
  expectTypeOf(handler).toExtend<LambdaFunctionURLHandler>();
  expectTypeOf(handler).toExtend<ALBHandler>();
  // An event without HTTP does not even compile.
  expectTypeOf<EventBridgeEvent<'a', object>>().not.toExtend<LambdaHttpEvent>();
  expectTypeOf<SQSEvent>().not.toExtend<LambdaHttpEvent>();
});
