import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { decodeUtf8 } from '../../../src/core/bytes.ts';
import {
  attachParsed,
  checkLength,
  checkRead,
  fromRequest,
  headerValues,
  isRequest,
  queryValues,
  rawBytes,
  receiveOf,
  rejection,
  statusOf,
  toFetchHandler,
  toIncoming,
} from '../../../src/core/receive/request.ts';
import { waybillErrorOf } from '../../support/errors.ts';

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
    // Another name of the same length.
    [{ 'x-app-key': 'b', 'x-api-key': 'a' }, ['a']],
    [{ 'x-app-key': 'b' }, []],
    [{ 'x-api-key-2': 'b' }, []],
    [{ 'x-api-key': [Object.create(null), 7, 'a'] }, ['a']],
    [{ get: 'a header of that name', 'x-api-key': 'a' }, ['a']],
    [{ get: () => 5 }, []],
    [{}, []],
    [null, []],
    [undefined, []],
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
    ['/hook?key=a+b', ['a b']],
    ['/hook?key', ['']],
    ['/hook', []],
    ['', []],
    [undefined, []],
    [7, []],
  ])('of %j', (url, values) => {
    expect(queryValues({ url } as never, 'key')).toEqual(values);
  });
});

describe('the bytes of a body that a framework has read', () => {
  test.each<[string, unknown, string | undefined]>([
    ['a string', 'ä', 'ä'],
    ['an empty string', '', ''],
    ['a Buffer', Buffer.from('ä'), 'ä'],
    ['an ArrayBuffer', new TextEncoder().encode('ä').buffer, 'ä'],
    ['bytes of another realm', runInNewContext('new Uint8Array([123, 125])'), '{}'],
    ['what a parser made', { a: 1 }, undefined],
    ['a list', [1], undefined],
    ['nothing', undefined, undefined],
  ])('%s', (_, body, text) => {
    const bytes = rawBytes(body);
    expect(bytes && decodeUtf8(bytes)).toBe(text);
  });
});

describe('reading a Request', () => {
  const post = (body: BodyInit | null, headers: Record<string, string> = {}): Request =>
    new Request('https://shop.example/', { method: 'POST', body, headers, duplex: 'half' } as RequestInit);
  const read = (request: Request, limit: number) => fromRequest('core', request).read?.(limit);

  test('returns the bytes, and refuses more than the limit', async () => {
    expect(await read(post('ä'), 2)).toEqual(new Uint8Array([0xc3, 0xa4]));
    expect(await waybillErrorOf(() => read(post('ä'), 1))).toMatchObject({
      code: 'VALIDATION',
      message: 'the body is larger than 1 bytes',
    });
  });

  test('refuses a body that announces too much before it is read', async () => {
    let pulled = false;
    const pull = (): void => {
      pulled = true;
    };
    const body = new ReadableStream({ pull }, { highWaterMark: 0 });
    const error = await waybillErrorOf(() => read(post(body, { 'content-length': '9999999' }), 100));
    expect(statusOf(error)).toBe(413);
    expect(pulled).toBe(false);
  });

  test('returns as much as the limit if exactly that is announced', async () => {
    expect(await read(post('ä', { 'content-length': '2' }), 2)).toEqual(new Uint8Array([0xc3, 0xa4]));
  });

  test('of another implementation, which has no stream, refuses more than the limit too', async () => {
    const request = { method: 'POST', url: 'https://x/', headers: new Headers(), arrayBuffer: async () => new ArrayBuffer(11) };
    expect(await read(request as never, 11)).toHaveLength(11);
    expect(statusOf(await waybillErrorOf(() => read(request as never, 10)))).toBe(413);
  });

  test('without a body returns nothing', async () => {
    expect(await read(post(null), 9)).toEqual(new Uint8Array());
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
  ])('says of a body %s that it broke off, with a copy of the cause', async (_, makeRequest) => {
    const error = await waybillErrorOf(() => read(makeRequest(), 9));
    expect(error).toMatchObject({ code: 'CONNECTION', message: 'the body broke off', cause: { name: 'TypeError' } });
    expect(error.cause).not.toBeInstanceOf(TypeError);
  });

  test('says of a body that was read already what to do', async () => {
    const request = post('{}');
    await request.text();
    expect(await waybillErrorOf(() => read(request, 9))).toMatchObject({
      code: 'CONFIGURATION',
      message: 'the body has been read already',
      hint: expect.stringContaining('before anything reads it'),
    });
  });

  test('refuses fewer bytes than were announced: somebody dropped them', async () => {
    expect(await waybillErrorOf(() => read(post(null, { 'content-length': '700' }), 1_000))).toMatchObject({
      code: 'CONNECTION',
      message: 'the body has 0 bytes, and Content-Length announced 700',
    });
  });
});

