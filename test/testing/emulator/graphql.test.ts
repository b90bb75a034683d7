import { buildSchema } from 'graphql';
import { beforeEach, describe, expect, test } from 'vitest';
import { AmazonEmulator, buyWithPrimeOrder, buyWithPrimeSchema } from '../../../src/testing/index.ts';

const API = 'https://api.buywithprime.amazon.com';
const DELIVERY = 'd5013dfc-2ae6-4f58-bc69-cae5d5323d30';

let now: number;
let emulator: AmazonEmulator;
beforeEach(() => {
  now = Date.parse('2026-01-15T10:15:30Z');
  const orders = [buyWithPrimeOrder({ aliases: [{ aliasType: 'EXTERNAL_ID', aliasId: 'shop-7' }] })];
  emulator = new AmazonEmulator({ orders, clock: () => new Date(now) });
});

const grant = () => {
  const { clientId, clientSecret } = emulator.credentials.buyWithPrime;
  return { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
};

async function requestToken(change: Record<string, string> = {}) {
  const response = await emulator.fetch(`${API}/token`, { method: 'POST', body: new URLSearchParams({ ...grant(), ...change }) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

interface Result {
  status: number;
  body: { data: unknown; errors?: { message: string; path?: unknown[]; extensions: { classification: Record<string, unknown> } }[] };
}

async function execute(
  query: string,
  variables: unknown = {},
  version = '2024-11-01',
  headers: Record<string, string> = {},
): Promise<Result> {
  const response = await emulator.fetch(`${API}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${(await requestToken()).body['access_token']}`,
      'x-api-target-id': 'bp-emulator',
      'x-api-version': version,
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, body: (await response.json()) as Result['body'] };
}

const byId = { orderIdentifier: { orderId: '322-ABC1-AAAAAA' } };
const ORDER = 'query order($orderIdentifier: OrderIdentifierInput!) { order(orderIdentifier: $orderIdentifier)';
const CLASSIFIED = (type: string) => ({ extensions: { classification: { type } } });

describe('the token endpoint', () => {
  test('issues a token for fifteen minutes', async () => {
    expect(await requestToken()).toEqual({
      status: 200,
      body: { access_token: expect.any(String), token_type: 'bearer', expires_in: 900 },
    });
  });

  test.each([
    [{ client_secret: 'x' }, 401, 'invalid_client'],
    [{ grant_type: 'refresh_token' }, 400, 'unsupported_grant_type'],
  ])('refuses %j', async (change, status, error) => {
    expect(await requestToken(change)).toMatchObject({ status, body: { error } });
  });
});

describe('the order query', () => {
  const details = (name: string) => `{ id lineItems { id ${name} { summary { state } details { id state reason } } } }`;
  test.each([
    ['2024-01-01', 'deliveryInformation'],
    ['2024-04-01', 'deliveryInformation'],
    ['2024-11-01', 'packageInformation'],
  ])('in %s returns the delivery in %s, at both of its line items', async (version, field) => {
    const { body, status } = await execute(`${ORDER} ${details(field)} }`, byId, version);
    const shown = { [field]: { summary: { state: 'IN_TRANSIT' }, details: [{ id: DELIVERY, state: 'IN_TRANSIT', reason: null }] } };
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        data: {
          order: {
            id: '322-ABC1-AAAAAA',
            lineItems: [
              { id: '88eaa8941c-b27324fb27', ...shown },
              { id: '6aa26b8761-0868dbc493', ...shown },
            ],
          },
        },
      },
    });
  });

  test.each([
    ['2024-01-01', 'packageInformation'],
    ['2024-11-01', 'deliveryInformation'],
  ])('in %s does not know %s', async (version, field) => {
    const { body, status } = await execute(`${ORDER} ${details(field)} }`, byId, version);
    expect(status).toBe(200);
    expect(body).toMatchObject({ data: null, errors: [CLASSIFIED('ValidationError')] });
    expect(body.errors?.[0]?.message).toContain(field);
  });

  test.each([
    ['2024-01-01', { orderAlias: { aliasType: 'EXTERNAL_ID', aliasId: 'shop-7' } }, true],
    ['2024-01-01', { alias: { aliasType: 'EXTERNAL_ID', aliasId: 'shop-7' } }, false],
    ['2024-11-01', { alias: { aliasType: 'EXTERNAL_ID', aliasId: 'shop-7' } }, true],
    ['2024-11-01', { orderAlias: { aliasType: 'EXTERNAL_ID', aliasId: 'shop-7' } }, false],
  ])('in %s with %j: %s', async (version, orderIdentifier, found) => {
    const { body } = await execute(`${ORDER} { id } }`, { orderIdentifier }, version);
    expect(body).toMatchObject(found ? { data: { order: { id: '322-ABC1-AAAAAA' } } } : { errors: [CLASSIFIED('ValidationError')] });
  });

  test('accepts a bare order id in 2024-01-01 only', async () => {
    const query = '{ order(orderId: "322-ABC1-AAAAAA") { id } }';
    expect((await execute(query, {}, '2024-01-01')).body).toEqual({ data: { order: { id: '322-ABC1-AAAAAA' } } });
    expect((await execute(query)).body.errors?.[0]?.message).toContain('orderId');
  });

  test.each([
    ['both id and alias', { orderId: '322-ABC1-AAAAAA', alias: { aliasType: 'EXTERNAL_ID', aliasId: 'shop-7' } }, 'ValidationError'],
    ['neither', {}, 'ValidationError'],
    ['an order that does not exist', { orderId: 'constructor' }, 'ResourceNotFoundError'],
    ['an alias that does not exist', { alias: { aliasType: 'EXTERNAL_ID', aliasId: 'x' } }, 'ResourceNotFoundError'],
  ])('refuses %s', async (_, orderIdentifier, type) => {
    const { body, status } = await execute(`${ORDER} { id } }`, { orderIdentifier });
    expect(status).toBe(200);
    expect(body).toMatchObject({ data: { order: null }, errors: [{ path: ['order'], ...CLASSIFIED(type) }] });
  });

  test('returns what is in an order: shares, tracker, refunds, returns', async () => {
    const tracker = { trackingNumber: 'R1', carrierCode: 'ups' };
    emulator.orders.set(
      'o',
      buyWithPrimeOrder({
        id: 'o',
        totalPrice: { amount: 20, currencyCode: 'USD' },
        deliveries: [
          { id: 'd1', state: 'DELIVERED', lineItemIds: ['88eaa8941c-b27324fb27'] },
          { id: 'd2', state: 'CANCELLED', reason: 'UNFULFILLABLE', lineItemIds: ['6aa26b8761-0868dbc493'] },
        ],
        refunds: [{ id: 'r', state: 'SUCCESS', total: { amount: 9.5, currencyCode: 'USD' }, lineItemIds: ['6aa26b8761-0868dbc493'] }],
        returns: [{ id: 't', state: 'CREATED', packages: [{ id: 'p', state: 'IN_TRANSIT', tracker }] }],
      }),
    );
    const { body } = await execute(
      `${ORDER} {
        totalPrice { value { amount currencyCode } }
        packageInformation { summary { state } details { id packageInformationDetailsFor { orderLineItemAmounts { amount { value } lineItem { id amount { value } packageInformation { details { id } } } } } } }
        refunds { details { id state refundTotal { totalAmount { amount } } refundFor { orderLineItems { lineItem { id } } } } }
        returns { details { id state returnLineItems { returnFor { orderLineItemAmounts { lineItem { id } } } } returnPackageDetails { id state packageTracker { packageTrackerIdentifier { trackingNumber } } } } }
      } }`,
      { orderIdentifier: { orderId: 'o' } },
    );
    expect(body).toEqual({
      data: {
        order: {
          totalPrice: { value: { amount: 20, currencyCode: 'USD' } },
          packageInformation: {
            summary: { state: 'DELIVERED' },
            details: [
              {
                id: 'd1',
                packageInformationDetailsFor: {
                  orderLineItemAmounts: [
                    {
                      amount: { value: 1 },
                      lineItem: { id: '88eaa8941c-b27324fb27', amount: { value: 1 }, packageInformation: { details: [{ id: 'd1' }] } },
                    },
                  ],
                },
              },
              {
                id: 'd2',
                packageInformationDetailsFor: {
                  orderLineItemAmounts: [
                    {
                      amount: { value: 2 },
                      lineItem: { id: '6aa26b8761-0868dbc493', amount: { value: 2 }, packageInformation: { details: [{ id: 'd2' }] } },
                    },
                  ],
                },
              },
            ],
          },
          refunds: {
            details: [
              {
                id: 'r',
                state: 'SUCCESS',
                refundTotal: { totalAmount: { amount: 9.5 } },
                refundFor: { orderLineItems: [{ lineItem: { id: '6aa26b8761-0868dbc493' } }] },
              },
            ],
          },
          returns: {
            details: [
              {
                id: 't',
                state: 'CREATED',
                returnLineItems: [
                  {
                    returnFor: {
                      orderLineItemAmounts: [{ lineItem: { id: '88eaa8941c-b27324fb27' } }, { lineItem: { id: '6aa26b8761-0868dbc493' } }],
                    },
                  },
                ],
                returnPackageDetails: [
                  { id: 'p', state: 'IN_TRANSIT', packageTracker: { packageTrackerIdentifier: { trackingNumber: 'R1' } } },
                ],
              },
            ],
          },
        },
      },
    });
  });

  test.each<[unknown, string]>([
    [undefined, 'an order must have an "id"'],
    [{ lineItems: [] }, 'an order must have an "id"'],
    [{ id: 'o' }, 'an order must have "lineItems", each with an "id"'],
    [{ id: 'o', lineItems: [{}] }, 'an order must have "lineItems", each with an "id"'],
  ])('refuses the order %j when it is set', (order, message) => {
    expect(() => emulator.orders.set('o', order as never)).toThrow(message);
    expect(() => new AmazonEmulator({ orders: [order as never] })).toThrow(message);
    expect(emulator.orders.has('o')).toBe(false);
  });

  test('responds to a malformed order that was set like a fault of the server', async () => {
    emulator.orders.set('o', { id: 'o', lineItems: [{ id: 'l' }], deliveries: 7 } as never);
    const { body } = await execute(`${ORDER} { id } }`, { orderIdentifier: { orderId: 'o' } });
    expect(body).toMatchObject({ data: { order: null }, errors: [{ path: ['order'], ...CLASSIFIED('InternalServerError') }] });
  });

  test('refuses a variable of another type', async () => {
    const { body } = await execute(`${ORDER} { id } }`, { orderIdentifier: { orderId: { $ne: '' } } });
    expect(body).toMatchObject({ data: null, errors: [CLASSIFIED('ValidationError')] });
  });

  test.each([
    [['PENDING', 'DELIVERED'], 'PENDING'],
    [['IN_TRANSIT', 'DELIVERED'], 'IN_TRANSIT'],
    [['DELIVERED', 'CANCELLED'], 'DELIVERED'],
    [['CANCELLED', 'CANCELLED'], 'CANCELLED'],
  ])('summarises %j as %s', async (states, summary) => {
    emulator.orders.set('o', buyWithPrimeOrder({ id: 'o', deliveries: states.map((state, at) => ({ id: `d${at}`, state })) }));
    const { body } = await execute(`${ORDER} { packageInformation { summary { state } } } }`, { orderIdentifier: { orderId: 'o' } });
    expect(body.data).toEqual({ order: { packageInformation: { summary: { state: summary } } } });
  });
});

describe('the package tracker query', () => {
  const query =
    'query($of: PackageTrackerIdentifierInput!) { packageTracker(packageTrackerInput: { packageTrackerIdentifier: $of }) { latestMilestone { status { code message { locale } } } } }';

  test('finds a tracker by number and carrier', async () => {
    const { body } = await execute(query, { of: { trackingNumber: '1Z999AA10123456784', carrierCode: 'ups' } });
    expect(body).toEqual({
      data: { packageTracker: { latestMilestone: { status: { code: 'IN_TRANSIT', message: { locale: 'en_US' } } } } },
    });
  });

  test('does not find that of another carrier, and does not exist before 2024-11-01', async () => {
    const of = { trackingNumber: '1Z999AA10123456784', carrierCode: 'usps' };
    expect((await execute(query, { of })).body).toMatchObject({ errors: [CLASSIFIED('ResourceNotFoundError')] });
    expect((await execute(query, { of }, '2024-04-01')).body).toMatchObject({ data: null, errors: [CLASSIFIED('ValidationError')] });
  });
});

describe('event subscriptions', () => {
  const create = (eventType: string, destination: string) =>
    execute(
      `mutation { createEventSubscription(input: { eventType: "${eventType}", destination: { ${destination} } }) { subscriptionId } }`,
    );
  const oAuth = (endpoint: string) =>
    `oAuthConfig: { clientParameters: { clientId: "c", clientSecret: "s" }, authEndpoint: "${endpoint}" }`;
  const webhook = (config: string) => `webhook: { url: "https://a.example", method: POST, authConfig: { ${config} } }`;
  const both = webhook(`${oAuth('https://a.example/token')} basicAuthConfig: { username: "u", password: "p" }`);
  const insecure = webhook(oAuth('http://a.example/token'));
  const bus = (name: string, region = 'us-east-1') =>
    `eventBridge: { region: "${region}", partnerEventSource: { account: "919191919191", name: "${name}" } }`;

  test('are created, returned, listed by pages and deleted', async () => {
    for (const name of ['a', 'b', 'c']) expect((await create('DELIVERY_COMPLETED', bus(name))).body.errors).toBeUndefined();
    const ids = emulator.eventSubscriptions.map(({ subscriptionId }) => subscriptionId);
    const list = (after?: string) =>
      execute(
        'query($after: String) { eventSubscriptions(first: 2, after: $after) { edges { node { id } cursor } pageInfo { endCursor hasNextPage hasPreviousPage } totalCount } }',
        { after },
      );
    const first = (await list()).body.data as { eventSubscriptions: { pageInfo: { endCursor: string } } };
    expect(first).toMatchObject({
      eventSubscriptions: {
        edges: [{ node: { id: ids[0] }, cursor: 'MA==' }, { node: { id: ids[1] } }],
        pageInfo: { hasNextPage: true, hasPreviousPage: false },
        totalCount: 3,
      },
    });
    expect((await list(first.eventSubscriptions.pageInfo.endCursor)).body.data).toMatchObject({
      eventSubscriptions: { edges: [{ node: { id: ids[2] } }], pageInfo: { hasNextPage: false, hasPreviousPage: true } },
    });
    const show = () =>
      execute(
        `{ eventSubscription(subscriptionId: "${ids[0]}") { targetId eventSubscriptionDetails { eventType destination { __typename ... on EventBridgeData { arn } } } } }`,
      );
    expect((await show()).body.data).toEqual({
      eventSubscription: {
        targetId: 'bp-emulator',
        eventSubscriptionDetails: {
          eventType: 'DELIVERY_COMPLETED',
          destination: { __typename: 'EventBridgeData', arn: 'arn:aws:events:us-east-1::event-source/aws.partner/buywithprime/a' },
        },
      },
    });
    expect((await execute(`mutation { deleteEventSubscription(subscriptionId: "${ids[0]}") { subscriptionId } }`)).body.data).toEqual({
      deleteEventSubscription: { subscriptionId: ids[0] },
    });
    expect((await show()).body).toMatchObject({ errors: [CLASSIFIED('AccessDeniedError')] });
  });

  test.each([
    ['a type with spaces', 'DELIVERY COMPLETED', bus('x'), 'AccessDeniedError', undefined],
    ['a region that does not exist', 'DELIVERY_COMPLETED', bus('x', 'mars-1'), 'ValidationError', 'ValidationError'],
    ['no destination', 'DELIVERY_COMPLETED', '', 'ValidationError', 'ValidationError'],
    ['two destinations', 'DELIVERY_COMPLETED', `${bus('x')} webhook: { url: "https://a.example" }`, 'ValidationError', 'ValidationError'],
    ['a webhook without TLS', 'DELIVERY_COMPLETED', 'webhook: { url: "http://a.example" }', 'ValidationError', 'ValidationError'],
    ['two kinds of credentials', 'DELIVERY_COMPLETED', both, 'ValidationError', 'ValidationError'],
    ['a token endpoint without TLS', 'DELIVERY_COMPLETED', insecure, 'ValidationError', 'ValidationError'],
    ['the same subscription again', 'DELIVERY_COMPLETED', bus('taken'), 'ValidationError', 'SubscriptionAlreadyExists'],
    ['a name that is taken', 'REFUND_REQUESTED', bus('taken'), 'ValidationError', 'DestinationNameAlreadyExists'],
  ])('refuses %s', async (_, eventType, destination, type, code) => {
    await create('DELIVERY_COMPLETED', bus('taken'));
    const { body } = await create(eventType, destination);
    expect(body.errors?.[0]?.extensions.classification).toMatchObject(code ? { type, code } : { type });
    expect(body.data).toBeNull();
    expect(emulator.eventSubscriptions).toHaveLength(1);
  });

  test('none at all looks like no access, as documented', async () => {
    expect((await execute('{ eventSubscriptions(first: 1) { totalCount } }')).body).toMatchObject({
      errors: [CLASSIFIED('AccessDeniedError')],
    });
  });

  test('accepts a webhook', async () => {
    await create('DELIVERY_COMPLETED', 'webhook: { url: "https://a.example/hook", method: POST, authProfileId: "p" }');
    expect(emulator.eventSubscriptions).toMatchObject([
      { destination: { webhook: { url: 'https://a.example/hook', authProfileId: 'p' } } },
    ]);
  });
});

describe('a request to GraphQL is refused', () => {
  test.each<[string, Record<string, string>, string]>([
    ['no token', { authorization: '' }, 'AccessDeniedError'],
    ['a forged token', { authorization: 'Bearer forged' }, 'AccessDeniedError'],
    ['another scheme', { authorization: 'Basic abc' }, 'AccessDeniedError'],
    ['no target', { 'x-api-target-id': '' }, 'AccessDeniedError'],
    ["another merchant's target", { 'x-api-target-id': 'bp-other' }, 'AccessDeniedError'],
    ['no version', { 'x-api-version': '' }, 'ValidationError'],
    ['a version that does not exist', { 'x-api-version': '2023-01-01' }, 'ValidationError'],
  ])('for %s', async (_, headers, type) => {
    const { status, body } = await execute(`${ORDER} { id } }`, byId, '2024-11-01', headers);
    expect(status).toBe(200);
    expect(body).toMatchObject({ data: null, errors: [CLASSIFIED(type)] });
  });

  test('for a token that has expired', async () => {
    const authorization = `Bearer ${(await requestToken()).body['access_token']}`;
    expect((await execute(`${ORDER} { id } }`, byId, '2024-11-01', { authorization })).body.errors).toBeUndefined();
    now += 900_000;
    expect((await execute(`${ORDER} { id } }`, byId, '2024-11-01', { authorization })).body).toMatchObject({
      errors: [CLASSIFIED('AccessDeniedError')],
    });
  });

  test.each([
    ['a syntax error', '{ order('],
    ['a field that does not exist', '{ orderByAlias { id } }'],
    ['the order by id, as the 2023 mock had it', '{ order(id: "x") { id } }'],
    ['a variable that is missing', `${ORDER} { id } }`],
    ['an empty document', ''],
    ['a document of 10 MB', `{ ${'order '.repeat(1_700_000)} }`],
  ])('for %s', async (_, query) => {
    const { status, body } = await execute(query, {});
    expect(status).toBe(200);
    expect(body).toMatchObject({ data: null });
    expect(body.errors).not.toHaveLength(0);
    for (const error of body.errors ?? []) expect(error).toMatchObject(CLASSIFIED('ValidationError'));
  });

  test.each([
    ['not JSON', 'query', 'application/json'],
    ['no query', '{}', 'application/json'],
    ['a form', 'query=x', 'application/x-www-form-urlencoded'],
  ])('for %s', async (_, body, type) => {
    const response = await emulator.fetch(`${API}/graphql`, { method: 'POST', headers: { 'content-type': type }, body });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [CLASSIFIED('ValidationError')] });
  });
});

test('the schema is accepted by graphql-js', () => {
  expect(buildSchema(buyWithPrimeSchema).getQueryType()?.getFields()).toHaveProperty('order');
});
