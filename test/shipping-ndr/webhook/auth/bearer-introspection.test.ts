import type { RequestListener } from 'node:http';
import { describe, expect, test } from 'vitest';
import {
  ApiError,
  AuthenticationError,
  type BearerIntrospectionOptions,
  bearerIntrospection,
  ConfigurationError,
  ConnectionError,
  type NdrAuth,
  NdrWebhookVerifier,
  TimeoutError,
} from '../../../../src/shipping-ndr/webhook.ts';
import { everyRenderingOf, everythingShownOf, thrownBy, waybillErrorOf } from '../../../support/errors.ts';
import { bearer, refusalOf as refusalOfToken, responseTo } from '../../../support/shipping-ndr/auth.ts';
import { active, authorizationServer, mechanism, SECONDS, SECRET, TOKEN } from '../../../support/shipping-ndr/introspection.ts';

const request = (token = TOKEN) => bearer(token);
const refusalOf = (auth: NdrAuth, token = TOKEN) => refusalOfToken(auth, token);

describe('the request', () => {
  test('is the one of RFC 7662, with HTTP Basic', async () => {
    const server = await authorizationServer();
    expect(await refusalOf(mechanism(server.endpoint))).toBeUndefined();
    const [call] = server.calls;
    expect([call?.method, call?.path]).toEqual(['POST', '/introspect?tenant=1']);
    expect(call?.headers).toMatchObject({ 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' });
    expect(Object.fromEntries(new URLSearchParams(call?.body))).toEqual({ token: TOKEN, token_type_hint: 'access_token' });
  });

  test('has the credentials in the form if that is configured', async () => {
    const server = await authorizationServer();
    expect(await refusalOf(mechanism(server.endpoint, { authMethod: 'client_secret_post' }))).toBeUndefined();
    expect(server.calls[0]?.headers.authorization).toBeUndefined();
    expect(new URLSearchParams(server.calls[0]?.body).get('client_secret')).toBe(SECRET);
  });

  test('calls a function for the credentials each time, so that the secret can be rotated', async () => {
    const server = await authorizationServer();
    let clientSecret = 'old';
    server.secrets = ['old', 'new'];
    const auth = mechanism(server.endpoint, { credentials: async () => ({ clientId: 'resource server', clientSecret }), maxCacheAge: 0 });
    expect(await refusalOf(auth)).toBeUndefined();
    server.secrets = ['new'];
    expect(await waybillErrorOf(() => auth.check(request()))).toMatchObject({ code: 'API', status: 401 });
    clientSecret = 'new';
    expect(await refusalOf(auth)).toBeUndefined();
    expect(server.calls).toHaveLength(3);
  });

  test('can be sent by a function of your own', async () => {
    const calls: string[] = [];
    const fetch = async (url: string, init: RequestInit): Promise<Response> => {
      calls.push(`${init.method} ${url} ${init.redirect}`);
      return Response.json({ active: true });
    };
    expect(await refusalOf(mechanism('https://login.example.com/introspect', { fetch }))).toBeUndefined();
    expect(calls).toEqual(['POST https://login.example.com/introspect manual']);
  });
});

describe('a token', () => {
  test.each<[string, Partial<BearerIntrospectionOptions>, Record<string, unknown>]>([
    ['that is active, and nothing more', {}, { active: true }],
    ['with null for what is absent', {}, { active: true, exp: null, nbf: null }],
    ['with times in strings', {}, { active: true, exp: String(SECONDS - 29), nbf: `${SECONDS + 30}.0` }],
    ['of the issuer', { issuer: active.iss }, active],
    ['for an audience among several', { audience: ['https://other.example', active.aud] }, { ...active, aud: ['x', active.aud] }],
    ['of one of several clients', { clientId: ['old', 'amazon-shipping'] }, active],
    ['with its scopes', { scope: ['other', 'ndr:write'] }, active],
    ['whose expiry is 29 seconds past', {}, { ...active, exp: SECONDS - 29 }],
    ['whose start is 30 seconds ahead', {}, { ...active, nbf: SECONDS + 30 }],
  ])('%s is accepted', async (_, options, description) => {
    const server = await authorizationServer();
    server.description = description;
    expect(await refusalOf(mechanism(server.endpoint, options))).toBeUndefined();
  });

  test.each<[string, Partial<BearerIntrospectionOptions>, Record<string, unknown>, AuthenticationError['reason']]>([
    ['that is not active', {}, { ...active, active: false }, 'mismatch'],
    ['that is not active, with times that are not numbers', {}, { active: false, exp: 'x', nbf: {} }, 'mismatch'],
    ['of another issuer', { issuer: 'https://login.example.com' }, active, 'mismatch'],
    ['of no issuer', { issuer: active.iss }, { active: true }, 'mismatch'],
    ['for another audience', { audience: 'https://shop.example.com/' }, active, 'mismatch'],
    ['for no audience', { audience: active.aud }, { active: true }, 'mismatch'],
    ['of another client', { clientId: 'amazon' }, active, 'mismatch'],
    ['of no client', { clientId: 'amazon-shipping' }, { active: true }, 'mismatch'],
    ['that lacks a scope', { scope: ['ndr:write', 'ndr:admin'] }, active, 'mismatch'],
    ['with part of a scope', { scope: 'ndr' }, active, 'mismatch'],
    ['that has expired', {}, { ...active, exp: SECONDS - 30 }, 'expired'],
    ['that has expired by a string', {}, { ...active, exp: String(SECONDS - 30) }, 'expired'],
    ['that is not valid yet', {}, { ...active, nbf: SECONDS + 31 }, 'mismatch'],
    ['that is not valid yet by a string', {}, { ...active, nbf: String(SECONDS + 31) }, 'mismatch'],
  ])('%s is refused', async (_, options, description, reason) => {
    const server = await authorizationServer();
    server.description = description;
    const refusal = await refusalOf(mechanism(server.endpoint, options));
    expect(refusal).toMatchObject({ code: 'AUTHENTICATION', reason });
    expect(everythingShownOf(refusal)).not.toMatch(/opaque|amazon-shipping|s3cret/);
  });

  test.each([{}, { authorization: 'Basic eDp5' }, { authorization: 'Bearer a b' }])(
    'is not checked if there is no token: %j',
    async (headers) => {
      const server = await authorizationServer();
      expect(await waybillErrorOf(() => mechanism(server.endpoint).check({ headers }))).toBeInstanceOf(AuthenticationError);
      expect(server.calls).toHaveLength(0);
    },
  );
});

describe('a server', () => {
  test.each<[string, RequestListener, new (...args: never[]) => Error]>([
    ['refuses our own credentials', (_, outgoing) => outgoing.writeHead(401).end('{"error":"invalid_client"}'), ApiError],
    ['responds with 403', (_, outgoing) => outgoing.writeHead(403).end(), ApiError],
    ['responds with 500', (_, outgoing) => outgoing.writeHead(500).end('{"active":false}'), ApiError],
    ['responds with 204', (_, outgoing) => outgoing.writeHead(204).end(), ApiError],
    ['redirects', (_, outgoing) => outgoing.writeHead(307, { location: '/elsewhere' }).end(), ApiError],
    ['responds with HTML', (_, outgoing) => outgoing.end('<html>'), ConnectionError],
    ['responds with null', (_, outgoing) => outgoing.end('null'), ConnectionError],
    ['responds with nothing', (_, outgoing) => outgoing.end(), ConnectionError],
    ['does not say whether the token is active', (_, outgoing) => outgoing.end('{}'), ConnectionError],
    ['says so in a string', (_, outgoing) => outgoing.end('{"active":"false"}'), ConnectionError],
    ['returns an expiry that is not a number', (_, outgoing) => outgoing.end('{"active":true,"exp":"tomorrow"}'), ConnectionError],
    ['returns an empty expiry', (_, outgoing) => outgoing.end('{"active":true,"exp":""}'), ConnectionError],
    ['returns a hexadecimal expiry', (_, outgoing) => outgoing.end('{"active":true,"exp":"0x7fffffff"}'), ConnectionError],
    ['returns an expiry before 1970 in a string', (_, outgoing) => outgoing.end('{"active":true,"exp":"-1"}'), ConnectionError],
    ['returns an endless expiry in a string', (_, outgoing) => outgoing.end(`{"active":true,"exp":"${'9'.repeat(400)}"}`), ConnectionError],
    ['returns a start that is not a number', (_, outgoing) => outgoing.end('{"active":true,"nbf":"now"}'), ConnectionError],
    ['hangs up', (incoming) => incoming.socket.destroy(), ConnectionError],
    ['is silent', () => undefined, TimeoutError],
    ['stops halfway', (_, outgoing) => void outgoing.writeHead(200, { 'content-length': 99 }).write('{"active":'), TimeoutError],
  ])('that %s makes a token neither right nor wrong', async (_, respond, kind) => {
    const server = await authorizationServer();
    server.respond = respond;
    const auth = mechanism(server.endpoint, { timeout: kind === TimeoutError ? 300 : 2_000 });
    const error = await waybillErrorOf(() => auth.check(request()));
    expect(error).toBeInstanceOf(kind);
    expect(everythingShownOf(error)).not.toMatch(/opaque|s3cret|tenant=1/);

    const response = await responseTo(auth, TOKEN);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '60']);
    server.respond = undefined;
    expect((await responseTo(auth, TOKEN)).status).toBe(200);
  });

  test('that does not exist does so too', async () => {
    const error = await waybillErrorOf(() => mechanism('http://127.0.0.1:1/introspect').check(request()));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(everythingShownOf(error)).not.toMatch(/opaque|s3cret/);
  });

  test('is not waited for longer than the timeout, also if the fetch ignores its signal', async () => {
    const auth = mechanism('https://login.example.com/introspect', { fetch: () => new Promise(() => undefined), timeout: 1 });
    expect(await waybillErrorOf(() => auth.check(request()))).toBeInstanceOf(TimeoutError);
  });

  test('is not blamed for what a function of your own throws', async () => {
    const failure = new Error('the vault is sealed');
    const auth = mechanism('https://login.example.com/introspect', { credentials: () => Promise.reject(failure) });
    expect(await thrownBy(() => auth.check(request()))).toBe(failure);
    const empty = mechanism('https://login.example.com/introspect', { credentials: (() => ({ clientId: 'x' })) as never });
    expect(await waybillErrorOf(() => empty.check(request()))).toBeInstanceOf(ConfigurationError);
  });
});

