/**
 * The catalog: products, whether they can be bought, and how many are available.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/catalog-queries-inventoryitem | inventoryItem}
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/catalog-queries-product | product}
 */
import * as z from 'zod/mini';
import { exactlyOne } from '../../core/schema.ts';
import type { Open } from '../../core/types.ts';
import { type Operation, queryField } from '../operation.ts';
import { Name, NullableNumber, NullableString, type Nullish, nullableObject, parseInput } from '../payload.ts';

/** The inventory of an item as the API returns it. What your own document selects beside it is kept. */
export interface BuyWithPrimeInventoryItem {
  readonly inventoryItemId?: Nullish<string>;
  /** How many can be bought; null if the item has no valid Amazon SKU. The unit is `UNIT` in every sample. */
  readonly buyableQuantity?: Nullish<{ readonly unit?: Nullish<string>; readonly amount?: Nullish<number> }>;
  readonly [field: string]: unknown;
}

/** A product as the API returns it. What your own document selects beside it is kept. */
export interface BuyWithPrimeProduct {
  readonly id: string;
  readonly externalId?: Nullish<{ readonly value?: Nullish<string> }>;
  readonly sku?: Nullish<{ readonly value?: Nullish<string> }>;
  readonly amazonSku?: Nullish<{ readonly value?: Nullish<string> }>;
  /** Whether it is offered with Prime. */
  readonly offerPrime?: Nullish<boolean>;
  readonly productDetailPageUrl?: Nullish<string>;
  readonly buyability?: Nullish<{ readonly status: Open<'BUYABLE' | 'NOT_BUYABLE' | 'UNKNOWN'> }>;
  readonly [field: string]: unknown;
}

/**
 * Which product: by your SKU, by your own id, or by Amazon's SKU.
 * @inline
 */
export type ProductIdentifier =
  | { readonly sku: string; readonly externalId?: undefined; readonly amazonSku?: undefined }
  | { readonly externalId: string; readonly sku?: undefined; readonly amazonSku?: undefined }
  | { readonly amazonSku: { readonly value: string }; readonly sku?: undefined; readonly externalId?: undefined };

/** Checks the inventory of an item as the API returns it. */
export const BuyWithPrimeInventoryItemSchema: z.ZodMiniType<BuyWithPrimeInventoryItem> = /* @__PURE__ */ z.lazy(() =>
  z.looseObject({
    inventoryItemId: NullableString,
    buyableQuantity: nullableObject({ unit: NullableString, amount: NullableNumber }),
  }),
);

/** Checks a product as the API returns it. */
export const BuyWithPrimeProductSchema: z.ZodMiniType<BuyWithPrimeProduct> = /* @__PURE__ */ z.lazy(() => {
  const identifier = nullableObject({ value: NullableString });
  return z.looseObject({
    id: z.string(),
    externalId: identifier,
    sku: identifier,
    amazonSku: identifier,
    offerPrime: z.nullish(z.boolean()),
    productDetailPageUrl: NullableString,
    buyability: nullableObject({ status: z.string() }),
  });
});

/** Checks the identifier of a product. */
export const ProductIdentifierSchema: z.ZodMiniType<ProductIdentifier> = /* @__PURE__ */ z.lazy(() => {
  const shape = { sku: z.optional(Name), externalId: z.optional(Name), amazonSku: z.optional(z.strictObject({ value: Name })) };
  const problem = () => 'expected { sku }, { externalId } or { amazonSku: { value } }';
  return z.strictObject(shape).check(exactlyOne(Object.keys(shape), problem)) as unknown as z.ZodMiniType<ProductIdentifier>;
});

/** What an event of an item names. Older versions of the API accept 14 characters: that is for Amazon to say. */
const ItemReference: z.ZodMiniType<{ readonly itemId: string }> = /* @__PURE__ */ z.lazy(() => z.looseObject({ itemId: Name }));

const INVENTORY_ITEM = `query inventoryItem($inventoryItemId: String!) {
  inventoryItem(inventoryItemId: $inventoryItemId) { inventoryItemId buyableQuantity { unit amount } }
}`;

const PRODUCT = `query product($identifier: ProductIdentifierInput!) {
  product(identifier: $identifier) {
    id
    externalId { value }
    sku { value }
    amazonSku { value }
    offerPrime
    productDetailPageUrl
    buyability { status }
  }
}`;

/** The query for the inventory of an item. */
export function inventoryItemQuery(
  item: string | { readonly itemId: string },
  document: string = INVENTORY_ITEM,
): Operation<BuyWithPrimeInventoryItem | undefined> {
  const { itemId } = parseInput(ItemReference, typeof item === 'string' ? { itemId: item } : item);
  return queryField({
    field: 'inventoryItem',
    document,
    variables: { inventoryItemId: itemId },
    permission: 'View inventory data (in the console: Read Inventory)',
    schema: BuyWithPrimeInventoryItemSchema,
    read: (found) => found,
  });
}

/** The query for a product. */
export function productQuery(identifier: ProductIdentifier, document: string = PRODUCT): Operation<BuyWithPrimeProduct | undefined> {
  const hint =
    'Amazon does not show the key for the item id of BUYABILITY_CHANGED: use the identifiers in "data.product" of the event, if it has them.';
  return queryField({
    field: 'product',
    since: '2024-04-01',
    document,
    variables: { identifier: parseInput(ProductIdentifierSchema, identifier, { at: ['identifier'], hint }) },
    permission: 'View & Edit Catalog Data (in the console: Read Buyability)',
    schema: BuyWithPrimeProductSchema,
    read: (product) => product,
  });
}
