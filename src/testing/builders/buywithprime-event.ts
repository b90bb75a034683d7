/**
 * Events of Buy with Prime, as EventBridge delivers them, and an order that fits them.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/event-types | Event types}
 */

import { type BuyWithPrimeEventKind, type BuyWithPrimeEventType, findEventKind } from '../../buywithprime/events/kinds.ts';
import { type ConfigurationError, misconfigured } from '../../core/errors.ts';
import type { Open } from '../../core/types.ts';
import type { EmulatedOrder } from '../emulator/buywithprime/buywithprime-order.ts';
import { SURFACE } from '../surface.ts';
import { asOptions, inGroup, isObject, readGroup } from './arguments.ts';
import { type BuilderOptions, isoSeconds, readBuilderOptions } from './builder-options.ts';
import { characters, pick, type Random, seededRandom, uuid } from './random.ts';

/** An event as EventBridge delivers it, of the form that types for AWS Lambda have too. */
export interface BuyWithPrimeEventBody {
  readonly version: string;
  readonly id: string;
  readonly 'detail-type': Open<BuyWithPrimeEventType>;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The ids that a resource path is made of. */
export interface BuyWithPrimeIds {
  /** @default 'bp-emulator' */
  readonly businessProductId?: string | undefined;
  /** @default '322-ABC1-AAAAAA' */
  readonly orderId?: string | undefined;
  /** @default 'd5013dfc-2ae6-4f58-bc69-cae5d5323d30' */
  readonly deliveryId?: string | undefined;
  /** @default 'refund-1' */
  readonly refundId?: string | undefined;
  /** @default 'return-1' */
  readonly returnId?: string | undefined;
  /** @default 'item-1' */
  readonly itemId?: string | undefined;
  /** @default 'task-1' */
  readonly taskId?: string | undefined;
  /** @default 'ups' */
  readonly carrierCode?: string | undefined;
  /** @default '1Z999AA10123456784' */
  readonly trackingNumber?: string | undefined;
}

/** Properties that replace those of the default event; of `detail`, only those that are given, and `{}` empties it. */
export interface BuyWithPrimeEventOverrides extends Partial<Omit<BuyWithPrimeEventBody, 'resources'>> {
  readonly resources?: readonly string[];
  /** Ids for its resource path. */
  readonly ids?: BuyWithPrimeIds | undefined;
}

/** Every id. */
export type CompleteIds = { readonly [Name in keyof BuyWithPrimeIds]-?: string };

const IDS: CompleteIds = {
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

const ENVELOPE = ['version', 'id', 'detail-type', 'source', 'account', 'time', 'region', 'resources', 'detail'];
const DETAIL = ['idempotencyKey', 'eventDescriptor', 'eventId', 'apiVersion', 'subscriptionId', 'eventTime', 'data'];
const ELSEWHERE = { ...inGroup('ids', Object.keys(IDS)), ...inGroup('detail', DETAIL) };

/** Names from before `detail` contained a copy of the webhook's envelope. */
const OLD_NAMES = /^(DELIVERY|RETURN_DELIVERY|ITEM)_/;

/**
 * A valid event of a documented type, with a new id. It is about the order that {@link buyWithPrimeOrder} returns for the same seed. Events
 * with the new names carry the webhook's envelope in `detail`, as Amazon's pages show it; a webhook gets the same as its body.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` for a type that Amazon does not document, unless `resources` is overridden.
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
  const { ids, detail, ...others } = asOptions('buyWithPrimeEvent', overrides, [...ENVELOPE, 'ids'], ELSEWHERE);
  if (typeof type !== 'string') throw unknownType();
  const { newId, now } = readBuilderOptions('buyWithPrimeEvent', options, { what: `buyWithPrimeEvent ${type}` });
  const [id, idempotencyKey] = [newId(), newId()];
  const envelope = {
    version: '0',
    id,
    'detail-type': type,
    source: 'aws.partner/buywithprime/emulator',
    account: '111122223333',
    time: isoSeconds(now),
    region: 'us-east-1',
    resources: others.resources ?? [pathOf(type, { ...idsOf(options), ...readIds(ids) })],
    ...others,
  };
  const copy = {
    idempotencyKey,
    eventDescriptor: envelope['detail-type'],
    resources: envelope.resources,
    eventId: envelope.id,
    apiVersion: '2024-11-01',
    subscriptionId: '8e5da864-34ee-461d-9d76-0babcef14677',
    eventTime: envelope.time,
    data: {},
  };
  const name: unknown = envelope['detail-type'];
  const isOld = (typeof name === 'string' && OLD_NAMES.test(name)) || (isObject(detail) && Object.keys(detail).length === 0);
  const isMerged = detail === undefined || isObject(detail);
  return { ...envelope, detail: isMerged ? { ...(!isOld && copy), ...detail } : detail } as BuyWithPrimeEventBody;
}

/**
 * An order of two line items that share one delivery in transit: the order that {@link buyWithPrimeEvent} is about. The same seed gives the
 * same ids as there.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` for overrides that are not an object, or an option that cannot work.
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

/** The ids of a seed, for event and order alike. Chosen by a separate sequence, so that other choices do not change them. */
function idsOf({ seed }: BuilderOptions = {}): CompleteIds {
  return seed === undefined ? IDS : chooseIds(seededRandom(~seed));
}

function chooseIds(random: Random): CompleteIds {
  const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
  return {
    // The one that the emulator's credentials are for.
    businessProductId: IDS.businessProductId,
    orderId: `322-${characters(random, letters, 4)}-${characters(random, letters, 6)}`,
    deliveryId: uuid(random),
    refundId: uuid(random),
    returnId: uuid(random),
    itemId: characters(random, letters, 14),
    taskId: uuid(random),
    carrierCode: pick(random, ['ups', 'usps', 'fedex', 'amazon']),
    trackingNumber: `1Z${characters(random, letters, 16)}`,
  };
}

function readIds(given: BuyWithPrimeIds | undefined): Partial<CompleteIds> {
  const ids = readGroup('ids', given, Object.keys(IDS));
  return Object.fromEntries(Object.entries(ids).filter(([, id]) => id !== undefined)) as Partial<CompleteIds>;
}

type PathOf = (ids: CompleteIds) => string;

// The keys follow no rule, so each path is spelt out.
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

function pathOf(type: string, ids: CompleteIds): string {
  const found = findEventKind(type);
  if (!found) throw unknownType();
  return `businessProduct/${ids.businessProductId}/${PATHS[found.kind](ids)}`;
}

function unknownType(): ConfigurationError {
  const hint = 'For a type that Amazon may add, override "resources".';
  return misconfigured(SURFACE, undefined, 'the type is not a documented type of Buy with Prime event', hint);
}
