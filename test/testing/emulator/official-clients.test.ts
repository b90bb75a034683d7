/**
 * Clients of others, unchanged, against the emulator behind a real HTTPS server.
 *
 * The official Amazon Pay SDK accepts another host in its option `overrideServiceUrl`. That switches off the check of certificates for the
 * whole process, so it runs in a separate one. `amazon-sp-api` has no option for a host, but one for an agent: the agent connects to loopback
 * whatever the host, and trusts the certificate that was made here for Amazon's names.
 */
import { execFile, execFileSync } from 'node:child_process';
import { Agent, createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { SellingPartner } from 'amazon-sp-api';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { toNodeHandler } from '../../../src/adapters/node.ts';
import { AmazonEmulator } from '../../../src/testing/index.ts';
import { keys, LEGACY, LIVE, otherKeys, publicKeys, SANDBOX } from '../../support/testing/signed-request.ts';

const HOSTS = ['localhost', 'api.amazon.com', 'sellingpartnerapi-eu.amazon.com'];
const certificate = makeCertificate();
// In CI nothing is skipped.
const isChecked = certificate !== undefined || process.env['CI'] !== undefined;

let now = Date.now();
const emulator = new AmazonEmulator({ publicKeys, quota: false, clock: () => new Date(now) });
const server = createServer({ key: certificate, cert: certificate }, toNodeHandler(emulator.fetch));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as AddressInfo;
beforeEach(() => {
  now = Date.now();
  emulator.reset();
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

describe.runIf(isChecked)('the official Amazon Pay SDK', { timeout: 30_000 }, () => {
  interface Call {
    readonly account: object;
    readonly payload: object;
    readonly headers?: object;
  }

  /** The results of `deliveryTrackers()`, for one call after another. */
  async function track(...calls: readonly Call[]) {
    const program = `
      const { WebStoreClient } = require('@amazonpay/amazon-pay-api-sdk-nodejs');
      (async () => {
        const outcomes = [];
        for (const { account, payload, headers } of JSON.parse(process.argv[1])) {
          await new WebStoreClient(account).deliveryTrackers(payload, headers).then(
            ({ status, data }) => outcomes.push({ status, data }),
            ({ response, message }) => outcomes.push({ status: response?.status, data: response?.data ?? message }),
          );
        }
        console.log(JSON.stringify(outcomes));
      })();`;
    const common = { region: 'eu', privateKey: keys.privateKey, overrideServiceUrl: `localhost:${port}` };
    const all = calls.map((call) => ({ ...call, account: { ...common, ...call.account } }));
    const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', '-e', program, JSON.stringify(all)]);
    return JSON.parse(stdout) as { status?: number; data?: { reasonCode?: string } }[];
  }
  const payload = (trackingNumber: string, chargePermissionId = 'P02-0000000-0000000') => ({
    chargePermissionId,
    deliveryDetails: [{ trackingNumber, carrierCode: 'DHL_DE' }],
  });

  test('creates trackers, with every form of key and both algorithms', async () => {
    const accounts = [
      [{ publicKeyId: LIVE }, 'P02-0000000-0000000'],
      [{ publicKeyId: LIVE, algorithm: 'AMZN-PAY-RSASSA-PSS-V2' }, 'P02-0000000-0000000'],
      [{ publicKeyId: SANDBOX }, 'S02-0000000-0000000'],
      [{ publicKeyId: LEGACY, sandbox: false }, 'P02-0000000-0000000'],
      [{ publicKeyId: LEGACY, sandbox: true, algorithm: 'AMZN-PAY-RSASSA-PSS-V2' }, 'S02-0000000-0000000'],
      [{ publicKeyId: LIVE, region: 'jp' }, 'P03-0000000-0000000'],
    ] as const;
    const calls = accounts.map(([account, id], at) => ({ account, payload: payload(`Paket-Ä-荷物-${at}`, id) }));
    expect(await track(...calls)).toEqual(calls.map(({ payload: data }) => ({ status: 200, data })));
    expect(emulator.deliveryTrackers.map(({ environment, region }) => `${environment} ${region}`)).toEqual([
      'live eu',
      'live eu',
      'sandbox eu',
      'live eu',
      'sandbox eu',
      'live jp',
    ]);
  });

  test('is told what is wrong, in the format that it expects', async () => {
    const idempotent = { 'x-amz-pay-idempotency-key': 'k1' };
    const account = { publicKeyId: LIVE };
    const outcomes = await track(
      { account, payload: payload('1'), headers: idempotent },
      { account, payload: payload('1'), headers: idempotent },
      { account, payload: payload('2'), headers: idempotent },
      { account, payload: payload('1', 'P02-0000000-0000001') },
      { account, payload: payload('3', 'S02-0000000-0000000') },
      { account, payload: { ...payload('4'), deliveryDetails: { trackingNumber: '4', carrierCode: 'DHL_DE' } } },
      { account: { ...account, privateKey: otherKeys.privateKey }, payload: payload('5') },
    );
    expect(outcomes.map(({ status, data }) => [status, data?.reasonCode])).toEqual([
      [200, undefined],
      [200, undefined],
      [400, 'DuplicateIdempotencyKey'],
      [400, 'InvalidParameterValue'],
      [400, 'InvalidParameterValue'],
      [400, 'InvalidInputFormat'],
      [403, 'InvalidRequestSignature'],
    ]);
    expect(emulator.deliveryTrackers).toHaveLength(1);
  });
});

describe.runIf(isChecked)('amazon-sp-api', () => {
  class LoopbackAgent extends Agent {
    override createConnection(options: object, callback: never) {
      return super.createConnection({ ...options, host: '127.0.0.1', port }, callback);
    }
  }
  const { clientId, clientSecret, refreshToken } = emulator.credentials.lwa;
  const client = ({ secret = clientSecret, token = refreshToken } = {}) =>
    new SellingPartner({
      region: 'eu',
      refresh_token: token,
      credentials: { SELLING_PARTNER_APP_CLIENT_ID: clientId, SELLING_PARTNER_APP_CLIENT_SECRET: secret },
      options: { https_proxy_agent: new LoopbackAgent({ ca: certificate }) },
    });
  const submit = (body: object, caller = client(), business = 'AmazonShipping_IN') =>
    caller.callAPI({
      operation: 'submitNdrFeedback',
      endpoint: 'shipping',
      options: { version: 'v2' },
      body,
      headers: { 'x-amzn-shipping-business-id': business },
    } as never);
  const tokensRequested = () => emulator.requests.filter(({ url }) => url.endsWith('/auth/o2/token')).length;

  test.each([
    { trackingId: '1', ndrAction: 'RESCHEDULE', ndrRequestData: { rescheduleDate: '2023-12-12T05:24:00.00Z' } },
    { trackingId: '2', ndrAction: 'REATTEMPT', ndrRequestData: { additionalAddressNotes: 'Second gate, beside the water tank' } },
    { trackingId: '3', ndrAction: 'RTO' },
  ])('submits $ndrAction', async (feedback) => {
    expect(await submit(feedback)).toEqual({ success: true });
    expect(emulator.ndrFeedback).toMatchObject([feedback]);
    expect(emulator.requests.map(({ url }) => new URL(url).hostname)).toEqual(['api.amazon.com', 'sellingpartnerapi-eu.amazon.com']);
  });

  test('keeps its token, and fetches another one when that has expired', async () => {
    const caller = client();
    await submit({ trackingId: '1', ndrAction: 'RTO' }, caller);
    await submit({ trackingId: '2', ndrAction: 'RTO' }, caller);
    expect(tokensRequested()).toBe(1);
    now += 3_600_000;
    expect(await submit({ trackingId: '3', ndrAction: 'RTO' }, caller)).toEqual({ success: true });
    expect(tokensRequested()).toBe(2);
  });

  test('waits as the rate header says, and retries, when the gateway throttles it', async () => {
    emulator.fail({
      path: '/shipping/v2/ndrFeedback',
      status: 429,
      headers: { 'x-amzn-ratelimit-limit': '50.0' },
      body: { errors: [{ code: 'QuotaExceeded', message: 'You exceeded your quota for the requested resource.', details: '' }] },
    });
    expect(await submit({ trackingId: '1', ndrAction: 'RTO' })).toEqual({ success: true });
    expect(emulator.requests.map(({ status }) => status)).toEqual([200, 429, 204]);
  });

  test.each<[string, () => Promise<unknown>, string]>([
    ['a wrong secret', () => submit({}, client({ secret: 'wrong' })), 'invalid_client'],
    ['a wrong refresh token', () => submit({}, client({ token: 'Atzr|wrong' })), 'invalid_grant'],
    ['a date that is missing', () => submit({ trackingId: '1', ndrAction: 'RESCHEDULE' }), 'InvalidRequest'],
    ['another business', () => submit({ trackingId: '1', ndrAction: 'RTO' }, client(), 'AmazonShipping_UK'), 'InvalidRequest'],
  ])('is told of %s', async (_, call, code) => {
    await expect(call()).rejects.toMatchObject({ code });
    expect(emulator.ndrFeedback).toEqual([]);
  });
});

/** For these names, with its key; `undefined` without openssl. */
function makeCertificate(): string | undefined {
  const names = ['-addext', `subjectAltName=${HOSTS.map((host) => `DNS:${host}`).join(',')}`];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', '-', '-out', '-'];
  try {
    const args = ['req', '-x509', ...key, '-subj', '/CN=localhost', ...names, '-days', '2'];
    return execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}
