/**
 * Operations of the GraphQL API: a document, its variables and how its response is read. Nothing here sends anything.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/call-the-buy-with-prime-api | Call the API}
 */
import type * as z from 'zod/mini';
import type { Open } from '../core/types.ts';

/** A version of the API, the value of `x-api-version`. A later version is accepted too; its queries are those of `2024-11-01`. */
export type BuyWithPrimeApiVersion = Open<'2024-01-01' | '2024-04-01' | '2024-11-01'>;

/** The data of a response, by field. */
export type Data = Readonly<Record<string, unknown>>;

/** Checks a part of the data. `at` is its path. Throws a {@link ValidationError} that names the request. */
export type Check = <Output>(schema: z.ZodMiniType<Output>, value: unknown, ...at: PropertyKey[]) => Output;

/** What is sent, and how the response is read. */
export interface Operation<Result> {
  readonly document: string;
  readonly variables: Data;
  /** The first version of the API that has it, if not all do. */
  readonly since?: BuyWithPrimeApiVersion;
  /** A field of the data that may be missing: then `ResourceNotFoundError` is a result, not an error. */
  readonly optional?: string;
  /** It changes something, so it is retried only if Amazon certainly did not carry it out. */
  readonly mutates?: boolean;
  /** Secrets and personal values among the variables: no error may contain them. */
  readonly hide?: readonly (string | undefined)[];
  /** What the credentials must be allowed to do, in Amazon's words. */
  readonly permission?: string;
  /** What else `AccessDeniedError` can mean here. */
  readonly denied?: string;
  readonly read: (data: Data, check: Check) => Result;
}

/** Checks a field of the data, and reads it. */
export function readField<Payload, Result>(
  field: string,
  schema: z.ZodMiniType<Payload>,
  read: (payload: Payload, check: Check) => Result,
): Operation<Result>['read'] {
  return ({ [field]: value }, check) => read(check(schema, value, field), check);
}

interface FieldQuery<Payload, Result> extends Omit<Operation<Result>, 'optional' | 'read'> {
  readonly field: string;
  readonly schema: z.ZodMiniType<Payload>;
  /** Called only if the field is present. */
  readonly read: (payload: Payload, check: Check) => Result;
}

/** The operation for a query for one field. Its result is `undefined` if Amazon has nothing. */
export function queryField<Payload, Result>({ field, schema, read, ...query }: FieldQuery<Payload, Result>): Operation<Result | undefined> {
  const readPresent = readField(field, schema, read);
  const isMissing = (data: Data): boolean => data[field] === null || data[field] === undefined;
  return { ...query, optional: field, read: (data, check) => (isMissing(data) ? undefined : readPresent(data, check)) };
}

/** The value that belongs to a version. Versions are dates, so they compare as strings. */
export function byVersion<Value>(
  apiVersion: BuyWithPrimeApiVersion,
  values: Readonly<Record<'2024-01-01' | '2024-04-01' | '2024-11-01', Value>>,
): Value {
  if (apiVersion < '2024-04-01') return values['2024-01-01'];
  return apiVersion < '2024-11-01' ? values['2024-04-01'] : values['2024-11-01'];
}
