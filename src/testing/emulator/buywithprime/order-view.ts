/**
 * Orders as GraphQL returns them: with the names of every API version, of which a document selects those of its version.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/order-queries-order | The order query}
 */
import { isObject } from '../service.ts';
import type {
  EmulatedDelivery,
  EmulatedLineItem,
  EmulatedOrder,
  EmulatedRefund,
  EmulatedReturn,
  EmulatedTracker,
} from './buywithprime-order.ts';
import { GraphQLFault } from './graphql-fault.ts';
import { isPaid, sumOf } from './refund-updates.ts';

/** An order as the root value of a query. Functions, because line items and deliveries contain each other. */
export function viewOrder(order: EmulatedOrder): object {
  const { id, aliases, totalPrice, lineItems, deliveries = [], refunds, returns } = order;

  const viewLineItem = (item: EmulatedLineItem): object => {
    const own = deliveries.filter((delivery) => shareOf(delivery, item) > 0);
    const { product, quantity = 1, ...rest } = item;
    return {
      ...rest,
      lineItemAliases: item.aliases,
      ...quantityOf(quantity),
      product: product && { price: product.price },
      purchasedItem: product && { ...product, price: { currentPrice: product.price } },
      deliveryInformation: () => information(own),
      packageInformation: () => information(own),
    };
  };
  const viewShare = (item: EmulatedLineItem, quantity: number): object => {
    const { amount, quantity: refundedQuantity } = quantityOf(quantity);
    return { lineItem: () => viewLineItem(item), amount, refundedQuantity };
  };
  const sharesOf = ({ lineItemIds }: Pick<EmulatedRefund, 'lineItemIds'>): object[] =>
    lineItems.filter((item) => lineItemIds?.includes(item.id) ?? true).map((item) => viewShare(item, item.quantity ?? 1));
  const contentsOf = (delivery: EmulatedDelivery): object[] =>
    lineItems.filter((item) => shareOf(delivery, item) > 0).map((item) => viewShare(item, shareOf(delivery, item)));

  const viewDelivery = (delivery: EmulatedDelivery): object => ({
    ...delivery,
    deliveryInformationDetailsFor: () => ({ orderLineItems: contentsOf(delivery) }),
    packageInformationDetailsFor: () => ({ orderLineItemAmounts: contentsOf(delivery) }),
    packageTracker: viewTracker(delivery.tracker),
  });
  const information = (list: readonly EmulatedDelivery[]): object | null =>
    list.length > 0 ? { summary: { state: summaryState(list) }, details: list.map(viewDelivery) } : null;

  return {
    id,
    aliases,
    orderAliases: aliases,
    totalPrice: totalPrice && { value: totalPrice, totalPrice },
    lineItems: lineItems.map(viewLineItem),
    packageInformation: () => information(deliveries),
    refunds: refunds && {
      details: refunds.map((refund) => viewRefund(refund, () => sharesOf(refund))),
      summary: viewRefundSummary(refunds),
    },
    returns: returns && { details: returns.map((details) => viewReturn(details, () => sharesOf(details))) },
  };
}

function viewRefund({ total, payments, ...refund }: EmulatedRefund, shares: () => object[]): object {
  return {
    ...refund,
    refundFor: () => ({ orderLineItems: shares() }),
    refundTotal: total && { totalAmount: total },
    paymentDetails: payments,
  };
}

/** The sums of all refunds. Whether Amazon counts estimates, and how it names several payment methods, is (inferred). */
function viewRefundSummary(refunds: readonly EmulatedRefund[]): object {
  const totals = refunds.flatMap(({ total }) => total ?? []);
  const payments = refunds.flatMap((refund) => refund.payments ?? []);
  const methods = payments.map(({ paymentMethod: { displayString, type } }) => displayString ?? type ?? 'unknown');
  const [total] = totals;
  const [payment] = payments;
  return {
    refundTotal: total && { totalAmount: { ...total, amount: sumOf(totals) } },
    paymentSummary: payment && {
      amount: { ...payment.amount, amount: sumOf(payments.filter(isPaid).map(({ amount }) => amount)) },
      paymentMethodDisplayString: [...new Set(methods)].join(', '),
      state: payments.at(-1)?.state,
    },
  };
}

