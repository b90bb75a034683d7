/**
 * Orders of the emulated Buy with Prime, described once for all API versions.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/order-queries-order | The order query}
 */
import type { Open } from '../../../core/types.ts';

/** A name of an order, a line item, a delivery, a refund or a return in the merchant's own systems. */
export interface EmulatedAlias {
  readonly aliasId: string;
  /** Such as `EXTERNAL_ID`. */
  readonly aliasType: string;
}

/**
 * An amount of money.
 * @inline
 */
interface EmulatedMoney {
  readonly amount: number;
  readonly currencyCode: string;
}

/** A product of an order. */
export interface EmulatedLineItem {
  readonly id: string;
  /** @default 1 */
  readonly quantity?: number | undefined;
  readonly aliases?: readonly EmulatedAlias[] | undefined;
  /** ISO 8601. */
  readonly createdAt?: string | undefined;
  /** What was bought. 2024-01-01 returns all of it, as `purchasedItem`; later versions document the price only, as `product`. */
  readonly product?:
    | {
        readonly title?: string | undefined;
        readonly altText?: string | undefined;
        readonly imageUrl?: string | undefined;
        readonly productDetailPageUrl?: string | undefined;
        readonly price?: EmulatedMoney | undefined;
      }
    | undefined;
}

/** A delivery, which is a package in API version 2024-11-01. Several line items can share one. */
export interface EmulatedDelivery {
  /** The delivery id in an event's resource path. */
  readonly id: string;
  readonly state: Open<'PENDING' | 'IN_TRANSIT' | 'DELIVERED' | 'CANCELLED'>;
  /** Why it was cancelled. */
  readonly reason?: Open<'CUSTOMER_REQUESTED' | 'UNFULFILLABLE' | 'UNDELIVERABLE'> | undefined;
  /**
   * The line items in it, with all of their quantity.
   * @default all of the order
   */
  readonly lineItemIds?: readonly string[] | undefined;
  /** In place of `lineItemIds`: how many of each line item, if one is split over several deliveries. */
  readonly contents?: readonly { readonly lineItemId: string; readonly quantity: number }[] | undefined;
  readonly aliases?: readonly EmulatedAlias[] | undefined;
  /** ISO 8601; returned by the versions before 2024-11-01. */
  readonly estimatedDeliveryDate?: string | undefined;
  /** Returned by 2024-11-01. */
  readonly tracker?: EmulatedTracker | undefined;
}

/** Where a package is. */
export interface EmulatedTracker {
  readonly trackingNumber: string;
  /** Lower case, such as `ups`. */
  readonly carrierCode: string;
  readonly trackingUrl?: string | undefined;
  readonly estimatedDeliveryDate?: { readonly earliest: string; readonly latest: string } | undefined;
  /** Oldest first. */
  readonly milestones?:
    | readonly {
        /** Such as `OUT_FOR_DELIVERY`. */
        readonly code: string;
        readonly message?: string | undefined;
        /** ISO 8601. */
        readonly occurredAt?: string | undefined;
        readonly address?: { readonly locality?: string; readonly region?: string; readonly country?: string } | undefined;
      }[]
    | undefined;
}

/** A refund. `updateOrder` changes its state, its total, its payments and its aliases. */
export interface EmulatedRefund {
  /** The refund id in an event's resource path. */
  readonly id: string;
  readonly state: Open<'PENDING' | 'FAILURE' | 'PARTIAL' | 'SUCCESS' | 'REJECTED'>;
  readonly aliases?: readonly EmulatedAlias[] | undefined;
  /** @default all of the order */
  readonly lineItemIds?: readonly string[] | undefined;
  readonly refundRequestReason?: string | undefined;
  readonly refundStatusReason?: string | undefined;
  /** An estimate before the first update, then what was refunded in total. */
  readonly total?: EmulatedMoney | undefined;
  /** The payments of all updates, oldest first. */
  readonly payments?: readonly EmulatedPayment[] | undefined;
  /** ISO 8601. */
  readonly createdAt?: string | undefined;
  /** ISO 8601. */
  readonly updatedAt?: string | undefined;
}

/**
 * A payment of a refund.
 * @inline
 */
interface EmulatedPayment {
  readonly id?: string | undefined;
  readonly amount: EmulatedMoney;
  readonly paymentMethod: { readonly displayString?: string; readonly type?: string };
  /** Such as `SUCCESS`. */
  readonly state?: string | undefined;
}

/** A return. */
export interface EmulatedReturn {
  /** The return id in an event's resource path. */
  readonly id: string;
  readonly state: Open<'DRAFT' | 'CREATED' | 'CANCELLED' | 'COMPLETED'>;
  readonly aliases?: readonly EmulatedAlias[] | undefined;
  /** @default all of the order */
  readonly lineItemIds?: readonly string[] | undefined;
  /** 2024-04-01 returns them as `returnDeliveryDetails`, without their tracker. */
  readonly packages?:
    | readonly {
        readonly id: string;
        readonly state: Open<'CREATED' | 'PENDING' | 'DROPPED_OFF' | 'PICKED_UP' | 'IN_TRANSIT' | 'DELIVERED' | 'FAILED'>;
        readonly reason?: string | undefined;
        readonly tracker?: EmulatedTracker | undefined;
      }[]
    | undefined;
  /** ISO 8601. */
  readonly createdAt?: string | undefined;
  /** ISO 8601. */
  readonly updatedAt?: string | undefined;
}

/** An order. Each API version returns it in its own fields. */
export interface EmulatedOrder {
  readonly id: string;
  readonly aliases?: readonly EmulatedAlias[] | undefined;
  readonly lineItems: readonly EmulatedLineItem[];
  readonly deliveries?: readonly EmulatedDelivery[] | undefined;
  readonly refunds?: readonly EmulatedRefund[] | undefined;
  readonly returns?: readonly EmulatedReturn[] | undefined;
  readonly totalPrice?: EmulatedMoney | undefined;
}

/** Why the queries could not be executed on an order; `undefined` if they can. */
export function problemOfOrder(order: unknown): string | undefined {
  const { id, lineItems } = (order ?? {}) as Partial<EmulatedOrder>;
  if (typeof id !== 'string' || id === '') return 'an order must have an "id"';
  const isList = Array.isArray(lineItems) && lineItems.every((item) => typeof item?.id === 'string');
  return isList ? undefined : 'an order must have "lineItems", each with an "id"';
}
