import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { AuthenticationError, ConfigurationError, TimeoutError } from '../../../src/core/errors.ts';
import { attachParsed, rejection } from '../../../src/core/receive/request.ts';
import { type Authenticator, readEvents, type WebhookHandlerOptions, webhook } from '../../../src/core/receive/webhook.ts';
import { authenticator, codec, envelope, post, type TestEvent } from '../../support/core/codec.ts';
import { waybillErrorOf } from '../../support/errors.ts';

const surface = 'core' as const;
const handler = (onEvent: (event: TestEvent) => unknown, options?: WebhookHandlerOptions<TestEvent>) =>
  webhook(codec, authenticator, onEvent, options);
const event = envelope('e1');
const FORM = 'application/x-www-form-urlencoded';

describe('responds', () => {
  test('200 and nothing else when the event is handled', async () => {
    const onEvent = vi.fn();
    const response = await handler(onEvent)(post(event));
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(onEvent).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ kind: 'placed', id: 'e1' }), {
      signal: expect.any(AbortSignal),
    });
  });

  test.each<[string, () => Request, number, object]>([
    ['405 with Allow to GET', () => new Request('https://x/'), 405, { allow: 'POST, PUT, PATCH' }],
    ['405 to DELETE', () => new Request('https://x/', { method: 'DELETE' }), 405, { allow: 'POST, PUT, PATCH' }],
    [
      '401 with a challenge to a wrong key',
      () => post(event, { 'x-api-key': 'wrong' }),
      401,
      { 'www-authenticate': 'ApiKey reason="mismatch"' },
    ],
    ['503 if the key could not be checked', () => post(event, { 'x-api-key': 'unreachable' }), 503, { 'retry-after': '60' }],
    ['503 if its check failed in another way', () => post(event, { 'x-api-key': 'invalid' }), 503, { 'retry-after': '60' }],
    ['415 to a form', () => post('a=1', { 'content-type': 'application/x-www-form-urlencoded' }), 415, {}],
    ['415 to HTML', () => post('<html>', { 'content-type': 'text/html; charset=utf-8' }), 415, {}],
    ['415 to a picture', () => post(Buffer.from([0x89, 0x50, 0x4e, 0x47]), { 'content-type': 'image/png' }), 415, {}],
    ['400 to JSON that cannot be an event', () => post({}), 400, {}],
    ['400 to a number', () => post(5), 400, {}],
    ['400 to a number that is sent as HTML', () => post('5', { 'content-type': 'text/html' }), 400, {}],
    ['400 to null', () => post(null), 400, {}],
    ['400 to an empty list', () => post([]), 400, {}],
    ['400 to a list without an event', () => post([1, {}, 'null']), 400, {}],
    ['413 to a body that says it is too large', () => post(event, { 'content-length': '9999999' }), 413, {}],
    ['413 to a body that is too large', () => post({ ...event, padding: 'x'.repeat(1_100_000) }), 413, {}],
    ['413 to a bomb', () => post(gzipSync(Buffer.alloc(5_000_000, ' ')), { 'content-encoding': 'gzip' }), 413, {}],
    ['503 to JSON that is cut off', () => post('{"id":'), 503, { 'retry-after': '60' }],
    ['503 to such JSON as a form, the type that curl sends', () => post('{"id":', { 'content-type': FORM }), 503, {}],
    ['503 to such JSON as HTML', () => post(' {"id":', { 'content-type': 'text/html' }), 503, {}],
    ['503 to JSON in a form', () => post(`a=1&payload=${encodeURIComponent('{"id":1}')}`, { 'content-type': FORM }), 503, {}],
    [
      '503 to JSON in a part of a form',
      () => post('--b\r\nX: 1\r\n\r\n{"id":1}', { 'content-type': 'multipart/form-data; boundary=b' }),
      503,
      {},
    ],
    ['415 to a form in parts without JSON', () => post('--b\r\n\r\nx', { 'content-type': 'multipart/form-data; boundary=b' }), 415, {}],
    ['503 to an empty body: somebody may have dropped it', () => post(''), 503, { 'retry-after': '60' }],
    ['503 to spaces', () => post(' '), 503, { 'retry-after': '60' }],
    ['503 to an event that cannot be read', () => post({ ...event, detail: 'broken' }), 503, { 'retry-after': '60' }],
    ['503 to more items than can be read', () => post(`[${'1,'.repeat(150_000)}1]`), 503, { 'retry-after': '60' }],
    ['503 to an object that something may have changed', () => post({ hello: 'world' }), 503, { 'retry-after': '60' }],
    ['503 to such an object with a wrong type', () => post({ a: 1 }, { 'content-type': 'text/html' }), 503, { 'retry-after': '60' }],
    ['503 to an item that is cut off, with a wrong type', () => post(['{"id":'], { 'content-type': 'text/html' }), 503, {}],
    ['503 to an event of another surface', () => post({ ...event, 'detail-type': 'X', detail: 'elsewhere' }), 503, { 'retry-after': '60' }],
    ['503 to an encoding that cannot be undone', () => post(Buffer.from([0x28, 0xb5, 1, 2]), { 'content-encoding': 'zstd' }), 503, {}],
    ['503 to damaged gzip', () => post(gzipSync('{}'.repeat(100)).subarray(0, 20), { 'content-encoding': 'gzip' }), 503, {}],
  ])('%s', async (_, request, status, headers) => {
    const onEvent = vi.fn();
    const onError = vi.fn();
    const response = await webhook(codec, authenticator, { placed: onEvent }, { onError })(request());
    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject(headers);
    expect(await response.json()).toEqual({ message: expect.any(String) });
    expect(onEvent).not.toHaveBeenCalled();
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.any(Error), { status });
  });

  test.each([
    ['GET', 'events are sent with POST, PUT or PATCH, got GET'],
    ['OPTIONS', 'events are sent with POST, PUT or PATCH, got OPTIONS'],
    ['PROPFIND', 'events are sent with POST, PUT or PATCH, got PROPFIND'],
    ['x-evil', 'events are sent with POST, PUT or PATCH, got another method'],
    ['PURGE-all', 'events are sent with POST, PUT or PATCH, got another method'],
    ['x-PURGE', 'events are sent with POST, PUT or PATCH, got another method'],
    ['A'.repeat(21), 'events are sent with POST, PUT or PATCH, got another method'],
  ])('to %s what came', async (method, message) => {
    const response = await handler(vi.fn(), { onError: vi.fn() })(new Request('https://x/', { method }));
    expect(await response.json()).toEqual({ message });
  });

  test.each(['post', 'put', 'patch', 'Patch'])('200 to %s, whatever its case', async (method) => {
    const request = { method, headers: { 'x-api-key': 'right' }, url: '/', read: () => JSON.stringify(event) };
    expect([...(await readEvents(codec, authenticator, request, 1_000))]).toMatchObject([{ event: { id: 'e1' } }]);
  });

  test.each([
    [`text/html;${'x'.repeat(500)}`, 'text/html'],
    ['text/html ; charset=utf-8', 'text/html'],
    [`image/${'x'.repeat(500)}`, `image/${'x'.repeat(54)}`],
  ])('to the wrong type %s what came, and no more than fits', async (type, shown) => {
    const response = await handler(vi.fn(), { onError: vi.fn() })(post('<p>', { 'content-type': type }));
    expect(await response.json()).toEqual({ message: `events are application/json, got ${shown}` });
  });

  test.each<[unknown, string]>([
    [null, 'expected an event, got null'],
    [[5, null], 'expected an event, got number'],
    [[], 'expected an event, got an empty list'],
  ])('to %j what is wrong with it', async (body, message) => {
    const response = await handler(vi.fn(), { onError: vi.fn() })(post(body));
    expect(await response.json()).toEqual({ message });
  });

  test('503 when the handler fails, whatever it throws, and nothing of that is sent', async () => {
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const errors = [
      new Error('db password hunter2'),
      new AuthenticationError('missing', 'of another call', { surface }),
      // Of another webhook, to which the handler passed something on: it says nothing about this event.
      rejection(400, surface, 'hunter2 cannot be an event'),
      rejection(413, surface, 'hunter2 is too large'),
      'hunter2',
      undefined,
      revoked.proxy,
    ];
    for (const error of errors) {
      const onError = vi.fn();
      const response = await handler(() => Promise.reject(error), { onError, retryAfter: 7 })(post(event));
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '7']);
      expect(await response.text()).not.toContain('hunter2');
      expect(onError.mock.calls[0]?.[0] === error).toBe(true);
      expect(onError.mock.calls[0]?.[1]).toEqual({ status: 503 });
    }
  });

  test('a context that a handler can copy, with a signal that aborts also if it is first asked for when the time is up', async () => {
    const copies: { signal: AbortSignal }[] = [];
    const contexts: { signal: AbortSignal }[] = [];
    const onEvent = (_: TestEvent, context: { signal: AbortSignal }) => {
      if (contexts.push(context) === 1) copies.push({ ...context });
      return new Promise(() => undefined);
    };
    const receive = webhook(codec, authenticator, { placed: onEvent }, { timeBudget: 20, onError: vi.fn() });
    expect((await receive(post(event))).status).toBe(503);
    expect((await receive(post(event))).status).toBe(503);
    expect(copies[0]?.signal.reason).toBeInstanceOf(TimeoutError);
    expect(contexts[1]?.signal.reason).toBeInstanceOf(TimeoutError);
    expect(contexts[0]?.signal).toBe(copies[0]?.signal);
  });

  test('503 when the time is used up; the signal tells the handler, and onError hears of its failure too', async () => {
    const onError = vi.fn();
    const onEvent = (_: TestEvent, { signal }: { signal: AbortSignal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('gave up'))));
    const response = await webhook(codec, authenticator, onEvent, { timeBudget: 20, onError })(post(event));
    expect(response.status).toBe(503);
    await vi.waitFor(() => expect(onError).toHaveBeenCalledTimes(2), { timeout: 20_000 });
    expect(onError.mock.calls.map(([error]) => error.message)).toEqual([expect.stringContaining('20 ms'), 'gave up']);
  });

  test('503 if a challenge is nothing that a header can contain', async () => {
    const onError = vi.fn();
    const broken = webhook(codec, { ...authenticator, challenge: () => 'Basic realm="\u2192"' }, () => undefined, { onError });
    expect((await broken(post(event, { 'x-api-key': 'wrong' }))).status).toBe(503);
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.any(Error), { status: 503 });
  });

  test('401 also for an error of another copy of the package', async () => {
    vi.resetModules();
    const copy = await import('../../../src/core/errors.ts');
    expect(copy.AuthenticationError).not.toBe(AuthenticationError);
    const authenticate = () => Promise.reject(new copy.AuthenticationError('mismatch', 'no', { surface }));
    expect((await webhook(codec, { ...authenticator, authenticate }, () => undefined)(post(event))).status).toBe(401);
  });

  test('503 to a body that somebody has read already', async () => {
    const request = post(event);
    await request.text();
    const onError = vi.fn();
    expect((await handler(() => undefined, { onError })(request)).status).toBe(503);
    expect(onError.mock.calls[0]?.[0]).toMatchObject({ code: 'CONFIGURATION', message: expect.stringContaining('read already') });
  });

  test('a configuration that cannot work is written to the console if nobody listens', async () => {
    const write = vi.spyOn(console, 'error').mockReturnValue();
    const authenticate = () => Promise.reject(new ConfigurationError('"keys" is missing', { surface }));
    expect((await webhook(codec, { ...authenticator, authenticate }, () => undefined)(post(event))).status).toBe(503);
    expect(write).toHaveBeenCalledExactlyOnceWith('waybill: "keys" is missing');
    write.mockRestore();
  });
});

