/**
 * The GraphQL schema that the emulator executes for Buy with Prime: our own reconstruction, because Amazon publishes none.
 *
 * It has the names that Amazon's reference pages show. A type whose fields no page shows has only a placeholder, which cannot be selected, so
 * that a document that guesses them fails here and not at Amazon. Names of types, and whether a field may be null, are often (inferred).
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/order-queries-order | The order query}
 */
import type { GraphQLSchema, ValidationRule } from 'graphql';
import { managementSchema } from './management-schema.ts';
import { orderSchema } from './order-schema.ts';
import { refundSchema } from './refund-schema.ts';

/**
 * The schema, all API versions in one. `@only(in: [...])` marks what only some versions have; the emulator leaves it out for the others.
 *
 * @example Check a query document without sending it
 * ```ts
 * import { buildSchema, parse, validate } from 'graphql';
 * import { buyWithPrimeSchema } from 'waybill/testing';
 *
 * const errors = validate(buildSchema(buyWithPrimeSchema), parse('{ order(orderIdentifier: { orderId: "322-ABC1-AAAAAA" }) { id } }'));
 * ```
 */
export const buyWithPrimeSchema: string = /* GraphQL */ `
"Present in these API versions (the values of x-api-version) and in no other."
directive @only(in: [String!]!) on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE
"Required in every API version but these."
directive @optional(in: [String!]!) on ARGUMENT_DEFINITION

type Query {
  "In 2024-01-01 exactly one of orderId and orderIdentifier."
  order(
    orderId: String @only(in: ["2024-01-01"])
    orderIdentifier: OrderIdentifierInput! @optional(in: ["2024-01-01", "2024-04-01"])
  ): Order
  packageTracker(packageTrackerInput: PackageTrackerInput!): PackageTracker @only(in: ["2024-11-01"])
  "inventoryItemId has 1 to 14 characters. That 2024-11-01 has it is (inferred): no page says that it is gone."
  inventoryItem(inventoryItemId: String!): InventoryItem
  product(identifier: ProductIdentifierInput): Product @only(in: ["2024-04-01", "2024-11-01"])
  "subscriptionId has 1 to 50 characters."
  eventSubscription(subscriptionId: String!): EventSubscription
  "first is 0 to 1000; after is a cursor of at most 6000 characters."
  eventSubscriptions(first: Int, after: String): EventSubscriptionConnection
  "The argument is (inferred) from that of the retrieval."
  personalDataDeletionTask(taskId: String!): PersonalDataDeletionTask
  personalDataRetrievalTask(taskId: String!): PersonalDataRetrievalTask
}

type Mutation {
  createEventSubscription(input: CreateEventSubscriptionInput!): CreateEventSubscriptionResponse
  deleteEventSubscription(subscriptionId: String!): DeleteEventSubscriptionResponse
  createAuthProfile(input: CreateAuthProfileInput!): CreateAuthProfileResponse
  updateAuthProfile(input: UpdateAuthProfileInput): UpdateAuthProfileResponse
  "authProfileId has 1 to 50 characters."
  deleteAuthProfile(authProfileId: String!): DeleteAuthProfileResponse
  "Before 2024-11-01 input.orderId names the order."
  updateOrder(
    orderIdentifier: OrderIdentifierInput! @only(in: ["2024-11-01"])
    input: UpdateOrderInput!
  ): UpdateOrderResponse
  "Sandbox only. Its argument is (inferred)."
  updateOrderDeliveryInformation(
    input: UpdateOrderDeliveryInformationInput!
  ): UpdateOrderDeliveryInformationResponse @only(in: ["2024-01-01"])
  "Sandbox only."
  updateOrderPackageInformation(
    orderIdentifier: OrderIdentifierInput!
    input: UpdateOrderPackageInformationInput!
  ): UpdateOrderPackageInformationResponse @only(in: ["2024-11-01"])
}
${orderSchema}${refundSchema}${managementSchema}`;

/** The versions that the emulator has. */
export const VERSIONS: readonly string[] = ['2024-01-01', '2024-04-01', '2024-11-01'];

/** Kept for all emulators: a user may make one for each test, and building a schema takes twenty milliseconds. */
const schemas = new Map<string, GraphQLSchema>();

/** The schema of one version: without what only others have. */
export function schemaOfVersion(graphql: typeof import('graphql'), version: string): GraphQLSchema {
  const schema = schemas.get(version) ?? buildSchema(graphql, version);
  schemas.set(version, schema);
  return schema;
}

function buildSchema({ parse, visit, buildASTSchema, Kind }: typeof import('graphql'), version: string): GraphQLSchema {
  const document = visit(parse(buyWithPrimeSchema), {
    enter(node) {
      if (!('directives' in node)) return undefined;
      const versionsOf = (name: string): readonly string[] | undefined => {
        const list = node.directives?.find((directive) => directive.name.value === name)?.arguments?.[0]?.value;
        return list?.kind === Kind.LIST ? list.values.map((value) => ('value' in value ? String(value.value) : '')) : undefined;
      };
      if (versionsOf('only')?.includes(version) === false) return null;
      const isOptional = node.kind === Kind.INPUT_VALUE_DEFINITION && versionsOf('optional')?.includes(version);
      return isOptional && node.type.kind === Kind.NON_NULL_TYPE ? { ...node, type: node.type.type } : undefined;
    },
  });
  return buildASTSchema(document);
}

/** Refuses the placeholder of types whose fields no page shows. */
export function noPlaceholders({ GraphQLError }: typeof import('graphql')): ValidationRule {
  return (context) => ({
    Field(node) {
      if (node.name.value !== '_unknown') return;
      context.reportError(new GraphQLError('Cannot query field "_unknown": no page shows the fields of this type.', { nodes: node }));
    },
  });
}
