/** Every document that a client can send, judged by graphql-js on the schema of each version. */
import { type DocumentNode, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { BuyWithPrimeClient, type EventSubscriptionDestination } from '../../src/buywithprime/index.ts';
import { collect } from './emulated.ts';
import { schemaOf } from './server.ts';

const VERSIONS = ['2024-01-01', '2024-04-01', '2024-11-01'];
const oAuthConfig = { clientParameters: { clientId: 'c', clientSecret: 's' }, authEndpoint: 'https://shop.example/token' };
const url = 'https://shop.example/hook';
const destinations: Record<string, EventSubscriptionDestination> = {
  'to EventBridge': { eventBridge: { region: 'us-east-1', partnerEventSource: { account: '919191919191', name: 'shop' } } },
  'to a webhook': { webhook: { url } },
  'to a webhook with a profile': { webhook: { url, authProfileId: 'profile-1' } },
  'to a webhook with OAuth': { webhook: { url, authConfig: { oAuthConfig } } },
};

type Call = (client: BuyWithPrimeClient) => Promise<unknown>;
const calls: Record<string, Call> = {
  'order by id': (client) => client.order('o'),
  'order by alias': (client) => client.order({ alias: { aliasId: 'a', aliasType: 'EXTERNAL_ID' } }),
  resolveDelivery: (client) => client.resolveDelivery({ orderId: 'o', deliveryId: 'd' }),
  resolveRefund: (client) => client.resolveRefund({ orderId: 'o', refundId: 'r' }),
  resolveReturn: (client) => client.resolveReturn({ orderId: 'o', returnId: 'r' }),
  packageTracker: (client) => client.packageTracker({ carrierCode: 'ups', trackingNumber: '1Z' }),
  ...Object.fromEntries(
    Object.entries(destinations).map(([name, destination]): [string, Call] => [
      `createEventSubscription ${name}`,
      (client) => client.createEventSubscription({ eventType: 'PACKAGE_DELIVERED', destination }),
    ]),
  ),
  getEventSubscription: (client) => client.getEventSubscription('s'),
  deleteEventSubscription: (client) => client.deleteEventSubscription('s'),
  eventSubscriptions: (client) => collect(client.eventSubscriptions()),
  createAuthProfile: (client) => client.createAuthProfile({ any: { field: 'x' } }),
  deleteAuthProfile: (client) => client.deleteAuthProfile('p'),
};

/** What the call would send. */
async function sentBy(call: Call, apiVersion: string): Promise<{ query: string; variables: Record<string, unknown> }> {
  let body = '';
  const fetch = async (target: string, init: RequestInit): Promise<Response> => {
    if (target.endsWith('/token')) return Response.json({ access_token: 'token', expires_in: 900 });
    body = new TextDecoder().decode(init.body as Uint8Array);
    return Response.json({}, { status: 400 });
  };
  const client = new BuyWithPrimeClient({ credentials: { clientId: 'c', clientSecret: 's' }, targetId: 'bp-1', apiVersion, fetch });
  await call(client).catch(() => undefined);
  return JSON.parse(body);
}

const variablesOf = ({ definitions }: DocumentNode): string[] =>
  definitions.flatMap((one) =>
    one.kind === 'OperationDefinition' ? (one.variableDefinitions ?? []).map(({ variable }) => variable.name.value) : [],
  );

describe.each(VERSIONS)('in %s', (apiVersion) => {
  const present = Object.entries(calls).filter(([name]) => name !== 'packageTracker' || apiVersion === '2024-11-01');

  test.each(present)('the document of %s is valid, and its variables are those that are sent', async (_, call) => {
    const { query, variables } = await sentBy(call, apiVersion);
    expect(validate(schemaOf(apiVersion), parse(query))).toEqual([]);
    expect(variablesOf(parse(query))).toEqual(expect.arrayContaining(Object.keys(variables)));
  });

  test.each(['resolveDelivery', 'resolveRefund', 'resolveReturn'])(
    '%s asks for no personal data, and for nothing that it does not need',
    async (name) => {
      const { query } = await sentBy(calls[name] as Call, apiVersion);
      expect(query).not.toMatch(/customer|address|email|phone|payment/i);
      const asked = { resolveDelivery: /deliveryInformation|packageInformation/, resolveRefund: /refunds/, resolveReturn: /returns/ };
      for (const [other, field] of Object.entries(asked)) expect(field.test(query)).toBe(other === name);
    },
  );
});

test('a version that is not known yet is asked as the newest is', async () => {
  for (const call of Object.values(calls)) expect(await sentBy(call, '2027-01-01')).toEqual(await sentBy(call, '2024-11-01'));
});

test.each([
  ['resolveRefund', '2024-01-01', '2024-04-01'],
  ['resolveRefund', '2024-04-01', '2024-01-01'],
  ['resolveReturn', '2024-11-01', '2024-04-01'],
])('that of %s in %s would fail in %s', async (name, apiVersion, other) => {
  const { query } = await sentBy(calls[name] as Call, apiVersion);
  expect(validate(schemaOf(other), parse(query))).not.toEqual([]);
});

test.each(Object.entries(destinations))('a subscription %s holds no value in its document', async (name) => {
  const { query, variables } = await sentBy(calls[`createEventSubscription ${name}`] as Call, '2024-11-01');
  expect(query).not.toMatch(/"|shop|9191|PACKAGE/);
  expect(Object.values(variables).length).toBe(variablesOf(parse(query)).length);
});
