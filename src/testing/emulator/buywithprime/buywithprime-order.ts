/**
 * Orders of the emulated Buy with Prime, and how they look through its GraphQL API.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/order-queries-order | The order query}
 */
import type { Open } from '../../../core/types.ts';

/** A name of an order, a line item or a delivery in the merchant's own systems. */
export interface EmulatedAlias {
  readonly aliasId: string;
  /** Such as `EXTERNAL_ID`. */
  readonly aliasType: string;
}

/** A product of an order. */
export interface EmulatedLineItem {
  readonly id: string;
  /** @default 1 */
  readonly quantity?: number;
  readonly aliases?: readonly EmulatedAlias[];
  /** ISO 8601. */
  readonly createdAt?: string;
}

/** A delivery, which is a package in API version 2024-11-01. Several line items can share one. */
export interface EmulatedDelivery {
  /** The delivery id in an event's resource path. */
  readonly id: string;
  readonly state: Open<'PENDING' | 'IN_TRANSIT' | 'DELIVERED' | 'CANCELLED'>;
  /** Why it was cancelled. */
  readonly reason?: Open<'CUSTOMER_REQUESTED' | 'UNFULFILLABLE' | 'UNDELIVERABLE'>;
  /**
   * The line items in it.
   * @default all of the order
   */
  readonly lineItemIds?: readonly string[];
  readonly aliases?: readonly EmulatedAlias[];
  /** ISO 8601; shown by the versions before 2024-11-01. */
  readonly estimatedDeliveryDate?: string;
  /** Shown by 2024-11-01. */
  readonly tracker?: EmulatedTracker;
}

/** Where a package is. */
export interface EmulatedTracker {
  readonly trackingNumber: string;
  /** Lower case, such as `ups`. */
  readonly carrierCode: string;
  readonly trackingUrl?: string;
  readonly estimatedDeliveryDate?: { readonly earliest: string; readonly latest: string };
  /** Oldest first. */
  readonly milestones?: readonly {
    /** Such as `OUT_FOR_DELIVERY`. */
    readonly code: string;
    readonly message?: string;
    /** ISO 8601. */
    readonly occurredAt?: string;
    readonly address?: { readonly locality?: string; readonly region?: string; readonly country?: string };
  }[];
}

/** A refund that is wanted or done. */
export interface EmulatedRefund {
  /** The refund id in an event's resource path. */
  readonly id: string;
  readonly state: Open<'PENDING' | 'FAILURE' | 'PARTIAL' | 'SUCCESS'>;
  /** @default all of the order */
  readonly lineItemIds?: readonly string[];
  readonly refundRequestReason?: string;
  readonly total?: { readonly amount: number; readonly currencyCode: string };
  /** ISO 8601. */
  readonly createdAt?: string;
  /** ISO 8601. */
  readonly updatedAt?: string;
}

/** A return. */
export interface EmulatedReturn {
  /** The return id in an event's resource path. */
  readonly id: string;
  readonly state: Open<'DRAFT' | 'CREATED' | 'CANCELLED' | 'COMPLETED'>;
  /** @default all of the order */
  readonly lineItemIds?: readonly string[];
  readonly packages?: readonly {
    readonly id: string;
    readonly state: Open<'CREATED' | 'DROPPED_OFF' | 'IN_TRANSIT' | 'DELIVERED' | 'FAILED'>;
    readonly reason?: string;
    readonly tracker?: EmulatedTracker;
  }[];
  /** ISO 8601. */
  readonly createdAt?: string;
  /** ISO 8601. */
  readonly updatedAt?: string;
  /** ISO 8601. */
  readonly expiresAt?: string;
}

/** An order, told once for all API versions: each sees it in its own fields. */
export interface EmulatedOrder {
  readonly id: string;
  readonly aliases?: readonly EmulatedAlias[];
  readonly lineItems: readonly EmulatedLineItem[];
  readonly deliveries?: readonly EmulatedDelivery[];
  readonly refunds?: readonly EmulatedRefund[];
  readonly returns?: readonly EmulatedReturn[];
  readonly totalPrice?: { readonly amount: number; readonly currencyCode: string };
}

