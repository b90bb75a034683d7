/**
 * What `updateOrder` does to the refunds of an emulated order: it keeps the sums, and refuses what Amazon's pages forbid, with their codes.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/update-refund-details | Update refund details}
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/troubleshoot-refund-errors | Refund errors}
 */
import type { EmulatedAlias, EmulatedOrder, EmulatedRefund } from './buywithprime-order.ts';
import { GraphQLFault, invalidInput } from './graphql-fault.ts';

/** `RefundDetailsInput` as graphql-js passes it. */
interface RefundDetailsInput {
  readonly id?: string | null;
  readonly aliases?: readonly EmulatedAlias[] | null;
  readonly paymentDetails?: NonNullable<EmulatedRefund['payments']> | null;
  readonly refundFor?: {
    readonly orderLineItems?: readonly { readonly lineItemId: { readonly lineItemId?: string | null } }[] | null;
  } | null;
  readonly refundRequestReason?: string | null;
  readonly refundStatusReason?: string | null;
  readonly refundTotal: { readonly totalAmount?: EmulatedRefund['total'] | null };
  readonly state?: string | null;
}

/** `UpdateOrderInput` as graphql-js passes it. */
export interface UpdateOrderInput {
  readonly orderId?: string | null;
  readonly refunds?: { readonly details?: readonly RefundDetailsInput[] | null } | null;
}

/** What is allowed after each state. That only a pending refund can be rejected is (inferred): no page shows it. */
const NEXT: Readonly<Record<string, readonly string[]>> = {
  PENDING: ['PENDING', 'PARTIAL', 'FAILURE', 'SUCCESS', 'REJECTED'],
  FAILURE: ['PARTIAL', 'FAILURE', 'SUCCESS'],
  PARTIAL: ['PARTIAL', 'SUCCESS'],
  SUCCESS: ['SUCCESS'],
  REJECTED: ['REJECTED'],
};

/** The page and its sample spell it differently. */
const EXTERNAL = ['EXTERNAL-REFUND-ID', 'EXTERNAL_REFUND_ID'];

/** The order with its refunds updated, all of them or none. `now` is ISO 8601. */
export function updateRefunds(
  order: EmulatedOrder,
  { refunds }: UpdateOrderInput,
  { now, randomId }: { readonly now: string; readonly randomId: () => string },
): EmulatedOrder {
  const details = refunds?.details ?? [];
  const ids = details.map(({ id }) => id).filter((id) => typeof id === 'string');
  if (new Set(ids).size < ids.length) throw refused('DuplicateRefundId', 'A refund is in the list twice.');
  const aliases = details.flatMap((detail) => detail.aliases ?? []).map(({ aliasId }) => aliasId);
  if (new Set(aliases).size < aliases.length) throw refused('DuplicateAliasId', 'An alias is in the list twice.');
  let updated = order;
  for (const detail of details) {
    const known = updated.refunds ?? [];
    const refund = findRefund(known, detail);
    const changed = { ...change(updated, refund ?? { id: randomId(), state: 'PENDING', createdAt: now }, detail), updatedAt: now };
    updated = { ...updated, refunds: refund ? known.map((one) => (one === refund ? changed : one)) : [...known, changed] };
  }
  return updated;
}

/** The refund that an input is about; `undefined` if it adds an external one. */
function findRefund(refunds: readonly EmulatedRefund[], { id, aliases }: RefundDetailsInput): EmulatedRefund | undefined {
  if (typeof id === 'string') {
    const found = refunds.find((refund) => refund.id === id);
    if (!found) throw refused('InvalidRefundId', 'The order has no such refund.');
    return found;
  }
  if (aliases?.some(isExternal)) return undefined;
  throw refused('MissingRefundId', 'The refund id is missing.');
}

function change(order: EmulatedOrder, refund: EmulatedRefund, input: RefundDetailsInput): EmulatedRefund {
  const { state, paymentDetails, refundTotal, refundRequestReason, refundStatusReason } = input;
  if (state && !(NEXT[refund.state] ?? [state]).includes(state)) {
    throw refused('InvalidRefundStateTransition', `A refund that is ${refund.state} cannot become this.`);
  }
  const aliases = mergeAliases(order, refund, input.aliases ?? []);
  if (refundRequestReason && !aliases.some(isExternal)) {
    throw refused('InvalidRefundRequestReasonUpdate', 'The request reason of this refund cannot be updated.');
  }
  const lineItemIds = lineItemsOf(order, input);
  return {
    ...refund,
    ...(state && { state }),
    ...(aliases.length > 0 && { aliases }),
    ...(lineItemIds && { lineItemIds }),
    ...(refundRequestReason && { refundRequestReason }),
    ...(refundStatusReason && { refundStatusReason }),
    total: totalOf(refund, refundTotal.totalAmount),
    payments: [...(refund.payments ?? []), ...readPayments(paymentDetails ?? [])],
  };
}

