import { inspect } from 'node:util';
import { parse, validate } from 'graphql';
import { afterEach, beforeEach, describe, expect, expectTypeOf, test, vi } from 'vitest';
import { BuyWithPrimeClient } from '../../../src/buywithprime/api/client.ts';
import type { BuyWithPrimeClientOptions } from '../../../src/buywithprime/api/client-options.ts';
import type { BuyWithPrimeEventOf } from '../../../src/buywithprime/events/event.ts';
import { BuyWithPrimeEventParser } from '../../../src/buywithprime/events/parser.ts';
import { orderDocument } from '../../../src/buywithprime/orders/order.ts';
import type { AccessToken } from '../../../src/core/call/tokens.ts';
import { type AnyWaybillError, isWaybillError } from '../../../src/core/errors.ts';
import { deliveryInTransit, fixture } from '../../support/buywithprime/fixtures.ts';
import { orders } from '../../support/buywithprime/orders.ts';
import { classified, type Fault, json, schemaOf, serve } from '../../support/buywithprime/server.ts';

const VERSIONS = ['2024-01-01', '2024-04-01', '2024-11-01'];
const orderId = '322-ABC1-AAAAAA';
const deliveryId = 'd5013dfc-2ae6-4f58-bc69-cae5d5323d30';

let server: Awaited<ReturnType<typeof serve>>;
beforeEach(async () => {
  server = await serve(orders);
  // The jitter of the waits between attempts.
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
  return server.close();
});

const clientOf = (options: Partial<BuyWithPrimeClientOptions> = {}): BuyWithPrimeClient =>
  new BuyWithPrimeClient({
    credentials: { clientId: 'client-1', clientSecret: 'secret-k4711' },
    targetId: 'bp-1',
    baseUrl: server.baseUrl,
    ...options,
  });

/** The error, which must be one of ours and must not contain a secret. */
async function failure(call: () => unknown): Promise<AnyWaybillError> {
  try {
    await call();
  } catch (error) {
    if (!isWaybillError(error)) throw error;
    expect(inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error) + String(error)).not.toMatch(/secret-k4711|token-\d/);
    expect(error.surface).toBe('buywithprime');
    return error;
  }
  throw new Error('nothing was thrown');
}

const graphqlRequests = () => server.seen.filter(({ path }) => path === '/graphql');

