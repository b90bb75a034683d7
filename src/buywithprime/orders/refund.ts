/**
 * A refund of an order: how it is queried and read. `refund-update.ts` settles it.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/get-refund-details | Get refund details}
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/order-objects-refunddetails | RefundDetails}
 */
import * as z from 'zod/mini';
import type { Open } from '../../core/types.ts';
import type { BuyWithPrimeApiVersion, Check } from '../operation.ts';
import { Name, NullableNumber, NullableString, type Nullish, nullableList, nullableObject, present } from '../payload.ts';
import {
  ALIASES,
  AliasSchema,
  AMOUNT,
  type BuyWithPrimeAlias,
  type BuyWithPrimeLineItemShare,
  readShares,
  type SharePayload,
  SharesSchema,
} from './line-item.ts';
import { type BuyWithPrimeOrder, type BuyWithPrimeOrderPayload, documentOf, readOrderNames } from './order.ts';
import { findDetail, RETRY_LATER } from './resolution.ts';

/** A refund, the same whatever version of the API it was read with. */
export interface BuyWithPrimeRefund {
  /** The refund id of an event. */
  readonly id: string;
  /** Other names of the refund. */
  readonly aliases: readonly BuyWithPrimeAlias[];
  /** The state now: it may be ahead of the event. `PENDING` is yours to process. 2024-11-01 may also have `REJECTED` (inferred). */
  readonly state: Open<'PENDING' | 'FAILURE' | 'PARTIAL' | 'SUCCESS' | 'REJECTED'> | undefined;
  /** What it is for. */
  readonly lineItems: readonly BuyWithPrimeLineItemShare[];
  /** Before the first update an estimate: calculate the amount before you refund it. After that, what has been refunded in total. */
  readonly total: { readonly amount: number; readonly currencyCode: string | undefined } | undefined;
  /** The payments that were reported, in the currency of `total`. If there are any, `total` is not an estimate. */
  readonly payments: readonly { readonly amount: number | undefined; readonly state: string | undefined }[];
  /** Why it was requested. API version 2024-11-01 only. */
  readonly requestReason:
    | Open<
        | 'BILLING_ERROR'
        | 'CANCELLED_ORDER'
        | 'CUSTOMER_NOT_SATISFIED_WITH_SERVICE'
        | 'DAMAGED_DEFECTIVE_ITEM'
        | 'DELIVERED_NOT_RECEIVED'
        | 'DELIVERY_ISSUES'
        | 'EXPIRATION_DATE_PROBLEM'
        | 'FOOD_SAFETY_ISSUE'
        | 'ITEM_MISSING'
        | 'LOST_IN_TRANSIT'
        | 'NOT_DELIVERED'
        | 'OTHERS'
        | 'RECEIVED_ITEM_TOO_LATE'
        | 'RETURN_DROPPED_OFF_PICKED_UP'
        | 'RETURN_NO_SCAN'
        | 'RETURN_RECEIVED'
        | 'RETURN_RELATED_ERROR'
        | 'WRONG_ITEM_RECEIVED'
      >
    | undefined;
  /** ISO 8601. */
  readonly createdAt: string | undefined;
  /** ISO 8601. */
  readonly updatedAt: string | undefined;
  /** The refund as Amazon returned it, with what your own document selects: check that before you use it. */
  readonly payload: BuyWithPrimeRefundPayload;
}

/**
 * A refund as the API returns it. What your own document selects beside it is kept.
 * @inline
 */
export interface BuyWithPrimeRefundPayload {
  readonly id: string;
  readonly aliases?: Nullish<readonly (BuyWithPrimeAlias | null)[]>;
  /** `PENDING`, `FAILURE`, `PARTIAL` or `SUCCESS`; Amazon may add states. */
  readonly state?: Nullish<string>;
  /** ISO 8601. */
  readonly createdAt?: Nullish<string>;
  /** ISO 8601. */
  readonly updatedAt?: Nullish<string>;
  /** 2024-11-01. */
  readonly refundRequestReason?: Nullish<string>;
  readonly refundTotal?: Nullish<{
    readonly totalAmount?: Nullish<{ readonly amount?: Nullish<number>; readonly currencyCode?: Nullish<string> }>;
  }>;
  readonly paymentDetails?: Nullish<
    readonly ({ readonly state?: Nullish<string>; readonly amount?: Nullish<{ readonly amount?: Nullish<number> }> } | null)[]
  >;
  readonly refundFor?: Nullish<{ readonly orderLineItems?: Nullish<readonly (SharePayload | null)[]> }>;
  readonly [field: string]: unknown;
}

