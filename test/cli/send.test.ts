import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BuyWithPrimeWebhookVerifier } from '../../src/buywithprime/index.ts';
import { SIGNING_SEED } from '../../src/cli/emulator-settings.ts';
import { type Served, serve } from '../../src/cli/server.ts';
import { apiKey, basicAuth, bearerToken, NdrWebhookVerifier, queryParameter } from '../../src/shipping-ndr/index.ts';
import { AmazonEmulator, WebhookSigningKeys } from '../../src/testing/index.ts';
import { temporaryFolder } from './amazon.ts';
import { json, unwrapped, waybill } from './terminal.ts';

const kept: { readonly kind: string }[] = [];
const keep = (event: { readonly kind: string }): void => void kept.push(event);
const secret = 'sesam öffne dich: 1';
const shop = (auth: ConstructorParameters<typeof NdrWebhookVerifier>[0]['auth']) => new NdrWebhookVerifier({ auth }).handler(keep);
const emulator = new AmazonEmulator({ signingKeys: new WebhookSigningKeys({ seed: SIGNING_SEED }) });
const routes: Record<string, (request: Request) => Response | Promise<Response>> = {
  '/api-key': shop(apiKey({ header: 'x-mine', keys: 'key-1' })),
  '/query': shop(queryParameter({ name: 'pass', values: secret })),
  '/basic': shop(basicAuth({ users: { username: 'amazon', password: secret } })),
  '/bearer': shop(bearerToken((token) => token === 'token-1')),
  '/slow': () => new Promise(() => undefined),
  '/jwks.json': emulator.fetch,
};
let server: Served;
const folder = temporaryFolder();
beforeAll(async () => {
  server = await serve((request) => {
    const { pathname } = new URL(request.url);
    const status = /^\/(\d{3})$/.exec(pathname)?.[1];
    if (status)
      return new Response(status === '204' ? null : `{"answer":${status}}`, { status: Number(status), headers: { location: '/' } });
    return routes[pathname]?.(request) ?? new Response('nothing here', { status: 404 });
  });
  const keys = `${server.url}/jwks.json`;
  routes['/signature'] = new BuyWithPrimeWebhookVerifier({ jwks: keys }).handler(keep);
});
afterAll(() => {
  server.close();
  folder.remove();
});

describe('waybill send', () => {
  test.each<[string, string[], Record<string, string>]>([
    ['api-key', ['--header', 'X-Mine'], { NDR_API_KEY: 'key-1' }],
    ['query', ['--parameter', 'pass'], { NDR_QUERY_VALUE: secret }],
    ['basic', ['--username', 'amazon'], { NDR_PASSWORD: secret }],
    ['bearer', [], { NDR_TOKEN: 'token-1' }],
  ])('delivers an event with %s', async (auth, options, env) => {
    kept.length = 0;
    const argv = ['send', 'ndr', '--to', `${server.url}/${auth}`, '--auth', auth, ...options];
    const { code, stdout, stderr } = await waybill(argv, { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^DELIVERED\n/);
    expect(kept).toMatchObject([{ kind: 'ndr', detail: { reasonCode: 'Customer unavailable' } }]);
    const file = folder.path('secret');
    writeFileSync(file, `${Object.values(env)[0]}\n`);
    expect(await waybill([...argv, '--secret-file', file])).toMatchObject({ code: 0 });
    const [name = ''] = Object.keys(env);
    const wrong = await waybill(argv, { env: { [name]: 'hunter2' } });
    expect(wrong).toMatchObject({ code: 3, stdout: expect.stringMatching(/^WOULD BE SENT AGAIN\n +answer +401/) });
    expect(wrong.stdout + wrong.stderr).not.toContain('hunter2');
  });

  test('signs events of Buy with Prime as the served emulator says', async () => {
    kept.length = 0;
    const argv = ['send', 'bwp', '--to', `${server.url}/signature`, '--auth', 'signature', '--event', 'REFUND_REQUESTED', '--json'];
    const { code, stdout } = await waybill(argv);
    expect(json(stdout)).toMatchObject({ outcome: 'delivered', status: 200 });
    expect(code).toBe(0);
    expect(kept).toMatchObject([{ kind: 'REFUND_REQUESTED' }]);
  });

  test.each([
    [200, 0, 'delivered'],
    [204, 0, 'delivered'],
    [302, 1, 'lost'],
    [400, 1, 'lost'],
    [403, 1, 'lost'],
    [404, 1, 'lost'],
    [401, 3, 'repeated'],
    [409, 3, 'repeated'],
    [429, 3, 'repeated'],
    [500, 3, 'repeated'],
    [503, 3, 'repeated'],
  ])('says of an answer %d what EventBridge makes of it', async (status, exitCode, outcome) => {
    const { code, stdout } = await waybill(['send', 'tracking', '--to', `${server.url}/${status}`, '--auth', 'none', '--json']);
    expect(code).toBe(exitCode);
    expect(json(stdout)).toMatchObject({ outcome, status, explanation: expect.stringMatching(/EventBridge|delivered/) });
  });

  test('says it to people too', async () => {
    const { stdout } = await waybill(['send', 'ndr', '--to', `${server.url}/404`, '--auth', 'none']);
    expect(unwrapped(stdout)).toMatch(
      /^THIS EVENT WOULD BE LOST answer 404 after \d+ ms body \{"answer":404\} meaning answered 404: EventBridge repeats no 4xx/,
    );
    expect(stdout.split('\n').every((line) => line.length <= 80)).toBe(true);
  });

  test('says of no answer that the event comes again', async () => {
    const slow = await waybill(['send', 'ndr', '--to', `${server.url}/slow`, '--auth', 'none', '--timeout', '50', '--json']);
    expect(slow.code).toBe(3);
    expect(json(slow.stdout)).toMatchObject({
      outcome: 'repeated',
      status: null,
      explanation: expect.stringMatching(/no answer within 50 ms/),
    });
    const nobody = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => nobody.once('listening', resolve));
    const { port } = nobody.address() as { port: number };
    await new Promise((resolve) => nobody.close(resolve));
    const refused = await waybill(['send', 'ndr', '--to', `http://127.0.0.1:${port}`, '--auth', 'none', '--json']);
    expect(json(refused.stdout)).toMatchObject({ outcome: 'repeated', status: null, explanation: expect.stringMatching(/ECONNREFUSED/) });
  });

  test('prints the event with --dry-run, and sends a body of one’s own', async () => {
    const { stdout } = await waybill([
      'send',
      'ndr',
      '--to',
      `${server.url}/404`,
      '--auth',
      'none',
      '--dry-run',
      '--reason',
      'Bad weather',
    ]);
    const event = JSON.parse(stdout);
    expect(event.detail.reasonCode).toBe('Bad weather');
    kept.length = 0;
    event.detail.reasonCode = 'Snow';
    const argv = ['send', 'ndr', '--to', `${server.url}/api-key`, '--auth', 'api-key', '--header', 'x-mine', '--file', '-'];
    expect(await waybill(argv, { env: { NDR_API_KEY: 'key-1' }, input: JSON.stringify(event) })).toMatchObject({ code: 0 });
    expect(kept).toMatchObject([{ detail: { reasonCode: 'Snow' } }]);
    expect(await waybill(argv, { env: { NDR_API_KEY: 'key-1' }, input: '{"cut' })).toMatchObject({ code: 1 });
  });
});
