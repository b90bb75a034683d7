/**
 * Amazon's side on your desk: Amazon Pay's delivery trackers, Login with Amazon, SP-API's NDR feedback and Buy with Prime
 * behind one `fetch`, in memory, on any runtime.
 *
 * @module
 */

import { sleep } from '../../core/call/abort.ts';
import { redact } from '../../core/redact.ts';
import { asRequest } from '../builders/arguments.ts';
import type { WebhookSigningKeys } from '../builders/webhook-signing-keys.ts';
import type { DeliverOptions } from '../delivery/delivery-letter.ts';
import type { DeliveryReport } from '../delivery/delivery-report.ts';
import { EventDelivery } from '../delivery/event-delivery.ts';
import type { DeliveryTrackerRecord } from './amazon-pay/amazon-pay-service.ts';
import type { AuthProfileRecord } from './buywithprime/auth-profiles.ts';
import type { EmulatedOrder } from './buywithprime/buywithprime-order.ts';
import type { EventSubscriptionRecord } from './buywithprime/event-subscriptions.ts';
import type { EmulatedInventoryItem } from './buywithprime/inventory.ts';
import { type EmulatedServices, startServices } from './emulated-services.ts';
import { type AmazonEmulatorOptions, type EmulatorCredentials, type EmulatorSettings, readOptions } from './emulator-options.ts';
import { connectionReset, type FaultRule, Faults, isHandled } from './faults.ts';
import type { NdrFeedbackRecord } from './feedback-service.ts';
import { answer, applyFault, type Outcome } from './outcome.ts';
import { Recent } from './recent.ts';
import { type RequestRecord, redactHeaders } from './request-record.ts';
import type { Received } from './service.ts';

/** Requests that are remembered. */
const MAX_REQUESTS = 1_000;

/**
 * Plays Amazon: checks what it is sent as Amazon's references say, and answers in Amazon's shapes. It was written from those
 * references and never compared with the live services: code that passes here follows them, and is no proof of how Amazon behaves.
 *
 * | interface | checked as documented | inferred |
 * | --- | --- | --- |
 * | Amazon Pay delivery trackers | signature by both algorithms, headers, environment, body, idempotency key, quota, a tracking number used once | codes for headers and environment, how old a date may be, the answer to a number used again, one parcel a call |
 * | Login with Amazon | parameters, credentials, lifetime of a token | that client credentials, which are for other calls, are refused here already |
 * | NDR feedback | token, user agent, body, rate header, 204 | codes for user agent and business, burst, largest body |
 * | Buy with Prime token | lifetime | the whole request and answer |
 * | Buy with Prime key set | | where it lies, the header names, what is signed |
 * | Buy with Prime GraphQL | token, target, versions and their fields, classified errors | names of types, that `x-api-version` must be there, inputs of auth profiles and of the sandbox, fields of the inventory |
 * | Events to your webhook | headers, 5 seconds, what is repeated, 24 hours, 185 retries, `Retry-After`: as AWS documents API destinations | that Amazon delivers through them, the lengths of the waits, that connection faults are repeated, how a token is asked for |
 *
 * Not checked: whether a carrier code, an order or a shipment exists at Amazon, permissions, and how far ahead a delivery can be rescheduled.
 *
 * It answers at Amazon's own hosts and at every other one, so that it serves as a `fetch`, behind msw or as a server.
 * Buy with Prime's GraphQL needs the package `graphql`.
 *
 * @example Test a shop without Amazon
 * ```ts
 * import { DeliveryTrackerClient } from 'waybill/amazonpay';
 * import { AmazonEmulator, testKeys } from 'waybill/testing';
 *
 * const { publicKeyId, privateKey, publicKey } = await testKeys();
 * const emulator = new AmazonEmulator({ publicKeys: { [publicKeyId]: publicKey } });
 * const client = new DeliveryTrackerClient({ publicKeyId, privateKey, region: 'eu', fetch: emulator.fetch });
 *
 * await client.create({ chargePermissionId: 'S02-0000000-0000000', carrierCode: 'DHL_DE', trackingNumber: 'JJD000390007827356' });
 * console.log(emulator.deliveryTrackers.length); // 1
 * ```
 */