/** Checks a refund as the API returns it. Keeps what your own document selects beside it. */
export const BuyWithPrimeRefundPayloadSchema: z.ZodMiniType<BuyWithPrimeRefundPayload> = /* @__PURE__ */ z.lazy(() =>
  z.looseObject({
    id: z.string(),
    aliases: nullableList(AliasSchema),
    state: NullableString,
    createdAt: NullableString,
    updatedAt: NullableString,
    refundRequestReason: NullableString,
    refundTotal: nullableObject({ totalAmount: nullableObject({ amount: NullableNumber, currencyCode: NullableString }) }),
    paymentDetails: nullableList(z.looseObject({ state: NullableString, amount: nullableObject({ amount: NullableNumber }) })),
    refundFor: nullableObject({ orderLineItems: SharesSchema }),
  }),
);

/** The result of {@link BuyWithPrimeClient.resolveRefund}, discriminated by `status`. */
export type RefundResolution =
  | {
      readonly status: 'found';
      /** The refund as it is now. */
      readonly refund: BuyWithPrimeRefund;
      /** The order that it belongs to. */
      readonly order: Pick<BuyWithPrimeOrder, 'id' | 'aliases'>;
    }
  | RefundNotFound;

/**
 * There is no refund with that id.
 * @inline
 */
export interface RefundNotFound {
  readonly status: 'not-found';
  /** Either can mean that the order was read too early. */
  readonly reason: 'order-not-found' | 'refund-not-in-order';
  /** What to do next, in one sentence. */
  readonly hint: string;
  /** The order, if there is one. */
  readonly order: Pick<BuyWithPrimeOrder, 'id' | 'aliases'> | undefined;
}

/** What an event of a refund names. */
export const RefundReference: z.ZodMiniType<{ readonly orderId: string; readonly refundId: string }> = /* @__PURE__ */ z.lazy(() =>
  z.looseObject({ orderId: Name, refundId: Name }),
);

/** The document for the refunds of an order. */
export function refundDocument(apiVersion: BuyWithPrimeApiVersion): string {
  const quantity = apiVersion < '2024-04-01' ? 'refundedQuantity { unit amount }' : AMOUNT;
  const reason = apiVersion < '2024-11-01' ? '' : 'refundRequestReason';
  return documentOf(
    `refunds {
      details {
        id ${ALIASES} state createdAt updatedAt ${reason}
        refundTotal { totalAmount { amount currencyCode } }
        paymentDetails { state amount { amount } }
        refundFor { orderLineItems { lineItem { id ${ALIASES} } ${quantity} } }
      }
    }`,
  );
}

/** Finds a refund in its order. */
export function findRefund(payload: BuyWithPrimeOrderPayload, refundId: string, check: Check): RefundResolution {
  const order = readOrderNames(payload);
  const detail = findDetail(payload, 'refunds', refundId, check);
  if (!detail) return { status: 'not-found', reason: 'refund-not-in-order', hint: RETRY_LATER, order };
  return { status: 'found', refund: readRefund(check(BuyWithPrimeRefundPayloadSchema, detail, 'refund')), order };
}

function readRefund(payload: BuyWithPrimeRefundPayload): BuyWithPrimeRefund {
  const { id, aliases, state, createdAt, updatedAt, refundRequestReason, refundTotal, paymentDetails, refundFor } = payload;
  const { amount, currencyCode } = refundTotal?.totalAmount ?? {};
  return {
    id,
    aliases: present(aliases),
    state: state ?? undefined,
    lineItems: readShares(refundFor?.orderLineItems),
    total: typeof amount === 'number' ? { amount, currencyCode: currencyCode ?? undefined } : undefined,
    payments: present(paymentDetails).map((payment) => ({
      amount: payment.amount?.amount ?? undefined,
      state: payment.state ?? undefined,
    })),
    requestReason: refundRequestReason ?? undefined,
    createdAt: createdAt ?? undefined,
    updatedAt: updatedAt ?? undefined,
    payload,
  };
}
