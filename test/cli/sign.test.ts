import { constants, createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from './amazon.ts';
import { json, unwrapped, waybill } from './terminal.ts';

const folder = temporaryFolder();
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const KEY_ID = 'LIVE-AGC4SIRXYYTSA667HVXKNEIA';
const privateKey = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const env = { AMAZON_PAY_PUBLIC_KEY_ID: KEY_ID, AMAZON_PAY_PRIVATE_KEY: privateKey, AMAZON_PAY_REGION: 'na' };
const body = '{"chargePermissionId":"S01-0000000-0000000","deliveryDetails":[{"trackingNumber":"1Z999AA10123456784","carrierCode":"UPS"}]}';

beforeAll(() => writeFileSync(folder.path('public.pem'), pair.publicKey.export({ type: 'spki', format: 'pem' })));
afterAll(() => folder.remove());

const hex = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');

describe('waybill sign', () => {
  const argv = ['sign', 'POST', '/v2/deliveryTrackers', '--body', '-', '--date', '20260115T101530Z'];

  test("prints the canonical request of the reference's own case", async () => {
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

  test('shows each step, and why there is no signature', async () => {
    const { stdout } = await waybill([...argv, '--region', 'eu'], { input: body });
    expect(stdout).toMatch(/^--- Canonical request -+\nPOST\n\/v2\/deliveryTrackers\n\naccept:application\/json\n/);
    expect(stdout).toMatch(/--- String to sign -+\nAMZN-PAY-RSASSA-PSS-V2\n[0-9a-f]{64}\n/);
    expect(stdout).toMatch(/Without authorization, for AMAZON_PAY_PUBLIC_KEY_ID is not set\.\n$/);
  });

  test('takes the region from the host, and signs an idempotency key', async () => {
    const { stdout } = await waybill(['sign', 'get', 'https://pay-api.amazon.jp/v2/charges?b=1&a', '--idempotency-key', 'k1']);
    expect(stdout).toMatch(
      /GET\n\/v2\/charges\na=&b=1\n.*x-amz-pay-host:pay-api\.amazon\.jp\nx-amz-pay-idempotency-key:k1\nx-amz-pay-region:jp\n/s,
    );
  });
});

/** An implementation of the signature, written from the reference, with a place for each mistake. */
interface Mistakes {
  readonly algorithm?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly names?: readonly string[];
  readonly lines?: (lines: readonly string[]) => readonly string[];
  readonly path?: string;
  readonly hashed?: string;
  readonly canonical?: (text: string) => string;
  readonly toSign?: (text: string, canonical: string) => string;
  readonly sign?: (data: Buffer) => Buffer;
  readonly encode?: (signature: Buffer) => string;
  readonly sent?: string;
  readonly sentHeaders?: Readonly<Record<string, string>>;
}

const pss =
  (saltLength: number, key: KeyObject = pair.privateKey) =>
  (data: Buffer) =>
    sign('sha256', data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });

function capture(mistakes: Mistakes = {}): string {
  const { algorithm = 'AMZN-PAY-RSASSA-PSS-V2', path = '/v2/deliveryTrackers', hashed = body, sent = body } = mistakes;
  const {
    lines = (all) => all,
    canonical = (text) => text,
    toSign = (text) => text,
    encode = (bytes) => bytes.toString('base64'),
  } = mistakes;
  const headers: Record<string, string> = {
    accept: 'application/json',
    'content-type': 'application/json',
    'x-amz-pay-date': '20260115T101530Z',
    'x-amz-pay-host': 'pay-api.amazon.com',
    'x-amz-pay-region': 'na',
    ...mistakes.headers,
  };
  const names = mistakes.names ?? Object.keys(headers).sort();
  const text = canonical(
    ['POST', path, '', ...lines(names.map((name) => `${name}:${headers[name]}`)), '', names.join(';'), hex(hashed)].join('\n'),
  );
  const signature = (mistakes.sign ?? pss(32))(Buffer.from(toSign(`${algorithm}\n${hex(text)}`, text)));
  const authorization = `${algorithm} PublicKeyId=${KEY_ID}, SignedHeaders=${names.join(';')}, Signature=${encode(signature)}`;
  const all = { Host: 'pay-api.amazon.com', ...headers, ...mistakes.sentHeaders, Authorization: authorization };
  return `POST /v2/deliveryTrackers HTTP/1.1\r\n${Object.entries(all)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\r\n')}\r\n\r\n${sent}`;
}

/** RSASSA-PSS with SHA-1 in the mask: node:crypto makes it with a key that says so. */
const sha1Mask = generateKeyPairSync('rsa-pss', {
  modulusLength: 2048,
  hashAlgorithm: 'sha256',
  mgf1HashAlgorithm: 'sha1',
  // A number, whatever its type says.
  saltLength: 32 as never,
});

describe('waybill sign --verify', () => {
  const argv = ['sign', '--verify', '-', '--public-key-file', folder.path('public.pem')];

  test('finds nothing wrong with a request that is right', async () => {
    const { code, stdout } = await waybill(argv, { input: capture() });
    expect(stdout).toMatch(/ok +signature +it is right/);
    expect(stdout).not.toMatch(/warn|FAIL/);
    expect(code).toBe(0);
  });

  test('takes the older algorithm, the capture of curl -v, a URL in the request line, and the key of the settings', async () => {
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

  test.each<[string, Mistakes, RegExp]>([
    ['the salt of the other algorithm', { sign: pss(20) }, /its salt has 20 bytes, and the algorithm in the header wants 32/],
    ['as much salt as fits', { sign: pss(constants.RSA_PSS_SALTLEN_MAX_SIGN) }, /its salt has 222 bytes/],
    ['no salt', { sign: pss(0) }, /its salt has 0 bytes/],
    ['PKCS#1 v1.5', { sign: (data) => sign('sha256', data, pair.privateKey) }, /PKCS#1 v1\.5/],
    [
      'SHA-512',
      { sign: (data) => sign('sha512', data, { key: pair.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }) },
      /made with sha512/,
    ],
    ['another key', { sign: pss(32, other.privateKey) }, /not made by the private half/],
    ['a signature cut short', { encode: (bytes) => bytes.subarray(1).toString('base64') }, /it has 255 bytes, and the key makes 256/],
    ['base64 for URLs', { encode: (bytes) => bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_') }, /not standard base64/],
    ['a body that was not hashed', { hashed: '' }, /the body was not hashed/],
    ['JSON that was written again', { sent: JSON.stringify(JSON.parse(body), null, 2) }, /hashed in its compact form/],
    ["Python's JSON hashed", { hashed: body.replaceAll(/(?<=")[:,](?=["[])|(?<=[\]}]),/g, '$& ') }, /blanks after commas and colons/],
    ['a line break that was not hashed', { sent: `${body}\n` }, /without the line break at its end/],
    ['the canonical request signed itself', { toSign: (_, canonical) => canonical }, /canonical request was signed itself/],
    ['a hash that is hashed again', { toSign: (text) => hex(text) }, /hashes it again/],
    ['the hash alone', { toSign: (_, canonical) => hex(canonical) }, /name is missing in the string to sign/],
    [
      'the name of the other algorithm',
      { toSign: (text) => text.replace('-V2', '') },
      /names AMZN-PAY-RSASSA-PSS, and the header AMZN-PAY-RSASSA-PSS-V2/,
    ],
    ['a line break too many', { canonical: (text) => `${text}\n` }, /ends in a line break/],
    [
      'no line for the query',
      { canonical: (text) => text.replace('deliveryTrackers\n\n', 'deliveryTrackers\n') },
      /line of the query is missing/,
    ],
    ['no line before the names', { canonical: (text) => text.replace('\n\naccept;', '\naccept;') }, /empty line between the headers/],
    ['CR LF', { canonical: (text) => text.replaceAll('\n', '\r\n') }, /end in CR LF/],
    ['a slash at the end of the path', { path: '/v2/deliveryTrackers/' }, /signed with a slash at its end/],
    ['another environment in the path', { path: '/live/v2/deliveryTrackers' }, /signed with \/live in front/],
    ['a blank after the colons', { lines: (lines) => lines.map((line) => line.replace(':', ': ')) }, /blank after the colon/],
    ['two mistakes at once', { hashed: '', sign: pss(20) }, /not hashed.*|salt has 20/s],
    ['a header that is changed on its way', { sentHeaders: { accept: '*/*' } }, /by this key, but over another text/],
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
    ['the region of another host', { headers: { 'x-amz-pay-region': 'eu' } }, /it is eu, but the host is that of na/],
    ['local time', { headers: { 'x-amz-pay-date': '20990115T101530Z' } }, /dates in the future/],
    ['a date without its zone', { headers: { 'x-amz-pay-date': '20260115T101530' } }, /no time in UTC/],
    ['a URL for a host', { headers: { 'x-amz-pay-host': 'https://pay-api.amazon.com' } }, /host alone/],
    ['a UUID for an idempotency key', { headers: { 'x-amz-pay-idempotency-key': crypto.randomUUID() } }, /too long with its dashes/],
  ])('finds %s', async (_, mistakes, message) => {
    const { code, stdout } = await waybill(argv, { input: capture(mistakes) });
    expect(unwrapped(stdout)).toMatch(message);
    expect(code).toBe(1);
  });

  test('finds a mask that was made with SHA-1', async () => {
    // The same key, without what it may be used for, as Amazon keeps keys.
    const spki = sha1Mask.publicKey.export({ type: 'spki', format: 'der' });
    const key = createPublicKey({ key: spki.subarray(spki.indexOf('3082010a02820101', 'hex')), format: 'der', type: 'pkcs1' });
    writeFileSync(folder.path('pss.pem'), key.export({ type: 'spki', format: 'pem' }));
    const input = capture({ sign: (data) => sign('sha256', data, sha1Mask.privateKey) });
    const { stdout } = await waybill(['sign', '--verify', '-', '--public-key-file', folder.path('pss.pem')], { input });
    expect(unwrapped(stdout)).toMatch(/MGF1\) was made with sha1/);
  });

  test.each([
    ['the same', body, 'ok', /this very request/],
    ['an empty body', '', 'fail', /the body was not hashed/],
    ['something else', '{}', 'fail', /another request than this one/],
  ])('compares with what Amazon printed: %s', async (_, read, status, message) => {
    // What Amazon makes of the request as it arrived there.
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
    ['POST /v2/x HTTP/1.1\nnonsense\n\n', /line 2 is no header/],
    ['\0'.repeat(1_000), /not an HTTP request/],
  ])('refuses what is no request: %j', async (input, message) => {
    const { code, stderr } = await waybill(argv, { input });
    expect([code, unwrapped(stderr)]).toEqual([2, expect.stringMatching(message)]);
  });

  test.each([
    ['POST /v2/x HTTP/1.1\n\n', /authorization +the header is missing/],
    ['POST /v2/x HTTP/1.1\nauthorization: Basic abc\n\n', /not of the right form/],
    ['POST /v2/x HTTP/1.1\nauthorization: SHA PublicKeyId=a, SignedHeaders=b, Signature=c\n\n', /none of Amazon's/],
    [capture().replace(', SignedHeaders', ',SignedHeaders'), /comma and one blank/],
  ])('says what is wrong with the header: %#', async (input, message) => {
    expect(unwrapped((await waybill(argv, { input })).stdout)).toMatch(message);
  });

  test.each([
    ['none', 'hunter2'],
    ['of another kind', generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ type: 'spki', format: 'pem' }).toString()],
  ])('refuses a key that is %s', async (_, text) => {
    writeFileSync(folder.path('none.pem'), text);
    const { code, stderr } = await waybill(['sign', '--verify', '-', '--public-key-file', folder.path('none.pem')], { input: capture() });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/no RSA public key/)]);
    expect(stderr).not.toContain('hunter2');
  });
});
