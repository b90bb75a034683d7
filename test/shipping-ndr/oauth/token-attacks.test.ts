/** What somebody without the secret can try at a token endpoint, and with a token of another. */
import { gzipSync } from 'node:zlib';
import { decodeJwt } from 'jose';
import { describe, expect, test, vi } from 'vitest';
import { NdrWebhookVerifier } from '../../../src/shipping-ndr/webhook.ts';
import { everythingShownOf } from '../../support/errors.ts';
import { base64, eventRequest } from '../../support/shipping-ndr/auth.ts';
import {
  endpointWith,
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

const raw = (body: string | Uint8Array<ArrayBuffer>, contentType: string, headers: Record<string, string> = {}): Request =>
  new Request(ISSUER, { method: 'POST', headers: { 'content-type': contentType, ...headers }, body });
const FORM = 'application/x-www-form-urlencoded';

describe('a guess', () => {
  const guesses: readonly (readonly [string, () => Request])[] = [
    ['an unknown id', () => form({ ...inBody, client_id: 'nobody' })],
    ['a wrong secret', () => form({ ...inBody, client_secret: 'wrong' })],
    ['a wrong secret of the same length', () => form({ ...inBody, client_secret: SECRET.replace(/.$/, 'x') })],
    ['the id in another case', () => form({ ...inBody, client_id: ID.toUpperCase() })],
    ['the secret in another case', () => form({ ...inBody, client_secret: SECRET.toUpperCase() })],
    ['the secret in another normal form', () => form({ ...inBody, client_secret: SECRET.normalize('NFD') })],
    ['the secret with a space', () => form({ ...inBody, client_secret: `${SECRET} ` })],
    ['the secret with a null byte', () => form({ ...inBody, client_secret: `${SECRET}\0` })],
    ['the secret encoded twice', () => form({ ...inBody, client_secret: encodeURIComponent(SECRET) })],
    ['id and secret exchanged', () => form({ ...inBody, client_id: SECRET, client_secret: ID })],
    ['the words true and null', () => form({ ...inBody, client_id: 'null', client_secret: 'true' })],
    ['SQL', () => form({ ...inBody, client_id: "' OR 1=1 --", client_secret: "' OR 1=1 --" })],
    ['a property of Object.prototype', () => form({ ...inBody, client_id: '__proto__', client_secret: 'constructor' })],
    ['a separator in the id', () => form({ ...inBody, client_id: `${ID}","${SECRET}`, client_secret: SECRET })],
    ['a wrong Basic', () => form({}, { authorization: `Basic ${base64(`${ID}:x`)}` })],
  ];

  test.each(guesses)('is refused, and the response does not say what was wrong: %s', async (_, makeRequest) => {
    const handler = handlerWith({}, { onError: () => undefined });
    const [response, other] = [await handler(makeRequest()), await handler(form({ ...inBody, client_secret: 'other' }))];
    expect(response.status).toBe(401);
    expect(Object.fromEntries(response.headers)).toEqual(Object.fromEntries(other.headers));
    expect(await response.text()).toBe(await other.text());
  });
});

describe('a body', () => {
  const escaped = new URLSearchParams(inBody).toString();

  test.each<[string, () => Request, number]>([
    ['with a parameter twice, the second time right', () => raw(`client_secret=x&${escaped}`, FORM), 400],
    ['with a parameter twice, escaped', () => raw(`${escaped}&client%5Fsecret=x`, FORM), 400],
    ['with a list for a parameter', () => raw(`client_id=${ID}&client_secret[]=${encodeURIComponent(SECRET)}`, FORM), 401],
    ['separated by semicolons', () => raw(escaped.replaceAll('&', ';'), FORM), 401],
    ['that is larger once it is decompressed', () => raw(new Uint8Array(gzipSync('x'.repeat(16_385))), FORM), 413],
    ['that is a decompression bomb', () => raw(new Uint8Array(gzipSync(Buffer.alloc(10_000_000))), 'application/json'), 413],
    ['that is damaged', () => raw(new Uint8Array(gzipSync(escaped)).slice(0, -9), FORM, { 'content-encoding': 'gzip' }), 400],
    ['in an unknown compression', () => raw(new Uint8Array([1, 2, 3]), FORM, { 'content-encoding': 'x' }), 400],
    ['of another type', () => raw(escaped, 'text/html'), 400],
    ['of JSON of another type', () => raw(JSON.stringify(inBody), 'text/html'), 400],
    ['of a type that only starts alike', () => raw(escaped, `${FORM}ed`), 400],
    ['of a type that only contains it', () => raw(escaped, `text/html; like=${FORM}`), 400],
    ['of several parts', () => raw(escaped, 'multipart/form-data; boundary=x'), 400],
    ['of XML', () => raw('<client_id>amazon-shipping</client_id>', 'application/xml'), 400],
    ['of JSON with an object for a secret', () => json({ ...inBody, client_secret: { $ne: null } }), 400],
    ['of JSON with true for a secret', () => json({ ...inBody, client_secret: true }), 400],
    ['of JSON with the parameters in __proto__', () => json(`{"__proto__":${JSON.stringify(inBody)}}`), 401],
    ['of JSON that is nested deeply', () => json('['.repeat(10_000)), 400],
    [
      'of 16 kB of parameters',
      () =>
        raw(
          Array.from({ length: 3_000 }, (_, at) => `a${at}=`)
            .join('&')
            .slice(0, 16_384),
          FORM,
        ),
      401,
    ],
    ['that is longer than it may be', () => raw('x'.repeat(16_385), FORM), 413],
  ])('%s gets no token', async (_, makeRequest, status) => {
    const onError = vi.fn();
    const response = await handlerWith({}, { onError })(makeRequest());
    expect(response.status).toBe(status);
    expect(everythingShownOf(onError.mock.lastCall?.[0])).not.toMatch(/s3cret/);
    expect(onError.mock.lastCall?.[0]).not.toMatchObject({ code: 'CONFIGURATION' });
    expect(await response.text()).not.toMatch(/s3cret|amazon-shipping/);
  });

  test.each([
    'a\nb',
    'a\tb',
    'ndr:write\u00a0ndr:admin',
    'ndr:write,ndr:admin',
    'ndr:write+ndr:admin',
    'NDR:WRITE',
    'ndr:*',
    '*',
    ' ndr:write ndr:admin',
  ])('cannot widen the scope: %j', async (scope) => {
    const response = await handlerWith({ scope: 'ndr:write' }, { onError: () => undefined })(form({ ...inBody, scope }));
    expect([response.status, await response.json()]).toMatchObject([400, { error: 'invalid_scope' }]);
  });

  test('cannot choose the claims', async () => {
    const more = { iss: 'x', aud: 'x', sub: 'x', exp: '9'.repeat(12), client: 'x', audience: 'x', resource: 'x', typ: 'JWT', alg: 'none' };
    const { access_token, expires_in } = await tokenFrom(await handlerWith()(form({ ...inBody, ...more })));
    const { iat = 0, exp = 0, ...claims } = decodeJwt(access_token);
    expect(claims).toMatchObject({ iss: ISSUER, sub: ID, client_id: ID });
    expect([exp - iat, expires_in]).toEqual([900, 900]);
  });
});

describe('a credential in the wrong place', () => {
  test.each<[string, () => Request, number]>([
    ['in the URL', () => new Request(`${ISSUER}?${new URLSearchParams(inBody)}`, { method: 'POST' }), 401],
    ['in the URL of a GET', () => new Request(`${ISSUER}?${new URLSearchParams(inBody)}`), 405],
    ['in the header and in the body', () => form(inBody, inHeader), 400],
    ['in the header twice', () => form({}, { authorization: `${inHeader.authorization}, ${inHeader.authorization}` }), 401],
    ['in a header for proxies', () => form({}, { 'proxy-authorization': inHeader.authorization }), 401],
    ['in a cookie', () => form({}, { cookie: `client_id=${ID}` }), 401],
  ])('%s gets no token', async (_, makeRequest, status) => {
    expect((await handlerWith({}, { onError: () => undefined })(makeRequest())).status).toBe(status);
  });

  test('a client secret is not a token, and a token is not a client secret', async () => {
    const endpoint = endpointWith();
    const { access_token } = await tokenFrom(await endpoint.handler()(form(inBody)));
    const webhook = new NdrWebhookVerifier({ auth: endpoint.auth() }).handler(() => undefined, { onError: () => undefined });
    for (const token of ['old-s3cret', `${ID}:old-s3cret`, base64(`${ID}:old-s3cret`)]) {
      expect((await webhook(eventRequest({ authorization: `Bearer ${token}` }))).status).toBe(401);
    }
    expect((await webhook(eventRequest(inHeader))).status).toBe(401);
    expect((await webhook(eventRequest({ authorization: `Bearer ${access_token}` }))).status).toBe(200);
    const response = await endpoint.handler({ onError: () => undefined })(form({ ...inBody, client_secret: access_token }));
    expect(response.status).toBe(401);
  });
});

test('many clients are compared in one way, and the one that authenticates gets the token', async () => {
  const clients = Array.from({ length: 50 }, (_, at) => ({ id: `client-${at}`, secrets: [`a-${at}`, `b-${at}`] }));
  const handler = handlerWith({ clients }, { onError: () => undefined });
  for (const at of [0, 24, 49]) {
    const { access_token } = await tokenFrom(await handler(form({ client_id: `client-${at}`, client_secret: `b-${at}` })));
    expect(decodeJwt(access_token)['client_id']).toBe(`client-${at}`);
    expect((await handler(form({ client_id: `client-${at}`, client_secret: `b-${(at + 1) % 50}` }))).status).toBe(401);
  }
});
