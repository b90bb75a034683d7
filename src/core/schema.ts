/**
 * From a zod schema to a value of ours or an error of ours.
 *
 * @module
 */
import * as z from 'zod/mini';
import { type Issue, type Surface, ValidationError } from './errors.ts';
import type { StandardSchemaV1 } from './types.ts';

/** What is being checked, for the error. */
export interface Subject {
  readonly surface: Surface;
  readonly direction: ValidationError['direction'];
  /** What to do when it does not fit. */
  readonly hint?: string;
}

/** Checks `value`; throws a {@link ValidationError} that says what is wrong and where, never with the value. */
export function parseSchema<Output>(schema: z.ZodMiniType<Output>, value: unknown, subject: Subject): Output {
  const result = safeParseSchema(schema, value);
  if ('issues' in result) throw new ValidationError(subject.direction, result.issues, subject);
  return result.value;
}

/** Checks `value` and never throws. */
export function safeParseSchema<Output>(
  schema: z.ZodMiniType<Output>,
  value: unknown,
): { readonly value: Output } | { readonly issues: readonly [Issue, ...Issue[]] } {
  let result = z.safeParse(schema, value);
  // Only a failure needs to know the input: to carry it along makes every parse half as slow again.
  if (!result.success) result = z.safeParse(schema, value, { reportInput: true });
  if (result.success) return { value: result.data };
  return { issues: result.error.issues.map(toIssue) as [Issue, ...Issue[]] };
}

/** The schema without its library: what a user composes with, whatever validator they use. */
export function toStandardSchema<Output>(schema: z.ZodMiniType<Output>): StandardSchemaV1<unknown, Output> {
  return { '~standard': { version: 1, vendor: 'waybill', validate: (value) => safeParseSchema(schema, value) } };
}

// zod/mini words every message "Invalid input" unless a locale is configured, and a locale is global state.
function toIssue(issue: z.core.$ZodIssue): Issue {
  const path = issue.path.length > 0 ? { path: issue.path } : {};
  return { message: wording(issue), ...path };
}

function wording(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return `expected ${issue.expected}, got ${typeName(issue.input)}`;
  if (issue.code === 'unrecognized_keys') return `unknown properties: ${issue.keys.join(', ')}`;
  // The schemas make no other issues but of checks of our own, which bring their message.
  return issue.message;
}

/** What a value is, for a message that must not show it. */
export function typeName(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : typeof value;
}
