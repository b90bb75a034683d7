/**
 * Requests with one thing wrong. Each is made from a good one by a single change; it must be refused with Amazon's code, leave nothing
 * behind, and the good one must be accepted after it by the same emulator. Signed with node:crypto; none of our clients takes part.
 */
import { constants, createHash, createSign, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { AmazonEmulator } from '../../../src/testing/index.ts';
import { body, headers, keys, LIVE, NOW, publicKeys } from '../../support/testing/signed-request.ts';

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
const pss = (data: string, options: object = {}, hash = 'sha256') =>
  sign(hash, Buffer.from(data), { key: keys.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32, ...options });

/** The steps from a call to the request that is sent, as Amazon's page has them. Each can be replaced. */
const GOOD = {
  algorithm: 'AMZN-PAY-RSASSA-PSS-V2',
  names: Object.keys(headers).sort(),
  headerLine: (name: string) => `${name}:${headers[name]}\n`,
  headerLines: (lines: readonly string[]) => lines.join(''),
  signedHeaders: (names: readonly string[]) => names.join(';'),
  payloadHash: (payload: string) => sha256(payload),
  canonical: (lines: string, names: string, hash: string) => `POST\n/v2/deliveryTrackers\n\n${lines}\n${names}\n${hash}`,
  canonicalHash: (canonical: string) => sha256(canonical),
  stringToSign: (algorithm: string, hash: string) => `${algorithm}\n${hash}`,
  sign: (text: string) => pss(text),
  encode: (signature: Buffer) => signature.toString('base64'),
  authorization: (algorithm: string, names: string, signature: string) =>
    `${algorithm} PublicKeyId=${LIVE}, SignedHeaders=${names}, Signature=${signature}`,
  payload: body(),
  sent: (payload: string): string => payload,
  sentHeaders: (sent: Record<string, string>): Record<string, string> => sent,
  url: 'https://pay-api.amazon.com/v2/deliveryTrackers',
  method: 'POST',
};

function payRequest(change: Partial<typeof GOOD> = {}): Request {
  const way = { ...GOOD, ...change };
  const names = way.signedHeaders(way.names);
  const canonical = way.canonical(way.headerLines(way.names.map(way.headerLine)), names, way.payloadHash(way.payload));
  const signature = way.encode(way.sign(way.stringToSign(way.algorithm, way.canonicalHash(canonical))));
  const sent = way.sentHeaders({ ...headers, authorization: way.authorization(way.algorithm, names, signature) });
  const bytes = new TextEncoder().encode(way.sent(way.payload));
  return new Request(way.url, { method: way.method, headers: sent, ...(way.method !== 'GET' && { body: bytes }) });
}

const FORGED = [403, 'InvalidRequestSignature'] as const;
const MALFORMED = [403, 'InvalidAuthentication'] as const;
const HEADER = [400, 'InvalidHeaderValue'] as const;
const flip = (signature: Buffer, at: number) => Buffer.from(signature.map((byte, index) => (index === at ? byte ^ 1 : byte)));

const PAY: readonly [name: string, change: Partial<typeof GOOD>, refusal: readonly [status: number, reasonCode: string]][] = [
  // The canonical request.
  ['a newline at its end', { canonical: (...parts) => `${GOOD.canonical(...parts)}\n` }, FORGED],
  [
    'no empty line before the signed headers',
    { canonical: (lines, names, hash) => `POST\n/v2/deliveryTrackers\n\n${lines}${names}\n${hash}` },
    FORGED,
  ],
  ['no line for the query', { canonical: (lines, names, hash) => `POST\n/v2/deliveryTrackers\n${lines}\n${names}\n${hash}` }, FORGED],
  [
    'a question mark for the empty query',
    { canonical: (...parts) => GOOD.canonical(...parts).replace('Trackers\n\n', 'Trackers\n?\n') },
    FORGED,
  ],
  ['CRLF line ends', { canonical: (...parts) => GOOD.canonical(...parts).replaceAll('\n', '\r\n') }, FORGED],
  ['the method in small letters', { canonical: (...parts) => GOOD.canonical(...parts).replace('POST', 'post') }, FORGED],
  ['another method', { canonical: (...parts) => GOOD.canonical(...parts).replace('POST', 'PUT') }, FORGED],
  ['a slash at the end of the path', { canonical: (...parts) => GOOD.canonical(...parts).replace('Trackers\n', 'Trackers/\n') }, FORGED],
  ['no slash at the start of the path', { canonical: (...parts) => GOOD.canonical(...parts).replace('\n/v2', '\nv2') }, FORGED],
  [
    'the whole URL as the path',
    { canonical: (...parts) => GOOD.canonical(...parts).replace('/v2', 'https://pay-api.amazon.com/v2') },
    FORGED,
  ],
  ['the path of version 1', { canonical: (...parts) => GOOD.canonical(...parts).replace('/v2', '/v1') }, FORGED],
  [
    'the path in small letters',
    { canonical: (...parts) => GOOD.canonical(...parts).replace('deliveryTrackers', 'deliverytrackers') },
    FORGED,
  ],
  [
    'names of headers with capitals in their lines',
    { headerLine: (name) => `${name.replace('accept', 'Accept')}:${headers[name]}\n` },
    FORGED,
  ],
  ['a space after the colons', { headerLine: (name) => `${name}: ${headers[name]}\n` }, FORGED],
  ['a space at the end of a value', { headerLine: (name) => `${name}:${headers[name]} \n` }, FORGED],
  ['lines of headers in another order', { headerLines: (lines) => [...lines].reverse().join('') }, FORGED],
  ['a line of a header missing', { headerLines: (lines) => lines.slice(1).join('') }, FORGED],
  ['a value in capitals', { headerLine: (name) => `${name}:${name === 'x-amz-pay-region' ? 'NA' : headers[name]}\n` }, FORGED],
  [
    'the date in the other form',
    { headerLine: (name) => `${name}:${name === 'x-amz-pay-date' ? '2026-01-15T10:15:30Z' : headers[name]}\n` },
    FORGED,
  ],
  ['a semicolon after the last signed header', { signedHeaders: (names) => `${names.join(';')};` }, FORGED],
  ['signed headers with capitals', { signedHeaders: (names) => names.join(';').replace('accept', 'Accept') }, FORGED],
  ['signed headers out of order', { signedHeaders: (names) => [...names].reverse().join(';') }, FORGED],
  ['a header signed twice', { names: ['accept', ...GOOD.names] }, FORGED],
  ['a header signed that is not sent', { names: [...GOOD.names, 'x-note'] }, FORGED],
  ...GOOD.names.map((missing): (typeof PAY)[number] => [
    `${missing} not signed`,
    { names: GOOD.names.filter((name) => name !== missing) },
    FORGED,
  ]),
  // The payload's hash.
  ['the hash of the payload in capitals', { payloadHash: (payload) => sha256(payload).toUpperCase() }, FORGED],
  ['the hash of no payload', { payloadHash: () => sha256('') }, FORGED],
  ['the hash of the payload in base64', { payloadHash: (payload) => createHash('sha256').update(payload).digest('base64') }, FORGED],
  ['the hash of its hash', { payloadHash: (payload) => sha256(sha256(payload)) }, FORGED],
  ['the hash of the payload with a newline', { payloadHash: (payload) => sha256(`${payload}\n`) }, FORGED],
  ['the payload itself', { payloadHash: (payload) => payload }, FORGED],
  ['the hash by another algorithm', { payloadHash: (payload) => createHash('sha512').update(payload).digest('hex') }, FORGED],
  ['the body written anew, with spaces', { sent: (payload) => JSON.stringify(JSON.parse(payload), null, 1) }, FORGED],
  [
    'the body written anew, in another order',
    { sent: (payload) => JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(payload)).reverse())) },
    FORGED,
  ],
  ['the body written anew, with an escape', { sent: (payload) => payload.replace('U', '\\u0055') }, FORGED],
  ['one byte of the body changed', { sent: (payload) => payload.replace('1Z999', '1Z998') }, FORGED],
  ['a byte order mark before the body', { sent: (payload) => `\ufeff${payload}` }, FORGED],
  ['a newline after the body', { sent: (payload) => `${payload}\n` }, FORGED],
  ['a body in another normal form', { payload: body('Pa\u0308ket'), sent: (payload) => payload.normalize('NFC') }, FORGED],
  // The string to sign.
  ['the canonical request itself in the string to sign', { canonicalHash: (canonical) => canonical }, FORGED],
  ['its hash in capitals', { canonicalHash: (canonical) => sha256(canonical).toUpperCase() }, FORGED],
  ['its hash over UTF-16', { canonicalHash: (canonical) => sha256(Buffer.from(canonical, 'utf16le')) }, FORGED],
  ['a newline after the string to sign', { stringToSign: (...parts) => `${GOOD.stringToSign(...parts)}\n` }, FORGED],
  ['a space for the newline', { stringToSign: (algorithm, hash) => `${algorithm} ${hash}` }, FORGED],
  ['no algorithm in the string to sign', { stringToSign: (_, hash) => hash }, FORGED],
  ['the other algorithm in the string to sign', { stringToSign: (_, hash) => `AMZN-PAY-RSASSA-PSS\n${hash}` }, FORGED],
  // The signature.
  ...[0, 20, 31, 33, 222].map((saltLength): (typeof PAY)[number] => [
    `a salt of ${saltLength} bytes`,
    { sign: (text) => pss(text, { saltLength }) },
    FORGED,
  ]),
  ['a salt of 32 bytes by the other algorithm', { algorithm: 'AMZN-PAY-RSASSA-PSS' }, FORGED],
  ['PKCS#1 v1.5 in place of PSS', { sign: (text) => createSign('sha256').update(text).sign(keys.privateKey) }, FORGED],
  ['PSS over SHA-512', { sign: (text) => pss(text, {}, 'sha512') }, FORGED],
  ['PSS over SHA-1', { sign: (text) => pss(text, { saltLength: 20 }, 'sha1') }, FORGED],
  ['the hash signed in place of the text', { sign: (text) => pss(sha256(text)) }, FORGED],
  ['its first bit flipped', { sign: (text) => flip(pss(text), 0) }, FORGED],
  ['its last bit flipped', { sign: (text) => flip(pss(text), 255) }, FORGED],
  ['its last byte missing', { encode: (signature) => signature.subarray(0, 255).toString('base64') }, FORGED],
  ['a byte more', { encode: (signature) => Buffer.concat([signature, Buffer.from([0])]).toString('base64') }, FORGED],
  ['the signature in hex', { encode: (signature) => signature.toString('hex') }, FORGED],
  ['the signature in base64 twice', { encode: (signature) => Buffer.from(signature.toString('base64')).toString('base64') }, FORGED],
  ['the signature in the alphabet of URLs', { encode: (signature) => `-_${signature.toString('base64url').slice(2)}` }, MALFORMED],
  ['no signature', { encode: () => '' }, MALFORMED],
  // Authorization.
  ['commas without spaces', { authorization: (...parts) => GOOD.authorization(...parts).replaceAll(', ', ',') }, MALFORMED],
  ['two spaces after the algorithm', { authorization: (...parts) => GOOD.authorization(...parts).replace('V2 ', 'V2  ') }, MALFORMED],
  ['the algorithm in small letters', { authorization: (...parts) => GOOD.authorization(...parts).replace('AMZN', 'amzn') }, MALFORMED],
  ['publicKeyId with a small p', { authorization: (...parts) => GOOD.authorization(...parts).replace('Public', 'public') }, MALFORMED],
  ['quotes around a value', { authorization: (...parts) => GOOD.authorization(...parts).replace(LIVE, `"${LIVE}"`) }, MALFORMED],
  [
    'its parts in another order',
    { authorization: (algorithm, names, signature) => `${algorithm} SignedHeaders=${names}, PublicKeyId=${LIVE}, Signature=${signature}` },
    MALFORMED,
  ],
  [
    'AWS4-HMAC-SHA256',
    { authorization: (...parts) => GOOD.authorization(...parts).replace('AMZN-PAY-RSASSA-PSS-V2', 'AWS4-HMAC-SHA256') },
    MALFORMED,
  ],
  ['a key id in small letters', { authorization: (...parts) => GOOD.authorization(...parts).replace(LIVE, LIVE.toLowerCase()) }, MALFORMED],
  // Headers.
  ...['accept', 'content-type', 'x-amz-pay-date', 'x-amz-pay-host', 'x-amz-pay-region', 'authorization'].flatMap(
    (name): (typeof PAY)[number][] => [
      [
        `no ${name}`,
        { sentHeaders: ({ [name]: _, ...others }) => (name === 'content-type' ? { ...others, [name]: '' } : others) },
        [400, name === 'content-type' ? 'MissingHeaderValue' : 'MissingHeader'],
      ],
      [`an empty ${name}`, { sentHeaders: (sent) => ({ ...sent, [name]: '' }) }, [400, 'MissingHeaderValue']],
    ],
  ),
  ...[
    ['a date without a time', '20260115'],
    ['a date in local time', '20260115T101530'],
    ['a date in seconds', '1768472130'],
    ['a date on 31 February', '20260231T101530Z'],
    ['a date a minute ahead', '20260115T101630Z'],
    ['a date twenty minutes old', '20260115T095530Z'],
  ].map(([name, date]): (typeof PAY)[number] => [`${name}`, { sentHeaders: (sent) => ({ ...sent, 'x-amz-pay-date': `${date}` }) }, HEADER]),
  ['the host with a port', { sentHeaders: (sent) => ({ ...sent, 'x-amz-pay-host': 'pay-api.amazon.com:8443' }) }, HEADER],
  ['the host with a slash', { sentHeaders: (sent) => ({ ...sent, 'x-amz-pay-host': 'pay-api.amazon.com/' }) }, HEADER],
  ['the region by its alias', { sentHeaders: (sent) => ({ ...sent, 'x-amz-pay-region': 'us' }) }, HEADER],
  ['an idempotency key of 33 characters', { sentHeaders: (sent) => ({ ...sent, 'x-amz-pay-idempotency-key': 'a'.repeat(33) }) }, FORGED],
  // The request.
  ['GET', { method: 'GET' }, [405, 'UnsupportedOperation']],
  ['PUT', { method: 'PUT' }, [405, 'UnsupportedOperation']],
  ['a query that was not signed', { url: 'https://pay-api.amazon.com/v2/deliveryTrackers?x=1' }, FORGED],
  ['the host of another region', { url: 'https://pay-api.amazon.eu/v2/deliveryTrackers' }, HEADER],
  ['the path of the sandbox with a live key', { url: 'https://pay-api.amazon.com/sandbox/v2/deliveryTrackers' }, [404, 'ResourceNotFound']],
];

