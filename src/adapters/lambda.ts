/**
 * A fetch-style handler for AWS Lambda behind HTTP.
 *
 * @module waybill/adapters/lambda
 */
import { decodeBase64, decodeStrictUtf8, encodeBase64, encodeUtf8 } from '../core/bytes.ts';
import { misconfigured } from '../core/errors.ts';
import { describeInput, LAMBDA_HINT, recognise } from '../core/receive/recognise.ts';
import { attachParsed, checkLength, headerValues, type IncomingRequest, receiveOf, tooLarge } from '../core/receive/request.ts';
import { attempt, type Bytes, isObject } from '../core/types.ts';
import { typeName } from '../core/wording.ts';
import { type AdapterOptions, checkHandler, type FetchHandler, makeHeaders, makeUrl, respond } from './handler.ts';

export type { AdapterOptions, FetchHandler } from './handler.ts';

/** Headers or parameters by name, as Lambda gets them. */
export type LambdaValues<Value> = Readonly<Record<string, Value | undefined>> | null | undefined;

/**
 * What is used of the events of API Gateway (REST and HTTP APIs, formats 1.0 and 2.0), function URLs, Application Load Balancers and VPC Lattice
 * (both versions). The types of `@types/aws-lambda` fit.
 */
export interface LambdaHttpEvent {
  readonly httpMethod?: string;
  readonly method?: string;
  readonly path?: string;
  readonly rawPath?: string;
  readonly raw_path?: string;
  readonly rawQueryString?: string;
  readonly queryStringParameters?: LambdaValues<string | readonly string[]>;
  readonly query_string_parameters?: LambdaValues<string>;
  readonly multiValueQueryStringParameters?: LambdaValues<readonly string[]>;
  readonly headers?: LambdaValues<string | readonly string[]>;
  readonly multiValueHeaders?: LambdaValues<readonly string[]>;
  readonly cookies?: readonly string[] | undefined;
  readonly body?: string | null | undefined;
  readonly isBase64Encoded?: boolean;
  readonly is_base64_encoded?: boolean;
  readonly requestContext?: {
    readonly domainName?: string | undefined;
    /** The path with the stage in it. */
    readonly path?: string | undefined;
    readonly http?: { readonly method: string };
    readonly elb?: unknown;
  };
}

/** The response, in the shape that the event asks for. */
export interface LambdaHttpResult {
  statusCode: number;
  body: string;
  isBase64Encoded: boolean;
  headers?: Record<string, string>;
  /** In place of `headers`, if the event has it. */
  multiValueHeaders?: Record<string, string[]>;
  /** Format 2.0 and function URLs. */
  cookies?: string[];
}

/** What {@link toLambdaHandler} returns. */
export type LambdaHttpHandler = (event: LambdaHttpEvent, context?: unknown) => Promise<LambdaHttpResult>;

/**
 * Makes a fetch-style handler fit AWS Lambda behind API Gateway (REST and HTTP APIs, both payload formats), a function URL, an Application Load
 * Balancer or VPC Lattice. The response has the shape that belongs to the event.
 *
 * The body arrives as the bytes that were sent, decoded from base64, and is returned in base64 if it is not UTF-8. The URL is the one that the client
 * requested, with the stage in it. What a handler throws that is not made by this package is passed on, so that Lambda logs it and the response
 * is 502. Response streaming must be off, because the result is a whole response; with it the handler rejects.
 *
 * A new function times out after 3 seconds: set its timeout to more than the 4 s of a webhook's `timeBudget`, or its response 503 is never sent.
 * A load balancer passes on only the last of several headers or parameters, unless its target group has multi-value headers.
 *
 * For an event that is not an HTTP request there is another handler: `shippingEventBridgeHandler()` and `shippingSqsHandler()` of
 * `waybill/shipping-ndr/webhook`, `eventBridgeHandler()` and `sqsHandler()` of `waybill/buywithprime/events`.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` if `handler` is not a function. What it returns rejects with one for an event that is not an
 *   HTTP request: the error names the right handler.
 *
 * @example
 * ```ts
 * export const handler = toLambdaHandler(verifier.handler(keep));
 * ```
 *
 * @see {@link https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html | Payload formats}
 * @see {@link https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html | Load balancers}
 * @see {@link https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html | VPC Lattice}
 */
