import { createHmac, createPublicKey, type KeyObject, randomBytes } from 'node:crypto';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, test, vi } from 'vitest';
import {
  AuthenticationError,
  bearerJwt,
  ConfigurationError,
  type NdrAuth,
  NdrTokenEndpoint,
  type NdrTokenEndpointOptions,
  type NdrTokenHandlerOptions,
  NdrWebhookVerifier,
  type PrivateJwk,
} from '../../src/shipping-ndr/webhook.ts';
import { refusalOf } from './bearer.ts';
import { everythingShownOf, waybillErrorOf } from './errors.ts';
import { ecPair, edPair, token as handmade, type Pair, rsaPair } from './jwt.ts';
import { ndrSample } from './samples.ts';
import { serve } from './server.ts';

const ISSUER = 'https://shop.example.com/oauth/token';
const AUDIENCE = 'https://shop.example.com/ndr';
const ID = 'amazon-shipping';
const SECRET = 's3cret:with+every/thing% &=ü';
const signingSecret = randomBytes(32);
const required: NdrTokenEndpointOptions = {
  clients: { id: ID, secrets: ['old-s3cret', SECRET] },
  keys: signingSecret,
  issuer: ISSUER,
  audience: AUDIENCE,
};

const endpointWith = (options: Partial<NdrTokenEndpointOptions> = {}): NdrTokenEndpoint =>
  new NdrTokenEndpoint({ ...required, ...options });
const handlerWith = (options: Partial<NdrTokenEndpointOptions> = {}, handlerOptions?: NdrTokenHandlerOptions) =>
  endpointWith(options).handler(handlerOptions);

const form = (parameters: Record<string, string> | [string, string][], headers: Record<string, string> = {}): Request =>
  new Request(ISSUER, { method: 'POST', headers, body: new URLSearchParams(parameters) });
