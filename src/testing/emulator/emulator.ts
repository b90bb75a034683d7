/**
 * An emulator of Amazon: Amazon Pay's delivery trackers, Login with Amazon, SP-API's NDR feedback and Buy with Prime behind one `fetch`, in
 * memory, on every runtime.
 *
 * @module
 */
import { assertOption } from '../../core/errors.ts';
import { readClock } from '../../core/options.ts';
import type { WebhookSigningKeys } from '../builders/webhook-signing-keys.ts';
import type { DeliverOptions, StartedDelivery } from '../delivery/delivery.ts';
import type { DeliveryReport } from '../delivery/report.ts';
import { SURFACE } from '../surface.ts';
import type { DeliveryTrackerRecord } from './amazon-pay/service.ts';
import type { AuthProfileRecord } from './buywithprime/auth-profiles.ts';
import { type EmulatedOrder, problemOfOrder } from './buywithprime/buywithprime-order.ts';
import type { EventSubscriptionRecord } from './buywithprime/event-subscriptions.ts';
import type { EmulatedInventoryItem } from './buywithprime/inventory.ts';
import type { EmulatedPersonalDataTask } from './buywithprime/personal-data-tasks.ts';
import type { FaultRule, InjectedFault } from './faults.ts';
import { type EmulatorEvents, Listeners } from './listeners.ts';
import { type AmazonEmulatorOptions, type EmulatorCredentials, type EmulatorSettings, readOptions } from './options.ts';
import type { RequestRecord } from './request-record.ts';
import type { NdrFeedbackRecord } from './shipping/feedback-service.ts';
import { EmulatorState } from './state.ts';
import { ObservedMap } from './state-change.ts';

