/**
 * Line items as orders, packages, refunds and returns name them: which, and how many.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/sandbox-objects-lineitem | LineItem}
 */
import * as z from 'zod/mini';
import { NullableNumber, NullableString, type Nullish, nullableList, nullableObject, present } from '../payload.ts';

/**
 * Another name of an order, a line item, a refund or a return, such as its id in your shop.
 * @inline
 */
export interface BuyWithPrimeAlias {
  /** The name. */
  readonly aliasId: string;
  /** Such as `EXTERNAL_ID`. */
  readonly aliasType: string;
}

/** Which line item something is about, and how many of it. */
export interface BuyWithPrimeLineItemShare {
  /** Of the line item, such as `b71d9672c7-0b89d012d0`. */
  readonly id: string;
  /** Other names of the line item. Empty in a return of API version 2024-01-01. */
  readonly aliases: readonly BuyWithPrimeAlias[];
  /** How many. */
  readonly quantity: number | undefined;
  /** Unit of the quantity; `ONE` in every sample. */
  readonly unit: string | undefined;
}

/**
 * How many, since 2024-04-01.
 * @inline
 */
export interface AmountPayload {
  readonly unit?: Nullish<string>;
  readonly value?: Nullish<number>;
}

/**
 * How many, in 2024-01-01.
 * @inline
 */
export interface QuantityPayload {
  readonly unit?: Nullish<string>;
  readonly amount?: Nullish<number>;
}

/**
 * Which line item, and how many of it.
 * @inline
 */
export interface SharePayload {
  readonly lineItem?: Nullish<{ readonly id: string; readonly aliases?: Nullish<readonly (BuyWithPrimeAlias | null)[]> }>;
  readonly amount?: Nullish<AmountPayload>;
  /** 2024-01-01, of a refund. */
  readonly refundedQuantity?: Nullish<QuantityPayload>;
}

/** Selects aliases. */
export const ALIASES = 'aliases { aliasId aliasType }';

/** Selects how many, since 2024-04-01. */
export const AMOUNT = 'amount { unit value }';

/** An alias in a response. */
export const AliasSchema: z.ZodMiniType<BuyWithPrimeAlias> = /* @__PURE__ */ z.lazy(() =>
  z.looseObject({ aliasId: z.string(), aliasType: z.string() }),
);

/** How many, since 2024-04-01. */
export const AmountSchema: z.ZodMiniType<Nullish<AmountPayload>> = /* @__PURE__ */ z.lazy(() =>
  nullableObject({ unit: NullableString, value: NullableNumber }),
);

/** How many, in 2024-01-01. */
export const QuantitySchema: z.ZodMiniType<Nullish<QuantityPayload>> = /* @__PURE__ */ z.lazy(() =>
  nullableObject({ unit: NullableString, amount: NullableNumber }),
);

/** Which line items, and how many of each. */
export const SharesSchema: z.ZodMiniType<Nullish<readonly (SharePayload | null)[]>> = /* @__PURE__ */ z.lazy(() =>
  nullableList(
    z.looseObject({
      lineItem: nullableObject({ id: z.string(), aliases: nullableList(AliasSchema) }),
      amount: AmountSchema,
      refundedQuantity: QuantitySchema,
    }),
  ),
);

/** The shares that name a line item; any other says nothing. */
export function readShares(shares: Nullish<readonly (SharePayload | null)[]>): readonly BuyWithPrimeLineItemShare[] {
  return present(shares).flatMap(({ lineItem, amount, refundedQuantity }) =>
    lineItem ? readShare(lineItem, amount, refundedQuantity) : [],
  );
}

/** Brings the quantity of every API version into one shape. */
export function readShare(
  { id, aliases }: NonNullable<SharePayload['lineItem']>,
  amount: Nullish<AmountPayload>,
  quantity: Nullish<QuantityPayload>,
): BuyWithPrimeLineItemShare {
  return {
    id,
    aliases: present(aliases),
    quantity: amount?.value ?? quantity?.amount ?? undefined,
    unit: amount?.unit ?? quantity?.unit ?? undefined,
  };
}
