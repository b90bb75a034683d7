/**
 * Events for the tests. `ndrSample` is the sample event on Amazon's page, whole; the tracking event is put together from the head that
 * Amazon's changelog shows and the properties of its model.
 *
 * @see {@link https://developer-docs.amazon.com/amazon-shipping/docs/ndr-api-push-notifications | NDR push notifications}
 */
import { NDR_EVENT } from '../../runtime/suite/samples.mjs';

export const ndrSample = NDR_EVENT;

export const trackingSample = {
  version: '0',
  id: '2d1cf554-e7f0-2362-6b2d-dd36bd4677e2',
  'detail-type': 'Tracking Detail',
  source: 'AmazonShipping',
  account: '111122223333',
  time: '2024-02-21T19:33:09Z',
  region: 'eu-west-1',
  resources: [],
  detail: {
    trackingId: '1809561149386',
    alternateLegTrackingId: '',
    eventCode: 'DeliveryAttempted',
    eventTime: '2024-02-21T19:30:00Z',
    shipmentType: 'FORWARD',
    location: { city: 'Bengaluru', stateOrRegion: 'KA', countryCode: 'IN', postalCode: '560001' },
    trackingDetailCodes: { forward: ['CustomerUnavailable'], returns: [] },
  },
};

/** The NDR sample with other values in its detail. */
export function ndrEvent(detail: Record<string, unknown> = {}): typeof ndrSample {
  return { ...ndrSample, detail: { ...ndrSample.detail, ...detail } };
}

/** An event of the other surface. */
export const buyWithPrimeSample = {
  version: '0',
  id: '0c1f6a5e-8a39-4bb1-9a9b-1d3a7f6f4b11',
  'detail-type': 'DELIVERY_IN_TRANSIT',
  source: 'aws.partner/buywithprime/123456789012/shop',
  time: '2024-02-21T19:33:09Z',
  region: 'us-east-1',
  resources: ['businessProduct/bp-1/order/o-1/delivery/d-1'],
  detail: {},
};
