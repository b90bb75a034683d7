import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  AuthenticationError,
  apiKey,
  basicAuth,
  bearerToken,
  ConfigurationError,
  type NdrAuth,
  NdrWebhookVerifier,
  queryParameter,
  type ShippingEvent,
  type ValidationError,
  webhookStatus,
} from '../../../src/shipping-ndr/webhook.ts';
import { everythingShownOf, thrownBy, waybillErrorOf } from '../../support/errors.ts';
import { eventRequest } from '../../support/shipping-ndr/auth.ts';
import { ndrEvent, ndrSample, trackingSample } from '../../support/shipping-ndr/samples.ts';

const KEY = 'abcdef12345';
const verifier = new NdrWebhookVerifier({ auth: apiKey({ keys: KEY }) });
const headers = { 'x-api-key': KEY };
const post = (body: BodyInit, more: Record<string, string> = headers): Request =>
  new Request('https://shop.example/ndr', { method: 'POST', headers: more, body });

test('a mechanism of your own that returns false lets nobody in, and says how to refuse', async () => {
  const auth = { check: async () => false, challenge: () => 'X' } as unknown as NdrAuth;
  const refusal = { code: 'CONFIGURATION', option: 'auth', hint: expect.stringContaining('reject with an AuthenticationError') };
  await expect(new NdrWebhookVerifier({ auth }).verify(post(JSON.stringify(ndrSample)))).rejects.toMatchObject(refusal);
  const both = new NdrWebhookVerifier({ auth: [auth, apiKey({ keys: KEY })] });
  expect(await both.verify(post(JSON.stringify(ndrSample)))).toMatchObject({ kind: 'ndr' });
});

test.each([null, 0, '', 'denied', new Error('no'), new Response('no', { status: 401 }), { active: false }, []])(
  'a mechanism of your own that returns %o lets nobody in',
  async (answer) => {
    const auth = { check: async () => answer, challenge: () => 'X' } as unknown as NdrAuth;
    await expect(new NdrWebhookVerifier({ auth }).verify(post(JSON.stringify(ndrSample)))).rejects.toMatchObject({ code: 'CONFIGURATION' });
  },
);

test.each([undefined, true])('a mechanism of your own may return %o', async (answer) => {
  const auth = { check: async () => answer, challenge: () => 'X' } as unknown as NdrAuth;
  expect(await new NdrWebhookVerifier({ auth }).verify(post(JSON.stringify(ndrSample)))).toMatchObject({ kind: 'ndr' });
});

test.each([
  { headers: { ...headers, 'content-length': '700' } },
  { headers: { ...headers, 'content-length': '700' }, body: {} },
  { headers: { ...headers, 'transfer-encoding': 'chunked' }, body: undefined },
  { headers, body: post('{}').body },
])('a body that nobody has read is no final refusal: %#', async (request) => {
  const error = await thrownBy(() => verifier.verify(request));
  expect(webhookStatus(error)).toBe(503);
});

describe('NdrWebhookVerifier', () => {
  test.each<[unknown, string]>([
    [undefined, 'the options must be an object'],
    [null, 'the options must be an object'],
    ['auth', 'the options must be an object'],
    [{}, '"auth" is missing'],
    [{ auth: null }, '"auth" must be the result of apiKey()'],
    [{ auth: [] }, '"auth" must be the result of apiKey()'],
    [{ auth: 'abcdef12345' }, '"auth" must be the result of apiKey()'],
    [{ auth: [apiKey({ keys: KEY }), null] }, '"auth" must be the result of apiKey()'],
    [{ auth: apiKey }, '"auth" must be the result of apiKey()'],
    [{ auth: { check: async () => undefined } }, '"auth" must be the result of apiKey()'],
    [{ auth: { keys: KEY } }, '"auth" must be the result of apiKey()'],
    [{ apiKey: KEY }, '"apiKey" is not an option'],
    [{ secret: KEY }, '"secret" is not an option'],
    [{ Auth: apiKey({ keys: KEY }) }, '"Auth" is not an option'],
  ])('refuses %j, and says why', async (options, message) => {
    const error = await waybillErrorOf(() => new NdrWebhookVerifier(options as never));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.message).toContain(message);
    expect(everythingShownOf(error)).not.toContain(KEY);
  });

  test.each(['authentication', 'apiKey', 'secret', 'Auth'])('refuses %s, and the hint names auth', async (option) => {
    const error = await waybillErrorOf(() => new NdrWebhookVerifier({ [option]: apiKey({ keys: KEY }) } as never));
    expect(error).toMatchObject({ code: 'CONFIGURATION', surface: 'shipping-ndr', option, hint: 'Did you mean "auth"?' });
  });
});

