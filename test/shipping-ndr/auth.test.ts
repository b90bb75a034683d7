import { describe, expect, test, vi } from 'vitest';
import { AuthenticationError } from '../../src/core/errors.ts';
import {
  apiKey,
  basicAuth,
  bearerToken,
  ConfigurationError,
  type NdrAuth,
  queryParameter,
  type WebhookRequest,
} from '../../src/shipping-ndr/webhook.ts';
import { everythingShownOf, thrownBy, waybillErrorOf } from './errors.ts';

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
const withHeaders = (headers: Record<string, string | string[]>): WebhookRequest => ({ headers });
const withUrl = (url: string): WebhookRequest => ({ headers: {}, url });

/** What a mechanism says of a request: `undefined` where it lets it in. */
async function reasonOf(auth: NdrAuth, request: WebhookRequest): Promise<string | undefined> {
  try {
    await auth.check(request);
    return undefined;
  } catch (error) {
    if (error instanceof AuthenticationError) return error.reason;
    throw error;
  }
}

describe('apiKey', () => {
  const auth = apiKey({ keys: ['abcdef12345', 'the-new-one'] });

  test.each([
    [{ 'x-api-key': 'abcdef12345' }],
    [{ 'X-API-KEY': 'abcdef12345' }],
    [{ 'x-api-key': 'the-new-one' }],
    [{ 'x-api-key': ['the-new-one'] }],
    [new Headers({ 'X-Api-Key': 'abcdef12345' })],
  ])('lets in %j', async (headers) => {
    expect(await reasonOf(auth, { headers })).toBeUndefined();
  });

  test.each([
    [{}, 'missing'],
    [{ 'x-api-key': '' }, 'missing'],
    [{ 'x-api-key': undefined }, 'missing'],
    [{ authorization: 'abcdef12345' }, 'missing'],
    [{ 'x-api-key': 'abcdef1234' }, 'mismatch'],
    [{ 'x-api-key': 'abcdef123456' }, 'mismatch'],
    [{ 'x-api-key': 'ABCDEF12345' }, 'mismatch'],
    [{ 'x-api-key': ' abcdef12345' }, 'mismatch'],
    [{ 'x-api-key': 'abcdef12345, abcdef12345' }, 'mismatch'],
    [{ 'x-api-key': '\ud800' }, 'mismatch'],
    [{ 'x-api-key': ['abcdef12345', 'abcdef12345'] }, 'malformed'],
    [{ 'x-api-key': 'abcdef12345', 'X-Api-Key': 'x' }, 'malformed'],
    [{ 'x-api-key': 'a'.repeat(10_000_000) }, 'malformed'],
    [null, 'missing'],
    ['x-api-key: abcdef12345', 'missing'],
  ])('refuses headers %#: %j is %s', async (headers, reason) => {
    expect(await reasonOf(auth, { headers: headers as never })).toBe(reason);
  });

  test('refuses a header that came twice through a Request', async () => {
    const headers = new Headers([
      ['x-api-key', 'abcdef12345'],
      ['x-api-key', 'abcdef12345'],
    ]);
    expect(await reasonOf(auth, new Request('https://shop.example/ndr', { headers }))).toBe('mismatch');
  });

  test('takes a header of your own, Authorization without a scheme word too', async () => {
    const own = apiKey({ header: 'Authorization', keys: 'abcdef12345' });
    expect(await reasonOf(own, withHeaders({ authorization: 'abcdef12345' }))).toBeUndefined();
    expect(await reasonOf(own, withHeaders({ 'x-api-key': 'abcdef12345' }))).toBe('missing');
  });

  test('asks a function for the keys with every request', async () => {
    const keys = vi.fn(async () => (keys.mock.calls.length === 1 ? 'old' : ['new', 'newer']));
    const rotating = apiKey({ keys });
    expect(await reasonOf(rotating, withHeaders({ 'x-api-key': 'old' }))).toBeUndefined();
    expect(await reasonOf(rotating, withHeaders({ 'x-api-key': 'old' }))).toBe('mismatch');
    expect(await reasonOf(rotating, withHeaders({ 'x-api-key': 'newer' }))).toBeUndefined();
  });

  test('passes on what that function throws, for it says nothing of the request', async () => {
    const failure = new Error('the vault is sealed');
    const auth = apiKey({ keys: () => Promise.reject(failure) });
    expect(await thrownBy(() => auth.check(withHeaders({ 'x-api-key': 'k' })))).toBe(failure);
  });

  test.each([[[]], [''], [undefined], ['two\n']])('finds no fault with the request where that function supplies %j', async (supplied) => {
    const auth = apiKey({ keys: (() => supplied) as never });
    expect(await waybillErrorOf(() => auth.check(withHeaders({ 'x-api-key': 'k' })))).toBeInstanceOf(ConfigurationError);
  });

  test.each([
    [undefined, 'apiKey() needs an object of options'],
    [null, 'apiKey() needs an object of options'],
    ['abcdef12345', 'apiKey() needs an object of options'],
    [{}, '"keys" must hold texts that are not empty'],
    [{ keys: '' }, '"keys" must hold texts that are not empty'],
    [{ keys: [] }, '"keys" must not be empty'],
    [{ keys: ['fine', 7] }, '"keys" must hold texts'],
    [{ keys: { 0: 'a' } }, '"keys" must hold texts'],
    [{ keys: 'from-a-file\n' }, "can't carry"],
    [{ keys: 'schlüssel' }, "can't carry"],
    [{ keys: '\ud800' }, "can't carry"],
    [{ keys: 'k', header: '' }, '"header" must be the name of a header'],
    [{ keys: 'k', header: 'x api key' }, '"header" must be the name of a header'],
    [{ keys: 'k', header: 'x-key\r\n' }, '"header" must be the name of a header'],
    [{ keys: 'k', header: 7 }, '"header" must be the name of a header'],
    [{ keys: 'k', header: 'x'.repeat(10_000_000).concat('ü') }, '"header" must be the name of a header'],
  ])('is not made with %#', async (options, message) => {
    const error = await waybillErrorOf(() => apiKey(options as never));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.message).toContain(message);
  });

  test.each(['User-Agent', 'If-None-Match', 'range', 'PROXY-AUTHORIZATION', 'content-length', 'te', 'a-im'])(
    'is not made for %s, which would never arrive',
    async (header) => {
      const error = await waybillErrorOf(() => apiKey({ header, keys: 'k' }));
      expect(error.message).toContain('strips that header');
      expect(error.hint).toContain('x-api-key');
    },
  );

  test.each(['x-api-key', 'authorization', 'x-range', 'team', 'x-if', 'content-type'])('is made for %s', (header) => {
    expect(apiKey({ header, keys: 'k' }).challenge(new AuthenticationError('missing', '', { surface: 'shipping-ndr' }))).toBe('ApiKey');
  });
});

