/**
 * From an order to the delivery, refund or return that an event names.
 *
 * That several line items share a delivery, that a pending delivery is split into others with new ids, and that the state is ahead of the event
 * is documented; what follows from it is (inferred).
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/delivery_in_transit | DELIVERY_IN_TRANSIT}
 */
import * as z from 'zod/mini';
import type { Check } from '../operation.ts';
import { asRecord, Name, present, Selected } from '../payload.ts';
import { type BuyWithPrimeDelivery, deliveriesOf, readContents } from './delivery.ts';
import type { BuyWithPrimeLineItem, BuyWithPrimeOrder, BuyWithPrimeOrderPayload } from './order.ts';

/** The result of {@link BuyWithPrimeClient.resolveDelivery}, discriminated by `status`. */
export type DeliveryResolution =
  | {
      readonly status: 'found';
      /** The delivery as it is now: its state may be ahead of the event. */
      readonly delivery: BuyWithPrimeDelivery;
      /** All line items that are in it, also those of which a part is in another delivery. */
      readonly lineItems: readonly BuyWithPrimeLineItem[];
      /**
       * What is in this delivery. `quantity` is `undefined` if Amazon does not say and the line item is in several deliveries.
       */
      readonly contents: readonly { readonly lineItem: BuyWithPrimeLineItem; readonly quantity: number | undefined }[];
      /** The whole order. */
      readonly order: BuyWithPrimeOrder;
      /** All states that the line items report, if they disagree; else empty. `delivery` is the one that is furthest. */
      readonly conflictingStates: readonly BuyWithPrimeDelivery['state'][];
    }
  | {
      readonly status: 'not-found';
      /** The order was read too early: have the event redelivered. Or, for `delivery-not-in-order`, a pending delivery was split into others. */
      readonly reason: 'order-not-found' | 'delivery-not-in-order';
      /** What to do next, in one sentence. */
      readonly hint: string;
      /** The order, if there is one: its deliveries are those that exist now. */
      readonly order: BuyWithPrimeOrder | undefined;
    };

/** What an event of a delivery names. */
export const DeliveryReference: z.ZodMiniType<{ readonly orderId: string; readonly deliveryId: string }> = /* @__PURE__ */ z.lazy(() =>
  z.looseObject({ orderId: Name, deliveryId: Name }),
);

/** The result if there is no order. */
export const ORDER_NOT_FOUND = {
  status: 'not-found',
  reason: 'order-not-found',
  hint: 'Retry in some minutes; if it stays like this, check that "targetId" is the business product of the event.',
  order: undefined,
} as const;

/** What to do if the order does not contain what an event names. */
export const RETRY_LATER: string = 'Retry in some minutes: an order may contain what an event names only some moments later.';

const SPLIT = 'Retry in some minutes; if it stays like this, a pending delivery was split into several with new ids: use those in "order".';

/** Finds a delivery in its order. */
export function findDelivery(order: BuyWithPrimeOrder, deliveryId: string): DeliveryResolution {
  const isWanted = ({ id }: { readonly id: string }): boolean => id === deliveryId;
  const lineItems = order.lineItems.filter(({ deliveries }) => deliveries.some(isWanted));
  const copies = lineItems.flatMap(({ deliveries }) => deliveries.filter(isWanted));
  const [first, ...others] = copies;
  if (!first) return { status: 'not-found', reason: 'delivery-not-in-order', hint: SPLIT, order };
  const states = [...new Set(copies.map(({ state }) => state))];
  return {
    status: 'found',
    delivery: others.reduce((furthest, copy) => (rank(copy.state) > rank(furthest.state) ? copy : furthest), first),
    lineItems,
    contents: contentsOf(order, lineItems, isWanted),
    order,
    conflictingStates: states.length > 1 ? states : [],
  };
}

/** What is in a delivery: what Amazon lists, and of each other line item of the delivery all, if it is in no other delivery. */
function contentsOf(
  order: BuyWithPrimeOrder,
  lineItems: readonly BuyWithPrimeLineItem[],
  isWanted: (delivery: { readonly id: string }) => boolean,
): { readonly lineItem: BuyWithPrimeLineItem; readonly quantity: number | undefined }[] {
  const wholeOf = ({ deliveries, quantity }: BuyWithPrimeLineItem): number | undefined => (deliveries.length === 1 ? quantity : undefined);
  const listed = new Map<string, number | undefined>();
  // Each line item has a copy of the delivery, with the whole list or with its own part of it.
  for (const item of present(order.payload.lineItems)) {
    for (const [id, quantity] of deliveriesOf(item)
      .filter(isWanted)
      .flatMap((copy) => [...quantitiesOf(copy)])) {
      listed.set(id, listed.get(id) ?? quantity);
    }
  }
  const contained = order.lineItems.filter((item) => listed.has(item.id) || lineItems.includes(item));
  return contained.map((lineItem) => ({ lineItem, quantity: listed.get(lineItem.id) ?? wholeOf(lineItem) }));
}

/** How many of each line item a list has; one that is in it twice counts twice. */
function quantitiesOf(delivery: Parameters<typeof readContents>[0]): ReadonlyMap<string, number | undefined> {
  const quantities = new Map<string, number | undefined>();
  for (const { id, quantity } of readContents(delivery)) {
    const before = quantities.get(id);
    quantities.set(id, before === undefined ? quantity : before + (quantity ?? 0));
  }
  return quantities;
}

/** States only move forward; one that Amazon adds ranks below all that are known. */
function rank(state: string): number {
  return ['PENDING', 'IN_TRANSIT', 'DELIVERED', 'CANCELLED'].indexOf(state);
}

/**
 * The refund or return with that id, not checked yet: another one that is malformed must not get in its way. Amazon's pages show an object
 * with a list of details, and a list of objects with one detail each. Refuses an order whose document did not select the list.
 */
export function findDetail(order: BuyWithPrimeOrderPayload, field: 'refunds' | 'returns', id: string, check: Check): unknown {
  check(Selected, order[field], 'order', field);
  const details = [order[field]].flat().flatMap((part) => asRecord(part)?.['details']);
  return details.find((detail) => asRecord(detail)?.['id'] === id);
}
