import { afterEach, beforeEach, describe, expect, expectTypeOf, test, vi } from 'vitest';
import type { EventSubscriptionInput } from '../../../src/buywithprime/index.ts';
import { collect, failure, serveEmulator, shown } from '../../support/buywithprime/emulated.ts';
import { classified, json } from '../../support/buywithprime/server.ts';

let server: Awaited<ReturnType<typeof serveEmulator>>;
beforeEach(async () => {
  server = await serveEmulator();
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
  return server.close();
});

const bridge = (name: string, more: object = {}): EventSubscriptionInput => ({
  eventType: 'PACKAGE_DELIVERED',
  destination: { eventBridge: { region: 'us-east-1', partnerEventSource: { account: '919191919191', name } } },
  ...more,
});
const url = 'https://shop.example/hook';
const oAuthConfig = {
  clientParameters: { clientId: 'client-7', clientSecret: 'top-"secret"-k4711' },
  authEndpoint: 'https://shop.example/token',
};
const httpParameters = {
  bodyParameters: [{ key: 'grant_type', value: 'client_credentials' }],
  headerParameters: [{ key: 'Content-Type', value: 'application/x-www-form-urlencoded' }],
};
const basicAuthConfig = { username: 'amazon', password: 'pass-k4711' };
const inline = (authConfig: unknown) => bridge('n', { destination: { webhook: { url, authConfig } } });
const always = (body: unknown, status?: number) => server.faults.push((response) => json(response, body, status));

test('a secret in the URL of a webhook or of a token endpoint is in no error', async () => {
  const secret = 'hv-77-secret';
  const webhook = { url: `https://shop.example/hook?k=${secret}` };
  const behind = {
    url: `https://shop.example/${secret}`,
    authConfig: { oAuthConfig: { ...oAuthConfig, authEndpoint: `https://shop.example/t?k=${secret}` } },
  };
  for (const each of [webhook, behind, { ...webhook, authProfileId: 'p' }]) {
    const input = bridge('n', { destination: { webhook: each } });
    for (const message of [JSON.stringify(input), `cannot reach /${secret}`, `no route ${secret}`, `?k=${secret}`]) {
      always({ message, type: secret }, 400);
      expect(shown(await failure(() => server.client().createEventSubscription(input)))).not.toContain(secret);
    }
  }
  const withPassword = bridge('n', { destination: { webhook: { url: 'https://user:password-k4711@shop.example/hook' } } });
  expect(await failure(() => server.client().createEventSubscription(withPassword))).toMatchObject({
    code: 'VALIDATION',
    direction: 'request',
  });
});

