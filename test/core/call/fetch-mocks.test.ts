import { describe, expect, test } from 'vitest';
import { HttpClient } from '../../../src/core/call/http.ts';
import { read, request, send, sendBy } from '../../support/core/calls.ts';
import { waybillErrorOf } from '../../support/errors.ts';

const body = '{"name":"Zoë","list":[1,2]}';

describe('a mock', () => {
  const text = async () => body;
  const arrayBuffer = async () => new TextEncoder().encode(body).buffer;
  const headers = new Headers();

  test.each<[string, unknown]>([
    ['a Response', new Response(body)],
    ['an object with text(), as whatwg-fetch and React Native return', { ok: true, status: 200, headers, text }],
    ['an object with arrayBuffer()', { ok: true, status: 200, headers, arrayBuffer }],
    ['headers that are a Map', { status: 200, headers: new Map([['content-length', 27]]), text }],
    ['a body that is null', { status: 200, headers, body: null, arrayBuffer }],
    ['a body that is a string', { status: 200, headers, body, text }],
  ])('may return %s', async (_, response) => {
    expect(await sendBy(async () => response)).toBe(body);
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['an empty object', {}],
    ['a string', 'text'],
    ['the parsed body', { deliveryDetails: [] }],
    ['an object without headers', { ok: true, status: 200, text }],
    ['an object with json() only', { ok: true, status: 200, headers, json: async () => ({}) }],
  ])('that returns %s is refused at the first attempt, with what to return', async (_, response) => {
    let calls = 0;
    const fetch = async (): Promise<unknown> => {
      calls += 1;
      return response;
    };
    expect(await waybillErrorOf(() => sendBy(fetch, { maxRetries: 3 }))).toMatchObject({
      code: 'CONFIGURATION',
      option: 'fetch',
      message: '"fetch" returned something that is not a Response',
      hint: expect.stringContaining('new Response(body'),
    });
    expect(calls).toBe(1);
  });

  test.each<[string, () => unknown]>([
    [
      'throws at once',
      () => {
        throw new Error('offline');
      },
    ],
    ['rejects', () => Promise.reject(new Error('offline'))],
    ['rejects with a string', () => Promise.reject('offline')],
    ['rejects with nothing', () => Promise.reject()],
  ])('that %s is a connection that failed', async (_, fetch) => {
    expect(await waybillErrorOf(() => sendBy(fetch))).toMatchObject({ code: 'CONNECTION', attempts: 1 });
  });

  test('that throws an error of ours throws it to the caller', async () => {
    const { misconfigured } = await import('../../../src/core/errors.ts');
    const own = misconfigured('testing', undefined, 'install graphql');
    await expect(sendBy(() => Promise.reject(own))).rejects.toBe(own);
  });

  test('is called with a URL and an init that has nothing else in it', async () => {
    const calls: unknown[][] = [];
    const fetch = async (...args: unknown[]) => {
      calls.push(args);
      return new Response('ok');
    };
    await sendBy(fetch);
    const get = { method: 'GET' as const, url: 'http://127.0.0.1:9/', headers: { accept: '*/*' } };
    await new HttpClient('core', { fetch: fetch as never }).send({ prepare: () => get, read });
    const { method, headers: sent, body: bytes } = request('');
    const common = { redirect: 'manual', signal: expect.any(AbortSignal) };
    expect(calls).toEqual([
      ['http://127.0.0.1:9/path?key=query-secret', { ...common, method, headers: sent, body: bytes }],
      ['http://127.0.0.1:9/', { ...common, method: 'GET', headers: { accept: '*/*' } }],
    ]);
  });

  test('that is put into place after the import is used, and called without a receiver', async () => {
    const original = globalThis.fetch;
    const receivers: unknown[] = [];
    globalThis.fetch = async function patched(this: unknown) {
      receivers.push(this);
      return new Response('patched');
    };
    try {
      expect(await send('http://127.0.0.1:9')).toBe('patched');
      expect([undefined, globalThis]).toContain(receivers[0]);
    } finally {
      globalThis.fetch = original;
    }
  });
});
