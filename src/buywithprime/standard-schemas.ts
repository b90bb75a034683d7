/**
 * The schemas of Buy with Prime's payloads for any validator that knows Standard Schema.
 *
 * @module
 * @see {@link https://standardschema.dev | Standard Schema}
 */
import { toStandardSchema } from '../core/schema.ts';
import type { StandardSchemaV1 } from '../core/types.ts';
import type { BuyWithPrimeOrderPayload } from './order-payload.ts';
import * as schemas from './schemas.ts';

/** Checks an order as the API answers it. Keeps what a document of your own selects beside it. */
export const BuyWithPrimeOrderPayloadSchema: StandardSchemaV1<unknown, BuyWithPrimeOrderPayload> = /* @__PURE__ */ toStandardSchema(
  schemas.BuyWithPrimeOrderPayloadSchema,
);
