import { afterEach, beforeEach, describe, expect, expectTypeOf, test, vi } from 'vitest';
import {
  type ApiError,
  ConfigurationError,
  ConnectionError,
  type IdempotencyStore,
  MemoryIdempotencyStore,
  type NdrFeedback,
  NdrFeedbackClient,
  type NdrFeedbackClientOptions,
  type NdrFeedbackResult,
  NdrFeedbackSchema,
  type QuotaNews,
  type RateLimiter,
  type RequestInfo,
  type RescheduleFeedback,
  type SubmitManyOptions,
  TimeoutError,
  TokenBucket,
  ValidationError,
  type Warning,
} from '../../src/shipping-ndr/index.ts';
import { accepted, clientOf, credentials, fault, json, startAmazon } from './amazon.ts';
import { everythingShownOf, thrownBy, waybillErrorOf } from './errors.ts';

const NOW = new Date('2023-12-01T00:00:00Z');
const clock = (): Date => NOW;
const trackingId = '1582657452914';
const rto: NdrFeedback = { trackingId, ndrAction: 'RTO' };

describe('what is sent', () => {
  test('a date goes in UTC', async () => {
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
    ['no data for RTO', (client) => client.returnToOrigin(trackingId), { trackingId, ndrAction: 'RTO' }],
    ['no data for RTO, said so', (client) => client.submit({ ...rto, ndrRequestData: undefined }), { trackingId, ndrAction: 'RTO' }],
  ])('%s', async (_, call, body) => {
    const amazon = await startAmazon();
    await call(clientOf(amazon, { clock }));
    expect(JSON.parse(String(amazon.feedbackRequests[0]?.body))).toEqual(body);
  });

  test('another business, the name of the application and headers of the call', async () => {
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
  ])('to the host of %j', async (options, url) => {
    const urls: string[] = [];
    const fetch = async (to: string): Promise<Response> => {
      urls.push(to);
      return to.includes('/auth/') ? Response.json({ access_token: 'Atza|x', expires_in: 3600 }) : new Response(null, { status: 204 });
    };
    await new NdrFeedbackClient({ credentials, fetch, ...options }).submit(rto);
    expect(urls).toEqual(['https://api.amazon.com/auth/o2/token', url]);
  });
});

