/**
 * Settling a refund: what is reported to Amazon by `updateOrder`, in the form of each version of the API.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/update-refund-details | Update refund details}
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/best-practices-for-refunds | Best practices for refunds}
 */
import * as z from 'zod/mini';
import type { Open } from '../../core/types.ts';
import { type BuyWithPrimeApiVersion, byVersion, type Operation, readField } from '../operation.ts';
import { AnyObject, invalidInput, Name } from '../payload.ts';
import type { BuyWithPrimeAlias } from './line-item.ts';
import type { RefundNotFound } from './refund.ts';
import { type CurrentRefund, type RefundAmount, totalAfter } from './refund-total.ts';

/** What to report about a refund: where it is now, and what was paid. */
export interface BuyWithPrimeRefundUpdate {
  /**
   * The state after this update. After `PENDING` any may follow, after `FAILURE` any but `PENDING`, after `PARTIAL` only `PARTIAL` and
   * `SUCCESS`, after `SUCCESS` only `SUCCESS`. `REJECTED` needs API version 2024-11-01; Amazon does not document when it is allowed.
   */
  readonly state: 'PENDING' | 'PARTIAL' | 'FAILURE' | 'SUCCESS' | 'REJECTED';
  /** The payments of **this update only**: 3 if 5 was refunded before and 3 now. */
  readonly payments?:
    | readonly {
        /** Your id of the payment, unique in the list. */
        readonly id?: string | undefined;
        readonly amount: RefundAmount;
        readonly paymentMethod: {
          readonly type: Open<
            'AMAZON_PAY' | 'AMAZON_PAY_EXPRESS' | 'PAYPAL' | 'PAYPAL_EXPRESS' | 'CARD' | 'GIFT_CARD' | 'SHOPIFY_PAYMENTS'
          >;
          /** How it is shown to people. */
          readonly displayString?: string | undefined;
        };
        readonly state?:
          | Open<
              | 'NOT_STARTED'
              | 'CREATED'
              | 'FAILED'
              | 'AUTHORIZED'
              | 'CAPTURED'
              | 'CLIENT_ACTION_REQUIRED'
              | 'READY_FOR_CONFIRMATION'
              | 'IN_PROGRESS'
              | 'SUCCESS'
              | 'CANCELLED'
            >
          | undefined;
        readonly aliases?: readonly BuyWithPrimeAlias[] | undefined;
        /** ISO 8601. */
        readonly createdAt?: string | undefined;
        /** ISO 8601. */
        readonly updatedAt?: string | undefined;
      }[]
    | undefined;
  /**
   * What has been refunded **in total**, this update included: 8 if 5 was refunded before and 3 now.
   * @default what was refunded before, plus the payments that are not `FAILED` or `CANCELLED`. While a refund is `PENDING` or `FAILURE`, its
   *   earlier payments count if they are `SUCCESS`: report one that was in progress again when it has ended.
   */
  readonly total?: RefundAmount | undefined;
  /** Your names of the refund. One of a type that exists replaces it; none is deleted. No other refund of the order may have the same id. */
  readonly aliases?: readonly BuyWithPrimeAlias[] | undefined;
  /** What is refunded. Not in API version 2024-01-01; a quantity in 2024-04-01 only, because no page shows its name in 2024-11-01. */
  readonly lineItems?: readonly { readonly id: string; readonly quantity?: number | undefined }[] | undefined;
  /** Why it has this state. Needs API version 2024-11-01. */
  readonly statusReason?:
    | Open<
        | 'EXCESSIVE_RETURNS'
        | 'FAILURE_TO_PROVIDE_PROOF_OF_PURCHASE'
        | 'FRAUDULENT_RETURN_ATTEMPT'
        | 'ITEM_NOT_RETURNED_IN_ORIGINAL_CONDITION'
        | 'MISSING_ORIGINAL_PACKAGING'
        | 'MISSING_RECEIPT_OR_PROOF_OF_PURCHASE'
        | 'NON_REFUNDABLE_SHIPPING_FEES'
        | 'NON_RETURNABLE_ITEMS'
        | 'OTHERS'
        | 'PARTIALLY_DECLINED'
        | 'REFUND_ALREADY_PROCESSED'
        | 'REFUND_VIOLATION'
        | 'RETURN_NOT_AUTHORIZED'
        | 'RETURN_WINDOW_EXPIRED'
        | 'USED_OR_DAMAGED_ITEM'
      >
    | undefined;
  /**
   * The refund as {@link BuyWithPrimeClient.resolveRefund} returned it, if you have just read it.
   * @default it is read first
   */
  readonly current?: CurrentRefund | undefined;
}

