import type { RequestListener } from 'node:http';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
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
} from '../../src/shipping-ndr/webhook.ts';
import { answerTo, bearer, refusalOf as refusalOfToken } from './bearer.ts';
import { everythingShownOf, thrownBy, waybillErrorOf } from './errors.ts';
import { listen, type Recorded, record } from './server.ts';

const TOKEN = 'opaque~t0ken/with+signs=';
const SECRET = 'our:s3cret/ü %+';
const NOW = new Date('2026-01-01T00:00:00Z');
const SECONDS = NOW.getTime() / 1000;
const active = {
  active: true,
  iss: 'https://login.example.com/',
  aud: 'https://shop.example.com/ndr',
  client_id: 'amazon-shipping',
  scope: 'ndr:write other',
  exp: SECONDS + 600,
  iat: SECONDS,
  token_type: 'Bearer',
};
const request = (token = TOKEN) => bearer(token);

/** An authorization server that knows one token, and its resource servers by their secrets. */
async function authorizationServer() {
  const state = {
    description: active as Record<string, unknown>,
    secrets: [SECRET],
    calls: [] as Recorded[],
    answer: undefined as RequestListener | undefined,
  };
  const url = await listen(async (incoming, outgoing) => {
    const call = await record(incoming);
    state.calls.push(call);
    if (state.answer) return state.answer(incoming, outgoing);
    outgoing.setHeader('content-type', 'application/json');
    if (!state.secrets.includes(secretOf(call))) {
      return void outgoing.writeHead(401, { 'www-authenticate': 'Basic' }).end('{"error":"invalid_client"}');
    }
    const token = new URLSearchParams(call.body).get('token');
    outgoing.end(JSON.stringify(token === TOKEN ? state.description : { active: false }));
  });
  return Object.assign(state, { endpoint: `${url}/introspect?tenant=1` });
}

/** As RFC 6749, section 2.3.1, has it; written without our code. */
function secretOf({ headers, body }: Recorded): string {
  const form = new URLSearchParams(body);
  if (form.has('client_secret')) return form.get('client_id') === 'resource server' ? String(form.get('client_secret')) : '';
  const [id = '', secret = ''] = Buffer.from(String(headers.authorization).slice('Basic '.length), 'base64')
    .toString('utf8')
    .split(':')
    .map((part) => decodeURIComponent(part.replaceAll('+', '%20')));
  return id === 'resource server' ? secret : '';
}

const mechanism = (endpoint: string, options: Partial<BearerIntrospectionOptions> = {}): NdrAuth =>
  bearerIntrospection({ endpoint, credentials: { clientId: 'resource server', clientSecret: SECRET }, clock: () => NOW, ...options });

const refusalOf = (auth: NdrAuth, token = TOKEN) => refusalOfToken(auth, token);

