/**
 * From an order to the one delivery that an event names.
 *
 * The rules are inferred from the pages of the events: several line items can share a delivery, a pending delivery can be
 * split into others with new ids, and the state may be ahead of the event.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/delivery_in_transit | DELIVERY_IN_TRANSIT}
 */
import type { BuyWithPrimeDelivery, BuyWithPrimeDeliveryState, BuyWithPrimeLineItem, BuyWithPrimeOrder } from './order.ts';

/** What {@link BuyWithPrimeClient.resolveDelivery} found. */
export type DeliveryResolution = ResolvedDelivery | UnresolvedDelivery;

/** The delivery, and what it brings. */
export interface ResolvedDelivery {
  /** Tells it from {@link UnresolvedDelivery}. */
  readonly status: 'found';
  /** The delivery as it is now: its state may be ahead of the event. */
  readonly delivery: BuyWithPrimeDelivery;
  /** All line items that it brings. */
  readonly lineItems: readonly BuyWithPrimeLineItem[];
  /** The whole order. */
  readonly order: BuyWithPrimeOrder;
  /** Empty, unless the line items disagree about the state; then all that they say. `delivery` is the one that went furthest. */
  readonly conflictingStates: readonly BuyWithPrimeDeliveryState[];
}

/** No delivery of that id, which can be normal. */
export interface UnresolvedDelivery {
  /** Tells it from {@link ResolvedDelivery}. */
  readonly status: 'not-found';
  /** `delivery-not-in-order` is a normal outcome: a pending delivery was split, or the order was read too early. */
  readonly reason: 'order-not-found' | 'delivery-not-in-order';
  /** What to do next, in one sentence. */
  readonly hint: string;
  /** The order, where there is one: its deliveries are the ones that exist now. */
  readonly order: BuyWithPrimeOrder | undefined;
}

/** Finds a delivery in its order. */
export function findDelivery(order: BuyWithPrimeOrder, deliveryId: string): DeliveryResolution {
  const isWanted = ({ id }: BuyWithPrimeDelivery): boolean => id === deliveryId;
  const lineItems = order.lineItems.filter(({ deliveries }) => deliveries.some(isWanted));
  const copies = lineItems.flatMap(({ deliveries }) => deliveries.filter(isWanted));
  const [first, ...others] = copies;
  if (!first) return { status: 'not-found', reason: 'delivery-not-in-order', hint: DELIVERY_NOT_IN_ORDER, order };
  const states = [...new Set(copies.map(({ state }) => state))];
  return {
    status: 'found',
    delivery: others.reduce((furthest, copy) => (rank(copy.state) > rank(furthest.state) ? copy : furthest), first),
    lineItems,
    order,
    conflictingStates: states.length > 1 ? states : [],
  };
}

const DELIVERY_NOT_IN_ORDER =
  'A pending delivery can be split into several with new ids: go by those in "order", or ask again in some minutes.';

/** States only move forward; one that Amazon adds counts for less than all that are known. */
function rank(state: string): number {
  return ['PENDING', 'IN_TRANSIT', 'DELIVERED', 'CANCELLED'].indexOf(state);
}
