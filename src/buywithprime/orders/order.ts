/**
 * An order, the same whatever version of the API it was read with, and the documents that query it. They select no personal data: no customer,
 * no address, no means of payment.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/order-queries-order | The order query}
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/v2024-11-01/docs/changelog-for-the-buy-with-prime-api-v2024-11-01 | Changelog}
 */
import * as z from 'zod/mini';
import { safeParseSchema } from '../../core/schema.ts';
import { type BuyWithPrimeApiVersion, byVersion, type Check, type Operation, queryField } from '../operation.ts';
import { invalidInput, Name, type Nullish, nullableList, present, Selected } from '../payload.ts';
import { type BuyWithPrimeDelivery, type DeliveriesPayload, DeliveriesSchema, deliveriesOf, readDelivery } from './delivery.ts';
import {
  ALIASES,
  AliasSchema,
  AMOUNT,
  type AmountPayload,
  AmountSchema,
  type BuyWithPrimeAlias,
  type BuyWithPrimeLineItemShare,
  type QuantityPayload,
  QuantitySchema,
  readShare,
} from './line-item.ts';
import { TRACKER } from './tracking.ts';

/** An order. */
export interface BuyWithPrimeOrder {
  /** Such as `322-ABC1-AAAAAA`. */
  readonly id: string;
  /** At most five. */
  readonly aliases: readonly BuyWithPrimeAlias[];
  /** What was bought. */
  readonly lineItems: readonly BuyWithPrimeLineItem[];
  /** The order as Amazon returned it, with what your own document selects: check that before you use it. */
  readonly payload: BuyWithPrimeOrderPayload;
}

/** What was bought, and how it is delivered. */
export interface BuyWithPrimeLineItem extends BuyWithPrimeLineItemShare {
  /** The deliveries that contain it. One delivery can contain several line items, and one line item can be in several deliveries. */
  readonly deliveries: readonly BuyWithPrimeDelivery[];
  /** The line item as Amazon returned it, with what your own document selects, such as `product`: check that before you use it. */
  readonly payload: LineItemPayload;
}

/**
 * An order as the API returns it: the fields of all versions side by side. What your own document selects beside them is kept.
 * @inline
 */
export interface BuyWithPrimeOrderPayload {
  readonly id: string;
  readonly aliases?: Nullish<readonly (BuyWithPrimeAlias | null)[]>;
  /** At most 20. */
  readonly lineItems?: Nullish<readonly (LineItemPayload | null)[]>;
  readonly [field: string]: unknown;
}

/**
 * A line item.
 * @inline
 */
interface LineItemPayload extends DeliveriesPayload {
  readonly id: string;
  readonly aliases?: Nullish<readonly (BuyWithPrimeAlias | null)[]>;
  /** 2024-04-01 and later. */
  readonly amount?: Nullish<AmountPayload>;
  /** 2024-01-01. */
  readonly quantity?: Nullish<QuantityPayload>;
  readonly [field: string]: unknown;
}

/** Checks an order as the API returns it. Keeps what your own document selects beside it. */
export const BuyWithPrimeOrderPayloadSchema: z.ZodMiniType<BuyWithPrimeOrderPayload> = /* @__PURE__ */ z.lazy(() =>
  z.looseObject({
    id: z.string(),
    aliases: nullableList(AliasSchema),
    lineItems: nullableList(
      z.looseObject({
        id: z.string(),
        aliases: nullableList(AliasSchema),
        amount: AmountSchema,
        quantity: QuantitySchema,
        deliveryInformation: DeliveriesSchema,
        packageInformation: DeliveriesSchema,
      }),
    ),
  }),
);

/** Which order: by Buy with Prime's id, or by an alias that you gave it. */
export type OrderIdentifier = string | { readonly alias: BuyWithPrimeAlias };

/** Checks the identifier of an order. */
export const OrderIdentifierSchema: z.ZodMiniType<OrderIdentifier> = /* @__PURE__ */ z.lazy(() =>
  z.union([Name, z.strictObject({ alias: z.looseObject({ aliasId: Name, aliasType: Name }) })]),
);