describe('the order query', () => {
  test.each(VERSIONS)('of %s is valid in our schema of that version', (apiVersion) => {
    expect(validate(schemaOf(apiVersion), parse(orderDocument(apiVersion)))).toEqual([]);
  });

  test.each([
    ['2024-11-01', '2024-04-01'],
    ['2024-04-01', '2024-11-01'],
    ['2024-01-01', '2024-11-01'],
  ])('of %s would fail in %s', (apiVersion, other) => {
    expect(validate(schemaOf(other), parse(orderDocument(apiVersion)))).not.toEqual([]);
  });

  test('of a version that is not known yet is that of the newest', () => {
    expect(orderDocument('2027-01-01')).toBe(orderDocument('2024-11-01'));
  });

  test.each(VERSIONS)('of %s asks for no personal data', (apiVersion) => {
    expect(orderDocument(apiVersion)).not.toMatch(/customer|address|email|phone|payment/i);
  });

  test.each(VERSIONS)('goes out in %s as Amazon documents it', async (apiVersion) => {
    await clientOf({ apiVersion }).order(orderId, { headers: { 'X-Trace': 't', Authorization: 'mine', 'X-Api-Target-Id': 'mine' } });
    const [token, query] = server.seen;
    expect(token).toMatchObject({ path: '/token', headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' } });
    expect(query).toMatchObject({
      path: '/graphql',
      headers: {
        authorization: 'Bearer token-1',
        'content-type': 'application/json',
        'x-api-target-id': 'bp-1',
        'x-api-version': apiVersion,
        'x-trace': 't',
        'user-agent': expect.stringMatching(/^waybill\//),
      },
    });
    expect(JSON.parse(query?.body ?? '')).toEqual({
      query: orderDocument(apiVersion),
      variables: { orderIdentifier: { orderId } },
    });
  });

  test.each([
    ['2024-01-01', 'orderAlias'],
    ['2024-04-01', 'alias'],
    ['2024-11-01', 'alias'],
  ])('finds by alias in %s, where it is called %s', async (apiVersion, selector) => {
    const alias = { aliasType: 'EXTERNAL_ID', aliasId: orderId };
    expect(await clientOf({ apiVersion }).order({ alias })).toMatchObject({ id: orderId });
    expect(JSON.parse(graphqlRequests()[0]?.body ?? '').variables).toEqual({ orderIdentifier: { [selector]: alias } });
  });
});

describe('order', () => {
  const sources = {
    '2024-01-01': { estimatedDelivery: undefined, tracking: undefined },
    '2024-04-01': { estimatedDelivery: { earliest: '2024-07-04T05:54:53Z', latest: '2024-07-04T05:54:53Z' }, tracking: undefined },
    '2024-11-01': {
      estimatedDelivery: { earliest: '2024-07-04T05:00:00Z', latest: '2024-07-04T09:00:00Z' },
      tracking: {
        carrierCode: 'ups',
        trackingNumber: '1Z999AA10123456784',
        url: 'https://tracking.example/1Z999AA10123456784',
        milestone: { code: 'OUT_FOR_DELIVERY', occurredAt: '2024-07-04T04:00:00Z' },
      },
    },
  };

  test.each(Object.entries(sources))('has one shape, read with %s', async (apiVersion, expected) => {
    const order = await clientOf({ apiVersion }).order(orderId);
    expect(order).toMatchObject({
      id: orderId,
      aliases: [{ aliasId: 'my-order', aliasType: 'EXTERNAL_ID' }],
      lineItems: [
        {
          id: '88eaa8941c-b27324fb27',
          aliases: [{ aliasId: 'my-88eaa8941c-b27324fb27' }],
          quantity: 2,
          unit: 'ONE',
          deliveries: [{ id: deliveryId, state: 'IN_TRANSIT', reason: undefined, ...expected }],
        },
        { id: '6aa26b8761-0868dbc493' },
        { id: 'third', aliases: [], quantity: undefined, unit: undefined, deliveries: [] },
      ],
      payload: { id: orderId },
    });
  });

  test('is undefined if there is none', async () => {
    expect(await clientOf().order('unknown')).toBeUndefined();
    const body = { errors: [classified('ResourceNotFoundError', 'ResourceNotFoundException')], data: { order: null } };
    server.faults.graphql.push((response) => json(response, body));
    expect(await clientOf().order('unknown')).toBeUndefined();
    server.faults.graphql.push((response) => json(response, { errors: body.errors, data: null }));
    expect(await clientOf().order('unknown')).toBeUndefined();
  });

  test('has what your own document selects beside it', async () => {
    const document = `query ($orderIdentifier: OrderIdentifierInput!) {
      order(orderIdentifier: $orderIdentifier) {
        id
        totalPrice { value { amount } }
        lineItems { id product { price { amount } } packageInformation { details { id state } } }
      }
    }`;
    const order = await clientOf({ documents: { order: document } }).order(orderId);
    expect(order?.payload).toHaveProperty('totalPrice', null);
    expect(order?.lineItems[0]?.payload['product']).toEqual({ price: { amount: 9.5 } });
    expectTypeOf(order?.lineItems[0]?.payload['product']).toBeUnknown();
    expect(order?.lineItems[0]?.deliveries[0]).toMatchObject({ id: deliveryId, state: 'IN_TRANSIT' });
  });

  test.each<[string, unknown, string]>([
    ['no id', { lineItems: [] }, 'id: expected string, got nothing'],
    ['a delivery without state', { id: 'o', lineItems: [{ id: 'l', packageInformation: { details: [{ id: 'd' }] } }] }, 'details.0.state'],
    ['a string', 'text', 'expected object, got string'],
    ['line items that are not a list', { id: 'o', lineItems: {} }, 'lineItems: expected array'],
  ])('refuses a response with %s', async (_, order, message) => {
    server.faults.graphql.push((response) => json(response, { data: { order } }));
    const error = await failure(() => clientOf().order('o'));
    expect(error).toMatchObject({ code: 'VALIDATION', direction: 'response' });
    expect(error.message).toContain(message);
  });

  test.each([
    '',
    undefined,
    42,
    null,
    {},
    [],
    { orderId: 'o' },
    { alias: { aliasId: 'a' } },
    { alias: { aliasId: 'a', aliasType: '' } },
    { alias: { aliasId: 7, aliasType: 'EXTERNAL_ID' } },
    { alias: 'a' },
    { alias: null },
    { alias: { aliasId: 'a', aliasType: 'EXTERNAL_ID' }, orderId: 'o' },
  ])('refuses %j, and nothing is sent', async (identifier) => {
    const error = await failure(() => clientOf().order(identifier as never));
    expect(error).toMatchObject({ code: 'VALIDATION', direction: 'request', issues: [{ path: ['identifier'] }] });
    expect(error.message).toContain('expected the id of an order, or { alias: { aliasId, aliasType } }');
    expect(server.seen).toEqual([]);
  });

  test('accepts any string as an id', async () => {
    for (const id of ['"; {', '\ud800', '__proto__', 'x'.repeat(1_000_000)]) expect(await clientOf().order(id)).toBeUndefined();
  });
});

describe('resolveDelivery', () => {
  const event = { orderId, deliveryId };

  test.each(VERSIONS)('finds all line items of the delivery in %s', async (apiVersion) => {
    expect(await clientOf({ apiVersion }).resolveDelivery(event)).toMatchObject({
      status: 'found',
      delivery: { id: deliveryId, state: 'IN_TRANSIT' },
      lineItems: [{ id: '88eaa8941c-b27324fb27' }, { id: '6aa26b8761-0868dbc493' }],
      conflictingStates: [],
      order: { id: orderId },
    });
  });

  test('goes from event to delivery', async () => {
    const parsed = new BuyWithPrimeEventParser().parse(
      deliveryInTransit({ resources: [`businessProduct/bp-1/order/${orderId}/delivery/${deliveryId}`] }),
    ) as BuyWithPrimeEventOf<'DELIVERY_IN_TRANSIT'>;
    expect(await clientOf().resolveDelivery(parsed)).toMatchObject({ status: 'found' });
  });

  test("reads the sample response of Amazon's pages", async () => {
    server.faults.graphql.push((response) => json(response, fixture('graphql-order-2024-04-01.json')));
    expect(await clientOf({ apiVersion: '2024-04-01' }).resolveDelivery(event)).toMatchObject({
      status: 'found',
      delivery: { state: 'IN_TRANSIT', estimatedDelivery: { latest: '2024-07-04T05:54:53Z' } },
      lineItems: [{ id: '88eaa8941c-b27324fb27' }, { id: '6aa26b8761-0868dbc493' }],
    });
  });

  test('distinguishes a delivery that is not in the order from an order that does not exist', async () => {
    expect(await clientOf().resolveDelivery({ orderId, deliveryId: 'split' })).toMatchObject({
      status: 'not-found',
      reason: 'delivery-not-in-order',
      hint: expect.stringContaining('split'),
      order: { id: orderId },
    });
    expect(await clientOf().resolveDelivery({ orderId: 'unknown', deliveryId })).toMatchObject({
      status: 'not-found',
      reason: 'order-not-found',
      order: undefined,
    });
  });

  test('is not confused by a header that is called like what is missing', async () => {
    server.faults.graphql.push((response) => json(response, { data: { order: null }, errors: [classified('ResourceNotFoundError')] }));
    expect(await clientOf({ headers: { 'x-domain': 'order' } }).order('unknown')).toBeUndefined();
  });

  test('uses the state that is furthest if line items disagree, and says so', async () => {
    const item = (id: string, state: string) => ({ id, packageInformation: { details: [{ id: deliveryId, state }] } });
    const states = ['NEW_STATE', 'IN_TRANSIT', 'DELIVERED', 'PENDING', 'DELIVERED'];
    server.faults.graphql.push((response) =>
      json(response, { data: { order: { id: orderId, lineItems: states.map((state, index) => item(`l${index}`, state)) } } }),
    );
    const resolution = await clientOf().resolveDelivery(event);
    expect(resolution).toMatchObject({
      delivery: { state: 'DELIVERED' },
      conflictingStates: ['NEW_STATE', 'IN_TRANSIT', 'DELIVERED', 'PENDING'],
    });
    expect(resolution.status === 'found' && resolution.lineItems.length).toBe(5);
  });

  test.each([undefined, null, {}, { orderId }, { orderId, deliveryId: 7 }, 'text'])('refuses %j', async (bad) => {
    expect(await failure(() => clientOf().resolveDelivery(bad as never))).toMatchObject({ code: 'VALIDATION', direction: 'request' });
  });

  test('accepts events of deliveries, and no others, by their types', () => {
    type Input = Parameters<BuyWithPrimeClient['resolveDelivery']>[0];
    expectTypeOf<BuyWithPrimeEventOf<'DELIVERY_COMPLETED'>>().toExtend<Input>();
    expectTypeOf<BuyWithPrimeEventOf<'RETURN_COMPLETED'>>().not.toExtend<Input>();
  });
});

describe('errors of GraphQL', () => {
  const always =
    (body: unknown, status?: number): Fault =>
    (response) =>
      json(response, body, status);

  test.each(['ThrottlingError', 'InternalServerError'])('%s is retried', async (type) => {
    const fault = always({ errors: [classified(type)], data: { order: null } });
    server.faults.graphql.push(fault, fault);
    expect(await clientOf().order(orderId)).toMatchObject({ id: orderId });
    expect(graphqlRequests().length).toBe(3);
  });

  test('ThrottlingError is thrown when the attempts are used up', async () => {
    const fault = always({ errors: [classified('ThrottlingError')], data: { order: null } });
    server.faults.graphql.push(fault, fault);
    expect(await failure(() => clientOf({ maxRetries: 1 }).order(orderId))).toMatchObject({
      code: 'GRAPHQL',
      retryable: true,
      attempts: 2,
      requestId: 'request-1',
      errors: [{ type: 'ThrottlingError', path: ['order'] }],
    });
  });

  test.each(['ValidationError', 'ConflictError', 'SomethingNew', '__proto__'])('%s is not retried', async (type) => {
    server.faults.graphql.push(always({ errors: [classified(type, 'Code')], data: null }));
    expect(await failure(() => clientOf().order(orderId))).toMatchObject({
      code: 'GRAPHQL',
      retryable: false,
      attempts: 1,
      errors: [{ type, errorCode: 'Code' }],
    });
  });

  test('partial data is kept, and not shown', async () => {
    server.faults.graphql.push(
      always({ errors: [classified('InternalServerError'), classified('AddressError')], data: { order: { id: 'Erika Mustermann' } } }),
    );
    const error = await failure(() => clientOf().order(orderId));
    expect(error).toMatchObject({ code: 'GRAPHQL', retryable: false, data: { order: { id: 'Erika Mustermann' } } });
    expect(inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error)).not.toContain('Erika');
  });

  test.each(['graphql-error-access-denied.json', 'graphql-error-validation.json'])('%s is read', async (name) => {
    const sample = fixture(name) as { errors: [{ message: string; extensions: { classification: { type: string } } }] };
    server.faults.graphql.push(always(sample), always(sample));
    const error = await failure(() => clientOf().order(orderId));
    expect(error).toMatchObject({ code: 'GRAPHQL', errors: [{ type: sample.errors[0].extensions.classification.type }] });
    expect(error.hint).toMatch(/^Check/);
  });

  test.each<[string, unknown, object]>([
    ['nothing to read', [null], { message: 'an error without a message' }],
    ['a string', ['bad'], { message: 'an error without a message' }],
    ['the shape of the 2023 mock', [{ message: 'm', errorType: 'MappingTemplate', path: null }], { message: 'm', type: 'MappingTemplate' }],
    [
      'a string as classification',
      [{ message: 'm', extensions: { classification: 'DataFetchingException' } }],
      { type: 'DataFetchingException' },
    ],
    ['a wrong path', [{ message: 'm', path: [{}], extensions: { classification: { type: 7 } } }], { message: 'm' }],
    ['a secret', [{ message: 'Bearer token-k4711-abcdef is bad' }], { message: 'Bearer [redacted] is bad' }],
  ])('an entry with %s is read as far as it goes', async (_, errors, entry) => {
    server.faults.graphql.push(always({ errors, data: null }));
    const error = await failure(() => clientOf().order(orderId));
    expect(error).toMatchObject({ code: 'GRAPHQL', errors: [entry] });
  });

  test('of an endless path, the error has the beginning', async () => {
    const path = ['order', ...new Array(10_000).fill('x'.repeat(200))];
    server.faults.graphql.push(always({ errors: [classified('ValidationError', undefined, path)], data: null }));
    expect((await failure(() => clientOf().order(orderId))).message.length).toBeLessThan(2_500);
  });

  test('of ten thousand, the error has ten', async () => {
    server.faults.graphql.push(always({ errors: Array.from({ length: 10_000 }, () => classified('ValidationError')), data: null }));
    const error = await failure(() => clientOf().order(orderId));
    expect(error.code === 'GRAPHQL' && error.errors.length).toBe(10);
  });

  test.each<[string, unknown]>([
    ['nothing', {}],
    ['data that is not an object', { data: 'x' }],
    ['errors that are not a list', { errors: {}, data: null }],
  ])('a response with %s has another shape', async (_, body) => {
    server.faults.graphql.push(always(body));
    expect(await failure(() => clientOf().order(orderId))).toMatchObject({ code: 'VALIDATION', direction: 'response' });
  });

  test.each<[string, string]>([
    ['HTML', '<html>sign in</html>'],
    ['nothing', ''],
    ['JSON that is cut off', '{"data":{"order":'],
    ['an array', '[]'],
    ['a string', '"x"'],
  ])('a success with %s is a response of another shape, which names the request', async (_, text) => {
    const fault: Fault = (response) => response.writeHead(200, { 'content-type': 'text/html', 'x-amzn-requestid': 'request-1' }).end(text);
    server.faults.graphql.push(fault, fault);
    const error = await failure(() => clientOf().order(orderId));
    expect(error).toMatchObject({
      code: 'VALIDATION',
      direction: 'response',
      retryable: false,
      requestId: 'request-1',
      attempts: 1,
      hint: expect.stringContaining('baseUrl'),
    });
    expect(error.message).toMatch(/is not a JSON object: (an empty body|\d+ characters of text\/html)/);
    expect(error.message).not.toContain('sign in');
    expect(graphqlRequests()).toHaveLength(1);
  });

  test('HTML with 403 is an ApiError', async () => {
    const fault: Fault = (response) => response.writeHead(403, { 'content-type': 'text/html' }).end('<html>blocked</html>');
    server.faults.graphql.push(fault, fault);
    const error = await failure(() => clientOf().order(orderId));
    expect(error).toMatchObject({ code: 'API', status: 403, retryable: false, hint: expect.stringContaining('baseUrl') });
    expect(error.message).toContain('is not a JSON object: 20 characters of text/html');
  });

  test('an HTTP status with errors has them', async () => {
    server.faults.graphql.push(always({ errors: [classified('ValidationError')] }, 400));
    expect(await failure(() => clientOf().order(orderId))).toMatchObject({
      code: 'API',
      status: 400,
      reasonCode: 'ValidationError',
      message: 'HTTP 400: no luck: ValidationError',
      requestId: 'request-1',
    });
  });

  test("a gateway's own message is shown, without a secret", async () => {
    server.faults.graphql.push(always({ message: 'no route for Bearer token-k4711-abcdef' }, 404));
    expect(await failure(() => clientOf().order(orderId))).toMatchObject({
      code: 'API',
      status: 404,
      message: 'HTTP 404: no route for Bearer [redacted]',
    });
  });

  test.each([429, 500, 502, 503, 504])('HTTP %i is retried', async (status) => {
    server.faults.graphql.push((response) => response.writeHead(status, { 'retry-after': '0' }).end('<html>'));
    expect(await clientOf().order(orderId)).toMatchObject({ id: orderId });
  });

  test.each<[string, Fault]>([
    ['a reset', (response) => response.destroy()],
    ['a stall', () => undefined],
  ])('%s is retried', async (_, fault) => {
    server.faults.graphql.push(fault);
    expect(await clientOf({ timeout: 2_000 }).order(orderId)).toMatchObject({ id: orderId });
    expect(graphqlRequests().length).toBe(2);
  });

  test.each<[string, Fault, string]>([
    [
      'a body that breaks off',
      (response) => response.writeHead(200, { 'content-length': '1000' }).write('{"data":', () => response.destroy()),
      'CONNECTION',
    ],
    ['a stall in the body', (response) => response.writeHead(200).write('{"data":'), 'TIMEOUT'],
  ])('%s of a success is not retried', async (_, fault, code) => {
    server.faults.graphql.push(fault);
    expect(await failure(() => clientOf({ timeout: 500 }).order(orderId))).toMatchObject({ code, retryable: false });
    expect(graphqlRequests().length).toBe(1);
  });

  test('a stall that lasts is a TimeoutError', async () => {
    server.faults.graphql.push(() => undefined);
    expect(await failure(() => clientOf({ timeout: 100, maxRetries: 0 }).order(orderId))).toMatchObject({
      code: 'TIMEOUT',
      budget: 'attempt',
    });
  });

  test('an abort is rethrown unchanged', async () => {
    const reason = new Error('enough');
    const controller = new AbortController();
    server.faults.graphql.push(() => controller.abort(reason));
    await expect(clientOf().order(orderId, { signal: controller.signal })).rejects.toBe(reason);
  });
});

describe('the token', () => {
  test('is fetched once for concurrent calls', async () => {
    const client = clientOf();
    await Promise.all(Array.from({ length: 20 }, () => client.order(orderId)));
    await client.order(orderId);
    expect(server.tokens()).toBe(1);
  });

  test('is renewed a minute before it expires', async () => {
    let now = 0;
    const client = clientOf({ clock: () => new Date(now) });
    await client.order(orderId);
    now = 839_999;
    await client.order(orderId);
    expect(server.tokens()).toBe(1);
    now = 840_000;
    await client.order(orderId);
    expect(server.tokens()).toBe(2);
  });

  test('is renewed once if access is denied, and the call retried', async () => {
    const client = clientOf();
    await client.order(orderId);
    server.revoke();
    expect(await Promise.all([client.order(orderId), client.order(orderId)])).toMatchObject([{ id: orderId }, { id: orderId }]);
    expect(server.tokens()).toBe(2);
  });

  test.each([401, 403])('is renewed once for HTTP %i', async (status) => {
    server.faults.graphql.push((response) => json(response, { message: 'Unauthorized' }, status));
    expect(await clientOf().order(orderId)).toMatchObject({ id: orderId });
    expect(server.tokens()).toBe(2);
  });

  test('is not fetched over and over if the token is not at fault', async () => {
    const denied: Fault = (response) => json(response, { errors: [classified('AccessDeniedError')], data: { order: null } });
    server.faults.graphql.push(denied, denied, denied, denied);
    const client = clientOf();
    for (const _ of [1, 2, 3]) {
      expect(await failure(() => client.order(orderId))).toMatchObject({
        code: 'GRAPHQL',
        retryable: false,
        hint: expect.stringContaining('Read Order'),
      });
    }
    expect(server.tokens()).toBe(2);
    expect(await client.order(orderId)).toMatchObject({ id: orderId });
  });

  test('is shared through a store', async () => {
    const kept = new Map<string, AccessToken>();
    const tokenStore = {
      get: async (key: string) => kept.get(key),
      set: async (key: string, token: AccessToken) => void kept.set(key, token),
    };
    await clientOf({ tokenStore }).order(orderId);
    await clientOf({ tokenStore }).order(orderId);
    expect(server.tokens()).toBe(1);
    expect([...kept.keys()]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
    await clientOf({ tokenStore, targetId: 'bp-2' }).order(orderId);
    expect(server.tokens()).toBe(2);
  });

  test('is fetched with rotated credentials', async () => {
    const secrets = ['wrong', 'secret-k4711'];
    const credentials = async () => ({ clientId: 'client-1', clientSecret: secrets[0] as string });
    const client = clientOf({ credentials });
    expect(await failure(() => client.order(orderId))).toMatchObject({ code: 'API', status: 401 });
    secrets.shift();
    expect(await client.order(orderId)).toMatchObject({ id: orderId });
  });

  test('calls a function for credentials once per token', async () => {
    const credentials = vi.fn(async () => ({ clientId: 'client-1', clientSecret: 'secret-k4711' }));
    const client = clientOf({ credentials });
    await client.order(orderId);
    await client.order(orderId);
    expect(credentials).toHaveBeenCalledOnce();
  });

  test('is fetched from a URL with a query', async () => {
    await failure(() => clientOf({ tokenUrl: `${server.baseUrl}/oauth?tenant=7` }).order(orderId));
    expect(server.seen.map(({ path }) => path)).toContain('/oauth?tenant=7');
  });

  test('can be fetched in another way and from elsewhere', async () => {
    const seen: unknown[] = [];
    const fetchToken: BuyWithPrimeClientOptions['fetchToken'] = async (credentials) => {
      seen.push(credentials);
      return { accessToken: 'token-x', expiresIn: 900 };
    };
    const error = await failure(() => clientOf({ fetchToken }).order(orderId));
    expect(error).toMatchObject({ errors: [{ type: 'AccessDeniedError' }] });
    expect(seen).toContainEqual({ clientId: 'client-1', clientSecret: 'secret-k4711' });
    expect(await clientOf({ tokenUrl: `${server.baseUrl}/token`, baseUrl: `${server.baseUrl}/` }).order(orderId)).toBeDefined();
  });

  test('that is denied says why, without the secret', async () => {
    server.faults.token.push((response) =>
      json(response, { error: 'invalid_client', error_description: 'client_secret=secret-k4711 is unknown' }, 401),
    );
    const error = await failure(() => clientOf().order(orderId));
    expect(error).toMatchObject({ code: 'API', status: 401, reasonCode: 'invalid_client', retryable: false });
    expect(error.message).toContain('client_secret=[redacted]');
    expect(error.hint).toContain('fetchToken');
    expect(JSON.stringify((error as { data?: unknown }).data)).not.toContain('k4711');
  });

  test.each<[string, Fault]>([
    ['HTML', (response) => response.end('<html>')],
    ['no token', (response) => json(response, { token_type: 'bearer' })],
    ['a number', (response) => json(response, { access_token: 42 })],
    ['null', (response) => json(response, null)],
  ])('is missing in a response with %s', async (_, fault) => {
    server.faults.token.push(fault);
    expect(await failure(() => clientOf().order(orderId))).toMatchObject({
      code: 'VALIDATION',
      direction: 'response',
      message: expect.stringContaining('no access token'),
    });
  });

  test.each([
    ['tokenUrl', { tokenUrl: 'http://127.0.0.1:4711/token' }],
    // The address of the tokens follows from it.
    ['baseUrl', {}],
  ])('is unavailable: the hint names "%s" with %j', async (option, given) => {
    const fetch = () => Promise.reject(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }));
    const { hint } = await failure(() => clientOf({ ...given, fetch, maxRetries: 0 }).order(orderId));
    expect(hint).toContain(`check host and port in "${option}"`);
  });

  test.each([503, 429])('is fetched again after HTTP %i', async (status) => {
    server.faults.token.push((response) => json(response, { error: 'busy' }, status));
    expect(await clientOf().order(orderId)).toMatchObject({ id: orderId });
  });

  test.each(['a\nb', 'tökén', ' '])('is refused, and not shown, if no header can contain it: %j', async (accessToken) => {
    const error = await failure(() => clientOf({ fetchToken: async () => ({ accessToken, expiresIn: 900 }) }).order(orderId));
    expect(error).toMatchObject({ code: 'VALIDATION', direction: 'response' });
    expect(graphqlRequests()).toEqual([]);
  });

  test.each([7n, '900', Symbol('900'), {}, Number.NaN])('replaces an invalid lifetime by 15 minutes: %s', async (expiresIn) => {
    const fetchToken = vi.fn(async () => ({ accessToken: 'token-1', expiresIn }) as never);
    await clientOf().order(orderId);
    const client = clientOf({ fetchToken });
    await client.order(orderId);
    await client.order(orderId);
    expect(fetchToken).toHaveBeenCalledOnce();
  });

  test.each([undefined, null, 42, {}, { accessToken: 42 }])('is refused if your own function returns %j', async (token) => {
    expect(await failure(() => clientOf({ fetchToken: async () => token as never }).order(orderId))).toMatchObject({ code: 'VALIDATION' });
  });

  test('lives 15 minutes if the response does not say', async () => {
    let calls = 0;
    const fetchToken = async () => {
      calls += 1;
      return { accessToken: 'token-1' } as never;
    };
    const client = clientOf({ fetchToken });
    await clientOf().order(orderId);
    await client.order(orderId);
    await client.order(orderId);
    expect(calls).toBe(1);
  });
});

describe('the client', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['no credentials', { credentials: undefined }, 'credentials.clientId'],
    ['credentials of null', { credentials: null }, 'credentials.clientId'],
    ['an empty secret', { credentials: { clientId: 'c', clientSecret: '' } }, 'credentials.clientSecret'],
    ['a secret with a line break', { credentials: { clientId: 'c', clientSecret: 'secret-k4711\n' } }, 'credentials.clientSecret'],
    ['no target', { targetId: undefined }, 'targetId'],
    ['a target with a line break', { targetId: 'bp-1\r\nx: y' }, 'targetId'],
    ['a version that is not a date', { apiVersion: 'v1' }, 'apiVersion'],
    ['a version that is not a string', { apiVersion: 20241101 }, 'apiVersion'],
    ['an invalid base URL', { baseUrl: 'api.example' }, 'baseUrl'],
    ['an invalid token URL', { tokenUrl: 'ftp://x' }, 'tokenUrl'],
    ['documents that are not an object', { documents: null }, 'documents'],
    ['a document without variables', { documents: { order: '{ order { id } }' } }, 'documents.order'],
    ['a document that is not a string', { documents: { refund: 7 } }, 'documents.refund'],
    ['a document for nothing', { documents: { constructor: '$input' } }, 'documents.constructor'],
    ['a misspelt document', { documents: { orders: '$orderIdentifier' } }, 'documents.orders'],
    ['the id under another name', { businessProductId: 'bp-1' }, 'businessProductId'],
    ['the client id outside of the credentials', { clientId: 'c' }, 'clientId'],
    ['quotes around a secret', { credentials: { clientId: 'c', clientSecret: '"secret-k4711"' } }, 'credentials.clientSecret'],
    ['a token function that is not one', { fetchToken: 'x' }, 'fetchToken'],
    ['a token store that is not one', { tokenStore: {} }, 'tokenStore'],
  ])('refuses %s', async (_, options, name) => {
    const error = await failure(() => clientOf(options));
    expect(error.code).toBe('CONFIGURATION');
    expect(error.message).toContain(`"${name}"`);
  });

  test.each([undefined, null, 42, 'x'])('refuses %j for its options', async (options) => {
    expect((await failure(() => new BuyWithPrimeClient(options as never))).code).toBe('CONFIGURATION');
  });

  test('refuses invalid credentials of a function', async () => {
    expect((await failure(() => clientOf({ credentials: async () => undefined as never }).order(orderId))).code).toBe('CONFIGURATION');
  });

  test('calls hooks, without secrets', async () => {
    const told: unknown[] = [];
    const note = (value: unknown): number => told.push(value);
    server.faults.graphql.push((response) => json(response, { errors: [classified('ThrottlingError')], data: null }));
    await clientOf({ hooks: { onRequest: note, onResponse: note, onRetry: note, onError: note } }).order(orderId);
    expect(told.length).toBe(7);
    expect(inspect(told, { depth: 10, showHidden: true })).not.toMatch(/secret-k4711|token-1|1Z999/);
  });

  test('shows nothing of its secrets', async () => {
    const client = clientOf();
    await client.order(orderId);
    expect(inspect(client, { depth: 10, showHidden: true }) + JSON.stringify(client)).not.toMatch(/secret-k4711|token-1/);
  });
});
