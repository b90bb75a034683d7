/**
 * From an order to the one refund that an event names.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/refund_requested | REFUND_REQUESTED}
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/order-objects-refunddetails | RefundDetails}
 */
import type { Open } from '../../core/types.ts';
import { parseAnswer, present } from '../api/answer.ts';
import { BuyWithPrimeRefundPayloadSchema } from '../schemas.ts';
import {
  type BuyWithPrimeAlias,
  type BuyWithPrimeLineItemShare,
  type BuyWithPrimeOrderReference,
  readReference,
  readShares,
} from './order.ts';
import type { BuyWithPrimeAliasPayload, BuyWithPrimeLineItemSharesPayload, BuyWithPrimeOrderPayload, Nullish } from './order-payload.ts';
import { findDetail, LATER } from './order-query.ts';

/** Where a refund is. `PENDING` is yours to process. */
export type BuyWithPrimeRefundState = Open<'PENDING' | 'FAILURE' | 'PARTIAL' | 'SUCCESS'>;

/** A refund, the same whatever version of the API it was read with. */
export interface BuyWithPrimeRefund {
  /** The refund id of an event. What tells Amazon of the refund must name exactly this one. */
  readonly id: string;
  /** Empty in API version 2024-01-01, which is not asked for them. */
  readonly aliases: readonly BuyWithPrimeAlias[];
  /** Where it is now: it may be ahead of the event. */
  readonly state: BuyWithPrimeRefundState | undefined;
  /** What it is for. */
  readonly lineItems: readonly BuyWithPrimeLineItemShare[];
  /** As Amazon has it; that it is in `totalAmount` is inferred. Its pages say to calculate the amount anew before it is refunded. */
  readonly total: BuyWithPrimeMoney | undefined;
  /** Why it is wanted. Asked for in API version 2024-11-01 alone. */
  readonly requestReason:
    | Open<'DELIVERED_NOT_RECEIVED' | 'NOT_DELIVERED' | 'DAMAGED_DEFECTIVE_ITEM' | 'RECEIVED_ITEM_TOO_LATE' | 'WRONG_ITEM_RECEIVED'>
    | undefined;
  /** ISO 8601. */
  readonly createdAt: string | undefined;
  /** ISO 8601. */
  readonly updatedAt: string | undefined;
  /** What Amazon answered, with what a document of your own selects beside it. */
  readonly payload: BuyWithPrimeRefundPayload;
}

/** An amount of money. */
export interface BuyWithPrimeMoney {
  /** In whole units of the currency, such as `20.5`. */
  readonly amount: number;
  /** Such as `USD`. */
  readonly currencyCode: string | undefined;
}

/** What {@link BuyWithPrimeClient.resolveRefund} found. */
export type RefundResolution = ResolvedRefund | UnresolvedRefund;

/** The refund, and its order. */
export interface ResolvedRefund {
  /** Tells it from {@link UnresolvedRefund}. */
  readonly status: 'found';
  /** The refund as it is now. */
  readonly refund: BuyWithPrimeRefund;
  /** The order that it is of. */
  readonly order: BuyWithPrimeOrderReference;
}

/** No refund of that id. */
export interface UnresolvedRefund {
  /** Tells it from {@link ResolvedRefund}. */
  readonly status: 'not-found';
  /** Either can mean that the order was read too early. */
  readonly reason: 'order-not-found' | 'refund-not-in-order';
  /** What to do next, in one sentence. */
  readonly hint: string;
  /** The order, where there is one. */
  readonly order: BuyWithPrimeOrderReference | undefined;
}

/** A refund as answered. */
export interface BuyWithPrimeRefundPayload {
  /** The refund id of an event. */
  readonly id: string;
  /** Not asked for in 2024-01-01. */
  readonly aliases?: Nullish<readonly (BuyWithPrimeAliasPayload | null)[]>;
  /** `PENDING`, `FAILURE`, `PARTIAL` or `SUCCESS`; more may come. */
  readonly state?: Nullish<string>;
  /** ISO 8601. */
  readonly createdAt?: Nullish<string>;
  /** ISO 8601. */
  readonly updatedAt?: Nullish<string>;
  /** Asked for in 2024-11-01. */
  readonly refundRequestReason?: Nullish<string>;
  /** Inside the total. */
  readonly refundTotal?: Nullish<BuyWithPrimeRefundTotalPayload>;
  /** What it is for. */
  readonly refundFor?: Nullish<BuyWithPrimeRefundForPayload>;
}

/** What is refunded altogether, as answered. */
export interface BuyWithPrimeRefundTotalPayload {
  /** The sum. */
  readonly totalAmount?: Nullish<BuyWithPrimeMoneyPayload>;
}

/** An amount of money, as answered. */
export interface BuyWithPrimeMoneyPayload {
  /** The number. */
  readonly amount?: Nullish<number>;
  /** Such as `USD`. */
  readonly currencyCode?: Nullish<string>;
}

/** What a refund is for, as answered. */
export interface BuyWithPrimeRefundForPayload {
  /** One for each line item. */
  readonly orderLineItems?: BuyWithPrimeLineItemSharesPayload;
}

/** Finds a refund in its order. */
export function findRefund(payload: BuyWithPrimeOrderPayload, refundId: string): RefundResolution {
  const order = readReference(payload);
  const detail = findDetail(payload, 'refunds', refundId);
  if (!detail) return { status: 'not-found', reason: 'refund-not-in-order', hint: LATER, order };
  return { status: 'found', refund: readRefund(parseAnswer('refund', BuyWithPrimeRefundPayloadSchema, detail)), order };
}

function readRefund(payload: BuyWithPrimeRefundPayload): BuyWithPrimeRefund {
  const { id, aliases, state, createdAt, updatedAt, refundRequestReason, refundTotal, refundFor } = payload;
  const { amount, currencyCode } = refundTotal?.totalAmount ?? {};
  return {
    id,
    aliases: present(aliases),
    state: state ?? undefined,
    lineItems: readShares(refundFor?.orderLineItems),
    total: typeof amount === 'number' ? { amount, currencyCode: currencyCode ?? undefined } : undefined,
    requestReason: refundRequestReason ?? undefined,
    createdAt: createdAt ?? undefined,
    updatedAt: updatedAt ?? undefined,
    payload,
  };
}
