/**
 * The client of the Buy with Prime API: what events are about, and where they are sent.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/call-the-buy-with-prime-api | Call the API}
 */
import { assertOption } from '../../core/errors.ts';
import { type CallOptions, checkCall } from '../../core/options.ts';
import type { BuyWithPrimeOrder, OrderIdentifier } from '../orders/order.ts';
import type { RefundResolution } from '../orders/refund.ts';
import type { BuyWithPrimeRefundUpdate, RefundUpdateResult } from '../orders/refund-update.ts';
import type { DeliveryResolution } from '../orders/resolution.ts';
import type { ReturnResolution } from '../orders/return.ts';
import { type BuyWithPrimeTracking, type PackageTrackerIdentifier, packageTrackerQuery } from '../orders/tracking.ts';
import * as profiles from '../subscriptions/auth-profile.ts';
import * as subscriptions from '../subscriptions/subscription.ts';
import { SURFACE } from '../surface.ts';
import * as catalog from './catalog.ts';
import { type BuyWithPrimeApi, type BuyWithPrimeClientOptions, openApi } from './client-options.ts';
import { ownOperation } from './documents.ts';
import * as orders from './order-calls.ts';
import { type PersonalDataTask, personalDataTaskQuery } from './personal-data-task.ts';

/**
 * Reads orders with their deliveries, refunds and returns, settles refunds, and manages event subscriptions.
 *
 * Cheap to create; keep one per business product, or share a `tokenStore`. A token lasts 15 minutes: it is fetched on first use, shared by
 * concurrent calls and renewed a minute early. (Workers and Edge cannot share a pending fetch between requests, so there concurrent first
 * calls each fetch a token.) The queries request no personal data. Mutations are retried only if Amazon certainly did not apply them.
 *
 * Every method rejects with a {@link GraphQLError} `GRAPHQL` if the response has errors (partial data is in `error.data`), an {@link ApiError}
 * `API` if it is not a success, a {@link ConnectionError} `CONNECTION` or a {@link TimeoutError} `TIMEOUT` without a response, and a
 * {@link ValidationError} `VALIDATION` for an input that cannot be right (nothing is sent then) or a response of another shape.
 *
 * @example From an event to the delivery that it names
 * ```ts
 * const client = new BuyWithPrimeClient({
 *   credentials: { clientId: env.BWP_CLIENT_ID, clientSecret: env.BWP_CLIENT_SECRET },
 *   targetId: env.BWP_TARGET_ID,
 * });
 * const event = new BuyWithPrimeEventParser().parse(input);
 * if (event.kind === 'DELIVERY_IN_TRANSIT') {
 *   const resolution = await client.resolveDelivery(event);
 *   if (resolution.status === 'not-found') throw new Error(resolution.hint); // read too early: have the event redelivered
 *   await markAsShipped(resolution.contents, resolution.delivery.tracking);
 * }
 * ```
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/delivery_in_transit | DELIVERY_IN_TRANSIT}
 */
export class BuyWithPrimeClient {
  readonly #api: BuyWithPrimeApi;

  /** @throws {@link ConfigurationError} `CONFIGURATION` for an option that cannot work. */
  constructor(options: BuyWithPrimeClientOptions) {
    this.#api = openApi(options);
  }

