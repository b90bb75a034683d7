import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redact, redactJson, redactor } from '../../src/core/redact.ts';
import { pkcs8 as privateKey } from '../support/rsa.ts';

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
    ['redis://user:hunter22@host:6379 refused', 'hunter22'],
    ['proxy http://hunter22@proxy.example:8080', 'hunter22'],
    ['write to a@b.example', 'a@b'],
    ['Recipient <asha.rao+shop@mail.example.co.in> is blocked', 'asha'],
    ['{"email":"Asha_Rao@EXAMPLE.com"}', 'Asha'],
  ])('removes the secret from %j', (text, secret) => {
    expect(secret).toBeTruthy();
    expect(redact(text)).not.toContain(secret);
  });

  test('leaves one pair of brackets', () => {
    expect(redact(`signature [${signature}] is wrong`)).toBe('signature [redacted] is wrong');
  });

  test.each(['https://pay-api.amazon.eu/v2/x?a=b@c', 'at .pnpm/zod@4.1.0/zod.js:1:2', 'a '.repeat(9)])('leaves %j', (text) => {
    expect(redact(text)).toBe(text);
  });

  test("leaves Amazon's string to sign and plain words", () => {
    const text = `signing String [AMZN-PAY-RSASSA-PSS-V2\n${'ab'.repeat(32)}], wrong signature, unknown token`;
    expect(redact(text)).toBe(text);
  });

  test('has a bound, in length and in time', () => {
    expect(redact('signature '.repeat(1_000_000))).toHaveLength(2_001);
    expect(redact(`${'-----BEGIN '.repeat(100_000)}`).length).toBeLessThan(2_002);
    // In quadratic time it would take longer than a test may.
    for (const text of ['eyJ-', 'a', 'a@', '@a.']) expect(redactJson(new Array(4).fill(text.repeat(20_000)))).toHaveLength(4);
    expect(redactJson([`a@${'a.'.repeat(40_000)}`])).toHaveLength(1);
  });
});

