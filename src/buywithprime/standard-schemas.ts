/**
 * The schemas of Buy with Prime's payloads for any validator that knows Standard Schema.
 *
 * @module
 * @see {@link https://standardschema.dev | Standard Schema}
 */
import { toStandardSchema } from '../core/schema.ts';
import type { StandardSchemaV1 } from '../core/types.ts';
import type { BuyWithPrimeOrderPayload, BuyWithPrimeTrackerPayload } from './orders/order-payload.ts';
import type { BuyWithPrimeRefundPayload } from './orders/refund.ts';
import type { BuyWithPrimeReturnPayload } from './orders/return.ts';
import * as schemas from './schemas.ts';
import type { EventSubscriptionPayload } from './subscriptions/event-subscription.ts';

/** Checks an order as the API answers it. Keeps what a document of your own selects beside it. */
export const BuyWithPrimeOrderPayloadSchema: StandardSchemaV1<unknown, BuyWithPrimeOrderPayload> = /* @__PURE__ */ toStandardSchema(
  schemas.BuyWithPrimeOrderPayloadSchema,
);

/** Checks a refund as the API answers it. Keeps what a document of your own selects beside it. */
export const BuyWithPrimeRefundPayloadSchema: StandardSchemaV1<unknown, BuyWithPrimeRefundPayload> = /* @__PURE__ */ toStandardSchema(
  schemas.BuyWithPrimeRefundPayloadSchema,
);

/** Checks a return as the API answers it. Keeps what a document of your own selects beside it. */
export const BuyWithPrimeReturnPayloadSchema: StandardSchemaV1<unknown, BuyWithPrimeReturnPayload> = /* @__PURE__ */ toStandardSchema(
  schemas.BuyWithPrimeReturnPayloadSchema,
);

/** Checks a package tracker as the API answers it. */
export const BuyWithPrimeTrackerPayloadSchema: StandardSchemaV1<unknown, BuyWithPrimeTrackerPayload> = /* @__PURE__ */ toStandardSchema(
  schemas.BuyWithPrimeTrackerPayloadSchema,
);

/** Checks an event subscription as the API answers it. Keeps what a document of your own selects beside it. */
export const EventSubscriptionPayloadSchema: StandardSchemaV1<unknown, EventSubscriptionPayload> = /* @__PURE__ */ toStandardSchema(
  schemas.EventSubscriptionPayloadSchema,
);
