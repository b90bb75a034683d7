import { describe, expect, test } from 'vitest';
import { HttpClient } from '../../src/core/call/http.ts';
import {
  checkCall,
  checkNames,
  checkOptions,
  checkUrl,
  checkWholeNumbers,
  readHeaders,
  readUrl,
  requireString,
} from '../../src/core/options.ts';
import { waybillErrorOf } from '../support/errors.ts';

const names = { own: ['region', 'publicKeyId'], renamed: { sandbox: 'environment' } };
const refused = (option: string | undefined, message: string | RegExp) =>
  expect.objectContaining({ code: 'CONFIGURATION', ...(option && { option }), message: expect.stringMatching(message) });

describe('the options of a client', () => {
  test.each<[unknown, string | undefined, RegExp]>([
    [null, undefined, /^the options must be an object$/],
    ['options', undefined, /^the options must be an object$/],
    [{ timeout: 0 }, 'timeout', /^"timeout" must be a number of milliseconds/],
    [{ timeout: Number.NaN }, 'timeout', /^"timeout" must be/],
    [{ timeout: '5000' }, 'timeout', /^"timeout" must be/],
    [{ timeout: null }, 'timeout', /^"timeout" must be/],
    [{ totalTimeout: 2 ** 31 }, 'totalTimeout', /^"totalTimeout" must be/],
    [{ totalTimeout: Number.POSITIVE_INFINITY }, 'totalTimeout', /^"totalTimeout" must be/],
    [{ maxRetries: -1 }, 'maxRetries', /^"maxRetries" must be a whole number/],
    [{ maxRetries: 1.5 }, 'maxRetries', /^"maxRetries" must be/],
    [{ fetch: 'fetch' }, 'fetch', /^"fetch" must be a function$/],
    [{ clock: 5 }, 'clock', /^"clock" must be a function$/],
    [{ hooks: null }, 'hooks', /^"hooks" must be an object$/],
    [{ hooks: { onRetry: 'log' } }, 'hooks.onRetry', /^"hooks.onRetry" must be a function$/],
    [{ hooks: { onFinished: () => undefined } }, 'hooks.onFinished', /^"hooks.onFinished" is not a hook$/],
    [{ rateLimiter: {} }, 'rateLimiter', /^"rateLimiter" must have an acquire\(\) method/],
    [{ userAgent: 'shop\r\nx-evil: 1' }, 'userAgent', /^"userAgent" must be printable ASCII$/],
    [{ userAgent: 'Läden/1' }, 'userAgent', /printable/],
    [{ headers: { 'bad name': 'x' } }, 'headers', /^"headers" must have names and values that HTTP allows$/],
    [{ headers: { a: 'b\r\nevil: 1' } }, 'headers', /^"headers"/],
    [{ headers: 'a: b' }, 'headers', /^"headers"/],
    [{ allowHttp: 'yes' }, 'allowHttp', /^"allowHttp" must be true or false$/],
    [{ baseUrl: 'pay-api.amazon.com' }, 'baseUrl', /^"baseUrl" must be a URL/],
    [{ baseUrl: Symbol('x') }, 'baseUrl', /^"baseUrl" must be a URL/],
    [{ baseUrl: 'https://gateway.example/?key=1' }, 'baseUrl', /^"baseUrl" must not have a query or a fragment/],
    [{ baseUrl: 'https://gateway.example/#x' }, 'baseUrl', /^"baseUrl" must not have a query or a fragment/],
  ])('%o is refused', (options, option, message) => {
    expect(() => checkOptions('core', options as never, names)).toThrow(refused(option, message));
    expect(() => new HttpClient('core', options as never, names)).toThrow(refused(option, message));
  });

  test.each<[object, string, string]>([
    [{ sandbox: true }, 'sandbox', 'environment'],
    [{ overrideServiceUrl: 'pay-api.amazon.eu' }, 'overrideServiceUrl', 'baseUrl'],
    [{ endpoint: 'https://x' }, 'endpoint', 'baseUrl'],
    [{ retries: 5 }, 'retries', 'maxRetries'],
    [{ httpAgent: {} }, 'httpAgent', 'fetch'],
    [{ timeOut: 5 }, 'timeOut', 'timeout'],
    [{ total_timeout: 5 }, 'total_timeout', 'totalTimeout'],
    [{ baseURL: 'https://x' }, 'baseURL', 'baseUrl'],
    [{ publicKeyid: 'x' }, 'publicKeyid', 'publicKeyId'],
    [{ hooks: { onRequests: () => undefined } }, 'hooks.onRequests', 'hooks.onRequest'],
    [{ hooks: { onErrors: () => undefined } }, 'hooks.onErrors', 'hooks.onError'],
  ])('%o is refused with the right name', (options, option, meant) => {
    expect(() => checkOptions('core', options, names)).toThrow(
      expect.objectContaining({ option, message: `"${option}" is not an option`, hint: `Did you mean "${meant}"?` }),
    );
  });

  test('may have names of an application, and names without a value', () => {
    const options = { region: 'eu', log: 'debug', shop: { id: 5 }, tags: [], sandbox: undefined, timeOut: undefined };
    expect(() => checkOptions('core', options as never, names)).not.toThrow();
  });

  test('accept undefined for every optional one', () => {
    const all = 'fetch clock timeout totalTimeout maxRetries rateLimiter hooks headers userAgent baseUrl allowHttp'.split(' ');
    expect(() => new HttpClient('core', Object.fromEntries(all.map((name) => [name, undefined])))).not.toThrow();
  });

  test('a name from an object without a prototype, or that a prototype has, is only a name', () => {
    const options = Object.assign(Object.create(null), { constructor: 1, toString: 2, hasOwnProperty: 3 });
    expect(() => checkOptions('core', options, names)).not.toThrow();
    expect(() => checkNames('core', JSON.parse('{"__proto__":1}'), ['timeout'])).not.toThrow();
  });
});

