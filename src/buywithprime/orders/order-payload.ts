/**
 * An order as Amazon's API answers it, as far as it is read here; the fields of all API versions side by side.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/order-queries-order | The order query}
 */

/** A field that GraphQL may answer with null, and that a document may leave out. */
export type Nullish<Value> = Value | null | undefined;

/** An order as answered. What a document of your own selects beside it is kept. */
export interface BuyWithPrimeOrderPayload {
  /** Such as `322-ABC1-AAAAAA`. */
  readonly id: string;
  /** At most five. Not asked for in 2024-01-01. */
  readonly aliases?: Nullish<readonly (BuyWithPrimeAliasPayload | null)[]>;
  /** At most 20. */
  readonly lineItems?: Nullish<readonly (BuyWithPrimeLineItemPayload | null)[]>;
}

/** Another name of an order or a line item. */
export interface BuyWithPrimeAliasPayload {
  /** The name. */
  readonly aliasId: string;
  /** Such as `EXTERNAL_ID`. */
  readonly aliasType: string;
}

/** A line item as answered. */
export interface BuyWithPrimeLineItemPayload {
  /** Such as `b71d9672c7-0b89d012d0`. */
  readonly id: string;
  /** Not asked for in 2024-01-01. */
  readonly aliases?: Nullish<readonly (BuyWithPrimeAliasPayload | null)[]>;
  /** 2024-04-01 and later. */
  readonly amount?: Nullish<BuyWithPrimeAmountPayload>;
  /** 2024-01-01. */
  readonly quantity?: Nullish<BuyWithPrimeQuantityPayload>;
  /** 2024-01-01 and 2024-04-01. */
  readonly deliveryInformation?: Nullish<BuyWithPrimeDeliveriesPayload>;
  /** 2024-11-01, for what was `deliveryInformation` before. */
  readonly packageInformation?: Nullish<BuyWithPrimeDeliveriesPayload>;
}

/** How many, since 2024-04-01. */
export interface BuyWithPrimeAmountPayload {
  /** `ONE` in every sample. */
  readonly unit?: Nullish<string>;
  /** The number. */
  readonly value?: Nullish<number>;
}

/** How many, in 2024-01-01. */
export interface BuyWithPrimeQuantityPayload {
  /** Of what. */
  readonly unit?: Nullish<string>;
  /** The number. */
  readonly amount?: Nullish<number>;
}

/** How much of a line item a refund or a return is about, as answered. */
export interface BuyWithPrimeLineItemSharePayload {
  /** Which line item. */
  readonly lineItem?: Nullish<BuyWithPrimeLineItemReferencePayload>;
  /** 2024-04-01 and later. */
  readonly amount?: Nullish<BuyWithPrimeAmountPayload>;
  /** 2024-01-01, of a refund. */
  readonly refundedQuantity?: Nullish<BuyWithPrimeQuantityPayload>;
}

/** What a line item is called, as answered. */
export interface BuyWithPrimeLineItemReferencePayload {
  /** Such as `b71d9672c7-0b89d012d0`. */
  readonly id: string;
  /** Not asked for in 2024-01-01. */
  readonly aliases?: Nullish<readonly (BuyWithPrimeAliasPayload | null)[]>;
}

/** A list of shares as answered. */
export type BuyWithPrimeLineItemSharesPayload = Nullish<readonly (BuyWithPrimeLineItemSharePayload | null)[]>;

/** The deliveries of a line item as answered. */
export interface BuyWithPrimeDeliveriesPayload {
  /** One for each delivery. */
  readonly details?: Nullish<readonly (BuyWithPrimeDeliveryPayload | null)[]>;
}

/** A delivery as answered. */
export interface BuyWithPrimeDeliveryPayload {
  /** The delivery id of an event. */
  readonly id: string;
  /** `PENDING`, `IN_TRANSIT`, `DELIVERED` or `CANCELLED`; more may come. */
  readonly state: string;
  /** Of a cancelled one. */
  readonly reason?: Nullish<string>;
  /** 2024-04-01: ISO 8601 in UTC, one value. */
  readonly estimatedDeliveryDate?: Nullish<string>;
  /** 2024-11-01. */
  readonly packageTracker?: Nullish<BuyWithPrimeTrackerPayload>;
}

/** Where a package is, as answered. */
export interface BuyWithPrimeTrackerPayload {
  /** What the carrier knows it by. */
  readonly packageTrackerIdentifier?: Nullish<BuyWithPrimeTrackerIdentifierPayload>;
  /** A page for the buyer. */
  readonly trackingUrl?: Nullish<string>;
  /** When it is expected. */
  readonly estimatedDeliveryDate?: Nullish<BuyWithPrimeDateRangePayload>;
  /** What was last heard of it. */
  readonly latestMilestone?: Nullish<BuyWithPrimeMilestonePayload>;
  /** All that was heard of it. Not asked for with an order. */
  readonly milestones?: Nullish<readonly (BuyWithPrimeMilestonePayload | null)[]>;
}

/** What a carrier knows a package by. */
export interface BuyWithPrimeTrackerIdentifierPayload {
  /** Lower case, such as `ups`. */
  readonly carrierCode?: Nullish<string>;
  /** The carrier's number. */
  readonly trackingNumber?: Nullish<string>;
}

/** A span of time, ISO 8601. */
export interface BuyWithPrimeDateRangePayload {
  /** Its start. */
  readonly earliest?: Nullish<string>;
  /** Its end. */
  readonly latest?: Nullish<string>;
}

/** A milestone as answered. */
export interface BuyWithPrimeMilestonePayload {
  /** What happened. */
  readonly status?: Nullish<BuyWithPrimeMilestoneStatusPayload>;
  /** Where. Not asked for with an order. */
  readonly address?: Nullish<BuyWithPrimePlacePayload>;
  /** ISO 8601. */
  readonly occurredAt?: Nullish<string>;
}

/** Where a package was: a town, no street. */
export interface BuyWithPrimePlacePayload {
  /** The town. */
  readonly locality?: Nullish<string>;
  /** The state or province. */
  readonly region?: Nullish<string>;
  /** The country. */
  readonly country?: Nullish<string>;
}

/** What happened at a milestone. */
export interface BuyWithPrimeMilestoneStatusPayload {
  /** Such as `OUT_FOR_DELIVERY`; more may come. */
  readonly code: string;
  /** In words, for the buyer. Not asked for with an order. */
  readonly message?: Nullish<BuyWithPrimeMessagePayload>;
}

/** A text in some language. */
export interface BuyWithPrimeMessagePayload {
  /** Its language. */
  readonly locale?: Nullish<string>;
  /** The text. */
  readonly value?: Nullish<string>;
}
