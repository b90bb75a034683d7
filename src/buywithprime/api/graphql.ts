/**
 * GraphQL over HTTP, as the Buy with Prime API speaks it: a 200 may contain errors, and errors may come with data. Each of Amazon's codes has a
 * hint about what to do.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/call-the-buy-with-prime-api | Call the API}
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/troubleshoot-order-errors | Order errors}
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/troubleshoot-refund-errors | Refund errors}
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/troubleshoot-package-tracking | Package tracking}
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/troubleshoot-events | Events}
 */
import { encodeUtf8 } from '../../core/bytes.ts';
import type { Exchange, HttpClient } from '../../core/call/http.ts';
import { describeBody, failureOf, type HttpResponse, isSuccess, parseJson } from '../../core/call/response.ts';
import type { AccessTokens } from '../../core/call/tokens.ts';
import { ApiError, GraphQLError, type GraphQLErrorEntry, ValidationError, type WaybillError } from '../../core/errors.ts';
import type { CallOptions } from '../../core/options.ts';
import type { Redact } from '../../core/redact.ts';
import { parseSchema } from '../../core/schema.ts';
import type { Check, Data, Operation } from '../operation.ts';
import { asRecord, Selected } from '../payload.ts';
import { SURFACE } from '../surface.ts';

interface GraphQLOptions {
  readonly http: HttpClient;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tokens: Pick<AccessTokens, 'get' | 'refuse'>;
}

/** Options of a call that changes something. */
export interface MutationOptions extends CallOptions {
  /** Whether it is retried although Amazon may have carried it out. */
  readonly retryUnanswered?: boolean | undefined;
}

/** A response has up to 8 MiB; an error that nobody can read helps nobody. */
const MAX_ERRORS = 10;
const MAX_STEPS = 20;

/** Amazon's classifications that are worth another attempt. */
const RETRYABLE = ['ThrottlingError', 'InternalServerError'];

const OWN_DOCUMENT = 'Your own document must select the ids and states; otherwise Amazon changed its response.';
const GATEWAY = 'Check "baseUrl", and whether a proxy or a captive portal is in between.';

const READ_REFUND = 'Read the refund with resolveRefund()';
const READ_ORDER = 'Read the order with order()';

/** What to do about an error, by Amazon's code or by its classification, which is less specific. */
const HINTS: Readonly<Record<string, string>> = {
  // Classifications.
  AccessDeniedError: 'Check the id (Amazon responds with this for unknown ones too), "targetId", and the permissions of the credentials.',
  ConflictError: `The order is being updated, or an alias exists already. ${READ_ORDER}, then retry.`,
  ConflictException: `The order is being updated. ${READ_ORDER}, then retry.`,
  InternalServerError: "Retry later: the fault is on Amazon's side.",
  ResourceNotFoundError:
    'Check the id. The API may know what an event names only some moments later; a tracking number expires after 90 days.',
  ThrottlingError: 'Send fewer requests; a "rateLimiter" can delay them.',
  ValidationError:
    'Check the input. If Amazon does not know a field or a type, check "apiVersion", or set your own document in "documents".',
  // Orders and returns.
  AddressMismatch: 'Check the address: it differs from that of the order.',
  AliasLimitExceeded: 'Remove an alias: an order has at most five, a return at most two.',
  AliasValueAlreadyExists: 'The alias is taken: choose another, or use what already has it.',
  ItemDoesNotExist: `${READ_ORDER} and use the ids of its line items.`,
  // Refunds.
  DuplicateAliasId: 'Pass each alias once.',
  DuplicateRefundId: 'Pass each refund once in a call.',
  InvalidAliasId: 'The alias belongs to another refund of the order: choose another.',
  InvalidRefundId: `${READ_REFUND} and use exactly its id.`,
  InvalidRefundRequestReasonUpdate: 'Leave the request reason out: only that of an external refund can be set.',
  InvalidRefundStateTransition: `${READ_REFUND}: its state has changed, and this one cannot follow.`,
  MissingRefundId: 'Pass the id of the refund, or an alias of type EXTERNAL-REFUND-ID for an external one.',
  // Package trackers.
  InvalidCarrierCode: 'Check the carrier code: lower case, such as ups.',
  InvalidTrackingNumber: 'Check the tracking number, and that it belongs to this carrier.',
  // Catalog.
  InvalidAmazonSkuConfiguration:
    'Fix the Amazon SKU (MSKU) of the item in the merchant console: it is not valid. The rest is in "data" of this error.',
  MissingAmazonSkuConfiguration:
    'Give the item an Amazon SKU (MSKU) in the merchant console: it has none. The rest is in "data" of this error.',
  // Subscriptions.
  DestinationNameAlreadyExists: 'The name of a partner event source must be globally unique, and this one is taken: choose another.',
  SubscriptionAlreadyExists:
    'This type is sent to this destination already, perhaps by a call whose response was lost: eventSubscriptions() lists it.',
  // The sandbox.
  ConflictingPackageStateInput: 'Pass each package once, with one state.',
  InvalidPackageDeliveryDetailStateTransition: `${READ_ORDER}: this state cannot follow that of the package.`,
  MissingCancellationReason: 'Pass a reason with the state CANCELLED.',
  PackageInformationDetailIdNotFound: `${READ_ORDER} and use the ids of its packages.`,
  PackageTrackerNotAvailableForUpdate: 'Move the package to IN_TRANSIT first: before that it has no tracker.',
  PackageTrackerNotFound: 'Check the tracking number and the carrier code.',
  UpdatePackageTrackerLimitExceeded: 'Update fewer trackers in one call.',
};

