import { describe, expect, test } from 'vitest';
import type { NdrFeedback } from '../../../src/shipping-ndr/index.ts';
import { waybillErrorOf } from '../../support/errors.ts';
import { accepted, clientOf, fault, startAmazon } from '../../support/shipping-ndr/amazon.ts';

const trackingId = '1582657452914';
const rto: NdrFeedback = { trackingId, ndrAction: 'RTO' };

describe('the access token', () => {
  const expired = fault(403, 'Unauthorized', 'Access to requested resource is denied.', 'The access token you provided has expired.');
  const revoked = fault(403, 'Unauthorized', 'x', 'The access token you provided is revoked, malformed or invalid.');
  const unauthorized = fault(401, 'Unauthorized', "You don't have access to the requested resource or the credentials are invalid.");

  test.each([
    ['has expired', expired],
    ['is revoked', revoked],
    ['is refused with 401', unauthorized],
  ])('that %s is replaced, and the call is retried once', async (_, respond) => {
    const amazon = await startAmazon();
    amazon.feedbackResponses.push(respond);
    const client = clientOf(amazon);
    expect(await client.submit(rto)).toMatchObject({ attempts: 2 });
    await client.submit(rto);
    expect(amazon.feedbackRequests.map(({ headers }) => headers['x-amz-access-token'])).toEqual(['Atza|1', 'Atza|2', 'Atza|2']);
  });

  test('that has expired is replaced once for all calls that it failed', async () => {
    const amazon = await startAmazon();
    const client = clientOf(amazon);
    await client.submit(rto);
    const respond: typeof expired = (outgoing, request) =>
      (request.headers['x-amz-access-token'] === 'Atza|1' ? expired : accepted)(outgoing, request);
    amazon.feedbackResponses.push(...new Array(16).fill(respond));
    await Promise.all(Array.from({ length: 8 }, () => client.submit(rto)));
    expect(amazon.tokenRequests).toHaveLength(2);
    expect(amazon.feedbackRequests).toHaveLength(17);
  });

  test('is replaced once only', async () => {
    const amazon = await startAmazon();
    amazon.feedbackResponses.push(expired, expired, accepted);
    expect(await waybillErrorOf(() => clientOf(amazon).submit(rto))).toMatchObject({ status: 403 });
    expect(amazon.feedbackRequests).toHaveLength(2);
  });

  test('is kept if a role is missing', async () => {
    const amazon = await startAmazon();
    amazon.feedbackResponses.push(fault(403, 'Unauthorized', 'Access to requested resource is denied.', ''));
    expect((await waybillErrorOf(() => clientOf(amazon).submit(rto))).hint).toContain('Amazon Logistics');
    expect(amazon.tokenRequests).toHaveLength(1);
  });

  test('is not fetched for each call if Amazon refuses every token: the token is not at fault', async () => {
    const amazon = await startAmazon();
    const client = clientOf(amazon, { rateLimiter: false });
    for (let call = 0; call < 50; call += 1) {
      amazon.feedbackResponses.push(unauthorized, unauthorized);
      expect(await waybillErrorOf(() => client.submit(rto))).toMatchObject({ status: 401 });
      amazon.feedbackResponses.splice(0);
    }
    expect(amazon.tokenRequests).toHaveLength(2);
    expect(amazon.feedbackRequests).toHaveLength(51);
    expect(await client.submit(rto)).toMatchObject({ attempts: 1 });
  });

  test('that a store still has after Amazon refused it is not used again', async () => {
    const amazon = await startAmazon();
    const stored = { accessToken: 'Atza|stored', expiresAt: Date.now() + 3_600_000 };
    const tokenStore = { get: async () => stored, set: async () => undefined };
    amazon.feedbackResponses.push(expired);
    expect(await clientOf(amazon, { tokenStore }).submit(rto)).toMatchObject({ attempts: 2 });
    expect(amazon.feedbackRequests.map(({ headers }) => headers['x-amz-access-token'])).toEqual(['Atza|stored', 'Atza|1']);
  });
});
