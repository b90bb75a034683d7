/** Every mechanism against every way of presenting a credential wrongly, through a webhook: the status, the headers, and what is shown. */
import { inspect } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import {
  apiKey,
  basicAuth,
  bearerIntrospection,
  bearerJwt,
  bearerToken,
  type NdrAuth,
  NdrTokenEndpoint,
  NdrWebhookVerifier,
  queryParameter,
} from '../../../../src/shipping-ndr/webhook.ts';
import { everythingShownOf, waybillErrorOf } from '../../../support/errors.ts';
import { rsaPair, token } from '../../../support/jwt.ts';
import { theirs as otherKeys } from '../../../support/rsa.ts';
import { base64, eventRequest } from '../../../support/shipping-ndr/auth.ts';
import { ndrSample } from '../../../support/shipping-ndr/samples.ts';

const NOW = Math.floor(Date.now() / 1_000);
const SECRET = 'S3cr3t-that-must-not-show.0123456789';
const claims = { iss: 'https://login.example.com/', aud: 'ndr', exp: NOW + 600, client_id: 'amazon' };
const [ours, theirs] = [rsaPair('k'), rsaPair('k', otherKeys)];
const endpoint = new NdrTokenEndpoint({
  clients: { id: 'amazon', secrets: SECRET },
  keys: new TextEncoder().encode(SECRET),
  issuer: claims.iss,
  audience: claims.aud,
});

/** A mechanism, and how a request presents its credential. */
interface Mechanism {
  readonly name: string;
  readonly auth: NdrAuth;
  /** The right credential, as it is in the header or in the URL. */
  readonly right: string | (() => Promise<string>);
  /** Another one of the same form. */
  readonly other: string;
  readonly header?: string;
  readonly parameter?: string;
  /** `WWW-Authenticate` for a request without a credential, and for one with a wrong one. */
  readonly challenges: readonly [missing: string, wrong: string];
}

const BEARER = ['Bearer', 'Bearer error="invalid_token"'] as const;
const mechanisms: readonly Mechanism[] = [
  {
    name: 'apiKey',
    auth: apiKey({ keys: SECRET }),
    right: SECRET,
    other: 'Pr3sent3d',
    header: 'x-api-key',
    challenges: ['ApiKey', 'ApiKey'],
  },
  {
    name: 'queryParameter',
    auth: queryParameter({ name: 'token', values: SECRET }),
    right: SECRET,
    other: 'Pr3sent3d',
    parameter: 'token',
    challenges: ['QueryParameter', 'QueryParameter'],
  },
  {
    name: 'basicAuth',
    auth: basicAuth({ users: { username: 'amazon', password: SECRET } }),
    right: `Basic ${base64(`amazon:${SECRET}`)}`,
    other: `Basic ${base64('amazon:Pr3sent3d')}`,
    header: 'authorization',
    challenges: ['Basic realm="Amazon Shipping", charset="UTF-8"', 'Basic realm="Amazon Shipping", charset="UTF-8"'],
  },
  {
    name: 'bearerToken',
    auth: bearerToken((presented) => presented === SECRET),
    right: `Bearer ${SECRET}`,
    other: 'Bearer Pr3sent3d',
    header: 'authorization',
    challenges: BEARER,
  },
  {
    name: 'bearerJwt',
    auth: bearerJwt({ issuer: claims.iss, audience: claims.aud, keys: ours.jwk }),
    right: `Bearer ${token({ alg: 'RS256' }, claims, ours.privateKey)}`,
    other: `Bearer ${token({ alg: 'RS256' }, claims, theirs.privateKey)}`,
    header: 'authorization',
    challenges: BEARER,
  },
  {
    name: 'bearerIntrospection',
    auth: bearerIntrospection({
      endpoint: 'https://login.example.com/introspect',
      credentials: { clientId: 'webhook', clientSecret: SECRET },
      fetch: async (_, { body }) => Response.json({ active: String(Buffer.from(body ?? [])).startsWith(`token=${SECRET}&`) }),
    }),
    right: `Bearer ${SECRET}`,
    other: 'Bearer Pr3sent3d',
    header: 'authorization',
    challenges: BEARER,
  },
  {
    name: 'NdrTokenEndpoint',
    auth: endpoint.auth(),
    right: async () => {
      const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'amazon', client_secret: SECRET });
      const response = await endpoint.handler()(new Request('https://shop.example/token', { method: 'POST', body }));
      return `Bearer ${((await response.json()) as { access_token: string }).access_token}`;
    },
    other: `Bearer ${token({ alg: 'HS256', typ: 'at+jwt' }, claims, Buffer.alloc(32))}`,
    header: 'authorization',
    challenges: BEARER,
  },
];