test.each<[number, string | undefined, string | undefined, boolean]>([
  [5, '5', undefined, true],
  [5, undefined, undefined, true],
  [9, '5', undefined, true],
  [5, '9', 'gzip', true],
  [5, 'many', undefined, true],
  [5, '-9', undefined, true],
  [5, 'x9', undefined, true],
  [5, '9x', undefined, true],
  [4, '5', undefined, false],
  [0, '1', undefined, false],
])('%d bytes where %s were announced, with the encoding %s: %s', (length, announced, encoding, isAccepted) => {
  const check = () => checkLength('core', length, announced, encoding);
  if (isAccepted) expect(check).not.toThrow();
  else expect(check).toThrow(expect.objectContaining({ code: 'CONNECTION', surface: 'core', attempts: 1, hint: expect.any(String) }));
});

describe('what verify() is given', () => {
  test.each([
    ['a string', '{}', '{}'],
    ['a Buffer', Buffer.from('{}'), '{}'],
  ])('may have %s as body', async (_, body, text) => {
    const { read, parsed, method } = toIncoming('core', { headers: {}, body });
    const sent = await read?.(10);
    expect([typeof sent === 'string' ? sent : decodeUtf8(sent as Uint8Array), parsed, method]).toEqual([text, undefined, 'POST']);
  });

  test.each([
    ['a Buffer', (bytes: Uint8Array) => Buffer.from(bytes.buffer)],
    ['an ArrayBuffer', (bytes: Uint8Array) => bytes.buffer],
  ])('is copied from %s, so that what is verified is what is read', async (_, bodyOf) => {
    const bytes = new TextEncoder().encode('{}');
    const { read } = toIncoming('core', { headers: {}, body: bodyOf(bytes) } as never);
    bytes.fill(0x20);
    expect(decodeUtf8((await read?.(10)) as Uint8Array)).toBe('{}');
  });

  test('may have a body whose length is announced', () => {
    expect(toIncoming('core', { headers: { 'content-length': '2' }, body: '{}' }).method).toBe('POST');
    expect(toIncoming('core', { headers: {}, body: { a: 1 } }).method).toBe('POST');
  });

  test('may have a parsed body, whose bytes are gone', () => {
    expect(toIncoming('core', { headers: {}, body: { a: 1 } })).toMatchObject({ parsed: { body: { a: 1 } }, url: '' });
  });

  test('may be a Request, also of another implementation', () => {
    const request = { method: 'PUT', url: 'https://x/', headers: new Headers(), arrayBuffer: async () => new ArrayBuffer(0) };
    expect(isRequest(request)).toBe(true);
    expect(toIncoming('core', request as never)).toMatchObject({ method: 'PUT', url: 'https://x/' });
    for (const other of [null, undefined, 'x', {}, { method: 'POST', url: '/', headers: {} }]) expect(isRequest(other)).toBe(false);
    for (const name of ['method', 'url', 'headers', 'arrayBuffer']) {
      expect(isRequest({ ...request, [name]: undefined })).toBe(false);
      expect(isRequest({ ...request, [name]: {} })).toBe(false);
    }
  });

  test.each([null, undefined, 'body', 5])('is refused if it is %o', (request) => {
    expect(() => toIncoming('core', request as never)).toThrow(expect.objectContaining({ code: 'VALIDATION' }));
  });

  test.each([undefined, null, {}, []])(
    'whose body %j may be one that nobody has read is not called empty: that would lose an event',
    (body) => {
      for (const headers of [{ 'content-length': '700' }, new Headers({ 'content-length': '700' }), { 'transfer-encoding': 'chunked' }]) {
        expect(() => checkRead('core', { headers, body })).toThrow(expect.objectContaining({ code: 'CONNECTION', retryable: true }));
      }
      expect(checkRead('core', { headers: {}, body })).toBeUndefined();
      expect(checkRead('core', { headers: { 'content-length': body ? '2' : '0' }, body })).toBeUndefined();
    },
  );

  test.each([{ id: 1 }, [1], 'text', 5])('whose body is %j has been read, whatever its headers say', (body) => {
    expect(checkRead('core', { headers: { 'transfer-encoding': 'chunked', 'content-length': '700' }, body })).toBeUndefined();
  });

  test.each([
    [Promise.resolve('{}'), 'the body is a promise'],
    [new Blob(['{}']), 'the body is a stream or a Blob'],
    [new Blob(['{}']).stream(), 'the body is a stream or a Blob'],
  ])('whose body is %o is told to read it', (body, message) => {
    expect(() => checkRead('core', { headers: {}, body })).toThrow(message);
  });
});