/** Sends an operation with a valid token, and retries if that can help. Throws a {@link GraphQLError} if the response has errors. */
export async function sendOperation<Result>(
  { http, url, headers, tokens }: GraphQLOptions,
  operation: Operation<Result>,
  call: MutationOptions = {},
): Promise<Result> {
  const { document: query, variables, mutates, hide = [] } = operation;
  const body = encodeUtf8(JSON.stringify({ query, variables }));
  let token = '';
  const exchange: Exchange<Result> = {
    prepare: async () => {
      token = await tokens.get(call.signal);
      const own = { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'application/json' };
      return { method: 'POST', url, headers: { ...headers, ...own, 'user-agent': http.userAgent }, body };
    },
    hide: () => hide,
    read: (response) => operation.read(readData(response, operation), checkOf(response)),
    recover: (error) => isRefused(error, 'AccessDeniedError', [401, 403]) && tokens.refuse(token),
    isRepeatable: (error) => !mutates || call.retryUnanswered === true || isRefused(error, 'ThrottlingError', [429]),
  };
  return http.send(exchange, call);
}

/** Whether the whole operation was refused for this reason, so that nothing was done. Data means that a part may have been done. */
function isRefused(error: WaybillError, type: string, statuses: readonly number[]): boolean {
  if (error instanceof ApiError) return statuses.includes(error.status);
  if (!(error instanceof GraphQLError)) return false;
  return error.errors.every((entry) => entry.type === type) && Object.values(asRecord(error.data) ?? {}).every((value) => value === null);
}

/** Checks a part of the data, for an error that names the request. */
function checkOf({ requestId, attempts }: HttpResponse): Check {
  return (schema, value, ...at) =>
    parseSchema(schema, value, { surface: SURFACE, direction: 'response', at, hint: OWN_DOCUMENT, requestId, attempts });
}

/** The data, if the response is a success without errors, or if all that is missing may be missing. */
function readData(response: HttpResponse, operation: Operation<unknown>): Data {
  const body = asRecord(parseJson(response));
  // The name of the field decides, also if a header of the caller's says the same.
  const clean: Redact = (text, limit) => (text === operation.optional ? text : response.redact(text, limit));
  const entries = readEntries(body, clean);
  if (!isSuccess(response.status)) throw failed(response, body, entries);
  if (!body) throw malformed(response, `is not a JSON object: ${describeBody(response)}`);
  const [first, ...others] = entries;
  const isExpected = first !== undefined && entries.every((entry) => isMissing(entry, operation.optional));
  if (first && !isExpected) throw refused(response, body, [first, ...others], operation);
  const data = asRecord(body['data']);
  if (!data && !isExpected) throw malformed(response, 'has neither "data" nor "errors"');
  // GraphQL leaves no field out: it would pass for one that Amazon has nothing for.
  if (data && operation.optional !== undefined && !isExpected) checkOf(response)(Selected, data[operation.optional], operation.optional);
  return data ?? {};
}