const json = (body: unknown, headers: Record<string, string> = {}): Request =>
  new Request(ISSUER, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
/** As RFC 6749, section 2.3.1, has it. */
const basic = (id: string, secret: string): Record<string, string> => ({
  authorization: `Basic ${base64(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`)}`,
});
const inBody = { grant_type: 'client_credentials', client_id: ID, client_secret: SECRET };
const inHeader = basic(ID, SECRET);

interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: string;
  readonly expires_in: number;
  readonly scope?: string;
}

async function tokenFrom(response: Response): Promise<TokenAnswer> {
  expect(response.status).toBe(200);
  return (await response.json()) as TokenAnswer;
}

/** Whether the mechanism lets a token in. */
const isLetIn = async (auth: NdrAuth, jwt: string): Promise<boolean> => (await refusalOf(auth, jwt)) === undefined;

describe('a token', () => {
  test('is an RFC 9068 JWT that node:crypto finds signed with the secret', async () => {
    const now = new Date('2026-01-01T00:00:00.999Z');
    const response = await handlerWith({ clock: () => now })(form(inBody));
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': expect.stringMatching(/^application\/json/),
      'cache-control': 'no-store',
      pragma: 'no-cache',
    });
    const { access_token, ...rest } = await tokenFrom(response);
    expect(rest).toEqual({ token_type: 'Bearer', expires_in: 900 });

    const [header = '', payload = '', signature] = access_token.split('.');
    expect(createHmac('sha256', signingSecret).update(`${header}.${payload}`).digest('base64url')).toBe(signature);
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'HS256', typ: 'at+jwt' });
    const iat = Date.parse('2026-01-01T00:00:00Z') / 1000;
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toEqual({
      iss: ISSUER,
      aud: AUDIENCE,
      sub: ID,
      client_id: ID,
      iat,
      exp: iat + 900,
      jti: expect.stringMatching(/^[\da-f-]{36}$/),
    });
  });

  test('is never the same', async () => {
    const handler = handlerWith();
    const ids = await Promise.all(
      Array.from({ length: 20 }, async () => decodeJwt((await tokenFrom(await handler(form(inBody)))).access_token).jti),
    );
    expect(new Set(ids).size).toBe(20);
  });

  test.each<[string, Pair, Partial<PrivateJwk>]>([
    ['RS256', rsaPair('k'), {}],
    ['PS384', rsaPair('k'), { alg: 'PS384' }],
    ['ES256', ecPair('k'), {}],
    ['ES384', ecPair('k', 'P-384'), {}],
    ['ES512', ecPair('k', 'P-521'), {}],
    ['EdDSA', edPair('k'), {}],
    ['Ed25519', edPair('k'), { alg: 'Ed25519' }],
  ])('can be signed with %s, and jose verifies it with the published key', async (alg, pair, changes) => {
    const keys = { ...pair.privateKey.export({ format: 'jwk' }), kid: 'k', ...changes } as PrivateJwk;
    const endpoint = endpointWith({ keys });
    const { access_token } = await tokenFrom(await endpoint.handler()(form(inBody)));
    expect(decodeProtectedHeader(access_token)).toEqual({ alg, kid: 'k', typ: 'at+jwt' });
    const published = await endpoint.jwks();
    const { payload } = await jwtVerify(access_token, createLocalJWKSet(published as never), {
      issuer: ISSUER,
      audience: AUDIENCE,
      typ: 'at+jwt',
      requiredClaims: ['exp', 'iat', 'jti', 'sub', 'client_id'],
    });
    expect(payload['client_id']).toBe(ID);
    // With the key as it was made, and not as it was published.
    await jwtVerify(access_token, pair.publicKey as never);
    expect(await isLetIn(endpoint.auth(), access_token)).toBe(true);
    expect(Object.isFrozen(keys)).toBe(false);
  });

  test('says the scopes: all where none is asked for, else those', async () => {
    const handler = handlerWith({ scope: ['ndr:write', 'tracking'] });
    for (const [scope, granted] of [
      [undefined, 'ndr:write tracking'],
      ['', 'ndr:write tracking'],
      ['tracking', 'tracking'],
      ['tracking tracking', 'tracking'],
      ['tracking ndr:write', 'tracking ndr:write'],
    ] as const) {
      const answer = await tokenFrom(await handler(form(scope === undefined ? inBody : { ...inBody, scope })));
      expect(answer.scope).toBe(granted);
      expect(decodeJwt(answer.access_token)['scope']).toBe(granted);
    }
  });

  test('lives as long as one likes', async () => {
    const { access_token, expires_in } = await tokenFrom(await handlerWith({ lifetime: 3_600 })(form(inBody)));
    const { iat = 0, exp = 0 } = decodeJwt(access_token);
    expect([expires_in, exp - iat]).toEqual([3_600, 3_600]);
  });
});

describe('a client is known', () => {
  test.each<[string, () => Request]>([
    ['by a form', () => form(inBody)],
    ['by a form with its other secret', () => form({ ...inBody, client_secret: 'old-s3cret' })],
    ['by JSON', () => json(inBody)],
    ['by JSON with a byte order mark', () => json(`\uFEFF${JSON.stringify(inBody)}`)],
    ['by JSON with what nobody knows', () => json({ ...inBody, audience: ['x'], __proto__: null, nested: {} })],
    ['by Basic and a form', () => form({ grant_type: 'client_credentials' }, inHeader)],
    ['by Basic and JSON', () => json({ grant_type: 'client_credentials' }, inHeader)],
    ['by Basic that is not form-encoded', () => form({}, { authorization: `basic  ${base64(`${ID}:${SECRET}`)}` })],
    ['by Basic and nothing', () => new Request(ISSUER, { method: 'POST', headers: inHeader })],
    ['by Basic and its id in the body', () => form({ grant_type: 'client_credentials', client_id: ID, client_secret: '' }, inHeader)],
    ['without a grant type', () => form({ client_id: ID, client_secret: SECRET })],
    ['with an empty grant type', () => form({ ...inBody, grant_type: '' })],
  ])('%s', async (_, makeRequest) => {
    expect(decodeJwt((await tokenFrom(await handlerWith()(makeRequest()))).access_token)['client_id']).toBe(ID);
  });

  test.each(['two words', 'a+b', '50%25', '100%', 'a%20b+c', '+', 'ü&=:'])(
    'by Basic with %j, form-encoded in either way or not at all',
    async (secret) => {
      const handler = handlerWith({ clients: { id: ID, secrets: secret } });
      const asForm = new URLSearchParams({ x: secret }).toString().slice(2);
      for (const sent of [secret, encodeURIComponent(secret), asForm]) {
        expect((await handler(form({}, { authorization: `Basic ${base64(`${ID}:${sent}`)}` }))).status).toBe(200);
      }
    },
  );

  test('among several, which a function supplies for every request', async () => {
    let secrets = ['one'];
    const handler = handlerWith({
      clients: async () => [
        { id: 'a', secrets: 'x' },
        { id: 'b', secrets },
      ],
    });
    const ask = async (client_id: string, client_secret: string) => (await handler(form({ client_id, client_secret }))).status;
    expect([await ask('a', 'x'), await ask('b', 'one'), await ask('a', 'one'), await ask('b', 'x')]).toEqual([200, 200, 401, 401]);
    secrets = ['two', 'one'];
    expect([await ask('b', 'one'), await ask('b', 'two')]).toEqual([200, 200]);
    secrets = ['two'];
    expect([await ask('b', 'one'), await ask('b', 'two')]).toEqual([401, 200]);
  });

  test('by the pair and not by what the two make together', async () => {
    const handler = handlerWith({ clients: { id: 'a', secrets: 'b","c' } });
    expect((await handler(form({ client_id: 'a","b', client_secret: 'c' }))).status).toBe(401);
    expect((await handler(form({ client_id: 'a', client_secret: 'b","c' }))).status).toBe(200);
  });
});

describe('the errors are those of RFC 6749', () => {
  const strict = { allowMissingGrantType: false, scope: 'ndr:write' };

  test.each<[string, () => Request, number, string, Record<string, string>?]>([
    ['no client', () => form({ grant_type: 'client_credentials' }), 401, 'invalid_client'],
    ['no secret', () => form({ ...inBody, client_secret: '' }), 401, 'invalid_client'],
    ['no id', () => json({ ...inBody, client_id: null }), 401, 'invalid_client'],
    ['an unknown client', () => form({ ...inBody, client_id: 'mallory' }), 401, 'invalid_client'],
    ['a wrong secret', () => form({ ...inBody, client_secret: `${SECRET}x` }), 401, 'invalid_client'],
    ['a wrong secret and another grant', () => form({ ...inBody, client_secret: 'x', grant_type: 'password' }), 401, 'invalid_client'],
    ['a wrong secret in the header', () => form({ grant_type: 'client_credentials' }, basic(ID, 'x')), 401, 'invalid_client'],
    ['a header that is no Basic', () => form({ grant_type: 'client_credentials' }, { authorization: 'Bearer x' }), 401, 'invalid_client'],
    ['a header without a colon', () => form({ grant_type: 'client_credentials' }, { authorization: 'Basic eA==' }), 401, 'invalid_client'],
    ['a secret in the URL', () => new Request(`${ISSUER}?${new URLSearchParams(inBody)}`, { method: 'POST' }), 401, 'invalid_client'],
    ['two ways to authenticate', () => form(inBody, inHeader), 400, 'invalid_request'],
    [
      'a header and the id of another',
      () => form({ grant_type: 'client_credentials', client_id: 'mallory' }, inHeader),
      400,
      'invalid_request',
    ],
    ['a parameter twice', () => form([...Object.entries(inBody), ['client_id', ID]]), 400, 'invalid_request'],
    ['an unknown parameter twice', () => form([...Object.entries(inBody), ['x', '1'], ['x', '2']]), 400, 'invalid_request'],
    ['a parameter that is no text', () => json({ ...inBody, client_secret: [SECRET] }), 400, 'invalid_request'],
    ['a broken body', () => json('{"client_id":'), 400, 'invalid_request'],
    ['JSON that is a text', () => json('"client_credentials"'), 400, 'invalid_request'],
    ['JSON that is null', () => json('null'), 400, 'invalid_request'],
    ['JSON that is an array', () => json([inBody]), 400, 'invalid_request'],
    ['a body of another type', () => new Request(ISSUER, { method: 'POST', body: JSON.stringify(inBody) }), 400, 'invalid_request'],
    ['no grant type, where one is asked for', () => form({ client_id: ID, client_secret: SECRET }), 400, 'invalid_request'],
    ['another grant', () => form({ ...inBody, grant_type: 'password' }), 400, 'unsupported_grant_type'],
    ['another grant, by case', () => form({ ...inBody, grant_type: 'Client_Credentials' }), 400, 'unsupported_grant_type'],
    ['another scope', () => form({ ...inBody, scope: 'ndr:admin' }), 400, 'invalid_scope'],
    ['another scope beside one', () => form({ ...inBody, scope: 'ndr:write ndr:admin' }), 400, 'invalid_scope'],
    ['blanks for a scope', () => form({ ...inBody, scope: '  ' }), 400, 'invalid_scope'],
    ['a GET', () => new Request(`${ISSUER}?${new URLSearchParams(inBody)}`), 405, 'invalid_request', { allow: 'POST' }],
    ['a PUT', () => new Request(ISSUER, { method: 'PUT', body: new URLSearchParams(inBody) }), 405, 'invalid_request', { allow: 'POST' }],
    ['a large body', () => form({ ...inBody, padding: 'x'.repeat(16_384) }), 413, 'invalid_request'],
    ['10 MB', () => json('x'.repeat(10_000_000)), 413, 'invalid_request'],
  ])('%s', async (_, makeRequest, status, error, headers = {}) => {
    const onError = vi.fn();
    const response = await handlerWith(strict, { onError })(makeRequest());
    const answer = (await response.json()) as Record<string, string>;
    expect([response.status, answer['error']]).toEqual([status, error]);
    expect(Object.fromEntries(response.headers)).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache', ...headers });
    // The characters that section 5.2 allows.
    expect(answer['error_description']).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
    expect(response.headers.get('www-authenticate')).toBe(status === 401 ? 'Basic realm="Amazon Shipping", charset="UTF-8"' : null);
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.any(Error), { status });
    expect(onError.mock.calls[0]?.[0]).toMatchObject({ code: status === 401 ? 'AUTHENTICATION' : 'VALIDATION', surface: 'shipping-ndr' });
    expect([JSON.stringify(answer), everythingShownOf(onError.mock.calls[0]?.[0])].join()).not.toMatch(/s3cret|mallory/);
  });

  test('where no scope is configured, none may be asked for', async () => {
    expect(await (await handlerWith()(form({ ...inBody, scope: 'x' }))).json()).toMatchObject({ error: 'invalid_scope' });
  });

  const boom = () => Promise.reject(new Error('the vault is sealed'));
  test.each<[string, Partial<NdrTokenEndpointOptions>, NdrTokenHandlerOptions]>([
    ['the clients can not be had', { clients: boom }, {}],
    ['the keys can not be had', { keys: boom }, {}],
    ['a function refuses in our words', { clients: () => Promise.reject(new AuthenticationError('missing', '', { surface: 'core' })) }, {}],
    ['no clients are supplied', { clients: async () => [] }, {}],
    ['a key that is supplied can not sign', { keys: async () => ({ kty: 'RSA', n: 'AA', e: 'AQAB', d: 'AA' }) }, {}],
    ['the clock is broken', { clock: () => new Date(Number.NaN) }, {}],
    ['the time is up', { clients: () => new Promise(() => undefined) }, { timeBudget: 20 }],
  ])('503 where %s', async (_, options, handlerOptions) => {
    const onError = vi.fn();
    const response = await handlerWith(options, { ...handlerOptions, retryAfter: 7, onError })(form(inBody));
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '7']);
    expect(await response.json()).toEqual({ error: 'temporarily_unavailable', error_description: 'no token now, ask again' });
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.any(Error), { status: 503 });
  });

  test('503 where the body was read before, and what onError throws changes nothing', async () => {
    const request = form(inBody);
    await request.text();
    const onError = (): never => {
      throw new Error('logger down');
    };
    expect((await handlerWith({}, { onError })(request)).status).toBe(503);
    const asyncHook = (() => Promise.reject(new Error('logger down'))) as () => void;
    expect((await handlerWith({}, { onError: asyncHook })(request)).status).toBe(503);
  });

  test.each([undefined, null, 7, 'POST', {}, { method: 'POST' }, { method: 'POST', headers: {} }])(
    'some, for what is no request: %j',
    async (request) => {
      expect([405, 503]).toContain((await handlerWith()(request as never)).status);
    },
  );

  test('a key that can not sign is not shown', async () => {
    const onError = vi.fn();
    const keys = { ...(ecPair('k').privateKey.export({ format: 'jwk' }) as PrivateJwk), d: 'must-not-show' };
    expect((await handlerWith({ keys }, { onError })(form(inBody))).status).toBe(503);
    const error = onError.mock.calls[0]?.[0];
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(everythingShownOf(error)).not.toContain('must-not-show');
  });
});

describe('keys are rotated', () => {
  const jwkOf = ({ privateKey, jwk }: Pair): PrivateJwk => ({ ...privateKey.export({ format: 'jwk' }), kid: jwk.kid }) as PrivateJwk;
  const issue = async (endpoint: NdrTokenEndpoint): Promise<string> =>
    (await tokenFrom(await endpoint.handler()(form(inBody)))).access_token;

  test.each<[string, NdrTokenEndpointOptions['keys'], NdrTokenEndpointOptions['keys']]>([
    ['of secrets', randomBytes(32), randomBytes(64)],
    ['of private keys', jwkOf(ecPair('old')), jwkOf(ecPair('new'))],
    ['of private keys of two kinds', jwkOf(rsaPair('old')), jwkOf(ecPair('new'))],
  ])('%s: the first signs, all verify', async (_, oldKey, newKey) => {
    const before = endpointWith({ keys: oldKey });
    const during = endpointWith({ keys: [newKey, oldKey] as never });
    const after = endpointWith({ keys: newKey });
    const [oldToken, newToken] = [await issue(before), await issue(during)];
    expect(await Promise.all([before, during, after].map((endpoint) => isLetIn(endpoint.auth(), oldToken)))).toEqual([true, true, false]);
    expect(await Promise.all([before, during, after].map((endpoint) => isLetIn(endpoint.auth(), newToken)))).toEqual([false, true, true]);
  });

  test('by a function that is asked for each request', async () => {
    const [first, second] = [randomBytes(32), randomBytes(32)];
    let keys: Uint8Array[] = [first];
    const endpoint = endpointWith({ keys: async () => keys });
    const auth = endpoint.auth();
    const oldToken = await issue(endpoint);
    keys = [second, first];
    const newToken = await issue(endpoint);
    expect([await isLetIn(auth, oldToken), await isLetIn(auth, newToken)]).toEqual([true, true]);
    keys = [second];
    expect([await isLetIn(auth, oldToken), await isLetIn(auth, newToken)]).toEqual([false, true]);
  });

  test('and both are published, without what is private', async () => {
    const [one, two] = [rsaPair('one'), ecPair('two')];
    const { keys } = await endpointWith({ keys: [jwkOf(one), jwkOf(two)] }).jwks();
    expect(keys.map(({ kid, use, alg }) => [kid, use, alg])).toEqual([
      ['one', 'sig', 'RS256'],
      ['two', 'sig', 'ES256'],
    ]);
    for (const [at, { publicKey }] of [one, two].entries()) {
      expect((createPublicKey({ key: keys[at] as never, format: 'jwk' }) as KeyObject).equals(publicKey)).toBe(true);
      expect(Object.keys(keys[at] ?? {})).not.toEqual(expect.arrayContaining(['d']));
      expect(JSON.stringify(keys[at])).not.toMatch(/"(?:d|p|q|dp|dq|qi)":/);
    }
    expect(await endpointWith().jwks()).toEqual({ keys: [] });
  });
});

describe('auth()', () => {
  const NOW = Date.parse('2026-01-01T00:00:00Z');

  test('lets a token in until it ends', async () => {
    let now = NOW;
    const endpoint = endpointWith({ clock: () => new Date(now), lifetime: 60 });
    const { access_token } = await tokenFrom(await endpoint.handler()(form(inBody)));
    const auth = endpoint.auth();
    expect(await isLetIn(auth, access_token)).toBe(true);
    now += 89_000;
    expect(await isLetIn(auth, access_token)).toBe(true);
    now += 1_000;
    expect(await isLetIn(auth, access_token)).toBe(false);
    expect(auth.challenge(new AuthenticationError('expired', '', { surface: 'shipping-ndr' }))).toBe('Bearer error="invalid_token"');
  });

  test('lets in no token of another issuer, for another audience or of another kind', async () => {
    const auth = endpointWith().auth();
    for (const other of [{ issuer: 'https://other.example' }, { audience: 'https://other.example' }, { keys: randomBytes(32) }]) {
      const { access_token } = await tokenFrom(await handlerWith(other)(form(inBody)));
      expect(await isLetIn(auth, access_token)).toBe(false);
    }
  });

  test('lets in nothing else that is signed with the key', async () => {
    const claims = { iss: ISSUER, aud: AUDIENCE, exp: Math.floor(Date.now() / 1_000) + 600 };
    const auth = endpointWith().auth();
    expect(await isLetIn(auth, handmade({ alg: 'HS256', typ: 'at+jwt' }, claims, signingSecret))).toBe(true);
    expect(await isLetIn(auth, handmade({ alg: 'HS256', typ: 'JWT' }, claims, signingSecret))).toBe(false);
    expect(await isLetIn(auth, handmade({ alg: 'HS256' }, claims, signingSecret))).toBe(false);
  });

  test('is bearerJwt(), for who would rather write it', async () => {
    const { access_token } = await tokenFrom(await handlerWith({ scope: 'ndr:write' })(form(inBody)));
    const auth = bearerJwt({
      issuer: ISSUER,
      audience: AUDIENCE,
      keys: signingSecret,
      algorithms: ['HS256'],
      clientId: ID,
      scope: 'ndr:write',
    });
    expect(await isLetIn(auth, access_token)).toBe(true);
  });
});

describe('behind a real server, with a webhook beside it', () => {
  /** What EventBridge and its stand-ins do with an OAuth connection: fetch a token, present it, fetch another on 401. */
  async function senderTo(base: string, askForToken: () => Promise<Response>) {
    let token: string | undefined;
    const state = { fetched: 0 };
    const post = () =>
      fetch(`${base}/ndr`, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${token}` },
        body: JSON.stringify(ndrSample),
      });
    const renew = async (): Promise<void> => {
      state.fetched += 1;
      token = (await tokenFrom(await askForToken())).access_token;
    };
    return Object.assign(state, {
      deliver: async (): Promise<number> => {
        if (token === undefined) await renew();
        const first = await post();
        if (first.status !== 401) return first.status;
        await renew();
        return (await post()).status;
      },
    });
  }

  const senders: readonly (readonly [string, (url: string) => RequestInit])[] = [
    [
      'JSON without a grant type, as LocalStack',
      () => ({
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ client_id: ID, client_secret: SECRET }),
      }),
    ],
    ['a form with the grant type, as MiniStack', () => ({ method: 'POST', body: new URLSearchParams(inBody) })],
    [
      'a form and Basic, as RFC 6749',
      () => ({ method: 'POST', headers: inHeader, body: new URLSearchParams({ grant_type: 'client_credentials' }) }),
    ],
  ];

  test.each(senders)('%s, through the change of a key', async (_, tokenRequest) => {
    let keys: Uint8Array[] = [randomBytes(32)];
    const endpoint = endpointWith({ keys: () => keys });
    const events: string[] = [];
    const ndr = new NdrWebhookVerifier({ auth: endpoint.auth() }).handler(({ id }) => events.push(id));
    const token = endpoint.handler();
    const base = await serve((request) => (new URL(request.url).pathname === '/oauth/token' ? token(request) : ndr(request)));
    const sender = await senderTo(base, () => fetch(`${base}/oauth/token`, tokenRequest(base)));

    expect(await sender.deliver()).toBe(200);
    expect(await sender.deliver()).toBe(200);
    expect(sender.fetched).toBe(1);
    keys = [randomBytes(32), ...keys];
    expect(await sender.deliver()).toBe(200);
    expect(sender.fetched).toBe(1);
    keys = keys.slice(0, 1);
    expect(await sender.deliver()).toBe(200);
    expect(sender.fetched).toBe(2);
    expect(events).toHaveLength(4);
  });
});