describe('a subscription', () => {
  test('is created, read, listed and deleted', async () => {
    const client = server.client();
    const { subscriptionId } = await client.createEventSubscription(bridge('my-shop.events_1'));
    expect(server.emulator.eventSubscriptions).toEqual([
      {
        subscriptionId,
        eventType: 'PACKAGE_DELIVERED',
        destination: { eventBridge: { region: 'us-east-1', account: '919191919191', name: 'my-shop.events_1' } },
      },
    ]);
    expect(await client.eventSubscription(subscriptionId)).toEqual({
      subscriptionId,
      eventType: 'PACKAGE_DELIVERED',
      arn: 'arn:aws:events:us-east-1::event-source/aws.partner/buywithprime/my-shop.events_1',
      source: 'aws.partner/buywithprime/my-shop.events_1',
      targetId: 'bp-emulator',
      payload: expect.objectContaining({ subscriptionId }),
    });
    expect(await collect(client.eventSubscriptions())).toEqual([{ subscriptionId }]);
    expect(await client.deleteEventSubscription(subscriptionId)).toBeUndefined();
    expect(server.emulator.eventSubscriptions).toEqual([]);
  });

  test.each<[string, EventSubscriptionInput['destination'], object]>([
    ['signed only', { webhook: { url } }, { url }],
    ['by POST', { webhook: { url, method: 'POST' } }, { url }],
    ['with a profile', { webhook: { url, authProfileId: 'p' } }, { url, authProfileId: 'p' }],
    ['with OAuth', { webhook: { url, authConfig: { oAuthConfig } } }, { url, authConfig: 'oAuth' }],
    [
      'with OAuth and parameters',
      { webhook: { url, authConfig: { oAuthConfig: { ...oAuthConfig, httpParameters } } } },
      { url, authConfig: 'oAuth' },
    ],
    ['with Basic', { webhook: { url, authConfig: { basicAuthConfig } } }, { url, authConfig: 'basic' }],
  ])('is sent to a webhook, %s; how that is returned is not documented', async (_, destination, webhook) => {
    const client = server.client();
    const { subscriptionId } = await client.createEventSubscription({ eventType: 'REFUND_REQUESTED', destination });
    expect(server.emulator.eventSubscriptions).toMatchObject([{ eventType: 'REFUND_REQUESTED', destination: { webhook } }]);
    expect(await client.eventSubscription(subscriptionId)).toMatchObject({
      eventType: 'REFUND_REQUESTED',
      arn: undefined,
      source: undefined,
    });
  });

  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'expected object, got nothing'],
    ['null', null, 'expected object, got null'],
    ['several types', bridge('n', { eventType: ['PACKAGE_DELIVERED', 'REFUND_REQUESTED'] }), 'eventType: expected string, got an array'],
    ['types with a comma', bridge('n', { eventType: 'PACKAGE_DELIVERED, REFUND_REQUESTED' }), 'eventType: expected one type'],
    ['a type with a space', bridge('n', { eventType: 'PACKAGE_DELIVERED ' }), 'eventType: expected one type'],
    ['no destination', bridge('n', { destination: undefined }), 'destination: expected object, got nothing'],
    ['an empty destination', bridge('n', { destination: {} }), 'destination: expected either'],
    ['an unknown key', { ...bridge('n'), description: 'x' }, 'unknown properties: description'],
    ['an unknown destination', bridge('n', { destination: { sqs: {} } }), 'destination: unknown properties: sqs'],
    ['two destinations', bridge('n', { destination: { ...bridge('n').destination, webhook: { url } } }), 'destination: expected either'],
    ['a name with a space', bridge('my shop'), 'partnerEventSource.name'],
    ['a name that ends with a slash', bridge('my/'), 'partnerEventSource.name'],
    ['an empty name', bridge(''), 'partnerEventSource.name'],
    ['a name that is too long', bridge('n'.repeat(232)), 'partnerEventSource.name'],
    ['a name with a colon', bridge('my:shop'), 'partnerEventSource.name'],
    ...['1234', 919191919191, '9191-9191-9191', undefined].map((account): [string, unknown, string] => [
      `${account} for an account`,
      bridge('n', { destination: { eventBridge: { region: 'us-east-1', partnerEventSource: { account, name: 'n' } } } }),
      typeof account === 'string'
        ? 'partnerEventSource.account: expected an AWS account id'
        : 'partnerEventSource.account: expected string',
    ]),
    ...['mars-1', 'us', 'us-east', 'US-EAST-1', 'us--1', undefined].map((region): [string, unknown, string] => [
      `${region} for a region`,
      bridge('n', { destination: { eventBridge: { region, partnerEventSource: { account: '919191919191', name: 'n' } } } }),
      'eventBridge.region',
    ]),
    [
      'no source',
      bridge('n', { destination: { eventBridge: { region: 'us-east-1' } } }),
      'eventBridge.partnerEventSource: expected object',
    ],
    [
      'an unknown key of a webhook',
      bridge('n', { destination: { webhook: { url, secret: 'x-k4711' } } }),
      'destination.webhook: unknown properties: secret',
    ],
    ['another method', bridge('n', { destination: { webhook: { url, method: 'PUT' } } }), 'destination.webhook.method: expected POST'],
    ...['http://shop.example', 'shop.example', ' https://shop.example', 'https://', 'https://a b', '', 7].map(
      (bad): [string, unknown, string] => [
        `${bad} for a URL`,
        bridge('n', { destination: { webhook: { url: bad } } }),
        typeof bad === 'string' ? 'webhook.url: expected a URL that starts with https://' : 'webhook.url: expected string, got number',
      ],
    ),
    [
      'a profile beside OAuth',
      bridge('n', { destination: { webhook: { url, authProfileId: 'p', authConfig: { oAuthConfig } } } }),
      '"authProfileId" or "authConfig"',
    ],
    ['an empty profile', bridge('n', { destination: { webhook: { url, authProfileId: '' } } }), 'webhook.authProfileId'],
    ['credentials of null', inline(null), 'webhook.authConfig: expected object, got null'],
    ['no credentials', inline({}), 'webhook.authConfig: expected either "oAuthConfig" or "basicAuthConfig"'],
    ['two kinds of credentials', inline({ oAuthConfig, basicAuthConfig }), 'webhook.authConfig: expected either'],
    [
      'OAuth without a secret',
      inline({ oAuthConfig: { ...oAuthConfig, clientParameters: { clientId: 'c' } } }),
      'clientParameters.clientSecret',
    ],
    [
      'a token endpoint without TLS',
      inline({ oAuthConfig: { ...oAuthConfig, authEndpoint: 'http://shop.example' } }),
      'authConfig.oAuthConfig.authEndpoint',
    ],
    [
      'an unknown key of OAuth',
      inline({ oAuthConfig: { ...oAuthConfig, scope: 'x-k4711' } }),
      'authConfig.oAuthConfig: unknown properties: scope',
    ],
    [
      'an unknown key of the parameters',
      inline({ oAuthConfig: { ...oAuthConfig, httpParameters: { queryParameters: [] } } }),
      'oAuthConfig.httpParameters: unknown properties: queryParameters',
    ],
    [
      'an unknown key of a parameter',
      inline({ oAuthConfig: { ...oAuthConfig, httpParameters: { bodyParameters: [{ name: 'a', value: 'b' }] } } }),
      'httpParameters.bodyParameters.0.key: expected string, got nothing',
    ],
    [
      'Basic without a password',
      inline({ basicAuthConfig: { username: 'amazon' } }),
      'basicAuthConfig.password: expected string, got nothing',
    ],
  ])('of %s is refused before anything is sent', async (_, input, message) => {
    const error = await failure(() => server.client().createEventSubscription(input as never));
    expect(error).toMatchObject({ code: 'VALIDATION', direction: 'request', message: expect.stringContaining(message) });
    expect(shown(error)).not.toMatch(/my shop|k4711|9191|pass-/);
    expect(server.sent).toEqual([]);
  });

  test.each(['us-east-1', 'us-gov-west-1', 'ap-northeast-3', 'ca-central-1', 'cn-north-1', 'eu-south-2', 'sa-east-1', 'af-south-1'])(
    'can go to %s',
    async (region) => {
      await server
        .client()
        .createEventSubscription(
          bridge('n', { destination: { eventBridge: { region, partnerEventSource: { account: '919191919191', name: 'n/m' } } } }),
        );
      expect(server.emulator.eventSubscriptions).toHaveLength(1);
    },
  );

  test.each<[string, EventSubscriptionInput, string]>([
    ['SubscriptionAlreadyExists', bridge('n'), 'response was lost'],
    ['DestinationNameAlreadyExists', bridge('n', { eventType: 'REFUND_REQUESTED' }), 'globally unique'],
  ])('that is refused with %s says what to do', async (errorCode, input, hint) => {
    await server.client().createEventSubscription(bridge('n'));
    expect(await failure(() => server.client().createEventSubscription(input))).toMatchObject({
      code: 'GRAPHQL',
      retryable: false,
      errors: [{ type: 'ValidationError', errorCode }],
      hint: expect.stringContaining(hint),
    });
  });

  test('of a type that Amazon does not know is denied, and the hint says so', async () => {
    for (const eventType of ['package_delivered', 'PACKAGE_DELIVERD', 'constructor']) {
      const error = await failure(() => server.client().createEventSubscription(bridge('n', { eventType })));
      expect(error).toMatchObject({ errors: [{ type: 'AccessDeniedError' }], hint: expect.stringContaining('"eventType" must be') });
    }
  });

  test('whose response is lost is not created twice, and the second call says so', async () => {
    server.emulator.fail({ path: '/graphql', status: 502, handled: true });
    expect(await failure(() => server.client().createEventSubscription(bridge('n')))).toMatchObject({
      code: 'API',
      status: 502,
      attempts: 1,
    });
    expect(server.sent).toHaveLength(1);
    expect(server.emulator.eventSubscriptions).toHaveLength(1);
    expect(await failure(() => server.client().createEventSubscription(bridge('n')))).toMatchObject({
      errors: [{ errorCode: 'SubscriptionAlreadyExists' }],
      hint: expect.stringContaining('response was lost'),
    });
  });

  test.each<[string, unknown]>([
    ['nothing', null],
    ['no id', {}],
    ['a number', { subscriptionId: 7 }],
    ['a text', 'x'],
  ])('with %s as a response has another shape', async (_, value) => {
    always({ data: { createEventSubscription: value } });
    expect(await failure(() => server.client().createEventSubscription(bridge('n')))).toMatchObject({
      code: 'VALIDATION',
      direction: 'response',
    });
  });

  test('has one type of event, by the types too', () => {
    expectTypeOf<{ eventType: string[] }>().not.toExtend<Pick<EventSubscriptionInput, 'eventType'>>();
    // @ts-expect-error Two destinations.
    const both: EventSubscriptionInput['destination'] = {
      eventBridge: { region: '', partnerEventSource: { account: '', name: '' } },
      webhook: { url },
    };
    expect(both).toBeDefined();
  });
});

