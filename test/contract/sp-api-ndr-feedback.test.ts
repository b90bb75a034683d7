/** Whatever a caller passes to the client, each request conforms to SP-API's model, and each response is reported as documented. */
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ApiError, isWaybillError, NdrFeedbackClient, NdrFeedbackSchema } from '../../src/shipping-ndr/index.ts';
import { waybillErrorOf } from '../support/errors.ts';
import type { Recorded } from '../support/server.ts';
import { clientOf, credentials, fault, json, startAmazon } from '../support/shipping-ndr/amazon.ts';
import { anyCharacter } from '../support/text.ts';
import { BUSINESS_IDS, FAILURES, HOSTS, METHOD, PATH, readUserAgent, violations } from './sp-api-ndr-feedback.ts';

const NOW = new Date('2026-03-01T00:00:00Z');
const trackingId = '1582657452914';
const pad = (number: number): string => String(number).padStart(2, '0');

const isId = (text: string): boolean => !('issues' in NdrFeedbackSchema['~standard'].validate({ trackingId: text, ndrAction: 'RTO' }));
// What a spreadsheet has rounded is valid JSON for Amazon, and is refused by the client only.
const id = fc.stringMatching(/^[\w.:/-]{1,40}$/).filter((text) => isId(text) && !/^\d+(?:\.\d+)?e-?\d+$/i.test(text));
const ahead = fc.date({ min: new Date('2026-03-02T00:00:00Z'), max: new Date('2100-01-01T00:00:00Z'), noInvalidDate: true });
/** The same moment as a `Date`, in UTC, and as clocks with another offset show it; each with its way of writing seconds. */
const rescheduleDate = fc
  .record({ moment: ahead, offset: fc.integer({ min: -14 * 60, max: 14 * 60 }), form: fc.constantFrom('Date', 'UTC', 'offset', 'minutes') })
  .map(({ moment, offset, form }) => {
    if (form === 'Date') return { input: moment, moment };
    if (form === 'UTC') return { input: moment.toISOString(), moment };
    const local = new Date(moment.getTime() + offset * 60_000).toISOString().slice(0, -1);
    const zone = `${offset < 0 ? '-' : '+'}${pad(Math.floor(Math.abs(offset) / 60))}:${pad(Math.abs(offset) % 60)}`;
    if (form === 'offset') return { input: `${local}${zone}`, moment };
    return { input: `${local.slice(0, 16)}${zone}`, moment: new Date(Math.floor(moment.getTime() / 60_000) * 60_000) };
  });
const notes = fc
  .array(fc.string({ unit: anyCharacter, minLength: 1, maxLength: 1 }), { minLength: 1, maxLength: 256 })
  .map((characters) => characters.join(''))
  .filter((text) => text.trim() !== '');
const options = fc.record(
  {
    businessId: fc.constantFrom(...BUSINESS_IDS),
    userAgent: fc.string({ unit: fc.constantFrom(...' abc/\\()=;.1~"'), maxLength: 220 }),
  },
  { requiredKeys: [] },
);

