/**
 * A return of an order. The queries select what Amazon's own examples of the order query select: names of the Returns interface, such as
 * `expiresAt`, are not in the order, and one unknown name makes GraphQL refuse the whole query.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/steps-to-process-returns | Process returns}
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/order-queries-order | The order query}
 */
import * as z from 'zod/mini';
import type { Open } from '../../core/types.ts';
import { type BuyWithPrimeApiVersion, byVersion, type Check } from '../operation.ts';
import { Name, NullableString, type Nullish, nullableList, nullableObject, present } from '../payload.ts';
import {
  ALIASES,
  AliasSchema,
  type BuyWithPrimeAlias,
  type BuyWithPrimeLineItemShare,
  readShares,
  type SharePayload,
  SharesSchema,
} from './line-item.ts';
import { type BuyWithPrimeOrder, type BuyWithPrimeOrderPayload, documentOf, readOrderNames } from './order.ts';
import { findDetail, RETRY_LATER } from './resolution.ts';
import {
  type BuyWithPrimeTrackerPayload,
  BuyWithPrimeTrackerPayloadSchema,
  type BuyWithPrimeTracking,
  readTracking,
  TRACKER,
} from './tracking.ts';

/** A return, the same whatever version of the API it was read with. */
export interface BuyWithPrimeReturn {
  /** The return id of an event. */
  readonly id: string;
  /** At most two. Empty in API version 2024-01-01, which has none. */
  readonly aliases: readonly BuyWithPrimeAlias[];
  /**
   * The state now: it may be ahead of the event. `CANCELLED` is for external returns only; 2024-01-01 has only `CREATED` and `COMPLETED`.
   * `COMPLETED` is not a reason to refund: wait for `REFUND_REQUESTED`.
   */
  readonly state: Open<'DRAFT' | 'CREATED' | 'CANCELLED' | 'COMPLETED'> | undefined;
  /** What is returned. Empty in API version 2024-01-01: no page shows how it says so. */
  readonly lineItems: readonly BuyWithPrimeLineItemShare[];
  /** How it is returned. Empty in API version 2024-01-01. */
  readonly packages: readonly {
    /** Not a delivery id, and not in any event. */
    readonly id: string;
    /** `PENDING` and `PICKED_UP` are of API version 2024-04-01; `CREATED` is of 2024-11-01. */
    readonly state: Open<'CREATED' | 'PENDING' | 'PICKED_UP' | 'DROPPED_OFF' | 'IN_TRANSIT' | 'DELIVERED' | 'FAILED'>;
    /** Why it failed. `CARRRIER_REJECTED` is how Amazon spells it in 2024-11-01, which has `OTHERS` in place of `EXCEPTION`. */
    readonly reason:
      | Open<'CARRIER_REJECTED' | 'CARRRIER_REJECTED' | 'SHIPMENT_LOST' | 'PICKUP_MISSED' | 'UNDELIVERABLE' | 'EXCEPTION' | 'OTHERS'>
      | undefined;
    /** What is in it. */
    readonly lineItems: readonly BuyWithPrimeLineItemShare[];
    /** API version 2024-11-01 only, and only once the carrier has the package. */
    readonly tracking: BuyWithPrimeTracking | undefined;
  }[];
  /** ISO 8601. */
  readonly createdAt: string | undefined;
  /** ISO 8601. */
  readonly updatedAt: string | undefined;
  /** The return as Amazon returned it, with what your own document selects: check that before you use it. */
  readonly payload: BuyWithPrimeReturnPayload;
}

/**
 * A return as the API returns it: the fields of all versions side by side. What your own document selects beside them is kept.
 * @inline
 */
export interface BuyWithPrimeReturnPayload {
  readonly id: string;
  readonly aliases?: Nullish<readonly (BuyWithPrimeAlias | null)[]>;
  /** `DRAFT`, `CREATED`, `CANCELLED` or `COMPLETED`; Amazon may add states. May be null in 2024-01-01. */
  readonly state?: Nullish<string>;
  /** ISO 8601. */
  readonly createdAt?: Nullish<string>;
  /** ISO 8601. */
  readonly updatedAt?: Nullish<string>;
  /** 2024-01-01; not requested, because its fields are not documented. */
  readonly returnFor?: Nullish<ReturnForPayload>;
  /** 2024-04-01 and later. */
  readonly returnLineItems?: Nullish<readonly ({ readonly id?: Nullish<string>; readonly returnFor?: Nullish<ReturnForPayload> } | null)[]>;
  /** 2024-04-01. */
  readonly returnDeliveryDetails?: Nullish<
    readonly ({
      readonly id: string;
      readonly state: string;
      readonly reason?: Nullish<string>;
      readonly returnDeliveryFor?: Nullish<ReturnForPayload>;
    } | null)[]
  >;
  /** 2024-11-01. */
  readonly returnPackageDetails?: Nullish<
    readonly ({
      readonly id: string;
      readonly state: string;
      readonly reason?: Nullish<string>;
      readonly returnPackageFor?: Nullish<ReturnForPayload>;
      readonly packageTracker?: Nullish<BuyWithPrimeTrackerPayload>;
    } | null)[]
  >;
  readonly [field: string]: unknown;
}

