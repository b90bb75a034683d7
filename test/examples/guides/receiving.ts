import { mkdirSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { expect, vi } from 'vitest';
import { BuyWithPrimeEventParser } from 'waybill/buywithprime/events';
import { AmazonEmulator, authenticatedRequest, buyWithPrimeEvent, ndrEvent, sqsEvent } from 'waybill/testing';
import { freePort } from '../../support/examples.ts';
import type { Guide } from './kit.ts';

const AUTH = { type: 'apiKey', key: 'abcdef12345' } as const;
const PARCEL = { chargePermissionId: 'P02-0000000-0000000', carrierCode: 'DHL_DE', trackingNumber: 'JJD000390007827356' };
const NEEDS_FRAMEWORK = 'it needs the framework: `npm run test:frameworks` mounts the webhook in it in the same way';

export const frameworks: Guide = [
  {
    block: 'export const receive = verifier.handler((event) => queue.push(event));',
    does: 'is a function from a request to a response',
    async run({ load }) {
      const push = vi.fn();
      const { receive } = await load({ queue: { push } });
      expect((await receive(authenticatedRequest(ndrEvent(), { auth: AUTH }))).status).toBe(200);
      expect(push).toHaveBeenCalledOnce();
    },
  },
  {
    block: 'createServer(toNodeHandler(receive))',
    does: "responds in Node's server",
    async run({ load }) {
      const port = await freePort();
      const edit = (code: string): string =>
        code.replace('createServer(', 'export const server = createServer(').replace('8080', `${port}, '127.0.0.1'`);
      const { server } = await load({ receive: async () => new Response('received') }, edit);
      const status = await new Promise((resolve, reject) => {
        httpRequest(`http://127.0.0.1:${port}`, { agent: false }, (response) => resolve(response.resume().statusCode))
          .on('error', reject)
          .end();
      });
      server.close();
      expect(status).toBe(200);
    },
  },
  { block: "app.all('/amazon/ndr', toNodeHandler(receive));", because: NEEDS_FRAMEWORK },
  { block: 'verify: (request, _response, bytes)', because: NEEDS_FRAMEWORK },
  { block: 'toFastifyPlugin(receive)', because: NEEDS_FRAMEWORK },
  {
    block: 'export const handler = toLambdaHandler(receive);',
    does: 'responds to an HTTP request on Lambda',
    async run({ load }) {
      const { handler } = await load({ receive: async (request: Request) => new Response(await request.text(), { status: 202 }) });
      const event = {
        version: '2.0',
        rawPath: '/',
        rawQueryString: '',
        headers: {},
        requestContext: { http: { method: 'POST' }, domainName: 'example.com' },
        body: 'hi',
        isBase64Encoded: false,
      };
      expect(await handler(event)).toMatchObject({ statusCode: 202 });
    },
  },
  {
    block: 'export const queue = shippingSqsHandler(keep);',
    does: 'has one module for HTTP and for a queue',
    async run({ load }) {
      const keep = vi.fn();
      const { queue } = await load({ keep });
      expect(await queue(sqsEvent([ndrEvent()]))).toEqual({ batchItemFailures: [] });
      expect(keep).toHaveBeenCalledOnce();
    },
  },
  {
    block: "'/healthz'",
    does: 'responds to health checks on a path of their own',
    async run({ load }) {
      const worker = (await load({ receive: async () => new Response(null, { status: 200 }) }))['default'];
      const statuses = await Promise.all(
        ['/healthz', '/amazon/ndr', '/else'].map(async (path) => (await worker.fetch(new Request(`https://a.example${path}`))).status),
      );
      expect(statuses).toEqual([200, 200, 503]);
    },
  },
];

export const security: Guide = [
  {
    block: 'metrics.count(`ndr.refused.',
    does: 'counts what is refused, by reason',
    async run({ load }) {
      const [push, count] = [vi.fn(), vi.fn()];
      const { receive } = await load({ queue: { push }, metrics: { count } });
      expect((await receive(authenticatedRequest(ndrEvent(), { auth: AUTH }))).status).toBe(200);
      expect(push).toHaveBeenCalledOnce();
      expect(count).not.toHaveBeenCalled();
      expect((await receive(authenticatedRequest(ndrEvent(), { auth: { ...AUTH, key: 'wrong' } }))).status).toBe(401);
      expect(count.mock.calls).toEqual([['ndr.401'], ['ndr.refused.mismatch']]);
    },
  },
];

export const twice: Guide = [
  {
    block: 'open(event: NdrEvent): Promise<void> };\n\nexport const receive',
    does: 'opens a case once for an event that comes twice',
    async run({ load }) {
      const open = vi.fn();
      const { receive } = await load({ desk: { open } });
      const emulator = new AmazonEmulator();
      emulator.deliver(ndrEvent(), { to: receive, auth: AUTH, duplicates: 1 });
      expect((await emulator.report()).dropped).toEqual([]);
      expect(open).toHaveBeenCalledOnce();
    },
  },
  {
    block: 'stateOf(id: string)',
    does: 'drops an event that is older than the state',
    async run({ load }) {
      const states = new Map<string, string>();
      const shop = {
        stateOf: async (id: string) => states.get(id),
        setState: async (id: string, state: string) => void states.set(id, state),
      };
      const { onDelivery } = await load({ shop });
      for (const type of ['PACKAGE_DELIVERED', 'PACKAGE_DELIVERY_IN_TRANSIT'])
        await onDelivery(new BuyWithPrimeEventParser().parse(buyWithPrimeEvent(type)));
      expect([...states.values()]).toEqual(['DELIVERY_COMPLETED']);
    },
  },
  {
    block: 'lastAttemptOf(trackingId',
    does: 'drops an event about an attempt that is past',
    async run({ load }) {
      const open = vi.fn();
      const { onNdr } = await load({ desk: { open, lastAttemptOf: async () => new Date('2026-03-01T10:00:00Z') } });
      for (const time of ['2026-02-28T10:00:00Z', '2026-03-02T10:00:00Z', null]) {
        await onNdr(ndrEvent({ detail: { latestDeliveryAttemptedDate: time } }));
      }
      expect(open).toHaveBeenCalledTimes(2);
    },
  },
  {
    block: 'ends in the last state',
    does: 'passes as a test',
    run: async ({ runTest }) => expect(await runTest()).toMatch(/# pass 1\n# fail 0/),
  },
];

export const secrets: Guide = [
  {
    block: 'A mounted secret',
    does: 'reads secrets from files that the platform replaces',
    async run({ load, amazon }) {
      const folder = `${amazon.folder}/secrets`;
      mkdirSync(folder);
      const write = (name: string, text: string): void => writeFileSync(`${folder}/${name}`, text);
      write('lwa-client-secret', `${amazon.emulator.credentials.lwa.clientSecret}\n`);
      write('ndr-api-keys', 'abcdef12345\n');
      vi.stubEnv('SECRETS', folder);
      const { feedback, verifier } = await load();
      await feedback.returnToOrigin('1809561149386');
      const receive = verifier.handler(() => undefined);
      const statusFor = async (key: string) => (await receive(authenticatedRequest(ndrEvent(), { auth: { type: 'apiKey', key } }))).status;
      expect(await statusFor('abcdef12345')).toBe(200);
      write('ndr-api-keys', 'new-key-12345\nabcdef12345\n');
      expect([await statusFor('abcdef12345'), await statusFor('new-key-12345')]).toEqual([200, 200]);
    },
  },
  {
    block: 'both keys are accepted',
    does: 'passes as a test',
    run: async ({ runTest }) => expect(await runTest()).toMatch(/# pass 1\n# fail 0/),
  },
  {
    block: 'vault.read(',
    does: 'reads credentials from a vault whenever a token is fetched',
    async run({ load, amazon }) {
      const read = vi.fn(async () => amazon.emulator.credentials.buyWithPrime);
      const { client } = await load({ vault: { read } });
      expect(await client.order('322-ABC1-AAAAAA')).toBeDefined();
      expect(read).toHaveBeenCalled();
    },
  },
  {
    block: 'trackersFor',
    does: 'replaces the client when the key has changed',
    async run({ load, amazon }) {
      const { trackersFor } = await load();
      const [first, second] = amazon.merchants;
      expect(trackersFor(first)).toBe(trackersFor(first));
      expect(trackersFor(second)).not.toBe(trackersFor(first));
      await trackersFor(second).create(PARCEL);
      expect(amazon.emulator.deliveryTrackers).toHaveLength(1);
    },
  },
];
