import { describe, expect, test } from 'vitest';
import { ConfigurationError, queryParameter } from '../../../../src/shipping-ndr/webhook.ts';
import { consoleLines } from '../../../support/console.ts';
import { waybillErrorOf } from '../../../support/errors.ts';
import { errorOf, reasonOf, withUrl } from '../../../support/shipping-ndr/auth.ts';

/** Made in silence: its values would be warned of. */
function authWith(values: string | string[]) {
  consoleLines();
  return queryParameter({ name: 'token', values });
}

describe('queryParameter', () => {
  test.each([
    ['https://shop.example/ndr?token=a%20b%26c%3D%C3%BC%2F%2B'],
    ['/ndr?token=a+b%26c%3D%C3%BC%2F%2B&other=1'],
    ['https://shop.example/ndr?other=?&token=second#fragment?token=x'],
    ['?token=second'],
    ['https://shop.example/?%74oken=%73econd'],
  ])('accepts %s', async (url) => {
    expect(await reasonOf(authWith(['a b&c=ü/+', 'second']), withUrl(url))).toBeUndefined();
  });

  test.each([
    ['https://shop.example/ndr', 'missing'],
    ['https://shop.example/ndr?token=', 'missing'],
    ['https://shop.example/ndr?token', 'missing'],
    ['https://shop.example/ndr?Token=second', 'missing'],
    ['https://shop.example/ndr#?token=second', 'missing'],
    ['/token=second', 'missing'],
    ['', 'missing'],
    [undefined, 'missing'],
    [7, 'missing'],
    ['?token=Second', 'mismatch'],
    ['?token=second%00', 'mismatch'],
    ['?token=second%20', 'mismatch'],
    ['?token=%2573econd', 'mismatch'],
    ['?token=%ff', 'mismatch'],
    ['?token[]=second', 'missing'],
    ['?token=second&token=second', 'malformed'],
    ['?token=second&token=', 'malformed'],
    ['?token=second&%74oken=x', 'malformed'],
    [`?token=${'x'.repeat(1_000_000)}`, 'malformed'],
  ])('refuses URL %#: %s is %s', async (url, reason) => {
    expect(await reasonOf(authWith(['a b&c=ü/+', 'second']), withUrl(url as string))).toBe(reason);
  });

  test('warns once if a value has a + or a space, and says so if one arrived', async () => {
    const lines = consoleLines();
    const auth = queryParameter({ name: 'token', values: ['ab+cd/ef==', 'x y'] });
    expect(lines).toEqual([expect.stringMatching(/"values" contains a \+ or a space/)]);
    expect(lines.join()).not.toMatch(/ab|x y/);
    expect(await reasonOf(auth, withUrl('?token=ab%2Bcd%2Fef%3D%3D'))).toBeUndefined();
    const error = await errorOf(auth, withUrl('?token=ab+cd/ef=='));
    expect(error).toMatchObject({ reason: 'mismatch', hint: expect.stringContaining('a space, which may have been sent as a +') });
    queryParameter({ name: 'token', values: 'plain-value_.~' });
    expect(lines).toHaveLength(1);
  });

  test('says whether it is missing, present twice or too long, without its name', async () => {
    for (const [url, message] of [
      ['/ndr', 'the query parameter is missing'],
      ['/ndr?token=a&token=b', 'the query parameter is present more than once'],
      [`/ndr?token=${'a'.repeat(16_385)}`, 'the query parameter is longer than 16384 characters'],
    ] as const) {
      expect((await errorOf(authWith('v'), withUrl(url)))?.message).toBe(message);
    }
  });

  test('has a challenge that names the mechanism and not the parameter', () => {
    expect(authWith('v').challenge({} as never)).toBe('QueryParameter');
  });

  test.each([
    ['keys', 'values'],
    ['value', 'values'],
    ['secret', 'values'],
    ['parameter', 'name'],
    ['nam', 'name'],
    ['valeus', 'values'],
  ])('refuses %s, and the hint names %s', async (option, meant) => {
    const error = await waybillErrorOf(() => queryParameter({ [option]: 'v' } as never));
    expect(error).toMatchObject({ code: 'CONFIGURATION', surface: 'shipping-ndr', option, hint: `Did you mean "${meant}"?` });
  });

  test('calls a function for the values with every request', async () => {
    let value = 'old';
    const auth = queryParameter({ name: 'token', values: async () => value });
    expect(await reasonOf(auth, withUrl('?token=old'))).toBeUndefined();
    value = 'new';
    expect(await reasonOf(auth, withUrl('?token=old'))).toBe('mismatch');
    value = '';
    expect(await waybillErrorOf(() => auth.check(withUrl('?token=old')))).toBeInstanceOf(ConfigurationError);
  });

  test.each<[unknown, string]>([
    [undefined, 'the options must be an object'],
    [{}, '"name" is missing'],
    [{ name: '', values: 'v' }, '"name" is empty'],
    [{ name: 'n' }, '"values" is missing'],
    [{ name: 'n', values: '' }, '"values" is empty'],
    [{ name: 'n', values: [] }, '"values" must not be empty'],
    [{ name: 'n', values: ['\udc00'] }, '"values.0" must be well-formed Unicode'],
    [{ name: 7, values: 'v' }, '"name" must be a string'],
    [{ name: 'n', value: 'v' }, '"value" is not an option'],
    [{ parameter: 'n', values: 'v' }, '"parameter" is not an option'],
  ])('refuses %j, and says why', async (options, message) => {
    const error = await waybillErrorOf(() => queryParameter(options as never));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.message).toContain(message);
  });
});
