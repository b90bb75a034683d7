/**
 * What every answer of the API needs to be read.
 *
 * @module
 */
import * as z from 'zod/mini';
import { parseSchema } from '../../core/schema.ts';
import type { Nullish } from '../orders/order-payload.ts';

/** Checks a part of an answer; `field` is what it is called there. */
export function parseAnswer<Output>(field: string, schema: z.ZodMiniType<Output>, value: unknown): Output {
  const whole = z.looseObject({ [field]: schema }) as z.ZodMiniType<unknown> as z.ZodMiniType<Readonly<Record<string, Output>>>;
  const { [field]: output } = parseSchema(
    whole,
    { [field]: value },
    {
      surface: 'buywithprime',
      direction: 'response',
      hint: 'A document of your own must select the ids and states; otherwise Amazon changed its answer.',
    },
  );
  return output as Output;
}

/** An object of which nothing is read. */
export const ObjectSchema: z.ZodMiniType<Readonly<Record<string, unknown>>> = /* @__PURE__ */ z.looseObject({});

/** GraphQL may put null in the place of a list and of each of its items. */
export function present<Item>(list: Nullish<readonly (Item | null | undefined)[]>): readonly Item[] {
  return (list ?? []).filter((item) => item !== null && item !== undefined);
}

export function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
}
