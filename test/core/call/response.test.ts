import { Readable } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import {
  describeBody,
  failureOf,
  type HttpResponse,
  headerOf,
  isResponse,
  isRetryableStatus,
  parseJson,
  readText,
  responseInError,
  retryDelay,
} from '../../../src/core/call/response.ts';
import { ApiError, ConnectionError } from '../../../src/core/errors.ts';
import { redactor } from '../../../src/core/redact.ts';
import type { FetchResponse } from '../../../src/core/types.ts';

const responseOf = (fields: Partial<HttpResponse> = {}): HttpResponse => ({
  status: 400,
  headers: new Headers(),
  text: '',
  attempts: 1,
  requestId: undefined,
  redact: redactor(['secret-value']),
  ...fields,
});
const buffer = (text: string) => new TextEncoder().encode(text).buffer as ArrayBuffer;

describe('what is a response', () => {
  test.each<[string, unknown, boolean]>([
    ['a Response', new Response(), true],
    ['a mock with text()', { status: 200, headers: new Headers(), text: async () => '' }, true],
    ['a mock with arrayBuffer()', { status: 200, headers: new Map(), arrayBuffer: async () => buffer('') }, true],
    ['a mock with json() only', { ok: true, status: 200, headers: new Headers(), json: async () => ({}) }, false],
    ['a mock without headers', { ok: true, status: 200, text: async () => '' }, false],
    ['a mock with a status in words', { status: '200', headers: new Headers(), text: async () => '' }, false],
    ['headers as an object', { status: 200, headers: { 'content-type': 'x' }, text: async () => '' }, false],
    ['nothing', undefined, false],
    ['null', null, false],
    ['a string', '{"ok":true}', false],
    ['parsed JSON', { deliveryDetails: [] }, false],
  ])('%s', (_, value, expected) => {
    expect(isResponse(value)).toBe(expected);
  });
});

describe('a body is read', () => {
  test.each<[string, () => FetchResponse]>([
    ['from a web stream', () => new Response('ä€')],
    ['from a stream of Node', () => ({ ...mock(), body: Readable.from([Buffer.from('ä'), '€']), arrayBuffer: never }) as FetchResponse],
    ['by arrayBuffer(), if there is no property for it', () => mock()],
    ['from a stream that cannot be iterated, as in some browsers', () => ({ ...mock(), body: onlyReadable('ä€'), arrayBuffer: never })],
    [
      'by text(), if that is all there is',
      () => ({ status: 200, headers: new Headers(), text: async () => 'ä€' }) as unknown as FetchResponse,
    ],
  ])('%s', async (_, make) => {
    expect(await readText(make())).toBe('ä€');
  });

  test('as nothing if there is none, also if a mock says so in its own way', async () => {
    expect(await readText(new Response(null, { status: 204 }))).toBe('');
    expect(await readText({ status: 200, headers: new Headers(), text: async () => undefined } as unknown as FetchResponse)).toBe('');
  });

  test.each([
    ['arrayBuffer()', { arrayBuffer: async () => buffer('x'.repeat(9_000_000)) }],
    ['text()', { text: async () => 'x'.repeat(9_000_000) }],
    ['a web stream', { body: new Response('x'.repeat(9_000_000)).body, arrayBuffer: never }],
    ['a stream of Node', { body: Readable.from(new Array(9).fill('x'.repeat(1_000_000))), arrayBuffer: never }],
  ])('up to 8 MiB by %s', async (_, parts) => {
    expect(await readText({ status: 200, headers: new Headers(), ...parts } as unknown as FetchResponse)).toHaveLength(8 * 1024 * 1024);
  });

  test.each([200, 204, 299])('as an error if a success, %d, breaks off', async (status) => {
    const failing = { status, headers: new Headers(), arrayBuffer: () => Promise.reject(new Error('reset')) };
    await expect(readText(failing)).rejects.toThrow('reset');
  });

  test.each([199, 300, 400, 503])('as far as it came if a failure, %d, breaks off', async (status) => {
    const failing = { status, headers: new Headers(), arrayBuffer: () => Promise.reject(new Error('reset')) };
    expect(await readText(failing)).toBe('');
  });

  function never(): Promise<ArrayBuffer> {
    return Promise.reject(new Error('that has no bound'));
  }

  function onlyReadable(text: string): object {
    const { body } = new Response(text);
    return { getReader: () => body?.getReader() };
  }

  function mock(): FetchResponse {
    return { status: 200, headers: new Headers(), arrayBuffer: async () => buffer('ä€') };
  }
});

test('headers of a mock may be a Map of anything', () => {
  const headers = new Map<string, unknown>([
    ['a', ' x '],
    ['b', 5],
  ]) as unknown as FetchResponse['headers'];
  expect(['a', 'b', 'c'].map((name) => headerOf({ headers }, name))).toEqual(['x', undefined, undefined]);
  expect(failureOf(responseOf({ headers }))).toMatchObject({ status: 400, retryAfter: undefined });
});

test.each([
  ['', 'text/html', 'an empty body'],
  ['{}', 'application/json; charset=utf-8', '2 characters of application/json'],
  ['<html>', 'text/html', '6 characters of text/html'],
  ['<html>', 'text/html ; charset=utf-8', '6 characters of text/html'],
  ['x', null, '1 characters of an unknown type'],
  ['x', 'secret value', '1 characters of an unknown type'],
  ['x', 'x'.repeat(61), '1 characters of an unknown type'],
])('the body %j of type %j is %s', (text, type, words) => {
  expect(describeBody({ text, headers: new Headers(type === null ? {} : { 'content-type': type }) })).toBe(words);
});

