import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import {
  ConfigurationError,
  type NdrFeedback,
  type NdrFeedbackCallOptions,
  NdrFeedbackClient,
  type NdrFeedbackClientOptions,
  type RequestInfo,
  type SubmitManyOptions,
  TokenBucket,
} from '../../../src/shipping-ndr/index.ts';
import { everythingShownOf, waybillErrorOf } from '../../support/errors.ts';
import { clientOf, credentials, startAmazon } from '../../support/shipping-ndr/amazon.ts';

const NOW = new Date('2023-12-01T00:00:00Z');
const clock = (): Date => NOW;
const trackingId = '1582657452914';
const rto: NdrFeedback = { trackingId, ndrAction: 'RTO' };

describe('a request', () => {
  test('has its date in UTC', async () => {
    const amazon = await startAmazon();
    await clientOf(amazon, { clock }).reschedule(trackingId, '2023-12-12T10:54:00+05:30');
    expect(amazon.feedbackRequests).toHaveLength(1);
    const [request] = amazon.feedbackRequests;
    expect(request).toMatchObject({
      method: 'POST',
      path: '/shipping/v2/ndrFeedback',
      headers: {
        'content-type': 'application/json',
        'x-amz-access-token': 'Atza|1',
        'x-amzn-shipping-business-id': 'AmazonShipping_IN',
      },
    });
    expect(request?.headers['user-agent']).toMatch(/^waybill\/\d+\.\d+\.\d+ \(Language=JavaScript\)$/);
    expect(request?.headers).not.toHaveProperty('authorization');
    expect(JSON.parse(String(request?.body))).toEqual({
      trackingId,
      ndrAction: 'RESCHEDULE',
      ndrRequestData: { rescheduleDate: '2023-12-12T05:24:00.000Z' },
    });
  });

  test.each<[string, (client: NdrFeedbackClient) => Promise<unknown>, unknown]>([
    [
      'a Date',
      (client) => client.reschedule(trackingId, new Date('2023-12-12T05:24:00Z')),
      { trackingId, ndrAction: 'RESCHEDULE', ndrRequestData: { rescheduleDate: '2023-12-12T05:24:00.000Z' } },
    ],
    [
      'notes in any script',
      (client) => client.reattempt(trackingId, 'दूसरा गेट, beside the "water tank" 🏠'),
      { trackingId, ndrAction: 'REATTEMPT', ndrRequestData: { additionalAddressNotes: 'दूसरा गेट, beside the "water tank" 🏠' } },
    ],
    [
      'notes beside a date, as Amazon does not forbid',
      (client) =>
        client.submit({
          trackingId,
          ndrAction: 'RESCHEDULE',
          ndrRequestData: { additionalAddressNotes: 'Second gate', rescheduleDate: '2023-12-12T10:54:00+05:30' },
        }),
      {
        trackingId,
        ndrAction: 'RESCHEDULE',
        ndrRequestData: { rescheduleDate: '2023-12-12T05:24:00.000Z', additionalAddressNotes: 'Second gate' },
      },
    ],
    [
      'a date beside notes',
      (client) =>
        client.submit({
          trackingId,
          ndrAction: 'REATTEMPT',
          ndrRequestData: { additionalAddressNotes: 'Second gate', rescheduleDate: new Date('2023-12-12T05:24:00Z') },
        }),
      {
        trackingId,
        ndrAction: 'REATTEMPT',
        ndrRequestData: { rescheduleDate: '2023-12-12T05:24:00.000Z', additionalAddressNotes: 'Second gate' },
      },
    ],
    ['no data for RTO', (client) => client.returnToOrigin(trackingId), { trackingId, ndrAction: 'RTO' }],
    ['no data for RTO, spelt out', (client) => client.submit({ ...rto, ndrRequestData: undefined }), { trackingId, ndrAction: 'RTO' }],
  ])('%s', async (_, call, body) => {
    const amazon = await startAmazon();
    await call(clientOf(amazon, { clock }));
    expect(JSON.parse(String(amazon.feedbackRequests[0]?.body))).toEqual(body);
  });

  test('has another business, the name of the application and headers of the call', async () => {
    const amazon = await startAmazon();
    const client = clientOf(amazon, { businessId: 'AmazonShipping_UK', userAgent: 'my-shop/1.2 (beta; x=\\y)' });
    await client.submit(rto, { headers: { 'x-trace': 't', 'X-Amz-Access-Token': 'stolen' } });
    expect(amazon.feedbackRequests[0]?.headers).toMatchObject({
      'x-amzn-shipping-business-id': 'AmazonShipping_UK',
      'x-amz-access-token': 'Atza|1',
      'x-trace': 't',
      'user-agent': expect.stringMatching(/ \(Language=JavaScript; Application=my-shop\/1\.2 \(beta\\; x=\\\\y\\\)\)$/),
    });
  });

  test.each<[Partial<NdrFeedbackClientOptions>, string]>([
    [{}, 'https://sellingpartnerapi-eu.amazon.com/shipping/v2/ndrFeedback'],
    [{ region: 'na' }, 'https://sellingpartnerapi-na.amazon.com/shipping/v2/ndrFeedback'],
    [{ region: 'fe', sandbox: true }, 'https://sandbox.sellingpartnerapi-fe.amazon.com/shipping/v2/ndrFeedback'],
    [{ baseUrl: 'http://localhost:8080/amazon/' }, 'http://localhost:8080/amazon/shipping/v2/ndrFeedback'],
  ])('goes to the host of %j', async (options, url) => {
    const urls: string[] = [];
    const fetch = async (to: string): Promise<Response> => {
      urls.push(to);
      return to.includes('/auth/') ? Response.json({ access_token: 'Atza|x', expires_in: 3600 }) : new Response(null, { status: 204 });
    };
    await new NdrFeedbackClient({ credentials, fetch, ...options }).submit(rto);
    expect(urls).toEqual(['https://api.amazon.com/auth/o2/token', url]);
  });
});

