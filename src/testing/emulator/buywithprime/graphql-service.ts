/**
 * Buy with Prime's GraphQL API, emulated: graphql-js executes the documents on a schema of our own.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/call-the-buy-with-prime-api | Calling the API}
 */
import type { DocumentNode, GraphQLFormattedError, GraphQLSchema } from 'graphql';
import { ConfigurationError } from '../../../core/errors.ts';
import { isAmazonHost, isObject, jsonObject, mediaType, type Received, Refusal, type Service } from '../service.ts';
import type { TokenService } from '../token-service.ts';
import { AuthProfiles } from './auth-profiles.ts';
import { type EmulatedOrder, trackersOf, viewOrder, viewTracker } from './buywithprime-order.ts';
import { buyWithPrimeSchema } from './buywithprime-schema.ts';
import { moveDeliveries } from './delivery-moves.ts';
import type { CreateEventSubscriptionInput, EventSubscriptions } from './event-subscriptions.ts';
import { GraphQLFault, type GraphQLFaultType } from './graphql-fault.ts';
import { type EmulatedInventoryItem, viewInventoryItem } from './inventory.ts';

/** What the service is made with. */
export interface GraphQLServiceOptions {
  readonly tokens: TokenService;
  /** The business product that the credentials are for. */
  readonly targetId: string;
  readonly orders: Map<string, EmulatedOrder>;
  readonly subscriptions: EventSubscriptions;
  readonly randomId: () => string;
}

type GraphQL = typeof import('graphql');

const VERSIONS = ['2024-01-01', '2024-04-01', '2024-11-01'];

/** Checks the headers and executes the document. */
export class GraphQLService implements Service {
  readonly path = '/graphql';
  // Inferred: no page names the header.
  readonly requestIdHeader = 'x-amzn-requestid';
  readonly inventory: Map<string, EmulatedInventoryItem> = new Map();
  readonly authProfiles: AuthProfiles;
  readonly #options: GraphQLServiceOptions;
  readonly #schemas = new Map<string, GraphQLSchema>();

  constructor(options: GraphQLServiceOptions) {
    this.#options = options;
    this.authProfiles = new AuthProfiles(options.randomId);
  }

  matches(url: URL): boolean {
    return url.pathname === this.path && (!isAmazonHost(url) || url.hostname === 'api.buywithprime.amazon.com');
  }

  async answer({ method, headers, body }: Received): Promise<Response> {
    if (method !== 'POST') throw new Refusal(405, 'ValidationError', 'The method is not allowed.', { headers: { allow: 'POST' } });
    const request = mediaType(headers) === 'application/json' ? jsonObject(body) : undefined;
    const { query, variables, operationName } = request ?? {};
    if (typeof query !== 'string') throw new Refusal(400, 'ValidationError', 'The body must be JSON with a query.');
    this.#checkAccess(headers);
    // Inferred: whether it may be missing, and what then holds, is not documented.
    const version = headers.get('x-api-version') ?? '';
    if (!VERSIONS.includes(version)) throw new Refusal(200, 'ValidationError', `x-api-version must be one of ${VERSIONS.join(', ')}.`);

    const graphql = await loadGraphQL();
    const schema = this.#schema(graphql, version);
    let document: DocumentNode;
    try {
      document = graphql.parse(query, { maxTokens: 10_000 });
    } catch (error) {
      return answerWith(graphql, { errors: [error as Error] });
    }
    const errors = graphql.validate(schema, document);
    if (errors.length > 0) return answerWith(graphql, { errors });
    const result = await graphql.execute({
      schema,
      document,
      rootValue: this.#rootValue(),
      variableValues: isObject(variables) ? variables : {},
      ...(typeof operationName === 'string' && { operationName }),
    });
    return answerWith(graphql, result);
  }

  refuse({ status, code, message, headers }: Refusal): Response {
    const { extensions } = new GraphQLFault(code, { message });
    return Response.json({ errors: [{ message, extensions }], data: null }, { status, headers });
  }

  fault(status: number): Refusal {
    const type: GraphQLFaultType =
      status === 429 ? 'ThrottlingError' : status === 401 || status === 403 ? 'AccessDeniedError' : 'InternalServerError';
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

  /** The schema as this version has it: without what `@only` gives to others. */
  #schema({ parse, visit, buildASTSchema }: GraphQL, version: string): GraphQLSchema {
    const known = this.#schemas.get(version);
    if (known) return known;
    const document = visit(parse(buyWithPrimeSchema), {
      enter(node) {
        const directives = 'directives' in node ? node.directives : undefined;
        const versions = directives?.find(({ name }) => name.value === 'only')?.arguments?.[0]?.value;
        if (versions?.kind !== 'ListValue') return undefined;
        return versions.values.some((value) => value.kind === 'StringValue' && value.value === version) ? undefined : null;
      },
    });
    const schema = buildASTSchema(document);
    this.#schemas.set(version, schema);
    return schema;
  }

