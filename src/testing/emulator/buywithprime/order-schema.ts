/**
 * The part of the emulated schema that is about orders, their deliveries and packages, and the tracking of packages.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/sandbox-objects-order | Order}
 */

/** Types of orders. */
export const orderSchema: string = /* GraphQL */ `
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
type Price { currentPrice: Money }
type LocalizedString { locale: String, value: String }
"No page shows its fields: select __typename."
type ShippingAddress { _unknown: String }

type Order {
  id: ID!
  "At most five."
  aliases: [Alias]
  "Only the note on aliases names it."
  orderAliases: [Alias] @only(in: ["2024-01-01"])
  customer: Customer
  discounts: DiscountAllocations
  "A plain list, at most 20."
  lineItems: [LineItem]!
  metadata: OrderMetadata
  orderLinks: [OrderLink]
  packageInformation: PackageInformation @only(in: ["2024-11-01"])
  refunds: Refunds
  returns: Returns
  taxes: Taxes
  payments: Payments
  totalPrice: OrderTotalSummary
}

"No page shows its fields: select __typename."
type Customer { _unknown: String }
"No page shows its fields: select __typename."
type DiscountAllocations { _unknown: String }
"No page shows its fields: select __typename."
type OrderMetadata { _unknown: String }
"No page shows its fields: select __typename."
type OrderLink { _unknown: String }
"No page shows its fields: select __typename."
type Payments { _unknown: String }

type Taxes { summary: TaxSummary }
type TaxSummary { collectableTaxAmount: Money }

type OrderTotalSummary {
  totalPrice: Money @deprecated(reason: "Use value")
  value: Money
  verified: Boolean
}

type LineItem {
  id: ID!
  aliases: [Alias]
  lineItemAliases: [Alias] @only(in: ["2024-01-01"]) @deprecated(reason: "Use aliases")
  amount: Amount
  quantity: Quantity @only(in: ["2024-01-01"]) @deprecated(reason: "Use amount instead")
  cancellations: Cancellations
  "ISO 8601."
  createdAt: String
  deliveryInformation: DeliveryInformation @only(in: ["2024-01-01", "2024-04-01"])
  "What was deliveryInformation before 2024-11-01."
  packageInformation: PackageInformation @only(in: ["2024-11-01"])
  deliveryOffer: DeliveryOfferInfo
  discounts: DiscountAllocations
  payments: Payments
  product: PurchasedProductView @only(in: ["2024-04-01", "2024-11-01"])
  purchasedItem: PurchasedItem @only(in: ["2024-01-01"]) @deprecated(reason: "Later versions call it product")
  reversalOffers: ReversalOfferInfo @only(in: ["2024-11-01"])
  taxes: Taxes
}

"No page shows its fields: select __typename."
type Cancellations { _unknown: String }
"No page shows its fields: select __typename."
type DeliveryOfferInfo { _unknown: String }
"No page shows its fields: select __typename."
type ReversalOfferInfo { _unknown: String }

"Its other fields are not documented."
type PurchasedProductView { price: Money }

type PurchasedItem {
  altText: String
  imageUrl: String
  price: Price!
  productDetailPageUrl: String
  title: String
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
  association: [Association] @deprecated(reason: "Use deliveryInformationDetailsFor.orderLineItems")
  deliverFromAddress: ShippingAddress
  deliveryInformationDetailsFor: DeliveryInformationDetailsFor
  "ISO 8601 in UTC; one value, no window."
  estimatedDeliveryDate: String
  "Of a cancelled one: CUSTOMER_REQUESTED, UNFULFILLABLE or UNDELIVERABLE."
  reason: String
  "PENDING, IN_TRANSIT, DELIVERED or CANCELLED."
  state: String!
  trackingDetails: TrackingDetails
}

type DeliveryInformationDetailsFor { orderLineItems: [DeliveryOrderLineItem] }

"Its name and its fields are (inferred) from those of refunds. The quantity of 2024-01-01 is not documented."
type DeliveryOrderLineItem {
  lineItem: LineItem
  amount: Amount @only(in: ["2024-04-01", "2024-11-01"])
}

"No page shows its fields: select __typename."
type Association { _unknown: String }
"No page shows its fields: select __typename."
type TrackingDetails { _unknown: String }

type PackageInformation { summary: PackageInformationSummary, details: [PackageInformationDetails] }

type PackageInformationSummary {
  "PENDING, IN_TRANSIT, DELIVERED or CANCELLED."
  state: String!
}

type PackageInformationDetails {
  "The delivery id of an event's resource path."
  id: ID!
  aliases: [Alias]
  deliverFromAddress: ShippingAddress
  packageInformationDetailsFor: PackageInformationDetailsFor
  packageTracker: PackageTracker
  "Of a cancelled one: CUSTOMER_REQUESTED, UNFULFILLABLE or UNDELIVERABLE."
  reason: String
  "PENDING, IN_TRANSIT, DELIVERED or CANCELLED."
  state: String!
}

"Its field is (inferred) from that of returns."
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
  "PENDING, INFO_RECEIVED, IN_TRANSIT, DELAYED, OUT_FOR_DELIVERY, AVAILABLE_FOR_PICKUP, DELIVERY_ATTEMPTED, DELIVERED and others."
  code: String!
  message: LocalizedString!
}

type PackageMilestoneAddress { locality: String, region: String, country: String }
`;
