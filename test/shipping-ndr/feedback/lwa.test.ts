import { describe, expect, test, vi } from 'vitest';
import {
  type AccessToken,
  type ApiError,
  NdrFeedbackClient,
  type NdrFeedbackClientOptions,
  type TokenStore,
} from '../../../src/shipping-ndr/index.ts';
import { consoleLines } from '../../support/console.ts';
import { everythingShownOf, thrownBy, waybillErrorOf } from '../../support/errors.ts';
import { clientOf, credentials, json, startAmazon } from '../../support/shipping-ndr/amazon.ts';

const rto = { trackingId: '1', ndrAction: 'RTO' } as const;

test('a token is requested with an encoded form', async () => {
  const amazon = await startAmazon();
  await clientOf(amazon).submit(rto);
  const [request] = amazon.tokenRequests;
  expect(request).toMatchObject({ method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' } });
  expect(request?.body).toContain('refresh_token=Atzr%7Crefresh');
  expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
    grant_type: 'refresh_token',
    refresh_token: credentials.refreshToken,
    client_id: credentials.clientId,
    client_secret: credentials.clientSecret,
  });
});

test('a token is requested once for all concurrent calls, and cached', async () => {
  const amazon = await startAmazon();
  const client = clientOf(amazon);
  await Promise.all(Array.from({ length: 8 }, () => client.submit(rto)));
  await client.submit(rto);
  expect(amazon.tokenRequests).toHaveLength(1);
  expect(amazon.feedbackRequests).toHaveLength(9);
});

test('a token is renewed a minute before it expires', async () => {
  const amazon = await startAmazon();
  let now = Date.parse('2026-01-01T00:00:00Z');
  const client = clientOf(amazon, { clock: () => new Date(now) });
  await client.submit(rto);
  now += 3_539_000;
  await client.submit(rto);
  expect(amazon.tokenRequests).toHaveLength(1);
  now += 1_000;
  await client.submit(rto);
  expect(amazon.feedbackRequests.at(-1)?.headers['x-amz-access-token']).toBe('Atza|2');
});

const unanswered = () => Promise.reject(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }));

test.each<[string, Partial<NdrFeedbackClientOptions>]>([
  ['does not respond', { fetch: unanswered }],
  ['redirects', { fetch: async () => new Response(null, { status: 302 }) }],
])('a token endpoint that %s is named by its own option', async (_, options) => {
  const amazon = await startAmazon();
  const { hint } = await waybillErrorOf(() => clientOf(amazon, options).submit(rto));
  expect(hint).toContain('"tokenUrl"');
  expect(hint).not.toContain('"baseUrl"');
});

test('a token without a lifetime is valid for an hour', async () => {
  const amazon = await startAmazon();
  let now = 0;
  const client = clientOf(amazon, { clock: () => new Date(now) });
  amazon.tokenResponses.push(json(200, { access_token: 'Atza|x' }));
  await client.submit(rto);
  now = 3_500_000;
  await client.submit(rto);
  expect(amazon.tokenRequests).toHaveLength(1);
});

test('a function for the secret is called whenever a token is fetched', async () => {
  const amazon = await startAmazon();
  let now = 0;
  const clientSecret = vi.fn(async () => `secret-${clientSecret.mock.calls.length}`);
  const client = clientOf(amazon, { credentials: { ...credentials, clientSecret }, clock: () => new Date(now) });
  await client.submit(rto);
  now = 3_600_000;
  await client.submit(rto);
  expect(amazon.tokenRequests.map(({ body }) => new URLSearchParams(body).get('client_secret'))).toEqual(['secret-1', 'secret-2']);
});

test('what that function throws is passed on', async () => {
  const amazon = await startAmazon();
  const failure = new Error('the vault is sealed');
  const client = clientOf(amazon, { credentials: { ...credentials, clientSecret: () => Promise.reject(failure) } });
  expect(await thrownBy(() => client.submit(rto))).toBe(failure);
  const empty = clientOf(amazon, { credentials: { ...credentials, clientSecret: () => '' } });
  expect(await waybillErrorOf(() => empty.submit(rto))).toMatchObject({ code: 'CONFIGURATION' });
  expect(amazon.tokenRequests).toHaveLength(0);
});

