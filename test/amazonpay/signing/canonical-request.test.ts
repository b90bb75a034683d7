import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalRequest, isWaybillError, type SignableRequest, stringToSign } from '../../../src/amazonpay/index.ts';
import { anyCharacter, webPath, webQuery } from '../../support/text.ts';

const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const of = (url: string | URL): string[] => canonicalRequest({ method: 'GET', url }).split('\n');
const pathOf = (url: string | URL): string | undefined => of(url)[1];
const queryOf = (query: string): string | undefined => of(`/?${query}`)[2];

describe('the path', () => {
  test.each([
    ['', '/'],
    ['https://pay-api.amazon.com', '/'],
    ['https://pay-api.amazon.com?a=b', '/'],
    ['v2/deliveryTrackers', '/v2/deliveryTrackers'],
    ['/v2/deliveryTrackers#part', '/v2/deliveryTrackers'],
    ['/a/./b/../c', '/a/c'],
    ['/a/b/..', '/a/'],
    ['/a/.', '/a/'],
    ['/a/..', '/'],
    ['/../../a', '/a'],
    ['/a//b///', '/a/b/'],
    ['/%61%2D%2e/%2E%2E/b', '/b'],
    ['/a%2Fb', '/a%2Fb'],
    ['/a b+c', '/a%20b%2Bc'],
    ["/a:b@c!'()*;=&,$", '/a%3Ab%40c%21%27%28%29%2A%3B%3D%26%2C%24'],
    ['/100%/%zz', '/100%25/%25zz'],
    ['/%FF', '/%25FF'],
    ['/\\..\\b', '/%5C..%5Cb'],
    ['/荷物/Ä', '/%E8%8D%B7%E7%89%A9/%C3%84'],
    ['/\ud800/\udfffx', '/%EF%BF%BD/%EF%BF%BDx'],
    ['//host/path', '/path'],
    ['HTTPS://user@host:8443/path', '/path'],
  ])('of %j is %j', (url, path) => {
    expect(pathOf(url)).toBe(path);
  });

  test('is its own canonical form', () => {
    fc.assert(
      fc.property(webPath, (path) => {
        const once = pathOf(`https://host${path}`) ?? '';
        expect(pathOf(`https://host${once}`)).toBe(once);
      }),
    );
  });

  test('of a URL object is that of its string', () => {
    fc.assert(
      fc.property(fc.constantFrom('http', 'https'), fc.webAuthority(), webPath, fc.option(webQuery), (scheme, host, path, query) => {
        const text = `${scheme}://${host}${path}${query === null ? '' : `?${query}`}`;
        expect(of(new URL(text))).toEqual(of(new URL(text).href));
      }),
    );
  });
});

describe('the query', () => {
  test.each([
    ['', ''],
    ['b=2&a=1', 'a=1&b=2'],
    ['a=2&a=10&a=1', 'a=1&a=10&a=2'],
    ['a', 'a='],
    ['a&b', 'a=&b='],
    ['&&a=1&', 'a=1'],
    ['=x', '=x'],
    ['a=b=c', 'a=b%3Dc'],
    ['a-b=1&a=1', 'a=1&a-b=1'],
    ['Z=1&a=1', 'Z=1&a=1'],
    ['a=x+y&a=x%20y&a=x%2By', 'a=x%20y&a=x%20y&a=x%2By'],
    ["a=!'()*~", 'a=%21%27%28%29%2A~'],
    ['a=%zz', 'a=%25zz'],
    ['é=\ud800', '%C3%A9=%EF%BF%BD'],
    ['a=?/#gone', 'a=%3F%2F'],
    ['__proto__=1&constructor=2', '__proto__=1&constructor=2'],
  ])('%j becomes %j', (query, canonical) => {
    expect(queryOf(query)).toBe(canonical);
  });

  test('does not depend on the order of its parameters', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ unit: anyCharacter }), fc.string({ unit: anyCharacter }))), (pairs) => {
        const forwards = queryOf(new URLSearchParams(pairs).toString());
        expect(queryOf(new URLSearchParams(pairs.toReversed()).toString())).toBe(forwards);
        expect(forwards).toMatch(/^[\w.~%=&-]*$/);
      }),
    );
  });
});

