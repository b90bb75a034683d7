import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { headerValues, jsonBody, queryValues, readBytes } from '../../src/core/receive/webhook-request.ts';

describe('headerValues', () => {
  test.each([
    [new Headers({ 'X-Api-Key': 'a' }), ['a']],
    [
      new Headers([
        ['x-api-key', 'a'],
        ['x-api-key', 'b'],
      ]),
      ['a, b'],
    ],
    [{ 'X-API-Key': 'a' }, ['a']],
    [{ 'x-api-key': ['a', 'b'] }, ['a', 'b']],
    [{ 'x-api-key': 'a', 'X-API-KEY': 'b' }, ['a', 'b']],
    [{ 'x-api-key': undefined }, []],
    [{ 'x-api-key': [Object.create(null), 7, 'a'] }, ['a']],
    [{}, []],
    [null, []],
    ['text', []],
  ])('of %o', (headers, values) => {
    expect(headerValues({ headers } as never, 'x-api-key')).toEqual(values);
  });
});

describe('queryValues', () => {
  test.each([
    ['https://shop.example/hook?key=a%20b&other=1', ['a b']],
    ['/hook?key=a&key=b#key=c', ['a', 'b']],
    ['/hook?key=a?b', ['a?b']],
    ['/hook', []],
    ['', []],
    [undefined, []],
    [7, []],
  ])('of %j', (url, values) => {
    expect(queryValues({ url } as never, 'key')).toEqual(values);
  });
});

describe('jsonBody', () => {
  test.each([
    ['{"a":1}', { a: 1 }],
    ['\uFEFF[1]', [1]],
    [new TextEncoder().encode('{"a":"ä"}'), { a: 'ä' }],
    [Buffer.from('{"a":1}'), { a: 1 }],
    [new TextEncoder().encode('{"a":1}').buffer, { a: 1 }],
    [runInNewContext('new Uint8Array([123, 125])'), {}],
    [{ a: 1 }, { a: 1 }],
  ])('reads %o', (body, value) => {
    expect(jsonBody('core', body)).toEqual(value);
  });

  test.each([
    [undefined, 'got nothing'],
    [null, 'got null'],
    [7, 'got number'],
    ['  ', 'the body of 2 characters is not JSON'],
    ['{"secret":', 'the body of 10 characters is not JSON'],
    [new Uint8Array([0xff, 0xfe]), 'is not JSON'],
  ])('refuses %o without showing it', (body, reason) => {
    expect(() => jsonBody('core', body)).toThrow(expect.objectContaining({ code: 'VALIDATION', message: expect.stringContaining(reason) }));
    expect(() => jsonBody('core', body)).not.toThrow(/secret/);
  });

  test('nesting without end is an error of ours too', () => {
    expect(() => jsonBody('core', '['.repeat(1_000_000))).toThrow(expect.objectContaining({ code: 'VALIDATION' }));
  });
});

describe('readBytes', () => {
  const post = (body: BodyInit): Request => new Request('https://shop.example/', { method: 'POST', body, duplex: 'half' } as RequestInit);

  test('gives the bytes, and refuses more than the limit', async () => {
    expect(await readBytes('core', post('ä'), 2)).toEqual(new Uint8Array([0xc3, 0xa4]));
    await expect(readBytes('core', post('ä'), 1)).rejects.toMatchObject({ code: 'VALIDATION', message: 'the body is larger than 1 bytes' });
  });

  test.each<[string, () => Request]>([
    ['that breaks off', () => post(new ReadableStream({ pull: (controller) => controller.error(new TypeError('terminated')) }))],
    [
      'that somebody else reads',
      () => {
        const request = post('{}');
        request.body?.getReader();
        return request;
      },
    ],
  ])('says of a body %s that it could not be had', async (_, makeRequest) => {
    await expect(readBytes('core', makeRequest(), 9)).rejects.toMatchObject({ code: 'CONNECTION', cause: expect.any(TypeError) });
  });
});
