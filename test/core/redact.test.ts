import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { redact, redactJson } from '../../src/core/redact.ts';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const signature = Buffer.alloc(256, 7).toString('base64');

describe('redact', () => {
  test.each([
    [`Unable to verify signature, signing String [AMZN-PAY-RSASSA-PSS-V2\nabc], signature [${signature}]`, signature],
    [`AMZN-PAY-RSASSA-PSS PublicKeyId=LIVE-A, SignedHeaders=accept, Signature=${signature}`, signature],
    [`bad key ${privateKey} there`, privateKey.split('\n')[3]],
    [`cut key ${privateKey.slice(0, 300)}`, privateKey.split('\n')[2]],
    ['Authorization: Bearer abcdef1234567890', 'abcdef1234567890'],
    ['authorization: Basic dXNlcjpwYXNzd29yZA==', 'dXNlcjpwYXNzd29yZA'],
    ['token Atza|IwEBIabc-DEF_123 expired', 'IwEBIabc'],
    ['refresh Atzr%7CIwEBIabc', 'IwEBIabc'],
    ['secret amzn1.oa2-cs.v1.0123456789abcdef', '0123456789abcdef'],
    ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl', 'c2lnbmF0dXJl'],
    ['grant_type=refresh_token&client_secret=hunter22&x=1', 'hunter22'],
    ['{"password": "hunter22"}', 'hunter22'],
  ])('takes the secret out of %j', (text, secret) => {
    expect(secret).toBeTruthy();
    expect(redact(text)).not.toContain(secret);
  });

  test("leaves Amazon's string to sign and plain words", () => {
    const text = `signing String [AMZN-PAY-RSASSA-PSS-V2\n${'ab'.repeat(32)}], wrong signature, unknown token`;
    expect(redact(text)).toBe(text);
  });

  test('has a bound, in length and in time', () => {
    expect(redact('signature '.repeat(1_000_000))).toHaveLength(2_001);
    expect(redact(`${'-----BEGIN '.repeat(100_000)}`).length).toBeLessThan(2_002);
    // In quadratic time it would take longer than a test may.
    expect(redactJson(new Array(4).fill('eyJ-'.repeat(20_000)))).toHaveLength(4);
  });

  test('reaches into JSON, and keeps its shape', () => {
    expect(redactJson({ a: ['Bearer abcdef123456', 1, null], b: { c: true } })).toEqual({
      a: ['Bearer [redacted]', 1, null],
      b: { c: true },
    });
    expect(
      redactJson({ access_token: 'opaque', clientSecret: 'hunter22', token_type: 'bearer', expires_in: 3_600, next_token: null }),
    ).toEqual({
      access_token: '[redacted]',
      clientSecret: '[redacted]',
      token_type: 'bearer',
      expires_in: 3_600,
      next_token: null,
    });
  });

  test('does not follow JSON of endless depth', () => {
    const depth = 100_000;
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const text = JSON.stringify(redactJson(JSON.parse(`${open.repeat(depth)}1${close.repeat(depth)}`)));
      expect(text).toContain('…');
      expect(text.length).toBeLessThan(1_000);
    }
  });
});