describe('a store', () => {
  function memoryStore(): TokenStore & { readonly tokens: Map<string, AccessToken> } {
    const tokens = new Map<string, AccessToken>();
    return {
      tokens,
      get: async (key) => tokens.get(key),
      set: async (key, token) => void tokens.set(key, token),
    };
  }

  test('shares tokens among clients, under a name that reveals nothing about the credentials', async () => {
    const amazon = await startAmazon();
    const tokenStore = memoryStore();
    await clientOf(amazon, { tokenStore }).submit(rto);
    await clientOf(amazon, { tokenStore }).submit(rto);
    expect(amazon.tokenRequests).toHaveLength(1);
    expect([...tokenStore.tokens.keys()]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
  });

  test('separates tokens of other credentials, but not those of a secret that was rotated', async () => {
    const amazon = await startAmazon();
    const tokenStore = memoryStore();
    await clientOf(amazon, { tokenStore }).submit(rto);
    await clientOf(amazon, { tokenStore, credentials: { ...credentials, clientSecret: 'rotated' } }).submit(rto);
    expect(amazon.tokenRequests).toHaveLength(1);
    await clientOf(amazon, { tokenStore, credentials: { ...credentials, refreshToken: 'Atzr|other' } }).submit(rto);
    expect(amazon.tokenRequests).toHaveLength(2);
  });

  test.each<[string, Partial<TokenStore>]>([
    ['is down', { get: () => Promise.reject(new Error('down')), set: () => Promise.reject(new Error('down')) }],
    [
      'throws',
      {
        get: () => {
          throw new Error('bug');
        },
        set: () => {
          throw new Error('bug');
        },
      },
    ],
    ['returns something else', { get: async () => ({ accessToken: 7, expiresAt: 'x' }) as never, set: async () => undefined }],
    ['returns an expired token', { get: async () => ({ accessToken: 'Atza|old', expiresAt: 0 }), set: async () => undefined }],
    [
      'returns a token that no header can have',
      { get: async () => ({ accessToken: 'a\nb', expiresAt: 9e15 }), set: async () => undefined },
    ],
  ])('that %s is bypassed', async (_, store) => {
    const lines = consoleLines();
    const amazon = await startAmazon();
    const client = clientOf(amazon, { tokenStore: { get: async () => undefined, set: async () => undefined, ...store } });
    expect(await client.submit(rto)).toMatchObject({ attempts: 1 });
    await client.submit(rto);
    expect(amazon.feedbackRequests.map(({ headers }) => headers['x-amz-access-token'])).toEqual(['Atza|1', 'Atza|1']);
    expect(lines.length).toBeLessThanOrEqual(1);
    for (const line of lines) expect(line).toContain('TOKEN_STORE_FAILED');
  });
});

describe('if Login with Amazon issues no token', () => {
  test.each<[number, unknown, Partial<ApiError>, RegExp]>([
    [
      401,
      { error: 'invalid_client', error_description: 'Client authentication failed' },
      { reasonCode: 'invalid_client', retryable: false },
      /180 days/,
    ],
    [
      400,
      { error: 'invalid_grant', error_description: 'The request has an invalid grant parameter : refresh_token' },
      { reasonCode: 'invalid_grant', retryable: false },
      /authorize again/,
    ],
    [400, { error: 'unauthorized_client' }, { reasonCode: 'unauthorized_client', retryable: false }, /roles/],
    [400, { error: 'invalid_request' }, { reasonCode: 'invalid_request', retryable: false }, /"credentials" and "tokenUrl"/],
    [400, { error: 'server_error' }, { reasonCode: 'server_error', retryable: true }, /later/],
    [400, { error: 'temporarily_unavailable' }, { reasonCode: 'temporarily_unavailable', retryable: true }, /later/],
    [429, {}, { retryable: true }, /later/],
    [500, '<html>', { retryable: true }, /later/],
    [404, '<html>', { retryable: false }, /^Check "tokenUrl"/],
  ])('%i %j', async (status, body, fields, hint) => {
    const amazon = await startAmazon();
    amazon.tokenResponses.push(json(status, body, { 'x-amzn-RequestId': 'lwa-1' }));
    const error = await waybillErrorOf(() => clientOf(amazon).submit(rto));
    expect(error).toMatchObject({
      code: 'API',
      surface: 'shipping-ndr',
      status,
      requestId: 'lwa-1',
      attempts: 1,
      hint: expect.stringMatching(hint),
      ...fields,
    });
    expect(error.message).toMatch(/^Login with Amazon issued no access token/);
    expect(amazon.feedbackRequests).toHaveLength(0);
  });

  test.each([
    {},
    { access_token: '' },
    { access_token: { a: 1 } },
    { access_token: 'two words' },
    { access_token: 'ü' },
    null,
    [],
    'Atza|x',
  ])('because a success contains none: %j', async (body) => {
    const amazon = await startAmazon();
    amazon.tokenResponses.push(json(200, body, { 'x-amzn-RequestId': 'lwa-1' }));
    const error = await waybillErrorOf(() => clientOf(amazon, { maxRetries: 3 }).submit(rto));
    expect(error).toMatchObject({ code: 'VALIDATION', direction: 'response', surface: 'shipping-ndr', retryable: false });
    expect(everythingShownOf(error)).not.toMatch(/two words|Atza/);
    expect([amazon.tokenRequests.length, amazon.feedbackRequests.length]).toEqual([1, 0]);
  });

  test('the request is retried after a temporary failure, and after no other', async () => {
    const amazon = await startAmazon();
    amazon.tokenResponses.push(json(503, {}, { 'retry-after': '0' }));
    expect(await clientOf(amazon, { maxRetries: 2 }).submit(rto)).toMatchObject({ attempts: 1 });
    expect(amazon.tokenRequests).toHaveLength(2);

    const other = await startAmazon();
    other.tokenResponses.push(json(401, { error: 'invalid_client' }));
    const client = clientOf(other, { maxRetries: 2 });
    expect(await waybillErrorOf(() => client.submit(rto))).toMatchObject({ status: 401 });
    expect(other.tokenRequests).toHaveLength(1);
    expect(await client.submit(rto)).toMatchObject({ attempts: 1 });
  });

  test('no secret is shown, not even one that is sent back', async () => {
    const amazon = await startAmazon();
    const { clientSecret, refreshToken } = credentials;
    amazon.tokenResponses.push(
      json(400, {
        error: 'invalid_request',
        error_description: `refresh_token=${refreshToken} client_secret=${clientSecret}`,
        access_token: 'Atza|x',
      }),
    );
    const error = await waybillErrorOf(() => clientOf(amazon).submit(rto));
    expect(everythingShownOf(error)).not.toMatch(/Atz[ar]\||c1ient/);
  });
});

describe('credentials', () => {
  const named = [
    ['clientId', 'amzn1.sp.solution.0', /is a solution id; pass the LWA client id/],
    ['clientId', 'amzn1.oa2-cs.v1.0', /is a client secret: it may have changed places with "clientSecret"/],
    ['clientId', 'Atzr|0', /is a token/],
    ['clientSecret', 'amzn1.application-oa2-client.0', /is a client id: it may have changed places with "clientId"/],
    ['clientSecret', 'Atzr|0', /is a token/],
    ['refreshToken', 'Atza|0', /is an access token, which lives for an hour/],
    ['refreshToken', 'amzn1.oa2-cs.v1.0', /is a client secret/],
    ['refreshToken', 'amzn1.application-oa2-client.0', /is a client id/],
    ['refreshToken', 'ANdNAVhyhqirUelHGEHA', /is an authorization code, which is exchanged for a refresh token once/],
  ] as const;

  test.each([
    ...named,
    ...(['clientId', 'clientSecret', 'refreshToken'] as const).flatMap((name) => [
      [name, `"${credentials[name]}"`, /is in quotes/] as const,
      [name, `'${credentials[name]}'`, /is in quotes/] as const,
      [name, `${credentials[name]}\n`, /has spaces or a line break around it/] as const,
      [name, '', /is empty: is the environment variable set\?/] as const,
      [name, undefined, /is missing/] as const,
      [name, null, /is missing/] as const,
      [name, 7, /must be a string, got number/] as const,
    ]),
  ])('say what is wrong with %s %#', async (name, value, problem) => {
    const options = { credentials: { ...credentials, [name]: value } };
    const error = await waybillErrorOf(() => new NdrFeedbackClient(options as never));
    expect(error).toMatchObject({ code: 'CONFIGURATION', option: `credentials.${name}`, message: expect.stringMatching(problem) });
    if (typeof value === 'string' && value) expect(everythingShownOf(error)).not.toContain(value.replace(/["'\n]/g, ''));
  });

  test.each([
    ['client_id', 'clientId'],
    ['client_secret', 'clientSecret'],
    ['refresh_token', 'refreshToken'],
    ['SELLING_PARTNER_APP_CLIENT_ID', 'clientId'],
    ['clientSecert', 'clientSecret'],
  ])('by another name are refused with the right one: %s', async (wrong, right) => {
    const { [right as 'clientId']: value, ...others } = credentials;
    const error = await waybillErrorOf(() => new NdrFeedbackClient({ credentials: { ...others, [wrong]: value } as never }));
    expect(error).toMatchObject({ option: `credentials.${wrong}`, hint: `Did you mean "credentials.${right}"?` });
  });
});