/**
 * The result of {@link BuyWithPrimeClient.updateRefund}, discriminated by `status`.
 * @inline
 */
export type RefundUpdateResult =
  | {
      readonly status: 'updated';
      readonly orderId: string;
      readonly refundId: string;
      /** The state that was reported. */
      readonly state: BuyWithPrimeRefundUpdate['state'];
      /** The total that was reported. */
      readonly total: { readonly amount: number; readonly currencyCode: string };
    }
  | RefundNotFound;

/** Checks the input of {@link BuyWithPrimeClient.updateRefund}, except for what depends on the version and on the refund before. */
export const BuyWithPrimeRefundUpdateSchema: z.ZodMiniType<BuyWithPrimeRefundUpdate> = /* @__PURE__ */ z.lazy(() => {
  const constant = z.string().check(z.regex(/^[A-Z][A-Z_]*$/, 'expected a constant such as SUCCESS, in capitals'));
  const number = z.number().check(z.minimum(0), z.maximum(1_000_000_000));
  const currencyCode = z.string().check(z.regex(/^[A-Z]{3}$/, 'expected a currency such as USD'));
  const amount = z.strictObject({ amount: number, currencyCode });
  const aliases = z.optional(z.array(z.looseObject({ aliasId: Name, aliasType: Name })));
  const payment = z.strictObject({
    id: z.optional(Name),
    amount,
    paymentMethod: z.strictObject({ type: constant, displayString: z.optional(z.string()) }),
    state: z.optional(constant),
    aliases,
    createdAt: z.optional(z.string()),
    updatedAt: z.optional(z.string()),
  });
  const current = z.looseObject({
    state: z.optional(z.string()),
    total: z.optional(z.looseObject({ amount: z.number(), currencyCode: z.optional(z.string()) })),
    payments: z.optional(z.array(z.looseObject({ amount: z.optional(z.number()), state: z.optional(z.string()) }))),
  });
  return z.strictObject({
    state: z.literal(['PENDING', 'PARTIAL', 'FAILURE', 'SUCCESS', 'REJECTED']),
    payments: z.optional(z.array(payment)),
    total: z.optional(amount),
    aliases,
    lineItems: z.optional(z.array(z.strictObject({ id: Name, quantity: z.optional(number) }))),
    statusReason: z.optional(constant),
    current: z.optional(current),
  }) as z.ZodMiniType<unknown> as z.ZodMiniType<BuyWithPrimeRefundUpdate>;
});

/** Refuses what this version of the API does not document. */
export function checkVersionOfUpdate(apiVersion: BuyWithPrimeApiVersion, update: BuyWithPrimeRefundUpdate): void {
  const { state, statusReason, lineItems = [] } = update;
  const since = `needs "apiVersion" 2024-11-01`;
  if (apiVersion < '2024-11-01' && state === 'REJECTED') throw invalidInput(['state'], `REJECTED ${since}`);
  if (apiVersion < '2024-11-01' && statusReason) throw invalidInput(['statusReason'], since);
  if (apiVersion < '2024-04-01' && lineItems.length > 0) {
    throw invalidInput(['lineItems'], 'must be left out: the items of a refund cannot be updated in API version 2024-01-01');
  }
  const index = lineItems.findIndex(({ quantity }) => quantity !== undefined);
  if (apiVersion >= '2024-11-01' && index !== -1) {
    const hint = 'If Amazon has told you the name, send the mutation with execute().';
    throw invalidInput(['lineItems', index, 'quantity'], 'must be left out: no page shows its name in API version 2024-11-01', hint);
  }
}