/** An order as the root value of a query. Functions, for line items and deliveries hold each other. */
export function viewOrder(order: EmulatedOrder): object {
  const { id, aliases, totalPrice, lineItems, deliveries = [], refunds, returns } = order;

  const viewLineItem = (item: EmulatedLineItem): object => {
    const own = deliveries.filter(({ lineItemIds }) => lineItemIds?.includes(item.id) ?? true);
    return {
      ...item,
      amount: amountOf(item),
      quantity: quantityOf(item),
      deliveryInformation: () => information(own),
      packageInformation: () => information(own),
    };
  };
  // All that the versions call it, of which a document can name one.
  const viewShare = (item: EmulatedLineItem): object => ({
    lineItem: () => viewLineItem(item),
    amount: amountOf(item),
    refundedQuantity: quantityOf(item),
  });
  const sharesOf = ({ lineItemIds }: { readonly lineItemIds?: readonly string[] }): object[] =>
    lineItems.filter((item) => lineItemIds?.includes(item.id) ?? true).map(viewShare);

  const viewDelivery = (delivery: EmulatedDelivery): object => ({
    ...delivery,
    deliveryInformationDetailsFor: () => ({ orderLineItems: sharesOf(delivery) }),
    packageInformationDetailsFor: () => ({ orderLineItemAmounts: sharesOf(delivery) }),
    packageTracker: viewTracker(delivery.tracker),
  });
  const information = (list: readonly EmulatedDelivery[]): object | null =>
    list.length > 0 ? { summary: { state: summaryState(list) }, details: list.map(viewDelivery) } : null;

  return {
    id,
    aliases,
    totalPrice,
    lineItems: lineItems.map(viewLineItem),
    packageInformation: () => information(deliveries),
    refunds: refunds && {
      details: refunds.map(({ total, ...refund }) => ({
        ...refund,
        refundFor: () => ({ orderLineItems: sharesOf(refund) }),
        refundTotal: total && { totalAmount: total },
      })),
    },
    returns: returns && {
      details: returns.map(({ packages, ...details }) => {
        const returnFor = (): object => ({ orderLineItemAmounts: sharesOf(details) });
        return {
          ...details,
          returnFor,
          returnLineItems: () => [{ id: details.id, returnFor }],
          returnPackageDetails: packages?.map(({ tracker, ...parcel }) => ({
            ...parcel,
            returnPackageFor: returnFor,
            packageTracker: viewTracker(tracker),
          })),
        };
      }),
    },
  };
}

/** A tracker as a query sees it. */
export function viewTracker(tracker: EmulatedTracker | undefined): object | undefined {
  if (!tracker) return undefined;
  const { trackingNumber, carrierCode, milestones = [], ...rest } = tracker;
  const viewed = milestones.map(({ code, message = code, ...milestone }) => ({
    ...milestone,
    status: { code, message: { locale: 'en_US', value: message } },
  }));
  return { ...rest, packageTrackerIdentifier: { trackingNumber, carrierCode }, latestMilestone: viewed.at(-1), milestones: viewed };
}

/** Every tracker of an order, outward and back. */
export function trackersOf({ deliveries = [], returns = [] }: EmulatedOrder): EmulatedTracker[] {
  return [...deliveries, ...returns.flatMap(({ packages = [] }) => packages)].flatMap(({ tracker }) => tracker ?? []);
}

function summaryState(deliveries: readonly EmulatedDelivery[]): string {
  const states = deliveries.map(({ state }) => state);
  if (states.includes('PENDING')) return 'PENDING';
  if (states.every((state) => state === 'CANCELLED')) return 'CANCELLED';
  return states.every((state) => state === 'CANCELLED' || state === 'DELIVERED') ? 'DELIVERED' : 'IN_TRANSIT';
}

function amountOf({ quantity = 1 }: EmulatedLineItem): object {
  return { unit: 'ONE', value: quantity };
}

function quantityOf({ quantity = 1 }: EmulatedLineItem): object {
  return { unit: 'ONE', amount: quantity };
}
