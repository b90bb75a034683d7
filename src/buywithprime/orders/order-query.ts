/**
 * Asking for an order, or for what is needed of it.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/order-queries-order | The order query}
 */
import type { CallOptions } from '../../core/options.ts';
import { asObject, parseAnswer } from '../api/answer.ts';
import type { BuyWithPrimeApi } from '../api/client-options.ts';
import { invalidInput } from '../api/input.ts';
import { BuyWithPrimeOrderPayloadSchema } from '../schemas.ts';
import { type OrderNeed, orderDocument, orderVariables } from './documents.ts';
import type { OrderAliasIdentifier, OrderIdentifier } from './order.ts';
import type { BuyWithPrimeOrderPayload } from './order-payload.ts';

/** That there is no order to look into. */
export const ORDER_NOT_FOUND = {
  status: 'not-found',
  reason: 'order-not-found',
  hint: 'Ask again in some minutes; if it stays so, check that "targetId" is the business product of the event.',
  order: undefined,
} as const;

export const LATER: string = 'Ask again in some minutes: what an event names may be in the order only some moments later.';

/** Sends the query; `undefined` where there is no order. */
export function queryOrder<Result>(
  { apiVersion, documents, find }: BuyWithPrimeApi,
  identifier: OrderIdentifier,
  need: OrderNeed,
  read: (order: BuyWithPrimeOrderPayload) => Result,
  call?: CallOptions,
): Promise<Result | undefined> {
  const document = documents[need] ?? orderDocument(apiVersion, need);
  const variables = orderVariables(apiVersion, identifier);
  return find(
    { document, variables, field: 'order', read: (order) => read(parseAnswer('order', BuyWithPrimeOrderPayloadSchema, order)) },
    call,
  );
}

/** Refuses what can't be an identifier of an order. */
export function checkIdentifier(identifier: OrderIdentifier): void {
  const { aliasId, aliasType } = ((identifier as OrderAliasIdentifier | undefined)?.alias ?? {}) as Partial<OrderAliasIdentifier['alias']>;
  const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
  if (!isText(identifier) && !(isText(aliasId) && isText(aliasType))) {
    throw invalidInput('identifier', 'expected the id of an order, or { alias: { aliasId, aliasType } }');
  }
}

/**
 * The refund or return of that id, not checked yet: another that makes no sense must not stand in its way. Amazon's pages show an object
 * with a list of details, and a list of objects with a detail each.
 */
export function findDetail(order: unknown, field: 'refunds' | 'returns', id: string): unknown {
  const details = [asObject(order)?.[field]].flat().flatMap((part) => asObject(part)?.['details']);
  return details.find((detail) => asObject(detail)?.['id'] === id);
}
