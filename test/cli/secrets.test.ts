import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Amazon, startAmazon, temporaryFolder } from '../support/cli/amazon.ts';
import { waybill } from '../support/cli/terminal.ts';

const folder = temporaryFolder();
let amazon: Amazon;
/** Responds with the status in its path, and with everything that it was sent: headers, query and body. */
const echo = createServer((incoming, outgoing) => {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk) => chunks.push(chunk));
  incoming.on('end', () => {
    const { url = '', headers } = incoming;
    const message = `${url} ${JSON.stringify(headers)} ${Buffer.concat(chunks)}`;
    outgoing.writeHead(Number(/^\/(\d{3})/.exec(url)?.[1] ?? 400), { 'content-type': 'application/json' });
    outgoing.end(JSON.stringify({ message, reasonCode: 'InvalidRequestSignature', error: 'invalid_client', error_description: message }));
  });
});
let echoUrl: string;
beforeAll(async () => {
  amazon = await startAmazon();
  await new Promise<void>((resolve) => {
    echo.listen(0, '127.0.0.1', resolve);
  });
  echoUrl = `http://127.0.0.1:${(echo.address() as AddressInfo).port}`;
  writeFileSync(folder.path('secret'), '5eedf00d-query');
  writeFileSync(folder.path('rows.csv'), 'trackingId,ndrAction\n1,RTO\n2,RTO\n');
});
afterAll(() => {
  amazon.close();
  echo.close();
  echo.closeAllConnections();
  folder.remove();
});

const SECRETS = {
  LWA_CLIENT_SECRET: 'amzn1.oa2-cs.v1.5eedf00d',
  LWA_REFRESH_TOKEN: 'Atzr|5eedf00d-refresh',
  BWP_CLIENT_SECRET: '5eedf00d-prime',
  NDR_API_KEY: '5eedf00d-key',
  NDR_QUERY_VALUE: '5eedf00d-value',
  NDR_PASSWORD: '5eedf00d-password',
  NDR_TOKEN: '5eedf00d-token',
};
const env = (urls: Readonly<Record<string, string>> = {}): Record<string, string> => ({ ...amazon.env, ...SECRETS, ...urls });

/** The secrets that a text contains. */
function secretsIn(text: string): readonly string[] {
  const keyLines = amazon.keys.privateKey.split('\n').slice(1, -2);
  return ['5eedf00d', ...keyLines].filter((secret) => text.includes(secret));
}

const parcel = ['--charge-permission-id', 'S02-0000000-0000000', '--tracking-number', '1Z', '--carrier-code', 'UPS'];
const send = ['send', 'ndr', '--auth'];
const calls = (): readonly (readonly string[])[] => [
  ['doctor'],
  ['doctor', '--live'],
  ['track', ...parcel],
  ['track', ...parcel, '--dry-run'],
  ['track', ...parcel, '--region', 'mars'],
  ['ndr', 'rto', '1'],
  ['ndr', 'import', folder.path('rows.csv'), '--report', folder.path(`report-${Math.random()}.csv`)],
  [...send, 'api-key', '--to', `${echoUrl}/500`],
  [...send, 'basic', '--username', 'amazon', '--to', `${echoUrl}/401`],
  [...send, 'bearer', '--to', `${echoUrl}/404`],
  [...send, 'query', '--parameter', 'p', '--to', 'http://127.0.0.1:1'],
  [...send, 'query', '--parameter', 'p', '--to', 'http://127.0.0.1:4'],
  [...send, 'query', '--parameter', 'p', '--secret-file', folder.path('secret'), '--to', 'http://127.0.0.1:1'],
  ['sign', 'POST', '/v2/x'],
  ['sign', 'POST', '/v2/x', '--region', 'mars'],
];

describe.each([
  ['text', []],
  ['JSON', ['--json']],
])('no secret is printed as %s', (_, options) => {
  test.each<[string, () => Readonly<Record<string, string>>]>([
    ['by Amazon as it is', () => ({})],
    [
      'by a server that repeats the request in its errors',
      () => ({ AMAZON_PAY_URL: echoUrl, SP_API_URL: echoUrl, LWA_URL: `${echoUrl}/token`, BWP_URL: echoUrl }),
    ],
    [
      'if the settings are wrong',
      () => ({ AMAZON_PAY_URL: 'x', LWA_URL: 'x', BWP_URL: 'x', AMAZON_PAY_PUBLIC_KEY_ID: amazon.keys.privateKey }),
    ],
    [
      'if secrets are in the wrong place',
      () => ({ AMAZON_PAY_REGION: SECRETS.LWA_CLIENT_SECRET, LWA_CLIENT_ID: SECRETS.LWA_REFRESH_TOKEN, BWP_TARGET_ID: ' 5eedf00d' }),
    ],
  ])('%s', async (__, urls) => {
    for (const call of calls()) {
      const { stdout, stderr } = await waybill([...call, ...options], { env: env(urls()) });
      const shown = secretsIn(stdout + stderr);
      expect({ call, shown }).toEqual({ call, shown: [] });
      expect(stdout + stderr).not.toBe('');
    }
  });

  test('if a command crashes', async () => {
    const argv = ['sign', 'POST', '/v2/x', '--body', '-', ...options];
    const input = new Error(`EIO: cannot read ${SECRETS.NDR_PASSWORD} and ${amazon.keys.privateKey}`);
    const { code, stdout, stderr } = await waybill(argv, { env: env(), input });
    expect([code, secretsIn(stdout + stderr)]).toEqual([1, []]);
    expect(stderr).toMatch(/looks like a fault in waybill/);
  });

  test('if the environment cannot be read', async () => {
    const broken = {
      get LWA_CLIENT_ID(): string {
        throw new Error(`no ${SECRETS.LWA_REFRESH_TOKEN}`);
      },
    };
    const { code, stdout, stderr } = await waybill(['ndr', 'rto', '1', ...options], { env: broken });
    expect([code, secretsIn(stdout + stderr)]).toEqual([1, []]);
  });
});
