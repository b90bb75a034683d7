/**
 * Events that arrive too late.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/delivery_in_transit | DELIVERY_IN_TRANSIT}
 */
import type { Open } from '../../core/types.ts';
import { type BuyWithPrimeEventKind, type BuyWithPrimeEventType, findEventKind } from './kinds.ts';

/** How far along each event and each state is. If two are equal, or one is missing, their order is unknown. */
type Ranks = Readonly<Record<string, number>>;

const DELIVERY: Ranks = {
  PENDING: 0,
  IN_TRANSIT: 1,
  DELIVERY_IN_TRANSIT: 1,
  DELIVERED: 2,
  DELIVERY_COMPLETED: 2,
  CANCELLED: 2,
  DELIVERY_CANCELLED: 2,
};

// PARTIAL and FAILURE are left out: whether they end a refund is not documented, and a requested refund must be processed.
const REFUND: Ranks = { PENDING: 0, REFUND_REQUESTED: 0, SUCCESS: 1, REFUND_COMPLETED: 1 };

// A return can come in several packages, and an event names only the return: the steps of packages have no order among them.
// RETURN_ITEM_GRADED is left out: a grade can come at any time.
const RETURN: Ranks = {
  DRAFT: 0,
  CREATED: 0,
  RETURN_STARTED: 0,
  PICKED_UP: 1,
  DROPPED_OFF: 1,
  IN_TRANSIT: 1,
  DELIVERED: 1,
  FAILED: 1,
  RETURN_DELIVERY_IN_TRANSIT: 1,
  RETURN_DELIVERY_COMPLETED: 1,
  RETURN_DELIVERY_FAILED: 1,
  COMPLETED: 2,
  CANCELLED: 2,
  RETURN_COMPLETED: 2,
};

/**
 * Whether an event is older than the state that you know: events can arrive out of order, and states only move forward.
 *
 * `lastState` is what you know of the same delivery, refund or return: a state from the API, such as `resolved.delivery.state`, or the kind
 * (or any other name) of the last event that you handled. Each kind of event is only compared with the states of its family.
 *
 * | family | order |
 * | --- | --- |
 * | delivery | `PENDING`, then `IN_TRANSIT`, then `DELIVERED` or `CANCELLED` |
 * | refund | `PENDING` (`REFUND_REQUESTED`), then `SUCCESS` (`REFUND_COMPLETED`) |
 * | return | `DRAFT` or `CREATED` (`RETURN_STARTED`), then the steps of its packages, then `COMPLETED` or `CANCELLED` |
 *
 * The order is concluded from the documented transitions (inferred). The result is never `true` for an event of the same rank, so that an event
 * whose handler failed halfway is handled again; nor for events and states that are not in the table: buyability, inventory, milestones,
 * grades, personal data tasks, and whatever Amazon adds.
 *
 * @example
 * ```ts
 * const last = await shop.lastStateOf(event.deliveryId); // undefined for the first
 * if (isOutdated(event, last)) return;
 * ```
 */
export function isOutdated(
  event: { readonly kind: BuyWithPrimeEventKind | 'unknown' },
  lastState:
    | Open<BuyWithPrimeEventType | 'PENDING' | 'IN_TRANSIT' | 'DELIVERED' | 'CANCELLED' | 'SUCCESS' | 'DRAFT' | 'CREATED' | 'COMPLETED'>
    | null
    | undefined,
): boolean {
  const kind = event?.kind;
  // By the kind, because families share names: CANCELLED, PENDING, IN_TRANSIT.
  const ranks = [DELIVERY, REFUND, RETURN].find((family) => rankOf(family, kind) !== undefined);
  const canonical = typeof lastState === 'string' ? (findEventKind(lastState)?.kind ?? lastState) : undefined;
  const [now, last] = [rankOf(ranks, kind), rankOf(ranks, canonical)];
  return now !== undefined && last !== undefined && now < last;
}

/** hasOwn, because a state is untrusted input: "constructor" must not be found. */
function rankOf(ranks: Ranks | undefined, name: string | undefined): number | undefined {
  return ranks && typeof name === 'string' && Object.hasOwn(ranks, name) ? ranks[name] : undefined;
}
