/**
 * Errors of Buy with Prime's GraphQL API, in the shape that Amazon's pages show.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/troubleshoot-order-errors | Order errors}
 */
import type { GraphQLFormattedError } from 'graphql';
import type { Open } from '../../../core/types.ts';

/** The package `graphql`, which is an optional peer. */
export type GraphQL = typeof import('graphql');

/** `errors[].extensions.classification.type`. */
export type GraphQLFaultType = Open<
  'AccessDeniedError' | 'ValidationError' | 'ResourceNotFoundError' | 'ConflictError' | 'ThrottlingError' | 'InternalServerError'
>;

/** What an error says besides its type. */
interface FaultDetails {
  readonly code?: string;
  readonly message?: string;
  /** Content of `details`; by default the message. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Whether the whole `data` of the response is null, and not the field only. */
  readonly isWhole?: boolean;
}

const MESSAGES: Readonly<Record<string, string>> = {
  AccessDeniedError: 'You do not have sufficient access to perform this action.',
  ResourceNotFoundError: 'The requested resource was not found.',
  ThrottlingError: 'Too many requests.',
  InternalServerError: 'An unexpected error occurred.',
};

/** An error that a resolver throws: graphql-js copies its `extensions` into the response. */
export class GraphQLFault extends Error {
  readonly extensions: { readonly classification: Readonly<Record<string, unknown>> };
  readonly isWhole: boolean;

  constructor(type: GraphQLFaultType, { code, message = MESSAGES[type] ?? type, details, isWhole = false }: FaultDetails = {}) {
    super(message);
    this.extensions = { classification: classify(type, code, details ?? { message }) };
    this.isWhole = isWhole;
  }
}

/** `errorType` and `errorCode` are documented for two types; the others are shown with `type` and `code` only. */
function classify(type: GraphQLFaultType, code: string | undefined, details: object): Readonly<Record<string, unknown>> {
  if (type === 'AccessDeniedError') return { type, errorType: 'AccessDeniedException', errorCode: 403 };
  if (type === 'ValidationError') {
    return { type, code: code ?? 'UnspecifiedError', details, errorType: 'ValidationException', errorCode: 400 };
  }
  return code === undefined ? { type } : { type, code };
}

/** The error for an input that is not valid: Amazon names each issue by its path. */
export function invalidInput(issue: string, details?: Omit<FaultDetails, 'message'>): GraphQLFault {
  const message = `Input request is not valid, the following issues were encountered: [${issue}]`;
  return new GraphQLFault('ValidationError', { message, ...details });
}

/** HTTP 200 whatever happened, and each error classified. */
export function toResponse(graphql: GraphQL, { errors, data = null }: { errors?: readonly Error[]; data?: unknown }): Response {
  if (!errors) return Response.json({ data });
  const isWhole = errors.some((error) => error instanceof graphql.GraphQLError && isWholeFault(error.originalError));
  return Response.json({ errors: errors.map((error) => format(graphql, error)), data: isWhole ? null : data });
}

function isWholeFault(error: unknown): boolean {
  return error instanceof GraphQLFault && error.isWhole;
}

/** An error with its classification. */
function format(graphql: GraphQL, error: Error): GraphQLFormattedError {
  const formatted: GraphQLFormattedError = error instanceof graphql.GraphQLError ? error.toJSON() : { message: error.message };
  if (formatted.extensions?.['classification']) return formatted;
  // At a field it is a record that was set and is malformed; else the document or its variables do not fit the schema.
  const type = formatted.path ? 'InternalServerError' : 'ValidationError';
  return { ...formatted, extensions: new GraphQLFault(type, formatted).extensions };
}