describe('what comes back', () => {
  test('204 is success, with the request id and the rate that Amazon grants', async () => {
    const amazon = await startAmazon();
    expect(await clientOf(amazon).submit(rto)).toEqual({ requestId: 'req-204', rateLimit: 5, attempts: 1 });
  });

  test('204 without headers is success too', async () => {
    const amazon = await startAmazon();
    amazon.feedbackAnswers.push((outgoing) => outgoing.writeHead(204).end());
    expect(await clientOf(amazon).submit(rto)).toEqual({ attempts: 1 });
  });

  const denied = 'Access to requested resource is denied.';
  test.each<[string, ReturnType<typeof fault>, Partial<ApiError>, RegExp]>([
    [
      'the reason in the details',
      fault(400, 'InvalidRequest', 'Request is missing or has invalid parameters', 'RescheduleDate is missing in the request'),
      { status: 400, reasonCode: 'InvalidRequest', retryable: false, requestId: 'req-1' },
      /400: InvalidRequest\. Request is missing or has invalid parameters\. RescheduleDate is missing in the request$/,
    ],
    [
      'a role that is missing',
      fault(403, 'Unauthorized', denied, ''),
      { status: 403, reasonCode: 'Unauthorized', retryable: false },
      /denied\.$/,
    ],
    [
      'no such shipment',
      fault(404, 'NotFound', "The requested resource is invalid or doesn't exist"),
      { status: 404, retryable: false },
      /404/,
    ],
    ['too much', fault(413, 'InvalidRequest', 'The request payload size is greater than maximum accepted size.'), { status: 413 }, /413/],
    ['another format', fault(415, 'InvalidRequest', 'The request payload format is not supported.'), { status: 415 }, /415/],
    [
      'the quota, by the gateway',
      fault(429, 'QuotaExceeded', 'You exceeded your quota for the requested resource.', '', { 'retry-after': '3' }),
      { status: 429, reasonCode: 'QuotaExceeded', retryable: true, retryAfter: 3000 },
      /quota/,
    ],
    [
      'the quota, by the model',
      fault(429, 'TooManyRequests', 'The total number'),
      { status: 429, reasonCode: 'TooManyRequests', retryable: true },
      /429/,
    ],
    [
      'a fault of Amazon',
      fault(500, 'InternalError', 'Something went wrong while processing the request.'),
      { status: 500, retryable: true },
      /500/,
    ],
    ['maintenance', fault(503, 'ServiceUnavailable', 'Service temporarily unavailable'), { status: 503, retryable: true }, /503/],
    [
      'HTML of the gateway',
      (outgoing) => outgoing.writeHead(400).end('<html>Bad Request'),
      { status: 400, retryable: false },
      /, without a reason$/,
    ],
    ['a 500 without a body', (outgoing) => outgoing.writeHead(500).end(), { status: 500, retryable: true }, /, without a reason$/],
    [
      'a page that says 200',
      (outgoing) => outgoing.writeHead(200).end('<html>Log in to the hotel WLAN'),
      { status: 200, retryable: false },
      /^Amazon answered 200, where only 204 says that feedback was taken$/,
    ],
    ['a redirect', (outgoing) => outgoing.writeHead(302, { location: '/elsewhere' }).end(), { status: 302, retryable: false }, /redirect/],
    [
      'nonsense',
      (outgoing) => outgoing.writeHead(400).end('{"errors":[{"code":7,"message":{},"details":[]}]}'),
      { status: 400 },
      /, without a reason$/,
    ],
    [
      'nonsense that has no text',
      (outgoing) => outgoing.writeHead(403).end('{"errors":[{"details":{"toString":1,"valueOf":1}}]}'),
      { status: 403 },
      /, without a reason$/,
    ],
    [
      'several reasons',
      json(400, {
        errors: [{ code: 'InvalidRequest', message: 'm', details: 'TrackingId is wrong' }, { code: 'Other', message: 'n' }, null],
      }),
      { status: 400, reasonCode: 'InvalidRequest' },
      /400: InvalidRequest\. m\. TrackingId is wrong; Other\. n$/,
    ],
    ['other nonsense', (outgoing) => outgoing.writeHead(400).end('{"errors":"none"}'), { status: 400 }, /, without a reason$/],
  ])('%s', async (_, answer, fields, message) => {
    const amazon = await startAmazon();
    amazon.feedbackAnswers.push(answer);
    const error = (await waybillErrorOf(() => clientOf(amazon).submit(rto))) as ApiError;
    expect(error).toMatchObject({ code: 'API', surface: 'shipping-ndr', attempts: 1, hint: expect.any(String), ...fields });
    expect(error.message).toMatch(message);
  });

  test.each<[number, string, RegExp]>([
    [400, '{"errors":[]}', /ndrDueDate/],
    [400, '<html>', /gateway/],
    [403, '<html>', /gateway/],
    [403, '{}', /Amazon Logistics/],
    [404, '{}', /"businessId"/],
    [413, '{}', /proxies/],
    [415, '{}', /proxies/],
    [429, '<html>', /slowly/],
    [503, '<html>', /later/],
    [202, '', /proxies/],
  ])('%i %j comes with a hint that fits', async (status, body, hint) => {
    const amazon = await startAmazon();
    amazon.feedbackAnswers.push((outgoing) => outgoing.writeHead(status).end(body));
    expect((await waybillErrorOf(() => clientOf(amazon).submit(rto))).hint).toMatch(hint);
  });

  test('the whole answer is kept where no log shows it', async () => {
    const amazon = await startAmazon();
    amazon.feedbackAnswers.push(fault(400, 'InvalidRequest', `Shipment ${trackingId} of Asha Rao`, 'token Atza|abc'));
    const error = (await waybillErrorOf(() => clientOf(amazon).submit(rto))) as ApiError;
    expect(error.message).toContain('Shipment [tracking id] of');
    expect(error.data).toEqual({
      errors: [{ code: 'InvalidRequest', message: `Shipment ${trackingId} of Asha Rao`, details: 'token [redacted token]' }],
    });
    expect(everythingShownOf(error)).not.toMatch(/1582657452914|Atza\|abc/);
  });

  test('nothing of the tracking id or the notes shows, not even half of one', async () => {
    const amazon = await startAmazon();
    const words = `${'.'.repeat(490)}${trackingId}`;
    amazon.feedbackAnswers.push(fault(400, trackingId, words, 'The notes "Behind Asha Rao\'s shop" are too long'));
    const error = await waybillErrorOf(() => clientOf(amazon).reattempt(trackingId, "Behind Asha Rao's shop"));
    expect(everythingShownOf(error)).not.toMatch(/15826|Asha/);
  });

  test('a passing fault is repeated, and the feedback sent is the same', async () => {
    const amazon = await startAmazon();
    amazon.feedbackAnswers.push(
      fault(503, 'ServiceUnavailable', 'x', '', { 'retry-after': '0' }),
      fault(429, 'QuotaExceeded', 'x', '', { 'retry-after': '0' }),
    );
    expect(await clientOf(amazon, { maxRetries: 3 }).submit(rto)).toMatchObject({ attempts: 3 });
    expect(new Set(amazon.feedbackRequests.map(({ body }) => body)).size).toBe(1);
    expect(amazon.tokenRequests).toHaveLength(1);
  });

  test('a fault of the caller is not', async () => {
    const amazon = await startAmazon();
    amazon.feedbackAnswers.push(fault(400, 'InvalidRequest', 'x'));
    expect(await waybillErrorOf(() => clientOf(amazon, { maxRetries: 3 }).submit(rto))).toMatchObject({ attempts: 1 });
  });

  test('no answer at all is an error of its own', async () => {
    const amazon = await startAmazon();
    amazon.feedbackAnswers.push((outgoing) => outgoing.destroy());
    expect(await waybillErrorOf(() => clientOf(amazon).submit(rto))).toBeInstanceOf(ConnectionError);
    amazon.feedbackAnswers.push(() => undefined);
    expect(await waybillErrorOf(() => clientOf(amazon, { timeout: 300 }).submit(rto))).toBeInstanceOf(TimeoutError);
  });

  test('an abort goes through unchanged', async () => {
    const amazon = await startAmazon();
    const reason = new Error('the user left');
    const controller = new AbortController();
    amazon.feedbackAnswers.push(() => controller.abort(reason));
    expect(await thrownBy(() => clientOf(amazon).submit(rto, { signal: controller.signal }))).toBe(reason);
  });
});

