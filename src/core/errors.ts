/**
 * What waybill throws. Each error says what went wrong, on which surface, whether trying again can help and what to
 * do next. None of them holds a request, a response, a secret or a personal datum.
 *
 * @module
 */

/** Which of Amazon's three interfaces, the test kit or what they share (`core`) an error is about. */
export type Surface = 'amazonpay' | 'shipping-ndr' | 'buywithprime' | 'testing' | 'core';

/** What went wrong, for `switch`; more may come in a minor version. */
export type ErrorCode =
  | 'CONFIGURATION'
  | 'VALIDATION'
  | 'AUTHENTICATION'
  | 'CONNECTION'
  | 'TIMEOUT'
  | 'API'
  | 'GRAPHQL'
  | 'IN_PROGRESS'
  | (string & {});

/** One thing that is wrong with a value, in the shape of Standard Schema. */
export interface Issue {
  /** What is wrong and what was expected instead. Never holds the value itself. */
  readonly message: string;
  /** Where: property names and indexes from the root. Absent for the root. */
  readonly path?: readonly PropertyKey[];
}

/** What every error is made with. */
export interface ErrorDetails {
  /** The surface it happened on. */
  readonly surface: Surface;
  /** What the reader should do next, in one sentence. */
  readonly hint?: string | undefined;
  /** The error underneath, as the runtime or the caller's own function threw it. */
  readonly cause?: unknown;
}

// Registered, so that an error made by another copy of waybill, or in another realm, is known too: `instanceof` would miss it.
const BRAND = Symbol.for('waybill.error');

/** Base of every error that waybill throws on purpose. */
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
    if (hint !== undefined) Object.defineProperty(this, 'hint', { value: hint, enumerable: true });
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** The fields that are safe to log. `cause` and data that came from Amazon are left out. */
  toJSON(): Record<string, unknown> {
    const { name, code, message } = this;
    return Object.assign({ name, code, message } as Record<string, unknown>, this);
  }
}

/**
 * An option, a key or a credential can't work. Thrown at construction where it can be known there.
 *
 * @example
 * ```ts
 * if (isWaybillError(error) && error.code === 'CONFIGURATION') process.exitCode = 78; // EX_CONFIG: no retry will help
 * ```
 */
export class ConfigurationError extends WaybillError {
  override readonly name = 'ConfigurationError';
  readonly code = 'CONFIGURATION';
  readonly retryable = false;
}

/**
 * A value does not have the shape it must have. Nothing was sent where `direction` is `request`.
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
  /** Whether the caller's input, Amazon's answer or an event from Amazon is at fault. */
  readonly direction: 'request' | 'response' | 'event';
  /** All that is wrong, at least one. */
  readonly issues: readonly Issue[];

  constructor(direction: ValidationError['direction'], issues: readonly [Issue, ...Issue[]], details: ErrorDetails) {
    super(issues.map(({ path, message }) => (path?.length ? `${path.map(String).join('.')}: ${message}` : message)).join('; '), details);
    this.direction = direction;
    this.issues = issues;
  }
}

/**
 * A webhook's credential or signature does not verify. Answer 401. "Could not be checked" (keys out of reach) is
 * another error: a {@link ConnectionError}, a {@link TimeoutError} or an {@link ApiError}; answer 503.
 */
export class AuthenticationError extends WaybillError {
  override readonly name = 'AuthenticationError';
  readonly code = 'AUTHENTICATION';
  readonly retryable = false;
  /** What is wrong with it; never says its value. */
  readonly reason: 'missing' | 'malformed' | 'mismatch' | 'expired';

  constructor(reason: AuthenticationError['reason'], message: string, details: ErrorDetails) {
    super(message, details);
    this.reason = reason;
  }
}

/** No answer came: DNS, TLS, a reset, a body that broke off. `cause` is the runtime's own error. */
export class ConnectionError extends WaybillError {
  override readonly name: 'ConnectionError' | 'TimeoutError' = 'ConnectionError';
  readonly code: 'CONNECTION' | 'TIMEOUT' = 'CONNECTION';
  readonly retryable = true;
  /** How many times the request was sent. */
  readonly attempts: number;

  constructor(message: string, details: ErrorDetails & { readonly attempts: number }) {
    super(message, details);
    this.attempts = details.attempts;
  }
}

