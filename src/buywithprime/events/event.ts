/**
 * Buy with Prime events as the parser returns them.
 *
 * @module
 */
import type { OneOrMany, Open } from '../../core/types.ts';
import type { BuyWithPrimeEventKind, BuyWithPrimeEventType } from './kinds.ts';
import type { ResourcePath } from './resource-path.ts';

/** The fields of every event, however it arrived. */
export interface BuyWithPrimeEventBase<Kind extends string> {
  /** What happened, by its canonical name: the same for the old and the new name of an event. */
  readonly kind: Kind;
  /** The name as Amazon sent it, such as `PACKAGE_DELIVERED`. */
  readonly eventType: Open<BuyWithPrimeEventType>;
  /**
   * The same when the event is redelivered: Amazon's own key, else the envelope's id, else type, first resource and time. An event
   * with none of these gets a random key. Whether a replay from an archive keeps it is not documented; see `replayName`.
   */
  readonly idempotencyKey: string;
  /** Id of the envelope, from EventBridge or from the webhook. Not always a UUID. */
  readonly id: string | undefined;
  /** When it was published, ISO 8601 in UTC, as sent. */
  readonly time: string | undefined;
  /** The partner event source, `aws.partner/buywithprime/…`. An event from a webhook has none. */
  readonly source: string | undefined;
  /** Name of the archive replay; `undefined` for any other delivery. */
  readonly replayName: string | undefined;
  /** Version of the API that the event belongs to, such as `2024-11-01`. Older events have none. */
  readonly apiVersion: string | undefined;
  /** The event subscription that it was sent for. Older events have none. */
  readonly subscriptionId: string | undefined;
  /**
   * What it is about: every well-formed path. Each of Amazon's samples has one path, but Amazon promises no number; the ids of the event are those
   * of the first path that has them. At most 100,000 are read.
   */
  readonly resources: readonly ResourcePath[];
  /**
   * What Amazon sends beside the ids. Mostly an empty object: query the API. Typed for events whose page shows its content; nothing in it is
   * validated.
   */
  readonly data: unknown;
  /** The whole envelope as it arrived, with the fields that are not listed here. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/**
 * A delivery is in transit, arrived, or was cancelled. Query the API for its state: it may be ahead of the event. The path of a cancelled
 * delivery's events is (inferred).
 */
export interface DeliveryEvent extends BuyWithPrimeEventBase<'DELIVERY_IN_TRANSIT' | 'DELIVERY_COMPLETED' | 'DELIVERY_CANCELLED'> {
  /** The business product it belongs to; also the API's `x-api-target-id`. */
  readonly businessProductId: string;
  /** The order, such as `322-ABC1-AAAAAA`. */
  readonly orderId: string;
  /** The delivery, one of those of the order's line items. */
  readonly deliveryId: string;
}

/** A milestone of a tracking number changed. It names no order. */
export interface PackageTrackerEvent extends BuyWithPrimeEventBase<'PACKAGE_TRACKER_MILESTONE_CHANGED'> {
  /** The business product it belongs to; also the API's `x-api-target-id`. */
  readonly businessProductId: string;
  /** The carrier, such as `ups`. */
  readonly carrierCode: string;
  /** The carrier's number of the package. */
  readonly trackingNumber: string;
}

/** Part of what Amazon's pages show in `data` of a refund's events. A list on one page is an object on the other. */
export interface BuyWithPrimeRefundData {
  readonly order?: {
    readonly id?: string;
    readonly aliases?: readonly { readonly aliasId?: string; readonly aliasType?: string }[];
    readonly refunds?: OneOrMany<{
      readonly details?: OneOrMany<{
        readonly id?: string;
        readonly state?: Open<'PENDING' | 'FAILURE' | 'PARTIAL' | 'SUCCESS'>;
        readonly createdAt?: string;
        readonly updatedAt?: string;
        readonly refundRequestReason?: string;
        readonly refundStatusReason?: string;
        readonly refundTotal?: { readonly totalAmount?: { readonly amount?: number; readonly currencyCode?: string } };
        readonly refundFor?: { readonly orderLineItems?: readonly { readonly lineItem?: { readonly id?: string } }[] };
      }>;
    }>;
  };
}

/** A refund was requested, which the merchant must process, or was completed. */
export interface RefundEvent extends BuyWithPrimeEventBase<'REFUND_REQUESTED' | 'REFUND_COMPLETED'> {
  /** The business product it belongs to; also the API's `x-api-target-id`. */
  readonly businessProductId: string;
  /** The order, such as `322-ABC1-AAAAAA`. */
  readonly orderId: string;
  /** The refund, one of those of the order. */
  readonly refundId: string;
  readonly data: BuyWithPrimeRefundData | undefined;
}

/**
 * A return started, moved, was graded or ended. The events of its package name the return and no delivery: concluded from one of them
 * (inferred).
 */
export interface ReturnEvent
  extends BuyWithPrimeEventBase<
    | 'RETURN_STARTED'
    | 'RETURN_COMPLETED'
    | 'RETURN_ITEM_GRADED'
    | 'RETURN_DELIVERY_IN_TRANSIT'
    | 'RETURN_DELIVERY_COMPLETED'
    | 'RETURN_DELIVERY_FAILED'
  > {
  /** The business product it belongs to; also the API's `x-api-target-id`. */
  readonly businessProductId: string;
  /** The order, such as `322-ABC1-AAAAAA`. */
  readonly orderId: string;
  /** The return, one of those of the order. */
  readonly returnId: string;
}

/** What Amazon's page shows in `data` of `BUYABILITY_CHANGED`. */
export interface BuyWithPrimeItemData {
  readonly product?: {
    readonly id?: string;
    readonly externalId?: { readonly value?: string };
    readonly sku?: { readonly value?: string };
    readonly amazonSku?: { readonly value?: string };
    readonly buyability?: { readonly status?: Open<'BUYABLE'> };
  };
}

/** An item's buyability or inventory changed. */
export interface ItemEvent extends BuyWithPrimeEventBase<'BUYABILITY_CHANGED' | 'INVENTORY_CHANGED'> {
  /** The business product it belongs to; also the API's `x-api-target-id`. */
  readonly businessProductId: string;
  /** The item. */
  readonly itemId: string;
  readonly data: BuyWithPrimeItemData | undefined;
}

/** A task that deletes or retrieves a shopper's personal data ended. The path of a retrieval's events is (inferred). */
export interface PersonalDataTaskEvent
  extends BuyWithPrimeEventBase<
    | 'PERSONAL_DATA_DELETION_TASK_COMPLETED'
    | 'PERSONAL_DATA_DELETION_TASK_FAILED'
    | 'PERSONAL_DATA_RETRIEVAL_TASK_COMPLETED'
    | 'PERSONAL_DATA_RETRIEVAL_TASK_FAILED'
  > {
  /** The business product it belongs to; also the API's `x-api-target-id`. */
  readonly businessProductId: string;
  /** The task: query it by its id. */
  readonly taskId: string;
}

/** An event of a type that this version does not know, with the fields that could be read. Not an error, because Amazon adds types. */
export interface UnknownBuyWithPrimeEvent extends BuyWithPrimeEventBase<'unknown'> {
  /** The business product it belongs to, if a path names it. */
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