describe('queryParameter', () => {
  const auth = queryParameter({ name: 'token', values: ['a b&c=ü/+', 'second'] });

  test.each([
    ['https://shop.example/ndr?token=a%20b%26c%3D%C3%BC%2F%2B'],
    ['/ndr?token=a+b%26c%3D%C3%BC%2F%2B&other=1'],
    ['https://shop.example/ndr?other=?&token=second#fragment?token=x'],
  ])('lets in %s', async (url) => {
    expect(await reasonOf(auth, withUrl(url))).toBeUndefined();
  });

  test.each([
    ['https://shop.example/ndr', 'missing'],
    ['https://shop.example/ndr?token=', 'missing'],
    ['https://shop.example/ndr?Token=second', 'missing'],
    ['https://shop.example/ndr#?token=second', 'missing'],
    ['/token=second', 'missing'],
    ['', 'missing'],
    [undefined, 'missing'],
    [7, 'missing'],
    ['?token=Second', 'mismatch'],
    ['?token=%ff', 'mismatch'],
    ['?token=second&token=second', 'malformed'],
    ['?token=second&token=', 'malformed'],
    [`?token=${'x'.repeat(1_000_000)}`, 'malformed'],
  ])('refuses URL %#: %s is %s', async (url, reason) => {
    expect(await reasonOf(auth, withUrl(url as string))).toBe(reason);
  });

  test.each([
    undefined,
    {},
    { name: '', values: 'v' },
    { name: 'n' },
    { name: 'n', values: '' },
    { name: 'n', values: ['\udc00'] },
    { name: 7, values: 'v' },
  ])('is not made with %j', async (options) => {
    expect(await waybillErrorOf(() => queryParameter(options as never))).toBeInstanceOf(ConfigurationError);
  });
});