describe('the access token', () => {
  const expired = fault(403, 'Unauthorized', 'Access to requested resource is denied.', 'The access token you provided has expired.');
  const revoked = fault(403, 'Unauthorized', 'x', 'The access token you provided is revoked, malformed or invalid.');
  const unauthorized = fault(401, 'Unauthorized', "You don't have access to the requested resource or the credentials are invalid.");

  test.each([
    ['has expired', expired],
    ['is revoked', revoked],
    ['is refused with 401', unauthorized],
  ])('that %s is fetched anew, and the call repeated once', async (_, answer) => {
    const amazon = await startAmazon();
    amazon.feedbackAnswers.push(answer);
    const client = clientOf(amazon);
    expect(await client.submit(rto)).toMatchObject({ attempts: 2 });
    await client.submit(rto);
    expect(amazon.feedbackRequests.map(({ headers }) => headers['x-amz-access-token'])).toEqual(['Atza|1', 'Atza|2', 'Atza|2']);
  });

  test('that has expired is fetched anew once for all calls that it failed', async () => {
    const amazon = await startAmazon();
    const client = clientOf(amazon);
    await client.submit(rto);
    const answer: typeof expired = (outgoing, request) =>
      (request.headers['x-amz-access-token'] === 'Atza|1' ? expired : accepted)(outgoing, request);
    amazon.feedbackAnswers.push(...new Array(16).fill(answer));
    await Promise.all(Array.from({ length: 8 }, () => client.submit(rto)));
    expect(amazon.tokenRequests).toHaveLength(2);
    expect(amazon.feedbackRequests).toHaveLength(17);
  });

  test('is fetched anew once only', async () => {
    const amazon = await startAmazon();
    amazon.feedbackAnswers.push(expired, expired, accepted);
    expect(await waybillErrorOf(() => clientOf(amazon).submit(rto))).toMatchObject({ status: 403 });
    expect(amazon.feedbackRequests).toHaveLength(2);
  });

  test('is kept where a role is missing', async () => {
    const amazon = await startAmazon();
    amazon.feedbackAnswers.push(fault(403, 'Unauthorized', 'Access to requested resource is denied.', ''));
    expect((await waybillErrorOf(() => clientOf(amazon).submit(rto))).hint).toContain('Amazon Logistics');
    expect(amazon.tokenRequests).toHaveLength(1);
  });
});

