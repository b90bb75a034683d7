/** A page from elsewhere, in the browser of the person at this machine, can neither read the console nor press its buttons. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PAGE, raw, startConsole } from '../../support/cli/console.ts';

let served: Awaited<ReturnType<typeof startConsole>>;
beforeAll(async () => {
  served = await startConsole();
});
afterAll(() => served.close());

const JSON_TYPE = { 'content-type': 'application/json' };
const PATHS = ['/', '/events', '/do/reset'];

describe.each(PATHS)('%s', (path) => {
  const [method, own] = path.startsWith('/do/') ? ['POST', () => ({ ...JSON_TYPE, origin: served.url })] : ['GET', () => ({})];
  const get = (headers: Record<string, string>) =>
    raw(served.url, { method, path, headers: { ...own(), ...headers }, ...(method === 'POST' && { body: '{}' }) });

  test('responds to its own page, by either name of this machine', async () => {
    expect((await get({})).status).toBe(200);
    const host = served.host.replace('127.0.0.1', 'localhost');
    const origin = method === 'POST' ? { origin: `http://${host}` } : {};
    expect((await get({ host, ...origin })).status).toBe(200);
    expect((await get({ 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' })).status).toBe(200);
  });

  test.each([
    'evil.example',
    'evil.example:4021',
    '127.0.0.1.evil.example',
    'localhost.evil.example:4021',
    'evil.example#@127.0.0.1',
    '127.0.0.1, evil.example',
    'localhost:4021@evil.example',
    '169.254.169.254',
    '[::ffff:127.0.0.1]',
    '0.0.0.0:4021',
  ])('refuses the host %s, so that DNS rebinding fails', async (host) => {
    const { status, body } = await get({ host, origin: `http://${host}` });
    expect([status, body]).toEqual([421, '{"error":"the host is not one of this console"}']);
  });

  test.each(['http://evil.example', 'null', 'http://localhost:3000', 'https://127.0.0.1', 'http://127.0.0.1', ''])(
    'refuses the origin "%s"',
    async (origin) => {
      const { status } = await get({ origin });
      expect(status).toBe(403);
    },
  );

  test.each(['cross-site', 'same-site', 'something-new'])('refuses what a browser calls %s', async (site) => {
    expect((await get({ 'sec-fetch-site': site })).status).toBe(403);
  });

  test('allows no other origin, no frame and no cache, whatever it responds', async () => {
    for (const headers of [{}, { host: 'evil.example' }]) {
      const { headers: received } = await get(headers);
      expect(received).toMatchObject({
        'cache-control': 'no-store',
        'cross-origin-resource-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      });
      expect(received).not.toHaveProperty('access-control-allow-origin');
    }
  });
});

describe('an action', () => {
  const post = (headers: Record<string, string>, body = '{}', path = '/do/advance') =>
    raw(served.url, { method: 'POST', path, headers: { origin: served.url, ...headers }, body });

  test('is not started without an origin, as a form of another page can in old browsers', async () => {
    expect((await raw(served.url, { method: 'POST', path: '/do/reset', headers: JSON_TYPE, body: '{}' })).status).toBe(403);
  });

  test.each([
    {},
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'application/jsonp' },
  ])('needs JSON and not %j, because other pages can send that without asking', async (headers) => {
    expect((await post(headers)).status).toBe(415);
  });

  test('is not asked for in advance by another origin: there is no response that would allow it', async () => {
    const headers = { origin: 'http://evil.example', 'access-control-request-method': 'POST' };
    const { status, headers: received } = await raw(served.url, { method: 'OPTIONS', path: '/do/reset', headers });
    expect(status).toBe(403);
    expect(Object.keys(received).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test.each([
    ['{', 400, 'the input is not JSON'],
    ['7', 400, 'the input is not an object'],
    ['null', 400, 'the input is not an object'],
    [`{"a":"${'x'.repeat(262_144)}"}`, 413, 'the input must not be longer than 262144 bytes'],
  ])('refuses the input %.20s', async (body, status, error) => {
    const received = await post(JSON_TYPE, body);
    expect([received.status, JSON.parse(received.body)]).toEqual([status, { error }]);
  });

  test.each(['constructor', '__proto__', 'toString', '', 'reset/x', 'Reset'])('that is called "%s" does not exist', async (name) => {
    expect((await post(JSON_TYPE, '{}', `/do/${name}`)).status).toBe(404);
  });

  test('is started by POST only', async () => {
    expect((await raw(served.url, { path: '/do/reset' })).status).toBe(405);
    expect((await raw(served.url, { method: 'POST', path: '/', headers: { origin: served.url } })).status).toBe(405);
  });
});

describe('the page', () => {
  test('may run its own script and style only, found by their hash', async () => {
    const { headers, body } = await raw(served.url, {});
    expect(body).toBe(PAGE);
    const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    const policy = String(headers['content-security-policy']).split('; ');
    expect(policy).toContain(`script-src ${hash('start()')}`);
    expect(policy).toContain(`style-src ${hash('p { color: red }')}`);
    for (const rule of ["default-src 'none'", "connect-src 'self'", "form-action 'none'", "base-uri 'none'", "frame-ancestors 'none'"]) {
      expect(policy).toContain(rule);
    }
    expect(policy.join()).not.toMatch(/unsafe|\*/);
  });

  test('is the only file', async () => {
    for (const path of ['/console.html', '/..%2fpackage.json', '//evil.example/', '/events/', '/index.html']) {
      expect([path, (await raw(served.url, { path })).status]).toEqual([path, 404]);
    }
  });
});