describe('a document of your own', () => {
  const documentOf = (variables: string, destination: string) =>
    `mutation (${variables}) { createEventSubscription(input: { eventType: $eventType, destination: ${destination} }) { subscriptionId } }`;
  const fixed = documentOf('$eventType: String!', `{ webhook: { url: "${url}/fixed" } }`);
  const short = documentOf('$eventType: String!, $url: String!', '{ webhook: { url: $url } }');
  const oAuth = documentOf(
    '$eventType: String!, $url: String!, $clientId: String, $authEndpoint: String',
    '{ webhook: { url: $url, authConfig: { oAuthConfig: { clientParameters: { clientId: $clientId }, authEndpoint: $authEndpoint } } } }',
  );
  const withParameters = { oAuthConfig: { ...oAuthConfig, httpParameters } };

  test.each<[string, string, EventSubscriptionInput['destination'], string]>([
    ['a fixed URL', fixed, { webhook: { url } }, '$url'],
    ['a fixed URL, with credentials', fixed, { webhook: { url, authConfig: { basicAuthConfig } } }, '$url'],
    ['only a URL, with a profile', short, { webhook: { url, authProfileId: 'p' } }, '$authProfileId'],
    ['only a URL, with OAuth', short, { webhook: { url, authConfig: { oAuthConfig } } }, '$clientId'],
    ['only a URL, with Basic', short, { webhook: { url, authConfig: { basicAuthConfig } } }, '$username'],
    ['OAuth without the secret', oAuth, { webhook: { url, authConfig: { oAuthConfig } } }, '$clientSecret'],
    [
      'OAuth without the parameters',
      oAuth.replace('$clientId:', '$clientSecret: String, $clientId:'),
      { webhook: { url, authConfig: withParameters } },
      '$bodyParametersKey0',
    ],
    ['a webhook, for EventBridge', short, bridge('n').destination, '$region'],
  ])('is refused if it leaves out a value, and nothing is sent: %s', async (_, createEventSubscription, destination, variable) => {
    const client = server.client({ documents: { createEventSubscription } });
    const error = await failure(() => client.createEventSubscription({ eventType: 'REFUND_REQUESTED', destination }));
    expect(error).toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringContaining(`"documents.createEventSubscription" does not use ${variable}`),
      hint: expect.stringContaining('$input'),
    });
    expect(server.sent).toEqual([]);
  });

  test('is sent if it uses all of them', async () => {
    const client = server.client({ documents: { createEventSubscription: short } });
    await client.createEventSubscription({ eventType: 'REFUND_REQUESTED', destination: { webhook: { url } } });
    expect(server.emulator.eventSubscriptions).toMatchObject([{ destination: { webhook: { url } } }]);
  });

  test.each(['method: "POST"', 'httpMethod: "POST"'])("can be Amazon's guide, which has %s", async (method) => {
    const createEventSubscription = short.replace('url: $url', `url: $url, ${method}`);
    const client = server.client({ documents: { createEventSubscription } });
    await client.createEventSubscription({ eventType: 'REFUND_REQUESTED', destination: { webhook: { url } } });
    expect(server.emulator.eventSubscriptions).toHaveLength(1);
  });
});