describe('feedback that is refused before it is sent', () => {
  const notes = (additionalAddressNotes: unknown): unknown => ({
    trackingId,
    ndrAction: 'REATTEMPT',
    ndrRequestData: { additionalAddressNotes },
  });
  const date = (rescheduleDate: unknown): unknown => ({ trackingId, ndrAction: 'RESCHEDULE', ndrRequestData: { rescheduleDate } });

  test.each<[unknown, string]>([
    [undefined, 'expected object, got nothing'],
    [null, 'expected object, got null'],
    [[], 'expected object, got an array'],
    ['RTO', 'expected object, got string'],
    [{}, 'trackingId: expected string, got nothing'],
    [{ ...rto, trackingId: 1582657452914 }, 'trackingId: expected string, got number'],
    [{ ...rto, trackingId: '' }, 'trackingId: expected the id of a parcel'],
    [{ ...rto, trackingId: ' 1' }, 'trackingId: expected the id of a parcel'],
    [{ ...rto, trackingId: '1\ud800' }, 'trackingId: expected the id of a parcel'],
    [{ ...rto, ndrAction: 'Reschedule' }, 'ndrAction: expected RESCHEDULE, REATTEMPT or RTO, in capitals'],
    [{ ...rto, ndrAction: 'constructor' }, 'ndrAction: expected RESCHEDULE, REATTEMPT or RTO, in capitals'],
    [{ ...rto, ndrAction: '__proto__' }, 'ndrAction: expected RESCHEDULE, REATTEMPT or RTO, in capitals'],
    [{ trackingId }, 'ndrAction: expected string, got nothing'],
    [{ ...rto, ndrRequestData: {} }, 'ndrRequestData: expected nothing: RTO takes no data'],
    [{ ...rto, ndrRequestData: null }, 'ndrRequestData: expected nothing'],
    [{ ...rto, rescheduleDate: '2023-12-12T05:24:00Z' }, 'unknown properties: rescheduleDate'],
    [{ trackingId, ndrAction: 'RESCHEDULE' }, 'ndrRequestData: expected an object with "rescheduleDate", got nothing'],
    [{ trackingId, ndrAction: 'RESCHEDULE', ndrRequestData: 'x' }, 'ndrRequestData: expected an object with "rescheduleDate", got string'],
    [{ trackingId, ndrAction: 'REATTEMPT', ndrRequestData: {} }, 'ndrRequestData.additionalAddressNotes: expected a text, got nothing'],
    [
      { trackingId, ndrAction: 'RESCHEDULE', ndrRequestData: { rescheduleDate: '2023-12-12T05:24:00Z', additionalAddressNotes: 'x' } },
      'ndrRequestData.additionalAddressNotes: expected "rescheduleDate" alone',
    ],
    [
      date(undefined),
      'ndrRequestData.rescheduleDate: expected a Date, or a text like 2026-03-01T09:00:00+05:30, with time of day and offset; got nothing',
    ],
    [date(1702358640000), 'got number'],
    [date({}), 'got object'],
    [date(new Date('tomorrow')), 'got an invalid Date'],
    [date(new Date('+010000-01-01T00:00:00Z')), 'got one before 1970 or after 9999'],
    [date('2023-12-12'), 'a day alone, which leaves open when it begins'],
    [date('2023-12-12T05:24:00'), 'got a time without an offset'],
    [date(new Date(-1)), 'got one before 1970 or after 9999'],
    [date('2023-02-30T05:24:00Z'), 'got another text, or a day that is in no calendar'],
    [date('12 December 2023'), 'with time of day and offset'],
    [date('9999-12-31T23:59:59-05:30'), 'got one before 1970 or after 9999'],
    [date('2'.repeat(10_000_000)), 'with time of day and offset'],
    [date('2023-11-30T23:59:59Z'), 'ndrRequestData.rescheduleDate: expected a time that lies ahead'],
    [date(NOW), 'expected a time that lies ahead'],
    [date('2023-12-01T05:30:00+05:30'), 'expected a time that lies ahead'],
    [notes(''), 'expected notes, got a blank text'],
    [notes(' \n'), 'expected notes, got a blank text'],
    [notes({ street: 'MG Road' }), 'expected a text, got object'],
    [notes('half of 🏠: \ud83c'), 'expected well-formed Unicode'],
    [notes('x'.repeat(257)), 'expected at most 256 characters, got 257'],
    [notes('🏠'.repeat(257)), 'expected at most 256 characters, got 257'],
    [notes('x'.repeat(10_000_000)), 'expected at most 256 characters'],
    [notes('Call 98765 43210 at the gate'), 'looks as if it held a phone number'],
    [notes('write to asha@example.in'), 'looks as if it held an e-mail address'],
  ])('%#: %j', async (feedback, message) => {
    const amazon = await startAmazon();
    const error = (await waybillErrorOf(() => clientOf(amazon, { clock }).submit(feedback as NdrFeedback))) as ValidationError;
    expect(error).toBeInstanceOf(ValidationError);
    expect(error.direction).toBe('request');
    expect(error.message).toContain(message);
    expect(everythingShownOf(error)).not.toMatch(/1582657452914|asha|98765|MG Road/);
    expect(amazon.tokenRequests.length + amazon.feedbackRequests.length).toBe(0);
  });

  test.each(['x', 'x'.repeat(256), '🏠'.repeat(256)])('but not notes of 1 to 256 code points: %#', async (text) => {
    const amazon = await startAmazon();
    await clientOf(amazon).reattempt(trackingId, text);
    expect(JSON.parse(String(amazon.feedbackRequests[0]?.body)).ndrRequestData.additionalAddressNotes).toBe(text);
  });

  test('but not what only looks like contact data, where the caller says so', async () => {
    const amazon = await startAmazon();
    expect((await waybillErrorOf(() => clientOf(amazon).reattempt(trackingId, 'Plot 98765 43210'))).hint).toContain(
      'allowContactData: true',
    );
    await clientOf(amazon).reattempt(trackingId, 'Plot 98765 43210', { allowContactData: true });
    expect(amazon.feedbackRequests).toHaveLength(1);
  });

  test('and feedback after the due date, where that is given', async () => {
    const amazon = await startAmazon();
    const client = clientOf(amazon, { clock });
    expect((await waybillErrorOf(() => client.submit(rto, { dueDate: '2023-11-30T23:59:59Z' }))).message).toContain('has passed');
    for (const dueDate of ['soon', new Date(Number.NaN), 0, null]) {
      expect((await waybillErrorOf(() => client.submit(rto, { dueDate } as never))).message).toContain('"dueDate"');
    }
    await client.submit(rto, { dueDate: new Date(NOW.getTime() + 1) });
    expect(amazon.feedbackRequests).toHaveLength(1);
  });
});