describe('the client', () => {
  test('sends 5 calls a second after a burst of 10', async () => {
    // A clock of our own: on a busy machine a fifth of a second can pass between two lines.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      const sent: string[] = [];
      const fetch = async (url: string): Promise<Response> => {
        if (url.includes('/auth/')) return Response.json({ access_token: 'Atza|x', expires_in: 3600 });
        sent.push(url);
        return new Response(null, { status: 204 });
      };
      const client = new NdrFeedbackClient({ credentials, fetch, totalTimeout: 500 });
      const calls = Promise.allSettled(Array.from({ length: 14 }, () => client.submit(rto)));
      const counts: number[] = [];
      for (const step of [0, 190, 20, 180, 20, 100]) {
        await vi.advanceTimersByTimeAsync(step);
        counts.push(sent.length);
      }
      expect(counts).toEqual([10, 10, 11, 11, 12, 12]);
      expect((await calls).flatMap((call) => (call.status === 'rejected' ? call.reason.message : []))).toEqual([
        expect.stringContaining('waiting for the rate limiter or an access token'),
        expect.stringContaining('waiting for the rate limiter or an access token'),
      ]);
    } finally {
      vi.useRealTimers();
    }
  });

  test('accepts another limiter, or none', async () => {
    const amazon = await startAmazon();
    const shared = clientOf(amazon, { rateLimiter: new TokenBucket({ capacity: 30, refillPerSecond: 1 }) });
    const free = clientOf(amazon, { rateLimiter: false });
    await Promise.all(Array.from({ length: 30 }, () => shared.submit(rto)).concat(Array.from({ length: 30 }, () => free.submit(rto))));
    expect(amazon.feedbackRequests).toHaveLength(60);
  });

  test('tells hooks what it does, and no secret', async () => {
    const amazon = await startAmazon();
    const seen: RequestInfo[] = [];
    const client = clientOf(amazon, { hooks: { onRequest: (info) => seen.push(info) } });
    await client.reattempt(trackingId, 'Second gate');
    expect(seen.map(({ url }) => url)).toEqual([`${amazon.url}/auth/o2/token`, `${amazon.url}/shipping/v2/ndrFeedback`]);
    expect(everythingShownOf(seen)).not.toMatch(/Second gate|1582657452914|Atz|oa2/);
  });

  test('shows no secret', async () => {
    const amazon = await startAmazon();
    const client = clientOf(amazon);
    await client.submit(rto);
    expect(everythingShownOf(client)).not.toMatch(/Atz|oa2/);
  });

  test.each<[unknown, string]>([
    [undefined, 'the options must be an object'],
    [{}, '"credentials" is missing'],
    [{ credentials: null }, '"credentials" is missing'],
    [{ credentials: {} }, '"credentials.clientId" is missing'],
    [{ credentials: { ...credentials, clientId: undefined } }, '"credentials.clientId" is missing'],
    [{ credentials: { ...credentials, clientSecret: '' } }, '"credentials.clientSecret" is empty'],
    [{ credentials: { ...credentials, clientSecret: 7 } }, '"credentials.clientSecret" must be a string, got number'],
    [
      { credentials: { ...credentials, refreshToken: `${credentials.refreshToken}\n` } },
      '"credentials.refreshToken" has spaces or a line break around it',
    ],
    [{ credentials: { ...credentials, refreshToken: 'Atza|access' } }, 'is an access token'],
    [{ credentials: { ...credentials, clientId: 'amzn1.sp.solution.4622520d' } }, 'is a solution id'],
    [{ credentials, region: 'in' }, '"region" must be na, eu or fe'],
    [{ credentials, region: 'constructor' }, '"region"'],
    [{ credentials, businessId: 'Amazon Shipping' }, '"businessId"'],
    [{ credentials, businessId: null }, '"businessId"'],
    [{ credentials, baseUrl: 'sellingpartnerapi-eu.amazon.com' }, '"baseUrl"'],
    [{ credentials, tokenUrl: '/auth/o2/token' }, '"tokenUrl"'],
    [{ credentials, tokenStore: {} }, '"tokenStore" must have get() and set()'],
    [{ credentials, timeout: 'long' }, '"timeout"'],
    [{ credentials, fetch: 'fetch' }, '"fetch"'],
    [{ credentials, userAgent: 'x'.repeat(480) }, 'must be 29 characters shorter'],
    [{ credentials, sandbox: 'false' }, '"sandbox" must be true or false'],
    [{ credentials, userAgent: 'a\r\nb' }, '"userAgent" must be printable ASCII'],
  ])('refuses options %#, and says why', async (options, message) => {
    const error = await waybillErrorOf(() => new NdrFeedbackClient(options as never));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.message).toContain(message);
    expect(everythingShownOf(error)).not.toMatch(/Atz[ar]\||oa2-cs/);
  });

  test.each([null, 'options', { timeout: -1 }, { signal: 'stop' }, { headers: { 'bad header': 'x' } }])(
    'refuses the call options %j',
    async (options) => {
      const amazon = await startAmazon();
      expect(await waybillErrorOf(() => clientOf(amazon).submit(rto, options as never))).toBeInstanceOf(ConfigurationError);
    },
  );
});