describe('the secret of OAuth', () => {
  const { clientSecret } = oAuthConfig.clientParameters;
  const create = () =>
    server
      .client()
      .createEventSubscription({ eventType: 'REFUND_REQUESTED', destination: { webhook: { url, authConfig: { oAuthConfig } } } });
  const escaped = JSON.stringify(clientSecret);

  test.each<[string, () => unknown]>([
    ["Amazon's message", () => always({ errors: [{ ...classified('ValidationError'), message: `bad: ${clientSecret}` }], data: null })],
    [
      'a message that quotes JSON',
      () => always({ errors: [{ ...classified('ValidationError'), message: `bad: {"clientSecret": ${escaped}}` }] }),
    ],
    ['a code', () => always({ errors: [classified('ValidationError', clientSecret, [clientSecret])], data: null })],
    ['a response that is not a success', () => always({ message: `no ${clientSecret}`, echo: clientSecret }, 400)],
    ['a page', () => server.faults.push((response) => response.writeHead(400).end(`<pre>${clientSecret}</pre>`))],
    [
      'JSON that escapes it',
      () => server.faults.push((response) => response.end(`{"errors":[{"message":${escaped.replace('t', '\\u0074')}}],"data":null}`)),
    ],
  ])('is in no error, though it is in %s', async (_, fault) => {
    fault();
    const error = await failure(create);
    const everything = shown(error) + shown((error as { data?: unknown }).data);
    expect(everything).not.toContain('k4711');
    expect(everything).not.toContain(clientSecret);
  });

  test('is a variable, and never in the document', async () => {
    await create();
    expect(server.sent[0]?.query).not.toContain('k4711');
    expect(server.sent[0]?.variables).toMatchObject({ clientSecret });
  });
});

