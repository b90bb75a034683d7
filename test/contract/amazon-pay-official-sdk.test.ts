/**
 * Requests of Amazon's own Node SDK: what it signed must be what our canonical form says, or its signature would not verify.
 *
 * Where it can't hold, by faults of theirs: names of headers with capitals (it keeps them in SignedHeaders, against Amazon's page) and
 * `!'()*` in a query (it does not escape them).
 */
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { AmazonPaySigner, canonicalRequest, stringToSign } from '../../src/amazonpay/index.ts';
import { authorizationOf } from '../amazonpay/pay-server.ts';
import { pkcs8, verifies } from '../amazonpay/rsa.ts';

interface SignOptions {
  method: string;
  urlFragment: string;
  payload?: unknown;
  headers?: Record<string, string>;
  queryParams?: Record<string, string>;
}
interface OfficialClient {
  getSignedHeaders(options: SignOptions): Record<string, string>;
}
const { AmazonPayClient } = createRequire(import.meta.url)('@amazonpay/amazon-pay-api-sdk-nodejs') as {
  AmazonPayClient: new (options: object) => OfficialClient;
};

const LEGACY = 'AGC4SIRXYYTSA667HVXKNEIA';
const tracker = {
  chargePermissionId: 'P01-0000000-0000000',
  deliveryDetails: [{ trackingNumber: '1Z999AA10123456784', carrierCode: 'UPS' }],
};

const accounts = [
  { publicKeyId: `LIVE-${LEGACY}`, region: 'na', path: '/v2/' },
  { publicKeyId: `SANDBOX-${LEGACY}`, region: 'jp', algorithm: 'AMZN-PAY-RSASSA-PSS-V2', path: '/v2/' },
  { publicKeyId: LEGACY, region: 'eu', sandbox: true, algorithm: 'AMZN-PAY-RSASSA-PSS', path: '/sandbox/v2/' },
  { publicKeyId: LEGACY, region: 'uk', sandbox: false, algorithm: 'AMZN-PAY-RSASSA-PSS-V2', path: '/live/v2/' },
];

const requests: readonly (SignOptions & { readonly title: string })[] = [
  { title: 'a tracker', method: 'POST', urlFragment: 'deliveryTrackers', payload: tracker },
  {
    title: 'a tracker with an idempotency key',
    method: 'POST',
    urlFragment: 'deliveryTrackers',
    payload: tracker,
    headers: { 'x-amz-pay-idempotency-key': 'k-1_A' },
  },
  { title: 'a body beyond ASCII', method: 'POST', urlFragment: 'deliveryTrackers', payload: { note: 'Paket-Ä-荷物-🚚' } },
  { title: 'a body as text', method: 'PATCH', urlFragment: 'charges/P01-0000000-0000000-C000000', payload: '{"a": 1}' },
  { title: 'no body', method: 'GET', urlFragment: 'chargePermissions/P01-0000000-0000000', payload: '' },
  {
    title: 'a query',
    method: 'GET',
    urlFragment: 'reports',
    payload: '',
    queryParams: { reportTypes: 'A,B', createdSince: '2026-01-15T10:15:30Z', a: 'x y/é' },
  },
];

describe.each(accounts)('the official SDK as $publicKeyId in $region, $algorithm', ({ path, ...account }) => {
  test.each(requests)('$title: its signature verifies over our canonical form', ({ title, ...request }) => {
    const { method, urlFragment, payload = '', queryParams } = request;
    const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
    const headers = new AmazonPayClient({ ...account, privateKey: pkcs8 }).getSignedHeaders(structuredClone(request));
    const { algorithm, names, signature } = authorizationOf(headers);
    const query = queryParams ? `?${new URLSearchParams(queryParams)}` : '';
    const signed = Object.fromEntries(names.map((name) => [name, headers[name] ?? '']));
    const canonical = canonicalRequest({ method, url: `${path}${urlFragment}${query}`, headers: signed, body });
    expect(canonical.split('\n').at(-2)).toBe(names.join(';'));
    expect(verifies(stringToSign(algorithm as never, canonical), signature, algorithm)).toBe(true);
    expect(verifies(stringToSign(algorithm as never, `${canonical} `), signature, algorithm)).toBe(false);
  });
});

test('ours sends the headers that the official SDK sends, with the same values but for date and user agent', async () => {
  const official = new AmazonPayClient({ publicKeyId: `LIVE-${LEGACY}`, region: 'na', privateKey: pkcs8 }).getSignedHeaders({
    method: 'POST',
    urlFragment: 'deliveryTrackers',
    payload: tracker,
  });
  const signer = new AmazonPaySigner({ publicKeyId: `LIVE-${LEGACY}`, region: 'na', privateKey: pkcs8 });
  const url = 'https://pay-api.amazon.com/v2/deliveryTrackers';
  const { headers } = await signer.signHeaders({ method: 'POST', url, body: JSON.stringify(tracker) });
  const { 'user-agent': _, 'x-amz-pay-date': officialDate, authorization: __, ...same } = official;
  const { 'x-amz-pay-date': date, authorization: ___, ...ours } = headers;
  expect(ours).toEqual(same);
  // Theirs has the punctuation of ISO 8601.
  expect(date).toMatch(/^\d{8}T\d{6}Z$/);
  expect(officialDate).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
});