export class AmazonEmulator {
  /**
   * Answers a request as Amazon would. Bound, so that it can be handed over as it is: `fetch: emulator.fetch`. Rejects
   * where a real `fetch` would: for a request that is aborted, and for a connection that a fault breaks off.
   *
   * @throws {@link ConfigurationError} `CONFIGURATION` where the arguments are no request, or `graphql` is needed and not installed.
   */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  readonly #settings: EmulatorSettings;
  readonly #faults = new Faults();
  readonly #orders = new Map<string, EmulatedOrder>();
  #services: EmulatedServices;
  #delivery: EventDelivery;
  #requests = new Recent<RequestRecord, RequestRecord>(MAX_REQUESTS);

  /** @throws {@link ConfigurationError} `CONFIGURATION` where an option can't work. */
  constructor(options: AmazonEmulatorOptions = {}) {
    this.#settings = readOptions(options);
    this.#services = this.#start();
    this.#delivery = this.#startDelivery();
    this.fetch = (input, init) => this.#fetch(input, init);
  }

  /** What the token endpoints accept. */
  get credentials(): EmulatorCredentials {
    return this.#settings.credentials;
  }

  /** The keys that Buy with Prime's webhooks are signed with: `rotate()` and `withdraw()` change what `GET /jwks.json` publishes. */
  get signingKeys(): WebhookSigningKeys {
    return this.#settings.signingKeys;
  }

  /** Buy with Prime's orders by id: set, change and delete them at any time. */
  get orders(): Map<string, EmulatedOrder> {
    return this.#orders;
  }

  /** The delivery trackers that were accepted, oldest first. */
  get deliveryTrackers(): readonly DeliveryTrackerRecord[] {
    return this.#services.amazonPay.records;
  }

  /** The NDR feedback that was accepted, oldest first. */
  get ndrFeedback(): readonly NdrFeedbackRecord[] {
    return this.#services.feedback.records;
  }

  /** What `inventoryItem` knows, by item id: set it at any time. */
  get inventory(): Map<string, EmulatedInventoryItem> {
    return this.#services.graphql.inventory;
  }

  /** The auth profiles that exist. */
  get authProfiles(): readonly AuthProfileRecord[] {
    return this.#services.graphql.authProfiles.records;
  }

  /** The event subscriptions that exist. */
  get eventSubscriptions(): readonly EventSubscriptionRecord[] {
    return this.#services.subscriptions.records;
  }

  /** The last 1,000 requests, oldest first, with what was wrong with each. */
  get requests(): readonly RequestRecord[] {
    return this.#requests.values();
  }

  /**
   * Lets something go wrong, once or several times.
   *
   * @throws {@link ConfigurationError} `CONFIGURATION` where the rule makes no sense.
   *
   * @example Two overloads, then the answer gets lost on its way
   * ```ts
   * emulator.fail({ path: '/v2/deliveryTrackers', status: 503, times: 2 });
   * emulator.fail({ path: '/v2/deliveryTrackers', reset: true, handled: true });
   * ```
   */
  fail(rule: FaultRule): void {
    this.#faults.add(rule);
  }

