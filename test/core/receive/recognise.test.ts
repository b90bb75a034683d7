import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { assertCalled, recognise, wrongInput, wrongInvocation } from '../../../src/core/receive/recognise.ts';

const node = new IncomingMessage(new Socket());
const refuse = (): never => {
  throw new Error('hunter2');
};
const unreadable = new Proxy({}, { get: refuse, has: refuse, ownKeys: refuse, getPrototypeOf: refuse });
/** What handlers are given by mistake. */
const inputs: Readonly<Record<string, readonly [value: unknown, kind: string | undefined]>> = {
  'an event of API Gateway v1': [{ httpMethod: 'POST', headers: {}, requestContext: { stage: 'prod' }, body: '{}' }, 'http-lambda'],
  'an event of API Gateway v2': [{ version: '2.0', rawPath: '/', requestContext: { http: {} } }, 'http-lambda'],
  'an event of a load balancer': [{ httpMethod: 'POST', requestContext: { elb: {} } }, 'http-lambda'],
  'an event of VPC Lattice v1': [{ raw_path: '/', method: 'POST', headers: {}, body: '{}' }, 'http-lambda'],
  'an event of VPC Lattice v2': [{ version: '2.0', path: '/', requestContext: { serviceArn: 'arn' } }, 'http-lambda'],
  'an event of EventBridge': [{ 'detail-type': 'X', detail: {} }, 'event-bridge'],
  'a batch of SQS': [{ Records: [{ messageId: 'a', receiptHandle: 'r', body: '{}' }] }, 'sqs'],
  'a batch of SQS without handles': [{ Records: [{ eventSource: 'aws:sqs' }] }, 'sqs'],
  'a batch of SNS': [{ Records: [{ EventSource: 'aws:sns', Sns: {} }] }, undefined],
  'a batch of Kinesis': [{ Records: [{ eventSource: 'aws:kinesis', kinesis: {} }] }, undefined],
  'a request of Node': [node, 'node'],
  'a request of Express': [Object.assign(Object.create(node), { params: {}, body: {} }), 'node'],
  'a request of Fastify': [{ raw: node, server: {}, headers: {} }, 'fastify'],
  'a reply of Fastify': [{ raw: {}, sent: false, log: {} }, 'fastify'],
  'a context of Koa': [{ req: node, res: {}, app: {}, request: {}, response: {} }, 'koa'],
  'a context of Hono': [{ req: { raw: new Request('http://x') }, env: {} }, 'hono'],
  'a request of Fastify with a plugin': [{ raw: node, log: {}, headers: {}, requestContext: { get: () => 1 } }, 'fastify'],
  'an event of h3': [{ node: { req: node, res: {} }, path: '/', method: 'POST', headers: new Headers() }, 'h3'],
  'records of Pipes': [[{ messageId: 'a', receiptHandle: 'r', eventSource: 'aws:sqs', body: '{}' }], undefined],
  'a value that cannot be read': [unreadable, undefined],
  'a Request': [new Request('http://x'), 'request'],
  'an object with a request': [{ request: new Request('http://x'), env: {} }, 'wrapped-request'],
  'an empty object': [{}, undefined],
  nothing: [undefined, undefined],
  null: [null, undefined],
  'a string': ['{}', undefined],
  'a list': [[], undefined],
};

test.each(Object.entries(inputs))('%s is recognised', (_, [value, kind]) => {
  expect(recognise(value)).toBe(kind);
});

describe('a handler of requests names the right adapter for', () => {
  test.each<[string, string, RegExp]>([
    ['an event of API Gateway v1', 'an HTTP event of Lambda', /toLambdaHandler/],
    ['an event of VPC Lattice v1', 'an HTTP event of Lambda', /toLambdaHandler/],
    ['an event of EventBridge', 'an event of EventBridge', /^Use eventBridgeHandler\(\)/],
    ['a batch of SQS', 'a batch of messages', /^Use sqsHandler\(\)/],
    ['a request of Express', 'a request of Node or Express', /toNodeHandler/],
    ['a reply of Fastify', 'a request of Fastify', /toFastifyPlugin/],
    ['a context of Koa', 'a context of Koa', /context\.req and context\.res/],
    ['a context of Hono', 'a context of Hono', /context\.req\.raw/],
    ['an event of h3', 'an event of h3', /event\.node\.req and event\.node\.res/],
    ['a batch of SNS', 'a batch of messages', /sqsHandler\(\) for a queue, and eventBridgeHandler\(\) for records of SNS/],
    ['records of Pipes', 'a batch of messages', /sqsHandler\(\)/],
    ['a value that cannot be read', 'object', /Pass the Request/],
    ['an object with a request', 'an object with a "request"', /"request"/],
    ['an empty object', 'object', /Pass the Request/],
    ['nothing', 'nothing', /Pass the Request/],
    ['a list', 'an array', /Pass the Request/],
  ])('%s', (name, found, hint) => {
    expect(wrongInput('buywithprime', inputs[name]?.[0])).toMatchObject({
      code: 'CONFIGURATION',
      message: `this handler accepts a Request, got ${found}`,
      hint: expect.stringMatching(hint),
    });
  });

  test('the handlers of each surface', () => {
    expect(wrongInput('shipping-ndr', { 'detail-type': 'X' }).hint).toContain('shippingEventBridgeHandler()');
    expect(wrongInput('shipping-ndr', { Records: [{ receiptHandle: 'r' }] }).hint).toContain('shippingSqsHandler()');
  });
});

describe('a handler of Lambda names the right one for', () => {
  test.each<[string, string, RegExp]>([
    ['an event of API Gateway v2', 'an HTTP request', /toLambdaHandler/],
    ['an event of EventBridge', 'an event of EventBridge', /use shippingEventBridgeHandler\(\)/],
    ['a batch of SQS', 'a batch of messages', /use shippingSqsHandler\(\)/],
    ['a Request', 'an HTTP request', /handler\(\) of a webhook verifier/],
    ['a request of Node', 'an HTTP request', /handler\(\)/],
    ['a context of Koa', 'an HTTP request', /handler\(\)/],
    ['an event of h3', 'an HTTP request', /handler\(\)/],
    ['an object with a request', 'an HTTP request', /handler\(\)/],
    ['an empty object', 'an object without "Records"', /shippingEventBridgeHandler\(\); for a queue, shippingSqsHandler\(\)/],
    ['a string', 'string', /for a queue/],
    ['nothing', 'nothing', /for a queue/],
    ['a list', 'an array', /for a queue/],
  ])('%s', (name, found, hint) => {
    expect(wrongInvocation('shipping-ndr', 'myHandler()', 'a batch of SQS', inputs[name]?.[0])).toMatchObject({
      code: 'CONFIGURATION',
      message: `myHandler() accepts a batch of SQS, got ${found}`,
      hint: expect.stringMatching(hint),
    });
  });
});

describe('a method that makes a handler', () => {
  test('is accepted when it is called on its verifier with functions', () => {
    expect(() => assertCalled('core', true, () => undefined)).not.toThrow();
    expect(() => assertCalled('core', true, { placed: () => undefined })).not.toThrow();
  });

  test.each<[string, boolean, unknown]>([
    ['without its verifier', false, () => undefined],
    ['with a request', true, new Request('http://x')],
    ['with an event', true, { 'detail-type': 'X' }],
    ['by an adapter', false, node],
  ])('is refused when it is called %s', (_, isBound, handlers) => {
    expect(() => assertCalled('core', isBound, handlers)).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION', hint: 'Pass verifier.handler(fn), not verifier.handler.' }),
    );
  });
});
