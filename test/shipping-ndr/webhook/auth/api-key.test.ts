import { describe, expect, test, vi } from 'vitest';
import { AuthenticationError, apiKey, basicAuth, ConfigurationError, queryParameter } from '../../../../src/shipping-ndr/webhook.ts';
import { thrownBy, waybillErrorOf } from '../../../support/errors.ts';
import { basic, errorOf, reasonOf, withHeaders, withUrl } from '../../../support/shipping-ndr/auth.ts';

const auth = apiKey({ keys: ['abcdef12345', 'the-new-one'] });

describe('apiKey', () => {
  test.each([
    [{ 'x-api-key': 'abcdef12345' }],
    [{ 'X-API-KEY': 'abcdef12345' }],
    [{ 'x-api-key': 'the-new-one' }],
    [{ 'x-api-key': ['the-new-one'] }],
    [new Headers({ 'X-Api-Key': 'abcdef12345' })],
  ])('accepts %j', async (headers) => {
    expect(await reasonOf(auth, { headers })).toBeUndefined();
  });

  test.each([
    [{}, 'missing'],
    [{ 'x-api-key': '' }, 'missing'],
    [{ 'x-api-key': undefined }, 'missing'],
    [{ 'x-api-key': [] }, 'missing'],
    [{ authorization: 'abcdef12345' }, 'missing'],
    [{ 'x-api-key ': 'abcdef12345' }, 'missing'],
    [{ 'x-api-key': 'abcdef1234' }, 'mismatch'],
    [{ 'x-api-key': 'abcdef123456' }, 'mismatch'],
    [{ 'x-api-key': 'ABCDEF12345' }, 'mismatch'],
    [{ 'x-api-key': ' abcdef12345' }, 'mismatch'],
    [{ 'x-api-key': 'abcdef12345, abcdef12345' }, 'mismatch'],
    [{ 'x-api-key': 'ApiKey abcdef12345' }, 'mismatch'],
    [{ 'x-api-key': 'abcdef12345\0' }, 'mismatch'],
    [{ 'x-api-key': '\ud800' }, 'mismatch'],
    [{ 'x-api-key': ['abcdef12345', 'abcdef12345'] }, 'malformed'],
    [{ 'x-api-key': 'abcdef12345', 'X-Api-Key': 'x' }, 'malformed'],
    [{ 'x-api-key': 'a'.repeat(16_384) }, 'mismatch'],
    [{ 'x-api-key': 'a'.repeat(16_385) }, 'malformed'],
    [{ 'x-api-key': 'a'.repeat(10_000_000) }, 'malformed'],
    [null, 'missing'],
    [undefined, 'missing'],
    ['x-api-key: abcdef12345', 'missing'],
    [[['x-api-key', 'abcdef12345']], 'missing'],
  ])('refuses headers %#: %j is %s', async (headers, reason) => {
    expect(await reasonOf(auth, { headers: headers as never })).toBe(reason);
  });

  test('refuses a header that is in a Request twice', async () => {
    const headers = new Headers([
      ['x-api-key', 'abcdef12345'],
      ['x-api-key', 'abcdef12345'],
    ]);
    expect(await reasonOf(auth, new Request('https://shop.example/ndr', { headers }))).toBe('mismatch');
  });

  test('accepts a header of your own, also Authorization without a scheme', async () => {
    const own = apiKey({ header: 'Authorization', keys: 'abcdef12345' });
    expect(await reasonOf(own, withHeaders({ authorization: 'abcdef12345' }))).toBeUndefined();
    expect(await reasonOf(own, withHeaders({ 'x-api-key': 'abcdef12345' }))).toBe('missing');
  });

  test.each([
    [undefined, { 'x-api-key': 'wrong' }, 'the header "x-api-key" does not contain a valid key'],
    [undefined, {}, 'the header "x-api-key" is missing'],
    ['X-NDR-Key', {}, 'the header "x-ndr-key" is missing'],
    ['X-NDR-Key', { 'x-ndr-key': ['a', 'b'] }, 'the header "x-ndr-key" is present more than once'],
    ['X-NDR-Key', { 'x-ndr-key': 'a'.repeat(16_385) }, 'the header "x-ndr-key" is longer than 16384 characters'],
  ])('says what is wrong with the header: %#', async (header, headers, message) => {
    expect((await errorOf(apiKey({ header, keys: 'right' }), { headers }))?.message).toBe(message);
  });

  test.each([
    ['apiKey', 'keys'],
    ['secret', 'keys'],
    ['value', 'keys'],
    ['kyes', 'keys'],
    ['name', 'header'],
    ['haeder', 'header'],
  ])('refuses %s, and the hint names %s', async (option, meant) => {
    const error = await waybillErrorOf(() => apiKey({ keys: 'k', [option]: 'k' } as never));
    expect(error).toMatchObject({ code: 'CONFIGURATION', surface: 'shipping-ndr', option, hint: `Did you mean "${meant}"?` });
  });

  test('calls a function for the keys with every request', async () => {
    const keys = vi.fn(async () => (keys.mock.calls.length === 1 ? 'old' : ['new', 'newer']));
    const rotating = apiKey({ keys });
    expect(await reasonOf(rotating, withHeaders({ 'x-api-key': 'old' }))).toBeUndefined();
    expect(await reasonOf(rotating, withHeaders({ 'x-api-key': 'old' }))).toBe('mismatch');
    expect(await reasonOf(rotating, withHeaders({ 'x-api-key': 'newer' }))).toBeUndefined();
  });

  test('passes on what that function throws, because the request is not at fault', async () => {
    const failure = new Error('the vault is sealed');
    const failing = apiKey({ keys: () => Promise.reject(failure) });
    expect(await thrownBy(() => failing.check(withHeaders({ 'x-api-key': 'k' })))).toBe(failure);
  });

  test.each([[[]], [''], [undefined], [null], ['two\n'], [7], [['k', '']]])(
    'does not blame the request if that function supplies %j',
    async (supplied) => {
      const wrong = apiKey({ keys: (() => supplied) as never });
      expect(await waybillErrorOf(() => wrong.check(withHeaders({ 'x-api-key': 'k' })))).toBeInstanceOf(ConfigurationError);
    },
  );

  test.each<[unknown, string, string | undefined]>([
    [undefined, 'the options must be an object', undefined],
    [null, 'the options must be an object', undefined],
    ['abcdef12345', 'the options must be an object', undefined],
    [{}, '"keys" is missing', 'keys'],
    [{ key: 'abcdef12345' }, '"key" is not an option', 'key'],
    [{ apiKey: 'abcdef12345' }, '"apiKey" is not an option', 'apiKey'],
    [{ keys: '' }, '"keys" is empty', 'keys'],
    [{ keys: '   ' }, '"keys" is empty', 'keys'],
    [{ keys: [] }, '"keys" must not be empty', 'keys'],
    [{ keys: ['fine', 7] }, '"keys.1" must be a string, got number', 'keys.1'],
    [{ keys: ['fine', undefined] }, '"keys.1" is missing', 'keys.1'],
    [{ keys: [''] }, '"keys.0" is empty', 'keys.0'],
    [{ keys: { 0: 'a' } }, '"keys" must be a string, got object', 'keys'],
    [{ keys: 'from-a-file\n' }, '"keys" has spaces or a line break around it', 'keys'],
    [{ keys: '"quoted"' }, '"keys" is in quotes', 'keys'],
    [{ keys: 'schlüssel' }, '"keys" must be printable ASCII', 'keys'],
    [{ keys: 'a\tb' }, '"keys" must be printable ASCII', 'keys'],
    [{ keys: '\ud800' }, '"keys" must be printable ASCII', 'keys'],
    [{ keys: 'k', header: '' }, '"header" must be the name of a header', 'header'],
    [{ keys: 'k', header: 'x api key' }, '"header" must be the name of a header', 'header'],
    [{ keys: 'k', header: 'x-key\r\n' }, '"header" must be the name of a header', 'header'],
    [{ keys: 'k', header: 7 }, '"header" must be the name of a header', 'header'],
    [{ keys: 'k', header: 'x'.repeat(10_000_000).concat('ü') }, '"header" must be the name of a header', 'header'],
    [{ keys: 'k', name: 'x-key' }, '"name" is not an option', 'name'],
  ])('refuses options %#, and says why', async (options, message, option) => {
    const error = await waybillErrorOf(() => apiKey(options as never));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.message).toContain(message);
    expect((error as ConfigurationError).option).toBe(option);
  });

  test.each(['User-Agent', 'If-None-Match', 'range', 'PROXY-AUTHORIZATION', 'content-length', 'te', 'a-im', 'Host', 'via'])(
    'refuses the header %s, which would never arrive',
    async (header) => {
      const error = await waybillErrorOf(() => apiKey({ header, keys: 'k' }));
      expect(error.message).toContain('removes that header');
      expect(error.hint).toContain('x-api-key');
    },
  );

  test.each(['x-api-key', 'authorization', 'x-range', 'team', 'x-if', 'content-type'])('accepts the header %s', (header) => {
    expect(apiKey({ header, keys: 'k' }).challenge(new AuthenticationError('missing', '', { surface: 'shipping-ndr' }))).toBe('ApiKey');
  });
});

test.each([
  ['"keys"', auth, { headers: { 'x-api-key': 'wrong' } }],
  ['"values"', queryParameter({ name: 'token', values: 'right' }), withUrl('?token=wrong')],
  ['"users"', basicAuth({ users: { username: 'amazon', password: 'right' } }), basic('amazon:wrong')],
])('a secret that is not valid: the hint says to compare %s, and what to do during a rotation', async (option, mechanism, request) => {
  const error = await errorOf(mechanism, request);
  expect(error?.hint).toMatch(new RegExp(`^Compare ${option} .* configure the old and the new one`));
});
