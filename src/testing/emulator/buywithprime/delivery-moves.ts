/**
 * The sandbox's mutations that move a delivery. Here it moves at once; Amazon takes some 8 minutes from `PENDING` and 2 from `IN_TRANSIT`.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/v2024-01-01/docs/change-the-state-of-an-order-delivery-in-the-sandbox | Change the state}
 */
import { isObject } from '../service.ts';
import type { EmulatedDelivery, EmulatedOrder } from './buywithprime-order.ts';
import { GraphQLFault } from './graphql-fault.ts';

/** The state that a delivery is to have. */
interface Move {
  readonly id: string;
  readonly state: string;
  readonly reason?: unknown;
}

/** From state to state, with the reasons that a cancellation can have there. */
const ALLOWED: readonly (readonly [from: string, to: string, ...reasons: string[]])[] = [
  ['PENDING', 'IN_TRANSIT'],
  ['PENDING', 'CANCELLED', 'UNFULFILLABLE', 'CUSTOMER_REQUESTED'],
  ['IN_TRANSIT', 'DELIVERED'],
  ['IN_TRANSIT', 'CANCELLED', 'UNDELIVERABLE'],
];

/** The order with its deliveries moved. No page shows the fields of the input: every object in it with an `id` and a `state` counts. */
export function moveDeliveries(order: EmulatedOrder, input: unknown): EmulatedOrder {
  const moves = findMoves(input);
  if (moves.length === 0) throw new GraphQLFault('ValidationError', { message: 'The input has no package with a state.' });
  let deliveries = order.deliveries ?? [];
  for (const { id, state, reason } of moves) {
    if (moves.some((other) => other.id === id && other.state !== state)) {
      throw refused('ConflictingPackageStateInput', 'Two states for one package.');
    }
    const delivery = deliveries.find((one) => one.id === id);
    if (!delivery) throw refused('PackageInformationDetailIdNotFound', 'The order has no such package.');
    const moved = move(delivery, state, reason);
    deliveries = deliveries.map((one) => (one.id === id ? moved : one));
  }
  return { ...order, deliveries };
}

/** The first `orderId` in an input: no page shows where it is. */
export function findOrderId(input: unknown): string | undefined {
  if (!isObject(input)) return undefined;
  const { orderId } = input;
  return typeof orderId === 'string' ? orderId : Object.values(input).map(findOrderId).find(Boolean);
}

function move(delivery: EmulatedDelivery, state: string, reason: unknown): EmulatedDelivery {
  const [from, , ...reasons] = ALLOWED.find(([before, after]) => before === delivery.state && after === state) ?? [];
  if (from && reasons.length > 0 && !reason) throw refused('MissingCancellationReason', 'A cancellation needs a reason.');
  // That a reason of another state is refused with this code is (inferred).
  if (!from || (reasons.length > 0 && !reasons.includes(String(reason)))) {
    throw refused('InvalidPackageDeliveryDetailStateTransition', `A package that is ${delivery.state} cannot become this.`);
  }
  return { ...delivery, state, ...(reasons.length > 0 && { reason: String(reason) }) };
}

function findMoves(input: unknown): readonly Move[] {
  if (Array.isArray(input)) return input.flatMap(findMoves);
  if (!isObject(input)) return [];
  const { id, state } = input;
  if (typeof id === 'string' && typeof state === 'string') return [input as unknown as Move];
  return Object.values(input).flatMap(findMoves);
}

function refused(code: string, message: string): GraphQLFault {
  return new GraphQLFault('ValidationError', { code, message });
}
