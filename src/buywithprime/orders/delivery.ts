/**
 * A delivery, which Amazon calls a package since API version 2024-11-01.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/order-objects-packageinformationdetails | PackageInformationDetails}
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/order-objects-deliveryinformationdetails | DeliveryInformationDetails}
 */
import * as z from 'zod/mini';
import type { Open } from '../../core/types.ts';
import { NullableString, type Nullish, nullableList, nullableObject, present } from '../payload.ts';
import { type BuyWithPrimeLineItemShare, readShares, type SharePayload, SharesSchema } from './line-item.ts';
import {
  type BuyWithPrimeTrackerPayload,
  BuyWithPrimeTrackerPayloadSchema,
  type BuyWithPrimeTracking,
  readEstimate,
  readTracking,
} from './tracking.ts';

/** A delivery. */
export interface BuyWithPrimeDelivery {
  /** The delivery id of an event. A pending delivery can be split into several with new ids. */
  readonly id: string;
  /** `DELIVERED` and `CANCELLED` are final. */
  readonly state: Open<'PENDING' | 'IN_TRANSIT' | 'DELIVERED' | 'CANCELLED'>;
  /** Why it was cancelled. */
  readonly reason: Open<'CUSTOMER_REQUESTED' | 'UNFULFILLABLE' | 'UNDELIVERABLE'> | undefined;
  /** When it is expected, ISO 8601 in UTC. In API version 2024-04-01 both are the same; 2024-01-01 has none. */
  readonly estimatedDelivery: BuyWithPrimeTracking['estimatedDelivery'];
  /** API version 2024-11-01 only, and only once the carrier has the package. */
  readonly tracking: BuyWithPrimeTracking | undefined;
}

/**
 * A delivery as the API returns it.
 * @inline
 */
interface DeliveryPayload {
  /** The delivery id of an event. */
  readonly id: string;
  /** `PENDING`, `IN_TRANSIT`, `DELIVERED` or `CANCELLED`; Amazon may add states. */
  readonly state: string;
  /** Why it was cancelled. */
  readonly reason?: Nullish<string>;
  /** 2024-04-01: one ISO 8601 time in UTC. */
  readonly estimatedDeliveryDate?: Nullish<string>;
  /** 2024-01-01 and 2024-04-01. */
  readonly deliveryInformationDetailsFor?: Nullish<{ readonly orderLineItems?: Nullish<readonly (SharePayload | null)[]> }>;
  /** 2024-11-01. */
  readonly packageInformationDetailsFor?: Nullish<{ readonly orderLineItemAmounts?: Nullish<readonly (SharePayload | null)[]> }>;
  /** 2024-11-01. */
  readonly packageTracker?: Nullish<BuyWithPrimeTrackerPayload>;
}

/**
 * The deliveries of a line item as the API returns them.
 * @inline
 */
export interface DeliveriesPayload {
  /** 2024-01-01 and 2024-04-01. */
  readonly deliveryInformation?: Nullish<{ readonly details?: Nullish<readonly (DeliveryPayload | null)[]> }>;
  /** 2024-11-01: the same under a new name. */
  readonly packageInformation?: Nullish<{ readonly details?: Nullish<readonly (DeliveryPayload | null)[]> }>;
}

/** The deliveries of a line item. */
export const DeliveriesSchema: z.ZodMiniType<DeliveriesPayload['packageInformation']> = /* @__PURE__ */ z.lazy(() =>
  nullableObject({
    details: nullableList(
      z.looseObject({
        id: z.string(),
        state: z.string(),
        reason: NullableString,
        estimatedDeliveryDate: NullableString,
        deliveryInformationDetailsFor: nullableObject({ orderLineItems: SharesSchema }),
        packageInformationDetailsFor: nullableObject({ orderLineItemAmounts: SharesSchema }),
        packageTracker: z.nullish(BuyWithPrimeTrackerPayloadSchema),
      }),
    ),
  }),
);

/** The deliveries of a line item, whatever the version calls them. */
export function deliveriesOf({ packageInformation, deliveryInformation }: DeliveriesPayload): readonly DeliveryPayload[] {
  return present((packageInformation ?? deliveryInformation)?.details);
}

/** Brings the deliveries of all API versions into one shape. */
export function readDelivery(payload: DeliveryPayload): BuyWithPrimeDelivery {
  const { id, state, reason, estimatedDeliveryDate: date, packageTracker } = payload;
  return {
    id,
    state,
    reason: reason ?? undefined,
    estimatedDelivery: readEstimate(packageTracker?.estimatedDeliveryDate ?? { earliest: date, latest: date }),
    tracking: packageTracker ? readTracking(packageTracker) : undefined,
  };
}

/** What is in a delivery; empty if the response does not say. */
export function readContents(payload: DeliveryPayload): readonly BuyWithPrimeLineItemShare[] {
  const { packageInformationDetailsFor, deliveryInformationDetailsFor } = payload;
  return readShares(packageInformationDetailsFor?.orderLineItemAmounts ?? deliveryInformationDetailsFor?.orderLineItems);
}