describe('Amazon Pay refuses', () => {
  const emulator = new AmazonEmulator({ publicKeys, clock: () => NOW, quota: false });

  test.each(PAY)('%s', async (_, change, [status, reasonCode]) => {
    emulator.reset();
    const refused = await emulator.fetch(payRequest(change));
    expect({ status: refused.status, ...(await refused.json()) }).toMatchObject({ status, reasonCode, message: expect.any(String) });
    expect(refused.headers.get('x-amz-pay-request-id')).toMatch(/./);
    expect(emulator.deliveryTrackers).toEqual([]);
    expect((await emulator.fetch(payRequest())).status).toBe(200);
  });

  test('the same tracking number again, a used idempotency key with another body, and more than the quota', async () => {
    const strict = new AmazonEmulator({ publicKeys, clock: () => NOW, quota: { live: { burst: 4, perSecond: 1 } } });
    const keyed = (key: string, payload: string) =>
      payRequest({
        payload,
        names: [...GOOD.names, 'x-amz-pay-idempotency-key'].sort(),
        headerLine: (name) => `${name}:${name === 'x-amz-pay-idempotency-key' ? key : headers[name]}\n`,
        sentHeaders: (sent) => ({ ...sent, 'x-amz-pay-idempotency-key': key }),
      });
    const responses: unknown[] = [];
    for (const [key, number] of ['a1', 'a2', 'b1', 'a1', 'c3'].map((pair) => [...pair])) {
      const response = await strict.fetch(keyed(`${key}`, body(number)));
      responses.push([response.status, ((await response.json()) as { reasonCode?: string }).reasonCode]);
    }
    expect(responses).toEqual([
      [200, undefined],
      [400, 'DuplicateIdempotencyKey'],
      [400, 'InvalidParameterValue'],
      [200, undefined],
      [429, 'TooManyRequests'],
    ]);
  });
});

