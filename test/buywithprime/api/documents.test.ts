/** Every document that a client can send, checked by graphql-js on the schema of each version. */
import { type DocumentNode, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { BuyWithPrimeClient, type EventSubscriptionInput, type WebhookAuthConfig } from '../../../src/buywithprime/index.ts';
import { collect } from '../../support/buywithprime/emulated.ts';
import { schemaOf } from '../../support/buywithprime/server.ts';

const VERSIONS = ['2024-01-01', '2024-04-01', '2024-11-01'];
const oAuthConfig = {
  clientParameters: { clientId: 'client', clientSecret: 'shop-secret' },
  authEndpoint: 'https://shop.example/token',
};
const httpParameters = {
  bodyParameters: [
    { key: 'grant_type', value: 'shop_credentials' },
    { key: 'scope', value: 'shop' },
  ],
  headerParameters: [{ key: 'Content-Type', value: 'shop/form' }],
};
const basicAuthConfig = { username: 'shop', password: 'shop-password' };
const url = 'https://shop.example/hook';
const authConfigs: Record<string, WebhookAuthConfig> = {
  OAuth: { oAuthConfig },
  'OAuth with parameters': { oAuthConfig: { ...oAuthConfig, httpMethod: 'POST', httpParameters } },
  'OAuth with empty parameters': { oAuthConfig: { ...oAuthConfig, httpParameters: { bodyParameters: [] } } },
  Basic: { basicAuthConfig },
};
const destinations: Record<string, EventSubscriptionInput['destination']> = {
  'to EventBridge': { eventBridge: { region: 'us-east-1', partnerEventSource: { account: '919191919191', name: 'shop' } } },
  'to a webhook': { webhook: { url } },
  'to a webhook with a profile': { webhook: { url, authProfileId: 'shop-profile' } },
  ...Object.fromEntries(
    Object.entries(authConfigs).map(([name, authConfig]) => [`to a webhook with ${name}`, { webhook: { url, authConfig } }]),
  ),
};
const payment = { amount: { amount: 1, currencyCode: 'USD' }, paymentMethod: { type: 'AMAZON_PAY' } };
const current = { state: 'PENDING', total: undefined } as const;

type Call = (client: BuyWithPrimeClient) => Promise<unknown>;
const calls: Record<string, Call> = {
  'order by id': (client) => client.order('o'),
  'order by alias': (client) => client.order({ alias: { aliasId: 'a', aliasType: 'EXTERNAL_ID' } }),
  resolveDelivery: (client) => client.resolveDelivery({ orderId: 'o', deliveryId: 'd' }),
  resolveRefund: (client) => client.resolveRefund({ orderId: 'o', refundId: 'r' }),
  updateRefund: (client) =>
    client.updateRefund(
      { orderId: 'o', refundId: 'r' },
      { state: 'SUCCESS', payments: [payment], aliases: [{ aliasId: 'a', aliasType: 'EXTERNAL_ID' }], current },
    ),
  resolveReturn: (client) => client.resolveReturn({ orderId: 'o', returnId: 'r' }),
  packageTracker: (client) => client.packageTracker({ carrierCode: 'ups', trackingNumber: '1Z' }),
  inventoryItem: (client) => client.inventoryItem('i'),
  product: (client) => client.product({ amazonSku: { value: 'MSKU-1' } }),
  personalDataRetrievalTask: (client) => client.personalDataRetrievalTask('t'),
  personalDataDeletionTask: (client) => client.personalDataDeletionTask('t'),
  ...Object.fromEntries(
    Object.entries(destinations).map(([name, destination]): [string, Call] => [
      `createEventSubscription ${name}`,
      (client) => client.createEventSubscription({ eventType: 'PACKAGE_DELIVERED', destination }),
    ]),
  ),
  eventSubscription: (client) => client.eventSubscription('s'),
  deleteEventSubscription: (client) => client.deleteEventSubscription('s'),
  eventSubscriptions: (client) => collect(client.eventSubscriptions()),
  ...Object.fromEntries(
    Object.entries(authConfigs).map(([name, authConfig]): [string, Call] => [
      `createAuthProfile with ${name}`,
      (client) => client.createAuthProfile({ authProfileAliasId: 'shop', authConfig }),
    ]),
  ),
  updateAuthProfile: (client) => client.updateAuthProfile({ authProfileId: 'p', authConfig: { basicAuthConfig } }),
  deleteAuthProfile: (client) => client.deleteAuthProfile('p'),
};
const SINCE: Record<string, string> = { packageTracker: '2024-11-01', product: '2024-04-01' };

interface Sent {
  readonly query: string;
  readonly variables: Record<string, unknown>;
}

/** What the call would send. */
async function sentBy(call: Call, apiVersion: string, documents = {}): Promise<Sent> {
  let body = '';
  const fetch = async (target: string, init: { readonly body?: Uint8Array }): Promise<Response> => {
    if (target.endsWith('/token')) return Response.json({ access_token: 'token', expires_in: 900 });
    body ||= new TextDecoder().decode(init.body);
    return Response.json({}, { status: 400 });
  };
  const credentials = { clientId: 'c', clientSecret: 's' };
  const client = new BuyWithPrimeClient({ credentials, targetId: 'bp-1', apiVersion, fetch, documents });
  await call(client).catch(() => undefined);
  return JSON.parse(body);
}

const variablesOf = ({ definitions }: DocumentNode): string[] =>
  definitions.flatMap((one) =>
    one.kind === 'OperationDefinition' ? (one.variableDefinitions ?? []).map(({ variable }) => variable.name.value) : [],
  );

describe.each(VERSIONS)('in %s', (apiVersion) => {
  const present = Object.entries(calls).filter(([name]) => (SINCE[name] ?? '') <= apiVersion);

  test.each(present)('the document of %s is valid, and its variables are those that are sent', async (_, call) => {
    const { query, variables } = await sentBy(call, apiVersion);
    expect(validate(schemaOf(apiVersion), parse(query))).toEqual([]);
    expect(variablesOf(parse(query))).toEqual(expect.arrayContaining(Object.keys(variables)));
  });

  test.each(['order by id', 'resolveDelivery', 'resolveRefund', 'resolveReturn', 'personalDataRetrievalTask', 'personalDataDeletionTask'])(
    '%s requests no personal data',
    async (name) => {
      const { query } = await sentBy(calls[name] as Call, apiVersion);
      // Of a payment neither who is paid nor how.
      expect(query.replace('paymentDetails { state amount { amount } }', '')).not.toMatch(
        /customer|address|email|phone|payment|dataSubject/i,
      );
    },
  );

  test.each(['resolveDelivery', 'resolveRefund', 'resolveReturn'])('%s requests nothing that it does not need', async (name) => {
    const { query } = await sentBy(calls[name] as Call, apiVersion);
    const needed = { resolveDelivery: /deliveryInformation|packageInformation/, resolveRefund: /refunds/, resolveReturn: /returns/ };
    for (const [other, field] of Object.entries(needed)) expect(field.test(query)).toBe(other === name);
  });
});

test('a version that is not known yet gets the documents of the newest', async () => {
  for (const call of Object.values(calls)) expect(await sentBy(call, '2027-01-01')).toEqual(await sentBy(call, '2024-11-01'));
});

test.each([
  ['resolveRefund', '2024-01-01', '2024-04-01'],
  ['resolveRefund', '2024-04-01', '2024-01-01'],
  ['resolveReturn', '2024-11-01', '2024-04-01'],
  ['resolveReturn', '2024-04-01', '2024-01-01'],
  ['updateRefund', '2024-11-01', '2024-04-01'],
  ['updateRefund', '2024-04-01', '2024-01-01'],
  ['updateRefund', '2024-01-01', '2024-11-01'],
])('the document of %s in %s would fail in %s', async (name, apiVersion, other) => {
  const { query } = await sentBy(calls[name] as Call, apiVersion);
  expect(validate(schemaOf(other), parse(query))).not.toEqual([]);
});

test.each(VERSIONS)('in %s a return is queried by no name that only the Returns interface has', async (apiVersion) => {
  const { query } = await sentBy(calls['resolveReturn'] as Call, apiVersion);
  expect(query).not.toMatch(/expiresAt|refundTerm|returnDeliveryGroups/);
  expect(/^\s*returnFor/m.test(query)).toBe(false);
});

test.each(Object.keys(destinations))('a subscription %s has no value in its document', async (name) => {
  const { query, variables } = await sentBy(calls[`createEventSubscription ${name}`] as Call, '2024-11-01');
  expect(query).not.toMatch(/"|shop|9191|PACKAGE/);
  expect(Object.values(variables)).toHaveLength(variablesOf(parse(query)).length);
});

describe('a document of your own', () => {
  const documents: Record<string, string> = {
    order: 'query ($orderIdentifier: OrderIdentifierInput!) { order(orderIdentifier: $orderIdentifier) { id } }',
    delivery: 'query d($orderIdentifier: OrderIdentifierInput!) { order(orderIdentifier: $orderIdentifier) { id } }',
    refund: 'query r($orderIdentifier: OrderIdentifierInput!) { order(orderIdentifier: $orderIdentifier) { id } }',
    updateRefund:
      'mutation u($orderIdentifier: OrderIdentifierInput!, $input: UpdateOrderInput!) { updateOrder(orderIdentifier: $orderIdentifier, input: $input) { order { id } } }',
    return: 'query t($orderIdentifier: OrderIdentifierInput!) { order(orderIdentifier: $orderIdentifier) { id } }',
    packageTracker:
      'query ($packageTrackerInput: PackageTrackerInput!) { packageTracker(packageTrackerInput: $packageTrackerInput) { trackingUrl } }',
    inventoryItem: 'query ($inventoryItemId: String!) { inventoryItem(inventoryItemId: $inventoryItemId) { inventoryItemId } }',
    product: 'query ($identifier: ProductIdentifierInput!) { product(identifier: $identifier) { id } }',
    personalDataRetrievalTask: 'query ($taskId: String!) { personalDataRetrievalTask(taskId: $taskId) { taskId status } }',
    personalDataDeletionTask: 'query ($taskId: String!) { personalDataDeletionTask(taskId: $taskId) { taskId status } }',
    createEventSubscription:
      'mutation ($input: CreateEventSubscriptionInput!) { createEventSubscription(input: $input) { subscriptionId } }',
    eventSubscription: 'query ($subscriptionId: String!) { eventSubscription(subscriptionId: $subscriptionId) { subscriptionId } }',
    eventSubscriptions:
      'query ($first: Int, $after: String) { eventSubscriptions(first: $first, after: $after) { edges { node { id } } } }',
    deleteEventSubscription:
      'mutation ($subscriptionId: String!) { deleteEventSubscription(subscriptionId: $subscriptionId) { __typename } }',
    createAuthProfile: 'mutation ($input: CreateAuthProfileInput!) { createAuthProfile(input: $input) { authProfileId } }',
    updateAuthProfile: 'mutation ($input: UpdateAuthProfileInput!) { updateAuthProfile(input: $input) { authProfileId } }',
    deleteAuthProfile: 'mutation ($authProfileId: String!) { deleteAuthProfile(authProfileId: $authProfileId) { __typename } }',
  };
  const nameOf = (call: string): string =>
    ({ 'order by id': 'order', 'order by alias': 'order', resolveDelivery: 'delivery', resolveRefund: 'refund', resolveReturn: 'return' })[
      call
    ] ?? String(call.split(' ')[0]);

  test('can replace every one that the client sends', () => {
    expect(new Set(Object.keys(calls).map(nameOf))).toEqual(new Set(Object.keys(documents)));
  });

  test.each(Object.entries(calls))('is what %s sends, with variables that fit', async (name, call) => {
    const { query, variables } = await sentBy(call, '2024-11-01', documents);
    expect(query).toBe(documents[nameOf(name)]);
    expect(validate(schemaOf('2024-11-01'), parse(query))).toEqual([]);
    expect(variablesOf(parse(query))).toEqual(expect.arrayContaining(Object.keys(variables)));
  });

  test('for an order is what resolveDelivery sends too', async () => {
    const { order } = documents;
    expect((await sentBy(calls['resolveDelivery'] as Call, '2024-11-01', { order })).query).toBe(order);
  });

  const guide = `mutation ($eventType: String!, $url: String!) {
    createEventSubscription(input: { eventType: $eventType, destination: { webhook: { url: $url, httpMethod: "POST" } } }) { subscriptionId }
  }`;

  test('for a subscription gets the variables that it mentions, and can write the method as a string', async () => {
    const { query, variables } = await sentBy(calls['createEventSubscription to a webhook'] as Call, '2024-11-01', {
      createEventSubscription: guide,
    });
    expect({ query, variables }).toEqual({ query: guide, variables: { eventType: 'PACKAGE_DELIVERED', url } });
  });

  test.each(Object.entries(destinations))(
    'for a subscription %s gets the whole input, with the method as Amazon has it',
    async (name, destination) => {
      const { createEventSubscription } = documents;
      const { variables } = await sentBy(calls[`createEventSubscription ${name}`] as Call, '2024-11-01', { createEventSubscription });
      const expected = structuredClone(destination) as {
        webhook?: { method?: string; authConfig?: { oAuthConfig?: { httpMethod?: string } } };
      };
      if (expected.webhook) expected.webhook.method = 'POST';
      if (expected.webhook?.authConfig?.oAuthConfig) expected.webhook.authConfig.oAuthConfig.httpMethod = 'POST';
      expect(variables).toEqual({ input: { eventType: 'PACKAGE_DELIVERED', destination: expected } });
    },
  );
});
