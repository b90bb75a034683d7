/** Amazon Pay: every signature is checked with the public key, over a canonical form that is built here independently. */
import { AmazonPaySigner, ApiError, canonicalRequest, DeliveryTrackerClient, importPrivateKey, stringToSign } from 'waybill/amazonpay';
import { assert, equal, failure } from './check.mjs';
import { bytesOf, rsaKeys } from './keys.mjs';
import { responding, TRY_AGAIN } from './responses.mjs';

const PUBLIC_KEY_ID = 'SANDBOX-ABCDEFGHIJKLMNOPQRSTUVWX';
const TRACKER = { chargePermissionId: 'S01-0000000-0000000', carrierCode: 'UPS', trackingNumber: '1Z999AA10123456784' };
const ECHO = {
  chargePermissionId: TRACKER.chargePermissionId,
  deliveryDetails: [{ trackingNumber: TRACKER.trackingNumber, carrierCode: TRACKER.carrierCode }],
};
/** @type {readonly ['AMZN-PAY-RSASSA-PSS', 'AMZN-PAY-RSASSA-PSS-V2']} */
const ALGORITHMS = ['AMZN-PAY-RSASSA-PSS', 'AMZN-PAY-RSASSA-PSS-V2'];

export const amazonPay = {
  'writes the canonical request and the string to sign': async () => {
    const request = { method: 'post', url: 'https://pay-api.amazon.com/v2/a b?z=1&a=*', headers: { B: ' x  y ', a: '1' }, body: 'ü' };
    const canonical = canonicalRequest(request);
    const hash = await sha256('ü');
    equal(canonical, `POST\n/v2/a%20b\na=%2A&z=1\na:1\nb:x y\n\na;b\n${hash}`);
    equal(stringToSign('AMZN-PAY-RSASSA-PSS-V2', canonical), `AMZN-PAY-RSASSA-PSS-V2\n${await sha256(canonical)}`);
  },
  'signs with a PKCS#8 key, both algorithms': async () => {
    const { pkcs8 } = await rsaKeys();
    for (const algorithm of ALGORITHMS) await verify(await client({ privateKey: pkcs8, algorithm }).prepare(TRACKER), algorithm);
  },
  'signs with a PKCS#1 key, both algorithms': async () => {
    const { pkcs1 } = await rsaKeys();
    for (const algorithm of ALGORITHMS) await verify(await client({ privateKey: pkcs1, algorithm }).prepare(TRACKER), algorithm);
  },
  'signs with an imported key': async () => {
    const { privateKey, pkcs8 } = await rsaKeys();
    await verify(await client({ privateKey }).prepare(TRACKER));
    const oneLine = pkcs8.replaceAll('\n', '\\n');
    await verify(await client({ privateKey: await importPrivateKey(oneLine) }).prepare(TRACKER));
  },
  'signs a Request of any call': async () => {
    const { pkcs8: privateKey } = await rsaKeys();
    const signer = new AmazonPaySigner({ publicKeyId: PUBLIC_KEY_ID, privateKey, region: 'jp' });
    const request = new Request('https://pay-api.amazon.jp/v2/charges?b=2&a=1', { method: 'POST', body: '{"ä":1}' });
    await verify(await signer.sign(request), 'AMZN-PAY-RSASSA-PSS-V2', 'a=1&b=2');
  },
  'a changed body does not verify': async () => {
    const { pkcs8: privateKey } = await rsaKeys();
    const signed = await client({ privateKey }).prepare(TRACKER);
    const forged = new Request(signed.url, { method: 'POST', headers: signed.headers, body: (await signed.text()).replace('1Z', '2Z') });
    equal((await failure(() => verify(forged))).message, 'the signature does not verify');
  },
  'create() returns the tracker': async () => {
    const { pkcs8: privateKey } = await rsaKeys();
    const { fetch, calls } = responding({ json: ECHO, headers: { 'x-amz-pay-request-id': 'request-1' } });
    const tracker = await client({ privateKey, fetch }).create(TRACKER);
    equal([tracker.deliveryDetails, tracker.requestId, tracker.attempts], [ECHO.deliveryDetails, 'request-1', 1]);
    equal([calls.length, calls[0]?.url], [1, 'https://pay-api.amazon.com/v2/deliveryTrackers']);
    equal(JSON.parse(calls[0]?.body ?? ''), ECHO);
  },
  'create() retries after 503, with a new signature and the same idempotency key': async () => {
    const { pkcs8: privateKey } = await rsaKeys();
    const { fetch, calls } = responding(TRY_AGAIN, { json: ECHO });
    const tracker = await client({ privateKey, fetch }).create(TRACKER);
    equal([tracker.attempts, calls.length], [2, 2]);
    for (const { url, headers, body } of calls) await verify(new Request(url, { method: 'POST', headers, body }));
    const [first, second] = calls.map(({ headers }) => headers);
    assert(first?.get('authorization') !== second?.get('authorization'), 'the signature was used twice');
    const [key, retried] = [first, second].map((headers) => headers?.get('x-amz-pay-idempotency-key'));
    assert(/^[\w-]{1,32}$/.test(key ?? '') && key === retried, 'not the same idempotency key');
  },
  'create() throws an ApiError that has what Amazon said': async () => {
    const { pkcs8: privateKey } = await rsaKeys();
    const { fetch, calls } = responding({ status: 400, json: { reasonCode: 'InvalidParameterValue', message: 'carrier is unknown' } });
    const error = await failure(() => client({ privateKey, fetch }).create(TRACKER));
    assert(error instanceof ApiError, `got ${error}`);
    equal([error.status, error.reasonCode, error.retryable, error.attempts, calls.length], [400, 'InvalidParameterValue', false, 1, 1]);
  },
  'refuses what is not a private key, and does not show it': async () => {
    const error = await failure(() => importPrivateKey('-----BEGIN PUBLIC KEY-----\nMIIBsecret\n-----END PUBLIC KEY-----'));
    equal([error.code, error.message.includes('MIIB')], ['CONFIGURATION', false]);
  },
};

