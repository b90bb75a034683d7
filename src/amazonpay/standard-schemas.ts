/**
 * The schemas of Amazon Pay's payloads for any validator that knows Standard Schema.
 *
 * @module
 * @see {@link https://standardschema.dev | Standard Schema}
 */
import { toStandardSchema } from '../core/schema.ts';
import type { StandardSchemaV1 } from '../core/types.ts';
import type { DeliveryTrackerInput, DeliveryTrackerResponse } from './delivery-tracker.ts';
import * as schemas from './schemas.ts';

/**
 * Checks what {@link DeliveryTrackerClient.create} takes: trims each text, drops properties that are not sent. A form or a queue can
 * check with it early; the client checks again by itself.
 */
export const DeliveryTrackerInputSchema: StandardSchemaV1<unknown, DeliveryTrackerInput> = /* @__PURE__ */ toStandardSchema(
  schemas.DeliveryTrackerInputSchema,
);

/** Checks what Amazon answers to the creation of a delivery tracker. Keeps what Amazon adds. */
export const DeliveryTrackerResponseSchema: StandardSchemaV1<unknown, DeliveryTrackerResponse> = /* @__PURE__ */ toStandardSchema(
  schemas.DeliveryTrackerResponseSchema,
);
