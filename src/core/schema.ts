/**
 * From a zod schema to a value or a {@link ValidationError}.
 *
 * @module
 */
import * as z from 'zod/mini';
import { type ErrorDetails, ValidationError } from './errors.ts';
import { type Issue, isObject, type StandardSchemaV1 } from './types.ts';
import { typeName } from './wording.ts';

/** What is checked, for the error. */
export interface Subject extends Pick<ErrorDetails, 'surface' | 'hint'> {
  readonly direction: ValidationError['direction'];
  /** The path of the value in the whole, if it is not the root. */
  readonly at?: readonly PropertyKey[];
  readonly requestId?: string | undefined;
  readonly attempts?: number;
}

/** Checks `value`. Throws a {@link ValidationError} that says what is wrong and where, never with the value. */
export function parseSchema<Output>(schema: z.ZodMiniType<Output>, value: unknown, subject: Subject): Output {
  const result = safeParseSchema(schema, value);
  if ('value' in result) return result.value;
  const { at = [], direction } = subject;
  const [first, ...others] = result.issues.map((issue) => (at.length > 0 ? { ...issue, path: [...at, ...(issue.path ?? [])] } : issue));
  throw new ValidationError(direction, [first as Issue, ...others], subject);
}

/** Checks `value` and never throws. */
export function safeParseSchema<Output>(
  schema: z.ZodMiniType<Output>,
  value: unknown,
): { readonly value: Output } | { readonly issues: readonly [Issue, ...Issue[]] } {
  try {
    let result = z.safeParse(schema, value);
    // Only a failure needs the input: carrying it along makes every parse half as slow again.
    if (!result.success) result = z.safeParse(schema, value, { reportInput: true });
    if (result.success) return { value: result.data };
    return { issues: result.error.issues.map(toIssue) as [Issue, ...Issue[]] };
  } catch {
    return { issues: [{ message: 'expected a value that can be read: a getter or a proxy threw' }] };
  }
}

/** The schema without its library: users compose with it, whatever validator they have. */
export function toStandardSchema<Output>(schema: z.ZodMiniType<Output>): StandardSchemaV1<unknown, Output> {
  return { '~standard': { version: 1, vendor: 'waybill', validate: (value) => safeParseSchema(schema, value) } };
}

/** Gives a schema with a check of our own the JSON Schema of what it accepts: zod cannot know it. */
export function describedAs<Schema extends z.core.$ZodType>(schema: Schema, jsonSchema: Readonly<Record<string, unknown>>): Schema {
  schema._zod.toJSONSchema = () => jsonSchema;
  // A check leaves the schema without it as the parent, which zod expects to have described.
  schema._zod.parent = undefined;
  return schema;
}

/**
 * A check that an object has exactly one of some properties, or at most one if it is not `required`. JSON Schema says it with `oneOf`; zod
 * cannot, so that the check adds it.
 */
export function exactlyOne(names: readonly string[], problem: (count: number) => string, isRequired = true): z.core.$ZodCheck<object> {
  const check = z.check<object>(({ value, issues }) => {
    const count = names.filter((name) => (value as Readonly<Record<string, unknown>>)[name] !== undefined).length;
    if (count > 1 || (isRequired && count === 0)) issues.push({ code: 'custom', message: problem(count), input: value });
  });
  // Also if a property is wrong: all that is wrong with an input is said at once.
  check._zod.def.when = ({ value }) => isObject(value) && !Array.isArray(value);
  check._zod.onattach.push((schema) => {
    schema._zod.processJSONSchema = (context, json, params) => {
      context.processors['object']?.(schema as never, context, json, params);
      const each = names.map((name) => ({ required: [name] }));
      json.oneOf = isRequired ? each : [...each, { not: { anyOf: each } }];
    };
  });
  return check;
}

/** A yes or no for a value. */
export type Test = (value: unknown) => boolean;

/**
 * Compiles a schema without transforms into a yes/no test for what it accepts: 0.4 to 0.7 µs for an NDR event, while the schema itself
 * takes 1.4 to 2.7 (Node 20). For what the test refuses, {@link safeParseSchema} has the words; so there is one definition.
 */