describe('NdrTokenEndpoint is not made', () => {
  const ec = ecPair('k');
  const privateJwk = ec.privateKey.export({ format: 'jwk' });
  const shown = 'must-not-show';

  test.each<[string, unknown]>([
    ['without options', undefined],
    ['with a text', 'options'],
    ['without clients', { ...required, clients: undefined }],
    ['with no clients', { ...required, clients: [] }],
    ['with a client without a secret', { ...required, clients: { id: ID } }],
    ['with a client with no secrets', { ...required, clients: { id: ID, secrets: [] } }],
    ['with a client with an empty secret', { ...required, clients: { id: ID, secrets: [shown, ''] } }],
    ['with a client without an id', { ...required, clients: [{ secrets: shown }] }],
    ['with a secret that is no Unicode', { ...required, clients: { id: ID, secrets: `${shown}\ud800` } }],
    ['without a key', { ...required, keys: undefined }],
    ['with no keys', { ...required, keys: [] }],
    ['with a text for a key', { ...required, keys: shown }],
    ['with a short secret', { ...required, keys: randomBytes(31) }],
    ['with a public key', { ...required, keys: ec.jwk }],
    ['with a secret beside a private key', { ...required, keys: [randomBytes(32), privateJwk] }],
    ['with a key of an unknown kind', { ...required, keys: { kty: 'EC', crv: 'constructor', d: shown } }],
    ['with a key that does not sign', { ...required, keys: { ...privateJwk, alg: 'ECDH-ES' } }],
    ['with a private key for a secret', { ...required, keys: { ...privateJwk, alg: 'HS256' } }],
    ['with a private key for none', { ...required, keys: { ...privateJwk, alg: 'none' } }],
    ['without an issuer', { ...required, issuer: '' }],
    ['without an audience', { ...required, audience: undefined }],
    ['with a scope with a blank', { ...required, scope: 'a b' }],
    ['with a scope with a quote', { ...required, scope: ['a"'] }],
    ['with a short life', { ...required, lifetime: 59 }],
    ['with a long life', { ...required, lifetime: 86_401 }],
    ['with half a second', { ...required, lifetime: 900.5 }],
    ['with a clock that is no function', { ...required, clock: new Date() }],
  ])('%s', async (_, options) => {
    const error = await waybillErrorOf(() => new NdrTokenEndpoint(options as never));
    expect(error).toBeInstanceOf(ConfigurationError);
    // In the words of this class, and not of what it is made of.
    expect(error.message).toMatch(/^NdrTokenEndpoint |"(?:clients|keys|issuer|scope|lifetime|clock)"/);
    expect(everythingShownOf(error)).not.toContain(shown);
  });

  test.each([null, 'options', { maxBodyBytes: 0 }, { timeBudget: '4000' }, { retryAfter: -1 }])(
    'nor its handler with %j',
    async (options) => {
      expect(await waybillErrorOf(() => handlerWith({}, options as never))).toBeInstanceOf(ConfigurationError);
    },
  );
});

test('no secret shows', () => {
  const endpoint = endpointWith({ keys: new TextEncoder().encode('k3y-that-must-not-show-at-any-time') });
  const shown = everythingShownOf([endpoint, endpoint.auth(), endpoint.handler()]);
  expect(shown).not.toMatch(/s3cret|k3y|Uint8Array|Buffer/);
});
