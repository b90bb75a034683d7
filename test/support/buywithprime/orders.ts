/** The order of the sample response, with the fields of all versions: the schema of each accepts its own. */
const deliveryId = 'd5013dfc-2ae6-4f58-bc69-cae5d5323d30';

const delivery = { id: deliveryId, state: 'IN_TRANSIT', reason: null, estimatedDeliveryDate: '2024-07-04T05:54:53Z' };

const parcel = {
  id: deliveryId,
  state: 'IN_TRANSIT',
  reason: null,
  packageTracker: {
    packageTrackerIdentifier: { carrierCode: 'ups', trackingNumber: '1Z999AA10123456784' },
    trackingUrl: 'https://tracking.example/1Z999AA10123456784',
    estimatedDeliveryDate: { earliest: '2024-07-04T05:00:00Z', latest: '2024-07-04T09:00:00Z' },
    latestMilestone: { status: { code: 'OUT_FOR_DELIVERY', message: { locale: 'en', value: 'soon' } }, occurredAt: '2024-07-04T04:00:00Z' },
  },
};

const lineItem = (id: string, deliveries: readonly unknown[], parcels: readonly unknown[]) => ({
  id,
  aliases: [{ aliasId: `my-${id}`, aliasType: 'EXTERNAL_ID' }, null],
  amount: { unit: 'ONE', value: 2 },
  quantity: { unit: 'ONE', amount: 2 },
  product: { price: { amount: 9.5 } },
  deliveryInformation: { details: deliveries },
  packageInformation: { details: parcels },
});

export const orders = {
  '322-ABC1-AAAAAA': {
    id: '322-ABC1-AAAAAA',
    aliases: [{ aliasId: 'my-order', aliasType: 'EXTERNAL_ID' }],
    lineItems: [
      lineItem('88eaa8941c-b27324fb27', [delivery], [parcel]),
      lineItem('6aa26b8761-0868dbc493', [null, { ...delivery, id: 'another', state: 'PENDING' }, delivery], [parcel]),
      { ...lineItem('third', [], []), deliveryInformation: null, packageInformation: null, amount: null, quantity: null, aliases: null },
      null,
    ],
  },
};
