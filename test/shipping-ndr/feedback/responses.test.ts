import { describe, expect, test } from 'vitest';
import { type ApiError, ConnectionError, type NdrFeedback, TimeoutError } from '../../../src/shipping-ndr/index.ts';
import { everythingShownOf, thrownBy, waybillErrorOf } from '../../support/errors.ts';
import { clientOf, fault, json, type Responder, startAmazon } from '../../support/shipping-ndr/amazon.ts';

const trackingId = '1582657452914';
const rto: NdrFeedback = { trackingId, ndrAction: 'RTO' };

describe('a response', () => {
  test('204 is a success, with the request id and the rate that Amazon grants', async () => {
    const amazon = await startAmazon();
    expect(await clientOf(amazon).submit(rto)).toEqual({ requestId: 'req-204', rateLimit: 5, attempts: 1 });
  });

  test('204 without headers is a success too', async () => {
    const amazon = await startAmazon();
    amazon.feedbackResponses.push((outgoing) => outgoing.writeHead(204).end());
    expect(await clientOf(amazon).submit(rto)).toEqual({ attempts: 1 });
  });

  const denied = 'Access to requested resource is denied.';
  test.each<[string, Responder, Partial<ApiError>, RegExp]>([
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
    ['a redirect', (outgoing) => outgoing.writeHead(302, { location: '/elsewhere' }).end(), { status: 302, retryable: false }, /redirect/],
    [
      'nonsense',
      (outgoing) => outgoing.writeHead(400).end('{"errors":[{"code":7,"message":{},"details":[]}]}'),
      { status: 400 },
      /, without a reason$/,
    ],
    [
      'nonsense that cannot be converted to a string',
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
  ])('%s', async (_, respond, fields, message) => {
    const amazon = await startAmazon();
    amazon.feedbackResponses.push(respond);
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
  ])('%i %j has a hint that fits', async (status, body, hint) => {
    const amazon = await startAmazon();
    amazon.feedbackResponses.push((outgoing) => outgoing.writeHead(status).end(body));
    expect((await waybillErrorOf(() => clientOf(amazon).submit(rto))).hint).toMatch(hint);
  });

  test('is in `data` as a whole, redacted, and no log shows it', async () => {
    const amazon = await startAmazon();
    amazon.feedbackResponses.push(fault(400, 'InvalidRequest', `Shipment ${trackingId} of Asha Rao`, 'token Atza|abc'));
    const error = (await waybillErrorOf(() => clientOf(amazon).submit(rto))) as ApiError;
    expect(error.message).toContain('Shipment [redacted] of');
    expect(error.data).toEqual({
      errors: [{ code: 'InvalidRequest', message: 'Shipment [redacted] of Asha Rao', details: 'token [redacted token]' }],
    });
    expect(everythingShownOf(error)).not.toMatch(/1582657452914|Atza\|abc/);
  });

  test('shows nothing of the tracking id or the notes, not even half of one', async () => {
    const amazon = await startAmazon();
    const words = `${'.'.repeat(490)}${trackingId}`;
    amazon.feedbackResponses.push(fault(400, trackingId, words, 'The notes "Behind Asha Rao\'s shop" are too long'));
    const error = await waybillErrorOf(() => clientOf(amazon).reattempt(trackingId, "Behind Asha Rao's shop"));
    expect(everythingShownOf(error)).not.toMatch(/15826|Asha/);
  });

  test('with a temporary failure is followed by a retry with the same feedback', async () => {
    const amazon = await startAmazon();
    amazon.feedbackResponses.push(
      fault(503, 'ServiceUnavailable', 'x', '', { 'retry-after': '0' }),
      fault(429, 'QuotaExceeded', 'x', '', { 'retry-after': '0' }),
    );
    expect(await clientOf(amazon, { maxRetries: 3 }).submit(rto)).toMatchObject({ attempts: 3 });
    expect(new Set(amazon.feedbackRequests.map(({ body }) => body)).size).toBe(1);
    expect(amazon.tokenRequests).toHaveLength(1);
  });

  test('with a fault of the caller is not', async () => {
    const amazon = await startAmazon();
    amazon.feedbackResponses.push(fault(400, 'InvalidRequest', 'x'));
    expect(await waybillErrorOf(() => clientOf(amazon, { maxRetries: 3 }).submit(rto))).toMatchObject({ attempts: 1 });
  });

  test('that never comes is an error of its own', async () => {
    const amazon = await startAmazon();
    amazon.feedbackResponses.push((outgoing) => outgoing.destroy());
    expect(await waybillErrorOf(() => clientOf(amazon).submit(rto))).toBeInstanceOf(ConnectionError);
    amazon.feedbackResponses.push(() => undefined);
    expect(await waybillErrorOf(() => clientOf(amazon, { timeout: 300 }).submit(rto))).toBeInstanceOf(TimeoutError);
  });

  test('is not awaited after an abort, whose reason is thrown unchanged', async () => {
    const amazon = await startAmazon();
    const reason = new Error('the user left');
    const controller = new AbortController();
    amazon.feedbackResponses.push(() => controller.abort(reason));
    expect(await thrownBy(() => clientOf(amazon).submit(rto, { signal: controller.signal }))).toBe(reason);
  });
});

describe('a success that is not 204', () => {
  const others: readonly (readonly [string, Responder, RegExp])[] = [
    [
      'a page that says 200',
      (outgoing) => outgoing.writeHead(200, { 'content-type': 'text/html' }).end('<html>Log in to the hotel WLAN'),
      /200 with 30 characters of text\/html/,
    ],
    ['an empty 200', (outgoing) => outgoing.writeHead(200).end(), /200 with an empty body/],
    ['JSON', json(200, { payload: {} }), /200 with 14 characters of application\/json/],
    ['an error with 200', fault(200, 'InvalidRequest', 'no such shipment'), /InvalidRequest\. no such shipment/],
    ['202', (outgoing) => outgoing.writeHead(202).end(), /202 with an empty body/],
    ['206', (outgoing) => outgoing.writeHead(206).end('x'), /206 with 1 characters of an unknown type/],
  ];

  test.each(others)('is not documented, and never retried: %s', async (_, respond, message) => {
    const amazon = await startAmazon();
    amazon.feedbackResponses.push(respond);
    const error = await waybillErrorOf(() => clientOf(amazon, { maxRetries: 3 }).submit(rto));
    expect(error).toMatchObject({ code: 'VALIDATION', direction: 'response', attempts: 1, retryable: false, surface: 'shipping-ndr' });
    expect(error.message).toMatch(/^expected 204, which says that feedback was accepted, got /);
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(/proxy/);
    expect(amazon.feedbackRequests).toHaveLength(1);
  });

  test.each<[string, Responder, string]>([
    [
      'breaks off',
      (outgoing) => void outgoing.writeHead(200, { 'content-length': '99' }).write('x', () => outgoing.destroy()),
      'CONNECTION',
    ],
    ['stalls', (outgoing) => void outgoing.writeHead(200, { 'content-length': '99' }).write('x'), 'TIMEOUT'],
  ])('and whose body %s is never retried: Amazon has accepted the feedback', async (_, respond, code) => {
    const amazon = await startAmazon();
    amazon.feedbackResponses.push(respond);
    const error = await waybillErrorOf(() => clientOf(amazon, { maxRetries: 3, timeout: code === 'TIMEOUT' ? 300 : 10_000 }).submit(rto));
    expect(error).toMatchObject({ code, retryable: false, hint: expect.stringContaining('The request was accepted') });
    expect(amazon.feedbackRequests).toHaveLength(1);
  });
});

describe('a request without a response', () => {
  const lost: Responder = (outgoing) => outgoing.destroy();
  const failures: readonly (readonly [string, Responder])[] = [
    ['the connection closes', lost],
    ['the server fails with 500', fault(500, 'InternalError', 'x', '', { 'retry-after': '0' })],
    ['the server fails with 503', fault(503, 'ServiceUnavailable', 'x', '', { 'retry-after': '0' })],
  ];

  test.each(failures)('is retried if %s, and the receipt says how often it was sent', async (_, respond) => {
    const amazon = await startAmazon();
    amazon.feedbackResponses.push(respond);
    expect(await clientOf(amazon, { maxRetries: 1 }).submit(rto)).toMatchObject({ attempts: 2 });
  });

  test.each(failures)('is not retried if %s and retryUnanswered is false', async (_, respond) => {
    const amazon = await startAmazon();
    amazon.feedbackResponses.push(respond);
    const error = await waybillErrorOf(() => clientOf(amazon, { maxRetries: 3 }).submit(rto, { retryUnanswered: false }));
    expect(error).toMatchObject({ attempts: 1 });
    expect(amazon.feedbackRequests).toHaveLength(1);
  });

  test('is not retried after a timeout if retryUnanswered is false', async () => {
    const amazon = await startAmazon();
    amazon.feedbackResponses.push(() => undefined);
    const client = clientOf(amazon, { maxRetries: 3, timeout: 200 });
    expect(await waybillErrorOf(() => client.submit(rto, { retryUnanswered: false }))).toBeInstanceOf(TimeoutError);
    expect(amazon.feedbackRequests).toHaveLength(1);
  });

  test('does not include one that was refused: 429 and a token that was refused are retried all the same', async () => {
    const amazon = await startAmazon();
    amazon.feedbackResponses.push(
      fault(429, 'QuotaExceeded', 'x', '', { 'retry-after': '0' }),
      fault(403, 'Unauthorized', 'x', 'The access token you provided has expired.'),
    );
    const client = clientOf(amazon, { maxRetries: 1 });
    expect(await client.submit(rto, { retryUnanswered: false })).toMatchObject({ attempts: 3 });
  });

  test('applies to a whole batch too', async () => {
    const amazon = await startAmazon();
    amazon.feedbackResponses.push(lost, lost);
    const statuses: string[] = [];
    const client = clientOf(amazon, { maxRetries: 3 });
    for await (const { status } of client.submitMany([rto, rto], { retryUnanswered: false, concurrency: 1 })) statuses.push(status);
    expect(statuses).toEqual(['failed', 'failed']);
    expect(amazon.feedbackRequests).toHaveLength(2);
  });

  test.each(['yes', 0, null])('refuses %j for retryUnanswered', async (retryUnanswered) => {
    const amazon = await startAmazon();
    const error = await waybillErrorOf(() => clientOf(amazon).submit(rto, { retryUnanswered } as never));
    expect(error).toMatchObject({ code: 'CONFIGURATION', option: 'retryUnanswered' });
    expect(amazon.feedbackRequests).toHaveLength(0);
  });
});
