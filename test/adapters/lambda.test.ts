/** toLambdaHandler() behind each kind of gateway, and with AWS's own samples. */
import type {
  ALBHandler,
  APIGatewayProxyHandler,
  APIGatewayProxyHandlerV2,
  EventBridgeEvent,
  LambdaFunctionURLHandler,
  SQSEvent,
} from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import { type LambdaHttpEvent, toLambdaHandler } from '../../src/adapters/lambda.ts';
// @ts-expect-error As above.
import { NDR_EVENT } from '../runtime/suite/samples.mjs';
// @ts-expect-error It is plain JavaScript, for the frameworks run it without a compiler.
import { checks } from './conformance.mjs';
// @ts-expect-error As above.
import { balancerEvent, createGateway, httpEvent, restEvent } from './lambda-gateway.mjs';
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
    host.url = await listen(createGateway(kind, (path: string) => functions[path]));
  });
  for (const { name: check, without, run } of checks) if (!host.limits[without]) test(check, () => run(host), 60_000);
});

/** What a handler gets of an event. */
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

const incoming = { method: 'POST', path: '/amazon/ndr', query: 'a=1&a=%26', headers: [['Host', 'shop.example']], body: Buffer.from('{}') };

describe('the request', () => {
  test('has the URL that the client asked for, with the stage', async () => {
    const rest = restEvent(incoming);
    rest.requestContext.path = '/prod/amazon/ndr';
    expect((await received(rest)).url).toBe('https://70ixmpl4fl.execute-api.us-east-2.amazonaws.com/prod/amazon/ndr?a=1&a=%26');
    const http = { ...httpEvent(incoming), rawPath: '/prod/amazon/ndr' };
    expect((await received(http)).url).toBe('https://r3pmxmplak.execute-api.us-east-2.amazonaws.com/prod/amazon/ndr?a=1&a=%26');
    expect((await received(balancerEvent(incoming, { multiValue: true }))).url).toBe('https://shop.example/amazon/ndr?a=1&a=%26');
  });

  test('has no question mark without a query', async () => {
    expect((await received(restEvent({ ...incoming, query: '' }))).url).toMatch(/\/amazon\/ndr$/);
  });

  test('has the cookies that format 2.0 takes out of the headers', async () => {
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

  test("is made of what the console's test button sends", async () => {
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

  test.each([
    ['a method that the web refuses', { requestContext: { http: { method: 'TRACE' } } }],
    ['a header that the web refuses', { headers: { 'x-name': 'naïve – text' } }],
    ['a body that is no base64', { body: '*', isBase64Encoded: true }],
  ])('is answered 400 for %s', async (_, change) => {
    const handler = toLambdaHandler(() => new Response());
    expect(await handler({ ...httpEvent(incoming), ...change })).toMatchObject({ statusCode: 400 });
  });
});

describe('the result', () => {
  const answer = (): Response => {
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
  ])('has the shape of %s', async (_, event, result) => {
    expect(await toLambdaHandler(answer)(event)).toEqual(result);
  });

  test('keeps a byte order mark', async () => {
    const handler = toLambdaHandler(() => new Response('\ufeffa'));
    expect(await handler(httpEvent(incoming))).toMatchObject({ body: '\ufeffa', isBase64Encoded: false });
  });
});

describe('what is no HTTP request', () => {
  const bridge: EventBridgeEvent<'NDR Events', object> = NDR_EVENT;

  test.each([
    [bridge, 'an event of EventBridge'],
    [{ Records: [] } satisfies SQSEvent, 'a batch of messages'],
    [{}, 'an event of another kind'],
    [null, 'null'],
    ['text', 'string'],
    [undefined, 'nothing'],
  ])('is refused, and what to use is named: %j', async (event, what) => {
    const refused = toLambdaHandler(() => new Response())(event as never);
    await expect(refused).rejects.toMatchObject({
      code: 'VALIDATION',
      message: `expected an HTTP request, got ${what}`,
      hint: expect.stringMatching(/shippingEventHandler\(\).*eventBridgeHandler\(\).*sqsHandler\(\)/),
    });
  });
});

test('refuses what is no handler, at once', () => {
  expect(() => toLambdaHandler({} as never)).toThrow('toLambdaHandler() takes a function from Request to Response');
});

test('lets through what the handler throws, and says when it returns no answer', async () => {
  const failure = new Error('the database is down');
  await expect(toLambdaHandler(() => Promise.reject(failure))(httpEvent(incoming))).rejects.toBe(failure);
  await expect(toLambdaHandler(() => undefined as never)(httpEvent(incoming))).rejects.toMatchObject({ code: 'CONFIGURATION' });
});

test('handles 1,000 invocations at once', async () => {
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
  // An event that has no HTTP in it does not even compile.
  expectTypeOf<EventBridgeEvent<'a', object>>().not.toExtend<LambdaHttpEvent>();
  expectTypeOf<SQSEvent>().not.toExtend<LambdaHttpEvent>();
});