/** A request before it is sent. */
interface Draft {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
const send = (emulator: AmazonEmulator, { url, method, headers: all, body: text }: Draft) =>
  emulator.fetch(url, { method, headers: all, ...(method !== 'GET' && { body: new TextEncoder().encode(text) }) });
const without = (all: Draft['headers'], name: string) => Object.fromEntries(Object.entries(all).filter(([key]) => key !== name));

describe('Login with Amazon refuses', () => {
  // What a refresh token can hold, and a form may lose.
  const lwa = { clientId: 'amzn1.application-oa2-client.1', clientSecret: 'amzn1.oa2-cs.v1.a+b/c=', refreshToken: 'Atzr|IwEB+x/y=&z%41' };
  const emulator = new AmazonEmulator({ credentials: { lwa } });
  const fields = { grant_type: 'refresh_token', refresh_token: lwa.refreshToken, client_id: lwa.clientId, client_secret: lwa.clientSecret };
  const form = (change: object = {}) => new URLSearchParams({ ...fields, ...change }).toString();
  const raw = Object.entries(fields)
    .map((pair) => pair.join('='))
    .join('&');
  const good: Draft = {
    url: 'https://api.amazon.com/auth/o2/token',
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
    body: form(),
  };

  test.each<[string, Partial<Draft>, number, string]>([
    ['values that are not encoded', { body: raw }, 401, 'invalid_client'],
    ['values that are encoded twice', { body: form({ refresh_token: encodeURIComponent(lwa.refreshToken) }) }, 400, 'invalid_grant'],
    ['a refresh token cut at the pipe', { body: form({ refresh_token: 'Atzr' }) }, 400, 'invalid_grant'],
    [
      'an access token as a refresh token',
      { body: form({ refresh_token: lwa.refreshToken.replace('Atzr', 'Atza') }) },
      400,
      'invalid_grant',
    ],
    ['a secret with a space after it', { body: form({ client_secret: `${lwa.clientSecret} ` }) }, 401, 'invalid_client'],
    [
      'the id and the secret exchanged',
      { body: form({ client_id: lwa.clientSecret, client_secret: lwa.clientId }) },
      401,
      'invalid_client',
    ],
    ["Buy with Prime's grant", { body: form({ grant_type: 'client_credentials' }) }, 400, 'unsupported_grant_type'],
    ['the grant in capitals', { body: form({ grant_type: 'REFRESH_TOKEN' }) }, 400, 'unsupported_grant_type'],
    ['names in camel case', { body: form().replace('refresh_token=Atzr', 'refreshToken=Atzr') }, 400, 'invalid_request'],
    ['JSON called a form', { body: JSON.stringify(fields) }, 400, 'invalid_request'],
    ['a form called JSON', { headers: { 'content-type': 'application/json' } }, 400, 'invalid_request'],
    ['a form without its type', { headers: { 'content-type': 'text/plain' } }, 400, 'invalid_request'],
    ['the parameters in the query', { url: `${good.url}?${form()}`, body: '' }, 400, 'invalid_request'],
    ['GET', { method: 'GET', url: `${good.url}?${form()}` }, 405, 'invalid_request'],
  ])('%s', async (_, change, status, error) => {
    const refused = await send(emulator, { ...good, ...change });
    expect({ status: refused.status, ...(await refused.json()) }).toEqual({ status, error, error_description: expect.any(String) });
    expect((await send(emulator, good)).status).toBe(200);
  });
});

describe('NDR feedback refuses', () => {
  const emulator = new AmazonEmulator({ quota: false });
  const tokenOf = async (url: string, form: Record<string, string>) => {
    const response = await emulator.fetch(url, { method: 'POST', body: new URLSearchParams(form) });
    return ((await response.json()) as { access_token: string }).access_token;
  };
  const { lwa, buyWithPrime } = emulator.credentials;
  const lwaToken = () =>
    tokenOf('https://api.amazon.com/auth/o2/token', {
      grant_type: 'refresh_token',
      refresh_token: lwa.refreshToken,
      client_id: lwa.clientId,
      client_secret: lwa.clientSecret,
    });
  const primeToken = () =>
    tokenOf('https://api.buywithprime.amazon.com/token', {
      grant_type: 'client_credentials',
      client_id: buyWithPrime.clientId,
      client_secret: buyWithPrime.clientSecret,
    });
  const good = async (): Promise<Draft> => ({
    url: 'https://sellingpartnerapi-eu.amazon.com/shipping/v2/ndrFeedback',
    method: 'POST',
    headers: {
      'x-amz-access-token': await lwaToken(),
      'x-amzn-shipping-business-id': 'AmazonShipping_IN',
      'content-type': 'application/json',
      'user-agent': 'my-shop/1.2 (Language=JavaScript; Platform=Linux)',
    },
    body: JSON.stringify({
      trackingId: '1582657452914',
      ndrAction: 'REATTEMPT',
      ndrRequestData: { additionalAddressNotes: 'Second gate' },
    }),
  });
  const header = (name: string, value: string) => (draft: Draft) => ({ headers: { ...draft.headers, [name]: value } });
  const agent = (value: string) => header('user-agent', value);
  const feedback = (value: unknown) => () => ({ body: typeof value === 'string' ? value : JSON.stringify(value) });
  const notes = (additionalAddressNotes: unknown) =>
    feedback({ trackingId: '1', ndrAction: 'REATTEMPT', ndrRequestData: { additionalAddressNotes } });
  const date = (rescheduleDate: unknown) => feedback({ trackingId: '1', ndrAction: 'RESCHEDULE', ndrRequestData: { rescheduleDate } });
  const INVALID = [400, 'InvalidRequest'] as const;
  const DENIED = [403, 'Unauthorized'] as const;

  test.each<[string, (draft: Draft) => Partial<Draft> | Promise<Partial<Draft>>, readonly [number, string]]>([
    ['no token', ({ headers: all }) => ({ headers: without(all, 'x-amz-access-token') }), DENIED],
    ["Buy with Prime's token", async (draft) => header('x-amz-access-token', await primeToken())(draft), DENIED],
    ['the refresh token', header('x-amz-access-token', lwa.refreshToken), DENIED],
    [
      'the token after the word Bearer',
      (draft) => header('x-amz-access-token', `Bearer ${draft.headers['x-amz-access-token']}`)(draft),
      DENIED,
    ],
    [
      'the token in Authorization',
      ({ headers: all }) => ({ headers: { ...without(all, 'x-amz-access-token'), authorization: `Bearer ${all['x-amz-access-token']}` } }),
      DENIED,
    ],
    [
      'the token with its pipe encoded',
      (draft) => header('x-amz-access-token', encodeURIComponent(draft.headers['x-amz-access-token'] ?? ''))(draft),
      DENIED,
    ],
    ['no business', ({ headers: all }) => ({ headers: without(all, 'x-amzn-shipping-business-id') }), INVALID],
    ['the default business', header('x-amzn-shipping-business-id', 'AmazonShipping_UK'), INVALID],
    ['the business in small letters', header('x-amzn-shipping-business-id', 'amazonshipping_in'), INVALID],
    ['the country only', header('x-amzn-shipping-business-id', 'IN'), INVALID],
    ['an empty user agent', agent(''), INVALID],
    ["a browser's user agent without brackets", agent('Mozilla/5.0'), INVALID],
    ['a user agent without Language', agent('my-shop/1.2 (Platform=Linux)'), INVALID],
    ['a user agent with an empty Language', agent('my-shop/1.2 (Language=)'), INVALID],
    ['a user agent with language in small letters', agent('my-shop/1.2 (language=JavaScript)'), INVALID],
    ['a user agent without a version', agent('my-shop (Language=JavaScript)'), INVALID],
    ['a user agent without its last bracket', agent('my-shop/1.2 (Language=JavaScript'), INVALID],
    ['a user agent with a bracket that is not escaped', agent('my-shop/1.2 (Language=JavaScript (Node))'), INVALID],
    ['a user agent of 501 characters', agent(`my-shop/1.2 (Language=${'x'.repeat(478)})`), INVALID],
    ['GET', () => ({ method: 'GET' }), [405, 'InvalidRequest']],
    ['a form', header('content-type', 'application/x-www-form-urlencoded'), [415, 'InvalidRequest']],
    ['text', header('content-type', 'text/plain'), [415, 'InvalidRequest']],
    ['more than it takes', notes('x'.repeat(1_048_576)), [413, 'InvalidRequest']],
    ['notes of 257 code points', notes('x'.repeat(257)), INVALID],
    ['notes of 257 code points beyond the basic plane', notes('🏠'.repeat(257)), INVALID],
    ['empty notes', notes(''), INVALID],
    ['notes that are an object', notes({ line1: 'Second gate' }), INVALID],
    ['notes flat in the body', feedback({ trackingId: '1', ndrAction: 'REATTEMPT', additionalAddressNotes: 'Second gate' }), INVALID],
    ['a date flat in the body', feedback({ trackingId: '1', ndrAction: 'RESCHEDULE', rescheduleDate: '2026-03-01T09:00:00Z' }), INVALID],
    ['a day without a time', date('2026-03-01'), INVALID],
    ['a date without an offset', date('2026-03-01T09:00:00'), INVALID],
    ['a date with a space for the T', date('2026-03-01 09:00:00Z'), INVALID],
    ['a date on 30 February', date('2026-02-30T09:00:00Z'), INVALID],
    ['a date in milliseconds', date(1_772_355_600_000), INVALID],
    ['a date as toString() writes it', date('Sun Mar 01 2026 09:00:00 GMT+0000'), INVALID],
    ['no data for an action that needs it', feedback({ trackingId: '1', ndrAction: 'RESCHEDULE' }), INVALID],
    [
      'data that is an array',
      feedback({ trackingId: '1', ndrAction: 'REATTEMPT', ndrRequestData: [{ additionalAddressNotes: 'x' }] }),
      INVALID,
    ],
    ['the action as the FAQ writes it', feedback({ trackingId: '1', ndrAction: 'Rto' }), INVALID],
    ['the words of the excel', feedback({ trackingId: '1', ndrAction: 'Return to origin approved' }), INVALID],
    ['names as the FAQ writes them', feedback({ TrackingId: '1', NdrAction: 'RTO' }), INVALID],
    ['a number as tracking id', feedback({ trackingId: 1582657452914, ndrAction: 'RTO' }), INVALID],
    ['several feedbacks at once', feedback([{ trackingId: '1', ndrAction: 'RTO' }]), INVALID],
    ['JSON in JSON', feedback(JSON.stringify(JSON.stringify({ trackingId: '1', ndrAction: 'RTO' }))), INVALID],
    ['a body cut off', feedback('{"trackingId":"1","ndrAction":"RTO"'), INVALID],
    ['an empty body', feedback(''), INVALID],
  ])('%s', async (_, change, [status, code]) => {
    emulator.reset();
    const draft = await good();
    const refused = await send(emulator, { ...draft, ...(await change(draft)) });
    expect({ status: refused.status, ...(await refused.json()) }).toMatchObject({
      status,
      errors: [{ code, message: expect.any(String) }],
    });
    expect(refused.headers.get('x-amzn-requestid')).toMatch(/./);
    expect(emulator.ndrFeedback).toEqual([]);
    expect((await send(emulator, draft)).status).toBe(204);
    expect(emulator.ndrFeedback).toHaveLength(1);
  });
});

test('there are as many as promised', () => {
  expect(PAY.length).toBeGreaterThan(90);
});
