/**
 * An order, the same whatever version of the API it was read with.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/order-queries-order | The order query}
 */
import type { Open } from '../../core/types.ts';
import { present } from '../api/answer.ts';
import type {
  BuyWithPrimeAliasPayload,
  BuyWithPrimeAmountPayload,
  BuyWithPrimeDeliveryPayload,
  BuyWithPrimeLineItemReferencePayload,
  BuyWithPrimeLineItemSharesPayload,
  BuyWithPrimeOrderPayload,
  BuyWithPrimeQuantityPayload,
  Nullish,
} from './order-payload.ts';
import { type BuyWithPrimeEstimate, type BuyWithPrimeTracking, readEstimate, readTracking } from './tracking.ts';

/** Which order: by Buy with Prime's id, or by an alias that you gave it. */
export type OrderIdentifier = string | OrderAliasIdentifier;

/** An order by its alias. */
export interface OrderAliasIdentifier {
  /** The alias that was given to it. */
  readonly alias: BuyWithPrimeAlias;
}

/** Another name of an order or a line item, such as its id in your shop. */
export type BuyWithPrimeAlias = BuyWithPrimeAliasPayload;

/** What an order is called. */
export interface BuyWithPrimeOrderReference {
  /** Such as `322-ABC1-AAAAAA`. */
  readonly id: string;
  /** At most five. Empty in API version 2024-01-01, which is not asked for them. */
  readonly aliases: readonly BuyWithPrimeAlias[];
}

/** An order. */
export interface BuyWithPrimeOrder extends BuyWithPrimeOrderReference {
  /** What was bought. */
  readonly lineItems: readonly BuyWithPrimeLineItem[];
  /** What Amazon answered, with what a document of your own selects beside it. */
  readonly payload: BuyWithPrimeOrderPayload;
}

/** How much of a line item something is about: an order, a refund or a return. */
export interface BuyWithPrimeLineItemShare {
  /** Of the line item, such as `b71d9672c7-0b89d012d0`. */
  readonly id: string;
  /** Empty in API version 2024-01-01, which is not asked for them. */
  readonly aliases: readonly BuyWithPrimeAlias[];
  /** How many. */
  readonly quantity: number | undefined;
  /** Of what; `ONE` in every sample. */
  readonly unit: string | undefined;
}

/** What was bought, and how it travels. */
export interface BuyWithPrimeLineItem extends BuyWithPrimeLineItemShare {
  /** The deliveries that bring it. One delivery can bring several line items, and one line item can come in several. */
  readonly deliveries: readonly BuyWithPrimeDelivery[];
}

/** Where a delivery is; `DELIVERED` and `CANCELLED` are final. */
export type BuyWithPrimeDeliveryState = Open<'PENDING' | 'IN_TRANSIT' | 'DELIVERED' | 'CANCELLED'>;

/** A delivery, which Amazon also calls a package. */
export interface BuyWithPrimeDelivery {
  /** The delivery id of an event. A pending delivery can be split into several with new ids. */
  readonly id: string;
  /** Where it is. */
  readonly state: BuyWithPrimeDeliveryState;
  /** Why it was cancelled. */
  readonly reason: Open<'CUSTOMER_REQUESTED' | 'UNFULFILLABLE' | 'UNDELIVERABLE'> | undefined;
  /** When it is expected. Not asked for in API version 2024-01-01. */
  readonly estimatedDelivery: BuyWithPrimeEstimate | undefined;
  /** API version 2024-11-01 only, and only once the carrier has it. */
  readonly tracking: BuyWithPrimeTracking | undefined;
}

/** Brings the answers of all API versions into one shape. */
export function readOrder(payload: BuyWithPrimeOrderPayload): BuyWithPrimeOrder {
  const lineItems = present(payload.lineItems).map((item) => ({
    ...readShare(item, item.amount, item.quantity),
    deliveries: present((item.packageInformation ?? item.deliveryInformation)?.details).map(readDelivery),
  }));
  return { ...readReference(payload), lineItems, payload };
}

/** What the order is called. */
export function readReference({ id, aliases }: BuyWithPrimeOrderPayload): BuyWithPrimeOrderReference {
  return { id, aliases: present(aliases) };
}

/** What a refund or a return is about; a share without a line item says nothing. */
export function readShares(list: BuyWithPrimeLineItemSharesPayload): readonly BuyWithPrimeLineItemShare[] {
  return present(list).flatMap(({ lineItem, amount, refundedQuantity }) => (lineItem ? readShare(lineItem, amount, refundedQuantity) : []));
}

function readShare(
  { id, aliases }: BuyWithPrimeLineItemReferencePayload,
  amount: Nullish<BuyWithPrimeAmountPayload>,
  quantity: Nullish<BuyWithPrimeQuantityPayload>,
): BuyWithPrimeLineItemShare {
  return {
    id,
    aliases: present(aliases),
    quantity: amount?.value ?? quantity?.amount ?? undefined,
    unit: amount?.unit ?? quantity?.unit ?? undefined,
  };
}

function readDelivery({
  id,
  state,
  reason,
  estimatedDeliveryDate: date,
  packageTracker,
}: BuyWithPrimeDeliveryPayload): BuyWithPrimeDelivery {
  return {
    id,
    state,
    reason: reason ?? undefined,
    estimatedDelivery: readEstimate(packageTracker?.estimatedDeliveryDate ?? { earliest: date, latest: date }),
    tracking: packageTracker ? readTracking(packageTracker) : undefined,
  };
}