/** Wrong credentials by what is wrong, made of the right one. Those that a header cannot carry are left to the URL. */
const variants: readonly (readonly [string, (right: string, other: string) => string | readonly string[] | undefined])[] = [
  ['missing', () => undefined],
  ['empty', () => ''],
  ['of spaces', () => '   '],
  ['wrong', (_, other) => other],
  ['there twice', (right) => [right, right]],
  ['there twice, the second time wrong', (right, other) => [right, other]],
  ['there twice, the first time wrong', (right, other) => [other, right]],
  ['twice in one value', (right) => `${right}, ${right}`],
  ['without its first character', (right) => right.replace(/\S+$/, (value) => value.slice(1))],
  ['without its last six characters', (right) => right.slice(0, -6)],
  ['with something behind it', (right) => `${right}x`],
  ['with something before it', (right) => right.replace(/\S+$/, 'x$&')],
  ['in upper case', (right) => right.replace(/\S+$/, (value) => value.toUpperCase())],
  ['in lower case', (right) => right.replace(/\S+$/, (value) => value.toLowerCase())],
  ['in base64', (right) => right.replace(/\S+$/, (value) => base64(value))],
  ['in hexadecimal', (right) => right.replace(/\S+$/, (value) => Buffer.from(value).toString('hex'))],
  ['in percent-encoding', (right) => right.replace(/\S+$/, (value) => value.replace(/./g, (c) => `%25${c.charCodeAt(0).toString(16)}`))],
  ['in quotes', (right) => right.replace(/\S+$/, '"$&"')],
  ['under another scheme', (right) => `Negotiate ${right.split(' ').at(-1)}`],
  ['with a parameter', (right) => `${right};charset=utf-8`],
  ['the word undefined', () => 'undefined'],
  ['[object Object]', () => '[object Object]'],
  ['SQL', () => "' OR '1'='1"],
  ['a wildcard', () => '*'],
  ['very long', (right) => right + 'x'.repeat(100_000)],
  ['as long as is read', (right) => right.padEnd(16_384, 'x')],
];

async function requestWith({ header, parameter }: Mechanism, value: string | readonly string[] | undefined): Promise<Request> {
  const values = value === undefined ? [] : [value].flat();
  const headers = new Headers();
  for (const each of values) if (header) headers.append(header, each);
  const query = new URLSearchParams(values.map((each) => [parameter ?? '', each]));
  return eventRequest(headers, parameter ? `https://shop.example/ndr?${query}` : undefined);
}

