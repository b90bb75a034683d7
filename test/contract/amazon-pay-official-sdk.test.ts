/**
 * Requests of Amazon's own Node SDK: what it signed must be what our canonical form says, or its signature would not verify. First some
 * requests as people send them, then generated ones.
 *
 * Where the SDK deviates from Amazon's page, the two cannot agree, and nothing is generated: names of headers with capitals (it keeps them
 * in SignedHeaders), whitespace around and runs of it in their values (it keeps it), `!'()*` and everything to be escaped in names of a
 * query (it escapes neither), dot segments, empty segments and escapes in a path (it signs the path as it is).
 */
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AmazonPayAlgorithm,
  AmazonPaySigner,
  canonicalRequest,
  DeliveryTrackerClient,
  stringToSign,
} from '../../src/amazonpay/index.ts';
import { authorizationOf } from '../support/pay-server.ts';
import { pkcs8, verifies } from '../support/rsa.ts';
import { anyCharacter } from '../support/text.ts';

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
  { title: 'a body as a string', method: 'PATCH', urlFragment: 'charges/P01-0000000-0000000-C000000', payload: '{"a": 1}' },
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

/** Whether the SDK's signature verifies over our canonical form of the same request, and over no other. */
function agrees(account: object, path: string, { method, urlFragment, payload, headers, queryParams }: Required<SignOptions>): boolean {
  const official = new AmazonPayClient({ ...account, privateKey: pkcs8 }).getSignedHeaders({
    method,
    urlFragment,
    payload,
    headers: { ...headers },
    queryParams,
  });
  const { algorithm, names, signature } = authorizationOf(official);
  // As it is sent: in another order, and the query as a form writes it.
  const signed = names.map((name): [string, string] => [name, official[name] ?? '']).reverse();
  const query = new URLSearchParams(Object.entries(queryParams).reverse());
  const url = `https://pay-api.amazon.com${path}${urlFragment}${query.size > 0 ? `?${query}` : ''}`;
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return [url, new URL(url)].every((target) => {
    const canonical = canonicalRequest({ method, url: target, headers: signed, body });
    const text = stringToSign(algorithm as AmazonPayAlgorithm, canonical);
    return verifies(text, signature, algorithm) && !verifies(text.replace(/.$/, 'x'), signature, algorithm);
  });
}

describe('generated requests', () => {
  const word = fc.stringMatching(/^[A-Za-z0-9_.~-]{0,10}[A-Za-z0-9~_]$/);
  const headerName = fc.stringMatching(/^x-[a-z0-9]{1,8}(?:-[a-z0-9]{1,8}){0,2}$/).filter((name) => !name.startsWith('x-amz-pay'));
  const headerValue = fc.stringMatching(/^(?:[!-~](?:[ !-~]{0,20}[!-~])?)?$/).filter((value) => !/\s\s/.test(value));
  const queryValue = fc.string({ unit: 'grapheme', maxLength: 20 }).map((value) => value.replace(/[!'()*]/g, '.'));
  const record = <Value>(key: fc.Arbitrary<string>, value: fc.Arbitrary<Value>) =>
    fc.array(fc.tuple(key, value), { maxLength: 5 }).map((entries) => Object.fromEntries(entries) as Record<string, Value>);

  const account = fc.record(
    {
      publicKeyId: fc.constantFrom(LEGACY, `LIVE-${LEGACY}`, `SANDBOX-${LEGACY}`, `live-${LEGACY}`),
      region: fc.constantFrom('na', 'us', 'eu', 'uk', 'de', 'jp', 'NA', 'Uk'),
      sandbox: fc.boolean(),
      algorithm: fc.constantFrom('AMZN-PAY-RSASSA-PSS', 'AMZN-PAY-RSASSA-PSS-V2'),
    },
    { requiredKeys: ['publicKeyId', 'region'] },
  );
  const request = fc.record({
    method: fc.constantFrom('GET', 'POST', 'PATCH', 'PUT', 'DELETE'),
    urlFragment: fc.array(word, { minLength: 1, maxLength: 5 }).map((segments) => segments.join('/')),
    queryParams: record(word, queryValue),
    headers: fc
      .tuple(record(headerName, headerValue), fc.option(fc.stringMatching(/^[\w-]{1,32}$/), { nil: undefined }))
      .map(([headers, key]) => ({
        ...headers,
        ...(key !== undefined && { 'x-amz-pay-idempotency-key': key }),
      })),
    payload: fc.oneof(fc.constant(''), fc.string({ unit: anyCharacter }), fc.object({ stringUnit: anyCharacter })),
  });

  /** The path that the SDK puts in front of a fragment. */
  const prefixOf = ({ publicKeyId, sandbox }: { readonly publicKeyId: string; readonly sandbox?: boolean }): string => {
    if (/^(?:live|sandbox)/i.test(publicKeyId)) return '/v2/';
    return sandbox ? '/sandbox/v2/' : '/live/v2/';
  };

  test('of every method, path, query, headers and body, with both algorithms: its signature verifies over our canonical form', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(account, request, (chosen, options) => {
        seen.add(chosen.algorithm ?? 'default').add(options.method);
        expect(agrees(chosen, prefixOf(chosen), options)).toBe(true);
      }),
      { numRuns: 400 },
    );
    expect(seen).toEqual(new Set(['default', 'AMZN-PAY-RSASSA-PSS', 'AMZN-PAY-RSASSA-PSS-V2', 'GET', 'POST', 'PATCH', 'PUT', 'DELETE']));
  });

  test('of every account go where the SDK sends them', async () => {
    const input = { chargePermissionId: 'P01-0000000-0000000', trackingNumber: '1Z999AA10123456784', carrierCode: 'UPS' };
    const hooks = { onWarning: () => undefined };
    await fc.assert(
      fc.asyncProperty(account, async ({ publicKeyId, region, sandbox, algorithm }) => {
        const hasPrefix = publicKeyId.includes('-');
        const environment = hasPrefix || sandbox === undefined ? undefined : sandbox ? 'sandbox' : 'live';
        const options = { publicKeyId, privateKey: pkcs8, region, environment, algorithm, hooks } as ConstructorParameters<
          typeof DeliveryTrackerClient
        >[0];
        const ours = await new DeliveryTrackerClient(options).prepare(input);
        const official = new AmazonPayClient({ publicKeyId, privateKey: pkcs8, region, sandbox });
        const { 'x-amz-pay-host': host, 'x-amz-pay-region': area } = official.getSignedHeaders({
          method: 'POST',
          urlFragment: 'deliveryTrackers',
        });
        expect(ours.url).toBe(`https://${host}${prefixOf({ publicKeyId, sandbox: sandbox === true })}deliveryTrackers`);
        expect(Object.fromEntries(ours.headers)).toMatchObject({ 'x-amz-pay-host': host, 'x-amz-pay-region': area });
      }),
      { numRuns: 60 },
    );
  });
});
