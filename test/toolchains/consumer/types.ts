/** A user's program. It is compiled by each version of TypeScript in each mode, with the checks of libraries on. */
import { BuyWithPrimeEventParser, ConfigurationError, isWaybillError, type NdrFeedback, type ShippingEvent } from 'waybill';
import { toNodeHandler } from 'waybill/adapters/node';
import { type CarrierCode, DeliveryTrackerClient, findCarrier } from 'waybill/amazonpay';
import { BuyWithPrimeClient } from 'waybill/buywithprime';
import { eventPattern, parseResourcePath, sqsHandler } from 'waybill/buywithprime/events';
import { NdrFeedbackClient } from 'waybill/shipping-ndr';
import { apiKey, NdrWebhookVerifier } from 'waybill/shipping-ndr/webhook';

const code: CarrierCode | undefined = findCarrier('UPS').code;
const client = new DeliveryTrackerClient({ publicKeyId: 'LIVE-A', privateKey: 'pem', region: 'eu' });
export async function announce(trackingNumber: string): Promise<string | undefined> {
  const { requestId } = await client.create({ chargePermissionId: 'P01-1', trackingNumber, carrierCode: code ?? 'DHL_DE' });
  return requestId;
}

const feedback: NdrFeedback = { trackingId: '1', ndrAction: 'RTO' };
// @ts-expect-error: RESCHEDULE needs a date.
const incomplete: NdrFeedback = { trackingId: '1', ndrAction: 'RESCHEDULE' };
export const shipping = new NdrFeedbackClient({ credentials: { clientId: 'a', clientSecret: 'b', refreshToken: 'c' } });
export const receipts = [shipping.submit(feedback), shipping.submit(incomplete)];

export const handler = new NdrWebhookVerifier({ auth: apiKey({ keys: 'abcdef12345' }) }).handler((event: ShippingEvent) => {
  if (event.kind === 'ndr') console.log(event.detail.trackingId, event.detail.ndrDueDate);
});
export const node = toNodeHandler(handler);

const path = parseResourcePath('businessProduct/bp/order/o/delivery/d');
export const ids: [string, string] = [path.orderId, path.deliveryId];
export const lambda = sqsHandler({
  PACKAGE_TRACKER_MILESTONE_CHANGED: ({ trackingNumber }) => console.log(trackingNumber),
  otherwise: () => undefined,
});
export const pattern = eventPattern({ kinds: ['DELIVERY_COMPLETED'] });
export const prime = new BuyWithPrimeClient({ credentials: { clientId: 'a', clientSecret: 'b' }, targetId: 'bp' });

export function describe(error: unknown): string {
  const parsed = new BuyWithPrimeEventParser().safeParse({});
  if (!parsed.success) return parsed.error.code;
  if (error instanceof ConfigurationError) return error.option ?? error.message;
  return isWaybillError(error) ? error.code : 'another';
}
