import { afterEach, beforeEach, describe, expect, expectTypeOf, test } from 'vitest';
import type { BuyWithPrimeClient, WebhookAuthConfig } from '../../../src/buywithprime/index.ts';
import { failure, serveEmulator, shown } from '../../support/buywithprime/emulated.ts';
import { classified, json } from '../../support/buywithprime/server.ts';

let server: Awaited<ReturnType<typeof serveEmulator>>;
beforeEach(async () => {
  server = await serveEmulator();
});
afterEach(() => server.close());

const secret = 'pässword-k4711';
const basicAuthConfig = { username: 'amazon', password: secret };
const basic: WebhookAuthConfig = { basicAuthConfig };
const oAuthConfig = {
  clientParameters: { clientId: 'client-7', clientSecret: 'secret-k4711' },
  authEndpoint: 'https://shop.example/token',
  httpParameters: {
    bodyParameters: [
      { key: 'grant_type', value: 'client_credentials' },
      { key: 'scope', value: 'scope-k4711' },
    ],
    headerParameters: [{ key: 'Content-Type', value: 'application/x-www-form-urlencoded' }],
  },
};
const always = (body: unknown, status?: number) => server.faults.push((response) => json(response, body, status));

describe('an auth profile', () => {
  test('is created, updated and deleted', async () => {
    const client = server.client();
    const { authProfileId } = await client.createAuthProfile({ authConfig: basic });
    expect(server.emulator.authProfiles).toEqual([{ authProfileId, kind: 'basic', updates: 0 }]);
    expect(await client.updateAuthProfile({ authProfileId, authConfig: { oAuthConfig } })).toEqual({ authProfileId });
    expect(server.emulator.authProfiles).toEqual([{ authProfileId, kind: 'oAuth', updates: 1 }]);
    expect(await client.deleteAuthProfile(authProfileId)).toBeUndefined();
    expect(server.emulator.authProfiles).toEqual([]);
  });

  test('is sent as it was passed, with the method that the samples have', async () => {
    await server.client().createAuthProfile({ authProfileAliasId: 'my-shop', authConfig: { oAuthConfig } });
    await server.client().updateAuthProfile({ authProfileId: 'my-shop', authConfig: basic });
    expect(server.sent.map(({ variables }) => variables)).toEqual([
      { input: { authProfileAliasId: 'my-shop', authConfig: { oAuthConfig: { ...oAuthConfig, httpMethod: 'POST' } } } },
      { input: { authProfileId: 'my-shop', authConfig: basic } },
    ]);
  });

  test('has its alias as its id', async () => {
    expect(await server.client().createAuthProfile({ authProfileAliasId: 'my-shop', authConfig: basic })).toEqual({
      authProfileId: 'my-shop',
    });
    expect(await failure(() => server.client().createAuthProfile({ authProfileAliasId: 'my-shop', authConfig: basic }))).toMatchObject({
      errors: [{ type: 'ConflictError' }],
      hint: expect.stringContaining('alias'),
    });
    const error = await failure(() => server.client().createAuthProfile({ authProfileAliasId: 'my-shop', authConfig: basic }));
    expect(error.hint).not.toContain('order');
  });

  test.each(['updateAuthProfile', 'deleteAuthProfile'])('that is unknown is denied to %s, with data: null', async (method) => {
    const client = server.client();
    const call = () =>
      method === 'deleteAuthProfile'
        ? client.deleteAuthProfile('unknown')
        : client.updateAuthProfile({ authProfileId: 'unknown', authConfig: basic });
    expect(await failure(call)).toMatchObject({
      errors: [{ type: 'AccessDeniedError' }],
      data: null,
      hint: expect.stringContaining('Check the id'),
    });
  });

  test('of which a response is lost is not created twice', async () => {
    server.emulator.fail({ path: '/graphql', status: 502, handled: true });
    await failure(() => server.client().createAuthProfile({ authConfig: basic }));
    expect(server.sent).toHaveLength(1);
    expect(server.emulator.authProfiles).toHaveLength(1);
  });
});