const NEXT: Readonly<Record<string, readonly string[]>> = {
  PENDING: ['PENDING', 'PARTIAL', 'FAILURE', 'SUCCESS'],
  FAILURE: ['PARTIAL', 'FAILURE', 'SUCCESS'],
  PARTIAL: ['PARTIAL', 'SUCCESS'],
  SUCCESS: ['SUCCESS'],
};

/** Refuses a state that cannot follow. A state that Amazon adds, and `REJECTED`, are left to Amazon. */
function checkTransition(state: BuyWithPrimeRefundUpdate['state'], { state: before = '' }: CurrentRefund): void {
  if (state === 'REJECTED' || !Object.hasOwn(NEXT, before) || NEXT[before]?.includes(state)) return;
  const hint =
    before === 'SUCCESS' ? 'The refund is settled already.' : 'Read the refund with resolveRefund(): somebody may have updated it.';
  throw invalidInput(['state'], `a refund that is ${before} cannot become ${state}, only ${NEXT[before]?.join(' or ')}`, hint);
}

function updateDocument(apiVersion: BuyWithPrimeApiVersion): string {
  return byVersion(apiVersion, {
    '2024-01-01': `mutation updateOrder($input: UpdateOrderInput!) {
  updateOrder(input: $input) { id }
}`,
    '2024-04-01': `mutation updateOrder($input: UpdateOrderInput!) {
  updateOrder(input: $input) { order { id } }
}`,
    '2024-11-01': `mutation updateOrder($orderIdentifier: OrderIdentifierInput!, $input: UpdateOrderInput!) {
  updateOrder(orderIdentifier: $orderIdentifier, input: $input) { order { id } }
}`,
  });
}

interface RefundUpdateRequest {
  readonly apiVersion: BuyWithPrimeApiVersion;
  readonly orderId: string;
  readonly refundId: string;
  readonly update: BuyWithPrimeRefundUpdate;
  readonly current: CurrentRefund;
  readonly document: string | undefined;
}

/** The mutation that reports an update. Refuses what Amazon's pages forbid. */
export function refundUpdateMutation(request: RefundUpdateRequest): Operation<RefundUpdateResult> {
  const { apiVersion, orderId, refundId, update, current, document = updateDocument(apiVersion) } = request;
  const { state, payments, aliases, lineItems, statusReason } = update;
  const ids = payments?.map(({ id }) => id) ?? [];
  const twice = ids.findIndex((id, index) => id !== undefined && ids.indexOf(id) !== index);
  if (twice !== -1) throw invalidInput(['payments', twice, 'id'], 'must be unique in the list');
  checkTransition(state, current);
  const total = totalAfter(update, current);
  const orderLineItems = lineItems?.map(({ id, quantity }) => ({
    lineItemId: { lineItemId: id },
    ...(quantity !== undefined && { refundedQuantity: { amount: quantity } }),
  }));
  const detail = {
    id: refundId,
    state,
    refundTotal: { totalAmount: total },
    ...(payments && { paymentDetails: payments }),
    ...(aliases && { aliases: aliases.map(({ aliasId, aliasType }) => ({ aliasId, aliasType })) }),
    ...(orderLineItems && { refundFor: { orderLineItems } }),
    ...(statusReason && { refundStatusReason: statusReason }),
  };
  const refunds = { details: [detail] };
  return {
    document,
    variables: apiVersion < '2024-11-01' ? { input: { orderId, refunds } } : { orderIdentifier: { orderId }, input: { refunds } },
    mutates: true,
    hide: payments?.flatMap(({ id, paymentMethod }) => [id, paymentMethod.displayString]) ?? [],
    permission: 'Edit Order Data',
    read: readField('updateOrder', AnyObject, () => ({ status: 'updated', orderId, refundId, state, total })),
  };
}
