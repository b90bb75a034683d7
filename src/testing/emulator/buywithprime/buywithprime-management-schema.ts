/**
 * The part of the emulated Buy with Prime's schema that is not about reading orders: event subscriptions, auth profiles, the sandbox, and
 * the inventory.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/create-and-delete-event-subscriptions | Event subscriptions}
 */

/** Types and mutations, to stand behind those of the order. */
export const managementSchema: string = /* GraphQL */ `type Mutation {
  createEventSubscription(input: CreateEventSubscriptionInput!): CreateEventSubscriptionResponse
  deleteEventSubscription(subscriptionId: String!): DeleteEventSubscriptionResponse
  "OAuth 2.0 or HTTP Basic."
  createAuthProfile(input: CreateAuthProfileInput!): CreateAuthProfileResponse
  "authProfileId has 1 to 50 characters."
  deleteAuthProfile(authProfileId: String!): DeleteAuthProfileResponse
  "Sandbox alone. Its argument is inferred."
  updateOrderDeliveryInformation(input: UpdateOrderDeliveryInformationInput!): UpdateOrderDeliveryInformationResponse @only(in: ["2024-01-01"])
  "Sandbox alone."
  updateOrderPackageInformation(
    orderIdentifier: OrderIdentifierInput!
    input: UpdateOrderPackageInformationInput!
  ): UpdateOrderPackageInformationResponse @only(in: ["2024-11-01"])
}

"An input whose fields are not documented, so any are taken."
scalar CreateAuthProfileInput
"As CreateAuthProfileInput: an orderId, and objects with id, state and, where it is cancelled, reason are looked for in it."
scalar UpdateOrderDeliveryInformationInput
"As CreateAuthProfileInput: objects with id, state and, where it is cancelled, reason are looked for in it."
scalar UpdateOrderPackageInformationInput

type EventSubscription {
  subscriptionId: String
  eventSubscriptionDetails: EventSubscriptionDetails
  "The business product id, the value of x-api-target-id."
  targetId: String
}

type EventSubscriptionDetails {
  destination: EventDestination
  "A string: Amazon lists no values."
  eventType: String
}

"How a webhook destination reads is not documented."
union EventDestination = EventBridgeData

type EventBridgeData {
  "arn:aws:events:<region>::event-source/aws.partner/buywithprime/<name>"
  arn: String
}

type EventSubscriptionConnection { edges: [EventSubscriptionEdge], pageInfo: PageInfo, totalCount: Int }
type EventSubscriptionEdge { node: EventSubscriptionNode, cursor: String }
type EventSubscriptionNode { id: ID }

type PageInfo {
  startCursor: String
  endCursor: String
  hasPreviousPage: Boolean
  hasNextPage: Boolean
}

input CreateEventSubscriptionInput { destination: EventDestinationInput!, eventType: String! }

"Exactly one of its fields."
input EventDestinationInput { eventBridge: EventBridgeDestinationInput, webhook: WebhookDestinationInput }
input EventBridgeDestinationInput { region: String!, partnerEventSource: PartnerEventSourceInput! }

input PartnerEventSourceInput {
  "AWS account id."
  account: String!
  "Unique in the world."
  name: String!
}

input WebhookDestinationInput {
  "https only."
  url: String!
  method: HttpMethod
  authProfileId: String
  authConfig: AuthConfigInput
}

input AuthConfigInput { oAuthConfig: OAuthConfigInput }
input OAuthConfigInput { clientParameters: OAuthClientParametersInput, authEndpoint: String, httpMethod: HttpMethod }
input OAuthClientParametersInput { clientId: String, clientSecret: String }
enum HttpMethod { POST }
type CreateEventSubscriptionResponse { subscriptionId: String }
type DeleteEventSubscriptionResponse { subscriptionId: String }

"The field is inferred."
type CreateAuthProfileResponse { authProfileId: String }
"No page shows its fields: ask for __typename."
type DeleteAuthProfileResponse { _unknown: String }
"No page shows its fields: ask for __typename."
type UpdateOrderDeliveryInformationResponse { _unknown: String }
"No page shows its fields: ask for __typename."
type UpdateOrderPackageInformationResponse { _unknown: String }
"The fields are inferred."
type InventoryItem { itemId: ID, sku: String, availableQuantity: Float }
`;
