/**
 * The GraphQL documents, for each version of the API. They hold only names that Amazon's pages show, and ask for no
 * personal data: no customer, no address.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/order-queries-order | The order query}
 */
import type { BuyWithPrimeApiVersion } from './api-version.ts';
import type { OrderIdentifier } from './order.ts';

/** The query for an order with its line items and their deliveries. */
export function orderDocument(apiVersion: BuyWithPrimeApiVersion): string {
  return `query order($orderIdentifier: OrderIdentifierInput!) {
  order(orderIdentifier: $orderIdentifier) { id ${orderFields(apiVersion)} }
}`;
}

/** The variables of {@link orderDocument}. */
export function orderVariables(apiVersion: BuyWithPrimeApiVersion, identifier: OrderIdentifier): Record<string, unknown> {
  if (typeof identifier === 'string') return { orderIdentifier: { orderId: identifier } };
  const { aliasId, aliasType } = identifier.alias;
  const selector = apiVersion < '2024-04-01' ? 'orderAlias' : 'alias';
  return { orderIdentifier: { [selector]: { aliasId, aliasType } } };
}

// Versions are dates, so that they compare as text.
function orderFields(apiVersion: BuyWithPrimeApiVersion): string {
  if (apiVersion < '2024-04-01') {
    return 'lineItems { id quantity { unit amount } deliveryInformation { details { id state reason } } }';
  }
  const aliases = 'aliases { aliasId aliasType }';
  const lineItem = `id ${aliases} amount { unit value }`;
  if (apiVersion < '2024-11-01') {
    return `${aliases} lineItems { ${lineItem} deliveryInformation { details { id state reason estimatedDeliveryDate } } }`;
  }
  return `${aliases} lineItems { ${lineItem} packageInformation { details { id state reason packageTracker {
    packageTrackerIdentifier { carrierCode trackingNumber } trackingUrl estimatedDeliveryDate { earliest latest }
    latestMilestone { status { code } occurredAt }
  } } } }`;
}