describe('submitMany', () => {
  test('yields a result for each and throws for none', async () => {
    const amazon = await startAmazon();
    const feedbacks = Array.from({ length: 8 }, (_, index): NdrFeedback => ({ ...rto, trackingId: index === 3 ? '' : `id-${index}` }));
    amazon.feedbackAnswers.push(fault(404, 'NotFound', 'x'));
    const results: NdrFeedbackResult[] = [];
    for await (const result of clientOf(amazon).submitMany(feedbacks, { concurrency: 1 })) results.push(result);
    expect(results.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(results[0]).toMatchObject({ feedback: feedbacks[0], status: 'failed', sent: true, error: { status: 404 } });
    expect(results[3]).toMatchObject({ feedback: feedbacks[3], sent: false, error: { code: 'VALIDATION' } });
    expect(results.filter(({ status, receipt }) => status === 'submitted' && receipt)).toHaveLength(6);
    expect(amazon.tokenRequests).toHaveLength(1);
  });

  test('takes what comes bit by bit', async () => {
    const amazon = await startAmazon();
    async function* decisions() {
      for (const id of ['a', 'b']) yield { trackingId: id, ndrAction: 'RTO', row: 7 } as const;
    }
    const seen: number[] = [];
    // A property that is not sent is refused, so that a typing error is seen.
    for await (const { error } of clientOf(amazon).submitMany(decisions())) seen.push(error ? 1 : 0);
    expect(seen).toEqual([1, 1]);
  });

  test.each([
    [undefined],
    ['text'],
    [[rto], { concurrency: 0 }],
    [[rto], null],
    [[rto], { timeout: -1 }],
    [[rto], { dueDateOf: '2026-03-01T00:00:00Z' }],
    [[rto], { idempotencyStore: {} }],
  ])('refuses %j', async (...args) => {
    const amazon = await startAmazon();
    const error = await waybillErrorOf(() => clientOf(amazon).submitMany(...(args as unknown as [NdrFeedback[]])));
    expect(error).toBeInstanceOf(ConfigurationError);
  });

  test('an abort ends it with the reason; what was under way says whether it was sent', async () => {
    const amazon = await startAmazon();
    const reason = new Error('closing time');
    const controller = new AbortController();
    amazon.feedbackAnswers.push(
      () => undefined,
      () => controller.abort(reason),
    );
    const results: NdrFeedbackResult[] = [];
    const run = async (): Promise<void> => {
      const many = clientOf(amazon).submitMany(new Array(50).fill(rto), { concurrency: 2, signal: controller.signal });
      for await (const result of many) results.push(result);
    };
    expect(await thrownBy(run)).toBe(reason);
    expect(results).toMatchObject(new Array(2).fill({ status: 'failed', sent: true, error: reason }));
  });

  test('each feedback has a due date of its own', async () => {
    const amazon = await startAmazon();
    const dueDateOf = vi.fn((_: NdrFeedback, index: number) => ['2023-11-30T00:00:00Z', '2023-12-02T00:00:00Z', undefined, 'soon'][index]);
    const seen = new Map<number, string>();
    const feedbacks = ['a', 'b', 'c', 'd'].map((id): NdrFeedback => ({ ...rto, trackingId: id }));
    for await (const { index, status } of clientOf(amazon, { clock }).submitMany(feedbacks, { dueDateOf })) seen.set(index, status);
    expect(Object.fromEntries(seen)).toEqual({ 0: 'failed', 1: 'submitted', 2: 'submitted', 3: 'failed' });
    expect(dueDateOf).toHaveBeenCalledWith(feedbacks[2], 2);
  });

  describe('with a store', () => {
    const reschedule = (rescheduleDate: string): NdrFeedback => ({
      trackingId,
      ndrAction: 'RESCHEDULE',
      ndrRequestData: { rescheduleDate },
    });

    async function statuses(client: NdrFeedbackClient, feedbacks: NdrFeedback[], options: SubmitManyOptions): Promise<string[]> {
      const seen: string[] = [];
      for await (const { index, status } of client.submitMany(feedbacks, { concurrency: 1, ...options })) seen[index] = status;
      return seen;
    }

    test('goes on where a batch broke off: what was taken is not sent again, what failed is', async () => {
      const amazon = await startAmazon();
      let now = NOW;
      const client = clientOf(amazon, { clock: () => now });
      const idempotencyStore = new MemoryIdempotencyStore({ clock });
      const feedbacks = [reschedule('2023-12-01T12:00:00Z'), rto, reschedule('2023-12-03T12:00:00Z')];
      amazon.feedbackAnswers.push(accepted, fault(503, 'ServiceUnavailable', 'x'));
      expect(await statuses(client, feedbacks, { idempotencyStore })).toEqual(['submitted', 'failed', 'submitted']);
      // Done is done, though its date has passed meanwhile; and so is the same moment in other words.
      now = new Date('2023-12-02T00:00:00Z');
      feedbacks[2] = reschedule('2023-12-03T17:30:00+05:30');
      expect(await statuses(client, feedbacks, { idempotencyStore })).toEqual(['already-submitted', 'submitted', 'already-submitted']);
      expect(amazon.feedbackRequests).toHaveLength(4);
    });

    test('tells a later attempt at the same parcel by its due date', async () => {
      const amazon = await startAmazon();
      const client = clientOf(amazon, { clock });
      const idempotencyStore = new MemoryIdempotencyStore();
      const due = (dueDate: string) => ({ idempotencyStore, dueDateOf: () => dueDate });
      expect(await statuses(client, [rto], due('2023-12-02T00:00:00Z'))).toEqual(['submitted']);
      expect(await statuses(client, [rto], due('2023-12-02T05:30:00+05:30'))).toEqual(['already-submitted']);
      expect(await statuses(client, [rto], due('2023-12-05T00:00:00Z'))).toEqual(['submitted']);
    });

    test('leaves to another process what it is at', async () => {
      const amazon = await startAmazon();
      const idempotencyStore: IdempotencyStore = {
        claim: async () => 'in-progress',
        complete: async () => undefined,
        release: async () => undefined,
      };
      expect(await statuses(clientOf(amazon), [rto], { idempotencyStore })).toEqual(['in-progress']);
      expect(amazon.feedbackRequests).toHaveLength(0);
    });

    test('one that fails before sending fails the feedback; one that fails after it only warns', async () => {
      const amazon = await startAmazon();
      const warnings: Warning[] = [];
      const client = clientOf(amazon, { hooks: { onWarning: (warning) => warnings.push(warning) } });
      const down = (): Promise<never> => Promise.reject(new Error('down'));
      const store: IdempotencyStore = { claim: async () => 'claimed', complete: down, release: down };
      expect(await statuses(client, [rto], { idempotencyStore: { ...store, claim: down } })).toEqual(['failed']);
      expect(amazon.feedbackRequests).toHaveLength(0);
      expect(await statuses(client, [rto], { idempotencyStore: store })).toEqual(['submitted']);
      expect(warnings).toMatchObject([{ code: 'STORE_FAILED', surface: 'shipping-ndr', path: ['idempotencyStore'] }]);
      amazon.feedbackAnswers.push(fault(404, 'NotFound', 'x'));
      expect(await statuses(client, [rto], { idempotencyStore: store })).toEqual(['failed']);
    });
  });
});

describe('the rate', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** When each of `count` calls asked for at once was sent, in milliseconds; the answers come at once. */
  async function schedule(count: number, answer: () => Response, options: Partial<NdrFeedbackClientOptions> = {}): Promise<number[]> {
    const start = performance.now();
    const times: number[] = [];
    const fetch = async (url: string): Promise<Response> => {
      if (url.includes('/auth/')) return Response.json({ access_token: 'Atza|x', expires_in: 3600 });
      times.push(Math.round(performance.now() - start));
      return answer();
    };
    const client = new NdrFeedbackClient({ credentials, fetch, maxRetries: 0, ...options });
    const calls = Promise.allSettled(Array.from({ length: count }, () => client.submit(rto)));
    await vi.runAllTimersAsync();
    await calls;
    return times;
  }
  const granting = (rate: string) => (): Response => new Response(null, { status: 204, headers: { 'x-amzn-RateLimit-Limit': rate } });
  const burst = new Array<number>(10).fill(0);

  test.each([
    ['50', [20, 40, 60]],
    ['2.0', [500, 1_000, 1_500]],
    [' 12.5 ', [80, 160, 240]],
    // The bounds.
    ['1000', [13, 25, 38]],
    ['0.0001', [2_000, 4_000, 6_000]],
  ])('is what Amazon grants: %s', async (rate, after) => {
    expect(await schedule(13, granting(rate))).toEqual([...burst, ...after]);
  });

  test.each(['', '0', '0.0', '-5', 'fast', 'NaN', 'Infinity', '1e3', '0x50', '5,0', '5.0.0', '50, 50', '9'.repeat(400)])(
    'is 5 a second where the header says %j',
    async (rate) => {
      expect(await schedule(13, granting(rate))).toEqual([...burst, 200, 400, 600]);
      const fetch = async (url: string): Promise<Response> =>
        url.includes('/auth/') ? Response.json({ access_token: 'Atza|x' }) : granting(rate)();
      expect(await new NdrFeedbackClient({ credentials, fetch }).submit(rto)).toEqual({ attempts: 1 });
    },
  );

  test('starts from an empty bucket after a 429, and adapts to what that says too', async () => {
    const full = [new Response('', { status: 429 }), new Response('', { status: 429, headers: { 'x-amzn-ratelimit-limit': '10' } })];
    const answer = (): Response => full.shift() ?? new Response(null, { status: 204 });
    // The ten are on their way before the first answer is there.
    expect(await schedule(12, answer)).toEqual([...burst, 100, 200]);
    // One at a time: what the burst would have allowed is gone.
    full.push(new Response('', { status: 429 }));
    const start = performance.now();
    const times: number[] = [];
    const fetch = async (url: string): Promise<Response> => {
      if (url.includes('/auth/')) return Response.json({ access_token: 'Atza|x' });
      times.push(performance.now() - start);
      return answer();
    };
    const client = new NdrFeedbackClient({ credentials, fetch, maxRetries: 0 });
    const calls = (async () => {
      for (let call = 0; call < 3; call += 1) await client.submit(rto).catch(() => undefined);
    })();
    await vi.runAllTimersAsync();
    await calls;
    expect(times).toEqual([0, 200, 400]);
  });

  test('of a limiter that the caller chose stays', async () => {
    const rateLimiter = new TokenBucket({ capacity: 1, refillPerSecond: 2 });
    expect(await schedule(3, granting('80'), { rateLimiter })).toEqual([0, 500, 1_000]);
  });

  test('is told to one that wants to hear of it, and what that throws is ignored', async () => {
    const news: QuotaNews[] = [];
    const answers = [granting('2.5')(), new Response('', { status: 429 }), new Response(null, { status: 204 })];
    const rateLimiter: RateLimiter = {
      acquire: async () => undefined,
      adapt: (told) => {
        news.push(told);
        throw new Error('of no concern');
      },
    };
    expect(await schedule(3, () => answers.shift() as Response, { rateLimiter })).toEqual([0, 0, 0]);
    expect(news).toEqual([{ perSecond: 2.5, exceeded: false }, { exceeded: true }]);
    const late: RateLimiter = { acquire: async () => undefined, adapt: () => Promise.reject(new Error('of no concern')) };
    expect(await schedule(1, granting('1000'), { rateLimiter: late })).toEqual([0]);
    expect(await schedule(20, granting('1'), { rateLimiter: false })).toEqual(new Array(20).fill(0));
  });

  test('can be shared and adapt, as the documentation shows', async () => {
    class SharedQuota extends TokenBucket {
      adapt({ perSecond, exceeded }: QuotaNews): void {
        if (perSecond) this.setRate(perSecond);
        if (exceeded) this.drain();
      }
    }
    const rateLimiter = new SharedQuota({ capacity: 1, refillPerSecond: 1 });
    expect(await schedule(3, granting('4'), { rateLimiter })).toEqual([0, 250, 500]);
  });
});

