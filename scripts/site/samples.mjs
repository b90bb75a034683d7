/** Events for the playground's list of samples, made by the package's own builders: the same at every build. */

/** @returns {Promise<readonly { readonly name: string, readonly text: string }[]>} */
export async function samples() {
  const { buyWithPrimeEvent, ndrEvent, sqsEvent, trackingEvent } = await import('waybill/testing');
  /** @param {number} seed */
  const options = (seed) => ({ seed, clock: () => new Date('2026-03-01T10:15:00Z') });
  const unavailable = ndrEvent({ detail: { reasonCode: 'Customer unavailable' } }, options(1));
  const inTransit = buyWithPrimeEvent('PACKAGE_DELIVERY_IN_TRANSIT', {}, options(2));
  const refund = buyWithPrimeEvent('REFUND_REQUESTED', {}, options(3));
  const { detail, ...envelope } = unavailable;
  /** @param {string} name @param {unknown} value */
  const sample = (name, value) => ({ name, text: JSON.stringify(value, null, 2) });
  return [
    sample('Buy with Prime, from EventBridge', inTransit),
    sample('Buy with Prime, body of a webhook', inTransit.detail),
    sample('Buy with Prime, old event name', { ...inTransit, 'detail-type': 'DELIVERY_IN_TRANSIT', detail: {} }),
    sample('Amazon Shipping, undeliverable (NDR)', unavailable),
    sample('Amazon Shipping, tracking', trackingEvent({}, options(4))),
    sample('A queue with events of both', sqsEvent([inTransit, unavailable, refund], options(5))),
    sample('From SNS through SQS', sqsEvent([inTransit], { ...options(6), sns: true })),
    sample('A type that is new', { ...inTransit, 'detail-type': 'DELIVERY_TELEPORTED' }),
    sample('Damaged: no tracking id', { ...envelope, detail: { ...detail, trackingId: undefined } }),
    sample('Damaged: a path without its id', { ...inTransit, resources: ['businessProduct/bp-1/order'] }),
    sample('Damaged: an input transformer took the envelope', { orderId: '322-ABC1-AAAAAA', state: 'IN_TRANSIT' }),
  ];
}
