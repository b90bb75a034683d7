import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { expect, vi } from 'vitest';
import { apiKey, NdrWebhookVerifier } from 'waybill/shipping-ndr/webhook';
import { AmazonEmulator } from 'waybill/testing';
import { freePort } from '../../support/examples.ts';
import type { Guide, Kit } from './kit.ts';

const IN_PACKAGING = 'test/packaging/testing-guide.test.ts runs it with the test runner that it is for';

const FEEDBACK = '/shipping/v2/ndrFeedback';

const network = globalThis.fetch;

/** A webhook on loopback that responds with this status. */
export async function withServer<Result>(respond: number | 'webhook', work: (port: number) => Promise<Result>): Promise<Result> {
  const { toNodeHandler } = await import('waybill/adapters/node');
  const receive = toNodeHandler(new NdrWebhookVerifier({ auth: apiKey({ keys: 'abcdef12345' }) }).handler(() => undefined));
  const server = createServer((request, response) => {
    if (respond === 'webhook') return void receive(request, response);
    request.resume();
    response.writeHead(respond, { 'content-type': 'application/json' }).end('{"message":"no such order"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  try {
    return await work(typeof address === 'object' && address ? address.port : 0);
  } finally {
    server.close();
  }
}

export const start: Guide = [
  {
    block: 'npx waybill demo',
    does: 'shows all three surfaces',
    run: async ({ shell }) => expect(await shell({ edit: (code) => code.replace('npm install waybill\n', '') })).toMatchObject({ code: 0 }),
  },
  {
    block: 'console.log(tracker.deliveryDetails',
    does: 'sends a tracking number',
    async run({ load, printed }) {
      await load();
      expect(printed).toEqual([
        [[{ trackingNumber: 'JJD000390007827356', carrierCode: 'DHL_DE' }], [expect.objectContaining({ carrierCode: 'DHL_DE' })]],
      ]);
    },
  },
  {
    block: 'console.log(status); // 200',
    does: 'receives a shipment that could not be delivered',
    async run({ load, printed }) {
      await load();
      expect(printed).toEqual([[expect.any(String), [expect.objectContaining({ ndrAction: 'RESCHEDULE' })]], [200]]);
    },
  },
  {
    block: '{ batchItemFailures: [] }',
    does: 'finds the order that an event is about',
    async run({ load, printed }) {
      await load();
      expect(printed).toEqual([['322-ABC1-AAAAAA', 'IN_TRANSIT', 2], [{ batchItemFailures: [] }]]);
    },
  },
];

export const testing: Guide = [
  { block: "test('creates a delivery tracker', async () => {\n  await trackers.create(parcel);", because: IN_PACKAGING },
  { block: 'no event is lost, and none is handled twice', because: IN_PACKAGING },
  { block: 'has an event redelivered if the key is wrong', because: IN_PACKAGING },
  {
    block: "damage: 'truncated', maxRetries: 2",
    does: 'waits for one event, compressed or damaged',
    async run({ load, printed }) {
      await load();
      // The console hears of a failure once a minute: another test may have had it.
      const lines = printed.filter(([line]) => !String(line).startsWith('waybill: '));
      expect(lines).toEqual([['delivered'], ['dropped', [503, 503, 503]], [expect.stringContaining('503')]]);
    },
  },
  {
    block: "amazon.on('request'",
    does: 'shows requests with their checks, and faults as they are used',
    async run({ load, printed }) {
      await load();
      const requests = printed.filter(([method]) => method === 'POST').map(([, path, status]) => [path, status]);
      const token = ['/auth/o2/token', 200];
      expect(requests).toEqual([token, [FEEDBACK, 503], [FEEDBACK, 503], [FEEDBACK, 403], token, [FEEDBACK, 204]]);
      expect(printed).toContainEqual(['POST', FEEDBACK, 204, expect.arrayContaining(['access token: ok'])]);
      const faults = printed.filter(([action]) => ['added', 'used', 'removed'].includes(String(action)));
      expect(faults).toEqual([
        ['added', 503, 5],
        ['used', 503, 4],
        ['used', 503, 3],
        ['removed', 503, 0],
      ]);
      expect(printed.at(-1)).toEqual([1]);
    },
  },
  {
    block: 'breakThings',
    does: 'breaks things, one after the other',
    async run({ load }) {
      const amazon = new AmazonEmulator();
      const { breakThings } = await load();
      breakThings(amazon);
      expect(amazon.faults).toHaveLength(5);
    },
  },
  { block: 'every event is understood, whatever its envelope', because: IN_PACKAGING },
  { block: "require('waybill/amazonpay')", because: IN_PACKAGING },
  { block: '@playwright/test', because: 'it needs Playwright and a shop; the guide says with which version it was tried' },
  {
    block: 'listen(4020',
    does: 'serves the emulator, and delivers an event to the shop',
    async run({ load, printed }) {
      await withServer('webhook', async (port) => {
        const own = await freePort();
        const edit = (code: string): string =>
          code.replace('createServer(', 'export const server = createServer(').replace('4020', String(own)).replace(':3000/', `:${port}/`);
        // The block delivers to a real server.
        const { server } = await load({ fetch: network }, edit);
        server.close();
      });
      expect(printed).toEqual([[[]]]);
    },
  },
  { block: 'amazonHandlers(amazon)', because: IN_PACKAGING },
];

export const proxies: Guide = [
  {
    block: 'new ProxyAgent(',
    does: 'connects through the proxy',
    async run({ load }) {
      const lines: string[] = [];
      const proxy = createTcpServer((socket) =>
        socket.on('error', () => undefined).on('data', (data) => socket.end(void lines.push(String(data).split('\r\n')[0] ?? ''))),
      );
      await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
      const address = proxy.address();
      vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`);
      const { client } = await load();
      await expect(client.returnToOrigin('1809561149386', { totalTimeout: 1_000 })).rejects.toMatchObject({ surface: 'shipping-ndr' });
      proxy.close();
      expect(lines[0]).toBe('CONNECT api.amazon.com:443 HTTP/1.1');
    },
  },
  { block: 'NODE_USE_ENV_PROXY=1 HTTPS_PROXY=', does: 'starts a shop', run: startsShop },
  {
    block: 'new EnvHttpProxyAgent()',
    does: 'respects NO_PROXY',
    async run({ load, amazon }) {
      vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:9');
      vi.stubEnv('NO_PROXY', '127.0.0.1');
      const { proxied } = await load();
      expect((await proxied(`${amazon.url}/jwks.json`)).status).toBe(200);
    },
  },
  { block: 'NODE_EXTRA_CA_CERTS=', does: 'starts a shop', run: startsShop },
  {
    block: 'ky.extend(',
    does: 'sends with ky',
    async run({ load }) {
      const { client } = await load();
      expect(await client.order('322-ABC1-AAAAAA')).toBeDefined();
    },
  },
  {
    block: 'nodeFetch as unknown as Fetch',
    does: 'sends with node-fetch',
    async run({ load, amazon }) {
      const { trackers } = await load({ url: amazon.url }, (code) => code.replace("region: 'eu',", "region: 'eu', baseUrl: url,"));
      await trackers.create({ chargePermissionId: 'P02-0000000-0000000', carrierCode: 'DHL_DE', trackingNumber: 'JJD000390007827356' });
      expect(amazon.emulator.deliveryTrackers).toHaveLength(1);
    },
  },
  {
    block: "endsWith('/auth/o2/token')",
    does: 'sends to a mock',
    async run({ load }) {
      const { client, sent } = await load({}, (code) => `${code}\nexport { sent };`);
      await client.returnToOrigin('1809561149386');
      expect(sent).toEqual([
        'POST https://api.amazon.com/auth/o2/token',
        'POST https://sellingpartnerapi-eu.amazon.com/shipping/v2/ndrFeedback',
      ]);
    },
  },
  { block: 'getaddrinfo ENOTFOUND', because: 'it is a message: test/core has it' },
];

async function startsShop({ shell }: Kit): Promise<void> {
  expect(await shell({ files: { 'shop.js': 'console.log("open")' } })).toMatchObject({ code: 0, output: expect.stringContaining('open') });
}