describe('reading and deleting', () => {
  test.each([
    ['eventSubscription', 'subscriptionId'],
    ['deleteEventSubscription', 'subscriptionId'],
    ['deleteAuthProfile', 'authProfileId'],
  ] as const)('%s refuses what cannot be an id, and sends nothing', async (name, path) => {
    for (const bad of ['', 'x'.repeat(51), undefined, 7, {}]) {
      expect(await failure(() => server.client()[name](bad as never))).toMatchObject({
        code: 'VALIDATION',
        direction: 'request',
        issues: [{ path: [path] }],
      });
    }
    expect(server.sent).toEqual([]);
  });

  test.each(['eventSubscription', 'deleteEventSubscription', 'deleteAuthProfile'] as const)(
    '%s of an unknown id is denied, and says so',
    async (name) => {
      expect(await failure(() => server.client()[name]('unknown'))).toMatchObject({
        errors: [{ type: 'AccessDeniedError' }],
        hint: expect.stringContaining('Check the id'),
      });
    },
  );

  test('a deletion that may have happened is not retried', async () => {
    const { subscriptionId } = await server.client().createEventSubscription(bridge('n'));
    server.faults.push((response) => response.destroy());
    expect(await failure(() => server.client().deleteEventSubscription(subscriptionId))).toMatchObject({
      code: 'CONNECTION',
      attempts: 1,
      hint: expect.stringContaining('may have arrived'),
    });
    expect(server.sent).toHaveLength(2);
  });

  test.each(['eventSubscription', 'deleteEventSubscription', 'deleteAuthProfile'] as const)(
    '%s refuses the response null',
    async (name) => {
      always({ data: { eventSubscription: null, deleteEventSubscription: null, deleteAuthProfile: null } });
      expect(await failure(() => server.client()[name]('id'))).toMatchObject({ code: 'VALIDATION', direction: 'response' });
    },
  );
});