describe('accepts an event', () => {
  const json = JSON.stringify(event);

  test.each([
    'application/eventbridge+json',
    'text/plain',
    'application/octet-stream',
    'application/x-amz-json-1.1',
    'text/html',
    'application/x-www-form-urlencoded',
    '',
    undefined,
  ])('of the type %s', async (type) => {
    const request = post(json, type === undefined ? {} : { 'content-type': type });
    if (type === undefined) request.headers.delete('content-type');
    expect((await handler(() => undefined)(request)).status).toBe(200);
  });

  test.each(['PUT', 'PATCH'])('sent with %s', async (method) => {
    expect((await handler(() => undefined)(new Request(post(event), { method }))).status).toBe(200);
  });

  test.each<[string, unknown, Record<string, string>?]>([
    ['compressed with gzip', gzipSync(json), { 'content-encoding': 'gzip' }],
    ['compressed with br', brotliCompressSync(json), { 'content-encoding': 'br' }],
    ['decompressed by a framework that left the header', json, { 'content-encoding': 'gzip' }],
    ['compressed without a header', gzipSync(json)],
    ['in JSON in JSON', JSON.stringify(json)],
    ['with a byte order mark', `\ufeff${json}`],
    ['in UTF-16', Buffer.from(json, 'utf16le')],
    ['in an SNS notification', { Type: 'Notification', Message: json }],
    ['behind something else in a list', [null, {}, event]],
  ])('%s', async (_, body, headers) => {
    const onEvent = vi.fn();
    await webhook(codec, authenticator, onEvent, { onInvalid: () => undefined })(post(body, headers));
    expect(onEvent).toHaveBeenCalledOnce();
  });

  test('whose body a framework has parsed', async () => {
    const request = post('');
    attachParsed(request, event);
    const onEvent = vi.fn();
    expect((await handler(onEvent)(request)).status).toBe(200);
    expect(onEvent).toHaveBeenCalledOnce();
  });
});

