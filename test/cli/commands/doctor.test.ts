import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Served, serve } from '../../../src/cli/server.ts';
import { type Amazon, startAmazon } from '../../support/cli/amazon.ts';
import { json, unwrapped, waybill } from '../../support/cli/terminal.ts';
import { pkcs1, pkcs8 } from '../../support/rsa.ts';

let amazon: Amazon;
beforeAll(async () => {
  amazon = await startAmazon();
});
beforeEach(() => amazon.emulator.reset());
afterAll(() => amazon.close());

interface Found {
  readonly surface: string;
  readonly status: string;
  readonly name: string;
  readonly message: string;
  readonly todo?: string;
}

async function doctor(
  env: Readonly<Record<string, string>>,
  ...options: string[]
): Promise<{ code: number; ok: unknown; checks: Found[] }> {
  const { code, stdout, stderr } = await waybill(['doctor', '--json', ...options], { env });
  expect(stderr).toBe('');
  return { code, ...(json(stdout) as { ok: unknown; checks: Found[] }) };
}

describe('waybill doctor', () => {
  test('finds nothing wrong with good settings, and sends nothing', async () => {
    const { code, ok, checks } = await doctor(amazon.env);
    expect([code, ok, checks.filter(({ status }) => status === 'fail')]).toEqual([0, true, []]);
    expect(checks.filter(({ status }) => status === 'skip')).toHaveLength(3);
    expect(amazon.emulator.requests).toEqual([]);
  });

  test('asks Amazon with --live, and changes nothing there', async () => {
    const { code, checks } = await doctor(amazon.env, '--live');
    expect([code, checks.filter(({ status }) => status === 'fail' || status === 'skip')]).toEqual([0, []]);
    expect(checks.map(({ name }) => name)).toEqual(expect.arrayContaining(['clock', 'Amazon', 'access token', 'API']));
    const { deliveryTrackers, ndrFeedback, requests } = amazon.emulator;
    expect([deliveryTrackers, ndrFeedback, requests.length]).toEqual([[], [], 7]);
  });

  test('prints a list within 80 columns for people', async () => {
    const { code, stdout } = await waybill(['doctor', '--live'], amazon);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^This machine\n {2}ok {4}Node +\d+\.\d+\.\d+\n\nAmazon Pay\n {2}ok {4}public key id +SANDBOX-/);
    expect(stdout).toMatch(/\nNo check failed, 3 warnings\.\n$/);
    expect(stdout.split('\n').every((line) => line.length <= 80)).toBe(true);
  });

  test('ends with 1 if nothing is set, and says how to start', async () => {
    expect(await doctor({})).toMatchObject({ code: 1, ok: false });
    expect((await waybill(['doctor'])).stdout).toMatch(/Pass --settings FILE.*\n *waybill emulator --env/);
  });

  test('does not ask for the settings file that it was passed', async () => {
    const { code, stdout } = await waybill(['doctor', '--settings', '-'], { input: 'LWA_CLIENTID=a\n' });
    expect([code, unwrapped(stdout)]).toEqual([1, expect.stringMatching(/Nothing is set: standard input has none of these names/)]);
    expect(stdout).not.toContain('Pass --settings');
  });

  const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  test.each<[string, Record<string, string>, string, string, RegExp]>([
    ['no key id', { AMAZON_PAY_PUBLIC_KEY_ID: '' }, 'public key id', 'fail', /is not set/],
    [
      'a key in place of the id',
      { AMAZON_PAY_PUBLIC_KEY_ID: pkcs8 },
      'public key id',
      'fail',
      /^AMAZON_PAY_PUBLIC_KEY_ID has spaces or a line break around it/,
    ],
    [
      'a file in place of the id',
      { AMAZON_PAY_PUBLIC_KEY_ID: 'AmazonPay_LIVE.pem' },
      'public key id',
      'fail',
      /^AMAZON_PAY_PUBLIC_KEY_ID is the name of a file/,
    ],
    [
      'an id in quotes',
      { AMAZON_PAY_PUBLIC_KEY_ID: '"LIVE-AGC4SIRXYYTSA667HVXKNEIA"' },
      'public key id',
      'fail',
      /^AMAZON_PAY_PUBLIC_KEY_ID is in quotes/,
    ],
    ['an id of another shape', { AMAZON_PAY_PUBLIC_KEY_ID: 'LIVE-abc' }, 'public key id', 'warn', /does not look like/],
    [
      'an old id without an environment',
      { AMAZON_PAY_PUBLIC_KEY_ID: 'AGC4SIRXYYTSA667HVXKNEIA' },
      'public key id',
      'warn',
      /names no environment/,
    ],
    ['no key', { AMAZON_PAY_PRIVATE_KEY: '' }, 'private key', 'fail', /is not set/],
    ['the path of a key', { AMAZON_PAY_PRIVATE_KEY: '/etc/key.pem' }, 'private key', 'fail', /path of a file/],
    ['a key that is cut off', { AMAZON_PAY_PRIVATE_KEY: pkcs8.slice(0, 800) }, 'private key', 'fail', /cut off/],
    ['a key that is too small', { AMAZON_PAY_PRIVATE_KEY: small }, 'private key', 'fail', /1024 bits/],
    ['PKCS#1', { AMAZON_PAY_PRIVATE_KEY: pkcs1 }, 'private key', 'ok', /PKCS#1/],
    ['literal line breaks', { AMAZON_PAY_PRIVATE_KEY: pkcs8.replaceAll('\n', '\\n') }, 'private key', 'ok', /written as \\n/],
    ['no region', { AMAZON_PAY_REGION: '' }, 'region', 'fail', /is not set/],
    ['an unknown region', { AMAZON_PAY_REGION: 'mars' }, 'region', 'fail', /na \(us\)/],
    ['an environment that contradicts the key id', { AMAZON_PAY_ENVIRONMENT: 'live' }, 'environment', 'fail', /for sandbox/],
    ['an AMAZON_PAY_URL that is not a URL', { AMAZON_PAY_URL: 'nowhere' }, 'address', 'fail', /^AMAZON_PAY_URL must be a URL/],
    ['another address', {}, 'address', 'warn', /^http:\/\/127\.0\.0\.1:\d+\/v2\/deliveryTrackers is not Amazon's$/],
    ['an SP_API_URL that is not a URL', { SP_API_URL: 'nowhere' }, 'credentials', 'fail', /^SP_API_URL must be a URL/],
    ['an LWA_URL that is not a URL', { LWA_URL: 'nowhere' }, 'credentials', 'fail', /^LWA_URL must be a URL/],
    ['a BWP_URL that is not a URL', { BWP_URL: 'nowhere' }, 'credentials', 'fail', /^BWP_URL must be a URL/],
    ['an http: URL of another host', { BWP_URL: 'http://10.0.0.1' }, 'credentials', 'fail', /^BWP_URL must start with https:/],
    ['a missing secret', { LWA_CLIENT_SECRET: '' }, 'LWA_CLIENT_SECRET', 'fail', /not set/],
    [
      'an access token in place of the refresh token',
      { LWA_REFRESH_TOKEN: 'Atza|abc' },
      'credentials',
      'fail',
      /^LWA_REFRESH_TOKEN is an access token/,
    ],
    [
      "client id and secret in each other's place",
      { LWA_CLIENT_ID: 'amzn1.oa2-cs.v1.b', LWA_CLIENT_SECRET: 'amzn1.application-oa2-client.a' },
      'credentials',
      'fail',
      /^LWA_CLIENT_ID is a client secret: it may have changed places with LWA_CLIENT_SECRET/,
    ],
    ['a BWP_TOKEN_URL that is not a URL', { BWP_TOKEN_URL: 'nowhere' }, 'credentials', 'fail', /^BWP_TOKEN_URL must be a URL/],
    ['a secret of another shape', { LWA_CLIENT_SECRET: 'abc' }, 'LWA_CLIENT_SECRET', 'warn', /does not start with amzn1\.oa2-cs\./],
    [
      'a solution id in place of the client id',
      { LWA_CLIENT_ID: 'amzn1.sp.solution.abc' },
      'credentials',
      'fail',
      /^LWA_CLIENT_ID is a solution id/,
    ],
    ['a secret with a space', { BWP_CLIENT_SECRET: 'a b' }, 'credentials', 'fail', /^BWP_CLIENT_SECRET must be ASCII without spaces/],
    ['a target id with a line break', { BWP_TARGET_ID: 'bp\n' }, 'credentials', 'fail', /^BWP_TARGET_ID has spaces or a line break/],
    ['a proxy that Node does not use', { HTTPS_PROXY: 'http://proxy:3128' }, 'proxy', 'warn', /does not use it/],
    ['TLS that is switched off', { NODE_TLS_REJECT_UNAUTHORIZED: '0' }, 'TLS', 'fail', /anybody/],
  ])('finds %s', async (_, wrong, name, status, message) => {
    const { code, checks } = await doctor({ ...amazon.env, ...wrong });
    const found = checks.find((check) => check.name === name && check.status === status);
    const shown = checks.map((check) => `${check.surface} ${check.name}`);
    expect(new Set(shown).size).toBe(shown.length);
    expect(found).toMatchObject({ message: expect.stringMatching(message) });
    // No name of an option that only the library has.
    expect(JSON.stringify(checks)).not.toMatch(/\\"[a-z]+[A-Z.]/);
    expect(code).toBe(status === 'fail' ? 1 : 0);
  });

  test.each([
    ['SP_API_URL', 'https://sellingpartnerapi-fe.amazon.com', 'https://amazon.com.example/a'],
    ['LWA_URL', 'https://api.amazon.co.uk/auth/o2/token', 'https://api-amazon.com/token'],
    ['BWP_URL', 'https://api.buywithprime.amazon.com', 'http://127.0.0.1:4020'],
    ['BWP_TOKEN_URL', 'https://api.buywithprime.amazon.com/token', 'https://shop.example'],
  ])("warns if %s is not Amazon's, because credentials are sent there", async (variable, right, foreign) => {
    const { SP_API_URL: _, LWA_URL: __, BWP_URL: ___, ...env } = amazon.env;
    const surface = variable.startsWith('BWP') ? 'buywithprime' : 'shipping-ndr';
    const check = async (url: string) => (await doctor({ ...env, [variable]: url }, '--only', surface)).checks;
    const message = `can be used, and are sent to hosts that are not Amazon's: ${variable} ${new URL(foreign).origin}`;
    const warning = { status: 'warn', name: 'credentials', message, todo: 'Right for an emulator or a gateway.' };
    expect(await check(foreign)).toContainEqual({ surface, ...warning });
    expect(await check(right)).toContainEqual({ surface, status: 'ok', name: 'credentials', message: 'can be used' });
  });

  test('says with --live that the key does not belong to its id', async () => {
    const { code, checks } = await doctor({ ...amazon.env, AMAZON_PAY_PRIVATE_KEY: pkcs8 }, '--live', '--only', 'amazonpay');
    expect(code).toBe(1);
    expect(checks.find(({ name }) => name === 'Amazon')).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(/403 InvalidRequestSignature/),
      todo: expect.stringMatching(/AMAZON_PAY_PRIVATE_KEY does not belong to AMAZON_PAY_PUBLIC_KEY_ID/),
    });
  });

  test.each([
    ['LWA_CLIENT_SECRET', 'shipping-ndr', /invalid_client/],
    ['BWP_CLIENT_SECRET', 'buywithprime', /invalid_client/],
  ])('says with --live that %s is refused', async (variable, surface, message) => {
    const { code, checks } = await doctor({ ...amazon.env, [variable]: 'amzn1.oa2-cs.v1.wrong' }, '--live', '--only', surface);
    expect(code).toBe(1);
    expect(checks.find(({ name }) => name === 'access token')).toMatchObject({ status: 'fail', message: expect.stringMatching(message) });
    expect(JSON.stringify(checks)).not.toContain('v1.wrong');
  });

  test('says with --live that the target is refused, and prints no secret', async () => {
    const wrong = { ...amazon.env, BWP_TARGET_ID: 'bp-of-somebody-else' };
    const { code, checks } = await doctor(wrong, '--live', '--only', 'buywithprime');
    expect([code, checks.find(({ name }) => name === 'access token')?.status]).toEqual([1, 'ok']);
    expect(checks.find(({ name }) => name === 'API')).toMatchObject({
      status: 'fail',
      message: 'access is denied',
      todo: expect.stringMatching(/BWP_TARGET_ID.*credentials.*scopes/),
    });
    expect(JSON.stringify(checks)).not.toContain(amazon.env['BWP_CLIENT_SECRET']);
    // One token for both checks.
    expect(amazon.emulator.requests.filter(({ url }) => url.endsWith('/token'))).toHaveLength(1);
  });

  test('says with --live that the API of Buy with Prime fails in another way', async () => {
    amazon.emulator.fail({ path: '/graphql', status: 404, times: 9 });
    const { checks } = await doctor(amazon.env, '--live', '--only', 'buywithprime');
    expect(checks.find(({ name }) => name === 'API')).toMatchObject({ status: 'fail', message: expect.stringMatching(/^HTTP 404/) });
  });

  test('says with --live that a host is not the Selling Partner API', async () => {
    const server = await serve(() => new Response('not found', { status: 404 }));
    try {
      const { code, checks } = await doctor({ ...amazon.env, SP_API_URL: server.url }, '--live', '--only', 'shipping-ndr');
      expect([code, checks.find(({ name }) => name === 'access token')?.status]).toEqual([1, 'ok']);
      expect(checks.find(({ name }) => name === 'reachable')).toMatchObject({
        status: 'fail',
        message: expect.stringMatching(/^127\.0\.0\.1:\d+ responded with 404: this is not the Selling Partner API$/),
        todo: 'Check SP_API_URL.',
      });
    } finally {
      server.close();
    }
  });

  test('says that a host does not respond, after a retry, and what to check', async () => {
    const { url, close } = await serve(() => new Response());
    close();
    const { checks } = await doctor({ ...amazon.env, AMAZON_PAY_URL: url }, '--live', '--only', 'amazonpay');
    for (const name of ['reachable', 'Amazon']) {
      expect(checks.find((check) => check.name === name)).toMatchObject({
        status: 'fail',
        message: expect.stringMatching(/^no response from 127\.0\.0\.1:\d+: .*ECONNREFUSED/),
        todo: expect.stringContaining('check host and port in AMAZON_PAY_URL'),
      });
    }
  });

  test.each([
    ['LWA_URL', 'shipping-ndr'],
    ['BWP_TOKEN_URL', 'buywithprime'],
  ])('names %s if nothing listens there', async (variable, surface) => {
    const { url, close } = await serve(() => new Response());
    close();
    const { checks } = await doctor({ ...amazon.env, [variable]: url }, '--live', '--only', surface);
    expect(checks.find(({ name }) => name === 'reachable')?.status).toBe('ok');
    expect(checks.find(({ name }) => name === 'access token')).toMatchObject({
      status: 'fail',
      todo: expect.stringContaining(`check host and port in ${variable}`),
    });
  });

  test('retries after a connection that breaks', async () => {
    amazon.emulator.fail({ path: '/', reset: true });
    const { code, checks } = await doctor(amazon.env, '--live', '--only', 'buywithprime');
    expect([code, checks.find(({ name }) => name === 'reachable')?.status]).toEqual([0, 'ok']);
  });

  test.each([
    [429, 'warn', /quota/],
    [200, 'fail', /accepts a call without a parcel/],
    [302, 'fail', /responded with 302/],
    [404, 'fail', /responded with 404/],
  ])('explains the response %d to the signed call', async (status, expected, message) => {
    const server = await serve(
      ({ method }) => new Response('{}', { status: method === 'POST' ? status : 200, headers: { 'retry-after': '0' } }),
    );
    try {
      const { checks } = await doctor({ ...amazon.env, AMAZON_PAY_URL: server.url }, '--live', '--only', 'amazonpay');
      expect(checks.find(({ name }) => name === 'Amazon')).toMatchObject({ status: expected, message: expect.stringMatching(message) });
    } finally {
      server.close();
    }
  });

  test.each([
    [-60_000, /^(\d+) s ahead: Amazon Pay refuses dates in the future$/],
    [600_000, /^(\d+) s behind$/],
  ])('says that the clock is wrong by %d ms', async (offset, message) => {
    const server: Served = await serve(() => new Response('', { headers: { date: new Date(Date.now() + offset).toUTCString() } }));
    try {
      const { checks } = await doctor({ ...amazon.env, AMAZON_PAY_URL: server.url }, '--live', '--only', 'amazonpay');
      const clock = checks.find(({ name }) => name === 'clock');
      expect(clock?.status).toBe('warn');
      expect(Number(message.exec(clock?.message ?? '')?.[1])).toBeGreaterThan(Math.abs(offset) / 1_000 - 5);
    } finally {
      server.close();
    }
  });

  test('reads settings from standard input once, for all surfaces', async () => {
    const input = Object.entries(amazon.env)
      .map(([name, value]) => `${name}="${value.replaceAll('\n', '\\n')}"`)
      .join('\n');
    const { code, stdout } = await waybill(['doctor', '--settings', '-'], { input });
    expect([code, unwrapped(stdout)]).toEqual([
      0,
      expect.stringMatching(/BWP_TARGET_ID set warn credentials can be used, and .* Amazon's: BWP_URL http:/),
    ]);
  });
});