describe('options of other SDKs, and misspelt ones', () => {
  test.each([
    [{ use_sandbox: true }, 'use_sandbox', 'sandbox'],
    [{ sandBox: true }, 'sandBox', 'sandbox'],
    [{ clientId: 'x' }, 'clientId', 'credentials'],
    [{ refresh_token: 'x' }, 'refresh_token', 'credentials'],
    [{ marketplace: 'IN' }, 'marketplace', 'region'],
    [{ overrideServiceUrl: 'http://localhost' }, 'overrideServiceUrl', 'baseUrl'],
    [{ baseURL: 'http://localhost' }, 'baseURL', 'baseUrl'],
    [{ tokenURL: 'http://localhost' }, 'tokenURL', 'tokenUrl'],
    [{ bussinessId: 'AmazonShipping_IN' }, 'bussinessId', 'businessId'],
    [{ timeOut: 5 }, 'timeOut', 'timeout'],
    [{ retries: 5 }, 'retries', 'maxRetries'],
  ])('%j are refused with the right name', async (options, option, right) => {
    const error = await waybillErrorOf(() => new NdrFeedbackClient({ credentials, ...options } as never));
    expect(error).toMatchObject({ code: 'CONFIGURATION', option, hint: `Did you mean "${right}"?` });
  });

  test('are not refused if they are undefined, or belong to the application', () => {
    const options = { credentials, use_sandbox: undefined, sandbox: undefined, region: undefined, fetch: undefined, logger: console };
    expect(new NdrFeedbackClient(options)).toBeInstanceOf(NdrFeedbackClient);
  });
});

describe('an http: URL', () => {
  test.each(['baseUrl', 'tokenUrl'])('is refused as %s beyond this machine, because secrets would travel unencrypted', async (name) => {
    const error = await waybillErrorOf(() => new NdrFeedbackClient({ credentials, [name]: 'http://sp-api.internal' }));
    expect(error).toMatchObject({ code: 'CONFIGURATION', option: name, hint: expect.stringContaining('allowHttp: true') });
    for (const host of ['localhost:1', '127.0.0.1', '[::1]:8080', 'emulator.localhost']) {
      expect(new NdrFeedbackClient({ credentials, [name]: `http://${host}` })).toBeInstanceOf(NdrFeedbackClient);
    }
    expect(new NdrFeedbackClient({ credentials, [name]: 'http://sp-api.internal', allowHttp: true })).toBeInstanceOf(NdrFeedbackClient);
  });

  test.each(['ftp://x', 'file:///x', '//x', 'x', '', 'https://user:pass@x', 'javascript:alert(1)', 7, {}])(
    'is not %j either',
    async (url) => {
      for (const name of ['baseUrl', 'tokenUrl']) {
        const error = await waybillErrorOf(() => new NdrFeedbackClient({ credentials, [name]: url } as never));
        expect(error).toMatchObject({ code: 'CONFIGURATION', option: name });
      }
    },
  );
});

test('every option may be undefined', () => {
  expectTypeOf<{
    [Name in Exclude<keyof NdrFeedbackClientOptions, 'credentials'>]: undefined;
  }>().toExtend<Omit<NdrFeedbackClientOptions, 'credentials'>>();
  expectTypeOf<{ [Name in keyof NdrFeedbackCallOptions]: undefined }>().toExtend<NdrFeedbackCallOptions>();
  expectTypeOf<{ [Name in keyof SubmitManyOptions]: undefined }>().toExtend<SubmitManyOptions>();
});