  #rootValue(): Readonly<Record<string, unknown>> {
    const { orders, subscriptions, targetId } = this.#options;
    return {
      order: (selector: OrderSelector) => viewOrder(findOrder(orders, selector)),
      packageTracker: ({ packageTrackerInput: { packageTrackerIdentifier: wanted } }: PackageTrackerSelector) => {
        const found = [...orders.values()]
          .flatMap(trackersOf)
          .find(({ trackingNumber, carrierCode }) => trackingNumber === wanted?.trackingNumber && carrierCode === wanted.carrierCode);
        if (!found) throw new GraphQLFault('ResourceNotFoundError', { code: 'ResourceNotFoundException' });
        return viewTracker(found);
      },
      eventSubscription: ({ subscriptionId }: { subscriptionId: string }) => subscriptions.view(subscriptionId, targetId),
      eventSubscriptions: ({ first, after }: { first?: number | null; after?: string | null }) =>
        subscriptions.page(first ?? undefined, after ?? undefined),
      createEventSubscription: ({ input }: { input: CreateEventSubscriptionInput }) => subscriptions.create(input),
      deleteEventSubscription: ({ subscriptionId }: { subscriptionId: string }) => subscriptions.delete(subscriptionId),
      inventoryItem: ({ itemId }: { itemId: string }) => viewInventoryItem(this.inventory, itemId),
      createAuthProfile: () => this.authProfiles.create(),
      deleteAuthProfile: ({ authProfileId }: { authProfileId: string }) => this.authProfiles.delete(authProfileId),
      updateOrderDeliveryInformation: ({ input }: MoveInput) => this.#move({ orderIdentifier: { orderId: findOrderId(input) } }, input),
      updateOrderPackageInformation: ({ orderIdentifier, input }: OrderSelector & MoveInput) =>
        this.#move({ orderIdentifier: orderIdentifier ?? null }, input),
    };
  }

  #move(selector: OrderSelector, input: unknown): object {
    const { orders } = this.#options;
    const order = findOrder(orders, selector);
    orders.set(order.id, moveDeliveries(order, input));
    return {};
  }
}

interface OrderSelector {
  /** 2024-01-01 alone. */
  readonly orderId?: string | null;
  readonly orderIdentifier?: Readonly<Record<string, unknown>> | null;
}

interface MoveInput {
  readonly input: unknown;
}

interface PackageTrackerSelector {
  readonly packageTrackerInput: {
    readonly packageTrackerIdentifier?: { readonly trackingNumber: string; readonly carrierCode: string } | null;
  };
}

function findOrder(orders: ReadonlyMap<string, EmulatedOrder>, { orderId, orderIdentifier }: OrderSelector): EmulatedOrder {
  const selectors = Object.entries({ ...orderIdentifier, ...(orderId && { ownOrderId: orderId }) }).filter(([, value]) => value);
  const [selector] = selectors;
  if (!selector || selectors.length > 1) {
    throw new GraphQLFault('ValidationError', { message: 'Exactly one of order id and alias selects an order.' });
  }
  const [, value] = selector;
  const order = isObject(value)
    ? [...orders.values()].find(({ aliases }) =>
        aliases?.some(({ aliasId, aliasType }) => aliasId === value['aliasId'] && aliasType === value['aliasType']),
      )
    : orders.get(String(value));
  if (!order) throw new GraphQLFault('ResourceNotFoundError', { code: 'ResourceNotFoundException' });
  return order;
}

/** The first `orderId` there is: no page shows where it stands. */
function findOrderId(input: unknown): string | undefined {
  if (!isObject(input)) return undefined;
  const { orderId } = input;
  return typeof orderId === 'string' ? orderId : Object.values(input).map(findOrderId).find(Boolean);
}

/** HTTP 200 whatever happened, and each error classified. */
function answerWith(graphql: GraphQL, { errors, data = null }: { errors?: readonly Error[]; data?: unknown }): Response {
  const classified = errors?.map((error) => {
    const formatted: GraphQLFormattedError = error instanceof graphql.GraphQLError ? error.toJSON() : { message: error.message };
    if (formatted.extensions?.['classification']) return formatted;
    // Not one of ours. At a field, it is an order that was set and makes no sense; else the document or its variables do not fit the schema.
    const type = formatted.path ? 'InternalServerError' : 'ValidationError';
    return { ...formatted, extensions: new GraphQLFault(type, formatted).extensions };
  });
  return Response.json({ ...(classified && { errors: classified }), data });
}

async function loadGraphQL(): Promise<GraphQL> {
  try {
    return await import('graphql');
  } catch {
    throw new ConfigurationError('the emulator of Buy with Prime needs the package "graphql", which is not installed', {
      surface: 'testing',
      hint: 'npm install --save-dev graphql',
    });
  }
}
