import { describe, expect, test } from 'vitest';
import { basicAuth, ConfigurationError, type NdrAuth } from '../../../../src/shipping-ndr/webhook.ts';
import { waybillErrorOf } from '../../../support/errors.ts';
import { base64, basic, errorOf, reasonOf, withHeaders } from '../../../support/shipping-ndr/auth.ts';

describe('basicAuth', () => {
  const auth = basicAuth({
    users: [
      { username: 'amazon', password: 'with:colons:' },
      { username: 'größe', password: 'पासवर्ड 🔑' },
    ],
  });

  test.each(['amazon:with:colons:', 'größe:पासवर्ड 🔑'])('accepts %s', async (pair) => {
    expect(await reasonOf(auth, basic(pair))).toBeUndefined();
    expect(await reasonOf(auth, withHeaders({ Authorization: `bAsIc  ${base64(pair)}` }))).toBeUndefined();
    expect(await reasonOf(auth, withHeaders({ Authorization: `Basic ${base64(pair).replace(/=+$/, '')}` }))).toBeUndefined();
  });

  test.each([
    [basic('amazon:पासवर्ड 🔑'), 'mismatch'],
    [basic('amazon:with:colons'), 'mismatch'],
    [basic('amazon:with'), 'mismatch'],
    [basic('Amazon:with:colons:'), 'mismatch'],
    [basic('amazon:With:colons:'), 'mismatch'],
    [basic('amazon :with:colons:'), 'mismatch'],
    [basic('amazon:with:colons:\n'), 'mismatch'],
    [basic('amazon:with:colons:\0'), 'mismatch'],
    [basic('größe'.normalize('NFD').concat(':पासवर्ड 🔑')), 'mismatch'],
    [basic(':'), 'mismatch'],
    [basic('amazon:'), 'mismatch'],
    [basic('","'), 'malformed'],
    [basic('amazon'), 'malformed'],
    [basic(''), 'malformed'],
    [withHeaders({ authorization: '' }), 'missing'],
    [withHeaders({ authorization: 'Basic' }), 'malformed'],
    [withHeaders({ authorization: 'Basic !!!' }), 'malformed'],
    [withHeaders({ authorization: 'Basic YQ' }), 'malformed'],
    [withHeaders({ authorization: 'amazon:with:colons:' }), 'malformed'],
    [withHeaders({ authorization: 'Basic amazon:with:colons:' }), 'malformed'],
    [withHeaders({ authorization: base64('amazon:with:colons:') }), 'malformed'],
    [withHeaders({ authorization: `Basic ${base64('größe:x')} ${base64('a:b')}` }), 'malformed'],
    [withHeaders({ authorization: `Basic ${base64('größe:x')}, Basic ${base64('a:b')}` }), 'malformed'],
    [withHeaders({ authorization: `Bearer ${base64('amazon:with:colons:')}` }), 'malformed'],
    [withHeaders({ authorization: `xBasic ${base64('amazon:with:colons:')}` }), 'malformed'],
    [withHeaders({ authorization: `Bearer x, Basic ${base64('amazon:with:colons:')}` }), 'malformed'],
    [withHeaders({ authorization: `Basic ${base64(base64('amazon:with:colons:'))}` }), 'malformed'],
    [withHeaders({ authorization: `Basic ${Buffer.from('größe:x', 'latin1').toString('base64')}` }), 'malformed'],
    [withHeaders({ authorization: `Basic ${Buffer.from('amazon:with:colons:', 'utf16le').toString('base64')}` }), 'mismatch'],
    [withHeaders({ authorization: [`Basic ${base64('amazon:with:colons:')}`, 'Basic x'] }), 'malformed'],
    [withHeaders({ authorization: `Basic ${'A'.repeat(10_000_000)}` }), 'malformed'],
    [withHeaders({}), 'missing'],
  ])('refuses request %#', async (request, reason) => {
    expect(await reasonOf(auth, request)).toBe(reason);
  });

  test('does not take bytes that are not UTF-8 for a replacement character', async () => {
    const replaced = basicAuth({ users: { username: 'u', password: '\ufffd' } });
    const latin1 = withHeaders({ authorization: `Basic ${Buffer.from('u:\xff', 'latin1').toString('base64')}` });
    expect(await reasonOf(replaced, latin1)).toBe('malformed');
    expect(await reasonOf(replaced, basic('u:\ufffd'))).toBeUndefined();
    expect(await reasonOf(auth, basic('\ufeffamazon:with:colons:'))).toBe('mismatch');
  });

  test('asks for UTF-8', () => {
    expect(auth.challenge({} as never)).toBe('Basic realm="Amazon Shipping", charset="UTF-8"');
  });

  test('accepts two headers of your own, and distinguishes where one value ends and the other starts', async () => {
    const own = basicAuth({ users: { username: 'a:b', password: 'c' }, headers: { username: 'X-User', password: 'X-Password' } });
    expect(await reasonOf(own, withHeaders({ 'x-user': 'a:b', 'x-password': 'c' }))).toBeUndefined();
    expect(await reasonOf(own, withHeaders({ 'x-user': 'a', 'x-password': 'b:c' }))).toBe('mismatch');
    expect(await reasonOf(own, withHeaders({ 'x-user': 'a:b\nc', 'x-password': '' }))).toBe('missing');
    expect(await reasonOf(own, withHeaders({ 'x-user': 'a:b' }))).toBe('missing');
    expect(await reasonOf(own, withHeaders({ 'x-user': ['a:b', 'a:b'], 'x-password': 'c' }))).toBe('malformed');
    expect(await reasonOf(own, basic('a:b:c'))).toBe('missing');
    expect(own.challenge({} as never)).toBe('UserPassword');
  });

  test('says which header is wrong', async () => {
    const own = basicAuth({ users: { username: 'a', password: 'b' }, headers: { username: 'X-User', password: 'X-Password' } });
    const messageOf = async (mechanism: NdrAuth, headers: Record<string, string | string[]>): Promise<string | undefined> =>
      (await errorOf(mechanism, { headers }))?.message;
    expect(await messageOf(auth, {})).toBe('the header "authorization" is missing');
    expect(await messageOf(auth, { authorization: ['a', 'b'] })).toBe('the header "authorization" is present more than once');
    expect(await messageOf(own, { 'x-password': 'b' })).toBe('the header "x-user" is missing');
    expect(await messageOf(own, { 'x-user': 'a' })).toBe('the header "x-password" is missing');
    expect(await messageOf(own, { 'x-user': 'a', 'x-password': ['b', 'b'] })).toBe('the header "x-password" is present more than once');
  });

  test('calls a function for the users with every request', async () => {
    let password = 'p';
    const rotating = basicAuth({ users: async () => ({ username: 'u', password }) });
    expect(await reasonOf(rotating, basic('u:p'))).toBeUndefined();
    expect(await reasonOf(rotating, basic('u:q'))).toBe('mismatch');
    password = 'q';
    expect(await reasonOf(rotating, basic('u:q'))).toBeUndefined();
    const empty = basicAuth({ users: () => [] });
    expect(await waybillErrorOf(() => empty.check(basic('u:p')))).toBeInstanceOf(ConfigurationError);
  });

  test.each<[unknown, string]>([
    [undefined, 'the options must be an object'],
    [{}, '"users" is missing'],
    [{ username: 'amazon', password: 'p' }, '"username" is not an option'],
    [{ users: [] }, '"users" must not be empty'],
    [{ users: 'amazon:password' }, '"users.username" is missing'],
    [{ users: { user: 'amazon', password: 'p' } }, '"users.username" is missing'],
    [{ users: { username: 'a:b', password: 'c' } }, '"users.username" contains a colon'],
    [{ users: { username: '', password: 'c' } }, '"users.username" is empty'],
    [{ users: { username: 'a', password: '' } }, '"users.password" is empty'],
    [{ users: { username: 'a', password: '\ud83d' } }, '"users.password" must be well-formed Unicode'],
    [{ users: { username: 'a', password: 7 } }, '"users.password" must be a string'],
    [{ users: [null] }, '"users.0.username" is missing'],
    [{ users: [{ username: 'a', password: 'b' }, { username: 'a' }] }, '"users.1.password" is missing'],
    [{ users: { username: 'a', password: 'b' }, headers: {} }, '"headers.username" must be the name of a header'],
    [
      { users: { username: 'a', password: 'b' }, headers: { username: 'x-a', password: 'X-A' } },
      '"headers" must name two different headers',
    ],
    [{ users: { username: 'a', password: 'b' }, headers: { username: 'x-a', password: 'from' } }, '"headers.password" cannot be "from"'],
    [
      { users: { username: 'a', password: 'ü' }, headers: { username: 'x-a', password: 'x-b' } },
      '"users.password" must be printable ASCII',
    ],
  ])('refuses %j, and says why', async (options, message) => {
    const error = await waybillErrorOf(() => basicAuth(options as never));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.message).toContain(message);
    expect(error.message).not.toContain('amazon:password');
  });

  test.each([
    ['username', 'users'],
    ['password', 'users'],
    ['credentials', 'users'],
    ['user', 'users'],
    ['header', 'headers'],
  ])('refuses %s, and the hint names %s', async (option, meant) => {
    const error = await waybillErrorOf(() => basicAuth({ [option]: 'p' } as never));
    expect(error).toMatchObject({ code: 'CONFIGURATION', surface: 'shipping-ndr', option, hint: `Did you mean "${meant}"?` });
  });
});