describe('an error of the introspection', () => {
  test('says which task failed, and whose the endpoint and the credentials are', async () => {
    const server = await authorizationServer();
    server.respond = (_, outgoing) => outgoing.writeHead(403).end();
    const error = await waybillErrorOf(() => mechanism(server.endpoint).check(request()));
    expect(error).toMatchObject({ code: 'API', surface: 'shipping-ndr', status: 403, attempts: 1 });
    expect(error.message).toMatch(/^token introspection at 127\.0\.0\.1:\d+ failed with 403$/);
    expect(error.hint).toMatch(/^Check "endpoint" and "credentials": they are your own, not Amazon's\./);
  });

  test('says if something else than a description of the token arrived', async () => {
    const server = await authorizationServer();
    server.respond = (_, outgoing) => outgoing.end('{}');
    const error = await waybillErrorOf(() => mechanism(server.endpoint).check(request()));
    expect(error).toMatchObject({ code: 'CONNECTION', surface: 'shipping-ndr', attempts: 1, retryable: true });
    expect(error.message).toMatch(/^the response of 127\.0\.0\.1:\d+ is not a token introspection response$/);
    expect(error.hint).toContain('"introspection_endpoint"');
  });

  test.each(['client_secret_basic', 'client_secret_post'] as const)(
    'shows neither the token nor the secret, also if what your own fetch throws does: %s',
    async (authMethod) => {
      const fetch = (_: string, { body }: RequestInit): Promise<never> =>
        Promise.reject(new Error(`${TOKEN} and ${SECRET} were refused: ${Buffer.from(body as Uint8Array)}`));
      const auth = mechanism('https://login.example.com/introspect', { fetch, authMethod });
      const error = await waybillErrorOf(() => auth.check(request()));
      expect(error).toBeInstanceOf(ConnectionError);
      expect(everyRenderingOf(error)).toContain('were refused');
      expect(everyRenderingOf(error)).not.toMatch(/t0ken|s3cret/);
    },
  );
});

describe('bearerIntrospection refuses options', () => {
  const required = {
    endpoint: 'https://login.example.com/introspect',
    credentials: { clientId: 'id', clientSecret: 'secret-that-must-not-show' },
  };

  test.each<[string, unknown]>([
    ['without options', undefined],
    ['without an endpoint', { credentials: required.credentials }],
    ['with an endpoint that is not a URL', { ...required, endpoint: Object.create(null) }],
    ['with a path for an endpoint', { ...required, endpoint: '/introspect' }],
    ['with credentials in the endpoint', { ...required, endpoint: 'https://id:secret-that-must-not-show@login.example.com/' }],
    ['without credentials', { endpoint: required.endpoint }],
    ['without a secret', { ...required, credentials: { clientId: 'id' } }],
    ['with an empty client id', { ...required, credentials: { clientId: ' ', clientSecret: 'secret-that-must-not-show' } }],
    ['with an unknown method', { ...required, authMethod: 'private_key_jwt' }],
    ['with a method that is not a string', { ...required, authMethod: Symbol('x') }],
    ['with an issuer that is not a string', { ...required, issuer: 7 }],
    ['with an empty list of audiences', { ...required, audience: [] }],
    ['with an empty client', { ...required, clientId: '' }],
    ['with an empty scope', { ...required, scope: [''] }],
    ['with a negative age', { ...required, maxCacheAge: -1 }],
    ['with an age beyond an hour', { ...required, maxCacheAge: 60_000 }],
    ['with an age that is a string', { ...required, maxCacheAge: '60' }],
    ['with a tolerance that is not a number', { ...required, clockTolerance: Number.NaN }],
    ['with a tolerance that is a string', { ...required, clockTolerance: '30' }],
    ['with a negative tolerance', { ...required, clockTolerance: -1 }],
    ['with a scope of spaces', { ...required, scope: ['ndr:write', '  '] }],
    ['with a timeout of nothing', { ...required, timeout: 0 }],
    ['with a timeout of half a millisecond', { ...required, timeout: 0.5 }],
    ['with an http: URL beyond this machine', { ...required, endpoint: 'http://login.example.com/introspect' }],
    ['with an audience that is false', { ...required, audience: false }],
    ['with an empty audience', { ...required, audience: '' }],
    ['with a secret in quotes', { ...required, credentials: { clientId: 'id', clientSecret: '"secret-that-must-not-show"' } }],
    ['with the name of another option', { ...required, url: required.endpoint, introspectionEndpoint: 'x', issuers: 'x' }],
    ['with a clock that is not a function', { ...required, clock: new Date() }],
    ['with a fetch that is not a function', { ...required, fetch: 'fetch' }],
  ])('%s', async (_, options) => {
    const error = await waybillErrorOf(() => bearerIntrospection(options as never));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(everythingShownOf(error)).not.toContain('must-not-show');
  });

  test.each<[string, unknown, string]>([
    ['endpoint', { endpoint: undefined }, '"endpoint" is missing'],
    ['endpoint', { endpoint: '/introspect' }, '"endpoint" must be a URL that starts with https://'],
    ['credentials.clientId', { credentials: undefined }, '"credentials.clientId" is missing'],
    ['credentials.clientSecret', { credentials: { clientId: 'id' } }, '"credentials.clientSecret" is missing'],
    ['authMethod', { authMethod: 'none' }, '"authMethod" must be client_secret_basic or client_secret_post'],
    ['issuer', { issuer: '' }, '"issuer" is empty: is the environment variable set?'],
    ['maxCacheAge', { maxCacheAge: 3_601 }, '"maxCacheAge" must be seconds, 0 to 3600'],
    ['clockTolerance', { clockTolerance: 3_601 }, '"clockTolerance" must be seconds, 0 to 3600'],
    ['scope', { scope: ' ' }, '"scope" must be one or more strings that are not empty'],
  ])('and says that %s is at fault: %#', async (option, changes, message) => {
    const error = await waybillErrorOf(() => bearerIntrospection({ ...required, ...(changes as object) }));
    expect(error).toMatchObject({ code: 'CONFIGURATION', surface: 'shipping-ndr', option, message });
  });

  test.each([
    ['endpiont', 'endpoint'],
    ['credential', 'credentials'],
    ['authMehtod', 'authMethod'],
    ['timeuot', 'timeout'],
    ['maxCachAge', 'maxCacheAge'],
    ['fetsh', 'fetch'],
    ['audiences', 'audience'],
  ])('that are misspelt: the hint for %s names %s', async (option, meant) => {
    const error = await waybillErrorOf(() => bearerIntrospection({ ...required, [option]: 1 } as never));
    expect(error).toMatchObject({ code: 'CONFIGURATION', option, hint: `Did you mean "${meant}"?` });
  });
});

test('neither a secret nor a cached token is shown', async () => {
  const server = await authorizationServer();
  const auth = mechanism(server.endpoint);
  await auth.check(request());
  expect(everythingShownOf([auth, new NdrWebhookVerifier({ auth })])).not.toMatch(/s3cret|opaque/);
});

test.each([
  ['aud', 'Did you mean "audience"?'],
  ['iss', 'Did you mean "issuer"?'],
  ['requiredScope', 'Did you mean "scope"?'],
  ['subject', expect.stringContaining('The options are endpoint, credentials')],
])('an option that would check nothing is refused: %s', (name, hint) => {
  const options = { endpoint: 'https://login.example.com/introspect', credentials: { clientId: 'a', clientSecret: 'b' }, [name]: 'x' };
  expect(() => bearerIntrospection(options)).toThrow(expect.objectContaining({ code: 'CONFIGURATION', option: name, hint }));
});
