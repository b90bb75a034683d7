import { describe, expect, test, vi } from 'vitest';
import type { AccessToken, ApiError, TokenStore } from '../../src/shipping-ndr/index.ts';
import { clientOf, credentials, json, startAmazon } from './amazon.ts';
import { everythingShownOf, thrownBy, waybillErrorOf } from './errors.ts';

const rto = { trackingId: '1', ndrAction: 'RTO' } as const;

test('asks with an encoded form', async () => {
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

test('asks once for all who wait, and keeps the token', async () => {
  const amazon = await startAmazon();
  const client = clientOf(amazon);
  await Promise.all(Array.from({ length: 8 }, () => client.submit(rto)));
  await client.submit(rto);
  expect(amazon.tokenRequests).toHaveLength(1);
  expect(amazon.feedbackRequests).toHaveLength(9);
});

test('renews a token a minute before it ends', async () => {
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

test('takes a token without a lifetime for one that lives an hour', async () => {
  const amazon = await startAmazon();
  let now = 0;
  const client = clientOf(amazon, { clock: () => new Date(now) });
  amazon.tokenAnswers.push(json(200, { access_token: 'Atza|x' }));
  await client.submit(rto);
  now = 3_500_000;
  await client.submit(rto);
  expect(amazon.tokenRequests).toHaveLength(1);
});

test('asks a function for the secret whenever it fetches a token', async () => {
  const amazon = await startAmazon();
  let now = 0;
  const clientSecret = vi.fn(async () => `secret-${clientSecret.mock.calls.length}`);
  const client = clientOf(amazon, { credentials: { ...credentials, clientSecret }, clock: () => new Date(now) });
  await client.submit(rto);
  now = 3_600_000;
  await client.submit(rto);
  expect(amazon.tokenRequests.map(({ body }) => new URLSearchParams(body).get('client_secret'))).toEqual(['secret-1', 'secret-2']);
});

test('passes on what that function throws', async () => {
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

  test('shares tokens among clients, under a name that tells nothing of the credentials', async () => {
    const amazon = await startAmazon();
    const tokenStore = memoryStore();
    await clientOf(amazon, { tokenStore }).submit(rto);
    await clientOf(amazon, { tokenStore }).submit(rto);
    expect(amazon.tokenRequests).toHaveLength(1);
    expect([...tokenStore.tokens.keys()]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
  });

  test('keeps tokens of other credentials apart, but not those of a secret that was rotated', async () => {
    const amazon = await startAmazon();
    const tokenStore = memoryStore();
    await clientOf(amazon, { tokenStore }).submit(rto);
    await clientOf(amazon, { tokenStore, credentials: { ...credentials, clientSecret: 'rotated' } }).submit(rto);
    expect(amazon.tokenRequests).toHaveLength(1);
    await clientOf(amazon, { tokenStore, credentials: { ...credentials, refreshToken: 'Atzr|other' } }).submit(rto);
    expect(amazon.tokenRequests).toHaveLength(2);
  });

  test('that is down stops nothing', async () => {
    const amazon = await startAmazon();
    const down = (): Promise<never> => Promise.reject(new Error('down'));
    expect(await clientOf(amazon, { tokenStore: { get: down, set: down } }).submit(rto)).toMatchObject({ attempts: 1 });
  });
});

describe('where it gives no token', () => {
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
    [200, {}, { retryable: false }, /tokenUrl/],
    [200, { access_token: '' }, { retryable: false }, /tokenUrl/],
    [200, { access_token: { a: 1 } }, { retryable: false }, /tokenUrl/],
    [200, null, { retryable: false }, /tokenUrl/],
    [200, [], { retryable: false }, /tokenUrl/],
  ])('%i %j', async (status, body, fields, hint) => {
    const amazon = await startAmazon();
    amazon.tokenAnswers.push(json(status, body, { 'x-amzn-RequestId': 'lwa-1' }));
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
    expect(error.message).toMatch(/^Login with Amazon gave no access token/);
    expect(amazon.feedbackRequests).toHaveLength(0);
  });

  test('it is asked again after a passing fault, and never after another', async () => {
    const amazon = await startAmazon();
    amazon.tokenAnswers.push(json(503, {}, { 'retry-after': '0' }));
    expect(await clientOf(amazon, { maxRetries: 2 }).submit(rto)).toMatchObject({ attempts: 1 });
    expect(amazon.tokenRequests).toHaveLength(2);

    const other = await startAmazon();
    other.tokenAnswers.push(json(401, { error: 'invalid_client' }));
    const client = clientOf(other, { maxRetries: 2 });
    expect(await waybillErrorOf(() => client.submit(rto))).toMatchObject({ status: 401 });
    expect(other.tokenRequests).toHaveLength(1);
    expect(await client.submit(rto)).toMatchObject({ attempts: 1 });
  });

  test('no secret shows, not even one that is sent back', async () => {
    const amazon = await startAmazon();
    const { clientSecret, refreshToken } = credentials;
    amazon.tokenAnswers.push(
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
