/**
 * A shop's "order fulfilled" hook: creates a delivery tracker for each parcel, so that Alexa announces its delivery. The body and the signature
 * are those of Shopify; other shops have the same facts under other names.
 *
 *     const hook = orderFulfilled({ secret, client, chargePermissionOf: (order) => orders.chargePermissionOf(order.id), idempotencyStore });
 *     export default { fetch: hook };
 */
import {
  type DeliveryTrackerClient,
  type DeliveryTrackerInput,
  findCarrier,
  type IdempotencyStore,
  isWaybillError,
} from 'waybill/amazonpay';

/** As much of an order as this needs. */
export interface Order {
  readonly id: number;
  readonly fulfillments?: readonly { readonly tracking_company?: string | null; readonly tracking_numbers?: readonly string[] }[];
}

export interface OrderFulfilledOptions {
  /** The shop signs its hooks with it. */
  readonly secret: string;
  readonly client: DeliveryTrackerClient;
  /** The charge permission that the order was paid with; `undefined` if it was not paid with Amazon Pay. */
  readonly chargePermissionOf: (order: Order) => Promise<string | undefined>;
  /** Amazon accepts a tracking number once, and shops call their hooks more than once. */
  readonly idempotencyStore: IdempotencyStore;
}

export function orderFulfilled(options: OrderFulfilledOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    const body = new Uint8Array(await request.arrayBuffer());
    if (!(await isSigned(body, request.headers.get('x-shopify-hmac-sha256') ?? '', options.secret)))
      return new Response(null, { status: 401 });
    const order: Order = JSON.parse(new TextDecoder().decode(body));
    const chargePermissionId = await options.chargePermissionOf(order);
    if (!chargePermissionId) return new Response(null, { status: 200 });
    let mustRetry = false;
    const { idempotencyStore } = options;
    for await (const { status, error } of options.client.createMany(parcelsOf(order, chargePermissionId), { idempotencyStore })) {
      // Another call is sending it, and may die with its process.
      if (status === 'in-progress') mustRetry = true;
      if (status !== 'failed') continue;
      console.warn('no announcement for an order', order.id, error instanceof Error ? error.message : error);
      // What Amazon refuses stays refused. Anything else: the shop calls again.
      mustRetry ||= !isWaybillError(error) || error.retryable;
    }
    return new Response(null, { status: mustRetry ? 503 : 200 });
  };
}

function* parcelsOf({ id, fulfillments = [] }: Order, chargePermissionId: string): Iterable<DeliveryTrackerInput> {
  const seen = new Set<string>();
  for (const { tracking_company, tracking_numbers = [] } of fulfillments) {
    const carrier = findCarrier(tracking_company);
    // A wrong code uses the tracking number up, so in doubt there is no announcement.
    if (!carrier.code) {
      console.warn('order', id, carrier.note);
      continue;
    }
    for (const trackingNumber of tracking_numbers) {
      // Two fulfillments can share a parcel.
      if (!seen.has(trackingNumber)) yield { chargePermissionId, carrierCode: carrier.code, trackingNumber };
      seen.add(trackingNumber);
    }
  }
}

async function isSigned(body: BufferSource, signature: string, secret: string): Promise<boolean> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(secret), algorithm, false, ['verify']);
  const bytes = /^[A-Za-z\d+/]{43}=$/.test(signature)
    ? Uint8Array.from(atob(signature), (character) => character.charCodeAt(0))
    : new Uint8Array();
  return crypto.subtle.verify('HMAC', key, bytes, body);
}