describe.each(mechanisms)('$name', (mechanism) => {
  const right = async (): Promise<string> => (typeof mechanism.right === 'string' ? mechanism.right : mechanism.right());

  test('authenticates a request with the right credential', async () => {
    const handler = vi.fn();
    const request = await requestWith(mechanism, await right());
    const response = await new NdrWebhookVerifier(mechanism).handler(handler)(request);
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([200, null]);
    expect(handler).toHaveBeenCalledExactlyOnceWith({ ...ndrSample, kind: 'ndr' }, expect.anything());
  });

  test.each(variants)('refuses a credential that is %s with 401, before the body is read, and shows nothing of it', async (name, vary) => {
    const [credential, handler, onError] = [await right(), vi.fn(), vi.fn()];
    const request = await requestWith(mechanism, vary(credential, mechanism.other));
    const response = await new NdrWebhookVerifier(mechanism).handler(handler, { onError })(request);
    const isMissing = ['missing', 'empty'].includes(name) || (name === 'of spaces' && mechanism.header !== undefined);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(mechanism.challenges[isMissing ? 0 : 1]);
    expect(response.headers.get('retry-after')).toBeNull();
    expect(await response.json()).toEqual({ message: 'unauthorized' });
    expect(request.bodyUsed).toBe(false);
    expect(handler).not.toHaveBeenCalled();
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'AUTHENTICATION' }), { status: 401 });
    expect(onError.mock.calls[0]?.[0].reason === 'missing').toBe(isMissing);
    const shown = everythingShownOf([onError.mock.calls[0]?.[0], [...response.headers]]);
    for (const secret of [SECRET, SECRET.slice(4), 'Pr3sent3d', credential.split(' ').at(-1) ?? '']) expect(shown).not.toContain(secret);
  });

  test('shows no secret itself', () => {
    const verifier = new NdrWebhookVerifier(mechanism);
    const handler = verifier.handler(() => undefined);
    for (const value of [mechanism.auth, verifier, handler]) {
      const shown = `${everythingShownOf(value)}${inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true })}`;
      expect(shown).not.toContain(SECRET);
      expect(shown).not.toContain(base64(SECRET).slice(0, 40));
      expect(shown).not.toMatch(/Uint8Array\(\d+\) \[/);
    }
  });

  test('fails closed: what its check throws that is not an authentication error is 503, and is not shown', async () => {
    const failing: NdrAuth = { check: () => Promise.reject(new Error(`vault: ${SECRET}`)), challenge: mechanism.auth.challenge };
    const handler = vi.fn();
    const request = await requestWith(mechanism, await right());
    const response = await new NdrWebhookVerifier({ auth: failing }).handler(handler, { onError: () => undefined })(request);
    expect([response.status, response.headers.get('retry-after'), response.headers.get('www-authenticate')]).toEqual([503, '60', null]);
    expect(await response.text()).not.toContain(SECRET);
    expect(handler).not.toHaveBeenCalled();
  });
});

test.each([
  () => apiKey({ keys: `${SECRET}\n` }),
  () => apiKey({ keys: [SECRET, ''] }),
  () => apiKey({ keys: `${SECRET}ü` }),
  () => apiKey({ [SECRET]: 1, keys: `"${SECRET}"` } as never),
  () => queryParameter({ name: 'token', values: `${SECRET}\ud800` }),
  () => basicAuth({ users: { username: `${SECRET}:`, password: SECRET } }),
  () => basicAuth({ users: `amazon:${SECRET}` as never }),
  () => bearerToken(SECRET as never),
  () => bearerJwt({ issuer: 'i', audience: 'a', keys: SECRET as never }),
  () => bearerJwt({ issuer: 'i', audience: 'a', keys: { kty: 'oct', k: SECRET } as never }),
  () => bearerIntrospection({ endpoint: `https://user:${SECRET}@login.example.com`, credentials: { clientId: 'c', clientSecret: SECRET } }),
  () => bearerIntrospection({ endpoint: 'https://login.example.com', credentials: { clientId: 'c', clientSecret: `"${SECRET}"` } }),
  () => new NdrTokenEndpoint({ clients: { id: 'a', secrets: [SECRET, ''] }, keys: new Uint8Array(32), issuer: 'i', audience: 'a' }),
  () =>
    new NdrTokenEndpoint({
      clients: { id: 'a', secrets: SECRET },
      keys: { kty: 'RSA', d: SECRET, alg: SECRET },
      issuer: 'i',
      audience: 'a',
    }),
  () => new NdrWebhookVerifier({ auth: SECRET as never }),
])('an error about options shows no secret: %#', async (make) => {
  const error = await waybillErrorOf(make);
  expect(error.code).toBe('CONFIGURATION');
  expect(everythingShownOf(error)).not.toContain(SECRET);
});