test.each([
  ['{"a":1}', { a: 1 }],
  ['null', null],
  ['', undefined],
  ['<html>', undefined],
  ['{"a":', undefined],
])('%j as JSON is %o', (text, value) => {
  expect(parseJson({ text })).toEqual(value);
});

test('a body that was cut off is not parsed: of a list in a list in a list, that takes seconds', () => {
  const largest = 8 * 1024 * 1024;
  expect(parseJson({ text: `{}${' '.repeat(largest - 12)}` })).toEqual({});
  expect(parseJson({ text: `{}${' '.repeat(largest - 2)}` })).toBeUndefined();
  expect(parseJson({ text: `["${'é'.repeat(largest / 2 - 2)}"]` })).toBeUndefined();
});

test.each([408, 425, 429, 500, 503, 599])('%d can be a success later', (status) => {
  expect(isRetryableStatus(status)).toBe(true);
});

test.each([200, 302, 400, 401, 403, 404, 409, 422, 499])('%d cannot', (status) => {
  expect(isRetryableStatus(status)).toBe(false);
});

describe('an error has of a response', () => {
  test('its data, redacted: JSON as JSON, anything else as a string', () => {
    expect(failureOf(responseOf({ text: '{"message":"bad secret-value"}' })).data).toEqual({ message: 'bad [redacted]' });
    expect(failureOf(responseOf({ text: '<p>secret-value</p>' })).data).toBe('<p>[redacted]</p>');
    expect(failureOf(responseOf()).data).toBe('');
  });

  test.each([
    ['7', 7_000],
    ['0', 0],
    [' 7 ', 7_000],
    ['1.5', 1_500],
    ['0.0001', 1],
    ['+1', 1_000],
    ['1s', 1_000],
    ['2 S', 2_000],
    ['1, 1', 1_000],
    ['3 ,5', 3_000],
    ['1, Wed, 21 Oct 2015 07:28:00 GMT', 1_000],
    ['-1', undefined],
    ['1.5.2', undefined],
    ['1 minute', undefined],
    // The parser would find a year.
    ['-2099', undefined],
    ['2099-01', undefined],
    ['soon', undefined],
    ['', undefined],
    ['9'.repeat(400), undefined],
    ['Wed, 21 Oct 2015 07:28:00 GMT', undefined],
  ])('Retry-After %j as %s', (text, retryAfter) => {
    expect(failureOf(responseOf({ headers: new Headers({ 'retry-after': text }) })).retryAfter).toBe(retryAfter);
  });

  test.each(['UTC', 'America/New_York', 'Asia/Kolkata'])('a date in Retry-After as a duration, in the time zone %s', (zone) => {
    vi.stubEnv('TZ', zone);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2030, 0, 1) });
    try {
      // Servers that do not follow RFC 9110 send other forms, which may begin and end with a number.
      const sent = 'Tue, 01 Jan 2030 00:01:00 GMT';
      const others = ['01 Jan 2030 00:01:00 GMT', 'Jan 1, 2030 00:01:00 GMT', '2030-01-01T00:01:00Z', '2030-01-01T00:01:00+00:00'];
      // RFC 9110 has recipients accept it.
      const asctime = 'Tue Jan  1 00:01:00 2030';
      // By the sender's own clock, if it says what that shows: one of the two may be wrong.
      const wrong = { 'retry-after': 'Tue, 01 Jan 2030 03:01:00 GMT', date: 'Tue, 01 Jan 2030 03:00:00 GMT' };
      expect(failureOf(responseOf({ headers: new Headers(wrong) })).retryAfter).toBe(60_000);
      for (const date of [sent, `${sent}, ${sent}`, `${sent}, 1`, asctime, ...others]) {
        expect(failureOf(responseOf({ headers: new Headers({ 'retry-after': date }) })).retryAfter).toBe(60_000);
      }
    } finally {
      vi.useRealTimers();
      vi.unstubAllEnvs();
    }
  });
});

describe('the wait before a retry', () => {
  const refused = (retryAfter?: number) => new ApiError('x', { surface: 'core', status: 503, attempts: 1, retryable: true, retryAfter });

  test.each([
    [0, 0],
    [5_000, 5_000],
    [60_000, 60_000],
  ])('is what Amazon asks for, %d ms: earlier it would refuse again', (retryAfter, delay) => {
    expect(retryDelay(refused(retryAfter), 1)).toBe(delay);
  });

  test.each([
    [1, 500],
    [2, 1_000],
    [5, 8_000],
    [10, 20_000],
    [2_000, 20_000],
  ])('before attempt %d + 1 is at most %d ms otherwise, with full jitter', (attempts, most) => {
    const delays = Array.from({ length: 200 }, () =>
      retryDelay(attempts % 2 ? refused() : new ConnectionError('x', { surface: 'core', attempts }), attempts),
    );
    for (const delay of delays) expect(delay).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThanOrEqual(most);
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(most / 2);
  });
});

describe('a response inside an error, as ky throws it', () => {
  test('is the response', async () => {
    const response = new Response('why', { status: 400 });
    expect(responseInError(Object.assign(new Error('x'), { response }))).toBe(response);
  });

  test.each([
    [{ reasonCode: 'X' }, '{"reasonCode":"X"}'],
    ['<html>', '<html>'],
    // An empty body.
    [undefined, ''],
  ])('that has been read already is made of what was read: %o', async (data, text) => {
    const response = new Response('why', { status: 400 });
    await response.text();
    const found = responseInError(Object.assign(new Error('x'), { response, data }));
    expect([found.status, await readText(found)]).toEqual([400, text]);
  });

  test.each([new Error('x'), { response: { status: 400, data: 'axios' } }, undefined, null, 'x'])(
    '%o has none, and is thrown on',
    (error) => {
      expect(() => responseInError(error)).toThrow();
    },
  );
});
