/**
 * GraphQL over HTTP, as the Buy with Prime API speaks it: a 200 may hold errors, and errors may come with data.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/call-the-buy-with-prime-api | Call the API}
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/troubleshoot-order-errors | Errors}
 */
import { encodeUtf8 } from '../core/bytes.ts';
import { ApiError, GraphQLError, type GraphQLErrorEntry, ValidationError, type WaybillError } from '../core/errors.ts';
import type { HttpClient } from '../core/http.ts';
import type { CallOptions } from '../core/options.ts';
import { redact } from '../core/redact.ts';
import { failureOf, type HttpResponse, parseJson } from '../core/response.ts';

/** What is asked, and how its answer is read. */
export interface Operation<Result> {
  readonly document: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** A field of the answer that may be missing: then `ResourceNotFoundError` is an answer, and no error. */
  readonly optional?: string;
  readonly read: (data: Readonly<Record<string, unknown>>) => Result;
}

/** What every request needs. */
export interface GraphQLTransportOptions {
  readonly http: HttpClient;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tokens: { get(signal?: AbortSignal): Promise<string>; refuse(accessToken: string): void };
}

/** An answer has up to 8 MiB; an error that nobody can read helps nobody. */
const MAX_ERRORS = 10;
const MAX_STEPS = 20;

/** Amazon's classifications that are worth another attempt. */
const RETRYABLE = ['ThrottlingError', 'InternalServerError'];

const HINTS: Readonly<Record<string, string>> = {
  AccessDeniedError:
    'Check the id (Amazon answers this for unknown ones too), "targetId", and the permissions of the credentials, such as "Read Order".',
  ThrottlingError: 'Call less often; a "rateLimiter" can hold calls back.',
  ResourceNotFoundError: 'Check the id; what an event names may be known to the API only some moments later.',
  ValidationError: 'Check the ids, and that the document fits "apiVersion".',
};

/** Sends operations with a valid token. */
export class GraphQLTransport {
  readonly #options: GraphQLTransportOptions;
  /** A token that was fetched because the one before was refused: refused too, it is not the token that is at fault. */
  #renewed: string | undefined;

  constructor(options: GraphQLTransportOptions) {
    this.#options = options;
  }

  /** Sends until it is answered; throws a {@link GraphQLError} where the answer has errors. */
  send<Result>(operation: Operation<Result>, call: CallOptions = {}): Promise<Result> {
    const { http, url, headers, tokens } = this.#options;
    const { document: query, variables } = operation;
    const body = encodeUtf8(JSON.stringify({ query, variables }));
    let token: string | undefined;
    let isRenewal = false;
    return http.send(
      {
        prepare: async () => {
          token = await tokens.get(call.signal);
          if (isRenewal) this.#renewed = token;
          return {
            method: 'POST',
            url,
            headers: {
              ...headers,
              authorization: `Bearer ${token}`,
              'content-type': 'application/json',
              accept: 'application/json',
              'user-agent': http.userAgent,
            },
            body,
          };
        },
        read: (response) => operation.read(readData(response, operation.optional, http.requestId(response))),
        recover: (error) => {
          if (!isAccessDenied(error) || !token || token === this.#renewed) return false;
          tokens.refuse(token);
          isRenewal = true;
          return true;
        },
      },
      call,
    );
  }
}

function isAccessDenied(error: WaybillError): boolean {
  if (error instanceof ApiError) return error.status === 401 || error.status === 403;
  return error instanceof GraphQLError && error.errors.some(({ type }) => type === 'AccessDeniedError');
}

function readData(response: HttpResponse, optional: string | undefined, requestId: string | undefined): Readonly<Record<string, unknown>> {
  const { status, attempts } = response;
  const body = asObject(parseJson(response));
  const errors = Array.isArray(body?.['errors']) ? body['errors'].slice(0, MAX_ERRORS).map(readEntry) : [];
  const [first, ...others] = errors;
  if (!body || status < 200 || status > 299) {
    // Where GraphQL was not reached, a gateway says why in a "message" of its own.
    const { message, type } = first ?? readEntry(body ?? { message: 'the answer is no JSON object' });
    throw new ApiError(`HTTP ${status}: ${message}`, {
      ...failureOf(response, requestId),
      surface: 'buywithprime',
      reasonCode: type,
      hint: body ? undefined : 'Check "baseUrl", and whether a proxy or a captive portal stands in between.',
    });
  }

  const isMissing = ({ type, path }: GraphQLErrorEntry): boolean =>
    type === 'ResourceNotFoundError' && optional !== undefined && (path ?? [optional]).join('.') === optional;
  if (first && !errors.every(isMissing)) {
    throw new GraphQLError({
      surface: 'buywithprime',
      errors: [first, ...others],
      requestId,
      attempts,
      retryable: errors.every(({ type = '' }) => RETRYABLE.includes(type)),
      data: body['data'],
      hint: errors.map(({ type = '' }) => (Object.hasOwn(HINTS, type) ? HINTS[type] : undefined)).find(Boolean),
    });
  }
  const data = asObject(body['data']);
  if (data || first) return data ?? {};
  throw new ValidationError('response', [{ message: 'the answer has neither "data" nor "errors"' }], { surface: 'buywithprime' });
}

function readEntry(error: unknown): GraphQLErrorEntry {
  const { message, path, extensions, errorType } = asObject(error) ?? {};
  const classification = asObject(extensions)?.['classification'];
  // In the documented shape it is an object; in that of the 2023 mock, and of common servers, a text.
  const { type = typeof classification === 'string' ? classification : errorType, code } = asObject(classification) ?? {};
  const isPath = (value: unknown): value is readonly (string | number)[] =>
    Array.isArray(value) && value.every((step) => typeof step === 'string' || typeof step === 'number');
  const short = (step: string | number) => (typeof step === 'string' ? redact(step, 100) : step);
  return {
    message: typeof message === 'string' && message ? redact(message, 500) : 'an error without a message',
    ...(isPath(path) && { path: path.slice(0, MAX_STEPS).map(short) }),
    ...(typeof type === 'string' && { type: redact(type, 100) }),
    ...(typeof code === 'string' && { errorCode: redact(code, 100) }),
  };
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
}
