/**
 * The part of the emulated schema that is about refunds and returns, and updating them.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/order-mutations-updateorder | updateOrder}
 */

/** Types of refunds and returns. */
export const refundSchema: string = /* GraphQL */ `
type Refunds { details: [RefundDetails], summary: RefundSummary }
type RefundSummary { paymentSummary: PaymentSummary, refundTotal: RefundTotal }
type PaymentSummary { amount: Money!, paymentMethodDisplayString: String!, state: String }

type RefundDetails {
  "The refund id of an event's resource path."
  id: ID!
  aliases: [Alias]
  createdAt: String
  updatedAt: String
  paymentDetails: [PaymentDetails]
  refundFor: RefundFor
  "An estimate before the first update, then what has been refunded in total."
  refundTotal: RefundTotal
  "The values of RefundRequestReasonInput."
  refundRequestReason: String @only(in: ["2024-11-01"])
  "Shown in the data of an event only; that the query has it is (inferred)."
  refundStatusReason: String @only(in: ["2024-11-01"])
  "PENDING, FAILURE, PARTIAL or SUCCESS; in 2024-11-01 perhaps REJECTED."
  state: String
}

type PaymentDetails {
  id: ID
  aliases: [Alias]
  amount: Money!
  createdAt: String
  updatedAt: String
  paymentMethod: PaymentMethod!
  "The values of PaymentStateInput."
  state: String
}

type PaymentMethod {
  displayString: String
  "The values of PaymentMethodTypeInput."
  type: String
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
  "At most two."
  aliases: [Alias] @only(in: ["2024-04-01", "2024-11-01"])
  createdAt: String
  updatedAt: String
  "DRAFT, CREATED, CANCELLED or COMPLETED; in 2024-01-01 CREATED or COMPLETED."
  state: String
  returnFor: ReturnFor @only(in: ["2024-01-01"])
  returnLineItems: [ReturnLineItem] @only(in: ["2024-04-01", "2024-11-01"])
  returnPackageDetails: [ReturnPackageDetails] @only(in: ["2024-11-01"])
  returnDeliveryDetails: [ReturnDeliveryDetails]
    @only(in: ["2024-04-01", "2024-11-01"])
    @deprecated(reason: "Use returnPackageDetails instead")
}

type ReturnLineItem { id: ID, returnFor: ReturnFor }

type ReturnFor {
  "No page shows the fields of 2024-01-01: select __typename."
  _unknown: String @only(in: ["2024-01-01"])
  orderLineItemAmounts: [OrderLineItemAmount] @only(in: ["2024-04-01", "2024-11-01"])
}

type ReturnPackageDetails {
  id: ID!
  "CREATED, DROPPED_OFF, IN_TRANSIT, DELIVERED or FAILED."
  state: String!
  "CARRRIER_REJECTED (that is how the page spells it), SHIPMENT_LOST, PICKUP_MISSED, UNDELIVERABLE or OTHERS."
  reason: String
  returnPackageFor: ReturnFor
  packageTracker: PackageTracker
}

type ReturnDeliveryDetails {
  id: ID!
  "PENDING, DROPPED_OFF, PICKED_UP, IN_TRANSIT, DELIVERED or FAILED."
  state: String!
  "CARRIER_REJECTED, SHIPMENT_LOST, PICKUP_MISSED, UNDELIVERABLE or EXCEPTION."
  reason: String
  returnDeliveryFor: ReturnFor
  trackingDetails: TrackingDetails
}

"What settling a refund needs of it."
input UpdateOrderInput {
  orderId: ID @only(in: ["2024-01-01", "2024-04-01"])
  refunds: RefundInput
}

type UpdateOrderResponse {
  order: Order @only(in: ["2024-04-01", "2024-11-01"])
  id: ID @only(in: ["2024-01-01"])
}

input RefundInput { details: [RefundDetailsInput] }

input RefundDetailsInput {
  "Exactly refunds.details.id."
  id: ID
  aliases: [AliasInput]
  "Of this update only."
  paymentDetails: [PaymentDetailsInput]
  refundFor: RefundForInput
  "Of external refunds only."
  refundRequestReason: RefundRequestReasonInput @only(in: ["2024-11-01"])
  refundStatusReason: RefundStatusReasonInput @only(in: ["2024-11-01"])
  "Of all updates."
  refundTotal: RefundTotalInput!
  state: RefundStateInput
}

input RefundForInput { orderLineItems: [RefundedOrderLineItemInput] }

input RefundedOrderLineItemInput {
  lineItemId: LineItemIdentifierInput!
  "Its name in 2024-11-01 is not documented."
  refundedQuantity: QuantityInput @only(in: ["2024-01-01", "2024-04-01"])
}

input LineItemIdentifierInput { lineItemId: ID }
input QuantityInput { amount: Float }
input RefundTotalInput { totalAmount: MoneyInput }
input MoneyInput { amount: Float, currencyCode: String }

input PaymentDetailsInput {
  "Unique in the list."
  id: ID
  aliases: [AliasInput]
  amount: MoneyInput!
  createdAt: String
  updatedAt: String
  paymentMethod: PaymentMethodInput!
  state: PaymentStateInput
}

input PaymentMethodInput { displayString: String, type: PaymentMethodTypeInput }

enum PaymentMethodTypeInput {
  AMAZON_PAY
  AMAZON_PAY_EXPRESS
  PAYPAL
  PAYPAL_EXPRESS
  CARD
  GIFT_CARD
  SHOPIFY_PAYMENTS
}

enum PaymentStateInput {
  NOT_STARTED
  CREATED
  FAILED
  AUTHORIZED
  CAPTURED
  CLIENT_ACTION_REQUIRED
  READY_FOR_CONFIRMATION
  IN_PROGRESS
  SUCCESS
  CANCELLED
}

enum RefundStateInput {
  FAILURE
  PARTIAL
  PENDING
  REJECTED @only(in: ["2024-11-01"])
  SUCCESS
}

enum RefundRequestReasonInput {
  BILLING_ERROR
  CANCELLED_ORDER
  CUSTOMER_NOT_SATISFIED_WITH_SERVICE
  DAMAGED_DEFECTIVE_ITEM
  DELIVERED_NOT_RECEIVED
  DELIVERY_ISSUES
  EXPIRATION_DATE_PROBLEM
  FOOD_SAFETY_ISSUE
  ITEM_MISSING
  LOST_IN_TRANSIT
  NOT_DELIVERED
  OTHERS
  RECEIVED_ITEM_TOO_LATE
  RETURN_DROPPED_OFF_PICKED_UP
  RETURN_NO_SCAN
  RETURN_RECEIVED
  RETURN_RELATED_ERROR
  WRONG_ITEM_RECEIVED
}

enum RefundStatusReasonInput {
  EXCESSIVE_RETURNS
  FAILURE_TO_PROVIDE_PROOF_OF_PURCHASE
  FRAUDULENT_RETURN_ATTEMPT
  ITEM_NOT_RETURNED_IN_ORIGINAL_CONDITION
  MISSING_ORIGINAL_PACKAGING
  MISSING_RECEIPT_OR_PROOF_OF_PURCHASE
  NON_REFUNDABLE_SHIPPING_FEES
  NON_RETURNABLE_ITEMS
  OTHERS
  PARTIALLY_DECLINED
  REFUND_ALREADY_PROCESSED
  REFUND_VIOLATION
  RETURN_NOT_AUTHORIZED
  RETURN_WINDOW_EXPIRED
  USED_OR_DAMAGED_ITEM
}
`;
