/**
 * Inventory of the emulated Buy with Prime.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/inventory_changed | INVENTORY_CHANGED}
 */
import { GraphQLFault } from './graphql-fault.ts';

/** What there is of an item. Its names are inferred: Amazon's page speaks of available inventory and SKU, and shows no field. */
export interface EmulatedInventoryItem {
  /** Without one the query is answered with the documented code `InvalidAmazonSkuConfiguration`. */
  readonly sku?: string;
  readonly availableQuantity?: number;
}

/** An item as a query sees it. */
export function viewInventoryItem(inventory: ReadonlyMap<string, EmulatedInventoryItem>, itemId: string): object {
  const item = inventory.get(itemId);
  if (!item) throw new GraphQLFault('ResourceNotFoundError', { code: 'ResourceNotFoundException' });
  if (!item.sku) {
    throw new GraphQLFault('ValidationError', {
      code: 'InvalidAmazonSkuConfiguration',
      message: 'This item is not associated with a valid mSKU.',
    });
  }
  return { ...item, itemId };
}