describe('verify', () => {
  test.each([
    ['a Request', eventRequest(headers)],
    ['a Request without a content type', post(new TextEncoder().encode(JSON.stringify(ndrSample)))],
    ['parts with a string', { headers: { 'X-API-Key': KEY }, body: JSON.stringify(ndrSample) }],
    ['parts with bytes', { headers, body: Buffer.from(JSON.stringify(ndrSample)) }],
    ['parts as Express has them', { headers, url: '/ndr', body: ndrSample, method: 'POST' }],
    ['parts with Headers', { headers: new Headers(headers), body: [ndrSample] }],
    ['parts with JSON in JSON', { headers, body: JSON.stringify(JSON.stringify(ndrSample)) }],
  ])('accepts %s', async (_, request) => {
    expect(await verifier.verify(request)).toEqual({ ...ndrSample, kind: 'ndr' });
  });

  test('returns several events from verifyAll only', async () => {
    const request = { headers, body: [ndrSample, trackingSample, { ...ndrSample, 'detail-type': 'OTP' }] };
    expect((await verifier.verifyAll(request)).map(({ kind }) => kind)).toEqual(['ndr', 'tracking', 'unknown']);
    const error = await waybillErrorOf(() => verifier.verify(request));
    expect(error).toMatchObject({ code: 'VALIDATION', hint: expect.stringContaining('verifyAll()') });
  });

  test('throws for all events if one of them cannot be read', async () => {
    const request = { headers, body: [ndrSample, { ...ndrSample, detail: {} }] };
    const error = (await waybillErrorOf(() => verifier.verifyAll(request))) as ValidationError;
    expect(error.issues[0]?.path).toEqual([1, 'detail', 'trackingId']);
  });

  test('checks the credential before the body', async () => {
    const request = post('not JSON', {});
    expect(await waybillErrorOf(() => verifier.verify(request))).toBeInstanceOf(AuthenticationError);
    expect(request.bodyUsed).toBe(false);
  });

  test.each([undefined, null, 'body', 7])('refuses %j', async (request) => {
    const error = await waybillErrorOf(() => verifier.verify(request as never));
    expect(error).toMatchObject({ code: 'VALIDATION' });
    expect(webhookStatus(error)).toBe(400);
  });

  test.each([{}, { headers: undefined }, { headers: [] }, { body: ndrSample }, { headers: { 'x-api-key': { toString: () => KEY } } }])(
    'finds no credential in %j',
    async (request) => {
      expect(await waybillErrorOf(() => verifier.verify(request as never))).toMatchObject({ code: 'AUTHENTICATION', reason: 'missing' });
    },
  );

  test('refuses a Request that is larger than any event', async () => {
    const error = await waybillErrorOf(() => verifier.verify(post(' '.repeat(10_000_000))));
    expect(error.message).toBe('the body is larger than 1048576 bytes');
    expect(webhookStatus(error)).toBe(413);
  });

  test('says if the body has been read before', async () => {
    const request = eventRequest(headers);
    await request.text();
    const error = await waybillErrorOf(() => verifier.verify(request));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.hint).toContain('verify() with the body that was read');
  });

  test('returns the type that the documentation says', () => {
    expectTypeOf(verifier.verify).returns.resolves.toEqualTypeOf<ShippingEvent>();
    expectTypeOf(verifier.verifyAll).returns.resolves.toEqualTypeOf<readonly ShippingEvent[]>();
  });
});

describe('webhookStatus', () => {
  test.each<[string, () => Promise<unknown>, number]>([
    ['a missing key', () => verifier.verify({ headers: {}, body: ndrSample }), 401],
    ['a wrong key', () => verifier.verify({ headers: { 'x-api-key': 'x' }, body: ndrSample }), 401],
    ['a body that is not an event', () => verifier.verify({ headers, body: {} }), 400],
    ['an empty list', () => verifier.verifyAll({ headers, body: [] }), 400],
    ['a GET', () => verifier.verify(new Request('https://shop.example/ndr', { headers })), 405],
    ['an HTML page', () => verifier.verify(post('<html>', { ...headers, 'content-type': 'text/html' })), 415],
    ['an event that cannot be read', () => verifier.verify({ headers, body: ndrEvent({ trackingId: null }) }), 503],
    ['JSON that was cut off', () => verifier.verify({ headers, body: JSON.stringify(ndrSample).slice(0, 100) }), 503],
    ['several events in place of one', () => verifier.verify({ headers, body: [ndrSample, trackingSample] }), 503],
    ['an error of your own', () => Promise.reject(new Error('database')), 503],
    ['nothing', () => Promise.reject(), 503],
  ])('says what to respond with to %s', async (_, run, status) => {
    expect(webhookStatus(await thrownBy(run))).toBe(status);
  });
});

