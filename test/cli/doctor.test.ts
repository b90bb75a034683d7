import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Served, serve } from '../../src/cli/server.ts';
import { type Amazon, startAmazon } from './amazon.ts';
import { json, unwrapped, waybill } from './terminal.ts';

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

const rsa = (bits: number) => generateKeyPairSync('rsa', { modulusLength: bits }).privateKey;

describe('waybill doctor', () => {
  test('finds nothing wrong where nothing is, and sends nothing', async () => {
    const { code, ok, checks } = await doctor(amazon.env);
    expect([code, ok, checks.filter(({ status }) => status === 'fail')]).toEqual([0, true, []]);
    expect(checks.filter(({ status }) => status === 'skip')).toHaveLength(3);
    expect(amazon.emulator.requests).toEqual([]);
  });

  test('asks Amazon with --live, and changes nothing there', async () => {
    const { code, checks } = await doctor(amazon.env, '--live');
    expect([code, checks.filter(({ status }) => status === 'fail' || status === 'skip')]).toEqual([0, []]);
    expect(checks.map(({ name }) => name)).toEqual(expect.arrayContaining(['clock', 'Amazon', 'access token']));
    const { deliveryTrackers, ndrFeedback, requests } = amazon.emulator;
    expect([deliveryTrackers, ndrFeedback, requests.length]).toEqual([[], [], 6]);
  });

  test('shows people a list within 80 columns', async () => {
    const { code, stdout } = await waybill(['doctor', '--live'], amazon);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^This machine\n {2}ok {4}Node +\d+\.\d+\.\d+\n\nAmazon Pay\n {2}ok {4}public key id +SANDBOX-/);
    expect(stdout).toMatch(/\nNothing is wrong, 1 to look at\.\n$/);
    expect(stdout.split('\n').every((line) => line.length <= 80)).toBe(true);
  });

  test('ends with 1 where nothing is set, and says how to begin', async () => {
    expect(await doctor({})).toMatchObject({ code: 1, ok: false });
    expect((await waybill(['doctor'])).stdout).toMatch(/waybill emulator --env/);
  });

  const key = rsa(2048).export({ type: 'pkcs8', format: 'pem' }).toString();
  test.each<[string, Record<string, string>, string, string, RegExp]>([
    ['no key id', { AMAZON_PAY_PUBLIC_KEY_ID: '' }, 'public key id', 'fail', /is not set/],
    ['a key in the place of the id', { AMAZON_PAY_PUBLIC_KEY_ID: key }, 'public key id', 'fail', /blanks or commas/],
    ['an id of another shape', { AMAZON_PAY_PUBLIC_KEY_ID: 'LIVE-abc' }, 'public key id', 'warn', /does not look like/],
    ['an old id without environment', { AMAZON_PAY_PUBLIC_KEY_ID: 'AGC4SIRXYYTSA667HVXKNEIA' }, 'public key id', 'warn', /no environment/],
    ['no key', { AMAZON_PAY_PRIVATE_KEY: '' }, 'private key', 'fail', /is not set/],
    ['the path of a key', { AMAZON_PAY_PRIVATE_KEY: '/etc/key.pem' }, 'private key', 'fail', /path of a file/],
    ['a key that is cut off', { AMAZON_PAY_PRIVATE_KEY: key.slice(0, 800) }, 'private key', 'fail', /cut off/],
    [
      'a key that is too small',
      { AMAZON_PAY_PRIVATE_KEY: rsa(1024).export({ type: 'pkcs8', format: 'pem' }).toString() },
      'private key',
      'fail',
      /1024 bits/,
    ],
    ['PKCS#1', { AMAZON_PAY_PRIVATE_KEY: rsa(2048).export({ type: 'pkcs1', format: 'pem' }).toString() }, 'private key', 'ok', /PKCS#1/],
    ['literal line breaks', { AMAZON_PAY_PRIVATE_KEY: key.replaceAll('\n', '\\n') }, 'private key', 'ok', /written as \\n/],
    ['no region', { AMAZON_PAY_REGION: '' }, 'region', 'fail', /is not set/],
    ['a region of nowhere', { AMAZON_PAY_REGION: 'mars' }, 'region', 'fail', /na \(us\)/],
    ['an environment that does not fit', { AMAZON_PAY_ENVIRONMENT: 'live' }, 'environment', 'fail', /for sandbox/],
    ['a URL that is none', { AMAZON_PAY_URL: 'nowhere' }, 'address', 'fail', /must be a URL/],
    ['another one', { SP_API_URL: 'nowhere' }, 'credentials', 'fail', /must be a URL/],
    ['and another', { BWP_URL: 'nowhere' }, 'credentials', 'fail', /must be a URL/],
    ['a missing secret', { LWA_CLIENT_SECRET: '' }, 'LWA_CLIENT_SECRET', 'fail', /not set/],
    ['an access token for a refresh token', { LWA_REFRESH_TOKEN: 'Atza|abc' }, 'credentials', 'fail', /access token/],
    ['an application id for a client id', { LWA_CLIENT_ID: 'amzn1.sp.solution.abc' }, 'credentials', 'fail', /id of the application/],
    ['a secret with a blank', { BWP_CLIENT_SECRET: 'a b' }, 'credentials', 'fail', /without blanks/],
    ['a proxy that Node does not heed', { HTTPS_PROXY: 'http://proxy:3128' }, 'proxy', 'warn', /does not heed/],
    ['TLS switched off', { NODE_TLS_REJECT_UNAUTHORIZED: '0' }, 'TLS', 'fail', /anybody/],
  ])('finds %s', async (_, wrong, name, status, message) => {
    const { code, checks } = await doctor({ ...amazon.env, ...wrong });
    expect(checks.find((check) => check.name === name && check.status === status)).toMatchObject({
      message: expect.stringMatching(message),
    });
    expect(code).toBe(status === 'fail' ? 1 : 0);
  });

  test('says with --live that the key does not belong to its id', async () => {
    const { code, checks } = await doctor({ ...amazon.env, AMAZON_PAY_PRIVATE_KEY: key }, '--live', '--only', 'amazonpay');
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

  test('says that a host does not answer, and that the clock is wrong', async () => {
    const nowhere = await doctor({ ...amazon.env, AMAZON_PAY_URL: 'http://127.0.0.1:1' }, '--live', '--only', 'amazonpay');
    expect(nowhere.checks.find(({ name }) => name === 'reachable')).toMatchObject({ status: 'fail' });
    let now = 0;
    const server: Served = await serve(() => new Response('', { headers: { date: new Date(now).toUTCString() } }));
    try {
      for (const [offset, words] of [
        [-60_000, /60 s ahead: Amazon Pay refuses/],
        [600_000, /600 s behind/],
      ] as const) {
        now = Date.now() + offset;
        const { checks } = await doctor({ ...amazon.env, AMAZON_PAY_URL: server.url }, '--live', '--only', 'amazonpay');
        const clock = checks.find(({ name }) => name === 'clock');
        expect(clock?.status).toBe('warn');
        expect(Number(/\d+/.exec(clock?.message ?? '')?.[0])).toBeGreaterThan(Math.abs(offset) / 1_000 - 5);
        expect(unwrapped(clock?.message ?? '')).toMatch(new RegExp(words.source.replace(/\d+/, '\\d+')));
      }
    } finally {
      server.close();
    }
  });
});