describe('the options of a call', () => {
  test.each<[unknown, string | undefined]>([
    [null, undefined],
    ['x-amz-pay-idempotency-key', undefined],
    [{ signal: {} }, 'signal'],
    [{ signal: null }, 'signal'],
    [{ timeout: -5 }, 'timeout'],
    [{ maxRetries: 'no' }, 'maxRetries'],
    [{ retry: 0 }, 'retry'],
    [{ signals: undefined, header: {} }, 'header'],
  ])('%o is refused', (call, option) => {
    expect(() => checkCall('core', call as never)).toThrow(refused(option, /./));
  });

  test('are refused as a rejection, and nothing is sent', async () => {
    const fetch = () => Promise.reject(new Error('sent'));
    const client = new HttpClient('core', { fetch });
    const call = client.send({ prepare: () => Promise.reject(new Error('prepared')), read: () => 1 }, { timeout: 0 });
    await expect(call).rejects.toMatchObject({ code: 'CONFIGURATION', option: 'timeout' });
  });

  test('may have names of the surface', () => {
    expect(() => checkCall('core', { idempotencyKey: 'k' } as never, ['idempotencyKey'])).not.toThrow();
    expect(() => checkCall('core', { idempotencykey: 'k' } as never, ['idempotencyKey'])).toThrow(
      expect.objectContaining({ hint: 'Did you mean "idempotencyKey"?' }),
    );
  });
});

describe('a required string', () => {
  test.each<[unknown, RegExp, RegExp?]>([
    [undefined, /^"secret" is missing$/, /variable/],
    [null, /^"secret" is missing$/],
    ['', /^"secret" is empty: is the environment variable set\?$/],
    [' \n', /^"secret" is empty/],
    ['abc ', /^"secret" has spaces or a line break around it$/, /trim/],
    ['\nabc', /^"secret" has spaces/],
    ['abc\u00a0', /^"secret" has spaces/],
    ['"abc"', /^"secret" is in quotes$/, /docker/],
    ["'abc'", /^"secret" is in quotes$/],
    [5, /^"secret" must be a string, got number$/],
    [{ a: 1 }, /^"secret" must be a string, got object$/],
    [new Uint8Array(2), /^"secret" must be a string, got object$/],
  ])('%o is refused without being shown', async (value, message, hint = /^/) => {
    const error = await waybillErrorOf(() => requireString('core', 'secret', value));
    expect(error).toMatchObject({ option: 'secret', message: expect.stringMatching(message) });
    if (error.hint !== undefined) expect(error.hint).toMatch(hint);
    expect(JSON.stringify(error)).not.toContain('abc');
  });

  test('is returned as it is, with quotes inside', () => {
    expect(requireString('core', 'secret', 'it\'s "x"')).toBe('it\'s "x"');
  });

  test('has a hint of its own if it is missing', () => {
    expect(() => requireString('core', 'keys', undefined, 'Pass { keys }.')).toThrow(expect.objectContaining({ hint: 'Pass { keys }.' }));
  });
});

