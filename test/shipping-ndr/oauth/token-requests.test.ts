import { deflateSync, gzipSync } from 'node:zlib';
import { decodeJwt } from 'jose';
import { describe, expect, test, vi } from 'vitest';
import { type LambdaHttpEvent, toLambdaHandler } from '../../../src/adapters/lambda.ts';
import { attachParsed } from '../../../src/core/receive/request.ts';
import {
  AuthenticationError,
  ConfigurationError,
  type NdrTokenEndpointOptions,
  type NdrTokenHandlerOptions,
  type PrivateJwk,
} from '../../../src/shipping-ndr/webhook.ts';
import { consoleLines } from '../../support/console.ts';
import { everythingShownOf } from '../../support/errors.ts';
import { ecPair } from '../../support/jwt.ts';
import { base64 } from '../../support/shipping-ndr/auth.ts';
import {
  basic,
  form,
  handlerWith,
  ID,
  ISSUER,
  inBody,
  inHeader,
  json,
  SECRET,
  tokenFrom,
} from '../../support/shipping-ndr/token-endpoint.ts';

const raw = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Request =>
  new Request(ISSUER, { method: 'POST', headers, body });
const bytes = (text: string, encoding?: BufferEncoding): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text, encoding));
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const escaped = new URLSearchParams(inBody).toString();

