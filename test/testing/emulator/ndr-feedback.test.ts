import { beforeEach, describe, expect, test } from 'vitest';
import { AmazonEmulator } from '../../../src/testing/index.ts';

const HOST = 'https://sellingpartnerapi-eu.amazon.com';
const FORM = 'application/x-www-form-urlencoded;charset=UTF-8';
const RESCHEDULE = { trackingId: '1582657452914', ndrAction: 'RESCHEDULE', ndrRequestData: { rescheduleDate: '2023-12-12T05:24:00.00Z' } };

let now: number;
let emulator: AmazonEmulator;
beforeEach(() => {
  now = Date.parse('2026-01-15T10:15:30Z');
  emulator = new AmazonEmulator({ clock: () => new Date(now) });
});

const grant = () => {
  const { clientId, clientSecret, refreshToken } = emulator.credentials.lwa;
  return { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: clientId, client_secret: clientSecret };
};

async function requestToken(body: BodyInit, type = FORM, method = 'POST') {
  const init = method === 'POST' ? { method, headers: { 'content-type': type }, body } : { method };
  const response = await emulator.fetch('https://api.amazon.com/auth/o2/token', init);
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> };
}

const token = async () => String((await requestToken(new URLSearchParams(grant()))).body['access_token']);

async function submit(
  body: unknown,
  headers: Record<string, string | undefined> = {},
  url = `${HOST}/shipping/v2/ndrFeedback`,
  method = 'POST',
) {
  const sent = new Headers({
    'content-type': 'application/json',
    'x-amzn-shipping-business-id': 'AmazonShipping_IN',
    'user-agent': 'my-shop/1.2 (Language=JavaScript)',
    'x-amz-access-token': await token(),
  });
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) sent.delete(name);
    else sent.set(name, value);
  }
  const bytes = new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body));
  const response = await emulator.fetch(url, { method, headers: sent, ...(method === 'POST' && { body: bytes }) });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: text ? JSON.parse(text) : undefined };
}