describe('the call', () => {
  test('is the one of RFC 7662, with HTTP Basic', async () => {
    const server = await authorizationServer();
    expect(await refusalOf(mechanism(server.endpoint))).toBeUndefined();
    const [call] = server.calls;
    expect([call?.method, call?.path]).toEqual(['POST', '/introspect?tenant=1']);
    expect(call?.headers).toMatchObject({ 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' });
    expect(Object.fromEntries(new URLSearchParams(call?.body))).toEqual({ token: TOKEN, token_type_hint: 'access_token' });
  });

  test('carries the credentials in the form where that is asked for', async () => {
    const server = await authorizationServer();
    expect(await refusalOf(mechanism(server.endpoint, { authMethod: 'client_secret_post' }))).toBeUndefined();
    expect(server.calls[0]?.headers.authorization).toBeUndefined();
    expect(new URLSearchParams(server.calls[0]?.body).get('client_secret')).toBe(SECRET);
  });

  test('asks a function for the credentials each time, so that the secret can be rotated', async () => {
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

  test('can be made by a function of yours', async () => {
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
    ['of the issuer', { issuer: active.iss }, active],
    ['for an audience among several', { audience: ['https://other.example', active.aud] }, { ...active, aud: ['x', active.aud] }],
    ['of one of several clients', { clientId: ['old', 'amazon-shipping'] }, active],
    ['with its scopes', { scope: ['other', 'ndr:write'] }, active],
    ['whose end is 29 seconds past', {}, { ...active, exp: SECONDS - 29 }],
    ['whose beginning is 29 seconds ahead', {}, { ...active, nbf: SECONDS + 29 }],
  ])('%s is let in', async (_, options, description) => {
    const server = await authorizationServer();
    server.description = description;
    expect(await refusalOf(mechanism(server.endpoint, options))).toBeUndefined();
  });

  test.each<[string, Partial<BearerIntrospectionOptions>, Record<string, unknown>, AuthenticationError['reason']]>([
    ['that is not active', {}, { ...active, active: false }, 'mismatch'],
    ['of another issuer', { issuer: 'https://login.example.com' }, active, 'mismatch'],
    ['of an issuer that is not named', { issuer: active.iss }, { active: true }, 'mismatch'],
    ['for another audience', { audience: 'https://shop.example.com/' }, active, 'mismatch'],
    ['for no audience', { audience: active.aud }, { active: true }, 'mismatch'],
    ['of another client', { clientId: 'amazon' }, active, 'mismatch'],
    ['of no client', { clientId: 'amazon-shipping' }, { active: true }, 'mismatch'],
    ['that lacks a scope', { scope: ['ndr:write', 'ndr:admin'] }, active, 'mismatch'],
    ['with part of a scope', { scope: 'ndr' }, active, 'mismatch'],
    ['that has ended', {}, { ...active, exp: SECONDS - 30 }, 'expired'],
    ['that does not hold yet', {}, { ...active, nbf: SECONDS + 31 }, 'mismatch'],
  ])('%s is refused', async (_, options, description, reason) => {
    const server = await authorizationServer();
    server.description = description;
    const refusal = await refusalOf(mechanism(server.endpoint, options));
    expect(refusal).toMatchObject({ code: 'AUTHENTICATION', reason });
    expect(everythingShownOf(refusal)).not.toMatch(/opaque|amazon-shipping|s3cret/);
  });

  test.each([{}, { authorization: 'Basic eDp5' }, { authorization: 'Bearer a b' }])(
    'is not asked about where there is none: %j',
    async (headers) => {
      const server = await authorizationServer();
      expect(await waybillErrorOf(() => mechanism(server.endpoint).check({ headers }))).toBeInstanceOf(AuthenticationError);
      expect(server.calls).toHaveLength(0);
    },
  );
});

describe('what is remembered', () => {
  /** A mechanism with a clock that can be put forward. */
  async function withClock(options: Partial<BearerIntrospectionOptions> = {}) {
    const server = await authorizationServer();
    let now = NOW.getTime();
    const auth = mechanism(server.endpoint, { clock: () => new Date(now), ...options });
    return { server, auth, pass: (seconds: number) => (now += seconds * 1_000) };
  }

  test('is a good token for a minute', async () => {
    const { server, auth, pass } = await withClock();
    for (const seconds of [0, 59]) {
      pass(seconds);
      expect(await refusalOf(auth)).toBeUndefined();
    }
    expect(server.calls).toHaveLength(1);
    pass(1);
    server.description = { active: false };
    expect(await refusalOf(auth)).toMatchObject({ reason: 'mismatch' });
    expect(server.calls).toHaveLength(2);
  });

  test('is a good token never longer than it lives', async () => {
    const { server, auth, pass } = await withClock();
    server.description = { ...active, exp: SECONDS + 10 };
    expect(await refusalOf(auth)).toBeUndefined();
    pass(10);
    expect(await refusalOf(auth)).toBeUndefined();
    expect(server.calls).toHaveLength(2);
    pass(30);
    expect(await refusalOf(auth)).toMatchObject({ reason: 'expired' });
  });

  test('is nothing, if one likes', async () => {
    const { server, auth } = await withClock({ maxCacheAge: 0 });
    for (let call = 1; call <= 3; call += 1) {
      expect(await refusalOf(auth)).toBeUndefined();
      expect(server.calls).toHaveLength(call);
    }
  });

  test('is no refusal: the server may learn of the token a moment later', async () => {
    const { server, auth } = await withClock();
    server.description = { active: false };
    expect(await refusalOf(auth)).toMatchObject({ reason: 'mismatch' });
    server.description = active;
    expect(await refusalOf(auth)).toBeUndefined();
  });

  test('is no failure', async () => {
    const { server, auth } = await withClock();
    server.answer = (_, outgoing) => outgoing.writeHead(503).end();
    expect(await waybillErrorOf(() => auth.check(request()))).toBeInstanceOf(ApiError);
    server.answer = undefined;
    expect(await refusalOf(auth)).toBeUndefined();
  });

  test('has a bound, and the oldest go first', async () => {
    let asked = 0;
    const fetch = async (): Promise<Response> => Response.json({ active: true, asked: asked++ });
    const auth = mechanism('https://login.example.com/introspect', { fetch });
    for (let token = 0; token <= 1_000; token += 1) await auth.check(request(`t${token}`));
    expect(asked).toBe(1_001);
    await auth.check(request('t1000'));
    expect(asked).toBe(1_001);
    await auth.check(request('t0'));
    expect(asked).toBe(1_002);
  });

  test('is no token of another', async () => {
    const { auth } = await withClock();
    expect(await refusalOf(auth)).toBeUndefined();
    expect(await refusalOf(auth, `${TOKEN}x`)).toMatchObject({ reason: 'mismatch' });
  });
});

describe('many at a time', () => {
  test('share one call for one token', async () => {
    const server = await authorizationServer();
    const auth = mechanism(server.endpoint, { maxCacheAge: 0 });
    expect(await Promise.all(Array.from({ length: 50 }, () => refusalOf(auth)))).toEqual(new Array(50).fill(undefined));
    expect(server.calls).toHaveLength(1);
    await Promise.all([refusalOf(auth, 'a'), refusalOf(auth, 'b'), refusalOf(auth, 'a')]);
    expect(server.calls).toHaveLength(3);
  });

  test('share one failure too', async () => {
    const server = await authorizationServer();
    server.answer = (_, outgoing) => outgoing.writeHead(500).end();
    const auth = mechanism(server.endpoint);
    const errors = await Promise.all(Array.from({ length: 50 }, () => waybillErrorOf(() => auth.check(request()))));
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['API']));
    expect(server.calls).toHaveLength(1);
  });

  test.each(['WebSocketPair', 'EdgeRuntime'])('ask each for itself where %s says that they are apart', async (name) => {
    vi.stubGlobal(name, 'here');
    onTestFinished(() => void vi.unstubAllGlobals());
    const server = await authorizationServer();
    const auth = mechanism(server.endpoint);
    await Promise.all([refusalOf(auth), refusalOf(auth)]);
    expect(server.calls).toHaveLength(2);
  });
});

describe('a server', () => {
  test.each<[string, RequestListener, new (...args: never[]) => Error]>([
    ['refuses our own credentials', (_, outgoing) => outgoing.writeHead(401).end('{"error":"invalid_client"}'), ApiError],
    ['answers 403', (_, outgoing) => outgoing.writeHead(403).end(), ApiError],
    ['answers 500', (_, outgoing) => outgoing.writeHead(500).end('{"active":false}'), ApiError],
    ['answers 204', (_, outgoing) => outgoing.writeHead(204).end(), ApiError],
    ['redirects', (_, outgoing) => outgoing.writeHead(307, { location: '/elsewhere' }).end(), ApiError],
    ['answers HTML', (_, outgoing) => outgoing.end('<html>'), ConnectionError],
    ['answers null', (_, outgoing) => outgoing.end('null'), ConnectionError],
    ['answers nothing', (_, outgoing) => outgoing.end(), ConnectionError],
    ['does not say whether the token is active', (_, outgoing) => outgoing.end('{}'), ConnectionError],
    ['says so in a text', (_, outgoing) => outgoing.end('{"active":"false"}'), ConnectionError],
    ['gives an end that is no number', (_, outgoing) => outgoing.end('{"active":true,"exp":"tomorrow"}'), ConnectionError],
    ['hangs up', (incoming) => incoming.socket.destroy(), ConnectionError],
    ['is silent', () => undefined, TimeoutError],
    ['stops halfway', (_, outgoing) => void outgoing.writeHead(200, { 'content-length': 99 }).write('{"active":'), TimeoutError],
  ])('that %s makes a token neither right nor wrong', async (_, answer, kind) => {
    const server = await authorizationServer();
    server.answer = answer;
    const auth = mechanism(server.endpoint, { timeout: 600 });
    const error = await waybillErrorOf(() => auth.check(request()));
    expect(error).toBeInstanceOf(kind);
    expect(everythingShownOf(error)).not.toMatch(/opaque|s3cret|tenant=1/);

    const response = await answerTo(auth, TOKEN);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '60']);
    server.answer = undefined;
    expect((await answerTo(auth, TOKEN)).status).toBe(200);
  });

  test('that is not there at all does so too', async () => {
    const error = await waybillErrorOf(() => mechanism('http://127.0.0.1:1/introspect').check(request()));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(everythingShownOf(error)).not.toMatch(/opaque|s3cret/);
  });

  test('is given up by the clock also where a function of yours does not heed its signal', async () => {
    const auth = mechanism('https://login.example.com/introspect', { fetch: () => new Promise(() => undefined), timeout: 0.5 });
    expect(await waybillErrorOf(() => auth.check(request()))).toBeInstanceOf(TimeoutError);
  });

  test('is not blamed for what a function of yours throws', async () => {
    const failure = new Error('the vault is sealed');
    const auth = mechanism('https://login.example.com/introspect', { credentials: () => Promise.reject(failure) });
    expect(await thrownBy(() => auth.check(request()))).toBe(failure);
    const empty = mechanism('https://login.example.com/introspect', { credentials: (() => ({ clientId: 'x' })) as never });
    expect(await waybillErrorOf(() => empty.check(request()))).toBeInstanceOf(ConfigurationError);
  });
});