describe('a signed body', () => {
  const bodies: (string | undefined)[] = [];
  const signedBy = (...accepted: (string | undefined)[]): Authenticator => ({
    authenticate: async () => async (body) => {
      const text = body && Buffer.from(body).toString('latin1');
      bodies.push(text);
      if (!accepted.includes(text)) throw new AuthenticationError('mismatch', 'the signature does not match', { surface });
    },
    challenge: () => 'Signature',
  });
  const json = JSON.stringify(event);
  const latin1 = (bytes: Buffer): string => bytes.toString('latin1');
  const status = async (accepted: (string | undefined)[], request: Request): Promise<number> =>
    (await webhook(codec, signedBy(...accepted), () => undefined, { onError: vi.fn() })(request)).status;

  test('is checked as it came, and after that decompressed', async () => {
    const gzip = gzipSync(json);
    expect(await status([json], post(json))).toBe(200);
    expect(await status([latin1(gzip)], post(gzip, { 'content-encoding': 'gzip' }))).toBe(200);
    expect(await status([json], post(gzip, { 'content-encoding': 'gzip' }))).toBe(200);
    expect(await status([], post(gzip, { 'content-encoding': 'gzip' }))).toBe(401);
    expect(await status([], post(json))).toBe(401);
  });

  test('is checked once if it is not compressed', async () => {
    bodies.length = 0;
    await status([], post(json));
    expect(bodies).toEqual([json]);
  });

  test('is checked once if only its header says that it is compressed', async () => {
    bodies.length = 0;
    expect(await status([], post(json, { 'content-encoding': 'gzip' }))).toBe(401);
    expect(bodies).toEqual([json]);
  });

  test('whose check fails for another reason is not checked again after it is decompressed', async () => {
    const check = vi.fn(async (): Promise<void> => undefined).mockRejectedValueOnce(new ConfigurationError('no key', { surface }));
    const handle = webhook(codec, { ...authenticator, authenticate: async () => check }, () => undefined, { onError: vi.fn() });
    expect((await handle(post(gzipSync(json), { 'content-encoding': 'gzip' }))).status).toBe(503);
    expect(check).toHaveBeenCalledOnce();
  });

  test('that an adapter has read as a string is checked as bytes', async () => {
    const read = () => json;
    bodies.length = 0;
    const request = { method: 'POST', url: '/', headers: {}, read };
    expect([...(await readEvents(codec, signedBy(json), request, 1_000))]).toMatchObject([{ event: { id: 'e1' } }]);
    expect(bodies).toEqual([json]);
    expect(await waybillErrorOf(() => readEvents(codec, signedBy(), request, 1_000))).toMatchObject({ code: 'AUTHENTICATION' });
    const check = vi.fn(async () => undefined);
    await readEvents(codec, { ...authenticator, authenticate: async () => check }, request, 1_000);
    expect(check).toHaveBeenCalledExactlyOnceWith(new Uint8Array(Buffer.from(json)));
  });

  test('that does not verify is 401, whatever is wrong with its encoding', async () => {
    for (const [body, encoding] of [
      [gzipSync(json).subarray(0, 20), 'gzip'],
      [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1, 2]), 'zstd'],
    ] as const) {
      expect(await status([], post(body, { 'content-encoding': encoding }))).toBe(401);
    }
  });

  test('whose bytes are gone is left to its check', async () => {
    const request = post('');
    attachParsed(request, event);
    bodies.length = 0;
    expect(await status([undefined], request)).toBe(200);
    expect(bodies).toEqual([undefined]);
  });

  test('that could not be checked is 503', async () => {
    const authenticate = async () => () => Promise.reject(new ConfigurationError('pass the raw body', { surface }));
    const response = await webhook(codec, { ...authenticator, authenticate }, () => undefined, { onError: vi.fn() })(post(json));
    expect(response.status).toBe(503);
  });
});

