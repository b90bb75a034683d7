/**
 * The versions of the API, and the GraphQL documents that read, for each. They ask for no personal data: no customer, no street. There is
 * one for each need, so that a delivery does not ask for refunds.
 *
 * They hold only names that Amazon's pages show. That `refundTotal` holds `totalAmount` is shown in an event alone, and inferred here.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/order-queries-order | The order query}
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/v2024-11-01/docs/changelog-for-the-buy-with-prime-api-v2024-11-01 | Changelog}
 */
import type { Open } from '../../core/types.ts';
import type { OrderIdentifier } from './order.ts';

/** A version of the API, the value of `x-api-version`. A later one that Amazon adds is taken too; it is asked as `2024-11-01` is. */
export type BuyWithPrimeApiVersion = Open<'2024-01-01' | '2024-04-01' | '2024-11-01'>;

/** What an order is asked for: its deliveries, its refunds or its returns. */
export type OrderNeed = 'order' | 'refund' | 'return';

/** The query for where a package is: all that is documented of it. API version 2024-11-01 is the first that has it. */
export function packageTrackerDocument(): string {
  const milestone = '{ status { code message { locale value } } address { locality region country } occurredAt }';
  return `query packageTracker($packageTrackerInput: PackageTrackerInput!) {
  packageTracker(packageTrackerInput: $packageTrackerInput) { ${trackerFields(milestone)} milestones ${milestone} }
}`;
}

/** The query for an order with what is needed of it. */
export function orderDocument(apiVersion: BuyWithPrimeApiVersion, need: OrderNeed = 'order'): string {
  // Versions are dates, so that they compare as text.
  const isFirst = apiVersion < '2024-04-01';
  const isLatest = apiVersion >= '2024-11-01';
  const named = isFirst ? 'id' : 'id aliases { aliasId aliasType }';
  const amount = (nameInFirst: string): string => (isFirst ? `${nameInFirst} { unit amount }` : 'amount { unit value }');
  const tracker = `packageTracker { ${trackerFields('{ status { code } occurredAt }')} }`;
  // No page shows the quantity's name in the first version.
  const returned = `{ orderLineItemAmounts { lineItem { ${named} } ${isFirst ? '' : 'amount { value }'} } }`;
  const fields = {
    order: `lineItems { ${named} ${amount('quantity')} ${
      isLatest
        ? `packageInformation { details { id state reason ${tracker} } }`
        : `deliveryInformation { details { id state reason ${isFirst ? '' : 'estimatedDeliveryDate'} } }`
    } }`,
    refund: `refunds { details { ${named} state createdAt updatedAt ${isLatest ? 'refundRequestReason' : ''}
    refundTotal { totalAmount { amount currencyCode } } refundFor { orderLineItems { lineItem { ${named} } ${amount('refundedQuantity')} } } } }`,
    return: `returns { details { ${named} state createdAt updatedAt returnFor ${returned} ${
      isLatest ? `expiresAt returnPackageDetails { id state reason returnPackageFor ${returned} ${tracker} }` : ''
    } } }`,
  };
  return `query order($orderIdentifier: OrderIdentifierInput!) {
  order(orderIdentifier: $orderIdentifier) { ${named} ${fields[need]} }
}`;
}

/** The variables of {@link orderDocument}. */
export function orderVariables(apiVersion: BuyWithPrimeApiVersion, identifier: OrderIdentifier): Record<string, unknown> {
  if (typeof identifier === 'string') return { orderIdentifier: { orderId: identifier } };
  const { aliasId, aliasType } = identifier.alias;
  const selector = apiVersion < '2024-04-01' ? 'orderAlias' : 'alias';
  return { orderIdentifier: { [selector]: { aliasId, aliasType } } };
}

/** What a package tracker is asked for, of its milestones the latest with these fields. */
function trackerFields(milestone: string): string {
  return `packageTrackerIdentifier { carrierCode trackingNumber } trackingUrl estimatedDeliveryDate { earliest latest }
    latestMilestone ${milestone}`;
}
