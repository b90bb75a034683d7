import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BuyWithPrimeWebhookVerifier } from '../../../src/buywithprime/index.ts';
import { SIGNING_SEED } from '../../../src/cli/emulator-settings.ts';
import { type Served, serve } from '../../../src/cli/server.ts';
import { apiKey, basicAuth, bearerToken, NdrWebhookVerifier, queryParameter } from '../../../src/shipping-ndr/index.ts';
import { AmazonEmulator, WebhookSigningKeys } from '../../../src/testing/index.ts';
import { temporaryFolder } from '../../support/cli/amazon.ts';
import { json, unwrapped, waybill } from '../../support/cli/terminal.ts';

const kept: { readonly kind: string }[] = [];
const keep = (event: { readonly kind: string }): void => void kept.push(event);
const secret = 'sesam öffne dich: 1';
const queryValue = 'sesam&öffne=dich#1';
const shop = (auth: ConstructorParameters<typeof NdrWebhookVerifier>[0]['auth']) => new NdrWebhookVerifier({ auth }).handler(keep);
const emulator = new AmazonEmulator({ signingKeys: new WebhookSigningKeys({ seed: SIGNING_SEED }) });
const routes: Record<string, (request: Request) => Response | Promise<Response>> = {
  '/api-key': shop(apiKey({ header: 'x-mine', keys: 'key-1' })),
  '/query': shop(queryParameter({ name: 'pass', values: queryValue })),
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
    ['query', ['--parameter', 'pass'], { NDR_QUERY_VALUE: queryValue }],
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
    expect(wrong).toMatchObject({ code: 3, stdout: expect.stringMatching(/^THIS EVENT WOULD BE REDELIVERED\n +response +401/) });
    expect(wrong.stdout + wrong.stderr).not.toContain('hunter2');
  });

  test('signs events of Buy with Prime with the keys that the served emulator publishes', async () => {
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
    [401, 3, 'retried'],
    [409, 3, 'retried'],
    [429, 3, 'retried'],
    [500, 3, 'retried'],
    [503, 3, 'retried'],
  ])('explains what EventBridge does after a response %d', async (status, exitCode, outcome) => {
    const { code, stdout } = await waybill(['send', 'tracking', '--to', `${server.url}/${status}`, '--auth', 'none', '--json']);
    expect(code).toBe(exitCode);
    expect(json(stdout)).toMatchObject({ outcome, status, explanation: expect.stringMatching(/EventBridge|delivered/) });
  });

  test('prints the same for people', async () => {
    const { stdout } = await waybill(['send', 'ndr', '--to', `${server.url}/404`, '--auth', 'none']);
    expect(unwrapped(stdout)).toMatch(
      /^THIS EVENT WOULD BE LOST response 404 after \d+ ms body \{"answer":404\} meaning responded with 404: of all 4xx, EventBridge retries only/,
    );
    expect(stdout.split('\n').every((line) => line.length <= 80)).toBe(true);
  });

  test('says that an event without a response is redelivered', async () => {
    const slow = await waybill(['send', 'ndr', '--to', `${server.url}/slow`, '--auth', 'none', '--timeout', '50', '--json']);
    expect(slow.code).toBe(3);
    expect(json(slow.stdout)).toMatchObject({
      outcome: 'retried',
      status: null,
      explanation: expect.stringMatching(/no response within 50 ms/),
    });
    const nobody = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => nobody.once('listening', resolve));
    const { port } = nobody.address() as { port: number };
    await new Promise((resolve) => nobody.close(resolve));
    const refused = await waybill(['send', 'ndr', '--to', `http://127.0.0.1:${port}`, '--auth', 'none', '--json']);
    expect(json(refused.stdout)).toMatchObject({ outcome: 'retried', status: null, explanation: expect.stringMatching(/ECONNREFUSED/) });
  });

  test('prints the event with --dry-run, and sends your own body with --file', async () => {
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
    // The webhook knows the sender, and asks for a redelivery of what it cannot read.
    expect(await waybill(argv, { env: { NDR_API_KEY: 'key-1' }, input: '{"cut' })).toMatchObject({ code: 3 });
  });

  test.each([
    [['ndr', '--event', 'REFUND_REQUESTED'], '--event is for "send bwp" without --file'],
    [['tracking', '--reason', 'Other'], '--reason is for "send ndr" without --file'],
    [['bwp', '--event', 'REFUND_REQUESTED', '--file', 'x.json'], '--event is for "send bwp" without --file'],
  ])('%j is a wrong command: another event would be sent than was asked for', async (argv, message) => {
    const { code, stderr } = await waybill(['send', ...argv, '--to', server.url, '--auth', 'none']);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  test.each([
    ['PACKAGE_DELIVERD', /Did you mean PACKAGE_DELIVERED\?/],
    ['SNOW', /--event is not a documented event type For any other type pass a body with --file\./],
  ])('refuses the event type %s', async (event, message) => {
    const { code, stderr } = await waybill(['send', 'bwp', '--to', server.url, '--auth', 'none', '--event', event]);
    expect([code, unwrapped(stderr)]).toEqual([2, expect.stringMatching(message)]);
  });

  test.each([
    ['a line break in it', 'a\nb', []],
    ['letters that no header can have', 'ключ', []],
    ['a header name with a space', 'key', ['--header', 'x y']],
  ])('refuses a secret with %s, and does not print it', async (_, secretValue, options) => {
    const argv = ['send', 'ndr', '--to', server.url, '--auth', 'api-key', ...options];
    const { code, stdout, stderr } = await waybill(argv, { env: { NDR_API_KEY: secretValue } });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^error: the secret or --header contains characters that HTTP does not allow/);
    expect(stderr).not.toContain(secretValue === 'key' ? '"key"' : secretValue);
  });

  test('reads the head and the body within one timeout, and a limited part of an endless body', async () => {
    routes['/endless'] = () => new Response(new ReadableStream({ pull: (controller) => controller.enqueue(Buffer.alloc(65_536, 'x')) }));
    routes['/stalled'] = () => new Response(new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from('start')) }));
    const endless = await waybill(['send', 'ndr', '--to', `${server.url}/endless`, '--auth', 'none', '--json']);
    expect((json(endless.stdout) as { body: string }).body.length).toBeLessThan(600);
    const stalled = await waybill(['send', 'ndr', '--to', `${server.url}/stalled`, '--auth', 'none', '--timeout', '100', '--json']);
    expect(json(stalled.stdout)).toMatchObject({ outcome: 'retried', status: null });
  });
});