/** No answer came in time. It is a {@link ConnectionError}, so that one check catches both. */
export class TimeoutError extends ConnectionError {
  override readonly name = 'TimeoutError';
  override readonly code = 'TIMEOUT';
  /** Which budget ran out: `timeout` of the last attempt, or `totalTimeout` of the call. */
  readonly budget: 'attempt' | 'total';

  constructor(budget: TimeoutError['budget'], message: string, details: ErrorDetails & { readonly attempts: number }) {
    super(message, details);
    this.budget = budget;
  }
}

/** What an {@link ApiError} is made with. */
export interface ApiErrorDetails extends ErrorDetails {
  readonly status: number;
  readonly reasonCode?: string | undefined;
  readonly requestId?: string | undefined;
  readonly retryAfter?: number | undefined;
  readonly attempts: number;
  readonly retryable: boolean;
  readonly data?: unknown;
}

/** Amazon answered, and the answer is not a success. */
export class ApiError extends WaybillError {
  override readonly name = 'ApiError';
  readonly code = 'API';
  override readonly retryable: boolean;
  /** HTTP status of the last answer; 0 where a browser hides a redirect. */
  readonly status: number;
  /** Amazon's code for the fault, where the answer had one. More may come. */
  declare readonly reasonCode?: string;
  /** Amazon's id of the request: what their support asks for. */
  declare readonly requestId?: string;
  /** How long Amazon asks to wait, in milliseconds. */
  declare readonly retryAfter?: number;
  /** How many times the request was sent. */
  readonly attempts: number;
  readonly #data: unknown;

  constructor(message: string, { status, reasonCode, requestId, retryAfter, attempts, retryable, data, ...details }: ApiErrorDetails) {
    super(message, details);
    this.status = status;
    this.attempts = attempts;
    this.retryable = retryable;
    for (const [key, value] of Object.entries({ reasonCode, requestId, retryAfter })) {
      if (value !== undefined) Object.defineProperty(this, key, { value, enumerable: true });
    }
    this.#data = data;
  }

  /** The answer's body, parsed where it was JSON. Not part of `toJSON()` or of what `util.inspect` shows. */
  get data(): unknown {
    return this.#data;
  }
}

/** One entry of a GraphQL answer's `errors`. */
export interface GraphQLErrorEntry {
  /** Amazon's words, without what looks like a secret. */
  readonly message: string;
  /** The field it is about, from the root. */
  readonly path?: readonly (string | number)[];
  /** Amazon's classification, such as `ThrottlingError` or `AccessDeniedError`. */
  readonly type?: string;
  /** Amazon's finer code, such as `SubscriptionAlreadyExists`. */
  readonly errorCode?: string;
}

/** What a {@link GraphQLError} is made with. */
export interface GraphQLErrorDetails extends ErrorDetails {
  readonly errors: readonly [GraphQLErrorEntry, ...GraphQLErrorEntry[]];
  readonly requestId?: string | undefined;
  readonly attempts: number;
  readonly retryable: boolean;
  readonly data?: unknown;
}

/** The GraphQL answer has errors. What data came with them is kept in `data`. */
export class GraphQLError extends WaybillError {
  override readonly name = 'GraphQLError';
  readonly code = 'GRAPHQL';
  override readonly retryable: boolean;
  /** What the answer lists, in its order. */
  readonly errors: readonly [GraphQLErrorEntry, ...GraphQLErrorEntry[]];
  /** Amazon's id of the request: what their support asks for. */
  declare readonly requestId?: string;
  /** How many times the request was sent. */
  readonly attempts: number;
  readonly #data: unknown;

  constructor({ errors, requestId, attempts, retryable, data, ...details }: GraphQLErrorDetails) {
    super(errors.map(({ path, message }) => (path?.length ? `${path.join('.')}: ${message}` : message)).join('; '), details);
    this.errors = errors;
    this.attempts = attempts;
    this.retryable = retryable;
    if (requestId !== undefined) Object.defineProperty(this, 'requestId', { value: requestId, enumerable: true });
    this.#data = data;
  }

  /** The partial data. Not part of `toJSON()` or of what `util.inspect` shows, for it may name a person. */
  get data(): unknown {
    return this.#data;
  }
}

/**
 * Another call, perhaps in another process, works on the same event: the `idempotencyStore` says so. Nothing is lost: the event has to
 * come again, and is done by then or free. Answer 503.
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
  return typeof error === 'object' && error !== null && BRAND in error;
}