export function toLambdaHandler(handler: FetchHandler, options: AdapterOptions = {}): LambdaHttpHandler {
  checkHandler('toLambdaHandler()', handler, options);
  const receive = receiveOf(handler);
  return async (event: LambdaHttpEvent, context?: unknown) => {
    const method = methodOf(event);
    refuseStream(context);
    if (receive) {
      const { status, headers, body } = await receive(new LambdaRequest(event, method));
      return toResult(event, { status, headers, cookies: [], body, isBase64Encoded: false });
    }
    const response = await respond(handler, options, () => toRequest(event, method));
    const bytes = new Uint8Array(await response.arrayBuffer());
    const text = decodeStrictUtf8(bytes);
    const { 'set-cookie': _, ...headers } = Object.fromEntries(response.headers);
    const cookies = response.headers.getSetCookie();
    return toResult(event, {
      status: response.status,
      headers,
      cookies,
      body: text ?? encodeBase64(bytes),
      isBase64Encoded: text === undefined,
    });
  };
}

/** With response streaming the result would be ignored, and the response would be 200 whatever it says. */
function refuseStream(context: unknown): void {
  if (typeof (context as { readonly write?: unknown } | null | undefined)?.write !== 'function') return;
  const hint = 'Export what toLambdaHandler() returns, without awslambda.streamifyResponse(), and set the invoke mode to BUFFERED.';
  throw misconfigured('core', undefined, 'toLambdaHandler() was called with a response stream, and returns a whole response', hint);
}

/**
 * The method of an HTTP event. A framework's request has a method and headers too: with the result of this handler in it, its response would
 * be 200 whatever happened.
 */
function methodOf(event: LambdaHttpEvent): string {
  const found = attempt(() => {
    const headers = event?.headers ?? event?.multiValueHeaders;
    if (headers === undefined && !('headers' in event || 'multiValueHeaders' in event)) return undefined;
    if (typeof headers?.['get'] === 'function') return undefined;
    const { requestContext, httpMethod, method } = event;
    return requestContext?.http?.method ?? httpMethod ?? (recognise(event) === 'http-lambda' ? method : undefined);
  });
  if (typeof found === 'string') return found;
  const isHttp = recognise(event) === 'http-lambda';
  const [what, hint] = (!isHttp && describeInput(event)) || [isObject(event) ? 'an event of another kind' : typeName(event), LAMBDA_HINT];
  throw misconfigured('core', undefined, `expected an HTTP request, got ${what}`, hint);
}

/** The headers that were sent. API Gateway sends empty multi-value headers with a test event. */
function headersOf({ headers, multiValueHeaders }: LambdaHttpEvent): Readonly<Record<string, string | readonly string[] | undefined>> {
  const several = multiValueHeaders ?? {};
  return Object.keys(several).length > 0 ? several : (headers ?? {});
}

/** The body, if something like middy's JSON parser has run before: it is not a string then. */
function parsedOf({ body }: LambdaHttpEvent): { readonly body: unknown } | undefined {
  return isObject(body) ? { body } : undefined;
}

/** The request for a webhook of this package, without a `Request`. A class: with a literal that has a getter, an event takes a tenth longer. */
class LambdaRequest implements IncomingRequest {
  readonly method: string;
  readonly headers: ReturnType<typeof headersOf>;
  readonly parsed: ReturnType<typeof parsedOf>;
  readonly #event: LambdaHttpEvent;

  constructor(event: LambdaHttpEvent, method: string) {
    this.method = method;
    this.headers = headersOf(event);
    this.parsed = parsedOf(event);
    this.#event = event;
  }