  /**
   * Brings an event to a webhook as EventBridge API destinations do: with their headers, 5 seconds to answer, and retries for 24 hours
   * where the answer is 401, 407, 409, 429, 5xx or none. Any other answer but 2xx loses the event. Ask {@link AmazonEmulator.report} what
   * became of it.
   *
   * The waits between the retries are skipped, so that a day of them takes milliseconds; {@link AmazonEmulator.deliveryTime} tells the
   * time that has passed. Deliveries begin at once and run beside your code.
   *
   * That Amazon Shipping delivers through EventBridge is inferred, and so are the lengths of the waits. How webhooks of Buy with Prime
   * are repeated is not known.
   *
   * @param event Sent as JSON; a text goes as it is.
   * @throws {@link ConfigurationError} `CONFIGURATION` where no request can come of it.
   *
   * @example A day of outages and duplicates, and no event is lost
   * ```ts
   * for (let count = 0; count < 100; count += 1) {
   *   emulator.deliver(ndrEvent(), { to: handler, auth: { type: 'apiKey', key: 'abcdef12345' }, duplicates: 0.2, disorder: 60_000 });
   * }
   * const { delivered, dropped } = await emulator.report();
   * expect(dropped).toEqual([]);
   * ```
   */
  deliver(event: unknown, options: DeliverOptions): void {
    this.#delivery.deliver(event, options);
  }

  /** Waits until every event was delivered or given up, and says what became of each since the emulator was made or reset. */
  report(): Promise<DeliveryReport> {
    return this.#delivery.report();
  }

  /**
   * The time that the deliveries have come to: the emulator's clock, and all waits that were skipped. Hand it to what shall see time pass,
   * as in `new MemoryIdempotencyStore({ clock: () => emulator.deliveryTime })`.
   */
  get deliveryTime(): Date {
    return this.#delivery.time;
  }

  /** Makes every access token that was issued unknown, as if the authorization had been withdrawn. */
  revokeTokens(): void {
    this.#services.lwa.revoke();
    this.#services.buyWithPrimeToken.revoke();
  }

  /** Forgets everything that happened, all faults, and what is being delivered; the orders are those it was made with. */
  reset(): void {
    this.#delivery.stop();
    this.#delivery = this.#startDelivery();
    this.#faults.clear();
    this.#requests = new Recent(MAX_REQUESTS);
    this.#services = this.#start();
  }

  #startDelivery(): EventDelivery {
    const { delivery: settings, clock, signingKeys, maxRecords } = this.#settings;
    return new EventDelivery({ settings, clock, signingKeys, maxRecords });
  }

  #start(): EmulatedServices {
    const { orders } = this.#settings;
    this.#orders.clear();
    for (const order of orders) this.#orders.set(order.id, order);
    return startServices(this.#settings, this.#orders);
  }

  async #fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const request = asRequest(input, init);
    request.signal.throwIfAborted();
    const url = new URL(request.url);
    const { amazonPay, lwa, feedback, buyWithPrimeToken, graphql, jwks } = this.#services;
    const service = [amazonPay, lwa, feedback, buyWithPrimeToken, graphql, jwks].find((one) => one.matches(url));
    const fault = this.#faults.take(service?.path, url.pathname);
    // A browser's Request drops the user agent, which Amazon demands.
    const headers = new Headers(request.headers);
    for (const [name, value] of new Headers(init?.headers)) headers.set(name, value);
    const received: Received = { method: request.method, url, headers, body: new Uint8Array(await request.arrayBuffer()) };

    let outcome: Outcome = !fault || isHandled(fault) ? await answer(service, received) : {};
    if (fault?.delay) await sleep(fault.delay, request.signal);
    request.signal.throwIfAborted();
    if (fault) outcome = await applyFault(fault, service, outcome);
    const { response, refusal } = outcome;

    const idHeader = service?.requestIdHeader ?? 'x-amzn-requestid';
    const requestId = response?.headers.get(idHeader) ?? this.#settings.randomId();
    const record = { method: request.method, url: `${url.origin}${url.pathname}`, headers: redactHeaders(request.headers), requestId };
    const why = refusal && { code: refusal.code, reason: redact([refusal.message, refusal.details].filter(Boolean).join(': ')) };
    const entry: RequestRecord = { ...record, status: response?.status ?? 0, ...why };
    this.#requests.set(entry, entry);
    if (!response) throw connectionReset();
    response.headers.set(idHeader, requestId);
    response.headers.set('date', this.#settings.clock().toUTCString());
    return response;
  }
}