function viewReturn({ packages, ...details }: EmulatedReturn, shares: () => object[]): object {
  const returnFor = (): object => ({ orderLineItemAmounts: shares() });
  return {
    ...details,
    returnFor,
    returnLineItems: () => [{ id: details.id, returnFor }],
    returnPackageDetails: packages?.map(({ tracker, ...parcel }) => ({
      ...parcel,
      returnPackageFor: returnFor,
      packageTracker: viewTracker(tracker),
    })),
    returnDeliveryDetails: packages?.map(({ tracker: _, ...parcel }) => ({ ...parcel, returnDeliveryFor: returnFor })),
  };
}

/** A tracker as a query returns it. */
export function viewTracker(tracker: EmulatedTracker | undefined): object | undefined {
  if (!tracker) return undefined;
  const { trackingNumber, carrierCode, milestones = [], ...rest } = tracker;
  const viewed = milestones.map(({ code, message = code, ...milestone }) => ({
    ...milestone,
    status: { code, message: { locale: 'en_US', value: message } },
  }));
  return { ...rest, packageTrackerIdentifier: { trackingNumber, carrierCode }, latestMilestone: viewed.at(-1), milestones: viewed };
}

/** Every tracker of an order, of its deliveries and of its returns. */
export function trackersOf({ deliveries = [], returns = [] }: EmulatedOrder): EmulatedTracker[] {
  return [...deliveries, ...returns.flatMap(({ packages = [] }) => packages)].flatMap(({ tracker }) => tracker ?? []);
}

/** How many of a line item are in a delivery. */
function shareOf({ contents, lineItemIds }: EmulatedDelivery, { id, quantity = 1 }: EmulatedLineItem): number {
  if (contents) return contents.find(({ lineItemId }) => lineItemId === id)?.quantity ?? 0;
  return (lineItemIds?.includes(id) ?? true) ? quantity : 0;
}

function summaryState(deliveries: readonly EmulatedDelivery[]): string {
  const states = deliveries.map(({ state }) => state);
  if (states.includes('PENDING')) return 'PENDING';
  if (states.every((state) => state === 'CANCELLED')) return 'CANCELLED';
  return states.every((state) => state === 'CANCELLED' || state === 'DELIVERED') ? 'DELIVERED' : 'IN_TRANSIT';
}

/** A quantity by the names of all versions. */
function quantityOf(quantity: number): { readonly amount: object; readonly quantity: object } {
  return { amount: { unit: 'ONE', value: quantity }, quantity: { unit: 'ONE', amount: quantity } };
}

/** How a query or a mutation names an order. */
export interface OrderSelector {
  /** 2024-01-01 only. */
  readonly orderId?: string | null;
  readonly orderIdentifier?: Readonly<Record<string, unknown>> | null;
}

/** The order that is named. */
export function findOrder(orders: ReadonlyMap<string, EmulatedOrder>, { orderId, orderIdentifier }: OrderSelector): EmulatedOrder {
  const selectors = Object.entries({ ...orderIdentifier, ...(orderId && { ownOrderId: orderId }) }).filter(([, value]) => value);
  const [selector] = selectors;
  if (!selector || selectors.length > 1) {
    throw new GraphQLFault('ValidationError', { message: 'Exactly one of order id and alias selects an order.' });
  }
  const [, value] = selector;
  const order = isObject(value)
    ? [...orders.values()].find(({ aliases }) =>
        aliases?.some(({ aliasId, aliasType }) => aliasId === value['aliasId'] && aliasType === value['aliasType']),
      )
    : orders.get(String(value));
  if (!order) throw new GraphQLFault('ResourceNotFoundError', { code: 'ResourceNotFoundException' });
  return order;
}
