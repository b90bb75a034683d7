/**
 * Asks the Buy with Prime API what an event is about, and which events are sent.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/call-the-buy-with-prime-api | Call the API}
 */
import type { CallOptions } from '../../core/options.ts';
import { type DeliveryResolution, findDelivery } from '../orders/delivery.ts';
import { type BuyWithPrimeOrder, type OrderIdentifier, readOrder } from '../orders/order.ts';
import { checkIdentifier, ORDER_NOT_FOUND, queryOrder } from '../orders/order-query.ts';
import { type BuyWithPrimePackageTracker, type PackageTrackerIdentifier, queryPackageTracker } from '../orders/package-tracker.ts';
import { findRefund, type RefundResolution } from '../orders/refund.ts';
import { findReturn, type ReturnResolution } from '../orders/return.ts';
import { createAuthProfile } from '../subscriptions/auth-profile.ts';
import { deleteById } from '../subscriptions/deletion.ts';
import {
  createEventSubscription,
  type EventSubscription,
  type EventSubscriptionInput,
  getEventSubscription,
} from '../subscriptions/event-subscription.ts';
import {
  type EventSubscriptionReference,
  type EventSubscriptionsOptions,
  listEventSubscriptions,
} from '../subscriptions/event-subscription-list.ts';
import { type BuyWithPrimeApi, type BuyWithPrimeClientOptions, openApi } from './client-options.ts';
import { requireTexts } from './input.ts';
import { execute, queryInventoryItem } from './own-document.ts';

/**
 * Reads orders with their deliveries, refunds and returns, and manages event subscriptions.
 *
 * Cheap to make. A token lasts 15 minutes; it is fetched on first use, shared by concurrent calls and renewed a minute early. (On
 * Cloudflare Workers and Vercel Edge no request may wait for another's: as long as there is none, calls at once fetch one each.) Make one
 * client per business product and keep it, or share a `tokenStore`.
 *
 * The queries ask for no personal data. What changes something is repeated only where Amazon certainly did not do it.
 *
 * Every method rejects with a {@link GraphQLError} `GRAPHQL` where the answer has errors (what data came with them is in `error.data`), an
 * {@link ApiError} `API` where it is no success or not JSON, a {@link ConnectionError} `CONNECTION` or a {@link TimeoutError} `TIMEOUT` where
 * none came, and a {@link ValidationError} `VALIDATION` for an input that can't be right or an answer of another shape.
 *
 * @example From an event to the delivery it names
 * ```ts
 * const client = new BuyWithPrimeClient({
 *   credentials: { clientId: env.BWP_CLIENT_ID, clientSecret: env.BWP_CLIENT_SECRET },
 *   targetId: env.BWP_TARGET_ID,
 * });
 * const event = new BuyWithPrimeEventParser().parse(input);
 * if (event.kind === 'DELIVERY_IN_TRANSIT') {
 *   const resolution = await client.resolveDelivery(event);
 *   if (resolution.status === 'found') await markAsShipped(resolution.lineItems, resolution.delivery.tracking);
 *   else console.warn(resolution.reason, resolution.hint);
 * }
 * ```
 *
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/delivery_in_transit | DELIVERY_IN_TRANSIT}
 */
export class BuyWithPrimeClient {
  readonly #api: BuyWithPrimeApi;

  /** @throws {@link ConfigurationError} `CONFIGURATION` for an option that can't work. */
  constructor(options: BuyWithPrimeClientOptions) {
    this.#api = openApi(options);
  }