export function compileSchema(schema: z.core.$ZodType): Test {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  const fallback: Test = (value) => z.safeParse(schema, value).success;
  if (def.checks?.length) return fallback;
  switch (def.type) {
    case 'string':
    case 'boolean':
      return (value) => typeof value === def.type;
    case 'unknown':
      return () => true;
    case 'optional':
      return either((value) => value === undefined, compileSchema(def.innerType));
    case 'nullable':
      return either((value) => value === null, compileSchema(def.innerType));
    case 'lazy':
      return lazily(() => compileSchema((schema as z.core.$ZodLazy)._zod.innerType));
    case 'union':
      return def.options.map(compileSchema).reduce(either);
    case 'array':
      return every(compileSchema(def.element));
    case 'object':
      return def.catchall?._zod.def.type === 'unknown' ? withProperties(def.shape) : fallback;
    default:
      return fallback;
  }
}

/** Compiled with the first value, so that an import makes no schema. */
function lazily(compile: () => Test): Test {
  let test: Test | undefined;
  return (value) => {
    test ??= compile();
    return test(value);
  };
}

function either(one: Test, other: Test): Test {
  return (value) => one(value) || other(value);
}

function every(test: Test): Test {
  return (value) => Array.isArray(value) && value.every(test);
}

function withProperties(shape: Readonly<Record<string, z.core.$ZodType>>): Test {
  const properties = Object.entries(shape).map(([name, schema]) => [name, compileSchema(schema), schema._zod.optin] as const);
  return (value) => {
    // JSON can contain a property "__proto__", which a copy turns into a prototype: the schema drops it.
    if (!isObject(value) || Array.isArray(value) || Object.hasOwn(value, '__proto__')) return false;
    for (const [name, test, optional] of properties) {
      const item = value[name];
      // An unknown value may be undefined, but it must be there.
      if (item === undefined && !optional && !(name in value)) return false;
      if (!test(item)) return false;
    }
    return true;
  };
}

// zod/mini words every message "Invalid input" unless a locale is configured, and a locale is global state.
function toIssue(issue: z.core.$ZodIssue): Issue {
  const path = issue.path.length > 0 ? { path: issue.path } : {};
  return { message: wording(issue), ...path };
}

/** Words every issue code that our schemas can produce. */
function wording(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.expected === 'never') return 'must be left out';
      return `expected ${issue.expected === 'int' ? 'whole number' : issue.expected}, got ${typeName(issue.input)}`;
    case 'invalid_value':
      return `expected ${list(issue.values.map(String))}`;
    case 'unrecognized_keys':
      return `unknown properties: ${issue.keys
        .slice(0, 10)
        .map((key) => key.slice(0, 60))
        .join(', ')}`;
    case 'invalid_union':
      if (issue.errors.length === 0)
        return `expected ${list(((issue as { readonly options?: readonly unknown[] }).options ?? []).map(String))}`;
      return `expected ${list(issue.errors.map(alternative))}, got ${typeName(issue.input)}`;
    case 'too_small':
      return UNITS[issue.origin] && issue.minimum === 1 ? 'must not be empty' : `must ${bound(issue, 'least', 'more than', issue.minimum)}`;
    case 'too_big':
      return `must ${bound(issue, 'most', 'less than', issue.maximum)}`;
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    default:
      // A custom check has its own message.
      return issue.message === 'Invalid input' ? 'has the wrong format' : issue.message;
  }
}

/** What the size of a value is counted in; a number has none. */
const UNITS: Readonly<Record<string, string>> = { string: 'characters', array: 'items' };

type Bounded = z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig;

function bound({ origin, inclusive = true }: Bounded, including: string, excluding: string, limit: number | bigint): string {
  const unit = UNITS[origin];
  if (unit) return `have at ${including} ${limit} ${unit}`;
  return inclusive ? `be at ${including} ${limit}` : `be ${excluding} ${limit}`;
}

/** What one branch of a union expects. */
function alternative(issues: readonly z.core.$ZodIssue[]): string {
  const [issue] = issues;
  if (issue?.code === 'invalid_type' && issue.path.length === 0) return issue.expected;
  return issue ? wording(issue).replace(/^expected |, got .*$/g, '') : 'another value';
}

function list(words: readonly string[]): string {
  return [...new Set(words)].join(', ').replace(/, (?=[^,]*$)/, ' or ');
}
