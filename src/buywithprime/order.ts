/**
 * An order, the same whatever version of the API it was read with.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/order-queries-order | The order query}
 */
import type { Open } from '../core/types.ts';
import type {
  BuyWithPrimeAliasPayload,
  BuyWithPrimeDeliveryPayload,
  BuyWithPrimeLineItemPayload,
  BuyWithPrimeOrderPayload,
  BuyWithPrimeTrackerPayload,
  Nullish,
} from './order-payload.ts';

/** Which order: by Buy with Prime's id, or by an alias that you gave it. */
export type OrderIdentifier = string | OrderAliasIdentifier;

/** An order by its alias. */
export interface OrderAliasIdentifier {
  /** The alias that was given to it. */
  readonly alias: BuyWithPrimeAlias;
}

/** Another name of an order or a line item, such as its id in your shop. */
export type BuyWithPrimeAlias = BuyWithPrimeAliasPayload;

/** An order. */
export interface BuyWithPrimeOrder {
  /** Such as `322-ABC1-AAAAAA`. */
  readonly id: string;
  /** At most five. Empty in API version 2024-01-01, which is not asked for them. */
  readonly aliases: readonly BuyWithPrimeAlias[];
  /** What was bought. */
  readonly lineItems: readonly BuyWithPrimeLineItem[];
  /** What Amazon answered, with what a document of your own selects beside it. */
  readonly payload: BuyWithPrimeOrderPayload;
}

/** What was bought, and how it travels. */
export interface BuyWithPrimeLineItem {
  /** Such as `b71d9672c7-0b89d012d0`. */
  readonly id: string;
  /** Empty in API version 2024-01-01, which is not asked for them. */
  readonly aliases: readonly BuyWithPrimeAlias[];
  /** How many. */
  readonly quantity: number | undefined;
  /** Of what; `ONE` in every sample. */
  readonly unit: string | undefined;
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

/** When a delivery is expected, ISO 8601 in UTC. In API version 2024-04-01 Amazon gives one time, which is both. */
export interface BuyWithPrimeEstimate {
  /** Not before. */
  readonly earliest: string | undefined;
  /** Not after. */
  readonly latest: string | undefined;
}

/** Who carries a delivery, and what was last heard of it. */
export interface BuyWithPrimeTracking {
  /** Such as `ups`. */
  readonly carrierCode: string | undefined;
  /** The carrier's number of the package. */
  readonly trackingNumber: string | undefined;
  /** A page for the buyer. */
  readonly url: string | undefined;
  /** The latest milestone. */
  readonly milestone: BuyWithPrimeMilestone | undefined;
}

/** A milestone of a package. */
export interface BuyWithPrimeMilestone {
  /** What happened to it. */
  readonly code: Open<
    | 'PENDING'
    | 'INFO_RECEIVED'
    | 'IN_TRANSIT'
    | 'DELAYED'
    | 'OUT_FOR_DELIVERY'
    | 'AVAILABLE_FOR_PICKUP'
    | 'DELIVERY_ATTEMPTED'
    | 'DELIVERED'
    | 'EXCEPTION'
    | 'LOST'
    | 'UNDELIVERABLE'
    | 'RETURN_TO_SENDER'
    | 'CUSTOMER_ACTION'
  >;
  /** ISO 8601. */
  readonly occurredAt: string | undefined;
}

/** Brings the answers of all API versions into one shape. */
export function readOrder(payload: BuyWithPrimeOrderPayload): BuyWithPrimeOrder {
  return { id: payload.id, aliases: present(payload.aliases), lineItems: present(payload.lineItems).map(readLineItem), payload };
}

function readLineItem(item: BuyWithPrimeLineItemPayload): BuyWithPrimeLineItem {
  const deliveries = present((item.packageInformation ?? item.deliveryInformation)?.details);
  return {
    id: item.id,
    aliases: present(item.aliases),
    quantity: item.amount?.value ?? item.quantity?.amount ?? undefined,
    unit: item.amount?.unit ?? item.quantity?.unit ?? undefined,
    deliveries: deliveries.map(readDelivery),
  };
}

function readDelivery({ id, state, reason, estimatedDeliveryDate, packageTracker }: BuyWithPrimeDeliveryPayload): BuyWithPrimeDelivery {
  const { earliest, latest } = packageTracker?.estimatedDeliveryDate ?? { earliest: estimatedDeliveryDate, latest: estimatedDeliveryDate };
  return {
    id,
    state,
    reason: reason ?? undefined,
    estimatedDelivery: earliest || latest ? { earliest: earliest ?? undefined, latest: latest ?? undefined } : undefined,
    tracking: packageTracker ? readTracking(packageTracker) : undefined,
  };
}

function readTracking({ packageTrackerIdentifier, trackingUrl, latestMilestone }: BuyWithPrimeTrackerPayload): BuyWithPrimeTracking {
  const code = latestMilestone?.status?.code;
  return {
    carrierCode: packageTrackerIdentifier?.carrierCode ?? undefined,
    trackingNumber: packageTrackerIdentifier?.trackingNumber ?? undefined,
    url: trackingUrl ?? undefined,
    milestone: code ? { code, occurredAt: latestMilestone?.occurredAt ?? undefined } : undefined,
  };
}

/** GraphQL may put null in the place of a list and of each of its items. */
function present<Item>(list: Nullish<readonly (Item | null)[]>): readonly Item[] {
  return (list ?? []).filter((item) => item !== null);
}