describe('a URL', () => {
  test.each([
    ['https://api.example', 'https://api.example'],
    ['https://api.example/', 'https://api.example'],
    ['https://api.example/a/b///', 'https://api.example/a/b'],
    ['HTTPS://API.example:443/A?x=1#y', 'https://api.example/A'],
    ['http://localhost:8080/', 'http://localhost:8080'],
    ['http://a.localhost', 'http://a.localhost'],
    ['http://127.0.0.1:1', 'http://127.0.0.1:1'],
    ['http://127.1', 'http://127.0.0.1'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
  ])('%s is %s', (url, read) => {
    expect(checkUrl('core', 'baseUrl', url)).toBe(read);
    expect(checkUrl('core', 'baseUrl', new URL(url))).toBe(read);
  });

  test.each<[unknown, string]>([
    ['ftp://x', 'must be a URL that starts with https://'],
    ['javascript:alert(1)', 'must be a URL'],
    ['x', 'must be a URL'],
    ['', 'must be a URL'],
    [undefined, 'must be a URL'],
    [null, 'must be a URL'],
    [Object.create(null), 'must be a URL'],
    [{ href: 5 }, 'must be a URL'],
    [`https://x/${'a'.repeat(10_000)}`, 'must be a URL'],
    ['https://user:pw@x', 'must not contain a user name or password'],
    ['https://user@x', 'must not contain a user name or password'],
    ['http://pay-api.amazon.com', 'must start with https://'],
    ['http://127.0.0.1.evil.example', 'must start with https://'],
    ['http://localhost.evil.example', 'must start with https://'],
    ['http://128.0.0.1', 'must start with https://'],
    ['http://10.0.0.1', 'must start with https://'],
  ])('%o is refused', (url, message) => {
    expect(() => checkUrl('core', 'baseUrl', url)).toThrow(refused('baseUrl', message));
  });

  test('of a private network is accepted with allowHttp, and the refusal says so', () => {
    expect(checkUrl('core', 'baseUrl', 'http://10.0.0.1/', true)).toBe('http://10.0.0.1');
    expect(() => checkUrl('core', 'baseUrl', 'http://10.0.0.1/')).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('allowHttp: true') }),
    );
    expect(() => checkUrl('core', 'baseUrl', 'ftp://10.0.0.1/', true)).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
  });

  test('keeps its query if that is part of it', () => {
    expect(readUrl('core', 'jwks', 'https://x/keys?v=1')).toBe('https://x/keys?v=1');
    expect(readUrl('core', 'jwks', new URL('https://x/keys?v=1'))).toBe('https://x/keys?v=1');
    expect(() => readUrl('core', 'jwks', 'http://x/keys')).toThrow(expect.objectContaining({ option: 'jwks' }));
  });

  test('with slashes without end takes no longer than it is long', () => {
    // In quadratic time the longest that is accepted would still be fast, so the pattern is what counts: one pass.
    const url = `https://x/${'/'.repeat(9_000)}`;
    expect(checkUrl('core', 'baseUrl', url)).toBe('https://x');
    expect(checkUrl('core', 'baseUrl', `${url}a`)).toBe(`${url}a`);
  });
});

describe('headers', () => {
  test.each([
    [undefined, {}],
    [{ 'X-Shop': 'a' }, { 'x-shop': 'a' }],
    [new Headers({ 'X-Shop': 'a' }), { 'x-shop': 'a' }],
    [[['X-Shop', 'a']], { 'x-shop': 'a' }],
    [{ 'x-trace': undefined, 'x-shop': 'a' }, { 'x-shop': 'a' }],
  ])('%o', (headers, read) => {
    expect(readHeaders('core', { headers } as never)).toEqual(read);
  });
});

test('a whole number that no timer can hold is refused with the largest that one can', () => {
  const message = /^"maxBodyBytes" must be at most 2147483647$/;
  expect(() => checkWholeNumbers('core', { maxBodyBytes: 2 ** 31 })).toThrow(refused('maxBodyBytes', message));
  expect(() => checkWholeNumbers('core', { maxBodyBytes: 2 ** 31 - 1 })).not.toThrow();
});

test.each([0, -1, 1.5, Number.NaN, '5', null, undefined, 5n, Symbol('5')])('%s is not a whole number from 1', (value) => {
  expect(() => checkWholeNumbers('core', { maxBodyBytes: value })).toThrow(
    refused('maxBodyBytes', /^"maxBodyBytes" must be a whole number, 1 or more$/),
  );
});

test.each([() => new Date(Number.NaN), () => undefined, () => null, () => 1_768_472_130_000, () => '2026-01-15'])(
  'a clock that says %s is refused',
  (clock) => {
    expect(() => new HttpClient('core', { clock: clock as never }).now()).toThrow(refused('clock', /^"clock" must return a valid Date$/));
  },
);