describe('a fetch-style handler', () => {
  const handler = toFetchHandler('core', async ({ method, url, headers, parsed }) => ({
    status: 200,
    headers: { 'x-method': method },
    body: JSON.stringify([url, headerValues({ headers }, 'x-a'), parsed?.body]),
  }));

  test('makes a request of ours and a Response', async () => {
    const response = await handler(new Request('https://x/?a=1', { method: 'POST', headers: { 'X-A': 'b' }, body: '{}' }));
    expect([response.status, response.headers.get('x-method'), await response.json()]).toEqual([
      200,
      'POST',
      ['https://x/?a=1', ['b'], null],
    ]);
  });

  test('has no body if there is nothing to say', async () => {
    const silent = toFetchHandler('core', async () => ({ status: 200, headers: {}, body: '' }));
    expect((await silent(new Request('https://x/'))).body).toBeNull();
  });

  test('uses the body that a framework has parsed', async () => {
    const request = new Request('https://x/', { method: 'POST', body: '{}' });
    attachParsed(request, { a: 1 });
    expect(await (await handler(request)).json()).toEqual(['https://x/', [], { a: 1 }]);
  });

  test('keeps the faster way for the adapters; a handler of somebody else has none', async () => {
    expect(await receiveOf(handler)?.({ method: 'PUT', url: '/', headers: {} })).toMatchObject({ headers: { 'x-method': 'PUT' } });
    const receive = async () => ({ status: 200, headers: {}, body: '' });
    expect(receiveOf(toFetchHandler('core', receive))).toBe(receive);
    expect(receiveOf(async () => new Response())).toBeUndefined();
  });

  test.each([undefined, null, 'x', {}, { Records: [] }, { 'detail-type': 'x' }])(
    'rejects %o: a response to it would count as a success',
    async (input) => {
      expect(await waybillErrorOf(() => handler(input as never))).toMatchObject({
        code: 'CONFIGURATION',
        message: expect.stringMatching(/^this handler accepts a Request, got /),
      });
    },
  );
});

test('only an error of ours brings a status', () => {
  const error = rejection(413, 'core', 'too large', 'Send less.');
  expect(statusOf(error)).toBe(413);
  expect(error).toMatchObject({ direction: 'event', surface: 'core', hint: 'Send less.' });
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const forged = { [Symbol.for('waybill.status')]: 200 };
  for (const other of [new Error('x'), undefined, null, 'x', {}, proxy, forged]) expect(statusOf(other)).toBeUndefined();
});
