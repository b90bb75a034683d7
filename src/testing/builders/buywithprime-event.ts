/**
 * Events of Buy with Prime, as they come through EventBridge, and an order that they fit.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/event-types | Event types}
 */

import { type BuyWithPrimeEventKind, type BuyWithPrimeEventType, findEventKind } from '../../buywithprime/events/event-kinds.ts';
import { ConfigurationError } from '../../core/errors.ts';
import type { Open } from '../../core/types.ts';
import type { EmulatedOrder } from '../emulator/buywithprime/buywithprime-order.ts';
import { asOptions } from './arguments.ts';
import { type BuilderOptions, isoSeconds, readBuilderOptions } from './builder-options.ts';
import { pick, type Random, seededRandom, signs, uuid } from './random.ts';

/** An event as EventBridge delivers it. */
export interface BuyWithPrimeEventBody {
  readonly version: string;
  readonly id: string;
  readonly 'detail-type': Open<BuyWithPrimeEventType>;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The ids that a resource path is made of. */
export interface BuyWithPrimeIds {
  /** @default 'bp-emulator' */
  readonly businessProductId?: string;
  /** @default '322-ABC1-AAAAAA' */
  readonly orderId?: string;
  /** @default 'd5013dfc-2ae6-4f58-bc69-cae5d5323d30' */
  readonly deliveryId?: string;
  /** @default 'refund-1' */
  readonly refundId?: string;
  /** @default 'return-1' */
  readonly returnId?: string;
  /** @default 'item-1' */
  readonly itemId?: string;
  /** @default 'task-1' */
  readonly taskId?: string;
  /** @default 'ups' */
  readonly carrierCode?: string;
  /** @default '1Z999AA10123456784' */
  readonly trackingNumber?: string;
}

/** What shall differ from a usual event. */
export interface BuyWithPrimeEventOverrides extends Partial<BuyWithPrimeEventBody> {
  /** What the event is about, for its resource path. */
  readonly ids?: BuyWithPrimeIds;
}

const IDS: Required<BuyWithPrimeIds> = {
  businessProductId: 'bp-emulator',
  orderId: '322-ABC1-AAAAAA',
  deliveryId: 'd5013dfc-2ae6-4f58-bc69-cae5d5323d30',
  refundId: 'refund-1',
  returnId: 'return-1',
  itemId: 'item-1',
  taskId: 'task-1',
  carrierCode: 'ups',
  trackingNumber: '1Z999AA10123456784',
};

/** Names from before `detail` held a copy of the webhook's envelope. */
const OLD_NAMES = /^(DELIVERY|RETURN_DELIVERY|ITEM)_/;

/**
 * A valid event of a documented type, with an id of its own. By default it is about the order of
 * {@link buyWithPrimeOrder}, with a seed about that of the same seed. Events of the new names carry the webhook's envelope in `detail`, as Amazon's pages show it;
 * that is also what a webhook gets as its body.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` for a type that Amazon does not document, unless `resources` says what it is about.
 *
 * @example
 * ```ts
 * const event = buyWithPrimeEvent('PACKAGE_DELIVERED', { ids: { orderId: '322-6XP3-AQWKKF' } });
 * ```
 */
export function buyWithPrimeEvent(
  type: Open<BuyWithPrimeEventType>,
  overrides?: BuyWithPrimeEventOverrides,
  options?: BuilderOptions,
): BuyWithPrimeEventBody {
  const { ids, ...others } = asOptions('buyWithPrimeEvent', overrides);
  const { newId, now } = readBuilderOptions('buyWithPrimeEvent', options);
  const id = newId();
  const time = isoSeconds(now);
  const resources = others.resources ?? [pathOf(type, { ...idsOf(options), ...ids })];
  const detail = {
    idempotencyKey: newId(),
    eventDescriptor: type,
    resources,
    eventId: id,
    apiVersion: '2024-11-01',
    subscriptionId: '8e5da864-34ee-461d-9d76-0babcef14677',
    eventTime: time,
    data: {},
  };
  return {
    version: '0',
    id,
    'detail-type': type,
    source: 'aws.partner/buywithprime/emulator',
    account: '111122223333',
    time,
    region: 'us-east-1',
    resources,
    detail: OLD_NAMES.test(type) ? {} : detail,
    ...others,
  };
}

/**
 * An order of two line items that share one delivery, which is on its way: what the ids of {@link buyWithPrimeEvent}
 * lead to. The same seed gives the same ids as there.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` where the overrides are no object or an option is none.
 *
 * @example
 * ```ts
 * const emulator = new AmazonEmulator({ orders: [buyWithPrimeOrder()] });
 * ```
 */
export function buyWithPrimeOrder(overrides?: Partial<EmulatedOrder>, options?: BuilderOptions): EmulatedOrder {
  readBuilderOptions('buyWithPrimeOrder', options);
  const { orderId, deliveryId, refundId, returnId, carrierCode, trackingNumber } = idsOf(options);
  const lineItems = [{ id: '88eaa8941c-b27324fb27' }, { id: '6aa26b8761-0868dbc493', quantity: 2 }];
  const tracker = { carrierCode, trackingNumber, milestones: [{ code: 'IN_TRANSIT' }] };
  return {
    id: orderId,
    lineItems,
    deliveries: [{ id: deliveryId, state: 'IN_TRANSIT', tracker }],
    refunds: [{ id: refundId, state: 'PENDING' }],
    returns: [{ id: returnId, state: 'CREATED' }],
    ...asOptions('buyWithPrimeOrder', overrides),
  };
}

/** The ids of a seed, for event and order alike: from a stream of their own, so that neither shifts the other's. */
function idsOf({ seed }: BuilderOptions = {}): Required<BuyWithPrimeIds> {
  return seed === undefined ? IDS : chooseIds(seededRandom(~seed));
}

function chooseIds(random: Random): Required<BuyWithPrimeIds> {
  const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
  return {
    // What the emulator's credentials are for.
    businessProductId: IDS.businessProductId,
    orderId: `322-${signs(random, letters, 4)}-${signs(random, letters, 6)}`,
    deliveryId: uuid(random),
    refundId: uuid(random),
    returnId: uuid(random),
    itemId: uuid(random),
    taskId: uuid(random),
    carrierCode: pick(random, ['ups', 'usps', 'fedex', 'amazon']),
    trackingNumber: `1Z${signs(random, letters, 16)}`,
  };
}

type PathOf = (ids: Required<BuyWithPrimeIds>) => string;

// The keys follow no rule, so each path is written out.
const delivery: PathOf = ({ orderId, deliveryId }) => `order/${orderId}/delivery/${deliveryId}`;
const refund: PathOf = ({ orderId, refundId }) => `order/${orderId}/refund/${refundId}`;
const returned: PathOf = ({ orderId, returnId }) => `order/${orderId}/return/${returnId}`;
const deletion: PathOf = ({ taskId }) => `personalDataDeletionTask/${taskId}`;
const retrieval: PathOf = ({ taskId }) => `personalDataRetrievalTask/${taskId}`;

const PATHS: Readonly<Record<BuyWithPrimeEventKind, PathOf>> = {
  DELIVERY_IN_TRANSIT: delivery,
  DELIVERY_COMPLETED: delivery,
  DELIVERY_CANCELLED: delivery,
  PACKAGE_TRACKER_MILESTONE_CHANGED: ({ carrierCode, trackingNumber }) => `carrier/${carrierCode}/tracker/${trackingNumber}`,
  REFUND_REQUESTED: refund,
  REFUND_COMPLETED: refund,
  RETURN_STARTED: returned,
  RETURN_COMPLETED: returned,
  RETURN_ITEM_GRADED: returned,
  RETURN_DELIVERY_IN_TRANSIT: returned,
  RETURN_DELIVERY_COMPLETED: returned,
  RETURN_DELIVERY_FAILED: returned,
  BUYABILITY_CHANGED: ({ itemId }) => `items/${itemId}`,
  INVENTORY_CHANGED: ({ itemId }) => `item-quantities/${itemId}`,
  PERSONAL_DATA_DELETION_TASK_COMPLETED: deletion,
  PERSONAL_DATA_DELETION_TASK_FAILED: deletion,
  PERSONAL_DATA_RETRIEVAL_TASK_COMPLETED: retrieval,
  PERSONAL_DATA_RETRIEVAL_TASK_FAILED: retrieval,
};

/** Every documented kind of event. */
export function documentedKinds(): readonly BuyWithPrimeEventKind[] {
  return Object.keys(PATHS) as BuyWithPrimeEventKind[];
}

function pathOf(type: string, ids: Required<BuyWithPrimeIds>): string {
  const found = typeof type === 'string' ? findEventKind(type) : undefined;
  if (!found) {
    throw new ConfigurationError('not a documented type of Buy with Prime event', {
      surface: 'testing',
      hint: 'For a type that Amazon may add, give "resources".',
    });
  }
  return `businessProduct/${ids.businessProductId}/${PATHS[found.kind](ids)}`;
}
