/**
 * The schemas of Buy with Prime's payloads for every validator that supports Standard Schema.
 *
 * @module
 * @see {@link https://standardschema.dev | Standard Schema}
 */
import { toStandardSchema } from '../core/schema.ts';
import type { StandardSchemaV1 } from '../core/types.ts';
import * as order from './orders/order.ts';
import * as refund from './orders/refund.ts';
import * as update from './orders/refund-update.ts';
import * as returns from './orders/return.ts';
import * as tracking from './orders/tracking.ts';
import * as profile from './subscriptions/auth-profile.ts';
import * as subscription from './subscriptions/subscription.ts';

/** Checks an order as the API returns it. Keeps what your own document selects beside it. */
export const BuyWithPrimeOrderPayloadSchema: StandardSchemaV1<unknown, order.BuyWithPrimeOrderPayload> = /* @__PURE__ */ toStandardSchema(
  order.BuyWithPrimeOrderPayloadSchema,
);

/** Checks a refund as the API returns it. Keeps what your own document selects beside it. */
export const BuyWithPrimeRefundPayloadSchema: StandardSchemaV1<unknown, refund.BuyWithPrimeRefundPayload> =
  /* @__PURE__ */ toStandardSchema(refund.BuyWithPrimeRefundPayloadSchema);

/** Checks the input of {@link BuyWithPrimeClient.updateRefund}, except for what depends on the version and on the refund before. */
export const BuyWithPrimeRefundUpdateSchema: StandardSchemaV1<unknown, update.BuyWithPrimeRefundUpdate> = /* @__PURE__ */ toStandardSchema(
  update.BuyWithPrimeRefundUpdateSchema,
);

/** Checks a return as the API returns it. Keeps what your own document selects beside it. */
export const BuyWithPrimeReturnPayloadSchema: StandardSchemaV1<unknown, returns.BuyWithPrimeReturnPayload> =
  /* @__PURE__ */ toStandardSchema(returns.BuyWithPrimeReturnPayloadSchema);

/** Checks a package tracker as the API returns it. */
export const BuyWithPrimeTrackerPayloadSchema: StandardSchemaV1<unknown, tracking.BuyWithPrimeTrackerPayload> =
  /* @__PURE__ */ toStandardSchema(tracking.BuyWithPrimeTrackerPayloadSchema);

/** Checks the input of {@link BuyWithPrimeClient.createEventSubscription}. An unknown key is refused. */
export const EventSubscriptionInputSchema: StandardSchemaV1<unknown, subscription.EventSubscriptionInput> =
  /* @__PURE__ */ toStandardSchema(subscription.EventSubscriptionInputSchema);

/** Checks an event subscription as the API returns it. Keeps what your own document selects beside it. */
export const EventSubscriptionPayloadSchema: StandardSchemaV1<unknown, subscription.EventSubscriptionPayload> =
  /* @__PURE__ */ toStandardSchema(subscription.EventSubscriptionPayloadSchema);

/** Checks the input of {@link BuyWithPrimeClient.createAuthProfile}. An unknown key is refused. */
export const AuthProfileInputSchema: StandardSchemaV1<unknown, profile.AuthProfileInput> = /* @__PURE__ */ toStandardSchema(
  profile.AuthProfileInputSchema,
);
