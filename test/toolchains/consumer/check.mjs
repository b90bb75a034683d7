/**
 * One use of what every environment can run. Plain functions of values, so that it also runs where there is neither `fetch` nor WebCrypto, as in
 * jsdom.
 *
 * @param {Record<string, any>} modules each entry by its name
 */
export function check(modules) {
  const assert = (condition, message) => {
    if (!condition) throw new Error(message);
  };
  for (const [name, module] of Object.entries(modules)) assert(Object.keys(module).length > 0, `${name} exports nothing`);
  const { ValidationError, isWaybillError } = modules['waybill'];
  const { BuyWithPrimeEventParser } = modules['waybill/buywithprime/events'];
  const event = { id: 'e-1', 'detail-type': 'DELIVERY_IN_TRANSIT', resources: ['businessProduct/bp-1/order/o-1/delivery/d-1'], detail: {} };
  assert(new BuyWithPrimeEventParser().parse(event).deliveryId === 'd-1', 'an event of Buy with Prime is not parsed');
  const ndr = { 'detail-type': 'NDR Events', detail: { trackingId: '1809561149386' } };
  assert(modules['waybill/shipping-ndr'].parseShippingEvent(ndr).detail.trackingId === '1809561149386', 'an NDR event is not parsed');
  assert(modules['waybill/amazonpay'].findCarrier('UPS').code === 'UPS', 'a carrier is not found');
  let error;
  try {
    modules['waybill/shipping-ndr/webhook'].parseShippingEvent({ ...ndr, detail: {} });
  } catch (thrown) {
    error = thrown;
  }
  assert(isWaybillError(error) && error instanceof ValidationError, 'an error class exists twice');
  return Object.keys(modules).length;
}
