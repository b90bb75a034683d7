import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { codeOf, type KeySetOptions, NO_KEY, remoteKeySet } from '../../../src/core/keys/key-set.ts';
import { thrownBy, waybillErrorOf } from '../../support/errors.ts';

const [one, two] = ['one', 'two'].map((kid) => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
  kid,
  alg: 'ES256',
  use: 'sig',
}));

let urls = 0;

/** A key set at a URL of its own: sets are shared by URL. */
function publish(...responses: (() => unknown)[]) {
  let fetches = 0;
  const fetch = vi.fn(async () => {
    fetches += 1;
    const response = responses[Math.min(fetches, responses.length) - 1]?.();
    return response instanceof Response ? response : Response.json(response);
  });
  const jwks = `https://keys.example/${++urls}`;
  const open = (options: Partial<KeySetOptions> = {}) => {
    const find = remoteKeySet({ surface: 'core', jwks, fetch, ...options });
    return (kid: string | undefined, alg = 'ES256') => find({ alg, ...(kid && { kid }) });
  };
  return { open, fetch, jwks };
}

const down = () => new Response('busy', { status: 503 });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a key set', () => {
  test('is fetched with the first key, once for all that wait, and kept', async () => {
    const { open, fetch } = publish(() => ({ keys: [one, two] }));
    const find = open();
    expect(fetch).not.toHaveBeenCalled();
    await Promise.all(Array.from({ length: 20 }, (_, at) => find(at % 2 ? 'one' : 'two')));
    vi.advanceTimersByTime(599_000);
    await find('one');
    expect(fetch).toHaveBeenCalledOnce();
  });

  test('is fetched again when it is too old', async () => {
    const { open, fetch } = publish(() => ({ keys: [one] }));
    const find = open({ cacheMaxAge: 60_000 });
    await find('one');
    vi.advanceTimersByTime(60_000);
    await find('one');
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  test('is fetched again for a key that it lacks, but not for each made-up key', async () => {
    const { open, fetch } = publish(
      () => ({ keys: [one] }),
      () => ({ keys: [one, two] }),
    );
    const find = open();
    await find('one');
    expect(codeOf(await thrownBy(() => find('two')))).toBe(NO_KEY);
    vi.advanceTimersByTime(30_000);
    await find('two');
    for (let made = 0; made < 50; made += 1) expect(codeOf(await thrownBy(() => find(`made-up-${made}`)))).toBe(NO_KEY);
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  test('with several keys that fit returns all of them, and is not fetched again for that', async () => {
    const { open, fetch } = publish(() => ({ keys: [one, two] }));
    const find = open();
    expect(await find(undefined)).toEqual([expect.any(CryptoKey), expect.any(CryptoKey)]);
    vi.advanceTimersByTime(30_000);
    expect(await find(undefined)).toHaveLength(2);
    expect(fetch).toHaveBeenCalledOnce();
  });

  test('is requested as JSON, with GET and without following redirects', async () => {
    const { open, fetch, jwks } = publish(() => ({ keys: [one] }));
    await open()('one');
    expect(fetch).toHaveBeenCalledExactlyOnceWith(
      jwks,
      expect.objectContaining({ method: 'GET', redirect: 'manual', headers: { accept: 'application/json, application/jwk-set+json' } }),
    );
  });

  test.each(['{"alg":"ECDSA_SHA_256"', '{"alg" : "ECDSA_SHA_256"', '{\n\t"alg"\n:\n"ECDSA_SHA_256"'])(
    'may have the names that AWS has for ECDSA: %j',
    async (start) => {
      const { alg: _, ...rest } = one ?? {};
      const { open } = publish(() => new Response(`{"keys":[${JSON.stringify(rest).replace('{', `${start},`)}]}`));
      expect(await open()('one')).toBeDefined();
    },
  );
});

describe('a server that fails', () => {
  test.each<[string, () => unknown, string]>([
    ['is down', down, 'API'],
    ['is not found', () => new Response('', { status: 404 }), 'API'],
    ['redirects', () => new Response('', { status: 302, headers: { location: 'https://x' } }), 'API'],
    ['publishes HTML', () => new Response('<html>'), 'CONNECTION'],
    ['publishes nothing', () => new Response(''), 'CONNECTION'],
    ['publishes something else', () => ({ jwks: [] }), 'CONNECTION'],
    ['publishes a list', () => [one], 'CONNECTION'],
    ['publishes keys that are not keys', () => ({ keys: ['x'] }), 'CONNECTION'],
    ['publishes null', () => null, 'CONNECTION'],
  ])('and %s cannot be used: that is not the fault of a token', async (_, response, code) => {
    const { open } = publish(response);
    const error = await waybillErrorOf(() => open()('one'));
    expect(error).toMatchObject({ code, hint: expect.stringContaining('"jwks"') });
    expect(error.message).toMatch(/^(?:fetching the key set at|the response of) keys\.example /);
  });

  test('is not asked for a second: each request would wait for it', async () => {
    const { open, fetch } = publish(down);
    const find = open();
    for (let times = 0; times < 20; times += 1) expect(await waybillErrorOf(() => find('one'))).toMatchObject({ code: 'API' });
    expect(fetch).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(1_000);
    await waybillErrorOf(() => find('one'));
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  test('leaves keys that are known valid for a day', async () => {
    const { open } = publish(() => ({ keys: [one] }), down);
    const find = open();
    await find('one');
    vi.advanceTimersByTime(600_000);
    await find('one');
    vi.advanceTimersByTime(86_400_000 - 1_000);
    await find('one');
    vi.advanceTimersByTime(2_000);
    expect(await waybillErrorOf(() => find('one'))).toMatchObject({ code: 'API' });
  });

  test('says so for a key that it may have published meanwhile', async () => {
    const { open } = publish(() => ({ keys: [one] }), down);
    const find = open();
    await find('one');
    vi.advanceTimersByTime(30_000);
    expect(await waybillErrorOf(() => find('two'))).toMatchObject({ code: 'API' });
  });

  test('recovers', async () => {
    const { open } = publish(down, () => ({ keys: [one] }));
    const find = open();
    await waybillErrorOf(() => find('one'));
    vi.advanceTimersByTime(1_000);
    expect(await find('one')).toBeDefined();
  });

  test('and never responds costs the timeout', async () => {
    const { open } = publish(() => undefined);
    const find = open({ timeout: 500, fetch: () => new Promise(() => undefined) });
    const failed = waybillErrorOf(() => find('one'));
    await vi.advanceTimersByTimeAsync(500);
    expect(await failed).toMatchObject({ code: 'TIMEOUT' });
  });
});

describe('verifiers that are made per request', () => {
  test('share a set if they ask for it in the same way', async () => {
    const { open, fetch } = publish(() => ({ keys: [one] }));
    for (let request = 0; request < 20; request += 1) await open()('one');
    expect(fetch).toHaveBeenCalledOnce();
    await open({ cacheMaxAge: 1 })('one');
    expect(fetch).toHaveBeenCalledTimes(2);
    // The same digits, divided in another way.
    await open({ cacheMaxAge: 11, cooldown: 1 })('one');
    await open({ cacheMaxAge: 1, cooldown: 11 })('one');
    expect(fetch).toHaveBeenCalledTimes(4);
  });

  test('share it too if they fetch with the function of the platform', async () => {
    const { fetch, jwks } = publish(() => ({ keys: [one] }));
    vi.stubGlobal('fetch', fetch);
    onTestFinished(() => void vi.unstubAllGlobals());
    for (let request = 0; request < 20; request += 1) await remoteKeySet({ surface: 'core', jwks })({ alg: 'ES256', kid: 'one' });
    expect(fetch).toHaveBeenCalledOnce();
  });

  test('do not share it with those that fetch in another way', async () => {
    const [a, b] = [publish(() => ({ keys: [one] })), publish(() => ({ keys: [two] }))];
    await a.open({ jwks: 'https://keys.example/shared' })('one');
    await b.open({ jwks: 'https://keys.example/shared' })('two');
    expect([a.fetch, b.fetch].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
  });

  test('with a thousand URLs keep a hundred sets', async () => {
    const { open, fetch } = publish(() => ({ keys: [one] }));
    for (let at = 0; at < 1_000; at += 1) await open({ jwks: `https://keys.example/many/${at}` })('one');
    await open({ jwks: 'https://keys.example/many/999' })('one');
    expect(fetch).toHaveBeenCalledTimes(1_000);
    for (let at = 900; at < 1_000; at += 1) await open({ jwks: `https://keys.example/many/${at}` })('one');
    expect(fetch).toHaveBeenCalledTimes(1_000);
    await open({ jwks: 'https://keys.example/many/0' })('one');
    expect(fetch).toHaveBeenCalledTimes(1_001);
  });
});

test('a wall clock that goes back changes nothing', async () => {
  const { open, fetch } = publish(() => ({ keys: [one] }));
  const find = open();
  await find('one');
  vi.setSystemTime(Date.now() - 3_600_000);
  vi.advanceTimersByTime(600_000);
  await find('one');
  expect(fetch).toHaveBeenCalledTimes(2);
});

test.each([
  [{ code: 'ERR_X' }, 'ERR_X'],
  [{ code: 5 }, ''],
  [undefined, ''],
  [null, ''],
  ['x', ''],
])('the code of %o is %j', (error, code) => {
  expect(codeOf(error)).toBe(code);
});