  /**
   * Reads an order, by its id or by an alias; `undefined` where there is none. Unknown ids may also be answered with
   * `AccessDeniedError`.
   *
   * `ThrottlingError` and `InternalServerError` are repeated like a failure of the network, and the token is renewed once where
   * access is denied.
   *
   * @throws {@link ValidationError} `VALIDATION` for an identifier that can't be one; else as {@link BuyWithPrimeClient} says.
   *
   * @example
   * ```ts
   * const order = await client.order({ alias: { aliasType: 'EXTERNAL_ID', aliasId: 'my-order-4711' } });
   * ```
   *
   * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/order-queries-order | The order query}
   */
  async order(identifier: OrderIdentifier, call?: CallOptions): Promise<BuyWithPrimeOrder | undefined> {
    checkIdentifier(identifier);
    return queryOrder(this.#api, identifier, 'order', readOrder, call);
  }

  /**
   * Finds the delivery that an event names, with all the line items that it brings. Takes the event, or one of its `resources`
   * where there are several.
   *
   * That it is not there is a result and no error, for it is normal: `not-found`, with the reason. The state is that of now, and
   * may be ahead of the event.
   *
   * @throws As {@link BuyWithPrimeClient.order} does.
   *
   * @example
   * ```ts
   * const resolution = await client.resolveDelivery(event);
   * if (resolution.status === 'found' && resolution.delivery.state === 'DELIVERED') {
   *   await close(resolution.lineItems.map(({ id }) => id));
   * }
   * ```
   *
   * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/delivery_in_transit | DELIVERY_IN_TRANSIT}
   */
  async resolveDelivery(event: { readonly orderId: string; readonly deliveryId: string }, call?: CallOptions): Promise<DeliveryResolution> {
    const { orderId, deliveryId } = requireTexts(event, ['orderId', 'deliveryId']);
    const order = await this.order(orderId, call);
    return order ? findDelivery(order, deliveryId) : { ...ORDER_NOT_FOUND };
  }

  /**
   * Finds the refund that an event names. One that `REFUND_REQUESTED` names is yours to process: calculate the amount, refund it in
   * your order system, and tell Amazon by its `updateOrder`, which this package does not send.
   *
   * @throws As {@link BuyWithPrimeClient.order} does.
   *
   * @example
   * ```ts
   * const resolution = await client.resolveRefund(event);
   * if (resolution.status === 'found' && resolution.refund.state === 'PENDING') {
   *   await refund(resolution.order.id, resolution.refund.id, resolution.refund.lineItems);
   * }
   * ```
   *
   * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/refund_requested | REFUND_REQUESTED}
   */
  async resolveRefund(event: { readonly orderId: string; readonly refundId: string }, call?: CallOptions): Promise<RefundResolution> {
    const { orderId, refundId } = requireTexts(event, ['orderId', 'refundId']);
    const found = await queryOrder(this.#api, orderId, 'refund', (order) => findRefund(order, refundId), call);
    return found ?? { ...ORDER_NOT_FOUND };
  }

  /**
   * Finds the return that an event names, with what comes back and how. It is no reason to refund: `REFUND_REQUESTED` says when.
   *
   * @throws As {@link BuyWithPrimeClient.order} does.
   *
   * @example
   * ```ts
   * const resolution = await client.resolveReturn(event);
   * if (resolution.status === 'found') await expectBack(resolution.return.lineItems, resolution.return.packages);
   * ```
   *
   * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/steps-to-process-returns | Process returns}
   */
  async resolveReturn(event: { readonly orderId: string; readonly returnId: string }, call?: CallOptions): Promise<ReturnResolution> {
    const { orderId, returnId } = requireTexts(event, ['orderId', 'returnId']);
    const found = await queryOrder(this.#api, orderId, 'return', (order) => findReturn(order, returnId), call);
    return found ?? { ...ORDER_NOT_FOUND };
  }

  /**
   * Reads where a package is; `undefined` where the number is not known. Takes an event of kind `PACKAGE_TRACKER_MILESTONE_CHANGED`,
   * or carrier and number. Needs API version 2024-11-01, and a permission of its own.
   *
   * @throws {@link ConfigurationError} `CONFIGURATION` with an older `apiVersion`; else as {@link BuyWithPrimeClient.order} does. No error
   *   shows the number.
   *
   * @example
   * ```ts
   * const tracker = await client.packageTracker({ carrierCode: 'ups', trackingNumber: '1Z999AA10123456784' });
   * if (tracker?.milestone?.code === 'AVAILABLE_FOR_PICKUP') await remind(tracker.url);
   * ```
   *
   * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/tracking-queries-packagetracker | The package tracker query}
   */
  async packageTracker(identifier: PackageTrackerIdentifier, call?: CallOptions): Promise<BuyWithPrimePackageTracker | undefined> {
    return queryPackageTracker(this.#api, identifier, call);
  }

  /**
   * Reads the inventory of an item; `undefined` where there is none. Takes an event of kind `INVENTORY_CHANGED`, or the item's id.
   *
   * No page that this package was written after shows the query's argument or fields, so `documents.inventoryItem` must be given: it
   * declares `$itemId` and selects `inventoryItem`, which is returned as it came. An item without a valid Amazon SKU is answered with a
   * `ValidationError` of code `InvalidAmazonSkuConfiguration`.
   *
   * @throws {@link ConfigurationError} `CONFIGURATION` without `documents.inventoryItem`; else as {@link BuyWithPrimeClient.order} does.
   *
   * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/inventory_changed | INVENTORY_CHANGED}
   */
  async inventoryItem(item: { readonly itemId: string }, call?: CallOptions): Promise<Readonly<Record<string, unknown>> | undefined> {
    return queryInventoryItem(this.#api, item, call);
  }

  /**
   * Subscribes to **one** type of event. It is never sent again after an answer that was lost: that it exists then shows in
   * {@link BuyWithPrimeClient.eventSubscriptions}, or as the code `SubscriptionAlreadyExists` of a second call.
   *
   * @throws {@link ValidationError} `VALIDATION` for what Amazon or AWS would not take, before it is sent; else as
   *   {@link BuyWithPrimeClient.order} does. `DestinationNameAlreadyExists`: the name of the source is taken.
   *
   * @example
   * ```ts
   * const partnerEventSource = { account: '919191919191', name: 'my-shop-events' };
   * const { subscriptionId } = await client.createEventSubscription({
   *   eventType: 'PACKAGE_DELIVERED',
   *   destination: { eventBridge: { region: 'us-east-1', partnerEventSource } },
   * });
   * ```
   *
   * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/events-mutations-createeventsubscription | createEventSubscription}
   */
  async createEventSubscription(input: EventSubscriptionInput, call?: CallOptions): Promise<{ readonly subscriptionId: string }> {
    return createEventSubscription(this.#api, input, call);
  }

  /**
   * Reads an event subscription. An id that does not exist is answered with `AccessDeniedError`.
   *
   * @throws As {@link BuyWithPrimeClient.order} does.
   *
   * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/events-queries-eventsubscription | eventSubscription}
   */
  async getEventSubscription(subscriptionId: string, call?: CallOptions): Promise<EventSubscription> {
    return getEventSubscription(this.#api, subscriptionId, call);
  }

  /**
   * Ends an event subscription. The partner event source stays in AWS until it is deleted there.
   *
   * @throws As {@link BuyWithPrimeClient.order} does; one that is gone is answered with `AccessDeniedError`.
   *
   * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/create-and-delete-event-subscriptions | Create and delete}
   */
  async deleteEventSubscription(subscriptionId: string, call?: CallOptions): Promise<void> {
    return deleteById(this.#api, 'subscriptionId', subscriptionId, call);
  }

  /**
   * Lists the event subscriptions, a page at a time and only as far as they are read. Where there is none at all, Amazon answers
   * `AccessDeniedError`, as it does for a missing permission. Collect the ids before you delete: what is deleted may move the pages.
   *
   * @throws {@link ConfigurationError} `CONFIGURATION` for a `pageSize` that Amazon does not take; while it is read, as
   *   {@link BuyWithPrimeClient.order} does, and `VALIDATION` for pages that go round in a circle.
   *
   * @example
   * ```ts
   * for await (const { subscriptionId } of client.eventSubscriptions()) {
   *   console.log(await client.getEventSubscription(subscriptionId));
   * }
   * ```
   *
   * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/events-queries-eventsubscriptions | eventSubscriptions}
   */
  eventSubscriptions(options?: EventSubscriptionsOptions): AsyncIterable<EventSubscriptionReference> {
    return listEventSubscriptions(this.#api, options);
  }

  /**
   * Makes an auth profile for webhooks: OAuth 2.0 or HTTP Basic. No page that this package was written after shows its fields: the input
   * goes to Amazon as it is, and the names in the mutation around it are inferred (`documents.createAuthProfile` replaces it). No error shows
   * a text of the input.
   *
   * @throws As {@link BuyWithPrimeClient.createEventSubscription} does; it is never sent again after an answer that was lost either.
   */
  async createAuthProfile(input: Readonly<Record<string, unknown>>, call?: CallOptions): Promise<{ readonly authProfileId: string }> {
    return createAuthProfile(this.#api, input, call);
  }

  /**
   * Deletes an auth profile.
   *
   * @throws As {@link BuyWithPrimeClient.order} does.
   *
   * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/events-mutations-deleteauthprofile | deleteAuthProfile}
   */
  async deleteAuthProfile(authProfileId: string, call?: CallOptions): Promise<void> {
    return deleteById(this.#api, 'authProfileId', authProfileId, call);
  }

  /**
   * Sends a GraphQL document of your own, for what has no method here, and returns its `data`. Token, errors and repetition are as with
   * every method; a document with a mutation is never sent again after an answer that was lost, or where a part of it may have been done.
   * The words of an error hold no text of the variables.
   *
   * @throws As {@link BuyWithPrimeClient.order} does.
   *
   * @example
   * ```ts
   * const document = 'query ($taskId: String!) { personalDataRetrievalTask(taskId: $taskId) { status dataRetrievalLink } }';
   * const { personalDataRetrievalTask } = await client.execute(document, { taskId: event.taskId });
   * ```
   *
   * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/call-the-buy-with-prime-api | Call the API}
   */
  async execute(
    document: string,
    variables: Readonly<Record<string, unknown>> = {},
    call?: CallOptions,
  ): Promise<Readonly<Record<string, unknown>>> {
    return execute(this.#api, document, variables, call);
  }
}
