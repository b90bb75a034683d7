import { writeFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { startAmazon, temporaryFolder } from './amazon.ts';
import { waybill } from './terminal.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

test('no secret is in any output, whatever the command and however it fails', async () => {
  const amazon = await startAmazon();
  const secrets = {
    AMAZON_PAY_PRIVATE_KEY: amazon.keys.privateKey,
    LWA_CLIENT_SECRET: 'amzn1.oa2-cs.v1.5eedf00d',
    LWA_REFRESH_TOKEN: 'Atzr|5eedf00d-refresh',
    BWP_CLIENT_SECRET: '5eedf00d-prime',
    NDR_API_KEY: '5eedf00d-key',
    NDR_PASSWORD: '5eedf00d-password',
  };
  try {
    const env = { ...amazon.env, ...secrets };
    const url = `${amazon.url}/hook`;
    const parcel = ['--charge-permission-id', 'S02-0000000-0000000', '--tracking-number', '1Z', '--carrier-code', 'UPS'];
    const calls: string[][] = [
      ['doctor', '--live'],
      ['track', ...parcel],
      ['track', ...parcel, '--dry-run'],
      ['track', ...parcel, '--region', 'mars'],
      ['ndr', 'rto', '1'],
      ['send', 'ndr', '--to', url, '--auth', 'api-key'],
      ['send', 'ndr', '--to', url, '--auth', 'basic', '--username', 'amazon'],
      ['send', 'ndr', '--to', 'http://127.0.0.1:1', '--auth', 'query', '--parameter', 'p', '--secret-file', folder.path('secret')],
      ['sign', 'POST', '/v2/x'],
    ];
    writeFileSync(folder.path('secret'), '5eedf00d-query');
    for (const call of [...calls, ...calls.map((argv) => [...argv, '--json'])]) {
      const { stdout, stderr } = await waybill(call, { env });
      const key = amazon.keys.privateKey.split('\n').slice(1, -2);
      const shown = ['5eedf00d', ...key].filter((secret) => (stdout + stderr).includes(secret));
      expect({ call, shown }).toEqual({ call, shown: [] });
      expect(stdout + stderr).not.toBe('');
    }
  } finally {
    amazon.close();
  }
});
