/** Events as Amazon's pages show them. */

/** A shipment that was not delivered: the sample on the page of NDR push notifications. */
export const NDR_EVENT = {
  version: '0',
  id: '48af9743-336e-00eb-7194-de9975baa012',
  'detail-type': 'NDR Events',
  source: 'AmazonShipping',
  account: '434519225125',
  time: '2024-02-21T19:33:09Z',
  region: 'eu-west-1',
  resources: [],
  detail: {
    trackingId: '1809561149386',
    referenceID: '795817695',
    latestDeliveryAttemptedDate: '2023-12-27T01:35:24Z',
    deliveryAttemptCount: '4',
    shipmentStatus: 'Undeliverable',
    reasonCode: 'Customer rejected',
    paymentType: 'CollectOnDelivery',
    ndrDueDate: '2023-12-28T04:08:59Z',
    expectedDeliveryDate: '2023-12-29T14:30:00Z',
    shippingPartyAccountId: 'A109W4MEBU BWQI',
    appId: 'amzn1.sp.solution.4622520d-ef11-4366-aa17-5ff8bb0b1010',
    version: 4,
    timeToLive: 1703188564,
  },
};

/** Ids as they look on other pages than the event's. */
export const RESOURCE_PATH = 'businessProduct/bp-1/order/322-ABC1-AAAAAA/delivery/d5013dfc-2ae6-4f58-bc69-cae5d5323d30';

/** The sample on the page of DELIVERY_IN_TRANSIT. */
export const DELIVERY_EVENT = {
  version: '0',
  id: 'example-event-id',
  'detail-type': 'DELIVERY_IN_TRANSIT',
  source: 'aws.partner/buywithprime/partner-event-source-name',
  account: 'example-aws-account-id',
  time: '2023-10-27T12:34:56Z',
  region: 'us-east-1',
  resources: [RESOURCE_PATH],
  detail: {},
};

/** What a webhook of API version 2024-11-01 is sent. */
export const WEBHOOK_BODY = {
  idempotencyKey: 'example-idempotency-key',
  eventDescriptor: 'PACKAGE_DELIVERED',
  resources: [RESOURCE_PATH],
  eventId: 'example-event-id',
  apiVersion: '2024-11-01',
  subscriptionId: 'example-subscription-id',
  eventTime: '2025-01-20T12:34:56Z',
  data: {},
};