describe('Login with Amazon', () => {
  test('issues a token for an hour, for a form and for JSON', async () => {
    for (const [body, type] of [
      [new URLSearchParams(grant()), FORM],
      [JSON.stringify(grant()), 'application/json'],
    ] as const) {
      const { status, headers, body: issued } = await requestToken(body, type);
      expect(status).toBe(200);
      expect(issued).toEqual({
        access_token: expect.stringMatching(/^Atza\|/),
        token_type: 'bearer',
        expires_in: 3600,
        refresh_token: emulator.credentials.lwa.refreshToken,
      });
      expect(headers.get('cache-control')).toBe('no-store');
    }
  });

  test.each([
    ['another secret', { client_secret: 'x' }, 401, 'invalid_client'],
    ['another client', { client_id: 'x' }, 401, 'invalid_client'],
    ['another refresh token', { refresh_token: 'Atzr|x' }, 400, 'invalid_grant'],
    ['another grant', { grant_type: 'client_credentials' }, 400, 'unsupported_grant_type'],
    ['no grant', { grant_type: '' }, 400, 'invalid_request'],
    ['no secret', { client_secret: '' }, 400, 'invalid_request'],
    ['a pipe that was encoded twice', { refresh_token: 'Atzr%7Cemulator' }, 400, 'invalid_grant'],
  ])('refuses %s', async (_, change, status, error) => {
    const { status: actual, body } = await requestToken(new URLSearchParams({ ...grant(), ...change }));
    expect({ actual, body }).toEqual({ actual: status, body: { error, error_description: expect.any(String) } });
  });

  test.each([
    ['text', 'text/plain', 'grant_type=refresh_token&refresh_token=a&client_id=b&client_secret=c'],
    ['broken JSON', 'application/json', '{'],
    ['JSON that is not an object', 'application/json', '[]'],
  ])('refuses %s', async (_, type, body) => {
    expect(await requestToken(body, type)).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  test('refuses GET', async () => {
    expect(await requestToken('', FORM, 'GET')).toMatchObject({ status: 405 });
  });

  test('accepts the credentials of the options', async () => {
    emulator = new AmazonEmulator({ credentials: { lwa: { clientSecret: 'rotated' } } });
    expect(grant()).toMatchObject({ client_secret: 'rotated', client_id: 'amzn1.application-oa2-client.emulator' });
    expect(await requestToken(new URLSearchParams(grant()))).toMatchObject({ status: 200 });
  });
});

describe('NDR feedback is accepted', () => {
  test.each([
    ['RESCHEDULE', RESCHEDULE],
    ['RESCHEDULE with an offset', { ...RESCHEDULE, ndrRequestData: { rescheduleDate: '2023-12-12T10:54:00+05:30' } }],
    [
      'REATTEMPT',
      { trackingId: '1', ndrAction: 'REATTEMPT', ndrRequestData: { additionalAddressNotes: 'Second gate, beside the water tank' } },
    ],
    [
      'REATTEMPT with 256 characters outside the basic plane',
      { trackingId: '1', ndrAction: 'REATTEMPT', ndrRequestData: { additionalAddressNotes: '🏠'.repeat(256) } },
    ],
    ['RTO', { trackingId: '1', ndrAction: 'RTO' }],
  ])('%s, with 204 and an empty body', async (_, feedback) => {
    const { status, text, headers } = await submit(feedback);
    expect({ status, text }).toEqual({ status: 204, text: '' });
    expect(headers.get('x-amzn-RateLimit-Limit')).toBe('5.0');
    expect(emulator.ndrFeedback).toEqual([
      {
        id: expect.any(Number),
        ...feedback,
        businessId: 'AmazonShipping_IN',
        requestId: headers.get('x-amzn-RequestId'),
        submittedAt: new Date(now),
      },
    ]);
  });

  test('at the sandbox host and on loopback', async () => {
    expect(await submit(RESCHEDULE, {}, 'https://sandbox.sellingpartnerapi-eu.amazon.com/shipping/v2/ndrFeedback')).toMatchObject({
      status: 204,
    });
    expect(await submit(RESCHEDULE, {}, 'http://127.0.0.1:1/shipping/v2/ndrFeedback')).toMatchObject({ status: 204 });
  });

  test('with a user agent of 500 characters', async () => {
    expect(await submit(RESCHEDULE, { 'user-agent': `my-shop/1 (Language=${'x'.repeat(479)})` })).toMatchObject({ status: 204 });
  });

  test('with a user agent with escaped characters', async () => {
    expect(
      await submit(RESCHEDULE, { 'user-agent': String.raw`my\/shop/1.2\(beta\) (Language=Node\; LTS; Platform=Linux)` }),
    ).toMatchObject({ status: 204 });
  });
});

describe('NDR feedback is refused', () => {
  const data = (ndrRequestData: unknown, ndrAction = 'RESCHEDULE') => ({ trackingId: '1', ndrAction, ndrRequestData });
  test.each<[string, unknown, string]>([
    ['no date', data(undefined), 'RescheduleDate is missing in the request'],
    [
      'the date outside ndrRequestData',
      { trackingId: '1', ndrAction: 'RESCHEDULE', rescheduleDate: '2023-12-12T05:24:00Z' },
      'RescheduleDate is missing in the request',
    ],
    ['a date without a time', data({ rescheduleDate: '2023-12-12' }), 'RescheduleDate is invalid'],
    ['a date without an offset', data({ rescheduleDate: '2023-12-12T05:24:00' }), 'RescheduleDate is invalid'],
    ['a date of the thirteenth month', data({ rescheduleDate: '2023-13-12T05:24:00Z' }), 'RescheduleDate is invalid'],
    ['a date on 30 February', data({ rescheduleDate: '2024-02-30T05:24:00Z' }), 'RescheduleDate is invalid'],
    ['a number as a date', data({ rescheduleDate: 1702358640 }), 'RescheduleDate is invalid'],
    ['no notes', data({}, 'REATTEMPT'), 'AdditionalAddressNotes is missing in the request'],
    ['notes of 257 characters', data({ additionalAddressNotes: 'x'.repeat(257) }, 'REATTEMPT'), 'AdditionalAddressNotes is invalid'],
    ['an object as notes', data({ additionalAddressNotes: { city: 'x' } }, 'REATTEMPT'), 'AdditionalAddressNotes is invalid'],
    ['an action in small letters', data({ rescheduleDate: '2023-12-12T05:24:00Z' }, 'Reschedule'), 'NdrAction is invalid'],
    ['no action', { trackingId: '1' }, 'NdrAction is missing in the request'],
    ['no tracking id', { ndrAction: 'RTO' }, 'TrackingId is missing in the request'],
    ['a number as tracking id', { trackingId: 1, ndrAction: 'RTO' }, 'TrackingId is missing in the request'],
    ['a string as data', data('x'), 'NdrRequestData is invalid'],
    ['an array', [], 'The request body is not a JSON object'],
    ['truncated JSON', '{"trackingId":', 'The request body is not a JSON object'],
    ['an empty body', '', 'The request body is not a JSON object'],
  ])('for %s', async (_, feedback, details) => {
    const { status, body, headers } = await submit(feedback);
    expect({ status, body }).toEqual({
      status: 400,
      body: { errors: [{ code: 'InvalidRequest', message: 'Request is missing or has invalid parameters', details }] },
    });
    expect(headers.get('x-amzn-RequestId')).toMatch(/./);
    expect(headers.get('x-amzn-RateLimit-Limit')).toBe('5.0');
    expect(emulator.ndrFeedback).toEqual([]);
  });

  test.each<[string, Record<string, string | undefined>, number, string]>([
    ['no token', { 'x-amz-access-token': undefined }, 403, 'Unauthorized'],
    ['a forged token', { 'x-amz-access-token': 'Atza|forged' }, 403, 'Unauthorized'],
    ['a token as Bearer', { 'x-amz-access-token': undefined, authorization: 'Bearer x' }, 403, 'Unauthorized'],
    ['no business', { 'x-amzn-shipping-business-id': undefined }, 400, 'InvalidRequest'],
    ['another business', { 'x-amzn-shipping-business-id': 'AmazonShipping_UK' }, 400, 'InvalidRequest'],
    ['no user agent', { 'user-agent': undefined }, 400, 'InvalidRequest'],
    ['a user agent without a language', { 'user-agent': 'my-shop/1.2 (Platform=Linux)' }, 400, 'InvalidRequest'],
    ['a user agent of another form', { 'user-agent': 'Mozilla' }, 400, 'InvalidRequest'],
    ['a user agent of 501 characters', { 'user-agent': `my-shop/1 (Language=${'x'.repeat(480)})` }, 400, 'InvalidRequest'],
    ['a form', { 'content-type': FORM }, 415, 'InvalidRequest'],
  ])('for %s', async (_, headers, status, code) => {
    expect(await submit(RESCHEDULE, headers)).toMatchObject({ status, body: { errors: [{ code }] } });
    expect(emulator.ndrFeedback).toEqual([]);
  });

  test('for a token that has expired or was revoked, with different details', async () => {
    const old = await token();
    now += 3_600_000;
    expect((await submit(RESCHEDULE, { 'x-amz-access-token': old })).body.errors[0].details).toMatch(/access token.*expired/);
    const revoked = await token();
    emulator.revokeTokens();
    expect((await submit(RESCHEDULE, { 'x-amz-access-token': revoked })).body.errors[0].details).toMatch(/revoked, malformed or invalid/);
  });

  test('for GET, for a body of 10 MB, and beyond the quota', async () => {
    expect(await submit('', {}, undefined, 'GET')).toMatchObject({ status: 405 });
    expect(await submit({ ...RESCHEDULE, trackingId: 'x'.repeat(10_000_000) })).toMatchObject({ status: 413 });
    const statuses: number[] = [];
    for (let at = 0; at < 10; at += 1) statuses.push((await submit(RESCHEDULE)).status);
    // The body of 10 MB counted too.
    expect(statuses).toEqual([...new Array(9).fill(204), 429]);
    now += 200;
    expect(await submit(RESCHEDULE)).toMatchObject({ status: 204 });
  });

  test.each(['https://sellingpartnerapi-na.amazon.com', 'https://sellingpartnerapi-fe.amazon.com', 'https://pay-api.amazon.eu'])(
    'at %s, which does not serve India',
    async (host) => {
      expect(await submit(RESCHEDULE, {}, `${host}/shipping/v2/ndrFeedback`)).toMatchObject({ status: 404 });
    },
  );
});
