/**
 * What every surface re-exports: the errors and the types that are the same everywhere.
 *
 * @module
 */
export {
  type AnyWaybillError,
  ApiError,
  type ApiErrorDetails,
  AuthenticationError,
  ConfigurationError,
  ConnectionError,
  type ErrorCode,
  type ErrorDetails,
  GraphQLError,
  type GraphQLErrorEntry,
  InProgressError,
  isWaybillError,
  TimeoutError,
  ValidationError,
  WaybillError,
} from './errors.ts';
export type {
  Bytes,
  Fetch,
  FetchInit,
  FetchResponse,
  Issue,
  OneOrMany,
  Open,
  Provided,
  StandardSchemaV1,
  Surface,
  WebCryptoKey,
} from './types.ts';