describe('its credentials', () => {
  test.each<[string, () => unknown]>([
    [
      "Amazon's message",
      () => always({ errors: [{ ...classified('ValidationError'), message: `username amazon, password ${secret}` }], data: null }),
    ],
    ['a message that quotes JSON', () => always({ errors: [{ message: JSON.stringify({ basicAuthConfig }) }], data: null })],
    ['a code and a path', () => always({ errors: [classified('secret-k4711', 'scope-k4711', ['client-7', secret])], data: null })],
    ['a response that is not a success', () => always({ message: `no ${secret} scope-k4711`, echo: 'secret-k4711' }, 400)],
    ['a page', () => server.faults.push((response) => response.writeHead(400).end(`<pre>${secret} secret-k4711</pre>`))],
  ])('are in no error, though they are in %s', async (_, fault) => {
    for (const authConfig of [basic, { oAuthConfig }]) {
      fault();
      const error = await failure(() => server.client().createAuthProfile({ authConfig }));
      const everything = shown(error) + shown((error as { data?: unknown }).data);
      for (const value of authConfig === basic ? [secret] : ['secret-k4711', 'scope-k4711', 'client-7']) {
        expect(everything).not.toContain(value);
      }
    }
  });

  test('are in no document', async () => {
    await server.client().createAuthProfile({ authConfig: basic });
    expect(server.sent[0]?.query).not.toContain('k4711');
  });

  test('leave the rest of the message readable', async () => {
    always({ errors: [{ ...classified('ValidationError'), message: `username amazon, password ${secret}` }], data: null });
    expect(await failure(() => server.client().createAuthProfile({ authConfig: basic }))).toMatchObject({
      message: 'order: username [redacted], password [redacted]',
    });
  });

  test('that are short leave codes as they are', async () => {
    const short = { basicAuthConfig: { username: 'Error', password: 'ValidationError' } };
    always({ errors: [classified('ValidationError')], data: null });
    expect(await failure(() => server.client().createAuthProfile({ authConfig: short }))).toMatchObject({
      errors: [{ type: 'ValidationError' }],
    });
  });

  test('can be OAuth or Basic, and not both, by the types too', () => {
    expectTypeOf<{ basicAuthConfig: { username: string; password: string } }>().toExtend<WebhookAuthConfig>();
    expectTypeOf<{ oAuthConfig: typeof oAuthConfig; basicAuthConfig: typeof basicAuthConfig }>().not.toExtend<WebhookAuthConfig>();
    expectTypeOf<{ username: string; password: string }>().not.toExtend<WebhookAuthConfig>();
  });
});

describe('an input', () => {
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'expected object, got nothing'],
    ['a string', 'x', 'expected object, got string'],
    ['a list', [], 'expected object, got an array'],
    ['a circle', circle, 'unknown properties: self'],
    ['no credentials', {}, 'authConfig: expected object, got nothing'],
    ['empty credentials', { authConfig: {} }, 'authConfig: expected either "oAuthConfig" or "basicAuthConfig"'],
    ['both kinds', { authConfig: { oAuthConfig, basicAuthConfig } }, 'authConfig: expected either'],
    ['the credentials at the top', { basicAuthConfig }, 'unknown properties: basicAuthConfig'],
    [
      'an unknown key',
      { authConfig: { basicAuthConfig: { ...basicAuthConfig, realm: 'x' } } },
      'authConfig.basicAuthConfig: unknown properties: realm',
    ],
    ['an unknown kind', { authConfig: { apiKey: 'x' } }, 'authConfig: unknown properties: apiKey'],
    ['an empty alias', { authProfileAliasId: '', authConfig: basic }, 'authProfileAliasId: must not be empty'],
    ['a long alias', { authProfileAliasId: 'x'.repeat(51), authConfig: basic }, 'authProfileAliasId: must have at most 50 characters'],
    [
      'a bigint',
      { authConfig: { basicAuthConfig: { username: 1n, password: 'p' } } },
      'basicAuthConfig.username: expected string, got bigint',
    ],
    [
      'an endpoint without TLS',
      { authConfig: { oAuthConfig: { ...oAuthConfig, authEndpoint: 'http://shop.example' } } },
      'authEndpoint: expected a URL',
    ],
    ['another method', { authConfig: { oAuthConfig: { ...oAuthConfig, httpMethod: 'GET' } } }, 'httpMethod: expected POST'],
  ])('of %s is refused with its path, and nothing is sent', async (_, input, message) => {
    const error = await failure(() => server.client().createAuthProfile(input as never));
    expect(error).toMatchObject({ code: 'VALIDATION', direction: 'request', message: expect.stringContaining(message) });
    expect(shown(error)).not.toContain('k4711');
    expect(server.sent).toEqual([]);
  });

  test.each<[unknown, string]>([
    [undefined, 'expected object, got nothing'],
    ['p', 'expected object, got string'],
    [{ authConfig: basic }, 'authProfileId: expected string, got nothing'],
    [{ authProfileId: '', authConfig: basic }, 'authProfileId: must not be empty'],
    [{ authProfileId: 'p' }, 'authConfig: expected object, got nothing'],
    [{ authProfileId: 'p', authProfileAliasId: 'a', authConfig: basic }, 'unknown properties: authProfileAliasId'],
  ])('of an update, %j, is refused with its path, and nothing is sent', async (input, message) => {
    const error = await failure(() => server.client().updateAuthProfile(input as never));
    expect(error).toMatchObject({ code: 'VALIDATION', direction: 'request', message: expect.stringContaining(message) });
    expect(server.sent).toEqual([]);
  });
});

describe.each(['createAuthProfile', 'updateAuthProfile'] as const)('the response to %s', (method) => {
  const call = (client: BuyWithPrimeClient) =>
    method === 'createAuthProfile'
      ? client.createAuthProfile({ authConfig: basic })
      : client.updateAuthProfile({ authProfileId: 'p', authConfig: basic });

  test.each<[unknown]>([[null], [{}], [{ id: 'p' }], [{ authProfileId: 7 }], ['p']])('%j is refused', async (value) => {
    always({ data: { [method]: value } });
    expect(await failure(() => call(server.client()))).toMatchObject({
      code: 'VALIDATION',
      direction: 'response',
      requestId: 'request-1',
      hint: expect.stringContaining('own document'),
    });
  });
});