describe('the list', () => {
  const fill = async (count: number) => {
    const ids: string[] = [];
    for (let at = 0; at < count; at += 1) ids.push((await server.client().createEventSubscription(bridge(`n${at}`))).subscriptionId);
    server.sent.length = 0;
    return ids;
  };

  test.each([
    [1, 7],
    [3, 3],
    [7, 1],
    [8, 1],
    [1_000, 1],
  ])('comes by pages of %i in %i requests', async (pageSize, requests) => {
    const ids = await fill(7);
    expect(await collect(server.client().eventSubscriptions({ pageSize }))).toEqual(ids.map((subscriptionId) => ({ subscriptionId })));
    expect(server.sent).toHaveLength(requests);
    expect(server.sent[0]?.variables).toEqual({ first: pageSize });
  });

  test('is read as far as it is wanted, page by page', async () => {
    await fill(6);
    const list = server.client().eventSubscriptions({ pageSize: 2 });
    expect(server.sent).toHaveLength(0);
    let seen = 0;
    for await (const _ of list) {
      seen += 1;
      expect(server.sent).toHaveLength(Math.ceil(seen / 2));
      if (seen === 3) break;
    }
    expect(server.sent).toHaveLength(2);
  });

  test('that is empty is denied, and the hint says so', async () => {
    expect(await failure(() => collect(server.client().eventSubscriptions()))).toMatchObject({
      errors: [{ type: 'AccessDeniedError' }],
      hint: expect.stringContaining('no subscriptions at all'),
    });
  });

  const page = (endCursor: unknown, hasNextPage: unknown = true, edges: unknown = [{ node: { id: 's' } }]) => ({
    data: { eventSubscriptions: { edges, pageInfo: { endCursor, hasNextPage } } },
  });

  test.each<[string, unknown[], number]>([
    ['stands still', ['a', 'a'], 2],
    ['repeats after a while', ['a', 'b', 'c', 'a'], 4],
    ['is null', [null], 1],
    ['is empty', [''], 1],
    ['is missing', [undefined], 1],
  ])('whose cursor %s ends with an error', async (_, cursors, requests) => {
    for (const cursor of cursors) always(page(cursor));
    const seen: unknown[] = [];
    const error = await failure(async () => {
      for await (const one of server.client().eventSubscriptions()) seen.push(one);
    });
    expect(error).toMatchObject({
      code: 'VALIDATION',
      direction: 'response',
      issues: [{ path: ['eventSubscriptions', 'pageInfo', 'endCursor'] }],
    });
    expect(seen).toHaveLength(requests);
    expect(server.sent).toHaveLength(requests);
  });

  test('ends if there is no next page, whatever its cursor, and skips nothing', async () => {
    always(page('a', true, null));
    always(page('b', true, [null, { node: null }, { node: { id: 's1' } }, {}]));
    always(page('a', false));
    expect(await collect(server.client().eventSubscriptions())).toEqual([{ subscriptionId: 's1' }, { subscriptionId: 's' }]);
    expect(server.sent.map(({ variables }) => variables['after'])).toEqual([undefined, 'a', 'b']);
  });

  test.each<[unknown]>([[null], ['x'], [{ edges: {} }], [{ edges: [{ node: { id: 7 } }] }], [{ pageInfo: { endCursor: 7 } }]])(
    'refuses a page of %j',
    async (eventSubscriptions) => {
      always({ data: { eventSubscriptions } });
      expect(await failure(() => collect(server.client().eventSubscriptions()))).toMatchObject({
        code: 'VALIDATION',
        direction: 'response',
      });
    },
  );

  test.each([0, -1, 1_001, 1.5, Number.NaN, '50', null])('refuses pages of %j', async (pageSize) => {
    expect(await failure(() => server.client().eventSubscriptions({ pageSize } as never))).toMatchObject({ code: 'CONFIGURATION' });
  });

  test.each([null, 'text', 7])('refuses %j for its options', async (options) => {
    expect(await failure(() => server.client().eventSubscriptions(options as never))).toMatchObject({ code: 'CONFIGURATION' });
  });

  test('ends when its signal aborts', async () => {
    await fill(2);
    const controller = new AbortController();
    const reason = new Error('enough');
    const seen: unknown[] = [];
    const reading = (async () => {
      for await (const one of server.client().eventSubscriptions({ pageSize: 1, signal: controller.signal })) {
        seen.push(one);
        controller.abort(reason);
      }
    })();
    await expect(reading).rejects.toBe(reason);
    expect(seen).toHaveLength(1);
  });
});
