/**
 * Buy with Prime's GraphQL API, emulated: graphql-js executes the documents on our reconstruction of the schema.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/call-the-buy-with-prime-api | Call the API}
 */
import { misconfigured } from '../../../core/errors.ts';
import { SURFACE } from '../../surface.ts';
import { isAmazonHost, isObject, jsonObject, mediaType, type Received, Refusal, type Service } from '../service.ts';
import type { TokenService } from '../token-service.ts';
import { AuthProfiles } from './auth-profiles.ts';
import type { EmulatedOrder } from './buywithprime-order.ts';
import { noPlaceholders, schemaOfVersion, VERSIONS } from './buywithprime-schema.ts';
import { findOrderId, moveDeliveries } from './delivery-moves.ts';
import { type EventSubscriptions, withEnumMethod } from './event-subscriptions.ts';
import { type GraphQL, GraphQLFault, type GraphQLFaultType, toResponse } from './graphql-fault.ts';
import { type EmulatedInventoryItem, type ProductSelector, viewInventoryItem, viewProduct } from './inventory.ts';
import { findOrder, type OrderSelector, trackersOf, viewOrder, viewTracker } from './order-view.ts';
import { type EmulatedPersonalDataTask, viewPersonalDataTask } from './personal-data-tasks.ts';
import { type UpdateOrderInput, updateRefunds } from './refund-updates.ts';

/** Options of the service. */
export interface GraphQLServiceOptions {
  readonly tokens: TokenService;
  /** The business product that the credentials are for. */
  readonly targetId: string;
  /** What the caller may change at any time. */
  readonly records: EditableRecords;
  readonly subscriptions: EventSubscriptions;
  readonly randomId: () => string;
  /** @default () => new Date() */
  readonly now?: () => Date;
}

/** What queries find, by id. */
export interface EditableRecords {
  readonly orders: Map<string, EmulatedOrder>;
  readonly inventory: Map<string, EmulatedInventoryItem>;
  readonly personalDataTasks: Map<string, EmulatedPersonalDataTask>;
}

/** Checks the headers and executes the document. */
export class GraphQLService implements Service {
  readonly path = '/graphql';
  // That the header has this name is (inferred).
  readonly requestIdHeader = 'x-amzn-requestid';
  readonly authProfiles: AuthProfiles;
  readonly #options: GraphQLServiceOptions;

  constructor(options: GraphQLServiceOptions) {
    this.#options = options;
    this.authProfiles = new AuthProfiles(options.randomId);
  }

  matches(url: URL): boolean {
    return url.pathname === this.path && (!isAmazonHost(url) || url.hostname === 'api.buywithprime.amazon.com');
  }

  async answer({ method, headers, body, check }: Received): Promise<Response> {
    check('method', () => {
      if (method !== 'POST') throw new Refusal(405, 'ValidationError', 'The method is not allowed.', { headers: { allow: 'POST' } });
    });
    const request = check('body', () => readRequest(headers, body));
    check('access', () => this.#checkAccess(headers));
    const version = check('API version', () => readVersion(headers));
    const graphql = await loadGraphQL();
    return check('document', () => this.#execute(graphql, version, request));
  }

  async #execute(graphql: GraphQL, version: string, { query, variables, operationName }: GraphQLRequest): Promise<Response> {
    const schema = schemaOfVersion(graphql, version);
    try {
      const document = withEnumMethod(graphql, graphql.parse(query, { maxTokens: 10_000 }));
      const errors = graphql.validate(schema, document, [...graphql.specifiedRules, noPlaceholders(graphql)]);
      if (errors.length > 0) return toResponse(graphql, { errors });
      const rootValue = this.#rootValue(version);
      return toResponse(graphql, await graphql.execute({ schema, document, rootValue, variableValues: variables, operationName }));
    } catch (error) {
      return toResponse(graphql, { errors: [error as Error] });
    }
  }

  refuse({ status, code, message, headers }: Refusal): Response {
    const { extensions } = new GraphQLFault(code, { message });
    return Response.json({ errors: [{ message, extensions }], data: null }, { status, headers });
  }

  fault(status: number): Refusal {
    const type: GraphQLFaultType = FAULTS[status] ?? (status < 500 ? 'ValidationError' : 'InternalServerError');
    return new Refusal(status, type, new GraphQLFault(type).message);
  }

  #checkAccess(headers: Headers): void {
    const token = /^bearer (\S+)$/i.exec(headers.get('authorization') ?? '')?.[1];
    const { tokens, targetId } = this.#options;
    // Documented: a missing scope, an expired token and an unknown id all look alike.
    if (!token || tokens.check(token) !== 'valid' || headers.get('x-api-target-id') !== targetId) {
      throw new Refusal(200, 'AccessDeniedError', new GraphQLFault('AccessDeniedError').message);
    }
  }

