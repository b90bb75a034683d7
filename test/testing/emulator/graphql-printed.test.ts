/** What Amazon's pages print: each document is executed by the emulator, each response is read by the client. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buyWithPrimeOrder } from '../../../src/testing/index.ts';
import { failure, serveEmulator } from '../../support/buywithprime/emulated.ts';
import { json } from '../../support/buywithprime/server.ts';

const orderId = '322-ABC1-AAAAAA';
let server: Awaited<ReturnType<typeof serveEmulator>>;
beforeAll(async () => {
  server = await serveEmulator();
});
afterAll(() => server.close());
beforeEach(() => {
  server.emulator.reset();
  server.faults.length = 0;
  server.emulator.orders.set(
    orderId,
    buyWithPrimeOrder({
      aliases: [{ aliasType: 'EXTERNAL_ID', aliasId: 'shop-7' }],
      refunds: [{ id: 'refund-1', state: 'PENDING', total: { amount: 20, currencyCode: 'USD' } }],
      returns: [{ id: 'return-1', state: 'CREATED', packages: [{ id: 'p', state: 'IN_TRANSIT' }] }],
    }),
  );
  server.emulator.inventory.set('item-1', { amazonSku: 'MSKU-1', buyableQuantity: 7, product: { sku: 'SKU-1', buyability: 'BUYABLE' } });
});

const authConfig = `authConfig: { oAuthConfig: {
  clientParameters: { clientId: "client" clientSecret: "secret" } authEndpoint: "https://shop.example/token" httpMethod: POST
  httpParameters: {
    bodyParameters: [{ key: "grant_type" value: "client_credentials" } { key: "scope" value: "events" }]
    headerParameters: [{ key: "Content-Type" value: "application/x-www-form-urlencoded" }]
  }
} }`;
const refunds = (more: string) => `refunds: { details: [{ id: "refund-1" state: PARTIAL ${more}
  refundTotal: { totalAmount: { amount: 5 currencyCode: "USD" } }
  paymentDetails: [{ id: "payment-1" amount: { amount: 5 currencyCode: "USD" } paymentMethod: { displayString: "Amazon Pay" type: AMAZON_PAY } state: SUCCESS }]
}] }`;
const ORDER_RETURNS = `{ order(orderIdentifier: { orderId: "${orderId}" }) { returns { details {
  id createdAt updatedAt aliases { aliasId aliasType } state
  returnLineItems { id returnFor { orderLineItemAmounts { amount { value } lineItem { id amount { value } } } } }
  returnPackageDetails { id state reason returnPackageFor { orderLineItemAmounts { lineItem { id } amount { value } } } packageTracker { trackingUrl } }
} } } }`;
const refundQuery = (share: string) => `{ order(orderIdentifier: { orderId: "${orderId}" }) { refunds { details {
  id state aliases { aliasType aliasId } createdAt updatedAt refundTotal { totalAmount { currencyCode amount } }
  refundFor { orderLineItems { lineItem { id } ${share} } }
  paymentDetails { id amount { currencyCode amount } paymentMethod { displayString type } state }
} } } }`;

/** Page, versions, document and what must be in the data. */
const DOCUMENTS: readonly (readonly [page: string, versions: string, document: string, data: object])[] = [
  [
    'D/create-and-delete-event-subscriptions, EventBridge',
    '01 04 11',
    `mutation { createEventSubscription(input: {
      destination: { eventBridge: { region: "us-east-1", partnerEventSource: { account: "919191919191", name: "BuyWithPrimeEventSource" } } }
      eventType: "DELIVERY_COMPLETED" }) { subscriptionId } }`,
    { createEventSubscription: { subscriptionId: expect.any(String) } },
  ],
  [
    'D/events-mutations-createeventsubscription, webhook with a profile',
    '01 04 11',
    'mutation { createEventSubscription(input: { destination: { webhook: { url: "https://shop.example/hook", method: POST, authProfileId: "p" } } eventType: "PACKAGE_DELIVERED" }) { subscriptionId } }',
    { createEventSubscription: { subscriptionId: expect.any(String) } },
  ],
  ...['method: "POST"', 'httpMethod: "POST"'].map(
    (method) =>
      [
        `D/create-and-delete-event-subscriptions, webhook with ${method}`,
        '01 04 11',
        `mutation { createEventSubscription(input: { destination: { webhook: { url: "https://shop.example/hook", ${method} } } eventType: "PACKAGE_DELIVERED" }) { subscriptionId } }`,
        { createEventSubscription: { subscriptionId: expect.any(String) } },
      ] as const,
  ),
  [
    'D/create-and-delete-event-subscriptions, inline credentials',
    '01 04 11',
    `mutation { createEventSubscription(input: { destination: { webhook: { url: "https://shop.example/hook" ${authConfig} } } eventType: "PACKAGE_DELIVERED" }) { subscriptionId } }`,
    { createEventSubscription: { subscriptionId: expect.any(String) } },
  ],
  [
    'D/events-mutations-createauthprofile, OAuth',
    '01 04 11',
    `mutation { createAuthProfile(input: { authProfileAliasId: "my-profile" ${authConfig} }) { authProfileId } }`,
    { createAuthProfile: { authProfileId: 'my-profile' } },
  ],
  [
    'D/events-mutations-createauthprofile, Basic',
    '01 04 11',
    'mutation { createAuthProfile(input: { authConfig: { basicAuthConfig: { username: "amazon" password: "secret" } } }) { authProfileId } }',
    { createAuthProfile: { authProfileId: expect.any(String) } },
  ],
  [
    'V1/order-queries-order, by id',
    '01 04 11',
    'query order($orderIdentifier: OrderIdentifierInput!) { order(orderIdentifier: $orderIdentifier) { id lineItems { id createdAt } } }',
    { order: { id: orderId } },
  ],
  ['V1/order-queries-order, the deprecated id', '01', `{ order(orderId: "${orderId}") { id } }`, { order: { id: orderId } }],
  [
    'V1/order-queries-order, by alias',
    '01',
    '{ order(orderIdentifier: { orderAlias: { aliasType: "EXTERNAL_ID", aliasId: "shop-7" } }) { id } }',
    { order: { id: orderId } },
  ],
  [
    'D/order-queries-order, by alias',
    '04 11',
    '{ order(orderIdentifier: { alias: { aliasType: "EXTERNAL_ID", aliasId: "shop-7" } }) { id } }',
    { order: { id: orderId } },
  ],
  [
    'V1/change-the-state-of-an-order-delivery-in-the-sandbox',
    '01 04',
    `{ order(orderIdentifier: { orderId: "${orderId}" }) { id lineItems { id deliveryInformation { details { id state reason deliveryInformationDetailsFor { orderLineItems { lineItem { id } } } } } } } }`,
    { order: { lineItems: [{ deliveryInformation: { details: [{ state: 'IN_TRANSIT' }] } }, {}] } },
  ],
  [
    'D/order-queries-order, returns',
    '11',
    ORDER_RETURNS,
    { order: { returns: { details: [{ id: 'return-1', returnLineItems: [{ id: 'return-1' }] }] } } },
  ],
  ['V1/get-refund-details', '01', refundQuery('refundedQuantity { amount }'), { order: { refunds: { details: [{ state: 'PENDING' }] } } }],
  ['D/get-refund-details', '04 11', refundQuery('amount { unit value }'), { order: { refunds: { details: [{ state: 'PENDING' }] } } }],
  [
    'V1/order-mutations-updateorder',
    '01',
    `mutation { updateOrder(input: { orderId: "${orderId}" ${refunds('')} }) { id } }`,
    { updateOrder: { id: orderId } },
  ],
  [
    'V4/order-mutations-updateorder',
    '04',
    `mutation { updateOrder(input: { orderId: "${orderId}" ${refunds('refundFor: { orderLineItems: [{ lineItemId: { lineItemId: "88eaa8941c-b27324fb27" } refundedQuantity: { amount: 1 } }] }')} }) { order { id refunds { details { id state } } } } }`,
    { updateOrder: { order: { id: orderId, refunds: { details: [{ id: 'refund-1', state: 'PARTIAL' }] } } } },
  ],
  [
    'D/order-mutations-updateorder',
    '11',
    `mutation { updateOrder(orderIdentifier: { orderId: "${orderId}" }, input: { ${refunds('refundStatusReason: OTHERS')} }) { order { id } } }`,
    { updateOrder: { order: { id: orderId } } },
  ],
  [
    'D/add-an-external-refund',
    '11',
    `mutation { updateOrder(orderIdentifier: { orderId: "${orderId}" }, input: { refunds: { details: [{
      aliases: [{ aliasType: "EXTERNAL_REFUND_ID" aliasId: "shop-9" }] state: SUCCESS refundRequestReason: OTHERS refundTotal: { totalAmount: { amount: 3 currencyCode: "USD" } }
    }] } }) { order { refunds { details { aliases { aliasId } state refundRequestReason } } } } }`,
    {
      updateOrder: {
        order: { refunds: { details: [{}, { aliases: [{ aliasId: 'shop-9' }], state: 'SUCCESS', refundRequestReason: 'OTHERS' }] } },
      },
    },
  ],
  [
    'D/update-a-buy-with-prime-order',
    '01 04 11',
    `{ order(orderIdentifier: { orderId: "${orderId}" }) { totalPrice { value { amount currencyCode } } taxes { summary { collectableTaxAmount { amount currencyCode } } } } }`,
    { order: { totalPrice: null, taxes: null } },
  ],
  [
    'D/tracking-queries-packagetracker',
    '11',
    `{ packageTracker(packageTrackerInput: { packageTrackerIdentifier: { trackingNumber: "1Z999AA10123456784", carrierCode: "ups" } }) {
      packageTrackerIdentifier { trackingNumber carrierCode } estimatedDeliveryDate { earliest latest }
      latestMilestone { status { code message { locale value } } address { locality region country } occurredAt }
      milestones { status { code message { locale value } } address { locality region country } occurredAt } trackingUrl } }`,
    { packageTracker: { latestMilestone: { status: { code: 'IN_TRANSIT' } } } },
  ],
  [
    'V1/catalog-queries-inventoryitem',
    '01 04 11',
    '{ inventoryItem(inventoryItemId: "item-1") { inventoryItemId buyableQuantity { unit amount } } }',
    { inventoryItem: { inventoryItemId: 'item-1', buyableQuantity: { unit: 'UNIT', amount: 7 } } },
  ],
  [
    'D/catalog-queries-product',
    '04 11',
    '{ product(identifier: { sku: "SKU-1" }) { id externalId { value } sku { value } amazonSku { value marketplaceId } advertisedPrice { currentPrice { amount currencyCode } } offerPrime productDetailPageUrl inventoryItem { inventoryItemId } buyability { status } } }',
    { product: { sku: { value: 'SKU-1' }, amazonSku: { value: 'MSKU-1' }, buyability: { status: 'BUYABLE' } } },
  ],
];

