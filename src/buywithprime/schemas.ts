/**
 * The schemas of Buy with Prime's payloads.
 *
 * @module
 */
import * as z from 'zod/mini';
import type { BuyWithPrimeEvent } from './events/event.ts';
import { BuyWithPrimeEventParser } from './events/parser.ts';
import type { BuyWithPrimeOrderPayload, BuyWithPrimeTrackerPayload } from './orders/order-payload.ts';
import type { BuyWithPrimeRefundPayload } from './orders/refund.ts';
import type { BuyWithPrimeReturnPayload } from './orders/return.ts';
import type { EventSubscriptionPayload } from './subscriptions/event-subscription.ts';

/** Takes what {@link BuyWithPrimeEventParser.parse} takes, and gives the typed event. */
export const BuyWithPrimeEventSchema: z.ZodMiniType<BuyWithPrimeEvent> = /* @__PURE__ */ (() => {
  const parser = new BuyWithPrimeEventParser();
  const transform = z.transform((input: unknown, { issues }): BuyWithPrimeEvent => {
    const result = parser.safeParse(input);
    if (result.success) return result.event;
    for (const { message, path = [] } of result.error.issues) issues.push({ code: 'custom', message, path: [...path], input });
    return z.NEVER;
  });
  return z.pipe(z.unknown(), transform);
})();

const text = /* @__PURE__ */ (() => z.nullish(z.string()))();
const amounts = /* @__PURE__ */ (() => {
  const number = z.nullish(z.number());
  return { amount: object({ unit: text, value: number }), quantity: object({ unit: text, amount: number }), number };
})();
const aliases = /* @__PURE__ */ (() => list({ aliasId: z.string(), aliasType: z.string() }))();

/** Checks a package tracker as the API answers it. */
export const BuyWithPrimeTrackerPayloadSchema: z.ZodMiniType<BuyWithPrimeTrackerPayload> = /* @__PURE__ */ (() => {
  const milestone = {
    status: object({ code: z.string(), message: object({ locale: text, value: text }) }),
    address: object({ locality: text, region: text, country: text }),
    occurredAt: text,
  };
  return z.looseObject({
    packageTrackerIdentifier: object({ carrierCode: text, trackingNumber: text }),
    trackingUrl: text,
    estimatedDeliveryDate: object({ earliest: text, latest: text }),
    latestMilestone: object(milestone),
    milestones: list(milestone),
  });
})();

/** Checks an order as the API answers it. Keeps what a document of your own selects beside it. */
export const BuyWithPrimeOrderPayloadSchema: z.ZodMiniType<BuyWithPrimeOrderPayload> = /* @__PURE__ */ (() => {
  const deliveries = object({
    details: list({
      id: z.string(),
      state: z.string(),
      reason: text,
      estimatedDeliveryDate: text,
      packageTracker: z.nullish(BuyWithPrimeTrackerPayloadSchema),
    }),
  });
  return z.looseObject({
    id: z.string(),
    aliases,
    lineItems: list({
      id: z.string(),
      aliases,
      amount: amounts.amount,
      quantity: amounts.quantity,
      deliveryInformation: deliveries,
      packageInformation: deliveries,
    }),
  });
})();

/** Checks a refund as the API answers it. Keeps what a document of your own selects beside it. */
export const BuyWithPrimeRefundPayloadSchema: z.ZodMiniType<BuyWithPrimeRefundPayload> = /* @__PURE__ */ (() =>
  z.looseObject({
    id: z.string(),
    aliases,
    state: text,
    createdAt: text,
    updatedAt: text,
    refundRequestReason: text,
    refundTotal: object({ totalAmount: object({ amount: amounts.number, currencyCode: text }) }),
    refundFor: object({ orderLineItems: shares() }),
  }))();

/** Checks a return as the API answers it. Keeps what a document of your own selects beside it. */
export const BuyWithPrimeReturnPayloadSchema: z.ZodMiniType<BuyWithPrimeReturnPayload> = /* @__PURE__ */ (() => {
  const returnFor = object({ orderLineItemAmounts: shares() });
  return z.looseObject({
    id: z.string(),
    aliases,
    state: z.string(),
    createdAt: text,
    updatedAt: text,
    expiresAt: text,
    returnFor,
    returnPackageDetails: list({
      id: z.string(),
      state: z.string(),
      reason: text,
      returnPackageFor: returnFor,
      packageTracker: z.nullish(BuyWithPrimeTrackerPayloadSchema),
    }),
  });
})();

/** Checks an event subscription as the API answers it. Keeps what a document of your own selects beside it. */
export const EventSubscriptionPayloadSchema: z.ZodMiniType<EventSubscriptionPayload> = /* @__PURE__ */ (() =>
  z.looseObject({
    subscriptionId: z.string(),
    targetId: text,
    eventSubscriptionDetails: object({ eventType: text, destination: object({ __typename: text, arn: text }) }),
  }))();

function object<Shape extends z.core.$ZodShape>(shape: Shape) {
  return z.nullish(z.looseObject(shape));
}

function list<Shape extends z.core.$ZodShape>(shape: Shape) {
  return z.nullish(z.array(z.nullable(z.looseObject(shape))));
}

function shares() {
  return list({ lineItem: object({ id: z.string(), aliases }), amount: amounts.amount, refundedQuantity: amounts.quantity });
}
