/**
 * The schemas of Amazon Pay's payloads, for composing with zod. The client does not load them.
 *
 * @module
 */
import * as z from 'zod/mini';
import {
  carrierCodeProblem,
  type DeliveryTrackerInput,
  type DeliveryTrackerResponse,
  ONE_ID,
  orderIdProblem,
  trackingNumberProblem,
} from './delivery-tracker.ts';

/** Checks what {@link DeliveryTrackerClient.create} takes: trims each text, drops properties that are not sent. */
export const DeliveryTrackerInputSchema: z.ZodMiniType<DeliveryTrackerInput> = /* @__PURE__ */ (() => {
  const text = (problemOf: (text: string) => string | undefined) =>
    z.string().check(z.trim(), ({ value, issues }) => {
      const message = problemOf(value);
      if (message) issues.push({ code: 'custom', message, input: value });
    });
  return z
    .object({
      chargePermissionId: z.optional(text(orderIdProblem)),
      amazonOrderReferenceId: z.optional(text(orderIdProblem)),
      trackingNumber: text(trackingNumberProblem),
      carrierCode: text(carrierCodeProblem),
    })
    .check(
      z.refine((input) => (input.chargePermissionId === undefined) !== (input.amazonOrderReferenceId === undefined), ONE_ID),
    ) as unknown as z.ZodMiniType<DeliveryTrackerInput>;
})();

/** Checks what Amazon answers. Keeps what Amazon adds. */
export const DeliveryTrackerResponseSchema: z.ZodMiniType<DeliveryTrackerResponse> = /* @__PURE__ */ (() =>
  z.looseObject({
    chargePermissionId: z.optional(z.string()),
    amazonOrderReferenceId: z.optional(z.string()),
    deliveryDetails: z.array(z.looseObject({ trackingNumber: z.string(), carrierCode: z.string() })),
  }))();