  /**
   * Reads an order, by its id or by an alias; `undefined` if it does not exist. Amazon may also respond to an unknown id with `AccessDeniedError`.
   * `ThrottlingError` and `InternalServerError` are retried, and the token is renewed once if access is denied.
   *
   * @throws {@link ValidationError} `VALIDATION` for an identifier that cannot be one; else as {@link BuyWithPrimeClient} says.
   * @example
   * ```ts
   * const order = await client.order({ alias: { aliasType: 'EXTERNAL_ID', aliasId: 'my-order-4711' } });
   * ```
   * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/order-queries-order | The order query}
   */
  async order(identifier: OrderIdentifier, call?: CallOptions): Promise<BuyWithPrimeOrder | undefined> {
    return orders.readWholeOrder(this.#api, identifier, call);
  }

  /**
   * Finds the delivery that an event names, with what is in it. Accepts the event, or one of its `resources` if there are several. A missing
   * delivery is a normal result, not an error. The state may be ahead of the event. If Amazon refuses to say what is in a delivery, the client reads
   * the order without that.
   *
   * @throws As {@link BuyWithPrimeClient.order} does.
   * @example
   * ```ts
   * const resolution = await client.resolveDelivery(event);
   * if (resolution.status === 'found' && resolution.delivery.state === 'DELIVERED') {
   *   for (const { lineItem, quantity } of resolution.contents) await close(lineItem.id, quantity);
   * }
   * ```
   * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/delivery_in_transit | DELIVERY_IN_TRANSIT}
   */
  async resolveDelivery(event: { readonly orderId: string; readonly deliveryId: string }, call?: CallOptions): Promise<DeliveryResolution> {
    return orders.resolveDelivery(this.#api, event, call);
  }

  /**
   * Finds the refund that an event names. You must process one that `REFUND_REQUESTED` names: calculate the amount, refund it in your order
   * system, and report it with {@link BuyWithPrimeClient.updateRefund}.
   *
   * @throws As {@link BuyWithPrimeClient.order} does.
   * @example
   * ```ts
   * const resolution = await client.resolveRefund(event);
   * if (resolution.status === 'found' && resolution.refund.state === 'PENDING') await refund(event.orderId, resolution.refund.lineItems);
   * ```
   * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/refund_requested | REFUND_REQUESTED}
   */
  async resolveRefund(event: { readonly orderId: string; readonly refundId: string }, call?: CallOptions): Promise<RefundResolution> {
    return orders.resolveRefund(this.#api, event, call);
  }

  /**
   * Reports what became of a refund: its state, and the payments of this update. Usually called several times for one refund. The refund is
   * read first, unless `update.current` has it, and a state or a total that cannot follow is refused. It is not retried after a response that
   * was lost, unless you say with `retryUnanswered` that reporting the same payments twice is harmless.
   *
   * @throws {@link ValidationError} `VALIDATION`, before anything is reported, for an update that Amazon's pages forbid; else as
   *   {@link BuyWithPrimeClient.order} does.
   * @example
   * ```ts
   * const payment = { amount: { amount: 20.5, currencyCode: 'USD' }, paymentMethod: { type: 'AMAZON_PAY' }, state: 'SUCCESS' };
   * await client.updateRefund(event, { state: 'SUCCESS', payments: [payment] });
   * ```
   * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/update-refund-details | Update refund details}
   */
  async updateRefund(
    refund: { readonly orderId: string; readonly refundId: string },
    update: BuyWithPrimeRefundUpdate,
    call?: CallOptions & { readonly retryUnanswered?: boolean | undefined },
  ): Promise<RefundUpdateResult> {
    return orders.updateRefund(this.#api, refund, update, call);
  }

  /**
   * Finds the return that an event names, with what is returned and how. It is not a reason to refund: wait for `REFUND_REQUESTED`.
   *
   * @throws As {@link BuyWithPrimeClient.order} does.
   * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/steps-to-process-returns | Process returns}
   */
  async resolveReturn(event: { readonly orderId: string; readonly returnId: string }, call?: CallOptions): Promise<ReturnResolution> {
    return orders.resolveReturn(this.#api, event, call);
  }

  /**
   * Reads where a package is; `undefined` if the number is unknown or has expired, which it does after 90 days. Accepts an event of kind
   * `PACKAGE_TRACKER_MILESTONE_CHANGED`. No error contains the number.
   *
   * @throws {@link ConfigurationError} `CONFIGURATION` with an `apiVersion` before 2024-11-01; else as {@link BuyWithPrimeClient.order} does.
   * @example
   * ```ts
   * const tracker = await client.packageTracker({ carrierCode: 'ups', trackingNumber: '1Z999AA10123456784' });
   * if (tracker?.milestone?.code === 'AVAILABLE_FOR_PICKUP') await remind(tracker.url);
   * ```
   * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/tracking-queries-packagetracker | The package tracker query}
   */
  async packageTracker(identifier: PackageTrackerIdentifier, call?: CallOptions): Promise<BuyWithPrimeTracking | undefined> {
    return this.#api.send(packageTrackerQuery(identifier, this.#api.documents.packageTracker), call);
  }

  /**
   * Reads how many of an item can be bought; `undefined` if it is unknown. Accepts an event of kind `INVENTORY_CHANGED`, or the inventory item
   * id. For an item without a valid Amazon SKU it rejects with the code `InvalidAmazonSkuConfiguration` or `MissingAmazonSkuConfiguration`,
   * and `error.data` has the item. That 2024-11-01 has the query too is (inferred).
   *
   * @throws As {@link BuyWithPrimeClient.order} does.
   * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/catalog-queries-inventoryitem | inventoryItem}
   */
  async inventoryItem(
    item: string | { readonly itemId: string },
    call?: CallOptions,
  ): Promise<catalog.BuyWithPrimeInventoryItem | undefined> {
    return this.#api.send(catalog.inventoryItemQuery(item, this.#api.documents.inventoryItem), call);
  }

  /**
   * Reads a product and whether it can be bought; `undefined` if it is unknown. Newer events of kind `BUYABILITY_CHANGED` have its identifiers in
   * `data.product`; Amazon does not show the key for the item id of older ones.
   *
   * @throws {@link ConfigurationError} `CONFIGURATION` with an `apiVersion` before 2024-04-01; else as {@link BuyWithPrimeClient.order} does.
   * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/catalog-queries-product | product}
   */
  async product(identifier: catalog.ProductIdentifier, call?: CallOptions): Promise<catalog.BuyWithPrimeProduct | undefined> {
    return this.#api.send(catalog.productQuery(identifier, this.#api.documents.product), call);
  }

  /**
   * Reads a task that retrieves a shopper's personal data. Accepts its id or its event. `dataRetrievalLink` is valid for 60 seconds.
   *
   * @throws As {@link BuyWithPrimeClient.order} does.
   * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/query-privacy-requests | Query privacy requests}
   */
  async personalDataRetrievalTask(task: string | { readonly taskId: string }, call?: CallOptions): Promise<PersonalDataTask | undefined> {
    const field = 'personalDataRetrievalTask';
    return this.#api.send(personalDataTaskQuery(field, task, this.#api.documents[field]), call);
  }

  /** As {@link BuyWithPrimeClient.personalDataRetrievalTask}, for a task that deletes them. */
  async personalDataDeletionTask(task: string | { readonly taskId: string }, call?: CallOptions): Promise<PersonalDataTask | undefined> {
    const field = 'personalDataDeletionTask';
    return this.#api.send(personalDataTaskQuery(field, task, this.#api.documents[field]), call);
  }

  /**
   * Subscribes to **one** type of event. It is not retried after a response that was lost: whether it exists then shows in
   * {@link BuyWithPrimeClient.eventSubscriptions}, or as the code `SubscriptionAlreadyExists` of a second call.
   *
   * @throws {@link ValidationError} `VALIDATION` for what Amazon or AWS would refuse, and for an unknown key; else as
   *   {@link BuyWithPrimeClient.order} does.
   * @example
   * ```ts
   * const partnerEventSource = { account: '919191919191', name: 'my-shop-events' };
   * const destination = { eventBridge: { region: 'us-east-1', partnerEventSource } };
   * const { subscriptionId } = await client.createEventSubscription({ eventType: 'PACKAGE_DELIVERED', destination });
   * ```
   * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/events-mutations-createeventsubscription | createEventSubscription}
   */
  async createEventSubscription(
    input: subscriptions.EventSubscriptionInput,
    call?: CallOptions,
  ): Promise<{ readonly subscriptionId: string }> {
    return this.#api.send(subscriptions.createSubscriptionMutation(input, this.#api.documents.createEventSubscription), call);
  }

  /** Reads an event subscription. Amazon responds to an unknown id with `AccessDeniedError`. */
  async eventSubscription(subscriptionId: string, call?: CallOptions): Promise<subscriptions.EventSubscription> {
    return this.#api.send(subscriptions.subscriptionQuery(subscriptionId, this.#api.documents.eventSubscription), call);
  }

  /** Ends an event subscription. The partner event source stays in AWS until you delete it there. */
  async deleteEventSubscription(subscriptionId: string, call?: CallOptions): Promise<void> {
    return this.#api.send(subscriptions.deleteSubscriptionMutation(subscriptionId, this.#api.documents.deleteEventSubscription), call);
  }

  /**
   * Lists the event subscriptions, a page at a time and only as far as they are read. Without any, Amazon responds with
   * `AccessDeniedError`. Collect the ids before you delete: deleting may move the pages.
   *
   * @throws {@link ConfigurationError} `CONFIGURATION` for a `pageSize` that is not 1 to 1,000; while it is read, as
   *   {@link BuyWithPrimeClient.order} does, and `VALIDATION` if a cursor comes twice.
   * @example
   * ```ts
   * for await (const { subscriptionId } of client.eventSubscriptions()) console.log(await client.eventSubscription(subscriptionId));
   * ```
   * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/events-queries-eventsubscriptions | eventSubscriptions}
   */
  eventSubscriptions(
    options: CallOptions & { readonly pageSize?: number | undefined } = {},
  ): AsyncIterable<{ readonly subscriptionId: string }> {
    checkCall(SURFACE, options, ['pageSize']);
    const { pageSize = 50, ...call } = options;
    const isRight = Number.isInteger(pageSize) && pageSize >= 1 && pageSize <= 1_000;
    assertOption(isRight, SURFACE, 'pageSize', 'must be a whole number from 1 to 1000');
    return subscriptions.listSubscriptions((page) => this.#api.send(page, call), pageSize, this.#api.documents.eventSubscriptions);
  }

  /**
   * Creates an auth profile for webhooks: OAuth 2.0 or HTTP Basic. Several subscriptions can share it. No error contains the credentials.
   *
   * @example
   * ```ts
   * const authConfig = { basicAuthConfig: { username: 'amazon', password: env.WEBHOOK_PASSWORD } };
   * const { authProfileId } = await client.createAuthProfile({ authProfileAliasId: 'my-shop', authConfig });
   * ```
   * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/events-mutations-createauthprofile | createAuthProfile}
   */
  async createAuthProfile(input: profiles.AuthProfileInput, call?: CallOptions): Promise<{ readonly authProfileId: string }> {
    return this.#api.send(profiles.createAuthProfileMutation(input, this.#api.documents.createAuthProfile), call);
  }

  /** Replaces the credentials of an auth profile: this is how they are rotated. */
  async updateAuthProfile(input: profiles.AuthProfileUpdate, call?: CallOptions): Promise<{ readonly authProfileId: string }> {
    return this.#api.send(profiles.updateAuthProfileMutation(input, this.#api.documents.updateAuthProfile), call);
  }

  /** Deletes an auth profile. Amazon responds to an unknown id with `AccessDeniedError`. */
  async deleteAuthProfile(authProfileId: string, call?: CallOptions): Promise<void> {
    return this.#api.send(profiles.deleteAuthProfileMutation(authProfileId, this.#api.documents.deleteAuthProfile), call);
  }

  /**
   * Sends your own GraphQL document, if no method fits, and returns its `data`. A document with a mutation is not retried after a
   * response that was lost, or if a part of it may have been done. No error message contains a string of the variables.
   *
   * @throws As {@link BuyWithPrimeClient.order} does.
   * @example
   * ```ts
   * const { order } = await client.execute('query ($o: OrderIdentifierInput!) { order(orderIdentifier: $o) { id } }', { o: { orderId } });
   * ```
   */
  async execute(
    document: string,
    variables: Readonly<Record<string, unknown>> = {},
    call?: CallOptions,
  ): Promise<Readonly<Record<string, unknown>>> {
    return this.#api.send(ownOperation(document, variables), call);
  }
}
