/**
 * A fetch-style handler for AWS Lambda behind HTTP.
 *
 * @module waybill/adapters/lambda
 */
import { decodeBase64, encodeBase64, encodeUtf8 } from '../core/bytes.ts';
import { ValidationError } from '../core/errors.ts';
import { typeName } from '../core/schema.ts';
import { answer, checkHandler, type FetchHandler, makeUrl } from './fetch-handler.ts';

export type { FetchHandler } from './fetch-handler.ts';

/** Headers or parameters by name, as Lambda is given them. */
export type LambdaValues<Value> = Readonly<Record<string, Value | undefined>> | null | undefined;

/**
 * What is used of the events of API Gateway (REST and HTTP APIs, formats 1.0 and 2.0), function URLs and Application Load Balancers.
 * The types of `@types/aws-lambda` fit.
 */
export interface LambdaHttpEvent {
  readonly httpMethod?: string;
  readonly path?: string;
  readonly rawPath?: string;
  readonly rawQueryString?: string;
  readonly queryStringParameters?: LambdaValues<string>;
  readonly multiValueQueryStringParameters?: LambdaValues<readonly string[]>;
  readonly headers?: LambdaValues<string>;
  readonly multiValueHeaders?: LambdaValues<readonly string[]>;
  readonly cookies?: readonly string[] | undefined;
  readonly body?: string | null | undefined;
  readonly isBase64Encoded?: boolean;
  readonly requestContext?: {
    readonly domainName?: string | undefined;
    /** The path with the stage in it. */
    readonly path?: string | undefined;
    readonly http?: { readonly method: string };
    readonly elb?: unknown;
  };
}

/** The answer, in the shape that the event asks for. */
export interface LambdaHttpResult {
  statusCode: number;
  body: string;
  isBase64Encoded: boolean;
  headers?: Record<string, string>;
  /** In the place of `headers`, where the event has it. */
  multiValueHeaders?: Record<string, string[]>;
  /** Format 2.0 and function URLs. */
  cookies?: string[];
}

/** What {@link toLambdaHandler} returns. */
export type LambdaHttpHandler = (event: LambdaHttpEvent) => Promise<LambdaHttpResult>;

/**
 * Makes a fetch-style handler fit AWS Lambda behind API Gateway (REST and HTTP APIs, both payload formats), a function URL or an
 * Application Load Balancer. The answer has the shape that belongs to the event.
 *
 * The body comes as the bytes that were sent, base64 undone, and goes in base64 where it is no UTF-8. The URL is the one that the
 * client asked for, with the stage in it. What the handler throws goes through, so that Lambda logs it and the answer is 502.
 *
 * A new function is ended after 3 seconds: set its timeout to more than the 4 s of a webhook's `timeBudget`, or its answer 503 never
 * comes. A load balancer hands over the last of several headers or parameters alone, unless its target group has multi-value headers.
 *
 * An event that is no HTTP request has a handler of its own: `shippingEventHandler()` of `waybill/shipping-ndr/webhook`,
 * `eventBridgeHandler()` and `sqsHandler()` of `waybill/buywithprime/events`.
 *
 * @throws {@link ConfigurationError} `CONFIGURATION` where `handler` is no function. What it returns rejects with a
 *   {@link ValidationError} `VALIDATION` for an event that is no HTTP request.
 *
 * @example
 * ```ts
 * export const handler = toLambdaHandler(verifier.handler(keep));
 * ```
 *
 * @see {@link https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html | Payload formats}
 * @see {@link https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html | Load balancers}
 */
export function toLambdaHandler(handler: FetchHandler): LambdaHttpHandler {
  checkHandler('toLambdaHandler()', handler);
  return async (event) => {
    const method = methodOf(event);
    const response = await answer(handler, () => toRequest(event, method));
    return toResult(event, response);
  };
}

function methodOf(event: LambdaHttpEvent): string {
  const method = event?.requestContext?.http?.method ?? event?.httpMethod;
  if (typeof method === 'string') return method;
  throw new ValidationError('event', [{ message: `expected an HTTP request, got ${kindOf(event)}` }], {
    surface: 'core',
    hint:
      'For what EventBridge or SQS hands to Lambda, use shippingEventHandler() of waybill/shipping-ndr/webhook, or eventBridgeHandler() ' +
      'or sqsHandler() of waybill/buywithprime/events.',
  });
}

function kindOf(event: unknown): string {
  if (typeof event !== 'object' || event === null) return typeName(event);
  if ('Records' in event) return 'a batch of messages';
  return 'detail-type' in event ? 'an event of EventBridge' : 'an event of another kind';
}

function toRequest(event: LambdaHttpEvent, method: string): Request {
  const { requestContext = {}, rawPath, path, body, isBase64Encoded } = event;
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(event.multiValueHeaders ?? event.headers ?? {})) {
    for (const value of [values].flat()) headers.append(name, value);
  }
  // Format 2.0 takes them out of the headers.
  if (event.cookies?.length && !headers.has('cookie')) headers.set('cookie', event.cookies.join('; '));
  const query = queryOf(event);
  const host = requestContext.domainName ?? headers.get('host') ?? '';
  const url = makeUrl('https', host, `${rawPath ?? requestContext.path ?? path ?? ''}${query && `?${query}`}`);
  if (method === 'GET' || method === 'HEAD' || !body) return new Request(url, { method, headers });
  const bytes = isBase64Encoded ? decodeBase64(body) : encodeUtf8(body);
  if (!bytes) throw new TypeError('the body is not base64');
  return new Request(url, { method, headers, body: bytes });
}

function queryOf(event: LambdaHttpEvent): string {
  if (event.rawQueryString !== undefined) return event.rawQueryString;
  const parameters = Object.entries(event.multiValueQueryStringParameters ?? event.queryStringParameters ?? {});
  const pairs = parameters.flatMap(([name, values = []]) => [values].flat().map((value): [string, string] => [name, value]));
  // A load balancer hands names and values over as they were sent, API Gateway decodes them.
  return event.requestContext?.elb ? pairs.map((pair) => pair.join('=')).join('&') : new URLSearchParams(pairs).toString();
}

async function toResult(event: LambdaHttpEvent, response: Response): Promise<LambdaHttpResult> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const text = textOf(bytes);
  const result = { statusCode: response.status, body: text ?? encodeBase64(bytes), isBase64Encoded: text === undefined };
  const cookies = response.headers.getSetCookie();
  const headers = Object.fromEntries(response.headers);
  if (event.multiValueHeaders) {
    const lists = Object.entries(headers).map(([name, value]) => [name, name === 'set-cookie' ? cookies : [value]]);
    return { ...result, multiValueHeaders: Object.fromEntries(lists) };
  }
  if (event.rawPath === undefined || cookies.length === 0) return { ...result, headers };
  const { 'set-cookie': _, ...others } = headers;
  return { ...result, headers: others, cookies };
}

/** The text that stands for just these bytes, where there is one. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