describe('headers and body', () => {
  test('signs exactly the headers that are passed', () => {
    const headers = { 'User-Agent': 'x', 'X-Custom': ' a   b\t c ', accept: '' };
    expect(canonicalRequest({ method: 'post', url: '/', headers })).toBe(
      `POST\n/\n\naccept:\nuser-agent:x\nx-custom:a b c\n\naccept;user-agent;x-custom\n${EMPTY_HASH}`,
    );
    expect(canonicalRequest({ method: 'GET', url: '/' })).toBe(`GET\n/\n\n\n\n${EMPTY_HASH}`);
  });

  test('accepts pairs, joins values of one name, and treats names of Object.prototype as names', () => {
    const headers: [string, string][] = [
      ['X-B', '2'],
      ['x-a', '1'],
      ['x-b', '3'],
      ['__proto__', 'p'],
      ['constructor', 'c'],
    ];
    expect(canonicalRequest({ method: 'GET', url: '/', headers }).split('\n').slice(3, 7)).toEqual([
      '__proto__:p',
      'constructor:c',
      'x-a:1',
      'x-b:2,3',
    ]);
  });

  test('no value can add a line', () => {
    const lines = canonicalRequest({ method: 'GET', url: '/', headers: { a: 'x\r\nb:forged' } }).split('\n');
    expect(lines).toHaveLength(7);
    expect(lines[3]).toBe('a:x b:forged');
  });

  test.each<[string, SignableRequest['body'], string | Uint8Array]>([
    ['a string', 'payload', 'payload'],
    ['a string beyond ASCII', 'Ä荷🚚', 'Ä荷🚚'],
    ['bytes', Uint8Array.of(0, 255, 10), Uint8Array.of(0, 255, 10)],
    ['a part of a buffer', new Uint8Array(8).fill(7).subarray(2, 4), Uint8Array.of(7, 7)],
    ['a Buffer', Buffer.from('payload'), 'payload'],
    ['another view', new DataView(Uint8Array.from([0, 1, 2, 3]).buffer, 1, 2) as never, Uint8Array.of(1, 2)],
    ['a lone surrogate, which fetch sends as U+FFFD', 'a\ud800b', 'a\ufffdb'],
    ['10 MB', new Uint8Array(10_000_000).fill(65), 'A'.repeat(10_000_000)],
  ])('hashes %s as node:crypto does', (_, body, bytes) => {
    expect(canonicalRequest({ method: 'POST', url: '/', body }).split('\n').at(-1)).toBe(createHash('sha256').update(bytes).digest('hex'));
  });
});

describe('nonsense', () => {
  test.each([
    [undefined, 'request: expected an object, got nothing'],
    [null, 'request: expected an object, got null'],
    ['GET /', 'request: expected an object, got string'],
    [{ url: '/' }, 'method: expected a string, got nothing'],
    [{ method: 7, url: '/' }, 'method: expected a string, got number'],
    [{ method: 'GET' }, 'url: expected a string or a URL, got nothing'],
    [{ method: 'GET', url: null }, 'url: expected a string or a URL, got null'],
    [{ method: 'GET', url: ['/'] }, 'url: expected a string or a URL, got an array'],
    [{ method: 'GET', url: '/', headers: null }, 'headers: expected an object, got null'],
    [{ method: 'GET', url: '/', headers: 'a:b' }, 'headers: expected an object, got string'],
    [{ method: 'GET', url: '/', headers: { a: 1 } }, 'headers: expected names with values that are strings, got number'],
    [{ method: 'GET', url: '/', headers: [1] }, 'headers: expected names with values that are strings, got nothing'],
    [
      { method: 'GET', url: '/', headers: [[{ __proto__: null }, 'x']] },
      'headers: expected names with values that are strings, got object',
    ],
    [{ method: 'GET', url: '/', body: {} }, 'body: expected a string or bytes, got object'],
    [{ method: 'GET', url: '/', body: null }, 'body: expected a string or bytes, got null'],
  ])('%j is refused with the reason', (request, message) => {
    const call = (): string => canonicalRequest(request as never);
    expect(call).toThrow(expect.objectContaining({ code: 'VALIDATION', direction: 'request', surface: 'amazonpay' }));
    expect(call).toThrow(message);
  });

  test('any string at all is a path', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (url) => {
        expect(pathOf(url)).toMatch(/^\/[\w.~%/-]*$/);
      }),
    );
  });

  test('a long path is read in linear time', () => {
    expect(pathOf(`/${'a/../'.repeat(200_000)}x`)).toBe('/x');
    expect(pathOf(':'.repeat(1_000_000))?.length).toBeGreaterThan(1_000_000);
  });

  test.each(['AMZN-PAY-RSASSA-PSS-V3', '', 'constructor', undefined, null, 7, ['AMZN-PAY-RSASSA-PSS']])(
    'algorithm %j is refused',
    (algorithm) => {
      expect(() => stringToSign(algorithm as never, 'GET')).toThrow(
        '"algorithm" must be one of AMZN-PAY-RSASSA-PSS, AMZN-PAY-RSASSA-PSS-V2',
      );
    },
  );

  test('what is not a string is refused as a canonical request', () => {
    expect(() => stringToSign('AMZN-PAY-RSASSA-PSS', undefined as never)).toThrow(expect.toSatisfy(isWaybillError));
    expect(() => stringToSign('AMZN-PAY-RSASSA-PSS', 7 as never)).toThrow('canonicalRequest: expected a string, got number');
  });
});