const VERSIONS = { '01': '2024-01-01', '04': '2024-04-01', '11': '2024-11-01' } as const;
const cases = DOCUMENTS.flatMap(([page, versions, document, data]) =>
  Object.entries(VERSIONS).map(([short, version]) => [page, version, versions.includes(short), document, data] as const),
);
const needsVariable = (document: string) => (document.includes('$orderIdentifier') ? { orderIdentifier: { orderId } } : {});

describe('a document that a page prints', () => {
  test.each(cases.filter(([, , isThere]) => isThere))('%s: is executed in %s', async (_, apiVersion, __, document, data) => {
    expect(await server.client({ apiVersion }).execute(document, needsVariable(document))).toMatchObject(data);
  });

  test.each(cases.filter(([, , isThere]) => !isThere))(
    '%s: is refused in %s, which does not document it',
    async (_, apiVersion, __, document) => {
      const error = await failure(() => server.client({ apiVersion }).execute(document, needsVariable(document)));
      expect(error).toMatchObject({ code: 'GRAPHQL', data: null });
      if (error.code === 'GRAPHQL') expect(new Set(error.errors.map(({ type }) => type))).toEqual(new Set(['ValidationError']));
    },
  );

  test.each([
    ['another method', 'webhook: { url: "https://shop.example/hook", method: "PUT" }'],
    ['both names', 'webhook: { url: "https://shop.example/hook", method: POST, httpMethod: "POST" }'],
    ['an enum by the other name', 'webhook: { url: "https://shop.example/hook", httpMethod: POST }'],
    [
      'another string for an enum',
      `webhook: { url: "https://shop.example/hook" ${authConfig.replace('httpMethod: POST', 'httpMethod: "POST"')} }`,
    ],
  ])('is no reason to accept what none prints: %s', async (_, destination) => {
    const document = `mutation { createEventSubscription(input: { destination: { ${destination} } eventType: "PACKAGE_DELIVERED" }) { subscriptionId } }`;
    expect(await failure(() => server.client().execute(document))).toMatchObject({ errors: [{ type: 'ValidationError' }] });
    expect(server.emulator.eventSubscriptions).toEqual([]);
  });

  test('can read what it has created, list it and delete it', async () => {
    const client = server.client();
    const partnerEventSource = { account: '919191919191', name: 'example-event-source' };
    const { subscriptionId } = await client.createEventSubscription({
      eventType: 'DELIVERY_COMPLETED',
      destination: { eventBridge: { region: 'us-east-1', partnerEventSource } },
    });
    const read = `{ eventSubscription(subscriptionId: "${subscriptionId}") { subscriptionId targetId
      eventSubscriptionDetails { eventType destination { __typename ... on EventBridgeData { arn } } } } }`;
    const arn = 'arn:aws:events:us-east-1::event-source/aws.partner/buywithprime/example-event-source';
    expect(await client.execute(read)).toMatchObject({
      eventSubscription: { eventSubscriptionDetails: { destination: { __typename: 'EventBridgeData', arn } } },
    });
    const page = 'edges { node { id } cursor } pageInfo { startCursor endCursor hasPreviousPage hasNextPage } totalCount';
    expect(await client.execute(`{ eventSubscriptions(first: 50) { ${page} } }`)).toMatchObject({
      eventSubscriptions: { edges: [{ node: { id: subscriptionId }, cursor: 'MA==' }], totalCount: 1 },
    });
    expect(await client.execute(`{ eventSubscriptions(first: 50, after: "MA==") { ${page} } }`)).toMatchObject({
      eventSubscriptions: { edges: [], pageInfo: { hasPreviousPage: true, hasNextPage: false } },
    });
    const remove = `mutation { deleteEventSubscription(subscriptionId: "${subscriptionId}") { subscriptionId } }`;
    expect(await client.execute(remove)).toEqual({ deleteEventSubscription: { subscriptionId } });
  });
});