describe('the client', () => {
  test('keeps to 5 calls a second after a burst of 10', async () => {
    const amazon = await startAmazon();
    const client = clientOf(amazon, { totalTimeout: 150 });
    const calls = await Promise.allSettled(Array.from({ length: 12 }, () => client.submit(rto)));
    for (const call of calls) if (call.status === 'rejected') expect(call.reason.message).toContain('waited for its turn');
    expect(amazon.feedbackRequests.length).toBeLessThan(12);
    expect(calls.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0);
  });

  test('takes another limiter or none', async () => {
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
    [undefined, 'needs an object of options'],
    [{}, '"credentials.clientId" is missing'],
    [{ credentials: null }, '"credentials.clientId" is missing'],
    [{ credentials: { ...credentials, clientSecret: '' } }, '"credentials.clientSecret" is missing'],
    [{ credentials: { ...credentials, clientSecret: 7 } }, '"credentials.clientSecret" is missing, or no text'],
    [
      { credentials: { ...credentials, refreshToken: `${credentials.refreshToken}\n` } },
      '"credentials.refreshToken" has a blank or a line break around it',
    ],
    [{ credentials: { ...credentials, refreshToken: 'Atza|access' } }, 'is an access token'],
    [{ credentials: { ...credentials, clientId: 'amzn1.sp.solution.4622520d' } }, 'is the id of the application'],
    [{ credentials, region: 'in' }, '"region" must be na, eu or fe'],
    [{ credentials, region: 'constructor' }, '"region"'],
    [{ credentials, businessId: 'Amazon Shipping' }, '"businessId"'],
    [{ credentials, businessId: null }, '"businessId"'],
    [{ credentials, baseUrl: 'sellingpartnerapi-eu.amazon.com' }, '"baseUrl"'],
    [{ credentials, tokenUrl: '/auth/o2/token' }, '"tokenUrl"'],
    [{ credentials, tokenStore: {} }, '"tokenStore" must have get() and set()'],
    [{ credentials, timeout: 'long' }, '"timeout"'],
    [{ credentials, fetch: 'fetch' }, '"fetch"'],
    [{ credentials, userAgent: 'x'.repeat(480) }, 'more than the 500 that Amazon takes'],
    [{ credentials, sandbox: 'false' }, '"sandbox" must be true or false'],
    [{ credentials, userAgent: 'a\r\nb' }, '"userAgent" must be printable ASCII'],
  ])('is not made with %#', async (options, message) => {
    const error = await waybillErrorOf(() => new NdrFeedbackClient(options as never));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.message).toContain(message);
    expect(everythingShownOf(error)).not.toMatch(/Atz[ar]\||oa2-cs/);
  });

  test.each([null, 'options', { timeout: -1 }, { signal: 'stop' }, { headers: { 'bad header': 'x' } }])(
    'takes no call options like %j',
    async (options) => {
      const amazon = await startAmazon();
      expect(await waybillErrorOf(() => clientOf(amazon).submit(rto, options as never))).toBeInstanceOf(ConfigurationError);
    },
  );
});

