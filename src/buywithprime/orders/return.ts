/**
 * From an order to the one return that an event names.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/steps-to-process-returns | Process returns}
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/returns-objects-returndetails | ReturnDetails}
 */
import type { Open } from '../../core/types.ts';
import { parseAnswer, present } from '../api/answer.ts';
import { BuyWithPrimeReturnPayloadSchema } from '../schemas.ts';
import {
  type BuyWithPrimeAlias,
  type BuyWithPrimeLineItemShare,
  type BuyWithPrimeOrderReference,
  readReference,
  readShares,
} from './order.ts';
import type {
  BuyWithPrimeAliasPayload,
  BuyWithPrimeLineItemSharesPayload,
  BuyWithPrimeOrderPayload,
  BuyWithPrimeTrackerPayload,
  Nullish,
} from './order-payload.ts';
import { findDetail, LATER } from './order-query.ts';
import { type BuyWithPrimeTracking, readTracking } from './tracking.ts';

/** Where a return is. API version 2024-01-01 has `CREATED` and `COMPLETED` alone. */
export type BuyWithPrimeReturnState = Open<'DRAFT' | 'CREATED' | 'CANCELLED' | 'COMPLETED'>;

/** Where the package of a return is. API version 2024-04-01 also has `PENDING` and `PICKED_UP`. */
export type BuyWithPrimeReturnPackageState = Open<
  'CREATED' | 'PENDING' | 'PICKED_UP' | 'DROPPED_OFF' | 'IN_TRANSIT' | 'DELIVERED' | 'FAILED'
>;

/** A return, the same whatever version of the API it was read with. */
export interface BuyWithPrimeReturn {
  /** The return id of an event. */
  readonly id: string;
  /** Empty in API version 2024-01-01, which is not asked for them. */
  readonly aliases: readonly BuyWithPrimeAlias[];
  /** Where it is now: it may be ahead of the event. `COMPLETED` is no reason to refund: wait for `REFUND_REQUESTED`. */
  readonly state: BuyWithPrimeReturnState;
  /** What comes back. How much of each is not asked for in API version 2024-01-01. */
  readonly lineItems: readonly BuyWithPrimeLineItemShare[];
  /** How it comes back. Asked for in API version 2024-11-01 alone: of 2024-04-01 no page shows the field's name. */
  readonly packages: readonly BuyWithPrimeReturnPackage[];
  /** ISO 8601. */
  readonly createdAt: string | undefined;
  /** ISO 8601. */
  readonly updatedAt: string | undefined;
  /** ISO 8601. Asked for in API version 2024-11-01 alone. */
  readonly expiresAt: string | undefined;
  /** What Amazon answered, with what a document of your own selects beside it. */
  readonly payload: BuyWithPrimeReturnPayload;
}

/** A package of a return. */
export interface BuyWithPrimeReturnPackage {
  /** No delivery id, and in no event. */
  readonly id: string;
  /** Where it is. */
  readonly state: BuyWithPrimeReturnPackageState;
  /** Why it failed. One page spells the first `CARRRIER_REJECTED`, one has `OTHERS`. */
  readonly reason: Open<'CARRIER_REJECTED' | 'SHIPMENT_LOST' | 'PICKUP_MISSED' | 'UNDELIVERABLE' | 'EXCEPTION'> | undefined;
  /** What is in it. */
  readonly lineItems: readonly BuyWithPrimeLineItemShare[];
  /** Only once the carrier has it. */
  readonly tracking: BuyWithPrimeTracking | undefined;
}

/** What {@link BuyWithPrimeClient.resolveReturn} found. */
export type ReturnResolution = ResolvedReturn | UnresolvedReturn;

/** The return, and its order. */
export interface ResolvedReturn {
  /** Tells it from {@link UnresolvedReturn}. */
  readonly status: 'found';
  /** The return as it is now. */
  readonly return: BuyWithPrimeReturn;
  /** The order that it is of. */
  readonly order: BuyWithPrimeOrderReference;
}

/** No return of that id. */
export interface UnresolvedReturn {
  /** Tells it from {@link ResolvedReturn}. */
  readonly status: 'not-found';
  /** Either can mean that the order was read too early. */
  readonly reason: 'order-not-found' | 'return-not-in-order';
  /** What to do next, in one sentence. */
  readonly hint: string;
  /** The order, where there is one. */
  readonly order: BuyWithPrimeOrderReference | undefined;
}

/** A return as answered. */
export interface BuyWithPrimeReturnPayload {
  /** The return id of an event. */
  readonly id: string;
  /** Not asked for in 2024-01-01. */
  readonly aliases?: Nullish<readonly (BuyWithPrimeAliasPayload | null)[]>;
  /** `DRAFT`, `CREATED`, `CANCELLED` or `COMPLETED`; more may come. */
  readonly state: string;
  /** ISO 8601. */
  readonly createdAt?: Nullish<string>;
  /** ISO 8601. */
  readonly updatedAt?: Nullish<string>;
  /** ISO 8601. Asked for in 2024-11-01. */
  readonly expiresAt?: Nullish<string>;
  /** What comes back. */
  readonly returnFor?: Nullish<BuyWithPrimeReturnForPayload>;
  /** Asked for in 2024-11-01. */
  readonly returnPackageDetails?: Nullish<readonly (BuyWithPrimeReturnPackagePayload | null)[]>;
}

/** What a return, or a package of it, is for, as answered. */
export interface BuyWithPrimeReturnForPayload {
  /** One for each line item. */
  readonly orderLineItemAmounts?: BuyWithPrimeLineItemSharesPayload;
}

/** A package of a return, as answered. */
export interface BuyWithPrimeReturnPackagePayload {
  /** Its id. */
  readonly id: string;
  /** `CREATED`, `DROPPED_OFF`, `IN_TRANSIT`, `DELIVERED` or `FAILED`; more may come. */
  readonly state: string;
  /** Of one that failed. */
  readonly reason?: Nullish<string>;
  /** What is in it. */
  readonly returnPackageFor?: Nullish<BuyWithPrimeReturnForPayload>;
  /** Where it is. */
  readonly packageTracker?: Nullish<BuyWithPrimeTrackerPayload>;
}

/** Finds a return in its order. */
export function findReturn(payload: BuyWithPrimeOrderPayload, returnId: string): ReturnResolution {
  const order = readReference(payload);
  const detail = findDetail(payload, 'returns', returnId);
  if (!detail) return { status: 'not-found', reason: 'return-not-in-order', hint: LATER, order };
  return { status: 'found', return: readReturn(parseAnswer('return', BuyWithPrimeReturnPayloadSchema, detail)), order };
}

function readReturn(payload: BuyWithPrimeReturnPayload): BuyWithPrimeReturn {
  const { id, aliases, state, createdAt, updatedAt, expiresAt, returnFor, returnPackageDetails } = payload;
  return {
    id,
    aliases: present(aliases),
    state,
    lineItems: readShares(returnFor?.orderLineItemAmounts),
    packages: present(returnPackageDetails).map(readPackage),
    createdAt: createdAt ?? undefined,
    updatedAt: updatedAt ?? undefined,
    expiresAt: expiresAt ?? undefined,
    payload,
  };
}

function readPackage({ id, state, reason, returnPackageFor, packageTracker }: BuyWithPrimeReturnPackagePayload): BuyWithPrimeReturnPackage {
  return {
    id,
    state,
    reason: reason ?? undefined,
    lineItems: readShares(returnPackageFor?.orderLineItemAmounts),
    tracking: packageTracker ? readTracking(packageTracker) : undefined,
  };
}