/** The document of an order query. `selection` is what it selects beside the names of the order. */
export function documentOf(selection: string): string {
  return `query order($orderIdentifier: OrderIdentifierInput!) {
  order(orderIdentifier: $orderIdentifier) {
    id ${ALIASES}
    ${selection}
  }
}`;
}

/** The document for an order with its deliveries, of which it selects `contents` too. */
export function orderDocument(apiVersion: BuyWithPrimeApiVersion, contents = ''): string {
  const selection = byVersion(apiVersion, {
    '2024-01-01': 'quantity { unit amount } deliveryInformation { details { id state reason } }',
    '2024-04-01': `${AMOUNT} deliveryInformation { details { id state reason estimatedDeliveryDate ${contents} } }`,
    '2024-11-01': `${AMOUNT} packageInformation { details { id state reason ${contents} ${TRACKER} } }`,
  });
  return documentOf(`lineItems { id ${ALIASES} ${selection} }`);
}

/**
 * The same with what each delivery contains. That the line items of a delivery have these names is concluded from the pages of returns and
 * refunds (inferred). `undefined` for 2024-01-01: no page shows the quantity there.
 */
export function deliveryDocument(apiVersion: BuyWithPrimeApiVersion): string | undefined {
  const contents = byVersion(apiVersion, {
    '2024-01-01': undefined,
    '2024-04-01': 'deliveryInformationDetailsFor { orderLineItems { lineItem { id } amount { value } } }',
    '2024-11-01': 'packageInformationDetailsFor { orderLineItemAmounts { lineItem { id } amount { value } } }',
  });
  return contents && orderDocument(apiVersion, contents);
}

/** The query for an order, or for a part of it. `document` selects `order { id … }`. */
export function orderQuery<Result>(
  apiVersion: BuyWithPrimeApiVersion,
  identifier: OrderIdentifier,
  document: string,
  read: (order: BuyWithPrimeOrderPayload, check: Check) => Result,
): Operation<Result | undefined> {
  return queryField({
    field: 'order',
    document,
    variables: { orderIdentifier: toOrderIdentifierInput(apiVersion, identifier) },
    permission: 'View Order Data (in the console: Read Order)',
    schema: BuyWithPrimeOrderPayloadSchema,
    read,
  });
}

/** The identifier as the API expects it. Refuses what cannot be one. */
function toOrderIdentifierInput(apiVersion: BuyWithPrimeApiVersion, identifier: OrderIdentifier): Readonly<Record<string, unknown>> {
  if ('issues' in safeParseSchema(OrderIdentifierSchema, identifier)) {
    throw invalidInput(['identifier'], 'expected the id of an order, or { alias: { aliasId, aliasType } }');
  }
  if (typeof identifier === 'string') return { orderId: identifier };
  const { aliasId, aliasType } = identifier.alias;
  return { [apiVersion < '2024-04-01' ? 'orderAlias' : 'alias']: { aliasId, aliasType } };
}

/** Refuses an order that does not say which deliveries it has: every delivery would seem to be missing. */
export function readDeliveries(payload: BuyWithPrimeOrderPayload, check: Check): BuyWithPrimeOrder {
  check(Selected, payload.lineItems, 'order', 'lineItems');
  for (const [index, item] of (payload.lineItems ?? []).entries()) {
    if (!item || 'packageInformation' in item) continue;
    check(Selected, item.deliveryInformation, 'order', 'lineItems', index, 'packageInformation');
  }
  return readOrder(payload);
}

/** Brings the orders of all API versions into one shape. */
export function readOrder(payload: BuyWithPrimeOrderPayload): BuyWithPrimeOrder {
  const lineItems = present(payload.lineItems).map((item) => ({
    ...readShare(item, item.amount, item.quantity),
    deliveries: deliveriesOf(item).map(readDelivery),
    payload: item,
  }));
  return { ...readOrderNames(payload), lineItems, payload };
}

/** The names of an order. */
export function readOrderNames({ id, aliases }: BuyWithPrimeOrderPayload): Pick<BuyWithPrimeOrder, 'id' | 'aliases'> {
  return { id, aliases: present(aliases) };
}
