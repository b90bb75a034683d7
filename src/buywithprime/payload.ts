/**
 * What payloads are made of, and how they are checked.
 *
 * @module
 */
import * as z from 'zod/mini';
import { ValidationError } from '../core/errors.ts';
import { parseSchema } from '../core/schema.ts';
import { isObject } from '../core/types.ts';
import { SURFACE } from './surface.ts';

/**
 * A field that GraphQL may return as null, and that a document may leave out.
 * @inline
 */
export type Nullish<Value> = Value | null | undefined;

/** The items that are present: GraphQL may put null in place of a list and of each item. */
export function present<Item>(list: Nullish<readonly (Item | null | undefined)[]>): readonly Item[] {
  return (list ?? []).filter((item) => item !== null && item !== undefined);
}

/** The value, if it is an object and not an array. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return isObject(value) && !Array.isArray(value) ? value : undefined;
}

/** The schema of an object in a response: it may be null, and fields that Amazon adds are kept. */
export function nullableObject<Shape extends z.core.$ZodShape>(
  shape: Shape,
): z.ZodMiniOptional<z.ZodMiniNullable<z.ZodMiniObject<Shape, z.core.$loose>>> {
  return z.nullish(z.looseObject(shape));
}

/** The schema of a list in a response: it may be null, and so may each item. */
export function nullableList<Item extends z.core.SomeType>(
  item: Item,
): z.ZodMiniOptional<z.ZodMiniNullable<z.ZodMiniArray<z.ZodMiniNullable<Item>>>> {
  return z.nullish(z.array(z.nullable(item)));
}

/** A string in a response that may be null. */
export const NullableString: z.ZodMiniType<Nullish<string>> = /* @__PURE__ */ (() => z.nullish(z.string()))();

/** A number in a response that may be null. */
export const NullableNumber: z.ZodMiniType<Nullish<number>> = /* @__PURE__ */ (() => z.nullish(z.number()))();

/** An object of any shape. */
export const AnyObject: z.ZodMiniType<Readonly<Record<string, unknown>>> = /* @__PURE__ */ (() => z.looseObject({}))();

/** A field that a document must select. Amazon's GraphQL has it as null if there is nothing. */
export const Selected: z.ZodMiniType = /* @__PURE__ */ z.lazy(() =>
  z.unknown().check(({ value, issues }) => {
    if (value === undefined) issues.push({ code: 'custom', message: 'is missing', input: value });
  }),
);

/** A string that is not empty. */
export const Name: z.ZodMiniType<string> = /* @__PURE__ */ (() => z.string().check(z.minLength(1)))();

/** An id of a subscription or of an auth profile. */
export const Id: z.ZodMiniType<string> = /* @__PURE__ */ (() => z.string().check(z.minLength(1), z.maxLength(50)))();

/** A URL that secrets and events may be sent to. */
export const HttpsUrl: z.ZodMiniType<string> = /* @__PURE__ */ (() =>
  z
    .string()
    .check(z.regex(/^https:\/\/[^\s/?#@]+(?:[/?#]\S*)?$/, 'expected a URL that starts with https://, without a user name or password')))();

/** Checks what a method was called with, before anything is sent. `at` is its path, if it is not the root. */
export function parseInput<Output>(
  schema: z.ZodMiniType<Output>,
  input: unknown,
  about: { readonly at?: readonly PropertyKey[]; readonly hint?: string } = {},
): Output {
  return parseSchema(schema, input, { surface: SURFACE, direction: 'request', ...about });
}

/** The error for an input that cannot be right. Nothing is sent. */
export function invalidInput(path: readonly PropertyKey[], message: string, hint?: string): ValidationError {
  return new ValidationError('request', [{ path, message }], { surface: SURFACE, hint });
}