/**
 * What a return, or a package of it, is for.
 * @inline
 */
interface ReturnForPayload {
  readonly orderLineItemAmounts?: Nullish<readonly (SharePayload | null)[]>;
}

/** Checks a return as the API returns it. Keeps what your own document selects beside it. */
export const BuyWithPrimeReturnPayloadSchema: z.ZodMiniType<BuyWithPrimeReturnPayload> = /* @__PURE__ */ z.lazy(() => {
  const returnFor = nullableObject({ orderLineItemAmounts: SharesSchema });
  const parcel = { id: z.string(), state: z.string(), reason: NullableString };
  return z.looseObject({
    id: z.string(),
    aliases: nullableList(AliasSchema),
    state: NullableString,
    createdAt: NullableString,
    updatedAt: NullableString,
    returnFor,
    returnLineItems: nullableList(z.looseObject({ id: NullableString, returnFor })),
    returnDeliveryDetails: nullableList(z.looseObject({ ...parcel, returnDeliveryFor: returnFor })),
    returnPackageDetails: nullableList(
      z.looseObject({ ...parcel, returnPackageFor: returnFor, packageTracker: z.nullish(BuyWithPrimeTrackerPayloadSchema) }),
    ),
  });
});

/** The result of {@link BuyWithPrimeClient.resolveReturn}, discriminated by `status`. */
export type ReturnResolution =
  | {
      readonly status: 'found';
      /** The return as it is now. */
      readonly return: BuyWithPrimeReturn;
      /** The order that it belongs to. */
      readonly order: Pick<BuyWithPrimeOrder, 'id' | 'aliases'>;
    }
  | {
      readonly status: 'not-found';
      /** Either can mean that the order was read too early. */
      readonly reason: 'order-not-found' | 'return-not-in-order';
      /** What to do next, in one sentence. */
      readonly hint: string;
      /** The order, if there is one. */
      readonly order: Pick<BuyWithPrimeOrder, 'id' | 'aliases'> | undefined;
    };

/** What an event of a return names. */
export const ReturnReference: z.ZodMiniType<{ readonly orderId: string; readonly returnId: string }> = /* @__PURE__ */ z.lazy(() =>
  z.looseObject({ orderId: Name, returnId: Name }),
);

/** The document for the returns of an order. */
export function returnDocument(apiVersion: BuyWithPrimeApiVersion): string {
  const items = `{ orderLineItemAmounts { amount { value } lineItem { id ${ALIASES} } } }`;
  const since2024April = (packages: string): string =>
    `id ${ALIASES} state createdAt updatedAt returnLineItems { id returnFor ${items} } ${packages}`;
  const selection = byVersion(apiVersion, {
    '2024-01-01': 'id state createdAt updatedAt',
    '2024-04-01': since2024April(`returnDeliveryDetails { id state reason returnDeliveryFor ${items} }`),
    '2024-11-01': since2024April(`returnPackageDetails { id state reason returnPackageFor ${items} ${TRACKER} }`),
  });
  return documentOf(`returns { details { ${selection} } }`);
}

/** Finds a return in its order. */
export function findReturn(payload: BuyWithPrimeOrderPayload, returnId: string, check: Check): ReturnResolution {
  const order = readOrderNames(payload);
  const detail = findDetail(payload, 'returns', returnId, check);
  if (!detail) return { status: 'not-found', reason: 'return-not-in-order', hint: RETRY_LATER, order };
  return { status: 'found', return: readReturn(check(BuyWithPrimeReturnPayloadSchema, detail, 'return')), order };
}

function readReturn(payload: BuyWithPrimeReturnPayload): BuyWithPrimeReturn {
  const { id, aliases, state, createdAt, updatedAt, returnFor, returnLineItems } = payload;
  const listed = present(returnLineItems).flatMap((item) => readShares(item.returnFor?.orderLineItemAmounts));
  return {
    id,
    aliases: present(aliases),
    state: state ?? undefined,
    lineItems: listed.length > 0 ? listed : readShares(returnFor?.orderLineItemAmounts),
    packages: readPackages(payload),
    createdAt: createdAt ?? undefined,
    updatedAt: updatedAt ?? undefined,
    payload,
  };
}

/** The packages of a return; 2024-04-01 calls them deliveries. */
function readPackages({ returnPackageDetails, returnDeliveryDetails }: BuyWithPrimeReturnPayload): BuyWithPrimeReturn['packages'] {
  const packages = present(returnPackageDetails).map(({ returnPackageFor, packageTracker, ...parcel }) => ({
    parcel,
    contents: returnPackageFor,
    tracking: packageTracker ? readTracking(packageTracker) : undefined,
  }));
  const deliveries = present(returnDeliveryDetails).map(({ returnDeliveryFor, ...parcel }) => ({
    parcel,
    contents: returnDeliveryFor,
    tracking: undefined,
  }));
  return (packages.length > 0 ? packages : deliveries).map(({ parcel: { id, state, reason }, contents, tracking }) => ({
    id,
    state,
    reason: reason ?? undefined,
    lineItems: readShares(contents?.orderLineItemAmounts),
    tracking,
  }));
}