describe('a client authenticates', () => {
  test.each<[string, () => Request]>([
    ['by a form', () => form(inBody)],
    ['by a form with its other secret', () => form({ ...inBody, client_secret: 'old-s3cret' })],
    ['by JSON', () => json(inBody)],
    ['by JSON with a byte order mark', () => json(`\uFEFF${JSON.stringify(inBody)}`)],
    ['by JSON with unknown properties', () => json({ ...inBody, audience: ['x'], __proto__: null, nested: {} })],
    ['by Basic and a form', () => form({ grant_type: 'client_credentials' }, inHeader)],
    ['by Basic and JSON', () => json({ grant_type: 'client_credentials' }, inHeader)],
    ['by Basic that is not form-encoded', () => form({}, { authorization: `basic  ${base64(`${ID}:${SECRET}`)}` })],
    ['by Basic and nothing', () => new Request(ISSUER, { method: 'POST', headers: inHeader })],
    ['by Basic and its id in the body', () => form({ grant_type: 'client_credentials', client_id: ID, client_secret: '' }, inHeader)],
    ['without a grant type', () => form({ client_id: ID, client_secret: SECRET })],
    ['with an empty grant type', () => form({ ...inBody, grant_type: '' })],
    ['by a form without a type', () => raw(bytes(escaped))],
    ['by a form of plain text', () => raw(escaped)],
    ['by JSON without a type', () => raw(bytes(JSON.stringify(inBody)))],
    ['by JSON of plain text', () => raw(` ${JSON.stringify(inBody)}`, { 'content-type': 'Text/Plain' })],
    ['by JSON with the type of a form', () => raw(JSON.stringify(inBody), FORM)],
    ['by a form in UTF-16', () => raw(bytes(escaped, 'utf16le'), FORM)],
    ['by JSON in UTF-16 with the type of a form', () => raw(bytes(`\uFEFF${JSON.stringify(inBody)}`, 'utf16le'), FORM)],
    ['by a form that is compressed', () => raw(new Uint8Array(gzipSync(escaped)), { ...FORM, 'content-encoding': 'gzip' })],
    ['by a form whose compression the header does not name', () => raw(new Uint8Array(gzipSync(escaped)), FORM)],
    ['by a form that was decompressed on the way', () => raw(escaped, { ...FORM, 'content-encoding': 'gzip' })],
    ['by JSON that is compressed', () => raw(new Uint8Array(deflateSync(JSON.stringify(inBody))), { 'content-encoding': 'deflate' })],
    ['with unknown parameters twice', () => form([...Object.entries(inBody), ['resource', 'a'], ['resource', 'b']])],
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

  test('by Basic with an id that is form-encoded, also if the id is in the body or the secret is not encoded', async () => {
    const handler = handlerWith({ clients: { id: 'my shop', secrets: '100%' } });
    const request = (pair: string, parameters: Record<string, string> = {}): Request =>
      form(parameters, { authorization: `Basic ${base64(pair)}` });
    expect((await handler(request('my+shop:100%25', { client_id: 'my shop' }))).status).toBe(200);
    expect((await handler(request('my%20shop:100%'))).status).toBe(200);
    expect((await handler(request('my+shop:100%25', { client_id: 'my other shop' }))).status).toBe(400);
  });

  test('with one call of the function that supplies the clients, if its credentials can be read in one way only', async () => {
    const clients = vi.fn(() => ({ id: ID, secrets: 's3cret' }));
    expect((await handlerWith({ clients })(form({}, basic(ID, 's3cret')))).status).toBe(200);
    expect(clients).toHaveBeenCalledOnce();
  });

  test('as one of several, which a function supplies for every request', async () => {
    let secrets = ['one'];
    const handler = handlerWith({
      clients: async () => [
        { id: 'a', secrets: 'x' },
        { id: 'b', secrets },
      ],
    });
    const request = async (client_id: string, client_secret: string) => (await handler(form({ client_id, client_secret }))).status;
    expect([await request('a', 'x'), await request('b', 'one'), await request('a', 'one'), await request('b', 'x')]).toEqual([
      200, 200, 401, 401,
    ]);
    secrets = ['two', 'one'];
    expect([await request('b', 'one'), await request('b', 'two')]).toEqual([200, 200]);
    secrets = ['two'];
    expect([await request('b', 'one'), await request('b', 'two')]).toEqual([401, 200]);
  });

  test('by the pair, and not by what the two make together', async () => {
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
    ['a header that is not Basic', () => form({ grant_type: 'client_credentials' }, { authorization: 'Bearer x' }), 401, 'invalid_client'],
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
    ['a scope twice', () => form([...Object.entries(inBody), ['scope', 'ndr:write'], ['scope', '']]), 400, 'invalid_request'],
    ['a parameter that is not a string', () => json({ ...inBody, client_secret: [SECRET] }), 400, 'invalid_request'],
    ['a broken body', () => json('{"client_id":'), 400, 'invalid_request'],
    ['JSON that is a string', () => json('"client_credentials"'), 400, 'invalid_request'],
    ['JSON that is null', () => json('null'), 400, 'invalid_request'],
    ['JSON that is an array', () => json([inBody]), 400, 'invalid_request'],
    ['a body of another type', () => raw(JSON.stringify(inBody), { 'content-type': 'text/html' }), 400, 'invalid_request'],
    ['a broken body of no type', () => raw(bytes('{"client_id":')), 400, 'invalid_request'],
    ['no grant type, if one is required', () => form({ client_id: ID, client_secret: SECRET }), 400, 'invalid_request'],
    ['another grant', () => form({ ...inBody, grant_type: 'password' }), 400, 'unsupported_grant_type'],
    ['another grant, by case', () => form({ ...inBody, grant_type: 'Client_Credentials' }), 400, 'unsupported_grant_type'],
    ['another scope', () => form({ ...inBody, scope: 'ndr:admin' }), 400, 'invalid_scope'],
    ['another scope beside one', () => form({ ...inBody, scope: 'ndr:write ndr:admin' }), 400, 'invalid_scope'],
    ['another scope after spaces', () => form({ ...inBody, scope: 'ndr:write  ndr:admin ' }), 400, 'invalid_scope'],
    ['a GET', () => new Request(`${ISSUER}?${new URLSearchParams(inBody)}`), 405, 'invalid_request', { allow: 'POST' }],
    ['a PUT', () => new Request(ISSUER, { method: 'PUT', body: new URLSearchParams(inBody) }), 405, 'invalid_request', { allow: 'POST' }],
    ['a large body', () => form({ ...inBody, padding: 'x'.repeat(16_384) }), 413, 'invalid_request'],
    ['10 MB', () => json('x'.repeat(10_000_000)), 413, 'invalid_request'],
  ])('%s', async (_, makeRequest, status, error, headers = {}) => {
    const onError = vi.fn();
    const response = await handlerWith(strict, { onError })(makeRequest());
    const body = (await response.json()) as Record<string, string>;
    expect([response.status, body['error']]).toEqual([status, error]);
    expect(Object.fromEntries(response.headers)).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache', ...headers });
    // The characters that section 5.2 allows.
    expect(body['error_description']).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
    expect(response.headers.get('www-authenticate')).toBe(status === 401 ? 'Basic realm="Amazon Shipping", charset="UTF-8"' : null);
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.any(Error), { status });
    const cause = onError.mock.calls[0]?.[0];
    if (status === 401) {
      expect(cause).toMatchObject({
        code: 'AUTHENTICATION',
        surface: 'shipping-ndr',
        reason: expect.stringMatching(/^m(?:issing|alformed|ismatch)$/),
      });
    } else {
      const message = body['error_description'];
      expect(cause).toMatchObject({ code: 'VALIDATION', surface: 'shipping-ndr', direction: 'event', message, issues: [{ message }] });
    }
    expect([JSON.stringify(body), everythingShownOf(onError.mock.calls[0]?.[0])].join()).not.toMatch(/s3cret|mallory/);
  });

  test('if no scope is configured, none may be requested', async () => {
    expect(await (await handlerWith()(form({ ...inBody, scope: 'x' }))).json()).toMatchObject({ error: 'invalid_scope' });
    expect((await tokenFrom(await handlerWith()(form({ ...inBody, scope: ' ' })))).scope).toBeUndefined();
  });

  const boom = () => Promise.reject(new Error('the vault is sealed'));
  test.each<[string, Partial<NdrTokenEndpointOptions>, NdrTokenHandlerOptions]>([
    ['the clients are unavailable', { clients: boom }, {}],
    ['the keys are unavailable', { keys: boom }, {}],
    ['a function refuses in our words', { clients: () => Promise.reject(new AuthenticationError('missing', '', { surface: 'core' })) }, {}],
    ['no clients are supplied', { clients: async () => [] }, {}],
    ['a key that is supplied cannot sign', { keys: async () => ({ kty: 'RSA', n: 'AA', e: 'AQAB', d: 'AA' }) }, {}],
    ['the clock is broken', { clock: () => new Date(Number.NaN) }, {}],
    ['the time budget is used up', { clients: () => new Promise(() => undefined) }, { timeBudget: 20 }],
  ])('503 if %s', async (_, options, handlerOptions) => {
    const onError = vi.fn();
    const response = await handlerWith(options, { ...handlerOptions, retryAfter: 7, onError })(form(inBody));
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '7']);
    expect(await response.json()).toEqual({ error: 'temporarily_unavailable', error_description: 'no token now, please retry' });
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.any(Error), { status: 503 });
  });

  test('503 if the body was read before, and what onError throws changes nothing', async () => {
    const request = form(inBody);
    await request.text();
    const onError = (): never => {
      throw new Error('logger down');
    };
    expect((await handlerWith({}, { onError })(request)).status).toBe(503);
    const asyncHook = (() => Promise.reject(new Error('logger down'))) as () => void;
    expect((await handlerWith({}, { onError: asyncHook })(request)).status).toBe(503);
  });

  test('a key that cannot sign is not shown', async () => {
    const onError = vi.fn();
    const keys = { ...(ecPair('k').privateKey.export({ format: 'jwk' }) as PrivateJwk), d: 'must-not-show' };
    expect((await handlerWith({ keys }, { onError })(form(inBody))).status).toBe(503);
    const error = onError.mock.calls[0]?.[0];
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({
      option: 'keys',
      message: '"keys" has a first key that cannot sign',
      hint: expect.stringContaining('RFC 7518'),
    });
    expect(everythingShownOf(error)).not.toContain('must-not-show');
  });

  test('an error in the configuration is written to the console if there is no onError, because every request fails', async () => {
    const lines = consoleLines();
    expect((await handlerWith({ clients: async () => [] })(form(inBody))).status).toBe(503);
    expect((await handlerWith()(form({ ...inBody, client_secret: 'wrong' }))).status).toBe(401);
    expect(lines).toEqual([expect.stringMatching(/^waybill: "clients" must not be empty/)]);
  });
});

