/**
 * GraphQL over HTTP, as the Buy with Prime API speaks it: a 200 may hold errors, and errors may come with data.
 *
 * @module
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/call-the-buy-with-prime-api | Call the API}
 * @see {@link https://documents.buywithprime.amazon.com/bwp-api/docs/troubleshoot-order-errors | Errors}
 */
import { encodeUtf8 } from '../../core/bytes.ts';
import type { HttpClient } from '../../core/call/http.ts';
import { failureOf, type HttpResponse, parseJson } from '../../core/call/response.ts';
import { ApiError, GraphQLError, type GraphQLErrorEntry, ValidationError, type WaybillError } from '../../core/errors.ts';
import type { CallOptions } from '../../core/options.ts';
import { redact } from '../../core/redact.ts';
import { asObject } from './answer.ts';

/** What is asked, and how its answer is read. */
export interface Operation<Result> {
  readonly document: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** The field of the answer that may be missing: then `ResourceNotFoundError` is an answer, and no error. */
  readonly optional?: string;
  /** It changes something, so it is repeated only where it certainly was not carried out. */
  readonly mutates?: boolean;
  /** Texts of the variables that no error may show in Amazon's words. */
  readonly hide?: readonly string[];
  /** What `AccessDeniedError` can mean here, before what it always can. */
  readonly denied?: string;
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
/** Each is looked for in all of a text; where there are more, nothing of it is shown. */
const MAX_SECRETS = 1_000;

/** Amazon's classifications that are worth another attempt. */
const RETRYABLE = ['ThrottlingError', 'InternalServerError'];

/** What to do, by Amazon's finer code or by its classification. */
const HINTS: Readonly<Record<string, string>> = {
  AccessDeniedError:
    'Check the id (Amazon answers this for unknown ones too), "targetId", and the permissions of the credentials: "Read Order", "View Package Tracker Data", all of event subscriptions.',
  ThrottlingError: 'Call less often; a "rateLimiter" can hold calls back.',
  ResourceNotFoundError: 'Check the id; what an event names may be known to the API only some moments later.',
  SubscriptionAlreadyExists:
    'This type goes to this destination already, maybe by a call whose answer was lost: eventSubscriptions() lists it.',
  DestinationNameAlreadyExists: 'The name of a partner event source must be unique in the world, and yours is taken: choose another.',
  InvalidAmazonSkuConfiguration: 'Mend the SKU of the item in the merchant console; until then there is no inventory to read.',
  ValidationError:
    'Check the input. Where Amazon does not know a field or a type, check "apiVersion", or set a document of your own in "documents".',
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
    const { document: query, variables, mutates } = operation;
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
        read: (response) => operation.read(readData(response, operation, http.requestId(response))),
        recover: (error) => {
          if (!isRefused(error, 'AccessDeniedError', [401, 403]) || !token || token === this.#renewed) return false;
          tokens.refuse(token);
          isRenewal = true;
          return true;
        },
        isRepeatable: (error) => !mutates || isRefused(error, 'ThrottlingError', [429]),
      },
      call,
    );
  }
}

/** Whether all of it was refused for this reason, so that nothing was done: of a part without an error that is not known. */
function isRefused(error: WaybillError, type: string, statuses: readonly number[]): boolean {
  if (error instanceof ApiError) return statuses.includes(error.status);
  if (!(error instanceof GraphQLError)) return false;
  return error.errors.every((entry) => entry.type === type) && Object.values(asObject(error.data) ?? {}).every((value) => value === null);
}

function readData(answer: HttpResponse, operation: Operation<unknown>, requestId: string | undefined): Readonly<Record<string, unknown>> {
  const { status, attempts } = answer;
  const { optional, hide = [], denied = '' } = operation;
  const body = asObject(parseJson(answer));
  const entries = Array.isArray(body?.['errors']) ? body['errors'].slice(0, MAX_ERRORS) : [];
  const [first, ...others] = entries.map((entry) => readEntry(entry, hide));
  if (!body || status < 200 || status > 299) {
    // Where GraphQL was not reached, a gateway says why in a "message" of its own.
    const { message, type } = first ?? readEntry(body ?? { message: 'the answer is no JSON object' }, hide);
    throw new ApiError(`HTTP ${status}: ${message}`, {
      // A page may quote all that it was sent.
      ...failureOf(hide.length > 0 ? { ...answer, text: '' } : answer, requestId),
      surface: 'buywithprime',
      reasonCode: type,
      hint: body ? undefined : 'Check "baseUrl", and whether a proxy or a captive portal stands in between.',
    });
  }

  const isMissing = ({ type, path }: GraphQLErrorEntry): boolean =>
    type === 'ResourceNotFoundError' && optional !== undefined && (path ?? [optional]).join('.') === optional;
  const errors = first && ([first, ...others] as const);
  if (errors && !errors.every(isMissing)) {
    // Those are a stranger's text.
    const code = errors.flatMap(({ errorCode = '', type = '' }) => [errorCode, type]).find((text) => Object.hasOwn(HINTS, text)) ?? '';
    throw new GraphQLError({
      surface: 'buywithprime',
      errors,
      requestId,
      attempts,
      retryable: errors.every(({ type = '' }) => RETRYABLE.includes(type)),
      data: body['data'],
      hint: code === 'AccessDeniedError' ? denied + HINTS[code] : HINTS[code],
    });
  }
  const data = asObject(body['data']);
  if (data || errors) return data ?? {};
  throw new ValidationError('response', [{ message: 'the answer has neither "data" nor "errors"' }], { surface: 'buywithprime' });
}

function readEntry(error: unknown, hide: readonly string[]): GraphQLErrorEntry {
  const { message, path, extensions, errorType } = asObject(error) ?? {};
  const classification = asObject(extensions)?.['classification'];
  // In the documented shape it is an object; in that of the 2023 mock, and of common servers, a text.
  const { type = typeof classification === 'string' ? classification : errorType, code } = asObject(classification) ?? {};
  const isPath = (value: unknown): value is readonly (string | number)[] =>
    Array.isArray(value) && value.every((step) => typeof step === 'string' || typeof step === 'number');
  const clean = (text: string, limit: number) => redact(conceal(text, hide), limit);
  return {
    message: typeof message === 'string' && message ? clean(message, 500) : 'an error without a message',
    ...(isPath(path) && { path: path.slice(0, MAX_STEPS).map((step) => (typeof step === 'string' ? clean(step, 100) : step)) }),
    ...(isCode(type) && { type }),
    ...(isCode(code) && { errorCode: code }),
  };
}

/** Whether it can be a code of Amazon's. Nothing is taken out of those, for by them it is decided what is done next. */
function isCode(value: unknown): value is string {
  return typeof value === 'string' && /^[\w.:-]{1,100}$/.test(value);
}

/** The text without what must not be shown, which may be escaped, for Amazon quotes JSON. */
function conceal(text: string, hide: readonly string[]): string {
  // What is shorter is no secret, and stands in every other word. The longest first: one may begin as another does.
  const secrets = hide.filter(({ length }) => length > 3).sort((a, b) => b.length - a.length);
  if (secrets.length > MAX_SECRETS) return '…';
  return secrets
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
    .reduce((rest, secret) => rest.split(secret).join('…'), text);
}