describe('the schema for any validator', () => {
  test('takes what submit takes', () => {
    const feedback = { trackingId, ndrAction: 'RESCHEDULE', ndrRequestData: { rescheduleDate: NOW } };
    expect(NdrFeedbackSchema['~standard'].validate(feedback)).toEqual({ value: feedback });
    expect(NdrFeedbackSchema['~standard'].validate({ ...feedback, ndrAction: 'RTO' })).toMatchObject({
      issues: [{ path: ['ndrRequestData'] }],
    });
  });
});

test('the compiler knows what each action needs', () => {
  expectTypeOf<{ trackingId: string; ndrAction: 'RESCHEDULE' }>().not.toExtend<NdrFeedback>();
  expectTypeOf<{ trackingId: string; ndrAction: 'RTO' }>().toExtend<NdrFeedback>();
  expectTypeOf<{ trackingId: string; ndrAction: 'REATTEMPT'; ndrRequestData: { rescheduleDate: Date } }>().not.toExtend<NdrFeedback>();
  type Own = RescheduleFeedback & { readonly trackingId: `own-${string}` };
  expectTypeOf<SubmitManyOptions<Own>['dueDateOf']>().toEqualTypeOf<
    ((feedback: Own, index: number) => Date | string | undefined) | undefined
  >();
  expectTypeOf<Extract<NdrFeedbackResult<Own>, { status: 'failed' }>['sent']>().toEqualTypeOf<boolean>();
  expectTypeOf<NdrFeedbackResult<Own>['feedback']>().toEqualTypeOf<Own>();
});
