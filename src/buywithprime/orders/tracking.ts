/**
 * Where a package is, the same whether it was asked for with an order or by its number.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/tracking-queries-packagetracker | The package tracker query}
 */
import type { Open } from '../../core/types.ts';
import type { BuyWithPrimeDateRangePayload, BuyWithPrimeMilestonePayload, BuyWithPrimeTrackerPayload, Nullish } from './order-payload.ts';

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
  /** In words, for the buyer. Asked for with {@link BuyWithPrimeClient.packageTracker} alone. */
  readonly message: string | undefined;
  /** Where. Asked for with {@link BuyWithPrimeClient.packageTracker} alone. */
  readonly place: BuyWithPrimePlace | undefined;
}

/** Where a package was: a town, no street. */
export interface BuyWithPrimePlace {
  /** The town. */
  readonly locality: string | undefined;
  /** The state or province. */
  readonly region: string | undefined;
  /** The country. */
  readonly country: string | undefined;
}

/** The estimate; `undefined` where there is no time in it. */
export function readEstimate(range: Nullish<BuyWithPrimeDateRangePayload>): BuyWithPrimeEstimate | undefined {
  const { earliest, latest } = range ?? {};
  return earliest || latest ? { earliest: earliest ?? undefined, latest: latest ?? undefined } : undefined;
}

/** The carrier, the number and the latest milestone. */
export function readTracking({ packageTrackerIdentifier, trackingUrl, latestMilestone }: BuyWithPrimeTrackerPayload): BuyWithPrimeTracking {
  return {
    carrierCode: packageTrackerIdentifier?.carrierCode ?? undefined,
    trackingNumber: packageTrackerIdentifier?.trackingNumber ?? undefined,
    url: trackingUrl ?? undefined,
    milestone: readMilestone(latestMilestone),
  };
}

/** A milestone; `undefined` where it does not say what happened. */
export function readMilestone(milestone: Nullish<BuyWithPrimeMilestonePayload>): BuyWithPrimeMilestone | undefined {
  const { status, occurredAt, address } = milestone ?? {};
  if (!status?.code) return undefined;
  const { locality, region, country } = address ?? {};
  return {
    code: status.code,
    occurredAt: occurredAt ?? undefined,
    message: status.message?.value ?? undefined,
    place: address ? { locality: locality ?? undefined, region: region ?? undefined, country: country ?? undefined } : undefined,
  };
}
