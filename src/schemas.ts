/**
 * The schemas of all payloads as zod schemas, for who composes with zod. Here zod is yours (an optional peer, version 4), everywhere else it
 * is inlined; without zod, each surface exports the same schemas as Standard Schemas.
 *
 * @example An order system's own message around Amazon's event
 * ```ts
 * import * as z from 'zod/mini';
 * import { NdrEventSchema } from 'waybill/schemas';
 *
 * const Message = z.object({ shop: z.string(), event: NdrEventSchema });
 * ```
 *
 * @module waybill/schemas
 */
export * from './amazonpay/schemas.ts';
export * from './buywithprime/schemas.ts';
export * from './shipping-ndr/schemas.ts';