describe('several mechanisms', () => {
  const refusing = (reason: AuthenticationError['reason']): NdrAuth => ({
    check: async () => {
      throw new AuthenticationError(reason, reason, { surface: 'shipping-ndr' });
    },
    challenge: () => reason,
  });
  const failing: NdrAuth = {
    check: async () => {
      throw new Error('unavailable');
    },
    challenge: () => 'Failing',
  };
  const passing: NdrAuth = { check: async () => undefined, challenge: () => 'Passing' };
  const check = (...auth: NdrAuth[]): Promise<ShippingEvent> => new NdrWebhookVerifier({ auth }).verify({ headers: {}, body: ndrSample });

  test('any one of them authenticates a request', async () => {
    const auth = [
      apiKey({ keys: 'k' }),
      basicAuth({ users: { username: 'u', password: 'p' } }),
      queryParameter({ name: 'q', values: 'v' }),
    ];
    const several = new NdrWebhookVerifier({ auth });
    for (const parts of [{ headers: { 'x-api-key': 'k' } }, { headers: { authorization: 'Basic dTpw' } }, { headers: {}, url: '/?q=v' }]) {
      expect((await several.verify({ ...parts, body: ndrSample })).kind).toBe('ndr');
    }
    expect((await check(failing, refusing('mismatch'), passing)).kind).toBe('ndr');
  });

  test('half of one and half of another authenticate nothing', async () => {
    const users = { username: 'u', password: 'p' };
    const auth = [
      basicAuth({ users }),
      basicAuth({ users: { username: 'v', password: 'q' }, headers: { username: 'x-u', password: 'x-p' } }),
    ];
    const parts = { headers: { 'x-u': 'v', authorization: 'Basic dTpx' }, body: ndrSample };
    expect(await waybillErrorOf(() => new NdrWebhookVerifier({ auth }).verify(parts))).toMatchObject({ reason: 'mismatch' });
  });

  test('what could not be checked comes before what is wrong', async () => {
    expect(await thrownBy(() => check(refusing('mismatch'), failing))).toMatchObject({ message: 'unavailable' });
  });

  test('a credential that is wrong says more than one that is missing', async () => {
    expect(await waybillErrorOf(() => check(refusing('missing'), refusing('expired'), refusing('missing')))).toMatchObject({
      reason: 'expired',
    });
  });

  test('all of them challenge', async () => {
    const auth = [apiKey({ keys: 'k' }), bearerToken(() => false)];
    const handler = new NdrWebhookVerifier({ auth }).handler(() => undefined);
    const response = await handler(eventRequest({ authorization: 'Bearer old' }));
    expect(response.headers.get('www-authenticate')).toBe('ApiKey, Bearer error="invalid_token"');
  });

  test.each<[string, NdrAuth['check']]>([
    [
      'throws',
      () => {
        throw new Error('bug');
      },
    ],
    ['rejects with nothing', () => Promise.reject()],
    ['rejects with a lookalike', () => Promise.reject({ code: 'AUTHENTICATION', reason: 'missing' })],
  ])('a mechanism of your own that %s authenticates nothing', async (_, ownCheck) => {
    const handler = new NdrWebhookVerifier({ auth: { check: ownCheck, challenge: () => 'Own' } }).handler(() => undefined);
    expect((await handler(eventRequest())).status).toBe(503);
  });

  test('a challenge that no header can have is 503 and not an exception', async () => {
    for (const challenge of [
      () => 'a\nb',
      () => 'ü',
      (): never => {
        throw new Error('bug');
      },
    ]) {
      const handler = new NdrWebhookVerifier({ auth: { ...refusing('missing'), challenge } }).handler(() => undefined);
      expect([401, 503]).toContain((await handler(eventRequest())).status);
    }
  });
});
