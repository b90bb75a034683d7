import { constants, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../support/cli/amazon.ts';
import { body, capture, hex, KEY_ID, type Mistakes, pair, pss } from '../../support/cli/signed.ts';
import { json, unwrapped, waybill } from '../../support/cli/terminal.ts';
import { theirs as other } from '../../support/rsa.ts';

const folder = temporaryFolder();
const privateKey = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const env = { AMAZON_PAY_PUBLIC_KEY_ID: KEY_ID, AMAZON_PAY_PRIVATE_KEY: privateKey };

beforeAll(() => writeFileSync(folder.path('public.pem'), pair.publicKey.export({ type: 'spki', format: 'pem' })));
afterAll(() => folder.remove());

/** RSASSA-PSS with SHA-1 in the mask: node:crypto makes it with a key that demands it. */
const sha1Mask = generateKeyPairSync('rsa-pss', {
  modulusLength: 2048,
  hashAlgorithm: 'sha256',
  mgf1HashAlgorithm: 'sha1',
  // A number, whatever its type says.
  saltLength: 32 as never,
});

describe('waybill sign --verify', () => {
  const argv = ['sign', '--verify', '-', '--public-key-file', folder.path('public.pem')];

  test('finds nothing wrong with a correct request', async () => {
    const { code, stdout } = await waybill(argv, { input: capture() });
    expect(stdout).toMatch(/ok +signature +it is right/);
    expect(stdout).not.toMatch(/warn|FAIL/);
    expect(code).toBe(0);
  });

  test('accepts the older algorithm, the output of curl -v, a URL in the request line, and the key of the settings', async () => {
    const older = capture({ algorithm: 'AMZN-PAY-RSASSA-PSS', sign: pss(20) });
    expect(await waybill(argv, { input: older })).toMatchObject({ code: 0 });
    const [head = '', content = ''] = capture().split('\r\n\r\n');
    const curl = `${head
      .split('\r\n')
      .map((line) => `> ${line}`)
      .join('\r\n')}\r\n> \r\n${content}`;
    expect(await waybill(argv, { input: curl })).toMatchObject({ code: 0 });
    const url = capture().replace('POST /v2', 'post https://pay-api.amazon.com/v2').replaceAll('\r\n', '\n');
    expect(await waybill(['sign', '--verify', '-'], { env, input: url })).toMatchObject({ code: 0 });
  });

  test('accepts a capture that PowerShell has saved as UTF-16', async () => {
    const input = Buffer.from(`\ufeff${capture()}`, 'utf16le');
    expect(await waybill(argv, { input })).toMatchObject({ code: 0 });
    expect(await waybill(argv, { input: input.swap16() })).toMatchObject({ code: 0 });
  });

  test.each([
    ['a right signature', capture()],
    ['the signature of another key', capture({ sign: pss(32, other.privateKey) })],
  ])('does not report success without a key: %s', async (_, input) => {
    const { code, stdout } = await waybill(['sign', '--verify', '-'], { input });
    expect(unwrapped(stdout)).toMatch(/ - signature NOT CHECKED, because there is no key to verify it with Pass --public-key-file FILE/);
    expect(code).toBe(1);
    const document = await waybill(['sign', '--verify', '-', '--json'], { input });
    expect(json(document.stdout)).toMatchObject({
      ok: false,
      checks: expect.arrayContaining([expect.objectContaining({ status: 'skip' })]),
    });
    expect(document.code).toBe(1);
  });

  describe('with --body', () => {
    const withLength = (sent: string): string => capture({ sent, sentHeaders: { 'Content-Length': `${body.length}` } });
    const verified = (input: string, content: string) => {
      writeFileSync(folder.path('body.json'), content);
      return waybill([...argv, '--body', folder.path('body.json')], { input });
    };

    test('uses the file as the body of a capture without one', async () => {
      for (const input of [withLength(''), capture({ sent: '' })]) {
        const { code, stdout } = await verified(input, body);
        expect(stdout).toMatch(/ok +signature +it is right/);
        expect(code).toBe(0);
      }
      expect(await verified(withLength(body), body)).toMatchObject({ code: 0 });
    });

    test('refuses a capture with another body', async () => {
      const { code, stderr } = await verified(withLength(body), `${body}\n`);
      expect(unwrapped(stderr)).toMatch(/the capture has another body than the file of --body .*Pass one of them/);
      expect(code).toBe(2);
    });

    test('says first that the file has not the announced length', async () => {
      const { code, stdout } = await verified(withLength(''), `${body}\n`);
      expect(unwrapped(stdout)).toMatch(/^ *warn body it has 125 bytes, and Content-Length announces 124 .*--data-binary/);
      expect(code).toBe(1);
    });

    test('is asked for if the capture announces a body and has none', async () => {
      const { code, stdout, stderr } = await waybill(argv, { input: withLength('') });
      expect(unwrapped(stderr)).toMatch(/the request has no body, and its Content-Length announces 124 bytes .*--body FILE/);
      expect([code, stdout]).toEqual([2, '']);
      expect((await verified(withLength(''), '')).stderr).toMatch(/has no body/);
    });
  });

  test.each<[string, Mistakes, RegExp]>([
    ['the salt of the other algorithm', { sign: pss(20) }, /its salt has 20 bytes, and the algorithm in the header needs 32/],
    ['as much salt as fits', { sign: pss(constants.RSA_PSS_SALTLEN_MAX_SIGN) }, /its salt has 222 bytes/],
    ['no salt', { sign: pss(0) }, /its salt has 0 bytes/],
    ['PKCS#1 v1.5', { sign: (data) => sign('sha256', data, pair.privateKey) }, /PKCS#1 v1\.5/],
    [
      'SHA-512',
      { sign: (data) => sign('sha512', data, { key: pair.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }) },
      /made with sha512/,
    ],
    ['another key', { sign: pss(32, other.privateKey) }, /not made with the private half/],
    ['a signature cut short', { encode: (bytes) => bytes.subarray(1).toString('base64') }, /it has 255 bytes, and the key makes 256/],
    ['base64 for URLs', { encode: (bytes) => bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_') }, /not standard base64/],
    ['a body that was not hashed', { hashed: '' }, /the body was not hashed/],
    ['JSON that was serialised a second time', { sent: JSON.stringify(JSON.parse(body), null, 2) }, /hashed in its compact form/],
    ["Python's JSON hashed", { hashed: body.replaceAll(/(?<=")[:,](?=["[])|(?<=[\]}]),/g, '$& ') }, /spaces after commas and colons/],
    ['a line break that was not hashed', { sent: `${body}\n` }, /without the line break at its end/],
    ['the canonical request signed itself', { toSign: (_, canonical) => canonical }, /canonical request itself was signed/],
    ['a hash that is hashed again', { toSign: (text) => hex(text) }, /hashes it again/],
    ['the hash alone', { toSign: (_, canonical) => hex(canonical) }, /name is missing in the string to sign/],
    ['the name of the other algorithm', { toSign: (text) => text.replace('-V2', '') }, /names another algorithm than the header/],
    ['one line break too many', { canonical: (text) => `${text}\n` }, /ends with a line break/],
    [
      'no line for the query',
      { canonical: (text) => text.replace('deliveryTrackers\n\n', 'deliveryTrackers\n') },
      /line of the query is missing/,
    ],
    ['no line before the names', { canonical: (text) => text.replace('\n\naccept;', '\naccept;') }, /empty line between the headers/],
    ['CR LF', { canonical: (text) => text.replaceAll('\n', '\r\n') }, /end with CR LF/],
    ['a slash at the end of the path', { path: '/v2/deliveryTrackers/' }, /signed with a slash at its end/],
    ['another environment in the path', { path: '/live/v2/deliveryTrackers' }, /signed with \/live at its start/],
    ['a space after the colons', { lines: (lines) => lines.map((line) => line.replace(':', ': ')) }, /space after the colon/],
    ['two mistakes at once', { hashed: '', sign: pss(20) }, /not hashed.*|salt has 20/s],
    ['a header that changes on the way', { sentHeaders: { accept: '*/*' } }, /with this key, but over another string/],
    [
      'names that are not sorted',
      { names: ['content-type', 'accept', 'x-amz-pay-date', 'x-amz-pay-host', 'x-amz-pay-region'] },
      /names must be sorted/,
    ],
    [
      'a header that is not signed',
      { names: ['accept', 'content-type', 'x-amz-pay-date', 'x-amz-pay-host'] },
      /not signed: x-amz-pay-region/,
    ],
    ['the region of another host', { headers: { 'x-amz-pay-region': 'eu' } }, /it is eu, but the host belongs to na/],
    ['local time', { headers: { 'x-amz-pay-date': '20990115T101530Z' } }, /dates in the future/],
    ['a date without its zone', { headers: { 'x-amz-pay-date': '20260115T101530' } }, /not a time in UTC/],
    ['a URL in place of a host', { headers: { 'x-amz-pay-host': 'https://pay-api.amazon.com' } }, /only the host/],
    ['a UUID as an idempotency key', { headers: { 'x-amz-pay-idempotency-key': crypto.randomUUID() } }, /too long with its dashes/],
  ])('finds %s', async (_, mistakes, message) => {
    const { code, stdout } = await waybill(argv, { input: capture(mistakes) });
    expect(unwrapped(stdout)).toMatch(message);
    expect(code).toBe(1);
  });

  test('finds a mask that was made with SHA-1', async () => {
    // The same key without its restriction, as Amazon stores keys.
    const spki = sha1Mask.publicKey.export({ type: 'spki', format: 'der' });
    const key = createPublicKey({ key: spki.subarray(spki.indexOf('3082010a02820101', 'hex')), format: 'der', type: 'pkcs1' });
    writeFileSync(folder.path('pss.pem'), key.export({ type: 'spki', format: 'pem' }));
    const input = capture({ sign: (data) => sign('sha256', data, sha1Mask.privateKey) });
    const { stdout } = await waybill(['sign', '--verify', '-', '--public-key-file', folder.path('pss.pem')], { input });
    expect(unwrapped(stdout)).toMatch(/MGF1\) was made with sha1/);
  });

  test.each([
    ['the same', body, 'ok', /exactly this request/],
    ['an empty body', '', 'fail', /the body was not hashed/],
    ['something else', '{}', 'fail', /another request than this one/],
  ])('compares with what Amazon printed: %s', async (_, read, status, message) => {
    // The canonical request of what arrived at Amazon.
    const seen = [
      'POST',
      '/v2/deliveryTrackers',
      '',
      'accept:application/json',
      'content-type:application/json',
      'x-amz-pay-date:20260115T101530Z',
    ];
    seen.push(
      'x-amz-pay-host:pay-api.amazon.com',
      'x-amz-pay-region:na',
      '',
      'accept;content-type;x-amz-pay-date;x-amz-pay-host;x-amz-pay-region',
      hex(read),
    );
    const said = `Unable to verify signature, signing String [AMZN-PAY-RSASSA-PSS-V2\\n${hex(seen.join('\n'))}], signature [abc]`;
    const { stdout } = await waybill(['sign', '--verify', '-', '--amazon-said', said, '--json'], { input: capture() });
    const { checks } = json(stdout) as { checks: { name: string; status: string; message: string }[] };
    expect(checks.find(({ name }) => name === 'Amazon said')).toMatchObject({ status, message: expect.stringMatching(message) });
  });

  test.each([
    ['', /not an HTTP request/],
    ['GET', /not an HTTP request/],
    ['POST /v2/x HTTP/1.1\nnonsense\n\n', /line 2 is not a header/],
    ['\0'.repeat(1_000), /not an HTTP request/],
  ])('refuses what is not a request: %j', async (input, message) => {
    const { code, stderr } = await waybill(argv, { input });
    expect([code, unwrapped(stderr)]).toEqual([2, expect.stringMatching(message)]);
  });

  test.each([
    ['POST /v2/x HTTP/1.1\n\n', /authorization +the header is missing/],
    ['POST /v2/x HTTP/1.1\nauthorization: Basic abc\n\n', /does not have the right form/],
    ['POST /v2/x HTTP/1.1\nauthorization: SHA PublicKeyId=a, SignedHeaders=b, Signature=c\n\n', /Amazon does not have this algorithm/],
    [capture().replace(', SignedHeaders', ',SignedHeaders'), /comma and one space/],
  ])('says what is wrong with the header: %#', async (input, message) => {
    expect(unwrapped((await waybill(argv, { input })).stdout)).toMatch(message);
  });

  test.each([
    ['not a key', 'hunter2'],
    ['of another type', generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ type: 'spki', format: 'pem' }).toString()],
  ])('refuses a public key that is %s', async (_, text) => {
    writeFileSync(folder.path('none.pem'), text);
    const { code, stderr } = await waybill(['sign', '--verify', '-', '--public-key-file', folder.path('none.pem')], { input: capture() });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/not an RSA public key/)]);
    expect(stderr).not.toContain('hunter2');
  });
});
