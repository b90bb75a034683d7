import { constants, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { body, hex, KEY_ID, pair } from '../../support/cli/signed.ts';
import { json, waybill } from '../../support/cli/terminal.ts';

const privateKey = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const env = { AMAZON_PAY_PUBLIC_KEY_ID: KEY_ID, AMAZON_PAY_PRIVATE_KEY: privateKey, AMAZON_PAY_REGION: 'na' };

describe('waybill sign', () => {
  const argv = ['sign', 'POST', '/v2/deliveryTrackers', '--body', '-', '--date', '20260115T101530Z'];

  test("prints the canonical request of Amazon's own sample", async () => {
    const { code, stdout } = await waybill([...argv, '--region', 'na', '--json'], { input: body });
    const { canonicalRequest, stringToSign, headers } = json(stdout) as Record<string, string>;
    expect(code).toBe(0);
    expect(hex(canonicalRequest as string)).toBe('39ec317bb918945a92df503e0b8187eabf005122bf305ea96f1152fa6c440b4d');
    expect(stringToSign).toBe('AMZN-PAY-RSASSA-PSS-V2\n39ec317bb918945a92df503e0b8187eabf005122bf305ea96f1152fa6c440b4d');
    expect(headers).toEqual({
      accept: 'application/json',
      'content-type': 'application/json',
      'x-amz-pay-date': '20260115T101530Z',
      'x-amz-pay-host': 'pay-api.amazon.com',
      'x-amz-pay-region': 'na',
    });
  });

  test.each(['AMZN-PAY-RSASSA-PSS-V2', 'AMZN-PAY-RSASSA-PSS'])('signs with %s so that node:crypto verifies it', async (algorithm) => {
    const { stdout } = await waybill([...argv, '--algorithm', algorithm, '--json'], { env, input: body });
    const { stringToSign, headers } = json(stdout) as { stringToSign: string; headers: Record<string, string> };
    const [, signature = ''] = headers['authorization']?.split('Signature=') ?? [];
    const key = { key: pair.publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: algorithm.endsWith('V2') ? 32 : 20 };
    expect(verify('sha256', Buffer.from(stringToSign), key, Buffer.from(signature, 'base64'))).toBe(true);
  });

  test('prints each step, and why there is no signature', async () => {
    const { stdout } = await waybill([...argv, '--region', 'eu'], { input: body });
    expect(stdout).toMatch(/^--- Canonical request -+\nPOST\n\/v2\/deliveryTrackers\n\naccept:application\/json\n/);
    expect(stdout).toMatch(/--- String to sign -+\nAMZN-PAY-RSASSA-PSS-V2\n[0-9a-f]{64}\n/);
    expect(stdout).toMatch(/There is no authorization header, because AMAZON_PAY_PUBLIC_KEY_ID is not set\.\n$/);
  });

  test('uses the region of the host, and signs an idempotency key', async () => {
    const { stdout } = await waybill(['sign', 'get', 'https://pay-api.amazon.jp/v2/charges?b=1&a', '--idempotency-key', 'k1']);
    expect(stdout).toMatch(
      /GET\n\/v2\/charges\na=&b=1\n.*x-amz-pay-host:pay-api\.amazon\.jp\nx-amz-pay-idempotency-key:k1\nx-amz-pay-region:jp\n/s,
    );
  });

  test("prefers the region of Amazon's host to the one in the settings", async () => {
    const { stdout } = await waybill(['sign', 'GET', 'https://pay-api.amazon.jp/v2/charges', '--json'], { env });
    expect(json(stdout)).toMatchObject({ headers: { 'x-amz-pay-host': 'pay-api.amazon.jp', 'x-amz-pay-region': 'jp' } });
  });

  test('refuses a URL that is not absolute, in its own words', async () => {
    const { code, stderr } = await waybill(['sign', 'GET', 'charges', '--region', 'eu']);
    expect([code, stderr]).toEqual([2, 'error: <url>: expected an absolute URL\n']);
  });
});
