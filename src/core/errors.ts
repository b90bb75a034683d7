/**
 * The errors that waybill throws. Each says what went wrong, on which surface, whether a retry can help and what to do next. None of them
 * holds a request, a response, a secret or personal data.
 *
 * @module
 */
import { attempt, type Issue, isObject, type Open, type Surface } from './types.ts';

/** What went wrong, for `switch`. Minor versions may add codes. */
export type ErrorCode = Open<AnyWaybillError['code']>;

/** The fields that every error is created with. */
export interface ErrorDetails {
  /** The surface it happened on. */
  readonly surface: Surface;
  /** What to do next, in one sentence. */
  readonly hint?: string | undefined;
  /** The error that caused it: a {@link WaybillError}, or a redacted copy of a foreign error. */
  readonly cause?: unknown;
}

// Registered, so that an error from another copy of waybill, or from another realm, is recognised too: `instanceof` would miss it.
const BRAND = Symbol.for('waybill.error');

/** Base class of every error that waybill throws on purpose. */
export abstract class WaybillError extends Error {
  /** What went wrong, for `switch`. */
  abstract readonly code: ErrorCode;
  /** The surface it happened on. */
  readonly surface: Surface;
  /** Whether the same call can succeed later without a change on the caller's side. */
  abstract readonly retryable: boolean;
  /** What to do next, in one sentence. */
  declare readonly hint?: string;

  constructor(message: string, { surface, hint, cause }: ErrorDetails) {
    super(message, cause === undefined ? undefined : { cause });
    this.surface = surface;
    define(this, { hint });
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** The fields that are safe to log. `cause` and data from Amazon are left out. */
  toJSON(): Record<string, unknown> {
    return { name: this.name, code: this.code, message: this.message, ...(this as object) };
  }
}

/**
 * An option, a key or a credential cannot work. Thrown at construction if it can be known there.
 *
 * @example
 * ```ts
 * if (isWaybillError(error) && error.code === 'CONFIGURATION') process.exitCode = 78; // EX_CONFIG: a retry will not help
 * ```
 */
export class ConfigurationError extends WaybillError {
  override readonly name = 'ConfigurationError';
  readonly code = 'CONFIGURATION';
  readonly retryable = false;
  /** The option at fault, such as `timeout` or `credentials.clientId`. Absent if no single option is. */
  declare readonly option?: string;

  constructor(message: string, { option, ...details }: ErrorDetails & { readonly option?: string | undefined }) {
    super(message, details);
    define(this, { option });
  }
}

type ValidationDetails = ErrorDetails & { readonly requestId?: string | undefined; readonly attempts?: number };

/**
 * A value does not match its schema. Nothing was sent if `direction` is `request`.
 *
 * @example Tell a bad event from a bug
 * ```ts
 * if (isWaybillError(error) && error.code === 'VALIDATION') console.warn(error.issues);
 * ```
 */
export class ValidationError extends WaybillError {
  override readonly name = 'ValidationError';
  readonly code = 'VALIDATION';
  readonly retryable = false;
  /** Whether the caller's input, Amazon's response or an event from Amazon is at fault. */
  readonly direction: 'request' | 'response' | 'event';
  /** What is wrong: at least one issue. */
  readonly issues: readonly Issue[];
  /** Amazon's id of the request, if a response is at fault. */
  declare readonly requestId?: string;
  /** How many times the request was sent, if a response is at fault. */
  declare readonly attempts?: number;

  constructor(direction: ValidationError['direction'], issues: readonly [Issue, ...Issue[]], details: ValidationDetails) {
    super(issues.map(describe).join('; '), details);
    this.direction = direction;
    this.issues = issues;
    define(this, { requestId: details.requestId, attempts: details.attempts });
  }
}

/**
 * The credential or signature of a webhook request does not verify: respond with 401. "Could not be checked" (keys unavailable) is another
 * error: a {@link ConnectionError}, a {@link TimeoutError} or an {@link ApiError}; respond with 503.
 */
export class AuthenticationError extends WaybillError {
  override readonly name = 'AuthenticationError';
  readonly code = 'AUTHENTICATION';
  readonly retryable = false;
  /** What is wrong with the credential. Never contains its value. */
  readonly reason: 'missing' | 'malformed' | 'mismatch' | 'expired';

  constructor(reason: AuthenticationError['reason'], message: string, details: ErrorDetails) {
    super(message, details);
    this.reason = reason;
  }
}

type ConnectionDetails = ErrorDetails & {
  readonly attempts: number;
  readonly systemCode?: string | undefined;
  readonly retryable?: boolean;
};

/** There is no complete response: DNS, TLS, a reset connection, a body that broke off. */
export class ConnectionError extends WaybillError {
  override readonly name: 'ConnectionError' | 'TimeoutError' = 'ConnectionError';
  readonly code: 'CONNECTION' | 'TIMEOUT' = 'CONNECTION';
  /** False if Amazon had responded with a success before the connection broke, or if no retry can help, as with a wrong certificate. */
  override readonly retryable: boolean;
  /** How many times the request was sent. */
  readonly attempts: number;
  /** The system's code for the fault, such as `ENOTFOUND`, `ECONNREFUSED` or `CERT_HAS_EXPIRED`. */
  declare readonly systemCode?: string;

  constructor(message: string, { attempts, systemCode, retryable = true, ...details }: ConnectionDetails) {
    super(message, details);
    this.retryable = retryable;
    this.attempts = attempts;
    define(this, { systemCode });
  }
}

/** No complete response arrived in time. It is a {@link ConnectionError}, so that one check catches both. */
export class TimeoutError extends ConnectionError {
  override readonly name = 'TimeoutError';
  override readonly code = 'TIMEOUT';
  /** The budget that ran out: `timeout` of the last attempt, or `totalTimeout` of the call. */
  readonly budget: 'attempt' | 'total';