function client(options) {
  return new DeliveryTrackerClient({ publicKeyId: PUBLIC_KEY_ID, region: 'na', rateLimiter: false, ...options });
}

/** Checks a signature as Amazon would: from what arrived, with the public key. */
async function verify(request, algorithm = 'AMZN-PAY-RSASSA-PSS-V2', query = '') {
  const pattern = /^(\S+) PublicKeyId=([^,]+), SignedHeaders=([^,]+), Signature=([A-Za-z0-9+/]+=*)$/;
  const [, named, keyId, signedHeaders = '', signature = ''] = pattern.exec(request.headers.get('authorization') ?? '') ?? [];
  equal([named, keyId], [algorithm, PUBLIC_KEY_ID]);
  const lines = signedHeaders.split(';').map((name) => `${name}:${request.headers.get(name)}`);
  for (const name of ['accept', 'content-type', 'x-amz-pay-date', 'x-amz-pay-host', 'x-amz-pay-region']) {
    assert(signedHeaders.split(';').includes(name), `${name} is not signed`);
  }
  const { pathname } = new URL(request.url);
  const bodyHash = await sha256(await request.clone().text());
  const canonical = [request.method, pathname, query, ...lines, '', signedHeaders, bodyHash].join('\n');
  const signed = new TextEncoder().encode(`${algorithm}\n${await sha256(canonical)}`);
  const { publicKey } = await rsaKeys();
  const saltLength = algorithm.endsWith('-V2') ? 32 : 20;
  const valid = await crypto.subtle.verify({ name: 'RSA-PSS', saltLength }, publicKey, bytesOf(signature), signed);
  assert(valid, 'the signature does not verify');
}

async function sha256(text) {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
