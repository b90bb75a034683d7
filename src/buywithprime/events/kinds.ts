/**
 * The types of Buy with Prime events: which names mean the same, and which ids the resource path of each must contain.
 *
 * Amazon renamed the delivery events twice. The canonical name is the one of API version 2024-04-01; every documented
 * name leads to it, and the resource path did not change with the names. No page shows the path of a row marked *: that it is like those of
 * its family is (inferred). If that is wrong the event is a failure with all of it in `raw`, and not lost.
 *
 * | kind | also called | ids |
 * | --- | --- | --- |
 * | `DELIVERY_IN_TRANSIT` | `PACKAGE_DELIVERY_IN_TRANSIT`, `ITEM_IN_TRANSIT` | `orderId`, `deliveryId` |
 * | `DELIVERY_COMPLETED` | `PACKAGE_DELIVERED`, `ITEM_DELIVERED` | `orderId`, `deliveryId` |
 * | `DELIVERY_CANCELLED` | `PACKAGE_DELIVERY_CANCELLED`, `ITEM_CANCELLED` | `orderId`, `deliveryId` * |
 * | `PACKAGE_TRACKER_MILESTONE_CHANGED` | | `carrierCode`, `trackingNumber` |
 * | `REFUND_REQUESTED`, `REFUND_COMPLETED` | | `orderId`, `refundId` |
 * | `RETURN_STARTED`, `RETURN_COMPLETED`, `RETURN_ITEM_GRADED` | | `orderId`, `returnId` |
 * | `RETURN_DELIVERY_IN_TRANSIT` | `RETURN_PACKAGE_IN_TRANSIT` | `orderId`, `returnId` * |
 * | `RETURN_DELIVERY_COMPLETED` | `RETURN_PACKAGE_DELIVERED` | `orderId`, `returnId` * |
 * | `RETURN_DELIVERY_FAILED` | `RETURN_PACKAGE_DELIVERY_FAILED` | `orderId`, `returnId` |
 * | `BUYABILITY_CHANGED` | | `itemId` |
 * | `INVENTORY_CHANGED` | `PRODUCT_INVENTORY_CHANGED` | `itemId` |
 * | `PERSONAL_DATA_DELETION_TASK_COMPLETED`, `…_FAILED` | | `taskId` |
 * | `PERSONAL_DATA_RETRIEVAL_TASK_COMPLETED`, `…_FAILED` | | `taskId` * |
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/event-types | Event types}
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/v2024-11-01/docs/changelog-for-the-buy-with-prime-api-v2024-11-01 | Renames}
 */
import type { ResourcePath } from './resource-path.ts';

/**
 * What happened, by its canonical name.
 *
 * Since 4 December 2024 Amazon calls the delivery events by their `PACKAGE_…` names and has deprecated `DELIVERY_IN_TRANSIT`,
 * `DELIVERY_COMPLETED` and `DELIVERY_CANCELLED` as names to subscribe to; likewise the `RETURN_DELIVERY_…` names, which became
 * `RETURN_PACKAGE_…`. As kinds they stay: every name of an event leads to one kind.
 */
export type BuyWithPrimeEventKind =
  | 'DELIVERY_IN_TRANSIT'
  | 'DELIVERY_COMPLETED'
  | 'DELIVERY_CANCELLED'
  | 'PACKAGE_TRACKER_MILESTONE_CHANGED'
  | 'REFUND_REQUESTED'
  | 'REFUND_COMPLETED'
  | 'RETURN_STARTED'
  | 'RETURN_COMPLETED'
  | 'RETURN_ITEM_GRADED'
  | 'RETURN_DELIVERY_IN_TRANSIT'
  | 'RETURN_DELIVERY_COMPLETED'
  | 'RETURN_DELIVERY_FAILED'
  | 'BUYABILITY_CHANGED'
  | 'INVENTORY_CHANGED'
  | 'PERSONAL_DATA_DELETION_TASK_COMPLETED'
  | 'PERSONAL_DATA_DELETION_TASK_FAILED'
  | 'PERSONAL_DATA_RETRIEVAL_TASK_COMPLETED'
  | 'PERSONAL_DATA_RETRIEVAL_TASK_FAILED';

/** Every name under which Amazon documents an event: the value of `detail-type` or `eventDescriptor`. */
export type BuyWithPrimeEventType =
  | BuyWithPrimeEventKind
  | 'PACKAGE_DELIVERY_IN_TRANSIT'
  | 'PACKAGE_DELIVERED'
  | 'PACKAGE_DELIVERY_CANCELLED'
  | 'RETURN_PACKAGE_IN_TRANSIT'
  | 'RETURN_PACKAGE_DELIVERED'
  | 'RETURN_PACKAGE_DELIVERY_FAILED'
  | 'ITEM_IN_TRANSIT'
  | 'ITEM_DELIVERED'
  | 'ITEM_CANCELLED'
  | 'PRODUCT_INVENTORY_CHANGED';

