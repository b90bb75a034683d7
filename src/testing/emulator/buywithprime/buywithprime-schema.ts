/**
 * The GraphQL schema that the emulator executes for Buy with Prime: our own reconstruction, for Amazon publishes none.
 *
 * It holds the names that Amazon's reference pages show and that a query can use. Types whose fields no page shows
 * (addresses, customers, payments, tracking details of the older versions) are left out, so that a document which
 * guesses them fails here and not at Amazon. Names of types, and whether a field may be null, are often inferred; what
 * is inferred of more than that says so beside it.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/order-queries-order | The order query}
 */
import { managementSchema } from './buywithprime-management-schema.ts';

/**
 * The schema, all API versions in one. `@only(in: [...])` marks what belongs to some versions alone; the emulator
 * leaves it out for the others.
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
directive @only(in: [String!]!) on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION

type Query {
  "Exactly one of orderId and orderIdentifier. In 2024-11-01 orderIdentifier is required."
  order(orderId: String @only(in: ["2024-01-01"]), orderIdentifier: OrderIdentifierInput): Order
  packageTracker(packageTrackerInput: PackageTrackerInput!): PackageTracker @only(in: ["2024-11-01"])
  "subscriptionId has 1 to 50 characters."
  eventSubscription(subscriptionId: String!): EventSubscription
  "first is 0 to 1000; after is a cursor of at most 6000 characters."
  eventSubscriptions(first: Int, after: String): EventSubscriptionConnection
  "The name is Amazon's; argument and fields are inferred, so what passes here need not pass there."
  inventoryItem(itemId: ID!): InventoryItem
}

"Exactly one of its fields."
input OrderIdentifierInput {
  orderId: ID
  alias: AliasInput @only(in: ["2024-04-01", "2024-11-01"])
  "The name of alias in 2024-01-01."
  orderAlias: AliasInput @only(in: ["2024-01-01"])
}

input AliasInput { aliasId: ID!, aliasType: String! }

type Alias {
  aliasId: ID!
  "Such as EXTERNAL_ID or EXTERNAL_DISPLAY_ID."
  aliasType: String!
}

type Amount {
  "ONE in every sample."
  unit: String
  value: Float
}

type Quantity { unit: String, amount: Float }
type Money { amount: Float, currencyCode: String }

type Order {
  id: ID!
  "At most five."
  aliases: [Alias]
  "A plain list, at most 20."
  lineItems: [LineItem]!
  packageInformation: PackageInformation @only(in: ["2024-11-01"])
  refunds: Refunds
  returns: Returns
  totalPrice: Money
}

type LineItem {
  id: ID!
  aliases: [Alias]
  amount: Amount @only(in: ["2024-04-01", "2024-11-01"])
  quantity: Quantity @only(in: ["2024-01-01"])
  "ISO 8601."
  createdAt: String
  deliveryInformation: DeliveryInformation @only(in: ["2024-01-01", "2024-04-01"])
  "What was deliveryInformation before 2024-11-01."
  packageInformation: PackageInformation @only(in: ["2024-11-01"])
}

type DeliveryInformation { summary: DeliveryInformationSummary, details: [DeliveryInformationDetails] }

type DeliveryInformationSummary {
  "PENDING, IN_TRANSIT, DELIVERED or CANCELLED."
  state: String!
}

type DeliveryInformationDetails {
  "The delivery id of an event's resource path."
  id: ID!
  aliases: [Alias]
  deliveryInformationDetailsFor: DeliveryInformationDetailsFor
  "ISO 8601 in UTC; one value, no window."
  estimatedDeliveryDate: String
  "Of a cancelled one: CUSTOMER_REQUESTED, UNFULFILLABLE or UNDELIVERABLE."
  reason: String
  "PENDING, IN_TRANSIT, DELIVERED or CANCELLED."
  state: String!
}

type DeliveryInformationDetailsFor { orderLineItems: [DeliveryOrderLineItem] }

type DeliveryOrderLineItem {
  lineItem: LineItem
  amount: Amount @only(in: ["2024-04-01", "2024-11-01"])
}

type PackageInformation { summary: PackageInformationSummary, details: [PackageInformationDetails] }

type PackageInformationSummary {
  "PENDING, IN_TRANSIT, DELIVERED or CANCELLED."
  state: String!
}

type PackageInformationDetails {
  "The delivery id of an event's resource path."
  id: ID!
  aliases: [Alias]
  packageInformationDetailsFor: PackageInformationDetailsFor
  packageTracker: PackageTracker
  "Of a cancelled one: CUSTOMER_REQUESTED, UNFULFILLABLE or UNDELIVERABLE."
  reason: String
  "PENDING, IN_TRANSIT, DELIVERED or CANCELLED."
  state: String!
}

type PackageInformationDetailsFor { orderLineItemAmounts: [OrderLineItemAmount] }
type OrderLineItemAmount { lineItem: LineItem, amount: Amount }

type PackageTracker {
  packageTrackerIdentifier: PackageTrackerIdentifier
  estimatedDeliveryDate: DateRange
  latestMilestone: PackageMilestone
  milestones: [PackageMilestone]
  trackingUrl: String
}

type PackageTrackerIdentifier {
  trackingNumber: String
  "Lower case, such as ups."
  carrierCode: String
}

input PackageTrackerInput { packageTrackerIdentifier: PackageTrackerIdentifierInput }
input PackageTrackerIdentifierInput { trackingNumber: String!, carrierCode: String! }

"ISO 8601."
type DateRange { earliest: String, latest: String }

type PackageMilestone {
  status: PackageMilestoneStatus
  address: PackageMilestoneAddress
  "ISO 8601."
  occurredAt: String
}

type PackageMilestoneStatus {
  "PENDING, INFO_RECEIVED, IN_TRANSIT, DELAYED, OUT_FOR_DELIVERY, AVAILABLE_FOR_PICKUP, DELIVERY_ATTEMPTED, DELIVERED and more."
  code: String!
  message: LocalizedString!
}

type LocalizedString { locale: String, value: String }
type PackageMilestoneAddress { locality: String, region: String, country: String }
type Refunds { details: [RefundDetails] }

type RefundDetails {
  "The refund id of an event's resource path."
  id: ID!
  aliases: [Alias]
  createdAt: String
  updatedAt: String
  refundFor: RefundFor
  refundTotal: RefundTotal
  "DELIVERED_NOT_RECEIVED, NOT_DELIVERED, DAMAGED_DEFECTIVE_ITEM, RECEIVED_ITEM_TOO_LATE, WRONG_ITEM_RECEIVED and more."
  refundRequestReason: String
  "PENDING, FAILURE, PARTIAL or SUCCESS."
  state: String
}

type RefundTotal { totalAmount: Money }
type RefundFor { orderLineItems: [RefundedOrderLineItem] }

type RefundedOrderLineItem {
  lineItem: LineItem!
  amount: Amount @only(in: ["2024-04-01", "2024-11-01"])
  refundedQuantity: Quantity @only(in: ["2024-01-01"])
}

type Returns { details: [ReturnDetails] }

type ReturnDetails {
  "The return id of an event's resource path."
  id: ID!
  aliases: [Alias]
  createdAt: String
  updatedAt: String
  expiresAt: String
  "DRAFT, CREATED, CANCELLED or COMPLETED; in 2024-01-01 CREATED or COMPLETED."
  state: String!
  returnFor: ReturnFor
  returnLineItems: [ReturnLineItem]
  returnPackageDetails: [ReturnPackageDetails] @only(in: ["2024-11-01"])
}

type ReturnLineItem { id: ID, returnFor: ReturnFor }
type ReturnFor { orderLineItemAmounts: [OrderLineItemAmount] }

type ReturnPackageDetails {
  id: ID!
  "CREATED, DROPPED_OFF, IN_TRANSIT, DELIVERED or FAILED."
  state: String!
  "CARRIER_REJECTED, SHIPMENT_LOST, PICKUP_MISSED, UNDELIVERABLE or EXCEPTION."
  reason: String
  returnPackageFor: ReturnFor
  packageTracker: PackageTracker
}

${managementSchema}`;
