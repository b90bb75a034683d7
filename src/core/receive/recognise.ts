/**
 * Recognises a wrong input of a handler, and names the right adapter or handler. A response to a wrong input would lose events: on Lambda a
 * `Response` is serialised as `{}`, which counts as success.
 *
 * @module
 */
import { type ConfigurationError, misconfigured } from '../errors.ts';
import { attempt, isObject, type Surface } from '../types.ts';
import { typeName } from '../wording.ts';

/** What a surface calls its functions for what AWS hands to Lambda. */
type LambdaHandlers = readonly [eventBridge: string, sqs: string];

const LAMBDA_HANDLERS: Readonly<Partial<Record<Surface, LambdaHandlers>>> = {
  'shipping-ndr': ['shippingEventBridgeHandler()', 'shippingSqsHandler()'],
  buywithprime: ['eventBridgeHandler()', 'sqsHandler()'],
};
/** For adapters, which know no surface. */
export const LAMBDA_HINT: string =
  'For what EventBridge or SQS passes to Lambda, use shippingEventBridgeHandler() or shippingSqsHandler() of waybill/shipping-ndr/webhook, or ' +
  'eventBridgeHandler() or sqsHandler() of waybill/buywithprime/events.';

type Kind = 'http-lambda' | 'event-bridge' | 'sqs' | 'node' | 'fastify' | 'koa' | 'hono' | 'h3' | 'wrapped-request' | 'request';

type Shape = Readonly<Record<string, unknown>>;

/** What each kind looks like; the first that fits counts. */
const SHAPES: readonly (readonly [Kind | undefined, (object: Shape) => boolean])[] = [
  ['sqs', ({ Records }) => Array.isArray(Records) && isQueue(Records)],
  [undefined, ({ Records }) => Array.isArray(Records)],
  ['event-bridge', (object) => typeof object['detail-type'] === 'string'],
  // The record of a failure destination has a "requestContext" too.
  [undefined, (object) => 'requestPayload' in object],
  ['koa', (object) => isObject(object['req']) && isObject(object['res']) && 'app' in object],
  ['hono', ({ req }) => isObject(req) && Boolean(req['raw'])],
  ['fastify', (object) => isObject(object['raw']) && ['server', 'routeOptions', 'sent', 'log'].some((name) => name in object)],
  ['node', (object) => typeof object['pipe'] === 'function' || 'rawHeaders' in object || isObject(object['socket'])],
  ['h3', ({ node }) => isObject(node) && isObject(node['req'])],
  // After the frameworks: a plugin of Fastify adds a "requestContext".
  ['http-lambda', (object) => isObject(object['requestContext']) || ['rawPath', 'raw_path', 'httpMethod'].some((name) => name in object)],
  ['request', (object) => typeof object['arrayBuffer'] === 'function' && isObject(object['headers'])],
  ['wrapped-request', (object) => isObject(object['request'])],
];

/** What a value is, by shape; `undefined` also if the value itself throws: a getter, a proxy. */
export function recognise(value: unknown): Kind | undefined {
  return attempt(() => (isObject(value) ? SHAPES.find(([, fits]) => fits(value))?.[0] : undefined));
}

/** Records of SQS: those of SNS and Kinesis are read by any handler. */
function isQueue([record]: readonly unknown[]): boolean {
  return isObject(record) && ('receiptHandle' in record || record['eventSource'] === 'aws:sqs');
}

/** The error for what is not a `Request`. */
export function wrongInput(surface: Surface, value: unknown): ConfigurationError {
  const [what, hint] = describeInput(value, LAMBDA_HANDLERS[surface]) ?? [
    typeName(value),
    'Pass the Request that the platform hands over.',
  ];
  return misconfigured(surface, undefined, `this handler accepts a Request, got ${what}`, hint);
}

/** What may be passed in place of a `Request`, and what accepts it. */
const REQUESTS: Readonly<Record<Exclude<Kind, 'event-bridge' | 'sqs'>, readonly [what: string, hint: string]>> = {
  'http-lambda': ['an HTTP event of Lambda', 'Wrap it: export const handler = toLambdaHandler(…) from waybill/adapters/lambda.'],
  node: ['a request of Node or Express', 'Wrap it: toNodeHandler(…) from waybill/adapters/node.'],
  fastify: ['a request of Fastify', 'Register it: toFastifyPlugin(…) from waybill/adapters/fastify.'],
  koa: ['a context of Koa', 'Call toNodeHandler(…) from waybill/adapters/node with context.req and context.res.'],
  h3: ['an event of h3', 'Call toNodeHandler(…) from waybill/adapters/node with event.node.req and event.node.res.'],
  hono: ['a context of Hono', 'It needs no adapter: pass context.req.raw to the handler itself.'],
  request: ['a Request', 'It needs no adapter: pass it to the handler itself.'],
  'wrapped-request': ['an object with a "request"', 'Pass its "request" to the handler itself.'],
};

/** What was passed in place of a request, and what accepts it: a function of `own`, if the surface is known. */
export function describeInput(value: unknown, own?: LambdaHandlers): readonly [what: string, hint: string] | undefined {
  const kind = recognise(value);
  if (kind === 'event-bridge') {
    return ['an event of EventBridge', own ? `Use ${own[0]} for a function that EventBridge invokes.` : LAMBDA_HINT];
  }
  if (kind === 'sqs') return ['a batch of messages', own ? `Use ${own[1]} for a function that reads a queue.` : LAMBDA_HINT];
  if (kind) return REQUESTS[kind];
  if (!isBatch(value)) return undefined;
  return ['a batch of messages', own ? `Use ${own[1]} for a queue, and ${own[0]} for records of SNS or Kinesis.` : LAMBDA_HINT];
}

/** Records of any source, with or without their envelope; an empty list may be anything. */
function isBatch(value: unknown): boolean {
  const records = attempt(() => (Array.isArray(value) ? value : (value as Shape | null | undefined)?.['Records']));
  return Array.isArray(records) && (records !== value || isObject(records[0]));
}

/** The error for a Lambda handler that was called with the input of another one. `name` is the handler, `wanted` what it accepts. */
export function wrongInvocation(surface: Surface, name: string, wanted: string, value: unknown): ConfigurationError {
  const [eventBridge, sqs] = LAMBDA_HANDLERS[surface] ?? ['', ''];
  const found = (what: string, hint: string): ConfigurationError =>
    misconfigured(surface, undefined, `${name} accepts ${wanted}, got ${what}`, hint);
  const kind = recognise(value);
  if (kind === 'http-lambda') return found('an HTTP request', 'Use a webhook verifier and toLambdaHandler() of waybill/adapters/lambda.');
  if (kind === 'event-bridge') return found('an event of EventBridge', `If EventBridge invokes the function itself, use ${eventBridge}.`);
  if (kind === 'sqs') return found('a batch of messages', `For a function that reads a queue, use ${sqs}.`);
  if (kind) return found('an HTTP request', 'Use handler() of a webhook verifier.');
  const what = isObject(value) && !Array.isArray(value) ? 'an object without "Records"' : typeName(value);
  return found(what, `If EventBridge invokes the function itself, use ${eventBridge}; for a queue, ${sqs}.`);
}

/** Refuses a `handler` method that was passed on without being called: an adapter then calls it with a request. */
export function assertCalled(surface: Surface, isBound: boolean, handlers: unknown): void {
  if (isBound && recognise(handlers) === undefined) return;
  const message = 'handler() makes the handler, and was passed on without being called';
  throw misconfigured(surface, undefined, message, 'Pass verifier.handler(fn), not verifier.handler.');
}
