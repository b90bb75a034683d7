/**
 * The total of a refund: what Amazon is told has been refunded by all updates together.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/update-refund-details | Update refund details}
 */
import { invalidInput } from '../payload.ts';
import type { BuyWithPrimeRefund } from './refund.ts';

/**
 * An amount of money, in whole units of the currency, such as 20.5.
 * @inline
 */
export interface RefundAmount {
  readonly amount: number;
  /** Such as `USD`. */
  readonly currencyCode: string;
}

/**
 * A refund before the update.
 * @inline
 */
export type CurrentRefund = Pick<BuyWithPrimeRefund, 'state' | 'total'> & Partial<Pick<BuyWithPrimeRefund, 'payments'>>;

/** What an update says of money. */
interface ReportedAmounts {
  readonly payments?: readonly { readonly amount: RefundAmount; readonly state?: string | undefined }[] | undefined;
  readonly total?: RefundAmount | undefined;
}

/** The total to report: Amazon wants the sum of all updates, and the payments of this update only. */
export function totalAfter(update: ReportedAmounts, current: CurrentRefund): RefundAmount {
  const { payments = [], total } = update;
  const before = refundedBefore(current);
  const paid = payments.filter(({ state }) => !isDead(state)).map(({ amount }) => amount.amount);
  const currencyCode = currencyOf(update, current);
  if (!total) {
    if (currencyCode !== undefined && before !== undefined) return { amount: sum([before, ...paid]), currencyCode };
    throw invalidInput(
      ['total'],
      'is missing, and cannot be calculated: the refund does not say what was refunded before, or the currency',
    );
  }
  const isSettled = payments.every(({ state }) => isPaid(state));
  const least = sum([before ?? 0, ...(isSettled ? paid : [])]);
  if (total.amount < least) {
    const message = 'must be the sum of what was refunded before and of the payments of this update';
    throw invalidInput(['total', 'amount'], message, 'Amazon wants the total of all updates here. Leave "total" out: it is calculated.');
  }
  return { amount: total.amount, currencyCode: total.currencyCode };
}

/** What was refunded before; `undefined` if the refund does not say. */
function refundedBefore({ state, total, payments = [] }: CurrentRefund): number | undefined {
  if (state === 'SUCCESS') return total?.amount;
  if (state !== 'PARTIAL' && state !== 'PENDING' && state !== 'FAILURE') return undefined;
  // Without a payment the total is an estimate, unless a part has been refunded.
  if (payments.length === 0) return state === 'PARTIAL' ? total?.amount : 0;
  if (!total) return undefined;
  const sumOf = (isWanted: (state: string | undefined) => boolean): number =>
    sum(payments.filter((payment) => isWanted(payment.state)).map(({ amount = 0 }) => amount));
  // A payment in progress is reported again when it has succeeded or failed: what it added to the total is not counted twice.
  const open = sumOf((status) => !isPaid(status) && !isDead(status));
  return Math.min(total.amount, Math.max(sumOf(isPaid), sum([total.amount, -open])));
}

function isPaid(state: string | undefined): boolean {
  return state === undefined || state === 'SUCCESS';
}

function isDead(state: string | undefined): boolean {
  return state === 'FAILED' || state === 'CANCELLED';
}

/** The one currency of a refund. */
function currencyOf({ payments = [], total }: ReportedAmounts, current: CurrentRefund): string | undefined {
  const currency = current.total?.currencyCode ?? total?.currencyCode ?? payments[0]?.amount.currencyCode;
  const index = payments.findIndex(({ amount }) => amount.currencyCode !== currency);
  if (index !== -1) throw invalidInput(['payments', index, 'amount', 'currencyCode'], 'must be the currency of the refund');
  if (total && total.currencyCode !== currency) throw invalidInput(['total', 'currencyCode'], 'must be the currency of the refund');
  return currency;
}

/** Exact for up to four decimals: 0.1 + 0.2 is 0.3. */
function sum(amounts: readonly number[]): number {
  return amounts.reduce((whole, amount) => whole + Math.round(amount * 10_000), 0) / 10_000;
}