/** An alias of a type that exists replaces it; none is removed. */
function mergeAliases(order: EmulatedOrder, refund: EmulatedRefund, added: readonly EmulatedAlias[]): readonly EmulatedAlias[] {
  const others = (order.refunds ?? []).filter(({ id }) => id !== refund.id).flatMap(({ aliases = [] }) => aliases);
  if (added.some(({ aliasId }) => others.some((other) => other.aliasId === aliasId))) {
    throw refused('InvalidAliasId', 'The alias belongs to another refund of the order.');
  }
  const kept = (refund.aliases ?? []).filter(({ aliasType }) => added.every((alias) => alias.aliasType !== aliasType));
  return [...kept, ...added.map(({ aliasId, aliasType }) => ({ aliasId, aliasType }))];
}

/** The total, which is cumulative and of one currency. That another is refused, and how, is (inferred). */
function totalOf(refund: EmulatedRefund, sent: EmulatedRefund['total'] | null): NonNullable<EmulatedRefund['total']> {
  const at = '/updateOrder/input/refunds/details/refundTotal/totalAmount';
  if (typeof sent?.amount !== 'number' || !sent.currencyCode) throw invalidInput(`${at} must have an amount and a currencyCode`);
  if (sent.amount < refundedBefore(refund)) throw invalidInput(`${at}/amount must not be less than what was refunded before`);
  const { currencyCode = sent.currencyCode } = refund.total ?? {};
  if (sent.currencyCode !== currencyCode) throw invalidInput(`${at}/currencyCode must be that of the refund`);
  return { amount: sent.amount, currencyCode };
}

/** Before a payment the total is an estimate. Of a refund that is still open, only what has been paid is certain: others may fail. */
function refundedBefore({ state, total, payments = [] }: EmulatedRefund): number {
  const amount = total?.amount ?? 0;
  if (state === 'SUCCESS' || (state === 'PARTIAL' && payments.length === 0)) return amount;
  return Math.min(amount, sumOf(payments.filter(isPaid).map(({ amount: paid }) => paid)));
}

/** Whether a payment has been made. One without a state has. */
export function isPaid({ state }: NonNullable<EmulatedRefund['payments']>[number]): boolean {
  return (state ?? 'SUCCESS') === 'SUCCESS';
}

/** Exact for up to four decimals. */
export function sumOf(amounts: readonly NonNullable<EmulatedRefund['total']>[]): number {
  return amounts.reduce((whole, { amount }) => whole + Math.round(amount * 10_000), 0) / 10_000;
}

function readPayments(payments: NonNullable<EmulatedRefund['payments']>): NonNullable<EmulatedRefund['payments']> {
  const ids = payments.map(({ id }) => id).filter((id) => typeof id === 'string');
  if (new Set(ids).size < ids.length) throw invalidInput('/updateOrder/input/refunds/details/paymentDetails/id must be unique');
  // Copied, because the objects of graphql-js have no prototype.
  return payments.map(({ amount, paymentMethod, ...payment }) => ({
    ...payment,
    amount: { ...amount },
    paymentMethod: { ...paymentMethod },
  }));
}

/** The line items of an input. That an unknown one is refused with this code is concluded from returns (inferred). */
function lineItemsOf({ lineItems }: EmulatedOrder, { refundFor }: RefundDetailsInput): readonly string[] | undefined {
  const ids = refundFor?.orderLineItems?.flatMap(({ lineItemId }) => lineItemId.lineItemId ?? []);
  if (ids?.some((id) => lineItems.every((item) => item.id !== id))) throw refused('ItemDoesNotExist', 'The order has no such line item.');
  return ids;
}

function isExternal({ aliasType }: EmulatedAlias): boolean {
  return EXTERNAL.includes(aliasType);
}

function refused(code: string, message: string): GraphQLFault {
  return new GraphQLFault('ValidationError', { code, message });
}