  #rootValue(version: string): Readonly<Record<string, Resolver>> {
    const { records, subscriptions, targetId, randomId } = this.#options;
    const { orders, inventory, personalDataTasks } = records;
    const { authProfiles } = this;
    return {
      order: (selector: OrderSelector) => viewOrder(findOrder(orders, selector)),
      packageTracker: ({ packageTrackerInput: { packageTrackerIdentifier: wanted } }: TrackerSelector) => {
        const trackers = [...orders.values()].flatMap(trackersOf);
        const found = trackers.find((one) => one.trackingNumber === wanted?.trackingNumber && one.carrierCode === wanted.carrierCode);
        // Documented without a code; a number that has expired looks the same.
        if (!found) throw new GraphQLFault('ResourceNotFoundError');
        return viewTracker(found);
      },
      inventoryItem: ({ inventoryItemId }) => viewInventoryItem(inventory, inventoryItemId),
      product: (selector: ProductSelector) => viewProduct(inventory, selector),
      personalDataRetrievalTask: ({ taskId }) => viewPersonalDataTask(personalDataTasks, { taskId, kind: 'retrieval', randomId }),
      personalDataDeletionTask: ({ taskId }) => viewPersonalDataTask(personalDataTasks, { taskId, kind: 'deletion', randomId }),
      eventSubscription: ({ subscriptionId }) => subscriptions.view(subscriptionId, targetId),
      eventSubscriptions: ({ first, after }) => subscriptions.page(first ?? undefined, after ?? undefined),
      createEventSubscription: ({ input }) => subscriptions.create(input),
      deleteEventSubscription: ({ subscriptionId }) => subscriptions.delete(subscriptionId),
      createAuthProfile: ({ input }) => authProfiles.create(input),
      updateAuthProfile: ({ input }) => authProfiles.update(input),
      deleteAuthProfile: ({ authProfileId }) => authProfiles.delete(authProfileId),
      updateOrder: (args: OrderSelector & { readonly input: UpdateOrderInput }) => this.#updateOrder(version, args),
      updateOrderDeliveryInformation: ({ input }) => this.#move({ orderIdentifier: { orderId: findOrderId(input) } }, input),
      updateOrderPackageInformation: ({ orderIdentifier, input }) => this.#move({ orderIdentifier }, input),
    };
  }

  #updateOrder(version: string, { orderIdentifier, input }: OrderSelector & { readonly input: UpdateOrderInput }): object {
    const { records, randomId, now = () => new Date() } = this.#options;
    const { orders } = records;
    const order = findOrder(orders, { orderIdentifier: orderIdentifier ?? { orderId: input.orderId } });
    const updated = updateRefunds(order, input, { now: now().toISOString(), randomId });
    orders.set(order.id, updated);
    return version === '2024-01-01' ? { id: order.id } : { order: viewOrder(updated) };
  }

  #move(selector: OrderSelector, input: unknown): object {
    const { orders } = this.#options.records;
    const order = findOrder(orders, selector);
    orders.set(order.id, moveDeliveries(order, input));
    return {};
  }
}

/** A resolver at the root. graphql-js has checked the arguments against the schema. */
// biome-ignore lint/suspicious/noExplicitAny: each resolver has the arguments that the schema says.
type Resolver = (args: any) => unknown;

interface TrackerSelector {
  readonly packageTrackerInput: {
    readonly packageTrackerIdentifier?: { readonly trackingNumber: string; readonly carrierCode: string } | null;
  };
}

interface GraphQLRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName: string | null;
}

function readRequest(headers: Headers, body: Uint8Array): GraphQLRequest {
  const { query, variables, operationName } = (mediaType(headers) === 'application/json' && jsonObject(body)) || {};
  if (typeof query !== 'string') throw new Refusal(400, 'ValidationError', 'The body must be JSON with a query.');
  return {
    query,
    variables: isObject(variables) ? variables : {},
    operationName: typeof operationName === 'string' ? operationName : null,
  };
}

const FAULTS: Readonly<Record<number, GraphQLFaultType>> = { 401: 'AccessDeniedError', 403: 'AccessDeniedError', 429: 'ThrottlingError' };

/** Whether the version may be missing, and which then applies, is not documented: that it is required is (inferred). */
function readVersion(headers: Headers): string {
  const version = headers.get('x-api-version') ?? '';
  if (!VERSIONS.includes(version)) throw new Refusal(200, 'ValidationError', `x-api-version must be one of ${VERSIONS.join(', ')}.`);
  return version;
}

async function loadGraphQL(): Promise<GraphQL> {
  try {
    return await import('graphql');
  } catch {
    const problem = 'the emulator of Buy with Prime needs the package "graphql", which is not installed';
    throw misconfigured(SURFACE, undefined, problem, 'npm install --save-dev graphql');
  }
}