describe('redactor', () => {
  /** How values are spelt by what repeats them. */
  const spellings: readonly (readonly [string, (value: string) => string])[] = [
    ['as it is', (value) => value],
    ['in JSON', JSON.stringify],
    ['in JSON inside JSON', (value) => JSON.stringify(JSON.stringify(value))],
    ['in JSON three times', (value) => JSON.stringify(JSON.stringify(JSON.stringify(value)))],
    ['in JSON of PHP', (value) => JSON.stringify(value).replaceAll('/', '\\/')],
    [
      'in JSON of ASCII',
      (value) => JSON.stringify(value).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
    ],
    ['in a URL', encodeURIComponent],
    ['in a URL, in lower case', (value) => encodeURIComponent(value).replace(/%../g, (byte) => byte.toLowerCase())],
    ['in a URL twice', (value) => encodeURIComponent(encodeURIComponent(value))],
    ['in a form', (value) => new URLSearchParams({ '': value }).toString().slice(1)],
    [
      'in HTML',
      (value) => value.replace(/[&<>"']/g, (found) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[found] ?? '&#39;'),
    ],
    ['in HTML by number', (value) => value.replace(/[^\w]/gu, (found) => `&#${found.codePointAt(0)};`)],
    ['in HTML by hexadecimal number', (value) => value.replace(/[^\w]/gu, (found) => `&#X${found.codePointAt(0)?.toString(16)};`)],
  ];
  const difficult = 'Flat 4\\2 "B"/é😀 & <co>\n+100%';

  test.each(spellings)('finds a value %s', (_, spell) => {
    const text = `before ${spell(difficult)} after`;
    const clean = redactor([difficult])(text);
    expect(clean).toMatch(/^before \W*\[redacted\]\W*(?:25){0,3}\W* after$/);
  });

  test('no hidden value comes through in any spelling, wherever it is', () => {
    const character = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...'abcXYZ0129_') },
      { weight: 2, arbitrary: fc.constantFrom(...' \\"\'/&<>%+#;=?.,:|{}[]()*$^~-\n\t') },
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    );
    const secret = fc.array(character, { minLength: 10, maxLength: 40 }).map((characters) => characters.join(''));
    // What surrounds it shares no character with it, so that a part of it cannot come from there.
    fc.assert(
      fc.property(fc.array(secret, { minLength: 1, maxLength: 4 }), fc.nat(), fc.constantFrom(...spellings), (secrets, at, [, spell]) => {
        const value = secrets[at % secrets.length] as string;
        const spelt = spell(value);
        const clean = redactor(secrets)(`\u2028${spelt}\u2028${value}\u2028`, 100_000);
        expect(clean).not.toContain(value);
        expect(clean).not.toContain(spelt.replace(/^[\\"]*|[\\"]*$/g, '') || value);
      }),
      { numRuns: 300 },
    );
  });

  test('text without a hidden value stays as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'abc <>&"\\'), maxLength: 100 }), (text) => {
        expect(redactor(['1Z999AA10123456784', 'https://x/?y=z'])(text)).toBe(text);
      }),
    );
  });

  test.each([
    ['the hash 2f2a of version 2 is 2.', ['2'], 'the hash 2f2a of version [redacted] is [redacted].'],
    ['order K7, not K77 or AK7 or K7_', ['K7'], 'order [redacted], not K77 or AK7 or K7_'],
    ['note=%20K7%20', ['K7'], 'note=%20[redacted]%20'],
    ['München, Münchener', ['München'], '[redacted], Münchener'],
  ])('a short value is found as a whole word only: %s', (text, hidden, clean) => {
    expect(redactor(hidden)(text)).toBe(clean);
  });

  test('of two values, one of which starts with the other, nothing is left', () => {
    expect(redactor(['token-12', 'token-12-and-more'])('token-12-and-more token-12')).toBe('[redacted] [redacted]');
  });

  test('values that are missing or empty hide nothing', () => {
    expect(redactor([undefined, '', null as never])('some text')).toBe('some text');
  });

  test('of more values than can be looked for, nothing is shown at all', () => {
    const many = Array.from({ length: 1_500 }, (_, at) => `value-number-${at}`);
    for (const value of [many[0], many[1_499]]) expect(redactor(many)(`before ${value} after`)).not.toContain(value);
  });

  test.each([
    ['backslashes', '\\'.repeat(8_000_000)],
    ['percent signs', '%'.repeat(8_000_000)],
    ['entities', '&#'.repeat(4_000_000)],
    ['zeros in an entity', `&#${'0'.repeat(8_000_000)}`],
    ['beginnings of the value', '\\"\\"\\"\\"'.repeat(1_000_000)],
  ])('megabytes of %s take no longer than they are long', (_, text) => {
    // In quadratic time it would take longer than a test may.
    expect(redactor(['\\"\\"\\"\\"\\"\\"x', '%%%%%%%%%%', '&&&&&&&&&&'])(text).length).toBeLessThan(2_010);
  });

  test.each([
    ['plain words', 'the key is under the mat '.repeat(1_000)],
    ['a word without end', 'x'.repeat(100_000)],
    ['characters that every format escapes', '"&<\\/é😀टैंक\n'.repeat(10_000)],
    ['backslashes', '\\'.repeat(50_000)],
    ['surrogates that are cut through', `${'x'.repeat(299)}😀${'y'.repeat(300)}`],
  ])('a value of kilobytes of %s is found, and what follows it is dropped', (_, value) => {
    for (const spelt of [value, JSON.stringify(value), encodeURIComponent(value)]) {
      const clean = redactor([value])(`before ${spelt} after`);
      expect(clean).toMatch(/^before "?\[redacted\](?:"? after)?$/);
    }
  });

  test.each([
    ['a signature', signature],
    ['a token of Login with Amazon', `Atza|${'aB3-_'.repeat(80)}`],
    ['a JWT', `eyJ.${'aB3-_'.repeat(80)}.end`],
  ])('only %s of more than 300 characters is dropped, and not what follows it', (_, value) => {
    for (const spelt of [value, encodeURIComponent(value), value.replaceAll('/', '\\/'), value.replaceAll('=', '&#x3d;')]) {
      expect(redactor([value])(`signature [${spelt}] is wrong`)).toBe('signature [[redacted]] is wrong');
    }
  });

  test('a value that the bound cuts through is not shown', () => {
    const value = 'Second gate beside the water tank, behind the temple. '.repeat(4);
    const clean = redactor([value])(value.repeat(5_000), 1_000_000);
    expect(clean).not.toContain('Second gate');
  });
});

describe('redactJson', () => {
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

  test('hides everything below the name of a secret', () => {
    const value = {
      tokens: ['opaque-1', { value: 'opaque-2' }],
      Authorization: 'opaque-3',
      'X-Api-Key': 'opaque-4',
      'set-cookie': ['opaque-5'],
    };
    expect(JSON.stringify(redactJson(value))).not.toContain('opaque');
  });

  test('hides a value in a key, and one that comes back as a number', () => {
    const clean = redactor(['1809561149386', 'Asha Rao']);
    expect(redactJson({ trackingId: 1_809_561_149_386, other: 18_095, 'Asha Rao': [1] }, clean)).toEqual({
      trackingId: '[redacted]',
      other: 18_095,
      '[redacted]': [1],
    });
  });

  test('hides a number that JSON has rounded: it may be the one of a parcel', () => {
    const echoed = JSON.parse('{ "usps": 9400111899223197428490, "dhl": 96110209876543210, "id": -9007199254740991 }');
    expect(redactJson(echoed)).toEqual({ usps: '[redacted]', dhl: '[redacted]', id: -9_007_199_254_740_991 });
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

  test('keeps ten thousand values of a body of millions', () => {
    const kept = redactJson({ a: new Array(1_000_000).fill('x'), b: new Array(1_000_000).fill([[]]) }, redactor(['secret-value']));
    expect(JSON.stringify(kept).length).toBeLessThan(200_000);
  });
});