describe('a request', () => {
  test('conforms for all feedback that is valid, and says what the caller said', async () => {
    const amazon = await startAmazon();
    const feedback = fc.oneof(
      fc.record({ trackingId: id, ndrAction: fc.constant('RESCHEDULE' as const), date: rescheduleDate }),
      fc.record({ trackingId: id, ndrAction: fc.constant('REATTEMPT' as const), text: notes }),
      fc.record({ trackingId: id, ndrAction: fc.constant('RTO' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(feedback, options, async (given, chosen) => {
        const client = clientOf(amazon, { ...chosen, clock: () => NOW });
        const call = { allowContactData: true };
        if ('date' in given) await client.reschedule(given.trackingId, given.date.input, call);
        else if ('text' in given) await client.reattempt(given.trackingId, given.text, call);
        else await client.returnToOrigin(given.trackingId, call);

        const request = amazon.feedbackRequests.pop() as Recorded;
        expect(violations(request)).toEqual([]);
        expect(request.headers['x-amzn-shipping-business-id']).toBe(chosen.businessId ?? 'AmazonShipping_IN');
        expect(readUserAgent(String(request.headers['user-agent']))?.attributes['Application'] ?? '').toBe(chosen.userAgent ?? '');
        const { ndrRequestData, ...sent } = JSON.parse(request.body);
        expect(sent).toEqual({ trackingId: given.trackingId, ndrAction: given.ndrAction });
        if ('date' in given) expect(new Date(ndrRequestData.rescheduleDate)).toEqual(given.date.moment);
        else if ('text' in given) expect(ndrRequestData.additionalAddressNotes).toBe(given.text);
        else expect(ndrRequestData).toBeUndefined();
      }),
      { numRuns: 150 },
    );
  }, 30_000);

  test('conforms, or is refused with a reason and not sent, whatever the feedback', async () => {
    const amazon = await startAmazon();
    const client = clientOf(amazon, { clock: () => NOW, rateLimiter: false });
    const maybe = <Value>(usual: fc.Arbitrary<Value>): fc.Arbitrary<unknown> => fc.oneof({ weight: 4, arbitrary: usual }, fc.anything());
    const data = fc.record(
      {
        rescheduleDate: maybe(
          fc.oneof(
            fc.date(),
            rescheduleDate.map(({ input }) => input),
            fc.string(),
          ),
        ),
        additionalAddressNotes: maybe(fc.oneof(notes, fc.string({ unit: anyCharacter, maxLength: 300 }))),
      },
      { requiredKeys: [] },
    );
    // So that some of it is sent.
    const likely = fc.record({
      trackingId: id,
      ndrAction: fc.constantFrom('RESCHEDULE', 'REATTEMPT', 'RTO'),
      ndrRequestData: fc.option(data, { nil: undefined }),
    });
    const unlikely = fc.record(
      {
        trackingId: maybe(fc.oneof(id, fc.string({ unit: anyCharacter }))),
        ndrAction: maybe(fc.constantFrom('RESCHEDULE', 'REATTEMPT', 'RTO', 'rto', '')),
        ndrRequestData: maybe(fc.option(data, { nil: undefined })),
      },
      { requiredKeys: [] },
    );
    let refused = 0;
    let sent = 0;
    await fc.assert(
      fc.asyncProperty(fc.oneof(likely, unlikely), async (given) => {
        try {
          await client.submit(given as never);
        } catch (error) {
          refused += 1;
          expect(isWaybillError(error) && error.code).toBe('VALIDATION');
          expect(amazon.feedbackRequests).toHaveLength(0);
          return;
        }
        sent += 1;
        expect(violations(amazon.feedbackRequests.pop() as Recorded)).toEqual([]);
      }),
      { numRuns: 500 },
    );
    expect(refused).toBeGreaterThan(50);
    expect(sent).toBeGreaterThan(5);
  }, 30_000);

  test.each(Object.entries(HOSTS))('goes to the host of region %s, and to its sandbox', async (region, host) => {
    const urls: string[] = [];
    const fetch = async (url: string): Promise<Response> => {
      urls.push(url);
      return url.includes('/auth/') ? Response.json({ access_token: 'Atza|x' }) : new Response(null, { status: 204 });
    };
    for (const sandbox of [false, true]) {
      const client = new NdrFeedbackClient({ credentials, fetch, region: region as 'na', sandbox });
      await client.returnToOrigin(trackingId);
    }
    expect(urls.filter((url) => !url.includes('/auth/'))).toEqual([`https://${host}${PATH}`, `https://sandbox.${host}${PATH}`]);
  });

  test('has the path and method that another client of the same interface has', () => {
    const { v2 } = createRequire(import.meta.url)('amazon-sp-api/lib/resources/versions/shipping/shipping_v2.js') as {
      v2: { submitNdrFeedback(parameters: object): object };
    };
    expect(v2.submitNdrFeedback({})).toMatchObject({ method: METHOD, api_path: PATH });
  });
});

describe('the contract', () => {
  const good = {
    method: METHOD,
    path: PATH,
    headers: {
      'content-type': 'application/json',
      'x-amz-access-token': 'Atza|x',
      'x-amzn-shipping-business-id': 'AmazonShipping_IN',
      'user-agent': 'My \\/ shop/1.0 (Language=JavaScript; Platform=Linux\\; x86)',
    },
    body: '{"trackingId":"1","ndrAction":"RTO"}',
  };
  const withBody = (body: unknown) => ({ ...good, body: JSON.stringify(body) });
  const withData = (ndrAction: string, ndrRequestData: unknown) => withBody({ trackingId: '1', ndrAction, ndrRequestData });

  test('holds for what is right', () => {
    expect(violations(good)).toEqual([]);
    expect(violations(withData('REATTEMPT', { additionalAddressNotes: '🏠'.repeat(256) }))).toEqual([]);
    expect(violations(withData('RESCHEDULE', { rescheduleDate: '2023-12-12T05:24:00.00Z' }))).toEqual([]);
    expect(readUserAgent(good.headers['user-agent'])).toEqual({
      name: 'My / shop',
      version: '1.0',
      attributes: { Language: 'JavaScript', Platform: 'Linux; x86' },
    });
  });

  test.each([
    [{ ...good, path: '/shipping/v1/ndrFeedback' }, PATH],
    [{ ...good, headers: { ...good.headers, 'x-amzn-shipping-business-id': 'AmazonShipping_XX' } }, 'business-id'],
    [{ ...good, headers: { ...good.headers, 'x-amz-access-token': undefined } }, 'access-token'],
    [{ ...good, headers: { ...good.headers, 'user-agent': 'node' } }, 'user-agent'],
    [{ ...good, headers: { ...good.headers, 'user-agent': `a/1 (Language=${'x'.repeat(500)})` } }, 'user-agent'],
    [{ ...good, headers: { ...good.headers, authorization: 'AWS4-HMAC-SHA256' } }, 'SigV4'],
    [{ ...good, body: '' }, 'body: object'],
    [withBody({ ndrAction: 'RTO' }), 'body.trackingId: required'],
    [withBody({ trackingId: 1, ndrAction: 'RTO' }), 'body.trackingId: string'],
    [withBody({ trackingId: '1', ndrAction: 'Reschedule' }), 'body.ndrAction: one of'],
    [withBody({ trackingId: '1', ndrAction: 'RTO', rescheduleDate: 'x' }), 'body.rescheduleDate: not in the model'],
    [withData('RESCHEDULE', { rescheduleDate: '2023-12-12' }), 'date-time'],
    [withData('RESCHEDULE', { rescheduleDate: '2023-02-30T00:00:00Z' }), 'date-time'],
    [withData('RESCHEDULE', { rescheduleDate: '2023-12-12T05:24:00+05:30' }), 'date-time'],
    [withData('RESCHEDULE', {}), 'the data of RESCHEDULE'],
    [withData('RESCHEDULE', { additionalAddressNotes: 'x' }), 'the data of RESCHEDULE'],
    [withData('REATTEMPT', { rescheduleDate: '2023-12-12T05:24:00.00Z' }), 'the data of REATTEMPT'],
    [withData('RTO', { additionalAddressNotes: 'x' }), 'the data of RTO'],
    [withData('REATTEMPT', { additionalAddressNotes: 'x'.repeat(257) }), 'maxLength'],
    [withData('REATTEMPT', { additionalAddressNotes: '' }), 'not empty'],
    [withData('REATTEMPT', 'x'), 'body.ndrRequestData: object'],
  ])('is broken by %#', (request, what) => {
    expect(violations(request).join()).toContain(what);
  });
});

describe('a response', () => {
  test('204 is a success, with and without the headers', async () => {
    const amazon = await startAmazon();
    expect(await clientOf(amazon).returnToOrigin(trackingId)).toEqual({ requestId: 'req-204', rateLimit: 5, attempts: 1 });
    amazon.feedbackResponses.push((outgoing) => outgoing.writeHead(204).end());
    expect(await clientOf(amazon).returnToOrigin(trackingId)).toEqual({ attempts: 1 });
  });

  const bodies = FAILURES.flatMap((failure) => [
    { ...failure, details: 'RescheduleDate is missing in the request' },
    { ...failure, details: '' },
    { ...failure, details: undefined },
  ]);
  test.each(bodies)('$status $code with details $details is reported as such', async ({ status, code, message, details, later }) => {
    const amazon = await startAmazon();
    // A 401 has the token replaced, so it is needed twice.
    amazon.feedbackResponses.push(fault(status, code, message, details), fault(status, code, message, details));
    const error = (await waybillErrorOf(() => clientOf(amazon).returnToOrigin(trackingId))) as ApiError;
    expect(error).toMatchObject({ code: 'API', status, reasonCode: code, requestId: 'req-1', retryable: later, hint: expect.any(String) });
    for (const words of [code, message, details ?? '']) expect(error.message).toContain(words);
    expect(error.data).toEqual({ errors: [{ code, message, ...(details !== undefined && { details }) }] });
    expect(amazon.feedbackRequests).toHaveLength(status === 401 ? 2 : 1);
  });

  test.each(FAILURES)('$status without a body that is JSON is the same failure without a code', async ({ status, later }) => {
    const amazon = await startAmazon();
    const html = (outgoing: Parameters<(typeof amazon.feedbackResponses)[number]>[0]): unknown =>
      outgoing.writeHead(status, { 'content-type': 'text/html', 'X-AMZN-REQUESTID': 'req-html' }).end('<html><h1>Error</h1></html>');
    amazon.feedbackResponses.push(html, html);
    const error = (await waybillErrorOf(() => clientOf(amazon).returnToOrigin(trackingId))) as ApiError;
    expect(error).toMatchObject({ status, requestId: 'req-html', retryable: later });
    expect(error.reasonCode).toBeUndefined();
  });

  test('of Login with Amazon: every documented code has a hint, and only a temporary failure is retryable', async () => {
    const codes = [
      ...['invalid_client', 'invalid_grant', 'invalid_request', 'invalid_scope', 'unauthorized_client', 'access_denied'],
      ...['unsupported_grant_type', 'server_error', 'temporarily_unavailable', 'other'],
    ];
    for (const code of codes) {
      const amazon = await startAmazon();
      amazon.tokenResponses.push(json(400, { error: code, error_description: 'words' }));
      const error = await waybillErrorOf(() => clientOf(amazon).returnToOrigin(trackingId));
      const later = code === 'server_error' || code === 'temporarily_unavailable';
      expect(error).toMatchObject({ code: 'API', reasonCode: code, retryable: later, hint: expect.any(String) });
    }
  });
});
