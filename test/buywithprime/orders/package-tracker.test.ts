import { afterEach, beforeEach, describe, expect, expectTypeOf, test } from 'vitest';
import type { BuyWithPrimeClient, BuyWithPrimeEventOf } from '../../../src/buywithprime/index.ts';
import { buyWithPrimeOrder } from '../../../src/testing/index.ts';
import { failure, serveEmulator, shown } from '../../support/buywithprime/emulated.ts';
import { classified, json } from '../../support/buywithprime/server.ts';

const trackingNumber = '1Z999AA10123456784';
const identifier = { carrierCode: 'ups', trackingNumber };
const estimatedDeliveryDate = { earliest: '2024-07-04T05:00:00Z', latest: '2024-07-04T09:00:00Z' };
const tracker = {
  ...identifier,
  trackingUrl: 'https://tracking.example/1',
  estimatedDeliveryDate,
  milestones: [
    { code: 'INFO_RECEIVED' },
    { code: 'OUT_FOR_DELIVERY', message: 'Soon', occurredAt: '2024-07-04T04:00:00Z', address: { locality: 'Seattle', country: 'US' } },
  ],
};

let server: Awaited<ReturnType<typeof serveEmulator>>;
beforeEach(async () => {
  server = await serveEmulator({ orders: [buyWithPrimeOrder({ deliveries: [{ id: 'd', state: 'IN_TRANSIT', tracker }] })] });
});
afterEach(() => server.close());

describe('packageTracker', () => {
  test('returns all that is documented', async () => {
    const latest = {
      code: 'OUT_FOR_DELIVERY',
      message: 'Soon',
      occurredAt: '2024-07-04T04:00:00Z',
      place: { locality: 'Seattle', region: undefined, country: 'US' },
    };
    expect(await server.client().packageTracker(identifier)).toEqual({
      carrierCode: 'ups',
      trackingNumber,
      url: 'https://tracking.example/1',
      estimatedDelivery: estimatedDeliveryDate,
      milestone: latest,
      milestones: [{ code: 'INFO_RECEIVED', message: 'INFO_RECEIVED', occurredAt: undefined, place: undefined }, latest],
      payload: expect.objectContaining({ trackingUrl: 'https://tracking.example/1' }),
    });
    expect(server.sent[0]?.variables).toEqual({ packageTrackerInput: { packageTrackerIdentifier: identifier } });
  });

  test('is undefined for a number that is unknown or has expired', async () => {
    expect(await server.client().packageTracker({ ...identifier, trackingNumber: 'unknown' })).toBeUndefined();
    server.faults.push((response) => json(response, { data: { packageTracker: null } }));
    expect(await server.client().packageTracker(identifier)).toBeUndefined();
  });

  test('reads what is missing as missing, and keeps what it does not know', async () => {
    const packageTracker = { latestMilestone: { status: null }, milestones: [null, {}, { status: { code: 'NEW' } }], extra: 1 };
    server.faults.push((response) => json(response, { data: { packageTracker } }));
    expect(await server.client().packageTracker(identifier)).toEqual({
      carrierCode: undefined,
      trackingNumber: undefined,
      url: undefined,
      estimatedDelivery: undefined,
      milestone: undefined,
      milestones: [{ code: 'NEW', message: undefined, occurredAt: undefined, place: undefined }],
      payload: packageTracker,
    });
  });

  test.each(['2024-01-01', '2024-04-01'])('is refused with %s, which does not have it', async (apiVersion) => {
    expect(await failure(() => server.client({ apiVersion }).packageTracker(identifier))).toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringContaining('2024-11-01'),
    });
    expect(server.sent).toEqual([]);
  });

  test.each<[unknown]>([[undefined], [{}], [{ carrierCode: 'ups' }], [{ carrierCode: '', trackingNumber }], [trackingNumber]])(
    'refuses %j',
    async (bad) => {
      const error = await failure(() => server.client().packageTracker(bad as never));
      expect(error).toMatchObject({ code: 'VALIDATION', direction: 'request' });
      expect(shown(error)).not.toContain(trackingNumber);
    },
  );

  test('has the number in no error, and keeps the rest of the data', async () => {
    const data = {
      packageTracker: {
        packageTrackerIdentifier: { trackingNumber, carrierCode: 'ups' },
        trackingUrl: `https://x.example/${trackingNumber}`,
      },
    };
    const fault = { ...classified('ValidationError', undefined, ['packageTracker', trackingNumber]), message: `no ${trackingNumber}` };
    server.faults.push((response) => json(response, { errors: [fault], data }));
    const error = await failure(() => server.client().packageTracker(identifier));
    expect(error).toMatchObject({
      message: 'packageTracker.[redacted]: no [redacted]',
      data: { packageTracker: { packageTrackerIdentifier: { carrierCode: 'ups' } } },
    });
    expect(shown(error)).not.toContain(trackingNumber);
  });

  test('names the permission, and the tracking number as a cause, if access is denied', async () => {
    const denied = { errors: [classified('AccessDeniedError', undefined, ['packageTracker'])], data: { packageTracker: null } };
    for (const _ of [1, 2]) server.faults.push((response) => json(response, denied));
    expect(await failure(() => server.client().packageTracker(identifier))).toMatchObject({
      hint: expect.stringMatching(/^Check the tracking number\. .*View Package Tracking Milestone Changes.*View Package Tracker Data/),
    });
  });

  test.each(['InvalidTrackingNumber', 'InvalidCarrierCode'])('says what to do about %s', async (errorCode) => {
    server.faults.push((response) =>
      json(response, { errors: [classified('ValidationError', errorCode, ['packageTracker'])], data: { packageTracker: null } }),
    );
    expect(await failure(() => server.client().packageTracker(identifier))).toMatchObject({
      errors: [{ errorCode }],
      hint: expect.stringMatching(errorCode === 'InvalidCarrierCode' ? /carrier code/ : /tracking number/),
    });
  });

  test('accepts events of its kind', () => {
    expectTypeOf<BuyWithPrimeEventOf<'PACKAGE_TRACKER_MILESTONE_CHANGED'>>().toExtend<
      Parameters<BuyWithPrimeClient['packageTracker']>[0]
    >();
  });
});
