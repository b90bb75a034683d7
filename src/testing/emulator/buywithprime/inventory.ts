/**
 * Catalog of the emulated Buy with Prime.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/catalog-queries-inventoryitem | inventoryItem}
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/catalog-queries-product | product}
 */
import type { Open } from '../../../core/types.ts';
import { GraphQLFault, invalidInput } from './graphql-fault.ts';

/** An item of the catalog: its inventory, and the product that it belongs to. */
export interface EmulatedInventoryItem {
  /** Without one the quantity is null, beside an error with the code `MissingAmazonSkuConfiguration`. */
  readonly amazonSku?: string | undefined;
  /**
   * Whether the Amazon SKU is invalid: then the quantity is null, beside an error with the code `InvalidAmazonSkuConfiguration`.
   * @default false
   */
  readonly hasInvalidSku?: boolean | undefined;
  /** @default 0 */
  readonly buyableQuantity?: number | undefined;
  /** What the query `product` finds by one of its identifiers, or by `amazonSku`. */
  readonly product?:
    | {
        /** @default the id of the item */
        readonly id?: string | undefined;
        readonly sku?: string | undefined;
        readonly externalId?: string | undefined;
        /** @default 'UNKNOWN' */
        readonly buyability?: Open<'BUYABLE' | 'NOT_BUYABLE' | 'UNKNOWN'> | undefined;
        readonly offerPrime?: boolean | undefined;
        readonly productDetailPageUrl?: string | undefined;
        readonly advertisedPrice?: { readonly amount: number; readonly currencyCode: string } | undefined;
      }
    | undefined;
}

/** The messages are Amazon's. */
const PROBLEMS = {
  InvalidAmazonSkuConfiguration: 'The buyable quantity cannot be determined because this item is associated with an invalid MSKU.',
  MissingAmazonSkuConfiguration: 'The buyable quantity cannot be determined because this item is not associated with an MSKU.',
};

/** An item as a query returns it. Its quantity is a function, so that its error does not take the rest of the data away. */
export function viewInventoryItem(inventory: ReadonlyMap<string, EmulatedInventoryItem>, inventoryItemId: string): object {
  if (inventoryItemId.length < 1 || inventoryItemId.length > 14) {
    throw invalidInput('/inventoryItem/inventoryItemId must have 1 to 14 characters');
  }
  const item = inventory.get(inventoryItemId);
  if (!item) throw notFound();
  return viewItem(inventoryItemId, item);
}

function viewItem(inventoryItemId: string, { amazonSku, hasInvalidSku, buyableQuantity = 0 }: EmulatedInventoryItem): object {
  const problem = amazonSku ? hasInvalidSku && 'InvalidAmazonSkuConfiguration' : 'MissingAmazonSkuConfiguration';
  return {
    inventoryItemId,
    buyableQuantity: () => {
      if (problem) throw new GraphQLFault('ValidationError', { code: problem, message: PROBLEMS[problem] });
      return { unit: 'UNIT', amount: buyableQuantity };
    },
  };
}

/** `ProductIdentifierInput` as graphql-js passes it. */
export interface ProductSelector {
  readonly identifier?: {
    readonly sku?: string | null;
    readonly externalId?: string | null;
    readonly amazonSku?: { readonly value: string } | null;
  } | null;
}

/** The product with an identifier, as a query returns it. */
export function viewProduct(inventory: ReadonlyMap<string, EmulatedInventoryItem>, { identifier }: ProductSelector): object {
  const { sku, externalId, amazonSku } = identifier ?? {};
  const [wanted, ...others] = [sku, externalId, amazonSku?.value].filter((value) => typeof value === 'string');
  if (wanted === undefined || others.length > 0) throw invalidInput('/product/identifier must have exactly one of its fields');
  const found = [...inventory].find(([, item]) => {
    if (!item.product) return false;
    return sku ? item.product.sku === sku : externalId ? item.product.externalId === externalId : item.amazonSku === wanted;
  });
  if (!found) throw notFound();
  const [itemId, item] = found;
  const { product = {} } = item;
  return {
    ...product,
    id: product.id ?? itemId,
    sku: product.sku && { value: product.sku },
    externalId: product.externalId && { value: product.externalId },
    amazonSku: item.amazonSku && { value: item.amazonSku },
    advertisedPrice: product.advertisedPrice && { currentPrice: product.advertisedPrice },
    buyability: { status: product.buyability ?? 'UNKNOWN' },
    inventoryItem: () => viewItem(itemId, item),
  };
}

function notFound(): GraphQLFault {
  return new GraphQLFault('ResourceNotFoundError', { code: 'ResourceNotFoundException' });
}