/** Whether an error says that an optional field is missing. */
function isMissing({ type, path }: GraphQLErrorEntry, optional: string | undefined): boolean {
  return type === 'ResourceNotFoundError' && optional !== undefined && (path ?? [optional]).join('.') === optional;
}

/** The error for a status that is not a success. If GraphQL was not reached, a gateway may say why in a "message". */
function failed(response: HttpResponse, body: Data | undefined, [first]: readonly GraphQLErrorEntry[]): ApiError {
  const { message, type } = first ?? readEntry(body, response.redact);
  const words = body ? message : `the response is not a JSON object: ${describeBody(response)}`;
  return new ApiError(`HTTP ${response.status}: ${words}`, {
    ...failureOf(response),
    surface: SURFACE,
    reasonCode: type,
    hint: body ? undefined : GATEWAY,
  });
}

/** The error for a success that is not a response of GraphQL. */
function malformed({ requestId, attempts }: HttpResponse, problem: string): ValidationError {
  return new ValidationError('response', [{ message: `the response ${problem}` }], {
    surface: SURFACE,
    hint: GATEWAY,
    requestId,
    attempts,
  });
}

/** The error for a response with errors. */
function refused(
  { requestId, attempts }: HttpResponse,
  body: Data,
  errors: readonly [GraphQLErrorEntry, ...GraphQLErrorEntry[]],
  operation: Operation<unknown>,
): GraphQLError {
  const codes = errors.flatMap(({ errorCode = '', type = '' }) => [errorCode, type]);
  return new GraphQLError({
    surface: SURFACE,
    errors,
    requestId,
    attempts,
    retryable: errors.every(({ type = '' }) => RETRYABLE.includes(type)),
    data: body['data'],
    hint: hintOf(codes, operation),
  });
}

function readEntries(body: Data | undefined, clean: Redact): readonly GraphQLErrorEntry[] {
  const errors = body?.['errors'];
  return Array.isArray(errors) ? errors.slice(0, MAX_ERRORS).map((entry) => readEntry(entry, clean)) : [];
}

/** An error as far as it can be read. */
function readEntry(error: unknown, clean: Redact): GraphQLErrorEntry {
  const { message, path, extensions, errorType } = asRecord(error) ?? {};
  const classification = asRecord(extensions)?.['classification'];
  // In the documented shape an object; in that of the 2023 mock, and of common servers, a string.
  const { type = typeof classification === 'string' ? classification : errorType, code } = asRecord(classification) ?? {};
  return {
    message: typeof message === 'string' && message ? clean(message, 500) : 'an error without a message',
    ...(isPath(path) && { path: path.slice(0, MAX_STEPS).map((step) => (typeof step === 'string' ? clean(step, 100) : step)) }),
    ...(isCode(type) && { type: cleanCode(type, clean) }),
    ...(isCode(code) && { errorCode: cleanCode(code, clean) }),
  };
}

function isPath(value: unknown): value is readonly (string | number)[] {
  return Array.isArray(value) && value.every((step) => typeof step === 'string' || typeof step === 'number');
}

function isCode(value: unknown): value is string {
  return typeof value === 'string' && /^[\w.:-]{1,100}$/.test(value);
}

/** Documented codes stay as they are: they decide whether to retry. */
function cleanCode(code: string, clean: Redact): string {
  return isDocumentedCode(code) ? code : clean(code, 100);
}

function isDocumentedCode(code: string): boolean {
  return Object.hasOwn(HINTS, code);
}

/** What to do about the first of these codes that is documented. */
function hintOf(
  codes: readonly string[],
  { denied = '', permission }: { readonly denied?: string; readonly permission?: string },
): string | undefined {
  const code = codes.find(isDocumentedCode);
  if (code === undefined) return undefined;
  if (code !== 'AccessDeniedError') return HINTS[code];
  return `${denied}${HINTS[code]}${permission ? ` This call needs the permission ${permission}.` : ''}`;
}