/** The ids that a resource path can contain, apart from the business product's. */
export type IdName = Exclude<keyof ResourcePath, 'segments' | 'businessProductId'>;

const IDS_OF: Readonly<Record<BuyWithPrimeEventKind, readonly IdName[]>> = {
  DELIVERY_IN_TRANSIT: ['orderId', 'deliveryId'],
  DELIVERY_COMPLETED: ['orderId', 'deliveryId'],
  DELIVERY_CANCELLED: ['orderId', 'deliveryId'],
  PACKAGE_TRACKER_MILESTONE_CHANGED: ['carrierCode', 'trackingNumber'],
  REFUND_REQUESTED: ['orderId', 'refundId'],
  REFUND_COMPLETED: ['orderId', 'refundId'],
  RETURN_STARTED: ['orderId', 'returnId'],
  RETURN_COMPLETED: ['orderId', 'returnId'],
  RETURN_ITEM_GRADED: ['orderId', 'returnId'],
  RETURN_DELIVERY_IN_TRANSIT: ['orderId', 'returnId'],
  RETURN_DELIVERY_COMPLETED: ['orderId', 'returnId'],
  RETURN_DELIVERY_FAILED: ['orderId', 'returnId'],
  BUYABILITY_CHANGED: ['itemId'],
  INVENTORY_CHANGED: ['itemId'],
  PERSONAL_DATA_DELETION_TASK_COMPLETED: ['taskId'],
  PERSONAL_DATA_DELETION_TASK_FAILED: ['taskId'],
  PERSONAL_DATA_RETRIEVAL_TASK_COMPLETED: ['taskId'],
  PERSONAL_DATA_RETRIEVAL_TASK_FAILED: ['taskId'],
};

const KIND_OF: Readonly<Record<Exclude<BuyWithPrimeEventType, BuyWithPrimeEventKind>, BuyWithPrimeEventKind>> = {
  PACKAGE_DELIVERY_IN_TRANSIT: 'DELIVERY_IN_TRANSIT',
  PACKAGE_DELIVERED: 'DELIVERY_COMPLETED',
  PACKAGE_DELIVERY_CANCELLED: 'DELIVERY_CANCELLED',
  RETURN_PACKAGE_IN_TRANSIT: 'RETURN_DELIVERY_IN_TRANSIT',
  RETURN_PACKAGE_DELIVERED: 'RETURN_DELIVERY_COMPLETED',
  RETURN_PACKAGE_DELIVERY_FAILED: 'RETURN_DELIVERY_FAILED',
  // API version 2024-01-01.
  ITEM_IN_TRANSIT: 'DELIVERY_IN_TRANSIT',
  ITEM_DELIVERED: 'DELIVERY_COMPLETED',
  ITEM_CANCELLED: 'DELIVERY_CANCELLED',
  // One table on the page of INVENTORY_CHANGED writes it so.
  PRODUCT_INVENTORY_CHANGED: 'INVENTORY_CHANGED',
};

interface KnownEventType {
  readonly name: BuyWithPrimeEventType;
  /** Its canonical name. */
  readonly kind: BuyWithPrimeEventKind;
  /** What its path must contain. */
  readonly ids: readonly IdName[];
}

/** Canonical names first. */
const KNOWN: readonly KnownEventType[] = /* @__PURE__ */ (() => {
  const names = [...Object.keys(IDS_OF).map((kind) => [kind, kind]), ...Object.entries(KIND_OF)] as [
    BuyWithPrimeEventType,
    BuyWithPrimeEventKind,
  ][];
  return names.map(([name, kind]) => ({ name, kind, ids: IDS_OF[kind] }));
})();

/** A string fresh from JSON.parse() has no hash yet: comparing it with two or three names takes half as long as finding it in a map. */
const BY_LENGTH: readonly (readonly KnownEventType[] | undefined)[] = /* @__PURE__ */ (() => {
  const byLength: KnownEventType[][] = [];
  for (const known of KNOWN) byLength[known.name.length] = [...(byLength[known.name.length] ?? []), known];
  return byLength;
})();

/** The canonical name of an event type and the ids that its path must contain; `undefined` for a type that is not documented. */
export function findEventKind(eventType: string): KnownEventType | undefined {
  return BY_LENGTH[eventType.length]?.find(({ name }) => name === eventType);
}

/** Every name of a kind: what to match events by. The canonical one comes first. */
export function eventTypesOf(kind: BuyWithPrimeEventKind): readonly BuyWithPrimeEventType[] {
  return KNOWN.flatMap((known) => (known.kind === kind ? known.name : []));
}

/** All canonical names. */
export const eventKinds: readonly BuyWithPrimeEventKind[] = /* @__PURE__ */ (() => Object.keys(IDS_OF) as BuyWithPrimeEventKind[])();

/** Whether this is a canonical name. */
export function isEventKind(name: unknown): name is BuyWithPrimeEventKind {
  return typeof name === 'string' && findEventKind(name)?.kind === name;
}
