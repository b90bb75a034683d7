/**
 * The schemas of Buy with Prime's payloads.
 *
 * @module
 */
import * as z from 'zod/mini';
import type { BuyWithPrimeEvent } from './event.ts';
import type { BuyWithPrimeOrderPayload } from './order-payload.ts';
import { BuyWithPrimeEventParser } from './parser.ts';

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

/** Checks an order as the API answers it. Keeps what a document of your own selects beside it. */
export const BuyWithPrimeOrderPayloadSchema: z.ZodMiniType<BuyWithPrimeOrderPayload> = /* @__PURE__ */ (() => {
  const text = z.nullish(z.string());
  const number = z.nullish(z.number());
  const object = <Shape extends z.core.$ZodShape>(shape: Shape) => z.nullish(z.looseObject(shape));
  const list = <Shape extends z.core.$ZodShape>(shape: Shape) => z.nullish(z.array(z.nullable(z.looseObject(shape))));

  const aliases = list({ aliasId: z.string(), aliasType: z.string() });
  const deliveries = object({
    details: list({
      id: z.string(),
      state: z.string(),
      reason: text,
      estimatedDeliveryDate: text,
      packageTracker: object({
        packageTrackerIdentifier: object({ carrierCode: text, trackingNumber: text }),
        trackingUrl: text,
        estimatedDeliveryDate: object({ earliest: text, latest: text }),
        latestMilestone: object({ status: object({ code: z.string() }), occurredAt: text }),
      }),
    }),
  });
  return z.looseObject({
    id: z.string(),
    aliases,
    lineItems: list({
      id: z.string(),
      aliases,
      amount: object({ unit: text, value: number }),
      quantity: object({ unit: text, amount: number }),
      deliveryInformation: deliveries,
      packageInformation: deliveries,
    }),
  });
})();