describe('readEvents, for verify()', () => {
  test('returns the events', async () => {
    const request = { method: 'POST', url: '/', headers: { 'x-api-key': 'right' }, parsed: { body: [event, event] } };
    expect([...(await readEvents(codec, authenticator, request, 100))]).toHaveLength(2);
  });

  test('does not take what is in a parsed list for what was sent', async () => {
    const headers = { 'x-api-key': 'right', 'content-type': 'text/html' };
    const request = { method: 'POST', url: '/', headers, parsed: { body: ['<p>', event] } };
    expect([...(await readEvents(codec, authenticator, request, 100))]).toMatchObject([{ raw: '<p>' }, { event: {} }]);
  });

  test.each<[string, () => string | Uint8Array<ArrayBuffer>]>([
    ['a string', () => '{"id":'],
    ['bytes', () => new Uint8Array(Buffer.from('{"id":'))],
  ])('keeps %s that cannot be read as it was', async (_, read) => {
    const request = { method: 'POST', url: '/', headers: { 'x-api-key': 'right' }, read };
    expect([...(await readEvents(codec, authenticator, request, 100))]).toMatchObject([{ raw: read() }]);
  });

  test('undoes every compression that Node lists in an array', async () => {
    const bytes = new Uint8Array(brotliCompressSync(gzipSync(JSON.stringify(event))));
    const headers = { 'x-api-key': 'right', 'content-encoding': ['gzip', 'br'] };
    const request = { method: 'POST', url: '/', headers, read: () => bytes };
    expect([...(await readEvents(codec, authenticator, request, 1_000))]).toMatchObject([{ event: { id: 'e1' } }]);
  });

  test('refuses a request that has no body, and none to read', async () => {
    const request = { method: 'POST', url: '/', headers: { 'x-api-key': 'right' } };
    expect(await waybillErrorOf(() => readEvents(codec, authenticator, request, 100))).toMatchObject({
      code: 'VALIDATION',
      message: 'expected an event, got nothing',
    });
  });

  test('reads no body of a sender that is not authenticated', async () => {
    const read = vi.fn();
    const request = { method: 'POST', url: '/', headers: {}, read };
    expect(await waybillErrorOf(() => readEvents(codec, authenticator, request, 100))).toMatchObject({ code: 'AUTHENTICATION' });
    expect(read).not.toHaveBeenCalled();
  });
});
