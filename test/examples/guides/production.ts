import { expect, vi } from 'vitest';
import { authenticatedRequest, ndrEvent, sqsEvent } from 'waybill/testing';
import { trackers } from './amazon-pay.ts';
import type { Guide } from './kit.ts';
import { makeSpan } from './opentelemetry.ts';

const AUTH = { type: 'apiKey', key: 'abcdef12345' } as const;
const PARCEL = { chargePermissionId: 'P02-0000000-0000000', carrierCode: 'DHL_DE', trackingNumber: 'JJD000390007827356' };
export const errors: Guide = [
  {
    block: 'export function explain',
    does: 'explains an error in one line',
    async run(kit) {
      const { explain } = await kit.load();
      const invalid = await trackers(kit)
        .create({ ...PARCEL, carrierCode: '' })
        .catch((error: unknown) => error);
      expect(explain(invalid)).toMatch(/^carrierCode: /);
      expect(() => explain(new Error('a bug'))).toThrow('a bug');
    },
  },
  {
    block: 'webhookStatus(error)',
    does: 'returns the status to respond with',
    async run({ load }) {
      const { apiKey, NdrWebhookVerifier } = await import('waybill/shipping-ndr/webhook');
      const { receive } = await load();
      const verifier = new NdrWebhookVerifier({ auth: apiKey({ keys: AUTH.key }) });
      const statusFor = (key: string, keep = async () => undefined) =>
        receive(verifier, authenticatedRequest(ndrEvent(), { auth: { type: 'apiKey', key } }), keep);
      const down = () => Promise.reject(new Error('down'));
      expect([await statusFor(AUTH.key), await statusFor('wrong'), await statusFor(AUTH.key, down)]).toEqual([200, 401, 503]);
    },
  },
  {
    block: 'onRetry: ({ call, attempt, delay, error })',
    does: 'shows what a client does',
    async run({ load, printed }) {
      const { client } = await load();
      await client.order('322-ABC1-AAAAAA');
      expect(printed).toContainEqual([expect.objectContaining({ status: 200, method: 'POST', duration: expect.any(Number) })]);
    },
  },
];

export const observability: Guide = [
  {
    block: "JSON.stringify({ event: 'response'",
    does: 'writes a line of JSON for each thing that happens',
    async run({ load, printed, amazon }) {
      const { client } = await load();
      amazon.emulator.fail({ path: '/graphql', classification: 'ThrottlingError' });
      await client.order('322-ABC1-AAAAAA');
      const lines = printed.map(([line]) => JSON.parse(String(line)));
      expect(lines.map(({ event }) => event)).toEqual(expect.arrayContaining(['response', 'retry']));
      expect(new Set(lines.filter(({ url }) => url.endsWith('/graphql')).map(({ call }) => call)).size).toBe(1);
    },
  },
  {
    block: "event: 'unhandled'",
    does: 'tells of events that failed, and of events without a function',
    async run({ load, printed }) {
      const { handler } = await load();
      await handler(sqsEvent([ndrEvent(), { ...ndrEvent(), 'detail-type': 'Weather Report' }, '{"broken']));
      expect(printed.map(([line]) => JSON.parse(String(line)).event).sort()).toEqual(['failed', 'ndr', 'unhandled']);
    },
  },
  {
    block: 'export function measure',
    does: 'counts and times what a client does',
    async run(kit) {
      const { measure } = await kit.load();
      const { DeliveryTrackerClient } = await import('waybill/amazonpay');
      const meter = { count: vi.fn(), time: vi.fn() };
      const { publicKeyId, privateKey } = kit.amazon.keys;
      const client = new DeliveryTrackerClient({ publicKeyId, privateKey, region: 'eu', hooks: measure(meter) });
      await client.create(PARCEL);
      await client.create({ ...PARCEL, carrierCode: '' }).catch(() => undefined);
      expect(meter.time).toHaveBeenCalledWith('amazon_request', expect.any(Number), { surface: 'amazonpay', status: 200 });
    },
  },
  {
    block: '@opentelemetry/api',
    does: 'makes a span for each response, and events of retries and errors',
    async run(kit) {
      const spans: { readonly name: string; readonly attributes: Record<string, unknown>; readonly isEnded: boolean }[] = [];
      const activeSpan = makeSpan('announce');
      const { tracing } = await kit.load({ spans, activeSpan });
      const { DeliveryTrackerClient } = await import('waybill/amazonpay');
      const { publicKeyId, privateKey } = kit.amazon.keys;
      const client = new DeliveryTrackerClient({ publicKeyId, privateKey, region: 'eu', hooks: tracing });
      kit.amazon.emulator.fail({ path: '/v2/deliveryTrackers', status: 503 });
      await client.create(PARCEL);
      await client.create({ ...PARCEL, chargePermissionId: 'P02-0000000-0000001' }).catch(() => undefined);
      expect(spans.map(({ name, isEnded }) => [name, isEnded])).toEqual(new Array(3).fill(['POST /v2/deliveryTrackers', true]));
      expect(spans.map(({ attributes }) => attributes['http.response.status_code'])).toEqual([503, 200, 400]);
      expect(activeSpan.record.events).toEqual([
        ['waybill.retry', expect.objectContaining({ attempt: 1, reason: 'API' })],
        ['exception', 'ApiError'],
      ]);
    },
  },
];

export const edge: Guide = [
  {
    block: 'A Cloudflare Worker',
    does: 'receives events in a Worker',
    async run({ load }) {
      const worker = (await load())['default'];
      const send = vi.fn();
      const response = await worker.fetch(authenticatedRequest(ndrEvent(), { auth: AUTH }), { NDR_API_KEY: AUTH.key, EVENTS: { send } });
      expect([response.status, send.mock.calls.length]).toEqual([200, 1]);
    },
  },
  {
    block: 'npx esbuild only.js',
    does: 'prints the size of an import',
    async run(kit) {
      const { root } = await import('./root.ts');
      const edit = (code: string): string => code.replace('npx esbuild', `'${root}/node_modules/.bin/esbuild'`);
      const { code, output } = await kit.shell({ edit });
      // In the repository, esbuild also warns of what it hides for an installed package.
      const size = Number(output.split('\n')[0]);
      expect([code, size > 1_000, size < 20_000]).toEqual([0, true, true]);
    },
  },
  {
    block: "require('waybill/buywithprime/events')",
    does: 'works as CommonJS',
    async run({ block, amazon }) {
      const { writeFileSync } = await import('node:fs');
      const { execFileSync } = await import('node:child_process');
      const file = `${amazon.folder}/require.cjs`;
      writeFileSync(file, block.code);
      expect(execFileSync(process.execPath, [file], { encoding: 'utf8' })).toBe('322-ABC1-AAAAAA\n');
    },
  },
];

export const documented: Guide = [
  {
    block: "signatureHeader: 'x-amz-signature'",
    does: 'changes how a signature is verified in one line',
    async run({ load }) {
      const { verifier } = await load();
      expect((await verifier.handler(() => undefined)(new Request('https://a.example', { method: 'POST', body: '{}' }))).status).toBe(401);
    },
  },
];