describe('bearerIntrospection is not made', () => {
  const required = {
    endpoint: 'https://login.example.com/introspect',
    credentials: { clientId: 'id', clientSecret: 'secret-that-must-not-show' },
  };

  test.each<[string, unknown]>([
    ['without options', undefined],
    ['without an endpoint', { credentials: required.credentials }],
    ['with an endpoint that is no URL', { ...required, endpoint: Object.create(null) }],
    ['with a path for an endpoint', { ...required, endpoint: '/introspect' }],
    ['with credentials in the endpoint', { ...required, endpoint: 'https://id:secret-that-must-not-show@login.example.com/' }],
    ['without credentials', { endpoint: required.endpoint }],
    ['without a secret', { ...required, credentials: { clientId: 'id' } }],
    ['with an empty client id', { ...required, credentials: { clientId: ' ', clientSecret: 'secret-that-must-not-show' } }],
    ['with a method of its own', { ...required, authMethod: 'private_key_jwt' }],
    ['with a method that is no text', { ...required, authMethod: Symbol('x') }],
    ['with an issuer that is no text', { ...required, issuer: 7 }],
    ['with no audience', { ...required, audience: [] }],
    ['with an empty client', { ...required, clientId: '' }],
    ['with an empty scope', { ...required, scope: [''] }],
    ['with a negative age', { ...required, maxCacheAge: -1 }],
    ['with an age beyond an hour', { ...required, maxCacheAge: 60_000 }],
    ['with a tolerance that is none', { ...required, clockTolerance: Number.NaN }],
    ['with a time-out that is none', { ...required, timeout: 0 }],
    ['with a fetch that is no function', { ...required, fetch: 'fetch' }],
  ])('%s', async (_, options) => {
    const error = await waybillErrorOf(() => bearerIntrospection(options as never));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(everythingShownOf(error)).not.toContain('must-not-show');
  });
});

test('no secret shows, nor a token that is remembered', async () => {
  const server = await authorizationServer();
  const auth = mechanism(server.endpoint);
  await auth.check(request());
  expect(everythingShownOf([auth, new NdrWebhookVerifier({ auth })])).not.toMatch(/s3cret|opaque/);
});