describe('basicAuth', () => {
  const auth = basicAuth({
    users: [
      { username: 'amazon', password: 'with:colons:' },
      { username: 'größe', password: 'पासवर्ड 🔑' },
    ],
  });
  const basic = (pair: string): WebhookRequest => withHeaders({ authorization: `Basic ${base64(pair)}` });

  test.each(['amazon:with:colons:', 'größe:पासवर्ड 🔑'])('lets in %s', async (pair) => {
    expect(await reasonOf(auth, basic(pair))).toBeUndefined();
    expect(await reasonOf(auth, withHeaders({ Authorization: `bAsIc  ${base64(pair)}` }))).toBeUndefined();
  });

  test.each([
    [basic('amazon:पासवर्ड 🔑'), 'mismatch'],
    [basic('amazon:with:colons'), 'mismatch'],
    [basic('amazon:with'), 'mismatch'],
    [basic(':'), 'mismatch'],
    [basic('","'), 'malformed'],
    [basic('amazon'), 'malformed'],
    [basic(''), 'malformed'],
    [withHeaders({ authorization: 'Basic' }), 'malformed'],
    [withHeaders({ authorization: 'Basic !!!' }), 'malformed'],
    [withHeaders({ authorization: 'Basic YQ' }), 'malformed'],
    [withHeaders({ authorization: `Basic ${base64('größe:x')} ${base64('a:b')}` }), 'malformed'],
    [withHeaders({ authorization: `Bearer ${base64('amazon:with:colons:')}` }), 'malformed'],
    [withHeaders({ authorization: `Basic ${Buffer.from('größe:x', 'latin1').toString('base64')}` }), 'mismatch'],
    [withHeaders({ authorization: [`Basic ${base64('amazon:with:colons:')}`, 'Basic x'] }), 'malformed'],
    [withHeaders({ authorization: `Basic ${'A'.repeat(10_000_000)}` }), 'malformed'],
    [withHeaders({}), 'missing'],
  ])('refuses request %#', async (request, reason) => {
    expect(await reasonOf(auth, request)).toBe(reason);
  });

  test('takes bytes that are no UTF-8 for no character', async () => {
    const replaced = basicAuth({ users: { username: 'u', password: '\ufffd' } });
    const latin1 = withHeaders({ authorization: `Basic ${Buffer.from('u:\xff', 'latin1').toString('base64')}` });
    expect(await reasonOf(replaced, latin1)).toBe('mismatch');
    expect(await reasonOf(replaced, basic('u:\ufffd'))).toBeUndefined();
    expect(await reasonOf(auth, basic('\ufeffamazon:with:colons:'))).toBe('mismatch');
  });

  test('asks for UTF-8', () => {
    expect(auth.challenge({} as never)).toBe('Basic realm="Amazon Shipping", charset="UTF-8"');
  });

  test('takes two headers of your own, and tells where one value ends and the other begins', async () => {
    const auth = basicAuth({ users: { username: 'a:b', password: 'c' }, headers: { username: 'X-User', password: 'X-Password' } });
    expect(await reasonOf(auth, withHeaders({ 'x-user': 'a:b', 'x-password': 'c' }))).toBeUndefined();
    expect(await reasonOf(auth, withHeaders({ 'x-user': 'a', 'x-password': 'b:c' }))).toBe('mismatch');
    expect(await reasonOf(auth, withHeaders({ 'x-user': 'a:b' }))).toBe('missing');
    expect(await reasonOf(auth, basic('a:b:c'))).toBe('missing');
  });

  test('asks a function for the users', async () => {
    const auth = basicAuth({ users: async () => ({ username: 'u', password: 'p' }) });
    expect(await reasonOf(auth, basic('u:p'))).toBeUndefined();
    expect(await reasonOf(auth, basic('u:q'))).toBe('mismatch');
  });

  test.each([
    undefined,
    {},
    { users: [] },
    { users: 'amazon:password' },
    { users: { username: 'a:b', password: 'c' } },
    { users: { username: '', password: 'c' } },
    { users: { username: 'a', password: '' } },
    { users: { username: 'a', password: '\ud83d' } },
    { users: [null] },
    { users: { username: 'a', password: 'b' }, headers: {} },
    { users: { username: 'a', password: 'b' }, headers: { username: 'x-a', password: 'X-A' } },
    { users: { username: 'a', password: 'b' }, headers: { username: 'x-a', password: 'from' } },
    { users: { username: 'a', password: 'ü' }, headers: { username: 'x-a', password: 'x-b' } },
  ])('is not made with %j', async (options) => {
    expect(await waybillErrorOf(() => basicAuth(options as never))).toBeInstanceOf(ConfigurationError);
  });
});