  get url(): string {
    return urlOf(this.#event, this.headers);
  }

  read(limit: number): Bytes | string {
    const { body } = this.#event;
    if (!body) checkLength('core', 0, headerValues(this, 'content-length')[0], undefined);
    // A character has at least a byte: a body that cannot fit is not decoded. It has at most three: one that must fit is not measured.
    if (typeof body === 'string' && body.length > limit * 2) throw tooLarge('core', limit);
    if (typeof body === 'string' && body.length * 3 <= limit && !isBase64(this.#event)) return body;
    const bytes = bodyOf(this.#event);
    if (bytes.length > limit) throw tooLarge('core', limit);
    return bytes;
  }
}

function isBase64({ isBase64Encoded, is_base64_encoded }: LambdaHttpEvent): boolean {
  return Boolean(isBase64Encoded || is_base64_encoded);
}

function bodyOf(event: LambdaHttpEvent): Bytes {
  const { body } = event;
  if (!body) return new Uint8Array();
  const bytes = isBase64(event) ? decodeBase64(body) : encodeUtf8(body);
  if (bytes) return bytes;
  const hint = 'Check what stands between the sender and the function: a mapping template, or a proxy that changes the body.';
  throw misconfigured('core', undefined, 'the body is not base64, although "isBase64Encoded" says so', hint);
}

function toRequest(event: LambdaHttpEvent, method: string): Request {
  const all = headersOf(event);
  const headers = makeHeaders(
    Object.entries(all).flatMap(([name, values]) => ([values ?? []].flat() as readonly string[]).map((value) => [name, value] as const)),
  );
  // Format 2.0 removes them from the headers.
  if (event.cookies?.length && !headers.has('cookie')) headers.set('cookie', event.cookies.join('; '));
  const url = urlOf(event, all);
  if (method === 'GET' || method === 'HEAD' || !event.body) return new Request(url, { method, headers });
  const parsed = parsedOf(event);
  const request = new Request(url, { method, headers, body: parsed ? JSON.stringify(parsed.body) : bodyOf(event) });
  if (parsed) attachParsed(request, parsed.body);
  return request;
}

function urlOf(event: LambdaHttpEvent, headers: IncomingRequest['headers']): string {
  const { requestContext, rawPath, raw_path, path, method } = event;
  const domain = requestContext?.domainName ?? headerValues({ headers }, 'host')[0] ?? '';
  const [host = '', target = ''] = [domain, rawPath ?? raw_path ?? requestContext?.path ?? path ?? ''].map(String);
  // VPC Lattice leaves the query in the path, and adds it beside the path.
  const query = method !== undefined && target.includes('?') ? '' : queryOf(event);
  return makeUrl('https', host, `${target}${query && `?${query}`}`);
}

function queryOf(event: LambdaHttpEvent): string {
  const { rawQueryString } = event;
  if (typeof rawQueryString === 'string') return rawQueryString;
  const { multiValueQueryStringParameters: several, queryStringParameters, query_string_parameters } = event;
  const parameters = several && Object.keys(several).length > 0 ? several : (queryStringParameters ?? query_string_parameters ?? {});
  const pairs = Object.entries(parameters).flatMap(([name, values = []]) =>
    [values].flat().map((value): [string, string] => [name, value]),
  );
  // A load balancer passes names and values on as they were sent, API Gateway decodes them.
  return event.requestContext?.elb ? pairs.map((pair) => pair.join('=')).join('&') : new URLSearchParams(pairs).toString();
}

interface Result {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

function toResult(event: LambdaHttpEvent, { status, headers, cookies, body, isBase64Encoded }: Result): LambdaHttpResult {
  const result = { statusCode: status, headers: { ...headers }, body, isBase64Encoded };
  if (event.multiValueHeaders && Object.keys(event.multiValueHeaders).length > 0) {
    const { headers: _, ...rest } = result;
    const lists = Object.entries(headers).map(([name, value]): [string, string[]] => [name, [value]]);
    return { ...rest, multiValueHeaders: { ...Object.fromEntries(lists), ...(cookies.length > 0 && { 'set-cookie': [...cookies] }) } };
  }
  if (cookies.length === 0) return result;
  // The others have room for one value of a header.
  if (event.rawPath === undefined) return { ...result, headers: { ...headers, 'set-cookie': cookies.at(-1) as string } };
  return { ...result, cookies: [...cookies] };
}
