/**
 * Asks the Buy with Prime API what an event is about.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/call-the-buy-with-prime-api | Call the API}
 */
import type { TokenStore } from '../core/access-token.ts';
import { ValidationError } from '../core/errors.ts';
import { HttpClient } from '../core/http.ts';
import { type CallOptions, type ClientOptions, checkUrl, misconfigured } from '../core/options.ts';
import { parseSchema } from '../core/schema.ts';
import type { Provided } from '../core/types.ts';
import { type BuyWithPrimeApiVersion, LATEST_API_VERSION } from './api-version.ts';
import { type DeliveryResolution, findDelivery } from './delivery.ts';
import { orderDocument, orderVariables } from './documents.ts';
import { GraphQLTransport } from './graphql.ts';
import { type BuyWithPrimeOrder, type OrderAliasIdentifier, type OrderIdentifier, readOrder } from './order.ts';
import type { BuyWithPrimeOrderPayload } from './order-payload.ts';
import { BuyWithPrimeOrderPayloadSchema } from './schemas.ts';
import { type BuyWithPrimeCredentials, type BuyWithPrimeToken, buyWithPrimeTokens } from './token.ts';

/** What a {@link BuyWithPrimeClient} is made with. */
export interface BuyWithPrimeClientOptions extends ClientOptions {
  /** Client id and secret; a function is asked whenever a token is fetched, so that they can be rotated. */
  readonly credentials: Provided<BuyWithPrimeCredentials>;
  /** The business product id, called TargetId where the console gives out the credentials. */
  readonly targetId: string;
  /**
   * Which version of the API is asked; it decides the query, not the shape of what is returned.
   * @default '2024-11-01'
   */
  readonly apiVersion?: BuyWithPrimeApiVersion;
  /**
   * Where tokens are fetched.
   * @default `/token` of `baseUrl`
   */
  readonly tokenUrl?: string;
  /**
   * Fetches a token in another way. Amazon does not document the request: by default the client credentials go, form-encoded, to
   * `tokenUrl`, and `access_token` and `expires_in` are read from the answer, which is inferred.
   */
  readonly fetchToken?: (credentials: BuyWithPrimeCredentials) => Promise<BuyWithPrimeToken>;
  /** Shares tokens among processes: Amazon throttles whoever asks for many. */
  readonly tokenStore?: TokenStore;
  /**
   * Takes the place of the order query, to ask for more. It must declare `$orderIdentifier: OrderIdentifierInput!` and select
   * `order { id lineItems { id } }` with the deliveries' `id` and `state`; what else it selects is in `order.payload`.
   */
  readonly orderDocument?: string;
}

const BASE_URL = 'https://api.buywithprime.amazon.com';

/**
 * Reads orders and their deliveries.
 *
 * Cheap to make. A token lasts 15 minutes; it is fetched on first use, shared by concurrent calls and renewed a minute early. Make one
 * client per business product and keep it, or share a `tokenStore`.
 *
 * The default queries ask for no personal data.
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
  readonly #transport: GraphQLTransport;
  readonly #apiVersion: BuyWithPrimeApiVersion;
  readonly #orderDocument: string;

  /** @throws {@link ConfigurationError} `CONFIGURATION` for an option that can't work. */
  constructor(options: BuyWithPrimeClientOptions) {
    // First, because it refuses options that are no object.
    const http = new HttpClient('buywithprime', options);
    const { targetId, apiVersion = LATEST_API_VERSION, baseUrl = BASE_URL } = options;
    const host = checkUrl('buywithprime', 'baseUrl', baseUrl);
    if (typeof targetId !== 'string' || !/^[\x21-\x7e]+$/.test(targetId)) {
      throw misconfigured('buywithprime', '"targetId" must be the business product id', 'The merchant console calls it TargetId.');
    }
    if (typeof apiVersion !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(apiVersion)) {
      throw misconfigured('buywithprime', `"apiVersion" must be a date such as "${LATEST_API_VERSION}"`);
    }
    const { orderDocument: document = orderDocument(apiVersion), tokenUrl = `${host}/token` } = options;
    if (typeof document !== 'string' || !document.includes('$orderIdentifier')) {
      throw misconfigured('buywithprime', '"orderDocument" must be a query that takes $orderIdentifier');
    }
    this.#apiVersion = apiVersion;
    this.#orderDocument = document;
    this.#transport = new GraphQLTransport({
      http,
      url: `${host}/graphql`,
      headers: { 'x-api-target-id': targetId, 'x-api-version': apiVersion },
      tokens: buyWithPrimeTokens(options, tokenUrl),
    });
  }

  /**
   * Reads an order, by its id or by an alias; `undefined` where there is none. Unknown ids may also be answered with
   * `AccessDeniedError`.
   *
   * `ThrottlingError` and `InternalServerError` are repeated like a failure of the network, and the token is renewed once where
   * access is denied.
   *
   * @throws {@link GraphQLError} `GRAPHQL` where the answer has errors; what data came with them is in `error.data`.
   * @throws {@link ApiError} `API` where the answer is no success, or not JSON.
   * @throws {@link ValidationError} `VALIDATION` for an identifier that can't be one, or an answer of another shape.
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
    return this.#transport.send(
      {
        document: this.#orderDocument,
        variables: orderVariables(this.#apiVersion, identifier),
        optional: 'order',
        read: ({ order }) => (order === null || order === undefined ? undefined : readOrder(parseOrder(order))),
      },
      call,
    );
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
    const { orderId, deliveryId } = (event ?? {}) as Partial<typeof event>;
    requireText('orderId', orderId);
    requireText('deliveryId', deliveryId);
    return findDelivery(await this.order(orderId, call), deliveryId);
  }
}

function parseOrder(order: unknown): BuyWithPrimeOrderPayload {
  return parseSchema(BuyWithPrimeOrderPayloadSchema, order, {
    surface: 'buywithprime',
    direction: 'response',
    hint: 'A document of your own must select the ids and states; otherwise Amazon changed the order.',
  });
}

function checkIdentifier(identifier: OrderIdentifier): void {
  if (typeof identifier !== 'object') {
    requireText('orderId', identifier);
    return;
  }
  const { aliasId, aliasType } = (identifier?.alias ?? {}) as Partial<OrderAliasIdentifier['alias']>;
  requireText('alias.aliasId', aliasId);
  requireText('alias.aliasType', aliasType);
}

function requireText(name: string, value: unknown): asserts value is string {
  if (typeof value === 'string' && value !== '') return;
  const issue = { path: name.split('.'), message: `expected text, got ${value === '' ? 'an empty one' : typeof value}` };
  throw new ValidationError('request', [issue], {
    surface: 'buywithprime',
    hint: 'Orders are found by id or by { alias: { aliasId, aliasType } }, deliveries by an event of kind DELIVERY_*.',
  });
}
