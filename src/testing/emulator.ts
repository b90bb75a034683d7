/**
 * Amazon's side on your desk: Amazon Pay's delivery trackers, Login with Amazon, SP-API's NDR feedback and Buy with Prime
 * behind one `fetch`, in memory, on any runtime.
 *
 * @module
 */

import { sleep } from '../core/abort.ts';
import { ConfigurationError } from '../core/errors.ts';
import { redact } from '../core/redact.ts';
import { AmazonPayService, type DeliveryTrackerRecord } from './amazon-pay-service.ts';
import { webCryptoVerifier } from './amazon-pay-signature.ts';
import type { EmulatedOrder } from './buywithprime-order.ts';
import { type AmazonEmulatorOptions, type EmulatorCredentials, type EmulatorSettings, readOptions } from './emulator-options.ts';
import { type EventSubscriptionRecord, EventSubscriptions } from './event-subscriptions.ts';
import { connectionReset, type FaultRule, Faults, isHandled } from './faults.ts';
import { FeedbackService, type NdrFeedbackRecord } from './feedback-service.ts';
import { GraphQLService } from './graphql-service.ts';
import { answer, applyFault, type Outcome } from './outcome.ts';
import { Recent } from './recent.ts';
import { type RequestRecord, redactHeaders } from './request-record.ts';
import type { Received } from './service.ts';
import { TokenService } from './token-service.ts';

/** Requests that are remembered. */
const MAX_REQUESTS = 1_000;

/**
 * Plays Amazon: checks what it is sent as Amazon's references say, and answers in Amazon's shapes. It was written from those
 * references and never compared with the live services: code that passes here follows them, and is no proof of how Amazon behaves.
 *
 * | interface | checked as documented | inferred |
 * | --- | --- | --- |
 * | Amazon Pay delivery trackers | signature by both algorithms, headers, environment, body, idempotency key, quota, a tracking number used once | codes for headers and environment, how old a date may be, the answer to a number used again, one parcel a call |
 * | Login with Amazon | parameters, credentials, lifetime of a token | |
 * | NDR feedback | token, user agent, body, rate header, 204 | codes for user agent and business, burst, largest body |
 * | Buy with Prime token | lifetime | the whole request and answer |
 * | Buy with Prime GraphQL | token, target, versions and their fields, classified errors | names of types, that `x-api-version` must be there |
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
  #services: Services;
  #requests = new Recent<RequestRecord, RequestRecord>(MAX_REQUESTS);

  /** @throws {@link ConfigurationError} `CONFIGURATION` where an option can't work. */
  constructor(options: AmazonEmulatorOptions = {}) {
    this.#settings = readOptions(options);
    this.#services = this.#start();
    this.fetch = (input, init) => this.#fetch(input, init);
  }

  /** What the token endpoints accept. */
  get credentials(): EmulatorCredentials {
    return this.#settings.credentials;
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

  /** Makes every access token that was issued unknown, as if the authorization had been withdrawn. */
  revokeTokens(): void {
    this.#services.lwa.revoke();
    this.#services.buyWithPrimeToken.revoke();
  }

  /** Forgets everything that happened, and all faults; the orders are those it was made with. */
  reset(): void {
    this.#faults.clear();
    this.#requests = new Recent(MAX_REQUESTS);
    this.#services = this.#start();
  }

  #start(): Services {
    const {
      clock: now,
      randomId,
      credentials,
      orders,
      quota,
      maxRecords,
      verifySignature = webCryptoVerifier(),
      ...settings
    } = this.#settings;
    const { lwa, buyWithPrime } = credentials;
    this.#orders.clear();
    for (const order of orders) this.#orders.set(order.id, order);
    const common = { now, randomId, maxRecords };
    const lwaToken = new TokenService({
      ...common,
      path: '/auth/o2/token',
      host: /^api\.amazon\.(com|co\.uk|co\.jp)$/,
      grantType: 'refresh_token',
      credentials: { client_id: lwa.clientId, client_secret: lwa.clientSecret, refresh_token: lwa.refreshToken },
      prefix: 'Atza|',
      lifetime: 3_600,
    });
    const buyWithPrimeToken = new TokenService({
      ...common,
      path: '/token',
      host: /^api\.buywithprime\.amazon\.com$/,
      grantType: 'client_credentials',
      credentials: { client_id: buyWithPrime.clientId, client_secret: buyWithPrime.clientSecret },
      prefix: 'emulated-',
      lifetime: 900,
    });
    const subscriptions = new EventSubscriptions(randomId);
    return {
      amazonPay: new AmazonPayService({ ...common, ...settings, verifySignature, quota }),
      lwa: lwaToken,
      feedback: new FeedbackService({ ...common, tokens: lwaToken, quota: quota?.ndrFeedback }),
      buyWithPrimeToken,
      graphql: new GraphQLService({ tokens: buyWithPrimeToken, targetId: buyWithPrime.targetId, orders: this.#orders, subscriptions }),
      subscriptions,
    };
  }

  async #fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const request = toRequest(input, init);
    request.signal.throwIfAborted();
    const url = new URL(request.url);
    const { amazonPay, lwa, feedback, buyWithPrimeToken, graphql } = this.#services;
    const service = [amazonPay, lwa, feedback, buyWithPrimeToken, graphql].find((one) => one.matches(url));
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

interface Services {
  readonly amazonPay: AmazonPayService;
  readonly lwa: TokenService;
  readonly feedback: FeedbackService;
  readonly buyWithPrimeToken: TokenService;
  readonly graphql: GraphQLService;
  readonly subscriptions: EventSubscriptions;
}

function toRequest(input: string | URL | Request, init: RequestInit | undefined): Request {
  try {
    return new Request(input, init);
  } catch {
    // The runtime's own message quotes the URL, query and all.
    throw new ConfigurationError('fetch() of the emulator needs a Request, or an absolute URL and what a Request is made of', {
      surface: 'testing',
      hint: 'A Request whose body has been read can not be sent again.',
    });
  }
}