describe('a response that a page prints is read as printed', () => {
  const denied = {
    message: 'You do not have sufficient access to perform this action.',
    locations: [{ line: 2, column: 3 }],
    path: ['eventSubscriptions'],
    extensions: { classification: { type: 'AccessDeniedError', errorType: 'AccessDeniedException', errorCode: 403 } },
  };
  const sku = {
    message: 'The buyable quantity cannot be determined because this item is not associated with an MSKU.',
    path: ['inventoryItem'],
    extensions: { classification: { type: 'ValidationError', code: 'MissingAmazonSkuConfiguration' } },
  };
  const region = {
    message:
      'Input request is not valid, the following issues were encountered: [/createEventSubscription/input/destination/eventBridge/region must match "^(us(-gov)?|ap|ca|cn|eu|sa|af)-(central|(north|south)?(east|west)?)-[0-9]$"]',
    path: ['createEventSubscription'],
    extensions: {
      classification: { type: 'ValidationError', code: 'ValidationError', details: {}, errorType: 'ValidationException', errorCode: 400 },
    },
  };
  const mock = {
    path: ['order'],
    data: null,
    errorType: 'MappingTemplate',
    errorInfo: null,
    locations: [{ line: 2, column: 3, sourceName: null }],
    message: 'Order not found',
  };

  test.each<[string, object, object]>([
    [
      'no subscriptions at all',
      { errors: [denied], data: { eventSubscriptions: null } },
      { errors: [{ type: 'AccessDeniedError', path: ['eventSubscriptions'] }], data: { eventSubscriptions: null } },
    ],
    [
      'a profile that is unknown',
      { errors: [{ ...denied, path: ['deleteAuthProfile'] }], data: null },
      { errors: [{ type: 'AccessDeniedError', message: denied.message }], data: null },
    ],
    [
      'an item without an MSKU',
      { errors: [sku], data: { inventoryItem: { inventoryItemId: 'i', buyableQuantity: null } } },
      {
        errors: [{ errorCode: 'MissingAmazonSkuConfiguration' }],
        data: { inventoryItem: { inventoryItemId: 'i', buyableQuantity: null } },
      },
    ],
    [
      'a region that is not served',
      { errors: [region], data: null },
      { errors: [{ type: 'ValidationError', errorCode: 'ValidationError', message: region.message }], data: null },
    ],
    ['the 2023 mock', { errors: [mock], data: { order: null } }, { errors: [{ type: 'MappingTemplate', message: 'Order not found' }] }],
  ])('%s', async (_, body, expected) => {
    for (const __ of [1, 2]) server.faults.push((response) => json(response, body));
    expect(await failure(() => server.client().execute('{ __typename }'))).toMatchObject({ code: 'GRAPHQL', ...expected });
  });

  test.each<[string, string, object]>([
    ['a region that is not served', 'mars-1', region],
    ['a subscription scope that is missing, or a type that does not exist', 'us-east-1', { ...denied, path: ['createEventSubscription'] }],
  ])('and the emulator responds like that: %s', async (_, name, expected) => {
    const document = `mutation { createEventSubscription(input: { destination: { eventBridge: { region: "${name}", partnerEventSource: { account: "919191919191", name: "x" } } } eventType: "${name === 'mars-1' ? 'PACKAGE_DELIVERED' : 'NO SUCH TYPE'}" }) { subscriptionId } }`;
    const { clientId, clientSecret, targetId } = server.emulator.credentials.buyWithPrime;
    const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret });
    const token = await server.emulator.fetch('http://localhost/token', { method: 'POST', body: form });
    const { access_token } = (await token.json()) as { access_token: string };
    const response = await server.emulator.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${access_token}`,
        'content-type': 'application/json',
        'x-api-target-id': targetId,
        'x-api-version': '2024-11-01',
      },
      body: JSON.stringify({ query: document }),
    });
    const { message, path, extensions } = expected as typeof denied;
    expect(await response.json()).toEqual({ errors: [{ message, path, extensions, locations: expect.any(Array) }], data: null });
  });
});
