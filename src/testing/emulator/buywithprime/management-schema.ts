/**
 * The part of the emulated schema that is not about orders: event subscriptions, auth profiles, the catalog, privacy tasks and the sandbox.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/create-and-delete-event-subscriptions | Event subscriptions}
 */

/** Types of everything but orders. */
export const managementSchema: string = /* GraphQL */ `
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

"How a webhook destination is returned is not documented."
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
  "Globally unique."
  name: String!
}

input WebhookDestinationInput {
  "https only."
  url: String!
  method: HttpMethod
  authProfileId: String
  authConfig: AuthConfigInput
}

"Exactly one of its fields."
input AuthConfigInput { oAuthConfig: OAuthConfigInput, basicAuthConfig: BasicAuthConfigInput }

input OAuthConfigInput {
  clientParameters: OAuthClientParametersInput
  "https only."
  authEndpoint: String
  httpMethod: HttpMethod
  httpParameters: HttpParametersInput
}

input OAuthClientParametersInput { clientId: String, clientSecret: String }
input HttpParametersInput { bodyParameters: [HttpParameterInput], headerParameters: [HttpParameterInput] }
input HttpParameterInput { key: String, value: String }
input BasicAuthConfigInput { username: String, password: String }
enum HttpMethod { POST }
type CreateEventSubscriptionResponse { subscriptionId: String }
type DeleteEventSubscriptionResponse { subscriptionId: String }

input CreateAuthProfileInput { authProfileAliasId: String, authConfig: AuthConfigInput! }
input UpdateAuthProfileInput { authProfileId: String!, authConfig: AuthConfigInput! }
type CreateAuthProfileResponse { authProfileId: String }
type UpdateAuthProfileResponse { authProfileId: String }
type DeleteAuthProfileResponse { authProfileId: String }

type InventoryItem {
  inventoryItemId: String
  "Null beside a ValidationError. The unit is UNIT."
  buyableQuantity: Quantity
}

type Product {
  id: ID!
  externalId: ExternalProductIdentifier
  sku: SkuProductIdentifier
  amazonSku: AmazonSkuProductIdentifier
  advertisedPrice: Price
  offerPrime: Boolean
  productDetailPageUrl: String
  inventoryItem: InventoryItem
  buyability: Buyability
}

type Buyability {
  "BUYABLE, NOT_BUYABLE or UNKNOWN."
  status: String!
}

type ExternalProductIdentifier { value: String }
type SkuProductIdentifier { value: String }
type AmazonSkuProductIdentifier { value: String, marketplaceId: String }

"Exactly one of its fields."
input ProductIdentifierInput { sku: String, externalId: String, amazonSku: AmazonSkuProductIdentifierInput }
input AmazonSkuProductIdentifierInput { value: String! }

type PersonalDataDeletionTask {
  taskId: ID!
  "IN_PROGRESS, ON_HOLD, COMPLETED or FAILED."
  status: String!
  submissionDate: String!
  lastUpdatedDate: String!
  holdingPeriod: Int
  dataSubject: DataSubject!
  errors: [PersonalDataTaskError]
}

type PersonalDataRetrievalTask {
  taskId: ID!
  "IN_PROGRESS, COMPLETED or FAILED."
  status: String!
  submissionDate: String!
  lastUpdatedDate: String!
  "Valid for 60 seconds; each query returns a new one."
  dataRetrievalLink: String
  dataSubject: DataSubject!
  errors: [PersonalDataTaskError]
}

type DataSubject {
  "SHOPPER."
  type: String
  email: String
}

type PersonalDataTaskError { code: String, message: String }

"An input whose fields are not documented, so any are accepted: an orderId, and objects with id, state and, if it is cancelled, reason."
scalar UpdateOrderDeliveryInformationInput
"As UpdateOrderDeliveryInformationInput."
scalar UpdateOrderPackageInformationInput
"No page shows its fields: select __typename."
type UpdateOrderDeliveryInformationResponse { _unknown: String }
"No page shows its fields: select __typename."
type UpdateOrderPackageInformationResponse { _unknown: String }
`;