describe('a body that a framework has parsed', () => {
  const parsed = (body: unknown): Request => {
    const request = new Request(ISSUER, { method: 'POST' });
    attachParsed(request, body);
    return request;
  };

  test('is read as the object that it is', async () => {
    expect((await handlerWith()(parsed({ ...inBody, scope: '' }))).status).toBe(200);
    expect((await handlerWith()(parsed({ ...inBody, client_secret: 'wrong' }))).status).toBe(401);
  });

  test.each([{ client_id: ID }, { client_secret: SECRET }])('without one half of the credentials is refused: %o', async (body) => {
    const onError = vi.fn();
    expect((await handlerWith({}, { onError })(parsed(body))).status).toBe(401);
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ reason: 'missing' }), { status: 401 });
  });
});

describe('behind Lambda', () => {
  const post = async (body: unknown, contentType: string, httpMethod = 'POST') => {
    const event = { httpMethod, path: '/oauth/token', headers: { 'content-type': contentType }, body };
    return toLambdaHandler(handlerWith())(event as LambdaHttpEvent);
  };

  test.each<[string, string, unknown]>([
    ['a form', 'application/x-www-form-urlencoded', new URLSearchParams(inBody).toString()],
    ['JSON', 'application/json', JSON.stringify(inBody)],
    ['a form of plain text', 'text/plain', new URLSearchParams(inBody).toString()],
    ['JSON that a middleware has parsed', 'application/json', inBody],
  ])('a body is read: %s', async (_, contentType, body) => {
    const { statusCode, body: response } = await post(body, contentType);
    expect(statusCode).toBe(200);
    expect(decodeJwt(JSON.parse(response).access_token)['client_id']).toBe(ID);
  });

  test.each([
    ['post', 200],
    ['Post', 200],
    ['put', 405],
  ])('the method %s gets %d', async (method, status) => {
    expect((await post(JSON.stringify(inBody), 'application/json', method)).statusCode).toBe(status);
  });
});

test.each([
  ['client', 'clients'],
  ['key', 'keys'],
  ['expiresIn', 'lifetime'],
  ['scopes', 'scope'],
])('the option %s is refused, and the hint names %s', (option, meant) => {
  expect(() => handlerWith({ [option]: 'x' })).toThrow(
    expect.objectContaining({ code: 'CONFIGURATION', surface: 'shipping-ndr', option, hint: `Did you mean "${meant}"?` }),
  );
});

test('options that are not functions are refused, and so is an endpoint without clients', () => {
  expect(() => handlerWith({ clock: 7 as never })).toThrow(expect.objectContaining({ code: 'CONFIGURATION', option: 'clock' }));
  expect(() => handlerWith({}, { onError: 7 as never })).toThrow(expect.objectContaining({ code: 'CONFIGURATION', option: 'onError' }));
  expect(() => handlerWith({ clients: undefined as never })).toThrow('"clients" is missing');
});

test.each([60, 86_400])('a lifetime of %d seconds is accepted', async (lifetime) => {
  expect(await tokenFrom(await handlerWith({ lifetime })(form(inBody)))).toMatchObject({ expires_in: lifetime });
});
