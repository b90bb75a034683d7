/**
 * Where a package is, the same whether it was requested with an order or by its number.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/tracking-queries-packagetracker | The package tracker query}
 */
import * as z from 'zod/mini';
import type { Open } from '../../core/types.ts';
import { type Operation, queryField } from '../operation.ts';
import { Name, NullableString, type Nullish, nullableList, nullableObject, parseInput, present } from '../payload.ts';

/** Where a package is. */
export interface BuyWithPrimeTracking {
  /** Lower case, such as `ups`. */
  readonly carrierCode: string | undefined;
  /** The carrier's number of the package. It expires after 90 days. */
  readonly trackingNumber: string | undefined;
  /** A page for the buyer. */
  readonly url: string | undefined;
  /** When the package is expected, ISO 8601 in UTC. */
  readonly estimatedDelivery: { readonly earliest: string | undefined; readonly latest: string | undefined } | undefined;
  /** The latest milestone. */
  readonly milestone: BuyWithPrimeMilestone | undefined;
  /** All milestones, in Amazon's order. Requested by {@link BuyWithPrimeClient.packageTracker} only; else empty. */
  readonly milestones: readonly BuyWithPrimeMilestone[];
  /** The tracker as Amazon returned it, with what your own document selects. */
  readonly payload: BuyWithPrimeTrackerPayload;
}

/**
 * A milestone of a package.
 * @inline
 */
interface BuyWithPrimeMilestone {
  /** What happened. */
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
  /** In words, for the buyer. Requested by {@link BuyWithPrimeClient.packageTracker} only. */
  readonly message: string | undefined;
  /** City, region and country. Requested by {@link BuyWithPrimeClient.packageTracker} only. */
  readonly place:
    | { readonly locality: string | undefined; readonly region: string | undefined; readonly country: string | undefined }
    | undefined;
}

/**
 * A package tracker as the API returns it. What your own document selects beside it is kept.
 * @inline
 */
export interface BuyWithPrimeTrackerPayload {
  readonly packageTrackerIdentifier?: Nullish<{ readonly carrierCode?: Nullish<string>; readonly trackingNumber?: Nullish<string> }>;
  readonly trackingUrl?: Nullish<string>;
  /** ISO 8601. */
  readonly estimatedDeliveryDate?: Nullish<{ readonly earliest?: Nullish<string>; readonly latest?: Nullish<string> }>;
  readonly latestMilestone?: Nullish<MilestonePayload>;
  readonly milestones?: Nullish<readonly (MilestonePayload | null)[]>;
  readonly [field: string]: unknown;
}

/**
 * A milestone.
 * @inline
 */
interface MilestonePayload {
  readonly status?: Nullish<{
    readonly code?: Nullish<string>;
    readonly message?: Nullish<{ readonly locale?: Nullish<string>; readonly value?: Nullish<string> }>;
  }>;
  readonly address?: Nullish<{
    readonly locality?: Nullish<string>;
    readonly region?: Nullish<string>;
    readonly country?: Nullish<string>;
  }>;
  readonly occurredAt?: Nullish<string>;
}

/** Checks a package tracker as the API returns it. */
export const BuyWithPrimeTrackerPayloadSchema: z.ZodMiniType<BuyWithPrimeTrackerPayload> = /* @__PURE__ */ z.lazy(() => {
  const milestone = z.looseObject({
    status: nullableObject({ code: NullableString, message: nullableObject({ locale: NullableString, value: NullableString }) }),
    address: nullableObject({ locality: NullableString, region: NullableString, country: NullableString }),
    occurredAt: NullableString,
  });
  return z.looseObject({
    packageTrackerIdentifier: nullableObject({ carrierCode: NullableString, trackingNumber: NullableString }),
    trackingUrl: NullableString,
    estimatedDeliveryDate: nullableObject({ earliest: NullableString, latest: NullableString }),
    latestMilestone: z.nullish(milestone),
    milestones: nullableList(milestone),
  });
});

/**
 * What a carrier knows a package by. An event of kind `PACKAGE_TRACKER_MILESTONE_CHANGED` names it.
 * @inline
 */
export interface PackageTrackerIdentifier {
  /** Lower case in Amazon's samples, such as `ups`. */
  readonly carrierCode: string;
  /** The carrier's number. */
  readonly trackingNumber: string;
}

/** Checks the identifier of a package tracker. */
export const PackageTrackerIdentifierSchema: z.ZodMiniType<PackageTrackerIdentifier> = /* @__PURE__ */ z.lazy(() =>
  z.looseObject({ carrierCode: Name, trackingNumber: Name }),
);

/** Selects the tracker of a package. */
export const TRACKER = `packageTracker {
    packageTrackerIdentifier { carrierCode trackingNumber }
    trackingUrl
    estimatedDeliveryDate { earliest latest }
    latestMilestone { status { code } occurredAt }
  }`;

const DOCUMENT = `query packageTracker($packageTrackerInput: PackageTrackerInput!) {
  packageTracker(packageTrackerInput: $packageTrackerInput) {
    packageTrackerIdentifier { carrierCode trackingNumber }
    trackingUrl
    estimatedDeliveryDate { earliest latest }
    latestMilestone { status { code message { locale value } } address { locality region country } occurredAt }
    milestones { status { code message { locale value } } address { locality region country } occurredAt }
  }
}`;

/** The query for a package tracker. Its number is personal data. */
export function packageTrackerQuery(
  identifier: PackageTrackerIdentifier,
  document: string = DOCUMENT,
): Operation<BuyWithPrimeTracking | undefined> {
  const { carrierCode, trackingNumber } = parseInput(PackageTrackerIdentifierSchema, identifier);
  return queryField({
    field: 'packageTracker',
    since: '2024-11-01',
    document,
    variables: { packageTrackerInput: { packageTrackerIdentifier: { carrierCode, trackingNumber } } },
    hide: [trackingNumber],
    permission: 'View Package Tracking Milestone Changes (in the console: View Package Tracker Data)',
    denied: 'Check the tracking number. ',
    schema: BuyWithPrimeTrackerPayloadSchema,
    read: readTracking,
  });
}

/** Brings a tracker into its public shape. */
export function readTracking(payload: BuyWithPrimeTrackerPayload): BuyWithPrimeTracking {
  const { packageTrackerIdentifier, trackingUrl, latestMilestone, milestones } = payload;
  return {
    carrierCode: packageTrackerIdentifier?.carrierCode ?? undefined,
    trackingNumber: packageTrackerIdentifier?.trackingNumber ?? undefined,
    url: trackingUrl ?? undefined,
    estimatedDelivery: readEstimate(payload.estimatedDeliveryDate),
    milestone: readMilestone(latestMilestone),
    milestones: present(present(milestones).map(readMilestone)),
    payload,
  };
}

/** The estimate; `undefined` if it contains no time. */
export function readEstimate(range: BuyWithPrimeTrackerPayload['estimatedDeliveryDate']): BuyWithPrimeTracking['estimatedDelivery'] {
  const { earliest, latest } = range ?? {};
  return earliest || latest ? { earliest: earliest ?? undefined, latest: latest ?? undefined } : undefined;
}

/** The milestone; `undefined` if it does not say what happened. */
function readMilestone(milestone: Nullish<MilestonePayload>): BuyWithPrimeMilestone | undefined {
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