  constructor(budget: TimeoutError['budget'], message: string, details: ConnectionDetails) {
    super(message, details);
    this.budget = budget;
  }
}

/** The fields that an {@link ApiError} is created with. */
export interface ApiErrorDetails extends ErrorDetails {
  readonly status: number;
  readonly reasonCode?: string | undefined;
  readonly requestId?: string | undefined;
  readonly retryAfter?: number | undefined;
  readonly attempts: number;
  readonly retryable: boolean;
  readonly data?: unknown;
}

/** Amazon responded, and the response is not a success. */
export class ApiError extends WaybillError {
  override readonly name = 'ApiError';
  readonly code = 'API';
  override readonly retryable: boolean;
  /** HTTP status of the last response; 0 if a browser hides a redirect. */
  readonly status: number;
  /** Amazon's code for the fault, if the response has one. Amazon may add codes. */
  declare readonly reasonCode?: string;
  /** Amazon's id of the request: their support asks for it. */
  declare readonly requestId?: string;
  /** The wait that Amazon requests before a retry, in milliseconds. */
  declare readonly retryAfter?: number;
  /** How many times the request was sent. */
  readonly attempts: number;
  readonly #data: unknown;

  constructor(message: string, { status, reasonCode, requestId, retryAfter, attempts, retryable, data, ...details }: ApiErrorDetails) {
    super(message, details);
    this.status = status;
    this.attempts = attempts;
    this.retryable = retryable;
    define(this, { reasonCode, requestId, retryAfter });
    this.#data = data;
  }

  /** The response's body, parsed if it is JSON, redacted. Not part of `toJSON()` or of the output of `util.inspect`. */
  get data(): unknown {
    return this.#data;
  }
}

/** One entry of the `errors` in a GraphQL response. */
export interface GraphQLErrorEntry {
  /** Amazon's message, redacted. */
  readonly message: string;
  /** The field it is about, from the root. */
  readonly path?: readonly (string | number)[];
  /** Amazon's classification, such as `ThrottlingError` or `AccessDeniedError`. */
  readonly type?: string;
  /** Amazon's finer code, such as `SubscriptionAlreadyExists`. */
  readonly errorCode?: string;
}

/** The GraphQL response has errors. Partial data is in `data`. */
export class GraphQLError extends WaybillError {
  override readonly name = 'GraphQLError';
  readonly code = 'GRAPHQL';
  override readonly retryable: boolean;
  /** The errors of the response, in its order. */
  readonly errors: readonly [GraphQLErrorEntry, ...GraphQLErrorEntry[]];
  /** Amazon's id of the request: their support asks for it. */
  declare readonly requestId?: string;
  /** How many times the request was sent. */
  readonly attempts: number;
  readonly #data: unknown;

  constructor(details: Omit<ApiErrorDetails, 'status' | 'reasonCode' | 'retryAfter'> & Pick<GraphQLError, 'errors'>) {
    const { errors, requestId, attempts, retryable, data } = details;
    super(errors.map(describe).join('; '), details);
    this.errors = errors;
    this.attempts = attempts;
    this.retryable = retryable;
    define(this, { requestId });
    this.#data = data;
  }

  /** The partial data. Not part of `toJSON()` or of the output of `util.inspect`, because it may contain personal data. */
  get data(): unknown {
    return this.#data;
  }
}

/**
 * Another call, perhaps in another process, is handling the same event: the `idempotencyStore` says so. Nothing is lost: respond with 503,
 * and the event is redelivered.
 */
export class InProgressError extends WaybillError {
  override readonly name = 'InProgressError';
  readonly code = 'IN_PROGRESS';
  readonly retryable = true;
}

/** Every error that waybill throws, discriminated by `code`. */
export type AnyWaybillError =
  | ConfigurationError
  | ValidationError
  | AuthenticationError
  | ConnectionError
  | TimeoutError
  | ApiError
  | GraphQLError
  | InProgressError;

/**
 * Whether `error` was thrown by waybill, also by another copy of it or in another realm.
 *
 * @example
 * ```ts
 * if (isWaybillError(error)) console.error(error.code, error.message, error.hint);
 * else throw error;
 * ```
 */
export function isWaybillError(error: unknown): error is AnyWaybillError {
  // A revoked proxy throws.
  return attempt(() => isObject(error) && BRAND in error) === true;
}

type OptionProblem = readonly [option: string | undefined, problem: string, hint?: string | undefined];

/** The error for a configuration that cannot work. `option` is prefixed to the message; leave it out if no single option is at fault. */
export function misconfigured(surface: Surface, ...[option, problem, hint]: OptionProblem): ConfigurationError {
  return new ConfigurationError(option === undefined ? problem : `"${option}" ${problem}`, { surface, option, hint });
}

/** Throws a {@link ConfigurationError} unless the condition holds. Options may come from JavaScript, so types are not trusted. */
export function assertOption(condition: unknown, surface: Surface, ...details: OptionProblem): asserts condition {
  if (!condition) throw misconfigured(surface, ...details);
}

function describe({ path, message }: Pick<Issue, 'message' | 'path'>): string {
  return path?.length ? `${path.map(String).join('.')}: ${message}` : message;
}

/** Sets the fields that have a value, so that a log does not list the others. */
function define(error: Error, fields: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(fields)) {
    if (value !== undefined) Object.defineProperty(error, key, { value, enumerable: true });
  }
}