/**
 * Emulates Amazon: checks what it is sent as Amazon's references say, and responds in Amazon's formats. It was written from those references
 * and never compared with the live services: code that passes here follows them, which is no proof of how Amazon behaves.
 *
 * | service | checked as documented | (inferred) |
 * | --- | --- | --- |
 * | Amazon Pay delivery trackers | signature by both algorithms, headers, environment, body, idempotency key, quota, a tracking number used once | codes for headers and environment, how old a date may be, the response to a number used before, one parcel per call |
 * | Login with Amazon | parameters, credentials, lifetime of a token | that client credentials, which are for other calls, are refused here already |
 * | NDR feedback | token, user agent, body, rate header, 204 | codes for user agent and business, burst, largest body |
 * | Buy with Prime token | lifetime | the whole request and response |
 * | Buy with Prime key set | | its URL, the header names, what is signed |
 * | Buy with Prime GraphQL | token, target, versions and their fields, classified errors | names of types, that `x-api-version` is required, inputs of auth profiles and of the sandbox, fields of the inventory |
 * | Events to your webhook | headers, 5 seconds, what is retried, 24 hours, 185 retries, `Retry-After`: as AWS documents API destinations | that Amazon delivers through them, the lengths of the waits, that connection failures are retried, how a token is requested |
 *
 * Not checked: whether a carrier code, an order or a shipment exists at Amazon, permissions, and how far ahead a delivery can be rescheduled.
 *
 * It serves Amazon's own hosts and every other one, so that it works as a `fetch`, behind msw or as a server. Buy with Prime's GraphQL needs
 * the package `graphql`.
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
   * Responds to a request as Amazon would. Bound, so that it can be passed as it is: `fetch: emulator.fetch`. Rejects where a real `fetch`
   * would: for a request that is aborted, and for a connection that a fault closes.
   *
   * @throws {@link ConfigurationError} `CONFIGURATION` for arguments that are not a request, or if `graphql` is needed and not installed.
   */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  readonly #settings: EmulatorSettings;
  readonly #listeners = new Listeners();
  readonly #orders = new ObservedMap<EmulatedOrder>(
    (action, id, record) => this.#listeners.emit('change', { of: 'orders', action, id, record }),
    (order) => {
      const problem = problemOfOrder(order);
      assertOption(!problem, SURFACE, undefined, problem ?? '');
    },
  );
  readonly #inventory = new ObservedMap<EmulatedInventoryItem>((action, id, record) =>
    this.#listeners.emit('change', { of: 'inventory', action, id, record }),
  );
  readonly #tasks = new ObservedMap<EmulatedPersonalDataTask>((action, id, record) =>
    this.#listeners.emit('change', { of: 'personalDataTasks', action, id, record }),
  );
  #state: EmulatorState;
  /** Milliseconds by which `setTime()` and `advance()` have moved the clock. */
  #offset = 0;
  #lastId = 0;

  /** @throws {@link ConfigurationError} `CONFIGURATION` for an option that cannot work. */
  constructor(options: AmazonEmulatorOptions = {}) {
    this.#settings = readOptions(options);
    this.#state = this.#start();
    this.fetch = (input, init) => this.#state.gateway.fetch(input, init);
  }

  /** What the token endpoints accept. */
  get credentials(): EmulatorCredentials {
    return this.#settings.credentials;
  }

  /** The keys that Buy with Prime's webhooks are signed with: `rotate()` and `withdraw()` change what `GET /jwks.json` publishes. */
  get signingKeys(): WebhookSigningKeys {
    return this.#settings.signingKeys;
  }

  /** Buy with Prime's orders by id: add, change and delete them at any time. */
  get orders(): Map<string, EmulatedOrder> {
    return this.#orders;
  }

  /** The delivery trackers that were accepted, oldest first. */
  get deliveryTrackers(): readonly DeliveryTrackerRecord[] {
    return this.#state.services.amazonPay.records;
  }

  /** The NDR feedback that was accepted, oldest first. */
  get ndrFeedback(): readonly NdrFeedbackRecord[] {
    return this.#state.services.feedback.records;
  }

  /** What `inventoryItem` and `product` find, by item id: add, change and delete items at any time. */
  get inventory(): Map<string, EmulatedInventoryItem> {
    return this.#inventory;
  }

  /** Buy with Prime's privacy tasks by id: add, change and delete them at any time. */
  get personalDataTasks(): Map<string, EmulatedPersonalDataTask> {
    return this.#tasks;
  }

  /** The auth profiles that exist. */
  get authProfiles(): readonly AuthProfileRecord[] {
    return this.#state.services.graphql.authProfiles.records;
  }

  /** The event subscriptions that exist. */
  get eventSubscriptions(): readonly EventSubscriptionRecord[] {
    return this.#state.services.subscriptions.records;
  }

  /** The last 1,000 requests, oldest first, with what was checked about each and why it was refused. */
  get requests(): readonly RequestRecord[] {
    return this.#state.gateway.requests;
  }

  /** The faults that are not used up, in the order in which they are used. */
  get faults(): readonly InjectedFault[] {
    return this.#state.gateway.faults.list;
  }

  /** The current time: the clock, moved by {@link AmazonEmulator.setTime} and {@link AmazonEmulator.advance}. */
  get time(): Date {
    return new Date(readClock(SURFACE, this.#settings.clock).getTime() + this.#offset);
  }

  /**
   * The current time of the deliveries: {@link AmazonEmulator.time} plus all waits that were skipped. Pass it to what is to see time pass, as
   * in `new MemoryIdempotencyStore({ clock: () => emulator.deliveryTime })`.
   */
  get deliveryTime(): Date {
    return this.#state.delivery.time;
  }

  /**
   * Sets the time. From there it passes as the clock does.
   *
   * @throws {@link ConfigurationError} `CONFIGURATION` for what is not a valid Date.
   */
  setTime(time: Date): void {
    const milliseconds = time instanceof Date ? time.getTime() : Number.NaN;
    assertOption(Number.isFinite(milliseconds), SURFACE, undefined, 'setTime() accepts a valid Date');
    this.#moveBy(milliseconds - this.time.getTime());
  }

  /**
   * Moves the time forward, so that tokens expire, quotas recover and retries become due.
   *
   * @throws {@link ConfigurationError} `CONFIGURATION` for what is not a number of milliseconds, 0 or more.
   *
   * @example A token that has expired
   * ```ts
   * await client.returnToOrigin('1');
   * emulator.advance(3_600_000);
   * await client.returnToOrigin('2'); // with a new token
   * ```
   */
  advance(milliseconds: number): void {
    const isRight = milliseconds >= 0 && Number.isFinite(new Date(this.time.getTime() + milliseconds).getTime());
    assertOption(isRight, SURFACE, undefined, 'advance() accepts a number of milliseconds, 0 or more', 'setTime() can go back.');
    this.#moveBy(milliseconds);
  }

  /**
   * Calls a function whenever something happens, and returns a function that ends that. Listeners are called at once, before the response is
   * returned; what they throw is written to `console.error`.
   *
   * @throws {@link ConfigurationError} `CONFIGURATION` for an event that does not exist.
   *
   * @example
   * ```ts
   * const stop = emulator.on('request', ({ method, url, status, reason }) => console.log(method, url, status, reason));
   * ```
   */
  on<Name extends keyof EmulatorEvents>(name: Name, listener: (payload: EmulatorEvents[Name]) => unknown): () => void {
    return this.#listeners.on(name, listener);
  }

  /**
   * Injects a fault, for one request or several. `remove()` of what it returns ends it earlier.
   *
   * @throws {@link ConfigurationError} `CONFIGURATION` for a rule that cannot work.
   *
   * @example Two overloads, then a response that is lost
   * ```ts
   * emulator.fail({ path: '/v2/deliveryTrackers', status: 503, times: 2 });
   * emulator.fail({ path: '/v2/deliveryTrackers', reset: true, handled: true });
   * ```
   */
  fail(rule: FaultRule): InjectedFault {
    return this.#state.gateway.faults.add(rule);
  }

  /**
   * Delivers an event to a webhook as EventBridge API destinations do: with their headers, 5 seconds for the response, and retries for 24
   * hours after 401, 407, 409, 429, 5xx and timeouts. Every other response but 2xx loses the event. `done` resolves with what happened to this
   * event, {@link AmazonEmulator.report} says it of all.
   *
   * The waits between the retries are skipped, so that a day of them takes milliseconds; {@link AmazonEmulator.deliveryTime} is the time that
   * has passed. Deliveries start at once and run beside your code.
   *
   * That Amazon Shipping delivers through EventBridge is (inferred), and so are the lengths of the waits. How webhooks of Buy with Prime are
   * retried is not known.
   *
   * @param event Sent as JSON; a string is sent as it is.
   * @throws {@link ConfigurationError} `CONFIGURATION` for what cannot be sent.
   *
   * @example A day of outages and duplicates, and no event is lost
   * ```ts
   * for (let count = 0; count < 100; count += 1) {
   *   emulator.deliver(ndrEvent(), { to: handler, auth: { type: 'apiKey', key: 'abcdef12345' }, duplicates: 0.2, disorder: 60_000 });
   * }
   * const { delivered, dropped } = await emulator.report();
   * expect(dropped).toEqual([]);
   * ```
   *
   * @example A damaged event, which a webhook must not acknowledge
   * ```ts
   * const { done } = emulator.deliver(ndrEvent(), { to: handler, auth, damage: 'truncated', maxRetries: 0 });
   * expect((await done).attempts).toMatchObject([{ status: 503 }]);
   * ```
   */
  deliver(event: unknown, options: DeliverOptions): StartedDelivery {
    return this.#state.delivery.deliver(event, options);
  }

  /** Waits until every event was delivered or dropped, and returns what happened to each since the emulator was made or reset. */
  report(): Promise<DeliveryReport> {
    return this.#state.report();
  }

  /** Makes every issued access token unknown, as if the authorization had been revoked. */
  revokeTokens(): void {
    this.#state.services.lwa.revoke();
    this.#state.services.buyWithPrimeToken.revoke();
  }

  /**
   * Drops all records, faults and deliveries in flight, and sets the time back to the clock's. The orders are those of the options, and every
   * signing key is published again. Listeners stay, and `reset` tells them. Access tokens stay valid, so that one client can be used in every
   * test.
   */
  reset(): void {
    const { services } = this.#state;
    this.#state.stop();
    this.#offset = 0;
    this.#state = this.#start();
    this.#state.services.lwa.keepTokensOf(services.lwa);
    this.#state.services.buyWithPrimeToken.keepTokensOf(services.buyWithPrimeToken);
    this.#listeners.emit('reset', undefined);
  }

  #start(): EmulatorState {
    const settings = this.#settings;
    this.#orders.replace(structuredClone(settings.orders).map((order) => [order.id, order]));
    this.#inventory.replace([]);
    this.#tasks.replace([]);
    settings.signingKeys.republish();
    const records = { orders: this.#orders, inventory: this.#inventory, personalDataTasks: this.#tasks };
    const newId = (): number => {
      this.#lastId += 1;
      return this.#lastId;
    };
    return new EmulatorState({ settings, listeners: this.#listeners, records, now: () => this.time, newId });
  }

  #moveBy(milliseconds: number): void {
    this.#offset += milliseconds;
    this.#listeners.emit('time', this.time);
    this.#state.delivery.pump();
  }
}
