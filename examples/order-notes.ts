/**
 * Writes what happens to a shipment into the notes of its order, where the shop's people look first. The notes are those of WooCommerce's REST
 * API; `referenceID` of the event must be the id of the order, as it was given to Amazon with the shipment.
 *
 *     const receive = verifier.handler(orderNotes({ url: 'https://shop.example.com', key, secret }), { idempotencyStore });
 */
import { deliveryAttempts, type NdrEvent, parseTime, type ShippingEvent, suggestNdrActions } from 'waybill/shipping-ndr';

export interface OrderNotesOptions {
  /** Where the shop is, without a path. */
  readonly url: string;
  /** Key and secret of its REST API, with permission to write. */
  readonly key: string;
  readonly secret: string;
}

export function orderNotes({ url, key, secret }: OrderNotesOptions): (event: ShippingEvent) => Promise<void> {
  return async (event) => {
    const orderId = event.kind === 'ndr' ? event.detail.referenceID : undefined;
    if (event.kind !== 'ndr' || !orderId || !/^\d+$/.test(orderId)) return;
    const response = await fetch(new URL(`/wp-json/wc/v3/orders/${orderId}/notes`, url), {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${key}:${secret}`)}`, 'content-type': 'application/json' },
      body: JSON.stringify({ note: noteFor(event), customer_note: false }),
      signal: AbortSignal.timeout(3_000),
    });
    if (response.ok) return;
    // An order that was deleted gets no note. Anything else, also 404 for a wrong URL: the webhook responds with 503, and Amazon redelivers
    // the event.
    const { code } = (await response.json().catch(() => ({}))) as { readonly code?: string };
    if (code !== 'woocommerce_rest_order_invalid_id') throw new Error(`the shop responded with ${response.status}`);
  };
}

function noteFor(event: NdrEvent): string {
  const { detail } = event;
  const { actions, deadline } = suggestNdrActions(event);
  const attempt = deliveryAttempts(detail);
  const attempted = parseTime(detail.latestDeliveryAttemptedDate);
  return [
    `Delivery${attempt ? ` attempt ${attempt}` : ''} failed${attempted ? ` on ${show(attempted)}` : ''}: ${detail.reasonCode ?? 'no reason given'}.`,
    ...actions.map(({ advice }) => advice),
    ...(deadline ? [`Tell Amazon until ${show(deadline)}.`] : []),
  ].join(' ');
}

/** NDR exists for India only. */
const show = (time: Date): string => time.toLocaleString('en-GB', { timeZone: 'Asia/Kolkata', dateStyle: 'medium', timeStyle: 'short' });