describe('bearerToken', () => {
  const bearer = (token: string): WebhookRequest => withHeaders({ authorization: `Bearer ${token}` });
  const auth = bearerToken(async (token) => token === 'Atza|right~token');

  test('lets in the token that the function says yes to', async () => {
    expect(await reasonOf(auth, bearer('Atza|right~token'))).toBeUndefined();
    expect(await reasonOf(auth, withHeaders({ authorization: 'BEARER  Atza|right~token' }))).toBeUndefined();
  });

  test.each([
    [bearer('wrong'), 'mismatch'],
    [bearer(''), 'malformed'],
    [bearer('Atza|right~token Atza|right~token'), 'malformed'],
    [bearer('tökén'), 'malformed'],
    [withHeaders({ authorization: 'Atza|right~token' }), 'malformed'],
    [withHeaders({}), 'missing'],
    [bearer('x'.repeat(10_000_000)), 'malformed'],
  ])('refuses request %#', async (request, reason) => {
    expect(await reasonOf(auth, request)).toBe(reason);
  });

  test.each([1, 'yes', {}, undefined])('takes %j for a no', async (answer) => {
    expect(await reasonOf(bearerToken((() => answer) as never), bearer('t'))).toBe('mismatch');
  });

  test('passes on what the function throws', async () => {
    const failure = new Error('the database is down');
    const auth = bearerToken(() => {
      throw failure;
    });
    expect(await thrownBy(() => auth.check(bearer('t')))).toBe(failure);
  });

  test('makes the sender fetch another token only where there was one', () => {
    const challengeFor = (reason: AuthenticationError['reason']): string =>
      auth.challenge(new AuthenticationError(reason, '', { surface: 'shipping-ndr' }));
    expect(challengeFor('missing')).toBe('Bearer');
    expect(challengeFor('expired')).toBe('Bearer error="invalid_token"');
  });

  test('needs a function', async () => {
    expect(await waybillErrorOf(() => bearerToken('token' as never))).toBeInstanceOf(ConfigurationError);
  });
});

describe('no secret shows', () => {
  const secret = 'S3cr3t-that-must-not-show';
  const presented = 'Pr3sent3d-that-must-not-show';
  const cases: readonly (readonly [string, NdrAuth, WebhookRequest])[] = [
    ['apiKey', apiKey({ keys: secret }), withHeaders({ 'x-api-key': presented })],
    ['queryParameter', queryParameter({ name: 'token', values: secret }), withUrl(`https://shop.example/ndr?token=${presented}`)],
    [
      'basicAuth',
      basicAuth({ users: { username: 'u', password: secret } }),
      withHeaders({ authorization: `Basic ${base64(`u:${presented}`)}` }),
    ],
    [
      'basicAuth, malformed',
      basicAuth({ users: { username: 'u', password: secret } }),
      withHeaders({ authorization: `Basic ${presented}!` }),
    ],
    ['bearerToken', bearerToken((token) => token === secret), withHeaders({ authorization: `Bearer ${presented}` })],
    ['bearerToken, malformed', bearerToken((token) => token === secret), withHeaders({ authorization: `Token ${presented}` })],
  ];

  test.each(cases)('of %s: neither in the mechanism nor in its error', async (_, auth, request) => {
    const error = await waybillErrorOf(() => auth.check(request));
    for (const shown of [everythingShownOf(auth), everythingShownOf(error)]) {
      expect(shown).not.toContain(secret);
      expect(shown).not.toContain(presented);
      expect(shown).not.toContain(base64(`u:${presented}`));
    }
  });

  test.each([
    () => apiKey({ keys: `${secret}\n` }),
    () => apiKey({ keys: [secret, ''] }),
    () => queryParameter({ name: 'token', values: `${secret}\ud800` }),
    () => basicAuth({ users: { username: `${secret}:`, password: secret } }),
  ])('in the error of a mechanism that is not made: %#', async (make) => {
    expect(everythingShownOf(await waybillErrorOf(make))).not.toContain(secret);
  });
});
