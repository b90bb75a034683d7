/**
 * Errors of Buy with Prime's GraphQL API, in the shape that Amazon's pages show.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/troubleshoot-order-errors | Order errors}
 */
import type { Open } from '../../../core/types.ts';

/** `errors[].extensions.classification.type`. */
export type GraphQLFaultType = Open<
  'AccessDeniedError' | 'ValidationError' | 'ResourceNotFoundError' | 'ConflictError' | 'ThrottlingError' | 'InternalServerError'
>;

const WORDS: Readonly<Record<string, string>> = {
  AccessDeniedError: 'You do not have sufficient access to perform this action.',
  ResourceNotFoundError: 'The requested resource was not found.',
  ThrottlingError: 'Too many requests.',
  InternalServerError: 'An unexpected error occurred.',
};

/** An error that a resolver throws: graphql-js carries its `extensions` into the answer. */
export class GraphQLFault extends Error {
  readonly extensions: { readonly classification: Readonly<Record<string, unknown>> };

  constructor(type: GraphQLFaultType, { code, message = WORDS[type] ?? type }: { readonly code?: string; readonly message?: string } = {}) {
    super(message);
    this.extensions = { classification: classify(type, code, message) };
  }
}

/** `errorType` and `errorCode` are documented for two types; the others are shown with `type` and `code` alone. */
function classify(type: GraphQLFaultType, code: string | undefined, message: string): Readonly<Record<string, unknown>> {
  if (type === 'AccessDeniedError') return { type, errorType: 'AccessDeniedException', errorCode: 403 };
  if (type === 'ValidationError') {
    return { type, code: code ?? 'UnspecifiedError', details: { message }, errorType: 'ValidationException', errorCode: 400 };
  }
  return code === undefined ? { type } : { type, code };
}
