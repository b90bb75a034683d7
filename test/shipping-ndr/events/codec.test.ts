import { shippingCodec } from '../../../src/shipping-ndr/events/handlers.ts';
import { MARKER, testCodec } from '../../support/codec-conformance.ts';
import { ndrEvent, ndrSample, trackingSample } from '../../support/shipping-ndr/samples.ts';

testCodec({
  codec: shippingCodec,
  good: [
    { name: "Amazon's sample", kind: 'ndr', payload: ndrSample },
    {
      name: 'a second attempt at the same parcel',
      kind: 'ndr',
      payload: { ...ndrSample, id: 'second', detail: { ...ndrSample.detail, latestDeliveryAttemptedDate: '2023-12-28T01:35:24Z' } },
    },
    {
      name: 'an event with the id of a parcel only',
      kind: 'ndr',
      payload: { 'detail-type': 'NDR Events', id: 'a', time: '2024-01-01T00:00:00Z', detail: { trackingId: '7' } },
    },
    { name: 'a tracking event', kind: 'tracking', payload: trackingSample },
    {
      name: 'a type that is not known',
      kind: 'unknown',
      payload: { ...ndrSample, id: 'otp', time: '2024-01-02T00:00:00Z', 'detail-type': 'OTP Events', detail: [1] },
    },
  ],
  bad: [
    {
      name: 'an NDR event without a parcel',
      payload: { ...ndrEvent({ trackingId: undefined, referenceID: MARKER }) },
      says: 'expected string or number, got nothing',
      path: ['detail', 'trackingId'],
    },
    {
      name: 'an NDR event with a list for a reason',
      payload: { ...ndrEvent({ reasonCode: [MARKER] }) },
      says: 'expected string or number, got an array',
      path: ['detail', 'reasonCode'],
    },
    {
      name: 'a tracking event with a string for a place',
      payload: { ...trackingSample, detail: { ...trackingSample.detail, location: MARKER } },
      says: 'expected object, got string',
      path: ['detail', 'location'],
    },
    {
      name: 'an NDR event with a string for a detail',
      payload: { ...ndrSample, detail: MARKER },
      says: 'expected object, got string',
      path: ['detail'],
    },
    {
      name: 'an unknown type with a list for an id',
      payload: { ...ndrSample, 'detail-type': 'New', id: [MARKER] },
      says: 'expected string, got an array',
      path: ['id'],
    },
  ],
  foreign: [
    {
      id: 'f',
      'detail-type': 'DELIVERY_IN_TRANSIT',
      source: 'aws.partner/buywithprime/x',
      resources: ['businessProduct/bp/order/o/delivery/d'],
      detail: {},
    },
    { id: 'f', 'detail-type': 'DELIVERY_IN_TRANSIT', source: 'custom', resources: ['businessProduct/bp/order/o/delivery/d'], detail: {} },
  ],
  sameId: [ndrSample, ndrEvent({ trackingId: '2', latestDeliveryAttemptedDate: '2024-01-01T00:00:00Z' })],
});
