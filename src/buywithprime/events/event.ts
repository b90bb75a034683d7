/**
 * What the parser makes of a Buy with Prime event.
 *
 * @module
 */
import type { Open } from '../../core/types.ts';
import type { BuyWithPrimeEventKind, BuyWithPrimeEventType } from './event-kinds.ts';
import type { ResourcePath } from './resource-path.ts';

/** What every event has, whichever way it came. */
export interface BuyWithPrimeEventBase<Kind extends string> {
  /** What happened, by its canonical name: the same for the old and the new name of an event. */
  readonly kind: Kind;
  /** The name as Amazon sent it, such as `PACKAGE_DELIVERED`. */
  readonly eventType: Open<BuyWithPrimeEventType>;
  /**
   * The same when the event is delivered again: Amazon's own key, else the envelope's id, else a hash of type, resources
   * and time. Whether a replay from an archive keeps it is not documented; see `replayName`.
   */
  readonly idempotencyKey: string;
  /** Id of the envelope, from EventBridge or from the webhook. Not always a UUID. */
  readonly id: string | undefined;
  /** When it was published, ISO 8601 in UTC, as sent. */
  readonly time: string | undefined;
  /** The partner event source, `aws.partner/buywithprime/…`. A webhook has none. */
  readonly source: string | undefined;
  /** The archive replay that it comes from; `undefined` for an event that is delivered the usual way. */
  readonly replayName: string | undefined;
  /** Version of the API whose events these are, such as `2024-11-01`. Older events do not say. */
  readonly apiVersion: string | undefined;
  /** The event subscription it comes from. Older events do not say. */
  readonly subscriptionId: string | undefined;
  /**
   * What it is about: every well-formed path. There is one in all of Amazon's samples, but no number is promised; the ids
   * of the event itself are those of the first path that has them. Read are a hundred thousand, more than an event has room for.
   */
  readonly resources: readonly ResourcePath[];
  /**
   * What Amazon says beyond the ids. Mostly an empty object: ask the API. Where it is not, its shape differs from page to
   * page, so it is not typed.
   */
  readonly data: unknown;
  /** The whole envelope as it came, with what is not named here. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/**
 * A delivery is under way, arrived, or was cancelled. Ask the API for its state: it may be ahead of the event. That a cancelled one
 * is named in the same way is inferred.
 */
export interface DeliveryEvent extends BuyWithPrimeEventBase<'DELIVERY_IN_TRANSIT' | 'DELIVERY_COMPLETED' | 'DELIVERY_CANCELLED'> {
  /** Whose event it is; also the API's `x-api-target-id`. */
  readonly businessProductId: string;
  /** The order, such as `322-ABC1-AAAAAA`. */
  readonly orderId: string;
  /** The delivery, to be found among those of the order's line items. */
  readonly deliveryId: string;
}

/** A milestone of a tracking number changed. Names no order. */
export interface PackageTrackerEvent extends BuyWithPrimeEventBase<'PACKAGE_TRACKER_MILESTONE_CHANGED'> {
  /** Whose event it is; also the API's `x-api-target-id`. */
  readonly businessProductId: string;
  /** The carrier, such as `ups`. */
  readonly carrierCode: string;
  /** The carrier's number of the package. */
  readonly trackingNumber: string;
}

/** A refund is wanted, which the merchant must process, or was completed. */
export interface RefundEvent extends BuyWithPrimeEventBase<'REFUND_REQUESTED' | 'REFUND_COMPLETED'> {
  /** Whose event it is; also the API's `x-api-target-id`. */
  readonly businessProductId: string;
  /** The order, such as `322-ABC1-AAAAAA`. */
  readonly orderId: string;
  /** The refund, to be found among those of the order. */
  readonly refundId: string;
}

/** A return began, moved, was graded or ended. That the events of its package name the return too, and no delivery, is inferred from one. */
export interface ReturnEvent
  extends BuyWithPrimeEventBase<
    | 'RETURN_STARTED'
    | 'RETURN_COMPLETED'
    | 'RETURN_ITEM_GRADED'
    | 'RETURN_DELIVERY_IN_TRANSIT'
    | 'RETURN_DELIVERY_COMPLETED'
    | 'RETURN_DELIVERY_FAILED'
  > {
  /** Whose event it is; also the API's `x-api-target-id`. */
  readonly businessProductId: string;
  /** The order, such as `322-ABC1-AAAAAA`. */
  readonly orderId: string;
  /** The return, to be found among those of the order. */
  readonly returnId: string;
}

/** An item can or can't be bought with Prime any more, or its quantity changed. */
export interface ItemEvent extends BuyWithPrimeEventBase<'BUYABILITY_CHANGED' | 'INVENTORY_CHANGED'> {
  /** Whose event it is; also the API's `x-api-target-id`. */
  readonly businessProductId: string;
  /** The item. */
  readonly itemId: string;
}

/** A task that deletes or retrieves a shopper's personal data ended. How the events of a retrieval name it is inferred. */
export interface PersonalDataTaskEvent
  extends BuyWithPrimeEventBase<
    | 'PERSONAL_DATA_DELETION_TASK_COMPLETED'
    | 'PERSONAL_DATA_DELETION_TASK_FAILED'
    | 'PERSONAL_DATA_RETRIEVAL_TASK_COMPLETED'
    | 'PERSONAL_DATA_RETRIEVAL_TASK_FAILED'
  > {
  /** Whose event it is; also the API's `x-api-target-id`. */
  readonly businessProductId: string;
  /** The task, to be asked for by its id. */
  readonly taskId: string;
}

/** An event of a type that this version does not know, with whatever could be read. Never a reason to throw: Amazon adds types. */
export interface UnknownBuyWithPrimeEvent extends BuyWithPrimeEventBase<'unknown'> {
  /** Whose event it is, where a path says so. */
  readonly businessProductId: string | undefined;
}

/**
 * An event, discriminated by `kind`.
 *
 * @example
 * ```ts
 * switch (event.kind) {
 *   case 'DELIVERY_IN_TRANSIT':
 *     return markAsShipped(event.orderId, event.deliveryId);
 *   case 'REFUND_REQUESTED':
 *     return refund(event.orderId, event.refundId);
 *   case 'unknown':
 *     return console.info('not handled yet:', event.eventType);
 * }
 * ```
 */
export type BuyWithPrimeEvent =
  | DeliveryEvent
  | PackageTrackerEvent
  | RefundEvent
  | ReturnEvent
  | ItemEvent
  | PersonalDataTaskEvent
  | UnknownBuyWithPrimeEvent;

/**
 * The event of one kind.
 *
 * @example
 * ```ts
 * function onShipped(event: BuyWithPrimeEventOf<'DELIVERY_IN_TRANSIT'>) {
 *   return markAsShipped(event.orderId, event.deliveryId);
 * }
 * ```
 */
export type BuyWithPrimeEventOf<Kind extends BuyWithPrimeEventKind | 'unknown'> = BuyWithPrimeEvent extends infer Event
  ? Event extends BuyWithPrimeEventBase<infer Kinds>
    ? Kind extends Kinds
      ? Event & BuyWithPrimeEventBase<Kind>
      : never
    : never
  : never;
