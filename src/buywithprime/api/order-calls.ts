/**
 * Calls about an order. Some send more than one request.
 *
 * @module
 */
import { ApiError, GraphQLError } from '../../core/errors.ts';
import { type CallOptions, checkBooleans } from '../../core/options.ts';
import {
  type BuyWithPrimeOrder,
  deliveryDocument,
  type OrderIdentifier,
  orderDocument,
  orderQuery,
  readDeliveries,
  readOrder,
} from '../orders/order.ts';
import { findRefund, RefundReference, type RefundResolution, refundDocument } from '../orders/refund.ts';
import {
  type BuyWithPrimeRefundUpdate,
  BuyWithPrimeRefundUpdateSchema,
  checkVersionOfUpdate,
  type RefundUpdateResult,
  refundUpdateMutation,
} from '../orders/refund-update.ts';
import { DeliveryReference, type DeliveryResolution, findDelivery, ORDER_NOT_FOUND } from '../orders/resolution.ts';
import { findReturn, ReturnReference, type ReturnResolution, returnDocument } from '../orders/return.ts';
import { parseInput } from '../payload.ts';
import { SURFACE } from '../surface.ts';
import type { BuyWithPrimeApi } from './client-options.ts';
import type { MutationOptions } from './graphql.ts';

/** Reads an order. */
export async function readWholeOrder(
  { apiVersion, documents, send }: BuyWithPrimeApi,
  identifier: OrderIdentifier,
  call: CallOptions | undefined,
): Promise<BuyWithPrimeOrder | undefined> {
  return send(orderQuery(apiVersion, identifier, documents.order ?? orderDocument(apiVersion), readOrder), call);
}

/** Reads an order and finds a delivery in it. */
export async function resolveDelivery(
  api: BuyWithPrimeApi,
  event: { readonly orderId: string; readonly deliveryId: string },
  call: CallOptions | undefined,
): Promise<DeliveryResolution> {
  const { orderId, deliveryId } = parseInput(DeliveryReference, event);
  const order = await readWithContents(api, orderId, call);
  return order ? findDelivery(order, deliveryId) : { ...ORDER_NOT_FOUND };
}

/** Reads an order whose deliveries say what they contain; if Amazon refuses that, the order without it. */
async function readWithContents(
  api: BuyWithPrimeApi,
  orderId: string,
  call: CallOptions | undefined,
): Promise<BuyWithPrimeOrder | undefined> {
  const { apiVersion, documents, send } = api;
  const own = documents.delivery ?? documents.order;
  const extended = api.refusesContents ? undefined : deliveryDocument(apiVersion);
  if (own !== undefined || extended === undefined) {
    return send(orderQuery(apiVersion, orderId, own ?? orderDocument(apiVersion), readDeliveries), call);
  }
  const next = api.share(call);
  try {
    return await send(orderQuery(apiVersion, orderId, extended, readDeliveries), next());
  } catch (error) {
    if (!isDocumentRefused(error)) throw error;
  }
  const order = await send(orderQuery(apiVersion, orderId, orderDocument(apiVersion), readDeliveries), next());
  api.refusesContents = true;
  return order;
}

/** Whether a document may have been refused because of a name in it. What an error of this kind looks like is not documented. */
function isDocumentRefused(error: unknown): boolean {
  if (error instanceof GraphQLError) return error.errors.every(({ type = 'ValidationError' }) => type === 'ValidationError');
  return error instanceof ApiError && error.status === 400;
}

/** Reads an order and finds a refund in it. */
export async function resolveRefund(
  { apiVersion, documents, send }: BuyWithPrimeApi,
  event: { readonly orderId: string; readonly refundId: string },
  call: CallOptions | undefined,
): Promise<RefundResolution> {
  const { orderId, refundId } = parseInput(RefundReference, event);
  const document = documents.refund ?? refundDocument(apiVersion);
  const query = orderQuery(apiVersion, orderId, document, (order, check) => findRefund(order, refundId, check));
  return (await send(query, call)) ?? { ...ORDER_NOT_FOUND };
}

/** Reports an update of a refund; reads the refund first unless the caller has it. */
export async function updateRefund(
  api: BuyWithPrimeApi,
  refund: { readonly orderId: string; readonly refundId: string },
  input: BuyWithPrimeRefundUpdate,
  call: MutationOptions | undefined,
): Promise<RefundUpdateResult> {
  const { apiVersion, documents, send } = api;
  const { orderId, refundId } = parseInput(RefundReference, refund);
  const update = parseInput(BuyWithPrimeRefundUpdateSchema, input);
  checkVersionOfUpdate(apiVersion, update);
  const next = api.share(call);
  const { retryUnanswered } = next();
  checkBooleans(SURFACE, { retryUnanswered });
  let { current } = update;
  if (!current) {
    const resolution = await resolveRefund(api, { orderId, refundId }, next());
    if (resolution.status === 'not-found') return resolution;
    current = resolution.refund;
  }
  const document = documents.updateRefund;
  return send(refundUpdateMutation({ apiVersion, orderId, refundId, update, current, document }), next());
}

/** Reads an order and finds a return in it. */
export async function resolveReturn(
  { apiVersion, documents, send }: BuyWithPrimeApi,
  event: { readonly orderId: string; readonly returnId: string },
  call: CallOptions | undefined,
): Promise<ReturnResolution> {
  const { orderId, returnId } = parseInput(ReturnReference, event);
  const document = documents.return ?? returnDocument(apiVersion);
  const query = orderQuery(apiVersion, orderId, document, (order, check) => findReturn(order, returnId, check));
  return (await send(query, call)) ?? { ...ORDER_NOT_FOUND };
}
